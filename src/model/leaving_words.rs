//! Words by which the name or title of a list says that its people have left it.

use unicode_normalization::UnicodeNormalization as _;

/// What they say: the people have left, are not yet on the list or do not get what it gives.
const WORDS: [&str; 90] = [
    "病故",
    "身故",
    "病逝",
    "过世",
    "离世",
    "户口已销",
    "已销户",
    "失踪",
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
    "脱保",
    "暂缓",
    "不在保",
    "不在册",
    "转入城市",
    "转城市低保",
    "转为特困",
    "转特困",
    "转入特困",
    "申请对象",
    "申请人员",
    "待核查",
    "待核实",
    "拟上报",
    "拟申报",
    "减少:",
    "(减少)",
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
    "劝退",
    "失联",
    "发放失败",
    "发放不成功",
    "发放未成功",
    "打卡失败",
    "未发放",
    "调整减少",
    "减少人员",
    "减少对象",
    "减少名单",
    "减员",
    "拟纳入",
    "拟新增",
    "拟享受",
    "拟批准",
    "拟保",
    "拟发放",
    "拟救助",
    "拟资助",
    "待审批",
    "待审核",
    "待批准",
    "待复核",
    "待纳入",
    "未审批",
    "未审核",
];
/// What the lists of an insurance say of people who are not insured. Elsewhere such people are on the list.
const UNINSURED: [&str; 7] = ["未参保", "未缴费", "未缴纳", "断缴", "欠费", "应保未保", "应参未参"];
/// What a list says of itself that holds some alone, who came, changed or are in doubt: `新增低保对象花名册`, `增减变动表`, `异常对象名单`.
const PART: [&str; 43] = [
    "第一批",
    "第二批",
    "第三批",
    "第四批",
    "第1批",
    "第2批",
    "第3批",
    "第4批",
    "新增",
    "新纳入",
    "新批",
    "新参保",
    "新识别",
    "新办",
    "增补",
    "净增",
    "增减",
    "变更",
    "变动",
    "异动",
    "调整增加",
    "增加人员",
    "异常",
    "疑似",
    "疑点",
    "问题名单",
    "问题对象",
    "问题人员",
    "重复",
    "抽查",
    "抽样",
    "渐退",
    "补报",
    "补录",
    "补发",
    "部分乡镇",
    "部分村",
    "上册",
    "下册",
    "中册",
    "节选",
    "摘录",
    "漏报",
];
/// Words in front of one, and behind one, with which the others are there, too: `含新增`, `新增和原有`.
const BESIDE_BEFORE: [&str; 8] = ["含", "包括", "及", "和", "与", "、", "加", "并"];
const BESIDE_BEHIND: [&str; 5] = ["及", "和", "与", "、", "并"];
/// Words of a text that says that all are there.
const ALL: [&str; 5] = ["全部", "原有", "现有", "在册", "在保"];
/// Words behind one that are no part of a list of people: `变更后`, `新增就业`.
const NO_PART: [&str; 12] =
    ["后", "前", "就业", "耕地", "资产", "贷款", "岗位", "项目", "危房", "任务", "情况说明", "原因"];
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
    find_word(&WORDS, text)
}

/// The first word in a name that says that people are not insured.
pub(crate) fn find_uninsured_word(text: &str) -> Option<&'static str> {
    find_word(&UNINSURED, text)
}

/// The first word in a name that says that those alone are listed who came or changed.
pub(crate) fn find_word_of_part(text: &str) -> Option<&'static str> {
    let text: String = text.nfkc().filter(|c| !c.is_whitespace()).collect();
    if ALL.iter().any(|word| text.contains(word)) {
        return None;
    }
    find_word(&PART, &text).or_else(|| find_place_left_out(&text)).filter(|word| {
        let (before, behind) = text.split_once(word).unwrap_or_default();
        let mut behind_it = NO_PART.iter().chain(&BESIDE_BEHIND);
        !BESIDE_BEFORE.iter().any(|other| before.ends_with(other))
            && !behind_it.any(|other| behind.starts_with(other))
    })
}

/// The word with which a text leaves a place out: `不含北阳镇`, `除高新区外`.
fn find_place_left_out(text: &str) -> Option<&'static str> {
    const PLACES: [char; 7] = ['镇', '乡', '村', '区', '县', '办', '道'];
    // Characters of a place's name.
    const REACH: usize = 12;
    ["不含", "不包括", "不包含", "不带", "缺", "除"].into_iter().find(|word| {
        text.match_indices(word).any(|(at, _)| {
            let name: String =
                text[at + word.len()..].chars().take_while(|c| c.is_alphanumeric()).take(REACH).collect();
            name.chars().skip(1).any(|c| PLACES.contains(&c))
                && (*word != "除" || name.contains(['外', '以']))
        })
    })
}

