//! Packing of 18 characters into 64 bits, and the check character (ISO 7064 MOD 11-2).

/// The characters of an 18-character number as values: 0-9, and 10 for X in the last place.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) struct Digits(pub [u8; 18]);

/// Weights of the first 17 digits.
const WEIGHTS: [u8; 17] = [7, 9, 10, 5, 8, 4, 2, 1, 6, 3, 7, 9, 10, 5, 8, 4, 2];

/// Check value (0-10, X = 10) of 17 digits given as one number.
pub(crate) fn id_check_value(body: u64) -> u8 {
    id_check_of_digits(&Digits::from_key(body * 11).0)
}

/// Check value of the first 17 of these values.
pub(crate) fn id_check_of_digits(values: &[u8]) -> u8 {
    id_check_of_sum(values.iter().zip(WEIGHTS).map(|(&v, w)| u32::from(v) * u32::from(w)).sum())
}

/// Check value for a weighted sum of the first 17 digits.
pub(crate) fn id_check_of_sum(sum: u32) -> u8 {
    ((12 - sum % 11) % 11) as u8
}

/// The key of 18 ASCII bytes that are 17 digits and a digit or X, and the check value that the
/// digits call for; `None` for any other bytes. The way nearly every cell goes.
pub(crate) fn parse_plain18(bytes: &[u8]) -> Option<(u64, u8)> {
    let bytes: &[u8; 18] = bytes.try_into().ok()?;
    let (mut body, mut sum) = (0u64, 0u32);
    for (byte, weight) in bytes.iter().zip(WEIGHTS) {
        let value = byte.wrapping_sub(b'0');
        if value > 9 {
            return None;
        }
        body = body * 10 + u64::from(value);
        sum += u32::from(value) * u32::from(weight);
    }
    let last = match bytes[17] {
        digit @ b'0'..=b'9' => u64::from(digit - b'0'),
        b'X' | b'x' => 10,
        _ => return None,
    };
    Some((body * 11 + last, id_check_of_sum(sum)))
}

/// The digits of every number below 1000.
static TRIPLES: [[u8; 3]; 1000] = {
    let mut triples = [[0; 3]; 1000];
    let mut number = 0;
    while number < 1000 {
        triples[number] = [(number / 100) as u8, (number / 10 % 10) as u8, (number % 10) as u8];
        number += 1;
    }
    triples
};

impl Digits {
    /// Unpacks `first 17 digits × 11 + check value`.
    pub(crate) fn from_key(key: u64) -> Self {
        let mut values = [0u8; 18];
        values[17] = (key % 11) as u8;
        let body = key / 11;
        // Three digits at a time, none of which waits for another.
        let (high, low) = ((body / 1_000_000_000) as usize, (body % 1_000_000_000) as usize);
        values[..2].copy_from_slice(&TRIPLES[high / 1_000_000 % 1000][1..]);
        values[2..5].copy_from_slice(&TRIPLES[high / 1000 % 1000]);
        values[5..8].copy_from_slice(&TRIPLES[high % 1000]);
        values[8..11].copy_from_slice(&TRIPLES[low / 1_000_000]);
        values[11..14].copy_from_slice(&TRIPLES[low / 1000 % 1000]);
        values[14..17].copy_from_slice(&TRIPLES[low % 1000]);
        Self(values)
    }

    /// The 18 characters.
    pub(crate) fn to_text(self) -> String {
        let mut text = String::with_capacity(18);
        self.push_to(&mut text);
        text
    }

    /// Appends the 18 characters.
    pub(crate) fn push_to(self, out: &mut String) {
        let characters = self.0.map(|v| if v == 10 { b'X' } else { b'0' + v });
        out.push_str(std::str::from_utf8(&characters).unwrap_or_default());
    }
}

/// Packs values (0-9; 10 allowed in the last place): all but the last in decimal, × 11, + last.
/// Fits for up to 19 values.
pub(crate) fn pack_id_digits(values: &[u8]) -> u64 {
    let (last, body) = match values.split_last() {
        Some(parts) => parts,
        None => return 0,
    };
    body.iter().fold(0u64, |n, &v| n * 10 + u64::from(v)) * 11 + u64::from(*last)
}

/// Unpacks `count` values packed by [`pack_id_digits`] into the front of the returned array.
pub(crate) fn unpack_id_digits(key: u64, count: usize) -> [u8; 20] {
    let mut values = [0u8; 20];
    if count == 0 {
        return values;
    }
    values[count - 1] = (key % 11) as u8;
    let mut body = key / 11;
    for value in values[..count - 1].iter_mut().rev() {
        *value = (body % 10) as u8;
        body /= 10;
    }
    values
}
