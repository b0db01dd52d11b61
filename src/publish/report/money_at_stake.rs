//! Money: what findings say should come back, and what answers say has. What nobody knows is counted, never taken as nothing.

use std::collections::BTreeMap;

use serde_json::{Value, json};

use crate::model::exception::TrackedException;
use crate::model::officer_text::money_text;
use crate::publish::PublicationInputs;
use crate::publish::quarter_totals::{grouped_text, is_answered};
use crate::publish::recoverable_amounts::{RecoverableAmount, RecoverableAmounts};

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
    let amounts = RecoverableAmounts::new(inputs.catalogue);
    let (mut stake, mut by_rule) = (MoneySum::default(), BTreeMap::<&str, MoneySum>::new());
    let (mut recovered, mut stopped) = (MoneySum::default(), 0_u64);
    let (mut others, mut counted_elsewhere) = (0_u64, 0_u64);
    let current = |t: &&TrackedException| !t.is_history(inputs.period);
    for t in inputs.tracked.iter().filter(current) {
        let told = amounts.of(&t.exception);
        if let Some(answer) = &t.answer {
            stopped += u64::from(answer.stopped_month.is_some());
            // Nobody fills in an amount where there was none to come back.
            if answer.recovered.is_some() || told != RecoverableAmount::NotTold && is_answered(t) {
                recovered.add(answer.recovered);
            }
        }
        if !t.is_open() || t.in_review() {
            continue;
        }
        match told {
            RecoverableAmount::NotTold => others += 1,
            // The amount of the cause holds that of what follows from it.
            _ if t.exception.cause.is_some() => counted_elsewhere += 1,
            amount => {
                stake.add(amount.fen());
                by_rule.entry(&t.exception.rule_code).or_default().add(amount.fen());
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
    fn money_is_grouped_by_thousands() {
        assert_eq!((grouped_money(123_456_700), grouped_money(50)), ("1,234,567元".into(), "0.50元".into()));
    }
}
