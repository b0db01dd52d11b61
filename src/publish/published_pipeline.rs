//! What a publication says about sources and rules, taken from their configuration.

use std::collections::{BTreeMap, BTreeSet};

use crate::config::pipeline_settings::{OutputSettings, PrivacySettings};
use crate::config::{ColumnRole, Pipeline, SourceColumn, SourceContract};
use crate::link::settings::LinkSettings;
use crate::model::column_type::ContractType;
use crate::model::division::DivisionTree;
use crate::model::exception::{Severity, SubjectKind};
use crate::model::officer_text::ValueForm;
use crate::model::period::Period;
use crate::model::work_calendar::WorkCalendar;
use crate::reconcile::views::unknown_columns::columns_behind;
use crate::rules::list_settings::ListSettings;
use crate::rules::officer_words::OfficerWords;
use crate::rules::quality_settings::QualitySettings;
use crate::rules::rule_file::{Rule, RuleDefinition};
use crate::rules::rule_set::RuleSet;
use crate::rules::sql::lineage::Lineage;
use crate::rules::view_catalogue::IDENTITIES;

/// A column that decides more than one rule of so many tells little of any.
const COMMON: usize = 8;

/// What a publication says about a source, from its contract.
#[derive(Debug, Clone, PartialEq, Eq, Default)]
pub struct SourceFacts {
    /// Source name.
    pub name: String,
    /// Chinese title.
    pub title: String,
    /// Department that delivers it.
    pub owner: String,
    /// Whose word counts first when records of a person differ; 0 is the register itself.
    pub rank: u32,
    /// Columns (name, Chinese title, form of the values) that may be shown beside an exception, if
    /// its rule reads them.
    pub shown: Vec<(String, String, ValueForm)>,
    /// Chinese title of every column.
    pub labels: BTreeMap<String, String>,
    /// Name, type and role of every column.
    pub columns: Vec<(String, ContractType, Option<ColumnRole>)>,
}

/// What a publication says about a rule, from its header.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct RuleFacts {
    /// Code.
    pub code: String,
    /// Chinese title, the type of exception.
    pub title: String,
    /// Rule group (folder of the rule file).
    pub group: String,
    /// Severity.
    pub severity: Severity,
    /// Kind of subject.
    pub subject: SubjectKind,
    /// Department that owns the correction.
    pub owner: String,
    /// Clause of the policy.
    pub policy: String,
    /// Sentence of a finding, with the columns of its SELECT in braces.
    pub message: String,
    /// Why it matters, Chinese.
    pub why: String,
    /// What an officer should look at, Chinese.
    pub advice: String,
    /// Days an officer has.
    pub due_days: u32,
    /// True if the rule yields an indicator, not exceptions.
    pub indicator: bool,
    /// Chinese label of each key of an indicator.
    pub labels: BTreeMap<String, String>,
    /// Keys of an indicator of which less is better.
    pub at_most: BTreeSet<String>,
    /// Columns the rule reads; their original values are shown beside its exceptions.
    pub columns: BTreeSet<String>,
}

/// A target of the plan that no list can tell yet.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct TargetFacts {
    /// Code of the plan's check.
    pub code: String,
    /// Title of the check.
    pub title: String,
    /// Department.
    pub owner: String,
    /// Clause of the policy.
    pub policy: String,
    /// Key within the check.
    pub key: String,
    /// What would be counted.
    pub label: String,
    /// The list that would tell it.
    pub source: String,
    /// True if the target is a share in 1/10000.
    pub rate: bool,
    /// Target of the quarter, if the plan sets one.
    pub target: Option<i64>,
}

/// The pipeline as far as a publication shows it.
#[derive(Debug, Clone, Default)]
pub struct PublishedPipeline {
    /// Title of the pipeline.
    pub title: String,
    /// Digest over all files of the pipeline folder.
    pub digest: String,
    /// Six-digit code of its prefecture.
    pub prefecture: String,
    /// Sources in pipeline order, also those absent this quarter.
    pub sources: Vec<SourceFacts>,
    /// Rules by code, those selected for this run.
    pub rules: Vec<RuleFacts>,
    /// Only some of the rules were asked for.
    pub selected: bool,
    /// Targets of the plan that no list can tell yet.
    pub targets: Vec<TargetFacts>,
    /// How the quality of the register is scored, in words; `None`: it is not.
    pub quality: Option<QualitySettings>,
    /// What severities are called, and what an officer may answer.
    pub words: OfficerWords,
    /// What lists say of whoever is visited.
    pub lists: ListSettings,
    /// By rule: source and column of what decides it and may be shown, what tells it from other rules first.
    pub deciding: BTreeMap<String, Vec<(String, String)>>,
    /// Rules that look at how people are written in the lists.
    pub of_identities: BTreeSet<String>,
    /// Divisions.
    pub divisions: DivisionTree,
    /// Days that are worked on.
    pub calendar: WorkCalendar,
    /// How ID numbers and names appear in lists.
    pub privacy: PrivacySettings,
    /// Which outputs are wanted.
    pub outputs: OutputSettings,
    /// Rule, key and source that its subjects are missing from; the key is empty where it is any.
    pub absences: Vec<[String; 3]>,
    /// How pairs of records are weighed; `None`: it is not told.
    pub link: Option<LinkSettings>,
}

