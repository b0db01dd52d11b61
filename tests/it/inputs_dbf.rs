//! DBF as old programs leave it: deleted records, cut characters, memo files, binary types, wrong counts.

use std::path::Path;

use bidui::testing::config::read_options::ReadOptions;
use bidui::testing::extract::{RawTable, SkipReason, open_file};
use bidui::testing::model::file_account::{CellFault, PhysicalUnit};
use bidui::testing::model::source_table::EncodingEvidence;

/// A table made byte by byte.
pub(crate) struct Dbf {
    version: u8,
    driver: u8,
    fields: Vec<(Vec<u8>, u8, u8, u8)>,
    records: Vec<Vec<u8>>,
    /// What stands behind the records.
    tail: Vec<u8>,
}

fn gbk(text: &str) -> Vec<u8> {
    encoding_rs::GB18030.encode(text).0.into_owned()
}

/// A cell of some width, filled up with spaces.
fn cell(bytes: &[u8], width: usize) -> Vec<u8> {
    let mut cell = bytes[..bytes.len().min(width)].to_vec();
    cell.resize(width, b' ');
    cell
}

impl Dbf {
    /// Fields by name, type, width and flags.
    fn new(version: u8, fields: &[(&str, u8, u8, u8)]) -> Self {
        let fields = fields.iter().map(|(name, kind, width, flags)| (gbk(name), *kind, *width, *flags));
        Self { version, driver: 0, fields: fields.collect(), records: Vec::new(), tail: vec![0x1A] }
    }
    fn record(mut self, mark: u8, cells: &[&[u8]]) -> Self {
        let mut record = vec![mark];
        for (bytes, field) in cells.iter().zip(&self.fields) {
            record.extend(cell(bytes, field.2.into()));
        }
        self.records.push(record);
        self
    }
    pub(crate) fn bytes(&self) -> Vec<u8> {
        let width = 1 + self.fields.iter().map(|f| u16::from(f.2)).sum::<u16>();
        let mut out = vec![self.version, 118, 9, 30];
        out.extend((self.records.len() as u32).to_le_bytes());
        out.extend((33 + 32 * self.fields.len() as u16).to_le_bytes());
        out.extend(width.to_le_bytes());
        out.resize(32, 0);
        out[29] = self.driver;
        for (name, kind, width, flags) in &self.fields {
            let mut field = [0u8; 32];
            let length = name.len().min(10);
            field[..length].copy_from_slice(&name[..length]);
            (field[11], field[16], field[18]) = (*kind, *width, *flags);
            out.extend(field);
        }
        out.push(0x0D);
        self.records.iter().for_each(|record| out.extend(record));
        out.extend(&self.tail);
        out
    }
    fn table(&self) -> RawTable {
        read(&[("名单.dbf", self.bytes())]).unwrap_or_else(|e| panic!("{e}"))
    }
}

/// The first of these files, the others beside it.
fn read(files: &[(&str, Vec<u8>)]) -> bidui::Result<RawTable> {
    let folder = tempfile::tempdir().unwrap();
    for (name, bytes) in files {
        std::fs::write(folder.path().join(name), bytes).unwrap();
    }
    let options = ReadOptions::default();
    let mut tables: Vec<RawTable> =
        open_file(folder.path(), Path::new(files[0].0), &options, &|_| true)?.collect::<Result<_, _>>()?;
    assert_eq!(tables.len(), 1);
    Ok(tables.remove(0))
}

fn column(table: &RawTable, index: usize) -> Vec<Option<&str>> {
    table.columns[index].iter().collect()
}

/// Row, column and fault of every faulty cell.
fn faults(table: &RawTable) -> Vec<(u32, u32, CellFault, &str)> {
    table.faults.iter().map(|f| (f.row, f.column, f.fault, f.original.as_str())).collect()
}

fn people() -> Dbf {
    let mut dbf = Dbf::new(0x03, &[("姓名", b'C', 8, 0), ("县", b'C', 5, 0)]);
    for name in ["张三", "李四", "王五"] {
        dbf = dbf.record(b' ', &[&gbk(name), &gbk("浚县")]);
    }
    dbf
}

#[test]
fn deleted_records_are_left_out_and_counted() {
    let mut dbf = people();
    dbf.records[1][0] = b'*';
    // Not even bytes that are no text make a deleted record a rejected one.
    dbf.records[1][6] = 0xFF;
    let table = dbf.table();
    assert_eq!((&table.rows[..], table.malformed.len()), (&[1, 3][..], 0));
    let skipped = &table.skipped[0];
    assert_eq!((skipped.row, skipped.reason), (2, SkipReason::Deleted));
    assert!(skipped.text.starts_with("李四") && skipped.text.contains("\t浚县"), "{}", skipped.text);
    let account = table.account.unwrap();
    assert_eq!((account.unit, account.counted), (PhysicalUnit::Record, 3));
}

