//! Opens a finished publication for reading: the one door through which commands and later runs
//! read one. Each stage reads its own table through it.
//!
//! A publication may be named by its run's folder, by its period's (`OUT/2018Q3`), by the link in
//! it, or be of the layout before (`OUT/quarter=2018Q3`). The link is looked up once, when the
//! publication is opened: whatever is read after is of one run, however many follow meanwhile.

use std::collections::{BTreeMap, BTreeSet};
use std::path::{Path, PathBuf};

use arrow::array::{Array as _, AsArray as _, RecordBatch, StringArray};
use parquet::arrow::ProjectionMask;
use parquet::arrow::arrow_reader::ParquetRecordBatchReaderBuilder;
use rayon::prelude::*;
use sha2::{Digest as _, Sha256};

use super::checked_files::{CheckedFiles, ListedFile, not_as_published, open_as_listed};
use super::id_ledger::ListedLedger;
use super::layout::{self, LATEST, MANIFEST, RunName};
use super::list_issue::ListIssue;
use super::manifest::{Completeness, FORMAT, KeyNames, OutputFile, PartialRun, READABLE};
use super::returned_points::ReturnedPoints;
use super::table_reader::{self, TableRow};
use crate::model::list_months::CoveredMonths;
use crate::model::period::Period;
use crate::model::published_id::PublishedId;
use crate::model::undecided::LackedPlace;
use crate::privacy::IdentitySecret;
use crate::table::digest::hex_text;
use crate::table::rows::PositionedFile;
use crate::{Error, Result};

/// Links that are followed before they are taken for a circle.
const MOST_LINKS: usize = 40;
/// How to name a publication.
const HOW_NAMED: &str = "指向一个发布，例如 out/2018Q3、out/2018Q3/latest 或其中的 run-… 文件夹";

/// A finished publication, opened for reading.
///
/// ```no_run
/// use bidui::Snapshot;
///
/// let snapshot = Snapshot::open("out/2018Q3".as_ref())?;
/// let worst = snapshot.rows("tables/fact_exception.parquet", |row| row.get("severity") == "S1")?;
/// println!("{}: {} exceptions of S1", snapshot.period(), worst.len());
/// # Ok::<(), bidui::Error>(())
/// ```
#[derive(Debug, Clone)]
pub struct Snapshot {
    folder: PathBuf,
    version: String,
    pipeline_digest: String,
    period: Period,
    previous_period: Option<Period>,
    pipeline: String,
    /// `None`: it does not say.
    prefecture: Option<String>,
    ledgers: Vec<ListedLedger>,
    completeness: Completeness,
    lacked: BTreeMap<String, Vec<LackedPlace>>,
    /// Of lists with a window, the months that they told of.
    months: BTreeMap<String, CoveredMonths>,
    /// Rules that ran.
    judged: BTreeSet<String>,
    accepted: BTreeMap<String, u64>,
    read: BTreeMap<String, u64>,
    returns: Option<ReturnedPoints>,
    issue: Option<ListIssue>,
    outputs: Vec<OutputFile>,
    /// Tables of every source that was delivered.
    tables: BTreeMap<String, Vec<TableHead>>,
    /// Names of the keys it was made with; `None` before there were any.
    keys: Option<KeyNames>,
    /// Under which its ids are read anew, where it was made with another secret.
    carried: Option<IdentitySecret>,
    /// Files that are what the manifest lists.
    checked: CheckedFiles,
}

#[derive(serde::Deserialize)]
struct ManifestHead {
    #[serde(default)]
    version: String,
    #[serde(default)]
    pipeline_digest: String,
    /// `quarter` in format 1.
    #[serde(alias = "quarter")]
    period: Period,
    #[serde(alias = "previous_quarter")]
    previous_period: Option<Period>,
    pipeline: String,
    prefecture: Option<String>,
    #[serde(default)]
    ledgers: Vec<ListedLedger>,
    #[serde(default)]
    partial: Vec<PartialRun>,
    sources: Vec<SourceHead>,
    #[serde(default)]
    rules: Vec<RuleHead>,
    returns: Option<ReturnedPoints>,
    issue: Option<ListIssue>,
    outputs: Vec<OutputFile>,
    keys: Option<KeyNames>,
}

