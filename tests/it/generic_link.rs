//! `bidui link`: quality on FEBRL, and what must not change the result.

use std::fmt::Write as _;
use std::path::{Path, PathBuf};

use bidui::evaluate::links::evaluate_links;
use bidui::link::generic::run;

const CONFIG: &str = r#"
title = "invented"
[[table]]
name = "people"
file = "people.csv"
record_id = "id"
[columns]
given_name.kind = "western_name"
surname.kind = "western_name"
born.kind = "date"
suburb.kind = "text"
"#;

/// 400 people, every second one twice with a slip in the surname; ids do not follow row order.
fn people() -> Vec<String> {
    let given = ["anna", "boris", "clara", "david", "edith", "felix", "greta", "hugo", "irene", "jonas"];
    let sur = ["harper", "collins", "winters", "mayfield", "osborne", "preston", "quigley", "redmond"];
    let suburb = ["northgate", "riverside", "millbrook", "eastwood", "lakeview"];
    let mut rows = Vec::new();
    for i in 0..400usize {
        let date = format!("{}-{:02}-{:02}", 1930 + i * 7 % 71, 1 + i * 5 % 12, 1 + i * 11 % 28);
        let (g, s, b) = (given[i * 3 % 10], sur[i * 5 % 8], suburb[i * 7 % 5]);
        rows.push(format!("p{i}-a,{g},{s},{date},{b}"));
        if i % 2 == 0 {
            let slip = format!("{}{}", &s[..3], &s[4..]);
            rows.push(format!("p{i}-b,{g},{slip},{date},{b}"));
        }
    }
    rows
}

fn write_people(folder: &Path, rows: &[String]) {
    let text = rows.iter().fold("id,given_name,surname,born,suburb\n".to_owned(), |mut text, row| {
        writeln!(text, "{row}").unwrap();
        text
    });
    std::fs::write(folder.join("people.csv"), text).unwrap();
    std::fs::write(folder.join("link.toml"), CONFIG).unwrap();
}

/// Links as an order-free set: both ids in order, weight, decision, levels.
fn links(out: &Path) -> Vec<String> {
    let rows = bidui::publish::reader::rows(&out.join("link.parquet"), |_| true).unwrap();
    let mut lines: Vec<String> = rows
        .iter()
        .map(|row| {
            let (a, b) = (row.get("left_record_id"), row.get("right_record_id"));
            let (a, b) = if a <= b { (a, b) } else { (b, a) };
            format!("{a} {b} {} {} {}", row.get("weight"), row.get("decision"), row.get("level_surname"))
        })
        .collect();
    lines.sort();
    lines
}

fn linked(rows: &[String]) -> Vec<String> {
    let folder = tempfile::tempdir().unwrap();
    write_people(folder.path(), rows);
    let out = folder.path().join("out");
    run(&folder.path().join("link.toml"), None, &out).unwrap();
    links(&out)
}

#[test]
fn threads_do_not_change_links_or_weights() {
    let rows = people();
    let with = |threads| {
        rayon::ThreadPoolBuilder::new().num_threads(threads).build().unwrap().install(|| linked(&rows))
    };
    let one = with(1);
    assert!(one.len() >= 200, "{} links", one.len());
    assert_eq!(one, with(2));
}

#[test]
fn shuffled_rows_give_the_same_links_and_weights() {
    let rows = people();
    let mut shuffled = rows.clone();
    shuffled.sort_by_key(|row| row.bytes().fold(7u32, |h, b| h.wrapping_mul(31).wrapping_add(u32::from(b))));
    assert_ne!(rows, shuffled);
    assert_eq!(linked(&rows), linked(&shuffled));
}

#[test]
fn a_deduplication_that_finds_nothing_is_not_perfect() {
    let folder = tempfile::tempdir().unwrap();
    // Two copies of one person that share no key at all, so that no pair is even compared.
    write_people(
        folder.path(),
        &["x-a,anna,harper,1950-01-02,northgate".into(), "x-b,boris,quigley,1971-11-28,lakeview".into()],
    );
    let out = folder.path().join("out");
    run(&folder.path().join("link.toml"), None, &out).unwrap();
    let truth = folder.path().join("truth.csv");
    std::fs::write(&truth, "record_id,entity\nx-a,1\nx-b,1\n").unwrap();
    let score = evaluate_links(&out, &truth).unwrap();
    assert_eq!((score.truth, score.accepted.right), (1, 0));
    assert!(score.accepted.f1(score.truth) < 0.5);
}

#[test]
fn table_names_are_unique_wherever_they_stand() {
    let folder = tempfile::tempdir().unwrap();
    write_people(folder.path(), &people());
    let table = |name: &str| format!("[[table]]\nname = \"{name}\"\nfile = \"people.csv\"\n");
    let config = format!(
        "title = \"t\"\n{}{}{}[columns]\nsurname.kind = \"western_name\"\n",
        table("a"),
        table("b"),
        table("a")
    );
    let path = folder.path().join("three.toml");
    std::fs::write(&path, config).unwrap();
    let error = run(&path, None, &folder.path().join("out")).unwrap_err();
    assert!(error.message().contains("重复"), "{error}");
}

/// Needs `python3 scripts/fetch_febrl.py`.
#[test]
#[ignore = "the FEBRL tables are not part of the repository: scripts/fetch_febrl.py"]
fn febrl_by_the_default_recipe() {
    let root = PathBuf::from(env!("CARGO_MANIFEST_DIR"));
    let data = root.join("target/data/febrl");
    for (name, least) in [("febrl4", 0.9999), ("febrl3", 0.9993)] {
        let out = tempfile::tempdir().unwrap();
        let config = root.join(format!("pipelines/{name}/link.toml"));
        run(&config, Some(&data), out.path()).unwrap();
        let score = evaluate_links(out.path(), &data.join(format!("{name}-truth.csv"))).unwrap();
        let f1 = score.accepted.f1(score.truth);
        let clusters = score.clusters.map(|c| (c.found, c.right, c.f1(score.truth)));
        assert!(
            f1 >= least && clusters.is_none_or(|c| c.2 >= least),
            "{name}: F1 {f1:.6} truth {} accepted {:?} clusters {clusters:?}",
            score.truth,
            score.accepted
        );
    }
}
