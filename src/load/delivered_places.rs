//! Places in what was delivered: townships that are missing, places that no table of divisions knows.

use std::collections::{BTreeMap, BTreeSet};

use super::LoadedSource;
use super::audit::{audit_percent_text, by_frequency, most_frequent_words};
use super::data_folder::masked_file_name;
use super::delivery::{DeliveryCheck, told_words};
use crate::config::SourceContract;
use crate::model::division::{COUNTY, DivisionTree, TOWNSHIP};
use crate::model::source_row::AuditFinding;
use crate::privacy::mask::mask_numbers_in_text;

/// Rows that a township should have by the measure of another list, from which their absence is told.
const LEAST_EXPECTED: u64 = 20;
/// Rows of a file with an unknown place, as a number and in 1/100, from which it is told and from which it stops. A county
/// that no table knows is told of a single row.
const LEAST_UNKNOWN: u64 = 20;
const TOLD_PERCENT: u64 = 5;
const STOP_PERCENT: u64 = 50;

/// Code of a unit found for texts, where it is of a level.
pub(super) fn code_of(
    divisions: &DivisionTree,
    (county, township): (&str, &str),
    level: u8,
) -> Option<String> {
    let code = divisions.code_at(divisions.lookup(county, township, "").unit, level);
    (!code.is_empty()).then(|| code.to_owned())
}

/// What is counted of a file.
#[derive(Default)]
struct UnknownPlaces {
    /// Rows with a place.
    rows: u64,
    /// Those with an unknown one, and how it is written.
    unknown: u64,
    words: BTreeMap<String, u64>,
    /// Those of them whose county is unknown.
    without_county: u64,
    counties: BTreeMap<String, u64>,
}

/// Files with rows whose county, or many whose township, no table of divisions knows.
pub(super) fn unknown_places(
    check: &DeliveryCheck<'_>,
    contract: &SourceContract,
    loaded: &LoadedSource,
) -> Vec<AuditFinding> {
    let divisions = &check.pipeline.divisions;
    // Townships are asked for where the tables have any of the county.
    let with_townships: BTreeSet<&str> = (divisions.units.iter())
        .filter(|unit| unit.level == TOWNSHIP)
        .filter_map(|unit| unit.code.get(..6))
        .collect();
    if !divisions.units.iter().any(|unit| unit.level == COUNTY) {
        return Vec::new();
    }
    let mut files: BTreeMap<&std::path::Path, UnknownPlaces> = BTreeMap::new();
    for place in &loaded.totals.places {
        let (county, township) = (place.county.as_str(), place.township.as_str());
        let written = !county.is_empty() || !township.is_empty();
        let file = files.entry(&loaded.records.tables[place.table].file).or_default();
        if !written {
            continue;
        }
        file.rows += place.accepted;
        let found = divisions.lookup(county, township, "").unit;
        let county_known = !divisions.code_at(found, COUNTY).is_empty();
        let unknown = match divisions.code_at(found, COUNTY) {
            "" => !county.is_empty(),
            code => {
                !township.is_empty()
                    && with_townships.contains(code.get(..6).unwrap_or(code))
                    && divisions.code_at(found, TOWNSHIP).is_empty()
            }
        };
        if unknown && place.accepted > 0 {
            file.unknown += place.accepted;
            let words = format!("{county}{}{township}", if township.is_empty() { "" } else { " " });
            let words: String = words.chars().take(30).collect();
            let words = mask_numbers_in_text(&words).into_owned();
            if !county_known {
                file.without_county += place.accepted;
                *file.counties.entry(words.clone()).or_default() += place.accepted;
            }
            *file.words.entry(words).or_default() += place.accepted;
        }
    }
    let mut findings = Vec::new();
    for (file, places) in files {
        let rows = places.rows;
        let many = places.unknown >= LEAST_UNKNOWN && places.unknown * 100 >= rows * TOLD_PERCENT;
        let (unknown, words) = match many {
            true => (places.unknown, places.words),
            false => (places.without_county, places.counties),
        };
        if unknown == 0 {
            continue;
        }
        let more = if words.len() > 3 { "等" } else { "" };
        let stops = many && !check.partial && unknown * 100 >= rows * STOP_PERCENT;
        let message = format!(
            "“{}”的文件“{}”有{unknown}行的县（区）或乡镇在区划表里查不到，或两者不相符（占{}）：{}{more}；这些人归不到乡镇，并可能当成别处的人；核对这两列是否填反、复制错，或在区划表里补上；确认就用这一份，加 --allow-partial",
            contract.title,
            masked_file_name(file),
            audit_percent_text(unknown, rows),
            most_frequent_words(words),
        );
        let audit = if many { "unknown_place" } else { "few_unknown_places" };
        findings.push(AuditFinding::new(&contract.name, audit, stops, message));
    }
    findings
}

