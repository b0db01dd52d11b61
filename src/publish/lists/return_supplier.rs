//! Who delivers a list: a department for all, or each county its own file.

use std::collections::{BTreeMap, BTreeSet};
use std::path::Path;

use crate::load::LoadedSource;
use crate::model::source_row::{Reject, TableTotals};
use crate::publication::manifest::{HeldColumn, RuleRun};
use crate::publish::PublishedPipeline;
use crate::publish::tables::returned_rows;

/// Whoever delivers a list, or a county's part of it.
#[derive(Debug)]
pub(super) struct ReturnSupplier<'a> {
    /// Name of the list.
    source: &'a str,
    /// What came of the list; `None`: nothing at all.
    loaded: Option<&'a LoadedSource>,
    /// Name of the county whose files these are; `""`: the list is one for all.
    pub(super) county: String,
    pub(super) tables: Vec<&'a TableTotals>,
    /// The list comes county by county.
    by_county: bool,
}

/// The suppliers of a list in order of their counties. `told`: counties that something is to be told of, whether or not their
/// part came.
pub(super) fn return_suppliers<'a>(
    loaded: &'a LoadedSource,
    catalogue: &PublishedPipeline,
    rules: &[RuleRun],
    told: &BTreeSet<String>,
) -> Vec<ReturnSupplier<'a>> {
    let (source, tables) = (loaded.records.source.as_str(), loaded.totals.tables.as_slice());
    let counties: Vec<Option<String>> = tables.iter().map(|table| own_county(table, catalogue)).collect();
    let different: BTreeSet<&String> = counties.iter().flatten().collect();
    // A workbook with a sheet per county is one department's.
    let mut of_file: BTreeMap<&Path, &Option<String>> = BTreeMap::new();
    let shared = tables.iter().zip(&counties).any(|(table, county)| {
        of_file.insert(table.file.as_path(), county).is_some_and(|other| other != county)
    });
    // One county's file beside others that tell none is still one list for all.
    let by_county = !shared && different.len() > 1 && counties.iter().all(Option::is_some);
    if !by_county {
        let tables = tables.iter().collect();
        return vec![ReturnSupplier {
            source,
            loaded: Some(loaded),
            county: String::new(),
            tables,
            by_county,
        }];
    }
    let held = held_of(rules, source)
        .filter(|(_, held)| !held.county_code.is_empty())
        .map(|(_, held)| catalogue.county_name(&held.county_code).to_owned());
    let lacked = loaded.lacked.iter().map(|place| county_of_place(&place.code, catalogue).to_owned());
    let mut names: BTreeSet<String> = different.into_iter().cloned().chain(held).chain(lacked).collect();
    names.extend(told.iter().filter(|county| !county.is_empty()).cloned());
    let of = |county: String| {
        let own = tables.iter().zip(&counties).filter(|(_, of)| of.as_ref() == Some(&county));
        let tables = own.map(|(table, _)| table).collect();
        ReturnSupplier { source, loaded: Some(loaded), tables, by_county, county }
    };
    names.into_iter().map(of).collect()
}

/// Name of the county that a county or township is, or lies in.
fn county_of_place<'c>(code: &'c str, catalogue: &'c PublishedPipeline) -> &'c str {
    catalogue.county_name(code.get(..6).unwrap_or(code))
}

/// The county that all rows of a table are of.
fn own_county(table: &TableTotals, catalogue: &PublishedPipeline) -> Option<String> {
    let mut counties = table.counties.keys();
    match (counties.next(), counties.next()) {
        (Some(county), None) if !county.is_empty() => Some(catalogue.county_name(county).to_owned()),
        _ => None,
    }
}

/// What is held for want of a list.
pub(super) fn held_of<'r>(
    rules: &'r [RuleRun],
    source: &str,
) -> impl Iterator<Item = (&'r RuleRun, &'r HeldColumn)> {
    let all = rules.iter().flat_map(|rule| rule.held.iter().map(move |held| (rule, held)));
    all.filter(move |(_, held)| held.source == source)
}

impl<'a> ReturnSupplier<'a> {
    /// Whoever ought to have delivered a list of which nothing came.
    pub(super) fn of_missing(source: &'a str) -> Self {
        Self { source, loaded: None, county: String::new(), tables: Vec::new(), by_county: false }
    }

    pub(super) fn source(&self) -> &'a str {
        self.source
    }

    /// Parts of the list that did not come, or do not count, Chinese.
    pub(super) fn lacked(&self, catalogue: &PublishedPipeline) -> Vec<String> {
        let list = catalogue.source_title(self.source);
        let places = self.loaded.into_iter().flat_map(|loaded| &loaded.lacked);
        let own =
            places.filter(|place| !self.by_county || county_of_place(&place.code, catalogue) == self.county);
        own.map(|place| place.why.told(catalogue.county_name(&place.code), list)).collect()
    }

    /// `农村低保（淇县）`.
    pub(super) fn title(&self, catalogue: &PublishedPipeline) -> String {
        let title = catalogue.source_title(self.source());
        match self.county.as_str() {
            "" => title.to_owned(),
            county => format!("{title}（{county}）"),
        }
    }

    /// Is the list one for all counties?
    pub(super) fn is_for_all(&self) -> bool {
        !self.by_county
    }

    /// Did anything of it come?
    pub(super) fn is_delivered(&self) -> bool {
        !self.tables.is_empty()
    }

    /// Its rows and cells that were not taken as they are.
    pub(super) fn returned(&self) -> Vec<(&'a Reject, &'static str)> {
        let files: BTreeSet<&Path> = self.tables.iter().map(|table| table.file.as_path()).collect();
        let all = self.loaded.into_iter().flat_map(|loaded| returned_rows(std::slice::from_ref(loaded)));
        all.filter(|(reject, _)| !self.by_county || files.contains(reject.file.as_path())).collect()
    }

    /// Is what is said of a county (by its code) to be told to it?
    pub(super) fn is_of(&self, county_code: &str, catalogue: &PublishedPipeline) -> bool {
        !self.by_county || catalogue.county_name(county_code) == self.county
    }
}
