//! One column of one piece of a table: text cells become a typed array.

use std::borrow::Cow;
use std::sync::Arc;

use arrow::array::{
    Array as _, ArrayRef, ArrowPrimitiveType, PrimitiveArray, PrimitiveBuilder, StringArray, StringBuilder,
};
use arrow::datatypes::{Date32Type, Int32Type, Int64Type};

use super::number::{AmountForm, NoAmount};
use super::{cell_cleaning, number, person_cells};
use crate::config::{ColumnRole, SourceColumn};
use crate::model::cell_words::{CellWithoutValue, cell_without_value};
use crate::model::column_type::ContractType;
use crate::model::file_account::CellFault;
use crate::model::written_date;

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
    /// No value in the file itself.
    Fault(CellFault),
}

/// Troubles of a cell that nevertheless has a value.
const VALUE_KEPT: [CellTrouble; 3] =
    [CellTrouble::DayUnknown, CellTrouble::MonthDoubtful, CellTrouble::Fault(CellFault::HalfCharacter)];

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
            Self::Code => "unknown_code",
            Self::Flag => "bad_flag",
            Self::Unknown => "unknown_required",
            Self::Rate => "bad_rate",
            Self::Negative => "negative_amount",
            Self::TwoPeople => "two_people",
            Self::NumberInName => "number_in_name",
            Self::Fault(CellFault::ErrorValue) => "error_value",
            Self::Fault(CellFault::FormulaWithoutValue) => "formula_without_value",
            Self::Fault(CellFault::HalfCharacter) => "half_character",
            Self::Fault(CellFault::MemoMissing) => "memo_missing",
            Self::Fault(CellFault::MemoUnreadable) => "memo_unreadable",
            Self::Fault(CellFault::NumberOverflow) => "number_overflow",
            Self::Fault(CellFault::UnreadableType) => "unreadable_type",
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
            Self::NumberInName => {
                format!("“{label}”里有证件号码；姓名和证件号码各写各的格")
            }
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
            Self::Fault(CellFault::UnreadableType) => {
                format!("“{label}”是图片、对象或二进制内容，读不出文字；导出为文字列")
            }
        }
    }
    /// True if the cell nevertheless has a value.
    pub(super) fn keeps_value(self) -> bool {
        VALUE_KEPT.contains(&self)
    }
    /// The same of a trouble known by its code.
    pub(super) fn code_keeps_value(code: &str) -> bool {
        VALUE_KEPT.iter().any(|trouble| trouble.code() == code)
    }
    /// True if the record cannot be accepted because of it.
    pub(super) fn refuses_record(self, column: &SourceColumn) -> bool {
        let person = matches!(column.role, Some(ColumnRole::IdNumber | ColumnRole::Name));
        match self {
            Self::TwoPeople | Self::NumberInName => column.required || person,
            Self::DayUnknown | Self::MonthDoubtful => false,
            _ => column.required,
        }
    }
}

/// Where the cells of a column come from.
pub(super) enum ColumnCells<'a> {
    /// No raw column: only the default.
    Absent(usize),
    /// Straight from a raw column.
    Raw(&'a StringArray),
    /// One text per unit (members, filled-down cells).
    Units(Vec<Option<&'a str>>),
}

impl<'a> ColumnCells<'a> {
    /// Number of cells.
    pub(super) fn len(&self) -> usize {
        match self {
            Self::Absent(len) => *len,
            Self::Raw(array) => array.len(),
            Self::Units(texts) => texts.len(),
        }
    }
    /// Is every cell clean already? May wrongly say no.
    fn plain(&self) -> bool {
        let Self::Raw(array) = self else { return false };
        let offsets = array.value_offsets();
        let (from, to) = (offsets[0] as usize, offsets[array.len()] as usize);
        cell_cleaning::is_plain_cell(&array.value_data()[from..to])
    }
    /// Text of a cell as delivered.
    pub(super) fn get(&self, index: usize) -> Option<&'a str> {
        match self {
            Self::Absent(_) => None,
            Self::Raw(array) => (!array.is_null(index)).then(|| array.value(index)),
            Self::Units(texts) => texts[index],
        }
    }
}

/// What was found in the cells of a column besides values.
#[derive(Debug, Default)]
pub(super) struct ColumnFindings {
    /// (unit, what is wrong), ascending.
    pub troubles: Vec<(usize, CellTrouble)>,
    /// Units whose cell is filled and not known, ascending.
    pub unknown: Vec<usize>,
    /// Days that stand for “it has not ended”.
    pub no_end: u64,
    /// Days that stand for none, elsewhere.
    pub placeholder_days: u64,
    /// ID numbers that lost their decorations.
    pub cleaned: u64,
}

