//! Breaks a rule on purpose, one condition at a time: if no example notices, the examples
//! do not protect that condition.

use std::ops::Range;

use super::sql_text::SqlText;

/// A broken variant of a SELECT.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Mutant {
    /// What was done, in words of the SQL.
    pub change: String,
    /// The broken SELECT.
    pub sql: String,
}

/// All variants of `sql` in which one condition is dropped or negated, one alternative of an
/// OR is removed, or one excluding or requiring join is taken out.
pub fn mutants(sql: &str) -> Vec<Mutant> {
    let text = SqlText::new(sql);
    let mut found = Vec::new();
    for clause in 0..text.tokens.len() {
        let where_like = text.is(clause, "where") || text.is(clause, "having");
        if where_like || text.is(clause, "on") {
            let terms = split(&text, clause + 1, end_of_clause(&text, clause + 1), "and");
            for (position, term) in terms.iter().enumerate() {
                // The first condition of a join is its key; without it there is no join.
                if !where_like && position == 0 {
                    continue;
                }
                replace(&text, term, "(1 = 1)", "去掉", &mut found);
                if where_like {
                    let words = bytes(&text, term);
                    replace(&text, term, &format!("(NOT ({}))", &sql[words]), "取反", &mut found);
                }
                alternatives(&text, term, &mut found);
            }
        }
        if (text.is(clause, "anti") || text.is(clause, "semi")) && text.is(clause + 1, "join") {
            let end = end_of_clause(&text, clause + 2);
            let term = clause..end;
            replace(&text, &term, " ", "去掉", &mut found);
        }
    }
    found
}

/// Removes each alternative of a parenthesised OR, in turn.
fn alternatives(text: &SqlText<'_>, term: &Range<usize>, found: &mut Vec<Mutant>) {
    let inner = if text.text(term.start) == "(" && text.text(term.end - 1) == ")" {
        term.start + 1..term.end - 1
    } else {
        term.clone()
    };
    let parts = split(text, inner.start, inner.end, "or");
    if parts.len() < 2 {
        return;
    }
    for part in parts {
        replace(text, &part, "(1 = 0)", "去掉", found);
        let terms = split(text, part.start, part.end, "and");
        let terms = if terms.len() < 2 && text.text(part.start) == "(" {
            split(text, part.start + 1, part.end - 1, "and")
        } else {
            terms
        };
        if terms.len() > 1 {
            for term in terms {
                replace(text, &term, "(1 = 1)", "去掉", found);
            }
        }
    }
}

fn bytes(text: &SqlText<'_>, tokens: &Range<usize>) -> Range<usize> {
    text.tokens[tokens.start].span.start..text.tokens[tokens.end - 1].span.end
}

fn replace(text: &SqlText<'_>, tokens: &Range<usize>, with: &str, verb: &str, found: &mut Vec<Mutant>) {
    if tokens.is_empty() {
        return;
    }
    let span = bytes(text, tokens);
    let words = text.sql[span.clone()].split_whitespace().collect::<Vec<_>>().join(" ");
    found.push(Mutant {
        change: format!("{verb} {words}"),
        sql: format!("{}{with}{}", &text.sql[..span.start], &text.sql[span.end..]),
    });
}

/// Token after the clause that starts at `start`.
fn end_of_clause(text: &SqlText<'_>, start: usize) -> usize {
    let mut depth = 0usize;
    for i in start..text.tokens.len() {
        match text.text(i) {
            "(" => depth += 1,
            ")" if depth == 0 => return i,
            ")" => depth -= 1,
            _ if depth > 0 => {}
            _ => {
                let stop = [
                    "where", "group", "having", "order", "union", "limit", "join", "left", "cross", "inner",
                    "anti", "semi", "full", "except",
                ];
                if stop.iter().any(|word| text.is(i, word)) {
                    return i;
                }
            }
        }
    }
    text.tokens.len()
}

/// Parts of tokens `start..end` between the top-level words `separator`.
fn split(text: &SqlText<'_>, start: usize, end: usize, separator: &str) -> Vec<Range<usize>> {
    let mut parts = Vec::new();
    let (mut depth, mut cases, mut between, mut from) = (0usize, 0usize, false, start);
    for i in start..end {
        match text.text(i) {
            "(" => depth += 1,
            ")" => depth = depth.saturating_sub(1),
            _ if depth > 0 => {}
            _ if text.is(i, "case") => cases += 1,
            _ if text.is(i, "end") => cases = cases.saturating_sub(1),
            _ if cases > 0 => {}
            _ if text.is(i, "between") => between = true,
            _ if text.is(i, separator) => {
                if between && separator == "and" {
                    between = false;
                } else {
                    parts.push(from..i);
                    from = i + 1;
                }
            }
            _ => {}
        }
    }
    parts.push(from..end);
    parts.retain(|p| !p.is_empty());
    parts
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn every_condition_is_broken_once_each_way() {
        let sql = "SELECT a.x FROM a ANTI JOIN b ON b.x = a.x AND b.k = 1 \
                   WHERE a.y BETWEEN 1 AND 2 AND (a.z = 1 OR a.w = 2) AND a.q IN (SELECT q FROM c WHERE c.d = 3)";
        let changes: Vec<String> = mutants(sql).into_iter().map(|m| m.change).collect();
        assert_eq!(
            changes,
            [
                "去掉 ANTI JOIN b ON b.x = a.x AND b.k = 1",
                "去掉 b.k = 1",
                "去掉 a.y BETWEEN 1 AND 2",
                "取反 a.y BETWEEN 1 AND 2",
                "去掉 (a.z = 1 OR a.w = 2)",
                "取反 (a.z = 1 OR a.w = 2)",
                "去掉 a.z = 1",
                "去掉 a.w = 2",
                "去掉 a.q IN (SELECT q FROM c WHERE c.d = 3)",
                "取反 a.q IN (SELECT q FROM c WHERE c.d = 3)",
                "去掉 c.d = 3",
                "取反 c.d = 3",
            ]
        );
        assert!(mutants("SELECT 1").is_empty());
    }
}
