//! What is known of single Han characters: variants, readings, shape codes.
//!
//! The tables are embedded: `data/han.bin` and `data/variants.csv` (built from Unihan by
//! `scripts/build_han_data.py`, licence in `data/LICENSE-UNICODE`) and the private-use fold of
//! old GBK. Looking a character up is one array access.

use std::sync::LazyLock;

/// Stands for a character that cannot be read (`□`, `?`, `*`, `某`, pinyin in place of a rare one).
pub(crate) const WILDCARD: char = '□';
/// Separates the parts of names transcribed from other languages.
pub(crate) const INTERPUNCT: char = '·';

/// A reading: toneless syllable × 8 + tone (1-5); 0 is none.
pub(crate) type Reading = u16;

/// Facts about one character.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq)]
pub(crate) struct HanChar {
    /// Readings, the usual one first; 0 where there are fewer.
    pub readings: [Reading; 4],
    /// Four-corner code of five digits, `u32::MAX` unknown.
    pub four_corner: u32,
    /// Cangjie letters 1-26, 0 after the last.
    pub cangjie: [u8; 5],
    /// Number of strokes, 0 unknown.
    pub strokes: u8,
    /// Kangxi radical, 0 unknown.
    pub radical: u8,
    /// Characters of one class share their phonetic part; 0 unknown.
    pub phonetic: u16,
    /// Readings as a surname of one character, where they differ from the usual ones.
    pub surname: [Reading; 2],
}

struct HanTables {
    /// Row of a character: code point minus `FIRST`, 0 if unknown.
    rows: Vec<u16>,
    chars: Vec<HanChar>,
    /// Fold target by code point minus `FIRST`, `\0` if the character stands for itself.
    fold: Vec<char>,
    syllables: Vec<&'static str>,
}

const FIRST: u32 = 0x2E80;
const END: u32 = 0x32400;
const RECORD: usize = 24;
static BINARY: &[u8] = include_bytes!("../../data/han.bin");
static VARIANTS: &str = include_str!("../../data/variants.csv");
/// Surnames and their readings; also read by the names for compound surnames.
pub(crate) static SURNAMES: &str = include_str!("../../data/surname_readings.csv");
static PRIVATE_USE: &str = include_str!("../../data/gbk_pua_fold.csv");
static TABLES: LazyLock<HanTables> = LazyLock::new(decode_han_tables);

/// Radicals that Unicode has beside the characters, and the characters: what programs put in their place.
static RADICALS: &str = include_str!("../../data/radical_equivalents.csv");

/// The character of a radical such as ⻢, a stroke or a sign of description; `None` if there is none, and of all others.
pub(crate) fn unified_radical(c: char) -> Option<char> {
    let mut pairs = RADICALS.lines().skip(1).map(|line| line.chars());
    pairs.find_map(|mut line| (line.next() == Some(c)).then(|| line.nth(1)))?
}

/// Slot of a code point, if the tables can hold it.
fn han_slot(c: char) -> Option<usize> {
    let code = c as u32;
    (FIRST..END).contains(&code).then(|| (code - FIRST) as usize)
}

fn u16_at(bytes: &[u8], at: usize) -> u16 {
    u16::from_le_bytes([bytes[at], bytes[at + 1]])
}

fn u32_at(bytes: &[u8], at: usize) -> u32 {
    u32::from(u16_at(bytes, at)) | u32::from(u16_at(bytes, at + 2)) << 16
}

