//! A few lines for the screen after a run.

use std::collections::BTreeMap;
use std::fmt::Write as _;

use super::audit_notices::audit_notices;
use super::cell_notices::cell_notices;
use super::held_notices::held_notices;
use super::quarter_totals::grouped_text;
use super::unread_files::unread_notices;
use super::{FinishedPublication, PublishedPipeline};
use crate::model::exception::Severity;
use crate::publication::manifest::RuleRun;

/// Summary that an officer understands.
pub fn summary_text(publication: &FinishedPublication, catalogue: &PublishedPipeline) -> String {
    let (m, t) = (&publication.manifest, &publication.totals);
    let mut out = String::new();
    let sum = |f: fn(&crate::publication::manifest::SourceRun) -> u64| m.sources.iter().map(f).sum::<u64>();
    let present = m.sources.iter().filter(|s| s.present).count();
    let _ = writeln!(out, "{}  {}", m.pipeline, m.period.title());
    let (first, others): (Vec<_>, Vec<_>) = m.audits.iter().partition(|audit| audit.concerns_delivery());
    for notice in audit_notices(first.into_iter(), catalogue) {
        let _ = writeln!(out, "  警示  {}：{}", notice.sources, notice.message);
    }
    out.push_str(&held_text(&m.rules, catalogue));
    let _ = writeln!(
        out,
        "  数据  {present}个来源，读入{}条 = 接受{} + 退回{}",
        grouped_text(sum(|s| s.read)),
        grouped_text(sum(|s| s.accepted)),
        grouped_text(sum(|s| s.rejected))
    );
    for line in unread_notices(&m.files) {
        let _ = writeln!(out, "  未读  {line}");
    }
    for (title, notice) in cell_notices(&m.sources, catalogue) {
        let _ = writeln!(out, "  存疑  {title}：{}", notice.text);
    }
    let _ = writeln!(
        out,
        "  归并  {}人，{}户；另有{}对记录待人工确认",
        grouped_text(t.persons),
        grouped_text(t.households),
        grouped_text(t.review_pairs)
    );
    if !publication.baseline.is_empty() {
        let _ = writeln!(out, "  对照  {}", publication.baseline);
    }
    let otherwise: Vec<String> =
        t.resolved_otherwise.iter().map(|(by, count)| format!("{by}{}", grouped_text(*count))).collect();
    let otherwise = match otherwise.is_empty() {
        true => String::new(),
        false => format!("（其中{}）", otherwise.join("、")),
    };
    let _ = writeln!(
        out,
        "  疑点  {}条：新增{}、持续{}、复现{}；本季消除{}{}；另有待确认匹配{}条",
        grouped_text(t.all.open),
        grouped_text(t.all.new),
        grouped_text(t.all.persisting),
        grouped_text(t.all.reopened),
        grouped_text(t.all.resolved),
        otherwise,
        grouped_text(t.all.review)
    );
    if t.all.answered > 0 {
        let _ = writeln!(
            out,
            "        另有已核的{}条：名单仍有，核查结果已说明，原值未变{}；连同它们共查出{}条",
            grouped_text(t.all.answered),
            match t.all.waived {
                0 => String::new(),
                waived => format!("（其中批准豁免{}条）", grouped_text(waived)),
            },
            grouped_text(t.all.open + t.all.review + t.all.answered)
        );
    }
    for severity in Severity::ALL {
        if t.all.of(severity) > 0 {
            let title = catalogue.words.severity_title(severity);
            let _ = writeln!(out, "        {title}  {}条", grouped_text(t.all.of(severity)));
        }
    }
    if t.undecided > 0 {
        let _ = writeln!(
            out,
            "        另有{}条规则对{}个对象没有判断：要看的值看不出，不等于没有疑点（tables/fact_undecided）",
            t.undecided_by_rule.len(),
            grouped_text(t.undecided)
        );
    }
    if t.explained > 0 {
        let _ = writeln!(out, "        其中由另一疑点引起{}条，核实根本原因即可", grouped_text(t.explained));
    }
    if t.overdue > 0 {
        let _ = writeln!(out, "        其中超过反馈期限{}条", grouped_text(t.overdue));
    }
    let mut rules: Vec<_> = m.rules.iter().filter_map(|r| Some((r, t.by_rule.get(&r.code)?))).collect();
    rules.sort_by(|(ra, a), (rb, b)| b.open.cmp(&a.open).then_with(|| ra.code.cmp(&rb.code)));
    if !rules.is_empty() {
        let _ = writeln!(out, "  按规则");
    }
    for (rule, count) in rules.iter().filter(|(_, c)| c.open + c.review > 0) {
        let review =
            if count.review > 0 { format!("（另待确认{}）", count.review) } else { String::new() };
        let _ = writeln!(
            out,
            "        {:<5}{:>6}条  {}{review}",
            rule.code,
            grouped_text(count.open),
            rule.title
        );
    }
    if m.rules.is_empty() {
        out.push_str("  !!!! 一条规则也没有：没有找疑点，不等于没有疑点\n");
    }
    if t.persons > 0 && t.persons_by_township.keys().all(String::is_empty) {
        out.push_str("  !!!! 没有一个人找到所在乡镇：全部疑点列在“未定乡镇”里；检查 codes/ 里的乡镇表\n");
    }
    out.push_str(&not_run_text(&t.not_run));
    for notice in audit_notices(others.into_iter(), catalogue) {
        let _ = writeln!(out, "  注意  {}：{}", notice.sources, notice.message);
    }
    let _ = writeln!(out, "  发布  {}", publication.folder.display());
    let _ = writeln!(out, "        疑点清单 lists/  报告 report.html  数据表 tables/  清册 manifest.json");
    out
}

