//! Counts, amounts and areas: thousands separators, units, what a spreadsheet made of them.

use crate::model::column_type::ContractType;

use crate::model::unit;

/// Most fen of an amount, most 1/100 m² of an area: ten trillion yuan, a hundred times the country. A
/// greater number is an account or ID number that slipped into the column; sums over a list of them
/// would not fit their type.
const MOST: i64 = 1_000_000_000_000_000;

/// A decimal number: `mantissa` / 10^`scale`; `scale` is at most 30.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
struct ScaledNumber {
    mantissa: i64,
    scale: u32,
}

impl ScaledNumber {
    /// Times `factor`, rounded half away from zero; `None` on overflow.
    fn times(self, factor: i64) -> Option<i64> {
        let product = i128::from(self.mantissa) * i128::from(factor);
        let divisor = 10i128.pow(self.scale);
        let half = if product < 0 { -divisor / 2 } else { divisor / 2 };
        i64::try_from((product + half) / divisor).ok()
    }
}

/// Splits a leading number from what follows it.
fn split_leading_number(text: &str) -> Option<(ScaledNumber, &str)> {
    let (negative, mut rest) = match text.as_bytes().first()? {
        b'-' => (true, &text[1..]),
        b'+' => (false, &text[1..]),
        _ => (false, text),
    };
    let mut mantissa: i64 = 0;
    let mut scale = 0u32;
    let mut seen = 0usize;
    let mut since_comma: Option<usize> = None;
    let mut point = false;
    let bytes = rest.as_bytes();
    let mut at = 0;
    while at < bytes.len() {
        match bytes[at] {
            digit @ b'0'..=b'9' => {
                seen += 1;
                since_comma = since_comma.map(|n| n + 1);
                // Digits beyond the ninth decimal are noise of binary floating point.
                if !point || scale < 9 {
                    mantissa = mantissa.checked_mul(10)?.checked_add(i64::from(digit - b'0'))?;
                    scale += u32::from(point);
                }
            }
            b',' if !point && seen > 0 && since_comma.is_none_or(|n| n == 3) => since_comma = Some(0),
            b'.' if !point && seen > 0 => {
                point = true;
                if since_comma.is_some_and(|n| n != 3) {
                    return None;
                }
                since_comma = None;
            }
            _ => break,
        }
        at += 1;
    }
    if seen == 0 || since_comma.is_some_and(|n| n != 3) {
        return None;
    }
    rest = &rest[at..];
    let mut number = ScaledNumber { mantissa: if negative { -mantissa } else { mantissa }, scale };
    if let Some(exponent) = rest.strip_prefix(['e', 'E']) {
        let length = exponent.bytes().take_while(|b| b.is_ascii_digit() || matches!(b, b'+' | b'-')).count();
        let power: i64 = exponent[..length].parse().ok()?;
        rest = &exponent[length..];
        let scale = i64::from(number.scale).checked_sub(power)?;
        if !(-12..=30).contains(&scale) {
            return None;
        }
        if scale < 0 {
            number.mantissa = number.mantissa.checked_mul(10i64.pow(u32::try_from(-scale).ok()?))?;
        }
        number.scale = u32::try_from(scale).unwrap_or(0);
    }
    Some((number, rest.trim_start()))
}

/// A whole number, with a counting word at most.
pub(super) fn parse_integer(text: &str) -> Option<i32> {
    let (number, rest) = split_leading_number(text)?;
    let word = matches!(
        rest,
        "" | "人"
            | "口"
            | "口人"
            | "个"
            | "户"
            | "岁"
            | "年"
            | "年度"
            | "月"
            | "个月"
            | "月份"
            | "天"
            | "日"
            | "次"
            | "间"
            | "名"
    );
    let value = number.times(1)?;
    let whole = i128::from(number.mantissa) == i128::from(value) * 10i128.pow(number.scale);
    if word && whole { i32::try_from(value).ok() } else { None }
}

