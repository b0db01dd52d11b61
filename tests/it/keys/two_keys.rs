//! The same input under two keys has no value in common but the content.

use std::collections::{BTreeMap, BTreeSet};
use std::path::Path;

use bidui::testing::publication::snapshot::Snapshot;
use bidui::testing::publication::table_reader::read_rows;

use super::published_under_others;
use crate::end_to_end::{book_parts, published};

/// Columns of `tables/` that say what the extracts say, or count it: alike under any key. Whatever is not named here
/// must have no value in common. `record_id`s are places in files, and a file's name is part of its own digest.
const CONTENT: &[(&str, &[&str])] = &[
    ("dim_person", &["sex", "birth_year", "age_group", "id_class", "record_count", "in_review"]),
    ("dim_household", &["person_count", "record_count"]),
    ("dim_division", &["code", "name", "level", "parent_code", "county_name", "township_name"]),
    (
        "dim_rule",
        &[
            "rule_code",
            "title",
            "rule_group",
            "severity",
            "subject_kind",
            "owner",
            "policy",
            "why",
            "advice",
            "due_days",
            "is_indicator",
            "ran",
            "not_run_reason",
        ],
    ),
    (
        "dim_source",
        &[
            "source",
            "title",
            "owner",
            "present",
            "table_count",
            "rows_read",
            "rows_accepted",
            "rows_rejected",
        ],
    ),
    ("dim_quarter", &["year", "quarter_of_year", "start_date", "end_date", "previous_quarter", "issued_on"]),
    ("fact_record", &["record_id", "source", "id_class", "link_tier", "in_review"]),
    (
        "fact_exception",
        &[
            "rule_code",
            "severity",
            "subject_kind",
            "owner",
            "first_seen",
            "last_seen",
            "quarters_open",
            "status",
            "resolved_by",
            "checked",
            "confidence",
            "in_review",
            "due_date",
            "evidence_record_ids",
            "is_open",
            "message",
            "recoverable_fen",
        ],
    ),
    ("fact_indicator", &["*"]),
    ("fact_quality", &["*"]),
    ("fact_reject", &["*"]),
    ("fact_held", &["*"]),
    ("fact_undecided", &["rule_code", "subject_kind"]),
    ("label", &["*"]),
];
/// Content wherever it stands.
const EVERYWHERE: &[&str] = &["quarter", "county_code", "township_code", "village_code"];

/// Columns of lists that depend on a key; 同因疑点 names others.
const LISTED: &[&str] = &["疑点编号", "行键", "行版本"];

/// Columns of lists in which marks made under a key stand for numbers. Marks are short: those of two keys may meet.
const MARKED: &[&str] = &["证件号·年龄", "涉及来源与原值"];

/// Columns of `restricted/` that depend on a key.
const RESTRICTED: &[&str] = &[
    "person_id",
    "household_id",
    "guardian_person_id",
    "candidate_person_id",
    "person_key",
    "household_key",
    "exception_id",
    "exception_key",
    "listed_id",
    "facts",
    "version",
    "previous_id",
    "current_id",
];

fn is_content(table: &str, column: &str) -> bool {
    let named = CONTENT.iter().find(|(name, _)| *name == table).map_or(&[][..], |(_, columns)| columns);
    EVERYWHERE.contains(&column)
        || column.starts_with("in_")
        || named.iter().any(|one| *one == column || *one == "*")
}

type TableColumns = BTreeMap<String, Vec<String>>;

/// Values of every column, row by row.
fn columns(file: &Path) -> TableColumns {
    let mut columns = TableColumns::new();
    for row in read_rows(file, |_| true).unwrap() {
        for (name, value) in row.iter() {
            columns.entry(name.to_owned()).or_default().push(value.unwrap_or("").to_owned());
        }
    }
    columns
}

