//! How many lines a text takes in a cell: where spreadsheets break a Chinese line (避头尾), as GB/T 15834 has it: no line begins
//! with punctuation that closes, or ends with punctuation that opens.

/// May not begin a line.
const CLOSING: &str = "、。，．：；？！）］｝〕〉》」』】〗〙’”…—～·‧•ー々％‰℃°,.;:?!)]}%";
/// May not end a line.
const OPENING: &str = "（［｛〔〈《「『【〖〘‘“￥＄№([{$#";

/// Columns that a character takes: a Han character two.
fn columns(c: char) -> usize {
    if c.is_ascii() { 1 } else { 2 }
}

/// May a line end before the second of two characters?
fn may_break(before: char, after: char) -> bool {
    let is_word = |c: char| c.is_ascii_alphanumeric() || matches!(c, '.' | ',');
    !(CLOSING.contains(after) || OPENING.contains(before) || is_word(before) && is_word(after))
}

/// Lines that a text without line ends takes where so many columns have room.
pub(super) fn wrapped_line_count(line: &str, room: usize) -> usize {
    // Most cells have one line; no character takes more columns than bytes.
    if line.len() <= room || line.chars().map(columns).sum::<usize>() <= room {
        return 1;
    }
    let (mut lines, mut used) = (1, 0);
    let mut place = |part: usize| {
        if used + part > room && used > 0 {
            (lines, used) = (lines + 1, 0);
        }
        used += part;
        // What is longer than a line is cut anywhere.
        while used > room {
            (lines, used) = (lines + 1, used - (room - room % 2).max(1));
        }
    };
    // What is not to be broken up to here, and its last character.
    let (mut part, mut last) = (0, None);
    for c in line.chars() {
        if last.is_some_and(|last| may_break(last, c)) {
            place(std::mem::take(&mut part));
        }
        part += columns(c);
        last = Some(c);
    }
    place(part);
    lines
}

#[cfg(test)]
mod tests {
    use super::*;

    /// The lines, by trying every end from the last: slow, and another way.
    fn wrapped(text: &str, room: usize) -> Vec<String> {
        let chars: Vec<char> = text.chars().collect();
        let (mut lines, mut from) = (Vec::new(), 0);
        while from < chars.len() {
            let fits = |to: &usize| chars[from..*to].iter().map(|c| columns(*c)).sum::<usize>() <= room;
            let ends = |to: &usize| *to == chars.len() || may_break(chars[to - 1], chars[*to]);
            let to = (from + 1..=chars.len()).rev().find(|to| fits(to) && ends(to));
            let to = to.or_else(|| (from + 1..=chars.len()).rev().find(fits)).unwrap();
            lines.push(chars[from..to].iter().collect());
            from = to;
        }
        lines
    }

    #[test]
    fn no_line_begins_with_a_comma_or_ends_with_an_opening_bracket() {
        // Two lines of four would begin the second with the comma.
        assert_eq!(wrapped("请乡镇核，再报", 8), ["请乡镇", "核，再报"]);
        assert_eq!(wrapped_line_count("请乡镇核，再报县", 8), 3);
        assert_eq!(wrapped("核一核（甲）乙", 8), ["核一核", "（甲）乙"]);
        assert_eq!(wrapped_line_count("核一核（甲）乙丙", 8), 3);
        assert_eq!(wrapped_line_count("一二三四", 8), 1);
        assert_eq!(wrapped_line_count("一二三四五", 8), 2);
        assert_eq!(wrapped_line_count("《城乡居民》", 8), 2);
        assert_eq!(wrapped_line_count("核210.5元", 6), 3, "a number stays whole");
        assert_eq!(wrapped_line_count("核41062119840420", 8), 3, "what is longer than a line is cut");
    }

    #[test]
    fn advice_of_every_rule_and_every_shorter_text_takes_the_lines_that_it_is_broken_into() {
        let mut texts = 0;
        for pipeline in ["hebi", "longan-2025"] {
            let root = std::path::Path::new(env!("CARGO_MANIFEST_DIR")).join("pipelines").join(pipeline);
            let pipeline = crate::config::Pipeline::open(&root).unwrap();
            for rule in crate::rules::rule_set::RuleSet::load(&pipeline).unwrap().rules {
                for text in
                    rule.header.advice.iter().chain([&rule.header.title, &rule.header.advice.concat()])
                {
                    let ends = text.char_indices().map(|(at, c)| at + c.len_utf8());
                    for (end, room) in ends.flat_map(|end| [(end, 6), (end, 8), (end, 18), (end, 33)]) {
                        let lines = wrapped(&text[..end], room);
                        // A character that is longer than what is left is cut by both, not always at the same place.
                        assert!(
                            wrapped_line_count(&text[..end], room) >= lines.len(),
                            "{room} {lines:?} {}",
                            wrapped_line_count(&text[..end], room)
                        );
                        assert!(
                            wrapped_line_count(&text[..end], room) <= lines.len() + 1,
                            "{room} {lines:?}"
                        );
                        texts += 1;
                    }
                }
            }
        }
        assert!(texts > 10_000, "{texts}");
    }
}
