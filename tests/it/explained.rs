//! `bidui explain`: whom a word means, and what is told of him.

use std::io::Write as _;
use std::path::{Path, PathBuf};
use std::process::{Command, Output, Stdio};

use bidui::testing::case::cases;
use bidui::{Snapshot, TableRow, read_rows};

use crate::end_to_end::{bidui, ok, published, root, text};

fn out() -> PathBuf {
    published().join("out")
}

fn newest() -> PathBuf {
    out().join("2018Q4/latest")
}

fn table(name: &str) -> Vec<TableRow> {
    read_rows(&newest().join(name), |_| true).unwrap()
}

/// As asked from a folder where nothing of the program lies.
fn asked_elsewhere(arguments: &[&str], input: &str) -> Output {
    let folder = tempfile::tempdir().unwrap();
    let mut asked = Command::new(env!("CARGO_BIN_EXE_bidui"))
        .current_dir(folder.path())
        .args(arguments)
        .args(["--out", text(&out())])
        .stdin(Stdio::piped())
        .stdout(Stdio::piped())
        .stderr(Stdio::piped())
        .spawn()
        .unwrap();
    asked.stdin.take().unwrap().write_all(input.as_bytes()).unwrap();
    asked.wait_with_output().unwrap()
}

fn said(output: &Output) -> (Option<i32>, String) {
    let all = [&output.stdout, &output.stderr].map(|one| String::from_utf8_lossy(one).into_owned());
    (output.status.code(), all.concat())
}

/// A person of whom a finding is open, with a whole number and a name that nobody else has.
fn somebody() -> TableRow {
    let open: Vec<String> = table("restricted/exception.parquet")
        .iter()
        .filter(|row| ["new", "persisting"].contains(&row.get("status")))
        .map(|row| row.get("person_id").to_owned())
        .collect();
    let people = table("restricted/person_identity.parquet");
    let records = table("restricted/record.parquet");
    let is_one = |row: &&TableRow| {
        let of_name = records.iter().filter(|one| one.get("name") == row.get("name"));
        row.get("id_class") == "VALID18"
            && open.iter().any(|id| id == row.get("person_id"))
            && row.get("name").chars().count() == 3
            && of_name.clone().count() > 3
            && of_name.clone().all(|one| one.get("person_id") == row.get("person_id"))
            && records.iter().all(|one| {
                one.get("id_number") != row.get("id_number") || one.get("person_id") == row.get("person_id")
            })
    };
    people.iter().find(is_one).expect("somebody").clone()
}

#[test]
fn a_person_is_found_by_whatever_the_caller_has() {
    let one = somebody();
    let (person, number, name) = (one.get("person_id"), one.get("id_number"), one.get("name"));
    let asked = |word: &str, input: &str| said(&asked_elsewhere(&["explain", word], input));
    let (code, by_id) = asked(person, "");
    assert_eq!(code, Some(0), "{by_id}");
    assert!(by_id.contains(name) && !by_id.contains(number), "{by_id}");
    // Told with the weights of the run, though no pipeline is at hand.
    assert!(by_id.contains("22.0以上认作同一人") && by_id.contains("权重是这次运行时的"), "{by_id}");
    for word in [name, one.get("person_key"), number] {
        assert_eq!(asked(word, ""), (Some(0), by_id.clone()), "{word}");
    }
    assert_eq!(asked("-", &format!("{number}\n")), (Some(0), by_id.clone()), "from standard input");
    // The last characters, and the masked form, may be several persons': he is among them.
    let masked = bidui::mask_id_for_list(number);
    for word in [&number[14..], &number[10..], masked.as_str()] {
        let (code, told) = asked(word, "");
        assert!(told == by_id || code == Some(2) && told.contains(person), "{word}\n{told}");
    }
    let (code, told) = asked("nobody", "");
    assert!(code == Some(2) && told.contains("没有找到“nobody”") && told.contains("找过疑点编号"), "{told}");
    let slip: String = name.chars().take(2).chain(['囧']).collect();
    let (code, told) = asked(&slip, "");
    assert!(code == Some(2) && told.contains("相近的姓名") && told.contains(name), "{told}");
}

