//! Reads the files with what would be written, in a copy of the pipeline.

use std::collections::BTreeMap;
use std::path::Path;

use super::{PlannedText, ShapeFit};
use crate::config::{Pipeline, included_folders};
use crate::worker::{self, Worker};
use crate::{Error, Result, load};

/// Fills in how many rows each shape gives.
///
/// # Errors
/// What `check` would say of the pipeline as it would be, or of the first file that cannot be read with it.
pub(super) fn try_texts(
    worker: Option<&Worker>,
    pipeline: &Pipeline,
    changes: &[PlannedText],
    shapes: &mut [ShapeFit],
) -> Result<()> {
    let holder = tempfile::tempdir().map_err(|e| Error::io("新建临时文件夹", Path::new("."), e))?;
    let own = holder.path().join(&pipeline.name);
    copy_folder(&pipeline.root, &own)?;
    for (name, folder) in pipeline.layers.named_bases() {
        copy_folder(folder, &holder.path().join(name))?;
    }
    for change in changes {
        write(&own.join(&change.path), change.text.as_bytes())?;
    }
    let changed = Pipeline::open(&own)?;
    for shape in shapes {
        let name = match (&shape.fit, &shape.target) {
            (Some(fit), _) if shape.is_settled() => fit.source.clone(),
            (None, Some(target)) => {
                target.file_stem().map(|s| s.to_string_lossy().into_owned()).unwrap_or_default()
            }
            _ => continue,
        };
        let Some(index) = changed.source_index(&name) else { continue };
        let contract = &changed.sources[index];
        let (mut read, mut accepted, mut rejected) = (0, 0, 0);
        let mut problems: BTreeMap<(String, String), u64> = BTreeMap::new();
        for path in &shape.files {
            let folder = path.parent().unwrap_or(Path::new(""));
            let file = Path::new(path.file_name().unwrap_or_default());
            let tables = worker::open_file(worker, folder, file, &contract.read_options(), &|sheet| {
                contract.wants_sheet(sheet)
            })?;
            let mut tolerant = contract.clone();
            // How many rows are rejected is told here, whatever the share.
            tolerant.audits.max_reject_share = Some(1.0);
            // What somebody must decide on is told beforehand, and refused when the lists are read.
            tolerant.ignore_headers.extend(shape.fit.iter().flat_map(|fit| fit.asked.iter().cloned()));
            let loaded = load::load_tables(&tolerant, index, tables, None)?;
            for reject in loaded.rejects.iter().chain(&loaded.cell_warnings) {
                let column = reject.column.clone().unwrap_or_else(|| "整行".to_owned());
                *problems.entry((column, reject.reason_code.clone())).or_default() += 1;
            }
            for table in &loaded.totals.tables {
                read += table.read;
                accepted += table.accepted;
                rejected += table.rejected;
            }
        }
        shape.trial = Some((read, accepted, rejected));
        shape.problems =
            problems.into_iter().map(|((column, code), rows)| (column, reason_words(&code), rows)).collect();
        shape.problems.sort_by(|a, b| b.2.cmp(&a.2).then_with(|| a.0.cmp(&b.0)));
    }
    Ok(())
}

/// What is wrong, without what the cell says.
fn reason_words(code: &str) -> String {
    match code {
        "missing_required" => "必需的内容空着",
        "bad_date" | "day_unknown" => "不是完整的日期",
        "bad_month" => "不是年月",
        "bad_number" => "不是数字",
        "unknown_code" => "代码表里没有",
        "bad_flag" => "不是“是、否”",
        "no_member" => "没有一个成员",
        "duplicate_key" => "重复",
        other => other,
    }
    .to_owned()
}

fn copy_folder(from: &Path, to: &Path) -> Result<()> {
    for path in included_folders::sorted_folder_entries(from)? {
        let target = to.join(path.file_name().unwrap_or_default());
        if path.is_dir() {
            copy_folder(&path, &target)?;
        } else if path.is_file() {
            write(&target, &std::fs::read(&path).map_err(|e| Error::io("读取文件", &path, e))?)?;
        }
    }
    Ok(())
}

fn write(path: &Path, bytes: &[u8]) -> Result<()> {
    let parent = path.parent().unwrap_or(Path::new("."));
    std::fs::create_dir_all(parent).map_err(|e| Error::io("新建文件夹", parent, e))?;
    std::fs::write(path, bytes).map_err(|e| Error::io("写文件", path, e))
}
