//! What a newcomer is told to touch or to copy is there.

use std::path::PathBuf;

use crate::arrows::sources;
use crate::end_to_end::root;

/// What stands between backticks, its first word.
fn named(document: &str) -> impl Iterator<Item = &str> {
    document.split('`').skip(1).step_by(2).filter_map(|code| code.split_whitespace().next())
}

#[test]
fn files_and_tests_named_in_contributing_exist() {
    let document = std::fs::read_to_string(root().join("CONTRIBUTING.md")).unwrap();
    let folders = [".ci", "benches", "docs", "examples", "fixtures", "pipelines", "scripts", "src", "tests"];
    let in_folder =
        |path: &&str| folders.iter().any(|f| path.split('/').next() == Some(f) && path.contains('/'));
    // `src/extract/NEW.rs` is what the newcomer will call it, `<name>` stands for any.
    let paths: Vec<&str> =
        named(&document).filter(in_folder).filter(|p| !p.contains("NEW") && !p.contains('<')).collect();
    assert!(paths.len() > 40, "{paths:?}");
    let missing: Vec<&&str> = paths.iter().filter(|path| !root().join(path).exists()).collect();
    assert!(missing.is_empty(), "{missing:?}");

    let is_test = |name: &&str| {
        name.matches('_').count() >= 2 && name.chars().all(|c| c == '_' || c.is_ascii_lowercase())
    };
    let tests: Vec<&str> = named(&document).filter(is_test).collect();
    let mut files: Vec<PathBuf> = Vec::new();
    sources(&root().join("tests/it"), &mut files);
    let code: String = files.iter().map(|file| std::fs::read_to_string(file).unwrap()).collect();
    let missing: Vec<&&str> = tests.iter().filter(|name| !code.contains(&format!("fn {name}()"))).collect();
    assert!(tests.len() >= 4 && missing.is_empty(), "{tests:?}, missing {missing:?}");
}
