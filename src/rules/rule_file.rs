//! One rule, one file: a TOML header in the leading `/* … */` comment, then one SELECT.

use crate::rules::sql::ParsedSelect;
use crate::rules::sql::SyntaxError;
use std::path::{Path, PathBuf};
use std::sync::Arc;

use serde::{Deserialize, Serialize};

use crate::config::toml_file::{TomlFile, TomlStep};
use crate::model::exception::{Severity, SubjectKind};
use crate::model::period::Period;
use crate::{Error, Result};

/// Header of a rule file.
#[derive(Debug, Clone, Deserialize, schemars::JsonSchema)]
#[serde(deny_unknown_fields)]
pub struct RuleHeader {
    /// Short code, unique in the pipeline and equal to the start of the file name.
    pub code: String,
    /// Codes that the rule had before: what was found under them goes on as this rule's.
    #[serde(default)]
    pub formerly: Vec<String>,
    /// What is found, in the officers' words.
    pub title: String,
    /// Why it matters.
    pub why: String,
    /// What the rule rests on.
    pub policy: PolicyClause,
    /// Department that owns the correction, or several with the quarters they answer for.
    pub owner: RuleOwner,
    /// How bad a finding is.
    pub severity: Severity,
    /// What a finding is about.
    pub subject: SubjectKind,
    /// Views the rule cannot do without; it is not run in a quarter that lacks one.
    pub sources: Vec<String>,
    /// Views that may be absent; they are then empty.
    #[serde(default)]
    pub optional_sources: Vec<String>,
    /// Columns (`view.column`) without which the rule has nothing to say; it is not run in a quarter
    /// in which one of them is empty throughout, as when an extract leaves the column out.
    #[serde(default)]
    pub columns: Vec<String>,
    /// Lists that a finding says its subject is missing from: the nearest records there go with it.
    #[serde(default)]
    pub absent_from: Vec<AbsentFrom>,
    /// Working days that the owner has to check, from the issue of the lists.
    #[serde(default = "default_rule_due_days")]
    pub due_days: u32,
    /// What to look at on the visit.
    #[serde(default)]
    pub advice: Vec<String>,
    /// Sentence shown with each finding; `{column}` stands for a column of the SELECT.
    #[serde(default)]
    pub message: String,
    /// The SELECT yields counts per division instead of findings.
    #[serde(default)]
    pub indicator: bool,
    /// Levels at which an indicator is published.
    #[serde(default)]
    pub levels: Vec<IndicatorLevel>,
    /// Chinese label of each key in the column `indicator`.
    #[serde(default)]
    pub labels: std::collections::BTreeMap<String, String>,
    /// Keys of the column `indicator` (`""` where there is none) of which less is better.
    #[serde(default)]
    pub at_most: Vec<String>,
    /// First period the rule applies to.
    pub since: Option<Period>,
    /// Last period the rule applies to.
    pub until: Option<Period>,
    /// A finding explains other findings on the same person (a wrong ID explains five others).
    #[serde(default)]
    pub root_cause: bool,
    /// One more record of the person can add to a finding but never undo it (two numbers stay two
    /// numbers); so it is not kept apart where a match is still to be confirmed.
    #[serde(default)]
    pub stands_in_review: bool,
    /// Rules whose finding on the same person or household is the cause of this one's, the likeliest
    /// first; `R30/insurance`: of findings with the key `insurance` only. Shown once, under the cause.
    #[serde(default)]
    pub explained_by: Vec<String>,
    /// Rules whose findings on the same person or household belong together with this one's.
    #[serde(default)]
    pub related: Vec<String>,
    /// Columns, `source.column`, that lists tell beside the message, of those that decide the rule; absent: all of them. What
    /// only keeps somebody from being a finding tells nothing of one.
    pub told: Option<Vec<String>>,
    /// Tables given and findings expected; at least one finding and each exclusion.
    #[serde(default)]
    pub example: Vec<RuleExample>,
    /// Members of a family: `code`, the words that `{{word}}` stands for, further examples.
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    #[schemars(with = "Vec<std::collections::BTreeMap<String, serde_json::Value>>")]
    pub for_each: Vec<toml::Table>,
    /// Words of members that do not say otherwise.
    #[serde(default, skip_serializing_if = "toml::Table::is_empty")]
    #[schemars(with = "std::collections::BTreeMap<String, serde_json::Value>")]
    pub each: toml::Table,
}

