//! Lists that come back filled in, as people and programs make them (E1 to E18 of the cases that round trips of others failed).

use std::path::{Path, PathBuf};
use std::process::Command;

use bidui::{AnswerStore, Snapshot, StandingAnswers};
use serde_json::Value;

use crate::end_to_end::{bidui, published, text};

mod answers_in_cells;
mod books;
mod imports;
mod reviewed;
mod round_trips;
mod saved_answers;

use books::ReturnedBook;

/// An output folder of its own with the publications of the fixtures.
struct Office {
    folder: tempfile::TempDir,
}

/// What an import said.
struct Told {
    code: i32,
    json: Value,
    err: String,
}

impl Office {
    /// With the publications of these quarters.
    fn with(quarters: &[&str]) -> Self {
        let folder = tempfile::tempdir().unwrap();
        std::fs::create_dir(folder.path().join("out")).unwrap();
        for quarter in quarters {
            // Publications are never changed: links will do.
            let from = published().join("out").join(quarter);
            let copied = Command::new("cp").arg("-al").arg(from).arg(folder.path().join("out")).status();
            assert!(copied.unwrap().success());
        }
        Self { folder }
    }
    fn new() -> Self {
        Self::with(&["2018Q3"])
    }
    fn out(&self) -> PathBuf {
        self.folder.path().join("out")
    }
    fn path(&self, name: &str) -> PathBuf {
        self.folder.path().join(name)
    }
    /// A list as it was handed out, the largest.
    fn book(&self) -> ReturnedBook {
        self.book_of("2018Q3")
    }
    fn book_of(&self, quarter: &str) -> ReturnedBook {
        ReturnedBook::read(&self.list(quarter))
    }
    /// The largest workbook of a quarter.
    fn list(&self, quarter: &str) -> PathBuf {
        let snapshot = Snapshot::open(&self.out().join(quarter)).unwrap();
        let lists =
            snapshot.outputs().iter().filter(|o| o.path.starts_with("lists/") && o.path.ends_with(".xlsx"));
        let not_answered = ["退回", "台账", "责任部门"];
        let lists = lists.filter(|output| !not_answered.iter().any(|name| output.path.contains(name)));
        let largest = lists.max_by_key(|output| output.rows.unwrap_or(0)).unwrap();
        snapshot.path(&largest.path)
    }
    fn import(&self, paths: &[&Path], more: &[&str]) -> Told {
        let out = self.out();
        let mut words = vec!["triage", "import"];
        words.extend(paths.iter().map(|path| text(path)));
        words.extend(["--out", text(&out), "--by", "操作员", "--format", "json"]);
        words.extend(more);
        let output = bidui(&words);
        let (said, err) =
            (String::from_utf8(output.stdout).unwrap(), String::from_utf8(output.stderr).unwrap());
        let json = serde_json::from_str(&said).unwrap_or(Value::Null);
        Told { code: output.status.code().unwrap(), json, err }
    }
    /// What stands: verdicts by fingerprint.
    fn standing(&self) -> StandingAnswers {
        let snapshot = Snapshot::newest(&self.out()).unwrap();
        match AnswerStore::find(&self.out(), &snapshot.keys().unwrap().identity).unwrap() {
            Some(store) => {
                store.check_whole().unwrap();
                StandingAnswers::read(&store).unwrap()
            }
            None => StandingAnswers::default(),
        }
    }
    /// Answer to the exception whose row bears a key.
    fn answer(&self, key: &str) -> Option<bidui::Answer> {
        let snapshot = Snapshot::newest(&self.out()).unwrap();
        let bare = if key.len() == 27 { &key[1..] } else { key };
        let rows = snapshot.rows("restricted/exception.parquet", |row| row.get("listed_id") == bare).unwrap();
        self.standing().of(rows[0].get("exception_id")).map(|one| one.answer.clone())
    }
}

impl Told {
    #[track_caller]
    fn ok(self) -> Self {
        assert_eq!(self.code, 0, "{}\n{:#}", self.err, self.json);
        self
    }
    /// Rows of all files that became this.
    #[track_caller]
    fn total(&self, what: &str) -> u64 {
        self.json["total"][what].as_u64().unwrap_or_else(|| panic!("{}\n{:#}", self.err, self.json))
    }
    /// Why rows of the first file were not taken, one a line.
    fn told(&self) -> String {
        let rows = self.json["files"][0]["told"].as_array().cloned().unwrap_or_default();
        rows.iter().map(|row| format!("{}行 {}\n", row["row"], row["told"].as_str().unwrap())).collect()
    }
    fn notes(&self) -> String {
        self.json["files"][0]["notes"].to_string()
    }
}

/// Saves a file anew with LibreOffice; `None`, and says so, where there is none.
fn saved_by_libreoffice(file: &Path, to: &str, ending: &str) -> Option<PathBuf> {
    let folder = file.with_extension(format!("by-libreoffice-{ending}"));
    std::fs::create_dir_all(&folder).unwrap();
    let profile = format!("-env:UserInstallation=file://{}", folder.join("profile").display());
    let words = ["--headless", "--norestore", "--convert-to", to, "--outdir", text(&folder), text(file)];
    match Command::new("soffice").arg(profile).args(words).output() {
        Ok(output) if output.status.success() => {
            let saved = folder.join(file.file_name().unwrap()).with_extension(ending);
            assert!(saved.is_file(), "{}", String::from_utf8_lossy(&output.stderr));
            Some(saved)
        }
        _ => {
            eprintln!("LibreOffice is not there: nothing was saved as {ending} by it");
            None
        }
    }
}
