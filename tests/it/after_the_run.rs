//! What is done with publications later: deleting by deadline, public lists, the bulletin.

use std::collections::{BTreeMap, BTreeSet};
use std::fs;
use std::path::{Path, PathBuf};
use std::process::{Command, Output};

use bidui::{Answer, AnswerSource, AnswerStore, BatchOrigin, Snapshot, TableRow};

use crate::answered_runs::{answer, secret};
use crate::end_to_end::{bidui, book_parts, key, ok, published, root, run, text, try_to_run};

/// The publications of both quarters, the keys, and a pipeline of its own.
struct Office {
    folder: tempfile::TempDir,
}

impl Office {
    /// `more` stands at the end of `pipeline.toml`.
    fn new(more: &str) -> Self {
        let folder = tempfile::tempdir().unwrap();
        key(folder.path());
        let copied = Command::new("cp").arg("-a").arg(published().join("out")).arg(folder.path()).status();
        assert!(copied.unwrap().success());
        let copied = Command::new("cp").arg("-a").arg(root().join("pipelines")).arg(folder.path()).status();
        assert!(copied.unwrap().success());
        let office = Self { folder };
        office.configure(more);
        office
    }
    fn configure(&self, more: &str) {
        let shipped = fs::read_to_string(root().join("pipelines/hebi/pipeline.toml")).unwrap();
        // What the shipped pipeline says of both is another test's matter.
        let kept = shipped.split("\n[retention]").next().unwrap().split("\n[publicity]").next().unwrap();
        fs::write(self.pipeline().join("pipeline.toml"), format!("{kept}\n{more}")).unwrap();
    }
    fn pipeline(&self) -> PathBuf {
        self.folder.path().join("pipelines/hebi")
    }
    fn out(&self) -> PathBuf {
        self.folder.path().join("out")
    }
    fn key(&self) -> PathBuf {
        self.folder.path().join("test.key")
    }
    fn path(&self, name: &str) -> PathBuf {
        self.folder.path().join(name)
    }
    fn run_of(&self, quarter: &str) -> PathBuf {
        self.out().join(quarter).join("latest").canonicalize().unwrap()
    }
    fn findings(&self, quarter: &str) -> Vec<TableRow> {
        let publication = Snapshot::open(&self.out().join(quarter)).unwrap();
        publication.rows("restricted/exception.parquet", |_| true).unwrap()
    }
    /// Answers to these findings, as one batch of a day.
    fn answer(&self, rows: &[&TableRow], verdict: &str, day: &str) {
        let answers: Vec<Answer> = rows
            .iter()
            .map(|row| Answer {
                measure: if verdict == "属实" { "追缴".to_owned() } else { String::new() },
                note: "邻居钱守义说人已外出".to_owned(),
                ..answer(row, verdict, day)
            })
            .collect();
        let identity = secret().key_id();
        let mut store = AnswerStore::open(&self.out(), &identity).unwrap();
        let origin = BatchOrigin {
            source: AnswerSource::Sheet,
            recorded_at: format!("{day}T09:30:00+08:00"),
            recorded_by: "操作员".to_owned(),
            file: "北阳镇罗德合.xlsx".to_owned(),
            file_sha256: "00".repeat(32),
        };
        store.append(&origin, &answers).unwrap();
    }
    fn tidy(&self, on: &str, more: &[&str]) -> Output {
        let (out, pipeline, key) = (self.out(), self.pipeline(), self.key());
        let words = ["tidy", "--out", text(&out), "--pipeline", text(&pipeline), "--key-file", text(&key)];
        bidui(&[&words[..], &["--on", on, "--by", "操作员"], more].concat())
    }
    fn publicize(&self, to: &str) -> Output {
        let (out, pipeline, to) = (self.out(), self.pipeline(), self.path(to));
        bidui(&["publicize", text(&out), "--pipeline", text(&pipeline), "--to", text(&to)])
    }
}

