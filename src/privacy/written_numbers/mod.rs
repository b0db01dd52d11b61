//! Finds the numbers of persons in a text, however they are written: ID numbers, phones, cards and accounts with spaces,
//! dashes, dots or quotes between their digits, in digits of any script, with letters taken for digits, in two halves.

use std::collections::BTreeMap;

mod dated;
mod digit_runs;
mod explained;
mod identity_digits;
mod identity_runs;
mod long_chains;
mod own_ids;
mod phone_runs;
mod shown_digits;
mod spelled;

use crate::privacy::number_glyphs::{NumberGlyph, number_glyph};
use dated::dated_identities;
use digit_runs::{DigitRun, Reading, drop_lone_checks, read_runs};
use identity_digits::{has_birth_date, has_old_birth_date, has_province, has_right_check};
use identity_runs::{identities, old_identities, shortened_identities, swapped_halves};
use long_chains::long_numbers;
use own_ids::without_own_ids;
use phone_runs::phones;
pub(super) use shown_digits::shows_of_identity;
use spelled::spelled_numbers;

/// Digits of the least number that is looked for.
const LEAST: usize = 10;
/// Digits of the least year and serial number.
const LEAST_DATED: usize = 8;
/// Digits from which a run is a number whatever it looks like.
const LONG: usize = 11;
/// Most letters in what is not shaped like an ID number or a phone.
const MOST_LETTERS: usize = 5;
/// Least digits in its text besides.
const LEAST_PLAIN: usize = 7;
/// Digit that stands for `X`.
const X: u8 = 10;

/// A number found in a text.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(super) struct WrittenNumber {
    /// Its digits in their order, which is not that of the text where its halves are swapped.
    pub(super) digits: Vec<WrittenDigit>,
    pub(super) kind: NumberKind,
}

/// A digit and where it stands, in bytes.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) struct WrittenDigit {
    pub(super) start: usize,
    pub(super) end: usize,
    /// 0 to 9; 10 for `X`.
    pub(super) digit: u8,
    look: DigitLook,
}

#[derive(Debug, Clone, Copy, PartialEq, Eq)]
enum DigitLook {
    Plain,
    Letter,
    Numeral,
}

/// What a number is, which decides how much of it may be shown.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum NumberKind {
    /// An ID number of 18 characters.
    Identity,
    /// One of 15.
    OldIdentity,
    Mobile,
    /// With an area code of so many digits.
    Landline(usize),
    /// An ID number that a spreadsheet made a decimal: `4.10602198001011E+17`.
    Scientific,
    /// One whose birth date is written as a date, with or without the division before it: how many digits may be shown of its
    /// beginning and of its end.
    Dated {
        head: usize,
        tail: usize,
    },
    /// A card, an account, a damaged number.
    Other,
}

/// The numbers in a text; none overlaps another. They stand in no particular order.
pub(super) fn find_written_numbers(text: &str) -> Vec<WrittenNumber> {
    // Each character of a number takes a byte at least.
    if text.len() < LEAST {
        return Vec::new();
    }
    let text = &*without_own_ids(text);
    let (mut digits, mut letters, mut numerals) = (0usize, 0usize, 0usize);
    for c in text.chars() {
        match number_glyph(c) {
            NumberGlyph::Digit(_) => digits += 1,
            NumberGlyph::LookAlike(_) => letters += 1,
            NumberGlyph::Numeral(_) => numerals += 1,
            _ => {}
        }
    }
    let mut found = FoundNumbers::default();
    if digits >= LEAST {
        found.add(find_in_runs(read_runs(text, Reading::Digits)));
    }
    if letters + numerals > 0 && digits + letters + numerals >= LONG {
        found.add(spelled_numbers(text));
    }
    if letters > 0 && digits + letters >= LEAST {
        let mut more = find_in_runs(read_runs(text, Reading::Letters));
        more.retain(|n| {
            let letters = n.digits.iter().filter(|d| d.look == DigitLook::Letter).count();
            let few = letters <= MOST_LETTERS && digits >= LEAST_PLAIN;
            letters > 0 && n.digits.len() >= LEAST && (few || n.is_whole_identity())
        });
        found.add(more);
    }
    if numerals >= 4 && numerals + digits + letters >= LONG {
        let mut more = find_in_runs(read_runs(text, Reading::Numerals));
        more.retain(|n| {
            let numerals = n.digits.iter().filter(|d| d.look == DigitLook::Numeral).count();
            numerals > 0 && (n.digits.len() >= 15 || numerals >= LONG)
        });
        found.add(more);
    }
    // Of `一九二〇年十月十日0000` the tens are no digits.
    if digits + letters + numerals >= LEAST_DATED {
        found.add(dated_identities(text));
    }
    found.into_numbers()
}

