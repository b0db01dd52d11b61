//! The pipeline folder: the real one opens, wrong ones are refused at the line.

use std::path::{Path, PathBuf};

use bidui::config::{Parameter, Pipeline, Role, Subject};

fn hebi() -> PathBuf {
    Path::new(env!("CARGO_MANIFEST_DIR")).join("pipelines/hebi")
}

#[test]
fn hebi_opens() {
    let pipeline = Pipeline::open(&hebi()).unwrap_or_else(|e| panic!("{}", bidui::error::render(&e, false)));
    let names: Vec<&str> = pipeline.sources.iter().map(|s| s.name.as_str()).collect();
    assert_eq!(
        names,
        [
            "dibao",
            "housing",
            "insurance",
            "registry_household",
            "registry_person",
            "student",
            "student_aid",
            "tekun"
        ]
    );
    assert_eq!(pipeline.name, "hebi");
    assert_eq!(pipeline.digest.len(), 64);
    let dibao = pipeline.source("dibao").unwrap();
    assert_eq!(dibao.members.len(), 7);
    assert_eq!(dibao.members[3].title(), "成员3");
    assert_eq!(dibao.role(Role::IdNumber).unwrap().name, "id_number");
    for source in &pipeline.sources {
        assert!(source.role(Role::IdNumber).is_some(), "{}", source.name);
        assert!(source.role(Role::Name).is_some(), "{}", source.name);
        if source.subject == Subject::Household {
            assert!(source.role(Role::Household).is_some(), "{}", source.name);
        }
    }
    let household = pipeline.source("registry_household").unwrap().column("poverty_attribute").unwrap();
    for (text, label) in [
        ("06", "特困供养贫困户"),
        ("6", "特困供养贫困户"),
        ("低保户", "低保贫困户"),
        ("一般贫困户", "一般贫困户"),
    ] {
        assert_eq!(household.codes.label(text), Some(label), "{text}");
    }
    let exit = pipeline.source("registry_household").unwrap().column("exit_status").unwrap();
    assert_eq!(exit.codes.label("已脱贫(享受政策)"), Some("已脱贫(享受政策)"));
    assert_eq!(exit.codes.label("0"), Some("未脱贫"));
    // 6 counties, 46 townships, 974 villages and the prefecture itself; 2 townships and 91
    // villages founded after the base year.
    assert_eq!(pipeline.divisions.units.len(), 1 + 6 + 46 + 974 + 2 + 91);
}

#[test]
fn parameters_by_year_and_quarter() {
    let pipeline = Pipeline::open(&hebi()).unwrap();
    let third = pipeline.parameters("2018Q3".parse().unwrap());
    assert_eq!(third["poverty_line_fen"], Parameter::Integer(320_800));
    assert_eq!(third["current_term"], Parameter::Text("2018秋".into()));
    assert_eq!(third["grace_days"], Parameter::Integer(30));
    let second = pipeline.parameters("2018Q2".parse().unwrap());
    assert_eq!(second["current_term"], Parameter::Text("2018春".into()));
}
