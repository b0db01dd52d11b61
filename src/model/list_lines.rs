//! Tells what cannot be the name of a person, in a column of names, but is a line of the list itself: its totals, its
//! headings of villages, its ends, its signatures and remarks.
//!
//! A text is taken apart into counts (`5户12人`), words of which lines of lists consist (`data/list_words.txt`), signs,
//! and what is left. It is a line where nothing is left that may be a name. Whoever may be a person stays one: what
//! such a text cannot tell, whoever asks must know from the rest of the row.

use std::collections::BTreeSet;
use std::sync::LazyLock;

use unicode_normalization::UnicodeNormalization as _;

use super::han::is_han;
use super::name_words::{COMMON_SURNAMES, is_no_name, label_length};

/// Words of which lines of lists consist.
static WORDS: LazyLock<BTreeSet<&'static str>> = LazyLock::new(|| {
    let lines = include_str!("../../data/list_words.txt").lines().filter(|line| !line.starts_with('#'));
    lines.flat_map(str::split_whitespace).collect()
});
/// Surnames of two characters.
static COMPOUND_SURNAMES: LazyLock<BTreeSet<&'static str>> =
    LazyLock::new(|| include_str!("../../data/compound_surnames.txt").split_whitespace().collect());

/// Most characters of a word.
const LONGEST_WORD: usize = 6;
/// Most characters of a text that is taken apart.
const LONGEST_TEXT: usize = 80;
/// Units of what a list counts.
const UNITS: [&str; 12] = ["人次", "万元", "户", "人", "名", "口", "元", "条", "页", "项", "行", "笔"];
/// Units of days, and of parts.
const OTHER_UNITS: [&str; 9] = ["季度", "年", "月", "日", "号", "期", "批", "份", "%"];
/// Words before a colon behind which somebody signs or something is explained: he is not of the list.
const SIGNERS: [&str; 26] = [
    "制表", "填表", "填报", "编制", "审核", "初审", "复审", "终审", "复核", "核对", "审批", "审定", "审查",
    "经办", "经手", "负责", "主管", "分管", "领导", "主任", "书记", "签字", "签名", "签章", "盖章", "打印",
];
/// Words of totals.
const TOTALS: [&str; 8] = ["合计", "小计", "总计", "共计", "累计", "汇总", "总数", "计数"];
/// What names of places end with, and what no name of a person does.
const PLACE_ENDS: [&str; 7] = ["村", "镇", "乡", "组", "县", "区", "市"];
const LONG_PLACE_ENDS: [&str; 8] =
    ["村民委员会", "居民委员会", "村委会", "居委会", "办事处", "街道", "社区", "敬老院"];
/// Characters of which names of other languages are written.
const TRANSCRIBING: &str = "阿艾买麦木尔力提吐热依古丽江拉马卡库尼亚孜肉孜汗努斯比苏巴布达克塔娜里希帕莎米哈萨伊不都合吾玉尕扎西次仁央\
    多吉措姆旺平罗桑丹增曲德吉格桑娅其其格图雅巴特尔苏和乌云那日松呼格图莫哥沙普什者日伍呷莱果洛热扎惹";

/// What a text is made of.
#[derive(Debug, Default)]
struct TakenApart {
    /// Han characters in all.
    han: usize,
    /// Nothing but Han characters.
    pure: bool,
    /// What is neither a word nor a count nor a sign.
    rest: String,
    /// Characters in words of two or more, and in words of one.
    words: usize,
    short_words: usize,
    /// The most households, and people or things, that are counted.
    households: u64,
    counted: bool,
    /// A total, or 共 before a count.
    total: bool,
    /// Somebody's office and a colon begin it.
    signed: bool,
    /// Letters that are no word.
    letters: bool,
    /// So many dashes, and nothing but signs.
    dashes: usize,
    /// A surname begins it.
    surname: bool,
    /// 完 stands in it, and no number.
    end: bool,
}

/// Is a text made of nothing but words of lists, counts and signs, or does it count households, say a total or begin with
/// an office: `以上情况属实`, `北阳镇小计（5户12人）`, `审核：李四`? Whose row it stands in does not matter.
pub(crate) fn is_words_of_list(text: &str) -> bool {
    take_apart(text).is_some_and(|parts| parts.says_so())
}

