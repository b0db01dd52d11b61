//! What a pair's weight is made of, and what would have changed the decision.

use std::path::Path;

use serde::Serialize;

use super::matching_words::tier_words;
use crate::Result;
use crate::link::compare::{DateLevel, DivisionLevel, HanNameLevel, IdLevel};
use crate::link::household_ties::HouseholdLevel;
use crate::link::level_words::{comparison_title, level_title};
use crate::link::pair_weights::MOST;
use crate::link::settings::MOST_WEIGHT;
use crate::publication::snapshot::Snapshot;
use crate::publication::table_reader::TableRow;

/// Weights by comparison and level, and the thresholds, as the run had them.
pub(crate) struct LinkWeights {
    comparisons: Vec<ComparisonWeights>,
    accept: i32,
    review: i32,
}

#[derive(Default)]
struct ComparisonWeights {
    name: String,
    label: String,
    /// (label, weight) by level number; missing first.
    levels: Vec<(String, i32)>,
}

/// One field of a pair.
#[derive(Debug, Clone, PartialEq, Eq, Serialize)]
pub(crate) struct WaterfallStep {
    /// Field, as an officer calls it.
    pub(crate) label: String,
    /// Level reached, in words.
    pub(crate) level: String,
    /// What it adds, 1/1000 bit; `None`: the publication does not say.
    pub(crate) bits: Option<i32>,
}

/// A pair explained.
#[derive(Debug, Clone, Serialize)]
pub(crate) struct PairAccount {
    pub(crate) left: String,
    pub(crate) right: String,
    pub(crate) steps: Vec<WaterfallStep>,
    pub(crate) weight: i32,
    pub(crate) accept: Option<i32>,
    pub(crate) review: Option<i32>,
    /// Is it held for one person?
    pub(crate) accepted: bool,
    /// Decision and tier in words.
    pub(crate) verdict: String,
    /// What would have changed it.
    pub(crate) changes: Vec<String>,
}

impl LinkWeights {
    /// Those that a publication keeps; `None` if it keeps none, as of an earlier version.
    ///
    /// # Errors
    /// It is damaged.
    pub(super) fn pinned(snapshot: &Snapshot) -> Result<Option<Self>> {
        const TABLE: &str = "restricted/link_weight.parquet";
        if !snapshot.lists(TABLE) {
            return Ok(None);
        }
        let mut weights = Self { comparisons: Vec::new(), accept: 0, review: 0 };
        for row in snapshot.rows(TABLE, |_| true)? {
            let (name, bits) = (row.get("name"), row.get("weight").parse().map_or(0, clamp_waterfall_bits));
            match (row.get("kind"), name) {
                ("decision", "accept") => weights.accept = bits,
                ("decision", "review") => weights.review = bits,
                ("comparison", _) => {
                    if weights.comparisons.last().is_none_or(|last| last.name != name) {
                        let label = row.get("title").to_owned();
                        let own = ComparisonWeights { name: name.to_owned(), label, levels: Vec::new() };
                        weights.comparisons.push(own);
                    }
                    if let Some(own) = weights.comparisons.last_mut() {
                        own.levels.push((row.get("level_title").to_owned(), bits));
                    }
                }
                _ => {}
            }
        }
        Ok((!weights.comparisons.is_empty()).then_some(weights))
    }

    /// Of the report beside the links of a linkage task.
    pub(crate) fn of_report(folder: &Path) -> Option<Self> {
        let text = std::fs::read(folder.join("report.json")).ok()?;
        let report: serde_json::Value = serde_json::from_slice(&text).ok()?;
        let model = &report["model"];
        let bits = |class: usize, c: usize, level: usize| {
            model["classes"][class]["levels"][c][level].as_i64().unwrap_or(0).clamp(-LOUDEST, LOUDEST)
        };
        let comparisons = model["columns"]
            .as_array()?
            .iter()
            .enumerate()
            .map(|(c, column)| ComparisonWeights {
                name: column["name"].as_str().unwrap_or("").to_owned(),
                label: comparison_title(column["name"].as_str().unwrap_or("")).to_owned(),
                levels: column["levels"]
                    .as_array()
                    .into_iter()
                    .flatten()
                    .enumerate()
                    .map(|(l, code)| {
                        let bits = clamp_waterfall_bits(bits(0, c, l) - bits(1, c, l));
                        (level_title(code.as_str().unwrap_or("")).to_owned(), bits)
                    })
                    .collect(),
            })
            .collect();
        // A weight of a linkage task holds the prior: 0 is an even chance.
        Some(Self { comparisons, accept: 0, review: -3170 })
    }
}

