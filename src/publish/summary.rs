//! A screenful for the terminal after a run: no more than 40 lines of 120 columns, whatever was read. What is only counted
//! here stands in full in `notices.txt` and `appendix.html`.

use std::collections::BTreeMap;

use super::audit_kinds::audit_kind;
use super::cell_notices::cell_notices;
use super::held_notices::held_notices;
use super::notices_file::NOTICES;
use super::quarter_totals::{OpenCount, grouped_text};
use super::terminal_lines::TerminalLines;
use super::township_ranking::{RankedTownship, rank_townships};
use super::unread_files::unread_notices;
use super::unrun_rules::{missing_things, unrun_rules};
use super::{FinishedPublication, PublishedPipeline};
use crate::model::exception::Severity;
use crate::model::source_row::AuditFinding;

/// Rules named.
const MOST_RULES: usize = 10;
/// Notices of what was not delivered that are told in words, and lines of each.
const FIRST_NOTICES: usize = 2;
/// Lines at the end, after the notices: where everything is, and what the run may add.
const LAST_LINES: usize = 4;

/// Summary that an officer understands.
pub fn summary_text(publication: &FinishedPublication, catalogue: &PublishedPipeline) -> String {
    let m = &publication.manifest;
    let mut lines = TerminalLines::default();
    lines.line(&format!("{}  {}", m.pipeline, m.period.title()));
    let (first, others): (Vec<_>, Vec<_>) = m.audits.iter().partition(|audit| audit.concerns_delivery());
    say_first_notices(&mut lines, &first, catalogue);
    say_unjudged(&mut lines, publication, catalogue);
    say_data(&mut lines, publication, catalogue);
    say_findings(&mut lines, publication, catalogue);
    say_rules(&mut lines, publication);
    say_other_notices(&mut lines, &others, catalogue);
    lines.whole_line(format!("  发布  {}", publication.folder.display()));
    lines.say(
        "",
        "报告 report.html（附件 appendix.html）  疑点清单 lists/  数据表 tables/  清册 manifest.json",
        1,
    );
    let notices = first.len() + others.len();
    lines.say("", &format!("全部提醒（{notices}条）和没有判断、没有运行、没有读入的 {NOTICES}"), 1);
    lines.finish()
}

/// What was not delivered, or not of the period, comes first.
fn say_first_notices(lines: &mut TerminalLines, first: &[&AuditFinding], catalogue: &PublishedPipeline) {
    // One may be told at length; of many the first two, and how many there are of which kind.
    let most = if first.len() == 1 { 3 } else { 2 };
    for audit in first.iter().take(FIRST_NOTICES) {
        let text = format!("{}：{}", catalogue.source_title(&audit.source), audit.message);
        lines.say("警示", &text, most);
    }
    let more = first.get(FIRST_NOTICES..).unwrap_or_default();
    if !more.is_empty() {
        lines.say("警示", &format!("另有{}条：{}；见 {NOTICES}", more.len(), kinds_text(more)), 1);
    }
}

/// Notices by kind with their number, most first.
fn kinds_text(audits: &[&AuditFinding]) -> String {
    let kinds: Vec<String> =
        notices_by_kind(audits).into_iter().map(|(kind, of)| format!("{kind}{}条", of.len())).collect();
    kinds.join("、")
}

fn notices_by_kind<'a>(audits: &[&'a AuditFinding]) -> Vec<(&'static str, Vec<&'a AuditFinding>)> {
    let mut kinds: BTreeMap<&str, Vec<&AuditFinding>> = BTreeMap::new();
    for audit in audits {
        kinds.entry(audit_kind(&audit.audit)).or_default().push(audit);
    }
    let mut kinds: Vec<_> = kinds.into_iter().collect();
    kinds.sort_by(|a, b| b.1.len().cmp(&a.1.len()).then_with(|| a.0.cmp(b.0)));
    kinds
}

