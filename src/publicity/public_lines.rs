//! Who stands on a public list, and what his line says.

use std::collections::{BTreeMap, BTreeSet};

use super::leak_check::PublicColumn;
use super::{PublicityPlan, PublicitySummary};
use crate::Result;
use crate::config::publicity_settings::{PublicLine, PublicSheet, PublicitySettings};
use crate::config::source_contract::ColumnRole;
use crate::model::exception::Status;
use crate::model::officer_text::ValueForm;
use crate::privacy::mask::mask_name_for_notice;
use crate::publication::table_reader::TableRow;
use crate::track::previous_exceptions::EXCEPTIONS;

/// Who is younger is shown by his guardian.
const ADULT: i32 = 18;
/// Digits of an ID number that are shown: the county that gave it.
const SHOWN_DIGITS: usize = 6;
/// What stands for the rest.
const HIDDEN: &str = "****";
/// The relation of a household's head, as code tables have it.
const HEADS: [&str; 3] = ["本人或户主", "户主", "本人"];

/// A public list.
#[derive(Debug)]
pub(super) struct PublicList {
    /// County, township and, if it is of one, village.
    pub(super) places: Vec<String>,
    /// The places, as a title has them.
    pub(super) title: String,
    pub(super) lines: Vec<PublicLineCells>,
}

/// A line.
#[derive(Debug)]
pub(super) struct PublicLineCells {
    /// Counts the households of the list, from 1.
    pub(super) household: u32,
    /// By column.
    pub(super) cells: Vec<String>,
    /// What no cell may say of whom it is of, with what it is, Chinese.
    pub(super) secret_words: Vec<(&'static str, String)>,
}

/// Households of a list, by village and by what their keyed ids say: the order tells nothing of anybody.
type ListHouseholds<'r> = BTreeMap<(String, String), Vec<&'r TableRow>>;

/// Gathers the lists, by place.
///
/// # Errors
/// The publication cannot be read.
pub(super) fn gather(
    plan: &PublicityPlan,
    settings: &PublicitySettings,
    columns: &[PublicColumn],
    summary: &mut PublicitySummary,
) -> Result<Vec<PublicList>> {
    let publication = &plan.publication;
    let found = match &settings.rule {
        Some(rule) => Some(records_of_rule(plan, rule)?),
        None => None,
    };
    let view = format!("restricted/view/{}.parquet", settings.source);
    let mut left_out = 0;
    let all = publication.rows(&view, |_| true)?;
    // Of a household all are known, whoever of them is shown.
    let wanted = |row: &TableRow| {
        let only =
            settings.only.iter().all(|(column, values)| values.iter().any(|value| value == row.get(column)));
        let without = settings.without.iter().all(|column| row.get(column).trim().is_empty());
        let found = found.as_ref().is_none_or(|found| found.contains(row.get("record_id")));
        only && without && found
    };
    let mut lists: BTreeMap<Vec<String>, ListHouseholds<'_>> = BTreeMap::new();
    let mut members: BTreeMap<&str, Vec<&TableRow>> = BTreeMap::new();
    for row in &all {
        members.entry(home_of(row)).or_default().push(row);
        if !wanted(row) {
            left_out += 1;
            continue;
        }
        let name = |code: &str| plan.pipeline.divisions.name_of(row.get(code)).map(str::to_owned);
        let (Some(county), Some(township)) = (name("county_code"), name("township_code")) else {
            summary.without_place += 1;
            continue;
        };
        let village = name("village_code").unwrap_or_else(|| "（村不明）".to_owned());
        let mut places = vec![county, township];
        if settings.sheet == PublicSheet::Village {
            places.push(village.clone());
        }
        let household = (format!("{}{village}", row.get("village_code")), home_of(row).to_owned());
        lists.entry(places).or_default().entry(household).or_default().push(row);
    }
    summary.left_out = left_out;
    let mut written = Vec::new();
    for (places, households) in lists {
        let mut list = PublicList { title: places.concat(), places, lines: Vec::new() };
        for (number, rows) in (1..).zip(households.values()) {
            let all_members = members.get(home_of(rows[0])).map_or(&[][..], Vec::as_slice);
            let shown: Vec<&TableRow> = match settings.line {
                PublicLine::Person => rows.clone(),
                PublicLine::Household => vec![head_of(rows)],
            };
            for row in shown {
                let line = line_of(plan, columns, (row, all_members), number, summary);
                list.lines.push(line);
            }
        }
        summary.lists += 1;
        summary.lines += list.lines.len() as u64;
        summary.households += households.len() as u64;
        written.push(list);
    }
    Ok(written)
}

/// Records that open findings of a rule rest on.
fn records_of_rule(plan: &PublicityPlan, rule: &str) -> Result<BTreeSet<String>> {
    let open = |row: &TableRow| {
        row.get("rule_code") == rule && row.get("in_review") == "0" && Status::is_open_code(row.get("status"))
    };
    let rows = plan.publication.rows(EXCEPTIONS, open)?;
    Ok(rows.iter().flat_map(|row| row.get("evidence_record_ids").split(';')).map(str::to_owned).collect())
}

/// What tells households apart: the list's own number, else who it was found to be; else the record alone.
fn home_of(row: &TableRow) -> &str {
    ["source_household_id", "household_id", "record_id"]
        .iter()
        .map(|column| row.get(column))
        .find(|id| !id.is_empty())
        .unwrap_or_default()
}

/// The head of a household, else the first of its records.
fn head_of<'r>(rows: &[&'r TableRow]) -> &'r TableRow {
    rows.iter().copied().find(|row| HEADS.contains(&row.get("relation"))).unwrap_or(rows[0])
}

