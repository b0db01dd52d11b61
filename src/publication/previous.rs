//! Reads a finished publication: what the next quarter needs of it.

use std::collections::BTreeMap;
use std::fs::File;
use std::path::{Path, PathBuf};
use std::sync::Arc;

use arrow::array::{Array as _, ArrayRef, AsArray as _, Date32Array, Int32Array, RecordBatch, StringArray};
use arrow::datatypes::{Date32Type, Int32Type};
use hashbrown::HashMap;
use parquet::arrow::ProjectionMask;
use parquet::arrow::arrow_reader::ParquetRecordBatchReaderBuilder;

use super::manifest::{FORMAT, OutputFile};
use crate::model::published_id::{HouseholdId, PersonId, PublishedId};
use crate::reconcile::views::view::View;
use crate::reconcile::{Exception, Severity, SubjectKind};
use crate::table::rows::CHUNK_ROWS;
use crate::table::string_interner::Texts;
use crate::track::{PreviousExceptions, Status, TrackedException};
use crate::{Error, Result};

/// Who every record was.
const RECORDS: &str = "restricted/record.parquet";

/// A finished publication.
#[derive(Debug, Clone)]
pub struct Previous {
    folder: PathBuf,
    quarter: String,
    accepted: BTreeMap<String, u64>,
    read: BTreeMap<String, u64>,
    outputs: Vec<OutputFile>,
}

/// An indicator as the previous publication had it.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct PreviousIndicator {
    /// Rule code.
    pub rule_code: String,
    /// Key within the rule.
    pub indicator: String,
    /// Division code.
    pub unit_code: String,
    /// Numerator.
    pub numerator: i64,
    /// Denominator; `None` for a count.
    pub denominator: Option<i64>,
}

/// Who a record of the previous quarter was.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct PreviousRecord<'a> {
    /// Record id of that quarter.
    pub record_id: &'a str,
    /// Person.
    pub person: PersonId,
    /// Household.
    pub household: HouseholdId,
    /// Normalized ID number; 15 digits where the rest was lost.
    pub id_number: Option<&'a str>,
    /// Normalized name.
    pub name: Option<&'a str>,
    /// `yyyymmdd`.
    pub birth_date: Option<i32>,
    /// Village code.
    pub village_code: &'a str,
}

/// Some records of the previous quarter.
#[derive(Debug)]
pub struct PreviousRecords {
    record_id: StringArray,
    person: Vec<PersonId>,
    household: Vec<HouseholdId>,
    id_number: Option<StringArray>,
    name: Option<StringArray>,
    birth_date: Option<Int32Array>,
    village_code: StringArray,
}

impl PreviousRecords {
    /// Columns that are read.
    const COLUMNS: [&'static str; 7] =
        ["record_id", "person_id", "household_id", "id_number", "name", "birth_date", "village_code"];

    fn new(batch: &RecordBatch, folder: &Path) -> Result<Self> {
        let rows = Rows::new(batch, folder);
        let texts = |column: &str| {
            let texts = rows.texts(column).filter(|texts| texts.null_count() == 0);
            texts.cloned().ok_or_else(|| rows.missing(column))
        };
        Ok(Self {
            record_id: texts("record_id")?,
            person: published(&texts("person_id")?).ok_or_else(|| rows.missing("person_id"))?,
            household: published(&texts("household_id")?).ok_or_else(|| rows.missing("household_id"))?,
            id_number: rows.texts("id_number").cloned(),
            name: rows.texts("name").cloned(),
            birth_date: rows.ints("birth_date").cloned(),
            village_code: texts("village_code")?,
        })
    }

    /// How many they are.
    pub fn len(&self) -> usize {
        self.person.len()
    }

    /// True without records.
    pub fn is_empty(&self) -> bool {
        self.person.is_empty()
    }

    /// One of them.
    pub fn get(&self, row: usize) -> PreviousRecord<'_> {
        PreviousRecord {
            record_id: self.record_id.value(row),
            person: self.person[row],
            household: self.household[row],
            id_number: self.id_number.as_ref().filter(|t| t.is_valid(row)).map(|t| t.value(row)),
            name: self.name.as_ref().filter(|t| t.is_valid(row)).map(|t| t.value(row)),
            birth_date: self.birth_date.as_ref().filter(|d| d.is_valid(row)).map(|d| d.value(row)),
            village_code: self.village_code.value(row),
        }
    }
}