#[derive(serde::Deserialize)]
struct FormatHead {
    format: u32,
}

#[derive(serde::Deserialize)]
struct RuleHead {
    code: String,
    ran: bool,
}

#[derive(serde::Deserialize)]
struct SourceHead {
    source: String,
    present: bool,
    read: u64,
    accepted: u64,
    #[serde(default)]
    tables: Vec<TableHead>,
    #[serde(default)]
    lacked: Vec<LackedPlace>,
    #[serde(default)]
    months: CoveredMonths,
}

#[derive(Debug, Clone, serde::Deserialize)]
struct TableHead {
    sha256: String,
    /// Nothing before they were counted.
    #[serde(default)]
    counties: BTreeMap<String, u64>,
}

/// Folder of the one run that `path` names, however it names it.
fn find_snapshot_folder(path: &Path) -> Result<PathBuf> {
    // Without the slash at the end, which would look through the link.
    let mut path: PathBuf = path.components().collect();
    for _ in 0..MOST_LINKS {
        let link = path.join(LATEST);
        if path.is_symlink() {
            let target = std::fs::read_link(&path).map_err(|e| Error::io("打开发布", &path, e))?;
            path = path.parent().unwrap_or(Path::new("")).join(target);
        } else if !path.join(MANIFEST).is_file() && link.symlink_metadata().is_ok() {
            path = link;
        } else {
            return Ok(path);
        }
    }
    Err(Error::input("链接互相指向，找不到发布").in_file(path).hint(HOW_NAMED))
}

/// Why there is no publication in `folder`, which `named` leads to, and the cure.
fn nothing_there(named: &Path, folder: &Path, cause: std::io::Error) -> Error {
    let no =
        Error::input("不是完整的发布：读不到 manifest.json").in_file(folder.join(MANIFEST)).caused_by(cause);
    if named.file_name().is_some_and(|name| name == LATEST) || named.join(LATEST).is_symlink() {
        return no.hint("latest 指向的发布已不在；重新运行该期，或指向其中的一个 run-… 文件夹");
    }
    if layout::list_runs(named).is_ok_and(|runs| !runs.is_empty()) {
        return no.hint("这里的运行都没有完成；重新运行该期");
    }
    match layout::list_periods(named).ok().and_then(|mut periods| periods.pop()) {
        Some((_, newest)) => no.hint(format!("这里有几期的发布；指向其中一个，例如 {}", newest.display())),
        None => no.hint(format!("{HOW_NAMED}；若上次运行中断，请重新运行该期")),
    }
}

/// Refuses a manifest that is not the one its run's folder is named after.
fn check_manifest(folder: &Path, text: &[u8]) -> Result<()> {
    let name = folder.file_name().and_then(|name| name.to_str()?.parse::<RunName>().ok());
    match name {
        Some(name) if name != RunName::new(name.number(), &hex_text(&Sha256::digest(text))) => {
            Err(not_as_published(
                "清册与这次发布的文件夹名不符：被改动过，或是别的发布的",
                &folder.join(MANIFEST),
            ))
        }
        _ => Ok(()),
    }
}

