//! Parquet as pandas, Spark and their like write it: codecs, moments, indices, categories, binary texts.

use std::path::Path;
use std::sync::Arc;

use arrow::array::{
    ArrayRef, BinaryArray, BooleanArray, Decimal128Array, DictionaryArray, FixedSizeBinaryArray,
    Float32Array, Float64Array, Int32Array, Int64Array, StringArray, StructArray, TimestampMicrosecondArray,
    TimestampMillisecondArray,
};
use arrow::datatypes::{DataType, Field, Int8Type, Schema};
use arrow::record_batch::RecordBatch;
use bidui::testing::config::read_options::ReadOptions;
use bidui::testing::extract::{RawTable, open_file};
use bidui::testing::model::file_account::{CellFault, PhysicalUnit};
use parquet::arrow::ArrowWriter;
use parquet::basic::{BrotliLevel, Compression, GzipLevel, ZstdLevel};
use parquet::data_type::{Int96, Int96Type};
use parquet::file::metadata::KeyValue;
use parquet::file::properties::{WriterProperties, WriterVersion};
use parquet::file::writer::SerializedFileWriter;

fn read_with(options: &ReadOptions, bytes: Vec<u8>) -> bidui::Result<RawTable> {
    let folder = tempfile::tempdir().unwrap();
    std::fs::write(folder.path().join("死亡人员.parquet"), bytes).unwrap();
    let tables = open_file(folder.path(), Path::new("死亡人员.parquet"), options, &|_| true)?;
    let mut tables: Vec<RawTable> = tables.collect::<bidui::Result<_>>()?;
    assert_eq!(tables.len(), 1);
    Ok(tables.remove(0))
}

fn read(bytes: Vec<u8>) -> RawTable {
    read_with(&ReadOptions::default(), bytes).unwrap_or_else(|e| panic!("{e}"))
}

fn written(columns: &[(&str, ArrayRef)], properties: WriterProperties) -> Vec<u8> {
    let fields = columns.iter().map(|(name, array)| Field::new(*name, array.data_type().clone(), true));
    let schema = Arc::new(Schema::new(fields.collect::<Vec<_>>()));
    let arrays = columns.iter().map(|(_, array)| Arc::clone(array)).collect();
    let batch = RecordBatch::try_new(Arc::clone(&schema), arrays).unwrap();
    let mut writer = ArrowWriter::try_new(Vec::new(), schema, Some(properties)).unwrap();
    writer.write(&batch).unwrap();
    writer.into_inner().unwrap()
}

fn plain(columns: &[(&str, ArrayRef)]) -> Vec<u8> {
    written(columns, WriterProperties::builder().build())
}

fn column(table: &RawTable, index: usize) -> Vec<Option<&str>> {
    table.columns[index].iter().collect()
}

fn names() -> (&'static str, ArrayRef) {
    ("姓名", Arc::new(StringArray::from(vec!["张三", "李四", "王五"])) as ArrayRef)
}

#[test]
fn every_codec_is_read_and_values_are_counted_twice() {
    let names: Vec<String> = (0..5_000).map(|at| format!("张{}", at % 700)).collect();
    let numbers: Vec<i64> = (0..5_000).map(|at| 410_621_197_001_010_000 + at).collect();
    let columns: [(&str, ArrayRef); 2] = [
        ("姓名", Arc::new(StringArray::from(names.clone()))),
        ("证件号码", Arc::new(Int64Array::from(numbers))),
    ];
    for codec in [
        Compression::UNCOMPRESSED,
        Compression::SNAPPY,
        Compression::GZIP(GzipLevel::default()),
        Compression::BROTLI(BrotliLevel::default()),
        Compression::LZ4,
        Compression::LZ4_RAW,
        Compression::ZSTD(ZstdLevel::default()),
    ] {
        for version in [WriterVersion::PARQUET_1_0, WriterVersion::PARQUET_2_0] {
            let properties = WriterProperties::builder().set_compression(codec).set_writer_version(version);
            let properties = properties.set_data_page_row_count_limit(1_000).set_write_batch_size(500);
            let table = read(written(&columns, properties.build()));
            assert!(
                column(&table, 0).iter().zip(&names).all(|(cell, name)| *cell == Some(name)),
                "{codec:?}"
            );
            assert_eq!(table.columns[1].value(4_999), "410621197001014999");
            let account = table.account.unwrap();
            assert_eq!((account.unit, account.counted), (PhysicalUnit::Value, 5_000), "{codec:?}");
        }
    }
}

