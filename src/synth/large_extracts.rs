//! Large plain extracts, village by village: memory holds a few villages, never the prefecture.

use std::collections::BTreeMap;
use std::fmt::Write as _;
use std::fs::File;
use std::io::{BufRead, BufReader, BufWriter, Write};
use std::path::{Path, PathBuf};

use arrow::record_batch::RecordBatch;
use parquet::arrow::ArrowWriter;
use rayon::prelude::*;
use sha2::{Digest, Sha256};

use super::department_records::SourceKind;
use super::encode;
use super::fixtures::{indicators_text, save_fixture_file};
use super::layout;
use super::truth::{self, HouseholdCoverage};
use super::village_rows::{CellStyle, InventedCell, InventedRow, VillageRowWriter};
use super::{FixtureFormats, SynthPlan, SynthReport, WrittenFile, events, evolve, prefecture};
use crate::progress::Progress;
use crate::table::whole_file::{WholeFile, make_folder};
use crate::{Error, Result};

/// People made at a time: enough for all threads to be busy, little enough for memory however
/// large the villages are.
const PEOPLE_AT_ONCE: u64 = 60_000;

/// One source's part of one village.
enum VillagePart {
    Text(Vec<u8>),
    Batch(RecordBatch),
}

/// Row within the part, member, and the truth about the record.
type TruthLine = (u32, u8, String);

/// One village's part of all files.
struct VillageFiles {
    /// By source: rows, their encoding, and truth lines (row within the part, member, truth).
    parts: Vec<(u64, VillagePart, Vec<TruthLine>)>,
    exceptions: String,
    /// Lines of the truth of events; empty without events.
    events: String,
    expected: u64,
    coverage: HouseholdCoverage,
    moved: Vec<(String, String)>,
    people: u64,
}

/// Writes all quarters.
pub(super) fn write_large_extracts(
    plan: &SynthPlan<'_>,
    out: &Path,
    progress: &dyn Progress,
) -> Result<SynthReport> {
    let mut report = SynthReport::default();
    let all = plan.options.persons * plan.quarters.len() as u64;
    progress.stage("生成虚构数据", Some(all));
    for step in 0..plan.quarters.len() {
        report.persons = 0;
        write_large_quarter(plan, step, &out.join(plan.quarters[step].to_string()), &mut report, progress)?;
    }
    Ok(report)
}

fn write_large_quarter(
    plan: &SynthPlan<'_>,
    step: usize,
    folder: &Path,
    report: &mut SynthReport,
    progress: &dyn Progress,
) -> Result<()> {
    let truth_folder = &truth_folder_of(folder);
    for needed in [folder, truth_folder] {
        make_folder(needed)?;
    }
    let outputs: Vec<ScaleOutput> =
        plan.sources().map(|s| ScaleOutput::create(s, plan, folder)).collect::<Result<_>>()?;
    let exceptions_path = truth_folder.join("exceptions.csv");
    let mut exceptions = create_large_file(&exceptions_path)?;
    let fail = |e| Error::io("写文件", &exceptions_path, e);
    exceptions.write_all(b"rule_code,subject_kind,entity,rule_key\n").map_err(fail)?;
    let events = plan
        .events
        .is_some()
        .then(|| -> Result<_> {
            let path = truth_folder.join("events.csv");
            let mut file = create_large_file(&path)?;
            file.write_all(events::EVENTS_HEAD.as_bytes()).map_err(|e| Error::io("写文件", &path, e))?;
            Ok((file, path))
        })
        .transpose()?;
    let mut quarter = QuarterFiles {
        events,
        outputs,
        exceptions,
        exceptions_path,
        coverage: HouseholdCoverage::new(),
        moved: Vec::new(),
    };
    let per_village = (plan.options.persons / plan.places.len() as u64).max(1);
    // Every thread has a village, and one waits for the first that is done.
    let least = 2 * rayon::current_num_threads();
    let at_once = usize::try_from(PEOPLE_AT_ONCE / per_village).unwrap_or(least).max(least);
    let indices: Vec<usize> = (0..plan.places.len()).collect();
    let mut made: Vec<VillageFiles> = Vec::new();
    for some in indices.chunks(at_once) {
        let make = || {
            some.par_iter()
                .map(|&i| write_large_village(plan, step, i))
                .collect::<Result<Vec<VillageFiles>>>()
        };
        // While these are made, those made before are written.
        let (next, written) =
            rayon::join(make, || quarter.append(std::mem::take(&mut made), report, progress));
        written?;
        made = next?;
    }
    quarter.append(made, report, progress)?;
    if plan.before.is_some() {
        save_fixture_file(
            &truth_folder.join("moved.csv"),
            prefecture::moved_text(&quarter.moved).as_bytes(),
        )?;
    }
    quarter.finish(folder, Path::new(&plan.quarters[step].to_string()), report)
}

