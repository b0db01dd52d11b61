//! Examples in rule headers, run as tests, and the proof that they protect every condition.

use std::collections::{BTreeMap, BTreeSet};

use super::example_rows::{ExampleRow, GivenRows, example_table, ids_of, parameters_as_text, read_given};
use super::numbered_ids::{IdKind, NumberedIds};
use super::planner::SqlSession;
use super::polars_bridge::{empty_frame, to_frame};
use super::rule_runner::{RuleOutcome, run_rule};
use crate::config::Pipeline;
use crate::model::column_type::ColumnTypes;
use crate::model::period::Period;
use crate::reconcile::findings::select_outcome::FindingSubject;
use crate::reconcile::views::rule_view::ViewRows;
use crate::rules::rule_file::Rule;
use crate::rules::rule_set::RuleSet;
use crate::rules::sql::RuleMutant;
use crate::table::rows::Rows;
use crate::{Error, Result};

/// How the examples of a rule set came out.
#[derive(Debug, Default)]
pub struct ExampleReport {
    /// Rules looked at.
    pub rules: usize,
    /// Examples run.
    pub examples: usize,
    /// Examples whose findings are not the expected ones, or that could not be run.
    pub failures: Vec<Error>,
}

/// What mutation showed for one rule.
#[derive(Debug, Clone)]
pub struct MutationReport {
    /// Rule.
    pub code: String,
    /// Broken variants tried.
    pub tried: usize,
    /// Changes that no example noticed.
    pub unnoticed: Vec<String>,
}

/// Runs all examples.
///
/// # Errors
/// An example that is not in order, at its line; a rule that cannot be run.
pub fn run_examples(pipeline: &Pipeline, rules: &RuleSet) -> Result<ExampleReport> {
    let bench = ExampleBench::new(pipeline, rules)?;
    let mut report = ExampleReport { rules: rules.rules.len(), ..ExampleReport::default() };
    for rule in &rules.rules {
        if rule.header.example.len() < 2 {
            let count = rule.header.example.len();
            report.failures.push(
                rule.file
                    .complain_key("example", format!("规则{}只有{count}个例子", rule.header.code))
                    .hint("至少两个：一个应发现疑点，每种排除情形各一个不应发现的"),
            );
        }
        for index in 0..rule.header.example.len() {
            report.examples += 1;
            report.failures.extend(bench.compare(rule, index).err());
        }
    }
    Ok(report)
}

/// Breaks each condition of each rule and definition (or of the one with `code`) and runs the
/// examples that read it.
///
/// # Errors
/// As for [`run_examples`]; a code that no rule has.
pub fn run_mutations(
    pipeline: &Pipeline,
    rules: &RuleSet,
    code: Option<&str>,
) -> Result<Vec<MutationReport>> {
    let bench = ExampleBench::new(pipeline, rules)?;
    let mut reports = Vec::new();
    for rule in rules.rules.iter().filter(|r| code.is_none_or(|c| c == r.header.code)) {
        let mut report = MutationReport { code: rule.header.code.clone(), tried: 0, unnoticed: Vec::new() };
        for RuleMutant { change, sql } in rule.file.select.mutants() {
            report.tried += 1;
            let mut broken = rule.clone();
            broken.file = rule.file.with_sql(&sql)?;
            if (0..rule.header.example.len()).all(|index| bench.compare(&broken, index).is_ok()) {
                report.unnoticed.push(change);
            }
        }
        reports.push(report);
    }
    for position in 0..rules.definitions.len() {
        let name = &rules.definitions[position].header.name;
        if code.is_none_or(|c| c == name) {
            reports.push(mutate_definition(&bench, rules, position)?);
        }
    }
    Ok(reports)
}

