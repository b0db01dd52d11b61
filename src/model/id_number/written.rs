//! The text of an ID number, made of its key.

use super::{IdClass, IdNumber};
use crate::model::decimal::LONGEST;

impl IdNumber {
    /// Writes the number the key stands for: 18 characters, or the digits that survived a
    /// spreadsheet. `None` where there is no number to write.
    pub fn text(self) -> Option<String> {
        let mut text = Vec::new();
        self.push_to(&mut text).then(|| String::from_utf8_lossy(&text).into_owned())
    }

    /// Appends what [`IdNumber::text`] gives; false where it gives nothing.
    pub fn push_to(self, out: &mut Vec<u8>) -> bool {
        if self.class == IdClass::Trunc15 {
            let survived = usize::from(self.detail);
            if survived == 0 || survived > 15 || self.key >= 10u64.pow(15) {
                return false;
            }
            push_id_digits(self.key / 10u64.pow(15 - u32::from(self.detail)), survived, out);
            return true;
        }
        let key = self.edit_key().or((self.class == IdClass::Temporary).then_some(self.key));
        let Some(key) = key.filter(|&k| k != 0) else { return false };
        push_id_digits(key / 11, 17, out);
        out.push(match (key % 11) as u8 {
            10 => b'X',
            digit => b'0' + digit,
        });
        true
    }
}

/// Appends the last `width` decimal digits, zeros in front.
fn push_id_digits(number: u64, width: usize, out: &mut Vec<u8>) {
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

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn digits_are_padded_and_cut_on_the_left() {
        let padded = |number, width| {
            let mut out = Vec::new();
            push_id_digits(number, width, &mut out);
            String::from_utf8(out).unwrap()
        };
        assert_eq!(padded(41_062_119_800_101_123, 17), "41062119800101123");
        assert_eq!((padded(7, 3).as_str(), padded(123_456, 4).as_str()), ("007", "3456"));
    }
}
