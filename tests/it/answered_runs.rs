//! What officers answered, from run to run: findings that it closes, that come back, and records that the linker keeps apart.

use std::collections::{BTreeMap, BTreeSet};
use std::path::Path;

use bidui::testing::privacy::IdentitySecret;
use bidui::testing::publication::table_reader::TableRow;
use bidui::testing::resolve::evidence_pairs::{SaidOfEvidence, evidence_pairs};
use bidui::{Answer, AnswerSource, AnswerStore, BatchOrigin, ReviewLevel, Snapshot};

use crate::end_to_end::{key, published, run};

/// The secret that [`key`] puts beside the key.
pub(crate) fn secret() -> IdentitySecret {
    IdentitySecret::new(b"a secret of 32 bytes, for tests.").unwrap()
}

pub(crate) fn answer(row: &TableRow, verdict: &str, day: &str) -> Answer {
    Answer {
        exception_id: row.get("exception_id").to_owned(),
        facts: row.get("facts").to_owned(),
        verdict: verdict.to_owned(),
        reason: "其他".to_owned(),
        measure: String::new(),
        note: "已入户，见本人".to_owned(),
        paper: "北阳镇2018-17号".to_owned(),
        recovered: (verdict == "属实").then_some(120_000),
        stopped_month: None,
        answered_by: "罗德合".to_owned(),
        answered_on: Some(day.parse().unwrap()),
        level: ReviewLevel::Township,
        expires: None,
        pairs: Vec::new(),
        act: bidui::AnswerAct::Given,
    }
}

pub(crate) fn append(out: &Path, answers: &[Answer]) -> bidui::AppendedBatch {
    let mut store = AnswerStore::open(out, &secret().key_id()).unwrap();
    let origin = BatchOrigin {
        source: AnswerSource::Sheet,
        recorded_at: "2018-10-21T09:30:00+08:00".to_owned(),
        recorded_by: "操作员".to_owned(),
        file: "北阳镇.xlsx".to_owned(),
        file_sha256: "00".repeat(32),
    };
    store.append(&origin, answers).unwrap()
}

pub(crate) fn exceptions(out: &Path, quarter: &str) -> BTreeMap<String, TableRow> {
    let publication = Snapshot::open(&out.join(quarter)).unwrap();
    let rows = publication.rows("restricted/exception.parquet", |_| true).unwrap();
    rows.into_iter().map(|row| (row.get("exception_id").to_owned(), row)).collect()
}

fn persons(out: &Path, quarter: &str) -> BTreeMap<String, String> {
    let publication = Snapshot::open(&out.join(quarter)).unwrap();
    let rows = publication.rows("restricted/record.parquet", |_| true).unwrap();
    rows.into_iter().map(|row| (row.get("record_id").to_owned(), row.get("person_id").to_owned())).collect()
}

fn evidence(row: &TableRow) -> Vec<String> {
    row.get("evidence_record_ids").split(';').filter(|id| !id.is_empty()).map(str::to_owned).collect()
}

pub(crate) fn copied(folder: &Path) -> std::path::PathBuf {
    let out = folder.join("out");
    let copy = std::process::Command::new("cp").arg("-a").arg(published().join("out")).arg(&out).status();
    assert!(copy.unwrap().success());
    out
}

