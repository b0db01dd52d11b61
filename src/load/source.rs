//! All tables of one source, in order, in parallel pieces.

use std::collections::BTreeMap;
use std::path::Path;
use std::sync::Arc;
use std::sync::atomic::{AtomicUsize, Ordering};

use arrow::array::{ArrayRef, new_empty_array, new_null_array};
use arrow::record_batch::RecordBatch;
use rayon::prelude::*;

use super::headers::{Matcher, Plan};
use super::piece::{Part, Piece, carry};
use super::ticks::{self, Marks};
use super::{AuditFinding, ControlTotals, Loaded, Records, Reject, TableTotals, audit, files};
use crate::config::{Pipeline, SourceContract};
use crate::extract::{self, RawTable, RawTableInfo};
use crate::{Error, Result};

/// Rows of one piece: enough to pay for a task, few enough to share two cores evenly.
const PIECE: usize = 32_768;
/// Pieces read before they are loaded together; bounds memory whatever the file's size.
const WINDOW: usize = 16;
/// Unreadable cells kept for the report; beyond it they are only counted.
const MOST_WARNINGS: usize = 200_000;

/// Loads tables already opened. `tables` yields pieces of tables in file order; pieces of
/// one table follow one another.
pub fn load_tables(
    contract: &SourceContract,
    source_index: usize,
    tables: impl Iterator<Item = Result<RawTable>>,
    previous_rows: Option<u64>,
) -> Result<Loaded> {
    let mut loading = Loading::new(contract, source_index, Vec::new())?;
    for table in tables {
        loading.add(table?)?;
    }
    loading.finish(previous_rows)
}

/// Loads one source from its files, which `open` turns into raw tables. A source without files
/// gives no records and no tables, or an error if the contract requires it.
pub fn load_with<T>(
    pipeline: &Pipeline,
    source_index: usize,
    data_dir: &Path,
    previous_rows: Option<u64>,
    open: impl FnMut(&SourceContract, &Path) -> Result<T>,
) -> Result<Loaded>
where
    T: Iterator<Item = Result<RawTable>>,
{
    load_columns(pipeline, source_index, data_dir, previous_rows, Vec::new(), open)
}

/// [`load_with`] for some columns (by position; empty: all); the others are null throughout.
fn load_columns<T>(
    pipeline: &Pipeline,
    source_index: usize,
    data_dir: &Path,
    previous_rows: Option<u64>,
    wanted: Vec<bool>,
    mut open: impl FnMut(&SourceContract, &Path) -> Result<T>,
) -> Result<Loaded>
where
    T: Iterator<Item = Result<RawTable>>,
{
    let contract = pipeline.sources.get(source_index).ok_or_else(|| Error::internal("没有这个数据来源"))?;
    let files = files::of_source(pipeline, contract, data_dir)?;
    if files.is_empty() && contract.required {
        return Err(Error::input(format!("缺少“{}”的提取文件", contract.title))
            .in_file(data_dir)
            .hint(format!("向{}索取;文件名应符合:{}", contract.owner, contract.files.patterns.join("、"))));
    }
    let mut loading = Loading::new(contract, source_index, wanted)?;
    for file in files {
        for table in open(contract, &file)? {
            loading.add(table?)?;
        }
    }
    loading.finish(previous_rows)
}

/// Loads one source of a quarter from the files its contract claims; `None` if it has none.
///
/// `previous_rows`: rows read from this source in the previous quarter, for the audit.
///
/// # Errors
/// A required source without files, a file that cannot be read, headers that do not fit.
pub fn load_source(
    pipeline: &Pipeline,
    source_index: usize,
    data_dir: &Path,
    previous_rows: Option<u64>,
) -> Result<Option<Loaded>> {
    let loaded = load_with(pipeline, source_index, data_dir, previous_rows, |contract, file| {
        extract::open_file(data_dir, file, &contract.read_options(), &|sheet| contract.wants_sheet(sheet))
    })?;
    Ok((!loaded.records.tables.is_empty()).then_some(loaded))
}

/// [`load_source`] for linking alone: columns that linking does not need are null, and cells in
/// them are not judged. Accepted and rejected rows are the same.
pub fn load_for_linking(pipeline: &Pipeline, source_index: usize, data_dir: &Path) -> Result<Option<Loaded>> {
    let contract = pipeline.sources.get(source_index).ok_or_else(|| Error::internal("没有这个数据来源"))?;
    let wanted = contract.columns_for_linking();
    let mut options = contract.read_options();
    options.leave_out = contract.headers_without(&wanted);
    let loaded = load_columns(pipeline, source_index, data_dir, None, wanted, |contract, file| {
        extract::open_file(data_dir, file, &options, &|sheet| contract.wants_sheet(sheet))
    })?;
    Ok((!loaded.records.tables.is_empty()).then_some(loaded))
}

