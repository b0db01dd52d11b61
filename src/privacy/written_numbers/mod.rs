//! Finds the numbers of persons in a text, however they are written: ID numbers, phones, cards and accounts with spaces,
//! dashes, dots or quotes between their digits, in digits of any script, with letters taken for digits, in two halves.

use std::collections::BTreeMap;

use crate::privacy::number_glyphs::{NumberGlyph, number_glyph};
mod explained;
mod own_ids;
mod spelled;

use crate::model::id_number::{id_check_of_digits, is_province_prefix};
use explained::{date_length, explained_runs, is_amount, is_date, is_village_code};
use own_ids::without_own_ids;
use spelled::spelled_numbers;

/// Digits of the least number that is looked for.
const LEAST: usize = 10;
/// Digits from which a run is a number whatever it looks like.
const LONG: usize = 11;
/// Digits from which a chain of runs is one, unless it is made of dates and amounts.
const LONG_CHAIN: usize = 14;
/// Most letters in what is not shaped like an ID number or a phone.
const MOST_LETTERS: usize = 5;
/// Least digits in its text besides.
const LEAST_PLAIN: usize = 7;
/// Most characters between two runs of one number.
const WIDEST_GAP: usize = 3;
/// Most characters between the halves of an ID number.
const WIDEST_SPLIT: usize = 24;
/// Digit that stands for `X`.
const X: u8 = 10;

/// A number found in a text.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(super) struct WrittenNumber {
    /// Its digits in their order, which is not that of the text where its halves are swapped.
    pub(super) digits: Vec<WrittenDigit>,
    pub(super) kind: NumberKind,
}

/// A digit and where it stands, in bytes.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) struct WrittenDigit {
    pub(super) start: usize,
    pub(super) end: usize,
    /// 0 to 9; 10 for `X`.
    pub(super) digit: u8,
    look: DigitLook,
}

#[derive(Debug, Clone, Copy, PartialEq, Eq)]
enum DigitLook {
    Plain,
    Letter,
    Numeral,
}

/// What a number is, which decides how much of it may be shown.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum NumberKind {
    /// An ID number of 18 characters.
    Identity,
    /// One of 15.
    OldIdentity,
    Mobile,
    /// With an area code of so many digits.
    Landline(usize),
    /// An ID number that a spreadsheet made a decimal: `4.10602198001011E+17`.
    Scientific,
    /// A card, an account, a damaged number.
    Other,
}

/// What stands before a run of digits.
#[derive(Debug, Clone, Copy, Default)]
struct Gap {
    characters: usize,
    first: Option<char>,
    /// The one character, if there is but one.
    only: Option<char>,
    /// Spaces and dashes alone.
    plain: bool,
    /// Not separators alone: punctuation.
    punctuated: bool,
    /// Words.
    wordy: bool,
    /// The border of a cell.
    border: bool,
}

impl Gap {
    fn new() -> Self {
        Self { plain: true, ..Self::default() }
    }
    fn take(&mut self, c: char, glyph: NumberGlyph) {
        self.first = self.first.or(Some(c));
        self.only = (self.characters == 0).then_some(c);
        self.characters += 1;
        self.plain &=
            c.is_whitespace() || matches!(c, '-' | '\u{2010}'..='\u{2015}' | '\u{2212}' | '\u{FF0D}');
        match glyph {
            NumberGlyph::Separator => {}
            NumberGlyph::Punctuation => self.punctuated = true,
            NumberGlyph::Border => self.border = true,
            // A bar for itself parts a number.
            NumberGlyph::LookAlike(1) if self.characters == 1 && is_bar(c) => self.punctuated = true,
            _ => self.wordy = true,
        }
    }
    fn is_close(&self) -> bool {
        !self.border && !self.wordy && self.characters <= WIDEST_GAP
    }
    /// No words and no border: signs, or many spaces.
    fn is_near(&self) -> bool {
        self.is_close() || self.plain && !self.border && !self.wordy && self.characters <= WIDEST_SPLIT
    }
    /// Separators alone, and few.
    fn is_tight(&self) -> bool {
        self.is_close() && !self.punctuated
    }
    fn is_char(&self, wanted: &[char]) -> bool {
        self.only.is_some_and(|c| wanted.contains(&c))
    }
}