fn default_rule_due_days() -> u32 {
    30
}

/// Most days that an owner may have: ten years.
const MOST_DUE_DAYS: u32 = 3_660;

/// Clause and phrase of the policy text.
#[derive(Debug, Clone, Deserialize, schemars::JsonSchema)]
#[serde(deny_unknown_fields)]
pub struct PolicyClause {
    /// Number of the clause.
    pub clause: String,
    /// Phrase, word for word.
    pub quote: String,
}

/// A list that a finding says its subject is missing from.
#[derive(Debug, Clone, PartialEq, Eq, Deserialize, Serialize, schemars::JsonSchema)]
#[serde(deny_unknown_fields)]
pub struct AbsentFrom {
    /// Source of the list.
    pub list: String,
    /// Source of the evidence that is missing there; of itself the first of `sources`.
    pub of: Option<String>,
    /// View or definition with a column `person_id`: whoever is not in it would not have saved the
    /// subject from the finding, and is no candidate. Of itself everybody on the list.
    pub rows: Option<String>,
    /// Findings with this `rule_key` only.
    pub key: Option<String>,
}

/// Who answers, and when.
#[derive(Debug, Clone, Deserialize, schemars::JsonSchema)]
#[serde(untagged)]
pub enum RuleOwner {
    /// The same department throughout.
    One(String),
    /// Departments by period, in order.
    Dated(Vec<DatedOwner>),
}

/// A department and the periods it answers for.
#[derive(Debug, Clone, Deserialize, schemars::JsonSchema)]
#[serde(deny_unknown_fields)]
pub struct DatedOwner {
    /// Department.
    pub name: String,
    /// First period.
    pub since: Option<Period>,
    /// Last period.
    pub until: Option<Period>,
}

impl RuleOwner {
    /// Department that answers now: the one without an end, else the last.
    pub fn latest(&self) -> &str {
        match self {
            Self::One(name) => name,
            Self::Dated(owners) => {
                owners.iter().find(|o| o.until.is_none()).or(owners.last()).map_or("", |o| &o.name)
            }
        }
    }
    /// Department that answers in `period`.
    pub fn at(&self, period: Period) -> &str {
        match self {
            Self::One(name) => name,
            Self::Dated(owners) => owners
                .iter()
                .find(|o| period.within(o.since, o.until))
                .or(owners.last())
                .map_or("", |o| &o.name),
        }
    }
}

/// Level of an indicator.
#[derive(
    Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash, Deserialize, Serialize, schemars::JsonSchema,
)]
#[serde(rename_all = "snake_case")]
pub enum IndicatorLevel {
    /// The whole prefecture.
    City,
    /// County or district.
    County,
    /// Township or street.
    Township,
    /// Village.
    Village,
}

/// A small case and its outcome.
#[derive(Debug, Clone, Deserialize, schemars::JsonSchema)]
#[serde(deny_unknown_fields)]
pub struct RuleExample {
    /// What the case shows.
    pub case: String,
    /// One row a line: `view column=value …`; `@P1` is person_id=P1, `#H1` household_id=H1.
    pub given: String,
    /// Findings, exactly: `subject`, `subject/rule_key`, then ` 待确认` if a near miss or its SELECT makes it one to
    /// be confirmed, optionally ` <- evidence evidence…`;
    /// of an indicator: `indicator unit numerator/denominator`.
    pub expect: Vec<String>,
    /// Subjects, exactly, of which cells written `?` (unknown) leave open whether they are findings:
    /// `subject` or `subject/rule_key`.
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    #[schemars(default)]
    pub undecided: Vec<String>,
}

/// A `.sql` file of the rules folder: header comment, then one SELECT.
#[derive(Debug, Clone)]
pub struct SqlFile {
    /// File, as named by the operator.
    pub path: PathBuf,
    /// Whole text of the file.
    pub text: String,
    /// Byte of `text` at which the SELECT starts.
    pub sql_start: usize,
    /// The SELECT as the parser reads it.
    pub select: Arc<ParsedSelect>,
    /// The member of a family whose text this is.
    pub member: Option<FamilyMember>,
}

