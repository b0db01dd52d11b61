//! Goes over the bytes of XML or HTML tag by tag, for the second count of rows.
//!
//! No parser: it knows tags, comments and texts, and shares no code with the readers, which parse. It is
//! fed piece by piece and keeps nothing but the tag that it stands in.

/// What a scan comes by.
pub(super) enum MarkupEvent<'a> {
    /// A tag that opens; `closed`: it ends at once (`<row/>`).
    Open { tag: &'a MarkupTag<'a>, closed: bool },
    /// A tag that ends.
    Close { name: &'a str },
    /// Some bytes of a text; a text may come in several pieces.
    Text(&'a [u8]),
}

/// The text between `<` and `>`.
pub(super) struct MarkupTag<'a> {
    text: &'a str,
}

impl<'a> MarkupTag<'a> {
    /// The name without its prefix: `x:row` is `row`.
    pub(super) fn local_name(&self) -> &'a str {
        let end = self.text.find(|c: char| c.is_whitespace() || c == '/').unwrap_or(self.text.len());
        let name = &self.text[..end];
        name.rsplit_once(':').map_or(name, |(_, local)| local)
    }
    /// The raw value of the attribute with this local name.
    pub(super) fn attribute(&self, wanted: &str) -> Option<&'a str> {
        let mut rest = self.text;
        rest = &rest[rest.find(char::is_whitespace)?..];
        loop {
            rest = rest.trim_start_matches(|c: char| c.is_whitespace() || c == '/');
            if rest.is_empty() {
                return None;
            }
            let end = rest.find(|c: char| c.is_whitespace() || c == '=').unwrap_or(rest.len());
            let name = &rest[..end];
            rest = rest[end..].trim_start();
            let mut value = "";
            if let Some(after) = rest.strip_prefix('=') {
                let after = after.trim_start();
                let quote = after.chars().next().filter(|c| matches!(c, '"' | '\''));
                let (begin, end) = match quote {
                    Some(quote) => (1, after[1..].find(quote).map_or(after.len(), |at| at + 1)),
                    None => (0, after.find(char::is_whitespace).unwrap_or(after.len())),
                };
                value = &after[begin..end];
                rest = &after[(end + usize::from(quote.is_some())).min(after.len())..];
            }
            let local = name.rsplit_once(':').map_or(name, |(_, local)| local);
            if local.eq_ignore_ascii_case(wanted) {
                return Some(value);
            }
        }
    }
}

#[derive(Debug, Clone, Copy, PartialEq, Eq)]
enum ScanState {
    Text,
    /// Within a tag, and within a quoted value of it.
    Tag,
    Quoted(u8),
    /// Until `-->`, until `]]>`.
    Comment,
    Section,
    /// HTML: a script or a style sheet, until its end.
    Raw,
}

/// A scan, between two pieces.
pub(super) struct MarkupScan {
    state: ScanState,
    /// The tag so far, or the last bytes of a comment, section or script.
    held: Vec<u8>,
    /// The last byte of the tag that is no white space.
    last: u8,
    html: bool,
    /// The element whose text is not looked at.
    raw: &'static str,
}

/// Bytes of a tag that are kept; attributes beyond them are not seen.
const TAG: usize = 1 << 16;

