//! Columns that some files of a list have and others lack: what a rule finds there is not known, which is not no.

use std::collections::{BTreeMap, BTreeSet};

use crate::config::SourceContract;
use crate::load::{DeliveryCheck, LoadedSource, masked_table_name};
use crate::model::column_type::ContractType;
use crate::model::source_row::{AuditFinding, ControlTotals, TableTotals};
use crate::privacy::mask::mask_numbers_in_text;
use crate::rules::rule_file::Rule;
use crate::rules::rule_set::RuleSet;

/// Rows from which a column without any value counts as not delivered, where other files fill it.
const LEAST_ROWS: u64 = 20;
/// Share of values in the other files, in 1/100, from which a column is one that is always filled.
const ALWAYS_FILLED_PERCENT: u64 = 90;
/// Share of values in a file or county, in 1/100, below which such a column counts as not delivered there.
const HARDLY_FILLED_PERCENT: u64 = 50;

/// Names every file that lacks a column which other files of its list have and a rule of this run reads. It stops
/// the run unless partial deliveries are tolerated.
pub(crate) fn audit_partial_columns(rules: &RuleSet, check: &DeliveryCheck<'_>, one: &mut LoadedSource) {
    let Some(contract) = check.pipeline.source(&one.records.source) else { return };
    let runs = |rule: &Rule| !rules.off.contains_key(&rule.header.code) && rule.applies(check.period);
    let positions: Vec<usize> = (0..rules.rules.len()).filter(|&at| runs(&rules.rules[at])).collect();
    let read = rules.columns_of(&positions);
    let Some(columns) = read.get(&contract.name) else { return };
    let mut findings = Vec::new();
    for (at, column) in contract.columns.iter().enumerate().filter(|(_, c)| columns.contains(&c.name)) {
        let lacking = lacking_tables(contract, at, &one.totals.tables);
        let filled = |t: &TableTotals| t.filled.get(at).copied().unwrap_or(0);
        let words = |t: &TableTotals| {
            let name = masked_table_name(&t.file, t.sheet.as_deref());
            match filled(t) {
                0 => name,
                filled => format!("{name}（{}行只填了{filled}行）", t.accepted),
            }
        };
        let mut files: BTreeSet<String> = lacking.iter().map(|t| words(t)).collect();
        if files.is_empty() {
            files.extend(lacking_counties(contract, at, &one.totals));
        }
        if files.is_empty() {
            continue;
        }
        findings.push(AuditFinding::new(&contract.name, "column_of_some", !check.partial, format!(
                    "“{}”的列“{}”只有部分文件有，这些文件没有或整列为空：{}；用到这一列的规则在那里会把不知道当成没有；向{}补要这一列；确认就用这一份，加 --allow-partial",
                    contract.title,
                    column.label,
                    files.into_iter().collect::<Vec<_>>().join("、"),
                    contract.owner
                )));
    }
    one.audits.splice(0..0, findings);
}

/// Tables that lack a column which others have.
fn lacking_tables<'t>(
    contract: &SourceContract,
    at: usize,
    tables: &'t [TableTotals],
) -> Vec<&'t TableTotals> {
    let column = &contract.columns[at];
    let filled = |t: &TableTotals| t.filled.get(at).copied().unwrap_or(0);
    let absent = |t: &TableTotals| t.absent.contains(&column.name);
    let hardly = |t: &TableTotals| filled(t) * 100 < t.accepted * HARDLY_FILLED_PERCENT;
    let has: Vec<&TableTotals> =
        tables.iter().filter(|t| !absent(t) && filled(t) > 0 && !hardly(t)).collect();
    let has: Vec<&TableTotals> =
        if has.is_empty() { tables.iter().filter(|t| !absent(t) && filled(t) > 0).collect() } else { has };
    let (values, rows) = has.iter().fold((0, 0), |(v, r), t| (v + filled(t), r + t.accepted));
    if values == 0 {
        return Vec::new();
    }
    // Lists that only tick what is so leave whole columns empty.
    let always = values * 100 >= rows * ALWAYS_FILLED_PERCENT && column.kind != ContractType::Flag;
    let lacks = |t: &&TableTotals| {
        let hardly = filled(t) * 100 < t.accepted * HARDLY_FILLED_PERCENT;
        t.accepted > 0 && (absent(t) || always && t.accepted >= LEAST_ROWS && hardly)
    };
    tables.iter().filter(lacks).collect()
}

/// Counties, by name as the rows write them, in which a column is hardly filled that the other counties of the list
/// always fill.
fn lacking_counties(contract: &SourceContract, at: usize, totals: &ControlTotals) -> Vec<String> {
    if matches!(contract.columns[at].kind, ContractType::Flag) {
        return Vec::new();
    }
    let mut counties: BTreeMap<&str, (u64, u64)> = BTreeMap::new();
    for place in totals.places.iter().filter(|place| !place.county.is_empty()) {
        let of = counties.entry(&place.county).or_default();
        *of = (of.0 + place.accepted, of.1 + place.filled.get(at).copied().unwrap_or(0));
    }
    let hardly = |&(rows, filled): &(u64, u64)| filled * 100 < rows * HARDLY_FILLED_PERCENT;
    let others = counties.values().filter(|counts| !hardly(counts));
    let (rows, filled) = others.fold((0, 0), |(rows, filled), of| (rows + of.0, filled + of.1));
    if filled == 0 || filled * 100 < rows * ALWAYS_FILLED_PERCENT {
        return Vec::new();
    }
    let lacking = counties.iter().filter(|(_, counts)| counts.0 >= LEAST_ROWS && hardly(counts));
    lacking
        .map(|(county, (rows, filled))| {
            format!("{}（{rows}行只填了{filled}行）", mask_numbers_in_text(county))
        })
        .collect()
}
