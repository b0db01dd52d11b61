//! The records that listed exceptions rest on: where they are and what they say.

use arrow::array::{Array as _, ArrayRef, AsArray as _, StringArray};
use hashbrown::{HashMap, HashSet};
use rayon::prelude::*;

use crate::Result;
use crate::config::ColumnRole;
use crate::model::exception::TrackedException;
use crate::model::id_number::IdNumber;
use crate::model::officer_text::ValueForm;
use crate::model::record_id::{RecordIdParts, RecordKey};
use crate::privacy::mask;
use crate::publish::people::RecordOwners;
use crate::publish::{PublicationInputs, RuleFacts};
use crate::rules::view_catalogue::list_of_view;

/// The records that listed exceptions rest on.
pub(super) struct ListedEvidence<'a> {
    inputs: PublicationInputs<'a>,
    /// Source and table by the part of a record's id that names them.
    tables: HashMap<&'a str, (usize, usize)>,
    /// By source.
    said: Vec<EvidenceRows>,
    /// By rule, then source: the columns that are shown of a record.
    shown: HashMap<&'a str, Vec<Vec<ShownColumn<'a>>>>,
    /// Likewise those that decide the rule, what tells it from other rules first.
    deciding: HashMap<&'a str, Vec<Vec<ShownColumn<'a>>>>,
    /// Who stands in records of earlier publications, by record id.
    earlier: HashMap<String, EarlierPerson>,
}

/// Whoever a record of an earlier publication is of.
pub(super) struct EarlierPerson {
    /// As the record has it; `""` if it has none.
    pub(super) name: String,
    pub(super) id: IdNumber,
}

/// What records of a source say.
struct EvidenceRows {
    /// Rows of the source, ascending.
    rows: Vec<usize>,
    /// Of these rows, the columns that some rule shows.
    columns: Vec<ArrayRef>,
}

/// A column that is shown.
struct ShownColumn<'a> {
    form: ValueForm,
    title: &'a str,
    /// Its position in [`EvidenceRows::columns`].
    column: usize,
}

impl<'a> ListedEvidence<'a> {
    /// Gathers the records that `listed` exceptions name.
    pub(super) fn gather(
        inputs: &PublicationInputs<'a>,
        people: &'a RecordOwners<'_>,
        listed: impl ParallelIterator<Item = &'a TrackedException>,
    ) -> Result<Self> {
        let (tables, said) = (people.tables(), Vec::new());
        let (shown, deciding) = (HashMap::new(), HashMap::new());
        let mut evidence = Self { inputs: *inputs, tables, said, shown, deciding, earlier: HashMap::new() };
        let all: Vec<&String> = listed.flat_map_iter(|t| &t.exception.evidence).collect();
        let found: Vec<Option<(usize, usize)>> = all.par_iter().map(|id| evidence.find(id)).collect();
        let lost = all.into_iter().zip(&found).filter(|(_, found)| found.is_none());
        let lost: HashSet<&str> = lost.map(|(id, _)| id.as_str()).collect();
        let mut named: Vec<(usize, usize)> = found.into_iter().flatten().collect();
        evidence.earlier = earlier_people(inputs, &lost)?;
        named.par_sort_unstable();
        named.dedup();
        let rules: HashSet<&str> = inputs.tracked.iter().map(|t| &*t.exception.rule_code).collect();
        for source in 0..inputs.loaded.len() {
            let end = named.partition_point(|n| n.0 <= source);
            let begin = named.partition_point(|n| n.0 < source);
            evidence.keep(source, named[begin..end].iter().map(|n| n.1).collect(), &rules)?;
        }
        Ok(evidence)
    }

