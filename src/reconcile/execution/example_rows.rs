//! Rows as examples and situations write them: `view column=value …`, one row a line.

use std::collections::BTreeMap;
use std::sync::Arc;

use arrow::array::{ArrayRef, Date32Array, Int32Array, Int64Array, StringArray};
use arrow::datatypes::{Field, Schema};
use arrow::record_batch::RecordBatch;

use super::numbered_ids::{IdKind, NumberedIds};
use crate::config::RuleParameter;
use crate::config::toml_file::suggest_toml_name;
use crate::model::column_type::{ColumnType, ColumnTypes};
use crate::model::day::{day_from_date32, day_to_date32};
use crate::model::id_number::id_check_value;
use crate::model::period::Period;
use crate::reconcile::views::age_in;
use crate::rules::rule_file::message_placeholders;
use crate::rules::rule_set::{RuleSet, with_hint};
use crate::rules::sql::certainty::UNKNOWN_SUFFIX;
use crate::rules::unknown_answers::UnknownColumns;
use crate::rules::view_catalogue::{PARAMETER, ViewOrigin, list_of_view};
use crate::{Error, Result};

/// A row: values by column; columns that are absent are null.
pub(crate) type ExampleRow = BTreeMap<String, String>;

/// What stands for a cell of which nothing is known.
const UNKNOWN: &str = "?";

/// The rows that a text gives.
#[derive(Debug, Default)]
pub(crate) struct GivenRows {
    /// Rows by view, the view `parameter` apart.
    pub tables: BTreeMap<String, Vec<ExampleRow>>,
    /// Parameters that the text sets.
    pub parameters: ExampleRow,
}

/// Reads rows. A situation's rows (those with a `period`) may be of a kind (`view:kind`), have the
/// defaults of situations beyond those of examples, cells that are unknown (`?`), and ages of that period.
///
/// # Errors
/// A view, kind or column that is not there, a value of another type; `complain` is told the line.
pub(crate) fn read_given(
    rules: &RuleSet,
    given: &str,
    period: Option<Period>,
    complain: &dyn Fn(&str, String) -> Error,
) -> Result<GivenRows> {
    let mut read = GivenRows::default();
    for line in given.lines().map(str::trim).filter(|l| !l.is_empty()) {
        let mut words = line.split_whitespace();
        let first = words.next().unwrap_or("");
        let (view, kind) = match (first.split_once(':'), period) {
            (Some((view, kind)), Some(_)) => (view, Some(kind)),
            _ => (first, None),
        };
        let Some(columns) = rules.catalogue.columns(view) else {
            let known: Vec<&str> = rules.catalogue.views.keys().map(String::as_str).collect();
            let whose = if period.is_some() { "情形" } else { "例子" };
            return Err(with_hint(
                complain(line, format!("{whose}里没有名为“{view}”的视图")),
                suggest_toml_name(view, &known, "可用的视图"),
            ));
        };
        let mut row = ExampleRow::new();
        for word in words {
            let (name, value) = match (word.strip_prefix('@'), word.strip_prefix('#')) {
                (Some(person), _) => ("person_id", person),
                (_, Some(household)) => ("household_id", household),
                _ => word.split_once('=').ok_or_else(|| {
                    complain(line, format!("“{word}”不是“列=值”"))
                        .hint("每行写“视图 列=值 …”，@P1 表示人员，#H1 表示户")
                })?,
            };
            let Some((_, kind)) = columns.iter().find(|(n, _)| n == name) else {
                let known: Vec<&str> = columns.iter().map(|(n, _)| n.as_str()).collect();
                return Err(with_hint(
                    complain(line, format!("视图“{view}”没有列“{name}”")),
                    suggest_toml_name(name, &known, "可用的列"),
                ));
            };
            if value == UNKNOWN {
                row.insert(format!("{name}{UNKNOWN_SUFFIX}"), "1".to_owned());
            }
            let value = if value == UNKNOWN { "NULL" } else { value };
            if value != "NULL" && !is_valid_example_value(*kind, value) {
                return Err(complain(line, format!("“{value}”不能作为列“{name}”的值"))
                    .hint("数字写整数（金额以分计），日期写 2018-09-30，空值写 NULL，看不出的值写 ?"));
            }
            if row.insert(name.to_owned(), value.to_owned()).is_some() && period.is_some() {
                return Err(complain(line, format!("同一行里列“{name}”写了两次")).hint("删去其中一个"));
            }
        }
        if view == PARAMETER {
            read.parameters.extend(row);
            continue;
        }
        let rows = read.tables.entry(view.to_owned()).or_default();
        if columns.iter().any(|(n, _)| n == "record_id") {
            let number = rows.len() + 1;
            row.entry("record_id".to_owned()).or_insert_with(|| format!("{view}:{number}"));
        }
        if period.is_some() {
            add_situation_defaults(rules, (view, kind), columns, &mut row)
                .map_err(|(message, hint)| with_hint(complain(line, message), hint))?;
        }
        add_example_defaults(rules, view, columns, &mut row);
        rows.push(row);
    }
    if let Some(period) = period {
        add_identities(rules, &mut read.tables, period);
    }
    for rows in read.tables.values_mut() {
        rows.iter_mut().for_each(|row| row.retain(|_, value| value != "NULL"));
    }
    Ok(read)
}