/// How the amounts of a column are read.
#[derive(Debug, Clone, Copy)]
pub(super) struct AmountForm {
    /// Money or area.
    pub kind: ContractType,
    /// Factor of bare numbers.
    pub factor: i64,
    /// Months that an amount is for, where the contract says so.
    pub months: Option<i64>,
    /// Months that a bare number is for, where the header says so.
    pub written: Option<i64>,
    /// May be less than nothing.
    pub negative: bool,
}

/// An amount as a column wants it.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) struct ReadAmount {
    /// In fen, or in 1/100 m².
    pub value: i64,
    /// True if it is written for another time than the column's.
    pub converted: bool,
}

/// Why a text is no amount of a column.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum NoAmount {
    /// Not a number in a unit of the column, or more than there is ([`MOST`]).
    Number,
    /// For another time, or for each person.
    Rate,
    /// Less than nothing.
    Negative,
}

/// An amount (in fen) or an area (in 1/100 m²). A unit in the cell comes before the factor of bare numbers.
///
/// # Errors
/// What is wrong with it.
pub(super) fn parse_amount(form: AmountForm, text: &str) -> Result<ReadAmount, NoAmount> {
    let AmountForm { kind, factor, months, written, negative } = form;
    let text = match kind {
        ContractType::Money => text.trim_start_matches(['¥', '\u{FFE5}', '$']).trim_start(),
        _ => text,
    };
    let (number, rest) = split_leading_number(text).ok_or(NoAmount::Number)?;
    let behind = WordsBehind::read(kind, rest)?;
    let factor = behind.factor.unwrap_or(factor);
    let value = number.times(factor).filter(|value| value.unsigned_abs() <= MOST.unsigned_abs());
    let mut value = value.ok_or(NoAmount::Number)?;
    let mut converted = false;
    let said = match (behind.rate, written) {
        (None, Some(written)) => WrittenRate::Months(written),
        (rate, _) => rate.unwrap_or(WrittenRate::None),
    };
    if kind == ContractType::Area {
        if let WrittenRate::Other = said {
            return Err(NoAmount::Rate);
        }
    } else {
        match (said, months) {
            (WrittenRate::None, _) => {}
            (WrittenRate::Months(written), Some(wanted)) if written == wanted => {}
            (WrittenRate::Months(written), Some(wanted)) => {
                let product = value * wanted;
                let half = if product < 0 { -written / 2 } else { written / 2 };
                value = (product + half) / written;
                converted = true;
            }
            _ => return Err(NoAmount::Rate),
        }
    }
    if value < 0 && !negative { Err(NoAmount::Negative) } else { Ok(ReadAmount { value, converted }) }
}

/// What an amount is written to be for.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum WrittenRate {
    /// It does not say.
    None,
    Months(i64),
    /// For each person, or for a time that is no number of months.
    Other,
}

/// What stands behind the number of an amount: a unit, and a rate, be it in brackets.
#[derive(Debug, Clone, Copy, Default)]
struct WordsBehind {
    factor: Option<i64>,
    rate: Option<WrittenRate>,
}

impl WordsBehind {
    /// Reads all of it: a word that nobody knows may change the amount.
    fn read(kind: ContractType, rest: &str) -> Result<Self, NoAmount> {
        let mut behind = Self::default();
        if rest.is_empty() {
            return Ok(behind);
        }
        let plain: String = rest.chars().filter(|c| !c.is_whitespace()).map(plain_bracket).collect();
        for (at, part) in plain.split(['(', ')']).enumerate() {
            let part = part.strip_prefix("单位").unwrap_or(part).trim_start_matches([':', '\u{FF1A}']);
            behind.add(kind, part, at > 0)?;
        }
        Ok(behind)
    }
    /// Adds the words of one bracket, or those before it.
    fn add(&mut self, kind: ContractType, part: &str, in_brackets: bool) -> Result<(), NoAmount> {
        let word = part.split(['/', '每', '·', '整']).next().unwrap_or("");
        let mut rate = part[word.len()..].trim_start_matches('整');
        let word = word.strip_suffix("人民币").filter(|word| !word.is_empty()).unwrap_or(word);
        match unit::unit_factor(kind, word) {
            Some(factor) if self.factor.is_none_or(|other| other == factor) => self.factor = Some(factor),
            Some(_) => return Err(NoAmount::Number),
            None if word.is_empty() => {}
            // (年), (全年), (12个月).
            None if in_brackets && rate.is_empty() => rate = part,
            None => return Err(NoAmount::Number),
        }
        match amount_rate(rate) {
            None => Err(NoAmount::Number),
            Some(WrittenRate::None) => Ok(()),
            Some(said) if self.rate.is_some_and(|other| other != said) => Err(NoAmount::Rate),
            said => {
                self.rate = said;
                Ok(())
            }
        }
    }
}

