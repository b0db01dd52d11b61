//! How the numbers differ that lists have for one person, in words that say who is to mend what and nothing of the digits.

use crate::model::id_number::{IdNumber, id_check_value, unpack_id_digits};

/// Characters of a number.
const LENGTH: usize = 18;
/// Lists that are named; of more only how many.
const NAMED_LISTS: usize = 2;
/// Places that are named; numbers that differ in more are different numbers, not slips.
const NAMED_PLACES: usize = 4;

/// A number, the lists that have it, and how much their word counts.
struct WrittenNumber<'t> {
    key: u64,
    lists: Vec<&'t str>,
    records: usize,
}

impl WrittenNumber<'_> {
    fn passes(&self) -> bool {
        self.key % 11 == u64::from(id_check_value(self.key / 11))
    }
    fn digits(&self) -> [u8; 20] {
        unpack_id_digits(self.key, LENGTH)
    }
}

/// Says where numbers differ: `written` in order of how much their lists' word counts, each with its list's title. `None` where
/// they do not differ, or are not whole.
pub(super) fn number_conflict<'t>(written: impl Iterator<Item = (&'t str, IdNumber)>) -> Option<String> {
    let mut numbers: Vec<WrittenNumber<'t>> = Vec::new();
    for (list, id) in written {
        let Some(key) = id.edit_key() else { continue };
        match numbers.iter_mut().find(|number| number.key == key) {
            Some(number) => {
                number.records += 1;
                if !number.lists.contains(&list) {
                    number.lists.push(list);
                }
            }
            None => numbers.push(WrittenNumber { key, lists: vec![list], records: 1 }),
        }
    }
    // The one that passes and that most lists have is taken for the right one; of equals the most trusted list's.
    let best = (0..numbers.len()).rev().max_by_key(|&at| (numbers[at].passes(), numbers[at].lists.len()))?;
    let right = numbers.swap_remove(best);
    if numbers.is_empty() {
        return None;
    }
    numbers.sort_by(|a, b| a.lists.cmp(&b.lists));
    let parts: Vec<String> = numbers.iter().map(|other| difference(other, &right)).collect();
    Some(parts.join("；"))
}

/// The first lists; of more how many there are.
pub(super) fn named_lists(lists: &[&str]) -> String {
    match lists.len() {
        count if count > NAMED_LISTS => format!("{}等{count}份名单", lists[..NAMED_LISTS].join("、")),
        _ => lists.join("、"),
    }
}

fn difference(other: &WrittenNumber<'_>, right: &WrittenNumber<'_>) -> String {
    let (theirs, ours) = (other.digits(), right.digits());
    let places: Vec<usize> = (0..LENGTH).filter(|&at| theirs[at] != ours[at]).collect();
    let named = |of: &WrittenNumber<'_>| named_lists(&of.lists);
    let what = match places.as_slice() {
        &[a, b] if b == a + 1 && theirs[a] == ours[b] && theirs[b] == ours[a] => {
            format!("第{}、{}位颠倒", a + 1, b + 1)
        }
        some if some.len() <= NAMED_PLACES => {
            let places: Vec<String> = some.iter().map(|at| (at + 1).to_string()).collect();
            format!("第{}位不同", places.join("、"))
        }
        _ => "是另一个号码".to_owned(),
    };
    let judged = match (other.passes(), right.passes()) {
        (false, true) => format!("校验不通过，请{}更正", named(other)),
        (true, true) => "两个号码都校验通过，凭身份证认定".to_owned(),
        (_, false) => "都校验不通过，凭身份证更正".to_owned(),
    };
    format!("{}与{}{what}，{judged}", named(other), named(right))
}

#[cfg(test)]
mod tests {
    use super::*;

    fn said(written: &[(&str, &str)]) -> Option<String> {
        number_conflict(written.iter().map(|(list, number)| (*list, IdNumber::parse(number))))
    }

    /// The number of seventeen digits with its check character.
    fn whole(body: &str) -> String {
        let check = id_check_value(body.parse().unwrap());
        format!("{body}{}", if check == 10 { "X".to_owned() } else { check.to_string() })
    }

    #[test]
    fn a_slip_is_told_by_its_place_and_by_whose_check_fails() {
        let right = whole("41062119840420079");
        let mut slip = right.clone();
        slip.replace_range(8..9, "7");
        let told = said(&[("建档立卡人口", &right), ("医保参保", &slip), ("学籍", &right)]).unwrap();
        assert_eq!(told, "医保参保与建档立卡人口、学籍第9位不同，校验不通过，请医保参保更正");
        assert!(!told.contains("1984") && !told.contains("410621"));
        let mut swapped: Vec<char> = right.chars().collect();
        swapped.swap(14, 15);
        let swapped: String = swapped.into_iter().collect();
        assert_ne!(swapped, right);
        let told = said(&[("医保参保", &swapped), ("建档立卡人口", &right)]).unwrap();
        assert_eq!(told, "医保参保与建档立卡人口第15、16位颠倒，校验不通过，请医保参保更正");
    }

    #[test]
    fn other_numbers_are_told_as_such_and_equal_ones_not_at_all() {
        let (one, other) = (whole("41062119840420079"), whole("41061119910715222"));
        let told = said(&[("建档立卡人口", &one), ("学籍", &other)]).unwrap();
        assert_eq!(told, "学籍与建档立卡人口是另一个号码，两个号码都校验通过，凭身份证认定");
        assert_eq!(said(&[("建档立卡人口", &one), ("学籍", &one), ("学籍", "4.1E+17"), ("学籍", "")]), None);
    }
}