#[test]
fn t8_t9_t12_t18_t21_answers_close_findings_over_two_quarters_and_are_counted_apart() {
    let folder = tempfile::tempdir().unwrap();
    let (key, out) = (key(folder.path()), copied(folder.path()));
    let (before, after) = (exceptions(&out, "2018Q3"), exceptions(&out, "2018Q4"));
    // Whom the next quarter finds again, by the same and by something else.
    let again = |same: bool| -> Vec<&TableRow> {
        let found = before.values().filter(|row| row.get("status") == "new" && row.get("in_review") == "0");
        let found = found.filter(|row| {
            let later = after.get(row.get("exception_id"));
            later.is_some_and(|now| {
                now.get("status") == "persisting" && (now.get("facts") == row.get("facts")) == same
            })
        });
        found.take(40).collect()
    };
    let (same, changed) = (again(true), again(false));
    assert!(same.len() == 40 && changed.len() > 10, "{} {}", same.len(), changed.len());
    let (closing, open) = same.split_at(20);
    let mut answers: Vec<Answer> =
        closing.iter().chain(&changed).map(|row| answer(row, "不属实", "2018-10-20")).collect();
    answers.extend(open.iter().map(|row| answer(row, "属实", "2018-10-20")));
    append(&out, &answers);

    let summary = run("2018Q4", &out, &key, &[]);
    let now = exceptions(&out, "2018Q4");
    let of = |row: &TableRow| &now[row.get("exception_id")];
    for row in closing {
        assert_eq!((of(row).get("status"), of(row).get("resolved_by")), ("answered", "answer"));
        assert_eq!(of(row).get("resolved_in"), "");
        assert_eq!(of(row).get("first_seen"), "2018Q3");
    }
    for row in open {
        assert_eq!(of(row).get("status"), "persisting");
    }
    for row in &changed {
        assert_eq!(of(row).get("status"), "persisting", "it was answered of other facts");
        let columns = of(row).get("changed_columns");
        assert!(!columns.is_empty() && columns.split(';').all(|one| one.contains('.')), "{columns}");
    }
    assert!(summary.contains("另有已核的20条"), "{summary}");

    // What is counted: all that is found, less what is answered.
    let status = |rows: &BTreeMap<String, TableRow>, status: &str| {
        rows.values().filter(|row| row.get("status") == status).count()
    };
    assert_eq!(status(&after, "persisting"), status(&now, "persisting") + 20);
    assert_eq!(
        status(&after, "resolved"),
        status(&now, "resolved"),
        "an answered one is not resolved as well"
    );
    let publication = Snapshot::open(&out.join("2018Q4")).unwrap();
    let told = publication.rows("tables/fact_answer.parquet", |_| true).unwrap();
    assert_eq!(told.len(), 40 + changed.len());
    assert_eq!(told.iter().filter(|row| row.get("closes") == "1").count(), 20);
    assert_eq!(told.iter().filter(|row| row.get("recovered_fen") == "120000").count(), 20);
    assert!(told.iter().all(|row| row.get("has_paper") == "1"));
    // Twenty days after the quarter that they were first seen in; one officer, whom nobody knows by his key.
    assert!(
        told.iter().all(|row| row.get("days_to_answer") == "20" && !row.get("days_after_due").is_empty())
    );
    let officers: BTreeSet<&str> = told.iter().map(|row| row.get("officer_key")).collect();
    assert!(
        officers.len() == 1 && officers.iter().all(|key| key.len() == 26 && key.is_ascii()),
        "{officers:?}"
    );
    let manifest = std::fs::read_to_string(publication.folder().join("manifest.json")).unwrap();
    let manifest: serde_json::Value = serde_json::from_str(&manifest).unwrap();
    assert_eq!(manifest["answers"]["closing"], 20);
    assert_eq!(manifest["answers"]["last_batch"], 1);
    // Who walks to the door sees what was said, and what changed since.
    let lists: String = publication
        .outputs()
        .iter()
        .filter(|output| output.path.starts_with("lists/") && output.path.ends_with(".csv"))
        .map(|output| std::fs::read_to_string(publication.path(&output.path)).unwrap())
        .collect();
    assert!(
        lists.contains("上次核查结果") && lists.contains("2018-10-20 乡 罗德合：属实"),
        "{}",
        lists.len()
    );
    assert!(lists.contains("当时所依据的原值已变，请重新核查："));
    // Nothing that an officer wrote leaves the store for the tables.
    let texts = told.iter().flat_map(|row| ["verdict", "reason", "measure"].map(|column| row.get(column)));
    assert!(
        texts.collect::<BTreeSet<_>>().iter().all(|text| !text.contains("罗德合") && !text.contains("入户"))
    );

    // T18: every view of the publication says the same of a finding.
    let kept = |rows: &BTreeMap<String, TableRow>| -> BTreeMap<String, usize> {
        let mut counts = BTreeMap::new();
        let shown = rows.values().filter(|row| ["", "2018Q4"].contains(&row.get("resolved_in")));
        shown.for_each(|row| *counts.entry(row.get("status").to_owned()).or_default() += 1);
        counts
    };
    let star = publication.rows("tables/fact_exception.parquet", |_| true).unwrap();
    let mut shown: BTreeMap<String, usize> = BTreeMap::new();
    star.iter().for_each(|row| *shown.entry(row.get("status").to_owned()).or_default() += 1);
    assert_eq!(shown, kept(&now));

    // Undone, all of it is open again.
    let mut store = AnswerStore::open(&out, &secret().key_id()).unwrap();
    store.undo(bidui::AppendedBatch(1), "2018-10-22T00:00:00+08:00", "操作员").unwrap();
    drop(store);
    let summary = run("2018Q4", &out, &key, &[]);
    assert!(!summary.contains("已核的"), "{summary}");
    assert_eq!(status(&exceptions(&out, "2018Q4"), "persisting"), status(&after, "persisting"));
}

