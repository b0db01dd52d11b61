//! Runs situations and compares what all rules find in them with what their files expect.

use std::collections::{BTreeMap, BTreeSet};

use super::example_rows::{ExampleRow, GivenRows, has_unknown_cell, parameters_as_text, read_given};
use super::example_runner::example_period;
use super::numbered_ids::IdKind;
use super::situation_answers::{JudgedSituation, judge_situation};
use super::situation_batch::{BatchedSituation, TextFindings, names_divisions, run_alone, run_together};
use crate::config::Pipeline;
use crate::config::toml_file::TomlStep;
use crate::model::exception::SubjectKind;
use crate::model::period::Period;
use crate::rules::rule_file::Rule;
use crate::rules::rule_set::RuleSet;
use crate::rules::situation_file::{LackedPart, SituationFile, read_situations};
use crate::rules::view_catalogue::COUNTY_PARAMETER;
use crate::{Error, Result};

/// How the situations of a pipeline came out.
#[derive(Debug, Default)]
pub struct SituationReport {
    /// Situations read.
    pub situations: usize,
    /// Those that came out as expected.
    pub held: usize,
    /// Findings that came out as expected.
    pub findings: usize,
    /// Situations that are not in order or did not come out as expected.
    pub failures: Vec<Error>,
    /// Situations that are not expected to come out yet, and why.
    pub pending: Vec<(String, String)>,
    /// Rules that look for findings and find one in no situation.
    pub never_found: Vec<String>,
    /// Rules that look for findings and stay silent for a stated reason in no situation.
    pub never_silent: Vec<String>,
}

/// A situation, checked, with its rows.
struct ReadSituation<'f> {
    file: &'f SituationFile,
    at: usize,
    rows: BatchedSituation,
    /// What the view `parameter` has in it.
    parameters: ExampleRow,
    /// Cells of which nothing is known, or parts of lists that are not there.
    unknown: bool,
    lacked: Vec<LackedPart>,
}

impl ReadSituation<'_> {
    fn content(&self) -> &crate::rules::situation_file::Situation {
        &self.file.content.situation[self.at]
    }
}

