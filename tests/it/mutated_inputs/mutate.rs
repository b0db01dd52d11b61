//! What is done to a list: to its cells, rows, columns and sheets before it is written, or to the bytes of its file.

use super::invented::{AMOUNT, Book, Cell, HEADER, ID, NAME, Numbers, Row, text};

/// What a mutation changes; what may be refused and what must stay depends on it.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum Reach {
    /// One cell or row: nothing else changes, and the file is never refused.
    Row,
    /// Headers, columns or sheets: the file may be refused.
    Table,
    /// Bytes of the file.
    Bytes,
}

#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord)]
pub(super) enum Mutation {
    None,
    MovedCell,
    SwappedCells,
    ShiftedCells,
    DroppedCell,
    EmptiedCell,
    OddText,
    ErrorValue,
    AddedQuote,
    DoubledRow,
    MovedRow,
    DroppedRow,
    BlankRow,
    RepeatedHeader,
    InsertedNote,
    RenamedHeader,
    SwappedHeaders,
    DoubledHeader,
    BlankHeader,
    DroppedColumn,
    EmptiedColumn,
    AddedColumn,
    SwappedSheets,
    DoubledSheet,
    HeaderlessSheet,
    BlankSheet,
    FlippedByte,
    FlippedBytes,
    CutEnd,
    CutOut,
    FlippedInPart,
}

impl Mutation {
    pub(super) const ALL: [Self; 31] = [
        Self::None,
        Self::MovedCell,
        Self::SwappedCells,
        Self::ShiftedCells,
        Self::DroppedCell,
        Self::EmptiedCell,
        Self::OddText,
        Self::ErrorValue,
        Self::AddedQuote,
        Self::DoubledRow,
        Self::MovedRow,
        Self::DroppedRow,
        Self::BlankRow,
        Self::RepeatedHeader,
        Self::InsertedNote,
        Self::RenamedHeader,
        Self::SwappedHeaders,
        Self::DoubledHeader,
        Self::BlankHeader,
        Self::DroppedColumn,
        Self::EmptiedColumn,
        Self::AddedColumn,
        Self::SwappedSheets,
        Self::DoubledSheet,
        Self::HeaderlessSheet,
        Self::BlankSheet,
        Self::FlippedByte,
        Self::FlippedBytes,
        Self::CutEnd,
        Self::CutOut,
        Self::FlippedInPart,
    ];
    pub(super) fn reach(self) -> Reach {
        match self {
            Self::FlippedByte | Self::FlippedBytes | Self::CutEnd | Self::CutOut | Self::FlippedInPart => {
                Reach::Bytes
            }
            Self::RenamedHeader
            | Self::SwappedHeaders
            | Self::DoubledHeader
            | Self::BlankHeader
            | Self::DroppedColumn
            | Self::EmptiedColumn
            | Self::AddedColumn
            | Self::SwappedSheets
            | Self::DoubledSheet
            | Self::HeaderlessSheet
            | Self::BlankSheet => Reach::Table,
            _ => Reach::Row,
        }
    }
    pub(super) fn is_of_sheets(self) -> bool {
        matches!(self, Self::SwappedSheets | Self::DoubledSheet | Self::HeaderlessSheet | Self::BlankSheet)
    }
}

/// Cells that no clean list holds.
const ODD: [&str; 24] = [
    "合计",
    "制表人：王五",
    "以下空白",
    "\u{3000}",
    "NULL",
    "不详",
    "无",
    "/",
    "-",
    "0",
    "#N/A",
    "第一行\n第二行",
    "甲,乙\t丙;丁|戊",
    "<td>x</td>",
    "a&b",
    "'410621",
    "𠮷野家",
    "1e5",
    "410621197001011234567",
    "２０１８秋",
    "姓名",
    "=1+1",
    "\u{feff}甲",
    "\\N",
];

