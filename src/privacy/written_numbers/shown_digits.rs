//! Which digits of a number may be shown.

use super::identity_digits::begins_with_identity;
use super::{DigitLook, NumberKind, WrittenNumber};

/// True if the digit at a place of an ID number, or of a certificate that begins with one, may be shown: not the birth date,
/// and not what follows the number. Lengths are 15, 18, 20 and 22.
pub(in crate::privacy) fn shows_of_identity(length: usize, at: usize) -> bool {
    match length {
        15 => !(6..12).contains(&at),
        _ => at < 6 || (14..18).contains(&at),
    }
}

/// True if the digit at a place of a number may be shown.
pub(super) fn shows(number: &WrittenNumber, at: usize) -> bool {
    let length = number.len();
    match number.kind {
        NumberKind::Identity | NumberKind::OldIdentity => shows_of_identity(length, at),
        NumberKind::Mobile => !(3..7).contains(&at),
        NumberKind::Landline(area) => at < area || at + 2 >= length,
        NumberKind::Scientific => at < 3,
        NumberKind::Dated { head, tail } => at < head || at + tail >= length,
        NumberKind::Other => shows_of_other(number, at),
    }
}

fn shows_of_other(number: &WrittenNumber, at: usize) -> bool {
    let length = number.len();
    let certificate = || number.digits.iter().all(|d| d.look == DigitLook::Plain);
    match length {
        18 => return shows_of_identity(length, at),
        20 | 22 if at < 6 || certificate() => return shows_of_identity(length, at),
        _ => {}
    }
    let head = match length {
        11 => 3,
        15 => 6,
        _ => 4,
    };
    // What begins as an ID number does may be one with digits lost: a birth date's are not shown.
    let hidden = || at < 14 && begins_with_identity(&number.digits);
    at < head || !hidden() && at + if length == 15 { 3 } else { 4 } >= length
}
