//! Names whose characters were made others, and tags of a page around them.

use std::borrow::Cow;
use std::sync::LazyLock;

use encoding_rs::{GBK, WINDOWS_1252};

use super::han::is_han;
use super::name_words::COMMON_SURNAMES;

/// What is made of characters that a program could not read, when it writes them as GBK.
const LOST: [&str; 3] = ["锟斤", "斤拷", "锘匡"];
/// What memory that nobody filled is in GBK.
const UNFILLED: [&str; 3] = ["烫烫", "屯屯", "葺葺"];
/// Letters and signs of Latin-1 from which a text without Han characters is none of a name, and one with them.
const LEAST_LATIN: usize = 3;
const LATIN_BESIDE_HAN: usize = 2;

/// Characters that the first two bytes of a Han character in UTF-8 are in GBK, ascending.
static FIRST_OF_GBK: LazyLock<Vec<char>> = LazyLock::new(|| {
    let pairs = (0xE4..=0xE9u8).flat_map(|lead| (0x80..=0xBFu8).map(move |trail| [lead, trail]));
    let mut first: Vec<char> = pairs
        .filter_map(|pair| {
            let text = GBK.decode_without_bom_handling_and_without_replacement(&pair)?;
            text.chars().next()
        })
        .collect();
    first.sort_unstable();
    first
});

/// May a name of Han characters alone be broken? Cheap, and never wrongly no.
pub(crate) fn may_be_broken(name: &str) -> bool {
    name.chars().next().is_some_and(|first| FIRST_OF_GBK.binary_search(&first).is_ok())
        || name.contains(['锟', '拷', '锘', '烫', '屯', '葺'])
}

/// Is a name made of the bytes of another encoding: `鐜嬪織寮�`, `锟斤拷`, `ÍõÖ¾Ç¿`?
pub(crate) fn is_broken_name(name: &str) -> bool {
    // As nearly all names are.
    if name.chars().all(is_han) && !may_be_broken(name) {
        return false;
    }
    LOST.iter().chain(&UNFILLED).any(|lost| name.contains(lost))
        || is_utf8_read_as_gbk(name)
        || is_read_as_latin(name)
}

/// Is it the UTF-8 of a name, read as GBK?
fn is_utf8_read_as_gbk(name: &str) -> bool {
    let body = name.trim_end_matches(['\u{FFFD}', '?', '□', '\u{E5E5}']);
    let first = body.chars().next();
    if first.is_none_or(|first| FIRST_OF_GBK.binary_search(&first).is_err()) {
        return false;
    }
    let (bytes, _, failed) = GBK.encode(body);
    if failed {
        return false;
    }
    let (read, cut) = match std::str::from_utf8(&bytes) {
        Ok(read) => (read, false),
        // The last byte had no partner.
        Err(error) if error.error_len().is_none() => {
            (std::str::from_utf8(&bytes[..error.valid_up_to()]).unwrap_or(""), true)
        }
        Err(_) => return false,
    };
    let surname = read.chars().next().is_some_and(|first| COMMON_SURNAMES.contains(first));
    let lost = body.len() < name.len();
    read.chars().all(is_han) && !read.is_empty() && (surname || lost && cut)
}

/// Is it a name in bytes, each read as a letter or sign of Latin-1?
fn is_read_as_latin(name: &str) -> bool {
    let is_latin =
        |c: &char| !c.is_ascii() && !is_han(*c) && !WINDOWS_1252.encode(c.encode_utf8(&mut [0; 4])).2;
    let (mut latin, others): (Vec<char>, Vec<char>) =
        name.chars().filter(|c| !c.is_whitespace()).partition(is_latin);
    // 李××: hidden, not broken.
    if !others.is_empty() {
        latin.retain(|c| *c != '×');
    }
    if others.iter().any(|c| is_han(*c)) {
        // 陈â€™: not the point between the parts of a name, nor quotation marks.
        let of_han = |c: &&char| matches!(c, '·' | '\u{2010}'..='\u{2027}');
        return latin.len() - latin.iter().filter(of_han).count() >= LATIN_BESIDE_HAN;
    }
    latin.len() >= LEAST_LATIN && others.len() < latin.len()
}

