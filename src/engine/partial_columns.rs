//! Columns that some files of a list have and others lack: what a rule finds there is not known, which is not no.

use std::collections::BTreeSet;

use crate::config::SourceContract;
use crate::load::{
    DeliveryCheck, LoadedSource, is_supplement, lacking_counties, lacking_tables, masked_table_name,
};
use crate::model::source_row::{AuditFinding, TableTotals};
use crate::privacy::mask::mask_numbers_in_text;
use crate::rules::rule_file::Rule;
use crate::rules::rule_set::RuleSet;

/// Labels of columns that the same files or counties lack.
struct LackedColumns<'c> {
    /// Files or counties, as they are told.
    places: String,
    /// Rows of those files.
    rows: u64,
    labels: Vec<&'c str>,
}

/// Names every file that lacks a column which other files of its list have and a rule of this run reads, or that
/// hardly fills it; if there is none, every county that hardly fills it. Cells there are unknown: rules are held for them,
/// nothing is stopped. A few rows beside the list are told last.
pub(crate) fn audit_partial_columns(rules: &RuleSet, check: &DeliveryCheck<'_>, one: &mut LoadedSource) {
    let Some(contract) = check.pipeline.source(&one.records.source) else { return };
    let tables = &one.totals.tables;
    let runs = |rule: &Rule| !rules.off.contains_key(&rule.header.code) && rule.applies(check.period);
    let positions: Vec<usize> = (0..rules.rules.len()).filter(|&at| runs(&rules.rules[at])).collect();
    let read = rules.columns_of(&positions);
    let Some(columns) = read.get(&contract.name) else { return };
    // Columns by the places that lack them: a list tends to lack several.
    let (mut few, mut some): (Vec<LackedColumns<'_>>, Vec<LackedColumns<'_>>) = (Vec::new(), Vec::new());
    for (at, column) in contract.columns.iter().enumerate().filter(|(_, c)| columns.contains(&c.name)) {
        let (supplements, lists): (Vec<usize>, Vec<usize>) = lacking_tables(contract, at, tables)
            .into_iter()
            .partition(|&table| is_supplement(contract, at, tables, table));
        let names = |places: &[usize]| table_names(contract, at, tables, places);
        let whole = if supplements.is_empty() && lists.is_empty() {
            county_names(&lacking_counties(contract, at, &one.totals))
        } else {
            names(&lists)
        };
        let rows = |places: &[usize]| places.iter().map(|&table| tables[table].accepted).sum();
        for (lacked, places, rows) in
            [(&mut few, names(&supplements), rows(&supplements)), (&mut some, whole, rows(&lists))]
        {
            match lacked.iter_mut().find(|others| others.places == places && others.rows == rows) {
                _ if places.is_empty() => {}
                Some(others) => others.labels.push(&column.label),
                None => lacked.push(LackedColumns { places, rows, labels: vec![&column.label] }),
            }
        }
    }
    let these = |labels: &[&str]| match labels.len() {
        1 => "这一列".to_owned(),
        several => format!("这{several}列"),
    };
    let findings = some.into_iter().map(|LackedColumns { places, labels, .. }| {
        let columns = these(&labels);
        let message = format!(
            "“{}”的列“{}”只有部分文件有，这些文件或县没有，或大多没有填：{places}；不知道不等于没有：用到{columns}的规则在那里不作判断；向{}补要{columns}",
            contract.title,
            labels.join("”“"),
            contract.owner
        );
        AuditFinding::new(&contract.name, "column_of_some", false, message)
    });
    let findings: Vec<AuditFinding> = findings.collect();
    let told = few.into_iter().map(|LackedColumns { places, rows, labels }| {
        let message = format!(
            "补充的{places}（共{rows}条）没有列“{}”，这些记录的{}不清楚，不等于没有；向{}补要",
            labels.join("”“"),
            these(&labels),
            contract.owner
        );
        AuditFinding::new(&contract.name, "column_of_few", false, message)
    });
    let told: Vec<AuditFinding> = told.collect();
    one.audits.splice(0..0, findings);
    one.audits.extend(told);
}

/// Names of some tables, each once, sorted; with how many rows have the column, where some do.
fn table_names(contract: &SourceContract, at: usize, tables: &[TableTotals], places: &[usize]) -> String {
    let name = |&place: &usize| {
        let table = &tables[place];
        let name = masked_table_name(&table.file, table.sheet.as_deref());
        match table.filled.get(at).copied().unwrap_or(0) {
            filled if filled > 0 && !table.absent.contains(&contract.columns[at].name) => {
                format!("{name}{}", filled_of(table.accepted, filled))
            }
            _ => name,
        }
    };
    places.iter().map(name).collect::<BTreeSet<_>>().into_iter().collect::<Vec<_>>().join("、")
}

/// Names of some counties, each with its rows and those that have the column.
fn county_names(counties: &[(&str, u64, u64)]) -> String {
    let name = |&(county, rows, filled): &(&str, u64, u64)| {
        format!("{}{}", mask_numbers_in_text(county), filled_of(rows, filled))
    };
    counties.iter().map(name).collect::<Vec<_>>().join("、")
}

fn filled_of(rows: u64, filled: u64) -> String {
    format!("（{rows}行只填了{filled}行）")
}