impl PublishedPipeline {
    /// What `pipeline` and its `rules` say of themselves in `period`.
    pub fn new(pipeline: &Pipeline, rules: &RuleSet, period: Period) -> Self {
        // The sources in which people are at home speak first.
        let home = &rules.settings.home_sources;
        let lineages = rules.lineages();
        let of_identities =
            lineages.iter().filter(|(_, of)| of.deciding.iter().any(|one| one.0 == IDENTITIES));
        Self {
            title: pipeline.settings.title.clone(),
            digest: pipeline.digest.clone(),
            prefecture: pipeline.settings.prefecture.code.clone(),
            sources: pipeline.sources.iter().enumerate().map(|(i, s)| source(i, s, home)).collect(),
            rules: rules.rules.iter().map(|r| rule(r, &rules.definitions, period)).collect(),
            selected: !rules.unasked.is_empty(),
            targets: targets(rules, period),
            quality: rules.settings.quality.clone(),
            words: rules.settings.words(),
            lists: rules.settings.lists.clone(),
            of_identities: of_identities.map(|(code, _)| code.clone()).collect(),
            deciding: deciding_columns(pipeline, rules, &lineages),
            divisions: pipeline.divisions.clone(),
            calendar: pipeline.calendar.clone(),
            privacy: pipeline.settings.privacy.clone(),
            outputs: pipeline.settings.outputs.clone(),
            absences: rules.rules.iter().flat_map(absences).collect(),
            link: None,
        }
    }
    /// The same with the weights that the run's pairs have, so that whoever asks later why two records are one person
    /// needs no pipeline folder, which may have changed.
    #[must_use]
    pub fn with_link(mut self, link: &LinkSettings) -> Self {
        self.link = Some(link.clone());
        self
    }
    /// Facts about a source; absent facts fall back on the name.
    pub fn source_title<'a>(&'a self, name: &'a str) -> &'a str {
        self.sources.iter().find(|s| s.name == name).map_or(name, |s| s.title.as_str())
    }
    /// Department that delivers a source; `""` if there is none.
    pub(super) fn source_owner(&self, name: &str) -> &str {
        self.sources.iter().find(|s| s.name == name).map_or("", |s| s.owner.as_str())
    }
    /// Chinese title of a source's column; its name if there is none.
    pub fn column_title<'a>(&'a self, source: &str, column: &'a str) -> &'a str {
        let source = self.sources.iter().find(|s| s.name == source);
        source.and_then(|s| s.labels.get(column)).map_or(column, String::as_str)
    }
    /// Name of a county; its code if there is none.
    pub fn county_name<'a>(&'a self, code: &'a str) -> &'a str {
        match code {
            "" => "未定县区",
            code => self.divisions.name_of(code).unwrap_or(code),
        }
    }
    /// Facts about a rule.
    pub fn rule(&self, code: &str) -> Option<&RuleFacts> {
        self.rules.iter().find(|r| r.code == code)
    }
}

/// Of every column that decides some rule, whether a list may show it: free text (bank accounts, carers, phones) and whatever
/// names a person or a place stays out, lists show identity in masked columns of its own.
fn may_be_shown(column: &SourceColumn) -> bool {
    column.role.is_none() && (column.kind != ContractType::Text || !column.codes.is_empty())
}