/// The records of the previous quarter in parts, which several threads may read.
#[derive(Debug, Clone, Copy)]
pub struct PreviousParts<'a> {
    of: &'a Previous,
    count: usize,
}

impl<'a> PreviousParts<'a> {
    /// How many parts they are in.
    pub fn count(&self) -> usize {
        self.count
    }

    /// The records of a part, some at a time.
    pub fn read(&self, part: usize) -> Result<impl Iterator<Item = Result<PreviousRecords>> + 'a> {
        let of = self.of;
        let builder = of.open_file(RECORDS)?;
        let fields = builder.schema().fields().iter().enumerate();
        let wanted = fields.filter(|(_, field)| PreviousRecords::COLUMNS.contains(&field.name().as_str()));
        let mask = ProjectionMask::roots(builder.parquet_schema(), wanted.map(|(at, _)| at));
        let builder = builder.with_projection(mask).with_row_groups(vec![part]);
        let reader = builder.with_batch_size(CHUNK_ROWS).build();
        let reader = reader.map_err(|e| of.damaged(RECORDS, &e.to_string()))?;
        Ok(reader.map(move |batch| {
            let batch = batch.map_err(|e| of.damaged(RECORDS, &e.to_string()))?;
            PreviousRecords::new(&batch, &of.folder)
        }))
    }
}

fn published<const LETTER: char>(texts: &StringArray) -> Option<Vec<PublishedId<LETTER>>> {
    texts.iter().map(|text| PublishedId::parse(text?)).collect()
}

#[derive(serde::Deserialize)]
struct ManifestHead {
    format: u32,
    quarter: String,
    sources: Vec<SourceHead>,
    outputs: Vec<OutputFile>,
}

#[derive(serde::Deserialize)]
struct SourceHead {
    source: String,
    present: bool,
    read: u64,
    accepted: u64,
}

impl Previous {
    /// Opens a `quarter=…` folder; refuses one without a manifest.
    pub fn open(folder: &Path) -> Result<Self> {
        let path = folder.join("manifest.json");
        let text = std::fs::read(&path).map_err(|e| {
            Error::new(crate::ErrorKind::Input, "不是完整的发布：读不到 manifest.json")
                .in_file(&path)
                .hint("应指向 quarter=… 文件夹；若上次运行中断，请先重新运行上一季度")
                .caused_by(e)
        })?;
        let head: ManifestHead = serde_json::from_slice(&text).map_err(|e| {
            Error::input(format!("manifest.json 无法读取：{e}"))
                .in_file(&path)
                .hint("文件可能被改动；请重新运行该季度")
        })?;
        if head.format != FORMAT {
            return Err(Error::input(format!("发布的格式版本为{}，本程序需要{FORMAT}", head.format))
                .in_file(&path)
                .hint("用本版程序重新运行该季度"));
        }
        let present = || head.sources.iter().filter(|s| s.present);
        Ok(Self {
            folder: folder.to_owned(),
            quarter: head.quarter,
            accepted: present().map(|s| (s.source.clone(), s.accepted)).collect(),
            read: present().map(|s| (s.source.clone(), s.read)).collect(),
            outputs: head.outputs,
        })
    }

    /// Opens `out/quarter=…` if it exists.
    pub fn find(out: &Path, quarter: &str) -> Result<Option<Self>> {
        let folder = out.join(crate::publish::folder_name(quarter));
        if folder.join("manifest.json").is_file() { Self::open(&folder).map(Some) } else { Ok(None) }
    }

    /// Its quarter.
    pub fn quarter(&self) -> &str {
        &self.quarter
    }

    /// Records accepted from a source, for audits.
    pub fn accepted(&self, source: &str) -> Option<u64> {
        self.accepted.get(source).copied()
    }

    /// Units read from a source, for audits.
    pub fn read(&self, source: &str) -> Option<u64> {
        self.read.get(source).copied()
    }