fn is_bar(c: char) -> bool {
    matches!(c, '|' | '∣' | '│' | '｜' | '︱' | 'ǀ' | '¦' | '丨')
}

/// Digits in a row.
#[derive(Debug, Clone)]
struct DigitRun {
    digits: Vec<WrittenDigit>,
    before: Gap,
    taken: bool,
}

impl DigitRun {
    fn len(&self) -> usize {
        self.digits.len()
    }
    fn value(&self) -> u64 {
        self.digits.iter().take(18).fold(0, |sum, d| sum * 10 + u64::from(d.digit))
    }
    fn begins_as_identity(&self) -> bool {
        begins_with_identity(&self.digits)
    }
    fn first(&self) -> u8 {
        self.digits.first().map_or(X, |d| d.digit)
    }
}

/// Which characters count as digits besides digits.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
enum Reading {
    Digits,
    Letters,
    Numerals,
}

/// The numbers in a text; none overlaps another. They stand in no particular order.
pub(super) fn find_written_numbers(text: &str) -> Vec<WrittenNumber> {
    let text = &*without_own_ids(text);
    let (mut digits, mut letters, mut numerals) = (0usize, 0usize, 0usize);
    for c in text.chars() {
        match number_glyph(c) {
            NumberGlyph::Digit(_) => digits += 1,
            NumberGlyph::LookAlike(_) => letters += 1,
            NumberGlyph::Numeral(_) => numerals += 1,
            _ => {}
        }
    }
    let mut found = FoundNumbers::default();
    if digits >= LEAST {
        found.add(find_in_runs(read_runs(text, Reading::Digits)));
    }
    if letters + numerals > 0 && digits + letters + numerals >= LONG {
        found.add(spelled_numbers(text));
    }
    if letters > 0 && digits + letters >= LEAST {
        let mut more = find_in_runs(read_runs(text, Reading::Letters));
        more.retain(|n| {
            let letters = n.digits.iter().filter(|d| d.look == DigitLook::Letter).count();
            let few = letters <= MOST_LETTERS && digits >= LEAST_PLAIN;
            letters > 0 && n.digits.len() >= LEAST && (few || n.is_whole_identity())
        });
        found.add(more);
    }
    if numerals >= 4 && numerals + digits + letters >= LONG {
        let mut more = find_in_runs(read_runs(text, Reading::Numerals));
        more.retain(|n| {
            let numerals = n.digits.iter().filter(|d| d.look == DigitLook::Numeral).count();
            numerals > 0 && (n.digits.len() >= 15 || numerals >= LONG)
        });
        found.add(more);
    }
    found.into_numbers()
}

/// Numbers of which none shares a digit with another.
#[derive(Debug, Default)]
struct FoundNumbers {
    /// By the place where the search met them; `None`: a longer one took its place.
    numbers: Vec<Option<WrittenNumber>>,
    /// Which of them has the digit that begins at a byte.
    owners: BTreeMap<usize, usize>,
}

impl FoundNumbers {
    /// Adds numbers; of two that share a digit the longer stays.
    fn add(&mut self, more: Vec<WrittenNumber>) {
        for new in more {
            let mut rivals: Vec<usize> =
                new.digits.iter().filter_map(|digit| self.owners.get(&digit.start).copied()).collect();
            rivals.sort_unstable();
            rivals.dedup();
            let length = |at: &usize| self.numbers[*at].as_ref().map_or(0, WrittenNumber::len);
            if rivals.iter().any(|at| length(at) >= new.len()) {
                continue;
            }
            for at in rivals {
                for digit in self.numbers[at].take().iter().flat_map(|old| &old.digits) {
                    self.owners.remove(&digit.start);
                }
            }
            self.owners.extend(new.digits.iter().map(|digit| (digit.start, self.numbers.len())));
            self.numbers.push(Some(new));
        }
    }
    fn into_numbers(self) -> Vec<WrittenNumber> {
        self.numbers.into_iter().flatten().collect()
    }
}

