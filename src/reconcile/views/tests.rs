use std::path::Path;

use arrow::array::AsArray;
use arrow::array::{Array, new_null_array};
use arrow::datatypes::{DataType, Int32Type, Int64Type};

use super::*;
use crate::config::SourceContract;
use crate::load::SourceRecords;
use crate::model::links::Tier;
use crate::model::published_id::{HouseholdId, PersonId};
use crate::model::record_id::RecordKey;
use crate::model::resolution::IdentityChange;
use crate::model::source_row::ControlTotals;
use crate::model::source_table::{FileFormat, RawTableInfo};
use crate::normalize::normalize;
use crate::reconcile::execution::numbered_ids::IdKind;
use crate::reconcile::execution::rule_runner;
use crate::reconcile::views::rule_view::number_ids;
use crate::table::rows::Rows;

type Cells<'a> = &'a [(&'a str, &'a str)];

/// Records of one source: text and integer cells by column, everything else null.
fn loaded(source: usize, contract: &SourceContract, rows: &[Cells<'_>]) -> LoadedSource {
    let cell =
        |row: &Cells<'_>, name: &str| row.iter().find(|(n, _)| *n == name).map(|(_, v)| (*v).to_owned());
    let schema = contract.schema();
    let columns = schema
        .fields()
        .iter()
        .map(|field| -> ArrayRef {
            let cells = rows.iter().map(|row| cell(row, field.name()));
            match field.data_type() {
                DataType::Utf8 => Arc::new(cells.collect::<StringArray>()),
                DataType::Int32 => {
                    Arc::new(cells.map(|c| c.map(|c| c.parse::<i32>().unwrap())).collect::<Int32Array>())
                }
                other => new_null_array(other, rows.len()),
            }
        })
        .collect();
    let info = RawTableInfo {
        file: "x.csv".into(),
        sha256: format!("{source:08}{}", "0".repeat(56)),
        sheet: None,
        sheet_index: 0,
        format: FileFormat::Csv,
        encoding: None,
        headers: Vec::new(),
        header_row: 1,
        notes: Vec::new(),
        around: Vec::new(),
    };
    let tables = if rows.is_empty() { Vec::new() } else { vec![Arc::new(info)] };
    LoadedSource {
        records: SourceRecords {
            source: contract.name.clone(),
            unknown: Default::default(),
            rows: Rows::of(RecordBatch::try_new(schema, columns).unwrap()),
            keys: (0..rows.len()).map(|r| RecordKey::new(source as u8, 0, r as u32 + 2, 0)).collect(),
            tables,
        },
        rejects: Vec::new(),
        totals: ControlTotals::default(),
        audits: Vec::new(),
        lacked: Vec::new(),
        rejected_people: Vec::new(),
        digest: Default::default(),
        cell_warnings: Vec::new(),
        skipped: Vec::new(),
    }
}

/// What the views are made of.
struct World {
    pipeline: Pipeline,
    rules: RuleSet,
    loaded: Vec<LoadedSource>,
    comparables: Vec<ComparableSource>,
    resolution: Resolution,
}

impl World {
    /// Two registered persons and their insurance; the second may carry another's number there.
    fn new(insured_name: &str, insured_id: &str) -> Self {
        let pipeline = Pipeline::open(Path::new("pipelines/hebi")).unwrap();
        let rules = RuleSet::load(&pipeline).unwrap();
        let person: [Cells<'_>; 2] = [
            &[
                ("household_no", "1"),
                ("name", "张三"),
                ("id_number", "410621197001011231"),
                ("person_status", "正常"),
            ],
            &[("household_no", "1"), ("name", "李四"), ("person_status", "正常")],
        ];
        let insured: [Cells<'_>; 2] = [
            &[
                ("year", "2018"),
                ("name", "张三"),
                ("id_number", "410621197001011231"),
                ("status", "正常参保"),
            ],
            &[("year", "2018"), ("name", insured_name), ("id_number", insured_id), ("status", "暂停")],
        ];
        let loaded: Vec<LoadedSource> = pipeline
            .sources
            .iter()
            .enumerate()
            .map(|(index, contract)| match contract.name.as_str() {
                "registry_person" => loaded(index, contract, &person),
                "insurance" => loaded(index, contract, &insured),
                _ => loaded(index, contract, &[]),
            })
            .collect();
        let comparables = normalize(&pipeline, &loaded).unwrap();
        let mut offsets = vec![0u32];
        let mut persons = Vec::new();
        for one in &loaded {
            offsets.push(offsets[offsets.len() - 1] + one.records.keys.len() as u32);
            persons.extend(0..one.records.keys.len() as u32);
        }
        let resolution = Resolution {
            offsets,
            household: vec![0; persons.len()],
            tier: vec![Tier::T1, Tier::T4, Tier::T1, Tier::T4],
            in_review: vec![false, false, false, true],
            person: persons,
            person_ids: [1, 2].map(PersonId::of_bits).to_vec(),
            household_ids: vec![HouseholdId::of_bits(1)],
            ledger: Vec::new(),
        };
        Self { pipeline, rules, loaded, comparables, resolution }
    }

    fn inputs(&self) -> ViewInputs<'_> {
        ViewInputs {
            pipeline: &self.pipeline,
            loaded: &self.loaded,
            comparables: &self.comparables,
            resolution: &self.resolution,
            period: "2018Q3".parse().unwrap(),
        }
    }

    fn views<'a>(&'a self, previous: Vec<View<'a>>, placement: &ViewPlacement) -> QuarterViews<'a> {
        build_views(&self.inputs(), &self.rules, previous, placement).unwrap()
    }
}

