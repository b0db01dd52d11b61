//! Taking knowledge away accuses nobody: a column that is unknown for a county adds no finding, and what is no longer
//! found is told as undecided. A rule is held for a county where other values could change what it finds there.
//!
//! The lists are the fixtures', linked as their truth says. `BIDUI_COLUMNS=1 cargo test --test it unknown_columns
//! -- --nocapture` takes every column of every list and county in turn (docs/unknown-columns.md), 10 every tenth, and
//! `BIDUI_FIRST_COLUMN=3` those from the third on, so that several runs can share them; `BIDUI_COLUMN=dibao.stop_month`
//! that one in all counties (several with commas), `BIDUI_RULES=R14,R29` those rules alone. `BIDUI_HANDS=0` deals no
//! other values: it only looks for who is accused or lost.

use std::collections::{BTreeMap, BTreeSet};

use bidui::testing::reconcile::RuleFindings;

use crate::fixture_world::{Faults, Fixtures, Found, HEBI, LONGAN, World, found, found_in};
use crate::refilled_columns::RefilledColumn;

/// What columns taken away in a county did.
#[derive(Default)]
struct Counts {
    faults: Faults,
    /// Rules, columns and counties that are held, and those where other values in the column change what the rule finds
    /// in the county.
    held: usize,
    needed: usize,
    /// By rule and column, counties in which it is held and no other values change it.
    needless: BTreeMap<(String, String), Vec<String>>,
}

fn take_away(
    world: &mut World,
    before: &RuleFindings,
    source: usize,
    column: &str,
    county: &str,
    counts: &mut Counts,
) {
    let positions = world.counties(source).remove(county).unwrap();
    let list = world.loaded[source].records.source.clone();
    let name = format!("{list}.{column} of {county}");
    let old = world.make_unknown(source, column, &positions);
    // Others do not see the list.
    let asked = std::env::var("BIDUI_RULES").ok();
    let mut rules = world.rules_over(source);
    rules.retain(|rule| asked.as_ref().is_none_or(|asked| asked.split(',').any(|one| one == *rule)));
    if rules.is_empty() {
        world.replace(source, column, old.values, &old.unknown);
        return;
    }
    let findings = world.run_only(&rules);
    let mut seen = found(before);
    seen.retain(|one| rules.contains(one.0.as_str()));
    counts.faults.look(&name, &seen, &findings, &[county]);
    let held: BTreeSet<&str> = findings
        .held
        .iter()
        .filter(|held| held.county_code == county)
        .map(|held| held.rule_code.as_str())
        .collect();
    if !held.is_empty() && setting("BIDUI_HANDS") != Some(0) {
        let kept: Vec<u32> =
            old.unknown.iter().copied().filter(|position| !positions.contains(position)).collect();
        let refilled =
            RefilledColumn { source, column, values: &old.values, positions: &positions, unknown: &kept };
        let there: Found = found_in(before, county);
        let changed = world.changed_by_other_values(&refilled, county, &held, &there);
        counts.held += held.len();
        counts.needed += changed.len();
        for rule in held.iter().filter(|rule| !changed.contains_key(**rule)) {
            let open = findings.undecided.iter().filter(|one| &*one.rule_code == *rule);
            let here = open.filter(|one| &*one.county_code == county).count();
            let key = ((*rule).to_owned(), format!("{list}.{column}"));
            counts.needless.entry(key).or_default().push(format!("{county} ({here} undecided)"));
        }
        if std::env::var("BIDUI_COLUMNS").is_ok() {
            eprintln!("{name}: {} held, changed by hand {changed:?}", held.len());
        }
    }
    world.replace(source, column, old.values, &old.unknown);
}

/// A number that the environment sets.
fn setting(name: &str) -> Option<usize> {
    std::env::var(name).ok().and_then(|text| text.parse().ok())
}

/// Takes every `step`th column of a list and county away, from the `first` on.
fn take_columns_away(fixtures: Fixtures, (step, first): (usize, usize), least: usize) {
    let only = std::env::var("BIDUI_COLUMN").ok();
    let mut world = World::of(fixtures);
    let before = world.run();
    assert!(before.exceptions.len() > least, "{}", before.exceptions.len());
    let mut counts = Counts::default();
    let mut number = 0usize;
    for source in 0..world.loaded.len() {
        for column in world.optional_columns(source) {
            for county in world.counties(source).into_keys() {
                number += 1;
                let name = format!("{}.{column}", world.loaded[source].records.source);
                // A few of some thousand, spread over the lists.
                if only
                    .as_ref()
                    .map_or(number % step == first % step, |only| only.split(',').any(|one| one == name))
                {
                    take_away(&mut world, &before, source, &column, &county, &mut counts);
                }
            }
        }
    }
    eprintln!(
        "{number} columns and counties; {} times a rule held for a county, {} of them change with other values",
        counts.held, counts.needed
    );
    for ((rule, column), counties) in &counts.needless {
        eprintln!("{rule} held for {column}, and no other values change it: {}", counties.join(", "));
    }
    if only.is_none() {
        // Of a few rules one may be held for nothing.
        let needless = counts.held - counts.needed;
        assert!(needless <= 1 + counts.held / 20, "{needless} of {} are held for nothing", counts.held);
    }
    let faults = counts.faults;
    assert!(faults.tried >= 3 && faults.undecided > 0 || only.is_some(), "{} tried", faults.tried);
    faults.assert_none("columns that are unknown for a county");
}

#[test]
fn a_column_that_is_unknown_for_a_county_accuses_nobody() {
    let step = (setting("BIDUI_COLUMNS").unwrap_or(277), setting("BIDUI_FIRST_COLUMN").unwrap_or(5));
    take_columns_away(HEBI, step, 1000);
}

#[test]
fn a_column_of_a_month_that_is_unknown_for_a_county_accuses_nobody() {
    let step = (setting("BIDUI_COLUMNS").unwrap_or(29), setting("BIDUI_FIRST_COLUMN").unwrap_or(5));
    take_columns_away(LONGAN, step, 200);
}

#[test]
fn a_county_whose_file_lacks_the_numbers_is_not_told_that_they_are_missing() {
    let mut world = World::fixtures();
    let source = world.loaded.iter().position(|one| one.records.source == "registry_person").unwrap();
    let counties = world.counties(source);
    let (county, positions) = counties.iter().min_by_key(|(_, rows)| rows.len()).unwrap();
    let rules = BTreeSet::from(["Q25", "Q89", "R14", "R66", "R106"]);
    let before = found(&world.run_only(&rules));
    let kept = world.make_unknown(source, "id_number", positions);
    let findings = world.run_only(&rules);
    world.replace(source, "id_number", kept.values, &kept.unknown);
    let mut faults = Faults::default();
    faults.look("id_number", &before, &findings, &[county]);
    faults.assert_none("numbers that a county's file lacks");
    let held: BTreeSet<&str> = findings.held.iter().map(|held| held.rule_code.as_str()).collect();
    assert!(held.contains("Q25") && held.contains("R14"), "{held:?}");
}