fn find_word(words: &[&'static str], text: &str) -> Option<&'static str> {
    let text: String = text.nfkc().filter(|c| !c.is_whitespace()).collect();
    let mut found: Vec<(usize, &'static str)> = words
        .iter()
        .flat_map(|word| text.match_indices(word).map(|(at, _)| (at, *word)))
        .filter(|(at, word)| {
            let (before, behind) = (&text[..*at], &text[at + word.len()..]);
            !is_left_out(before) && !ELSE.iter().any(|other| behind.starts_with(other))
        })
        .collect();
    // 已剔除死亡: what is left out is not there, and 剔除 is no name of a list of its own.
    found.retain(|(at, word)| {
        *word != "剔除" || !WORDS.iter().any(|other| text[at + word.len()..].starts_with(other))
    });
    found.into_iter().min().map(|(_, word)| word)
}

/// Does what stands in front of a word leave it out: `不含`, `已剔除`?
pub(crate) fn is_left_out(before: &str) -> bool {
    let last = before.char_indices().rev().nth(LOOKED_BACK - 1).map_or(0, |(at, _)| at);
    TURNED_BY.iter().any(|turned| before.ends_with(turned))
        || LEFT_OUT.iter().any(|left| before[last..].contains(left))
}

/// Is it a title? A sentence that explains what to fill in is none.
pub(crate) fn is_title_text(text: &str) -> bool {
    const NOTES: [&str; 5] = ["注", "说明", "备注", "填表", "填报"];
    let text = text.trim();
    // 注销 begins with a word of notes and is none.
    let note = NOTES.iter().any(|word| text.starts_with(word)) && !text.starts_with("注销");
    !(note || text.contains(['，', '。', '；', ';', '？', '!', '！']) || text.chars().count() > LONGEST_TITLE)
}

/// Which people a line among the rows of a list speaks of, if it may say something of people at all.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum PeopleOfLine {
    /// Those below it, up to the next such line.
    Below,
    /// Those above it, down from the line before.
    Above,
}

impl PeopleOfLine {
    /// Reads a line; `None` of a note that speaks of no people beside it (`停保人员另附表`).
    pub(crate) fn of(text: &str) -> Option<Self> {
        const ELSEWHERE: [&str; 7] = ["另附", "另表", "另报", "另册", "见附", "空白", "属实"];
        if ELSEWHERE.iter().any(|word| text.contains(word)) {
            return None;
        }
        let named = ["以下", "下列"].iter().any(|word| text.contains(word));
        if named && text.chars().count() <= 2 * LONGEST_TITLE {
            return Some(Self::Below);
        }
        let title = is_title_text(text);
        match ["以上", "上述"].iter().any(|word| text.contains(word)) {
            true => title.then_some(Self::Above),
            false => title.then_some(Self::Below),
        }
    }
}

/// Does a line among the rows begin a part of the list: `三、新增人员`, `在保对象（40户）`?
pub(crate) fn begins_part_of_list(text: &str) -> bool {
    const PEOPLE: [&str; 7] = ["人员", "对象", "名单", "名册", "户", "以下", "下列"];
    const SIGNED: [&str; 6] = ["经办", "审核", "制表", "填表", "负责", "共"];
    is_title_text(text)
        && PEOPLE.iter().any(|word| text.contains(word))
        && !SIGNED.iter().any(|word| text.contains(word))
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
            ("低保金发放失败人员", Some("发放失败")),
            ("拟纳入低保对象公示名单", Some("拟纳入")),
            ("低保动态调整减少人员名单", Some("调整减少")),
            ("低保待审批人员", Some("待审批")),
            ("新增低保对象", None),
            ("已脱保", Some("脱保")),
            ("本季度减少：", Some("减少:")),
            ("本季度变动（减少）情况", Some("(减少)")),
            ("上季度在保本季度不在保", Some("不在保")),
            ("已转特困供养", Some("转特困")),
            ("暂缓发放", Some("暂缓")),
            ("待核查对象", Some("待核查")),
            ("减少贫困人口", None),
            ("非失联人员", None),
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
    fn names_of_those_who_came_alone_are_told_from_others() {
        for (name, word) in [
            ("淇县2018年第三季度新增低保对象花名册", Some("新增")),
            ("本月新增", Some("新增")),
            ("农村低保_新 增.csv", Some("新增")),
            ("低保人员增减变动表", Some("增减")),
            ("淇县农村低保名单（第一批）", Some("第一批")),
            ("淇县农村低保名单（不含北阳镇）", Some("不含")),
            ("低保名单（除高新区外）", Some("除")),
            ("低保名单（不含孤儿）", None),
            ("参保变更人员", Some("变更")),
            ("农村低保花名册", None),
            ("低保对象花名册（含新增）", None),
            ("原有和新增低保对象", None),
            ("无新增", None),
            ("不含新增人员", None),
            ("变更后名单", None),
            ("2018年新增就业台账", None),
        ] {
            assert_eq!(find_word_of_part(name), word, "{name}");
        }
    }

    #[test]
    fn a_note_above_the_header_is_no_title() {
        assert!(is_title_text("浚县2018年三季度农村低保停发（退出）人员名单") && is_title_text("注销人员"));
        for note in ["说明：死亡、停保的不填", "在保对象，停保的另报", "注：退保人员另附"]
        {
            assert!(!is_title_text(note), "{note}");
        }
    }

    #[test]
    fn the_uninsured_are_told_apart() {
        assert_eq!(find_uninsured_word("以下人员未缴费（未参保）"), Some("未缴费"));
        assert_eq!(find_uninsured_word("无未参保人员"), None);
    }

    #[test]
    fn lines_speak_of_those_beside_them() {
        use PeopleOfLine::{Above, Below};
        for (line, people) in [
            ("二、停保人员", Some(Below)),
            ("以下12户，自2018年7月起停发。", Some(Below)),
            ("以上人员已停保", Some(Above)),
            ("说明：停保的不填", None),
            ("停保人员另附表", None),
        ] {
            assert_eq!(PeopleOfLine::of(line), people, "{line}");
        }
        assert!(begins_part_of_list("三、新增人员") && begins_part_of_list("在保对象（40户）"));
        assert!(!begins_part_of_list("第1页 共3页") && !begins_part_of_list("东善堂村"));
    }
}