fn common<'a>(a: &'a [String], b: &'a [String]) -> Vec<&'a str> {
    let other: BTreeSet<&str> = b.iter().map(String::as_str).collect();
    let mut common: Vec<&str> =
        a.iter().map(String::as_str).filter(|value| !value.is_empty() && other.contains(value)).collect();
    common.sort_unstable();
    common.dedup();
    common
}

/// Rows cut down to some columns, sorted.
fn rows_of(columns: &TableColumns, kept: impl Fn(&str) -> bool) -> Vec<Vec<&str>> {
    let kept: Vec<&Vec<String>> = columns.iter().filter(|(name, _)| kept(name)).map(|(_, all)| all).collect();
    let count = columns.values().next().map_or(0, Vec::len);
    let mut rows: Vec<Vec<&str>> =
        (0..count).map(|row| kept.iter().map(|all| all[row].as_str()).collect()).collect();
    rows.sort_unstable();
    rows
}

/// Marks of the cells of a column: what stands below the stars.
fn marks_of(cells: &[String]) -> impl Iterator<Item = String> {
    let below = cells.iter().filter_map(|cell| cell.split_once("**********\n"));
    below.filter_map(|(_, below)| below.split(' ').next()).map(str::to_owned)
}

/// Words that look like an id of a person, household or exception.
fn id_words(text: &str, found: &mut BTreeSet<String>) {
    for word in text.split(|c: char| !c.is_ascii_alphanumeric()) {
        let capitals = |c: char| c.is_ascii_digit() || c.is_ascii_uppercase();
        let small = |c: char| c.is_ascii_digit() || c.is_ascii_lowercase();
        let listed = word.len() == 26 && word.chars().all(capitals);
        let id = word.len() == 14 && word.starts_with(['P', 'H']) && word[1..].chars().all(small);
        if listed || id {
            found.insert(word.to_owned());
        }
    }
    // The numbers of sheets: R07-2018Q3-01234567.
    for (at, _) in text.match_indices("-20") {
        let number = text[at + 1..].split_once('-').filter(|(quarter, _)| quarter.len() == 6);
        let number = number
            .and_then(|(_, rest)| rest.get(..8))
            .filter(|n| n.chars().all(|c| c.is_ascii_alphanumeric()));
        found.extend(number.map(str::to_owned));
    }
}

/// Words like ids in everything that the publication holds, and in its names.
fn all_id_words(publication: &Snapshot) -> BTreeSet<String> {
    let mut found = BTreeSet::new();
    let mut paths: Vec<String> = publication.outputs().iter().map(|output| output.path.clone()).collect();
    paths.push("manifest.json".to_owned());
    for path in paths {
        id_words(&path, &mut found);
        let file = publication.path(&path);
        if path.ends_with(".parquet") {
            columns(&file).values().flatten().for_each(|text| id_words(text, &mut found));
        } else if path.ends_with(".xlsx") {
            // Hidden cells and properties, too.
            book_parts(&file).iter().for_each(|part| id_words(part, &mut found));
        } else {
            id_words(&String::from_utf8_lossy(&std::fs::read(&file).unwrap()), &mut found);
        }
    }
    found
}

fn both(quarter: &str) -> [Snapshot; 2] {
    [published(), published_under_others()]
        .map(|folder| Snapshot::open(&folder.join("out").join(quarter)).unwrap())
}

