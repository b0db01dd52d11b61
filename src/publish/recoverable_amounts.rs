//! The amounts that findings say should come back.

use std::collections::BTreeMap;

use super::published_pipeline::PublishedPipeline;
use crate::model::exception::Exception;

/// Column of a rule's SELECT with the amount that a finding says should come back.
const RECOVERABLE: &str = "{recover_fen}";

/// What a finding says of money.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(in crate::publish) enum RecoverableAmount {
    /// Its rule speaks of none.
    NotTold,
    /// Its rule speaks of one, and nobody knows it.
    Unknown,
    /// Hundredths of a yuan.
    Fen(i64),
}

impl RecoverableAmount {
    /// Hundredths of a yuan, where there is an amount and it is known.
    pub(in crate::publish) fn fen(self) -> Option<i64> {
        match self {
            Self::Fen(fen) => Some(fen),
            Self::NotTold | Self::Unknown => None,
        }
    }
}

/// Sentences of the rules that speak of an amount, by rule.
pub(in crate::publish) struct RecoverableAmounts<'a> {
    templates: BTreeMap<&'a str, &'a str>,
}

impl<'a> RecoverableAmounts<'a> {
    /// Those of the rules of a publication.
    pub(in crate::publish) fn new(catalogue: &'a PublishedPipeline) -> Self {
        let told = catalogue.rules.iter().filter(|rule| rule.message.contains(RECOVERABLE));
        Self { templates: told.map(|rule| (rule.code.as_str(), rule.message.as_str())).collect() }
    }
    /// What a finding says.
    pub(in crate::publish) fn of(&self, exception: &Exception) -> RecoverableAmount {
        let Some(template) = self.templates.get(&*exception.rule_code) else {
            return RecoverableAmount::NotTold;
        };
        amount_in_message(template, &exception.message)
            .map_or(RecoverableAmount::Unknown, RecoverableAmount::Fen)
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
    }
}