/// Which member of a family a rule is.
#[derive(Debug, Clone)]
pub struct FamilyMember {
    /// Its code.
    pub code: String,
    /// Its position.
    pub number: usize,
    /// Position of the first example that is its own.
    pub examples_from: usize,
}

impl SqlFile {
    /// Parses the SELECT that starts at byte `sql_start` of a file's text.
    ///
    /// # Errors
    /// What is no SELECT, at its line.
    pub fn parse(path: &Path, text: String, sql_start: usize) -> Result<Self> {
        match ParsedSelect::parse(&text[sql_start..]) {
            Ok(select) => {
                Ok(Self { path: path.to_owned(), text, sql_start, select: Arc::new(select), member: None })
            }
            Err(SyntaxError { message, hint, span }) => {
                let span = sql_start + span.start..sql_start + span.end;
                Err(Error::configuration(message).at_span(path, &text, span).hint(hint))
            }
        }
    }
    /// The same file with another SELECT.
    ///
    /// # Errors
    /// As for [`SqlFile::parse`].
    pub fn with_sql(&self, sql: &str) -> Result<Self> {
        let text = format!("{}{sql}", &self.text[..self.sql_start]);
        let parsed = Self::parse(&self.path, text, self.sql_start)?;
        Ok(Self { member: self.member.clone(), ..parsed })
    }
    /// The SELECT.
    pub fn sql(&self) -> &str {
        self.select.text()
    }
    /// A complaint about bytes of the SELECT.
    pub fn complain_sql(&self, span: std::ops::Range<usize>, message: impl Into<String>) -> Error {
        let span = self.sql_start + span.start..self.sql_start + span.end;
        self.named(Error::configuration(message).at_span(&self.path, &self.text, span))
    }
    /// A complaint about a key of the header.
    pub fn complain_key(&self, key: &str, message: impl Into<String>) -> Error {
        self.complain_at(&[key.into()], message)
    }
    /// A complaint about a value of the header.
    pub fn complain_at(&self, steps: &[TomlStep<'_>], message: impl Into<String>) -> Error {
        let own = self.own_example(steps);
        let steps = own.as_deref().unwrap_or(steps);
        let span = masked_header(&self.path, &self.text).map_or(0..0, |(toml, _)| toml.locate(steps, false));
        self.named(Error::configuration(message).at_span(&self.path, &self.text, span))
    }
    /// Where an example stands that only this member of a family has.
    fn own_example<'s>(&self, steps: &[TomlStep<'s>]) -> Option<Vec<TomlStep<'s>>> {
        let (member, [TomlStep::Key("example"), TomlStep::Index(at), rest @ ..]) =
            (self.member.as_ref()?, steps)
        else {
            return None;
        };
        let own = at.checked_sub(member.examples_from)?;
        let start = ["for_each".into(), member.number.into(), "example".into(), own.into()];
        Some(start.into_iter().chain(rest.iter().copied()).collect())
    }
    fn named(&self, error: Error) -> Error {
        match &self.member {
            Some(member) => error.about(&format!("成员“{}”", member.code)),
            None => error,
        }
    }
}

impl RuleHeader {
    /// Lists that a finding with `key` says its subject is missing from, each with the source of the evidence.
    /// `missing_from`: the lists that the finding itself names, if its SELECT says so.
    pub(crate) fn absences<'a>(
        &'a self,
        key: &'a str,
        missing_from: Option<&'a [Arc<str>]>,
    ) -> impl Iterator<Item = (&'a AbsentFrom, &'a str)> {
        let of_key = self.absent_from.iter().filter(move |one| one.key.as_deref().is_none_or(|of| of == key));
        let named = of_key
            .filter(move |one| missing_from.is_none_or(|lists| lists.iter().any(|list| **list == *one.list)));
        named.map(|one| (one, self.absent_source(one)))
    }
    /// Source of the evidence that is missing from a list.
    pub(crate) fn absent_source<'a>(&'a self, one: &'a AbsentFrom) -> &'a str {
        one.of.as_deref().or(self.sources.first().map(String::as_str)).unwrap_or("")
    }
    /// Codes that may explain a finding with `key`, the likeliest first.
    pub fn causes<'a>(&'a self, key: &str) -> impl Iterator<Item = &'a str> {
        self.explained_by.iter().filter_map(move |cause| match cause.split_once('/') {
            None => Some(cause.as_str()),
            Some((code, of)) if of == key => Some(code),
            Some(_) => None,
        })
    }
}