impl MarkupScan {
    pub(super) fn xml() -> Self {
        Self { state: ScanState::Text, held: Vec::new(), last: 0, html: false, raw: "" }
    }
    pub(super) fn html() -> Self {
        Self { html: true, ..Self::xml() }
    }
    /// Goes over the next bytes.
    pub(super) fn feed(&mut self, mut bytes: &[u8], sink: &mut impl FnMut(MarkupEvent<'_>)) {
        while !bytes.is_empty() {
            match self.state {
                ScanState::Text => {
                    let end = memchr::memchr(b'<', bytes).unwrap_or(bytes.len());
                    if end > 0 {
                        sink(MarkupEvent::Text(&bytes[..end]));
                    }
                    if end < bytes.len() {
                        self.state = ScanState::Tag;
                        self.held.clear();
                        self.last = 0;
                    }
                    bytes = &bytes[(end + 1).min(bytes.len())..];
                    // Nearly all tags lie in one piece.
                    if self.state == ScanState::Tag
                        && let Some(length) = whole_tag(bytes)
                    {
                        self.state = ScanState::Text;
                        self.see_tag(&bytes[..length], sink);
                        bytes = &bytes[length + 1..];
                    }
                }
                ScanState::Section => {
                    let end = self.until(bytes, b"]]>");
                    sink(MarkupEvent::Text(&bytes[..end]));
                    bytes = &bytes[end..];
                }
                ScanState::Comment => {
                    let end = self.until(bytes, b"-->");
                    bytes = &bytes[end..];
                }
                ScanState::Raw => bytes = self.pass_raw(bytes),
                // Behind what tells a comment from a tag, only quotes and the end matter.
                ScanState::Tag | ScanState::Quoted(_) if self.held.len() >= 9 => {
                    let plain = match self.state {
                        ScanState::Quoted(quote) => memchr::memchr(quote, bytes),
                        _ => memchr::memchr3(b'>', b'"', b'\'', bytes),
                    };
                    let plain = plain.unwrap_or(bytes.len());
                    let kept = plain.min(TAG.saturating_sub(self.held.len()));
                    self.held.extend_from_slice(&bytes[..kept]);
                    self.last = last_visible(&bytes[..plain]).unwrap_or(self.last);
                    if plain < bytes.len() {
                        self.tag_byte(bytes[plain], sink);
                    }
                    bytes = &bytes[(plain + 1).min(bytes.len())..];
                }
                ScanState::Tag | ScanState::Quoted(_) => {
                    self.tag_byte(bytes[0], sink);
                    bytes = &bytes[1..];
                }
            }
        }
    }
    /// How many bytes there are up to the end of what it stands in, which may have begun before them.
    fn until(&mut self, bytes: &[u8], end: &[u8; 3]) -> usize {
        for at in memchr::memchr_iter(end[2], bytes) {
            let before = |back: usize| match at.checked_sub(back) {
                Some(at) => Some(bytes[at]),
                None => (self.held.len() + at).checked_sub(back).map(|at| self.held[at]),
            };
            if before(2) == Some(end[0]) && before(1) == Some(end[1]) {
                self.held.clear();
                self.state = ScanState::Text;
                return at + 1;
            }
        }
        self.held.extend_from_slice(&bytes[bytes.len().saturating_sub(2)..]);
        self.held.drain(..self.held.len().saturating_sub(2));
        bytes.len()
    }
    fn pass_raw<'a>(&mut self, bytes: &'a [u8]) -> &'a [u8] {
        let wanted = self.raw.len() + 2;
        for (at, &byte) in bytes.iter().enumerate() {
            if self.held.len() == wanted {
                self.held.remove(0);
            }
            self.held.push(byte.to_ascii_lowercase());
            if self.held.len() == wanted
                && self.held.starts_with(b"</")
                && self.held[2..] == *self.raw.as_bytes()
            {
                self.held.drain(..1);
                self.state = ScanState::Tag;
                return &bytes[at + 1..];
            }
        }
        &[]
    }
    fn tag_byte(&mut self, byte: u8, sink: &mut impl FnMut(MarkupEvent<'_>)) {
        match (self.state, byte) {
            (ScanState::Quoted(quote), _) if byte == quote => self.state = ScanState::Tag,
            (ScanState::Tag, b'"' | b'\'') if self.takes_quotes() => self.state = ScanState::Quoted(byte),
            (ScanState::Tag, b'>') => {
                self.state = ScanState::Text;
                return self.end_of_tag(sink);
            }
            _ => {}
        }
        if self.held.len() < TAG {
            self.held.push(byte);
        }
        if !byte.is_ascii_whitespace() {
            self.last = byte;
        }
        if self.held.len() == 1 && !(byte.is_ascii_alphabetic() || matches!(byte, b'/' | b'!' | b'?' | b'_'))
        {
            // A bare `<` is a character.
            self.held.clear();
            if byte == b'<' {
                return sink(MarkupEvent::Text(b"<"));
            }
            self.state = ScanState::Text;
            return sink(MarkupEvent::Text(&[b'<', byte]));
        }
        match &self.held[..] {
            b"!--" => self.begin(ScanState::Comment),
            b"![CDATA[" if !self.html => self.begin(ScanState::Section),
            _ => {}
        }
    }
    /// Quotes count behind `=`; elsewhere in a tag of HTML they are dirt.
    fn takes_quotes(&self) -> bool {
        self.last == b'='
    }
    fn begin(&mut self, state: ScanState) {
        self.state = state;
        self.held.clear();
    }
    fn end_of_tag(&mut self, sink: &mut impl FnMut(MarkupEvent<'_>)) {
        let mut held = std::mem::take(&mut self.held);
        self.see_tag(&held, sink);
        held.clear();
        self.held = held;
    }
    fn see_tag(&mut self, tag: &[u8], sink: &mut impl FnMut(MarkupEvent<'_>)) {
        let text = String::from_utf8_lossy(tag);
        if let Some(name) = text.strip_prefix('/') {
            // What stands behind the name of an end tag is dirt: `</tr <tr>` is one.
            let end = |c: char| c.is_whitespace() || c == '/';
            let name = name.trim_start().split(end).next().unwrap_or_default();
            sink(MarkupEvent::Close { name: name.rsplit_once(':').map_or(name, |(_, local)| local) });
        } else if !text.starts_with(['!', '?']) && !text.is_empty() {
            let tag = MarkupTag { text: &text };
            if self.html {
                let raw = ["script", "style", "title", "textarea"].into_iter();
                if let Some(raw) = raw.into_iter().find(|raw| tag.local_name().eq_ignore_ascii_case(raw)) {
                    (self.state, self.raw) = (ScanState::Raw, raw);
                }
            }
            sink(MarkupEvent::Open { tag: &tag, closed: !self.html && text.ends_with('/') });
        }
    }
}

/// Length of the tag that these bytes begin with, if all of it is there, and it is an element's.
fn whole_tag(bytes: &[u8]) -> Option<usize> {
    let first = *bytes.first()?;
    if !(first.is_ascii_alphabetic() || matches!(first, b'/' | b'_')) {
        return None;
    }
    let bytes = &bytes[..bytes.len().min(TAG)];
    let mut from = 0;
    loop {
        let at = from + memchr::memchr3(b'>', b'"', b'\'', &bytes[from..])?;
        if bytes[at] == b'>' {
            return Some(at);
        }
        // Quotes count behind `=`.
        let quoted = last_visible(&bytes[from..at]) == Some(b'=');
        from = match quoted {
            true => at + 1 + memchr::memchr(bytes[at], &bytes[at + 1..])? + 1,
            false => at + 1,
        };
    }
}

fn last_visible(bytes: &[u8]) -> Option<u8> {
    bytes.iter().rev().copied().find(|byte| !byte.is_ascii_whitespace())
}

#[cfg(test)]
mod tests {
    use super::*;

    fn scan(mut scan: MarkupScan, text: &str, piece: usize) -> String {
        let mut seen = String::new();
        for bytes in text.as_bytes().chunks(piece) {
            scan.feed(bytes, &mut |event| match event {
                MarkupEvent::Open { tag, closed } => {
                    seen += &format!("<{}{}>", tag.local_name(), if closed { "/" } else { "" });
                    if let Some(value) = tag.attribute("hidden") {
                        seen += &format!("({value})");
                    }
                }
                MarkupEvent::Close { name } => seen += &format!("</{name}>"),
                MarkupEvent::Text(bytes) => seen += std::str::from_utf8(bytes).unwrap(),
            });
        }
        seen
    }

    #[test]
    fn tags_texts_comments_however_they_are_cut() {
        let text = "<?xml version='1.0'?><x:row r=\"1>\" x:hidden = '1'><c/><!-- <row> --><v>5<![CDATA[<6]]></v></x:row>";
        for piece in [1, 2, 3, 7, 1000] {
            assert_eq!(scan(MarkupScan::xml(), text, piece), "<row>(1)<c/><v>5<6]]></v></row>");
        }
    }

    #[test]
    fn quotes_far_behind_a_space_cost_little() {
        let text = "<a b= ".to_owned() + &" ".repeat(TAG) + &"\"".repeat(4 << 20) + "><c>";
        for piece in [1 << 10, usize::MAX] {
            assert_eq!(scan(MarkupScan::html(), &text, piece.min(text.len())), "<a><c>");
        }
    }

    #[test]
    fn html_as_it_comes() {
        let text = "<!DOCTYPE html><style>td>tr{}</style><script>if(a<b)'<tr>'</script><TR hidden=1><td nowrap>a < b</TD>";
        for piece in [1, 5, 1000] {
            assert_eq!(
                scan(MarkupScan::html(), text, piece),
                "<style></style><script></script><TR>(1)<td>a < b</TD>"
            );
        }
    }
}
