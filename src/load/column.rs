//! One column of one piece of a table: text cells become a typed array.

use std::sync::Arc;

use arrow::array::{Array as _, ArrayRef, ArrowPrimitiveType, PrimitiveArray, PrimitiveBuilder, StringArray};
use arrow::datatypes::{Date32Type, Int32Type, Int64Type};

use super::cell_cleaning;
use super::cell_trouble::CellTrouble;
use super::number::{self, AmountForm, NoAmount};
use super::text_column::{build_code_column, build_text_column};
use crate::config::SourceColumn;
use crate::config::source_contract::PeriodForm;
use crate::model::cell_words::{CellWithoutValue, cell_without_value, is_null_word};
use crate::model::column_type::ContractType;
use crate::model::{written_date, written_period};

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
    pub(super) fn plain(&self) -> bool {
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
    /// Units whose cell says that nobody knows, ascending.
    pub not_stated: Vec<usize>,
    /// Units with a day or word that stands for “it has not ended”, ascending.
    pub no_end: Vec<usize>,
    /// Units of `not_stated` with a program's word for nothing in an optional column of ends, ascending.
    pub null_ends: Vec<usize>,
    /// Units with a day that stands for none, elsewhere, ascending.
    pub placeholder_days: Vec<usize>,
    /// Units with an amount that was converted, ascending.
    pub converted: Vec<usize>,
    /// Units whose ID number lost its decorations, ascending.
    pub cleaned_ids: Vec<usize>,
    /// Units whose name lost the signs beside it, ascending.
    pub marked_names: Vec<usize>,
    /// Units with a day whose midnight in Beijing is written in another zone's time, ascending.
    pub beijing_days: Vec<usize>,
    /// Units with a time of day behind the day, ascending.
    pub with_times: Vec<usize>,
    /// Units with a value that an open code table does not have, ascending.
    pub open_codes: Vec<usize>,
}

impl ColumnFindings {
    /// Was anything found?
    pub(super) fn any(&self) -> bool {
        let lists = [
            &self.not_stated,
            &self.no_end,
            &self.placeholder_days,
            &self.converted,
            &self.cleaned_ids,
            &self.marked_names,
            &self.beijing_days,
            &self.with_times,
            &self.open_codes,
        ];
        !self.troubles.is_empty() || lists.iter().any(|list| !list.is_empty())
    }
    /// A cell with something wrong about it.
    pub(super) fn trouble(&mut self, unit: usize, trouble: CellTrouble) {
        self.troubles.push((unit, trouble));
        if !trouble.keeps_value() && trouble != CellTrouble::Missing {
            self.unknown.push(unit);
        }
    }
    /// A cell that says that nobody knows.
    pub(super) fn not_stated(&mut self, unit: usize, column: &SourceColumn) {
        self.not_stated.push(unit);
        self.unknown(unit, column);
    }
    fn unknown(&mut self, unit: usize, column: &SourceColumn) {
        self.unknown.push(unit);
        if column.required {
            self.troubles.push((unit, CellTrouble::Unknown));
        }
    }
    /// A blank cell.
    pub(super) fn missing(&mut self, unit: usize, column: &SourceColumn) {
        if column.required {
            self.troubles.push((unit, CellTrouble::Missing));
        }
    }
}

/// Outcome of reading a typed cell.
#[derive(Clone, Copy)]
enum CellReading<T> {
    Value(T),
    /// A value in another measure than the column's.
    Converted(T),
    Nothing,
    Unknown,
    /// A program's word for nothing.
    Null,
    /// A day that stands for none; in a column of ends, whatever says that there is none yet.
    NoDay,
    Wrong(CellTrouble),
    Doubtful(T, CellTrouble),
}

/// Does a column count months, by its label or what its own headers say in brackets?
fn counts_months(column: &SourceColumn) -> bool {
    let said = |header: &String| ["(月)", "（月）", "月数"].iter().any(|unit| header.contains(unit));
    column.label.contains('月') || column.headers.iter().any(said)
}

