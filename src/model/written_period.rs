//! Years, terms, quarters and months as lists, file names and titles write them.
//!
//! `2018`, `2018年度`, `2018秋`, `2018-2019学年第一学期`, `2018Q3`, `2018年第三季度`, `2018年下半年`, `201809`,
//! `2018年9月`, `2018-09-30`, `20180930`. The year comes first and has four digits: nothing is guessed.

use unicode_normalization::UnicodeNormalization as _;

use super::period::{Period, PeriodKind};

/// The months that a text speaks of, `yyyymm`, both included.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord)]
pub(crate) struct WrittenPeriod {
    /// First month.
    pub first: i32,
    /// Last month.
    pub last: i32,
}

impl WrittenPeriod {
    /// A whole year.
    pub(crate) fn year(year: i32) -> Self {
        Self { first: year * 100 + 1, last: year * 100 + 12 }
    }
    /// One month, `yyyymm`.
    pub(crate) fn month(month: i32) -> Self {
        Self { first: month, last: month }
    }
    /// The period of a run.
    pub(crate) fn of(period: Period) -> Self {
        Self { first: period.first_month(), last: period.last_month() }
    }
    /// The school term that holds the end of a period: spring from February to July, autumn from August to January.
    pub(crate) fn term_of(period: Period) -> Self {
        let (year, month) = (i32::from(period.year()), period.last_month() % 100);
        if (2..=7).contains(&month) { spring(year) } else { autumn(year - i32::from(month == 1)) }
    }
    /// True if both speak of a month.
    pub(crate) fn overlaps(self, other: Self) -> bool {
        self.first <= other.last && other.first <= self.last
    }
}

fn spring(year: i32) -> WrittenPeriod {
    WrittenPeriod { first: year * 100 + 2, last: year * 100 + 7 }
}

fn autumn(year: i32) -> WrittenPeriod {
    WrittenPeriod { first: year * 100 + 8, last: (year + 1) * 100 + 1 }
}

fn quarter_months(year: i32, number: i32) -> WrittenPeriod {
    WrittenPeriod { first: year * 100 + number * 3 - 2, last: year * 100 + number * 3 }
}

/// Reads a cell that says a period; `None` if it says none, or something else beside it (`2018春、2018秋`).
pub(crate) fn parse_written_period(text: &str) -> Option<WrittenPeriod> {
    let chars = plain_chars(text);
    read_period(&chars, 0).filter(|(_, end)| says_no_more(&chars[*end..])).map(|(period, _)| period)
}

/// Does what stands behind a period say nothing of its own: `学期`, `份`, a time of day?
fn says_no_more(rest: &[char]) -> bool {
    const WORDS: [&str; 13] =
        ["", "学期", "期", "学年", "度", "份", "日", "底", "末", "初", "内", "上学期", "下学期"];
    let text: String = rest.iter().collect();
    // `2018年秋季学期(秋季)` says the same twice.
    let bare = ["(春)", "(秋)", "(春季)", "(秋季)"].iter().find_map(|again| text.strip_suffix(again));
    let text = bare.unwrap_or(&text);
    let time = text.trim_start_matches([' ', 'T']);
    WORDS.contains(&text)
        || time.contains(':')
            && time.starts_with(|c: char| c.is_ascii_digit())
            && time.chars().all(|c| c.is_ascii_digit() || matches!(c, ':' | '.'))
}

/// The first period that a file name or title speaks of, with its words.
pub(crate) fn find_written_period(text: &str) -> Option<(String, WrittenPeriod)> {
    let chars = plain_chars(text);
    (0..chars.len()).find_map(|at| {
        let (period, end) = read_period(&chars, at)?;
        Some((chars[at..end].iter().collect(), period))
    })
}

/// The quarter that a file name speaks of as such (`2018Q3`, `2018年第三季度`).
pub(crate) fn find_written_quarter(text: &str) -> Option<Period> {
    let chars = plain_chars(text);
    (0..chars.len()).find_map(|at| {
        let (period, end) = read_period(&chars, at)?;
        let quarter =
            chars[at..end].iter().any(|c| matches!(c, 'Q' | 'q' | '季')) && period.last - period.first == 2;
        let number = u8::try_from(period.last % 100 / 3).ok()?;
        quarter.then(|| Period::quarter(i16::try_from(period.first / 100).ok()?, number).ok()).flatten()
    })
}

