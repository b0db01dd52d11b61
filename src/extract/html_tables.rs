//! The tables of a web page: what many systems call an export to Excel.
//!
//! Pages are tokenized as the standard says, with or without `<html>`, end tags or quotes. A table inside
//! a cell is a table of its own; its texts are not that cell's.

use std::collections::BTreeMap;

use calamine::Dimensions;
use html5gum::emitters::default::DefaultEmitter;
use html5gum::{StartTag, Token, Tokenizer};

use super::html_marks::{HtmlMarks, encloses_text};
use super::marked_text::{CellMark, MarkedText, TextMarks};
use super::page_lines::{LinesAround, PageLines};
use super::row_assembly::is_outer_space;
use super::sheet_row_count::{CountedRows, count_html_rows};
use super::table_limits::{CELLS_OF_SHEET, MAX_COLUMNS, MemoryRoom};
use super::text_decoding::{DecodedText, decode_text};
use super::workbook::filled_sheet::{SheetBuilder, SheetCell};
use super::workbook::open_workbook::{ReadSheet, unreadable_workbook};
use crate::config::read_options::Encoding;
use crate::model::source_table::TextEncoding;
use crate::{Error, Result};

/// Columns and rows that one cell may span, as browsers have it.
const MAX_COLUMN_SPAN: u32 = 1000;
const MAX_ROW_SPAN: u32 = 65_534;
/// Bytes of a table's caption; the rest of a longer one is left out.
const MAX_CAPTION: usize = 300;
/// Rows of one table.
const MAX_ROWS: u32 = 1 << 20;

/// Reads a page; gives its tables that hold anything.
///
/// # Errors
/// No such table, or more than may be held.
pub(super) fn read_html(bytes: Vec<u8>, declared: Encoding) -> Result<(Vec<ReadSheet>, TextEncoding)> {
    let length = bytes.len();
    let decoded = decode_markup(bytes, declared);
    let room = MemoryRoom::sheets(length as u64);
    let mut sheets = tables_of_page(&decoded.text, decoded.damaged, &room)?;
    if sheets.is_empty() {
        return Err(Error::input("这是网页，里面没有表格").hint(
            "若网页旁边还有同名的 .files 文件夹，数据在那里：用 Excel 或 WPS 打开后另存为 .xlsx，再放回原处",
        ));
    }
    for (at, sheet) in sheets.iter_mut().enumerate() {
        sheet.name = table_name(format!("表格{}", at + 1), &sheet.name);
    }
    Ok((sheets, decoded.encoding))
}

/// Decodes a text with tags; UTF-16 is known without its mark.
pub(super) fn decode_markup(mut bytes: Vec<u8>, declared: Encoding) -> DecodedText {
    match bytes[..] {
        [b'<', 0, ..] => drop(bytes.splice(0..0, [0xFF, 0xFE])),
        [0, b'<', ..] => drop(bytes.splice(0..0, [0xFE, 0xFF])),
        _ => {}
    }
    decode_text(bytes, declared)
}

/// The name of a table with its caption.
pub(super) fn table_name(name: String, caption: &str) -> String {
    if caption.is_empty() { name } else { format!("{name} {caption}") }
}

/// The tables of a page that hold anything, under their captions; `room`: that of all tables of the file.
///
/// # Errors
/// More than may be held.
pub(super) fn tables_of_page(text: &str, damaged: bool, room: &MemoryRoom) -> Result<Vec<ReadSheet>> {
    let counted = count_html_rows(text);
    let mut page = PageReading {
        room,
        open: vec![OpenTable::default()],
        tables: vec![SheetBuilder::new(room, false)],
        captions: vec![String::new()],
        in_caption: false,
        words: String::new(),
        marks: HtmlMarks::of_page(text),
        lines: PageLines::default(),
    };
    let mut emitter = DefaultEmitter::default();
    emitter.naively_switch_states(true);
    let mut unread: Option<Vec<u8>> = None;
    for token in Tokenizer::new_with_emitter(text, emitter) {
        let Ok(token) = token;
        match token {
            Token::StartTag(tag) if unread.is_none() => {
                let name = tag.name.to_ascii_lowercase();
                if matches!(&name[..], b"script" | b"style" | b"title" | b"textarea") {
                    unread = Some(name);
                } else {
                    page.start(&tag)?;
                }
            }
            Token::EndTag(tag) => match &unread {
                Some(name) if tag.name.eq_ignore_ascii_case(name) => unread = None,
                Some(_) => {}
                None => page.end(&tag.name)?,
            },
            Token::String(text) if unread.is_none() => page.text(&String::from_utf8_lossy(&text)),
            _ => {}
        }
    }
    page.finish(&counted, damaged)
}