fn read_runs(text: &str, reading: Reading) -> Vec<DigitRun> {
    let mut runs: Vec<DigitRun> = Vec::new();
    let mut run: Vec<WrittenDigit> = Vec::new();
    let mut gap = Gap { border: true, ..Gap::new() };
    let mut before = gap;
    let mut characters = text.char_indices().peekable();
    // The character before the run, for letters that belong to a word.
    let (mut last, mut before_run) = (' ', ' ');
    let mut close = |run: &mut Vec<WrittenDigit>, before: Gap, gap: &mut Gap, word: bool, next: char| {
        if reading == Reading::Letters {
            if word {
                let letters = run.iter().take_while(|d| d.look == DigitLook::Letter).count();
                run.drain(..letters);
                gap.wordy |= letters > 0;
            }
            if next.is_ascii_alphabetic() {
                while run.last().is_some_and(|d| d.look == DigitLook::Letter) {
                    run.pop();
                }
            }
        }
        let real = |d: &WrittenDigit| d.look != DigitLook::Letter && d.digit != X;
        // A letter or an X between the spaces of a number whose digits stand apart.
        let apart = (run.len() == 1 && run[0].digit == X)
            || (run.len() <= 2 && before.characters == 1 && !next.is_ascii_alphabetic() && !run.is_empty());
        let kept = run.iter().any(real) || (apart && before.is_tight());
        let digits = std::mem::take(run);
        if digits.is_empty() {
            return;
        }
        if kept {
            let before = Gap { wordy: before.wordy || gap.wordy, ..before };
            *gap = Gap::new();
            runs.push(DigitRun { digits, before, taken: false });
        } else {
            // Letters alone are a word.
            *gap = Gap { wordy: true, characters: before.characters + digits.len(), ..before };
        }
    };
    while let Some((start, c)) = characters.next() {
        let glyph = number_glyph(c);
        let (digit, look) = match glyph {
            NumberGlyph::Digit(digit) => (digit, DigitLook::Plain),
            NumberGlyph::LookAlike(digit)
                if reading != Reading::Digits && !is_period_sign(&run, &text[start..]) =>
            {
                (digit, DigitLook::Letter)
            }
            NumberGlyph::Numeral(digit) if reading == Reading::Numerals => (digit, DigitLook::Numeral),
            NumberGlyph::Check => {
                let next = characters.peek().map_or(' ', |&(_, c)| c);
                if run.len() != 17 && next.is_ascii_alphanumeric() {
                    close(&mut run, before, &mut gap, before_run.is_ascii_alphabetic(), c);
                    gap.take(c, NumberGlyph::Other);
                    last = c;
                    continue;
                }
                (X, DigitLook::Plain)
            }
            NumberGlyph::Invisible => continue,
            glyph => {
                if !run.is_empty() {
                    close(&mut run, before, &mut gap, before_run.is_ascii_alphabetic(), c);
                }
                gap.take(c, glyph);
                last = c;
                continue;
            }
        };
        if run.is_empty() {
            before = gap;
            before_run = last;
            gap = Gap::new();
        }
        run.push(WrittenDigit { start, end: start + c.len_utf8(), digit, look });
        last = c;
        // After an `X` only the two or four digits of a certificate go on.
        if digit == X && run.len() != 18 {
            close(&mut run, before, &mut gap, before_run.is_ascii_alphabetic(), ' ');
        }
    }
    close(&mut run, before, &mut gap, before_run.is_ascii_alphabetic(), ' ');
    runs
}

/// The `Q` of `2018Q3`, which is no zero.
fn is_period_sign(year: &[WrittenDigit], rest: &str) -> bool {
    let mut rest = rest.chars();
    matches!(rest.next(), Some('Q' | 'q'))
        && matches!(rest.next(), Some('1'..='4'))
        && rest.next().is_none_or(|c| !c.is_ascii_alphanumeric())
        && year.len() == 4
        && year.iter().all(|d| d.look == DigitLook::Plain)
        && matches!(year[..2], [a, b] if a.digit * 10 + b.digit == 19 || a.digit * 10 + b.digit == 20)
}