#[test]
fn the_same_input_under_two_keys_has_the_content_in_common_and_nothing_else() {
    // The second quarter: what is carried on, too.
    let [one, other] = both("2018Q4");
    let paths = |of: &Snapshot| -> Vec<String> { of.outputs().iter().map(|o| o.path.clone()).collect() };
    assert_eq!(paths(&one), paths(&other));
    assert_ne!(one.keys(), other.keys());
    let mut wrong = Vec::new();
    let mut keyed = 0;
    for path in paths(&one) {
        let name = path.rsplit('/').next().unwrap().split('.').next().unwrap();
        let [a, b] = [&one, &other].map(|of| of.path(&path));
        let is_content: Box<dyn Fn(&str) -> bool> = if path.starts_with("tables/") {
            Box::new(move |column: &str| is_content(name, column))
        } else {
            Box::new(|column: &str| !RESTRICTED.contains(&column))
        };
        let (a, b) = match path.rsplit_once('.').map(|(_, suffix)| suffix) {
            Some("parquet") => (columns(&a), columns(&b)),
            _ => continue,
        };
        for (column, values) in a.iter().filter(|(column, _)| !is_content(column)) {
            keyed += values.len();
            let common = common(values, &b[column]);
            if !common.is_empty() {
                wrong.push(format!("{path} {column}: {} in common, {:?}", common.len(), &common[..1]));
            }
        }
        // Rules and linker must not depend on how ids happen to sort.
        if path.starts_with("tables/") && rows_of(&a, &is_content) != rows_of(&b, &is_content) {
            wrong.push(format!("{path}: other content"));
        }
    }
    // The digests that the manifest shows: of what holds numbers none can be computed without a key.
    for (a, b) in one.outputs().iter().zip(other.outputs()).filter(|(a, _)| a.path.starts_with("restricted/"))
    {
        let names_persons =
            columns(&one.path(&a.path)).keys().any(|column| RESTRICTED.contains(&column.as_str()));
        let quotes =
            ["restricted/reject.parquet", "restricted/skipped_row.parquet"].contains(&a.path.as_str());
        if a.sha256 == b.sha256 && a.rows != Some(0) && (names_persons || quotes) {
            wrong.push(format!("{}: the same digest", a.path));
        }
    }
    assert!(wrong.is_empty(), "{}", wrong.join("\n"));
    assert!(keyed > 10_000, "{keyed}");
}

#[test]
fn no_list_cell_or_file_name_made_under_a_key_is_made_under_another() {
    let [one, other] = both("2018Q4");
    let mut rows = 0;
    let mut marks = (BTreeSet::new(), BTreeSet::new());
    for path in one.outputs().iter().map(|output| &output.path) {
        if !path.starts_with("lists/") || !path.ends_with(".csv") || path.contains("退回") {
            continue;
        }
        let read = |of: &Snapshot| -> TableColumns {
            let mut reader = csv::Reader::from_path(of.path(path)).unwrap();
            let titles: Vec<String> = reader
                .headers()
                .unwrap()
                .iter()
                .map(|title| title.trim_start_matches('\u{feff}').to_owned())
                .collect();
            let mut columns = TableColumns::new();
            for row in reader.records().map(Result::unwrap) {
                for (title, cell) in titles.iter().zip(&row) {
                    columns.entry(title.clone()).or_default().push(cell.to_owned());
                }
            }
            columns
        };
        let (a, b) = (read(&one), read(&other));
        for title in LISTED.iter().filter(|title| a.contains_key(**title)) {
            rows += a[*title].len();
            assert_eq!(common(&a[*title], &b[*title]), Vec::<&str>::new(), "{path} {title}");
        }
        let content =
            |title: &str| !LISTED.contains(&title) && !MARKED.contains(&title) && title != "同因疑点";
        assert!(rows_of(&a, content) == rows_of(&b, content), "{path}");
        marks.0.extend(marks_of(&a[MARKED[0]]));
        marks.1.extend(marks_of(&b[MARKED[0]]));
    }
    assert!(rows > 500, "{rows}");
    // Under one key every number has its mark; under the other it is another, but for chance.
    assert!(marks.0.len() > 300 && marks.1.len() > 300, "{} {}", marks.0.len(), marks.1.len());
    let met = marks.0.intersection(&marks.1).count();
    assert!(met < 10, "{met} marks are made under both keys");
    let (a, b) = (all_id_words(&one), all_id_words(&other));
    assert!(a.len() > 5_000 && b.len() > 5_000);
    assert_eq!(a.intersection(&b).collect::<Vec<_>>(), Vec::<&String>::new());
}
