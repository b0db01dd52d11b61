//! `lists/`: the exceptions as the people who knock on doors get them, a workbook per township household by household;
//! ledgers to read for the county and for each responsible department; and what the departments get back.
//!
//! A finding has one row that is filled in, in its township's workbook, or is told under its cause there. Ledgers show the
//! same rows and have nothing to fill in, so that nobody answers twice.

use std::borrow::Cow;

use rayon::prelude::*;

use super::PublicationInputs;
use super::held_notices::HeldNotice;
use super::people::{PublishedPersons, RecordOwners};
use super::restricted::ByFinding;
use crate::model::exception::TrackedException;
use crate::publication::list_issue::ListIssue;
use crate::publication::output_files::{CsvFile, OutputFiles, make_output_folder};
use crate::{Error, Result};

mod answer_help;
mod answer_page;
mod book_plan;
mod cells;
mod cover;
mod earlier_sheets;
mod evidence;
mod finding_text;
mod homes;
mod line_breaks;
mod list_column;
mod list_row;
mod number_conflict;
mod rejects;
mod return_letter;
mod return_points;
mod return_sheets;
mod return_supplier;
mod safe_names;
mod style;
mod supplement;
mod table_sheet;
mod workbook;
mod workbook_package;

pub(crate) use answer_help::{HELPED, answer_validation};
pub(super) use book_plan::township_books;
pub(super) use earlier_sheets::EarlierSheets;
pub(super) use rejects::{write_reject_lists, write_return_letters};
pub(super) use return_points::{points_without_letter, returned_points};
pub(crate) use safe_names::safe_file_name;
pub(super) use style::{SheetStyles, document_properties, new_list_workbook};
pub(super) use table_sheet::TableSheet;

use answer_page::AnswerPage;
use book_plan::{BookKind, BookPlan};
use evidence::ListedEvidence;
pub(crate) use list_column::width_of_column;
use list_row::RowMaterial;
use supplement::SheetMarks;

/// First sheet.
pub const COVER_SHEET: &str = "交办单";
/// Sheet of those that rest on confirmed links.
pub const VISIT_SHEET: &str = "按村按户";
/// Sheet of exceptions that rest on an unconfirmed link.
pub const REVIEW_SHEET: &str = "待确认匹配";

/// What the manifest says of the lists that are handed out, and which sheets of the period are out.
pub(super) fn list_issue(
    inputs: &PublicationInputs<'_>,
    townships: &[BookPlan<'_>],
) -> (ListIssue, EarlierSheets) {
    earlier_sheets::list_issue(inputs, townships)
}

/// Writes all lists, workbooks side by side. A row exists while it is written.
pub(super) fn write_lists(
    inputs: &PublicationInputs<'_>,
    (people, all, by_finding): (&RecordOwners<'_>, &PublishedPersons, &ByFinding<'_>),
    townships: &[BookPlan<'_>],
    (held, earlier): (&[HeldNotice], &EarlierSheets),
    outputs: &mut OutputFiles,
) -> Result<()> {
    let marks = SheetMarks::new(townships, by_finding, earlier);
    let ledgers = book_plan::ledgers(inputs, townships);
    let listed: Vec<&TrackedException> = townships.iter().flat_map(|book| &book.open).copied().collect();
    let evidence = ListedEvidence::gather(inputs, people, listed.par_iter().copied())?;
    let material = RowMaterial::new(inputs, people, &all.persons, by_finding, (&listed, evidence), marks)?;
    let [of_answers, of_ledger] = material.layouts();
    let sheets = (townships, by_finding);
    supplement::write_supplements(inputs, &material, sheets, (earlier, &of_answers), outputs)?;
    let books: Vec<&BookPlan<'_>> = townships.iter().chain(&ledgers).collect();
    for book in &books {
        if let Some((folder, _)) = book.path.rsplit_once('/') {
            make_output_folder(&outputs.path(folder), 0o700)?;
        }
    }
    outputs.each(&books, |plan, own| {
        let book = plan.book(&material, held);
        let layout = if plan.kind == BookKind::Township { &of_answers } else { &of_ledger };
        let wanted = &inputs.catalogue.outputs;
        let path = |suffix: &str| format!("{}.{suffix}", plan.path);
        let mut csv = wanted.csv.then(|| CsvFile::begin(own, &path("csv"))).transpose()?;
        let titles: Vec<Cow<'_, str>> = layout.titles().into_iter().map(Cow::from).collect();
        csv.as_mut().map_or(Ok(()), |csv| csv.row(&titles))?;
        let mut page = (wanted.html && plan.kind == BookKind::Township)
            .then(|| AnswerPage::new(inputs, layout, &book.of));
        let mut entries = book.sheets.iter().flat_map(|(sheet, all)| all.iter().map(|one| (*sheet, one)));
        // Each row is made once, for whatever shows it.
        let mut tell = |cells: &[Cow<'_, str>]| {
            if let (Some(page), Some((sheet, entry))) = (&mut page, entries.next()) {
                page.push(sheet, (entry, material.is_separable(entry)), cells);
            }
            csv.as_mut().map_or(Ok(()), |csv| csv.row(cells))
        };
        if wanted.xlsx {
            let made = (&book, layout);
            workbook_package::write_workbook_package(inputs, &material, made, &path("xlsx"), own, tell)?;
        } else {
            let mut entries = book.sheets.iter().flat_map(|(_, entries)| entries);
            entries.try_for_each(|entry| tell(&material.row(entry, layout).cells))?;
        }
        if let Some(csv) = csv {
            csv.finish(own)?;
        }
        page.map_or(Ok(()), |page| page.finish(&path("html"), own))
    })
}

pub(super) fn list_workbook_error(error: rust_xlsxwriter::XlsxError) -> Error {
    Error::new(crate::ErrorKind::Io, format!("生成工作簿失败：{}", crate::error::system_words(&error)))
        .hint("检查发布文件夹是否可写、磁盘是否已满")
        .caused_by(error)
}
