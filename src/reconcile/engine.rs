//! Runs the rules of a quarter over its views.

use std::collections::{BTreeMap, BTreeSet};

use arrow::array::Array as _;
use arrow::record_batch::RecordBatch;
use polars::prelude::DataFrame;

use super::catalogue::Catalogue;
use super::findings;
use super::frame::{empty_frame, to_batch, to_frame};
use super::planner::Session;
use super::quality::{self, Quality, QualitySettings};
use super::rule_file::{Level, Rule};
use super::rule_set::RuleSet;
use super::sql_text::SqlText;
use super::{Exception, Findings, Indicator, NotRun, View, outcome};
use crate::{Error, Result};

/// What a rule yields before it is put in its place among persons and divisions.
#[derive(Debug, Clone, Default)]
pub struct Outcome {
    /// Findings by (subject, key).
    pub findings: Vec<outcome::Finding>,
    /// Counts by division.
    pub indicators: Vec<Indicator>,
}

/// Runs every rule that applies in `quarter` (`2018Q3`) and whose sources are there.
/// `progress` is told the number of rules done and their total after each.
pub fn run(
    rules: &RuleSet,
    views: &[View],
    quarter: &str,
    progress: &mut dyn FnMut(usize, usize),
) -> Result<Findings> {
    let present: BTreeSet<&str> = views.iter().map(|v| v.name.as_str()).collect();
    let session = session_of(rules, views, &present)?;
    let mut findings = Findings::default();
    let mut exceptions: Vec<(usize, outcome::Finding)> = Vec::new();
    for (position, rule) in rules.rules.iter().enumerate() {
        match why_not(rules, rule, views, quarter) {
            Some(reason) => {
                findings.not_run.push(NotRun { rule_code: rule.header.code.clone(), reason });
            }
            None => {
                let outcome = run_rule(&session, rule, &rules.root_code, quarter)?;
                exceptions.extend(outcome.findings.into_iter().map(|f| (position, f)));
                findings.indicators.extend(none_counted(rule, &outcome.indicators, &rules.root_code));
                findings.indicators.extend(outcome.indicators);
            }
        }
        progress(position + 1, rules.rules.len());
    }
    findings.exceptions = findings::place(rules, views, quarter, exceptions);
    if let Some(settings) = &rules.settings.quality {
        findings.quality = assess(rules, settings, &session, &findings)?;
    }
    findings.indicators.sort_by(|a, b| {
        (&a.rule_code, &a.indicator, &a.unit_code).cmp(&(&b.rule_code, &b.indicator, &b.unit_code))
    });
    Ok(findings)
}

/// A key of an indicator that nothing was counted for is published as 0, not left out.
fn none_counted(rule: &Rule, found: &[Indicator], root_code: &str) -> Vec<Indicator> {
    let whole = rule.header.levels.contains(&Level::City);
    let keys = rule.header.labels.keys().filter(|_| rule.header.indicator && whole);
    keys.filter(|key| found.iter().all(|i| i.indicator != **key))
        .map(|key| Indicator {
            rule_code: rule.header.code.clone(),
            indicator: key.clone(),
            unit_code: root_code.to_owned(),
            numerator: 0,
            denominator: found.iter().find_map(|i| i.denominator).map(|_| 0),
            target: None,
        })
        .collect()
}

fn assess(
    rules: &RuleSet,
    settings: &QualitySettings,
    session: &Session,
    findings: &Findings,
) -> Result<Vec<Quality>> {
    let not_run: BTreeSet<&str> = findings.not_run.iter().map(|n| n.rule_code.as_str()).collect();
    let ran: BTreeSet<&str> =
        rules.rules.iter().map(|r| r.header.code.as_str()).filter(|code| !not_run.contains(code)).collect();
    let counted = |name: &str| -> Result<RecordBatch> {
        let sql = format!("SELECT t.county_code, t.township_code, t.village_code FROM {name} t");
        to_batch(&session.select(&sql)?)
    };
    let (persons, households) = (counted(&settings.persons)?, counted(&settings.households)?);
    Ok(quality::assess(settings, rules, &ran, &persons, &households, &findings.exceptions))
}

