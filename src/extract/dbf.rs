//! dBase and FoxPro tables (old finance and audit systems), read as text.
//!
//! Own reader: the layout is 32-byte field descriptors and fixed-width records, and Chinese files
//! carry GBK bytes whatever their language driver byte says. The crate `dbase` (MIT) was weighed against it:
//! it takes the number of records from the header alone, passes deleted records over, decodes strictly or
//! lossily as a whole, fails at a cut character, a `*****` or an unknown type, and knows neither `_NullFlags`
//! nor varchars; what an operator must be told would have to be read a second time.
//!
//! Delivered in pieces: a table may have more records than fit beside each other.

use std::path::Path;
use std::sync::Arc;

use super::dbf_cells::{DbfCell, DbfCellReader, NOT_FILLED_IN, half_character, is_day_number};
use super::dbf_layout::{DbfKind, DbfLayout, damaged_dbf};
use super::dbf_memo::{DbfMemos, named_code_page};
use super::row_assembly::RawTableAssembler;
use super::table_limits::MemoryRoom;
use super::text_decoding::TextCharset;
use super::workbook::knows;
use super::{FileIdentity, RawTable, RawTables};
use crate::Result;
use crate::config::clean_config_header;
use crate::config::read_options::{KeyHeaders, ReadOptions};
use crate::model::file_account::{CellFault, FaultyCell, FileAccount, PhysicalUnit, SkipReason, SkippedRow};
use crate::model::source_table::{EncodingEvidence, RawTableInfo, TextEncoding};
use crate::privacy::mask::mask_numbers_in_text;

/// Bytes of records per piece.
const PIECE: usize = 8 << 20;
/// Characters of a row that is no data.
const SKIPPED_TEXT: usize = 500;

/// Opens a DBF at `path`, beside which its memo file may lie.
pub(super) fn open_dbf(
    bytes: Vec<u8>,
    path: &Path,
    identity: &FileIdentity,
    options: &ReadOptions,
) -> Result<RawTables> {
    let counted = count_dbf_records(&bytes);
    let mut layout = DbfLayout::read(&bytes)?;
    if counted != layout.count as u64 {
        return Err(damaged_dbf(&format!(
            "表头说有{}条记录，第{}条不以删除标志（空格或*）开头，记录的位置可能错开",
            layout.count,
            counted + 1
        )));
    }
    let code_page = named_code_page(path, options.memo_files.as_deref())?;
    let (charset, evidence) = layout.charset(&bytes, options.encoding, code_page.as_deref())?;
    let headers: Vec<String> = layout.fields.iter().map(|f| field_title(charset, &f.name)).collect();
    let mut notes = std::mem::take(&mut layout.notes);
    if let Some(code_page) = code_page.filter(|_| evidence != EncodingEvidence::CodePageFile) {
        notes.push(format!(
            "旁边的 .cpg 文件说编码是“{}”，实际按 {} 读入（{}）；核对文字有没有乱码",
            mask_numbers_in_text(&code_page),
            charset.name(),
            evidence.label()
        ));
    }
    let memos = wanted_memos(&layout, &headers, path, options, &mut notes)?;
    for (field, header) in layout.fields.iter().zip(&headers) {
        if let DbfKind::Unreadable(what) = field.kind {
            notes.push(format!(
                "DBF 的列“{header}”是{what}，读不出文字，有内容的格都按读不出处理；需要它时请导出为文字列"
            ));
        }
    }
    let days = numbers_of_days(&layout, &headers, options);
    let mut info = identity.info(headers, 0);
    info.encoding = Some(TextEncoding { name: charset.name(), evidence });
    info.notes = notes;
    let cells = DbfCellReader::new(charset, memos);
    Ok(Box::new(DbfPieces {
        bytes,
        layout,
        cells,
        info: Arc::new(info),
        keys: options.key_headers.clone(),
        days,
        next: Some(0),
        counted,
        delivered: 0,
    }))
}

/// The second counter: how many times the length of a record goes into what follows the header, as long as
/// records begin as records do.
fn count_dbf_records(bytes: &[u8]) -> u64 {
    let short = |at: usize| bytes.get(at..at + 2).map_or(0, |two| u16::from_le_bytes([two[0], two[1]]));
    let (mut at, width) = (usize::from(short(8)), usize::from(short(10)));
    let mut count = 0;
    while width > 0 && at + width <= bytes.len() && matches!(bytes[at], b' ' | b'*') {
        count += 1;
        at += width;
    }
    count
}

/// Name of a field without the half character that its ten bytes may end in.
fn field_title(charset: TextCharset, name: &[u8]) -> String {
    let whole = half_character(charset, name).unwrap_or(name.len());
    charset.lossy(&name[..whole]).trim().to_owned()
}

/// For each field, whether it is a number in a column of days.
fn numbers_of_days(layout: &DbfLayout, headers: &[String], options: &ReadOptions) -> Vec<bool> {
    let number = |kind: DbfKind| matches!(kind, DbfKind::Number | DbfKind::Integer | DbfKind::Double);
    let fields = layout.fields.iter().zip(headers);
    fields.map(|(field, header)| number(field.kind) && knows(&options.date_headers, header)).collect()
}