    /// Compares every file with the manifest's digest.
    pub fn verify(&self) -> Result<()> {
        for output in &self.outputs {
            let path = self.folder.join(&output.path);
            if super::output_files::digest(&path)?.sha256 != output.sha256 {
                return Err(Error::input("文件与清册不符，可能被改动").in_file(path).hint("重新运行该季度"));
            }
        }
        Ok(())
    }

    /// All exceptions it knew, for [`crate::track::track`].
    pub fn exceptions(&self) -> Result<PreviousExceptions> {
        let (mut exceptions, mut texts) = (Vec::new(), Texts::default());
        for batch in self.batches("restricted/exception.parquet")? {
            let rows = Rows::new(&batch, &self.folder);
            for row in 0..batch.num_rows() {
                exceptions.push(rows.exception(row, &mut texts)?);
            }
        }
        Ok(PreviousExceptions { quarter: self.quarter.clone(), exceptions })
    }

    /// Its indicators, those that could be computed.
    pub fn indicators(&self) -> Result<Vec<PreviousIndicator>> {
        let path = self.folder.join("tables/fact_indicator.parquet");
        let number = |row: &super::table_reader::Row, column: &str| row.get(column).parse::<i64>().ok();
        let rows = super::table_reader::rows(&path, |row| row.value("numerator").is_some())?;
        Ok(rows
            .iter()
            .filter_map(|row| {
                Some(PreviousIndicator {
                    rule_code: row.get("rule_code").to_owned(),
                    indicator: row.get("indicator").to_owned(),
                    unit_code: row.get("unit_code").to_owned(),
                    numerator: number(row, "numerator")?,
                    denominator: number(row, "denominator"),
                })
            })
            .collect())
    }

    /// Who every record was, for resolving with stable ids.
    pub fn records(&self) -> Result<PreviousParts<'_>> {
        let builder = self.open_file(RECORDS)?;
        Ok(PreviousParts { of: self, count: builder.metadata().num_row_groups() })
    }

    /// Its views of the wanted names, in name order.
    pub fn views(&self, wanted: impl Fn(&str) -> bool) -> Result<Vec<View<'static>>> {
        let mut views = Vec::new();
        for output in &self.outputs {
            let name = output.path.strip_prefix("restricted/view/").and_then(|p| p.strip_suffix(".parquet"));
            let Some(name) = name.filter(|name| wanted(name)) else { continue };
            let rows = crate::table::rows::Rows::open(&self.folder.join(&output.path))
                .map_err(|e| self.damaged(&output.path, &e.to_string()))?;
            views.push(View::stored(name, rows));
        }
        Ok(views)
    }

    fn batches(&self, relative: &str) -> Result<Vec<RecordBatch>> {
        let reader = self.open_file(relative)?.build();
        let reader = reader.map_err(|e| self.damaged(relative, &e.to_string()))?;
        let batches = reader.collect::<std::result::Result<Vec<_>, _>>();
        batches.map_err(|e| self.damaged(relative, &e.to_string()))
    }

    fn open_file(&self, relative: &str) -> Result<ParquetRecordBatchReaderBuilder<File>> {
        let path = self.folder.join(relative);
        let file = File::open(&path).map_err(|e| Error::io("读取上一季度的发布", &path, e))?;
        ParquetRecordBatchReaderBuilder::try_new(file).map_err(|e| self.damaged(relative, &e.to_string()))
    }

    fn damaged(&self, relative: &str, why: &str) -> Error {
        Error::input(format!("上一季度的发布已损坏：{why}"))
            .in_file(self.folder.join(relative))
            .hint("重新运行上一季度，或用 --previous 指向完好的发布")
    }
}

/// Columns of a batch by name.
struct Rows<'a> {
    columns: HashMap<&'a str, &'a ArrayRef>,
    folder: &'a Path,
}