/// Where the truth of a quarter lies whose extracts are in `folder`: beside it, never in it.
fn truth_folder_of(folder: &Path) -> PathBuf {
    folder.with_file_name("truth").join(folder.file_name().unwrap_or_default())
}

/// The files of one quarter, open.
struct QuarterFiles {
    events: Option<(BufWriter<WholeFile>, PathBuf)>,
    outputs: Vec<ScaleOutput>,
    exceptions: BufWriter<WholeFile>,
    exceptions_path: PathBuf,
    coverage: HouseholdCoverage,
    moved: Vec<(String, String)>,
}

impl QuarterFiles {
    fn append(
        &mut self,
        villages: Vec<VillageFiles>,
        report: &mut SynthReport,
        progress: &dyn Progress,
    ) -> Result<()> {
        for v in villages {
            for (output, (rows, part, truth)) in self.outputs.iter_mut().zip(v.parts) {
                report.records += truth.len() as u64;
                output.append(rows, part, &truth)?;
            }
            self.exceptions
                .write_all(v.exceptions.as_bytes())
                .map_err(|e| Error::io("写文件", &self.exceptions_path, e))?;
            if let Some((file, path)) = &mut self.events {
                file.write_all(v.events.as_bytes()).map_err(|e| Error::io("写文件", path.as_path(), e))?;
            }
            report.exceptions += v.expected;
            report.persons += v.people;
            self.moved.extend(v.moved);
            for (unit, (covered, due)) in v.coverage {
                let entry = self.coverage.entry(unit).or_default();
                entry.0 += covered;
                entry.1 += due;
            }
            progress.advance(v.people);
        }
        Ok(())
    }

    fn finish(self, folder: &Path, quarter: &Path, report: &mut SynthReport) -> Result<()> {
        finish_large_file(self.exceptions, &self.exceptions_path)?;
        if let Some((file, path)) = self.events {
            finish_large_file(file, &path)?;
        }
        let truth = truth_folder_of(folder);
        save_fixture_file(&truth.join("indicators.csv"), indicators_text(&self.coverage).as_bytes())?;
        let records_path = truth.join("records.csv");
        let mut records = create_large_file(&records_path)?;
        let fail = |e| Error::io("写文件", &records_path, e);
        records.write_all(b"record_id,source,person,household,error_kinds\n").map_err(fail)?;
        for output in self.outputs {
            report.files.push(output.finish(&mut records, quarter)?);
        }
        finish_large_file(records, &records_path)
    }
}

fn write_large_village(plan: &SynthPlan<'_>, step: usize, index: usize) -> Result<VillageFiles> {
    let (mut world, moved) = plan.settle(index);
    let quarter = plan.quarters[step];
    if let Some(events) = &plan.events {
        let quarters = (plan.quarters[0], quarter);
        events.happen(&mut world, plan.seed, quarters, plan.options.shares().registry);
    } else {
        for &quarter in &plan.quarters[1..=step] {
            evolve::evolve(&mut world, plan.seed, quarter);
        }
    }
    let style = CellStyle { form: 0, messy: false };
    let mut writer = VillageRowWriter::new(&world, plan.slips(step), style, &plan.places[index][1]);
    writer.far = plan.far_place(index);
    let parts = plan.sources().map(|s| large_village_part(&mut writer, s, plan)).collect::<Result<_>>()?;
    let (mut told, mut exceptions, mut expected) = (String::new(), String::new(), 0);
    if let Some(events) = &plan.events {
        (told, exceptions, expected) = events::told_events(events, &writer)?;
    } else {
        for e in truth::expected_exceptions(&writer, quarter) {
            let _ = writeln!(exceptions, "{},{},{},{}", e.rule, e.subject, e.entity, e.key);
            expected += 1;
        }
    }
    let mut coverage = BTreeMap::new();
    truth::count_coverage(&world, quarter, &mut coverage);
    let people = world.people.len() as u64;
    Ok(VillageFiles { parts, exceptions, events: told, expected, coverage, moved, people })
}