/// Records of a list by township code.
fn townships_of(divisions: &DivisionTree, loaded: &LoadedSource) -> BTreeMap<String, u64> {
    let mut found = BTreeMap::new();
    for place in loaded.totals.places.iter().filter(|place| place.accepted > 0) {
        if let Some(code) = code_of(divisions, (&place.county, &place.township), TOWNSHIP) {
            *found.entry(code).or_default() += place.accepted;
        }
    }
    found
}

/// Townships that other required lists know with many people, of which a required list that knows others of their
/// county says nothing, by code.
pub(super) fn missing_townships(
    check: &DeliveryCheck<'_>,
    loaded: &[LoadedSource],
) -> Vec<(AuditFinding, String)> {
    let divisions = &check.pipeline.divisions;
    let required = |name: &str| check.pipeline.source(name).is_some_and(|source| source.required);
    let counted: Vec<(&LoadedSource, BTreeMap<String, u64>)> = loaded
        .iter()
        .filter(|one| required(&one.records.source))
        .map(|one| (one, townships_of(divisions, one)))
        .filter(|(_, townships)| !townships.is_empty())
        .collect();
    let county_rows = |townships: &BTreeMap<String, u64>, county: &str| -> u64 {
        townships.iter().filter(|(code, _)| code.starts_with(county)).map(|(_, rows)| rows).sum()
    };
    let mut findings = Vec::new();
    for (at, (one, here)) in counted.iter().enumerate() {
        let Some(contract) = check.pipeline.source(&one.records.source) else { continue };
        let mut missing: BTreeMap<&str, u64> = BTreeMap::new();
        for (_, there) in counted.iter().enumerate().filter(|(other, _)| *other != at).map(|(_, other)| other)
        {
            for (township, rows) in there {
                let county = township.get(..6).unwrap_or(township);
                let (mine, theirs) = (county_rows(here, county), county_rows(there, county));
                let expected = rows * mine / theirs.max(1);
                let now = here.get(township).copied().unwrap_or(0);
                if mine > 0 && now == 0 && expected >= LEAST_EXPECTED {
                    let most = missing.entry(township).or_default();
                    *most = (*most).max(expected);
                }
            }
        }
        for (township, expected) in missing {
            let name = |code: &str| divisions.name_of(code).unwrap_or("");
            let message = format!(
                "“{}”没有{}{}的数据（按其他名单里各乡镇的比例应有约{expected}条）；没有数据不等于没有这些人；向{}索取后重新运行",
                contract.title,
                name(township.get(..6).unwrap_or("")),
                name(township),
                contract.owner
            );
            let finding = AuditFinding::new(&contract.name, "missing_township", false, message);
            findings.push((finding, township.to_owned()));
        }
    }
    findings
}

/// What rows of a list say instead of a county that is missing in it: that they name none, or an unknown one.
pub(super) fn rows_without_county(check: &DeliveryCheck<'_>, loaded: &LoadedSource) -> String {
    let divisions = &check.pipeline.divisions;
    let mut words: BTreeMap<String, u64> = BTreeMap::new();
    for place in loaded.totals.places.iter().filter(|place| place.accepted > 0) {
        if code_of(divisions, (&place.county, &place.township), COUNTY).is_none() {
            *words.entry(told_words(&place.county)).or_default() += place.accepted;
        }
    }
    let words = by_frequency(words);
    let told = words.iter().take(2).map(|(county, rows)| match county.as_str() {
        "" => format!("另有{rows}行没有写县（区）"),
        county => format!("另有{rows}行写的是“{county}”，区划表里没有"),
    });
    told.collect::<Vec<_>>().join("，")
}
