//! How much alike names of files and headers are, and whether contents suit a column.

use super::super::{ColumnGuess, ColumnProfile};
use crate::config::{SourceColumn, SourceContract};
use crate::model::column_type::ContractType;

/// How much of the contract's title, or of a file pattern, a file's name says: 0 to 1.
pub(super) fn likeness_of_name(contract: &SourceContract, name: &str) -> f64 {
    /// Words that any list may have in its name.
    const ANY: [&str; 22] = [
        "名单",
        "花名册",
        "名册",
        "信息",
        "台账",
        "对象",
        "人口",
        "人员",
        "农村",
        "情况",
        "明细",
        "统计",
        "汇总",
        "公示",
        "导出",
        "数据",
        "全县",
        "全市",
        "表",
        "户",
        "*",
        "/",
    ];
    let plain = |text: &str| ANY.iter().fold(text.to_owned(), |text, word| text.replace(word, ""));
    let name = plain(name);
    let words = contract.files.patterns.iter().map(String::as_str).chain([contract.title.as_str()]);
    words
        .map(|word| {
            let word: Vec<char> = plain(word).chars().filter(|c| c.is_alphanumeric()).collect();
            let longest = (0..word.len())
                .flat_map(|from| (from + 2..=word.len()).map(move |to| (from, to)))
                .filter(|&(from, to)| name.contains(&word[from..to].iter().collect::<String>()))
                .map(|(from, to)| to - from)
                .max();
            longest.map_or(0.0, |longest| longest as f64 / word.len() as f64)
        })
        .fold(0.0, f64::max)
}

/// Likeness of two cleaned headers, 0 to 1000.
pub(super) fn header_likeness(a: &str, b: &str) -> u32 {
    const FILLERS: [&str; 9] = ["所属", "所在", "家庭", "人员", "之", "的", "本人", "(元)", "享受"];
    /// Words of headers that say the same.
    const SAME: [(&str, &str); 15] = [
        ("救助", "保障"),
        ("低保", "保障"),
        ("补助", "保障"),
        ("开始", "起"),
        ("起始", "起"),
        ("起保", "起"),
        ("结束", "止"),
        ("终止", "止"),
        ("停保", "止"),
        ("退保", "止"),
        ("年月", "月"),
        ("时间", "月"),
        ("号码", "号"),
        ("编码", "编号"),
        ("代码", "编号"),
    ];
    let plain = |text: &str| {
        let plain = FILLERS.iter().fold(text.to_owned(), |text, word| text.replace(word, ""));
        let plain = SAME.iter().fold(plain, |text, (from, to)| text.replace(from, to));
        if plain.is_empty() { text.to_owned() } else { plain }
    };
    let (a, b) = (plain(a), plain(b));
    if a == b {
        return 1000;
    }
    let (left, right): (Vec<char>, Vec<char>) = (a.chars().collect(), b.chars().collect());
    let (short, long) = (left.len().min(right.len()), left.len().max(right.len()));
    if short >= 2 && (a.contains(&b) || b.contains(&a)) {
        return 600 + (300 * short / long) as u32;
    }
    let mut rest = right.clone();
    let both = left
        .iter()
        .filter(|c| rest.iter().position(|r| r == *c).map(|at| rest.swap_remove(at)).is_some())
        .count();
    (2000 * both / (left.len() + right.len()).max(1) * 8 / 10) as u32
}

/// Do the contents of a column suit the type of one of a contract?
pub(super) fn type_fits(column: &ColumnProfile, spec: &SourceColumn) -> bool {
    use ColumnGuess as G;
    match spec.kind {
        ContractType::Text => !matches!(column.guess, G::IdNumber | G::PersonName) || spec.role.is_none(),
        ContractType::Code => true,
        ContractType::Integer => matches!(column.guess, G::Integer | G::Flag | G::Empty | G::Money),
        ContractType::Money | ContractType::Area => {
            matches!(column.guess, G::Money | G::Area | G::Integer | G::Empty)
        }
        ContractType::Date => matches!(column.guess, G::Date | G::Empty),
        ContractType::Month => matches!(column.guess, G::Month | G::Date | G::Empty),
        ContractType::Flag => matches!(column.guess, G::Flag | G::Empty),
    }
}
