//! What a list says of its own size, against the rows that were read of it.

use std::collections::BTreeMap;
use std::path::Path;

use super::data_folder;
use crate::config::SourceContract;
use crate::model::file_account::{SkipReason, SkippedRow};
use crate::model::source_row::{AuditFinding, TableTotals};

/// Share of the stated rows, as one in so many, that may be missing before the list is refused.
const ONE_IN: u64 = 20;

/// What one row of totals says.
#[derive(Debug, Clone, Copy)]
pub(super) struct StatedTotal {
    row: u32,
    /// It stands below the rows that it counts.
    below: bool,
    people: Option<u64>,
    households: Option<u64>,
    /// Rows, with or without somebody's name: `共12000条记录`.
    records: Option<u64>,
}

impl StatedTotal {
    /// What a row says of the whole list: `合计 917人`, `共40户120人`. `None` if it says nothing of it, or of a
    /// part of it only (`小计`, `本页`).
    pub(super) fn of(row: &SkippedRow) -> Option<Self> {
        if !matches!(
            row.reason,
            SkipReason::Total | SkipReason::Title | SkipReason::Footer | SkipReason::Note
        ) {
            return None;
        }
        let text: String = row.text.chars().filter(|c| *c == '\t' || !c.is_whitespace()).collect();
        let title = row.reason == SkipReason::Title;
        let records = whole_records(&text).map(|records| Self {
            row: row.row,
            below: !title,
            people: None,
            households: None,
            records: Some(records),
        });
        let whole = ["合计", "总计", "共计", "总人数", "总户数", "总数", "共"];
        if ["小计", "页", "承前", "过次"].iter().any(|part| text.contains(part))
            || !whole.iter().any(|word| text.contains(word))
        {
            return records;
        }
        let people = ["人", "名", "口"].iter().find_map(|unit| counted(&text, unit));
        let below = row.reason == SkipReason::Total;
        let total = Self { row: row.row, below, people, households: counted(&text, "户"), records: None };
        (total.people.is_some() || total.households.is_some()).then_some(total).or(records)
    }
}

/// The number of rows that a text says of a whole list: `共12000条记录`, `总记录数：12000`, not `本页共30条`.
fn whole_records(text: &str) -> Option<u64> {
    const WORDS: [(&str, bool); 13] = [
        ("总记录数", false),
        ("记录总数", false),
        ("总条数", false),
        ("总行数", false),
        ("总数", true),
        ("总计", true),
        ("合计", true),
        ("共", true),
        ("已选择", true),
        ("已导出", true),
        ("本次导出", true),
        ("本次共导出", true),
        ("页", true),
    ];
    // What a database says below: `2900 rows selected.`, `(2900 rows)`.
    let rows_said = || {
        let at = ["rowsselected", "rows)", "行受影响", "行已选择"].iter().find_map(|word| text.find(word))?;
        let digits = text[..at].trim_end_matches(|c: char| c.is_ascii_digit() || c == ',');
        let number: String = text[digits.len()..at].chars().filter(char::is_ascii_digit).collect();
        number.parse().ok()
    };
    let said = WORDS.into_iter().find_map(|(word, unit)| {
        text.match_indices(word).find_map(|(at, _)| {
            let part = ["本页", "每页", "本次", "小计"].iter().any(|part| text[..at].ends_with(part))
                // 共290页2900条, not 每页50条.
                || word == "页" && !text[..at].ends_with(|c: char| c.is_ascii_digit());
            let joins = |c: char| matches!(c, '：' | ':' | '为' | '有' | '计');
            let rest = text[at + word.len()..].trim_start_matches(joins);
            let width = rest.bytes().take_while(|b| b.is_ascii_digit() || *b == b',').count();
            let number: String = rest[..width].chars().filter(char::is_ascii_digit).collect();
            let counts =
                ["条", "行", "笔", "项", "个记录"].iter().any(|unit| rest[width..].starts_with(unit));
            // 总数：2900 says no unit.
            let bare = word == "总数" && rest[width..].trim_end_matches(['。', '\t']).is_empty();
            number.parse().ok().filter(|_| !part && (counts || bare || !unit))
        })
    });
    said.or_else(rows_said)
}

