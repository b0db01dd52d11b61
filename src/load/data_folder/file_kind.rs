//! What a file of no source is: may it hold rows? Its content decides before its name does.

use std::fs::File;
use std::io::{Read as _, Seek as _};
use std::path::Path;

use crate::model::data_file::FileFate;
use crate::publication::own_marks::decode_text_head;

/// Bytes looked at.
const HEAD: u64 = 1 << 16;
/// Suffixes of files that hold rows, or hide them.
const TABLES: [&str; 28] = [
    "csv", "tsv", "xls", "xlsx", "xlsm", "xlsb", "xlt", "xltx", "et", "ett", "dbf", "parquet", "ods", "fods",
    "html", "htm", "xml", "json", "sql", "mdb", "accdb", "sqlite", "db", "numbers", "zip", "rar", "7z", "gz",
];
const LETTERS: [&str; 14] =
    ["doc", "docx", "docm", "wps", "wpt", "rtf", "odt", "pdf", "ofd", "ppt", "pptx", "dps", "md", "msg"];
const OTHERS: [&str; 13] =
    ["mp3", "mp4", "wav", "avi", "mov", "exe", "msi", "lnk", "url", "dll", "ttf", "psd", "ico"];

/// Memos, indexes and the name of the encoding beside a DBF.
const COMPANIONS: [&str; 7] = ["dbt", "fpt", "cdx", "idx", "mdx", "ndx", "cpg"];

/// What a file is.
pub(super) struct FileKind {
    pub(super) fate: FileFate,
    /// Chinese, where its kind says more than its fate.
    pub(super) what: Option<&'static str>,
    /// May the reader of extracts open it?
    pub(super) opens: bool,
}

impl FileKind {
    fn no_list(fate: FileFate) -> Self {
        Self { fate, what: None, opens: false }
    }
    fn list() -> Self {
        Self { fate: FileFate::Unclaimed, what: None, opens: true }
    }
    fn closed(what: &'static str) -> Self {
        Self { fate: FileFate::Unclaimed, what: Some(what), opens: false }
    }
}

/// Files that operating systems leave behind.
pub(super) fn is_system_name(name: &str) -> bool {
    let name = name.to_ascii_lowercase();
    matches!(
        name.as_str(),
        "thumbs.db" | "ehthumbs.db" | "desktop.ini" | ".ds_store" | "__macosx" | "$recycle.bin"
    )
}

/// True of a name that a letter, a picture or a companion of a DBF bears: such a file is looked into although its
/// name fits a source.
pub(super) fn may_be_no_list(name: &str) -> bool {
    const PICTURES: [&str; 8] = ["jpg", "jpeg", "png", "gif", "bmp", "tif", "tiff", "webp"];
    let suffix = name.rsplit_once('.').map_or("", |(_, suffix)| suffix).to_ascii_lowercase();
    let suffix = suffix.as_str();
    LETTERS.contains(&suffix) || PICTURES.contains(&suffix) || COMPANIONS.contains(&suffix)
}

/// Kind of the file at `path`, called `relative` in the data folder; `there` says whether the folder has a file of
/// that name, whatever its case.
pub(super) fn kind_of_file(path: &Path, relative: &str, there: &dyn Fn(&str) -> bool) -> FileKind {
    let (stem, suffix) = relative.rsplit_once('.').unwrap_or((relative, ""));
    let suffix = suffix.to_ascii_lowercase();
    if COMPANIONS.contains(&suffix.as_str()) {
        return match there(&format!("{stem}.dbf")) {
            true => FileKind::no_list(FileFate::Memo),
            false => FileKind::closed("DBF 的备注、索引或编码文件，旁边没有同名的 .dbf"),
        };
    }
    let mut head = Vec::new();
    let Ok(mut file) = File::open(path) else { return FileKind::closed("打不开") };
    if (&file).take(HEAD).read_to_end(&mut head).is_err() {
        return FileKind::closed("读不出");
    }
    kind_of_content(&head, &suffix, &mut file)
}

