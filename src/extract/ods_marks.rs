//! Styles of OpenDocument spreadsheets that strike text through or raise it.

use std::collections::BTreeMap;

use quick_xml::events::{BytesStart, Event};

use super::marked_text::TextMarks;
use super::spreadsheet_ml::xml_attribute;

/// Bytes of a part of styles.
pub(super) const MAX_STYLES: u64 = 64 << 20;

/// The marks of each style by its name; a style has those of its parent unless it says otherwise.
#[derive(Default)]
pub(super) struct OdsMarks {
    styles: BTreeMap<String, TextMarks>,
    /// The style that is being read.
    open: Option<String>,
}

impl OdsMarks {
    /// Takes in a part of styles; one that is no XML says nothing.
    pub(super) fn read(&mut self, part: &str) {
        let mut reader = quick_xml::Reader::from_str(part);
        reader.config_mut().expand_empty_elements = true;
        while let Ok(event) = reader.read_event() {
            match event {
                Event::Eof => break,
                Event::Start(tag) => match tag.local_name().as_ref() {
                    "style" | "default-style" => self.begin(&tag),
                    "text-properties" => self.take(&tag),
                    _ => {}
                },
                _ => {}
            }
        }
    }
    /// Begins a style.
    pub(super) fn begin(&mut self, tag: &BytesStart<'_>) {
        self.open = xml_attribute(tag, "name");
        let parent = xml_attribute(tag, "parent-style-name").map(|parent| self.of(&parent));
        if let (Some(name), Some(marks)) = (&self.open, parent.filter(|marks| marks.any())) {
            self.styles.insert(name.clone(), marks);
        }
    }
    /// Takes in what the open style says of its text.
    pub(super) fn take(&mut self, tag: &BytesStart<'_>) {
        let Some(name) = &self.open else { return };
        let mut marks = self.of(name);
        let lines = ["text-line-through-style", "text-line-through-type", "text-crossing-out"];
        let lines: Vec<String> = lines.iter().filter_map(|line| xml_attribute(tag, line)).collect();
        if !lines.is_empty() {
            marks.struck = !lines.iter().any(|line| line == "none");
        }
        if let Some(position) = xml_attribute(tag, "text-position") {
            // `super 58%`, `-33% 58%`; `0% 100%` is plain.
            let place = position.split_whitespace().next().unwrap_or_default();
            marks.raised = !matches!(place, "" | "0%" | "0");
        }
        if marks.any() {
            self.styles.insert(name.clone(), marks);
        } else {
            self.styles.remove(name);
        }
    }
    pub(super) fn of(&self, style: &str) -> TextMarks {
        self.styles.get(style).copied().unwrap_or_default()
    }
    /// The marks of the style that a row or column gives its cells.
    pub(super) fn default_of(&self, tag: &BytesStart<'_>) -> Option<TextMarks> {
        xml_attribute(tag, "default-cell-style-name").map(|style| self.of(&style))
    }
}

/// The marks that cells without a style of their own have: those of their row, or else of their column.
#[derive(Default)]
pub(super) struct DefaultStyles {
    pub of_row: Option<TextMarks>,
    /// Columns of the same style: the first behind them, and their marks.
    of_columns: Vec<(u32, TextMarks)>,
}

impl DefaultStyles {
    pub(super) fn column(&mut self, tag: &BytesStart<'_>, marks: &OdsMarks) {
        let count = xml_attribute(tag, "number-columns-repeated").and_then(|n| n.parse::<u32>().ok());
        let begin = self.of_columns.last().map_or(0, |(end, _)| *end);
        let end = begin.saturating_add(count.unwrap_or(1).max(1));
        self.of_columns.push((end, marks.default_of(tag).unwrap_or_default()));
    }
    pub(super) fn marks(&self, column: u32) -> TextMarks {
        let of_column = || {
            let at = self.of_columns.partition_point(|(end, _)| *end <= column);
            self.of_columns.get(at).map_or_else(TextMarks::default, |(_, marks)| *marks)
        };
        self.of_row.unwrap_or_else(of_column)
    }
}