/// Does something to the grid. False if it cannot be done to this one.
pub(super) fn mutate(book: &mut Book, mutation: Mutation, numbers: &mut Numbers) -> bool {
    let at = numbers.below(book.sheets.len());
    let several = book.sheets.len() > 1;
    let sheet = &mut book.sheets[at];
    let Some(header) = sheet.header else { return false };
    let people: Vec<usize> =
        (header + 1..sheet.rows.len()).filter(|&row| sheet.rows[row].cells.len() == HEADER.len()).collect();
    let row = people[numbers.below(people.len())];
    let other = people[numbers.below(people.len())];
    let column = numbers.below(HEADER.len());
    let beside = numbers.below(HEADER.len() + 1);
    let cells = &mut sheet.rows[row].cells;
    let mut touched = vec![row];
    match mutation {
        Mutation::None => touched.clear(),
        Mutation::MovedCell => {
            if beside == column {
                return false;
            }
            cells.resize(beside.max(cells.len() - 1) + 1, Cell::Blank);
            cells[beside] = std::mem::replace(&mut cells[column], Cell::Blank);
        }
        Mutation::SwappedCells => {
            if beside == HEADER.len() || beside == column {
                return false;
            }
            cells.swap(column, beside);
        }
        Mutation::ShiftedCells => cells.insert(column, Cell::Blank),
        Mutation::DroppedCell => {
            cells.remove(column);
            sheet.rows[row].short = numbers.one_in(2);
        }
        Mutation::EmptiedCell => cells[column] = Cell::Blank,
        Mutation::OddText => {
            cells[column] = match numbers.below(ODD.len() + 1) {
                0 => text(&"长".repeat(9_000)),
                at => text(ODD[at - 1]),
            };
        }
        Mutation::ErrorValue => {
            let errors = ["#N/A", "#REF!", "#DIV/0!", "#SPILL!", "#CALC!", "#BLOCKED!", "#UNKNOWN!"];
            cells[column] = Cell::Error(numbers.of_list(&errors));
        }
        Mutation::AddedQuote => {
            let shown = cells[column].shown();
            let places: Vec<usize> = shown.char_indices().map(|(at, _)| at).chain([shown.len()]).collect();
            let place = match numbers.below(3) {
                0 => 0,
                1 => shown.len(),
                _ => places[numbers.below(places.len())],
            };
            let quote = numbers.of_list(&["\"", "\"", "\"", "'", "“", "\"\""]);
            cells[column] = Cell::Raw(format!("{}{quote}{}", &shown[..place], &shown[place..]));
        }
        Mutation::DoubledRow => {
            let copy = sheet.rows[row].clone();
            let place = if numbers.one_in(2) { row + 1 } else { *people.last().unwrap_or(&row) + 1 };
            sheet.rows.insert(place, copy);
            touched.clear();
        }
        Mutation::MovedRow => {
            let moved = sheet.rows.remove(row);
            sheet.rows.insert(other, moved);
            touched.clear();
        }
        Mutation::DroppedRow => {
            sheet.rows.remove(row);
            touched.clear();
        }
        Mutation::BlankRow => {
            let cells = vec![Cell::Blank; if numbers.one_in(2) { HEADER.len() } else { 1 }];
            sheet.rows.insert(row, Row::of(cells));
        }
        Mutation::RepeatedHeader => sheet.rows.insert(row, sheet.rows[header].clone()),
        Mutation::InsertedNote => {
            let note =
                ["小计,,,,,1200,", "制表人：王五", ",,以上人员均已公示七天，无异议。", "共20人,,,,,,", "3"];
            let cells = numbers.of_list(&note).split(',').map(text).collect();
            sheet.rows.insert(row, Row::of(cells));
        }
        _ => {
            touched.clear();
            if !mutate_table(book, mutation, (at, header, column), several, numbers) {
                return false;
            }
        }
    }
    for row in touched {
        book.sheets[at].rows[row].touched = true;
    }
    true
}

