//! Codes that rules had before: what was found under them goes on as today's rule's.

use std::collections::BTreeMap;
use std::sync::Arc;

use super::rule_file::Rule;
use super::rule_set::RuleSet;
use crate::Result;

/// Codes that rules had before, each with today's.
pub(super) fn renamed_codes(rules: &[Rule]) -> BTreeMap<String, Arc<str>> {
    let codes = rules.iter().map(|rule| (&rule.header.formerly, Arc::from(rule.header.code.as_str())));
    codes.flat_map(|(former, code)| former.iter().map(move |one| (one.clone(), Arc::clone(&code)))).collect()
}

impl RuleSet {
    /// A finding goes on under one rule: no two may have had the same code, and none may have one that another has.
    ///
    /// # Errors
    /// The former code that another rule has, or had.
    pub(super) fn check_former_codes(&self, rule: &Rule) -> Result<()> {
        let own = &rule.header;
        for (at, former) in own.formerly.iter().enumerate() {
            let wrong = |what: String| rule.file.complain_at(&["formerly".into(), at.into()], what);
            // One that is switched off finds nothing: a rule of another code may stand in its place.
            if self.rule(former).is_some() && !self.off.contains_key(former) {
                return Err(wrong(format!("规则编号“{former}”现在还有规则在用"))
                    .hint("formerly 只写已经不用的编号；两条规则都要用的，给其中一条换一个新编号"));
            }
            let other =
                |other: &&Rule| other.header.code != own.code && other.header.formerly.contains(former);
            if let Some(other) = self.rules.iter().find(other) {
                let code = &other.header.code;
                return Err(wrong(format!("规则“{code}”的 formerly 里也有“{former}”"))
                    .hint("一个原编号的疑点只能由一条规则接着管；从其中一条里删去"));
            }
        }
        Ok(())
    }
}

#[cfg(test)]
mod tests {
    use std::path::Path;

    use super::*;
    use crate::config::Pipeline;

    #[test]
    fn t1_a_former_code_is_of_one_rule_alone() {
        let pipeline = Pipeline::open(Path::new("pipelines/hebi")).unwrap();
        let mut rules = RuleSet::load(&pipeline).unwrap();
        let complaints = |rules: &RuleSet| -> Vec<String> {
            let checked = rules.rules.iter().map(|rule| rules.check_former_codes(rule));
            checked.filter_map(Result::err).map(|error| error.message().to_owned()).collect()
        };
        let at = |rules: &RuleSet, code: &str| {
            rules.rules.iter().position(|rule| rule.header.code == code).unwrap()
        };
        let (one, other) = (at(&rules, "R37"), at(&rules, "R52"));
        rules.rules[one].header.formerly = vec!["R37old".to_owned()];
        assert!(complaints(&rules).is_empty());
        assert_eq!(renamed_codes(&rules.rules)["R37old"], "R37".into());

        rules.rules[one].header.formerly = vec!["R52".to_owned()];
        assert_eq!(complaints(&rules), ["规则编号“R52”现在还有规则在用"]);
        rules.off.insert("R52".to_owned(), "改由 R37 核查".to_owned());
        assert!(complaints(&rules).is_empty());
        rules.rules[one].header.formerly = vec!["R37".to_owned()];
        assert_eq!(complaints(&rules).len(), 1, "its own");

        for position in [one, other] {
            rules.rules[position].header.formerly = vec!["R0".to_owned()];
        }
        assert_eq!(complaints(&rules).len(), 2);
    }
}