fn decode_han_tables() -> HanTables {
    let count = u32_at(BINARY, 4) as usize;
    let mut rows = vec![0u16; (END - FIRST) as usize];
    let mut chars = vec![HanChar::default()];
    chars.reserve_exact(count);
    let body = &BINARY[8..8 + count * RECORD];
    for record in body.chunks_exact(RECORD) {
        let mut cangjie = [0u8; 5];
        let mut letters = u32_at(record, 8);
        for letter in cangjie.iter_mut().rev() {
            *letter = (letters % 27) as u8;
            letters /= 27;
        }
        if let Some(slot) = char::from_u32(u32_at(record, 0)).and_then(han_slot) {
            rows[slot] = chars.len() as u16;
            chars.push(HanChar {
                readings: [16, 18, 20, 22].map(|at| u16_at(record, at)),
                four_corner: u32_at(record, 4),
                cangjie,
                strokes: record[14],
                radical: record[15],
                phonetic: u16_at(record, 12),
                surname: [0; 2],
            });
        }
    }
    let syllables: Vec<&'static str> =
        std::str::from_utf8(&BINARY[8 + count * RECORD..]).unwrap_or("").split('\n').collect();
    let mut fold = vec!['\0'; (END - FIRST) as usize];
    let rows_of = |table: &'static str| table.lines().skip(1).map(|line| line.split(',').collect::<Vec<_>>());
    let code = |text: &str| u32::from_str_radix(text, 16).ok().and_then(char::from_u32);
    for cells in rows_of(VARIANTS) {
        if let [_, _, from, to, _] = cells[..]
            && let (Some(from), Some(to)) = (code(from).and_then(han_slot), code(to))
        {
            fold[from] = to;
        }
    }
    // After the variants: private-use characters first become real ones, then fold like them.
    for cells in rows_of(PRIVATE_USE) {
        if let [from, _, to, _] = cells[..]
            && let (Some(from), Some(to)) = (code(from).and_then(han_slot), code(to))
        {
            let further = han_slot(to).map_or('\0', |s| fold[s]);
            fold[from] = if further == '\0' { to } else { further };
        }
    }
    for line in SURNAMES.lines().skip(1) {
        let Some((name, text)) = line.split_once(',') else { continue };
        let mut letters = name.chars();
        if let (Some(c), None) = (letters.next(), letters.next())
            && let (Some(reading), Some(slot)) = (find_han_reading(&syllables, text), han_slot(c))
            && let Some(free) = chars[usize::from(rows[slot])].surname.iter_mut().find(|r| **r == 0)
        {
            *free = reading;
        }
    }
    HanTables { rows, chars, fold, syllables }
}

/// Facts about `c`; all unknown for a character outside the table.
pub(crate) fn look_up_han(c: char) -> &'static HanChar {
    let tables = &*TABLES;
    let row = han_slot(c).map_or(0, |s| tables.rows[s]);
    &tables.chars[usize::from(row)]
}

/// The character that `c` is compared as: simplified for traditional, standard for variant,
/// real for private use.
pub(crate) fn fold_han(c: char) -> char {
    match han_slot(c).map(|s| TABLES.fold[s]) {
        None | Some('\0') => c,
        Some(to) => to,
    }
}

/// Is it a Han ideograph (or a character that folds to one)?
pub(crate) fn is_han(c: char) -> bool {
    matches!(c,
        '\u{3400}'..='\u{4DBF}' | '\u{4E00}'..='\u{9FFF}' | '\u{F900}'..='\u{FAFF}' | '\u{20000}'..='\u{323AF}'
        | '\u{E815}'..='\u{E864}' | '〇' | '\u{2E80}'..='\u{2FD5}')
}

/// Toneless syllable of a reading; empty for none.
pub(crate) fn syllable_of(reading: Reading) -> &'static str {
    match usize::from(reading / 8) {
        0 => "",
        number => TABLES.syllables.get(number - 1).copied().unwrap_or(""),
    }
}

/// Reading for a toneless syllable with tone (`shan4`); tone 0 if none is written.
pub(crate) fn parse_reading(text: &str) -> Option<Reading> {
    find_han_reading(&TABLES.syllables, text)
}

fn find_han_reading(syllables: &[&str], text: &str) -> Option<Reading> {
    let (letters, tone) = match text.as_bytes().last() {
        Some(digit @ b'1'..=b'5') => (&text[..text.len() - 1], u16::from(digit - b'0')),
        _ => (text, 0),
    };
    let number = syllables.binary_search(&letters).ok()?;
    Some((number as u16 + 1) * 8 + tone)
}

