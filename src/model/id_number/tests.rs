//! Invented numbers only: the check characters are computed, the people do not exist.

use super::*;
use proptest::prelude::*;

/// An 18-character number with the right check character.
fn number(region: u64, birth: u64, sequence: u64) -> String {
    let body = (region * 100_000_000 + birth) * 1_000 + sequence;
    Digits::from_key(body * 11 + u64::from(id_check_value(body))).to_text()
}

fn class(text: &str) -> IdClass {
    IdNumber::parse(text).class
}

#[test]
fn check_character_of_the_standard() {
    // The example printed in GB 11643-1999.
    assert_eq!(class("11010519491231002X"), IdClass::Valid18);
    assert_eq!(class("110105194912310021"), IdClass::BadCheck18);
    assert_eq!(class("440524188001010014"), IdClass::BadDate18, "born before the registers' time");
}

#[test]
fn what_clerks_and_spreadsheets_wrap_around_a_number() {
    let id = number(410621, 19700131, 123);
    let plain = IdNumber::parse(&id);
    assert_eq!(plain.class, IdClass::Valid18);
    let wide: String = id.chars().map(|c| char::from_u32(c as u32 + 0xFEE0).expect("wide")).collect();
    for text in [
        format!("'{id}"),
        format!("\t{id}"),
        format!("{id}\u{A0}"),
        format!("\u{FEFF}{id}\u{200B}"),
        format!("{} {}", &id[..6], &id[6..]),
        wide,
    ] {
        assert_eq!(IdNumber::parse(&text), plain, "{text:?}");
    }
}

#[test]
fn every_cross_is_an_x_in_the_last_place_only() {
    let id = "11010519491231002X";
    for cross in ["x", "×", "✕", "х", "Х", "χ", "*", "\u{FF38}", "\u{FF58}", "\u{FF0A}"] {
        assert_eq!(IdNumber::parse(&format!("{}{cross}", &id[..17])), IdNumber::parse(id), "{cross}");
    }
    assert_eq!(class("1101X519491231002X"), IdClass::Other);
}

#[test]
fn fifteen_digits_are_upgraded() {
    let old = IdNumber::parse("110105491231002");
    assert_eq!(old.class, IdClass::Up15);
    assert_eq!(old.to_text().as_deref(), Some("11010519491231002X"));
    assert_eq!(old.birth(), Some(19491231));
    assert_eq!(old.sex(), Some(Sex::Female));
    assert!(!old.trusted());
    assert_eq!(class("110105491331002"), IdClass::Other);
    // The first 15 of 18 digits, cut by a column of 15 characters.
    assert_eq!(class("110105194912310"), IdClass::Trunc15);
    // Born 2001-2012, the same cut reads as a 15-digit number of 1920: only a comparison can tell.
    let cut = IdNumber::parse("110105201212310");
    assert_eq!(cut.class, IdClass::Up15);
    assert_eq!(id_patterns_could_equal(cut, IdNumber::parse(&number(110105, 20121231, 12))), Some(15));
}

#[test]
fn certificates_and_student_numbers() {
    let id = number(410621, 19700131, 123);
    let card = IdNumber::parse(&format!("{id}43"));
    assert_eq!((card.class, card.certificate()), (IdClass::Cert20, Some((4, 3))));
    assert_eq!(card.id18_key(), IdNumber::parse(&id).id18_key());
    assert!(card.trusted());
    assert_eq!(class(&format!("{id}43B1")), IdClass::Other);
    assert_eq!(class(&format!("{id}4311")), IdClass::Cert22);
    assert_eq!(class(&format!("{id}93")), IdClass::Other, "no category 9");
    let student = IdNumber::parse(&format!("G{id}"));
    assert_eq!(student.class, IdClass::GStudent);
    assert_eq!(student.id18_key(), IdNumber::parse(&id).id18_key());
    for letter in ["J", "L"] {
        let student = IdNumber::parse(&format!("{letter}410621201001310123"));
        assert_eq!(student.class, IdClass::JlStudent);
        assert_eq!((student.id18_key(), student.birth()), (None, Some(20100131)));
    }
}

#[test]
fn spreadsheet_damage_is_never_repaired() {
    let cut = IdNumber::parse("4.10621197001310E+17");
    assert_eq!((cut.class, cut.detail, cut.id18_key()), (IdClass::Trunc15, 15, None));
    assert_eq!(cut.prefix15(), Some(410621197001310));
    assert_eq!(IdNumber::parse("4.10621197001310E17"), cut);
    assert_eq!(IdNumber::parse("410621197001310000"), cut, "18 digits, 000, wrong check");
    let short = IdNumber::parse("4.10621E+17");
    assert_eq!((short.class, short.prefix15(), short.birth()), (IdClass::Trunc15, None, None));
    let full = IdNumber::parse(&number(410621, 19700131, 12));
    assert_eq!(id_patterns_could_equal(cut, full), Some(15));
    assert_eq!(id_patterns_could_equal(short, full), Some(5), "the last shown digit may be rounded");
    assert_eq!(id_patterns_could_equal(cut, IdNumber::parse(&number(410621, 19700131, 112))), None);
}