/// Numbers of which none shares a digit with another.
#[derive(Debug, Default)]
struct FoundNumbers {
    /// By the place where the search met them; `None`: a longer one took its place.
    numbers: Vec<Option<WrittenNumber>>,
    /// Which of them has the digit that begins at a byte.
    owners: BTreeMap<usize, usize>,
}

impl FoundNumbers {
    /// Adds numbers; of two that share a digit the longer stays.
    fn add(&mut self, more: Vec<WrittenNumber>) {
        for new in more {
            let mut rivals: Vec<usize> =
                new.digits.iter().filter_map(|digit| self.owners.get(&digit.start).copied()).collect();
            rivals.sort_unstable();
            rivals.dedup();
            let length = |at: &usize| self.numbers[*at].as_ref().map_or(0, WrittenNumber::len);
            if rivals.iter().any(|at| length(at) >= new.len()) {
                continue;
            }
            for at in rivals {
                for digit in self.numbers[at].take().iter().flat_map(|old| &old.digits) {
                    self.owners.remove(&digit.start);
                }
            }
            self.owners.extend(new.digits.iter().map(|digit| (digit.start, self.numbers.len())));
            self.numbers.push(Some(new));
        }
    }
    fn into_numbers(self) -> Vec<WrittenNumber> {
        self.numbers.into_iter().flatten().collect()
    }
}

fn find_in_runs(mut runs: Vec<DigitRun>) -> Vec<WrittenNumber> {
    let mut found = Vec::new();
    identities(&mut runs, &mut found);
    drop_lone_checks(&mut runs);
    swapped_halves(&mut runs, &mut found);
    shortened_identities(&mut runs, &mut found);
    phones(&mut runs, &mut found);
    old_identities(&mut runs, &mut found);
    long_numbers(&mut runs, &mut found);
    found
}

impl WrittenNumber {
    /// How many digits it has, `X` counted.
    pub(super) fn len(&self) -> usize {
        self.digits.len()
    }

    /// True if it is an ID number with a province and a birth date.
    fn is_whole_identity(&self) -> bool {
        let digits = self.values();
        self.kind == NumberKind::Identity && has_province(&digits) && has_birth_date(&digits)
    }

    fn values(&self) -> Vec<u8> {
        self.digits.iter().map(|d| d.digit).collect()
    }

    /// True if it may be an ID number or a phone: not of the numbers that offices give to households and files. These begin
    /// with a division's code, too, and go on with a year and a serial number: only a whole date or the check character
    /// makes a person's number of one.
    pub(super) fn is_of_person(&self) -> bool {
        let digits = self.values();
        match self.kind {
            NumberKind::OldIdentity | NumberKind::Mobile | NumberKind::Scientific => true,
            NumberKind::Dated { head, .. } => head > 0,
            NumberKind::Landline(_) => false,
            NumberKind::Identity | NumberKind::Other => match digits.len() {
                15 if has_province(&digits) && has_old_birth_date(&digits) => true,
                18 if has_province(&digits) && has_right_check(&digits) => true,
                15 | 17.. => has_birth_date(&digits),
                _ => false,
            },
        }
    }

    /// True if the digit at a place may be shown.
    pub(super) fn shows(&self, at: usize) -> bool {
        shown_digits::shows(self, at)
    }
}

#[cfg(test)]
mod tests;