fn mutate_table(
    book: &mut Book,
    mutation: Mutation,
    (at, header, column): (usize, usize, usize),
    several: bool,
    numbers: &mut Numbers,
) -> bool {
    let sheet = &mut book.sheets[at];
    let headers = &mut sheet.rows[header].cells;
    match mutation {
        Mutation::RenamedHeader => {
            let old = headers[column].shown();
            let new = match numbers.below(6) {
                0 => format!(" {old} "),
                1 => format!("*{old}"),
                2 => old.chars().map(|c| format!("{c} ")).collect(),
                3 => format!("{old}（必填）"),
                4 => numbers.of_list(&["监护人姓名", "说明", "家长身份证号", "学期", "开户银行"]).to_owned(),
                _ => old.chars().skip(1).chain(['某']).collect(),
            };
            headers[column] = text(&new);
        }
        Mutation::SwappedHeaders => {
            let beside = numbers.below(headers.len());
            if beside == column {
                return false;
            }
            headers.swap(column, beside);
        }
        Mutation::DoubledHeader => {
            let beside = numbers.below(headers.len());
            if beside == column {
                return false;
            }
            headers[beside] = headers[column].clone();
        }
        Mutation::BlankHeader => headers[column] = Cell::Blank,
        Mutation::DroppedColumn => {
            let all = sheet.rows.iter_mut().filter(|row| row.cells.len() == HEADER.len());
            all.for_each(|row| drop(row.cells.remove(column)));
        }
        Mutation::EmptiedColumn => {
            let all = sheet.rows.iter_mut().skip(header + 1).filter(|row| row.cells.len() == HEADER.len());
            all.for_each(|row| row.cells[column] = Cell::Blank);
        }
        Mutation::AddedColumn => {
            let title = numbers.of_list(&["", "备注", "联系电话", "核查结果", "监护人姓名"]);
            for (position, row) in sheet.rows.iter_mut().enumerate().skip(header) {
                if row.cells.len() == HEADER.len() {
                    let cell = if position == header { text(title) } else { text("陈某某") };
                    row.cells.insert(column, cell);
                }
            }
        }
        Mutation::SwappedSheets => {
            if !several {
                return false;
            }
            book.sheets.swap(0, 1);
        }
        Mutation::DoubledSheet => {
            let mut copy = sheet.clone();
            copy.name += "(2)";
            book.sheets.push(copy);
        }
        Mutation::HeaderlessSheet => {
            if !several {
                return false;
            }
            let sheet = &mut book.sheets[1];
            if let Some(header) = sheet.header.take() {
                sheet.rows.drain(..=header);
            }
        }
        _ => {
            let mut blank = sheet.clone();
            blank.name += "空";
            (blank.rows, blank.header) = (Vec::new(), None);
            book.sheets.insert(numbers.below(book.sheets.len() + 1), blank);
        }
    }
    true
}

/// Does something to bytes; gives the ranges of the old bytes that changed or are gone.
pub(super) fn damage(
    bytes: &mut Vec<u8>,
    mutation: Mutation,
    numbers: &mut Numbers,
) -> Vec<std::ops::Range<usize>> {
    let place = numbers.below(bytes.len());
    match mutation {
        Mutation::CutEnd => {
            let all = bytes.len();
            bytes.truncate(place);
            std::iter::once(place..all).collect()
        }
        Mutation::CutOut => {
            let end = bytes.len().min(place + 1 + numbers.below(40));
            bytes.drain(place..end);
            std::iter::once(place..end).collect()
        }
        _ => {
            let count = if mutation == Mutation::FlippedBytes { 3 } else { 1 };
            let mut flip = |at: usize| {
                bytes[at] ^= match numbers.below(4) {
                    0 => 1 + numbers.below(255) as u8,
                    _ => 1 << numbers.below(8),
                };
                at..at + 1
            };
            let length = place;
            let mut ranges = vec![flip(place)];
            for further in 1..count {
                ranges.push(flip((length + further * 37) % (length + 1)));
            }
            ranges
        }
    }
}

/// Is a cell of a row what the list must have to name a person?
pub(super) fn names_person(row: &Row) -> bool {
    let id = |cell: &Cell| {
        let shown = cell.shown();
        shown.len() == 18 && shown.bytes().take(17).all(|byte| byte.is_ascii_digit())
    };
    row.cells.iter().any(id)
        || matches!((row.cells.get(NAME), row.cells.get(AMOUNT)), (Some(Cell::Text(name)), Some(Cell::Number(_)))
            if !name.is_empty() && row.cells.get(ID).is_some_and(|id| *id == Cell::Blank) && !row.touched)
}
