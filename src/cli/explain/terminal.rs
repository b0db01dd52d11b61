//! A case in lines of a terminal: what all lists say alike once, what differs list by list.

use crate::case::{Case, CaseFinding, HOW_MATCHED, NearRecord, PairGroup, RecordTable};

/// Narrower than this nothing is broken into lines.
const NARROWEST: usize = 40;
/// Columns of the label of a field.
const LABEL: usize = 16;

/// Lines as they come, broken to a width.
pub(super) struct TerminalLines {
    width: usize,
    pub(super) lines: Vec<String>,
}

impl TerminalLines {
    pub(super) fn new(width: usize) -> Self {
        Self { width: width.max(NARROWEST), lines: Vec::new() }
    }

    pub(super) fn title(&mut self, text: &str) {
        if !self.lines.is_empty() {
            self.lines.push(String::new());
        }
        self.labelled("", 0, text);
    }

    /// A text behind a label of so many columns; what does not fit goes on below the text.
    pub(super) fn labelled(&mut self, label: &str, columns: usize, text: &str) {
        let mut head = label.to_owned();
        head.extend(std::iter::repeat_n(' ', columns.saturating_sub(display_width(label))));
        let rest = " ".repeat(columns.min(self.width / 2));
        for (at, part) in broken(text, self.width.saturating_sub(columns)).into_iter().enumerate() {
            let begin = if at == 0 { &head } else { &rest };
            self.lines.push(format!("{begin}{part}").trim_end().to_owned());
        }
    }

    fn field(&mut self, label: &str, text: &str) {
        if !text.is_empty() {
            self.labelled(&format!("  {label}"), LABEL, text);
        }
    }

    /// A finding with the clause and what to do.
    pub(super) fn finding(&mut self, one: &CaseFinding, case: &Case) {
        self.title(&format!("疑点 {}  {}", one.number, one.rule_title));
        self.who(case);
        self.field("说明", &one.message);
        self.field("怎么办", &case.rule.advice);
        let review = if one.review { "；依据待确认的匹配" } else { "" };
        self.field("程度", &format!("{}，责任部门 {}", one.severity, one.owner));
        self.field("状态", &format!("{}，{}首次发现，期限 {}{review}", one.status, one.first_seen, one.due));
        self.field("变化", &case.changed.join("、"));
        self.field("以前的编号", &one.former_numbers.join("、"));
        self.field("依据", &format!("{} {}", one.rule, case.rule.policy));
        self.field("为何重要", &case.rule.why);
        self.field("匹配方式", &case.matched_by);
    }

    /// The finding that another follows from.
    pub(super) fn cause(&mut self, one: &CaseFinding) {
        self.field("原因疑点", &format!("{} {}（{}）", one.number, one.message, one.status));
    }

    pub(super) fn who(&mut self, case: &Case) {
        let who = &case.who;
        let about = if who.about.is_empty() { String::new() } else { format!("（{}）", who.about) };
        self.field("姓名", &format!("{}{about}", who.name));
        self.field("证件号", &who.id_number);
        self.field("所在", &who.place);
        self.field("户编号", &who.household_no);
    }

    /// Findings in a line each.
    pub(super) fn findings(&mut self, title: &str, found: &[CaseFinding]) {
        self.title(&format!("{title}（{}条）", found.len()));
        for one in found {
            let name = if one.name.is_empty() { String::new() } else { format!("{}：", one.name) };
            self.labelled(
                "  · ",
                4,
                &format!("{name}{}（{}，{}，期限 {}）", one.message, one.number, one.status, one.due),
            );
        }
    }

    /// Records: what several say, then what one alone says.
    pub(super) fn records(&mut self, title: &str, table: &RecordTable) {
        if table.lists.is_empty() {
            return;
        }
        let lists = numbered(&table.lists);
        self.title(&format!("{title}（{}条记录：{}）", lists.len() + table.more, lists.join("、")));
        let mut own = table.own.clone();
        // How they were matched is told below, pair by pair.
        for field in table.fields.iter().filter(|field| field.label != HOW_MATCHED) {
            let said: Vec<usize> = (0..lists.len()).filter(|at| !field.values[*at].is_empty()).collect();
            let same = said.windows(2).all(|two| field.values[two[0]] == field.values[two[1]]);
            match said.as_slice() {
                [] => {}
                several if several.len() > 1 && same && !field.differs => {
                    let all = several.len() == lists.len();
                    let who =
                        if all { "都一样".to_owned() } else { format!("{}条一样", several.len()) };
                    self.field(&field.label, &format!("{}（{who}）", field.values[several[0]]));
                }
                several if field.differs => {
                    let mut texts: Vec<(&str, Vec<&str>)> = Vec::new();
                    for &at in several {
                        let value = field.values[at].as_str();
                        match texts.iter_mut().find(|one| one.0 == value) {
                            Some(one) => one.1.push(&lists[at]),
                            None => texts.push((value, vec![&lists[at]])),
                        }
                    }
                    for (at, (value, of)) in texts.iter().enumerate() {
                        let label = if at == 0 { format!("{} ≠", field.label) } else { String::new() };
                        self.field(&label, &format!("{value}：{}", of.join("、")));
                    }
                }
                several => {
                    for &at in several {
                        own[at].push(format!("{} {}", field.label, field.values[at]));
                    }
                }
            }
        }
        for (at, list) in lists.iter().enumerate() {
            let mark = if table.evidence[at] { "●" } else { " " };
            self.labelled(&format!("  {mark}{list}"), LABEL + 2, &own[at].join("，"));
        }
        if table.evidence.contains(&true) {
            self.lines.push("  （●：疑点依据的记录）".to_owned());
        }
        if table.more > 0 {
            self.lines.push(format!("  另有{}条记录没有列出", table.more));
        }
    }

