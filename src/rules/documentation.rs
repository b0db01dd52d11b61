//! The catalogue of rules as a Chinese document and as data for `bidui rules`.

use std::collections::{BTreeMap, BTreeSet};
use std::fmt::Write as _;

use serde::Serialize;

use super::rule_file::Rule;
use super::rule_set::RuleSet;
use super::view_catalogue::list_of_view;
use crate::model::exception::{Severity, SubjectKind};
use crate::rules::sql::{Lineage, ViewColumn};

/// One rule, as listed.
#[derive(Debug, Clone, Serialize)]
pub struct RuleSummary {
    /// Code.
    pub code: String,
    /// Title.
    pub title: String,
    /// Folder.
    pub group: String,
    /// Severity.
    pub severity: Severity,
    /// Subject.
    pub subject: SubjectKind,
    /// Owner in the quarter asked for, or the last one.
    pub owner: String,
    /// Views needed.
    pub sources: Vec<String>,
    /// Counts instead of findings.
    pub indicator: bool,
    /// Clause of the policy.
    pub clause: String,
    /// Number of examples.
    pub examples: usize,
    /// Columns (`view.column`) that decide which findings come out.
    pub deciding: Vec<String>,
    /// Columns (`view.column`) that are only shown with a finding.
    pub shown: Vec<String>,
}

/// What to list; `None` lists all.
#[derive(Debug, Clone, Default)]
pub struct RuleFilter {
    /// Part of a code or title.
    pub text: Option<String>,
    /// Severity.
    pub severity: Option<Severity>,
    /// Part of the owner's name.
    pub owner: Option<String>,
    /// View that the rule needs.
    pub source: Option<String>,
}

/// Rules that pass the filter, by code.
pub fn list_rules(rules: &RuleSet, filter: &RuleFilter) -> Vec<RuleSummary> {
    let mut lineages = rules.lineages();
    let summaries = rules.rules.iter().map(|rule| {
        let lineage = lineages.remove(&rule.header.code).unwrap_or_default();
        summary(rule, &lineage)
    });
    summaries.filter(|s| rule_passes_filter(s, filter)).collect()
}

fn rule_passes_filter(rule: &RuleSummary, filter: &RuleFilter) -> bool {
    let text = |wanted: &Option<String>, given: &[&str]| {
        wanted.as_ref().is_none_or(|w| given.iter().any(|g| g.to_lowercase().contains(&w.to_lowercase())))
    };
    text(&filter.text, &[&rule.code, &rule.title])
        && text(&filter.owner, &[&rule.owner])
        && filter.severity.is_none_or(|s| s == rule.severity)
        && filter.source.as_ref().is_none_or(|s| rule.sources.contains(s))
}

fn summary(rule: &Rule, lineage: &Lineage) -> RuleSummary {
    let dotted = |columns: &BTreeSet<ViewColumn>| {
        columns.iter().map(|(view, column)| format!("{view}.{column}")).collect()
    };
    let header = &rule.header;
    RuleSummary {
        code: header.code.clone(),
        title: header.title.clone(),
        group: rule.group.clone(),
        severity: header.severity,
        subject: header.subject,
        owner: header.owner.latest().to_owned(),
        sources: header.sources.clone(),
        indicator: header.indicator,
        clause: header.policy.clause.clone(),
        examples: header.example.len(),
        deciding: dotted(&lineage.deciding),
        shown: dotted(&lineage.shown),
    }
}

/// The catalogue in Chinese (Markdown), generated from the headers.
pub fn document_rules(rules: &RuleSet) -> String {
    let mut text = String::from("# 规则目录\n\n");
    let _ = writeln!(
        text,
        "本文件由规则文件的说明生成，请勿手工修改。共 {} 条规则：疑点 {} 条，指标 {} 条。\n",
        rules.rules.len(),
        rules.rules.iter().filter(|r| !r.header.indicator).count(),
        rules.rules.iter().filter(|r| r.header.indicator).count()
    );
    text.push_str("| 编号 | 名称 | 级别 | 对象 | 责任部门 | 数据来源 |\n|---|---|---|---|---|---|\n");
    for rule in &rules.rules {
        let header = &rule.header;
        let sources: Vec<&str> = header.sources.iter().map(|s| rules.catalogue.title(s)).collect();
        let _ = writeln!(
            text,
            "| [{code}](#{anchor}) | {} | {:?} | {} | {} | {} |",
            header.title,
            header.severity,
            if header.indicator { "指标" } else { subject_word(header.subject) },
            header.owner.latest(),
            sources.join("、"),
            code = header.code,
            anchor = header.code.to_lowercase(),
        );
    }
    let lineages = rules.lineages();
    for rule in &rules.rules {
        document_rule(rules, rule, &lineages[&rule.header.code], &mut text);
    }
    text.push_str("\n## 共用定义\n");
    for definition in &rules.definitions {
        let _ = writeln!(
            text,
            "\n### {}\n\n{}\n\n```sql\n{}\n```",
            definition.header.name,
            definition.header.title,
            definition.file.sql().trim()
        );
    }
    text
}