impl ColumnFindings {
    fn trouble(&mut self, unit: usize, trouble: CellTrouble) {
        self.troubles.push((unit, trouble));
        if !trouble.keeps_value() && trouble != CellTrouble::Missing {
            self.unknown.push(unit);
        }
    }
    fn unknown(&mut self, unit: usize, column: &SourceColumn) {
        self.unknown.push(unit);
        if column.required {
            self.troubles.push((unit, CellTrouble::Unknown));
        }
    }
    fn missing(&mut self, unit: usize, column: &SourceColumn) {
        if column.required {
            self.troubles.push((unit, CellTrouble::Missing));
        }
    }
}

/// Outcome of reading a typed cell.
#[derive(Clone, Copy)]
enum CellReading<T> {
    Value(T),
    Nothing,
    Unknown,
    /// A day that stands for none.
    NoDay,
    Wrong(CellTrouble),
    Doubtful(T, CellTrouble),
}

/// Types the cells. Bare amounts have a unit of this factor and are for so many months, where the header says it.
pub(super) fn build_column(
    column: &SourceColumn,
    cells: &ColumnCells<'_>,
    (factor, written): (i64, Option<i64>),
    found: &mut ColumnFindings,
) -> ArrayRef {
    let kind = column.kind;
    match kind {
        ContractType::Text => build_text_column(column, cells, found),
        ContractType::Code => build_code_column(column, cells, found),
        ContractType::Integer => Arc::new(build_typed_column::<Int32Type>(column, cells, found, |t| {
            number::parse_integer(t).map_or(CellReading::Wrong(CellTrouble::Number), CellReading::Value)
        })),
        ContractType::Money | ContractType::Area => {
            let months = column.rate.map(|rate| rate.months());
            let form = AmountForm { kind, factor, months, written, negative: column.negative };
            Arc::new(build_typed_column::<Int64Type>(column, cells, found, |t| {
                match number::parse_amount(form, t) {
                    Ok(value) => CellReading::Value(value),
                    Err(NoAmount::Number) => CellReading::Wrong(CellTrouble::Number),
                    Err(NoAmount::Rate) => CellReading::Wrong(CellTrouble::Rate),
                    Err(NoAmount::Negative) => CellReading::Wrong(CellTrouble::Negative),
                }
            }))
        }
        ContractType::Date => Arc::new(build_typed_column::<Date32Type>(column, cells, found, |t| {
            if cell_cleaning::is_no_day(t, column.end) {
                return CellReading::NoDay;
            }
            match written_date::parse_written_date(t) {
                Some(day) if day.day.is_none() => {
                    CellReading::Doubtful(day.date32(), CellTrouble::DayUnknown)
                }
                Some(day) => CellReading::Value(day.date32()),
                None if cell_cleaning::is_open_end(t) => CellReading::Nothing,
                None => CellReading::Wrong(CellTrouble::Date),
            }
        })),
        ContractType::Month => Arc::new(build_typed_column::<Int32Type>(column, cells, found, |t| {
            if cell_cleaning::is_no_day(t, column.end) {
                return CellReading::NoDay;
            }
            match written_date::parse_written_month(t) {
                Some(written) if written.doubtful => {
                    CellReading::Doubtful(written.month, CellTrouble::MonthDoubtful)
                }
                Some(written) => CellReading::Value(written.month),
                None if cell_cleaning::is_open_end(t) => CellReading::Nothing,
                None => CellReading::Wrong(CellTrouble::Month),
            }
        })),
        ContractType::Flag => Arc::new(build_typed_column::<Int32Type>(column, cells, found, |t| {
            cell_cleaning::parse_flag(t).map_or(CellReading::Wrong(CellTrouble::Flag), CellReading::Value)
        })),
    }
}

