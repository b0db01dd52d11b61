//! Stage 3: typed records become comparable fields.
//!
//! In: [`crate::load::SourceRecords`]. Out: [`ComparableSource`], one typed column per *link column*
//! (`id_number`, `name`, `birth_date`, `sex`, `village`, `household`, …). Every distinct text is
//! analysed once, in a pool shared by all sources, so later stages compare small integers.

use std::collections::BTreeMap;
use std::sync::Arc;

use arrow::array::{Array, Date32Array, StringArray};
use arrow::record_batch::RecordBatch;

use crate::config::{ColumnRole, Pipeline, SourceContract};
use crate::load::{LoadedSource, SourceRecords};
use crate::model::division::DivisionTree;
use crate::model::id_number::{IdClass, IdNumber};
use crate::{Error, Result};

mod comparable_columns;
pub(crate) mod name;
mod prefix_audit;
pub(crate) mod relation;
pub(crate) mod text_cleaning;
pub(crate) mod value_pool;

use comparable_columns::ColumnBuilder;
pub use comparable_columns::{LinkColumnKind, TextColumn, TextTable};
pub(crate) use comparable_columns::{comparable_divisions, comparable_id_numbers};
pub use name::NameForm;
pub(crate) use prefix_audit::UNKNOWN_ID_PREFIX;
pub use prefix_audit::audit_prefixes;
pub(crate) use relation::Relation;
pub(crate) use value_pool::PoolId;
pub use value_pool::{DistinctPool, TextPool};

/// One comparable column; all columns of a [`ComparableSource`] have the same number of rows.
#[derive(Debug, Clone)]
pub enum ComparableColumn {
    /// Citizen ID numbers with their verdicts.
    IdNumber(Vec<IdNumber>),
    /// Han person names: positions in a pool of analysed names; 0 is missing.
    Name(Vec<PoolId>, Arc<DistinctPool<NameForm>>),
    /// Other text (address, Western name, phone, code, household number): positions in a pool of normalized strings; 0 is missing.
    Text(Vec<PoolId>, Arc<TextPool>),
    /// Calendar dates packed as `yyyymmdd`; 0 is missing; day or month 0 where unknown.
    Date(Vec<u32>),
    /// Divisions: one plus the position in `DivisionTree`; 0 is missing.
    Division(Vec<u32>),
    /// Small closed code (sex: 1 male, 2 female); 0 is missing.
    Code(Vec<u8>),
}

/// Comparable fields of one source, row for row with its `SourceRecords`.
#[derive(Debug, Clone)]
pub struct ComparableSource {
    /// Source name.
    pub source: String,
    /// Number of rows.
    pub rows: usize,
    /// Columns by link column name.
    pub columns: BTreeMap<String, ComparableColumn>,
}

impl ComparableSource {
    /// Column of ID numbers, if there is one of that name.
    pub fn id_numbers(&self, name: &str) -> Option<&[IdNumber]> {
        match self.columns.get(name)? {
            ComparableColumn::IdNumber(values) => Some(values),
            _ => None,
        }
    }
    /// Column of Han names and their pool.
    pub fn names(&self, name: &str) -> Option<(&[PoolId], &Arc<DistinctPool<NameForm>>)> {
        match self.columns.get(name)? {
            ComparableColumn::Name(ids, pool) => Some((ids, pool)),
            _ => None,
        }
    }
    /// Column of texts and their pool.
    pub fn texts(&self, name: &str) -> Option<(&[PoolId], &Arc<TextPool>)> {
        match self.columns.get(name)? {
            ComparableColumn::Text(ids, pool) => Some((ids, pool)),
            _ => None,
        }
    }
    /// Column of packed dates.
    pub fn dates(&self, name: &str) -> Option<&[u32]> {
        match self.columns.get(name)? {
            ComparableColumn::Date(values) => Some(values),
            _ => None,
        }
    }
    /// Column of divisions.
    pub fn divisions(&self, name: &str) -> Option<&[u32]> {
        match self.columns.get(name)? {
            ComparableColumn::Division(values) => Some(values),
            _ => None,
        }
    }
    /// Column of small codes.
    pub fn codes(&self, name: &str) -> Option<&[u8]> {
        match self.columns.get(name)? {
            ComparableColumn::Code(values) => Some(values),
            _ => None,
        }
    }
}

/// Comparable fields of every source, in the order of `loaded`. Link columns by the roles of
/// the contracts: `id_number`, `name`, `birth_date`, `sex`, `division`, `household`,
/// `relation`, `guardian_id`, `guardian_name`, `student_no`, `address`, `phone`; a column is
/// there if the contract gives it a role. `listed_in` is the source that a list names by its column of that key. All sources share one pool of names (persons' and
/// guardians'), and one pool per other text column.
///
/// `birth_date` and `sex` are as stated; what an ID number implies is [`IdNumber::birth`] and
/// [`IdNumber::sex`], so that a contradiction stays visible. A student number `G…` fills an
/// empty `id_number`.
///
/// # Errors
/// An internal error where a record's column is not of the type its role has.
pub fn normalize(pipeline: &Pipeline, loaded: &[LoadedSource]) -> Result<Vec<ComparableSource>> {
    normalize_columns(pipeline, loaded, &|_| true)
}

