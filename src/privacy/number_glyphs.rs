//! How a character may be read where somebody wrote a number.

use super::look_alikes::look_alike;
use unicode_normalization::UnicodeNormalization as _;
use unicode_normalization::char::is_combining_mark;

/// What a character is within a number.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum NumberGlyph {
    /// A digit of any script, circled and raised ones too.
    Digit(u8),
    /// A letter or sign that is mistaken for a digit: `O`, `l`.
    LookAlike(u8),
    /// A Chinese numeral.
    Numeral(u8),
    /// The `X` that an ID number may end with, or what is taken for one.
    Check,
    /// Takes no room: zero-width spaces, marks of direction, enclosing marks.
    Invisible,
    /// Stands between the digits of one number: a space, a dash, a dot, a quote, a comma of thousands.
    Separator,
    /// Stands between numbers as a rule, within a number by accident: a Chinese comma, a line break.
    Punctuation,
    /// The border of a cell.
    Border,
    /// Anything else.
    Other,
}

/// First character, how many follow it, and the digit of the first: digits of all scripts that NFKC does not fold to ASCII.
const DIGITS: [(u32, u32, u32); 81] = [
    (0x660, 10, 0),
    (0x6F0, 10, 0),
    (0x7C0, 10, 0),
    (0x966, 10, 0),
    (0x9E6, 10, 0),
    (0xA66, 10, 0),
    (0xAE6, 10, 0),
    (0xB66, 10, 0),
    (0xBE6, 10, 0),
    (0xC66, 10, 0),
    (0xCE6, 10, 0),
    (0xD66, 10, 0),
    (0xDE6, 10, 0),
    (0xE50, 10, 0),
    (0xED0, 10, 0),
    (0xF20, 10, 0),
    (0x1040, 10, 0),
    (0x1090, 10, 0),
    (0x1369, 9, 1),
    (0x17E0, 10, 0),
    (0x1810, 10, 0),
    (0x1946, 10, 0),
    (0x19D0, 11, 0),
    (0x1A80, 10, 0),
    (0x1A90, 10, 0),
    (0x1B50, 10, 0),
    (0x1BB0, 10, 0),
    (0x1C40, 10, 0),
    (0x1C50, 10, 0),
    (0x2474, 9, 1),
    (0x2488, 9, 1),
    (0x24F5, 9, 1),
    (0x24FF, 1, 0),
    (0x2776, 9, 1),
    // Of Suzhou, kanbun, in brackets, in circles.
    (0x3021, 9, 1),
    (0x3192, 4, 1),
    (0x3220, 9, 1),
    (0x3280, 9, 1),
    (0x2780, 9, 1),
    (0x278A, 9, 1),
    (0xA620, 10, 0),
    (0xA8D0, 10, 0),
    (0xA900, 10, 0),
    (0xA9D0, 10, 0),
    (0xA9F0, 10, 0),
    (0xAA50, 10, 0),
    (0xABF0, 10, 0),
    (0x104A0, 10, 0),
    (0x10D30, 10, 0),
    (0x10E60, 9, 1),
    (0x11052, 9, 1),
    (0x11066, 10, 0),
    (0x110F0, 10, 0),
    (0x11136, 10, 0),
    (0x111D0, 10, 0),
    (0x112F0, 10, 0),
    (0x11450, 10, 0),
    (0x114D0, 10, 0),
    (0x11650, 10, 0),
    (0x116C0, 10, 0),
    (0x11730, 10, 0),
    (0x118E0, 10, 0),
    (0x11950, 10, 0),
    (0x11C50, 10, 0),
    (0x16A60, 10, 0),
    (0x16B50, 10, 0),
    (0x1E140, 10, 0),
    (0x1E2F0, 10, 0),
    (0x1E950, 10, 0),
    // Counting rods, upright and lying.
    (0x1D360, 9, 1),
    (0x1D369, 9, 1),
    (0x10D40, 10, 0),
    (0x11DA0, 10, 0),
    (0x11F50, 10, 0),
    (0x16AC0, 10, 0),
    (0x16D70, 10, 0),
    (0x1CCF0, 10, 0),
    (0x1E4F0, 10, 0),
    (0x11D50, 10, 0),
    (0x1F100, 1, 0),
    (0x1F101, 10, 0),
];

