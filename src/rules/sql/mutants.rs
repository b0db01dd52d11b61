//! Breaks a rule on purpose, one condition at a time: if no example notices, the examples
//! do not protect that condition.

use std::ops::{ControlFlow, Range};

use sqlparser::ast::{
    BinaryOperator, Expr, Join, JoinConstraint, JoinOperator, Select, Spanned, TableFactor, TableWithJoins,
    Visit, Visitor,
};

use super::ParsedSelect;
use super::select_names::join_constraint;
use super::text_layout::TextLayout;

/// A broken variant of a SELECT.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct RuleMutant {
    /// What was done, in words of the SQL.
    pub change: String,
    /// The broken SELECT: as it was but for what was changed.
    pub sql: String,
}

impl ParsedSelect {
    /// All variants of the SELECT in which one condition is dropped or negated, one alternative of an
    /// OR is removed, or one excluding or requiring join is taken out; in the order of the text.
    pub fn mutants(&self) -> Vec<RuleMutant> {
        let Ok((layout, query)) = self.tree() else { return Vec::new() };
        let mut breaker = ConditionBreaker { layout: &layout, found: Vec::new(), place: 0 };
        let _ = query.visit(&mut breaker);
        // A subquery stands within a clause of its reader and is visited after all of them.
        breaker.found.sort_by_key(|(place, _)| *place);
        breaker.found.into_iter().map(|(_, mutant)| mutant).collect()
    }
}

struct ConditionBreaker<'a> {
    layout: &'a TextLayout,
    /// Mutants with the first token of their clause.
    found: Vec<(usize, RuleMutant)>,
    /// First token of the clause looked at.
    place: usize,
}

impl Visitor for ConditionBreaker<'_> {
    type Break = ();

    fn pre_visit_select(&mut self, select: &Select) -> ControlFlow<()> {
        for from in &select.from {
            self.joins(from);
        }
        for condition in [&select.selection, &select.having].into_iter().flatten() {
            self.kept_rows(condition);
        }
        ControlFlow::Continue(())
    }
}

impl ConditionBreaker<'_> {
    fn joins(&mut self, from: &TableWithJoins) {
        let TableWithJoins { relation, joins } = from;
        for factor in std::iter::once(relation).chain(joins.iter().map(|join| &join.relation)) {
            if let TableFactor::NestedJoin { table_with_joins, .. } = factor {
                self.joins(table_with_joins);
            }
        }
        for join in joins {
            self.filter(join);
            let Some(JoinConstraint::On(condition)) = join_constraint(&join.join_operator) else { continue };
            let Some(extent) = self.clause(condition) else { continue };
            // The first condition of a join is its key; without it there is no join.
            for term in mutable_conjuncts(condition).into_iter().skip(1) {
                self.drop(term, &extent);
                self.alternatives(term, &extent);
            }
        }
    }

    /// A condition of WHERE or HAVING.
    fn kept_rows(&mut self, condition: &Expr) {
        let Some(extent) = self.clause(condition) else { return };
        for term in mutable_conjuncts(condition) {
            self.drop(term, &extent);
            self.negate(term, &extent);
            self.alternatives(term, &extent);
        }
    }

    /// Removes each alternative of an OR, in turn, and each condition of an alternative.
    fn alternatives(&mut self, term: &Expr, within: &Range<usize>) {
        let parts = mutable_alternatives(strip_mutant_parentheses(term));
        if parts.len() < 2 {
            return;
        }
        for part in parts {
            self.replace(part, within, "去掉", |_| "(1 = 0)".to_owned());
            let terms = mutable_conjuncts(strip_mutant_parentheses(part));
            for term in terms.iter().filter(|_| terms.len() > 1) {
                self.drop(term, within);
            }
        }
    }

    /// Takes out a join that only says which rows stay.
    fn filter(&mut self, join: &Join) {
        use JoinOperator as O;
        let word = match join.join_operator {
            O::Semi(_) | O::LeftSemi(_) | O::RightSemi(_) => "SEMI",
            O::Anti(_) | O::LeftAnti(_) | O::RightAnti(_) => "ANTI",
            _ => return,
        };
        let behind = self.layout.tokens_in(join.relation.span()).start;
        let Some(mut start) = (0..behind).rev().find(|&at| self.layout.is(at, word)) else { return };
        if start > 0 && (self.layout.is(start - 1, "LEFT") || self.layout.is(start - 1, "RIGHT")) {
            start -= 1;
        }
        let end = match join_constraint(&join.join_operator) {
            Some(JoinConstraint::On(condition)) => self.clause(condition).map(|extent| extent.end),
            Some(JoinConstraint::Using(columns)) => {
                let last = columns.last().map_or(behind, |column| self.layout.tokens_in(column.span()).end);
                (last..self.layout.tokens.len()).find(|&at| self.layout.is(at, ")")).map(|at| at + 1)
            }
            _ => None,
        };
        if let Some(end) = end {
            self.place = start;
            self.write(&(start..end), "去掉", |_| " ".to_owned());
        }
    }

    fn drop(&mut self, term: &Expr, within: &Range<usize>) {
        self.replace(term, within, "去掉", |_| "(1 = 1)".to_owned());
    }

    fn negate(&mut self, term: &Expr, within: &Range<usize>) {
        self.replace(term, within, "取反", |words| format!("(NOT ({words}))"));
    }

    /// Goes to the clause of a condition; the tokens of the condition.
    fn clause(&mut self, condition: &Expr) -> Option<Range<usize>> {
        let extent = self.layout.extent(condition, &(0..self.layout.tokens.len()))?;
        self.place = extent.start;
        Some(extent)
    }

    fn replace(&mut self, part: &Expr, within: &Range<usize>, verb: &str, with: impl Fn(&str) -> String) {
        if let Some(tokens) = self.layout.extent(part, within) {
            self.write(&tokens, verb, with);
        }
    }

    fn write(&mut self, tokens: &Range<usize>, verb: &str, with: impl Fn(&str) -> String) {
        let (text, bytes) = (&self.layout.text, self.layout.bytes_of(tokens));
        let words = &text[bytes.clone()];
        let change = format!("{verb} {}", words.split_whitespace().collect::<Vec<_>>().join(" "));
        let sql = format!("{}{}{}", &text[..bytes.start], with(words), &text[bytes.end..]);
        self.found.push((self.place, RuleMutant { change, sql }));
    }
}

/// What stands within parentheses.
fn strip_mutant_parentheses(expr: &Expr) -> &Expr {
    match expr {
        Expr::Nested(inner) => inner,
        other => other,
    }
}

/// The parts of a condition that must all hold; parentheses are not opened.
fn mutable_conjuncts(condition: &Expr) -> Vec<&Expr> {
    mutable_parts(condition, &BinaryOperator::And)
}

/// The parts of a condition of which one must hold; parentheses are not opened.
fn mutable_alternatives(condition: &Expr) -> Vec<&Expr> {
    mutable_parts(condition, &BinaryOperator::Or)
}

fn mutable_parts<'e>(condition: &'e Expr, operator: &BinaryOperator) -> Vec<&'e Expr> {
    match condition {
        Expr::BinaryOp { left, op, right } if op == operator => {
            let mut found = mutable_parts(left, operator);
            found.extend(mutable_parts(right, operator));
            found
        }
        other => vec![other],
    }
}
