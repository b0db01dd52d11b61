//! Lists that came in several files of which one is missing, by what their names number: `…_1.csv` and `…_3.csv` without
//! `…_2.csv`, `…(1of3).csv` alone, `第1部分` and `第3部分`.

use std::collections::{BTreeMap, BTreeSet};
use std::path::{Path, PathBuf};

use super::LoadedSource;
use super::data_folder::masked_file_name;
use crate::config::SourceContract;
use crate::model::source_row::AuditFinding;

/// More parts than that are no parts: years, days, numbers of villages.
const MOST_PARTS: u32 = 20;

/// What a file's name says of the part of a list that it is.
#[derive(Debug, PartialEq, Eq)]
struct PartOfName {
    /// The name without its number: the same for all parts of a list.
    of: String,
    number: u32,
    /// How many parts there are, where the name says so.
    parts: Option<u32>,
    /// Is it a mere number behind the name? One alone says nothing.
    bare: bool,
}

/// Files that belong together.
#[derive(Default)]
struct PartsOfList {
    numbers: BTreeSet<u32>,
    parts: Option<u32>,
    bare: bool,
    files: Vec<PathBuf>,
}

/// Finds lists of which a part is missing, each with its files: who stands in it is not known.
pub(super) fn missing_parts(
    contract: &SourceContract,
    loaded: &LoadedSource,
) -> Vec<(AuditFinding, Vec<PathBuf>)> {
    let files: BTreeSet<&PathBuf> = loaded.records.tables.iter().map(|table| &table.file).collect();
    let mut lists: BTreeMap<String, PartsOfList> = BTreeMap::new();
    for file in &files {
        let Some(part) = part_of_name(&name_without_ending(file)) else { continue };
        let list = lists.entry(part.of).or_default();
        list.numbers.insert(part.number);
        list.parts = list.parts.max(part.parts);
        list.bare |= part.bare;
        list.files.push((*file).clone());
    }
    for file in &files {
        // The first of several is often the only one without a number.
        if let Some(list) = lists.get_mut(&name_without_ending(file)).filter(|list| list.bare) {
            list.numbers.insert(1);
        }
    }
    let told = lists.into_values().filter_map(|list| {
        let missing = list.missing();
        if missing.is_empty() {
            return None;
        }
        let numbers: Vec<String> = missing.iter().map(u32::to_string).collect();
        let names: Vec<String> = list.files.iter().map(|file| format!("“{}”", masked_file_name(file))).collect();
        let all = list.parts.map_or(String::new(), |parts| format!("（共{parts}份）"));
        let message = format!(
            "文件{}像是一份名单分成几份中的{}份{all}，缺第{}份：没有列出的人不等于不在名单里；向{}索取缺的部分后重新运行；本来就只有这些的，去掉文件名里的序号",
            names.join(""),
            list.numbers.len(),
            numbers.join("、"),
            contract.owner
        );
        Some((AuditFinding::new(&contract.name, "missing_part", false, message), list.files))
    });
    told.collect()
}

impl PartsOfList {
    /// Numbers of the parts that did not come.
    fn missing(&self) -> Vec<u32> {
        let (Some(&first), Some(&last)) = (self.numbers.first(), self.numbers.last()) else {
            return Vec::new();
        };
        let from = match self.bare {
            true if self.numbers.len() < 2 => return Vec::new(),
            // Months and townships are numbered, too; those of parts begin at the beginning.
            true if first > 2 => first,
            _ => 1,
        };
        (from..=self.parts.unwrap_or(last).max(last))
            .filter(|number| !self.numbers.contains(number))
            .collect()
    }
}

/// Path of a file without what says its format.
fn name_without_ending(file: &Path) -> String {
    file.with_extension("").to_string_lossy().replace('\\', "/")
}

/// What a name says of the part that it is.
fn part_of_name(name: &str) -> Option<PartOfName> {
    let chars: Vec<char> = name.chars().collect();
    let from = chars.iter().rposition(|c| *c == '/').map_or(0, |at| at + 1);
    counted_part(&chars, from)
        .or_else(|| named_part(&chars, from))
        .or_else(|| numbered_part(&chars, from))
        .filter(|part| {
            (1..=MOST_PARTS).contains(&part.number) && part.parts.is_none_or(|all| part.number <= all)
        })
}

