//! Full-width commas between cells: written as one ASCII character that no text holds, so that cells are told
//! apart as everywhere, and back again within cells.

use std::borrow::Cow;

/// The separator of units, which stands for the comma.
pub(super) const UNIT: u8 = 0x1F;
const COMMA: char = '\u{FF0C}';

/// A text with its commas as units; units that it holds itself become blanks.
pub(super) fn narrow(text: &str) -> String {
    text.replace(char::from(UNIT), " ").replace(COMMA, "\u{1F}")
}

/// A part of such a text as it was.
pub(super) fn widen(text: &str) -> Cow<'_, str> {
    if !text.as_bytes().contains(&UNIT) {
        return Cow::Borrowed(text);
    }
    let mut comma = [0; 4];
    text.replace(char::from(UNIT), COMMA.encode_utf8(&mut comma)).into()
}
