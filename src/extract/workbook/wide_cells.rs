//! Cells of rows of people that stand over several columns: what they hold is of all of them.
//!
//! A township and a village in one cell are parted where both are places that are known. Of others only the first column
//! has a value, and the rest is blank; that is told from the first cell on.

use std::collections::{BTreeMap, BTreeSet};

use super::{FilledSheet, knows};
use crate::Result;
use crate::config::clean_config_header;
use crate::config::read_options::KeyHeaders;
use crate::extract::table_limits::MemoryRoom;

/// Rows that are named.
const NAMED: usize = 10;

/// Parts such cells below the header, and tells of them.
///
/// # Errors
/// No room left.
pub(super) fn part_wide_cells(
    sheet: &mut FilledSheet,
    headers: &[String],
    last: Option<usize>,
    keys: &KeyHeaders,
) -> Result<Vec<String>> {
    let of = |known: &[String]| -> Vec<bool> {
        let known: BTreeSet<String> = known.iter().map(|header| clean_config_header(header)).collect();
        headers.iter().map(|header| knows(&known, header)).collect()
    };
    let (ids, names, places) = (of(&keys.id_numbers), of(&keys.names), of(&keys.places));
    let persons: Vec<usize> = (0..headers.len()).filter(|&at| ids[at] || names[at]).collect();
    let room = MemoryRoom::sheet(0);
    // Columns that such a cell stands over, with the rows that were parted and those that were not.
    let mut told: BTreeMap<(usize, usize), [Vec<usize>; 2]> = BTreeMap::new();
    for region in sheet.merged.clone() {
        let Some(first) = region.start.1.checked_sub(sheet.left).map(|column| column as usize) else {
            continue;
        };
        let end = ((region.end.1.saturating_sub(sheet.left)) as usize).min(headers.len().saturating_sub(1));
        let Some(top) = region.start.0.checked_sub(sheet.top).map(|row| row as usize) else { continue };
        if end <= first || last.is_some_and(|last| top <= last) {
            continue;
        }
        let bottom = ((region.end.0 - sheet.top) as usize).min(sheet.cells.len().saturating_sub(1));
        for row in top..=bottom {
            let cell = |column: usize| match column < sheet.cells.width(row) {
                true => sheet.cells.get(row, column),
                false => "",
            };
            // Totals and headings stand over columns, too; here is somebody.
            let somebody = persons.iter().any(|at| !(first..=end).contains(at) && !cell(*at).is_empty());
            room.take(1, 0)?;
            let text = cell(first).to_owned();
            let named = (first..=end).any(|at| !headers[at].is_empty() && at > first);
            if !somebody || text.is_empty() || !named {
                continue;
            }
            let parted = (end == first + 1 && places[first] && places[end])
                .then(|| part_places(&text, &keys.known_places))
                .flatten();
            if let Some((upper, lower)) = parted {
                sheet.cells.set(row, first, upper)?;
                sheet.cells.set(row, end, lower)?;
            }
            told.entry((first, end)).or_default()[usize::from(parted.is_none())].push(row);
        }
    }
    let number = |row: usize| (sheet.top + row as u32 + 1).to_string();
    let rows = |rows: &[usize]| {
        let named: Vec<String> = rows.iter().take(NAMED).map(|&row| number(row)).collect();
        format!("第{}行{}", named.join("、"), if rows.len() > NAMED { "等" } else { "" })
    };
    let mut notes = Vec::new();
    for ((first, end), [parted, whole]) in told {
        let columns = format!("“{}”到“{}”", headers[first], headers[end]);
        if !parted.is_empty() {
            notes.push(format!(
                "{columns}有{}格横跨这几列（{}），里面的乡镇和村按已知的区划拆开读入；请核对",
                parted.len(),
                rows(&parted)
            ));
        }
        if !whole.is_empty() {
            notes.push(format!(
                "{columns}有{}格横跨这几列（{}），内容只读作第一列的，后面的列没有内容；请提供部门拆开，各列填各列的",
                whole.len(),
                rows(&whole)
            ));
        }
    }
    Ok(notes)
}

/// The two known places that a text consists of, the longest first part first; signs and blanks between them are none.
fn part_places<'t>(text: &'t str, known: &BTreeSet<String>) -> Option<(&'t str, &'t str)> {
    let between =
        |c: char| c.is_whitespace() || c.is_ascii_punctuation() || matches!(c, '、' | '，' | '－' | '—');
    let part = |at: usize| {
        let (upper, lower) = (text[..at].trim_end_matches(between), text[at..].trim_start_matches(between));
        let bare = lower.strip_suffix("村").unwrap_or(lower);
        (known.contains(upper) && (known.contains(lower) || known.contains(bare))).then_some((upper, lower))
    };
    text.char_indices().rev().find_map(|(at, _)| part(at))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_township_and_a_village_are_parted_where_both_are_known() {
        let known: BTreeSet<String> =
            ["朝歌街道办事处", "朝歌", "北阳镇", "北阳", "中山街", "常屯"].map(str::to_owned).into();
        assert_eq!(part_places("朝歌街道办事处中山街", &known), Some(("朝歌街道办事处", "中山街")));
        assert_eq!(part_places("北阳镇 常屯村", &known), Some(("北阳镇", "常屯村")));
        assert_eq!(part_places("北阳镇—常屯", &known), Some(("北阳镇", "常屯")));
        assert_eq!(part_places("北阳镇某村", &known), None);
        assert_eq!(part_places("北阳镇", &known), None);
    }
}
