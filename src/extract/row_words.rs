//! Words of the rows that are no data: totals, signatures, dates and counts beside them.

use crate::model::cell_words::cell_without_value;
use crate::model::han::is_han;

/// What a filled cell of a row without a person says.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum CellWord {
    /// 合计, 小计 …, alone or with its figures.
    Total,
    /// A signature, stamp, date of the table or page number, with or without its value.
    Label,
    /// What the label in the filled cell before it asks for.
    Value,
    /// A count, an amount or a date.
    Count,
    /// Anything else.
    Text,
}

/// The words of a row, by column.
pub(super) struct CellWords {
    words: Vec<(usize, CellWord)>,
    /// A cell says that nothing comes below it.
    end_mark: bool,
}

impl CellWords {
    pub(super) fn of(cells: &[&str]) -> Self {
        let mut words: Vec<(usize, CellWord)> = Vec::new();
        let mut asked = false;
        let mut end_mark = false;
        for (at, cell) in cells.iter().enumerate().filter(|(_, cell)| !cell.is_empty()) {
            let bare = bare_text(cell);
            end_mark |= END_MARKS.iter().any(|word| bare.contains(word));
            let word = if is_total_text(&bare) {
                CellWord::Total
            } else if let Some(open) = footer_label(&bare) {
                words.push((at, CellWord::Label));
                asked = open;
                continue;
            } else if is_count_text(cell) {
                CellWord::Count
            } else if asked {
                CellWord::Value
            } else {
                CellWord::Text
            };
            asked = false;
            words.push((at, word));
        }
        join_spread_totals(cells, &mut words);
        Self { words, end_mark }
    }
    pub(super) fn count(&self, word: CellWord) -> usize {
        self.words.iter().filter(|(_, is)| *is == word).count()
    }
    /// How many cells of columns for other things say so.
    pub(super) fn count_outside(&self, word: CellWord, known: &dyn Fn(usize) -> bool) -> usize {
        self.words.iter().filter(|(at, is)| *is == word && !known(*at)).count()
    }
    /// Does a cell say that nothing comes below it: `（以下空白）`?
    pub(super) fn end_mark(&self) -> bool {
        self.end_mark
    }
    /// Is the first cell that is no number a label?
    pub(super) fn begins_with_label(&self) -> bool {
        let first = self.words.iter().find(|(_, word)| *word != CellWord::Count);
        first.is_some_and(|(_, word)| *word == CellWord::Label)
    }
    /// Does the row hold labels and what they ask for, and nothing else?
    pub(super) fn only_signatures(&self) -> bool {
        self.count(CellWord::Label) > 0 && self.count(CellWord::Text) + self.count(CellWord::Total) == 0
    }
    /// Does a column hold a label, or what one asks for?
    pub(super) fn is_signature(&self, column: usize) -> bool {
        let word = self.words.iter().find(|(at, _)| *at == column).map(|(_, word)| *word);
        matches!(word, Some(CellWord::Label | CellWord::Value))
    }
}

/// A total whose characters stand in cells of their own (合, 计) is one nevertheless.
fn join_spread_totals(cells: &[&str], words: &mut [(usize, CellWord)]) {
    for at in 1..words.len() {
        let pair = [words[at - 1].0, words[at].0].map(|column| cells[column].trim());
        if matches!(pair, ["合" | "总" | "小" | "共" | "累", "计"]) {
            words[at - 1].1 = CellWord::Total;
            words[at].1 = CellWord::Total;
        }
    }
}

/// Characters of a word that are looked at.
const MOST: usize = 24;

fn bare_text(cell: &str) -> String {
    cell.chars().filter(|c| !c.is_whitespace()).take(MOST).collect()
}

fn is_total_text(bare: &str) -> bool {
    const TOTALS: &[&str] = &[
        "总合计",
        "合计",
        "小计",
        "总计",
        "共计",
        "累计",
        "总数",
        "总计数",
        "页计",
        "承前页",
        "过次页",
        "承上页",
        "转下页",
        "接上页",
        "汇总",
        "计数",
    ];
    // What a spreadsheet writes below its groups stands among them.
    const ENDS: &[&str] = &["合计", "小计", "总计", "共计", "汇总", "计数", "平均值", "最大值", "最小值"];
    const COUNTED: &[&str] = &["人数", "户数", "总人数", "总户数", "金额", "总金额", "共"];
    let bare = bare.trim_matches(['(', ')', ':', '*', '\u{FF1A}', '\u{FF08}', '\u{FF09}']);
    if ENDS.iter().any(|word| bare.ends_with(word)) || is_total_of_place(bare) || is_english_total(bare) {
        return true;
    }
    let figures = |rest: &str| {
        rest.starts_with(|c: char| c.is_ascii_digit() || matches!(c, ':' | '\u{FF1A}' | '(' | '\u{FF08}'))
    };
    TOTALS.iter().any(|word| bare.strip_prefix(word).is_some_and(|rest| rest.is_empty() || figures(rest)))
        || COUNTED.iter().any(|word| {
            bare.strip_prefix(word)
                .is_some_and(|rest| is_count_text(rest.trim_start_matches([':', '\u{FF1A}'])))
        })
}