/// The period that a name speaks of and that is not `period`: a quarter (`2018Q3`, `2018年第三季度`) that does not hold it, or
/// a month as runs are named after (`2025M03`); a run of a quarter takes the lists of its months.
pub(crate) fn find_other_period(text: &str, period: Period) -> Option<Period> {
    let quarter = find_written_quarter(text).filter(|named| *named != period.holding_quarter());
    quarter.or_else(|| {
        let named = find_month_of_run(text)?;
        let other = match period.kind() {
            PeriodKind::Month => named != period,
            PeriodKind::Quarter => named.holding_quarter() != period,
        };
        other.then_some(named)
    })
}

/// The month that is written as runs are named after (`2025M03`), no part of a longer word or number.
fn find_month_of_run(text: &str) -> Option<Period> {
    let chars = plain_chars(text);
    chars.windows(7).enumerate().find_map(|(at, word)| {
        let free = |place: Option<&char>| place.is_none_or(|c| !c.is_ascii_alphanumeric());
        let alone = free(at.checked_sub(1).and_then(|before| chars.get(before))) && free(chars.get(at + 7));
        let named =
            matches!(word[4], 'M' | 'm').then(|| word.iter().collect::<String>().parse().ok()).flatten();
        named.filter(|_| alone)
    })
}

/// Reads the school term of a cell that says one, or a month of it, in the form in which rules compare terms:
/// `2018秋`. `None` where no term, or more than one, is meant: a year, a school year, a number of two digits.
pub(crate) fn parse_term(text: &str) -> Option<String> {
    let mut chars = plain_chars(text);
    // `18秋`: with the word behind it, two digits are a year.
    let short = chars.iter().take_while(|c| c.is_ascii_digit()).count() == 2;
    if short && matches!(chars.get(2), Some('年' | '秋' | '春')) {
        chars.splice(0..0, ['2', '0']);
    }
    let (period, _) = read_period(&chars, 0).filter(|(_, end)| says_no_more(&chars[*end..]))?;
    let year = period.first / 100;
    let terms = [(year - 1, '秋', autumn(year - 1)), (year, '春', spring(year)), (year, '秋', autumn(year))];
    let holds = |term: &WrittenPeriod| term.first <= period.first && period.last <= term.last;
    terms.iter().find(|(_, _, term)| holds(term)).map(|(year, word, _)| format!("{year}{word}"))
}

/// Reads the one year that a cell speaks of; `None` where it says none, or more than one (a school year).
pub(crate) fn parse_year(text: &str) -> Option<i32> {
    let period = parse_written_period(text)?;
    (period.first / 100 == period.last / 100).then_some(period.first / 100)
}

/// The months within a year that a file name speaks of without naming the year (`截至6月底`, `第二季度`), with
/// its words.
pub(crate) fn find_yearless_months(text: &str) -> Option<(String, i32, i32)> {
    let chars = plain_chars(text);
    let told = |from: usize, to: usize| chars[from..to].iter().collect::<String>();
    let digit = |at: usize| chars.get(at).and_then(|c| c.to_digit(10)).map(|d| d as i32);
    (0..chars.len()).find_map(|at| {
        if at > 0 && (digit(at - 1).is_some() || matches!(chars[at - 1], '年' | '度' | '第' | '-' | '.')) {
            return None;
        }
        let word = chars[at] == '第';
        let number = chars.get(at + usize::from(word))?;
        let count = "一二三四".chars().chain("1234".chars()).position(|c| c == *number);
        let end = at + usize::from(word) + 1;
        if let Some(count) =
            count.filter(|_| chars.get(end) == Some(&'季') && chars.get(end + 1) == Some(&'度'))
        {
            let count = count as i32 % 4;
            return Some((told(at, end + 2), count * 3 + 1, count * 3 + 3));
        }
        let width = (at..).take_while(|&at| digit(at).is_some()).count();
        // A long run of digits is a number of something else.
        let month = (1..=2).contains(&width).then_some(at..at + width)?;
        let month = month.into_iter().try_fold(0, |n, at| Some(n * 10 + digit(at)?));
        let month = month.filter(|m| (1..=12).contains(m))?;
        let day = digit(at + width + 1).is_some();
        (chars.get(at + width) == Some(&'月') && !day).then(|| (told(at, at + width + 1), month, month))
    })
}

