//! A rule that yields too much or takes too long is named, and nothing is published.

use std::fs;

use crate::departments::copy;
use crate::end_to_end::{bidui, key, root, text};

#[test]
fn a_rule_beyond_its_limits_is_named() {
    let folder = tempfile::tempdir().unwrap();
    copy(&root().join("pipelines"), &folder.path().join("pipelines"), "");
    let pipeline = folder.path().join("pipelines/hebi");
    let settings = pipeline.join("rules/rules.toml");
    let own = fs::read_to_string(&settings).unwrap();
    let (key, out) = (key(folder.path()), folder.path().join("out"));
    let run = |limits: &str, more: &[&str]| {
        fs::write(&settings, format!("{own}\n[limits]\n{limits}\n")).unwrap();
        let quarter = ["run", text(&pipeline), "--quarter", "2018Q3", "--data", "fixtures/hebi/2018Q3"];
        let rest = ["--out", text(&out), "--key-file", text(&key), "--select", "R37"];
        let ended = bidui(&[&quarter[..], &rest, more].concat());
        (ended.status.code(), String::from_utf8(ended.stderr).unwrap())
    };
    for (limit, told) in [("most_rows = 0", "结果多于0行"), ("most_seconds = 0", "运行超过0秒")] {
        for engine in ["memory", "buckets"] {
            let (code, said) = run(limit, &["--engine", engine]);
            assert_eq!(code, Some(2), "{limit} {engine}: {said}");
            assert!(said.contains("超出限制") && said.contains(told) && said.contains("[limits]"), "{said}");
            assert!(said.contains(".sql"), "the file is named: {said}");
        }
    }
    assert!(!out.join("2018Q3").exists());
    let (code, said) = run("most_rows = 100_000_000\nmost_seconds = 3600", &[]);
    assert_eq!(code, Some(0), "{said}");
}