impl Snapshot {
    /// Opens the publication that `path` names: a run's folder, a period's, its link `latest`, or
    /// a folder of the layout before.
    ///
    /// # Errors
    /// There is none, it is not complete, its manifest was changed, or a later version wrote it.
    pub fn open(path: &Path) -> Result<Self> {
        let folder = find_snapshot_folder(path)?;
        let file = folder.join(MANIFEST);
        let text = std::fs::read(&file).map_err(|e| nothing_there(path, &folder, e))?;
        check_manifest(&folder, &text)?;
        let unreadable = |e: serde_json::Error| {
            Error::input(format!("manifest.json 无法读取：{e}"))
                .in_file(&file)
                .hint("文件可能被改动；请重新运行该期")
        };
        let FormatHead { format } = serde_json::from_slice(&text).map_err(unreadable)?;
        if !READABLE.contains(&format) {
            return Err(Error::input(format!("发布的格式版本为{format}，本程序只认到{FORMAT}"))
                .in_file(&file)
                .hint("换用更新的程序，或用本版程序重新运行该期"));
        }
        let head: ManifestHead = serde_json::from_slice(&text).map_err(unreadable)?;
        let present = || head.sources.iter().filter(|s| s.present);
        Ok(Self {
            folder,
            version: head.version,
            pipeline_digest: head.pipeline_digest,
            period: head.period,
            previous_period: head.previous_period,
            lacked: present().map(|s| (s.source.clone(), s.lacked.clone())).collect(),
            // Of a list that did not come earlier publications tell all the same.
            months: head.sources.iter().map(|s| (s.source.clone(), s.months.clone())).collect(),
            judged: head.rules.into_iter().filter(|rule| rule.ran).map(|rule| rule.code).collect(),
            accepted: present().map(|s| (s.source.clone(), s.accepted)).collect(),
            read: present().map(|s| (s.source.clone(), s.read)).collect(),
            tables: present().map(|s| (s.source.clone(), s.tables.clone())).collect(),
            pipeline: head.pipeline,
            prefecture: head.prefecture,
            ledgers: head.ledgers,
            completeness: Completeness::of(&head.partial),
            returns: head.returns,
            issue: head.issue,
            outputs: head.outputs,
            keys: head.keys,
            carried: None,
            checked: CheckedFiles::default(),
        })
    }

    /// Opens the publication that `path` names; `None` if it names none.
    ///
    /// # Errors
    /// As [`Snapshot::open`], but for there being none.
    pub fn recognize(path: &Path) -> Result<Option<Self>> {
        if find_snapshot_folder(path)?.join(MANIFEST).is_file() {
            Self::open(path).map(Some)
        } else {
            Ok(None)
        }
    }

    /// Opens the current publication of a period below `out`, if there is one: that of today's
    /// layout, else that of the one before.
    ///
    /// # Errors
    /// As [`Snapshot::open`], but for there being none; there were runs, and none is the current one any more; what lies
    /// there is of another period.
    pub fn find(out: &Path, period: Period) -> Result<Option<Self>> {
        let folder = layout::period_folder(out, period);
        let mut found = Self::recognize(&folder)?;
        if found.is_none() && !layout::names_current_run(&folder) {
            found = Self::recognize(&layout::old_folder(out, period))?;
        }
        // What goes on from the period must not go on without it in silence.
        if found.is_none() && (layout::names_current_run(&folder) || !layout::list_runs(&folder)?.is_empty())
        {
            found = Some(Self::open(&folder)?);
        }
        match found {
            Some(other) if other.period != period => Err(not_as_published(
                &format!("{period}的发布文件夹里是{}的清册", other.period),
                &other.path(MANIFEST),
            )),
            found => Ok(found),
        }
    }

    /// Opens the publication that `path` names, else the latest period's below it.
    ///
    /// # Errors
    /// As [`Snapshot::open`].
    pub fn newest(path: &Path) -> Result<Self> {
        match Self::recognize(path)? {
            Some(found) => Ok(found),
            None => match layout::list_periods(path)?.pop() {
                Some((_, folder)) => Self::open(&folder),
                None => Self::open(path),
            },
        }
    }

    /// Folder of the run that [`Snapshot::newest`] would open, without opening it.
    ///
    /// # Errors
    /// The folders cannot be read.
    pub(crate) fn newest_folder(path: &Path) -> Result<PathBuf> {
        let named = find_snapshot_folder(path)?;
        if named.join(MANIFEST).is_file() {
            return Ok(named);
        }
        match layout::list_periods(path)?.pop() {
            Some((_, folder)) => find_snapshot_folder(&folder),
            None => Ok(named),
        }
    }

    /// Folder of the run.
    pub fn folder(&self) -> &Path {
        &self.folder
    }

    /// Path of a file of the publication, unchecked.
    pub fn path(&self, relative: &str) -> PathBuf {
        self.folder.join(relative)
    }

    /// Path of a file that is what the manifest lists.
    ///
    /// # Errors
    /// Input: the manifest does not list it, it is not there, or not what was published.
    pub(crate) fn checked_path(&self, relative: &str) -> Result<PathBuf> {
        self.checked_file(relative).map(|_| self.path(relative))
    }

