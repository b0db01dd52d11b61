//! Every way in which a number was seen written, and generated ones.

use proptest::prelude::*;

use crate::privacy::mask::{holds_long_number, mask_numbers_in_text, mask_persons_in_code};
use crate::privacy::number_glyphs::{NumberGlyph, number_glyph};

const NUMBER: &str = "410602199803124217";

/// The digits of a text, whatever stands between them; hidden ones are gone.
fn folded(text: &str) -> String {
    let digit = |c: char| match number_glyph(c) {
        NumberGlyph::Digit(d) | NumberGlyph::LookAlike(d) | NumberGlyph::Numeral(d) => {
            Some(char::from(b'0' + d))
        }
        _ => None,
    };
    text.chars().filter_map(digit).collect()
}

fn spelled(number: &str, digits: &str) -> String {
    let digits: Vec<char> = digits.chars().collect();
    number.chars().map(|c| c.to_digit(10).map_or(c, |d| digits[d as usize])).collect()
}

#[test]
fn the_forms_of_one_number_all_lose_its_birth_date() {
    let parts = |between: &str| [&NUMBER[..6], &NUMBER[6..14], &NUMBER[14..]].join(between);
    let mut forms: Vec<String> =
        ["", " ", "-", "\u{A0}", "\u{200B}", ".", "'", "\"", "—", "，", "、", "\n", "·", "/", "_", " - "]
            .iter()
            .map(|between| parts(between))
            .collect();
    forms.extend(
        [
            "٠١٢٣٤٥٦٧٨٩",
            "⓪①②③④⑤⑥⑦⑧⑨",
            "𝟎𝟏𝟐𝟑𝟒𝟓𝟔𝟕𝟖𝟗",
            "０１２３４５６７８９",
            "〇一二三四五六七八九",
            "零壹贰叁肆伍陆柒捌玖",
            "○一二三四五六七八九",
        ]
        .map(|digits| spelled(NUMBER, digits)),
    );
    forms.extend(
        [
            "410,602,199,803,124,217",
            "410602199 803124217",
            "410602199（后半）803124217",
            "前9位410602199后9位803124217",
            "后803124217前410602199",
            "4106021998O3124217",
            "4l06O21998O3I24217",
            "4 1 0 6 0 2 1 9 9 8 0 3 1 2 4 2 1 7",
            "41 06 02 19 98 03 12 42 17",
            "4106 0219 9803 1242 17",
            "410602-1998-03-12-4217",
            "410602|19980312|4217",
            "4\u{FE0F}\u{20E3}106021998\u{1b}03124217",
        ]
        .map(str::to_owned),
    );
    for form in forms {
        for text in [form.clone(), format!("张三，{form}；2018年3月"), format!("名单_{form}.xlsx")] {
            let masked = mask_numbers_in_text(&text);
            assert!(masked.matches('*').count() >= 8, "{text} → {masked}");
            let digits = folded(&masked);
            assert!(!digits.contains(&NUMBER[..17]) && !digits.contains("19980312"), "{text} → {masked}");
            assert!(holds_long_number(&text));
            assert_eq!(mask_numbers_in_text(&masked), masked, "masked twice");
        }
    }
}

#[test]
fn damaged_numbers_are_masked_too() {
    for (text, masked) in [
        ("410602 19981312 4217", "410602 ******** 4217"),
        ("41060219980312421", "4106**********421"),
        ("41060219980312421X", "410602********421X"),
        ("410602 19980312 421X", "410602 ******** 421X"),
        ("410602 19980312 421 ×", "410602 ******** 421 X"),
        ("41060219980 312421", "4106******* ***421"),
        ("4106021998031242177", "4106***********2177"),
        ("410602980312421", "410602******421"),
        ("410602 980312 421", "410602 ****** 421"),
        ("4.10602199803124E+17", "4.10************E+17"),
        // With a digit lost, in parts; with a wrong check character, wide apart or between bars.
        ("410602，19980312，421", "4106**，********，421"),
        ("410602、19980312、4217", "410602、********、4217"),
        ("410602，1998，0312，42", "4106**，****，****，42"),
        ("4106 0219 9803 12", "4106 **** **** **"),
        ("410602    19980312    4218", "410602    ********    4218"),
        ("410602    19980312    421", "4106**    ********    421"),
        ("410602|19980312|4218", "410602**********4218"),
        // A county and a day are none.
        ("410602 20180312", "410602 20180312"),
    ] {
        assert_eq!(mask_numbers_in_text(text), masked, "{text}");
    }
}

