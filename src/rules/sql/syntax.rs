//! What the parser says of a text that is no SELECT, in Chinese, with its place and the cure.

use std::ops::Range;

use sqlparser::parser::ParserError;
use sqlparser::tokenizer::{Location, Token};

use super::text_layout::TextLayout;
use crate::Error;

/// Why a text is not one SELECT, in Chinese, and where.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct SyntaxError {
    /// What is wrong.
    pub message: String,
    /// What to do about it.
    pub hint: String,
    /// Bytes of the text.
    pub span: Range<usize>,
}

impl From<SyntaxError> for Error {
    fn from(error: SyntaxError) -> Self {
        Self::configuration(error.message).hint(error.hint)
    }
}

/// The words of a SELECT that are most often mistyped.
const KEYWORDS: &[&str] = &[
    "SELECT",
    "DISTINCT",
    "FROM",
    "WHERE",
    "GROUP",
    "ORDER",
    "HAVING",
    "UNION",
    "WITH",
    "JOIN",
    "LEFT",
    "CROSS",
    "ANTI",
    "SEMI",
    "CASE",
    "WHEN",
    "THEN",
    "ELSE",
    "BETWEEN",
    "LIKE",
    "NULL",
    "PARTITION",
    "OVER",
];

/// What the parser expects, in Chinese.
const EXPECTED: &[(&str, &str)] = &[
    ("an expression", "列、数值、文字或算式"),
    ("end of statement", "语句的结尾"),
    ("identifier", "名称"),
    ("an identifier after AS", "AS 后面的名称"),
    ("an identifier or a '*' after '.'", "“.”后面的列名"),
    ("wildcard or identifier", "列名"),
    ("joined table", "括号里连接的表"),
    ("a data type name", "类型名，例如 INTEGER、VARCHAR"),
    ("a list of columns in parentheses", "括号里的列名"),
    ("ON, or USING after JOIN", "JOIN 后面的 ON"),
    ("JOIN or APPLY after CROSS", "CROSS 后面的 JOIN"),
    ("LEFT, RIGHT, or FULL", "LEFT、RIGHT 或 FULL"),
    ("a join type after NATURAL", "JOIN"),
    ("SELECT, VALUES, or a subquery in the query body", "SELECT"),
    ("IN or BETWEEN after NOT", "NOT 后面的 IN、BETWEEN 或 LIKE"),
    ("[NOT] NULL | TRUE | FALSE | DISTINCT | [form] NORMALIZED FROM after IS", "IS 后面的 NULL 或 NOT NULL"),
    ("literal string", "文字"),
    ("literal number", "数字"),
    ("ROWS, RANGE, GROUPS", "ROWS 或 RANGE"),
    ("PRECEDING or FOLLOWING", "PRECEDING 或 FOLLOWING"),
];

pub(super) fn no_select() -> SyntaxError {
    SyntaxError {
        message: "说明之后应是一条 SELECT 语句".to_owned(),
        hint: "以 SELECT 或 WITH 开头，只写一条语句".to_owned(),
        span: 0..0,
    }
}

/// Refuses what is no SELECT, and a second statement, before the parser looks.
pub(super) fn check_one_select(layout: &TextLayout) -> Result<(), SyntaxError> {
    if !layout.is(0, "SELECT") && !layout.is(0, "WITH") {
        return Err(no_select());
    }
    let last = layout.tokens.len() - 1;
    match layout.tokens[..last].iter().find(|token| token.token == Token::SemiColon) {
        None => Ok(()),
        Some(semicolon) => Err(SyntaxError {
            message: "一个文件只能有一条语句".to_owned(),
            hint: "删去分号之后的内容，或另建规则文件".to_owned(),
            span: layout.bytes(semicolon.span),
        }),
    }
}