/// Columns that decide a rule say more the fewer rules they decide: that somebody is registered decides nearly all.
fn deciding_columns(
    pipeline: &Pipeline,
    rules: &RuleSet,
    lineages: &BTreeMap<String, Lineage>,
) -> BTreeMap<String, Vec<(String, String)>> {
    let mut decides: BTreeMap<(&str, &str), usize> = BTreeMap::new();
    let mut by_rule: BTreeMap<&str, BTreeSet<(&str, &str)>> = BTreeMap::new();
    for (code, lineage) in lineages {
        let own = by_rule.entry(code).or_default();
        for (view, column) in &lineage.deciding {
            let Some(contract) = pipeline.source(view) else { continue };
            let columns = columns_behind(contract, column).into_iter().filter(|column| may_be_shown(column));
            own.extend(columns.map(|column| (contract.name.as_str(), column.name.as_str())));
        }
        own.iter().for_each(|column| *decides.entry(*column).or_default() += 1);
    }
    let common = lineages.len() / COMMON;
    let told = |code: &str| rules.rules.iter().find(|rule| rule.header.code == code)?.header.told.as_ref();
    let of_rule = |(code, own): (&str, BTreeSet<(&str, &str)>)| {
        let told = told(code);
        let is_told = |(source, column): &(&str, &str)| match told {
            Some(told) => told.iter().any(|one| one.split_once('.') == Some((*source, *column))),
            None => decides[&(*source, *column)] <= common,
        };
        let mut own: Vec<(&str, &str)> = own.into_iter().filter(is_told).collect();
        own.sort_by_key(|column| (decides[column], *column));
        let own = own.into_iter().map(|(source, column)| (source.to_owned(), column.to_owned()));
        (code.to_owned(), own.collect())
    };
    by_rule.into_iter().map(of_rule).collect()
}

fn source(position: usize, contract: &SourceContract, home: &[String]) -> SourceFacts {
    let rank = home.iter().position(|name| *name == contract.name).unwrap_or(home.len() + position);
    let shown = contract.columns.iter().filter(|column| may_be_shown(column));
    SourceFacts {
        name: contract.name.clone(),
        title: contract.title.clone(),
        owner: contract.owner.clone(),
        rank: u32::try_from(rank).unwrap_or(u32::MAX),
        shown: shown.map(|c| (c.name.clone(), c.label.clone(), ValueForm::of_type(c.kind))).collect(),
        labels: contract.column_labels(),
        columns: contract.columns.iter().map(|c| (c.name.clone(), c.kind, c.role)).collect(),
    }
}

fn targets(rules: &RuleSet, period: Period) -> Vec<TargetFacts> {
    let topics = rules.targets.topic.iter();
    topics
        .flat_map(|topic| topic.target.iter().map(move |target| (topic, target)))
        .filter(|(_, target)| target.applies(period))
        .map(|(topic, target)| TargetFacts {
            code: topic.code.clone(),
            title: topic.title.clone(),
            owner: topic.owner.clone(),
            policy: format!("{}“{}”", target.policy.clause, target.policy.quote),
            key: target.key.clone(),
            label: target.label.clone(),
            source: target.source.clone(),
            rate: target.rate,
            target: target.at(period),
        })
        .collect()
}

fn rule(rule: &Rule, definitions: &[RuleDefinition], period: Period) -> RuleFacts {
    let header = &rule.header;
    let mut columns = sql_column_words(rule.file.sql());
    // Definitions come after those they read, so backwards reaches all of them.
    for definition in definitions.iter().rev() {
        if columns.contains(&definition.header.name) {
            columns.extend(sql_column_words(definition.file.sql()));
        }
    }
    RuleFacts {
        code: header.code.clone(),
        title: header.title.clone(),
        group: rule.group.clone(),
        severity: header.severity,
        subject: header.subject,
        owner: header.owner.at(period).to_owned(),
        policy: format!("{}“{}”", header.policy.clause, header.policy.quote),
        message: header.message.clone(),
        why: header.why.clone(),
        advice: header.advice.join("；"),
        due_days: header.due_days,
        indicator: header.indicator,
        labels: header.labels.clone(),
        at_most: header.at_most.iter().cloned().collect(),
        columns,
    }
}

/// The lists that subjects of a rule are missing from, as [`PublishedPipeline::absences`] has them.
fn absences(rule: &Rule) -> impl Iterator<Item = [String; 3]> {
    let code = &rule.header.code;
    rule.header
        .absent_from
        .iter()
        .map(|one| [code.clone(), one.key.clone().unwrap_or_default(), one.list.clone()])
}

/// Words of an SQL text that may be names of columns.
fn sql_column_words(sql: &str) -> BTreeSet<String> {
    let name = |c: char| !(c.is_ascii_alphanumeric() || c == '_');
    sql.split(name).filter(|w| !w.is_empty()).map(str::to_owned).collect()
}
