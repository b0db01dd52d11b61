//! ID numbers among runs of digits: whole, with digits lost, with their halves swapped, of fifteen digits.

use super::digit_runs::{DigitRun, Gap, WIDEST_SPLIT, runs_of_length, take_runs};
use super::identity_digits::{has_birth_date, has_old_birth_date, has_province, has_right_check};
use super::{NumberKind, WrittenNumber, X};

/// ID numbers of 18 characters: in a row, in parts with separators between them, in parts with words between them.
pub(super) fn identities(runs: &mut [DigitRun], found: &mut Vec<WrittenNumber>) {
    let near = |gap: &Gap| gap.characters <= WIDEST_SPLIT || gap.is_blank();
    for first in 0..runs.len() {
        let Some(window) = runs_of_length(runs, first, 18, near) else { continue };
        let parts = &runs[window.clone()];
        let digits: Vec<u8> = parts.iter().flat_map(|run| &run.digits).map(|d| d.digit).collect();
        if parts.len() > 1 {
            let between = || parts[1..].iter().map(|run| &run.before);
            let begins = parts[0].len() >= 4 || parts.iter().all(|run| run.len() == 1);
            let halves = parts.len() == 2 && parts.iter().all(|run| run.len() >= 6);
            // The less looks like one number, the more its digits must say so.
            let sure = if between().all(Gap::is_tight) {
                // Months and periods in a row begin with four digits, too.
                has_province(&digits) || begins && has_right_check(&digits)
            } else if between().all(Gap::is_near) {
                has_province(&digits) && (begins || has_right_check(&digits))
            } else if is_cut_as_numbers_are(parts) {
                has_province(&digits)
            } else if between().any(|gap| gap.border) {
                // Codes and counts in a row come to one by chance.
                has_province(&digits) && parts[0].len() >= 4 && has_right_check(&digits)
            } else {
                has_province(&digits) && (halves || parts[0].len() >= 4 && has_right_check(&digits))
            };
            if !sure || !has_birth_date(&digits) {
                continue;
            }
        }
        if digits[..17].contains(&X) {
            continue;
        }
        found.push(take_runs(runs, window, NumberKind::Identity));
    }
}

/// Division, birth date and serial number apart, with a tab or a short word between each: `410602和19980312和4217`.
fn is_cut_as_numbers_are(parts: &[DigitRun]) -> bool {
    let mut sum = 0;
    let ends: Vec<usize> = parts
        .iter()
        .map(|run| {
            sum += run.len();
            sum
        })
        .collect();
    [6, 14].iter().all(|cut| ends.contains(cut)) && parts[1..].iter().all(|run| run.before.is_short())
}

/// ID numbers of which up to three digits are lost, with anything but words between their parts: in two to six, or in
/// many small ones with one and the same sign.
pub(super) fn shortened_identities(runs: &mut [DigitRun], found: &mut Vec<WrittenNumber>) {
    for first in 0..runs.len() {
        let mut longest = None;
        let mut digits: Vec<u8> = Vec::new();
        let mut small = true;
        for (at, run) in runs.iter().enumerate().skip(first) {
            let apart =
                |gap: &Gap| !(gap.is_near() || gap.is_short() && matches!(digits.len(), 6 | 10 | 12 | 14));
            if run.taken || at > first && apart(&run.before) || digits.len() + run.len() > 17 {
                break;
            }
            digits.extend(run.digits.iter().map(|d| d.digit));
            small &= run.len() <= 3 && (at < first + 2 || run.before.only == runs[at - 1].before.only);
            let parts = at - first + 1;
            // One digit and a long rest is what a spreadsheet made of a number.
            if !small && (parts > 6 || runs[first].len() == 1) {
                break;
            }
            // A county and a day are none.
            let county_and_day = runs[first].len() == 6 && digits.len() == 14;
            if digits.len() >= 14 && parts > 1 && !county_and_day {
                longest = Some((at, digits.len()));
            }
        }
        if let Some((last, length)) = longest
            && !digits[..length].contains(&X)
            && has_province(&digits)
            && has_birth_date(&digits)
        {
            found.push(take_runs(runs, first..=last, NumberKind::Other));
        }
    }
}

/// Two halves of an ID number with something between them, the second perhaps first.
pub(super) fn swapped_halves(runs: &mut [DigitRun], found: &mut Vec<WrittenNumber>) {
    const APART: usize = 6;
    for a in 0..runs.len() {
        for b in a.saturating_sub(APART)..(a + APART + 1).min(runs.len()) {
            let (low, high) = (a.min(b), a.max(b));
            let fits = a != b
                && !runs[a].taken
                && !runs[b].taken
                && runs[a].len() >= 4
                && runs[b].len() >= 4
                && runs[a].len() + runs[b].len() == 18
                && !runs[low + 1..=high].iter().any(|run| run.before.border);
            if !fits {
                continue;
            }
            let digits: Vec<u8> = [a, b].iter().flat_map(|&at| &runs[at].digits).map(|d| d.digit).collect();
            let sure = has_right_check(&digits) || (runs[a].len() >= 6 && runs[b].len() >= 6);
            if sure && has_province(&digits) && has_birth_date(&digits) {
                found.push(take_runs(runs, [a, b], NumberKind::Identity));
            }
        }
    }
}

pub(super) fn old_identities(runs: &mut [DigitRun], found: &mut Vec<WrittenNumber>) {
    for first in 0..runs.len() {
        let Some(window) = runs_of_length(runs, first, 15, Gap::is_tight) else { continue };
        let parts = &runs[window.clone()];
        let digits: Vec<u8> = parts.iter().flat_map(|run| &run.digits).map(|d| d.digit).collect();
        let single = parts.iter().all(|run| run.len() == 1);
        let dated = has_old_birth_date(&digits);
        // As one writes thousands.
        let grouped = parts.iter().all(|run| run.len() == 3);
        if parts.len() > 1 && has_province(&digits) && dated && (parts[0].len() >= 4 || single || grouped) {
            found.push(take_runs(runs, window, NumberKind::OldIdentity));
        }
    }
}
