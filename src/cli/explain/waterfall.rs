//! What a pair's weight is made of, and what would have changed the decision.

use crate::link::settings::MOST_WEIGHT;
use std::path::Path;

use serde::Serialize;

use super::ExplainedRow;
use crate::Result;
use crate::link::pair_weights::MOST;
use crate::link::settings::LinkSettings;
use crate::model::links::Tier;

/// Weights by comparison and level, and the thresholds: from a pipeline's `link.toml` or from the
/// report of a linkage task.
pub(super) struct LinkWeights {
    comparisons: Vec<ComparisonWeights>,
    accept: i32,
    review: i32,
}

struct ComparisonWeights {
    name: String,
    label: String,
    /// (label, weight) by level number; missing first.
    levels: Vec<(String, i32)>,
}

/// One field of a pair.
#[derive(Debug, Clone, Serialize)]
pub(super) struct WaterfallStep {
    /// Field, as an officer calls it.
    pub label: String,
    /// Level reached, in words.
    pub level: String,
    /// What it adds, 1/1000 bit.
    pub bits: i32,
}

/// A pair explained.
#[derive(Debug, Clone, Serialize)]
pub(super) struct PairExplanation {
    pub left: String,
    pub right: String,
    pub steps: Vec<WaterfallStep>,
    pub weight: i32,
    pub accept: Option<i32>,
    pub review: Option<i32>,
    /// Decision and tier in words.
    pub verdict: String,
    /// What would have changed it.
    pub changes: Vec<String>,
}

impl LinkWeights {
    /// Of the pipeline in `root`.
    pub(super) fn of_pipeline(root: &Path) -> Result<Self> {
        let settings = LinkSettings::open(&root.join("link.toml"))?;
        let comparisons = settings
            .comparisons
            .iter()
            .map(|c| ComparisonWeights {
                name: c.name.clone(),
                label: waterfall_field_label(&c.name).to_owned(),
                levels: c
                    .kind
                    .levels()
                    .into_iter()
                    .map(|(code, label)| (label.to_owned(), c.weights.get(code).copied().unwrap_or(0)))
                    .collect(),
            })
            .collect();
        Ok(Self { comparisons, accept: settings.decision.accept, review: settings.decision.review })
    }

