//! What aid and insurance is called in the names and titles of lists.

use std::sync::LazyLock;

use unicode_normalization::UnicodeNormalization as _;

use super::leaving_words::is_left_out;

/// Words and their scheme, the longest first.
static SCHEME_WORDS: LazyLock<Vec<(&str, &str)>> = LazyLock::new(|| {
    let lines = include_str!("../../data/schemes.txt").lines().filter(|line| !line.starts_with('#'));
    let mut words: Vec<(&str, &str)> = lines
        .flat_map(|line| {
            let mut parts = line.split(' ');
            let scheme = parts.next().unwrap_or("");
            parts.map(move |word| (word, scheme))
        })
        .collect();
    words.sort_by_key(|(word, _)| std::cmp::Reverse(word.chars().count()));
    words
});

/// All words for aid and insurance.
pub(crate) fn scheme_words() -> impl Iterator<Item = &'static str> {
    SCHEME_WORDS.iter().map(|(word, _)| *word)
}

/// The schemes that a text names, each with the word that does, in the order of their words' lengths. A part of a
/// longer word names nothing, nor does what the text leaves out (`不含特困人员`).
pub(crate) fn schemes_in(text: &str) -> Vec<(&'static str, &'static str)> {
    let mut rest: String = text.nfkc().filter(|c| !c.is_whitespace()).collect();
    let mut found: Vec<(&'static str, &'static str)> = Vec::new();
    for &(word, scheme) in SCHEME_WORDS.iter() {
        while let Some(at) = rest.find(word) {
            if !is_left_out(&rest[..at]) && !found.iter().any(|(known, _)| *known == scheme) {
                found.push((scheme, word));
            }
            // Its characters must not make a word with their neighbours.
            rest.replace_range(at..at + word.len(), "|");
        }
    }
    found
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_part_of_a_longer_word_names_nothing() {
        let named = |text: &str| schemes_in(text).into_iter().map(|(scheme, _)| scheme).collect::<Vec<_>>();
        for (text, schemes) in [
            ("浚县低保边缘家庭（低收入家庭）花名册", vec!["低保边缘"]),
            ("农村低保对象花名册", vec!["低保"]),
            ("城镇职工基本医疗保险参保人员", vec!["职工医疗保险"]),
            ("2018年度失业保险参保人员", vec!["失业保险"]),
            ("低保（不含特困人员）花名册", vec!["低保"]),
            ("特困人员和低保对象", vec!["特困供养", "低保"]),
            ("第一中学", vec![]),
        ] {
            assert_eq!(named(text), schemes, "{text}");
        }
    }
}
