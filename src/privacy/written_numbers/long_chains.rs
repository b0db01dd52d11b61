//! Cards, accounts and damaged numbers: what is long and says nothing else.

use super::digit_runs::{DigitRun, take_runs};
use super::explained::{explained_runs, is_village_code};
use super::{LEAST, LONG, NumberKind, WrittenNumber};

/// Digits from which a chain of runs is a number, unless it is made of dates and amounts.
const LONG_CHAIN: usize = 14;

/// What is long and neither a date nor an amount: the numbers in each chain of runs with separators alone between them.
pub(super) fn long_numbers(runs: &mut [DigitRun], found: &mut Vec<WrittenNumber>) {
    let mut first = 0;
    while first < runs.len() {
        let mut end = first + 1;
        while end < runs.len() && !runs[end - 1].taken && !runs[end].taken && runs[end].before.is_tight() {
            end += 1;
        }
        if !runs[first].taken {
            numbers_of_chain(runs, first..end, found);
        }
        first = end;
    }
}

fn numbers_of_chain(runs: &mut [DigitRun], chain: std::ops::Range<usize>, found: &mut Vec<WrittenNumber>) {
    let mut rest = chain.start;
    for at in chain.start + 1..chain.end {
        let scientific = at > rest
            && runs[at - 1].len() == 1
            && runs[at].len() + 1 >= LEAST
            && runs[at].before.is_char(&['.', '\u{FF0E}']);
        if scientific {
            chain_without_exponents(runs, rest..at - 1, found);
            found.push(take_runs(runs, [at - 1, at], NumberKind::Scientific));
            rest = at + 1;
        }
    }
    chain_without_exponents(runs, rest..chain.end, found);
}

fn chain_without_exponents(
    runs: &mut [DigitRun],
    chain: std::ops::Range<usize>,
    found: &mut Vec<WrittenNumber>,
) {
    let parts = &runs[chain.clone()];
    let sum: usize = parts.iter().map(DigitRun::len).sum();
    if sum < LONG {
        return;
    }
    let explained = explained_runs(parts);
    let rest: usize =
        parts.iter().zip(&explained).filter(|(_, known)| !**known).map(|(run, _)| run.len()).sum();
    let is_long = |run: &DigitRun| run.len() >= LONG && !is_village_code(run);
    let long: Vec<usize> = chain.clone().filter(|&at| is_long(&runs[at])).collect();
    let in_long: usize = long.iter().map(|&at| runs[at].len()).sum();
    // What follows a broken ID number may be the rest of it.
    let broken =
        rest > in_long && long.iter().any(|&at| runs[at].len() < 18 && runs[at].begins_as_identity());
    let alone = !long.is_empty() && rest.saturating_sub(in_long) <= 6 && !broken;
    if !alone && sum >= LONG_CHAIN && rest > 6 && has_shape_of_number(parts) {
        found.push(take_runs(runs, chain, NumberKind::Other));
    } else {
        for at in long {
            found.push(take_runs(runs, [at], NumberKind::Other));
        }
    }
}

/// Runs long enough on the whole, or all alike with one and the same sign between them.
fn has_shape_of_number(parts: &[DigitRun]) -> bool {
    let sum: usize = parts.iter().map(DigitRun::len).sum();
    if sum >= 3 * parts.len() {
        return true;
    }
    let length = parts[0].len();
    let alike = parts[..parts.len() - 1].iter().all(|run| run.len() == length);
    let sign = parts.get(1).and_then(|run| run.before.only);
    let signed = sign.is_some_and(|c| c != ',') && parts[1..].iter().all(|run| run.before.only == sign);
    alike && signed && (length == 1 || (17..=19).contains(&sum))
}
