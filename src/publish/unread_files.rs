//! What lies in the data folder and was not read, as the summary tells it.

use std::collections::BTreeMap;

use crate::model::data_file::FileFate;
use crate::publication::manifest::DeliveredFile;

/// Files of one kind that are named one by one.
const MOST_NAMED: usize = 5;

/// Lines that name every kind of file, and every sheet with rows, that nobody read.
pub(crate) fn unread_notices(files: &[DeliveredFile]) -> Vec<String> {
    notices_naming(files, MOST_NAMED)
}

/// The same with every file and sheet named.
pub(super) fn unread_notices_in_full(files: &[DeliveredFile]) -> Vec<String> {
    notices_naming(files, usize::MAX)
}

fn notices_naming(files: &[DeliveredFile], most: usize) -> Vec<String> {
    let mut lines = Vec::new();
    for file in files.iter().filter(|f| f.fate == FileFate::Unclaimed) {
        let note = file.note.as_deref().unwrap_or_default();
        lines.push(format!("可能有数据的文件不属于任何来源，没有读入：{}（{note}）", file.file));
    }
    let named = |f: &&DeliveredFile| matches!(f.fate, FileFate::Letter | FileFate::Picture);
    for file in files.iter().filter(named) {
        lines.extend(file.note.iter().map(|note| format!("{}没有读入：{note}", file.file)));
    }
    lines.extend(other_files(files, most));
    lines.extend(sheets_naming(files, most));
    lines
}

/// The line that names, by what they are, the files that nobody reads and nobody is asked about: pipes and hidden ones too;
/// of each kind at most so many.
pub(crate) fn other_files(files: &[DeliveredFile], most: usize) -> Option<String> {
    let mut others: BTreeMap<FileFate, Vec<&str>> = BTreeMap::new();
    for file in files.iter().filter(|f| !matches!(f.fate, FileFate::Read | FileFate::Unclaimed)) {
        others.entry(file.fate).or_default().push(&file.file);
    }
    let count: usize = others.values().map(Vec::len).sum();
    let named =
        |(fate, files): (&FileFate, &Vec<&str>)| format!("{}：{}", fate.label(), some_of(files, most));
    let kinds: Vec<String> = others.iter().map(named).collect();
    (count > 0).then(|| format!("数据文件夹里另有{count}个文件没有读入（{}）", kinds.join("；")))
}

/// Lines that name the sheets of each file that hold something and were not read.
pub(crate) fn unread_sheets(files: &[DeliveredFile]) -> Vec<String> {
    sheets_naming(files, MOST_NAMED)
}

fn sheets_naming(files: &[DeliveredFile], most: usize) -> Vec<String> {
    let mut lines = Vec::new();
    for file in files {
        let unread: Vec<&str> = (file.account.iter().flat_map(|account| &account.sheets))
            .filter(|sheet| sheet.was_left())
            .map(|sheet| sheet.name.as_str())
            .collect();
        if !unread.is_empty() {
            lines.push(format!(
                "{}有{}个工作表没有读入：{}",
                file.file,
                unread.len(),
                some_of(&unread, most)
            ));
        }
    }
    lines
}

fn some_of(names: &[&str], most: usize) -> String {
    let more = if names.len() > most { format!("等{}个", names.len()) } else { String::new() };
    format!("{}{more}", names[..names.len().min(most)].join("、"))
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::model::file_account::{FileAccount, PhysicalUnit, SheetAccount, SheetFate};

    fn file(name: &str, fate: FileFate, sheets: &[(&str, SheetFate)]) -> DeliveredFile {
        let sheet = |&(name, fate): &(&str, SheetFate)| SheetAccount {
            name: name.to_owned(),
            fate,
            rows: 3,
            hidden_rows: 0,
        };
        let account = FileAccount {
            unit: PhysicalUnit::SheetRow,
            counted: 9,
            several_lines: Vec::new(),
            several_lines_count: 0,
            padded_cells: 0,
            text: None,
            sheets: sheets.iter().map(sheet).collect(),
        };
        let account = Some(account).filter(|_| !sheets.is_empty());
        DeliveredFile { file: name.to_owned(), fate, source: None, note: None, account }
    }

    #[test]
    fn every_file_and_sheet_that_nobody_read_is_named() {
        let sheets = [("浚县", SheetFate::Read), ("续", SheetFate::Continued), ("旧", SheetFate::Hidden)];
        let letters: Vec<DeliveredFile> =
            (1..=7).map(|n| file(&format!("{n}.pdf"), FileFate::Letter, &[])).collect();
        let mut files = vec![file("低保.xlsx", FileFate::Read, &sheets), file("链", FileFate::Link, &[])];
        files.extend(letters);
        assert_eq!(
            unread_notices(&files),
            [
                "数据文件夹里另有8个文件没有读入（公文或说明：1.pdf、2.pdf、3.pdf、4.pdf、5.pdf等7个；符号链接（不跟随）：链）",
                "低保.xlsx有1个工作表没有读入：旧",
            ]
        );
        let all = unread_notices_in_full(&files);
        assert!(all[0].contains("5.pdf、6.pdf、7.pdf；") && !all[0].contains('等'), "{all:?}");
        assert!(unread_notices(&[file("a", FileFate::Read, &sheets[..2])]).is_empty());
    }
}