/// Reads one character.
pub(super) fn number_glyph(c: char) -> NumberGlyph {
    match c {
        '0'..='9' => NumberGlyph::Digit(c as u8 - b'0'),
        '丨' => NumberGlyph::LookAlike(1),
        '\u{4E00}'..='\u{9FFF}' => chinese_numeral(c),
        '\0'..='\u{7F}' => ascii_glyph(c),
        _ => other_glyph(c),
    }
}

/// The digit that a character is; with `alike` also what it is taken for.
pub fn digit_of(c: char, alike: bool) -> Option<u8> {
    match number_glyph(c) {
        NumberGlyph::Digit(digit) | NumberGlyph::Numeral(digit) => Some(digit),
        NumberGlyph::LookAlike(digit) if alike => Some(digit),
        _ => None,
    }
}

fn ascii_glyph(c: char) -> NumberGlyph {
    use NumberGlyph::{Border, Check, LookAlike, Other, Punctuation, Separator};
    match c {
        'O' | 'o' | 'Q' | 'D' => LookAlike(0),
        'l' | 'I' | 'i' | '!' => LookAlike(1),
        'Z' | 'z' => LookAlike(2),
        'S' | 's' => LookAlike(5),
        'b' => LookAlike(6),
        'B' => LookAlike(8),
        'q' | 'g' => LookAlike(9),
        '|' => LookAlike(1),
        'X' | 'x' => Check,
        '\t' => Border,
        '\n' | '\r' | ':' | ';' => Punctuation,
        ' ' | '-' | '.' | ',' | '\'' | '"' | '`' | '/' | '\\' | '_' | '(' | ')' | '[' | ']' | '{' | '}'
        | '<' | '>' | '+' | '~' | '=' | '^' | '#' => Separator,
        // A control character does not show.
        _ if c.is_control() => NumberGlyph::Invisible,
        _ => Other,
    }
}

fn chinese_numeral(c: char) -> NumberGlyph {
    let digit = match c {
        '零' => 0,
        '一' | '壹' | '弌' | '幺' => 1,
        '二' | '贰' | '貳' | '弍' | '两' => 2,
        '三' | '叁' | '參' | '叄' | '弎' => 3,
        '四' | '肆' => 4,
        '五' | '伍' => 5,
        '六' | '陆' | '陸' => 6,
        '七' | '柒' => 7,
        '八' | '捌' => 8,
        '九' | '玖' => 9,
        _ => return NumberGlyph::Other,
    };
    NumberGlyph::Numeral(digit)
}

