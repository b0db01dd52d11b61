//! What officers answered of the exceptions of the quarter.

use jiff::civil::Date;

use super::super::PublicationInputs;
use super::super::exception_keys::ExceptionKeys;
use super::{PLACE, QUARTER, define_published_table, write_published_table};
use crate::Result;
use crate::model::answer::Answer;
use crate::model::day::day_to_date32;
use crate::model::exception::{Status, TrackedException};
use crate::publication::output_files::OutputFiles;
use crate::publication::small_table_writer::{PublishedType, TableCell};

use PublishedType::{Int32, Int64, Text};

/// One row an exception with an answer, open ones and closed ones; in what words, stands in the store alone, and who answered is
/// a pseudonym.
pub(super) fn fact_answer(
    inputs: &PublicationInputs<'_>,
    exceptions: &ExceptionKeys<'_>,
    outputs: &mut OutputFiles,
) -> Result<()> {
    let columns = [
        ("exception_id", Text, "疑点假名", "与 fact_exception 的 exception_id 对应"),
        ("rule_code", Text, "规则编号", ""),
        ("owner", Text, "责任部门", ""),
        ("verdict", Text, "核查结果", ""),
        ("reason", Text, "原因代码", "空文本表示没有填"),
        ("measure", Text, "处理措施", "空文本表示没有填"),
        ("recovered_fen", Int64, "追缴金额", "分；空表示没有填，不等于没有追缴"),
        ("stopped_month", Int32, "停发月份", "如201810；空表示没有填"),
        ("level", Text, "核查层级", "village村 township乡 county县 city市"),
        ("answered_on", PublishedType::Date, "核查日期", "空表示没有填"),
        ("days_to_answer", Int32, "核查用时", "从首次发现期间的最后一天到核查日期的天数；空表示没有核查日期"),
        (
            "days_after_due",
            Int32,
            "超期天数",
            "核查日期晚于反馈期限的天数，0或负数表示按期；空表示没有核查日期",
        ),
        ("officer_key", Text, "核查人假名", "带密钥的假名，同一姓名相同；空表示没有填姓名"),
        ("has_paper", Int32, "有佐证材料", "1是，0否"),
        ("same_facts", Int32, "原值未变", "1表示核查时所依据的原值本期未变"),
        ("closes", Int32, "据此关闭", "1表示疑点因这个核查结果关闭"),
    ];
    let def = define_published_table("核查结果", &[&[QUARTER], &PLACE, &columns]);
    let mut rows: Vec<(&TrackedException, &Answer)> = inputs
        .tracked
        .iter()
        .filter(|one| !one.is_history(inputs.period))
        .filter_map(|one| Some((one, one.answer.as_deref()?)))
        .collect();
    rows.sort_by_cached_key(|(one, _)| {
        let e = &one.exception;
        (e.county_code.clone(), e.township_code.clone(), e.village_code.clone(), exceptions.of(one))
    });
    let period = inputs.period.to_string();
    write_published_table(outputs, "tables/fact_answer.parquet", def, |table| {
        for (one, answer) in rows {
            let e = &one.exception;
            let key = exceptions.of(one).to_string();
            let officer = answer.answered_by.trim();
            let officer =
                (!officer.is_empty()).then(|| inputs.secrets.pseudonyms.officer(officer).to_string());
            let since = |from: Date| {
                let answered = answer.answered_on.map(day_to_date32)?;
                Some(TableCell::Int(i64::from(answered - day_to_date32(from))))
            };
            let due = one.due_date.parse::<Date>().ok();
            table.row([
                (&period).into(),
                (&*e.county_code).into(),
                (&*e.township_code).into(),
                (&*e.village_code).into(),
                (&key).into(),
                (&*e.rule_code).into(),
                (&*e.owner).into(),
                (&answer.verdict).into(),
                (&answer.reason).into(),
                (&answer.measure).into(),
                answer.recovered.into(),
                answer.stopped_month.into(),
                answer.level.code().into(),
                answer.answered_on.map_or(TableCell::Null, |day| TableCell::Day(day_to_date32(day))),
                since(one.first_seen.last_day()).unwrap_or(TableCell::Null),
                due.and_then(since).unwrap_or(TableCell::Null),
                officer.as_deref().into(),
                (!answer.paper.is_empty()).into(),
                (!one.facts.is_empty() && one.facts == answer.facts).into(),
                (one.status == Status::Answered).into(),
            ])?;
        }
        Ok(())
    })
}
