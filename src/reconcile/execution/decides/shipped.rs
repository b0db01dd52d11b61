//! What is said of the shipped rules, and tried on the rows of their own examples.

use std::collections::BTreeMap;

use polars::prelude::{AnyValue, Column};

use super::*;
use crate::config::Pipeline;
use crate::model::column_type::ColumnType::{Date, Int32, Int64};
use crate::model::exception::SubjectKind;
use crate::reconcile::execution::example_rows::{example_table, ids_of};
use crate::reconcile::execution::example_runner::{ExampleCase, all_cases};
use crate::reconcile::execution::numbered_ids::IdKind;
use crate::reconcile::execution::planner::SqlSession;
use crate::reconcile::execution::polars_bridge::to_frame;
use crate::reconcile::views::rule_view::ViewRows;
use crate::rules::rule_file::Rule;
use crate::rules::rule_set::RuleSet;
use crate::table::rows::Rows;

type ExampleRow = BTreeMap<String, String>;

fn shipped() -> (Pipeline, RuleSet) {
    let pipeline = Pipeline::open("pipelines/hebi".as_ref()).unwrap();
    let rules = RuleSet::load(&pipeline).unwrap();
    (pipeline, rules)
}

fn shipped_view_column(view: &str, column: &str) -> ViewColumn {
    (view.to_owned(), column.to_owned())
}

