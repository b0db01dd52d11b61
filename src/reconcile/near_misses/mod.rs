//! The view `near_miss`: of whoever seems to be missing from a list, the records there that are nearest
//! to him, and what becomes of findings that have one.
//!
//! A rule says in its header which lists its subject is missing from (`absent_from`). When it has been run, the
//! linker is asked for the nearest records of those lists to the evidence of its findings. The nearest goes
//! with the finding; one that is probably the same person makes it one to be confirmed. Rules whose
//! SELECT reads the view itself are answered before they are run, for every record they may ask about.

use std::collections::BTreeMap;
use std::sync::Arc;

use arrow::array::{ArrayRef, AsArray as _, Int32Array, StringArray};
use arrow::datatypes::{Int32Type, Int64Type};

use super::QuarterViews;
use super::execution::numbered_ids::{IdKind, NumberedIds, record_number};
use super::findings::select_outcome::RuleFinding;
use super::views::assemble_view;
use super::views::rule_view::View;
use crate::link::near_miss::{AbsenceClaim, NearMiss, NearMissLinker};
use crate::rules::rule_file::RuleHeader;
use crate::rules::rule_set::RuleSet;
use crate::rules::view_catalogue::{NEAR_MISS, ViewCatalogue};
use crate::{Error, Result};

/// A row of the view, ids as numbers.
#[derive(Debug, Clone, PartialEq, Eq, PartialOrd, Ord)]
pub struct NearMissRow {
    /// Record of the subject.
    pub(crate) record: i64,
    /// The list.
    pub(crate) source: Arc<str>,
    /// 0 for the nearest.
    pub(crate) order: i32,
    /// Record of the list.
    pub(crate) candidate: i64,
    /// Whose record the subject's is.
    pub(crate) person: i64,
    /// Whose the candidate is.
    pub(crate) candidate_person: i64,
    /// 1/1000 bit beyond chance.
    pub(crate) score: i32,
    /// Is it probably the same person?
    pub(crate) likely: bool,
}

/// The record of a list that is nearest to the subject of a finding.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(crate) struct NearestRecord {
    /// The record.
    pub(crate) candidate: i64,
    /// The list.
    pub(crate) list: Arc<str>,
    /// Is it probably the same person?
    pub(crate) likely: bool,
}

/// Persons of the views and definitions that `absent_from` names as `rows`, ascending.
pub(crate) type ListedPersons = BTreeMap<String, Vec<i64>>;

/// Rows of the view, by record and list.
pub(crate) struct NearMissIndex<'a> {
    rows: &'a [NearMissRow],
    listed: &'a ListedPersons,
}

impl<'a> NearMissIndex<'a> {
    /// `rows`: ascending.
    pub(crate) fn of(rows: &'a [NearMissRow], listed: &'a ListedPersons) -> Self {
        Self { rows, listed }
    }

    /// The nearest record to the evidence of a finding, of the lists that its rule names. `source`: of a record.
    pub(crate) fn nearest<'s>(
        &self,
        header: &RuleHeader,
        finding: &RuleFinding,
        source: impl Fn(i64) -> Option<&'s str>,
    ) -> Option<NearestRecord> {
        let mut nearest: Option<&NearMissRow> = None;
        for (absence, of) in header.absences(&finding.rule_key, finding.missing_from.as_deref()) {
            let listed = absence.rows.as_ref().and_then(|rows| self.listed.get(rows));
            for &record in finding.evidence.iter().filter(|record| source(**record) == Some(of)) {
                let from = self.rows.partition_point(|row| row.record < record);
                let own = self.rows[from..].iter().take_while(|row| row.record == record);
                let of_list = own.filter(|row| *row.source == *absence.list);
                let may_be = |row: &&NearMissRow| {
                    listed.is_none_or(|persons| persons.binary_search(&row.candidate_person).is_ok())
                };
                for row in of_list.filter(may_be) {
                    // The nearer, of equals the first.
                    let place = |row: &NearMissRow| (row.likely, row.score, std::cmp::Reverse(row.candidate));
                    if nearest.is_none_or(|known| place(row) > place(known)) {
                        nearest = Some(row);
                    }
                }
            }
        }
        nearest.map(|row| NearestRecord {
            candidate: row.candidate,
            list: row.source.clone(),
            likely: row.likely,
        })
    }
}

