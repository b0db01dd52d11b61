//! The table of pairs for analysts, and the list for officers.

use std::path::{Path, PathBuf};
use std::sync::Arc;

use arrow::array::{ArrayRef, Int32Array, StringArray};
use arrow::datatypes::{Field, Schema};
use arrow::record_batch::RecordBatch;

use super::shared_person::ListedPerson;
use super::{AcrossPlan, SharedPerson};
use crate::privacy::mask::mask_id_for_list;
use crate::privacy::officers_csv::OfficersCsv;
use crate::table::ParquetWriter;
use crate::table::whole_file::{WholeFile, make_folder};
use crate::{Error, Result};

/// Files that only their owner reads.
const MODE: u32 = 0o600;
/// Columns of one side: name, Chinese label, value.
type PairSide = [(&'static str, &'static str, fn(&ListedPerson) -> &str); 5];
const SIDE: PairSide = [
    ("person_id", "人员编号", |one| &one.person_id),
    ("name", "姓名", |one| &one.name),
    ("id_number", "证件号", |one| &one.id_number),
    ("county_code", "县（区）代码", |one| &one.county_code),
    ("sources", "所在名单", |one| &one.sources),
];

/// Writes both; returns their paths.
pub(super) fn write_across_files(
    plan: &AcrossPlan,
    names: &[String],
    pairs: &[SharedPerson],
) -> Result<Vec<PathBuf>> {
    make_folder(&plan.out)?;
    let (table, list) = (plan.out.join("cross_link.parquet"), plan.out.join("cross_link.csv"));
    write_shared_persons_table(&table, names, pairs)?;
    write_shared_persons_list(&list, names, pairs)?;
    Ok(vec![table, list])
}

fn write_shared_persons_table(path: &Path, names: &[String], pairs: &[SharedPerson]) -> Result<()> {
    let mut fields = Vec::new();
    let mut columns: Vec<ArrayRef> = Vec::new();
    let mut add = |name: String, label: String, column: ArrayRef| {
        let labels = std::collections::BTreeMap::from([("label".to_owned(), label)]);
        fields.push(Field::new(name, column.data_type().clone(), false).with_metadata(labels));
        columns.push(column);
    };
    for (side, label) in [("left", "甲"), ("right", "乙")] {
        let publication =
            pairs.iter().map(|pair| names[usize::from(pair.side(side == "left").publication)].as_str());
        let publication: StringArray = publication.map(Some).collect();
        add(format!("{side}_publication"), format!("{label}：发布"), Arc::new(publication));
        for (name, title, value) in SIDE {
            let column: StringArray =
                pairs.iter().map(|pair| Some(value(pair.side(side == "left")))).collect();
            add(format!("{side}_{name}"), format!("{label}：{title}"), Arc::new(column));
        }
    }
    let tiers = Int32Array::from_iter_values(pairs.iter().map(|pair| pair.verdict.tier()));
    add("tier".to_owned(), "匹配层级".to_owned(), Arc::new(tiers));
    let decisions = pairs.iter().map(|pair| if pair.verdict.tier() == 6 { "review" } else { "accept" });
    let decisions: StringArray = decisions.map(Some).collect();
    add("decision".to_owned(), "判定".to_owned(), Arc::new(decisions));
    let batch = RecordBatch::try_new(Arc::new(Schema::new(fields)), columns)
        .map_err(|e| Error::internal("输出列不一致").caused_by(e))?;
    let failed = |e: parquet::errors::ParquetError| Error::io("写表", path, std::io::Error::other(e));
    let mut writer = ParquetWriter::new(WholeFile::create(path, MODE)?, batch.schema()).map_err(failed)?;
    writer.write(&batch).map_err(failed)?;
    writer.finish().map_err(failed)?.finish()
}

/// The list for officers, numbers masked.
fn write_shared_persons_list(path: &Path, names: &[String], pairs: &[SharedPerson]) -> Result<()> {
    let failed = |e| Error::io("写清单", path, e);
    let mut list = OfficersCsv::begin(WholeFile::create(path, MODE)?).map_err(failed)?;
    let titles = ["甲", "乙"].into_iter().flat_map(|label| {
        std::iter::once(format!("{label}：发布")).chain(SIDE.map(|(_, title, _)| format!("{label}：{title}")))
    });
    list.row(&titles.chain(["匹配方式".to_owned()]).collect::<Vec<_>>()).map_err(failed)?;
    for pair in pairs {
        let sides = [&pair.left, &pair.right].into_iter().flat_map(|one| {
            let value = |(name, _, value): (&str, &str, fn(&ListedPerson) -> &str)| match name {
                "id_number" => mask_id_for_list(value(one)),
                _ => value(one).to_owned(),
            };
            std::iter::once(names[usize::from(one.publication)].clone()).chain(SIDE.map(value))
        });
        let cells = sides.chain([pair.verdict.title().to_owned()]);
        list.row(&cells.collect::<Vec<_>>()).map_err(failed)?;
    }
    list.finish().map_err(failed)?.finish()
}