    /// A file, opened, that is what the manifest lists. Each is compared once.
    ///
    /// # Errors
    /// As for [`Snapshot::checked_path`].
    pub(crate) fn checked_file(&self, relative: &str) -> Result<PositionedFile> {
        let listed = self.outputs.iter().find(|output| output.path == relative);
        let unlisted = || not_as_published("发布的清册里没有这个文件", &self.path(relative));
        self.checked.open(&self.folder, listed.ok_or_else(unlisted)?)
    }

    /// Compares files side by side: whoever reads them knows before any work.
    ///
    /// # Errors
    /// The first of them that is not listed, not there, or not what was published.
    pub(crate) fn check_files(&self, files: &[&str]) -> Result<()> {
        let checked: Vec<Result<()>> =
            files.par_iter().map(|file| self.checked_file(file).map(|_| ())).collect();
        checked.into_iter().collect()
    }

    /// Names of the keys it was made with; `None` for publications from before there were any.
    pub fn keys(&self) -> Option<&KeyNames> {
        self.keys.as_ref()
    }

    /// The publication as the holder of `secret` reads it: where it was made with another secret, or with none, its
    /// persons and households are called by what `IdentitySecret::carry` makes of their ids.
    #[must_use]
    pub fn read_under(mut self, secret: &IdentitySecret) -> Self {
        let same = self.keys.as_ref().is_some_and(|keys| keys.identity == secret.key_id());
        self.carried = (!same).then(|| secret.clone());
        self
    }

    /// True if its ids are read under another secret than they were made with.
    pub fn is_carried(&self) -> bool {
        self.carried.is_some()
    }

    /// Codes of the rules that ran, as they were then.
    pub(crate) fn judged_rules(&self) -> &BTreeSet<String> {
        &self.judged
    }

    /// Ids of the publication as they are called in this run.
    pub(crate) fn carry_ids<const LETTER: char>(&self, ids: &mut [PublishedId<LETTER>]) {
        if let Some(secret) = &self.carried {
            secret.carry(ids);
        }
    }

    /// Who reads its ids anew, if anybody.
    pub(crate) fn carrier(&self) -> Option<&IdentitySecret> {
        self.carried.as_ref()
    }

    /// Version of the program that wrote it; `""` where it does not say.
    pub fn version(&self) -> &str {
        &self.version
    }

    /// Digest over the pipeline folder that it was made with.
    pub(crate) fn pipeline_digest(&self) -> &str {
        &self.pipeline_digest
    }

    /// The period it was compared with, if it was with any.
    pub fn previous_period(&self) -> Option<Period> {
        self.previous_period
    }

    /// Places whose part of a source's list was not there, or was of another period.
    pub(crate) fn lacked(&self, source: &str) -> &[LackedPlace] {
        self.lacked.get(source).map_or(&[], Vec::as_slice)
    }

    /// Months of which a list with a window, or publications before this one, told by county; nothing where it does not say.
    pub(crate) fn months(&self, source: &str) -> CoveredMonths {
        self.months.get(source).cloned().unwrap_or_default()
    }

    /// Counties in each of the tables of a source; nothing where they were not counted.
    pub(crate) fn counties_by_table(&self, source: &str) -> Vec<BTreeSet<String>> {
        let tables = self.tables.get(source).into_iter().flatten();
        tables.map(|table| table.counties.keys().cloned().collect()).collect()
    }

    /// Title of the pipeline that wrote it.
    pub fn pipeline(&self) -> &str {
        &self.pipeline
    }

    /// Code of the prefecture whose lists it is about; `None` where it does not say.
    pub(crate) fn prefecture(&self) -> Option<&str> {
        self.prefecture.as_deref()
    }

    /// Ledgers of ids that lay beside it when it was made.
    pub(crate) fn ledgers(&self) -> &[ListedLedger] {
        &self.ledgers
    }

    /// What it asked the departments to mend; `None` where it does not say.
    pub(crate) fn returned_points(&self) -> Option<&ReturnedPoints> {
        self.returns.as_ref()
    }

    /// What it says of the lists that it handed out; `None` where it does not say.
    pub(crate) fn list_issue(&self) -> Option<&ListIssue> {
        self.issue.as_ref()
    }

    /// How much of its period it tells.
    pub(crate) fn completeness(&self) -> Completeness {
        self.completeness
    }

