//! ARCHITECTURE.md says in which file a type stands, where the file's name does not.

use std::collections::BTreeMap;
use std::fmt::Write as _;
use std::fs;
use std::path::Path;

use super::arrows::sources;

const HEADING: &str = "## Types whose file has another name\n";
/// Set to write the list anew.
const WRITE: &str = "BIDUI_WRITE_ARCHITECTURE";

/// The words of a name in either spelling, lower case.
fn words(name: &str) -> Vec<String> {
    let mut words: Vec<String> = vec![String::new()];
    for c in name.chars() {
        if !c.is_alphanumeric() {
            words.push(String::new());
            continue;
        }
        if c.is_uppercase() {
            words.push(String::new());
        }
        words.last_mut().unwrap().extend(c.to_lowercase());
    }
    words.retain(|word| !word.is_empty());
    words
}

/// Do two words begin alike?
fn alike(a: &str, b: &str) -> bool {
    a.chars().take(4).eq(b.chars().take(4))
}

/// Types of a file that share no word with its path.
fn types_elsewhere(path: &str, text: &str) -> Vec<String> {
    let path = words(path.trim_end_matches(".rs").trim_end_matches("/mod"));
    let mut found = Vec::new();
    for line in text.lines().take_while(|line| !line.starts_with("mod tests")) {
        let rest = line.strip_prefix("pub ").or(line.strip_prefix("pub(crate) ")).unwrap_or(line);
        let rest = rest.strip_prefix("pub(super) ").unwrap_or(rest);
        let name = ["struct ", "enum ", "trait "].iter().find_map(|kind| rest.strip_prefix(kind));
        let Some(name) = name else { continue };
        let name: String = name.chars().take_while(|c| c.is_alphanumeric()).collect();
        if !words(&name).iter().any(|a| path.iter().any(|b| alike(a, b))) {
            found.push(name);
        }
    }
    found
}

#[test]
fn types_whose_file_has_another_name_are_listed() {
    let root = Path::new(env!("CARGO_MANIFEST_DIR"));
    let mut files = Vec::new();
    sources(&root.join("src"), &mut files);
    let mut folders: BTreeMap<String, String> = BTreeMap::new();
    for file in files {
        let path = file.strip_prefix(root.join("src")).unwrap().to_str().unwrap().replace('\\', "/");
        if path.contains("test") {
            continue;
        }
        let types = types_elsewhere(&path, &fs::read_to_string(&file).unwrap());
        if let (false, Some((folder, rest))) = (types.is_empty(), path.split_once('/')) {
            let line = folders.entry(folder.to_owned()).or_default();
            let separator = if line.is_empty() { "" } else { "; " };
            let names: Vec<String> = types.iter().map(|name| format!("`{name}`")).collect();
            let _ = write!(line, "{separator}{}: {}", rest.trim_end_matches(".rs"), names.join(" "));
        }
    }
    let mut section = format!("{HEADING}| in `src/` | file: types |\n|---|---|\n");
    for (folder, line) in &folders {
        let _ = writeln!(section, "| `{folder}/` | {line} |");
    }
    let path = root.join("ARCHITECTURE.md");
    let text = fs::read_to_string(&path).unwrap();
    let (before, old) = text.split_at(text.find(HEADING).unwrap_or(text.len()));
    if std::env::var_os(WRITE).is_some() {
        let before = before.trim_end();
        fs::write(&path, format!("{before}\n\n{section}")).unwrap();
    } else {
        assert!(old == section, "ARCHITECTURE.md is behind src/: {WRITE}=1 cargo test --test it types_whose");
    }
}

#[test]
fn a_type_is_found_by_a_word_of_its_file() {
    let text = "pub(crate) struct Unit;\nenum RowKind {}\npub trait Reads {}\nmod tests {\nstruct Own;";
    assert_eq!(types_elsewhere("load/row_batches.rs", text), ["Unit", "Reads"]);
    assert_eq!(types_elsewhere("read/mod.rs", text), ["Unit", "RowKind"]);
}
