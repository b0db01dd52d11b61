//! Tells rows of data below a header from totals, signatures, notes and headers that come again.
//!
//! A row that says who it is about, by an ID number, a name or a household number in the column for it, is
//! data, whatever its other cells say. Only a row that says nothing of the kind may be something else, and
//! only by words that stand for it.

use std::collections::{BTreeMap, BTreeSet};

use super::SkipReason;
use super::row_assembly::trim_row_cell;
use super::row_words::{
    CellWord, CellWords, is_count_text, is_example_text, is_id_text, is_name_text, is_part_of_id,
    is_total_for_name,
};
use crate::config::clean_config_header;
use crate::config::read_options::KeyHeaders;
use crate::model::list_lines::is_line_of_list;
use crate::{Error, Result};

/// Most characters of a skipped row that are kept.
const MOST_TEXT: usize = 500;
/// Characters from which a text that stands alone in its row is a sentence.
const SENTENCE: usize = 12;

/// The headers of a table, cleaned once.
pub(super) struct RowsBelowHeader {
    cleaned: Vec<String>,
    /// First header that has a text, and its first character.
    begin: Option<(usize, char)>,
    id_numbers: Vec<usize>,
    names: Vec<usize>,
    households: Vec<usize>,
    /// Columns that tell something of a person besides, and those of places.
    facts: Vec<usize>,
    places: Vec<usize>,
    known_places: BTreeSet<String>,
    /// Which column each known header feeds, cleaned.
    columns: BTreeMap<String, String>,
    /// A contract names the key columns: they are not guessed by their words.
    named_keys: bool,
}

/// What a row of headers below the header says.
enum HeaderAgain {
    /// What the header says.
    Same,
    /// Another order, other columns or other units: position of the first that differs.
    Other(usize),
}

/// Words beside 合计 that no row of totals has.
const RECORD_WORDS: usize = 4;
/// Cells of a row that are looked at for a known header before it is taken for none.
const LOOKED_AT: usize = 6;

impl RowsBelowHeader {
    /// For headers whose key columns are guessed by their words.
    pub(super) fn new(headers: &[String]) -> Self {
        let cleaned: Vec<String> = headers.iter().map(|h| clean_config_header(h)).collect();
        let begin = cleaned.iter().enumerate().find_map(|(at, h)| Some((at, h.chars().next()?)));
        let of = |words: &[&str]| -> Vec<usize> {
            let holds = |at: usize| words.iter().any(|word| cleaned[at].contains(word));
            (0..cleaned.len()).filter(|&at| holds(at)).collect()
        };
        let id_numbers = of(&["身份证", "证件号", "公民身份", "身份号码"]);
        let names = of(&["姓名"]);
        let households = of(&["户编号", "户编码", "家庭编号", "家庭编码", "户号"]);
        let facts = of(&["性别", "出生", "关系", "地址", "住址", "账号", "帐号", "卡号", "电话", "手机"]);
        let places = of(&["县", "区划", "乡", "镇", "街道", "村", "社区"]);
        Self {
            begin,
            id_numbers,
            names,
            households,
            facts,
            places,
            known_places: BTreeSet::new(),
            cleaned,
            columns: BTreeMap::new(),
            named_keys: false,
        }
    }

    /// Takes the key columns that a contract names, if it names any.
    pub(super) fn with_keys(&mut self, keys: &KeyHeaders) {
        self.columns.clone_from(&keys.columns);
        self.known_places.clone_from(&keys.known_places);
        if keys.is_empty() {
            return;
        }
        let of = |headers: &[String]| -> Vec<usize> {
            let known: Vec<String> = headers.iter().map(|h| clean_config_header(h)).collect();
            let is = |text: &str| known.iter().any(|header| header == text);
            let plays = |at: usize| {
                let header = self.cleaned[at].as_str();
                is(header)
                    || is(bare_header(header))
                    || header.rsplit_once('/').is_some_and(|(_, last)| is(last))
            };
            (0..self.cleaned.len()).filter(|&at| plays(at)).collect()
        };
        let (ids, names, households) = (of(&keys.id_numbers), of(&keys.names), of(&keys.households));
        if !(ids.is_empty() && names.is_empty() && households.is_empty()) {
            (self.id_numbers, self.names, self.households) = (ids, names, households);
            (self.facts, self.places) = (of(&keys.facts), of(&keys.places));
            self.named_keys = true;
        }
    }

