//! What a finding goes through from quarter to quarter and run to run (T1 to T22 of the cases that trackers of others failed).

use std::collections::BTreeMap;
use std::sync::Arc;

use arrow::array::{Array as _, ArrayRef, AsArray as _, Int64Array, UInt32Array};
use arrow::datatypes::{DataType, Int64Type};
use bidui::testing::model::exception::TrackedException;
use bidui::testing::privacy::IdentitySecret;
use bidui::testing::publication::snapshot::Snapshot;
use bidui::testing::publication::table_reader::TableRow;
use bidui::testing::track::{Unjudged, note_facts, track};
use sha2::{Digest as _, Sha256};

use crate::end_to_end::{key, ok, published, root, run, text};
use crate::fixture_world::{QUARTER, World};
use crate::inputs_folder::copy_folder;

/// Facts by rule, subject and key.
type Facts = BTreeMap<(String, String, String), String>;

fn facts(world: &World) -> Facts {
    let secret = IdentitySecret::new(b"an invented key of 32 bytes long").unwrap();
    let (found, period) = (world.run().exceptions, QUARTER.parse().unwrap());
    let mut tracked: Vec<TrackedException> =
        track(found, &Unjudged::default(), None, &[], period, &secret).unwrap();
    note_facts(&mut tracked, (&world.pipeline, &world.rules), &world.loaded, period, &secret).unwrap();
    let key = |one: &TrackedException| {
        let e = &one.exception;
        (e.rule_code.to_string(), e.subject_id.to_string(), e.rule_key.to_string())
    };
    tracked.iter().map(|one| (key(one), one.facts.clone())).collect()
}

#[test]
fn t10_t12_t20_facts_are_what_was_delivered_and_nothing_else() {
    let mut world = World::fixtures();
    let before = facts(&world);
    assert!(before.len() > 1000 && before.values().all(|facts| facts.len() == 13));
    let different: std::collections::BTreeSet<&String> = before.values().collect();
    assert!(different.len() * 2 > before.len(), "{} of {}", different.len(), before.len());

    // Other files with the same rows in another order.
    let mut other = world.clone();
    for source in 0..other.loaded.len() {
        let records = &mut other.loaded[source].records;
        for table in &mut records.tables {
            let mut info = (**table).clone();
            info.file = "另一个名字.xlsx".into();
            info.sha256 = info.sha256.chars().rev().collect();
            *table = Arc::new(info);
        }
    }
    let renamed = facts(&other);
    assert_eq!(renamed, before, "files");

    let source = world.loaded.iter().position(|one| one.records.source == "dibao").unwrap();
    let count = world.column(source, "monthly_amount_fen").len() as u32;
    let names: Vec<String> = {
        let rows = world.loaded[source].records.rows.batch().unwrap();
        rows.schema().fields().iter().map(|field| field.name().clone()).collect()
    };
    let backwards = UInt32Array::from_iter_values((0..count).rev());
    let mut turned = world.clone();
    for name in &names {
        let unknown = turned.loaded[source].records.unknown.records(name).to_vec();
        let unknown: Vec<u32> = unknown.iter().rev().map(|at| count - 1 - at).collect();
        let column = arrow::compute::take(&turned.column(source, name), &backwards, None).unwrap();
        if turned.loaded[source].records.unknown.absent(name).is_empty() {
            turned.replace(source, name, column, &unknown);
        }
    }
    let nodes = turned.resolution.offsets[source] as usize..turned.resolution.offsets[source + 1] as usize;
    turned.resolution.person[nodes.clone()].reverse();
    turned.resolution.household[nodes].reverse();
    let after = facts(&turned);
    let same = before.iter().filter(|(key, facts)| after.get(*key) == Some(facts)).count();
    assert_eq!(same, before.len(), "the order of rows");

    // A yuan more for everybody: rules that ask for amounts have other facts, no others do.
    for source in 0..world.loaded.len() {
        let rows = world.loaded[source].records.rows.batch().unwrap();
        for field in rows.schema().fields().iter().filter(|field| field.name().ends_with("_fen")) {
            let amounts = world.column(source, field.name());
            assert_eq!(amounts.data_type(), &DataType::Int64);
            let more = amounts.as_primitive::<Int64Type>().iter().map(|fen| fen.map(|fen| fen + 100));
            let more: ArrayRef = Arc::new(more.collect::<Int64Array>());
            let unknown = world.loaded[source].records.unknown.records(field.name()).to_vec();
            world.replace(source, field.name(), more, &unknown);
        }
    }
    let after = facts(&world);
    let lineages = world.rules.lineages();
    let (mut changed, mut kept) = (0, 0);
    for (key, facts) in &before {
        let Some(now) = after.get(key) else { continue };
        let asks = lineages[&key.0].deciding.iter().any(|(_, column)| column.ends_with("_fen"));
        assert!(asks || now == facts, "{key:?}");
        changed += usize::from(now != facts);
        kept += usize::from(now == facts);
    }
    assert!(changed > 5 && kept > 500, "{changed} changed, {kept} kept");
    eprintln!("a yuan more: {changed} changed, {kept} kept");
}