fn find_in_runs(mut runs: Vec<DigitRun>) -> Vec<WrittenNumber> {
    let mut found = Vec::new();
    identities(&mut runs, &mut found);
    drop_lone_checks(&mut runs);
    swapped_halves(&mut runs, &mut found);
    shortened_identities(&mut runs, &mut found);
    phones(&mut runs, &mut found);
    old_identities(&mut runs, &mut found);
    others(&mut runs, &mut found);
    found
}

/// Takes runs, in this order, as one number.
fn take(runs: &mut [DigitRun], places: impl IntoIterator<Item = usize>, kind: NumberKind) -> WrittenNumber {
    let mut digits = Vec::new();
    for at in places {
        runs[at].taken = true;
        digits.extend_from_slice(&runs[at].digits);
    }
    WrittenNumber { digits, kind }
}

/// An `X` that ends no ID number is none.
fn drop_lone_checks(runs: &mut Vec<DigitRun>) {
    for run in runs.iter_mut().filter(|run| !run.taken) {
        let is_certificate = run.len() > 18 && run.digits[17].digit == X;
        if !is_certificate && run.len() != 18 && run.digits.last().is_some_and(|d| d.digit == X) {
            run.digits.pop();
        }
    }
    let mut wordy = false;
    runs.retain_mut(|run| {
        run.before.wordy |= std::mem::take(&mut wordy);
        wordy = run.digits.is_empty();
        !wordy
    });
}

/// The runs from `first` on whose digits come to `wanted`; `near` says which gaps may lie between them.
fn window(
    runs: &[DigitRun],
    first: usize,
    wanted: usize,
    near: impl Fn(&Gap) -> bool,
) -> Option<std::ops::Range<usize>> {
    let mut sum = 0;
    for (at, run) in runs.iter().enumerate().skip(first) {
        if run.taken || (at > first && !near(&run.before)) {
            return None;
        }
        sum += run.len();
        if sum >= wanted {
            return (sum == wanted).then_some(first..at + 1);
        }
    }
    None
}

/// ID numbers of 18 characters: in a row, in parts with separators between them, in parts with words between them.
fn identities(runs: &mut [DigitRun], found: &mut Vec<WrittenNumber>) {
    let near = |gap: &Gap| gap.characters <= WIDEST_SPLIT;
    for first in 0..runs.len() {
        let Some(window) = window(runs, first, 18, near) else { continue };
        let parts = &runs[window.clone()];
        let digits: Vec<u8> = parts.iter().flat_map(|run| &run.digits).map(|d| d.digit).collect();
        if parts.len() > 1 {
            let between = || parts[1..].iter().map(|run| &run.before);
            let begins = parts[0].len() >= 4 || parts.iter().all(|run| run.len() == 1);
            let halves = parts.len() == 2 && parts.iter().all(|run| run.len() >= 6);
            // The less looks like one number, the more its digits must say so.
            let sure = if between().all(Gap::is_tight) {
                // Months and periods in a row begin with four digits, too.
                has_province(&digits) || begins && has_right_check(&digits)
            } else if between().all(Gap::is_near) {
                has_province(&digits) && (begins || has_right_check(&digits))
            } else if between().any(|gap| gap.border) {
                // Codes and counts in a row come to one by chance.
                has_province(&digits) && parts[0].len() >= 4 && has_right_check(&digits)
            } else {
                has_province(&digits) && (halves || parts[0].len() >= 4 && has_right_check(&digits))
            };
            if !sure || !has_birth_date(&digits) {
                continue;
            }
        }
        if digits[..17].contains(&X) {
            continue;
        }
        found.push(take(runs, window, NumberKind::Identity));
    }
}

