//! `report.html`: one self-contained page, no script, nothing loaded from elsewhere.

use super::PublicationInputs;
use super::held_notices::HeldNotice;
use super::quarter_totals::PublicationTotals;
use crate::publication::output_files::OutputFiles;
use crate::{Error, Result};

mod indicators;
mod quality;
mod report_model;

const TEMPLATE: &str = include_str!("report.html.j2");

/// Writes the report.
pub(super) fn write_report(
    inputs: &PublicationInputs<'_>,
    totals: &PublicationTotals,
    held: &[HeldNotice],
    outputs: &mut OutputFiles,
) -> Result<()> {
    let failed = |e: minijinja::Error| Error::internal(format!("生成报告失败：{e:#}"));
    let mut environment = minijinja::Environment::new();
    environment.set_undefined_behavior(minijinja::UndefinedBehavior::Strict);
    // The name's ending switches HTML escaping on.
    environment.add_template("report.html", TEMPLATE).map_err(failed)?;
    let template = environment.get_template("report.html").map_err(failed)?;
    let text = template
        .render(template_value(&report_model::build_report_model(inputs, totals, held)))
        .map_err(failed)?;
    outputs.bytes("report.html", text.as_bytes(), None)
}

/// What a template is given, of JSON.
pub(crate) fn template_value(json: &serde_json::Value) -> minijinja::Value {
    use serde_json::Value as Json;
    match json {
        Json::Null => minijinja::Value::from(()),
        Json::Bool(b) => (*b).into(),
        Json::Number(n) => match n.as_i64() {
            Some(i) => i.into(),
            None => n.as_f64().unwrap_or_default().into(),
        },
        Json::String(s) => s.as_str().into(),
        Json::Array(items) => items.iter().map(template_value).collect(),
        Json::Object(map) => {
            let map: std::collections::BTreeMap<String, minijinja::Value> =
                map.iter().map(|(k, v)| (k.clone(), template_value(v))).collect();
            map.into()
        }
    }
}
