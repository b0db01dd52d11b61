//! Families: one file for rules that are alike but for a few words.
//!
//! The header lists the members (`[[for_each]]`: a code and words of its own) and what holds for
//! members that say nothing (`[each]`); `{{word}}` in header and SELECT stands for the member's word.
//! Every member is a rule of its own, with its own code, title, examples and documentation. No word
//! has more than one line, so the lines of a member's text are those of the file.

use std::collections::BTreeMap;
use std::path::Path;

use serde::Deserialize;

use super::rule_file::{self, FamilyMember, Rule, RuleExample, masked_header};
use super::rule_set::with_hint;
use crate::config::is_config_identifier;
use crate::config::toml_file::{TomlFile, TomlStep, suggest_toml_name};
use crate::{Error, Result};

/// How often a word may stand for words again.
const DEPTH: usize = 4;

/// What makes a file a family.
#[derive(Deserialize)]
struct FamilyOutline {
    #[serde(default)]
    for_each: Vec<toml::Table>,
    #[serde(default)]
    each: toml::Table,
}

/// A member's word.
enum FamilyWord {
    Text(String),
    List(Vec<String>),
}

type FamilyWords = BTreeMap<String, FamilyWord>;

/// Reads the text of a rule file: its rule, or each rule of a family.
///
/// # Errors
/// A file that is not in order; a member without a code, without a word that is asked for, or with
/// one that is not. Errors of a member name it and point at the line of the family's file.
pub fn parse_family(path: &Path, group: &str, text: String) -> Result<Vec<Rule>> {
    let (header, sql) = masked_header(path, &text)?;
    let outline = toml::from_str::<FamilyOutline>(&header.text);
    let Some(outline) = outline.ok().filter(|outline| !outline.for_each.is_empty()) else {
        return Ok(vec![rule_file::parse_rule_file(path, group, text)?]);
    };
    let template = FamilyTemplate { path, text: &text, header: &header, sql };
    let mut rules = Vec::new();
    for number in 0..outline.for_each.len() {
        rules.push(template.member(group, &outline, number)?);
    }
    Ok(rules)
}

/// The text of a family.
struct FamilyTemplate<'a> {
    path: &'a Path,
    text: &'a str,
    header: &'a TomlFile,
    /// Byte after the header.
    sql: usize,
}

