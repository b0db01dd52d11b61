//! Short texts and characters in place, long ones on the heap: nearly all names have two to four
//! characters, and there are millions of them.

/// Bytes of a text in place.
const BYTES: usize = 22;
/// Characters in place.
const CHARACTERS: usize = 4;

/// A text.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(super) enum InlineText {
    Short(u8, [u8; BYTES]),
    Long(Box<str>),
}

impl InlineText {
    pub(super) fn new(text: &str) -> Self {
        let mut bytes = [0; BYTES];
        match bytes.get_mut(..text.len()) {
            Some(place) => {
                place.copy_from_slice(text.as_bytes());
                Self::Short(text.len() as u8, bytes)
            }
            None => Self::Long(text.into()),
        }
    }

    pub(super) fn as_bytes(&self) -> &[u8] {
        match self {
            Self::Short(length, bytes) => &bytes[..usize::from(*length)],
            Self::Long(text) => text.as_bytes(),
        }
    }

    pub(super) fn as_str(&self) -> &str {
        match self {
            Self::Short(..) => std::str::from_utf8(self.as_bytes()).unwrap_or_default(),
            Self::Long(text) => text,
        }
    }
}

/// Characters.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(super) enum InlineCharacters {
    Short(u8, [char; CHARACTERS]),
    Long(Box<[char]>),
}

impl InlineCharacters {
    pub(super) fn new(all: &[char]) -> Self {
        let mut short = ['\0'; CHARACTERS];
        match short.get_mut(..all.len()) {
            Some(place) => {
                place.copy_from_slice(all);
                Self::Short(all.len() as u8, short)
            }
            None => Self::Long(all.into()),
        }
    }

    pub(super) fn all(&self) -> &[char] {
        match self {
            Self::Short(length, short) => &short[..usize::from(*length)],
            Self::Long(all) => all,
        }
    }
}

impl Default for InlineText {
    fn default() -> Self {
        Self::new("")
    }
}

impl Default for InlineCharacters {
    fn default() -> Self {
        Self::new(&[])
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    proptest::proptest! {
        #[test]
        fn what_goes_in_comes_out(text in "[张三·a]{0,12}") {
            let all: Vec<char> = text.chars().collect();
            let (kept, characters) = (InlineText::new(&text), InlineCharacters::new(&all));
            proptest::prop_assert_eq!(kept.as_str(), &text);
            proptest::prop_assert_eq!(characters.all(), &all);
        }
    }

    #[test]
    fn they_are_small() {
        assert_eq!((size_of::<InlineText>(), size_of::<InlineCharacters>()), (24, 24));
    }
}