/// Reads and runs the situations of a pipeline.
///
/// # Errors
/// A file of situations that cannot be read; a rule that cannot be run.
pub fn run_situations(pipeline: &Pipeline, rules: &RuleSet) -> Result<SituationReport> {
    let files = read_situations(pipeline)?;
    let (read, failures) = read_all(pipeline, rules, &files);
    let mut report = SituationReport {
        situations: files.iter().map(|file| file.content.situation.len()).sum(),
        failures,
        ..SituationReport::default()
    };
    let (unknown, known): (Vec<_>, Vec<_>) = read.into_iter().partition(|situation| situation.unknown);
    let found = find_together(rules, &known)?;
    let mut outcomes: Vec<(&ReadSituation<'_>, TextFindings, Option<Error>)> = Vec::new();
    for (situation, found) in known.iter().zip(found) {
        let differs = difference(rules, situation, &found);
        outcomes.push((situation, found, differs));
    }
    for situation in &unknown {
        let judged = judge_situation(rules, &situation.parameters, &situation.rows, &situation.lacked)?;
        let differs =
            difference(rules, situation, &judged.found).or_else(|| differs_open(situation, &judged));
        outcomes.push((situation, judged.found, differs));
    }
    let (mut firing, mut silent) = (BTreeSet::new(), BTreeSet::new());
    for (situation, found, differs) in outcomes {
        let content = situation.content();
        match (&content.pending, differs) {
            (None, None) => {
                report.held += 1;
                report.findings += found.len();
                firing.extend(content.expect.iter().filter_map(|entry| entry.split_whitespace().next()));
                silent.extend(content.silent.keys().map(String::as_str));
            }
            (None, Some(error)) => report.failures.push(error),
            (Some(reason), Some(_)) => report.pending.push((content.name.clone(), reason.clone())),
            (Some(_), None) => report.failures.push(
                situation
                    .file
                    .complain(situation.at, &["pending".into()], format!("情形“{}”已经相符", content.name))
                    .hint("删去 pending"),
            ),
        }
    }
    report.never_found = codes_without(rules, &firing);
    report.never_silent = codes_without(rules, &silent);
    Ok(report)
}

/// Codes of rules that look for findings, are not switched off, and are not among these.
fn codes_without(rules: &RuleSet, touched: &BTreeSet<&str>) -> Vec<String> {
    let finding = rules.rules.iter().filter(|rule| !rule.header.indicator);
    let codes = finding.map(|rule| &rule.header.code).filter(|code| !rules.off.contains_key(*code));
    codes.filter(|code| !touched.contains(code.as_str())).cloned().collect()
}

/// Of every so many situations its name, and whether it has the same findings among all and alone.
///
/// # Errors
/// As for [`run_situations`].
pub fn run_situations_alone(
    pipeline: &Pipeline,
    rules: &RuleSet,
    every: usize,
) -> Result<Vec<(String, bool)>> {
    let files = read_situations(pipeline)?;
    let (read, _) = read_all(pipeline, rules, &files);
    let mut compared = Vec::new();
    let read: Vec<_> = read.into_iter().filter(|situation| !situation.unknown).collect();
    let together = find_together(rules, &read)?;
    for (situation, together) in read.iter().zip(together).step_by(every.max(1)) {
        let alone = run_alone(rules, &situation.parameters, &situation.rows, |_| true)?;
        compared.push((situation.content().name.clone(), alone == together));
    }
    Ok(compared)
}

/// Findings of each situation: of all at once, and of those that are not as expected, alone.
fn find_together(rules: &RuleSet, read: &[ReadSituation<'_>]) -> Result<Vec<TextFindings>> {
    let placed: BTreeSet<usize> =
        (0..rules.rules.len()).filter(|&at| names_divisions(rules, &rules.rules[at])).collect();
    let mut batches: BTreeMap<&ExampleRow, Vec<usize>> = BTreeMap::new();
    for (position, situation) in read.iter().enumerate() {
        batches.entry(&situation.parameters).or_default().push(position);
    }
    let mut found = vec![TextFindings::new(); read.len()];
    for (parameters, positions) in batches {
        let batch: Vec<&BatchedSituation> = positions.iter().map(|&at| &read[at].rows).collect();
        let together = run_together(rules, parameters, &batch, |at| !placed.contains(&at))?;
        for (&position, findings) in positions.iter().zip(together) {
            let situation = &read[position];
            found[position] = findings;
            found[position].extend(run_alone(rules, parameters, &situation.rows, |at| placed.contains(&at))?);
            let differing = differing_rules(rules, situation, &found[position]);
            if !differing.is_empty() {
                let alone = run_alone(rules, parameters, &situation.rows, |at| differing.contains(&at))?;
                found[position].retain(|entry, _| !differing.contains(&rule_position(rules, entry)));
                found[position].extend(alone);
            }
        }
    }
    Ok(found)
}

/// Position of the rule that an entry names.
fn rule_position(rules: &RuleSet, entry: &str) -> usize {
    let code = entry.split_whitespace().next().unwrap_or_default();
    rules.rules.iter().position(|rule| rule.header.code == code).unwrap_or(usize::MAX)
}

/// Rules that found what is not expected, or not what is.
fn differing_rules(rules: &RuleSet, situation: &ReadSituation<'_>, found: &TextFindings) -> BTreeSet<usize> {
    let expected: BTreeSet<&str> = situation.content().expect.iter().map(String::as_str).collect();
    let found: BTreeSet<&str> = found.keys().map(String::as_str).collect();
    expected.symmetric_difference(&found).map(|entry| rule_position(rules, entry)).collect()
}

fn as_expected(situation: &ReadSituation<'_>, found: &TextFindings) -> bool {
    let expected: BTreeSet<&str> = situation.content().expect.iter().map(String::as_str).collect();
    expected == found.keys().map(String::as_str).collect()
}

/// What is missing and what is too much, if anything.
fn difference(rules: &RuleSet, situation: &ReadSituation<'_>, found: &TextFindings) -> Option<Error> {
    if as_expected(situation, found) {
        return None;
    }
    let content = situation.content();
    let title = |entry: &str| {
        let code = entry.split_whitespace().next().unwrap_or_default();
        rules.rule(code).map_or("", |rule| rule.header.title.as_str()).to_owned()
    };
    let missing = content.expect.iter().filter(|entry| !found.contains_key(*entry));
    let missing: Vec<String> = missing.map(|entry| format!("{entry}（{}）", title(entry))).collect();
    let surplus = found.iter().filter(|(entry, _)| !content.expect.contains(entry));
    let surplus: Vec<String> =
        surplus.map(|(entry, message)| format!("{entry}（{}：{message}）", title(entry))).collect();
    let mut parts = Vec::new();
    if !missing.is_empty() {
        parts.push(format!("应有而没有：{}", missing.join("、")));
    }
    if !surplus.is_empty() {
        parts.push(format!("不应有而有：{}", surplus.join("、")));
    }
    let message = format!("情形“{}”不符：{}", content.name, parts.join("；"));
    Some(
        situation
            .file
            .complain(situation.at, &["expect".into()], message)
            .hint("照业务定夺：改规则；或改情形，一时改不了规则的写 pending = \"原因\""),
    )
}

/// Who is undecided and is not expected to be, or the other way round; rules that are expected to be held and are not.
fn differs_open(situation: &ReadSituation<'_>, judged: &JudgedSituation) -> Option<Error> {
    let content = situation.content();
    let without_key = |entry: &String| entry.split('/').next().unwrap_or(entry).to_owned();
    let expected: BTreeSet<String> = content.undecided.iter().map(without_key).collect();
    let mut parts = Vec::new();
    let missing: Vec<&str> =
        expected.iter().filter(|entry| !judged.undecided.contains_key(*entry)).map(String::as_str).collect();
    // Of a rule that is said to be held for a county its people there need not be named.
    let told = |code: &str, county: &String| content.held.contains(&format!("{code} {county}"));
    let surplus = judged.undecided.iter().filter(|(entry, counties)| {
        let code = entry.split(' ').next().unwrap_or_default();
        !expected.contains(*entry) && !counties.iter().any(|county| told(code, county))
    });
    let surplus: Vec<&str> = surplus.map(|(entry, _)| entry.as_str()).collect();
    let not_held = content.held.iter().filter(|entry| !judged.held.contains(*entry));
    let not_held: Vec<&str> = not_held.map(String::as_str).collect();
    for (words, entries) in
        [("应未判断而判断了", missing), ("不应未判断的", surplus), ("应停判而没有", not_held)]
    {
        if !entries.is_empty() {
            parts.push(format!("{words}：{}", entries.join("、")));
        }
    }
    (!parts.is_empty()).then(|| {
        let message = format!("情形“{}”不符：{}", content.name, parts.join("；"));
        situation
            .file
            .complain(situation.at, &["undecided".into()], message)
            .hint("看不清、没有报来的，不能说有也不能说没有：改规则；或改情形")
    })
}

/// All situations that are in order, and complaints about the others.
fn read_all<'f>(
    pipeline: &Pipeline,
    rules: &RuleSet,
    files: &'f [SituationFile],
) -> (Vec<ReadSituation<'f>>, Vec<Error>) {
    let (mut read, mut failures) = (Vec::new(), Vec::new());
    let mut parameters = BTreeMap::new();
    for file in files {
        for at in 0..file.content.situation.len() {
            match read_situation(pipeline, rules, file, at, &mut parameters) {
                Ok(situation) => read.push(situation),
                Err(error) => failures.push(error),
            }
        }
    }
    (read, failures)
}

fn read_situation<'f>(
    pipeline: &Pipeline,
    rules: &RuleSet,
    file: &'f SituationFile,
    at: usize,
    parameters: &mut BTreeMap<Period, ExampleRow>,
) -> Result<ReadSituation<'f>> {
    let situation = &file.content.situation[at];
    let period = match situation.period {
        Some(period) => period,
        None => example_period(rules)?,
    };
    let complain = |line: &str, message: String| file.complain_line(at, line, message);
    let GivenRows { mut tables, parameters: changed } =
        read_given(rules, &situation.given, Some(period), &complain)?;
    let given: BTreeSet<&str> = tables.keys().map(String::as_str).collect();
    let counties = tables.values().flatten().filter_map(|row| row.get("county_code"));
    file.check_lists(at, rules, &given, &counties.map(String::as_str).collect())?;
    let lacked = file.lacked_parts(at);
    let came: BTreeSet<String> = given
        .iter()
        .map(|name| (*name).to_owned())
        .chain(situation.empty.iter().cloned())
        .chain(lacked.iter().map(|part| part.list.clone()))
        .collect();
    let runnable = (0..rules.rules.len())
        .filter(|&position| why_not_run(rules, &rules.rules[position], period, &came, &tables).is_none())
        .collect();
    let unknown = !lacked.is_empty()
        || tables.values().flatten().any(has_unknown_cell)
        || !situation.held.is_empty()
        || !situation.undecided.is_empty();
    if let std::collections::btree_map::Entry::Vacant(slot) = parameters.entry(period) {
        slot.insert(parameters_as_text(rules.parameters(pipeline, period)?));
    }
    let mut row = parameters.get(&period).cloned().unwrap_or_default();
    add_county_parameters(pipeline, rules, (period, &changed), &mut tables)?;
    row.extend(changed);
    row.retain(|_, value| value != "NULL");
    let read = ReadSituation {
        file,
        at,
        rows: BatchedSituation { tables, runnable },
        parameters: row,
        unknown,
        lacked,
    };
    check_entries(rules, &read, period, &came)?;
    Ok(read)
}