/// Most operators and words that join conditions in one statement: each of a chain of them lies one level deeper in the
/// tree, and whoever walks the tree needs room for them all. Rules have a hundred.
const MOST_OPERATORS: usize = 3000;
/// Most words that join queries, which need more room each.
const MOST_UNIONS: usize = 300;

/// Refuses a statement whose tree would be too deep to be walked, however few brackets it has.
pub(super) fn check_depth(layout: &TextLayout) -> Result<(), SyntaxError> {
    let is_one_of = |token: &Token, words: &[&str]| match token {
        Token::Word(word) => {
            word.quote_style.is_none() && words.iter().any(|known| word.value.eq_ignore_ascii_case(known))
        }
        _ => false,
    };
    let operator = |token: &Token| match token {
        Token::Plus | Token::Minus | Token::Mul | Token::Div | Token::Mod | Token::StringConcat => true,
        Token::Eq | Token::Neq | Token::Lt | Token::LtEq | Token::Gt | Token::GtEq => true,
        token => is_one_of(token, &["AND", "OR", "NOT"]),
    };
    let union = |token: &Token| is_one_of(token, &["UNION", "EXCEPT", "INTERSECT"]);
    let tokens = || layout.tokens.iter();
    let (what, most, first) = match tokens().filter(|token| union(&token.token)).nth(MOST_UNIONS) {
        Some(token) => ("UNION、EXCEPT、INTERSECT", MOST_UNIONS, token),
        None => match tokens().filter(|token| operator(&token.token)).nth(MOST_OPERATORS) {
            Some(token) => ("运算、比较、AND、OR、NOT", MOST_OPERATORS, token),
            None => return Ok(()),
        },
    };
    Err(SyntaxError {
        message: format!("SQL 语句太长：{what}一共超过{most}个"),
        hint: "拆成几条规则，或把一部分写成定义；要比的值多，写成 IN (…)".to_owned(),
        span: layout.bytes(first.span),
    })
}

/// The parser's complaint as a sentence.
pub(super) fn explain_syntax_error(layout: &TextLayout, error: &ParserError) -> SyntaxError {
    let words = match error {
        ParserError::RecursionLimitExceeded => {
            return SyntaxError {
                message: "SQL 语法错误：括号或子查询套得太深".to_owned(),
                hint: "把里面的查询写成 WITH".to_owned(),
                span: 0..0,
            };
        }
        ParserError::TokenizerError(words) | ParserError::ParserError(words) => words.as_str(),
    };
    let at =
        syntax_error_place(words).map_or_else(|| layout.text.trim_end().len(), |place| layout.byte(place));
    if let ParserError::TokenizerError(_) = error {
        return unclosed_quote_error(words, at);
    }
    let here = layout.tokens.iter().position(|token| layout.byte(token.span.start) == at);
    let span = here.map_or(at..at, |token| layout.bytes(layout.tokens[token].span));
    let what = match here {
        Some(_) => format!("，不是“{}”", &layout.text[span.clone()]),
        None => "，语句没有写完".to_owned(),
    };
    let expected = words.strip_prefix("Expected: ").and_then(|rest| rest.split(", found").next());
    let message = match expected.and_then(expected_syntax_text) {
        Some(expected) if expected.starts_with(|c: char| c.is_ascii()) => {
            format!("SQL 语法错误：此处应为 {expected}{what}")
        }
        Some(expected) => format!("SQL 语法错误：此处应为{expected}{what}"),
        None => format!("SQL 语法错误：不能理解此处的写法{what}"),
    };
    SyntaxError { message, hint: syntax_error_hint(layout, here), span }
}

/// What was expected in Chinese: known words, signs, and keywords as they are.
fn expected_syntax_text(expected: &str) -> Option<String> {
    if let Some((_, words)) = EXPECTED.iter().find(|(english, _)| *english == expected) {
        return Some((*words).to_owned());
    }
    let choices: Vec<&str> = expected.trim_start_matches("one of ").split(" or ").collect();
    let plain = |word: &&str| !word.contains(|c: char| c.is_ascii_lowercase() || c == ' ');
    let known = choices.iter().all(plain);
    known.then(|| choices.iter().map(|word| format!("“{word}”")).collect::<Vec<_>>().join("或"))
}

