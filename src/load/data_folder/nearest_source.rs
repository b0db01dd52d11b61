//! Which source a file of none is nearest to: by the headers in it, else by its name.

use std::collections::BTreeSet;
use std::path::Path;

use crate::config::read_options::ReadOptions;
use crate::config::{Pipeline, SourceContract, clean_config_header};
use crate::extract;

/// Larger workbooks are not read only to guess whose they are.
const MOST_BYTES: u64 = 64 << 20;
/// Headers that must be known before a source is named by them.
const LEAST_HEADERS: usize = 3;

/// The nearest source, and why the file is not its, in Chinese.
pub(super) fn nearest_source(
    pipeline: &Pipeline,
    data_dir: &Path,
    file: &str,
    opens: bool,
) -> (Option<String>, Option<String>) {
    let patterns = |source: &SourceContract| source.files.patterns.join("、");
    let headers = if opens { headers_of(pipeline, data_dir, file) } else { Ok(Vec::new()) };
    let unreadable = headers.as_ref().err().map(|why| format!("读不出表头：{why}"));
    if let Some((known, source)) = by_headers(pipeline, &headers.unwrap_or_default()) {
        let why = format!(
            "表头最接近“{}”（{}，{known}列相符），文件名不符合 {}",
            source.title,
            source.owner,
            patterns(source)
        );
        return (Some(source.name.clone()), Some(why));
    }
    if let Some(source) = by_name(pipeline, file) {
        let why = format!("文件名最接近“{}”（{}），应符合 {}", source.title, source.owner, patterns(source));
        return (
            Some(source.name.clone()),
            Some([unreadable, Some(why)].into_iter().flatten().collect::<Vec<_>>().join("；")),
        );
    }
    (None, unreadable.or_else(|| opens.then(|| "没有一个来源认得它的表头和文件名".to_owned())))
}

/// Headers of all tables that are cheap to see.
fn headers_of(pipeline: &Pipeline, data_dir: &Path, file: &str) -> Result<Vec<String>, String> {
    if std::fs::metadata(data_dir.join(file)).is_ok_and(|m| m.len() > MOST_BYTES) {
        return Ok(Vec::new());
    }
    let known: BTreeSet<String> = pipeline.sources.iter().flat_map(SourceContract::known_headers).collect();
    let options = ReadOptions {
        known_headers: known.into_iter().collect(),
        minimum_headers: LEAST_HEADERS,
        ..ReadOptions::default()
    };
    let mut tables = extract::open_file(data_dir, Path::new(file), &options, &|_| true)
        .map_err(|error| error.message().to_owned())?;
    match tables.next() {
        Some(Ok(table)) => Ok(table.info.headers.clone()),
        Some(Err(error)) => Err(error.message().to_owned()),
        None => Ok(Vec::new()),
    }
}

fn by_headers<'p>(pipeline: &'p Pipeline, headers: &[String]) -> Option<(usize, &'p SourceContract)> {
    let headers: BTreeSet<String> = headers.iter().map(|h| clean_config_header(h)).collect();
    let known = |source: &SourceContract| {
        // What every list has (序号, 备注) tells nothing.
        let ignored: BTreeSet<String> =
            source.ignore_headers.iter().map(|h| clean_config_header(h)).collect();
        let known: BTreeSet<String> = source.known_headers().iter().map(|h| clean_config_header(h)).collect();
        headers.iter().filter(|h| known.contains(*h) && !ignored.contains(*h)).count()
    };
    let best = pipeline.sources.iter().map(|source| (known(source), source));
    let best = best.max_by_key(|(count, source)| (*count, std::cmp::Reverse(source.name.as_str())))?;
    (best.0 >= LEAST_HEADERS).then_some(best)
}

/// The source whose title or pattern shares most characters in a row with the file's name.
fn by_name<'p>(pipeline: &'p Pipeline, file: &str) -> Option<&'p SourceContract> {
    let name = file.rsplit('/').next().unwrap_or(file);
    let stem: Vec<char> = telling(name.rsplit_once('.').map_or(name, |(stem, _)| stem)).chars().collect();
    let shared = |source: &SourceContract| {
        let words = source.files.patterns.iter().flat_map(|p| p.split(['*', '/', '?', '.']));
        words
            .chain([source.title.as_str()])
            .map(|word| longest_shared_run(&stem, &telling(word)))
            .max()
            .unwrap_or(0)
    };
    let best = pipeline.sources.iter().map(|source| (shared(source), source));
    let best = best.max_by_key(|(count, source)| (*count, std::cmp::Reverse(source.name.as_str())))?;
    (best.0 >= 4).then_some(best.1)
}

/// A name without the words that every list bears.
fn telling(name: &str) -> String {
    const COMMON: [&str; 11] =
        ["花名册", "名册", "名单", "台账", "信息", "人员", "人口", "明细", "汇总", "统计", "情况"];
    COMMON.iter().fold(name.to_owned(), |name, word| name.replace(word, " "))
}

/// Weight of the heaviest run of characters that both have: an ideograph says as much as two letters, a digit nothing.
fn longest_shared_run(name: &[char], word: &str) -> usize {
    let word: Vec<char> = word.chars().collect();
    let mut longest = 0;
    for from in 0..name.len() {
        for at in 0..word.len() {
            let same = name[from..]
                .iter()
                .zip(&word[at..])
                .take_while(|(a, b)| a == b && !a.is_ascii_digit() && **a != ' ');
            longest = longest.max(same.map(|(c, _)| if c.is_ascii() { 1 } else { 2 }).sum());
        }
    }
    longest
}
