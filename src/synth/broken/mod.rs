//! Extracts and pipeline folders that must be refused or partly rejected, each with what the
//! program must say. Written to `<case>/…` with an `expected.toml` beside the files.

use std::path::Path;

use super::encode::{self, SheetLayout};
use super::fixtures::save_fixture_file;
use super::identity::{compose_synthetic_id, id_text};
use super::layout;
use super::village_rows::{InventedCell, InventedRow};
use crate::Result;

mod configuration;
mod damaged;
mod tables;

/// What must happen.
#[derive(Debug, Clone, Default, PartialEq, Eq, serde::Serialize, serde::Deserialize)]
#[serde(deny_unknown_fields)]
pub struct BrokenExpectation {
    /// What is wrong with the case, in Chinese.
    pub title: String,
    /// `load`: load `source` from `data/`; `pipeline`: open the folder `pipeline/`.
    pub stage: String,
    /// Source to load.
    pub source: String,
    /// True where the case brings its own pipeline folder, else `pipelines/hebi` applies.
    pub own_pipeline: bool,
    /// Records of the previous quarter, 0 if there was none.
    pub previous_rows: u64,
    /// Exit code: 0 read (perhaps with rejects), 2 refused.
    pub exit: u8,
    /// Part of the message, of the blocking finding or of the reason of a reject.
    pub message: String,
    /// Blocking audit that must be found, empty if none.
    pub audit: String,
    /// Records accepted, where it is read.
    pub accepted: u64,
    /// Rows rejected, where it is read.
    pub rejected: u64,
}

/// A case: its folder, files and expectation.
struct BrokenCase {
    name: &'static str,
    files: Vec<(String, Vec<u8>)>,
    expected: BrokenExpectation,
}

impl BrokenCase {
    /// A file of a source that cannot be read at all.
    fn refused(name: &'static str, title: &str, source: &str, message: &str) -> Self {
        let expected = BrokenExpectation {
            title: title.to_owned(),
            stage: "load".to_owned(),
            source: source.to_owned(),
            exit: 2,
            message: message.to_owned(),
            ..BrokenExpectation::default()
        };
        Self { name, files: Vec::new(), expected }
    }
    /// A file that is read, with `rejected` of its rows sent back.
    fn partly(
        name: &'static str,
        title: &str,
        source: &str,
        accepted: u64,
        rejected: u64,
        message: &str,
    ) -> Self {
        let mut case = Self::refused(name, title, source, message);
        case.expected.exit = 0;
        case.expected.accepted = accepted;
        case.expected.rejected = rejected;
        case
    }
    /// Read, but stopped by an audit.
    fn blocked(mut self, audit: &str) -> Self {
        self.expected.exit = 2;
        self.expected.audit = audit.to_owned();
        self
    }
    fn file(mut self, path: &str, bytes: impl Into<Vec<u8>>) -> Self {
        self.files.push((path.to_owned(), bytes.into()));
        self
    }
}

/// Writes every case to `out` and returns their names.
///
/// # Errors
/// A folder or file that cannot be written.
pub fn write_broken_cases(out: &Path) -> Result<Vec<String>> {
    let mut names = Vec::new();
    for case in tables::table_cases()
        .into_iter()
        .chain(damaged::damaged_cases()?)
        .chain(configuration::configuration_cases())
    {
        let folder = out.join(case.name);
        for (path, bytes) in &case.files {
            save_fixture_file(&folder.join(path), bytes)?;
        }
        let text = toml::to_string(&case.expected)
            .map_err(|e| crate::Error::internal("写 expected.toml 失败").caused_by(e))?;
        save_fixture_file(&folder.join("expected.toml"), text.as_bytes())?;
        names.push(case.name.to_owned());
    }
    Ok(names)
}

/// How many rows the small tables have: one bad row stays under the usual share of rejects.
const ROWS: usize = 40;

fn broken_case_id(index: usize) -> String {
    id_text(&compose_synthetic_id(410_621, 20_030_101 + index as u32 % 28, 100 + index as u32))
}

/// Cells of a small student aid table.
fn aid_rows() -> Vec<Vec<String>> {
    let cell = |t: &str| t.to_owned();
    (0..ROWS)
        .map(|i| {
            vec![
                cell("善堂镇初级中学"),
                format!("张{}", ["明", "红", "军", "丽", "华"][i % 5]),
                broken_case_id(i),
                cell("2018秋"),
                cell("义务教育寄宿生生活补助"),
                cell("625"),
                cell("建档立卡"),
                cell("张建国"),
                String::new(),
                cell("父亲"),
            ]
        })
        .collect()
}

fn aid_header() -> Vec<String> {
    layout::source_headers(super::department_records::SourceKind::StudentAid, false)
}

/// A table as CSV text.
fn csv_text(header: &[String], rows: &[Vec<String>]) -> String {
    let mut out = String::new();
    for row in std::iter::once(header).chain(rows.iter().map(Vec::as_slice)) {
        encode::csv::write_csv_line(&mut out, row.iter().map(|c| c.as_str().into()), "\r\n");
    }
    out
}

fn broken_case_sheet(header: Vec<String>, rows: Vec<Vec<String>>) -> SheetLayout {
    let cell = |c: String| if c.is_empty() { InventedCell::Empty } else { InventedCell::Text(c) };
    let rows = rows
        .into_iter()
        .map(|r| InventedRow { cells: r.into_iter().map(cell).collect(), tags: vec![], reject: None })
        .collect();
    SheetLayout::plain("Sheet1", header, rows)
}
