//! A [`RawTable`] on its way from the child to its parent.

use std::io::{Read, Write};
use std::path::Path;
use std::sync::Arc;

use arrow::array::{Array, StringArray};
use arrow::buffer::{BooleanBuffer, Buffer, NullBuffer, OffsetBuffer, ScalarBuffer};
use serde::{Deserialize, Serialize};

use super::frames::{FrameFault, FrameKind, FrameReader, write_frame};
use crate::extract::{MalformedRow, RawTable, SkippedRow};
use crate::model::file_account::{FaultyCell, FileAccount};
use crate::model::source_table::RawTableInfo;

/// Columns of a table: as many as a spreadsheet has.
const MOST_COLUMNS: usize = 1 << 14;

/// Everything of a table but its cells and row numbers, as it is sent.
#[derive(Serialize)]
struct SentHead<'a> {
    info: &'a RawTableInfo,
    skipped: &'a [SkippedRow],
    malformed: &'a [MalformedRow],
    faults: &'a [FaultyCell],
    account: Option<&'a FileAccount>,
}

/// The same as it is received.
#[derive(Deserialize)]
struct ReceivedHead {
    info: RawTableInfo,
    skipped: Vec<SkippedRow>,
    malformed: Vec<MalformedRow>,
    faults: Vec<FaultyCell>,
    account: Option<FileAccount>,
}

/// Sends a table.
///
/// # Errors
/// The parent is gone.
pub(super) fn send_table(out: &mut dyn Write, table: &RawTable) -> std::io::Result<()> {
    let RawTable { info, columns, rows, skipped, malformed, faults, account } = table;
    let head = SentHead { info, skipped, malformed, faults, account: account.as_deref() };
    write_frame(out, FrameKind::Table, &[&serde_json::to_vec(&head)?])?;
    write_frame(out, FrameKind::Rows, &[&numbers(rows.iter().copied())])?;
    columns.iter().try_for_each(|column| send_column(out, column))
}

fn send_column(out: &mut dyn Write, column: &StringArray) -> std::io::Result<()> {
    let offsets = column.value_offsets();
    let lengths = numbers(offsets.windows(2).map(|pair| (pair[1] - pair[0]) as u32));
    let present = match column.nulls() {
        Some(nulls) if nulls.null_count() > 0 => {
            let bits = nulls.inner();
            let mut packed = vec![1u8];
            packed.extend((0..bits.len().div_ceil(8)).map(|byte| {
                (byte * 8..bits.len().min(byte * 8 + 8))
                    .fold(0u8, |all, at| all | u8::from(bits.value(at)) << (at % 8))
            }));
            packed
        }
        _ => vec![0],
    };
    write_frame(out, FrameKind::Lengths, &[&present, &lengths])?;
    let ends = offsets.first().zip(offsets.last()).map(|(from, to)| *from as usize..*to as usize);
    write_frame(out, FrameKind::Texts, &[&column.value_data()[ends.unwrap_or_default()]])
}

fn numbers(numbers: impl Iterator<Item = u32>) -> Vec<u8> {
    numbers.flat_map(u32::to_le_bytes).collect()
}

fn read_numbers(bytes: &[u8]) -> impl ExactSizeIterator<Item = u32> {
    bytes.chunks_exact(4).map(|four| u32::from_le_bytes(four.try_into().unwrap_or_default()))
}

/// Receives the table whose head has come; `before` is what the table before it belongs to.
///
/// Whatever later stages take for granted is checked: a child in which a library was led astray must not
/// lead its parent astray.
pub(super) fn receive_table(
    head: &[u8],
    frames: &mut FrameReader<impl Read>,
    file: &Path,
    before: Option<&Arc<RawTableInfo>>,
) -> Result<RawTable, FrameFault> {
    let head: ReceivedHead = serde_json::from_slice(head).map_err(|_| FrameFault::Unfit("no table"))?;
    let mut info = head.info;
    info.file = file.to_owned();
    let digest = info.sha256.len() == 64
        && info.sha256.bytes().all(|b| b.is_ascii_digit() || (b'a'..=b'f').contains(&b));
    let wide = info.headers.len();
    if !digest || wide > MOST_COLUMNS || head.faults.iter().any(|fault| fault.column as usize >= wide) {
        return Err(FrameFault::Unfit("no such table"));
    }
    let bytes = frames.expect(FrameKind::Rows)?;
    let rows: Vec<u32> = read_numbers(&bytes).collect();
    if bytes.len() % 4 != 0 || !rows.is_sorted() || !head.faults.is_sorted_by_key(|fault| fault.row) {
        return Err(FrameFault::Unfit("rows in disorder"));
    }
    drop(bytes);
    let columns = (0..wide).map(|_| receive_column(frames, rows.len())).collect::<Result<_, _>>()?;
    let info = before.filter(|before| ***before == info).cloned().unwrap_or_else(|| Arc::new(info));
    Ok(RawTable {
        info,
        columns,
        rows,
        skipped: head.skipped,
        malformed: head.malformed,
        faults: head.faults,
        account: head.account.map(Arc::new),
    })
}

