//! `bi/汇总.xlsx` and its sheets as CSV: exceptions by area, rule and status, and the indicators. Counts alone, nobody is in it.

use std::collections::BTreeMap;

use crate::Result;
use crate::model::exception::{Status, TrackedException};
use crate::publication::output_files::{CsvFile, OutputFiles};
use crate::publish::PublicationInputs;
use crate::publish::indicators::{IndicatorRow, indicator_rows};
use crate::publish::lists::{
    SheetStyles, TableSheet, document_properties, list_workbook_error, new_list_workbook,
};
use crate::publish::recoverable_amounts::{RecoverableAmount, RecoverableAmounts};

/// Statuses in the order of their columns.
const STATUSES: [Status; 6] =
    [Status::New, Status::Persisting, Status::Reopened, Status::Resolved, Status::Retired, Status::Answered];

const EXCEPTIONS: &str = "疑点汇总";
/// Columns of the sheet of exceptions and their widths; those from [`EXCEPTION_WORDS`] on hold numbers.
const EXCEPTION_COLUMNS: [(&str, f64); 21] = [
    ("期间", 9.0),
    ("县（区）代码", 11.0),
    ("县（区）", 12.0),
    ("乡镇（街道）代码", 13.0),
    ("乡镇（街道）", 16.0),
    ("规则编号", 9.0),
    ("疑点类型", 34.0),
    ("严重程度", 9.0),
    ("责任部门", 14.0),
    ("未消除", 9.0),
    ("新增", 8.0),
    ("持续", 8.0),
    ("复现", 8.0),
    ("已消除", 8.0),
    ("规则停用", 9.0),
    ("已核", 8.0),
    ("未消除中：匹配待确认", 12.0),
    ("未消除中：已超期", 10.0),
    ("未消除中：应追回金额（元）", 14.0),
    ("未消除中：金额不清楚", 12.0),
    ("未消除中：同因不另计金额", 12.0),
];
const EXCEPTION_WORDS: usize = 9;

const INDICATORS: &str = "指标";
const INDICATOR_COLUMNS: [(&str, f64); 16] = [
    ("期间", 9.0),
    ("区划代码", 14.0),
    ("区划", 16.0),
    ("级别", 6.0),
    ("规则编号", 9.0),
    ("指标", 16.0),
    ("指标名称", 34.0),
    ("能否计算", 9.0),
    ("缺什么", 30.0),
    ("分子", 12.0),
    ("分母", 12.0),
    ("数值", 12.0),
    ("目标", 12.0),
    ("达标", 8.0),
    ("上次", 12.0),
    ("看不出的格", 10.0),
];
const INDICATOR_NUMBERS: [usize; 3] = [9, 10, 15];

/// Counts of a rule in a township.
#[derive(Debug, Clone, Default)]
struct SummaryCounts {
    owner: String,
    by_status: [u64; STATUSES.len()],
    open: u64,
    in_review: u64,
    overdue: u64,
    fen: i64,
    unknown: u64,
    elsewhere: u64,
}

/// Writes the workbook and the CSV files.
///
/// # Errors
/// A disk that is full.
pub(super) fn write_summary_book(inputs: &PublicationInputs<'_>, outputs: &mut OutputFiles) -> Result<()> {
    let numbers: Vec<usize> = (EXCEPTION_WORDS..EXCEPTION_COLUMNS.len()).collect();
    let sheets = [
        TableSheet {
            name: EXCEPTIONS,
            columns: &EXCEPTION_COLUMNS,
            numbers: &numbers,
            sentences: &[6],
            rows: exception_rows(inputs),
        },
        TableSheet {
            name: INDICATORS,
            columns: &INDICATOR_COLUMNS,
            numbers: &INDICATOR_NUMBERS,
            sentences: &[6, 8],
            rows: indicators(inputs),
        },
    ];
    for sheet in &sheets {
        let mut csv = CsvFile::begin(outputs, &format!("bi/{}.csv", sheet.name))?;
        let titles: Vec<&str> = sheet.columns.iter().map(|(title, _)| *title).collect();
        csv.row(&titles)?;
        sheet.rows.iter().try_for_each(|row| csv.row(row))?;
        csv.finish(outputs)?;
    }
    let styles = SheetStyles::new();
    let mut book = new_list_workbook(outputs.folder())?;
    let title = format!("{}{}汇总", inputs.catalogue.title, inputs.period.title());
    book.set_properties(&document_properties(&title, inputs.period)?);
    for sheet in &sheets {
        sheet.write(&mut book, &title, &styles)?;
    }
    let rows = sheets.iter().map(|sheet| sheet.rows.len() as u64).sum();
    let bytes = book.save_to_buffer().map_err(list_workbook_error)?;
    outputs.bytes("bi/汇总.xlsx", &bytes, Some(rows))
}

