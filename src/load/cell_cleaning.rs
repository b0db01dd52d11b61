//! One cell: cleaning, words for “nothing”, yes and no.

use std::borrow::Cow;

use unicode_normalization::UnicodeNormalization as _;

use crate::model::cell_words::cell_without_value;

/// Trims spaces of every width, control and invisible characters at both ends, and turns line
/// breaks and tabs inside into one space. `None` if nothing is left.
pub(super) fn clean_cell(text: &str) -> Option<Cow<'_, str>> {
    let bytes = text.as_bytes();
    let (&first, &last) = (bytes.first()?, bytes.last()?);
    // The common case in one pass: visible ASCII or a Han character at both ends, no control
    // byte between. E2/E3/C2/EF may begin a space or an invisible character.
    let plain_end = |b: u8| b > 0x20 && b != 0x7F;
    if plain_end(first)
        && !matches!(first, 0xC2 | 0xE1 | 0xE2 | 0xE3 | 0xEF)
        && plain_end(last)
        && (last < 0x80 || text.chars().next_back().is_some_and(|c| !invisible(c)))
        && !bytes.iter().any(|&b| b < 0x20 || b == 0x7F || b == 0xE2 || b == 0xEF || b == 0xC2)
    {
        return Some(Cow::Borrowed(text));
    }
    let trimmed = text.trim_matches(invisible);
    if trimmed.is_empty() {
        return None;
    }
    if trimmed.chars().any(|c| c.is_control() || format_character(c)) {
        let spaced: String = trimmed
            .chars()
            .filter(|&c| !format_character(c))
            .map(|c| if c.is_control() { ' ' } else { c })
            .collect();
        let words: Vec<&str> = spaced.split(' ').filter(|w| !w.is_empty()).collect();
        return Some(Cow::Owned(words.join(" ")));
    }
    Some(Cow::Borrowed(trimmed))
}

/// Does a text, or several in one buffer, hold nothing that [`clean_cell`] or [`strip_cell_quote`] would
/// change? May wrongly say no.
pub(super) fn is_plain_cell(bytes: &[u8]) -> bool {
    // Blanks, control bytes, quotes, and the first bytes of spaces and invisible characters.
    let odd = |b: u8| b <= b' ' || matches!(b, b'\'' | b'`' | 0x7F | 0xC2 | 0xE1 | 0xE2 | 0xE3 | 0xEF);
    bytes.chunks(4096).all(|some| some.iter().map(|&b| u8::from(odd(b))).fold(0, |any, odd| any | odd) == 0)
}

fn invisible(c: char) -> bool {
    c.is_whitespace() || c.is_control() || format_character(c)
}

fn format_character(c: char) -> bool {
    matches!(c, '\u{200B}'..='\u{200F}' | '\u{202A}'..='\u{202E}' | '\u{2060}' | '\u{FEFF}' | '\u{AD}')
}

/// The mark a spreadsheet user puts before digits to keep them text.
pub(super) fn strip_cell_quote(text: &str) -> &str {
    if !matches!(text.as_bytes().first(), Some(b'\'' | b'`' | 0xE2)) {
        return text;
    }
    match text.strip_prefix(['\'', '`', '‘', '’']) {
        Some(rest) if rest.starts_with(|c: char| c.is_ascii_alphanumeric()) => rest,
        _ => text,
    }
}

/// Does a text stand for no value, be it that there is none or that nobody knows it?
pub(super) fn is_nothing_cell(text: &str) -> bool {
    cell_without_value(text).is_some()
}

