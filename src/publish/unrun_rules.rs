//! Rules that did not run, by the kind of reason: for report and summary.

use std::collections::BTreeMap;

/// Rules that did not run for reasons of a kind.
#[derive(Debug, PartialEq, Eq)]
pub(super) struct UnrunRules<'a> {
    /// The kind, Chinese.
    pub(super) kind: &'a str,
    /// Their codes.
    pub(super) codes: Vec<&'a str>,
    /// What is missing, with the number of rules that miss it, most first.
    pub(super) things: Vec<(&'a str, usize)>,
}

/// Groups the rules, the largest group first; `not_run`: code and reason.
pub(super) fn unrun_rules(not_run: &[(String, String)]) -> Vec<UnrunRules<'_>> {
    let mut kinds: BTreeMap<&str, (Vec<&str>, BTreeMap<&str, usize>)> = BTreeMap::new();
    for (code, reason) in not_run {
        let (kind, things) = reason.split_once('：').unwrap_or(("本期不适用", ""));
        let entry = kinds.entry(kind).or_default();
        entry.0.push(code);
        for thing in things.split('、').filter(|thing| !thing.is_empty()) {
            *entry.1.entry(thing).or_default() += 1;
        }
    }
    let mut groups: Vec<UnrunRules<'_>> = kinds
        .into_iter()
        .map(|(kind, (codes, things))| {
            let mut things: Vec<(&str, usize)> = things.into_iter().collect();
            things.sort_by(|a, b| b.1.cmp(&a.1).then_with(|| a.0.cmp(b.0)));
            UnrunRules { kind, codes, things }
        })
        .collect();
    groups.sort_by(|a, b| b.codes.len().cmp(&a.codes.len()).then_with(|| a.kind.cmp(b.kind)));
    groups
}

/// The things that most rules miss, in a line; at most `named` of them.
pub(super) fn missing_things(things: &[(&str, usize)], named: usize) -> String {
    let more = if things.len() > named { format!("等{}项", things.len()) } else { String::new() };
    let told: Vec<String> =
        things.iter().take(named).map(|(thing, rules)| format!("{thing}{rules}条")).collect();
    told.join("、") + &more
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn rules_are_grouped_by_what_they_lack() {
        let rules = [("R1", "缺列：甲、乙"), ("R2", "缺列：甲"), ("R3", "自2019Q4起适用")];
        let rules = rules.map(|(code, reason)| (code.to_owned(), reason.to_owned()));
        let groups = unrun_rules(&rules);
        assert_eq!((groups.len(), groups[0].kind, &groups[0].codes[..]), (2, "缺列", &["R1", "R2"][..]));
        assert_eq!(missing_things(&groups[0].things, 1), "甲2条等2项");
        assert_eq!((groups[1].kind, groups[1].things.len()), ("本期不适用", 0));
    }
}