#[test]
fn t21_the_exit_code_asks_for_what_is_open_after_answers() {
    let folder = tempfile::tempdir().unwrap();
    let (key, out) = (key(folder.path()), folder.path().join("out"));
    let asked = ["--select", "R08", "--fail-on", "S2"];
    let code = || crate::end_to_end::try_to_run("2018Q3", &out, &key, &asked).status.code();
    assert_eq!(code(), Some(1));
    let found = exceptions(&out, "2018Q3");
    let answers: Vec<Answer> = found.values().map(|row| answer(row, "不属实", "2018-10-20")).collect();
    assert!(answers.len() > 3);
    append(&out, &answers[1..]);
    assert_eq!(code(), Some(1), "one is open still");
    append(&out, &answers[..1]);
    assert_eq!(code(), Some(0), "nothing is open");
    let now = exceptions(&out, "2018Q3");
    assert_eq!(now.len(), found.len(), "what is found is counted as before");
    assert!(now.values().all(|row| row.get("status") == "answered"));
}

#[test]
fn records_that_are_not_one_person_are_kept_apart_from_then_on() {
    let folder = tempfile::tempdir().unwrap();
    let (key, out) = (key(folder.path()), copied(folder.path()));
    let (found, who) = (exceptions(&out, "2018Q4"), persons(&out, "2018Q4"));
    let publication = Snapshot::open(&out.join("2018Q4")).unwrap();
    let records = publication.rows("restricted/record.parquet", |_| true).unwrap();
    let named: BTreeMap<&str, (&str, &str)> =
        records.iter().map(|row| (row.get("record_id"), (row.get("id_number"), row.get("name")))).collect();
    // Findings on two records of one person that differ in number or name.
    let mut asked: Vec<(&TableRow, Vec<String>)> = Vec::new();
    for row in found.values().filter(|row| row.get("checked") == "1" && row.get("resolved_in").is_empty()) {
        let ids = evidence(row);
        let pair = ids.len() == 2 && who.contains_key(&ids[0]) && who.get(&ids[0]) == who.get(&ids[1]);
        if pair && named[ids[0].as_str()] != named[ids[1].as_str()] && asked.len() < 8 {
            asked.push((row, ids));
        }
    }
    assert!(asked.len() >= 4, "{}", asked.len());
    let said: Vec<SaidOfEvidence<'_>> =
        asked.iter().map(|(_, ids)| SaidOfEvidence { record_ids: ids, same: false }).collect();
    let pairs = evidence_pairs(&publication, &secret(), &said).unwrap();
    let answers: Vec<Answer> = asked
        .iter()
        .zip(pairs)
        .map(|((row, _), pairs)| {
            assert_eq!(pairs.len(), 1);
            Answer { pairs, ..answer(row, "不是同一人", "2019-01-15") }
        })
        .collect();
    append(&out, &answers);
    run("2018Q4", &out, &key, &[]);
    let now = persons(&out, "2018Q4");
    for (row, ids) in &asked {
        assert_ne!(now[&ids[0]], now[&ids[1]], "{} {ids:?}", row.get("rule_code"));
    }
    // Nobody else is touched, but for those whom only these records held together.
    let groups = |of: &BTreeMap<String, String>| {
        let mut groups: BTreeMap<&str, BTreeSet<&str>> = BTreeMap::new();
        for (record, person) in of {
            groups.entry(person).or_default().insert(record);
        }
        groups
            .into_values()
            .map(|one| one.into_iter().map(str::to_owned).collect())
            .collect::<BTreeSet<BTreeSet<String>>>()
    };
    let (before, after) = (groups(&who), groups(&now));
    let ruled: BTreeSet<&String> = asked.iter().flat_map(|(_, ids)| ids).collect();
    let person_of_ruled: BTreeSet<&String> = ruled.iter().map(|id| &who[*id]).collect();
    for changed in before.difference(&after) {
        assert!(changed.iter().any(|record| person_of_ruled.contains(&who[record])), "{changed:?}");
    }
    // And no such pair is left for somebody to look at.
    let publication = Snapshot::open(&out.join("2018Q4")).unwrap();
    let links = publication.rows("restricted/link.parquet", |_| true).unwrap();
    for (_, ids) in &asked {
        let both = |row: &&TableRow| {
            [row.get("left_record_id"), row.get("right_record_id")]
                .iter()
                .all(|one| ids.iter().any(|id| id == one))
        };
        assert!(links.iter().find(both).is_none());
    }
}

