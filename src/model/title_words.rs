//! What a title, a note or the name of a sheet says beyond the words that every list has.

use std::collections::BTreeSet;
use std::sync::LazyLock;

use unicode_normalization::UnicodeNormalization as _;

/// Words that say nothing of who is on a list, of when, or of how an amount is counted.
static COMMON: LazyLock<BTreeSet<&str>> = LazyLock::new(|| {
    let lines = include_str!("../../data/title_words.txt").lines().filter(|line| !line.starts_with('#'));
    lines.flat_map(str::split_whitespace).collect()
});
/// Signs before names and cells that a note explains.
const SIGNS: [char; 8] = ['★', '☆', '▲', '△', '◆', '◇', '▼', '▽'];
/// Letters of a word, and words of a sentence, of another language.
const LATIN_WORD: usize = 3;
const LATIN_WORDS: usize = 3;
/// Ends of what names a place.
const PLACES: [&str; 8] = ["村", "镇", "乡", "街道", "社区", "组", "庄", "办事处"];
/// Characters of a place's name.
const LONGEST_PLACE: usize = 10;
/// Words beside which a name of a person stands.
const SIGNED: [&str; 13] =
    ["人", "审核", "复核", "审批", "制表", "填表", "填报", "签字", "签名", "签章", "盖章", "操作员", "用户"];
const SIGNED_LEADERS: [&str; 9] = ["负责", "经办", "领导", "局长", "主任", "书记", "长", "校对", "录入"];
/// Characters of a name of a person.
const LONGEST_NAME: usize = 4;

/// The words that are known of one list: those of all lists and its own.
pub(crate) struct TitleWords {
    own: BTreeSet<String>,
    longest: usize,
}

impl TitleWords {
    /// Takes the names of the list, of which each part of two characters and more is known, and its other words.
    pub(crate) fn new<'a>(
        names: impl Iterator<Item = &'a str>,
        words: impl Iterator<Item = &'a str>,
    ) -> Self {
        let mut own = BTreeSet::new();
        for text in words {
            let text: String = text.nfkc().collect();
            own.extend(han_parts(&text).into_iter().map(str::to_owned));
        }
        for text in names {
            let text: String = text.nfkc().collect();
            for part in han_parts(&text) {
                let chars: Vec<char> = part.chars().collect();
                for from in 0..chars.len() {
                    own.extend((from + 2..=chars.len()).map(|to| chars[from..to].iter().collect::<String>()));
                }
            }
        }
        let common = COMMON.iter().map(|word| word.chars().count());
        let longest = own.iter().map(|word| word.chars().count()).chain(common).max().unwrap_or(0);
        Self { own, longest }
    }

    /// The parts of a text that hold something else, each up to the next sign, digit or space.
    pub(crate) fn unknown_parts(&self, text: &str) -> Vec<String> {
        let text: String = text.nfkc().collect();
        let mut unknown: Vec<String> =
            SIGNS.into_iter().filter(|sign| text.contains(*sign)).map(String::from).collect();
        // A sentence of another language, as programs write them.
        let latin = text.split(|c: char| !c.is_ascii_alphabetic()).filter(|word| word.len() >= LATIN_WORD);
        if latin.clone().count() >= LATIN_WORDS {
            unknown.push(latin.collect::<Vec<_>>().join(" "));
        }
        // 合 计: characters are set apart to look well.
        let close: String = text.chars().filter(|c| !c.is_whitespace()).collect();
        if han_parts(&close).iter().all(|part| self.covers(part)) {
            return unknown;
        }
        let parts = han_parts(&text);
        for (at, part) in parts.iter().enumerate() {
            let name = part.chars().count() <= LONGEST_NAME
                && (at.checked_sub(1).is_some_and(|before| is_signature(parts[before]))
                    || parts.get(at + 1).is_some_and(|next| is_signature(next)));
            if !name && !self.covers(part) {
                unknown.push((*part).to_owned());
            }
        }
        unknown
    }

    /// Does a part consist of known words, whichever way it is cut? A place's name at its beginning is one.
    fn covers(&self, part: &str) -> bool {
        let chars: Vec<char> = part.chars().collect();
        let mut reached = vec![false; chars.len() + 1];
        reached[0] = true;
        for from in 0..chars.len() {
            if !reached[from] {
                continue;
            }
            for to in from + 1..=chars.len().min(from + self.longest) {
                let word: String = chars[from..to].iter().collect();
                if COMMON.contains(word.as_str()) || self.own.contains(&word) {
                    reached[to] = true;
                }
            }
        }
        reached[chars.len()] || is_place(part)
    }
}

/// Is it nothing but the name of a place, which need not be in any table?
fn is_place(part: &str) -> bool {
    let count = part.chars().count();
    (2..=LONGEST_PLACE).contains(&count)
        && PLACES.iter().any(|end| part.ends_with(end))
        && !part.contains("不")
}

/// Does a part name whoever signs?
fn is_signature(part: &str) -> bool {
    SIGNED.iter().chain(&SIGNED_LEADERS).any(|word| part.ends_with(word))
}

/// The runs of Chinese characters of a text.
fn han_parts(text: &str) -> Vec<&str> {
    let han = |c: char| matches!(c, '\u{3400}'..='\u{9fff}' | '\u{20000}'..='\u{323af}' | '〇');
    text.split(|c: char| !han(c)).filter(|part| !part.is_empty()).collect()
}

#[cfg(test)]
mod tests {
    use super::*;

    fn unknown(text: &str) -> Vec<String> {
        let own = ["农村低保", "民政", "淇县", "北阳镇", "月保障金", "家庭月收入", "人均纯收入"];
        TitleWords::new(["家庭经济状况核对"].into_iter(), own.into_iter()).unknown_parts(text)
    }

    #[test]
    fn ordinary_titles_and_signatures_hold_nothing_unknown() {
        for text in [
            "淇县2018年第三季度农村低保对象花名册",
            "附件1:淇县民政局农村低保名单（截至2018年9月30日）",
            "填报单位（盖章）：北阳镇人民政府\t填报日期：2018-09-30",
            "制表人：罗德合  审核人：李四  联系电话：0392-1234567",
            "李四（签字）",
            "第1页 共12页",
            "军王庄（共181人）",
            "单位：元",
            "导出时间 2018-10-08 09:30:12 操作员 admin",
            "农村低保_淇县_最终版2",
            "核对情况反馈",
            "合 计\t97",
        ] {
            assert_eq!(unknown(text), Vec::<String>::new(), "{text}");
        }
    }

    #[test]
    fn what_narrows_a_list_or_explains_a_sign_is_unknown() {
        for (text, parts) in [
            ("淇县农村低保名单（第一批）", vec!["第一批"]),
            ("淇县农村低保名单（不含北阳镇）", vec!["不含北阳镇"]),
            ("★为9月起停发", vec!["★", "为", "月起停发"]),
            ("注：标红的为本季度停发户", vec!["标红的为本季度停发户"]),
            ("金额为人均补差", vec!["金额为人均补差"]),
            ("淇县农村低保历年累计名单", vec!["淇县农村低保历年累计名单"]),
            ("Some rows were not fetched", vec!["Some rows were not fetched"]),
            ("以下人员待定", vec!["以下人员待定"]),
        ] {
            assert_eq!(unknown(text), parts, "{text}");
        }
    }
}
