//! Units of amounts that a title, a note, a sheet or a file says and the headers do not.

use std::sync::Arc;

use super::headers::ColumnPlan;
use super::lines_within::LineWithin;
use crate::config::SourceContract;
use crate::extract::RawTable;
use crate::model::column_type::ContractType;
use crate::model::file_account::SkipReason;
use crate::model::source_table::RawTableInfo;
use crate::model::unit;
use crate::{Error, Result};

/// What a text says of the amounts of a table.
#[derive(Debug, Clone, PartialEq, Eq)]
enum StatedUnit<'a> {
    /// `单位：万元`: a unit that is not the one of bare numbers.
    Unit(&'a str),
    /// `全年金额`: amounts of more than a month, with the words that say so.
    Months(&'static str),
}

impl<'a> StatedUnit<'a> {
    fn of(text: &'a str) -> Option<Self> {
        const MONTHS: [&str; 22] = [
            "全年金额",
            "年度金额",
            "全年保障金",
            "全年补助",
            "全年补贴",
            "全年发放",
            "按年计",
            "按年填",
            "季度金额",
            "按季计",
            "按季填",
            "按季度计",
            "按季度填",
            "按年度填",
            "三个月合计",
            "三个月的合计",
            "季度合计发放",
            "季度发放数",
            "全季",
            "每人每月补",
            "按人填",
            "人均补差",
        ];
        let months = || MONTHS.into_iter().find(|words| text.contains(words)).map(Self::Months);
        // 低保金发放表（7-9月）: what is paid in three months.
        let paid = || {
            let ranges =
                ["7-9月", "4-6月", "1-3月", "10-12月"].into_iter().find(|words| text.contains(words));
            ranges.filter(|_| text.contains("发放")).map(Self::Months)
        };
        unit_in_text(text).map(Self::Unit).or_else(months).or_else(paid)
    }

    /// The column of the table that it may be meant for.
    fn column(&self, contract: &SourceContract, plan: &ColumnPlan) -> Option<usize> {
        match self {
            Self::Unit(unit) => plan.without_unit.iter().copied().find(|&column| {
                let word = unit.split(['/', '每']).next().unwrap_or("");
                unit::unit_factor(contract.columns[column].kind, word).is_some()
            }),
            Self::Months(_) => (0..contract.columns.len()).find(|&at| {
                let column = &contract.columns[at];
                let monthly = column.kind == ContractType::Money && column.label.contains('月');
                monthly && plan.columns[at].is_some() && plan.months[at].is_none_or(|months| months == 1)
            }),
        }
    }

    /// The error at a place of a table.
    fn error(&self, contract: &SourceContract, info: &RawTableInfo, place: &str, column: usize) -> Error {
        let label = &contract.columns[column].label;
        let (message, unit) = match self {
            Self::Unit(unit) => {
                (format!("{place}写着“单位：{unit}”，“{label}”的表头没有写单位，不知道是不是按它填的"), *unit)
            }
            Self::Months(words) => {
                (format!("{place}写着“{words}”，“{label}”却是一个月的，不知道是不是按它填的"), "元/年")
            }
        };
        let error = Error::input(message)
            .in_file(&info.file)
            .hint(format!(
                "在表头里写明单位，如“{label}({unit})”；或在 sources/{}.toml 的 [[variant]] 里用 units 写明各列的单位",
                contract.name
            ));
        match &info.sheet {
            Some(sheet) => error.in_sheet(sheet),
            None => error,
        }
    }
}

/// Fails if a title says a unit that the headers do not: which columns it is meant for is not known.
///
/// # Errors
/// `单位：万元` above a table with a column of amounts without a unit.
pub(super) fn check_title_units(contract: &SourceContract, plan: &ColumnPlan, raw: &RawTable) -> Result<()> {
    let around = raw.info.around.iter();
    for row in around.chain(&raw.skipped).filter(|row| row.reason == SkipReason::Title) {
        if let Some(said) = StatedUnit::of(&row.text)
            && let Some(column) = said.column(contract, plan)
        {
            return Err(said.error(contract, &raw.info, "标题", column).at_row(row.row.into()));
        }
    }
    Ok(())
}

/// Fails if the name of a sheet or file says a unit that the headers do not.
///
/// # Errors
/// `低保(单位万元).xlsx` with a column of amounts without a unit.
pub(super) fn check_name_units(
    contract: &SourceContract,
    plan: &ColumnPlan,
    info: &RawTableInfo,
) -> Result<()> {
    let file = info.file.to_string_lossy();
    let names = [(info.sheet.as_deref(), "工作表名"), (Some(&*file), "文件名")];
    for (name, place) in names.into_iter().filter_map(|(name, place)| Some((name?, place))) {
        let bracketed = || {
            let mut parts = name.split(['(', ')', '（', '）', '[', ']', '【', '】']).skip(1);
            parts.find(|part| is_other_unit(part)).map(StatedUnit::Unit)
        };
        if let Some(said) = StatedUnit::of(name).or_else(bracketed)
            && let Some(column) = said.column(contract, plan)
        {
            return Err(said.error(contract, info, place, column));
        }
    }
    Ok(())
}

/// Finds the lines below a header that say a unit that the headers do not, of each table the first.
pub(super) fn units_of_lines<'a>(
    contract: &'a SourceContract,
    tables: &'a [Arc<RawTableInfo>],
    plans: &'a [Arc<ColumnPlan>],
    lines: &'a [LineWithin],
) -> impl Iterator<Item = Error> + 'a {
    let of_tables = lines.chunk_by(|line, next| line.table == next.table);
    of_tables.filter_map(move |lines| {
        let (info, plan) = (tables.get(lines[0].table)?, plans.get(lines[0].table)?);
        lines.iter().find_map(|line| {
            let said = StatedUnit::of(&line.text)?;
            let column = said.column(contract, plan)?;
            Some(said.error(contract, info, "表里的说明", column).at_row(line.row.into()))
        })
    })
}

