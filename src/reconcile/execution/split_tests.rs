//! What is said of the shipped rules is tried on data: the rows of all their examples together,
//! once as a whole and once split by component.

use polars::prelude::{DataFrame, DataType};

use std::collections::BTreeMap;

use super::example_rows::{example_table, ids_of};
use super::example_runner::all_cases;
use super::numbered_ids::NumberedIds;
use super::planner::SqlSession;
use super::polars_bridge::to_frame;
use crate::config::Pipeline;
use crate::reconcile::views::rule_view::ViewRows;
use crate::rules::bucket_scope::{KeyedColumn, RuleScope, RuleScopes, ScopedTable, ScopedTables, view_table};
use crate::rules::rule_set::RuleSet;
use crate::table::rows::Rows;

const BUCKETS: usize = 3;

type SplitTestRow = BTreeMap<String, String>;

/// Union-find over keys as text.
#[derive(Default)]
struct Components {
    numbers: BTreeMap<String, usize>,
    parent: Vec<usize>,
}

impl Components {
    fn of(&mut self, key: String) -> usize {
        let next = self.parent.len();
        let at = *self.numbers.entry(key).or_insert(next);
        if at == next {
            self.parent.push(next);
        }
        self.root(at)
    }
    fn root(&self, mut at: usize) -> usize {
        while self.parent[at] != at {
            at = self.parent[at];
        }
        at
    }
    fn join(&mut self, keys: &[String]) {
        let mut roots: Vec<usize> = keys.iter().map(|k| self.of(k.clone())).collect();
        while let (Some(last), Some(&first)) = (roots.pop(), roots.first()) {
            let (first, last) = (self.root(first), self.root(last));
            self.parent[last] = first;
        }
    }
}

/// The keys of a row, each with its kind.
fn keys(view: &ScopedTable, row: &SplitTestRow) -> Vec<String> {
    let ScopedTable::Local(columns) = view else { return Vec::new() };
    let key = |c: &KeyedColumn| Some(format!("{:?} {}", c.key?.kind, row.get(&c.name)?));
    columns.iter().filter_map(key).collect()
}

/// The rows of all examples by view. Those of each example have keys of their own, but share
/// names, townships and counties.
fn rows(pipeline: &Pipeline, rules: &RuleSet, views: &ScopedTables) -> BTreeMap<String, Vec<SplitTestRow>> {
    let mut all: BTreeMap<String, Vec<SplitTestRow>> = BTreeMap::new();
    for (number, case) in all_cases(pipeline, rules).unwrap().into_iter().enumerate() {
        for (name, given) in case.tables {
            let known = all.entry(name.clone()).or_default();
            let ScopedTable::Local(columns) = &views[&name] else {
                // The parameters of one example do for all.
                if known.is_empty() {
                    known.extend(given.rows);
                }
                continue;
            };
            for mut row in given.rows {
                for column in columns.iter().filter(|c| c.key.is_some()) {
                    row.entry(column.name.clone()).and_modify(|text| *text = format!("{number}.{text}"));
                }
                // What an example leaves out, as no loaded record does, is nobody else's.
                for column in columns.iter().filter(|c| c.key.is_some_and(|k| k.filled)) {
                    let own = || format!("{number}.{name} {}", known.len());
                    row.entry(column.name.clone()).or_insert_with(own);
                }
                known.push(row);
            }
        }
    }
    all
}

fn session(rules: &RuleSet, ids: &NumberedIds, rows: &BTreeMap<String, Vec<SplitTestRow>>) -> SqlSession {
    let mut session = SqlSession::empty(&rules.catalogue);
    for (name, rows) in rows {
        let batch = example_table(rules.catalogue.columns(name).unwrap(), rows).unwrap();
        let rows = ViewRows::Stored(Rows::of(batch));
        session.register(name, to_frame(&rows, ids, |_| true).unwrap());
    }
    session
}

