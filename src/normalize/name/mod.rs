//! Han person names: cleaned form and the keys that comparisons and blocks use.

mod clean;
mod inline_text;
mod surname;

use crate::model::han;
use crate::model::han::Reading;
use inline_text::{InlineCharacters, InlineText};

pub(crate) use surname::{surname_length, surname_readings};

/// What cleaning met. A set of bits.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq, Hash, PartialOrd, Ord)]
pub struct NameFlags(u8);

impl NameFlags {
    /// A character could not be read and stands as `□`.
    pub const WILDCARD: Self = Self(1);
    /// A note such as `(已故)` was removed.
    pub const NOTE: Self = Self(2);
    /// A private-use character of old GBK was replaced.
    pub const PRIVATE_USE: Self = Self(4);
    /// The name has an interpunct.
    pub const INTERPUNCT: Self = Self(8);
    /// No Han character at all.
    pub const LATIN: Self = Self(16);
    /// Folding changed a character (traditional or variant form).
    pub const FOLDED: Self = Self(32);

    /// Are all bits of `other` set?
    pub fn has(self, other: Self) -> bool {
        self.0 & other.0 == other.0
    }
    fn set(&mut self, other: Self) {
        self.0 |= other.0;
    }
}

/// An analysed name. Built once per distinct text (about 1 µs), compared many times.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct NameForm {
    clean: InlineText,
    /// Hash of the folded characters: equal for traditional, variant, spaced and interpunct
    /// forms of one name. 0 is missing.
    pub fold_key: u64,
    /// Hash of the toneless readings, surname read as a surname. 0 is missing.
    pub reading_key: u64,
    /// What cleaning met.
    pub flags: NameFlags,
    /// Characters of the surname, 0 where the name has none of its own.
    pub surname_len: u8,
    chars: InlineCharacters,
}

impl NameForm {
    /// Analyses the text of a cell.
    pub fn analyse(text: &str) -> Self {
        let mut flags = NameFlags::default();
        let clean = clean::clean_name(text, &mut flags);
        if clean.is_empty() {
            return Self::default();
        }
        let mut form = Self { flags, clean: InlineText::new(&clean), ..Self::default() };
        let mut all = Vec::with_capacity(8);
        for c in clean.chars().filter(|&c| c != han::INTERPUNCT) {
            let folded = han::fold_han(c);
            if folded != c {
                form.flags.set(NameFlags::FOLDED);
            }
            all.push(folded);
        }
        form.surname_len = if form.flags.has(NameFlags::INTERPUNCT) || form.flags.has(NameFlags::LATIN) {
            0
        } else {
            surname_length(&all) as u8
        };
        form.fold_key = all.iter().fold(SEED, |h, &c| mix_name_key(h, u64::from(c as u32)));
        form.chars = InlineCharacters::new(&all);
        form.reading_key = (0..all.len())
            .fold(SEED, |h, i| mix_name_key(h, name_reading_part(&form, i, form.readings_at(i)[0])));
        form
    }

    /// Cleaned characters: NFKC where safe, interpunct U+00B7, no spaces, notes removed, private use folded.
    pub fn clean(&self) -> &str {
        self.clean.as_str()
    }

    /// Bytes of [`Self::clean`].
    pub fn clean_bytes(&self) -> &[u8] {
        self.clean.as_bytes()
    }

    /// True if the cell held no name.
    pub fn is_missing(&self) -> bool {
        self.chars().is_empty()
    }

    /// Folded characters without interpuncts.
    pub fn chars(&self) -> &[char] {
        self.chars.all()
    }

    /// Folded characters of the surname.
    pub fn surname(&self) -> &[char] {
        &self.chars()[..usize::from(self.surname_len)]
    }

    /// Folded characters after the surname.
    pub fn given(&self) -> &[char] {
        &self.chars()[usize::from(self.surname_len)..]
    }

    /// First folded character, the key of surname blocks; `\0` if missing.
    pub fn surname_char(&self) -> char {
        self.chars().first().copied().unwrap_or('\0')
    }

    /// Does it hold a character that could not be read?
    pub fn has_wildcard(&self) -> bool {
        self.flags.has(NameFlags::WILDCARD)
    }

