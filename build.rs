//! Puts the files of the base rule sets into the program, so that `bidui init --from` finds them wherever it is
//! installed.

use std::fmt::Write as _;
use std::path::{Path, PathBuf};

/// Folder of the pipelines, and the base rule sets in it.
const PIPELINES: &str = "pipelines";
const BASES: [&str; 2] = ["base", "base-2025"];

fn main() -> Result<(), Box<dyn std::error::Error>> {
    let root = PathBuf::from(std::env::var("CARGO_MANIFEST_DIR")?);
    let pipelines = root.join(PIPELINES);
    let mut files = Vec::new();
    for base in BASES {
        println!("cargo:rerun-if-changed={PIPELINES}/{base}");
        walk(&pipelines.join(base), &mut files)?;
    }
    files.sort();
    let mut text = String::from("&[\n");
    for path in files {
        let name = path.strip_prefix(&pipelines)?.to_string_lossy().replace('\\', "/");
        writeln!(text, "    ({name:?}, include_bytes!({:?})),", path.display().to_string())?;
    }
    text.push_str("]\n");
    std::fs::write(Path::new(&std::env::var("OUT_DIR")?).join("base_files.rs"), text)?;
    Ok(())
}

fn walk(folder: &Path, files: &mut Vec<PathBuf>) -> std::io::Result<()> {
    for entry in std::fs::read_dir(folder)? {
        let path = entry?.path();
        if path.is_dir() {
            walk(&path, files)?;
        } else if !path.file_name().is_some_and(|name| name.to_string_lossy().starts_with('.')) {
            files.push(path);
        }
    }
    Ok(())
}