/// A quote or comment that nothing closes.
fn unclosed_quote_error(words: &str, at: usize) -> SyntaxError {
    let (message, hint) = if words.contains("comment") {
        ("注释没有写完", "注释以 /* 开头、以 */ 结束，或用 -- 写到行尾")
    } else if words.contains("close delimiter") {
        ("双引号没有配对", "列名、表名一般不加引号；文字用英文单引号括住")
    } else if words.contains("string") {
        ("文字的引号没有配对", "文字用一对英文单引号括住，文字里的单引号写两个")
    } else {
        ("不能理解此处的字符", "SQL 里的引号、括号、逗号和等号都用半角")
    };
    SyntaxError { message: format!("SQL 语法错误：{message}"), hint: hint.to_owned(), span: at..at }
}

/// What to do where the parser stopped at token `here`, or at the end.
fn syntax_error_hint(layout: &TextLayout, here: Option<usize>) -> String {
    let count =
        |sign: &Token, until: usize| layout.tokens[..until].iter().filter(|t| t.token == *sign).count();
    let until = here.unwrap_or(layout.tokens.len());
    let (open, closed) = (count(&Token::LParen, until), count(&Token::RParen, until));
    let Some(here) = here else {
        return match open.checked_sub(closed) {
            Some(left) if left > 0 => format!("补上{left}个右括号"),
            _ => "补上条件、列名或表名，或删去末尾多余的词".to_owned(),
        };
    };
    if layout.tokens[here].token == Token::RParen && open <= closed {
        return "删去多余的右括号，或在前面补上左括号".to_owned();
    }
    if let Token::Char(sign) = layout.tokens[here].token {
        return format!("把“{sign}”改成半角：SQL 里的引号、括号、逗号和等号都用半角");
    }
    for at in [Some(here), here.checked_sub(1)].into_iter().flatten() {
        if let Token::Word(word) = &layout.tokens[at].token
            && let Some(keyword) = misspelled_sql_keyword(&word.value.to_ascii_uppercase())
        {
            return format!("是不是把“{keyword}”写成了“{}”？", word.value);
        }
    }
    let words = |word: &str| (0..layout.tokens.len()).filter(|&at| layout.is(at, word)).count();
    if words("CASE") > words("END") {
        return "每个 CASE 都以 END 结束".to_owned();
    }
    if ["GROUP", "ORDER", "PARTITION"].iter().any(|word| layout.is(here, word)) {
        return "GROUP、ORDER、PARTITION 后面都要写 BY".to_owned();
    }
    if matches!(layout.tokens[here].token, Token::Comma | Token::RParen) || layout.is(here, "FROM") {
        return "检查它前面是否多了逗号，或少了一列、一个条件".to_owned();
    }
    "检查此处前后的逗号、括号和关键字".to_owned()
}

/// The keyword that a word is a slip of.
fn misspelled_sql_keyword(word: &str) -> Option<&'static str> {
    let slips = |keyword: &&&str| {
        let most = if keyword.len() > 4 { 2 } else { 1 };
        (1..=most).contains(&strsim::damerau_levenshtein(word, keyword))
    };
    let keyword = KEYWORDS.iter().find(slips).copied();
    keyword.filter(|_| word.len() > 3 && !KEYWORDS.contains(&word))
}

/// The place that a complaint names: `… at Line: 3, Column: 5`.
fn syntax_error_place(words: &str) -> Option<Location> {
    let number = |label: &str| -> Option<u64> {
        let rest = words.rsplit_once(label)?.1;
        rest.chars().take_while(char::is_ascii_digit).collect::<String>().parse().ok()
    };
    Some(Location { line: number("Line: ")?, column: number("Column: ")? })
}
