//! Pairs that say the same are told once: the pairs that hold a person's records together, and the doubtful ones.

use std::cmp::Reverse;
use std::collections::{BTreeMap, BTreeSet};

use serde::Serialize;

use super::archive::{CaseArchive, CaseRecord, LINKS};
use super::pair_account::{PairAccount, WaterfallStep};
use crate::Result;
use crate::link::disjoint_sets::DisjointSets;

/// Doubtful pairs that are told.
const MOST_DOUBTFUL: usize = 10;
/// Width of the widest bar, in hundredths of the chart.
const WIDEST: f64 = 100.0;

/// Pairs of one record with others that agree and differ in the same.
#[derive(Debug, Clone, Serialize)]
pub(crate) struct PairGroup {
    /// List of the one record.
    pub(crate) list: String,
    /// Lists of the others.
    pub(crate) others: Vec<String>,
    #[serde(flatten)]
    pub(crate) account: PairAccount,
    /// Weights in words, one after the other, and what they come to.
    pub(crate) sum: String,
    pub(crate) bars: Vec<WaterfallBar>,
}

/// A step of a waterfall as it is drawn.
#[derive(Debug, Clone, Serialize)]
pub(crate) struct WaterfallBar {
    pub(crate) label: String,
    pub(crate) level: String,
    pub(crate) bits: String,
    pub(crate) x: f64,
    pub(crate) width: f64,
    pub(crate) against: bool,
}

impl PairGroup {
    /// A pair, between records of these lists.
    pub(crate) fn of(list: &str, other: &str, account: PairAccount) -> Self {
        Self {
            list: list.to_owned(),
            others: vec![other.to_owned()],
            sum: sum_of(&account),
            bars: bars_of(&account.steps),
            account,
        }
    }
}

/// Bits with one decimal and a sign.
fn bits_text(bits: i32) -> String {
    format!("{:+.1}", f64::from(bits) / 1000.0)
}

/// A field and its level as one says them: `出生日期` and `日期一致` are `出生日期一致`.
fn joined_words(label: &str, level: &str) -> String {
    let starts = label.char_indices().map(|(at, _)| at);
    let shared = starts.filter(|at| level.starts_with(&label[*at..])).map(|at| label.len() - at).max();
    format!("{label}{}", &level[shared.unwrap_or(0)..])
}

fn sum_of(account: &PairAccount) -> String {
    let said = |step: &&WaterfallStep| step.bits != Some(0);
    let words = |step: &WaterfallStep| {
        let own = match step.label.as_str() {
            "修正" => step.label.clone(),
            label => joined_words(label, &step.level),
        };
        format!("{own}{}", step.bits.map_or_else(String::new, |bits| format!(" {}", bits_text(bits))))
    };
    let steps: Vec<String> = account.steps.iter().filter(said).map(words).collect();
    let missing: Vec<&str> = account
        .steps
        .iter()
        .filter(|step| step.level == "一方缺失")
        .map(|step| step.label.as_str())
        .collect();
    let missing = match missing.is_empty() {
        true => String::new(),
        false => format!("；没有比：{}（一方缺失）", missing.join("、")),
    };
    let total = format!("{:.1}", f64::from(account.weight) / 1000.0);
    let threshold = match (account.accept, account.review) {
        (Some(accept), Some(review)) => format!(
            "（{:.1}以上认作同一人，{:.1}以上请人确认）",
            f64::from(accept) / 1000.0,
            f64::from(review) / 1000.0
        ),
        _ => String::new(),
    };
    format!("{}，合计 {total}{threshold}{missing}", steps.join("，"))
}

