//! The lists that go to the townships: every finding once, all of it within reach of who walks to the door, nobody's number.

use std::collections::{BTreeMap, BTreeSet};
use std::fs;
use std::os::unix::fs::PermissionsExt as _;
use std::path::{Path, PathBuf};

use bidui::read_rows;
use bidui::testing::publish::lists::{COVER_SHEET, REVIEW_SHEET, VISIT_SHEET};
use calamine::{Data, Reader as _};

use crate::end_to_end::{book_parts, key, ok, published, root, text};
use crate::inputs_folder::copy_folder;

/// Folders of ledgers within a county's.
const LEDGERS: [&str; 2] = ["台账", "责任部门"];

/// Files below a folder with an ending, but those that go back to the departments.
fn files(folder: &Path, ending: &str, found: &mut Vec<PathBuf>) {
    let mut entries: Vec<PathBuf> = fs::read_dir(folder).unwrap().map(|one| one.unwrap().path()).collect();
    entries.sort();
    for path in entries {
        if path.is_dir() && !path.ends_with("退回") {
            files(&path, ending, found);
        } else if path.extension().is_some_and(|one| one == ending) {
            found.push(path);
        }
    }
}

/// Workbooks of townships, and ledgers.
fn books(publication: &Path) -> (Vec<PathBuf>, Vec<PathBuf>) {
    let mut all = Vec::new();
    files(&publication.join("lists"), "xlsx", &mut all);
    let is_ledger = |path: &PathBuf| LEDGERS.iter().any(|folder| path.parent().unwrap().ends_with(folder));
    all.into_iter().partition(|path| !is_ledger(path))
}

/// Cells of a list by their titles.
type Row = BTreeMap<String, String>;

/// Rows of a workbook by sheet, without the cover.
fn rows(book: &Path) -> Vec<(String, Vec<Row>)> {
    let mut book: calamine::Xlsx<_> = calamine::open_workbook(book).unwrap();
    let sheets = book.sheet_names();
    assert_eq!(sheets[0], COVER_SHEET);
    let mut found = Vec::new();
    for sheet in &sheets[1..] {
        assert!([VISIT_SHEET, REVIEW_SHEET].contains(&sheet.as_str()), "{sheet}");
        let range = book.worksheet_range(sheet).unwrap();
        let mut cells = range.rows().map(|row| row.iter().map(Data::to_string).collect::<Vec<_>>());
        let header = cells.next().unwrap();
        let rows = cells.map(|row| header.iter().cloned().zip(row).collect()).collect();
        found.push((sheet.clone(), rows));
    }
    found
}

#[test]
fn every_open_finding_has_one_row_to_fill_in_or_is_told_under_its_cause() {
    for quarter in ["2018Q3", "2018Q4"] {
        let publication = published().join(format!("out/{quarter}/latest"));
        let (townships, ledgers) = books(&publication);
        // Key → township's book and sheet; and numbers that rows tell of.
        let (mut on, mut numbers): (BTreeMap<String, String>, BTreeMap<String, String>) = Default::default();
        for book in &townships {
            for (sheet, rows) in rows(book) {
                let place = format!("{} {sheet}", book.display());
                for row in rows {
                    assert!(on.insert(row["行键"].clone(), place.clone()).is_none(), "{row:?} stands twice");
                    for line in row["同因疑点"].lines().filter(|line| line.ends_with("（由本条引起）"))
                    {
                        let number = line.split(' ').next().unwrap();
                        numbers.insert(number.to_owned(), place.clone());
                    }
                }
            }
        }
        let (mut own, mut told) = (0, 0);
        let findings = read_rows(&publication.join("restricted/exception.parquet"), |_| true).unwrap();
        for one in
            findings.iter().filter(|one| ["new", "persisting", "reopened"].contains(&one.get("status")))
        {
            let listed = one.get("listed_id");
            if on.contains_key(&format!("K{listed}")) {
                own += 1;
                continue;
            }
            let short = format!("{}-{}-{}", one.get("rule_code"), one.get("first_seen"), &listed[..8]);
            assert!(numbers.contains_key(&short), "{short} stands nowhere");
            told += 1;
        }
        assert_eq!(own, on.len(), "a row without an open finding");
        assert!(own > 1_000 && told > 50, "{own} {told}");
        // Ledgers show what the townships have, and nothing can be filled in.
        let (mut county, mut department) = (0, 0);
        for book in &ledgers {
            for (_, rows) in rows(book) {
                assert!(rows.iter().all(|row| !row.contains_key("核查结果") && !row.contains_key("行键")));
                let is_county = book.parent().unwrap().ends_with(LEDGERS[0]);
                *(if is_county { &mut county } else { &mut department }) += rows.len();
            }
        }
        assert_eq!((county, department), (own, own));
    }
}