#[test]
fn moments_with_a_zone_are_those_of_beijing() {
    // 2018-09-15 16:00 in Greenwich, half past eight, and nothing.
    let moments = vec![Some(1_537_027_200_000_000), Some(1_537_000_200_000_000), None];
    let zoned = |zone: &str| -> ArrayRef {
        Arc::new(TimestampMicrosecondArray::from(moments.clone()).with_timezone(zone))
    };
    let milli: Vec<Option<i64>> = moments.iter().map(|m| m.map(|m| m / 1000)).collect();
    let table = read(plain(&[
        names(),
        ("甲", zoned("UTC")),
        ("乙", zoned("Asia/Shanghai")),
        ("丙", zoned("-05:00")),
        ("丁", Arc::new(TimestampMillisecondArray::from(milli))),
        ("戊", Arc::new(TimestampMicrosecondArray::from(vec![i64::MAX, 253_402_214_400_000_000, -1]))),
    ]));
    for zoned in 1..4 {
        assert_eq!(column(&table, zoned), [Some("2018-09-16"), Some("2018-09-15 16:30:00"), None]);
    }
    assert_eq!(column(&table, 4), [Some("2018-09-15 16:00:00"), Some("2018-09-15 08:30:00"), None]);
    assert_eq!(
        column(&table, 5),
        [Some("9223372036854775807"), Some("9999-12-31"), Some("1969-12-31 23:59:59")]
    );
}

/// Days (of Julius) and nanoseconds in the oldest form of a moment.
fn oldest_moments(created_by: &str, moments: &[(u32, u64)]) -> Vec<u8> {
    let schema = "message m { required int96 t; required binary n; }";
    let schema = Arc::new(parquet::schema::parser::parse_message_type(schema).unwrap());
    let properties = Arc::new(WriterProperties::builder().set_created_by(created_by.to_owned()).build());
    let mut writer = SerializedFileWriter::new(Vec::new(), schema, properties).unwrap();
    let mut group = writer.next_row_group().unwrap();
    let values: Vec<Int96> = (moments.iter())
        .map(|&(day, nanoseconds)| Int96::from(vec![nanoseconds as u32, (nanoseconds >> 32) as u32, day]))
        .collect();
    let mut column = group.next_column().unwrap().unwrap();
    column.typed::<Int96Type>().write_batch(&values, None, None).unwrap();
    column.close().unwrap();
    let mut column = group.next_column().unwrap().unwrap();
    let texts = vec![parquet::data_type::ByteArray::from("甲"); values.len()];
    column.typed::<parquet::data_type::ByteArrayType>().write_batch(&texts, None, None).unwrap();
    column.close().unwrap();
    group.close().unwrap();
    writer.into_inner().unwrap()
}

#[test]
fn the_oldest_moments_are_read_as_their_writer_meant_them() {
    // 2018-09-15 16:00, and the end of all times.
    let moments = [(2_458_377, 16 * 3600 * 1_000_000_000), (5_373_484, 0)];
    let table = read(oldest_moments("parquet-mr version 1.12.3", &moments));
    assert_eq!(column(&table, 0), [Some("2018-09-16"), Some("9999-12-31 08:00:00")]);
    // Texts that do not say that they are texts.
    assert_eq!(column(&table, 1), [Some("甲"); 2]);
    let table = read(oldest_moments("impala version 3.4", &moments));
    assert_eq!(column(&table, 0), [Some("2018-09-15 16:00:00"), Some("9999-12-31")]);
}

#[test]
fn the_index_of_pandas_is_told_and_not_read() {
    let index = |name| (name, Arc::new(Int64Array::from(vec![0, 1, 2])) as ArrayRef);
    let saved = |columns: &[(&str, ArrayRef)], said: &str| {
        let pairs = vec![KeyValue::new("pandas".to_owned(), said.to_owned())];
        written(columns, WriterProperties::builder().set_key_value_metadata(Some(pairs)).build())
    };
    let nameless = r#"{"index_columns": ["__index_level_0__"]}"#;
    for said in [nameless, "", "[]"] {
        let table = read(saved(&[names(), index("__index_level_0__")], said));
        assert_eq!(table.info.headers, ["姓名"]);
        assert_eq!((table.rows.len(), table.columns.len()), (3, 1));
        assert!(table.info.notes[0].contains("__index_level_0__"));
    }
    let range = r#"{"index_columns": [{"kind": "range", "name": null, "start": 0, "stop": 3, "step": 1}]}"#;
    let table = read(saved(&[names()], range));
    assert_eq!((table.info.headers.len(), table.info.notes.len()), (1, 0));
    // An index with a name is a column like others where the contract knows it, and told where not.
    let said = r#"{"index_columns": ["证件号码"]}"#;
    let bytes = saved(&[names(), index("证件号码")], said);
    for (known, headers) in [(vec!["姓名", "证件号码"], 2), (vec!["姓名"], 1), (vec![], 2)] {
        let known_headers = known.into_iter().map(str::to_owned).collect();
        let options = ReadOptions { known_headers, ..ReadOptions::default() };
        let table = read_with(&options, bytes.clone()).unwrap();
        assert_eq!((table.info.headers.len(), table.info.notes.len()), (headers, 2 - headers));
    }
}

