//! Columns and rows of an exception list.

use super::REVIEW_SHEET;
use super::names;
use crate::config::MaskStyle;
use crate::normalize::{IdClass, IdNumber};
use crate::privacy::mask;
use crate::publish::PublicationInputs;
use crate::publish::people::{People, id_masked, id_text};
use crate::publish::restricted::{ByFinding, cause, related, row_version};
use crate::publish::tables::severity_code;
use crate::publish::totals::{tier_confidence, tier_title};
use crate::track::{TrackedException, quarters_between, short_number};
use crate::{Error, Result};

/// A column of an exception list.
#[derive(Debug, Clone, Copy, PartialEq)]
pub struct Column {
    /// Header.
    pub title: &'static str,
    /// Width in characters.
    pub width: f64,
    /// What the column is for.
    pub kind: ColumnKind,
}

/// Use of a column.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum ColumnKind {
    /// Short text, centred.
    Short,
    /// Long text, wrapped.
    Long,
    /// Filled in by the officer.
    Answer,
    /// Not shown; brings answers back to their row.
    Hidden,
}

const fn column(title: &'static str, width: f64, kind: ColumnKind) -> Column {
    Column { title, width, kind }
}

/// Columns in order. Import of answers finds them by title.
pub const COLUMNS: [Column; 31] = [
    column("序号", 5.0, ColumnKind::Short),
    column("疑点编号", 21.0, ColumnKind::Short),
    column("规则编号", 8.0, ColumnKind::Short),
    column("疑点类型", 18.0, ColumnKind::Long),
    column("严重程度", 8.0, ColumnKind::Short),
    column("状态", 7.0, ColumnKind::Short),
    column("县(区)", 9.0, ColumnKind::Short),
    column("乡镇(街道)", 11.0, ColumnKind::Short),
    column("村(社区)", 13.0, ColumnKind::Short),
    column("户编号", 15.0, ColumnKind::Short),
    column("姓名", 9.0, ColumnKind::Short),
    column("证件号(掩码)", 20.0, ColumnKind::Short),
    column("说明", 36.0, ColumnKind::Long),
    column("涉及来源与原值", 46.0, ColumnKind::Long),
    column("匹配方式", 16.0, ColumnKind::Long),
    column("匹配置信度", 8.0, ColumnKind::Short),
    column("首次发现季度", 9.0, ColumnKind::Short),
    column("连续季度", 6.0, ColumnKind::Short),
    column("责任部门", 12.0, ColumnKind::Short),
    column("下发日期", 11.0, ColumnKind::Short),
    column("反馈期限", 11.0, ColumnKind::Short),
    column("核查建议", 32.0, ColumnKind::Long),
    column("同因疑点", 21.0, ColumnKind::Long),
    column("核查结果", 11.0, ColumnKind::Answer),
    column("原因代码", 18.0, ColumnKind::Answer),
    column("处理措施", 13.0, ColumnKind::Answer),
    column("备注", 24.0, ColumnKind::Answer),
    column("核查人", 9.0, ColumnKind::Answer),
    column("核查日期", 11.0, ColumnKind::Answer),
    column("行键", 28.0, ColumnKind::Hidden),
    column("行版本", 10.0, ColumnKind::Hidden),
];

/// Titles of the columns an officer fills in.
pub const ANSWERS: [&str; 6] = ["核查结果", "原因代码", "处理措施", "备注", "核查人", "核查日期"];

/// Choices of 核查结果.
pub const RESULTS: [&str; 6] = ["属实", "部分属实", "不属实", "数据错误", "政策允许", "无法核实"];

/// Choices of 原因代码.
pub const REASONS: [&str; 14] = [
    "死亡",
    "空挂户",
    "双重户籍",
    "身份证号或姓名错误",
    "查无此人",
    "已在外地享受/就读",
    "超龄",
    "出国",
    "因病因残",
    "长期外出失联",
    "时间差(数据月份不同)",
    "政策允许",
    "本人放弃",
    "其他",
];

/// Choices of 处理措施.
pub const MEASURES: [&str; 7] = ["纳入", "退出", "变更类别", "追缴", "修正来源数据", "补发", "无需处理"];

/// A row ready to be written.
pub(crate) struct Row {
    pub(super) sheet: String,
    review: bool,
    village: String,
    pub(super) cells: [String; COLUMNS.len()],
    pub(super) severity: &'static str,
    pub(super) overdue: bool,
}