#[test]
fn pairs_left_for_review_are_linked_once_somebody_said_so() {
    use bidui::testing::config::Pipeline;
    use bidui::testing::link::nodes::LinkNodes;
    use bidui::testing::link::settings::LinkSettings;
    use bidui::testing::link::{find_ruled_pairs, link_as_ruled};
    use bidui::testing::model::links::Decision;

    // What a publication says of a pair is found again in the lists.
    let publication = Snapshot::open(&published().join("out/2018Q4")).unwrap();
    let links = publication.rows("restricted/link.parquet", |row| row.get("decision") == "review").unwrap();
    let review: Vec<[String; 2]> = links
        .iter()
        .take(6)
        .map(|row| [row.get("left_record_id").to_owned(), row.get("right_record_id").to_owned()])
        .collect();
    assert!(review.len() >= 3);
    let said: Vec<SaidOfEvidence<'_>> =
        review.iter().map(|ids| SaidOfEvidence { record_ids: ids, same: true }).collect();
    let marks = evidence_pairs(&publication, &secret(), &said).unwrap();
    assert!(marks.iter().all(|pairs| pairs.len() == 1), "{marks:?}");
    let said: Vec<bidui::testing::link::SaidOfPair> = marks
        .into_iter()
        .flatten()
        .map(|marks| bidui::testing::link::SaidOfPair { marks, same: true })
        .collect();

    let root = crate::end_to_end::root();
    let pipeline = Pipeline::open(&root.join("pipelines/hebi")).unwrap();
    let settings = LinkSettings::open(&root.join("pipelines/hebi/link.toml")).unwrap();
    let data = root.join("fixtures/hebi/2018Q4");
    let loaded: Vec<_> = (0..pipeline.sources.len())
        .filter_map(|at| bidui::testing::load::load_source(&pipeline, at, &data, None).unwrap())
        .collect();
    let comparables = bidui::testing::normalize::normalize(&pipeline, &loaded).unwrap();
    let nodes = LinkNodes::build(&comparables).unwrap();
    let ruled = find_ruled_pairs(&nodes, &secret(), &said);
    assert!(ruled.same.len() >= review.len() && ruled.apart.is_empty(), "{ruled:?}");
    let wanted = ruled.same.clone();
    let links = link_as_ruled(&settings, &nodes, &pipeline.divisions, ruled).unwrap();
    let accepted: BTreeSet<u64> = (0..links.left.len())
        .filter(|&at| links.decision[at] == Decision::Accept)
        .map(|at| u64::from(links.left[at]) << 32 | u64::from(links.right[at]))
        .collect();
    assert!(wanted.iter().all(|pair| accepted.contains(pair)));
    let resolution = bidui::testing::resolve::resolve_nodes(
        &settings,
        &pipeline,
        &loaded,
        &nodes,
        &links,
        Some(&secret()),
        None,
    )
    .unwrap();
    for pair in wanted {
        let (left, right) = ((pair >> 32) as usize, pair as u32 as usize);
        assert_eq!(resolution.person[left], resolution.person[right]);
    }
}

#[test]
fn a_corrected_list_closes_what_an_earlier_run_of_the_quarter_found() {
    let folder = tempfile::tempdir().unwrap();
    let (key, out) = (key(folder.path()), folder.path().join("out"));
    let fixtures = crate::end_to_end::root().join("fixtures/hebi/2018Q3");
    let corrected = folder.path().join("corrected");
    crate::inputs_folder::copy_folder(&fixtures, &corrected);
    // A department takes twenty of its rows back.
    let list = corrected.join("农村低保_淇县.csv");
    let bytes = std::fs::read(&list).unwrap();
    let mut lines: Vec<&[u8]> = bytes.split_inclusive(|&byte| byte == b'\n').collect();
    lines.drain(10..30);
    std::fs::write(&list, lines.concat()).unwrap();
    let run_over = |data: &Path| {
        let named = ["run", "pipelines/hebi", "--quarter", "2018Q3", "--data", data.to_str().unwrap()];
        let places = ["--out", out.to_str().unwrap(), "--key-file", key.to_str().unwrap()];
        crate::end_to_end::ok(&[&named[..], &places[..]].concat());
        exceptions(&out, "2018Q3")
    };
    let table = || std::fs::read(out.join("2018Q3/latest/restricted/exception.parquet")).unwrap();
    let first = run_over(&fixtures);
    let second = run_over(&corrected);
    let bytes = table();
    let gone: Vec<&TableRow> = second.values().filter(|row| row.get("resolved_in") == "2018Q3").collect();
    assert!(gone.len() >= 3, "{}", gone.len());
    for row in &gone {
        assert_eq!(first[row.get("exception_id")].get("status"), "new");
        assert_eq!(row.get("status"), "resolved");
        assert!(["data", "subject_gone", "moved"].contains(&row.get("resolved_by")));
    }
    for (id, row) in &first {
        assert!(
            second.contains_key(id),
            "{} {} is gone without a word",
            row.get("rule_code"),
            row.get("message")
        );
    }
    run_over(&corrected);
    assert!(table() == bytes, "the same lists once more: the same table");
    let fourth = run_over(&fixtures);
    for row in gone {
        assert_eq!(fourth[row.get("exception_id")].get("status"), "reopened");
    }
}
