//! FROM and JOIN: which rows meet, and what is known of their keys then.

use sqlparser::ast::{
    BinaryOperator, Expr, Join, JoinConstraint, JoinOperator, TableAlias, TableFactor, TableWithJoins,
};

use super::expression::{ExpressionWalk, split_conjuncts};
use super::select::{judge_nested, run};
use super::{KeyedColumn, ScopeVerdict, ScopedTable, ScopedTables};

/// The tables a SELECT has put together, by alias.
pub(crate) struct BoundTables {
    aliases: Vec<(String, ScopedTable)>,
    /// Whether any is local: then so are the rows. The keys of a row are of one bucket.
    pub(crate) local: bool,
}

/// How a table is joined.
#[derive(Clone, Copy, PartialEq, Eq)]
enum JoinWay {
    Inner,
    Cross,
    Left,
    Right,
    Full,
    /// SEMI and ANTI: the table only says which rows stay.
    Filter,
}

impl BoundTables {
    /// Alias and column that an expression names. Without an alias only if there is one table.
    pub(crate) fn place(&self, expr: &Expr) -> Option<(usize, usize)> {
        let (alias, name) = match expr {
            Expr::CompoundIdentifier(parts) => match &parts[..] {
                [alias, name] => (self.aliases.iter().position(|a| a.0 == alias.value)?, name),
                _ => return None,
            },
            Expr::Identifier(name) if self.aliases.len() == 1 => (0, name),
            Expr::Nested(inner) => return self.place(inner),
            _ => return None,
        };
        let ScopedTable::Local(columns) = &self.aliases[alias].1 else { return None };
        let mut named = (0..columns.len()).filter(|&c| columns[c].name == name.value);
        let first = named.next()?;
        named.next().is_none().then_some((alias, first))
    }

    pub(crate) fn column(&self, alias: usize, column: usize) -> Option<&KeyedColumn> {
        match &self.aliases.get(alias)?.1 {
            ScopedTable::Local(columns) => columns.get(column),
            ScopedTable::Shared => None,
        }
    }

    /// From here on the column is not null.
    pub(crate) fn fill(&mut self, alias: usize, column: usize) {
        if let Some((_, ScopedTable::Local(columns))) = self.aliases.get_mut(alias)
            && let Some(key) = columns.get_mut(column).and_then(|c| c.key.as_mut())
        {
            key.filled = true;
        }
    }

    /// From here on the keys of these tables can be null.
    fn empty(&mut self, aliases: impl IntoIterator<Item = usize>) {
        for alias in aliases {
            if let Some((_, ScopedTable::Local(columns))) = self.aliases.get_mut(alias) {
                columns.iter_mut().filter_map(|c| c.key.as_mut()).for_each(|k| k.filled = false);
            }
        }
    }

    fn add(&mut self, name: &str, table: ScopedTable) -> ScopeVerdict<()> {
        if self.aliases.iter().any(|a| a.0 == name) {
            return Err(format!("two tables are called {name}"));
        }
        self.local |= table != ScopedTable::Shared;
        self.aliases.push((name.to_owned(), table));
        Ok(())
    }

    fn join(&mut self, join: &Join, tables: &ScopedTables) -> ScopeVerdict<()> {
        let (way, constraint) = way(&join.join_operator)?;
        let (name, table) = relation(&join.relation, tables)?;
        let new = self.aliases.len();
        let (left, right) = (self.local, table != ScopedTable::Shared);
        self.add(name, table)?;
        let condition = match constraint {
            JoinConstraint::On(condition) => Some(condition),
            JoinConstraint::None => None,
            _ if left || right => return Err(format!("{name} is joined without ON")),
            _ => None,
        };
        if let Some(condition) = condition {
            let mut walk = ExpressionWalk::new(self, tables);
            run(condition, &mut walk)?;
            if self.local && (walk.aggregates || walk.windows) {
                return Err(format!("{name} is joined by something counted"));
            }
        }
        let keyed = condition.is_some_and(|c| self.meet(c, new, way));
        match (left, right, way) {
            (true, true, _) if keyed => {}
            (true, true, _) => return Err(format!("{name} is joined by no key")),
            // Each bucket holds all of the shared table, but only its own local rows: those it
            // can keep or repeat, but not look for in vain.
            (true, false, JoinWay::Right | JoinWay::Full)
            | (false, true, JoinWay::Left | JoinWay::Full | JoinWay::Filter) => {
                return Err(format!("rows of a shared table are looked for in the local rows ({name})"));
            }
            _ => {}
        }
        match way {
            JoinWay::Left => self.empty([new]),
            JoinWay::Right => self.empty(0..new),
            JoinWay::Full => self.empty(0..=new),
            JoinWay::Filter => {
                self.aliases.pop();
            }
            JoinWay::Inner | JoinWay::Cross => {}
        }
        Ok(())
    }

