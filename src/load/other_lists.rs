//! Files, sheets and titles that say that a table is another list than the form that it is on, or not the whole one: the
//! pension insurance among lists of the medical one, those alone who are new.

use std::collections::{BTreeMap, BTreeSet};

use super::LoadedSource;
use super::data_folder::{masked_file_name, masked_table_name};
use super::delivery::{DeliveryCheck, county_codes};
use crate::config::SourceContract;
use crate::config::source_contract::Cadence;
use crate::model::column_type::ContractType;
use crate::model::file_account::SkipReason;
use crate::model::leaving_words::{find_word_of_part, is_title_text};
use crate::model::scheme_words::schemes_in;
use crate::model::source_row::AuditFinding;
use crate::model::source_table::RawTableInfo;

/// Words with which a line above a header names whoever sends the list, not the list.
const SENDER: [&str; 5] = ["单位", "部门", "填表", "制表", "审核"];
/// Ends of the names of authorities and houses.
const AUTHORITY: [&str; 7] = ["局", "中心", "办公室", "民政办", "敬老院", "供养机构", "股"];

/// What a table says of itself, in words that say where, from the nearest to the rows to the farthest.
fn names_of_table(loaded: &LoadedSource, at: usize) -> Vec<(String, String)> {
    let info = &loaded.records.tables[at];
    let table = masked_table_name(&info.file, info.sheet.as_deref());
    let titles =
        loaded.skipped.iter().filter(|(of, row)| usize::from(*of) == at && row.reason == SkipReason::Title);
    let mut names: Vec<(String, String)> = titles
        .flat_map(|(_, row)| row.text.split('\t').map(move |text| (row.row, text)))
        .filter(|(_, text)| is_title_text(text) && !names_sender(text))
        .map(|(row, text)| (format!("{table}第{row}行的标题"), text.to_owned()))
        .collect();
    names.extend(info.sheet.iter().map(|sheet| (format!("{table}的工作表名"), sheet.clone())));
    let file = info.file.file_name().map(|name| name.to_string_lossy().into_owned());
    names.extend(file.map(|name| (format!("文件“{}”的名称", masked_file_name(&info.file)), name)));
    names
}

/// Does a line name whoever sends the list?
fn names_sender(text: &str) -> bool {
    SENDER.iter().any(|word| text.contains(word)) || AUTHORITY.iter().any(|end| text.trim().ends_with(end))
}

/// What a contract says of its list: title, patterns and sheets.
pub(super) fn own_names(contract: &SourceContract) -> impl Iterator<Item = &String> {
    std::iter::once(&contract.title).chain(&contract.files.patterns).chain(&contract.files.sheets)
}

/// Finds the tables whose title, sheet or file names another scheme than the contract's and not the contract's own: the
/// nearest such name decides. Rows that say their scheme themselves are taken at their word.
pub(super) fn other_schemes(contract: &SourceContract, loaded: &LoadedSource) -> Vec<AuditFinding> {
    let own: BTreeSet<&str> =
        own_names(contract).flat_map(|name| schemes_in(name)).map(|(scheme, _)| scheme).collect();
    if own.is_empty() {
        return Vec::new();
    }
    let mut findings = Vec::new();
    for (at, info) in loaded.records.tables.iter().enumerate() {
        let rows = loaded.totals.tables[at].accepted;
        let named = names_of_table(loaded, at).into_iter().find_map(|(place, text)| {
            let named = schemes_in(&text);
            (!named.is_empty()).then_some((place, named))
        });
        let Some((place, named)) = named.filter(|_| rows > 0) else { continue };
        if named.iter().any(|(scheme, _)| own.contains(scheme)) || states_its_scheme(contract, info, &named) {
            continue;
        }
        let words: Vec<String> = named.iter().map(|(_, word)| format!("“{word}”")).collect();
        let message = format!(
            "{place}写的是{}，不是“{}”：里面{rows}条会当作“{}”的人；移出这个文件（工作表），或向{}索取“{}”的名单后重新运行；名单没有错、标题写错了的，改正标题",
            words.join("、"),
            contract.title,
            contract.title,
            contract.owner,
            contract.title
        );
        findings.push(AuditFinding::new(&contract.name, "other_scheme", true, message));
    }
    findings
}

/// Does a table have a coded column that tells the schemes apart?
fn states_its_scheme(contract: &SourceContract, info: &RawTableInfo, named: &[(&str, &str)]) -> bool {
    let mut coded = contract.columns.iter().filter(|column| column.kind == ContractType::Code);
    coded.any(|column| {
        let known = named
            .iter()
            .any(|(scheme, word)| column.codes.find(scheme).or_else(|| column.codes.find(word)).is_some());
        known && info.headers.iter().any(|header| *header == column.label || column.headers.contains(header))
    })
}

/// Finds the tables that say that they hold new or changed people alone, in counties of which no longer list came; and the
/// codes of these counties, in which who else is on the list is not known.
pub(super) fn new_ones_alone(
    check: &DeliveryCheck<'_>,
    contract: &SourceContract,
    loaded: &LoadedSource,
) -> (Vec<AuditFinding>, BTreeSet<String>) {
    let (mut findings, mut places) = (Vec::new(), BTreeSet::new());
    // A list of what was done in a year is whole with those of the year.
    if contract.period.cadence == Cadence::Year
        || contract.files.people_who_left
        || own_names(contract).any(|name| find_word_of_part(name).is_some())
    {
        return (findings, places);
    }
    let tables = &loaded.totals.tables;
    let parts: BTreeMap<usize, String> = (0..tables.len())
        .filter_map(|at| {
            let said = names_of_table(loaded, at).into_iter();
            let mut said = said.filter_map(|(place, text)| {
                find_word_of_part(&text).map(|word| format!("{place}写着“{word}”"))
            });
            Some((at, said.next()?))
        })
        .collect();
    for (&at, what) in parts.iter().filter(|(at, _)| tables[**at].accepted > 0) {
        let whole = |county: Option<&String>| -> u64 {
            let others = tables.iter().enumerate().filter(|(other, _)| !parts.contains_key(other));
            others
                .map(|(_, table)| match county {
                    Some(county) => table.counties.get(county).copied().unwrap_or(0),
                    None => table.accepted,
                })
                .sum()
        };
        let rows = tables[at].accepted;
        let lacking: Vec<String> = match tables[at].counties.is_empty() {
            true if whole(None) < rows => county_codes(&check.pipeline.divisions),
            true => Vec::new(),
            false => {
                let own = tables[at].counties.iter();
                own.filter(|(county, rows)| whole(Some(county)) < **rows)
                    .map(|(county, _)| county.clone())
                    .collect()
            }
        };
        if lacking.is_empty() && (whole(None) >= rows || !tables[at].counties.is_empty()) {
            continue;
        }
        let named: Vec<&str> =
            lacking.iter().filter_map(|code| check.pipeline.divisions.name_of(code)).collect();
        let place = if named.is_empty() { String::new() } else { format!("{}的", named.join("、")) };
        let message = format!(
            "{what}：只有{rows}条，而{place}全部在册的人没有别的名单；没有列出的人不等于不在名单里；\
             向{}索取全部在册的名单后重新运行；确认就用这一份，加 --allow-partial",
            contract.owner
        );
        findings.push(AuditFinding::new(&contract.name, "new_ones_alone", !check.partial, message));
        places.extend(lacking);
    }
    (findings, places)
}
