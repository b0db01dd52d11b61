//! What a web page shows outside its tables: `当前位置：低保查询`, `共3页 到第1页 共29条`.

use std::collections::VecDeque;

/// Lines that are kept before and behind a table, and characters of each.
const KEPT_LINES: usize = 20;
const KEPT_CHARACTERS: usize = 300;

/// Lines of a page that stand between two of its tables, as far as they are kept.
#[derive(Debug, Default)]
struct LinesBetween {
    first: Vec<String>,
    last: VecDeque<String>,
}

/// The lines next to a table.
#[derive(Debug, Default, Clone, PartialEq, Eq)]
pub(in crate::extract) struct LinesAround {
    pub above: Vec<String>,
    pub below: Vec<String>,
}

/// Collects what a page shows outside its tables.
#[derive(Debug, Default)]
pub(super) struct PageLines {
    line: String,
    characters: usize,
    /// The elements that are open, and whether each is shown.
    open: Vec<(Vec<u8>, bool)>,
    between: LinesBetween,
    /// Of each table what stands around it, by its position.
    around: Vec<(usize, LinesAround)>,
}

impl PageLines {
    /// An element that encloses text begins.
    pub(super) fn open(&mut self, name: &[u8], hidden: bool) {
        if ends_line(name) {
            self.end_line();
        }
        if matches!(name, b"p" | b"li") {
            self.close(name);
        }
        // What may be chosen is not said.
        let hidden = hidden || matches!(name, b"select" | b"option" | b"template" | b"noscript");
        self.open.push((name.to_vec(), !hidden));
    }
    /// The last open element of a name ends, and those within it.
    pub(super) fn close(&mut self, name: &[u8]) {
        if ends_line(name) {
            self.end_line();
        }
        if let Some(at) = self.open.iter().rposition(|(open, _)| open == name) {
            self.open.truncate(at);
        }
    }
    pub(super) fn text(&mut self, text: &str) {
        if self.open.iter().any(|(_, shown)| !shown) {
            return;
        }
        if text == "\n" {
            // Line ends of the page are spaces, too; elements end lines.
            self.push(' ');
            return;
        }
        text.chars().for_each(|c| self.push(if c.is_whitespace() { ' ' } else { c }));
    }
    fn push(&mut self, c: char) {
        if c == ' ' && (self.line.is_empty() || self.line.ends_with(' '))
            || self.characters >= KEPT_CHARACTERS
        {
            return;
        }
        self.line.push(c);
        self.characters += 1;
    }
    pub(super) fn end_line(&mut self) {
        self.characters = 0;
        let line = std::mem::take(&mut self.line);
        let line = line.trim();
        if line.is_empty() {
            return;
        }
        if self.between.first.len() < KEPT_LINES {
            self.between.first.push(line.to_owned());
        }
        if self.between.last.len() == KEPT_LINES {
            self.between.last.pop_front();
        }
        self.between.last.push_back(line.to_owned());
    }
    /// A table begins.
    pub(super) fn begin_table(&mut self, at: usize) {
        self.end_line();
        let between = std::mem::take(&mut self.between);
        if let Some((_, before)) = self.around.last_mut() {
            // What introduces the next table says nothing of the one before, unless it counts what that one has.
            before.below = between.first.into_iter().filter(|line| line.contains(['页', '共'])).collect();
        }
        let above = between.last.into_iter().collect();
        self.around.push((at, LinesAround { above, below: Vec::new() }));
    }
    /// The page ends: what stands around each table that is in none, by its position.
    pub(super) fn finish(mut self) -> Vec<(usize, LinesAround)> {
        self.end_line();
        if let Some((_, last)) = self.around.last_mut() {
            last.below = self.between.first;
        }
        self.around
    }
}

/// Does an element stand in lines of its own?
fn ends_line(name: &[u8]) -> bool {
    matches!(
        name,
        b"p" | b"div"
            | b"li"
            | b"ul"
            | b"ol"
            | b"center"
            | b"form"
            | b"body"
            | b"header"
            | b"footer"
            | b"section"
            | b"fieldset"
            | b"dl"
            | b"dt"
            | b"dd"
            | b"h1"
            | b"h2"
            | b"h3"
            | b"h4"
            | b"h5"
            | b"h6"
    )
}
