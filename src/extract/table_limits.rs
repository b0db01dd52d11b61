//! How much one table may ask for, whatever its file says of itself.
//!
//! A few bytes can claim very much: ten thousand headers over a million rows of one cell each, or one
//! long text that every cell points to. So what rows will take up is counted before it is taken.

use std::cell::Cell;

use crate::{Error, Result};

/// Columns of a table: as many as a spreadsheet has.
pub(super) const MAX_COLUMNS: usize = 1 << 14;
/// Cells that a worksheet counts for beside its own: so much it takes up, be it empty.
pub(super) const CELLS_OF_SHEET: u64 = 64;
/// Rows of a table: their numbers are part of record identifiers and have 32 bits.
pub(super) const MAX_ROWS: u64 = u32::MAX as u64;
/// Bytes of a file that is read as a whole: workbooks, DBF, UTF-16, what is no regular file.
pub(super) const MAX_WHOLE: u64 = 4 << 30;

/// No column of a table may hold more text: places in it are numbers of 31 bits.
const TEXT: u64 = i32::MAX as u64;
/// How much text a byte of a packed file may stand for. Columns of one value take next to nothing, but
/// every row has something of its own.
const TEXT_PER_BYTE: u64 = 1000;
/// The text of a worksheet, of any size, and how much more for every byte of it: cells may share texts.
const SHARED_TEXT: u64 = 512 << 20;
const SHARED_TEXT_PER_BYTE: u64 = 8;

/// Cells of all worksheets of a workbook.
const WORKBOOK_CELLS: u64 = 200_000_000;

const FEWER_COLUMNS: &str = "核对分隔符和表头；若确有这么多列，请只导出需要的列";
const SHORTER_TEXTS: &str = "核对有没有极长的单元格；若确有这么多内容，请分成几个文件";
const SPLIT: &str = "请分成几个文件，或改交 CSV";

/// Cells and text (bytes) that may still be held.
#[derive(Debug)]
pub(super) struct MemoryRoom {
    cells: Cell<u64>,
    text: Cell<u64>,
    /// What it is the room of, and how large it was.
    of: &'static str,
    most_cells: u64,
    most_text: u64,
    /// What to do about too many cells, and about too much text.
    cures: [&'static str; 2],
}

impl MemoryRoom {
    /// Room of one piece of a file that arrives in pieces. Eight times what the full rows of a piece of
    /// delimited text can hold: rows may end before their last columns.
    pub(super) fn piece() -> Self {
        Self::new("这一段数据", 1 << 26, 1 << 28, [FEWER_COLUMNS, SHORTER_TEXTS])
    }
    /// Room of one worksheet while its cells are read; `bytes`: what the workbook unpacks to.
    pub(super) fn sheet(bytes: u64) -> Self {
        Self::new("这张工作表", 100_000_000, shared_text_limit(bytes), [SPLIT; 2])
    }
    /// Room of all worksheets of a workbook that are read together; `bytes`: what they are read from.
    pub(super) fn sheets(bytes: u64) -> Self {
        Self::new("这个工作簿的所有工作表", WORKBOOK_CELLS, shared_text_limit(bytes), [SPLIT; 2])
    }
    /// Room of the tables that all worksheets of a workbook become.
    pub(super) fn workbook() -> Self {
        Self::new("这个工作簿的所有工作表", WORKBOOK_CELLS, TEXT, [SPLIT; 2])
    }
    /// Room of the texts of a file of so many bytes, however they are packed in it.
    pub(super) fn file(bytes: u64) -> Self {
        let text = bytes.saturating_mul(TEXT_PER_BYTE).saturating_add(TEXT);
        Self::new("这个文件", u64::MAX, text, [SHORTER_TEXTS; 2])
    }
    /// A small room.
    #[cfg(test)]
    pub(super) fn of(cells: u64, text: u64) -> Self {
        Self::new("这一段数据", cells, text, [SPLIT; 2])
    }
    fn new(of: &'static str, cells: u64, text: u64, cures: [&'static str; 2]) -> Self {
        Self { cells: Cell::new(cells), text: Cell::new(text), of, most_cells: cells, most_text: text, cures }
    }
    /// Takes room for so many cells and bytes of text.
    ///
    /// # Errors
    /// There is not so much left.
    pub(super) fn take(&self, cells: u64, text: u64) -> Result<()> {
        let left = (self.cells.get().checked_sub(cells), self.text.get().checked_sub(text));
        let (Some(cells), Some(text)) = left else { return Err(self.exceeded(left.0.is_none())) };
        self.cells.set(cells);
        self.text.set(text);
        Ok(())
    }
    /// Is half of the text, or more, taken?
    pub(super) fn half_taken(&self) -> bool {
        self.text.get() < self.most_text / 2
    }
    #[cold]
    fn exceeded(&self, cells: bool) -> Error {
        let (what, cure) = match cells {
            true => (format!("单元格超过{}个", self.most_cells), self.cures[0]),
            false => (format!("文字超过{}MB", self.most_text >> 20), self.cures[1]),
        };
        Error::input(format!("{}的{what}，拒绝读取", self.of)).hint(cure)
    }
}

fn shared_text_limit(bytes: u64) -> u64 {
    bytes.saturating_mul(SHARED_TEXT_PER_BYTE).saturating_add(SHARED_TEXT).min(TEXT)
}

/// Refuses a table with more than [`MAX_COLUMNS`] columns.
///
/// # Errors
/// It has more.
pub(super) fn check_column_limit(columns: usize) -> Result<()> {
    if columns <= MAX_COLUMNS {
        return Ok(());
    }
    Err(Error::input(format!("表头有{columns}列，最多可读{MAX_COLUMNS}列"))
        .hint("核对分隔符和表头行；若确有这么多列，请只导出需要的列"))
}

/// The error of a table with more than [`MAX_ROWS`] rows.
pub(super) fn too_many_rows() -> Error {
    Error::input(format!("行数超过{MAX_ROWS}")).hint("请分成几个文件")
}

/// Refuses a file of so many bytes that has to be read as a whole.
///
/// # Errors
/// It has more than [`MAX_WHOLE`].
pub(super) fn check_whole_file_limit(bytes: u64) -> Result<()> {
    if bytes <= MAX_WHOLE {
        return Ok(());
    }
    Err(Error::input(format!("这种文件要整个读入内存，最大{}GB", MAX_WHOLE >> 30))
        .hint("请分成几个文件，或改交 UTF-8、GB18030 编码的 CSV"))
}
