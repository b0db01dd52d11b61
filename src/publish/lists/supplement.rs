//! Supplements (补报清单): what a further run of a period adds to the sheets that are out, and what of them is void.

use std::collections::{BTreeMap, BTreeSet};

use hashbrown::HashMap;

use super::book_plan::BookPlan;
use super::cover::{WIDTHS, write_merged_row, write_note_lines};
use super::earlier_sheets::{EarlierIssue, EarlierRow, EarlierSheets, place_of};
use super::list_column::{ListColumn as L, ListLayout};
use super::list_row::RowMaterial;
use super::list_workbook_error;
use super::style::{SheetStyles, document_properties, new_list_workbook};
use super::table_sheet::TableSheet;
use super::workbook::{write_merged_cells, write_sheet_text};
use crate::Result;
use crate::model::answer_column::AnswerColumn;
use crate::model::exception::{ResolvedBy, Status, TrackedException};
use crate::privacy::mask::mask_numbers_in_text;
use crate::publication::output_files::{CsvFile, OutputFiles, make_output_folder};
use crate::publish::PublicationInputs;
use crate::publish::restricted::{ByFinding, cause_of, row_version};
use crate::track::short_number;

/// Title of the column that tells an import that nothing is answered here.
const STATE: &str = "补报情况";

/// What of a further run's rows is new beside the sheets that are out, by key.
#[derive(Debug, Default)]
pub(super) struct SheetMarks<'a>(HashMap<&'a str, String>);