fn exception_rows(inputs: &PublicationInputs<'_>) -> Vec<Vec<String>> {
    let amounts = RecoverableAmounts::new(inputs.catalogue);
    let issued = inputs.issued.to_string();
    let mut counts: BTreeMap<[&str; 3], SummaryCounts> = BTreeMap::new();
    for t in inputs.tracked.iter().filter(|t| !t.is_history(inputs.period)) {
        let e = &t.exception;
        let of = counts.entry([&e.county_code, &e.township_code, &e.rule_code]).or_default();
        of.add(t, &issued, amounts.of(e));
    }
    let (catalogue, period) = (inputs.catalogue, inputs.period.to_string());
    let name = |code: &str| match code {
        "" => "未定".to_owned(),
        code => catalogue.divisions.name_of(code).unwrap_or(code).to_owned(),
    };
    let row = |([county, township, code], of): ([&str; 3], SummaryCounts)| {
        let rule = catalogue.rule(code);
        let mut cells = vec![
            period.clone(),
            county.to_owned(),
            name(county),
            township.to_owned(),
            name(township),
            code.to_owned(),
            rule.map_or_else(String::new, |rule| rule.title.clone()),
            rule.map_or_else(String::new, |rule| rule.severity.code().to_owned()),
            of.owner.clone(),
            of.open.to_string(),
        ];
        cells.extend(of.by_status.iter().map(u64::to_string));
        cells.extend([of.in_review, of.overdue].map(|count| count.to_string()));
        cells.push(format!("{}.{:02}", of.fen / 100, of.fen % 100));
        cells.extend([of.unknown, of.elsewhere].map(|count| count.to_string()));
        cells
    };
    counts.into_iter().map(row).collect()
}

impl SummaryCounts {
    fn add(&mut self, t: &TrackedException, issued: &str, amount: RecoverableAmount) {
        if self.owner.is_empty() {
            t.exception.owner.as_ref().clone_into(&mut self.owner);
        }
        if let Some(at) = STATUSES.iter().position(|status| *status == t.status) {
            self.by_status[at] += 1;
        }
        if !t.is_open() {
            return;
        }
        self.open += 1;
        self.in_review += u64::from(t.in_review());
        self.overdue += u64::from(*t.due_date < *issued);
        match amount {
            RecoverableAmount::NotTold => {}
            // The amount of the cause holds that of what follows from it.
            _ if t.exception.cause.is_some() => self.elsewhere += 1,
            RecoverableAmount::Unknown => self.unknown += 1,
            RecoverableAmount::Fen(fen) => self.fen = self.fen.saturating_add(fen),
        }
    }
}

fn indicators(inputs: &PublicationInputs<'_>) -> Vec<Vec<String>> {
    let units = &inputs.catalogue.divisions.units;
    let period = inputs.period.to_string();
    let row = |i: IndicatorRow<'_>| {
        let shown = |value: Option<i64>| value.map_or_else(String::new, |value| i.shown(value));
        let count = |value: Option<i64>| value.map_or_else(String::new, |value| value.to_string());
        let computable = i.lacking.is_none();
        let met = match i.gap() {
            None => "",
            Some(0) => "是",
            Some(_) => "否",
        };
        vec![
            period.clone(),
            i.unit_code.to_owned(),
            i.unit.map_or_else(String::new, |unit| units[unit].name.clone()),
            i.unit.map_or_else(String::new, |unit| units[unit].level.to_string()),
            i.code.to_owned(),
            i.key.to_owned(),
            i.label.to_owned(),
            if computable { "能" } else { "不能" }.to_owned(),
            i.lacking.clone().unwrap_or_default(),
            count(computable.then_some(i.numerator)),
            count(i.denominator.filter(|_| computable)),
            shown(i.actual()),
            shown(i.target),
            met.to_owned(),
            shown(i.before),
            i.unknown.to_string(),
        ]
    };
    let mut rows: Vec<IndicatorRow<'_>> = indicator_rows(inputs);
    rows.sort_by(|a, b| (a.unit_code, a.code, a.key).cmp(&(b.unit_code, b.code, b.key)));
    rows.into_iter().map(row).collect()
}
