//! What is known of a partly hidden or cut number, and whether two numbers could be the same.

use super::digits::{Digits, unpack_id_digits};
use super::{IdClass, IdNumber};

/// Known digits of a number of 18 characters: a prefix and a suffix. How many characters are
/// hidden is not believed: lists mask with any number of stars.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) struct MaskPattern {
    values: [u8; 20],
    prefix: usize,
    suffix: usize,
}

impl MaskPattern {
    /// Packs known values; `None` if too many are known to be a mask, or too few to say anything.
    pub(crate) fn pack(prefix: &[u8], suffix: &[u8]) -> Option<IdNumber> {
        // Four bits hold the length of either; a longer prefix is cut, which loses little.
        let prefix = &prefix[..prefix.len().min(15)];
        let known = prefix.len() + suffix.len();
        if !(1..=17).contains(&known) || suffix.len() > 15 {
            return None;
        }
        let mut values = [0u8; 18];
        values[..prefix.len()].copy_from_slice(prefix);
        values[prefix.len()..known].copy_from_slice(suffix);
        Some(IdNumber {
            key: super::digits::pack_id_digits(&values[..known]),
            class: IdClass::Mask,
            detail: (prefix.len() * 16 + suffix.len()) as u8,
        })
    }

    /// Known digits of a masked or cut number.
    pub(crate) fn of(id: IdNumber) -> Option<Self> {
        match id.class {
            IdClass::Mask => {
                let (prefix, suffix) = (usize::from(id.detail >> 4), usize::from(id.detail & 15));
                Some(Self { values: unpack_id_digits(id.key, prefix + suffix), prefix, suffix })
            }
            IdClass::Trunc15 => {
                // The last digit that scientific notation shows may be rounded up, unless all
                // 15 significant digits are there.
                let shown = usize::from(id.detail);
                let prefix = if shown == 15 { 15 } else { shown.saturating_sub(1) };
                let mut values = [0u8; 20];
                let mut rest = id.key;
                for value in values[..15].iter_mut().rev() {
                    *value = (rest % 10) as u8;
                    rest /= 10;
                }
                Some(Self { values, prefix, suffix: 0 })
            }
            _ => None,
        }
    }

    /// Number of known digits.
    pub(crate) fn known(&self) -> usize {
        self.prefix + self.suffix
    }

    /// Lengths of prefix and suffix.
    pub(crate) fn lengths(&self) -> (usize, usize) {
        (self.prefix, self.suffix)
    }

    /// First six digits and last four characters, packed like [`IdNumber::ends`].
    pub(crate) fn ends(&self) -> Option<u64> {
        let region = self.prefix_digits(6)?;
        let tail = self.values.get(..self.prefix + self.suffix)?;
        let &[a, b, c, d] = tail.get(self.prefix + self.suffix.checked_sub(4)?..)? else { return None };
        if [a, b, c].iter().any(|&v| v > 9) {
            return None;
        }
        let body = u64::from(a) * 100 + u64::from(b) * 10 + u64::from(c);
        Some(region * 11_000 + body * 11 + u64::from(d))
    }

    /// Birth date if the prefix covers it.
    pub(crate) fn birth(&self) -> Option<u32> {
        (self.prefix >= 14).then(|| self.values[6..14].iter().fold(0, |n, &v| n * 10 + u32::from(v)))
    }

    /// First `count` digits if the prefix covers them.
    pub(crate) fn prefix_digits(&self, count: u32) -> Option<u64> {
        let count = count as usize;
        (self.prefix >= count).then(|| self.values[..count].iter().fold(0, |n, &v| n * 10 + u64::from(v)))
    }

    /// Does a full number agree with every known digit?
    pub(crate) fn fits(&self, full: &Digits) -> bool {
        let tail = &self.values[self.prefix..self.prefix + self.suffix];
        full.0[..self.prefix] == self.values[..self.prefix] && full.0[18 - self.suffix..] == *tail
    }

    /// Could the two patterns belong to one number? Also says on how many digits both speak.
    fn overlap(&self, other: &Self) -> Option<usize> {
        let mut shared = 0;
        for place in 0..18 {
            if let (Some(a), Some(b)) = (self.at(place), other.at(place)) {
                if a != b {
                    return None;
                }
                shared += 1;
            }
        }
        Some(shared)
    }

    fn at(&self, place: usize) -> Option<u8> {
        if place < self.prefix {
            Some(self.values[place])
        } else if place >= 18 - self.suffix {
            Some(self.values[self.prefix + place - (18 - self.suffix)])
        } else {
            None
        }
    }
}

/// Number of digits that both numbers show, if all of them agree and at least one of the two
/// is cut or masked; `None` if they contradict, or both are full (compare the keys then), or
/// one of them shows nothing.
pub(crate) fn id_patterns_could_equal(a: IdNumber, b: IdNumber) -> Option<usize> {
    match (MaskPattern::of(a), MaskPattern::of(b)) {
        (Some(p), Some(q)) => p.overlap(&q),
        (Some(p), None) => fits_full(p, b),
        (None, Some(q)) => fits_full(q, a),
        (None, None) => {
            let cut = |x, y: IdNumber| cut_or_old(x).is_some_and(|digits| y.prefix15() == Some(digits));
            (cut(a, b) || cut(b, a)).then_some(15)
        }
    }
}

/// The digits as written of a 15-digit number of somebody "born in 1920", which may just as well
/// be the first 15 of 18 digits of somebody born 2001-2012.
fn cut_or_old(id: IdNumber) -> Option<u64> {
    (id.class == IdClass::Up15 && id.birth()? / 10_000 == 1920).then(|| {
        let body = id.key / 11;
        body / 100_000_000_000 * 1_000_000_000 + body % 1_000_000_000
    })
}

fn fits_full(pattern: MaskPattern, full: IdNumber) -> Option<usize> {
    let digits = Digits::from_key(full.edit_key()?);
    if full.may_be_truncated() {
        // Only 15 digits of such a number are beyond doubt.
        let prefix = pattern.prefix.min(15);
        return (digits.0[..prefix] == pattern.values[..prefix]).then_some(prefix);
    }
    pattern.fits(&digits).then_some(pattern.known())
}