impl FamilyTemplate<'_> {
    fn member(&self, group: &str, outline: &FamilyOutline, number: usize) -> Result<Rule> {
        let place = |key| [TomlStep::Key("for_each"), TomlStep::Index(number), TomlStep::Key(key)];
        let own = &outline.for_each[number];
        let Some(code) = own.get("code").and_then(toml::Value::as_str).filter(|c| !c.is_empty()) else {
            return Err(self
                .header
                .complain(&place("code"), format!("第{}个成员缺少键“code”", number + 1))
                .hint("每个成员写自己的规则编号，例如 code = \"Q29\""));
        };
        let mut words = FamilyWords::new();
        for (key, value) in &outline.each {
            words.insert(key.clone(), self.word(&["each".into(), key.as_str().into()], key, value)?);
        }
        for (key, value) in own.iter().filter(|(key, _)| *key != "example") {
            words.insert(key.clone(), self.word(&place(key), key, value)?);
            if key != "code" && !self.text.contains(&format!("{{{{{key}}}}}")) {
                return Err(self
                    .header
                    .complain_key(&place(key), format!("成员“{code}”的“{key}”没有用到"))
                    .hint("说明或语句里用 {{词}} 引用，或者删去"));
            }
        }
        let (mut before, mut after) = (self.text[..self.sql].to_owned(), self.text[self.sql..].to_owned());
        for _ in 0..DEPTH {
            (before, after) = (fill(&before, &words, true), fill(&after, &words, false));
        }
        let text = before + &after;
        if let Some(span) = find_family_placeholder(&text, 0) {
            let name = text[span.start + 2..span.end - 2].to_owned();
            let known: Vec<&str> = words.keys().map(String::as_str).collect();
            let error = Error::configuration(format!("成员“{code}”没有给出“{name}”"));
            return Err(with_hint(
                error.at_span(self.path, &text, span),
                suggest_toml_name(&name, &known, "给出的词"),
            ));
        }
        let about = |error: Error| error.about(&format!("成员“{code}”"));
        let mut rule = rule_file::parse_rule_file(self.path, group, text).map_err(about)?;
        if rule.header.code != code {
            return Err(self
                .header
                .complain(&["code".into()], "规则族的 code 应写成 \"{{code}}\"")
                .hint("每个成员的编号在它的 [[for_each]] 里"));
        }
        let examples_from = rule.header.example.len();
        if let Some(more) = rule.header.for_each.get(number).and_then(|member| member.get("example")) {
            let more: Vec<RuleExample> = more.clone().try_into().map_err(|e: toml::de::Error| {
                self.header
                    .complain(&place("example"), format!("成员“{code}”的例子写得不对({})", e.message()))
            })?;
            rule.header.example.extend(more);
        }
        rule.header.for_each.clear();
        rule.header.each.clear();
        rule.file.member = Some(FamilyMember { code: code.to_owned(), number, examples_from });
        Ok(rule)
    }

    fn word(&self, steps: &[TomlStep<'_>], key: &str, value: &toml::Value) -> Result<FamilyWord> {
        let text = |value: &toml::Value| match value {
            toml::Value::String(text) if !text.contains('\n') => Some(text.clone()),
            toml::Value::Integer(number) => Some(number.to_string()),
            _ => None,
        };
        let word = match value {
            toml::Value::Array(list) => list.iter().map(text).collect::<Option<_>>().map(FamilyWord::List),
            value => text(value).map(FamilyWord::Text),
        };
        let named = is_config_identifier(key);
        word.filter(|_| named).ok_or_else(|| {
            self.header
                .complain(steps, format!("规则族的词“{key}”只能是一行文字、整数或它们的列表"))
                .hint("词名用小写英文字母、数字和下划线；另外的例子写 example = [ … ]")
        })
    }
}

/// Bytes of the first `{{name}}` from `start` on.
fn find_family_placeholder(text: &str, start: usize) -> Option<std::ops::Range<usize>> {
    let mut at = start;
    while let Some(open) = text[at..].find("{{").map(|n| at + n) {
        let close = text[open..].find("}}").map(|n| open + n)?;
        if is_config_identifier(&text[open + 2..close]) {
            return Some(open..close + 2);
        }
        at = open + 2;
    }
    None
}

/// The text with the words in place; `quoted`: within the strings of a header.
fn fill(text: &str, words: &FamilyWords, quoted: bool) -> String {
    let escaped = |word: &str| match quoted {
        true => word.replace('\\', "\\\\").replace('"', "\\\""),
        false => word.to_owned(),
    };
    let mut filled = String::with_capacity(text.len());
    let mut at = 0;
    while let Some(span) = find_family_placeholder(text, at) {
        let name = &text[span.start + 2..span.end - 2];
        let whole = text[..span.start].ends_with('"') && text[span.end..].starts_with('"');
        match words.get(name) {
            Some(FamilyWord::Text(word)) => {
                filled.push_str(&text[at..span.start]);
                filled.push_str(&escaped(word));
                at = span.end;
            }
            // A list stands in place of the string that is nothing but its name.
            Some(FamilyWord::List(list)) if quoted && whole => {
                let list: Vec<String> = list.iter().map(|word| format!("\"{}\"", escaped(word))).collect();
                filled.push_str(&text[at..span.start - 1]);
                filled.push_str(&format!("[{}]", list.join(", ")));
                at = span.end + 1;
            }
            Some(FamilyWord::List(list)) => {
                filled.push_str(&text[at..span.start]);
                filled.push_str(&escaped(&list.join(", ")));
                at = span.end;
            }
            None => {
                filled.push_str(&text[at..span.end]);
                at = span.end;
            }
        }
    }
    filled.push_str(&text[at..]);
    filled
}

#[cfg(test)]
mod tests {
    use super::*;

