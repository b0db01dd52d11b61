//! From the text of a cell to the characters of a name.

use unicode_normalization::UnicodeNormalization;

use super::NameFlags;
use crate::model::han;
use crate::model::han::{INTERPUNCT, WILDCARD};
use crate::model::name_words::{NAME_NOTES, is_no_name, label_length, may_begin_without_person};

/// Words that start a second name: what follows is a note.
const ALIASES: [&str; 8] = ["曾用名", "又名", "原名", "小名", "别名", "乳名", "现名", "身份证名"];

/// Cleans the text of a name cell; a cleaned name stays as it is when it is cleaned again.
///
/// Why it does: [`characters`] leaves only characters that it would leave again, and no reference to
/// decode. [`clean_name_letters`] leaves nothing that it, [`clean_name_brackets`] or the signs of [`cut_name_aliases`] would touch: Han
/// and other letters, wildcards and single interpuncts. From then on the name is only cut, until
/// none of the cuts shortens it. What has no Han character in the end is treated as [`clean_latin_name`], as it
/// would be the next time.
pub(super) fn clean_name(text: &str, flags: &mut NameFlags) -> String {
    if is_plain_name(text) {
        return text.to_owned();
    }
    let mut chars = characters(text, flags);
    if !has_han(&chars) {
        return clean_latin_name(&chars, flags);
    }
    cut_name_labels(&mut chars, flags);
    let mut chars = clean_name_brackets(&chars, flags);
    // Before letters(): the signs that tell where a second name begins go with it.
    cut_name_aliases(&mut chars, flags);
    let mut chars = clean_name_letters(&chars, flags);
    let mut length = usize::MAX;
    // What one cut lays bare, another may take: 李四已故户主, 李四户主·已故.
    while chars.len() < length {
        length = chars.len();
        cut_name_labels(&mut chars, flags);
        cut_name_aliases(&mut chars, flags);
        cut_name_notes(&mut chars, flags);
        cut_outer_interpuncts(&mut chars);
    }
    if !has_han(&chars) {
        return clean_latin_name(&chars, flags);
    }
    if chars.contains(&INTERPUNCT) {
        flags.set(NameFlags::INTERPUNCT);
    }
    if chars.contains(&WILDCARD) {
        flags.set(NameFlags::WILDCARD);
    }
    let name: String = chars.iter().collect();
    if is_no_name(&name) { String::new() } else { name }
}

fn has_han(chars: &[char]) -> bool {
    chars.iter().any(|&c| han::is_han(c))
}

/// One to three ideographs: no room for a note, nothing to replace. Nearly all cells are so.
fn is_plain_name(text: &str) -> bool {
    let mut count = 0;
    let plain = text.chars().all(|c| {
        count += 1;
        // 某 is a wildcard.
        matches!(c, '\u{4E00}'..='\u{9FFF}') && c != '某'
    });
    plain && (1..=3).contains(&count) && !may_begin_without_person(text)
}

/// The characters of a text as they are kept, references such as `&#26446;` decoded; one may be written
/// in full width or stand within another, so they are looked for until there is none.
fn characters(text: &str, flags: &mut NameFlags) -> Vec<char> {
    let mut chars: Vec<char> = text.chars().filter_map(|c| character(c, flags)).collect();
    // A reference has at least four characters and becomes one: there is an end.
    while chars.contains(&'&') {
        let folded: String = chars.iter().collect();
        let decoded = decode_name_entities(&folded);
        if decoded == folded {
            break;
        }
        chars = decoded.chars().filter_map(|c| character(c, flags)).collect();
    }
    hide_masked_letters(&mut chars);
    chars
}

/// Takes an `X` between two characters, and several behind one, for characters that were hidden: `李X连`, `李XX`.
fn hide_masked_letters(chars: &mut [char]) {
    let is_x = |c: char| matches!(c, 'x' | 'X');
    let mut at = 1;
    while at < chars.len() {
        let run = chars[at..].iter().take_while(|&&c| is_x(c)).count();
        if run > 0 && han::is_han(chars[at - 1]) {
            let between = chars.get(at + run).is_some_and(|&c| han::is_han(c));
            let end = at + run == chars.len();
            if between || end && run >= 2 {
                chars[at..at + run].fill(WILDCARD);
            }
        }
        at += run.max(1);
    }
}

