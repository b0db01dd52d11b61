//! Members of a household side by side: `成员姓名1`, `成员姓名2` … become `[[unpivot]]`.

use std::collections::BTreeMap;
use std::fmt::Write as _;

use super::draft_contract::{quote_toml_text, spell_column_name};
use super::{ColumnGuess, ColumnProfile};

/// A header with its number left open: `成员姓名{n}`.
pub(super) fn numbered_header(header: &str) -> Option<(String, u8)> {
    let digits: String =
        header.chars().skip_while(|c| !c.is_ascii_digit()).take_while(char::is_ascii_digit).collect();
    let rest = header.chars().filter(char::is_ascii_digit).count();
    let number: u8 = digits.parse().ok().filter(|n| (1..=99).contains(n))?;
    (rest == digits.len()).then(|| (header.replacen(&digits, "{n}", 1), number))
}

/// One column of the members.
struct MemberPart {
    name: String,
    role: Option<&'static str>,
    label: String,
    header: String,
}

/// A group of members.
pub(super) struct MemberGroup {
    title: &'static str,
    repeat: Option<(u8, u8)>,
    parts: Vec<MemberPart>,
    columns: Vec<usize>,
}

impl MemberGroup {
    pub(super) fn holds(&self, column: usize) -> bool {
        self.columns.contains(&column)
    }
    pub(super) fn roles(&self) -> impl Iterator<Item = &'static str> {
        self.parts.iter().filter_map(|part| part.role)
    }
    pub(super) fn names(&self) -> impl Iterator<Item = &str> {
        self.parts.iter().map(|part| part.name.as_str())
    }
}

/// The groups of members among the columns; none unless several columns hold numbered names.
pub(super) fn find_members(columns: &[&ColumnProfile]) -> Vec<MemberGroup> {
    let mut bases: BTreeMap<String, Vec<(u8, usize)>> = BTreeMap::new();
    for (at, column) in columns.iter().enumerate() {
        if let Some((base, number)) = numbered_header(&column.header) {
            bases.entry(base).or_default().push((number, at));
        }
    }
    bases.retain(|_, numbers| numbers.len() >= 2);
    let mut group = MemberGroup { title: "成员", repeat: None, parts: Vec::new(), columns: Vec::new() };
    let mut ordered: Vec<(&String, &Vec<(u8, usize)>)> = bases.iter().collect();
    ordered.sort_by_key(|(_, numbers)| numbers[0].1);
    for (base, numbers) in ordered {
        let holds = |guess| numbers.iter().any(|(_, at)| columns[*at].guess == guess);
        let role = match () {
            () if holds(ColumnGuess::IdNumber) => Some("id_number"),
            () if base.contains("关系") => Some("relation"),
            () if base.contains("性别") => Some("sex"),
            () if holds(ColumnGuess::PersonName) => Some("name"),
            () => None,
        };
        let role = role.filter(|role| group.roles().all(|known| known != *role));
        let label = base.replace("{n}", "");
        let mut name = role.map_or_else(|| spell_column_name(&label), str::to_owned);
        while group.names().any(|known| known == name) {
            name.push_str("_more");
        }
        let (first, last) = (numbers.iter().map(|n| n.0).min(), numbers.iter().map(|n| n.0).max());
        if let (Some(first), Some(last)) = (first, last) {
            let (least, most) = group.repeat.unwrap_or((first, last));
            group.repeat = Some((least.min(first), most.max(last)));
        }
        group.parts.push(MemberPart { name, role, label, header: base.clone() });
        group.columns.extend(numbers.iter().map(|(_, at)| *at));
    }
    if !group.roles().any(|role| role == "name") {
        return Vec::new();
    }
    let mut head = MemberGroup { title: "户主", repeat: None, parts: Vec::new(), columns: Vec::new() };
    for part in &group.parts {
        let guess = match part.role {
            Some("name") => ColumnGuess::PersonName,
            Some("id_number") => ColumnGuess::IdNumber,
            _ => continue,
        };
        let of_head =
            |c: &ColumnProfile| c.guess == guess && ["户主", "申请人"].iter().any(|w| c.header.contains(w));
        if let Some(at) = columns.iter().position(|c| of_head(c)) {
            head.parts.push(MemberPart {
                name: part.name.clone(),
                role: part.role,
                label: part.label.clone(),
                header: columns[at].header.clone(),
            });
            head.columns.push(at);
        }
    }
    if head.parts.is_empty() { vec![group] } else { vec![head, group] }
}

/// `[[column]]` and `[[unpivot]]` of the groups.
pub(super) fn members_text(groups: &[MemberGroup]) -> String {
    let mut out = String::new();
    let Some(members) = groups.last() else { return out };
    for part in &members.parts {
        let _ = writeln!(
            out,
            "\n[[column]]\nname = {}\nlabel = {}",
            quote_toml_text(&part.name),
            quote_toml_text(&part.label)
        );
        if let Some(role) = part.role {
            let _ = writeln!(out, "role = {}", quote_toml_text(role));
        }
    }
    out.push_str("\n# 一户一行：有内容的成员各成一条记录。\n");
    for group in groups {
        let _ = writeln!(out, "[[unpivot]]\ntitle = {}", quote_toml_text(group.title));
        if let Some((first, last)) = group.repeat {
            let _ = writeln!(out, "repeat = [{first}, {last}]");
        }
        for part in &group.parts {
            let _ = writeln!(out, "headers.{} = [{}]", part.name, quote_toml_text(&part.header));
        }
        if group.repeat.is_none() && members.roles().any(|role| role == "relation") {
            out.push_str("values.relation = \"本人或户主\"\n");
        }
        out.push('\n');
    }
    out
}
