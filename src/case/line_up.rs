//! Records side by side: a column each, a line for each field that one of them has.

use std::collections::{BTreeMap, BTreeSet};

use serde::Serialize;

use super::archive::{CaseArchive, CaseRecord};
use super::columns::CaseColumn;
use super::matching_words::{number_words, record_words};
use super::numbers::{DeliveredNumbers, NumbersShown, differing_places};
use crate::config::ColumnRole;
use crate::load::masked_file_name;

/// What stands for a cell that was filled and could not be read: not known is not blank.
const NOT_KNOWN: &str = "（看不出）";
/// Records of one person or household that are shown.
const MOST: usize = 40;
/// Lines that stand at the end.
const LAST: [&str; 5] = ["birth", "class", "tier", "review", "origin"];
/// Title of the line that says how a record was matched.
pub(crate) const HOW_MATCHED: &str = "怎样认作此人";
/// Fields of a record where the publication does not say what its list's columns are called.
const COMPARED: [(&str, &str); 6] = [
    ("name", "姓名"),
    ("id_number", "证件号码"),
    ("household", "户编号"),
    ("relation", "与户主关系"),
    ("guardian_name", "监护人"),
    ("student_no", "学籍号"),
];

/// Records side by side.
#[derive(Debug, Default, Serialize)]
pub(crate) struct RecordTable {
    /// Title of each record's list.
    pub(crate) lists: Vec<String>,
    /// Whether the finding rests on it.
    pub(crate) evidence: Vec<bool>,
    /// Ids of the records.
    pub(crate) records: Vec<String>,
    /// What several records say, and what the program says of each.
    pub(crate) fields: Vec<FieldLine>,
    /// What one record alone says, by record: `月保障金 148元`.
    pub(crate) own: Vec<Vec<String>>,
    /// Records beyond those that are shown.
    pub(crate) more: usize,
}

/// A field of all records.
#[derive(Debug, Serialize)]
pub(crate) struct FieldLine {
    pub(crate) label: String,
    pub(crate) values: Vec<String>,
    /// The records that have it do not say the same.
    pub(crate) differs: bool,
}

/// What a record says in a line: as shown, and as it is compared with others.
#[derive(Debug, Clone, Default)]
struct LinedCell {
    shown: String,
    compared: String,
}

/// Which records must say the same on a line: only of those can it be marked that they do not.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
enum Compared {
    /// All: it tells who somebody is.
    All,
    /// Those of one list: two lists may mean different things by one title.
    OfOneList,
    /// None: every list has its own, or it is the program that says it.
    None,
}

/// Lines as they come up.
#[derive(Default)]
struct Lines {
    /// Key, label, and which records it is compared of.
    known: Vec<(String, String, Compared)>,
    cells: BTreeMap<(usize, String), LinedCell>,
}

impl Lines {
    fn put(&mut self, at: usize, (key, label, compared): (&str, &str, Compared), cell: LinedCell) {
        if cell.shown.is_empty() {
            return;
        }
        if !self.known.iter().any(|line| line.0 == key) {
            self.known.push((key.to_owned(), label.to_owned(), compared));
        }
        self.cells.insert((at, key.to_owned()), cell);
    }
}

fn plain(text: &str) -> LinedCell {
    LinedCell { shown: text.to_owned(), compared: text.to_owned() }
}

/// Puts records side by side, those that the finding rests on first.
pub(super) fn line_up(
    archive: &CaseArchive,
    records: &[CaseRecord],
    evidence: &BTreeSet<&str>,
    (shown, delivered): (NumbersShown, &DeliveredNumbers),
) -> RecordTable {
    let more = records.len().saturating_sub(MOST);
    let records = &records[..records.len().min(MOST)];
    let mut lines = Lines::default();
    for (at, record) in records.iter().enumerate() {
        let place = ["village_code", "township_code", "county_code"].map(|column| record.row.get(column));
        if let Some(code) = place.into_iter().find(|code| !code.is_empty()) {
            lines.put(at, ("village_code", "所在", Compared::All), plain(archive.titles.division(code)));
        }
        let put = |line: (&str, &str, Compared), cell| lines.put(at, line, cell);
        match record.view.is_some() && !archive.columns.is_empty() {
            true => list_fields(archive, record, (shown, delivered), put),
            false => compared_fields(record, (shown, delivered), put),
        }
        birth(record, shown, |cell| lines.put(at, ("birth", "出生日期", Compared::All), cell));
        lines.put(
            at,
            ("class", "证件号判定", Compared::None),
            plain(number_words(record.row.get("id_number_class"))),
        );
        lines.put(at, ("tier", HOW_MATCHED, Compared::None), plain(record_words(record, records.len() == 1)));
        if record.row.get("in_review") == "1" {
            lines.put(at, ("review", "匹配", Compared::None), plain("待人工确认"));
        }
        lines.put(at, ("origin", "出处", Compared::None), plain(&origin(record)));
    }
    say_where_numbers_differ(&mut lines, records.len());
    let sources: Vec<&str> = records.iter().map(CaseRecord::source).collect();
    let title = |record: &CaseRecord| archive.titles.source(record.source()).to_owned();
    let (fields, own) = told_apart(field_lines(lines, &sources, shown), records.len());
    RecordTable {
        fields,
        own,
        lists: records.iter().map(title).collect(),
        evidence: records.iter().map(|record| evidence.contains(record.id())).collect(),
        records: records.iter().map(|record| record.id().to_owned()).collect(),
        more,
    }
}

