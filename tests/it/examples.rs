//! The lessons in `examples/` find what they say.

use std::collections::{BTreeMap, HashMap};
use std::path::Path;

use bidui::testing::publication::snapshot::Snapshot;
use bidui::testing::publication::table_reader;
use sha2::{Digest as _, Sha256};

use crate::end_to_end::published;

// What a lesson prints is not tested, only what it finds.
#[allow(dead_code)]
#[path = "../../examples/link_two_files.rs"]
pub(crate) mod link_two_files;
#[allow(dead_code)]
#[path = "../../examples/read_publication.rs"]
mod read_publication;
#[allow(dead_code)]
#[path = "../../examples/run_one_rule.rs"]
mod run_one_rule;

/// Person by source and row of a file of the fixtures: of a row with several people, the first.
fn truth(source: &str, file: &str) -> HashMap<String, String> {
    let bytes = std::fs::read(Path::new("fixtures/hebi/2018Q3").join(file)).unwrap();
    // A record's id names its file by the first digits of its SHA-256.
    let digest: String = Sha256::digest(bytes).iter().take(4).map(|byte| format!("{byte:02x}")).collect();
    let start = format!("{source}:{digest}.r");
    let mut truth = HashMap::new();
    for row in csv::Reader::from_path("fixtures/hebi/truth/2018Q3/records.csv").unwrap().records() {
        let row = row.unwrap();
        if let Some(place) = row[0].strip_prefix(&start) {
            let number = place.split('.').next().unwrap();
            truth.entry(format!("{source}:{number}")).or_insert(row[2].to_owned());
        }
    }
    truth
}

#[test]
fn two_files_are_linked_as_the_truth_says() {
    let folder = tempfile::tempdir().unwrap();
    let (summary, links) = link_two_files::link(Path::new("fixtures/hebi/2018Q3"), folder.path()).unwrap();
    assert_eq!(summary.accepted, links.len() as u64);
    let mut truth_of = truth("dibao", "农村低保_淇县.csv");
    truth_of.extend(truth("insurance", "医保参保_淇县.csv"));
    let right = |row: &table_reader::TableRow| {
        truth_of[row.get("left_record_id")] == truth_of[row.get("right_record_id")]
    };
    let wrong: Vec<usize> = (0..links.len()).filter(|&at| !right(&links[at])).collect();
    assert!(links.len() >= 28, "{} links", links.len());
    // The lesson shows the weakest because it is the one that is wrong.
    assert_eq!(wrong, [0]);
}

#[test]
fn exceptions_are_counted_by_severity() {
    let snapshot = Snapshot::open(&published().join("out/2018Q4")).unwrap();
    let counts = read_publication::by_severity(&snapshot).unwrap();
    // The table with names is another file, written from the same exceptions.
    let mut expected: BTreeMap<(String, String), u64> = BTreeMap::new();
    let open = |row: &table_reader::TableRow| row.get("status") != "resolved";
    for row in snapshot.rows("restricted/exception.parquet", open).unwrap() {
        let rule = row.get("rule_code");
        *expected.entry((row.get("severity").to_owned(), rule.to_owned())).or_default() += 1;
    }
    assert_eq!(counts.keys().collect::<Vec<_>>(), ["S1", "S2", "S3", "S4"]);
    for (severity, findings) in &counts {
        let of_severity = expected.iter().filter(|((s, _), _)| s == severity);
        assert_eq!(findings.values().sum::<u64>(), of_severity.map(|(_, n)| n).sum::<u64>(), "{severity}");
        assert!(!findings.contains_key(""), "every rule has a title");
    }
    let r37 = counts["S1"]["享受资助参保但未建档（错补）"];
    assert_eq!(r37, expected[&("S1".to_owned(), "R37".to_owned())]);
}

#[test]
fn one_rule_finds_what_it_finds_among_all() {
    let folder = tempfile::tempdir().unwrap();
    let (pipeline, rules) = run_one_rule::only("R37").unwrap();
    assert_eq!(rules.rules.len(), 1);
    let data = Path::new("fixtures/hebi/2018Q3");
    let mut alone = run_one_rule::run(pipeline, rules, data, folder.path()).unwrap();
    let together = Snapshot::open(&published().join("out/2018Q3")).unwrap();
    let rows = together.rows("restricted/exception.parquet", |row| row.get("rule_code") == "R37").unwrap();
    let line =
        |row: &table_reader::TableRow| format!("{} {}", row.get("evidence_record_ids"), row.get("message"));
    let mut among_all: Vec<String> = rows.iter().map(line).collect();
    alone.sort();
    among_all.sort();
    assert!(alone.len() > 10 && alone == among_all, "{alone:?}\n{among_all:?}");
}