/// A day that stands for none: what programs write for an empty date, and for one that never comes. `end`: in
/// a column that tells when something ended, where the beginning of computers' time means it, too.
pub(super) fn is_no_day(text: &str, end: bool) -> bool {
    let digits: String = text.chars().filter(char::is_ascii_digit).take(8).collect();
    let Some(year) = digits.get(..4).and_then(|year| year.parse::<u32>().ok()) else { return false };
    let rest = &digits[4..];
    if !text.is_char_boundary(4) || !text[..4].bytes().all(|b| b.is_ascii_digit()) {
        return false;
    }
    // What has more digits than a day, with a time at most, is an account number or the like.
    if !is_as_long_as_a_day(text) {
        return false;
    }
    let first = matches!(rest, "" | "01" | "1" | "0101" | "11" | "00" | "0000" | "0100");
    match year {
        // `1899` alone, `43160` and the like are serial numbers of days.
        _ if digits.len() < 5 || digits.len() == 5 && text.len() == 5 => false,
        0 => true,
        1 | 1753 | 1900 => first,
        1899 => matches!(rest, "12" | "1230" | "1231"),
        1970 => end && first,
        2200.. => text.len() > 6 || digits.len() == 6,
        _ => false,
    }
}

/// Has a text that begins with a year no more digits than a day, or a day and a time?
fn is_as_long_as_a_day(text: &str) -> bool {
    let day = text.split([' ', 'T']).next().unwrap_or(text);
    let digits = day.bytes().filter(u8::is_ascii_digit).count();
    digits <= 8 || digits == 14 && (day.ends_with("000000") || day.ends_with("235959"))
}

/// “No end”: an open end month.
pub(super) fn is_open_end(text: &str) -> bool {
    matches!(text, "至今" | "长期" | "今" | "永久")
}

/// What says in a column of ends that there is none yet: a state of those who are still there, or a nought.
const NOT_ENDED: [&str; 36] = [
    "在保",
    "在享",
    "在册",
    "在享受",
    "享受中",
    "在享受中",
    "继续享受",
    "继续保障",
    "续保",
    "正常",
    "正常享受",
    "正常在保",
    "正常发放",
    "有效",
    "未停",
    "未停保",
    "未停发",
    "未停止",
    "未终止",
    "未结束",
    "未退",
    "未退保",
    "未退出",
    "未注销",
    "未到期",
    "未中断",
    "没有停",
    "没停",
    "否",
    "无限期",
    "无期限",
    "长期有效",
    "永久有效",
    "长期享受",
    "目前",
    "现在",
];

/// Does a cell in a column of ends say that nothing has ended? `0`, `N` and `否` answer the question whether it has.
pub(super) fn says_not_ended(text: &str) -> bool {
    let text = text.trim_matches(['(', ')', '\u{FF08}', '\u{FF09}']);
    let nought = !text.is_empty() && text.bytes().all(|b| b == b'0' || b == b'.') && text.starts_with('0');
    nought
        || NOT_ENDED.contains(&text)
        || ["n", "no", "f", "false"].iter().any(|no| text.eq_ignore_ascii_case(no))
}

/// Yes 1, no 0.
pub(super) fn parse_flag(text: &str) -> Option<i32> {
    match text {
        "1" | "是" | "√" | "✓" | "✔" | "有" | "Y" | "y" | "YES" | "Yes" | "yes" | "TRUE" | "True"
        | "true" | "T" | "已" | "参加" | "已参加" | "享受" | "已享受" | "1.0" | "☑" | "对" => {
            Some(1)
        }
        "0" | "否" | "×" | "✗" | "✘" | "x" | "X" | "无" | "没有" | "N" | "n" | "NO" | "No" | "no"
        | "FALSE" | "False" | "false" | "F" | "未" | "未参加" | "不享受" | "未享受" | "0.0" | "☐"
        | "不是" => Some(0),
        _ => None,
    }
}

/// Compatibility forms folded (full-width digits and letters), for a second try at a cell
/// that could not be read.
pub(super) fn fold_cell_width(text: &str) -> Option<String> {
    if holds_note_mark(text) {
        return None;
    }
    let folded: String = text.nfkc().collect();
    (folded != text).then_some(folded)
}