#[derive(Default)]
struct OpenTable {
    /// Which table it is, in the order of their beginnings.
    at: usize,
    /// Row that is open, or comes next.
    row: u32,
    in_row: bool,
    /// How the row that is open sets its cells off.
    row_marks: TextMarks,
    column: u32,
    /// For each column, the first row that no cell above spans.
    spanned: Vec<u32>,
    cell: Option<OpenCell>,
}

struct OpenCell {
    text: MarkedText,
    /// The elements that are open in it, how they set their text off, and whether it is shown; the first is the cell
    /// itself.
    open: Vec<(Vec<u8>, TextMarks, bool)>,
    /// Some of its text is not shown.
    hides: bool,
    columns: u32,
    rows: u32,
}

impl OpenCell {
    /// Ends the last open element of a name and those within it.
    fn close(&mut self, name: &[u8]) {
        if let Some(at) = self.open.iter().rposition(|(open, ..)| open == name).filter(|at| *at > 0) {
            self.open.truncate(at);
        }
    }
}

struct PageReading<'a> {
    room: &'a MemoryRoom,
    open: Vec<OpenTable>,
    tables: Vec<SheetBuilder<'a>>,
    /// What each table is called.
    captions: Vec<String>,
    in_caption: bool,
    /// The text of a cell as it is shown.
    words: String,
    marks: HtmlMarks,
    /// What stands outside all tables.
    lines: PageLines,
}