/// Loads sources `0..count`, two at a time: while one file is read and checked from end to end,
/// the rows of another keep the remaining cores busy, and no more than two files are in memory.
/// Results and errors come in the order of the sources.
pub fn load_several(
    count: usize,
    load: impl Fn(usize) -> Result<Option<Loaded>> + Sync,
) -> Result<Vec<Loaded>> {
    let next = AtomicUsize::new(0);
    let work = || {
        let mut done = Vec::new();
        loop {
            let index = next.fetch_add(1, Ordering::Relaxed);
            if index >= count {
                return done;
            }
            let one = load(index);
            let failed = one.is_err();
            done.push((index, one));
            if failed {
                next.store(count, Ordering::Relaxed);
            }
        }
    };
    let (mut all, others) = rayon::join(work, work);
    all.extend(others);
    all.sort_by_key(|(index, _)| *index);
    let mut loaded = Vec::new();
    for (_, one) in all {
        loaded.extend(one?);
    }
    Ok(loaded)
}

struct Loading<'a> {
    contract: &'a SourceContract,
    /// Columns to load.
    wanted: Arc<[bool]>,
    source: u8,
    matcher: Matcher<'a>,
    tables: Vec<Arc<RawTableInfo>>,
    plan: Option<Arc<Plan>>,
    carried: Vec<Option<String>>,
    totals: Vec<TableTotals>,
    waiting: Vec<Piece<'a>>,
    columns: Vec<Vec<ArrayRef>>,
    /// Table of each piece of `columns`.
    tables_of: Vec<usize>,
    /// How the yes/no columns of each table are filled.
    marks: Vec<Vec<Marks>>,
    keys: Vec<super::RecordKey>,
    rejects: Vec<Reject>,
    warnings: Vec<Reject>,
    warnings_left_out: u64,
    audits: Vec<AuditFinding>,
}

impl<'a> Loading<'a> {
    fn new(contract: &'a SourceContract, source_index: usize, wanted: Vec<bool>) -> Result<Self> {
        let all = || vec![true; contract.columns.len()];
        let wanted = if wanted.is_empty() { all() } else { wanted }.into();
        let source = u8::try_from(source_index).map_err(|_| Error::internal("数据来源太多"))?;
        Ok(Self {
            contract,
            wanted,
            source,
            matcher: Matcher::new(contract),
            tables: Vec::new(),
            plan: None,
            carried: Vec::new(),
            totals: Vec::new(),
            waiting: Vec::new(),
            columns: vec![Vec::new(); contract.columns.len()],
            tables_of: Vec::new(),
            marks: Vec::new(),
            keys: Vec::new(),
            rejects: Vec::new(),
            warnings: Vec::new(),
            warnings_left_out: 0,
            audits: Vec::new(),
        })
    }

    fn add(&mut self, raw: RawTable) -> Result<()> {
        if self.tables.last().is_none_or(|t| !Arc::ptr_eq(t, &raw.info) && **t != *raw.info) {
            self.open_table(&raw.info)?;
        }
        let plan = self.plan.clone().ok_or_else(|| Error::internal("表没有列对应"))?;
        let table =
            u16::try_from(self.tables.len() - 1).map_err(|_| Error::input("工作表太多(最多65535个)"))?;
        let totals = &mut self.totals[usize::from(table)];
        totals.data_rows += (raw.rows.len() + raw.malformed.len()) as u64;
        totals.read += raw.malformed.len() as u64;
        totals.rejected += raw.malformed.len() as u64;
        self.rejects.extend(raw.malformed.iter().map(|m| Reject {
            source: self.contract.name.clone(),
            file: raw.info.file.clone(),
            sheet: raw.info.sheet.clone(),
            row: m.row,
            member: 0,
            column: None,
            reason_code: "malformed_row".to_owned(),
            reason: m.reason.clone(),
            original: m.original.clone(),
        }));
        for (_, reason) in &raw.skipped {
            let name = serde_json::to_value(reason).ok().and_then(|v| v.as_str().map(str::to_owned));
            *totals.skipped.entry(name.unwrap_or_default()).or_insert(0) += 1;
        }
        let mut start = 0;
        while start < raw.rows.len() {
            let length = PIECE.min(raw.rows.len() - start);
            let part = slice(&raw, start, length);
            let carried = self.carried.clone();
            carry(self.contract, &plan, &part, &mut self.carried);
            self.waiting.push(Piece {
                contract: self.contract,
                wanted: self.wanted.clone(),
                source: self.source,
                table,
                plan: plan.clone(),
                raw: part,
                carried,
            });
            if self.waiting.len() >= WINDOW {
                self.flush()?;
            }
            start += length;
        }
        Ok(())
    }

