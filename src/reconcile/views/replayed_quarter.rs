//! A quarter as its publication still tells it: the views that rules read, and of the records behind them what places
//! findings and tells what is unknown. Rules are run over it as over a quarter that is being made.
//!
//! What a publication does not keep: the linker's comparisons. Near misses are those that it knew; who was not asked for
//! then is not asked for now. Of a birth date or sex that a cell does not tell, but another one does, no unknown cell is
//! left, so that a county counts fewer of them.

use std::collections::{BTreeMap, BTreeSet};
use std::hash::Hash;
use std::sync::Arc;

use arrow::array::{Array as _, AsArray as _, StringArray};
use arrow::datatypes::Int32Type;
use arrow::record_batch::RecordBatch;
use hashbrown::HashMap;

use super::previous_view::PreviousViews;
use super::published_views::published_views;
use super::rule_view::View;
use super::unknown_columns::{columns_behind, published_unknown_columns, unknown_columns_before};
use super::{QuarterViews, ViewInputs, parameter_views, record_tables};
use crate::config::{Pipeline, SourceContract};
use crate::load::{LoadedSource, SourceDigest, SourceRecords, UnknownCells};
use crate::model::links::Tier;
use crate::model::published_id::PublishedId;
use crate::model::record_id::{RecordIdParts, RecordKey};
use crate::model::resolution::{IdentityChange, Resolution};
use crate::model::source_row::ControlTotals;
use crate::model::source_table::{FileFormat, RawTableInfo};
use crate::normalize::{ComparableColumn, ComparableSource};
use crate::publication::snapshot::Snapshot;
use crate::reconcile::execution::numbered_ids::NumberedIds;
use crate::reconcile::findings::exceptions::is_exception_place;
use crate::reconcile::near_misses::read_near_misses;
use crate::rules::rule_set::RuleSet;
use crate::rules::sql::certainty::UNKNOWN_SUFFIX;
use crate::rules::unknown_answers::UnknownColumns;
use crate::rules::view_catalogue::{COUNTY_PARAMETER, EARLIER, IDENTITIES, NEAR_MISS, PARAMETER};
use crate::table::rows::Rows;
use crate::{Error, Result};

/// Views besides those of sources that every publication has.
const DERIVED: [&str; 5] = ["division", "household", IDENTITIES, NEAR_MISS, "person"];

/// Views whose rows the pipeline sets now, whatever it set then.
const ARE_SET_ANEW: [&str; 2] = [COUNTY_PARAMETER, PARAMETER];

/// A quarter as its publication tells it.
pub(crate) struct ReplayedQuarter<'p> {
    pipeline: &'p Pipeline,
    snapshot: &'p Snapshot,
    loaded: Vec<LoadedSource>,
    comparables: Vec<ComparableSource>,
    resolution: Resolution,
    views: Vec<View<'static>>,
    previous: Vec<View<'static>>,
}

impl<'p> ReplayedQuarter<'p> {
    /// Reads the publication `snapshot` of `pipeline`; of `previous` the views of these names, under the names that
    /// `snapshot` gives to persons and households.
    ///
    /// # Errors
    /// A view that is missing or damaged.
    pub(crate) fn read(
        pipeline: &'p Pipeline,
        snapshot: &'p Snapshot,
        previous: Option<(&Snapshot, &BTreeSet<String>)>,
    ) -> Result<Self> {
        check_views_are_there(pipeline, snapshot)?;
        let views = published_views(snapshot, |_| true)?;
        let previous = previous.map(|(before, wanted)| published_views(before, |name| wanted.contains(name)));
        let change = |row: &crate::publication::table_reader::TableRow| IdentityChange {
            kind: row.get("kind").to_owned(),
            previous_id: row.get("previous_id").to_owned(),
            current_id: row.get("current_id").to_owned(),
        };
        let ledger = snapshot.rows("restricted/identity_ledger.parquet", |_| true)?;
        let mut replayed = Self {
            pipeline,
            snapshot,
            loaded: Vec::new(),
            comparables: Vec::new(),
            resolution: Resolution {
                offsets: vec![0],
                ledger: ledger.iter().map(change).collect(),
                ..Resolution::default()
            },
            views,
            previous: previous.transpose()?.unwrap_or_default(),
        };
        let (mut persons, mut households) = (DenseIds::default(), DenseIds::default());
        let units = pipeline.divisions.units.iter().enumerate().rev();
        let units: HashMap<&str, u32> = units.map(|(at, unit)| (unit.code.as_str(), at as u32 + 1)).collect();
        for (position, contract) in pipeline.sources.iter().enumerate() {
            replayed.add_source(position, contract, &units, (&mut persons, &mut households))?;
        }
        replayed.resolution.person_ids = persons.ids;
        replayed.resolution.household_ids = households.ids;
        Ok(replayed)
    }

