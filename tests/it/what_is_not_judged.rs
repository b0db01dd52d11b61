//! What nobody could judge is told wherever an officer looks for findings: nothing found is not all well.

use std::fs;
use std::path::{Path, PathBuf};

use calamine::{Data, Reader as _};

use crate::end_to_end::{key, ok, root, text};
use crate::inputs_folder::copy_folder;

/// The text of a workbook's first sheet.
fn notes(book: &Path) -> String {
    let mut book = calamine::open_workbook_auto(book).unwrap();
    let sheet = book.worksheet_range("交办单").unwrap();
    let text = |cell: &Data| cell.to_string();
    sheet.rows().map(|row| row.iter().map(text).collect::<String>()).collect::<Vec<_>>().join("\n")
}

fn workbooks(county: &Path) -> Vec<PathBuf> {
    let files = fs::read_dir(county).into_iter().flatten();
    let mut books: Vec<PathBuf> = files
        .map(|entry| entry.unwrap().path())
        .filter(|path| path.extension().is_some_and(|ending| ending == "xlsx"))
        .collect();
    books.sort();
    books
}

#[test]
fn a_county_whose_list_did_not_come_is_told_in_report_and_workbooks() {
    let data = tempfile::tempdir().unwrap();
    copy_folder(&root().join("fixtures/hebi/2018Q3"), data.path());
    fs::remove_file(data.path().join("农村低保_浚县.xlsx")).unwrap();
    let (out, keys) = (tempfile::tempdir().unwrap(), tempfile::tempdir().unwrap());
    let arguments =
        ["run", "pipelines/hebi", "--quarter", "2018Q3", "--select", "R02", "--data", text(data.path())];
    let key = key(keys.path());
    let summary = ok(&[&arguments[..], &["--out", text(out.path()), "--key-file", text(&key)]].concat());
    let told = "浚县没有报来本期的农村低保";
    assert!(summary.contains(told), "{summary}");
    let publication = out.path().join("2018Q3/latest");
    let report = fs::read_to_string(publication.join("report.html")).unwrap();
    let first = report.split("id=\"rules\"").next().unwrap();
    assert!(first.contains(told), "the report's first section says nothing");
    // Nothing can be found there, so these workbooks are there for what they do not know.
    let books = workbooks(&publication.join("lists/浚县"));
    assert!(!books.is_empty());
    for book in &books {
        let notes = notes(book);
        assert!(notes.contains("没有判断的，不等于没有疑点"), "{}: {notes}", book.display());
        assert!(notes.contains(told) && notes.contains("R02“"), "{}: {notes}", book.display());
    }
    for county in ["淇县", "淇滨区"] {
        for book in workbooks(&publication.join("lists").join(county)) {
            assert!(!notes(&book).contains(told), "{}", book.display());
        }
    }
}
