//! Invented extracts: same options, same bytes; committed fixtures are what the generator makes.

use std::collections::{BTreeMap, BTreeSet};
use std::path::{Path, PathBuf};

use bidui::testing::synth::{FixtureFormats, SynthOptions, generate_extracts};

/// Sources that the generator writes.
const GENERATED: [&str; 8] = [
    "registry_household",
    "registry_person",
    "dibao",
    "tekun",
    "insurance",
    "housing",
    "student",
    "student_aid",
];

fn root() -> PathBuf {
    PathBuf::from(env!("CARGO_MANIFEST_DIR"))
}

fn files(folder: &Path) -> BTreeMap<String, Vec<u8>> {
    let mut out = BTreeMap::new();
    let mut todo = vec![folder.to_path_buf()];
    while let Some(here) = todo.pop() {
        for entry in std::fs::read_dir(&here).unwrap() {
            let path = entry.unwrap().path();
            if path.is_dir() {
                todo.push(path);
            } else {
                let name = path.strip_prefix(folder).unwrap().to_string_lossy().into_owned();
                out.insert(name, std::fs::read(&path).unwrap());
            }
        }
    }
    out
}

pub(crate) fn assert_same(left: &Path, right: &Path) {
    let (left, right) = (files(left), files(right));
    assert_eq!(left.keys().collect::<Vec<_>>(), right.keys().collect::<Vec<_>>());
    for (name, bytes) in &left {
        assert!(*bytes == right[name], "{name} differs");
    }
}

/// The generator's own files are committed as made. The other departments' extracts lie in `部门/`
/// (scripts/department_fixtures.py), and what is true of them follows the generator's lines.
#[test]
fn committed_fixtures_are_what_the_generator_makes() {
    let out = tempfile::tempdir().unwrap();
    generate_extracts(&SynthOptions::fixtures(&root().join("pipelines/hebi")), out.path()).unwrap();
    if std::env::var_os("BIDUI_WRITE_FIXTURES").is_some() {
        let to = root().join("fixtures/hebi");
        let _ = std::fs::remove_dir_all(&to);
        for (name, bytes) in files(out.path()) {
            let path = to.join(name);
            std::fs::create_dir_all(path.parent().unwrap()).unwrap();
            std::fs::write(path, bytes).unwrap();
        }
    }
    let made = files(out.path());
    let mut committed = files(&root().join("fixtures/hebi"));
    committed.retain(|name, _| !name.contains("/部门/"));
    assert_eq!(made.keys().collect::<Vec<_>>(), committed.keys().collect::<Vec<_>>());
    for (name, bytes) in &made {
        let shared = name.ends_with("/records.csv") || name.ends_with("/exceptions.csv");
        let same = if shared { committed[name].starts_with(bytes) } else { committed[name] == *bytes };
        assert!(same, "{name} differs; after writing it anew run scripts/department_fixtures.py");
    }
}

/// Rows of a truth file by their columns.
fn truth(folder: &Path, name: &str) -> Vec<Vec<String>> {
    let text = std::fs::read_to_string(crate::truth_of(folder).join(name)).unwrap();
    text.lines().skip(1).map(|l| l.split(',').map(str::to_owned).collect()).collect()
}

