//! Runs the rules of a quarter over its views.

use crate::rules::sql::ParsedSelect;
use std::collections::BTreeSet;

use arrow::array::AsArray;
use arrow::datatypes::Int64Type;
use arrow::record_batch::RecordBatch;
use polars::prelude::DataFrame;

use super::bucket_runner;
use super::numbered_ids::NumberedIds;
use super::planner::SqlSession;
use super::polars_bridge::{empty_frame, to_batch, to_frame};
use super::workers::{PendingReaders, run_rule_workers};
use crate::model::division::COUNTY;
use crate::model::indicator::{Indicator, NotRun};
use crate::model::period::Period;
use crate::reconcile::findings::exceptions;
use crate::reconcile::findings::lacking_lists::LackingLists;
use crate::reconcile::findings::quality_score::{JudgedSubjects, score_quality};
use crate::reconcile::findings::select_outcome;
use crate::reconcile::findings::undecided;
use crate::reconcile::near_misses::{ListedPersons, NearMissIndex};
use crate::reconcile::{QuarterViews, RuleFindings};
use crate::rules::quality_settings::{QualityCheck, QualitySettings};
use crate::rules::rule_file::{IndicatorLevel, Rule, RuleDefinition, SqlFile};
use crate::rules::rule_set::RuleSet;
use crate::rules::unknown_answers::{AnsweringRules, UnknownColumns};
use crate::rules::view_catalogue::{PARAMETER, ViewCatalogue};
use crate::{Error, Result};

/// What a rule yields before it is put in its place among persons and divisions.
#[derive(Debug, Clone, Default)]
pub(crate) struct RuleOutcome {
    /// Findings by (subject, key).
    pub findings: Vec<select_outcome::RuleFinding>,
    /// Counts by division.
    pub indicators: Vec<Indicator>,
}

/// What the rules yield before it is put in its place.
#[derive(Debug, Default)]
pub(crate) struct GatheredFindings {
    /// Findings with the position of their rule.
    pub(crate) findings: Vec<(usize, select_outcome::RuleFinding)>,
    /// Indicators.
    pub(crate) indicators: Vec<Indicator>,
    /// Persons and households that the register's quality counts.
    pub(crate) places: Option<[RecordBatch; 2]>,
    /// Persons of what `absent_from` names as `rows`.
    pub(crate) listed: ListedPersons,
}

/// Runs every rule that applies in `period` and whose sources are there: over all
/// rows at once, or bucket by bucket where the views lie in buckets; the findings are the same.
/// `progress` is told the number of rules done and their total. Cells that are unknown count as blank.
///
/// # Errors
/// A rule that cannot be run, at its line; a view that cannot be read.
pub fn run_rules(
    rules: &RuleSet,
    views: &QuarterViews<'_>,
    period: Period,
    progress: &mut (dyn FnMut(usize, usize) + Send),
) -> Result<RuleFindings> {
    let answering = rules.with_unknown_cells(&UnknownColumns::new())?;
    run_answering_rules(&answering, rules, views, period, progress)
}