/// The first number in front of a unit: `917人`, not `917人次`.
fn counted(text: &str, unit: &str) -> Option<u64> {
    text.match_indices(unit).find_map(|(at, _)| {
        let behind = &text[at + unit.len()..];
        let before = &text[..at];
        let digits = before.len() - before.trim_end_matches(|c: char| c.is_ascii_digit() || c == ',').len();
        let number: String = before[before.len() - digits..].chars().filter(char::is_ascii_digit).collect();
        // A part of a date, a sum or a longer word is no count.
        let alone = !before[..before.len() - digits].ends_with(['.', '-', '/'])
            && !behind.starts_with(['次', '均', '民']);
        number.parse().ok().filter(|_| alone)
    })
}

/// Tells where a list says that it is of another size than what was read of it.
pub(super) fn contradicted_totals(
    contract: &SourceContract,
    stated: &[Vec<StatedTotal>],
    totals: &[TableTotals],
    nobody: &[u64],
) -> Vec<AuditFinding> {
    let members = !contract.members.is_empty();
    let mut of_file: BTreeMap<&Path, (u64, u64)> = BTreeMap::new();
    // A rejected row with somebody in it counts, one with nobody (a total in disorder) does not.
    let held = |table: &TableTotals, nobody: u64| {
        (table.data_rows.saturating_sub(nobody), table.read.saturating_sub(nobody))
    };
    for (table, nobody) in totals.iter().zip(nobody) {
        let (sums, here) = (of_file.entry(&table.file).or_default(), held(table, *nobody));
        *sums = (sums.0 + here.0, sums.1 + here.1);
    }
    let mut findings = Vec::new();
    for ((table, stated), nobody) in totals.iter().zip(stated).zip(nobody) {
        let (rows, units) = held(table, *nobody);
        let whole = of_file.get(table.file.as_path()).copied().unwrap_or_default();
        let people = if members { (units, whole.1) } else { (rows, whole.0) };
        let mut check = |unit: &str, figures: Vec<(StatedTotal, u64)>, (here, file): (u64, u64)| {
            let sum: u64 = figures.iter().map(|(_, figure)| figure).sum();
            let Some(&(StatedTotal { row, below, .. }, most)) =
                figures.iter().max_by_key(|(_, figure)| *figure)
            else {
                return;
            };
            // Parts of a list may have a total each, and all of them one more.
            if [most, sum, sum - most].iter().any(|figure| [here, file].contains(figure)) {
                return;
            }
            let missing = most.saturating_sub(here.max(file));
            let place = data_folder::masked_table_name(&table.file, table.sheet.as_deref());
            let message = format!(
                "{place}第{row}行写着共{most}{unit}，读到的是{here}{unit}（退回的行里有人的也算），两者不符；核对文件是不是完整，\
                 请提供部门补齐，或改正合计后重新导出"
            );
            let blocking = below && missing * ONE_IN > most;
            findings.push(AuditFinding::new(&contract.name, "stated_total", blocking, message));
        };
        check("人", stated.iter().filter_map(|t| Some((*t, t.people?))).collect(), people);
        let here = stated.iter().filter_map(|t| Some((*t, t.records?)));
        // Of a household with several people either may be a row to who counted.
        let either = here.filter(|(_, figure)| !members || ![units, whole.1].contains(figure));
        check("条", either.collect(), (rows, whole.0));
        if members {
            let figures = stated.iter().filter_map(|t| Some((*t, t.households?))).collect();
            check("户", figures, (rows, whole.0));
        }
    }
    findings
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn counts_of_whole_lists_are_told_from_those_of_parts() {
        let of = |reason, text: &str| {
            let total = StatedTotal::of(&SkippedRow { row: 9, reason, text: text.to_owned() })?;
            Some((total.people, total.households))
        };
        let total = |text| of(SkipReason::Total, text);
        assert_eq!(total("合计\t917人"), Some((Some(917), None)));
        assert_eq!(total("共 599 户 1,201 人"), Some((Some(1201), Some(599))));
        assert_eq!(total("总计：40户"), Some((None, Some(40))));
        for text in ["小计\t40人", "本页合计40人", "合计\t12000", "合计 40人次", "合计\t平均3.5人"]
        {
            assert_eq!(total(text), None, "{text}");
        }
        assert_eq!(of(SkipReason::Header, "合计\t40人"), None);
        for (text, records) in [
            ("共12000条记录", Some(12000)),
            ("总记录数：12,000", Some(12000)),
            ("当前显示1-300条，共12000条", Some(12000)),
            ("第1页/共40页 共12000条", Some(12000)),
            ("本页共30条", None),
            ("每页50条", None),
            ("合计\t12000", None),
        ] {
            assert_eq!(whole_records(&text.replace(' ', "")), records, "{text}");
        }
    }
}