/// Gives the counties of a situation what the pipeline sets for them, unless it says so itself. What a situation changes
/// for the prefecture holds where the county sets nothing.
fn add_county_parameters(
    pipeline: &Pipeline,
    rules: &RuleSet,
    (period, changed): (Period, &ExampleRow),
    tables: &mut BTreeMap<String, Vec<ExampleRow>>,
) -> Result<()> {
    let own = &pipeline.settings.county_parameters;
    if own.is_empty() || tables.contains_key(COUNTY_PARAMETER) {
        return Ok(());
    }
    let counties: BTreeSet<&String> =
        tables.values().flatten().filter_map(|row| row.get("county_code")).collect();
    let mut rows = Vec::new();
    for county in counties {
        let mut row = parameters_as_text(rules.county_parameters(pipeline, county, period)?);
        let sets = |name: &str| {
            let layers = own.get(county).into_iter().flat_map(BTreeMap::values);
            layers.flat_map(BTreeMap::keys).any(|set| set == name)
        };
        let changed = changed.iter().filter(|(name, _)| !sets(name));
        row.extend(changed.map(|(name, value)| (name.clone(), value.clone())));
        row.retain(|_, value| value != "NULL");
        row.insert("county_code".to_owned(), county.clone());
        rows.push(row);
    }
    tables.insert(COUNTY_PARAMETER.to_owned(), rows);
    Ok(())
}

