//! Counts over one column, and the guess that follows from them.

use std::collections::{BTreeMap, HashSet};

use serde::Serialize;
use xxhash_rust::xxh3::xxh3_64;

use super::masked_example;
use super::value_guess::{CellLooks, ColumnGuess};

/// Distinct values are counted exactly up to here; beyond, the count is a lower bound.
const DISTINCT_LIMIT: usize = 1 << 20;
/// A column with more different values than this is not a code column.
const CODE_LIMIT: usize = 40;
/// Rows that must share a value on average before values are shown as they are.
const SHARED_BY: u64 = 20;
const EXAMPLES: usize = 3;
const TOP: usize = 10;

/// What one column holds.
#[derive(Debug, Clone, Serialize)]
pub struct ColumnProfile {
    /// Header as found.
    pub header: String,
    /// What it probably holds.
    pub guess: ColumnGuess,
    /// Filled cells.
    pub filled: u64,
    /// Share of empty cells, 0 to 1.
    pub null_share: f64,
    /// Share of the filled cells that are well formed for the guess; absent where every text is.
    pub valid_share: Option<f64>,
    /// Number of different values.
    pub distinct: u64,
    /// True if there are more different values than were counted.
    pub distinct_is_minimum: bool,
    /// Most frequent values of a code column with their counts, most frequent first.
    pub top: Vec<(String, u64)>,
    /// A few cells, masked.
    pub examples: Vec<String>,
    /// All values of a code column as delivered, for the draft; empty if they may name persons.
    #[serde(skip)]
    pub(crate) codes: Vec<String>,
}

/// A column while its cells arrive.
pub(crate) struct ColumnCounter {
    header: String,
    cells: u64,
    filled: u64,
    looks: CellLooks,
    distinct: HashSet<u64>,
    overflow: bool,
    /// Counts by value, given up when there are too many.
    values: Option<BTreeMap<String, u64>>,
    longest: usize,
    examples: Vec<String>,
}

impl ColumnCounter {
    /// `header` in comparable form.
    pub(super) fn new(header: String) -> Self {
        Self {
            header,
            cells: 0,
            filled: 0,
            looks: CellLooks::default(),
            distinct: HashSet::new(),
            overflow: false,
            values: Some(BTreeMap::new()),
            longest: 0,
            examples: Vec::new(),
        }
    }
    pub(super) fn add(&mut self, cell: Option<&str>) {
        self.cells += 1;
        let Some(cell) = cell else { return };
        self.filled += 1;
        self.looks.add(cell);
        self.longest = self.longest.max(cell.len());
        let hash = xxh3_64(cell.as_bytes());
        if self.distinct.len() < DISTINCT_LIMIT {
            self.distinct.insert(hash);
        } else if !self.distinct.contains(&hash) {
            self.overflow = true;
        }
        if self.examples.len() < EXAMPLES && !self.examples.iter().any(|e| e == cell) {
            self.examples.push(cell.to_owned());
        }
        if let Some(values) = &mut self.values {
            if let Some(count) = values.get_mut(cell) {
                *count += 1;
            } else if values.len() < CODE_LIMIT {
                values.insert(cell.to_owned(), 1);
            } else {
                self.values = None;
            }
        }
    }

    fn at_least(&self, count: u64, percent: u64) -> bool {
        self.filled > 0 && count * 100 >= self.filled * percent
    }
    fn says(&self, words: &[&str]) -> bool {
        words.iter().any(|w| self.header.contains(w))
    }

    /// A header of places or categories: its values look like names (`善堂镇`, `配偶`) and are none.
    fn is_category(&self) -> bool {
        self.says(&["关系"])
            || self.says(&[
                "县", "区划", "乡", "镇", "村", "街道", "类型", "类别", "方式", "属性", "性别", "民族",
                "状态", "状况", "标志", "学期", "学段", "年级", "项目",
            ]) && !self.says(&[
                "姓名",
                "人员",
                "户主",
                "申请人",
                "监护人",
                "责任人",
                "负责人",
                "联系",
                "医生",
                "干部",
                "书记",
                "主任",
                "队员",
                "name",
            ])
    }

    fn guess(&self) -> ColumnGuess {
        let looks = &self.looks;
        let distinct = self.distinct.len() as u64;
        if self.filled == 0 {
            return ColumnGuess::Empty;
        }
        // A header about ID numbers or names decides early: a wrong guess there would unmask.
        if self.at_least(looks.id_shaped, 60)
            || self.says(&["身份证", "证件号", "公民身份", "残疾证", "残疾人证"])
        {
            return ColumnGuess::IdNumber;
        }
        let place = self.says(&["学校", "单位", "项目", "村名", "县名", "镇名", "乡名"]);
        if !place
            && self.says(&["姓名", "户主", "监护人", "责任人", "负责人", "联系人", "name"])
            && !self.says(&["关系", "电话", "编号"])
            && self.at_least(looks.name, 60)
        {
            return ColumnGuess::PersonName;
        }
        if self.at_least(looks.date, 90) {
            return ColumnGuess::Date;
        }
        if self.at_least(looks.month, 90) {
            return ColumnGuess::Month;
        }
        if self.at_least(looks.flag, 95) && distinct <= 4 {
            return ColumnGuess::Flag;
        }
        let decimal = looks.integer < looks.number;
        if self.at_least(looks.number, 90) && !self.says(&["代码", "编号", "编码", "号"]) {
            return match () {
                () if self.says(&["面积", "平方"]) => ColumnGuess::Area,
                () if decimal || self.says(&["金额", "收入", "金", "费", "款", "补贴", "元)"]) => {
                    ColumnGuess::Money
                }
                () => ColumnGuess::Integer,
            };
        }
        if self.values.is_some() && self.filled >= 5 * distinct && self.longest <= 60 {
            return ColumnGuess::Code;
        }
        ColumnGuess::Text
    }