/// A rule as read from its file.
#[derive(Debug, Clone)]
pub struct Rule {
    /// The file.
    pub file: SqlFile,
    /// Folder under `rules/`.
    pub group: String,
    /// Header.
    pub header: RuleHeader,
}

impl Rule {
    /// Columns named in the message.
    pub fn message_columns(&self) -> Vec<&str> {
        message_placeholders(&self.header.message)
    }
    /// Whether the rule applies in `period`.
    pub fn applies(&self, period: Period) -> bool {
        period.within(self.header.since, self.header.until)
    }
}

/// Header of a definition: a table derived once and read by many rules.
#[derive(Debug, Clone, Deserialize, schemars::JsonSchema)]
#[serde(deny_unknown_fields)]
pub struct DefinitionHeader {
    /// Name the rules use; equal to the file name.
    pub name: String,
    /// What a row is, in Chinese.
    pub title: String,
}

/// A definition as read from its file.
#[derive(Debug, Clone)]
pub struct RuleDefinition {
    /// The file.
    pub file: SqlFile,
    /// Header.
    pub header: DefinitionHeader,
}

/// Names in braces.
pub(crate) fn message_placeholders(template: &str) -> Vec<&str> {
    template.split('{').skip(1).filter_map(|part| part.split_once('}')).map(|(name, _)| name).collect()
}

/// Header text of a `.sql` file, blanked before its start so that byte positions are those of
/// the file, and the byte after the comment.
pub(crate) fn masked_header(path: &Path, text: &str) -> Result<(TomlFile, usize)> {
    let start = text.len() - text.trim_start().len();
    let missing = |at: usize| {
        Error::configuration("规则文件开头没有 /* … */ 说明").at_span(path, text, at..at).hint(
            "文件第一行写 /*，接着写 code、title 等键，再写 */，然后是一条 SELECT；可照 rules 文件夹里现有的文件写",
        )
    };
    if !text[start..].starts_with("/*") {
        return Err(missing(start));
    }
    let end = text[start..].find("*/").map(|n| start + n).ok_or_else(|| missing(start))?;
    let mut masked = " ".repeat(start + 2);
    masked.push_str(&text[start + 2..end]);
    Ok((TomlFile { path: path.to_owned(), text: masked }, end + 2))
}

fn split_file(path: &Path, text: String) -> Result<(TomlFile, SqlFile)> {
    let (toml, end) = masked_header(path, &text)?;
    let sql_start = end + (text[end..].len() - text[end..].trim_start().len());
    Ok((toml, SqlFile::parse(path, text, sql_start)?))
}

/// Reads the text of a rule file.
///
/// # Errors
/// What is not in order, at its line, with the cure.
pub fn parse_rule_file(path: &Path, group: &str, text: String) -> Result<Rule> {
    let (toml, file) = split_file(path, text)?;
    let rule = Rule { file, group: group.to_owned(), header: toml.parse()? };
    check_shape(&rule)?;
    Ok(rule)
}

/// Reads the text of a definition file.
pub(crate) fn parse_definition(path: &Path, text: String) -> Result<RuleDefinition> {
    let (toml, file) = split_file(path, text)?;
    let header: DefinitionHeader = toml.parse()?;
    let stem = path.file_stem().map(|s| s.to_string_lossy().into_owned()).unwrap_or_default();
    if stem != header.name {
        return Err(file
            .complain_key("name", format!("定义名“{}”与文件名“{stem}”不一致", header.name))
            .hint("两者写成一样"));
    }
    Ok(RuleDefinition { file, header })
}