fn build_typed_column<T: ArrowPrimitiveType>(
    column: &SourceColumn,
    cells: &ColumnCells<'_>,
    found: &mut ColumnFindings,
    read: impl Fn(&str) -> CellReading<T::Native>,
) -> PrimitiveArray<T> {
    let plain = cells.plain();
    let read = |raw: &str| -> CellReading<T::Native> {
        let clean;
        let text = if plain {
            raw
        } else {
            clean = cell_cleaning::clean_cell(raw);
            let Some(text) = &clean else { return CellReading::Nothing };
            cell_cleaning::strip_cell_quote(text)
        };
        match read(text) {
            CellReading::Wrong(trouble) => {
                match cell_without_value(text) {
                    Some(CellWithoutValue::Blank) => return CellReading::Nothing,
                    Some(CellWithoutValue::Unknown) => return CellReading::Unknown,
                    None => {}
                }
                match cell_cleaning::fold_cell_width(text) {
                    Some(folded) => read(folded.trim()),
                    None => CellReading::Wrong(trouble),
                }
            }
            other => other,
        }
    };
    let default = column.default.as_deref().and_then(cell_cleaning::clean_cell);
    let default = default.and_then(|text| match read(cell_cleaning::strip_cell_quote(&text)) {
        CellReading::Value(value) => Some(value),
        _ => None,
    });
    let mut builder = PrimitiveBuilder::<T>::with_capacity(cells.len());
    // Many cells say what the one above says.
    let mut above: Option<(&str, CellReading<T::Native>)> = None;
    for index in 0..cells.len() {
        let outcome = match (cells.get(index), above) {
            (None, _) => CellReading::Nothing,
            (Some(text), Some((same, outcome))) if text == same => outcome,
            (Some(text), _) => {
                let outcome = read(text);
                above = Some((text, outcome));
                outcome
            }
        };
        match outcome {
            CellReading::Value(value) => builder.append_value(value),
            CellReading::Doubtful(value, trouble) => {
                builder.append_value(value);
                found.trouble(index, trouble);
            }
            CellReading::Wrong(trouble) => {
                builder.append_null();
                found.trouble(index, trouble);
            }
            CellReading::Unknown => {
                builder.append_null();
                found.unknown(index, column);
            }
            CellReading::NoDay if column.end => {
                builder.append_null();
                found.no_end += 1;
                found.missing(index, column);
            }
            CellReading::NoDay => {
                builder.append_null();
                found.placeholder_days += 1;
                found.unknown(index, column);
            }
            CellReading::Nothing => match default {
                Some(value) => builder.append_value(value),
                None => {
                    builder.append_null();
                    found.missing(index, column);
                }
            },
        }
    }
    builder.finish()
}

/// What a text cell holds.
enum TextReading<'a> {
    Value(Cow<'a, str>),
    Blank,
    Unknown,
    TwoPeople,
    NumberInName,
}

/// Reads the text cells of one column.
struct TextForm {
    /// What stands there is judged in the next stage, apostrophes and all.
    raw: bool,
    /// Holds ID numbers.
    id: bool,
    /// Holds names of persons.
    name: bool,
    /// Holds numbers of households, among which nought is none.
    household: bool,
}

impl TextForm {
    fn of(column: &SourceColumn) -> Self {
        use ColumnRole::{GuardianId, GuardianName, Household, IdNumber, Name, StudentNo};
        let plays = |roles: &[ColumnRole]| column.role.is_some_and(|role| roles.contains(&role));
        Self {
            raw: plays(&[IdNumber, GuardianId, StudentNo]),
            id: plays(&[IdNumber, GuardianId]),
            name: plays(&[Name, GuardianName]),
            household: plays(&[Household]),
        }
    }
    /// Is a text that is clean already a value, as it stands?
    fn stays(&self, text: &str) -> bool {
        if self.id && text.len() == 18 {
            return text.bytes().all(|b| b.is_ascii_alphanumeric() || b == b'*');
        }
        cell_without_value(text).is_none()
            && !(self.household && is_nought(text))
            && !(self.name && text.contains([',', ';', '\n', '\r', '、', '\u{FF0C}', '\u{FF1B}']))
            && !(self.name && text.len() >= 15)
            && !(self.id && text.len() >= 15)
    }
    fn read<'a>(&self, raw: &'a str, found: &mut ColumnFindings) -> TextReading<'a> {
        let Some(clean) = cell_cleaning::clean_cell(raw) else { return TextReading::Blank };
        match cell_without_value(&clean) {
            Some(CellWithoutValue::Blank) => return TextReading::Blank,
            Some(CellWithoutValue::Unknown) => return TextReading::Unknown,
            None if self.household && is_nought(&clean) => return TextReading::Blank,
            None => {}
        }
        if self.id && person_cells::holds_two_ids(raw) || self.name && person_cells::holds_two_names(raw) {
            return TextReading::TwoPeople;
        }
        if self.name && person_cells::holds_id_number(&clean) {
            return TextReading::NumberInName;
        }
        if self.id
            && let Some(bare) = person_cells::undecorated_id(&clean)
        {
            found.cleaned += 1;
            return TextReading::Value(Cow::Owned(bare));
        }
        if self.raw || cell_cleaning::strip_cell_quote(&clean).len() == clean.len() {
            return TextReading::Value(clean);
        }
        TextReading::Value(Cow::Owned(cell_cleaning::strip_cell_quote(&clean).to_owned()))
    }
}