fn view(views: &QuarterViews<'_>, name: &str) -> RecordBatch {
    views.get(name).unwrap().rows.batch().unwrap()
}

fn text<'a>(batch: &'a RecordBatch, column: &str, row: usize) -> Option<&'a str> {
    let column = batch.column_by_name(column).unwrap().as_string::<i32>();
    column.is_valid(row).then(|| column.value(row))
}

fn number(batch: &RecordBatch, column: &str, row: usize) -> Option<i32> {
    let column = batch.column_by_name(column).unwrap().as_primitive::<Int32Type>();
    column.is_valid(row).then(|| column.value(row))
}

/// The id of the second person.
const SECOND: &str = "P0000000000002";

#[test]
fn a_source_view_says_who_where_and_how_old() {
    let world = World::new("李四", "");
    let views = world.views(Vec::new(), &ViewPlacement::default());
    let person = &view(&views, "registry_person");
    let names: Vec<String> = person.schema().fields().iter().map(|f| f.name().clone()).collect();
    let promised: Vec<String> =
        world.rules.catalogue.columns("registry_person").unwrap().iter().map(|(n, _)| n.clone()).collect();
    assert_eq!(names, promised);
    assert_eq!(text(person, "record_id", 1), Some("registry_person:00000020.r3"));
    assert_eq!(text(person, "person_id", 1), Some(SECOND));
    assert_eq!(text(person, "source_household_id", 0), Some("registry_person:1"));
    assert_eq!(text(person, "id18", 0), Some("410621197001011231"));
    assert_eq!(number(person, "age", 0), Some(48));
    assert_eq!(number(person, "age", 1), None);
    assert_eq!(text(person, "sex", 0), Some("男"));
    assert_eq!(number(person, "link_tier", 1), Some(4));
    // Sources that were not delivered have no view; derived ones are always there.
    assert!(views.get("dibao").is_none());
    assert_eq!(number(&view(&views, "person"), "in_insurance", 1), Some(1));
    assert_eq!(number(&view(&views, "person"), "in_dibao", 1), Some(0));
    assert_eq!(number(&view(&views, "household"), "persons", 0), Some(2));
    let counties = view(&views, "county_parameter");
    assert!(counties.num_rows() > 0 && counties.column_by_name("county_code").unwrap().null_count() == 0);
    assert_eq!(view(&views, "parameter").num_rows(), 1);
    assert_eq!(view(&views, "identity_record").num_rows(), 0);
}