#[test]
fn rows_stand_by_village_and_household_with_causes_first() {
    let publication = published().join("out/2018Q4/latest");
    let (mut households, mut followed) = (0, 0);
    for book in &books(&publication).0 {
        for (_, rows) in rows(book) {
            let (mut villages, mut homes, mut seen) = (BTreeSet::new(), BTreeSet::new(), BTreeSet::new());
            let (mut village, mut home) = (String::new(), String::new());
            let mut worst = String::new();
            for row in &rows {
                if row["村（社区）"] != village {
                    village.clone_from(&row["村（社区）"]);
                    assert!(villages.insert(village.clone()), "{village} stands apart in {}", book.display());
                    (home, worst) = (String::new(), String::new());
                }
                let number = row["户主·户编号"].clone();
                if !number.is_empty() && number != home {
                    assert!(homes.insert((village.clone(), number.clone())), "{number} stands apart");
                    households += 1;
                    // The worst of a household is not less than that of the one before.
                    let own = rows
                        .iter()
                        .filter(|one| one["户主·户编号"] == number && one["村（社区）"] == village);
                    let own = own.map(|one| one["严重程度"].clone()).min().unwrap();
                    assert!(own >= worst, "{number} in {}", book.display());
                    worst = own;
                }
                home = number;
                seen.insert(row["疑点编号"].clone());
                for line in row["同因疑点"].lines().filter(|line| line.contains("根本原因")) {
                    let root = line.split(' ').next().unwrap();
                    let same = rows.iter().find(|one| one["疑点编号"] == root);
                    if same.is_some_and(|one| {
                        one["户主·户编号"] == row["户主·户编号"] && one["村（社区）"] == village
                    }) {
                        assert!(seen.contains(root), "{root} comes after {}", row["疑点编号"]);
                        followed += 1;
                    }
                }
            }
        }
    }
    assert!(households > 300 && followed > 5, "{households} {followed}");
}

#[test]
fn nothing_hinders_sorting_and_keys_begin_with_a_letter() {
    let (townships, _) = books(&published().join("out/2018Q4/latest"));
    for book in &townships {
        for part in book_parts(book) {
            assert!(!part.contains("<sheetProtection"), "{}", book.display());
        }
        for row in rows(book).into_iter().flat_map(|(_, rows)| rows) {
            let key = &row["行键"];
            assert!(key.starts_with('K') && key.len() == 27, "{key}");
            assert!(row["疑点编号"].starts_with(|c: char| c.is_ascii_uppercase()));
        }
    }
}

/// The eighteen characters of every number in a text, and dates of birth.
fn whole_numbers(text: &str) -> usize {
    let digits: Vec<char> = text.chars().collect();
    digits.windows(17).filter(|window| window.iter().all(char::is_ascii_digit)).count()
}

#[test]
fn a_masked_list_tells_ages_and_tells_numbers_apart() {
    let publication = published().join("out/2018Q4/latest");
    let mut marks: BTreeMap<String, BTreeSet<String>> = BTreeMap::new();
    let (mut aged, mut all) = (0, 0);
    let (townships, ledgers) = books(&publication);
    for book in townships.iter().chain(&ledgers) {
        assert_eq!(fs::metadata(book).unwrap().permissions().mode() & 0o777, 0o600, "{}", book.display());
        for row in rows(book).into_iter().flat_map(|(_, rows)| rows) {
            assert!(row.values().all(|cell| whole_numbers(cell) == 0), "{row:?}");
            assert!(!row.contains_key("电话"));
            let who = &row["证件号·年龄"];
            // Neither the four last characters nor a date of birth.
            let shown = who.replace(char::is_whitespace, " ");
            let (digits, rest) = shown.split_at(shown.find('*').unwrap_or(0));
            assert!(digits.is_empty() || digits.len() == 6, "{who}");
            assert!(rest.chars().filter(char::is_ascii_digit).count() <= 3, "{who}");
            all += 1;
            aged += usize::from(who.ends_with('岁'));
            if let Some((_, below)) = who.split_once('\n')
                && let Some(mark) = below.split(' ').next().filter(|mark| mark.len() == 4)
            {
                marks.entry(mark.to_owned()).or_default().insert(row["姓名"].clone());
            }
        }
    }
    assert!(aged * 10 > all * 9, "{aged} of {all}");
    assert!(marks.len() > 500, "{}", marks.len());
    // One mark is one number: people who share it are one or share a number.
    let shared = marks.values().filter(|names| names.len() > 1).count();
    assert!(shared * 50 < marks.len(), "{shared} of {}", marks.len());
}