/// Can a cell of a column of names be no name but a line of the list? `is_place` knows the places of the row and of the
/// divisions. A row that says anything else of a person is not asked.
pub(crate) fn is_line_of_list(text: &str, is_place: &dyn Fn(&str) -> bool) -> bool {
    // Nearly all names are so.
    let chars = text.chars().count();
    if chars <= 3 && text.chars().all(is_han) && !begins_as_word(text) && !ends_as_place(text) {
        return false;
    }
    let Some(parts) = take_apart(text) else { return false };
    if parts.says_so() {
        return true;
    }
    if parts.letters || parts.rest.is_empty() {
        return false;
    }
    if parts.pure {
        return is_place_text(&parts.rest, is_place)
            || parts.han > 4 && (parts.words > 0 || !may_be_long_name(&parts.rest));
    }
    let says = parts.counted || parts.words > 0;
    // Counts and words stand around the name of a place, or around what is no name.
    says && (is_place_text(&parts.rest, is_place) || parts.rest.chars().count() > 1 && is_place(&parts.rest))
        || says && parts.rest.chars().count() > 4 && !may_be_long_name(&parts.rest)
}

impl TakenApart {
    fn says_so(&self) -> bool {
        if self.letters {
            return false;
        }
        if self.signed || self.dashes >= 4 {
            return true;
        }
        if self.rest.is_empty() {
            // 人3 and 户人 might be somebody; 完 alone is an end.
            let only_short = self.words == 0 && !self.counted;
            let named = self.pure && self.han <= 4 && self.short_words > 0 && self.surname;
            return !(only_short || named) || self.han == 1 && self.end;
        }
        // 何合计 may be somebody.
        self.households >= 2 || self.total && (self.counted || self.rest.chars().count() >= 3)
    }
}

fn begins_as_word(text: &str) -> bool {
    let first = text.chars().next().map_or("", |c| &text[..c.len_utf8()]);
    WORDS.range(first..).next().is_some_and(|word| word.starts_with(first))
}

fn ends_as_place(text: &str) -> bool {
    PLACE_ENDS.iter().chain(&LONG_PLACE_ENDS).any(|end| text.ends_with(end))
}

/// Takes a text apart; `None` of what is told elsewhere: words for nobody, labels before a name, people in one cell,
/// names with a point between their parts.
fn take_apart(text: &str) -> Option<TakenApart> {
    let chars: Vec<char> = text.nfkc().filter(|c| !c.is_whitespace()).collect();
    if chars.is_empty() || chars.len() > LONGEST_TEXT || label_length(&chars) > 0 {
        return None;
    }
    let mut core: String = chars.iter().collect();
    core = core.trim_matches(|c: char| !c.is_alphanumeric()).to_owned();
    let several: Vec<&str> = core.split(['、', ',', '/', ';', '+', '&']).collect();
    let named = |part: &&str| (2..=4).contains(&part.chars().count()) && part.chars().all(is_han);
    // What a spreadsheet writes below its groups is nobody.
    let nobody = matches!(core.to_ascii_lowercase().as_str(), "平均" | "end");
    if is_no_name(&core) && !nobody
        || several.len() > 1 && several.iter().all(named)
        || chars.iter().any(|c| matches!(c, '·' | '•' | '・' | '‧'))
    {
        return None;
    }
    if let Some((_, rest)) = core.rsplit_once('等')
        && rest.ends_with(['人', '名', '口'])
    {
        return None;
    }
    let mut parts = TakenApart { pure: chars.iter().all(|&c| is_han(c)), ..TakenApart::default() };
    parts.surname = COMMON_SURNAMES.contains(chars[0]);
    parts.end = chars.contains(&'完') && !chars.iter().any(char::is_ascii_digit);
    parts.han = chars.iter().filter(|&&c| is_han(c)).count();
    let mut at = 0;
    let mut before = String::new();
    while at < chars.len() {
        let c = chars[at];
        let run = |same: &dyn Fn(char) -> bool| chars[at..].iter().take_while(|&&c| same(c)).count();
        if c.is_ascii_digit() {
            let length = run(&|c| c.is_ascii_digit() || matches!(c, '.' | ','));
            let number: String = chars[at..at + length].iter().filter(|c| c.is_ascii_digit()).collect();
            at += length + parts.count(number.parse().unwrap_or(u64::MAX), &chars[at + length..]);
        } else if c.is_ascii_alphabetic() {
            let length = run(&|c| c.is_ascii_alphabetic());
            let word: String = chars[at..at + length].iter().collect::<String>().to_ascii_lowercase();
            match WORDS.contains(word.as_str()) {
                true => parts.words += length,
                false => parts.letters = true,
            }
            at += length;
        } else if is_han(c) {
            let length = run(&is_han);
            let next_counts = chars.get(at + length).is_some_and(char::is_ascii_digit);
            before = chars[at..at + length].iter().collect();
            parts.han_run(&chars[at..at + length], next_counts);
            at += length;
        } else {
            if c == ':' && parts.rest.is_empty() && SIGNERS.iter().any(|word| before.contains(word)) {
                parts.signed = true;
            }
            parts.dashes += usize::from(matches!(c, '-' | '—' | '–' | '=' | '_' | '…' | '─' | '━'));
            parts.letters |= c.is_alphabetic();
            at += 1;
        }
    }
    if chars.iter().any(|c| c.is_alphanumeric()) {
        parts.dashes = 0;
    }
    Some(parts)
}

