//! What stands in a row and is no number of a person: dates and periods, amounts, codes of divisions, lists of values.

use super::DigitLook;
use super::digit_runs::DigitRun;
use super::identity_digits::{begins_as_identity, has_old_birth_date, has_province, number_of};

/// Which runs say something else than a person's number.
pub(super) fn explained_runs(parts: &[DigitRun]) -> Vec<bool> {
    let digits: Vec<u8> = parts.iter().flat_map(|run| &run.digits).map(|d| d.digit).collect();
    let years = || parts.iter().all(|run| is_year(run) || is_month(run));
    if years() || are_codes_of_one_prefecture(parts) || is_list(parts, &digits) {
        return vec![true; parts.len()];
    }
    let mut explained = vec![false; parts.len()];
    let mut at = 0;
    while at < parts.len() {
        // In the midst of thousands begins no amount.
        let within = at > 0 && !explained[at - 1] && parts[at].before.is_char(&[',']);
        let amount = || amount_length(&parts[at..]).filter(|_| !within);
        let alone = || (is_month(&parts[at]) || is_village_code(&parts[at])).then_some(1);
        let length = date_length(&parts[at..]).or_else(alone).or_else(amount).unwrap_or(0);
        explained[at..at + length].fill(true);
        at += length.max(1);
    }
    explained
}

/// `2018`.
fn is_year(run: &DigitRun) -> bool {
    run.len() == 4 && (1900..2100).contains(&run.value())
}

/// `201803`.
fn is_month(run: &DigitRun) -> bool {
    run.len() == 6 && (1900..2100).contains(&(run.value() / 100)) && (1..=12).contains(&(run.value() % 100))
}

/// Runs of the date or month that begins here: `20180312`, `2018-03-12`, `2018/3`.
pub(super) fn date_length(parts: &[DigitRun]) -> Option<usize> {
    let first = &parts[0];
    if first.len() == 8 {
        let value = first.value();
        return is_date(value / 10_000, value / 100 % 100, value % 100).then_some(1);
    }
    let [year, month, ..] = parts else { return None };
    let sign = month.before.only.filter(|sign| matches!(sign, '-' | '/' | '.'))?;
    let day = parts.get(2).filter(|day| day.before.only == Some(sign) && day.len() <= 2);
    let day_of_month = day.map_or(1, DigitRun::value);
    let short = is_year(year) && month.len() <= 2;
    (short && is_date(year.value(), month.value(), day_of_month)).then_some(2 + usize::from(day.is_some()))
}

pub(super) fn is_date(year: u64, month: u64, day: u64) -> bool {
    (1900..2100).contains(&year) && (1..=12).contains(&month) && (1..=31).contains(&day)
}

/// Runs of the amount that begins here: `12.50`, `1,234.50`.
fn amount_length(parts: &[DigitRun]) -> Option<usize> {
    // More groups are no amount.
    let groups = parts[1..].iter().take(4);
    let thousands = groups.take_while(|run| run.len() == 3 && run.before.is_char(&[',']));
    let mut length = 1 + if parts[0].len() <= 3 { thousands.count() } else { 0 };
    let whole: usize = parts[..length].iter().map(DigitRun::len).sum();
    let decimals = parts.get(length).is_some_and(|run| run.len() <= 2 && run.before.is_char(&['.']));
    let grouped = length > 1;
    length += usize::from(decimals);
    (whole <= 10 && (decimals || grouped)).then_some(length)
}

/// All of it is an amount with its decimals.
pub(super) fn is_amount(parts: &[DigitRun]) -> bool {
    let decimals = parts.len() > 1 && parts[parts.len() - 1].before.is_char(&['.']);
    decimals && amount_length(parts) == Some(parts.len())
}

/// The code of a village: a province, no part that is nothing, and the digits that townships and villages begin with. The
/// first twelve digits of a number of the 20th century are none.
pub(super) fn is_village_code(run: &DigitRun) -> bool {
    if run.len() != 12 {
        return false;
    }
    let digits: Vec<u8> = run.digits.iter().map(|d| d.digit).collect();
    run.digits.iter().all(|d| d.look == DigitLook::Plain)
        && has_province(&digits)
        && digits[2..4] != [0, 0]
        && digits[4..6] != [0, 0]
        && matches!(digits[6], 0 | 1 | 2 | 4 | 5)
        && digits[9] <= 3
        && !(digits[6..8] == [1, 9] && (1..=12).contains(&number_of(&digits[10..12])))
}

/// Codes of counties, townships or villages whose first four digits are the same.
fn are_codes_of_one_prefecture(parts: &[DigitRun]) -> bool {
    let prefecture = |run: &DigitRun| run.digits.iter().take(4).map(|d| d.digit).collect::<Vec<_>>();
    let first = prefecture(&parts[0]);
    let length = parts[0].len();
    parts.len() > 1
        && matches!(length, 6 | 9 | 12)
        && has_province(&first)
        && parts.iter().all(|run| run.len() == length && prefecture(run) == first)
}

/// Amounts, counts or numbers of rows in a row: with one and the same sign between them, and without the shape of a card or
/// the beginning of an ID number.
fn is_list(parts: &[DigitRun], digits: &[u8]) -> bool {
    let value = |run: &DigitRun| run.len() <= 5 && (run.len() == 1 || run.first() != 0);
    let sign = |run: &DigitRun| (run.before.first, run.before.characters);
    let alike = parts.len() >= 3
        && parts.iter().all(value)
        && parts[1..].windows(2).all(|pair| sign(&pair[0]) == sign(&pair[1]));
    if !alike || may_be_identity(digits) || may_be_card(parts, digits) {
        return false;
    }
    let ascending = parts.windows(2).all(|pair| pair[0].value() < pair[1].value());
    let round = parts.iter().all(|run| run.value() % 10 == 0);
    // The groups of one number have such signs between them, too, but for its thousands.
    let thousands = parts[1].before.is_char(&[',']) && parts[1..].iter().all(|run| run.len() == 3);
    let listed = parts.len() >= 4 && matches!(parts[1].before.first, Some(',' | '/')) && !thousands;
    ascending || round || listed
}

fn may_be_identity(digits: &[u8]) -> bool {
    begins_as_identity(digits) || digits.len() == 15 && has_province(digits) && has_old_birth_date(digits)
}

/// Groups of four, and the first digits of bank cards or their check digit.
fn may_be_card(parts: &[DigitRun], digits: &[u8]) -> bool {
    let grouped = (16..=19).contains(&digits.len()) && parts[..4].iter().all(|run| run.len() == 4);
    grouped && (digits.starts_with(&[6, 2]) || has_card_check(digits))
}

/// The check of Luhn.
fn has_card_check(digits: &[u8]) -> bool {
    let sum: u32 = digits
        .iter()
        .rev()
        .enumerate()
        .map(|(at, &digit)| u32::from(digit) * (1 + at as u32 % 2))
        .map(|weighed| weighed / 10 + weighed % 10)
        .sum();
    sum.is_multiple_of(10)
}
