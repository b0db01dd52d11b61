//! Text on its way to a terminal or into a file that all may read: without numbers of persons, without orders to the
//! terminal.

use std::borrow::Cow;

use super::mask::mask_numbers_in_text;

/// What stands for a character that a terminal would obey.
const REPLACED: char = '\u{FFFD}';

/// A text as a terminal may show it: numbers of persons masked, control characters and those that turn the direction of
/// writing replaced. Line breaks and tabs stay.
pub(crate) fn told_text(text: &str) -> Cow<'_, str> {
    // First the numbers: a control character between digits hides none.
    match mask_numbers_in_text(text) {
        Cow::Borrowed(text) => without_orders(text),
        Cow::Owned(text) => without_orders(&text).into_owned().into(),
    }
}

/// A name within a line: numbers of persons masked; what breaks lines or does not show stands as it is written in programs,
/// `\n`, so that whoever looks for the file knows what it is called.
pub(crate) fn told_name(name: &str) -> Cow<'_, str> {
    let masked = mask_numbers_in_text(name);
    let hidden = |c: char| is_order(c) || matches!(c, '\n' | '\t' | '\u{2028}' | '\u{2029}');
    if !masked.contains(hidden) {
        return masked;
    }
    let mut out = String::with_capacity(masked.len() + 8);
    for c in masked.chars() {
        if hidden(c) { out.extend(c.escape_default()) } else { out.push(c) }
    }
    out.into()
}

/// A text without what a terminal takes for an order.
pub(crate) fn without_orders(text: &str) -> Cow<'_, str> {
    let order = |c: char| is_order(c) && !matches!(c, '\n' | '\t');
    if !text.contains(order) {
        return text.into();
    }
    text.chars().map(|c| if order(c) { REPLACED } else { c }).collect()
}

/// A control character, or one that turns the direction of writing.
fn is_order(c: char) -> bool {
    c.is_control() || matches!(c, '\u{200E}' | '\u{200F}' | '\u{202A}'..='\u{202E}' | '\u{2066}'..='\u{2069}')
}

/// JSON as `serde_json` writes it over several lines, with the numbers of persons in its strings masked. Digests stay.
/// What is read back by the program is never written so.
pub(crate) fn mask_numbers_in_json(json: &str) -> String {
    let mut out = String::with_capacity(json.len());
    for line in json.split_inclusive('\n') {
        match string_of_line(line) {
            Some(place) => {
                out.push_str(&line[..place.start]);
                out.push_str(&masked_json_string(&line[place.clone()]));
                out.push_str(&line[place.end..]);
            }
            _ => out.push_str(line),
        }
    }
    out
}

/// Where the string that a line ends with stands, quotes included: the value of a key, or an element of a list.
fn string_of_line(line: &str) -> Option<std::ops::Range<usize>> {
    let end = line.trim_end().strip_suffix(',').unwrap_or(line.trim_end()).len();
    if !line[..end].ends_with('"') {
        return None;
    }
    let begin = line.len() - line.trim_start().len();
    let first = end_of_string(&line[begin..end])? + begin;
    match &line[first..end] {
        "" => Some(begin..end),
        value => value.starts_with(": \"").then_some(first + 2..end),
    }
}

/// Length of the string that a text begins with.
fn end_of_string(text: &str) -> Option<usize> {
    let mut escaped = false;
    for (at, byte) in text.bytes().enumerate().skip(1) {
        match byte {
            _ if escaped => escaped = false,
            b'\\' => escaped = true,
            b'"' => return Some(at + 1),
            _ => {}
        }
    }
    None
}

fn masked_json_string(quoted: &str) -> Cow<'_, str> {
    let digest =
        |text: &str| text.len() >= 32 && text.bytes().all(|b| matches!(b, b'0'..=b'9' | b'a'..=b'f'));
    let Ok(text) = serde_json::from_str::<String>(quoted) else { return quoted.into() };
    match mask_numbers_in_text(&text) {
        Cow::Owned(masked) if !digest(&text) => {
            serde_json::to_string(&masked).map_or_else(|_| "\"\"".into(), Cow::Owned)
        }
        _ => quoted.into(),
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_terminal_gets_no_orders_and_no_numbers() {
        let name = "\u{1b}[2J名单\u{7}\u{9b}31m\u{202E}410602 19980312 4217\r.xlsx\n\t";
        assert_eq!(told_text(name), "�[2J名单��31m�410602 ******** 4217�.xlsx\n\t");
        // A control character between digits hides no number.
        assert_eq!(told_text("4106021998\u{1b}03124217"), "410602********4217");
        assert!(matches!(told_text("第3行，2018-03-12"), Cow::Borrowed(_)));
    }

    #[test]
    fn a_name_stays_within_its_line() {
        let name = "低保\n410602 19980312 4217\r\t\u{1b}[2J\u{202E}.csv";
        assert_eq!(told_name(name), r"低保\n410602 ******** 4217\r\t\u{1b}[2J\u{202e}.csv");
        assert!(matches!(told_name("低保 2018Q3.csv"), Cow::Borrowed(_)));
    }

    #[test]
    fn strings_of_json_are_masked_and_digests_stay() {
        let digest = "1234567890123456".repeat(4);
        let value = serde_json::json!({
            "file": "a\"\\ 410602199803124217,\n", "sha256": digest, "rows": 410_602_199_803_124_217_u64,
            "list": ["138-1234-5678", "", "2018Q3"], "empty": {}, "410602": "410602\n19980312\n4217",
        });
        let text = serde_json::to_string_pretty(&value).unwrap();
        let masked: serde_json::Value = serde_json::from_str(&mask_numbers_in_json(&text)).unwrap();
        let wanted = serde_json::json!({
            "file": "a\"\\ 410602********4217,\n", "sha256": digest, "rows": 410_602_199_803_124_217_u64,
            "list": ["138-****-5678", "", "2018Q3"], "empty": {}, "410602": "410602\n********\n4217",
        });
        assert_eq!(masked, wanted);
        let plain = serde_json::to_string_pretty(&serde_json::json!({"a": [1, "二"], "b": null})).unwrap();
        assert_eq!(mask_numbers_in_json(&plain), plain);
    }
}