#[test]
fn a_word_with_several_meanings_gets_a_list_to_choose_from() {
    let records = table("restricted/record.parquet");
    let persons = |end: &str| -> std::collections::BTreeSet<String> {
        let own = records.iter().filter(|row| row.get("id_number").ends_with(end));
        own.map(|row| row.get("person_id").to_owned()).collect()
    };
    let numbers = records.iter().map(|row| row.get("id_number")).filter(|number| number.len() == 18);
    let end = numbers.map(|number| &number[14..]).find(|end| persons(end).len() > 2).unwrap();
    let (code, told) = said(&asked_elsewhere(&["explain", end], ""));
    assert_eq!(code, Some(2), "{told}");
    for person in persons(end) {
        assert!(told.contains(&person), "{person} is not among\n{told}");
    }
    assert!(told.contains("用行首的编号再查") && told.contains("疑点"), "{told}");
    assert!(
        records.iter().all(|row| row.get("id_number").len() < 18 || !told.contains(row.get("id_number")))
    );
    let json = asked_elsewhere(&["explain", end, "--format", "json"], "");
    let told: serde_json::Value = serde_json::from_slice(&json.stdout).unwrap();
    assert_eq!(told["candidates"].as_array().unwrap().len(), persons(end).len());
}

#[test]
fn a_household_is_called_as_on_lists() {
    let (mut rows, mut seen) = (Vec::new(), 0);
    for list in ["浚县/屯子镇.csv", "浚县/小河镇.csv"] {
        let mut reader = csv::Reader::from_path(newest().join("lists").join(list)).unwrap();
        rows.extend(reader.records().map(|row| row.unwrap()));
    }
    for row in rows.iter().filter(|row| row[2].contains("41062")).take(12) {
        let number = row[2].split(['·', '\n', ' ']).map(str::trim).find(|part| part.starts_with("41062"));
        let Some(number) = number.filter(|number| !number.contains('*')) else { continue };
        let told = ok(&["explain", &row[0], "--out", text(&out())]);
        assert!(told.contains(number), "{number} of the list is called otherwise in\n{told}");
        seen += 1;
    }
    assert!(seen > 3, "{seen}");
}

#[test]
fn who_is_asked_for_by_name_is_told_with_what_is_found_of_the_household() {
    let open = |row: &&TableRow| ["new", "persisting", "reopened"].contains(&row.get("status"));
    let rows = table("restricted/exception.parquet");
    let people = table("restricted/person_identity.parquet");
    let records = table("restricted/record.parquet");
    let of_name = |name: &str| {
        let own = records.iter().filter(|row| row.get("name") == name);
        own.map(|row| row.get("person_id")).collect::<std::collections::BTreeSet<_>>()
    };
    let mut seen = 0;
    for one in people.iter().filter(|one| one.get("name").chars().count() == 3) {
        let (person, home) = (one.get("person_id"), one.get("household_id"));
        let of_home = rows.iter().filter(|row| !home.is_empty() && row.get("household_id") == home);
        let others: Vec<&TableRow> =
            of_home.filter(open).filter(|row| row.get("person_id") != person).collect();
        if others.is_empty() || of_name(one.get("name")).len() != 1 {
            continue;
        }
        let told = ok(&["explain", one.get("name"), "--out", text(&out())]);
        assert!(told.contains("这个人的疑点（") && told.contains("这一户的其他疑点（"), "{told}");
        for other in others {
            let number = short_number(other);
            assert!(told.contains(&number), "{number} is not in\n{told}");
        }
        seen += 1;
        if seen == 3 {
            return;
        }
    }
    panic!("{seen} households");
}

/// What lists call a finding.
fn short_number(row: &TableRow) -> String {
    format!("{}-{}-{}", row.get("rule_code"), row.get("first_seen"), &row.get("listed_id")[..8])
}

