//! Words that stand in a cell for a value that is not there, or not known.

/// Why a filled cell holds no value.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum CellWithoutValue {
    /// It says that there is nothing: `无`, `/`, `—`.
    Blank,
    /// It says that there is something which nobody knows or tells: `不详`, `待核实`, `NULL`, `***`; or that it
    /// is what the row above says: `同上`, `〃`.
    Unknown,
}

/// Tells cleaned texts that stand for no value from those that are one.
pub(crate) fn cell_without_value(text: &str) -> Option<CellWithoutValue> {
    use CellWithoutValue::{Blank, Unknown};
    // The longest of the words; and most cells end at their first character.
    if text.len() > 24 {
        return None;
    }
    match text.as_bytes() {
        [] => return Some(Blank),
        [b'0'..=b'9', ..] => return None,
        [first, ..] if first.is_ascii_alphabetic() && !b"nutNUTE".contains(first) => return None,
        // Of the Han characters only those below begin such a word.
        [0xE4..=0xE9, ..]
            if !text.starts_with([
                '无', '空', '暂', '没', '不', '未', '待', '保', '情', '尚', '缺', '已', '同',
            ]) =>
        {
            return None;
        }
        _ => {}
    }
    match text {
        "无"
        | "空"
        | "暂无"
        | "没有"
        | "无此项"
        | "(空)"
        | "\u{FF08}空\u{FF09}"
        | "空白"
        | "(无)"
        | "\u{FF08}无\u{FF09}" => return Some(Blank),
        "不详" | "不明" | "不清" | "不清楚" | "不知" | "不知道" | "未知" | "未填" | "未填写" | "未核实"
        | "未提供" | "未采集" | "未录入" | "未登记" | "未确定" | "未定" | "待定" | "待核实" | "待核"
        | "待核查" | "待查" | "待补" | "待补充" | "待填" | "待完善" | "待采集" | "待录入" | "待确认"
        | "暂缺" | "暂未核实" | "暂不详" | "暂不清楚" | "尚未核实" | "尚不清楚" | "情况不明" | "情况不详"
        | "保密" | "缺" | "缺失" | "已保密" => return Some(Unknown),
        _ => {}
    }
    // As in the row above: the row is not at hand, and rows may have been sorted since.
    if matches!(text, "同上" | "同上行" | "同前" | "同左" | "同上述")
        || text.chars().all(|c| matches!(c, '〃' | '″' | '“' | '”' | '"' | '\u{FF02}' | '々'))
    {
        return Some(Unknown);
    }
    let word = without_brackets(text);
    let said = ["#n/a", "unknown", "tbd"].iter().any(|known| word.eq_ignore_ascii_case(known));
    if said || is_null_word(text) {
        return Some(Unknown);
    }
    if is_error_word(text) {
        return Some(Unknown);
    }
    // Nothing but strokes says nothing; nothing but stars and question marks stands for what is not told.
    let all = |of: &[char]| text.chars().all(|c| of.contains(&c) || c.is_whitespace());
    if all(&['-', '—', '–', '－', '―', '─', '/', '\\', '\u{FF0F}', '_', '.', '…', '、', '~', '\u{2212}'])
    {
        return Some(Blank);
    }
    (all(&['*', '?', '\u{FF1F}', '\u{FF0A}', '×', '■', '□', '●', '#'])
        && text.chars().count() > usize::from(text.contains(['×', '□', '■', '●'])))
    .then_some(Unknown)
}

/// What programs write into a cell that holds nothing.
const NULL_WORDS: [&str; 8] = ["null", "none", "nan", "nat", "nil", "n/a", "na", "undefined"];

/// Is it the word of a program for a cell that holds nothing: `NULL`, `(null)`, `<NA>`, `NaT`? Whether its export writes so
/// for every blank only the whole column shows.
pub(crate) fn is_null_word(text: &str) -> bool {
    let word = without_brackets(text);
    NULL_WORDS.iter().any(|known| word.eq_ignore_ascii_case(known))
}

