//! What others wrote and the manifest tells: names of files and sheets, words of cells and headers, without numbers of
//! persons. What the program itself wrote (names of keys, digests, counts) is told as it is, or nobody could read it back.

use std::collections::BTreeMap;
use std::path::PathBuf;

use super::manifest::{DeliveredFile, RuleRun, SourceRun};
use crate::model::data_file::DataFile;
use crate::model::file_account::FileAccount;
use crate::model::source_row::{AuditFinding, TableTotals};
use crate::privacy::mask::mask_numbers_in_text;
use crate::privacy::told_text::{told_name, told_text};

fn mask(text: &mut String) {
    *text = mask_numbers_in_text(text).into_owned();
}

impl DeliveredFile {
    /// A file as the manifest says it.
    pub(crate) fn of(file: &DataFile) -> Self {
        Self {
            file: told_name(&file.file.to_string_lossy()).into_owned(),
            fate: file.fate,
            source: file.source.clone(),
            note: file.note.as_deref().map(|note| told_text(note).into_owned()),
            account: file.account.clone().map(told_account),
        }
    }
}

fn told_account(mut account: FileAccount) -> FileAccount {
    account.sheets.iter_mut().for_each(|sheet| mask(&mut sheet.name));
    account
}

impl SourceRun {
    /// The source as the manifest says it.
    pub(crate) fn told(mut self) -> Self {
        self.tables.iter_mut().for_each(mask_table);
        self
    }
}

fn mask_table(table: &mut TableTotals) {
    table.file = PathBuf::from(told_name(&table.file.to_string_lossy()).into_owned());
    table.sheet.iter_mut().for_each(mask);
    for codes in &mut table.unknown_codes {
        mask(&mut codes.county);
        codes.spellings.iter_mut().for_each(|one| mask(&mut one.spelling));
    }
    if let Some(as_of) = &mut table.as_of {
        mask(&mut as_of.text);
    }
    // Counties are counted as the list writes them.
    let mut counties = BTreeMap::new();
    for (county, rows) in std::mem::take(&mut table.counties) {
        *counties.entry(mask_numbers_in_text(&county).into_owned()).or_default() += rows;
    }
    table.counties = counties;
}

impl RuleRun {
    /// The rule as the manifest says it.
    pub(crate) fn told(mut self) -> Self {
        self.reason.iter_mut().for_each(mask);
        self
    }
}

/// A finding as the manifest says it: its message may quote cells.
pub(crate) fn told_finding(finding: &AuditFinding) -> AuditFinding {
    let mut told = finding.clone();
    mask(&mut told.message);
    told
}
