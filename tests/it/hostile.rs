//! Files that ask for far more memory than they have bytes are refused, with their place and a cure; so
//! are those that deliver less than they say.

use std::io::{Cursor, Write};
use std::path::Path;
use std::sync::Arc;

use arrow::array::{ArrayRef, Int64Array, NullArray, StringArray};
use arrow::datatypes::{DataType, Field, Schema};
use arrow::record_batch::RecordBatch;
use bidui::Error;
use bidui::testing::config::read_options::ReadOptions;
use bidui::testing::extract::{RawTable, open_file};
use bidui::testing::model::source_table::{EncodingEvidence, TextEncoding};
use parquet::arrow::ArrowWriter;
use parquet::basic::{Compression, Encoding, ZstdLevel};
use parquet::file::properties::{WriterProperties, WriterVersion};

fn read(name: &str, bytes: &[u8], options: &ReadOptions) -> bidui::Result<Vec<RawTable>> {
    let folder = tempfile::tempdir().unwrap();
    std::fs::write(folder.path().join(name), bytes).unwrap();
    open_file(folder.path(), Path::new(name), options, &|_| true)?.collect()
}

fn tables(name: &str, bytes: &[u8]) -> Vec<RawTable> {
    read(name, bytes, &ReadOptions::default()).unwrap_or_else(|e| panic!("{e}"))
}

/// The refusal of a file: it is about input, names the file and a cure.
fn refusal(name: &str, bytes: &[u8]) -> Error {
    let error = read(name, bytes, &ReadOptions::default()).expect_err("refused");
    assert_eq!(error.kind(), bidui::testing::error::ErrorKind::Input, "{error}");
    assert!(error.hint_text().is_some() && error.location().file.is_some(), "{error}");
    error
}

fn column(tables: &[RawTable], index: usize) -> Vec<Option<String>> {
    tables.iter().flat_map(|t| t.columns[index].iter()).map(|c| c.map(str::to_owned)).collect()
}

// Delimited text.

fn headers(count: usize) -> String {
    let names: Vec<String> = (0..count).map(|at| format!("列{at}")).collect();
    names.join(",") + "\n"
}

#[test]
fn more_headers_than_a_spreadsheet_has_columns() {
    let text = format!("某县名单\n{}张\n", headers(16_385));
    let options = ReadOptions {
        known_headers: vec!["列1".into(), "列2".into()],
        minimum_headers: 2,
        ..ReadOptions::default()
    };
    let error = read("名单.csv", text.as_bytes(), &options).unwrap_err();
    assert!(error.message().contains("16385列"), "{error}");
    assert_eq!(error.location().row, Some(2));
    assert_eq!(tables("名单.csv", (headers(16_384) + "张\n").as_bytes())[0].columns.len(), 16_384);
}

#[test]
fn a_record_between_two_stray_quotes() {
    let rows = "张三,410621197001011234\n".repeat(1_200_000);
    let text = format!("姓名,证件号码\n李四,1\n\"王五,2\n{rows}赵六,\"3\n");
    for text in [text.replace('"', ""), text] {
        let tables = tables("名单.csv", text.as_bytes());
        assert_eq!(tables.iter().map(|t| t.rows.len()).sum::<usize>(), 1_200_003);
        assert!(tables.iter().all(|t| t.malformed.is_empty()));
    }
}

// DBF.

struct Dbf {
    fields: Vec<(Vec<u8>, u8, u8, u8)>,
    record: u16,
    count: u32,
    driver: u8,
    body: Vec<u8>,
}

impl Dbf {
    fn new(fields: &[(&[u8], u8, u8)], records: &[&[u8]]) -> Self {
        Self {
            fields: fields.iter().map(|(name, kind, width)| (name.to_vec(), *kind, *width, 0)).collect(),
            record: 1 + fields.iter().map(|f| u16::from(f.2)).sum::<u16>(),
            count: records.len() as u32,
            driver: 0,
            body: records.iter().flat_map(|r| [b" ", *r].concat()).collect(),
        }
    }
    fn header(&self) -> u16 {
        (33 + 32 * self.fields.len()) as u16
    }
    fn bytes(&self) -> Vec<u8> {
        let mut out = vec![0x03, 118, 9, 30];
        out.extend(self.count.to_le_bytes());
        out.extend(self.header().to_le_bytes());
        out.extend(self.record.to_le_bytes());
        out.resize(32, 0);
        out[29] = self.driver;
        for (name, kind, width, decimals) in &self.fields {
            let mut field = [0u8; 32];
            let length = name.len().min(10);
            field[..length].copy_from_slice(&name[..length]);
            (field[11], field[16], field[17]) = (*kind, *width, *decimals);
            out.extend(field);
        }
        out.push(0x0D);
        out.extend(&self.body);
        out.push(0x1A);
        out
    }
}