#[test]
fn contradicting_names_and_borrowed_numbers_are_shown() {
    let world = World::new("王五", "410621197001011231");
    let views = world.views(Vec::new(), &ViewPlacement::default());
    let records = &view(&views, "identity_record");
    // The insurance record of the second person has another name and the first one's number.
    assert_eq!(records.num_rows(), 2);
    assert_eq!(text(records, "person_id", 0), Some(SECOND));
    assert_ne!(number(records, "name_group", 0), number(records, "name_group", 1));
    assert_eq!(number(records, "id_of_other", 1), Some(1));
    // The borrowed number tells neither birth date nor age of whoever borrowed it.
    let insured = &view(&views, "insurance");
    assert_eq!((number(insured, "age", 0), number(insured, "age", 1)), (Some(48), None));
}

#[test]
fn whose_number_it_is_may_rest_on_an_unknown_birth_date() {
    // Each of two persons carries the number once; a birth date that nobody can read may say that it is not the second's.
    let mut world = World::new("李四", "410621197001011231");
    let insurance = world.loaded.iter().position(|one| one.records.source == "insurance").unwrap();
    let numbers = StringArray::from(vec![None, Some("410621197001011231")]);
    world.loaded[insurance].records.replace_column("id_number", Arc::new(numbers), &[]).unwrap();
    world.loaded[insurance].records.unknown.insert("birth_date", &[1]);
    world.comparables = normalize(&world.pipeline, &world.loaded).unwrap();
    let inputs = world.inputs();
    let unknown = unknown_columns::unknown_columns(&inputs);
    let answering = world.rules.with_unknown_cells(&unknown).unwrap();
    let views = build_views(&inputs, &answering.rules, Vec::new(), &ViewPlacement::default()).unwrap();
    let records = &view(&views, "identity_record");
    let unsure: Vec<&str> = (0..records.num_rows())
        .filter(|&row| number(records, "id_of_other__unknown", row) == Some(1))
        .filter_map(|row| text(records, "record_id", row))
        .collect();
    // The second has it for his own in no case.
    assert_eq!(unsure, ["registry_person:00000020.r2"]);
    // What only the number tells of a cell that is unknown is not known.
    let insured = &view(&views, "insurance");
    assert_eq!(number(insured, "birth_date__unknown", 0), Some(0));
    assert_eq!(number(insured, "birth_date__unknown", 1), Some(1));
}

#[test]
fn the_engine_reads_ids_as_numbers() {
    let world = World::new("李四", "");
    let views = world.views(Vec::new(), &ViewPlacement::default());
    for view in &views.list {
        let engine: Vec<RecordBatch> =
            view.rows.engine_chunks(&views.ids, |_| true).unwrap().map(Result::unwrap).collect();
        let published: Vec<RecordBatch> = view.rows.chunks(|_| true).unwrap().map(Result::unwrap).collect();
        let numbered: Vec<RecordBatch> =
            published.iter().map(|rows| number_ids(&views.ids, rows).unwrap()).collect();
        assert_eq!(engine, numbered, "{}", view.name);
    }
}

