//! Findings of a rule that need not be looked at in an area for a while: `[[waivers]]` of `rules/rules.toml`.

use jiff::civil::Date;
use serde::Deserialize;

use super::rule_set::RuleSet;
use crate::Error;
use crate::config::toml_file::TomlStep;
use crate::model::exception::Exception;
use crate::model::period::Period;

/// Whoever approves that a rule's findings in an area are left alone says why, and until when.
#[derive(Debug, Clone, Default, PartialEq, Eq, Deserialize, schemars::JsonSchema)]
#[serde(deny_unknown_fields)]
pub struct Waiver {
    /// Code of the rule.
    pub rule: String,
    /// Code of a county, township or village; absent: everywhere.
    pub area: Option<String>,
    /// Why.
    pub reason: String,
    /// Who approved it.
    pub approved_by: String,
    /// First day, `yyyy-mm-dd`; absent: from ever.
    pub from: Option<String>,
    /// Last day, `yyyy-mm-dd`. None is for ever.
    pub until: String,
}

impl Waiver {
    /// Does it cover a finding of a period? The period's last day counts.
    pub fn covers(&self, exception: &Exception, period: Period) -> bool {
        let day = period.last_day();
        let begun = self.from.as_deref().is_none_or(|from| parse_day(from).is_some_and(|from| from <= day));
        self.rule == *exception.rule_code
            && begun
            && parse_day(&self.until).is_some_and(|until| day <= until)
            && self.area.as_deref().is_none_or(|area| is_within(exception, area))
    }
}

fn is_within(exception: &Exception, area: &str) -> bool {
    [&exception.county_code, &exception.township_code, &exception.village_code]
        .into_iter()
        .any(|code| **code == *area)
}

fn parse_day(text: &str) -> Option<Date> {
    text.parse().ok()
}

/// Complaints about waivers that could cover nothing, or of which nobody says why or who. `knows_area`: is there such a
/// division?
pub(crate) fn check_waivers(rules: &RuleSet, knows_area: impl Fn(&str) -> bool) -> Vec<Error> {
    let mut complaints = Vec::new();
    for (at, waiver) in rules.settings.waivers.iter().enumerate() {
        let mut complain = |key: &str, said: String, cure: &str| {
            let steps: [TomlStep<'_>; 3] = ["waivers".into(), at.into(), TomlStep::Key(key)];
            complaints.push(rules.settings_files.complain(&steps, said).hint(cure));
        };
        if rules.rule(&waiver.rule).is_none() && !rules.unasked.contains(waiver.rule.as_str()) {
            complain("rule", format!("没有规则“{}”", waiver.rule), "写现有的规则编号，或删去这条豁免");
        }
        if let Some(area) = waiver.area.as_deref().filter(|area| !knows_area(area)) {
            complain("area", format!("区划表里没有“{area}”"), "写县（6位）、乡镇（9位）或村（12位）的代码");
        }
        for (key, said) in [("reason", &waiver.reason), ("approved_by", &waiver.approved_by)] {
            if said.trim().is_empty() {
                complain(key, "豁免没有写原因或批准人".to_owned(), "写明原因和批准的人或文号");
            }
        }
        let (from, until) = (waiver.from.as_deref().map(parse_day), parse_day(&waiver.until));
        if from == Some(None) {
            complain("from", "不是日期".to_owned(), "写成 2018-10-01");
        }
        match (from.flatten(), until) {
            (_, None) => complain("until", format!("“{}”不是日期", waiver.until), "写成 2018-12-31"),
            (Some(from), Some(until)) if until < from => {
                complain("until", "豁免的末日早于首日".to_owned(), "核对两个日期");
            }
            _ => {}
        }
    }
    complaints
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::model::exception::{Severity, SubjectKind};

    fn finding(rule: &str, township: &str) -> Exception {
        Exception {
            rule_code: rule.into(),
            severity: Severity::S3,
            subject_kind: SubjectKind::Person,
            subject_id: "P1".into(),
            rule_key: "".into(),
            person_id: None,
            household_id: None,
            county_code: township.get(..6).unwrap_or_default().into(),
            township_code: township.into(),
            village_code: "".into(),
            owner: "民政局".into(),
            evidence: Vec::new(),
            message: "".into(),
            confidence: 1,
            due_days: 30,
            in_review: false,
            related: Vec::new(),
            cause: None,
        }
    }

    #[test]
    fn a_waiver_covers_its_rule_in_its_area_until_its_last_day() {
        let waiver = Waiver {
            rule: "R52".to_owned(),
            area: Some("410621".to_owned()),
            reason: "系统升级".to_owned(),
            approved_by: "市扶贫办〔2018〕7号".to_owned(),
            from: Some("2018-07-01".to_owned()),
            until: "2018-11-30".to_owned(),
        };
        let covers = |rule: &str, township: &str, period: &str| {
            waiver.covers(&finding(rule, township), period.parse().unwrap())
        };
        assert!(covers("R52", "410621100", "2018Q3"));
        assert!(!covers("R53", "410621100", "2018Q3") && !covers("R52", "410622100", "2018Q3"));
        assert!(!covers("R52", "", "2018Q3"), "where it is is not known");
        assert!(!covers("R52", "410621100", "2018Q4"), "it expired in the middle of the quarter");
        assert!(!covers("R52", "410621100", "2018Q2"), "it had not begun");
        let everywhere = Waiver { area: None, from: None, ..waiver.clone() };
        assert!(everywhere.covers(&finding("R52", ""), "2017Q1".parse().unwrap()));
    }
}