/// [`normalize`] for linking that compares the columns `uses` names: addresses and telephones, long columns of mostly
/// distinct texts, only where they are used.
///
/// # Errors
/// As for [`normalize`].
pub fn normalize_for(
    pipeline: &Pipeline,
    loaded: &[LoadedSource],
    uses: &dyn Fn(&str) -> bool,
) -> Result<Vec<ComparableSource>> {
    normalize_columns(pipeline, loaded, &|column| !matches!(column, "address" | "phone") || uses(column))
}

fn normalize_columns(
    pipeline: &Pipeline,
    loaded: &[LoadedSource],
    wanted: &dyn Fn(&str) -> bool,
) -> Result<Vec<ComparableSource>> {
    let mut builder = ColumnBuilder::new(loaded.iter().map(|one| one.records.keys.len()));
    for (table, one) in loaded.iter().enumerate() {
        let records = &one.records;
        let contract = pipeline
            .source(&records.source)
            .ok_or_else(|| Error::internal(format!("没有名为“{}”的数据来源", records.source)))?;
        let linked = contract.columns.iter().filter(|c| c.role.is_some() || !c.listed_in.is_empty());
        let roles: Vec<&str> = linked.map(|c| c.name.as_str()).collect();
        // Some chunks at a time: enough to share, few enough to hold.
        let mut chunks = records.rows.chunks(|name| roles.contains(&name))?;
        loop {
            let part: Vec<RecordBatch> = chunks.by_ref().take(PART).collect::<Result<_>>()?;
            if part.is_empty() && records.rows.count() > 0 {
                break;
            }
            source_columns(&mut builder, table, contract, &pipeline.divisions, (records, &part), wanted)?;
            if part.is_empty() {
                break;
            }
        }
    }
    let columns = builder.finish();
    Ok(loaded
        .iter()
        .zip(columns)
        .map(|(one, columns)| ComparableSource {
            source: one.records.source.clone(),
            rows: one.records.keys.len(),
            columns,
        })
        .collect())
}

/// Link column: the source in which a list says that the person stands, [`NO_LIST`] where it says another thing.
pub(crate) const LISTED_IN: &str = "listed_in";
/// What [`LISTED_IN`] holds where the list knows who somebody is and names no source.
pub(crate) const NO_LIST: &str = "-";

/// Cells of a column of text, null where empty; `None` without such a column.
fn cells_of<'a>(part: &'a [RecordBatch], name: &str) -> Option<Vec<Option<&'a str>>> {
    let column = |batch: &'a RecordBatch| batch.column_by_name(name)?.as_any().downcast_ref::<StringArray>();
    let chunks: Vec<&StringArray> = part.iter().map(column).collect::<Option<_>>()?;
    Some(chunks.into_iter().flatten().collect())
}

/// Chunks of a source that are normalized together.
const PART: usize = 8;