impl PageReading<'_> {
    fn start(&mut self, tag: &StartTag<()>) -> Result<()> {
        let attribute = |name: &str| {
            let value = tag.attributes.get(name.as_bytes());
            value.map(|value| String::from_utf8_lossy(&value.value).into_owned())
        };
        let name = tag.name.to_ascii_lowercase();
        let marks =
            || self.marks.of_element(&name, attribute("class").as_deref(), attribute("style").as_deref());
        let marks = marks();
        let hidden = encloses_text(&name)
            && self.marks.hides(
                attribute("class").as_deref(),
                attribute("style").as_deref(),
                tag.attributes.contains_key(&b"hidden"[..]),
            );
        if encloses_text(&name)
            && let Some(cell) = &mut self.top().cell
        {
            // These end where the next of them begins.
            if matches!(&name[..], b"p" | b"li") {
                cell.close(&name);
            }
            cell.open.push((name.clone(), marks, !hidden));
        }
        if self.outside() && encloses_text(&name) {
            self.lines.open(&name, hidden);
        }
        match &name[..] {
            b"table" => {
                if self.open.len() == 1 {
                    self.lines.begin_table(self.tables.len());
                }
                self.room.take(CELLS_OF_SHEET, 0)?;
                self.tables.push(SheetBuilder::new(self.room, false));
                self.captions.push(String::new());
                self.in_caption = false;
                self.open.push(OpenTable { at: self.tables.len() - 1, ..OpenTable::default() });
            }
            b"caption" if self.top().cell.is_none() => self.in_caption = true,
            b"tr" => {
                self.in_caption = false;
                self.end_row()?;
                let top = self.top();
                top.in_row = true;
                top.row_marks = marks;
            }
            b"td" | b"th" => {
                self.in_caption = false;
                self.end_cell()?;
                let span = |name: &str, most: u32| {
                    let value = attribute(name).and_then(|value| value.trim().parse::<u32>().ok());
                    value.map_or(1, |value| if value == 0 { most } else { value.min(most) })
                };
                let columns = span("colspan", MAX_COLUMN_SPAN);
                let rows = span("rowspan", MAX_ROW_SPAN);
                let table = self.top();
                table.in_row = true;
                let (from, row) = (table.column as usize, table.row);
                let passed = table.spanned.iter().skip(from).take_while(|&&free| free > row).count();
                table.column += passed as u32;
                if table.column as usize >= MAX_COLUMNS {
                    return Err(unreadable_workbook(format!("表格超过{MAX_COLUMNS}列")));
                }
                let open = vec![(Vec::new(), table.row_marks | marks, true)];
                table.cell =
                    Some(OpenCell { text: MarkedText::default(), open, hides: false, columns, rows });
                // Columns passed over are no cells, but going over them takes as long.
                self.room.take(passed as u64, 0)?;
            }
            b"br" | b"hr" if self.outside() => self.lines.end_line(),
            b"br" | b"p" | b"div" | b"li" => self.text("\n"),
            b"input" => {
                let shown = attribute("type").is_none_or(|kind| kind.eq_ignore_ascii_case("text"));
                if let Some(value) = attribute("value").filter(|_| shown) {
                    self.text(&value);
                }
            }
            _ => {}
        }
        Ok(())
    }
    fn end(&mut self, name: &[u8]) -> Result<()> {
        let name = name.to_ascii_lowercase();
        if self.outside() {
            self.lines.close(&name);
        }
        if let Some(cell) = &mut self.top().cell {
            cell.close(&name);
        }
        match &name[..] {
            b"caption" => self.in_caption = false,
            b"table" => {
                self.in_caption = false;
                self.end_row()?;
                if self.open.len() > 1 {
                    self.open.pop();
                }
            }
            b"tr" | b"thead" | b"tbody" | b"tfoot" => self.end_row()?,
            b"td" | b"th" => self.end_cell()?,
            b"p" | b"div" | b"li" => self.text("\n"),
            _ => {}
        }
        Ok(())
    }
    /// Is no table open, and no cell of a page without `<table>`?
    fn outside(&self) -> bool {
        self.open.len() <= 1 && !self.open.last().is_some_and(|top| top.in_row || top.cell.is_some())
    }
    fn text(&mut self, text: &str) {
        if self.outside() && !self.in_caption {
            self.lines.text(text);
            return;
        }
        if self.in_caption {
            let at = self.top().at;
            let caption = &mut self.captions[at];
            if caption.len() + text.len() <= MAX_CAPTION {
                caption.push_str(if text == "\n" { " " } else { text });
            }
            return;
        }
        if let Some(cell) = &mut self.top().cell {
            if cell.open.iter().any(|(_, _, shown)| !shown) {
                cell.hides |= text != "\n" && text.chars().any(|c| !is_outer_space(c));
                return;
            }
            let marks = cell.open.iter().fold(TextMarks::default(), |all, (_, marks, _)| all | *marks);
            // Line ends of the page are spaces; those of the cell are tags.
            cell.text.push(if text == "\n" { "\u{2028}" } else { text }, marks);
        }
    }
    fn top(&mut self) -> &mut OpenTable {
        if self.open.is_empty() {
            self.open.push(OpenTable::default());
        }
        let last = self.open.len() - 1;
        &mut self.open[last]
    }
    fn end_cell(&mut self) -> Result<()> {
        let table = self.top();
        let Some(cell) = table.cell.take() else { return Ok(()) };
        let (place, at) = ((table.row, table.column), table.at);
        let end = ((table.column + cell.columns) as usize).min(MAX_COLUMNS);
        let mut more = 0;
        if cell.rows > 1 {
            more = end.saturating_sub(table.spanned.len());
            if more > 0 {
                table.spanned.resize(end, 0);
            }
            table.spanned[place.1 as usize..end].fill(place.0.saturating_add(cell.rows));
        }
        table.column = end as u32;
        let mut words = std::mem::take(&mut self.words);
        show_cell_text(&cell.text.all, &mut words);
        let table = &mut self.tables[at];
        self.room.take(more as u64, 0).map_err(|e| e.at_row(u64::from(place.0) + 1))?;
        if cell.hides {
            table.hide(place);
        }
        if cell.rows > 1 || cell.columns > 1 {
            self.room.take(1, 0)?;
            let end = (place.0.saturating_add(cell.rows.saturating_sub(1)), (end as u32).saturating_sub(1));
            table.merge(Dimensions { start: place, end });
        }
        let shown = words.trim_matches(is_outer_space);
        if !shown.is_empty() {
            table.put(place, &SheetCell::Text(shown))?;
            match cell.text.mark() {
                Some(CellMark::Part { kept, shown, fault }) => {
                    let tidy = |text: &str| {
                        let mut tidy = String::new();
                        show_cell_text(text, &mut tidy);
                        tidy
                    };
                    let (kept, shown) = (tidy(&kept), tidy(&shown));
                    table.mark(place, &CellMark::Part { kept, shown, fault })?;
                }
                Some(mark) => table.mark(place, &mark)?,
                None => {}
            }
        }
        self.words = words;
        Ok(())
    }
    fn end_row(&mut self) -> Result<()> {
        self.end_cell()?;
        let table = self.top();
        if std::mem::take(&mut table.in_row) {
            table.row += 1;
            if table.row > MAX_ROWS {
                return Err(unreadable_workbook(format!("表格超过{MAX_ROWS}行")));
            }
        }
        table.column = 0;
        table.row_marks = TextMarks::default();
        Ok(())
    }
    fn finish(mut self, counted: &[CountedRows], damaged: bool) -> Result<Vec<ReadSheet>> {
        while !self.open.is_empty() {
            self.end_row()?;
            if self.open.len() > 1 && self.top().row > 0 {
                return Err(Error::input("网页不完整：表格没有结束，后面的行可能丢了")
                    .hint("文件在传输中被截断；重新复制，或请提供部门重新导出"));
            }
            self.open.pop();
        }
        if counted.len() != self.tables.len() {
            let (read, counted) = (self.tables.len(), counted.len());
            return Err(unreadable_workbook(format!("两次数到的表格不一样多：{read}、{counted}")));
        }
        let mut around: BTreeMap<usize, LinesAround> = self.lines.finish().into_iter().collect();
        let mut sheets = Vec::new();
        let captions = self.captions.into_iter().map(|caption| {
            let words: Vec<&str> = caption.split_ascii_whitespace().collect();
            words.join(" ")
        });
        for (at, ((table, name), &counted)) in self.tables.into_iter().zip(captions).zip(counted).enumerate()
        {
            let (mut sheet, filled) = table.finish();
            sheet.damaged = damaged;
            sheet.around = around.remove(&at).unwrap_or_default();
            if filled > 0 || counted.filled > 0 {
                sheets.push(ReadSheet { name, hidden: false, sheet, filled, counted });
            }
        }
        Ok(sheets)
    }
}

