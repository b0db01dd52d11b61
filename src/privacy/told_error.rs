//! Renders an [`Error`] for a terminal: message, place, snippet of the file, cure.

use annotate_snippets::renderer::DecorStyle;
use annotate_snippets::{AnnotationKind, Group, Level, Renderer, Snippet};

use super::told_text::{told_name, told_text};
use crate::Error;

/// The error as the operator sees it, without a final line break; failures told together stand one below the other.
/// Numbers of persons are masked, and nothing in it is an order to a terminal.
pub fn render_error(error: &Error, color: bool) -> String {
    let all = std::iter::once(error).chain(error.further());
    all.map(|one| render_one_error(one, color)).collect::<Vec<_>>().join("\n\n")
}

fn render_one_error(error: &Error, color: bool) -> String {
    let location = error.location();
    let mut renderer =
        if color { Renderer::styled() } else { Renderer::plain() }.decor_style(DecorStyle::Ascii);
    renderer = renderer.term_width(120);
    let level = Level::ERROR.with_name("错误");
    let path = location.file.as_ref().map(|p| one_line(&p.display().to_string()));
    let message = told_text(error.message());
    let hint_text = error.hint_text().map(told_text);
    let hint_level = Level::HELP.with_name("提示");
    if let (Some(path), Some(text), Some(span)) = (&path, &location.text, &location.span)
        && !text.is_empty()
    {
        let span = visible_error_span(text, span.start, span.end);
        // Byte for byte, so that the span stays where it is.
        let order = |c: char| c.is_control() && !matches!(c, '\n' | '\t' | '\r');
        let text: String = text
            .split_inclusive(order)
            .map(|part| match part.strip_suffix(order) {
                Some(before) => format!("{before}{}", "?".repeat(part.len() - before.len())),
                None => part.to_owned(),
            })
            .collect();
        let mut group = level.primary_title(message.as_ref()).element(
            Snippet::source(text.as_str()).path(path.as_str()).annotation(AnnotationKind::Primary.span(span)),
        );
        if let Some(hint) = &hint_text {
            group = group.element(hint_level.message(hint.as_ref()));
        }
        return widen_error_colons(renderer.render(&[group]));
    }
    let title = Group::with_title(level.primary_title(message.as_ref()));
    let mut report = widen_error_colons(renderer.render(&[title]));
    let mut place: Vec<String> = path.into_iter().collect();
    if let Some(sheet) = &location.sheet {
        place.push(format!("工作表“{}”", one_line(sheet)));
    }
    if let Some(row) = location.row {
        place.push(format!("第{row}行"));
    }
    if let Some(column) = &location.column {
        place.push(format!("列“{}”", one_line(column)));
    }
    if !place.is_empty() {
        report.push_str("\n  --> ");
        report.push_str(&place.join("，"));
    }
    if let Some(hint) = &hint_text {
        report.push_str("\n  = 提示：");
        report.push_str(hint);
    }
    report
}

/// A name as it may be told within a line.
fn one_line(name: &str) -> String {
    told_name(name).into_owned()
}

/// Writes the colon after 错误 and 提示, which the renderer sets in ASCII, as the Chinese text around it has it.
fn widen_error_colons(mut report: String) -> String {
    for word in ["错误", "提示"] {
        let Some(mut at) = report.find(word).map(|at| at + word.len()) else { continue };
        // Between the word and its colon colours may change.
        while report[at..].starts_with('\u{1b}') {
            at += report[at..].find('m').map_or(report.len() - at, |end| end + 1);
        }
        if report[at..].starts_with(": ") {
            report.replace_range(at..at + 2, "：");
        }
    }
    report
}

/// The part of a span that is worth underlining: its first line, on character boundaries, and
/// at least one character where there is one.
fn visible_error_span(text: &str, start: usize, end: usize) -> std::ops::Range<usize> {
    let floor = |mut at: usize| {
        at = at.min(text.len());
        while !text.is_char_boundary(at) {
            at -= 1;
        }
        at
    };
    let start = floor(start);
    let line_end = text[start..].find('\n').map_or(text.len(), |n| start + n);
    let mut end = floor(end).clamp(start, line_end);
    if end == start && start < line_end {
        end = text[start..].chars().next().map_or(start, |c| start + c.len_utf8());
    }
    start..end
}

#[cfg(test)]
mod tests {
    use std::path::Path;

    use super::*;

    #[test]
    fn snippet_with_hint() {
        let text = "title = \"低保\"\nownr = \"民政局\"\n";
        let start = text.find("ownr").unwrap();
        let error = Error::configuration("不认识的键“ownr”")
            .at_span("sources/dibao.toml", text, start..start + 4)
            .hint("是不是“owner”?");
        let expected = "错误：不认识的键“ownr”\n --> sources/dibao.toml:2:1\n  |\n2 | ownr = \"民政局\"\n  | ^^^^\n  |\n  = 提示：是不是“owner”?";
        assert_eq!(render_error(&error, false), expected);
    }

    #[test]
    fn place_in_a_table() {
        let error = Error::input("缺少列")
            .in_file("a.xlsx")
            .in_sheet("浚县")
            .at_row(3)
            .in_column("姓名")
            .hint("补上");
        assert_eq!(
            render_error(&error, false),
            "错误：缺少列\n  --> a.xlsx，工作表“浚县”，第3行，列“姓名”\n  = 提示：补上"
        );
        assert!(render_error(&error, true).contains("\u{1b}["));
    }

    #[test]
    fn several_failures_are_told_one_below_the_other() {
        let io = Error::io("读取", Path::new("b"), std::io::Error::from(std::io::ErrorKind::NotFound));
        let all = Error::together([Error::input("甲"), io, Error::input("丙").hint("丁")]).unwrap();
        let text = render_error(&all, false);
        assert_eq!(text.matches("错误：").count(), 3, "{text}");
        assert!(
            text.starts_with("错误：甲\n\n错误：读取失败") && text.ends_with("错误：丙\n  = 提示：丁"),
            "{text}"
        );
        assert_eq!(all.kind().exit_code(), 3);
        // What was told together already is not nested.
        assert_eq!(Error::together([Error::input("子"), all]).unwrap().further().len(), 3);
        assert!(Error::together([]).is_none());
    }

    #[test]
    fn spans_at_the_edge_do_not_panic() {
        for span in [0..0, 5..900, 900..901, 1..2] {
            let error = Error::configuration("x").at_span("a", "表\n", span);
            assert!(!render_error(&error, false).is_empty());
        }
    }
}