/// Loudest that anything of a pair is shown, in 1/1000 bit: all weights of the heaviest model. What a
/// damaged publication says beyond it says no more, and can be added up.
const LOUDEST: i64 = MOST as i64 * MOST_WEIGHT as i64;

/// A number of a publication as one that can be added up.
fn clamp_waterfall_bits(millibits: i64) -> i32 {
    i32::try_from(millibits.clamp(-LOUDEST, LOUDEST)).unwrap_or(0)
}

impl PairAccount {
    /// Explains one published link.
    pub(crate) fn of_link(link: &TableRow, weights: Option<&LinkWeights>) -> Self {
        let number = |name: &str| link.get(name).parse().map_or(0, clamp_waterfall_bits);
        let weight = number("weight");
        let mut steps = Vec::new();
        let mut levels: Vec<(usize, usize)> = Vec::new();
        if !link.get("bits_prior").is_empty() {
            steps.push(step("起点", "任取两条记录是同一人的可能", Some(number("bits_prior"))));
        }
        for (name, text) in link.iter().filter_map(|(name, text)| Some((name.strip_prefix("level_")?, text)))
        {
            let level: usize = text.and_then(|text| text.parse().ok()).unwrap_or(0);
            let known = weights.and_then(|w| w.comparisons.iter().position(|c| c.name == name));
            let of_level = known.zip(weights).and_then(|(c, w)| w.comparisons[c].levels.get(level));
            levels.extend(known.map(|c| (c, level)));
            let words = match (of_level, level) {
                (_, 0) => "一方缺失",
                (Some((label, _)), _) => label,
                (None, _) => usual_level(name, level),
            };
            let bits = match (link.get(&format!("bits_{name}")).parse(), of_level) {
                (Ok(bits), _) => Some(clamp_waterfall_bits(bits)),
                (Err(_), Some((_, bits))) if level > 0 => Some(*bits),
                (Err(_), _) if level == 0 => Some(0),
                _ => None,
            };
            let label = known.zip(weights).map_or(comparison_title(name), |(c, w)| &w.comparisons[c].label);
            steps.push(step(label, words, bits));
        }
        if !link.get("bits_related").is_empty() {
            let bits = Some(number("bits_related"));
            steps.push(step("近邻与亲属", "邻居、同住亲属也会有这些相同", bits));
        } else if weights.is_some() {
            let rest = weight - steps.iter().filter_map(|s| s.bits).sum::<i32>();
            if rest != 0 {
                let why = "姓名常见或罕见、号码只露出一部分、号码疑为他人的";
                steps.push(step("修正", why, Some(rest)));
            }
        }
        let accepted = link.get("decision") == "accept";
        Self {
            left: link.get("left_record_id").to_owned(),
            right: link.get("right_record_id").to_owned(),
            steps,
            weight,
            accept: weights.map(|w| w.accept),
            review: weights.map(|w| w.review),
            accepted,
            verdict: format!(
                "{}：{}",
                if accepted { "认作同一人" } else { "待人工确认" },
                // The tiers of a task without ID numbers.
                match (link.get("bits_prior").is_empty(), number("tier")) {
                    (true, tier) => tier_words(tier),
                    (false, 1) => "几乎肯定",
                    (false, 5) => "很可能",
                    (false, _) => "证据不足或相互矛盾",
                }
            ),
            changes: weights.map_or_else(Vec::new, |w| waterfall_changes(w, &levels, weight, accepted, link)),
        }
    }
}

/// A level of one of the usual comparisons in words, where the publication does not say it.
fn usual_level(comparison: &str, level: usize) -> &'static str {
    let number = u8::try_from(level).unwrap_or(0);
    match comparison {
        "id_number" => IdLevel::from_number(number).label(),
        "name" => HanNameLevel::from_number(number).label(),
        "birth" => DateLevel::from_number(number).label(),
        "division" => DivisionLevel::from_number(number).label(),
        "household" => HouseholdLevel::from_number(number).label(),
        _ if level == 1 => "一致",
        _ => "不完全一致",
    }
}

fn step(label: &str, level: &str, bits: Option<i32>) -> WaterfallStep {
    WaterfallStep { label: label.to_owned(), level: level.to_owned(), bits }
}

