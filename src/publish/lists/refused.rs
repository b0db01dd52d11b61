//! What stopped a run, for those who can mend it: the rows returned, one list per department.

use std::collections::BTreeMap;

use super::rejects::{REJECT_COLUMNS, reject_cells};
use super::safe_names::safe_file_name;
use crate::config::Pipeline;
use crate::load::LoadedSource;
use crate::privacy::formula_cells::neutralize_formula_cell;
use crate::publish::tables::returned_rows;
use crate::{Error, Result};

/// The rows that a department gets back when nothing is published.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(crate) struct RefusedList {
    /// Department that delivered them.
    pub(crate) owner: String,
    /// Name of a file for it.
    pub(crate) file_name: String,
    /// CSV as a spreadsheet opens it: UTF-8 with byte order mark, CRLF, long numbers masked.
    pub(crate) text: String,
    /// Rows rejected whole.
    pub(crate) rejected: usize,
    /// Cells not read in rows that would be accepted.
    pub(crate) warned: usize,
}

/// Makes the lists of all departments that have a row or cell returned, by department.
///
/// # Errors
/// An internal error: a list cannot be written as CSV.
pub(crate) fn refused_lists(pipeline: &Pipeline, loaded: &[LoadedSource]) -> Result<Vec<RefusedList>> {
    let mut by_owner: BTreeMap<&str, Vec<Vec<String>>> = BTreeMap::new();
    let mut counts: BTreeMap<&str, [usize; 2]> = BTreeMap::new();
    for source in loaded {
        let contract = pipeline.source(&source.records.source);
        let (owner, title) = contract.map_or(("", ""), |c| (c.owner.as_str(), c.title.as_str()));
        for (reject, severity) in returned_rows(std::slice::from_ref(source)) {
            let rows = by_owner.entry(owner).or_default();
            let mut cells = vec![title.to_owned()];
            cells.extend(reject_cells(rows.len() + 1, reject, severity));
            rows.push(cells);
            counts.entry(owner).or_default()[usize::from(severity == "warn")] += 1;
        }
    }
    by_owner
        .into_iter()
        .map(|(owner, rows)| {
            let [rejected, warned] = counts.get(owner).copied().unwrap_or_default();
            let owner = if owner.is_empty() { "未定部门" } else { owner };
            let file_name = format!("退回_{}.csv", safe_file_name(owner));
            Ok(RefusedList { owner: owner.to_owned(), file_name, text: csv_text(&rows)?, rejected, warned })
        })
        .collect()
}

fn csv_text(rows: &[Vec<String>]) -> Result<String> {
    let failed = |e: String| Error::internal("退回清单不能写成 CSV").caused_by(std::io::Error::other(e));
    let mut writer = csv::WriterBuilder::new().terminator(csv::Terminator::CRLF).from_writer(Vec::new());
    let header: Vec<String> =
        std::iter::once("来源").chain(REJECT_COLUMNS.map(|(title, _)| title)).map(str::to_owned).collect();
    for row in std::iter::once(&header).chain(rows) {
        let cells = row.iter().map(|cell| neutralize_formula_cell(cell));
        writer.write_record(cells.map(|c| c.as_bytes().to_vec())).map_err(|e| failed(e.to_string()))?;
    }
    let bytes = writer.into_inner().map_err(|e| failed(e.to_string()))?;
    let text = String::from_utf8(bytes).map_err(|e| failed(e.to_string()))?;
    Ok(format!("\u{FEFF}{text}"))
}

#[cfg(test)]
mod tests {
    use std::path::Path;

    use super::*;

    #[test]
    fn a_department_gets_its_rows_with_reason_and_masked_numbers() {
        let root = Path::new(env!("CARGO_MANIFEST_DIR")).join("pipelines/hebi");
        let pipeline = Pipeline::open(&root).unwrap();
        let folder = tempfile::tempdir().unwrap();
        let text = "学校,姓名,身份证号,学期\n一中,无,410621197309164170,2018秋\n一中,=1+1,410621198408140603,2018秋\n一中,李四,,";
        std::fs::write(folder.path().join("学生资助.csv"), text).unwrap();
        let index = pipeline.source_index("student_aid").unwrap();
        let loaded = crate::load::load_source(&pipeline, index, folder.path(), None).unwrap().unwrap();
        let lists = refused_lists(&pipeline, &[loaded]).unwrap();
        let [list] = &lists[..] else { panic!("{lists:?}") };
        assert_eq!((list.owner.as_str(), list.file_name.as_str()), ("教育局", "退回_教育局.csv"));
        assert_eq!((list.rejected, list.warned), (2, 0));
        let lines: Vec<&str> = list.text.lines().collect();
        assert!(lines[0].starts_with("\u{FEFF}来源,序号,级别,文件"), "{}", lines[0]);
        assert!(lines[1].starts_with("学生资助,1,整行退回,学生资助.csv,,2,,姓名,“姓名”为空"), "{}", lines[1]);
        assert!(!list.text.contains("410621197309164170") && list.text.ends_with("missing_required\r\n"));
    }
}