#[test]
fn a_list_for_the_office_has_whole_numbers_birth_dates_and_phones() {
    let folder = tempfile::tempdir().unwrap();
    for pipeline in ["base", "hebi"] {
        copy_folder(
            &root().join("pipelines").join(pipeline),
            &folder.path().join("pipelines").join(pipeline),
        );
    }
    let settings = folder.path().join("pipelines/hebi/pipeline.toml");
    let written = fs::read_to_string(&settings).unwrap();
    fs::write(&settings, written.replace("[privacy]\n", "[privacy]\nlists = \"inner\"\n")).unwrap();
    let (out, keys) = (folder.path().join("out"), key(folder.path()));
    let pipeline = folder.path().join("pipelines/hebi");
    let wanted = [
        "--select",
        "R14,R36",
        "--data",
        "fixtures/hebi/2018Q4",
        "--out",
        text(&out),
        "--key-file",
        text(&keys),
    ];
    ok(&[&["run", text(&pipeline), "--quarter", "2018Q4"], &wanted[..]].concat());
    let run = fs::read_dir(out.join("2018Q4"))
        .unwrap()
        .map(|one| one.unwrap().path())
        .find(|one| one.is_dir())
        .unwrap();
    let (mut whole, mut born, mut phones, mut all) = (0, 0, 0, 0);
    for book in books(&run).0 {
        assert_eq!(fs::metadata(&book).unwrap().permissions().mode() & 0o777, 0o600);
        for row in rows(&book).into_iter().flat_map(|(_, rows)| rows) {
            let who = &row["证件号·年龄"];
            all += 1;
            whole += usize::from(whole_numbers(who) > 0);
            born += usize::from(who.contains("19") && who.matches('-').count() == 2);
            phones += usize::from(row["电话"].len() >= 11);
        }
    }
    assert!(
        all > 50 && whole * 10 > all * 9 && born * 2 > all && phones * 2 > all,
        "{all} {whole} {born} {phones}"
    );
}

#[test]
fn due_dates_count_working_days_from_the_day_of_issue_and_stay() {
    let folder = tempfile::tempdir().unwrap();
    let (out, keys) = (folder.path().join("out"), key(folder.path()));
    let run = |quarter: &str, issued: &str| {
        let data = format!("fixtures/hebi/{quarter}");
        let arguments = ["run", "pipelines/hebi", "--quarter", quarter, "--data", &data, "--select", "R14"];
        let places = ["--out", text(&out), "--key-file", text(&keys), "--issued", issued];
        ok(&[&arguments[..], &places].concat());
        let runs = fs::read_dir(out.join(quarter)).unwrap().map(|one| one.unwrap().path());
        let publication = runs.filter(|one| one.is_dir()).max().unwrap();
        let findings = read_rows(&publication.join("restricted/exception.parquet"), |_| true).unwrap();
        let due =
            findings.iter().map(|one| (one.get("exception_id").to_owned(), one.get("due_date").to_owned()));
        due.collect::<BTreeMap<_, _>>()
    };
    // Of R14's sixty working days 13 are left of October, 22 are November's, 21 December's with the Saturday of the 29th, and
    // the first four of January end on the 7th.
    let first = run("2018Q3", "2018-10-12");
    assert!(first.len() > 50);
    assert_eq!(first.values().collect::<BTreeSet<_>>().into_iter().collect::<Vec<_>>(), ["2019-01-07"]);
    let second = run("2018Q4", "2019-01-11");
    let (mut stayed, mut new) = (0, 0);
    for (finding, due) in &second {
        match first.get(finding) {
            Some(before) => {
                assert_eq!(before, due);
                stayed += 1;
            }
            None => {
                assert!(due.as_str() > "2019-04-01", "{due}");
                new += 1;
            }
        }
    }
    assert!(stayed > 50 && new > 5, "{stayed} {new}");
}