/// One character as it is kept; spaces stay for now, they separate words of Latin names.
fn character(c: char, flags: &mut NameFlags) -> Option<char> {
    Some(match c {
        ' ' | '\t' | '\u{A0}' | '\u{3000}' | '\u{2000}'..='\u{200A}' | '\u{202F}' => ' ',
        '\u{200B}'..='\u{200F}'
        | '\u{FEFF}'
        | '\u{AD}'
        | '\u{FE00}'..='\u{FE0F}'
        | '\u{E0100}'..='\u{E01EF}' => {
            return None;
        }
        c if c.is_control() => return None,
        '·' | '•' | '‧' | '∙' | '⋅' | '․' | '﹒' | '･' | '。' | '●' | '\u{318D}' | '\u{30FB}' => {
            INTERPUNCT
        }
        '□' | '■' | '某' | '○' | '◯' | '▢' | '▇' | '█' | '\u{FFFD}' | '〓' | '╳' | '×' | '\u{20DD}' => {
            WILDCARD
        }
        // Private-use characters of old GBK; others of that area cannot be read.
        '\u{E000}'..='\u{F8FF}' => {
            let real = han::fold_han(c);
            if real == c {
                WILDCARD
            } else {
                flags.set(NameFlags::PRIVATE_USE);
                unified_character(real)
            }
        }
        '\u{FF01}'..='\u{FF5E}' => char::from_u32(c as u32 - 0xFEE0)?,
        '【' | '〔' | '《' | '「' => '(',
        '】' | '〕' | '》' | '」' => ')',
        // Radicals in place of characters; strokes and descriptions stand for one that could not be typed.
        '\u{2E80}'..='\u{2EFF}' | '\u{31C0}'..='\u{31EF}' | '\u{2FF0}'..='\u{2FFF}' => unified_character(c),
        // Compatibility ideographs and radicals: duplicates of unified characters.
        '\u{F900}'..='\u{FAFF}' | '\u{2F00}'..='\u{2FD5}' | '\u{2F800}'..='\u{2FA1F}' => {
            [c].into_iter().nfkc().next()?
        }
        c => c,
    })
    .map(|c| match c {
        '[' | '{' | '<' => '(',
        ']' | '}' | '>' => ')',
        '?' | '*' => WILDCARD,
        '.' => INTERPUNCT,
        c => c,
    })
}

/// The character of a radical, a mark for other parts of characters; every other character as it is.
fn unified_character(c: char) -> char {
    match c {
        '\u{2E80}'..='\u{2EFF}' | '\u{31C0}'..='\u{31EF}' | '\u{2FF0}'..='\u{2FFF}' => {
            han::unified_radical(c).unwrap_or(WILDCARD)
        }
        c => c,
    }
}

/// A name without Han characters: upper case, single spaces.
fn clean_latin_name(chars: &[char], flags: &mut NameFlags) -> String {
    let text: String = chars.iter().map(|&c| if c == INTERPUNCT { ' ' } else { c }).collect();
    let words: Vec<&str> = text.split_whitespace().collect();
    let name = words.join(" ").to_uppercase();
    // A cell of signs only (`-`, `/`, `□□`) names nobody.
    if !name.chars().any(char::is_alphabetic) {
        return String::new();
    }
    // In capitals a ligature completes a reference (`&#xﬀ;`). Only characters that are no capitals yet can
    // become several, and a reference is longer than what it becomes: there is an end.
    if decode_name_entities(&name) != name {
        return clean_name(&name, flags);
    }
    flags.set(NameFlags::LATIN);
    name
}

/// `(已故)` is a note; `(王+莹)` describes one character that could not be typed; a bracket that
/// holds all but one character of the name holds the name.
fn clean_name_brackets(chars: &[char], flags: &mut NameFlags) -> Vec<char> {
    let mut out = Vec::with_capacity(chars.len());
    let mut rest = chars;
    while let Some(open) = rest.iter().position(|&c| c == '(') {
        out.extend(&rest[..open]);
        let after = &rest[open + 1..];
        let close = after.iter().position(|&c| c == ')').unwrap_or(after.len());
        let inner = &after[..close];
        rest = after.get(close + 1..).unwrap_or(&[]);
        let outside = out.iter().chain(rest).filter(|&&c| han::is_han(c) || c == WILDCARD).count();
        if inner.iter().any(|c| matches!(c, '+' | '-' | '上' | '下' | '左' | '右')) && inner.len() > 2 {
            out.push(WILDCARD);
        } else if outside < 2 && inner.len() == 1 {
            out.extend(inner);
        } else {
            flags.set(NameFlags::NOTE);
        }
    }
    out.extend(rest.iter().filter(|&&c| c != ')'));
    out
}

