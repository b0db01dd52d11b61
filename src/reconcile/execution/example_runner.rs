//! Examples in rule headers, run as tests, and the proof that they protect every condition.

use std::cell::RefCell;
use std::collections::{BTreeMap, BTreeSet};
use std::sync::Arc;

use arrow::array::{ArrayRef, Date32Array, Int32Array, Int64Array, StringArray};
use arrow::datatypes::{Field, Schema};
use arrow::record_batch::RecordBatch;
use polars::prelude::DataFrame;

use super::numbered_ids::{IdKind, NumberedIds};
use super::planner::SqlSession;
use super::polars_bridge::{empty_frame, to_frame};
use super::rule_runner::{RuleOutcome, run_rule};
use crate::config::toml_file::suggest_toml_name;
use crate::config::{Pipeline, RuleParameter};
use crate::model::column_type::{ColumnType, ColumnTypes};
use crate::model::day::day_to_date32;
use crate::model::period::Period;
use crate::reconcile::findings::select_outcome::FindingSubject;
use crate::reconcile::views::rule_view::ViewRows;
use crate::rules::rule_file::{Rule, RuleDefinition, message_placeholders};
use crate::rules::rule_set::{RuleSet, with_hint};
use crate::rules::sql::RuleMutant;
use crate::rules::view_catalogue::{PARAMETER, PREVIOUS};
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
        let bench = ExampleBench::with_parameters(&broken, bench.period, bench.parameters.clone());
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

type ExampleRow = BTreeMap<String, String>;

/// What all examples share.
struct ExampleBench<'a> {
    rules: &'a RuleSet,
    period: Period,
    /// The row of the view `parameter`, by folder that rules are from.
    parameters: Vec<ExampleRow>,
    /// What definitions yield where no view that they read has a row, by name and parameters. Most examples
    /// leave most views empty, and planning a SELECT costs far more than running it over a few rows.
    of_nothing: RefCell<BTreeMap<String, Vec<(ExampleRow, DataFrame)>>>,
}

