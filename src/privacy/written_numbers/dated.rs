//! ID numbers whose birth date is written as a date, `410602 1998年3月12日 4217`, and a birth date with the serial number
//! alone.

use super::digit_runs::Gap;
use super::explained::is_date;
use super::identity_digits::{has_province, has_right_check};
use super::{DigitLook, NumberKind, WrittenDigit, WrittenNumber, X};
use crate::privacy::number_glyphs::{NumberGlyph, number_glyph};

/// The last year in which those were born who are known by date and serial number alone: later dates are of paperwork.
const LAST_BIRTH: u64 = 2012;
/// Words that may stand between the parts, besides those of a date.
const MOST_WORDS: usize = 3;
/// What is counted or measured is no serial number.
const UNITS: &str = "元万亿人户条年月日时分秒亩平米%％个件项次页行岁天号斤吨台套间口";

/// Characters in a row that may be digits, or the Chinese ten of a date.
#[derive(Debug, Default)]
struct Token {
    digits: Vec<WrittenDigit>,
    /// Value as a date writes it: `十二`; `None` if it is no number of two digits.
    day: Option<u64>,
    /// It has `十`, `廿`, `卅`.
    tens: bool,
    before: Gap,
    /// The character after it.
    next: Option<char>,
}

/// Finds them, in any script; what the other searches find as well is the same number.
pub(super) fn dated_identities(text: &str) -> Vec<WrittenNumber> {
    let tokens = read_tokens(text);
    let mut found: Vec<WrittenNumber> = Vec::new();
    let mut at = 0;
    while at < tokens.len() {
        let number = dated_number(&tokens, at);
        at = number.as_ref().map_or(at + 1, |(_, last)| last + 1);
        found.extend(number.map(|(number, _)| number));
    }
    found
}

fn read_tokens(text: &str) -> Vec<Token> {
    let mut tokens: Vec<Token> = Vec::new();
    let mut gap = Gap { border: true, ..Gap::new() };
    let (mut open, mut numeral) = (false, String::new());
    for (start, c) in text.char_indices() {
        let glyph = number_glyph(c);
        let (digit, look) = match glyph {
            NumberGlyph::Digit(digit) => (digit, DigitLook::Plain),
            NumberGlyph::LookAlike(digit) => (digit, DigitLook::Letter),
            NumberGlyph::Numeral(digit) => (digit, DigitLook::Numeral),
            NumberGlyph::Check if open => (X, DigitLook::Letter),
            NumberGlyph::Invisible => continue,
            _ if matches!(c, '十' | '拾' | '廿' | '卅') => (X + 1, DigitLook::Numeral),
            _ => {
                if std::mem::take(&mut open)
                    && let Some(last) = tokens.last_mut()
                {
                    close(last, &mut numeral, Some(c));
                }
                gap.take(c, glyph);
                continue;
            }
        };
        if !open {
            tokens.push(Token { before: std::mem::replace(&mut gap, Gap::new()), ..Token::default() });
            open = true;
        }
        numeral.push(match c {
            '拾' => '十',
            _ if digit < 10 => char::from(b'0' + digit),
            _ => c,
        });
        if let Some(token) = tokens.last_mut() {
            token.tens |= digit > X;
            token.digits.push(WrittenDigit { start, end: start + c.len_utf8(), digit, look });
        }
    }
    if let Some(last) = tokens.last_mut().filter(|_| open) {
        close(last, &mut numeral, None);
    }
    tokens
}

fn close(token: &mut Token, numeral: &mut String, next: Option<char>) {
    token.next = next;
    token.day = day_of(numeral);
    numeral.clear();
}

/// A month or day: `3`, `03`, `十二`, `二十`, `廿三`.
fn day_of(text: &str) -> Option<u64> {
    let digit = |c: char| c.to_digit(10).map(u64::from);
    let mut characters = text.chars();
    let first = [characters.next(), characters.next(), characters.next(), characters.next()];
    match first {
        [Some(a), None, ..] if digit(a).is_some() => digit(a),
        [Some(a), Some(b), None, _] if digit(a).is_some() && digit(b).is_some() => {
            Some(digit(a)? * 10 + digit(b)?)
        }
        [Some('十'), b, None, _] => Some(10 + b.map_or(Some(0), digit)?),
        [Some('廿'), b, None, _] => Some(20 + b.map_or(Some(0), digit)?),
        [Some('卅'), b, None, _] => Some(30 + b.map_or(Some(0), digit)?),
        [Some(a), Some('十'), b, None] => Some(digit(a)? * 10 + b.map_or(Some(0), digit)?),
        _ => None,
    }
}

impl Token {
    fn len(&self) -> usize {
        self.digits.len()
    }

    fn is_plain(&self) -> bool {
        !self.tens && self.digits.iter().all(|digit| digit.digit < X)
    }

    /// The number that its digits from `from` to `to` write.
    fn value(&self, from: usize, to: usize) -> u64 {
        self.digits[from..to].iter().fold(0, |sum, digit| sum * 10 + u64::from(digit.digit))
    }

    /// The three digits and the check character that an ID number ends with, or three where one is lost.
    fn is_tail(&self) -> bool {
        let check = self.digits.last().is_some_and(|last| last.digit == X);
        let digits = &self.digits[..self.len() - usize::from(check)];
        matches!(self.len(), 3 | 4) && digits.len() >= 3 && !self.tens && digits.iter().all(|d| d.digit < X)
    }
}

