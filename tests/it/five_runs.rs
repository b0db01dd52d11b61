//! Five runs over two quarters, in which findings come, stay, are answered, are put right, go away and come back.

use std::collections::{BTreeMap, BTreeSet};
use std::path::{Path, PathBuf};

use bidui::testing::publication::table_reader::TableRow;
use bidui::{Answer, Snapshot};

use crate::answered_runs::{answer, append, copied, exceptions};
use crate::departments::copy;
use crate::end_to_end::{key, ok, root, text};
use crate::inputs_folder::copy_folder;

type Findings = BTreeMap<String, TableRow>;

/// What became of a finding: its status, and what closed it.
fn state(row: &TableRow) -> String {
    match row.get("resolved_by") {
        "" => row.get("status").to_owned(),
        by => format!("{} ({by})", row.get("status")),
    }
}

/// From which state to which findings went in a run, how many; `-` is none. Findings that no run knows any more are no
/// transition: there may be none but those that an earlier quarter closed.
fn transitions(before: &Findings, after: &Findings) -> BTreeMap<String, usize> {
    let mut counts = BTreeMap::new();
    for (id, row) in after {
        let from = before.get(id).map_or("-".to_owned(), state);
        *counts.entry(format!("{from} -> {}", state(row))).or_default() += 1;
    }
    // What a finding of a renamed rule was called.
    let former: BTreeSet<&str> = after
        .values()
        .flat_map(|row| row.get("former_numbers").split(';'))
        .filter_map(|number| number.rsplit('-').next())
        .collect();
    for (id, row) in before {
        let closed = ["resolved", "retired"].contains(&row.get("status"));
        let known = after.contains_key(id) || former.contains(row.get("listed_id"));
        assert!(known || closed, "{} {} is gone without a word", row.get("rule_code"), id);
    }
    counts
}

/// One run over lists, with the rules of a folder.
struct Office {
    out: PathBuf,
    key: PathBuf,
}

impl Office {
    fn run(&self, pipeline: &Path, quarter: &str, data: &Path) -> Findings {
        let said = ok(&[
            "run",
            text(pipeline),
            "--quarter",
            quarter,
            "--data",
            text(data),
            "--out",
            text(&self.out),
            "--key-file",
            text(&self.key),
        ]);
        let found = exceptions(&self.out, quarter);
        // What is told on the terminal, in the manifest and in the star is the same.
        let publication = Snapshot::open(&self.out.join(quarter)).unwrap();
        let star = publication.rows("tables/fact_exception.parquet", |_| true).unwrap();
        let open = |row: &TableRow| ["new", "persisting", "reopened"].contains(&row.get("status"));
        assert_eq!(
            star.iter().filter(|row| open(row)).count(),
            found.values().filter(|row| open(row)).count()
        );
        assert!(said.contains("疑点"), "{said}");
        for row in found.values() {
            assert!(row.get("first_seen") <= quarter);
            let closed = ["resolved", "retired", "answered"].contains(&row.get("status"));
            assert_eq!(
                closed,
                !row.get("resolved_by").is_empty(),
                "{}: {}",
                row.get("rule_code"),
                state(row)
            );
        }
        found
    }
}

/// Changes a file below a folder of rules.
fn edit(file: &Path, change: impl Fn(String) -> String) {
    let before = std::fs::read_to_string(file).unwrap();
    let after = change(before.clone());
    assert_ne!(before, after, "{}", file.display());
    std::fs::write(file, after).unwrap();
}

fn without_lines(list: &Path, lines: std::ops::Range<usize>) {
    let bytes = std::fs::read(list).unwrap();
    let mut rows: Vec<&[u8]> = bytes.split_inclusive(|&byte| byte == b'\n').collect();
    rows.drain(lines);
    std::fs::write(list, rows.concat()).unwrap();
}

fn is(row: Option<&TableRow>, wanted: &str) -> bool {
    row.is_some_and(|row| state(row) == wanted)
}