/// Any opening or closing bracket as a round one.
pub(super) fn plain_bracket(c: char) -> char {
    match c {
        '\u{FF08}' | '[' | '\u{FF3B}' | '【' | '〔' | '{' | '\u{FF5B}' | '<' | '〈' | '《' => '(',
        '\u{FF09}' | ']' | '\u{FF3D}' | '】' | '〕' | '}' | '\u{FF5D}' | '>' | '〉' | '》' => ')',
        c => c,
    }
}

/// What a rate behind an amount says; `None` if there are words in it that nobody knows.
fn amount_rate(rate: &str) -> Option<WrittenRate> {
    // What takes more than one character comes before its parts; of 学期 and 户 the column itself is.
    const WORDS: [&str; 28] = [
        "半年",
        "季度",
        "年度",
        "月度",
        "个月",
        "学期",
        "学年",
        "平方米",
        "平米",
        "全年",
        "季",
        "年",
        "月",
        "人",
        "生",
        "口",
        "天",
        "日",
        "周",
        "次",
        "亩",
        "平",
        "户",
        "家",
        "/",
        "每",
        "·",
        "按",
    ];
    let bare = rate.trim_start_matches(['/', '每', '·', '按']);
    // 12个月, 1年.
    let digits = bare.len() - bare.trim_start_matches(|c: char| c.is_ascii_digit()).len();
    if digits > 0 {
        let count = bare[..digits].parse::<i64>().ok().filter(|count| (1..=120).contains(count))?;
        return unit::months_of_unit(&bare[digits..]).map(|months| WrittenRate::Months(count * months));
    }
    let mut rest = rate;
    while !rest.is_empty() {
        rest = WORDS.iter().find_map(|word| rest.strip_prefix(word))?;
    }
    Some(written_rate(rate))
}

