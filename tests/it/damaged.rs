//! A publication that is damaged, or put together of several, is told: by `bidui verify`, and by whoever reads it.

use std::fs;
use std::path::{Path, PathBuf};

use bidui::Result;
use bidui::testing::publication::snapshot::Snapshot;
use bidui::testing::publish::previous_indicators::previous_indicators;
use bidui::testing::reconcile::views::published_views::published_views;
use bidui::testing::resolve::previous_records::PreviousParts;
use bidui::testing::track::PreviousExceptions;

use crate::departments::copy;
use crate::end_to_end::{bidui, key, ok, published, text, try_to_run};

const RECORDS: &str = "restricted/record.parquet";
const EXCEPTIONS: &str = "restricted/exception.parquet";
const INDICATORS: &str = "tables/fact_indicator.parquet";

/// The run that a quarter's link names.
fn run_of(quarter: &str) -> PathBuf {
    published().join("out").join(quarter).join("latest").canonicalize().unwrap()
}

/// A copy of a quarter's publication under its own name.
fn copied(quarter: &str, folder: &Path) -> PathBuf {
    let run = run_of(quarter);
    let to = folder.join(quarter).join(run.file_name().unwrap());
    copy(&run, &to, "");
    to
}

/// Paths of the files of a publication within it, but for the manifest.
fn files(folder: &Path) -> Vec<String> {
    let (mut found, mut folders) = (Vec::new(), vec![folder.to_owned()]);
    while let Some(next) = folders.pop() {
        for entry in fs::read_dir(next).unwrap() {
            let path = entry.unwrap().path();
            match path.is_dir() {
                true => folders.push(path),
                false => found.push(text(path.strip_prefix(folder).unwrap()).to_owned()),
            }
        }
    }
    found.retain(|file| file != "manifest.json");
    found.sort();
    assert!(found.len() > 50, "{found:?}");
    found
}

fn flip(path: &Path, at: usize) {
    let mut bytes = fs::read(path).unwrap();
    bytes[at] ^= 1;
    fs::write(path, bytes).unwrap();
}

/// Reads a file as a later quarter reads it.
fn read_as_previous(publication: &Path, file: &str) -> Result<()> {
    let snapshot = Snapshot::open(publication)?;
    match file {
        RECORDS => {
            let parts = PreviousParts::open(&snapshot)?;
            (0..parts.count()).try_for_each(|part| parts.read(part)?.try_for_each(|some| some.map(|_| ())))
        }
        EXCEPTIONS => PreviousExceptions::read(&snapshot).map(|_| ()),
        INDICATORS => previous_indicators(&snapshot).map(|_| ()),
        view => {
            let name = Path::new(view).file_stem().unwrap().to_str().unwrap();
            let views = published_views(&snapshot, |one| one == name)?;
            assert_eq!(views.len(), 1, "{view}");
            views[0].rows.chunks(|_| true)?.try_for_each(|some| some.map(|_| ()))
        }
    }
}

#[test]
fn whatever_a_later_quarter_reads_is_refused_once_it_is_not_what_was_published() {
    let folder = tempfile::tempdir().unwrap();
    let run = copied("2018Q3", folder.path());
    let other = run_of("2018Q4");
    let read: Vec<String> = files(&run)
        .into_iter()
        .filter(|file| {
            [RECORDS, EXCEPTIONS, INDICATORS].contains(&file.as_str()) || file.starts_with("restricted/view/")
        })
        .collect();
    assert!(read.len() > 10, "{read:?}");
    for file in &read {
        read_as_previous(&run, file).unwrap();
        let path = run.join(file);
        let whole = fs::read(&path).unwrap();
        let refused = |what: &str| {
            let error = read_as_previous(&run, file).expect_err(&format!("{file}: {what}"));
            assert_eq!(error.location().file.as_deref(), Some(path.as_path()), "{file}: {what}: {error}");
            assert_eq!(error.kind().exit_code(), 2, "{file}: {what}: {error}");
            assert!(error.hint_text().is_some(), "{file}: {what}: {error}");
        };
        for place in 0..5 {
            flip(&path, place * (whole.len() - 1) / 4);
            refused("a bit flipped");
            fs::write(&path, &whole).unwrap();
        }
        for length in [whole.len() / 2, whole.len() - 1, 0] {
            fs::write(&path, &whole[..length]).unwrap();
            refused("cut");
        }
        if let Ok(another) = fs::read(other.join(file))
            && another != whole
        {
            fs::write(&path, another).unwrap();
            refused("of another quarter");
        }
        fs::remove_file(&path).unwrap();
        refused("gone");
        fs::write(&path, &whole).unwrap();
        read_as_previous(&run, file).unwrap();
    }
}

#[test]
fn a_manifest_that_is_not_the_run_s_is_refused() {
    let folder = tempfile::tempdir().unwrap();
    let run = copied("2018Q3", folder.path());
    let manifest = run.join("manifest.json");
    let whole = fs::read_to_string(&manifest).unwrap();
    let refused = || {
        let error = Snapshot::open(&run).unwrap_err();
        assert_eq!(error.location().file.as_deref(), Some(manifest.as_path()), "{error}");
        assert_eq!(error.kind().exit_code(), 2, "{error}");
    };
    // What an audit compares with.
    fs::write(&manifest, whole.replacen("\"read\": ", "\"read\": 1", 1)).unwrap();
    refused();
    fs::copy(run_of("2018Q4").join("manifest.json"), &manifest).unwrap();
    refused();
    fs::write(&manifest, whole).unwrap();
    Snapshot::open(&run).unwrap();
}