fn said(output: &Output) -> String {
    String::from_utf8_lossy(&output.stdout).into_owned() + &String::from_utf8_lossy(&output.stderr)
}

#[track_caller]
fn holds(output: &Output, words: &[&str]) {
    words.iter().for_each(|word| assert!(said(output).contains(word), "no “{word}”: {}", said(output)));
}

fn files(folder: &Path, found: &mut BTreeMap<PathBuf, Vec<u8>>) {
    for entry in fs::read_dir(folder).unwrap() {
        let path = entry.unwrap().path();
        match path.is_dir() && !path.is_symlink() {
            true => files(&path, found),
            false if path.is_symlink() => {}
            false => drop(found.insert(path.clone(), fs::read(&path).unwrap())),
        }
    }
}

fn all_files(folder: &Path) -> BTreeMap<PathBuf, Vec<u8>> {
    let mut found = BTreeMap::new();
    files(folder, &mut found);
    found
}

const RETENTION: &str = "[retention]\nrestricted = \"2 years\"\nlists = \"3 years\"\nruns = \"0 runs\"\n\
                         answers = \"1 years\"\nreturned = \"18 months\"\n";

#[test]
fn what_has_had_its_time_is_deleted_and_what_is_needed_is_kept() {
    let office = Office::new(RETENTION);
    let older = office.findings("2018Q3");
    let newer = office.findings("2018Q4");
    let now: BTreeMap<&str, &str> =
        newer.iter().map(|row| (row.get("exception_id"), row.get("status"))).collect();
    let open: Vec<&TableRow> =
        older.iter().filter(|row| now.get(row.get("exception_id")) == Some(&"persisting")).take(5).collect();
    let closed: Vec<&TableRow> =
        older.iter().filter(|row| now.get(row.get("exception_id")) == Some(&"resolved")).take(7).collect();
    assert_eq!((open.len(), closed.len()), (5, 7));
    office.answer(&open, "属实", "2018-10-20");
    office.answer(&closed, "不属实", "2018-10-21");
    for day in ["20181021T093000", "20200921T093000", "手工放的"] {
        fs::create_dir_all(office.out().join("answers/returned").join(day)).unwrap();
        fs::write(office.out().join("answers/returned").join(day).join("北阳镇.xlsx"), "rows").unwrap();
    }
    let before = all_files(&office.out());
    let store = || fs::read(office.out().join("answers/answers.sqlite")).unwrap();
    let says = |bytes: &[u8], word: &str| bytes.windows(word.len()).any(|at| at == word.as_bytes());

    // Before anything is due, and without doing it.
    let early = office.tidy("2018-12-31", &[]);
    assert!(early.status.success(), "{}", said(&early));
    holds(&early, &["没有要删的"]);
    let dry = office.tidy("2022-01-01", &["--dry-run"]);
    holds(
        &dry,
        &[
            "将删除\t交回的清单副本",
            "没有删\t名单明细",
            "是当前发布的对照基准",
            "是当前的发布",
            "将删除\t核查结果里的姓名和备注",
        ],
    );
    assert!(
        all_files(&office.out())
            .keys()
            .filter(|path| !path.ends_with(".bidui.lock"))
            .eq(before.keys().filter(|path| !path.ends_with(".bidui.lock")))
    );
    assert_eq!(store(), before[&office.out().join("answers/answers.sqlite")]);

    let done = office.tidy("2022-01-01", &[]);
    assert!(done.status.success(), "{}", said(&done));
    holds(
        &done,
        &[
            "已删除\t核查结果里的姓名和备注\tanswers/answers.sqlite\t7个",
            "5个：所答的疑点还没有销号",
            "手工放的\t1个：文件夹名里看不出是哪一天导入的",
        ],
    );
    let left = store();
    // Those of open findings are there; one of the two batches says no more who brought it in.
    assert!(says(&left, "罗德合") && says(&left, "钱守义"));
    assert!(office.out().join("answers/returned/20200921T093000").is_dir());
    assert!(!office.out().join("answers/returned/20181021T093000").exists());
    let log = fs::read_to_string(office.out().join("deletions.jsonl")).unwrap();
    for word in ["\"rule\":\"answers = \\\"1 years\\\"\"", "2022-01-01", "\"count\":7", "操作员"] {
        assert!(log.contains(word), "{log}");
    }
    for word in ["罗德合", "钱守义", "北阳镇"] {
        assert!(!log.contains(word), "{log}");
    }
    // Again: nothing is left to be done, and nothing is logged.
    let again = office.tidy("2022-01-01", &[]);
    holds(&again, &["没有要删的"]);
    assert_eq!(fs::read_to_string(office.out().join("deletions.jsonl")).unwrap(), log);
    // The verdicts stand.
    let standing =
        bidui::StandingAnswers::read(&AnswerStore::find(&office.out(), &secret().key_id()).unwrap().unwrap())
            .unwrap();
    assert_eq!(standing.len(), 12);
    assert!(standing.iter().filter(|(_, one)| one.answer.note.is_empty()).count() == 7);
}