#[test]
fn every_shipped_rule_is_followed_to_columns_of_the_catalogue() {
    let (_, rules) = shipped();
    let lineages = rules.lineages();
    assert_eq!(lineages.len(), rules.rules.len());
    for (code, lineage) in &lineages {
        assert_eq!(lineage.untraced, None, "{code}");
        assert!(!lineage.deciding.is_empty(), "{code}");
        assert!(lineage.deciding.is_disjoint(&lineage.shown), "{code}");
        for (view, name) in lineage.deciding.union(&lineage.shown) {
            let columns = rules.catalogue.columns(view).unwrap_or_else(|| panic!("{code}: {view}"));
            assert!(columns.iter().any(|(known, _)| known == name), "{code}: {view}.{name}");
        }
        // A column without which a rule has nothing to say is one that decides.
        for name in &rules.rule(code).unwrap().header.columns {
            let (view, name) = name.split_once('.').unwrap();
            assert!(lineage.deciding.contains(&shipped_view_column(view, name)), "{code}: {name}");
        }
    }
    let told = |code: &str| {
        let Lineage { deciding, shown, untraced: _ } = &lineages[code];
        format!("{code}\n  {}\n  {}", words(deciding), words(shown))
    };
    insta::assert_snapshot!(["R75", "R98", "R99b"].map(told).join("\n"), @r"
    R75
      housing.accept_date housing.accept_result housing.household_id housing.ledger_status housing.person_id housing.plan_year parameter.housing_grace_date registry_household.danger_level registry_household.dangerous_house registry_household.household_id registry_household.household_no registry_household.person_id registry_person.household_no registry_person.person_id registry_person.person_status
      housing.record_id registry_household.record_id
    R98
      registry_person.labour_ability registry_person.person_id registry_person.person_status registry_person.student_status registry_person.work_months
      registry_person.record_id
    R99b
      credit_rating.demand credit_rating.person_id credit_rating.rating deceased.cancel_date deceased.death_date deceased.person_id insurance.person_id insurance.status insurance.stop_reason insurance.year micro_loan.kind micro_loan.person_id parameter.full_cover_permyriad parameter.quarter_end parameter.quarter_start parameter.year registry_household.exit_status registry_household.household_no registry_household.village_code registry_person.county_code registry_person.household_no registry_person.identified_date registry_person.person_id registry_person.person_status registry_person.record_id registry_person.township_code registry_person.village_code
    ");
}

#[test]
fn a_rule_that_is_not_understood_is_decided_by_all_it_may_read() {
    let (_, mut rules) = shipped();
    let at = rules.rules.iter().position(|rule| rule.header.code == "R98").unwrap();
    let sql = "SELECT x.person_id AS subject_id FROM poor_person AS x (person_id)";
    rules.rules[at].file = rules.rules[at].file.with_sql(sql).unwrap();
    let lineage = rules.lineages().remove("R98").unwrap();
    assert!(lineage.untraced.is_some_and(|reason| reason.contains("renamed")));
    assert_eq!(lineage.deciding.len(), rules.catalogue.columns("registry_person").unwrap().len());
    assert!(lineage.deciding.iter().all(|(view, _)| view == "registry_person"));
}

/// The rows of some of a rule's examples together, those of each with keys of their own.
fn rows_of(rules: &RuleSet, cases: &[ExampleCase]) -> BTreeMap<String, Vec<ExampleRow>> {
    let is_key = |column: &str| {
        let number = column == "source_household_id" || rules.household_columns.contains_key(column);
        IdKind::of(column).is_some() || number
    };
    let mut all: BTreeMap<String, Vec<ExampleRow>> = BTreeMap::new();
    for (number, case) in cases.iter().enumerate() {
        for (name, given) in &case.tables {
            let known = all.entry(name.clone()).or_default();
            // The parameters of one example do for all.
            for row in given.rows.iter().filter(|_| name != "parameter" || number == 0) {
                let own = |(column, text): (&String, &String)| match cases.len() > 1 && is_key(column) {
                    true => (column.clone(), format!("{number}.{text}")),
                    false => (column.clone(), text.clone()),
                };
                known.push(row.iter().map(own).collect());
            }
        }
    }
    all
}

/// What the cells of a column become.
#[derive(Debug, Clone, Copy)]
enum ColumnChange {
    Null,
    /// Ids, which are many, are those of the next row.
    Constant,
}

/// The rows with other cells in all columns but those to keep.
fn changed(
    rules: &RuleSet,
    rows: &BTreeMap<String, Vec<ExampleRow>>,
    change: ColumnChange,
    keep: impl Fn(&str, &str) -> bool,
) -> BTreeMap<String, Vec<ExampleRow>> {
    let mut all = rows.clone();
    for (view, rows) in &mut all {
        let columns = rules.catalogue.columns(view).unwrap();
        for (column, kind) in columns.iter().filter(|(column, _)| !keep(view, column)) {
            let before: Vec<Option<String>> = rows.iter().map(|row| row.get(column).cloned()).collect();
            for (at, row) in rows.iter_mut().enumerate() {
                let cell = match change {
                    ColumnChange::Null => None,
                    ColumnChange::Constant if IdKind::of(column).is_none() => Some(match kind {
                        Text => "别的".to_owned(),
                        Int32 | Int64 => "7".to_owned(),
                        Date => "2001-02-03".to_owned(),
                    }),
                    ColumnChange::Constant => before[(at + 1) % before.len()].clone(),
                };
                match cell {
                    Some(cell) => row.insert(column.clone(), cell),
                    None => row.remove(column),
                };
            }
        }
    }
    all
}

/// Subjects and keys that a rule finds among rows; of an indicator, all it yields.
fn subjects(rules: &RuleSet, rule: &Rule, rows: &BTreeMap<String, Vec<ExampleRow>>) -> Vec<Vec<String>> {
    let ids = ids_of(rows.values().flatten());
    let mut session = SqlSession::new();
    for (name, rows) in rows {
        let batch = example_table(rules.catalogue.columns(name).unwrap(), rows).unwrap();
        session.register(name, to_frame(&ViewRows::Stored(Rows::of(batch)), &ids, |_| true).unwrap());
    }
    for definition in rules.definitions_of(&rule.file) {
        let frame = session.select(&definition.file.select).unwrap();
        session.register(&definition.header.name, frame);
    }
    let found = session.select(&rule.file.select).unwrap();
    let indicator = rule.header.indicator;
    let decides = |name: &str| indicator || name == "subject_id" || name == "rule_key";
    let columns: Vec<&Column> = found.columns().iter().filter(|column| decides(column.name())).collect();
    let kind = match rule.header.subject {
        SubjectKind::Person => Some(IdKind::Person),
        SubjectKind::Household => Some(IdKind::Household),
        SubjectKind::Record => Some(IdKind::Record),
        SubjectKind::Unit => None,
    };
    // The number of an id depends on the other ids there are.
    let text = |column: &Column, row: usize| match (kind, column.get(row).unwrap()) {
        (Some(kind), AnyValue::Int64(id)) if column.name() == "subject_id" => ids.text(kind, id),
        (_, cell) => cell.to_string(),
    };
    let row = |row: usize| columns.iter().map(|column| text(column, row)).collect::<Vec<_>>();
    let mut all: Vec<Vec<String>> = (0..found.height()).map(row).collect();
    all.sort();
    if !indicator {
        all.dedup();
        all.retain(|row| !row.contains(&"null".to_owned()));
    }
    all
}

#[test]
fn whatever_stands_in_other_columns_the_same_subjects_come_out() {
    let (pipeline, rules) = shipped();
    let lineages = rules.lineages();
    let mut by_rule: BTreeMap<String, Vec<ExampleCase>> = BTreeMap::new();
    for case in all_cases(&pipeline, &rules).unwrap() {
        by_rule.entry(case.code.clone()).or_default().push(case);
    }
    let mut silent = Vec::new();
    for rule in &rules.rules {
        let code = &rule.header.code;
        let mut rows = rows_of(&rules, &by_rule[code]);
        let mut found = subjects(&rules, rule, &rows);
        if found.is_empty() {
            // Its tables meet by other columns than the usual keys: one example has to do.
            let telling = by_rule[code].iter().find(|case| !case.expect.is_empty()).unwrap();
            rows = rows_of(&rules, std::slice::from_ref(telling));
            found = subjects(&rules, rule, &rows);
        }
        let decides =
            |view: &str, name: &str| lineages[code].deciding.contains(&shipped_view_column(view, name));
        for change in [ColumnChange::Null, ColumnChange::Constant] {
            let rows = changed(&rules, &rows, change, decides);
            assert_eq!(subjects(&rules, rule, &rows), found, "{code} {change:?}");
        }
        // The rows are such that it matters what stands in the others.
        let without = changed(&rules, &rows, ColumnChange::Null, |view, name| !decides(view, name));
        if subjects(&rules, rule, &without) == found {
            silent.push(code.as_str());
        }
    }
    assert_eq!(silent, Vec::<&str>::new(), "rules that find the same without what decides");
}