fn document_rule(rules: &RuleSet, rule: &Rule, lineage: &Lineage, text: &mut String) {
    let header = &rule.header;
    let _ = writeln!(
        text,
        "\n<a id=\"{}\"></a>\n\n## {} {}\n",
        header.code.to_lowercase(),
        header.code,
        header.title
    );
    let _ = writeln!(text, "{}\n", header.why);
    if !header.formerly.is_empty() {
        let _ = writeln!(text, "- 原编号：{}", header.formerly.join("、"));
    }
    let _ = writeln!(text, "- 政策依据：{}，“{}”", header.policy.clause, header.policy.quote);
    let sources: Vec<String> =
        header.sources.iter().map(|s| format!("{}(`{s}`)", rules.catalogue.title(s))).collect();
    let _ = writeln!(text, "- 数据来源：{}", sources.join("、"));
    if !header.columns.is_empty() {
        let columns: Vec<String> = header.columns.iter().map(|name| rules.column_label(name)).collect();
        let _ = writeln!(text, "- 没有下列列时不运行：{}", columns.join("、"));
    }
    // That a finding names its records goes without saying.
    let told = lineage.shown.iter().filter(|(_, column)| column != "record_id").cloned().collect();
    for (what, columns) in [("判定依据", &lineage.deciding), ("只作显示", &told)] {
        if !columns.is_empty() {
            let _ = writeln!(text, "- {what}：{}", describe_rule_columns(rules, columns));
        }
    }
    if !header.absent_from.is_empty() {
        let lists: BTreeSet<&str> =
            header.absent_from.iter().map(|a| rules.catalogue.title(&a.list)).collect();
        let _ = writeln!(
            text,
            "- 断言不在名单：{}；先在名单中找最接近的记录，很可能是本人的列入待确认",
            Vec::from_iter(lists).join("、")
        );
    }
    let _ = writeln!(text, "- 责任部门：{}", header.owner.latest());
    if header.indicator {
        return sql(rule, text);
    }
    let _ = writeln!(
        text,
        "- 级别：{}；对象：{}；核查期限：{}个工作日",
        rules.settings.words().severity_title(header.severity),
        subject_word(header.subject),
        header.due_days
    );
    let _ = writeln!(text, "- 疑点说明：{}", header.message);
    if !header.advice.is_empty() {
        text.push_str("- 入户核查：\n");
        for line in &header.advice {
            let _ = writeln!(text, "  - {line}");
        }
    }
    if !header.related.is_empty() {
        let _ = writeln!(text, "- 相关规则：{}", header.related.join("、"));
    }
    if !header.example.is_empty() {
        text.push_str("- 例子：\n");
        for example in &header.example {
            let outcome = if example.expect.is_empty() { "不是疑点" } else { "是疑点" };
            let _ = writeln!(text, "  - {}（{outcome}）", example.case);
        }
    }
    sql(rule, text);
}

/// Columns view by view: `建档立卡户（住房面积、`household_id`）`; those that the program computes have no label.
fn describe_rule_columns(rules: &RuleSet, columns: &BTreeSet<ViewColumn>) -> String {
    let mut views: BTreeMap<&str, Vec<String>> = BTreeMap::new();
    for (view, column) in columns {
        let label = rules.labels.get(&format!("{}.{column}", list_of_view(view)));
        views.entry(view).or_default().push(label.cloned().unwrap_or_else(|| format!("`{column}`")));
    }
    let of_view = |(view, columns): (&&str, &Vec<String>)| {
        format!("{}（{}）", rules.catalogue.title(view), columns.join("、"))
    };
    views.iter().map(of_view).collect::<Vec<_>>().join("；")
}

fn sql(rule: &Rule, text: &mut String) {
    let _ = writeln!(text, "\n```sql\n{}\n```", rule.file.sql().trim());
}

/// Subject in words.
pub(crate) fn subject_word(subject: SubjectKind) -> &'static str {
    match subject {
        SubjectKind::Person => "人",
        SubjectKind::Household => "户",
        SubjectKind::Record => "记录",
        SubjectKind::Unit => "区划",
    }
}
