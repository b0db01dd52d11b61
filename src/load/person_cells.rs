//! Cells that name a person: decorations around an ID number, and two people in one cell.

use crate::model::han::is_han;

/// The ID number without what stands around it: quotes, blanks, a label (`身份证:4106…`). `None` if nothing
/// stands around it, or if what is left is no whole ID number.
pub(super) fn undecorated_id(text: &str) -> Option<String> {
    if text.len() == 18 && text.bytes().all(|b| b.is_ascii_alphanumeric()) {
        return None;
    }
    // The longest label in UTF-8, an ID number and its quotes; a longer text is a sentence.
    if text.len() > 80 {
        return None;
    }
    let mut bare = text;
    for label in
        ["中华人民共和国", "居民", "公民", "身份证件", "身份证", "身份", "证件", "有效", "号码", "编号", "号"]
    {
        bare = bare.trim_start_matches(label);
    }
    let labelled = bare.len() < text.len();
    let rest: String = bare
        .chars()
        .skip_while(|c| labelled && matches!(c, ':' | '\u{FF1A}'))
        .filter(|c| {
            !c.is_whitespace()
                && !matches!(c, '\'' | '"' | '`' | '‘' | '’' | '“' | '”' | '\t' | '=' | '\u{200B}')
        })
        .collect();
    let (last, digits) = rest.as_bytes().split_last()?;
    let whole = match rest.len() {
        15 => last.is_ascii_digit(),
        18 => last.is_ascii_digit() || matches!(last, b'X' | b'x'),
        _ => false,
    };
    (whole && digits.iter().all(u8::is_ascii_digit) && rest != text).then_some(rest)
}

/// Does a cell that should hold a name hold an ID number, alone or beside the name?
pub(super) fn holds_id_number(text: &str) -> bool {
    text.split(|c: char| !c.is_ascii_alphanumeric()).any(|run| {
        let digits = run.bytes().filter(u8::is_ascii_digit).count();
        matches!(run.len(), 15 | 18) && digits + 1 >= run.len()
    })
}

/// Does a cell hold two ID numbers, one behind the other or run together?
pub(super) fn holds_two_ids(text: &str) -> bool {
    if text.len() < 30 {
        return false;
    }
    let mut numbers = 0;
    for run in text.split(|c: char| !c.is_ascii_alphanumeric() && c != '*') {
        let digits = run.bytes().filter(u8::is_ascii_digit).count();
        numbers += match run.len() {
            15..=18 if digits >= 8 => 1,
            30 | 33 | 36 if digits + 2 >= run.len() => 2,
            _ => 0,
        };
    }
    numbers >= 2
}

/// Does a cell hold two names, one below the other or with a comma between?
pub(super) fn holds_two_names(text: &str) -> bool {
    let between = |c: char| matches!(c, '\n' | '\r' | '、' | ',' | '\u{FF0C}' | ';' | '\u{FF1B}');
    if !text.contains(between) {
        return false;
    }
    let names: Vec<&str> = text.split(between).map(str::trim).filter(|part| !part.is_empty()).collect();
    let name = |part: &&str| (2..=4).contains(&part.chars().count()) && part.chars().all(is_han);
    // A name of four characters may be broken behind its surname of two.
    names.len() >= 2 && names.iter().all(name) && !(names.len() == 2 && SURNAMES.contains(&names[0]))
}

/// Surnames of two characters.
const SURNAMES: [&str; 20] = [
    "欧阳", "司马", "上官", "诸葛", "东方", "夏侯", "皇甫", "尉迟", "公孙", "慕容", "令狐", "长孙", "宇文",
    "司徒", "司空", "端木", "轩辕", "南宫", "独孤", "澹台",
];

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn decorations_go_where_a_whole_number_is_left() {
        for text in [
            "'410621198404200795",
            "身份证:410621198404200795",
            "“410621198404200795”",
            "4106 2119 8404 2007 95",
            "身份证号码：410621198404200795",
            "=\"410621198404200795\"",
        ] {
            assert_eq!(undecorated_id(text).as_deref(), Some("410621198404200795"), "{text}");
        }
        for text in [
            "410621198404200795",
            "410621840420079",
            "'4106211984",
            "无",
            "残疾证41062119840420079512",
            "L12345678",
        ] {
            assert_eq!(undecorated_id(text), None, "{text}");
        }
    }

    #[test]
    fn two_people_are_told_from_one() {
        assert!(holds_two_ids("410621198404200795\n410621199210233630"));
        assert!(holds_two_ids("410621198404200795410621199210233630"));
        assert!(holds_two_ids("410621198404200795、41062119921023363X"));
        assert!(
            !holds_two_ids("410621198404200795") && !holds_two_ids("身份证号码:410621198404200795(已核对)")
        );
        for text in ["张三\n李四", "张三、李四", "张三,李小四", "王五\r\n赵六\r\n钱七"] {
            assert!(holds_two_names(text), "{text:?}");
        }
        for text in ["张三", "张\n三", "欧阳\n建国", "张三\n", "张三(李四)", "买买提·艾力", "张 三"]
        {
            assert!(!holds_two_names(text), "{text:?}");
        }
    }
}
