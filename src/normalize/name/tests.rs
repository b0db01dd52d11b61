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
    for (text, cleaned) in [("李X连", "李□连"), ("李Ｘ连", "李□连"), ("李xx", "李□□"), ("李XX连", "李□□连")]
    {
        assert_eq!(NameForm::analyse(text).clean(), cleaned, "{text}");
    }
}

#[test]
fn labels_before_a_name_go_and_radicals_are_characters() {
    for (text, cleaned) in [
        ("户主：马志强", "马志强"),
        ("姓名:李海燕", "李海燕"),
        ("户主马志强", "马志强"),
        ("学生: 王小明(已故)", "王小明"),
        ("妻：李春梅", "李春梅"),
        ("户主：", ""),
        ("户主", ""),
        ("户主：户主马志强", "马志强"),
        ("马志强：户主", "马志强"),
        ("\u{2EE2}志强", "马志强"),
        ("\u{2EF0}\u{2ED3}江", "龙长江"),
        ("张\u{2EDE}强", "张□强"),
        ("张\u{31D0}强", "张□强"),
    ] {
        assert_eq!(clean(text), cleaned, "{text}");
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

/// A word or sign that cleaning knows, an ideograph, a letter, or any character.
fn piece() -> impl Strategy<Value = String> {
    const KNOWN: &str = "已故 去世 户主 户主本人 曾用名 低保 又名 原名 小名 身份证名 无 无名 不详 空 未取名 \
        · • 。 . □ 某 ? * 一 ( ) （ ） 【 】 < > + - 上 下 / 、 , ; : ! & # &# &#26446; &#x674E; &#38; ＆ ； \
        &#xﬀ; &#120; x 1 12 ying yīng a É ß ﬀ ж Ж ア 〇 \u{200B} \u{E863} \u{E4C6} \u{F900} ⽆ \u{2F800}";
    let known: Vec<String> = KNOWN.split_whitespace().map(str::to_owned).collect();
    prop_oneof![
        6 => proptest::sample::select(known),
        3 => "[\u{4E00}-\u{9FA5}]{1,2}",
        1 => proptest::sample::select(vec![" ".to_owned(), "\u{3000}".to_owned()]),
        1 => "\\PC",
    ]
}

/// Found by chance before [`piece`] was there to look for them.
#[test]
fn cleaning_once_is_enough() {
    for (text, cleaned) in [
        // A character that could not be typed, and nothing else, names nobody.
        ("□·(一+一", ""),
        ("□·□", ""),
        // One note behind another, and one behind an interpunct.
        ("李四已故户主", "李四"),
        ("李四户主·已故", "李四"),
        ("·李四·", "李四"),
        // A word that a sign or a digit tears apart.
        ("李四又1名王五", "李四"),
        ("李四又!名王五", "李四"),
        // A reference in full width, within another, or complete only in capitals.
        ("＆#26446;四", "李四"),
        ("&#38;#26446;四", "李四"),
        ("A&#38;#66;", "AB"),
        ("a&#x4Eﬀ;", "仿"),
        // What is left when the Han characters were a note.
        ("жж(已故)", "ЖЖ"),
        ("⽆", ""),
    ] {
        assert_eq!(clean(text), cleaned, "{text}");
        assert_eq!(clean(cleaned), cleaned, "{text}");
    }
}

#[test]
fn every_character_is_clean_after_one_time() {
    for c in (0..=u32::from(char::MAX)).filter_map(char::from_u32) {
        let once = clean(&c.to_string());
        assert_eq!(clean(&once), once, "U+{:04X}", u32::from(c));
    }
}

proptest! {
    /// Names made of what cleaning looks for, in any order: what one step takes away must not leave
    /// what another step would have taken away.
    #[test]
    fn cleaning_twice_changes_nothing(pieces in proptest::collection::vec(piece(), 0..9)) {
        let once = clean(&pieces.concat());
        prop_assert_eq!(clean(&once), once);
    }

    #[test]
    fn never_panics(text in "\\PC{0,24}") {
        let form = NameForm::analyse(&text);
        let _ = (form.reading_keys().count(), form.pinyin(), form.surname_key(), form.given_key());
    }
}

#[test]
fn what_names_nobody_is_known_before_it_is_cleaned() {
    let pieces = [
        "", "0", "1", "12", "(1)", "[]", "-", "。", "□", "某", "略", "测试", "空白", "无", "户主", "NaT",
        "张三", " ", "已故", "新增",
    ];
    // A label stands before a name, not behind a word.
    let pairs = pieces.iter().flat_map(|&first| pieces.map(|second| (first, second)));
    let told = pairs.filter(|(first, second)| *second != "户主" || first.is_ascii());
    for text in told.map(|(first, second)| format!("{first}{second}")) {
        if clean(&text).is_empty() && !text.trim().is_empty() {
            let blank = crate::model::cell_words::cell_without_value(&text).is_some();
            assert!(blank || crate::model::name_words::name_without_person(&text).is_some(), "{text:?}");
        }
    }
}
