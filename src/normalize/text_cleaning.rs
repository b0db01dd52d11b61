//! Texts other than Han names: addresses, Western names, phones, codes.

use unicode_normalization::UnicodeNormalization;

use crate::model::han;

/// Addresses and other texts: width and variants folded, lower case, signs become one space,
/// and spaces between Han characters go.
pub(crate) fn clean_address(text: &str) -> String {
    let mut out = String::with_capacity(text.len());
    let mut space = false;
    for c in text.nfkc().map(han::fold_han).flat_map(char::to_lowercase) {
        if !c.is_alphanumeric() {
            space = true;
            continue;
        }
        if space && out.chars().next_back().is_some_and(|last| !han::is_han(last) && !han::is_han(c)) {
            out.push(' ');
        }
        space = false;
        out.push(c);
    }
    out
}

/// Western names: accents and case folded, apostrophes and hyphens inside words dropped, other
/// signs become one space.
pub(crate) fn clean_western_name(text: &str) -> String {
    let mut out = String::with_capacity(text.len());
    let mut space = false;
    for c in text.nfkd().flat_map(char::to_lowercase) {
        if c.is_alphanumeric() {
            if space && !out.is_empty() {
                out.push(' ');
            }
            space = false;
            out.push(c);
        } else if !matches!(c, '\'' | '-' | '’' | '`' | '.')
            && !unicode_normalization::char::is_combining_mark(c)
        {
            space = true;
        }
    }
    out
}

/// Codes and numbers that are names: letters and digits only, upper case.
pub(crate) fn clean_code(text: &str) -> String {
    text.nfkc().filter(|c| c.is_alphanumeric()).flat_map(char::to_uppercase).collect()
}

/// Quantities: digits and one point, without leading zeros or a point that ends nothing. Text
/// around a number goes (`12号` is 12); without any digit the text is kept as a code.
pub(crate) fn clean_number(text: &str) -> String {
    let plain: String = text.nfkc().filter(|c| !matches!(c, ',' | ' ')).collect();
    let digits: String = plain
        .chars()
        .skip_while(|c| !c.is_ascii_digit())
        .take_while(|c| c.is_ascii_digit() || *c == '.')
        .collect();
    if digits.is_empty() {
        return clean_code(text);
    }
    let digits =
        if digits.contains('.') { digits.trim_end_matches('0').trim_end_matches('.') } else { &digits };
    let short = digits.trim_start_matches('0');
    match short.chars().next() {
        None => "0".to_owned(),
        Some('.') => format!("0{short}"),
        _ => short.to_owned(),
    }
}

/// Phones: digits, without the country code; a cell of fewer than seven digits holds none.
pub(crate) fn clean_phone(text: &str) -> String {
    let digits: String = text.nfkc().filter(char::is_ascii_digit).collect();
    let digits = digits.strip_prefix("0086").unwrap_or(&digits);
    let digits = if digits.len() == 13 { digits.strip_prefix("86").unwrap_or(digits) } else { digits };
    // 11111111 and the like fill a compulsory field.
    if digits.len() < 7 || digits.bytes().all(|b| b == digits.as_bytes()[0]) {
        return String::new();
    }
    digits.to_owned()
}

/// Sex: 1 male, 2 female, 0 unknown.
pub(crate) fn parse_sex(text: &str) -> u8 {
    match text {
        "男" => return 1,
        "女" => return 2,
        _ => {}
    }
    match text.trim().to_lowercase().as_str() {
        "男" | "男性" | "1" | "01" | "m" | "male" => 1,
        "女" | "女性" | "2" | "02" | "f" | "female" => 2,
        _ => 0,
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn every_kind() {
        assert_eq!(clean_address(" 善堂鎮 馬莊村,12 号 "), "善堂镇马庄村12号");
        assert_eq!(clean_address("12  Main-Street,  APT"), "12 main street apt");
        assert_eq!(clean_western_name("  O'Brien-SMITH  José "), "obriensmith jose");
        assert_eq!(clean_code(" ab-12 "), "AB12");
        assert_eq!(clean_number("0012"), "12");
        assert_eq!(clean_number("12.50"), "12.5");
        assert_eq!(clean_number("0.50"), "0.5");
        assert_eq!(clean_number("1,200"), "1200");
        assert_eq!(clean_number("000"), "0");
        assert_eq!(clean_number("lot b"), "LOTB");
        assert_eq!(clean_phone("+86 138-0013-8000"), "13800138000");
        assert_eq!(clean_phone("110"), "");
        assert_eq!(clean_phone("11111111"), "");
        assert_eq!((parse_sex("男"), parse_sex(" F "), parse_sex("?")), (1, 2, 0));
    }

    proptest::proptest! {
        #[test]
        fn never_panics(
            text in proptest::prop_oneof!["\\PC{0,40}", "[-+]?[0-9\u{FF10}-\u{FF19},]{0,40}\\.?[0.]{0,40}号?", "(00)?86[0-9]{0,20}"]
        ) {
            let texts = [clean_address(&text), clean_western_name(&text), clean_code(&text), clean_number(&text), clean_phone(&text)];
            proptest::prop_assert!(texts.iter().all(|t| t.len() <= 40 * 3 * 18), "{:?}", texts);
            proptest::prop_assert!(parse_sex(&text) <= 2);
        }
    }
}