#[test]
fn a_character_cut_at_the_end_of_a_field_is_left_out_with_a_word() {
    let mut dbf = people();
    dbf.records[0][9..14].copy_from_slice(&gbk("鹤壁市浚县")[..5]);
    let table = dbf.table();
    assert_eq!(table.rows, [1, 2, 3]);
    assert_eq!(column(&table, 1), [Some("鹤壁"), Some("浚县"), Some("浚县")]);
    assert_eq!(faults(&table), [(1, 1, CellFault::HalfCharacter, "鹤壁\u{FFFD}")]);
    // In UTF-8 three cut characters do not make everything else GBK.
    let mut dbf = Dbf::new(0x03, &[("NAME", b'C', 5, 0)]);
    for name in ["浚县", "淇县", "张三丰", "甲"] {
        dbf = dbf.record(b' ', &[name.as_bytes()]);
    }
    let table = dbf.table();
    assert_eq!(column(&table, 0), [Some("浚"), Some("淇"), Some("张"), Some("甲")]);
    assert_eq!(table.faults.len(), 3);
    assert_eq!(table.info.encoding.unwrap().name, "UTF-8");
    // Bytes in the middle that are none are still a matter of the whole record.
    let mut dbf = people();
    dbf.records[2][2] = 0xFF;
    assert_eq!(dbf.table().malformed[0].row, 3);
    // The name of a field is cut, too.
    let table = Dbf::new(0x03, &[("A共同生活成员", b'C', 4, 0)]).record(b' ', &[b"x"]).table();
    assert_eq!(table.info.headers, ["A共同生活"]);
}

#[test]
fn more_records_than_the_header_says_are_never_read_short() {
    let refused = |change: &dyn Fn(&mut Vec<u8>)| {
        let mut bytes = people().bytes();
        change(&mut bytes);
        read(&[("名单.dbf", bytes)]).unwrap_err()
    };
    let error = refused(&|bytes| bytes[4] = 1);
    assert!(error.message().contains("表头说有1条记录") && error.message().contains("约2条"), "{error}");
    assert!(error.hint_text().unwrap().contains("重新导出"));
    assert!(refused(&|bytes| bytes[4] = 4).message().contains("应有4条记录，实际只有3条"));
    // Half a record that was being written when the program ended, without an end mark.
    let error = refused(&|bytes| {
        bytes.pop();
        bytes.extend(b" zhang");
    });
    assert!(error.message().contains("不完整的内容"), "{error}");
    // A record that does not begin as one: everything behind it is shifted.
    let error = refused(&|bytes| {
        let at = bytes.len() - 1 - 14;
        bytes[at] = b'x';
    });
    assert!(error.message().contains("第3条不以删除标志"), "{error}");
    for tail in [vec![], vec![0x1A, 0x1A], vec![0; 40], b"\x1A\0\0\r\n".to_vec(), b" ".repeat(14)] {
        let mut dbf = people();
        dbf.tail = tail;
        let table = dbf.table();
        assert_eq!((table.rows.len(), table.info.notes.len()), (3, 0));
        // Records set aside for later are blank rows.
        let blank = u64::from(dbf.tail.starts_with(b"  "));
        assert_eq!((table.skipped.len() as u64, table.account.unwrap().counted), (blank, 3 + blank));
    }
    // Behind the end mark lies what a program gave up: told, not read.
    let mut dbf = people();
    dbf.tail = [b"\x1A".to_vec(), dbf.records[0].clone()].concat();
    assert!(dbf.table().info.notes[0].contains("14字节没有读"));
}

pub(crate) fn with_memo(version: u8) -> Dbf {
    Dbf::new(version, &[("姓名", b'C', 8, 0), ("照料人", b'M', 10, 0)])
        .record(b' ', &[&gbk("张三"), b"         1"])
        .record(b' ', &[&gbk("李四"), b""])
        .record(b' ', &[&gbk("王五"), b"         2"])
        .record(b' ', &[&gbk("赵六"), b"         9"])
}

/// The memo file of [`with_memo`] in dBase III.
pub(crate) fn memos_of_three() -> Vec<u8> {
    let mut three = vec![0; 1024];
    three.extend([gbk("照料人甲"), vec![0x1A, 0x1A]].concat());
    three.splice(512..512 + 9, [gbk("刘一"), b"\r\nb".to_vec(), vec![0x1A; 2]].concat());
    three
}

