//! The second count: rows of a sheet with a filled cell, found without the reader of the sheet.

use super::markup_scan::{MarkupEvent, MarkupScan, MarkupTag};
use super::xlsx_errors::may_be_unknown_error;

/// Rows of one sheet with a filled cell.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq)]
pub(super) struct CountedRows {
    /// How many there are.
    pub filled: u64,
    /// How many of them are hidden.
    pub hidden: u64,
}

impl CountedRows {
    fn add(&mut self, rows: u64, hidden: bool) {
        self.filled += rows;
        self.hidden += if hidden { rows } else { 0 };
    }
}

/// Counts `<row>` elements of a worksheet part of XLSX that hold a value, a text or a formula.
pub(super) struct XlsxRowCounter {
    scan: MarkupScan,
    rows: XlsxRows,
}

#[derive(Default)]
struct XlsxRows {
    counted: CountedRows,
    row: bool,
    hidden: bool,
    filled: bool,
    value: bool,
    odd_value: bool,
}

impl XlsxRowCounter {
    pub(super) fn new() -> Self {
        Self { scan: MarkupScan::xml(), rows: XlsxRows::default() }
    }
    pub(super) fn feed(&mut self, bytes: &[u8]) {
        let rows = &mut self.rows;
        self.scan.feed(bytes, &mut |event| rows.see(event));
    }
    pub(super) fn counted(&self) -> CountedRows {
        self.rows.counted
    }
    /// Is there a value that may be an error which the reader does not know?
    pub(super) fn may_hold_unknown_errors(&self) -> bool {
        self.rows.odd_value
    }
}

impl XlsxRows {
    fn see(&mut self, event: MarkupEvent<'_>) {
        match event {
            MarkupEvent::Open { tag, closed: false } => match tag.local_name() {
                "row" => {
                    (self.row, self.filled) = (true, false);
                    self.hidden = matches!(tag.attribute("hidden"), Some("1" | "true"));
                }
                "v" | "t" => self.value = true,
                "f" => self.filled = true,
                _ => {}
            },
            MarkupEvent::Open { tag, closed: true } => self.filled |= tag.local_name() == "f",
            MarkupEvent::Close { name } => match name {
                "row" if std::mem::take(&mut self.row) && self.filled => self.counted.add(1, self.hidden),
                "v" | "t" => self.value = false,
                _ => {}
            },
            MarkupEvent::Text(text) if self.value => {
                self.filled = true;
                self.odd_value |= may_be_unknown_error(text);
            }
            MarkupEvent::Text(_) => {}
        }
    }
}

/// Counts `<Row>` elements of every worksheet of an XML spreadsheet of 2003, in their order.
pub(super) fn count_spreadsheet_ml_rows(text: &str) -> Vec<CountedRows> {
    let mut sheets: Vec<CountedRows> = Vec::new();
    let (mut hidden, mut filled, mut data, mut comment) = (false, false, false, false);
    MarkupScan::xml().feed(text.as_bytes(), &mut |event| match event {
        MarkupEvent::Open { tag, closed } => match tag.local_name() {
            "Worksheet" => sheets.push(CountedRows::default()),
            "Row" => (hidden, filled) = (tag.attribute("Hidden") == Some("1"), false),
            "Cell" => filled |= tag.attribute("Formula").is_some(),
            "Data" => data = !closed && !comment,
            "Comment" => comment = !closed,
            _ => {}
        },
        MarkupEvent::Close { name: "Row" } if filled => {
            if let Some(sheet) = sheets.last_mut() {
                sheet.add(1, hidden);
            }
            filled = false;
        }
        MarkupEvent::Close { name: "Data" } => data = false,
        MarkupEvent::Close { name: "Comment" } => comment = false,
        MarkupEvent::Close { .. } => {}
        MarkupEvent::Text(_) => filled |= data,
    });
    sheets
}

