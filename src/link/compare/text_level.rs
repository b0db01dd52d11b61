//! Levels of Western names, addresses, phones and codes: texts already normalized.

use super::phonetic::nysiis_code;
use super::text::{bigram_dice, jaro_winkler, osa_distance};

super::levels! {
    /// How alike two texts are.
    TextLevel {
        /// The same text.
        Equal = "一致",
        /// A slip: one character, or two neighbours that changed places; of long texts, nearly all in common.
        Slip = "一字之差",
        /// Much in common.
        Near = "相近",
        /// One begins with, ends with or contains the other; of names, an initial.
        Part = "一方为另一方的一部分",
        /// Forms of one given name: Bill and William.
        ShortForm = "同名的昵称",
        /// The same sound, other letters.
        SameSound = "读音相同",
        /// Something in common.
        Alike = "部分相同",
        /// Nothing above.
        Different = "不同",
    }
}

/// Compares given names or surnames in letters.
pub(crate) fn western_name_level(a: &str, b: &str) -> TextLevel {
    use TextLevel::*;
    if a.is_empty() || b.is_empty() {
        return Missing;
    }
    if a == b {
        return Equal;
    }
    let (short, long) = if a.len() <= b.len() { (a, b) } else { (b, a) };
    if super::nicknames_share_full_name(a, b) {
        return ShortForm;
    }
    let letters = short.chars().count();
    if letters <= 2 && long.starts_with(short) {
        return Part;
    }
    if letters >= 3 && osa_distance(a, b) == 1 {
        return Slip;
    }
    let similar = jaro_winkler(a, b);
    if similar >= 0.92 {
        return Near;
    }
    if letters >= 3 && (long.starts_with(short) || long.ends_with(short)) {
        return Part;
    }
    if nysiis_code(a) != 0 && nysiis_code(a) == nysiis_code(b) {
        return SameSound;
    }
    if similar >= 0.8 { Alike } else { Different }
}

/// Compares addresses and other texts of several words.
pub(crate) fn text_level(a: &str, b: &str) -> TextLevel {
    use TextLevel::*;
    if a.is_empty() || b.is_empty() {
        return Missing;
    }
    if a == b {
        return Equal;
    }
    let (short, long) = if a.len() <= b.len() { (a, b) } else { (b, a) };
    let letters = short.chars().count();
    if letters >= 4 && osa_distance(a, b) == 1 {
        return Slip;
    }
    let share = bigram_dice(a, b);
    // A shuffled syllable breaks most bigrams of a single word.
    let word = letters >= 5 && long.len() <= 20;
    if share >= 0.8 || word && letters >= 6 && osa_distance(a, b) == 2 {
        return Near;
    }
    if letters >= 3 && long.contains(short) {
        return Part;
    }
    if share >= 0.5 || word && jaro_winkler(a, b) >= 0.85 { Alike } else { Different }
}

/// Compares numbers that are names (household numbers, phones, postcodes): a slip counts, a
/// common beginning or end of at least six characters is a part (an area code, an extension).
pub(crate) fn code_level(a: &str, b: &str) -> TextLevel {
    use TextLevel::*;
    if a.is_empty() || b.is_empty() {
        return Missing;
    }
    if a == b {
        return Equal;
    }
    let (short, long) = if a.len() <= b.len() { (a, b) } else { (b, a) };
    let letters = short.chars().count();
    if letters >= 6 && (long.starts_with(short) || long.ends_with(short)) {
        return Part;
    }
    match osa_distance(a, b) {
        1 if letters >= 3 => Slip,
        2 if letters >= 8 => Near,
        _ => Different,
    }
}

#[cfg(test)]
mod tests {
    use super::TextLevel::*;
    use super::*;

    #[test]
    fn names() {
        for (a, b, expected) in [
            ("", "anna", Missing),
            ("anna", "anna", Equal),
            ("anna", "anan", Slip),
            ("a", "anna", Part),
            ("elizabeth", "elisabet", SameSound),
            ("stephanie", "stephani", Slip),
            ("margaretha", "margarethe-a", Near),
            ("alex", "alexander", ShortForm),
            ("peggy", "margaret", ShortForm),
            ("knight", "night", Slip),
            ("phillipps", "filips", SameSound),
            ("jones", "smith", Different),
        ] {
            let found = western_name_level(a, b);
            assert_eq!(found, expected, "{a} {b}");
            assert_eq!(western_name_level(b, a), found);
        }
    }

    #[test]
    fn texts_and_codes() {
        assert_eq!(text_level("善堂镇马庄村12号", "善堂镇马庄村13号"), Slip);
        assert_eq!(text_level("浚县善堂镇马庄村12号", "马庄村12号"), Part);
        assert_eq!(text_level("甲乙丙丁", "子丑寅卯"), Different);
        assert_eq!(code_level("13800138000", "13800138001"), Slip);
        assert_eq!(code_level("037213800138000", "13800138000"), Part);
        assert_eq!(code_level("0001", "0002"), Slip);
        assert_eq!(code_level("01", "02"), Different);
    }
}