/// Whether a row has a cell of which nothing is known.
pub(crate) fn has_unknown_cell(row: &ExampleRow) -> bool {
    row.keys().any(|name| name.ends_with(UNKNOWN_SUFFIX))
}

/// Columns with unknown cells, by view.
pub(crate) fn unknown_columns(tables: &BTreeMap<String, Vec<ExampleRow>>) -> UnknownColumns {
    let mut unknown = UnknownColumns::new();
    for (view, rows) in tables {
        let columns =
            rows.iter().flat_map(|row| row.keys()).filter_map(|name| name.strip_suffix(UNKNOWN_SUFFIX));
        for column in columns {
            unknown.entry(view.clone()).or_default().insert(column.to_owned());
        }
    }
    unknown
}

/// Columns that say who somebody is, in whatever list he stands.
const IDENTITY: [&str; 3] = ["birth_date", "sex", "id18"];

/// Classes of what stands in a list's column for ID numbers from which a whole number is read.
const WITH_NUMBER: [&str; 4] = ["VALID18", "UP15", "CERT20", "CERT22"];

/// A person of whom one list says birth and sex has an ID number, and the same in every list: as in a run,
/// where all this is read off the number.
fn add_identities(rules: &RuleSet, tables: &mut BTreeMap<String, Vec<ExampleRow>>, period: Period) {
    let mut known: BTreeMap<String, ExampleRow> = BTreeMap::new();
    for row in tables.values().flatten() {
        let Some(person) = row.get("person_id") else { continue };
        let of_person = known.entry(person.clone()).or_default();
        for column in IDENTITY {
            if let Some(value) = row.get(column).filter(|value| *value != "NULL") {
                of_person.entry(column.to_owned()).or_insert_with(|| value.clone());
            }
        }
    }
    for (person, identity) in &mut known {
        if let (None, Some(birth), Some(sex)) =
            (identity.get("id18"), identity.get("birth_date"), identity.get("sex"))
        {
            let number = ordinary_id_number(person, birth, sex);
            identity.insert("id18".to_owned(), number);
        }
    }
    for (view, rows) in tables {
        let Some(info) = rules.catalogue.views.get(view).filter(|v| v.origin != ViewOrigin::Derived) else {
            continue;
        };
        let has = |name: &str| info.columns.iter().any(|(column, _)| column == name);
        for row in rows {
            let identity = row.get("person_id").and_then(|person| known.get(person));
            let class = row.get("id_class").cloned();
            let numbered = class.is_none_or(|class| WITH_NUMBER.contains(&class.as_str()));
            for (column, value) in identity.into_iter().flatten() {
                if !has(column) || column == "id18" && !numbered {
                    continue;
                }
                row.entry(column.clone()).or_insert_with(|| value.clone());
            }
            let birth: Option<jiff::civil::Date> = row.get("birth_date").and_then(|day| day.parse().ok());
            let age = birth.and_then(|day| age_in(day_to_date32(day), period));
            if let Some(age) = age.filter(|_| has("age")) {
                row.entry("age".to_owned()).or_insert_with(|| age.to_string());
            }
        }
    }
}

/// A valid number for the person (`P3`) of this birth and sex.
fn ordinary_id_number(person: &str, birth: &str, sex: &str) -> String {
    let digits: String = person.chars().filter(char::is_ascii_digit).collect();
    let order = digits.parse::<u32>().unwrap_or(0) % 400;
    let sequence = 2 * order + u32::from(sex == "男");
    let birth: String = birth.chars().filter(char::is_ascii_digit).collect();
    let first = format!("410621{birth}{sequence:03}");
    match first.parse().map(id_check_value) {
        Ok(10) | Err(_) => format!("{first}X"),
        Ok(check) => format!("{first}{check}"),
    }
}

