//! From the text of a cell to a verdict.

use super::digits::{id_check_value, pack_id_digits, parse_plain18};
use super::pattern::MaskPattern;
use super::{IdClass, IdNumber};
use crate::model::day;

/// Values 0-9 are digits; the rest are the few other characters that matter.
const X: u8 = 10;
const STAR: u8 = 11;
const G: u8 = 12;
const JL: u8 = 13;
const POINT: u8 = 14;
const E: u8 = 15;
const PLUS: u8 = 16;
const OTHER: u8 = 17;
/// Stripped wherever it stands.
const NOTHING: u8 = 18;
/// Longest text of interest: a certificate of 22 characters and some room.
const ROOM: usize = 32;

const ASCII: [u8; 128] = {
    let mut table = [OTHER; 128];
    let mut c = 0;
    while c < 128 {
        table[c] = match c as u8 {
            b'0'..=b'9' => c as u8 - b'0',
            b'x' | b'X' => X,
            b'*' => STAR,
            b'g' | b'G' => G,
            b'j' | b'J' | b'l' | b'L' => JL,
            b'.' => POINT,
            b'e' | b'E' => E,
            b'+' => PLUS,
            // Controls, spaces, and the marks that protect a number from a spreadsheet.
            0..=32 | 127 | b'\'' | b'`' | b'"' => NOTHING,
            _ => OTHER,
        };
        c += 1;
    }
    table
};

/// Classes of characters beyond ASCII.
fn id_symbol(c: char) -> u8 {
    match c {
        // Full width letters, digits and signs stand at a fixed distance from ASCII.
        '\u{FF01}'..='\u{FF5E}' => ASCII[c as usize - 0xFEE0],
        // Multiplication signs, crosses, and Cyrillic, Greek or Roman look-alikes.
        '×' | '✕' | '✖' | '╳' | '\u{445}' | '\u{425}' | '\u{3C7}' | '\u{3A7}' | '\u{2169}' | '\u{2179}' => {
            X
        }
        '●' | '■' => STAR,
        '\u{80}'..='\u{A0}'
        | '\u{AD}'
        | '\u{1680}'
        | '\u{2000}'..='\u{200F}'
        | '\u{2018}'..='\u{201D}'
        | '\u{2028}'..='\u{202F}'
        | '\u{205F}'..='\u{206F}'
        | '\u{3000}'
        | '\u{FEFF}' => NOTHING,
        _ => OTHER,
    }
}

pub(crate) fn parse_id_number(text: &str) -> IdNumber {
    let mut symbols = [0u8; ROOM];
    let mut len = 0;
    let bytes = text.as_bytes();
    if let Some((key, check)) = parse_plain18(bytes) {
        return full18(key, check);
    }
    if bytes.is_ascii() {
        for &byte in bytes {
            let class = ASCII[usize::from(byte)];
            if class != NOTHING {
                if len == ROOM {
                    return other();
                }
                symbols[len] = class;
                len += 1;
            }
        }
    } else {
        for c in text.chars() {
            let class = if c.is_ascii() { ASCII[c as usize] } else { id_symbol(c) };
            if class != NOTHING {
                if len == ROOM {
                    return other();
                }
                symbols[len] = class;
                len += 1;
            }
        }
    }
    classify_id_symbols(&symbols[..len], text)
}

fn other() -> IdNumber {
    IdNumber { class: IdClass::Other, ..IdNumber::default() }
}

