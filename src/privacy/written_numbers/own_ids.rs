//! Ids that the program itself made: of records, exceptions, persons, runs and keys. They look like numbers by chance, and a
//! masked one can be looked up nowhere.

use std::borrow::Cow;

use crate::model::period::Period;
use crate::model::published_id::{HouseholdId, PersonId};
use crate::model::record_id::RecordIdParts;
use crate::privacy::number_glyphs::{NumberGlyph, number_glyph};

/// Lengths of the names of keys and of what lists call an exception.
const LONG_NAMES: [usize; 2] = [16, 26];

/// A text with letters that are no digits in place of each id: every other character stands where it stood.
pub(super) fn without_own_ids(text: &str) -> Cow<'_, str> {
    let mut blanked = Vec::new();
    let mut first = 0;
    while first < text.len() {
        let rest = &text.as_bytes()[first..];
        let length = rest.iter().take_while(|byte| is_of_id(**byte)).count();
        // An id ends its sentence.
        let word = text[first..first + length].trim_end_matches(['.', ':', '-', '_']);
        if is_own_id(word) {
            blanked.push(first..first + word.len());
        } else if word.contains('-') {
            // A folder that is named after keys.
            let mut from = first;
            for part in word.split('-') {
                if is_long_name(part) {
                    blanked.push(from..from + part.len());
                }
                from += part.len() + 1;
            }
        }
        first += length;
        first += text.as_bytes()[first..].iter().take_while(|byte| !is_of_id(**byte)).count();
    }
    if blanked.is_empty() {
        return text.into();
    }
    let mut out = String::with_capacity(text.len());
    let mut from = 0;
    for id in blanked {
        out.push_str(&text[from..id.start]);
        out.extend(std::iter::repeat_n('a', id.len()));
        from = id.end;
    }
    out.push_str(&text[from..]);
    out.into()
}

fn is_of_id(byte: u8) -> bool {
    byte.is_ascii_alphanumeric() || matches!(byte, b'_' | b'.' | b':' | b'-')
}

/// None of them has room for an ID number or a phone besides what makes an id of it.
fn is_own_id(word: &str) -> bool {
    word.len() >= 12
        && (is_record_id(word) || is_exception_number(word) || is_run(word) || is_long_name(word))
}

/// `list:1351869b.s15.r12`.
fn is_record_id(word: &str) -> bool {
    let Some(parts) = RecordIdParts::parse(word) else { return false };
    let source = parts.source();
    let table = &parts.table[source.len() + 1..];
    let (hash, sheet) = table.split_once(".s").unwrap_or((table, ""));
    source.bytes().all(|byte| byte.is_ascii_lowercase() || byte.is_ascii_digit() || byte == b'_')
        && source.starts_with(|c: char| c.is_ascii_lowercase())
        // A list may be called after a year; more digits may be half a number.
        && source.bytes().filter(u8::is_ascii_digit).count() <= 4
        && hash.len() == 8
        && hash.bytes().all(is_of_digest)
        && sheet.len() <= 5
        && sheet.bytes().all(|byte| byte.is_ascii_digit())
}

/// `R118b-2018Q3-5B81KZ1A`, whole or shortened, and with the whole key of its row.
fn is_exception_number(word: &str) -> bool {
    let mut parts = word.split('-');
    let (Some(rule), Some(period), Some(key), None) =
        (parts.next(), parts.next(), parts.next(), parts.next())
    else {
        return false;
    };
    let digits = rule.trim_start_matches(|c: char| c.is_ascii_uppercase());
    let number = digits.trim_end_matches(|c: char| c.is_ascii_lowercase());
    rule.len() > digits.len()
        && digits.len() <= number.len() + 1
        && (1..=3).contains(&number.len())
        && number.bytes().all(|byte| byte.is_ascii_digit())
        && period.parse::<Period>().is_ok()
        && ((4..=10).contains(&key.len()) || key.len() == LONG_NAMES[1])
        && key.bytes().all(|byte| byte.is_ascii_alphanumeric())
}

/// `run-0001-1a2b3c4d`.
fn is_run(word: &str) -> bool {
    let Some((number, digest)) = word.strip_prefix("run-").and_then(|rest| rest.split_once('-')) else {
        return false;
    };
    (4..=6).contains(&number.len())
        && number.bytes().all(|byte| byte.is_ascii_digit())
        && digest.len() == 8
        && digest.bytes().all(is_of_digest)
}

/// A person, a household, a key, an exception: letters among the digits that nobody takes for one.
fn is_long_name(word: &str) -> bool {
    let other = word.chars().filter(|&c| number_glyph(c) == NumberGlyph::Other).count();
    // The letter before it counts.
    let of_place = PersonId::parse(word).is_some() || HouseholdId::parse(word).is_some();
    let key = LONG_NAMES.contains(&word.len())
        && word.bytes().all(|byte| byte.is_ascii_uppercase() || byte.is_ascii_digit());
    (of_place && other >= 2 || key && other >= 3) && !has_long_run(word)
}

fn has_long_run(word: &str) -> bool {
    word.split(|c: char| !c.is_ascii_digit()).any(|run| run.len() >= 11)
}

fn is_of_digest(byte: u8) -> bool {
    matches!(byte, b'0'..=b'9' | b'a'..=b'f')
}

#[cfg(test)]
mod tests {
    use proptest::prelude::*;

    use crate::privacy::mask::mask_numbers_in_text;

    #[test]
    fn what_only_resembles_an_id_is_masked() {
        for text in [
            "R08-2018Q3-410602199803124217",
            "list:1351869b.r410602199803124217",
            "list:410602199803124217.s1.r1",
            "x410602199803124217:1351869b.r5",
            "x410602:19980312.r4217",
            "x4lo6o2_l998o3l242l7:1351869b.s1.r5",
            "a4106021998_0312421x:1351869b.s1.r5.m1",
            "run-0001-410602199803124217",
            "P410602199803124217",
            "410602199803124217KMN",
            "41060219980KMNPX",
            "R08-2018Q3-13812345678",
            "R08-2018Q9-410602 19980312 4217",
        ] {
            let masked = mask_numbers_in_text(text);
            assert!(!masked.contains("19980") && !masked.contains("2345"), "{text} → {masked}");
        }
    }

    proptest! {
        #![proptest_config(ProptestConfig::with_cases(3000))]

        #[test]
        fn ids_of_the_program_stay(
            exception in "[QR][0-9]{2,3}[bc]?-2018(Q3|M07)-[0-9A-HJKMNP-TV-Z]{8}",
            row_key in "[QR][0-9]{2,3}b?-201[0-9]Q[1-4]-[0-9A-HJKMNP-TV-Z]{26}",
            record in "[a-z]{3,8}(_[a-z]{3})?:[0-9a-f]{8}([.]s[1-9][0-9]{0,2})?[.]r[1-9][0-9]{0,6}([.]m[1-9])?",
            run in "run-[0-9]{4}-[0-9a-f]{8}",
            key in "[0-9A-HJKMNP-TV-Z]{12}[KMNP]{3}[0-9A-HJKMNP-TV-Z]",
            before in "(|“|没有找到|2018Q3/)",
            after in "(|”|；|,1|、|[.]|/tables)",
        ) {
            for id in [exception, row_key, record, run, format!("identity-migration-none-{key}"), key] {
                let text = format!("{before}{id}{after}");
                prop_assert_eq!(mask_numbers_in_text(&text), text.as_str());
            }
        }
    }
}
