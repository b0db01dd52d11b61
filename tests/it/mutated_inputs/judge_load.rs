//! What must hold of what the loader makes of a mutated file: every row is a record or a reject, and every filled
//! cell is a value or named.

use arrow::array::{Array as _, AsArray as _};
use arrow::datatypes::Int64Type;
use bidui::testing::extract::RawTable;
use bidui::testing::load::LoadedSource;
use bidui::testing::model::record_id::RecordKey;

use super::invented::HEADER;
use super::judge::bare;

/// Columns of the contract by the headers of the list.
const COLUMNS: [&str; 6] = ["school", "name", "id_number", "term", "item", "amount_fen"];

/// Words that say that there is no value.
const NOTHING: [&str; 6] = ["无", "/", "-", "\"", "'", "“"];

/// Complaints about a loaded list. `source`: position of its contract.
pub(super) fn check_loaded(loaded: &LoadedSource, tables: &[RawTable], source: u8) -> Vec<String> {
    let mut complaints = Vec::new();
    let records = &loaded.records;
    let batch = records.rows.batch().unwrap();
    for table in tables {
        let position = records
            .tables
            .iter()
            .position(|info| info.sheet_index == table.info.sheet_index && info.sheet == table.info.sheet);
        let Some(position) = position else {
            complaints.push("a table is not among the loaded ones".to_owned());
            continue;
        };
        let rejects =
            |row: u32| loaded.rejects.iter().filter(|r| r.row == row && r.sheet == table.info.sheet).count();
        for malformed in table.malformed.iter().filter(|m| rejects(m.row) == 0) {
            complaints.push(format!("malformed row {} is not rejected", malformed.row));
        }
        let places = HEADER.map(|header| table.info.headers.iter().position(|h| h == header));
        for (at, &row) in table.rows.iter().enumerate() {
            let key = RecordKey::new(source, position as u16, row, 0);
            let record = records.keys.binary_search(&key).ok();
            if usize::from(record.is_some()) + rejects(row) != 1 {
                complaints.push(format!("row {row} is {record:?} and {} rejects", rejects(row)));
            }
            let Some(record) = record else { continue };
            for (name, place) in COLUMNS.iter().zip(places) {
                let Some(place) = place else { continue };
                let raw = &table.columns[place];
                let raw = if raw.is_null(at) { "" } else { raw.value(at) };
                let column = batch.column_by_name(name).unwrap();
                let found = match column.as_string_opt::<i32>() {
                    _ if column.is_null(record) => None,
                    Some(texts) => Some(texts.value(record).to_owned()),
                    None => Some(column.as_primitive::<Int64Type>().value(record).to_string()),
                };
                let warned = || {
                    loaded.cell_warnings.iter().any(|r| r.row == row && r.sheet == table.info.sheet)
                        || records.unknown.is_unknown(name, record)
                };
                match found {
                    None if bare(raw).is_empty() || NOTHING.contains(&bare(raw).as_str()) || warned() => {}
                    None => complaints.push(format!("row {row}: “{raw}” in {name} became nothing")),
                    Some(found) if bare(raw).is_empty() => {
                        complaints.push(format!("row {row}: a blank in {name} became “{found}”"));
                    }
                    Some(found) => {
                        if clean_value(name, raw).is_some_and(|value| value != found) {
                            complaints.push(format!("row {row}: “{raw}” in {name} became “{found}”"));
                        }
                    }
                }
            }
        }
    }
    complaints
}

/// The value that a cell must have, if nothing about it is odd.
fn clean_value(column: &str, raw: &str) -> Option<String> {
    let digits = !raw.is_empty() && raw.bytes().all(|b| b.is_ascii_digit());
    let han = raw.chars().all(|c| ('\u{4E00}'..='\u{9FFF}').contains(&c));
    match column {
        "amount_fen" => {
            raw.parse::<u64>().ok().filter(|_| digits && raw.len() < 8).map(|yuan| (yuan * 100).to_string())
        }
        "id_number" => {
            (raw.len() == 18 && raw.bytes().all(|b| b.is_ascii_alphanumeric())).then(|| raw.to_owned())
        }
        "term" => (raw == "2018秋").then(|| raw.to_owned()),
        _ => han.then(|| raw.to_owned()),
    }
}