/// `小河镇第一中学计`, `校计`: what a place sums up to. Three characters might be a name.
fn is_total_of_place(bare: &str) -> bool {
    let Some(place) = bare.strip_suffix('计') else { return false };
    let ends =
        place.ends_with(['学', '校', '村', '组', '乡', '镇', '县', '市', '区', '户', '页', '班', '园', '院']);
    ends && place.chars().count() != 2
}

/// `Total`, `Grand Total`, and what a spreadsheet that speaks English writes below a group (`善堂镇 Total`).
fn is_english_total(bare: &str) -> bool {
    let bare = bare.to_ascii_lowercase();
    ["total", "totals", "count"].iter().any(|word| {
        let of = bare.strip_suffix(word);
        of.is_some_and(|of| matches!(of, "" | "sub" | "sub-" | "grand") || of.ends_with(is_han))
    })
}

/// Is it a total, in the column for names, and nobody who is called so: `户小计`, `合计`, `Total`, `共计60户`? `何合计` may be
/// a person.
pub(super) fn is_total_for_name(cell: &str) -> bool {
    const WORDS: &[&str] = &["总合计", "合计", "小计", "总计", "共计", "累计", "汇总", "计数"];
    let bare = bare_text(cell);
    if !is_total_text(&bare) {
        return false;
    }
    let bare = bare.trim_matches(['(', ')', ':', '*', '\u{FF1A}', '\u{FF08}', '\u{FF09}']);
    let Some(of) = WORDS.iter().find_map(|word| bare.strip_suffix(word)) else { return true };
    let one = ["", "户", "村", "组", "乡", "镇", "县", "校", "页", "班", "总", "本", "全"];
    one.contains(&of) || of.chars().count() != 1
}

/// Words of the row that shows in a template how to fill it in.
const EXAMPLES: [&str; 13] = [
    "填写示例",
    "填表示例",
    "填报示例",
    "填写样例",
    "填表样例",
    "填写范例",
    "示例行",
    "示例",
    "样例",
    "范例",
    "举例",
    "例如",
    "例",
];

/// Is a cell marked as the example of a template: `例：张三`, `示例`, `（样例）张三`, `张三（示例）`?
pub(super) fn is_example_text(cell: &str) -> bool {
    const OPEN: [char; 7] = ['(', '\u{FF08}', '[', '【', '〔', '<', '《'];
    const CLOSE: [char; 7] = [')', '\u{FF09}', ']', '】', '〕', '>', '》'];
    let text = cell.trim().trim_start_matches(['*', '※', '★']);
    if !text.contains(['例', '如']) {
        return false;
    }
    let word = |inner: &str| EXAMPLES.contains(&inner.trim());
    let front = text.strip_prefix(OPEN).and_then(|rest| rest.split_once(CLOSE));
    let back = text.strip_suffix(CLOSE).and_then(|rest| rest.rsplit_once(OPEN));
    if front.is_some_and(|(inner, _)| word(inner)) || back.is_some_and(|(_, inner)| word(inner)) {
        return true;
    }
    let marks = |rest: &str| {
        let beginning =
            |c: char| c.is_ascii_digit() || matches!(c, ':' | '\u{FF1A}' | '-' | '—' | '、' | '.');
        rest.is_empty() || rest.starts_with(beginning) || rest.starts_with(OPEN)
    };
    text.strip_prefix(['如']).is_some_and(|rest| rest.starts_with([':', '\u{FF1A}']))
        || EXAMPLES.iter().any(|word| text.strip_prefix(word).is_some_and(|rest| marks(rest.trim_start())))
}

/// Is a cell nothing but such a word?
pub(super) fn is_example_word(cell: &str) -> bool {
    // Nearly all cells end otherwise.
    if !cell.ends_with(['例', '行', ')', '\u{FF09}']) {
        return false;
    }
    let bare = cell.trim_matches(['(', ')', '\u{FF08}', '\u{FF09}']);
    bare.ends_with(['例', '行']) && bare != "例" && EXAMPLES.contains(&bare)
}

/// What a list says where it ends, wherever it stands.
const END_MARKS: [&str; 4] = ["以下空白", "以下无", "此页空白", "无正文"];