fn name_starts_with(chars: &[char], word: &str) -> bool {
    let mut rest = chars.iter();
    word.chars().all(|c| rest.next() == Some(&c))
}

/// Cuts labels before a name: `户主：`.
fn cut_name_labels(chars: &mut Vec<char>, flags: &mut NameFlags) {
    while let length @ 1.. = label_length(chars) {
        chars.drain(..length);
        flags.set(NameFlags::NOTE);
    }
}

/// Cuts `又名…`, `/…`, `、…` after a name of at least two characters.
fn cut_name_aliases(chars: &mut Vec<char>, flags: &mut NameFlags) {
    let cut = (2..chars.len()).find(|&at| {
        matches!(chars[at], '/' | '、' | ',' | ';' | '\\' | ':')
            || ALIASES.iter().any(|word| name_starts_with(&chars[at..], word))
    });
    if let Some(at) = cut {
        chars.truncate(at);
        flags.set(NameFlags::NOTE);
    }
}

/// Letters and digits among Han characters: a syllable stands for a character that could not be
/// typed, a single letter or digits at the end tell namesakes apart. Drops spaces and signs.
fn clean_name_letters(chars: &[char], flags: &mut NameFlags) -> Vec<char> {
    let mut out: Vec<char> = Vec::with_capacity(chars.len());
    let mut at = 0;
    while at < chars.len() {
        let c = chars[at];
        if c.is_ascii_alphanumeric() || is_toned_vowel(c) {
            let len =
                chars[at..].iter().take_while(|c| c.is_ascii_alphanumeric() || is_toned_vowel(**c)).count();
            let run: String = chars[at..at + len]
                .iter()
                .flat_map(|c| [*c].into_iter().nfd())
                .filter(char::is_ascii_alphabetic)
                .map(|c| c.to_ascii_lowercase())
                .collect();
            if run.len() >= 2 && han::is_syllable(&run) {
                out.push(WILDCARD);
            } else {
                flags.set(NameFlags::NOTE);
            }
            at += len;
            continue;
        }
        at += 1;
        if c == INTERPUNCT {
            if out.last() != Some(&INTERPUNCT) {
                out.push(c);
            }
        } else if c == WILDCARD || c.is_alphabetic() {
            out.push(c);
        }
    }
    out
}

fn is_toned_vowel(c: char) -> bool {
    matches!(c, '\u{E0}'..='\u{FC}' | '\u{100}'..='\u{1DC}')
}

/// Drops interpuncts at either end: they separate nothing.
fn cut_outer_interpuncts(chars: &mut Vec<char>) {
    while chars.last() == Some(&INTERPUNCT) {
        chars.pop();
    }
    let start = chars.iter().take_while(|&&c| c == INTERPUNCT).count();
    chars.drain(..start);
}

/// Cuts a known note at the end, as long as two characters of a name stay.
fn cut_name_notes(chars: &mut Vec<char>, flags: &mut NameFlags) {
    for note in NAME_NOTES {
        let len = note.chars().count();
        if chars.len() >= len + 2 && name_starts_with(&chars[chars.len() - len..], note) {
            chars.truncate(chars.len() - len);
            flags.set(NameFlags::NOTE);
            return;
        }
    }
}

/// `&#26446;` and `&#x674E;` become the characters that a lossy export could not encode.
fn decode_name_entities(text: &str) -> std::borrow::Cow<'_, str> {
    if !text.contains("&#") {
        return text.into();
    }
    let mut out = String::with_capacity(text.len());
    let mut rest = text;
    while let Some(at) = rest.find("&#") {
        out.push_str(&rest[..at]);
        let body = &rest[at + 2..];
        let end = body.find(';').filter(|&e| (1..=8).contains(&e));
        let decoded = end.and_then(|e| {
            let digits = &body[..e];
            let code = match digits.strip_prefix(['x', 'X']) {
                Some(hex) => u32::from_str_radix(hex, 16),
                None => digits.parse(),
            };
            code.ok().and_then(char::from_u32).map(|c| (c, e))
        });
        match decoded {
            Some((c, e)) => {
                out.push(c);
                rest = &body[e + 1..];
            }
            None => {
                out.push_str("&#");
                rest = body;
            }
        }
    }
    out.push_str(rest);
    out.into()
}
