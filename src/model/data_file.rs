//! What became of each file of the data folder: nothing that lies there goes without a word.

use std::path::PathBuf;

use super::file_account::FileAccount;

/// A file (or link, or folder that is not looked into) of the data folder and what became of it.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct DataFile {
    /// Path in the data folder, `/` between segments.
    pub file: PathBuf,
    /// What became of it.
    pub fate: FileFate,
    /// Source that reads it; of a file that belongs to none, the nearest.
    pub source: Option<String>,
    /// More about it, Chinese: why it fits no source, what it is.
    pub note: Option<String>,
    /// What it is made of, once it was read.
    pub account: Option<FileAccount>,
}

/// What becomes of a file of the data folder.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, serde::Serialize)]
#[serde(rename_all = "snake_case")]
pub enum FileFate {
    /// A source reads it.
    Read,
    /// Several sources would read it.
    ClaimedTwice,
    /// It may hold rows, and no source reads it.
    Unclaimed,
    /// The pipeline says that it is no extract.
    NotWanted,
    /// Written by this program: a publication or a part of one.
    OwnOutput,
    /// A letter, a note, a printed page.
    Letter,
    /// A picture, a recording, a program.
    Picture,
    /// A file of the operating system.
    System,
    /// A lock file of an office program.
    Lock,
    /// Memos, an index or the name of the encoding that belong to a DBF beside it.
    Memo,
    /// Its name begins with a point.
    Hidden,
    /// A symbolic link, which is not followed.
    Link,
    /// A pipe, a socket, a device.
    Special,
}

impl FileFate {
    /// Chinese label.
    pub fn label(self) -> &'static str {
        match self {
            Self::Read => "已读入",
            Self::ClaimedTwice => "同时符合几个来源",
            Self::Unclaimed => "不属于任何来源",
            Self::NotWanted => "按配置不读",
            Self::OwnOutput => "本程序写出的结果",
            Self::Letter => "公文或说明",
            Self::Picture => "图片等，不是表格",
            Self::System => "操作系统的文件",
            Self::Lock => "办公软件的锁文件",
            Self::Memo => "DBF 的备注、索引或编码文件",
            Self::Hidden => "隐藏文件",
            Self::Link => "符号链接（不跟随）",
            Self::Special => "不是普通文件",
        }
    }
}