impl TakenApart {
    /// Takes in a number and its unit; how many characters the unit has.
    fn count(&mut self, number: u64, behind: &[char]) -> usize {
        let starts = |unit: &str| behind.iter().copied().take(unit.chars().count()).eq(unit.chars());
        if let Some(unit) = UNITS.iter().find(|unit| starts(unit)) {
            self.counted = true;
            if *unit == "户" {
                self.households = self.households.max(number);
            }
            return unit.chars().count();
        }
        OTHER_UNITS.iter().find(|unit| starts(unit)).map_or(0, |unit| unit.chars().count())
    }
    /// Takes in a run of Han characters; `counts`: a number comes behind it.
    fn han_run(&mut self, run: &[char], counts: bool) {
        let texts: Vec<String> =
            (0..run.len()).map(|at| run[at..run.len().min(at + LONGEST_WORD)].iter().collect()).collect();
        // The fewest characters in words of one, from each place to the end; none where words do not fill it.
        let mut fill: Vec<Option<(usize, usize)>> = vec![None; run.len() + 1];
        fill[run.len()] = Some((0, 0));
        for at in (0..run.len()).rev() {
            let mut best: Option<(usize, usize)> = None;
            for length in 1..=LONGEST_WORD.min(run.len() - at) {
                let end = texts[at].char_indices().nth(length).map_or(texts[at].len(), |(end, _)| end);
                if let Some((short, _)) = fill[at + length]
                    && (WORDS.contains(&texts[at][..end]) || is_counted(&run[at..at + length]))
                {
                    let short = short + usize::from(length == 1);
                    if best.is_none_or(|(least, _)| short < least) {
                        best = Some((short, length));
                    }
                }
            }
            fill[at] = best;
        }
        let whole = fill[0].is_some();
        let mut at = 0;
        while at < run.len() {
            let length = match (whole, fill[at]) {
                (true, Some((_, length))) => length,
                _ => longest_word(&texts[at]),
            };
            let word: String = run[at..at + length.max(1)].iter().collect();
            self.total |= TOTALS.contains(&word.as_str());
            match length {
                0 if counts && at + 1 == run.len() && matches!(run[at], '共' | '计' | '有') => {
                    self.total = true
                }
                0 => self.rest.push(run[at]),
                1 => {
                    self.short_words += 1;
                    self.total |= counts && at + 1 == run.len() && matches!(run[at], '共' | '计');
                }
                _ if is_counted(&run[at..at + length]) => {
                    self.counted = true;
                    self.words += length;
                }
                _ => self.words += length,
            }
            at += length.max(1);
        }
    }
}

/// Characters of the longest word of two or more at the beginning of a text; 0 if there is none.
fn longest_word(text: &str) -> usize {
    let ends: Vec<usize> = text.char_indices().map(|(at, _)| at).skip(2).chain([text.len()]).collect();
    if text.chars().count() < 2 {
        return 0;
    }
    ends.iter().rev().find(|&&end| WORDS.contains(&text[..end])).map_or(0, |&end| text[..end].chars().count())
}

/// `四十户`, `三人`.
fn is_counted(run: &[char]) -> bool {
    let Some((unit, number)) = run.split_last() else { return false };
    matches!(unit, '户' | '人' | '名' | '口')
        && !number.is_empty()
        && number.iter().all(|c| "零〇一二三四五六七八九十百千两".contains(*c))
}

