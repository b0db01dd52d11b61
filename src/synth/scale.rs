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

use super::deliver::Source;
use super::encode;
use super::fixtures::{indicators, save};
use super::layout;
use super::rows::{Cell, Style, Writer};
use super::truth::{self, Coverage};
use super::{Formats, Plan, SynthReport, WrittenFile, evolve};
use crate::{Error, Result};

/// Villages made at a time: enough for all threads, little enough for memory.
const AT_ONCE: usize = 32;

/// One source's part of one village.
enum Part {
    Text(Vec<u8>),
    Batch(RecordBatch),
}

/// Row within the part, member, and the truth about the record.
type TruthLine = (u32, u8, String);

/// One village's part of all files.
struct Village {
    /// By source: rows, their encoding, and truth lines (row within the part, member, truth).
    parts: Vec<(u64, Part, Vec<TruthLine>)>,
    exceptions: String,
    expected: u64,
    coverage: Coverage,
    people: u64,
}

/// Writes all quarters.
pub(super) fn write(plan: &Plan<'_>, out: &Path) -> Result<SynthReport> {
    let mut report = SynthReport::default();
    for step in 0..plan.quarters.len() {
        report.persons = 0;
        write_quarter(plan, step, &out.join(plan.quarters[step].to_string()), &mut report)?;
    }
    Ok(report)
}

fn write_quarter(plan: &Plan<'_>, step: usize, folder: &Path, report: &mut SynthReport) -> Result<()> {
    let truth_folder = folder.join("truth");
    std::fs::create_dir_all(&truth_folder).map_err(|e| Error::io("建立文件夹", &truth_folder, e))?;
    let mut outputs: Vec<Output> = Source::ALL
        .iter()
        .map(|&s| Output::create(s, plan.options.formats, folder))
        .collect::<Result<_>>()?;
    let exceptions_path = truth_folder.join("exceptions.csv");
    let mut exceptions = create(&exceptions_path)?;
    let fail = |e| Error::io("写文件", &exceptions_path, e);
    exceptions.write_all(b"rule_code,subject_kind,entity,rule_key\n").map_err(fail)?;
    let mut coverage = Coverage::new();
    let indices: Vec<usize> = (0..plan.places.len()).collect();
    for some in indices.chunks(AT_ONCE) {
        let villages: Vec<Village> =
            some.par_iter().map(|&i| village(plan, step, i)).collect::<Result<_>>()?;
        for v in villages {
            for (output, (rows, part, truth)) in outputs.iter_mut().zip(v.parts) {
                report.records += truth.len() as u64;
                output.append(rows, part, &truth)?;
            }
            exceptions.write_all(v.exceptions.as_bytes()).map_err(fail)?;
            report.exceptions += v.expected;
            report.persons += v.people;
            for (unit, (covered, due)) in v.coverage {
                let entry = coverage.entry(unit).or_default();
                entry.0 += covered;
                entry.1 += due;
            }
        }
    }
    exceptions.flush().map_err(fail)?;
    save(&truth_folder.join("indicators.csv"), indicators(&coverage).as_bytes())?;
    let records_path = truth_folder.join("records.csv");
    let mut records = create(&records_path)?;
    let fail = |e| Error::io("写文件", &records_path, e);
    records.write_all(b"record_id,source,person,household,error_kinds\n").map_err(fail)?;
    for output in outputs {
        let quarter = PathBuf::from(plan.quarters[step].to_string());
        report.files.push(output.finish(&mut records, &quarter)?);
    }
    records.flush().map_err(fail)
}

fn village(plan: &Plan<'_>, step: usize, index: usize) -> Result<Village> {
    let mut world = plan.settle(index);
    for &quarter in &plan.quarters[1..=step] {
        evolve::evolve(&mut world, plan.options.seed, quarter);
    }
    let quarter = plan.quarters[step];
    let style = Style { form: 0, messy: false };
    let mut writer = Writer::new(&world, plan.slips(step), style, &plan.places[index][1]);
    let mut parts = Vec::new();
    for source in Source::ALL {
        let mut rows = writer.rows(source);
        let mut truth = Vec::with_capacity(rows.len());
        for (at, row) in rows.iter_mut().enumerate() {
            truth.extend(row.tags.drain(..).map(|t| (at as u32, t.member, t.truth)));
        }
        let part = match plan.options.formats {
            Formats::Parquet => Part::Batch(encode::parquet::batch(&schema(source), &rows)?),
            formats => {
                let mut text = String::with_capacity(rows.len() * 160);
                for row in &rows {
                    encode::csv::line(&mut text, row.cells.iter().map(Cell::text), "\n");
                }
                Part::Text(if formats == Formats::CsvGb18030 {
                    encode::encoded(&text, encoding_rs::GB18030)
                } else {
                    text.into_bytes()
                })
            }
        };
        parts.push((rows.len() as u64, part, truth));
    }
    let mut exceptions = String::new();
    let found = truth::exceptions(&writer, quarter);
    for e in &found {
        let _ = writeln!(exceptions, "{},{},{},{}", e.rule, e.subject, e.entity, e.key);
    }
    let mut coverage = BTreeMap::new();
    truth::coverage(&world, quarter, &mut coverage);
    let people = world.people.len() as u64;
    Ok(Village { parts, exceptions, expected: found.len() as u64, coverage, people })
}