    /// Codes of the counties that its lists have rows of.
    pub(crate) fn all_counties(&self) -> BTreeSet<&str> {
        let tables = self.tables.values().flatten();
        tables.flat_map(|table| table.counties.keys()).map(String::as_str).collect()
    }

    /// Rows of a table that `wanted` keeps, as text.
    ///
    /// # Errors
    /// The file is missing, or not what was published.
    pub fn rows(&self, relative: &str, wanted: impl Fn(&TableRow) -> bool) -> Result<Vec<TableRow>> {
        table_reader::read_opened_rows(self.checked_file(relative)?, &self.path(relative), wanted)
    }

    /// True if the manifest has a file of that path, whether it is still there or not.
    pub(crate) fn lists(&self, relative: &str) -> bool {
        self.outputs.iter().any(|output| output.path == relative)
    }

    /// Rows of a table at these places, ascending; `places` count from 0.
    ///
    /// # Errors
    /// The file is missing, or not what was published.
    pub(crate) fn rows_at(&self, relative: &str, places: &[u32]) -> Result<Vec<TableRow>> {
        table_reader::read_rows_at(self.checked_file(relative)?, &self.path(relative), places)
    }

    /// Shows the texts of some columns of a table row by row, with the row's place; a column that the table lacks and a
    /// value that is missing are `""`.
    ///
    /// # Errors
    /// The file is missing, or not what was published.
    pub(crate) fn scan<const N: usize>(
        &self,
        relative: &str,
        columns: [&str; N],
        mut see: impl FnMut(u32, [&str; N]),
    ) -> Result<()> {
        let builder = self.open_file(relative)?;
        let named = columns.into_iter().filter(|column| !column.is_empty());
        let mask = ProjectionMask::columns(builder.parquet_schema(), named);
        let damaged = |e: &dyn std::fmt::Display| self.damaged(relative, &e.to_string());
        let mut place = 0u32;
        for batch in builder.with_projection(mask).build().map_err(|e| damaged(&e))? {
            let batch = batch.map_err(|e| damaged(&e))?;
            let arrays = columns
                .map(|column| batch.column_by_name(column).and_then(|array| array.as_string_opt::<i32>()));
            for row in 0..batch.num_rows() {
                see(place, arrays.map(|array| array.map_or("", |array| text_at(array, row))));
                place += 1;
            }
        }
        Ok(())
    }

    /// Files of the publication as the manifest lists them.
    pub fn outputs(&self) -> &[OutputFile] {
        &self.outputs
    }

    /// Its period.
    pub fn period(&self) -> Period {
        self.period
    }

    /// Records accepted from a source, for audits.
    pub fn accepted(&self, source: &str) -> Option<u64> {
        self.accepted.get(source).copied()
    }

    /// Units read from a source, for audits.
    pub fn read(&self, source: &str) -> Option<u64> {
        self.read.get(source).copied()
    }

    /// True if a file with this digest was among those of a source.
    pub(crate) fn had_file(&self, source: &str, sha256: &str) -> bool {
        self.tables.get(source).is_some_and(|tables| tables.iter().any(|t| t.sha256 == sha256))
    }

    /// Sources with files, and the digests of these.
    pub(crate) fn source_files(&self) -> BTreeMap<&str, BTreeSet<&str>> {
        let own = self.tables.iter().map(|(source, tables)| {
            let digests: BTreeSet<&str> = tables.iter().map(|table| table.sha256.as_str()).collect();
            (source.as_str(), digests)
        });
        own.filter(|(_, digests)| !digests.is_empty()).collect()
    }

    /// Records of a source by county code; nothing where they were not counted.
    pub(crate) fn counties(&self, source: &str) -> BTreeMap<String, u64> {
        let mut counties = BTreeMap::new();
        for (county, count) in self.tables.get(source).into_iter().flatten().flat_map(|t| &t.counties) {
            *counties.entry(county.clone()).or_insert(0) += count;
        }
        counties
    }

    /// Compares every file that the manifest lists with its digest; [`Snapshot::verify_all`] tells more.
    ///
    /// # Errors
    /// A file that is missing or whose digest is another.
    pub fn verify(&self) -> Result<()> {
        for output in &self.outputs {
            let path = self.folder.join(&output.path);
            if !matches!(open_as_listed(&path, output)?, ListedFile::Same(_)) {
                return Err(Error::input("文件与清册不符，可能被改动").in_file(path).hint("重新运行该期"));
            }
        }
        Ok(())
    }