/// The view.
pub(crate) fn near_miss_view(
    catalogue: &ViewCatalogue,
    ids: &NumberedIds,
    rows: &[NearMissRow],
) -> Result<View<'static>> {
    let id = |kind: IdKind, of: &dyn Fn(&NearMissRow) -> i64| -> ArrayRef {
        Arc::new(rows.iter().map(|row| Some(ids.text(kind, of(row)))).collect::<StringArray>())
    };
    let number = |of: &dyn Fn(&NearMissRow) -> i32| -> ArrayRef {
        Arc::new(rows.iter().map(|row| Some(of(row))).collect::<Int32Array>())
    };
    let table = assemble_view(catalogue, NEAR_MISS, |name| {
        Some(match name {
            "record_id" => id(IdKind::Record, &|row| row.record),
            "person_id" => id(IdKind::Person, &|row| row.person),
            "source" => Arc::new(rows.iter().map(|row| Some(&*row.source)).collect::<StringArray>()),
            "candidate" => id(IdKind::Record, &|row| row.candidate),
            "candidate_person_id" => id(IdKind::Person, &|row| row.candidate_person),
            "near_order" => number(&|row| row.order),
            "score" => number(&|row| row.score),
            "likely" => number(&|row| i32::from(row.likely)),
            _ => return None,
        })
    })?;
    Ok(View::of(NEAR_MISS, table))
}

/// The rows of the view as it was published, ascending.
///
/// # Errors
/// A view that cannot be read or has other columns.
pub(crate) fn read_near_misses(view: &View<'_>, ids: &NumberedIds) -> Result<Vec<NearMissRow>> {
    let mut found = Vec::new();
    for rows in view.rows.engine_chunks(ids, |_| true)? {
        let rows = rows?;
        let other = || Error::internal(format!("视图“{NEAR_MISS}”的列不对"));
        let id = |name: &str| {
            let column = rows.column_by_name(name).and_then(|c| c.as_primitive_opt::<Int64Type>());
            column.ok_or_else(other)
        };
        let number = |name: &str| {
            let column = rows.column_by_name(name).and_then(|c| c.as_primitive_opt::<Int32Type>());
            column.ok_or_else(other)
        };
        let sources = rows.column_by_name("source").and_then(|c| c.as_string_opt::<i32>());
        let sources = sources.ok_or_else(other)?;
        let (records, candidates) = (id("record_id")?, id("candidate")?);
        let (persons, candidate_persons) = (id("person_id")?, id("candidate_person_id")?);
        let (orders, scores, likely) = (number("near_order")?, number("score")?, number("likely")?);
        found.extend((0..rows.num_rows()).map(|row| NearMissRow {
            record: records.value(row),
            source: Arc::from(sources.value(row)),
            order: orders.value(row),
            candidate: candidates.value(row),
            person: persons.value(row),
            candidate_person: candidate_persons.value(row),
            score: scores.value(row),
            likely: likely.value(row) != 0,
        }));
    }
    found.sort_unstable();
    Ok(found)
}

impl<'a> QuarterViews<'a> {
    /// From here on the linker is asked for near misses; for the rules whose SELECT reads the view, now.
    ///
    /// # Errors
    /// Comparisons that cannot be prepared.
    pub fn ask_linker(&mut self, rules: &RuleSet, linker: NearMissLinker<'a>) -> Result<()> {
        self.linker = Some(linker);
        let mut claims = Vec::new();
        for rule in { rules.rules.iter() }.filter(|rule| rules.reads(rule, NEAR_MISS)) {
            for absence in &rule.header.absent_from {
                let source = self.inputs.position(rule.header.absent_source(absence));
                let (Some(source), Some(list)) = (source, self.inputs.position(&absence.list)) else {
                    continue;
                };
                let nodes = self.inputs.node(source, 0)..self.inputs.node(source + 1, 0);
                claims.extend(nodes.map(|node| AbsenceClaim { list: list as u8, record: node as u32 }));
            }
        }
        self.near_misses = self.find_near_misses(&claims)?;
        self.publish_near_misses(&rules.catalogue)
    }