#[test]
fn a_memo_column_without_its_file_has_no_block_numbers_for_values() {
    let table = with_memo(0x83).table();
    assert_eq!(column(&table, 1), [None; 4]);
    let missing = "备注文件“名单.dbt”不在";
    let fault = |row| (row, 1, CellFault::MemoMissing, missing);
    assert_eq!(faults(&table), [fault(1), fault(3), fault(4)]);
    assert!(table.info.notes[0].contains("名单.dbt") && table.info.notes[0].contains("照料人"));
    let table = with_memo(0xF5).table();
    assert_eq!(table.faults[0].original, "备注文件“名单.fpt”不在");
}

#[test]
fn memos_are_read_from_the_file_beside_whatever_its_case() {
    let three = memos_of_three();
    for name in ["名单.dbt", "名单.DBT", "名单.Dbt"] {
        let table = read(&[("名单.dbf", with_memo(0x83).bytes()), (name, three.clone())]).unwrap();
        assert_eq!(column(&table, 1), [Some("刘一\r\nb"), None, Some("照料人甲"), None]);
        assert_eq!(faults(&table), [(4, 1, CellFault::MemoUnreadable, "备注块9")]);
        assert!(table.info.notes.is_empty());
    }
    // FoxPro counts blocks of its own size, and points to them with four bytes.
    let mut fox = vec![0; 33 * 7];
    fox[6..8].copy_from_slice(&33u16.to_be_bytes());
    let text = gbk("照料人乙");
    let block = [&[0, 0, 0, 1, 0, 0, 0, text.len() as u8][..], &text].concat();
    fox.splice(33 * 6..33 * 6 + block.len(), block);
    let dbf = Dbf::new(0x30, &[("姓名", b'C', 8, 0), ("照料人", b'M', 4, 0)])
        .record(b' ', &[&gbk("张三"), &6u32.to_le_bytes()])
        .record(b' ', &[&gbk("李四"), &0u32.to_le_bytes()]);
    let table = read(&[("MD.DBF", dbf.bytes()), ("md.fpt", fox)]).unwrap();
    assert_eq!(column(&table, 1), [Some("照料人乙"), None]);
}

#[test]
fn binary_types_of_visual_foxpro_are_numbers_and_days() {
    let fields = [
        ("姓名", b'C', 8, 0),
        ("户数", b'I', 4, 2),
        ("年供养金", b'B', 8, 0),
        ("月补贴", b'Y', 8, 0),
        ("时间", b'T', 8, 2),
        ("备注", b'V', 6, 2),
        ("照片", b'G', 4, 0),
        ("_NullFlags", b'0', 1, 5),
    ];
    let moment = |day: i32, milliseconds: i32| [day.to_le_bytes(), milliseconds.to_le_bytes()].concat();
    let long = [gbk("张三"), vec![0, 4]].concat();
    let full = gbk("浚县城");
    let dbf = Dbf::new(0x32, &fields)
        .record(
            b' ',
            &[
                &gbk("张三"),
                &7i32.to_le_bytes(),
                &3208.5f64.to_le_bytes(),
                &4_505_000i64.to_le_bytes(),
                &moment(2_458_179, 0),
                &long,
                &0u32.to_le_bytes(),
                &[0b0100],
            ],
        )
        .record(
            b' ',
            &[
                &gbk("李四"),
                &(-1i32).to_le_bytes(),
                &410_621_197_001_011_234f64.to_le_bytes(),
                &0i64.to_le_bytes(),
                &moment(2_458_179, 30_600_000),
                &full,
                &5u32.to_le_bytes(),
                &[0],
            ],
        )
        // Null are the number, the moment and the text.
        .record(
            b' ',
            &[
                &gbk("王五"),
                &0i32.to_le_bytes(),
                &0f64.to_le_bytes(),
                &0i64.to_le_bytes(),
                &moment(2_458_179, 0),
                &full,
                &0u32.to_le_bytes(),
                &[0b1011],
            ],
        );
    let table = dbf.table();
    assert_eq!(table.info.headers.len(), 7, "{:?}", table.info.headers);
    assert_eq!(column(&table, 1), [Some("7"), Some("-1"), None]);
    assert_eq!(column(&table, 2), [Some("3208.5"), Some("4.10621197001011E+17"), Some("0")]);
    assert_eq!(column(&table, 3), [Some("450.5"), Some("0"), Some("0")]);
    assert_eq!(column(&table, 4), [Some("2018-03-01"), Some("2018-03-01 08:30:00"), None]);
    assert_eq!(column(&table, 5), [Some("张三"), Some("浚县城"), None]);
    assert_eq!(column(&table, 6), [None; 3]);
    assert_eq!(faults(&table), [(2, 6, CellFault::UnreadableType, "OLE 对象(G)")]);
    assert!(table.info.notes[0].contains("照片"));
}