#[test]
fn truth_speaks_of_delivered_records_only() {
    let rules: BTreeSet<&str> =
        "R01 R02 R03 R04 R06 R07 R08 R14 R30 R32 R33 R34 R36 R37 R38 R50 R52 R53 R73 R75 R78 R79 Q47 Q50"
            .split(' ')
            .collect();
    let pipeline = bidui::testing::config::Pipeline::open(&root().join("pipelines/hebi")).unwrap();
    let catalogue = bidui::testing::rules::rule_set::RuleSet::load(&pipeline).unwrap();
    for quarter in ["2018Q3", "2018Q4"] {
        let folder = root().join("fixtures/hebi").join(quarter);
        let records = truth(&folder, "records.csv");
        let ids: BTreeSet<&String> = records.iter().map(|r| &r[0]).collect();
        assert_eq!(ids.len(), records.len(), "record ids are unique");
        let people: BTreeSet<&String> = records.iter().map(|r| &r[2]).collect();
        let households: BTreeSet<&String> = records.iter().map(|r| &r[3]).collect();
        let mut seen = BTreeSet::new();
        for e in truth(&folder, "exceptions.csv") {
            let known = if e[1] == "person" { &people } else { &households };
            assert!(known.contains(&e[2]), "{e:?} has no record");
            if rules.contains(e[0].as_str()) {
                seen.insert(e[0].clone());
            } else {
                let rule = catalogue.rule(&e[0]).unwrap_or_else(|| panic!("{e:?}"));
                assert!(rule.header.sources.iter().any(|s| !GENERATED.contains(&s.as_str())), "{e:?}");
            }
        }
        // Slips in houses and causes of poverty are too rare for so few people.
        let rare: BTreeSet<String> = ["R78", "R79", "Q47", "Q50"].map(str::to_owned).into();
        let lacking: Vec<&&str> =
            rules.iter().filter(|r| !seen.contains(**r) && !rare.contains(**r)).collect();
        assert!(lacking.is_empty(), "{quarter}: no case of {lacking:?}");
        assert!(truth(&folder, "rejects.csv").len() >= 10);
        let kinds: BTreeSet<&str> = records.iter().flat_map(|r| r[4].split(';')).collect();
        for kind in [
            "id_missing",
            "id_typo",
            "id_transposed",
            "id_fifteen",
            "id_relative",
            "id_damaged",
            "id_cert20",
            "id_cert22",
            "id_masked",
            "id_temporary",
            "id_format",
            "id_student_number",
            "name_homophone",
            "name_shape",
            "name_variant",
            "name_dropped",
            "name_swapped",
            "name_wildcard",
            "name_pua",
            "name_spaced",
            "name_note",
            "birth_wrong",
            "village_moved",
        ] {
            assert!(kinds.contains(kind), "{quarter}: no {kind}");
        }
    }
}

#[test]
fn exceptions_of_the_first_quarter_persist_or_are_corrected() {
    let keys = |quarter: &str| -> BTreeSet<Vec<String>> {
        truth(&root().join("fixtures/hebi").join(quarter), "exceptions.csv").into_iter().collect()
    };
    let (first, second) = (keys("2018Q3"), keys("2018Q4"));
    let both = first.intersection(&second).count();
    assert!(both > first.len() / 3, "most persist: {both} of {}", first.len());
    assert!(first.difference(&second).count() > 20, "some are corrected");
    assert!(second.difference(&first).count() > 20, "some are new");
}

#[test]
fn scale_output_does_not_depend_on_threads_or_format() {
    let mut options = SynthOptions::new(&root().join("pipelines/hebi"), 3_000, 7);
    options.formats = FixtureFormats::CsvUtf8;
    options.villages = Some(40);
    let (a, b) = (tempfile::tempdir().unwrap(), tempfile::tempdir().unwrap());
    let report = generate_extracts(&options, a.path()).unwrap();
    let one = rayon::ThreadPoolBuilder::new().num_threads(1).build().unwrap();
    one.install(|| generate_extracts(&options, b.path())).unwrap();
    assert_same(a.path(), b.path());
    assert!((2_800..3_400).contains(&report.persons), "{}", report.persons);

    options.formats = FixtureFormats::Parquet;
    let c = tempfile::tempdir().unwrap();
    let parquet = generate_extracts(&options, c.path()).unwrap();
    assert_eq!(
        (parquet.persons, parquet.records, parquet.exceptions),
        (report.persons, report.records, report.exceptions)
    );
    let quarter = |out: &Path| std::fs::read(out.join("truth/2018Q3/exceptions.csv")).unwrap();
    assert!(quarter(a.path()) == quarter(c.path()));
}

