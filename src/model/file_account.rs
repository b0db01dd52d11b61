//! What a file is made of: every row, sheet and cell that is not delivered as it stands is named here.

/// Why a row of a file is not a data row. Such rows are counted, never silently dropped.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, serde::Serialize, serde::Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum SkipReason {
    /// Title or note above the header.
    Title,
    /// The header itself (or its repetition further down).
    Header,
    /// No cell holds anything.
    Blank,
    /// 合计/小计/总计 row.
    Total,
    /// 制表人/审核人/说明 below the data.
    Footer,
    /// A lone sentence, date or number written in advance, without anybody it is about.
    Note,
    /// What stands in place of the name is a line of the list and no name, and nothing tells of a person.
    Line,
    /// The row of a template that shows how to fill it in.
    Example,
    /// Marked as deleted by the program that wrote the file (DBF).
    Deleted,
}

impl SkipReason {
    /// The key under which such rows are counted in the manifest.
    pub fn key(self) -> &'static str {
        match self {
            Self::Title => "title",
            Self::Header => "header",
            Self::Blank => "blank",
            Self::Total => "total",
            Self::Footer => "footer",
            Self::Note => "note",
            Self::Line => "line",
            Self::Example => "example",
            Self::Deleted => "deleted",
        }
    }
    /// The label of a key; the key itself if it is of another version.
    pub(crate) fn label_of(key: &str) -> &str {
        const ALL: [SkipReason; 9] = [
            SkipReason::Title,
            SkipReason::Header,
            SkipReason::Blank,
            SkipReason::Total,
            SkipReason::Footer,
            SkipReason::Note,
            SkipReason::Line,
            SkipReason::Example,
            SkipReason::Deleted,
        ];
        ALL.into_iter().find(|reason| reason.key() == key).map_or(key, |reason| reason.label())
    }
    /// Chinese label.
    pub fn label(self) -> &'static str {
        match self {
            Self::Title => "标题或说明行",
            Self::Header => "表头行",
            Self::Blank => "空行",
            Self::Total => "合计行",
            Self::Footer => "表尾行",
            Self::Note => "没有人员内容的行",
            Self::Line => "姓名列里不是姓名的行",
            Self::Example => "模板的示例行",
            Self::Deleted => "已删除的记录",
        }
    }
}

/// A row that is not data.
#[derive(Debug, Clone, PartialEq, Eq, serde::Serialize, serde::Deserialize)]
pub struct SkippedRow {
    /// One-based row.
    pub row: u32,
    /// Why it is none.
    pub reason: SkipReason,
    /// Its cells, joined by tabs (at most 500 characters); empty for blank rows.
    pub text: String,
}

/// A cell of a data row that holds something which is no value.
#[derive(Debug, Clone, PartialEq, Eq, serde::Serialize, serde::Deserialize)]
pub struct FaultyCell {
    /// One-based row, as the rows of its table have it.
    pub row: u32,
    /// Position of the column among the table's headers.
    pub column: u32,
    /// What is wrong.
    pub fault: CellFault,
    /// What the cell says, as far as it can be read (`#N/A`, the formula).
    pub original: String,
}

/// Why a cell holds no value although it is not blank.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, serde::Serialize, serde::Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum CellFault {
    /// `#N/A`, `#VALUE!`, `#REF!`: a formula found nothing.
    ErrorValue,
    /// A formula that the program which wrote the file did not calculate.
    FormulaWithoutValue,
    /// The cell ends in the middle of a character; what stands before it is its value.
    HalfCharacter,
    /// The text stands in a memo file that is not there (DBF).
    MemoMissing,
    /// The memo file has no text where the cell points (DBF).
    MemoUnreadable,
    /// `*****`: the number did not fit into the column (DBF).
    NumberOverflow,
    /// A picture, an object, bytes of a program: no text can be made of it.
    UnreadableType,
    /// The cell stands behind the last header.
    NoHeader,
    /// A line goes through all of it: it no longer holds, and what holds instead is not said.
    StruckOut,
    /// A line goes through some of it; the rest is its value.
    StruckPart,
    /// Some of it stands above or below the line, a note; the rest is its value.
    RaisedPart,
    /// A number that is merged with that of somebody else above.
    MergedNumber,
    /// A number in a column of days of a format whose programs count days from no known beginning.
    DayNumber,
}

impl CellFault {
    /// Those of cells that nevertheless have a value.
    pub(crate) const VALUE_KEPT: [Self; 3] = [Self::HalfCharacter, Self::StruckPart, Self::RaisedPart];

