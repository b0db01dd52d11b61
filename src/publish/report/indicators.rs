//! The indicators of the page: those with figures by prefecture and county, and those without,
//! with what they lack.

use std::collections::BTreeMap;

use serde_json::{Value, json};

use crate::model::division::DivisionUnit;
use crate::publish::PublicationInputs;
use crate::publish::indicators::IndicatorRow;

/// Indicators that could be computed, one group per rule and key.
pub(super) fn computed_indicators(
    inputs: &PublicationInputs<'_>,
    rows: &[IndicatorRow<'_>],
    names: &BTreeMap<&str, &str>,
) -> Value {
    let units = &inputs.catalogue.divisions.units;
    let mut groups: BTreeMap<(&str, &str), Vec<&IndicatorRow<'_>>> = BTreeMap::new();
    for row in rows {
        // Townships and villages are in the tables; the page shows the prefecture and counties.
        if row.lacking.is_none() && row.unit.is_none_or(|u| units[u].level <= 2) {
            groups.entry((row.code, row.key)).or_default().push(row);
        }
    }
    groups
        .into_iter()
        .map(|((code, _), rows)| {
            let rule = inputs.catalogue.rule(code);
            let is_city = |row: &&&IndicatorRow<'_>| row.unit.is_none_or(|u| units[u].level == 1);
            json!({
                "city": rows.iter().find(is_city).map(|row| shown(row, names)),
                "behind": furthest_behind(&rows, units, names),
                "code": code,
                "title": rows.first().map_or(code, |row| label(row)),
                "policy": rule.map_or("", |r| r.policy.as_str()),
                "owner": rule.map_or("", |r| r.owner.as_str()),
                "rows": rows.iter().map(|row| shown(row, names)).collect::<Vec<_>>(),
            })
        })
        .collect()
}

/// The county that misses the target of a rate by most, with the gap; `""` where all meet it.
fn furthest_behind(
    rows: &[&IndicatorRow<'_>],
    units: &[DivisionUnit],
    names: &BTreeMap<&str, &str>,
) -> String {
    let is_county = |row: &IndicatorRow<'_>| row.unit.is_some_and(|u| units[u].level == 2);
    let missed =
        rows.iter().filter(|row| row.is_rate && is_county(row) && row.gap().is_some_and(|gap| gap > 0));
    // Of equals the first by code.
    let worst = missed.max_by(|a, b| a.gap().cmp(&b.gap()).then_with(|| b.unit_code.cmp(a.unit_code)));
    worst.map_or_else(String::new, |row| {
        format!("{}{}", names.get(row.unit_code).copied().unwrap_or(row.unit_code), row.gap_text())
    })
}

/// Amounts are shown in yuan here, in the tables in fen as their label says.
fn label<'a>(row: &IndicatorRow<'a>) -> &'a str {
    row.label.trim_end_matches("（分）")
}

fn shown(row: &IndicatorRow<'_>, names: &BTreeMap<&str, &str>) -> Value {
    let width = |share: i64| format!("{}.{:02}", share.clamp(0, 10_000) / 100, share.clamp(0, 10_000) % 100);
    let bar = row.is_rate && row.actual().is_some();
    let unknown = match row.unknown {
        0 => String::new(),
        cells => format!("（{cells}格看不出）"),
    };
    json!({
        "unit": names.get(row.unit_code).copied().unwrap_or("全市"),
        "value": row.actual().map_or_else(|| "无对象".to_owned(), |v| row.shown(v)),
        "parts": row.denominator.map_or_else(String::new, |d| format!("{} / {d}", row.numerator)) + &unknown,
        "is_rate": bar,
        "width": width(row.actual().unwrap_or(0)),
        "target": row.target.map(|t| row.shown(t)),
        "target_at": row.target.filter(|_| bar).map(width),
        "gap": row.gap_text(),
        "met": row.gap().map(|gap| gap == 0),
        "trend": row.trend_text(),
        "better": row.better(),
    })
}

/// Indicators and targets that could not be computed.
pub(super) fn missing_indicators(inputs: &PublicationInputs<'_>, rows: &[IndicatorRow<'_>]) -> Value {
    let owner = |code: &str| {
        let rule = inputs.catalogue.rule(code).map(|r| r.owner.as_str());
        let target = inputs.catalogue.targets.iter().find(|t| t.code == code).map(|t| t.owner.as_str());
        rule.or(target).unwrap_or("")
    };
    let units = &inputs.catalogue.divisions.units;
    rows.iter()
        .filter(|row| row.unit.is_none_or(|u| units[u].level <= 2))
        .filter_map(|row| {
            let why = row.lacking.as_ref()?;
            Some(json!({
                "code": row.code, "label": label(row), "owner": owner(row.code), "why": why,
                "target": row.target.map(|t| row.shown(t)),
            }))
        })
        .collect()
}
