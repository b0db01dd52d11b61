//! Headers that say whether somebody is still on a list, or since when not.

use unicode_normalization::UnicodeNormalization as _;

use super::leaving_words::find_leaving_word;

/// Words of a time in a header.
const TIMES: [&str; 5] = ["时间", "日期", "年月", "月份", "日"];

fn plain_header(header: &str) -> String {
    header.nfkc().filter(|c| !c.is_whitespace()).collect()
}

/// The word of leaving in a header: `停发时间`, `是否停发`, `退出年月`.
pub(crate) fn leaving_word_of_header(header: &str) -> Option<&'static str> {
    // 停发时 in the name of a list is something else; 停发时间 in a header is not.
    find_leaving_word(&plain_header(header).replace("时间", "日期"))
}

/// Whether a header says somebody's state or end: `是否在保`, `发放状态`, `注销日期`.
pub(crate) fn says_state(header: &str) -> bool {
    /// What stands behind 是否 where it asks for the state.
    const ASKED: [&str; 20] = [
        "在保", "在册", "在读", "在校", "在籍", "停", "退", "注销", "死", "健在", "有效", "享受", "发放",
        "领取", "参保", "通过", "合格", "批准", "符合", "保留",
    ];
    /// States that are not of being on the list.
    const ELSE: [&str; 8] = ["健康", "婚姻", "就业", "劳动", "身体", "心理", "住房", "家庭"];
    let text = plain_header(header);
    let asks = text.split_once("是否").is_some_and(|(_, rest)| ASKED.iter().any(|word| rest.contains(word)));
    let state = text.contains("状态") && !ELSE.iter().any(|word| text.contains(word));
    asks || state || leaving_word_of_header(&text).is_some()
}

/// Whether a column holds what a clerk remarks of a person.
pub(crate) fn is_remark(header: &str) -> bool {
    const REMARKS: [&str; 8] =
        ["备注", "附注", "说明", "情况说明", "备注说明", "备考", "备注信息", "其他说明"];
    REMARKS.contains(&plain_header(header).trim_matches(['(', ')', '*']))
}

/// Whether a header says when somebody left.
pub(crate) fn says_end_time(header: &str) -> bool {
    let text = plain_header(header);
    leaving_word_of_header(&text).is_some()
        && TIMES.iter().any(|word| text.contains(word))
        && !text.contains("是否")
}

/// Whether a cell below such a header may say that somebody has left; what cannot be told may.
pub(crate) fn may_say_left(header: &str, cell: &str) -> bool {
    const YES: [&str; 8] = ["是", "有", "√", "1", "Y", "y", "对", "在"];
    const NO: [&str; 9] = ["否", "无", "×", "0", "N", "n", "不", "未", "没有"];
    const STAYS: [&str; 14] = [
        "正常",
        "在保",
        "在册",
        "在读",
        "在校",
        "在籍",
        "有效",
        "通过",
        "审核通过",
        "已通过",
        "已审核",
        "享受",
        "发放",
        "已发放",
    ];
    if is_remark(header) {
        // 其父死亡: of somebody else.
        const OTHERS: [&str; 12] =
            ["父", "母", "夫", "妻", "子", "女", "儿", "孙", "兄", "弟", "丈夫", "配偶"];
        let left = find_leaving_word(cell);
        return left.is_some_and(|word| {
            let before = cell.split(word).next().unwrap_or("");
            !OTHERS.iter().any(|other| before.contains(other))
        });
    }
    let (text, cell) = (plain_header(header), plain_header(cell));
    let leaving = leaving_word_of_header(&text).is_some() || text.contains('停') || text.contains('退');
    if text.contains("是否") {
        return !if leaving { NO.contains(&cell.as_str()) } else { YES.contains(&cell.as_str()) };
    }
    leaving || !STAYS.contains(&cell.as_str())
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn headers_of_state_are_told_from_others() {
        for header in [
            "停发时间",
            "是否停发",
            "退出年月",
            "是否在保",
            "取消时间",
            "注销日期",
            "死亡时间",
            "发放状态",
            "人员状态",
            "停保原因",
        ] {
            assert!(says_state(header), "{header}");
        }
        for header in [
            "姓名",
            "是否军烈属",
            "是否解决安全饮用水",
            "健康状态",
            "迁出地",
            "起保时间",
            "是否危房户",
            "备注",
        ] {
            assert!(!says_state(header), "{header}");
        }
        for (remark, said) in
            [("2018年8月死亡", true), ("已停保", true), ("丈夫死亡", false), ("患大病", false), ("", false)]
        {
            assert_eq!(may_say_left("备注", remark), said, "{remark}");
        }
        for (header, said) in [
            ("停发时间", true),
            ("退出年月", true),
            ("注销日期", true),
            ("是否停发", false),
            ("停保原因", false),
        ] {
            assert_eq!(says_end_time(header), said, "{header}");
        }
    }
}
