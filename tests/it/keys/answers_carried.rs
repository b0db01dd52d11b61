//! Answers under another identity secret: nothing that somebody answered is lost, and nobody is told that it is when it is not.

use std::collections::{BTreeMap, BTreeSet};

use bidui::testing::privacy::IdentitySecret;
use bidui::testing::publication::table_reader::TableRow;
use bidui::testing::resolve::evidence_pairs::{SaidOfEvidence, evidence_pairs};
use bidui::{Answer, AnswerStore, DrawPer, DrawPlan, ReviewLevel, Snapshot, StandingAnswers};

use super::{OTHER_IDENTITY, other_keys};
use crate::answered_runs::{answer, append, exceptions, secret};
use crate::departments::copy;
use crate::end_to_end::{bidui, key, ok, run, text, try_to_run};

/// The rules that are run: few are enough, and a run of all would stay the current one.
const FEW: [&str; 2] = ["--select", "R08,R14,R37,R64"];

fn persons(publication: &Snapshot) -> BTreeMap<String, String> {
    let rows = publication.rows("restricted/record.parquet", |_| true).unwrap();
    rows.into_iter().map(|row| (row.get("record_id").to_owned(), row.get("person_id").to_owned())).collect()
}

fn evidence(row: &TableRow) -> Vec<String> {
    row.get("evidence_record_ids").split(';').map(str::to_owned).collect()
}

/// What was said, without what it is called.
fn said(standing: &StandingAnswers) -> BTreeSet<String> {
    let words = |one: &Answer| {
        format!(
            "{} {} {} {} {} {:?} {:?} {:?} {:?}",
            one.verdict,
            one.reason,
            one.note,
            one.paper,
            one.answered_by,
            one.recovered,
            one.answered_on,
            one.level,
            one.act
        )
    };
    standing.iter().map(|(_, one)| format!("{:?} {}", one.batch, words(&one.answer))).collect()
}

fn lists(publication: &Snapshot) -> String {
    let files = publication.outputs().iter().filter(|output| {
        output.path.starts_with("lists/") && output.path.ends_with(".csv") && !output.path.contains("退回")
    });
    files.map(|output| std::fs::read_to_string(publication.path(&output.path)).unwrap()).collect()
}

/// What a summary says of findings that are answered.
fn told_of_answers(summary: &str) -> String {
    let at = summary.find("另有已核的").unwrap_or_else(|| panic!("{summary}"));
    summary[at..].split(['，', '；', '\n']).next().unwrap().to_owned()
}

/// What is published of answers, without what findings are called.
fn answer_facts(publication: &Snapshot) -> Vec<String> {
    let rows = publication.rows("tables/fact_answer.parquet", |_| true).unwrap();
    let columns = ["verdict", "level", "closes", "has_paper", "recovered_fen", "days_to_answer"];
    let mut all: Vec<String> =
        rows.iter().map(|row| columns.map(|column| row.get(column)).join(" ")).collect();
    all.sort();
    all
}

/// The finding that each answer meets in a publication, by the fingerprint under which it was answered: exactly one, found by
/// the number that the sheet of then bears.
fn findings_met(
    publication: &Snapshot,
    answers: &[Answer],
    found: &BTreeMap<String, TableRow>,
) -> BTreeMap<String, TableRow> {
    let rows = publication.rows("restricted/exception.parquet", |_| true).unwrap();
    let mut met: BTreeMap<String, TableRow> = BTreeMap::new();
    for one in answers {
        let listed = found[&one.exception_id].get("listed_id");
        let is_it =
            |row: &&TableRow| row.get("listed_id") == listed || row.get("former_numbers").contains(listed);
        let found: Vec<&TableRow> = rows.iter().filter(is_it).collect();
        assert_eq!(found.len(), 1, "{listed}");
        met.extend(found.first().map(|row| (one.exception_id.clone(), (*row).clone())));
    }
    met
}

