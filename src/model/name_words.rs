//! Words in columns of names: those for nobody, and those that say whose name it is.

use std::sync::LazyLock;

use unicode_normalization::UnicodeNormalization as _;

use super::cell_words::CellWithoutValue;
use super::han::is_han;
use super::list_lines::is_words_of_list;

/// Surnames of four persons in five.
pub(crate) const COMMON_SURNAMES: &str = "王李张刘陈杨赵黄周吴徐孙胡朱高林何郭马罗梁宋郑谢韩唐冯于董萧程曹袁邓许傅沈曾彭吕苏卢蒋蔡贾丁魏薛叶阎\
    余潘杜戴夏钟汪田任姜范方石姚谭廖邹熊金陆郝孔白崔康毛邱秦江史顾侯邵孟龙万段雷钱汤尹黎易常武乔贺赖龚文牛司苗桑靳耿路申葛尚卫邢";

/// Notes that clerks append to a name without brackets. Longer ones first.
pub(crate) const NAME_NOTES: [&str; 16] = [
    "已去世",
    "已死亡",
    "已注销",
    "户主本人",
    "曾用名",
    "已迁出",
    "已故",
    "去世",
    "死亡",
    "注销",
    "迁出",
    "户主",
    "重名",
    "低保",
    "五保",
    "新增",
];
/// Words for nobody, and whether there is somebody all the same.
static NO_NAMES: LazyLock<Vec<(&str, CellWithoutValue)>> = LazyLock::new(|| {
    let lines = include_str!("../../data/no_names.txt").lines().filter(|line| !line.starts_with('#'));
    let meaning = |kind: &str| match kind {
        "blank" => CellWithoutValue::Blank,
        _ => CellWithoutValue::Unknown,
    };
    lines.filter_map(|line| line.split_once(' ')).map(|(word, kind)| (word, meaning(kind))).collect()
});

/// Words before a name, the longest first, and whether they need no colon.
static LABELS: LazyLock<Vec<(&str, bool)>> = LazyLock::new(|| {
    let lines = include_str!("../../data/name_labels.txt").lines().filter(|line| !line.starts_with('#'));
    let mut labels: Vec<(&str, bool)> =
        lines.map(|line| (line.trim_end_matches('*'), line.ends_with('*'))).collect();
    labels.sort_by_key(|(label, _)| std::cmp::Reverse(label.chars().count()));
    labels
});

/// Han characters that words for nobody, and labels that need no colon, begin with.
static FIRST_CHARACTERS: LazyLock<String> = LazyLock::new(|| {
    let bare = LABELS.iter().filter(|(_, bare)| *bare).map(|(label, _)| *label);
    let words = NO_NAMES.iter().map(|(word, _)| *word).chain(bare);
    let mut characters: Vec<char> =
        words.filter_map(|word| word.chars().next()).filter(|&c| is_han(c)).collect();
    characters.sort_unstable();
    characters.dedup();
    characters.into_iter().collect()
});

/// May a text of Han characters be, or have in front, what names nobody? Cheap, and never wrongly no.
pub(crate) fn may_begin_without_person(text: &str) -> bool {
    text.starts_with(|c| FIRST_CHARACTERS.contains(c))
}

/// Is a whole text a word for nobody?
pub(crate) fn is_no_name(text: &str) -> bool {
    NO_NAMES.iter().any(|(word, _)| text.eq_ignore_ascii_case(word))
}

/// Characters of a label before a name (`户主：`); none without a label. Without a colon two characters must be left.
pub(crate) fn label_length(chars: &[char]) -> usize {
    for &(label, bare) in LABELS.iter() {
        let length = label.chars().count();
        if chars.len() < length || !label.chars().eq(chars[..length].iter().copied()) {
            continue;
        }
        let blanks = chars[length..].iter().take_while(|c| c.is_whitespace()).count();
        let behind = &chars[length + blanks..];
        match behind.first() {
            Some(':' | '\u{FF1A}') => {
                let blanks = blanks + behind[1..].iter().take_while(|c| c.is_whitespace()).count();
                return length + 1 + blanks;
            }
            _ if bare && behind.len() >= 2 && behind.iter().take(2).all(|&c| is_han(c)) => {
                return length + blanks;
            }
            _ => {}
        }
    }
    0
}

/// A text without the notes at its end, as long as two characters stay: 测试户主 is 测试.
fn without_name_notes(text: &str) -> &str {
    let mut text = text;
    while let Some(rest) = NAME_NOTES.iter().find_map(|note| text.strip_suffix(note))
        && rest.chars().count() >= 2
    {
        text = rest;
    }
    text
}

