//! ID numbers and phones of which any share is typed with letters, signs and numerals: `41O6O22OO8O1O5OO11`. What is
//! shaped like one is one, whatever its characters.

use super::digit_runs::Gap;
use super::identity_digits::{has_birth_date, has_old_birth_date, has_province};
use super::{DigitLook, NumberKind, WrittenDigit, WrittenNumber, X};
use crate::privacy::number_glyphs::{NumberGlyph, number_glyph};

/// A character that may be a digit.
#[derive(Debug, Clone, Copy)]
struct SpelledDigit {
    digit: WrittenDigit,
    /// What stands before it, unless the digit before is its neighbour.
    gap: Option<Gap>,
    /// A number may begin here: only letters stand before it in its run.
    begins: bool,
    /// A number may end here.
    ends: bool,
}

/// The numbers in which at least one digit is none.
pub(super) fn spelled_numbers(text: &str) -> Vec<WrittenNumber> {
    let digits = read_spelled_digits(text);
    let mut found = Vec::new();
    let mut first = 0;
    while first < digits.len() {
        let number = digits[first].begins.then(|| spelled_number(&digits[first..])).flatten();
        first += number.as_ref().map_or(1, WrittenNumber::len);
        found.extend(number);
    }
    found
}

fn read_spelled_digits(text: &str) -> Vec<SpelledDigit> {
    let mut digits: Vec<SpelledDigit> = Vec::new();
    let mut gap = Gap { border: true, ..Gap::new() };
    let mut apart = true;
    for (start, c) in text.char_indices() {
        let (digit, look) = match number_glyph(c) {
            NumberGlyph::Digit(digit) => (digit, DigitLook::Plain),
            NumberGlyph::LookAlike(digit) => (digit, DigitLook::Letter),
            NumberGlyph::Numeral(digit) => (digit, DigitLook::Numeral),
            NumberGlyph::Check => (X, DigitLook::Letter),
            NumberGlyph::Invisible => continue,
            glyph => {
                gap.take(c, glyph);
                apart = true;
                continue;
            }
        };
        let begins =
            apart || digits.last().is_some_and(|last| last.begins && last.digit.look != DigitLook::Plain);
        let digit = WrittenDigit { start, end: start + c.len_utf8(), digit, look };
        digits.push(SpelledDigit { digit, gap: apart.then_some(gap), begins, ends: false });
        gap = Gap::new();
        apart = false;
    }
    let mut ends = true;
    for digit in digits.iter_mut().rev() {
        digit.ends = ends;
        ends = digit.gap.is_some() || ends && digit.digit.look != DigitLook::Plain;
    }
    digits
}

/// The number that begins with the first of these digits.
fn spelled_number(digits: &[SpelledDigit]) -> Option<WrittenNumber> {
    let of_length = |length: usize, kind: NumberKind, is_one: fn(&[u8]) -> bool| {
        let taken = digits.get(..length).filter(|taken| taken[length - 1].ends)?;
        let spelled = taken.iter().any(|d| d.digit.look != DigitLook::Plain && d.digit.digit != X);
        let mut values = [0; 18];
        values.iter_mut().zip(taken).for_each(|(value, d)| *value = d.digit.digit);
        let values = &values[..length];
        let whole = !values[..length.min(17)].contains(&X);
        (spelled && whole && is_one(values) && has_gaps_of(taken, kind))
            .then(|| WrittenNumber { digits: taken.iter().map(|d| d.digit).collect(), kind })
    };
    let identity = |values: &[u8]| has_province(values) && has_birth_date(values);
    of_length(18, NumberKind::Identity, identity)
        .or_else(|| of_length(17, NumberKind::Other, identity))
        .or_else(|| {
            of_length(15, NumberKind::OldIdentity, |values| {
                has_province(values) && has_old_birth_date(values)
            })
        })
        .or_else(|| {
            of_length(11, NumberKind::Mobile, |values| values[0] == 1 && (3..=9).contains(&values[1]))
        })
}

/// Between the digits of an ID number of today stands anything but words; others are written in one, or as they are
/// mostly cut.
fn has_gaps_of(taken: &[SpelledDigit], kind: NumberKind) -> bool {
    let mut gaps = taken.iter().enumerate().skip(1).filter_map(|(at, digit)| digit.gap.map(|gap| (at, gap)));
    let cuts: &[&[usize]] = match kind {
        NumberKind::Mobile => &[&[], &[3, 7], &[3], &[7]],
        NumberKind::OldIdentity => &[&[], &[6, 12]],
        _ => {
            return gaps.all(|(_, gap)| gap.is_near());
        }
    };
    let tight = gaps.clone().all(|(_, gap)| gap.is_tight());
    let places: Vec<usize> = gaps.map(|(at, _)| at).collect();
    let plain = taken.iter().any(|d| d.digit.look == DigitLook::Plain);
    tight && cuts.contains(&&*places) && (places.is_empty() || plain)
}