/// Nothing found where nothing was judged is not all well.
fn say_unjudged(lines: &mut TerminalLines, publication: &FinishedPublication, catalogue: &PublishedPipeline) {
    let (m, t) = (&publication.manifest, &publication.totals);
    let held = held_notices(&m.rules, catalogue);
    if let Some(worst) = held.first() {
        let more = match held.len() {
            1 => String::new(),
            places => format!("；这样的共{places}处，见 {NOTICES}"),
        };
        lines.say("未判断", &format!("{}{more}", worst.text), 1);
    }
    if t.undecided > 0 {
        let text = format!(
            "{}条规则对{}个对象没有判断：要看的值看不出，不等于没有疑点（tables/fact_undecided）",
            t.undecided_by_rule.len(),
            grouped_text(t.undecided)
        );
        lines.say("未判断", &text, 1);
    }
    if !t.not_run.is_empty() {
        let groups = unrun_rules(&t.not_run);
        let groups: Vec<String> = groups
            .iter()
            .map(|group| match missing_things(&group.things, 2) {
                things if things.is_empty() => format!("{}{}条", group.kind, group.codes.len()),
                things => format!("{}{}条（{things}）", group.kind, group.codes.len()),
            })
            .collect();
        let text = format!("{}条规则没有运行，不等于没有疑点：{}", t.not_run.len(), groups.join("；"));
        lines.say("未运行", &text, 2);
    }
    if m.rules.is_empty() {
        lines.line("  !!!! 一条规则也没有：没有找疑点，不等于没有疑点");
    }
    if t.persons > 0 && t.persons_by_township.keys().all(String::is_empty) {
        lines.line("  !!!! 没有一个人找到所在乡镇：全部疑点列在“未定乡镇”里；检查 codes/ 里的乡镇表");
    }
}

fn say_data(lines: &mut TerminalLines, publication: &FinishedPublication, catalogue: &PublishedPipeline) {
    let (m, t) = (&publication.manifest, &publication.totals);
    let sum = |f: fn(&crate::publication::manifest::SourceRun) -> u64| m.sources.iter().map(f).sum::<u64>();
    let present = m.sources.iter().filter(|s| s.present).count();
    let text = format!(
        "{present}个来源，读入{}条 = 接受{} + 退回{}；退回的行在 lists/退回/",
        grouped_text(sum(|s| s.read)),
        grouped_text(sum(|s| s.accepted)),
        grouped_text(sum(|s| s.rejected))
    );
    lines.say("数据", &text, 1);
    let unread = unread_notices(&m.files);
    match &unread[..] {
        [] => {}
        [one] => lines.say("未读", one, 1),
        [one, ..] => {
            lines.say("未读", one, 1);
            lines.say("未读", &format!("没有读入的共{}处，见 {NOTICES}", unread.len()), 1);
        }
    }
    let cells = cell_notices(&m.sources, catalogue);
    if !cells.is_empty() {
        let count: u64 = cells.iter().map(|(_, notice)| notice.cells).sum();
        let named: Vec<String> =
            cells.iter().map(|(title, notice)| format!("{title}{}格", grouped_text(notice.cells))).collect();
        let text = format!(
            "{}个来源有{}格没有照写的读入（见 {NOTICES}）：{}",
            cells.len(),
            grouped_text(count),
            named.join("、")
        );
        lines.say("存疑", &text, 1);
    }
    let text = format!(
        "{}人，{}户；另有{}对记录待人工确认",
        grouped_text(t.persons),
        grouped_text(t.households),
        grouped_text(t.review_pairs)
    );
    lines.say("归并", &text, 1);
}