/// One village's part of one file.
fn large_village_part(
    writer: &mut VillageRowWriter<'_>,
    source: SourceKind,
    plan: &SynthPlan<'_>,
) -> Result<(u64, VillagePart, Vec<TruthLine>)> {
    let formats = plan.options.formats;
    let (mut rows, mut truth) = (0u32, Vec::new());
    let mut note = |row: &mut InventedRow| {
        truth.extend(row.tags.drain(..).map(|t| (rows, t.member, t.truth)));
        rows += 1;
    };
    let part = if formats == FixtureFormats::Parquet {
        let mut batch = encode::parquet::BatchBuilder::new(large_extract_schema(source, plan));
        writer.stream(source, &mut |mut row| {
            note(&mut row);
            batch.push(&row);
        });
        VillagePart::Batch(batch.finish()?)
    } else {
        let mut text = String::new();
        writer.stream(source, &mut |mut row| {
            note(&mut row);
            encode::csv::write_csv_line(&mut text, row.cells.iter().map(InventedCell::text), "\n");
        });
        VillagePart::Text(encode_large_text(text, formats))
    };
    Ok((u64::from(rows), part, truth))
}

fn encode_large_text(text: String, formats: FixtureFormats) -> Vec<u8> {
    if formats == FixtureFormats::CsvGb18030 {
        encode::gb18030::encode_gb18030(&text)
    } else {
        text.into_bytes()
    }
}

fn large_extract_schema(
    source: SourceKind,
    plan: &SynthPlan<'_>,
) -> std::sync::Arc<arrow::datatypes::Schema> {
    let dates: &[usize] = if source == SourceKind::Student { &[6, 19] } else { &[] };
    encode::parquet::parquet_schema(&large_extract_headers(source, plan), dates)
}

/// Headers of the list of people in extreme hardship, which a DBF file would cut short.
const TEKUN_HEADERS: [&str; 12] = [
    "姓名",
    "身份证号",
    "县区",
    "乡镇",
    "村",
    "供养方式",
    "供养机构",
    "自理能力",
    "照料人",
    "委托照料协议",
    "年供养金额",
    "起享年月",
];

/// Large files use the full headers of the departments; DBF's short names stay with DBF.
fn large_extract_headers(source: SourceKind, plan: &SynthPlan<'_>) -> Vec<String> {
    let mut headers = if source == SourceKind::Tekun {
        TEKUN_HEADERS.map(str::to_owned).to_vec()
    } else {
        layout::source_headers(source, false)
    };
    if plan.events.is_some() {
        headers.extend(layout::event_headers(source).iter().map(|&h| h.to_owned()));
    }
    if plan.options.hard {
        headers.extend(layout::hard_headers(source).iter().map(|&h| h.to_owned()));
    }
    headers
}

fn create_large_file(path: &Path) -> Result<BufWriter<WholeFile>> {
    Ok(BufWriter::with_capacity(1 << 20, WholeFile::create(path, 0o644)?))
}

/// Puts a file that is written where it belongs.
fn finish_large_file(file: BufWriter<WholeFile>, path: &Path) -> Result<()> {
    file.into_inner().map_err(|e| Error::io("写文件", path, e.into_error()))?.finish()
}

/// Writes through and keeps the digest of what was written.
struct HashingWriter {
    inner: BufWriter<WholeFile>,
    digest: Sha256,
}

impl Write for HashingWriter {
    fn write(&mut self, bytes: &[u8]) -> std::io::Result<usize> {
        let n = self.inner.write(bytes)?;
        self.digest.update(&bytes[..n]);
        Ok(n)
    }
    fn flush(&mut self) -> std::io::Result<()> {
        self.inner.flush()
    }
}

