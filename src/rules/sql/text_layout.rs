//! Where lines and tokens stand in a text: the parser counts lines and characters, messages and
//! mutants need bytes.

use std::ops::Range;

use sqlparser::ast::{Expr, Spanned};
use sqlparser::tokenizer::{Location, Span, Token, TokenWithSpan};

/// A text, the bytes its lines start at, and its tokens without blanks and comments.
#[derive(Debug, Clone)]
pub(super) struct TextLayout {
    pub(super) text: String,
    lines: Vec<usize>,
    pub(super) tokens: Vec<TokenWithSpan>,
}

impl TextLayout {
    pub(super) fn of(text: &str) -> Self {
        let lines = std::iter::once(0).chain(text.match_indices('\n').map(|(at, _)| at + 1)).collect();
        Self { text: text.to_owned(), lines, tokens: Vec::new() }
    }

    /// Keeps the tokens that mean something.
    pub(super) fn keep(&mut self, tokens: &[TokenWithSpan]) {
        let meant = |token: &&TokenWithSpan| !matches!(token.token, Token::Whitespace(_) | Token::EOF);
        self.tokens = tokens.iter().filter(meant).cloned().collect();
    }

    /// Byte of a line and column; the end of the text for what lies behind it.
    pub(super) fn byte(&self, place: Location) -> usize {
        let number = |count: u64| usize::try_from(count.saturating_sub(1)).unwrap_or(usize::MAX);
        let Some(&start) = self.lines.get(number(place.line)) else { return self.text.len() };
        let rest = &self.text[start..];
        rest.char_indices().nth(number(place.column)).map_or(self.text.len(), |(at, _)| start + at)
    }

    /// Bytes of a span.
    pub(super) fn bytes(&self, span: Span) -> Range<usize> {
        match span == Span::empty() {
            true => 0..0,
            false => self.byte(span.start)..self.byte(span.end),
        }
    }

    /// Bytes from the first of these tokens to the end of the last.
    pub(super) fn bytes_of(&self, tokens: &Range<usize>) -> Range<usize> {
        match self.tokens.get(tokens.clone()) {
            Some([first, .., last]) => self.byte(first.span.start)..self.byte(last.span.end),
            Some([only]) => self.bytes(only.span),
            _ => 0..0,
        }
    }

    /// Positions of the tokens within a span.
    pub(super) fn tokens_in(&self, span: Span) -> Range<usize> {
        let start = self.tokens.partition_point(|token| token.span.start < span.start);
        let end = self.tokens.partition_point(|token| token.span.end <= span.end);
        start..end.max(start)
    }

    /// Whether the token at a position is this keyword (in capitals) or sign.
    pub(super) fn is(&self, at: usize, word: &str) -> bool {
        self.tokens.get(at).is_some_and(|token| match &token.token {
            Token::Word(found) => found.quote_style.is_none() && found.value.eq_ignore_ascii_case(word),
            other => other.to_string() == word,
        })
    }

    /// The tokens that an expression stands on, which lie among `within`.
    ///
    /// The parser's own spans leave out much (`IS NULL`, parentheses, the names of functions), so
    /// they are widened until the tokens alone are parsed as this very expression.
    pub(super) fn extent(&self, expr: &Expr, within: &Range<usize>) -> Option<Range<usize>> {
        let span = expr.span();
        let core = if span == Span::empty() { within.start..within.start } else { self.tokens_in(span) };
        let (left, right) = (core.start.checked_sub(within.start)?, within.end.checked_sub(core.end)?);
        let reads = |tokens: &Range<usize>| {
            let mut parser = super::parser(self.tokens[tokens.clone()].to_vec());
            parser.parse_expr().is_ok_and(|found| found == *expr)
                && parser.peek_token_ref().token == Token::EOF
        };
        let wider = (0..=left + right).flat_map(|extra| {
            (extra.saturating_sub(right)..=extra.min(left)).map(move |before| (before, extra - before))
        });
        wider.map(|(before, after)| core.start - before..core.end + after).find(reads)
    }
}
