//! Runs rules bucket by bucket, so that memory holds the rows of one bucket at a time.
//!
//! Most rules look at one person or household; [`crate::rules::bucket_scope`] tells which, and these are run
//! in each bucket on its own. The others (a name met again in the township, an account many
//! share, a county's total) need all rows, but only the columns and definitions they name: those
//! are gathered from the buckets, and the rules are run over them at the end.

use crate::reconcile::findings::select_outcome::sum_counts;
use std::collections::{BTreeMap, BTreeSet};

use polars::prelude::DataFrame;

use super::planner::SqlSession;
use super::polars_bridge::to_frame;
use super::rule_runner::{
    GatheredFindings, counted_places, listed_persons, register_absent_views, run_definition, run_rule,
    zero_rule_indicators,
};
use super::workers::{PendingReaders, run_rule_workers};
use crate::Result;
use crate::model::indicator::Indicator;
use crate::reconcile::QuarterViews;
use crate::reconcile::findings::select_outcome::RuleFinding;
use crate::reconcile::near_misses::ListedPersons;
use crate::reconcile::views::rule_view::ViewRows;
use crate::rules::bucket_scope::{RuleScope, RuleScopes};
use crate::rules::rule_file::{Rule, SqlFile};
use crate::rules::rule_set::{ColumnsByTable, RuleSet, columns_by_table};

struct BucketRun<'a> {
    rules: &'a RuleSet,
    views: &'a QuarterViews<'a>,
    /// Definitions that need all rows at once.
    whole: BTreeSet<&'a str>,
    /// Definitions that some rule of the run reads.
    needed: BTreeSet<String>,
}

/// Runs the rules at `positions` over views that lie in buckets.
pub(crate) fn run_rule_buckets(
    rules: &RuleSet,
    views: &QuarterViews<'_>,
    positions: &[usize],
    done: &mut (dyn FnMut() + Send),
) -> Result<GatheredFindings> {
    let scopes = RuleScopes::of(rules);
    let local = |rule: &Rule| match scopes.rules.get(&rule.header.code) {
        Some(RuleScope::Local { keys }) => rule.header.indicator || keys.contains("subject_id"),
        _ => false,
    };
    let buckets = BucketRun::new(rules, views, positions, &scopes);
    let (locals, wholes): (Vec<usize>, Vec<usize>) =
        positions.iter().copied().partition(|&at| local(&rules.rules[at]));
    let mut shared = SqlSession::new().limited(rules.settings.limits);
    // Those that every bucket reads whole are small. One that no rule reads lies in no bucket either.
    let read = rules.columns_read();
    for view in views.list.iter().filter(|v| v.buckets.is_empty()) {
        if let Some(columns) = read.get(&view.name) {
            let frame = to_frame(&view.rows, &views.ids, |column| columns.contains(column))?;
            shared.register(&view.name, frame);
        }
    }
    buckets.define_wholes(&mut shared)?;
    let mut wanted = columns_by_table(wholes.iter().map(|&at| &rules.rules[at].file));
    rules.add_quality_columns(&mut wanted);
    rules.add_absence_columns(positions, &mut wanted);
    let mut findings: Vec<(usize, RuleFinding)> = Vec::new();
    let mut counted: BTreeMap<usize, Vec<Indicator>> = BTreeMap::new();
    let readers = PendingReaders::of(locals.iter().map(|&at| &rules.rules[at].file));
    let gathered = buckets.sweep(&shared, &buckets.needed, &locals, &wanted, &mut |session, last| {
        let mut told = || {
            if last {
                done()
            }
        };
        let outcomes = run_rule_workers(rules, &locals, &views.ids, session, readers.clone(), &mut told)?;
        for (at, outcome) in outcomes {
            findings.extend(outcome.findings.into_iter().map(|f| (at, f)));
            counted.entry(at).or_default().extend(outcome.indicators);
        }
        Ok(())
    })?;
    for at in wholes {
        let rule = &rules.rules[at];
        let session = buckets.session_for(&rule.file, &shared, &gathered)?;
        let outcome = run_rule(&session, rule, &views.ids, &rules.root_code)?;
        findings.extend(outcome.findings.into_iter().map(|f| (at, f)));
        counted.entry(at).or_default().extend(outcome.indicators);
        done();
    }
    let mut indicators = Vec::new();
    for (at, parts) in counted {
        let sums = add_bucket_indicators(&rules.rules[at], parts)?;
        indicators.extend(zero_rule_indicators(&rules.rules[at], &sums, &rules.root_code));
        indicators.extend(sums);
    }
    let mut listed = ListedPersons::new();
    for table in rules.absence_rows(positions) {
        let mut session = shared.clone();
        buckets.register(&mut session, table, &wanted, &gathered)?;
        buckets.fill_absent(&mut session);
        listed.insert(table.to_owned(), listed_persons(&session, table)?);
    }
    let places = match &rules.settings.quality {
        None => None,
        Some(settings) => {
            let mut session = shared;
            for table in [&settings.persons, &settings.households] {
                buckets.register(&mut session, table, &wanted, &gathered)?;
            }
            buckets.fill_absent(&mut session);
            counted_places(&session, rules)?
        }
    };
    Ok(GatheredFindings { findings, indicators, places, listed })
}

