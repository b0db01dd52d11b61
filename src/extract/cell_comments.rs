//! Comments on cells: nobody reads them as content, but some say that somebody died or gets nothing any more.

use std::collections::BTreeMap;

use quick_xml::Reader;
use quick_xml::events::Event;

use super::spreadsheet_ml::{push_xml_text, xml_attribute};
use crate::model::leaving_words::find_leaving_word;

/// Cells that are named.
const NAMED: usize = 10;
/// Bytes of one comment, and cells of a sheet, that are looked at.
const LONGEST: usize = 4000;
const MOST: usize = 100_000;

/// The comments of a sheet by the cells that they are on.
#[derive(Debug, Default)]
pub(super) struct CellComments(BTreeMap<(u32, String), Option<&'static str>>);

impl CellComments {
    /// Adds the comment on a cell: `B7`.
    pub(super) fn add(&mut self, cell: &str, text: &str) {
        // What threads of comments say of themselves in place of a comment is none.
        if text.trim().is_empty() || self.0.len() >= MOST {
            return;
        }
        let row = cell.trim_start_matches(|c: char| c.is_ascii_alphabetic()).parse().unwrap_or_default();
        let word = self.0.entry((row, cell.to_owned())).or_default();
        *word = word.or_else(|| find_leaving_word(text));
    }
    /// Adds the comments of a part of an XLSX workbook, be they notes or threads.
    pub(super) fn add_part(&mut self, part: &str) {
        let mut reader = Reader::from_str(part);
        reader.config_mut().check_end_names = false;
        reader.config_mut().expand_empty_elements = true;
        let (mut cell, mut text, mut inside): (Option<String>, String, bool) = (None, String::new(), false);
        while let Ok(event) = reader.read_event() {
            match &event {
                Event::Eof => break,
                Event::Start(tag) => match tag.local_name().as_ref() {
                    "comment" | "threadedComment" => cell = xml_attribute(tag, "ref"),
                    "text" => inside = true,
                    _ => {}
                },
                Event::End(tag) => match tag.local_name().as_ref() {
                    "text" => inside = false,
                    "comment" | "threadedComment" => {
                        if let Some(cell) = cell.take() {
                            self.add(&cell, &text);
                        }
                        text.clear();
                    }
                    _ => {}
                },
                part if inside && text.len() < LONGEST => push_xml_text(&mut text, part),
                _ => {}
            }
        }
    }
    /// What is to be told of them, Chinese; nothing where there are none.
    pub(super) fn told(&self) -> Option<String> {
        if self.0.is_empty() {
            return None;
        }
        let leaving: Vec<(&str, &str)> =
            self.0.iter().filter_map(|((_, cell), word)| Some((cell.as_str(), (*word)?))).collect();
        let count = self.0.len();
        if leaving.is_empty() {
            return Some(format!("有{count}格带批注，批注没有读"));
        }
        let named: Vec<String> =
            leaving.iter().take(NAMED).map(|(cell, word)| format!("{cell}“{word}”")).collect();
        let more = if leaving.len() > NAMED { "等" } else { "" };
        Some(format!(
            "有{count}格带批注，批注没有读，其中{}格的批注说到不再享受（{}{more}）：这些人仍当作名单里现有的人；\
             请打开文件核对，把停发、死亡写进停保年月等列里，或删去这些人，再重报",
            leaving.len(),
            named.join("、")
        ))
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn comments_that_speak_of_leaving_are_told_with_their_cells() {
        let mut comments = CellComments::default();
        comments.add_part(
            "<comments><commentList><comment ref=\"G12\"><text><r><t>该户主2018年8月已</t></r><r><t>死亡，9月起停发</t></r></text>\
             </comment><comment ref=\"B3\"><text><t>电话已核</t></text></comment></commentList></comments>",
        );
        comments.add_part("<ThreadedComments><threadedComment ref=\"C5\"><text>已注销</text></threadedComment></ThreadedComments>");
        let told = comments.told().unwrap_or_default();
        assert!(told.contains("有3格带批注") && told.contains("其中2格"), "{told}");
        assert!(told.contains("C5“注销”、G12“") && !told.contains("户主"), "{told}");
        assert_eq!(CellComments::default().told(), None);
    }
}