/// Does a name of somebody hide some of its characters: `李*连`, `李××`, `李某连`, `李XX`?
pub(crate) fn hides_characters(name: &str) -> bool {
    const SIGNS: [char; 11] = ['*', '\u{FF0A}', '×', '✕', '╳', '○', '◯', '某', '▇', '█', '＃'];
    if name.contains(SIGNS) {
        return name.chars().count() > 1;
    }
    let is_x = |c: char| matches!(c, 'x' | 'X' | '\u{FF38}' | '\u{FF58}');
    if !name.contains(is_x) {
        return false;
    }
    let chars: Vec<char> = name.chars().collect();
    // One letter behind a name may be a mark of the list.
    let runs = chars.chunk_by(|a, b| is_x(*a) && is_x(*b));
    let mut at = 0;
    let mut hidden = runs.filter(|run| {
        let (from, to) = (at, at + run.len());
        at = to;
        let behind = from > 0 && is_han(chars[from - 1]);
        is_x(run[0])
            && behind
            && (to < chars.len() && is_han(chars[to]) || to == chars.len() && run.len() > 1)
    });
    hidden.next().is_some()
}

/// A text without the tags of a page, if there are any: `<b>王小明</b>`. A break of a line stays one.
pub(crate) fn without_tags(text: &str) -> Cow<'_, str> {
    let mut rest = text;
    let mut bare = String::new();
    let mut any = false;
    while let Some(from) = rest.find('<') {
        let inside = &rest[from + 1..];
        let begins = inside.trim_start_matches('/').starts_with(|c: char| c.is_ascii_alphabetic());
        let Some(to) = inside.find('>').filter(|_| begins) else {
            bare += &rest[..=from];
            rest = inside;
            continue;
        };
        let tag: String = inside[..to].trim_matches('/').to_ascii_lowercase();
        let tag = tag.split([' ', '/', '\t']).next().unwrap_or("");
        if !TAGS.contains(&tag) {
            bare += &rest[..=from];
            rest = inside;
            continue;
        }
        any = true;
        bare += &rest[..from];
        if matches!(tag, "br" | "p" | "div" | "li") {
            bare.push('\n');
        }
        rest = &inside[to + 1..];
    }
    if !any {
        return Cow::Borrowed(text);
    }
    bare += rest;
    Cow::Owned(bare.trim().to_owned())
}

/// Tags that stand around a word.
const TAGS: [&str; 17] = [
    "b", "i", "u", "a", "p", "br", "em", "div", "li", "td", "th", "span", "font", "strong", "small", "big",
    "nobr",
];

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn hidden_names_are_not_broken() {
        for name in [
            "李*连",
            "李**",
            "李＊连",
            "李×连",
            "李××",
            "李××连",
            "李某连",
            "李某某",
            "李○○",
            "李X连",
            "李XX",
            "李ＸＸ",
            "李xx连",
        ] {
            assert!(hides_characters(name) && !is_broken_name(name), "{name}");
        }
        for name in ["李连", "李连X", "X", "*", "MAX", "阿·里", "李□"] {
            assert!(!hides_characters(name), "{name}");
        }
    }

    #[test]
    fn names_in_bytes_of_another_encoding_are_broken() {
        for name in [
            "鐜嬪織寮\u{FFFD}",
            "鐜嬪織寮?",
            "鐜嬪己",
            "锟斤拷锟斤拷",
            "王锟斤拷",
            "ÍõÖ¾Ç¿",
            "çŽ‹å¿—å¼º",
            "烫烫烫",
            "王屯屯",
            "陈â€™",
        ] {
            assert!(is_broken_name(name), "{name}");
        }
        for name in [
            "王志强",
            "濮阳春",
            "浣沙",
            "王锟",
            "José María",
            "Müller",
            "买买提·艾力",
            "阿依古丽·买买提·艾力",
            "王“小”明",
            "王\u{A0}\u{A0}明",
            "李??",
            "张\u{FFFD}军",
            "滕王阁",
            "溥仪",
        ] {
            assert!(!is_broken_name(name), "{name}");
        }
    }

    #[test]
    fn what_is_broken_may_be() {
        for name in ["鐜嬪己", "锟斤拷锟斤拷", "王锟斤拷"] {
            assert!(may_be_broken(name), "{name}");
        }
        assert!(!may_be_broken("王志强"));
        // Of a broken name the whole name is found again.
        for name in ["王强", "张伟", "刘洋", "陈静"] {
            let (broken, _, _) = GBK.decode(name.as_bytes());
            assert!(may_be_broken(&broken) && is_broken_name(&broken), "{broken}");
        }
    }

    #[test]
    fn tags_go_and_brackets_stay() {
        for (text, bare) in [
            ("<b>王小明</b>", "王小明"),
            ("王小明<br/>", "王小明"),
            ("<font color=\"red\">王小明</font>", "王小明"),
            ("王小明<br>李四", "王小明\n李四"),
            ("王<小>明", "王<小>明"),
            ("王小明<abc>", "王小明<abc>"),
            ("王<", "王<"),
        ] {
            assert_eq!(without_tags(text), bare, "{text}");
        }
    }
}