/// Breaks a definition and runs the examples of every rule that reads it.
fn mutate_definition(bench: &ExampleBench<'_>, rules: &RuleSet, position: usize) -> Result<MutationReport> {
    let definition = &rules.definitions[position];
    let name = &definition.header.name;
    let readers: Vec<&Rule> = rules
        .rules
        .iter()
        .filter(|rule| rules.definitions_of(&rule.file).iter().any(|d| d.header.name == *name))
        .collect();
    let mut report = MutationReport { code: name.clone(), tried: 0, unnoticed: Vec::new() };
    for RuleMutant { change, sql } in definition.file.select.mutants() {
        report.tried += 1;
        let mut broken = rules.clone();
        broken.definitions[position].file = definition.file.with_sql(&sql)?;
        let bench =
            ExampleBench { rules: &broken, period: bench.period, parameters: bench.parameters.clone() };
        let noticed = readers
            .iter()
            .any(|rule| (0..rule.header.example.len()).any(|i| bench.compare(rule, i).is_err()));
        if !noticed {
            report.unnoticed.push(change);
        }
    }
    Ok(report)
}

/// Tables and outcome of one example, for another engine to compare with.
#[derive(Debug, serde::Serialize)]
pub struct ExampleCase {
    /// Rule.
    pub code: String,
    /// What the case shows.
    pub case: String,
    /// The SELECT.
    pub sql: String,
    /// Definitions it needs, in order: name and SELECT.
    pub definitions: Vec<(String, String)>,
    /// Tables: columns and rows as text.
    pub tables: BTreeMap<String, ExampleTable>,
    /// Expected findings: subject and key, or indicator, unit, numerator and denominator.
    pub expect: Vec<String>,
}

/// A table of an example as text.
#[derive(Debug, serde::Serialize)]
pub struct ExampleTable {
    /// Columns and kinds.
    pub columns: ColumnTypes,
    /// Rows by column name; columns that are absent are null.
    pub rows: Vec<BTreeMap<String, String>>,
}

/// All examples as data.
///
/// # Errors
/// An example that is not in order, at its line.
pub fn all_cases(pipeline: &Pipeline, rules: &RuleSet) -> Result<Vec<ExampleCase>> {
    let bench = ExampleBench::new(pipeline, rules)?;
    let mut cases = Vec::new();
    for rule in &rules.rules {
        for (index, example) in rule.header.example.iter().enumerate() {
            let rows = bench.rows(rule, index)?;
            let mut tables = BTreeMap::new();
            for name in bench.tables_of(rule) {
                let Some(columns) = rules.catalogue.columns(&name) else { continue };
                let rows = rows.get(&name).cloned().unwrap_or_default();
                tables.insert(name, ExampleTable { columns: columns.clone(), rows });
            }
            let definitions = rules.definitions_of(&rule.file);
            cases.push(ExampleCase {
                code: rule.header.code.clone(),
                case: example.case.clone(),
                sql: rule.file.sql().to_owned(),
                definitions: definitions
                    .iter()
                    .map(|d| (d.header.name.clone(), d.file.sql().to_owned()))
                    .collect(),
                tables,
                expect: example.expect.clone(),
            });
        }
    }
    Ok(cases)
}

/// Quarter for which examples and situations are written unless they say otherwise.
pub(super) fn example_period(rules: &RuleSet) -> Result<Period> {
    match rules.settings.example_quarter {
        Some(period) => Ok(period),
        None => Period::quarter(2018, 3),
    }
}

/// What all examples share.
struct ExampleBench<'a> {
    rules: &'a RuleSet,
    period: Period,
    /// The row of the view `parameter`, by folder that rules are from.
    parameters: Vec<ExampleRow>,
}

