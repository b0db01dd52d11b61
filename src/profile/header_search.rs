//! Finds the header of a file that no contract knows: one row, or two where a title stands over several columns.

use std::collections::BTreeSet;
use std::path::Path;
use std::sync::Arc;

use arrow::array::Array as _;

use crate::Result;
use crate::config::clean_config_header;
use crate::config::read_options::ReadOptions;
use crate::extract::RawTable;
use crate::worker::{self, Worker};

/// Members up to which titles such as `成员3` are tried.
const MEMBERS: usize = 12;
/// Characters that a header has at most.
const LONGEST: usize = 24;

/// Options by which the file's headers are found. `vocabulary`: headers that are known elsewhere.
///
/// # Errors
/// A file that cannot be read.
pub(super) fn search_headers(
    worker: Option<&Worker>,
    folder: &Path,
    name: &Path,
    vocabulary: &[String],
) -> Result<ReadOptions> {
    let mut guessed = first_pieces(worker, folder, name, &ReadOptions::default())?;
    // A sheet of prose beside the list has no say in what the list's headers are: it is not read as one.
    if !guessed.iter().all(is_prose) {
        guessed.retain(|piece| !is_prose(piece));
    }
    let mut words: BTreeSet<String> = vocabulary.iter().cloned().collect();
    let mut lost = 0;
    for piece in &guessed {
        lost += unnamed_columns(piece);
        words.extend(piece.info.headers.iter().filter(|h| !h.is_empty()).cloned());
        let repeated = repeated_headers(&piece.info.headers);
        if let Some(upper) = row_of_titles(piece) {
            words.extend(upper.into_iter().filter(|word| !word.is_empty()));
        }
        if let Some(lower) = continuation_row(piece) {
            let repeated = repeated_headers(&lower);
            for (above, below) in joined_rows(&piece.info.headers, &lower) {
                words.extend([above.clone(), below.clone()].into_iter().filter(|w| !w.is_empty()));
                if repeated.contains(&clean_config_header(&below)) {
                    words.insert(format!("{above}{below}"));
                }
            }
        } else if !repeated.is_empty() {
            // The lower of two rows was taken: titles above it are told apart by their numbers.
            words.retain(|word| !repeated.contains(&clean_config_header(word)));
            for (member, header) in (1..=MEMBERS).flat_map(|m| repeated.iter().map(move |h| (m, h))) {
                words.extend(
                    ["成员", "家庭成员", "共同生活成员"].map(|title| format!("{title}{member}{header}")),
                );
            }
        }
    }
    let options = ReadOptions {
        known_headers: words.into_iter().collect(),
        minimum_headers: 2,
        ..ReadOptions::default()
    };
    // What is found must be at least as good as the guess.
    let better = first_pieces(worker, folder, name, &options).is_ok_and(|found| {
        found.len() >= guessed.len() && found.iter().map(unnamed_columns).sum::<usize>() <= lost
    });
    Ok(if better { options } else { ReadOptions::default() })
}

/// The first piece of each table.
fn first_pieces(
    worker: Option<&Worker>,
    folder: &Path,
    name: &Path,
    options: &ReadOptions,
) -> Result<Vec<RawTable>> {
    let mut pieces: Vec<RawTable> = Vec::new();
    for piece in worker::open_file(worker, folder, name, options, &|_| true)? {
        let piece = piece?;
        match pieces.last() {
            // Further pieces of one table say nothing new, and a large file has many.
            Some(last) if Arc::ptr_eq(&last.info, &piece.info) => break,
            _ => pieces.push(piece),
        }
    }
    Ok(pieces)
}

/// Is it a sheet of words: no more than two cells in any row, be it that of the header?
fn is_prose(piece: &RawTable) -> bool {
    piece.info.headers.len() <= 2 && piece.malformed.is_empty() && piece.faults.is_empty()
}

/// Columns that hold something and have no header, and cells beyond the last header.
fn unnamed_columns(piece: &RawTable) -> usize {
    let filled = |at: usize| piece.columns.get(at).is_some_and(|c| c.null_count() < c.len());
    let unnamed = piece.info.headers.iter().enumerate().filter(|(at, h)| h.is_empty() && filled(*at)).count();
    unnamed + usize::from(piece.malformed.len() > piece.rows.len())
}

/// Cleaned headers that stand over more than one column.
fn repeated_headers(headers: &[String]) -> BTreeSet<String> {
    let mut seen = BTreeSet::new();
    let cleaned = headers.iter().map(|h| clean_config_header(h)).filter(|h| !h.is_empty());
    cleaned.filter(|h| !seen.insert(h.clone())).collect()
}

/// The row below the header, if it goes on with it: it names columns that the header leaves blank, and holds
/// no value.
fn continuation_row(piece: &RawTable) -> Option<Vec<String>> {
    let below = piece.info.header_row + 1;
    let cells: Vec<String> = match piece.rows.iter().position(|&row| row == below) {
        Some(at) => {
            let cell = |column: &arrow::array::StringArray| {
                if column.is_null(at) { String::new() } else { column.value(at).to_owned() }
            };
            piece.columns.iter().map(cell).collect()
        }
        None => {
            let row = piece.malformed.iter().find(|row| row.row == below)?;
            row.original.split('\t').map(|cell| cell.trim().to_owned()).collect()
        }
    };
    let new = |(at, cell): (usize, &String)| {
        !cell.is_empty() && piece.info.headers.get(at).is_none_or(String::is_empty)
    };
    let names = cells.iter().filter(|cell| !cell.is_empty()).all(|cell| is_header_text(cell));
    (names && cells.iter().enumerate().any(new)).then_some(cells)
}

/// The row above the header, if the header goes on with it: it names columns that the header leaves blank or does not
/// reach.
fn row_of_titles(piece: &RawTable) -> Option<Vec<String>> {
    let above = piece.info.header_row.checked_sub(1)?;
    let row = piece.skipped.iter().find(|skipped| skipped.row == above)?;
    let cells: Vec<String> = row.text.split('\t').map(|cell| cell.trim().to_owned()).collect();
    let filled = || cells.iter().enumerate().filter(|(_, cell)| !cell.is_empty());
    let new = |at: usize| piece.info.headers.get(at).is_none_or(String::is_empty);
    let names = filled().all(|(_, cell)| is_header_text(cell));
    (names && filled().any(|(at, _)| new(at)) && filled().count() > 1).then_some(cells)
}

/// A short text without a number of more than two digits.
fn is_header_text(cell: &str) -> bool {
    let digits = cell.split(|c: char| !c.is_numeric()).map(|run| run.chars().count()).max().unwrap_or(0);
    cell.chars().count() <= LONGEST && digits <= 2 && cell.chars().any(char::is_alphabetic)
}

/// The title that holds for each column, and what stands below it.
fn joined_rows(upper: &[String], lower: &[String]) -> Vec<(String, String)> {
    let mut title = String::new();
    let mut rows = Vec::new();
    for at in 0..upper.len().max(lower.len()) {
        if let Some(own) = upper.get(at).filter(|own| !own.is_empty()) {
            title.clone_from(own);
        }
        rows.push((title.clone(), lower.get(at).cloned().unwrap_or_default()));
    }
    rows
}
