//! The tables whose columns a SELECT can name, and what may be unknown of each.

use std::collections::BTreeSet;
use std::sync::Arc;

use sqlparser::ast::{Expr, Ident, Value};

use super::{Answers, NumberRange, TableKnowledge, UNKNOWN_SUFFIX};

/// A table of FROM or JOIN.
#[derive(Debug, Clone)]
pub(super) struct ScopedTable {
    pub(super) alias: String,
    /// Name of the table; a subquery has none.
    pub(super) name: Option<String>,
    pub(super) knowledge: Arc<TableKnowledge>,
    /// Which of its rows are read.
    pub(super) answers: Answers,
    /// Rows of a LEFT JOIN: a companion is null where nothing is met.
    pub(super) outer: bool,
    /// SQL that is 1 where it is unknown whether the row is met; all its columns are unknown then.
    pub(super) doubt: Option<String>,
    /// Where it is, what may be met need not be read.
    pub(super) absent: bool,
}

/// Tables in the order of FROM.
#[derive(Debug, Clone, Default)]
pub(super) struct TableScope {
    pub(super) tables: Vec<ScopedTable>,
}

impl TableScope {
    /// The table that a name is of: of its alias, else the one that has such a column.
    fn table(&self, alias: Option<&Ident>, name: &Ident) -> Result<Option<&ScopedTable>, String> {
        match alias {
            Some(alias) => {
                let table = self.tables.iter().find(|table| table.alias == alias.value);
                table.map(Some).ok_or_else(|| format!("{alias} is not known"))
            }
            None => {
                let has = |table: &&ScopedTable| table.knowledge.columns.contains(&name.value);
                let mut found = self.tables.iter().filter(has);
                match (found.next(), found.next()) {
                    (Some(table), None) => Ok(Some(table)),
                    // A name of the SELECT itself.
                    (None, _) => Ok(None),
                    (Some(_), Some(_)) => Err(format!("{name} is a column of several tables")),
                }
            }
        }
    }

    /// SQL that is 1 where the column's cell is unknown; `None` if it never is.
    pub(super) fn unknown(&self, alias: Option<&Ident>, name: &Ident) -> Result<Option<String>, String> {
        let Some(table) = self.table(alias, name)? else { return Ok(None) };
        let own = table.knowledge.unknown.contains(&name.value).then(|| {
            let companion = format!("{}.{}{UNKNOWN_SUFFIX}", table.alias, name.value);
            if table.outer { format!("COALESCE({companion}, 0)") } else { companion }
        });
        Ok(match (&table.doubt, own) {
            (None, own) => own,
            (Some(doubt), None) => Some(format!("CASE WHEN {doubt} THEN 1 ELSE 0 END")),
            (Some(doubt), Some(own)) => Some(format!("CASE WHEN {doubt} THEN 1 ELSE {own} END")),
        })
    }

    /// SQL that holds where two columns are not the same column of the same row, if both are the same column of one table
    /// whose rows are told apart by another.
    pub(super) fn of_different_rows(&self, left: &Expr, right: &Expr) -> Option<String> {
        let place = |expr: &Expr| match expr {
            Expr::CompoundIdentifier(parts) => match &parts[..] {
                [alias, name] => {
                    let table = self.tables.iter().find(|table| table.alias == alias.value)?;
                    Some((table, name.value.clone()))
                }
                _ => None,
            },
            _ => None,
        };
        let ((one, column), (other, other_column)) = (place(left)?, place(right)?);
        let is_sure = |table: &ScopedTable| !table.outer && table.doubt.is_none();
        let same = column == other_column && one.name == other.name && one.alias != other.alias;
        let keys = &one.knowledge.row_key;
        if keys.is_empty() || one.name.is_none() || !same || !is_sure(one) || !is_sure(other) {
            return None;
        }
        let apart = keys.iter().map(|key| format!("{}.{key} <> {}.{key}", one.alias, other.alias));
        Some(format!("({})", apart.collect::<Vec<_>>().join(" OR ")))
    }

    /// Companions of the cells by which rows may turn out to be one: how many there are is unknown where one is.
    pub(super) fn coinciding_flags(&self) -> Result<BTreeSet<String>, String> {
        let mut flags = BTreeSet::new();
        for table in self.tables.iter().filter(|table| table.knowledge.coincide) {
            let alias = Ident::new(table.alias.as_str());
            for column in &table.knowledge.unknown {
                flags.extend(self.unknown(Some(&alias), &Ident::new(column.as_str()))?);
            }
        }
        Ok(flags)
    }

    /// Is a value a count of rows of a table?
    pub(super) fn is_count(&self, expr: &Expr) -> bool {
        self.counting_table(expr).is_some()
    }

    /// Is a value a count of all the rows that there may be?
    pub(super) fn is_most(&self, expr: &Expr) -> bool {
        self.counting_table(expr)
            .is_some_and(|table| table.answers == Answers::Possible && !table.knowledge.undercounts)
    }

    /// Is a value a count of rows that are there for certain? There are no fewer.
    pub(super) fn is_least(&self, expr: &Expr) -> bool {
        self.counting_table(expr).is_some_and(|table| table.answers == Answers::Certain)
    }

    fn counting_table(&self, expr: &Expr) -> Option<&ScopedTable> {
        let Expr::CompoundIdentifier(parts) = expr else { return None };
        let [alias, name] = &parts[..] else { return None };
        let table = self.tables.iter().find(|table| table.alias == alias.value)?;
        (!table.absent && table.knowledge.counts.contains(&name.value)).then_some(table)
    }

    /// Least and greatest number that a value can be where it is any: of CASE among written numbers, and of columns.
    pub(super) fn range(&self, expr: &Expr) -> Option<NumberRange> {
        match expr {
            Expr::Nested(inner) => self.range(inner),
            Expr::Value(value) => match &value.value {
                Value::Number(number, _) => number.to_string().parse().ok().map(|number| (number, number)),
                _ => None,
            },
            Expr::Case { conditions, else_result, .. } => {
                let results = conditions.iter().map(|when| &when.result).chain(else_result.as_deref());
                results.map(|result| self.range(result)).reduce(join_ranges)?
            }
            Expr::Identifier(name) => self.column_range(None, name),
            Expr::CompoundIdentifier(parts) => match &parts[..] {
                [alias, name] => self.column_range(Some(alias), name),
                _ => None,
            },
            _ => None,
        }
    }

    fn column_range(&self, alias: Option<&Ident>, name: &Ident) -> Option<NumberRange> {
        self.table(alias, name).ok()??.knowledge.ranges.get(&name.value).copied()
    }

    /// As [`TableScope::unknown`] of an expression that names a column; `None` for any other, too.
    pub(super) fn unknown_column(&self, expr: &Expr) -> Result<Option<String>, String> {
        match expr {
            Expr::Identifier(name) => self.unknown(None, name),
            Expr::CompoundIdentifier(parts) => match &parts[..] {
                [alias, name] => self.unknown(Some(alias), name),
                _ => Err(format!("{expr} is no column")),
            },
            _ => Ok(None),
        }
    }
}

/// What holds the numbers of both.
pub(super) fn join_ranges(one: Option<NumberRange>, other: Option<NumberRange>) -> Option<NumberRange> {
    let ((least, greatest), (low, high)) = (one?, other?);
    Some((least.min(low), greatest.max(high)))
}