#[test]
fn lines_and_file_tell_the_same_without_forms_or_codes() {
    let folder = tempfile::tempdir().unwrap();
    let file = folder.path().join("case.html");
    let rows = table("restricted/exception.parquet");
    let of_r37 = rows.iter().find(|row| row.get("rule_code") == "R37" && row.get("status") == "persisting");
    let out = out();
    let asked = ["explain", of_r37.unwrap().get("listed_id"), "--out", text(&out), "--html", text(&file)];
    let told = ok(&asked);
    let page = std::fs::read_to_string(&file).unwrap();
    for (what, text) in [("lines", &told), ("file", &page)] {
        for part in ["为什么认作同一人", "各名单里的这个人", "不在这些名单里", "匹配方式", "持续"]
        {
            assert!(text.contains(part), "{part} is not in the {what}\n{text}");
        }
        for code in ["VALID18", "persisting", "CERT20", "|4106", "level_", "证件号、姓名均一致"] {
            assert!(!text.contains(code), "{code} in the {what}");
        }
    }
    for part in ["<form", "<script", "http://", "https://", "/page.css"] {
        assert!(!page.contains(part), "{part} in the file");
    }
    // An absence: of the lists that he is missing from it is told who is nearest, or that nobody is.
    assert!(told.contains("没有与他相近的记录") || told.contains("最接近的是"), "{told}");
}

#[test]
fn an_index_finds_what_looking_through_finds() {
    let publication = Snapshot::open(&newest()).unwrap();
    let some =
        |number: &str| ["R14-", "R37-", "R50", "R73-", "R74-"].iter().any(|rule| number.starts_with(rule));
    let mut kept = 0;
    let few = |number: &str| some(number) && number.ends_with(['A', 'K', 'M', 'X', '0', '7']);
    let (page, explained) =
        (cases(&publication, true, few).unwrap(), cases(&publication, false, few).unwrap());
    for (one, other) in page.iter().zip(&explained) {
        assert_eq!(one, other);
        kept += 1;
    }
    assert!(kept > 10 && page.len() == explained.len(), "{kept}");
    // Somebody's case has what his lists say, in their words.
    let fields = page.iter().map(|one| one["case"]["person"]["fields"].as_array().unwrap().len()).max();
    assert!(fields > Some(4), "{fields:?}");
}

#[test]
fn what_cannot_be_asked_says_why() {
    let folder = tempfile::tempdir().unwrap();
    let asked = |out: &Path| said(&bidui(&["explain", "刘德义", "--out", text(out)]));
    let (code, told) = asked(&folder.path().join("nowhere"));
    assert!(code == Some(2) && told.contains("没有这个文件夹"), "{told}");
    let (code, told) = asked(folder.path());
    assert!(code == Some(2) && told.contains("这里没有发布"), "{told}");
    // Somebody copied all but the restricted tables.
    let run = std::fs::canonicalize(newest()).unwrap();
    let copied = folder.path().join(run.file_name().unwrap());
    std::fs::create_dir(&copied).unwrap();
    std::fs::copy(run.join("manifest.json"), copied.join("manifest.json")).unwrap();
    let (code, told) = asked(&copied);
    assert!(code == Some(2) && told.contains("restricted/ 不在这里") && !told.contains("损坏"), "{told}");
}

#[test]
fn what_the_readme_asks_can_be_copied() {
    let readme = std::fs::read_to_string(root().join("README.md")).unwrap();
    let asked: Vec<&str> =
        readme.lines().filter_map(|line| line.strip_prefix("cargo run -- explain ")).collect();
    assert!(asked.len() >= 3, "{asked:?}");
    for line in asked {
        let words: Vec<&str> = line.split(" #").next().unwrap().split_whitespace().collect();
        assert!(words.windows(2).any(|two| two == ["--out", "out"]), "{line}");
        let folder = tempfile::tempdir().unwrap();
        let output = Command::new(env!("CARGO_BIN_EXE_bidui"))
            .current_dir(folder.path())
            .arg("explain")
            .args(words.iter().map(|word| if *word == "out" { text_of(&out()) } else { (*word).to_owned() }))
            .output()
            .unwrap();
        let told = String::from_utf8_lossy(&output.stdout).into_owned();
        // Several may be meant: then there is a list.
        assert!(
            output.status.success() || output.status.code() == Some(2) && told.lines().count() > 1,
            "{line}\n{told}"
        );
    }
}

fn text_of(path: &Path) -> String {
    text(path).to_owned()
}
