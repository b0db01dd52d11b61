//! Records, exceptions and returned rows.

use rayon::prelude::*;

use super::super::PublicationInputs;
use super::super::exception_keys::ExceptionKeys;
use super::super::people::{PseudonymKeys, RecordOwners};
use super::super::restricted::{ByFinding, cause_of, related_exceptions};
use super::{
    HOUSEHOLD_KEY, PERSON_KEY, PLACE, QUARTER, RESOLVED_BY, define_published_table, iso_days, returned_rows,
    write_published_table,
};
use crate::Result;
use crate::model::exception::{ResolvedBy, TrackedException};
use crate::privacy::Pseudonym;
use crate::privacy::mask::{mask_long_runs, mask_numbers_in_text};
use crate::publication::large_table_writer::{
    LargeTable, code_column, count, date_column, flag_column, id_class_column, int32_column, label_column,
    optional_int64_column, period_column, pseudonym_column, text_column, written_column,
};
use crate::publication::output_files::OutputFiles;
use crate::publication::small_table_writer::{PublishedType, TableDef};
use crate::publish::domain_columns;
use crate::publish::domain_columns::record_id_column;
use crate::publish::recoverable_amounts::RecoverableAmounts;
use crate::table::GROUP_ROWS;

use PublishedType::{Date, Int32, Int64, Text};

pub(super) fn fact_record(
    inputs: &PublicationInputs<'_>,
    people: &RecordOwners<'_>,
    keys: &PseudonymKeys<'_>,
    outputs: &mut OutputFiles,
) -> Result<()> {
    let columns = [
        ("record_id", Text, "记录编号", "来源、文件与行"),
        ("source", Text, "来源", ""),
        ("id_class", Text, "证件号类别", ""),
        ("link_tier", Int32, "匹配等级", "1至6,1最可靠"),
        ("in_review", Int32, "匹配待确认", "1是，0否"),
    ];
    let def = define_published_table("记录", &[&[QUARTER, PERSON_KEY, HOUSEHOLD_KEY], &PLACE, &columns]);
    let resolution = inputs.resolution;
    let fields = people.fields();
    let division = |node: usize| {
        let (source, row) = people.locate(node as u32);
        fields[source].division(row)
    };
    // Within a household as numbered, which is by source and row.
    let order = people.sorted(
        resolution.person.len(),
        |node| Some(division(node)),
        |node| keys.household(resolution.household[node]),
    );
    let sources = || inputs.loaded.iter().map(|l| &l.records.source);
    let mut table = LargeTable::create(outputs, "tables/fact_record.parquet", def)?;
    for group in order.chunks(GROUP_ROWS) {
        let node = |i: usize| group[i] as usize;
        let persons = keys.persons(group.len(), |i| resolution.person[node(i)]);
        let homes = keys.households(group.len(), |i| resolution.household[node(i)]);
        let mut columns = vec![
            label_column([inputs.period.to_string()], |_| Some(0)),
            pseudonym_column(|i| Some(persons[i])),
            pseudonym_column(|i| Some(homes[i])),
        ];
        columns.extend(domain_columns::place_columns(&people.places, |i| division(node(i))));
        columns.extend([
            record_id_column(people, |i| group[i]),
            label_column(sources(), |i| Some(people.locate(group[i]).0)),
            id_class_column(|i| {
                let (source, row) = people.locate(group[i]);
                fields[source].id(row).class
            }),
            code_column(7, |i| resolution.tier[node(i)] as usize),
            flag_column(|i| resolution.in_review[node(i)]),
        ]);
        table.group(group.len(), columns)?;
    }
    table.finish()
}