impl<'a> ExampleBench<'a> {
    fn new(pipeline: &Pipeline, rules: &'a RuleSet) -> Result<Self> {
        let period = match rules.settings.example_quarter {
            Some(period) => period,
            None => Period::quarter(2018, 3)?,
        };
        let text = |value| match value {
            RuleParameter::Integer(n) => n.to_string(),
            RuleParameter::Text(text) => text,
            RuleParameter::Date(days) => {
                crate::model::day::day_from_date32(days).map(|d| d.to_string()).unwrap_or_default()
            }
        };
        let row = |row: BTreeMap<String, RuleParameter>| row.into_iter().map(|(n, v)| (n, text(v))).collect();
        let parameters = rules.example_parameters(pipeline, period)?.into_iter().map(row).collect();
        Ok(Self::with_parameters(rules, period, parameters))
    }
    fn with_parameters(rules: &'a RuleSet, period: Period, parameters: Vec<ExampleRow>) -> Self {
        Self { rules, period, parameters, of_nothing: RefCell::default() }
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
        let mut tables: BTreeMap<String, Vec<ExampleRow>> = BTreeMap::new();
        let mut parameters = self.parameters.get(self.rules.layer_of(rule)).cloned().unwrap_or_default();
        let complain = |message: String| {
            rule.file.complain_at(&["example".into(), index.into(), "given".into()], message)
        };
        for line in rule.header.example[index].given.lines().map(str::trim).filter(|l| !l.is_empty()) {
            let mut words = line.split_whitespace();
            let view = words.next().unwrap_or("");
            let Some(columns) = self.rules.catalogue.columns(view) else {
                let known: Vec<&str> = self.rules.catalogue.views.keys().map(String::as_str).collect();
                return Err(with_hint(
                    complain(format!("例子里没有名为“{view}”的视图")),
                    suggest_toml_name(view, &known, "可用的视图"),
                ));
            };
            let mut row = ExampleRow::new();
            for word in words {
                let (name, value) = match (word.strip_prefix('@'), word.strip_prefix('#')) {
                    (Some(person), _) => ("person_id", person),
                    (_, Some(household)) => ("household_id", household),
                    _ => word.split_once('=').ok_or_else(|| {
                        complain(format!("“{word}”不是“列=值”"))
                            .hint("每行写“视图 列=值 …”，@P1 表示人员，#H1 表示户")
                    })?,
                };
                let Some((_, kind)) = columns.iter().find(|(n, _)| n == name) else {
                    let known: Vec<&str> = columns.iter().map(|(n, _)| n.as_str()).collect();
                    return Err(with_hint(
                        complain(format!("视图“{view}”没有列“{name}”")),
                        suggest_toml_name(name, &known, "可用的列"),
                    ));
                };
                if value != "NULL" && !is_valid_example_value(*kind, value) {
                    return Err(complain(format!("“{value}”不能作为列“{name}”的值"))
                        .hint("数字写整数（金额以分计），日期写 2018-09-30，空值写 NULL"));
                }
                row.insert(name.to_owned(), value.to_owned());
            }
            if view == "parameter" {
                parameters.extend(row);
                continue;
            }
            let rows = tables.entry(view.to_owned()).or_default();
            if columns.iter().any(|(n, _)| n == "record_id") {
                let number = rows.len() + 1;
                row.entry("record_id".to_owned()).or_insert_with(|| format!("{view}:{number}"));
            }
            self.defaults(view, columns, &mut row);
            rows.push(row);
        }
        tables.insert("parameter".to_owned(), vec![parameters]);
        for rows in tables.values_mut() {
            rows.iter_mut().for_each(|row| row.retain(|_, value| value != "NULL"));
        }
        Ok(tables)
    }
    fn defaults(&self, view: &str, columns: &ColumnTypes, row: &mut ExampleRow) {
        let common = self.rules.settings.example_defaults.get("common");
        let own = self.rules.settings.example_defaults.get(view.strip_suffix(PREVIOUS).unwrap_or(view));
        for (name, value) in own.into_iter().chain(common).flatten() {
            if row.contains_key(name) || !columns.iter().any(|(n, _)| n == name) {
                continue;
            }
            let mut filled = value.clone();
            for part in message_placeholders(value) {
                let known = row.get(part).cloned().unwrap_or_default();
                filled = filled.replace(&format!("{{{part}}}"), &known);
            }
            row.insert(name.clone(), filled);
        }
    }
    fn outcome(&self, rule: &Rule, index: usize) -> Result<(RuleOutcome, NumberedIds)> {
        let rows = self.rows(rule, index)?;
        let ids = ids_of(rows.values().flatten());
        let parameters = rows.get(PARAMETER).and_then(|rows| rows.first());
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
            let frame = self.defined(&session, definition, parameters)?;
            session.register(&definition.header.name, frame);
        }
        Ok((run_rule(&session, rule, &ids, self.rules.example_root(rule))?, ids))
    }
    /// What a definition yields over the tables of a session.
    fn defined(
        &self,
        session: &SqlSession,
        definition: &RuleDefinition,
        parameters: Option<&ExampleRow>,
    ) -> Result<DataFrame> {
        let select = &definition.file.select;
        let empty = select.table_names().all(|name| name == PARAMETER || session.rows(name) == Some(0));
        let Some(parameters) = parameters.filter(|_| empty) else { return session.select(select) };
        let mut known = self.of_nothing.borrow_mut();
        let known = known.entry(definition.header.name.clone()).or_default();
        if let Some((_, frame)) = known.iter().find(|(row, _)| row == parameters) {
            return Ok(frame.clone());
        }
        let frame = session.select(select)?;
        known.push((parameters.clone(), frame.clone()));
        Ok(frame)
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

/// Numbers for the ids in the rows of an example, whatever they are called.
pub(crate) fn ids_of<'r>(rows: impl Iterator<Item = &'r ExampleRow>) -> NumberedIds {
    let cells = rows.flatten().filter(|(column, _)| IdKind::of(column).is_some());
    NumberedIds::listed(cells.map(|(_, text)| text.clone()).collect())
}

fn is_valid_example_value(kind: ColumnType, value: &str) -> bool {
    match kind {
        ColumnType::Text => true,
        ColumnType::Int32 => value.parse::<i32>().is_ok(),
        ColumnType::Int64 => value.parse::<i64>().is_ok(),
        ColumnType::Date => value.parse::<jiff::civil::Date>().is_ok(),
    }
}

/// A table from rows of text.
pub(crate) fn example_table(columns: &ColumnTypes, rows: &[ExampleRow]) -> Result<RecordBatch> {
    let mut fields = Vec::new();
    let mut arrays: Vec<ArrayRef> = Vec::new();
    for (name, kind) in columns {
        let cells = rows.iter().map(|row| row.get(name).map(String::as_str));
        arrays.push(match kind {
            ColumnType::Text => Arc::new(cells.collect::<StringArray>()),
            ColumnType::Int32 => Arc::new(cells.map(|c| c?.parse().ok()).collect::<Int32Array>()),
            ColumnType::Int64 => Arc::new(cells.map(|c| c?.parse().ok()).collect::<Int64Array>()),
            ColumnType::Date => Arc::new(
                cells
                    .map(|c| c?.parse::<jiff::civil::Date>().ok().map(day_to_date32))
                    .collect::<Date32Array>(),
            ),
        });
        fields.push(Field::new(name, kind.arrow(), true));
    }
    RecordBatch::try_new(Arc::new(Schema::new(fields)), arrays)
        .map_err(|e| Error::internal("例子不能成为表格").caused_by(e))
}
