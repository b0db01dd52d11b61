//! Finds the header row, and tells titles, totals and footers from data.

use std::collections::HashSet;

use super::SkipReason;
use crate::config::clean_config_header;
use crate::config::read_options::ReadOptions;
use crate::privacy::mask::holds_long_number;
use crate::{Error, Result};

/// Rows looked at for a header.
pub(super) const HEADER_DEPTH: usize = 30;

/// Known headers in comparable form.
pub(super) struct KnownHeaders {
    known: HashSet<String>,
    minimum: usize,
}

/// A header found: position of its last row among the rows given, and its texts.
#[derive(Debug)]
pub(super) struct FoundHeader {
    pub first: usize,
    pub last: usize,
    pub headers: Vec<String>,
    pub hits: usize,
}

impl KnownHeaders {
    pub(super) fn new(options: &ReadOptions) -> Self {
        let known: HashSet<String> = options.known_headers.iter().map(|h| clean_config_header(h)).collect();
        let minimum = options.minimum_headers.clamp(1, known.len().max(1));
        Self { known, minimum }
    }
    /// A unit in brackets behind a header does not make it another header.
    fn knows(&self, cell: &str) -> bool {
        let clean = clean_config_header(cell);
        !clean.is_empty()
            && (self.known.contains(&clean)
                || clean.split(['(', '[', '【']).next().is_some_and(|bare| self.known.contains(bare)))
    }
    fn hits(&self, row: &[String]) -> usize {
        row.iter().filter(|cell| self.knows(cell)).count()
    }
    /// The row (or two rows) with the most known headers among the first rows of a table.
    pub(super) fn find(&self, rows: &[Vec<String>]) -> Option<FoundHeader> {
        if self.known.is_empty() {
            return guess_header(rows);
        }
        let (first, hits) = rows
            .iter()
            .take(HEADER_DEPTH)
            .map(|row| self.hits(row))
            .enumerate()
            .max_by_key(|&(index, hits)| (hits, std::cmp::Reverse(index)))?;
        let two = self.two_rows(rows, first);
        let joined = two.as_ref().map_or(0, |h| self.hits(h));
        if joined > hits && joined >= self.minimum {
            return two.map(|headers| FoundHeader {
                first,
                last: first + 1,
                headers: tidy_headers(headers),
                hits: joined,
            });
        }
        (hits >= self.minimum).then(|| FoundHeader {
            first,
            last: first,
            headers: tidy_headers(rows[first].clone()),
            hits,
        })
    }
    /// Headers of a row and the one below it: a group title above (`成员1`) and its parts below.
    fn two_rows(&self, rows: &[Vec<String>], first: usize) -> Option<Vec<String>> {
        let (upper, lower) = (rows.get(first)?, rows.get(first + 1)?);
        let mut group = String::new();
        let headers = (0..upper.len().max(lower.len()))
            .map(|column| {
                let above = upper.get(column).map_or("", |c| c.trim());
                let below = lower.get(column).map_or("", |c| c.trim());
                if !above.is_empty() {
                    above.clone_into(&mut group);
                }
                if below.is_empty() {
                    return above.to_owned();
                }
                let joined = format!("{group}{below}");
                if self.knows(&joined) || !self.knows(below) && !group.is_empty() {
                    if self.knows(&joined) { joined } else { format!("{group}/{below}") }
                } else {
                    below.to_owned()
                }
            })
            .collect();
        Some(headers)
    }
    /// The error for a table without a header row.
    pub(super) fn missing(&self, rows: &[Vec<String>]) -> Error {
        // Rows may be those of persons: only the first line is shown, without numbers, and none that is data.
        let first = rows.iter().find(|row| row.iter().any(|cell| !cell.is_empty()));
        let seen = match first {
            None => "(没有内容)".to_owned(),
            Some(row) if row.iter().any(|cell| holds_long_number(cell)) => {
                "第一行就有证件号一类的长号码，多半缺表头行".to_owned()
            }
            Some(row) => {
                let cells = row.iter().filter(|c| !c.is_empty()).take(8).map(String::as_str);
                let line = cells.collect::<Vec<_>>().join(" | ");
                line.chars().filter(|c| !c.is_control()).take(80).collect()
            }
        };
        Error::input(format!("找不到表头行：前{HEADER_DEPTH}行里没有一行含有至少{}个已知表头", self.minimum))
            .hint(format!("看到的第一行是：{seen}。若表头改了名，请在数据来源文件的 headers 里加上"))
    }
    /// The error unless a header was found.
    pub(super) fn require(&self, rows: &[Vec<String>]) -> Result<FoundHeader> {
        self.find(rows).ok_or_else(|| self.missing(rows))
    }
}