#[test]
fn views_are_the_same_in_memory_and_in_files() {
    let world = World::new("王五", "410621197001011231");
    let folder = tempfile::tempdir().unwrap();
    let placement = ViewPlacement { store: RowStore::Folder(folder.path().to_owned()), buckets: 2 };
    let (made, stored) =
        (world.views(Vec::new(), &ViewPlacement::default()), world.views(Vec::new(), &placement));
    assert_eq!(made.list.len(), stored.list.len());
    for (made, stored) in made.list.iter().zip(&stored.list) {
        assert_eq!(made.rows.batch().unwrap(), stored.rows.batch().unwrap(), "{}", made.name);
        for (at, field) in made.rows.schema().fields().iter().enumerate() {
            let filled = made.rows.batch().unwrap().column(at).null_count() < made.rows.count();
            for view in [made, stored] {
                assert_eq!(view.rows.has_values(field.name()).unwrap(), filled, "{} {field}", view.name);
            }
        }
    }
    let found = |views| {
        rule_runner::run_rules(&world.rules, views, "2018Q3".parse().unwrap(), &mut |_, _| {})
            .unwrap()
            .exceptions
    };
    assert_eq!(found(&made), found(&stored));
    assert!(found(&made).iter().any(|e| &*e.rule_code == "R14"));
}

#[test]
fn rules_run_over_the_views() {
    let world = World::new("李四", "");
    let views = world.views(Vec::new(), &ViewPlacement::default());
    let findings =
        rule_runner::run_rules(&world.rules, &views, "2018Q3".parse().unwrap(), &mut |_, _| {}).unwrap();
    let uninsured: Vec<_> = findings.exceptions.iter().filter(|e| &*e.rule_code == "R30").collect();
    assert_eq!(uninsured.len(), 1);
    assert_eq!(
        (&*uninsured[0].subject_id, uninsured[0].confidence, uninsured[0].in_review),
        (SECOND, 4, true)
    );
    assert_eq!(uninsured[0].evidence, ["registry_person:00000020.r3"]);
    assert_eq!(&*uninsured[0].owner, "人力资源和社会保障局");
    assert!(uninsured[0].message.contains("2018"), "{}", uninsured[0].message);
    let not_run: Vec<&str> = findings.not_run.iter().map(|n| n.rule_code.as_str()).collect();
    assert!(not_run.contains(&"R07") && !not_run.contains(&"R30"), "{not_run:?}");
}

#[test]
fn last_quarter_comes_under_its_own_names() {
    let mut world = World::new("李四", "");
    let first = PersonId::of_bits(1).to_string();
    world.resolution.ledger =
        vec![IdentityChange { kind: "merge".into(), previous_id: SECOND.into(), current_id: first.clone() }];
    let before = World::new("李四", "");
    let previous = before.views(Vec::new(), &ViewPlacement::default());
    let stored = |view: &View<'_>| View::of(&view.name, view.rows.batch().unwrap());
    let views = world.views(previous.list.iter().map(stored).collect(), &ViewPlacement::default());
    let names: Vec<&str> =
        views.list.iter().map(|v| v.name.as_str()).filter(|name| name.ends_with("_previous")).collect();
    assert_eq!(names, ["insurance_previous", "registry_person_previous"]);
    let rows = &views.get("registry_person_previous").unwrap().rows;
    let rows = rows.engine_chunks(&views.ids, |name| name == "person_id").unwrap().next().unwrap().unwrap();
    let person = rows.column(0).as_primitive::<Int64Type>().value(1);
    assert_eq!(views.ids.text(IdKind::Person, person), first, "merged since");
}

#[test]
fn how_old_somebody_is_follows_the_number_where_a_list_states_another_day() {
    let mut world = World::new("李四", "");
    let registry = world.loaded.iter().position(|one| one.records.source == "registry_person").unwrap();
    // The second person has no number: the stated day is all that is known.
    let days = [19_600_505, 20_000_505].map(crate::model::day::day_to_epoch_days);
    let stated = Date32Array::from(days.to_vec());
    world.loaded[registry].records.replace_column("birth_date", Arc::new(stated), &[]).unwrap();
    world.comparables = normalize(&world.pipeline, &world.loaded).unwrap();
    let views = world.views(Vec::new(), &ViewPlacement::default());
    for name in ["registry_person", "person"] {
        let view = &view(&views, name);
        assert_eq!((number(view, "age", 0), number(view, "age", 1)), (Some(48), Some(18)), "{name}");
    }
}