/// Subjects of resolved exceptions may be gone, so keys are computed from their ids.
pub(super) fn fact_exception(
    inputs: &PublicationInputs<'_>,
    by_finding: &ByFinding<'_>,
    exceptions: &ExceptionKeys<'_>,
    outputs: &mut OutputFiles,
) -> Result<()> {
    let columns = [
        (
            "exception_id",
            Text,
            "疑点假名",
            "带密钥的假名，密钥不变则跨期不变；与 restricted/exception 的 exception_key 对应",
        ),
        ("rule_code", Text, "规则编号", ""),
        ("severity", Text, "严重程度", "S1最重"),
        ("subject_kind", Text, "对象", "person household record unit"),
        ("owner", Text, "责任部门", ""),
        ("first_seen", Text, "首次发现期间", ""),
        ("last_seen", Text, "最近发现期间", ""),
        ("quarters_open", Int32, "连续期数", "自首次发现起的期数"),
        (
            "status",
            Text,
            "状态",
            "new新增 persisting持续 resolved已消除 reopened复现 retired规则停用（不再核对，不等于已整改） answered已核（数据中仍有，核查结果已说明）",
        ),
        ("resolved_by", Text, RESOLVED_BY.0, RESOLVED_BY.1),
        ("checked", Int32, "本期已核对", "0表示规则本期未运行，疑点原样保留"),
        ("confidence", Int32, "匹配等级", "所依据的最弱匹配，1至6"),
        ("in_review", Int32, "匹配待确认", "1表示须先确认匹配；统计时分开"),
        ("due_date", Date, "反馈期限", ""),
        ("evidence_record_ids", Text, "证据记录编号", "以分号分隔，第一个为对象本身的记录"),
        ("related_exception_ids", Text, "同因疑点假名", "同一原因的其他疑点，以分号分隔，最可能的原因在前"),
        (
            "cause_exception_id",
            Text,
            "根本原因假名",
            "由哪条疑点引起；空表示自身就是原因，按件统计时只数这些",
        ),
        ("is_open", Int32, "未消除", "1表示新增、持续或复现，0表示已消除、规则停用或已核"),
        (
            "recoverable_fen",
            Int64,
            "应追回金额",
            "分；疑点说明里的应追回金额，空表示这条规则不涉及金额，或金额不清楚；有根本原因的与原因的是同一笔钱，不重复相加",
        ),
        ("message", Text, "疑点说明", "没有姓名和证件号；7位以上的号码只留前3位"),
    ];
    let def = define_published_table("疑点", &[&[QUARTER], &PLACE, &[HOUSEHOLD_KEY, PERSON_KEY], &columns]);
    let pseudonyms = &inputs.secrets.pseudonyms;
    let published: Vec<&TrackedException> =
        inputs.tracked.iter().filter(|t| !t.is_history(inputs.period)).collect();
    let homes =
        fact_subject_keys(published.iter().map(|t| t.exception.household_id.as_deref()), |ids, keys| {
            pseudonyms.households(ids, keys);
        });
    let own = published.iter().map(|t| exceptions.of(t)).collect::<Vec<_>>();
    let mut rows: Vec<(&TrackedException, (Option<Pseudonym>, Pseudonym))> =
        published.into_iter().zip(homes.into_iter().zip(own)).collect();
    rows.par_sort_unstable_by(|(a, keys), (b, other_keys)| {
        fact_place_codes(a).cmp(&fact_place_codes(b)).then_with(|| keys.cmp(other_keys))
    });
    let amounts = RecoverableAmounts::new(inputs.catalogue);
    let mut table = LargeTable::create(outputs, "tables/fact_exception.parquet", def)?;
    for group in rows.chunks(GROUP_ROWS) {
        let (t, e) = (|i: usize| group[i].0, |i: usize| &group[i].0.exception);
        let persons =
            fact_subject_keys(group.iter().map(|(t, _)| t.exception.person_id.as_deref()), |ids, keys| {
                pseudonyms.persons(ids, keys);
            });
        let due = iso_days(group.iter().map(|(t, _)| &*t.due_date));
        let open: Vec<i32> = group
            .iter()
            .map(|(t, _)| t.last_seen.periods_since(t.first_seen).try_into().unwrap_or(i32::MAX))
            .collect();
        let columns = vec![
            label_column([inputs.period.to_string()], |_| Some(0)),
            text_column(|i| Some(&e(i).county_code)),
            text_column(|i| Some(&e(i).township_code)),
            text_column(|i| Some(&e(i).village_code)),
            pseudonym_column(|i| group[i].1.0),
            pseudonym_column(|i| persons[i]),
            pseudonym_column(|i| Some(group[i].1.1)),
            text_column(|i| Some(&e(i).rule_code)),
            text_column(|i| Some(e(i).severity.code())),
            text_column(|i| Some(e(i).subject_kind.code())),
            text_column(|i| Some(&e(i).owner)),
            period_column(|i| Some(t(i).first_seen)),
            period_column(|i| Some(t(i).last_seen)),
            int32_column(|i| Some(open[i])),
            text_column(|i| Some(t(i).status.code())),
            text_column(|i| t(i).resolved_by.map(ResolvedBy::code)),
            flag_column(|i| t(i).checked),
            count(|i| e(i).confidence.into()),
            flag_column(|i| t(i).in_review()),
            date_column(|i| due[i]),
            domain_columns::evidence_column(t),
            written_column(32, |i, out| {
                for (at, related) in related_exceptions(by_finding, t(i)).enumerate() {
                    if at > 0 {
                        out.push(b';');
                    }
                    out.extend_from_slice(&exceptions.of(related).characters());
                }
                true
            }),
            pseudonym_column(|i| cause_of(by_finding, t(i)).map(|cause| exceptions.of(cause))),
            flag_column(|i| t(i).is_open()),
            optional_int64_column(|i| amounts.of(e(i)).fen()),
            written_column(64, |i, out| {
                out.extend_from_slice(mask_long_runs(&e(i).message).as_bytes());
                true
            }),
        ];
        table.group(group.len(), columns)?;
    }
    table.finish()
}

fn fact_place_codes(tracked: &TrackedException) -> [&str; 3] {
    let e = &tracked.exception;
    [&*e.county_code, &*e.township_code, &*e.village_code]
}

/// Keys of ids where there are any.
pub(super) fn fact_subject_keys<'a>(
    ids: impl Iterator<Item = Option<&'a str>>,
    fill: impl Fn(&[&str], &mut [Pseudonym]),
) -> Vec<Option<Pseudonym>> {
    let ids: Vec<Option<&str>> = ids.collect();
    let there: Vec<&str> = ids.iter().copied().flatten().collect();
    let mut keys = vec![Pseudonym::default(); there.len()];
    fill(&there, &mut keys);
    let mut keys = keys.into_iter();
    ids.into_iter().map(|id| id.and_then(|_| keys.next())).collect()
}

/// Place and reason code only: the reason's text and the original may hold names and numbers.
pub(super) fn fact_reject(inputs: &PublicationInputs<'_>, outputs: &mut OutputFiles) -> Result<()> {
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
    let period = inputs.period.to_string();
    write_published_table(outputs, "tables/fact_reject.parquet", def, |table| {
        for (reject, severity) in returned_rows(inputs.loaded) {
            let file = reject.file.to_string_lossy();
            let [file, sheet, column] = [Some(&*file), reject.sheet.as_deref(), reject.column.as_deref()]
                .map(|name| name.map(mask_numbers_in_text));
            table.row([
                (&period).into(),
                (&reject.source).into(),
                file.as_deref().into(),
                sheet.as_deref().into(),
                reject.row.into(),
                reject.member.into(),
                column.as_deref().into(),
                (&reject.reason_code).into(),
                severity.into(),
            ])?;
        }
        Ok(())
    })
}
