//! The fixtures' lists, linked as their truth says, with what is changed in them, and what rules then find too much or
//! too little.

use std::collections::{BTreeMap, BTreeSet, HashMap};
use std::path::Path;

use arrow::array::{Array, ArrayRef, UInt32Array, new_null_array};
use bidui::testing::config::{ColumnRole, Pipeline};
use bidui::testing::load::{LoadedSource, load_source};
use bidui::testing::model::exception::Exception;
use bidui::testing::model::resolution::Resolution;
use bidui::testing::normalize::normalize;
use bidui::testing::reconcile::{RuleFindings, run_over, views};
use bidui::testing::rules::rule_file::SqlFile;
use bidui::testing::rules::rule_set::RuleSet;

use crate::rules_truth::{perfect, truth_records_of};

pub(crate) const QUARTER: &str = "2018Q3";

/// Lists that are committed, and the pipeline that reads them.
#[derive(Debug, Clone, Copy)]
pub(crate) struct Fixtures {
    pub(crate) pipeline: &'static str,
    pub(crate) data: &'static str,
    pub(crate) period: &'static str,
}

/// A quarter of the plan.
pub(crate) const HEBI: Fixtures =
    Fixtures { pipeline: "pipelines/hebi", data: "fixtures/hebi/2018Q3", period: QUARTER };

/// A month of the prefecture of 2025.
pub(crate) const LONGAN: Fixtures =
    Fixtures { pipeline: "pipelines/longan-2025", data: "fixtures/longan-2025/2025M03", period: "2025M03" };

#[derive(Clone)]
pub(crate) struct World {
    pub(crate) fixtures: Fixtures,
    pub(crate) pipeline: Pipeline,
    pub(crate) rules: RuleSet,
    pub(crate) loaded: Vec<LoadedSource>,
    pub(crate) resolution: Resolution,
}

pub(crate) type Found = BTreeSet<(String, String, String)>;

impl World {
    pub(crate) fn fixtures() -> Self {
        Self::of(HEBI)
    }

    pub(crate) fn of(fixtures: Fixtures) -> Self {
        let pipeline = Pipeline::open(Path::new(fixtures.pipeline)).unwrap();
        let rules = RuleSet::load(&pipeline).unwrap();
        let data = Path::new(fixtures.data);
        let loaded: Vec<LoadedSource> = (0..pipeline.sources.len())
            .filter_map(|source| load_source(&pipeline, source, data, None).unwrap())
            .collect();
        let resolution = perfect(&loaded, &truth_records_of(data));
        Self { fixtures, pipeline, rules, loaded, resolution }
    }

    /// Who every record is, as the truth says.
    pub(crate) fn truth(&self) -> HashMap<String, (String, String)> {
        truth_records_of(Path::new(self.fixtures.data))
    }

    /// Links the records as the truth says.
    pub(crate) fn link(&mut self) {
        self.resolution = perfect(&self.loaded, &self.truth());
    }

    pub(crate) fn run(&self) -> RuleFindings {
        self.run_rules(&self.rules)
    }

    /// Runs some of the rules alone.
    pub(crate) fn run_only(&self, codes: &BTreeSet<&str>) -> RuleFindings {
        let mut rules = self.rules.clone();
        rules.rules.retain(|rule| codes.contains(rule.header.code.as_str()));
        // It is scored by findings of all rules.
        rules.settings.quality = None;
        self.run_rules(&rules)
    }

