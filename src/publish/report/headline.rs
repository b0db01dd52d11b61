//! The first sentences of the report: better or worse than the last time, by what, and what is not known.

use serde_json::{Value, json};

use crate::publish::PublicationInputs;
use crate::publish::quarter_totals::{PublicationTotals, grouped_text};

/// How a quarter compares with the one before.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
enum Trend {
    First,
    Better,
    Worse,
    Level,
}

impl Trend {
    /// What came and went moves the total by chance: less than twice the root of both together says nothing.
    fn of(came: u64, went: u64) -> Self {
        let change = came.abs_diff(went);
        if u128::from(change).pow(2) <= 4 * u128::from(came + went) {
            Self::Level
        } else if came > went {
            Self::Worse
        } else {
            Self::Better
        }
    }
    fn word(self) -> &'static str {
        match self {
            Self::First => "首次比对",
            Self::Better => "好转",
            Self::Worse => "变差",
            Self::Level => "基本持平",
        }
    }
    fn class(self) -> &'static str {
        match self {
            Self::First | Self::Level => "level",
            Self::Better => "better",
            Self::Worse => "worse",
        }
    }
}

/// A change with its sign, `+36`, `−12`, `0`.
pub(super) fn change_text(now: u64, before: u64) -> String {
    match now.cmp(&before) {
        std::cmp::Ordering::Greater => format!("+{}", grouped_text(now - before)),
        std::cmp::Ordering::Less => format!("−{}", grouped_text(before - now)),
        std::cmp::Ordering::Equal => "0".to_owned(),
    }
}

/// Class of a change: fewer open findings are better.
pub(super) fn change_class(now: u64, before: u64) -> &'static str {
    match now.cmp(&before) {
        std::cmp::Ordering::Greater => "worse",
        std::cmp::Ordering::Less => "better",
        std::cmp::Ordering::Equal => "level",
    }
}

/// The sentences.
pub(super) fn headline(inputs: &PublicationInputs<'_>, t: &PublicationTotals) -> Value {
    let all = &t.all;
    let raw = all.open + all.review + all.answered;
    let mut raw_text = format!("名单共查出{}条", grouped_text(raw));
    if all.answered > 0 {
        raw_text += &format!("，核查结果已说明、销号{}条", grouped_text(all.answered));
    }
    raw_text +=
        &format!("，匹配待确认{}条，其余{}条未消除", grouped_text(all.review), grouped_text(all.open));
    let Some((before, period)) = t.before.as_ref().zip(inputs.previous_period) else {
        return json!({
            "trend": Trend::First.word(), "class": Trend::First.class(),
            "main": format!("首次比对，没有上期可比：{}条疑点全部算新增。", grouped_text(all.open)),
            "detail": format!("{raw_text}。"),
        });
    };
    // A rule that did not run then, or does not now, says nothing of better or worse.
    let is_not_run = |code: &str| t.not_run.iter().any(|(not_run, _)| not_run == code);
    let same = |code: &str| before.was_judged(code) && !is_not_run(code);
    let now_same: u64 = t.by_rule.iter().filter(|(code, _)| same(code)).map(|(_, c)| c.open).sum();
    let before_same: u64 = before.by_rule.iter().filter(|(code, _)| same(code)).map(|(_, count)| count).sum();
    let came: u64 = t.by_rule.iter().filter(|(code, _)| same(code)).map(|(_, c)| c.new + c.reopened).sum();
    // What is closed, answered or no more certain: whatever was open and is not.
    let went = (before_same + came).saturating_sub(now_same);
    let trend = Trend::of(came, went);
    let others = all.open - now_same;
    let mut main = format!(
        "未消除疑点{}条，{}{}条，{}。",
        grouped_text(all.open),
        period.title(),
        grouped_text(before.open),
        match all.open.cmp(&before.open) {
            std::cmp::Ordering::Equal => "一条不多一条不少".to_owned(),
            std::cmp::Ordering::Greater => format!("多{}条", grouped_text(all.open - before.open)),
            std::cmp::Ordering::Less => format!("少{}条", grouped_text(before.open - all.open)),
        }
    );
    if others > 0 || before.open != before_same {
        main += &format!("两期都运行的规则：{}条对{}条。", grouped_text(now_same), grouped_text(before_same));
    }
    if trend == Trend::Level && now_same != before_same {
        main += "增减在偶然波动以内。";
    }
    let otherwise: u64 = t.resolved_otherwise.values().sum();
    let mut detail = format!(
        "新增{}条，复现{}条，持续{}条；消除{}条，其中名单已改{}条",
        grouped_text(all.new),
        grouped_text(all.reopened),
        grouped_text(all.persisting),
        grouped_text(all.resolved),
        grouped_text(all.resolved.saturating_sub(otherwise)),
    );
    for (by, count) in &t.resolved_otherwise {
        detail += &format!("、{by}{}条", grouped_text(*count));
    }
    json!({
        "trend": trend.word(), "class": trend.class(), "main": main,
        "detail": format!("{detail}。{raw_text}。"),
    })
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_change_that_chance_makes_is_none() {
        assert_eq!(Trend::of(100, 80), Trend::Level);
        assert_eq!(Trend::of(130, 80), Trend::Worse);
        assert_eq!(Trend::of(80, 130), Trend::Better);
        assert_eq!(Trend::of(0, 0), Trend::Level);
        assert_eq!(Trend::of(5, 0), Trend::Worse, "five that came and none that went");
        assert_eq!(Trend::of(4, 0), Trend::Level);
        assert_eq!((change_text(5, 9).as_str(), change_text(9, 9).as_str()), ("−4", "0"));
    }
}
