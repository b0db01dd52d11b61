//! One cell of a DBF record becomes text.

use super::dbf_layout::{DbfField, DbfKind, trim_cell_end};
use super::dbf_memo::DbfMemos;
use super::text_decoding::TextCharset;
use super::workbook::workbook_number_text;
use crate::model::day::{day_from_epoch_days, unpack_day};
use crate::model::file_account::CellFault;

/// What stands in a logical cell of a record of somebody that was not filled in: it is not known, and no “no”.
pub(super) const NOT_FILLED_IN: &str = "?";

/// Is a number one that is read as a day of a spreadsheet, and may count days from anywhere where no spreadsheet wrote it?
pub(super) fn is_day_number(text: &str) -> bool {
    let (whole, fraction) = text.split_once('.').unwrap_or((text, ""));
    whole.len() == 5 && whole.bytes().chain(fraction.bytes()).all(|b| b.is_ascii_digit())
}

/// What a cell says.
pub(super) enum DbfCell {
    Text(String),
    /// Its value, as far as there is one, and what is wrong.
    Faulty {
        value: String,
        fault: CellFault,
        original: String,
    },
    /// Bytes in the middle that are no characters: cells may have been shifted.
    Broken(String),
}

/// Reads the cells of a table.
pub(super) struct DbfCellReader {
    pub charset: TextCharset,
    /// Where memos are; none if no memo is wanted.
    pub memos: Option<DbfMemos>,
    buffer: String,
}

/// Julian day of 1970-01-01.
const EPOCH: i64 = 2_440_588;
const DAY: i64 = 86_400;

impl DbfCellReader {
    pub(super) fn new(charset: TextCharset, memos: Option<DbfMemos>) -> Self {
        Self { charset, memos, buffer: String::new() }
    }

    /// `flags`: the null flags of the record.
    pub(super) fn read(&mut self, field: &DbfField, record: &[u8], flags: &[u8]) -> DbfCell {
        let bytes = &record[field.start..field.start + field.width];
        let set = |bit: Option<usize>| bit.is_some_and(|bit| flags[bit / 8] >> (bit % 8) & 1 == 1);
        let plain = |text: String| DbfCell::Text(text);
        if set(field.null_bit) {
            return plain(String::new());
        }
        match (field.kind, bytes) {
            (DbfKind::Integer, &[a, b, c, d]) => plain(i32::from_le_bytes([a, b, c, d]).to_string()),
            (DbfKind::Double, &[a, b, c, d, e, f, g, h]) => {
                plain(workbook_number_text(f64::from_le_bytes([a, b, c, d, e, f, g, h])))
            }
            (DbfKind::Currency, &[a, b, c, d, e, f, g, h]) => {
                plain(currency_text(i64::from_le_bytes([a, b, c, d, e, f, g, h])))
            }
            (DbfKind::Moment, &[a, b, c, d, e, f, g, h]) => {
                moment_cell(i32::from_le_bytes([a, b, c, d]), i32::from_le_bytes([e, f, g, h]))
            }
            (DbfKind::Memo, _) => self.memo(bytes),
            (DbfKind::Unreadable(what), _) => {
                if trim_cell_end(bytes).is_empty() {
                    plain(String::new())
                } else {
                    faulty(CellFault::UnreadableType, what.to_owned())
                }
            }
            (DbfKind::Varchar, [text @ .., length]) if set(field.length_bit) => {
                let length = usize::from(*length).min(text.len());
                self.text(&text[..length])
            }
            (kind, _) => match self.text(bytes) {
                DbfCell::Text(text) => typed_text(kind, text),
                other => other,
            },
        }
    }

    /// Text in the encoding of the file. The last character may have been cut in the middle.
    fn text(&mut self, bytes: &[u8]) -> DbfCell {
        let bytes = trim_cell_end(bytes);
        let tidy = |text: &str| text.trim_matches(|c: char| c.is_whitespace() || c == '\0').to_owned();
        let (text, damaged) = self.charset.decode(bytes, &mut self.buffer);
        let text = tidy(text);
        if !damaged {
            return DbfCell::Text(text);
        }
        match half_character(self.charset, bytes) {
            Some(whole) => {
                let value = tidy(self.charset.decode(&bytes[..whole], &mut self.buffer).0);
                DbfCell::Faulty {
                    original: format!("{value}\u{FFFD}"),
                    value,
                    fault: CellFault::HalfCharacter,
                }
            }
            None => DbfCell::Broken(text),
        }
    }

    /// The text that a block number of ten digits, or of four bytes, stands for.
    fn memo(&mut self, bytes: &[u8]) -> DbfCell {
        let block = match bytes {
            &[a, b, c, d] => u64::from(u32::from_le_bytes([a, b, c, d])),
            _ => {
                let digits = String::from_utf8_lossy(trim_cell_end(bytes)).trim().to_owned();
                match digits.parse() {
                    _ if digits.is_empty() => 0,
                    Ok(block) => block,
                    Err(_) => return faulty(CellFault::MemoUnreadable, "备注块号不是数字".to_owned()),
                }
            }
        };
        if block == 0 {
            return DbfCell::Text(String::new());
        }
        match &self.memos {
            None => DbfCell::Text(String::new()),
            Some(DbfMemos::Missing(name)) => faulty(CellFault::MemoMissing, format!("备注文件“{name}”不在")),
            Some(DbfMemos::Open(file)) => {
                let read = file.text(block).map(|text| self.charset.decode(text, &mut self.buffer));
                match read {
                    Some((text, false)) if !text.trim_end_matches('\0').contains('\0') => {
                        DbfCell::Text(text.trim_matches(|c: char| c.is_whitespace() || c == '\0').to_owned())
                    }
                    _ => faulty(CellFault::MemoUnreadable, format!("备注块{block}")),
                }
            }
        }
    }
}