/// As [`run_rules`], telling certain from possible answers: `answering` was made of `plain` for the unknown cells of the
/// views.
///
/// # Errors
/// As for [`run_rules`].
pub(crate) fn run_answering_rules(
    answering: &AnsweringRules<'_>,
    plain: &RuleSet,
    views: &QuarterViews<'_>,
    period: Period,
    progress: &mut (dyn FnMut(usize, usize) + Send),
) -> Result<RuleFindings> {
    let rules: &RuleSet = &answering.rules;
    let mut findings = RuleFindings::default();
    let mut positions = Vec::new();
    for (position, rule) in rules.rules.iter().enumerate() {
        match why_not(rules, rule, views, period)? {
            Some(_) if answering.companions.contains_key(&position) => {}
            Some(WhyNot { reason, missing }) => {
                let rule_code = rule.header.code.clone();
                let retired = rules.is_retired(rule, period);
                findings.not_run.push(NotRun { rule_code, reason, retired, missing });
            }
            None => positions.push(position),
        }
    }
    let total = findings.not_run.len() + positions.len();
    let mut done = findings.not_run.len();
    progress(done, total);
    let mut advance = || {
        done += 1;
        progress(done, total);
    };
    let mut gathered = match views.list.iter().any(|v| !v.buckets.is_empty()) {
        true => bucket_runner::run_rule_buckets(rules, views, &positions, &mut advance)?,
        false => run_rules_at_once(rules, views, &positions, &mut advance)?,
    };
    findings.indicators = gathered.indicators;
    let mut open = undecided::take_possible(answering, &mut gathered.findings);
    let mut found = gathered.findings;
    let lacking = LackingLists::of(plain, views, &positions);
    open.extend(lacking.take_refutable(rules, views, &mut found));
    findings.near_misses = views.near_misses_of(rules, &found)?;
    let near = NearMissIndex::of(&findings.near_misses, &gathered.listed);
    for (rule, finding) in &mut found {
        let header = &rules.rules[*rule].header;
        finding.near = near.nearest(header, finding, |record| views.source_of(record));
    }
    findings.exceptions = exceptions::place_exceptions(rules, views, period, found)?;
    let unknown = undecided::DecidingUnknown::of(plain, views);
    (findings.undecided, findings.held) = undecided::place_undecided(
        answering,
        &unknown,
        views,
        period,
        open,
        (&lacking, &positions),
        &mut findings.exceptions,
    )?;
    undecided::hold_indicators(plain, &unknown, views, &mut findings.indicators);
    lacking.hold_indicators(plain, views, &mut findings.indicators);
    findings.rewritten = answering.rewritten();
    if let (Some(settings), Some(tables)) = (&rules.settings.quality, &gathered.places) {
        let checks = asked_checks(plain, settings, views, period);
        let judged = JudgedSubjects::of(&views.ids, &findings.exceptions, &findings.undecided);
        let lacked = |check: &QualityCheck, column: &str| is_of_no_edition(plain, views, check, column);
        findings.quality = score_quality(&checks, &rules.root_code, tables, &judged, lacked)?;
    }
    findings.indicators.sort_by(|a, b| {
        (&a.rule_code, &a.indicator, &a.unit_code).cmp(&(&b.rule_code, &b.indicator, &b.unit_code))
    });
    Ok(findings)
}

fn run_rules_at_once(
    rules: &RuleSet,
    views: &QuarterViews<'_>,
    positions: &[usize],
    done: &mut (dyn FnMut() + Send),
) -> Result<GatheredFindings> {
    let needed = rules.definitions_needed(positions);
    let definitions: Vec<_> = rules.definitions.iter().filter(|d| needed.contains(&d.header.name)).collect();
    let selects = positions.iter().map(|&at| &rules.rules[at].file);
    let mut readers = PendingReaders::of(selects.chain(definitions.iter().map(|d| &d.file)));
    let quality = rules.settings.quality.as_ref();
    quality.into_iter().flat_map(|q| [&q.persons, &q.households]).for_each(|table| readers.add(table));
    let listed = rules.absence_rows(positions);
    listed.iter().for_each(|table| readers.add(table));
    let mut session = SqlSession::new().limited(rules.settings.limits);
    let mut columns = rules.columns_of(positions);
    for view in &views.list {
        if let Some(columns) = columns.remove(&view.name) {
            session.register(&view.name, to_frame(&view.rows, &views.ids, |name| columns.contains(name))?);
        }
    }
    register_absent_views(&mut session, &rules.catalogue, |name| columns.contains_key(name));
    for definition in definitions {
        let frame = run_definition(&session, definition)?;
        session.register(&definition.header.name, frame);
        readers.done(&definition.file, &mut session);
    }
    let places = counted_places(&session, rules)?;
    let mut gathered = GatheredFindings { places, ..GatheredFindings::default() };
    for table in listed {
        gathered.listed.insert(table.to_owned(), listed_persons(&session, table)?);
        readers.release(table, &mut session);
    }
    for (position, outcome) in run_rule_workers(rules, positions, &views.ids, session, readers, done)? {
        let rule = &rules.rules[position];
        gathered.findings.extend(outcome.findings.into_iter().map(|f| (position, f)));
        gathered.indicators.extend(zero_rule_indicators(rule, &outcome.indicators, &rules.root_code));
        gathered.indicators.extend(outcome.indicators);
    }
    Ok(gathered)
}

/// A key of an indicator that nothing was counted for is published as 0, not left out.
pub(crate) fn zero_rule_indicators(rule: &Rule, found: &[Indicator], root_code: &str) -> Vec<Indicator> {
    let whole = rule.header.levels.contains(&IndicatorLevel::City);
    let keys = rule.header.labels.keys().filter(|_| rule.header.indicator && whole);
    keys.filter(|key| found.iter().all(|i| i.indicator != **key))
        .map(|key| Indicator {
            rule_code: rule.header.code.clone(),
            indicator: key.clone(),
            unit_code: root_code.to_owned(),
            numerator: 0,
            denominator: found.iter().find_map(|i| i.denominator).map(|_| 0),
            target: None,
            ..Indicator::default()
        })
        .collect()
}