    /// Reads a whole table.
    ///
    /// # Errors
    /// The file is missing, or not what was published.
    pub(crate) fn batches(&self, relative: &str) -> Result<Vec<RecordBatch>> {
        let reader = self.open_file(relative)?.build();
        let reader = reader.map_err(|e| self.damaged(relative, &e.to_string()))?;
        let batches = reader.collect::<std::result::Result<Vec<_>, _>>();
        batches.map_err(|e| self.damaged(relative, &e.to_string()))
    }

    /// Opens a table of the publication for reading.
    ///
    /// # Errors
    /// The file is missing, or not what was published.
    pub(crate) fn open_file(
        &self,
        relative: &str,
    ) -> Result<ParquetRecordBatchReaderBuilder<PositionedFile>> {
        let file = self.checked_file(relative)?;
        ParquetRecordBatchReaderBuilder::try_new(file).map_err(|e| self.damaged(relative, &e.to_string()))
    }

    /// Says that a file of the publication cannot be read, and the cure.
    pub(crate) fn damaged(&self, relative: &str, why: &str) -> Error {
        Error::input(format!("{}的发布已损坏：{why}", self.period))
            .in_file(self.folder.join(relative))
            .hint(format!("重新运行{}，或指向完好的发布", self.period))
    }
}

/// A text; `""` where it is missing.
fn text_at(array: &StringArray, row: usize) -> &str {
    if array.is_valid(row) { array.value(row) } else { "" }
}

/// Opens a test's folder as the publication of 2018Q3: its manifest is written anew over the files below `restricted/` and
/// `tables/`.
#[cfg(test)]
pub(crate) fn open_as_publication(folder: &Path) -> Result<Snapshot> {
    let mut outputs = Vec::new();
    for part in ["restricted", "tables"] {
        for entry in std::fs::read_dir(folder.join(part)).into_iter().flatten().flatten() {
            let digest =
                std::fs::File::open(entry.path()).and_then(|file| crate::table::digest::digest_file(&file));
            let digest = digest.map_err(|e| Error::io("读取文件", &entry.path(), e))?;
            outputs.push(serde_json::json!({
                "path": format!("{part}/{}", entry.file_name().to_string_lossy()),
                "sha256": digest.sha256, "bytes": digest.bytes, "rows": null,
            }));
        }
    }
    let manifest = serde_json::json!({
        "format": FORMAT, "period": "2018Q3", "pipeline": "", "sources": [], "outputs": outputs,
    });
    let file = folder.join(MANIFEST);
    std::fs::write(&file, manifest.to_string()).map_err(|e| Error::io("写清册", &file, e))?;
    Snapshot::open(folder)
}

#[cfg(test)]
mod tests {
    use std::fs;
    use std::os::unix::fs::symlink;

    use super::*;

    const PUBLICATION: &str = r#"{"format":2,"period":"2018Q3","pipeline":"","sources":[],"outputs":[]}"#;

    /// Makes a run's folder and lets the link name it.
    fn run(period_folder: &Path, number: u32) -> PathBuf {
        let name = RunName::new(number, &hex_text(&Sha256::digest(PUBLICATION))).to_string();
        let folder = period_folder.join(&name);
        fs::create_dir_all(&folder).unwrap();
        fs::write(folder.join(MANIFEST), PUBLICATION).unwrap();
        let _ = fs::remove_file(period_folder.join(LATEST));
        symlink(&name, period_folder.join(LATEST)).unwrap();
        folder
    }

    fn q3() -> Period {
        "2018Q3".parse().unwrap()
    }

    #[test]
    fn a_publication_has_several_names() {
        let out = tempfile::tempdir().unwrap();
        let period = out.path().join("2018Q3");
        let folder = run(&period, 1);
        let alias = out.path().join("alias");
        symlink("2018Q3/latest", &alias).unwrap();
        let slash = PathBuf::from(format!("{}/latest/", period.display()));
        for name in [&folder, &period, &period.join(LATEST), &slash, &alias] {
            assert_eq!(Snapshot::open(name).unwrap().folder(), folder, "{}", name.display());
            assert_eq!(Snapshot::recognize(name).unwrap().unwrap().folder(), folder);
        }
        assert_eq!(Snapshot::find(out.path(), q3()).unwrap().unwrap().folder(), folder);
        assert_eq!(Snapshot::newest(out.path()).unwrap().folder(), folder);
    }

