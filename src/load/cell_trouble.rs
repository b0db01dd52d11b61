//! What can be wrong with a cell, and how the department is told.

use crate::config::source_contract::PeriodForm;
use crate::config::{ColumnRole, SourceColumn};
use crate::model::column_type::ContractType;
use crate::model::file_account::CellFault;

/// What is wrong with a cell.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum CellTrouble {
    /// A required value is missing.
    Missing,
    /// Not a day.
    Date,
    /// A month where a day is wanted; the first of the month was taken.
    DayUnknown,
    /// Not a month.
    Month,
    /// `2017.1`, which may have been `2017.10`; January was taken.
    MonthDoubtful,
    /// Not a number, or not in a unit of the column.
    Number,
    /// A number outside the range of the column.
    Range,
    /// Not in the code table.
    Code,
    /// Neither yes nor no.
    Flag,
    /// A required value that is not known (`不详`), or a day that stands for none.
    Unknown,
    /// An amount for another time than the column's, or for each person.
    Rate,
    /// An amount below nothing.
    Negative,
    /// Two people.
    TwoPeople,
    /// An ID number where a name should stand.
    NumberInName,
    /// Not a year or term, or more than one.
    Period,
    /// An ID number beside which stands something else; the number was taken.
    BesideNumber,
    /// A number that a spreadsheet has rounded (`4.1E+13`).
    Rounded,
    /// An end before the beginning.
    EndBeforeStart,
    /// The number of the one whom the person is to be the guardian of.
    GuardianSelf,
    /// The number of the guardian, where the person's own should stand.
    GuardiansNumber,
    /// A name whose characters were made others when it was read in another encoding.
    BrokenName,
    /// A cell is missing here, and those behind it stand one column too early.
    SlidRow,
    /// A cell too many stands here, and those behind it stand one column too late.
    ExtraCell,
    /// No value in the file itself.
    Fault(CellFault),
}

/// Troubles of a cell that nevertheless has a value, beside the faults of a file that leave one.
const VALUE_KEPT: [CellTrouble; 3] =
    [CellTrouble::DayUnknown, CellTrouble::MonthDoubtful, CellTrouble::BesideNumber];

/// Says of a cell that its column, named `label`, has no header.
pub(super) fn no_header_reason(label: &str) -> String {
    format!("“{label}”{}，这一格没有读入，这一行别的格照常读入；补上表头后重报", CellFault::NoHeader.label())
}

