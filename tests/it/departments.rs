//! Other departments come by configuration alone: a folder of the pipeline and an extract.

use std::path::{Path, PathBuf};
use std::process::Command;

const CONTRACT: &str = r#"title = "优抚对象"
owner = "退役军人事务局"
letter = "VA"

[files]
patterns = ["**/*优抚对象*"]

[[column]]
name = "name"
label = "姓名"
required = true
headers = ["优抚对象姓名"]
role = "name"

[[column]]
name = "id_number"
label = "身份证号码"
role = "id_number"

[[column]]
name = "kind"
label = "优抚类别"

[[column]]
name = "monthly_fen"
label = "月定期补助"
type = "money"
"#;

const RULE: &str = r#"/*
code = "R201"
title = "低补助优抚对象未建档"
why = "优抚补助低于标准的困难退役军人没有建档立卡,可能漏评。"
policy = { clause = "二(一)2", quote = "应扶尽扶、应保尽保" }
owner = "退役军人事务局"
severity = "S2"
subject = "person"
sources = ["veteran", "registry_person"]
message = "优抚类别为{kind},不在建档立卡名单中。"

[[example]]
case = "补助低、没有建档:列为疑点"
given = """
veteran @P1 kind=伤残军人 monthly_fen=79999
"""
expect = ["P1 <- veteran:1"]

[[example]]
case = "已建档、补助达到标准:不列"
given = """
veteran @P1 monthly_fen=79999
registry_person @P1
veteran @P2 monthly_fen=80000
"""
expect = []
*/
SELECT v.person_id AS subject_id, v.record_id AS evidence, v.kind AS kind
FROM veteran v
CROSS JOIN parameter q
LEFT JOIN registry_person p ON p.person_id = v.person_id
WHERE v.monthly_fen < q.veteran_benefit_fen AND p.person_id IS NULL
"#;

/// One who is registered and two who are not; one of these has enough.
const EXTRACT: &str = "优抚对象姓名,身份证号码,优抚类别,月定期补助\r\n\
    牛辉伟,410602197603148631,复员军人,500元\r\n\
    张红军,410622196807173557,伤残军人,500元\r\n\
    马霞利,410581197010182500,带病回乡,900元\r\n";

pub(crate) fn copy(from: &Path, to: &Path, but: &str) {
    std::fs::create_dir_all(to).unwrap();
    for entry in std::fs::read_dir(from).unwrap() {
        let entry = entry.unwrap();
        let (path, target) = (entry.path(), to.join(entry.file_name()));
        if entry.file_name() == but {
            continue;
        }
        if path.is_symlink() {
            std::os::unix::fs::symlink(std::fs::read_link(&path).unwrap(), &target).unwrap();
        } else if path.is_dir() {
            copy(&path, &target, but);
        } else {
            std::fs::copy(&path, &target).unwrap();
        }
    }
}

pub(crate) fn bidui(arguments: &[&str], folder: &Path) -> String {
    crate::end_to_end::key(folder);
    let mut command = Command::new(env!("CARGO_BIN_EXE_bidui"));
    command.current_dir(folder).args(arguments);
    if arguments[0] == "run" {
        command.args(["--key-file", "test.key"]);
    }
    let output = command.output().unwrap();
    let said =
        format!("{}{}", String::from_utf8_lossy(&output.stdout), String::from_utf8_lossy(&output.stderr));
    assert!(output.status.success(), "{arguments:?}\n{said}");
    said
}

pub(crate) fn root() -> PathBuf {
    PathBuf::from(env!("CARGO_MANIFEST_DIR"))
}

#[test]
fn a_new_department_is_one_contract_one_file_and_its_rules() {
    let folder = tempfile::tempdir().unwrap();
    let here = folder.path();
    for folder in ["base", "hebi"] {
        copy(&root().join("pipelines").join(folder), &here.join(folder), "");
    }
    copy(&root().join("fixtures/hebi/2018Q3"), &here.join("data"), "");
    std::fs::write(here.join("hebi/sources/veteran.toml"), CONTRACT).unwrap();
    std::fs::create_dir(here.join("hebi/rules/veteran")).unwrap();
    std::fs::write(here.join("hebi/rules/veteran/R201_not_registered.sql"), RULE).unwrap();
    let parameters = here.join("hebi/pipeline.toml");
    let text = std::fs::read_to_string(&parameters).unwrap();
    let text = text.replacen("[parameters.default]", "[parameters.default]\nveteran_benefit_fen = 80000", 1);
    std::fs::write(&parameters, text).unwrap();
    let (bytes, _, lost) = encoding_rs::GB18030.encode(EXTRACT);
    assert!(!lost);
    std::fs::write(here.join("data/优抚对象.csv"), &bytes).unwrap();

    assert!(bidui(&["check", "hebi", "--mutate", "R201"], here).contains("全部被示例发现"));
    bidui(&["run", "hebi", "--quarter", "2018Q3", "--data", "data", "--out", "out"], here);
    let publication = here.join("out/2018Q3/latest");
    let exceptions = bidui::testing::publication::table_reader::read_rows(
        &publication.join("restricted/exception.parquet"),
        |_| true,
    )
    .unwrap();
    let found: Vec<_> = exceptions.iter().filter(|e| e.get("rule_code") == "R201").collect();
    assert_eq!(found.len(), 1);
    let person = found[0].get("subject_id");
    let records = bidui::testing::publication::table_reader::read_rows(
        &publication.join("restricted/record.parquet"),
        |_| true,
    )
    .unwrap();
    let sources: Vec<_> =
        records.iter().filter(|r| r.get("person_id") == person).map(|r| r.get("source")).collect();
    assert_eq!(sources, ["insurance", "veteran"], "the new list is linked to the others");
    // The departments delivered with the fixtures found something too.
    for code in ["R27", "R40", "R63", "R99", "R101", "R118"] {
        assert!(exceptions.iter().any(|e| e.get("rule_code") == code), "{code}");
    }
}

#[test]
fn a_quarter_without_the_departments_runs_and_says_what_was_not_checked() {
    let folder = tempfile::tempdir().unwrap();
    let here = folder.path();
    copy(&root().join("fixtures/hebi/2018Q3"), &here.join("data"), "部门");
    let pipeline = root().join("pipelines/hebi");
    let arguments =
        ["run", pipeline.to_str().unwrap(), "--quarter", "2018Q3", "--data", "data", "--out", "out"];
    let said = bidui(&arguments, here);
    assert!(said.contains("100条规则没有运行，不等于没有疑点：缺少数据来源74条"), "{said}");
    // Which, each with what it lacks, stands in full beside it.
    let notices = std::fs::read_to_string(here.join("out/2018Q3/latest/notices.txt")).unwrap();
    let (_, not_run) = notices.split_once("没有运行的规则").unwrap_or_else(|| panic!("{notices}"));
    let not_run = not_run.split("\n\n").next().unwrap();
    for code in ["R27", "R63", "R100", "R118"] {
        assert!(not_run.lines().any(|line| line.contains(code)), "{code} in {not_run}");
    }
    assert!(!not_run.contains("R30"), "{not_run}");
}