#[test]
fn readers_of_what_was_deleted_say_that_its_time_was_over() {
    let office = Office::new(RETENTION);
    // A third period, so that the first is nobody's baseline; its lists are those of the second.
    let third = office.out().join("2019Q1");
    let renamed = |name: &str| {
        // The run of 2018Q4 goes on from 2018Q3: told not to, it is the first of its own.
        let to = third.join(name);
        fs::create_dir_all(&third).unwrap();
        to
    };
    let manifest = fs::read_to_string(office.run_of("2018Q4").join("manifest.json")).unwrap();
    let manifest = manifest.replace("\"period\": \"2018Q4\"", "\"period\": \"2019Q1\"");
    let manifest = manifest.replace("\"previous_period\": \"2018Q3\"", "\"previous_period\": \"2018Q4\"");
    let digest = sha256(manifest.as_bytes());
    let run_folder = renamed(&format!("run-0001-{}", &digest[..8]));
    let copied = Command::new("cp").arg("-a").arg(office.run_of("2018Q4")).arg(&run_folder).status();
    assert!(copied.unwrap().success());
    fs::write(run_folder.join("manifest.json"), manifest).unwrap();
    std::os::unix::fs::symlink(run_folder.file_name().unwrap(), third.join("latest")).unwrap();
    let old = office.run_of("2018Q3");
    let restricted = all_files(&old.join("restricted"));
    assert!(restricted.len() > 10);

    let done = office.tidy("2021-06-30", &[]);
    assert!(done.status.success(), "{}", said(&done));
    holds(&done, &["已删除\t名单明细（restricted/）\t2018Q3/", "没有删\t名单明细（restricted/）\t2018Q4/"]);
    assert!(!old.join("restricted").exists() && old.join("lists").exists() && old.join("tables").exists());
    let told = ["按期限已删除", "restricted = \"2 years\"", "不是损坏"];
    let finding = "0KS0G8DDA1HJ2BNHEZ4K4DFG91";
    holds(&bidui(&["explain", finding, "--publication", text(&old)]), &told);
    let verified = bidui(&["verify", text(&old)]);
    assert!(verified.status.success(), "{}", said(&verified));
    holds(&verified, &["发布完好", "按期限已删除，不是损坏", "2021-06-30"]);
    // A quarter that would go on from it.
    let (key, out) = (office.key(), office.out());
    let next = try_to_run("2018Q4", &out, &key, &["--previous", text(&old)]);
    assert_eq!(next.status.code(), Some(2));
    holds(&next, &told);
    // What is lost besides is lost.
    let lost = fs::read_dir(old.join("tables")).unwrap().next().unwrap().unwrap().path();
    fs::remove_file(&lost).unwrap();
    let verified = bidui(&["verify", text(&old)]);
    assert_eq!(verified.status.code(), Some(2));
    holds(&verified, &["缺少文件", "1个文件有问题"]);
    // A deletion that was interrupted is finished.
    for (path, bytes) in restricted.iter().take(3) {
        fs::create_dir_all(path.parent().unwrap()).unwrap();
        fs::write(path, bytes).unwrap();
    }
    let again = office.tidy("2021-06-30", &[]);
    holds(&again, &["已接着删完"]);
    assert!(!old.join("restricted").exists());
    // Three years after, the lists too.
    let done = office.tidy("2021-10-01", &[]);
    holds(&done, &["已删除\t清单（lists/）\t2018Q3/"]);
    assert!(!old.join("lists").exists());
}

