//! Cells that name a person: decorations around an ID number, and two people in one cell.

use unicode_normalization::UnicodeNormalization as _;

use crate::model::broken_names::may_be_broken;
use crate::model::han::{fold_han, is_han};
use crate::model::id_number::id_check_value;
use crate::model::name_words::{COMMON_SURNAMES, name_without_person};

/// An ID number and what stood around it.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(super) struct BareId {
    pub number: String,
    /// Something else of the person stands beside it (`已注销`), which is not read.
    pub says_more: bool,
}

/// Words before a number or behind it that say nothing of the person. Longer ones first.
const AROUND: [&str; 22] = [
    "中华人民共和国",
    "居民",
    "公民",
    "身份证件",
    "身份证",
    "身份",
    "证件",
    "有效",
    "号码",
    "编号",
    "证号",
    "已核对",
    "已核实",
    "核对无误",
    "无误",
    "正确",
    "元",
    "号",
    "id",
    "no",
    "旧",
    "新",
];

/// The ID number without what stands around it: quotes, blanks, brackets, a label (`身份证:4106…`), a point, dashes
/// within it. `None` if nothing stands around it, or if it is not one whole ID number, the check digit right wherever
/// more than quotes, blanks and a label is taken away.
pub(super) fn undecorated_id(text: &str) -> Option<BareId> {
    if text.len() == 18 && text.bytes().all(|b| b.is_ascii_alphanumeric()) {
        return None;
    }
    // The longest label in UTF-8, an ID number and its quotes; a longer text is a sentence.
    if text.len() > 80 {
        return None;
    }
    plainly_labelled_id(text).map(|number| BareId { number, says_more: false }).or_else(|| checked_id(text))
}