fn plain_chars(text: &str) -> Vec<char> {
    let mut chars = ascii_chars(text);
    fold_han_years(&mut chars);
    fold_han_months(&mut chars);
    complete_short_years(&mut chars);
    chars
}

/// The value of a Han digit.
fn han_digit(c: char) -> Option<u32> {
    (0..).zip("〇一二三四五六七八九".chars()).find(|(_, digit)| *digit == c).map(|(value, _)| value)
}

/// Writes months in Han digits behind a year (`2018年六月`, `年十二月`) in others.
fn fold_han_months(chars: &mut Vec<char>) {
    let one = |c: Option<&char>| c.and_then(|c| han_digit(*c)).filter(|digit| *digit > 0);
    let mut at = 0;
    while let Some(found) = chars[at..].iter().position(|&c| c == '年') {
        at += found + 1;
        let (month, width) = match (chars.get(at), one(chars.get(at)), one(chars.get(at + 1))) {
            (Some('十'), _, Some(unit)) if unit <= 2 => (10 + unit, 2),
            (Some('十'), ..) => (10, 1),
            (_, Some(unit), _) => (unit, 1),
            _ => continue,
        };
        if chars.get(at + width) == Some(&'月') {
            chars.splice(at..at + width, month.to_string().chars());
        }
    }
}

/// Writes the century before years of two digits that a quarter follows: `18年二季度`, `一八年第二季度`.
fn complete_short_years(chars: &mut Vec<char>) {
    let digit = |c: char| c.to_digit(10).or_else(|| han_digit(c));
    let found = (0..chars.len().saturating_sub(4)).find(|&at| {
        let alone = at == 0 || digit(chars[at - 1]).is_none();
        let year = [chars[at], chars[at + 1]].map(digit);
        let quarter = at + 3 + usize::from(chars[at + 3] == '第');
        alone
            && matches!(year, [Some(1..=3), Some(_)])
            && chars[at + 2] == '年'
            && chars.get(quarter).is_some_and(|c| "一二三四1234".contains(*c))
            && chars.get(quarter + 1) == Some(&'季')
    });
    if let Some(at) = found {
        let year: Vec<char> = [chars[at], chars[at + 1]]
            .into_iter()
            .filter_map(digit)
            .filter_map(|digit| char::from_digit(digit, 10))
            .collect();
        chars.splice(at..at + 2, ['2', '0'].into_iter().chain(year));
    }
}

/// Writes years in Han digits (`二〇一八年`) in others.
fn fold_han_years(chars: &mut [char]) {
    let value = |c: char| match c {
        '○' | '零' | '\u{25EF}' | 'O' | 'o' | '0' => Some(0),
        _ => han_digit(c),
    };
    for at in 0..chars.len().saturating_sub(3) {
        let century = matches!((chars[at], value(chars[at + 1])), ('二', Some(0)) | ('一', Some(9)));
        let behind = chars.get(at + 4).is_none_or(|&c| c == '年' || value(c).is_none());
        let digits: Option<Vec<char>> =
            chars[at..at + 4].iter().map(|&c| char::from_digit(value(c)?, 10)).collect();
        if let Some(digits) = digits.filter(|_| century && behind) {
            chars[at..at + 4].copy_from_slice(&digits);
        }
    }
}

