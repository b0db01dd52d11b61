//! Files, sheets, titles and lines among rows that say the opposite of their list: `停保名单` among those of people on it.

use std::collections::BTreeMap;

use arrow::array::{Array as _, AsArray as _};
use arrow::datatypes::DataType;
use arrow::record_batch::RecordBatch;

use super::LoadedSource;
use super::data_folder::{masked_file_name, masked_table_name};
use super::lines_within::LineWithin;
use super::other_lists::own_names;
use crate::Result;
use crate::config::SourceContract;
use crate::config::source_contract::SourceColumn;
use crate::model::column_type::ContractType;
use crate::model::file_account::SkipReason;
use crate::model::leaving_words::{
    PeopleOfLine, begins_part_of_list, find_leaving_word, find_uninsured_word, is_title_text,
};
use crate::model::source_row::AuditFinding;

/// Finds the tables whose file, sheet or title says that their people have left the list (`退保`, `停发` …), and the lines among the rows of a table that say it of those beside them. Nothing is against a list whose own title,
/// patterns or sheets say so, nor against a table of which every accepted row has an end or a state that says it, too.
///
/// # Errors
/// Rows that cannot be read back from the disk.
pub(super) fn opposite_lists(
    contract: &SourceContract,
    loaded: &LoadedSource,
    lines: &[LineWithin],
) -> Result<Vec<AuditFinding>> {
    let mut own = own_names(contract);
    if contract.files.people_who_left || own.any(|text| said_of_people(contract, text).is_some()) {
        return Ok(Vec::new());
    }
    let mut told = tables_that_say_so(contract, loaded);
    parts_that_say_so(contract, loaded, lines, &mut told);
    if told.is_empty() {
        return Ok(Vec::new());
    }
    let open = rows_without_end(contract, loaded, &told)?;
    let findings = told.into_iter().filter_map(|(table, said)| {
        let rows = open.get(&table).copied().filter(|rows| *rows > 0)?;
        let message = format!("{}；{}", said.what, said.cure(contract, rows));
        Some(AuditFinding::new(&contract.name, "opposite_list", true, message))
    });
    Ok(findings.collect())
}

/// The word with which a text says of people that they are not on the list.
fn said_of_people(contract: &SourceContract, text: &str) -> Option<&'static str> {
    let insured = ["参保", "保险", "医保"].iter().any(|word| contract.title.contains(word));
    find_leaving_word(text).or_else(|| find_uninsured_word(text).filter(|_| insured))
}

/// Where a table, or a part of one, says that its people have left.
struct SaidSo {
    what: String,
    place: PlaceOfWord,
    /// First and last row of the people of whom it is said.
    rows: Vec<(u32, u32)>,
}

/// Where such a word stands.
enum PlaceOfWord {
    File,
    Sheet,
    Line,
}

impl SaidSo {
    fn cure(&self, contract: &SourceContract, rows: u64) -> String {
        let out = match self.place {
            PlaceOfWord::Sheet => "从文件里删去这张工作表，或在数据来源文件 [files] 的 skip_sheets 里写上它",
            PlaceOfWord::File => "移出这个文件",
            PlaceOfWord::Line => "从这张表里移出这些人，另外存放",
        };
        let ends: Vec<String> = (contract.columns.iter().filter(|column| tells_end(column)))
            .map(|column| format!("“{}”", column.label))
            .collect();
        let ends = match ends.is_empty() {
            true => String::new(),
            false => format!("请提供部门逐行填上{}；", ends.join("或")),
        };
        format!(
            "里面有{rows}条没有写明已经停止，会当作“{}”现有的人：{out}；确实该读的，{ends}\
             这份名单本来就含这些人的，在 sources/{}.toml 的 [files] 里写 people_who_left = true",
            contract.title, contract.name
        )
    }
}

/// The tables whose file, sheet or title says so, by their place.
fn tables_that_say_so(contract: &SourceContract, loaded: &LoadedSource) -> BTreeMap<usize, SaidSo> {
    let mut told = BTreeMap::new();
    let all = || vec![(0, u32::MAX)];
    for (at, info) in loaded.records.tables.iter().enumerate() {
        let table = masked_table_name(&info.file, info.sheet.as_deref());
        if let Some(word) = info.sheet.as_deref().and_then(|sheet| said_of_people(contract, sheet)) {
            let what = format!("{table}的工作表名写着“{word}”");
            told.insert(at, SaidSo { what, place: PlaceOfWord::Sheet, rows: all() });
        } else if let Some(word) = said_of_people(contract, &info.file.to_string_lossy()) {
            let what = format!("文件“{}”的名称写着“{word}”", masked_file_name(&info.file));
            told.insert(at, SaidSo { what, place: PlaceOfWord::File, rows: all() });
        }
    }
    for (table, row) in loaded.skipped.iter().filter(|(_, row)| row.reason == SkipReason::Title) {
        let at = usize::from(*table);
        let Some(info) = loaded.records.tables.get(at).filter(|_| !told.contains_key(&at)) else { continue };
        let mut titles = row.text.split('\t').filter(|text| is_title_text(text));
        if let Some(word) = titles.find_map(|text| said_of_people(contract, text)) {
            let table = masked_table_name(&info.file, info.sheet.as_deref());
            let what = format!("{table}第{}行的标题写着“{word}”", row.row);
            let place = if info.sheet.is_some() { PlaceOfWord::Sheet } else { PlaceOfWord::File };
            told.insert(at, SaidSo { what, place, rows: all() });
        }
    }
    told
}