/// Rows as text, sorted.
fn shown<'a>(frames: impl IntoIterator<Item = &'a DataFrame>) -> Vec<Vec<Option<String>>> {
    let mut shown = Vec::new();
    for frame in frames {
        let texts: Vec<_> = (frame.columns().iter())
            .map(|c| c.as_materialized_series().cast(&DataType::String).unwrap())
            .collect();
        let texts: Vec<_> = texts.iter().map(|t| t.str().unwrap()).collect();
        shown.extend(
            (0..frame.height()).map(|row| texts.iter().map(|t| t.get(row).map(str::to_owned)).collect()),
        );
    }
    shown.sort();
    shown
}

#[test]
fn local_rules_find_in_buckets_what_they_find_in_all_rows() {
    let pipeline = Pipeline::open("pipelines/hebi".as_ref()).unwrap();
    let rules = RuleSet::load(&pipeline).unwrap();
    let scopes = RuleScopes::of(&rules);
    let views: ScopedTables = (rules.catalogue.views.iter())
        .map(|(name, view)| (name.clone(), view_table(name, view, &rules.household_columns)))
        .collect();
    let all = rows(&pipeline, &rules, &views);

    let mut components = Components::default();
    for (name, rows) in &all {
        rows.iter().for_each(|row| components.join(&keys(&views[name], row)));
    }
    let mut split = vec![BTreeMap::<String, Vec<SplitTestRow>>::new(); BUCKETS];
    for (name, rows) in &all {
        for row in rows {
            let key = keys(&views[name], row).into_iter().next();
            let bucket = key.map(|key| components.of(key) * 7 % BUCKETS);
            for (at, part) in split.iter_mut().enumerate() {
                if bucket.is_none_or(|b| b == at) {
                    part.entry(name.clone()).or_default().push(row.clone());
                }
            }
        }
    }
    let filled = |part: &BTreeMap<String, Vec<SplitTestRow>>| {
        part.get("registry_person").is_some_and(|r| r.len() > 100)
    };
    assert!(split.iter().all(filled), "buckets are filled");

    let ids = ids_of(all.values().flatten());
    let mut whole = session(&rules, &ids, &all);
    let mut parts: Vec<SqlSession> = split.iter().map(|rows| session(&rules, &ids, rows)).collect();
    let mut compared = 0;
    let mut compare = |name: &str, scope: &RuleScope, all: &DataFrame, parts: &[DataFrame]| match scope {
        RuleScope::Local { .. } => {
            compared += usize::from(all.height() > 0);
            assert_eq!(shown(parts), shown([all]), "{name}");
        }
        RuleScope::Shared => parts.iter().for_each(|part| assert_eq!(shown([part]), shown([all]), "{name}")),
        RuleScope::Whole(_) => {}
    };
    for definition in &rules.definitions {
        let (name, sql) = (&definition.header.name, &*definition.file.select);
        let found = whole.select(sql).unwrap();
        let in_parts: Vec<DataFrame> = match &scopes.definitions[name] {
            RuleScope::Whole(_) => vec![found.clone(); BUCKETS],
            _ => parts.iter().map(|part| part.select(sql).unwrap()).collect(),
        };
        compare(name, &scopes.definitions[name], &found, &in_parts);
        whole.register(name, found);
        parts.iter_mut().zip(in_parts).for_each(|(part, found)| part.register(name, found));
    }
    let mut differing = Vec::new();
    for rule in &rules.rules {
        let (code, sql) = (rule.header.code.as_str(), &*rule.file.select);
        let found = whole.select(sql).unwrap();
        let in_parts: Vec<DataFrame> = parts.iter().map(|part| part.select(sql).unwrap()).collect();
        compare(code, &scopes.rules[code], &found, &in_parts);
        if matches!(scopes.rules[code], RuleScope::Whole(_)) && shown(&in_parts) != shown([&found]) {
            differing.push(code);
        }
    }
    assert!(compared > 200, "only {compared} definitions and rules find anything");
    // The others do need all rows; of these the data is such that it shows.
    assert_eq!(differing, ["R16", "R53", "Q69"]);
}
