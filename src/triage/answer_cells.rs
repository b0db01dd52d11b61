//! Cells of answers as people write them: words with blanks and full stops, days in every form, amounts with units.

use jiff::civil::Date;

use super::returned_sheet::half_width;
use crate::model::written_date::{parse_written_date, parse_written_month};

/// What withdraws an answer.
pub(super) const WITHDRAWN: &str = "撤回";
/// Months that a payment may be stopped from, years before and behind the day of import.
const YEARS_BEFORE: i16 = 20;

/// A word as it is compared: without blanks, width, marks at its ends and a number before it (`1.属实`, `"属实。"`).
pub(super) fn plain_word(text: &str) -> String {
    let folded: String =
        text.chars().map(half_width).filter(|c| !c.is_whitespace() && !c.is_control()).collect();
    let marks = |c: char| {
        c.is_ascii_punctuation() && !matches!(c, '(' | ')' | '/') || "。；，、：！？“”‘’·".contains(c)
    };
    let bare = folded.trim_matches(marks);
    let numbered = bare.trim_start_matches(|c: char| c.is_ascii_digit());
    let bare = match numbered.len() < bare.len() && numbered.starts_with(['.', '、', ')', '-']) {
        true => numbered.trim_start_matches(['.', '、', ')', '-']),
        false => bare,
    };
    bare.to_owned()
}

/// The choice that a text means. An empty text is none; where there are no choices any text is one.
///
/// # Errors
/// None is meant: the choices that are nearest, none if nothing is near.
pub(super) fn choice_of(text: &str, choices: &[String]) -> Result<String, Vec<String>> {
    let word = plain_word(text);
    if choices.is_empty() || word.is_empty() {
        return Ok(text.trim().to_owned());
    }
    if let Some(choice) = choices.iter().find(|choice| plain_word(choice) == word) {
        return Ok(choice.clone());
    }
    Err(nearest(&word, choices))
}

/// The choices with the fewest changes, if they share anything with the word.
fn nearest(word: &str, choices: &[String]) -> Vec<String> {
    let changes = |choice: &String| distance(word, &plain_word(choice));
    let Some(fewest) = choices.iter().map(changes).min() else { return Vec::new() };
    let shares = |choice: &&String| fewest < word.chars().count() + plain_word(choice).chars().count();
    choices.iter().filter(|choice| changes(choice) == fewest).filter(shares).cloned().collect()
}

/// Characters to put in and to leave out: another in its place is both, so that what two words share counts.
fn distance(one: &str, other: &str) -> usize {
    let other: Vec<char> = other.chars().collect();
    let mut row: Vec<usize> = (0..=other.len()).collect();
    for (at, a) in one.chars().enumerate() {
        let mut before = std::mem::replace(&mut row[0], at + 1);
        for (column, &b) in other.iter().enumerate() {
            let above = row[column + 1];
            let changed = before + 2 * usize::from(a != b);
            row[column + 1] = changed.min(above + 1).min(row[column] + 1);
            before = above;
        }
    }
    row[other.len()]
}

/// A day as people and spreadsheets write it.
///
/// # Errors
/// What it lacks, Chinese.
pub(super) fn day_of(text: &str) -> Result<Date, String> {
    let plain: String = text.chars().map(half_width).filter(|c| !c.is_whitespace()).collect();
    // A time of day needs the blank before it.
    let spaced: String = text.chars().map(half_width).collect();
    let read = parse_written_date(spaced.trim()).or_else(|| parse_written_date(&plain));
    match read {
        Some(read) => match read.day {
            Some(day) => {
                Date::new(read.year as i16, read.month as i8, day as i8).map_err(|_| "不是日期".to_owned())
            }
            None => Err("没有写哪一日".to_owned()),
        },
        None if lacks_year(&plain) => Err("没有写年份".to_owned()),
        None => Err("看不出是哪一天".to_owned()),
    }
}

/// `10月8日`, `10.8`, `10-8`, `10/8`.
fn lacks_year(text: &str) -> bool {
    let text = text.trim_end_matches(['日', '号']);
    let parts: Vec<&str> = text.split(['月', '.', '-', '/']).collect();
    matches!(&parts[..], [month, day]
        if month.parse::<u8>().is_ok_and(|m| (1..=12).contains(&m)) && day.parse::<u8>().is_ok_and(|d| (1..=31).contains(&d)))
}

