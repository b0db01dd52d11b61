//! `exception`: all exceptions with their ids in clear, also those closed long ago: the next
//! quarter has to know them to call their return by its name.

use super::super::PublicationInputs;
use super::super::exception_keys::ExceptionKeys;
use super::super::tables::{RESOLVED_BY, iso_days};
use super::{ByFinding, ROW_VERSION, cause_of, row_version};
use crate::Result;
use crate::model::exception::{ResolvedBy, TrackedException};
use crate::publication::large_table_writer::{
    LargeTable, count, date_column, flag_column, period_column, pseudonym_column, text_column, written_column,
};
use crate::publication::output_files::OutputFiles;
use crate::publication::small_table_writer::{PublishedType, TableDef};
use crate::publish::domain_columns;
use crate::table::GROUP_ROWS;

use PublishedType::{Date, Int32, Text};

/// Writes the table, in order of the fingerprints.
pub(super) fn write_restricted_exceptions(
    inputs: &PublicationInputs<'_>,
    by_finding: &ByFinding<'_>,
    keys: &ExceptionKeys<'_>,
    outputs: &mut OutputFiles,
) -> Result<()> {
    let def = TableDef::new(
        "疑点",
        &[
            ("exception_id", Text, "疑点指纹", "规则+对象+规则自有键；跨期不变"),
            ("exception_key", Text, "疑点假名", "与 tables/ 的 exception_id 对应"),
            ("listed_id", Text, "清单行键", "清单里的行键；疑点编号的后8位是它的前8位"),
            (
                "facts",
                Text,
                "事实",
                "决定规则的各格原值的带密钥摘要；原值不变则跨期不变，空表示以前的版本没有记",
            ),
            (
                "fact_columns",
                Text,
                "各列事实",
                "每列原值的摘要，“来源.列=摘要”，以分号分隔；两期相比可知哪一列变了",
            ),
            ("changed_columns", Text, "变了的列", "与上次发现时相比原值变了的列，“来源.列”，以分号分隔"),
            ("former_numbers", Text, "曾用编号", "以前发出的清单上的疑点编号（带全部行键），以分号分隔"),
            ("rule_code", Text, "规则编号", ""),
            ("severity", Text, "严重程度", ""),
            ("subject_kind", Text, "对象", ""),
            ("subject_id", Text, "对象编号", ""),
            ("rule_key", Text, "规则自有键", ""),
            ("person_id", Text, "人员编号", ""),
            ("household_id", Text, "户编号", ""),
            ("county_code", Text, "县（区）代码", ""),
            ("township_code", Text, "乡镇（街道）代码", ""),
            ("village_code", Text, "村（社区）代码", ""),
            ("owner", Text, "责任部门", ""),
            ("evidence_record_ids", Text, "证据记录编号", "以分号分隔"),
            ("message", Text, "说明", ""),
            ("confidence", Int32, "匹配等级", "所依据的最弱匹配"),
            ("due_days", Int32, "反馈天数", ""),
            ("in_review", Int32, "匹配待确认", "1是，0否"),
            ("related", Text, "同因疑点", "同一原因的其他疑点的指纹，以分号分隔，最可能的原因在前"),
            ("cause", Text, "原因疑点", "这条由哪一条引起：它的指纹；空表示不由别的引起"),
            ("first_seen", Text, "首次发现期间", ""),
            ("last_seen", Text, "最近发现期间", ""),
            ("resolved_in", Text, "消除期间", "空表示未消除"),
            ("resolved_by", Text, RESOLVED_BY.0, RESOLVED_BY.1),
            ("status", Text, "状态", ""),
            ("checked", Int32, "本期已核对", ""),
            ("due_date", Date, "反馈期限", ""),
            ("version", Text, "行版本", "行键和事实的摘要，与台账中的行版本对应"),
        ],
    );
    let mut rows: Vec<&TrackedException> = inputs.tracked.iter().collect();
    rows.sort_unstable_by(|a, b| a.exception_id.cmp(&b.exception_id));
    let mut table = LargeTable::create(outputs, "restricted/exception.parquet", def)?;
    for group in rows.chunks(GROUP_ROWS) {
        let (t, e) = (|i: usize| group[i], |i: usize| &group[i].exception);
        let due = iso_days(group.iter().map(|t| &*t.due_date));
        let former: Vec<String> = group.iter().map(|t| t.former_numbers.join(";")).collect();
        let changed: Vec<String> = group.iter().map(|t| t.changed.join(";")).collect();
        let columns = vec![
            text_column(|i| Some(&t(i).exception_id)),
            pseudonym_column(|i| Some(keys.of(t(i)))),
            text_column(|i| Some(&t(i).listed_id)),
            text_column(|i| Some(&t(i).facts)),
            text_column(|i| Some(&t(i).fact_columns)),
            text_column(|i| Some(changed[i].as_str())),
            text_column(|i| Some(former[i].as_str())),
            text_column(|i| Some(&e(i).rule_code)),
            text_column(|i| Some(e(i).severity.code())),
            text_column(|i| Some(e(i).subject_kind.code())),
            text_column(|i| Some(&e(i).subject_id)),
            text_column(|i| Some(&e(i).rule_key)),
            text_column(|i| e(i).person_id.as_deref()),
            text_column(|i| e(i).household_id.as_deref()),
            text_column(|i| Some(&e(i).county_code)),
            text_column(|i| Some(&e(i).township_code)),
            text_column(|i| Some(&e(i).village_code)),
            text_column(|i| Some(&e(i).owner)),
            domain_columns::evidence_column(t),
            text_column(|i| Some(&e(i).message)),
            count(|i| e(i).confidence.into()),
            count(|i| e(i).due_days),
            flag_column(|i| e(i).in_review),
            domain_columns::related_column(by_finding, t),
            text_column(|i| cause_of(by_finding, t(i)).map(|cause| cause.exception_id.as_str())),
            period_column(|i| Some(t(i).first_seen)),
            period_column(|i| Some(t(i).last_seen)),
            period_column(|i| t(i).resolved_in),
            text_column(|i| t(i).resolved_by.map(ResolvedBy::code)),
            text_column(|i| Some(t(i).status.code())),
            flag_column(|i| t(i).checked),
            date_column(|i| due[i]),
            written_column(ROW_VERSION, |i, out| {
                out.extend_from_slice(row_version(t(i)).as_bytes());
                true
            }),
        ];
        table.group(group.len(), columns)?;
    }
    table.finish()
}
