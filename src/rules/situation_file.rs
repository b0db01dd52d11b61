//! `situations/*.toml`: stories of ordinary life with rows of the lists and all that the rules should
//! find in them. docs/situations.md shows them, `bidui check --situations` runs them.

use std::collections::{BTreeMap, BTreeSet};
use std::ops::Range;

use serde::Deserialize;

use super::rule_file::Rule;
use super::rule_set::{RuleSet, with_hint};
use crate::config::Pipeline;
use crate::config::included_folders::sorted_folder_entries;
use crate::config::toml_file::{TomlFile, TomlStep, suggest_toml_name};
use crate::model::period::Period;
use crate::rules::view_catalogue::ViewOrigin;
use crate::{Error, Result};

/// A file of situations.
#[derive(Debug, Clone, Deserialize, schemars::JsonSchema)]
#[serde(deny_unknown_fields)]
pub struct SituationsOfTheme {
    /// What its situations have in common; files of the same theme are shown together.
    pub theme: String,
    /// The situations.
    pub situation: Vec<Situation>,
}

/// A story, the rows that tell it, and every finding of every rule that can be run on them.
#[derive(Debug, Clone, Deserialize, schemars::JsonSchema)]
#[serde(deny_unknown_fields)]
pub struct Situation {
    /// Short name, unique in the pipeline.
    pub name: String,
    /// What happened, in a sentence or two.
    pub story: String,
    /// One row a line: `view column=value …`, or `view:kind` for a kind of row that rules.toml describes;
    /// `@P1` is person_id=P1, `#H1` household_id=H1; `?` is a cell of which nothing is known.
    pub given: String,
    /// Lists that were delivered and have none of these people.
    #[serde(default)]
    pub empty: Vec<String>,
    /// Lists that were not delivered, where the story turns on it: `list`, or `list county` of one county alone.
    #[serde(default)]
    pub absent: Vec<String>,
    /// Lists that are of the last period: `list`, or `list county` of one county alone.
    #[serde(default)]
    pub stale: Vec<String>,
    /// All findings: `CODE subject` or `CODE subject/key`.
    pub expect: Vec<String>,
    /// Rules that stay silent, by code, and why.
    #[serde(default)]
    pub silent: BTreeMap<String, String>,
    /// Clause or common sense that the expectation rests on.
    pub rests_on: String,
    /// Period in which it plays; that of the examples if it does not say.
    pub period: Option<Period>,
    /// Rules that a list cannot carry: `CODE county`.
    #[serde(default)]
    pub held: Vec<String>,
    /// Subjects on which a rule cannot decide: `CODE subject`.
    #[serde(default)]
    pub undecided: Vec<String>,
    /// Why what is expected does not come out yet.
    pub pending: Option<String>,
}

/// A part of a list that is not there.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(crate) struct LackedPart {
    /// The list.
    pub(crate) list: String,
    /// County code; `None`: of all counties.
    pub(crate) county: Option<String>,
    /// Its rows are there, of the last period.
    pub(crate) stale: bool,
}

/// The list of an entry of `absent` or `stale`, and the county it is of, if of one alone.
pub(super) fn list_and_county(entry: &str) -> (&str, Option<&str>) {
    entry.split_once(' ').map_or((entry, None), |(list, county)| (list, Some(county)))
}

/// A file of situations, read.
#[derive(Debug, Clone)]
pub struct SituationFile {
    /// The file.
    pub file: TomlFile,
    /// What it says.
    pub content: SituationsOfTheme,
}

/// Reads `situations/*.toml` of the pipeline, in the order of their names. A pipeline need not have any.
///
/// # Errors
/// A file that is not in order, at its line; a name that two situations have.
pub fn read_situations(pipeline: &Pipeline) -> Result<Vec<SituationFile>> {
    let folder = pipeline.root.join("situations");
    let mut files: Vec<SituationFile> = Vec::new();
    if !folder.is_dir() {
        return Ok(files);
    }
    let mut names = BTreeSet::new();
    for path in sorted_folder_entries(&folder)? {
        if path.extension().is_none_or(|extension| extension != "toml") {
            continue;
        }
        let file = TomlFile::read(&path)?;
        let content: SituationsOfTheme = file.parse()?;
        if content.theme.trim().is_empty() {
            return Err(file.complain(&["theme".into()], "没有写主题").hint("例如 theme = \"出生\""));
        }
        for (at, situation) in content.situation.iter().enumerate() {
            let place = |key| ["situation".into(), at.into(), TomlStep::Key(key)];
            for (key, text) in [
                ("name", &situation.name),
                ("story", &situation.story),
                ("given", &situation.given),
                ("rests_on", &situation.rests_on),
            ] {
                if text.trim().is_empty() {
                    return Err(file
                        .complain(&place(key), format!("“{key}”是空的"))
                        .hint("写一句，不能留空"));
                }
            }
            if situation.pending.as_ref().is_some_and(|reason| reason.trim().is_empty()) {
                return Err(file
                    .complain(&place("pending"), "没有写为什么还不符")
                    .hint("写一句原因，或删去"));
            }
            if !names.insert(situation.name.clone()) {
                return Err(file
                    .complain(&place("name"), format!("情形“{}”的名称重复", situation.name))
                    .hint("换一个名称：在整个文件夹里每个情形名称不同"));
            }
        }
        files.push(SituationFile { file, content });
    }
    Ok(files)
}