fn people() -> Dbf {
    Dbf::new(&[(b"NAME", b'C', 6), (b"ID", b'C', 4)], &[b"zhang 0001", b"li    0002", b"wang  0003"])
}

#[test]
fn fields_without_width() {
    let mut dbf = people();
    // As many as fit into a header, in records of two bytes.
    dbf.fields = (0..2_046).map(|at| (format!("F{at}").into_bytes(), b'C', u8::from(at == 0), 0)).collect();
    (dbf.record, dbf.count, dbf.body) = (2, 2_000_000, b" x".repeat(2_000_000));
    let error = refusal("表.dbf", &dbf.bytes());
    assert!(error.message().contains("字段宽度为0"), "{error}");
    assert_eq!(error.location().column.as_deref(), Some("F1"));
}

#[test]
fn fields_and_records_that_do_not_fit() {
    let altered = |change: &dyn Fn(&mut Dbf)| {
        let mut dbf = people();
        change(&mut dbf);
        refusal("表.dbf", &dbf.bytes()).message().to_owned()
    };
    let patched = |at: usize, value: u16| {
        let mut bytes = people().bytes();
        bytes[at..at + 2].copy_from_slice(&value.to_le_bytes());
        refusal("表.dbf", &bytes).message().to_owned()
    };
    assert_eq!(tables("表.dbf", &people().bytes())[0].rows, [1, 2, 3]);
    assert!(altered(&|d| d.record = 12).contains("合计11，与记录长度12不符"));
    assert!(altered(&|d| d.record = 10).contains("合计11，与记录长度10不符"));
    assert!(altered(&|d| d.record = 0).contains("记录长度为0"));
    assert!(altered(&|d| d.fields.clear()).contains("不符"));
    assert!(altered(&|d| d.count = 4).contains("应有4条记录，实际只有3条"));
    assert!(altered(&|d| d.count = u32::MAX).contains("应有4294967295条"));
    // Records that the header does not count would be read short without a word.
    assert!(altered(&|d| d.count = 1).contains("表头说有1条记录"));
    assert!(patched(8, 32).contains("表头长度32"));
    assert!(patched(8, 0).contains("表头长度0"));
    assert!(patched(8, 90).contains("表头长度90"));
    assert!(patched(8, 64).contains("不符"));
    assert!(patched(8, u16::MAX).contains("比自己的表头还短"));
    let mut packed = people();
    // What a program leaves behind the end mark is not counted.
    (packed.count, packed.body[11]) = (1, 0x1A);
    assert_eq!(tables("表.dbf", &packed.bytes())[0].rows, [1]);
}

#[test]
fn text_fields_over_255_wide() {
    let record = [b"x".repeat(300), b"0001".to_vec()].concat();
    let mut dbf = Dbf::new(&[(b"NOTE", b'C', 44), (b"ID", b'C', 4)], &[&record]);
    (dbf.fields[0].3, dbf.record) = (1, 305);
    assert_eq!(column(&tables("表.dbf", &dbf.bytes()), 1), [Some("0001".to_owned())]);
    // Other programs leave anything in the byte that makes such a field wide.
    let mut dbf = people();
    dbf.fields[0].3 = 7;
    assert_eq!(column(&tables("表.dbf", &dbf.bytes()), 1)[2].as_deref(), Some("0003"));
}

#[test]
fn a_large_dbf_comes_in_pieces() {
    let rows: Vec<String> = (0..400_000).map(|at| format!("{at:>30}")).collect();
    let rows: Vec<&[u8]> = rows.iter().map(String::as_bytes).collect();
    let tables = tables("表.dbf", &Dbf::new(&[(b"N", b'C', 30)], &rows).bytes());
    assert!(tables.len() > 1);
    let numbers: Vec<u32> = tables.iter().flat_map(|t| t.rows.clone()).collect();
    assert!(numbers.iter().copied().eq(1..=400_000));
    assert_eq!(column(&tables, 0)[399_999].as_deref(), Some("399999"));
    assert!(tables.iter().all(|t| Arc::ptr_eq(&t.info, &tables[0].info)));
    let empty = self::tables("表.dbf", &Dbf::new(&[(b"N", b'C', 30)], &[]).bytes());
    assert_eq!((empty.len(), empty[0].rows.len()), (1, 0));
}

