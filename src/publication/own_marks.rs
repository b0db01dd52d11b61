//! How what this program wrote is known again where it must not be read as a department's list.

use std::fs::File;
use std::io::{Read as _, Seek as _, SeekFrom};
use std::path::Path;

use super::layout::MANIFEST;

/// Bytes looked at at either end of a file.
const LOOKED_AT: usize = 8192;
/// Headers that stand together in no department's list: those of exception lists, of lists of returned rows, of the
/// data dictionary.
const HEADERS: [&[&str]; 4] = [
    &["疑点编号", "规则编号", "行键"],
    // Ledgers have nothing to fill in.
    &["疑点编号", "规则编号", "匹配置信度"],
    &["原因代码", "原文（长号码已遮盖）"],
    &["file", "table", "column", "description"],
];

/// File whose presence makes a folder what is left of a refused run.
pub(crate) const REFUSAL: &str = "refused.json";

/// File whose presence makes a folder the ledger of another identity secret.
pub(crate) const MIGRATION: &str = "identity-migration.json";

/// Is the folder a publication, what is left of a refused run, or a ledger of ids?
pub(crate) fn is_own_folder(folder: &Path) -> bool {
    [MANIFEST, REFUSAL, MIGRATION].iter().any(|name| holds_own_manifest(&folder.join(name)))
}

fn holds_own_manifest(path: &Path) -> bool {
    // A pipe of that name would make the program wait.
    std::fs::metadata(path).is_ok_and(|there| there.is_file())
        && File::open(path).is_ok_and(|file| {
            let mut head = Vec::new();
            file.take(LOOKED_AT as u64).read_to_end(&mut head).is_ok() && is_own_manifest(&head)
        })
}

/// Did this program write the file? One that cannot be read is not its own: whoever reads it says so.
pub(crate) fn is_own_file(path: &Path) -> bool {
    let Ok(mut file) = File::open(path) else { return false };
    let mut head = Vec::new();
    if (&file).take(LOOKED_AT as u64).read_to_end(&mut head).is_err() {
        return false;
    }
    if head.starts_with(b"PK") {
        return file.rewind().is_ok() && is_own_workbook(file);
    }
    if head.starts_with(b"PAR1") {
        return is_own_parquet(&mut file);
    }
    if is_own_manifest(&head) {
        return true;
    }
    let text = decode_text_head(&head);
    let first = text.lines().next().unwrap_or("");
    HEADERS.iter().any(|all| all.iter().all(|header| first.contains(header)))
        || text.trim_start().starts_with("<!DOCTYPE html>") && is_own_report(&mut file)
}

fn is_own_manifest(head: &[u8]) -> bool {
    let text = String::from_utf8_lossy(head);
    let all = |marks: &[&str]| marks.iter().all(|mark| text.contains(mark));
    text.trim_start().starts_with('{')
        && (all(&["\"format\":", "\"pipeline_digest\":"]) || all(&["\"identity_migration\":", "\"from\":"]))
}

/// The beginning of a text, cut anywhere: UTF-8, else GB18030, which office programs save as.
pub(crate) fn decode_text_head(head: &[u8]) -> String {
    match std::str::from_utf8(head) {
        Err(error) if error.error_len().is_some() => encoding_rs::GB18030.decode(head).0.into_owned(),
        _ => String::from_utf8_lossy(head).trim_start_matches('\u{feff}').to_owned(),
    }
}

/// The author of a workbook stays when an office program saves it again.
fn is_own_workbook(file: File) -> bool {
    let Ok(mut archive) = zip::ZipArchive::new(file) else { return false };
    let Ok(entry) = archive.by_name("docProps/core.xml") else { return false };
    let mut text = String::new();
    entry.take(1 << 16).read_to_string(&mut text).is_ok() && text.contains("<dc:creator>bidui</dc:creator>")
}

fn is_own_parquet(file: &mut File) -> bool {
    let Ok(length) = file.seek(SeekFrom::End(-8)) else { return false };
    let mut end = [0; 8];
    if file.read_exact(&mut end).is_err() {
        return false;
    }
    let footer = u64::from(u32::from_le_bytes([end[0], end[1], end[2], end[3]])).min(length).min(1 << 24);
    let mut bytes = Vec::new();
    let read = file.seek(SeekFrom::Start(length - footer)).is_ok()
        && file.take(footer).read_to_end(&mut bytes).is_ok();
    // The version of the columns, or the name of the writer alone (in tables of format 1).
    let marks: [&[u8]; 2] = [b"bidui.schema_version", b"\x05bidui"];
    read && marks.iter().any(|mark| bytes.windows(mark.len()).any(|part| part == *mark))
}

fn is_own_report(file: &mut File) -> bool {
    let mut end = Vec::new();
    let length = file.metadata().map_or(0, |m| m.len());
    let from = SeekFrom::Start(length.saturating_sub(LOOKED_AT as u64));
    let read = file.seek(from).is_ok() && file.take(LOOKED_AT as u64).read_to_end(&mut end).is_ok();
    let text = String::from_utf8_lossy(&end);
    read && text.contains("<footer") && text.contains(">bidui ")
}
