//! Words that officers read, as they read them: a change of any of them shows in `snapshots/`.
//!
//! After a change on purpose: `INSTA_UPDATE=always cargo test --test it what_officers_read`, then read
//! the difference as an officer would.

use std::path::{Path, PathBuf};

use calamine::{Data, Reader as _};

use crate::end_to_end::{ok, published, text};

fn publication() -> PathBuf {
    published().join("out/2018Q4/latest")
}

/// Text without what depends on keys, digests of files and folders of the day.
fn without_keys(text: &str) -> String {
    let text = text.replace(published().to_str().unwrap(), "…");
    let mut out = String::new();
    for word in text.split_inclusive(|c: char| !c.is_ascii_alphanumeric()) {
        let (word, end) = match word.char_indices().last() {
            Some((at, c)) if !c.is_ascii_alphanumeric() => word.split_at(at),
            _ => (word, ""),
        };
        let all = |kind: fn(char) -> bool| word.chars().all(|c| c.is_ascii_digit() || kind(c));
        let capitals = all(|c| c.is_ascii_uppercase());
        let letter = word.contains(|c: char| c.is_ascii_alphabetic());
        let placed = |mark: &[char]| out.ends_with(mark);
        out += match word.len() {
            26 if capitals => "<fingerprint>",
            27 if capitals && word.starts_with('K') => "<row key>",
            // The short form of a fingerprint.
            8 if capitals && letter => "<8 of 26>",
            9 if capitals && word.starts_with('V') => "<version>",
            8 if placed(&[':', '-']) && all(|c| matches!(c, 'a'..='f')) => "<digest>",
            14 if word.starts_with(['P', 'H']) && word[1..].chars().all(|c| !c.is_ascii_uppercase()) => {
                "<id>"
            }
            _ => word,
        };
        out += end;
    }
    out
}

/// Keeps the first `most` of lines in a row that are of a kind, and says how many are left out.
fn shortened<K: PartialEq>(text: &str, most: usize, kind: impl Fn(&str) -> K) -> String {
    let lines: Vec<&str> = text.lines().collect();
    let mut out = String::new();
    for alike in lines.chunk_by(|one, other| kind(one) == kind(other)) {
        for line in alike.iter().take(most) {
            out += line.trim_end();
            out += "\n";
        }
        if alike.len() > most {
            out += &format!("<{} more lines>\n", alike.len() - most);
        }
    }
    out
}

/// Header and cells of a row of the exception lists: a finding of R08 that stood in the quarter before.
fn list_row() -> Vec<(String, String)> {
    let mut found = Vec::new();
    let lists = publication().join("lists");
    for county in std::fs::read_dir(lists).unwrap().map(|e| e.unwrap().path()) {
        for list in std::fs::read_dir(county).unwrap().map(|e| e.unwrap().path()) {
            if list.extension().is_some_and(|e| e == "xlsx") {
                found.extend(rows(&list));
            }
        }
    }
    let cell = |row: &[(String, String)], title: &str| {
        row.iter().find(|(header, _)| header == title).map_or(String::new(), |(_, value)| value.clone())
    };
    found.retain(|row| cell(row, "规则编号") == "R08" && cell(row, "状态") == "持续");
    let place = |row: &Vec<(String, String)>| ["村（社区）", "姓名"].map(|title| cell(row, title));
    found.into_iter().min_by_key(place).expect("a finding of R08")
}

fn rows(list: &Path) -> Vec<Vec<(String, String)>> {
    let mut book: calamine::Xlsx<_> = calamine::open_workbook(list).unwrap();
    let mut found = Vec::new();
    for sheet in book.sheet_names() {
        let range = book.worksheet_range(&sheet).unwrap();
        let mut rows = range.rows().map(|row| row.iter().map(Data::to_string).collect::<Vec<_>>());
        let header = rows.next().unwrap_or_default();
        found.extend(rows.map(|row| header.iter().cloned().zip(row).collect()));
    }
    found
}

