//! What the digits of an ID number say: a province, a birth date, a check character.

use super::WrittenDigit;
use super::explained::is_date;
use crate::model::id_number::{id_check_of_digits, is_province_prefix};

/// The number that digits write.
pub(super) fn number_of(digits: &[u8]) -> u64 {
    digits.iter().fold(0, |sum, &d| sum * 10 + u64::from(d))
}

/// A province's digits come first.
pub(super) fn has_province(digits: &[u8]) -> bool {
    // The other four of a prefix do not matter.
    u32::try_from(number_of(&digits[..2])).is_ok_and(|province| is_province_prefix(province * 10_000))
}

/// The birth date of an ID number of 18 characters.
pub(super) fn has_birth_date(digits: &[u8]) -> bool {
    is_date(number_of(&digits[6..10]), number_of(&digits[10..12]), number_of(&digits[12..14]))
}

/// The birth date of an ID number of 15 digits, whose year has two.
pub(super) fn has_old_birth_date(digits: &[u8]) -> bool {
    (1..=12).contains(&number_of(&digits[8..10])) && (1..=31).contains(&number_of(&digits[10..12]))
}

/// The last of 18 characters is the one that the others call for.
pub(super) fn has_right_check(digits: &[u8]) -> bool {
    digits[17] == id_check_of_digits(digits)
}

/// A province first, and a century where the year of birth stands.
pub(super) fn begins_with_identity(digits: &[WrittenDigit]) -> bool {
    digits.first_chunk::<8>().is_some_and(|first| begins_as_identity(&first.map(|d| d.digit)))
}

/// As [`begins_with_identity`], of the digits alone.
pub(super) fn begins_as_identity(digits: &[u8]) -> bool {
    digits.len() >= 8 && has_province(digits) && matches!(number_of(&digits[6..8]), 19 | 20)
}