    /// Why a row below the header is not data, if it is not. `filled`: how many cells are;
    /// `first`: the first of them.
    ///
    /// # Errors
    /// A header that stands again and differs: what is below it would be read under the wrong columns.
    pub(super) fn not_data(
        &self,
        filled: usize,
        first: &str,
        cells: &[impl AsRef<str>],
    ) -> Result<Option<SkipReason>> {
        if filled == 0 {
            return Ok(Some(SkipReason::Blank));
        }
        if self.is_example(first, cells) {
            return Ok(Some(SkipReason::Example));
        }
        // Nearly all rows end here.
        if let Some(&at) = self.id_numbers.first()
            && cells.get(at).is_some_and(|cell| begins_as_id(cell.as_ref()))
        {
            return Ok(None);
        }
        let cells: Vec<&str> = cells.iter().map(|cell| trim_row_cell(cell.as_ref())).collect();
        let holds_id =
            |at: &usize| cells.get(*at).is_some_and(|cell| !cell.is_empty() && is_part_of_id(cell));
        if self.id_numbers.iter().any(holds_id) {
            return Ok(None);
        }
        // Codes below a header of words say nothing of its order; below a header of codes they may.
        let words = self.cleaned.iter().any(|header| !header.is_ascii());
        if words && is_code_row(&cells) || is_number_row(&cells) {
            return Ok(Some(SkipReason::Header));
        }
        match self.header_again(filled, first, &cells) {
            Some(HeaderAgain::Same) => return Ok(Some(SkipReason::Header)),
            Some(HeaderAgain::Other(at)) => return Err(self.other_header(at, &cells)),
            None => {}
        }
        if is_unit_row(&cells) {
            return match other_unit(&cells) {
                Some(unit) => Err(Error::input(format!("表头下面一行写着单位“{unit}”，读入时不会按它换算")).hint(
                    "把单位写进各列的表头，如“月保障金(万元)”，删去这一行；或请提供部门按元、平方米重新导出",
                )),
                None => Ok(Some(SkipReason::Header)),
            };
        }
        if !words && is_code_row(&cells) {
            return Ok(Some(SkipReason::Header));
        }
        Ok(self.judge(filled, &cells))
    }

    /// Does the row show how to fill in the template: is its first cell, apart from its number, or its name marked so?
    fn is_example(&self, first: &str, cells: &[impl AsRef<str>]) -> bool {
        let numbered = first.bytes().all(|b| b.is_ascii_digit() || b == b'.');
        let next =
            || cells.iter().map(|cell| trim_row_cell(cell.as_ref())).filter(|cell| !cell.is_empty()).nth(1);
        is_example_text(first)
            || numbered && next().is_some_and(is_example_text)
            || self.names.iter().any(|&at| cells.get(at).is_some_and(|cell| is_example_text(cell.as_ref())))
    }

    /// The ID number of a row whose cells have moved to the right: a name stands in the column for it, and a
    /// number in one of the next two, which are for something else. Tells the header above the name.
    pub(super) fn shifted(&self, cells: &[impl AsRef<str>]) -> Option<&str> {
        let at = self.id_numbers.iter().filter(|_| self.named_keys).find(|&&at| {
            let Some(cell) = cells.get(at).map(AsRef::as_ref) else { return false };
            // Nearly all are empty or numbers.
            if cell.as_bytes().first().is_none_or(u8::is_ascii) || !is_name_text(trim_row_cell(cell)) {
                return false;
            }
            (at + 1..=at + 2).any(|next| {
                !self.id_numbers.contains(&next)
                    && !self.names.contains(&next)
                    && cells.get(next).is_some_and(|cell| is_id_text(trim_row_cell(cell.as_ref())))
            })
        })?;
        Some(&self.cleaned[*at])
    }

    /// The error for a header that differs from the one above, at a column.
    fn other_header(&self, at: usize, cells: &[&str]) -> Error {
        let above = self.cleaned.get(at).filter(|header| !header.is_empty());
        let here = cells.get(at).copied().filter(|cell| !cell.is_empty());
        let told = |header: Option<&str>| header.map_or("没有表头".to_owned(), |h| format!("是“{h}”"));
        Error::input(format!(
            "这一行又是表头，第{}列{}，上面的表头{}：下面的各行会读到错的列里",
            at + 1,
            told(here),
            told(above.map(String::as_str))
        ))
        .hint("多半是几张表拼在一起：拆成几个文件，各有自己的表头；或把各列调成同样的顺序后重新导出")
    }