impl<'a> SheetMarks<'a> {
    /// Marks of all rows; none where no sheets are out.
    pub(super) fn new(
        townships: &[BookPlan<'a>],
        by_finding: &ByFinding<'_>,
        earlier: &EarlierSheets,
    ) -> Self {
        let Some(last) = earlier.runs.first() else { return Self::default() };
        let mut marks = HashMap::new();
        for township in townships {
            for &tracked in &township.open {
                marks.insert(tracked.listed_id.as_str(), mark(tracked, by_finding, (&township.path, last)));
            }
        }
        Self(marks)
    }

    /// Are there sheets out?
    pub(super) fn is_empty(&self) -> bool {
        self.0.is_empty()
    }

    /// `沿用`, `新增`; nothing where no sheets are out.
    pub(super) fn of(&self, tracked: &TrackedException) -> &str {
        self.0.get(tracked.listed_id.as_str()).map_or("", String::as_str)
    }
}

/// Stays as it is on a sheet that is out.
pub(super) const KEPT: &str = "沿用";

fn mark(
    tracked: &TrackedException,
    by_finding: &ByFinding<'_>,
    (path, last): (&str, &EarlierIssue),
) -> String {
    match last.rows.get(&tracked.listed_id) {
        // It stood under its cause, of which an answer says that nothing is wrong.
        None if cause_of(by_finding, tracked).is_some_and(|cause| cause.status == Status::Answered) => {
            "新增（它的原因疑点已核，本条单列）".to_owned()
        }
        None => "新增".to_owned(),
        Some(row) if row.version != row_version(tracked) => "重新核查（依据已变）".to_owned(),
        Some(row) if row.path != path => format!("新增（由{}移交）", place_of(&row.path)),
        Some(_) => KEPT.to_owned(),
    }
}

/// Writes a supplement for every township that has a sheet out or a list now.
pub(super) fn write_supplements(
    inputs: &PublicationInputs<'_>,
    material: &RowMaterial<'_>,
    (townships, by_finding): (&[BookPlan<'_>], &ByFinding<'_>),
    (earlier, layout): (&EarlierSheets, &ListLayout),
    outputs: &mut OutputFiles,
) -> Result<()> {
    if earlier.runs.is_empty() {
        return Ok(());
    }
    let plans: BTreeMap<&str, &BookPlan<'_>> =
        townships.iter().map(|plan| (plan.path.as_str(), plan)).collect();
    let mut paths: BTreeSet<&str> = plans.keys().copied().collect();
    paths.extend(earlier.runs.iter().flat_map(|run| run.rows.values()).map(|row| row.path.as_str()));
    let places: HashMap<&str, &str> = townships
        .iter()
        .flat_map(|plan| plan.open.iter().map(|one| (one.listed_id.as_str(), plan.path.as_str())))
        .collect();
    let tracked: HashMap<&str, &TrackedException> =
        inputs.tracked.iter().map(|one| (one.listed_id.as_str(), one)).collect();
    let now = PresentSheets { places, tracked, by_finding };
    let out: Vec<RowsByPath<'_>> = earlier.runs.iter().map(rows_by_path).collect();
    let all: Vec<(&str, Option<&BookPlan<'_>>)> =
        paths.into_iter().map(|path| (path, plans.get(path).copied())).collect();
    for (path, _) in &all {
        make_output_folder(&outputs.path(&supplement_folder(path)), 0o700)?;
    }
    outputs.each(&all, |(path, plan), own| {
        let supplement = Supplement::of(path, *plan, (&now, &out), material, layout);
        let stem = format!("{}/{}", supplement_folder(path), path.rsplit('/').next().unwrap_or(path));
        if inputs.catalogue.outputs.xlsx {
            let book = supplement.workbook(inputs, earlier, own)?;
            own.bytes(&format!("{stem}.xlsx"), &book, Some(supplement.rows()))?;
        }
        if inputs.catalogue.outputs.csv {
            let mut csv = CsvFile::begin(own, &format!("{stem}.csv"))?;
            let [village, name, finding, due] = [L::Village, L::Name, L::Finding, L::Due].map(L::title);
            csv.row(&[AnswerColumn::Number.title(), STATE, village, name, finding, due])?;
            supplement.csv_rows().iter().try_for_each(|row| csv.row(row))?;
            csv.finish(own)?;
        }
        Ok(())
    })
}

/// Why there is a supplement, in a word and in a sentence.
fn occasion(inputs: &PublicationInputs<'_>, earlier: &EarlierSheets) -> (&'static str, &'static str) {
    match (earlier.same_files, inputs.answers.is_empty()) {
        (false, _) => ("名单更正", "名单更正后重新比对"),
        (true, false) => ("核查结果", "名单没有变，按收到的核查结果重新比对"),
        (true, true) => ("规则改动", "名单没有变，规则或设置改动后重新比对"),
    }
}

/// `lists/淇县/补报`.
fn supplement_folder(path: &str) -> String {
    format!("{}/补报", path.rsplit_once('/').map_or("lists", |(folder, _)| folder))
}

/// Rows of a run that are out, with their keys, by path of their township's list.
type RowsByPath<'e> = HashMap<&'e str, Vec<(&'e str, &'e EarlierRow)>>;

fn rows_by_path(run: &EarlierIssue) -> RowsByPath<'_> {
    let mut rows: RowsByPath<'_> = HashMap::new();
    for (key, row) in &run.rows {
        rows.entry(&row.path).or_default().push((key, row));
    }
    rows
}

/// What stands on which sheet now.
struct PresentSheets<'n> {
    /// Key → path of its township's list.
    places: HashMap<&'n str, &'n str>,
    tracked: HashMap<&'n str, &'n TrackedException>,
    by_finding: &'n ByFinding<'n>,
}

impl PresentSheets<'_> {
    /// Why a row that is out is void; `None`: it stands.
    fn void(&self, key: &str, row: &EarlierRow) -> Option<String> {
        let Some(&tracked) = self.tracked.get(key) else {
            return Some("已并入别的疑点，或名单里已没有".to_owned());
        };
        if let Some(&path) = self.places.get(key) {
            return match (path == row.path, row.version == row_version(tracked)) {
                (false, _) => Some(format!("移交：现在在{}的清单里", place_of(path))),
                (true, false) => Some("依据已变：在本次清单里重新核查".to_owned()),
                (true, true) => None,
            };
        }
        Some(match (tracked.status, tracked.resolved_by) {
            (Status::Answered, Some(ResolvedBy::Cause)) => "由原因已核，不再列".to_owned(),
            (Status::Answered, _) => "已核查，不再列".to_owned(),
            (Status::Retired, _) => "规则停用".to_owned(),
            (_, Some(by)) if !tracked.is_open() => format!("已消除：{}", by.title()),
            _ if !tracked.is_open() => "已消除".to_owned(),
            _ => match cause_of(self.by_finding, tracked) {
                Some(root) => format!("并入同因疑点{}，不再单列", short_number(root)),
                None => "不再单列".to_owned(),
            },
        })
    }

    fn shown(&self, text: &str) -> String {
        mask_numbers_in_text(text).into_owned()
    }
}

