//! The main job, as the operator runs it: both fixture quarters through the binary.

use std::collections::BTreeMap;
use std::path::{Path, PathBuf};
use std::process::Command;
use std::sync::OnceLock;

pub(crate) fn root() -> PathBuf {
    PathBuf::from(env!("CARGO_MANIFEST_DIR"))
}

pub(crate) fn bidui(arguments: &[&str]) -> std::process::Output {
    Command::new(env!("CARGO_BIN_EXE_bidui")).current_dir(root()).args(arguments).output().unwrap()
}

pub(crate) fn ok(arguments: &[&str]) -> String {
    let output = bidui(arguments);
    assert!(
        output.status.success(),
        "bidui {}\n{}\n{}",
        arguments.join(" "),
        String::from_utf8_lossy(&output.stdout),
        String::from_utf8_lossy(&output.stderr)
    );
    String::from_utf8(output.stdout).unwrap()
}

/// What the parts of a workbook say, hidden cells and properties, too; nothing of a part that is no text.
pub(crate) fn book_parts(path: &Path) -> Vec<String> {
    let mut book = zip::ZipArchive::new(std::fs::File::open(path).unwrap()).unwrap();
    (0..book.len())
        .map(|part| std::io::read_to_string(book.by_index(part).unwrap()).unwrap_or_default())
        .collect()
}

pub(crate) fn text(path: &Path) -> &str {
    path.to_str().unwrap()
}

/// Keys of its own, so that tests neither read nor make the user's; the identity secret lies where it is looked for.
pub(crate) fn key(folder: &Path) -> PathBuf {
    key_file(&folder.join("test.identity.key"), b"a secret of 32 bytes, for tests.");
    key_file(&folder.join("test.key"), b"an invented key of 32 bytes long")
}

/// A file with a key that only its owner may read.
pub(crate) fn key_file(file: &Path, bytes: &[u8]) -> PathBuf {
    use std::os::unix::fs::PermissionsExt as _;
    std::fs::write(file, bytes).unwrap();
    std::fs::set_permissions(file, std::fs::Permissions::from_mode(0o600)).unwrap();
    file.to_owned()
}

pub(crate) fn run(quarter: &str, out: &Path, key: &Path, more: &[&str]) -> String {
    let output = try_to_run(quarter, out, key, more);
    let said = String::from_utf8_lossy(&output.stderr);
    assert!(output.status.success(), "run {quarter} {more:?}\n{said}");
    String::from_utf8(output.stdout).unwrap()
}

/// What a run said, and all its notices in full, of which its summary tells some.
pub(crate) fn with_notices(summary: &str) -> String {
    let folder = summary.lines().find_map(|line| line.strip_prefix("  发布  ")).unwrap();
    let notices = std::fs::read_to_string(Path::new(folder).join("notices.txt")).unwrap();
    format!("{summary}\n{notices}")
}

/// A run over the fixtures of a quarter, whatever comes of it.
pub(crate) fn try_to_run(quarter: &str, out: &Path, key: &Path, more: &[&str]) -> std::process::Output {
    let data = format!("fixtures/hebi/{quarter}");
    let arguments = ["run", "pipelines/hebi", "--quarter", quarter, "--data", &data];
    bidui(&[&arguments[..], &["--out", text(out), "--key-file", text(key)], more].concat())
}

/// Both quarters in `out`, published once for all tests, and the summary of the second in `summary.txt`.
pub(crate) fn published() -> &'static Path {
    static OUT: OnceLock<tempfile::TempDir> = OnceLock::new();
    OUT.get_or_init(|| {
        let folder = tempfile::tempdir().unwrap();
        let key = key(folder.path());
        let out = folder.path().join("out");
        let summary = run("2018Q3", &out, &key, &[]);
        assert!(summary.contains("疑点") && summary.contains("退回"), "{summary}");
        assert!(summary.contains("前六位不在前缀表里"), "{summary}");
        let summary = run("2018Q4", &out, &key, &[]);
        std::fs::write(folder.path().join("summary.txt"), summary).unwrap();
        folder
    })
    .path()
}