    fn judge(&self, filled: usize, cells: &[&str]) -> Option<SkipReason> {
        let at = |columns: &[usize], says: &dyn Fn(usize, &str) -> bool| {
            columns.iter().any(|&at| cells.get(at).is_some_and(|cell| !cell.is_empty() && says(at, cell)))
        };
        let named =
            at(&self.names, &|at, cell| is_name_text(cell) && clean_config_header(cell) != self.cleaned[at]);
        let words = CellWords::of(cells);
        // A name that the word before it explains (制表人, 王五) is no person of the list.
        let signed = || {
            words.only_signatures()
                && self
                    .names
                    .iter()
                    .all(|&at| cells.get(at).is_none_or(|c| c.is_empty()) || words.is_signature(at))
        };
        let nobody = self.names_nobody(cells, &words);
        if named && !nobody {
            return signed().then_some(SkipReason::Footer);
        }
        // A total is nobody of the household whose number stands beside it; it does not fill a row with words.
        if at(&self.names, &|_, cell| is_total_for_name(cell))
            && !cells.iter().any(|cell| is_id_text(cell))
            && words.count(CellWord::Text) < RECORD_WORDS
        {
            return Some(SkipReason::Total);
        }
        if at(&self.households, &|_, cell| is_household_text(cell))
            || cells.iter().any(|cell| is_id_text(cell))
        {
            return nobody.then_some(SkipReason::Line);
        }
        self.judge_words(filled, cells, &words).or(nobody.then_some(SkipReason::Line))
    }

    /// Why a row without a name, an ID number and a household number is not data, by its words.
    fn judge_words(&self, filled: usize, cells: &[&str], words: &CellWords) -> Option<SkipReason> {
        // A record that quotes have put into one cell is a damaged row, not a sentence: it holds the cells of half a
        // row at least, or somebody's number.
        if filled == 1 && self.cleaned.len() > 2 {
            let cell = cells.iter().find(|cell| !cell.is_empty()).copied().unwrap_or_default();
            let separators = cell.bytes().filter(|b| b",;\t|^".contains(b)).count();
            if separators >= self.cleaned.len() / 2 && separators > 1 || holds_run_of_id_length(cell) {
                return None;
            }
        }
        let keyed = !(self.id_numbers.is_empty() && self.names.is_empty() && self.households.is_empty());
        let sparse = filled * 2 <= self.cleaned.len().max(2);
        if !(keyed || sparse) {
            return None;
        }
        let (footers, texts) = (words.count(CellWord::Label), words.count(CellWord::Text));
        if words.count(CellWord::Total) > 0 {
            // A person or a school may be called so; a total does not fill a row with words.
            return (sparse || texts < RECORD_WORDS).then_some(SkipReason::Total);
        }
        if footers > 0 && (texts <= footers || words.begins_with_label() && sparse) {
            return Some(SkipReason::Footer);
        }
        if keyed && words.end_mark() && !self.tells_of_person(cells) {
            return Some(SkipReason::Footer);
        }
        (filled == 1 && keyed && self.is_note(cells)).then_some(SkipReason::Note)
    }

    /// Does nothing in the row tell of a person: what stands in place of names is lines of the list, and no number, no
    /// sex, no account … stands beside it? Its places and its household number may have been filled in by dragging.
    fn names_nobody(&self, cells: &[&str], words: &CellWords) -> bool {
        let mut lines = 0;
        for cell in self.names.iter().filter_map(|&at| cells.get(at)).filter(|cell| !cell.is_empty()) {
            if !is_line_of_list(cell, &|place| self.is_place(place, cells)) {
                return false;
            }
            lines += 1;
        }
        let known = |at: usize| {
            [&self.names, &self.places, &self.households, &self.id_numbers]
                .iter()
                .any(|all| all.contains(&at))
        };
        lines > 0
            && words.count_outside(CellWord::Text, &known) < RECORD_WORDS
            && !self.tells_of_person(cells)
    }