    /// Whether the condition makes the rows of table `new` meet only rows of their own bucket.
    fn meet(&mut self, condition: &Expr, new: usize, way: JoinWay) -> bool {
        let mut keyed = false;
        for part in split_conjuncts(condition) {
            let Expr::BinaryOp { left, op: BinaryOperator::Eq, right } = part else { continue };
            let (a, b) = (self.place(left), self.place(right));
            if let (Some(a), Some(b)) = (a, b)
                && (a.0 == new) != (b.0 == new)
                && let (Some(x), Some(y)) = (self.key(left), self.key(right))
                && x.kind == y.kind
            {
                keyed = true;
            }
            if way == JoinWay::Inner {
                // Only rows where both are filled are equal.
                a.into_iter().chain(b).for_each(|(alias, column)| self.fill(alias, column));
            }
        }
        keyed
    }
}

/// Everything after FROM.
pub(crate) fn judge_from(items: &[TableWithJoins], tables: &ScopedTables) -> ScopeVerdict<BoundTables> {
    let mut bound = BoundTables { aliases: Vec::new(), local: false };
    for item in items {
        if items.len() > 1 && !item.joins.is_empty() {
            return Err("JOIN beside a comma in FROM".to_owned());
        }
        let (name, table) = relation(&item.relation, tables)?;
        if bound.local && table != ScopedTable::Shared {
            return Err(format!("{name} is joined by no key"));
        }
        bound.add(name, table)?;
        for join in &item.joins {
            bound.join(join, tables)?;
        }
    }
    Ok(bound)
}

fn way(operator: &JoinOperator) -> ScopeVerdict<(JoinWay, &JoinConstraint)> {
    use JoinOperator as O;
    Ok(match operator {
        O::Join(c) | O::Inner(c) => (JoinWay::Inner, c),
        O::CrossJoin(c) => (JoinWay::Cross, c),
        O::Left(c) | O::LeftOuter(c) => (JoinWay::Left, c),
        O::Right(c) | O::RightOuter(c) => (JoinWay::Right, c),
        O::FullOuter(c) => (JoinWay::Full, c),
        O::Semi(c) | O::LeftSemi(c) | O::Anti(c) | O::LeftAnti(c) => (JoinWay::Filter, c),
        _ => return Err("an unknown kind of JOIN".to_owned()),
    })
}

/// Alias and table of what stands after FROM or JOIN.
fn relation<'a>(factor: &'a TableFactor, tables: &ScopedTables) -> ScopeVerdict<(&'a str, ScopedTable)> {
    let alias = |alias: &'a Option<TableAlias>| match alias {
        Some(alias) if alias.columns.is_empty() && alias.at.is_none() => Ok(Some(alias.name.value.as_str())),
        Some(_) => Err("a table's columns are renamed".to_owned()),
        None => Ok(None),
    };
    match factor {
        TableFactor::Table { name, alias: named, args: None, version: None, sample: None, .. } => {
            let table = match &name.0[..] {
                [part] => part.as_ident().map(|i| i.value.as_str()),
                _ => None,
            };
            let table = table.ok_or_else(|| format!("{name} is no table"))?;
            let found = tables.get(table).ok_or_else(|| format!("{table} is not known"))?;
            Ok((alias(named)?.unwrap_or(table), found.clone()))
        }
        TableFactor::Derived { lateral: false, subquery, alias: named, sample: None } => {
            let name = alias(named)?.ok_or("a subquery without a name")?;
            Ok((name, judge_nested(subquery, tables)?))
        }
        _ => Err("FROM something that is no table".to_owned()),
    }
}