fn ascii_chars(text: &str) -> Vec<char> {
    let mut chars: Vec<char> = Vec::new();
    let mut parted = false;
    for c in text.nfkc() {
        if c.is_whitespace() {
            parted = true;
            continue;
        }
        // A space parts two numbers (a day and a time); elsewhere it means nothing.
        if parted && c.is_ascii_digit() && chars.last().is_some_and(char::is_ascii_digit) {
            chars.push(' ');
        }
        parted = false;
        chars.push(c);
    }
    chars
}

/// Reads a period whose year begins at `at`; with the place behind it.
fn read_period(chars: &[char], at: usize) -> Option<(WrittenPeriod, usize)> {
    let digit = |at: usize| chars.get(at).and_then(|c| c.to_digit(10)).map(|d| d as i32);
    let number = |from: usize, to: usize| (from..to).try_fold(0, |n, at| Some(n * 10 + digit(at)?));
    let run = |from: usize| (from..).take_while(|&at| digit(at).is_some()).count();
    if at > 0 && digit(at - 1).is_some() {
        return None;
    }
    let length = run(at);
    let year =
        number(at, at + 4).filter(|year| (1990..=2099).contains(year) && matches!(length, 4 | 6 | 8))?;
    let month_of = |month: i32| (1..=12).contains(&month).then(|| WrittenPeriod::month(year * 100 + month));
    if length > 4 {
        let day = if length == 8 { number(at + 6, at + 8)? } else { 1 };
        return Some((month_of(number(at + 4, at + 6)?)?, at + length)).filter(|_| (1..=31).contains(&day));
    }
    let mut next = at + 4;
    let is = |at: usize, wanted: &str| wanted.chars().enumerate().all(|(i, c)| chars.get(at + i) == Some(&c));
    if matches!(chars.get(next), Some('-' | '—' | '–' | '~' | '至' | '/')) && run(next + 1) == 4 {
        // A school year.
        if number(next + 1, next + 5)? != year + 1 {
            return Some((WrittenPeriod::year(year), next));
        }
        next += 5;
        for word in ["学年度", "学年"] {
            if is(next, word) {
                next += word.chars().count();
                break;
            }
        }
        let autumns = ["第一学期", "第1学期", "上学期", "上", "秋", "-1", "(1)", "(一)"];
        let springs = ["第二学期", "第2学期", "下学期", "下", "春", "-2", "(2)", "(二)"];
        for (words, term) in [(autumns, autumn(year)), (springs, spring(year + 1))] {
            if let Some(word) = words.iter().find(|word| is(next, word)) {
                return Some((term, next + word.chars().count()));
            }
        }
        return Some((WrittenPeriod { first: year * 100 + 8, last: (year + 1) * 100 + 7 }, next));
    }
    let named = is(next, "年");
    next += usize::from(named);
    next += usize::from(named && is(next, "度"));
    for (word, term) in [("秋", autumn(year)), ("春", spring(year))] {
        if is(next, word) {
            return Some((term, next + 1 + usize::from(is(next + 1, "季"))));
        }
    }
    for (word, first) in [("上半年", 1), ("下半年", 7)] {
        if is(next, word) {
            return Some((
                WrittenPeriod { first: year * 100 + first, last: year * 100 + first + 5 },
                next + 3,
            ));
        }
    }
    let mut place = next + usize::from(matches!(chars.get(next), Some('-' | '_' | '.' | '第')));
    let letter = matches!(chars.get(place), Some('Q' | 'q'));
    place += usize::from(letter);
    let count = match chars.get(place) {
        Some('一') => Some(1),
        Some('二') => Some(2),
        Some('三') => Some(3),
        Some('四') => Some(4),
        _ => digit(place).filter(|n| (1..=4).contains(n)),
    };
    if let Some(count) = count.filter(|_| letter && run(place + 1) == 0 || is(place + 1, "季")) {
        let behind = if letter { 1 } else { 2 + usize::from(is(place + 2, "度")) };
        return Some((quarter_months(year, count), place + behind));
    }
    let parted = named || matches!(chars.get(next), Some('-' | '.' | '/'));
    let from = if named { next } else { next + 1 };
    let width = run(from);
    if parted && (1..=2).contains(&width) {
        let month = month_of(number(from, from + width)?)?;
        let mut end = from + width;
        let more = matches!(chars.get(end), Some('月' | '-' | '.' | '/'));
        let days = run(end + 1);
        if more && (1..=2).contains(&days) && (is(end, "月") || !named) {
            end += 1 + days;
            end += usize::from(is(end, "日"));
        } else {
            end += usize::from(is(end, "月"));
        }
        return Some((month, end));
    }
    Some((WrittenPeriod::year(year), next))
}