fn bars_of(steps: &[WaterfallStep]) -> Vec<WaterfallBar> {
    let mut at = 0i32;
    let mut spans: Vec<(i32, i32, &WaterfallStep)> = Vec::new();
    for step in steps {
        let Some(bits) = step.bits.filter(|bits| *bits != 0) else { continue };
        let to = at.saturating_add(bits);
        spans.push((at, to, step));
        at = to;
    }
    let low = spans.iter().map(|one| one.0.min(one.1)).min().unwrap_or(0).min(0);
    let high = spans.iter().map(|one| one.0.max(one.1)).max().unwrap_or(1).max(1);
    let scale = WIDEST / (f64::from(high) - f64::from(low));
    // A tenth is enough for the eye, and the same on every machine.
    let place = |bits: f64| (bits * scale * 10.0).round() / 10.0;
    let bar = |(from, to, step): (i32, i32, &WaterfallStep)| WaterfallBar {
        label: step.label.clone(),
        level: step.level.clone(),
        bits: bits_text(step.bits.unwrap_or(0)),
        x: place(f64::from(from.min(to)) - f64::from(low)),
        width: place((f64::from(from) - f64::from(to)).abs()).max(0.3),
        against: to < from,
    };
    spans.into_iter().map(bar).collect()
}

/// The pairs that hold these records of one person together, strongest first, and the doubtful ones that touch them; and how
/// many more of the doubtful there are.
///
/// # Errors
/// The publication is damaged.
pub(super) fn pairs_of(archive: &CaseArchive, records: &[CaseRecord]) -> Result<(Vec<PairGroup>, usize)> {
    let ids: BTreeSet<&str> = records.iter().map(CaseRecord::id).collect();
    if ids.is_empty() {
        return Ok((Vec::new(), 0));
    }
    let rows = archive.rows_with(LINKS, [("left_record_id", &ids), ("right_record_id", &ids)])?;
    let mut accounts: Vec<PairAccount> =
        rows.iter().map(|row| PairAccount::of_link(row, archive.weights.as_ref())).collect();
    let of_records: BTreeMap<&str, usize> =
        records.iter().enumerate().map(|(at, one)| (one.id(), at)).collect();
    // Pairs of the first record, which the finding rests on, tell the most.
    let order = |one: &PairAccount| {
        let of_first = [&one.left, &one.right].iter().any(|id| of_records.get(id.as_str()) == Some(&0));
        let ids = (one.left.clone(), one.right.clone());
        (Reverse((one.accepted, of_first, one.weight)), ids)
    };
    accounts.sort_by_cached_key(order);
    let mut joined = DisjointSets::new(records.len());
    let (mut groups, mut doubtful) = (Vec::<PairGroup>::new(), 0);
    for mut account in accounts {
        let ends = [&account.left, &account.right].map(|id| of_records.get(id.as_str()).copied());
        match (account.accepted, ends) {
            (true, [Some(left), Some(right)]) => {
                let (left, right) = (left as u32, right as u32);
                if joined.find(left) == joined.find(right) {
                    continue;
                }
                joined.join(left, right);
            }
            (true, _) => continue,
            (false, _) => {
                doubtful += 1;
                if doubtful > MOST_DOUBTFUL {
                    continue;
                }
            }
        }
        // The record that is the case's own stands first.
        let source = |id: &str| archive.titles.source(id.split(':').next().unwrap_or(id)).to_owned();
        if ends[0].unwrap_or(usize::MAX) > ends[1].unwrap_or(usize::MAX) {
            std::mem::swap(&mut account.left, &mut account.right);
        }
        let (left, right) = (source(&account.left), source(&account.right));
        let same = groups.iter_mut().find(|group| {
            group.account.left == account.left
                && group.account.accepted == account.accepted
                && group.account.steps == account.steps
                && group.account.weight == account.weight
        });
        match same {
            Some(group) => group.others.push(right),
            None => groups.push(PairGroup::of(&left, &right, account)),
        }
    }
    Ok((groups, doubtful.saturating_sub(MOST_DOUBTFUL)))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn fields_and_levels_are_said_in_one() {
        let said = |label: &str, level: &str| joined_words(label, level);
        assert_eq!(said("出生日期", "日期一致"), "出生日期一致");
        assert_eq!(said("证件号码", "证件号码一致"), "证件号码一致");
        assert_eq!(said("区划", "同村"), "区划同村");
    }
}