fn classify_id_symbols(symbols: &[u8], text: &str) -> IdNumber {
    let digits = symbols.iter().take_while(|&&s| s < 10).count();
    match (symbols.len(), digits) {
        (0, _) => IdNumber::default(),
        (18, 18) => full18(pack_id_digits(symbols), id_check_value(pack_id_digits(symbols) / 11)),
        // `*` in the last place stands for X in old lists; see `mask` for several stars.
        (18, 17) if matches!(symbols[17], X | STAR) => {
            let mut fixed = [X; 18];
            fixed[..17].copy_from_slice(&symbols[..17]);
            full18(pack_id_digits(&fixed), id_check_value(pack_id_digits(&fixed) / 11))
        }
        (15, 15) => full15(symbols),
        (20 | 22, _) if digits == symbols.len() || (digits == 17 && symbols[17] == X) => certificate(symbols),
        (19, 0) if symbols[0] == G => match nested18(&symbols[1..]) {
            IdNumber { class: IdClass::Valid18 | IdClass::BadCheck18, key, .. } => {
                IdNumber { key, class: IdClass::GStudent, detail: 0 }
            }
            inner if inner.class == IdClass::BadDate18 => other(),
            inner => inner,
        },
        (_, 0) if symbols[0] == JL => student_without_id(&symbols[1..]),
        _ if is_scientific_id(symbols) => scientific(symbols),
        _ if symbols.contains(&STAR) || is_x_masked_id(symbols) => parse_masked_id(symbols),
        (16 | 17 | 19, n) if n == symbols.len() || (n + 1 == symbols.len() && symbols[n] == X) => {
            IdNumber { key: pack_id_digits(symbols), class: IdClass::Other, detail: symbols.len() as u8 }
        }
        _ if is_placeholder_id(text) => IdNumber::default(),
        _ => other(),
    }
}

fn nested18(symbols: &[u8]) -> IdNumber {
    let digits = symbols.iter().take_while(|&&s| s < 10).count();
    if symbols.len() == 18 && (digits == 18 || (digits == 17 && symbols[17] == X)) {
        full18(pack_id_digits(symbols), id_check_value(pack_id_digits(symbols) / 11))
    } else {
        other()
    }
}

/// Key of 18 values and the check value they call for.
fn full18(key: u64, check: u8) -> IdNumber {
    let body = key / 11;
    let sequence = body % 1_000;
    let birth = (body / 1_000 % 100_000_000) as u32;
    let checks = key % 11 == u64::from(check);
    let with = |class| IdNumber { key, class, detail: 0 };
    if body.is_multiple_of(11_111_111_111_111_111) {
        // 111111…, 000000…: typed to get past an input mask.
        return other();
    }
    let damaged = body.is_multiple_of(100) && key.is_multiple_of(11) && !checks;
    if !day::is_birth_date(birth) {
        // Area and nothing else: 410621000000000000.
        return if birth == 0 { with(IdClass::Temporary) } else { with(IdClass::BadDate18) };
    }
    // A ruined number also ends in 000; where its 15th digit is 0 too it cannot be told from a
    // temporary number, and the surviving digits are the same.
    if damaged {
        return IdNumber { key: body / 100, class: IdClass::Trunc15, detail: 15 };
    }
    // Sequences 000 and 999 are not given to living people; systems use them for those whose
    // number is still to come.
    if sequence == 0 || sequence == 999 {
        return with(IdClass::Temporary);
    }
    with(if checks { IdClass::Valid18 } else { IdClass::BadCheck18 })
}

/// 15 digits: insert `19`, compute the check value.
fn full15(values: &[u8]) -> IdNumber {
    let number = values.iter().fold(0u64, |n, &v| n * 10 + u64::from(v));
    let (region, rest) = (number / 1_000_000_000, number % 1_000_000_000);
    let body = region * 100_000_000_000 + 19 * 1_000_000_000 + rest;
    if values.iter().all(|&v| v == values[0]) {
        return other();
    }
    let birth = (body / 1_000 % 100_000_000) as u32;
    if !day::is_birth_date(birth) {
        // Perhaps the first 15 of 18 digits, cut by a narrow column.
        let cut = (number / 10 % 100_000_000) as u32;
        if day::is_birth_date(cut) {
            return IdNumber { key: number, class: IdClass::Trunc15, detail: 15 };
        }
        return other();
    }
    if body % 1_000 == 0 {
        return IdNumber {
            key: body * 11 + u64::from(id_check_value(body)),
            class: IdClass::Temporary,
            detail: 0,
        };
    }
    IdNumber { key: body * 11 + u64::from(id_check_value(body)), class: IdClass::Up15, detail: 0 }
}

/// ID + category (1-7) + grade (1-4), and for a re-issued certificate two more characters.
fn certificate(symbols: &[u8]) -> IdNumber {
    let inner = nested18(&symbols[..18]);
    if !symbols[18..].iter().all(|&s| s < 10) {
        return other();
    }
    let (category, grade) = (symbols[18], symbols[19]);
    if !(1..=7).contains(&category) || !(1..=4).contains(&grade) {
        return other();
    }
    let class = if symbols.len() == 20 { IdClass::Cert20 } else { IdClass::Cert22 };
    match inner.class {
        IdClass::Valid18 | IdClass::BadCheck18 => {
            IdNumber { key: inner.key, class, detail: category * 8 + grade }
        }
        _ => other(),
    }
}

