//! Collects the rows of one table into text columns, telling data from what is not.

use std::collections::BTreeSet;
use std::sync::Arc;

use arrow::array::{StringArray, StringBuilder};

use super::row_words::is_example_word;
use super::rows_below_header::{RowsBelowHeader, skipped_row_text};
use super::table_limits::{MemoryRoom, check_column_limit};
use super::{MalformedRow, RawTable, SkipReason, text_decoding};
use crate::Result;
use crate::config::clean_config_header;
use crate::config::read_options::KeyHeaders;
use crate::model::file_account::{CellFault, FaultyCell, SkippedRow};
use crate::model::source_table::RawTableInfo;

/// Cells for which memory is set aside before the first row.
const CELLS_IN_ADVANCE: usize = 1 << 22;

/// Builds one [`RawTable`] row by row, within a [`MemoryRoom`].
pub(super) struct RawTableAssembler<'a> {
    below: RowsBelowHeader,
    /// One per header; none where the column is left out.
    columns: Vec<Option<StringBuilder>>,
    /// How many are not left out.
    kept: u64,
    rows: Vec<u32>,
    skipped: Vec<SkippedRow>,
    malformed: Vec<MalformedRow>,
    /// Cells behind the last header.
    faults: Vec<FaultyCell>,
    room: &'a mut MemoryRoom,
    /// What a cell may hold besides plain text.
    pub rare: CellHazards,
    /// Cells written as formulas of a text.
    pub formula_texts: u64,
    /// Cells that every row has, where that is known; else 0. A row may lack the last of them.
    pub least: usize,
}

/// What must be looked for in every cell, unless the text as a whole is known to be without.
#[derive(Debug, Clone, Copy)]
pub(super) struct CellHazards {
    /// NUL characters.
    pub nul: bool,
    /// `&#NNNN;`, `&amp;`.
    pub entities: bool,
    /// `="…"`, and `\N` for what is missing: delimited text alone.
    pub exported: bool,
}

