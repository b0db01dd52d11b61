//! Reading in pieces gives what reading the whole text at once would.

use crate::model::source_table::TextEncoding;
use arrow::array::Array;
use encoding_rs::GB18030;
use proptest::prelude::*;

use super::super::piecewise_file::OpenFile;
use super::super::table_limits::MemoryRoom;
use super::super::text_decoding;
use super::*;
use crate::config::read_options::Encoding;
use crate::model::file_account::FileAccount;

/// Everything a text delivers, rows in order, however it was cut.
#[derive(Debug, PartialEq, Eq, Default)]
pub(super) struct Outcome {
    pub encoding: Option<TextEncoding>,
    pub headers: Vec<String>,
    pub sha256: String,
    pub rows: Vec<(u32, Vec<Option<String>>)>,
    pub skipped: Vec<crate::extract::SkippedRow>,
    pub malformed: Vec<crate::extract::MalformedRow>,
    pub account: Option<FileAccount>,
}

pub(super) fn gather(tables: TextPieces) -> Result<Outcome> {
    let mut out = Outcome::default();
    for table in tables {
        let table = table?;
        out.encoding = table.info.encoding;
        out.headers.clone_from(&table.info.headers);
        out.sha256.clone_from(&table.info.sha256);
        for (at, row) in table.rows.iter().enumerate() {
            let cells = table.columns.iter().map(|c| c.is_valid(at).then(|| c.value(at).to_owned()));
            out.rows.push((*row, cells.collect()));
        }
        out.skipped.extend(table.skipped);
        out.malformed.extend(table.malformed);
        out.account = table.account.map(|account| (*account).clone());
    }
    Ok(out)
}

fn file(bytes: &[u8]) -> (tempfile::NamedTempFile, TextInput) {
    let kept = tempfile::NamedTempFile::new().unwrap();
    std::fs::write(kept.path(), bytes).unwrap();
    let open = std::fs::File::open(kept.path()).unwrap();
    let metadata = open.metadata().unwrap();
    let open = OpenFile::new(open, &metadata, kept.path());
    (kept, TextInput::File(open))
}

/// Both ways to the same text; errors as their words.
fn both(bytes: &[u8], options: &ReadOptions, piece: u64) -> [std::result::Result<Outcome, String>; 2] {
    let read = |input, piece| {
        pieces(input, Path::new("甲.csv"), options, piece).and_then(gather).map_err(|e| {
            let words: Vec<&str> = [Some(e.message()), e.hint_text()].into_iter().flatten().collect();
            words.join(";")
        })
    };
    let (_kept, input) = file(bytes);
    [read(input, piece), read(TextInput::Whole(bytes.to_vec()), u64::MAX)]
}

#[derive(Debug, Clone)]
enum Part {
    Text(String),
    Bytes(Vec<u8>),
}

fn part() -> impl Strategy<Value = Part> {
    let text = |text: &str| Just(Part::Text(text.to_owned())).boxed();
    prop_oneof![
        8 => text("\n"), 2 => text("\r\n"), 8 => text(","), 2 => text("|"), 1 => text("\r"),
        4 => "[a-z0-9 ]{1,6}".prop_map(Part::Text),
        4 => "[张王李赵𠮷㞆丂﨑]{1,4}".prop_map(Part::Text),
        2 => text("\"甲,\n乙\"\"丙\""), 2 => text("\"张 三\""), 1 => text("\""), 1 => text("&#14214;"),
        1 => text("\0"), 1 => text("合计"), 1 => text("姓名,证件号码\n"), 1 => text("\u{FFFD}"),
        // Second bytes that are `|`, `\` and `~`; a lead byte before a line end; four bytes cut short.
        1 => Just(Part::Bytes(vec![0x81, 0x7C, 0x81, 0x5C, 0xFE, 0x7E])),
        1 => Just(Part::Bytes(vec![0x81, b'\n'])),
        1 => Just(Part::Bytes(vec![0x81, 0x30, b'\n'])),
        1 => Just(Part::Bytes(vec![0x81, 0x30, 0x81, b'"'])),
        1 => Just(Part::Bytes(vec![0xFF])),
        1 => Just(Part::Bytes(vec![0xE5, 0xBC, b'\n'])),
    ]
}

fn bytes(parts: &[Part], gb18030: bool, damage: bool) -> Vec<u8> {
    let mut out = Vec::new();
    for part in parts {
        match part {
            Part::Text(text) if gb18030 => out.extend_from_slice(&GB18030.encode(text).0),
            Part::Text(text) => out.extend_from_slice(text.as_bytes()),
            Part::Bytes(bytes) if damage => out.extend_from_slice(bytes),
            Part::Bytes(_) => {}
        }
    }
    out
}

proptest! {
    #![proptest_config(ProptestConfig::with_cases(250))]

    #[test]
    fn pieces_give_what_the_whole_gives(
        parts in proptest::collection::vec(part(), 0..80),
        header in any::<bool>(),
        (gb18030, damage, marked) in any::<(bool, bool, bool)>(),
        encoding in prop_oneof![2 => Just(Encoding::Auto), 1 => Just(Encoding::Utf8), 1 => Just(Encoding::Gb18030)],
        piece in 1u64..60,
    ) {
        let mut all = vec![Part::Text("残联名册\n姓名,证件号码,备注\n".to_owned())];
        all.retain(|_| header);
        all.extend(parts);
        let mut text = if marked { text_decoding::UTF8_MARK.to_vec() } else { Vec::new() };
        text.extend(bytes(&all, gb18030, damage));
        // Such a text is always read whole.
        prop_assume!(!text_decoding::is_utf16(&text));
        let options = ReadOptions {
            known_headers: vec!["姓名".to_owned(), "证件号码".to_owned()],
            minimum_headers: 2,
            encoding,
            ..ReadOptions::default()
        };
        let [streamed, whole] = both(&text, &options, piece);
        prop_assert_eq!(streamed, whole);
    }
}