    /// Is it a place of the row, or one that the pipeline knows?
    fn is_place(&self, text: &str, cells: &[&str]) -> bool {
        let own = |&at: &usize| {
            cells.get(at).is_some_and(|cell| {
                !cell.is_empty() && (*cell == text || cell.strip_suffix(['村', '镇', '乡']) == Some(text))
            })
        };
        self.known_places.contains(text) || self.places.iter().any(own)
    }

    /// Does a cell beside the name, the household and the place say something of a person?
    fn tells_of_person(&self, cells: &[&str]) -> bool {
        let digits = |cell: &str| cell.chars().filter(char::is_ascii_digit).count();
        cells.iter().enumerate().filter(|(_, cell)| !cell.is_empty()).any(|(at, cell)| {
            self.facts.contains(&at)
                || self.id_numbers.contains(&at) && digits(cell) >= 4
                || !self.names.contains(&at) && !self.households.contains(&at) && holds_long_run(cell)
        })
    }

    /// Does the only cell of a row tell of no person: a number written in advance, a date, a sentence?
    fn is_note(&self, cells: &[&str]) -> bool {
        let Some((at, cell)) = cells.iter().enumerate().find(|(_, cell)| !cell.is_empty()) else {
            return false;
        };
        let key =
            [&self.id_numbers, &self.names, &self.households].iter().any(|columns| columns.contains(&at));
        let sentence = cell.chars().count() >= SENTENCE || is_word_between(cell);
        // A township in the column of townships is what is left of somebody's row.
        let own = || self.places.contains(&at) && cell.ends_with(|end| self.cleaned[at].contains(end));
        let line = || !own() && is_line_of_list(cell, &|place| self.is_place(place, cells));
        if key { sentence } else { sentence || is_count_text(cell) || line() }
    }

    /// Is the row a header again, and does it say what the one above says?
    fn header_again(&self, filled: usize, first: &str, cells: &[&str]) -> Option<HeaderAgain> {
        let repeated = self.repeated(filled, first, cells);
        let mut known = 0;
        let mut other = None;
        let cleaned = cells.iter().enumerate().filter(|(_, cell)| !cell.is_empty());
        for (seen, (at, cell)) in cleaned.enumerate() {
            if !repeated && seen >= LOOKED_AT && known == 0 {
                return None;
            }
            let cell = clean_config_header(cell);
            let column = self.column_of(&cell);
            known += usize::from(column.is_some());
            let same = match self.cleaned.get(at).map_or("", String::as_str) {
                // Beside the columns may stand the number of a page.
                "" => column.is_none(),
                // A header of several rows comes again in as many.
                header if header.starts_with(&cell) || header.ends_with(&cell) => true,
                header => {
                    unit_in_header(header) == unit_in_header(&cell)
                        && (bare_header(header) == bare_header(&cell)
                            || column.is_some() && self.column_of(header) == column)
                }
            };
            if !same && other.is_none() {
                other = Some(at);
            }
        }
        let many = known >= 3 || known >= 2 && self.cleaned.len() <= 3;
        if !(repeated || many && known * 10 >= filled * 6) {
            return None;
        }
        Some(other.map_or(HeaderAgain::Same, HeaderAgain::Other))
    }

    /// The column that a cleaned header feeds, if it is one of the contract or of the table.
    fn column_of<'a>(&'a self, header: &'a str) -> Option<&'a str> {
        let bare = bare_header(header);
        if let Some(column) = self.columns.get(header).or_else(|| self.columns.get(bare)) {
            return Some(column);
        }
        self.cleaned.iter().any(|own| !own.is_empty() && own == header).then_some(header)
    }

    /// Is the row a header repeated on a further printed page?
    fn repeated(&self, filled: usize, first: &str, cells: &[&str]) -> bool {
        let (Some((at, begin)), Some(c)) = (self.begin, first.chars().next()) else { return false };
        // Digits, letters and ideographs stay what they are when a header is cleaned.
        let stays = c.is_ascii_alphanumeric() || ('\u{4E00}'..='\u{9FFF}').contains(&c);
        let begins =
            !(stays && c.to_ascii_lowercase() != begin) && clean_config_header(first) == self.cleaned[at];
        // A page without the serial number, say, repeats the header from its second column on.
        let later = !begins
            && self.names.iter().chain(&self.id_numbers).any(|&at| {
                cells
                    .get(at)
                    .is_some_and(|cell| !cell.is_empty() && clean_config_header(cell) == self.cleaned[at])
            });
        if !begins && !later {
            return false;
        }
        let same = cells
            .iter()
            .zip(&self.cleaned)
            .filter(|(cell, header)| !header.is_empty() && clean_config_header(cell) == **header)
            .count();
        same * 2 > if begins { self.cleaned.len() } else { filled.max(2) }
    }
}