    /// Columns of the views with unknown cells, those of the quarter before among them.
    pub(crate) fn unknown_columns(&self) -> UnknownColumns {
        let mut unknown = published_unknown_columns(&self.views, "");
        unknown.extend(unknown_columns_before(&self.previous));
        unknown
    }

    /// The views as rules read them; parameters are those that the pipeline sets now.
    ///
    /// # Errors
    /// A view that is damaged, or lacks a column that a rule reads: its contract is another since.
    pub(crate) fn views(&self, rules: &RuleSet) -> Result<QuarterViews<'_>> {
        self.check_columns(rules)?;
        let inputs = ViewInputs {
            pipeline: self.pipeline,
            loaded: &self.loaded,
            comparables: &self.comparables,
            resolution: &self.resolution,
            period: self.snapshot.period(),
        };
        // What it had of earlier publications it kept.
        let (earlier, own): (Vec<View<'_>>, Vec<View<'_>>) =
            self.views.iter().cloned().partition(|view| view.name.ends_with(EARLIER));
        let before = self.previous.iter().cloned().chain(earlier).collect();
        let previous = PreviousViews::of(before, &rules.catalogue, &self.resolution.ledger)?;
        let records = self.loaded.iter().map(|one| &one.records);
        let ids = Arc::new(NumberedIds::of_records(records, &previous.tables)?);
        let kept = own.into_iter().filter(|view| !ARE_SET_ANEW.contains(&view.name.as_str()));
        let mut list: Vec<View<'_>> = kept.chain(previous.views(&ids)).collect();
        list.extend(parameter_views(&inputs, rules)?);
        list.sort_by(|a, b| a.name.cmp(&b.name));
        let known = self.views.iter().find(|view| view.name == NEAR_MISS);
        let near_misses = known.map(|view| read_near_misses(view, &ids)).transpose()?.unwrap_or_default();
        Ok(QuarterViews {
            list,
            tables: record_tables(&inputs, &ids)?,
            ids,
            inputs,
            // Only the linker asks.
            foreign: Vec::new(),
            linker: None,
            near_misses,
        })
    }

    fn check_columns(&self, rules: &RuleSet) -> Result<()> {
        let read = rules.columns_read();
        for view in self.views.iter().filter(|view| !ARE_SET_ANEW.contains(&view.name.as_str())) {
            let (Some(read), Some(columns)) = (read.get(&view.name), rules.catalogue.columns(&view.name))
            else {
                continue;
            };
            let lacking = columns
                .iter()
                .find(|(column, _)| read.contains(column) && view.rows.schema().index_of(column).is_err());
            if let Some((column, _)) = lacking {
                let message = format!("发布的核查视图“{}”没有列“{column}”", view.name);
                return Err(Error::input(message)
                    .in_file(self.snapshot.path(&view_file(&view.name)))
                    .hint("数据来源文件在发布之后改过；用现在的流水线重新运行这一期，再试规则"));
            }
        }
        Ok(())
    }

    /// Reads back the records of a source, if it was delivered.
    fn add_source(
        &mut self,
        position: usize,
        contract: &SourceContract,
        units: &HashMap<&str, u32>,
        (persons, households): (&mut DenseIds<'P'>, &mut DenseIds<'H'>),
    ) -> Result<()> {
        let Some(view) = self.views.iter().find(|view| view.name == contract.name) else { return Ok(()) };
        let damaged = |why: &str| self.snapshot.damaged(&view_file(&contract.name), why);
        let mut keys: Vec<RecordKey> = Vec::with_capacity(view.rows.count());
        let mut tables: Vec<(String, Arc<RawTableInfo>)> = Vec::new();
        let mut divisions = Vec::with_capacity(view.rows.count());
        let mut unknown: BTreeMap<String, Vec<u32>> = BTreeMap::new();
        let of_record = |name: &str| is_exception_place(name) || name.ends_with(UNKNOWN_SUFFIX);
        for rows in view.rows.chunks(of_record)? {
            let rows = rows?;
            let first = keys.len() as u32;
            let text = |name: &str| replayed_text(&rows, name).ok_or_else(|| damaged(name));
            let flag = |name: &str, row: usize| {
                let column = rows.column_by_name(name).and_then(|c| c.as_primitive_opt::<Int32Type>());
                column.filter(|c| c.is_valid(row)).map_or(0, |c| c.value(row))
            };
            let codes = [text("village_code")?, text("township_code")?, text("county_code")?];
            let (records, person, household) =
                (text("record_id")?, text("person_id")?, text("household_id")?);
            for row in 0..rows.num_rows() {
                let id = RecordIdParts::parse(records.value(row)).ok_or_else(|| damaged("record_id"))?;
                let table = match tables.iter().rposition(|(table, _)| table == id.table) {
                    Some(table) => table,
                    None => {
                        let info = replayed_table(&id).ok_or_else(|| damaged("record_id"))?;
                        tables.push((id.table.to_owned(), Arc::new(info)));
                        tables.len() - 1
                    }
                };
                keys.push(RecordKey::new(position as u8, table as u16, id.row, id.member));
                let named = codes.iter().filter(|column| column.is_valid(row));
                let value = named.filter_map(|column| units.get(column.value(row))).next();
                divisions.push(value.copied().unwrap_or(0));
                let resolution = &mut self.resolution;
                let person = persons.number(person.value(row)).ok_or_else(|| damaged("person_id"))?;
                let household =
                    households.number(household.value(row)).ok_or_else(|| damaged("household_id"))?;
                resolution.person.push(person);
                resolution.household.push(household);
                resolution.tier.push(Tier::of_number(flag("link_tier", row)));
                resolution.in_review.push(flag("in_review", row) != 0);
            }
            for field in rows.schema_ref().fields() {
                let Some(name) = field.name().strip_suffix(UNKNOWN_SUFFIX) else { continue };
                let Some(&column) = columns_behind(contract, name).first() else { continue };
                let marked = (0..rows.num_rows()).filter(|&row| flag(field.name(), row) == 1);
                let cells = unknown.entry(column.name.clone()).or_default();
                cells.extend(marked.map(|row| first + row as u32));
            }
        }
        if !keys.is_sorted() {
            return Err(damaged("record_id"));
        }
        let mut cells = UnknownCells::default();
        unknown.iter().for_each(|(column, records)| cells.insert(column, records));
        self.comparables.push(ComparableSource {
            source: contract.name.clone(),
            rows: keys.len(),
            columns: BTreeMap::from([("division".to_owned(), ComparableColumn::Division(divisions))]),
        });
        self.resolution.offsets.push(self.resolution.person.len() as u32);
        self.loaded.push(LoadedSource {
            records: SourceRecords {
                source: contract.name.clone(),
                rows: Rows::of(RecordBatch::new_empty(view.rows.schema().clone())),
                unknown: cells,
                keys,
                tables: tables.into_iter().map(|(_, info)| info).collect(),
            },
            rejects: Vec::new(),
            // Who stands in rejected rows was told by comparing; a publication keeps only what came of it.
            rejected_people: Vec::new(),
            digest: SourceDigest::default(),
            cell_warnings: Vec::new(),
            skipped: Vec::new(),
            totals: ControlTotals::default(),
            audits: Vec::new(),
            lacked: self.snapshot.lacked(&contract.name).to_vec(),
        });
        Ok(())
    }
}

