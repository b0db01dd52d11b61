//! Who is let in. The server listens on this machine alone, but every page of a browser can send requests there: so the host
//! must be this machine by name, changes must come from the page itself, and whoever asks must know a seat's token.

use axum::http::HeaderMap;
use axum::http::header::{COOKIE, HOST, ORIGIN};

use super::seat::PageSeat;

/// Name of the cookie that holds the token.
pub(super) const SESSION: &str = "bidui_seat";

/// What a request is refused for.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum Refused {
    /// It was sent to another name: some page has this machine under its own.
    Host,
    /// It was sent by another page.
    Origin,
    /// No seat's token.
    Token,
}

impl Refused {
    /// What the browser shows.
    pub(super) fn message(self) -> &'static str {
        match self {
            Self::Host => "只能用 127.0.0.1 或 localhost 打开本页",
            Self::Origin => "这个请求不是从本页发出的，没有执行",
            Self::Token => "请用启动时给出的网址打开本页",
        }
    }
}

/// Checks the host that a request names; `port`: where the server listens.
pub(super) fn check_host(headers: &HeaderMap, port: u16) -> Result<(), Refused> {
    let host = headers.get(HOST).and_then(|host| host.to_str().ok()).unwrap_or_default();
    let own = ["127.0.0.1", "localhost"].iter().any(|name| host == format!("{name}:{port}"));
    if own { Ok(()) } else { Err(Refused::Host) }
}

/// Checks that a change comes from the page itself: browsers name the origin of every change.
pub(super) fn check_origin(headers: &HeaderMap, port: u16) -> Result<(), Refused> {
    let origin = headers.get(ORIGIN).and_then(|origin| origin.to_str().ok()).unwrap_or_default();
    let own = ["127.0.0.1", "localhost"].iter().any(|name| origin == format!("http://{name}:{port}"));
    if own { Ok(()) } else { Err(Refused::Origin) }
}

/// The seat whose token a request knows.
pub(super) fn find_seat<'s>(headers: &HeaderMap, seats: &'s [PageSeat]) -> Result<&'s PageSeat, Refused> {
    let cookies = headers.get_all(COOKIE).iter().filter_map(|cookies| cookies.to_str().ok());
    let mut pairs =
        cookies.flat_map(|cookies| cookies.split(';')).filter_map(|one| one.trim().split_once('='));
    let token = pairs.find(|(name, _)| *name == SESSION).map_or("", |(_, token)| token);
    seat_of(token, seats).ok_or(Refused::Token)
}

/// The seat with a token.
pub(super) fn seat_of<'s>(token: &str, seats: &'s [PageSeat]) -> Option<&'s PageSeat> {
    seats.iter().find(|seat| !seat.token.is_empty() && same_text(&seat.token, token))
}

/// Compares in the same time wherever the texts differ.
fn same_text(a: &str, b: &str) -> bool {
    a.len() == b.len() && a.bytes().zip(b.bytes()).fold(0, |differs, (a, b)| differs | (a ^ b)) == 0
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::page::seat::SeatRole;

    fn headers(pairs: &[(&'static str, &str)]) -> HeaderMap {
        pairs
            .iter()
            .map(|(name, value)| (name.parse().unwrap(), value.parse().unwrap()))
            .collect::<HeaderMap>()
    }

    #[test]
    fn other_hosts_other_pages_and_strangers_are_refused() {
        for host in ["127.0.0.1:8080", "localhost:8080"] {
            assert!(check_host(&headers(&[("host", host)]), 8080).is_ok());
            let origin = format!("http://{host}");
            assert!(check_origin(&headers(&[("origin", &origin)]), 8080).is_ok());
        }
        for host in ["127.0.0.1:8081", "evil.example:8080", "127.0.0.1.evil.example:8080", ""] {
            assert_eq!(check_host(&headers(&[("host", host)]), 8080), Err(Refused::Host), "{host}");
        }
        for origin in ["http://evil.example", "null", "https://127.0.0.1:8080", "http://127.0.0.1:80801", ""]
        {
            assert_eq!(check_origin(&headers(&[("origin", origin)]), 8080), Err(Refused::Origin), "{origin}");
        }
        assert_eq!(check_origin(&HeaderMap::new(), 8080), Err(Refused::Origin), "none is named");
        let seat = |token: &str| PageSeat {
            role: SeatRole::County,
            area: "410621".to_owned(),
            name: "罗德合".to_owned(),
            token: token.to_owned(),
        };
        let seats = [seat("abcdef"), seat("")];
        let cookie = |text: &str| headers(&[("cookie", text)]);
        assert!(find_seat(&cookie("a=b; bidui_seat=abcdef"), &seats).is_ok());
        for text in ["bidui_seat=abcdeg", "bidui_seat=", "bidui_seat=abcde", "other=abcdef"] {
            assert_eq!(find_seat(&cookie(text), &seats), Err(Refused::Token), "{text}");
        }
    }
}