fn say_findings(lines: &mut TerminalLines, publication: &FinishedPublication, catalogue: &PublishedPipeline) {
    let t = &publication.totals;
    if !publication.baseline.is_empty() {
        lines.say("对照", &publication.baseline, 1);
    }
    let otherwise: Vec<String> =
        t.resolved_otherwise.iter().map(|(by, count)| format!("{by}{}", grouped_text(*count))).collect();
    let otherwise = match otherwise.is_empty() {
        true => String::new(),
        false => format!("（其中{}）", otherwise.join("、")),
    };
    let change = t.before.as_ref().map_or_else(String::new, |before| {
        let word = if t.all.open >= before.open { "增加" } else { "减少" };
        let size = t.all.open.abs_diff(before.open);
        format!("（上期{}条，{word}{}条）", grouped_text(before.open), grouped_text(size))
    });
    let text = format!(
        "{}条{change}：新增{}、持续{}、复现{}；本期消除{}{otherwise}；另有待确认匹配{}条",
        grouped_text(t.all.open),
        grouped_text(t.all.new),
        grouped_text(t.all.persisting),
        grouped_text(t.all.reopened),
        grouped_text(t.all.resolved),
        grouped_text(t.all.review)
    );
    lines.say("疑点", &text, 2);
    if t.all.answered > 0 {
        let text = format!(
            "另有已核的{}条：名单仍有，核查结果已说明，原值未变{}；连同它们共查出{}条",
            grouped_text(t.all.answered),
            among_answered(&t.all),
            grouped_text(t.all.open + t.all.review + t.all.answered)
        );
        lines.say("", &text, 1);
    }
    let severities: Vec<String> = Severity::ALL
        .into_iter()
        .filter(|&severity| t.all.of(severity) > 0)
        .map(|s| format!("{} {}条", catalogue.words.severity_title(s), grouped_text(t.all.of(s))))
        .collect();
    if !severities.is_empty() {
        lines.say("", &severities.join("、"), 1);
    }
    let mut parts = Vec::new();
    if t.explained > 0 {
        parts.push(format!("由另一疑点引起{}条（核实根本原因即可）", grouped_text(t.explained)));
    }
    if t.overdue > 0 {
        parts.push(format!("超过反馈期限{}条", grouped_text(t.overdue)));
    }
    if !parts.is_empty() {
        lines.say("", &format!("其中{}", parts.join("、")), 1);
    }
    let ranking = rank_townships(t, catalogue);
    let named = |ranked: &[RankedTownship<'_>]| -> String {
        let told = ranked.iter().map(|one| {
            let sure = if one.is_apart(ranking.rate) { "，明显" } else { "" };
            format!("{}{}条（每千人{:.0}{sure}）", one.name, grouped_text(one.open), one.rate)
        });
        told.collect::<Vec<_>>().join("、")
    };
    if !ranking.worst.is_empty() {
        lines.say(
            "乡镇",
            &format!("疑点最多（全市每千人{:.0}）：{}", ranking.rate, named(&ranking.worst)),
            1,
        );
    }
    if !ranking.best.is_empty() {
        lines.say("", &format!("疑点最少：{}", named(&ranking.best)), 1);
    }
}

fn say_rules(lines: &mut TerminalLines, publication: &FinishedPublication) {
    let (m, t) = (&publication.manifest, &publication.totals);
    let rules = m.rules.iter().filter_map(|r| Some((r, t.by_rule.get(&r.code)?)));
    let mut rules: Vec<_> = rules.filter(|(_, count)| count.open + count.review > 0).collect();
    rules.sort_by(|(ra, a), (rb, b)| b.open.cmp(&a.open).then_with(|| ra.code.cmp(&rb.code)));
    if rules.is_empty() {
        return;
    }
    lines.line("  按规则");
    for (rule, count) in rules.iter().take(MOST_RULES) {
        let review =
            if count.review > 0 { format!("（另待确认{}）", count.review) } else { String::new() };
        let text = format!("{:<5}{:>6}条  {}{review}", rule.code, grouped_text(count.open), rule.title);
        lines.say("", &text, 1);
    }
    let others = rules.get(MOST_RULES..).unwrap_or_default();
    if !others.is_empty() {
        let open: u64 = others.iter().map(|(_, count)| count.open).sum();
        lines.say("", &format!("其余{}条规则{}条，见 report.html", others.len(), grouped_text(open)), 1);
    }
}

/// Notices of a kind in a line, the most frequent kinds first; the kinds that no line is left for are counted in the last.
fn say_other_notices(lines: &mut TerminalLines, others: &[&AuditFinding], catalogue: &PublishedPipeline) {
    let kinds = notices_by_kind(others);
    let room = lines.room(LAST_LINES).max(1);
    let shown = if kinds.len() > room { room - 1 } else { kinds.len() };
    for (kind, of) in &kinds[..shown] {
        let mut sources: Vec<&str> = of.iter().map(|audit| catalogue.source_title(&audit.source)).collect();
        sources.dedup();
        let text = match &of[..] {
            [one] => format!("{}：{}", catalogue.source_title(&one.source), one.message),
            of => format!("{kind} {}条：{}", of.len(), sources.join("、")),
        };
        lines.say("注意", &text, 1);
    }
    let rest = &kinds[shown..];
    if !rest.is_empty() {
        let count: usize = rest.iter().map(|(_, of)| of.len()).sum();
        let named: Vec<&str> = rest.iter().map(|(kind, _)| *kind).collect();
        lines.say("注意", &format!("另有{count}条：{}", named.join("、")), 1);
    }
}

/// What closes the findings that the lists show still, beside answers to themselves.
fn among_answered(all: &OpenCount) -> String {
    let parts = [("批准豁免", all.waived), ("由原因已核", all.by_cause)];
    let parts: Vec<String> = { parts.into_iter() }
        .filter(|(_, count)| *count > 0)
        .map(|(word, count)| format!("{word}{}条", grouped_text(count)))
        .collect();
    if parts.is_empty() { String::new() } else { format!("（其中{}）", parts.join("、")) }
}