/// Counts `table-row` elements of every table of an OpenDocument spreadsheet, in their order.
pub(super) fn count_ods_rows(content: &[u8]) -> Vec<CountedRows> {
    let mut sheets: Vec<CountedRows> = Vec::new();
    let (mut row, mut filled) = ((1, false), false);
    // Inside a cell's paragraphs; inside a comment on it.
    let (mut text, mut note) = (false, false);
    // Inside charts, which have tables of their own.
    let mut objects = 0u32;
    let value = |tag: &MarkupTag<'_>| {
        ["value", "date-value", "time-value", "boolean-value", "formula"]
            .iter()
            .any(|name| tag.attribute(name).is_some_and(|value| !value.is_empty()))
    };
    MarkupScan::xml().feed(content, &mut |event| match event {
        MarkupEvent::Open { tag, closed } if tag.local_name() == "object" => objects += u32::from(!closed),
        MarkupEvent::Close { name: "object" } => objects = objects.saturating_sub(1),
        _ if objects > 0 => {}
        MarkupEvent::Open { tag, closed } => match tag.local_name() {
            "table" => sheets.push(CountedRows::default()),
            "table-row" => {
                let rows = tag.attribute("number-rows-repeated").and_then(|n| n.parse().ok()).unwrap_or(1);
                let hidden = matches!(tag.attribute("visibility"), Some("collapse" | "filter"));
                (row, filled) = ((rows, hidden), false);
            }
            "table-cell" | "covered-table-cell" => filled |= value(tag),
            "annotation" => note = !closed,
            "p" => text = !closed,
            _ => {}
        },
        MarkupEvent::Close { name } => match name {
            "table-row" => {
                if let Some(sheet) = sheets.last_mut().filter(|_| filled) {
                    sheet.add(row.0, row.1);
                }
                filled = false;
            }
            "annotation" => note = false,
            "p" => text = false,
            _ => {}
        },
        MarkupEvent::Text(bytes) => filled |= text && !note && !is_blank_text(bytes),
    });
    sheets
}

/// Counts `<tr>` of every table of a web page that have a text in a cell, in the order of `<table>`; the
/// first entry is of rows outside any table. A row of a table inside a cell is that table's.
pub(super) fn count_html_rows(text: &str) -> Vec<CountedRows> {
    #[derive(Default)]
    struct OpenTable {
        at: usize,
        row: bool,
        cell: bool,
        filled: bool,
        hidden: bool,
    }
    impl OpenTable {
        fn end_row(&mut self, counted: &mut [CountedRows]) {
            if self.row && self.filled {
                counted[self.at].add(1, self.hidden);
            }
            (self.row, self.cell, self.filled) = (false, false, false);
        }
    }
    let mut counted = vec![CountedRows::default()];
    let mut open = vec![OpenTable::default()];
    let name_of = |name: &str| name.to_ascii_lowercase();
    let mut see = |event: MarkupEvent<'_>| {
        let depth = open.len();
        let Some(table) = open.last_mut() else { return };
        match event {
            MarkupEvent::Open { tag, .. } => match &name_of(tag.local_name())[..] {
                "table" => {
                    counted.push(CountedRows::default());
                    open.push(OpenTable { at: counted.len() - 1, ..OpenTable::default() });
                }
                "tr" => {
                    table.end_row(&mut counted);
                    table.row = true;
                    table.hidden = tag.attribute("style").is_some_and(hides);
                }
                "td" | "th" => (table.row, table.cell) = (true, true),
                "input" => {
                    let shown = tag.attribute("type").is_none_or(|kind| kind.eq_ignore_ascii_case("text"));
                    let filled = tag.attribute("value").is_some_and(|v| !is_blank_text(v.as_bytes()));
                    table.filled |= table.cell && shown && filled;
                }
                _ => {}
            },
            MarkupEvent::Close { name } => match &name_of(name)[..] {
                "table" => {
                    table.end_row(&mut counted);
                    if depth > 1 {
                        open.pop();
                    }
                }
                "tr" | "thead" | "tbody" | "tfoot" => table.end_row(&mut counted),
                "td" | "th" => table.cell = false,
                _ => {}
            },
            MarkupEvent::Text(bytes) => table.filled |= table.cell && !is_blank_text(bytes),
        }
    };
    MarkupScan::html().feed(text.as_bytes(), &mut see);
    while let Some(mut table) = open.pop() {
        table.end_row(&mut counted);
    }
    counted
}

