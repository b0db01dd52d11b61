//! Pipeline folders that must be refused.

use super::BrokenCase;

const PIPELINE: &str = r#"title = "测试"

[prefecture]
code = "410600"
name = "鹤壁市"

[divisions]
base_year = 2017
counties = "counties.csv"
townships = "townships.csv"
villages = "villages.csv"

[parameters.default]
grace_days = 30
"#;

const SOURCE: &str = r#"title = "学籍"
owner = "教育局"
letter = "ED"

[files]
patterns = ["学籍*"]
minimum_headers = 2

[audits]
max_reject_share = 0.5
row_count_change = 0.5
row_count_action = "block"
unique = ["student_no"]
unique_action = "reject"

[[column]]
name = "school"
label = "学校"

[[column]]
name = "name"
label = "姓名"
required = true
role = "name"

[[column]]
name = "student_no"
label = "学籍号"
role = "student_no"
"#;

/// A pipeline of one source: paths within the case and their texts.
pub(super) fn small_pipeline() -> Vec<(String, String)> {
    [
        ("pipeline.toml", PIPELINE),
        ("sources/student.toml", SOURCE),
        ("codes/counties.csv", "code,name\n410621,浚县\n"),
        ("codes/townships.csv", "code,name_2017\n410621101,善堂镇\n"),
        ("codes/villages.csv", "code_2017,name_2017\n410621101201,东村村委会\n"),
    ]
    .map(|(path, text)| (format!("pipeline/{path}"), text.to_owned()))
    .to_vec()
}

fn spoilt(name: &'static str, title: &str, file: &str, from: &str, to: &str, message: &str) -> BrokenCase {
    let mut case = BrokenCase::refused(name, title, "", message);
    case.expected.stage = "pipeline".to_owned();
    case.expected.own_pipeline = true;
    for (path, text) in small_pipeline() {
        let text = if path.ends_with(file) { text.replacen(from, to, 1) } else { text };
        case = case.file(&path, text);
    }
    case
}

pub(super) fn configuration_cases() -> Vec<BrokenCase> {
    let source = "sources/student.toml";
    vec![
        spoilt(
            "unknown_key",
            "数据来源文件里有不认识的键",
            source,
            "required = true",
            "requird = true",
            "不认识的键“requird”",
        ),
        spoilt(
            "unknown_value",
            "数据来源文件里有不认识的取值",
            source,
            "unique_action = \"reject\"",
            "unique_action = \"rejct\"",
            "不认识的取值“rejct”",
        ),
        spoilt("missing_key", "数据来源文件缺少键", source, "owner = \"教育局\"\n", "", "缺少键“owner”"),
        spoilt(
            "path_escape",
            "文件模式离开数据文件夹",
            source,
            "\"学籍*\"",
            "\"../学籍*\"",
            "不能用“..”离开数据文件夹",
        ),
        spoilt(
            "absolute_path",
            "文件模式是绝对路径",
            source,
            "\"学籍*\"",
            "\"/etc/学籍*\"",
            "数据文件夹内的相对路径",
        ),
        spoilt(
            "toml_syntax",
            "配置文件有语法错误",
            "pipeline.toml",
            "title = \"测试\"",
            "title = \"测试",
            "TOML",
        ),
        spoilt(
            "missing_code_table",
            "缺少区划表",
            "pipeline.toml",
            "\"villages.csv\"",
            "\"no_such.csv\"",
            "no_such.csv",
        ),
    ]
}