#[test]
fn stars_blanks_and_question_marks() {
    let fields = [("姓名", b'C', 4, 0), ("金额", b'N', 5, 0), ("日期", b'D', 8, 0), ("残疾", b'L', 1, 0)];
    let dbf = Dbf::new(0x03, &fields)
        .record(b' ', &[&gbk("甲"), b"*****", b"20180301", b"T"])
        .record(b' ', &[&gbk("乙"), b"   12", b"", b"?"])
        .record(b' ', &[&gbk("丙"), b"", b"00000000", b"f"])
        .record(b' ', &[&gbk("丁"), b"1.50", b"2018 3 1", b"X"])
        .record(b' ', &[b"", b"*****", b"", b""]);
    let table = dbf.table();
    assert_eq!(column(&table, 1), [None, Some("12"), None, Some("1.50")]);
    assert_eq!(column(&table, 2), [Some("2018-03-01"), None, None, Some("2018 3 1")]);
    // What is neither yes nor no is left to be judged as such.
    assert_eq!(column(&table, 3), [Some("1"), Some("?"), Some("0"), Some("X")]);
    assert_eq!(faults(&table), [(1, 1, CellFault::NumberOverflow, "*****")]);
    // A record of nothing but faults is no blank one.
    assert_eq!(table.malformed.iter().map(|m| (m.row, &*m.original)).collect::<Vec<_>>(), [(5, "*****")]);
}

#[test]
fn a_logical_cell_that_is_not_filled_in_is_not_known_and_a_blank_record_stays_blank() {
    let dbf = Dbf::new(0x03, &[("姓名", b'C', 4, 0), ("残疾", b'L', 1, 0)])
        .record(b' ', &[&gbk("甲"), b"F"])
        .record(b' ', &[&gbk("乙"), b" "])
        .record(b' ', &[b"", b"?"]);
    let table = dbf.table();
    assert_eq!(column(&table, 1), [Some("0"), Some("?")]);
    assert_eq!(table.skipped.iter().map(|s| (s.row, s.reason)).collect::<Vec<_>>(), [(3, SkipReason::Blank)]);
}

#[test]
fn a_number_among_days_is_no_day_of_a_spreadsheet() {
    let fields = [("姓名", b'C', 4, 0), ("日期", b'N', 8, 0), ("序号", b'N', 8, 0), ("月份", b'C', 8, 0)];
    let dbf = Dbf::new(0x03, &fields)
        .record(b' ', &[&gbk("甲"), b"   43160", b"   43160", b"43160"])
        .record(b' ', &[&gbk("乙"), b"20180301", b"       2", b"201803"]);
    let options = ReadOptions {
        date_headers: ["日期", "月份"].map(str::to_owned).into(),
        ..ReadOptions::default()
    };
    let folder = tempfile::tempdir().unwrap();
    std::fs::write(folder.path().join("名单.dbf"), dbf.bytes()).unwrap();
    let mut tables = open_file(folder.path(), Path::new("名单.dbf"), &options, &|_| true).unwrap();
    let table = tables.next().unwrap().unwrap();
    assert_eq!(column(&table, 1), [None, Some("20180301")]);
    assert_eq!((column(&table, 2)[0], column(&table, 3)[0]), (Some("43160"), Some("43160")));
    assert_eq!(faults(&table), [(1, 1, CellFault::DayNumber, "43160")]);
}

#[test]
fn the_language_driver_counts_less_than_the_bytes_but_is_not_passed_over() {
    let mut dbf = people();
    for driver in [0, 0x03, 0x4D, 0x7A, 0x57] {
        dbf.driver = driver;
        assert_eq!(column(&dbf.table(), 0)[0], Some("张三"));
    }
    // Big5 bytes may pass for GBK; nobody guesses.
    dbf.driver = 0x78;
    let error = read(&[("名单.dbf", dbf.bytes())]).unwrap_err();
    assert!(error.message().contains("Big5") && error.hint_text().unwrap().contains("encoding"), "{error}");
    // Binary fields and deleted records say nothing about the encoding.
    let dbf = Dbf::new(0x30, &[("NAME", b'C', 6, 0), ("N", b'I', 4, 0)])
        .record(b' ', &["张三".as_bytes(), &[0xFF, 0xFE, 0xC3, 0x28]]);
    let table = dbf.table();
    assert_eq!((column(&table, 0)[0], table.info.encoding.unwrap().name), (Some("张三"), "UTF-8"));
    // A header of the year 2018, of 2018 without its century, and of nobody's.
    for year in [118, 18, 0, 255] {
        let mut bytes = people().bytes();
        bytes[1] = year;
        assert_eq!(read(&[("名单.dbf", bytes)]).unwrap().rows.len(), 3);
    }
}