    /// Of the report beside the links of a linkage task.
    pub(super) fn of_report(folder: &Path) -> Option<Self> {
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
                label: waterfall_field_label(column["name"].as_str().unwrap_or("")).to_owned(),
                levels: column["levels"]
                    .as_array()
                    .into_iter()
                    .flatten()
                    .enumerate()
                    .map(|(l, code)| {
                        let bits = clamp_waterfall_bits(bits(0, c, l) - bits(1, c, l));
                        (waterfall_level_label(code.as_str().unwrap_or("")).to_owned(), bits)
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

/// Explains one published link.
pub(super) fn explain_pair(link: &ExplainedRow, weights: Option<&LinkWeights>) -> PairExplanation {
    let number = |name: &str| link.get(name).parse().map_or(0, clamp_waterfall_bits);
    let weight = number("weight");
    let mut steps = Vec::new();
    let mut levels: Vec<(usize, usize)> = Vec::new();
    if !link.get("bits_prior").is_empty() {
        steps.push(step("起点", "任取两条记录是同一人的可能", number("bits_prior")));
    }
    for (name, text) in link.0.iter().filter(|(name, _)| name.starts_with("level_")) {
        let name = &name["level_".len()..];
        let level: usize = text.parse().unwrap_or(0);
        let known = weights.and_then(|w| w.comparisons.iter().position(|c| c.name == name));
        let of_level = known.zip(weights).and_then(|(c, w)| w.comparisons[c].levels.get(level));
        levels.extend(known.map(|c| (c, level)));
        let words = match (of_level, level) {
            (_, 0) => "一方缺失".to_owned(),
            (Some((label, _)), _) => label.clone(),
            (None, _) => format!("第{level}级"),
        };
        let published = link.get(&format!("bits_{name}"));
        let bits = match (published.parse(), of_level) {
            (Ok(bits), _) => clamp_waterfall_bits(bits),
            (Err(_), Some((_, bits))) if level > 0 => *bits,
            _ => 0,
        };
        let label =
            known.zip(weights).map_or(waterfall_field_label(name), |(c, w)| w.comparisons[c].label.as_str());
        steps.push(step(label, &words, bits));
    }
    if !link.get("bits_related").is_empty() {
        steps.push(step("近邻与亲属", "邻居、同住亲属也会有这些相同", number("bits_related")));
    } else if weights.is_some() {
        let rest = weight - steps.iter().map(|s| s.bits).sum::<i32>();
        if rest != 0 {
            steps.push(step("修正", "姓名常见或罕见、号码只露出一部分、号码疑为他人的", rest));
        }
    }
    let accepted = link.get("decision") == "accept";
    PairExplanation {
        left: link.get("left_record_id").to_owned(),
        right: link.get("right_record_id").to_owned(),
        steps,
        weight,
        accept: weights.map(|w| w.accept),
        review: weights.map(|w| w.review),
        verdict: format!(
            "{}：{}",
            if accepted { "接受为同一人" } else { "待人工确认" },
            // The tiers of a task without ID numbers.
            match (link.get("bits_prior").is_empty(), number("tier")) {
                (true, tier) => waterfall_tier_words(tier),
                (false, 1) => "几乎肯定（T1）",
                (false, 5) => "很可能（T5）",
                (false, _) => "证据不足或相互矛盾（T6）",
            }
        ),
        changes: weights.map_or_else(Vec::new, |w| waterfall_changes(w, &levels, weight, accepted, link)),
    }
}

fn step(label: &str, level: &str, bits: i32) -> WaterfallStep {
    WaterfallStep { label: label.to_owned(), level: level.to_owned(), bits }
}

/// Single fields that would have moved the pair over a threshold.
fn waterfall_changes(
    w: &LinkWeights,
    levels: &[(usize, usize)],
    weight: i32,
    accepted: bool,
    link: &ExplainedRow,
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

/// What a tier means.
pub(super) fn waterfall_tier_words(tier: i32) -> &'static str {
    match tier {
        t if t == Tier::T1 as i32 => "证件号码和姓名一致（T1）",
        t if t == Tier::T2 as i32 => "证件号码一致，姓名不同（T2）",
        t if t == Tier::T3 as i32 => "证件号码有一处笔误，姓名一致（T3）",
        t if t == Tier::T4 as i32 => "证件号码残缺、遮盖或为15位，姓名一致（T4）",
        t if t == Tier::T5 as i32 => "没有可用的证件号码，姓名与出生日期、村或户相符（T5）",
        _ => "证据不足或相互矛盾（T6）",
    }
}

fn waterfall_field_label(name: &str) -> &str {
    match name {
        "id_number" => "证件号码",
        "name" => "姓名",
        "birth" | "birth_date" | "date_of_birth" => "出生日期",
        "sex" => "性别",
        "division" => "区划",
        "household" => "户",
        "address" => "地址",
        "phone" => "电话",
        other => other,
    }
}

fn waterfall_level_label(code: &str) -> &str {
    use crate::link::compare::{DateLevel, HanNameLevel, IdLevel, TextLevel};
    macro_rules! look {
        ($($level:ty),*) => { $(
            if let Some(found) = <$level>::ALL.iter().find(|l| l.code() == code) {
                return found.label();
            }
        )* };
    }
    look!(TextLevel, DateLevel, HanNameLevel, IdLevel);
    if code == "swapped" { "两列填反" } else { code }
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

    fn link(id: &str, name: &str, weight: &str, decision: &str) -> ExplainedRow {
        let cell = |n: &str, v: &str| (n.to_owned(), v.to_owned());
        ExplainedRow(vec![
            cell("weight", weight),
            cell("tier", "1"),
            cell("decision", decision),
            cell("level_id_number", id),
            cell("level_name", name),
        ])
    }

    #[test]
    fn the_steps_add_up_and_the_change_is_named() {
        let a = explain_pair(&link("1", "1", "36500", "accept"), Some(&weights()));
        assert_eq!(a.steps.iter().map(|s| s.bits).sum::<i32>(), a.weight);
        assert_eq!(a.steps[2].label, "修正");
        assert!(
            a.changes.iter().any(|c| c.contains("证件号码") && c.contains("不再匹配")),
            "{:?}",
            a.changes
        );
        let a = explain_pair(&link("0", "1", "15000", "review"), Some(&weights()));
        assert!(
            a.changes.iter().any(|c| c.contains("证件号码") && c.contains("达到自动匹配")),
            "{:?}",
            a.changes
        );
        // Over the threshold and yet for a human: a guard, and it is said which.
        let a = explain_pair(&link("1", "10", "23000", "review"), Some(&weights()));
        assert!(a.changes[0].contains("他人的号码"), "{:?}", a.changes);
    }

    #[test]
    fn weights_of_a_damaged_publication_can_be_added_up() {
        for weight in [i64::MIN, i64::from(i32::MIN), i64::from(i32::MAX), i64::MAX] {
            for (level, decision) in [("1", "accept"), ("2", "review")] {
                let mut link = link(level, "18446744073709551615", &weight.to_string(), decision);
                link.0.push(("bits_id_number".to_owned(), weight.to_string()));
                let a = explain_pair(&link, Some(&weights()));
                assert_eq!(a.weight.signum(), weight.signum() as i32, "{weight}");
                let sum = a.steps.iter().try_fold(0i32, |sum, step| sum.checked_add(step.bits));
                assert_eq!(sum, Some(a.weight), "{weight}");
            }
        }
    }
}