#[test]
fn a_run_is_refused_before_any_work_where_the_quarter_before_is_damaged() {
    let folder = tempfile::tempdir().unwrap();
    let run = copied("2018Q3", folder.path());
    let (key, out) = (key(folder.path()), folder.path().join("out"));
    for file in [RECORDS, EXCEPTIONS, INDICATORS] {
        let whole = fs::read(run.join(file)).unwrap();
        flip(&run.join(file), whole.len() / 2);
        let refused = try_to_run("2018Q4", &out, &key, &["--previous", text(&run)]);
        let said = String::from_utf8(refused.stderr).unwrap();
        assert_eq!(refused.status.code(), Some(2), "{file}: {said}");
        assert!(said.contains(file) && said.contains("bidui verify"), "{file}: {said}");
        assert!(!out.join("2018Q4").exists());
        fs::write(run.join(file), whole).unwrap();
    }
}

#[test]
fn a_run_does_not_pass_over_a_quarter_before_whose_link_leads_nowhere() {
    let folder = tempfile::tempdir().unwrap();
    let out = folder.path().join("out");
    let run = copied("2018Q3", &out);
    let (key, link) = (key(folder.path()), run.with_file_name("latest"));
    for target in ["run-0009-00000000", "..", "latest", ""] {
        let _ = fs::remove_file(&link);
        if !target.is_empty() {
            std::os::unix::fs::symlink(target, &link).unwrap();
        }
        let arguments = ["run", "pipelines/hebi", "--quarter", "2018Q4", "--data", "fixtures/hebi/2018Q4"];
        let refused = bidui(&[&arguments[..], &["--out", text(&out), "--key-file", text(&key)]].concat());
        let said = String::from_utf8(refused.stderr).unwrap();
        assert_eq!(refused.status.code(), Some(2), "{target}: {said}");
        assert!(said.contains("2018Q3") && said.contains("提示："), "{target}: {said}");
        assert!(!out.join("2018Q4").exists());
    }
}

/// What `bidui verify` says of a publication that is not whole.
fn not_whole(run: &Path) -> String {
    let output = bidui(&["verify", text(run)]);
    let said = String::from_utf8(output.stderr).unwrap();
    assert_eq!(output.status.code(), Some(2), "{said}");
    assert!(output.stdout.is_empty());
    said
}

#[test]
fn verify_names_every_file_that_is_missing_changed_or_foreign() {
    let folder = tempfile::tempdir().unwrap();
    let run = copied("2018Q3", folder.path());
    let all = files(&run);
    // Whatever it is called by.
    std::os::unix::fs::symlink(run.file_name().unwrap(), run.with_file_name("latest")).unwrap();
    for name in [run.clone(), run.with_file_name("latest"), run.parent().unwrap().to_owned()] {
        let said = ok(&["verify", text(&name)]);
        assert!(said.contains("发布完好") && said.contains(&format!("{}个文件", all.len())), "{said}");
    }
    let said = ok(&["verify", text(&run), "--format", "json"]);
    let report: serde_json::Value = serde_json::from_str(&said).unwrap();
    assert_eq!((&report["whole"], report["files"].as_u64()), (&true.into(), Some(all.len() as u64)));
    // One of before there were runs' folders.
    let before = crate::end_to_end::root().join("fixtures/compat/1/quarter=2018Q3");
    assert!(ok(&["verify", text(&before)]).contains("发布完好"));

    let restore = |file: &String| {
        fs::copy(run_of("2018Q3").join(file), run.join(file)).unwrap();
    };
    let each_named = |what: &str| {
        let said = not_whole(&run);
        for file in &all {
            assert!(said.contains(file.as_str()), "{what}: no {file} in {said}");
        }
        assert_eq!(said.matches(what).count(), all.len(), "{said}");
        all.iter().for_each(&restore);
    };
    for file in &all {
        flip(&run.join(file), fs::metadata(run.join(file)).unwrap().len() as usize / 2);
    }
    each_named("内容与清册不符");
    for file in &all {
        let whole = fs::read(run.join(file)).unwrap();
        fs::write(run.join(file), &whole[..whole.len() - 1]).unwrap();
    }
    each_named("内容与清册不符");
    all.iter().for_each(|file| fs::remove_file(run.join(file)).unwrap());
    each_named("缺少文件");
    // A folder or a link is not the file.
    fs::remove_file(run.join(RECORDS)).unwrap();
    fs::create_dir(run.join(RECORDS)).unwrap();
    fs::remove_file(run.join(INDICATORS)).unwrap();
    std::os::unix::fs::symlink("nowhere", run.join(INDICATORS)).unwrap();
    let said = not_whole(&run);
    assert!(said.contains(RECORDS) && said.contains(INDICATORS), "{said}");
    fs::remove_dir(run.join(RECORDS)).unwrap();
    fs::remove_file(run.join(INDICATORS)).unwrap();
    [RECORDS, INDICATORS].iter().for_each(|file| restore(&(*file).to_owned()));

    let foreign = ["lists/备注.txt", "restricted/view/.hidden", "tables/new/more.parquet", "own.csv"];
    fs::create_dir(run.join("tables/new")).unwrap();
    for file in foreign {
        fs::write(run.join(file), "").unwrap();
    }
    std::os::unix::fs::symlink("nowhere", run.join("link")).unwrap();
    let said = not_whole(&run);
    assert_eq!(said.matches("清册里没有这个文件").count(), foreign.len() + 1, "{said}");
    assert!(foreign.iter().all(|file| said.contains(file)) && said.contains("link"), "{said}");
    let json = bidui(&["verify", text(&run), "--format", "json"]);
    let report: serde_json::Value = serde_json::from_slice(&json.stdout).unwrap();
    assert_eq!((json.status.code(), &report["whole"]), (Some(2), &false.into()));
    assert_eq!(report["faults"].as_array().unwrap().len(), foreign.len() + 1);
    assert_eq!(report["faults"][0]["fault"], "foreign");
}