/// Persons and households that the register's quality counts, with what its checks ask; nothing where it is not scored.
pub(crate) fn counted_places(session: &SqlSession, rules: &RuleSet) -> Result<Option<[RecordBatch; 2]>> {
    let counted = |(table, columns): &(&str, BTreeSet<String>)| -> Result<RecordBatch> {
        let columns: Vec<String> = columns.iter().map(|column| format!("t.{column}")).collect();
        let sql = format!("SELECT {} FROM {table} t", columns.join(", "));
        to_batch(&session.select(&ParsedSelect::parse(&sql)?)?)
    };
    let Some([persons, households]) = rules.quality_columns() else { return Ok(None) };
    Ok(Some([counted(&persons)?, counted(&households)?]))
}

/// The checks of the register that are asked this period: those that are switched off, whose time is not now, or whose
/// lists nobody delivers are nobody's fault. One whose column stays blank is asked all the same.
fn asked_checks(
    rules: &RuleSet,
    settings: &QualitySettings,
    views: &QuarterViews<'_>,
    period: Period,
) -> Vec<QualityCheck> {
    let is_asked = |check: &QualityCheck| {
        rules.rule(&check.code).is_some_and(|rule| {
            let delivered = rule.header.sources.iter().all(|source| views.get(source).is_some());
            delivered && rule.applies(period) && !rules.off.contains_key(&check.code)
        })
    };
    settings.checks(&rules.rules).into_iter().filter(is_asked).collect()
}

/// Is a column one that only some editions of a list have?
fn is_of_no_edition(rules: &RuleSet, views: &QuarterViews<'_>, check: &QualityCheck, column: &str) -> bool {
    let sources = rules.rule(&check.code).into_iter().flat_map(|rule| &rule.header.sources);
    let contracts = sources.filter_map(|source| views.inputs.pipeline.source(source));
    contracts.filter_map(|contract| contract.column(column)).any(|column| column.optional)
}

/// Persons of a table, ascending.
pub(crate) fn listed_persons(session: &SqlSession, table: &str) -> Result<Vec<i64>> {
    let sql = format!("SELECT t.person_id FROM {table} t");
    let rows = to_batch(&session.select(&ParsedSelect::parse(&sql)?)?)?;
    let column = rows.column_by_name("person_id").and_then(|ids| ids.as_primitive_opt::<Int64Type>());
    let mut persons: Vec<i64> = column.ok_or_else(|| missing_column("person_id"))?.iter().flatten().collect();
    persons.sort_unstable();
    persons.dedup();
    Ok(persons)
}

/// Registers views without rows.
pub(crate) fn register_absent_views(
    session: &mut SqlSession,
    catalogue: &ViewCatalogue,
    wanted: impl Fn(&str) -> bool,
) {
    for (name, view) in &catalogue.views {
        if wanted(name) {
            session.register(name, empty_frame(&view.columns));
        }
    }
}

/// Why a rule is not run.
struct WhyNot {
    /// Chinese.
    reason: String,
    /// Lists that it reads and that nobody delivered, if that is why.
    missing: Vec<String>,
}

impl From<String> for WhyNot {
    fn from(reason: String) -> Self {
        Self { reason, missing: Vec::new() }
    }
}

/// Why a rule is not run this quarter.
fn why_not(rules: &RuleSet, rule: &Rule, views: &QuarterViews<'_>, period: Period) -> Result<Option<WhyNot>> {
    let header = &rule.header;
    if let Some(reason) = rules.off.get(&header.code) {
        return Ok(Some(format!("本地停用：{reason}").into()));
    }
    if !rule.applies(period) {
        let reason = match (header.since, header.until) {
            (Some(since), _) if !period.within(Some(since), None) => format!("自{since}起适用"),
            (_, Some(until)) => format!("适用至{until}"),
            _ => "本期不适用".to_owned(),
        };
        return Ok(Some(reason.into()));
    }
    let missing: Vec<String> =
        header.sources.iter().filter(|name| views.get(name).is_none()).cloned().collect();
    if !missing.is_empty() {
        let named = missing.iter().map(|name| format!("{}（{name}）", rules.catalogue.title(name)));
        let reason = format!("缺少数据来源：{}", named.collect::<Vec<_>>().join("、"));
        return Ok(Some(WhyNot { reason, missing }));
    }
    // A column that no record fills was not delivered: everyone would seem to lack it.
    let mut blank = Vec::new();
    for name in &header.columns {
        let (source, column) = name.split_once('.').unwrap_or((name, ""));
        let filled = views.get(source).map_or(Ok(true), |view| view.rows.has_values(column))?;
        if !filled {
            blank.push(rules.column_label(name));
        }
    }
    if !blank.is_empty() {
        return Ok(Some(format!("提取数据没有这一列，或整列为空：{}", blank.join("、")).into()));
    }
    let unset = unset_parameters(rules, rule, views, period)?;
    Ok((!unset.is_empty()).then(|| format!("本期没有设定参数：{}", unset.join("、")).into()))
}