    pub(super) fn finish(self, header: &str) -> ColumnProfile {
        let guess = self.guess();
        let looks = self.looks;
        let valid = match guess {
            ColumnGuess::IdNumber => Some(looks.id_valid),
            ColumnGuess::PersonName => Some(looks.name),
            ColumnGuess::Date => Some(looks.date),
            ColumnGuess::Month => Some(looks.month),
            ColumnGuess::Money | ColumnGuess::Area => Some(looks.number),
            ColumnGuess::Integer => Some(looks.integer),
            ColumnGuess::Flag => Some(looks.flag),
            ColumnGuess::Empty | ColumnGuess::Code | ColumnGuess::Text => None,
        };
        let category = self.is_category();
        let distinct = self.distinct.len() as u64;
        let shared = self.filled >= SHARED_BY * distinct.max(1);
        let mut top: Vec<(String, u64)> = match guess {
            ColumnGuess::Code => self.values.unwrap_or_default().into_iter().collect(),
            _ => Vec::new(),
        };
        top.sort_by(|a, b| b.1.cmp(&a.1).then_with(|| a.0.cmp(&b.0)));
        // A value that only a few rows have may be a person's name in a column one did not expect.
        let open = |(value, count): &(String, u64)| {
            (category || shared && *count >= SHARED_BY || !super::value_guess::is_likely_name(value))
                && masked_example::mask_code_value(value) == *value
        };
        let codes = match top.iter().all(open) {
            true => top.iter().map(|(value, _)| value.clone()).collect(),
            false => Vec::new(),
        };
        for entry in &mut top {
            if !open(entry) {
                entry.0 = masked_example::mask_example(&entry.0, ColumnGuess::Text);
            }
        }
        top.truncate(TOP);
        ColumnProfile {
            // A row of a person may have been taken for the header.
            header: crate::privacy::mask::mask_numbers_in_text(header).into_owned(),
            guess,
            filled: self.filled,
            null_share: column_share(self.cells - self.filled, self.cells),
            valid_share: valid.map(|v| column_share(v, self.filled)),
            distinct,
            distinct_is_minimum: self.overflow,
            top,
            examples: self
                .examples
                .iter()
                .map(|cell| match category && super::value_guess::is_likely_name(cell) {
                    true => masked_example::mask_code_value(cell),
                    false => masked_example::mask_example(cell, guess),
                })
                .collect(),
            codes,
        }
    }
}

/// Rounded to four digits, so that the machine-readable form stays readable.
fn column_share(part: u64, whole: u64) -> f64 {
    if whole == 0 { 0.0 } else { (part as f64 / whole as f64 * 10_000.0).round() / 10_000.0 }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn column<'a>(header: &str, cells: impl IntoIterator<Item = &'a str>) -> ColumnProfile {
        let mut counter = ColumnCounter::new(header.to_owned());
        cells.into_iter().for_each(|c| counter.add(Some(c).filter(|c| !c.is_empty())));
        counter.finish(header)
    }

    #[test]
    fn guesses_by_content_and_header() {
        let guess = |header, cells: &[&str]| column(header, cells.iter().copied()).guess;
        assert_eq!(guess("号", &["410602198001011234", "41060219800101124X", "无"]), ColumnGuess::IdNumber);
        assert_eq!(guess("身份证号", &["", "无"]), ColumnGuess::IdNumber);
        assert_eq!(guess("户主姓名", &["张三", "李四", "王小五"]), ColumnGuess::PersonName);
        assert_eq!(guess("日期", &["2018-03-01", "20180302"]), ColumnGuess::Date);
        assert_eq!(guess("起保年月", &["201803", "2018年4月"]), ColumnGuess::Month);
        assert_eq!(guess("金额", &["300", "450.5"]), ColumnGuess::Money);
        assert_eq!(guess("人数", &["3", "4"]), ColumnGuess::Integer);
        assert_eq!(guess("是否", &["是", "否", "是"]), ColumnGuess::Flag);
        assert_eq!(guess("户编号", &["4106001", "4106002"]), ColumnGuess::Text);
        assert_eq!(guess("x", &["", ""]), ColumnGuess::Empty);
    }

    #[test]
    fn shares_and_codes() {
        let cells = ["一般贫困户", "低保贫困户"].into_iter().cycle().take(100).chain([""; 100]);
        let profile = column("贫困户属性", cells);
        assert_eq!(profile.guess, ColumnGuess::Code);
        assert_eq!((profile.filled, profile.distinct), (100, 2));
        assert!((profile.null_share - 0.5).abs() < 1e-9);
        assert_eq!(profile.top[0], ("一般贫困户".to_owned(), 50));
        assert_eq!(profile.codes.len(), 2);
    }

    #[test]
    fn places_and_categories_are_shown_but_not_their_staff() {
        assert_eq!(column("乡镇", ["善堂镇"]).examples, ["善堂镇"]);
        assert_eq!(column("与户主关系", ["配偶"]).examples, ["配偶"]);
        assert_eq!(column("乡村医生", ["张小三"]).examples, ["张*三"]);
        assert_eq!(column("村", ["410602198001011234号"]).examples, ["410***…（19字）"]);
    }

    #[test]
    fn names_under_an_unknown_header_stay_masked() {
        let profile = column("列1", ["张小三"; 6].into_iter().chain(["李四"; 6]));
        assert_eq!(profile.guess, ColumnGuess::Code);
        assert!(profile.codes.is_empty());
        let shown = serde_json::to_string(&profile).unwrap();
        assert!(!shown.contains("张小三") && !shown.contains("李四"), "{shown}");
    }
}