/// Is it a unit of amounts or areas, and not the one of bare numbers?
fn is_other_unit(text: &str) -> bool {
    let word = text.split(['/', '每']).next().unwrap_or("");
    let known =
        [ContractType::Money, ContractType::Area].iter().any(|&kind| unit::unit_factor(kind, word).is_some());
    known && !matches!(text, "元" | "人民币" | "圆" | "元/月" | "平方米" | "㎡" | "平米" | "m2")
}

/// The unit of amounts or areas that a text says (`单位：万元`, `金额单位为万元`, `以万元为单位`).
fn unit_in_text(text: &str) -> Option<&str> {
    let named = text.match_indices("单位").find_map(|(at, word)| {
        let rest = text[at + word.len()..].trim_start();
        let joins = ["均为", "统一为", "都是", "为", "是", "：", ":"];
        let rest = joins.iter().find_map(|join| rest.strip_prefix(join)).unwrap_or(rest).trim_start();
        let ends =
            |c: char| c.is_whitespace() || matches!(c, ')' | '）' | '。' | '.' | '_' | '-' | ']' | '】');
        let end = rest.find(ends).unwrap_or(rest.len());
        rest[..end].split(['、', ',', '，', ';', '；']).find(|part| is_other_unit(part))
    });
    let around = || {
        ["万元", "千元", "百元"].into_iter().find_map(|unit| {
            text.match_indices(unit).find_map(|(at, _)| {
                let (before, behind) = (&text[..at], &text[at + unit.len()..]);
                let by = ["以", "按", "均为", "单位是"].iter().any(|word| before.ends_with(word));
                let so = ["为单位", "计", "填", "列"].iter().any(|word| behind.starts_with(word));
                (by && so).then(|| &text[at..at + unit.len()])
            })
        })
    };
    named.or_else(around)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn units_are_found_however_a_note_says_them() {
        for (text, unit) in [
            ("单位：万元", Some("万元")),
            ("单位:人、万元", Some("万元")),
            ("注：以上金额单位为万元", Some("万元")),
            ("金额单位：万元", Some("万元")),
            ("低保名单(单位万元)", Some("万元")),
            ("农村低保_浚县(金额单位万元).csv", Some("万元")),
            ("金额以万元为单位，保留四位小数", Some("万元")),
            ("本表金额按万元填写。", Some("万元")),
            ("金额单位：元", None),
            ("单位：浚县民政局", None),
            ("填报单位万元村", None),
            ("事业单位人员.csv", None),
            ("共发放12万元", None),
        ] {
            assert_eq!(unit_in_text(text), unit, "{text}");
        }
        assert_eq!(StatedUnit::of("说明：保障金为全年金额"), Some(StatedUnit::Months("全年金额")));
        assert_eq!(StatedUnit::of("保障金按月发放"), None);
    }
}
