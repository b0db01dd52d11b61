//! Words by which the name or title of a list says that its people have left it.

use unicode_normalization::UnicodeNormalization as _;

/// What they say, the longer before what they hold.
const WORDS: [&str; 38] = [
    "退保",
    "停保",
    "断保",
    "停发",
    "停缴",
    "停供",
    "停止",
    "暂停",
    "终止",
    "退出",
    "退养",
    "注销",
    "核销",
    "取消",
    "作废",
    "死亡",
    "已故",
    "亡故",
    "去世",
    "迁出",
    "转出",
    "移出",
    "调出",
    "核减",
    "除名",
    "清退",
    "清出",
    "剔除",
    "辍学",
    "退学",
    "不符合",
    "不再享受",
    "不予",
    "未通过",
    "未批准",
    "不合格",
    "未纳入",
    "拟退",
];
/// Words in front of one that turn it round: `未退出`, `不含死亡`, `已剔除停保`.
const TURNED_BY: [&str; 5] = ["未", "无", "不", "非", "没有"];
const LEFT_OUT: [&str; 9] = ["不含", "不包括", "不包含", "剔除", "扣除", "除去", "去除", "排除", "去掉"];
/// Words behind one with which it says something else: `迁出地`, `停发前`.
const ELSE: [&str; 8] = ["前", "地", "村", "乡", "镇", "县", "区", "时"];
/// Characters in front of a word that are looked at for what leaves it out.
const LOOKED_BACK: usize = 8;
/// Characters of a title, beyond which it is a note.
const LONGEST_TITLE: usize = 40;

/// The first word in a name that says that people have left.
pub(crate) fn find_leaving_word(text: &str) -> Option<&'static str> {
    let text: String = text.nfkc().filter(|c| !c.is_whitespace()).collect();
    let mut found: Vec<(usize, &'static str)> = WORDS
        .iter()
        .flat_map(|word| text.match_indices(word).map(|(at, _)| (at, *word)))
        .filter(|(at, word)| {
            let (before, behind) = (&text[..*at], &text[at + word.len()..]);
            let last = before.char_indices().rev().nth(LOOKED_BACK - 1).map_or(0, |(at, _)| at);
            !TURNED_BY.iter().any(|turned| before.ends_with(turned))
                && !LEFT_OUT.iter().any(|left| before[last..].contains(left))
                && !ELSE.iter().any(|other| behind.starts_with(other))
        })
        .collect();
    // 已剔除死亡: what is left out is not there, and 剔除 is no name of a list of its own.
    found.retain(|(at, word)| {
        *word != "剔除" || !WORDS.iter().any(|other| text[at + word.len()..].starts_with(other))
    });
    found.into_iter().min().map(|(_, word)| word)
}

/// The first such word in a title above a header; a sentence that explains what to fill in is none.
pub(crate) fn find_leaving_word_in_title(text: &str) -> Option<&'static str> {
    const NOTES: [&str; 5] = ["注", "说明", "备注", "填表", "填报"];
    let text = text.trim();
    let note = text.contains(['，', '。', '；', ';', '？', '!', '！'])
        || NOTES.iter().any(|word| text.starts_with(word))
        || text.chars().count() > LONGEST_TITLE;
    if note { None } else { find_leaving_word(text) }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn names_of_those_who_left_are_told_from_others() {
        for (name, word) in [
            ("本季度退保人员", Some("退保")),
            ("9月停保人员", Some("停保")),
            ("部门/农村低保_停保名单.csv", Some("停保")),
            ("退 出 户", Some("退出")),
            ("死亡注销", Some("死亡")),
            ("未通过审核", Some("未通过")),
            ("剔除名单", Some("剔除")),
            ("在保", None),
            ("未参保人员", None),
            ("未退出户", None),
            ("低保（不含死亡、停保）", None),
            ("已剔除死亡人员", None),
            ("迁出地名册", None),
            ("停发前名单", None),
        ] {
            assert_eq!(find_leaving_word(name), word, "{name}");
        }
    }

    #[test]
    fn a_note_above_the_header_is_no_title() {
        assert_eq!(find_leaving_word_in_title("浚县2018年三季度农村低保停发（退出）人员名单"), Some("停发"));
        for note in ["说明：死亡、停保的不填", "在保对象，停保的另报", "注：退保人员另附"]
        {
            assert_eq!(find_leaving_word_in_title(note), None, "{note}");
        }
    }
}
