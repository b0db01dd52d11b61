//! A run that is published while the page is served, and answers that were given under a former name.

use std::collections::BTreeMap;
use std::path::PathBuf;
use std::process::Command;

use super::{PageOffice, ServedPage, answer, is_shown, told};
use crate::end_to_end::{ok, root, text};

#[test]
fn a_newer_run_is_told_and_what_rests_on_other_facts_is_refused() {
    let office = PageOffice::with(&["2018Q3"]);
    let page = office.serve(&["city::市里的人"]);
    let who = "市里的人";
    assert!(!page.get(who, "/").body.contains("新的一次运行"));
    office.add("2018Q4");
    let later: BTreeMap<String, _> = office
        .exceptions("2018Q4")
        .into_iter()
        .map(|row| (row.get("exception_id").to_owned(), row))
        .collect();
    let rows: Vec<_> = office.exceptions("2018Q3").into_iter().filter(is_shown).collect();
    let find = |same: bool| {
        let changed = |row: &&bidui::TableRow| {
            let now = later.get(row.get("exception_id"));
            now.is_some_and(|now| (now.get("facts") == row.get("facts")) == same)
        };
        rows.iter().find(changed).unwrap().get("listed_id").to_owned()
    };
    let (same, changed) = (find(true), find(false));
    for path in ["/", "/progress", "/review", &format!("/case/{same}")] {
        let body = page.get(who, path).body;
        assert!(told(&body).contains("新的一次运行（2018Q4）"), "{path}: {}", told(&body));
    }
    let send = |keys: &[&str]| {
        let mut fields: Vec<(&str, &str)> = keys.iter().map(|key| ("key", *key)).collect();
        fields.extend([("verdict", "无法核实"), ("next", "/")]);
        page.post(who, "/answer", &fields)
    };
    let refused = send(&[&same, &changed]);
    assert_eq!(refused.status, 422);
    assert!(
        told(&refused.body).contains("过时") && told(&refused.body).contains("没有记下"),
        "{}",
        told(&refused.body)
    );
    assert_eq!(office.store().events().unwrap().len(), 0, "all or none");
    assert!(page.follow(who, &send(&[&same])).body.contains("记下了1条"));
    assert_eq!(office.store().events().unwrap().len(), 1);
}

/// The pipelines with a rule that got another code.
fn renaming_pipeline(office: &PageOffice) -> PathBuf {
    let to = office.folder.path().join("pipelines");
    let copied = Command::new("cp").args(["-a", "pipelines"]).arg(&to).current_dir(root()).status();
    assert!(copied.unwrap().success());
    let rule = |name: &str| to.join(format!("base/rules/insurance/{name}_no_commercial_cover.sql"));
    let sql = std::fs::read_to_string(rule("R33")).unwrap();
    let renamed = sql.replace("code = \"R33\"", "code = \"R33x\"\nformerly = [\"R33\"]");
    assert_ne!(renamed, sql);
    std::fs::write(rule("R33x"), renamed).unwrap();
    std::fs::remove_file(rule("R33")).unwrap();
    to.join("hebi")
}

#[test]
fn answers_that_were_given_under_a_former_name_are_shown() {
    let office = PageOffice::with(&["2018Q3"]);
    let pipeline = renaming_pipeline(&office);
    let (out, data) = (office.out(), "fixtures/hebi/2018Q4");
    let run = ["run", text(&pipeline), "--quarter", "2018Q4", "--data", data, "--out", text(&out)];
    ok(&[&run[..], &["--key-file", text(&office.key), "--select", "R33x", "--quiet"]].concat());
    let before: BTreeMap<String, _> =
        office.exceptions("2018Q3").into_iter().map(|row| (row.get("listed_id").to_owned(), row)).collect();
    let now: Vec<_> = office.exceptions("2018Q4").into_iter().filter(is_shown).collect();
    let former = |row: &bidui::TableRow| {
        let keys = row.get("former_numbers").split(';').filter_map(|number| number.rsplit_once('-'));
        let mut keys = keys.filter_map(|(_, key)| before.get(key));
        keys.find(|old| old.get("exception_id") != row.get("exception_id")).cloned()
    };
    let (row, old) =
        now.iter().find_map(|row| Some((row, former(row)?))).expect("no finding bears another name");
    let mut given = answer(&old, "无法核实");
    "当时叫别的".clone_into(&mut given.note);
    // Of today's facts: under which name it was given is all that differs.
    row.get("facts").clone_into(&mut given.facts);
    office.append(&[given]);
    let page = ServedPage::start_of(&pipeline, &office.out(), &office.key, &["city::市里的人"]);
    let case = page.get("市里的人", &format!("/case/{}", row.get("listed_id"))).body;
    assert!(case.contains("当时叫别的") && case.contains("已核，待整改"), "{case}");
    // The bulletin counts it, too; and says so where the run that knows the former name cannot be read.
    let to = office.folder.path().join("通报.docx");
    let words = ["triage", "bulletin", "--quarter", "2018Q4", "--on", "2019-01-20", "--format", "json"];
    let more = ["--pipeline", text(&pipeline), "--out", text(&out), "--to", text(&to)];
    let bulletin =
        || -> serde_json::Value { serde_json::from_str(&ok(&[&words[..], &more[..]].concat())).unwrap() };
    let counted = bulletin();
    assert_eq!((&counted["total"]["checked"], &counted["unread_runs"]), (&1.into(), &0.into()), "{counted}");
    let moved = office.folder.path().join("moved");
    let of_run = std::fs::canonicalize(out.join("2018Q3/latest")).unwrap().join("restricted");
    std::fs::rename(&of_run, &moved).unwrap();
    let counted = bulletin();
    assert_eq!((&counted["total"]["checked"], &counted["unread_runs"]), (&0.into(), &1.into()), "{counted}");
    std::fs::rename(&moved, &of_run).unwrap();
    // Addresses with the former name lead there, too.
    assert_eq!(page.get("市里的人", &format!("/case/{}", old.get("listed_id"))).status, 200);
    // Without the secret nobody can tell whose it is, which is told.
    std::fs::remove_file(office.folder.path().join("test.identity.key")).unwrap();
    let blind = ServedPage::start_of(&pipeline, &office.out(), &office.key, &["city::市里的人"]);
    let queue = blind.get("市里的人", "/").body;
    assert!(told(&queue).contains("另有1条核查结果记在原来的名下"), "{}", told(&queue));
}
