//! What a finding was found by: a keyed hash of the delivered cells that decide its rule, of the records that it rests on.
//!
//! It says nothing of files, rows, wording, parameters, or of what is computed from the period's date, such as an age: where
//! the departments deliver the same again, the facts are the same. A ruling on them holds until they change.

use std::collections::{BTreeMap, BTreeSet};

use arrow::array::{Array as _, RecordBatch};
use hashbrown::HashMap;
use rayon::prelude::*;
use sha2::{Digest as _, Sha256};

use crate::Result;
use crate::config::{ColumnRole, Pipeline, SourceContract};
use crate::load::LoadedSource;
use crate::model::exception::TrackedException;
use crate::model::officer_text::ValueForm;
use crate::model::period::Period;
use crate::model::record_id::{RecordIdParts, RecordKey, record_table_part};
use crate::privacy::IdentitySecret;
use crate::privacy::pseudonym::base32_text;
use crate::reconcile::views::unknown_columns::columns_behind;
use crate::rules::rule_set::RuleSet;
use crate::rules::sql::lineage::Lineage;
use crate::rules::view_catalogue::IDENTITIES;

/// Notes the facts of the findings that `period` shows. Those of the others stay as they were last seen.
///
/// # Errors
/// Rows that cannot be read back from the disk.
pub fn note_facts(
    tracked: &mut [TrackedException],
    (pipeline, rules): (&Pipeline, &RuleSet),
    loaded: &[LoadedSource],
    period: Period,
    secret: &IdentitySecret,
) -> Result<()> {
    let mut seen: Vec<&mut TrackedException> =
        tracked.iter_mut().filter(|one| one.last_seen == period && one.checked).collect();
    let evidence = DecidingCells::gather(&seen, (pipeline, rules), loaded)?;
    let salt = secret.salt(COLUMNS);
    let found: Vec<(String, String)> = seen.par_iter().map(|one| evidence.digests(one, &salt)).collect();
    let (digests, columns): (Vec<String>, Vec<String>) = found.into_iter().unzip();
    for (one, (facts, columns)) in seen.iter_mut().zip(secret.facts(&digests).into_iter().zip(columns)) {
        if !one.facts.is_empty() && one.facts != facts {
            one.changed = changed_columns(&one.fact_columns, &columns);
        }
        one.facts = facts;
        one.fact_columns = columns;
    }
    Ok(())
}

/// Names the salt of the digests of columns.
const COLUMNS: &str = "fact columns";

/// Columns of which one period's digests differ from another's, or that only one of them has.
fn changed_columns(before: &str, now: &str) -> Vec<String> {
    let read = |text: &str| -> BTreeMap<String, String> {
        let pairs = text.split(';').filter_map(|one| one.split_once('='));
        pairs.map(|(column, digest)| (column.to_owned(), digest.to_owned())).collect()
    };
    let (before, now) = (read(before), read(now));
    let all: BTreeSet<&String> = before.keys().chain(now.keys()).collect();
    all.into_iter().filter(|column| before.get(*column) != now.get(*column)).cloned().collect()
}

/// The cells of records that findings rest on and that decide their rules.
struct DecidingCells<'a> {
    loaded: &'a [LoadedSource],
    /// Source and table by the part of a record's id that names them.
    tables: HashMap<String, (usize, usize)>,
    /// By source: rows, ascending, and of them the columns that decide some rule.
    cells: Vec<(Vec<usize>, RecordBatch)>,
    /// By rule and source: positions of the columns that decide it.
    deciding: HashMap<(&'a str, usize), Vec<usize>>,
    /// Rules with the lists that they find somebody missing from.
    absent: HashMap<&'a str, BTreeSet<&'a str>>,
}