fn sha256(bytes: &[u8]) -> String {
    let folder = tempfile::tempdir().unwrap();
    let path = folder.path().join("a");
    fs::write(&path, bytes).unwrap();
    let output = Command::new("sha256sum").arg(&path).output().unwrap();
    String::from_utf8(output.stdout).unwrap()[..64].to_owned()
}

#[test]
fn runs_that_others_replaced_go_but_not_those_of_the_newest_period() {
    let office = Office::new("[retention]\nruns = \"0 runs\"\n");
    for quarter in ["2018Q3", "2018Q4"] {
        let current = office.run_of(quarter);
        let digest = current.file_name().unwrap().to_str().unwrap()["run-0001-".len()..].to_owned();
        let second = current.with_file_name(format!("run-0002-{digest}"));
        let copied = Command::new("cp").arg("-al").arg(&current).arg(&second).status();
        assert!(copied.unwrap().success());
        let link = office.out().join(quarter).join("latest");
        fs::remove_file(&link).unwrap();
        std::os::unix::fs::symlink(second.file_name().unwrap(), link).unwrap();
    }
    let done = office.tidy("2019-02-01", &[]);
    assert!(done.status.success(), "{}", said(&done));
    holds(
        &done,
        &[
            "已删除\t被取代的运行\t2018Q3/run-0001-",
            "没有删\t被取代的运行\t2018Q4/run-0001-",
            "可能还没有交回",
        ],
    );
    holds(&done, &["提醒：没有写期限、一直保存的：restricted、lists、answers、returned"]);
    let runs = |quarter: &str| fs::read_dir(office.out().join(quarter)).unwrap().count();
    assert_eq!((runs("2018Q3"), runs("2018Q4")), (2, 3), "with the link");
    run("2018Q4", &office.out(), &office.key(), &[]);
}

#[test]
fn times_without_units_no_times_and_days_to_come_are_refused() {
    let office = Office::new("[retention]\nrestricted = \"2\"\n");
    holds(&office.tidy("2019-02-01", &[]), &["期限“2”没有单位", "2 years", "pipeline.toml"]);
    office.configure("");
    holds(&office.tidy("2019-02-01", &[]), &["没有写保存期限", "[retention] restricted"]);
    office.configure("[retention]\nrestricted = \"2 years\"\n");
    holds(&office.tidy("2199-02-01", &[]), &["晚于今天"]);
    holds(&office.tidy("next year", &[]), &["不是日期"]);
    assert!(!office.out().join("deletions.jsonl").exists());
}

fn publicity(columns: &str, more: &str) -> String {
    format!(
        "[publicity]\ntitle = \"农村低保对象\"\nsource = \"dibao\"\nwithout = [\"stop_month\"]\n\
         columns = [{columns}]\nnote = \"公示期7天。有异议的，请向乡镇民政所反映。\"\n{more}"
    )
}

/// Lines of all public lists, by file.
fn public_lines(folder: &Path) -> BTreeMap<PathBuf, Vec<Vec<String>>> {
    let mut lists = BTreeMap::new();
    for (path, bytes) in all_files(folder) {
        if path.extension().is_some_and(|ending| ending == "csv") {
            let text = String::from_utf8(bytes).unwrap();
            let mut reader = csv::Reader::from_reader(text.trim_start_matches('\u{FEFF}').as_bytes());
            let rows = reader.records().map(|row| row.unwrap().iter().map(str::to_owned).collect());
            lists.insert(path, rows.collect());
        }
    }
    lists
}