impl<'a> RawTableAssembler<'a> {
    /// For a table of about `rows` rows.
    ///
    /// # Errors
    /// More columns than a table may have.
    pub(super) fn new(info: &RawTableInfo, rows: usize, room: &'a mut MemoryRoom) -> Result<Self> {
        Self::without(info, rows, &BTreeSet::new(), room)
    }
    /// Columns with these (cleaned) headers stay empty.
    ///
    /// # Errors
    /// More columns than a table may have.
    pub(super) fn without(
        info: &RawTableInfo,
        rows: usize,
        left_out: &BTreeSet<String>,
        room: &'a mut MemoryRoom,
    ) -> Result<Self> {
        check_column_limit(info.headers.len())?;
        let wanted =
            |header: &String| left_out.is_empty() || !left_out.contains(&clean_config_header(header));
        let wanted: Vec<bool> = info.headers.iter().map(wanted).collect();
        let kept = wanted.iter().filter(|&&wanted| wanted).count();
        // An estimate, and for a wide table a wild one: columns grow as rows come.
        let rows = rows.min(CELLS_IN_ADVANCE / kept.max(1));
        let column = |wanted| if wanted { Some(StringBuilder::with_capacity(rows, rows * 12)) } else { None };
        Ok(Self {
            below: RowsBelowHeader::new(&info.headers),
            columns: wanted.into_iter().map(column).collect(),
            kept: kept as u64,
            rows: Vec::with_capacity(rows),
            skipped: Vec::new(),
            malformed: Vec::new(),
            faults: Vec::new(),
            room,
            rare: CellHazards { nul: true, entities: true, exported: false },
            formula_texts: 0,
            least: 0,
        })
    }
    /// Says which columns only rows of data fill.
    pub(super) fn with_keys(mut self, keys: &KeyHeaders) -> Self {
        self.below.with_keys(keys);
        self
    }
    /// Adds a row that is no data, without its text.
    pub(super) fn skip(&mut self, row: u32, reason: SkipReason) {
        self.skipped.push(SkippedRow { row, reason, text: String::new() });
    }
    /// Adds a row that is to be rejected.
    ///
    /// # Errors
    /// No room left.
    pub(super) fn reject(&mut self, row: u32, original: &str, reason: String) -> Result<()> {
        let original: String = original.chars().take(500).collect();
        self.room.take(0, (size_of::<MalformedRow>() + original.len() + reason.len()) as u64)?;
        self.malformed.push(MalformedRow { row, original, reason });
        Ok(())
    }
    /// Adds a row of cells; outer spaces and control characters are not content.
    ///
    /// # Errors
    /// No room left.
    pub(super) fn push(&mut self, row: u32, cells: &[impl AsRef<str>]) -> Result<()> {
        let (mut filled, mut first, mut end, mut text) = (0, "", 0, 0);
        let mut example = None;
        for (at, cell) in cells.iter().enumerate() {
            let cell = trim_row_cell(cell.as_ref());
            if !cell.is_empty() {
                if filled == 0 {
                    first = cell;
                }
                filled += 1;
                end = at + 1;
                text += cell.len();
                if is_example_word(cell) {
                    example = Some(cell);
                }
            }
        }
        let kind = self.below.not_data(filled, first, cells);
        if let Some(reason) = kind.map_err(|error| error.at_row(row.into()))? {
            if reason == SkipReason::Blank {
                self.skip(row, reason);
                return Ok(());
            }
            let text = skipped_row_text(cells);
            self.room.take(0, (size_of::<SkippedRow>() + text.len()) as u64)?;
            self.skipped.push(SkippedRow { row, reason, text });
            return Ok(());
        }
        let width = self.columns.len();
        let original = || cells.iter().map(|c| c.as_ref()).collect::<Vec<_>>().join("\t");
        // Where every row, the header's too, has a cell more than there are headers, nothing has moved; but a number
        // behind the last header is no remark.
        let behind = || cells.iter().take(end).skip(width).any(|cell| holds_six_digits(cell.as_ref()));
        if end > width && (end > self.least || behind()) {
            let reason = format!(
                "这一行有{end}格，表头只有{width}列，不知道多出的是哪一列；多半是内容里有未加引号的分隔符"
            );
            return self.reject(row, &original(), reason);
        }
        if let Some(word) = example {
            let reason = format!(
                "这一行有一格写着“{word}”，分不清是模板的示例还是名单里的人：是示例的删去这一行，不是的改掉这一格"
            );
            return self.reject(row, &original(), reason);
        }
        if self.rare.nul && cells.iter().any(|c| c.as_ref().contains('\0')) {
            return self.reject(
                row,
                &original(),
                "这一行含有空字符(NUL)，文件在该处已损坏；请重新导出".to_owned(),
            );
        }
        let tabs = |cell: &str| cell.bytes().filter(|b| *b == b'\t').count();
        let pasted =
            || cells.len() * 2 <= width && cells.iter().any(|cell| tabs(cell.as_ref()) + 1 >= width.max(3));
        if cells.len() + 1 < self.least && cells.iter().any(|cell| cell.as_ref().contains('\t')) || pasted() {
            let reason = format!(
                "这一行用制表符分隔，表头或别的行不是，没有拆成{}格：多半是从表格软件里直接粘贴的；改成与表头一样的分隔符后重新导出",
                self.least.max(width)
            );
            return self.reject(row, &original(), reason);
        }
        if cells.len() + 1 < self.least {
            let reason = format!(
                "这一行只有{}格，别的行都有{}格，后面的格没有了：多半是这一行中断，或少了分隔符；请补齐后重新导出",
                cells.len(),
                self.least
            );
            return self.reject(row, &original(), reason);
        }
        if let Some(header) = self.below.shifted(cells) {
            let reason = format!(
                "这一行的格错了位：“{header}”里是姓名，证件号码在它后面的格里；多半是前面的内容里有未加引号的分隔符，请改正后重新导出"
            );
            return self.reject(row, &original(), reason);
        }
        self.room.take(self.kept, text as u64)?;
        for (at, cell) in cells.iter().enumerate().take(end).skip(width) {
            let cell = trim_row_cell(cell.as_ref());
            if !cell.is_empty() {
                let original = cell.to_owned();
                self.room.take(0, (size_of::<FaultyCell>() + original.len()) as u64)?;
                self.faults.push(FaultyCell { row, column: at as u32, fault: CellFault::NoHeader, original });
            }
        }
        for (index, column) in self.columns.iter_mut().enumerate() {
            let Some(column) = column else { continue };
            let mut cell = cells.get(index).map_or("", |c| trim_row_cell(c.as_ref()));
            if self.rare.exported {
                let plain = exported_cell(cell);
                self.formula_texts += u64::from(cell.starts_with('=') && plain.len() < cell.len());
                cell = plain;
            }
            if cell.is_empty() {
                column.append_null();
            } else if self.rare.entities {
                column.append_value(text_decoding::decode_entities(cell));
            } else {
                column.append_value(cell);
            }
        }
        self.rows.push(row);
        Ok(())
    }
    /// Rows of data so far.
    pub(super) fn data_rows(&self) -> usize {
        self.rows.len()
    }
    /// Damaged rows so far.
    pub(super) fn damaged_rows(&self) -> usize {
        self.malformed.len()
    }
    /// The room that is left.
    pub(super) fn room(&self) -> &MemoryRoom {
        self.room
    }
    pub(super) fn finish(self, info: Arc<RawTableInfo>) -> RawTable {
        let rows = self.rows.len();
        RawTable {
            info,
            columns: (self.columns.into_iter())
                .map(|column| column.map_or_else(|| StringArray::new_null(rows), |mut c| c.finish()))
                .collect(),
            rows: self.rows,
            skipped: self.skipped,
            malformed: self.malformed,
            faults: self.faults,
            account: None,
        }
    }
}