/// Without known headers: the first row with several texts and no number among them.
fn guess_header(rows: &[Vec<String>]) -> Option<FoundHeader> {
    let width = rows.iter().take(HEADER_DEPTH).map(|r| count_filled_headers(r)).max()?;
    let first = rows.iter().take(HEADER_DEPTH).position(|row| {
        let texts = row.iter().filter(|c| !c.is_empty());
        count_filled_headers(row) * 2 > width
            && texts.clone().all(|c| !c.bytes().all(|b| b.is_ascii_digit() || b == b'.'))
    })?;
    Some(FoundHeader {
        first,
        last: first,
        headers: tidy_headers(rows[first].clone()),
        hits: count_filled_headers(&rows[first]),
    })
}

fn count_filled_headers(row: &[String]) -> usize {
    row.iter().filter(|c| !c.trim().is_empty()).count()
}

/// Trims headers, drops line breaks and inner spaces, and cuts empty ones at the right end.
fn tidy_headers(headers: Vec<String>) -> Vec<String> {
    let mut headers: Vec<String> = headers
        .into_iter()
        .map(|h| h.chars().filter(|c| !c.is_whitespace() && !c.is_control() && *c != '\u{feff}').collect())
        .collect();
    while headers.last().is_some_and(String::is_empty) {
        headers.pop();
    }
    headers
}

/// The headers of a table, cleaned once: tells rows that are not data from those that are.
pub(super) struct RowsBelowHeader {
    cleaned: Vec<String>,
    /// First header that has a text, and its first character.
    begin: Option<(usize, char)>,
}

impl RowsBelowHeader {
    pub(super) fn new(headers: &[String]) -> Self {
        let cleaned: Vec<String> = headers.iter().map(|h| clean_config_header(h)).collect();
        let begin = cleaned.iter().enumerate().find_map(|(at, h)| Some((at, h.chars().next()?)));
        Self { cleaned, begin }
    }

    /// Why a row below the header is not data, if it is not. `filled`: how many cells are;
    /// `first`: the first of them.
    pub(super) fn not_data(
        &self,
        filled: usize,
        first: &str,
        cells: &[impl AsRef<str>],
    ) -> Option<SkipReason> {
        if filled == 0 {
            return Some(SkipReason::Blank);
        }
        // Most rows end here: a total or footer is nearly empty.
        if filled * 2 <= self.cleaned.len().max(2)
            && let Some(reason) = total_or_footer(filled, first)
        {
            return Some(reason);
        }
        self.repeated(first, cells).then_some(SkipReason::Header)
    }

    /// Is the row a header repeated on a further printed page?
    fn repeated(&self, first: &str, cells: &[impl AsRef<str>]) -> bool {
        let (Some((at, begin)), Some(c)) = (self.begin, first.chars().next()) else { return false };
        // Digits, letters and ideographs stay what they are when a header is cleaned.
        let stays = c.is_ascii_alphanumeric() || ('\u{4E00}'..='\u{9FFF}').contains(&c);
        if stays && c.to_ascii_lowercase() != begin || clean_config_header(first) != self.cleaned[at] {
            return false;
        }
        let same = cells
            .iter()
            .zip(&self.cleaned)
            .filter(|(cell, header)| !header.is_empty() && clean_config_header(cell.as_ref()) == **header)
            .count();
        same * 2 > self.cleaned.len()
    }
}