#[test]
fn prefixes_from_elsewhere_stand_in_the_manifest_without_a_number() {
    let manifest = std::fs::read(published().join("out/2018Q3/latest/manifest.json")).unwrap();
    let manifest: serde_json::Value = serde_json::from_slice(&manifest).unwrap();
    let audits = manifest["audits"].as_array().unwrap();
    let found: Vec<_> = audits.iter().filter(|a| a["audit"] == "unknown_id_prefix").collect();
    assert!(found.iter().any(|a| a["source"] == "registry_person"), "{audits:?}");
    for audit in found {
        assert_eq!(audit["blocking"], false);
        let message = audit["message"].as_str().unwrap();
        let digits = message.split(|c: char| !c.is_ascii_digit()).map(str::len).max();
        assert!(digits <= Some(6), "a prefix at most and no more of a number: {message}");
    }
}

fn score(quarter: &str) -> serde_json::Value {
    let publication = published().join("out").join(format!("{quarter}/latest"));
    let truth = format!("fixtures/hebi/truth/{quarter}");
    let json = ok(&["evaluate", text(&publication), "--truth", &truth, "--format", "json"]);
    serde_json::from_str(&json).unwrap()
}

#[test]
fn persons_and_exceptions_agree_with_the_truth() {
    for quarter in ["2018Q3", "2018Q4"] {
        let score = score(quarter);
        let persons = &score["persons"];
        let number = |v: &serde_json::Value| v.as_f64().unwrap();
        let right = number(&persons["true_positive"]);
        let f1 = 2.0 * right / (number(&persons["truth"]) + number(&persons["found"]));
        assert!(f1 >= 0.99, "{quarter}: person links F1 {f1}");
        for rule in score["rules"].as_array().unwrap() {
            let truth = number(&rule["truth"]);
            if truth == 0.0 {
                continue;
            }
            let right = number(&rule["true_positive"]);
            // What rests on an unconfirmed match is kept apart: it counts as found, not as wrong.
            let precision = right / number(&rule["found"]).max(1.0);
            let recall = (right + number(&rule["review_true"])) / truth;
            let code = rule["rule_code"].as_str().unwrap();
            // A rule with a handful of exceptions moves in large steps: one miss is allowed.
            let slack = 1.5 / truth;
            assert!(precision >= 0.95 - slack, "{quarter} {code}: precision {precision}");
            assert!(recall >= 0.95 - slack, "{quarter} {code}: recall {recall}");
        }
    }
}

fn bytes(folder: &Path) -> BTreeMap<PathBuf, Vec<u8>> {
    let mut files = BTreeMap::new();
    let mut folders = vec![folder.to_owned()];
    while let Some(next) = folders.pop() {
        for entry in std::fs::read_dir(next).unwrap() {
            let path = entry.unwrap().path();
            if path.is_dir() {
                folders.push(path);
            } else {
                files.insert(path.strip_prefix(folder).unwrap().to_owned(), std::fs::read(&path).unwrap());
            }
        }
    }
    files
}

fn assert_same_publication(one: &Path, other: &Path, how: &str) {
    for part in ["tables", "restricted", "lists"] {
        let (before, after) = (bytes(&one.join(part)), bytes(&other.join(part)));
        assert_eq!(before.keys().collect::<Vec<_>>(), after.keys().collect::<Vec<_>>());
        for (file, content) in &before {
            assert!(content == &after[file], "{part}/{} differs {how}", file.display());
        }
    }
}

#[test]
fn same_bytes_again_and_whatever_the_threads() {
    let once = published().join("out/2018Q3/latest");
    let folder = tempfile::tempdir().unwrap();
    let key = key(folder.path());
    for threads in ["1", "2"] {
        let out = folder.path().join(threads);
        run("2018Q3", &out, &key, &["--threads", threads]);
        assert_same_publication(&once, &out.join("2018Q3/latest"), &format!("with {threads} threads"));
    }
}