/// Single fields that would have moved the pair over a threshold.
fn waterfall_changes(
    w: &LinkWeights,
    levels: &[(usize, usize)],
    weight: i32,
    accepted: bool,
    link: &TableRow,
) -> Vec<String> {
    let mut out = Vec::new();
    if !accepted && weight >= w.accept {
        let at = |name: &str| link.get(name).parse::<usize>().unwrap_or(0);
        out.push(match (at("level_id_number"), at("level_name")) {
            (1, 9..) => {
                "权重已过门槛，但证件号码相同而姓名像是两个人：可能用了他人的号码，须人工确认".to_owned()
            }
            (6.., _) => "权重已过门槛，但两个证件号码不同：须人工确认".to_owned(),
            _ => "权重已过门槛，但另有更合适的对象，或该来源每人只应有一条记录：须人工确认".to_owned(),
        });
    }
    for &(c, level) in levels {
        let comparison = &w.comparisons[c];
        let current = comparison.levels.get(level).map_or(0, |l| l.1);
        let known = || comparison.levels.iter().skip(1);
        let other = if accepted { known().min_by_key(|l| l.1) } else { known().max_by_key(|l| l.1) };
        let Some((label, bits)) = other else { continue };
        let new = weight - current + bits;
        let bits = f64::from(new) / 1000.0;
        if accepted && new < w.accept {
            let to = if new < w.review { "不再匹配" } else { "转人工确认" };
            out.push(format!("若“{}”为“{label}”，权重降到 {bits:.1}，{to}", comparison.label));
        } else if !accepted && weight < w.accept && new >= w.accept {
            out.push(format!("若“{}”为“{label}”，权重升到 {bits:.1}，达到自动匹配的门槛", comparison.label));
        }
    }
    if out.is_empty() {
        out.push("没有哪一项单独能改变结论".to_owned());
    }
    out
}

#[cfg(test)]
mod tests {
    use super::*;

    fn weights() -> LinkWeights {
        let levels = |best: i32, worst: i32| {
            vec![("一方缺失".to_owned(), 0), ("一致".to_owned(), best), ("不同".to_owned(), worst)]
        };
        LinkWeights {
            comparisons: vec![
                ComparisonWeights {
                    name: "id_number".into(),
                    label: "证件号码".into(),
                    levels: levels(24_000, -8_000),
                },
                ComparisonWeights {
                    name: "name".into(),
                    label: "姓名".into(),
                    levels: levels(11_500, -10_000),
                },
            ],
            accept: 22_000,
            review: 14_000,
        }
    }

    fn link(id: &str, name: &str, weight: &str, decision: &str) -> TableRow {
        TableRow::of(&[
            ("weight", weight),
            ("tier", "1"),
            ("decision", decision),
            ("level_id_number", id),
            ("level_name", name),
        ])
    }

    #[test]
    fn the_steps_add_up_and_the_change_is_named() {
        let a = PairAccount::of_link(&link("1", "1", "36500", "accept"), Some(&weights()));
        assert_eq!(a.steps.iter().filter_map(|s| s.bits).sum::<i32>(), a.weight);
        assert_eq!(a.steps[2].label, "修正");
        assert!(
            a.changes.iter().any(|c| c.contains("证件号码") && c.contains("不再匹配")),
            "{:?}",
            a.changes
        );
        let a = PairAccount::of_link(&link("0", "1", "15000", "review"), Some(&weights()));
        assert!(
            a.changes.iter().any(|c| c.contains("证件号码") && c.contains("达到自动匹配")),
            "{:?}",
            a.changes
        );
        // Over the threshold and yet for a human: a guard, and it is said which.
        let a = PairAccount::of_link(&link("1", "10", "23000", "review"), Some(&weights()));
        assert!(a.changes[0].contains("他人的号码"), "{:?}", a.changes);
    }

    #[test]
    fn weights_of_a_damaged_publication_can_be_added_up() {
        for weight in [i64::MIN, i64::from(i32::MIN), i64::from(i32::MAX), i64::MAX] {
            for (level, decision) in [("1", "accept"), ("2", "review")] {
                let bits = weight.to_string();
                let link = TableRow::of(&[
                    ("weight", &bits),
                    ("tier", "1"),
                    ("decision", decision),
                    ("level_id_number", level),
                    ("level_name", "18446744073709551615"),
                    ("bits_id_number", &bits),
                ]);
                let a = PairAccount::of_link(&link, Some(&weights()));
                assert_eq!(a.weight.signum(), weight.signum() as i32, "{weight}");
                let sum = a.steps.iter().try_fold(0i32, |sum, step| sum.checked_add(step.bits.unwrap_or(0)));
                assert_eq!(sum, Some(a.weight), "{weight}");
            }
        }
    }
}
