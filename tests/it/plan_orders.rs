//! What the plan orders, clause by clause, is tested by a rule or an indicator, or waits for a list that is named.

use std::collections::{BTreeMap, BTreeSet};
use std::path::Path;

use bidui::testing::config::Pipeline;
use bidui::testing::rules::rule_set::RuleSet;

const HEAD: &str = "条款\t原文\t检验的规则和指标\t等哪份名单\t为什么不用数据核";

/// An order of the plan in its own words.
struct PlanOrder {
    clause: String,
    words: String,
    tests: Vec<String>,
    waits_for: String,
    not_by_data: String,
}

fn hebi() -> (RuleSet, String) {
    let root = Path::new(env!("CARGO_MANIFEST_DIR")).join("pipelines/hebi");
    let plan = std::fs::read_to_string(root.join("policy/plan_2018_2020.txt")).unwrap();
    (RuleSet::load(&Pipeline::open(&root).unwrap()).unwrap(), plan)
}

fn plan_orders() -> Vec<PlanOrder> {
    let path = Path::new(env!("CARGO_MANIFEST_DIR")).join("pipelines/hebi/policy/plan_orders.tsv");
    let text = std::fs::read_to_string(path).unwrap();
    let mut lines = text.lines();
    assert_eq!(lines.next(), Some(HEAD));
    let order = |line: &str| {
        let cells: Vec<&str> = line.split('\t').collect();
        let [clause, words, tests, waits_for, not_by_data] = cells[..] else { panic!("five cells: {line}") };
        let said = [tests, waits_for, not_by_data].iter().filter(|cell| !cell.is_empty()).count();
        assert_eq!(said, 1, "one of three is said: {line}");
        PlanOrder {
            clause: clause.to_owned(),
            words: words.to_owned(),
            tests: tests.split_whitespace().map(str::to_owned).collect(),
            waits_for: waits_for.to_owned(),
            not_by_data: not_by_data.to_owned(),
        }
    };
    lines.map(order).collect()
}

/// Number of a clause that a line begins: `一、`, `(二)`, `3.`.
fn heading(line: &str) -> Option<(usize, String)> {
    let mut letters = line.chars();
    let (first, second, third) = (letters.next()?, letters.next()?, letters.next());
    match (first, second, third) {
        (part @ '一'..='龥', '、', _) if "一二三".contains(part) => Some((0, part.to_string())),
        ('(', part, Some(')')) => Some((1, format!("({part})"))),
        (number, '.', _) if number.is_ascii_digit() => Some((2, number.to_string())),
        _ => None,
    }
}

/// Sentences of the plan with the clause they stand in; those before the first clause are the preamble's.
fn sentences(plan: &str) -> Vec<(String, &str)> {
    let mut place: [String; 3] = Default::default();
    let mut all = Vec::new();
    for line in plan.lines().map(str::trim).filter(|line| !line.is_empty()) {
        if let Some((level, number)) = heading(line).filter(|(level, _)| *level == 0 || !place[0].is_empty())
        {
            place[level] = number;
            place[level + 1..].iter_mut().for_each(String::clear);
        }
        let clause = if place[0].is_empty() { "序言".to_owned() } else { place.concat() };
        let pieces = line.split_inclusive(['。', ';']).map(str::trim).filter(|piece| !piece.is_empty());
        all.extend(pieces.map(|piece| (clause.clone(), piece)));
    }
    all
}

/// Does a sentence order something: it stands in the goals, the tasks or the measures, and is no heading?
fn orders_something(clause: &str, sentence: &str) -> bool {
    (clause == "一(三)" || clause.starts_with(['二', '三'])) && heading(sentence).is_none()
}

#[test]
fn every_sentence_of_the_plan_is_in_the_table_of_orders() {
    let (_, plan) = hebi();
    let (sentences, orders) = (sentences(&plan), plan_orders());
    let clauses: BTreeSet<&str> = sentences.iter().map(|(clause, _)| clause.as_str()).collect();
    assert!(clauses.len() > 20 && sentences.len() > 200, "{} clauses", clauses.len());
    for order in &orders {
        let stands =
            sentences.iter().any(|(clause, text)| *clause == order.clause && text.contains(&order.words));
        assert!(stands, "the plan does not say so in {}: {}", order.clause, order.words);
    }
    for (clause, sentence) in sentences.iter().filter(|(clause, text)| orders_something(clause, text)) {
        let of_sentence: Vec<&PlanOrder> =
            orders.iter().filter(|o| o.clause == *clause && sentence.contains(&o.words)).collect();
        assert!(!of_sentence.is_empty(), "nobody tests, or says why not ({clause}): {sentence}");
        // A figure that is no year can be counted.
        let numbers = sentence.split(|c: char| !c.is_ascii_digit()).filter(|number| !number.is_empty());
        let is_figure = |number: &&str| number.len() != 4 || !number.starts_with("20");
        let figures = numbers.filter(is_figure).count();
        let counted = of_sentence.iter().any(|o| !o.tests.is_empty() || !o.waits_for.is_empty());
        assert!(
            figures == 0
                || counted
                || of_sentence.iter().all(|o| o.not_by_data == "版面说明" || sentence.contains("28号")),
            "a figure that nobody counts: {sentence}"
        );
    }
}

#[test]
fn rules_and_targets_stand_beside_the_words_that_they_quote() {
    let (rules, _) = hebi();
    let orders = plan_orders();
    let mut known: BTreeMap<String, (String, String)> = BTreeMap::new();
    for rule in &rules.rules {
        let policy = &rule.header.policy;
        known.insert(rule.header.code.clone(), (policy.clause.clone(), policy.quote.clone()));
    }
    for topic in &rules.targets.topic {
        for target in &topic.target {
            let policy = (target.policy.clause.clone(), target.policy.quote.clone());
            known.insert(format!("{}/{}", topic.code, target.key), policy);
        }
    }
    for order in &orders {
        for code in &order.tests {
            assert!(known.contains_key(code), "{}: nothing is called {code}", order.words);
        }
    }
    for (code, (clause, quote)) in &known {
        let beside =
            orders.iter().any(|o| o.clause == *clause && o.words == *quote && o.tests.contains(code));
        assert!(beside, "{code} is not beside its words in {clause}: {quote}");
    }
    let waiting = orders.iter().filter(|o| !o.waits_for.is_empty()).count();
    assert!(waiting > 30 && known.len() > 250, "{waiting} wait, {} test", known.len());
}

#[test]
fn what_the_plan_wants_of_counties_and_villages_is_published_for_them() {
    let (rules, _) = hebi();
    for order in plan_orders() {
        let wanted = [("每个县", "County"), ("县区", "County"), ("所有村", "Village")];
        for (_, level) in wanted.iter().filter(|(word, _)| order.words.contains(word)) {
            let tested = order.tests.iter().filter_map(|code| rules.rule(code));
            let mut tested = tested.filter(|rule| rule.header.indicator).peekable();
            let told = tested.peek().is_none()
                || tested.any(|rule| rule.header.levels.iter().any(|told| format!("{told:?}") == **level));
            assert!(told, "{:?} is wanted: {}", level, order.words);
        }
    }
}
