//! Letters of other scripts, and signs, that are mistaken for digits; those of ASCII stand in `number_glyphs`.

use std::sync::LazyLock;

/// By digit: what looks like it, or like a Latin letter that is taken for it (of Unicode's table of confusable characters
/// those that a keyboard or a text recognition gives).
const LOOK_ALIKES: [&str; 10] = [
    "○◯⭕ΟοσОоՕօⲞⲟⵔꓳס°º˚∅ØøΘθϴѲѳӨө𐐄𐐬Ꭰ",
    "ⅠІіıΙιӀӏⲒꓲⵏᛁɩ∣│｜︱ǀ¦׀ןƖ",
    "ΖζƧƨꙄꙅⲌꓜᏃ",
    "ЗзӠӡƷʒȜȝɜҘҙⳌⳍεЭэ",
    "ЧчҶҷӴӵᏎ",
    "ЅѕƼƽꓢᏕ",
    "бЬьЪъҌҍᏮⳒⳓϬϭδ",
    "𐓒⁊Ⴈ",
    "ВвΒβϐȢȣⲂⲃꓐᏴ",
    "ԚԛզգցɡᶃⳊⳋҨҩ",
];

/// The digit that a character is taken for.
pub(super) fn look_alike(c: char) -> Option<u8> {
    static SORTED: LazyLock<Vec<(char, u8)>> = LazyLock::new(|| {
        let all = LOOK_ALIKES.iter().zip(0..).flat_map(|(all, digit)| all.chars().map(move |c| (c, digit)));
        let mut all: Vec<(char, u8)> = all.collect();
        all.sort_unstable();
        all
    });
    SORTED.binary_search_by_key(&c, |&(known, _)| known).ok().map(|at| SORTED[at].1)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_character_is_taken_for_one_digit() {
        let all: Vec<char> = LOOK_ALIKES.iter().flat_map(|all| all.chars()).collect();
        for (at, c) in all.iter().enumerate() {
            assert!(!c.is_ascii() && !all[..at].contains(c), "{c} U+{:X}", *c as u32);
            assert!(look_alike(*c).is_some());
        }
        assert_eq!(
            ["О", "З", "β", "年"].map(|text| look_alike(text.chars().next().unwrap())),
            [Some(0), Some(3), Some(8), None]
        );
    }
}