/// White space as a browser shows it; lines stay lines.
fn show_cell_text(text: &str, shown: &mut String) {
    shown.clear();
    for line in text.split('\u{2028}') {
        let mut words = line.split_ascii_whitespace();
        let Some(first) = words.next() else { continue };
        if !shown.is_empty() {
            shown.push('\n');
        }
        shown.push_str(first);
        words.for_each(|word| {
            shown.push(' ');
            shown.push_str(word);
        });
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn page_of(text: &str) -> Result<Vec<ReadSheet>> {
        tables_of_page(text, false, &MemoryRoom::sheets(text.len() as u64))
    }

    fn rows(text: &str) -> Vec<Vec<Vec<String>>> {
        let sheets = page_of(text).unwrap();
        sheets
            .into_iter()
            .map(|s| {
                assert_eq!(s.filled, s.counted.filled, "{text}");
                s.sheet.cells.head(usize::MAX)
            })
            .collect()
    }

    #[test]
    fn without_end_tags_or_html() {
        let tables = rows("<tr><th>姓名<th>金额<tr><td>张&nbsp;三<td>&#49;00<br>元<tr><td>&nbsp;");
        assert_eq!(tables, [[["姓名", "金额"], ["张\u{a0}三", "100\n元"]]]);
    }

    #[test]
    fn spans_keep_columns_apart() {
        let tables = rows(
            "<table><tr><td rowspan=2>甲</td><td colspan=\"2\">乙</td><td>丙</td></tr>\
             <tr><td>丁</td><td>戊</td><td>己</td></tr></table>",
        );
        assert_eq!(tables, [[["甲", "乙", "", "丙"], ["", "丁", "戊", "己"]]]);
    }

    #[test]
    fn a_table_in_a_cell_is_its_own() {
        let tables = rows("<table><tr><td>名单<table><tr><td>张三</td></tr></table>尾</td></tr></table>");
        assert_eq!(tables, [[["名单尾"]], [["张三"]]]);
    }

    #[test]
    fn a_caption_is_in_the_name_of_its_table() {
        let page = "<table><tr><td>1</table><table><caption> 停发\n <b>人员</b></caption><tr><td>2<caption>3</table>";
        let names: Vec<String> = page_of(page).unwrap().into_iter().map(|sheet| sheet.name).collect();
        assert_eq!(names, ["", "停发 人员"]);
        assert_eq!(table_name("表格2".into(), &names[1]), "表格2 停发 人员");
    }

    #[test]
    fn scripts_are_no_content() {
        let tables =
            rows("<table><tr><td><script>'<tr><td>x'</script>张三<style>td>a{}</style></td></tr></table>");
        assert_eq!(tables, [[["张三"]]]);
    }

    #[test]
    fn what_a_page_does_not_show_is_no_content() {
        let page = "<style>.k{display:none}</style><table><tr><td><span style='display:none'>00001</span>罗德合\
            <td><i class=k>9</i>625<b hidden>元</b><td aria-hidden=true><b aria-hidden=true>甲</b>\
            <tr><td><div hidden><p>1</p><b>2</b></div><td><span style=display:none>x</span></table>";
        let sheets = page_of(page).unwrap();
        let [one] = &sheets[..] else { panic!() };
        assert_eq!(one.sheet.cells.head(9), [["罗德合", "625", "甲"]]);
        assert_eq!((one.filled, one.counted.filled, one.sheet.hidden_texts), (2, 2, 4));
    }

    #[test]
    fn lines_outside_the_tables_stand_around_them() {
        let page = "<title>查询</title><body>位置：<b>低保</b>查询<div style=display:none>2017年</div><select><option>浚县\
            </select><p>6月<br>名单<table><tr><td>1</table>共 <b>3</b> 页 到第 <input value=1> 页<h3>停发</h3>\
            <table><tr><td>2<table><tr><td>3</table></table><script>var a='共9页'</script>制表：甲";
        let around: Vec<LinesAround> = page_of(page).unwrap().into_iter().map(|s| s.sheet.around).collect();
        assert_eq!(around[0].above, ["位置：低保查询", "6月", "名单"]);
        assert_eq!(around[0].below, ["共 3 页 到第 1 页"]);
        assert_eq!(around[1].above, ["共 3 页 到第 1 页", "停发"]);
        assert_eq!(around[1].below, ["制表：甲"]);
        assert_eq!(around[2], LinesAround::default());
    }

    #[test]
    fn of_long_texts_around_a_table_the_nearest_lines_are_kept() {
        let lines = |from: u32| (from..from + 50).map(|at| format!("<p>第{at}句")).collect::<String>();
        let long = "长".repeat(900);
        let page = format!("{}<p>{long}<table><tr><td>1</table>{}", lines(0), lines(100));
        let around = page_of(&page).unwrap().remove(0).sheet.around;
        assert_eq!((around.above.len(), around.below.len()), (20, 20));
        assert_eq!((&*around.above[0], around.above[19].chars().count()), ("第31句", 300));
        assert_eq!((&*around.below[0], &*around.below[19]), ("第100句", "第119句"));
    }

    #[test]
    fn a_page_cut_off_is_refused() {
        let page = "<html><table><tr><td>张三</td></tr><tr><td>李";
        let error = page_of(page).err().unwrap();
        assert!(error.message().contains("不完整"), "{error}");
    }

    #[test]
    fn absurd_spans_cost_little() {
        let page = "<table>".to_owned() + &"<tr><td rowspan=65534 colspan=1000>x".repeat(2000);
        let error = page_of(&page).err().unwrap();
        assert!(error.message().contains("列"), "{error}");
    }
}
