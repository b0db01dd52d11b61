//! Subjects that rules leave undecided, and the SELECTs that told them from findings.

use crate::Result;
use crate::publication::output_files::OutputFiles;
use crate::publication::small_table_writer::{PublishedType, TableDef};
use crate::publish::PublicationInputs;
use crate::publish::tables::write_published_table;

use PublishedType::{Int32, Text};

/// Writes `restricted/undecided.parquet`.
pub(super) fn write_undecided(inputs: &PublicationInputs<'_>, outputs: &mut OutputFiles) -> Result<()> {
    let def = TableDef::new(
        "未判断的对象",
        &[
            ("rule_code", Text, "规则编号", ""),
            ("subject_kind", Text, "对象", "person household record unit"),
            ("subject_id", Text, "对象编号", ""),
            ("rule_key", Text, "规则自有键", "?表示键也看不出"),
            ("person_id", Text, "人员编号", ""),
            ("household_id", Text, "户编号", ""),
            ("county_code", Text, "县（区）代码", ""),
            ("township_code", Text, "乡镇（街道）代码", ""),
            ("village_code", Text, "村（社区）代码", ""),
        ],
    );
    write_published_table(outputs, "restricted/undecided.parquet", def, |table| {
        for one in &inputs.findings.undecided {
            table.row([
                one.rule_code.as_ref().into(),
                one.subject_kind.code().into(),
                one.subject_id.as_ref().into(),
                one.rule_key.as_ref().into(),
                one.person_id.as_deref().into(),
                one.household_id.as_deref().into(),
                one.county_code.as_ref().into(),
                one.township_code.as_ref().into(),
                one.village_code.as_ref().into(),
            ])?;
        }
        Ok(())
    })
}

/// Writes `restricted/rule_as_run.parquet`: the SELECTs that unknown cells changed.
pub(super) fn write_rules_as_run(inputs: &PublicationInputs<'_>, outputs: &mut OutputFiles) -> Result<()> {
    let def = TableDef::new(
        "因有看不出的值而改写的语句",
        &[
            ("place", Int32, "次序", "定义排在用到它的语句之前"),
            ("kind", Text, "种类", "definition定义 certain肯定的疑点 possible可能的疑点"),
            ("name", Text, "名称", "定义名或规则编号"),
            ("sql", Text, "语句", ""),
        ],
    );
    write_published_table(outputs, "restricted/rule_as_run.parquet", def, |table| {
        for (place, select) in (1i32..).zip(&inputs.findings.rewritten) {
            table.row([place.into(), select.kind.into(), (&select.name).into(), (&select.sql).into()])?;
        }
        Ok(())
    })
}
