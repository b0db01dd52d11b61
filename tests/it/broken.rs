//! Every broken extract and pipeline folder gets its message and exit code; nothing panics.

use std::path::{Path, PathBuf};

use bidui::testing::config::Pipeline;
use bidui::testing::load::{LoadedSource, load_source};
use bidui::testing::synth::broken::BrokenExpectation;

fn root() -> PathBuf {
    PathBuf::from(env!("CARGO_MANIFEST_DIR"))
}

fn cases() -> Vec<(PathBuf, BrokenExpectation)> {
    let mut folders: Vec<PathBuf> =
        std::fs::read_dir(root().join("fixtures/broken")).unwrap().map(|e| e.unwrap().path()).collect();
    folders.sort();
    folders
        .into_iter()
        .map(|folder| {
            let text = std::fs::read_to_string(folder.join("expected.toml")).unwrap();
            (folder, toml::from_str(&text).unwrap())
        })
        .collect()
}

/// What the program makes of a case.
fn outcome(folder: &Path, expected: &BrokenExpectation) -> bidui::Result<Option<LoadedSource>> {
    let own = folder.join("pipeline");
    let pipeline = Pipeline::open(&if expected.own_pipeline { own } else { root().join("pipelines/hebi") })?;
    if expected.stage == "pipeline" {
        return Ok(None);
    }
    let index = pipeline.source_index(&expected.source).unwrap();
    let previous = Some(expected.previous_rows).filter(|&n| n > 0);
    load_source(&pipeline, index, &folder.join("data"), previous)
}

fn complaint(folder: &Path, expected: &BrokenExpectation) -> Option<String> {
    let blocking = |l: &LoadedSource| -> Vec<(String, String)> {
        l.audits.iter().filter(|a| a.blocking).map(|a| (a.audit.clone(), a.message.clone())).collect()
    };
    match outcome(folder, expected) {
        Err(error) => {
            let text = bidui::testing::error::render_error(&error, false);
            let fits = expected.exit == error.kind().exit_code()
                && expected.audit.is_empty()
                && text.contains(&expected.message);
            // Whoever reads the message must learn which file and what to do.
            let helpful = error.hint_text().is_some() && error.location().file.is_some();
            (!fits || !helpful).then(|| format!("refused with exit {}: {text}", error.kind().exit_code()))
        }
        Ok(None) => Some("accepted".to_owned()),
        Ok(Some(loaded)) => {
            let audits = blocking(&loaded);
            let exit = if audits.is_empty() { 0 } else { 2 };
            let mut words: Vec<&str> = audits.iter().map(|(_, message)| message.as_str()).collect();
            words.extend(loaded.rejects.iter().map(|r| r.reason.as_str()));
            let fits = exit == expected.exit
                && (expected.audit.is_empty() || audits.iter().any(|(audit, _)| *audit == expected.audit))
                && (expected.message.is_empty() || words.iter().any(|w| w.contains(&expected.message)))
                && loaded.totals.accepted() == expected.accepted
                && loaded.totals.rejected() == expected.rejected;
            (!fits).then(|| {
                let (accepted, rejected) = (loaded.totals.accepted(), loaded.totals.rejected());
                format!("read, accepted {accepted}, rejected {rejected}, {audits:?}, {words:?}")
            })
        }
    }
}

#[test]
fn every_broken_case_gets_its_message_and_exit_code() {
    let cases = cases();
    assert!(cases.len() >= 20, "only {} cases", cases.len());
    let wrong: Vec<String> = cases
        .into_iter()
        .filter_map(|(folder, expected)| {
            let name = folder.file_name().unwrap().to_string_lossy().into_owned();
            complaint(&folder, &expected).map(|c| format!("{name}: expected {expected:?}\n    {c}"))
        })
        .collect();
    assert!(wrong.is_empty(), "{}", wrong.join("\n"));
}

#[test]
fn committed_cases_are_what_the_generator_makes() {
    let out = tempfile::tempdir().unwrap();
    bidui::testing::synth::broken::write_broken_cases(out.path()).unwrap();
    let to = root().join("fixtures/broken");
    if std::env::var_os("BIDUI_WRITE_FIXTURES").is_some() {
        let _ = std::fs::remove_dir_all(&to);
        bidui::testing::synth::broken::write_broken_cases(&to).unwrap();
    }
    crate::synth::assert_same(out.path(), &to);
}