fn add_situation_defaults(
    rules: &RuleSet,
    (view, kind): (&str, Option<&str>),
    columns: &ColumnTypes,
    row: &mut ExampleRow,
) -> Result<(), (String, Option<String>)> {
    let settings = &rules.settings;
    let of = list_of_view(view);
    if let Some(kind) = kind {
        let kinds = settings.situation_kinds.get(of);
        let Some(values) = kinds.and_then(|kinds| kinds.get(kind)) else {
            let known: Vec<&str> = kinds.into_iter().flatten().map(|(name, _)| name.as_str()).collect();
            let hint = suggest_toml_name(kind, &known, "rules.toml 的 [situation_kinds] 里有")
                .or_else(|| Some("在 rules.toml 的 [situation_kinds] 里写明这种行是什么样".to_owned()));
            return Err((format!("视图“{view}”没有名为“{kind}”的一种行"), hint));
        };
        fill(values.iter(), columns, row);
    }
    let common = settings.situation_defaults.get("common");
    fill(settings.situation_defaults.get(of).into_iter().chain(common).flatten(), columns, row);
    Ok(())
}

fn add_example_defaults(rules: &RuleSet, view: &str, columns: &ColumnTypes, row: &mut ExampleRow) {
    let common = rules.settings.example_defaults.get("common");
    let own = rules.settings.example_defaults.get(list_of_view(view));
    fill(own.into_iter().chain(common).flatten(), columns, row);
}

/// Adds values where the row has none; `{column}` in one repeats a column.
fn fill<'v>(
    values: impl Iterator<Item = (&'v String, &'v String)>,
    columns: &ColumnTypes,
    row: &mut ExampleRow,
) {
    for (name, value) in values {
        if row.contains_key(name) || !columns.iter().any(|(n, _)| n == name) {
            continue;
        }
        let mut filled = value.clone();
        for part in message_placeholders(value) {
            let known = row.get(part).cloned().unwrap_or_default();
            filled = filled.replace(&format!("{{{part}}}"), &known);
        }
        row.insert(name.clone(), filled);
    }
}

/// The row of the view `parameter` as text.
pub(crate) fn parameters_as_text(row: BTreeMap<String, RuleParameter>) -> ExampleRow {
    let text = |value| match value {
        RuleParameter::Integer(n) => n.to_string(),
        RuleParameter::Text(text) => text,
        RuleParameter::Date(days) => day_from_date32(days).map(|d| d.to_string()).unwrap_or_default(),
    };
    row.into_iter().map(|(name, value)| (name, text(value))).collect()
}

/// Numbers for the ids in the rows of an example, whatever they are called.
pub(crate) fn ids_of<'r>(rows: impl Iterator<Item = &'r ExampleRow>) -> NumberedIds {
    let cells = rows.flatten().filter(|(column, _)| IdKind::of(column).is_some());
    NumberedIds::listed(cells.map(|(_, text)| text.clone()).collect())
}

pub(super) fn is_valid_example_value(kind: ColumnType, value: &str) -> bool {
    match kind {
        ColumnType::Text => true,
        ColumnType::Int32 => value.parse::<i32>().is_ok(),
        ColumnType::Int64 => value.parse::<i64>().is_ok(),
        ColumnType::Date => value.parse::<jiff::civil::Date>().is_ok(),
    }
}

/// A table from rows of text.
pub(crate) fn example_table(columns: &ColumnTypes, rows: &[ExampleRow]) -> Result<RecordBatch> {
    let mut fields = Vec::new();
    let mut arrays: Vec<ArrayRef> = Vec::new();
    for (name, kind) in columns {
        // A cell is known unless its companion says otherwise.
        let absent = name.ends_with(UNKNOWN_SUFFIX).then_some("0");
        let cells = rows.iter().map(|row| row.get(name).map(String::as_str).or(absent));
        arrays.push(match kind {
            ColumnType::Text => Arc::new(cells.collect::<StringArray>()),
            ColumnType::Int32 => Arc::new(cells.map(|c| c?.parse().ok()).collect::<Int32Array>()),
            ColumnType::Int64 => Arc::new(cells.map(|c| c?.parse().ok()).collect::<Int64Array>()),
            ColumnType::Date => Arc::new(
                cells
                    .map(|c| c?.parse::<jiff::civil::Date>().ok().map(day_to_date32))
                    .collect::<Date32Array>(),
            ),
        });
        fields.push(Field::new(name, kind.arrow(), true));
    }
    RecordBatch::try_new(Arc::new(Schema::new(fields)), arrays)
        .map_err(|e| Error::internal("例子不能成为表格").caused_by(e))
}
