//! FROM and JOIN: the tables whose columns a SELECT can name, and which of their rows meet.

use std::sync::Arc;

use sqlparser::ast::{Ident, Join, JoinConstraint, JoinOperator, TableAlias, TableFactor, TableWithJoins};

use super::Traced;
use super::expression::ExpressionContext;
use super::query::trace_nested;
use super::relation::{ColumnFeeds, ColumnOrigins, TracedTable, TracedTables};

/// The tables that a SELECT has put together.
#[derive(Debug, Default)]
pub(super) struct NameScope<'a> {
    relations: Vec<(String, Arc<TracedTable>)>,
    /// As of [`TracedTable`].
    pub(super) rows: ColumnOrigins,
    /// As of [`TracedTable`].
    pub(super) copies: ColumnOrigins,
    /// The SELECT around, whose columns a subquery may name.
    outer: Option<&'a NameScope<'a>>,
}

/// Which table of a join is only looked into.
#[derive(Clone, Copy, PartialEq, Eq)]
enum JoinFilter {
    None,
    Right,
    Left,
}

impl<'a> NameScope<'a> {
    /// Everything after FROM.
    pub(super) fn of(
        items: &[TableWithJoins],
        tables: &TracedTables,
        outer: Option<&'a Self>,
    ) -> Traced<Self> {
        let mut scope = Self { outer, ..Self::default() };
        for item in items {
            scope.table_with_joins(item, tables)?;
        }
        Ok(scope)
    }

    /// What feeds the column that a name means here.
    pub(super) fn column(&self, alias: Option<&Ident>, name: &Ident) -> Traced<ColumnFeeds> {
        self.find(alias, name).ok_or_else(|| match alias {
            Some(alias) => format!("{alias}.{name} is not known"),
            None => format!("{name} is not known"),
        })
    }

    /// As [`NameScope::column`]; a name without an alias may be of several tables, then all count.
    pub(super) fn find(&self, alias: Option<&Ident>, name: &Ident) -> Option<ColumnFeeds> {
        let meant = |known: &str| alias.is_none_or(|alias| alias.value == known);
        let tables = self.relations.iter().filter(|(known, _)| meant(known));
        let found = tables.filter_map(|(_, relation)| relation.column(&name.value));
        let feeds = found.reduce(|mut all, one| {
            all.add(&one);
            all
        });
        feeds.or_else(|| self.outer?.find(alias, name))
    }

    fn table_with_joins(&mut self, item: &TableWithJoins, tables: &TracedTables) -> Traced<()> {
        let TableWithJoins { relation, joins } = item;
        self.relation(relation, tables)?;
        joins.iter().try_for_each(|join| self.join(join, tables))
    }

    fn join(&mut self, join: &Join, tables: &TracedTables) -> Traced<()> {
        let Join { relation, global: _, join_operator } = join;
        let (filter, constraint) = trace_join_kind(join_operator)?;
        let (before, copies) = (self.relations.len(), self.copies.clone());
        self.relation(relation, tables)?;
        match constraint {
            JoinConstraint::On(condition) => {
                let feeds = ExpressionContext::of(self, tables).expression(condition)?;
                self.rows.extend(feeds.all());
            }
            JoinConstraint::Using(columns) => {
                for column in columns {
                    let name = column.0.last().and_then(|part| part.as_ident());
                    let name = name.ok_or("USING something that is no column")?;
                    let feeds = self.column(None, name)?;
                    self.rows.extend(feeds.all());
                }
            }
            JoinConstraint::Natural => return Err("NATURAL JOIN".to_owned()),
            JoinConstraint::None => {}
        }
        match filter {
            JoinFilter::None => {}
            JoinFilter::Right => {
                // How often a row is met does not matter.
                self.copies = copies;
                self.relations.truncate(before);
            }
            JoinFilter::Left => {
                self.relations.drain(..before);
            }
        }
        Ok(())
    }

    fn relation(&mut self, factor: &TableFactor, tables: &TracedTables) -> Traced<()> {
        let (alias, relation) = match factor {
            TableFactor::Table {
                name,
                alias,
                args: None,
                with_hints,
                version: None,
                with_ordinality: false,
                partitions,
                json_path: None,
                sample: None,
                index_hints,
            } if with_hints.is_empty() && partitions.is_empty() && index_hints.is_empty() => {
                let table = match &name.0[..] {
                    [part] => part.as_ident().map(|name| &name.value),
                    _ => None,
                };
                let table = table.ok_or_else(|| format!("{name} is no table"))?;
                let relation = tables.get(table).ok_or_else(|| format!("{table} is not known"))?.clone()?;
                (trace_from_alias(alias.as_ref())?.unwrap_or(table), relation)
            }
            TableFactor::Derived { lateral: false, subquery, alias, sample: None } => {
                let alias = trace_from_alias(alias.as_ref())?.ok_or("a subquery without a name")?;
                (alias, Arc::new(trace_nested(subquery, tables, None)?))
            }
            TableFactor::NestedJoin { table_with_joins, alias: None } => {
                return self.table_with_joins(table_with_joins, tables);
            }
            // Named one by one, so that a form the parser learns is looked at here.
            TableFactor::Table { .. }
            | TableFactor::Derived { .. }
            | TableFactor::NestedJoin { .. }
            | TableFactor::TableFunction { .. }
            | TableFactor::Function { .. }
            | TableFactor::UNNEST { .. }
            | TableFactor::JsonTable { .. }
            | TableFactor::OpenJsonTable { .. }
            | TableFactor::Pivot { .. }
            | TableFactor::Unpivot { .. }
            | TableFactor::MatchRecognize { .. }
            | TableFactor::XmlTable { .. }
            | TableFactor::SemanticView { .. } => return Err("FROM something that is no table".to_owned()),
        };
        if self.relations.iter().any(|(known, _)| known == alias) {
            return Err(format!("two tables are called {alias}"));
        }
        self.rows.extend(relation.rows.iter().cloned());
        self.copies.extend(relation.copies.iter().cloned());
        self.relations.push((alias.clone(), relation));
        Ok(())
    }
}

/// An alias that renames no columns.
fn trace_from_alias(alias: Option<&TableAlias>) -> Traced<Option<&String>> {
    match alias {
        Some(TableAlias { explicit: _, name, columns, at: None }) if columns.is_empty() => {
            Ok(Some(&name.value))
        }
        Some(_) => Err("a table's columns are renamed".to_owned()),
        None => Ok(None),
    }
}

fn trace_join_kind(operator: &JoinOperator) -> Traced<(JoinFilter, &JoinConstraint)> {
    use JoinOperator as O;
    Ok(match operator {
        O::Join(constraint)
        | O::Inner(constraint)
        | O::CrossJoin(constraint)
        | O::Left(constraint)
        | O::LeftOuter(constraint)
        | O::Right(constraint)
        | O::RightOuter(constraint)
        | O::FullOuter(constraint) => (JoinFilter::None, constraint),
        O::Semi(constraint) | O::LeftSemi(constraint) | O::Anti(constraint) | O::LeftAnti(constraint) => {
            (JoinFilter::Right, constraint)
        }
        O::RightSemi(constraint) | O::RightAnti(constraint) => (JoinFilter::Left, constraint),
        O::CrossApply
        | O::OuterApply
        | O::AsOf { .. }
        | O::StraightJoin(_)
        | O::ArrayJoin
        | O::LeftArrayJoin
        | O::InnerArrayJoin => return Err("an unknown kind of JOIN".to_owned()),
    })
}
