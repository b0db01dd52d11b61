//! Taking knowledge away, or adding what concerns nobody, accuses nobody: a county's list that did not come, one of
//! another period, cells that cannot be read, rows twice or in another order, people more or fewer, and a death.
//!
//! One run over the fixtures' lists, linked as their truth says; each trial is a run of the rules. CI takes a few;
//! `BIDUI_TRIALS=1 cargo test --test it taken_away -- --nocapture` takes all, 10 every tenth (docs/unknown-columns.md);
//! of cells that cannot be read `BIDUI_COLUMN=hukou.split_from` those of that column (several with commas).

use std::collections::{BTreeMap, BTreeSet};
use std::sync::OnceLock;

use arrow::array::UInt32Array;
use bidui::testing::load::LoadedSource;
use bidui::testing::model::record_id::RecordKey;
use bidui::testing::model::undecided::{LackedPlace, UndecidedSubject, WhyLacking};
use bidui::testing::reconcile::RuleFindings;
use bidui::testing::table::rows::RowStore;

use crate::fixture_world::{Faults, Fixtures, Found, HEBI, LONGAN, World, found};
use crate::rules_truth::perfect;

/// Some fixtures, and what the rules find in them.
fn base(fixtures: Fixtures) -> (World, Found) {
    static HEBI_BASE: OnceLock<(World, Found)> = OnceLock::new();
    static LONGAN_BASE: OnceLock<(World, Found)> = OnceLock::new();
    let (base, least) = if fixtures.period == HEBI.period { (&HEBI_BASE, 1000) } else { (&LONGAN_BASE, 200) };
    base.get_or_init(|| {
        let world = World::of(fixtures);
        let before = found(&world.run());
        assert!(before.len() > least, "{}", before.len());
        (world, before)
    })
    .clone()
}

/// Each trial over the quarter's lists of the plan, and over the month's of 2025.
macro_rules! over_both {
    ($($check:ident: $of_the_plan:ident, $of_the_month:ident;)*) => { $(
        #[test]
        fn $of_the_plan() {
            $check(HEBI);
        }

        #[test]
        fn $of_the_month() {
            $check(LONGAN);
        }
    )* };
}

over_both! {
    list_that_did_not_come: a_county_s_list_that_did_not_come_accuses_nobody, a_month_s_list_that_did_not_come_accuses_nobody;
    list_of_another_period: a_county_s_list_of_another_period_accuses_nobody, a_list_of_another_month_accuses_nobody;
    unreadable_cells: cells_that_cannot_be_read_accuse_nobody, cells_of_a_month_that_cannot_be_read_accuse_nobody;
    order_of_rows: the_order_of_rows_changes_nothing, the_order_of_a_month_s_rows_changes_nothing;
    people_more: people_more_change_nothing_for_others, people_more_in_a_month_change_nothing_for_others;
    death: a_death_adds_no_demand_to_support_him, a_death_in_a_month_adds_no_demand_to_support_him;
    row_twice: a_row_twice_accuses_nobody_of_missing_something, a_month_s_row_twice_accuses_nobody_of_missing_something;
}

/// Subjects that are left open.
fn open(findings: &RuleFindings) -> Found {
    let key = |one: &UndecidedSubject| {
        (one.rule_code.to_string(), one.subject_id.to_string(), one.rule_key.to_string())
    };
    findings.undecided.iter().map(key).collect()
}

/// Every how many of some trials are made.
fn step(in_ci: usize) -> usize {
    std::env::var("BIDUI_TRIALS").ok().and_then(|text| text.parse().ok()).unwrap_or(in_ci)
}

/// Takes the records at some positions out of a source, and the resolution with them.
fn without(world: &mut World, source: usize, gone: &BTreeSet<u32>) -> LoadedSource {
    let old = world.loaded[source].clone();
    let keep: Vec<bool> = (0..old.records.keys.len() as u32).map(|row| !gone.contains(&row)).collect();
    world.loaded[source].records.retain(&keep, &RowStore::Memory).unwrap();
    world.link();
    old
}

fn put_back(world: &mut World, source: usize, old: LoadedSource) {
    world.loaded[source] = old;
    world.link();
}

fn list_that_did_not_come(fixtures: Fixtures) {
    let (mut world, before) = base(fixtures);
    let (mut faults, mut number, step) = (Faults::default(), 0usize, step(29));
    for source in 0..world.loaded.len() {
        for (county, rows) in world.counties(source) {
            number += 1;
            if county.is_empty() || number % step != 7 % step {
                continue;
            }
            let name = format!("{} of {county}", world.loaded[source].records.source);
            let old = without(&mut world, source, &rows.into_iter().collect());
            world.loaded[source].lacked = vec![LackedPlace { code: county.clone(), why: WhyLacking::Absent }];
            faults.look(&name, &before, &world.run(), &[&county]);
            put_back(&mut world, source, old);
        }
    }
    faults.assert_none("lists that did not come");
    assert!(faults.held > 0);
}

