//! Conditions and values: where they are known.

use std::collections::BTreeSet;
use std::ops::ControlFlow;

use sqlparser::ast::{
    BinaryOperator, CaseWhen, Expr, Function, FunctionArg, FunctionArgExpr, FunctionArguments, Query,
    UnaryOperator, Visit, Visitor,
};

use super::Answers;
use super::table_scope::TableScope;

impl TableScope {
    /// The condition under which `expr` holds certainly or possibly.
    pub(super) fn condition(&self, expr: &Expr, answers: Answers) -> Result<String, String> {
        if self.flags(expr)?.is_empty() {
            return Ok(format!("({expr})"));
        }
        match expr {
            Expr::Nested(inner) => self.condition(inner, answers),
            Expr::BinaryOp { left, op: op @ (BinaryOperator::And | BinaryOperator::Or), right } => {
                Ok(format!("({} {op} {})", self.condition(left, answers)?, self.condition(right, answers)?))
            }
            Expr::UnaryOp { op: UnaryOperator::Not, expr: inner } => {
                Ok(format!("(NOT {})", self.condition(inner, answers.other())?))
            }
            plain => {
                let unknown = self.unknown_value(plain)?.ok_or("a condition that is known after all")?;
                if self.is_of_count(plain, answers)? {
                    return Ok(format!("({plain})"));
                }
                Ok(match (answers, self.differs_in_one_row(plain)) {
                    (Answers::Certain, _) => format!("(({plain}) AND {unknown} = 0)"),
                    (Answers::Possible, None) => format!("(({plain}) OR {unknown} = 1)"),
                    (Answers::Possible, Some(apart)) => format!("(({plain}) OR ({unknown} = 1 AND {apart}))"),
                })
            }
        }
    }

    /// Does a condition ask whether a count exceeds what is known: of all rows that there may be, where it is asked whether it
    /// may, or of those that are certain, where it must? No fewer or no more rows do.
    fn is_of_count(&self, condition: &Expr, answers: Answers) -> Result<bool, String> {
        Ok(match condition {
            Expr::BinaryOp { left, op: BinaryOperator::Gt | BinaryOperator::GtEq, right } => {
                let is_end = match answers {
                    Answers::Possible => self.is_most(left),
                    Answers::Certain => self.is_least(left),
                };
                is_end && self.flags(right)?.is_empty()
            }
            _ => false,
        })
    }

    /// Of a condition that says of two cells that they differ: SQL that holds where they are not one and the same cell.
    fn differs_in_one_row(&self, condition: &Expr) -> Option<String> {
        match condition {
            Expr::BinaryOp {
                left,
                op: BinaryOperator::NotEq | BinaryOperator::Lt | BinaryOperator::Gt,
                right,
            } => self.of_different_rows(left, right),
            _ => None,
        }
    }

    /// SQL that is 1 where the value of `expr` is unknown, else 0; `None` if it never is.
    pub(super) fn unknown_value(&self, expr: &Expr) -> Result<Option<String>, String> {
        let flags = self.flags(expr)?;
        if flags.is_empty() {
            return Ok(None);
        }
        let or_known = |unknown: Option<String>| unknown.unwrap_or_else(|| "0".to_owned());
        Ok(Some(match expr {
            Expr::Nested(inner) => return self.unknown_value(inner),
            Expr::Case { operand: None, conditions, else_result, case_token: _, end_token: _ } => {
                let mut sql = "CASE".to_owned();
                for CaseWhen { condition, result } in conditions {
                    let known = or_known(self.unknown_value(result)?);
                    sql += &format!(" WHEN {} THEN {known}", self.condition(condition, Answers::Certain)?);
                    if !self.flags(condition)?.is_empty() {
                        sql += &format!(" WHEN {} THEN 1", self.condition(condition, Answers::Possible)?);
                    }
                }
                let last =
                    else_result.as_ref().map(|result| self.unknown_value(result)).transpose()?.flatten();
                sql + &format!(" ELSE {} END", or_known(last))
            }
            Expr::Function(function) if function.name.to_string().eq_ignore_ascii_case("coalesce") => {
                let mut sql = "CASE".to_owned();
                for value in plain_arguments(function)? {
                    if let Some(unknown) = self.unknown_value(value)? {
                        sql += &format!(" WHEN {unknown} = 1 THEN 1");
                    }
                    sql += &format!(" WHEN ({value}) IS NOT NULL THEN 0");
                }
                sql + " ELSE 0 END"
            }
            _ => any_of(flags),
        }))
    }

    /// SQL that is 1 where any column in `expr` is unknown; `None` if none ever is.
    pub(super) fn any_unknown(&self, expr: &Expr) -> Result<Option<String>, String> {
        let flags = self.flags(expr)?;
        Ok((!flags.is_empty()).then(|| any_of(flags)))
    }

    /// SQL of the companions of all columns in an expression, each once.
    pub(super) fn flags(&self, expr: &Expr) -> Result<BTreeSet<String>, String> {
        let mut reader = FlagReader { scope: self, flags: BTreeSet::new() };
        match expr.visit(&mut reader) {
            ControlFlow::Continue(()) => Ok(reader.flags),
            ControlFlow::Break(reason) => Err(reason),
        }
    }
}

/// SQL that is 1 where one of some companions is; there is at least one of them.
pub(super) fn any_of(flags: BTreeSet<String>) -> String {
    if flags.len() == 1 {
        return flags.into_iter().next().unwrap_or_default();
    }
    let any: Vec<String> = flags.iter().map(|flag| format!("{flag} = 1")).collect();
    format!("CASE WHEN {} THEN 1 ELSE 0 END", any.join(" OR "))
}

/// Arguments of a function that are expressions.
pub(super) fn plain_arguments(function: &Function) -> Result<Vec<&Expr>, String> {
    let FunctionArguments::List(list) = &function.args else {
        return Err(format!("{} without a list of arguments", function.name));
    };
    let plain = |argument| match argument {
        &FunctionArg::Unnamed(FunctionArgExpr::Expr(ref expr)) => Some(expr),
        _ => None,
    };
    let plain: Option<Vec<&Expr>> = list.args.iter().map(plain).collect();
    plain.ok_or_else(|| format!("an argument of {} that is no expression", function.name))
}

struct FlagReader<'a> {
    scope: &'a TableScope,
    flags: BTreeSet<String>,
}

impl Visitor for FlagReader<'_> {
    type Break = String;

    fn pre_visit_expr(&mut self, expr: &Expr) -> ControlFlow<String> {
        match self.scope.unknown_column(expr) {
            Ok(flag) => {
                self.flags.extend(flag);
                ControlFlow::Continue(())
            }
            Err(reason) => ControlFlow::Break(reason),
        }
    }

    fn pre_visit_query(&mut self, _: &Query) -> ControlFlow<String> {
        ControlFlow::Break("a subquery in an expression".to_owned())
    }
}
