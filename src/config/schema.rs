//! JSON schemas of the configuration files, for editors.

use serde_json::Value;

/// (file name without extension, schema) of the configuration files of a pipeline.
pub(crate) fn config_schemas() -> Vec<(&'static str, Value)> {
    vec![
        ("base", schemars::schema_for!(super::included_folders::BaseSettings).to_value()),
        ("extra", schemars::schema_for!(super::source_extra::SourceExtra).to_value()),
        ("pipeline", schemars::schema_for!(super::PipelineSettings).to_value()),
        ("source", schemars::schema_for!(super::source_file::SourceFile).to_value()),
    ]
}

/// The text written to `pipelines/schema/<name>.json`.
pub fn schema_text(schema: &Value) -> String {
    let mut text = serde_json::to_string_pretty(schema).unwrap_or_default();
    text.push('\n');
    text
}