enum ScaleSink {
    Text(HashingWriter),
    Parquet(Box<ArrowWriter<HashingWriter>>),
}

/// One file being written, and its truth lines waiting for the file's digest.
struct ScaleOutput {
    source: SourceKind,
    path: PathBuf,
    sink: ScaleSink,
    /// Rows so far, counting the header where there is one.
    before: u64,
    rows: u64,
    waiting: BufWriter<WholeFile>,
    waiting_path: PathBuf,
}

impl ScaleOutput {
    fn create(source: SourceKind, plan: &SynthPlan<'_>, folder: &Path) -> Result<Self> {
        let formats = plan.options.formats;
        let parquet = formats == FixtureFormats::Parquet;
        let path = folder.join(format!("{}.{}", source.file_stem(), if parquet { "parquet" } else { "csv" }));
        let mut file = HashingWriter { inner: create_large_file(&path)?, digest: Sha256::new() };
        let sink = if parquet {
            ScaleSink::Parquet(Box::new(encode::parquet::parquet_writer(
                file,
                large_extract_schema(source, plan),
            )?))
        } else {
            let mut text = String::new();
            encode::csv::write_csv_line(
                &mut text,
                large_extract_headers(source, plan).iter().map(|h| h.as_str().into()),
                "\n",
            );
            file.write_all(&encode_large_text(text, formats)).map_err(|e| Error::io("写文件", &path, e))?;
            ScaleSink::Text(file)
        };
        let waiting_path = truth_folder_of(folder).join(format!(".{}.part", source.name()));
        let waiting = create_large_file(&waiting_path)?;
        Ok(Self { source, path, sink, before: u64::from(!parquet), rows: 0, waiting, waiting_path })
    }

    fn append(&mut self, rows: u64, part: VillagePart, truth: &[TruthLine]) -> Result<()> {
        let fail = |e| Error::io("写文件", &self.path, e);
        match (&mut self.sink, part) {
            (ScaleSink::Text(file), VillagePart::Text(bytes)) => file.write_all(&bytes).map_err(fail)?,
            (ScaleSink::Parquet(writer), VillagePart::Batch(batch)) => {
                encode::parquet::append(writer, &batch)?
            }
            _ => return Err(Error::internal("生成数据时格式错位")),
        }
        let mut lines = String::with_capacity(truth.len() * 64);
        let source = self.source.name();
        for (at, member, truth) in truth {
            let row = self.before + self.rows + u64::from(*at) + 1;
            let _ = write!(lines, ".r{row}");
            if *member > 0 {
                let _ = write!(lines, ".m{member}");
            }
            let _ = writeln!(lines, ",{source},{truth}");
        }
        self.rows += rows;
        self.waiting.write_all(lines.as_bytes()).map_err(|e| Error::io("写文件", &self.waiting_path, e))
    }

    /// Closes the file; its digest completes the record ids.
    fn finish(self, records: &mut impl Write, quarter: &Path) -> Result<WrittenFile> {
        let file = match self.sink {
            ScaleSink::Text(file) => file,
            ScaleSink::Parquet(writer) => encode::parquet::finish(*writer)?,
        };
        finish_large_file(file.inner, &self.path)?;
        let hash: String = file.digest.finalize().iter().take(4).map(|b| format!("{b:02x}")).collect();
        let fail = |e| Error::io("写文件", &self.waiting_path, e);
        finish_large_file(self.waiting, &self.waiting_path)?;
        let prefix = format!("{}:{hash}", self.source.name());
        let part = File::open(&self.waiting_path).map_err(fail)?;
        let mut part = BufReader::with_capacity(1 << 20, part);
        let mut line = Vec::new();
        while part.read_until(b'\n', &mut line).map_err(fail)? > 0 {
            records.write_all(prefix.as_bytes()).and_then(|()| records.write_all(&line)).map_err(fail)?;
            line.clear();
        }
        std::fs::remove_file(&self.waiting_path).map_err(fail)?;
        let name = self.path.file_name().map(PathBuf::from).unwrap_or_default();
        Ok(WrittenFile { path: quarter.join(name), rows: self.rows })
    }
}