/// Does a column count people, and no households?
fn counts_people(column: &SourceColumn) -> bool {
    let label = &column.label;
    ["人口", "人数", "成员数"].iter().any(|word| label.contains(word)) && !label.contains('户')
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
        ContractType::Integer if column.period == Some(PeriodForm::Year) => {
            Arc::new(build_typed_column::<Int32Type>(column, cells, found, |t| {
                let plain = number::parse_integer(t).filter(|year| PLAUSIBLE_YEARS.contains(year));
                plain
                    .or_else(|| written_period::parse_year(t))
                    .map_or(CellReading::Wrong(CellTrouble::Period), CellReading::Value)
            }))
        }
        ContractType::Integer => {
            let (months, people) = (counts_months(column), counts_people(column));
            Arc::new(build_typed_column::<Int32Type>(column, cells, found, |t| {
                // 2户 among numbers of people.
                let written = number::parse_integer(t).filter(|_| !(people && t.trim_end().ends_with('户')));
                // 2年 in a column of months.
                let factor = if months && t.trim_end().ends_with('年') { 12 } else { factor };
                let whole = written.and_then(|n| n.checked_mul(i32::try_from(factor).ok()?));
                let outside =
                    |value: i32| column.range.is_some_and(|[least, most]| !(least..=most).contains(&value));
                match whole {
                    Some(value) if outside(value) => CellReading::Wrong(CellTrouble::Range),
                    // There are no fewer people, months or rooms than none.
                    Some(value) if value < 0 && column.range.is_none() => {
                        CellReading::Wrong(CellTrouble::Negative)
                    }
                    Some(value) if factor != 1 => CellReading::Converted(value),
                    Some(value) => CellReading::Value(value),
                    None => CellReading::Wrong(CellTrouble::Number),
                }
            }))
        }
        ContractType::Money | ContractType::Area => {
            let months = column.rate.map(|rate| rate.months());
            let form = AmountForm { kind, factor, months, written, negative: column.negative };
            Arc::new(build_typed_column::<Int64Type>(column, cells, found, |t| {
                match number::parse_amount(form, t) {
                    Ok(amount) if amount.converted => CellReading::Converted(amount.value),
                    Ok(amount) => CellReading::Value(amount.value),
                    Err(NoAmount::Number) => CellReading::Wrong(CellTrouble::Number),
                    Err(NoAmount::Rate) => CellReading::Wrong(CellTrouble::Rate),
                    Err(NoAmount::Negative) => CellReading::Wrong(CellTrouble::Negative),
                }
            }))
        }
        ContractType::Date => {
            let days = build_typed_column::<Date32Type>(column, cells, found, |t| {
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
            });
            Arc::new(days_of_times(days, cells, found))
        }
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

/// Fewest times of a column that show in which zone it was written.
const FEWEST_TIMES: usize = 5;
/// Midnight in Beijing at Greenwich, in minutes; an hour earlier in the summers that had summer time.
const GREENWICH_MIDNIGHTS: [i32; 2] = [15 * 60, 16 * 60];

/// Sets right days that were written as the moment at Greenwich at which they began in Beijing, where most times of a
/// column are that hour, and notes other times of day.
fn days_of_times(
    days: PrimitiveArray<Date32Type>,
    cells: &ColumnCells<'_>,
    found: &mut ColumnFindings,
) -> PrimitiveArray<Date32Type> {
    let minute = |at: usize| cells.get(at).and_then(written_date::minute_of_day);
    let times: Vec<(usize, i32)> =
        (0..cells.len()).filter(|&at| days.is_valid(at)).filter_map(|at| Some((at, minute(at)?))).collect();
    let at_greenwich = |minute: &i32| GREENWICH_MIDNIGHTS.contains(minute);
    let many = times.iter().filter(|(_, minute)| at_greenwich(minute)).count();
    if many < FEWEST_TIMES || many * 2 <= times.len() {
        found.with_times.extend(times.iter().filter(|(_, minute)| *minute != 0).map(|(at, _)| *at));
        return days;
    }
    let mut values = days.values().to_vec();
    for &(at, minute) in &times {
        if at_greenwich(&minute) {
            values[at] += 1;
            found.beijing_days.push(at);
        } else if minute != 0 {
            found.with_times.push(at);
        }
    }
    PrimitiveArray::new(values.into(), days.nulls().cloned())
}

/// Years that a list may speak of; others are a slip of the pen, or no years.
const PLAUSIBLE_YEARS: std::ops::RangeInclusive<i32> = 1949..=2099;

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
                if column.end && cell_cleaning::says_not_ended(text) {
                    return CellReading::NoDay;
                }
                match cell_without_value(text) {
                    Some(CellWithoutValue::Blank) => return CellReading::Nothing,
                    Some(CellWithoutValue::Unknown) if is_null_word(text) => return CellReading::Null,
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
            CellReading::Converted(value) => {
                builder.append_value(value);
                found.converted.push(index);
            }
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
                found.not_stated(index, column);
            }
            CellReading::Null => {
                builder.append_null();
                found.not_stated(index, column);
                if column.end && !column.required {
                    found.null_ends.push(index);
                }
            }
            CellReading::NoDay if column.end => {
                builder.append_null();
                found.no_end.push(index);
                found.missing(index, column);
            }
            CellReading::NoDay => {
                builder.append_null();
                found.placeholder_days.push(index);
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
