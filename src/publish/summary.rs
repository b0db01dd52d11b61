//! A few lines for the screen after a run.

use std::fmt::Write as _;

use super::audit_notices::audit_notices;
use super::quarter_totals::grouped_text;
use super::unread_files::unread_notices;
use super::{FinishedPublication, PublishedPipeline};
use crate::model::exception::Severity;

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
    let _ = writeln!(
        out,
        "  归并  {}人，{}户；另有{}对记录待人工确认",
        grouped_text(t.persons),
        grouped_text(t.households),
        grouped_text(t.review_pairs)
    );
    let _ = writeln!(
        out,
        "  疑点  {}条：新增{}、持续{}、复现{}；本季消除{}；另有待确认匹配{}条",
        grouped_text(t.all.open),
        grouped_text(t.all.new),
        grouped_text(t.all.persisting),
        grouped_text(t.all.reopened),
        grouped_text(t.all.resolved),
        grouped_text(t.all.review)
    );
    for severity in Severity::ALL {
        if t.all.of(severity) > 0 {
            let title = catalogue.words.severity_title(severity);
            let _ = writeln!(out, "        {title}  {}条", grouped_text(t.all.of(severity)));
        }
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
    let not_run: Vec<&str> = t.not_run.iter().map(|(code, _)| code.as_str()).collect();
    if !not_run.is_empty() {
        let _ = writeln!(out, "  未运行的规则（不等于没有疑点）：{}", not_run.join("、"));
    }
    for notice in audit_notices(others.into_iter(), catalogue) {
        let _ = writeln!(out, "  注意  {}：{}", notice.sources, notice.message);
    }
    let _ = writeln!(out, "  发布  {}", publication.folder.display());
    let _ = writeln!(out, "        疑点清单 lists/  报告 report.html  数据表 tables/  清册 manifest.json");
    out
}
