//! The clauses of queries and SELECTs that rules use, apart from those that no analysis understands.
//!
//! All fields of the parser's structs are named here one by one, so that a clause which a newer parser
//! learns does not compile until somebody has looked at it.

use sqlparser::ast::{
    Distinct, Expr, Fetch, Function, GroupByExpr, LimitClause, OrderBy, Query, Select, SelectFlavor,
    SelectItem, SetExpr, TableWithJoins,
};

/// Clauses of a query behind its WITH.
pub(crate) struct QueryClauses<'a> {
    pub(crate) body: &'a SetExpr,
    pub(crate) order_by: &'a Option<OrderBy>,
    pub(crate) limit_clause: &'a Option<LimitClause>,
    pub(crate) fetch: &'a Option<Fetch>,
}

/// Clauses of a SELECT.
pub(crate) struct SelectClauses<'a> {
    pub(crate) distinct: &'a Option<Distinct>,
    pub(crate) projection: &'a Vec<SelectItem>,
    pub(crate) from: &'a [TableWithJoins],
    pub(crate) selection: &'a Option<Expr>,
    pub(crate) group_by: &'a GroupByExpr,
    pub(crate) having: &'a Option<Expr>,
    pub(crate) qualify: &'a Option<Expr>,
    pub(crate) flavor: &'a SelectFlavor,
}

/// Functions that make one value of the rows of a group.
const AGGREGATES: [&str; 5] = ["min", "max", "count", "sum", "avg"];

/// Is a function an aggregate, be it over a window?
pub(crate) fn is_aggregate(function: &Function) -> bool {
    let name = function.name.to_string();
    AGGREGATES.iter().any(|aggregate| name.eq_ignore_ascii_case(aggregate))
}

impl<'a> QueryClauses<'a> {
    /// Takes a query apart.
    ///
    /// # Errors
    /// Says in English that it has a clause that no analysis understands.
    pub(crate) fn of(query: &'a Query) -> Result<Self, String> {
        let Query {
            with: _,
            body,
            order_by,
            limit_clause,
            fetch,
            locks,
            for_clause,
            settings,
            format_clause,
            pipe_operators,
        } = query;
        let other = !locks.is_empty()
            || for_clause.is_some()
            || settings.is_some()
            || format_clause.is_some()
            || !pipe_operators.is_empty();
        if other {
            return Err("an unknown clause after the SELECT".to_owned());
        }
        Ok(Self { body, order_by, limit_clause, fetch })
    }
}

impl<'a> SelectClauses<'a> {
    /// Takes a SELECT apart.
    ///
    /// # Errors
    /// Says in English that it has a clause that no analysis understands.
    pub(crate) fn of(select: &'a Select) -> Result<Self, String> {
        let Select {
            select_token: _,
            optimizer_hints: _,
            distinct,
            select_modifiers,
            top,
            top_before_distinct: _,
            projection,
            exclude,
            into,
            from,
            lateral_views,
            prewhere,
            selection,
            connect_by,
            group_by,
            cluster_by,
            distribute_by,
            sort_by,
            having,
            named_window,
            qualify,
            window_before_qualify: _,
            value_table_mode,
            flavor,
        } = select;
        let other = select_modifiers.is_some()
            || top.is_some()
            || exclude.is_some()
            || into.is_some()
            || !lateral_views.is_empty()
            || prewhere.is_some()
            || !connect_by.is_empty()
            || !cluster_by.is_empty()
            || !distribute_by.is_empty()
            || !sort_by.is_empty()
            || !named_window.is_empty()
            || value_table_mode.is_some()
            || *flavor == SelectFlavor::FromFirstNoSelect;
        if other {
            return Err(UNKNOWN_CLAUSE.to_owned());
        }
        Ok(Self { distinct, projection, from, selection, group_by, having, qualify, flavor })
    }
}

/// What is said of a SELECT with a clause that is not understood.
pub(crate) const UNKNOWN_CLAUSE: &str = "an unknown clause in the SELECT";

/// The column that an expression names.
pub(crate) fn column_name(expr: &Expr) -> Option<&str> {
    match expr {
        Expr::Identifier(name) => Some(&name.value),
        Expr::CompoundIdentifier(parts) => parts.last().map(|part| part.value.as_str()),
        Expr::Nested(inner) => column_name(inner),
        _ => None,
    }
}