/// Of many records what one alone says stands apart: a table of it would be empty but for its diagonal.
fn told_apart(fields: Vec<(bool, FieldLine)>, records: usize) -> (Vec<FieldLine>, Vec<Vec<String>>) {
    let (mut shared, mut own) = (Vec::new(), vec![Vec::new(); records]);
    for (is_last, field) in fields {
        let mut said = (0..records).filter(|at| !field.values[*at].is_empty());
        match (said.next(), said.next()) {
            (Some(at), None) if records > 1 && !is_last => {
                own[at].push(format!("{} {}", field.label, field.values[at]));
            }
            _ => shared.push(field),
        }
    }
    (shared, own)
}

/// What a record's list says, in the words of its contract.
fn list_fields(
    archive: &CaseArchive,
    record: &CaseRecord,
    (shown, delivered): (NumbersShown, &DeliveredNumbers),
    mut put: impl FnMut((&str, &str, Compared), LinedCell),
) {
    let Some(view) = &record.view else { return };
    for (column, value) in view.iter() {
        let value = value.unwrap_or_default();
        let known = archive.columns.get(&format!("{}.{column}", record.source()));
        let known = known.filter(|known| known.is_field());
        match (column, known) {
            ("age", _) if !value.is_empty() => {
                put(("age", "年龄", Compared::All), plain(&format!("{value}岁")))
            }
            ("sex", _) => put(("sex", "性别", Compared::All), plain(value)),
            (_, Some(known)) => {
                // Lists call different things alike; what tells who somebody is they do not.
                let key = match known.role() {
                    Some(_) => column.to_owned(),
                    None => format!("{column} {}", known.label()),
                };
                let compared = match known.role() {
                    _ if known.is_own() || column.ends_with("_no") => Compared::None,
                    Some(_) => Compared::All,
                    None => Compared::OfOneList,
                };
                let line = (key.as_str(), known.label(), compared);
                let unread = value.is_empty() && view.get(&format!("{column}__unknown")) == "1";
                let cell = match unread {
                    true => LinedCell { shown: NOT_KNOWN.to_owned(), compared: String::new() },
                    false => LinedCell {
                        shown: known.shown(value, shown, delivered),
                        compared: compared_value(known, value),
                    },
                };
                put(line, cell);
            }
            _ => {}
        }
    }
}

/// Numbers are compared whole: two may look alike under their masks.
fn compared_value(known: &CaseColumn, value: &str) -> String {
    match known.role() {
        Some(ColumnRole::IdNumber) => {
            let number = crate::model::id_number::IdNumber::parse(value);
            number.text().unwrap_or_else(|| value.to_owned())
        }
        _ => value.to_owned(),
    }
}

/// What a record was compared by, where its list's own columns are not known.
fn compared_fields(
    record: &CaseRecord,
    (shown, delivered): (NumbersShown, &DeliveredNumbers),
    mut put: impl FnMut((&str, &str, Compared), LinedCell),
) {
    for (column, label) in COMPARED {
        let value = record.row.get(column);
        let compared_as = if column == "household" { Compared::None } else { Compared::All };
        let words = match column {
            "id_number" | "student_no" => shown.number(value),
            "household" => shown.household(value, delivered),
            _ => shown.text(value),
        };
        put((column, label, compared_as), LinedCell { shown: words, compared: value.to_owned() });
    }
    let sex = match record.row.get("sex") {
        "1" => "男",
        "2" => "女",
        _ => "",
    };
    put(("sex", "性别", Compared::All), plain(sex));
}