#[test]
fn public_lists_show_what_is_allowed_and_nobody_who_is_a_minor() {
    let columns = "\"village\", \"name\", \"id_number\", \"category\", \"monthly_amount_fen\"";
    let office = Office::new(&publicity(columns, "line = \"person\"\n"));
    let done = office.publicize("公示");
    assert!(done.status.success(), "{}", said(&done));
    holds(&done, &["公示名单", "未成年人，只写监护人"]);
    let lists = public_lines(&office.path("公示"));
    let books =
        all_files(&office.path("公示")).keys().filter(|path| path.extension().unwrap() == "xlsx").count();
    assert!(lists.len() > 5 && books == lists.len(), "{}", lists.len());
    let records = Snapshot::open(&office.out().join("2018Q4")).unwrap();
    let records = records.rows("restricted/view/dibao.parquet", |_| true).unwrap();
    let public: Vec<&TableRow> = records.iter().filter(|row| row.get("stop_month").is_empty()).collect();
    let lines: Vec<&Vec<String>> = lists.values().flatten().collect();
    assert_eq!(lines.len(), public.len());
    for line in &lines {
        assert!(line[3].contains('*') || line[3].contains("未登记"), "{line:?}");
        assert!(line[4].is_empty() || (line[4].len() == 10 && line[4].ends_with("****")), "{line:?}");
        assert!(line[6].ends_with('元'), "{line:?}");
    }
    let minors = public.iter().filter(|row| row.get("age").parse::<i32>().is_ok_and(|age| age < 18)).count();
    assert!(minors > 5);
    assert!(lines.iter().filter(|line| line[3].contains("监护人")).count() >= minors);
    // No file says a number, a whole name, a birth date or an account of anybody.
    let mut secrets = BTreeSet::new();
    for row in &records {
        for column in ["id18", "bank_account", "household_no", "birth_date"] {
            secrets.extend(Some(row.get(column)).filter(|text| text.len() > 7).map(str::to_owned));
        }
        secrets.extend(row.get("id18").get(6..14).map(str::to_owned));
        secrets.extend(Some(row.get("name")).filter(|name| name.chars().count() > 2).map(str::to_owned));
    }
    for path in all_files(&office.path("公示")).keys() {
        let parts = match path.extension().unwrap() == "xlsx" {
            true => book_parts(path),
            false => vec![fs::read_to_string(path).unwrap()],
        };
        for secret in &secrets {
            assert!(parts.iter().all(|part| !part.contains(secret.as_str())), "{}: {secret}", path.display());
        }
    }
    // Who is alike in all that is shown is told apart by the serial number of the household, and each line by its own.
    office.configure(&publicity("\"category\"", "line = \"person\"\n"));
    assert!(office.publicize("alike").status.success());
    let mut most = 0;
    for rows in public_lines(&office.path("alike")).values() {
        let shown: BTreeSet<&String> = rows.iter().map(|row| &row[2]).collect();
        let households: BTreeSet<&String> = rows.iter().map(|row| &row[1]).collect();
        let numbers: BTreeSet<&String> = rows.iter().map(|row| &row[0]).collect();
        assert_eq!(numbers.len(), rows.len());
        most = most.max(households.len() - shown.len().min(households.len()));
    }
    assert!(most > 3, "nobody is alike: nothing is shown here");
    office.configure(&publicity(columns, "line = \"person\"\n"));
    // The same again has the same bytes; what is there is not touched.
    assert!(office.publicize("again").status.success());
    let bytes = |name: &str| all_files(&office.path(name)).into_values().collect::<Vec<_>>();
    assert!(bytes("公示") == bytes("again"));
    holds(&office.publicize("公示"), &["已经有了"]);
}