#[test]
fn a_dbf_says_how_it_was_decoded() {
    use EncodingEvidence::{Declared, LanguageDriver, Validity};
    let gbk = |text: &str| encoding_rs::GBK.encode(text).0.into_owned();
    let (plain, utf8, gb) = (b"abcdef".to_vec(), "张三".as_bytes().to_vec(), gbk("张三李"));
    let auto = bidui::testing::config::read_options::Encoding::Auto;
    for (name, cell, driver, declared, encoding, evidence) in [
        ("NAME".into(), &utf8, 0, auto, "UTF-8", Validity),
        // The bytes are stronger than the driver.
        ("NAME".into(), &utf8, 0x4D, auto, "UTF-8", Validity),
        ("NAME".into(), &gb, 0, auto, "gb18030", Validity),
        ("NAME".into(), &gb, 0x03, auto, "gb18030", Validity),
        ("NAME".into(), &gb, 0x7A, auto, "gb18030", LanguageDriver),
        ("NAME".into(), &plain, 0, auto, "UTF-8", Validity),
        ("NAME".into(), &plain, 0x4D, auto, "gb18030", LanguageDriver),
        // Where all records are plain, the names of the fields decide.
        (gbk("姓名"), &plain, 0, auto, "gb18030", Validity),
        (gbk("姓名"), &plain, 0x4D, auto, "gb18030", LanguageDriver),
        ("姓名".into(), &plain, 0, auto, "UTF-8", Validity),
        ("NAME".into(), &gb, 0, bidui::testing::config::read_options::Encoding::Gb18030, "gb18030", Declared),
        ("NAME".into(), &utf8, 0x4D, bidui::testing::config::read_options::Encoding::Utf8, "UTF-8", Declared),
    ] {
        let name: Vec<u8> = name;
        let mut dbf = Dbf::new(&[(&name, b'C', 6)], &[cell]);
        dbf.driver = driver;
        let options = ReadOptions { encoding: declared, ..ReadOptions::default() };
        let table = read("表.dbf", &dbf.bytes(), &options).unwrap().remove(0);
        let said = TextEncoding { name: encoding, evidence };
        assert_eq!(table.info.encoding, Some(said), "{name:?} {cell:?} {driver:x} {declared:?}");
        assert!(["NAME", "姓名"].contains(&&*table.info.headers[0]), "{:?}", table.info.headers);
        assert!(["abcdef", "张三", "张三李"].contains(&table.columns[0].value(0)));
        assert!(table.malformed.is_empty());
    }
    // A name cut within a character is still UTF-8, and nobody's GBK.
    let cut = "证件号码".as_bytes()[..10].to_vec();
    let table = tables("表.dbf", &Dbf::new(&[(&cut, b'C', 6)], &[&plain]).bytes()).remove(0);
    assert_eq!(table.info.encoding.unwrap().name, "UTF-8");
    assert!(table.info.headers[0].starts_with("证件号"));
}

// Workbooks.

#[test]
fn an_archive_whose_directory_lies() {
    let mut zip = zip::ZipWriter::new(Cursor::new(Vec::new()));
    let options = zip::write::SimpleFileOptions::default();
    zip.start_file("xl/workbook.xml", options).unwrap();
    zip.write_all(b"<workbook/>").unwrap();
    zip.start_file("xl/worksheets/sheet1.xml", options).unwrap();
    for _ in 0..64 {
        zip.write_all(&b"<c r=\"A1\"/>".repeat(1 << 16)).unwrap();
    }
    let mut bytes = zip.finish().unwrap().into_inner();
    let size = ((64 * 11u32) << 16).to_le_bytes();
    let places: Vec<usize> = (0..bytes.len() - 4).filter(|&at| bytes[at..at + 4] == size).collect();
    assert!(!places.is_empty());
    places.iter().for_each(|&at| bytes[at..at + 4].copy_from_slice(&100u32.to_le_bytes()));
    let error = refusal("名单.xlsx", &bytes);
    assert!(error.message().contains("压缩炸弹"), "{error}");
}

#[test]
fn a_worksheet_that_is_too_much_is_not_passed_over() {
    let mut book = rust_xlsxwriter::Workbook::new();
    for (name, far) in [("好", 3), ("坏", 16_383)] {
        let sheet = book.add_worksheet().set_name(name).unwrap();
        for (at, header) in ["乡镇", "姓名", "证件号码"].iter().enumerate() {
            sheet.write(0, at as u16, *header).unwrap();
            sheet.write(1, at as u16, format!("{header}1")).unwrap();
        }
        sheet.write(0, far, "x").unwrap();
        for row in 2..6_200 {
            sheet.write(row, 0, "善堂镇").unwrap();
        }
    }
    let options = ReadOptions {
        known_headers: ["乡镇", "姓名", "证件号码"].map(str::to_owned).to_vec(),
        minimum_headers: 2,
        ..ReadOptions::default()
    };
    let error = read("名单.xlsx", &book.save_to_buffer().unwrap(), &options).unwrap_err();
    assert!(error.message().contains("16384列"), "{error}");
    let place = error.location();
    assert_eq!((place.sheet.as_deref(), place.row), (Some("坏"), Some(1)));
    assert!(place.file.is_some() && error.hint_text().is_some());
}

// Parquet.