#[test]
fn phones_and_cards_are_masked_however_they_are_written() {
    for (text, masked) in [
        ("138 1234 5678", "138 **** 5678"),
        ("138-1234-5678", "138-****-5678"),
        ("138.1234.5678", "138.****.5678"),
        ("1 3 8 1 2 3 4 5 6 7 8", "1 3 8 * * * * 5 6 7 8"),
        ("+86 138-1234-5678", "+86 138-****-5678"),
        ("I38l2345678", "138****5678"),
        ("一三八一二三四五六七八", "138****5678"),
        ("13,812,345,678", "13,8**,**5,678"),
        ("138 1234 5678，139 1234 5678", "138 **** 5678，139 **** 5678"),
        ("0392-1234567", "0392-*****67"),
        ("（0392）1234567", "（0392）*****67"),
        ("010 1234 5678", "010 **** **78"),
        ("03921234567", "039****4567"),
        ("6228 4812 3456 7890 123", "6228 **** **** ***0 123"),
        ("6228-4812-1998-7890", "6228-****-****-7890"),
        ("6228 4812 1998 7890 123", "6228 **** **** ***0 123"),
        ("410602199803124217 13812345678", "410602********4217 138****5678"),
        // What looks like one is one, if it may be a row of amounts as well.
        ("1380 0138 000", "138* ***8 000"),
        ("1500 1500 150", "150* ***0 150"),
        ("9558 8012 3456 7890", "9558 **** **** 7890"),
        ("6200 6300 6400 6500", "6200 **** **** 6500"),
        ("410,602,980,312,421", "410,602,***,***,421"),
        ("410621_20181008_2018.xlsx", "410621_********_2018.xlsx"),
    ] {
        assert_eq!(mask_numbers_in_text(text), masked, "{text}");
    }
}

#[test]
fn dates_amounts_and_lists_of_rows_stay() {
    for text in [
        "2018-01-01 2018-12-31",
        "2018.1.1-2018.12.31",
        "20180101-20181231",
        "2018-03-12 10:20:30",
        "3,500.00 4,200.00 1,000.00",
        "150,000,000.00",
        "1350.50,300.50",
        "第3、5、8、12、13、20、21、22行",
        "3, 5, 8, 12, 13, 20, 21",
        "2016 2017 2018 2019",
        "410602 2018-03-12",
        "registry_person:1a2b3c4d.s1.r123",
        "R08-2018Q3-1a2b3c4d",
        "2018Q3/run-0001-1a2b3c4d",
        "名单_20180312_20180401.xlsx",
        "年龄 45 46 47 50 61 62 63",
        "二〇一八年三月十二日",
        "共12户，345人，应补发3470元（2018年标准3,900.00元），38.52平方米",
        "\u{FF12}\u{FF10}\u{FF11}\u{FF18}年",
        "2018Q1-2018Q2-2018Q3",
        "2018Q1/2018Q2/2018Q3",
        "2018Q1,2018Q2,2018Q3",
        "2018Q1, 2018Q2, 2018Q3",
        "2018-01, 2018-02, 2018-03",
        "2018-01 2018-02 2018-03",
        "2018/1 2018/2 2018/3 2018/4",
        "2018年7月、8月、9月",
        "低保_2018Q3_20181008_01.csv",
        "低保_2018Q3_201807_201809_20181008.csv",
        "低保_201807-201809_20181008_2.xlsx",
        "2018-01-01 2018-02-01 2018-03-01 2018-04-01",
        "101, 102, 103, 104, 105",
        "101 102 103 104 105 110",
        "第101,102,103,104,105行",
        "1021-1022-1023-1024-1025",
        "350 420 380 390 400",
        "3500 4200 1000 500",
        "1200/1350/1400/1500",
        "1203/1351/1402/1507",
        "1203, 1351, 1402, 1507",
        "1500 1500 150 200",
        "1985-03-12 138",
        "12 345 38 420 17 501 3 2",
    ] {
        assert_eq!(mask_numbers_in_text(text), text);
        assert!(!holds_long_number(text));
    }
}