#[test]
fn a_migration_carries_answers_reviews_draws_and_rulings_along() {
    let folder = tempfile::tempdir().unwrap();
    let (own_key, out) = (key(folder.path()), folder.path().join("out"));
    run("2018Q3", &out, &own_key, &FEW);
    let publication = Snapshot::open(&out.join("2018Q3")).unwrap();
    let found = exceptions(&out, "2018Q3");
    // Findings on two records of one person that differ, which an officer says are two persons'.
    let who = persons(&publication);
    let records = publication.rows("restricted/record.parquet", |_| true).unwrap();
    let named: BTreeMap<&str, (&str, &str)> =
        records.iter().map(|row| (row.get("record_id"), (row.get("id_number"), row.get("name")))).collect();
    let is_pair = |row: &&TableRow| {
        let ids = evidence(row);
        ids.len() == 2
            && who.contains_key(&ids[0])
            && who.get(&ids[0]) == who.get(&ids[1])
            && named[ids[0].as_str()] != named[ids[1].as_str()]
    };
    let ruled: Vec<&TableRow> = found.values().filter(is_pair).take(3).collect();
    assert_eq!(ruled.len(), 3);
    let ids: Vec<Vec<String>> = ruled.iter().map(|row| evidence(row)).collect();
    let apart: Vec<SaidOfEvidence<'_>> =
        ids.iter().map(|ids| SaidOfEvidence { record_ids: ids, same: false }).collect();
    let pairs = evidence_pairs(&publication, &secret(), &apart).unwrap();
    let mut answers: Vec<Answer> = (ruled.iter().zip(pairs))
        .map(|(row, pairs)| Answer { pairs, ..answer(row, "不是同一人", "2018-10-20") })
        .collect();
    // Findings that an answer closes.
    let taken: BTreeSet<&str> = ruled.iter().map(|row| row.get("household_id")).collect();
    let closing: Vec<&TableRow> = (found.values())
        .filter(|row| row.get("in_review") == "0" && !taken.contains(row.get("household_id")))
        .take(20)
        .collect();
    assert_eq!(closing.len(), 20);
    answers.extend(closing.iter().map(|row| answer(row, "不属实", "2018-10-20")));
    append(&out, &answers);
    // A county approved one and drew another.
    let approved = answers[4].approved(ReviewLevel::County);
    append(&out, &[approved]);
    let mut store = AnswerStore::open(&out, &secret().key_id()).unwrap();
    let plan =
        DrawPlan { seed: 7, number: 1, per: DrawPer::All, area: String::new(), level: ReviewLevel::County };
    let drawn = bidui::DrawnAnswer {
        exception_id: answers[5].exception_id.clone(),
        verdict: "不属实".to_owned(),
        answered_by: "罗德合".to_owned(),
        result: bidui::DrawResult::Open,
    };
    let origin = bidui::BatchOrigin {
        source: bidui::AnswerSource::Page,
        recorded_at: "2018-10-22T09:30:00+08:00".to_owned(),
        recorded_by: "县审核员".to_owned(),
        file: String::new(),
        file_sha256: String::new(),
    };
    store.append_draw(&origin, &plan, &[drawn]).unwrap();
    let before = said(&StandingAnswers::read(&store).unwrap());
    drop(store);

    // Without the former secret nobody can say which records the rulings are about: nothing is done, and it is told.
    let keys = other_keys(folder.path());
    let refused = bidui(&["migrate", text(&out), "--key-file", text(&keys)]);
    let told = String::from_utf8(refused.stderr).unwrap();
    assert_eq!(refused.status.code(), Some(2), "{told}");
    assert!(told.contains("3条是否同一人的判断") && told.contains("--former-identity-file"), "{told}");
    assert!(
        !std::fs::read_dir(&out)
            .unwrap()
            .any(|entry| { entry.unwrap().file_name().to_string_lossy().starts_with("identity-migration-") })
    );

    let former = own_key.with_extension("identity.key");
    let words = ["migrate", text(&out), "--key-file", text(&keys), "--former-identity-file", text(&former)];
    let json: serde_json::Value =
        serde_json::from_str(&ok(&[&words[..], &["--format", "json"]].concat())).unwrap();
    let carried = &json["answers"];
    assert_eq!(
        ["carried", "unknown", "lost_rulings", "proven_facts", "unknown_facts"]
            .map(|of| carried[of].as_u64()),
        [24, 0, 0, 0, 24].map(Some),
        "{json:#}"
    );
    let own = IdentitySecret::new(OTHER_IDENTITY).unwrap().key_id();
    let store = AnswerStore::find(&out, &own).unwrap().unwrap();
    store.check_whole().unwrap();
    assert_eq!(said(&StandingAnswers::read(&store).unwrap()), before, "not a word is lost");
    let ledger = std::path::Path::new(json["ledgers"][0]["folder"].as_str().unwrap());
    let ledger = bidui::read_rows(&ledger.join("restricted/renamed_ids.parquet"), |_| true).unwrap();
    let renamed =
        |id: &str| ledger.iter().find(|row| row.get("previous_id") == id).unwrap().get("current_id");
    assert_eq!(store.draws().unwrap()[0].drawn[0].exception_id, renamed(&answers[5].exception_id));
    drop(store);
    let error = AnswerStore::find(&out, &secret().key_id()).unwrap_err();
    assert!(error.message().contains("另一个身份密钥"), "{error:?}");

    // Who looks a finding up in the publication of before sees what was answered.
    let looked_up = ok(&["explain", closing[0].get("listed_id"), "--publication", text(&out.join("2018Q3"))]);
    assert!(looked_up.contains("罗德合") && looked_up.contains("当时的原值无从比对"), "{looked_up}");

    // Who goes back finds every answer.
    let back = ok(&[
        "migrate",
        text(&out),
        "--key-file",
        text(&own_key),
        "--former-identity-file",
        text(&keys.with_extension("identity.key")),
        "--format",
        "json",
    ]);
    let back: serde_json::Value = serde_json::from_str(&back).unwrap();
    assert_eq!(back["answers"]["carried"].as_u64(), Some(24), "{back:#}");
    let store = AnswerStore::find(&out, &secret().key_id()).unwrap().unwrap();
    let standing = StandingAnswers::read(&store).unwrap();
    assert_eq!(said(&standing), before);
}

