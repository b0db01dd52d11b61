//! Two prefectures, each run on its own, and who is listed in both.

use std::collections::{BTreeMap, BTreeSet};
use std::os::unix::fs::PermissionsExt as _;
use std::path::{Path, PathBuf};

use bidui::testing::across::{AcrossPlan, AcrossSummary, find_shared_persons};
use bidui::testing::config::Pipeline;
use bidui::testing::engine::{Engine, RunPlan, run};
use bidui::testing::link::settings::LinkSettings;
use bidui::testing::progress::Silent;
use bidui::testing::publication::table_reader;
use bidui::testing::rules::rule_set::RuleSet;
use bidui::testing::synth::{FixtureFormats, SynthOptions, generate_extracts};

const QUARTER: &str = "2018Q3";

/// Extracts and publication of one prefecture; returns both folders.
fn prefecture(number: u32, folder: &Path) -> (PathBuf, PathBuf) {
    let root = Path::new(env!("CARGO_MANIFEST_DIR")).join("pipelines/hebi");
    let mut options = SynthOptions::new(&root, 6_000, 20_180_930);
    (options.formats, options.villages, options.prefecture) = (FixtureFormats::CsvUtf8, Some(6), number);
    let here = folder.join(number.to_string());
    generate_extracts(&options, &here).unwrap();
    let pipeline = Pipeline::open(&root).unwrap();
    let plan = RunPlan {
        tolerance: Default::default(),
        worker: None,
        rules: RuleSet::load(&pipeline).unwrap(),
        pipeline,
        link: LinkSettings::open(&root.join("link.toml")).unwrap(),
        period: QUARTER.parse().unwrap(),
        issued: None,
        data: here.join(QUARTER),
        out: here.join("out"),
        previous: None,
        engine: Engine::Memory,
        secrets: bidui::testing::privacy::test_secrets().unwrap(),
    };
    let publication = run(&plan, &Silent).unwrap().publication.folder;
    (plan.data, publication)
}

/// Published persons of each true person.
fn persons(data: &Path, publication: &Path) -> BTreeMap<String, BTreeSet<String>> {
    let published: BTreeMap<String, String> =
        table_reader::read_rows(&publication.join("restricted/record.parquet"), |_| true)
            .unwrap()
            .iter()
            .map(|row| (row.get("record_id").to_owned(), row.get("person_id").to_owned()))
            .collect();
    let mut persons: BTreeMap<String, BTreeSet<String>> = BTreeMap::new();
    let truth = std::fs::read_to_string(crate::truth_of(data).join("records.csv")).unwrap();
    for line in truth.lines().skip(1) {
        let fields: Vec<&str> = line.split(',').collect();
        if let Some(person) = published.get(fields[0]) {
            persons.entry(fields[2].to_owned()).or_default().insert(person.clone());
        }
    }
    persons
}

fn compared(publications: &[&PathBuf], out: &Path, memory: u64) -> AcrossSummary {
    let publications = publications.iter().map(|p| (*p).clone()).collect();
    find_shared_persons(&AcrossPlan { publications, out: out.to_owned(), memory }, &Silent).unwrap()
}

#[test]
fn who_moved_is_found_in_both_prefectures_and_nobody_else() {
    let folder = tempfile::tempdir().unwrap();
    let (first, before) = prefecture(0, folder.path());
    let (second, after) = prefecture(1, folder.path());
    let out = folder.path().join("across");
    let summary = compared(&[&before, &after], &out, 1_000_000_000);

    let (there, here) = (persons(&first, &before), persons(&second, &after));
    let moved = std::fs::read_to_string(crate::truth_of(&second).join("moved.csv")).unwrap();
    let moved: Vec<(&str, &str)> = moved.lines().skip(1).filter_map(|line| line.split_once(',')).collect();
    assert!(moved.len() >= 5, "{} moved", moved.len());
    let rows = table_reader::read_rows(&out.join("cross_link.parquet"), |_| true).unwrap();
    let found: BTreeSet<(&str, &str)> = (rows.iter())
        .filter(|row| row.get("decision") == "accept")
        .map(|row| (row.get("left_person_id"), row.get("right_person_id")))
        .collect();
    let right = |&(now, then): &(&str, &str)| {
        let (now, then) = (here.get(now), there.get(then));
        now.into_iter().flatten().any(|n| then.into_iter().flatten().any(|t| found.contains(&(t, n))))
    };
    assert_eq!(found.len(), moved.iter().filter(|pair| right(pair)).count(), "a pair that did not move");
    // Whose number no list has right in one of the two prefectures stays unseen.
    assert!(found.len() * 10 >= moved.len() * 9, "{} of {}", found.len(), moved.len());
    assert_eq!(summary.between.iter().map(|b| b.same).sum::<u64>(), found.len() as u64);

    let list = std::fs::read_to_string(out.join("cross_link.csv")).unwrap();
    assert_eq!(list.lines().count(), rows.len() + 1);
    let mode = std::fs::metadata(out.join("cross_link.parquet")).unwrap().permissions().mode();
    assert_eq!(mode & 0o777, 0o600);
    for row in &rows {
        assert!(!list.contains(row.get("left_id_number")), "a whole number in the list");
    }

    // A part at a time gives the same bytes.
    let little = folder.path().join("little");
    compared(&[&before, &after], &little, 50_000);
    for file in ["cross_link.parquet", "cross_link.csv"] {
        assert!(
            std::fs::read(out.join(file)).unwrap() == std::fs::read(little.join(file)).unwrap(),
            "{file}"
        );
    }
}

#[test]
fn what_cannot_be_compared_is_refused() {
    let folder = tempfile::tempdir().unwrap();
    let refused = |publications: Vec<PathBuf>| {
        let plan = AcrossPlan { publications, out: folder.path().join("out"), memory: 1_000_000 };
        find_shared_persons(&plan, &Silent).unwrap_err()
    };
    let nowhere = folder.path().join("2018Q3");
    assert_eq!(refused(vec![nowhere.clone()]).kind(), bidui::ErrorKind::Usage);
    let error = refused(vec![nowhere.clone(), folder.path().join("2018Q4")]);
    assert_eq!(
        (error.kind(), error.location().file.clone()),
        (bidui::ErrorKind::Input, Some(nowhere.join("manifest.json")))
    );
    // One publication under two names is still one.
    let compat = Path::new("fixtures/compat/1");
    let (one, other) = (folder.path().join("one"), folder.path().join("other"));
    std::fs::create_dir(&one).unwrap();
    let third = std::fs::canonicalize(compat.join("quarter=2018Q3")).unwrap();
    std::os::unix::fs::symlink(&third, one.join("latest")).unwrap();
    std::os::unix::fs::symlink(&third, &other).unwrap();
    assert!(refused(vec![one.clone(), other]).message().contains("给了两次"));
    let error = refused(vec![one, compat.join("quarter=2018Q4")]);
    assert!(error.message().contains("期别不同"), "{error:?}");
}