    /// Puts the near misses found so far into the view.
    fn publish_near_misses(&mut self, catalogue: &ViewCatalogue) -> Result<()> {
        let view = near_miss_view(catalogue, &self.ids, &self.near_misses)?;
        self.list.retain(|known| known.name != NEAR_MISS);
        let at = self.list.partition_point(|known| known.name.as_str() < NEAR_MISS);
        self.list.insert(at, view);
        Ok(())
    }

    /// Takes over what was found while the rules were run.
    ///
    /// # Errors
    /// An internal error where the catalogue does not know the view.
    pub fn keep_near_misses(&mut self, catalogue: &ViewCatalogue, rows: Vec<NearMissRow>) -> Result<()> {
        if self.linker.is_none() {
            return Ok(());
        }
        self.near_misses = rows;
        self.publish_near_misses(catalogue)
    }

    /// All near misses known: those found before, and those of the findings' evidence.
    pub(crate) fn near_misses_of(
        &self,
        rules: &RuleSet,
        found: &[(usize, RuleFinding)],
    ) -> Result<Vec<NearMissRow>> {
        let mut claims = Vec::new();
        for (rule, finding) in found {
            let header = &rules.rules[*rule].header;
            for (absence, of) in header.absences(&finding.rule_key, finding.missing_from.as_deref()) {
                let Some(list) = self.inputs.position(&absence.list) else { continue };
                for (source, row) in finding.evidence.iter().filter_map(|record| self.find(*record)) {
                    if self.inputs.loaded[source].records.source == of {
                        let record = self.inputs.node(source, row) as u32;
                        claims.push(AbsenceClaim { list: list as u8, record });
                    }
                }
            }
        }
        let mut rows = self.find_near_misses(&claims)?;
        rows.extend(self.near_misses.iter().cloned());
        rows.sort_unstable();
        rows.dedup();
        Ok(rows)
    }

    /// Source of a record of this quarter.
    pub(crate) fn source_of(&self, record: i64) -> Option<&str> {
        let (source, _) = self.find(record)?;
        Some(&self.inputs.loaded[source].records.source)
    }

    fn find_near_misses(&self, claims: &[AbsenceClaim]) -> Result<Vec<NearMissRow>> {
        let Some(linker) = &self.linker else { return Ok(Vec::new()) };
        let found = linker.find(&self.foreign, claims)?;
        let numbers = RecordNumbering::of(self)?;
        let names: Vec<Arc<str>> =
            self.inputs.loaded.iter().map(|one| Arc::from(one.records.source.as_str())).collect();
        let row = |near: NearMiss| -> Result<NearMissRow> {
            let ((_, record), (list, candidate)) =
                (numbers.number(near.record)?, numbers.number(near.candidate)?);
            Ok(NearMissRow {
                record,
                source: names[list].clone(),
                order: i32::from(near.order),
                candidate,
                person: self.inputs.person_number(near.record as usize),
                candidate_person: self.inputs.person_number(near.candidate as usize),
                score: near.score,
                likely: near.likely,
            })
        };
        let mut rows: Vec<NearMissRow> = found.into_iter().map(row).collect::<Result<_>>()?;
        rows.sort_unstable();
        Ok(rows)
    }
}

/// Numbers of records by node.
pub(in crate::reconcile) struct RecordNumbering<'v, 'a> {
    views: &'v QuarterViews<'a>,
    /// By source and table: the table's number in record ids.
    tables: Vec<Vec<usize>>,
}

impl<'v, 'a> RecordNumbering<'v, 'a> {
    pub(in crate::reconcile) fn of(views: &'v QuarterViews<'a>) -> Result<Self> {
        let tables = views.inputs.loaded.iter().map(|one| views.ids.tables_of(&one.records));
        Ok(Self { views, tables: tables.collect::<Result<_>>()? })
    }

    /// Source of a record, and the record as a number.
    pub(in crate::reconcile) fn number(&self, node: u32) -> Result<(usize, i64)> {
        let inputs = &self.views.inputs;
        let (source, row) = inputs.place(node as usize);
        let key = inputs.loaded[source].records.keys[row];
        let table = self.tables[source].get(key.table()).ok_or_else(|| Error::internal("有的表没有编号"))?;
        Ok((source, record_number(*table, key)))
    }
}

#[cfg(test)]
mod declared;
#[cfg(test)]
mod tests;
