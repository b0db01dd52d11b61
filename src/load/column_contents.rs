//! What the cells of columns that say who a row is about hold, by a sample: a header over the wrong column makes
//! persons that there are not.

use std::collections::BTreeSet;

use arrow::array::{Array as _, StringArray};

use super::cell_cleaning;
use super::headers::{ColumnPlan, HeaderPlace};
use super::person_cells;
use crate::Error;
use crate::config::{ColumnRole, SourceColumn, SourceContract};
use crate::extract::{RawTable, is_id_text, is_name_text};
use crate::model::cell_words::cell_without_value;
use crate::model::han::is_han;
use crate::model::source_table::RawTableInfo;
use crate::model::written_date;

/// First rows of a table that are looked at, and rows of each further piece.
const FIRST_ROWS: usize = 2000;
const ROWS_OF_A_PIECE: usize = 128;
/// Filled cells by which a column can be judged.
const LEAST_CELLS: usize = 5;
/// Characters of the words for relations; names hold them seldom.
const RELATIONS: [char; 27] = [
    '子', '女', '夫', '妻', '父', '母', '配', '偶', '媳', '婿', '孙', '兄', '弟', '姐', '妹', '姊', '嫂',
    '祖', '侄', '甥', '伯', '叔', '姑', '舅', '岳', '户', '亲',
];

/// What a cell holds instead of what its column is for.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
enum WrongContent {
    IdNumber,
    Name,
    Relation,
    Number,
    NameAndNumber,
    DateForm,
}

/// In the order of the variants.
const WRONG: [(WrongContent, &str); 6] = [
    (WrongContent::IdNumber, "证件号码"),
    (WrongContent::Name, "姓名"),
    (WrongContent::Relation, "与户主关系"),
    (WrongContent::Number, "数字"),
    (WrongContent::NameAndNumber, "连在一起的姓名和证件号码"),
    (WrongContent::DateForm, "读不出是哪一天的写法（年份只写了两位，毫秒数，或日、月、年的次序）"),
];

/// What a raw column was found to hold.
#[derive(Debug)]
struct SampledColumn {
    /// Column of the contract, and raw column.
    column: usize,
    raw: usize,
    filled: usize,
    wrong: [usize; WRONG.len()],
    /// Distinct names among the wrong cells: a word that comes again and again is none.
    names: BTreeSet<String>,
}

/// The sample of one table.
#[derive(Debug)]
pub(super) struct ColumnContents {
    rows: usize,
    columns: Vec<SampledColumn>,
}

impl ColumnContents {
    /// For the columns of a table that play a role whose content can be told.
    pub(super) fn new(contract: &SourceContract, plan: &ColumnPlan) -> Self {
        let own = plan.columns.iter().enumerate().filter_map(|(column, raw)| Some((column, (*raw)?)));
        let of_members = plan.members.iter().flatten().copied();
        let columns = own.chain(of_members).filter(|&(column, _)| contract.columns[column].role.is_some());
        let sampled = |(column, raw)| SampledColumn {
            column,
            raw,
            filled: 0,
            wrong: [0; WRONG.len()],
            names: BTreeSet::new(),
        };
        Self { rows: 0, columns: columns.map(sampled).collect() }
    }

    /// Looks at some rows of a further piece.
    pub(super) fn look(&mut self, contract: &SourceContract, raw: &RawTable) {
        let count = raw.rows.len();
        let step = if self.rows < FIRST_ROWS { 1 } else { count.div_ceil(ROWS_OF_A_PIECE).max(1) };
        let last = if step == 1 { count.min(FIRST_ROWS) } else { count };
        self.rows += last.div_ceil(step);
        let relations = contract.role(ColumnRole::Relation);
        for sampled in &mut self.columns {
            let spec = &contract.columns[sampled.column];
            let cells: &StringArray = &raw.columns[sampled.raw];
            for row in (0..last).step_by(step).filter(|&row| !cells.is_null(row)) {
                let Some(text) = cell_cleaning::clean_cell(cells.value(row)) else { continue };
                let text = cell_cleaning::strip_cell_quote(&text);
                if text.is_empty() || cell_without_value(text).is_some() {
                    continue;
                }
                sampled.filled += 1;
                let Some(wrong) = wrong_content(spec, relations, text) else { continue };
                sampled.wrong[wrong as usize] += 1;
                if wrong == WrongContent::Name {
                    sampled.names.insert(text.to_owned());
                }
            }
        }
    }

    /// The error for each column whose cells are mostly not what the contract has it for.
    pub(super) fn misplaced(&self, contract: &SourceContract, info: &RawTableInfo) -> Vec<Error> {
        let judged = self.columns.iter().filter(|sampled| sampled.filled >= LEAST_CELLS);
        judged.filter_map(|sampled| sampled.misplaced(contract, info)).collect()
    }
}

