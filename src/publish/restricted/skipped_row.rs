//! Rows of the extracts that are no data, with what they say: whoever doubts that nobody was skipped looks here.

use crate::Result;
use crate::publication::output_files::OutputFiles;
use crate::publication::small_table_writer::{PublishedType, TableDef};
use crate::publish::PublicationInputs;
use crate::publish::tables::write_published_table;

use PublishedType::{Int64, Text};

/// Writes `restricted/skipped_row.parquet`: at most 10,000 rows of a file; the manifest counts all.
pub(super) fn write_skipped_rows(inputs: &PublicationInputs<'_>, outputs: &mut OutputFiles) -> Result<()> {
    let def = TableDef::new(
        "未作为数据读入的行",
        &[
            ("source", Text, "来源", ""),
            ("file", Text, "文件", "相对提取数据文件夹"),
            ("sheet", Text, "工作表", ""),
            ("row", Int64, "行", "从1起"),
            ("reason", Text, "原因代码", "title header total footer note deleted；空行只计数"),
            ("reason_label", Text, "原因", ""),
            ("text", Text, "原文", "各格以制表符分隔，最多500字"),
        ],
    )
    .salted(inputs.secrets.identity.salt("skipped_row"));
    write_published_table(outputs, "restricted/skipped_row.parquet", def, |table| {
        for loaded in inputs.loaded {
            for (place, skipped) in &loaded.skipped {
                let Some(info) = loaded.records.tables.get(usize::from(*place)) else { continue };
                let file = info.file.to_string_lossy();
                table.row([
                    (&loaded.records.source).into(),
                    file.as_ref().into(),
                    info.sheet.as_ref().into(),
                    skipped.row.into(),
                    skipped.reason.key().into(),
                    skipped.reason.label().into(),
                    (&skipped.text).into(),
                ])?;
            }
        }
        Ok(())
    })
}
