//! Imports run one way: every folder of `src/` may name only those below it.

use std::collections::BTreeSet;
use std::fs;
use std::path::{Path, PathBuf};

/// The folders and root files of `src/`, the ground floor first.
///
/// `answers`, the store of what officers answered, stands above `model` and below `link`, for `link` and `track`
/// will read it. Places of what is to come (docs/adr/0009): `triage`, which brings sheets back and serves the page, above `publish`. A worker per
/// prefecture is part of `engine`.
const ORDER: [&str; 31] = [
    "error",
    "progress",
    "model",
    "answers",
    "table",
    "privacy",
    "config",
    "publication",
    "extract",
    "worker",
    "load",
    "normalize",
    "profile",
    "link",
    "resolve",
    "rules",
    "reconcile",
    "track",
    "publish",
    "publicity",
    "bulletin",
    "triage",
    "case",
    "page",
    "evaluate",
    "across",
    "trial",
    "engine",
    "upkeep",
    "synth",
    "cli",
];

pub(crate) fn sources(folder: &Path, found: &mut Vec<PathBuf>) {
    let mut entries: Vec<PathBuf> = fs::read_dir(folder).unwrap().map(|e| e.unwrap().path()).collect();
    entries.sort();
    for path in entries {
        if path.is_dir() {
            sources(&path, found);
        } else if path.extension().is_some_and(|e| e == "rs") {
            found.push(path);
        }
    }
}

/// The first words after `crate::`, groups (`crate::{a, b::c}`) included.
fn named(text: &str) -> BTreeSet<String> {
    let word = |text: &str| -> String {
        text.trim_start().chars().take_while(|c| c.is_alphanumeric() || *c == '_').collect()
    };
    let mut found = BTreeSet::new();
    for (at, _) in text.match_indices("crate::") {
        let rest = &text[at + "crate::".len()..];
        match rest.strip_prefix('{') {
            None => {
                found.insert(word(rest));
            }
            Some(group) => {
                let mut depth = 0usize;
                let mut start = true;
                for (at, c) in group.char_indices() {
                    match c {
                        '{' => depth += 1,
                        '}' if depth == 0 => break,
                        '}' => depth -= 1,
                        ',' if depth == 0 => start = true,
                        c if start && !c.is_whitespace() => {
                            found.insert(word(&group[at..]));
                            start = false;
                        }
                        _ => {}
                    }
                }
            }
        }
    }
    found
}

/// Where a file stands in [`ORDER`]; `None` for the files that name everything: `lib.rs`, `main.rs`, `testing.rs`.
fn floor(path: &Path) -> Option<usize> {
    let below = path.strip_prefix("src").unwrap();
    let first = below.components().next().unwrap().as_os_str().to_string_lossy().into_owned();
    let name = first.trim_end_matches(".rs");
    if ["lib", "main", "testing"].contains(&name) {
        return None;
    }
    Some(ORDER.iter().position(|o| *o == name).unwrap_or_else(|| panic!("{name} has no place in ORDER")))
}

#[test]
fn imports_run_one_way() {
    let mut files = Vec::new();
    sources(Path::new("src"), &mut files);
    assert!(files.len() > 200, "{} files", files.len());
    let mut against = Vec::new();
    for path in &files {
        let Some(own) = floor(path) else { continue };
        for name in named(&fs::read_to_string(path).unwrap()) {
            match ORDER.iter().position(|o| *o == name) {
                Some(other) if other > own => against.push(format!("{} names {name}", path.display())),
                Some(_) => {}
                None => assert!(
                    ["Error", "ErrorKind", "Result"].contains(&name.as_str()),
                    "{}: crate::{name} is no folder",
                    path.display()
                ),
            }
        }
    }
    assert!(against.is_empty(), "against the order of the folders:\n{}", against.join("\n"));
}

#[test]
fn paths_are_found_in_groups_too() {
    let text = "use crate::{Error, link::{a, b}, load};\nfn f() { crate::model::day::pack(1, 2, 3); }";
    assert_eq!(named(text).into_iter().collect::<Vec<_>>(), ["Error", "link", "load", "model"]);
}