#[test]
fn masks() {
    let full = IdNumber::parse(&number(410621, 19700131, 123));
    let text = full.to_text().expect("usable");
    for mask in [
        format!("{}********{}", &text[..6], &text[14..]),
        format!("{}**********{}", &text[..4], &text[16..]),
        format!("{}****", &text[..14]),
        format!("{}XXXXXXXX{}", &text[..6], &text[14..]),
    ] {
        let hidden = IdNumber::parse(&mask);
        assert_eq!(hidden.class, IdClass::Mask, "{mask}");
        assert!(id_patterns_could_equal(hidden, full).is_some(), "{mask}");
        assert_eq!(hidden.id18_key(), None);
    }
    let hidden = IdNumber::parse("110105********002X");
    assert!(id_patterns_could_equal(hidden, IdNumber::parse("11010519491231002X")).is_some());
    assert!(id_patterns_could_equal(hidden, full).is_none());
    let other = IdNumber::parse("1101051949123*****");
    assert_eq!(id_patterns_could_equal(hidden, other), Some(6));
    assert_eq!(class("******************"), IdClass::Other, "nothing known");
}

#[test]
fn temporary_numbers_and_fillers() {
    assert_eq!(class(&number(410621, 20180805, 999)), IdClass::Temporary);
    assert_eq!(class(&number(410621, 20180804, 0)), IdClass::Temporary);
    assert_eq!(class("410621000000000000"), IdClass::Temporary);
    assert_eq!(class("111111111111111111"), IdClass::Other);
    for text in ["", " ", "无", "(无)", "不详", "/", "0", "\u{3000}"] {
        assert_eq!(class(text), IdClass::Empty, "{text:?}");
    }
    for text in ["豫鹤字123号", "H41062119700131012", "12345"] {
        assert_eq!(class(text), IdClass::Other, "{text}");
    }
}

#[test]
fn a_digit_lost_or_doubled_keeps_its_digits() {
    let text = number(410621, 19700131, 123);
    let lost = IdNumber::parse(&text[1..]);
    assert_eq!((lost.class, lost.detail, lost.id18_key()), (IdClass::Other, 17, None));
    assert_ne!({ lost.key }, 0);
}

#[test]
fn masked_text_hides_birth_and_sequence() {
    let text = number(410621, 19700131, 123);
    let masked = IdNumber::parse(&text).masked_text();
    assert_eq!(masked.len(), 18);
    assert!(masked.starts_with("410621**********") && !masked.contains("1970"));
    assert_eq!(IdNumber::parse("豫").masked_text(), "");
}

prop_compose! {
    fn valid()(region in 110_000u64..660_000, days in -25_000i32..20_000, sequence in 1u64..999) -> String {
        number(region, u64::from(day::day_from_epoch_days(days)), sequence)
    }
}

proptest! {
    #[test]
    fn keys_round_trip(id in valid()) {
        let parsed = IdNumber::parse(&id);
        prop_assert_eq!(parsed.class, IdClass::Valid18);
        prop_assert_eq!(parsed.to_text(), Some(id));
    }

    /// MOD 11-2 finds every single wrong character and every transposition of neighbours.
    #[test]
    fn no_slip_stays_valid(id in valid(), place in 0usize..18, by in 1u8..10) {
        let mut digits = Digits::from_key(IdNumber::parse(&id).key);
        let base = if place == 17 { 11 } else { 10 };
        digits.0[place] = (digits.0[place] + by) % base;
        prop_assert_ne!(class(&digits.to_text()), IdClass::Valid18);
        let mut swapped: Vec<char> = id.chars().collect();
        if place < 16 && swapped[place] != swapped[place + 1] {
            swapped.swap(place, place + 1);
            prop_assert_ne!(class(&swapped.iter().collect::<String>()), IdClass::Valid18);
        }
    }

    /// Of all texts those near a number, and of these every length of digits, stars, exponents and
    /// full-width forms.
    #[test]
    fn never_panics(
        text in prop_oneof![
            "\\PC{0,40}",
            "[0-9XxGJL*.E+ ×]{0,24}",
            "[GJLgjl]?[0-9\u{FF10}-\u{FF19}]{0,23}[Xx×\u{FF38}*]{0,8}[0-9]{0,12}",
            "[0-9]\\.?[0-9]{0,40}[Ee][-+]?[0-9]{1,30}",
            "[0-9]{0,20}\\*{0,20}[0-9X]{0,20}",
        ],
        other in prop_oneof![Just("11010519491231002X".to_owned()), "[0-9]{15,18}", "[0-9]{6}\\*{8}[0-9X]{4}"],
    ) {
        let id = IdNumber::parse(&text);
        let _ = (id.birth(), id.sex(), id.region6(), id.prefix14(), id.prefix15(), id.to_text());
        let _ = (id.ends(), id.known_ends(), id.certificate(), id.trusted(), id.masked_text());
        let _ = (id_patterns_could_equal(id, id), id_patterns_could_equal(id, IdNumber::parse(&other)));
    }
}