impl<'a> ExampleBench<'a> {
    fn new(pipeline: &Pipeline, rules: &'a RuleSet) -> Result<Self> {
        let period = example_period(rules)?;
        let parameters = rules.example_parameters(pipeline, period)?;
        let parameters = parameters.into_iter().map(parameters_as_text).collect();
        Ok(Self { rules, period, parameters })
    }
    /// Views a rule reads, through definitions too.
    fn tables_of(&self, rule: &Rule) -> BTreeSet<String> {
        let definitions = self.rules.definitions_of(&rule.file);
        let files = std::iter::once(&rule.file).chain(definitions.into_iter().map(|d| &d.file));
        let mut tables: BTreeSet<String> =
            files.flat_map(|file| file.select.table_names()).map(str::to_owned).collect();
        tables.retain(|t| self.rules.catalogue.columns(t).is_some());
        tables
    }
    /// Rows given by an example, by view.
    fn rows(&self, rule: &Rule, index: usize) -> Result<BTreeMap<String, Vec<ExampleRow>>> {
        let complain = |_: &str, message: String| {
            rule.file.complain_at(&["example".into(), index.into(), "given".into()], message)
        };
        let given = &rule.header.example[index].given;
        let GivenRows { mut tables, parameters: changed } = read_given(self.rules, given, None, &complain)?;
        let mut parameters = self.parameters.get(self.rules.layer_of(rule)).cloned().unwrap_or_default();
        parameters.extend(changed);
        parameters.retain(|_, value| value != "NULL");
        tables.insert("parameter".to_owned(), vec![parameters]);
        Ok(tables)
    }
    fn outcome(&self, rule: &Rule, index: usize) -> Result<(RuleOutcome, NumberedIds)> {
        let rows = self.rows(rule, index)?;
        let ids = ids_of(rows.values().flatten());
        let mut session = SqlSession::new();
        for name in self.tables_of(rule) {
            let Some(columns) = self.rules.catalogue.columns(&name) else { continue };
            match rows.get(&name) {
                Some(rows) => {
                    let rows = ViewRows::Stored(Rows::of(example_table(columns, rows)?));
                    session.register(&name, to_frame(&rows, &ids, |_| true)?);
                }
                None => session.register(&name, empty_frame(columns)),
            }
        }
        for definition in self.rules.definitions_of(&rule.file) {
            let frame = session.select(&definition.file.select)?;
            session.register(&definition.header.name, frame);
        }
        Ok((run_rule(&session, rule, &ids, self.rules.example_root(rule))?, ids))
    }
    /// Runs one example and compares.
    fn compare(&self, rule: &Rule, index: usize) -> Result<()> {
        let example = &rule.header.example[index];
        let (outcome, ids) = self.outcome(rule, index)?;
        let with_evidence = example.expect.iter().any(|e| e.contains(" <- "));
        let mut found: Vec<String> = outcome
            .findings
            .iter()
            .map(|f| {
                let key = if f.rule_key.is_empty() { String::new() } else { format!("/{}", f.rule_key) };
                let text = |id: &i64| ids.text(IdKind::Record, *id);
                let records: Vec<String> = f.evidence.iter().map(text).collect();
                let evidence =
                    if with_evidence { format!(" <- {}", records.join(" ")) } else { String::new() };
                let subject = match &f.subject {
                    FindingSubject::Id(id) => text(id),
                    FindingSubject::Unit(code) => code.to_string(),
                };
                format!("{subject}{key}{evidence}")
            })
            .chain(outcome.indicators.iter().map(|i| {
                let name = if i.indicator.is_empty() { "-" } else { &i.indicator };
                let denominator = i.denominator.map_or_else(String::new, |d| format!("/{d}"));
                format!("{name} {} {}{denominator}", i.unit_code, i.numerator)
            }))
            .collect();
        found.sort();
        let mut expected = example.expect.clone();
        expected.sort();
        if found == expected {
            return Ok(());
        }
        let list = |items: &[String]| if items.is_empty() { "无".to_owned() } else { items.join("、") };
        Err(rule
            .file
            .complain_at(
                &["example".into(), index.into(), "expect".into()],
                format!(
                    "规则{}的例子“{}”不符：应为{}，实得{}",
                    rule.header.code,
                    example.case,
                    list(&expected),
                    list(&found)
                ),
            )
            .hint("改语句，或改例子的 expect"))
    }
}
