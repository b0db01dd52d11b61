//! What takes too much is named, and nothing is published: a rule that yields too many rows or takes too long, a list whose
//! rejected rows do not fit in the memory.

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

#[test]
fn rejected_rows_stay_within_the_memory() {
    let folder = tempfile::tempdir().unwrap();
    let (data, out, key) = (folder.path().join("data"), folder.path().join("out"), key(folder.path()));
    copy(&root().join("fixtures/hebi/2018Q3"), &data, "");
    let list = "医保参保_山城区.csv";
    let mut bytes = fs::read(data.join(list)).unwrap();
    bytes.extend("x\n".repeat(80_000).bytes());
    fs::write(data.join(list), bytes).unwrap();
    let run = |more: &[&str]| {
        let quarter = ["run", "pipelines/hebi", "--quarter", "2018Q3", "--select", "R37"];
        let rest = ["--data", text(&data), "--out", text(&out), "--key-file", text(&key)];
        String::from_utf8(bidui(&[&quarter[..], &rest, more].concat()).stderr).unwrap()
    };
    let said = run(&["--memory", "100MB"]);
    assert!(said.contains("退回的行太多，超出内存预算") && said.contains(list), "{said}");
    // Where no memory is named there is room.
    assert!(!run(&[]).contains("超出内存预算"));
}
