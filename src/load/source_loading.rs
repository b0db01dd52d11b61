//! All tables of one source, in order, in parallel pieces.

use std::collections::BTreeMap;
use std::path::Path;
use std::sync::Arc;

use arrow::array::Array as _;
use arrow::datatypes::SchemaRef;
use arrow::record_batch::RecordBatch;
use rayon::prelude::*;

use super::column_contents::ColumnContents;
use super::cut_lists::{cut_at_limits, cut_lists};
use super::deviating_amounts::forget_deviating_amounts;
use super::ends_of_others::forget_ends_of_others;
use super::headers::{ColumnPlan, HeaderMatcher};
use super::ignored_states::IgnoredStates;
use super::lines_within::lines_within;
use super::lost_letters::tell_lost_letters;
use super::null_ends::NullEnds;
use super::place_counts::RejectedPlaces;
use super::placeholder_birth_dates::{UnstatedDays, forget_placeholder_birth_dates};
use super::rejected_people::{RejectedPerson, tell_rejected_people};
use super::row_batches::{LoadedPart, RowBatch, carry_filled_cells};
use super::stated_totals::{StatedTotal, contradicted_totals};
use super::stated_units::{check_name_units, check_title_units, units_of_lines};
use super::swapped_accounts::AccountColumns;
use super::tables_below::tables_below;
use super::tick_columns::{TickStyle, blanks_read_as_no};
use super::unknown_codes::{CodeCounts, audit_unknown_codes, tell_open_codes};
use super::{
    LoadedSource, SourceDigest, SourceRecords, UnknownCells, absent_columns, audit, data_folder,
    padding_notice, text_notices,
};
use crate::config::SourceContract;
use crate::config::source_contract::UnknownHeaders;
use crate::extract::RawTable;
use crate::model::file_account::{CellFault, FaultyCell, SkipReason, SkippedRow};
use crate::model::record_id::RecordKey;
use crate::model::source_row::{AsOf, AsOfEvidence, AuditFinding, ControlTotals, Reject, TableTotals};
use crate::model::source_table::RawTableInfo;
use crate::model::written_period::find_written_period;
use crate::table::rows::{RowStore, RowsPurpose, RowsWriter};
use crate::{Error, Result};

/// Rows of one piece: enough to pay for a task, few enough to share two cores evenly.
const PIECE: usize = 32_768;
/// Pieces read before they are loaded together; bounds memory whatever the file's size.
const WINDOW: usize = 16;
/// Unreadable cells kept for the report; beyond it they are only counted.
const MOST_WARNINGS: usize = 200_000;
/// Cells behind the last header of a table that may be remarks, whatever their share.
const FEW_REMARKS: u64 = 10;
/// Of so many rows one may have a remark behind the last header.
const REMARKS_IN: u64 = 20;
/// Rows without data of a file that are kept with their text; beyond it they are only counted.
const MOST_SKIPPED: usize = 10_000;

/// Memory that a reject takes, in bytes.
fn held_bytes(reject: &Reject) -> u64 {
    let texts = [&reject.source, &reject.reason_code, &reject.reason, &reject.original];
    let texts: usize = texts.iter().map(|text| text.capacity()).sum();
    (size_of::<Reject>() + texts + reject.file.as_os_str().len()) as u64
}