    /// Was a note removed?
    pub fn has_note(&self) -> bool {
        self.flags.has(NameFlags::NOTE)
    }

    /// Hash of the folded surname (term frequencies); 0 if there is none.
    pub fn surname_key(&self) -> u64 {
        name_key_of(self.surname())
    }

    /// Hash of the folded given name (term frequencies, blocks); 0 if there is none.
    pub fn given_key(&self) -> u64 {
        name_key_of(self.given())
    }

    /// Possible readings of the character at `index`, usual one first; 0 where there are fewer.
    /// The surname's readings as a surname come before its other readings.
    pub fn readings_at(&self, index: usize) -> [Reading; 6] {
        let mut found = [0; 6];
        let mut count = 0;
        let mut add = |reading: Reading| {
            if reading != 0 && count < 6 && !found[..count].contains(&reading) {
                found[count] = reading;
                count += 1;
            }
        };
        if index < usize::from(self.surname_len) {
            surname_readings(self.surname(), index).iter().for_each(|&r| add(r));
        }
        han::look_up_han(self.chars()[index]).readings.iter().for_each(|&r| add(r));
        found
    }

    /// Reading keys under every combination of readings (at most eight, the usual one first):
    /// what a reading block is built on, so that 单 as `shan` and as `dan` both meet.
    pub fn reading_keys(&self) -> ReadingKeys {
        let mut keys = [SEED; 8];
        let mut count = 1;
        if self.is_missing() {
            return ReadingKeys { keys, count: 0, next: 0 };
        }
        for index in 0..self.chars().len() {
            let readings = self.readings_at(index);
            let base = keys;
            let width = count;
            let mut syllables = [0; 6];
            let mut distinct = 0;
            for &reading in &readings {
                let part = name_reading_part(self, index, reading);
                if (reading != 0 || distinct == 0) && !syllables[..distinct].contains(&part) {
                    syllables[distinct] = part;
                    distinct += 1;
                }
            }
            count = 0;
            // The usual reading extends every key so far before rarer ones take what room is left.
            'room: for &part in &syllables[..distinct] {
                for &key in &base[..width] {
                    if count == 8 {
                        break 'room;
                    }
                    keys[count] = mix_name_key(key, part);
                    count += 1;
                }
            }
        }
        ReadingKeys { keys, count, next: 0 }
    }

    /// Reading in letters, toneless, for reports: `zhang san`.
    pub fn pinyin(&self) -> String {
        let parts: Vec<String> = (0..self.chars().len())
            .map(|i| match han::syllable_of(self.readings_at(i)[0]) {
                "" => self.chars()[i].to_string(),
                syllable => syllable.to_owned(),
            })
            .collect();
        parts.join(" ")
    }
}

/// Iterator over the reading keys of a name.
#[derive(Debug, Clone)]
pub struct ReadingKeys {
    keys: [u64; 8],
    count: usize,
    next: usize,
}

impl Iterator for ReadingKeys {
    type Item = u64;
    fn next(&mut self) -> Option<u64> {
        let key = self.keys[..self.count].get(self.next).copied();
        self.next += 1;
        key
    }
}

/// What the character at `index` adds to a reading key: its syllable, or itself if it has none.
fn name_reading_part(form: &NameForm, index: usize, reading: Reading) -> u64 {
    match reading / 8 {
        0 => u64::from(form.chars()[index] as u32) + 0x1_0000,
        syllable => u64::from(syllable),
    }
}

const SEED: u64 = 0x9E37_79B9_7F4A_7C15;

/// One step of a cheap 64-bit hash; never 0 in practice and stable across machines.
fn mix_name_key(hash: u64, value: u64) -> u64 {
    let product = u128::from(hash ^ value.wrapping_mul(0xA076_1D64_78BD_642F)) * 0xE703_7ED1_A0B4_28DB;
    (product as u64) ^ ((product >> 64) as u64)
}

/// Hash of folded characters; 0 for none.
pub(crate) fn name_key_of(chars: &[char]) -> u64 {
    if chars.is_empty() {
        return 0;
    }
    chars.iter().fold(SEED, |h, &c| mix_name_key(h, u64::from(c as u32)))
}

#[cfg(test)]
mod tests;
