//! Which rules rest on which rows a list has: those that would find less without some of them, and those that would
//! find more, as whoever looks for people that stand in no list.
//!
//! The list is taken for one that may have rows beyond those that are there, and every SELECT is written for its certain
//! answers over it (docs/adr/0014). Where these ask which rows may be there beyond the known ones, a finding may come of a
//! row's absence.

use std::collections::{BTreeMap, BTreeSet};
use std::sync::Arc;

use super::rule_file::{Rule, SqlFile};
use super::rule_set::RuleSet;
use super::sql::certainty::{AnswerSelects, Answers, KnownTables, TableKnowledge, UNKNOWN_SUFFIX};
use super::sql::growth::{GrowthByTable, TableGrowth, growth_of};
use super::unknown_answers::{answers_over, untouched};
use super::view_catalogue::{EARLIER, IDENTITIES, ViewInfo, ViewOrigin, list_of_view};

/// What rows of a list that are not there would do to the findings of a rule.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord)]
pub(crate) enum RowUse {
    /// More would be found; what is found stands.
    Adds,
    /// What is found may be found for want of them.
    MayRefute,
}

impl RuleSet {
    /// The rules, by position, that rest on which rows the view `list` has; of an indicator, its counts.
    pub(crate) fn row_uses(&self, list: &str) -> BTreeMap<usize, RowUse> {
        let mut tables = KnownTables::new();
        for (name, view) in &self.catalogue.views {
            let columns: Vec<String> = view.columns.iter().map(|(column, _)| column.clone()).collect();
            let flag = format!("in_{list}");
            let derived = view.origin == ViewOrigin::Derived;
            // Who stands in the list, and how records of one person differ, is not known without its rows.
            let unknown: BTreeSet<String> =
                columns.iter().filter(|column| derived && **column == flag).cloned().collect();
            let of_all = name == IDENTITIES && list_of_view(list) == list;
            let known = match name == list || of_all {
                true => TableKnowledge { columns, uncertain: true, ..TableKnowledge::default() },
                false => TableKnowledge::view(columns, unknown),
            };
            tables.insert(name.clone(), Ok(Arc::new(known)));
        }
        let mut texts: BTreeMap<String, String> = BTreeMap::new();
        for definition in &self.definitions {
            let name = &definition.header.name;
            let select = &definition.file.select;
            let known = match answers_over(select, &tables) {
                Ok(None) => untouched(select),
                Ok(Some(AnswerSelects { certain, possible, outcome })) => {
                    texts.insert(Answers::Certain.table_name(name), certain);
                    texts.insert(Answers::Possible.table_name(name), possible);
                    Ok(Arc::new(outcome))
                }
                Err(reason) => Err(reason),
            };
            tables.insert(name.clone(), known);
        }
        // The list with rows that may be there beyond the known ones, and the flags that such rows would set.
        let more = [
            Answers::Possible.table_name(list),
            Answers::Possible.table_name(IDENTITIES),
            format!("in_{list}{UNKNOWN_SUFFIX}"),
        ];
        let adding = self.only_adding(list);
        let mut uses = BTreeMap::new();
        for (position, rule) in self.rules.iter().enumerate() {
            match answers_over(&rule.file.select, &tables) {
                Ok(None) => {}
                Ok(Some(answers)) => {
                    let unknown = |name: &str| answers.outcome.unknown.contains(name);
                    let decided = answers.outcome.uncertain || unknown("subject_id") || unknown("rule_key");
                    if rule.header.indicator {
                        uses.insert(position, RowUse::MayRefute);
                    } else if decided {
                        let refutes = !adding.contains(&position) && reaches(&answers.certain, &texts, &more);
                        uses.insert(position, if refutes { RowUse::MayRefute } else { RowUse::Adds });
                    }
                }
                Err(_) => {
                    let adds = adding.contains(&position);
                    uses.insert(position, if adds { RowUse::Adds } else { RowUse::MayRefute });
                }
            }
        }
        uses
    }

