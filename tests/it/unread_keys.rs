//! No key of a configuration file may be accepted and then read by nobody.
//!
//! The compiler finds them: a copy of the crate is compiled in which nothing is public and
//! functions called `check…` are empty, so that its dead-code lint names every field that
//! nothing but parsing and checking reads. The copy lies in `target/unread-keys/`.

use std::collections::BTreeSet;
use std::fs;
use std::path::{Path, PathBuf};
use std::process::Command;

use serde_json::Value;

/// Keys that are there to be checked, and why.
const CHECKED_ONLY: [(&str, &str); 1] = [(
    "RuleHeader.optional_sources",
    "with `sources` it must name what the SELECT reads; a view that is not in `sources` may be absent",
)];

/// What stages see of a contract, in `config/`: the form as written is turned into these.
const CHECKED_FORMS: [&str; 3] = ["SourceContract", "Column", "Member"];

/// Structs of TOML files that the program writes itself, and so serializes.
const WRITTEN_BY_THE_PROGRAM: [&str; 3] = ["WeightsFile", "Provenance", "Expected"];

/// Derived traits that read no field in the eyes of the lint (or, like these forms of
/// `Deserialize` and `JsonSchema`, do not read at all).
const HARMLESS: [&str; 6] = ["Debug", "Clone", "Copy", "Default", "Deserialize", "JsonSchema"];

/// Shows that the lint sees what it must see, and nothing else.
const CANARY: &str = "
use schemars::JsonSchema;
use serde::Deserialize;

#[derive(Debug, Clone, Default, Deserialize, JsonSchema)]
#[serde(deny_unknown_fields, default)]
pub struct Canary {
    pub read: u8,
    pub checked: u8,
    pub unread: u8,
}

impl Canary {
    fn check(&self) -> bool {
        self.checked > 0
    }
}

