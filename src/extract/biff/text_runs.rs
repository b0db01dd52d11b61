//! Fonts of an XLS workbook that strike text through or raise it, and the runs of texts that they are used for.

use std::rc::Rc;

use super::biff_u16;
use crate::extract::digit_format::DigitFormat;
use crate::extract::marked_text::{CellMark, TextMarks, TextRuns};
use crate::extract::xlsx_marks::SheetMarks;

/// A text that cells share.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub(in crate::extract) struct SharedText {
    /// The most bytes that it takes up as UTF-8.
    pub bytes: u64,
    /// Its runs, if it has several.
    pub runs: Option<BiffRuns>,
}

/// A text whose parts have fonts of their own.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub(in crate::extract) struct BiffRuns {
    /// Its letters, UTF-16.
    pub letters: Vec<u16>,
    /// Where each run begins, and its font; what comes before the first has the font of its cell.
    pub fonts: Vec<(u16, u16)>,
}

/// The letter in one or two bytes.
pub(in crate::extract) fn biff_letter(bytes: &[u8]) -> u16 {
    match bytes {
        [low, high] => u16::from_le_bytes([*low, *high]),
        _ => bytes.first().copied().unwrap_or_default().into(),
    }
}

/// How the fonts of a workbook set text off, in their order.
#[derive(Debug, Default)]
pub(in crate::extract) struct BiffFonts {
    marks: Vec<TextMarks>,
    /// Every number has a font; else none has the number four.
    without_gap: bool,
}

impl BiffFonts {
    /// Of a workbook that numbers its fonts one by one.
    pub(in crate::extract) fn without_gap() -> Self {
        Self { without_gap: true, ..Self::default() }
    }
    /// Takes in a record of a font, [MS-XLS] 2.4.122.
    pub(in crate::extract) fn add(&mut self, data: &[u8]) {
        const STRUCK: u16 = 0x08;
        let struck = biff_u16(data, 2).is_some_and(|flags| flags & STRUCK != 0);
        let raised = biff_u16(data, 8).is_some_and(|script| matches!(script, 1 | 2));
        self.marks.push(TextMarks { struck, raised });
    }
    /// The marks of a font.
    pub(in crate::extract) fn marks(&self, number: u16) -> TextMarks {
        let at = usize::from(number) - usize::from(number > 4 && !self.without_gap);
        self.marks.get(at).copied().unwrap_or_default()
    }
    /// The runs of a text as they are set off.
    pub(in crate::extract) fn runs(&self, text: &BiffRuns) -> TextRuns {
        let mut runs = TextRuns::new();
        let mut begin = (0, None);
        let ends = text.fonts.iter().map(|&(at, font)| (usize::from(at), Some(self.marks(font))));
        for (at, marks) in ends.chain([(text.letters.len(), None)]) {
            // A run that begins nowhere in the text is none.
            let at = at.clamp(begin.0, text.letters.len());
            if at > begin.0 {
                runs.push((String::from_utf16_lossy(&text.letters[begin.0..at]), begin.1));
            }
            begin = (at, marks);
        }
        runs
    }
}

/// What the cell formats of a workbook make of cells, in their order.
#[derive(Default)]
pub(in crate::extract) struct BiffFormats {
    /// The units that they show.
    pub units: Vec<Option<Rc<str>>>,
    /// The marks of their fonts.
    pub marks: Vec<TextMarks>,
    /// The digits that they show.
    pub digits: Vec<Option<Rc<DigitFormat>>>,
}

impl BiffFormats {
    /// The unit that the cell format shows whose number stands here.
    pub(in crate::extract) fn unit(&self, data: &[u8], at: usize) -> Option<Rc<str>> {
        self.units.get(usize::from(biff_u16(data, at)?))?.clone()
    }
    /// The marks of a cell format's font.
    pub(in crate::extract) fn marks_of(&self, format: Option<u16>) -> TextMarks {
        format.and_then(|format| self.marks.get(usize::from(format))).copied().unwrap_or_default()
    }
    /// Notes how a cell is shown; `number`: it holds one.
    pub(in crate::extract) fn show(
        &self,
        format: Option<u16>,
        place: (u32, u32),
        number: bool,
        shown: &mut SheetMarks,
    ) {
        if self.marks_of(format).struck {
            shown.marks.insert(place, CellMark::Struck);
        }
        let digits = format.filter(|_| number).and_then(|format| self.digits.get(usize::from(format)));
        shown.digits.extend(digits.cloned().flatten().map(|digits| (place, digits)));
    }
}