#[test]
fn by_household_its_head_stands_and_by_village_each_has_its_sheet() {
    let columns = "\"name\", \"members_protected\"";
    let office = Office::new(&publicity(columns, "sheet = \"village\"\nonly = { category = [\"农村\"] }\n"));
    let done = office.publicize("公示");
    assert!(done.status.success(), "{}", said(&done));
    let lists = public_lines(&office.path("公示"));
    assert!(
        lists.keys().all(|path| path.strip_prefix(office.path("公示")).unwrap().components().count() == 3)
    );
    for rows in lists.values() {
        let households: BTreeSet<&String> = rows.iter().map(|row| &row[1]).collect();
        assert_eq!(households.len(), rows.len(), "a line for each household");
    }
    // Whom a rule found, and nobody else.
    let rule = office.findings("2018Q4");
    let rule = rule
        .iter()
        .find(|row| {
            row.get("evidence_record_ids").starts_with("dibao:")
                && row.get("in_review") == "0"
                && row.get("status") == "persisting"
        })
        .unwrap();
    office.configure(&publicity(columns, &format!("rule = \"{}\"\n", rule.get("rule_code"))));
    let done = office.publicize("rule");
    assert!(done.status.success(), "{}", said(&done));
    let all: usize = lists.values().map(Vec::len).sum();
    let found: usize = public_lines(&office.path("rule")).values().map(Vec::len).sum();
    assert!(found > 0 && found < all / 2, "{found} of {all}");
}

#[test]
fn columns_that_would_tell_too_much_are_refused_by_name() {
    for (column, why) in [("bank_account", "账号"), ("household_no", "户编号"), ("address", "住址")] {
        let office = Office::new(&publicity(&format!("\"name\", \"{column}\""), ""));
        let told = office.publicize("公示");
        assert_eq!(told.status.code(), Some(2));
        holds(&told, &[column, "不能公示", why, &format!("从 columns 里删掉 \"{column}\""), "pipeline.toml"]);
        assert!(!office.path("公示").exists());
    }
    // By what stands in the cells: the number of a certificate has a run of digits.
    let office = Office::new(&publicity("\"name\", \"dibao_no\", \"no_such\"", ""));
    holds(&office.publicize("公示"), &["没有列“no_such”"]);
    // Whoever stands on such a list is disabled, whatever else is shown of him.
    let of_list = publicity("\"name\"", "").replace("\"dibao\"", "\"disability_certificate\"");
    let told = Office::new(&of_list.replace("without = [\"stop_month\"]\n", "")).publicize("公示");
    assert_eq!(told.status.code(), Some(2), "{}", said(&told));
    holds(&told, &["残疾人证", "名单本身"]);
    // What the office writes is printed, too.
    let noted = publicity("\"name\"", "").replace("公示期7天。", "联系王干事，身份证410621197501011239。");
    let office = Office::new(&noted);
    let told = office.publicize("公示");
    assert_eq!(told.status.code(), Some(2), "{}", said(&told));
    holds(&told, &["note", "证件号", "联系电话可以写"]);
    assert!(!said(&told).contains("410621197501011239"));
    let office = Office::new("");
    holds(&office.publicize("公示"), &["[publicity]", "docs/after-the-run.md"]);
}