/// Tells cells of a column of names that name nobody: numbers and signs alone, words such as 略 and 测试, labels
/// without a name, and what is all in brackets.
pub(crate) fn name_without_person(text: &str) -> Option<CellWithoutValue> {
    use CellWithoutValue::{Blank, Unknown};
    // A name has two characters or three; a line of the list itself that names somebody (李四盖章) names nobody of it.
    const SIGNED: [&str; 5] = ["盖章", "签字", "签章", "无正文", "以下空白"];
    let line = || SIGNED.iter().any(|word| text.contains(word)) || is_words_of_list(text);
    if text.len() >= 12 && text.chars().count() >= 4 && line() || matches!(text.trim(), "（完）" | "(完)")
    {
        return Some(Unknown);
    }
    // Nearly all names are so: no word for nobody, and no label, begins otherwise.
    let plain = |c: char| matches!(c, '\u{4E00}'..='\u{9FFF}');
    if text.chars().all(plain)
        && text.len() >= 6
        && !text.starts_with('某')
        && !may_begin_without_person(text)
    {
        return None;
    }
    let folded: Vec<char> = text.nfkc().collect();
    let mut rest = &folded[..];
    // Somebody writes the label in the cell of a form that has it already, or counts the rows before it.
    loop {
        let before = rest.iter().take_while(|c| c.is_ascii() || c.is_whitespace()).count();
        match label_length(&rest[before..]) {
            0 => break,
            length => rest = &rest[before + length..],
        }
    }
    let labelled = rest.len() < folded.len();
    let named = |c: char| c.is_alphabetic() && c != '某';
    let (mut outside, mut inside, mut depth) = (String::new(), String::new(), 0);
    for &c in rest {
        match c {
            '(' | '[' | '{' | '<' | '【' | '〔' | '《' | '「' => depth += 1,
            ')' | ']' | '}' | '>' | '】' | '〕' | '》' | '」' => depth = 0,
            c if c.is_whitespace() => {}
            c if depth > 0 => inside.push(c),
            c => outside.push(c),
        }
    }
    let word = if outside.is_empty() { &inside } else { &outside };
    let word = word.trim_matches(|c: char| c.is_ascii_punctuation() || matches!(c, '。' | '、' | '·'));
    // Digits and letters beside Han characters tell namesakes apart: 户主1 is nobody, too.
    let core: String = word.chars().filter(|&c| !c.is_ascii() && named(c)).collect();
    let bare = without_name_notes(&core);
    let nobody = NO_NAMES
        .iter()
        .find(|(known, _)| word.eq_ignore_ascii_case(known) || core == *known || bare == *known);
    if let Some((_, meaning)) = nobody {
        return Some(*meaning);
    }
    if word.is_empty() || word.bytes().all(|b| b == b'0') {
        return Some(if labelled { Unknown } else { Blank });
    }
    if outside.chars().any(named) {
        return None;
    }
    // One character that could not be typed stands in brackets: 张(三).
    let alone = inside.chars().count() == 1 && inside.chars().all(named);
    (!alone).then_some(Unknown)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn numbers_signs_and_words_name_nobody() {
        use CellWithoutValue::{Blank, Unknown};
        for text in ["0", "00", "(空白)", "（空白）", "[]", "()", "空白", "【】", "。", "０"] {
            assert_eq!(name_without_person(text), Some(Blank), "{text}");
        }
        for text in [
            "1",
            "12",
            "NaT",
            "略",
            "(略)",
            "测试",
            "未取名",
            "某某",
            "某",
            "□",
            "户主：",
            "姓名:",
            "户主",
            "(已故)",
            "2018-03-01",
            "测试户主",
            "未取名新增",
            "测试已故（户主）",
        ] {
            assert_eq!(name_without_person(text), Some(Unknown), "{text}");
        }
        for text in [
            "张三",
            "户主：张三",
            "姓名 张三",
            "张略",
            "测量",
            "李某",
            "(三)",
            "Na",
            "王1",
            "张□",
            "买买提·艾力",
        ] {
            assert_eq!(name_without_person(text), None, "{text}");
        }
    }

    #[test]
    fn labels_are_known_words() {
        let length = |text: &str| label_length(&text.chars().collect::<Vec<_>>());
        for (text, label) in [
            ("户主：马志强", 3),
            ("户主: 马志强", 4),
            ("户主姓名：马志强", 5),
            ("姓名马志强", 2),
            ("户主马志强", 2),
            ("学生:李四", 3),
            ("妻：李春梅", 2),
            ("马志强：户主", 0),
            ("子墨", 0),
            ("母亲节", 0),
            ("户主", 0),
        ] {
            assert_eq!(length(text), label, "{text}");
        }
    }
}