fn schema(source: Source) -> std::sync::Arc<arrow::datatypes::Schema> {
    let dates: &[usize] = if source == Source::Student { &[6, 19] } else { &[] };
    encode::parquet::schema(&headers(source), dates)
}

/// Large files use the full headers of the departments; DBF's short names stay with DBF.
fn headers(source: Source) -> Vec<String> {
    if source != Source::Tekun {
        return layout::headers(source, false);
    }
    [
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
    ]
    .map(str::to_owned)
    .to_vec()
}

fn create(path: &Path) -> Result<BufWriter<File>> {
    let file = File::create(path).map_err(|e| Error::io("建立文件", path, e))?;
    Ok(BufWriter::with_capacity(1 << 20, file))
}

/// Writes through and keeps the digest of what was written.
struct Hashing {
    inner: BufWriter<File>,
    digest: Sha256,
}

impl Write for Hashing {
    fn write(&mut self, bytes: &[u8]) -> std::io::Result<usize> {
        let n = self.inner.write(bytes)?;
        self.digest.update(&bytes[..n]);
        Ok(n)
    }
    fn flush(&mut self) -> std::io::Result<()> {
        self.inner.flush()
    }
}

enum Sink {
    Text(Hashing),
    Parquet(Box<ArrowWriter<Hashing>>),
}

/// One file being written, and its truth lines waiting for the file's digest.
struct Output {
    source: Source,
    path: PathBuf,
    sink: Sink,
    /// Rows so far, counting the header where there is one.
    before: u64,
    rows: u64,
    waiting: BufWriter<File>,
    waiting_path: PathBuf,
}

impl Output {
    fn create(source: Source, formats: Formats, folder: &Path) -> Result<Self> {
        let parquet = formats == Formats::Parquet;
        let path = folder.join(format!("{}.{}", source.name(), if parquet { "parquet" } else { "csv" }));
        let mut file = Hashing { inner: create(&path)?, digest: Sha256::new() };
        let sink = if parquet {
            Sink::Parquet(Box::new(encode::parquet::writer(file, schema(source))?))
        } else {
            let mut text = String::new();
            encode::csv::line(&mut text, headers(source).iter().map(|h| h.as_str().into()), "\n");
            let bytes = if formats == Formats::CsvGb18030 {
                encode::encoded(&text, encoding_rs::GB18030)
            } else {
                text.into_bytes()
            };
            file.write_all(&bytes).map_err(|e| Error::io("写文件", &path, e))?;
            Sink::Text(file)
        };
        let waiting_path = folder.join("truth").join(format!(".{}.part", source.name()));
        let waiting = create(&waiting_path)?;
        Ok(Self { source, path, sink, before: u64::from(!parquet), rows: 0, waiting, waiting_path })
    }

    fn append(&mut self, rows: u64, part: Part, truth: &[TruthLine]) -> Result<()> {
        let fail = |e| Error::io("写文件", &self.path, e);
        match (&mut self.sink, part) {
            (Sink::Text(file), Part::Text(bytes)) => file.write_all(&bytes).map_err(fail)?,
            (Sink::Parquet(writer), Part::Batch(batch)) => encode::parquet::append(writer, &batch)?,
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
    fn finish(mut self, records: &mut impl Write, quarter: &Path) -> Result<WrittenFile> {
        let fail = |e| Error::io("写文件", &self.path, e);
        let mut file = match self.sink {
            Sink::Text(file) => file,
            Sink::Parquet(writer) => encode::parquet::finish(*writer)?,
        };
        file.flush().map_err(fail)?;
        let hash: String = file.digest.finalize().iter().take(4).map(|b| format!("{b:02x}")).collect();
        let fail = |e| Error::io("写文件", &self.waiting_path, e);
        self.waiting.flush().map_err(fail)?;
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
