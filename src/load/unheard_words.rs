//! Words of titles, notes and names of sheets and files that nothing in the program understands: they are shown, for
//! they may say that a list is a part only, of other people, or that its amounts are counted otherwise.

use std::collections::BTreeSet;

use super::LoadedSource;
use super::cut_lists::says_cut;
use super::data_folder::masked_table_name;
use super::lines_within::LineWithin;
use crate::config::SourceContract;
use crate::model::division::DivisionTree;
use crate::model::file_account::SkipReason;
use crate::model::scheme_words::scheme_words;
use crate::model::source_row::AuditFinding;
use crate::model::title_words::TitleWords;
use crate::privacy::mask::mask_numbers_in_text;

/// Places that are shown of a table.
const SHOWN: usize = 5;
/// Characters that are shown of a text.
const SHOWN_CHARACTERS: usize = 40;

/// Tells, by table, what its names, titles, notes and the lines among its rows say in words that are not known.
pub(super) fn unheard_words(
    contract: &SourceContract,
    divisions: &DivisionTree,
    loaded: &LoadedSource,
    within: &[LineWithin],
) -> Vec<AuditFinding> {
    let words = known_words(contract, divisions);
    let tables = &loaded.records.tables;
    let mut lines: Vec<(usize, u32, &str, bool)> = (loaded.skipped.iter())
        .filter(|(_, row)| matches!(row.reason, SkipReason::Title | SkipReason::Total))
        .map(|(table, row)| (usize::from(*table), row.row, row.text.as_str(), false))
        .collect();
    lines.extend(within.iter().map(|line| (line.table, line.row, line.text.as_str(), line.rejected)));
    // Told with what follows from it.
    lines.retain(|(_, _, text, _)| !says_cut(text));
    lines.sort();
    let mut findings = Vec::new();
    for (at, info) in tables.iter().enumerate() {
        let mut told = BTreeSet::new();
        let mut shown = Vec::new();
        let mut note = |place: String, text: &str, rejected: bool| {
            for part in text.split('\t') {
                let unknown = words.unknown_parts(part);
                // Of a rejected row with one cell it is told there; the name of a person is one.
                let whole = rejected && unknown.len() == 1 && unknown[0] == part.trim();
                if !unknown.is_empty() && !whole && told.insert(unknown) {
                    shown.push(format!("{place}“{}”", shown_text(part)));
                }
            }
        };
        if let Some(name) = info.file.file_stem().map(|name| name.to_string_lossy()) {
            note("文件名".to_owned(), &name, false);
        }
        if let Some(sheet) = &info.sheet {
            note("工作表名".to_owned(), sheet, false);
        }
        for (_, row, text, rejected) in lines.iter().filter(|(table, ..)| *table == at) {
            note(format!("第{row}行"), text, *rejected);
        }
        if shown.is_empty() {
            continue;
        }
        let count = shown.len();
        shown.truncate(SHOWN);
        let more = if count > SHOWN { format!("等{count}处") } else { String::new() };
        let message = format!(
            "{}里有程序没有理会的话：{}{more}；请看一看：说的若是只有一部分人、已经不在册的人、别的时间，\
             或者金额、记号另有含义，这份名单就不能照常用，请{}改正后重报",
            masked_table_name(&info.file, info.sheet.as_deref()),
            shown.join("、"),
            contract.owner
        );
        findings.push(AuditFinding::new(&contract.name, "unheard_words", false, message));
    }
    findings
}

/// A text as it may be shown.
fn shown_text(text: &str) -> String {
    let masked = mask_numbers_in_text(text.trim());
    let mut shown: String = masked.chars().take(SHOWN_CHARACTERS).collect();
    if shown.len() < masked.len() {
        shown.push('…');
    }
    shown
}

/// The words of all lists, of this one, of what aid is called, and the names of places.
fn known_words(contract: &SourceContract, divisions: &DivisionTree) -> TitleWords {
    let names = [&contract.title, &contract.owner].into_iter().chain(&contract.files.patterns);
    let names = names.chain(&contract.files.sheets).map(String::as_str);
    let mut own: Vec<&str> = Vec::new();
    own.extend(contract.variants.iter().map(|variant| variant.files.as_str()));
    own.extend(contract.ignore_headers.iter().map(String::as_str));
    for column in &contract.columns {
        own.push(&column.label);
        own.extend(column.headers.iter().map(String::as_str));
    }
    own.extend(divisions.units.iter().map(|unit| unit.name.as_str()));
    own.extend(scheme_words().map(|word| -> &str { word }));
    TitleWords::new(names, own.into_iter())
}
