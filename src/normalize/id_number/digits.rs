//! Packing of 18 characters into 64 bits, and the check character (ISO 7064 MOD 11-2).

/// The characters of an 18-character number as values: 0-9, and 10 for X in the last place.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Digits(pub [u8; 18]);

/// Weights of the first 17 digits.
const WEIGHTS: [u8; 17] = [7, 9, 10, 5, 8, 4, 2, 1, 6, 3, 7, 9, 10, 5, 8, 4, 2];

/// Check value (0-10, X = 10) of 17 digits given as one number.
pub fn check_value(mut body: u64) -> u8 {
    let mut sum = 0u64;
    for weight in WEIGHTS.iter().rev() {
        sum += u64::from(*weight) * (body % 10);
        body /= 10;
    }
    ((12 - sum % 11) % 11) as u8
}

impl Digits {
    /// Unpacks `first 17 digits × 11 + check value`.
    pub fn from_key(key: u64) -> Self {
        let mut values = [0u8; 18];
        values[17] = (key % 11) as u8;
        let mut body = key / 11;
        for value in values[..17].iter_mut().rev() {
            *value = (body % 10) as u8;
            body /= 10;
        }
        Self(values)
    }

    /// Packs into a key.
    pub fn key(&self) -> u64 {
        pack(&self.0)
    }

    /// The 18 characters.
    pub fn to_text(self) -> String {
        self.0.iter().map(|&v| if v == 10 { 'X' } else { char::from(b'0' + v) }).collect()
    }
}

/// Packs values (0-9; 10 allowed in the last place): all but the last in decimal, × 11, + last.
/// Fits for up to 19 values.
pub(super) fn pack(values: &[u8]) -> u64 {
    let (last, body) = match values.split_last() {
        Some(parts) => parts,
        None => return 0,
    };
    body.iter().fold(0u64, |n, &v| n * 10 + u64::from(v)) * 11 + u64::from(*last)
}

/// Unpacks `count` values packed by [`pack`] into the front of the returned array.
pub(crate) fn unpack(key: u64, count: usize) -> [u8; 20] {
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
