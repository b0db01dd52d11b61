//! `notices.txt`: every notice of a run in full. What the summary on the terminal only counts stands here.

use std::fmt::Write as _;

use super::PublicationInputs;
use super::audit_kinds::audit_kind;
use super::cell_notices::cell_notices_in_full;
use super::held_notices::held_notices_in_full;
use super::manifest_facts::RunFacts;
use super::unread_files::unread_notices_in_full;
use crate::Result;
use crate::model::source_row::AuditFinding;
use crate::publication::manifest::DeliveredFile;
use crate::publication::output_files::OutputFiles;

/// The file.
pub(super) const NOTICES: &str = "notices.txt";

/// Writes the file, with what others wrote as the manifest tells it.
pub(super) fn write_notices(
    inputs: &PublicationInputs<'_>,
    told: &RunFacts,
    outputs: &mut OutputFiles,
) -> Result<()> {
    let text = notices_text(inputs, told);
    outputs.bytes(NOTICES, text.as_bytes(), None)
}

fn notices_text(inputs: &PublicationInputs<'_>, told: &RunFacts) -> String {
    let catalogue = inputs.catalogue;
    let RunFacts { rules, sources, audits } = told;
    let (first, mut others): (Vec<_>, Vec<_>) = audits.iter().partition(|audit| audit.concerns_delivery());
    let files: Vec<DeliveredFile> = inputs.files.iter().map(DeliveredFile::of).collect();
    let told = |audit: &AuditFinding| format!("{}：{}", catalogue.source_title(&audit.source), audit.message);
    let not_run = rules
        .iter()
        .filter(|rule| !rule.ran)
        .map(|rule| format!("{} {}：{}", rule.code, rule.title, rule.reason.as_deref().unwrap_or_default()));
    let mut sections: Vec<(String, Vec<String>)> = vec![
        ("警示（先看这些）".to_owned(), first.into_iter().map(told).collect()),
        (
            "没有判断的，不等于没有疑点".to_owned(),
            held_notices_in_full(rules, catalogue).into_iter().map(|notice| notice.text).collect(),
        ),
        ("没有运行的规则，不等于没有疑点".to_owned(), not_run.collect()),
        ("没有读入的文件和工作表".to_owned(), unread_notices_in_full(&files)),
        (
            "没有照写的读入的格".to_owned(),
            cell_notices_in_full(sources, catalogue)
                .into_iter()
                .map(|(title, notice)| format!("{title}：{}", notice.text))
                .collect(),
        ),
    ];
    others.sort_by_key(|audit| audit_kind(&audit.audit));
    for kind in others.chunk_by(|a, b| audit_kind(&a.audit) == audit_kind(&b.audit)) {
        let title = format!("提醒：{}", audit_kind(&kind[0].audit));
        sections.push((title, kind.iter().map(|audit| told(audit)).collect()));
    }
    let mut text = format!("{}  {}  提醒全文\n", catalogue.title, inputs.period.title());
    for (title, lines) in sections.iter().filter(|(_, lines)| !lines.is_empty()) {
        let _ = writeln!(text, "\n{title}（{}条）", lines.len());
        for line in lines {
            let _ = writeln!(text, "  {line}");
        }
    }
    text
}
