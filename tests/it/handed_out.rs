//! What goes out when a corrected list is compared again within a quarter: letters to those who deliver lists, with what they
//! mended, and supplements to the sheets that townships have; and what comes of a sheet of the first run after the second.

use std::collections::{BTreeMap, BTreeSet};
use std::path::{Path, PathBuf};
use std::sync::OnceLock;

use bidui::{Snapshot, TableRow};
use serde_json::Value;

use crate::answered_runs::{answer, append, exceptions};
use crate::end_to_end::{bidui, book_parts, key, ok, root, text};
use crate::inputs_folder::copy_folder;

/// Written where a household lives: no page may run it.
const HOSTILE: &str = "<script>alert(1)</script>&\"'1组";

/// The dibao list of a county with what its department has to mend, and some rows that go or change.
fn write_faulty_list(data: &Path) {
    let file = data.join("农村低保_淇县.csv");
    let bytes = std::fs::read(&file).unwrap();
    let (told, _, _) = encoding_rs::GB18030.decode(&bytes);
    let mut reader = csv::ReaderBuilder::new().has_headers(false).flexible(true).from_reader(told.as_bytes());
    let mut rows: Vec<Vec<String>> =
        reader.records().map(|row| row.unwrap().iter().map(str::to_owned).collect()).collect();
    let at = |rows: &[Vec<String>], title: &str| rows[0].iter().position(|one| one == title).unwrap();
    let (kind, head, amount, address) =
        (at(&rows, "类别"), at(&rows, "户主姓名"), at(&rows, "月保障金"), at(&rows, "地址"));
    "三类人员".clone_into(&mut rows[3][kind]);
    rows[4][head].clear();
    "两百".clone_into(&mut rows[5][amount]);
    for row in &mut rows[6..] {
        if row.len() > address {
            HOSTILE.clone_into(&mut row[address]);
        }
    }
    let start = at(&rows, "起保年月");
    for row in &mut rows {
        if row.len() > start {
            row.remove(start);
        }
    }
    let mut out = csv::WriterBuilder::new().flexible(true).from_writer(Vec::new());
    rows.iter().for_each(|row| out.write_record(row).unwrap());
    let told = String::from_utf8(out.into_inner().unwrap()).unwrap();
    std::fs::write(file, encoding_rs::GB18030.encode(&told).0).unwrap();
}

struct TwoRuns {
    _folder: tempfile::TempDir,
    out: PathBuf,
    key: PathBuf,
    first: Snapshot,
    second: Snapshot,
}

fn run(data: &Path, out: &Path, key: &Path) -> Snapshot {
    let words = ["run", "pipelines/hebi", "--quarter", "2018Q3", "--data", text(data), "--out", text(out)];
    ok(&[&words[..], &["--key-file", text(key)]].concat());
    Snapshot::open(&out.join("2018Q3")).unwrap()
}

/// A run over a faulty list, and one over the mended one.
fn two_runs() -> &'static TwoRuns {
    static RUNS: OnceLock<TwoRuns> = OnceLock::new();
    RUNS.get_or_init(|| {
        let folder = tempfile::tempdir().unwrap();
        let (data, out) = (folder.path().join("data"), folder.path().join("out"));
        let key = key(folder.path());
        copy_folder(&root().join("fixtures/hebi/2018Q3"), &data);
        write_faulty_list(&data);
        let first = run(&data, &out, &key);
        let second = run(&root().join("fixtures/hebi/2018Q3"), &out, &key);
        TwoRuns { _folder: folder, out, key, first, second }
    })
}

fn letter(run: &Snapshot, name: &str) -> String {
    book_parts(&run.path(&format!("lists/退回/{name}.xlsx"))).join("\n")
}

fn rows_of(path: &Path) -> Vec<BTreeMap<String, String>> {
    let mut reader = csv::ReaderBuilder::new().flexible(true).from_path(path).unwrap();
    let titles: Vec<String> = reader
        .headers()
        .unwrap()
        .iter()
        .map(|title| title.trim_start_matches('\u{FEFF}').to_owned())
        .collect();
    let row = |row: csv::StringRecord| titles.iter().cloned().zip(row.iter().map(str::to_owned)).collect();
    reader.records().map(|one| row(one.unwrap())).collect()
}