    /// Rules, by position, that find no less with more rows of what earlier publications tell: sums over months only grow.
    fn only_adding(&self, list: &str) -> BTreeSet<usize> {
        if !list.ends_with(EARLIER) {
            return BTreeSet::new();
        }
        let catalogue = &self.catalogue;
        let view = |(name, view): (&String, &ViewInfo)| {
            let columns = view.columns.iter().map(|(column, _)| column.clone());
            let amounts = catalogue.never_negative.iter().filter(|(of, _)| of == name);
            let amounts = amounts.map(|(_, column)| column.clone()).collect();
            (name.clone(), Some(TableGrowth::view(columns.collect(), name == list, amounts)))
        };
        let mut tables: GrowthByTable = catalogue.views.iter().map(view).collect();
        let growth = |file: &SqlFile, tables: &GrowthByTable| growth_of(&*file.select.query().ok()?, tables);
        let mut made_of_list = BTreeSet::from([list]);
        for definition in &self.definitions {
            let (name, select) = (&definition.header.name, &definition.file.select);
            let mut found = growth(&definition.file, &tables);
            if select.table_names().any(|table| made_of_list.contains(table)) {
                made_of_list.insert(name);
            } else if found.is_none() {
                // Whatever it does, it does the same.
                let columns = select.column_names().ok();
                found = columns.map(|columns| TableGrowth::view(columns, false, BTreeSet::new()));
            }
            tables.insert(name.clone(), found);
        }
        let only_adds = |rule: &Rule| {
            !rule.header.indicator
                && growth(&rule.file, &tables)
                    .is_some_and(|found| ["subject_id", "rule_key"].iter().all(|name| found.keeps(name)))
        };
        (0..self.rules.len()).filter(|&at| only_adds(&self.rules[at])).collect()
    }
}

/// Does a text, or the text of a definition that it reads, read one of these words?
fn reaches(sql: &str, texts: &BTreeMap<String, String>, wanted: &[String]) -> bool {
    let (mut todo, mut seen) = (vec![sql], BTreeSet::new());
    while let Some(sql) = todo.pop() {
        for word in sql.split(|c: char| !c.is_alphanumeric() && c != '_') {
            if wanted.iter().any(|one| one == word) {
                return true;
            }
            if let Some((name, text)) = texts.get_key_value(word)
                && seen.insert(name)
            {
                todo.push(text);
            }
        }
    }
    false
}

#[cfg(test)]
mod tests {
    use std::path::Path;

    use super::*;
    use crate::config::Pipeline;

    #[test]
    fn a_rule_that_looks_for_missing_people_may_be_refuted_by_rows_that_did_not_come() {
        let pipeline = Pipeline::open(Path::new("pipelines/hebi")).unwrap();
        let rules = RuleSet::load(&pipeline).unwrap();
        let of = |list: &str, code: &str| {
            let at = rules.rules.iter().position(|rule| rule.header.code == code).unwrap();
            rules.row_uses(list).get(&at).copied()
        };
        assert_eq!(of("insurance", "R30"), Some(RowUse::MayRefute), "not insured");
        assert_eq!(of("housing", "R79"), Some(RowUse::Adds), "what a row says of itself");
        assert_eq!(of("deceased", "R30"), Some(RowUse::MayRefute), "the dead need no insurance");
        assert!(of("deceased", "R09").is_some(), "paid to the dead");
        assert_eq!(of("insurance", "R79"), None, "amounts of a ledger");
        assert_eq!(of("student_aid", "R52b"), Some(RowUse::MayRefute), "a rate");
    }

    #[test]
    fn what_is_added_up_over_months_stands_without_some_of_them() {
        let pipeline = Pipeline::open(Path::new("pipelines/longan-2025")).unwrap();
        let rules = RuleSet::load(&pipeline).unwrap();
        let of = |list: &str| -> Vec<(&str, RowUse)> {
            let code = |(at, row_use): (usize, RowUse)| (rules.rules[at].header.code.as_str(), row_use);
            rules.row_uses(list).into_iter().map(code).collect()
        };
        let (adds, refutes) = (RowUse::Adds, RowUse::MayRefute);
        // M02 takes a county's own limit, and more rows may be of another county.
        assert_eq!(of("medical_burden_earlier"), [("M01", adds), ("M02", refutes)]);
        // This month's posts rest on this month's list alone.
        assert_eq!(of("employment_earlier"), [("M34", refutes), ("M35", refutes)]);
    }
}