/// Does a number of a note stand beside other digits: `625¹`, `625①`? Folded it would be a digit like the others. Behind
/// a metre it is a square one.
fn holds_note_mark(text: &str) -> bool {
    let small = |c: char| {
        matches!(c, '²' | '³' | '¹' | '⁰'..='⁹' | '₀'..='₉' | '①'..='⑳' | '⓪' | '⒈'..='⒛') && c != 'ⁱ'
    };
    let digit = |c: char| c.is_ascii_digit() || ('０'..='９').contains(&c);
    let mut before = ' ';
    let marked = text.chars().any(|c| {
        let marked = small(c) && !matches!(before, 'm' | 'M' | 'ｍ' | '米');
        before = c;
        marked
    });
    marked && text.chars().any(digit)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn cleaning() {
        for (text, expected) in [
            ("张三", Some("张三")),
            (" 张三\t", Some("张三")),
            ("\u{3000}张三\u{a0}", Some("张三")),
            ("张 三", Some("张 三")),
            ("张\r\n三", Some("张 三")),
            ("\u{feff}4106", Some("4106")),
            ("4106\u{200b}21", Some("410621")),
            ("", None),
            (" \t\u{3000}", None),
            ("阿·里", Some("阿·里")),
            ("“引号”", Some("“引号”")),
            ("\u{0}1", Some("1")),
        ] {
            assert_eq!(clean_cell(text).as_deref(), expected, "{text:?}");
        }
        assert!(matches!(clean_cell("张三"), Some(Cow::Borrowed(_))));
    }

    proptest::proptest! {
        #[test]
        fn what_is_plain_stays(text in "[ -~张三·\u{3000}\u{a0}\u{200b}‘’\t]{1,6}") {
            let same = matches!(clean_cell(&text), Some(Cow::Borrowed(c)) if strip_cell_quote(c) == text);
            proptest::prop_assert!(same || !is_plain_cell(text.as_bytes()), "{:?}", text);
        }
    }

    #[test]
    fn days_that_stand_for_none() {
        for text in [
            "1900-01-01",
            "1900/1/1",
            "19000101",
            "1900-01-01 00:00:00",
            "190001",
            "1899-12-30",
            "189912",
            "9999-12-31",
            "99991231",
            "999912",
            "2999-12-31",
            "0001-01-01",
            "0000-00-00",
            "1900年1月",
        ] {
            assert!(is_no_day(text, false), "{text}");
        }
        for text in [
            "1900-05-01",
            "1899-11-30",
            "2018-03-01",
            "201803",
            "43160",
            "22001",
            "1970-01-01",
            "2099-12-31",
            "1899",
        ] {
            assert!(!is_no_day(text, false), "{text}");
        }
        assert!(is_no_day("1970-01-01", true) && !is_no_day("1970-05-01", true));
    }

    #[test]
    fn words_for_what_has_not_ended() {
        for text in ["0", "0.0", "000000", "N", "no", "否", "在保", "（未停）", "未终止", "正常", "长期有效"]
        {
            assert!(says_not_ended(text), "{text}");
        }
        for text in ["", ".", "1", "201803", "0201", "停保", "不正常", "不详", "NULL", "Y", "是", "待定"]
        {
            assert!(!says_not_ended(text), "{text}");
        }
    }

    #[test]
    fn quotes_flags_and_nothing() {
        assert_eq!(strip_cell_quote("'410621"), "410621");
        assert_eq!(strip_cell_quote("'"), "'");
        assert_eq!(
            (parse_flag("√"), parse_flag("×"), parse_flag("2"), parse_flag("")),
            (Some(1), Some(0), None, None)
        );
        assert!(is_nothing_cell("/") && !is_nothing_cell("0"));
        assert_eq!(fold_cell_width("\u{FF11}\u{FF12}").as_deref(), Some("12"));
        assert_eq!(fold_cell_width("12"), None);
        assert_eq!(fold_cell_width("60m²").as_deref(), Some("60m2"));
        assert_eq!(fold_cell_width("①").as_deref(), Some("1"));
        for text in ["625¹", "625①", "²625", "６２５₁"] {
            assert_eq!(fold_cell_width(text), None, "{text}");
        }
    }
}
