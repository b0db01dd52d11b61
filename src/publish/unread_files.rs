//! What lies in the data folder and was not read, as the summary tells it.

use std::collections::BTreeMap;

use crate::model::data_file::FileFate;
use crate::model::file_account::{SheetAccount, SheetFate};
use crate::publication::manifest::DeliveredFile;

/// Files of one kind that are named one by one.
const MOST_NAMED: usize = 5;

/// Lines that name every kind of file, and every sheet with rows, that nobody read.
pub(super) fn unread_notices(files: &[DeliveredFile]) -> Vec<String> {
    let mut lines = Vec::new();
    for file in files.iter().filter(|f| f.fate == FileFate::Unclaimed) {
        let note = file.note.as_deref().unwrap_or_default();
        lines.push(format!("可能有数据的文件不属于任何来源，没有读入：{}（{note}）", file.file));
    }
    let mut others: BTreeMap<FileFate, Vec<&str>> = BTreeMap::new();
    for file in files.iter().filter(|f| !matches!(f.fate, FileFate::Read | FileFate::Unclaimed)) {
        others.entry(file.fate).or_default().push(&file.file);
    }
    if !others.is_empty() {
        let count: usize = others.values().map(Vec::len).sum();
        let kinds: Vec<String> =
            others.iter().map(|(fate, files)| format!("{}：{}", fate.label(), some_names(files))).collect();
        lines.push(format!("数据文件夹里另有{count}个文件没有读入（{}）", kinds.join("；")));
    }
    for file in files {
        let unread: Vec<&str> = (file.account.iter().flat_map(|account| &account.sheets))
            .filter(|sheet| sheet_was_left(sheet))
            .map(|sheet| sheet.name.as_str())
            .collect();
        if !unread.is_empty() {
            lines.push(format!("{}有{}个工作表没有读入：{}", file.file, unread.len(), some_names(&unread)));
        }
    }
    lines
}

/// True of a sheet that holds something and was not read.
fn sheet_was_left(sheet: &SheetAccount) -> bool {
    match sheet.fate {
        SheetFate::Read | SheetFate::Continued | SheetFate::Empty => false,
        SheetFate::Hidden | SheetFate::NotWanted | SheetFate::NoTable => true,
    }
}

fn some_names(names: &[&str]) -> String {
    let more = if names.len() > MOST_NAMED { format!("等{}个", names.len()) } else { String::new() };
    format!("{}{more}", names[..names.len().min(MOST_NAMED)].join("、"))
}
