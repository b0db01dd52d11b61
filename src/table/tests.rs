//! Tables come back as they were written, whatever their columns are like.

use arrow::array::{Date32Array, Int32Array, Int64Array, StringArray};
use arrow::datatypes::Field;
use parquet::arrow::arrow_reader::ParquetRecordBatchReaderBuilder;
use parquet::file::statistics::Statistics;

use std::ops::Range;

use arrow::datatypes::{DataType, Schema};
use arrow::record_batch::RecordBatch;

use super::parquet_writer::*;
use super::*;

fn read(file: &[u8]) -> RecordBatch {
    let builder = ParquetRecordBatchReaderBuilder::try_new(bytes::Bytes::copy_from_slice(file)).unwrap();
    assert_eq!(builder.schema().metadata().get("bidui.schema_version").map(String::as_str), Some("2"));
    let schema = written_schema(builder.schema());
    let batches: Vec<RecordBatch> = builder.build().unwrap().map(|batch| batch.unwrap()).collect();
    arrow::compute::concat_batches(&schema, &batches).unwrap()
}

/// Columns with few and with many values, with and without missing ones.
fn table(rows: usize) -> RecordBatch {
    let village = |n: usize| format!("4106{:08}", n / 700 * 31 % 1009);
    let columns: Vec<(&str, ArrayRef)> = vec![
        ("village", Arc::new(StringArray::from_iter_values((0..rows).map(village)))),
        ("name", Arc::new(StringArray::from_iter((0..rows).map(|n| (n % 5 > 0).then(|| format!("人{n}")))))),
        (
            "sex",
            Arc::new(StringArray::from_iter((0..rows).map(|n| (n % 7 > 0).then_some(["男", "女"][n % 2])))),
        ),
        ("flag", Arc::new(Int32Array::from_iter_values((0..rows).map(|n| (n % 3 == 0).into())))),
        (
            "age",
            Arc::new(Int32Array::from_iter((0..rows).map(|n| (n % 100 > 40).then_some((n * n % 97) as i32)))),
        ),
        (
            "born",
            Arc::new(Date32Array::from_iter_values((0..rows).map(|n| (n * 7919 % 20_000) as i32 - 9_000))),
        ),
        (
            "paid_fen",
            Arc::new(Int64Array::from_iter((0..rows).map(|n| (n % 2 > 0).then_some(n as i64 % 4 * 1_000)))),
        ),
        ("nothing", Arc::new(StringArray::new_null(rows))),
        ("always", Arc::new(Int32Array::from_iter_values((0..rows).map(|n| n as i32 % 11)))),
    ];
    let field =
        |(name, array): &(&str, ArrayRef)| Field::new(*name, array.data_type().clone(), *name != "always");
    let schema = Arc::new(Schema::new(columns.iter().map(field).collect::<Vec<_>>()));
    RecordBatch::try_new(schema, columns.into_iter().map(|(_, array)| array).collect()).unwrap()
}

#[test]
fn what_is_written_is_read_in_whatever_portions_it_came() {
    let rows = GROUP_ROWS + 3 * CHUNK_ROWS + 17;
    let batch = table(rows);
    let written = |portion: usize| {
        let mut writer = ParquetWriter::new(Vec::new(), batch.schema()).unwrap();
        for from in (0..rows).step_by(portion) {
            writer.write(&batch.slice(from, portion.min(rows - from))).unwrap();
        }
        writer.finish().unwrap()
    };
    let file = written(CHUNK_ROWS);
    assert_eq!(read(&file), batch);
    assert_eq!(read(&written(5 * CHUNK_ROWS + 1)), batch);
    assert!(written(CHUNK_ROWS / 4) == file, "portions that fill pages give the same bytes");
    for rows in [0, 1, 8, 9] {
        let few = batch.slice(0, rows);
        let mut writer = ParquetWriter::new(Vec::new(), few.schema()).unwrap();
        writer.write(&few).unwrap();
        assert_eq!(read(&writer.finish().unwrap()), few);
    }
}