impl Row {
    pub(super) fn build(
        inputs: &PublicationInputs<'_>,
        people: &People<'_>,
        by_finding: &ByFinding<'_>,
        tracked: &TrackedException,
    ) -> Result<Self> {
        let e = &tracked.exception;
        let rule = inputs.catalogue.rule(&e.rule_code);
        let review = tracked.in_review();
        let sheet = sheet(tracked);
        let subject = Subject::of(people, tracked);
        let name = |code: &str| match code {
            "" => "未定".to_owned(),
            code => people.division_name(code).unwrap_or(code).to_owned(),
        };
        let issued = crate::track::quarter::quarter_end(inputs.quarter)?.to_string();
        let overdue = *tracked.due_date < *issued;
        let mut status = tracked.status.title().to_owned();
        if !tracked.checked {
            status.push_str("(本季未核对)");
        }
        let severity = severity_code(e.severity);
        let household = subject
            .household_number
            .or_else(|| e.household_id.as_deref().map(str::to_owned))
            .unwrap_or_default();
        let version = row_version(tracked);
        let related: Vec<String> =
            related(by_finding, tracked).map(|t| related_text(inputs, by_finding, tracked, t)).collect();
        let related = related.join("\n");
        let cells = [
            String::new(),
            short_number(&e.rule_code, &tracked.first_seen, &tracked.exception_id),
            e.rule_code.to_string(),
            rule.map_or_else(|| e.rule_code.to_string(), |r| r.title.clone()),
            severity.to_owned(),
            status,
            name(&e.county_code),
            name(&e.township_code),
            name(&e.village_code),
            household,
            subject.name,
            subject.id,
            mask::numbers_in_text(&e.message),
            evidence(inputs, people, tracked),
            tier_title(e.confidence).to_owned(),
            tier_confidence(e.confidence).to_owned(),
            tracked.first_seen.to_string(),
            quarters_between(&tracked.first_seen, inputs.quarter)?.to_string(),
            e.owner.to_string(),
            issued,
            tracked.due_date.to_string(),
            rule.map_or_else(String::new, |r| r.advice.clone()),
            related,
            String::new(),
            String::new(),
            String::new(),
            String::new(),
            String::new(),
            String::new(),
            tracked.exception_id.clone(),
            version,
        ];
        let village = e.village_code.to_string();
        Ok(Self { sheet, review, village, cells, severity, overdue })
    }

    /// Review last, then department, severity, rule, village, household, fingerprint.
    pub(super) fn order(&self) -> (bool, [&str; 6]) {
        let [_, _, rule, _, severity, _, _, _, _, household, ..] = &self.cells;
        let [.., key, _] = &self.cells;
        (self.review, [&self.sheet, severity, rule, &self.village, household, key])
    }
}

/// The sheet an exception stands on: its department's, or that of unconfirmed matches.
fn sheet(tracked: &TrackedException) -> String {
    if tracked.in_review() { REVIEW_SHEET.to_owned() } else { names::sheet(&tracked.exception.owner) }
}

/// True if the exception follows from one on the same sheet of the same township.
pub(super) fn told_elsewhere(by_finding: &ByFinding<'_>, tracked: &TrackedException) -> bool {
    cause(by_finding, tracked).is_some_and(|root| {
        root.is_open()
            && sheet(root) == sheet(tracked)
            && root.exception.township_code == tracked.exception.township_code
            && root.exception.county_code == tracked.exception.county_code
    })
}

/// Number of a related exception, and what it is where it has no row of its own or is the cause.
fn related_text(
    inputs: &PublicationInputs<'_>,
    by_finding: &ByFinding<'_>,
    tracked: &TrackedException,
    related: &TrackedException,
) -> String {
    let e = &related.exception;
    let number = short_number(&e.rule_code, &related.first_seen, &related.exception_id);
    let is = |one: &TrackedException, other: &TrackedException| one.exception_id == other.exception_id;
    let title = inputs.catalogue.rule(&e.rule_code).map_or("", |r| r.title.as_str());
    if cause(by_finding, tracked).is_some_and(|root| is(root, related)) {
        format!("{number} {title}(根本原因,先核实)")
    } else if cause(by_finding, related).is_some_and(|root| is(root, tracked)) {
        format!("{number} {title}(由本条引起)")
    } else {
        number
    }
}

/// Whom the row is about, as the register or the first evidence record has it.
struct Subject {
    name: String,
    id: String,
    household_number: Option<String>,
}

impl Subject {
    fn of(people: &People<'_>, tracked: &TrackedException) -> Self {
        let mut found: Vec<(usize, usize)> =
            tracked.exception.evidence.iter().filter_map(|id| people.find(id)).collect();
        let first = found.first().copied();
        let mut subject = Self { name: String::new(), id: String::new(), household_number: None };
        if let Some((source, row)) = first {
            let fields = people.fields(source);
            subject.name = show_name(people, fields.name(row).unwrap_or_default());
            subject.id = show_id(people, fields.id(row));
            // A record without a usable number borrows the one its person is known by.
            let number = people.inputs.resolution.person[people.node(source, row)] as usize;
            if matches!(fields.id(row).class, IdClass::Empty | IdClass::Other) {
                subject.id = show_id(people, people.persons[number].id);
            }
        }
        let rank = |source: usize| {
            let name = &people.inputs.loaded[source].records.source;
            people.inputs.catalogue.sources.iter().find(|s| &s.name == name).map_or(u32::MAX, |s| s.rank)
        };
        found.sort_by_key(|&(source, row)| (rank(source), source, row));
        subject.household_number = found
            .iter()
            .find_map(|&(source, row)| people.fields(source).text("household", row))
            .map(|text| text.rsplit('|').next().unwrap_or(text).to_owned());
        subject
    }
}