impl<'a> DecidingCells<'a> {
    fn gather(
        seen: &[&mut TrackedException],
        (pipeline, rules): (&Pipeline, &'a RuleSet),
        loaded: &'a [LoadedSource],
    ) -> Result<Self> {
        let mut all = Self {
            loaded,
            tables: HashMap::new(),
            cells: Vec::new(),
            deciding: HashMap::new(),
            absent: HashMap::new(),
        };
        for (source, one) in loaded.iter().enumerate() {
            let records = &one.records;
            for (table, info) in records.tables.iter().enumerate() {
                all.tables.insert(record_table_part(&records.source, info), (source, table));
            }
        }
        let found: BTreeSet<&str> = seen.iter().map(|one| &*one.exception.rule_code).collect();
        let lineages = rules.lineages();
        let found = rules.rules.iter().filter(|rule| found.contains(rule.header.code.as_str()));
        let found: Vec<(&str, &Lineage)> = found
            .filter_map(|rule| Some((rule.header.code.as_str(), lineages.get(&rule.header.code)?)))
            .collect();
        for (code, _) in &found {
            let absences = rules.rule(code).into_iter().flat_map(|rule| &rule.header.absent_from);
            all.absent.insert(code, absences.map(|absence| absence.list.as_str()).collect());
        }
        let mut named: Vec<(usize, usize)> = seen
            .par_iter()
            .flat_map_iter(|one| one.exception.evidence.iter().filter_map(|id| all.find(id)))
            .collect();
        named.par_sort_unstable();
        named.dedup();
        for (source, one) in loaded.iter().enumerate() {
            let begin = named.partition_point(|place| place.0 < source);
            let end = named.partition_point(|place| place.0 <= source);
            let rows: Vec<usize> = named[begin..end].iter().map(|place| place.1).collect();
            let columns: BTreeMap<&str, BTreeSet<&str>> = match pipeline.source(&one.records.source) {
                Some(contract) => found.iter().map(|(code, of)| (*code, decided_by(contract, of))).collect(),
                None => BTreeMap::new(),
            };
            let is_kept = |name: &str| columns.values().any(|columns| columns.contains(name));
            let cells = one.records.rows.pick_columns(&rows, is_kept)?;
            for (code, columns) in columns {
                let places = columns.into_iter().filter_map(|column| cells.schema().index_of(column).ok());
                all.deciding.insert((code, source), places.collect());
            }
            all.cells.push((rows, cells));
        }
        Ok(all)
    }

    /// Source and row of a record; `None` for records of an earlier period.
    fn find(&self, record_id: &str) -> Option<(usize, usize)> {
        let RecordIdParts { table, row, member } = RecordIdParts::parse(record_id)?;
        let &(source, table) = self.tables.get(table)?;
        let keys = &self.loaded[source].records.keys;
        let of_source = u8::try_from(keys.first()?.source()).ok()?;
        let key = RecordKey::new(of_source, u16::try_from(table).ok()?, row, member);
        Some((source, keys.binary_search(&key).ok()?))
    }

    /// A digest over what the records say, in no order, and one of each column under a salt, as
    /// [`TrackedException::fact_columns`] has them.
    fn digests(&self, one: &TrackedException, salt: &str) -> (String, String) {
        let exception = &one.exception;
        let code = &*exception.rule_code;
        let mut records: Vec<Vec<u8>> = Vec::with_capacity(exception.evidence.len());
        let mut by_column: BTreeMap<(&str, &str), Vec<String>> = BTreeMap::new();
        for (at, id) in exception.evidence.iter().enumerate() {
            let Some((source, row)) = self.find(id) else { continue };
            let list = self.loaded[source].records.source.as_str();
            // The nearest record of a list that somebody is missing from decides nothing: another may be nearer tomorrow.
            let is_near_miss = at > 0
                && at + 1 == exception.evidence.len()
                && self.absent.get(code).is_some_and(|lists| lists.contains(list));
            if !is_near_miss {
                records.push(self.record((code, source, row), list));
                for (column, value) in self.values((code, source, row)) {
                    by_column.entry((list, column)).or_default().push(value);
                }
            }
        }
        records.sort_unstable();
        let mut hash = Sha256::new();
        for record in records {
            hash.update((record.len() as u64).to_le_bytes());
            hash.update(record);
        }
        let mut columns = String::new();
        for ((list, column), mut values) in by_column {
            values.sort_unstable();
            let mut of_column = Sha256::new();
            for part in [salt, list, column].into_iter().chain(values.iter().map(String::as_str)) {
                of_column.update((part.len() as u64).to_le_bytes());
                of_column.update(part.as_bytes());
            }
            let separator = if columns.is_empty() { "" } else { ";" };
            columns.extend([separator, list, ".", column, "=", &base32_text(&of_column.finalize(), 6)]);
        }
        (base32_text(&hash.finalize(), 26), columns)
    }

    /// What a record says that decides the rule: its list, and column by column the value, if there is one.
    fn record(&self, (code, source, row): (&str, usize, usize), list: &str) -> Vec<u8> {
        let mut said = list.as_bytes().to_vec();
        for (column, value) in self.values((code, source, row)) {
            for part in [column, value.as_str()] {
                said.extend((part.len() as u64).to_le_bytes());
                said.extend(part.as_bytes());
            }
        }
        said
    }

    /// Columns of a record that decide the rule and have a value, with the value.
    fn values(&self, (code, source, row): (&str, usize, usize)) -> Vec<(&str, String)> {
        let (rows, cells) = &self.cells[source];
        let (Some(columns), Ok(at)) = (self.deciding.get(&(code, source)), rows.binary_search(&row)) else {
            return Vec::new();
        };
        let known = columns.iter().filter(|column| !cells.column(**column).is_null(at));
        let value = |&column: &usize| {
            let value = ValueForm::Plain.value(cells.column(column), at).unwrap_or_default();
            (cells.schema_ref().field(column).name().as_str(), value)
        };
        known.map(value).collect()
    }
}

/// Columns of a contract whose cells decide a rule. Where a record stands is not among them: it tells to whom a finding goes.
fn decided_by<'c>(contract: &'c SourceContract, lineage: &Lineage) -> BTreeSet<&'c str> {
    let of_view = lineage.deciding.iter().filter(|(view, _)| *view == contract.name);
    let mut columns: BTreeSet<&str> = of_view
        .flat_map(|(_, column)| columns_behind(contract, column))
        .filter(|column| !column.role.is_some_and(is_place))
        .map(|column| column.name.as_str())
        .collect();
    if lineage.deciding.iter().any(|(view, _)| view == IDENTITIES) {
        let who = [ColumnRole::IdNumber, ColumnRole::Name].into_iter();
        columns.extend(who.filter_map(|role| contract.role(role)).map(|column| column.name.as_str()));
    }
    columns
}

fn is_place(role: ColumnRole) -> bool {
    use ColumnRole::{County, DivisionCode, Township, Village};
    matches!(role, County | Township | Village | DivisionCode)
}
