//! What a file of answers that a page saved says of itself: how many rows it has, and a check over what they say. A file
//! that lost rows on its way is not imported as if it were whole.

use super::returned_sheet::ReturnedSheet;
use crate::model::answer_column::{ANSWER_FILE, AnswerColumn};
use crate::{Error, Result};

/// The first line of such a file.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(super) struct SavedAnswers {
    rows: Option<usize>,
    check: Option<u32>,
}

impl SavedAnswers {
    /// The line that a row of a table is, if it is one.
    pub(super) fn read(sheet: &ReturnedSheet, at: usize) -> Option<Self> {
        let cells: Vec<&str> = (0..sheet.table.columns.len()).map(|column| sheet.cell(at, column)).collect();
        if cells.first()?.trim() != ANSWER_FILE {
            return None;
        }
        let behind = |word: &str| cells.iter().find_map(|cell| cell.trim().strip_prefix(word));
        Some(Self {
            rows: behind("共").and_then(|text| text.strip_suffix('行')?.parse().ok()),
            check: behind("校验").and_then(|text| u32::from_str_radix(text, 16).ok()),
        })
    }

    /// What is to be told of what became of it since it was saved.
    ///
    /// # Errors
    /// Rows are missing or too many, or it does not say how many there are.
    pub(super) fn compare(&self, sheet: &ReturnedSheet) -> Result<Option<String>> {
        let cure = "在清单网页里重新“保存答复”，把新存的文件原样交回";
        let Some(rows) = self.rows else {
            return Err(Error::input("答复文件的第一行被改过，看不出应有几行").hint(cure));
        };
        if rows != sheet.rows.len() {
            return Err(Error::input(format!(
                "答复文件不完整：第一行写着共{rows}行，读到{}行",
                sheet.rows.len()
            ))
            .hint(cure));
        }
        let same = self.check == Some(self.check_of(sheet));
        Ok((!same).then(|| "答复文件保存以后改过（校验不符），照现在的内容逐行核对".to_owned()))
    }

    /// FNV-1a over the cells of all rows, as the page computes it.
    fn check_of(&self, sheet: &ReturnedSheet) -> u32 {
        let mut hash = 2_166_136_261_u32;
        for &row in &sheet.rows {
            let cells: Vec<&str> =
                AnswerColumn::ALL.iter().map(|&column| sheet.answer(row, column)).collect();
            for unit in format!("{}\n", cells.join("\t")).encode_utf16() {
                hash = (hash ^ u32::from(unit)).wrapping_mul(16_777_619);
            }
        }
        hash
    }
}
