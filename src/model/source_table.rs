//! One table of an extract: a file, or one worksheet of a workbook.

use std::path::PathBuf;

use super::file_account::SkippedRow;

/// Identity of one table: a file, or one worksheet of a workbook.
#[derive(Debug, Clone, PartialEq, Eq, serde::Serialize, serde::Deserialize)]
pub struct RawTableInfo {
    /// Path relative to the data folder; whoever asks another process for the table knows it already.
    #[serde(skip)]
    pub file: PathBuf,
    /// SHA-256 of the file's bytes, lower-case hexadecimal.
    pub sha256: String,
    /// Worksheet name, for workbooks.
    pub sheet: Option<String>,
    /// One-based worksheet position; 0 where the format has no sheets.
    pub sheet_index: u16,
    /// Format found by content.
    pub format: FileFormat,
    /// Encoding, for text formats: delimited text and DBF. The others say of each text what it is.
    pub encoding: Option<TextEncoding>,
    /// Header texts as found (trimmed, inner line breaks removed; multi-row headers joined by `/`).
    pub headers: Vec<String>,
    /// One-based row of the (last) header row; 0 where the format names its columns itself.
    pub header_row: u32,
    /// What should be told of the file as a whole (a memo file that is not there, a column of an index that
    /// is not read), Chinese.
    pub notes: Vec<String>,
    /// Lines of a web page before and behind the table: they are no rows of it and are not counted, but they are heard
    /// like titles above and notes below it. They bear the number of the row next to them.
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    pub around: Vec<SkippedRow>,
}

/// What a file turned out to be.
#[derive(Debug, Clone, Copy, PartialEq, Eq, serde::Serialize, serde::Deserialize, schemars::JsonSchema)]
#[serde(rename_all = "snake_case")]
pub enum FileFormat {
    /// Delimited text.
    Csv,
    /// Office Open XML workbook.
    Xlsx,
    /// BIFF workbook in a compound file.
    Xls,
    /// Binary Office Open XML workbook.
    Xlsb,
    /// OpenDocument spreadsheet.
    Ods,
    /// Tables of a web page, most often named `.xls`.
    Html,
    /// XML spreadsheet of 2003.
    SpreadsheetMl,
    /// Web archive: the pages of a workbook in one file.
    Mhtml,
    /// dBase III/IV/FoxPro table.
    Dbf,
    /// Apache Parquet.
    Parquet,
}

/// How the encoding of a text file is known.
#[derive(Debug, Clone, Copy, PartialEq, Eq, serde::Serialize, serde::Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum EncodingEvidence {
    /// The source contract declares it.
    Declared,
    /// The file begins with a byte order mark.
    ByteOrderMark,
    /// The language driver byte of a DBF file names it.
    LanguageDriver,
    /// The `.cpg` file beside a DBF names it.
    CodePageFile,
    /// The bytes are valid in it, and in none that is tried before.
    Validity,
}

impl EncodingEvidence {
    /// Chinese label.
    pub fn label(self) -> &'static str {
        match self {
            Self::Declared => "数据来源文件声明",
            Self::ByteOrderMark => "字节顺序标记",
            Self::LanguageDriver => "DBF 语言标志",
            Self::CodePageFile => ".cpg 编码文件",
            Self::Validity => "按内容判断",
        }
    }
}

/// The encoding that a text file was decoded with.
#[derive(Debug, Clone, Copy, PartialEq, Eq, serde::Serialize)]
pub struct TextEncoding {
    /// Its name: `UTF-8`, `gb18030`, `UTF-16LE`, `UTF-16BE`.
    pub name: &'static str,
    /// How it is known.
    pub evidence: EncodingEvidence,
}

// Not derived: a name that lives as long as the program is not borrowed from what is read.
impl<'de> serde::Deserialize<'de> for TextEncoding {
    fn deserialize<D: serde::Deserializer<'de>>(from: D) -> Result<Self, D::Error> {
        #[derive(serde::Deserialize)]
        struct Named {
            name: String,
            evidence: EncodingEvidence,
        }
        let sent = Named::deserialize(from)?;
        let known = encoding_rs::Encoding::for_label(sent.name.as_bytes());
        let known = known.ok_or_else(|| serde::de::Error::custom("no known encoding"))?;
        Ok(Self { name: known.name(), evidence: sent.evidence })
    }
}