    fn open_table(&mut self, info: &Arc<RawTableInfo>) -> Result<()> {
        let plan = self.matcher.plan(info)?;
        let place = match &info.sheet {
            Some(sheet) => format!("{}“{sheet}”", info.file.display()),
            None => info.file.display().to_string(),
        };
        for (audit, what, headers) in [
            ("unknown_header", "有不认识的表头(未读入)", &plan.unknown),
            ("missing_column", "没有这些列(按空值处理)", &plan.missing),
        ] {
            let wanted = audit != "unknown_header"
                || self.contract.unknown_headers == crate::config::source::UnknownHeaders::Warn;
            if wanted && !headers.is_empty() {
                self.audits.push(AuditFinding {
                    source: self.contract.name.clone(),
                    audit: audit.to_owned(),
                    blocking: false,
                    message: format!("{place}{what}:{}", headers.join("、")),
                });
            }
        }
        self.plan = Some(Arc::new(plan));
        self.carried = vec![None; self.contract.columns.len()];
        self.tables.push(info.clone());
        self.marks.push(vec![Marks::default(); self.contract.columns.len()]);
        self.totals.push(TableTotals {
            file: info.file.clone(),
            sha256: info.sha256.clone(),
            sheet: info.sheet.clone(),
            skipped: BTreeMap::new(),
            ..TableTotals::default()
        });
        Ok(())
    }

    /// Loads the waiting pieces side by side and takes the results in order.
    fn flush(&mut self) -> Result<()> {
        let pieces = std::mem::take(&mut self.waiting);
        let parts: Vec<Result<Part>> = pieces.par_iter().map(Piece::load).collect();
        for (piece, part) in pieces.iter().zip(parts) {
            let part = part?;
            let totals = &mut self.totals[usize::from(piece.table)];
            totals.read += part.read;
            totals.accepted += part.keys.len() as u64;
            totals.rejected += part.rejects.len() as u64;
            for (all, array) in self.columns.iter_mut().zip(part.columns) {
                all.push(array);
            }
            let table = usize::from(piece.table);
            self.tables_of.push(table);
            for (marks, further) in self.marks[table].iter_mut().zip(part.marks) {
                marks.join(further);
            }
            self.keys.extend(part.keys);
            self.rejects.extend(part.rejects);
            let room = MOST_WARNINGS.saturating_sub(self.warnings.len());
            self.warnings_left_out += part.warnings.len().saturating_sub(room) as u64;
            self.warnings.extend(part.warnings.into_iter().take(room));
        }
        Ok(())
    }

    fn finish(mut self, previous_rows: Option<u64>) -> Result<Loaded> {
        self.flush()?;
        let schema = self.contract.schema();
        let mut columns = Vec::with_capacity(self.columns.len());
        for (index, pieces) in self.columns.iter_mut().enumerate() {
            if !self.wanted[index] {
                columns.push(new_null_array(schema.field(index).data_type(), self.keys.len()));
                continue;
            }
            for (piece, &table) in pieces.iter_mut().zip(&self.tables_of) {
                if self.marks[table][index].blank_is_no() {
                    *piece = ticks::blanks_as_no(piece);
                }
            }
            let pieces: Vec<&dyn arrow::array::Array> = pieces.iter().map(|a| a.as_ref()).collect();
            columns.push(match pieces.as_slice() {
                [] => new_empty_array(schema.field(index).data_type()),
                pieces => {
                    arrow::compute::concat(pieces).map_err(|e| Error::internal("合并列失败").caused_by(e))?
                }
            });
        }
        let batch = RecordBatch::try_new(schema, columns)
            .map_err(|e| Error::internal("合并记录失败").caused_by(e))?;
        if self.warnings_left_out > 0 {
            self.audits.push(AuditFinding {
                source: self.contract.name.clone(),
                audit: "cell_warnings".to_owned(),
                blocking: true,
                message: format!(
                    "“{}”无法读取的格太多,另有{}格未逐一列出;先核对文件格式",
                    self.contract.title, self.warnings_left_out
                ),
            });
        }
        let mut loaded = Loaded {
            records: Records {
                source: self.contract.name.clone(),
                batch,
                keys: self.keys,
                tables: self.tables,
            },
            rejects: self.rejects,
            cell_warnings: self.warnings,
            totals: ControlTotals { source: self.contract.name.clone(), tables: self.totals },
            audits: self.audits,
        };
        if !loaded.records.tables.is_empty() {
            audit::audit(self.contract, &mut loaded, previous_rows)?;
        }
        let places: BTreeMap<(&Path, Option<&str>), usize> = (loaded.records.tables.iter().enumerate())
            .map(|(place, t)| ((t.file.as_path(), t.sheet.as_deref()), place))
            .collect();
        loaded.rejects.sort_by_key(|r| {
            (
                places.get(&(r.file.as_path(), r.sheet.as_deref())).copied().unwrap_or(usize::MAX),
                r.row,
                r.member,
            )
        });
        loaded.totals.check()?;
        if loaded.totals.accepted() != loaded.records.keys.len() as u64 {
            return Err(Error::internal("控制总数与记录数不符"));
        }
        Ok(loaded)
    }
}

/// Rows `start..start + length` of a raw table, without copying.
fn slice(raw: &RawTable, start: usize, length: usize) -> RawTable {
    RawTable {
        info: raw.info.clone(),
        columns: raw.columns.iter().map(|c| c.slice(start, length)).collect(),
        rows: raw.rows[start..start + length].to_vec(),
        skipped: Vec::new(),
        malformed: Vec::new(),
    }
}