/// The same indicator of the same unit, counted in several buckets, is the sum of the counts.
fn add_bucket_indicators(rule: &Rule, parts: Vec<Indicator>) -> Result<Vec<Indicator>> {
    let mut groups: BTreeMap<(String, String), Vec<Indicator>> = BTreeMap::new();
    for part in parts {
        groups.entry((part.indicator.clone(), part.unit_code.clone())).or_default().push(part);
    }
    let sum = |((indicator, unit_code), parts): ((String, String), Vec<Indicator>)| {
        let denominators = || parts.iter().filter_map(|part| part.denominator);
        Ok(Indicator {
            rule_code: rule.header.code.clone(),
            indicator,
            unit_code,
            numerator: sum_counts(rule, parts.iter().map(|part| part.numerator))?,
            denominator: denominators().next().map(|_| sum_counts(rule, denominators())).transpose()?,
            target: parts.iter().filter_map(|part| part.target).max(),
            ..Indicator::default()
        })
    };
    groups.into_iter().map(sum).collect()
}

impl<'a> BucketRun<'a> {
    fn new(
        rules: &'a RuleSet,
        views: &'a QuarterViews<'a>,
        positions: &[usize],
        scopes: &RuleScopes,
    ) -> Self {
        let whole = (rules.definitions.iter().map(|d| d.header.name.as_str()))
            .filter(|name| !matches!(scopes.definitions.get(*name), Some(RuleScope::Local { .. })))
            .collect();
        Self { rules, views, whole, needed: rules.definitions_needed(positions) }
    }

    /// Computes the definitions that need all rows; every bucket then reads them whole. One may
    /// rest on what the buckets make of another: then they are gone through once more.
    fn define_wholes(&self, shared: &mut SqlSession) -> Result<()> {
        let mut levels: BTreeMap<&str, usize> = BTreeMap::new();
        for definition in &self.rules.definitions {
            let name = definition.header.name.as_str();
            let tables = definition.file.select.table_names();
            let below = tables.filter_map(|table| levels.get(table)).max().copied().unwrap_or(0);
            levels.insert(name, below + usize::from(self.whole.contains(name)));
        }
        let highest = levels.values().max().copied().unwrap_or(0);
        for level in 1..=highest {
            let now = |name: &str| {
                self.whole.contains(name) && self.needed.contains(name) && levels.get(name) == Some(&level)
            };
            let wholes: Vec<_> = self.rules.definitions.iter().filter(|d| now(&d.header.name)).collect();
            let mut wanted = columns_by_table(wholes.iter().map(|d| &d.file));
            wanted.retain(|name, _| {
                self.rules.definition(name).is_some() && !self.whole.contains(name.as_str())
            });
            let gathered = match wanted.is_empty() {
                true => BTreeMap::new(),
                false => {
                    let behind = wanted.keys().flat_map(|name| self.rules.definitions_behind(name)).collect();
                    self.sweep(shared, &behind, &[], &wanted, &mut |_, _| Ok(()))?
                }
            };
            for definition in wholes {
                let session = self.session_for(&definition.file, shared, &gathered)?;
                shared.register(&definition.header.name, run_definition(&session, definition)?);
            }
        }
        Ok(())
    }

