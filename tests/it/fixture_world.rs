//! The fixtures' lists, linked as their truth says, with what is changed in them, and what rules then find too much or
//! too little.

use std::collections::{BTreeMap, BTreeSet};
use std::path::Path;
use std::sync::Arc;

use arrow::array::{Array, ArrayRef, Int32Array, StringArray, UInt32Array, new_null_array};
use arrow::datatypes::DataType;
use bidui::testing::config::Pipeline;
use bidui::testing::load::{LoadedSource, load_source};
use bidui::testing::model::column_type::ContractType;
use bidui::testing::model::resolution::Resolution;
use bidui::testing::normalize::normalize;
use bidui::testing::reconcile::{RuleFindings, run_over, views};
use bidui::testing::rules::rule_set::RuleSet;

use crate::rules_truth::{folder, perfect, truth_records};

pub(crate) const QUARTER: &str = "2018Q3";

#[derive(Clone)]
pub(crate) struct World {
    pub(crate) pipeline: Pipeline,
    rules: RuleSet,
    pub(crate) loaded: Vec<LoadedSource>,
    pub(crate) resolution: Resolution,
}

pub(crate) type Found = BTreeSet<(String, String, String)>;

impl World {
    pub(crate) fn fixtures() -> Self {
        let pipeline = Pipeline::open(Path::new("pipelines/hebi")).unwrap();
        let rules = RuleSet::load(&pipeline).unwrap();
        let loaded: Vec<LoadedSource> = (0..pipeline.sources.len())
            .filter_map(|source| load_source(&pipeline, source, &folder(QUARTER), None).unwrap())
            .collect();
        let resolution = perfect(&loaded, &truth_records(QUARTER));
        Self { pipeline, rules, loaded, resolution }
    }

    pub(crate) fn run(&self) -> RuleFindings {
        let comparables = normalize(&self.pipeline, &self.loaded).unwrap();
        let inputs = views::ViewInputs {
            pipeline: &self.pipeline,
            loaded: &self.loaded,
            comparables: &comparables,
            resolution: &self.resolution,
            period: QUARTER.parse().unwrap(),
        };
        run_over(&inputs, &self.rules).unwrap()
    }

    /// Positions of a source's records by county code.
    pub(crate) fn counties(&self, source: usize) -> BTreeMap<String, Vec<u32>> {
        let comparables = normalize(&self.pipeline, &self.loaded[source..=source]).unwrap();
        let tree = &self.pipeline.divisions;
        let mut counties: BTreeMap<String, Vec<u32>> = BTreeMap::new();
        for (row, value) in (0u32..).zip(comparables[0].divisions("division").unwrap_or(&[])) {
            counties.entry(tree.code_at(*value, 2).to_owned()).or_default().push(row);
        }
        counties
    }

    /// Column of a source's records.
    pub(crate) fn column(&self, source: usize, column: &str) -> ArrayRef {
        self.loaded[source].records.rows.batch().unwrap().column_by_name(column).unwrap().clone()
    }

    /// The column with the rows at `positions` taken from those at `from`, or emptied.
    pub(crate) fn changed(
        &self,
        source: usize,
        column: &str,
        positions: &[u32],
        from: &dyn Fn(usize) -> Option<u32>,
    ) -> ArrayRef {
        let values = self.column(source, column);
        let empty = new_null_array(values.data_type(), 1);
        let both = arrow::compute::concat(&[&values, &empty]).unwrap();
        let mut places: Vec<u32> = (0..values.len() as u32).collect();
        for (at, &position) in positions.iter().enumerate() {
            places[position as usize] = from(at).unwrap_or(values.len() as u32);
        }
        arrow::compute::take(&both, &UInt32Array::from(places), None).unwrap()
    }

    /// Columns of a source without which a row is accepted, that say no place and have values.
    pub(crate) fn optional_columns(&self, source: usize) -> Vec<String> {
        let contract = self.pipeline.source(&self.loaded[source].records.source).unwrap();
        let places = ["county", "township", "village", "division"];
        let columns = contract.columns.iter().filter(|c| !c.required).map(|c| c.name.clone());
        let filled = |name: &String| {
            let values = self.column(source, name);
            values.null_count() < values.len()
        };
        columns.filter(|name| !places.iter().any(|place| name.contains(place))).filter(filled).collect()
    }

    /// Makes a column unknown at some positions; what it was.
    pub(crate) fn make_unknown(&mut self, source: usize, column: &str, positions: &[u32]) -> KnownColumn {
        let values = self.column(source, column);
        let unknown = self.loaded[source].records.unknown.records(column).to_vec();
        let emptied = self.changed(source, column, positions, &|_| None);
        let all: BTreeSet<u32> = unknown.iter().chain(positions).copied().collect();
        self.replace(source, column, emptied, &Vec::from_iter(all));
        KnownColumn { values, unknown }
    }