/// Why a rule cannot be run on the rows of a situation, in Chinese.
fn why_not_run(
    rules: &RuleSet,
    rule: &Rule,
    period: Period,
    came: &BTreeSet<String>,
    tables: &BTreeMap<String, Vec<ExampleRow>>,
) -> Option<String> {
    let header = &rule.header;
    if header.indicator {
        return Some("是指标".to_owned());
    }
    if let Some(reason) = rules.off.get(&header.code) {
        return Some(format!("本地停用：{reason}"));
    }
    if !rule.applies(period) {
        return Some(format!("{period}不适用"));
    }
    let missing: Vec<&str> = header
        .sources
        .iter()
        .filter(|name| !came.contains(name.as_str()))
        .map(|name| rules.catalogue.title(name))
        .collect();
    if !missing.is_empty() {
        return Some(format!("要用的名单没有给出：{}", missing.join("、")));
    }
    // As in a run: a column that no row fills was not delivered.
    let blank = header.columns.iter().find(|name| {
        let (view, column) = name.split_once('.').unwrap_or((name, ""));
        !tables.get(view).into_iter().flatten().any(|row| row.contains_key(column))
    })?;
    Some(format!("整列为空：{}", rules.column_label(blank)))
}

/// Checks that what is expected and what is silent can be told in the situation at all.
fn check_entries(
    rules: &RuleSet,
    situation: &ReadSituation<'_>,
    period: Period,
    came: &BTreeSet<String>,
) -> Result<()> {
    let (file, at, content) = (situation.file, situation.at, situation.content());
    let mut quotes = content.rests_on.split('“').skip(1).filter_map(|rest| rest.split('”').next());
    if let Some(quote) = quotes.find(|quote| !rules.may_quote(quote)) {
        return Err(file
            .complain(at, &["rests_on".into()], format!("引文“{quote}”与政策文本不一致"))
            .hint("引号里必须是政策原文中连续的一段；自己的话不加引号"));
    }
    let tables = &situation.rows.tables;
    let check_runs = |rule: &Rule, steps: &[TomlStep<'_>]| {
        let Some(reason) = why_not_run(rules, rule, period, came, tables) else { return Ok(()) };
        let code = &rule.header.code;
        Err(file
            .complain(at, steps, format!("规则{code}在本情形里没有运行：{reason}"))
            .hint("在 given 里写出这份名单的行；名单报来了、没有这家人的，把它写进 empty"))
    };
    for (key, entries) in
        [("expect", &content.expect), ("held", &content.held), ("undecided", &content.undecided)]
    {
        for (number, entry) in entries.iter().enumerate() {
            let steps = [TomlStep::Key(key), number.into()];
            let mut words = entry.split_whitespace();
            let (Some(code), Some(subject), None) = (words.next(), words.next(), words.next()) else {
                return Err(file
                    .complain(at, &steps, format!("“{entry}”不是“规则编号 对象”"))
                    .hint("例如 \"R30 P1\" 或 \"R09 P1/dibao\"：人写 P1，户写 H1"));
            };
            let rule = file.rule(at, &steps, rules, code)?;
            check_runs(rule, &steps)?;
            if key == "held" {
                continue;
            }
            check_subject(situation, rule, &steps, subject.split('/').next().unwrap_or(subject))?;
            if entries[..number].contains(entry) {
                return Err(file.complain(at, &steps, format!("“{entry}”写了两次")).hint("删去一个"));
            }
        }
    }
    for (code, reason) in &content.silent {
        let steps = [TomlStep::Key("silent"), code.as_str().into()];
        let rule = file.rule(at, &steps, rules, code)?;
        if reason.trim().is_empty() {
            return Err(file.complain(at, &steps, "没有写为什么不列").hint("写一句原因"));
        }
        if content.expect.iter().any(|entry| entry.split_whitespace().next() == Some(code)) {
            let error = file.complain(at, &steps, format!("规则{code}在 expect 里有疑点"));
            return Err(error.hint("silent 只写一条疑点也没有的规则"));
        }
        check_runs(rule, &steps)?;
    }
    Ok(())
}

/// A finding's subject must be somebody of the situation.
fn check_subject(
    situation: &ReadSituation<'_>,
    rule: &Rule,
    steps: &[TomlStep<'_>],
    subject: &str,
) -> Result<()> {
    let kind = match rule.header.subject {
        SubjectKind::Person => IdKind::Person,
        SubjectKind::Household => IdKind::Household,
        SubjectKind::Record => IdKind::Record,
        SubjectKind::Unit => return Ok(()),
    };
    let cells = situation.rows.tables.values().flatten().flatten();
    let known: BTreeSet<&str> =
        cells.filter(|(column, _)| IdKind::of(column) == Some(kind)).map(|(_, text)| text.as_str()).collect();
    if known.contains(subject) {
        return Ok(());
    }
    let what = crate::rules::documentation::subject_word(rule.header.subject);
    let code = &rule.header.code;
    let known: Vec<&str> = known.into_iter().collect();
    Err(situation
        .file
        .complain(situation.at, steps, format!("规则{code}的对象是{what}，本情形里没有“{subject}”"))
        .hint(format!("本情形里有：{}", known.join("、"))))
}