/// Does a style hide what it is given to?
fn hides(style: &str) -> bool {
    let bare: String = style.chars().filter(|c| !c.is_whitespace()).collect();
    bare.to_ascii_lowercase().contains("display:none")
}

/// Nothing but white space, be it written as references.
fn is_blank_text(bytes: &[u8]) -> bool {
    let text = String::from_utf8_lossy(bytes);
    let mut rest = &text[..];
    loop {
        rest = rest.trim_start_matches(super::row_assembly::is_outer_space);
        if rest.is_empty() {
            return true;
        }
        let Some(reference) = rest.strip_prefix('&') else { return false };
        let Some((name, after)) = reference.split_once(';') else { return false };
        let spaces = ["nbsp", "#160", "#xa0", "ensp", "emsp", "thinsp", "#32", "#10", "#13", "#9", "#12288"];
        if !spaces.contains(&&name.to_ascii_lowercase()[..]) {
            return false;
        }
        rest = after;
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn rows_of_a_worksheet_part() {
        let part = "<x:worksheet><x:sheetData><x:row r='1' hidden='1'><x:c><x:v>1</x:v></x:c></x:row><x:row/>\
                    <x:row><x:c t='inlineStr'><x:is><x:t></x:t></x:is></x:c></x:row><x:row><x:c><x:f/></x:c></x:row>\
                    <x:row><x:c t='inlineStr'><x:is><x:t>甲</x:t></x:is></x:c></x:row></x:sheetData></x:worksheet>";
        let mut counter = XlsxRowCounter::new();
        part.as_bytes().chunks(5).for_each(|piece| counter.feed(piece));
        assert_eq!(counter.counted(), CountedRows { filled: 3, hidden: 1 });
    }

    #[test]
    fn rows_of_a_web_page() {
        let page = "<tr><td>外<table><TR><td>甲<tr style='DISPLAY: none'><td>乙</td></tr><tr><td>&nbsp;</td>\
                    <tr><td><input value=1></table>";
        let counted = count_html_rows(page);
        assert_eq!(counted, [CountedRows { filled: 1, hidden: 0 }, CountedRows { filled: 3, hidden: 1 }]);
        // An end tag that lost its `>` takes the next tag with it; a cell outside rows begins one.
        for page in ["<tr><td>甲</td></tr\n<tr><td>乙</td></tr>", "<tr><td>甲</td></tr/><td>乙</td></tr>"]
        {
            assert_eq!(count_html_rows(page), [CountedRows { filled: 2, hidden: 0 }], "{page}");
        }
    }

    #[test]
    fn rows_of_xml_spreadsheets() {
        let xml = "<Workbook><Worksheet><Table><Row ss:Hidden=\"1\"><Cell><Data>1</Data></Cell></Row><Row><Cell>\
                   <Comment><Data>x</Data></Comment></Cell></Row></Table></Worksheet><Worksheet/></Workbook>";
        let expected = [CountedRows { filled: 1, hidden: 1 }, CountedRows::default()];
        assert_eq!(count_spreadsheet_ml_rows(xml), expected);
        let ods = "<table:table><table:table-row table:number-rows-repeated=\"3\"><table:table-cell office:value=\"1\"/>\
                   </table:table-row><table:table-row><table:table-cell><office:annotation><text:p>x</text:p>\
                   </office:annotation></table:table-cell></table:table-row></table:table>";
        assert_eq!(count_ods_rows(ods.as_bytes()), [CountedRows { filled: 3, hidden: 0 }]);
    }
}