#[test]
fn a_row_of_an_exception_list() {
    let cells =
        list_row().into_iter().map(|(title, value)| format!("{title} = {value}").trim_end().to_owned());
    insta::assert_snapshot!("list_row", without_keys(&cells.collect::<Vec<_>>().join("\n")));
}

#[test]
fn the_explanation_of_the_same_exception() {
    let row = list_row();
    let (_, number) = row.iter().find(|(title, _)| title == "疑点编号").unwrap();
    let said = ok(&["explain", number, "--out", text(&publication())]);
    insta::assert_snapshot!("explanation", without_keys(&said));
}

#[test]
fn the_summary_at_the_end_of_a_run() {
    let summary = std::fs::read_to_string(published().join("summary.txt")).unwrap();
    // Remarks are alike, and so are the rules, which are set in further.
    let remark = |line: &str| ["  注意", "  存疑"].into_iter().find(|mark| line.starts_with(mark));
    let kind = |line: &str| (remark(line), line.len() - line.trim_start().len());
    // The name of the run that it was compared with changes with every rule.
    let (before, rest) = summary.split_once("（run-0001-").unwrap();
    let summary = format!("{before}（run-0001-…）{}", rest.split_once('）').unwrap().1);
    insta::assert_snapshot!("summary", without_keys(&shortened(&summary, 6, kind)));
}

#[test]
fn the_page_of_a_rule() {
    let document = ok(&["rules", "pipelines/hebi", "--document"]);
    let page = document.split("<a id=").find_map(|page| page.strip_prefix("\"r08\"></a>")).unwrap();
    insta::assert_snapshot!("rule_page", page.trim());
}

/// Text of a page line by line, without markup, titles that hover and what only the style needs.
fn visible(page: &str) -> String {
    let mut out = String::new();
    let (mut hidden, mut in_cell) = (false, false);
    for piece in page.split('<').skip(1) {
        let (tag, words) = piece.split_once('>').unwrap();
        let name = tag.split([' ', '/']).find(|part| !part.is_empty()).unwrap();
        let end = tag.starts_with('/');
        if ["style", "title"].contains(&name) {
            hidden = !end;
        }
        if name == "td" {
            in_cell = !end;
        }
        match name {
            "td" | "th" if end => out += " | ",
            "br" => out += "\n",
            "tr" | "p" | "h1" | "h2" | "h3" | "li" | "div" | "nav" if end && !in_cell => out += "\n",
            _ => out += " ",
        }
        if !hidden {
            out += words.trim();
        }
    }
    for (code, sign) in [("&#x2f;", "/"), ("&lt;", "<"), ("&gt;", ">"), ("&quot;", "\""), ("&amp;", "&")] {
        out = out.replace(code, sign);
    }
    let lines = out.lines().map(|line| line.split_whitespace().collect::<Vec<_>>().join(" "));
    lines.filter(|line| !line.is_empty()).collect::<Vec<_>>().join("\n")
}

/// Sections of a page, at most so many lines of each; of pages of rules the first two.
fn sections_of(page: &str, most: usize) -> String {
    let page = std::fs::read_to_string(publication().join(page)).unwrap();
    // The foot names the version and the digest of the pipeline.
    let page = page.split_once("<footer").unwrap().0;
    let (mut sections, mut rules) = (String::new(), 0);
    for section in page.replace("<section", "\u{c}<section").split('\u{c}') {
        rules += usize::from(section.starts_with("<section class=\"rule-page\""));
        if rules <= 2 {
            sections += &shortened(&visible(section), most, |_| ());
            sections += "\n";
        }
    }
    without_keys(&sections)
}

#[test]
fn the_sections_of_the_report() {
    insta::assert_snapshot!("report", sections_of("report.html", 12));
}

#[test]
fn the_sections_of_the_appendix() {
    insta::assert_snapshot!("appendix", sections_of("appendix.html", 8));
}
