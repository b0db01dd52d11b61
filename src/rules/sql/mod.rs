//! The text of a rule's SELECT, read by the SQL parser: which tables, columns and functions it names
//! and where they stand, where a condition begins and ends, and which columns decide a finding.
//!
//! Whatever has to understand SQL asks here. A text is parsed when its file is read; of the tree only the
//! names and their places stay.

use std::ops::Range;

use sqlparser::ast::{Expr, Query, Statement};
use sqlparser::dialect::GenericDialect;
use sqlparser::parser::{Parser, ParserError, ParserOptions};
use sqlparser::tokenizer::{Token, TokenWithSpan, Tokenizer};

pub(crate) mod certainty;
pub(crate) mod clauses;
pub(crate) mod growth;
pub(crate) mod lineage;
mod mutants;
mod portable;
mod select_names;
mod syntax;
mod text_layout;

pub(crate) use lineage::{Lineage, ViewColumn};
pub(crate) use mutants::RuleMutant;
pub(crate) use portable::{FunctionRows, PORTABLE_FUNCTIONS, UnportableForm, UnportableUse, function_rows};
pub(crate) use select_names::{ColumnUse, NameUse, TableUse};
pub(crate) use syntax::SyntaxError;
use text_layout::TextLayout;

/// The engine's own dialect: it and what is looked at here read the same text alike.
const DIALECT: GenericDialect = GenericDialect;

/// A SELECT that the parser has read, with the names in it and their places.
///
/// All spans that it hands out are bytes of [`ParsedSelect::text`]. The tree itself takes up forty times
/// the text, and few ask for it: it is built again for them.
#[derive(Debug, Clone)]
pub struct ParsedSelect {
    text: String,
    names: select_names::SelectNames,
}

impl ParsedSelect {
    /// Parses a text that must be one SELECT.
    ///
    /// # Errors
    /// A [`SyntaxError`] with its place if the text is anything else.
    pub fn parse(text: &str) -> Result<Self, SyntaxError> {
        let (layout, query) = parse_sql_tree(text)?;
        let names = select_names::SelectNames::of(&query, &layout);
        Ok(Self { text: layout.text, names })
    }
    /// The text that was parsed.
    pub fn text(&self) -> &str {
        &self.text
    }
    /// Builds the tree of the statement, with the places of its tokens.
    ///
    /// # Errors
    /// None for a text that was parsed before.
    fn tree(&self) -> Result<(TextLayout, Box<Query>), SyntaxError> {
        parse_sql_tree(&self.text)
    }
    /// Builds the tree of the statement.
    ///
    /// # Errors
    /// None for a text that was parsed before.
    pub(crate) fn query(&self) -> Result<Box<Query>, SyntaxError> {
        self.tree().map(|(_, query)| query)
    }
    /// The tables of WITH with their texts, in order, and the text without WITH.
    ///
    /// # Errors
    /// None for a text that was parsed before.
    pub(crate) fn apart(&self) -> Result<(Vec<(String, String)>, String), SyntaxError> {
        let mut query = self.query()?;
        let parts = query.with.take().map_or(Vec::new(), |with| with.cte_tables);
        let parts = parts.into_iter().map(|part| (part.alias.name.value, part.query.to_string()));
        Ok((parts.collect(), query.to_string()))
    }
    /// Uses of tables in FROM and JOIN, anywhere in the text; names of WITH are left out.
    pub fn tables(&self) -> &[TableUse] {
        &self.names.tables
    }
    /// Names of the tables read, once for each use.
    pub fn table_names(&self) -> impl Iterator<Item = &str> {
        self.names.tables.iter().map(|table| table.name.as_str())
    }
    /// Names that WITH gives.
    pub fn with_names(&self) -> &[NameUse] {
        &self.names.with
    }
    /// Columns named, with and without the alias of their table.
    pub fn columns(&self) -> &[ColumnUse] {
        &self.names.columns
    }
    /// Functions called, with those that have a syntax of their own (`EXTRACT`, `TRIM`, …) and the
    /// functions that stand for a table.
    pub fn functions(&self) -> &[NameUse] {
        &self.names.functions
    }
    /// What one of the two engines does not run, or runs otherwise, in the order of the text.
    pub fn unportable(&self) -> &[UnportableUse] {
        &self.names.unportable
    }
    /// Bytes of the first word that is `word`, whatever its case.
    pub fn find(&self, word: &str) -> Option<Range<usize>> {
        let tokens = tokenize(&self.text).ok()?;
        let mut words = tokens.iter();
        let found = words.find(|token| match &token.token {
            Token::Word(found) => found.value.eq_ignore_ascii_case(word),
            _ => false,
        });
        found.map(|token| TextLayout::of(&self.text).bytes(token.span))
    }
}

/// Reads a text that must be one SELECT.
fn parse_sql_tree(text: &str) -> Result<(TextLayout, Box<Query>), SyntaxError> {
    let mut layout = TextLayout::of(text);
    let tokens = tokenize(text).map_err(|error| syntax::explain_syntax_error(&layout, &error))?;
    layout.keep(&tokens);
    syntax::check_one_select(&layout)?;
    syntax::check_depth(&layout)?;
    let statements = parser(tokens).parse_statements();
    let mut statements = statements.map_err(|error| syntax::explain_syntax_error(&layout, &error))?;
    match (statements.pop(), statements.is_empty()) {
        (Some(Statement::Query(query)), true) => Ok((layout, query)),
        _ => Err(syntax::no_select()),
    }
}

/// Parses an expression; `None` if the text is none.
pub(crate) fn parse_expression(text: &str) -> Option<Expr> {
    parser(tokenize(text).ok()?).parse_expr().ok()
}

fn tokenize(text: &str) -> Result<Vec<TokenWithSpan>, ParserError> {
    Ok(Tokenizer::new(&DIALECT, text).tokenize_with_location()?)
}

/// A parser with the engine's options.
fn parser(tokens: Vec<TokenWithSpan>) -> Parser<'static> {
    let options = ParserOptions { trailing_commas: true, ..ParserOptions::default() };
    Parser::new(&DIALECT).with_options(options).with_tokens_with_locations(tokens)
}

#[cfg(test)]
mod tests;