pub fn sing() {
    let canary: Canary = toml::from_str(\"\").unwrap_or_default();
    assert!(canary.check() || canary.read == 0);
}
";

#[test]
fn every_key_is_read() {
    let package = Path::new(env!("CARGO_MANIFEST_DIR"));
    let test = std::env::current_exe().unwrap();
    let (profile, target) = (test.ancestors().nth(2).unwrap(), test.ancestors().nth(3).unwrap());
    let copy = target.join("unread-keys");
    fs::create_dir_all(&copy).unwrap();
    let lock = fs::File::create(copy.join("lock")).unwrap();
    lock.lock().unwrap();
    let structs = write_copy(package, &copy);
    let files = [
        "Settings",
        "SourceFile",
        "LinkSettings",
        "GenericSettings",
        "RuleHeader",
        "RuleSettings",
        "TargetFile",
    ];
    for name in CHECKED_FORMS.iter().chain(&files) {
        assert!(structs.contains(*name), "struct {name} not found: this test must be told its new name");
    }

    let mut cargo = Command::new(env!("CARGO"));
    cargo.args(["rustc", "--offline", "--quiet", "--message-format=json", "--example", "unread_keys"]);
    if profile.ends_with("release") {
        cargo.arg("--release");
    }
    cargo.args(["--", "-A", "warnings", "-D", "dead_code"]);
    cargo.current_dir(&copy).env("CARGO_TARGET_DIR", target).env("CARGO_INCREMENTAL", "0");
    let output = cargo.output().unwrap();
    let (mut unread, mut errors) = (BTreeSet::new(), String::from_utf8_lossy(&output.stderr).into_owned());
    for line in output.stdout.split(|byte| *byte == b'\n').filter(|line| !line.is_empty()) {
        let message = &serde_json::from_slice::<Value>(line).unwrap()["message"];
        match message["code"]["code"].as_str() {
            Some("dead_code") => unread.extend(unread_fields(message, &structs)),
            _ => errors += message["rendered"].as_str().unwrap_or(""),
        }
    }
    let canary: Vec<&String> = unread.iter().filter(|field| field.starts_with("Canary.")).collect();
    assert_eq!(
        canary,
        ["Canary.checked", "Canary.unread"],
        "the copy was not compiled as it should:\n{errors}"
    );

    unread.retain(|field| !field.starts_with("Canary."));
    let expected: BTreeSet<String> = CHECKED_ONLY.iter().map(|(field, _)| (*field).to_owned()).collect();
    let stale: Vec<_> = expected.difference(&unread).collect();
    assert!(stale.is_empty(), "read after all, so no longer an exception: {stale:?}");
    let dead: Vec<_> = unread.difference(&expected).collect();
    assert!(dead.is_empty(), "keys that are accepted and read by nobody: {dead:?}");
}

/// `Struct.field` of each field that the lint says is never read.
fn unread_fields(message: &Value, structs: &BTreeSet<String>) -> Vec<String> {
    let spans = message["spans"].as_array().unwrap();
    if !message["message"].as_str().unwrap().ends_with("never read") {
        return Vec::new();
    }
    let text = |span: &Value| {
        let line = &span["text"][0];
        let place = |key: &str| line[key].as_u64().unwrap() as usize - 1;
        line["text"].as_str().unwrap()[place("highlight_start")..place("highlight_end")].to_owned()
    };
    let owner = spans.iter().find(|span| span["is_primary"] == false).map(text).unwrap_or_default();
    let fields = spans.iter().filter(|span| span["is_primary"] == true && structs.contains(&owner));
    fields.map(|span| format!("{owner}.{}", text(span))).collect()
}

/// Writes the crate as a program of which nothing is public. Returns the names of its
/// configuration structs.
fn write_copy(package: &Path, copy: &Path) -> BTreeSet<String> {
    for entry in fs::read_dir(package).unwrap().map(|entry| entry.unwrap().file_name()) {
        let name = entry.to_str().unwrap();
        let link = copy.join(name);
        if package.join(name).is_dir() && !name.starts_with('.') && !["src", "target"].contains(&name) {
            let _ = fs::remove_file(&link);
            std::os::unix::fs::symlink(package.join(name), link).unwrap();
        }
    }
    fs::copy(package.join("Cargo.lock"), copy.join("Cargo.lock")).unwrap();
    let manifest = fs::read_to_string(package.join("Cargo.toml")).unwrap();
    fs::write(copy.join("Cargo.toml"), manifest_of_copy(&manifest)).unwrap();

    let (from, to) = (package.join("src"), copy.join("src"));
    let _ = fs::remove_dir_all(&to);
    let mut structs = BTreeSet::new();
    for file in files(&from) {
        let path = file.strip_prefix(&from).unwrap();
        let bytes = match path.extension() {
            Some(extension) if extension == "rs" => {
                without_checks(&fs::read_to_string(&file).unwrap(), path, &mut structs).into_bytes()
            }
            _ => fs::read(&file).unwrap(),
        };
        fs::create_dir_all(to.join(path).parent().unwrap()).unwrap();
        fs::write(to.join(path), bytes).unwrap();
    }
    fs::write(to.join("canary.rs"), without_checks(CANARY, Path::new("canary.rs"), &mut structs)).unwrap();
    let library = fs::read_to_string(to.join("lib.rs")).unwrap();
    fs::remove_file(to.join("lib.rs")).unwrap();
    let library = library.replace("\npub mod ", "\nmod ").replace("\npub use ", "\npub(crate) use ");
    let main = fs::read_to_string(to.join("main.rs")).unwrap();
    let main = main.replace("//!", "//").replace("bidui::", "crate::");
    let main = main.replace("-> ExitCode {", "-> ExitCode {\n    canary::sing();");
    fs::write(to.join("main.rs"), format!("{library}\nmod canary;\n{main}")).unwrap();
    structs
}

/// The manifest with the program as an example, its only target: dependencies are those of tests,
/// so what `cargo test` compiled of them serves again.
fn manifest_of_copy(manifest: &str) -> String {
    let mut kept = true;
    let mut copy = String::new();
    for line in manifest.lines() {
        if line.starts_with('[') {
            kept = !["[[", "[lib]", "[lints"].iter().any(|dropped| line.starts_with(dropped));
        }
        if kept && !line.starts_with("default-run") {
            copy += &format!("{line}\n");
        }
        if line == "[package]" {
            copy += "autobins = false\n";
        }
    }
    copy + "[workspace]\n\n[[example]]\nname = \"unread_keys\"\npath = \"src/main.rs\"\n"
}

fn files(folder: &Path) -> Vec<PathBuf> {
    let mut found = Vec::new();
    for entry in fs::read_dir(folder).unwrap().map(|entry| entry.unwrap().path()) {
        if entry.is_dir() { found.extend(files(&entry)) } else { found.push(entry) }
    }
    found
}

/// The text with empty functions `check…`, and without defaults of whole structs: these would count
/// as reading each field. Adds the configuration structs of the file to `structs`.
fn without_checks(text: &str, path: &Path, structs: &mut BTreeSet<String>) -> String {
    let mut out = String::new();
    let mut lines = text.lines();
    let (mut derived, mut strict) = ("", false);
    while let Some(line) = lines.next() {
        if line.starts_with("#[derive(") {
            derived = line;
        }
        strict |= line.starts_with("#[serde(") && line.contains("deny_unknown_fields");
        let item = line.trim_start_matches("pub ").strip_prefix("struct ");
        if let Some(name) = item.and_then(|rest| rest.split(|c: char| !c.is_alphanumeric()).next()) {
            let checked = path.starts_with("config") && CHECKED_FORMS.contains(&name);
            if checked || strict && !WRITTEN_BY_THE_PROGRAM.contains(&name) {
                let traits = derived.trim_start_matches("#[derive(").trim_end_matches(")]").split(", ");
                let harm = traits.map(|t| t.rsplit("::").next().unwrap()).find(|t| !HARMLESS.contains(t));
                assert_eq!(harm, None, "{name} derives it, which hides unread keys from the compiler");
                structs.insert(name.to_owned());
            }
        }
        if !line.starts_with(['#', '/']) {
            (derived, strict) = ("", false);
        }
        let line = if line.starts_with("#[serde(") { line.replace(", default", "") } else { line.to_owned() };
        out += &format!("{line}\n");

        let start = line.trim_start();
        let indent = &line[..line.len() - start.len()];
        let function =
            start.split_once("fn ").filter(|(before, _)| before.is_empty() || before.starts_with("pub"));
        if !function.is_some_and(|(_, name)| name.starts_with("check_") || name.starts_with("check(")) {
            continue;
        }
        let mut signature = line.clone();
        while !signature.ends_with('{') {
            signature = lines.next().unwrap().to_owned();
            out += &format!("{signature}\n");
        }
        out += &format!("{indent}    unimplemented!()\n{indent}}}\n");
        let end = format!("{indent}}}");
        assert!(lines.any(|line| line == end), "end of `{start}` in {}", path.display());
    }
    out
}