/// Adds the tables in which a line says so of the rows below or above it.
fn parts_that_say_so(
    contract: &SourceContract,
    loaded: &LoadedSource,
    lines: &[LineWithin],
    told: &mut BTreeMap<usize, SaidSo>,
) {
    let tables = &loaded.records.tables;
    for lines in lines.chunk_by(|line, next| line.table == next.table) {
        let at = lines[0].table;
        let mut said: Option<SaidSo> = None;
        for (place, line) in lines.iter().enumerate() {
            let speaks = |text: &str| {
                let people = PeopleOfLine::of(text.trim())?;
                Some((people, said_of_people(contract, text)?))
            };
            let Some((people, word)) = line.text.split('\t').find_map(speaks) else { continue };
            let parts = |line: &&LineWithin| line.text.split('\t').any(begins_part_of_list);
            let rows = match people {
                PeopleOfLine::Below => {
                    let next = lines[place + 1..].iter().find(parts);
                    (line.row, next.map_or(u32::MAX, |next| next.row))
                }
                PeopleOfLine::Above => {
                    let before = lines[..place].iter().rev().find(parts);
                    (before.map_or(0, |before| before.row), line.row)
                }
            };
            said.get_or_insert_with(|| SaidSo {
                what: format!(
                    "{}第{}行写着“{word}”，它{}面的人",
                    masked_table_name(&tables[at].file, tables[at].sheet.as_deref()),
                    line.row,
                    if people == PeopleOfLine::Below { "下" } else { "上" }
                ),
                place: PlaceOfWord::Line,
                rows: Vec::new(),
            })
            .rows
            .push(rows);
        }
        if let Some(said) = said.filter(|_| !told.contains_key(&at)) {
            told.insert(at, said);
        }
    }
}

/// Accepted rows, of those of whom it is said, that do not say it themselves, by table.
fn rows_without_end(
    contract: &SourceContract,
    loaded: &LoadedSource,
    told: &BTreeMap<usize, SaidSo>,
) -> Result<BTreeMap<usize, u64>> {
    let says = EndsOfRows::of(contract);
    let mut open = BTreeMap::new();
    let mut first = 0;
    for batch in loaded.records.rows.chunks(|name| says.is_empty() || says.reads(name))? {
        let batch = batch?;
        for row in 0..batch.num_rows() {
            let key = loaded.records.keys[first + row];
            let meant = told
                .get(&key.table())
                .is_some_and(|said| said.rows.iter().any(|(from, to)| (*from..=*to).contains(&key.row())));
            if !meant {
                continue;
            }
            let ended = says.ended(&batch, row);
            *open.entry(key.table()).or_insert(0) += u64::from(!ended);
        }
        first += batch.num_rows();
    }
    Ok(open)
}

/// The columns by which a row says that somebody has left, with the labels that say it.
pub(super) struct EndsOfRows<'a>(Vec<(&'a SourceColumn, Vec<&'a str>)>);

impl<'a> EndsOfRows<'a> {
    pub(super) fn of(contract: &'a SourceContract) -> Self {
        let columns = (contract.columns.iter())
            .map(|column| (column, labels_of_those_who_left(contract, column)))
            .filter(|(column, labels)| tells_end(column) || !labels.is_empty());
        Self(columns.collect())
    }
    pub(super) fn is_empty(&self) -> bool {
        self.0.is_empty()
    }
    /// The columns.
    pub(super) fn columns(&self) -> impl Iterator<Item = &'a SourceColumn> + use<'a, '_> {
        self.0.iter().map(|(column, _)| *column)
    }
    pub(super) fn reads(&self, name: &str) -> bool {
        self.0.iter().any(|(column, _)| column.name == name)
    }
    pub(super) fn ended(&self, batch: &RecordBatch, row: usize) -> bool {
        self.0.iter().any(|(column, labels)| {
            let Some(array) = batch.column_by_name(&column.name).filter(|array| array.is_valid(row)) else {
                return false;
            };
            match array.data_type() {
                DataType::Utf8 => labels.contains(&array.as_string::<i32>().value(row)),
                _ => tells_end(column),
            }
        })
    }
}

/// The labels of a code table that say that somebody has left, by any of their spellings. A reason says it only beside
/// its day, which rules ask for.
fn labels_of_those_who_left<'a>(contract: &SourceContract, column: &'a SourceColumn) -> Vec<&'a str> {
    if column.label.contains("原因") {
        return Vec::new();
    }
    let spellings = column.codes.spellings().into_iter();
    let said = spellings.filter(|(spelling, label)| {
        [spelling, label].into_iter().any(|t| said_of_people(contract, t).is_some())
    });
    said.map(|(_, label)| label).collect()
}

/// Does a column hold the day or month of an end?
fn tells_end(column: &SourceColumn) -> bool {
    column.end && matches!(column.kind, ContractType::Date | ContractType::Month)
}
