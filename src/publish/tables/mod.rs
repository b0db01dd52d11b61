//! `tables/`: a star for BI tools. Pseudonyms only; no name, no number, and of texts only what a rule says of a finding, long numbers masked.

use crate::model::day::day_to_date32;
use hashbrown::HashMap;

use super::PublicationInputs;
use super::exception_keys::ExceptionKeys;
use super::manifest_facts::RunFacts;
use super::people::{DivisionPlace, PseudonymKeys, PublishedPersons, RecordOwners};
use super::restricted::ByFinding;
use crate::Result;
use crate::load::LoadedSource;
use crate::model::source_row::Reject;
use crate::publication::output_files::OutputFiles;
use crate::publication::small_table_writer::{PublishedType, TableCell, TableDef, TableWriter};

mod answers;
mod dimensions;
mod facts;
mod labels;
mod measures;
mod unjudged;

pub(in crate::publish) use dimensions::dim_household;

use PublishedType::Text;

pub(in crate::publish) const PLACE: [(&str, PublishedType, &str, &str); 3] = [
    ("county_code", Text, "县（区）代码", "6位，基准年代码；空文本表示未定"),
    ("township_code", Text, "乡镇（街道）代码", "9位，基准年代码；空文本表示未定"),
    ("village_code", Text, "村（社区）代码", "12位，基准年代码；空文本表示未定"),
];

type TableColumnSpec = (&'static str, PublishedType, &'static str, &'static str);

const QUARTER: TableColumnSpec = ("quarter", Text, "期间", "季度如2018Q3，月份如2025M03");

const PERSON_KEY: TableColumnSpec =
    ("person_key", Text, "人员假名", "带密钥的假名，跨期不变；不能还原为证件号");

const HOUSEHOLD_KEY: TableColumnSpec = ("household_key", Text, "户假名", "带密钥的假名，跨期不变");

/// Title and note of the column that says what closed an exception.
pub(in crate::publish) const RESOLVED_BY: (&str, &str) = (
    "消除依据",
    "data数据已改 rule_retired规则停用 subject_gone对象不在任何名单 moved对象已迁到别的乡镇 answer核查结果 waiver批准豁免 cause由原因已核；空表示未消除或以前的版本没有记",
);

/// Writes the tables of persons and of records.
pub(in crate::publish) fn write_people(
    inputs: &PublicationInputs<'_>,
    people: &RecordOwners<'_>,
    all: &PublishedPersons,
    keys: &PseudonymKeys<'_>,
    outputs: &mut OutputFiles,
) -> Result<()> {
    outputs.write_all(&[&|to| dimensions::dim_person(inputs, people, all, keys, to), &|to| {
        facts::fact_record(inputs, people, keys, to)
    }])
}

/// Writes all tables but those of persons, records and households.
pub(in crate::publish) fn write_published_tables(
    inputs: &PublicationInputs<'_>,
    people: &RecordOwners<'_>,
    by_finding: &ByFinding<'_>,
    exceptions: &ExceptionKeys<'_>,
    facts: &RunFacts,
    outputs: &mut OutputFiles,
) -> Result<()> {
    outputs.write_all(&[
        &|to| dimensions::dim_division(inputs, people, to),
        &|to| dimensions::dim_rule(inputs, &facts.rules, to),
        &|to| dimensions::dim_source(inputs, &facts.sources, to),
        &|to| dimensions::dim_quarter(inputs, to),
        &|to| labels::label(inputs, to),
        &|to| facts::fact_exception(inputs, by_finding, exceptions, to),
        &|to| measures::fact_indicator(inputs, people, to),
        &|to| measures::fact_quality(inputs, people, to),
        &|to| facts::fact_reject(inputs, to),
        &|to| unjudged::fact_undecided(inputs, to),
        &|to| unjudged::fact_held(inputs, to),
        &|to| answers::fact_answer(inputs, exceptions, to),
    ])
}

fn define_published_table(title: &str, parts: &[&[TableColumnSpec]]) -> TableDef {
    TableDef::new(title, &parts.concat())
}

/// Writes a table whose rows `fill` appends.
pub(in crate::publish) fn write_published_table(
    outputs: &mut OutputFiles,
    relative: &str,
    def: TableDef,
    fill: impl FnOnce(&mut TableWriter) -> Result<()>,
) -> Result<()> {
    let mut table = TableWriter::create(outputs, relative, def)?;
    fill(&mut table)?;
    table.finish(outputs)
}

fn place_cells<'a>(place: DivisionPlace<'a>) -> [TableCell<'a>; 3] {
    [place.county.into(), place.township.into(), place.village.into()]
}

/// Rejected rows, then accepted rows of which a cell could not be read, source by source.
pub(in crate::publish) fn returned_rows(
    loaded: &[LoadedSource],
) -> impl Iterator<Item = (&Reject, &'static str)> {
    loaded.iter().flat_map(|l| {
        let rejects = l.rejects.iter().map(|r| (r, "reject"));
        rejects.chain(l.cell_warnings.iter().map(|r| (r, "warn")))
    })
}

/// Days since 1970-01-01 of ISO dates, few of which are different.
pub(in crate::publish) fn iso_days<'a>(texts: impl Iterator<Item = &'a str>) -> Vec<Option<i32>> {
    let mut known: HashMap<&str, Option<i32>> = HashMap::new();
    let parse = |text: &str| text.parse::<jiff::civil::Date>().ok().map(day_to_date32);
    texts.map(|text| *known.entry(text).or_insert_with(|| parse(text))).collect()
}
