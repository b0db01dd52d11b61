//! Which of the shipped rules ask for who is not in a table, and say in their header which list that is.

use std::collections::BTreeSet;
use std::ops::ControlFlow;

use sqlparser::ast::{Expr, JoinOperator, Query, Select, TableFactor, Visit, Visitor};

use crate::config::Pipeline;
use crate::rules::rule_file::SqlFile;
use crate::rules::rule_set::RuleSet;

/// Tables, subqueries and names of WITH whose rows a SELECT asks to be missing: behind ANTI JOIN, or behind LEFT
/// JOIN and IS NULL of one of their columns.
#[derive(Default)]
struct MissingTables {
    found: Vec<String>,
    /// Aliases behind LEFT JOIN, with what is joined.
    left: Vec<(String, String)>,
    /// Names of WITH, with the tables that they read.
    with: Vec<(String, Vec<String>)>,
}

/// Tables that a query names.
fn tables_of(query: &Query) -> Vec<String> {
    let mut tables = Vec::new();
    let _ = sqlparser::ast::visit_relations(query, |name| {
        tables.push(name.to_string());
        ControlFlow::<()>::Continue(())
    });
    tables
}

impl Visitor for MissingTables {
    type Break = ();

    fn pre_visit_query(&mut self, query: &Query) -> ControlFlow<()> {
        let parts = query.with.iter().flat_map(|with| &with.cte_tables);
        self.with.extend(parts.map(|part| (part.alias.name.value.clone(), tables_of(&part.query))));
        ControlFlow::Continue(())
    }

    fn pre_visit_select(&mut self, select: &Select) -> ControlFlow<()> {
        for join in select.from.iter().flat_map(|from| &from.joins) {
            let (alias, tables) = match &join.relation {
                TableFactor::Table { name, alias, .. } => {
                    let name = name.to_string();
                    (alias.as_ref().map_or(name.clone(), |alias| alias.name.value.clone()), vec![name])
                }
                TableFactor::Derived { subquery, alias: Some(alias), .. } => {
                    (alias.name.value.clone(), tables_of(subquery))
                }
                _ => continue,
            };
            match &join.join_operator {
                JoinOperator::Anti(_) | JoinOperator::LeftAnti(_) => self.found.extend(tables),
                JoinOperator::Left(_) | JoinOperator::LeftOuter(_) => {
                    self.left.extend(tables.into_iter().map(|table| (alias.clone(), table)));
                }
                _ => {}
            }
        }
        ControlFlow::Continue(())
    }

    fn pre_visit_expr(&mut self, expr: &Expr) -> ControlFlow<()> {
        if let Expr::IsNull(inner) = expr
            && let Expr::CompoundIdentifier(parts) = &**inner
            && let [alias, _] = &parts[..]
        {
            let meant = self.left.iter().filter(|(known, _)| *known == alias.value);
            self.found.extend(meant.map(|(_, table)| table.clone()));
        }
        ControlFlow::Continue(())
    }
}

/// Views and definitions whose rows a SELECT asks to be missing, those behind names of WITH instead of the names.
fn missing_tables(file: &SqlFile) -> BTreeSet<String> {
    let mut seen = MissingTables::default();
    let _ = file.select.query().unwrap().visit(&mut seen);
    let mut open = seen.found;
    let mut found = BTreeSet::new();
    while let Some(table) = open.pop() {
        match seen.with.iter().find(|(name, _)| *name == table) {
            Some((_, behind)) => open.extend(behind.iter().filter(|name| **name != table).cloned()),
            None => {
                found.insert(table);
            }
        }
    }
    found.remove("parameter");
    found.remove("county_parameter");
    found
}

/// Rules of the base that ask for who is not in a table and say of no list that their subject is missing from it, with
/// the tables: there the table holds the exception (the dead, who lives elsewhere), or what is missing is not a
/// person. Whoever adds a rule sees it here and decides.
#[test]
fn rules_that_claim_an_absence_say_of_which_list() {
    let rules = RuleSet::load(&Pipeline::open("pipelines/hebi".as_ref()).unwrap()).unwrap();
    let undeclared = rules.rules.iter().filter(|rule| rule.header.absent_from.is_empty());
    let shown = undeclared.filter_map(|rule| {
        let tables = Vec::from_iter(missing_tables(&rule.file)).join(", ");
        (!tables.is_empty()).then(|| format!("{}: {tables}", rule.header.code))
    });
    insta::assert_snapshot!(Vec::from_iter(shown).join("\n"), @r"
    R12: poor_person
    R15: dibao_rural, poor_person
    R19: alive_registered, dibao_active, dibao_rural, poor_person
    R23b: dead_person
    R25: tekun_active
    R29: poor_person
    R43: released_household
    R43b: released_household
    R45: released_household
    R46: released_household
    R49: screening
    R49b: screening
    R51: student
    R54: moved_this_term, student, student_aid
    R75: housing, housing_done
    R76: dead_person, relocation
    R86: housed_elsewhere
    R89b: industry_support, relocation, working
    R95b: income_channel
    R99b: micro_loan, poor_person
    R107: asset_check, dead_person, entitled_household, poor_person, registry_household, relocation
    R111: waiting_household
    R111b: waiting_household
    R112: housed_elsewhere, waiting_household
    R112b: housed_elsewhere
    Q34: poor_person
    Q51: poor_person
    Q54: dibao_active, poor_person, tekun_active
    Q70: poor_person
    Q84: registry_household
    ");
    // The reading of the SELECT is not blind: what rules declare is for the most part seen in it.
    let declared = rules.rules.iter().filter(|rule| !rule.header.absent_from.is_empty());
    let seen = declared.filter(|rule| !missing_tables(&rule.file).is_empty()).count();
    assert!(seen >= 40, "{seen}");
}