/// Is it a word above further rows (`补报：`), or what stands below a page (`共917人 第1/1页`)?
fn is_word_between(cell: &str) -> bool {
    cell.ends_with(['：', ':'])
        || cell.starts_with('共')
            && cell.contains(['人', '户', '条', '页'])
            && cell.bytes().any(|b| b.is_ascii_digit())
}

/// What a skipped row says: its cells joined by tabs, at most 500 characters.
pub(super) fn skipped_row_text(cells: &[impl AsRef<str>]) -> String {
    let mut text = String::new();
    let mut left = MOST_TEXT;
    for (at, cell) in cells.iter().enumerate() {
        if at > 0 {
            text.push('\t');
            left -= 1;
        }
        for c in trim_row_cell(cell.as_ref()).chars().take(left) {
            text.push(c);
            left -= 1;
        }
        if left == 0 {
            break;
        }
    }
    text.truncate(text.trim_end_matches('\t').len());
    text
}

/// Does a text hold as many digits in a row as an ID number has, or as are left of one?
fn holds_run_of_id_length(text: &str) -> bool {
    text.split(|c: char| !c.is_ascii_digit()).any(|run| (14..=18).contains(&run.len()))
}

/// Does a text hold as many digits in a row as no date has: an account, a telephone, a certificate?
fn holds_long_run(text: &str) -> bool {
    text.split(|c: char| !c.is_ascii_digit()).any(|run| run.len() >= 9)
}

/// Could it be nothing but an ID number, at a glance?
fn begins_as_id(cell: &str) -> bool {
    let bytes = cell.as_bytes();
    (15..=24).contains(&bytes.len()) && bytes[..10].iter().all(u8::is_ascii_digit)
}

/// A number of a household: letters and digits only, and no count, amount or date.
fn is_household_text(cell: &str) -> bool {
    let plain = |b: u8| b.is_ascii_alphanumeric() || matches!(b, b'-' | b'_');
    let digits = cell.bytes().filter(u8::is_ascii_digit).count();
    cell.bytes().all(plain) && digits >= 4 && (digits > 8 || !is_date_text(cell))
}

fn is_date_text(cell: &str) -> bool {
    crate::model::written_date::parse_written_date(cell).is_some()
}

/// Names of columns as a database knows them below their headers: `AAC001`, `XM`, `id_card`.
fn is_code_row(cells: &[&str]) -> bool {
    let code = |cell: &str| {
        cell.len() <= 40
            && cell.starts_with(|c: char| c.is_ascii_alphabetic())
            && cell.bytes().all(|b| b.is_ascii_alphanumeric() || matches!(b, b'_' | b'.' | b'-'))
    };
    let filled: Vec<&str> = cells.iter().copied().filter(|cell| !cell.is_empty()).collect();
    if filled.len() < 3 || filled.len() * 2 <= cells.len() || !filled.iter().all(|cell| code(cell)) {
        return false;
    }
    let mut distinct = filled.clone();
    distinct.sort_unstable();
    distinct.dedup();
    distinct.len() == filled.len()
}