/// What a township is told.
struct Supplement {
    of: String,
    /// Cells of rows that come on top: number, state, village, household, name, who, what, what to do, by when.
    new: Vec<Vec<String>>,
    /// Number, why, village, name, what.
    void: Vec<Vec<String>>,
    /// Number, state, village, household, name, by when.
    kept: Vec<Vec<String>>,
    /// Of each earlier run: rows, of these void.
    earlier: Vec<(u64, u64)>,
}

impl Supplement {
    fn of(
        path: &str,
        plan: Option<&BookPlan<'_>>,
        (now, out): (&PresentSheets<'_>, &[RowsByPath<'_>]),
        material: &RowMaterial<'_>,
        layout: &ListLayout,
    ) -> Self {
        let mut supplement = Self {
            of: place_of(path),
            new: Vec::new(),
            void: Vec::new(),
            kept: Vec::new(),
            earlier: Vec::new(),
        };
        let mut entries: Vec<_> =
            plan.into_iter().flat_map(|plan| &plan.open).map(|tracked| material.entry(tracked)).collect();
        material.sort(&mut entries);
        for entry in &entries {
            let row = material.row(entry, layout);
            let cell = |column: L| {
                let at = layout.position(column);
                at.map_or_else(String::new, |at| row.cells[usize::from(at)].to_string())
            };
            let number = cell(L::Answer(AnswerColumn::Number));
            let state = cell(L::Supplement);
            match state == KEPT {
                true => supplement.kept.push(vec![
                    number,
                    state,
                    cell(L::Village),
                    cell(L::Household),
                    cell(L::Name),
                    cell(L::Due),
                ]),
                false => supplement.new.push(vec![
                    number,
                    state,
                    cell(L::Village),
                    cell(L::Household),
                    cell(L::Name),
                    cell(L::Identity),
                    cell(L::Finding),
                    cell(L::Advice),
                    cell(L::Due),
                ]),
            }
        }
        for (at, run) in out.iter().enumerate() {
            let (mut rows, mut void) = (0, 0);
            for (key, row) in run.get(path).into_iter().flatten() {
                rows += 1;
                let Some(why) = now.void(key, row) else { continue };
                void += 1;
                if at == 0 {
                    supplement.void.push(vec![
                        row.number.clone(),
                        why,
                        now.shown(&row.village),
                        material.shown_name(&row.name).into_owned(),
                        now.shown(&row.finding),
                    ]);
                }
            }
            supplement.earlier.push((rows, void));
        }
        supplement.void.sort();
        supplement
    }

    fn rows(&self) -> u64 {
        (self.new.len() + self.void.len() + self.kept.len()) as u64
    }

    fn csv_rows(&self) -> Vec<[String; 6]> {
        let cells = |row: &[String], at: [Option<usize>; 6], state: Option<String>| -> [String; 6] {
            let mut cells = at.map(|at| at.map_or_else(String::new, |at| row[at].clone()));
            if let Some(state) = state {
                cells[1] = state;
            }
            cells
        };
        let new = self
            .new
            .iter()
            .map(|row| cells(row, [Some(0), Some(1), Some(2), Some(4), Some(6), Some(8)], None));
        let void = self.void.iter().map(|row| {
            let state = format!("作废：{}", row[1]);
            cells(row, [Some(0), None, Some(2), Some(3), Some(4), None], Some(state))
        });
        let kept =
            self.kept.iter().map(|row| cells(row, [Some(0), Some(1), Some(2), Some(4), None, Some(5)], None));
        new.chain(void).chain(kept).collect()
    }

    fn workbook(
        &self,
        inputs: &PublicationInputs<'_>,
        earlier: &EarlierSheets,
        outputs: &OutputFiles,
    ) -> Result<Vec<u8>> {
        let styles = SheetStyles::new();
        let mut book = new_list_workbook(outputs.folder())?;
        let title = format!("{}补报清单（{}）", self.of, inputs.period);
        book.set_properties(&document_properties(&title, inputs.period)?);
        self.write_cover(
            book.add_worksheet_with_constant_memory().map_err(list_workbook_error)?,
            inputs,
            earlier,
            &styles,
        )?;
        let columns_of = |state: f64, others: &[(L, f64)]| -> Vec<(&str, f64)> {
            let first = [(AnswerColumn::Number.title(), 22.0), (STATE, state)];
            first.into_iter().chain(others.iter().map(|(column, width)| (column.title(), *width))).collect()
        };
        let [new, void, kept]: [&[(L, f64)]; 3] = [
            &[
                (L::Village, 12.0),
                (L::Household, 14.0),
                (L::Name, 9.0),
                (L::Identity, 20.0),
                (L::Finding, 46.0),
                (L::Advice, 26.0),
                (L::Due, 11.0),
            ],
            &[(L::Village, 14.0), (L::Name, 10.0), (L::Finding, 60.0)],
            &[(L::Village, 14.0), (L::Household, 18.0), (L::Name, 10.0), (L::Due, 12.0)],
        ];
        for (name, columns, sentences, rows) in [
            ("新增", columns_of(14.0, new), vec![6, 7], &self.new),
            ("作废", columns_of(34.0, void), vec![1, 4], &self.void),
            ("沿用", columns_of(11.0, kept), vec![], &self.kept),
        ] {
            if !rows.is_empty() {
                let sheet = TableSheet {
                    name,
                    columns: &columns,
                    numbers: &[],
                    sentences: &sentences,
                    rows: rows.clone(),
                };
                sheet.write(&mut book, &title, &styles)?;
            }
        }
        book.save_to_buffer().map_err(list_workbook_error)
    }

    /// Which sheets are replaced or still good, and what to do.
    fn write_cover(
        &self,
        sheet: &mut rust_xlsxwriter::Worksheet,
        inputs: &PublicationInputs<'_>,
        earlier: &EarlierSheets,
        styles: &SheetStyles,
    ) -> Result<()> {
        sheet.set_name("补报单").map_err(list_workbook_error)?;
        for (column, width) in (0..).zip(WIDTHS) {
            sheet.set_column_width(column, width).map_err(list_workbook_error)?;
        }
        sheet.set_paper_size(9).set_print_fit_to_pages(1, 0);
        sheet.set_margins(0.5, 0.5, 0.5, 0.5, 0.2, 0.2);
        sheet.set_row_height(0, 30).map_err(list_workbook_error)?;
        let (what, why) = occasion(inputs, earlier);
        write_sheet_text(sheet, 0, 0, &format!("{} 补报单（{what}）", self.of), &styles.title)?;
        let period =
            format!("{}  {}  下发日期 {}", inputs.catalogue.title, inputs.period.title(), inputs.issued);
        write_merged_row(sheet, 1, &period, &styles.note)?;
        let total = format!(
            "{why}：新增{}条，作废{}条，沿用{}条。",
            self.new.len(),
            self.void.len(),
            self.kept.len()
        );
        let mut r = write_note_lines(sheet, 1, &[total], styles)? + 2;
        let titles = ["以前下发的清单", L::Issued.title(), "条数", "仍有效", "作废"];
        for (c, title) in (0..).zip(titles) {
            write_sheet_text(sheet, r, c, title, &styles.header)?;
        }
        write_merged_cells(sheet, r, (5, 7), "怎样用", &styles.header)?;
        for (run, (rows, void)) in earlier.runs.iter().zip(&self.earlier) {
            r += 1;
            sheet.set_row_height(r, 30).map_err(list_workbook_error)?;
            write_sheet_text(sheet, r, 0, &run.title, &styles.short)?;
            write_sheet_text(sheet, r, 1, &run.issued, &styles.short)?;
            for (c, figure) in (2..).zip([*rows, rows - void, *void]) {
                sheet
                    .write_number_with_format(r, c, figure as f64, &styles.number)
                    .map_err(list_workbook_error)?;
            }
            let how = match (*rows, *void) {
                (0, _) => "当时没有下发",
                (_, 0) => "全部有效，继续填报",
                (rows, void) if rows == void => "全部作废，用本次清单代替",
                _ => "部分有效：作废的见“作废”，其余继续填报",
            };
            write_merged_cells(sheet, r, (5, 7), how, &styles.long)?;
        }
        let mut lines = vec![
            "1. 填在以前清单上、没有作废的，照旧交回，不必在本次清单上再填一遍。",
            "2. 作废的不必再核查；已经填了的交回来，导入时会写明“过时”或“已消除”，不作数。",
            "3. 新增的和要重新核查的，填在本次下发的清单里（“本次下发”一列写着“新增”或“重新核查”）；本单只供查看，填了不作数。",
        ];
        if !earlier.untold.is_empty() {
            lines.push(earlier.untold.as_str());
        }
        write_sheet_text(sheet, r + 2, 0, "怎样办", &styles.heading)?;
        write_note_lines(sheet, r + 2, &lines, styles)?;
        Ok(())
    }
}