    /// Others of a household, each with his records.
    pub(super) fn members(&mut self, title: &str, case: &Case) {
        if !case.household.is_empty() {
            let more = case.household.len() + case.more_members;
            self.title(&format!("{title}（{more}人）"));
        }
        for member in &case.household {
            let who = &member.who;
            let about = if who.about.is_empty() { String::new() } else { format!("（{}）", who.about) };
            self.records(&format!("{}{about} {}", who.name, who.id_number), &member.table);
        }
        if case.more_members > 0 {
            self.lines.push(format!("  另有{}人没有列出", case.more_members));
        }
    }

    pub(super) fn near(&mut self, case: &Case) {
        if case.near.is_empty() {
            return;
        }
        self.title("不在这些名单里");
        for list in &case.near {
            let near = |(at, one): (usize, &NearRecord)| {
                let begin = if at == 0 { "最接近的是" } else { "再其次" };
                let likely =
                    if one.likely { "很可能就是此人，先核对" } else { "不像是同一人" };
                format!("{begin} {} {} {}（{likely}）", one.name, one.id_number, one.place)
            };
            let records: Vec<String> = list.records.iter().enumerate().map(near).collect();
            let text = if records.is_empty() {
                "没有与他相近的记录".to_owned()
            } else {
                records.join("；")
            };
            self.labelled("  ", 2, &format!("{}：{text}", list.list));
        }
    }

    pub(super) fn history(&mut self, case: &Case) {
        if case.history.is_empty() {
            return;
        }
        self.title("核查经过");
        for one in &case.history {
            let text = format!(
                "{} {} {}：{} {}{}",
                one.on, one.level, one.by, one.verdict, one.details, one.of_facts
            );
            self.labelled("  · ", 4, &text);
        }
    }

    /// Why records are one person.
    pub(super) fn pairs(&mut self, case: &Case) {
        self.title("为什么认作同一人");
        if case.pairs.is_empty() {
            self.labelled("  ", 2, "没有与别的记录合并过：只有一条记录，或各条记录是分开的人");
        }
        for pair in &case.pairs {
            self.pair(pair);
        }
        if case.more_pairs > 0 {
            self.lines.push(format!("  另有{}对待人工确认的记录没有列出", case.more_pairs));
        }
        if !case.pairs.is_empty() {
            let how = match case.has_weights {
                true => "分值每多1，是同一人的可能翻一倍；权重是这次运行时的",
                false => "这个发布没有记下各项的权重（旧版程序所写），只列比较的结果",
            };
            self.labelled("  ", 2, &format!("（{how}）"));
        }
    }

    pub(super) fn pair(&mut self, pair: &PairGroup) {
        self.labelled(
            "  · ",
            4,
            &format!("{} 与 {}：{}", pair.list, pair.others.join("、"), pair.account.verdict),
        );
        self.labelled("    ", 4, &pair.sum);
        for change in &pair.account.changes {
            self.labelled("    ", 4, change);
        }
    }
}

/// Titles of lists; a list with several records has them numbered.
fn numbered(lists: &[String]) -> Vec<String> {
    let count = |list: &String| lists.iter().filter(|one| *one == list).count();
    let number = |(at, list): (usize, &String)| match count(list) {
        1 => list.clone(),
        _ => format!("{list}#{}", lists[..=at].iter().filter(|one| *one == list).count()),
    };
    lists.iter().enumerate().map(number).collect()
}

/// Columns that a text takes up in a terminal: Chinese characters and full-width signs two.
fn display_width(text: &str) -> usize {
    text.chars().map(char_width).sum()
}

fn char_width(c: char) -> usize {
    let wide = matches!(c as u32,
        0x1100..=0x115F | 0x2E80..=0x303E | 0x3041..=0xA4CF | 0xAC00..=0xD7A3 | 0xF900..=0xFAFF
        | 0xFE30..=0xFE6F | 0xFF00..=0xFF60 | 0xFFE0..=0xFFE6 | 0x1F300..=0x1FAFF | 0x20000..=0x3FFFD);
    1 + usize::from(wide)
}

/// A text in lines of so many columns; numbers and words of other scripts stay whole where they can.
fn broken(text: &str, columns: usize) -> Vec<String> {
    let mut lines = vec![String::new()];
    let mut used = 0;
    let mut words: Vec<String> = Vec::new();
    for c in text.chars() {
        let joins = |c: char| c.is_ascii_graphic();
        match words.last_mut() {
            // Signs do not begin a line.
            Some(last) if joins(c) && last.chars().next_back().is_some_and(joins) => last.push(c),
            Some(last) if "，。；：、）”".contains(c) => last.push(c),
            // Nor do others end one.
            Some(last) if last.ends_with(['（', '“']) => last.push(c),
            _ => words.push(c.to_string()),
        }
    }
    for word in words {
        let width = display_width(&word);
        if used + width > columns && used > 0 {
            lines.push(String::new());
            used = 0;
        }
        if used == 0 && word == " " {
            continue;
        }
        used += width;
        if let Some(line) = lines.last_mut() {
            line.push_str(&word);
        }
    }
    lines
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn lines_stay_within_the_width() {
        let mut lines = TerminalLines::new(40);
        let text =
            "该人员既在特困供养（2018年1月起），又在低保名单（2016年12月起，每人每月148元），重复12个月。";
        lines.field("说明", text);
        assert!(lines.lines.len() > 2, "{:?}", lines.lines);
        assert!(lines.lines.iter().all(|line| display_width(line) <= 42), "{:?}", lines.lines);
        let told: String = lines.lines.iter().map(|line| line.trim()).collect();
        assert_eq!(told.replace(' ', ""), format!("说明{text}"), "nothing is lost");
    }
}