fn age_of(row: &TableRow) -> Option<i32> {
    row.get("age").parse().ok()
}

fn line_of(
    plan: &PublicityPlan,
    columns: &[PublicColumn],
    (row, members): (&TableRow, &[&TableRow]),
    household: u32,
    summary: &mut PublicitySummary,
) -> PublicLineCells {
    let age = age_of(row);
    // Who may be a minor is shown as one.
    let minor = age.is_none_or(|age| age < ADULT);
    summary.unknown_age += u64::from(age.is_none());
    summary.minors += u64::from(age.is_some() && minor);
    let role = |wanted: ColumnRole| {
        let source = plan.pipeline.source(plan.pipeline.settings.publicity.as_ref()?.source.as_str())?;
        source.columns.iter().find(|one| one.role == Some(wanted)).map(|one| one.name.as_str())
    };
    let name = |row: &TableRow| {
        role(ColumnRole::Name).map(|column| row.get(column).trim().to_owned()).unwrap_or_default()
    };
    let guardian = || {
        let own = role(ColumnRole::GuardianName).map(|column| row.get(column).trim().to_owned());
        let adult = |other: &&&TableRow| age_of(other).is_some_and(|age| age >= ADULT);
        let head = members.iter().filter(|other| HEADS.contains(&other.get("relation"))).find(adult);
        own.filter(|name| !name.is_empty())
            .or_else(|| head.or(members.iter().find(adult)).map(|other| name(other)))
    };
    let shown_name = match minor {
        false => mask_name_for_notice(&name(row)),
        true => match guardian().filter(|name| !name.is_empty()) {
            Some(guardian) => format!("{}（监护人）", mask_name_for_notice(&guardian)),
            None => {
                summary.without_guardian += 1;
                "（监护人未登记）".to_owned()
            }
        },
    };
    let cell = |column: &PublicColumn| match column.role {
        Some(ColumnRole::Name | ColumnRole::GuardianName) => shown_name.clone(),
        Some(ColumnRole::IdNumber) if minor => String::new(),
        Some(ColumnRole::IdNumber) => masked_number(row.get("id18")),
        Some(ColumnRole::Sex | ColumnRole::Relation) if minor => String::new(),
        Some(ColumnRole::County) => place(plan, row, "county_code", &column.name),
        Some(ColumnRole::Township) => place(plan, row, "township_code", &column.name),
        Some(ColumnRole::Village) => place(plan, row, "village_code", &column.name),
        _ => {
            let text = row.get(&column.name);
            ValueForm::of_type(column.kind).number_of(text).unwrap_or_else(|| text.to_owned())
        }
    };
    PublicLineCells {
        household,
        cells: columns.iter().map(cell).collect(),
        secret_words: secret_words(members.iter().copied().chain([row]), &name),
    }
}

/// The county that gave a number; nothing of one that is no number.
fn masked_number(number: &str) -> String {
    match number.get(..SHOWN_DIGITS) {
        Some(shown) if shown.bytes().all(|b| b.is_ascii_digit()) => format!("{shown}{HIDDEN}"),
        _ => String::new(),
    }
}

fn place(plan: &PublicityPlan, row: &TableRow, code: &str, column: &str) -> String {
    plan.pipeline.divisions.name_of(row.get(code)).unwrap_or_else(|| row.get(column)).to_owned()
}

/// Names and birth dates of a household, as cells may write them.
fn secret_words<'r>(
    members: impl Iterator<Item = &'r TableRow>,
    name: &dyn Fn(&TableRow) -> String,
) -> Vec<(&'static str, String)> {
    let mut words = Vec::new();
    for member in members {
        let name: String = name(member).chars().filter(|c| !c.is_whitespace()).collect();
        if name.chars().count() > 1 {
            words.push(("姓名", name));
        }
        let day = member.get("birth_date");
        if let Ok(day) = day.parse::<jiff::civil::Date>() {
            let (year, month, of_month) = (day.year(), day.month(), day.day());
            words.push(("出生日期", day.to_string()));
            words.push(("出生日期", format!("{year}{month:02}{of_month:02}")));
            words.push(("出生日期", format!("{year}年{month}月{of_month}日")));
            words.push(("出生日期", format!("{year}.{month}.{of_month}")));
            words.push(("出生日期", format!("{year}/{month}/{of_month}")));
        }
    }
    words.sort_unstable();
    words.dedup();
    words
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn of_a_number_the_county_alone_is_shown() {
        assert_eq!(masked_number("410602199803124217"), "410602****");
        for none in ["", "4106", "不详不详不详", "护照12345678"] {
            assert_eq!(masked_number(none), "");
        }
    }
}