fn list_of_another_period(fixtures: Fixtures) {
    let (mut world, before) = base(fixtures);
    let (mut faults, mut number, step) = (Faults::default(), 0usize, step(53));
    for source in 0..world.loaded.len() {
        for (county, rows) in world.counties(source) {
            number += 1;
            if county.is_empty() || number % step != 11 % step {
                continue;
            }
            let name = format!("{} of {county}", world.loaded[source].records.source);
            // Of the list of another period a third of the people are others.
            let gone = rows.into_iter().filter(|row| row % 3 == 0).collect();
            let old = without(&mut world, source, &gone);
            world.loaded[source].lacked =
                vec![LackedPlace { code: county.clone(), why: WhyLacking::OtherPeriod }];
            faults.look(&name, &before, &world.run(), &[&county]);
            put_back(&mut world, source, old);
        }
    }
    faults.assert_none("lists of another period");
}

fn unreadable_cells(fixtures: Fixtures) {
    let (mut world, before) = base(fixtures);
    let (mut faults, mut number, step) = (Faults::default(), 0usize, step(41));
    // Subjects of rules that do not read the column: those left open now and not before, and all.
    let (mut open_elsewhere, mut elsewhere) = (0usize, 0usize);
    let only = std::env::var("BIDUI_COLUMN").ok();
    let open_before = open(&world.run());
    for source in 0..world.loaded.len() {
        for column in world.optional_columns(source) {
            number += 1;
            let name = format!("{}.{column}", world.loaded[source].records.source);
            let is_meant = only
                .as_ref()
                .map_or(number % step == 3 % step, |only| only.split(',').any(|one| one == name));
            // A number that cannot be read is told as such, and the linker's matter.
            if !is_meant || world.are_numbers(source, &column) {
                continue;
            }
            // Three in a hundred, spread over the list.
            let rows = world.loaded[source].records.keys.len() as u32;
            let positions: Vec<u32> =
                (0..rows).filter(|at| at.wrapping_mul(2_654_435_761) % 100 < 3).collect();
            let old = world.make_unknown(source, &column, &positions);
            let findings = world.run();
            faults.look(&name, &before, &findings, &[]);
            let reading = world.rules_reading(source, &column);
            let is_elsewhere = |one: &&(String, String, String)| !reading.contains(one.0.as_str());
            let open_now = open(&findings);
            open_elsewhere += open_now.difference(&open_before).filter(is_elsewhere).count();
            elsewhere += found(&findings).union(&open_now).filter(is_elsewhere).count();
            world.replace(source, &column, old.values, &old.unknown);
        }
    }
    faults.assert_none("cells that cannot be read");
    eprintln!("of rules that do not read the column {open_elsewhere} of {elsewhere} subjects are undecided");
    assert!(elsewhere > before.len() && open_elsewhere * 100 <= elsewhere, "{open_elsewhere} of {elsewhere}");
}

/// Findings about persons and households: their ids do not name rows.
fn of_people(found: &Found) -> BTreeSet<&(String, String, String)> {
    found.iter().filter(|(_, subject, _)| !subject.contains(':')).collect()
}

fn order_of_rows(fixtures: Fixtures) {
    let (mut world, before) = base(fixtures);
    for source in (0..world.loaded.len()).step_by(step(5)) {
        let records = &mut world.loaded[source].records;
        let rows = records.rows.batch().unwrap();
        let count = rows.num_rows() as u32;
        let backwards = UInt32Array::from_iter_values((0..count).rev());
        let turned = arrow::compute::take_record_batch(&rows, &backwards).unwrap();
        let unknown: BTreeMap<String, Vec<u32>> = records
            .unknown
            .columns()
            .map(|(name, at)| (name.to_owned(), at.iter().rev().map(|at| count - 1 - at).collect()))
            .collect();
        for field in rows.schema().fields() {
            let none = Vec::new();
            let at = unknown.get(field.name()).unwrap_or(&none);
            let absent = records.unknown.absent(field.name()).to_vec();
            if absent.is_empty() {
                records
                    .replace_column(field.name(), turned.column_by_name(field.name()).unwrap().clone(), at)
                    .unwrap();
            }
        }
        // Who a row is goes with it.
        let offset = world.resolution.offsets[source] as usize;
        let nodes = offset..offset + count as usize;
        world.resolution.person[nodes.clone()].reverse();
        world.resolution.household[nodes].reverse();
    }
    let after = found(&world.run());
    let (before, after) = (of_people(&before), of_people(&after));
    let changed: Vec<_> = before.symmetric_difference(&after).take(40).collect();
    assert!(changed.is_empty(), "{changed:#?}");
}

/// Takes all records of some households out of all lists.
fn without_households(world: &mut World, households: &BTreeSet<u32>) -> Vec<LoadedSource> {
    let old = world.loaded.clone();
    for source in 0..world.loaded.len() {
        let offset = world.resolution.offsets[source] as usize;
        let count = world.loaded[source].records.keys.len();
        let keep: Vec<bool> = (offset..offset + count)
            .map(|node| !households.contains(&world.resolution.household[node]))
            .collect();
        world.loaded[source].records.retain(&keep, &RowStore::Memory).unwrap();
    }
    world.link();
    old
}

