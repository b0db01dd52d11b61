//! The pipeline folder: the real one opens, wrong ones are refused at the line.

use std::path::{Path, PathBuf};

use bidui::testing::config::{ColumnRole, Pipeline, RuleParameter};
use bidui::testing::link::settings::LinkSettings;

use crate::folder;

fn hebi() -> PathBuf {
    Path::new(env!("CARGO_MANIFEST_DIR")).join("pipelines/hebi")
}

#[test]
fn hebi_opens() {
    let pipeline = Pipeline::open(&hebi())
        .unwrap_or_else(|e| panic!("{}", bidui::testing::error::render_error(&e, false)));
    let names: Vec<&str> = pipeline.sources.iter().map(|s| s.name.as_str()).collect();
    assert!(names.is_sorted(), "{names:?}");
    let core = "dibao housing insurance registry_household registry_person student student_aid tekun";
    for name in core.split(' ') {
        assert!(pipeline.source(name).is_some_and(|s| s.required), "{name}");
    }
    // Whoever else delivers may stay away for a quarter.
    assert!(names.len() >= 31, "{names:?}");
    assert_eq!(pipeline.sources.iter().filter(|s| s.required).count(), 8);
    assert_eq!(pipeline.name, "hebi");
    assert_eq!(pipeline.digest.len(), 64);
    let dibao = pipeline.source("dibao").unwrap();
    assert_eq!(dibao.members.len(), 7);
    assert_eq!(dibao.members[3].title(), "成员3");
    assert_eq!(dibao.role(ColumnRole::IdNumber).unwrap().name, "id_number");
    for source in &pipeline.sources {
        assert!(source.role(ColumnRole::IdNumber).is_some(), "{}", source.name);
        assert!(source.role(ColumnRole::Name).is_some(), "{}", source.name);
    }
    for name in ["housing", "registry_household", "relocation"] {
        assert!(pipeline.source(name).unwrap().role(ColumnRole::Household).is_some(), "{name}");
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
    assert_eq!(third["poverty_line_fen"], RuleParameter::Integer(320_800));
    assert_eq!(third["current_term"], RuleParameter::Text("2018秋".into()));
    assert_eq!(third["grace_days"], RuleParameter::Integer(30));
    let second = pipeline.parameters("2018Q2".parse().unwrap());
    assert_eq!(second["current_term"], RuleParameter::Text("2018春".into()));
}

/// Message of a folder that must be refused, its path left out.
fn refused(edits: &[(&str, &str, &str)]) -> String {
    let folder = folder::write(edits);
    let error = Pipeline::open(folder.path()).expect_err("accepted");
    assert_eq!(error.kind().exit_code(), 2);
    bidui::testing::error::render_error(&error, false).replace(&format!("{}/", folder.path().display()), "")
}

#[test]
fn the_small_folder_is_good() {
    let folder = folder::write(&[]);
    let pipeline = folder::open(folder.path());
    assert_eq!(pipeline.sources.len(), 2);
    assert_eq!(pipeline.digest, folder::open(folder::write(&[]).path()).digest, "same files, same digest");
    let other = folder::write(&[("pipeline.toml", "30", "31")]);
    assert_ne!(pipeline.digest, folder::open(other.path()).digest);
}

#[test]
fn unknown_key() {
    insta::assert_snapshot!(refused(&[("sources/dibao.toml", "owner =", "ownr =")]), @r#"
    错误：不认识的键“ownr”
     --> sources/dibao.toml:2:1
      |
    2 | ownr = "民政局"
      | ^^^^
      |
      = 提示：是不是“owner”？可用的键：title、owner、letter、required、files、unknown_headers、ignore_headers、audits、period、column、unpivot、variant
    "#);
}

#[test]
fn unknown_key_in_a_column() {
    insta::assert_snapshot!(refused(&[("sources/dibao.toml", "required = true\nheaders", "requird = true\nheaders")]), @r#"
    错误：不认识的键“requird”
      --> sources/dibao.toml:19:1
       |
    19 | requird = true
       | ^^^^^^^
       |
       = 提示：是不是“required”？可用的键：name、label、type、required、optional、headers、role、code_map、codes、open、unit、fill_down、default、rate、negative、end、range、usual、listed_in
    "#);
}

#[test]
fn removed_keys_name_their_cure() {
    let edit = ("sources/dibao.toml", "letter = \"CA\"\n", "letter = \"CA\"\ndeduplicated = true\n");
    insta::assert_snapshot!(refused(&[edit]), @r#"
    错误：键“deduplicated”已取消
     --> sources/dibao.toml:4:1
      |
    4 | deduplicated = true
      | ^^^^^^^^^^^^
      |
      = 提示：删去这一行；一人至多一行的名单改在 link.toml 的 [resolve] one_per_person 里列出
    "#);
    let edit = ("sources/dibao.toml", "letter = \"CA\"\n", "letter = \"CA\"\nsubject = \"person\"\n");
    insta::assert_snapshot!(refused(&[edit]), @r#"
    错误：键“subject”已取消
     --> sources/dibao.toml:4:1
      |
    4 | subject = "person"
      | ^^^^^^^
      |
      = 提示：删去这一行；一行说的是人还是户，由各列的 role 表明
    "#);
    let edit = ("pipeline.toml", "[divisions]", "[privacy]\npseudonym_key_env = \"KEY\"\n\n[divisions]");
    insta::assert_snapshot!(refused(&[edit]), @r#"
    错误：键“pseudonym_key_env”已取消
     --> pipeline.toml:8:1
      |
    8 | pseudonym_key_env = "KEY"
      | ^^^^^^^^^^^^^^^^^
      |
      = 提示：删去这一行；假名密钥文件用 --key-file 或环境变量 BIDUI_KEY_FILE 指定
    "#);
}

#[test]
fn a_removed_key_of_one_table_is_only_unknown_in_another() {
    let message = refused(&[("sources/dibao.toml", "minimum_headers = 3", "subject = \"person\"")]);
    assert!(message.contains("不认识的键“subject”") && !message.contains("已取消"), "{message}");
}

#[test]
fn unknown_type() {
    insta::assert_snapshot!(refused(&[("sources/dibao.toml", "type = \"money\"", "type = \"monye\"")]), @r#"
    错误：不认识的取值“monye”
      --> sources/dibao.toml:50:8
       |
    50 | type = "monye"
       |        ^^^^^^^
       |
       = 提示：是不是“money”？可用的取值：text、code、integer、money、area、date、month、flag
    "#);
}

#[test]
fn unknown_role() {
    insta::assert_snapshot!(refused(&[("sources/dibao.toml", "role = \"id_number\"", "role = \"id_nummer\"")]), @r#"
    错误：不认识的取值“id_nummer”
      --> sources/dibao.toml:32:8
       |
    32 | role = "id_nummer"
       |        ^^^^^^^^^^^
       |
       = 提示：是不是“id_number”？可用的取值：id_number、name、birth_date、sex、county、township、village、division_code、address、household、relation、guardian_id、guardian_name、student_no、phone
    "#);
}

#[test]
fn missing_key() {
    insta::assert_snapshot!(refused(&[("sources/dibao.toml", "letter = \"CA\"\n", "")]), @r#"
    错误：缺少键“letter”
     --> sources/dibao.toml:1:1
      |
    1 | title = "农村低保"
      | ^
      |
      = 提示：补上 letter = …
    "#);
}

#[test]
fn syntax() {
    insta::assert_snapshot!(refused(&[("sources/dibao.toml", "letter = \"CA\"", "letter = \"CA")]), @r#"
    错误：TOML 语法错误(invalid basic string, expected `"`)
     --> sources/dibao.toml:3:13
      |
    3 | letter = "CA
      |             ^
      |
      = 提示：对照 docs/source-contract.md 检查引号、括号和等号
    "#);
}

#[test]
fn role_twice() {
    insta::assert_snapshot!(refused(&[("sources/dibao.toml", "role = \"id_number\"", "role = \"name\"")]), @r#"
    错误：角色“name”已由列“name”担任
      --> sources/dibao.toml:32:8
       |
    32 | role = "name"
       |        ^^^^^^
       |
       = 提示：一个来源里每个角色只能有一列
    "#);
}

#[test]
fn header_claimed_twice() {
    insta::assert_snapshot!(refused(&[("sources/dibao.toml", "headers = [\"家庭编码\"]", "headers = [\"家庭编码\", \"类别\"]")]), @r#"
    错误：表头“类别”已由列“household_no”使用
      --> sources/dibao.toml:43:9
       |
    43 | label = "类别"
       |         ^^^^^^
       |
       = 提示：一个表头只能对应一列；个别县的不同含义写进 [[variant]]
    "#);
}

#[test]
fn code_file_missing() {
    insta::assert_snapshot!(refused(&[("sources/dibao.toml", "registry:", "registri:")]), @r#"
    错误：代码表文件不存在：codes/registri.csv
      --> sources/dibao.toml:39:12
       |
    39 | code_map = "registri:与户主关系"
       |            ^^^^^^^^^^^^^^^^^^^^^
       |
       = 提示：检查文件名，或把代码表放进 codes/ 文件夹
    "#);
}

#[test]
fn code_table_missing() {
    insta::assert_snapshot!(refused(&[("sources/dibao.toml", "registry:与户主关系", "registry:户主关系")]), @r#"
    错误：codes/registry.csv 里没有表“户主关系”
      --> sources/dibao.toml:39:12
       |
    39 | code_map = "registry:户主关系"
       |            ^^^^^^^^^^^^^^^^^^^
       |
       = 提示：是不是“与户主关系”？有的表：与户主关系、性别
    "#);
}

#[test]
fn code_column_without_table() {
    insta::assert_snapshot!(refused(&[("sources/dibao.toml", "codes = { \"1\" = \"农村\", \"2\" = \"城市\" }\n", "")]), @r#"
    错误：code 列缺少代码表
      --> sources/dibao.toml:44:8
       |
    44 | type = "code"
       |        ^^^^^^
       |
       = 提示：加 code_map = "文件:表名" 或 codes = { "1" = "…" }；没有代码表就用 type = "text"
    "#);
}

#[test]
fn pattern_that_leaves_the_folder() {
    insta::assert_snapshot!(refused(&[("sources/dibao.toml", "**/低保*", "../低保*")]), @r#"
    错误：模式不能用“..”离开数据文件夹
     --> sources/dibao.toml:7:13
      |
    7 | patterns = ["../低保*"]
      |             ^^^^^^^^^^
      |
      = 提示：例如 patterns = ["民政/低保*.xls*"]
    "#);
}

#[test]
fn money_without_its_suffix() {
    insta::assert_snapshot!(refused(&[("sources/dibao.toml", "\"amount_fen\"", "\"amount\"")]), @r#"
    错误：金额列的列名以“_fen”结尾，其他列不可以
      --> sources/dibao.toml:48:8
       |
    48 | name = "amount"
       |        ^^^^^^^^
       |
       = 提示：改列名，或改 type（现为 money）
    "#);
}

#[test]
fn column_of_an_unpivot_group_unknown() {
    insta::assert_snapshot!(refused(&[("sources/dibao.toml", "headers.relation", "headers.relatoin")]), @r#"
    错误：没有列“relatoin”
      --> sources/dibao.toml:73:20
       |
    73 | headers.relatoin = ["成员关系{n}"]
       |                    ^^^^^^^^^^^^^^^
       |
       = 提示：是不是“relation”？已有的列：village、household_no、name、id_number、relation、category、amount_fen、start_month、active
    "#);
}

#[test]
fn alias_for_an_unknown_column() {
    insta::assert_snapshot!(refused(&[("sources/dibao.toml", "{ household_no =", "{ householdno =")]), @r#"
    错误：没有列“householdno”
      --> sources/dibao.toml:78:13
       |
    78 | aliases = { householdno = ["家庭代码"], "成员.name" = ["共同生活成员{n}"] }
       |             ^^^^^^^^^^^
       |
       = 提示：是不是“household_no”？已有的列：village、household_no、name、id_number、relation、category、amount_fen、start_month、active、户主.name、户主.id_number、成员.name、成员.id_number、成员.relation
    "#);
}

#[test]
fn unit_unknown() {
    insta::assert_snapshot!(refused(&[("sources/student.toml", "type = \"area\"", "type = \"area\"\nunit = \"尺\"")]), @r#"
    错误：不认识的单位“尺”
      --> sources/student.toml:46:8
       |
    46 | unit = "尺"
       |        ^^^^
       |
       = 提示：可用的单位：平方米、㎡、m2、m²、平米、平方、平、亩
    "#);
}

#[test]
fn reserved_name() {
    insta::assert_snapshot!(refused(&[("sources/student.toml", "name = \"grade\"", "name = \"person_id\"")]), @r#"
    错误：列名“person_id”由程序自己使用
      --> sources/student.toml:38:8
       |
    38 | name = "person_id"
       |        ^^^^^^^^^^^
       |
       = 提示：换一个名字；保留的列名见 docs/source-contract.md
    "#);
}

#[test]
fn audit_share_out_of_range() {
    insta::assert_snapshot!(refused(&[("sources/student.toml", "max_reject_share = 0.5", "max_reject_share = 5")]), @r#"
    错误：比例应在 0 到 1 之间
      --> sources/student.toml:10:20
       |
    10 | max_reject_share = 5
       |                    ^
       |
       = 提示：5% 写成 0.05
    "#);
}

#[test]
fn numbers_of_any_size_are_read_or_refused() {
    for (from, to) in [
        ("minimum_headers = 3", "minimum_headers = 9223372036854775807"),
        ("minimum_headers = 3", "minimum_headers = 0"),
        ("repeat = [1, 3]", "repeat = [0, 255]"),
        ("repeat = [1, 3]", "repeat = [1, 256]"),
        ("repeat = [1, 3]", "repeat = [3, 1]"),
    ] {
        let folder = folder::write(&[("sources/dibao.toml", from, to)]);
        let opened = Pipeline::open(folder.path());
        assert!(opened.is_ok() == from.starts_with("minimum"), "{to}");
    }
    for value in ["nan", "inf", "-0.1", "1e400"] {
        let to = format!("row_count_change = {value}");
        let folder = folder::write(&[("sources/student.toml", "row_count_change = 0.1", &to)]);
        assert!(Pipeline::open(folder.path()).is_err(), "{value}");
    }
    let greatest = format!("grace_days = {}", i64::MAX);
    let folder = folder::write(&[("pipeline.toml", "grace_days = 30", &greatest)]);
    let parameters = folder::open(folder.path()).parameters("2018Q3".parse().unwrap());
    assert_eq!(parameters["grace_days"], RuleParameter::Integer(i64::MAX));
    let year = "base_year = 40000";
    assert!(Pipeline::open(folder::write(&[("pipeline.toml", "base_year = 2017", year)]).path()).is_err());
}

#[test]
fn parameter_of_two_types() {
    insta::assert_snapshot!(refused(&[("pipeline.toml", "poverty_line_fen = 320800", "grace_days = \"30\"")]), @r#"
    错误：参数“grace_days”的类型与“2018”里的不同
      --> pipeline.toml:14:14
       |
    14 | grace_days = 30
       |              ^^
       |
       = 提示：同一参数各期类型要一致
    "#);
}

const COUNTY: &str = "[county_parameters.\"410622\".2018]\npoverty_line_fen = 330000\n";

#[test]
fn counties_set_parameters_of_their_own() {
    let more_counties = ("codes/counties.csv", "410621,浚县\n", "410621,浚县\n410622,淇县\n");
    let with = |more: &str| {
        folder::write(&[
            ("pipeline.toml", "[parameters.2018]", &format!("{more}\n[parameters.2018]")),
            more_counties,
        ])
    };
    let folder = with(&format!("{COUNTY}[county_parameters.\"410622\".2018Q4]\ngrace_days = 60\n"));
    let pipeline = folder::open(folder.path());
    let of = |county: &str, period: &str| {
        let values = pipeline.settings.county_parameters(county, period.parse().unwrap());
        ["poverty_line_fen", "grace_days"].map(|name| values[name].clone())
    };
    let integers = |values: [i64; 2]| values.map(RuleParameter::Integer);
    assert_eq!(of("410622", "2018Q3"), integers([330_000, 30]));
    assert_eq!(of("410622", "2018Q4"), integers([330_000, 60]));
    assert_eq!(of("410621", "2018Q4"), integers([320_800, 30]), "others have the prefecture's");
    for (wrong, said) in [
        (COUNTY.replace("410622", "410699"), "区划表里没有县（区）“410699”"),
        (COUNTY.replace("poverty_line_fen", "poverty_lines_fen"), "全市没有参数“poverty_lines_fen”"),
        (COUNTY.replace("330000", "\"330000\""), "类型与全市的不同"),
        (COUNTY.replace(".2018]", ".201]"), "不认识的参数期“201”"),
        (COUNTY.replace("330000", "{ value = 330000 }"), "取值只能是"),
        (COUNTY.replace("330000", "{ value = 330000, source = \" \" }"), "取值只能是"),
    ] {
        let error = Pipeline::open(with(&wrong).path()).expect_err(&wrong);
        assert!(error.message().contains(said), "{wrong}: {error}");
    }
    let told = COUNTY.replace("330000", "{ value = 330000, source = \"县文件\" }");
    let pipeline = folder::open(with(&told).path());
    let values = pipeline.settings.county_parameters("410622", "2018Q3".parse().unwrap());
    assert_eq!(values["poverty_line_fen"], RuleParameter::Integer(330_000));
}

/// Amounts and months of the shipped pipelines name the paper that they are from; what is from none is asked about.
#[test]
fn amounts_and_dates_name_their_source() {
    let root = Path::new(env!("CARGO_MANIFEST_DIR"));
    let questions = std::fs::read_to_string(root.join("docs/open-questions.md")).unwrap();
    let mut sources = 0;
    for head in ["base/base.toml", "hebi/pipeline.toml", "base-2025/base.toml", "longan-2025/pipeline.toml"] {
        let text = std::fs::read_to_string(root.join("pipelines").join(head)).unwrap();
        let file: toml::Table = text.parse().unwrap();
        for (period, values) in file["parameters"].as_table().unwrap() {
            for (name, value) in values.as_table().unwrap() {
                let is_amount = ["_fen", "_month", "_date"].iter().any(|end| name.ends_with(end));
                if !is_amount && !value.is_datetime() {
                    continue;
                }
                let source = value.get("source").and_then(toml::Value::as_str);
                let source = source.unwrap_or_else(|| panic!("{head}: {period}.{name} names no source"));
                let asked = !source.contains("工作假定") || questions.contains(&format!("`{name}`"));
                assert!(
                    asked,
                    "{head}: {period}.{name} is an assumption that docs/open-questions.md does not list"
                );
                sources += 1;
            }
        }
    }
    assert!(sources >= 28, "{sources}");
}

/// What the rules of 2025 are counted with is from memory: the offices are asked for each figure, wherever it is set.
#[test]
fn figures_of_2025_are_asked_about() {
    let root = Path::new(env!("CARGO_MANIFEST_DIR"));
    let questions = std::fs::read_to_string(root.join("docs/open-questions.md")).unwrap();
    let mut asked = 0;
    for head in ["base-2025/base.toml", "longan-2025/pipeline.toml"] {
        let text = std::fs::read_to_string(root.join("pipelines").join(head)).unwrap();
        let file: toml::Table = text.parse().unwrap();
        let of_counties = file.get("county_parameters").and_then(toml::Value::as_table);
        let counties = of_counties.into_iter().flat_map(toml::Table::values);
        for periods in counties.chain([&file["parameters"]]) {
            for values in periods.as_table().unwrap().values() {
                // A rate of everybody is no figure of an office.
                let names = values.as_table().unwrap().keys().filter(|name| *name != "full_permyriad");
                for name in names {
                    assert!(questions.contains(&format!("`{name}`")), "{head}: nobody is asked about {name}");
                    asked += 1;
                }
            }
        }
    }
    assert!(asked > 25, "{asked}");
}

/// What a list says in a few words of its own, and rules compare, is read through a code table.
#[test]
fn every_status_has_a_code_table() {
    let pipeline = Pipeline::open(&hebi()).unwrap();
    let ends =
        ["status", "kind", "mode", "grade", "category", "stage", "scheme", "attribute", "ability", "level"];
    let mut checked = 0;
    for source in &pipeline.sources {
        for column in &source.columns {
            // A pupil's grade (三年级) is as many texts as schools write.
            let is_status =
                ends.iter().any(|end| column.name == *end || column.name.ends_with(&format!("_{end}")));
            if is_status
                && column.name != "status_date"
                && (&*source.name, &*column.name) != ("student", "grade")
            {
                assert!(column.codes.labels().len() > 1, "{}.{} has no code table", source.name, column.name);
                checked += 1;
            }
        }
    }
    assert!(checked > 30, "{checked}");
}

#[test]
fn parameters_of_no_period() {
    insta::assert_snapshot!(refused(&[("pipeline.toml", "[parameters.2018]", "[parameters.201]")]), @r#"
    错误：不认识的参数期“201”
      --> pipeline.toml:16:13
       |
    16 | [parameters.201]
       |             ^^^
       |
       = 提示：写 default、年份(2018)、季度(2018Q3)或月份(2025M03)
    "#);
}

#[test]
fn division_file_missing() {
    insta::assert_snapshot!(refused(&[("pipeline.toml", "townships.csv", "township.csv")]), @r#"
    错误：区划文件不存在：codes/township.csv
      --> pipeline.toml:10:13
       |
    10 | townships = "township.csv"
       |             ^^^^^^^^^^^^^^
       |
       = 提示：文件放在流水线文件夹的 codes/ 里，这里只写文件名
    "#);
}

#[test]
fn prefix_table_with_a_bad_prefix() {
    let folder =
        folder::write(&[("pipeline.toml", "villages =", "id_prefixes = \"prefixes.csv\"\nvillages =")]);
    std::fs::write(folder.path().join("codes/prefixes.csv"), "prefix,name\n410621,浚县\n4106,淇县\n")
        .unwrap();
    let error = Pipeline::open(folder.path()).expect_err("accepted");
    let message = bidui::testing::error::render_error(&error, false)
        .replace(&format!("{}/", folder.path().display()), "");
    insta::assert_snapshot!(message, @r#"
    错误：前缀应为6位数字
      --> codes/prefixes.csv，第3行，列“prefix”
      = 提示：第一列写证件号码的前6位，例如 410621
    "#);
}

#[test]
fn code_table_with_two_meanings() {
    insta::assert_snapshot!(refused(&[("codes/registry.csv", "性别,02,女,", "性别,01,女,")]), @r#"
    错误：代码表“性别”里“01”既是“男”又是“女”
      --> codes/registry.csv，第3行
      = 提示：一个写法只能对应一个标准名称
    "#);
}

#[test]
fn no_such_folder() {
    let error = Pipeline::open(Path::new("/no/such")).expect_err("accepted");
    insta::assert_snapshot!(bidui::testing::error::render_error(&error, false), @r#"
    错误：流水线文件夹不存在
      --> /no/such
      = 提示：第一个参数是流水线文件夹，例如 pipelines/hebi
    "#);
}

#[test]
fn a_source_that_link_toml_misspells_is_refused() {
    let folder = tempfile::tempdir().unwrap();
    crate::departments::copy(hebi().parent().unwrap(), folder.path(), "rules");
    let pipeline = folder::open(&folder.path().join("hebi"));
    assert!(LinkSettings::of_pipeline(&pipeline).is_ok());
    let path = folder.path().join("base/link.toml");
    let text = std::fs::read_to_string(&path).unwrap();
    for wrong in ["one_per_person = [\"registry_persons\"", "household_anchor = [\"registry_persons\""] {
        let key = wrong.split_inclusive('[').next().unwrap();
        assert!(text.contains(key));
        std::fs::write(&path, text.replacen(key, &format!("{wrong}, "), 1)).unwrap();
        let error = LinkSettings::of_pipeline(&pipeline).expect_err("accepted");
        assert!(error.message().contains("没有名为“registry_persons”的数据来源"), "{error}");
        assert!(error.hint_text().unwrap().contains("“registry_person”"), "{error}");
        let line = text.lines().position(|line| line.starts_with(key)).unwrap() + 1;
        assert_eq!(error.line_column().map(|(line, _)| line), Some(line), "{error}");
    }
}

#[test]
fn schemas_are_fresh() {
    for (name, schema) in bidui::testing::cli::schema::all_schemas() {
        let path = Path::new(env!("CARGO_MANIFEST_DIR")).join(format!("pipelines/schema/{name}.json"));
        let text = bidui::testing::config::schema::schema_text(&schema);
        if std::env::var_os("BIDUI_WRITE_SCHEMA").is_some() {
            std::fs::create_dir_all(path.parent().unwrap()).unwrap();
            std::fs::write(&path, &text).unwrap();
        }
        let found = std::fs::read_to_string(&path).unwrap_or_default();
        assert!(
            found == text,
            "{} is stale: run `BIDUI_WRITE_SCHEMA=1 cargo test --test it schemas_are_fresh`",
            path.display()
        );
    }
}
