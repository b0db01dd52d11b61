//! Lines of a summary that fit a terminal, whatever they tell: none wider than a screen, no more than a screen holds.

use std::borrow::Cow;

/// Lines of a summary at most.
pub(super) const MOST_LINES: usize = 40;
/// Columns of a line at most; a Chinese character takes two.
pub(super) const MOST_COLUMNS: usize = 120;
/// Where a line that goes on begins.
const INDENT: usize = 10;

/// Columns that a text takes.
pub(super) fn column_count(text: &str) -> usize {
    text.chars().map(column_width).sum()
}

fn column_width(c: char) -> usize {
    match c {
        c if c.is_control() => 0,
        ' '..='~' => 1,
        _ => 2,
    }
}

/// The text in so many columns; what does not fit ends in an ellipsis.
pub(super) fn cut_text(text: &str, columns: usize) -> Cow<'_, str> {
    if column_count(text) <= columns {
        return text.into();
    }
    let mut left = columns.saturating_sub(2);
    let fits = |c: &char| {
        let width = column_width(*c);
        let fits = width <= left;
        left = left.saturating_sub(width);
        fits
    };
    (text.chars().take_while(fits).collect::<String>() + "…").into()
}

/// Lines as they gather.
#[derive(Debug, Default)]
pub(super) struct TerminalLines(Vec<String>);

impl TerminalLines {
    /// Adds a line under a label, in `most` lines at most; what does not fit into them ends in an ellipsis.
    pub(super) fn say(&mut self, label: &str, text: &str, most: usize) {
        let head = if label.is_empty() { " ".repeat(8) } else { format!("  {label}  ") };
        self.wrap(&head, text, most);
    }

    /// Adds a line as it is, cut where the screen ends.
    pub(super) fn line(&mut self, text: &str) {
        self.0.push(cut_text(text, MOST_COLUMNS).into_owned());
    }

    /// Adds a line that somebody copies, however long.
    pub(super) fn whole_line(&mut self, text: String) {
        self.0.push(text);
    }

    fn wrap(&mut self, head: &str, text: &str, most: usize) {
        let mut line = head.to_owned();
        let mut width = column_count(head);
        let mut lines = 1;
        let mut rest = text.chars().filter(|c| !c.is_control()).peekable();
        while let Some(c) = rest.next() {
            let wide = column_width(c);
            // The last line keeps room for the ellipsis.
            let room = if lines == most { MOST_COLUMNS - 2 } else { MOST_COLUMNS };
            if width + wide > room && !(width + wide <= MOST_COLUMNS && rest.peek().is_none()) {
                if lines == most {
                    line.push('…');
                    break;
                }
                self.0.push(std::mem::replace(&mut line, " ".repeat(INDENT)));
                (width, lines) = (INDENT, lines + 1);
            }
            line.push(c);
            width += wide;
        }
        self.0.push(line.trim_end().to_owned());
    }

    /// Lines that are left before `reserved` more.
    pub(super) fn room(&self, reserved: usize) -> usize {
        MOST_LINES.saturating_sub(self.0.len() + reserved)
    }

    /// All of them, without a line end behind the last.
    pub(super) fn finish(self) -> String {
        self.0.join("\n")
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn no_line_is_wider_than_the_screen_and_what_is_left_out_shows() {
        let long = "名单没有报来".repeat(40);
        let mut lines = TerminalLines::default();
        lines.say("注意", &long, 2);
        lines.line(&long);
        lines.say("数据", "短", 1);
        assert_eq!(lines.room(0), MOST_LINES - 4);
        let text = lines.finish();
        assert!(text.lines().all(|line| column_count(line) <= MOST_COLUMNS), "{text}");
        let ends: Vec<bool> = text.lines().map(|line| line.ends_with('…')).collect();
        assert_eq!(ends, [false, true, true, false], "{text}");
        assert!(text.ends_with("\n  数据  短"));
    }

    #[test]
    fn what_just_fits_is_whole() {
        let exact = "字".repeat(56);
        let mut lines = TerminalLines::default();
        lines.say("注意", &exact, 1);
        lines.say("注意", &format!("{exact}字"), 1);
        let text = lines.finish();
        let told: Vec<&str> = text.lines().collect();
        assert_eq!(column_count(told[0]), MOST_COLUMNS);
        assert!(told[0].ends_with('字') && told[1].ends_with('…'), "{text}");
        assert_eq!(cut_text("abc", 3), "abc");
        assert_eq!(cut_text("字字字", 5), "字…");
    }
}