#[cfg(test)]
mod tests {
    use super::*;

    fn months(text: &str) -> Option<(i32, i32)> {
        parse_written_period(text).map(|p| (p.first, p.last))
    }

    #[test]
    fn every_form_is_read() {
        for (text, first, last) in [
            ("2018", 201801, 201812),
            ("2018年度", 201801, 201812),
            ("２０１８年", 201801, 201812),
            ("2018秋", 201808, 201901),
            ("2018年春季学期", 201802, 201807),
            ("2018-2019学年第一学期", 201808, 201901),
            ("2017-2018学年度下学期", 201802, 201807),
            ("2017-2018-2", 201802, 201807),
            ("2018-2019学年", 201808, 201907),
            ("2018Q3", 201807, 201809),
            ("2018年第三季度", 201807, 201809),
            ("2018年四季度", 201810, 201812),
            ("2018年上半年", 201801, 201806),
            ("201809", 201809, 201809),
            ("20180930", 201809, 201809),
            ("2018-9-30", 201809, 201809),
            ("2018年9月", 201809, 201809),
            ("2018.09", 201809, 201809),
        ] {
            assert_eq!(months(text), Some((first, last)), "{text}");
        }
        for text in ["", "18年", "12018", "20181", "201813", "秋", "31001012018"] {
            assert_eq!(months(text), None, "{text}");
        }
    }

    #[test]
    fn terms_come_out_in_one_form() {
        for (text, term) in [
            ("2018秋", "2018秋"),
            ("2018年秋季学期", "2018秋"),
            ("2018年 秋季", "2018秋"),
            ("2018-2019学年第一学期", "2018秋"),
            ("2018-2019学年下学期", "2019春"),
            ("2018-2019-2", "2019春"),
            ("18秋", "2018秋"),
            ("18年春季", "2018春"),
            ("二〇一八年秋季学期", "2018秋"),
            ("201809", "2018秋"),
            ("2019-01", "2018秋"),
            ("2018-03-01", "2018春"),
        ] {
            assert_eq!(parse_term(text).as_deref(), Some(term), "{text}");
        }
        for text in ["2018", "2018-2019学年", "18", "第一学期", "秋", "2018Q3", "2018年下半年"] {
            assert_eq!(parse_term(text), None, "{text}");
        }
        // Several terms, or words that say something else: never the first of them.
        for text in [
            "2018春、2018秋",
            "2018春2018秋",
            "2018春 2018秋",
            "2018年春季和秋季",
            "2018春/秋",
            "2018春秋",
            "2017秋-2018春",
            "2018秋（补2018春）",
            "2018秋转2019春",
            "2018秋410621200405045088",
            "2018-03、2018-09",
            "2018-2019学年第一学期、第二学期",
        ] {
            assert_eq!(parse_term(text), None, "{text}");
        }
        assert_eq!(parse_term("2018-09-01 00:00:00").as_deref(), Some("2018秋"));
        assert_eq!(parse_term("2018年秋季学期（秋季）").as_deref(), Some("2018秋"));
    }

    #[test]
    fn a_year_is_one_year() {
        for text in
            ["2018", "2018年", "2018年度", "二〇一八年", "二○一八", "20180101", "2018-01-01", "2018年1月"]
        {
            assert_eq!(parse_year(text), Some(2018), "{text}");
        }
        for text in ["2018年底", "2018年1月份", "2018/1/1 0:00", "2018年1月1日 00:00:00"] {
            assert_eq!(parse_year(text), Some(2018), "{text}");
        }
        for text in [
            "18",
            "0",
            "2018-2019",
            "2934",
            "2018秋",
            "180101",
            "2017、2018",
            "2018-2020",
            "2018年以前",
            "2018 2019",
        ] {
            assert_eq!(parse_year(text), None, "{text}");
        }
    }

