//! Columns that some files of a list have and others lack: what a rule finds there is not known, which is not no.

use std::collections::BTreeSet;

use crate::load::{DeliveryCheck, LoadedSource, is_supplement, lacking_tables, masked_table_name};
use crate::model::source_row::{AuditFinding, TableTotals};
use crate::rules::rule_file::Rule;
use crate::rules::rule_set::RuleSet;

/// Labels of columns by the positions of the tables that lack them.
type LackedColumns<'c> = Vec<(Vec<usize>, Vec<&'c str>)>;

/// Names every file that lacks a column which other files of its list have and a rule of this run reads. It stops
/// the run unless partial deliveries are tolerated; a few rows beside the list are told and stop nothing.
pub(crate) fn audit_partial_columns(rules: &RuleSet, check: &DeliveryCheck<'_>, one: &mut LoadedSource) {
    let Some(contract) = check.pipeline.source(&one.records.source) else { return };
    let tables = &one.totals.tables;
    if tables.len() < 2 {
        return;
    }
    let runs = |rule: &Rule| !rules.off.contains_key(&rule.header.code) && rule.applies(check.period);
    let positions: Vec<usize> = (0..rules.rules.len()).filter(|&at| runs(&rules.rules[at])).collect();
    let read = rules.columns_of(&positions);
    let Some(columns) = read.get(&contract.name) else { return };
    // Columns by the tables that lack them: a list tends to lack several.
    let (mut few, mut some) = (LackedColumns::new(), LackedColumns::new());
    for (at, column) in contract.columns.iter().enumerate().filter(|(_, c)| columns.contains(&c.name)) {
        let (supplements, lists): (Vec<usize>, Vec<usize>) = lacking_tables(contract, at, tables)
            .into_iter()
            .partition(|&table| is_supplement(contract, at, tables, table));
        for (lacked, tables) in [(&mut few, supplements), (&mut some, lists)] {
            if tables.is_empty() {
                continue;
            }
            match lacked.iter_mut().find(|(others, _)| *others == tables) {
                Some((_, labels)) => labels.push(&column.label),
                None => lacked.push((tables, vec![&column.label])),
            }
        }
    }
    let these = |labels: &[&str]| match labels.len() {
        1 => "这一列".to_owned(),
        several => format!("这{several}列"),
    };
    let findings = some.into_iter().map(|(lists, labels)| {
        let columns = these(&labels);
        let message = format!(
            "“{}”的列“{}”只有部分文件有，这些文件没有或整列为空：{}；用到{columns}的规则在那里会把不知道当成没有；向{}补要{columns}；确认就用这一份，加 --allow-partial",
            contract.title,
            labels.join("”“"),
            table_names(tables, &lists),
            contract.owner
        );
        AuditFinding::new(&contract.name, "column_of_some", !check.partial, message)
    });
    let findings: Vec<AuditFinding> = findings.collect();
    let told = few.into_iter().map(|(supplements, labels)| {
        let rows: u64 = supplements.iter().map(|&table| tables[table].accepted).sum();
        let message = format!(
            "补充的{}（共{rows}条）没有列“{}”，这些记录的{}不清楚，不等于没有；向{}补要",
            table_names(tables, &supplements),
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

/// Names of some tables, each once, sorted.
fn table_names(tables: &[TableTotals], places: &[usize]) -> String {
    let name = |&at: &usize| masked_table_name(&tables[at].file, tables[at].sheet.as_deref());
    places.iter().map(name).collect::<BTreeSet<_>>().into_iter().collect::<Vec<_>>().join("、")
}