fn people_more(fixtures: Fixtures) {
    let (mut world, all) = base(fixtures);
    let ids = world.resolution.household_ids.clone();
    for turn in 0..2 {
        let households: BTreeSet<u32> =
            (0..ids.len() as u32).filter(|at| *at as usize % 40 == 7 + turn).collect();
        let persons: BTreeSet<u32> = world
            .resolution
            .person
            .iter()
            .zip(&world.resolution.household)
            .filter(|(_, household)| households.contains(household))
            .map(|(person, _)| *person)
            .collect();
        let gone: BTreeSet<String> = households
            .iter()
            .map(|&at| world.resolution.household_ids[at as usize].to_string())
            .chain(persons.iter().map(|&at| world.resolution.person_ids[at as usize].to_string()))
            .collect();
        let old = without_households(&mut world, &households);
        let fewer = found(&world.run());
        world.loaded = old;
        world.link();
        let of_others = |found: &Found| -> BTreeSet<(String, String, String)> {
            of_people(found).into_iter().filter(|(_, subject, _)| !gone.contains(subject)).cloned().collect()
        };
        let (all, fewer) = (of_others(&all), of_others(&fewer));
        let changed: Vec<_> = all.symmetric_difference(&fewer).take(40).collect();
        assert!(changed.is_empty(), "{changed:#?}");
    }
}

/// Rules that find something since somebody died: what he was paid, or how lists speak of him.
const OF_THE_DEAD: [&str; 6] = ["R09", "R64", "M23", "M24", "M53", "M54"];

fn death(fixtures: Fixtures) {
    let (mut world, all) = base(fixtures);
    let source = world.loaded.iter().position(|one| one.records.source == "deceased").unwrap();
    let nodes = world.resolution.offsets[source] as usize..world.resolution.offsets[source + 1] as usize;
    let dead: BTreeSet<String> = world.resolution.person[nodes.clone()]
        .iter()
        .map(|&person| world.resolution.person_ids[person as usize].to_string())
        .collect();
    assert!(dead.len() > 5, "{}", dead.len());
    without(&mut world, source, &(0..nodes.len() as u32).collect());
    let alive = found(&world.run());
    let new = all.difference(&alive).filter(|(_, subject, _)| dead.contains(subject));
    let demands: Vec<_> = new.filter(|(rule, ..)| !OF_THE_DEAD.contains(&rule.as_str())).collect();
    assert!(demands.is_empty(), "{demands:#?}");
    assert!(all.difference(&alive).any(|(rule, ..)| OF_THE_DEAD.contains(&rule.as_str())));
}

fn row_twice(fixtures: Fixtures) {
    let (mut world, before) = base(fixtures);
    let (mut tried, step) = (0, step(9));
    for source in (0..world.loaded.len()).filter(|source| source % step == 1 % step) {
        // Everybody of the list twice, the second time behind the first file.
        let old = world.loaded[source].clone();
        let records = &mut world.loaded[source].records;
        let name = records.source.clone();
        let rows = records.rows.batch().unwrap();
        let count = records.keys.len();
        let twice: Vec<u32> = (0..count as u32).flat_map(|at| [at, at]).collect();
        records.rows = bidui::testing::table::rows::Rows::of(
            arrow::compute::take_record_batch(&rows, &UInt32Array::from(twice.clone())).unwrap(),
        );
        records.keys = twice
            .iter()
            .enumerate()
            .map(|(at, &row)| {
                let key = old.records.keys[row as usize];
                // The second copy is another member of the row.
                RecordKey::new(
                    key.source() as u8,
                    key.table() as u16,
                    key.row(),
                    key.member() + 100 * (at % 2) as u8,
                )
            })
            .collect();
        let unknown = std::mem::take(&mut records.unknown);
        if !unknown.is_empty() || old.records.keys.iter().any(|key| key.member() > 0) {
            world.loaded[source] = old;
            continue;
        }
        tried += 1;
        let mut truth = world.truth();
        for row in (0..2 * count).step_by(2) {
            let (first, second) = (
                world.loaded[source].records.record_id(row),
                world.loaded[source].records.record_id(row + 1),
            );
            let who = truth[&first].clone();
            truth.insert(second, who);
        }
        world.resolution = perfect(&world.loaded, &truth);
        let after = found(&world.run());
        // Whoever lacks something by these rules still has it, however often he is listed.
        let new: Vec<_> =
            after.difference(&before).filter(|(rule, ..)| MISSING.contains(&rule.as_str())).collect();
        assert!(new.is_empty(), "{name} twice: {new:#?}");
        world.loaded[source] = old;
    }
    assert!(tried > 0, "no list was tried twice");
    world.link();
}

/// Rules that say that somebody lacks something.
const MISSING: [&str; 25] = [
    "R01", "R02", "R04", "R06", "R22", "R28", "R30", "R32", "R37", "R50", "R52", "R55", "R62", "R63", "M06",
    "M07", "M15", "M16", "M17", "M18", "M29", "M30", "M31", "M34", "M35",
];
