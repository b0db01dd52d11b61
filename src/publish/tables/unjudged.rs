//! What was not judged, since cells are unknown: undecided subjects, and rules held for a county.

use super::super::PublicationInputs;
use super::{HOUSEHOLD_KEY, PERSON_KEY, PLACE, QUARTER, define_published_table, write_published_table};
use crate::Result;
use crate::publication::large_table_writer::{LargeTable, label_column, pseudonym_column, text_column};
use crate::publication::output_files::OutputFiles;
use crate::publication::small_table_writer::{PublishedType, TableDef};
use crate::table::GROUP_ROWS;

use PublishedType::{Int64, Text};

pub(super) fn fact_undecided(inputs: &PublicationInputs<'_>, outputs: &mut OutputFiles) -> Result<()> {
    let columns =
        [("rule_code", Text, "规则编号", ""), ("subject_kind", Text, "对象", "person household record unit")];
    let title = "未判断的对象";
    let def = define_published_table(title, &[&[QUARTER], &PLACE, &[HOUSEHOLD_KEY, PERSON_KEY], &columns]);
    let pseudonyms = &inputs.secrets.pseudonyms;
    let undecided = &inputs.findings.undecided;
    let homes = super::facts::fact_subject_keys(
        undecided.iter().map(|subject| subject.household_id.as_deref()),
        |ids, keys| pseudonyms.households(ids, keys),
    );
    let persons = super::facts::fact_subject_keys(
        undecided.iter().map(|subject| subject.person_id.as_deref()),
        |ids, keys| pseudonyms.persons(ids, keys),
    );
    // In an order that tells nothing of the ids.
    let mut order: Vec<usize> = (0..undecided.len()).collect();
    let place = |at: usize| {
        let one = &undecided[at];
        (&one.rule_code, &one.county_code, &one.township_code, &one.village_code, homes[at], persons[at], at)
    };
    order.sort_by(|&a, &b| place(a).cmp(&place(b)));
    let mut table = LargeTable::create(outputs, "tables/fact_undecided.parquet", def)?;
    for group in order.chunks(GROUP_ROWS) {
        let one = |i: usize| &undecided[group[i]];
        let columns = vec![
            label_column([inputs.period.to_string()], |_| Some(0)),
            text_column(|i| Some(&one(i).county_code)),
            text_column(|i| Some(&one(i).township_code)),
            text_column(|i| Some(&one(i).village_code)),
            pseudonym_column(|i| homes[group[i]]),
            pseudonym_column(|i| persons[group[i]]),
            text_column(|i| Some(&one(i).rule_code)),
            text_column(|i| Some(one(i).subject_kind.code())),
        ];
        table.group(group.len(), columns)?;
    }
    table.finish()
}

pub(super) fn fact_held(inputs: &PublicationInputs<'_>, outputs: &mut OutputFiles) -> Result<()> {
    let def = TableDef::new(
        "按县区暂不判断的规则",
        &[
            QUARTER,
            ("county_code", Text, "县（区）代码", "6位；空文本表示没有区划的记录"),
            ("rule_code", Text, "规则编号", ""),
            ("source", Text, "来源", ""),
            (
                "column_name",
                Text,
                "列",
                "看不出的列；空文本表示整份名单没有报来、不是本期的，或编号与另一份名单对不上",
            ),
            ("unknown_cells", Int64, "看不出的格", "该县区该列"),
            ("records", Int64, "记录数", "该县区该来源"),
            ("undecided", Int64, "未判断的对象", "该县区该规则"),
        ],
    );
    let period = inputs.period.to_string();
    let count = |rows: u64| i64::try_from(rows).unwrap_or(i64::MAX).into();
    write_published_table(outputs, "tables/fact_held.parquet", def, |table| {
        for held in &inputs.findings.held {
            table.row([
                (&period).into(),
                (&held.county_code).into(),
                (&held.rule_code).into(),
                (&held.source).into(),
                (&held.column).into(),
                count(held.unknown),
                count(held.records),
                count(held.undecided),
            ])?;
        }
        Ok(())
    })
}
