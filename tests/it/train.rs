//! Training a pipeline's weights, pinning them, and explaining with them.

use std::path::{Path, PathBuf};

use bidui::testing::evaluate::links::evaluate_links;
use bidui::testing::link::settings::LinkSettings;
use bidui::testing::link::train;

use crate::departments::copy;

struct Silent;

impl bidui::testing::progress::Progress for Silent {
    fn stage(&self, _: &str, _: Option<u64>) {}
    fn advance(&self, _: u64) {}
}

fn root(path: &str) -> PathBuf {
    Path::new(env!("CARGO_MANIFEST_DIR")).join(path)
}

/// A folder with the pipeline and the base it includes.
fn pipelines() -> tempfile::TempDir {
    let folder = tempfile::tempdir().unwrap();
    for name in ["base", "hebi"] {
        copy(&root("pipelines").join(name), &folder.path().join(name), "");
    }
    folder
}

#[test]
fn trained_weights_link_the_fixtures_and_are_the_same_every_time() {
    let data = root("fixtures/hebi/2018Q3");
    let folder = pipelines();
    let pipeline = folder.path().join("hebi");
    let with = |threads| {
        let pool = rayon::ThreadPoolBuilder::new().num_threads(threads).build().unwrap();
        let trained = pool
            .install(|| bidui::testing::engine::train_pipeline(&pipeline, &data, None, &[], 7, None, &Silent))
            .unwrap();
        let file = pipeline.join("trained.toml");
        train::write_weights_file(&trained.weights, "t", &file).unwrap();
        std::fs::read_to_string(file).unwrap()
    };
    let one = with(1);
    assert_eq!(one, with(2));
    assert!(one.contains("method = \"em\"") && one.contains("[m.name]"), "{one}");
    std::fs::write(pipeline.join("weights.toml"), &one).unwrap();
    let out = folder.path().join("out");
    bidui::testing::engine::link_only(&pipeline, &data, &out, &[], None, &Silent).unwrap();
    let score = evaluate_links(&out, &crate::truth_of(&data)).unwrap();
    let clusters = score.clusters.unwrap();
    assert!(clusters.f1(score.truth) >= 0.998, "{clusters:?} of {}", score.truth);
    // Every kind of error is named with its recall, and the bands hold every known pair.
    assert!(score.kinds.iter().any(|k| k.kind == "id_typo" && k.truth > 0));
    assert!(score.calibration.bands.iter().map(|b| b.pairs).sum::<u64>() >= score.accepted.found);
}

#[test]
fn a_weights_file_must_fit_the_comparisons() {
    let folder = pipelines();
    // The base's: the pipeline has none of its own.
    let (link, weights) = (folder.path().join("hebi/link.toml"), folder.path().join("base/weights.toml"));
    let good = std::fs::read_to_string(&weights).unwrap();
    let settings = LinkSettings::open(&link).unwrap();
    assert!(settings.comparisons.iter().all(|c| !c.weights.is_empty()));
    for (from, to, words) in [
        ("equal = 24000\n", "", "equal"),
        ("transposition", "transposed", "transposed"),
        ("[weights.division]", "[weights.divisions]", "divisions"),
        ("24000", "24.5", "类型"),
        ("24000", "1000001", "1000001"),
        ("24000", "-2147483648", "-2147483648"),
        ("24000", "99999999999", "类型"),
    ] {
        std::fs::write(&weights, good.replacen(from, to, 1)).unwrap();
        let error = LinkSettings::open(&link).expect_err(from);
        assert!(error.to_string().contains(words), "{from}: {error}");
    }
    std::fs::write(&weights, good).unwrap();
    let link = folder.path().join("base/link.toml");
    let written = std::fs::read_to_string(&link).unwrap();
    for key in ["accept", "review", "unique", "within_source"] {
        let line = written.lines().find(|line| line.starts_with(&format!("{key} = "))).expect(key);
        // However large, a threshold is refused at its line, or by the order of the two.
        let number = if key == "review" { i32::MIN } else { i32::MAX };
        std::fs::write(&link, written.replacen(line, &format!("{key} = {number}"), 1)).unwrap();
        let error = LinkSettings::open(&link).expect_err(key);
        assert!(error.to_string().contains("1000000"), "{key}: {error}");
    }
    std::fs::write(&link, written).unwrap();
    std::fs::remove_file(&weights).unwrap();
    assert!(LinkSettings::open(&link).is_err());
}