fn parquet(columns: Vec<(&str, ArrayRef)>, properties: WriterProperties) -> Vec<u8> {
    let fields: Vec<Field> =
        columns.iter().map(|(name, array)| Field::new(*name, array.data_type().clone(), true)).collect();
    let schema = Arc::new(Schema::new(fields));
    let batch = RecordBatch::try_new(schema.clone(), columns.into_iter().map(|c| c.1).collect()).unwrap();
    let mut writer = ArrowWriter::try_new(Vec::new(), schema, Some(properties)).unwrap();
    writer.write(&batch).unwrap();
    writer.into_inner().unwrap()
}

fn zstd() -> parquet::file::properties::WriterPropertiesBuilder {
    WriterProperties::builder().set_compression(Compression::ZSTD(ZstdLevel::default()))
}

#[test]
fn one_long_text_that_every_row_points_to() {
    let long = "善".repeat(35_000);
    let keys = arrow::array::Int32Array::from(vec![0; 8_000]);
    let values: ArrayRef = Arc::new(StringArray::from(vec![long.as_str()]));
    let texts: ArrayRef = Arc::new(arrow::array::DictionaryArray::new(keys, values));
    let numbers: ArrayRef = Arc::new(Int64Array::from_iter_values(0..8_000));
    let properties = zstd().set_dictionary_page_size_limit(4 << 20).build();
    let bytes = parquet(vec![("序号", numbers), ("住址", texts)], properties);
    assert!(bytes.len() < 1 << 17, "{}", bytes.len());
    let error = refusal("名单.parquet", &bytes);
    assert!(error.message().contains("文字超过"), "{error}");
    assert!(error.location().row.is_some_and(|row| row < 2_700), "{error}");
}

#[test]
fn millions_of_rows_of_nothing() {
    let nothing: ArrayRef = Arc::new(StringArray::new_null(3_000_000));
    let error = refusal("名单.parquet", &parquet(vec![("姓名", nothing)], zstd().build()));
    assert!(error.message().contains("声称有3000000行"), "{error}");
}

#[test]
fn types_that_are_no_texts() {
    let bytes = arrow::array::FixedSizeBinaryArray::try_from_iter([b"0123456789abcdef"].iter()).unwrap();
    let error = refusal("名单.parquet", &parquet(vec![("标识", Arc::new(bytes))], zstd().build()));
    assert_eq!(error.location().column.as_deref(), Some("标识"));
    // A column of nothing is one of empty cells.
    let columns: Vec<(&str, ArrayRef)> = vec![
        ("空", Arc::new(NullArray::new(2))),
        ("姓名", Arc::new(StringArray::from(vec!["张三", "李四"]))),
    ];
    let tables = tables("名单.parquet", &parquet(columns, zstd().build()));
    assert_eq!(column(&tables, 0), [None, None]);
    assert_eq!(column(&tables, 1)[1].as_deref(), Some("李四"));
}

#[test]
fn texts_are_read_however_they_are_written() {
    // Long and short, alike and not, some missing; enough for several pages, batches and pieces.
    let cell = |row: usize| {
        (!row.is_multiple_of(7))
            .then(|| format!("河南省鹤壁市浚县善堂镇第{}村第{}户", row / 1000, row % 3 * row))
    };
    let expected: Vec<Option<String>> = (0..150_000usize).map(cell).collect();
    let texts = StringArray::from(expected.clone());
    for kind in [DataType::Utf8, DataType::LargeUtf8, DataType::Utf8View] {
        for version in [WriterVersion::PARQUET_1_0, WriterVersion::PARQUET_2_0] {
            for encoding in [
                None,
                Some(Encoding::PLAIN),
                Some(Encoding::DELTA_LENGTH_BYTE_ARRAY),
                Some(Encoding::DELTA_BYTE_ARRAY),
            ] {
                let mut properties = zstd().set_writer_version(version).set_data_page_size_limit(100_000);
                if let Some(encoding) = encoding {
                    let column = parquet::schema::types::ColumnPath::from("住址");
                    properties =
                        properties.set_dictionary_enabled(false).set_column_encoding(column, encoding);
                }
                let column: ArrayRef = arrow::compute::cast(&texts, &kind).unwrap();
                let number: ArrayRef = Arc::new(Int64Array::from_iter_values(0..150_000));
                let bytes = parquet(vec![("住址", column), ("序号", number)], properties.build());
                let tables = tables("名单.parquet", &bytes);
                assert!(tables.len() > 1);
                assert_eq!(self::column(&tables, 0), expected, "{kind} {version:?} {encoding:?}");
                assert_eq!(self::column(&tables, 1)[149_999].as_deref(), Some("149999"));
                assert!(tables.iter().flat_map(|t| t.rows.iter().copied()).eq(1..=150_000));
                if kind != DataType::Utf8 {
                    break;
                }
            }
        }
    }
}
