//! The text of a rule's SELECT as tokens: enough to say where an unknown word stands, which
//! tables are read, whether the portable subset is kept, and to break a rule on purpose.

use std::ops::Range;

/// What a token is.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum TokenKind {
    /// Keyword, name or function.
    Word,
    /// `'text'`.
    Text,
    /// Number.
    Number,
    /// Operator or punctuation, one character each (two for `<>`, `<=`, `>=`, `!=`, `||`).
    Symbol,
}

/// One token and the bytes it stands on.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Token {
    /// What it is.
    pub kind: TokenKind,
    /// Bytes within the SQL text.
    pub span: Range<usize>,
}

/// Tokens of a SELECT.
#[derive(Debug, Clone)]
pub struct SqlText<'a> {
    /// The text.
    pub sql: &'a str,
    /// Its tokens without comments and blanks.
    pub tokens: Vec<Token>,
}

/// Words that are never a table, an alias or a column.
const KEYWORDS: &[&str] = &[
    "select",
    "from",
    "where",
    "and",
    "or",
    "not",
    "as",
    "on",
    "join",
    "left",
    "right",
    "full",
    "inner",
    "outer",
    "cross",
    "anti",
    "semi",
    "group",
    "by",
    "order",
    "having",
    "union",
    "all",
    "distinct",
    "case",
    "when",
    "then",
    "else",
    "end",
    "in",
    "is",
    "null",
    "between",
    "like",
    "exists",
    "with",
    "over",
    "partition",
    "asc",
    "desc",
    "cast",
    "using",
    "limit",
    "except",
    "intersect",
    "true",
    "false",
    "integer",
    "bigint",
    "varchar",
    "int",
    "date",
    "double",
    "nulls",
    "first",
    "last",
    "rows",
    "unbounded",
    "preceding",
    "following",
    "current",
    "row",
];

/// Functions that Polars and DuckDB compute alike.
pub const PORTABLE_FUNCTIONS: &[&str] = &[
    "count",
    "sum",
    "min",
    "max",
    "coalesce",
    "cast",
    "abs",
    "row_number",
    "rank",
    "dense_rank",
    "starts_with",
    "length",
    "lower",
    "upper",
    "greatest",
    "least",
    "nullif",
];

impl<'a> SqlText<'a> {
    /// Cuts `sql` into tokens.
    pub fn new(sql: &'a str) -> Self {
        Self { sql, tokens: tokenize(sql) }
    }
    /// Text of token `index`, `""` past the end.
    pub fn text(&self, index: usize) -> &'a str {
        self.tokens.get(index).map_or("", |t| &self.sql[t.span.clone()])
    }
    /// Whether token `index` is the keyword `word` (given in lower case).
    pub fn is(&self, index: usize, word: &str) -> bool {
        self.tokens.get(index).is_some_and(|t| t.kind == TokenKind::Word)
            && self.text(index).eq_ignore_ascii_case(word)
    }
    /// Whether token `index` is a name: a word that is no keyword.
    pub fn is_name(&self, index: usize) -> bool {
        self.tokens.get(index).is_some_and(|t| t.kind == TokenKind::Word)
            && !KEYWORDS.contains(&self.text(index).to_ascii_lowercase().as_str())
    }
    /// Names of the WITH clauses.
    pub fn with_names(&self) -> Vec<&'a str> {
        (0..self.tokens.len())
            .filter(|&i| self.is_name(i) && self.is(i + 1, "as") && self.text(i + 2) == "(")
            .filter(|&i| self.is(i + 3, "select") || self.is(i + 3, "with"))
            .map(|i| self.text(i))
            .collect()
    }
    /// Tables read (FROM and JOIN), with their tokens and aliases; WITH names are left out.
    pub fn tables(&self) -> Vec<(&'a str, Range<usize>, &'a str)> {
        let with = self.with_names();
        self.table_uses().into_iter().filter(|(name, ..)| !with.contains(name)).collect()
    }
    /// Every use of a table or WITH name with the alias it gets there.
    pub fn table_uses(&self) -> Vec<(&'a str, Range<usize>, &'a str)> {
        let mut found = Vec::new();
        for i in 1..self.tokens.len() {
            if !(self.is(i - 1, "from") || self.is(i - 1, "join")) || !self.is_name(i) {
                continue;
            }
            let alias = if self.is(i + 1, "as") { i + 2 } else { i + 1 };
            let alias = if self.is_name(alias) { self.text(alias) } else { self.text(i) };
            found.push((self.text(i), self.tokens[i].span.clone(), alias));
        }
        found
    }
    /// Columns written `alias.column`: (alias, column, bytes of the column).
    pub fn qualified(&self) -> Vec<(&'a str, &'a str, Range<usize>)> {
        (2..self.tokens.len())
            .filter(|&i| self.text(i - 1) == "." && self.tokens[i].kind == TokenKind::Word)
            .map(|i| (self.text(i - 2), self.text(i), self.tokens[i].span.clone()))
            .collect()
    }
    /// Functions called, with their bytes.
    pub fn functions(&self) -> Vec<(&'a str, Range<usize>)> {
        (0..self.tokens.len())
            .filter(|&i| self.text(i + 1) == "(" && self.is_name(i))
            .filter(|&i| !self.is(i.wrapping_sub(1), "with") && !self.is(i + 1, "as"))
            .map(|i| (self.text(i), self.tokens[i].span.clone()))
            .collect()
    }
    /// Bytes of the first token whose text is `word`.
    pub fn find(&self, word: &str) -> Option<Range<usize>> {
        self.tokens
            .iter()
            .find(|t| self.sql[t.span.clone()].eq_ignore_ascii_case(word))
            .map(|t| t.span.clone())
    }
    /// Words that no alias stands before and that are none themselves.
    pub fn unqualified(&self) -> Vec<&'a str> {
        let follows = |i: usize| i > 0 && (self.text(i - 1) == "." || self.is(i - 1, "as"));
        (0..self.tokens.len())
            .filter(|&i| self.tokens[i].kind == TokenKind::Word && !follows(i))
            .map(|i| self.text(i))
            .collect()
    }
}