    /// Keeps what is shown of these rows of a source.
    fn keep(&mut self, source: usize, rows: Vec<usize>, rules: &HashSet<&'a str>) -> Result<()> {
        let catalogue = self.inputs.catalogue;
        let records = &self.inputs.loaded[source].records;
        let facts = catalogue.sources.iter().find(|s| s.name == records.source);
        let columns = facts.map_or(&[][..], |facts| &facts.shown);
        let rules: Vec<_> = catalogue.rules.iter().filter(|r| rules.contains(r.code.as_str())).collect();
        let decides = |rule: &RuleFacts, name: &str| {
            let own = catalogue.deciding.get(&rule.code).into_iter().flatten();
            own.filter(|(list, _)| *list == records.source).position(|(_, column)| column == name)
        };
        let is_shown = |name: &str| {
            columns.iter().any(|c| c.0 == name)
                && rules.iter().any(|rule| rule.columns.contains(name) || decides(rule, name).is_some())
        };
        let kept = records.rows.pick_columns(&rows, is_shown)?;
        for rule in rules {
            let own = columns.iter().filter(|(name, ..)| rule.columns.contains(name));
            let own = own.filter_map(|(name, title, form)| {
                Some(ShownColumn { form: *form, title, column: kept.schema().index_of(name).ok()? })
            });
            self.shown.entry(&rule.code).or_default().push(own.collect());
            let mut deciding: Vec<(usize, ShownColumn<'a>)> = Vec::new();
            for (name, title, form) in columns {
                if let (Some(place), Ok(column)) = (decides(rule, name), kept.schema().index_of(name)) {
                    deciding.push((place, ShownColumn { form: *form, title, column }));
                }
            }
            deciding.sort_by_key(|(place, _)| *place);
            let deciding = deciding.into_iter().map(|(_, column)| column).collect();
            self.deciding.entry(&rule.code).or_default().push(deciding);
        }
        self.said.push(EvidenceRows { rows, columns: kept.columns().to_vec() });
        Ok(())
    }

    /// Whoever a record of an earlier publication is of, if this run read it.
    pub(super) fn earlier(&self, record_id: &str) -> Option<&EarlierPerson> {
        self.earlier.get(record_id)
    }

    /// Source and row of a record; `None` for records of an earlier quarter.
    pub(super) fn find(&self, record_id: &str) -> Option<(usize, usize)> {
        let RecordIdParts { table, row, member } = RecordIdParts::parse(record_id)?;
        let &(source, table) = self.tables.get(table)?;
        let keys = &self.inputs.loaded[source].records.keys;
        let of_source = u8::try_from(keys.first()?.source()).ok()?;
        let key = RecordKey::new(of_source, u16::try_from(table).ok()?, row, member);
        Some((source, keys.binary_search(&key).ok()?))
    }

    /// Titles and values of the columns that decide the rule, what tells it from other rules first.
    pub(super) fn deciding_values(
        &self,
        rule: &str,
        (source, row): (usize, usize),
    ) -> Vec<(&'a str, String)> {
        let said = &self.said[source];
        let (Some(deciding), Ok(row)) = (self.deciding.get(rule), said.rows.binary_search(&row)) else {
            return Vec::new();
        };
        let value = |shown: &ShownColumn<'a>| {
            Some((shown.title, shown.form.value(&said.columns[shown.column], row)?))
        };
        deciding[source].iter().filter_map(value).collect()
    }

    /// Appends the original values of the columns that the rule reads, each after `separator`,
    /// which is a comma from then on.
    pub(super) fn push_values(
        &self,
        rule: &str,
        (source, row): (usize, usize),
        separator: &mut char,
        out: &mut String,
    ) {
        let said = &self.said[source];
        let (Some(shown), Ok(row)) = (self.shown.get(rule), said.rows.binary_search(&row)) else { return };
        for ShownColumn { form, title, column } in &shown[source] {
            if let Some(value) = form.value(&said.columns[*column], row) {
                out.push(std::mem::replace(separator, '，'));
                out.push_str(title);
                out.push(' ');
                out.push_str(&mask::mask_numbers_in_text(&value));
            }
        }
    }
}

/// Finds who stands in these records among the rows of earlier publications that rules read.
fn earlier_people(
    inputs: &PublicationInputs<'_>,
    wanted: &HashSet<&str>,
) -> Result<HashMap<String, EarlierPerson>> {
    let mut found = HashMap::new();
    if wanted.is_empty() {
        return Ok(found);
    }
    for view in inputs.views.iter().filter(|view| list_of_view(&view.name) != view.name) {
        let list = list_of_view(&view.name);
        let facts = inputs.catalogue.sources.iter().find(|facts| facts.name == list);
        let columns = facts.map_or(&[][..], |facts| &facts.columns);
        let name = columns.iter().find(|(_, _, role)| *role == Some(ColumnRole::Name));
        let name = name.map_or("", |(column, ..)| column.as_str());
        for rows in view.rows.chunks(|column| ["record_id", "id18", name].contains(&column))? {
            let rows = rows?;
            let text = |column: &str| rows.column_by_name(column).and_then(|c| c.as_string_opt::<i32>());
            let Some(ids) = text("record_id") else { continue };
            let at = |column: Option<&StringArray>, row: usize| {
                column.filter(|c| c.is_valid(row)).map_or("", |c| c.value(row)).to_owned()
            };
            for (row, id) in ids.iter().enumerate() {
                let Some(id) = id.filter(|id| wanted.contains(id)) else { continue };
                let person =
                    EarlierPerson { name: at(text(name), row), id: IdNumber::parse(&at(text("id18"), row)) };
                found.insert(id.to_owned(), person);
            }
        }
    }
    Ok(found)
}