#[test]
fn same_bytes_whatever_the_engine() {
    let folder = tempfile::tempdir().unwrap();
    let key = key(folder.path());
    let out = folder.path().join("out");
    for quarter in ["2018Q3", "2018Q4"] {
        // So little memory that rules are run in many buckets; the second quarter has a previous one.
        run(quarter, &out, &key, &["--engine", "buckets", "--memory", "100MB"]);
        let name = format!("{quarter}/latest");
        assert_same_publication(&published().join("out").join(&name), &out.join(&name), "in buckets");
    }
    let left: Vec<_> = std::fs::read_dir(&out).unwrap().map(|e| e.unwrap().file_name()).collect();
    assert_eq!(left.len(), 3, "two publications and the lock, no scratch: {left:?}");
}

#[test]
fn a_second_reader_agrees() {
    let python = root().join(".venv/bin/python");
    assert!(
        python.is_file(),
        "run the tests through scripts/test.sh: it installs the second reader into .venv"
    );
    let out = published().join("out");
    let output = Command::new(python)
        .arg(root().join("tests/second_reader/check.py"))
        .args([out.join("2018Q3/latest"), out.join("2018Q4/latest")])
        .output()
        .unwrap();
    assert!(output.status.success(), "{}", String::from_utf8_lossy(&output.stderr));
}

#[test]
fn periods_that_are_none_are_refused() {
    let refused = |period: &str| {
        let output =
            bidui(&["run", "pipelines/hebi", "--period", period, "--data", "fixtures", "--out", "x"]);
        assert_eq!(output.status.code(), Some(2));
        String::from_utf8(output.stderr).unwrap()
    };
    assert!(refused("2018M13").contains("不存在"));
    assert!(refused("2018Q5").contains("不存在"));
}

#[test]
fn explain_shows_masked_records_and_the_clause() {
    let publication = published().join("out/2018Q3/latest");
    let rows = bidui::testing::publication::table_reader::read_rows(
        &publication.join("restricted/exception.parquet"),
        |r| r.get("rule_code") == "R37",
    )
    .unwrap();
    let id = rows[0].get("exception_id");
    let said = ok(&["explain", id, "--publication", text(&publication)]);
    for part in ["R37", "依据", "姓名", "证件号"] {
        assert!(said.contains(part), "{part} missing in\n{said}");
    }
    let full = rows_with_numbers(&publication);
    assert!(full.iter().all(|number| !said.contains(number.as_str())), "a full ID number in\n{said}");
    let (listed, key) = (rows[0].get("listed_id"), rows[0].get("exception_key"));
    assert!(![listed, key].contains(&id) && listed != key);
    let short = format!("R37-{}-{}", rows[0].get("first_seen"), &listed[..8]);
    for (called, what) in
        [(short.as_str(), "the number that lists show"), (listed, "the row's key"), (key, "as in tables/")]
    {
        assert_eq!(ok(&["explain", called, "--publication", text(&publication)]), said, "{what}");
    }
    let refused = bidui(&["explain", "nothing", "--publication", text(&publication)]);
    assert_eq!(refused.status.code(), Some(2));
}

fn rows_with_numbers(publication: &Path) -> Vec<String> {
    bidui::testing::publication::table_reader::read_rows(
        &publication.join("restricted/record.parquet"),
        |r| r.get("id_number").len() == 18,
    )
    .unwrap()
    .iter()
    .map(|r| r.get("id_number").to_owned())
    .collect()
}

