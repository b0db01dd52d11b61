//! ID numbers.

use crate::model::id_number::{Digits, IdClass, IdNumber, id_patterns_could_equal};

super::levels! {
    /// How alike two ID numbers are. Earlier levels win where several apply.
    IdLevel {
        /// The same usable 18 characters.
        Equal = "证件号码一致",
        /// Two neighbouring digits changed places.
        Transposition = "相邻两位颠倒",
        /// One digit differs (a computed check character is not counted).
        OneSubstitution = "一位不同",
        /// One digit was lost or doubled on one side.
        OneInsertDelete = "多一位或少一位",
        /// One side is cut by a spreadsheet, masked or 15 digits, and agrees as far as it goes.
        Compatible = "截断或遮盖后相符",
        /// Two edits apart.
        TwoEdits = "两处不同",
        /// The same first 14 digits: region and birth date. Siblings, twins, chance.
        SameBirthRegion = "地区和出生日期相同",
        /// Nothing above.
        Disagree = "证件号码不同",
    }
}

/// Fewest digits that a masked number must show in common with the other to say anything.
const ENOUGH: usize = 6;

/// Compares two ID numbers. Classes without digits (empty, temporary, `J`/`L` student numbers,
/// text) are missing, not disagreement.
pub fn id_level(a: IdNumber, b: IdNumber) -> IdLevel {
    use IdLevel::*;
    match (a.edit_key(), b.edit_key()) {
        (Some(x), Some(y)) => {
            if x == y {
                return Equal;
            }
            let level = full(x, y, a.class == IdClass::Up15 || b.class == IdClass::Up15);
            let cut = a.may_be_truncated() || b.may_be_truncated();
            if cut && a.prefix15() == b.prefix15() || id_patterns_could_equal(a, b).is_some() {
                return level.min(Compatible);
            }
            level
        }
        _ => partial(a, b),
    }
}

/// May the numbers be [`IdLevel::Equal`]? Cheap, and never wrongly no.
pub(crate) fn may_be_equal(a: IdNumber, b: IdNumber) -> bool {
    match (a.edit_key(), b.edit_key()) {
        // The check character may be a computed one.
        (Some(x), Some(y)) => x / 11 == y / 11,
        (None, None) => a == b,
        _ => false,
    }
}

/// Two full forms.
fn full(x: u64, y: u64, computed: bool) -> IdLevel {
    use IdLevel::*;
    let (mut p, q) = (Digits::from_key(x).0, Digits::from_key(y).0);
    let mut last = 18;
    if computed {
        // A check character computed by the upgrade follows the digits: it is no second slip.
        (p[17], last) = (q[17], 17);
    }
    match p.iter().zip(&q).map(|(x, y)| u8::from(x != y)).sum::<u8>() {
        // Only the check character differs, and one of them is computed.
        0 => Equal,
        1 => OneSubstitution,
        2 if id_neighbours_changed(&p, &q) => Transposition,
        differing => {
            let close = match differing {
                2 => true,
                3 | 4 => super::text::within_edits(&p[..last], &q[..last], 2),
                _ => is_shifted_id(&p[..last], &q[..last]),
            };
            let two = if close { TwoEdits } else { Disagree };
            if x / 11_000 == y / 11_000 { two.min(SameBirthRegion) } else { two }
        }
    }
}

/// Did two neighbours change places? Of digits that differ in two places.
fn id_neighbours_changed(p: &[u8; 18], q: &[u8; 18]) -> bool {
    let first = p.iter().zip(q).take_while(|(x, y)| x == y).count();
    first < 17 && p[first] == q[first + 1] && p[first + 1] == q[first]
}

/// Is a digit lost here and one doubled there the whole difference? The only two edits that
/// make more than four places of two numbers differ.
fn is_shifted_id(p: &[u8], q: &[u8]) -> bool {
    let prefix = p.iter().zip(q).take_while(|(x, y)| x == y).count();
    let suffix = p.iter().rev().zip(q.iter().rev()).take_while(|(x, y)| x == y).count();
    let (p, q) = (&p[prefix..p.len() - suffix], &q[prefix..q.len() - suffix]);
    p[1..] == q[..q.len() - 1] || p[..p.len() - 1] == q[1..]
}