/// A number of one or two digits, or a Han one up to ten, and where it ends.
fn number_at(chars: &[char], at: usize) -> Option<(u32, usize)> {
    let digits = chars[at.min(chars.len())..].iter().take_while(|c| c.is_ascii_digit()).count();
    if digits > 0 {
        let text: String = chars[at..at + digits].iter().collect();
        return (digits <= 2).then(|| text.parse().ok()).flatten().map(|number| (number, at + digits));
    }
    const HAN: &str = "一二三四五六七八九十";
    let number = HAN.chars().position(|c| chars.get(at) == Some(&c))?;
    let next = chars.get(at + 1).is_some_and(|c| HAN.contains(*c));
    (!next).then_some((number as u32 + 1, at + 1))
}

fn skip_spaces(chars: &[char], mut at: usize) -> usize {
    while matches!(chars.get(at), Some(' ' | '_' | '-' | '，' | ',' | '\u{3000}')) {
        at += 1;
    }
    at
}

fn without(chars: &[char], from: usize, to: usize) -> String {
    chars[..from].iter().chain(['#'].iter()).chain(&chars[to..]).collect()
}

/// `1of3`, `(1-3)`, `第1份共3份`, `共3份第1份`.
fn counted_part(chars: &[char], from: usize) -> Option<PartOfName> {
    let unit = |at: usize| {
        ["部分", "份", "册", "卷", "个文件", "个"].iter().find_map(|word| {
            let length = word.chars().count();
            (chars.get(at..at + length).is_some_and(|here| here.iter().copied().eq(word.chars())))
                .then_some(at + length)
        })
    };
    let part = |begin: usize, end: usize, number: u32, parts: u32| {
        (parts <= MOST_PARTS).then(|| PartOfName {
            of: without(chars, begin, end),
            number,
            parts: Some(parts),
            bare: false,
        })
    };
    for begin in from..chars.len() {
        let open = matches!(chars[begin], '(' | '\u{FF08}' | '[');
        if let Some((number, end)) = number_at(chars, begin + usize::from(open))
            && (begin == from || open || !chars[begin - 1].is_ascii_digit())
        {
            let at = skip_spaces(chars, end);
            if chars.get(at..at + 2).is_some_and(|of| matches!(of, ['o' | 'O', 'f' | 'F']))
                && let Some((parts, end)) = number_at(chars, skip_spaces(chars, at + 2))
            {
                return part(begin, end, number, parts);
            }
            if open
                && matches!(chars.get(end), Some('-' | '_' | '\u{FF0D}' | '—'))
                && let Some((parts, end)) = number_at(chars, end + 1)
                && matches!(chars.get(end), Some(')' | '\u{FF09}' | ']'))
            {
                return part(begin, end, number, parts);
            }
        }
        if chars[begin] == '第'
            && let Some((number, end)) = number_at(chars, begin + 1)
            && let Some(end) = unit(end)
        {
            let at = skip_spaces(chars, end);
            if chars.get(at) == Some(&'共')
                && let Some((parts, end)) = number_at(chars, at + 1)
                && let Some(end) = unit(end)
            {
                return part(begin, end, number, parts);
            }
        }
        if chars[begin] == '共'
            && let Some((parts, end)) = number_at(chars, begin + 1)
            && let Some(end) = unit(end)
        {
            let at = skip_spaces(chars, end);
            if matches!(chars.get(at), Some('第' | '之'))
                && let Some((number, end)) = number_at(chars, at + 1)
            {
                return part(begin, end, number, parts);
            }
        }
    }
    None
}