fn exceptions(quarter: &str) -> BTreeMap<String, TableRow> {
    let publication = Snapshot::open(&published().join("out").join(quarter)).unwrap();
    let rows = publication.rows("restricted/exception.parquet", |_| true).unwrap();
    rows.into_iter().map(|row| (row.get("exception_id").to_owned(), row)).collect()
}

#[test]
fn t11_a_row_that_says_the_same_has_the_same_version_next_quarter() {
    let (before, after) = (exceptions("2018Q3"), exceptions("2018Q4"));
    let (mut same, mut versions, mut persisting) = (0usize, 0usize, 0usize);
    for (id, row) in after.iter().filter(|(_, row)| row.get("status") == "persisting") {
        let old = &before[id];
        persisting += 1;
        same += usize::from(old.get("facts") == row.get("facts"));
        versions += usize::from(old.get("version") == row.get("version"));
    }
    eprintln!("of {persisting} persisting findings {same} have the same facts, {versions} the same version");
    assert_eq!(same, versions);
    assert!(persisting > 500 && same * 2 > persisting, "{same} of {persisting}");
}

#[test]
fn t4_every_closed_finding_says_what_closed_it() {
    let after = exceptions("2018Q4");
    let mut by: BTreeMap<(&str, &str), usize> = BTreeMap::new();
    for row in after.values() {
        *by.entry((row.get("status"), row.get("resolved_by"))).or_default() += 1;
    }
    eprintln!("{by:?}");
    assert!(by.keys().all(|(status, by)| (*status == "resolved" || *status == "retired") != by.is_empty()));
    assert!(by[&("resolved", "data")] > 50);
}

#[test]
fn t2_t5_t6_a_run_of_some_rules_closes_nothing_and_takes_no_place() {
    let folder = tempfile::tempdir().unwrap();
    let key = key(folder.path());
    let out = folder.path().join("out");
    assert!(
        std::process::Command::new("cp")
            .args(["-a", published().join("out").to_str().unwrap(), out.to_str().unwrap()])
            .status()
            .unwrap()
            .success()
    );
    let current = || std::fs::read_link(out.join("2018Q4/latest")).unwrap();
    let whole = current();
    // The fourth quarter once more, of one rule alone: compared with the third, and set aside.
    let said = run("2018Q4", &out, &key, &["--select", "R37"]);
    assert!(said.contains("与2018年第3季度的发布（run-0001-"), "{said}");
    assert_eq!(current(), whole);
    let runs = |name: &str| {
        let names = std::fs::read_dir(out.join("2018Q4")).unwrap().map(|entry| entry.unwrap().file_name());
        names.map(|one| one.into_string().unwrap()).find(|one| one.starts_with(name))
    };
    let aside = Snapshot::open(&out.join("2018Q4").join(runs("run-0002-").unwrap())).unwrap();
    let closed = |row: &TableRow| row.get("status") == "resolved" && row.get("rule_code") != "R37";
    assert!(aside.rows("restricted/exception.parquet", closed).unwrap().is_empty());
    // The same lists and rules once more: no status moves, not a byte of what is known of findings differs.
    let table = || std::fs::read(out.join("2018Q4/latest/restricted/exception.parquet")).unwrap();
    let before = table();
    run("2018Q4", &out, &key, &[]);
    assert_eq!(table(), before);
    // What another pipeline published is no baseline, whatever it found.
    let foreign = folder.path().join("foreign");
    std::fs::create_dir(&foreign).unwrap();
    let copied =
        std::process::Command::new("cp").arg("-aL").arg(out.join("2018Q3/latest")).arg(&foreign).status();
    assert!(copied.unwrap().success());
    let manifest = foreign.join("latest/manifest.json");
    let mut said: serde_json::Value = serde_json::from_slice(&std::fs::read(&manifest).unwrap()).unwrap();
    said["pipeline"] = "别的试点".into();
    std::fs::write(&manifest, said.to_string()).unwrap();
    let refused = crate::end_to_end::try_to_run(
        "2018Q4",
        &folder.path().join("anew"),
        &key,
        &["--previous", text(&foreign.join("latest"))],
    );
    let told = String::from_utf8(refused.stderr).unwrap();
    assert_eq!(refused.status.code(), Some(2), "{told}");
    assert!(told.contains("上一期的发布不是这条流水线的") && told.contains("别的试点"), "{told}");
}