/// Hard lists have every kind of error that is hard to link, and every record of the truth is read.
#[test]
fn hard_lists_have_every_kind_of_hard_error() {
    let mut options = SynthOptions::new(&root().join("pipelines/hebi"), 12_000, 7);
    (options.formats, options.villages) = (FixtureFormats::CsvUtf8, Some(120));
    (options.error_multiplier, options.hard) = (4.0, true);
    let out = tempfile::tempdir().unwrap();
    generate_extracts(&options, out.path()).unwrap();
    let folder = out.path().join("2018Q3");
    let records = truth(&folder, "records.csv");
    let kinds: BTreeSet<&str> = records.iter().flat_map(|row| row[4].split(';')).collect();
    for kind in [
        "birth_placeholder",
        "birth_stated",
        "doubled_row",
        "entry_copied",
        "id_alike",
        "moved_unnumbered",
        "name_nickname",
    ] {
        assert!(kinds.contains(kind), "{kind}");
    }
    let pipeline = bidui::testing::config::Pipeline::open(&root().join("pipelines/hebi")).unwrap();
    let loaded: Vec<_> = (0..pipeline.sources.len())
        .filter_map(|index| bidui::testing::load::load_source(&pipeline, index, &folder, None).unwrap())
        .collect();
    let read: BTreeSet<String> =
        loaded.iter().flat_map(|l| (0..l.records.keys.len()).map(|row| l.records.record_id(row))).collect();
    // The registry and the disability federation state birth dates besides the number.
    for fields in bidui::testing::normalize::normalize(&pipeline, &loaded).unwrap() {
        let share = match fields.source.as_str() {
            "disability_certificate" => 0.9..=1.0,
            // Of some villages.
            "registry_person" => 0.2..=0.8,
            _ => continue,
        };
        let stated = fields.dates("birth_date").unwrap_or_default().iter().filter(|date| **date != 0).count();
        let stated = stated as f64 / fields.rows as f64;
        assert!(share.contains(&stated), "{}: {stated}", fields.source);
    }
    let expected: BTreeSet<String> = records.into_iter().map(|row| row[0].clone()).collect();
    assert_eq!(read.symmetric_difference(&expected).count(), 0);
    // A world in which things happen has the same lists.
    let eventful = tempfile::tempdir().unwrap();
    (options.events, options.persons, options.villages) =
        (Some(bidui::testing::synth::EventRates::Usual), 1_500, Some(12));
    generate_extracts(&options, eventful.path()).unwrap();
    assert!(eventful.path().join("2018Q3/残疾人证.csv").exists());
    options.formats = FixtureFormats::Fixtures;
    assert_eq!(generate_extracts(&options, out.path()).unwrap_err().kind(), bidui::ErrorKind::Usage);
}

#[test]
fn impossible_wishes_are_refused() {
    let out = tempfile::tempdir().unwrap();
    let options = SynthOptions::new(&root().join("pipelines/hebi"), 0, 7);
    assert_eq!(generate_extracts(&options, out.path()).unwrap_err().kind(), bidui::ErrorKind::Usage);
}

/// The loader reads what the generator wrote: the same records, the same rejects.
#[test]
fn loading_the_fixtures_gives_the_records_of_the_truth() {
    let pipeline = bidui::testing::config::Pipeline::open(&root().join("pipelines/hebi")).unwrap();
    for name in ["2018Q3", "2018Q4"] {
        let folder = root().join("fixtures/hebi").join(name);
        let (mut records, mut rejects) = (BTreeSet::new(), BTreeSet::new());
        for index in 0..pipeline.sources.len() {
            let loaded = bidui::testing::load::load_source(&pipeline, index, &folder, None)
                .unwrap_or_else(|e| panic!("{}", bidui::testing::error::render_error(&e, false)))
                .unwrap();
            assert!(loaded.audits.iter().all(|a| !a.blocking), "{:?}", loaded.audits);
            records.extend((0..loaded.records.keys.len()).map(|i| loaded.records.record_id(i)));
            rejects.extend(loaded.rejects.iter().map(|r| {
                let sheet = r.sheet.clone().unwrap_or_default();
                let file = r.file.display().to_string();
                vec![r.source.clone(), file, sheet, r.row.to_string(), r.reason_code.clone()]
            }));
        }
        let expected: BTreeSet<String> =
            truth(&folder, "records.csv").into_iter().map(|r| r[0].clone()).collect();
        let missing: Vec<_> = expected.difference(&records).take(10).collect();
        let surplus: Vec<_> = records.difference(&expected).take(10).collect();
        assert!(missing.is_empty() && surplus.is_empty(), "{name}: missing {missing:?}, surplus {surplus:?}");
        let expected: BTreeSet<Vec<String>> = truth(&folder, "rejects.csv").into_iter().collect();
        let missing: Vec<_> = expected.difference(&rejects).take(10).collect();
        let surplus: Vec<_> = rejects.difference(&expected).take(10).collect();
        assert!(
            missing.is_empty() && surplus.is_empty(),
            "{name}: rejects missing {missing:?}, surplus {surplus:?}"
        );
    }
}