#[test]
fn the_same_quarter_run_again_after_a_migration_meets_its_answers_and_so_does_the_next() {
    let folder = tempfile::tempdir().unwrap();
    let (own_key, out) = (key(folder.path()), folder.path().join("out"));
    run("2018Q3", &out, &own_key, &FEW);
    let found = exceptions(&out, "2018Q3");
    let closing: Vec<&TableRow> = (found.values())
        .filter(|row| row.get("in_review") == "0" && row.get("rule_code") != "R14")
        .take(20)
        .collect();
    assert_eq!(closing.len(), 20);
    let answers: Vec<Answer> = closing.iter().map(|row| answer(row, "不属实", "2018-10-20")).collect();
    append(&out, &answers);
    // What runs say of them before anything is migrated.
    let before_summary = run("2018Q3", &out, &own_key, &FEW);
    assert!(told_of_answers(&before_summary).contains("20条"), "{before_summary}");
    let answered = Snapshot::open(&out.join("2018Q3")).unwrap();
    let beside = folder.path().join("beside");
    copy(&out, &beside, "");
    let next_summary = run("2018Q4", &beside, &own_key, &FEW);
    let next_found = Snapshot::open(&beside.join("2018Q4")).unwrap();
    let (keys, former) = (other_keys(folder.path()), own_key.with_extension("identity.key"));
    let words = ["migrate", text(&out), "--key-file", text(&keys), "--former-identity-file", text(&former)];
    let told = ok(&words);
    assert!(told.contains("核查结果带过来20条"), "{told}");
    let own = IdentitySecret::new(OTHER_IDENTITY).unwrap().key_id();

    // The quarter once more, over the same rows: who had an answer has it under the new name, and what it rested on is proven.
    let summary = run("2018Q3", &out, &keys, &[&FEW[..], &["--rotate-key"]].concat());
    assert_eq!(told_of_answers(&summary), told_of_answers(&before_summary), "{summary}");
    let now = Snapshot::open(&out.join("2018Q3")).unwrap();
    let met = findings_met(&now, &answers, &found);
    for one in &answers {
        let row = &met[&one.exception_id];
        assert_eq!((row.get("status"), row.get("resolved_by")), ("answered", "answer"));
    }
    assert_eq!(answer_facts(&now), answer_facts(&answered), "fact_answer is as it was");
    assert!(!lists(&now).contains("不属实"), "nobody is sent out again for what was answered");
    assert!(!lists(&now).contains("当时所依据的原值无从比对"));
    let of_closing = &met[closing[0].get("exception_id")];
    assert_ne!(of_closing.get("listed_id"), closing[0].get("listed_id"), "it has a new name");
    let looked_up = ok(&["explain", of_closing.get("listed_id"), "--publication", text(&out.join("2018Q3"))]);
    assert!(looked_up.contains("罗德合") && !looked_up.contains("无从比对"), "{looked_up}");

    // A sheet from before comes back and takes an answer back; the undoing of it lets the answer stand again.
    let (rule, key) = (closing[0].get("rule_code"), &closing[0].get("listed_id")[..8]);
    let sheet = folder.path().join("撤回.csv");
    std::fs::write(&sheet, format!("疑点编号,核查结果\n{rule}-2018Q3-{key},撤回\n")).unwrap();
    let import = |path: &std::path::Path| {
        let words = ["triage", "import", text(path), "--out", text(&out), "--key-file", text(&keys)];
        let told = bidui(&[&words[..], &["--by", "操作员", "--format", "json"]].concat());
        serde_json::from_slice::<serde_json::Value>(&told.stdout)
            .unwrap_or_else(|_| panic!("{}", String::from_utf8_lossy(&told.stderr)))
    };
    let told = import(&sheet);
    assert_eq!(told["total"]["withdrawn"].as_u64(), Some(1), "{told:#}");
    let stands = || {
        let store = AnswerStore::find(&out, &own).unwrap().unwrap();
        StandingAnswers::read(&store).unwrap().len()
    };
    assert_eq!(stands(), answers.len() - 1);
    ok(&["triage", "undo", &told["import"].to_string(), "--out", text(&out)]);
    assert_eq!(stands(), answers.len());

    // The next quarter goes on from there, as it would have.
    let summary = run("2018Q4", &out, &keys, &FEW);
    assert_eq!(told_of_answers(&summary), told_of_answers(&next_summary), "{summary}");
    let next = Snapshot::open(&out.join("2018Q4")).unwrap();
    let (met, as_before) =
        (findings_met(&next, &answers, &found), findings_met(&next_found, &answers, &found));
    let mut answered_still = 0;
    for row in &closing {
        let [now, then] = [&met, &as_before].map(|met| &met[row.get("exception_id")]);
        let told = ["status", "resolved_by", "first_seen", "due_date"];
        assert_eq!(told.map(|of| now.get(of)), told.map(|of| then.get(of)), "{}", row.get("rule_code"));
        answered_still += usize::from(now.get("status") == "answered");
    }
    assert!(answered_still > 5, "{answered_still}");

    // An earlier run that cannot be read is named, with what follows from it.
    let first = std::fs::read_dir(out.join("2018Q3")).unwrap().map(|entry| entry.unwrap().path());
    let first = first.into_iter().find(|run| run.to_str().unwrap().contains("run-0001-")).unwrap();
    let manifest = std::fs::read(first.join("manifest.json")).unwrap();
    std::fs::write(first.join("manifest.json"), &manifest[..manifest.len() / 2]).unwrap();
    let looked_up =
        bidui(&["explain", of_closing.get("listed_id"), "--publication", text(&out.join("2018Q3"))]);
    let told = [looked_up.stdout, looked_up.stderr].map(|text| String::from_utf8(text).unwrap()).concat();
    assert!(told.contains("读不了以前的一次运行") && told.contains("run-0001-"), "{told}");
    let again = try_to_run("2018Q3", &out, &keys, &FEW);
    let told = String::from_utf8(again.stderr).unwrap();
    assert!(again.status.success(), "{told}");
    let name = first.file_name().unwrap().to_str().unwrap();
    for part in ["读不了本期以前的一次运行", name, "疑点编号", "从备份取回"] {
        assert!(told.contains(part), "{part}\n{told}");
    }
}

#[test]
fn rulings_are_lost_only_where_somebody_says_so() {
    let folder = tempfile::tempdir().unwrap();
    let out = folder.path().join("out");
    run("2018Q3", &out, &key(folder.path()), &FEW);
    let found = exceptions(&out, "2018Q3");
    let row = found.values().next().unwrap();
    let pairs = vec![["A".repeat(13), "B".repeat(13)]];
    let gone = Answer { exception_id: "Z".repeat(26), ..answer(row, "不属实", "2018-10-20") };
    append(&out, &[Answer { pairs, ..answer(row, "不是同一人", "2018-10-20") }, gone]);
    let keys = other_keys(folder.path());
    let told = ok(&["migrate", text(&out), "--key-file", text(&keys), "--lose-rulings"]);
    for part in
        ["核查结果带过来1条", "另有1条留在文件里", "1条是否同一人的判断没有带过来", "2条的原值还无从比对"]
    {
        assert!(told.contains(part), "{part}\n{told}");
    }
    let own = IdentitySecret::new(OTHER_IDENTITY).unwrap().key_id();
    let store = AnswerStore::find(&out, &own).unwrap().unwrap();
    assert_eq!(StandingAnswers::read(&store).unwrap().len(), 2, "both answers are there");
}
