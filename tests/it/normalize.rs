//! Normalizing accepted rows by the contracts of the Hebi pipeline. All people are invented.

use std::path::Path;
use std::sync::Arc;

use arrow::array::{ArrayRef, Date32Array, Int32Array, Int64Array, StringArray};
use arrow::datatypes::DataType;
use arrow::record_batch::RecordBatch;
use bidui::testing::config::Pipeline;
use bidui::testing::load::{LoadedSource, SourceRecords};
use bidui::testing::model::division;
use bidui::testing::model::id_number::IdClass;
use bidui::testing::model::record_id::RecordKey;
use bidui::testing::model::source_row::ControlTotals;
use bidui::testing::normalize::{audit_prefixes, normalize};

fn pipeline() -> Pipeline {
    Pipeline::open(&Path::new(env!("CARGO_MANIFEST_DIR")).join("pipelines/hebi")).expect("good pipeline")
}

/// Rows of a source: the named columns, everything else null.
fn loaded(pipeline: &Pipeline, source: &str, cells: &[(&str, &[&str])]) -> LoadedSource {
    let contract = pipeline.source(source).expect("known source");
    let rows = cells[0].1.len();
    let columns: Vec<ArrayRef> = contract
        .columns
        .iter()
        .map(|column| -> ArrayRef {
            let given = cells.iter().find(|(name, _)| *name == column.name).map(|(_, cells)| *cells);
            let cell = |row: usize| given.map(|cells| cells[row]).filter(|cell| !cell.is_empty());
            match column.data_type() {
                DataType::Utf8 => Arc::new((0..rows).map(cell).collect::<StringArray>()),
                DataType::Int32 => Arc::new((0..rows).map(|_| None::<i32>).collect::<Int32Array>()),
                DataType::Int64 => Arc::new((0..rows).map(|_| None::<i64>).collect::<Int64Array>()),
                _ => Arc::new(
                    (0..rows)
                        .map(|row| cell(row).map(|c| c.parse::<i32>().expect("days")))
                        .collect::<Date32Array>(),
                ),
            }
        })
        .collect();
    for (name, _) in cells {
        assert!(contract.column(name).is_some(), "{source} has no column {name}");
    }
    let batch = RecordBatch::try_new(contract.schema(), columns).expect("good batch");
    let keys = (0..rows).map(|row| RecordKey::new(0, 0, row as u32 + 2, 0)).collect();
    LoadedSource {
        records: SourceRecords {
            source: source.to_owned(),
            unknown: Default::default(),
            rows: bidui::testing::table::rows::Rows::of(batch),
            keys,
            tables: Vec::new(),
        },
        rejects: Vec::new(),
        totals: ControlTotals::default(),
        audits: Vec::new(),
        lacked: Vec::new(),
        rejected_people: Vec::new(),
        digest: Default::default(),
        cell_warnings: Default::default(),
        skipped: Vec::new(),
    }
}

#[test]
fn numbers_with_prefixes_from_elsewhere_are_counted_by_source() {
    let mut pipeline = pipeline();
    let ids: [&[&str]; 2] = [
        &["11010519491231002X", "412125197001311234", "440524198001010013", "110105194912310021"],
        &["412125197001311234", "", "41212519700131123", "4106**********1237"],
    ];
    let mut lists = vec![
        loaded(&pipeline, "student", &[("id_number", ids[0])]),
        loaded(&pipeline, "dibao", &[("id_number", ids[1])]),
    ];
    let comparables = normalize(&pipeline, &lists).unwrap();
    audit_prefixes(&pipeline, &mut lists, &comparables);
    let [audit] = &lists[0].audits[..] else { panic!("{:?}", lists[0].audits) };
    assert_eq!((audit.source.as_str(), audit.audit.as_str()), ("student", "unknown_id_prefix"));
    assert!(!audit.blocking, "a prefix from elsewhere is no error");
    assert!(
        audit.message.contains("有2条") && audit.message.contains("有效号码3条的66.7%"),
        "{}",
        audit.message
    );
    let hidden = ids.iter().copied().flatten().all(|id| id.len() < 8 || !audit.message.contains(&id[..8]));
    assert!(hidden, "{}", audit.message);
    assert_eq!(lists[1].audits, [], "known prefixes, and numbers whose prefix is not sure");

    lists[0].audits.clear();
    pipeline.id_prefixes = None;
    audit_prefixes(&pipeline, &mut lists, &comparables);
    assert_eq!(lists[0].audits, [], "without a table nothing is counted");
}

