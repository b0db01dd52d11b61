//! What strikes text of a web page through or raises it: elements, styles of their own, classes.

use std::collections::{BTreeMap, BTreeSet};

use super::marked_text::TextMarks;

/// Elements that end where they begin.
const VOID: [&[u8]; 7] = [b"br", b"img", b"hr", b"input", b"wbr", b"col", b"link"];
/// Elements of the table itself.
const TABLE: [&[u8]; 10] =
    [b"table", b"thead", b"tbody", b"tfoot", b"tr", b"td", b"th", b"caption", b"colgroup", b"body"];

/// The marks of each class, by the style sheets of the page.
#[derive(Default)]
pub(super) struct HtmlMarks {
    classes: BTreeMap<String, TextMarks>,
    /// Classes whose elements a page does not show.
    hiding: BTreeSet<String>,
}

impl HtmlMarks {
    pub(super) fn of_page(text: &str) -> Self {
        let mut classes = BTreeMap::new();
        let mut hiding = BTreeSet::new();
        let mut rest = text;
        while let Some(begin) = find_tag(rest, "<style") {
            let block = &rest[begin..];
            let end = find_tag(block, "</style").unwrap_or(block.len());
            let body = block[..end].split_once('>').map_or("", |(_, body)| body);
            for rule in body.split('}') {
                let Some((selectors, said)) = rule.split_once('{') else { continue };
                let (marks, hides) = (marks_of_style(said), style_hides(said));
                if !(marks.any() || hides) {
                    continue;
                }
                for selector in selectors.split(',') {
                    let last = selector.split_whitespace().next_back().unwrap_or_default();
                    if let Some((_, class)) = last.split_once('.') {
                        let all = classes.entry(class.to_owned()).or_insert(TextMarks::default());
                        *all = *all | marks;
                        // `.a.b` is of elements that have both, `table .a` of those within something.
                        if hides && !class.contains(['.', ':', '[']) {
                            hiding.insert(class.to_owned());
                        }
                    }
                }
            }
            rest = &block[end..];
        }
        Self { classes, hiding }
    }
    /// The marks of an element by its name in small letters, its class and its style.
    pub(super) fn of_element(&self, name: &[u8], class: Option<&str>, style: Option<&str>) -> TextMarks {
        let named = match name {
            b"s" | b"strike" | b"del" => TextMarks::STRUCK,
            b"sup" | b"sub" => TextMarks::RAISED,
            _ => TextMarks::default(),
        };
        let classes = class.into_iter().flat_map(str::split_whitespace);
        let classes = classes.filter_map(|class| self.classes.get(class));
        let all = classes.fold(named | style.map(marks_of_style).unwrap_or_default(), |all, one| all | *one);
        // Of a cell that says where its text stands in it.
        if TABLE.contains(&name) { TextMarks { raised: false, ..all } } else { all }
    }
    /// Does a page not show an element, by its class, its style and its attribute `hidden`?
    pub(super) fn hides(&self, class: Option<&str>, style: Option<&str>, hidden: bool) -> bool {
        let mut classes = class.into_iter().flat_map(str::split_whitespace);
        hidden || style.is_some_and(style_hides) || classes.any(|class| self.hiding.contains(class))
    }
}

/// Begins an element that ends behind some of the text?
pub(super) fn encloses_text(name: &[u8]) -> bool {
    !VOID.contains(&name) && !TABLE.contains(&name)
}

fn find_tag(text: &str, tag: &str) -> Option<usize> {
    let bytes = text.as_bytes();
    memchr::memchr_iter(b'<', bytes)
        .find(|&at| bytes.get(at..at + tag.len()).is_some_and(|b| b.eq_ignore_ascii_case(tag.as_bytes())))
}

/// Does a style keep text from being shown?
fn style_hides(style: &str) -> bool {
    style.split(';').filter_map(|said| said.split_once(':')).any(|(what, value)| {
        let value = value.trim().to_ascii_lowercase();
        match what.trim().to_ascii_lowercase().as_str() {
            "display" => value.starts_with("none"),
            "visibility" => value.starts_with("hidden") || value.starts_with("collapse"),
            _ => false,
        }
    })
}

fn marks_of_style(style: &str) -> TextMarks {
    let mut marks = TextMarks::default();
    for said in style.split(';') {
        let Some((what, value)) = said.split_once(':') else { continue };
        let (what, value) = (what.trim().to_ascii_lowercase(), value.trim().to_ascii_lowercase());
        marks.struck |= what.starts_with("text-decoration") && value.contains("line-through");
        marks.raised |= what == "vertical-align" && (value.starts_with("super") || value.starts_with("sub"));
    }
    marks
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn elements_styles_and_classes() {
        let page = "<STYLE>\n<!-- td{color:red} .font5, td.xl66\n{color:red; Text-Decoration: line-through;}\n\
            .up{vertical-align:super} --></STYLE><p><style>.x{}</style>";
        let marks = HtmlMarks::of_page(page);
        for (name, class, style, expected) in [
            (&b"del"[..], None, None, TextMarks::STRUCK),
            (b"sub", None, None, TextMarks::RAISED),
            (b"span", Some("a font5"), None, TextMarks::STRUCK),
            (b"td", Some("xl66"), None, TextMarks::STRUCK),
            (b"td", Some("up"), None, TextMarks::default()),
            (b"span", Some("up"), None, TextMarks::RAISED),
            (b"span", None, Some("color:red;text-decoration:underline line-through"), TextMarks::STRUCK),
            (b"span", Some("xl"), Some("text-decoration:underline"), TextMarks::default()),
        ] {
            assert_eq!(marks.of_element(name, class, style), expected, "{class:?} {style:?}");
        }
    }

    #[test]
    fn what_a_page_does_not_show() {
        let page = "<style>.sort, td .key{display:none} .a.b{display:none} .c{visibility: hidden !important}</style>";
        let marks = HtmlMarks::of_page(page);
        for (class, style, hidden, expected) in [
            (Some("x sort"), None, false, true),
            (Some("key"), None, false, true),
            (Some("c"), None, false, true),
            (Some("a"), None, false, false),
            (None, Some("color:red;DISPLAY : none"), false, true),
            (None, Some("visibility:hidden"), false, true),
            (None, Some("display:inline;visibility:visible"), false, false),
            (None, None, true, true),
            (None, None, false, false),
        ] {
            assert_eq!(marks.hides(class, style, hidden), expected, "{class:?} {style:?} {hidden}");
        }
    }
}