/// An amount in yuan, as hundredths.
///
/// # Errors
/// Why it is none, Chinese.
pub(crate) fn fen_of(text: &str) -> Result<i64, String> {
    let folded: String = text.chars().map(half_width).filter(|c| !c.is_whitespace()).collect();
    let bare = folded.trim_start_matches(['￥', '¥']).trim_end_matches('元').replace(',', "");
    let wrong = || "不是金额，写数字，单位是元".to_owned();
    if bare.contains('万') {
        return Err("写成多少元，不要用“万”".to_owned());
    }
    let (whole, cents) = bare.split_once('.').unwrap_or((&bare, ""));
    let digits = |part: &str| part.bytes().all(|b| b.is_ascii_digit());
    if bare.starts_with('-') {
        return Err("追缴的金额不能是负数".to_owned());
    }
    if whole.is_empty() || whole.len() > 12 || !digits(whole) || !digits(cents) {
        return Err(wrong());
    }
    let cents = cents.trim_end_matches('0');
    if cents.len() > 2 {
        return Err("小数超过两位".to_owned());
    }
    let (whole, cents): (i64, i64) =
        (whole.parse().map_err(|_| wrong())?, format!("{cents:0<2}").parse().map_err(|_| wrong())?);
    Ok(whole * 100 + cents)
}

/// A month, `yyyymm`.
///
/// # Errors
/// Why it is none, Chinese.
pub(crate) fn month_of(text: &str, today: Date) -> Result<i32, String> {
    let plain: String = text.chars().map(half_width).filter(|c| !c.is_whitespace()).collect();
    let read = parse_written_month(&plain);
    let month = match read {
        Some(month) if month.doubtful => return Err("看不出是1月还是10月，写成 2018年10月 的样子".to_owned()),
        Some(month) => month.month,
        // A month typed into a cell of days comes as a serial number.
        None => match day_of(&plain) {
            Ok(day) => i32::from(day.year()) * 100 + i32::from(day.month()),
            Err(_) if plain.trim_end_matches(['月', '份']).parse::<u8>().is_ok() => {
                return Err("没有写年份".to_owned());
            }
            Err(_) => return Err("看不出是哪一个月，写成 2018年10月 的样子".to_owned()),
        },
    };
    let year = month / 100;
    let known = i32::from(today.year() - YEARS_BEFORE)..=i32::from(today.year()) + 1;
    if known.contains(&year) { Ok(month) } else { Err(format!("{year}年离今天太远")) }
}

#[cfg(test)]
mod tests {
    use jiff::civil::date;

    use super::*;

    fn verdicts() -> Vec<String> {
        ["属实", "部分属实", "不属实", "不是同一人", "已整改"].map(str::to_owned).to_vec()
    }

    #[test]
    fn words_are_known_however_they_are_written() {
        for (text, choice) in [
            ("属实。", "属实"),
            (" 不 属 实", "不属实"),
            ("“已整改”！", "已整改"),
            ("1.属实", "属实"),
            ("2、不属实；", "不属实"),
            ("部分\n属实", "部分属实"),
        ] {
            assert_eq!(choice_of(text, &verdicts()).as_deref(), Ok(choice), "{text}");
        }
        let near = |text: &str| choice_of(text, &verdicts()).unwrap_err();
        assert_eq!(near("基本属实"), ["属实"]);
        assert_eq!(near("整改了"), ["已整改"]);
        assert!(near("√").is_empty());
        assert_eq!(choice_of("随便写", &[]).as_deref(), Ok("随便写"));
    }

    #[test]
    fn days_are_read_in_every_form_and_need_a_year() {
        for text in [
            "2018.10.8",
            "2018/10/8",
            "2018-10-08",
            "20181008",
            "2018年10月8日",
            "43381",
            "２０１８．１０．８",
            "2018-10-08 00:00:00",
            "2018年10月8号",
            " 2018 . 10 . 8 ",
        ] {
            assert_eq!(day_of(text), Ok(date(2018, 10, 8)), "{text}");
        }
        for (text, why) in [
            ("10月8日", "没有写年份"),
            ("10.8", "没有写年份"),
            ("2018年10月", "没有写哪一日"),
            ("18.10.8", "看不出"),
            ("10/8/2018", "看不出"),
            ("昨天", "看不出"),
            ("2018-02-30", "看不出"),
        ] {
            assert!(day_of(text).unwrap_err().contains(why), "{text}: {:?}", day_of(text));
        }
    }

    #[test]
    fn amounts_are_hundredths_of_a_yuan() {
        for (text, fen) in [("1200", 120_000), ("1,200.5元", 120_050), ("￥０.3０", 30), ("1200.00", 120_000)]
        {
            assert_eq!(fen_of(text), Ok(fen), "{text}");
        }
        for text in ["-3", "1.2万", "1.234", "多", "4.1E+17", "", "1e3"] {
            assert!(fen_of(text).is_err(), "{text}");
        }
    }

    #[test]
    fn months_need_their_year() {
        let today = date(2018, 11, 1);
        for text in ["201810", "2018年10月", "2018.10", "2018-10-01", "2018/10"] {
            assert_eq!(month_of(text, today), Ok(201_810), "{text}");
        }
        for text in ["10月", "10", "2018.1", "1918年10月", "下月"] {
            assert!(month_of(text, today).is_err(), "{text}");
        }
    }
}