impl SituationFile {
    /// A complaint about a key of a situation.
    pub(crate) fn complain(&self, at: usize, steps: &[TomlStep<'_>], message: impl Into<String>) -> Error {
        let place: Vec<TomlStep<'_>> =
            ["situation".into(), at.into()].into_iter().chain(steps.iter().copied()).collect();
        self.file.complain(&place, message)
    }
    /// A complaint about a line of the rows of a situation.
    pub(crate) fn complain_line(&self, at: usize, line: &str, message: impl Into<String>) -> Error {
        let whole = self.file.locate(&["situation".into(), at.into(), "given".into()], false);
        let span = self.file.text[whole.clone()].find(line).map_or(whole.clone(), |found| -> Range<usize> {
            whole.start + found..whole.start + found + line.len()
        });
        Error::configuration(message).at_span(&self.file.path, &self.file.text, span)
    }
    /// Checks the lists that a situation names beside those it gives rows of; `counties`: those of its rows.
    ///
    /// # Errors
    /// A list that is not there, or that has rows; a county in which nobody is.
    pub(crate) fn check_lists(
        &self,
        at: usize,
        rules: &RuleSet,
        given: &BTreeSet<&str>,
        counties: &BTreeSet<&str>,
    ) -> Result<()> {
        let situation = &self.content.situation[at];
        let lists = [("empty", &situation.empty), ("absent", &situation.absent), ("stale", &situation.stale)];
        for (key, names) in lists {
            for (number, name) in names.iter().enumerate() {
                let steps = [TomlStep::Key(key), number.into()];
                let (name, county) = match key {
                    "empty" => (name.as_str(), None),
                    _ => list_and_county(name),
                };
                if !rules.catalogue.can_be_absent(name) {
                    let known = rules.catalogue.views.iter().filter(|(_, v)| v.origin != ViewOrigin::Derived);
                    let known: Vec<&str> = known.map(|(name, _)| name.as_str()).collect();
                    let error = self.complain(at, &steps, format!("没有名为“{name}”的数据来源"));
                    return Err(with_hint(error, suggest_toml_name(name, &known, "可用的来源")));
                }
                if let Some(county) = county.filter(|county| !counties.contains(county)) {
                    let known: Vec<&str> = counties.iter().copied().collect();
                    let error = self.complain(at, &steps, format!("given 里没有县区“{county}”的行"));
                    return Err(
                        error.hint(format!("写有人的县区的六位代码；本情形里有：{}", known.join("、")))
                    );
                }
                // Other counties delivered it; one of the last period has rows.
                if key == "stale" || county.is_some() {
                    continue;
                }
                if given.contains(name) {
                    let error = self.complain(at, &steps, format!("“{name}”在 given 里有行"));
                    return Err(error.hint("有行的名单就是报来了的名单；删去这里或那几行"));
                }
                if key == "absent" && situation.empty.iter().any(|empty| empty == name) {
                    let error = self.complain(at, &steps, format!("“{name}”又写在 empty 里"));
                    return Err(error.hint("empty 是报来了、没有这家人；absent 是没有报来"));
                }
            }
        }
        Ok(())
    }
    /// The parts of lists that a situation says are not there: counties' that did not come, and those of the last period.
    pub(crate) fn lacked_parts(&self, at: usize) -> Vec<LackedPart> {
        let situation = &self.content.situation[at];
        let part = |name: &String, stale: bool| {
            let (list, county) = list_and_county(name);
            LackedPart { list: list.to_owned(), county: county.map(str::to_owned), stale }
        };
        let absent = situation.absent.iter().map(|name| part(name, false)).filter(|one| one.county.is_some());
        absent.chain(situation.stale.iter().map(|name| part(name, true))).collect()
    }
    /// The rule that an entry names, which looks for findings.
    ///
    /// # Errors
    /// A code that no rule has, or that of an indicator.
    pub(crate) fn rule<'r>(
        &self,
        at: usize,
        steps: &[TomlStep<'_>],
        rules: &'r RuleSet,
        code: &str,
    ) -> Result<&'r Rule> {
        let Some(rule) = rules.rule(code) else {
            let known: Vec<&str> = rules.rules.iter().map(|rule| rule.header.code.as_str()).collect();
            let error = self.complain(at, steps, format!("没有编号为“{code}”的规则"));
            return Err(with_hint(error, suggest_toml_name(code, &known, "现有规则")));
        };
        if rule.header.indicator {
            return Err(self
                .complain(at, steps, format!("{code}是指标，不找疑点"))
                .hint("情形只写疑点；指标由它自己的示例检查"));
        }
        Ok(rule)
    }
}

/// JSON schema of a file of situations.
pub(crate) fn situations_schema() -> schemars::Schema {
    schemars::schema_for!(SituationsOfTheme)
}