/// What `/年`, `每人每月` say.
pub(super) fn written_rate(rate: &str) -> WrittenRate {
    if rate.contains(['人', '天', '日', '周', '次', '口', '亩', '平', '㎡']) {
        return WrittenRate::Other;
    }
    let times = [("半年", 6), ("季", 3), ("年", 12), ("月", 1)];
    let Some(&(word, months)) = times.iter().find(|(word, _)| rate.contains(word)) else {
        return WrittenRate::None;
    };
    // One time only: 元/年/月 says nothing.
    if rate.replacen(word, "", 1).contains(['年', '月', '季']) {
        WrittenRate::Other
    } else {
        WrittenRate::Months(months)
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use proptest::prelude::*;

    /// As a column reads it that is per month and may hold less than nothing.
    fn parse_measured_number(kind: ContractType, text: &str, factor: i64) -> Option<i64> {
        parse_amount(AmountForm { kind, factor, months: Some(1), written: None, negative: true }, text)
            .ok()
            .map(|amount| amount.value)
    }

    #[test]
    fn amounts_for_a_time_are_converted_only_where_the_contract_says_for_which() {
        let read = |text: &str, months, negative| {
            parse_amount(
                AmountForm { kind: ContractType::Money, factor: 100, months, written: None, negative },
                text,
            )
            .map(|amount| amount.value)
        };
        for (text, month, year) in [
            ("5400元/年", 45_000, 540_000),
            ("1350元/季", 45_000, 540_000),
            ("1350元/季度", 45_000, 540_000),
            ("450/月", 45_000, 540_000),
            ("450元每月", 45_000, 540_000),
            ("2700元/半年", 45_000, 540_000),
            ("100元/年", 833, 10_000),
        ] {
            assert_eq!(read(text, Some(1), false), Ok(month), "{text}");
            assert_eq!(read(text, Some(12), false), Ok(year), "{text}");
            assert_eq!(read(text, None, false), Err(NoAmount::Rate), "{text}");
        }
        for text in ["450元每人每年", "450元/人/月", "15元/天", "450元每人每月"] {
            assert_eq!(read(text, Some(1), false), Err(NoAmount::Rate), "{text}");
        }
        assert_eq!(read("-450", None, false), Err(NoAmount::Negative));
        assert_eq!(read("-450", None, true), Ok(-45_000));
    }

    #[test]
    fn integers() {
        for (text, value) in [
            ("3", 3),
            ("3.0", 3),
            ("1,234", 1234),
            ("2018年", 2018),
            ("4人", 4),
            ("6个月", 6),
            ("-2", -2),
            ("1E3", 1000),
        ] {
            assert_eq!(parse_integer(text), Some(value), "{text}");
        }
        for text in ["", "3.5", "三", "3-4", "1,23", "99999999999", "3x", "-", ".", "1e99", ","] {
            assert_eq!(parse_integer(text), None, "{text}");
        }
    }

    #[test]
    fn money_with_units() {
        for (text, fen) in [
            ("450", 45_000),
            ("450元/月", 45_000),
            ("450.5", 45_050),
            ("3,208.00元", 320_800),
            ("1.2万元", 1_200_000),
            ("1.2万", 1_200_000),
            ("¥450", 45_000),
            ("450 元", 45_000),
            ("0.1", 10),
            ("266.66666666666669", 26_667),
            ("-5", -500),
            ("300/月", 30_000),
            ("4.5E2", 45_000),
            ("100元整", 10_000),
            ("50分", 50),
        ] {
            assert_eq!(parse_measured_number(ContractType::Money, text, 100), Some(fen), "{text}");
        }
        for text in ["四百五", "450美金", "450-500", "", "元", "450元450", "12平方米"] {
            assert_eq!(parse_measured_number(ContractType::Money, text, 100), None, "{text}");
        }
        assert_eq!(
            parse_measured_number(ContractType::Money, "1.5", 1_000_000),
            Some(1_500_000),
            "header in 万元"
        );
        assert_eq!(
            parse_measured_number(ContractType::Money, "1.5元", 1_000_000),
            Some(150),
            "the cell's unit comes first"
        );
    }

    #[test]
    fn words_in_brackets_behind_an_amount_are_heeded() {
        let read = |text: &str, months| {
            let form =
                AmountForm { kind: ContractType::Money, factor: 100, months, written: None, negative: false };
            parse_amount(form, text).map(|amount| amount.value)
        };
        for (text, fen) in [
            ("5（万元）", 5_000_000),
            ("5(万)", 5_000_000),
            ("0.5【万元】", 500_000),
            ("5 [单位：万元]", 5_000_000),
            ("5万(元)", 0),
            ("450(元)", 45_000),
            ("450元(人民币)", 45_000),
            ("450元人民币", 45_000),
            ("450元整", 45_000),
            ("5400(元/年)", 45_000),
            ("5400(年)", 45_000),
            ("5400（全年）", 45_000),
            ("5400元（12个月）", 45_000),
            ("5400元/12个月", 45_000),
            ("1350(季度)", 45_000),
            ("450(每月)", 45_000),
            ("450元/户·月", 45_000),
            ("450(每户)", 45_000),
        ] {
            // Two units that are not the same are no unit.
            let wanted = if fen == 0 { Err(NoAmount::Number) } else { Ok(fen) };
            assert_eq!(read(text, Some(1)), wanted, "{text}");
        }
        for text in [
            "450元(含电费)",
            "645（含补发430）",
            "215元（3人共645）",
            "450(约)",
            "450(美元)",
            "450(x)",
            "450元/3",
            "1/2",
            "215/645",
            "450元整数",
            "450元/套",
            "450(2018年)",
            "450(200个月)",
            "5万或元",
            "450(",
        ] {
            let wanted = if text == "450(" { Ok(45_000) } else { Err(NoAmount::Number) };
            assert_eq!(read(text, Some(1)), wanted, "{text}");
        }
        for text in ["215（每人）", "15(元/天)", "450(月)(年)", "450元/月(年)"] {
            assert_eq!(read(text, Some(1)), Err(NoAmount::Rate), "{text}");
        }
        assert_eq!(
            read("2580（12个月）", None),
            Err(NoAmount::Rate),
            "the column does not say for which time it is"
        );
    }

    #[test]
    fn an_exponent_of_any_length_is_a_number_or_none() {
        for exponent in [i32::MIN, i32::MIN + 1, -31, 31, i32::MAX] {
            for mantissa in ["0", "1", "-9.5", "9223372036854775807"] {
                let text = format!("{mantissa}e{exponent}");
                assert_eq!(
                    (parse_integer(&text), parse_measured_number(ContractType::Money, &text, 100)),
                    (None, None),
                    "{text}"
                );
            }
        }
        assert_eq!(parse_integer("1e99999999999999999999"), None);
        assert_eq!(
            (parse_integer("25000e-4"), parse_integer("250e-1"), parse_integer("0.025e3")),
            (None, Some(25), Some(25))
        );
    }

    #[test]
    fn more_money_than_there_is_is_no_amount() {
        assert_eq!(
            parse_measured_number(ContractType::Money, "10000000000000", 100),
            Some(1_000_000_000_000_000)
        );
        for text in ["10000000000000.01", "-10000000000001", "41060219800101", "92233720368547758.07"] {
            assert_eq!(parse_measured_number(ContractType::Money, text, 100), None, "{text}");
        }
        assert_eq!(parse_measured_number(ContractType::Area, "10e12", 100), Some(1_000_000_000_000_000));
        assert_eq!(parse_measured_number(ContractType::Area, "10.1e12", 100), None);
    }

    #[test]
    fn areas() {
        for (text, centi) in
            [("60", 6000), ("60.5平方米", 6050), ("60㎡", 6000), ("60m2", 6000), ("0.1亩", 6667)]
        {
            assert_eq!(parse_measured_number(ContractType::Area, text, 100), Some(centi), "{text}");
        }
        assert_eq!(parse_measured_number(ContractType::Area, "60元", 100), None);
    }

    proptest! {
        #[test]
        fn fen_round_trip(fen in -10_000_000_000i64..10_000_000_000) {
            let sign = if fen < 0 { "-" } else { "" };
            let text = format!("{sign}{}.{:02}", fen.abs() / 100, fen.abs() % 100);
            prop_assert_eq!(parse_measured_number(ContractType::Money, &text, 100), Some(fen));
        }

        /// Every part of a number in every length that it can have in a hostile file.
        #[test]
        fn never_panics(
            sign in "[-+\u{FF0B}\u{2212}]{0,2}",
            digits in prop_oneof!["[0-9,]{0,6}", "[0-9]{17,22}", "0{0,40}[1-9]?", "[\u{FF10}-\u{FF19}]{1,20}"],
            fraction in prop_oneof!["", "\\.[0-9]{0,30}"],
            exponent in prop_oneof!["", "[eE][-+]{0,2}[0-9]{0,3}", "[eE][-+]?[0-9]{9,25}", Just(format!("e{}", i32::MIN))],
            unit in prop_oneof!["", " ?(元|万元|万|亩|人|年|元/月|㎡)", "[-+0-9.,eE元万 ]{0,40}"],
        ) {
            let text = format!("{sign}{digits}{fraction}{exponent}{unit}");
            for factor in [1, 100, 1_000_000] {
                let _ = (parse_integer(&text), parse_measured_number(ContractType::Money, &text, factor), parse_measured_number(ContractType::Area, &text, factor));
            }
        }
    }
}