/// An ID number with a right check digit.
fn identity() -> impl Strategy<Value = String> {
    let region = prop::sample::select(vec![110_101, 410_602, 410_621, 410_622, 412_725, 500_101, 654_321]);
    (region, 1920u32..2018, 1u32..13, 1u32..29, 0u32..1000).prop_map(|(region, year, month, day, tail)| {
        let body = format!("{region}{year}{month:02}{day:02}{tail:03}");
        let weights = [7, 9, 10, 5, 8, 4, 2, 1, 6, 3, 7, 9, 10, 5, 8, 4, 2];
        let sum: u32 = body.bytes().zip(weights).map(|(b, weight)| u32::from(b - b'0') * weight).sum();
        body + ["1", "0", "X", "9", "8", "7", "6", "5", "4", "3", "2"][sum as usize % 11]
    })
}

/// A number cut into parts with one sign between them, some of its digits as another script or a letter has them.
fn written(number: &str, cuts: &[usize], between: &str, script: usize, letters: &[usize]) -> String {
    const SCRIPTS: [&str; 6] =
        ["0123456789", "０１２３４５６７８９", "٠١٢٣٤٥٦٧٨٩", "⓪①②③④⑤⑥⑦⑧⑨", "𝟎𝟏𝟐𝟑𝟒𝟓𝟔𝟕𝟖𝟗", "०१२३४५६७८९"];
    let mut out = String::new();
    for (at, c) in number.chars().enumerate() {
        if at > 0 && cuts.contains(&at) {
            out += between;
        }
        match (c, letters.contains(&at) && at > 0) {
            ('0', true) => out.push('O'),
            ('1', true) => out.push('l'),
            ('5', true) => out.push('S'),
            _ => out += &spelled(&c.to_string(), SCRIPTS[script]),
        }
    }
    out
}

/// A number cut into parts, with letters and signs that look like them for some of its digits.
fn spelled_with_letters(
    number: &str,
    cuts: &[usize],
    between: &str,
    letters: &[bool],
    choices: &[usize],
) -> String {
    let alike = |digit: char| match digit {
        '0' => "OoQD○ОΟ°",
        '1' => "lIi!|丨",
        '2' => "Zz",
        '5' => "Ss",
        '6' => "b",
        '8' => "B",
        '9' => "qg",
        _ => "",
    };
    let mut out = String::new();
    for (at, c) in number.chars().enumerate() {
        if at > 0 && cuts.contains(&at) {
            out += between;
        }
        let alike: Vec<char> = alike(c).chars().collect();
        out.push(if letters[at] && !alike.is_empty() { alike[choices[at] % alike.len()] } else { c });
    }
    out
}

#[test]
fn numbers_typed_with_letters_throughout_are_masked() {
    for (text, masked) in [
        ("41O6O22OO8O1O5OO11", "410602********0011"),
        ("4lO6O2l998O3l242l7", "410602********4217"),
        ("1lOlO1lq9BO3lZ42l7", "110101********4217"),
        ("ID41O6O2199BO31242l7", "ID410602********4217"),
        ("4lO6O2 l99BO3lZ 42l7。", "410602 ******** 4217。"),
        ("4 l O 6 O 2 l 9 9 B O 3 l Z 4 2 l 7", "4 1 0 6 0 2 * * * * * * * * 4 2 1 7"),
        ("前9位4lO6O2l99后9位BO3lZ42l7", "前9位410602***后9位*****4217"),
        ("电话l3BOOlZ3O45", "电话138****3045"),
    ] {
        assert_eq!(mask_numbers_in_text(text), masked, "{text}");
    }
    for text in
        ["soil and BOSS igloo 2018 QQ", "Zoo, BIGBOSS, SOS SOS SOS SOS SOS SOS", "lol 12 OOO 13 ZZZ 14"]
    {
        assert_eq!(mask_numbers_in_text(text), text);
    }
}