/// ID numbers of which up to three digits are lost, with anything but words between their parts: in two to six, or in
/// many small ones with one and the same sign.
fn shortened_identities(runs: &mut [DigitRun], found: &mut Vec<WrittenNumber>) {
    for first in 0..runs.len() {
        let mut longest = None;
        let mut digits: Vec<u8> = Vec::new();
        let mut small = true;
        for (at, run) in runs.iter().enumerate().skip(first) {
            if run.taken || at > first && !run.before.is_near() || digits.len() + run.len() > 17 {
                break;
            }
            digits.extend(run.digits.iter().map(|d| d.digit));
            small &= run.len() <= 3 && (at < first + 2 || run.before.only == runs[at - 1].before.only);
            let parts = at - first + 1;
            // One digit and a long rest is what a spreadsheet made of a number.
            if !small && (parts > 6 || runs[first].len() == 1) {
                break;
            }
            // A county and a day are none.
            let county_and_day = runs[first].len() == 6 && digits.len() == 14;
            if digits.len() >= 14 && parts > 1 && !county_and_day {
                longest = Some((at, digits.len()));
            }
        }
        if let Some((last, length)) = longest
            && !digits[..length].contains(&X)
            && has_province(&digits)
            && has_birth_date(&digits)
        {
            found.push(take(runs, first..=last, NumberKind::Other));
        }
    }
}

/// Two halves of an ID number with something between them, the second perhaps first.
fn swapped_halves(runs: &mut [DigitRun], found: &mut Vec<WrittenNumber>) {
    const APART: usize = 6;
    for a in 0..runs.len() {
        for b in a.saturating_sub(APART)..(a + APART + 1).min(runs.len()) {
            let (low, high) = (a.min(b), a.max(b));
            let fits = a != b
                && !runs[a].taken
                && !runs[b].taken
                && runs[a].len() >= 4
                && runs[b].len() >= 4
                && runs[a].len() + runs[b].len() == 18
                && !runs[low + 1..=high].iter().any(|run| run.before.border);
            if !fits {
                continue;
            }
            let digits: Vec<u8> = [a, b].iter().flat_map(|&at| &runs[at].digits).map(|d| d.digit).collect();
            let sure = has_right_check(&digits) || (runs[a].len() >= 6 && runs[b].len() >= 6);
            if sure && has_province(&digits) && has_birth_date(&digits) {
                found.push(take(runs, [a, b], NumberKind::Identity));
            }
        }
    }
}

fn phones(runs: &mut [DigitRun], found: &mut Vec<WrittenNumber>) {
    for first in 0..runs.len() {
        let start = &runs[first];
        if start.taken {
            continue;
        }
        if start.first() == 1 {
            let Some(window) = window(runs, first, 11, Gap::is_tight) else { continue };
            let parts = &runs[window.clone()];
            let second = parts.iter().flat_map(|run| &run.digits).nth(1).map_or(0, |d| d.digit);
            let alike = parts[1..].iter().all(|run| run.before.plain)
                || parts[1..].windows(2).all(|pair| pair[0].before.only == pair[1].before.only);
            let shape = parts.len() <= 4 || parts.iter().all(|run| run.len() <= 2);
            let dated = parts.len() > 1 && date_length(parts).is_some();
            // In the midst of a longer number it is a part of that.
            let apart = |at: usize, gap: &Gap| {
                let beside = &runs[at];
                beside.taken
                    || !gap.is_tight()
                    || beside.len() <= 2
                    || (beside.len() == 4 && beside.value() == 86)
            };
            let alone = parts.len() == 1
                || (first == 0 || apart(first - 1, &start.before))
                    && runs.get(window.end).is_none_or(|next| apart(window.end, &next.before));
            if (3..=9).contains(&second) && alike && shape && alone && !is_amount(parts) && !dated {
                found.push(take(runs, window, NumberKind::Mobile));
            }
        } else if start.first() == 0 && matches!(start.len(), 3 | 4) && start.digits[1].digit != 0 {
            let area = start.len();
            let window =
                [7, 8].into_iter().find_map(|length| window(runs, first, area + length, Gap::is_tight));
            if let Some(window) = window.filter(|window| (2..=4).contains(&window.len())) {
                found.push(take(runs, window, NumberKind::Landline(area)));
            }
        }
    }
}

