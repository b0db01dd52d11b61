//! `report.html`, a few pages for who leads, and `appendix.html` with the rest: self-contained, no script, nothing loaded from
//! elsewhere.

use super::PublicationInputs;
use super::held_notices::HeldNotice;
use super::manifest_facts::RunFacts;
use super::quarter_totals::PublicationTotals;
use crate::publication::output_files::OutputFiles;
use crate::{Error, Result};

mod headline;
mod indicators;
mod late_answers;
mod money_at_stake;
mod quality;
mod report_model;
mod root_causes;
mod rule_pages;
mod supplier_quality;

/// Templates by name. The ending of a page's name switches HTML escaping on.
const TEMPLATES: [(&str, &str); 4] = [
    ("report.css", include_str!("report.css.j2")),
    ("macros.html", include_str!("macros.html.j2")),
    ("report.html", include_str!("report.html.j2")),
    ("appendix.html", include_str!("appendix.html.j2")),
];

/// Writes the report and its appendix.
pub(super) fn write_report(
    inputs: &PublicationInputs<'_>,
    totals: &PublicationTotals,
    (facts, held): (&RunFacts, &[HeldNotice]),
    outputs: &mut OutputFiles,
) -> Result<()> {
    let failed = |e: minijinja::Error| Error::internal(format!("生成报告失败：{e:#}"));
    let mut environment = minijinja::Environment::new();
    environment.set_undefined_behavior(minijinja::UndefinedBehavior::Strict);
    for (name, text) in TEMPLATES {
        environment.add_template(name, text).map_err(failed)?;
    }
    let model = template_value(&report_model::build_report_model(inputs, totals, facts, held));
    for page in ["report.html", "appendix.html"] {
        let text = environment.get_template(page).and_then(|page| page.render(&model)).map_err(failed)?;
        outputs.bytes(page, text.as_bytes(), None)?;
    }
    Ok(())
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