    /// Goes through the buckets: `work` gets each one's tables with these definitions and the tables
    /// that these rules read, and is told which bucket is the last; what is wanted of the definitions
    /// is gathered.
    fn sweep(
        &self,
        shared: &SqlSession,
        definitions: &BTreeSet<String>,
        rules: &[usize],
        wanted: &ColumnsByTable,
        work: &mut dyn FnMut(SqlSession, bool) -> Result<()>,
    ) -> Result<BTreeMap<String, DataFrame>> {
        let mut gathered: BTreeMap<String, DataFrame> = BTreeMap::new();
        let some = self.rules.definitions.iter().filter(|d| definitions.contains(&d.header.name));
        let files = some.map(|d| &d.file).chain(rules.iter().map(|&at| &self.rules.rules[at].file));
        let reads = columns_by_table(files);
        let views = &self.views.list;
        let count = views.iter().map(|v| v.buckets.len()).max().unwrap_or(0);
        for bucket in 0..count {
            let mut session = shared.clone();
            for view in views.iter().filter(|v| !v.buckets.is_empty()) {
                if let Some(reads) = reads.get(&view.name) {
                    let rows = ViewRows::Stored(view.buckets[bucket].clone());
                    let frame = to_frame(&rows, &self.views.ids, |column| reads.contains(column))?;
                    session.register(&view.name, frame);
                }
            }
            self.fill_absent(&mut session);
            for definition in self.rules.definitions.iter().filter(|d| definitions.contains(&d.header.name)) {
                let name = &definition.header.name;
                let mut tables = definition.file.select.table_names();
                if self.whole.contains(name.as_str()) || tables.any(|table| !session.has(table)) {
                    continue;
                }
                let frame = run_definition(&session, definition)?;
                if let Some(columns) = wanted.get(name) {
                    gather_bucket_frame(&mut gathered, name, &frame, columns)?;
                }
                session.register(name, frame);
            }
            work(session, bucket + 1 == count)?;
        }
        Ok(gathered)
    }

    /// The tables that one SELECT over all rows reads.
    fn session_for(
        &self,
        file: &SqlFile,
        shared: &SqlSession,
        gathered: &BTreeMap<String, DataFrame>,
    ) -> Result<SqlSession> {
        let wanted = columns_by_table(std::iter::once(file));
        let mut session = shared.clone();
        for table in wanted.keys() {
            self.register(&mut session, table, &wanted, gathered)?;
        }
        self.fill_absent(&mut session);
        Ok(session)
    }

    fn register(
        &self,
        session: &mut SqlSession,
        table: &str,
        wanted: &ColumnsByTable,
        gathered: &BTreeMap<String, DataFrame>,
    ) -> Result<()> {
        if session.has(table) {
            return Ok(());
        }
        if let Some(frame) = gathered.get(table) {
            session.register(table, frame.clone());
        } else if let Some(view) = self.views.list.iter().find(|v| v.name == table) {
            let columns = wanted.get(table);
            let frame =
                to_frame(&view.rows, &self.views.ids, |name| columns.is_none_or(|c| c.contains(name)))?;
            session.register(table, frame);
        }
        Ok(())
    }

    fn fill_absent(&self, session: &mut SqlSession) {
        let absent = |name: &str| self.views.list.iter().all(|v| v.name != name);
        register_absent_views(session, &self.rules.catalogue, absent);
    }
}

fn gather_bucket_frame(
    gathered: &mut BTreeMap<String, DataFrame>,
    name: &str,
    frame: &DataFrame,
    columns: &BTreeSet<String>,
) -> Result<()> {
    let kept: Vec<&str> =
        frame.columns().iter().map(|c| c.name().as_str()).filter(|c| columns.contains(*c)).collect();
    let part = frame.select(kept).map_err(super::polars_bridge::engine_failure)?;
    match gathered.get_mut(name) {
        None => {
            gathered.insert(name.to_owned(), part);
        }
        Some(all) => {
            all.vstack_mut(&part).map_err(super::polars_bridge::engine_failure)?;
        }
    }
    Ok(())
}