#[test]
fn dates_in_numbers_signs_and_words_between_their_parts_hide_none() {
    let mut told = Vec::new();
    for (text, masked) in [
        ("410602 1998年3月12日 4211", "410602 ****年*月**日 4211"),
        ("410602一九九八年三月十二日4217", "410602****年*月**日4217"),
        ("410602 1998-3-12 4211", "4106** ****-*-** *211"),
        ("410602 98年3月12日 421", "410602 **年*月**日 ***"),
        ("4106021998年3月12日421X。", "410602****年*月**日421X。"),
        ("410602出生1998年3月12日，尾号4211", "410602出生****年*月**日，尾号4211"),
        ("〤〡〇〦〇〢〡〩〩〨〇〣〡〢〤〢〡〧", "410602********4217"),
        ("410602&19980312&4217", "410602&********&4217"),
        ("410602\t19980312\t4211", "410602\t********\t4211"),
        ("410602和19980312和4211", "410602和********和4211"),
        ("410602→1998→03→12→4211", "410602→****→**→**→4211"),
        ("19980312 4217", "******** 4217"),
        ("1998-03-12 421X", "****-**-** 421X"),
        ("1998年3月12日4217", "****年*月**日4217"),
        ("138(1234)5678", "138(****)5678"),
        ("（138）1234【5678】", "（138）****【5678】"),
        ("电话138\n12345678", "电话138\n****5678"),
        ("0392\n1234567", "0392\n*****67"),
    ] {
        told.push((mask_numbers_in_text(text), masked));
    }
    for text in [
        // Papers and amounts.
        "20180312 4217",
        "2018年3月12日 4217",
        "2005年3月12日4217元",
        "20050312 1500元",
        "1998年3月12日出生，2018年9月30日核查",
        "410602 2018年9月30日",
        "410602区2018年9月共4217人",
        "138\n1234\n5678\n901",
        "1998年3月12日 138户",
        "3%、12%、45%、60%、75%",
        "[3, 5, 8, 12, 13, 20, 21]",
        "2018年三月十二日至2018年九月三十日",
        "第一、二、三、四、五、六、七、八、九项",
        "2010-03-12 10:20:30",
    ] {
        told.push((mask_numbers_in_text(text), text));
    }
    told.retain(|(told, wanted)| told != wanted);
    assert!(told.is_empty(), "{told:#?}");
}

/// Texts of a megabyte, of each shape for which the search once took steps without bound.
fn endless_texts() -> Vec<String> {
    let long = |part: &str| part.repeat((1 << 20) / part.len() + 1);
    vec![
        long("2.1234567890 "),
        long("1,111,"),
        long("111,"),
        long("410602199803124217 "),
        long("41O602199803124217 "),
        long("l3800138O00，"),
        long("410602199后803124217\n"),
        long("803124217后4106O2199，"),
        long("后4106O219980 13124217 "),
        long("1 "),
        long("O"),
        long("O O"),
        long("1X"),
        long("12345678"),
        long("四一〇六〇二 "),
        long("6228 4812 "),
        long("0392 1234567 "),
        long("2018Q3 "),
        long("2018-03-12 "),
        long("R08-2018Q3-1a2b3c4d "),
        long("list:1351869b.s15.r12 "),
        long("\u{200B}"),
        long("年"),
        long("410602 1998年3月12日 "),
        long("1998年"),
        long("十二"),
        long("410602                    "),
        long("410602和"),
        long("138("),
        long("138\n"),
        long("Зб"),
        long("〡〢"),
    ]
}

