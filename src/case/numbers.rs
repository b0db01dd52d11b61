//! How numbers of persons are shown in a case.

use std::collections::BTreeSet;

use crate::model::id_number::{IdClass, IdNumber};
use crate::privacy::mask::{mask_id_for_list, mask_numbers_in_text, mask_persons_in_code, own_part};

/// Whether whole numbers and birth dates are shown.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum NumbersShown {
    /// As lists show them.
    Masked,
    /// Whole, to somebody who asked for it by name.
    Whole,
}

/// Numbers of persons that stand in the records of a case: whatever equals one is masked as one.
#[derive(Debug, Default)]
pub(super) struct DeliveredNumbers(BTreeSet<String>);

impl DeliveredNumbers {
    pub(super) fn of<'a>(numbers: impl Iterator<Item = &'a str>) -> Self {
        Self(numbers.filter(|number| number.len() >= 15).map(str::to_owned).collect())
    }
}

impl NumbersShown {
    /// A person's number.
    pub(super) fn number(self, number: &str) -> String {
        match self {
            _ if number.is_empty() => String::new(),
            Self::Whole => number.to_owned(),
            Self::Masked => mask_id_for_list(number),
        }
    }

    /// Any text.
    pub(super) fn text(self, text: &str) -> String {
        match self {
            Self::Whole => text.to_owned(),
            Self::Masked => mask_numbers_in_text(text).into_owned(),
        }
    }

    /// A household's number as lists show it: often its head's number.
    pub(super) fn household(self, number: &str, delivered: &DeliveredNumbers) -> String {
        let number = own_part(number);
        match self {
            Self::Whole => number.to_owned(),
            Self::Masked if delivered.0.contains(number) => mask_id_for_list(number),
            Self::Masked => mask_persons_in_code(number),
        }
    }
}

/// In which places a number differs from another, in words; `""` if that says nothing.
pub(super) fn differing_places(number: &str, other: &str) -> String {
    let (number, other) = (IdNumber::parse(number), IdNumber::parse(other));
    let (Some(one), Some(two)) = (number.text(), other.text()) else { return String::new() };
    if one.len() != 18 || two.len() != 18 || one == two {
        return String::new();
    }
    let places: Vec<String> = (1..)
        .zip(one.chars().zip(two.chars()))
        .filter(|(_, (one, two))| one != two)
        .map(|(place, _): (usize, _)| place.to_string())
        .collect();
    let checked = match number.class {
        IdClass::BadCheck18 => "，校验码不符",
        IdClass::BadDate18 => "，没有这个出生日期",
        _ => "",
    };
    match places.len() {
        1..=3 => format!("（第{}位与前面的不同{checked}）", places.join("、")),
        _ => format!("（与前面的不是一个号{checked}）"),
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn numbers_that_look_alike_under_the_mask_are_told_apart() {
        let (one, two) = ("410621197506100969", "410621197606100969");
        assert_eq!(mask_id_for_list(one), mask_id_for_list(two));
        assert_eq!(differing_places(two, one), "（第10位与前面的不同，校验码不符）");
        assert_eq!(differing_places(one, one), "");
        assert_eq!(differing_places("", one), "");
    }

    #[test]
    fn a_household_number_is_shown_as_on_lists() {
        let delivered = DeliveredNumbers::of(["410621197506100969", ""].into_iter());
        let shown = |number: &str| NumbersShown::Masked.household(number, &delivered);
        assert_eq!(shown("CA|家庭编号|410621|41062100080004"), "41062100080004");
        assert_eq!(shown("410621197506100969"), "410621********0969", "its head's number");
    }
}