#[test]
fn groups_made_column_by_column_are_the_bytes_of_groups_that_came_in_batches() {
    let rows = 3 * CHUNK_ROWS + 100;
    let sentence = |n: usize| format!("{}号院{}", n * 7919 % 100_003, "东侧平房".repeat(n * n % 11));
    let often = StringArray::from_iter((0..rows).map(|n| (n % 9 > 3).then(|| sentence(n))));
    let seldom = StringArray::from_iter((0..rows).map(|n| (n / 50_000 == 2).then(|| sentence(n))));
    let number = |n: usize| format!("student:{:016x}.r{n}", n.wrapping_mul(0x9E37_79B9_7F4A_7C15));
    let number = StringArray::from_iter_values((0..rows).map(number));
    let batch = RecordBatch::try_from_iter_with_nullable([
        ("often", Arc::new(often) as ArrayRef, true),
        ("seldom", Arc::new(seldom) as ArrayRef, true),
        ("student_no", Arc::new(number.clone()) as ArrayRef, true),
        ("record_id", Arc::new(number) as ArrayRef, true),
    ])
    .unwrap();
    let mut in_batches = ParquetWriter::new(Vec::new(), batch.schema()).unwrap();
    for from in (0..rows).step_by(CHUNK_ROWS) {
        in_batches.write(&batch.slice(from, CHUNK_ROWS.min(rows - from))).unwrap();
    }
    let mut by_column = ParquetWriter::new(Vec::new(), batch.schema()).unwrap();
    let build = |column: usize, rows: Range<usize>| {
        Ok(ColumnValues::Array(batch.column(column).slice(rows.start, rows.len())))
    };
    by_column.write_group(rows, &vec![ColumnHint::Unknown; 4], &build).unwrap();
    assert!(in_batches.finish().unwrap() == by_column.finish().unwrap());
}

#[test]
fn groups_made_column_by_column_are_read_as_made() {
    let schema = Arc::new(Schema::new(vec![
        Field::new("source", DataType::Utf8, true),
        Field::new("tier", DataType::Int32, true),
        Field::new("id", DataType::Utf8, true),
    ]));
    let labels = [
        ColumnHint::Labels(Arc::new(StringArray::from(vec!["从未", "低保", "医保"]))),
        ColumnHint::Labels(Arc::new(Int32Array::from(vec![7, -3, 0, 12]))),
        ColumnHint::Random,
    ];
    let source = |n: usize| if n.is_multiple_of(10) { MISSING } else { 1 + (n / 100_000) as u32 % 2 };
    let build = |column: usize, rows: Range<usize>| {
        Ok(match column {
            0 => ColumnValues::Positions(rows.map(source).collect()),
            1 => ColumnValues::Positions(rows.map(|n| n as u32 % 2).collect()),
            _ => {
                ColumnValues::Array(Arc::new(StringArray::from_iter_values(rows.map(|n| format!("P{n:x}")))))
            }
        })
    };
    let rows = 2 * CHUNK_ROWS + 5;
    let mut writer = ParquetWriter::new(Vec::new(), schema).unwrap();
    writer.write_group(rows, &labels, &build).unwrap();
    writer.write_group(3, &labels, &build).unwrap();
    let file = bytes::Bytes::from(writer.finish().unwrap());
    let back = read(&file);
    assert_eq!(back.num_rows(), rows + 3);
    let texts = back.column(0).as_any().downcast_ref::<StringArray>().unwrap().clone();
    let expected = (0..rows).chain(0..3).map(|n| match source(n) {
        MISSING => None,
        label => Some(["从未", "低保", "医保"][label as usize]),
    });
    assert!(texts.iter().eq(expected));
    let metadata = ParquetRecordBatchReaderBuilder::try_new(file).unwrap().metadata().clone();
    let statistics =
        |group: usize, column: usize| metadata.row_group(group).column(column).statistics().unwrap().clone();
    // Labels that do not occur do not count.
    let Statistics::Int32(tier) = statistics(0, 1) else { panic!("numbers") };
    assert_eq!((tier.min_opt(), tier.max_opt()), (Some(&-3), Some(&7)));
    let Statistics::ByteArray(source) = statistics(0, 0) else { panic!("texts") };
    assert_eq!(source.min_opt().unwrap().as_utf8().unwrap(), "低保");
    assert_eq!(statistics(0, 0).null_count_opt(), Some(rows.div_ceil(10) as u64));
    assert_eq!(statistics(1, 0).null_count_opt(), Some(1));
}

#[test]
fn columns_of_types_that_some_readers_do_not_know_are_refused() {
    use arrow::datatypes::TimeUnit;
    let begin = |kind: DataType| {
        let schema = Arc::new(Schema::new(vec![Field::new("cell", kind, true)]));
        ParquetWriter::new(Vec::new(), schema)
    };
    let item = Arc::new(Field::new("item", DataType::Int32, true));
    for unknown in [
        DataType::UInt32,
        DataType::UInt64,
        DataType::Utf8View,
        DataType::LargeUtf8,
        DataType::Timestamp(TimeUnit::Nanosecond, None),
        DataType::Decimal128(18, 4),
        DataType::List(item),
    ] {
        let refused = begin(unknown.clone()).err().unwrap_or_else(|| panic!("{unknown} is taken"));
        assert!(refused.to_string().contains("cell"), "{refused}");
    }
    for known in [DataType::Utf8, DataType::Int64, DataType::Date32, DataType::Decimal128(9, 4)] {
        assert!(begin(known.clone()).is_ok(), "{known}");
    }
}