/// Is it the name of a place with what such names end with: `军王庄村`, `北阳镇`? Of two or three characters, and of four
/// behind a surname, it may be somebody, unless there is such a place.
fn is_place_text(text: &str, is_place: &dyn Fn(&str) -> bool) -> bool {
    let chars = text.chars().count();
    if chars >= 4 && LONG_PLACE_ENDS.iter().any(|end| text.ends_with(end)) {
        return true;
    }
    let Some(bare) = PLACE_ENDS.iter().find_map(|end| text.strip_suffix(end)) else { return false };
    let surname = text.starts_with(|c| COMMON_SURNAMES.contains(c)) || begins_with_compound_surname(text);
    chars >= 4 && !surname || is_place(text) || chars >= 3 && is_place(bare)
}

fn begins_with_compound_surname(text: &str) -> bool {
    let end = text.char_indices().nth(2).map_or(text.len(), |(end, _)| end);
    COMPOUND_SURNAMES.contains(&text[..end])
}

/// May a text of five Han characters or more be a name, or two run together?
fn may_be_long_name(text: &str) -> bool {
    let chars = text.chars().count();
    let transcribing = text.chars().filter(|c| TRANSCRIBING.contains(*c)).count();
    transcribing * 10 >= chars * 6
        || begins_with_compound_surname(text) && chars <= 6
        || text.starts_with(|c| COMMON_SURNAMES.contains(c)) && chars <= 9 && !ends_as_place(text)
}

#[cfg(test)]
mod tests {
    use super::*;

    fn places(text: &str) -> bool {
        ["北阳镇", "常屯", "军王庄", "高村", "王家河", "马村"].contains(&text)
    }

    #[test]
    fn lines_of_lists_are_no_names() {
        for text in [
            "北阳镇小计（5户12人）",
            "北阳镇共5户12人",
            "北阳镇共12人",
            "常屯5户",
            "户数合计：29",
            "其中：农村27户",
            "北阳镇合计(5户)",
            "本页小计：5户",
            "全县合计29户97人",
            "共四十户",
            "石林镇合计：182人",
            "军王庄村",
            "军王庄（共181人）",
            "军王庄（181人）",
            "王家河村",
            "高村镇敬老院",
            "善堂镇人民政府",
            "第3页共5页",
            "（完）",
            "完",
            "本表结束",
            "表结束",
            "End",
            "* END *",
            "——以下无正文——",
            "（以下空白）",
            "【以下空白】",
            "***以下无记录***",
            "——————",
            "审核：李四",
            "制表：张三",
            "村委会（盖章）",
            "此行空白",
            "详见附件",
            "公示无异议",
            "同意上报",
            "以上情况属实",
            "以上人员均已公示七天无异议",
            "淇县农村低保对象花名册",
            "2018年第三季度新增人员",
            "减少人员",
            "低保户",
            "马村（12人）",
        ] {
            assert!(is_line_of_list(text, &places), "{text}");
        }
    }

    #[test]
    fn whoever_may_be_a_person_is_no_line() {
        for text in [
            "张三",
            "高镇",
            "王庄",
            "张社",
            "李新村",
            "王建乡",
            "张志组",
            "张李新村",
            "何合计",
            "计小平",
            "欧阳建国",
            "上官婉儿",
            "欧阳新村",
            "买买提·艾力",
            "阿卜杜拉麦麦提",
            "迪丽热巴迪力木拉提",
            "古丽巴哈尔",
            "户主：张三",
            "妻：李春梅",
            "一组：张三",
            "低保：张三",
            "张三（3人）",
            "张三1人",
            "张三（户主）",
            "张三（低保户）",
            "张三1",
            "张三A",
            "张三12岁",
            "NGUYEN THI HOA",
            "马志强等2人",
            "马志强、李春梅",
            "马志强李春梅",
            "马志强 李春梅",
            "待补",
            "已死亡",
            "无名氏",
            "户主",
            "略",
            "12",
            "*",
            "***",
            "2018-03-01",
            "全福",
            "共青",
            "农福",
            "李完",
            "完颜",
            "安全",
            "高区",
            "单位生",
            "人3",
            "户人",
        ] {
            assert!(!is_line_of_list(text, &places), "{text}");
        }
    }
}
