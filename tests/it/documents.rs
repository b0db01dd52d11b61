//! What a newcomer is told to touch or to copy is there.

use std::path::PathBuf;

use crate::arrows::sources;
use crate::end_to_end::root;

/// What stands between backticks, its first word.
fn named(document: &str) -> impl Iterator<Item = &str> {
    document.split('`').skip(1).step_by(2).filter_map(|code| code.split_whitespace().next())
}

#[test]
fn what_the_page_of_inputs_quotes_is_what_the_program_says() {
    let page = std::fs::read_to_string(root().join("docs/what-is-read.zh-CN.md")).unwrap();
    let mut files: Vec<PathBuf> = Vec::new();
    sources(&root().join("src"), &mut files);
    let code: String = files.iter().map(|file| std::fs::read_to_string(file).unwrap()).collect();
    // The last cell of the rows of tables that have such a column.
    let (mut quotes, mut of_program) = (Vec::new(), false);
    for line in page.lines() {
        let cells: Vec<&str> = line.trim().trim_matches('|').split('|').map(str::trim).collect();
        let last = cells.last().copied().unwrap_or_default();
        of_program = line.starts_with('|') && (of_program || last == "程序怎么说");
        if of_program {
            quotes.extend(last.split('`').skip(1).step_by(2));
        }
    }
    assert!(quotes.len() > 50, "{quotes:?}");
    let missing: Vec<&&str> = quotes.iter().filter(|quote| !code.contains(**quote)).collect();
    assert!(missing.is_empty(), "{missing:?}");
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