/// At least one side is not a full form.
fn partial(a: IdNumber, b: IdNumber) -> IdLevel {
    use IdLevel::*;
    // Digits lost or doubled.
    match (packed_other(a), packed_other(b)) {
        (Some(_), Some(_)) if a == b => return Equal,
        (Some((values, len)), None) if b.edit_key().is_some() => return lost_or_doubled(&values[..len], b),
        (None, Some((values, len))) if a.edit_key().is_some() => return lost_or_doubled(&values[..len], a),
        _ => {}
    }
    let speaks =
        |id: IdNumber| id.edit_key().is_some() || matches!(id.class, IdClass::Trunc15 | IdClass::Mask);
    if !speaks(a) || !speaks(b) {
        return Missing;
    }
    match id_patterns_could_equal(a, b) {
        Some(digits) if digits >= ENOUGH => Compatible,
        Some(_) => Missing,
        None if a.prefix14().is_some() && a.prefix14() == b.prefix14() => SameBirthRegion,
        None => Disagree,
    }
}

fn packed_other(id: IdNumber) -> Option<([u8; 20], usize)> {
    (id.class == IdClass::Other && id.detail > 0).then(|| {
        let len = usize::from(id.detail);
        (crate::model::id_number::unpack_id_digits(id.key, len), len)
    })
}

fn lost_or_doubled(values: &[u8], full: IdNumber) -> IdLevel {
    use IdLevel::*;
    let Some(key) = full.edit_key() else { return Missing };
    let digits = Digits::from_key(key).0;
    if super::text::within_edits(values, &digits, 1) {
        OneInsertDelete
    } else if super::text::within_edits(values, &digits, 2) {
        TwoEdits
    } else {
        Missing
    }
}

#[cfg(test)]
mod tests {
    use super::IdLevel::*;
    use super::*;
    use crate::model::id_number::id_check_value;
    use proptest::prelude::*;

    fn number(region: u64, birth: u64, sequence: u64) -> String {
        let body = (region * 100_000_000 + birth) * 1_000 + sequence;
        Digits::from_key(body * 11 + u64::from(id_check_value(body))).to_text()
    }

    fn level(a: &str, b: &str) -> IdLevel {
        id_level(IdNumber::parse(a), IdNumber::parse(b))
    }

    fn edited(text: &str, edit: impl FnOnce(&mut Vec<char>)) -> String {
        let mut chars: Vec<char> = text.chars().collect();
        edit(&mut chars);
        chars.into_iter().collect()
    }

    #[test]
    fn every_level() {
        let id = number(410621, 19700131, 123);
        let twin = number(410621, 19700131, 146);
        let transposed = edited(&id, |c| c.swap(8, 9));
        let slip = edited(&id, |c| c[15] = '7');
        let lost = edited(&id, |c| {
            c.remove(8);
        });
        let doubled = edited(&id, |c| c.insert(8, c[8]));
        let old = format!("{}{}", &id[..6], &id[8..17]);
        let cut = format!("{}000", &id[..15]);
        let two = edited(&id, |c| (c[2], c[15]) = ('9', '7'));
        for (a, b, expected) in [
            (id.clone(), id.clone(), Equal),
            (id.clone(), format!("{id}43"), Equal),
            (format!("G{id}"), id.clone(), Equal),
            (id.clone(), old.clone(), Equal),
            (id.clone(), transposed, Transposition),
            (id.clone(), slip, OneSubstitution),
            (id.clone(), lost, OneInsertDelete),
            (id.clone(), doubled, OneInsertDelete),
            (id.clone(), cut, Compatible),
            (id.clone(), "4.10621197001311E+17".into(), Compatible),
            (id.clone(), "4.10621197001312E+17".into(), SameBirthRegion),
            (id.clone(), format!("{}********{}", &id[..6], &id[14..]), Compatible),
            (id.clone(), format!("4****************{}", &id[17..]), Missing),
            (id.clone(), two, TwoEdits),
            (id.clone(), twin, SameBirthRegion),
            (id.clone(), number(410621, 19820505, 321), Disagree),
            (id.clone(), String::new(), Missing),
            (id.clone(), "J410621197001311234".into(), Missing),
            (id.clone(), number(410621, 19700131, 999), Missing),
            (id.clone(), "豫鹤0001".into(), Missing),
            ("4.10621197001311E+17".into(), format!("{}**", &id[..16]), Compatible),
        ] {
            assert_eq!(level(&a, &b), expected, "{a} {b}");
            assert_eq!(level(&b, &a), expected, "{b} {a}");
        }
    }