/// `J`/`L` + 18 characters with the birth date where an ID has it.
fn student_without_id(rest: &[u8]) -> IdNumber {
    if rest.len() != 18 || rest[..17].iter().any(|&s| s >= 10) {
        return other();
    }
    let birth = rest[6..14].iter().fold(0u32, |n, &v| n * 10 + u32::from(v));
    let key = if day::is_birth_date(birth) { u64::from(birth) } else { 0 };
    IdNumber { key, class: IdClass::JlStudent, detail: 0 }
}

/// `d.dddE+17` with any number of digits (also `E17`, and `E+14` of a 15-digit number).
fn is_scientific_id(symbols: &[u8]) -> bool {
    symbols.contains(&E) && symbols[0] < 10 && (symbols.get(1) == Some(&POINT) || symbols.get(1) == Some(&E))
}

fn scientific(symbols: &[u8]) -> IdNumber {
    let Some(e) = symbols.iter().position(|&s| s == E) else { return other() };
    let mantissa = &symbols[..e];
    let exponent = &symbols[e + 1..];
    let exponent = exponent.strip_prefix(&[PLUS]).unwrap_or(exponent);
    if mantissa.iter().enumerate().any(|(i, &s)| s >= 10 && !(i == 1 && s == POINT)) {
        return other();
    }
    let mut values = [0u8; 15];
    let mut shown = 0;
    for &value in mantissa.iter().filter(|&&s| s < 10).take(15) {
        values[shown] = value;
        shown += 1;
    }
    // Zeros at the end may be digits or the end of what was kept; the prefix is right anyway.
    match exponent {
        [1, 7] => {
            let key = values.iter().fold(0u64, |n, &v| n * 10 + u64::from(v));
            // The birth date, as far as it is shown in full, must be one.
            if shown >= 14 && !day::is_birth_date((key / 10 % 100_000_000) as u32) {
                return other();
            }
            IdNumber { key, class: IdClass::Trunc15, detail: shown as u8 }
        }
        // 15-digit numbers survive in full.
        [1, 4] if shown == 15 => full15(&values),
        _ => other(),
    }
}

/// `410621XXXXXXXX1234`: at least four X in a row inside the number.
fn is_x_masked_id(symbols: &[u8]) -> bool {
    symbols.windows(4).any(|w| w == [X; 4])
}

fn parse_masked_id(symbols: &[u8]) -> IdNumber {
    let hidden = |s: u8| s == STAR || s == X;
    let prefix = symbols.iter().take_while(|&&s| s < 10).count();
    // X as the known last character after stars.
    let last_is_x = symbols.last() == Some(&X) && symbols.contains(&STAR);
    let end = symbols.len() - usize::from(last_is_x);
    let tail = symbols[..end].iter().rev().take_while(|&&s| s < 10).count();
    if prefix + tail >= end || !symbols[prefix..end - tail].iter().all(|&s| hidden(s)) {
        return other();
    }
    if !(12..=22).contains(&symbols.len()) {
        return other();
    }
    let suffix_start = end - tail;
    MaskPattern::pack(&symbols[..prefix], &symbols[suffix_start..]).unwrap_or_else(other)
}

/// Words that clerks type when there is no number.
fn is_placeholder_id(text: &str) -> bool {
    const WORDS: [&str; 22] = [
        "无",
        "无证",
        "无身份证",
        "无身份证号",
        "没有",
        "暂无",
        "不详",
        "未知",
        "空",
        "缺",
        "待补",
        "未办",
        "未办理",
        "无号",
        "/",
        "\\",
        "-",
        "--",
        "—",
        "——",
        "0",
        "null",
    ];
    let text = text.trim().trim_matches(['(', ')', '\u{FF08}', '\u{FF09}', '\u{3000}', '\u{A0}']);
    text.is_empty() || WORDS.iter().any(|w| w.eq_ignore_ascii_case(text))
}