/// Columns of some rows of one source, after those above them.
fn source_columns(
    builder: &mut ColumnBuilder,
    table: usize,
    contract: &SourceContract,
    tree: &DivisionTree,
    (records, part): (&SourceRecords, &[RecordBatch]),
    wanted: &dyn Fn(&str) -> bool,
) -> Result<()> {
    let rows: usize = part.iter().map(RecordBatch::num_rows).sum();
    let whole = records.rows.schema();
    let there =
        |role: ColumnRole| contract.role(role).map(|c| c.name.as_str()).filter(|n| whole.index_of(n).is_ok());
    let array = |role: ColumnRole| -> Option<Vec<&dyn Array>> {
        let name = there(role)?;
        part.iter().map(|batch| batch.column_by_name(name).map(|column| column.as_ref())).collect()
    };
    let text = |role: ColumnRole| -> Result<Option<Vec<&StringArray>>> {
        let Some(columns) = array(role) else { return Ok(None) };
        let texts: Option<Vec<&StringArray>> = columns.iter().map(|c| c.as_any().downcast_ref()).collect();
        texts.map(Some).ok_or_else(|| {
            Error::configuration(format!("角色“{role:?}”只能给文字列"))
                .in_file(&contract.path)
                .hint("这一列的 type 应为 text 或 code")
        })
    };
    let student = text(ColumnRole::StudentNo)?.map(|column| comparable_id_numbers(&column));
    if text(ColumnRole::IdNumber)?.is_some() || student.is_some() {
        let mut ids = match text(ColumnRole::IdNumber)? {
            Some(column) => comparable_id_numbers(&column),
            None => vec![IdNumber::default(); rows],
        };
        for (id, student) in ids.iter_mut().zip(student.iter().flatten()) {
            if id.is_missing() && student.class == IdClass::GStudent {
                *id = *student;
            }
        }
        builder.put(table, "id_number", ComparableColumn::IdNumber(ids));
    }
    if let Some(student) = student {
        builder.put(table, "student_no", ComparableColumn::IdNumber(student));
    }
    for (role, name, kind) in [
        (ColumnRole::Name, "name", LinkColumnKind::HanName),
        (ColumnRole::GuardianName, "guardian_name", LinkColumnKind::HanName),
        (ColumnRole::GuardianId, "guardian_id", LinkColumnKind::IdNumber),
        (ColumnRole::Sex, "sex", LinkColumnKind::Sex),
        (ColumnRole::Relation, "relation", LinkColumnKind::Relation),
        (ColumnRole::Address, "address", LinkColumnKind::Text),
        (ColumnRole::Phone, "phone", LinkColumnKind::Phone),
    ] {
        if let Some(column) = text(role)?.filter(|_| wanted(name)) {
            builder.add(table, name, kind, &column);
        }
    }
    if let Some(column) = array(ColumnRole::BirthDate) {
        let days: Option<Vec<&Date32Array>> = column.iter().map(|c| c.as_any().downcast_ref()).collect();
        let dates = match days {
            Some(days) => comparable_columns::comparable_dates(&days),
            None => {
                let column = text(ColumnRole::BirthDate)?.unwrap_or_default();
                comparable_columns::map_column_chunks(&column, |cell| {
                    cell.map_or(0, crate::model::written_date::parse_packed_date)
                })
            }
        };
        builder.put(table, "birth_date", ComparableColumn::Date(dates));
    }
    if let Some(column) = contract.marks_lists()
        && let Some(cells) = cells_of(part, &column.name)
    {
        // Of a value that names no list it is known that it names none.
        builder.add_texts(table, LISTED_IN, LinkColumnKind::Exact, rows, &|row, text| {
            let Some(value) = cells[row] else { return };
            text.push_str(column.listed_in.get(value).map_or(NO_LIST, String::as_str));
        });
    }
    let cells = [text(ColumnRole::County)?, text(ColumnRole::Township)?, text(ColumnRole::Village)?];
    let code = text(ColumnRole::DivisionCode)?;
    let mut units = Vec::new();
    if cells.iter().any(Option::is_some) || code.is_some() {
        for (at, batch) in part.iter().enumerate() {
            let cells = cells.each_ref().map(|column| column.as_ref().map(|chunks| chunks[at]));
            units.extend(comparable_divisions(tree, batch.num_rows(), cells));
        }
        if let Some(code) = code {
            for (unit, cell) in units.iter_mut().zip(code.into_iter().flatten()) {
                // A code says more than names that lead nowhere or not as far down.
                if let Some(found) = cell.and_then(|cell| tree.lookup_code(cell))
                    && (*unit == 0 || tree.unit(found).map(|u| u.level) > tree.unit(*unit).map(|u| u.level))
                {
                    *unit = found;
                }
            }
        }
        builder.put(table, "division", ComparableColumn::Division(units.clone()));
    }
    if let (Some(column), Some(role)) = (text(ColumnRole::Household)?, contract.role(ColumnRole::Household)) {
        // Numbers meet only within one department's numbering (its letter and what it calls the
        // number) and county: two counties number their households from 1.
        let numbering = format!("{}|{}|", contract.letter, role.label);
        let cells: Vec<Option<&str>> = column.into_iter().flatten().collect();
        builder.add_texts(table, "household", LinkColumnKind::Exact, rows, &|row, text| {
            let cell = cells[row].unwrap_or("").trim();
            if !cell.is_empty() {
                let county =
                    tree.code_at(units.get(row).copied().unwrap_or(0), crate::model::division::COUNTY);
                [&numbering, county, "|", cell].into_iter().for_each(|part| text.push_str(part));
            }
        });
    }
    Ok(())
}

/// Comparable fields of tables without a pipeline: every text column by its kind. Columns of
/// one name share a pool across tables (Han names share one altogether).
///
/// # Errors
/// More distinct texts than can be numbered (2^32).
pub fn normalize_tables(tables: &[TextTable]) -> Result<Vec<ComparableSource>> {
    let mut builder = ColumnBuilder::new(tables.iter().map(|table| table.rows));
    for (position, table) in tables.iter().enumerate() {
        for column in &table.columns {
            let chunks: Vec<&StringArray> = column.chunks.iter().collect();
            let cells: usize = chunks.iter().map(|chunk| chunk.len()).sum();
            if cells != table.rows {
                return Err(Error::internal(format!("列“{}”有{cells}格，表有{}行", column.name, table.rows)));
            }
            builder.add(position, &column.name, column.kind, &chunks);
        }
    }
    Ok(tables
        .iter()
        .zip(builder.finish())
        .map(|(table, columns)| ComparableSource { source: table.source.clone(), rows: table.rows, columns })
        .collect())
}

#[cfg(test)]
mod tests;
