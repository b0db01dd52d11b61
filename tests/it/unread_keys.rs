//! No key of a configuration file may be accepted and then read by nobody.
//!
//! Fields of a configuration struct are compared with what the sources say: each must be read
//! (`.field`, or taken apart in a pattern) somewhere outside the files that only parse and check.

use std::collections::BTreeSet;
use std::fs;
use std::path::Path;

use crate::arrows::sources;

/// Files whose structs are forms of configuration files.
const FORMS: [&str; 10] = [
    "src/config/pipeline_settings.rs",
    "src/config/source_contract.rs",
    "src/config/source_file.rs",
    "src/link/settings.rs",
    "src/link/generic/config.rs",
    "src/rules/rule_file.rs",
    "src/rules/rule_settings.rs",
    "src/rules/situation_file.rs",
    "src/rules/quality_settings.rs",
    "src/rules/targets.rs",
];

/// Files that read a form only to check it.
const CHECKS_ONLY: [&str; 1] = ["src/config/source_check.rs"];

/// Keys that are there to be checked, and why.
const CHECKED_ONLY: [(&str, &str); 2] = [
    ("src/config/source_file.rs: code_map", "read into `SourceColumn::codes` by the check"),
    ("src/config/source_file.rs: unpivot", "spelled out into `members` by the check"),
];

/// The text up to the tests that stand last in a file; what tests share is declared among the other modules.
fn without_tests(text: &str) -> &str {
    text.split("#[cfg(test)]\nmod ").next().unwrap_or_default()
}

/// Public fields of the structs of a file.
fn fields(text: &str) -> Vec<&str> {
    let declared = without_tests(text).lines().filter_map(|line| {
        let rest = line.strip_prefix("    pub ").or_else(|| line.strip_prefix("    pub(crate) "))?;
        let (name, _) = rest.split_once(": ")?;
        name.bytes().all(|b| b.is_ascii_lowercase() || b.is_ascii_digit() || b == b'_').then_some(name)
    });
    declared.collect()
}

/// True if the text reads a field of this name: `.name` that is no call, or `name` in a pattern.
fn reads(text: &str, name: &str) -> bool {
    let word = |c: Option<char>| c.is_some_and(|c| c.is_alphanumeric() || c == '_');
    text.match_indices(name).any(|(at, _)| {
        let (before, after) = (&text[..at], &text[at + name.len()..]);
        if word(before.chars().next_back()) || word(after.chars().next()) || after.starts_with('(') {
            return false;
        }
        before.ends_with('.') && !before.ends_with("..")
    })
}

#[test]
fn every_key_is_read() {
    let mut files = Vec::new();
    sources(Path::new("src"), &mut files);
    let read_by: Vec<String> = files
        .iter()
        .filter(|path| !CHECKS_ONLY.iter().any(|check| path.ends_with(check)))
        .map(|path| without_tests(&fs::read_to_string(path).unwrap()).to_owned())
        .collect();
    let mut unread = BTreeSet::new();
    let mut count = 0;
    for form in FORMS {
        let text = fs::read_to_string(form).unwrap();
        for field in fields(&text) {
            count += 1;
            if !read_by.iter().any(|text| reads(text, field)) {
                unread.insert(format!("{form}: {field}"));
            }
        }
    }
    assert!(count > 150, "only {count} fields found: has the way they are written changed?");
    let expected: BTreeSet<String> = CHECKED_ONLY.iter().map(|(field, _)| (*field).to_owned()).collect();
    assert_eq!(unread, expected, "keys that are accepted and read by nobody");
}

#[test]
fn a_field_is_read_by_name_alone() {
    assert!(reads("let x = self.due_days + 1;", "due_days"));
    for text in ["self.due_days_more", "due_days: 3", "self.due_days()", "pub due_days: u32", "..due_days"] {
        assert!(!reads(text, "due_days"), "{text}");
    }
}
