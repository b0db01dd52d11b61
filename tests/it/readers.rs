//! Published Parquet files hold nothing that a reader of some years ago does not know: what every
//! file says of itself, file by file. `scripts/reader_matrix.py` opens them with such readers.

use std::fs::File;
use std::path::{Path, PathBuf};

use parquet::basic::{Compression, ConvertedType, Encoding, LogicalType, PageType, Type};
use parquet::column::page::Page;
use parquet::file::metadata::{ColumnChunkMetaData, RowGroupMetaData};
use parquet::file::reader::{FileReader as _, SerializedFileReader};
use parquet::schema::types::ColumnDescriptor;

use crate::end_to_end::published;

/// Every Parquet file of both quarters.
fn tables() -> Vec<PathBuf> {
    let mut found = Vec::new();
    let mut folders = vec![published().join("out")];
    while let Some(next) = folders.pop() {
        for entry in std::fs::read_dir(next).unwrap() {
            let path = entry.unwrap().path();
            if path.is_dir() {
                folders.push(path);
            } else if path.extension().is_some_and(|e| e == "parquet") {
                found.push(path);
            }
        }
    }
    found
}

fn open(path: &Path) -> SerializedFileReader<File> {
    SerializedFileReader::new(File::open(path).unwrap()).unwrap()
}

/// parquet-java's `(.+) version ((.*) )?\(build ?(.*)\)`, with a version of three numbers: readers
/// trust statistics and encodings by it.
fn tells_who_wrote_it(created_by: &str) -> bool {
    let Some((name, rest)) = created_by.split_once(" version ") else { return false };
    let Some((version, build)) = rest.split_once(" (build ") else { return false };
    let numbers: Vec<&str> = version.split('.').collect();
    name == "bidui"
        && numbers.len() == 3
        && numbers.iter().all(|number| number.parse::<u32>().is_ok())
        && build.strip_suffix(')').is_some_and(|build| !build.is_empty())
}

fn is_plain(column: &ColumnDescriptor) -> bool {
    let levels = column.max_rep_level() == 0 && column.max_def_level() <= 1;
    levels
        && matches!(
            (column.physical_type(), column.logical_type_ref(), column.converted_type()),
            (Type::BYTE_ARRAY, Some(LogicalType::String), ConvertedType::UTF8)
                | (Type::INT32 | Type::INT64, None, ConvertedType::NONE)
                | (Type::INT32, Some(LogicalType::Date), ConvertedType::DATE)
                | (Type::INT32, Some(LogicalType::Decimal(_)), ConvertedType::DECIMAL)
        )
}

fn is_known(encoding: Encoding) -> bool {
    #[allow(deprecated)]
    let old = encoding == Encoding::PLAIN_DICTIONARY;
    old || [Encoding::PLAIN, Encoding::RLE_DICTIONARY].contains(&encoding)
}

/// The levels of version 1 pages are written as runs.
fn is_known_or_levels(encoding: Encoding) -> bool {
    is_known(encoding) || encoding == Encoding::RLE
}

#[test]
fn the_pattern_of_writers_tells_right_from_wrong() {
    assert!(tells_who_wrote_it("bidui version 1.20.3 (build x)"));
    for wrong in
        ["bidui", "bidui version 0.1 (build 1)", "bidui version 0.1.0", "bidui version 0.1.0 (build )"]
    {
        assert!(!tells_who_wrote_it(wrong), "{wrong}");
    }
}

#[test]
fn every_file_says_who_wrote_it_and_how_its_columns_are_to_be_read() {
    let tables = tables();
    assert!(tables.len() > 60, "{} files", tables.len());
    for path in tables {
        let metadata = open(&path).metadata().file_metadata().clone();
        let path = path.display();
        let created_by = metadata.created_by().unwrap_or_default();
        assert!(tells_who_wrote_it(created_by), "{path}: {created_by}");
        assert_eq!(metadata.version(), 1, "{path}");
        let pairs = metadata.key_value_metadata().unwrap();
        let value =
            |key: &str| pairs.iter().find(|pair| pair.key == key).and_then(|pair| pair.value.as_deref());
        assert_eq!(value("bidui.schema_version"), Some("2"), "{path}");
        assert!(value("ARROW:schema").is_some(), "{path}: labels lie there");
        for column in metadata.schema_descr().columns() {
            assert!(is_plain(column), "{path}: {column:?}");
        }
    }
}

#[test]
fn every_column_is_encoded_as_old_readers_know() {
    for path in tables() {
        let file = open(&path);
        for (at, group) in file.metadata().row_groups().iter().enumerate() {
            for (column, chunk) in group.columns().iter().enumerate() {
                let name = format!("{}: {}", path.display(), chunk.column_path());
                check_chunk(&name, group, chunk);
                let mut pages = file.get_row_group(at).unwrap().get_column_page_reader(column).unwrap();
                while let Some(page) = pages.get_next_page().unwrap() {
                    check_page(&name, &page);
                }
            }
        }
    }
}

fn check_chunk(name: &str, group: &RowGroupMetaData, chunk: &ColumnChunkMetaData) {
    assert!(matches!(chunk.compression(), Compression::ZSTD(_)), "{name}");
    assert!(chunk.encodings().all(is_known_or_levels), "{name}: {:?}", chunk.encodings().collect::<Vec<_>>());
    assert_eq!(chunk.num_values(), group.num_rows(), "{name}");
    let statistics = chunk.statistics().unwrap_or_else(|| panic!("{name} has no statistics"));
    let missing =
        statistics.null_count_opt().unwrap_or_else(|| panic!("{name} does not count missing values"));
    let tells = statistics.min_bytes_opt().is_some() && statistics.max_bytes_opt().is_some();
    assert!(!tells || !statistics.is_min_max_deprecated(), "{name}");
    assert_eq!(tells, (missing as i64) < chunk.num_values(), "{name}: least and greatest value");
    // Only some of the columns had them: a reader has all of them or none.
    assert!(chunk.bloom_filter_offset().is_none(), "{name}");
    assert!(chunk.column_index_offset().is_none() && chunk.offset_index_offset().is_none(), "{name}");
}

fn check_page(name: &str, page: &Page) {
    assert!([PageType::DATA_PAGE, PageType::DICTIONARY_PAGE].contains(&page.page_type()), "{name}: {page:?}");
    assert!(is_known(page.encoding()), "{name}: {:?}", page.encoding());
    if let Page::DataPage { def_level_encoding, rep_level_encoding, .. } = page {
        assert_eq!((*def_level_encoding, *rep_level_encoding), (Encoding::RLE, Encoding::RLE), "{name}");
    }
}