    #[test]
    fn months_without_a_year_are_found() {
        let found = find_yearless_months;
        assert_eq!(found("农村低保_淇县_6月.csv"), Some(("6月".to_owned(), 6, 6)));
        assert_eq!(found("农村低保_淇县(截至6月底).csv"), Some(("6月".to_owned(), 6, 6)));
        assert_eq!(found("第二季度/农村低保.csv"), Some(("第二季度".to_owned(), 4, 6)));
        assert_eq!(found("三季度低保.csv"), Some(("三季度".to_owned(), 7, 9)));
        for text in [
            "2018年6月低保.csv",
            "2018年第二季度.csv",
            "低保_淇县.csv",
            "一月份.csv",
            "6月15日.csv",
            "410621199001011234.csv",
            "导出99999999999999999999月.csv",
        ] {
            assert_eq!(found(text), None, "{text}");
        }
    }

    #[test]
    fn found_in_names_and_titles() {
        let han = find_written_quarter("低保名单（二〇一八年第二季度）");
        assert_eq!(han.map(|quarter| quarter.to_string()).as_deref(), Some("2018Q2"));
        for text in [
            "低保名单18年二季度",
            "18年2季度低保",
            "一八年第二季度",
            "二0一八年二季度",
            "二零一八年第二季度",
            "二○一八年二季度",
        ] {
            let found = find_written_quarter(text).map(|quarter| quarter.to_string());
            assert_eq!(found.as_deref(), Some("2018Q2"), "{text}");
        }
        for (text, month) in
            [("二O一八年六月", 201_806), ("2018年十二月", 201_812), ("2018年十月名单", 201_810)]
        {
            assert_eq!(find_written_period(text).map(|(_, period)| period.first), Some(month), "{text}");
        }
        let found = |text: &str| find_written_period(text).map(|(words, p)| (words, p.first));
        assert_eq!(found("浚县2018年第三季度低保.xls"), Some(("2018年第三季度".to_owned(), 201807)));
        assert_eq!(found("导出日期：2018-09-30 10:00"), Some(("2018-09-30".to_owned(), 201809)));
        assert_eq!(found("4106212018090112"), None, "a number is no date");
        assert_eq!(find_written_quarter("2018Q3/低保.xls").unwrap().to_string(), "2018Q3");
        assert_eq!(find_written_quarter("a_2018年四季度").unwrap().to_string(), "2018Q4");
        assert_eq!(find_written_quarter("2018年9月"), None);
    }

    #[test]
    fn other_months_than_the_run_s_are_found() {
        let told = |text: &str, period: &str| {
            find_other_period(text, period.parse().unwrap()).map(|named| named.to_string())
        };
        assert_eq!(told("2025M02", "2025M03").as_deref(), Some("2025M02"));
        assert_eq!(told("数据_2025m02/低保.csv", "2025M03").as_deref(), Some("2025M02"));
        assert_eq!(told("2024Q4", "2025M03").as_deref(), Some("2024Q4"));
        assert_eq!(told("2025M04", "2025Q1").as_deref(), Some("2025M04"));
        for (text, period) in [
            ("2025M03", "2025M03"),
            ("2025Q1", "2025M03"),
            ("2025M02", "2025Q1"),
            ("A2025M02", "2025M03"),
            ("2025M021", "2025M03"),
            ("2025M13", "2025M03"),
        ] {
            assert_eq!(told(text, period), None, "{text} {period}");
        }
    }

    #[test]
    fn terms_of_quarters() {
        let term = |period: &str| WrittenPeriod::term_of(period.parse().unwrap());
        assert_eq!(term("2018Q1"), spring(2018));
        assert_eq!(term("2018Q2"), spring(2018));
        assert_eq!(term("2018Q3"), autumn(2018));
        assert_eq!(term("2018Q4"), autumn(2018));
        assert!(!spring(2018).overlaps(autumn(2018)));
    }
}