fn tokenize(sql: &str) -> Vec<Token> {
    let bytes = sql.as_bytes();
    let mut tokens = Vec::new();
    let mut at = 0;
    while at < bytes.len() {
        let start = at;
        let byte = bytes[at];
        let kind = if byte.is_ascii_whitespace() {
            at += 1;
            continue;
        } else if sql[at..].starts_with("--") {
            at = sql[at..].find('\n').map_or(sql.len(), |n| at + n);
            continue;
        } else if sql[at..].starts_with("/*") {
            at = sql[at..].find("*/").map_or(sql.len(), |n| at + n + 2);
            continue;
        } else if byte == b'\'' {
            at += 1;
            while at < bytes.len() {
                at += 1;
                if bytes[at - 1] == b'\'' {
                    if bytes.get(at) == Some(&b'\'') {
                        at += 1;
                    } else {
                        break;
                    }
                }
            }
            TokenKind::Text
        } else if byte.is_ascii_digit() {
            while at < bytes.len() && (bytes[at].is_ascii_digit() || bytes[at] == b'.') {
                at += 1;
            }
            TokenKind::Number
        } else if byte.is_ascii_alphabetic() || byte == b'_' || !byte.is_ascii() {
            while at < bytes.len()
                && (bytes[at].is_ascii_alphanumeric() || bytes[at] == b'_' || !bytes[at].is_ascii())
            {
                at += 1;
            }
            TokenKind::Word
        } else {
            let two = sql.get(at..at + 2).is_some_and(|t| ["<>", "<=", ">=", "!=", "||"].contains(&t));
            at += if two { 2 } else { 1 };
            TokenKind::Symbol
        };
        tokens.push(Token { kind, span: start..at });
    }
    tokens
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn tables_aliases_and_functions_are_found() {
        let sql = "WITH a AS (SELECT x FROM dibao d -- from nowhere\n WHERE d.y = 'from ''here') \
                   SELECT a.x, COUNT(*) FROM a JOIN poor AS p ON p.x = a.x ANTI JOIN tekun ON tekun.x = a.x";
        let text = SqlText::new(sql);
        assert_eq!(text.with_names(), ["a"]);
        assert_eq!(text.tables().iter().map(|t| t.0).collect::<Vec<_>>(), ["dibao", "poor", "tekun"]);
        let aliases: Vec<&str> = text.table_uses().iter().map(|t| t.2).collect();
        assert_eq!(aliases, ["d", "a", "p", "tekun"]);
        assert_eq!(text.functions().iter().map(|t| t.0).collect::<Vec<_>>(), ["COUNT"]);
        assert!(text.qualified().iter().any(|q| q.0 == "d" && q.1 == "y"));
    }
}