#[test]
fn a_supplier_is_told_what_to_mend_by_when_and_what_it_mended() {
    let runs = two_runs();
    let told = letter(&runs.first, "农村低保（淇县）");
    for wanted in [
        "致：淇县民政局",
        "请在2018-10-19前（下发后10个工作日）",
        "整行退回1行，另有2格",
        "表头行1行、合计行1行",
        "淇县“类别”写着“三类人员”1格",
        "淇县农村低保缺“起保年月”，以下规则没有判断",
        "文件里没有这一列",
        "补填后重报",
        "写成数字，单位为元或万元",
    ] {
        assert!(told.contains(wanted), "{wanted} is not in the letter");
    }
    assert!(!told.contains("与上次相比") && !told.contains("已改正"), "nothing was told before");
    // Rows read = accepted + rejected, as the manifest has them.
    let manifest: Value =
        serde_json::from_slice(&std::fs::read(runs.first.path("manifest.json")).unwrap()).unwrap();
    let tables =
        manifest["sources"].as_array().unwrap().iter().flat_map(|one| one["tables"].as_array().unwrap());
    let table = tables.clone().find(|table| table["file"] == "农村低保_淇县.csv").unwrap();
    let (read, accepted, rejected) = (&table["read"], &table["accepted"], &table["rejected"]);
    assert!(told.contains(&format!("收到：读入{read} = 接受{accepted} + 退回{rejected}。")));
    // Each rule that is held stands there with how many subjects it leaves open.
    let held = manifest["rules"].as_array().unwrap().iter().filter(|rule| {
        let held = rule["held"].as_array().into_iter().flatten();
        held.clone().any(|one| one["column"] == "start_month" && one["county_code"] == "410622")
    });
    let codes: Vec<&str> = held.map(|rule| rule["code"].as_str().unwrap()).collect();
    assert!(codes.len() > 3, "{codes:?}");
    for code in codes {
        assert!(told.contains(&format!(">{code}<")), "{code}");
    }

    let told = letter(&runs.second, "农村低保（淇县）");
    for wanted in [
        "上次请改的都已改正，这次没有要改的",
        "与本季第1次运行相比：已改正",
        "仍有0项，新出现0项",
        "已改正：“姓名”为空（上次1行，从2018Q3起）",
        "已改正：“类别”写着“三类人员”（上次1格，从2018Q3起）",
        "缺“起保年月”，R01",
    ] {
        assert!(told.contains(wanted), "{wanted} is not in the second letter");
    }
    // Whoever did not mend anything is told so.
    let told = letter(&runs.second, "学籍");
    assert!(told.contains("已改正0项") && !told.contains("仍有0项"), "{}", told.contains("仍有"));
}

#[test]
fn one_office_that_delivers_for_all_gets_one_letter_and_each_county_that_delivers_its_own() {
    let paths: BTreeSet<&str> =
        two_runs().second.outputs().iter().filter_map(|one| one.path.strip_prefix("lists/退回/")).collect();
    assert!(paths.contains("医保参保（淇县）.xlsx") && paths.contains("医保参保（淇县）.csv"), "{paths:?}");
    assert!(paths.contains("建档立卡人口.xlsx") && !paths.iter().any(|path| path.contains("建档立卡人口（")));
    // No row of one county's file is in another county's letter.
    for path in paths.iter().filter(|path| path.starts_with("医保参保（") && path.ends_with(".csv")) {
        let county = path.split(['（', '）']).nth(1).unwrap();
        for row in rows_of(&two_runs().second.path(&format!("lists/退回/{path}"))) {
            assert!(row["文件"].contains(county), "{path}: {}", row["文件"]);
        }
    }
}

/// The rows of a township's list in CSV, by key.
fn listed(run: &Snapshot, list: &str) -> BTreeMap<String, BTreeMap<String, String>> {
    let path = run.path(&format!("{list}.csv"));
    let rows = if path.is_file() { rows_of(&path) } else { Vec::new() };
    rows.into_iter().map(|row| (row["行键"].clone(), row)).collect()
}

fn township_lists(run: &Snapshot) -> BTreeSet<String> {
    let paths = run.outputs().iter().map(|one| one.path.as_str());
    let lists = paths.filter(|path| path.matches('/').count() == 2 && !path.starts_with("lists/退回"));
    lists.filter_map(|path| path.strip_suffix(".csv")).map(str::to_owned).collect()
}