#[test]
fn indicators_tell_gap_trend_and_what_they_lack() {
    let publication = published().join("out/2018Q4/latest");
    let rows = |table: &str| {
        bidui::testing::publication::table_reader::read_rows(
            &publication.join(format!("tables/{table}.parquet")),
            |_| true,
        )
        .unwrap()
    };
    let all = rows("fact_indicator");
    let find = |code: &str, unit: &str| {
        all.iter().find(|r| r.get("rule_code") == code && r.get("unit_code") == unit).unwrap()
    };
    let cover = find("R35", "410600");
    let (rate, target, gap) = (cover.get("rate"), cover.get("target_rate"), cover.get("gap_rate"));
    let number = |text: &str| text.parse::<f64>().unwrap();
    assert!((number(target) - number(rate) - number(gap)).abs() < 1e-9, "{rate} {target} {gap}");
    assert!(
        (number(rate) - number(cover.get("previous_rate")) - number(cover.get("change_rate"))).abs() < 1e-9
    );
    let houses = find("R83", "410600");
    assert_eq!(houses.get("target_count"), "669");
    assert_eq!(number(houses.get("numerator")) + number(houses.get("gap_count")), 669.0);
    let roads = find("R110", "410600");
    assert_eq!((roads.get("computable"), roads.value("rate"), roads.value("numerator")), ("0", None, None));
    assert!(roads.get("lacking").starts_with("缺少数据来源"), "{}", roads.get("lacking"));
    let villages = all.iter().filter(|r| r.get("rule_code") == "R35" && r.get("unit_level") == "4").count();
    assert!(villages > 10, "{villages}");

    let quality = rows("fact_quality");
    let counties: Vec<_> = quality.iter().filter(|r| r.get("unit_level") == "2").collect();
    assert_eq!(counties.len(), 5);
    for county in &counties {
        let better = counties.iter().filter(|c| number(c.get("score")) > number(county.get("score"))).count();
        assert_eq!(county.get("rank"), (better + 1).to_string());
    }
    let read = |page: &str| std::fs::read_to_string(publication.join(page)).unwrap();
    let (report, appendix) = (read("report.html"), read("appendix.html"));
    for part in ["项不能计算，不等于没有完成", "数据质量得分", "个百分点", "趋势"] {
        assert!(report.contains(part), "{part}");
    }
    for part in ["不能计算：缺少数据来源", "数据质量", "扣分最多的乡镇"] {
        assert!(appendix.contains(part), "{part}");
    }
}

/// Texts of one column in all lists of a publication that are filled in.
fn listed(publication: &Path, column: &str) -> Vec<String> {
    let mut texts = Vec::new();
    for (path, content) in bytes(&publication.join("lists")) {
        if path.extension().is_none_or(|e| e != "csv") || path.starts_with("退回") {
            continue;
        }
        let content = content.strip_prefix("\u{feff}".as_bytes()).unwrap_or(&content).to_owned();
        let mut reader = csv::Reader::from_reader(content.as_slice());
        // Ledgers are read alone.
        if !reader.headers().unwrap().iter().any(|header| header == "核查结果") {
            continue;
        }
        let at = reader.headers().unwrap().iter().position(|h| h == column).unwrap();
        texts.extend(reader.records().map(|r| r.unwrap()[at].to_owned()));
    }
    texts
}