fn is_nought(text: &str) -> bool {
    text.bytes().all(|b| b == b'0')
}

fn build_text_column(column: &SourceColumn, cells: &ColumnCells<'_>, found: &mut ColumnFindings) -> ArrayRef {
    let form = TextForm::of(column);
    let plain = cells.plain();
    let clean = |text: &str| {
        plain
            || matches!(cell_cleaning::clean_cell(text), Some(Cow::Borrowed(c))
                if c.len() == text.len() && (form.raw || cell_cleaning::strip_cell_quote(c).len() == c.len()))
    };
    if let ColumnCells::Raw(array) = cells
        && column.default.is_none()
        && array.iter().flatten().all(|text| form.stays(text) && clean(text))
    {
        if column.required {
            let missing = (0..array.len()).filter(|&i| array.is_null(i));
            found.troubles.extend(missing.map(|i| (i, CellTrouble::Missing)));
        }
        // Nothing to change: the delivered column is the loaded column.
        return Arc::new((*array).clone());
    }
    let mut builder = StringBuilder::with_capacity(cells.len(), cells.len() * 12);
    for index in 0..cells.len() {
        match cells.get(index).map_or(TextReading::Blank, |text| form.read(text, found)) {
            TextReading::Value(text) => builder.append_value(text),
            TextReading::Unknown => {
                builder.append_null();
                found.unknown(index, column);
            }
            TextReading::TwoPeople => {
                builder.append_null();
                found.trouble(index, CellTrouble::TwoPeople);
            }
            TextReading::NumberInName => {
                builder.append_null();
                found.trouble(index, CellTrouble::NumberInName);
            }
            TextReading::Blank => match &column.default {
                Some(default) => builder.append_value(default),
                None => {
                    builder.append_null();
                    found.missing(index, column);
                }
            },
        }
    }
    Arc::new(builder.finish())
}

fn build_code_column(column: &SourceColumn, cells: &ColumnCells<'_>, found: &mut ColumnFindings) -> ArrayRef {
    let codes = &*column.codes;
    let default = column.default.as_deref().and_then(|d| codes.label(d));
    let mut builder = StringBuilder::with_capacity(cells.len(), cells.len() * 12);
    // Coded cells repeat in runs; remember the last few answers.
    let mut recent: [(&str, usize); 8] = [("", usize::MAX); 8];
    for index in 0..cells.len() {
        let mut value: Option<Cow<'_, str>> = None;
        if let Some(raw) = cells.get(index) {
            let slot = raw.len().wrapping_add(raw.as_bytes().last().copied().unwrap_or(0) as usize) & 7;
            if recent[slot].1 != usize::MAX && recent[slot].0 == raw {
                builder.append_value(&codes.labels()[recent[slot].1]);
                continue;
            }
            if let Some(text) = cell_cleaning::clean_cell(raw) {
                let text: Cow<'_, str> = match text {
                    Cow::Borrowed(t) => Cow::Borrowed(cell_cleaning::strip_cell_quote(t)),
                    Cow::Owned(t) => Cow::Owned(cell_cleaning::strip_cell_quote(&t).to_owned()),
                };
                if let Some(found) = find_column_code(column, &text) {
                    recent[slot] = (raw, found);
                    builder.append_value(&codes.labels()[found]);
                    continue;
                }
                match cell_without_value(&text) {
                    Some(CellWithoutValue::Blank) => {}
                    Some(CellWithoutValue::Unknown) => {
                        builder.append_null();
                        found.unknown(index, column);
                        continue;
                    }
                    None if column.open => value = Some(text),
                    None => {
                        builder.append_null();
                        found.trouble(index, CellTrouble::Code);
                        continue;
                    }
                }
            }
        }
        match value.as_deref().or(default) {
            Some(value) => builder.append_value(value),
            None => {
                builder.append_null();
                found.missing(index, column);
            }
        }
    }
    Arc::new(builder.finish())
}

/// The label a text stands for; `01-男` and `01 男` are read by their label.
fn find_column_code(column: &SourceColumn, text: &str) -> Option<usize> {
    column.codes.find(text).or_else(|| {
        let rest = text.trim_start_matches(|c: char| c.is_ascii_digit());
        let label = rest.trim_start_matches(['-', '_', '.', ':', '、', ' ', '|']);
        (label.len() < rest.len() && rest.len() < text.len()).then(|| column.codes.find(label)).flatten()
    })
}