    /// Other values for the rows at `positions`, as hands of cards: those of the column dealt out anew, and one for all:
    /// each word of its code table, or of its values the least, the greatest and some between; of days and months some
    /// long before, in and after the quarter too.
    pub(crate) fn hands(
        &self,
        source: usize,
        column: &str,
        values: &ArrayRef,
        positions: &[u32],
    ) -> Vec<ArrayRef> {
        /// Values of an ordered column that are dealt to all.
        const STEPS: usize = 6;
        let contract = self.pipeline.source(&self.loaded[source].records.source).unwrap();
        let spec = contract.column(column).unwrap();
        let rows = values.len();
        let known = arrow::compute::filter(values, &arrow::compute::is_not_null(values).unwrap()).unwrap();
        let labels = spec.codes.labels();
        let cards: ArrayRef = match values.data_type() {
            DataType::Utf8 if !labels.is_empty() => Arc::new(StringArray::from_iter_values(labels)),
            _ => {
                let sorted = arrow::compute::sort(&known, None).unwrap();
                let last = sorted.len() - 1;
                let places = (0..STEPS).map(|step| (step * last / (STEPS - 1)) as u32);
                arrow::compute::take(&sorted, &UInt32Array::from_iter_values(places), None).unwrap()
            }
        };
        let days = ["1950-01-01", "2018-08-15", "2018-09-20", "2019-06-01"];
        let times: Option<ArrayRef> = match spec.kind {
            ContractType::Date => {
                let texts: ArrayRef = Arc::new(StringArray::from_iter_values(days));
                Some(arrow::compute::cast(&texts, &DataType::Date32).unwrap())
            }
            ContractType::Month => {
                let months = [195_001, 201_808, 201_809, 201_906];
                Some(Arc::new(Int32Array::from_iter_values(months)))
            }
            _ => None,
        };
        let cards = times
            .map_or_else(|| Arc::clone(&cards), |times| arrow::compute::concat(&[&cards, &times]).unwrap());
        let both = arrow::compute::concat(&[values, &cards]).unwrap();
        let put = |from: &dyn Fn(usize) -> usize| {
            let mut places: Vec<u32> = (0..rows as u32).collect();
            for (at, &position) in positions.iter().enumerate() {
                places[position as usize] = from(at) as u32;
            }
            arrow::compute::take(&both, &UInt32Array::from(places), None).unwrap()
        };
        let same = (0..cards.len()).map(|card| put(&|_| rows + card));
        let mixed = (1..4).map(|turn| put(&|at| rows + (at * 7 + turn) * turn % cards.len()));
        let dealt = (1..4).map(|turn| put(&|at| (at * 7919 * turn + 13 * turn) % rows));
        same.chain(mixed).chain(dealt).collect()
    }

    pub(crate) fn replace(&mut self, source: usize, column: &str, values: ArrayRef, unknown: &[u32]) {
        self.loaded[source].records.replace_column(column, values, unknown).unwrap();
    }
}

/// A column before it was changed.
pub(crate) struct KnownColumn {
    pub(crate) values: ArrayRef,
    pub(crate) unknown: Vec<u32>,
}

pub(crate) fn found(findings: &RuleFindings) -> Found {
    let text = |e: &bidui::testing::model::exception::Exception| {
        (e.rule_code.to_string(), e.subject_id.to_string(), e.rule_key.to_string())
    };
    findings.exceptions.iter().map(text).collect()
}

/// Is each of the findings that are gone left open, or its rule held for one of these counties?
fn gone_without_a_word<'b>(
    before: &'b Found,
    findings: &RuleFindings,
    counties: &[&str],
) -> Vec<&'b (String, String, String)> {
    let after = found(findings);
    let open: BTreeSet<(&str, &str)> =
        findings.undecided.iter().map(|one| (&*one.rule_code, &*one.subject_id)).collect();
    let held: BTreeSet<&str> = findings
        .held
        .iter()
        .filter(|held| counties.contains(&held.county_code.as_str()))
        .map(|held| held.rule_code.as_str())
        .collect();
    let gone = before.iter().filter(|one| !after.contains(*one));
    gone.filter(|(rule, subject, _)| {
        !held.contains(rule.as_str()) && !open.contains(&(rule.as_str(), subject.as_str()))
    })
    .collect()
}

/// What trials found wrong.
#[derive(Default)]
pub(crate) struct Faults {
    pub(crate) tried: usize,
    /// Findings that were not there before.
    accused: Vec<String>,
    /// Findings that are gone and neither undecided nor of a rule that was told to be held there.
    lost: Vec<String>,
    pub(crate) undecided: usize,
    pub(crate) held: usize,
}

impl Faults {
    pub(crate) fn look(&mut self, name: &str, before: &Found, findings: &RuleFindings, counties: &[&str]) {
        self.tried += 1;
        self.undecided += findings.undecided.len();
        self.held += findings.held.len();
        let after = found(findings);
        self.accused.extend(after.difference(before).map(|one| format!("{name}: {one:?}")));
        let lost = gone_without_a_word(before, findings, counties);
        self.lost.extend(lost.into_iter().map(|one| format!("{name}: {one:?}")));
    }

    pub(crate) fn assert_none(&self, what: &str) {
        eprintln!(
            "{what}: {} trials, {} accused, {} lost; {} undecided, {} rules held",
            self.tried,
            self.accused.len(),
            self.lost.len(),
            self.undecided,
            self.held
        );
        let list = |items: &[String]| items[..items.len().min(60)].join("\n");
        assert!(self.tried > 0, "{what}: nothing was tried");
        assert!(self.accused.is_empty(), "{what}, accused:\n{}", list(&self.accused));
        assert!(self.lost.is_empty(), "{what}, lost:\n{}", list(&self.lost));
    }
}