/// The birth date that a list states. Beside a masked number it is the number: only that it differs is said.
fn birth(record: &CaseRecord, shown: NumbersShown, put: impl FnOnce(LinedCell)) {
    let date = record.row.get("birth_date");
    if date.is_empty() {
        return;
    }
    let part = |range: std::ops::Range<usize>| date.get(range).unwrap_or_default();
    let words = match shown {
        NumbersShown::Whole => format!("{}年{}月{}日", part(0..4), part(4..6), part(6..8)),
        NumbersShown::Masked => "（不显示）".to_owned(),
    };
    put(LinedCell { shown: words, compared: date.to_owned() });
}

/// File and row of a record.
fn origin(record: &CaseRecord) -> String {
    let file = masked_file_name(std::path::Path::new(record.row.get("file")));
    let sheet = match record.row.get("sheet") {
        "" => String::new(),
        sheet => format!("“{}”", NumbersShown::Masked.text(sheet)),
    };
    format!("{file}{sheet}第{}行", record.row.get("row"))
}

/// Beside masked numbers that are not the first one's: in which places they differ.
fn say_where_numbers_differ(lines: &mut Lines, records: usize) {
    for (key, ..) in lines.known.clone() {
        if !key.ends_with("id_number") {
            continue;
        }
        let mut first: Option<String> = None;
        for at in 0..records {
            let Some(cell) = lines.cells.get_mut(&(at, key.clone())) else { continue };
            match &first {
                None => first = Some(cell.compared.clone()),
                Some(first) => cell.shown.push_str(&differing_places(&cell.compared, first)),
            }
        }
    }
}

/// The lines, and whether it is the program that says it. `sources`: the list of each record.
fn field_lines(lines: Lines, sources: &[&str], shown: NumbersShown) -> Vec<(bool, FieldLine)> {
    let Lines { mut known, mut cells } = lines;
    // What the program says of a record stands below what its list says.
    known.sort_by_key(|line| LAST.contains(&line.0.as_str()));
    let mut fields = Vec::new();
    for (key, label, compared) in known {
        let mut of_line: Vec<LinedCell> =
            (0..sources.len()).map(|at| cells.remove(&(at, key.clone())).unwrap_or_default()).collect();
        let mut said: BTreeMap<&str, BTreeSet<&str>> = BTreeMap::new();
        for (cell, source) in of_line.iter().zip(sources).filter(|(cell, _)| !cell.compared.is_empty()) {
            let with = if compared == Compared::All { "" } else { source };
            said.entry(with).or_default().insert(&cell.compared);
        }
        let differs = compared != Compared::None && said.values().any(|said| said.len() > 1);
        if key == "birth" && shown == NumbersShown::Masked {
            if !differs {
                continue;
            }
            let first = of_line.iter().find(|cell| !cell.compared.is_empty());
            let first = first.map(|cell| cell.compared.clone()).unwrap_or_default();
            for cell in of_line.iter_mut().filter(|cell| !cell.compared.is_empty() && cell.compared != first)
            {
                "（不显示，与前面的不同）".clone_into(&mut cell.shown);
            }
        }
        let values = of_line.into_iter().map(|cell| cell.shown).collect();
        fields.push((LAST.contains(&key.as_str()), FieldLine { label, values, differs }));
    }
    fields
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn what_lists_mean_differently_by_one_title_is_not_marked() {
        let mut lines = Lines::default();
        let name = ("name", "姓名", Compared::All);
        let status = ("status 参保状态", "参保状态", Compared::OfOneList);
        let household = ("household", "户编号", Compared::None);
        for (at, texts) in [["王五", "正常参保", "1"], ["王伍", "领取待遇", "2"], ["王五", "暂停参保", "3"]]
            .iter()
            .enumerate()
        {
            for (line, text) in [name, status, household].into_iter().zip(texts) {
                lines.put(at, line, plain(text));
            }
        }
        let differing = |lines: Lines, sources: &[&str]| -> Vec<(String, bool)> {
            let fields = field_lines(lines, sources, NumbersShown::Masked).into_iter();
            fields.map(|(_, field)| (field.label, field.differs)).collect()
        };
        let of = |status: bool| {
            [("姓名", true), ("参保状态", status), ("户编号", false)]
                .map(|(label, it)| (label.to_owned(), it))
        };
        let same = Lines { known: lines.known.clone(), cells: lines.cells.clone() };
        assert_eq!(differing(lines, &["insurance", "pension", "labour"]), of(false));
        // Of one list that has somebody twice it is.
        assert_eq!(differing(same, &["insurance", "pension", "insurance"]), of(true));
    }
}