impl CellTrouble {
    /// Machine-readable reason.
    pub(super) fn code(self) -> &'static str {
        match self {
            Self::Missing => "missing_required",
            Self::Date => "bad_date",
            Self::DayUnknown => "day_unknown",
            Self::Month => "bad_month",
            Self::MonthDoubtful => "month_doubtful",
            Self::Number => "bad_number",
            Self::Range => "out_of_range",
            Self::Code => "unknown_code",
            Self::Flag => "bad_flag",
            Self::Unknown => "unknown_required",
            Self::Rate => "bad_rate",
            Self::Negative => "negative_amount",
            Self::TwoPeople => "two_people",
            Self::NumberInName => "number_in_name",
            Self::BesideNumber => "beside_number",
            Self::Period => "bad_period",
            Self::Rounded => "rounded_number",
            Self::EndBeforeStart => "end_before_start",
            Self::GuardianSelf => "guardian_self",
            Self::GuardiansNumber => "guardians_number",
            Self::BrokenName => "broken_name",
            Self::Fault(CellFault::ErrorValue) => "error_value",
            Self::Fault(CellFault::FormulaWithoutValue) => "formula_without_value",
            Self::Fault(CellFault::HalfCharacter) => "half_character",
            Self::Fault(CellFault::MemoMissing) => "memo_missing",
            Self::Fault(CellFault::MemoUnreadable) => "memo_unreadable",
            Self::Fault(CellFault::NumberOverflow) => "number_overflow",
            Self::Fault(CellFault::UnreadableType) => "unreadable_type",
            Self::Fault(CellFault::NoHeader) => "no_header",
            Self::Fault(CellFault::StruckOut) => "struck_out",
            Self::Fault(CellFault::StruckPart) => "struck_part",
            Self::Fault(CellFault::RaisedPart) => "raised_part",
            Self::Fault(CellFault::MergedNumber) => "merged_number",
            Self::Fault(CellFault::DayNumber) => "day_number",
            Self::SlidRow => "slid_row",
            Self::ExtraCell => "extra_cell",
        }
    }
    /// Reason and cure for the department.
    pub(super) fn reason(self, column: &SourceColumn) -> String {
        let label = &column.label;
        match self {
            Self::Missing => format!("“{label}”为空；补填后重报"),
            Self::Date => format!("“{label}”不是有效日期；写成 2018-03-01"),
            Self::DayUnknown => format!("“{label}”只写到月，按当月1日计；补填到日"),
            Self::Month => format!("“{label}”不是有效年月；写成 201803"),
            Self::MonthDoubtful => {
                format!("“{label}”可能是1月，也可能是10月（数字2017.10会变成2017.1），按1月计；写成 201710")
            }
            Self::Number => match column.kind {
                ContractType::Money => format!("“{label}”不是有效金额；写成数字，单位为元或万元"),
                ContractType::Area => format!("“{label}”不是有效面积；写成数字，单位为平方米"),
                _ => format!("“{label}”不是整数；写成数字"),
            },
            Self::Range => {
                let [least, most] = column.range.unwrap_or_default();
                format!("“{label}”不在{least}到{most}之间，多半是换了单位或写错；核对改正后重报")
            }
            Self::Code => {
                let labels: Vec<&str> = column.codes.labels().iter().take(12).map(String::as_str).collect();
                format!("“{label}”的取值不在代码表内；可用：{}", labels.join("、"))
            }
            Self::Flag => format!("“{label}”看不出是与否；写“是”或“否”"),
            Self::Unknown => {
                format!("“{label}”没有查明（写的是不详、待核实或代替空值的日期）；查明补填后重报")
            }
            Self::Rate => {
                format!("“{label}”写了按年、按季或按人的金额，不知道怎样折算；折算成该列的单位，只写数字")
            }
            Self::Negative => format!("“{label}”是负数；核对后写成不小于0的数"),
            Self::TwoPeople => format!("“{label}”一格里有两个人；拆成两行，一人一行"),
            Self::BesideNumber => {
                format!(
                    "“{label}”里号码旁边还写着别的话，只读入号码；核对旁边的话（如 已注销），写到该写的列里"
                )
            }
            Self::NumberInName => format!("“{label}”里有证件号码；姓名和证件号码各写各的格"),
            Self::Period => match column.period {
                Some(PeriodForm::Term) => format!("“{label}”看不出是哪一个学期；写成 2018秋"),
                _ => format!("“{label}”看不出是哪一年（年份写四位数）；写成 2018"),
            },
            Self::EndBeforeStart => format!("“{label}”早于开始的年月，不知道是否已经结束；核对后重报"),
            Self::GuardianSelf => {
                format!("“{label}”与本人的证件号码相同，不知道两格里哪一格填错；核对后各填各的号码")
            }
            Self::GuardiansNumber => {
                format!(
                    "“{label}”与监护人的号码相同，多半是监护人的，不是本人的，不能用；填上本人的号码后重报"
                )
            }
            Self::BrokenName => {
                format!("“{label}”是乱码（文字按另一种编码读写过）；从原系统重新导出，或照证件改写后重报")
            }
            Self::Rounded => format!(
                "“{label}”成了科学计数法（如 4.1E+13），后面的数字已经丢失；把该列设为文本格式，从原系统重新导出"
            ),
            Self::Fault(CellFault::ErrorValue) => {
                format!("“{label}”是公式的错误值，没有内容；查出公式的错误，改成数值后重报")
            }
            Self::Fault(CellFault::FormulaWithoutValue) => {
                format!("“{label}”是没有算出结果的公式；用 Excel 或 WPS 打开，重新计算并保存后重报")
            }
            Self::Fault(CellFault::HalfCharacter) => {
                format!("“{label}”末尾的字被截断，只读入前面的字；加宽该字段后重新导出")
            }
            Self::Fault(CellFault::MemoMissing) => {
                format!("“{label}”的内容在备注文件里，文件夹里没有这个文件；与 DBF 一起交来后重新运行")
            }
            Self::Fault(CellFault::MemoUnreadable) => {
                format!("“{label}”的内容在备注文件里读不出来；重新导出 DBF 和备注文件")
            }
            Self::Fault(CellFault::NumberOverflow) => {
                format!("“{label}”是星号：数字超出该字段的宽度，已经丢失；加宽该字段后重新导出")
            }
            Self::Fault(CellFault::NoHeader) => no_header_reason(label),
            Self::Fault(CellFault::StruckOut) => format!(
                "“{label}”整格划了删除线，不知道还算不算数；不算数的改成现在的内容（整行划掉的人删去这一行），算数的取消删除线"
            ),
            Self::Fault(CellFault::StruckPart) => {
                format!("“{label}”有一部分划了删除线，只读入没有划掉的部分；核对后只留现在的内容")
            }
            Self::Fault(CellFault::RaisedPart) => {
                format!("“{label}”有上标或下标（多半是注释号），没有读作内容；核对后去掉注释号")
            }
            Self::Fault(CellFault::MergedNumber) => format!(
                "“{label}”与上面另一个人的合并成一格，只算上面的人的，这一行的人的不清楚；拆开合并的单元格，各填各的"
            ),
            Self::Fault(CellFault::DayNumber) => {
                format!("“{label}”是整数，不知道从哪一天数起，不能用；导出为日期列，或写成 20180301、201803")
            }
            Self::ExtraCell => format!(
                "这一行在“{label}”多了一格，后面的各格都往后错了一列（按提前一列读，内容与各列才相符）；去掉多的一格后重报"
            ),
            Self::SlidRow => format!(
                "这一行从“{label}”起少了一格，后面的各格都往前错了一列（按错后一列读，内容与各列才相符）；把少的一格补上后重报"
            ),
            Self::Fault(CellFault::UnreadableType) => {
                format!("“{label}”是图片、对象或二进制内容，读不出文字；导出为文字列")
            }
        }
    }
    /// True if the cell nevertheless has a value.
    pub(super) fn keeps_value(self) -> bool {
        match self {
            Self::Fault(fault) => fault.keeps_value(),
            trouble => VALUE_KEPT.contains(&trouble),
        }
    }
    /// True if the whole row is to be shown, not the cell.
    pub(super) fn is_of_row(self) -> bool {
        matches!(self, Self::Missing | Self::SlidRow | Self::ExtraCell)
    }
    /// True if the record cannot be accepted because of it.
    pub(super) fn refuses_record(self, column: &SourceColumn) -> bool {
        let person = matches!(column.role, Some(ColumnRole::IdNumber | ColumnRole::Name));
        match self {
            Self::TwoPeople | Self::NumberInName => column.required || person,
            Self::SlidRow | Self::ExtraCell => true,
            trouble if trouble.keeps_value() => false,
            _ => column.required,
        }
    }
}

/// True if a cell nevertheless has a value, by the code of what is wrong with it.
pub(crate) fn keeps_cell_value(code: &str) -> bool {
    let faults = CellFault::VALUE_KEPT.into_iter().map(CellTrouble::Fault);
    VALUE_KEPT.into_iter().chain(faults).any(|trouble| trouble.code() == code)
}