/// A source while its tables come in.
pub(super) struct SourceLoading<'a> {
    contract: &'a SourceContract,
    /// Columns to load.
    wanted: Arc<[bool]>,
    source: u8,
    matcher: HeaderMatcher<'a>,
    tables: Vec<Arc<RawTableInfo>>,
    plan: Option<Arc<ColumnPlan>>,
    /// The plan of each table.
    plans: Vec<Arc<ColumnPlan>>,
    carried: Vec<Option<String>>,
    /// What the columns of each table hold, by a sample.
    contents: Vec<ColumnContents>,
    /// What the columns of accounts of each table hold, by a sample.
    accounts: Vec<AccountColumns>,
    /// Columns of each table that say who left and are not read.
    ignored: Vec<IgnoredStates>,
    /// Members of each table who stand in their row already.
    repeated_members: Vec<u64>,
    /// Cells of each table behind its last header.
    without_header: Vec<u64>,
    /// Rows of each table that show how to fill in a template.
    examples: Vec<Vec<u32>>,
    /// Rows with a line of the list in place of a name, by table.
    lines: Vec<Vec<u32>>,
    /// Rejected rows of each table in which nobody stands.
    nobody: Vec<u64>,
    /// The last row of each table that holds anything.
    last_rows: Vec<u32>,
    /// What each table says of its own size.
    stated: Vec<Vec<StatedTotal>>,
    totals: Vec<TableTotals>,
    waiting: Vec<RowBatch<'a>>,
    store: &'a RowStore,
    /// The wanted columns.
    schema: SchemaRef,
    rows: RowsWriter,
    /// How the yes/no columns of each table are filled.
    marks: Vec<Vec<TickStyle>>,
    /// Cells of ends of each table that say `NULL`.
    null_ends: Vec<NullEnds>,
    /// Records of each table whose end lies before their start, by column of the end.
    crossed: Vec<BTreeMap<usize, u64>>,
    keys: Vec<RecordKey>,
    rejects: Vec<Reject>,
    /// Bytes that rejects may still take.
    reject_room: u64,
    warnings: Vec<Reject>,
    warnings_left_out: u64,
    audits: Vec<AuditFinding>,
    unknown: UnknownCells,
    /// Values outside the code tables and birth dates without an ID number, by table.
    codes: Vec<CodeCounts>,
    /// Values that open code tables do not have.
    open_codes: CodeCounts,
    unstated_days: Vec<UnstatedDays>,
    /// Rejected units by place, by table.
    rejected: Vec<RejectedPlaces>,
    /// Who stands in rows that are not accepted.
    rejected_people: Vec<RejectedPerson>,
    skipped: Vec<(u16, SkippedRow)>,
    /// How many of the file being read were kept.
    skipped_here: usize,
}

impl<'a> SourceLoading<'a> {
    /// Begins a source: some of its columns (none named: all), the rows to lie in a store.
    ///
    /// # Errors
    /// More sources than a record id can tell; a store that cannot be written to.
    pub(super) fn new(
        contract: &'a SourceContract,
        source_index: usize,
        wanted: Vec<bool>,
        store: &'a RowStore,
    ) -> Result<Self> {
        let all = || vec![true; contract.columns.len()];
        let wanted: Arc<[bool]> = if wanted.is_empty() { all() } else { wanted }.into();
        let kept: Vec<usize> = (0..wanted.len()).filter(|&at| wanted[at]).collect();
        let schema = contract.schema().project(&kept).map(Arc::new).map_err(unfit_source_rows)?;
        let source = u8::try_from(source_index).map_err(|_| Error::internal("数据来源太多"))?;
        Ok(Self {
            contract,
            wanted,
            source,
            matcher: HeaderMatcher::new(contract),
            tables: Vec::new(),
            plan: None,
            plans: Vec::new(),
            carried: Vec::new(),
            contents: Vec::new(),
            accounts: Vec::new(),
            ignored: Vec::new(),
            repeated_members: Vec::new(),
            without_header: Vec::new(),
            examples: Vec::new(),
            lines: Vec::new(),
            nobody: Vec::new(),
            last_rows: Vec::new(),
            stated: Vec::new(),
            totals: Vec::new(),
            waiting: Vec::new(),
            store,
            rows: store.writer(schema.clone(), RowsPurpose::Scratch)?,
            schema,
            marks: Vec::new(),
            null_ends: Vec::new(),
            crossed: Vec::new(),
            keys: Vec::new(),
            rejects: Vec::new(),
            reject_room: u64::MAX,
            warnings: Vec::new(),
            warnings_left_out: 0,
            audits: Vec::new(),
            unknown: UnknownCells::default(),
            codes: Vec::new(),
            open_codes: CodeCounts::default(),
            unstated_days: Vec::new(),
            rejected: Vec::new(),
            rejected_people: Vec::new(),
            skipped: Vec::new(),
            skipped_here: 0,
        })
    }