/// A number as the pipeline's privacy setting allows.
fn show_id(people: &People<'_>, id: IdNumber) -> String {
    match people.inputs.catalogue.privacy.id_mask {
        MaskStyle::None => id_text(id).unwrap_or_else(|| id_masked(id).into_owned()),
        MaskStyle::Partial => id_masked(id).into_owned(),
        MaskStyle::Full => String::new(),
    }
}

/// A name as the pipeline's privacy setting allows.
fn show_name(people: &People<'_>, name: &str) -> String {
    match people.inputs.catalogue.privacy.name_mask {
        MaskStyle::None => name.to_owned(),
        MaskStyle::Partial => mask::name_for_notice(name),
        MaskStyle::Full => String::new(),
    }
}

/// One line per record: source, place in the file, name, masked number, original values.
fn evidence(inputs: &PublicationInputs<'_>, people: &People<'_>, tracked: &TrackedException) -> String {
    let mut lines = Vec::new();
    for id in &tracked.exception.evidence {
        let Some((source, row)) = people.find(id) else {
            lines.push(format!("{id}(以前季度的记录)"));
            continue;
        };
        let records = &inputs.loaded[source].records;
        let key = records.keys[row];
        let table = &records.tables[key.table()];
        let mut line =
            format!("【{}】{}", inputs.catalogue.source_title(&records.source), table.file.display());
        if let Some(sheet) = &table.sheet {
            line.push_str(&format!(" 工作表“{sheet}”"));
        }
        line.push_str(&format!(" 第{}行", key.row()));
        let fields = people.fields(source);
        let mut values = Vec::new();
        if let Some(name) = fields.name(row) {
            values.push(show_name(people, name));
        }
        let number = show_id(people, fields.id(row));
        if !number.is_empty() {
            values.push(number);
        }
        values.extend(shown(people, &tracked.exception.rule_code, source, row));
        if !values.is_empty() {
            line.push(':');
            line.push_str(&values.join(","));
        }
        lines.push(line);
    }
    lines.join("\n")
}

/// Original values of the columns that the rule reads.
fn shown(people: &People<'_>, rule: &str, source: usize, row: usize) -> Vec<String> {
    let inputs = &people.inputs;
    let records = &inputs.loaded[source].records;
    let Some(facts) = inputs.catalogue.sources.iter().find(|s| s.name == records.source) else {
        return Vec::new();
    };
    let Some(rule) = inputs.catalogue.rule(rule) else { return Vec::new() };
    facts
        .shown
        .iter()
        .filter(|(name, _)| rule.columns.contains(name))
        .filter_map(|(name, title)| {
            let (column, row) = people.said(source, row, name)?;
            let value = value_text(name, column.as_ref(), row)?;
            Some(format!("{title} {}", mask::numbers_in_text(&value)))
        })
        .collect()
}

/// A typed value as an officer writes it.
fn value_text(name: &str, array: &dyn arrow::array::Array, row: usize) -> Option<String> {
    use arrow::array::AsArray as _;
    use arrow::datatypes::{Date32Type, Int32Type, Int64Type};
    if array.is_null(row) {
        return None;
    }
    if let Some(text) = array.as_string_opt::<i32>() {
        return Some(text.value(row).to_owned());
    }
    if let Some(days) = array.as_primitive_opt::<Date32Type>() {
        let span = jiff::Span::new().try_days(i64::from(days.value(row))).ok()?;
        return jiff::civil::date(1970, 1, 1).checked_add(span).ok().map(|d| d.to_string());
    }
    if let Some(int) = array.as_primitive_opt::<Int32Type>() {
        return Some(int.value(row).to_string());
    }
    let value = array.as_primitive_opt::<Int64Type>()?.value(row);
    let hundredths = |unit: &str| {
        let sign = if value < 0 { "-" } else { "" };
        let (whole, part) = (value.unsigned_abs() / 100, value.unsigned_abs() % 100);
        Some(if part == 0 {
            format!("{sign}{whole}{unit}")
        } else {
            format!("{sign}{whole}.{part:02}{unit}")
        })
    };
    match name {
        n if n.ends_with("_fen") => hundredths("元"),
        n if n.ends_with("_centi") => hundredths("平方米"),
        _ => Some(value.to_string()),
    }
}

impl Column {
    /// Position of a column by title.
    pub fn position(title: &str) -> Result<usize> {
        COLUMNS
            .iter()
            .position(|c| c.title == title)
            .ok_or_else(|| Error::internal(format!("清单没有列“{title}”")))
    }
}