/// Rules that are held for a county: the most undecided subjects first.
fn held_text(rules: &[RuleRun], catalogue: &PublishedPipeline) -> String {
    /// Lines shown.
    const LINES: usize = 12;
    let notices = held_notices(rules, catalogue);
    let mut out = String::new();
    for notice in notices.iter().take(LINES) {
        let _ = writeln!(out, "  未判断  {}", notice.text);
    }
    if notices.len() > LINES {
        let _ =
            writeln!(out, "  未判断  另有{}处，见 report.html 和 tables/fact_held", notices.len() - LINES);
    }
    out
}

/// Rules that did not run: how many for which kind of reason, what is missing for most of them, and their codes.
fn not_run_text(not_run: &[(String, String)]) -> String {
    /// Missing things that a line names.
    const NAMED: usize = 6;
    let mut out = String::new();
    if not_run.is_empty() {
        return out;
    }
    let mut kinds: BTreeMap<&str, (usize, BTreeMap<&str, usize>)> = BTreeMap::new();
    for (_, reason) in not_run {
        let (kind, things) = reason.split_once('：').unwrap_or(("本期不适用", ""));
        let entry = kinds.entry(kind).or_default();
        entry.0 += 1;
        for thing in things.split('、').filter(|thing| !thing.is_empty()) {
            *entry.1.entry(thing).or_default() += 1;
        }
    }
    let mut kinds: Vec<_> = kinds.into_iter().collect();
    kinds.sort_by(|a, b| b.1.0.cmp(&a.1.0).then_with(|| a.0.cmp(b.0)));
    let _ = writeln!(out, "  !!!! {}条规则没有运行，不等于没有疑点", not_run.len());
    for (kind, (count, things)) in kinds {
        let mut things: Vec<(&str, usize)> = things.into_iter().collect();
        things.sort_by(|a, b| b.1.cmp(&a.1).then_with(|| a.0.cmp(b.0)));
        let more = if things.len() > NAMED { format!("等{}项", things.len()) } else { String::new() };
        let named: Vec<String> =
            things.iter().take(NAMED).map(|(thing, rules)| format!("{thing}{rules}条")).collect();
        let colon = if named.is_empty() { "" } else { "：" };
        let _ = writeln!(out, "        {kind}  {count}条{colon}{}{more}", named.join("、"));
    }
    let codes: Vec<&str> = not_run.iter().map(|(code, _)| code.as_str()).collect();
    let _ = writeln!(out, "  未运行的规则（不等于没有疑点）：{}", codes.join("、"));
    out
}
