//! Mobile phones and landlines among runs of digits.

use super::digit_runs::{DigitRun, Gap, runs_of_length, take_runs};
use super::explained::{date_length, is_amount};
use super::{NumberKind, WrittenNumber};

/// Phones in one run or in parts, landlines in parts.
pub(super) fn phones(runs: &mut [DigitRun], found: &mut Vec<WrittenNumber>) {
    for first in 0..runs.len() {
        let start = &runs[first];
        if start.taken {
            continue;
        }
        if start.first() == 1 {
            let Some(window) = runs_of_length(runs, first, 11, is_of_phone) else { continue };
            let parts = &runs[window.clone()];
            let second = parts.iter().flat_map(|run| &run.digits).nth(1).map_or(0, |d| d.digit);
            let broken = parts[1..].iter().any(|run| run.before.line_break);
            let alike = parts[1..].iter().all(|run| run.before.plain || run.before.bracketed)
                || parts[1..].windows(2).all(|pair| pair[0].before.only == pair[1].before.only);
            let shape = parts.len() <= 4 || parts.iter().all(|run| run.len() <= 2);
            let dated = parts.len() > 1 && date_length(parts).is_some();
            // In the midst of a longer number it is a part of that.
            let apart = |at: usize, gap: &Gap| {
                let beside = &runs[at];
                beside.taken
                    || !gap.is_tight()
                    || beside.len() <= 2
                    || (beside.len() == 4 && beside.value() == 86)
            };
            let alone = parts.len() == 1
                || (first == 0 || apart(first - 1, &start.before))
                    && runs.get(window.end).is_none_or(|next| apart(window.end, &next.before));
            let whole = !broken || is_broken_phone(runs, &window, &[3, 7]);
            if (3..=9).contains(&second) && alike && shape && alone && whole && !is_amount(parts) && !dated {
                found.push(take_runs(runs, window, NumberKind::Mobile));
            }
        } else if start.first() == 0 && matches!(start.len(), 3 | 4) && start.digits[1].digit != 0 {
            let area = start.len();
            let window =
                [7, 8].into_iter().find_map(|length| runs_of_length(runs, first, area + length, is_of_phone));
            let is_one = |window: &std::ops::Range<usize>| {
                let broken = runs[window.clone()][1..].iter().any(|run| run.before.line_break);
                (2..=4).contains(&window.len())
                    && (!broken || is_broken_phone(runs, window, &[area, area + 3, area + 4]))
            };
            if let Some(window) = window.filter(is_one) {
                found.push(take_runs(runs, window, NumberKind::Landline(area)));
            }
        }
    }
}

/// Signs alone, or a line break.
fn is_of_phone(gap: &Gap) -> bool {
    gap.is_tight() || gap.line_break && gap.is_near()
}

/// A number over two lines: cut where numbers are cut, and not one of the numbers below each other in a column.
fn is_broken_phone(runs: &[DigitRun], window: &std::ops::Range<usize>, cuts: &[usize]) -> bool {
    let mut sum = 0;
    let cut = runs[window.clone()].iter().all(|run| {
        let begins = sum == 0 || cuts.contains(&sum);
        sum += run.len();
        begins
    });
    let breaks = runs[window.start + 1..window.end].iter().filter(|run| run.before.line_break).count();
    let beside = |at: usize| runs.get(at).is_some_and(|run| run.before.line_break && run.before.is_near());
    cut && breaks == 1 && !beside(window.start) && !beside(window.end)
}
