//! Names are invented.

use super::*;
use proptest::prelude::*;

fn clean(text: &str) -> String {
    NameForm::analyse(text).clean().to_owned()
}

#[test]
fn spaces_width_and_invisible_characters() {
    for text in ["张 三", " 张三 ", "张\u{3000}三", "张\u{200B}三", "\u{FEFF}张三\t"] {
        assert_eq!(clean(text), "张三", "{text:?}");
    }
    // Untidy cells are no other names: they share a place in the pool.
    assert_eq!(NameForm::analyse("张 三"), NameForm::analyse("张三"));
}

#[test]
fn interpuncts_are_one() {
    for text in
        ["阿依·买买提", "阿依•买买提", "阿依・买买提", "阿依.买买提", "阿依\u{FF0E}买买提", "阿依‧买买提"]
    {
        let form = NameForm::analyse(text);
        assert_eq!(form.clean(), "阿依·买买提", "{text}");
        assert_eq!(form.fold_key, NameForm::analyse("阿依买买提").fold_key);
        assert_eq!(form.surname_len, 0);
    }
}

#[test]
fn variants_share_the_fold_key() {
    for (a, b) in [
        ("陳麗華", "陈丽华"),
        ("王峯", "王峰"),
        ("李喆", "李哲"),
        ("刘\u{E863}", "刘䶮"),
        ("刘&#19886;", "刘䶮"),
    ] {
        let (a, b) = (NameForm::analyse(a), NameForm::analyse(b));
        assert_eq!(a.fold_key, b.fold_key, "{} {}", a.clean(), b.clean());
    }
    assert_ne!(NameForm::analyse("王军").fold_key, NameForm::analyse("王君").fold_key);
}

#[test]
fn notes_go_and_leave_a_flag() {
    for text in [
        "李四(已故)",
        "李四（已故）",
        "李四【低保】",
        "李四已故",
        "李四1",
        "李四A",
        "李四(小名狗蛋)",
        "李四又名李思",
        "李四/李思",
        "李四(已故",
    ] {
        let form = NameForm::analyse(text);
        assert_eq!(form.clean(), "李四", "{text}");
        assert!(form.has_note(), "{text}");
    }
    // Too short to have lost a note.
    assert_eq!(clean("王户主"), "王户主");
}

#[test]
fn what_cannot_be_read_is_a_wildcard() {
    for text in
        ["王□", "王?", "王？", "王*", "王某", "王\u{FFFD}", "王ying", "王yīng", "王(王+莹)", "王\u{E4C6}"]
    {
        let form = NameForm::analyse(text);
        assert_eq!(form.clean(), "王□", "{text}");
        assert!(form.has_wildcard() && !form.has_note(), "{text}");
    }
}

#[test]
fn nothing_is_missing() {
    for text in ["", " ", "无", "不详", "-", "/", "***", "□□"] {
        assert!(NameForm::analyse(text).is_missing(), "{text:?}");
        assert_eq!(NameForm::analyse(text), NameForm::default());
    }
}

#[test]
fn surnames() {
    let parts = |text: &str| {
        let form = NameForm::analyse(text);
        (form.surname().iter().collect::<String>(), form.given().iter().collect::<String>())
    };
    assert_eq!(parts("欧阳小兰"), ("欧阳".into(), "小兰".into()));
    assert_eq!(parts("歐陽蘭"), ("欧阳".into(), "兰".into()));
    assert_eq!(parts("欧阳"), ("欧".into(), "阳".into()), "two characters: surname 欧");
    assert_eq!(parts("王小兰"), ("王".into(), "小兰".into()));
}

#[test]
fn surnames_are_read_as_surnames() {
    for (name, pinyin) in [
        ("单雄", "shan xiong"),
        ("仇兰", "qiu lan"),
        ("解军", "xie jun"),
        ("曾英", "zeng ying"),
        ("尉迟宝", "yu chi bao"),
        ("长孙云", "zhang sun yun"),
        ("吕乐", "lv le"),
    ] {
        assert_eq!(NameForm::analyse(name).pinyin(), pinyin);
    }
    // A block on readings meets both.
    let keys: Vec<u64> = NameForm::analyse("单雄").reading_keys().collect();
    assert_eq!(keys[0], NameForm::analyse("单雄").reading_key);
    assert!(keys.contains(&NameForm::analyse("山雄").reading_key));
    assert!(keys.contains(&NameForm::analyse("丹雄").reading_key));
}

#[test]
fn latin_names_stay_words() {
    let form = NameForm::analyse(" Maria  da Silva ");
    assert_eq!(form.clean(), "MARIA DA SILVA");
    assert!(form.flags.has(NameFlags::LATIN));
}

#[test]
fn forms_are_small() {
    assert!(size_of::<NameForm>() <= 104, "{}", size_of::<NameForm>());
}

proptest! {
    #[test]
    fn cleaning_twice_changes_nothing(text in "[\\u{4E00}-\\u{9FA5}·□()已故 a-z+0-9]{0,8}") {
        let once = clean(&text);
        prop_assert_eq!(clean(&once), once);
    }

    #[test]
    fn never_panics(text in "\\PC{0,24}") {
        let form = NameForm::analyse(&text);
        let _ = (form.reading_keys().count(), form.pinyin(), form.surname_key(), form.given_key());
    }
}