/// Is it a label below a table, and does it ask for a value that stands in the next cell?
fn footer_label(bare: &str) -> Option<bool> {
    const ENDS: &[&str] = &["盖章", "公章", "签章", "签字", "签名"];
    const BEGINNINGS: &[&str] = &[
        "制表",
        "填表",
        "填报",
        "制单",
        "编制",
        "审核",
        "复核",
        "审批",
        "审定",
        "核对",
        "经办",
        "经手",
        "单位负责",
        "主要负责",
        "负责",
        "分管",
        "主管",
        "领导",
        "签字",
        "签名",
        "签章",
        "盖章",
        "公章",
        "联系",
        "电话",
        "截止",
        "截至",
        "报送",
        "上报",
        "报出",
        "打印",
        "导出",
        "乡镇长",
        "村主任",
        "校长",
        "局长",
        "科长",
        "单位",
    ];
    const SUFFIXES: &[&str] = &[
        "人员", "人", "员", "日期", "时间", "单位", "部门", "领导", "意见", "方式", "电话", "签字", "签名",
        "签章", "盖章",
    ];
    const NOTES: &[&str] = &["备注", "说明", "附注", "注", "附"];
    let text = bare.trim_matches(['(', ')', '\u{FF08}', '\u{FF09}', '-', '—', '.', '*', '_']);
    if END_MARKS.iter().any(|word| text.contains(word)) || is_page_text(text) || text == "年月日" {
        return Some(false);
    }
    let colon = |rest: &str| rest.starts_with([':', '\u{FF1A}']);
    if NOTES.iter().any(|word| {
        let rest = text.strip_prefix(word).map(|rest| rest.trim_start_matches(|c: char| c.is_ascii_digit()));
        rest.is_some_and(colon)
    }) {
        return Some(false);
    }
    if ENDS.iter().any(|word| text.ends_with(word)) {
        return Some(true);
    }
    let beginning = BEGINNINGS.iter().find(|word| text.starts_with(**word))?;
    let mut rest = &text[beginning.len()..];
    let mut suffixes = 0;
    while let Some(after) = SUFFIXES.iter().find_map(|word| rest.strip_prefix(word)) {
        (rest, suffixes) = (after, suffixes + 1);
    }
    // 单位 alone, 电话, 负责 … are words of many columns; as labels they have a colon.
    if rest.is_empty()
        && (suffixes > 0
            || matches!(*beginning, "截止" | "截至" | "制表" | "填表" | "填报" | "审核" | "复核"))
    {
        return Some(true);
    }
    if colon(rest) {
        return Some(rest.chars().count() == 1);
    }
    let dated = suffixes > 0 || matches!(*beginning, "截止" | "截至" | "打印" | "导出");
    let opened =
        rest.starts_with(['(', '\u{FF08}']) || dated && rest.starts_with(|c: char| c.is_ascii_digit());
    opened.then_some(false)
}

/// `第1页共3页`, `共3页`.
fn is_page_text(text: &str) -> bool {
    let rest = text.trim_start_matches(['第', '共', ' ']);
    rest.len() < text.len()
        && rest.starts_with(|c: char| c.is_ascii_digit() || is_numeral(c))
        && rest.trim_start_matches(|c: char| c.is_ascii_digit() || is_numeral(c)).starts_with(['页', '张'])
}

fn is_numeral(c: char) -> bool {
    "零〇一二三四五六七八九十百千万两".contains(c)
}

/// A count (`40户`, `四十人`, `40户120人`), an amount or a date.
pub(super) fn is_count_text(cell: &str) -> bool {
    let mut rest = cell.trim().trim_start_matches(['¥', '\u{FFE5}']);
    if rest.is_empty() {
        return false;
    }
    while !rest.is_empty() {
        let figure = |c: char| {
            c.is_ascii_digit() || is_numeral(c) || matches!(c, '.' | ',' | '-' | '/' | '%' | ':' | ' ')
        };
        let after = rest.trim_start_matches(figure);
        if after.len() == rest.len() {
            return false;
        }
        let unit = ["人次", "人", "户", "名", "口", "元", "条", "年", "月", "日", "号", "个", "份", "整"];
        rest = unit.iter().find_map(|unit| after.strip_prefix(unit)).unwrap_or(after);
        if rest.len() == after.len() && !rest.is_empty() {
            return false;
        }
    }
    true
}

/// An ID number in any column: 15 to 18 digits, and little else.
pub(crate) fn is_id_text(cell: &str) -> bool {
    matches!(id_digits(cell), (15..=18, 0..=8))
}

/// An ID number in the column for it, or what is left of one: six digits and nothing else.
pub(super) fn is_part_of_id(cell: &str) -> bool {
    is_id_text(cell) || matches!(id_digits(cell), (6.., 0))
}

/// Digits of a text, and characters that an ID number does not hold.
fn id_digits(cell: &str) -> (usize, usize) {
    cell.chars().fold((0, 0), |(digits, others), c| match c {
        '0'..='9' | '\u{FF10}'..='\u{FF19}' => (digits + 1, others),
        'x' | 'X' | '*' | '\'' | '"' | '`' | ' ' => (digits, others),
        _ => (digits, others + 1),
    })
}

/// Could it be a Chinese name: two to six ideographs, or more with a dot between?
pub(crate) fn is_name_text(cell: &str) -> bool {
    let dotted = cell.contains(['·', '•', '・', '\u{FF0E}', '.']);
    let mut letters = 0;
    for c in cell.chars() {
        match c {
            '·' | '•' | '・' | '\u{FF0E}' | '.' | ' ' | '\u{3000}' | '*' => {}
            _ if is_han(c) => letters += 1,
            _ => return false,
        }
    }
    if !(2..=if dotted { 15 } else { 6 }).contains(&letters) {
        return false;
    }
    let bare = bare_text(cell);
    !(is_total_text(&bare) || footer_label(&bare).is_some() || is_count_text(cell))
        && cell_without_value(&bare).is_none()
}
