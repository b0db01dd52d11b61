//! The columns of `restricted/view/` in the data dictionary: what the contracts call theirs, and those that the program adds.

use arrow::datatypes::{DataType, Schema};

use crate::publication::small_table_writer::{PublishedType, TableDef};
use crate::publish::PublishedPipeline;
use crate::rules::view_catalogue::{is_common_view_column, list_of_view};
use crate::{Error, Result};

/// Titles of views that are no list.
const DERIVED_VIEWS: [(&str, &str); 6] = [
    ("person", "人员"),
    ("household", "户"),
    ("division", "区划"),
    ("parameter", "参数"),
    ("identity_record", "证号或姓名不尽一致人员的记录"),
    ("near_miss", "名单中最接近的记录"),
];

/// Columns that the program computes: name, label, description.
const OWN_COLUMNS: [(&str, &str, &str); 33] = [
    ("record_id", "记录编号", "来源、文件与行"),
    ("person_id", "人员编号", "归并后的人"),
    ("household_id", "户编号", "归并后的户"),
    ("source_household_id", "名单内户编号", "按这份名单自己的户号归的户"),
    ("county_code", "县（区）代码", "6位，基准年代码；空文本表示未定"),
    ("township_code", "乡镇（街道）代码", "9位，基准年代码；空文本表示未定"),
    ("village_code", "村（社区）代码", "12位，基准年代码；空文本表示未定"),
    ("link_tier", "匹配等级", "1至6，1最可靠"),
    ("in_review", "匹配待确认", "1是，0否"),
    ("id18", "18位身份证号", "升位、去空格后的；空表示没有可信的18位号"),
    ("id_class", "证件号类别", "见 tables/label.parquet"),
    ("birth_date", "出生日期", "证件号或名单所写；空表示未知"),
    ("age", "年龄", "期末满周岁；空表示未知"),
    ("sex", "性别", "男、女、未知"),
    ("persons", "人数", "归入此户的人员数"),
    ("code", "区划代码", "基准年代码"),
    ("name", "名称", ""),
    ("parent_code", "上级代码", ""),
    ("level", "级别", "1市 2县区 3乡镇街道 4村社区"),
    ("source", "来源", "来源契约的名称"),
    ("record_order", "记录次序", "同一人的记录从可靠到不可靠"),
    ("full_id", "证件号完整", "1是，0否"),
    ("name_group", "姓名分组", "同一人的记录中姓名相同的组号相同"),
    ("id_of_other", "证件号属于他人", "1是，0否"),
    ("candidate", "最接近的记录", "另一名单中的记录编号"),
    ("candidate_person_id", "最接近记录的人员编号", ""),
    ("near_order", "接近次序", "1最接近"),
    ("score", "接近程度", ""),
    ("likely", "很可能同一人", "1是，0否"),
    ("county", "县（区）", ""),
    ("township", "乡镇（街道）", ""),
    ("village", "村（社区）", ""),
    ("guardian_id18", "监护人18位身份证号", ""),
];

const UNKNOWN: &str = "__unknown";

/// The columns of a view for the dictionary; the labels are not in the file itself.
///
/// # Errors
/// A type that no table has.
pub(super) fn view_definition(
    catalogue: &PublishedPipeline,
    view: &str,
    schema: &Schema,
) -> Result<TableDef> {
    let derived = DERIVED_VIEWS.iter().find(|(name, _)| *name == view);
    let list = list_of_view(view);
    let title = derived.map_or_else(|| catalogue.source_title(list), |(_, title)| title);
    let title = if list == view { title.to_owned() } else { format!("{title}（以前各期发布的）") };
    let mut def = TableDef::new(&title, &[]);
    for field in schema.fields() {
        let kind = match field.data_type() {
            DataType::Utf8 => PublishedType::Text,
            DataType::Int32 => PublishedType::Int32,
            DataType::Int64 => PublishedType::Int64,
            DataType::Date32 => PublishedType::Date,
            other => return Err(Error::internal(format!("视图{view}的列{}是{other}", field.name()))),
        };
        let (label, description) = view_column_label(catalogue, list, field.name());
        def.add(field.name(), kind, &label, &description);
    }
    Ok(def)
}

/// Label and description of a view's column.
fn view_column_label(catalogue: &PublishedPipeline, view: &str, column: &str) -> (String, String) {
    if let Some(of) = column.strip_suffix(UNKNOWN) {
        let (label, _) = view_column_label(catalogue, view, of);
        return (format!("“{label}”看不出"), "1表示这一格填了但看不出是什么，0表示没有填".to_owned());
    }
    let own = OWN_COLUMNS.iter().find(|(name, ..)| *name == column);
    let title = catalogue.column_title(view, column);
    match own {
        Some((_, label, description)) if is_common_view_column(column) || title == column => {
            ((*label).to_owned(), (*description).to_owned())
        }
        _ if title != column => (title.to_owned(), unit_words(column).to_owned()),
        _ => match column.strip_prefix("in_") {
            Some(source) => (format!("在“{}”中", catalogue.source_title(source)), "1是，0否".to_owned()),
            None if view == "parameter" => (format!("参数 {column}"), "见规则目录的参数表".to_owned()),
            None if column.ends_with("_person_id") => ("有关人员编号".to_owned(), column.to_owned()),
            None => (format!("列 {column}"), String::new()),
        },
    }
}

/// In what a number is written, as its name tells.
fn unit_words(column: &str) -> &'static str {
    match column.rsplit_once('_') {
        Some((_, "fen")) => "分",
        Some((_, "centi")) => "百分之一平方米",
        Some((_, "month")) => "如201810",
        _ => "",
    }
}

#[cfg(test)]
mod tests {
    use arrow::datatypes::Field;

    use super::*;

    #[test]
    fn a_view_has_labels_for_all_columns() {
        let mut catalogue = PublishedPipeline::default();
        let labels = [("amount_fen", "金额"), ("sex", "名单性别")];
        catalogue.sources.push(crate::publish::published_pipeline::SourceFacts {
            name: "dibao".to_owned(),
            title: "低保".to_owned(),
            labels: labels.map(|(name, label)| (name.to_owned(), label.to_owned())).into(),
            ..Default::default()
        });
        let names =
            ["record_id", "sex", "amount_fen", "amount_fen__unknown", "in_dibao", "guardian_person_id"];
        let fields = names.map(|name| Field::new(name, DataType::Utf8, true));
        let def = view_definition(&catalogue, "dibao", &Schema::new(fields.to_vec())).unwrap();
        let told: Vec<&str> = def.columns.iter().map(|column| column.label.as_str()).collect();
        assert_eq!(told, ["记录编号", "性别", "金额", "“金额”看不出", "在“低保”中", "有关人员编号"]);
        assert_eq!((def.title.as_str(), def.columns[2].description.as_str()), ("低保", "分"));
        let wrong = Schema::new(vec![Field::new("a", DataType::Float64, true)]);
        assert!(view_definition(&catalogue, "dibao", &wrong).is_err());
    }
}
