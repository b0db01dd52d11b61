//! Cells that were not taken as they are written, as summary, report and `check` tell them: a line for each source.

use std::collections::BTreeMap;

use super::PublishedPipeline;
use super::quarter_totals::grouped_text;
use crate::model::cell_tally::CellTally;
use crate::model::source_row::TableTotals;
use crate::publication::manifest::SourceRun;

/// Columns that a line names.
const MOST_NAMED: usize = 4;

/// What was done with the cells of one source.
#[derive(Debug, PartialEq, Eq)]
pub(crate) struct CellNotice {
    /// Cells whose value is not known for it.
    pub(crate) lost: u64,
    /// All cells that were not taken as they are written.
    pub(crate) cells: u64,
    /// How many, in which columns, Chinese.
    pub(crate) text: String,
}

/// The cells of a source, by its tables; `None` if all were taken as they stand. `label`: Chinese title of a column.
pub(crate) fn cell_notice(tables: &[TableTotals], label: &dyn Fn(&str) -> String) -> Option<CellNotice> {
    notice_naming(tables, label, MOST_NAMED)
}

fn notice_naming(tables: &[TableTotals], label: &dyn Fn(&str) -> String, most: usize) -> Option<CellNotice> {
    let mut columns: BTreeMap<&str, CellTally> = BTreeMap::new();
    for (column, tally) in tables.iter().flat_map(|table| &table.cells) {
        columns.entry(column).or_default().join(tally);
    }
    let mut columns: Vec<(&str, CellTally)> = columns.into_iter().filter(|(_, t)| t.all() > 0).collect();
    columns.sort_by_key(|(name, tally)| (std::cmp::Reverse((tally.lost(), tally.all())), *name));
    let sum = |count: fn(&CellTally) -> u64| columns.iter().map(|(_, tally)| count(tally)).sum::<u64>();
    let (lost, cells) = (sum(CellTally::lost), sum(CellTally::all));
    if cells == 0 {
        return None;
    }
    let mut told: Vec<String> = (columns.iter().take(most))
        .map(|(name, tally)| format!("“{}”{}", label(name), tally.words().join("、")))
        .collect();
    if let Some(others) = columns.get(most..).filter(|others| !others.is_empty()) {
        let cells: u64 = others.iter().map(|(_, tally)| tally.all()).sum();
        told.push(format!("另有{}列{}格", others.len(), grouped_text(cells)));
    }
    let text = format!("{}格没有照写的读入：{}", grouped_text(cells), told.join("；"));
    Some(CellNotice { lost, cells, text })
}

/// The notices of all sources that have one, with their titles, the worst first.
pub(super) fn cell_notices(
    sources: &[SourceRun],
    catalogue: &PublishedPipeline,
) -> Vec<(String, CellNotice)> {
    notices_naming(sources, catalogue, MOST_NAMED)
}

/// The same with every column named.
pub(super) fn cell_notices_in_full(
    sources: &[SourceRun],
    catalogue: &PublishedPipeline,
) -> Vec<(String, CellNotice)> {
    notices_naming(sources, catalogue, usize::MAX)
}

fn notices_naming(
    sources: &[SourceRun],
    catalogue: &PublishedPipeline,
    most: usize,
) -> Vec<(String, CellNotice)> {
    let notice = |source: &SourceRun| {
        let facts = catalogue.sources.iter().find(|facts| facts.name == source.source);
        let label = |column: &str| {
            let label = facts.and_then(|facts| facts.labels.get(column));
            label.cloned().unwrap_or_else(|| column.to_owned())
        };
        notice_naming(&source.tables, &label, most).map(|notice| (source.title.clone(), notice))
    };
    let mut notices: Vec<(String, CellNotice)> = sources.iter().filter_map(notice).collect();
    notices.sort_by_key(|(_, notice)| std::cmp::Reverse((notice.lost, notice.cells)));
    notices
}

#[cfg(test)]
mod tests {
    use super::*;

    fn table(cells: &[(&str, CellTally)]) -> TableTotals {
        let cells = cells.iter().map(|(column, tally)| ((*column).to_owned(), *tally)).collect();
        TableTotals { cells, ..TableTotals::default() }
    }

    #[test]
    fn the_worst_columns_are_named_and_the_others_counted() {
        let lost = |unreadable| CellTally { unreadable, ..CellTally::default() };
        let ended = CellTally { no_end: 2000, ..CellTally::default() };
        let label = |column: &str| column.to_uppercase();
        assert_eq!(cell_notice(&[table(&[]), table(&[("a", CellTally::default())])], &label), None);
        let told = cell_notice(&[table(&[("a", lost(1)), ("b", ended)]), table(&[("a", lost(2))])], &label);
        let told = told.unwrap();
        assert_eq!((told.lost, told.cells), (3, 2003));
        assert_eq!(told.text, "2,003格没有照写的读入：“A”读不出3格；“B”按没有结束读2000格");
        let many: Vec<(String, CellTally)> = (1..=6).map(|at| (format!("c{at}"), lost(at))).collect();
        let many: Vec<(&str, CellTally)> = many.iter().map(|(name, tally)| (name.as_str(), *tally)).collect();
        let told = cell_notice(&[table(&many)], &label).unwrap();
        assert_eq!(
            told.text,
            "21格没有照写的读入：“C6”读不出6格；“C5”读不出5格；“C4”读不出4格；“C3”读不出3格；另有2列3格"
        );
    }

    #[test]
    fn sources_come_worst_first_and_without_a_line_where_all_was_read() {
        let source = |name: &str, tally| SourceRun {
            source: name.to_owned(),
            title: name.to_owned(),
            owner: String::new(),
            present: true,
            read: 1,
            accepted: 1,
            rejected: 0,
            cell_warnings: 0,
            tables: vec![table(&[("a", tally)])],
            lacked: Vec::new(),
            months: BTreeMap::new(),
        };
        let cleaned = CellTally { cleaned_ids: 9, ..CellTally::default() };
        let lost = CellTally { not_stated: 1, ..CellTally::default() };
        let sources =
            [source("well", CellTally::default()), source("cleaned", cleaned), source("lost", lost)];
        let told = cell_notices(&sources, &PublishedPipeline::default());
        assert_eq!(told.iter().map(|(title, _)| title.as_str()).collect::<Vec<_>>(), ["lost", "cleaned"]);
        assert_eq!(told[0].1.text, "1格没有照写的读入：“a”写着不详1格");
    }
}