fn old_identities(runs: &mut [DigitRun], found: &mut Vec<WrittenNumber>) {
    for first in 0..runs.len() {
        let Some(window) = window(runs, first, 15, Gap::is_tight) else { continue };
        let parts = &runs[window.clone()];
        let digits: Vec<u8> = parts.iter().flat_map(|run| &run.digits).map(|d| d.digit).collect();
        let single = parts.iter().all(|run| run.len() == 1);
        let dated = has_old_birth_date(&digits);
        // As one writes thousands.
        let grouped = parts.iter().all(|run| run.len() == 3);
        if parts.len() > 1 && has_province(&digits) && dated && (parts[0].len() >= 4 || single || grouped) {
            found.push(take(runs, window, NumberKind::OldIdentity));
        }
    }
}

/// What is long and neither a date nor an amount.
fn others(runs: &mut [DigitRun], found: &mut Vec<WrittenNumber>) {
    let mut first = 0;
    while first < runs.len() {
        let mut end = first + 1;
        while end < runs.len() && !runs[end - 1].taken && !runs[end].taken && runs[end].before.is_tight() {
            end += 1;
        }
        if !runs[first].taken {
            chain(runs, first..end, found);
        }
        first = end;
    }
}

fn chain(runs: &mut [DigitRun], chain: std::ops::Range<usize>, found: &mut Vec<WrittenNumber>) {
    let mut rest = chain.start;
    for at in chain.start + 1..chain.end {
        let scientific = at > rest
            && runs[at - 1].len() == 1
            && runs[at].len() + 1 >= LEAST
            && runs[at].before.is_char(&['.', '\u{FF0E}']);
        if scientific {
            chain_without_exponents(runs, rest..at - 1, found);
            found.push(take(runs, [at - 1, at], NumberKind::Scientific));
            rest = at + 1;
        }
    }
    chain_without_exponents(runs, rest..chain.end, found);
}

fn chain_without_exponents(
    runs: &mut [DigitRun],
    chain: std::ops::Range<usize>,
    found: &mut Vec<WrittenNumber>,
) {
    let parts = &runs[chain.clone()];
    let sum: usize = parts.iter().map(DigitRun::len).sum();
    if sum < LONG {
        return;
    }
    let explained = explained_runs(parts);
    let rest: usize =
        parts.iter().zip(&explained).filter(|(_, known)| !**known).map(|(run, _)| run.len()).sum();
    let is_long = |run: &DigitRun| run.len() >= LONG && !is_village_code(run);
    let long: Vec<usize> = chain.clone().filter(|&at| is_long(&runs[at])).collect();
    let in_long: usize = long.iter().map(|&at| runs[at].len()).sum();
    // What follows a broken ID number may be the rest of it.
    let broken =
        rest > in_long && long.iter().any(|&at| runs[at].len() < 18 && runs[at].begins_as_identity());
    if !long.is_empty() && rest.saturating_sub(in_long) <= 6 && !broken {
        for at in long {
            found.push(take(runs, [at], NumberKind::Other));
        }
    } else if sum >= LONG_CHAIN && rest > 6 && has_shape_of_number(parts) {
        found.push(take(runs, chain, NumberKind::Other));
    } else {
        for at in long {
            found.push(take(runs, [at], NumberKind::Other));
        }
    }
}

/// Runs long enough on the whole, or all alike with one and the same sign between them.
fn has_shape_of_number(parts: &[DigitRun]) -> bool {
    let sum: usize = parts.iter().map(DigitRun::len).sum();
    if sum >= 3 * parts.len() {
        return true;
    }
    let length = parts[0].len();
    let alike = parts[..parts.len() - 1].iter().all(|run| run.len() == length);
    let sign = parts.get(1).and_then(|run| run.before.only);
    let signed = sign.is_some_and(|c| c != ',') && parts[1..].iter().all(|run| run.before.only == sign);
    alike && signed && (length == 1 || (17..=19).contains(&sum))
}

