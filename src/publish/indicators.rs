//! Indicators as they are published: actual and target, the gap, the trend, and those that
//! cannot be computed with what they lack.

use std::collections::BTreeMap;

use super::PublicationInputs;
use super::quarter_totals::{percent_of, ratio_permyriad};
use crate::model::officer_text::money_text;

/// One indicator of one unit.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(super) struct IndicatorRow<'a> {
    pub(super) code: &'a str,
    pub(super) key: &'a str,
    /// Title of the rule, or label of the key.
    pub(super) label: &'a str,
    pub(super) unit_code: &'a str,
    /// Position among the division units; `None` for an unknown code.
    pub(super) unit: Option<usize>,
    /// Why there is no figure.
    pub(super) lacking: Option<String>,
    /// Unknown cells that it counts by.
    pub(super) unknown: u64,
    pub(super) numerator: i64,
    pub(super) denominator: Option<i64>,
    pub(super) is_rate: bool,
    /// Share in 1/10000 or count.
    pub(super) target: Option<i64>,
    /// Less is better.
    pub(super) at_most: bool,
    /// Share in 1/10000 or count of the quarter compared with.
    pub(super) before: Option<i64>,
}

impl IndicatorRow<'_> {
    /// Share in 1/10000 or count; `None` where it cannot be computed.
    pub(super) fn actual(&self) -> Option<i64> {
        if self.lacking.is_some() {
            return None;
        }
        match self.denominator {
            Some(0) => None,
            Some(d) => Some(ratio_permyriad(self.numerator, d)),
            None => Some(self.numerator),
        }
    }
    /// How far the target is missed; 0 if it is met.
    pub(super) fn gap(&self) -> Option<i64> {
        let (actual, target) = (self.actual()?, self.target?);
        let (most, least) = if self.at_most { (actual, target) } else { (target, actual) };
        Some(most.saturating_sub(least).max(0))
    }
    /// Change against the quarter compared with.
    pub(super) fn change(&self) -> Option<i64> {
        Some(self.actual()?.saturating_sub(self.before?))
    }
    /// A value in words.
    pub(super) fn shown(&self, value: i64) -> String {
        if self.is_rate {
            percent_of(value)
        } else if self.key.ends_with("_fen") {
            money_text(value)
        } else {
            value.to_string()
        }
    }
    /// The gap in words.
    pub(super) fn gap_text(&self) -> String {
        match self.gap() {
            None => String::new(),
            Some(0) => "达标".to_owned(),
            Some(gap) => {
                let word = if self.at_most { "超" } else { "差" };
                if self.is_rate {
                    format!("{word}{}", indicator_points_text(gap))
                } else {
                    format!("{word}{}", self.shown(gap))
                }
            }
        }
    }
    /// The trend in words.
    pub(super) fn trend_text(&self) -> String {
        match self.change() {
            None => String::new(),
            Some(0) => "持平".to_owned(),
            Some(change) => {
                let word = if change > 0 { "升" } else { "降" };
                let size = change.saturating_abs();
                if self.is_rate {
                    format!("{word}{}", indicator_points_text(size))
                } else {
                    format!("{word}{}", self.shown(size))
                }
            }
        }
    }
    /// Whether the change is for the better; `None` where nobody said what is better.
    pub(super) fn better(&self) -> Option<bool> {
        let judged = self.target.is_some() || self.at_most;
        self.change().filter(|&c| judged && c != 0).map(|c| (c > 0) != self.at_most)
    }
}

fn indicator_points_text(share: i64) -> String {
    format!("{}个百分点", percent_of(share).trim_end_matches('%'))
}