#[test]
fn what_follows_from_another_finding_is_told_once() {
    let publication = published().join("out/2018Q3/latest");
    let on_lists: std::collections::BTreeSet<String> = listed(&publication, "行键").into_iter().collect();
    // What tables/ call the rows of lists.
    let keys: std::collections::BTreeSet<String> = bidui::testing::publication::table_reader::read_rows(
        &publication.join("restricted/exception.parquet"),
        |row| on_lists.contains(&format!("K{}", row.get("listed_id"))),
    )
    .unwrap()
    .iter()
    .map(|row| row.get("exception_key").to_owned())
    .collect();
    let facts = bidui::testing::publication::table_reader::read_rows(
        &publication.join("tables/fact_exception.parquet"),
        |_| true,
    )
    .unwrap();
    let by_id: BTreeMap<&str, _> = facts.iter().map(|f| (f.get("exception_id"), f)).collect();
    let (mut told, mut apart) = (0, 0);
    for fact in facts.iter().filter(|f| f.get("status") != "resolved") {
        let cause = fact.value("cause_exception_id").map(|id| by_id[id]);
        let same_sheet = cause.is_some_and(|c| {
            let sheet = |f: &bidui::testing::publication::table_reader::TableRow| {
                if f.get("in_review") == "1" { "review".to_owned() } else { f.get("owner").to_owned() }
            };
            sheet(c) == sheet(fact) && c.get("township_code") == fact.get("township_code")
        });
        assert_eq!(keys.contains(fact.get("exception_id")), !same_sheet, "{fact:?}");
        if let Some(cause) = cause {
            assert!(cause.value("cause_exception_id").is_none(), "a cause stands for itself");
            assert!(keys.contains(cause.get("exception_id")), "{cause:?}");
        }
        told += usize::from(same_sheet);
        apart += usize::from(cause.is_some() && !same_sheet);
    }
    assert!(told > 50 && apart > 10, "{told} told under their cause, {apart} on sheets of their own");
    let related = listed(&publication, "同因疑点");
    let line = related.iter().find(|t| t.contains("R32-")).unwrap();
    assert!(line.contains("困难群众大病补充未覆盖（由本条引起）"), "{line}");
    assert!(related.iter().any(|t| t.starts_with("R14-") && t.contains("（根本原因，先核实）")));
}

#[test]
fn fail_on_and_diff() {
    let folder = tempfile::tempdir().unwrap();
    let key = key(folder.path());
    let out = folder.path().join("out");
    let arguments = |quarter: &str, more: &[&str]| {
        let mut all: Vec<String> =
            ["run", "pipelines/hebi", "--period", quarter, "--data"].map(str::to_owned).to_vec();
        all.push(format!("fixtures/hebi/{quarter}"));
        all.extend(["--out", text(&out), "--key-file", text(&key)].map(str::to_owned));
        all.extend(more.iter().map(|m| (*m).to_owned()));
        let all: Vec<&str> = all.iter().map(String::as_str).collect();
        bidui(&all)
    };
    let output = arguments("2018Q3", &["--select", "R37", "--fail-on", "S1", "--quiet"]);
    assert_eq!(output.status.code(), Some(1), "{}", String::from_utf8_lossy(&output.stderr));
    let (before, after) = (published().join("out/2018Q3/latest"), published().join("out/2018Q4/latest"));
    let changes = ok(&["diff", text(&before), text(&after)]);
    assert!(changes.contains("R37"), "{changes}");
}

#[test]
fn linking_alone_over_a_pipeline() {
    let folder = tempfile::tempdir().unwrap();
    let out = folder.path().join("links");
    let config = "pipelines/hebi/link.toml";
    let data = "fixtures/hebi/2018Q3";
    ok(&["link", config, "--data", data, "--sources", "registry_person,insurance", "--out", text(&out)]);
    let truth = "fixtures/hebi/truth/2018Q3/records.csv";
    let json = ok(&["evaluate", text(&out), "--truth", truth, "--format", "json"]);
    let score: serde_json::Value = serde_json::from_str(&json).unwrap();
    let number = |v: &serde_json::Value| v.as_f64().unwrap();
    let (found, right) = (number(&score["clusters"]["found"]), number(&score["clusters"]["right"]));
    assert!(right / found >= 0.998, "precision {}", right / found);
    assert!(found > 1000.0, "{found} pairs");
    // The truth of lists that took no part does not count.
    let truth = number(&score["truth"]);
    assert!(right / truth >= 0.99, "recall {}", right / truth);
    let refused = bidui(&["link", config, "--data", data, "--sources", "nobody", "--out", text(&out)]);
    assert_eq!(refused.status.code(), Some(2));
}
