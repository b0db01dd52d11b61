//! Numbers as texts, many of them.

use std::borrow::Cow;

use crate::decimal::{LONGEST, decimal};
use crate::normalize::{IdClass, IdNumber};

/// Appends a number in decimal.
pub(in crate::publish) fn push_number(number: u64, out: &mut Vec<u8>) {
    out.extend_from_slice(decimal(number, &mut [0; LONGEST]).as_bytes());
}

/// Appends the last `width` decimal digits, zeros in front.
fn push_digits(number: u64, width: usize, out: &mut Vec<u8>) {
    let mut digits = [b'0'; LONGEST];
    // Halves fit into 32 bits, which are divided faster; the two do not wait for each other.
    let halves = [number / 1_000_000_000 % 1_000_000_000, number % 1_000_000_000];
    for (half, digits) in halves.into_iter().zip(digits[2..].chunks_exact_mut(9)) {
        let mut half = half as u32;
        for digit in digits.iter_mut().rev() {
            *digit = b'0' + (half % 10) as u8;
            half /= 10;
        }
    }
    out.extend_from_slice(&digits[LONGEST - width..]);
}

/// The number a key stands for: 18 characters, or the digits that survived a spreadsheet.
pub(in crate::publish) fn id_text(id: IdNumber) -> Option<String> {
    let mut text = Vec::new();
    push_id(id, &mut text).then(|| String::from_utf8_lossy(&text).into_owned())
}

/// Appends what [`id_text`] gives; false where it gives nothing.
pub(in crate::publish) fn push_id(id: IdNumber, out: &mut Vec<u8>) -> bool {
    if id.class == IdClass::Trunc15 {
        let survived = usize::from(id.detail);
        if survived == 0 || survived > 15 || id.key >= 10u64.pow(15) {
            return false;
        }
        push_digits(id.key / 10u64.pow(15 - u32::from(id.detail)), survived, out);
        return true;
    }
    let key = id.edit_key().or((id.class == IdClass::Temporary).then_some(id.key));
    let Some(key) = key.filter(|&k| k != 0) else { return false };
    push_digits(key / 11, 17, out);
    out.push(match (key % 11) as u8 {
        10 => b'X',
        digit => b'0' + digit,
    });
    true
}

/// As [`id_text`], masked for officers' lists.
pub(in crate::publish) fn id_masked(id: IdNumber) -> Cow<'static, str> {
    match id_text(id) {
        Some(text) if id.class == IdClass::Trunc15 => {
            format!("{}*********(损坏)", text.get(..6).unwrap_or_default()).into()
        }
        Some(text) => crate::privacy::mask::id_for_list(&text).into(),
        None => match id.class {
            IdClass::Empty => "".into(),
            class => format!("({})", class.label()).into(),
        },
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn numbers_are_written_out() {
        let written = |number| {
            let mut out = b"r".to_vec();
            push_number(number, &mut out);
            String::from_utf8(out).unwrap()
        };
        assert_eq!(
            [0, 7, 10, 1_234_567, u64::MAX].map(written).join(" "),
            "r0 r7 r10 r1234567 r18446744073709551615"
        );
        let padded = |number, width| {
            let mut out = Vec::new();
            push_digits(number, width, &mut out);
            String::from_utf8(out).unwrap()
        };
        assert_eq!(padded(41_062_119_800_101_123, 17), "41062119800101123");
        assert_eq!((padded(7, 3).as_str(), padded(123_456, 4).as_str()), ("007", "3456"));
    }
}
