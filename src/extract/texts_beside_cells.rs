//! Texts of a sheet that stand in no cell: headers and footers for print, boxes drawn over the cells. A list may say in them what
//! it holds, so whatever is more than page numbers is told.

use quick_xml::Reader;
use quick_xml::events::Event;

use super::spreadsheet_ml::push_xml_text;
use crate::model::han::is_han;

/// Bytes of such texts of one sheet that are kept, and characters of one that are told.
const MOST: usize = 4000;
const SHOWN: usize = 60;

/// Is an element one that holds what is printed above or below the pages?
pub(super) fn is_print_text(element: &str) -> bool {
    ["Header", "Footer"]
        .iter()
        .any(|end| element.strip_suffix(end).is_some_and(|begin| ["odd", "even", "first"].contains(&begin)))
}

/// Adds a text to those of a sheet.
pub(super) fn push_print_text(texts: &mut String, event: &Event<'_>) {
    if texts.len() < MOST {
        push_xml_text(texts, event);
    }
}

/// The words of the boxes in a drawing's part, each paragraph by itself.
pub(super) fn drawn_words(part: &str) -> String {
    let mut reader = Reader::from_str(part);
    reader.config_mut().check_end_names = false;
    reader.config_mut().expand_empty_elements = true;
    let (mut words, mut inside) = (String::new(), false);
    while let Ok(event) = reader.read_event() {
        match &event {
            Event::Eof => break,
            Event::Start(tag) if tag.local_name().as_ref() == "t" => inside = true,
            Event::End(tag) => match tag.local_name().as_ref() {
                "t" => inside = false,
                "p" if !words.is_empty() && !words.ends_with(' ') => words.push(' '),
                _ => {}
            },
            part if inside && words.len() < MOST => push_xml_text(&mut words, part),
            _ => {}
        }
    }
    words
}

/// What is to be told of texts for print and of boxes, Chinese; nothing where they say nothing.
pub(super) fn told_texts(printed: &str, drawn: &str) -> Option<String> {
    let printed = without_print_codes(printed);
    let parts: Vec<String> = [("页眉页脚", printed.as_str()), ("文本框", drawn)]
        .into_iter()
        .filter(|(_, text)| says_something(text))
        .map(|(what, text)| format!("{what}里写着“{}”", shortened(text.trim())))
        .collect();
    match parts.is_empty() {
        true => None,
        false => Some(format!(
            "{}，不在格子里，没有当作名单的内容；说的是名单的范围、月份或哪些人的，请核对后写进标题或各列，再重报",
            parts.join("，")
        )),
    }
}

/// Words other than those of page numbers.
fn says_something(text: &str) -> bool {
    let rest = ["内部资料", "注意保密", "打印日期", "打印时间"]
        .iter()
        .fold(text.to_owned(), |text, word| text.replace(word, ""));
    rest.chars().filter(|c| is_han(*c) && !"第页共张页码".contains(*c)).count() >= 2
}

/// A text for print without the codes in it: `&L`, `&P`, `&"宋体,常规"`, `&12`.
fn without_print_codes(text: &str) -> String {
    let mut out = String::new();
    let mut rest = text.chars().peekable();
    while let Some(c) = rest.next() {
        if c != '&' {
            out.push(c);
            continue;
        }
        match rest.next() {
            Some('&') => out.push('&'),
            Some('"') => while rest.next().is_some_and(|c| c != '"') {},
            Some(c) if c.is_ascii_digit() => while rest.next_if(char::is_ascii_digit).is_some() {},
            Some('K') => {
                for _ in 0..6 {
                    rest.next_if(char::is_ascii_hexdigit);
                }
            }
            // Parts of the page, page numbers, dates, names of file and sheet.
            _ => out.push(' '),
        }
    }
    out.split_whitespace().collect::<Vec<_>>().join(" ")
}

fn shortened(text: &str) -> String {
    match text.char_indices().nth(SHOWN) {
        Some((at, _)) => format!("{}…", &text[..at]),
        None => text.to_owned(),
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn texts_for_print_are_told_and_page_numbers_are_not() {
        assert!(is_print_text("oddHeader") && is_print_text("firstFooter") && !is_print_text("headerFooter"));
        assert_eq!(told_texts("&C第 &P 页，共 &N 页&R&D", ""), None);
        assert_eq!(told_texts("&L&\"宋体,常规\"&12内部资料 注意保密", ""), None);
        let told = told_texts("&C&\"黑体,加粗\"&14仅含2018年8月新增&K000000", "").unwrap_or_default();
        assert!(told.contains("页眉页脚里写着“仅含2018年8月新增”"), "{told}");
        let drawing = "<xdr:wsDr><xdr:sp><xdr:txBody><a:p><a:r><a:t>不含</a:t></a:r><a:r><a:t>北阳镇</a:t></a:r></a:p>\
            <a:p><a:r><a:t>待补</a:t></a:r></a:p></xdr:txBody></xdr:sp></xdr:wsDr>";
        let told = told_texts("", &drawn_words(drawing)).unwrap_or_default();
        assert!(told.contains("文本框里写着“不含北阳镇 待补”"), "{told}");
    }
}