fn receive_column(frames: &mut FrameReader<impl Read>, count: usize) -> Result<StringArray, FrameFault> {
    const UNFIT: FrameFault = FrameFault::Unfit("no column");
    let bytes = frames.expect(FrameKind::Lengths)?;
    let (&some_missing, rest) = bytes.split_first().ok_or(UNFIT)?;
    let bits = if some_missing == 1 { count.div_ceil(8) } else { 0 };
    if some_missing > 1 || rest.len() != bits + 4 * count {
        return Err(UNFIT);
    }
    let (present, lengths) = rest.split_at(bits);
    let nulls =
        (some_missing == 1).then(|| NullBuffer::new(BooleanBuffer::new(Buffer::from(present), 0, count)));
    let mut end = 0u32;
    let mut offsets = Vec::with_capacity(count + 1);
    offsets.push(0i32);
    for length in read_numbers(lengths) {
        end = end.checked_add(length).filter(|end| *end <= i32::MAX as u32).ok_or(UNFIT)?;
        offsets.push(end as i32);
    }
    let texts = frames.expect(FrameKind::Texts)?;
    if texts.len() != end as usize {
        return Err(UNFIT);
    }
    let offsets = OffsetBuffer::new(ScalarBuffer::from(offsets));
    StringArray::try_new(offsets, Buffer::from_vec(texts), nulls).map_err(|_| UNFIT)
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::model::file_account::{CellFault, PhysicalUnit, SheetAccount, SheetFate};
    use crate::model::source_table::{EncodingEvidence, FileFormat, TextEncoding};

    fn table() -> RawTable {
        let cells =
            StringArray::from(vec![Some("头"), Some("张三"), None, Some(""), Some("李四"), Some("尾")]);
        RawTable {
            info: Arc::new(RawTableInfo {
                file: "a/b.dbf".into(),
                sha256: "0a".repeat(32),
                sheet: Some("浚县".into()),
                sheet_index: 3,
                format: FileFormat::Dbf,
                encoding: Some(TextEncoding { name: "gb18030", evidence: EncodingEvidence::LanguageDriver }),
                headers: vec!["姓名".into(), "空".into()],
                header_row: 2,
                notes: vec!["说明".into()],
                around: Vec::new(),
            }),
            columns: vec![cells.slice(1, 4), StringArray::new_null(4)],
            rows: vec![3, 4, 7, u32::MAX],
            skipped: vec![SkippedRow {
                row: 5,
                reason: crate::extract::SkipReason::Total,
                text: "合计\t2".into(),
            }],
            malformed: vec![MalformedRow { row: 6, original: "乱".into(), reason: "坏".into() }],
            faults: vec![FaultyCell {
                row: 4,
                column: 1,
                fault: CellFault::ErrorValue,
                original: "#N/A".into(),
            }],
            account: Some(Arc::new(FileAccount {
                unit: PhysicalUnit::Record,
                counted: 9,
                several_lines: Vec::new(),
                several_lines_count: 0,
                padded_cells: 0,
                text: None,
                sheets: vec![SheetAccount {
                    name: "浚县".into(),
                    fate: SheetFate::Read,
                    rows: 4,
                    hidden_rows: 1,
                }],
            })),
        }
    }

    fn received(bytes: &[u8]) -> Result<RawTable, FrameFault> {
        let mut frames = FrameReader::new(bytes, 1 << 20);
        let head = frames.expect(FrameKind::Table)?;
        receive_table(&head, &mut frames, Path::new("a/b.dbf"), None)
    }

    #[test]
    fn a_table_comes_back_as_it_was() {
        let sent = table();
        let mut bytes = Vec::new();
        send_table(&mut bytes, &sent).unwrap();
        assert_eq!(format!("{:?}", received(&bytes).unwrap()), format!("{sent:?}"));
        for end in 0..bytes.len() {
            assert!(matches!(received(&bytes[..end]), Err(FrameFault::Closed)), "{end}");
        }
    }

    #[test]
    fn tables_that_cannot_be_are_refused() {
        let altered = |change: &dyn Fn(&mut RawTable)| {
            let (mut table, mut bytes) = (table(), Vec::new());
            change(&mut table);
            send_table(&mut bytes, &table).unwrap();
            received(&bytes)
        };
        assert!(altered(&|_| {}).is_ok());
        assert!(altered(&|t| t.rows.swap(0, 1)).is_err());
        assert!(altered(&|t| t.rows.truncate(3)).is_err());
        assert!(altered(&|t| t.columns.truncate(1)).is_err());
        assert!(altered(&|t| t.faults[0].column = 2).is_err());
        assert!(altered(&|t| Arc::make_mut(&mut t.info).sha256.truncate(7)).is_err());
    }

    #[test]
    fn any_byte_may_be_wrong_without_a_panic() {
        let mut bytes = Vec::new();
        send_table(&mut bytes, &table()).unwrap();
        for at in 0..bytes.len() {
            for value in [0, 1, 0x7F, 0x80, 0xFF] {
                let kept = std::mem::replace(&mut bytes[at], value);
                if let Ok(table) = received(&bytes) {
                    assert!(table.columns.iter().all(|column| column.len() == table.rows.len()));
                }
                bytes[at] = kept;
            }
        }
    }
}
