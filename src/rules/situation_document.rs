//! The book of situations as a Chinese document for `bidui rules --situations`.

use std::collections::BTreeMap;
use std::fmt::Write as _;

use super::rule_set::RuleSet;
use super::situation_file::{Situation, SituationFile, list_and_county};

/// All situations by theme (Markdown), generated from their files.
pub fn document_situations(rules: &RuleSet, files: &[SituationFile]) -> String {
    let mut themes: Vec<&str> = Vec::new();
    for file in files {
        if !themes.contains(&file.content.theme.as_str()) {
            themes.push(&file.content.theme);
        }
    }
    let count: usize = files.iter().map(|file| file.content.situation.len()).sum();
    let pending =
        files.iter().flat_map(|file| &file.content.situation).filter(|s| s.pending.is_some()).count();
    let mut text = String::from("# 情形集\n\n");
    let _ = writeln!(
        text,
        "本文件由 situations/ 里的情形生成，请勿手工修改。每个情形是一件平常事和它在各部门名单里的样子，\
         列出全部规则应当找出的疑点：没有列出的就是不应有的。共{count}个情形，其中{pending}个规则还做不到。\n"
    );
    text.push_str("| 主题 | 情形 |\n|---|---|\n");
    let of = |theme: &str| {
        let files = files.iter().filter(|file| file.content.theme == theme);
        files.flat_map(|file| &file.content.situation).collect::<Vec<&Situation>>()
    };
    for (number, theme) in (1..).zip(&themes) {
        let _ = writeln!(text, "| [{theme}](#theme-{number}) | {} |", of(theme).len());
    }
    for (number, theme) in (1..).zip(themes) {
        let _ = writeln!(text, "\n<a id=\"theme-{number}\"></a>\n\n## {theme}");
        for situation in of(theme) {
            document_situation(rules, situation, &mut text);
        }
    }
    text
}

fn document_situation(rules: &RuleSet, situation: &Situation, text: &mut String) {
    let _ = writeln!(text, "\n### {}\n\n{}\n", situation.name, situation.story.trim());
    let mut lists: BTreeMap<&str, usize> = BTreeMap::new();
    for line in situation.given.lines().map(str::trim).filter(|line| !line.is_empty()) {
        let view = line.split([' ', ':']).next().unwrap_or_default();
        *lists.entry(view).or_default() += 1;
    }
    let mut told: Vec<String> =
        lists.iter().map(|(view, rows)| format!("{}{rows}行", rules.catalogue.title(view))).collect();
    told.extend(situation.empty.iter().map(|view| format!("{}没有这家人", rules.catalogue.title(view))));
    let part = |name: &String| {
        let (view, county) = list_and_county(name);
        format!("{}{}", rules.catalogue.title(view), county.unwrap_or_default())
    };
    told.extend(situation.absent.iter().map(|name| format!("{}没有报来", part(name))));
    told.extend(situation.stale.iter().map(|name| format!("{}是上期的", part(name))));
    let quarter = situation.period.map_or_else(String::new, |period| format!("（{}）", period.title()));
    let _ = writeln!(text, "- 名单{quarter}：{}", told.join("、"));
    let title = |code: &str| rules.rule(code).map_or("", |rule| rule.header.title.as_str()).to_owned();
    let entry = |entry: &String| {
        let (code, subject) = entry.split_once(' ').unwrap_or((entry, ""));
        format!("{code} {}（{}）", title(code), subject_in_words(situation, subject))
    };
    let entries = |entries: &[String]| {
        let mut told: Vec<String> = entries.iter().map(entry).collect();
        told.dedup();
        told.join("、")
    };
    match situation.expect.as_slice() {
        [] => text.push_str("- 疑点：无\n"),
        findings => {
            let _ = writeln!(text, "- 疑点：{}", entries(findings));
        }
    }
    for (what, listed) in [("停判的规则", &situation.held), ("判断不了的对象", &situation.undecided)]
    {
        if !listed.is_empty() {
            let _ = writeln!(text, "- {what}：{}", entries(listed));
        }
    }
    for (code, reason) in &situation.silent {
        let _ = writeln!(text, "- 不列 {code} {}：{reason}", title(code));
    }
    let _ = writeln!(text, "- 依据：{}", situation.rests_on.trim());
    if let Some(reason) = &situation.pending {
        let _ = writeln!(text, "- 还做不到：{reason}");
    }
}

/// A finding's subject with what its rows call it, and the key as far as officers read it.
fn subject_in_words(situation: &Situation, subject: &str) -> String {
    let (id, key) = subject.split_once('/').unwrap_or((subject, ""));
    let rows = situation.given.lines().filter(|line| {
        line.split_whitespace().any(|word| word.strip_prefix(['@', '#']).is_some_and(|named| named == id))
    });
    let words = |name: &str| {
        let mut words = rows.clone().flat_map(str::split_whitespace);
        words.find_map(|word| word.strip_prefix(name)).map(str::to_owned)
    };
    let of_household = situation.given.split_whitespace().any(|word| word.strip_prefix('#') == Some(id));
    let called = match of_household {
        true => words("head_name="),
        false => words("name=").or_else(|| words("relation=")),
    };
    let inner = !key.is_empty() && key.bytes().all(|byte| byte.is_ascii_lowercase());
    let key = if inner { None } else { Some(key.to_owned()).filter(|key| !key.is_empty()) };
    [Some(id.to_owned()), called, key].into_iter().flatten().collect::<Vec<_>>().join("，")
}
