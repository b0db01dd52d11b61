//! Quality of the register on the page: counties ranked, and the townships that lose most.

use std::collections::BTreeMap;

use serde_json::{Value, json};

use crate::publish::PublicationInputs;
use crate::publish::quarter_totals::{percent_of, percent_text};
use crate::reconcile::findings::quality_score::QualityScore;
use crate::rules::rule_file::IndicatorLevel;

/// Townships shown.
const TOWNSHIPS: usize = 10;

/// The section; null where the pipeline scores nothing.
pub(super) fn quality_section(inputs: &PublicationInputs<'_>, names: &BTreeMap<&str, &str>) -> Value {
    let (Some(settings), false) = (&inputs.catalogue.quality, inputs.findings.quality.is_empty()) else {
        return Value::Null;
    };
    let of = |level: IndicatorLevel| -> Vec<&QualityScore> {
        let mut units: Vec<&QualityScore> =
            inputs.findings.quality.iter().filter(|q| q.level == level).collect();
        units.sort_by(|a, b| a.rank.cmp(&b.rank).then_with(|| a.unit_code.cmp(&b.unit_code)));
        units
    };
    let row = |q: &QualityScore| {
        json!({
            "unit": names.get(q.unit_code.as_str()).copied().unwrap_or("全市"),
            "rank": q.rank,
            "score": quality_points_text(q.score),
            "width": format!("{}.{:02}", q.score / 100, q.score % 100),
            "index": quality_points_text(q.index),
            "persons": q.persons, "households": q.households, "findings": q.findings,
            "deducted": q.deducted, "deductible": q.deductible,
            "flawed": q.flawed_households,
            "share": percent_text(q.flawed_households, q.households),
        })
    };
    let townships = of(IndicatorLevel::Township);
    let worst: Vec<Value> = townships.iter().rev().take(TOWNSHIPS).map(|q| row(q)).collect();
    json!({
        "city": of(IndicatorLevel::City).first().map(|q| row(q)),
        "counties": of(IndicatorLevel::County).into_iter().map(row).collect::<Vec<_>>(),
        "townships": worst,
        "township_count": townships.len(),
        "index_percent": settings.index_percent,
        "households_percent": settings.households_percent,
    })
}

/// 1/100 points as text: `98.75`.
fn quality_points_text(hundredths: i64) -> String {
    percent_of(hundredths).trim_end_matches('%').to_owned()
}