fn faulty(fault: CellFault, original: String) -> DbfCell {
    DbfCell::Faulty { value: String::new(), fault, original }
}

/// Where the half of a character begins that ends these bytes.
pub(super) fn half_character(charset: TextCharset, bytes: &[u8]) -> Option<usize> {
    match charset {
        TextCharset::Utf8 => match std::str::from_utf8(bytes) {
            Err(e) if e.error_len().is_none() => Some(e.valid_up_to()),
            _ => None,
        },
        TextCharset::Gb18030 => {
            let lead = |b: u8| (0x81..=0xFE).contains(&b);
            let mut buffer = String::new();
            (1..=bytes.len().min(3)).map(|half| bytes.len() - half).find(|&whole| {
                let begins = match bytes[whole..] {
                    [a] => lead(a),
                    [a, b] => lead(a) && b.is_ascii_digit(),
                    [a, b, c] => lead(a) && b.is_ascii_digit() && lead(c),
                    _ => false,
                };
                begins && !charset.decode(&bytes[..whole], &mut buffer).1
            })
        }
    }
}

fn typed_text(kind: DbfKind, text: String) -> DbfCell {
    match kind {
        // Stars are written where a number does not fit.
        DbfKind::Number if !text.is_empty() && text.bytes().all(|b| b == b'*') => {
            faulty(CellFault::NumberOverflow, text)
        }
        DbfKind::Date if text.len() == 8 && text.bytes().all(|b| b.is_ascii_digit()) => {
            let date = format!("{}-{}-{}", &text[..4], &text[4..6], &text[6..]);
            DbfCell::Text(if text == "00000000" { String::new() } else { date })
        }
        DbfKind::Logical => DbfCell::Text(match &*text {
            "T" | "t" | "Y" | "y" => "1".to_owned(),
            "F" | "f" | "N" | "n" => "0".to_owned(),
            // Not filled in; whoever reads the record says that it is not known.
            "?" => String::new(),
            _ => text,
        }),
        _ => DbfCell::Text(text),
    }
}

fn currency_text(amount: i64) -> String {
    let (sign, amount) = (if amount < 0 { "-" } else { "" }, amount.unsigned_abs());
    let text = format!("{sign}{}.{:04}", amount / 10_000, amount % 10_000);
    text.trim_end_matches('0').trim_end_matches('.').to_owned()
}

/// A day with its time, unless that is midnight. What is stored may be a millisecond off.
fn moment_cell(day: i32, milliseconds: i32) -> DbfCell {
    if day == 0 {
        return DbfCell::Text(String::new());
    }
    let seconds = (i64::from(day) - EPOCH) * DAY + (i64::from(milliseconds) + 500).div_euclid(1000);
    match moment_text(seconds) {
        Some(text) if (0..=86_400_000).contains(&milliseconds) => DbfCell::Text(text),
        _ => faulty(CellFault::UnreadableType, format!("日期时间{day}/{milliseconds}")),
    }
}

/// Seconds since 1970-01-01 as a day with its time, unless that is midnight; none outside the years 1 to 9999.
pub(super) fn moment_text(seconds: i64) -> Option<String> {
    let day = day_from_epoch_days(i32::try_from(seconds.div_euclid(DAY)).ok()?);
    let ((year, month, date), time) = (unpack_day(day), seconds.rem_euclid(DAY));
    let mut text = format!("{year:04}-{month:02}-{date:02}");
    if time > 0 {
        text += &format!(" {:02}:{:02}:{:02}", time / 3600, time / 60 % 60, time % 60);
    }
    (day > 0).then_some(text)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn money_and_moments() {
        assert_eq!(currency_text(32_080_000), "3208");
        assert_eq!(currency_text(-5), "-0.0005");
        assert_eq!(currency_text(12_345_000), "1234.5");
        let moment = |day, milliseconds| match moment_cell(day, milliseconds) {
            DbfCell::Text(text) => text,
            _ => "faulty".to_owned(),
        };
        assert_eq!(moment(2_458_179, 0), "2018-03-01");
        assert_eq!(moment(2_458_179, 30_599_999), "2018-03-01 08:30:00");
        assert_eq!(moment(2_458_179, 86_399_999), "2018-03-02");
        assert_eq!(
            (&*moment(0, 0), &*moment(i32::MAX, 0), &*moment(2_458_179, -9)),
            ("", "faulty", "faulty")
        );
    }

    #[test]
    fn halves_of_characters() {
        use TextCharset::{Gb18030, Utf8};
        let gbk = |text: &str| encoding_rs::GB18030.encode(text).0.into_owned();
        let xun = gbk("鹤壁市浚县");
        assert_eq!(half_character(Gb18030, &xun[..5]), Some(4));
        assert_eq!(half_character(Gb18030, &xun[..6]), None);
        let rare = gbk("王㐀");
        assert_eq!(rare.len(), 6);
        for cut in 3..6 {
            assert_eq!(half_character(Gb18030, &rare[..cut]), Some(2), "{cut}");
        }
        assert_eq!(half_character(Utf8, &"浚县".as_bytes()[..5]), Some(3));
        assert_eq!(half_character(Utf8, &xun[..5]), None);
        // Broken in the middle is more than a cut.
        assert_eq!(half_character(Gb18030, b"a\xFFb\xD0"), None);
    }
}
