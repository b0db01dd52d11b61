//! The name an exception keeps for life.

use sha2::{Digest as _, Sha256};

use crate::model::exception::{Exception, SubjectKind, TrackedException, short_row_number};
use crate::privacy::pseudonym::base32_text;

/// Characters of what exceptions are called by.
const KEY_CHARACTERS: usize = 26;

/// 26 base-32 characters of a hash of rule, kind of subject, subject and rule key.
///
/// Persons and households are named under the identity secret, so that the hash needs no other and rulings survive
/// the loss of the pseudonym key. A rule's own key may be what a department delivers, though, an ID number even: the
/// fingerprint stays in `restricted/`, and lists and tables show keyed hashes of it.
pub(crate) fn exception_fingerprint(exception: &Exception) -> String {
    let mut hash = Sha256::new();
    let kind = match exception.subject_kind {
        SubjectKind::Person => "person",
        SubjectKind::Household => "household",
        SubjectKind::Record => "record",
        SubjectKind::Unit => "unit",
    };
    for part in [&*exception.rule_code, kind, &exception.subject_id, &exception.rule_key] {
        // Lengths keep ("AB","C") and ("A","BC") apart.
        hash.update((part.len() as u64).to_le_bytes());
        hash.update(part.as_bytes());
    }
    base32_text(&hash.finalize(), KEY_CHARACTERS)
}

/// The key of a list's row without the letter that keeps spreadsheets from taking it for a number.
pub(crate) fn bare_key(key: &str) -> &str {
    key.strip_prefix('K').filter(|bare| bare.len() == KEY_CHARACTERS).unwrap_or(key)
}

/// Number shown to officers (疑点编号): rule, first period, start of what lists call it.
pub(crate) fn short_number(exception: &TrackedException) -> String {
    short_row_number(&exception.exception.rule_code, exception.first_seen, &exception.listed_id)
}
