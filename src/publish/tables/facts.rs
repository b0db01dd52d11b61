//! Records, exceptions and returned rows.

use rayon::prelude::*;

use super::super::PublicationInputs;
use super::super::files::Outputs;
use super::super::frame::{Cell, Kind, TableDef};
use super::super::people::{Keys, People};
use super::super::restricted::{by_finding, cause, related_ids};
use super::{
    HOUSEHOLD_KEY, PERSON_KEY, PLACE, QUARTER, definition, iso_day, place_cells, returned, severity_code,
    subject_code, table,
};
use crate::Result;
use crate::track::quarters_between;

use Kind::{Date, Int32, Int64, Text};

pub(super) fn fact_record(
    inputs: &PublicationInputs<'_>,
    people: &People<'_>,
    keys: &Keys,
    outputs: &mut Outputs,
) -> Result<()> {
    let columns = [
        ("record_id", Text, "记录编号", "来源、文件与行"),
        ("source", Text, "来源", ""),
        ("id_class", Text, "证件号类别", ""),
        ("link_tier", Int32, "匹配等级", "1至6,1最可靠"),
        ("in_review", Int32, "匹配待确认", "1是，0否"),
    ];
    let def = definition("记录", &[&[QUARTER, PERSON_KEY, HOUSEHOLD_KEY], &PLACE, &columns]);
    let resolution = inputs.resolution;
    let fields: Vec<_> = (0..inputs.loaded.len()).map(|s| people.fields(s)).collect();
    let mut order: Vec<u32> = (0..resolution.person.len() as u32).collect();
    let household = |node: u32| keys.household[resolution.household[node as usize] as usize].as_str();
    order.par_sort_by_cached_key(|&node| {
        let (source, row) = people.locate(node);
        let home = keys.household_rank[resolution.household[node as usize] as usize];
        // Nodes are numbered by source and row.
        (people.place_rank(fields[source].division(row)), home, node)
    });
    table(outputs, "tables/fact_record.parquet", def, |table| {
        for node in order {
            let (source, row) = people.locate(node);
            let records = &inputs.loaded[source].records;
            let record_id = records.record_id(row);
            let n = node as usize;
            let head = [
                inputs.quarter.into(),
                (&keys.person[resolution.person[n] as usize]).into(),
                household(node).into(),
            ];
            let tail = [
                (&record_id).into(),
                (&records.source).into(),
                fields[source].id(row).class.code().into(),
                (resolution.tier[n] as u8).into(),
                resolution.in_review[n].into(),
            ];
            let place = place_cells(people.place(fields[source].division(row)));
            table.row(head.into_iter().chain(place).chain(tail))?;
        }
        Ok(())
    })
}