#[test]
fn dbase_seven_is_named() {
    let mut bytes = people().bytes();
    (bytes[0], bytes[48]) = (0x04, 9);
    let error = read(&[("名单.dbf", bytes)]).unwrap_err();
    assert!(error.message().contains("dBase 7") && error.hint_text().unwrap().contains("另存"), "{error}");
}

#[test]
fn a_file_that_names_the_encoding_is_heeded_unless_the_texts_say_otherwise() {
    let charset = |table: &RawTable| table.info.encoding.unwrap();
    let with = |dbf: &Dbf, code_page: &str| {
        read(&[("名单.dbf", dbf.bytes()), ("名单.CPG", code_page.as_bytes().to_vec())]).unwrap()
    };
    // Bytes that may be either.
    let mut either = Dbf::new(0x03, &[("XM", b'C', 8, 0)]).record(b' ', &[&[0xC5, 0xAE]]);
    either.driver = 0x4D;
    for (code_page, name, text) in [
        ("UTF-8\r\n", "UTF-8", "\u{16E}"),
        ("GBK", "gb18030", "女"),
        ("CP936", "gb18030", "女"),
        ("65001", "UTF-8", "\u{16E}"),
    ] {
        let table = with(&either, code_page);
        assert_eq!((charset(&table).name, charset(&table).evidence), (name, EncodingEvidence::CodePageFile));
        assert_eq!((column(&table, 0), table.info.notes.len()), (vec![Some(text)], 0), "{code_page}");
    }
    // What it says is not so, or nothing that is known here: told, and read as it is.
    for code_page in ["UTF-8", "ISO-8859-1"] {
        let table = with(&people(), code_page);
        assert_eq!((charset(&table).name, column(&table, 0)[0]), ("gb18030", Some("张三")));
        assert!(table.info.notes[0].contains(code_page), "{:?}", table.info.notes);
    }
    let utf8 = Dbf::new(0x03, &[("XM", b'C', 12, 0)]).record(b' ', &["张三".as_bytes()]);
    assert_eq!(column(&with(&utf8, "GBK"), 0), [Some("张三")]);
    assert_eq!(with(&utf8, "").info.notes.len(), 0, "an empty one says nothing");
}

/// A table of two people with a column of memos.
pub(crate) fn with_memo_column() -> Vec<u8> {
    let fields = [("姓名", b'C', 8, 0), ("身份证", b'C', 18, 0), ("备注", b'M', 10, 0)];
    let mut dbf = Dbf::new(0x83, &fields);
    for (name, id) in [("张三", "410621197309164170"), ("李四", "410621198408140603")] {
        dbf = dbf.record(b' ', &[&gbk(name), id.as_bytes(), b"         1"]);
    }
    dbf.bytes()
}

#[test]
fn what_stands_behind_the_end_mark_and_is_no_leftover_refuses_the_file() {
    let read_tail = |tail: Vec<u8>| {
        let mut dbf = people();
        dbf.tail = tail;
        read(&[("名单.dbf", dbf.bytes())])
    };
    let second = [vec![0x1A], people().bytes()].concat();
    let error = read_tail(second).unwrap_err();
    assert!(error.message().contains("接着另一个 DBF"), "{error}");
    let new = Dbf::new(0x03, &[("姓名", b'C', 8, 0), ("县", b'C', 5, 0)])
        .record(b' ', &[&gbk("赵六"), &gbk("浚县")]);
    let error = read_tail([vec![0x1A], new.records[0].clone()].concat()).unwrap_err();
    assert!(error.message().contains("1条没有删除"), "{error}");
    // What closing gaps leaves behind: copies, and records marked as deleted.
    let copy = people().records[2].clone();
    let mut deleted = new.records[0].clone();
    deleted[0] = b'*';
    let table = read_tail([vec![0x1A], copy, deleted].concat()).unwrap();
    assert!(table.rows.len() == 3 && table.info.notes[0].contains("结束标志"), "{:?}", table.info.notes);
}