#[test]
fn a_supplement_tells_what_comes_on_top_what_is_void_and_what_stays() {
    let TwoRuns { first, second, .. } = two_runs();
    assert!(!first.outputs().iter().any(|one| one.path.contains("/补报/")), "nothing was out before");
    let (mut new, mut void, mut kept) = (0, 0, 0);
    for list in &township_lists(first) | &township_lists(second) {
        let (before, after) = (listed(first, &list), listed(second, &list));
        let same = |key: &String| {
            before.get(key).zip(after.get(key)).is_some_and(|(old, now)| old["行版本"] == now["行版本"])
        };
        let (folder, name) = list.rsplit_once('/').unwrap();
        let told = rows_of(&second.path(&format!("{folder}/补报/{name}.csv")));
        let numbers = |wanted: &dyn Fn(&str) -> bool| -> BTreeSet<String> {
            let rows = told.iter().filter(|row| wanted(&row["补报情况"]));
            rows.map(|row| row["疑点编号"].clone()).collect()
        };
        let of = |rows: &BTreeMap<String, BTreeMap<String, String>>, wanted: &dyn Fn(&String) -> bool| {
            let rows = rows.iter().filter(|(key, _)| wanted(key));
            rows.map(|(_, row)| row["疑点编号"].clone()).collect::<BTreeSet<String>>()
        };
        let (is_new, is_void) = (
            |state: &str| state.starts_with("新增") || state.starts_with("重新核查"),
            |state: &str| state.starts_with("作废"),
        );
        assert_eq!(numbers(&is_new), of(&after, &|key| !same(key)), "{list}");
        assert_eq!(numbers(&is_void), of(&before, &|key| !same(key)), "{list}");
        assert_eq!(numbers(&|state| state == "沿用"), of(&after, &same), "{list}");
        new += numbers(&is_new).len();
        void += numbers(&is_void).len();
        kept += numbers(&|state| state == "沿用").len();
        // The list itself says it row by row.
        for (key, row) in &after {
            assert_eq!(row["本次下发"] == "沿用", same(key), "{list} {key}: {}", row["本次下发"]);
            assert_eq!(row["说明"].starts_with("【新增】"), !same(key), "{list} {key}");
        }
        let cover = book_parts(&second.path(&format!("{folder}/补报/{name}.xlsx"))).join("\n");
        assert!(cover.contains("本季第1次运行") && cover.contains("2018-09-30"), "{list}");
    }
    assert!(new > 20 && void > 4 && kept > 500, "{new} new, {void} void, {kept} kept");
    // The same lists once more add nothing and unmark nothing.
    let runs = two_runs();
    let again = run(&root().join("fixtures/hebi/2018Q3"), &runs.out, &runs.key);
    assert_eq!(again.folder(), second.folder());
}

#[test]
fn a_supplement_says_whether_a_list_was_corrected_or_answers_came_and_an_answered_cause_carries_what_follows()
{
    let runs = two_runs();
    let folder = tempfile::tempdir().unwrap();
    let out = folder.path().join("out");
    let copied = std::process::Command::new("cp").arg("-a").arg(&runs.out).arg(&out).status();
    assert!(copied.unwrap().success());
    let cover = |run: &Snapshot| book_parts(&run.path("lists/淇县/补报/北阳镇.xlsx")).join("\n");
    let corrected = cover(&runs.second);
    assert!(corrected.contains("补报单（名单更正）") && corrected.contains("名单更正后重新比对："));
    let before = exceptions(&out, "2018Q3");
    let follows = |cause: &str, of: &BTreeMap<String, TableRow>| -> Vec<TableRow> {
        of.values()
            .filter(|row| row.get("cause") == cause && row.get("status") != "resolved")
            .cloned()
            .collect()
    };
    let is_cause =
        |row: &&TableRow| row.get("status") == "new" && !follows(row.get("exception_id"), &before).is_empty();
    let cause = before.values().find(is_cause).expect("nothing follows from anything");
    let id = cause.get("exception_id");
    append(&out, &[answer(cause, "已整改", "2018-10-20")]);
    let third = run(&root().join("fixtures/hebi/2018Q3"), &out, &runs.key);
    let told = cover(&third);
    assert!(told.contains("补报单（核查结果）") && told.contains("名单没有变，按收到的核查结果重新比对："));
    let now = exceptions(&out, "2018Q3");
    let said = |row: &TableRow| (row.get("status").to_owned(), row.get("resolved_by").to_owned());
    assert_eq!(said(&now[id]), ("answered".to_owned(), "answer".to_owned()));
    let closed = follows(id, &now);
    assert_eq!(closed.len(), follows(id, &before).len());
    for row in &closed {
        assert_eq!(said(row), ("answered".to_owned(), "cause".to_owned()), "{}", row.get("rule_code"));
        let explained =
            ok(&["explain", row.get("listed_id"), "--out", text(&out), "--key-file", text(&runs.key)]);
        let number = format!("{}-2018Q3-{}", cause.get("rule_code"), &cause.get("listed_id")[..8]);
        assert!(explained.contains("由原因已核") && explained.contains(&number), "{explained}");
    }
}

