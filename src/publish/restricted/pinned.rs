//! What a publication keeps of its pipeline so that its cases can be told without the folder: what columns of lists are
//! called, what pairs of records weighed, which lists subjects are missing from.

use serde::Serialize;

use crate::Result;
use crate::link::level_words::comparison_title;
use crate::publication::output_files::OutputFiles;
use crate::publication::small_table_writer::{PublishedType, TableDef};
use crate::publish::PublicationInputs;
use crate::publish::tables::write_published_table;

use PublishedType::{Int32, Text};

/// The name that configuration files have for it.
fn configured_name(value: impl Serialize) -> String {
    match serde_json::to_value(value) {
        Ok(serde_json::Value::String(name)) => name,
        _ => String::new(),
    }
}

/// Writes `restricted/list_column.parquet`.
pub(super) fn write_list_columns(inputs: &PublicationInputs<'_>, outputs: &mut OutputFiles) -> Result<()> {
    let def = TableDef::new(
        "名单的列",
        &[
            ("source", Text, "来源", ""),
            ("name", Text, "列", "视图中的列名"),
            ("title", Text, "列标题", ""),
            ("type", Text, "类型", "text code integer money area date month flag"),
            ("role", Text, "用途", "空文本表示没有特别用途"),
        ],
    );
    write_published_table(outputs, "restricted/list_column.parquet", def, |table| {
        for source in &inputs.catalogue.sources {
            for (name, kind, role) in &source.columns {
                let title = source.labels.get(name).unwrap_or(name);
                let role = role.map(configured_name).unwrap_or_default();
                let kind = configured_name(kind);
                table.row([
                    (&source.name).into(),
                    name.into(),
                    title.into(),
                    (&kind).into(),
                    (&role).into(),
                ])?;
            }
        }
        Ok(())
    })
}

/// Writes `restricted/link_weight.parquet`.
pub(super) fn write_link_weights(inputs: &PublicationInputs<'_>, outputs: &mut OutputFiles) -> Result<()> {
    let def = TableDef::new(
        "匹配权重",
        &[
            ("kind", Text, "种类", "comparison比较项 decision门槛"),
            ("name", Text, "名称", "比较项，或accept自动匹配 review待人工确认"),
            ("title", Text, "标题", ""),
            ("level", Int32, "级别", "0为缺失，1为最好一级，依次向下"),
            ("level_title", Text, "级别说明", ""),
            ("weight", Int32, "权重", "1/1000比特"),
        ],
    );
    write_published_table(outputs, "restricted/link_weight.parquet", def, |table| {
        let Some(link) = &inputs.catalogue.link else { return Ok(()) };
        for comparison in &link.comparisons {
            for (level, (code, title)) in (0i32..).zip(comparison.kind.levels()) {
                table.row([
                    "comparison".into(),
                    (&comparison.name).into(),
                    comparison_title(&comparison.name).into(),
                    level.into(),
                    title.into(),
                    comparison.weights.get(code).copied().unwrap_or(0).into(),
                ])?;
            }
        }
        for (name, title, weight) in [
            ("accept", "自动匹配的门槛", link.decision.accept),
            ("review", "待人工确认的门槛", link.decision.review),
        ] {
            table.row(["decision".into(), name.into(), title.into(), 0.into(), "".into(), weight.into()])?;
        }
        Ok(())
    })
}

/// Writes `restricted/rule_absence.parquet`.
pub(super) fn write_rule_absences(inputs: &PublicationInputs<'_>, outputs: &mut OutputFiles) -> Result<()> {
    let def = TableDef::new(
        "说对象不在其中的名单",
        &[
            ("rule_code", Text, "规则编号", ""),
            ("rule_key", Text, "规则自有键", "空文本表示任何键"),
            ("source", Text, "来源", ""),
        ],
    );
    write_published_table(outputs, "restricted/rule_absence.parquet", def, |table| {
        for [rule, key, source] in &inputs.catalogue.absences {
            table.row([rule.into(), key.into(), source.into()])?;
        }
        Ok(())
    })
}