    /// Codes of the rules that read a list, through definitions too, or a view that is made of all lists.
    pub(crate) fn rules_over(&self, source: usize) -> BTreeSet<&str> {
        let list = self.loaded[source].records.source.as_str();
        let lists: BTreeSet<String> = self
            .pipeline
            .sources
            .iter()
            .flat_map(|one| [one.name.clone(), format!("{}_previous", one.name)])
            .chain(["parameter", "county_parameter", "division"].map(str::to_owned))
            .collect();
        let sees = |file: &SqlFile| {
            let is_other = |name: &str| lists.contains(name) || self.rules.definition(name).is_some();
            file.select.table_names().any(|name| name == list || !is_other(name))
        };
        let rules = self.rules.rules.iter().filter(|rule| {
            let behind = self.rules.definitions_of(&rule.file).into_iter().map(|one| &one.file);
            behind.chain([&rule.file]).any(sees)
        });
        rules.map(|rule| rule.header.code.as_str()).collect()
    }

    /// Does a column hold ID numbers?
    pub(crate) fn are_numbers(&self, source: usize, column: &str) -> bool {
        let contract = self.pipeline.source(&self.loaded[source].records.source).unwrap();
        contract.column(column).unwrap().role == Some(ColumnRole::IdNumber)
    }

    /// Codes of the rules that read a column of a list, or what is made of it, through definitions too.
    pub(crate) fn rules_reading(&self, source: usize, column: &str) -> BTreeSet<&str> {
        let list = &self.loaded[source].records.source;
        let spec = self.pipeline.source(list).unwrap().column(column).unwrap();
        let made: &[&str] = match spec.role {
            Some(ColumnRole::IdNumber) => &["id18", "id_class", "birth_date", "age", "sex"],
            Some(ColumnRole::BirthDate) => &["birth_date", "age"],
            Some(ColumnRole::Sex) => &["sex"],
            _ => &[],
        };
        let reads = |code: &str| {
            let mut alone = self.rules.clone();
            alone.rules.retain(|rule| rule.header.code == code);
            alone.settings.quality = None;
            let read = alone.columns_read();
            let own = read
                .get(list)
                .is_some_and(|read| read.contains(column) || made.iter().any(|made| read.contains(*made)));
            own || read.contains_key("identity_record")
        };
        self.rules_over(source).into_iter().filter(|code| reads(code)).collect()
    }

    fn run_rules(&self, rules: &RuleSet) -> RuleFindings {
        let comparables = normalize(&self.pipeline, &self.loaded).unwrap();
        let inputs = views::ViewInputs {
            pipeline: &self.pipeline,
            loaded: &self.loaded,
            comparables: &comparables,
            resolution: &self.resolution,
            period: self.fixtures.period.parse().unwrap(),
        };
        run_over(&inputs, rules).unwrap()
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

    pub(crate) fn replace(&mut self, source: usize, column: &str, values: ArrayRef, unknown: &[u32]) {
        self.loaded[source].records.replace_column(column, values, unknown).unwrap();
    }
}

/// A column before it was changed.
pub(crate) struct KnownColumn {
    pub(crate) values: ArrayRef,
    pub(crate) unknown: Vec<u32>,
}

fn found_key(exception: &Exception) -> (String, String, String) {
    let Exception { rule_code, subject_id, rule_key, .. } = exception;
    (rule_code.to_string(), subject_id.to_string(), rule_key.to_string())
}

pub(crate) fn found(findings: &RuleFindings) -> Found {
    findings.exceptions.iter().map(found_key).collect()
}

/// What was found in a county.
pub(crate) fn found_in(findings: &RuleFindings, county: &str) -> Found {
    findings.exceptions.iter().filter(|one| &*one.county_code == county).map(found_key).collect()
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
        let told = |what: &str, one: &(String, String, String)| {
            // Said at once: of all columns it takes the better part of an hour.
            eprintln!("{what} by {name}: {one:?}");
            format!("{name}: {one:?}")
        };
        self.accused.extend(after.difference(before).map(|one| told("accused", one)));
        let lost = gone_without_a_word(before, findings, counties);
        self.lost.extend(lost.into_iter().map(|one| told("lost", one)));
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
        assert!(
            self.accused.is_empty() && self.lost.is_empty(),
            "{what}, accused:\n{}\nlost:\n{}",
            list(&self.accused),
            list(&self.lost)
        );
    }
}