    /// Limits the memory that rejects take, in bytes.
    pub(super) fn with_reject_room(self, bytes: u64) -> Self {
        Self { reject_room: bytes, ..self }
    }

    /// Keeps rejects, as long as there is room for them.
    fn reject(&mut self, rejects: Vec<Reject>) -> Result<()> {
        let bytes: u64 = rejects.iter().map(held_bytes).sum();
        let file = rejects.last().map(|last| last.file.clone()).unwrap_or_default();
        self.rejects.extend(rejects);
        match self.reject_room.checked_sub(bytes) {
            Some(left) => {
                self.reject_room = left;
                Ok(())
            }
            None => Err(Error::input(format!(
                "退回的行太多，超出内存预算：没有读完，已有{}行不能采用",
                self.rejects.len()
            ))
            .in_file(file)
            .hint("多半是分隔符、列数或编码不对：看前几行，改正后重新运行；确实这么多时放宽 --memory")),
        }
    }

    /// Takes in a table, or a piece of one.
    ///
    /// # Errors
    /// More rejects than there is room for; headers that do not fit; cells under no header; rows that cannot be stored.
    pub(super) fn add(&mut self, mut raw: RawTable) -> Result<()> {
        if self.tables.last().is_none_or(|t| !Arc::ptr_eq(t, &raw.info) && **t != *raw.info) {
            self.open_table(&raw.info)?;
        }
        let plan = self.plan.clone().ok_or_else(|| Error::internal("表没有列对应"))?;
        let table =
            u16::try_from(self.tables.len() - 1).map_err(|_| Error::input("工作表太多（最多65535个）"))?;
        let totals = &mut self.totals[usize::from(table)];
        totals.data_rows += (raw.rows.len() + raw.malformed.len()) as u64;
        totals.read += raw.malformed.len() as u64;
        totals.rejected += raw.malformed.len() as u64;
        let last_row = &mut self.last_rows[usize::from(table)];
        let malformed = raw.malformed.iter().map(|row| row.row);
        *last_row = raw.rows.last().copied().into_iter().chain(malformed).fold(*last_row, u32::max);
        for row in &raw.malformed {
            let people = RejectedPerson::in_text(&row.original);
            self.nobody[usize::from(table)] += u64::from(people.is_empty());
            self.rejected_people.extend(people);
        }
        let malformed = raw.malformed.iter().map(|m| Reject {
            source: self.contract.name.clone(),
            file: raw.info.file.clone(),
            sheet: raw.info.sheet.clone(),
            row: m.row,
            member: 0,
            column: None,
            reason_code: "malformed_row".to_owned(),
            reason: m.reason.clone(),
            original: m.original.clone(),
        });
        self.reject(malformed.collect())?;
        let of_none = raw.faults.iter().filter(|cell| cell.fault == CellFault::NoHeader);
        self.without_header[usize::from(table)] += of_none.count() as u64;
        let totals = &mut self.totals[usize::from(table)];
        if raw.account.is_some() {
            totals.account = raw.account.clone();
        }
        let around = raw.info.around.iter();
        let mut titles = around.chain(&raw.skipped).filter(|s| s.reason == SkipReason::Title);
        if let (None, Some((text, _))) = (&totals.as_of, titles.find_map(|s| find_written_period(&s.text))) {
            totals.as_of = Some(AsOf { text, evidence: AsOfEvidence::Title });
        }
        check_title_units(self.contract, &plan, &raw)?;
        let examples = raw.skipped.iter().filter(|s| s.reason == SkipReason::Example);
        self.examples[usize::from(table)].extend(examples.map(|s| s.row));
        let lines = raw.skipped.iter().filter(|s| s.reason == SkipReason::Line);
        self.lines[usize::from(table)].extend(lines.map(|s| s.row));
        self.stated[usize::from(table)].extend(raw.skipped.iter().filter_map(StatedTotal::of));
        if let Some(text) = raw.account.as_ref().and_then(|account| account.text.as_ref()) {
            self.audits.extend(text_notices(&self.contract.name, &raw.info, text));
        }
        if let Some(cells) = raw.account.as_ref().map(|account| account.padded_cells).filter(|&n| n > 0) {
            self.audits.push(padding_notice(&self.contract.name, &raw.info, cells));
        }
        for skipped in std::mem::take(&mut raw.skipped) {
            *totals.skipped.entry(skipped.reason.key().to_owned()).or_insert(0) += 1;
            if skipped.reason != SkipReason::Blank && self.skipped_here < MOST_SKIPPED {
                self.skipped_here += 1;
                self.skipped.push((table, skipped));
            }
        }
        self.ignored[usize::from(table)].add(&raw);
        let mut start = 0;
        while start < raw.rows.len() {
            let length = PIECE.min(raw.rows.len() - start);
            let part = slice_raw_table(&raw, start, length);
            let carried = self.carried.clone();
            self.contents[usize::from(table)].look(self.contract, &part);
            self.accounts[usize::from(table)].look(&part);
            carry_filled_cells(self.contract, &plan, &part, &mut self.carried);
            self.waiting.push(RowBatch {
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
        let place = data_folder::masked_table_name(&info.file, info.sheet.as_deref());
        for (audit, what, headers) in [
            ("unknown_header", "有不认识的表头（未读入）", &plan.unknown),
            ("missing_column", "没有这些列（按不清楚处理，不等于没有）", &plan.missing),
        ] {
            let wanted = audit != "unknown_header" || self.contract.unknown_headers == UnknownHeaders::Warn;
            if wanted && !headers.is_empty() {
                let message = format!("{place}{what}：{}", headers.join("、"));
                self.audits.push(AuditFinding::new(&self.contract.name, audit, false, message));
            }
        }
        if self.tables.last().is_none_or(|before| before.file != info.file) {
            self.skipped_here = 0;
        }
        self.audits.extend(info.notes.iter().map(|note| {
            AuditFinding::new(&self.contract.name, "file_note", false, format!("{place}：{note}"))
        }));
        let absent = plan.absent(self.contract);
        self.contents.push(ColumnContents::new(self.contract, &plan));
        self.accounts.push(AccountColumns::new(self.contract, &plan));
        self.ignored.push(IgnoredStates::new(&plan));
        self.repeated_members.push(0);
        self.without_header.push(0);
        self.examples.push(Vec::new());
        self.lines.push(Vec::new());
        self.nobody.push(0);
        self.last_rows.push(0);
        self.stated.push(info.around.iter().filter_map(StatedTotal::of).collect());
        let table = u16::try_from(self.tables.len()).unwrap_or(u16::MAX);
        self.skipped.extend(info.around.iter().map(|line| (table, line.clone())));
        check_name_units(self.contract, &plan, info)?;
        let plan = Arc::new(plan);
        self.plans.push(plan.clone());
        self.plan = Some(plan);
        self.carried = vec![None; self.contract.columns.len()];
        self.tables.push(info.clone());
        self.codes.push(CodeCounts::default());
        self.unstated_days.push(UnstatedDays::new());
        self.rejected.push(RejectedPlaces::new());
        self.null_ends.push(NullEnds::default());
        self.crossed.push(BTreeMap::new());
        self.marks.push(vec![TickStyle::default(); self.contract.columns.len()]);
        self.totals.push(TableTotals {
            file: info.file.clone(),
            sha256: info.sha256.clone(),
            sheet: info.sheet.clone(),
            encoding: info.encoding.map(|e| e.name),
            encoding_evidence: info.encoding.map(|e| e.evidence),
            absent,
            filled: vec![0; self.contract.columns.len()],
            unread: vec![0; self.contract.columns.len()],
            ..TableTotals::default()
        });
        Ok(())
    }

    /// Loads the waiting pieces side by side and takes the results in order.
    fn flush(&mut self) -> Result<()> {
        let pieces = std::mem::take(&mut self.waiting);
        let parts: Vec<Result<LoadedPart>> = pieces.par_iter().map(RowBatch::load).collect();
        for (piece, part) in pieces.iter().zip(parts) {
            let part = part?;
            let totals = &mut self.totals[usize::from(piece.table)];
            totals.read += part.read;
            totals.accepted += part.keys.len() as u64;
            totals.rejected += part.rejects.len() as u64;
            let people = part.rejected_people.iter().filter(|person| person.is_somebody()).count();
            self.nobody[usize::from(piece.table)] += part.rejects.len().saturating_sub(people) as u64;
            // What cannot be read stands there nevertheless.
            for (at, (column, unknown)) in part.columns.iter().zip(&part.unknown).enumerate() {
                totals.unread[at] += unknown.len() as u64;
                totals.filled[at] += (column.len() - column.null_count() + unknown.len()) as u64;
            }
            let wanted = part.columns.into_iter().zip(&*self.wanted).filter_map(|(c, w)| w.then_some(c));
            self.rows.push(
                RecordBatch::try_new(self.schema.clone(), wanted.collect()).map_err(unfit_source_rows)?,
            )?;
            let table = usize::from(piece.table);
            for (marks, further) in self.marks[table].iter_mut().zip(part.marks) {
                marks.join(further);
            }
            let first = u32::try_from(self.keys.len()).map_err(|_| Error::input("记录太多"))?;
            for (column, cells) in self.contract.columns.iter().zip(&part.unknown) {
                self.unknown.append(&column.name, cells.iter().map(|record| first + record));
            }
            for (at, records, cells) in part.null_ends {
                self.null_ends[table].add(at, records.iter().map(|record| first + record), cells);
            }
            for (at, units) in part.crossed {
                *self.crossed[table].entry(at).or_default() += units;
            }
            for (at, column) in self.contract.columns.iter().enumerate() {
                let found = &part.cells[at];
                if found.all() > 0 {
                    totals.cells.entry(column.name.clone()).or_default().join(found);
                }
            }
            self.repeated_members[table] += part.repeated_members;
            self.codes[table].join(part.codes);
            self.open_codes.join(part.open_codes);
            for (place, units) in part.rejected {
                *self.rejected[table].entry(place).or_default() += units;
            }
            for (day, rows) in part.unstated_days {
                *self.unstated_days[table].entry(day).or_default() += rows;
            }
            self.keys.extend(part.keys);
            self.reject(part.rejects)?;
            self.rejected_people.extend(part.rejected_people);
            let room = MOST_WARNINGS.saturating_sub(self.warnings.len());
            self.warnings_left_out += part.warnings.len().saturating_sub(room) as u64;
            self.warnings.extend(part.warnings.into_iter().take(room));
        }
        Ok(())
    }

    /// Tells of cells behind the last header: remarks in a few rows are left out, a filled column is not.
    fn tell_cells_without_header(&mut self) {
        for (at, &cells) in self.without_header.iter().enumerate().filter(|(_, cells)| **cells > 0) {
            let (info, rows) = (&self.tables[at], self.totals[at].data_rows);
            let place = data_folder::masked_table_name(&info.file, info.sheet.as_deref());
            let column = info.headers.len() + 1;
            let message = format!(
                "{place}第{column}列起没有表头，却有{cells}格内容，没有读入（原文在退回清单里）；补上表头，或删去这些格"
            );
            let blocking = cells > FEW_REMARKS && cells * REMARKS_IN > rows;
            let finding = AuditFinding::new(&self.contract.name, "cells_without_header", blocking, message);
            self.audits.push(finding);
        }
    }

    /// Tells of rows that show how to fill in a template: nobody is in them.
    fn tell_examples(&mut self) {
        for (rows, info) in self.examples.iter().zip(&self.tables).filter(|(rows, _)| !rows.is_empty()) {
            let place = data_folder::masked_table_name(&info.file, info.sheet.as_deref());
            let told: Vec<String> = rows.iter().take(3).map(u32::to_string).collect();
            let more = if rows.len() > 3 { "等" } else { "" };
            let message = format!(
                "{place}第{}{more}行是模板的示例，没有当作名单里的人读入；确实是名单里的人，删去“例”“示例”等字",
                told.join("、")
            );
            self.audits.push(AuditFinding::new(&self.contract.name, "example_row", false, message));
        }
    }

    /// Tells of rows with a line of the list in place of a name: nobody is in them, if it is one.
    fn tell_lines(&mut self) {
        for (rows, info) in self.lines.iter().zip(&self.tables).filter(|(rows, _)| !rows.is_empty()) {
            let place = data_folder::masked_table_name(&info.file, info.sheet.as_deref());
            let told: Vec<String> = rows.iter().take(3).map(u32::to_string).collect();
            let more = if rows.len() > 3 { format!("等{}", rows.len()) } else { String::new() };
            let message = format!(
                "{place}第{}{more}行姓名的位置写的不是姓名（小计、村名、签字、表尾一类），也没有证件号码、性别、\
                 出生日期、账号，没有当作人读入，原文在 restricted/skipped_row；确实是人的，改写姓名、补上证件号码后重报",
                told.join("、")
            );
            self.audits.push(AuditFinding::new(&self.contract.name, "line_row", false, message));
        }
    }

    /// Takes in what the lines below the headers say of the whole table: its unit, its size, that it is cut.
    ///
    /// # Errors
    /// A line that says a unit that the headers do not.
    fn hear_lines(&mut self) -> Result<()> {
        let lines = lines_within(&self.tables, &self.skipped, &self.rejects);
        if let Some(error) = Error::together(units_of_lines(self.contract, &self.tables, &self.plans, &lines))
        {
            return Err(error);
        }
        for line in lines.iter().filter(|line| line.rejected) {
            let row = SkippedRow { row: line.row, reason: SkipReason::Note, text: line.text.clone() };
            self.stated[line.table].extend(StatedTotal::of(&row));
        }
        self.audits.extend(cut_lists(self.contract, &self.tables, &self.skipped, &lines));
        Ok(())
    }

    /// Audits what came and hands it on.
    ///
    /// # Errors
    /// Rows that cannot be read back; totals that do not balance.
    pub(super) fn finish(mut self, previous_rows: Option<u64>) -> Result<LoadedSource> {
        self.flush()?;
        let tables = self.contents.iter().zip(&self.tables);
        let misplaced = tables.flat_map(|(contents, info)| contents.misplaced(self.contract, info));
        if let Some(error) = Error::together(misplaced) {
            return Err(error);
        }
        let repeated = self.repeated_members.iter().zip(&self.tables).filter(|(count, _)| **count > 0);
        self.audits.extend(repeated.map(|(count, info)| {
            let place = data_folder::masked_table_name(&info.file, info.sheet.as_deref());
            let message = format!(
                "{place}有{count}人在同一户里列了两次（姓名和证件号码都相同，多半是户主又列作成员），各只读一次；\
                 请提供部门核对，成员里不要再列户主"
            );
            AuditFinding::new(&self.contract.name, "repeated_member", false, message)
        }));
        let ignored = self.ignored.iter().zip(&self.tables);
        self.audits.extend(ignored.filter_map(|(states, info)| states.tell(self.contract, info)));
        let accounts = self.accounts.iter().zip(&self.tables);
        self.audits.extend(accounts.filter_map(|(columns, info)| columns.tell(self.contract, info)));
        self.audits.extend(tables_below(self.contract, &self.tables, &self.rejects));
        self.tell_cells_without_header();
        self.tell_examples();
        self.tell_lines();
        self.hear_lines()?;
        self.audits.extend(cut_at_limits(self.contract, &self.tables, &self.totals, &self.last_rows));
        self.audits.extend(contradicted_totals(self.contract, &self.stated, &self.totals, &self.nobody));
        for (nulls, totals) in self.null_ends.iter().zip(&mut self.totals) {
            nulls.read_as_no_end(self.contract, totals, &mut self.unknown);
        }
        let rows = self.rows.finish()?;
        let rows =
            blanks_read_as_no(self.store, rows, &self.wanted, &self.marks, (&self.keys, &self.unknown))?;
        if self.warnings_left_out > 0 {
            let message = format!(
                "“{}”无法读取的格太多，另有{}格未逐一列出；先核对文件格式",
                self.contract.title, self.warnings_left_out
            );
            self.audits.push(AuditFinding::new(&self.contract.name, "cell_warnings", true, message));
        }
        let mut loaded = LoadedSource {
            records: SourceRecords {
                source: self.contract.name.clone(),
                rows,
                unknown: self.unknown,
                keys: self.keys,
                tables: self.tables,
            },
            rejects: self.rejects,
            cell_warnings: self.warnings,
            skipped: self.skipped,
            totals: ControlTotals {
                source: self.contract.name.clone(),
                tables: self.totals,
                places: Vec::new(),
            },
            audits: self.audits,
            lacked: Vec::new(),
            rejected_people: self.rejected_people,
            digest: SourceDigest::default(),
        };
        if !loaded.records.tables.is_empty() {
            forget_placeholder_birth_dates(self.contract, &mut loaded, &self.unstated_days, self.store)?;
            forget_deviating_amounts(self.contract, &mut loaded, self.store)?;
            audit::audit_source(self.contract, &mut loaded, &mut self.rejected, previous_rows, self.store)?;
            audit_unknown_codes(self.contract, &mut loaded, self.codes)?;
            loaded.audits.extend(tell_open_codes(self.contract, self.open_codes));
            forget_ends_of_others(self.contract, &mut loaded, &self.crossed)?;
            absent_columns::note_absent_columns(self.contract, &mut loaded)?;
        }
        tell_rejected_people(self.contract, &mut loaded);
        tell_lost_letters(self.contract, &mut loaded)?;
        count_unknown_cells(&mut loaded);
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

/// Counts the unknown cells of each table by column.
fn count_unknown_cells(loaded: &mut LoadedSource) {
    let SourceRecords { unknown, keys, .. } = &loaded.records;
    for (column, records) in unknown.columns() {
        for &record in records {
            let totals = &mut loaded.totals.tables[keys[record as usize].table()];
            match totals.unknown_cells.get_mut(column) {
                Some(cells) => *cells += 1,
                None => {
                    totals.unknown_cells.insert(column.to_owned(), 1);
                }
            }
        }
    }
}

/// The error of columns that make no table.
pub(super) fn unfit_source_rows(error: arrow::error::ArrowError) -> Error {
    Error::internal("记录不能成为表格").caused_by(error)
}

/// The faulty cells of some rows; both ascend by row.
fn faults_in(rows: &[u32], faults: &[FaultyCell]) -> Vec<FaultyCell> {
    let (Some(&first), Some(&last)) = (rows.first(), rows.last()) else { return Vec::new() };
    let from = faults.partition_point(|cell| cell.row < first);
    let to = faults.partition_point(|cell| cell.row <= last);
    faults[from..to].to_vec()
}

/// Rows `start..start + length` of a raw table, without copying.
fn slice_raw_table(raw: &RawTable, start: usize, length: usize) -> RawTable {
    RawTable {
        info: raw.info.clone(),
        columns: raw.columns.iter().map(|c| c.slice(start, length)).collect(),
        rows: raw.rows[start..start + length].to_vec(),
        skipped: Vec::new(),
        malformed: Vec::new(),
        faults: faults_in(&raw.rows[start..start + length], &raw.faults),
        account: None,
    }
}