    const FAMILY: &str = r#"/*
code = "{{code}}"
title = "{{label}}未填"
why = "要填。"
policy = { clause = "一", quote = "丙" }
owner = "扶贫办"
severity = "{{severity}}"
subject = "person"
sources = ["registry_person"]
advice = "{{advice}}"
message = "{{label}}没有填写。"

[each]
severity = "S3"
advice = ["查登记表"]
blank = "p.{{column}} IS NULL"

[[for_each]]
code = "Q29"
column = "ethnicity"
label = "民族"

[[for_each]]
code = "Q41"
column = "area"
label = "面积"
severity = "S2"
advice = ["丈量", "写“租”或\"借\""]
blank = "(p.{{column}} IS NULL OR p.{{column}} = 0)"
example = [{ case = "零", given = "registry_person @P1 {{column}}=0", expect = ["P1"] }]

[[example]]
case = "未填"
given = "registry_person @P1"
expect = ["P1"]
*/
SELECT p.person_id AS subject_id, p.record_id AS evidence
FROM registry_person p
WHERE {{blank}}
"#;

    fn read(text: &str) -> Result<Vec<Rule>> {
        parse_family(Path::new("rules/registry/blank.sql"), "registry", text.to_owned())
    }

    #[test]
    fn every_member_is_a_rule() {
        let rules = read(FAMILY).unwrap();
        let [first, second] = &rules[..] else { panic!("{}", rules.len()) };
        assert_eq!((&*first.header.code, &*first.header.title), ("Q29", "民族未填"));
        assert!(first.file.sql().trim_end().ends_with("WHERE p.ethnicity IS NULL"));
        assert_eq!(first.header.severity.code(), "S3");
        assert_eq!(second.header.severity.code(), "S2");
        assert_eq!(second.header.advice, ["丈量", "写“租”或\"借\""]);
        assert!(second.file.sql().trim_end().ends_with("WHERE (p.area IS NULL OR p.area = 0)"));
        let cases: Vec<&str> = second.header.example.iter().map(|e| e.case.as_str()).collect();
        assert_eq!((first.header.example.len(), cases), (1, vec!["未填", "零"]));
        assert_eq!(second.header.example[1].given, "registry_person @P1 area=0");
    }

    #[test]
    fn complaints_name_the_member_and_the_line_of_the_file() {
        let rules = read(FAMILY).unwrap();
        let line = |words: &str| FAMILY[..FAMILY.find(words).unwrap()].matches('\n').count() + 1;
        let error = rules[1].file.complain_sql(0..6, "错了");
        assert_eq!(error.line_column().map(|at| at.0), Some(line("SELECT")), "{error}");
        assert!(error.message().contains("Q41"), "{error}");
        let error = rules[1].file.complain_at(&["example".into(), 1.into(), "given".into()], "错了");
        assert_eq!(error.line_column().map(|at| at.0), Some(line("example = [")), "{error}");
        let error = rules[0].file.complain_at(&["example".into(), 0.into(), "given".into()], "错了");
        assert_eq!(
            error.line_column().map(|at| at.0),
            Some(line("given = \"registry_person @P1\"\n")),
            "{error}"
        );
    }

    #[test]
    fn words_that_do_not_fit_are_refused() {
        for (from, to, words, line) in [
            ("label = \"面积\"\n", "", "成员“Q41”没有给出“label”", 3),
            ("label = \"面积\"", "label = \"面积\"\nnote = \"x\"", "“note”没有用到", 27),
            ("code = \"Q41\"\n", "", "第2个成员缺少键“code”", 23),
            ("label = \"面积\"", "label = \"面\\n积\"", "一行文字", 26),
            ("code = \"{{code}}\"", "code = \"Q29\"", "规则族的 code", 2),
            ("owner = ", "ownr = ", "成员“Q29”", 6),
            ("SELECT p", "DELETE p", "成员“Q29”", 37),
        ] {
            let error = read(&FAMILY.replacen(from, to, 1)).expect_err(to);
            assert!(error.to_string().contains(words), "{words}: {error}");
            assert_eq!(error.line_column().map(|at| at.0), Some(line), "{words}: {error}");
        }
    }
}