fn check_shape(rule: &Rule) -> Result<()> {
    let stem = rule.file.path.file_stem().map(|s| s.to_string_lossy().into_owned()).unwrap_or_default();
    let header = &rule.header;
    // A family's file has as many codes as members.
    let named = !header.for_each.is_empty() || stem.split('_').next() == Some(header.code.as_str());
    if !named {
        return Err(rule
            .file
            .complain_key("code", format!("规则编号“{}”与文件名“{stem}”不一致", header.code))
            .hint("文件名写成“编号_英文短名.sql”，例如 R01_dibao_not_registered.sql"));
    }
    for (key, value) in [("title", &header.title), ("why", &header.why)] {
        if value.trim().is_empty() {
            return Err(rule
                .file
                .complain_key(key, format!("键“{key}”不能为空"))
                .hint("用核查人员看得懂的话写一句"));
        }
    }
    // The kind remains for what earlier publications hold.
    if header.subject == SubjectKind::Record {
        return Err(rule
            .file
            .complain_key("subject", "疑点不能以记录为对象：记录按报来的文件和行称呼，下次报送就成了另一条疑点，期限和核查结果都接不上")
            .hint("改成 subject = \"person\" 或 \"household\"；一人有几条的，由查询结果的 rule_key 给出名单自己的编号，例如线索编号"));
    }
    if header.due_days > MOST_DUE_DAYS {
        return Err(rule
            .file
            .complain_key("due_days", format!("核查期限{}天太长，最多{MOST_DUE_DAYS}天", header.due_days))
            .hint("写从清单下发起算的工作日数，例如 due_days = 30"));
    }
    if !header.indicator && header.message.trim().is_empty() {
        return Err(rule
            .file
            .complain_key("title", "缺少键“message”")
            .hint("写一句疑点说明，可用 {列名} 引用查询结果"));
    }
    Ok(())
}

#[cfg(test)]
mod tests {
    use super::*;

    const GOOD: &str = "/*\ncode = \"R01\"\ntitle = \"甲\"\nwhy = \"乙\"\npolicy = { clause = \"一\", quote = \"丙\" }\nowner = [{ name = \"人社局\", until = \"2018Q4\" }, { name = \"医保局\", since = \"2019Q1\" }]\nseverity = \"S1\"\nsubject = \"person\"\nsources = [\"dibao\"]\nmessage = \"共{n}笔\"\n*/\nSELECT person_id AS subject_id FROM dibao\n";

    fn read(text: &str) -> Result<Rule> {
        parse_rule_file(Path::new("rules/a/R01_x.sql"), "a", text.to_owned())
    }

    #[test]
    fn a_rule_is_read() {
        let rule = read(GOOD).unwrap();
        assert_eq!(rule.message_columns(), ["n"]);
        assert_eq!(rule.header.due_days, 30);
        assert_eq!(rule.header.owner.at("2018Q3".parse().unwrap()), "人社局");
        assert_eq!(rule.header.owner.at("2019Q1".parse().unwrap()), "医保局");
        assert!(rule.file.sql().starts_with("SELECT"));
    }

    #[test]
    fn causes_may_be_for_one_key_only() {
        let text = GOOD.replace("subject = ", "explained_by = [\"R30/insurance\", \"R14\"]\nsubject = ");
        let header = read(&text).unwrap().header;
        assert_eq!(header.causes("insurance").collect::<Vec<_>>(), ["R30", "R14"]);
        assert_eq!(header.causes("school").collect::<Vec<_>>(), ["R14"]);
    }

    #[test]
    fn an_unknown_key_points_at_its_line() {
        let error = read(&GOOD.replace("why = ", "wy = ")).unwrap_err();
        assert_eq!(error.line_column(), Some((4, 1)), "{error}");
        assert!(error.message().contains("wy"), "{error}");
        assert!(error.hint_text().unwrap().contains("why"));
    }

    #[test]
    fn misfits_are_refused() {
        assert!(read("SELECT 1").unwrap_err().message().contains("/*"));
        assert!(read(&GOOD.replace("R01", "R02")).unwrap_err().message().contains("文件名"));
        assert!(read(&GOOD.replace("SELECT", "DELETE")).unwrap_err().message().contains("SELECT"));
        assert!(
            read(&GOOD.replace("dibao\n", "dibao; SELECT 2\n")).unwrap_err().message().contains("一条语句")
        );
        let of_record = read(&GOOD.replace("\"person\"", "\"record\"")).unwrap_err();
        assert_eq!(of_record.line_column(), Some((8, 11)), "{of_record}");
        let misspelt = read(&GOOD.replace("subject = ", "since = \"2018年\"\nsubject = ")).unwrap_err();
        assert!(misspelt.message().contains("2018年"), "{misspelt:?}");
        assert!(misspelt.location().span.is_some(), "{misspelt:?}");
    }
}
