//! Money: what findings say should come back, and what answers say has. What nobody knows is counted, never taken as nothing.

use std::collections::BTreeMap;

use serde_json::{Value, json};

use crate::model::exception::TrackedException;
use crate::model::officer_text::money_text;
use crate::publish::PublicationInputs;
use crate::publish::quarter_totals::{grouped_text, is_answered};

/// Column of a rule's SELECT with the amount that a finding says should come back.
const RECOVERABLE: &str = "{recover_fen}";

/// Amounts of some findings.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq)]
struct MoneySum {
    fen: i64,
    /// Findings with an amount.
    known: u64,
    /// Findings whose amount nobody knows.
    unknown: u64,
}

impl MoneySum {
    /// In words: what nobody knows is not nothing.
    fn text(self) -> String {
        match (self.known, self.unknown) {
            (0, 1..) => "金额不清楚".to_owned(),
            _ => grouped_money(self.fen),
        }
    }
    fn add(&mut self, amount: Option<i64>) {
        match amount {
            Some(fen) => {
                self.fen = self.fen.saturating_add(fen);
                self.known += 1;
            }
            None => self.unknown += 1,
        }
    }
}

/// The amount that a finding's sentence gives where its rule's template has the column; `None`: it is not known.
fn amount_in_message(template: &str, message: &str) -> Option<i64> {
    let (before, _) = template.split_once(RECOVERABLE)?;
    let plain = before.rsplit('}').next().filter(|plain| !plain.is_empty())?;
    let (_, value) = message.split_once(plain)?;
    let (number, _) = value.split_once('元')?;
    let (yuan, cents) = number.split_once('.').unwrap_or((number, "00"));
    let digits = |text: &str| !text.is_empty() && text.bytes().all(|byte| byte.is_ascii_digit());
    if !digits(yuan) || !digits(cents) || cents.len() != 2 {
        return None;
    }
    yuan.parse::<i64>().ok()?.checked_mul(100)?.checked_add(cents.parse().ok()?)
}

/// Yuan with thousands separators: `12,345元`, `12,345.60元`.
pub(super) fn grouped_money(fen: i64) -> String {
    let text = money_text(fen);
    let digits = text.bytes().take_while(u8::is_ascii_digit).count();
    match text[..digits].parse::<u64>() {
        Ok(yuan) => grouped_text(yuan) + &text[digits..],
        Err(_) => text,
    }
}

/// What the page says of money.
pub(super) fn money_section(inputs: &PublicationInputs<'_>) -> Value {
    let templates: BTreeMap<&str, &str> = (inputs.catalogue.rules.iter())
        .filter(|rule| rule.message.contains(RECOVERABLE))
        .map(|rule| (rule.code.as_str(), rule.message.as_str()))
        .collect();
    let (mut stake, mut by_rule) = (MoneySum::default(), BTreeMap::<&str, MoneySum>::new());
    let (mut recovered, mut stopped) = (MoneySum::default(), 0_u64);
    let (mut others, mut counted_elsewhere) = (0_u64, 0_u64);
    let current = |t: &&TrackedException| !t.is_history(inputs.period);
    for t in inputs.tracked.iter().filter(current) {
        let template = templates.get(&*t.exception.rule_code);
        if let Some(answer) = &t.answer {
            stopped += u64::from(answer.stopped_month.is_some());
            // Nobody fills in an amount where there was none to come back.
            if answer.recovered.is_some() || template.is_some() && is_answered(t) {
                recovered.add(answer.recovered);
            }
        }
        if !t.is_open() || t.in_review() {
            continue;
        }
        match template {
            None => others += 1,
            // The amount of the cause holds that of what follows from it.
            Some(_) if t.exception.cause.is_some() => counted_elsewhere += 1,
            Some(template) => {
                let amount = amount_in_message(template, &t.exception.message);
                stake.add(amount);
                by_rule.entry(&t.exception.rule_code).or_default().add(amount);
            }
        }
    }
    let mut rules: Vec<(&str, MoneySum)> = by_rule.into_iter().collect();
    rules.sort_by(|a, b| b.1.fen.cmp(&a.1.fen).then_with(|| a.0.cmp(b.0)));
    let rules: Vec<Value> = (rules.into_iter())
        .map(|(code, sum)| {
            let title = inputs.catalogue.rule(code).map_or("", |rule| rule.title.as_str());
            json!({"code": code, "title": title, "money": sum.text(),
                   "known": grouped_text(sum.known), "unknown": grouped_text(sum.unknown)})
        })
        .collect();
    json!({
        "stake": stake.text(), "findings": grouped_text(stake.known),
        "unknown": grouped_text(stake.unknown), "has_unknown": stake.unknown > 0,
        "others": grouped_text(others), "elsewhere": grouped_text(counted_elsewhere),
        "recovered": recovered.text(), "answers": grouped_text(recovered.known),
        "unfilled": grouped_text(recovered.unknown), "has_unfilled": recovered.unknown > 0,
        "stopped": grouped_text(stopped),
        "any_answer": recovered.known + recovered.unknown + stopped > 0,
        "rules": rules,
    })
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn an_amount_is_read_back_and_what_is_no_amount_is_unknown() {
        let template = "{reason}（每月{monthly_fen}；多发月数：{months}；按名单金额应追回：{recover_fen}）。";
        let amount = |text: &str| amount_in_message(template, text);
        let told = |money: &str| format!("已故（每月60元；多发月数：3；按名单金额应追回：{money}）。");
        assert_eq!(amount(&told("180元")), Some(18_000));
        assert_eq!(amount(&told("1280.50元")), Some(128_050));
        assert_eq!(amount(&told("0元")), Some(0));
        for unknown in ["（未填）", "-5元", "元", "1.5元", "99999999999999999999元"] {
            assert_eq!(amount(&told(unknown)), None, "{unknown}");
        }
        assert_eq!(amount("规则改写前的说明，60元。"), None);
        assert_eq!(amount_in_message("没有金额。", "没有金额。"), None);
        assert_eq!((grouped_money(123_456_700), grouped_money(50)), ("1,234,567元".into(), "0.50元".into()));
    }
}
