//! Lists of households whose rows say that they are about more people than they list: heads alone, or a template with
//! places for two where families have six.

use std::collections::BTreeMap;
use std::path::PathBuf;

use arrow::array::{Array as _, AsArray as _};
use arrow::datatypes::Int32Type;

use super::LoadedSource;
use super::data_folder::masked_table_name;
use crate::Result;
use crate::config::SourceContract;
use crate::model::source_row::AuditFinding;

/// Households of a table with somebody missing, and their share in 1/100, from which the table does not list everybody.
const LEAST_HOUSEHOLDS: u64 = 5;
const LEAST_PERCENT: u64 = 10;

/// What the rows of a table say of their people.
#[derive(Default)]
struct MembersOfTable {
    /// Households that say how many they are.
    households: u64,
    /// Those that list fewer, and how many people fewer.
    short: u64,
    people: u64,
    /// The first of them: row, people said, people listed.
    first: Option<(u32, u64, u64)>,
}

impl MembersOfTable {
    fn add(&mut self, row: u32, said: u64, listed: u64) {
        self.households += 1;
        if said > listed {
            self.short += 1;
            self.people += said - listed;
            self.first.get_or_insert((row, said, listed));
        }
    }
}

/// Finds the tables in which many households list fewer people than they say, each with its file.
///
/// # Errors
/// Rows that cannot be read back from the disk.
pub(super) fn missing_members(
    contract: &SourceContract,
    loaded: &LoadedSource,
) -> Result<Vec<(AuditFinding, PathBuf)>> {
    let records = &loaded.records;
    let counted = contract.audits.members.as_ref().and_then(|name| contract.column(name));
    let Some(column) = counted.filter(|column| records.rows.schema().index_of(&column.name).is_ok()) else {
        return Ok(Vec::new());
    };
    // By table and row: people listed, and people said.
    let mut rows: Vec<((usize, u32), u64, Option<u64>)> = Vec::new();
    let mut at = 0;
    for batch in records.rows.chunks(|name| name == column.name)? {
        let batch = batch?;
        let counts =
            batch.column_by_name(&column.name).and_then(|array| array.as_primitive_opt::<Int32Type>());
        for row in 0..batch.num_rows() {
            let key = records.keys[at + row];
            let place = (key.table(), key.row());
            let said = counts.filter(|counts| counts.is_valid(row));
            let said = said.map(|counts| u64::try_from(counts.value(row)).unwrap_or(0));
            match rows.last_mut().filter(|(last, ..)| *last == place) {
                Some((_, listed, known)) => (*listed, *known) = (*listed + 1, known.or(said)),
                None => rows.push((place, 1, said)),
            }
        }
        at += batch.num_rows();
    }
    // Who was rejected was listed.
    let rejected = loaded.rejects.iter().filter(|reject| reject.member > 0);
    rows.extend(rejected.filter_map(|one| Some(((one.table_in(&records.tables)?, one.row), 1, None))));
    rows.sort_by_key(|(place, ..)| *place);
    let mut tables: BTreeMap<usize, MembersOfTable> = BTreeMap::new();
    for household in rows.chunk_by(|one, next| one.0 == next.0) {
        let ((table, row), listed) = (household[0].0, household.iter().map(|(_, listed, _)| listed).sum());
        if let Some(said) = household.iter().find_map(|(.., said)| *said) {
            tables.entry(table).or_default().add(row, said, listed);
        }
    }
    let many = |table: &MembersOfTable| {
        table.short >= LEAST_HOUSEHOLDS && table.short * 100 >= table.households * LEAST_PERCENT
    };
    let told = tables.into_iter().filter(|(_, table)| many(table)).map(|(at, table)| {
        let info = &records.tables[at];
        let (row, said, listed) = table.first.unwrap_or_default();
        let message = format!(
            "{}有{}户的“{}”多于列出的人，共少{}人（如第{row}行写着{said}人，列出{listed}人）：名单没有列出全部的人，\
             没有列出的人不等于不在名单里；向{}索取列出全部成员的名单",
            masked_table_name(&info.file, info.sheet.as_deref()),
            table.short,
            column.label,
            table.people,
            contract.owner
        );
        (AuditFinding::new(&contract.name, "missing_members", false, message), info.file.clone())
    });
    Ok(told.collect())
}
