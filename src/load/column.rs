//! One column of one piece of a table: text cells become a typed array.

use std::borrow::Cow;
use std::sync::Arc;

use arrow::array::{
    Array as _, ArrayRef, ArrowPrimitiveType, PrimitiveArray, PrimitiveBuilder, StringArray, StringBuilder,
};
use arrow::datatypes::{Date32Type, Int32Type, Int64Type};

use super::{cell_cleaning, number};
use crate::config::{ColumnRole, SourceColumn};
use crate::model::column_type::ContractType;
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
            Self::Code => "unknown_code",
            Self::Flag => "bad_flag",
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
        }
    }
    /// True if the cell nevertheless has a value.
    pub(super) fn keeps_value(self) -> bool {
        matches!(self, Self::DayUnknown | Self::MonthDoubtful)
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

/// Outcome of reading a typed cell.
#[derive(Clone, Copy)]
enum CellReading<T> {
    Value(T),
    Nothing,
    Wrong(CellTrouble),
    Doubtful(T, CellTrouble),
}

/// Types the cells; `troubles` receives (unit, what) in ascending order.
pub(super) fn build_column(
    column: &SourceColumn,
    cells: &ColumnCells<'_>,
    factor: i64,
    troubles: &mut Vec<(usize, CellTrouble)>,
) -> ArrayRef {
    let kind = column.kind;
    match kind {
        ContractType::Text => build_text_column(column, cells, troubles),
        ContractType::Code => build_code_column(column, cells, troubles),
        ContractType::Integer => Arc::new(build_typed_column::<Int32Type>(column, cells, troubles, |t| {
            number::parse_integer(t).map_or(CellReading::Wrong(CellTrouble::Number), CellReading::Value)
        })),
        ContractType::Money | ContractType::Area => {
            Arc::new(build_typed_column::<Int64Type>(column, cells, troubles, |t| {
                number::parse_measured_number(kind, t, factor)
                    .map_or(CellReading::Wrong(CellTrouble::Number), CellReading::Value)
            }))
        }
        ContractType::Date => Arc::new(build_typed_column::<Date32Type>(column, cells, troubles, |t| {
            match written_date::parse_written_date(t) {
                Some(day) if day.day.is_none() => {
                    CellReading::Doubtful(day.date32(), CellTrouble::DayUnknown)
                }
                Some(day) => CellReading::Value(day.date32()),
                None if cell_cleaning::is_open_end(t) => CellReading::Nothing,
                None => CellReading::Wrong(CellTrouble::Date),
            }
        })),
        ContractType::Month => Arc::new(build_typed_column::<Int32Type>(column, cells, troubles, |t| {
            match written_date::parse_written_month(t) {
                Some(written) if written.doubtful => {
                    CellReading::Doubtful(written.month, CellTrouble::MonthDoubtful)
                }
                Some(written) => CellReading::Value(written.month),
                None if cell_cleaning::is_open_end(t) => CellReading::Nothing,
                None => CellReading::Wrong(CellTrouble::Month),
            }
        })),
        ContractType::Flag => Arc::new(build_typed_column::<Int32Type>(column, cells, troubles, |t| {
            cell_cleaning::parse_flag(t).map_or(CellReading::Wrong(CellTrouble::Flag), CellReading::Value)
        })),
    }
}

fn build_typed_column<T: ArrowPrimitiveType>(
    column: &SourceColumn,
    cells: &ColumnCells<'_>,
    troubles: &mut Vec<(usize, CellTrouble)>,
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
                if cell_cleaning::is_nothing_cell(text) {
                    return CellReading::Nothing;
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
                troubles.push((index, trouble));
            }
            CellReading::Wrong(trouble) => {
                builder.append_null();
                troubles.push((index, trouble));
            }
            CellReading::Nothing => match default {
                Some(value) => builder.append_value(value),
                None => {
                    builder.append_null();
                    if column.required {
                        troubles.push((index, CellTrouble::Missing));
                    }
                }
            },
        }
    }
    builder.finish()
}

fn build_text_column(
    column: &SourceColumn,
    cells: &ColumnCells<'_>,
    troubles: &mut Vec<(usize, CellTrouble)>,
) -> ArrayRef {
    // What stands in an ID column is judged in the next stage, apostrophes and all.
    let raw =
        matches!(column.role, Some(ColumnRole::IdNumber | ColumnRole::GuardianId | ColumnRole::StudentNo));
    let clean = |text| -> Option<Cow<'_, str>> {
        let clean = cell_cleaning::clean_cell(text)?;
        if raw || cell_cleaning::strip_cell_quote(&clean).len() == clean.len() {
            return Some(clean);
        }
        Some(Cow::Owned(cell_cleaning::strip_cell_quote(&clean).to_owned()))
    };
    let stays = |t| matches!(clean(t), Some(Cow::Borrowed(c)) if c.len() == t.len());
    if let ColumnCells::Raw(array) = cells
        && column.default.is_none()
        && (cells.plain() || array.iter().flatten().all(stays))
    {
        if column.required {
            troubles
                .extend((0..array.len()).filter(|&i| array.is_null(i)).map(|i| (i, CellTrouble::Missing)));
        }
        // Nothing to change: the delivered column is the loaded column.
        return Arc::new((*array).clone());
    }
    let mut builder = StringBuilder::with_capacity(cells.len(), cells.len() * 12);
    for index in 0..cells.len() {
        match cells.get(index).and_then(clean) {
            Some(text) => builder.append_value(text),
            None => match &column.default {
                Some(default) => builder.append_value(default),
                None => {
                    builder.append_null();
                    if column.required {
                        troubles.push((index, CellTrouble::Missing));
                    }
                }
            },
        }
    }
    Arc::new(builder.finish())
}

fn build_code_column(
    column: &SourceColumn,
    cells: &ColumnCells<'_>,
    troubles: &mut Vec<(usize, CellTrouble)>,
) -> ArrayRef {
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
                if column.open {
                    value = (!cell_cleaning::is_nothing_cell(&text)).then_some(text);
                } else if !cell_cleaning::is_nothing_cell(&text) {
                    builder.append_null();
                    troubles.push((index, CellTrouble::Code));
                    continue;
                }
            }
        }
        match value.as_deref().or(default) {
            Some(value) => builder.append_value(value),
            None => {
                builder.append_null();
                if column.required {
                    troubles.push((index, CellTrouble::Missing));
                }
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