#[test]
fn a_bulletin_counts_and_names_nobody() {
    let office = Office::new("");
    let rows = office.findings("2018Q3");
    let open: Vec<&TableRow> = rows.iter().filter(|row| row.get("status") == "new").collect();
    office.answer(&open[..40], "属实", "2018-10-20");
    office.answer(&open[40..60], "不属实", "2018-10-21");
    office.answer(&open[60..65], "转办", "2018-10-21");
    let (out, to, pipeline) = (office.out(), office.path("通报.docx"), office.pipeline());
    let words =
        ["triage", "bulletin", "--out", text(&out), "--quarter", "2018Q3", "--pipeline", text(&pipeline)];
    let told = ok(&[&words[..], &["--to", text(&to), "--on", "2018-10-25", "--format", "json"]].concat());
    let told: serde_json::Value = serde_json::from_str(&told).unwrap();
    let total = &told["total"];
    assert_eq!(total["due"], open.len());
    // What follows from a finding that was true was looked at with it.
    let confirmed: BTreeSet<&str> = open[..40].iter().map(|row| row.get("exception_id")).collect();
    let follows = |row: &&&TableRow| confirmed.contains(row.get("cause"));
    let with_cause = open[65..].iter().filter(follows).count();
    let checked = 65 + with_cause;
    assert_eq!(told["with_cause"], with_cause);
    assert_eq!((total["checked"].as_u64(), total["confirmed"].as_u64()), (Some(checked as u64), Some(40)));
    let late_on = |day: &str| {
        let late = open[65..].iter().filter(|row| !follows(row) && row.get("due_date") < day);
        Some(late.count() as u64)
    };
    assert_eq!((total["undecided"].as_u64(), total["overdue"].as_u64()), (Some(5), late_on("2018-10-25")));
    assert!(late_on("2018-10-25") < late_on("2019-06-30"));
    assert_eq!(total["recovered_fen"], 40 * 120_000);
    for level in ["counties", "townships"] {
        for count in ["due", "checked", "confirmed", "overdue", "recovered_fen"] {
            let sum: i64 =
                told[level].as_array().unwrap().iter().map(|one| one[count].as_i64().unwrap()).sum();
            assert_eq!(Some(sum), total[count].as_i64(), "{level} {count}");
        }
    }
    let document = book_parts(&to).concat();
    let (rate, true_rate) = (checked * 1000 / open.len(), 40 * 1000 / checked);
    for words in [
        "关于鹤壁市脱贫攻坚数据比对2018年第3季度疑点核查情况的通报".to_owned(),
        format!("应核查疑点{}条", open.len()),
        format!("已核查{checked}条，核查率{}.{}%", rate / 10, rate % 10),
        format!("属实率{}.{}%", true_rate / 10, true_rate % 10),
        "追缴资金48000元（40条）".to_owned(),
        "核查率居前的".to_owned(),
        "鹤壁市".to_owned(),
    ] {
        assert!(document.contains(&words), "no “{words}”");
    }
    for row in &open {
        assert!(!document.contains(row.get("person_id")) || row.get("person_id").is_empty());
    }
    for secret in ["罗德合", "钱守义", "操作员"] {
        assert!(!document.contains(secret));
    }
    // Of a day before the others answered only what was answered until then counts, and the rest is told.
    let early = ok(&[&words[..], &["--to", text(&to), "--on", "2018-10-20", "--format", "json"]].concat());
    let early: serde_json::Value = serde_json::from_str(&early).unwrap();
    assert_eq!((&early["total"]["confirmed"], &early["total"]["undecided"]), (&40.into(), &0.into()));
    assert_eq!((&early["later"], &told["later"]), (&25.into(), &0.into()));
    assert!(book_parts(&to).concat().contains("另有25条是这一天以后核查的，没有计入已核查"));
    // Late is who is late on the day.
    let late = ok(&[&words[..], &["--to", text(&to), "--on", "2019-06-30", "--format", "json"]].concat());
    let late: serde_json::Value = serde_json::from_str(&late).unwrap();
    assert_eq!(late["total"]["overdue"].as_u64(), late_on("2019-06-30"));
    // The same again has the same bytes.
    let before = fs::read(&to).unwrap();
    ok(&[&words[..], &["--to", text(&to), "--on", "2019-06-30"]].concat());
    assert_eq!(fs::read(&to).unwrap(), before);
    let wrong = bidui(&[&words[..], &["--to", text(&office.path("通报.pdf"))]].concat());
    assert_eq!(wrong.status.code(), Some(2));
    holds(&wrong, &["只写成 .docx"]);
}
