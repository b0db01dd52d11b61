//! Digits that only a number format shows: `"410621"00000000` makes 1 look like 41062100000001.
//!
//! Whoever reads the list reads what is shown. A column of numbers of households says that; to an amount zeros add nothing.

use super::number_format::{WorkbookFormat, classify_number_format};

/// A number format that shows digits which the number does not have.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(super) struct DigitFormat {
    pieces: Vec<FormatPiece>,
}

#[derive(Debug, Clone, PartialEq, Eq)]
enum FormatPiece {
    /// Shown as it is.
    Word(String),
    /// A digit; a zero if there is none.
    Zero,
    /// A digit if there is one.
    Digit,
}

impl DigitFormat {
    /// None of a format that shows no more digits than the number has, or shows it otherwise than digit by digit.
    pub(super) fn of(format: &str) -> Option<Self> {
        if classify_number_format(format) != WorkbookFormat::Number {
            return None;
        }
        let mut pieces: Vec<FormatPiece> = Vec::new();
        let plain = format.replace("G/通用格式", "#").replace("General", "#");
        let mut characters = plain.chars();
        while let Some(c) = characters.next() {
            match c {
                // What follows is for numbers below nothing.
                ';' => break,
                '"' => {
                    pieces.push(FormatPiece::Word(characters.by_ref().take_while(|&c| c != '"').collect()));
                }
                '\\' | '!' => pieces.push(FormatPiece::Word(characters.next().map(String::from)?)),
                '_' | '*' => drop(characters.next()),
                '0' => pieces.push(FormatPiece::Zero),
                '#' | '?' => pieces.push(FormatPiece::Digit),
                '[' => {
                    let inside: String = characters.by_ref().take_while(|&c| c != ']').collect();
                    // A colour and a language change no digit; conditions and other numerals do.
                    if inside.contains(['<', '>', '=']) || inside.starts_with("DBNum") {
                        return None;
                    }
                }
                '.' | ',' | '%' | 'E' | 'e' | '/' | '@' => return None,
                word => pieces.push(FormatPiece::Word(word.to_string())),
            }
        }
        let zeros = pieces.iter().filter(|piece| **piece == FormatPiece::Zero).count();
        let shows = zeros > 0 || pieces.contains(&FormatPiece::Digit);
        let digits = |piece: &FormatPiece| match piece {
            FormatPiece::Word(word) => word.chars().any(|c| c.is_ascii_digit()),
            _ => false,
        };
        (shows && (zeros > 1 || pieces.iter().any(digits))).then_some(Self { pieces })
    }
    /// What is shown of a number; none where it has the digits of the number and no others.
    pub(super) fn shown(&self, number: f64) -> Option<String> {
        // Of greater numbers a spreadsheet does not keep all digits.
        if number.fract() != 0.0 || !(0.0..1e15).contains(&number) {
            return None;
        }
        let digits = format!("{}", number as u64);
        let mut left: Vec<char> = digits.chars().collect();
        let first = self.pieces.iter().position(|piece| !matches!(piece, FormatPiece::Word(_)))?;
        let mut backwards: Vec<char> = Vec::new();
        for (at, piece) in self.pieces.iter().enumerate().rev() {
            match (piece, left.pop()) {
                (FormatPiece::Word(word), digit) => {
                    left.extend(digit);
                    backwards.extend(word.chars().rev());
                }
                (_, Some(digit)) => {
                    backwards.push(digit);
                    if at == first {
                        backwards.extend(left.drain(..).rev());
                    }
                }
                (FormatPiece::Zero, None) => backwards.push('0'),
                (FormatPiece::Digit, None) => {}
            }
        }
        let shown: String = backwards.into_iter().rev().collect();
        let other = shown.chars().filter(char::is_ascii_digit).ne(digits.chars());
        other.then(|| shown.trim().to_owned())
    }
}

/// Digits that a cell shows beyond those of the number that it holds, where the text of what is shown stands beside it.
pub(super) fn digits_shown(number: f64, shown: &str) -> Option<String> {
    let shown = shown.trim();
    if number.fract() != 0.0 || !(0.0..1e15).contains(&number) || shown.contains(['.', ',', '%', 'E']) {
        return None;
    }
    let digits = format!("{}", number as u64);
    let seen: String = shown.chars().filter(char::is_ascii_digit).collect();
    (seen.len() > digits.len() && seen.ends_with(&digits)).then(|| shown.to_owned())
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn digits_of_a_format_are_shown() {
        for (format, number, shown) in [
            ("\"410621\"00000000", 1.0, Some("41062100000001")),
            ("\"410621\"00000000", 12_345_678.0, Some("41062112345678")),
            ("000000", 12.0, Some("000012")),
            ("000000", 123_456.0, None),
            ("0000\"-\"0000", 10_002.0, Some("0001-0002")),
            ("\"户\"0000", 7.0, Some("户0007")),
            ("000\\-000", 1_234_567.0, None),
            ("4106210", 5.0, Some("4106215")),
            ("[$-804]0000;@", 3.0, Some("0003")),
            ("General\"(2018)\"", 450.0, Some("450(2018)")),
        ] {
            assert_eq!(
                DigitFormat::of(format).and_then(|f| f.shown(number)).as_deref(),
                shown,
                "{format} {number}"
            );
        }
        for format in ["0", "General", "0.00", "#,##0", "0%", "yyyy-mm-dd", "0\"户\"", "@", "[>=10]000;0"] {
            assert_eq!(DigitFormat::of(format), None, "{format}");
        }
        let format = DigitFormat::of("000000").unwrap();
        assert!(format.shown(-1.0).is_none() && format.shown(1.5).is_none() && format.shown(1e17).is_none());
    }

    #[test]
    fn a_text_beside_the_number_shows_more_digits() {
        assert_eq!(digits_shown(1.0, "41062100000001").as_deref(), Some("41062100000001"));
        assert_eq!(digits_shown(12.0, "000012").as_deref(), Some("000012"));
        for (number, shown) in [(12.0, "12"), (450.0, "450.00"), (1.0, "100%"), (5.0, "10"), (12.5, "0012.5")]
        {
            assert_eq!(digits_shown(number, shown), None, "{shown}");
        }
    }
}