    #[test]
    fn one_slip_in_fifteen_digits_is_one() {
        let id = number(410621, 19700131, 123);
        let old = edited(&format!("{}{}", &id[..6], &id[8..17]), |c| c[13] = '5');
        assert_eq!(level(&id, &old), OneSubstitution);
    }

    #[test]
    fn a_ruined_number_that_passes_the_check_is_compatible() {
        let (ruined, full) = (100..1000)
            .step_by(100)
            .map(|sequence| number(410621, 19700131, sequence))
            .zip((100..1000).step_by(100).map(|sequence| number(410621, 19700131, sequence + 23)))
            .find(|(ruined, _)| ruined.ends_with('0'))
            .expect("one of nine");
        assert_eq!(IdNumber::parse(&ruined).class, IdClass::Valid18);
        assert!(level(&ruined, &full) <= Compatible, "{:?}", level(&ruined, &full));
    }

    proptest! {
        #[test]
        fn one_edit_is_found(sequence in 1u64..999, days in 0i32..15_000, place in 0usize..17, by in 1u32..10) {
            let id = number(410621, u64::from(crate::model::day::day_from_epoch_days(days)), sequence);
            let slip = edited(&id, |c| {
                let digit = c[place].to_digit(10).expect("digit");
                c[place] = char::from_digit((digit + by) % 10, 10).expect("digit");
            });
            let found = level(&id, &slip);
            prop_assert!(found == OneSubstitution || IdNumber::parse(&slip).edit_key().is_none(), "{:?}", found);
        }

        /// The shortcuts agree with the distance itself.
        #[test]
        fn two_edits_are_what_the_distance_says(body in 10_000_000_000_000_000u64..100_000_000_000_000_000, from in 0usize..18, to in 0usize..18, by in 0u8..10) {
            let p = Digits::from_key(body * 11).0;
            let mut q = p.to_vec();
            let moved = q.remove(from);
            q.insert(to, (moved + by) % 10);
            let other = q.iter().fold(0u64, |n, &v| n * 10 + u64::from(v));
            let texts = [p.to_vec(), q.clone()].map(|d| d.iter().map(|v| char::from(b'0' + v)).collect::<String>());
            let distance = strsim::osa_distance(&texts[0], &texts[1]);
            let found = full(body * 11, other / 10 * 11 + other % 10, false);
            prop_assert_eq!(distance <= 2, found < Compatible || found == TwoEdits || distance == 0, "{:?} {:?}", texts, found);
        }

        #[test]
        fn what_is_equal_may_be_equal(a in "[0-9X*]{14,20}", b in "[0-9X*]{14,20}", alike: bool) {
            let (a, b) = (IdNumber::parse(&a), IdNumber::parse(if alike { &a } else { &b }));
            prop_assert!(may_be_equal(a, b) || id_level(a, b) != Equal);
        }

        #[test]
        fn symmetric(a in "[0-9X*]{14,20}", b in "[0-9X*]{14,20}") {
            prop_assert_eq!(level(&a, &b), level(&b, &a));
        }
    }
}