fn other_glyph(c: char) -> NumberGlyph {
    use NumberGlyph::{Check, Digit, Invisible, LookAlike, Numeral, Punctuation, Separator};
    match c {
        '\u{AD}'
        | '\u{34F}'
        | '\u{61C}'
        | '\u{115F}'
        | '\u{1160}'
        | '\u{17B4}'
        | '\u{17B5}'
        | '\u{3164}'
        | '\u{FFA0}'
        | '\u{180B}'..='\u{180E}'
        | '\u{200B}'..='\u{200F}'
        | '\u{202A}'..='\u{202E}'
        | '\u{2060}'..='\u{206F}'
        | '\u{FE00}'..='\u{FE0F}'
        | '\u{FEFF}'
        | '\u{FFF9}'..='\u{FFFC}'
        | '\u{E0000}'..='\u{E0FFF}' => return Invisible,
        '\u{3007}' => return Numeral(0),
        '×' | 'Χ' | 'χ' | 'Х' | 'х' | 'Ҳ' | 'ҳ' | 'Ⲭ' | 'ⲭ' | 'ꓫ' | 'Ⅹ' | 'ⅹ' | '✕' | '✖' | '╳' | '⨯'
        | '❌' | 'ㄨ' | '☓' => {
            return Check;
        }
        '，' | '、' | '。' | '；' | '：' | '\u{85}' | '\u{2028}' | '\u{2029}' => return Punctuation,
        '\u{2010}'..='\u{2015}'
        | '\u{2212}'
        | '\u{2043}'
        | '\u{FE58}'
        | '\u{FE63}'
        | '\u{2500}'
        | '\u{2501}'
        | '\u{30FC}'
        | '·'
        | '•'
        | '・'
        | '‧'
        | '∙'
        | '⋅'
        | '․'
        | '﹒'
        | '｡'
        | '\u{2018}'..='\u{201F}'
        | '\u{2032}'..='\u{2036}'
        | '´'
        | '˙'
        | '﹐'
        | '､'
        | '﹍'
        | '_'
        | '⁄'
        | '∕'
        | '…'
        | '〜'
        | '　'
        | '（'
        | '）'
        | '〔'
        | '〕'
        | '【'
        | '】'
        | '《'
        | '》'
        | '「'
        | '」'
        | '〈'
        | '〉' => return Separator,
        _ => {}
    }
    if let Some(digit) = look_alike(c) {
        return LookAlike(digit);
    }
    let code = c as u32;
    if let Some((first, _, digit)) =
        DIGITS.iter().find(|(first, count, _)| (*first..first + count).contains(&code))
    {
        return Digit(((digit + code - first) % 10) as u8);
    }
    if c.is_whitespace() {
        return Separator;
    }
    if is_combining_mark(c) {
        return Invisible;
    }
    if c.is_control() {
        return Invisible;
    }
    // Circled, raised, mathematical and full-width forms.
    let mut folded = std::iter::once(c).nfkc();
    match (folded.next(), folded.next()) {
        (Some(one), None) if one.is_ascii() => number_glyph(one),
        _ => NumberGlyph::Other,
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn digits_of_all_scripts_are_read() {
        for (text, digit) in [
            (
                "5\u{FF15}\u{665}\u{6F5}\u{96B}\u{2464}\u{1D7D3}\u{1D7DD}\u{2075}\u{2085}\u{277A}\u{1FBF5}\u{1F106}",
                5,
            ),
            ("0\u{FF10}\u{24EA}\u{24FF}\u{1D7CE}\u{1D7D8}\u{2070}\u{660}\u{1F100}", 0),
            ("3\u{B3}\u{2476}\u{248A}\u{24F7}", 3),
        ] {
            for c in text.chars() {
                assert_eq!(number_glyph(c), NumberGlyph::Digit(digit), "{c} U+{:X}", c as u32);
            }
        }
    }

    #[test]
    fn what_takes_no_room_hides_nothing() {
        for c in
            "\u{200B}\u{200D}\u{2060}\u{FEFF}\u{AD}\u{20E3}\u{FE0F}\u{202E}\u{301}\u{1B}\u{E0020}".chars()
        {
            assert_eq!(number_glyph(c), NumberGlyph::Invisible, "U+{:X}", c as u32);
        }
        for c in " \u{A0}\u{3000}\u{2003}\u{202F}-－—–．.·'’\"，".chars().filter(|c| *c != '，') {
            assert_eq!(number_glyph(c), NumberGlyph::Separator, "{c}");
        }
    }

    #[test]
    fn look_alikes_and_numerals_have_their_digit() {
        for (text, glyph) in [
            ("OoＯ○О", NumberGlyph::LookAlike(0)),
            ("lI|ｌ｜丨", NumberGlyph::LookAlike(1)),
            ("九玖", NumberGlyph::Numeral(9)),
            ("〇零", NumberGlyph::Numeral(0)),
            ("XxＸ×Х", NumberGlyph::Check),
            ("年人a元", NumberGlyph::Other),
        ] {
            for c in text.chars() {
                assert_eq!(number_glyph(c), glyph, "{c}");
            }
        }
    }
}
