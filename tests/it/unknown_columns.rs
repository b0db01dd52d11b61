//! Taking knowledge away accuses nobody: a column that is unknown for a county adds no finding, and what is no longer
//! found is told as undecided.
//!
//! The lists are the fixtures', linked as their truth says. `BIDUI_COLUMNS=1 cargo test --test it unknown_columns
//! -- --nocapture` takes every column of every list and county in turn (docs/unknown-columns.md), 10 every tenth.

use std::collections::{BTreeMap, BTreeSet};
use std::path::Path;

use arrow::array::{Array, ArrayRef, UInt32Array, new_null_array};
use bidui::testing::config::Pipeline;
use bidui::testing::load::{LoadedSource, load_source};
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
}

pub(crate) fn found(findings: &RuleFindings) -> Found {
    let text = |e: &bidui::testing::model::exception::Exception| {
        (e.rule_code.to_string(), e.subject_id.to_string(), e.rule_key.to_string())
    };
    findings.exceptions.iter().map(text).collect()
}

/// What a column taken away in a county did.
#[derive(Default)]
struct Counts {
    tried: usize,
    /// Findings that were not there before.
    accused: Vec<String>,
    /// Findings that are gone and neither undecided nor of a rule that was told to be held there.
    lost: Vec<String>,
    undecided: usize,
    held: usize,
    /// Rules and counties that are held, and those of which other values in the column change findings.
    held_places: usize,
    held_needed: usize,
}

fn take_away(
    world: &mut World,
    before: &Found,
    source: usize,
    column: &str,
    county: &str,
    counts: &mut Counts,
) {
    let positions = world.counties(source).remove(county).unwrap();
    let name = format!("{}.{column} of {county}", world.loaded[source].records.source);
    let old = world.column(source, column);
    let unknown_before: Vec<u32> = world.loaded[source].records.unknown.records(column).to_vec();
    let emptied = world.changed(source, column, &positions, &|_| None);
    let mut unknown = unknown_before.clone();
    unknown.extend(&positions);
    unknown.sort_unstable();
    unknown.dedup();
    world.loaded[source].records.replace_column(column, emptied, &unknown).unwrap();
    let findings = world.run();
    let after = found(&findings);
    counts.tried += 1;
    // A rule that looks for blanks looks at the column itself.
    let open: BTreeSet<(&str, &str)> =
        findings.undecided.iter().map(|one| (&*one.rule_code, &*one.subject_id)).collect();
    counts.accused.extend(after.difference(before).map(|new| format!("{name}: {new:?}")));
    // A rule that is held for the county says so.
    let held_here: BTreeSet<&str> = findings
        .held
        .iter()
        .filter(|held| held.county_code == county)
        .map(|held| held.rule_code.as_str())
        .collect();
    let gone = before.difference(&after).filter(|one| {
        !open.contains(&(one.0.as_str(), one.1.as_str())) && !held_here.contains(one.0.as_str())
    });
    counts.lost.extend(gone.map(|one| format!("{name}: {one:?}")));
    counts.undecided += findings.undecided.len();
    let held: BTreeSet<(String, String)> =
        findings.held.iter().map(|held| (held.rule_code.clone(), held.county_code.clone())).collect();
    counts.held += held.len();
    // Other values of the county's column, dealt out anew, must be able to change what a held rule finds.
    let mut varied: BTreeSet<String> = BTreeSet::new();
    for turn in 1..4 {
        let dealt = world.changed(source, column, &positions, &|at| {
            let pool = old.len();
            Some(((at * 7919 * turn + 13 * turn) % pool) as u32)
        });
        let kept: Vec<u32> =
            unknown_before.iter().copied().filter(|position| !positions.contains(position)).collect();
        world.loaded[source].records.replace_column(column, dealt, &kept).unwrap();
        let other = found(&world.run());
        varied.extend(other.symmetric_difference(before).map(|one| one.0.clone()));
    }
    counts.held_places += held.len();
    counts.held_needed += held.iter().filter(|(rule, _)| varied.contains(rule)).count();
    world.loaded[source].records.replace_column(column, old, &unknown_before).unwrap();
}

#[test]
fn a_column_that_is_unknown_for_a_county_accuses_nobody() {
    let step: usize = std::env::var("BIDUI_COLUMNS").ok().and_then(|text| text.parse().ok()).unwrap_or(277);
    let mut world = World::fixtures();
    let before = found(&world.run());
    assert!(before.len() > 1000, "{}", before.len());
    let mut counts = Counts::default();
    let mut number = 0usize;
    for source in 0..world.loaded.len() {
        let contract = world.pipeline.source(&world.loaded[source].records.source).unwrap();
        // Without its required columns a row is returned.
        let places = ["county", "township", "village", "division"];
        let columns: Vec<String> = contract
            .columns
            .iter()
            .filter(|c| !c.required && !places.iter().any(|place| c.name.contains(place)))
            .map(|c| c.name.clone())
            .collect();
        for column in columns {
            let values = world.column(source, &column);
            if values.null_count() == values.len() {
                continue;
            }
            for county in world.counties(source).into_keys() {
                number += 1;
                // A few of some thousand, spread over the lists.
                if number % step == 5 % step {
                    take_away(&mut world, &before, source, &column, &county, &mut counts);
                }
            }
        }
    }
    eprintln!(
        "{} of {number} columns and counties: {} accused, {} lost; {} undecided, {} rules held by county, {} of them change with other values",
        counts.tried,
        counts.accused.len(),
        counts.lost.len(),
        counts.undecided,
        counts.held,
        counts.held_needed
    );
    let list = |items: &[String]| items[..items.len().min(40)].join("\n");
    assert!(counts.tried >= 3 && counts.undecided > 0, "{} tried", counts.tried);
    assert!(counts.accused.is_empty(), "accused:\n{}", list(&counts.accused));
    assert!(counts.lost.is_empty(), "lost:\n{}", list(&counts.lost));
}
