//! A small pipeline folder to spoil: one source, one code table, a handful of divisions.

use std::path::Path;

use bidui::testing::config::Pipeline;
use tempfile::TempDir;

pub(crate) const PIPELINE: &str = r#"title = "测试"

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

[parameters.2018]
poverty_line_fen = 320800
"#;

pub(crate) const DIBAO: &str = r#"title = "农村低保"
owner = "民政局"
letter = "CA"
ignore_headers = ["序号"]

[files]
patterns = ["**/低保*"]
minimum_headers = 3

[[column]]
name = "village"
label = "行政村"
role = "village"
fill_down = true

[[column]]
name = "household_no"
label = "家庭编号"
required = true
headers = ["家庭编码"]
role = "household"

[[column]]
name = "name"
label = "姓名"
required = true
role = "name"

[[column]]
name = "id_number"
label = "身份证号"
role = "id_number"

[[column]]
name = "relation"
label = "与户主关系"
type = "code"
open = true
code_map = "registry:与户主关系"

[[column]]
name = "category"
label = "类别"
type = "code"
codes = { "1" = "农村", "2" = "城市" }

[[column]]
name = "amount_fen"
label = "月保障金"
type = "money"

[[column]]
name = "start_month"
label = "起保年月"
type = "month"

[[column]]
name = "active"
label = "是否在保"
type = "flag"

[[unpivot]]
title = "户主"
headers.name = ["户主姓名"]
headers.id_number = ["户主身份证号"]
values.relation = "本人或户主"

[[unpivot]]
title = "成员"
repeat = [1, 3]
headers.name = ["成员姓名{n}"]
headers.id_number = ["成员身份证号{n}"]
headers.relation = ["成员关系{n}"]

[[variant]]
files = "*浚县*"
ignore_headers = ["审核状态"]
aliases = { household_no = ["家庭代码"], "成员.name" = ["共同生活成员{n}"] }
units = { amount_fen = "万元" }
"#;

pub(crate) const STUDENT: &str = r#"title = "学籍"
owner = "教育局"
letter = "ED"
unknown_headers = "warn"

[files]
patterns = ["学籍*"]

[audits]
max_reject_share = 0.5
row_count_change = 0.1
unique = ["student_no"]
unique_action = "reject"

[[column]]
name = "name"
label = "姓名"
required = true
role = "name"

[[column]]
name = "id_number"
label = "身份证号"
role = "id_number"

[[column]]
name = "birth_date"
label = "出生日期"
type = "date"
role = "birth_date"

[[column]]
name = "student_no"
label = "学籍号"
role = "student_no"

[[column]]
name = "grade"
label = "年级"
type = "integer"

[[column]]
name = "area_centi"
label = "面积"
type = "area"

[[column]]
name = "status"
label = "状态"
type = "code"
codes = { "1" = "在读", "2" = "休学" }
default = "在读"
"#;

/// Writes the folder, with `edits` (file, from, to) applied; every `from` must occur.
pub(crate) fn write(edits: &[(&str, &str, &str)]) -> TempDir {
    let folder = tempfile::tempdir().unwrap();
    let root = folder.path();
    std::fs::create_dir_all(root.join("sources")).unwrap();
    std::fs::create_dir_all(root.join("codes")).unwrap();
    let mut files = vec![
        ("pipeline.toml", PIPELINE.to_owned()),
        ("sources/dibao.toml", DIBAO.to_owned()),
        ("sources/student.toml", STUDENT.to_owned()),
        ("codes/registry.csv", "table,code,label,canonical\n性别,01,男,\n性别,02,女,\n与户主关系,01,本人或户主,\n与户主关系,02,配偶,\n与户主关系,,妻,配偶\n".to_owned()),
        ("codes/counties.csv", "code,name\n410621,浚县\n".to_owned()),
        ("codes/townships.csv", "code,name_2017\n410621101,善堂镇\n".to_owned()),
        ("codes/villages.csv", "code_2017,name_2017\n410621101201,东村村委会\n".to_owned()),
    ];
    for (file, from, to) in edits {
        let (_, text) = files.iter_mut().find(|(name, _)| name == file).unwrap();
        assert!(text.contains(from), "{file}: {from}");
        *text = text.replacen(from, to, 1);
    }
    for (file, text) in files {
        std::fs::write(root.join(file), text).unwrap();
    }
    folder
}

/// Opens a folder that must be good.
pub(crate) fn open(root: &Path) -> Pipeline {
    Pipeline::open(root).unwrap_or_else(|e| panic!("{}", bidui::testing::error::render_error(&e, false)))
}
