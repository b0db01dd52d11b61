//! What a page tells above itself of what was done last, and the addresses that carry it.

use std::sync::PoisonError;

use super::seat::PageSeat;
use super::server::Shared;
use crate::answers::AppendedBatch;
use crate::privacy::mask::mask_numbers_in_text;

/// Faults of what was sent that are told.
const MOST_FAULTS: usize = 10;

/// What the page tells above itself.
#[derive(Debug, Default)]
pub(super) struct Told {
    pub(super) text: String,
    pub(super) bad: bool,
    /// Batch that can be undone.
    pub(super) undo: Option<i64>,
}

impl Told {
    /// What an address says was done: numbers alone, since anybody can write an address.
    pub(super) fn of(shared: &Shared, seat: &PageSeat, parameters: &[(String, String)]) -> Self {
        let number = |name: &str| {
            let value = parameters.iter().find(|(parameter, _)| parameter == name);
            value.and_then(|(_, value)| value.parse::<i64>().ok())
        };
        match (number("done"), number("undone")) {
            (Some(batch), _) => {
                let what = parameters.iter().find(|(parameter, _)| parameter == "what");
                let what = match what.map(|(_, what)| what.as_str()) {
                    Some("approve") => "审核通过了",
                    Some("return") => "退回了",
                    Some("draw") => "抽出了",
                    _ => "记下了",
                };
                let mut text = format!("{what}{}条", number("count").unwrap_or(1));
                if let Some(unbound) = number("unbound").filter(|unbound| *unbound > 0) {
                    let why = match shared.page.has_secret() {
                        false => "没有身份密钥（--identity-file）",
                        true => "疑点依据的记录里没有可以分开或合并的两条",
                    };
                    text.push_str(&format!("；其中{unbound}条说到是不是同一人，以后匹配时不会照办：{why}"));
                }
                Self { text, bad: false, undo: shared.may_undo(seat, batch).then_some(batch) }
            }
            (None, Some(_)) => Self {
                text: "撤销了；后来没有别人填的，原来的核查结果恢复".to_owned(),
                bad: false,
                undo: None,
            },
            _ if number("same").is_some() => {
                Self {
                    text: "同样的抽查已经有了，就是这一份".to_owned(), bad: false, undo: None
                }
            }
            _ => Self::default(),
        }
    }

    /// Why nothing was noted: what is wrong, each once.
    pub(super) fn faults(faults: Vec<String>) -> Self {
        let mut each: Vec<String> = Vec::new();
        for fault in faults {
            if !each.contains(&fault) {
                each.push(fault);
            }
        }
        let more = each.len().saturating_sub(MOST_FAULTS);
        each.truncate(MOST_FAULTS);
        let more = if more > 0 { format!("；还有{more}处") } else { String::new() };
        Self::fault(format!("没有记下：{}{more}", each.join("；")))
    }

    /// What is wrong; numbers of persons that were sent are not shown again.
    pub(super) fn fault(text: String) -> Self {
        Self { text: mask_numbers_in_text(&text).into_owned(), bad: true, undo: None }
    }
}

impl Shared {
    /// Notes who appended a batch, and gives the address that tells of it.
    pub(super) fn done(
        &self,
        seat: &PageSeat,
        next: &str,
        (batch, unbound): (AppendedBatch, u64),
        (what, count): (&str, usize),
    ) -> String {
        let mut appended = self.appended.lock().unwrap_or_else(PoisonError::into_inner);
        appended.insert(batch.0, seat.token.clone());
        let unbound = if unbound > 0 { format!("&unbound={unbound}") } else { String::new() };
        with_parameters(next, &format!("done={}&count={count}&what={what}{unbound}", batch.0))
    }

    /// Did a seat append a batch here?
    pub(super) fn may_undo(&self, seat: &PageSeat, batch: i64) -> bool {
        let appended = self.appended.lock().unwrap_or_else(PoisonError::into_inner);
        appended.get(&batch).is_some_and(|token| *token == seat.token)
    }
}

/// An address of this page; the queue for any other.
pub(super) fn local_address(address: &str) -> String {
    let own =
        ["/?", "/case/", "/review", "/draw"].iter().any(|begin| address.starts_with(begin)) || address == "/";
    let plain = address.bytes().all(|byte| byte.is_ascii_graphic() && byte != b'\\');
    if own && plain { address.to_owned() } else { "/".to_owned() }
}

/// The address with more parameters, in place of what an earlier change left there.
pub(super) fn with_parameters(address: &str, more: &str) -> String {
    let (path, query) = address.split_once('?').unwrap_or((address, ""));
    let old = |one: &&str| {
        ["done=", "undone=", "count=", "what=", "unbound="].iter().any(|name| one.starts_with(name))
    };
    let kept: Vec<&str> = query.split('&').filter(|one| !one.is_empty() && !old(one)).chain([more]).collect();
    format!("{path}?{}", kept.join("&"))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn only_addresses_of_this_page_are_gone_back_to() {
        for address in ["/?county=410621", "/case/ABC?q=%E7%8E%8B", "/"] {
            assert_eq!(local_address(address), address);
        }
        for address in
            ["//evil.example", "http://evil.example", "/\\evil", "/progress\r\nSet-Cookie: a=b", ""]
        {
            assert_eq!(local_address(address), "/");
        }
        assert_eq!(with_parameters("/?a=1&done=3&count=1", "undone=3"), "/?a=1&undone=3");
        assert_eq!(with_parameters("/", "done=3"), "/?done=3");
    }
}