/// The number whose year begins at this token, or stands at its end, and its last token.
fn dated_number(tokens: &[Token], at: usize) -> Option<(WrittenNumber, usize)> {
    let first = &tokens[at];
    if !first.is_plain() {
        return None;
    }
    // `19980312 4217`: a whole date, alone or behind the division.
    if matches!(first.len(), 8 | 14) {
        let from = first.len() - 8;
        let date =
            [first.value(from, from + 4), first.value(from + 4, from + 6), first.value(from + 6, from + 8)];
        let tail = tokens.get(at + 1).filter(|tail| tail.is_tail())?;
        return finished(tokens, (at, from), date, (at + 1, tail.before));
    }
    let [month, day] = [tokens.get(at + 1)?, tokens.get(at + 2)?];
    let short_year = matches!(first.len(), 2 | 8);
    let year_digits = if short_year { 2 } else { 4 };
    let from = first.len().checked_sub(year_digits).filter(|from| matches!(from, 0 | 6))?;
    let sign = month.before.first?;
    let signed =
        matches!(sign, '-' | '/' | '.' | '．' | '－') && month.before.only == day.before.only && !short_year;
    let worded =
        sign == '年' && matches!(day.before.first, Some('月')) && few(&month.before) && few(&day.before);
    if !(signed && month.before.only.is_some() || worded) {
        return None;
    }
    let year = first.value(from, first.len()) + if short_year { 1900 } else { 0 };
    let date = [year, month.day?, day.day?];
    let tail = tokens.get(at + 3).filter(|tail| tail.is_tail())?;
    finished(tokens, (at, from), date, (at + 3, tail.before))
}

/// The sign of a date and spaces at most.
fn few(gap: &Gap) -> bool {
    gap.characters <= 3 && gap.words <= 1 && !gap.border
}

/// What ends a date, and few words.
fn follows_date(gap: &Gap) -> bool {
    let ends = usize::from(matches!(gap.first, Some('日' | '号')));
    !gap.border && gap.words <= ends + MOST_WORDS && gap.characters - gap.words.min(gap.characters) <= 3
        || gap.blank
}

fn finished(
    tokens: &[Token],
    (at, from): (usize, usize),
    [year, month, day]: [u64; 3],
    (last, before_tail): (usize, Gap),
) -> Option<(WrittenNumber, usize)> {
    if !is_date(year, month, day) || !follows_date(&before_tail) {
        return None;
    }
    let tail = &tokens[last];
    let ends = usize::from(matches!(before_tail.first, Some('日' | '号')));
    let strict = before_tail.words <= ends;
    let region = region_before(tokens, at, from);
    let date: Vec<WrittenDigit> = tokens[at].digits[from..]
        .iter()
        .chain(tokens[at + 1..last].iter().flat_map(|token| &token.digits))
        .copied()
        .collect();
    let Some((region, near)) = region else {
        // A date and a serial number: only what nothing else explains.
        let unit = tail.next.is_some_and(|next| UNITS.contains(next));
        let single = before_tail.characters - ends <= 3 && !before_tail.punctuated;
        // A numeral before it is a name's: `张三`.
        let digits_before =
            at > 0 && tokens[at - 1].digits.iter().any(|digit| digit.look == DigitLook::Plain);
        let alone = !digits_before || !tokens[at].before.is_near();
        let more = tokens.get(last + 1).is_some_and(|next| next.before.is_tight());
        let birth = year <= LAST_BIRTH && tail.len() == 4 && from == 0;
        return (birth && strict && single && alone && !more && !unit).then(|| {
            let digits = date.into_iter().chain(tail.digits.iter().copied()).collect();
            (WrittenNumber { digits, kind: NumberKind::Dated { head: 0, tail: 4 } }, last)
        });
    };
    let values: Vec<u8> = region.iter().map(|digit| digit.digit).collect();
    let written: Vec<u8> = format!("{year:04}{month:02}{day:02}").bytes().map(|digit| digit - b'0').collect();
    let serial: Vec<u8> = tail.digits.iter().map(|digit| digit.digit).collect();
    let whole = [&values[..], &written, &serial].concat();
    // With a digit lost, what is last may be anything.
    let kept = if tail.len() == 4 { 4 } else { 0 };
    let checked = whole.len() == 18 && has_right_check(&whole);
    if !has_province(&values) || !(near && strict || checked) {
        return None;
    }
    let digits = region.into_iter().chain(date).chain(tail.digits.iter().copied()).collect();
    Some((WrittenNumber { digits, kind: NumberKind::Dated { head: 6, tail: kept } }, last))
}

/// The six digits of the division before the year, and whether nothing but signs stands between.
fn region_before(tokens: &[Token], at: usize, from: usize) -> Option<(Vec<WrittenDigit>, bool)> {
    if from == 6 {
        return Some((tokens[at].digits[..6].to_vec(), true));
    }
    let gap = &tokens[at].before;
    let (near, words) = (gap.is_near() || gap.words <= 2 && gap.characters <= 4 && !gap.border, gap.words);
    if !near && (gap.border || words > 4 || gap.characters > 8) {
        return None;
    }
    let mut digits: Vec<WrittenDigit> = Vec::new();
    for before in tokens[..at].iter().rev() {
        if !before.is_plain() || digits.len() + before.len() > 6 {
            return None;
        }
        digits.splice(0..0, before.digits.iter().copied());
        if digits.len() == 6 {
            return Some((digits, near));
        }
        if !before.before.is_tight() {
            return None;
        }
    }
    None
}
