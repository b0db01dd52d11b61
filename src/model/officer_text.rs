//! Values as an officer reads them, each kind written in one way wherever it is shown: lists,
//! messages, reports and explanations.

use arrow::array::{Array, AsArray as _};
use arrow::datatypes::{DataType, Date32Type, Int32Type, Int64Type};
use jiff::civil::Date;

use super::column_type::ContractType;
use super::day::day_from_date32;

/// What the numbers of a column mean.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum ValueForm {
    /// Texts, days, and numbers that are nothing but numbers.
    Plain,
    /// Fen.
    Money,
    /// 1/100 square metre.
    Area,
    /// `yyyymm`.
    Month,
    /// 1 and 0.
    Flag,
}

impl ValueForm {
    /// Form of a contract's column.
    pub fn of_type(kind: ContractType) -> Self {
        match kind {
            ContractType::Money => Self::Money,
            ContractType::Area => Self::Area,
            ContractType::Month => Self::Month,
            ContractType::Flag => Self::Flag,
            ContractType::Text | ContractType::Code | ContractType::Integer | ContractType::Date => {
                Self::Plain
            }
        }
    }
    /// Form of a column that a SELECT yields, by the ending of its name: `_fen`, `_centi`, `_month`.
    pub fn of_name(name: &str) -> Self {
        match name {
            _ if name.ends_with("_fen") => Self::Money,
            _ if name.ends_with("_centi") => Self::Area,
            _ if name.ends_with("_month") => Self::Month,
            _ => Self::Plain,
        }
    }
    /// Writes a text that is a number of this form; `None` of other texts, and of codes and plain numbers, which stand as they
    /// are, with all their zeros.
    pub(crate) fn number_of(self, text: &str) -> Option<String> {
        (self != Self::Plain).then(|| text.parse().ok()).flatten().map(|number| self.number(number))
    }
    /// Writes a number of this form.
    pub fn number(self, value: i64) -> String {
        match self {
            Self::Plain => value.to_string(),
            Self::Money => money_text(value),
            Self::Area => area_text(value),
            Self::Month => month_text(value),
            Self::Flag => if value == 0 { "否" } else { "是" }.to_owned(),
        }
    }
    /// Writes a value of a column of the four types that tables have; `None` where it is missing.
    pub fn value(self, array: &dyn Array, row: usize) -> Option<String> {
        if array.is_null(row) {
            return None;
        }
        match array.data_type() {
            DataType::Utf8 => Some(array.as_string::<i32>().value(row).to_owned()),
            DataType::Date32 => day_from_date32(array.as_primitive::<Date32Type>().value(row)).map(day_text),
            DataType::Int32 => Some(self.number(array.as_primitive::<Int32Type>().value(row).into())),
            DataType::Int64 => Some(self.number(array.as_primitive::<Int64Type>().value(row))),
            _ => None,
        }
    }
}

/// Writes an amount in fen: `3208元`, `3208.50元`.
pub(crate) fn money_text(fen: i64) -> String {
    hundredths(fen, "元")
}

/// Writes an area in 1/100 square metre: `60平方米`, `60.25平方米`.
pub(crate) fn area_text(centi: i64) -> String {
    hundredths(centi, "平方米")
}

/// Writes a month `yyyymm`: `2018年9月`.
pub(crate) fn month_text(yyyymm: i64) -> String {
    format!("{}年{}月", yyyymm / 100, yyyymm % 100)
}

/// Writes a day: `2017年7月19日`.
pub(crate) fn day_text(day: Date) -> String {
    format!("{}年{}月{}日", day.year(), day.month(), day.day())
}

/// Whole units without decimals, all others with two.
fn hundredths(value: i64, unit: &str) -> String {
    let sign = if value < 0 { "-" } else { "" };
    let (whole, part) = (value.unsigned_abs() / 100, value.unsigned_abs() % 100);
    match part {
        0 => format!("{sign}{whole}{unit}"),
        _ => format!("{sign}{whole}.{part:02}{unit}"),
    }
}

#[cfg(test)]
mod tests {
    use arrow::array::{Date32Array, Int32Array, StringArray};

    use super::*;

    #[test]
    fn codes_of_digits_are_no_numbers_of_a_form() {
        let of = |kind: ContractType, text: &str| ValueForm::of_type(kind).number_of(text);
        assert_eq!(of(ContractType::Money, "14800"), Some("148元".to_owned()));
        for kind in [ContractType::Code, ContractType::Text, ContractType::Integer] {
            assert_eq!(of(kind, "0012"), None, "it keeps its zeros");
        }
        assert_eq!(of(ContractType::Money, "不详"), None);
    }

    #[test]
    fn amounts_have_two_decimals_or_none() {
        assert_eq!(
            [320_850, 320_800, 5, -150, 0].map(money_text),
            ["3208.50元", "3208元", "0.05元", "-1.50元", "0元"]
        );
        assert_eq!(money_text(i64::MIN), "-92233720368547758.08元");
        assert_eq!([6_025, 6_000].map(area_text), ["60.25平方米", "60平方米"]);
    }

    #[test]
    fn days_and_months_are_written_in_words() {
        assert_eq!(month_text(201_809), "2018年9月");
        assert_eq!(ValueForm::Plain.value(&Date32Array::from(vec![17_366]), 0).unwrap(), "2017年7月19日");
        assert_eq!(
            ValueForm::of_name("start_month").value(&Int32Array::from(vec![201_712]), 0).unwrap(),
            "2017年12月"
        );
    }

    #[test]
    fn a_missing_value_is_none_and_a_flag_is_yes_or_no() {
        assert_eq!(ValueForm::Plain.value(&StringArray::from(vec![None::<&str>]), 0), None);
        let flags = Int32Array::from(vec![0, 1]);
        assert_eq!([0, 1].map(|row| ValueForm::Flag.value(&flags, row).unwrap()), ["否", "是"]);
    }
}