/// `第1部分`, `第二册`, `part1`, `分册1`.
fn named_part(chars: &[char], from: usize) -> Option<PartOfName> {
    let begins = |at: usize, word: &str| {
        let mut at = at;
        word.chars().all(|c| {
            let same = chars.get(at).is_some_and(|here| here.eq_ignore_ascii_case(&c));
            at += 1;
            same
        })
    };
    for begin in from..chars.len() {
        let found = if chars[begin] == '第' {
            number_at(chars, begin + 1)
                .filter(|&(_, end)| ["部分", "份", "册", "卷", "分册"].iter().any(|word| begins(end, word)))
        } else {
            let word = ["part", "分册", "分卷", "部分"].into_iter().find(|word| begins(begin, word));
            let inside = begin > from && chars[begin - 1].is_ascii_alphabetic();
            word.filter(|_| !inside)
                .and_then(|word| number_at(chars, skip_spaces(chars, begin + word.chars().count())))
        };
        if let Some((number, end)) = found {
            return Some(PartOfName { of: without(chars, begin, end), number, parts: None, bare: false });
        }
    }
    None
}

/// `…_1`, `…-1`, `…(1)`: the name before it is that of the list.
fn numbered_part(chars: &[char], from: usize) -> Option<PartOfName> {
    let close = matches!(chars.last(), Some(')' | '\u{FF09}'));
    let end = chars.len() - usize::from(close);
    let digits = chars[from..end].iter().rev().take_while(|c| c.is_ascii_digit()).count();
    let begin = end - digits;
    let before = *chars.get(begin.checked_sub(1).filter(|at| *at > from)?)?;
    let marked =
        if close { matches!(before, '(' | '\u{FF08}') } else { matches!(before, '_' | '-' | ' ' | '—') };
    let dated = chars[begin - 2].is_ascii_digit();
    let (number, _) = number_at(chars, begin).filter(|_| (1..=2).contains(&digits) && marked && !dated)?;
    let of: String = chars[..begin - 1].iter().collect();
    Some(PartOfName { of: of.trim_end().to_owned(), number, parts: None, bare: true })
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn parts_of_names() {
        for (name, number, parts, bare) in [
            ("农村低保_淇县_1", 1, None, true),
            ("部门/农村低保-3", 3, None, true),
            ("农村低保 (2)", 2, None, true),
            ("农村低保_淇县(1of3)", 1, Some(3), false),
            ("农村低保 2 of 3", 2, Some(3), false),
            ("农村低保（1-3）", 1, Some(3), false),
            ("农村低保第1部分", 1, None, false),
            ("农村低保_第二册", 2, None, false),
            ("农村低保_part2", 2, None, false),
            ("农村低保_Part 02", 2, None, false),
            ("农村低保共3份第1份", 1, Some(3), false),
            ("农村低保第1份，共3份", 1, Some(3), false),
        ] {
            let part = part_of_name(name).unwrap_or_else(|| panic!("{name}"));
            assert_eq!((part.number, part.parts, part.bare), (number, parts, bare), "{name}");
        }
        for name in [
            "农村低保",
            "农村低保_2018",
            "农村低保_2018-9",
            "农村低保2018-09-30",
            "农村低保_0",
            "农村低保_25",
            "第3季度/农村低保",
            "农村低保_第三季度",
            "1",
            "农村低保（7-9月）",
            "department2_x",
            "农村低保(9-1)",
        ] {
            assert_eq!(part_of_name(name), None, "{name}");
        }
    }

    #[test]
    fn what_is_missing_of_a_sequence() {
        let missing = |numbers: &[u32], parts: Option<u32>, bare: bool| {
            let numbers = numbers.iter().copied().collect();
            PartsOfList { numbers, parts, bare, files: Vec::new() }.missing()
        };
        assert_eq!(missing(&[1, 3], None, true), [2]);
        assert_eq!(missing(&[2, 3], None, true), [1]);
        assert_eq!(missing(&[1], Some(3), false), [2, 3]);
        assert_eq!(missing(&[2], None, false), [1]);
        for (numbers, bare) in [(&[1, 2, 3][..], true), (&[7, 8, 9], true), (&[3], true), (&[1], false)] {
            assert!(missing(numbers, None, bare).is_empty(), "{numbers:?}");
        }
    }
}