#[test]
fn values_of_every_kind_are_texts_that_show_their_damage() {
    let categories: DictionaryArray<Int8Type> = vec![Some("农村"), None, Some("城市")].into_iter().collect();
    let keys = arrow::array::Int8Array::from(vec![Some(0), Some(1), None]);
    let numbers = DictionaryArray::new(keys, Arc::new(Int64Array::from(vec![201_710, 201_711])));
    let table = read(plain(&[
        ("类别", Arc::new(categories)),
        ("年月", Arc::new(numbers)),
        ("证件", Arc::new(Float64Array::from(vec![410_621_197_001_011_234.0, f64::NAN, 201_710.0]))),
        ("金额", Arc::new(Float64Array::from(vec![450.5, 0.1 + 0.2, 300.0]))),
        ("面积", Arc::new(Float32Array::from(vec![60.1, 60.0, 4.1062e17]))),
        (
            "定点",
            Arc::new(Decimal128Array::from(vec![32_050, -5, 0]).with_precision_and_scale(9, 2).unwrap()),
        ),
        ("残疾", Arc::new(BooleanArray::from(vec![Some(true), Some(false), None]))),
        ("文字", Arc::new(BinaryArray::from(vec!["浚县".as_bytes(), b"\xFF\xFE", b""]))),
    ]));
    assert_eq!(column(&table, 0), [Some("农村"), None, Some("城市")]);
    assert_eq!(column(&table, 1), [Some("201710"), Some("201711"), None]);
    assert_eq!(column(&table, 2), [Some("4.10621197001011E+17"), None, Some("201710")]);
    assert_eq!(column(&table, 3), [Some("450.5"), Some("0.3"), Some("300")]);
    assert_eq!(column(&table, 4)[..2], [Some("60.1"), Some("60")]);
    assert!(column(&table, 4)[2].unwrap().ends_with("E+17"));
    assert_eq!(column(&table, 5), [Some("320.50"), Some("-0.05"), Some("0.00")]);
    assert_eq!(column(&table, 6), [Some("true"), Some("false"), None]);
    assert_eq!(column(&table, 7), [Some("浚县"), None, None]);
    let fault = &table.faults[0];
    assert_eq!((table.faults.len(), fault.row, fault.column), (1, 2, 7));
    assert_eq!(fault.fault, CellFault::UnreadableType);
}

#[test]
fn nested_and_binary_columns_are_all_named_with_a_cure() {
    let field = Arc::new(Field::new("省", DataType::Utf8, true));
    let nested = StructArray::from(vec![(field, names().1)]);
    let fixed = FixedSizeBinaryArray::try_from_iter([b"ab", b"cd", b"ef"].iter()).unwrap();
    let bytes = plain(&[names(), ("住址", Arc::new(nested)), ("指纹", Arc::new(fixed))]);
    let error = read_with(&ReadOptions::default(), bytes).unwrap_err();
    assert!(error.message().contains("“住址”（嵌套）、“指纹”（二进制）"), "{error}");
    assert!(error.hint_text().unwrap().contains("展开"), "{error}");
}

#[test]
fn whole_numbers_among_days_are_days_only_where_they_are_written_as_such() {
    let numbers = vec![Some(17_045), Some(20_160_901), None];
    let floats: Vec<Option<f64>> = numbers.iter().map(|n| n.map(f64::from)).collect();
    let columns: [(&str, ArrayRef); 5] = [
        names(),
        ("入学日期", Arc::new(Int32Array::from(numbers.clone()))),
        ("出生日期", Arc::new(Float64Array::from(floats))),
        ("序号", Arc::new(Int32Array::from(numbers))),
        ("离校日期", Arc::new(StringArray::from(vec!["43160", "20160901", ""]))),
    ];
    let options = ReadOptions {
        date_headers: ["入学日期", "出生日期", "离校日期"].map(str::to_owned).into(),
        ..ReadOptions::default()
    };
    let table = read_with(&options, plain(&columns)).unwrap();
    for days in [1, 2] {
        assert_eq!(column(&table, days), [None, Some("20160901"), None]);
    }
    assert_eq!((column(&table, 3)[0], column(&table, 4)[0]), (Some("17045"), Some("43160")));
    let faults: Vec<_> = table.faults.iter().map(|f| (f.row, f.column, f.fault, &*f.original)).collect();
    let day = CellFault::DayNumber;
    assert_eq!(faults, [(1, 1, day, "17045"), (1, 2, day, "17045")]);
}