/// Is the text one toneless syllable?
pub(crate) fn is_syllable(text: &str) -> bool {
    TABLES.syllables.binary_search(&text).is_ok()
}

/// How alike two characters look, 0 (not at all) to 100. Counts common strokes of thought:
/// Cangjie parts in order, corners that agree, the difference in strokes, and a common phonetic
/// part or radical.
pub(crate) fn han_shape_similarity(a: char, b: char) -> u8 {
    if a == b {
        return 100;
    }
    let (x, y) = (look_up_han(a), look_up_han(b));
    if x.cangjie[0] == 0 || y.cangjie[0] == 0 {
        return 0;
    }
    let set = |c: &[u8; 5]| c.iter().fold(0u32, |set, &letter| set | 1 << letter) & !1;
    let common = match set(&x.cangjie) & set(&y.cangjie) {
        0 => 0,
        _ => common_shape_subsequence(&x.cangjie, &y.cangjie),
    };
    let letters = |c: &[u8; 5]| c.iter().filter(|&&l| l > 0).count();
    let (m, n) = (letters(&x.cangjie), letters(&y.cangjie));
    // Two letters in common of two and three say less than four of five.
    let parts = 200 * common / (m + n);
    let corners = if x.four_corner == u32::MAX || y.four_corner == u32::MAX {
        parts
    } else {
        let (mut p, mut q, mut agree) = (x.four_corner / 10, y.four_corner / 10, 0);
        for _ in 0..4 {
            agree += usize::from(p % 10 == q % 10);
            p /= 10;
            q /= 10;
        }
        agree * 25
    };
    let gap = usize::from(x.strokes.abs_diff(y.strokes));
    let most = usize::from(x.strokes.max(y.strokes)).max(1);
    let strokes = 100 - (100 * gap / most).min(100);
    let mut score = (45 * parts + 35 * corners + 20 * strokes) / 100;
    if x.phonetic != 0 && x.phonetic == y.phonetic {
        score += 15;
    }
    score.min(99) as u8
}

fn common_shape_subsequence(a: &[u8; 5], b: &[u8; 5]) -> usize {
    let mut best = [[0usize; 6]; 6];
    for i in 0..5 {
        for j in 0..5 {
            best[i + 1][j + 1] =
                if a[i] != 0 && a[i] == b[j] { best[i][j] + 1 } else { best[i][j + 1].max(best[i + 1][j]) };
        }
    }
    best[5][5]
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn folds() {
        for (from, to) in
            [('陳', '陈'), ('峯', '峰'), ('喆', '哲'), ('\u{E863}', '䶮'), ('張', '张'), ('王', '王')]
        {
            assert_eq!(fold_han(from), to, "{from}");
        }
        // Two standard characters stay two.
        for c in ['乾', '干', '肖', '萧', '付', '傅'] {
            assert_eq!(fold_han(c), c);
        }
    }

    #[test]
    fn folding_twice_changes_nothing() {
        for code in FIRST..END {
            if let Some(c) = char::from_u32(code) {
                assert_eq!(fold_han(fold_han(c)), fold_han(c), "{c}");
            }
        }
    }

    #[test]
    fn readings_agree_with_another_table() {
        use pinyin::ToPinyin;
        let mut differ = 0;
        for code in 0x4E00..0x9FA5u32 {
            let Some(c) = char::from_u32(code) else { continue };
            let Some(other) = c.to_pinyin() else { continue };
            let plain = other.plain().replace('ü', "v");
            differ += usize::from(!look_up_han(c).readings.iter().any(|&r| syllable_of(r) == plain));
        }
        assert!(differ < 400, "{differ} of 20901 characters");
    }

    #[test]
    fn reading_numbers_round_trip() {
        let shan = parse_reading("shan4").expect("known");
        assert_eq!((syllable_of(shan), shan % 8), ("shan", 4));
        assert!(look_up_han('单').readings.contains(&shan));
        assert!(!is_syllable("shanx"));
    }
}