#[test]
fn a_small_piece_really_cuts_and_keeps_quoted_line_breaks() {
    let text = "姓名,证件号码\n".to_owned() + &"\"张\n三\",1\n李四,2\n".repeat(50);
    let options = ReadOptions::default();
    let (_kept, input) = file(text.as_bytes());
    let tables = pieces(input, Path::new("甲.csv"), &options, 40).unwrap();
    assert!(tables.ranges.len() > 10);
    let out = gather(tables).unwrap();
    assert_eq!(out.rows.len(), 100);
    assert_eq!(out.rows[99], (101, vec![Some("李四".to_owned()), Some("2".to_owned())]));
}

#[test]
fn a_short_row_breaks_the_file_off_only_as_its_last() {
    let above = "姓名,证件号码\n".to_owned() + &"张三,1\n".repeat(5);
    // The quotes of the short row make the reader look on to the end of the text.
    for (below, rows) in [("\"甲,\n乙\"\"丙\"0\n李四,2", Some(8)), ("李四", None), ("\"李\n四\"", None)]
    {
        let text = format!("{above}{below}");
        for piece in [1, 20, 40, 60] {
            let [streamed, whole] = both(text.as_bytes(), &ReadOptions::default(), piece);
            assert_eq!(whole.as_ref().ok().map(|out| out.rows.len()), rows, "{text:?}");
            assert_eq!(streamed, whole, "{text:?} {piece}");
        }
    }
}

#[test]
fn a_replacement_character_is_damage_only_where_some_byte_is() {
    let (head, rows) = ("姓名,证件号码\n", "张\u{FFFD},1\n李四,2\n".repeat(30));
    let text = [head, &rows].concat();
    let sound = GB18030.encode(&text).0.into_owned();
    let damaged = [sound.as_slice(), b"\xFF,3\n"].concat();
    for (bytes, rejected) in [(sound, 0), (damaged, 31)] {
        let [streamed, whole] = both(&bytes, &ReadOptions::default(), 50);
        assert_eq!(streamed.as_ref().unwrap().malformed.len(), rejected);
        assert_eq!(streamed, whole);
    }
}

#[test]
fn the_header_may_lie_far_down_and_records_be_long() {
    let text = format!("{}\n姓名,证件号码\n张三,1\n", "说".repeat(100_000));
    let options = ReadOptions {
        known_headers: vec!["姓名".to_owned(), "证件号码".to_owned()],
        minimum_headers: 2,
        ..ReadOptions::default()
    };
    let [streamed, whole] = both(text.as_bytes(), &options, 10);
    assert_eq!(streamed.as_ref().unwrap().rows.len(), 1);
    assert_eq!(streamed, whole);
}

#[test]
fn a_row_without_room_is_named_as_a_spreadsheet_numbers_it() {
    let header: Vec<String> = (0..100).map(|at| format!("列{at}")).collect();
    // Blank rows need no room; they fill some pieces before the row that does.
    let text = format!("{}\n{}张\n", header.join(","), "\n".repeat(200));
    let read = |room: fn() -> MemoryRoom| {
        let (_kept, input) = file(text.as_bytes());
        let mut tables = pieces(input, Path::new("甲.csv"), &ReadOptions::default(), 40).unwrap();
        tables.room = room;
        gather(tables)
    };
    assert_eq!(read(|| MemoryRoom::of(100, 1_000)).unwrap().rows.len(), 1);
    let error = read(|| MemoryRoom::of(99, 1_000)).unwrap_err();
    assert!(error.message().contains("单元格超过99个") && error.hint_text().is_some(), "{error}");
    assert_eq!(error.location().row, Some(202));
}

#[test]
fn a_line_longer_than_lines_are_is_refused() {
    let text = format!("姓名,证件号码\n张三,1\n李四,{}\n", "2".repeat(100));
    let read = |longest| {
        let (_kept, input) = file(text.as_bytes());
        let mut tables = pieces(input, Path::new("甲.csv"), &ReadOptions::default(), 10).unwrap();
        tables.longest = longest;
        gather(tables)
    };
    assert_eq!(read(1_000).unwrap().rows.len(), 2);
    let error = read(60).unwrap_err();
    assert!(error.message().contains("行末没有换行"), "{error}");
    // It is known where its piece begins.
    assert_eq!(error.location().row, Some(2));
}

#[test]
fn rows_beyond_the_last_number_are_refused() {
    let (_kept, input) = file("姓名,证件号码\n张三,1\n李四,2\n".as_bytes());
    let mut tables = pieces(input, Path::new("甲.csv"), &ReadOptions::default(), 1_000).unwrap();
    tables.next_row = u32::MAX - 1;
    assert!(gather(tables).unwrap_err().message().contains("行数超过"));
}