#[test]
fn link_columns_by_role() {
    let pipeline = pipeline();
    let person = loaded(
        &pipeline,
        "registry_person",
        &[
            ("household_no", &["7", "7", "7"]),
            ("name", &["陳大山", "李秀 兰", "陈小山(大)"]),
            ("id_number", &["11010519491231002X", "", "11010519491231002X43"]),
            ("sex", &["男", "女", ""]),
            ("relation", &["本人或户主", "之儿媳", "远房"]),
            ("county", &["浚县", "浚县", "淇县"]),
            ("township", &["白寺乡", "白寺镇", ""]),
            ("village", &["白寺村", "白寺村民委员会", ""]),
            ("phone", &["138 0013 8000", "无", ""]),
        ],
    );
    let household = loaded(
        &pipeline,
        "registry_household",
        &[("household_no", &["7", "8"]), ("head_name", &["陈大山", ""]), ("county", &["浚县", "浚县"])],
    );
    let student = loaded(
        &pipeline,
        "student",
        &[
            ("name", &["李秀兰", "王五"]),
            ("id_number", &["", "无"]),
            ("student_no", &["G11010519491231002X", "L410621201001310123"]),
            ("birth_date", &["1", ""]),
            ("guardian_name", &["陈大山", ""]),
        ],
    );
    let out = normalize(&pipeline, &[person, household, student]).expect("normalizes");
    assert_eq!(
        out.iter().map(|c| (c.source.as_str(), c.rows)).collect::<Vec<_>>(),
        [("registry_person", 3), ("registry_household", 2), ("student", 2)]
    );

    let ids = |at: usize| {
        out[at].id_numbers("id_number").expect("ids").iter().map(|id| id.class).collect::<Vec<_>>()
    };
    assert_eq!(ids(0), [IdClass::Valid18, IdClass::Empty, IdClass::Cert20]);
    assert_eq!(ids(2), [IdClass::GStudent, IdClass::Empty], "G fills an empty number, L never");

    let (names, pool) = out[0].names("name").expect("names");
    let (heads, _) = out[1].names("name").expect("names");
    let (students, _) = out[2].names("name").expect("names");
    let (guardians, _) = out[2].names("guardian_name").expect("names");
    assert_eq!(heads[0], guardians[0], "one pool for all names");
    assert_eq!(names[1], students[0], "a space is no difference");
    assert_eq!(heads[1], 0);
    assert_eq!(pool.get(names[0]).fold_key, pool.get(heads[0]).fold_key, "traditional form");

    let units = out[0].divisions("division").expect("divisions");
    assert_eq!(units[0], units[1], "renamed township and office");
    assert_eq!(pipeline.divisions.code_at(units[0], division::VILLAGE), "410621201201");
    assert_eq!(pipeline.divisions.code_at(units[2], division::COUNTY), "410622");

    let (numbers, _) = out[0].texts("household").expect("households");
    let (of_heads, _) = out[1].texts("household").expect("households");
    assert_eq!(numbers[0], of_heads[0], "one numbering of one department and county");
    assert_ne!(numbers[0], numbers[2], "another county");
    assert_ne!(of_heads[0], of_heads[1]);

    assert_eq!(out[0].codes("sex"), Some(&[1, 2, 0][..]));
    assert_eq!(out[2].dates("birth_date"), Some(&[19700102, 0][..]));
    let (relations, words) = out[0].texts("relation").expect("relations");
    assert_eq!(relations.iter().map(|&r| words.get(r)).collect::<Vec<_>>(), ["户主", "儿媳", "远房"]);
    let (phones, numbers) = out[0].texts("phone").expect("phones");
    assert_eq!((numbers.get(phones[0]), phones[1]), ("13800138000", 0));
}