/// Numbers of columns below their headers: `1 2 3`, `(1) (2) (3)`, `栏次 甲 乙 1 2`, `1 2 3=1+2`.
fn is_number_row(cells: &[&str]) -> bool {
    const BESIDE: &[&str] = &["栏次", "栏号", "列次", "列号", "行次", "序号", "项目", "栏目"];
    const STEMS: &[&str] = &["甲", "乙", "丙", "丁", "戊", "己", "庚", "辛", "壬", "癸"];
    let mut next: Option<u32> = None;
    let mut numbers = 0;
    for cell in cells.iter().filter(|cell| !cell.is_empty()) {
        let bare = cell.trim_matches(['(', ')', '[', ']', '\u{FF08}', '\u{FF09}', '【', '】', ' ']);
        let bare = bare.split(['=', '\u{FF1D}']).next().unwrap_or("").trim();
        if next.is_none() && (BESIDE.contains(&bare) || STEMS.contains(&bare)) {
            continue;
        }
        let number = match bare.chars().next() {
            Some(c @ '①'..='⑳') if bare.chars().count() == 1 => c as u32 - '①' as u32 + 1,
            _ if bare.len() <= 3 && bare.bytes().all(|b| b.is_ascii_digit()) => match bare.parse() {
                Ok(number) => number,
                Err(_) => return false,
            },
            _ => return false,
        };
        if next.map_or(number > 1, |next| number != next) {
            return false;
        }
        next = Some(number + 1);
        numbers += 1;
    }
    numbers >= 3
}

/// A cleaned header without what stands in brackets behind it.
fn bare_header(header: &str) -> &str {
    header.split(['(', '[', '【']).next().filter(|bare| !bare.is_empty()).unwrap_or(header)
}

/// The unit in brackets behind a cleaned header; none if it is the one that bare numbers have.
fn unit_in_header(header: &str) -> Option<&str> {
    let unit = header.strip_suffix(')')?.rsplit_once('(')?.1;
    let money_or_area = ["元", "亩", "角", "分", "平", "m2"].iter().any(|word| unit.contains(word));
    (money_or_area && !matches!(unit, "元" | "平方米" | "m2")).then_some(unit)
}

/// The unit of a row of units that is not the one bare numbers have.
fn other_unit<'a>(cells: &[&'a str]) -> Option<&'a str> {
    cells.iter().copied().find(|cell| ["万元", "亩", "元/年"].iter().any(|unit| cell.contains(unit)))
}

/// Units below their headers: `(元)`, `人`.
fn is_unit_row(cells: &[&str]) -> bool {
    const UNITS: &[&str] =
        &["元", "万元", "人", "户", "口", "亩", "平方米", "㎡", "元/月", "元/年", "年月", "年月日"];
    let mut filled = cells.iter().filter(|cell| !cell.is_empty()).peekable();
    filled.peek().is_some()
        && filled.all(|cell| UNITS.contains(&cell.trim_matches(['(', ')', '\u{FF08}', '\u{FF09}'])))
}

#[cfg(test)]
mod tests {
    use super::*;

    fn below(headers: &str, keys: &KeyHeaders) -> RowsBelowHeader {
        let headers: Vec<String> = headers.split(',').map(str::to_owned).collect();
        let mut below = RowsBelowHeader::new(&headers);
        below.with_keys(keys);
        below
    }

    fn kind(below: &RowsBelowHeader, line: &str) -> Option<SkipReason> {
        let cells: Vec<&str> = line.split(',').collect();
        let filled: Vec<&str> = cells.iter().map(|c| c.trim()).filter(|c| !c.is_empty()).collect();
        below.not_data(filled.len(), filled.first().copied().unwrap_or(""), &cells).unwrap()
    }

    #[test]
    fn totals_footers_blanks_and_repeated_headers() {
        let below = below("县,乡镇,姓名,金额", &KeyHeaders::default());
        let kind = |line: &str| kind(&below, line);
        assert_eq!(kind(",,,"), Some(SkipReason::Blank));
        assert_eq!(kind("合 计,,,300"), Some(SkipReason::Total));
        assert_eq!(kind("善堂镇小计,,,300"), Some(SkipReason::Total));
        assert_eq!(kind("制表人:王五,,,"), Some(SkipReason::Footer));
        assert_eq!(kind("县,乡镇,姓名,金额"), Some(SkipReason::Header));
        assert_eq!(kind(" 县,乡镇,*姓名,金额"), Some(SkipReason::Header));
        assert_eq!(kind(",乡镇,姓名,"), Some(SkipReason::Header));
        assert_eq!(kind("浚县,善堂镇,张三,300"), None);
        assert_eq!(kind(",,张三,"), None);
    }

    const LIST: &str = "序号,县,户编号,姓名,证件号码,备注";

    fn keys() -> KeyHeaders {
        let of = |header: &str| vec![header.to_owned()];
        KeyHeaders {
            id_numbers: of("证件号码"),
            names: of("姓名"),
            households: of("户编号"),
            ..KeyHeaders::default()
        }
    }

