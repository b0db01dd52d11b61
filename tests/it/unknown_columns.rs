//! Taking knowledge away accuses nobody: a column that is unknown for a county adds no finding, and what is no longer
//! found is told as undecided.
//!
//! The lists are the fixtures', linked as their truth says. `BIDUI_COLUMNS=1 cargo test --test it unknown_columns
//! -- --nocapture` takes every column of every list and county in turn (docs/unknown-columns.md), 10 every tenth.

use std::collections::BTreeSet;

use crate::fixture_world::{Faults, Found, World, found};

/// What columns taken away in a county did.
#[derive(Default)]
struct Counts {
    faults: Faults,
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
    let old = world.make_unknown(source, column, &positions);
    let findings = world.run();
    counts.faults.look(&name, before, &findings, &[county]);
    // Other values of the county's column, dealt out anew, must be able to change what a held rule finds.
    let mut varied: BTreeSet<String> = BTreeSet::new();
    let kept: Vec<u32> =
        old.unknown.iter().copied().filter(|position| !positions.contains(position)).collect();
    for hand in world.hands(source, column, &old.values, &positions) {
        world.replace(source, column, hand, &kept);
        let other = found(&world.run());
        varied.extend(other.symmetric_difference(before).map(|one| one.0.clone()));
    }
    let held: BTreeSet<(&str, &str)> =
        findings.held.iter().map(|held| (held.rule_code.as_str(), held.county_code.as_str())).collect();
    counts.held_places += held.len();
    let (needed, needless): (Vec<(&str, &str)>, Vec<_>) =
        held.iter().partition(|(rule, _)| varied.contains(*rule));
    counts.held_needed += needed.len();
    if !needless.is_empty() {
        eprintln!("{name}: held, and no other values change it: {needless:?}");
    }
    world.replace(source, column, old.values, &old.unknown);
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
        for column in world.optional_columns(source) {
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
        "{number} columns and counties; {} rules held by county, {} of them change with other values",
        counts.held_places, counts.held_needed
    );
    let faults = counts.faults;
    assert!(faults.tried >= 3 && faults.undecided > 0, "{} tried", faults.tried);
    faults.assert_none("columns that are unknown for a county");
}
