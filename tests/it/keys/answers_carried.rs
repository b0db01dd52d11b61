//! Answers under another identity secret: nothing that somebody answered is lost, and nobody is told that it is when it is not.

use std::collections::{BTreeMap, BTreeSet};

use bidui::testing::privacy::IdentitySecret;
use bidui::testing::publication::table_reader::TableRow;
use bidui::testing::resolve::evidence_pairs::{SaidOfEvidence, evidence_pairs};
use bidui::{Answer, AnswerStore, DrawPer, DrawPlan, ReviewLevel, Snapshot, StandingAnswers};

use super::{OTHER_IDENTITY, other_keys};
use crate::answered_runs::{answer, append, exceptions, secret};
use crate::departments::copy;
use crate::end_to_end::{bidui, key, ok, published, run, text};

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

#[test]
fn a_migration_carries_answers_reviews_draws_and_rulings_along() {
    let folder = tempfile::tempdir().unwrap();
    let (own_key, out) = (key(folder.path()), folder.path().join("out"));
    copy(&published().join("out/2018Q3"), &out.join("2018Q3"), "");
    let publication = Snapshot::open(&out.join("2018Q3")).unwrap();
    let (found, later) = (exceptions(&out, "2018Q3"), exceptions(&published().join("out"), "2018Q4"));
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
    // Findings that the next quarter has again by the same facts, and that an answer closes.
    let taken: BTreeSet<&str> = ruled.iter().map(|row| row.get("household_id")).collect();
    let closing: Vec<&TableRow> = (found.values())
        .filter(|row| row.get("in_review") == "0" && !taken.contains(row.get("household_id")))
        .filter(|row| {
            let now = later.get(row.get("exception_id"));
            now.is_some_and(|now| now.get("status") == "persisting" && now.get("facts") == row.get("facts"))
        })
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

    // Whether facts are those of then is not known: what was closed is open and says why. Rulings are obeyed.
    run("2018Q3", &out, &keys, &["--rotate-key"]);
    let now = Snapshot::open(&out.join("2018Q3")).unwrap();
    let (rows, who) = (exceptions(&out, "2018Q3"), persons(&now));
    for row in &closing {
        assert_eq!(rows[renamed(row.get("exception_id"))].get("status"), "new");
    }
    assert!(
        lists(&now)
            .contains("罗德合：不属实；其他；已入户，见本人；北阳镇2018-17号\n当时所依据的原值无从比对")
    );
    for ids in &ids {
        assert_ne!(who[&ids[0]], who[&ids[1]]);
    }
    // The same rows under the same rules have the same facts: with that the answers hold as they did.
    let told = ok(&["migrate", text(&out), "--key-file", text(&keys)]);
    assert!(told.contains("20条") || told.contains("21条") || told.contains("24条"), "{told}");
    run("2018Q4", &out, &keys, &[]);
    let rows = exceptions(&out, "2018Q4");
    for row in &closing {
        let now = &rows[renamed(row.get("exception_id"))];
        assert_eq!((now.get("status"), now.get("resolved_by")), ("answered", "answer"));
    }

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
fn rulings_are_lost_only_where_somebody_says_so() {
    let folder = tempfile::tempdir().unwrap();
    let (_, out) = (key(folder.path()), folder.path().join("out"));
    copy(&published().join("out/2018Q3"), &out.join("2018Q3"), "");
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
