//! Text that is struck through or raised within its cell: it is not joined to what stands beside it.
//!
//! ~~500~~625 is 625, not 500,625; 625¹ is 625 with a note. What was left out is told. A cell that is struck through as a
//! whole says that it no longer holds, and not what holds instead: its value is not known.

use std::ops::BitOr;

use crate::model::file_account::CellFault;

/// How a run of text is set off from what stands beside it.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq)]
pub(super) struct TextMarks {
    /// A line goes through it.
    pub struck: bool,
    /// It stands above or below the line.
    pub raised: bool,
}

impl TextMarks {
    pub(super) const STRUCK: Self = Self { struck: true, raised: false };
    pub(super) const RAISED: Self = Self { struck: false, raised: true };

    pub(super) fn any(self) -> bool {
        self.struck || self.raised
    }
}

impl BitOr for TextMarks {
    type Output = Self;
    fn bitor(self, other: Self) -> Self {
        Self { struck: self.struck || other.struck, raised: self.raised || other.raised }
    }
}

/// What the marks in a cell make of it.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(super) enum CellMark {
    /// All of it is struck through.
    Struck,
    /// What is left of it, all of it with the marks in words, and what is to be told.
    Part { kept: String, shown: String, fault: CellFault },
}

/// The text of a cell while it comes run by run.
#[derive(Debug, Clone, Default)]
pub(super) struct MarkedText {
    /// All of it.
    pub all: String,
    /// What is not marked, and all of it with the marks in words; none before the first mark.
    marked: Option<(String, String)>,
    struck: bool,
    raised: bool,
}

impl MarkedText {
    pub(super) fn push(&mut self, text: &str, marks: TextMarks) {
        let visible = text.chars().any(|c| !c.is_whitespace());
        if marks.any() && visible && !self.is_of_unit(text, marks) {
            self.struck |= marks.struck;
            self.raised |= marks.raised;
            let (_, shown) = self.marked.get_or_insert_with(|| (self.all.clone(), self.all.clone()));
            let what = if marks.struck { "划掉" } else { "上下标" };
            shown.push_str(&format!("【{what}：{}】", text.trim()));
        } else if let Some((kept, shown)) = &mut self.marked {
            kept.push_str(text);
            shown.push_str(text);
        }
        self.all.push_str(text);
    }
    /// m² and m³ are units.
    fn is_of_unit(&self, text: &str, marks: TextMarks) -> bool {
        !marks.struck && matches!(text.trim(), "2" | "3") && self.all.trim_end().ends_with(['m', 'M', '米'])
    }
    /// What the marks make of the cell; none if there are none, or if all of it is but small.
    pub(super) fn mark(&self) -> Option<CellMark> {
        let (kept, shown) = self.marked.as_ref()?;
        match kept.trim() {
            "" if self.struck => Some(CellMark::Struck),
            "" => None,
            kept => Some(CellMark::Part {
                kept: kept.to_owned(),
                shown: shown.trim().to_owned(),
                fault: if self.struck { CellFault::StruckPart } else { CellFault::RaisedPart },
            }),
        }
    }
}

/// Runs of a text that styles of their own may set off; `None`: the style of its cell.
pub(super) type TextRuns = Vec<(String, Option<TextMarks>)>;

/// What the marks make of a cell of these runs; `of_cell`: how the font of the cell itself is set off.
pub(super) fn mark_of_runs(runs: &TextRuns, of_cell: TextMarks) -> Option<CellMark> {
    let mut text = MarkedText::default();
    // All of a cell set small is no note on anything.
    let of_cell = TextMarks { raised: false, ..of_cell };
    runs.iter().for_each(|(run, marks)| text.push(run, marks.unwrap_or(of_cell)));
    text.mark()
}

#[cfg(test)]
mod tests {
    use super::*;

    fn mark(runs: &[(&str, TextMarks)]) -> Option<CellMark> {
        let mut text = MarkedText::default();
        runs.iter().for_each(|(run, marks)| text.push(run, *marks));
        text.mark()
    }

    #[test]
    fn what_is_struck_or_raised_is_left_out_and_told() {
        let plain = TextMarks::default();
        let part = |kept: &str, shown: &str, fault| {
            Some(CellMark::Part { kept: kept.to_owned(), shown: shown.to_owned(), fault })
        };
        assert_eq!(
            mark(&[("500", TextMarks::STRUCK), ("625", plain)]),
            part("625", "【划掉：500】625", CellFault::StruckPart)
        );
        assert_eq!(
            mark(&[("625", plain), ("1", TextMarks::RAISED)]),
            part("625", "625【上下标：1】", CellFault::RaisedPart)
        );
        assert_eq!(mark(&[("500", TextMarks::STRUCK)]), Some(CellMark::Struck));
        assert_eq!(mark(&[("500", TextMarks::STRUCK), (" ", plain)]), Some(CellMark::Struck));
        for runs in [
            &[("625", plain)][..],
            &[("625", TextMarks::RAISED)],
            &[("625", plain), (" ", TextMarks::STRUCK)],
            &[("60m", plain), ("2", TextMarks::RAISED)],
        ] {
            assert_eq!(mark(runs), None, "{runs:?}");
        }
        // A run without a style of its own has that of its cell.
        let runs = vec![("500".to_owned(), None), ("625".to_owned(), Some(plain))];
        assert_eq!(mark_of_runs(&runs, plain), None);
        let struck = mark_of_runs(&runs, TextMarks::STRUCK);
        assert_eq!(struck, part("625", "【划掉：500】625", CellFault::StruckPart));
    }
}
