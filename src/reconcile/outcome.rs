//! Rows of a rule's SELECT become findings (rows of the same subject and key are folded, each
//! adding evidence) or indicator rows (villages are summed up to the levels asked for).

use std::collections::BTreeMap;

use arrow::array::{Array, AsArray, StringArray};
use arrow::datatypes::{DataType, Date32Type, Int32Type, Int64Type};
use arrow::record_batch::RecordBatch;

use super::Indicator;
use super::engine::missing_column;
use super::rule_file::{Level, Rule, placeholders};
use crate::config::from_date32;
use crate::{Error, Result};

/// A finding as the SELECT gives it.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Finding {
    /// Subject.
    pub subject_id: String,
    /// Key within the subject.
    pub rule_key: String,
    /// Record ids, in order, without repeats.
    pub evidence: Vec<String>,
    /// Message with its columns filled in.
    pub message: String,
}

fn text<'a>(batch: &'a RecordBatch, name: &str) -> Result<&'a StringArray> {
    batch.column_by_name(name).and_then(|c| c.as_string_opt::<i32>()).ok_or_else(|| missing_column(name))
}

fn number(batch: &RecordBatch, name: &str, row: usize) -> Option<i64> {
    let array = batch.column_by_name(name)?;
    if array.is_null(row) {
        return None;
    }
    match array.data_type() {
        DataType::Int32 => Some(i64::from(array.as_primitive::<Int32Type>().value(row))),
        DataType::Int64 => Some(array.as_primitive::<Int64Type>().value(row)),
        _ => None,
    }
}

/// Folds the rows of a rule that looks for exceptions.
pub fn findings(rule: &Rule, batch: &RecordBatch) -> Result<Vec<Finding>> {
    let subjects = text(batch, "subject_id")?;
    let evidence = text(batch, "evidence")?;
    let keys = batch.column_by_name("rule_key").map(|_| text(batch, "rule_key")).transpose()?;
    let key = |row: usize| keys.map_or("", |k| if k.is_null(row) { "" } else { k.value(row) });
    let mut rows: Vec<usize> = (0..batch.num_rows()).filter(|&row| !subjects.is_null(row)).collect();
    let order = |row: usize| number(batch, "evidence_order", row).unwrap_or(i64::MAX);
    let place = |row: usize| {
        (
            subjects.value(row),
            key(row),
            order(row),
            if evidence.is_null(row) { "" } else { evidence.value(row) },
        )
    };
    rows.sort_by(|&a, &b| place(a).cmp(&place(b)));
    let mut found: Vec<Finding> = Vec::new();
    for row in rows {
        let same =
            found.last().is_some_and(|f| f.subject_id == subjects.value(row) && f.rule_key == key(row));
        if !same {
            found.push(Finding {
                subject_id: subjects.value(row).to_owned(),
                rule_key: key(row).to_owned(),
                evidence: Vec::new(),
                message: fill(&rule.header.message, batch, row),
            });
        }
        let Some(finding) = found.last_mut() else { continue };
        if !evidence.is_null(row) {
            for record in evidence.value(row).split(';').filter(|r| !r.is_empty()) {
                if !finding.evidence.iter().any(|e| e == record) {
                    finding.evidence.push(record.to_owned());
                }
            }
        }
    }
    if let Some(bare) = found.iter().find(|f| f.evidence.is_empty()) {
        return Err(Error::configuration(format!("规则{}的疑点没有佐证记录", rule.header.code))
            .in_file(&rule.file.path)
            .hint(format!("每行的 evidence 应是记录编号;对象 {} 为空", bare.subject_id)));
    }
    Ok(found)
}

/// Fills `{column}` in a message; money, areas, months and dates in officers' units.
fn fill(template: &str, batch: &RecordBatch, row: usize) -> String {
    let mut message = template.to_owned();
    for name in placeholders(template) {
        message = message.replace(&format!("{{{name}}}"), &shown(batch, name, row));
    }
    message
}

fn shown(batch: &RecordBatch, name: &str, row: usize) -> String {
    let Some(array) = batch.column_by_name(name) else { return String::new() };
    if array.is_null(row) {
        return "(未填)".to_owned();
    }
    match array.data_type() {
        DataType::Utf8 => array.as_string::<i32>().value(row).to_owned(),
        DataType::Date32 => from_date32(array.as_primitive::<Date32Type>().value(row))
            .map_or_else(String::new, |day| format!("{}年{}月{}日", day.year(), day.month(), day.day())),
        _ => number(batch, name, row).map_or_else(String::new, |value| unit(name, value)),
    }
}

fn unit(name: &str, value: i64) -> String {
    let hundredths = |suffix: &str| {
        let sign = if value < 0 { "-" } else { "" };
        let (whole, part) = (value.unsigned_abs() / 100, value.unsigned_abs() % 100);
        match part {
            0 => format!("{sign}{whole}{suffix}"),
            _ if part % 10 == 0 => format!("{sign}{whole}.{}{suffix}", part / 10),
            _ => format!("{sign}{whole}.{part:02}{suffix}"),
        }
    };
    if name.ends_with("_fen") {
        hundredths("元")
    } else if name.ends_with("_centi") {
        hundredths("平方米")
    } else if name.ends_with("_month") {
        format!("{}年{}月", value / 100, value % 100)
    } else {
        value.to_string()
    }
}

/// Sums the rows of an indicator at its levels.
pub fn indicators(rule: &Rule, batch: &RecordBatch, root_code: &str) -> Result<Vec<Indicator>> {
    let units = [
        (Level::County, text(batch, "county_code")?),
        (Level::Township, text(batch, "township_code")?),
        (Level::Village, text(batch, "village_code")?),
    ];
    let names = batch.column_by_name("indicator").map(|_| text(batch, "indicator")).transpose()?;
    let with_denominator = batch.column_by_name("denominator").is_some();
    let mut sums: BTreeMap<(String, String), Indicator> = BTreeMap::new();
    for row in 0..batch.num_rows() {
        let name = names.map_or("", |n| if n.is_null(row) { "" } else { n.value(row) });
        for level in &rule.header.levels {
            let unit = match units.iter().find(|(l, _)| l == level) {
                None => root_code,
                Some((_, codes)) if codes.is_null(row) || codes.value(row).is_empty() => continue,
                Some((_, codes)) => codes.value(row),
            };
            let target = number(batch, "target", row);
            let sum = sums.entry((name.to_owned(), unit.to_owned())).or_insert_with(|| Indicator {
                rule_code: rule.header.code.clone(),
                indicator: name.to_owned(),
                unit_code: unit.to_owned(),
                numerator: 0,
                denominator: with_denominator.then_some(0),
                target: None,
            });
            sum.numerator += number(batch, "numerator", row).unwrap_or(0);
            if let Some(denominator) = &mut sum.denominator {
                *denominator += number(batch, "denominator", row).unwrap_or(0);
            }
            // A target counts for the level it was set for: a rate and a zero at every level, a number
            // of houses or people only for the whole prefecture.
            if with_denominator || *level == Level::City || target == Some(0) {
                sum.target = sum.target.max(target);
            }
        }
    }
    Ok(sums.into_values().collect())
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn amounts_are_shown_in_officers_units() {
        assert_eq!(unit("income_fen", 320_800), "3208元");
        assert_eq!(unit("income_fen", 320_850), "3208.5元");
        assert_eq!(unit("house_area_centi", 4_505), "45.05平方米");
        assert_eq!(unit("start_month", 201_809), "2018年9月");
        assert_eq!(unit("age", 7), "7");
    }
}