fn view_file(name: &str) -> String {
    format!("restricted/view/{name}.parquet")
}

/// Every list that was delivered must have its view, and those that the program derives must be there.
fn check_views_are_there(pipeline: &Pipeline, snapshot: &Snapshot) -> Result<()> {
    let delivered = pipeline.sources.iter().map(|source| source.name.as_str());
    let delivered = delivered.filter(|name| snapshot.accepted(name).is_some_and(|records| records > 0));
    for name in delivered.chain(DERIVED) {
        let file = snapshot.path(&view_file(name));
        if !file.is_file() {
            return Err(Error::input(format!("发布里没有核查视图“{name}”"))
                .in_file(file)
                .hint("发布不含 restricted/、其中的文件被移走，或由以前的程序写出；重新运行这一期（pipeline.toml 的 [outputs] 写 restricted = true），或指向完整的发布"));
        }
    }
    Ok(())
}

fn replayed_text<'r>(rows: &'r RecordBatch, name: &str) -> Option<&'r StringArray> {
    rows.column_by_name(name).and_then(|column| column.as_string_opt::<i32>())
}

/// What a record's id says of its table.
fn replayed_table(id: &RecordIdParts<'_>) -> Option<RawTableInfo> {
    let (hash, sheet_index) = id.table_place()?;
    Some(RawTableInfo {
        file: Default::default(),
        sha256: hash.to_owned(),
        sheet: None,
        sheet_index,
        format: FileFormat::Parquet,
        encoding: None,
        headers: Vec::new(),
        header_row: 0,
        notes: Vec::new(),
        around: Vec::new(),
    })
}

/// Ids in the order in which they are met.
#[derive(Default)]
struct DenseIds<const LETTER: char> {
    ids: Vec<PublishedId<LETTER>>,
    numbers: HashMap<PublishedId<LETTER>, u32>,
}

impl<const LETTER: char> DenseIds<LETTER>
where
    PublishedId<LETTER>: Hash,
{
    /// Dense number of an id; `None` for a text that is none.
    fn number(&mut self, text: &str) -> Option<u32> {
        let id = PublishedId::parse(text)?;
        let Self { ids, numbers } = self;
        Some(*numbers.entry(id).or_insert_with(|| {
            ids.push(id);
            ids.len() as u32 - 1
        }))
    }
}