/// Parameters without a value in the period that a rule reads: compared with it, it would find nothing, whoever it is
/// about. What every county sets for itself is set. An indicator may do without a target.
fn unset_parameters(
    rules: &RuleSet,
    rule: &Rule,
    views: &QuarterViews<'_>,
    period: Period,
) -> Result<Vec<String>> {
    let Some(parameters) = views.get(PARAMETER).filter(|_| !rule.header.indicator) else {
        return Ok(Vec::new());
    };
    let is_parameter = |name: &String| {
        let columns = rules.catalogue.columns(PARAMETER);
        columns.is_some_and(|columns| columns.iter().any(|(column, _)| column == name))
    };
    let [whole, own] = rules.parameters_read_by(rule);
    let mut unset = Vec::new();
    for name in whole.into_iter().filter(is_parameter) {
        if parameters.rows.has_values(&name)? {
            continue;
        }
        if !own.contains(&name) {
            unset.push(name);
            continue;
        }
        let mut without = Vec::new();
        let pipeline = views.inputs.pipeline;
        for unit in pipeline.divisions.units.iter().filter(|unit| unit.level == COUNTY) {
            if !rules.county_parameters(pipeline, &unit.code, period)?.contains_key(&name) {
                without.push(unit.name.as_str());
            }
        }
        if !without.is_empty() {
            unset.push(format!("{name}（{}）", without.join("和")));
        }
    }
    Ok(unset)
}

/// Runs one rule in a session that holds its tables.
pub(crate) fn run_rule(
    session: &SqlSession,
    rule: &Rule,
    ids: &NumberedIds,
    root_code: &str,
) -> Result<RuleOutcome> {
    let frame = session.select(&rule.file.select).map_err(|e| rule_failed(rule, e))?;
    read_outcome(rule, &frame, ids, root_code)
}

/// Runs a definition in a session that holds its tables.
pub(crate) fn run_definition(session: &SqlSession, definition: &RuleDefinition) -> Result<DataFrame> {
    session.select(&definition.file.select).map_err(|error| match error.kind() {
        crate::ErrorKind::Input => {
            beyond_limit(&definition.file, &format!("定义{}", definition.header.name), &error)
        }
        _ => error,
    })
}

/// Names who went beyond a limit.
fn beyond_limit(file: &SqlFile, who: &str, error: &Error) -> Error {
    let named = file.complain_sql(0..0, format!("{who}超出限制：{}", error.message()));
    named.hint(error.hint_text().unwrap_or_default())
}

/// A rule that was checked fails all the same.
pub(crate) fn rule_failed(rule: &Rule, error: Error) -> Error {
    if error.kind() == crate::ErrorKind::Input {
        return beyond_limit(&rule.file, &format!("规则{}", rule.header.code), &error);
    }
    rule.file
        .complain_sql(0..0, format!("规则{}运行失败", rule.header.code))
        .hint("用 bidui check 检查规则；仍有问题请附上此信息")
        .caused_by(error)
}

/// What a rule's SELECT found.
pub(crate) fn read_outcome(
    rule: &Rule,
    frame: &DataFrame,
    ids: &NumberedIds,
    root_code: &str,
) -> Result<RuleOutcome> {
    let batch: RecordBatch = to_batch(frame)?;
    if rule.header.indicator {
        return Ok(RuleOutcome {
            indicators: select_outcome::read_indicators(rule, &batch, root_code)?,
            ..RuleOutcome::default()
        });
    }
    Ok(RuleOutcome { findings: select_outcome::read_findings(rule, &batch, ids)?, ..RuleOutcome::default() })
}

/// An invariant of the views that a rule can rely on.
pub(crate) fn missing_column(name: &str) -> Error {
    Error::internal(format!("规则结果缺少列“{name}”"))
}