#[test]
fn sheets_that_are_gone_and_points_that_no_letter_tells_are_told_on_the_terminal() {
    let runs = two_runs();
    let folder = tempfile::tempdir().unwrap();
    let (data, out) = (folder.path().join("data"), folder.path().join("out"));
    let copied = std::process::Command::new("cp").arg("-a").args([&runs.out, &out]).status().unwrap();
    assert!(copied.success());
    let second = out.join("2018Q3/latest").canonicalize().unwrap();
    let gone = "lists/淇县/北阳镇.csv";
    let deleted = serde_json::json!({
        "bidui_deleted": 1,
        "deletions": [{"on": "2020-12-31", "rule": "restricted = \"2 years\"", "files": [gone]}],
    });
    std::fs::write(second.join("deleted.json"), deleted.to_string()).unwrap();
    std::fs::remove_file(second.join(gone)).unwrap();
    copy_folder(&root().join("fixtures/hebi/2018Q3"), &data);
    write_faulty_list(&data);
    // The list of which the second run told points does not come at all.
    assert!(runs.second.outputs().iter().any(|one| one.path == "lists/退回/评级授信.xlsx"));
    std::fs::remove_file(data.join("部门/评级授信.xlsx")).unwrap();
    let words = ["run", "pipelines/hebi", "--quarter", "2018Q3", "--data", text(&data), "--out", text(&out)];
    let done = bidui(&[&words[..], &["--key-file", text(&runs.key)]].concat());
    let said = String::from_utf8_lossy(&done.stderr).into_owned();
    assert!(done.status.success(), "{said}");
    assert!(said.contains("本季第2次运行的清单已按期限删除，没有对照"), "{said}");
    let mut folders = std::fs::read_dir(out.join("2018Q3")).unwrap().map(|one| one.unwrap().path());
    let third = folders.find(|path| text(path).contains("run-0003-")).unwrap();
    assert!(third.join("lists/淇县").is_dir() && !third.join("lists/淇县/补报").exists());
    // Whoever ought to have delivered the list is asked for it, and told which rules wait for it.
    let letter = book_parts(&third.join("lists/退回/评级授信.xlsx")).join("\n");
    for part in [
        "报来：本期没有收到这份名单",
        "没有报来本期的评级授信，以下规则没有判断：",
        "这次没有报来，不知道改没改",
    ] {
        assert!(letter.contains(part), "{part}\n{letter}");
    }
    let manifest = std::fs::read_to_string(third.join("manifest.json")).unwrap();
    let manifest: Value = serde_json::from_str(&manifest).unwrap();
    let waits = |rule: &&Value| rule["reason"].as_str().is_some_and(|why| why.contains("评级授信"));
    let codes: Vec<&str> = manifest["rules"]
        .as_array()
        .unwrap()
        .iter()
        .filter(waits)
        .map(|rule| rule["code"].as_str().unwrap())
        .collect();
    assert!(!codes.is_empty());
    for code in codes {
        assert!(letter.contains(code), "{code}\n{letter}");
    }
}