/// All indicators, computed ones first; each group by code, key and unit.
pub(super) fn indicator_rows<'a>(inputs: &PublicationInputs<'a>) -> Vec<IndicatorRow<'a>> {
    let catalogue = inputs.catalogue;
    let units: BTreeMap<&str, usize> =
        catalogue.divisions.units.iter().enumerate().map(|(i, u)| (u.code.as_str(), i)).collect();
    let before: BTreeMap<(&str, &str, &str), i64> = inputs
        .previous_indicators
        .iter()
        .filter(|i| i.denominator != Some(0))
        .map(|i| {
            let value = i.denominator.map_or(i.numerator, |d| ratio_permyriad(i.numerator, d));
            ((i.rule_code.as_str(), i.indicator.as_str(), i.unit_code.as_str()), value)
        })
        .collect();
    let mut rows: Vec<IndicatorRow<'a>> = inputs
        .findings
        .indicators
        .iter()
        .map(|i| {
            let rule = catalogue.rule(&i.rule_code);
            let key = i.indicator.as_str();
            IndicatorRow {
                code: &i.rule_code,
                key,
                label: rule.map_or(key, |r| r.labels.get(key).map_or(r.title.as_str(), String::as_str)),
                unit_code: &i.unit_code,
                unit: units.get(i.unit_code.as_str()).copied(),
                lacking: i.held.clone(),
                unknown: i.unknown,
                numerator: i.numerator,
                denominator: i.denominator,
                is_rate: i.denominator.is_some(),
                target: i.target,
                at_most: rule.is_some_and(|r| r.at_most.contains(key)),
                before: before.get(&(i.rule_code.as_str(), key, i.unit_code.as_str())).copied(),
            }
        })
        .collect();
    let root = catalogue.divisions.units.iter().position(|u| u.level == 1);
    let root_code = root.map_or("", |at| catalogue.divisions.units[at].code.as_str());
    let absent = |code: &'a str, key: &'a str, label: &'a str, why: String| IndicatorRow {
        code,
        key,
        label,
        unit_code: root_code,
        unit: root,
        lacking: Some(why),
        unknown: 0,
        numerator: 0,
        denominator: None,
        is_rate: false,
        target: None,
        at_most: false,
        before: None,
    };
    for not_run in &inputs.findings.not_run {
        let Some(rule) = catalogue.rule(&not_run.rule_code).filter(|r| r.indicator) else { continue };
        if rule.labels.is_empty() {
            rows.push(absent(&rule.code, "", &rule.title, not_run.reason.clone()));
        }
        for (key, label) in &rule.labels {
            rows.push(absent(&rule.code, key, label, not_run.reason.clone()));
        }
    }
    for target in &catalogue.targets {
        let why = format!("缺少数据来源：{}（{}）", target.source, target.owner);
        rows.push(IndicatorRow {
            target: target.target,
            is_rate: target.rate,
            ..absent(&target.code, &target.key, &target.label, why)
        });
    }
    rows
}

#[cfg(test)]
mod tests {
    use super::*;

    fn row(
        numerator: i64,
        denominator: Option<i64>,
        target: i64,
        at_most: bool,
        before: i64,
    ) -> IndicatorRow<'static> {
        IndicatorRow {
            code: "R1",
            key: "",
            label: "甲",
            unit_code: "410600",
            unit: None,
            lacking: None,
            unknown: 0,
            numerator,
            denominator,
            is_rate: denominator.is_some(),
            target: Some(target),
            at_most,
            before: Some(before),
        }
    }

    #[test]
    fn gaps_and_trends_in_words() {
        let rate = row(93, Some(100), 9_500, false, 9_000);
        assert_eq!((rate.gap_text().as_str(), rate.trend_text().as_str()), ("差2个百分点", "升3个百分点"));
        assert_eq!(rate.better(), Some(true));
        let rest = row(12, None, 0, true, 15);
        assert_eq!((rest.gap_text().as_str(), rest.trend_text().as_str()), ("超12", "降3"));
        assert_eq!(rest.better(), Some(true));
        assert_eq!(IndicatorRow { target: None, ..rate.clone() }.better(), None, "neither is better");
        assert_eq!(row(669, None, 669, false, 669).gap_text(), "达标");
        let far = row(i64::MIN, None, i64::MAX, false, i64::MAX);
        assert_eq!((far.gap(), far.change()), (Some(i64::MAX), Some(i64::MIN)), "as far as can be told");
        assert!(far.trend_text().starts_with('降') && far.gap_text().starts_with('差'));
        assert_eq!(row(0, Some(0), 9_500, false, 0).actual(), None, "nobody to count");
        let lacking =
            IndicatorRow { lacking: Some("缺少数据来源".into()), ..row(0, None, 0, false, 0) };
        assert_eq!((lacking.actual(), lacking.gap(), lacking.change()), (None, None, None));
    }
}
