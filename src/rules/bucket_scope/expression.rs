//! Expressions: what they look at besides their own row.

use std::ops::ControlFlow;

use sqlparser::ast::{BinaryOperator, Expr, Function, Query, Visitor, WindowType};

use super::join::BoundTables;
use super::select::judge_nested;
use super::{ScopedTable, ScopedTables};
use crate::rules::sql::{FunctionRows, function_rows};

/// Looks through the expressions of a clause; breaks with the reason why all rows are needed.
pub(crate) struct ExpressionWalk<'a> {
    bound: &'a BoundTables,
    tables: &'a ScopedTables,
    /// The clause is WHERE: each row is kept or not.
    pub(crate) condition: bool,
    /// A group of rows is looked at.
    pub(crate) aggregates: bool,
    /// A window of rows is looked at.
    pub(crate) windows: bool,
    /// Subqueries around the current expression.
    depth: usize,
    /// Subquery already found to be harmless.
    cleared: Option<*const Query>,
}

impl<'a> ExpressionWalk<'a> {
    pub(crate) fn new(bound: &'a BoundTables, tables: &'a ScopedTables) -> Self {
        Self { bound, tables, condition: false, aggregates: false, windows: false, depth: 0, cleared: None }
    }

    fn function(&mut self, function: &Function) -> ControlFlow<String> {
        let name = function.name.to_string().to_ascii_lowercase();
        if let Some(over) = &function.over {
            self.windows = true;
            let keyed = match over {
                WindowType::WindowSpec(window) if window.window_name.is_none() => window
                    .partition_by
                    .iter()
                    // Without an alias the engine may take a column of the SELECT for it.
                    .filter(|e| !matches!(e, Expr::Identifier(_)))
                    .any(|e| self.bound.key(e).is_some_and(|k| k.filled)),
                _ => false,
            };
            if self.bound.local && (!keyed || self.condition) {
                return ControlFlow::Break(format!("{name}() over a window without a key"));
            }
        } else if function_rows(&name) == Some(FunctionRows::Group) {
            self.aggregates = true;
            if self.bound.local && self.condition {
                return ControlFlow::Break(format!("{name}() in WHERE"));
            }
        } else if self.bound.local && function_rows(&name) != Some(FunctionRows::Row) {
            return ControlFlow::Break(format!("{name}() may look at other rows"));
        }
        ControlFlow::Continue(())
    }

    /// `x.k IN (SELECT y.k …)`: the rows that count are in the bucket of `x`. Were either null,
    /// `NOT IN` would hang on what other buckets hold.
    fn within(&self, expr: &Expr, subquery: &Query) -> bool {
        let Some(key) = self.bound.key(expr).filter(|k| k.filled && self.condition) else { return false };
        match judge_nested(subquery, self.tables) {
            Ok(ScopedTable::Local(columns)) => {
                columns.len() == 1 && columns[0].key.is_some_and(|k| k.filled && k.kind == key.kind)
            }
            _ => false,
        }
    }
}

impl Visitor for ExpressionWalk<'_> {
    type Break = String;

    fn pre_visit_query(&mut self, query: &Query) -> ControlFlow<String> {
        // What stands within a subquery is looked at when the subquery is judged.
        if self.depth == 0 && self.cleared != Some(std::ptr::from_ref(query)) {
            match judge_nested(query, self.tables) {
                Ok(ScopedTable::Shared) => {}
                Ok(ScopedTable::Local(_)) => {
                    return ControlFlow::Break("a subquery over local rows".to_owned());
                }
                Err(reason) => return ControlFlow::Break(reason),
            }
        }
        self.depth += 1;
        ControlFlow::Continue(())
    }

    fn post_visit_query(&mut self, _: &Query) -> ControlFlow<String> {
        self.depth -= 1;
        ControlFlow::Continue(())
    }

    fn pre_visit_expr(&mut self, expr: &Expr) -> ControlFlow<String> {
        match expr {
            _ if self.depth > 0 => ControlFlow::Continue(()),
            Expr::Function(function) => self.function(function),
            Expr::InSubquery { expr, subquery, .. } => {
                if self.within(expr, subquery) {
                    self.cleared = Some(std::ptr::from_ref(&**subquery));
                }
                ControlFlow::Continue(())
            }
            _ => ControlFlow::Continue(()),
        }
    }
}

/// The parts of a condition that must all hold.
pub(crate) fn split_conjuncts(condition: &Expr) -> Vec<&Expr> {
    match condition {
        Expr::BinaryOp { left, op: BinaryOperator::And, right } => {
            let mut parts = split_conjuncts(left);
            parts.extend(split_conjuncts(right));
            parts
        }
        Expr::Nested(inner) => split_conjuncts(inner),
        other => vec![other],
    }
}

/// What a condition says is not null.
pub(crate) fn not_null(condition: &Expr) -> Option<&Expr> {
    match condition {
        Expr::IsNotNull(inner) => Some(inner),
        _ => None,
    }
}