impl SampledColumn {
    fn misplaced(&self, contract: &SourceContract, info: &RawTableInfo) -> Option<Error> {
        let most = |(at, &cells): (usize, &usize)| (cells * 2 >= self.filled).then_some((at, cells));
        let (at, cells) = self.wrong.iter().enumerate().find_map(most)?;
        let (content, found) = WRONG[at];
        if content == WrongContent::Name && self.names.len() * 2 < cells {
            return None;
        }
        let header = info.headers.get(self.raw).map_or("", String::as_str);
        let label = &contract.columns[self.column].label;
        let message = format!(
            "表头“{header}”（{label}）下面多数不是{label}：看了{}格，其中{cells}格（{}%）是{found}",
            self.filled,
            cells * 100 / self.filled
        );
        Some(HeaderPlace { info, header }.with(message).hint(match content {
            WrongContent::DateForm => "这一列是日期，只是写法读不出来：请提供部门写成 2018-03-01 的样子重新导出".to_owned(),
            WrongContent::NameAndNumber => "请提供部门把姓名和证件号码分成两列后重新导出".to_owned(),
            _ => format!(
                "多半是表头写错或两列写反：对照内容改正表头后重新运行；个别文件的表头确实如此，在 sources/{}.toml \
                 的 [[variant]] 里为它另写 aliases",
                contract.name
            ),
        }))
    }
}

/// Is it a date in a form that is not read: milliseconds since 1970, the day before the month and year, or a year of two
/// digits, whose century nobody knows?
fn is_unread_date(text: &str) -> bool {
    let digits = |part: &str| !part.is_empty() && part.bytes().all(|b| b.is_ascii_digit());
    let number = text.strip_prefix('-').unwrap_or(text);
    if digits(number) {
        return (11..=13).contains(&number.len())
            || number.len() == 6 && is_short_day(&number[..2], &number[2..4], &number[4..]);
    }
    let separated = text.trim_end_matches(['日', '号']);
    let parts: Vec<&str> = separated.split(['.', '-', '/', '年', '月', '\u{3001}', ' ']).collect();
    if let [year, month, day] = parts[..]
        && parts.iter().all(|part| digits(part))
        && is_short_day(year, month, day)
    {
        return true;
    }
    matches!(parts[..], [day, month, year] if parts.iter().all(|part| digits(part)) && day.len() <= 2 && month.len() <= 2 && year.len() == 4)
}

/// Is it a day whose year has two digits?
fn is_short_day(year: &str, month: &str, day: &str) -> bool {
    let within =
        |text: &str, last: u32| text.len() <= 2 && text.parse().is_ok_and(|n: u32| (1..=last).contains(&n));
    year.trim_start_matches('\'').len() == 2 && within(month, 12) && within(day, 31)
}

/// What a cell holds that its column is not for; `None` if it may be what it should.
fn wrong_content(
    column: &SourceColumn,
    relations: Option<&SourceColumn>,
    text: &str,
) -> Option<WrongContent> {
    use ColumnRole::{
        Address, BirthDate, County, GuardianId, GuardianName, IdNumber, Name, Phone, Relation, Sex, Township,
        Village,
    };
    let id = || is_id_text(text).then_some(WrongContent::IdNumber);
    let name = || is_name_text(text).then_some(WrongContent::Name);
    let number = || {
        let plain = |c: char| c.is_ascii_digit() || matches!(c, '.' | ',' | '-' | '元' | '万' | '¥');
        (text.contains(|c: char| c.is_ascii_digit()) && text.chars().all(plain))
            .then_some(WrongContent::Number)
    };
    let form = || is_unread_date(text).then_some(WrongContent::DateForm);
    match column.role? {
        IdNumber | GuardianId => name(),
        Name | GuardianName if person_cells::holds_id_number(text) && text.contains(is_han) => {
            Some(WrongContent::NameAndNumber)
        }
        Name | GuardianName => id().or_else(|| {
            let known = relations.is_some_and(|c| c.codes.find(text).is_some());
            known.then_some(WrongContent::Relation)
        }),
        Relation => id().or_else(|| {
            let known = column.codes.find(text).is_some() || text.contains(RELATIONS);
            if known { None } else { name() }
        }),
        BirthDate => match written_date::parse_written_date(text) {
            Some(_) => None,
            None if written_date::parse_written_month(text).is_some() => None,
            None => id().or_else(form).or_else(number).or_else(name),
        },
        Sex | Phone => id().or_else(|| if column.codes.find(text).is_some() { None } else { name() }),
        County | Township | Village | Address => id(),
        _ => None,
    }
}