    #[test]
    fn who_it_is_about_makes_a_row_data_whatever_else_it_says() {
        let below = below(LIST, &keys());
        for line in [
            "合计,,,,410621198404200795,",
            "审核通过,浚县,,张三,,",
            "备注:已死亡,,,张三,,",
            ",,4100000032,,,合计",
            "制表人:王五,,,欧阳建国,,",
            ",,,阿依古丽·买买提,,以下空白",
            "1,2,3,张三,5,6",
            "合计,410621198404200795,,,,",
            "1,浚县,,,,",
            ",,,,410621,总计",
        ] {
            assert_eq!(kind(&below, line), None, "{line}");
        }
    }

    #[test]
    fn totals_and_signatures_stand_anywhere_in_the_row() {
        let below = below(LIST, &keys());
        for (line, reason) in [
            ("41,合计,40户,40人,,", SkipReason::Total),
            ("合计:40户,,,,,12000", SkipReason::Total),
            (",浚县,善堂镇,小计,,", SkipReason::Total),
            ("总计40人,,,,,", SkipReason::Total),
            ("本页小计,,,,,", SkipReason::Total),
            (",,,四十人,,总计", SkipReason::Total),
            ("经办人:王五,,审核人:赵六,分管领导:李四,,", SkipReason::Footer),
            ("制表人,,,王五,审核人,赵六", SkipReason::Footer),
            ("截止日期,,2018-09-30,,,", SkipReason::Footer),
            ("(盖章),,,,,", SkipReason::Footer),
            ("第1页 共3页,,,,,", SkipReason::Footer),
            ("以下空白,,,,,", SkipReason::Footer),
            ("联系人:张三  联系电话:0392-0000000,,,,,", SkipReason::Footer),
            ("制表日期:2018年9月30日,,,,,", SkipReason::Footer),
            (",,,,,单位负责人签字:", SkipReason::Footer),
            ("41,,,,,", SkipReason::Note),
            ("以上人员均已公示七天，无异议。,,,,,", SkipReason::Note),
            ("1,2,3,4,5,6", SkipReason::Header),
            ("(1),(2),(3),(4),(5),(6)", SkipReason::Header),
            ("栏次,甲,1,2,3=1+2,4", SkipReason::Header),
            ("XH,AAR005,AAC001,AAB002,AAB004,AAB099", SkipReason::Header),
            (",,,,,(元)", SkipReason::Header),
        ] {
            assert_eq!(kind(&below, line), Some(reason), "{line}");
        }
    }

    #[test]
    fn totals_and_examples_in_the_column_for_names_are_nobody() {
        let below = below(LIST, &keys());
        for (line, reason) in [
            (",,41062100080010,户小计,,", SkipReason::Total),
            (",,41062100080010,合计,,", SkipReason::Total),
            (",浚县,,共计60户,,", SkipReason::Total),
            ("合,,,计,,12900", SkipReason::Total),
            ("过次页,,,,,6250", SkipReason::Total),
            ("善堂镇 Total,,,,,6250", SkipReason::Total),
            ("例：1,浚县,41062100080010,张三,410621198404200795,", SkipReason::Example),
            ("1,（示例）浚县,41062100080010,张三,410621198404200795,", SkipReason::Example),
            ("1,浚县,,张三（样例）,410621198404200795,", SkipReason::Example),
        ] {
            assert_eq!(kind(&below, line), Some(reason), "{line}");
        }
        for line in [
            "1,浚县,41062100080010,何合计,,",
            "1,浚县,41062100080010,合计,410621198404200795,",
            "1,浚县,41062100080010,计小平,,",
            "1,浚县,,例如海,410621198404200795,",
            "1,示例村,,张三,410621198404200795,",
            "1,浚县,,张三,410621198404200795,按比例",
        ] {
            assert_eq!(kind(&below, line), None, "{line}");
        }
    }

    #[test]
    fn what_a_skipped_row_says_is_kept() {
        assert_eq!(skipped_row_text(&["合计", " ", "40户", ""]), "合计\t\t40户");
        assert_eq!(skipped_row_text(&["字".repeat(700), "后".to_owned()]).chars().count(), 500);
    }
}
