//! Digits in a row, and what stands between them.

use super::identity_digits::begins_with_identity;
use super::{DigitLook, NumberKind, WrittenDigit, WrittenNumber, X};
use crate::privacy::number_glyphs::{NumberGlyph, number_glyph};

/// Most characters between two runs of one number.
const WIDEST_GAP: usize = 3;
/// Most characters between the halves of an ID number.
pub(super) const WIDEST_SPLIT: usize = 24;
/// Most spaces between them.
const WIDEST_BLANK: usize = 256;

/// What stands before a run of digits.
#[derive(Debug, Clone, Copy, Default)]
pub(super) struct Gap {
    pub(super) characters: usize,
    pub(super) first: Option<char>,
    /// The one character, if there is but one.
    pub(super) only: Option<char>,
    /// Spaces and dashes alone.
    pub(super) plain: bool,
    /// Not separators alone: punctuation.
    pub(super) punctuated: bool,
    /// Words.
    pub(super) wordy: bool,
    /// Characters that are of words.
    pub(super) words: usize,
    /// Spaces alone, no tab.
    pub(super) blank: bool,
    /// Brackets and spaces alone.
    pub(super) bracketed: bool,
    /// A line break, and spaces at most.
    pub(super) line_break: bool,
    /// The border of a cell.
    pub(super) border: bool,
}

impl Gap {
    pub(super) fn new() -> Self {
        Self { plain: true, blank: true, bracketed: true, ..Self::default() }
    }
    pub(super) fn take(&mut self, c: char, glyph: NumberGlyph) {
        self.first = self.first.or(Some(c));
        self.only = (self.characters == 0).then_some(c);
        self.characters += 1;
        self.plain &=
            c.is_whitespace() || matches!(c, '-' | '\u{2010}'..='\u{2015}' | '\u{2212}' | '\u{FF0D}');
        let lines = matches!(c, '\n' | '\r');
        self.blank &= c.is_whitespace() && glyph != NumberGlyph::Border;
        self.bracketed &= is_bracket(c) || c == ' ';
        self.line_break = self.blank && (self.line_break || lines);
        match glyph {
            NumberGlyph::Separator => {}
            NumberGlyph::Punctuation => self.punctuated = true,
            // Signs part a number as commas do; a star stands for a digit that is masked already.
            NumberGlyph::Other if !c.is_alphanumeric() && c != '*' => self.punctuated = true,
            NumberGlyph::Border => self.border = true,
            // A bar for itself parts a number.
            NumberGlyph::LookAlike(1) if self.characters == 1 && is_bar(c) => self.punctuated = true,
            _ => {
                self.wordy = true;
                self.words += 1;
            }
        }
    }
    fn is_close(&self) -> bool {
        !self.border && !self.wordy && self.characters <= WIDEST_GAP
    }
    /// No words and no border: signs, or many spaces.
    pub(super) fn is_near(&self) -> bool {
        self.is_close()
            || self.plain && !self.border && !self.wordy && self.characters <= WIDEST_SPLIT
            || self.is_blank()
    }
    /// Spaces alone, however many a page has.
    pub(super) fn is_blank(&self) -> bool {
        self.blank && self.characters <= WIDEST_BLANK
    }
    /// A tab, or one or two characters that are no number: `和`, `→`.
    pub(super) fn is_short(&self) -> bool {
        self.characters <= 2 && self.characters > 0
    }
    /// Separators alone, and few.
    pub(super) fn is_tight(&self) -> bool {
        self.is_close() && !self.punctuated
    }
    pub(super) fn is_char(&self, wanted: &[char]) -> bool {
        self.only.is_some_and(|c| wanted.contains(&c))
    }
}

fn is_bracket(c: char) -> bool {
    matches!(
        c,
        '(' | ')'
            | '['
            | ']'
            | '{'
            | '}'
            | '<'
            | '>'
            | '（'
            | '）'
            | '［'
            | '］'
            | '【'
            | '】'
            | '〔'
            | '〕'
            | '《'
            | '》'
            | '「'
            | '」'
            | '〈'
            | '〉'
    )
}

fn is_bar(c: char) -> bool {
    matches!(c, '|' | '∣' | '│' | '｜' | '︱' | 'ǀ' | '¦' | '丨')
}

/// Digits in a row.
#[derive(Debug, Clone)]
pub(super) struct DigitRun {
    pub(super) digits: Vec<WrittenDigit>,
    pub(super) before: Gap,
    pub(super) taken: bool,
}

impl DigitRun {
    pub(super) fn len(&self) -> usize {
        self.digits.len()
    }
    pub(super) fn value(&self) -> u64 {
        self.digits.iter().take(18).fold(0, |sum, d| sum * 10 + u64::from(d.digit))
    }
    pub(super) fn begins_as_identity(&self) -> bool {
        begins_with_identity(&self.digits)
    }
    pub(super) fn first(&self) -> u8 {
        self.digits.first().map_or(X, |d| d.digit)
    }
}

/// Which characters count as digits besides digits.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum Reading {
    Digits,
    Letters,
    Numerals,
}

pub(super) fn read_runs(text: &str, reading: Reading) -> Vec<DigitRun> {
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
            let (characters, words) = (before.characters + digits.len(), before.words + digits.len());
            *gap = Gap {
                wordy: true,
                blank: false,
                bracketed: false,
                line_break: false,
                characters,
                words,
                ..before
            };
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

/// Takes runs, in this order, as one number.
pub(super) fn take_runs(
    runs: &mut [DigitRun],
    places: impl IntoIterator<Item = usize>,
    kind: NumberKind,
) -> WrittenNumber {
    let mut digits = Vec::new();
    for at in places {
        runs[at].taken = true;
        digits.extend_from_slice(&runs[at].digits);
    }
    WrittenNumber { digits, kind }
}

/// An `X` that ends no ID number is none.
pub(super) fn drop_lone_checks(runs: &mut Vec<DigitRun>) {
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
pub(super) fn runs_of_length(
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
