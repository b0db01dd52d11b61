//! The name an exception keeps for life.

use sha2::{Digest as _, Sha256};

use crate::model::exception::{Exception, SubjectKind};
use crate::model::period::Period;
use crate::privacy::pseudonym::base32_text;

/// 26 base-32 characters of a hash of rule, kind of subject, subject and rule key.
///
/// Subject ids are drawn from records, not from ID numbers, so the hash needs no secret and
/// rulings survive the loss of the pseudonym key.
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
    base32_text(&hash.finalize(), 26)
}

/// Number shown to officers (疑点编号): rule, first period, start of the fingerprint.
pub(crate) fn short_number(rule_code: &str, first_seen: Period, exception_id: &str) -> String {
    format!("{rule_code}-{first_seen}-{}", exception_id.get(..8).unwrap_or(exception_id))
}