/// Outer white space of every kind, and the marks exporters put before numbers to keep them text.
pub(super) fn trim_row_cell(cell: &str) -> &str {
    // Nearly all cells begin and end with a visible ASCII or a Han character.
    let (Some(first), Some(last)) = (cell.as_bytes().first(), cell.as_bytes().last()) else { return cell };
    let han = |b: u8| (0xE4..=0xE9).contains(&b);
    let ends_plain = last.is_ascii_graphic() && *first >= 0xE4
        || (first.is_ascii_graphic() || han(*first))
            && (last.is_ascii_graphic() || han(cell.as_bytes()[cell.len().saturating_sub(3)]));
    if ends_plain {
        return cell;
    }
    cell.trim_matches(is_outer_space)
}

/// Is this character none of the content at either end of a cell?
pub(super) fn is_outer_space(c: char) -> bool {
    c.is_whitespace() || matches!(c, '\u{feff}' | '\u{200b}' | '\u{200e}' | '\u{202a}' | '\u{202c}')
}

/// What a cell of an export stands for: `="…"` keeps a spreadsheet from taking a number for one, `\N` is how
/// databases write that there is no value.
fn exported_cell(cell: &str) -> &str {
    let inner = cell.strip_prefix("=\"").and_then(|rest| rest.strip_suffix('"'));
    match inner {
        Some(text) if !text.contains('"') => trim_row_cell(text),
        _ if cell == "\\N" => "",
        _ => cell,
    }
}

/// Six digits in a row or more: what no remark is.
fn holds_six_digits(cell: &str) -> bool {
    cell.split(|c: char| !c.is_ascii_digit()).any(|run| run.len() >= 6)
}

#[cfg(test)]
mod tests {
    use arrow::array::Array;

    use super::*;
    use crate::extract::FileIdentity;
    use crate::model::source_table::FileFormat;

    fn info(columns: usize) -> RawTableInfo {
        let identity =
            FileIdentity { file: "甲.csv".into(), sha256: String::new(), format: FileFormat::Csv };
        identity.info((0..columns).map(|at| format!("列{at}")).collect(), 1)
    }

    /// Values that all columns hold together.
    fn held(out: &RawTableAssembler<'_>) -> usize {
        use arrow::array::ArrayBuilder as _;
        out.columns.iter().flatten().map(|column| column.len()).sum()
    }

    #[test]
    fn a_row_without_room_is_refused_before_any_column_grows() {
        let info = info(100);
        let mut room = MemoryRoom::of(1000, 55);
        let mut out = RawTableAssembler::new(&info, 4_000_000, &mut room).unwrap();
        for row in 0..10 {
            out.push(row, &["张"]).unwrap();
        }
        assert_eq!(held(&out), 1000);
        assert!(out.push(10, &["张"]).unwrap_err().message().contains("单元格超过1000个"));
        assert_eq!((held(&out), out.rows.len()), (1000, 10));
        // What is no data needs no room.
        out.push(11, &[""]).unwrap();
        drop(out);
        let mut room = MemoryRoom::of(1000, 10);
        let mut out = RawTableAssembler::new(&info, 10, &mut room).unwrap();
        assert!(out.push(1, &["张三李四"]).unwrap_err().message().contains("文字超过"));
        assert_eq!((held(&out), out.rows.len()), (0, 0));
        assert!(out.reject(2, "一整行", "原因".to_owned()).is_err());
        assert!(out.malformed.is_empty());
    }

    #[test]
    fn columns_left_out_need_no_room() {
        let left_out = (1..100).map(|at| clean_config_header(&format!("列{at}"))).collect();
        let mut room = MemoryRoom::of(1000, 1000);
        let mut out = RawTableAssembler::without(&info(100), 1000, &left_out, &mut room).unwrap();
        (0..300).for_each(|row| out.push(row, &["张"]).unwrap());
    }

    #[test]
    fn too_many_columns_are_refused_before_there_are_any() {
        let mut room = MemoryRoom::piece();
        let error = RawTableAssembler::new(&info(16_385), 10, &mut room).err().unwrap();
        assert!(error.message().contains("16385列") && error.hint_text().is_some(), "{error}");
    }

    #[test]
    fn little_is_set_aside_for_rows_that_may_never_come() {
        // By the estimate alone this is four million rows of ten thousand columns.
        let info = Arc::new(info(10_000));
        let mut room = MemoryRoom::piece();
        let table = RawTableAssembler::new(&info, 4_000_000, &mut room).unwrap().finish(Arc::clone(&info));
        let bytes = |column: &StringArray| -> usize {
            column.to_data().buffers().iter().map(arrow::buffer::Buffer::capacity).sum()
        };
        assert!(table.columns.iter().map(bytes).sum::<usize>() < 200 << 20);
    }
}
