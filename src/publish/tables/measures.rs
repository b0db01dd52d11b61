//! Indicators against their targets, and the quality of the register.

use super::super::PublicationInputs;
use super::super::indicators;
use super::super::people::{DivisionPlace, RecordOwners};
use super::{PLACE, QUARTER, define_published_table, place_cells, write_published_table};
use crate::Result;
use crate::publication::output_files::OutputFiles;
use crate::publication::small_table_writer::{PublishedType, TableCell};

use PublishedType::{Int32, Int64, Rate, Text};

pub(super) fn fact_indicator(
    inputs: &PublicationInputs<'_>,
    people: &RecordOwners<'_>,
    outputs: &mut OutputFiles,
) -> Result<()> {
    let columns = [
        ("rule_code", Text, "规则编号", ""),
        ("indicator", Text, "指标", "规则内的指标键"),
        ("label", Text, "指标名称", ""),
        ("unit_code", Text, "区划代码", ""),
        ("unit_level", Int32, "区划级别", "1市 2县区 3乡镇街道 4村社区"),
        ("computable", Int32, "能否计算", "1是，0否；不能计算不等于零"),
        ("lacking", Text, "缺什么", "不能计算的原因"),
        ("numerator", Int64, "分子", "不能计算的为空"),
        ("denominator", Int64, "分母", "计数类指标为空"),
        ("rate", Rate, "比率", "分子÷分母；计数类为空"),
        ("target_rate", Rate, "目标比率", ""),
        ("target_count", Int64, "目标数", ""),
        ("at_most", Int32, "越少越好", "1是，0否"),
        ("gap_rate", Rate, "比率差距", "距目标还差或超出多少；0为达标"),
        ("gap_count", Int64, "数量差距", "距目标还差或超出多少；0为达标"),
        ("met", Int32, "达标", "1是，0否；没有目标的为空"),
        ("previous_rate", Rate, "上次比率", "对比期间的发布"),
        ("previous_count", Int64, "上次数量", "对比期间的发布"),
        ("change_rate", Rate, "比率变化", "本期减上次"),
        ("change_count", Int64, "数量变化", "本期减上次"),
        ("unknown_cells", Int64, "看不出的格", "要看的格里看不出的；分子、分母至多差这么多"),
    ];
    let def = define_published_table("指标", &[&[QUARTER], &PLACE, &columns]);
    let units = &inputs.catalogue.divisions.units;
    let mut rows: Vec<_> = indicators::indicator_rows(inputs)
        .into_iter()
        .map(|i| (i.unit.map_or(DivisionPlace::default(), |u| people.place(u as u32 + 1)), i))
        .collect();
    rows.sort_by(|(pa, a), (pb, b)| (pa, a.code, a.key, a.unit_code).cmp(&(pb, b.code, b.key, b.unit_code)));
    let period = inputs.period.to_string();
    write_published_table(outputs, "tables/fact_indicator.parquet", def, |table| {
        for (place, i) in rows {
            let rate =
                |value: Option<i64>| value.filter(|_| i.is_rate).map_or(TableCell::Null, TableCell::Rate);
            let count = |value: Option<i64>| -> TableCell<'_> { value.filter(|_| !i.is_rate).into() };
            let computable = i.lacking.is_none();
            table.row([TableCell::from(&period)].into_iter().chain(place_cells(place)).chain([
                i.code.into(),
                i.key.into(),
                i.label.into(),
                i.unit_code.into(),
                i.unit.map(|u| units[u].level).into(),
                computable.into(),
                i.lacking.as_deref().into(),
                computable.then_some(i.numerator).into(),
                i.denominator.filter(|_| computable).into(),
                rate(i.actual()),
                rate(i.target),
                count(i.target),
                i.at_most.into(),
                rate(i.gap()),
                count(i.gap()),
                i.gap().map(|gap| gap == 0).into(),
                rate(i.before),
                count(i.before),
                rate(i.change()),
                count(i.change()),
                i64::try_from(i.unknown).unwrap_or(i64::MAX).into(),
            ]))?;
        }
        Ok(())
    })
}

pub(super) fn fact_quality(
    inputs: &PublicationInputs<'_>,
    people: &RecordOwners<'_>,
    outputs: &mut OutputFiles,
) -> Result<()> {
    let columns = [
        ("unit_code", Text, "区划代码", ""),
        ("unit_level", Int32, "区划级别", "1市 2县区 3乡镇街道 4村社区"),
        ("persons", Int64, "在册人数", ""),
        ("households", Int64, "在册户数", ""),
        ("findings", Int64, "自检疑点", "不含匹配待确认的"),
        ("unjudged", Int64, "未能检查", "该查而空白、没有报、看不出的，逐项计"),
        ("deducted", Int64, "扣分", "疑点和未能检查的，按人计：户的一项按户内在册人数计"),
        ("deducted_unjudged", Int64, "其中未能检查扣分", ""),
        ("asked", Int64, "应查分", "每项检查问到的人全不合格时的扣分；不该问的不计"),
        ("flawed_households", Int64, "有疑点户数", "不进入得分"),
        ("per_hundred_centi", Int64, "每百人扣分", "百分之一分；按全市人均应查分折算"),
        ("score", Rate, "得分", "1 − 扣分 ÷ 应查分；1为满分"),
        ("rank", Int32, "名次", "同级区划中扣分占应查分的比例更低的个数加1"),
    ];
    let def = define_published_table("数据质量", &[&[QUARTER], &PLACE, &columns]);
    let units = &inputs.catalogue.divisions.units;
    let period = inputs.period.to_string();
    write_published_table(outputs, "tables/fact_quality.parquet", def, |table| {
        for q in &inputs.findings.quality {
            let unit = units.iter().position(|u| u.code == q.unit_code);
            let place = unit.map_or(DivisionPlace::default(), |u| people.place(u as u32 + 1));
            table.row([TableCell::from(&period)].into_iter().chain(place_cells(place)).chain([
                (&q.unit_code).into(),
                unit.map(|u| units[u].level).into(),
                q.persons.into(),
                q.households.into(),
                q.findings.into(),
                q.unjudged.into(),
                q.deducted.into(),
                q.deducted_unjudged.into(),
                q.asked.into(),
                q.flawed_households.into(),
                q.per_hundred_centi.into(),
                TableCell::Rate(q.score),
                q.rank.into(),
            ]))?;
        }
        Ok(())
    })
}