#[test]
fn a_sheet_of_the_first_run_counts_after_the_second_but_for_what_is_void() {
    let runs = two_runs();
    let folder = tempfile::tempdir().unwrap();
    let out = folder.path().join("out");
    let copied = std::process::Command::new("cp").arg("-a").arg(&runs.out).arg(&out).status();
    assert!(copied.unwrap().success());
    let (mut kept, mut changed, mut closed, mut files) =
        (BTreeSet::new(), BTreeSet::new(), BTreeSet::new(), Vec::new());
    for list in township_lists(&runs.first).into_iter().filter(|list| list.starts_with("lists/淇县/")) {
        let path = runs.first.path(&format!("{list}.csv"));
        let mut reader = csv::ReaderBuilder::new().flexible(true).from_path(&path).unwrap();
        let header = reader.headers().unwrap().clone();
        let at =
            |title: &str| header.iter().position(|one| one.trim_start_matches('\u{FEFF}') == title).unwrap();
        let file = folder.path().join(format!("{}.csv", list.replace('/', "_")));
        let mut filled = csv::WriterBuilder::new().from_path(&file).unwrap();
        filled.write_record(&header).unwrap();
        for row in reader.records() {
            let mut cells: Vec<String> = row.unwrap().iter().map(str::to_owned).collect();
            "无法核实".clone_into(&mut cells[at("核查结果")]);
            filled.write_record(&cells).unwrap();
        }
        filled.flush().unwrap();
        let before = listed(&runs.first, &list);
        let now: BTreeMap<String, String> = township_lists(&runs.second)
            .iter()
            .flat_map(|list| listed(&runs.second, list))
            .map(|(key, row)| (key, row["行版本"].clone()))
            .collect();
        for (key, row) in before {
            match now.get(&key) {
                Some(version) if *version == row["行版本"] => kept.insert(key),
                Some(_) => changed.insert(key),
                None => closed.insert(key),
            };
        }
        files.push(file);
    }
    assert!(kept.len() > 50 && !changed.is_empty(), "{} {} {}", kept.len(), changed.len(), closed.len());
    let mut words = vec!["triage", "import"];
    words.extend(files.iter().map(|file| text(file)));
    words.extend(["--out", text(&out), "--key-file", text(&runs.key), "--by", "操作员", "--format", "json"]);
    let done = bidui(&words);
    let told: Value = serde_json::from_slice(&done.stdout).unwrap();
    let total = |what: &str| told["total"][what].as_u64().unwrap() as usize;
    let all = told["files"].as_array().unwrap().iter().flat_map(|file| file["told"].as_array().unwrap());
    let stale = all.filter(|row| row["fate"] == "stale").count();
    assert_eq!(stale, total("stale"));
    // Rows whose facts changed are out of date; nothing that stays is refused; what is closed is told or taken as closed.
    assert!(total("stale") >= changed.len(), "{told:#}");
    assert!(total("accepted") >= kept.len(), "{told:#}");
    assert_eq!(
        total("accepted") + total("stale") + total("unknown_key"),
        kept.len() + changed.len() + closed.len(),
        "{told:#}"
    );
    // A supplement comes back with nothing to read, which is no fault.
    let supplement = runs.second.path("lists/淇县/补报/北阳镇.xlsx");
    let done = bidui(&[
        "triage",
        "import",
        text(&supplement),
        "--out",
        text(&out),
        "--key-file",
        text(&runs.key),
        "--dry-run",
    ]);
    let said = [done.stdout, done.stderr].map(|said| String::from_utf8(said).unwrap()).concat();
    assert!(done.status.success() && said.contains("补报清单没有填报的列"), "{said}");
}

#[test]
fn a_page_runs_nothing_that_a_list_says_and_loads_nothing() {
    let runs = two_runs();
    let pages: Vec<String> = runs
        .first
        .outputs()
        .iter()
        .filter(|one| one.path.starts_with("lists/") && one.path.ends_with(".html"))
        .map(|one| std::fs::read_to_string(runs.first.path(&one.path)).unwrap())
        .collect();
    assert!(pages.len() > 10);
    for page in &pages {
        assert!(!page.contains("<script>alert"), "a list's script");
        assert_eq!(page.matches("<script").count(), 2);
        assert_eq!(page.matches("</script").count(), 2);
        assert!(page.contains("default-src &#x27;none&#x27;") || page.contains("default-src 'none'"));
        assert!(!page.contains("http://") && !page.contains("https://") && !page.contains(" src="));
        for handler in [" onclick=", " onerror=", " onload=", "javascript:"] {
            assert!(!page.contains(handler), "{handler}");
        }
    }
    let escaped = pages.iter().filter(|page| page.contains("&lt;script&gt;alert(1)")).count();
    assert!(escaped > 0, "no page shows what the list says");
    // Whoever wants none gets none.
    let folder = tempfile::tempdir().unwrap();
    let pipelines = folder.path().join("pipelines");
    copy_folder(&root().join("pipelines"), &pipelines);
    let file = pipelines.join("hebi/pipeline.toml");
    let told = std::fs::read_to_string(&file).unwrap();
    let outputs = "[outputs]\nhtml = false\nreturn_days = 5\n";
    assert!(told.contains("[outputs]\n"));
    std::fs::write(&file, told.replace("[outputs]\n", outputs)).unwrap();
    let (out, key) = (folder.path().join("out"), key(folder.path()));
    ok(&[
        "run",
        text(&pipelines.join("hebi")),
        "--quarter",
        "2018Q3",
        "--data",
        "fixtures/hebi/2018Q3",
        "--out",
        text(&out),
        "--key-file",
        text(&key),
    ]);
    let plain = Snapshot::open(&out.join("2018Q3")).unwrap();
    assert!(!plain.outputs().iter().any(|one| one.path.starts_with("lists/") && one.path.ends_with(".html")));
    assert!(letter(&plain, "学籍").contains("（下发后5个工作日）"));
}
