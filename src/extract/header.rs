//! Finds the header of a table: one to four rows.

use std::collections::HashSet;

use super::row_words::{is_example_text, is_id_text};
use super::rows_below_header::skipped_row_text;
use super::{SkipReason, SkippedRow};
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

/// Most rows of a header.
const MOST_ROWS: usize = 4;

/// Columns up to which a header is sought whose single rows hold no known header.
const WIDEST_SEARCH: usize = 512;

/// A header found: positions of its first and last row among the rows given, and its texts.
#[derive(Debug)]
pub(super) struct FoundHeader {
    pub first: usize,
    pub last: usize,
    pub headers: Vec<String>,
    pub hits: usize,
}

impl FoundHeader {
    /// The rows of the header and those above it, by the number of the first row given.
    pub(super) fn skipped(&self, rows: &[Vec<String>], number: u32) -> Vec<SkippedRow> {
        let reason = |at| if at < self.first { SkipReason::Title } else { SkipReason::Header };
        let row = |(at, cells): (usize, &Vec<String>)| SkippedRow {
            row: number + at as u32,
            reason: reason(at),
            text: skipped_row_text(cells),
        };
        rows[..=self.last].iter().enumerate().map(row).collect()
    }
}

impl FoundHeader {
    /// Complains about rows of people above the header; `number`: that of the first row given.
    ///
    /// # Errors
    /// There are some: nobody of them would be read.
    pub(super) fn check_above(&self, rows: &[Vec<String>], number: u32) -> Result<()> {
        // A title, a note or an example of a number fills a cell or two.
        let of_person = |row: &&Vec<String>| {
            let filled = row.iter().filter(|cell| !cell.trim().is_empty());
            row.iter().any(|cell| is_id_text(cell))
                && filled.count() >= 3
                && !row.iter().any(|cell| is_example_text(cell))
        };
        let above = rows[..self.first].iter().filter(of_person).count();
        if above == 0 {
            return Ok(());
        }
        let header = number + self.first as u32;
        Err(Error::input(format!(
            "表头不在最上面：表头在第{header}行，它上面有{above}行写着身份证号码，这些人一个也读不到"
        ))
        .at_row(header.into())
        .hint("多半是倒序排列时把表头也排了下去，或名单粘在了表头上面；把表头移到第一行，名单全部放在表头下面，再放回原处"))
    }
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
    /// The row, or up to four rows, with the most known headers among the first rows of a table.
    pub(super) fn find(&self, rows: &[Vec<String>]) -> Option<FoundHeader> {
        if self.known.is_empty() {
            return guess_header(rows);
        }
        let depth = rows.len().min(HEADER_DEPTH);
        let (best, hits) = rows[..depth]
            .iter()
            .map(|row| self.hits(row))
            .enumerate()
            .max_by_key(|&(index, hits)| (hits, std::cmp::Reverse(index)))?;
        // Rows that belong together hold the row with the most, unless no row has any.
        let mut found = self.joined(rows, best.saturating_sub(MOST_ROWS - 1)..best + 1, Some(best));
        let narrow = rows[..depth].iter().all(|row| row.len() <= WIDEST_SEARCH);
        if narrow && hits < self.minimum && found.as_ref().is_none_or(|f| f.hits < self.minimum) {
            found = self.joined(rows, 0..depth, None);
        }
        if let Some(found) = found.filter(|f| f.hits > hits && f.hits >= self.minimum) {
            return Some(found);
        }
        (hits >= self.minimum).then(|| FoundHeader {
            first: best,
            last: best,
            headers: tidy_headers(rows[best].clone()),
            hits,
        })
    }
    /// The two to four rows with the most known headers, those that begin in `firsts` and hold the row
    /// `within`; the fewest of equals, then the first.
    fn joined(
        &self,
        rows: &[Vec<String>],
        firsts: std::ops::Range<usize>,
        within: Option<usize>,
    ) -> Option<FoundHeader> {
        let mut found: Option<FoundHeader> = None;
        for count in 2..=MOST_ROWS {
            for first in firsts.clone() {
                let last = first + count - 1;
                if last >= rows.len() || within.is_some_and(|at| at > last || at < first) {
                    continue;
                }
                let headers = self.join_rows(&rows[first..=last]);
                let hits = self.hits(&headers);
                if found.as_ref().is_none_or(|f| hits > f.hits) {
                    found = Some(FoundHeader { first, last, headers: tidy_headers(headers), hits });
                }
            }
        }
        found
    }
    /// Headers of rows that belong together: a title above (`成员1`) holds for the parts below and beside it.
    fn join_rows(&self, rows: &[Vec<String>]) -> Vec<String> {
        let width = rows.iter().map(Vec::len).max().unwrap_or(0);
        let cell = |row: usize, column: usize| rows[row].get(column).map_or("", |c| c.trim());
        // The title that reaches to a column from its left, row by row.
        let mut reaching = vec![""; rows.len()];
        let mut headers = Vec::with_capacity(width);
        for column in 0..width {
            let mut path: Vec<(&str, bool)> = Vec::new();
            let lowest = (0..rows.len()).rev().find(|&row| !cell(row, column).is_empty());
            let Some(lowest) = lowest else {
                headers.push(String::new());
                reaching.fill("");
                continue;
            };
            for (row, reaching) in reaching.iter_mut().enumerate().take(lowest + 1) {
                let own = cell(row, column);
                if !own.is_empty() {
                    *reaching = if row < lowest { own } else { "" };
                    path.push((own, true));
                } else if !reaching.is_empty() {
                    path.push((reaching, false));
                }
            }
            // A text over several rows of its own holds for no column beside it.
            reaching.iter_mut().skip(lowest + 1).for_each(|below| *below = "");
            path.dedup_by(|below, above| below.0 == above.0);
            headers.push(self.joined_header(&path));
        }
        headers
    }
    /// The header of a column from its texts, the uppermost first; `true` marks those that stand in it.
    fn joined_header(&self, path: &[(&str, bool)]) -> String {
        let Some(&(last, _)) = path.last() else { return String::new() };
        for from in 0..path.len() {
            let joined: String = path[from..].iter().map(|(text, _)| *text).collect();
            if self.knows(&joined) {
                return joined;
            }
        }
        // Below a known header may stand its code or its number.
        if last.is_ascii()
            && let Some((known, _)) = path.iter().rev().find(|(text, own)| *own && self.knows(text))
        {
            return (*known).to_owned();
        }
        path.iter().map(|(text, _)| *text).collect::<Vec<_>>().join("/")
    }
    /// The error for a table without a header row.
    pub(super) fn missing(&self, rows: &[Vec<String>]) -> Error {
        // Rows may be those of persons: only the first line is shown, without numbers, and none that is data.
        let first = rows.iter().find(|row| row.iter().any(|cell| !cell.is_empty()));
        let seen = match first {
            None => "(没有内容)".to_owned(),
            Some(row) if row.iter().any(|cell| holds_long_number(cell)) => {
                "第一行就有证件号一类的长号码，多半缺表头行，或表头不在最上面".to_owned()
            }
            Some(row) => {
                let cells = row.iter().filter(|c| !c.is_empty()).take(8).map(String::as_str);
                let line = cells.collect::<Vec<_>>().join(" | ");
                line.chars().filter(|c| !c.is_control()).take(80).collect()
            }
        };
        if let Some(row) = first {
            let line = row.join(" ");
            let odd = line.chars().filter(|c| ('\u{A1}'..='\u{17F}').contains(c)).count();
            if odd >= 4 && odd * 3 > line.chars().filter(|c| !c.is_whitespace()).count() {
                return Error::input("文字的编码坏了：中文被当作西文字母又存了一次，表头读不出来")
                    .hint("请提供部门从来源系统用 UTF-8 或 GB18030 重新导出，不要转存已经是乱码的文件");
            }
            if row.len() == 1 && row[0].trim().split("  ").filter(|part| !part.trim().is_empty()).count() >= 3
            {
                return Error::input("找不到表头行：各列之间只有空格，没有分隔符，看起来是定宽的文字")
                    .hint("请提供部门用逗号或制表符分隔重新导出，或导出为 .xlsx");
            }
        }
        Error::input(format!("找不到表头行：前{HEADER_DEPTH}行里没有一行含有至少{}个已知表头", self.minimum))
            .hint(format!("看到的第一行是：{seen}。若表头改了名，请在数据来源文件的 headers 里加上"))
    }
    /// Are these cells a header by themselves?
    pub(super) fn fits<'t>(&self, cells: impl Iterator<Item = &'t str>) -> bool {
        !self.known.is_empty() && cells.filter(|cell| self.knows(cell.trim())).count() >= self.minimum.max(2)
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
        let error = known().require(&rows("²Î±£Äê¶È,ÐÕÃû,¹«ÃñÉí·Ý\n1,2,3")).unwrap_err();
        assert!(error.message().contains("编码坏了"));
        let error = known().require(&rows("序号    姓甚名谁      号码    \n1     张三     2  ")).unwrap_err();
        assert!(error.message().contains("定宽"));
    }

    #[test]
    fn in_three_rows_merged_downwards_and_upwards() {
        let found = known()
            .find(&rows("某县低保表,,,,\n乡镇,家庭成员,,,月保障金\n,成员1,,备注,\n,姓名,证件号,甲,\n善堂镇,张三,1,x,300"))
            .unwrap();
        assert_eq!((found.first, found.last, found.hits), (1, 3, 4));
        assert_eq!(found.headers, ["乡镇", "成员1姓名", "成员1证件号", "家庭成员/备注/甲", "月保障金"]);
        // The text of a cell merged over several rows may stand in any of them.
        let found = known().find(&rows("人员,,\n姓名,证件号码,\n,,乡镇\n张三,1,善堂镇")).unwrap();
        assert_eq!((found.first, found.last), (1, 2));
        assert_eq!(found.headers, ["姓名", "证件号码", "乡镇"]);
    }

    #[test]
    fn codes_below_known_headers_are_no_further_headers() {
        let found = known().find(&rows("姓名,证件号码,乡镇\nXM,ZJHM,XZ\n张三,1,善堂镇")).unwrap();
        assert_eq!((found.first, found.last), (0, 0));
        let skipped = known()
            .find(&rows("某县表\n姓名,证件号码,乡镇"))
            .unwrap()
            .skipped(&rows("某县表\n姓名,证件号码,乡镇"), 1);
        assert_eq!(
            skipped.iter().map(|s| (s.row, s.text.as_str())).collect::<Vec<_>>(),
            [(1, "某县表"), (2, "姓名\t证件号码\t乡镇")]
        );
    }
}
