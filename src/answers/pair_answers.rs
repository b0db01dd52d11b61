//! Answers to pairs of records, which are about no exception: who judges doubtful links says whether they are one person.

/// The two records are one person's.
pub(crate) const SAME_PERSON: &str = "是同一人";
/// They are two persons'.
pub(crate) const SEVERAL_PERSONS: &str = "不是同一人";
/// Nobody can tell; later runs link as before.
pub(crate) const UNDECIDED_PAIR: &str = "判断不了";
/// What the subject of such an answer begins with, where others have the fingerprint of an exception.
const PAIR: &str = "pair:";

/// The subject of an answer to a pair of records, by their marks.
pub(crate) fn pair_subject(marks: &[String; 2]) -> String {
    format!("{PAIR}{}-{}", marks[0], marks[1])
}

/// Is the subject of an answer a pair of records?
pub(crate) fn is_pair_subject(subject: &str) -> bool {
    subject.starts_with(PAIR)
}

/// The marks that such a subject is made of; `None`: it is no pair.
pub(super) fn marks_of_subject(subject: &str) -> Option<[String; 2]> {
    let (left, right) = subject.strip_prefix(PAIR)?.split_once('-')?;
    Some([left.to_owned(), right.to_owned()])
}

/// What an answer to a pair says of it; `None`: it is no answer to a pair, or says that nobody can tell.
pub(crate) fn said_of_pair(subject: &str, verdict: &str) -> Option<bool> {
    match (subject.starts_with(PAIR), verdict) {
        (true, SAME_PERSON) => Some(true),
        (true, SEVERAL_PERSONS) => Some(false),
        _ => None,
    }
}