#[test]
fn a_story_of_five_runs_shows_every_state_and_every_way_there() {
    let folder = tempfile::tempdir().unwrap();
    let office = Office { out: copied(folder.path()), key: key(folder.path()) };
    // What the second quarter finds when nobody answers: whom to ask about.
    let foreseen = exceptions(&office.out, "2018Q4");
    std::fs::remove_dir_all(office.out.join("2018Q4")).unwrap();
    let mut seen = BTreeSet::new();
    let mut take = |before: &Findings, after: &Findings| {
        let counts = transitions(before, after);
        seen.extend(after.values().map(state));
        counts
    };

    // Run 1: the first quarter. Everything is new.
    let first = exceptions(&office.out, "2018Q3");
    assert_eq!(take(&Findings::new(), &first).keys().collect::<Vec<_>>(), ["- -> new"]);

    // Officers answer: some say that it is not so, of things that will be delivered as they are or otherwise; some that it is.
    let lasting = |same: bool| {
        let both = first.iter().filter_map(|(id, row)| Some((row, foreseen.get(id)?)));
        let both = both.filter(|(row, _)| {
            row.get("in_review") == "0" && !["R29", "R42", "R64"].contains(&row.get("rule_code"))
        });
        // Of 淇县 a list is corrected below.
        let both = both.filter(|(row, _)| row.get("county_code") != "410622");
        both.filter(move |(row, later)| {
            state(later) == "persisting" && (row.get("facts") == later.get("facts")) == same
        })
        .map(|(row, _)| row)
    };
    let (same, changed): (Vec<&TableRow>, Vec<&TableRow>) =
        (lasting(true).take(30).collect(), lasting(false).take(10).collect());
    assert!(same.len() == 30 && changed.len() == 10, "{} {}", same.len(), changed.len());
    let (untrue, true_ones) = same.split_at(20);
    let said = |rows: &[&TableRow], verdict: &str, day: &str| -> Vec<Answer> {
        rows.iter().map(|row| answer(row, verdict, day)).collect()
    };
    let mut answers = said(untrue, "不属实", "2018-09-20");
    answers.extend(said(&changed, "不属实", "2018-09-20"));
    answers.extend(said(true_ones, "属实", "2018-09-21"));
    append(&office.out, &answers);

    // Run 2, of the same quarter: a corrected list. What it put right is told, what was answered is closed.
    let corrected = folder.path().join("corrected");
    copy_folder(&root().join("fixtures/hebi/2018Q3"), &corrected);
    without_lines(&corrected.join("农村低保_淇县.csv"), 10..30);
    let hebi = root().join("pipelines/hebi");
    let second = office.run(&hebi, "2018Q3", &corrected);
    let ways = take(&first, &second);
    assert!(ways.contains_key("new -> resolved (data)"), "{ways:?}");
    assert_eq!(ways.get("new -> answered (answer)"), Some(&30), "{ways:?}");
    for row in true_ones {
        assert!(is(second.get(row.get("exception_id")), "new"), "what is so stays open");
    }

    // Run 3: the next quarter. A rule has another code, one is asked no more, one is waived until the end of the year.
    let pipelines = folder.path().join("pipelines");
    copy(&root().join("pipelines"), &pipelines, "");
    let rules = pipelines.join("base/rules");
    let find = |code: &str| {
        let mut folders: Vec<PathBuf> = vec![rules.clone()];
        while let Some(folder) = folders.pop() {
            for entry in std::fs::read_dir(folder).unwrap().map(|entry| entry.unwrap().path()) {
                let name = entry.file_name().unwrap().to_string_lossy().into_owned();
                match entry.is_dir() {
                    true => folders.push(entry),
                    false if name.starts_with(&format!("{code}_")) => return entry,
                    false => {}
                }
            }
        }
        panic!("no rule {code}")
    };
    let renamed = find("R64").with_file_name("R64x_subsidy_wrongly_paid.sql");
    std::fs::rename(find("R64"), &renamed).unwrap();
    edit(&renamed, |rule| rule.replacen("code = \"R64\"", "code = \"R64x\"\nformerly = [\"R64\"]", 1));
    edit(&find("R29"), |rule| rule.replacen("code = \"R29\"", "code = \"R29\"\nuntil = \"2018Q3\"", 1));
    let settings = pipelines.join("hebi/rules/rules.toml");
    let waiver = "\n[[waivers]]\nrule = \"R42\"\nreason = \"系统升级\"\napproved_by = \"市〔2018〕7号\"\nuntil = \"2018-12-31\"\n";
    edit(&settings, |toml| toml + waiver);
    let today = pipelines.join("hebi");
    let next = root().join("fixtures/hebi/2018Q4");
    let third = office.run(&today, "2018Q4", &next);
    let ways = take(&second, &third);
    for way in [
        "- -> new",
        "new -> persisting",
        "new -> resolved (data)",
        "new -> retired (rule_retired)",
        "new -> answered (waiver)",
        "answered (answer) -> answered (answer)",
        "answered (answer) -> reopened",
    ] {
        assert!(ways.contains_key(way), "{way}: {ways:?}");
    }
    for row in untrue {
        assert!(is(third.get(row.get("exception_id")), "answered (answer)"));
    }
    for row in &changed {
        let now = &third[row.get("exception_id")];
        assert!(!now.get("changed_columns").is_empty(), "what is otherwise than when it was answered");
        assert_eq!((state(now), now.get("first_seen")), ("reopened".to_owned(), "2018Q3"));
    }
    let renamed: Vec<&TableRow> = third.values().filter(|row| row.get("rule_code") == "R64x").collect();
    assert!(renamed.iter().any(|row| state(row) == "persisting" && row.get("first_seen") == "2018Q3"));
    assert!(
        third.values().all(|row| row.get("rule_code") != "R64"),
        "no finding stands under the former code"
    );

    // Run 4: a list of the second quarter is corrected; an officer takes an answer back; the waiver ends earlier.
    let late = folder.path().join("late");
    copy_folder(&next, &late);
    without_lines(&late.join("农村低保_淇县.csv"), 10..30);
    append(&office.out, &said(&untrue[..5], "", "2018-12-20"));
    edit(&settings, |toml| toml.replace("until = \"2018-12-31\"", "until = \"2018-11-30\""));
    let fourth = office.run(&today, "2018Q4", &late);
    let ways = take(&third, &fourth);
    for row in &untrue[..5] {
        assert!(
            is(fourth.get(row.get("exception_id")), "persisting"),
            "{}",
            state(&fourth[row.get("exception_id")])
        );
    }
    for way in ["answered (answer) -> persisting", "answered (waiver) -> reopened"] {
        assert!(ways.contains_key(way), "{way}: {ways:?}");
    }
    let mended: Vec<&String> = fourth
        .iter()
        .filter(|(id, row)| {
            row.get("status") == "resolved"
                && third.get(*id).is_some_and(|row| row.get("status") != "resolved")
        })
        .map(|(id, _)| id)
        .collect();
    assert!(!mended.is_empty(), "{ways:?}");

    // Run 5: the department takes its correction back. What was put right is found again.
    let fifth = office.run(&today, "2018Q4", &next);
    let ways = take(&fourth, &fifth);
    for id in mended {
        assert!(is(fifth.get(id), "reopened"), "{}: {ways:?}", state(&fifth[id]));
        assert_eq!(fifth[id].get("first_seen"), third[id].get("first_seen"), "as old as it is");
    }

    // Whom another township has now `t4_what_closes_a_finding_is_told` tells.
    let states: Vec<&str> = seen.iter().map(String::as_str).collect();
    assert_eq!(
        states,
        [
            "answered (answer)",
            "answered (waiver)",
            "new",
            "persisting",
            "reopened",
            "resolved (data)",
            "resolved (subject_gone)",
            "retired (rule_retired)",
        ]
    );
}
