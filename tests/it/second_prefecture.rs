//! `pipelines/example_prefecture`: a second prefecture is a folder of a few files.

use std::fmt::Write as _;
use std::io::Read as _;
use std::path::Path;

use bidui::testing::config::Pipeline;
use bidui::testing::publication::table_reader;

use crate::departments::{bidui as command, root};
use crate::mutated_inputs::invented::with_check_character;

/// A number of ten born on one day, with its check character.
fn id_number(prefix: u32, number: u32) -> String {
    with_check_character(&format!("{prefix}19700101{:03}", number * 10 + 1))
}

/// Writes a list of a source with the given columns, under their labels unless `headers` has others.
fn deliver(
    pipeline: &Pipeline,
    data: &Path,
    source: &str,
    headers: &[(&str, &str)],
    rows: &[&[(&str, &str)]],
) {
    let contract = pipeline.source(source).unwrap();
    let columns: Vec<&str> = rows[0].iter().map(|(column, _)| *column).collect();
    let header = |column: &&str| match headers.iter().find(|(name, _)| name == column) {
        Some((_, header)) => (*header).to_owned(),
        None => contract.column(column).unwrap_or_else(|| panic!("{source}.{column}")).label.clone(),
    };
    let mut text = columns.iter().map(header).collect::<Vec<_>>().join(",") + "\n";
    for row in rows {
        let _ = writeln!(text, "{}", row.iter().map(|(_, value)| *value).collect::<Vec<_>>().join(","));
    }
    std::fs::write(data.join(format!("{source}.csv")), text).unwrap();
}

/// Two people of one household: on dibao with far too much money, and without a helper.
fn extract(pipeline: &Pipeline, data: &Path) {
    std::fs::create_dir_all(data).unwrap();
    let [first, second, third]: [&'static str; 3] = [1, 2, 3].map(|n| &*id_number(419_721, n).leak());
    let place = [("county", "乙县"), ("township", "南镇"), ("village", "二村")];
    let person = |name: &'static str, id: &'static str| -> Vec<(&'static str, &'static str)> {
        let own =
            [("household_no", "4197210001"), ("name", name), ("id_number", id), ("person_status", "正常")];
        place.into_iter().chain(own).collect()
    };
    deliver(pipeline, data, "registry_person", &[], &[&person("王甲", first), &person("王乙", second)]);
    let at = |rest: &[(&'static str, &'static str)]| -> Vec<(&'static str, &'static str)> {
        place.iter().chain(rest).copied().collect()
    };
    let household = |number, name, id, status, helper| {
        at(&[
            ("household_no", number),
            ("head_name", name),
            ("head_id_number", id),
            ("exit_status", status),
            ("helper_name", helper),
        ])
    };
    // Somebody else has a helper: the column was delivered.
    let rows = [
        household("4197210001", "王甲", first, "已脱贫(不再享受政策)", ""),
        household("4197210002", "李丁", third, "未脱贫", "张戊"),
    ];
    deliver(pipeline, data, "registry_household", &[], &[&rows[0], &rows[1]]);
    let dibao = [
        ("household_no", "D01"),
        ("head", "王甲"),
        ("head_id", first),
        ("category", "农村"),
        ("monthly_amount_fen", "9000"),
    ];
    let headers = [("household_no", "低保户号"), ("head", "户主姓名"), ("head_id", "户主身份证号")];
    deliver(pipeline, data, "dibao", &headers, &[&at(&dibao)]);
    let known = [("name", "王甲"), ("id_number", first)];
    for (source, more) in [
        ("insurance", &[("year", "2018"), ("county", "乙县")][..]),
        ("tekun", &[("county", "乙县"), ("township", "南镇")]),
        ("student", &[("school", "一中"), ("class", "1班")]),
        ("student_aid", &[("school", "一中"), ("term", "2018秋")]),
    ] {
        deliver(pipeline, data, source, &[], &[&known.iter().chain(more).copied().collect::<Vec<_>>()]);
    }
    let housing =
        [("county", "乙县"), ("archive_no", "A1"), ("head_name", "王甲"), ("head_id_number", first)];
    deliver(pipeline, data, "housing", &[], &[&housing]);
}

#[test]
fn a_second_prefecture_is_a_small_folder() {
    let folder = root().join("pipelines/example_prefecture");
    let here = tempfile::tempdir().unwrap();
    let pipeline = Pipeline::open(&folder)
        .unwrap_or_else(|e| panic!("{}", bidui::testing::error::render_error(&e, false)));
    assert!(pipeline.sources.len() >= 31, "contracts come from the base");
    extract(&pipeline, &here.path().join("data"));
    let path = folder.to_str().unwrap();

    let said = command(&["check", path], here.path());
    for words in ["引用：", "代替：规则“R111”采用", "停用：规则“R100”", "没有政策文本"]
    {
        assert!(said.contains(words), "{words} in\n{said}");
    }
    assert!(command(&["rules", path, "R111"], here.path()).contains("含已脱贫户"));
    assert!(command(&["graph", path], here.path()).contains("R201 月低保金明显偏高"));
    command(&["run", path, "--quarter", "2018Q3", "--data", "data", "--out", "out"], here.path());

    let publication = here.path().join("out/2018Q3/latest");
    let rows = |name: &str| table_reader::read_rows(&publication.join(name), |_| true).unwrap();
    let exceptions = rows("restricted/exception.parquet");
    let found = |code: &str| exceptions.iter().filter(|e| e.get("rule_code") == code).count();
    assert_eq!((found("R201"), found("R111"), found("R100")), (1, 1, 0));
    let rules = rows("tables/dim_rule.parquet");
    let rule = |code: &str| rules.iter().find(|r| r.get("rule_code") == code).unwrap();
    assert_eq!(rule("R111").get("title"), "帮扶责任人缺失（含已脱贫户）");
    let manifest = std::fs::read_to_string(publication.join("manifest.json")).unwrap();
    assert!(manifest.contains("本地停用：小额信贷用途由省级平台统一核查"), "{manifest}");
    let report = std::fs::read_to_string(publication.join("report.html")).unwrap();
    assert!(report.contains("S3 登记信息不一致") && report.contains("S1 错发或保障缺口"));
    // Its own answers stand in the drop-downs.
    let list = std::fs::File::open(publication.join("lists/乙县/南镇.xlsx")).unwrap();
    let mut list = zip::ZipArchive::new(list).unwrap();
    let mut sheet = String::new();
    list.by_name("xl/worksheets/sheet2.xml").unwrap().read_to_string(&mut sheet).unwrap();
    assert!(sheet.contains("属实,不属实,已整改,待进一步核实"), "{}", &sheet[..500]);
}

/// The base's examples hold whatever a prefecture sets; so do its own.
#[test]
fn examples_hold_in_a_second_prefecture() {
    let folder = root().join("pipelines/example_prefecture");
    let pipeline = Pipeline::open(&folder).unwrap();
    let rules = bidui::testing::rules::rule_set::RuleSet::load(&pipeline).unwrap();
    assert_eq!(bidui::testing::reconcile::check_rules(&rules).len(), 0);
    let report = bidui::testing::reconcile::run_examples(&pipeline, &rules).unwrap();
    let failures: Vec<String> = report.failures.iter().map(ToString::to_string).collect();
    assert!(failures.is_empty(), "{}", failures.join("\n"));
}