/// Subjects of resolved exceptions may be gone, so keys are computed from their ids.
pub(super) fn fact_exception(inputs: &PublicationInputs<'_>, outputs: &mut Outputs) -> Result<()> {
    let columns = [
        ("exception_id", Text, "疑点指纹", "规则+对象+规则自有键；跨季度不变"),
        ("rule_code", Text, "规则编号", ""),
        ("severity", Text, "严重程度", "S1最重"),
        ("subject_kind", Text, "对象", "person household record unit"),
        ("owner", Text, "责任部门", ""),
        ("first_seen", Text, "首次发现季度", ""),
        ("last_seen", Text, "最近发现季度", ""),
        ("quarters_open", Int32, "连续季度", "自首次发现起的季度数"),
        ("status", Text, "状态", "new新增 persisting持续 resolved已消除 reopened复现"),
        ("checked", Int32, "本季已核对", "0表示规则本季未运行，疑点原样保留"),
        ("confidence", Int32, "匹配等级", "所依据的最弱匹配，1至6"),
        ("in_review", Int32, "匹配待确认", "1表示须先确认匹配；统计时分开"),
        ("due_date", Date, "反馈期限", ""),
        ("evidence_record_ids", Text, "证据记录编号", "以分号分隔，第一个为对象本身的记录"),
        ("related_exception_ids", Text, "同因疑点指纹", "同一原因的其他疑点，以分号分隔，最可能的原因在前"),
        (
            "cause_exception_id",
            Text,
            "根本原因指纹",
            "由哪条疑点引起；空表示自身就是原因，按件统计时只数这些",
        ),
    ];
    let def = definition("疑点", &[&[QUARTER], &PLACE, &[HOUSEHOLD_KEY, PERSON_KEY], &columns]);
    let pseudonyms = crate::privacy::Pseudonymizer::new(inputs.key)?;
    let by_finding = by_finding(inputs.tracked);
    let mut rows: Vec<_> = inputs
        .tracked
        .iter()
        .filter(|t| !t.is_history(inputs.quarter))
        .map(|t| {
            let e = &t.exception;
            let household = e.household_id.as_deref().map(|id| pseudonyms.household_key(id));
            let person = e.person_id.as_deref().map(|id| pseudonyms.person_key(id));
            (t, household, person)
        })
        .collect();
    rows.sort_by(|(a, ha, _), (b, hb, _)| {
        let (ea, eb) = (&a.exception, &b.exception);
        (&ea.county_code, &ea.township_code, &ea.village_code, ha, &a.exception_id).cmp(&(
            &eb.county_code,
            &eb.township_code,
            &eb.village_code,
            hb,
            &b.exception_id,
        ))
    });
    table(outputs, "tables/fact_exception.parquet", def, |table| {
        for (t, household, person) in rows {
            let e = &t.exception;
            let evidence = e.evidence.join(";");
            let related = related_ids(&by_finding, t).collect::<Vec<_>>().join(";");
            table.row([
                inputs.quarter.into(),
                (&e.county_code).into(),
                (&e.township_code).into(),
                (&e.village_code).into(),
                household.as_ref().into(),
                person.as_ref().into(),
                (&t.exception_id).into(),
                (&e.rule_code).into(),
                severity_code(e.severity).into(),
                subject_code(e.subject_kind).into(),
                (&e.owner).into(),
                (&t.first_seen).into(),
                (&t.last_seen).into(),
                quarters_between(&t.first_seen, &t.last_seen)?.into(),
                t.status.code().into(),
                t.checked.into(),
                e.confidence.into(),
                t.in_review().into(),
                iso_day(&t.due_date).map_or(Cell::Null, Cell::Day),
                (&evidence).into(),
                (&related).into(),
                cause(&by_finding, t).map(|c| &c.exception_id).into(),
            ])?;
        }
        Ok(())
    })
}

/// Place and reason code only: the reason's text and the original may hold names and numbers.
pub(super) fn fact_reject(inputs: &PublicationInputs<'_>, outputs: &mut Outputs) -> Result<()> {
    let def = TableDef::new(
        "退回行",
        &[
            QUARTER,
            ("source", Text, "来源", ""),
            ("file", Text, "文件", "相对提取数据文件夹"),
            ("sheet", Text, "工作表", ""),
            ("row", Int64, "行", "从1起"),
            ("member", Int32, "成员序号", "未拆分的行为0"),
            ("column_title", Text, "列", "出错列的表头"),
            ("reason_code", Text, "原因代码", ""),
            ("severity", Text, "级别", "reject整行退回 warn仅此值置空"),
        ],
    );
    table(outputs, "tables/fact_reject.parquet", def, |table| {
        for (reject, severity) in returned(inputs.loaded) {
            let file = reject.file.to_string_lossy();
            table.row([
                inputs.quarter.into(),
                (&reject.source).into(),
                file.as_ref().into(),
                reject.sheet.as_ref().into(),
                reject.row.into(),
                reject.member.into(),
                reject.column.as_ref().into(),
                (&reject.reason_code).into(),
                severity.into(),
            ])?;
        }
        Ok(())
    })
}
