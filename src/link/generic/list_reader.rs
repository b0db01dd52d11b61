//! Tables of a linkage task, from files to text columns.

use std::io::Read as _;
use std::path::Path;

use arrow::array::{Array, StringArray};
use sha2::{Digest, Sha256};

use super::GenericSettings;
use crate::config::read_options::ReadOptions;
use crate::normalize::{TextColumn, TextTable};
use crate::worker::{self, Worker};
use crate::{Error, Result};

/// Tables read, with the identifiers of their rows.
pub(super) struct ReadTables {
    pub texts: Vec<TextTable>,
    /// Record ids of each table.
    pub ids: Vec<Vec<String>>,
}

pub(super) fn read_tables(
    settings: &GenericSettings,
    config: &Path,
    folder: &Path,
    worker: Option<&Worker>,
) -> Result<ReadTables> {
    let mut read = ReadTables { texts: Vec::new(), ids: Vec::new() };
    for table in &settings.table {
        let mut columns: Vec<TextColumn> = settings
            .columns
            .iter()
            .map(|(name, column)| TextColumn { name: name.clone(), kind: column.kind(), chunks: Vec::new() })
            .collect();
        let mut ids = Vec::new();
        let mut rows = 0;
        for piece in worker::open_file(worker, folder, &table.file, &ReadOptions::default(), &|_| true)? {
            let piece = piece?;
            if let Some(bad) = piece.malformed.first() {
                return Err(Error::input(bad.reason.clone())
                    .in_file(folder.join(&table.file))
                    .at_row(u64::from(bad.row)));
            }
            let position = |wanted: &str| {
                piece
                    .info
                    .headers
                    .iter()
                    .position(|h| table.headers.get(h).map_or(h.as_str(), String::as_str) == wanted)
            };
            let mut found = 0;
            for column in &mut columns {
                let chunk = match position(&column.name) {
                    Some(index) => {
                        found += 1;
                        piece.columns[index].clone()
                    }
                    None => StringArray::new_null(piece.rows.len()),
                };
                column.chunks.push(chunk);
            }
            if found == 0 {
                return Err(Error::input("表里没有任何链接列").in_file(folder.join(&table.file)).hint(
                    format!(
                        "表头有：{}；在 {} 的 [columns] 用这些名字，或用 headers 对应",
                        piece.info.headers.join("、"),
                        config.display()
                    ),
                ));
            }
            match &table.record_id {
                None => ids.extend(piece.rows.iter().map(|row| format!("{}:{row}", table.name))),
                Some(name) => {
                    let index = piece.info.headers.iter().position(|h| h == name).ok_or_else(|| {
                        Error::input("没有记录编号列").in_file(folder.join(&table.file)).in_column(name)
                    })?;
                    let column = &piece.columns[index];
                    for (i, row) in piece.rows.iter().enumerate() {
                        if column.is_null(i) {
                            return Err(Error::input("记录编号为空")
                                .in_file(folder.join(&table.file))
                                .at_row(u64::from(*row))
                                .in_column(name)
                                .hint("每行都要有编号，或去掉 record_id 以行号为编号"));
                        }
                        ids.push(column.value(i).to_owned());
                    }
                }
            }
            rows += piece.rows.len();
        }
        read.texts.push(TextTable { source: table.name.clone(), rows, columns });
        read.ids.push(ids);
    }
    Ok(read)
}

/// SHA-256 over the files of all tables, in their order.
pub(super) fn digest_lists(settings: &GenericSettings, folder: &Path) -> Result<String> {
    let mut hasher = Sha256::new();
    for table in &settings.table {
        let path = folder.join(&table.file);
        let mut file = std::fs::File::open(&path).map_err(|e| Error::io("读取数据", &path, e))?;
        let mut buffer = vec![0; 1 << 16];
        loop {
            let count = file.read(&mut buffer).map_err(|e| Error::io("读取数据", &path, e))?;
            if count == 0 {
                break;
            }
            hasher.update(&buffer[..count]);
        }
    }
    Ok(hasher.finalize().iter().map(|byte| format!("{byte:02x}")).collect())
}
