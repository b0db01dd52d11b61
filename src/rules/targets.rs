//! `rules/targets.toml`: targets of the plan that no delivered list can tell yet. They are
//! published beside the indicators, as not computable and for want of what.

use std::collections::BTreeMap;
use std::sync::Arc;

use serde::Deserialize;

use super::rule_file::PolicyClause;
use crate::config::IncludedFolders;
use crate::config::included_folders::{OfferedItem, ReplacedFile};
use crate::config::toml_file::TomlFile;
use crate::model::period::Period;
use crate::{Error, Result};

/// `rules/targets.toml`.
#[derive(Debug, Clone, Default, Deserialize, schemars::JsonSchema)]
#[serde(deny_unknown_fields)]
pub struct TargetFile {
    /// Topics in the order of the plan.
    #[serde(default)]
    pub topic: Vec<TargetTopic>,
}

/// Targets of one department that belong together.
#[derive(Debug, Clone, Deserialize, schemars::JsonSchema)]
#[serde(deny_unknown_fields)]
pub struct TargetTopic {
    /// Code of the plan's check; no rule file bears it.
    pub code: String,
    /// Title.
    pub title: String,
    /// Department.
    pub owner: String,
    /// Targets.
    pub target: Vec<PlanTarget>,
}

/// One target.
#[derive(Debug, Clone, Deserialize, schemars::JsonSchema)]
#[serde(deny_unknown_fields)]
pub struct PlanTarget {
    /// Key within the topic.
    pub key: String,
    /// What is counted.
    pub label: String,
    /// Clause and phrase it rests on.
    pub policy: PolicyClause,
    /// The list that would tell it.
    pub source: String,
    /// True if the values are shares in 1/10000, false if they are counts.
    #[serde(default)]
    pub rate: bool,
    /// Value by the first period for which it holds (`2018Q1`).
    pub from: BTreeMap<Period, i64>,
    /// The last period for which the plan sets it: a task of one year is not asked again in the next.
    pub until: Option<Period>,
}

impl PlanTarget {
    /// Whether the plan still sets it in `period`.
    pub fn applies(&self, period: Period) -> bool {
        period.within(None, self.until)
    }
    /// The value that holds in `period`, else the first to come; `None` when its time is over.
    pub fn at(&self, period: Period) -> Option<i64> {
        if !self.applies(period) {
            return None;
        }
        let holds = self.from.iter().rfind(|(from, _)| period.within(Some(**from), None));
        holds.or(self.from.first_key_value()).map(|(_, value)| *value)
    }
}

/// Where a topic is written.
#[derive(Debug, Clone)]
pub(crate) struct TopicPlace {
    file: Arc<TomlFile>,
    number: usize,
}

/// Reads the files of all folders, those of the bases first; a pipeline without any has no such
/// targets. A topic stands in for one of the same code in a base.
pub(crate) fn read_targets(
    layers: &IncludedFolders,
) -> Result<(TargetFile, Vec<TopicPlace>, Vec<ReplacedFile>)> {
    let mut offers = Vec::new();
    for (layer, one) in layers.all().iter().enumerate() {
        let path = one.folder.join("rules/targets.toml");
        if !path.exists() {
            continue;
        }
        let file = Arc::new(TomlFile::read(&path)?);
        for (number, topic) in file.parse::<TargetFile>()?.topic.into_iter().enumerate() {
            let place = TopicPlace { file: Arc::clone(&file), number };
            offers.push(OfferedItem {
                layer,
                key: topic.code.clone(),
                path: path.clone(),
                value: (topic, place),
            });
        }
    }
    let (mut chosen, replaced) = layers.choose("指标组", offers)?;
    chosen.sort_by_key(|offer| (std::cmp::Reverse(offer.layer), offer.value.1.number));
    let (topic, places) = chosen.into_iter().map(|offer| offer.value).unzip();
    Ok((TargetFile { topic }, places, replaced))
}

/// Complaints about codes that are taken and phrases that the policy text does not have.
pub(crate) fn check(
    targets: &TargetFile,
    places: &[TopicPlace],
    taken: impl Fn(&str) -> bool,
    policy_text: Option<&str>,
) -> Vec<Error> {
    let mut complaints = Vec::new();
    for (topic, TopicPlace { file, number }) in targets.topic.iter().zip(places) {
        let number = *number;
        if taken(&topic.code) {
            complaints.push(
                file.complain(
                    &["topic".into(), number.into(), "code".into()],
                    format!("规则编号“{}”重复", topic.code),
                )
                .hint("已有同号的规则文件；能计算的指标写成规则，不再列在这里"),
            );
        }
        for (position, target) in topic.target.iter().enumerate() {
            let ended = |until| target.from.keys().any(|from| !from.within(None, Some(until)));
            if target.until.is_some_and(ended) {
                let place = ["topic".into(), number.into(), "target".into(), position.into(), "until".into()];
                complaints.push(
                    file.complain(&place, "指标在开始以前已经结束")
                        .hint("until 不能早于 from 里的任何一个时期"),
                );
            }
            if policy_text.is_some_and(|text| !text.contains(&target.policy.quote)) {
                let place =
                    ["topic".into(), number.into(), "target".into(), position.into(), "policy".into()];
                complaints.push(
                    file.complain(&place, "引文与政策文本不一致")
                        .hint("引文必须是政策原文中连续的一段，标点也要一致"),
                );
            }
        }
    }
    complaints
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_target_holds_from_its_quarter_on() {
        let text = "key = 'a'\nlabel = '甲'\npolicy = { clause = '一', quote = '乙' }\nsource = '丙'\n\
                    [from]\n2018Q1 = 669\n2019Q1 = 527\n";
        let target: PlanTarget = toml::from_str(text).unwrap();
        assert_eq!(
            ["2017Q4", "2018Q3", "2019Q1", "2020Q2"].map(|q| target.at(q.parse().unwrap())),
            [Some(669), Some(669), Some(527), Some(527)]
        );
    }

    #[test]
    fn a_target_ends_with_its_last_quarter() {
        let text = "key = 'a'\nlabel = '甲'\npolicy = { clause = '一', quote = '乙' }\nsource = '丙'\n\
                    until = '2018Q4'\n[from]\n2018Q1 = 22\n";
        let target: PlanTarget = toml::from_str(text).unwrap();
        assert_eq!(
            ["2018Q1", "2018Q4", "2019Q1"].map(|q| target.at(q.parse().unwrap())),
            [Some(22), Some(22), None]
        );
        assert!(!target.applies("2020Q1".parse().unwrap()));
    }
}