impl<'a> Rows<'a> {
    fn new(batch: &'a RecordBatch, folder: &'a Path) -> Self {
        let names = batch.schema_ref().fields().iter().map(|field| field.name().as_str());
        Self { columns: names.zip(batch.columns()).collect(), folder }
    }
    fn missing(&self, column: &str) -> Error {
        Error::input(format!("上一季度的发布缺少列{column}"))
            .in_file(self.folder)
            .hint("用本版程序重新运行上一季度")
    }
    fn texts(&self, column: &str) -> Option<&'a StringArray> {
        self.columns.get(column).and_then(|c| c.as_string_opt())
    }
    fn ints(&self, column: &str) -> Option<&'a Int32Array> {
        self.columns.get(column).and_then(|c| c.as_primitive_opt::<Int32Type>())
    }
    fn dates(&self, column: &str) -> Option<&'a Date32Array> {
        self.columns.get(column).and_then(|c| c.as_primitive_opt::<Date32Type>())
    }
    fn optional_text(&self, column: &str, row: usize) -> Option<String> {
        let array = self.texts(column)?;
        array.is_valid(row).then(|| array.value(row).to_owned())
    }
    fn optional_int(&self, column: &str, row: usize) -> Option<i32> {
        let array = self.ints(column)?;
        array.is_valid(row).then(|| array.value(row))
    }
    fn text(&self, column: &str, row: usize) -> Result<String> {
        self.optional_text(column, row).ok_or_else(|| self.missing(column))
    }
    fn int(&self, column: &str, row: usize) -> Result<i32> {
        self.optional_int(column, row).ok_or_else(|| self.missing(column))
    }

    fn optional_shared(&self, column: &str, row: usize, texts: &mut Texts) -> Option<Arc<str>> {
        let array = self.texts(column)?;
        array.is_valid(row).then(|| texts.share(array.value(row)))
    }
    fn shared(&self, column: &str, row: usize, texts: &mut Texts) -> Result<Arc<str>> {
        self.optional_shared(column, row, texts).ok_or_else(|| self.missing(column))
    }

    fn exception(&self, row: usize, texts: &mut Texts) -> Result<TrackedException> {
        let severity = match self.text("severity", row)?.as_str() {
            "S1" => Severity::S1,
            "S2" => Severity::S2,
            "S3" => Severity::S3,
            "S4" => Severity::S4,
            _ => return Err(self.missing("severity")),
        };
        let subject_kind = match self.text("subject_kind", row)?.as_str() {
            "person" => SubjectKind::Person,
            "household" => SubjectKind::Household,
            "record" => SubjectKind::Record,
            "unit" => SubjectKind::Unit,
            _ => return Err(self.missing("subject_kind")),
        };
        let due = self.dates("due_date").filter(|d| d.is_valid(row)).map(|d| d.value(row));
        let due = due.ok_or_else(|| self.missing("due_date"))?;
        let due_date = jiff::civil::date(1970, 1, 1)
            .checked_add(jiff::Span::new().try_days(i64::from(due)).map_err(|_| self.missing("due_date"))?)
            .map_err(|_| self.missing("due_date"))?;
        let evidence = self.text("evidence_record_ids", row)?;
        let status = Status::from_code(&self.text("status", row)?).ok_or_else(|| self.missing("status"))?;
        Ok(TrackedException {
            exception_id: self.text("exception_id", row)?,
            exception: Exception {
                rule_code: self.shared("rule_code", row, texts)?,
                severity,
                subject_kind,
                subject_id: self.shared("subject_id", row, texts)?,
                rule_key: self.shared("rule_key", row, texts)?,
                person_id: self.optional_shared("person_id", row, texts),
                household_id: self.optional_shared("household_id", row, texts),
                county_code: self.shared("county_code", row, texts)?,
                township_code: self.shared("township_code", row, texts)?,
                village_code: self.shared("village_code", row, texts)?,
                owner: self.shared("owner", row, texts)?,
                evidence: evidence.split(';').filter(|p| !p.is_empty()).map(str::to_owned).collect(),
                message: self.shared("message", row, texts)?,
                confidence: u8::try_from(self.int("confidence", row)?).unwrap_or(6),
                due_days: u32::try_from(self.int("due_days", row)?).unwrap_or(0),
                in_review: self.int("in_review", row)? == 1,
                // What shares a cause is found anew every quarter.
                related: Vec::new(),
                cause: None,
            },
            first_seen: self.shared("first_seen", row, texts)?,
            status,
            due_date: texts.share(&due_date.to_string()),
            last_seen: self.shared("last_seen", row, texts)?,
            resolved_in: self.optional_shared("resolved_in", row, texts),
            checked: self.int("checked", row)? == 1,
        })
    }
}