fn kind_of_content(head: &[u8], suffix: &str, file: &mut File) -> FileKind {
    let letter = LETTERS.contains(&suffix);
    if head.is_empty() {
        return if TABLES.contains(&suffix) || suffix == "txt" {
            FileKind::closed("文件是空的（0字节）")
        } else {
            FileKind::no_list(FileFate::Letter)
        };
    }
    if head.starts_with(b"PK") {
        return kind_of_zip(file, letter);
    }
    if head.starts_with(&[0xD0, 0xCF, 0x11, 0xE0]) {
        return kind_of_compound(file, letter);
    }
    if head.starts_with(b"Rar!") || head.starts_with(b"7z\xBC\xAF") || head.starts_with(&[0x1F, 0x8B]) {
        return FileKind::closed("压缩包，里面可能有数据：解开后把里面的表格放到数据文件夹");
    }
    if head.starts_with(b"PAR1") {
        return FileKind::list();
    }
    if head.starts_with(b"%PDF") || head.starts_with(b"{\\rtf") {
        return FileKind::no_list(FileFate::Letter);
    }
    const PICTURES: [&[u8]; 7] = [b"\xFF\xD8\xFF", b"\x89PNG", b"GIF8", b"BM", b"II*\0", b"MM\0*", b"RIFF"];
    if PICTURES.iter().any(|mark| head.starts_with(mark)) && !TABLES.contains(&suffix) && suffix != "txt" {
        return FileKind::no_list(FileFate::Picture);
    }
    let Some(text) = text_of(head) else {
        // The header of a DBF: a version, a date, and lengths that fit.
        let dbf = suffix == "dbf"
            || matches!(head[0], 0x03 | 0x30 | 0x31 | 0x83 | 0x8B | 0xF5)
                && head.get(2..4).is_some_and(|d| (1..=12).contains(&d[0]) && (1..=31).contains(&d[1]));
        return match () {
            () if dbf => FileKind::list(),
            () if letter => FileKind::no_list(FileFate::Letter),
            () if OTHERS.contains(&suffix) => FileKind::no_list(FileFate::Picture),
            () => FileKind::closed("认不出的文件格式，里面可能有数据"),
        };
    };
    if text.trim_start().starts_with('<') {
        let text = text.to_lowercase();
        let table =
            ["<table", "<tr", "<row", "<worksheet", "<workbook"].iter().any(|mark| text.contains(mark));
        return if table || TABLES.contains(&suffix) {
            FileKind::list()
        } else {
            FileKind::no_list(FileFate::Letter)
        };
    }
    // Letters saved as text hold no table; a table named like a letter is one all the same.
    if TABLES.contains(&suffix) || looks_like_table(&text) {
        FileKind::list()
    } else {
        FileKind::no_list(FileFate::Letter)
    }
}

fn kind_of_zip(file: &mut File, letter: bool) -> FileKind {
    let archive = file.rewind().ok().and_then(|()| zip::ZipArchive::new(&*file).ok());
    let Some(archive) = archive else {
        return if letter {
            FileKind::no_list(FileFate::Letter)
        } else {
            FileKind::closed("压缩包或工作簿已损坏")
        };
    };
    let has =
        |start: &str| archive.file_names().flatten().any(|name| name.replace('\\', "/").starts_with(start));
    if has("xl/") {
        FileKind::list()
    } else if has("word/") || has("ppt/") || has("OFD.xml") || letter {
        FileKind::no_list(FileFate::Letter)
    } else if has("content.xml") {
        FileKind::list()
    } else {
        FileKind::closed("压缩包，里面可能有数据：解开后把里面的表格放到数据文件夹")
    }
}

fn kind_of_compound(file: &mut File, letter: bool) -> FileKind {
    let open = file.rewind().ok().and_then(|()| cfb::CompoundFile::open(&*file).ok());
    let has = |name: &str| open.as_ref().is_some_and(|f| f.exists(name));
    if has("/Workbook") || has("/Book") {
        FileKind::list()
    } else if letter || has("/WordDocument") || has("/PowerPoint Document") {
        FileKind::no_list(FileFate::Letter)
    } else if has("/EncryptedPackage") {
        FileKind::closed("工作簿设了打开密码")
    } else {
        FileKind::closed("认不出的办公文件，里面可能有数据")
    }
}

/// The text that the bytes are; `None` if they are none.
fn text_of(head: &[u8]) -> Option<String> {
    if head.starts_with(&[0xFF, 0xFE]) || head.starts_with(&[0xFE, 0xFF]) {
        let encoding = if head[0] == 0xFF { encoding_rs::UTF_16LE } else { encoding_rs::UTF_16BE };
        return Some(encoding.decode(head).0.into_owned());
    }
    let strange = head.iter().filter(|&&b| b < 0x20 && !matches!(b, b'\t' | b'\n' | b'\r' | 0x1A)).count();
    if strange * 20 > head.len() || head[0] < 0x09 {
        return None;
    }
    Some(decode_text_head(head))
}

/// At least two lines of three or more cells, and as many in each.
fn looks_like_table(text: &str) -> bool {
    let lines: Vec<&str> = text.lines().filter(|line| !line.trim().is_empty()).take(200).collect();
    ['\t', ',', ';', '|'].into_iter().any(|mark| {
        let counts: Vec<usize> = lines.iter().map(|line| line.matches(mark).count()).collect();
        // Commas of a sentence seldom agree from line to line; tabs do not occur in it.
        let least = if mark == '\t' { 1 } else { 2 };
        counts.windows(2).any(|pair| pair[0] >= least && pair[0] == pair[1])
    })
}