    #[test]
    fn what_is_opened_stays_the_same_run() {
        let out = tempfile::tempdir().unwrap();
        let period = out.path().join("2018Q3");
        let first = run(&period, 1);
        let opened = Snapshot::open(&period.join(LATEST)).unwrap();
        let second = run(&period, 2);
        assert_eq!(opened.path("report.html"), first.join("report.html"));
        assert_eq!(Snapshot::open(&period).unwrap().folder(), second);
    }

    #[test]
    fn the_layout_before_is_read_until_there_is_a_new_one() {
        let out = tempfile::tempdir().unwrap();
        let old = layout::old_folder(out.path(), q3());
        fs::create_dir(&old).unwrap();
        fs::write(old.join(MANIFEST), PUBLICATION.replace("2,\"period", "1,\"quarter")).unwrap();
        assert_eq!(Snapshot::open(&old).unwrap().period(), q3());
        assert_eq!(Snapshot::find(out.path(), q3()).unwrap().unwrap().folder(), old);
        // As a kill of the first new run leaves it.
        let period = out.path().join("2018Q3");
        let new = run(&period, 1);
        fs::remove_file(period.join(LATEST)).unwrap();
        assert_eq!(Snapshot::find(out.path(), q3()).unwrap().unwrap().folder(), old);
        symlink(new.file_name().unwrap(), period.join(LATEST)).unwrap();
        assert_eq!(Snapshot::find(out.path(), q3()).unwrap().unwrap().folder(), new);
    }

    #[test]
    fn what_is_none_is_refused_with_the_folder_and_the_cure() {
        let out = tempfile::tempdir().unwrap();
        let hint = |path: &Path| {
            assert!(Snapshot::recognize(path).is_ok_and(|none| none.is_none()), "{}", path.display());
            let error = Snapshot::open(path).unwrap_err();
            assert!(error.location().file.is_some());
            error.hint_text().unwrap().to_owned()
        };
        assert!(hint(&out.path().join("nowhere")).contains("out/2018Q3"));
        let period = out.path().join("2018Q3");
        let folder = run(&period, 1);
        // The folder above names its periods.
        assert!(hint(out.path()).contains(period.to_str().unwrap()));
        fs::remove_file(period.join(LATEST)).unwrap();
        assert!(hint(&period).contains("没有完成"));
        symlink("run-0002-00000000", period.join(LATEST)).unwrap();
        assert!(hint(&period).contains("已不在"));
        assert!(hint(&period.join(LATEST)).contains("已不在"));
        // Nor is it passed over.
        for lost in [Snapshot::find(out.path(), q3()).map(|_| ()), Snapshot::newest(out.path()).map(|_| ())] {
            assert!(lost.unwrap_err().hint_text().unwrap().contains("已不在"));
        }
        fs::remove_file(period.join(LATEST)).unwrap();
        symlink("..", period.join(LATEST)).unwrap();
        assert!(Snapshot::find(out.path(), q3()).unwrap_err().hint_text().unwrap().contains("已不在"));
        fs::remove_file(period.join(LATEST)).unwrap();
        assert!(Snapshot::find(out.path(), q3()).unwrap_err().hint_text().unwrap().contains("没有完成"));
        fs::write(folder.join(MANIFEST), r#"{"format":4}"#).unwrap();
        assert!(Snapshot::open(&folder).unwrap_err().message().contains("清册与这次发布的文件夹名不符"));
        // Of before there were runs' folders.
        let later = out.path().join("later");
        fs::rename(&folder, &later).unwrap();
        let error = Snapshot::open(&later).unwrap_err();
        assert!(error.message().contains("格式版本为4"), "{error:?}");
        let circle = out.path().join("circle");
        symlink("circle", &circle).unwrap();
        assert!(Snapshot::open(&circle).unwrap_err().message().contains("互相指向"));
    }
}
