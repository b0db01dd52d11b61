//! Sheets behind the letter to a supplier: a table each, of codes, columns, rules and what was mended.

use super::return_supplier::{ReturnSupplier, held_of};
use super::table_sheet::TableSheet;
use crate::load::masked_file_name;
use crate::model::source_row::TableTotals;
use crate::privacy::mask::mask_numbers_in_text;
use crate::publication::manifest::RuleRun;
use crate::publication::returned_points::ReturnedPoint;
use crate::publish::PublishedPipeline;

/// Sheets of unknown codes, of columns and numbers that were not read, and of rules that are held.
pub(super) fn return_sheets(
    supplier: &ReturnSupplier<'_>,
    catalogue: &PublishedPipeline,
    rules: &[RuleRun],
) -> Vec<TableSheet<'static>> {
    let source = supplier.source();
    let label = |column: &str| catalogue.column_title(source, column).to_owned();
    vec![
        TableSheet {
            name: "认不出的代码",
            columns: &[
                ("文件", 30.0),
                ("县区", 12.0),
                ("列", 18.0),
                ("写的是", 24.0),
                ("格数", 9.0),
                ("最接近的", 24.0),
            ],
            numbers: &[4],
            sentences: &[0, 3, 5],
            rows: supplier.tables.iter().flat_map(|table| code_rows(table, &label)).collect(),
        },
        TableSheet {
            name: "没读出的列和数",
            columns: &[("文件", 34.0), ("列", 20.0), ("情况", 60.0), ("格数", 10.0)],
            numbers: &[3],
            sentences: &[0, 2],
            rows: supplier.tables.iter().flat_map(|table| unread_rows(table, &label)).collect(),
        },
        TableSheet {
            name: "没有判断的规则",
            columns: &[
                ("县区", 12.0),
                ("缺什么", 44.0),
                ("规则编号", 11.0),
                ("规则", 40.0),
                ("没有判断的对象", 12.0),
            ],
            numbers: &[4],
            sentences: &[1, 3],
            rows: unrun_rows(supplier, catalogue, rules)
                .chain(
                    held_of(rules, source)
                        .filter(|(_, held)| supplier.is_of(&held.county_code, catalogue))
                        .map(|(rule, held)| {
                            let county = catalogue.county_name(&held.county_code).to_owned();
                            let list = catalogue.source_title(source);
                            let lacks = match (held.column.as_str(), held.unknown == held.records) {
                                ("", _) => held.why.unwrap_or_default().told(&county, list),
                                (column, true) => format!("{county}{list}缺“{}”", label(column)),
                                (column, false) => format!(
                                    "{county}{list}的“{}”有{}/{}条看不出",
                                    label(column),
                                    held.unknown,
                                    held.records
                                ),
                            };
                            vec![
                                county,
                                lacks,
                                rule.code.clone(),
                                rule.title.clone(),
                                held.undecided.to_string(),
                            ]
                        }),
                )
                .collect(),
        },
    ]
}

/// Rules that were not run, for nobody delivered the list. How many subjects that leaves undecided nobody can say.
fn unrun_rows<'a>(
    supplier: &'a ReturnSupplier<'_>,
    catalogue: &'a PublishedPipeline,
    rules: &'a [RuleRun],
) -> impl Iterator<Item = Vec<String>> + 'a {
    let source = supplier.source();
    let waiting = rules.iter().filter(move |rule| rule.missing.iter().any(|list| list == source));
    waiting.map(move |rule| {
        let lacks = format!("没有报来本期的{}", catalogue.source_title(source));
        vec!["全部".to_owned(), lacks, rule.code.clone(), rule.title.clone(), String::new()]
    })
}

/// Stands where a spelling does, for those beyond the most frequent.
pub(super) const OTHER_SPELLINGS: &str = "其余的写法";

/// Name of a file with its sheet.
pub(super) fn table_name(table: &TableTotals) -> String {
    let mut name = masked_file_name(&table.file);
    if let Some(sheet) = &table.sheet {
        name.push_str(&format!(" 工作表“{}”", mask_numbers_in_text(sheet)));
    }
    name
}

fn code_rows(table: &TableTotals, label: &dyn Fn(&str) -> String) -> Vec<Vec<String>> {
    let mut rows = Vec::new();
    for of in &table.unknown_codes {
        let row = |text: String, cells: u64, nearest: &str| {
            let county = mask_numbers_in_text(&of.county).into_owned();
            vec![table_name(table), county, label(&of.column), text, cells.to_string(), nearest.to_owned()]
        };
        let known: u64 = of.spellings.iter().map(|one| one.cells).sum();
        for one in &of.spellings {
            let spelling = mask_numbers_in_text(&one.spelling).into_owned();
            rows.push(row(spelling, one.cells, one.nearest.as_deref().unwrap_or_default()));
        }
        if known < of.cells {
            rows.push(row(OTHER_SPELLINGS.to_owned(), of.cells - known, ""));
        }
    }
    rows
}

/// Columns that a file does not have, and cells of others that were not taken as they are written.
fn unread_rows(table: &TableTotals, label: &dyn Fn(&str) -> String) -> Vec<Vec<String>> {
    let mut rows: Vec<Vec<String>> = Vec::new();
    let mut push = |column: &str, what: String, cells: String| {
        rows.push(vec![table_name(table), label(column), what, cells]);
    };
    for column in &table.absent {
        push(column, "文件里没有这一列".to_owned(), String::new());
    }
    for (column, tally) in table.cells.iter().filter(|(_, tally)| tally.all() > 0) {
        push(column, tally.words().join("；"), tally.all().to_string());
    }
    rows
}

/// What was asked for when it was last told, and what became of it; what is new.
pub(super) fn compared_sheet(
    (points, mended): &(Vec<&ReturnedPoint>, Vec<&ReturnedPoint>),
) -> TableSheet<'static> {
    let row = |point: &ReturnedPoint, state: &str, before: Option<u64>, now: Option<u64>| {
        let count = |count: Option<u64>| count.map_or_else(String::new, |count| count.to_string());
        let (text, unit) = (point.text.clone(), point.kind.unit().to_owned());
        vec![
            state.to_owned(),
            point.kind.title().to_owned(),
            text,
            unit,
            count(before),
            count(now),
            point.since.to_string(),
        ]
    };
    let mut rows: Vec<Vec<String>> =
        mended.iter().map(|point| row(point, "已改正", Some(point.count), Some(0))).collect();
    for (state, wanted) in [("没有报来，不知道改没改", false), ("仍有", true), ("新出现", true)]
    {
        let here = points.iter().filter(|point| {
            point.checked == wanted && (point.before.is_some() == (state != "新出现") || !wanted)
        });
        rows.extend(here.map(|point| row(point, state, point.before, point.checked.then_some(point.count))));
    }
    TableSheet {
        name: "与上次相比",
        columns: &[
            ("情况", 14.0),
            ("类别", 18.0),
            ("问题", 60.0),
            ("单位", 9.0),
            ("上次", 9.0),
            ("这次", 9.0),
            ("从何时起", 11.0),
        ],
        numbers: &[4, 5],
        sentences: &[2],
        rows,
    }
}
