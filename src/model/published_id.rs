//! Published ids of persons and households: 64 bits, written as a letter and 13 characters.

use std::fmt::{Display, Formatter};

use arrow::array::{StringArray, StringBuilder};

/// Letters of base 32, ascending, so that ids order as their texts do.
const ALPHABET: &[u8; 32] = b"0123456789abcdefghjkmnpqrstvwxyz";
/// Characters of an id.
pub(crate) const CHARACTERS: usize = 14;

/// An id without its text: millions of them are held at once.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash, Default)]
pub struct PublishedId<const LETTER: char>(u64);

/// Who a person is, in every quarter.
pub type PersonId = PublishedId<'P'>;
/// Which household, in every quarter.
pub type HouseholdId = PublishedId<'H'>;

impl<const LETTER: char> PublishedId<LETTER> {
    /// The id of these bits.
    pub const fn of_bits(bits: u64) -> Self {
        Self(bits)
    }

    /// Its bits.
    pub const fn bits(self) -> u64 {
        self.0
    }

    /// Reads the text of an id; `None` if it is none.
    pub fn parse(text: &str) -> Option<Self> {
        let digits = text.strip_prefix(LETTER).filter(|digits| digits.len() == CHARACTERS - 1)?;
        let mut bits = 0u64;
        for (at, byte) in digits.bytes().enumerate() {
            let digit = ALPHABET.binary_search(&byte).ok()? as u64;
            // 13 characters have room for 65 bits.
            if at == 0 && digit > 15 {
                return None;
            }
            bits = bits << 5 | digit;
        }
        Some(Self(bits))
    }

    /// Its text, in `buffer`.
    pub fn text(self, buffer: &mut [u8; CHARACTERS]) -> &str {
        buffer[0] = LETTER as u8;
        for (at, character) in buffer.iter_mut().rev().take(CHARACTERS - 1).enumerate() {
            *character = ALPHABET[(self.0 >> (5 * at) & 31) as usize];
        }
        std::str::from_utf8(buffer).unwrap_or_default()
    }

    /// Appends its text.
    pub fn push_to(self, out: &mut String) {
        out.push_str(self.text(&mut [0; CHARACTERS]));
    }
}

/// A column of ids.
pub(crate) fn id_texts<const LETTER: char>(
    ids: impl ExactSizeIterator<Item = Option<PublishedId<LETTER>>>,
) -> StringArray {
    let mut column = StringBuilder::with_capacity(ids.len(), ids.len() * CHARACTERS);
    let mut buffer = [0; CHARACTERS];
    ids.for_each(|id| column.append_option(id.map(|id| id.text(&mut buffer))));
    column.finish()
}

impl<const LETTER: char> Display for PublishedId<LETTER> {
    fn fmt(&self, f: &mut Formatter<'_>) -> std::fmt::Result {
        f.write_str(self.text(&mut [0; CHARACTERS]))
    }
}

#[cfg(test)]
mod tests {
    use proptest::prelude::*;

    use super::*;

    proptest! {
        #[test]
        fn an_id_is_its_text(a: u64, b: u64) {
            let (a, b) = (PersonId::of_bits(a), PersonId::of_bits(b));
            prop_assert_eq!(PersonId::parse(&a.to_string()), Some(a));
            prop_assert_eq!(a.cmp(&b), a.to_string().cmp(&b.to_string()));
        }
    }

    #[test]
    fn other_texts_are_no_ids() {
        for text in [
            "",
            "P",
            "P000000000000",
            "P00000000000000",
            "H0000000000000",
            "Pg000000000000",
            "P000000000000l",
        ] {
            assert_eq!(PersonId::parse(text), None, "{text}");
        }
        assert_eq!(HouseholdId::of_bits(u64::MAX).to_string(), "Hfzzzzzzzzzzzz");
    }
}