/// The memo file, if some column that is wanted has its texts there.
fn wanted_memos(
    layout: &DbfLayout,
    headers: &[String],
    path: &Path,
    options: &ReadOptions,
    notes: &mut Vec<String>,
) -> Result<Option<DbfMemos>> {
    let wanted = |header: &String| !options.leave_out.contains(&clean_config_header(header));
    let columns: Vec<&str> = (layout.fields.iter().zip(headers))
        .filter(|(field, header)| field.kind == DbfKind::Memo && wanted(header))
        .map(|(_, header)| header.as_str())
        .collect();
    if columns.is_empty() {
        return Ok(None);
    }
    let memos = DbfMemos::beside(path, layout.version, options.memo_files.as_deref())?;
    if let DbfMemos::Missing(name) = &memos {
        notes.push(format!(
            "缺少备注文件“{name}”：备注列“{}”的内容在这个文件里，都按读不出处理；把它与 DBF 放在同一文件夹（大小写不限）再运行",
            columns.join("”“")
        ));
    }
    Ok(Some(memos))
}

/// The records, piece by piece.
struct DbfPieces {
    bytes: Vec<u8>,
    layout: DbfLayout,
    cells: DbfCellReader,
    info: Arc<RawTableInfo>,
    keys: KeyHeaders,
    /// For each field, whether it is a number in a column of days.
    days: Vec<bool>,
    /// First record of the next piece; none after the last. A table without records is one piece.
    next: Option<usize>,
    /// Records by the second counter, and those that were delivered, skipped or refused.
    counted: u64,
    delivered: u64,
}

impl Iterator for DbfPieces {
    type Item = Result<RawTable>;

    fn next(&mut self) -> Option<Self::Item> {
        let first = self.next.take()?;
        let end = self.layout.count.min(first + (PIECE / self.layout.width).max(1));
        let table = self.table(first, end);
        self.next = (table.is_ok() && end < self.layout.count).then_some(end);
        Some(table.and_then(|table| self.accounted(table)))
    }
}

impl DbfPieces {
    /// Adds the account of the file to its last piece.
    fn accounted(&mut self, mut table: RawTable) -> Result<RawTable> {
        self.delivered += (table.rows.len() + table.skipped.len() + table.malformed.len()) as u64;
        if self.next.is_some() {
            return Ok(table);
        }
        if self.delivered != self.counted {
            return Err(damaged_dbf(&format!(
                "按文件长度有{}条记录，读出{}条",
                self.counted, self.delivered
            )));
        }
        table.account = Some(Arc::new(FileAccount {
            unit: PhysicalUnit::Record,
            counted: self.counted,
            several_lines: Vec::new(),
            several_lines_count: 0,
            padded_cells: 0,
            text: None,
            sheets: Vec::new(),
        }));
        Ok(table)
    }

    fn table(&mut self, first: usize, end: usize) -> Result<RawTable> {
        let width = self.layout.width;
        let records = &self.layout.body(&self.bytes)[first * width..end * width];
        let mut room = MemoryRoom::piece();
        let mut out = RawTableAssembler::new(&self.info, end - first, &mut room)?.with_keys(&self.keys);
        let (mut faults, mut deleted) = (Vec::new(), Vec::new());
        let mut cells = Vec::with_capacity(self.layout.fields.len());
        for (index, record) in records.chunks_exact(width).enumerate() {
            let row = u32::try_from(first + index + 1).unwrap_or(u32::MAX);
            let flags = self.layout.null_flags.clone().map_or(&[][..], |flags| &record[flags]);
            let (mut broken, of_this_row) = (false, faults.len());
            cells.clear();
            for (column, field) in (0u32..).zip(&self.layout.fields) {
                let read = match self.cells.read(field, record, flags) {
                    DbfCell::Text(text) if self.days[column as usize] && is_day_number(&text) => {
                        let (value, fault) = (String::new(), CellFault::DayNumber);
                        DbfCell::Faulty { value, fault, original: text }
                    }
                    read => read,
                };
                cells.push(match read {
                    DbfCell::Text(text) => text,
                    DbfCell::Faulty { value, fault, original } => {
                        let size = size_of::<FaultyCell>() + original.len();
                        out.room().take(0, size as u64).map_err(|e| e.at_row(row.into()))?;
                        faults.push(FaultyCell { row, column, fault, original });
                        value
                    }
                    DbfCell::Broken(text) => {
                        broken = true;
                        text
                    }
                });
            }
            // A record of nothing else is a blank one.
            if cells.iter().any(|cell| !cell.is_empty()) {
                for (cell, field) in cells.iter_mut().zip(&self.layout.fields) {
                    if field.kind == DbfKind::Logical && cell.is_empty() {
                        NOT_FILLED_IN.clone_into(cell);
                    }
                }
            }
            let taken = if record[0] == b'*' {
                faults.truncate(of_this_row);
                let text: String = cells.join("\t").chars().take(SKIPPED_TEXT).collect();
                deleted.push(SkippedRow { row, reason: SkipReason::Deleted, text });
                Ok(())
            } else if broken {
                faults.truncate(of_this_row);
                let reason = "这一条有不能解读的字节；请提供部门重新导出";
                out.reject(row, &cells.join("\t"), reason.to_owned())
            } else if faults.len() > of_this_row && cells.iter().all(String::is_empty) {
                let seen: Vec<&str> = faults[of_this_row..].iter().map(|f| f.original.as_str()).collect();
                let reason = "这一条有内容的格都读不出来；请提供部门重新导出";
                let taken = out.reject(row, &seen.join("\t"), reason.to_owned());
                faults.truncate(of_this_row);
                taken
            } else {
                out.push(row, &cells)
            };
            taken.map_err(|e| e.at_row(row.into()))?;
        }
        let mut table = out.finish(Arc::clone(&self.info));
        // Of rows that turned out to be no data nothing is told.
        faults.retain(|fault| table.rows.binary_search(&fault.row).is_ok());
        table.faults = faults;
        table.skipped.extend(deleted);
        table.skipped.sort_by_key(|skipped| skipped.row);
        Ok(table)
    }
}