/// Tables of the quarter with the columns that some rule names; definitions are computed once.
fn session_of(rules: &RuleSet, views: &[View], present: &BTreeSet<&str>) -> Result<Session> {
    let files = rules.rules.iter().map(|r| &r.file).chain(rules.definitions.iter().map(|d| &d.file));
    let mut words: BTreeSet<&str> = BTreeSet::new();
    let mut tables: BTreeSet<&str> = BTreeSet::new();
    for file in files {
        let text = SqlText::new(file.sql());
        words.extend(text.words());
        tables.extend(text.tables().iter().map(|t| t.0));
    }
    words.extend(["county_code", "township_code", "village_code"]);
    tables.extend(rules.settings.quality.iter().flat_map(|q| [q.persons.as_str(), q.households.as_str()]));
    let mut session = Session::new();
    for view in views {
        if tables.contains(view.name.as_str()) {
            session.register(&view.name, to_frame(&view.batch, |column| words.contains(column))?);
        }
    }
    fill_absent(&mut session, &rules.catalogue, |name| !present.contains(name) && tables.contains(name));
    for definition in &rules.definitions {
        let frame = session.select(definition.file.sql())?;
        session.register(&definition.header.name, frame);
    }
    Ok(session)
}

/// Registers views without rows.
pub(super) fn fill_absent(session: &mut Session, catalogue: &Catalogue, wanted: impl Fn(&str) -> bool) {
    for (name, view) in &catalogue.views {
        if wanted(name) {
            session.register(name, empty_frame(&view.columns));
        }
    }
}

/// Why a rule is not run this quarter, in Chinese.
fn why_not(rules: &RuleSet, rule: &Rule, views: &[View], quarter: &str) -> Option<String> {
    let view = |name: &str| views.iter().find(|v| v.name == name);
    let header = &rule.header;
    if !rule.applies(quarter) {
        return Some(match (&header.since, &header.until) {
            (Some(since), _) if quarter < since.as_str() => format!("自{since}起适用"),
            (_, Some(until)) => format!("适用至{until}"),
            _ => "本季度不适用".to_owned(),
        });
    }
    let missing: Vec<String> = header
        .sources
        .iter()
        .filter(|name| view(name).is_none())
        .map(|name| format!("{}({name})", rules.catalogue.title(name)))
        .collect();
    if !missing.is_empty() {
        return Some(format!("缺少数据来源:{}", missing.join("、")));
    }
    // A column that no record fills was not delivered: everyone would seem to lack it.
    let blank = |name: &str| {
        let (source, column) = name.split_once('.').unwrap_or((name, ""));
        view(source).is_some_and(|v| {
            v.batch.column_by_name(column).is_none_or(|c| c.null_count() == v.batch.num_rows())
        })
    };
    let blank: Vec<String> =
        header.columns.iter().filter(|name| blank(name)).map(|name| rules.column_label(name)).collect();
    (!blank.is_empty()).then(|| format!("提取数据没有这一列,或整列为空:{}", blank.join("、")))
}

/// Runs one rule in a session that holds its tables.
pub(super) fn run_rule(session: &Session, rule: &Rule, root_code: &str, quarter: &str) -> Result<Outcome> {
    let frame = session.select(rule.file.sql()).map_err(|e| {
        rule.file
            .complain_sql(0..0, format!("规则{}运行失败", rule.header.code))
            .hint("用 bidui check 检查规则;仍有问题请附上此信息")
            .caused_by(e)
    })?;
    read_outcome(rule, &frame, root_code, quarter)
}

fn read_outcome(rule: &Rule, frame: &DataFrame, root_code: &str, _quarter: &str) -> Result<Outcome> {
    let batch: RecordBatch = to_batch(frame)?;
    if rule.header.indicator {
        return Ok(Outcome {
            indicators: outcome::indicators(rule, &batch, root_code)?,
            ..Outcome::default()
        });
    }
    Ok(Outcome { findings: outcome::findings(rule, &batch)?, ..Outcome::default() })
}

/// Codes in a map, for tests and documents.
pub fn counts(exceptions: &[Exception]) -> BTreeMap<String, usize> {
    let mut counts = BTreeMap::new();
    for exception in exceptions {
        *counts.entry(exception.rule_code.clone()).or_default() += 1;
    }
    counts
}

/// An invariant of the views that a rule can rely on.
pub(super) fn missing_column(name: &str) -> Error {
    Error::internal(format!("规则结果缺少列“{name}”"))
}