fn number_of(digits: &[u8]) -> u64 {
    digits.iter().fold(0, |sum, &d| sum * 10 + u64::from(d))
}

/// A province's digits come first.
fn has_province(digits: &[u8]) -> bool {
    // The other four of a prefix do not matter.
    u32::try_from(number_of(&digits[..2])).is_ok_and(|province| is_province_prefix(province * 10_000))
}

fn has_birth_date(digits: &[u8]) -> bool {
    is_date(number_of(&digits[6..10]), number_of(&digits[10..12]), number_of(&digits[12..14]))
}

/// The birth date of an ID number of 15 digits, whose year has two.
fn has_old_birth_date(digits: &[u8]) -> bool {
    (1..=12).contains(&number_of(&digits[8..10])) && (1..=31).contains(&number_of(&digits[10..12]))
}

fn has_right_check(digits: &[u8]) -> bool {
    digits[17] == id_check_of_digits(digits)
}

/// A province first, and a century where the year of birth stands.
fn begins_with_identity(digits: &[WrittenDigit]) -> bool {
    digits.first_chunk::<8>().is_some_and(|first| begins_as_identity(&first.map(|d| d.digit)))
}

fn begins_as_identity(digits: &[u8]) -> bool {
    digits.len() >= 8 && has_province(digits) && matches!(number_of(&digits[6..8]), 19 | 20)
}

impl WrittenNumber {
    /// How many digits it has, `X` counted.
    pub(super) fn len(&self) -> usize {
        self.digits.len()
    }

    /// True if it is an ID number with a province and a birth date.
    fn is_whole_identity(&self) -> bool {
        let digits = self.values();
        self.kind == NumberKind::Identity && has_province(&digits) && has_birth_date(&digits)
    }

    fn values(&self) -> Vec<u8> {
        self.digits.iter().map(|d| d.digit).collect()
    }

    /// True if it may be an ID number or a phone: not of the numbers that offices give to households and files. These begin
    /// with a division's code, too, and go on with a year and a serial number: only a whole date or the check character
    /// makes a person's number of one.
    pub(super) fn is_of_person(&self) -> bool {
        let digits = self.values();
        match self.kind {
            NumberKind::OldIdentity | NumberKind::Mobile | NumberKind::Scientific => true,
            NumberKind::Landline(_) => false,
            NumberKind::Identity | NumberKind::Other => match digits.len() {
                15 if has_province(&digits) && has_old_birth_date(&digits) => true,
                18 if has_province(&digits) && has_right_check(&digits) => true,
                15 | 17.. => has_birth_date(&digits),
                _ => false,
            },
        }
    }

    /// True if the digit at a place may be shown.
    pub(super) fn shows(&self, at: usize) -> bool {
        let n = self.len();
        match self.kind {
            NumberKind::Identity => !(6..14).contains(&at),
            NumberKind::OldIdentity => !(6..12).contains(&at),
            NumberKind::Mobile => !(3..7).contains(&at),
            NumberKind::Landline(area) => at < area || at + 2 >= n,
            NumberKind::Scientific => at < 3,
            NumberKind::Other => self.shows_other(at),
        }
    }

    fn shows_other(&self, at: usize) -> bool {
        let n = self.len();
        let head = match n {
            11 => 3,
            15 | 18 | 20 | 22 => 6,
            _ => 4,
        };
        if at < head {
            return true;
        }
        // What begins as an ID number does may be one with digits lost: a birth date's are not shown.
        let begins_as_identity = begins_with_identity(&self.digits);
        let certificate = || self.digits.iter().all(|d| d.look == DigitLook::Plain);
        match n {
            18 => at >= 14,
            20 | 22 if certificate() => (14..18).contains(&at),
            _ if begins_as_identity && at < 14 => false,
            11 => at >= 7,
            15 => at >= 12,
            _ => at + 4 >= n,
        }
    }
}

#[cfg(test)]
mod tests;
