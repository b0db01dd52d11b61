//! Quality of the register on the page: counties ranked, and the townships that lose most.

use std::collections::BTreeMap;

use serde_json::{Value, json};

use crate::publish::PublicationInputs;
use crate::publish::quarter_totals::percent_of;
use crate::reconcile::findings::quality_score::QualityScore;
use crate::rules::rule_file::IndicatorLevel;

/// Townships shown.
const TOWNSHIPS: usize = 10;

/// The section; null where the pipeline scores nothing.
pub(super) fn quality_section(inputs: &PublicationInputs<'_>, names: &BTreeMap<&str, &str>) -> Value {
    let quality = &inputs.findings.quality;
    if inputs.catalogue.quality.is_none() || quality.is_empty() {
        return Value::Null;
    }
    let most = |level: IndicatorLevel| {
        quality.iter().filter(|q| q.level == level).map(|q| q.per_hundred_centi).max().unwrap_or(0)
    };
    let of = |level: IndicatorLevel| -> Vec<&QualityScore> {
        let mut units: Vec<&QualityScore> = quality.iter().filter(|q| q.level == level).collect();
        units.sort_by(|a, b| a.rank.cmp(&b.rank).then_with(|| a.unit_code.cmp(&b.unit_code)));
        units
    };
    let row = |q: &QualityScore| {
        json!({
            "unit": names.get(q.unit_code.as_str()).copied().unwrap_or("全市"),
            "rank": q.rank,
            "score": quality_points_text(q.score),
            "per_hundred": hundredths_text(q.per_hundred_centi),
            "width": hundredths_text(quality_width(q.per_hundred_centi, most(q.level))),
            "persons": q.persons, "households": q.households,
            "findings": q.findings, "unjudged": q.unjudged,
            "deducted": q.deducted, "deducted_unjudged": q.deducted_unjudged, "asked": q.asked,
        })
    };
    let townships = of(IndicatorLevel::Township);
    let worst: Vec<Value> = townships.iter().rev().take(TOWNSHIPS).map(|q| row(q)).collect();
    json!({
        "city": of(IndicatorLevel::City).first().map(|q| row(q)),
        "counties": of(IndicatorLevel::County).into_iter().map(row).collect::<Vec<_>>(),
        "townships": worst,
        "township_count": townships.len(),
    })
}

/// 1/100 points as text: `98.75`.
fn quality_points_text(hundredths: i64) -> String {
    percent_of(hundredths).trim_end_matches('%').to_owned()
}

/// Hundredths as text: `12.40`.
fn hundredths_text(hundredths: i64) -> String {
    format!("{}.{:02}", hundredths / 100, hundredths % 100)
}

/// Length of a bar in hundredths of a percent, the longest 100 %.
fn quality_width(value: i64, most: i64) -> i64 {
    value.saturating_mul(10_000).checked_div(most).unwrap_or(0)
}
