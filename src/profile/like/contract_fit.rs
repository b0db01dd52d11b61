//! How well one table fits one contract, and which header feeds which column.

use std::collections::{BTreeMap, BTreeSet};

use serde::Serialize;

use super::super::TableProfile;
use super::super::member_columns::numbered_header;
use super::column_search::ColumnSearch;
use super::likeness::likeness_of_name;
use crate::config::{ColumnRole, Pipeline, SourceContract, clean_config_header};
use crate::load::{HeaderMatcher, HeaderTarget};

/// A header that feeds a column, and how that is known.
#[derive(Debug, Clone, Serialize)]
pub(crate) struct FoundColumn {
    /// The header.
    pub(crate) header: String,
    /// Column of the contract, for members `组.列`.
    pub(crate) column: String,
    /// Its Chinese label.
    pub(crate) label: String,
    /// How it is known, Chinese.
    pub(crate) why: String,
}

/// A value that an absent column has in every row.
#[derive(Debug, Clone, Serialize)]
pub(crate) struct AssumedValue {
    /// Column of the contract.
    pub(crate) column: String,
    /// Its Chinese label.
    pub(crate) label: String,
    /// The value.
    pub(crate) value: String,
    /// How it is known, Chinese.
    pub(crate) why: String,
}

/// How a table fits a contract.
#[derive(Debug, Clone, Serialize)]
pub(crate) struct ContractFit {
    /// Name of the source.
    pub(crate) source: String,
    /// Its title.
    pub(crate) title: String,
    /// 0 to 1000.
    pub(crate) score: u32,
    /// Headers that the contract knows.
    pub(crate) known: Vec<String>,
    /// Headers that were found by content or likeness.
    pub(crate) found: Vec<FoundColumn>,
    /// Headers that feed nothing.
    pub(crate) unread: Vec<String>,
    /// Headers that feed nothing and may not be ignored: they say somebody's state, or codes that a column wants.
    pub(crate) asked: Vec<String>,
    /// Labels of columns that the list does not have.
    pub(crate) missing: Vec<String>,
    /// Those without which it cannot be read.
    pub(crate) missing_required: Vec<String>,
    /// Values for absent columns.
    pub(crate) defaults: Vec<AssumedValue>,
    /// Spellings that code tables do not have: column, spelling, label it probably means.
    pub(crate) codes: Vec<(String, String, Option<String>)>,
    /// True if the contract has a household per row and the list a person.
    pub(crate) by_person: bool,
}

/// Contracts from the best to the worst.
pub(super) fn rank_contracts(
    pipeline: &Pipeline,
    table: &TableProfile,
    names: &[String],
) -> Vec<ContractFit> {
    let mut claims: BTreeMap<String, u32> = BTreeMap::new();
    for source in &pipeline.sources {
        let known: BTreeSet<String> = source.known_headers().iter().map(|h| clean_config_header(h)).collect();
        for header in known {
            *claims.entry(header).or_default() += 1;
        }
    }
    let mut fits: Vec<ContractFit> =
        pipeline.sources.iter().map(|source| fit_contract(pipeline, source, table, names, &claims)).collect();
    fits.sort_by(|a, b| b.score.cmp(&a.score).then_with(|| a.source.cmp(&b.source)));
    fits
}

/// A list with a person per row: it says who is what to the head, or has several rows of one household.
fn is_by_person(table: &TableProfile) -> bool {
    let with = |role| {
        table
            .roles
            .iter()
            .position(|found| found.as_ref().is_some_and(|f| f.role == role))
            .map(|at| &table.columns[at])
    };
    let numbered = table.columns.iter().filter(|c| numbered_header(&c.header).is_some()).count();
    let repeats = with(ColumnRole::Household).is_some_and(|c| c.distinct * 10 < c.filled * 9);
    numbered < 2 && (with(ColumnRole::Relation).is_some() || repeats)
}

fn fit_contract(
    pipeline: &Pipeline,
    contract: &SourceContract,
    table: &TableProfile,
    names: &[String],
    claims: &BTreeMap<String, u32>,
) -> ContractFit {
    let by_person = !contract.members.is_empty() && is_by_person(table);
    let reshaped = by_person.then(|| SourceContract { members: Vec::new(), ..contract.clone() });
    let contract = reshaped.as_ref().unwrap_or(contract);
    let file = names.first().map_or("", String::as_str);
    let matcher = HeaderMatcher::new(contract);
    let targets = table.columns.iter().map(|c| matcher.target(file, &c.header)).collect();
    let search = ColumnSearch::of_table(contract, table, targets);
    let mut fit = ContractFit {
        source: contract.name.clone(),
        title: contract.title.clone(),
        score: 0,
        known: Vec::new(),
        found: Vec::new(),
        unread: Vec::new(),
        asked: Vec::new(),
        missing: Vec::new(),
        missing_required: Vec::new(),
        defaults: Vec::new(),
        codes: Vec::new(),
        by_person,
    };
    let (mut got, mut all) = (0.0, 0.0);
    for (at, column) in table.columns.iter().enumerate() {
        let clean = clean_config_header(&column.header);
        if clean.is_empty() {
            continue;
        }
        let weight = claims.get(&clean).map_or(0.4, |count| 1.0 / f64::from(*count).sqrt());
        let found = search.found.iter().find(|(place, _)| *place == at);
        let value = match (&search.targets[at], found) {
            (_, Some((_, found))) => {
                fit.found.push(found.clone());
                0.9
            }
            (Some(HeaderTarget::Ignored), _) => {
                fit.known.push(column.header.clone());
                0.3
            }
            (Some(_), _) => {
                fit.known.push(column.header.clone());
                1.0
            }
            (None, None) if search.must_be_asked(at) => {
                fit.asked.push(column.header.clone());
                0.0
            }
            (None, None) => {
                fit.unread.push(column.header.clone());
                0.0
            }
        };
        all += weight.max(0.4);
        got += value * weight.max(0.4);
    }
    search.missing(&mut fit, pipeline, names);
    search.unknown_codes(&mut fit);
    let required = contract.columns.iter().filter(|c| c.required).count() as f64;
    let there = if required == 0.0 { 1.0 } else { 1.0 - fit.missing_required.len() as f64 / required };
    let columns = contract.columns.len().max(1) as f64;
    let cover = 1.0 - (fit.missing.len() as f64 / columns).min(1.0);
    let title = names.iter().map(|name| likeness_of_name(contract, name)).fold(0.0, f64::max);
    let owned = if names.iter().any(|name| contract.owns_file(name)) { 1.0 } else { title };
    let score = 0.42 * (got / f64::max(all, 0.01)) + 0.2 * there.max(0.0) + 0.13 * cover + 0.25 * owned;
    // A list of persons is none of households, whatever they have in common.
    let persons = is_by_person(table) && contract.role(ColumnRole::Relation).is_none();
    let score = if persons { score - 0.12 } else { score };
    // Names, numbers and places are in every list: something else must say which one it is.
    let telling = owned >= 0.5 || search.telling_columns() > 0;
    let score = if telling { score } else { score.min(0.3) };
    fit.score = (score.max(0.0) * 1000.0).round() as u32;
    fit
}