    /// Has the cell a value nevertheless?
    pub fn keeps_value(self) -> bool {
        Self::VALUE_KEPT.contains(&self)
    }
    /// What such a cell is, Chinese.
    pub fn label(self) -> &'static str {
        match self {
            Self::ErrorValue => "是公式的错误值",
            Self::FormulaWithoutValue => "是没有算出结果的公式",
            Self::HalfCharacter => "末尾的字被截断",
            Self::MemoMissing => "的内容在备注文件里，备注文件没有交来",
            Self::MemoUnreadable => "的内容在备注文件里读不出来",
            Self::NumberOverflow => "是星号（数字超出字段的宽度，已经丢失）",
            Self::NoHeader => "在没有表头的列里",
            Self::UnreadableType => "是图片、对象或二进制内容，读不出文字",
            Self::StruckOut => "整格划了删除线",
            Self::StruckPart => "有一部分划了删除线",
            Self::RaisedPart => "有上标或下标",
            Self::MergedNumber => "与上面另一个人的合并成一格",
            Self::DayNumber => "是整数，不知道从哪一天数起",
        }
    }
}

/// What one file is made of, counted twice: by the reader, and by a counter that shares no code with it.
#[derive(Debug, Clone, PartialEq, Eq, serde::Serialize, serde::Deserialize)]
pub struct FileAccount {
    /// What is counted.
    pub unit: PhysicalUnit,
    /// How many of them the second counter found in the file; the reader's own sum is the same, or the
    /// file is refused.
    pub counted: u64,
    /// Records that lie over more than one line, by the row that each begins at (the first 1,000).
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    pub several_lines: Vec<u32>,
    /// How many such records there are.
    pub several_lines_count: u64,
    /// Cells whose text was filled up with zero bytes to the width of its column (`CHAR`).
    #[serde(default, skip_serializing_if = "is_zero")]
    pub padded_cells: u64,
    /// Every sheet of a workbook in its order.
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    pub sheets: Vec<SheetAccount>,
    /// What a delimited text holds besides plain cells.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub text: Option<TextAccount>,
}

/// What a delimited text holds besides plain cells.
#[derive(Debug, Clone, Default, PartialEq, Eq, serde::Serialize, serde::Deserialize)]
pub struct TextAccount {
    /// Rows with quotes that enclose nothing and were read as characters (the first 1,000).
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    pub stray_quotes: Vec<u32>,
    /// How many such rows there are.
    pub stray_quotes_count: u64,
    /// Rows of data with fewer cells than the records of the table have; those that they lack are blank (the
    /// first 1,000).
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    pub short_rows: Vec<u32>,
    /// How many such rows there are.
    #[serde(default, skip_serializing_if = "is_zero")]
    pub short_rows_count: u64,
    /// Cells written as formulas of a text (`="…"`); the text in them was read.
    pub formula_texts: u64,
    /// Lines of another encoding than the file's, read in theirs.
    pub other_encoding: u64,
}

/// The physical parts that rows are counted by.
#[derive(Debug, Clone, Copy, PartialEq, Eq, serde::Serialize, serde::Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum PhysicalUnit {
    /// Lines of a text.
    Line,
    /// `<row>` elements (or what stands for them) with a filled cell.
    SheetRow,
    /// Records of a fixed width.
    Record,
    /// Values of one column.
    Value,
}

/// One sheet of a workbook.
#[derive(Debug, Clone, PartialEq, Eq, serde::Serialize, serde::Deserialize)]
pub struct SheetAccount {
    /// Its name.
    pub name: String,
    /// What was done with it.
    pub fate: SheetFate,
    /// Rows with a filled cell, where they were counted.
    pub rows: u64,
    /// How many of them are hidden; they are read like the others.
    #[serde(default, skip_serializing_if = "is_zero")]
    pub hidden_rows: u64,
}

#[allow(clippy::trivially_copy_pass_by_ref)]
fn is_zero(count: &u64) -> bool {
    *count == 0
}

impl SheetAccount {
    /// True of a sheet that holds something and was not read.
    pub fn was_left(&self) -> bool {
        match self.fate {
            SheetFate::Read | SheetFate::Continued | SheetFate::Empty => false,
            SheetFate::Hidden | SheetFate::NotWanted | SheetFate::NoTable | SheetFate::Notes => true,
        }
    }
}

/// What was done with a sheet.
#[derive(Debug, Clone, Copy, PartialEq, Eq, serde::Serialize, serde::Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum SheetFate {
    /// Its rows were read.
    Read,
    /// Its rows were read under the header of the sheet before it.
    Continued,
    /// It holds nothing.
    Empty,
    /// It is hidden, and nobody asked for it.
    Hidden,
    /// The contract does not want it.
    NotWanted,
    /// It is a chart or a macro sheet.
    NoTable,
    /// It holds no list but words: no row has more than two filled cells, none holds an ID number.
    Notes,
}

impl SheetFate {
    /// Chinese label.
    pub fn label(self) -> &'static str {
        match self {
            Self::Read => "已读入",
            Self::Continued => "接着上一张读入",
            Self::Empty => "空的",
            Self::Hidden => "隐藏的",
            Self::NotWanted => "按约定不读",
            Self::NoTable => "图表或宏表",
            Self::Notes => "只有文字，没有名单",
        }
    }
}