fn total_or_footer(filled: usize, first: &str) -> Option<SkipReason> {
    const TOTALS: [&str; 7] = ["合计", "小计", "总计", "共计", "累计", "本页合计", "总合计"];
    const FOOTERS: [&str; 12] = [
        "制表",
        "填表",
        "填报",
        "审核",
        "复核",
        "备注",
        "说明",
        "注:",
        "注\u{FF1A}",
        "单位负责人",
        "打印",
        "负责人",
    ];
    let bare: String = first.chars().filter(|c| !c.is_whitespace()).take(24).collect();
    if TOTALS.contains(&bare.trim_end_matches([':', '\u{FF1A}']))
        || (filled > 1 && (bare.ends_with("合计") || bare.ends_with("小计")))
    {
        return Some(SkipReason::Total);
    }
    FOOTERS.iter().any(|f| bare.starts_with(f)).then_some(SkipReason::Footer)
}

#[cfg(test)]
mod tests {
    use super::*;

    fn rows(text: &str) -> Vec<Vec<String>> {
        text.lines().map(|l| l.split(',').map(str::to_owned).collect()).collect()
    }

    fn known() -> KnownHeaders {
        KnownHeaders::new(&ReadOptions {
            known_headers: ["姓名", "证件号码", "乡镇", "成员1姓名", "成员1证件号", "月保障金"]
                .map(str::to_owned)
                .to_vec(),
            minimum_headers: 2,
            ..ReadOptions::default()
        })
    }

    #[test]
    fn below_a_title() {
        let found = known().find(&rows("某县人口表,,\n2018年,,\n 姓 名,证件号码*,乡镇\n张三,1,2")).unwrap();
        assert_eq!((found.first, found.last, found.hits), (2, 2, 3));
        assert_eq!(found.headers[0], "姓名");
    }

    #[test]
    fn in_two_rows_under_a_group() {
        let found =
            known().find(&rows("乡镇,成员1,,月保障金(元)\n,姓名,证件号,\n善堂镇,张三,1,300")).unwrap();
        assert_eq!((found.first, found.last), (0, 1));
        assert_eq!(found.headers, ["乡镇", "成员1姓名", "成员1证件号", "月保障金(元)"]);
    }

    #[test]
    fn none_is_an_error_that_shows_what_was_seen() {
        let error = known().require(&rows("a,b,c\n1,2,3")).unwrap_err();
        assert!(error.message().contains("找不到表头行"));
        assert!(error.hint_text().unwrap().contains("a | b | c"));
    }

    #[test]
    fn totals_footers_blanks_and_repeated_headers() {
        let headers: Vec<String> = ["县", "乡镇", "姓名", "金额"].map(str::to_owned).to_vec();
        let below = RowsBelowHeader::new(&headers);
        let kind = |line: &str| {
            let cells: Vec<&str> = line.split(',').collect();
            let filled: Vec<&str> = cells.iter().copied().filter(|c| !c.is_empty()).collect();
            below.not_data(filled.len(), filled.first().copied().unwrap_or(""), &cells)
        };
        assert_eq!(kind(",,,"), Some(SkipReason::Blank));
        assert_eq!(kind("合 计,,,300"), Some(SkipReason::Total));
        assert_eq!(kind("善堂镇小计,,,300"), Some(SkipReason::Total));
        assert_eq!(kind("制表人:王五,,,"), Some(SkipReason::Footer));
        assert_eq!(kind("县,乡镇,姓名,金额"), Some(SkipReason::Header));
        assert_eq!(kind(" 县,乡镇,*姓名,金额"), Some(SkipReason::Header));
        assert_eq!(kind("浚县,善堂镇,张三,300"), None);
        assert_eq!(kind(",,张三,"), None);
    }
}