fn without_brackets(text: &str) -> &str {
    text.trim_matches(['(', ')', '<', '>', '[', ']', '{', '}', '\u{FF08}', '\u{FF09}'])
}

/// What spreadsheets of other languages show for #N/A, without a mark at the end; and what does not end in one.
const ERRORS_WITHOUT_MARK: [&str; 18] = [
    "N/A",
    "N/D",
    "ND",
    "NV",
    "N/V",
    "I/T",
    "N/B",
    "N/DISP",
    "НД",
    "Н/Д",
    "YOK",
    "HIÁNYZIK",
    "PUUTTUU",
    "DIV/0",
    "REF",
    "VALUE",
    "GETTING_DATA",
    "N.D.",
];

/// Is it what a spreadsheet shows for an error, in whatever language: `#N/A`, `#ССЫЛКА!`, `#¡VALOR!`, `Err:502`?
pub(crate) fn is_error_word(text: &str) -> bool {
    if let Some(code) = text.strip_prefix("Err:5") {
        return code.len() == 2;
    }
    let Some(word) = text.strip_prefix(['#', '\u{FF03}']) else { return false };
    // Wider than its column: the number is not shown.
    if word.len() >= 2 && word.bytes().all(|b| b == b'#') {
        return true;
    }
    let bare = word.trim_start_matches(['¡', '¿']);
    match bare.strip_suffix(['!', '?', '\u{FF01}', '\u{FF1F}']) {
        // #VALUE!, #SPILL!, #NAME?, #值!, and those that are still to be invented.
        Some(kind) => {
            (1..=16).contains(&kind.chars().count())
                && kind.starts_with(char::is_alphabetic)
                && kind.chars().all(|c| c.is_alphanumeric() || matches!(c, '/' | '_' | '.' | ' '))
        }
        None => ERRORS_WITHOUT_MARK.iter().any(|known| bare.to_uppercase() == *known),
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn errors_of_spreadsheets_in_other_languages() {
        for text in [
            "#N/A",
            "#N/D",
            "#НД",
            "#Н/Д",
            "#NV",
            "#ССЫЛКА!",
            "#ЗНАЧ!",
            "#¡VALOR!",
            "#¡REF!",
            "#¿NOMBRE?",
            "#BEZUG!",
            "#ZAHL!",
            "#DIV/0!",
            "#NOM?",
            "#值!",
            "#######",
            "#GETTING_DATA",
            "#YOK",
            "#ИМЯ?",
            "Err:502",
            "#ПЕРЕНОС!",
        ] {
            assert!(is_error_word(text), "{text}");
            assert_eq!(cell_without_value(text), Some(CellWithoutValue::Unknown), "{text}");
        }
        for text in ["#1", "##", "#3号楼", "#1!", "Err:5", "3#N/A", "#张三", "#", "#!"] {
            assert!(!is_error_word(text), "{text}");
        }
    }

    #[test]
    fn nothing_and_not_known_are_not_the_same() {
        for text in ["无", "/", "-", "—", "——", "//", "空", "暂无", "(空)", "－", "", "\\", "\u{FF0F}"]
        {
            assert_eq!(cell_without_value(text), Some(CellWithoutValue::Blank), "{text}");
        }
        for text in [
            "不详",
            "待核实",
            "未知",
            "待定",
            "NULL",
            "null",
            "N/A",
            "***",
            "?",
            "\u{FF1F}\u{FF1F}",
            "#N/A",
            "#VALUE!",
            "#NAME?",
            "<NULL>",
            "nan",
            "同上",
            "〃",
            "\"",
            "“",
        ] {
            assert_eq!(cell_without_value(text), Some(CellWithoutValue::Unknown), "{text}");
        }
        for text in
            ["0", "张三", "无名", "不详村", "×", "-5", "3", "空军", "Na'ima", "已婚", "有", "√", "*张三"]
        {
            assert_eq!(cell_without_value(text), None, "{text}");
        }
    }
}