/// The runs of a text that stands in the record of its cell, `RSTRING`: its letters, and behind them the runs.
pub(in crate::extract) fn rich_text_runs(data: &[u8], version: u16) -> Option<BiffRuns> {
    let count = usize::from(biff_u16(data, 6)?);
    if version >= 0x0600 {
        let each = 1 + usize::from(*data.get(8)? & 1);
        let end = 9 + count * each;
        let letters = data.get(9..end)?.chunks_exact(each).map(biff_letter).collect();
        let runs = usize::from(biff_u16(data, end)?);
        let fonts = data.get(end + 2..end + 2 + runs * 4)?.chunks_exact(4);
        let fonts = fonts.map(|run| (biff_letter(&run[..2]), biff_letter(&run[2..]))).collect();
        return Some(BiffRuns { letters, fonts });
    }
    // Bytes of a code page, and runs of two bytes that count them.
    let end = 8 + count;
    let runs = usize::from(*data.get(end)?);
    let runs = data.get(end + 1..end + 1 + runs * 2)?;
    let (mut letters, mut fonts, mut from) = (Vec::new(), Vec::new(), 0);
    for run in runs.chunks_exact(2) {
        let at = usize::from(run[0]).min(count);
        letters.extend(decoded(data.get(8 + from..8 + at)?));
        fonts.push((u16::try_from(letters.len()).ok()?, u16::from(run[1])));
        from = at;
    }
    letters.extend(decoded(data.get(8 + from..end)?));
    Some(BiffRuns { letters, fonts })
}

fn decoded(bytes: &[u8]) -> Vec<u16> {
    encoding_rs::GBK.decode_without_bom_handling(bytes).0.encode_utf16().collect()
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::extract::marked_text::mark_of_runs;
    use crate::model::file_account::CellFault;

    fn font(flags: u16, script: u16) -> Vec<u8> {
        [200u16, flags, 0, 400, script].iter().flat_map(|word| word.to_le_bytes()).collect()
    }

    #[test]
    fn runs_have_the_fonts_that_their_numbers_name() {
        let mut fonts = BiffFonts::default();
        for _ in 0..4 {
            fonts.add(&font(0, 0));
        }
        fonts.add(&font(8, 0));
        fonts.add(&font(0, 1));
        assert_eq!((fonts.marks(3).any(), fonts.marks(5).struck, fonts.marks(6).raised), (false, true, true));
        let text = |fonts: &[(u16, u16)]| BiffRuns {
            letters: "500625".encode_utf16().collect(),
            fonts: fonts.to_vec(),
        };
        let part = |kept: &str, shown: &str, fault| {
            Some(CellMark::Part { kept: kept.to_owned(), shown: shown.to_owned(), fault })
        };
        let mark = |runs: &[(u16, u16)]| mark_of_runs(&fonts.runs(&text(runs)), TextMarks::default());
        assert_eq!(mark(&[(0, 5), (3, 0)]), part("625", "【划掉：500】625", CellFault::StruckPart));
        assert_eq!(mark(&[(5, 6)]), part("50062", "50062【上下标：5】", CellFault::RaisedPart));
        assert_eq!(mark(&[(2, 1)]), None);
        // Runs that begin nowhere in the text.
        assert_eq!(mark(&[(9, 5), (2, 5)]), None);
    }

    #[test]
    fn a_text_in_its_own_record_has_its_runs_behind_it() {
        let mut data = vec![0, 0, 0, 0, 0, 0, 2, 0, 0, b'5', b'6', 1, 0];
        data.extend([1, 0, 5, 0]);
        let runs = rich_text_runs(&data, 0x0600).unwrap();
        assert_eq!((runs.letters.len(), &runs.fonts[..]), (2, &[(1, 5)][..]));
        let old = [0, 0, 0, 0, 0, 0, 2, 0, b'5', b'6', 1, 1, 5];
        assert_eq!(rich_text_runs(&old, 0x0500).unwrap(), runs);
    }
}
