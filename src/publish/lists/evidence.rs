//! The records that listed exceptions rest on: where they are and what they say.

use std::fmt::Write as _;

use arrow::array::{Array, ArrayRef, AsArray as _};
use arrow::datatypes::{Date32Type, Int32Type, Int64Type};
use hashbrown::{HashMap, HashSet};
use rayon::prelude::*;

use crate::Result;
use crate::model::exception::TrackedException;
use crate::model::record_id::RecordKey;
use crate::privacy::mask;
use crate::publish::PublicationInputs;
use crate::publish::people::People;

/// The records that listed exceptions rest on.
pub(super) struct Evidence<'a> {
    inputs: PublicationInputs<'a>,
    /// Source and table by the part of a record's id that names them.
    tables: HashMap<&'a str, (usize, usize)>,
    /// By source.
    said: Vec<Said>,
    /// By rule, then source: the columns that are shown of a record.
    shown: HashMap<&'a str, Vec<Vec<Shown<'a>>>>,
}

/// What records of a source say.
struct Said {
    /// Rows of the source, ascending.
    rows: Vec<usize>,
    /// Of these rows, the columns that some rule shows.
    columns: Vec<ArrayRef>,
}

/// A column that is shown.
struct Shown<'a> {
    name: &'a str,
    title: &'a str,
    /// Its position in [`Said::columns`].
    column: usize,
}

impl<'a> Evidence<'a> {
    /// Gathers the records that `listed` exceptions name.
    pub(super) fn gather(
        inputs: &PublicationInputs<'a>,
        people: &'a People<'_>,
        listed: impl ParallelIterator<Item = &'a TrackedException>,
    ) -> Result<Self> {
        let (tables, said, shown) = (people.tables(), Vec::new(), HashMap::new());
        let mut evidence = Self { inputs: *inputs, tables, said, shown };
        let mut named: Vec<(usize, usize)> =
            listed.flat_map_iter(|t| &t.exception.evidence).filter_map(|id| evidence.find(id)).collect();
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
        let is_shown = |name: &str| {
            columns.iter().any(|c| c.0 == name) && rules.iter().any(|rule| rule.columns.contains(name))
        };
        let kept = records.rows.pick_columns(&rows, is_shown)?;
        for rule in rules {
            let own = columns.iter().filter(|(name, _)| rule.columns.contains(name));
            let own = own.filter_map(|(name, title)| {
                Some(Shown { name, title, column: kept.schema().index_of(name).ok()? })
            });
            self.shown.entry(&rule.code).or_default().push(own.collect());
        }
        self.said.push(Said { rows, columns: kept.columns().to_vec() });
        Ok(())
    }

    /// Source and row of a record; `None` for records of an earlier quarter.
    pub(super) fn find(&self, record_id: &str) -> Option<(usize, usize)> {
        let (begin, place) = record_id.split_at(record_id.rfind(".r")? + 2);
        let &(source, table) = self.tables.get(begin)?;
        let (row, member) = match place.split_once(".m") {
            Some((row, member)) => (number(row)?, number(member)?),
            None => (number(place)?, 0),
        };
        let keys = &self.inputs.loaded[source].records.keys;
        let of_source = u8::try_from(keys.first()?.source()).ok()?;
        let key = RecordKey::new(of_source, u16::try_from(table).ok()?, row, u8::try_from(member).ok()?);
        Some((source, keys.binary_search(&key).ok()?))
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
        let mut value = String::new();
        for Shown { name, title, column } in &shown[source] {
            value.clear();
            if push_value(name, &said.columns[*column], row, &mut value) {
                out.push(std::mem::replace(separator, ','));
                out.push_str(title);
                out.push(' ');
                out.push_str(&mask::numbers_in_text(&value));
            }
        }
    }
}

/// A number as ids have it.
fn number(text: &str) -> Option<u32> {
    let plain = text.bytes().all(|b| b.is_ascii_digit()) && !text.starts_with('0');
    text.parse().ok().filter(|_| plain)
}

/// Appends a typed value as an officer writes it; false where there is none.
fn push_value(name: &str, array: &dyn Array, row: usize, out: &mut String) -> bool {
    if array.is_null(row) {
        return false;
    }
    if let Some(text) = array.as_string_opt::<i32>() {
        out.push_str(text.value(row));
        return true;
    }
    if let Some(days) = array.as_primitive_opt::<Date32Type>() {
        let date = crate::model::day::from_date32(days.value(row));
        return date.is_some_and(|date| write!(out, "{date}").is_ok());
    }
    if let Some(int) = array.as_primitive_opt::<Int32Type>() {
        return write!(out, "{}", int.value(row)).is_ok();
    }
    let Some(int) = array.as_primitive_opt::<Int64Type>() else { return false };
    let value = int.value(row);
    let unit = match name {
        n if n.ends_with("_fen") => "元",
        n if n.ends_with("_centi") => "平方米",
        _ => return write!(out, "{value}").is_ok(),
    };
    let sign = if value < 0 { "-" } else { "" };
    let (whole, part) = (value.unsigned_abs() / 100, value.unsigned_abs() % 100);
    match part {
        0 => write!(out, "{sign}{whole}{unit}").is_ok(),
        _ => write!(out, "{sign}{whole}.{part:02}{unit}").is_ok(),
    }
}