/// A number of 15 or 18 digits in quotes or behind a label.
fn plainly_labelled_id(text: &str) -> Option<String> {
    let mut bare = text;
    for label in &AROUND[..10] {
        bare = bare.trim_start_matches(label);
    }
    bare = bare.trim_start_matches('号');
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

/// The one number of 18 digits in a text, its check digit right.
fn checked_id(text: &str) -> Option<BareId> {
    let folded: String = text.nfkc().map(|c| if matches!(c, 'Х' | 'х' | '×') { 'X' } else { c }).collect();
    if folded.len() == 18
        && folded.bytes().all(|b| b.is_ascii_alphanumeric())
        && !text.contains(['Х', 'х', '×'])
    {
        // Full width alone is how some programs write it.
        return None;
    }
    let start = folded.find(|c: char| c.is_ascii_digit())?;
    let mut number = String::new();
    let mut end = start;
    for (at, c) in folded[start..].char_indices() {
        match c {
            '0'..='9' if number.len() < 18 => number.push(c),
            'X' | 'x' if number.len() == 17 => number.push('X'),
            ' ' | '-' | '.' | '·' | '\u{2014}' | '\u{2013}' | '_' | '\''
                if (1..18).contains(&number.len()) => {}
            _ => break,
        }
        end = start + at + c.len_utf8();
    }
    if number.len() != 18 {
        return None;
    }
    // What kind of number it is, a temporary one, say, is judged later.
    let body: u64 = number[..17].parse().ok()?;
    let last = number[17..].parse::<u8>().unwrap_or(10);
    if last != id_check_value(body) {
        return None;
    }
    // A number that was made a text in a spreadsheet.
    let behind = &folded[end..];
    let noughts = behind.strip_prefix('.').map_or(0, |rest| rest.len() - rest.trim_start_matches('0').len());
    let behind = if noughts > 0 { &behind[1 + noughts..] } else { behind };
    let mut words = (folded[..start].to_owned() + " " + behind).to_lowercase();
    AROUND.iter().for_each(|word| words = words.replace(word, ""));
    let rest: String = words.chars().filter(|c| c.is_alphanumeric()).collect();
    // Other numbers and letters make it another number.
    if rest.chars().any(|c| c.is_ascii_alphanumeric() || c.is_numeric()) {
        return None;
    }
    Some(BareId { number, says_more: !rest.is_empty() })
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

/// Is a text two to four Han characters, among them none that may join two names, stand for nobody or
/// be the bytes of another encoding?
pub(super) fn is_plain_name(text: &str) -> bool {
    (6..=12).contains(&text.len())
        && text.chars().all(|c| matches!(c, '\u{4E00}'..='\u{9FFF}'))
        && name_without_person(text).is_none()
        && !may_be_broken(text)
        && !holds_two_names(text)
}

/// Does a cell hold two names: one below the other, with a comma or a stroke between, or `及妻…`? Behind a stroke a
/// second name may also be another one of the same person: it counts as another person where it is a whole name with a
/// surname and not the given name again (`马志强/志强`, `马志強/马志强`).
pub(super) fn holds_two_names(text: &str) -> bool {
    let name = |part: &&str| (2..=4).contains(&part.chars().count()) && part.chars().all(is_han);
    let between = |c: char| matches!(c, '\n' | '\r' | '、' | ',' | '\u{FF0C}' | ';' | '\u{FF1B}');
    if text.contains(between) {
        let names: Vec<&str> = text.split(between).map(str::trim).filter(|part| !part.is_empty()).collect();
        // A name of four characters may be broken behind its surname of two.
        if names.len() >= 2 && names.iter().all(name) && !(names.len() == 2 && SURNAMES.contains(&names[0])) {
            return true;
        }
    }
    let joined = |c: char| {
        matches!(
            c,
            '/' | '\\' | '+' | '-' | '&' | '|' | '与' | '和' | '及' | '\u{FF0F}' | '\u{FF3C}' | '\u{FF0B}'
        ) || matches!(
            c,
            '\u{FF0D}' | '\u{2014}' | '\u{FF06}' | '\u{FF5C}' | ' ' | '\u{3000}' | ')' | '\u{FF09}'
        )
    };
    // 等2人.
    if let Some((_, rest)) = text.rsplit_once('等')
        && rest.trim_end_matches(['人', '名', '口']).len() < rest.len()
        && rest.contains(|c: char| c.is_ascii_digit() || "二两三四五六七八".contains(c))
    {
        return true;
    }
    if !text.contains(joined) {
        return false;
    }
    let mut whole = Vec::new();
    for part in text.split(joined) {
        // What stands in brackets says who it is.
        let part = part.split(['(', '\u{FF08}']).next().unwrap_or("").trim();
        let part = RELATIVES.iter().find_map(|word| part.strip_prefix(word)).filter(name).unwrap_or(part);
        let first = part.chars().next();
        let surname = first.is_some_and(|c| COMMON_SURNAMES.contains(c))
            || SURNAMES.iter().any(|surname| part.starts_with(surname));
        if name(&part) && surname {
            whole.push(part);
        }
    }
    let alike = |one: &str, other: &str| {
        let given = |name: &str| name.chars().skip(1).map(fold_han).collect::<String>();
        given(one) == given(other)
    };
    whole.windows(2).any(|pair| !alike(pair[0], pair[1]))
}

/// A name without the signs at its ends by which clerks mark people (★韩卫东, 李四▲); `None` where there are none, or no
/// whole name is left: a circle may stand for a character that is hidden.
pub(super) fn without_marks(text: &str) -> Option<&str> {
    const MARKS: &str = "★☆▲△▼▽●◆◇※◎♦♣♠♥✔√✓✘✗＃#§¤";
    let bare = text.trim_matches(|c: char| MARKS.contains(c) || c.is_whitespace());
    let marked = text.chars().any(|c| MARKS.contains(c)) && bare.len() < text.len();
    (marked && bare.chars().filter(|&c| is_han(c)).count() >= 2).then_some(bare)
}

/// Words before the second of two names.
const RELATIVES: [&str; 12] =
    ["其妻子", "妻子", "其妻", "配偶", "丈夫", "其夫", "其子", "其女", "儿子", "女儿", "妻", "夫"];

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
            let bare = BareId { number: "410621198404200795".into(), says_more: false };
            assert_eq!(undecorated_id(text), Some(bare), "{text}");
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
    fn a_number_whose_check_digit_is_right_is_found_among_what_stands_around_it() {
        let read = |text: &str| undecorated_id(text).map(|bare| (bare.number, bare.says_more));
        for text in [
            "(410621198404200795)",
            "[410621198404200795]",
            "【410621198404200795】",
            "410621-19840420-0795",
            "410621 1984 0420—0795",
            "410621198404200795.0",
            "410621198404200795.",
            "410621198404200795。",
            "410621198404200795号",
            "410621198404200795(旧)",
            "ID:410621198404200795",
            "身份证:410621198404200795",
            "公民身份号码：(410621198404200795)",
            "４１０６２１-１９８４０４２０-０７９５",
            "NO.410621198404200795",
            "410621198404200795(已核对)",
        ] {
            assert_eq!(read(text), Some(("410621198404200795".into(), false)), "{text}");
        }
        for text in ["410621198404200795(已注销)", "410621198404200795已故", "父:410621198404200795"] {
            assert_eq!(read(text), Some(("410621198404200795".into(), true)), "{text}");
        }
        for text in [
            "(410621198404200796)",
            "410621198404200795/13812345678",
            "41062119840420079512",
            "(41062119840420)",
            "A410621198404200795",
            "410621198404200795(2018年)",
            "4106211984042007950",
            "410621198404200795.5",
        ] {
            assert_eq!(read(text), None, "{text}");
        }
    }

    #[test]
    fn marks_go_from_the_ends_of_a_name() {
        for (text, name) in [
            ("★韩卫东", Some("韩卫东")),
            ("▲ 李四", Some("李四")),
            ("※※王五△", Some("王五")),
            ("韩卫东", None),
            ("●东", None),
            ("韩●东", None),
            ("*卫东", None),
            ("★", None),
        ] {
            assert_eq!(without_marks(text), name, "{text}");
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
        for text in [
            "张三\n李四",
            "张三、李四",
            "张三,李小四",
            "王五\r\n赵六\r\n钱七",
            "马志强/李春梅",
            "马志强／李春梅",
            "马志强＼李春梅",
            "马志强+李春梅",
            "马志强-李春梅",
            "马志强与李春梅",
            "马志强和李春梅",
            "马志强及妻李春梅",
            "马志强 李春梅",
            "马志强/马春梅",
            "马志强(户主)李春梅(配偶)",
            "马志强（户主）/李春梅（配偶）",
            "马志强等2人",
            "马志强 等3口",
            "欧阳建国/李春梅",
        ] {
            assert!(holds_two_names(text), "{text:?}");
        }
        for text in [
            "马志强/志强",
            "马志強/马志强",
            "张和平",
            "张与之",
            "马志强/小强",
            "李和",
            "王+莹",
            "王(+莹)",
            "马志强(户主)",
            "马 志强",
            "马志强/",
            "王等",
            "张三",
            "张\n三",
            "欧阳\n建国",
            "张三\n",
            "张三(李四)",
            "买买提·艾力",
            "张 三",
        ] {
            assert!(!holds_two_names(text), "{text:?}");
        }
    }
}