#[test]
fn t3_who_stands_in_a_returned_row_is_not_put_right() {
    let file = "农村低保_淇县.csv";
    let data = tempfile::tempdir().unwrap();
    copy_folder(&root().join("fixtures/hebi/2018Q4"), data.path());
    let path = data.path().join(file);
    let bytes = std::fs::read(&path).unwrap();
    // Somebody of whom the list alone says what was found, in both quarters.
    let digest: String = Sha256::digest(&bytes).iter().take(4).map(|byte| format!("{byte:02x}")).collect();
    let place = format!("dibao:{digest}.r");
    let after = exceptions("2018Q4");
    let row_of = |row: &TableRow| -> Option<usize> {
        let first = row.get("evidence_record_ids").split(';').next()?.strip_prefix(&place)?;
        first.split('.').next()?.parse().ok()
    };
    let found =
        after.values().filter(|row| row.get("status") == "persisting" && row.get("rule_code") == "R07");
    let (old, at) = found.filter_map(|row| Some((row, row_of(row)?))).next().unwrap();
    // Without the number of the household the row goes back to the department.
    let said = match String::from_utf8(bytes) {
        Ok(text) => text,
        Err(error) => encoding_rs::GB18030.decode(error.as_bytes()).0.into_owned(),
    };
    let lines = said.lines().enumerate().map(|(line, said)| {
        let mut cells: Vec<&str> = said.split(',').collect();
        if line + 1 == at {
            cells[3] = "";
        }
        cells.join(",")
    });
    std::fs::write(&path, lines.collect::<Vec<_>>().join("\n")).unwrap();

    let folder = tempfile::tempdir().unwrap();
    let (key, out) = (key(folder.path()), folder.path().join("out"));
    let before = published().join("out/2018Q3");
    let data = data.path().to_str().unwrap();
    let named = ["run", "pipelines/hebi", "--quarter", "2018Q4", "--select", "R07", "--data", data];
    let places = ["--out", text(&out), "--key-file", text(&key)];
    let summary = ok(&[&named[..], &places[..], &["--previous", text(&before)]].concat());
    let publication = Snapshot::open(&out.join("2018Q4")).unwrap();
    let same = |row: &TableRow| row.get("exception_id") == old.get("exception_id");
    let now = publication.rows("restricted/exception.parquet", same).unwrap();
    let told = ["status", "checked", "resolved_by"].map(|column| now[0].get(column));
    assert_eq!(told, ["persisting", "0", ""], "{summary}");
}

#[test]
fn t3_a_county_s_list_that_is_cut_short_puts_nothing_right() {
    let data = tempfile::tempdir().unwrap();
    copy_folder(&root().join("fixtures/hebi/2018Q4"), data.path());
    let path = data.path().join("农村低保_淇县.csv");
    let bytes = std::fs::read(&path).unwrap();
    let lines: Vec<&[u8]> = bytes.split_inclusive(|&byte| byte == b'\n').collect();
    std::fs::write(&path, lines[..3].concat()).unwrap();
    let folder = tempfile::tempdir().unwrap();
    let (key, out) = (key(folder.path()), folder.path().join("out"));
    let before = published().join("out/2018Q3");
    let data = data.path().to_str().unwrap();
    let named = ["run", "pipelines/hebi", "--quarter", "2018Q4", "--select", "R07", "--data", data];
    let places = ["--out", text(&out), "--key-file", text(&key), "--previous", text(&before)];
    // Whoever runs it is told.
    let told = ok(&[&named[..], &places[..]].concat());
    assert!(told.contains("没有淇县的数据"), "{told}");
    let publication = Snapshot::open(&out.join("2018Q4")).unwrap();
    let of_county = |row: &TableRow| row.get("rule_code") == "R07" && row.get("county_code") == "410622";
    let now = publication.rows("restricted/exception.parquet", of_county).unwrap();
    let known: Vec<TableRow> = exceptions("2018Q3").into_values().filter(of_county).collect();
    assert!(!known.is_empty() && now.len() >= known.len());
    for row in &now {
        let told = ["status", "checked", "resolved_by"].map(|column| row.get(column));
        assert_eq!(told, ["persisting", "0", ""], "{}", row.get("exception_id"));
    }
}