#[test]
fn texts_without_end_are_masked_in_bounded_steps() {
    for endless in endless_texts() {
        // A number at its beginning, and one where it is broken off.
        for (at, form) in [(0, "410602 19970415 4336"), (32_760, "410602199号7O4154336")] {
            let (before, after) = endless.split_at(endless.floor_char_boundary(at));
            let masked = mask_numbers_in_text(&format!("{before}年{form}年{after}")).into_owned();
            let digits = folded(&masked);
            let shown = ["19970415", "41060219970415433"].iter().any(|shown| digits.contains(shown));
            assert!(
                !shown,
                "{form} at {at} of {}",
                before.chars().chain(after.chars()).take(20).collect::<String>()
            );
        }
    }
}

#[test]
fn a_line_too_long_to_be_read_is_broken_off() {
    let text = format!("{}\n张三 410602199803124217", "年".repeat(1 << 20));
    let masked = mask_numbers_in_text(&text);
    assert!(masked.len() < 40_000 && masked.ends_with("年…\n张三 410602********4217"), "{}", masked.len());
    let text = "年\n".repeat(1 << 18);
    assert_eq!(mask_numbers_in_text(&text), text);
}

proptest! {
    #![proptest_config(ProptestConfig::with_cases(2000))]

    #[test]
    fn no_written_number_survives(
        number in identity(),
        cuts in prop::sample::select(vec![
            vec![], vec![6, 14], vec![6], vec![9], vec![6, 10, 12, 14], vec![4, 8, 12, 16], vec![3, 6, 9, 12, 15],
            (1..18).collect::<Vec<usize>>(), vec![2, 4, 6, 8, 10, 12, 14, 16], vec![14], vec![10], vec![6, 12],
        ]),
        between in prop::sample::select(vec![" ", "-", "\u{A0}", "\u{200B}", ".", "'", "·", "—", "\u{3000}", "/", "_", ",", "\u{2009}"]),
        script in 0usize..6,
        letters in prop::collection::vec(0usize..17, 0..3),
        before in "(|第3行：|证号|张三 |a_)",
        after in "(|。|，男|（已注销）|\\.csv)",
    ) {
        let form = written(&number, &cuts, between, script, &letters);
        let text = format!("{before}{form}{after}");
        let masked = mask_numbers_in_text(&text);
        prop_assert!(!folded(&masked).contains(&number[..17]), "{} → {}", text, masked);
        // The birth date is gone, but where head and tail spell it by chance.
        let digits = folded(&masked);
        let ends = format!("{}{}", &number[..6], &number[14..17]);
        prop_assert!(ends.contains(&number[6..14]) || !digits.contains(&number[6..14]), "{} → {}", text, masked);
    }

    #[test]
    fn no_number_with_its_date_written_out_survives(
        number in identity(),
        form in 0usize..7,
        between in prop::sample::select(vec!["", " ", "  ", "-", "，", "、", "\u{3000}"]),
        after_date in prop::sample::select(vec!["", " ", "，", "-", "  "]),
        wrong in prop::bool::ANY,
        region in prop::bool::ANY,
        script in 0usize..6,
        before in "(|第三行：|证号|张三 )",
        after in "(|。|，男|（已注销）)",
    ) {
        let value = |from: usize, to: usize| number[from..to].parse::<u32>().unwrap();
        let (year, month, day) = (&number[6..10], value(10, 12), value(12, 14));
        let chinese = |text: &str| spelled(text, "〇一二三四五六七八九");
        let tens = |value: u32| {
            let text = match (value / 10, value % 10) {
                (0, ones) => format!("{ones}"),
                (1, 0) => "十".to_owned(),
                (1, ones) => format!("十{ones}"),
                (tens, 0) => format!("{tens}十"),
                (tens, ones) => format!("{tens}十{ones}"),
            };
            chinese(&text)
        };
        let date = match form {
            0 => format!("{year}年{month}月{day}日"),
            1 => format!("{year}年{month:02}月{day:02}日"),
            2 => format!("{}年{}月{}日", chinese(year), tens(month), tens(day)),
            3 => format!("{year}年{month}月{day}号"),
            4 => format!("{year}-{month}-{day}"),
            5 => format!("{year}.{month:02}.{day:02}"),
            _ => format!("{year}/{month}/{day}"),
        };
        let tail = match (wrong, number.ends_with('7')) {
            (false, _) => number[14..].to_owned(),
            (true, seven) => format!("{}{}", &number[14..17], if seven { '8' } else { '7' }),
        };
        // Without a word that ends it a date and a serial number need a sign between.
        let after_date = if form >= 4 && after_date.is_empty() { " " } else { after_date };
        let between = if form >= 4 && between == "-" { " " } else { between };
        // A date alone is told from papers by its year, and commas part it from what follows.
        let region = region || &number[6..10] > "2012" || after_date == "，";
        let head = if region { format!("{}{between}", written(&number[..6], &[], "", script, &[])) } else { String::new() };
        let text = format!("{before}{head}{date}{after_date}{tail}{after}");
        let masked = mask_numbers_in_text(&text);
        prop_assert!(!masked.contains(&date), "{} → {}", text, masked);
        prop_assert!(masked.matches('*').count() >= 6, "{} → {}", text, masked);
    }

    #[test]
    fn no_number_with_anything_short_between_its_parts_survives(
        number in identity(),
        cuts in prop::sample::select(vec![vec![6, 14], vec![6, 10, 14], vec![6, 10, 12, 14], vec![6, 10, 12, 14, 17]]),
        between in prop::sample::select(vec![
            "&", " & ", "＆", "\t", "和", "与", "及", "→", "->", "=>", "和\t", "|", "%", "@", "$", "；", "[", "]", "】【", "❤", "\n\n", "接着",
        ]),
        spaces in 0usize..120,
        blank in prop::bool::ANY,
        wrong in prop::bool::ANY,
        before in "(|第3行：|证号|张三 )",
        after in "(|。|，男|（已注销）)",
    ) {
        let last = if number.ends_with('7') { '8' } else { '7' };
        let number = if wrong { format!("{}{last}", &number[..17]) } else { number };
        let spaces = " ".repeat(spaces);
        let form = written(&number, &cuts, if blank { &spaces } else { between }, 0, &[]);
        let text = format!("{before}{form}{after}");
        let masked = mask_numbers_in_text(&text);
        prop_assert!(masked.matches('*').count() >= 8, "{} → {}", text, masked);
        prop_assert!(!folded(&masked).contains(&number[..17]), "{} → {}", text, masked);
    }

    #[test]
    fn no_number_in_other_signs_for_digits_survives(
        number in identity(),
        cuts in prop::sample::select(vec![vec![], vec![6, 14], vec![6], vec![9], (1..18).collect::<Vec<usize>>()]),
        between in prop::sample::select(vec!["", " ", "-"]),
        signs in prop::sample::select(vec![
            "〇〡〢〣〤〥〦〧〨〩", "0𝍠𝍡𝍢𝍣𝍤𝍥𝍦𝍧𝍨", "0𝍩𝍪𝍫𝍬𝍭𝍮𝍯𝍰𝍱", "0㈠㈡㈢㈣㈤㈥㈦㈧㈨", "0㊀㊁㊂㊃㊄㊅㊆㊇㊈",
            "О1234567В9", "ΟΙ2З4Ѕб789", "ОІƧЗЧЅб7ВԚ", "θӀΖЭч5ь7βԛ",
        ]),
        plain in prop::collection::vec(prop::bool::ANY, 18),
        before in "(|第3行：|证号|张三 )",
        after in "(|。|，男|（已注销）)",
    ) {
        let signs: Vec<char> = signs.chars().collect();
        let mut form = String::new();
        for (at, c) in number.chars().enumerate() {
            if at > 0 && cuts.contains(&at) {
                form += between;
            }
            form.push(c.to_digit(10).filter(|_| !plain[at]).map_or(c, |digit| signs[digit as usize]));
        }
        let text = format!("{before}{form}{after}");
        let masked = mask_numbers_in_text(&text);
        prop_assert!(masked.matches('*').count() >= 8, "{} → {}", text, masked);
        prop_assert!(!folded(&masked).contains(&number[..17]), "{} → {}", text, masked);
    }

    #[test]
    fn no_phone_in_brackets_or_over_two_lines_survives(
        number in "1[3-9][0-9]{9}",
        form in 0usize..8,
        before in "(|电话|联系人：张三 |a_)",
        after in "(|。|，男|（停机）)",
    ) {
        let (a, b, c) = (&number[..3], &number[3..7], &number[7..]);
        let form = match form {
            0 => format!("{a}({b}){c}"),
            1 => format!("({a}){b}{c}"),
            2 => format!("{a}（{b}）{c}"),
            3 => format!("【{a}】{b}-{c}"),
            4 => format!("{a}\n{b}{c}"),
            5 => format!("{a}{b}\r\n{c}"),
            6 => format!("[{a}]{b}[{c}]"),
            _ => format!("{a} \n {b}{c}"),
        };
        let text = format!("{before}{form}{after}");
        let masked = mask_numbers_in_text(&text);
        prop_assert!(!folded(&masked).contains(&number), "{} → {}", text, masked);
    }

    #[test]
    fn no_number_survives_in_what_resembles_a_record_id(
        number in identity(),
        source in "[a-z]{1,3}(_[a-z]{1,2})?",
        cut in prop::sample::select(vec![18usize, 17, 14, 6]),
    ) {
        let (head, rest) = number.split_at(cut);
        let rest = if rest.is_empty() || cut == 17 { "r5".to_owned() } else { format!("r{rest}") };
        let text = format!("{source}{head}:1351869b.{rest}");
        let masked = mask_numbers_in_text(&text.to_lowercase()).into_owned();
        prop_assert!(cut < 14 || masked.matches('*').count() >= 6, "{} → {}", text, masked);
    }

    #[test]
    fn dates_and_amounts_of_papers_stay(
        (year, month, day) in (2013u32..2031, 1u32..13, 1u32..32),
        (amount, unit) in (100u32..100_000, prop::sample::select(vec!["元", "户", "人", "%", "平方米"])),
        form in 0usize..6,
    ) {
        let text = match form {
            0 => format!("{year}年{month}月{day}日 {amount}{unit}"),
            1 => format!("{year}-{month:02}-{day:02} {amount}"),
            2 => format!("{year}{month:02}{day:02} {amount}{unit}"),
            3 => format!("{year}年{month}月{day}日至{}年{month}月{day}日共{amount}{unit}", year + 1),
            4 => format!("{}年{month}月{day}日：{amount}{unit}", year - 30),
            _ => format!("{year}/{month}/{day}，{amount}{unit}"),
        };
        prop_assert_eq!(mask_numbers_in_text(&text), text.as_str());
    }

    #[test]
    fn no_number_spelled_with_letters_survives(
        number in identity(),
        damage in 0usize..3,
        cuts in prop::sample::select(vec![
            vec![], vec![6, 14], vec![6], vec![9], vec![6, 10, 12, 14], vec![4, 8, 12, 16], vec![3, 6, 9, 12, 15],
            (1..18).collect::<Vec<usize>>(), vec![14], vec![10],
        ]),
        between in prop::sample::select(vec![" ", "-", ".", "，", "、", "    ", "/", "_", ","]),
        share in prop::sample::select(vec![1u8, 2, 3, 4]),
        dice in prop::collection::vec(0u8..4, 18),
        choices in prop::collection::vec(0usize..60, 18),
        before in "(|第3行：|证号|张三 |a_|No|ID|NO[.])",
        after in "(|。|，男|（已注销）|\\.csv|号l|old)",
    ) {
        let number = match damage {
            // Whole; with a wrong check character; the last one lost.
            0 => number,
            1 => format!("{}{}", &number[..17], if number.ends_with('7') { '8' } else { '7' }),
            _ => number[..17].to_owned(),
        };
        let letters: Vec<bool> = dice.iter().map(|&d| d < share).collect();
        let form = spelled_with_letters(&number, &cuts, between, &letters, &choices);
        let text = format!("{before}{form}{after}");
        let masked = mask_numbers_in_text(&text);
        prop_assert!(masked.matches('*').count() >= 8, "{} → {}", text, masked);
        prop_assert!(!folded(&masked).contains(&number[..17]), "{} → {}", text, masked);
    }

    #[test]
    fn no_person_s_number_survives_as_a_household_s(
        number in identity(),
        kept in prop::sample::select(vec![15usize, 17, 18]),
        cuts in prop::sample::select(vec![vec![], vec![6, 14], vec![6], vec![9]]),
        between in prop::sample::select(vec![" ", "-", "\u{200B}"]),
        letters in prop::collection::vec(0usize..17, 0..3),
        before in "(|CA[|]家庭编号[|]410621[|]|张三)",
    ) {
        let masked = mask_persons_in_code(&format!("{before}{}", written(&number[..kept], &cuts, between, 0, &letters)));
        prop_assert!(masked.matches('*').count() >= 6, "{} → {}", number, masked);
    }

    #[test]
    fn a_household_s_number_of_county_year_and_serial_stays(
        county in prop::sample::select(vec!["410602", "410611", "410621", "410622"]),
        year in 1990u32..2030,
        serial in 0u32..10_000,
    ) {
        let number = format!("{county}{year}{serial:04}");
        prop_assert_eq!(mask_persons_in_code(&number), number);
    }

    #[test]
    fn no_phone_spelled_with_letters_survives(
        number in "1[3-9][0-9]{9}",
        parts in prop::sample::select(vec![vec![], vec![3, 7], vec![3], vec![7]]),
        between in prop::sample::select(vec![" ", "-", "."]),
        choices in prop::collection::vec(0usize..60, 11),
        letters in prop::collection::vec(prop::bool::ANY, 11),
        before in "(|电话|张三 |a_)",
        after in "(|。|，男|（停机）)",
    ) {
        // A word of letters and nothing else is no part of a number.
        let letters: Vec<bool> =
            letters.iter().enumerate().map(|(at, &letter)| letter && (parts.is_empty() || ![2, 5, 9].contains(&at))).collect();
        let text = format!("{before}{}{after}", spelled_with_letters(&number, &parts, between, &letters, &choices));
        let masked = mask_numbers_in_text(&text);
        prop_assert!(!folded(&masked).contains(&number), "{} → {}", text, masked);
    }

    #[test]
    fn no_written_phone_survives(
        number in "1[3-9][0-9]{9}",
        cuts in prop::sample::select(vec![vec![], vec![3, 7], vec![3], vec![4, 8], vec![7], vec![3, 6], (1..11).collect::<Vec<usize>>()]),
        between in prop::sample::select(vec![" ", "-", "\u{A0}", "\u{200B}", ".", "—", "\u{3000}"]),
        script in 0usize..6,
        before in "(|电话|联系人：张三 |a_)",
        after in "(|。|，男|（停机）)",
    ) {
        let text = format!("{before}{}{after}", written(&number, &cuts, between, script, &[]));
        let masked = mask_numbers_in_text(&text);
        prop_assert!(!folded(&masked).contains(&number), "{} → {}", text, masked);
    }

    #[test]
    fn any_text_is_masked_once_for_all(text in "[0-9OlX .,'\\-\u{200B}①四〇年\t|/]{0,40}") {
        let masked = mask_numbers_in_text(&text).into_owned();
        prop_assert_eq!(masked.matches('*').count() > 0, holds_long_number(&text));
        prop_assert!(masked.chars().count() <= text.chars().count());
    }
}
