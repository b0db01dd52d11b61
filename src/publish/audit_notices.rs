//! What audits of the sources found, as summary and report show it.

use std::collections::BTreeMap;
use std::fmt::Write as _;

use super::PublishedPipeline;
use crate::model::source_row::AuditFinding;
use crate::normalize::UNKNOWN_ID_PREFIX;

/// Sources up to which each has a notice of its own.
const MOST_APART: usize = 3;

/// One notice.
#[derive(Debug, PartialEq, Eq)]
pub(super) struct AuditNotice {
    /// Titles of the sources, Chinese.
    pub(super) sources: String,
    /// Finding and cure, Chinese.
    pub(super) message: String,
}

/// Makes the notices, in the order of the audits but for those of prefixes, which come last. People marry in everywhere: where many sources have
/// numbers of unknown prefixes, one notice names them all, so that the others are seen. How many each
/// has stands in the manifest.
pub(super) fn audit_notices<'a>(
    audits: impl Iterator<Item = &'a AuditFinding>,
    pipeline: &PublishedPipeline,
) -> Vec<AuditNotice> {
    let (prefixes, mut apart): (Vec<_>, Vec<_>) = audits.partition(|one| one.audit == UNKNOWN_ID_PREFIX);
    let title = |one: &AuditFinding| pipeline.source_title(&one.source).to_owned();
    let mut together = None;
    if prefixes.len() > MOST_APART {
        let sources = prefixes.iter().map(|one| title(one)).collect::<Vec<_>>().join("、");
        let message = format!(
            "这{}个来源有身份证号码前六位不在前缀表里的记录；多为外地迁入、婚入，不影响接收，各来源的条数见 manifest.json 的 audits，数量异常时核对号码或补充前缀表",
            prefixes.len()
        );
        together = Some(AuditNotice { sources, message });
    } else {
        apart.extend(prefixes);
    }
    // Of a few cells in each of many files the first is told, so that a list has one notice of a kind.
    let few = |one: &AuditFinding| one.audit.starts_with("few_");
    let mut alike: BTreeMap<(&str, &str), usize> = BTreeMap::new();
    for one in apart.iter().filter(|one| few(one)) {
        *alike.entry((&one.source, &one.audit)).or_default() += 1;
    }
    let mut notices = Vec::new();
    for one in apart {
        let mut message = one.message.clone();
        if few(one) {
            // The first takes the count away.
            let Some(count) = alike.remove(&(one.source.as_str(), one.audit.as_str())) else { continue };
            if count > 1 {
                let _ = write!(message, "；另有{}处同样的提醒，见 manifest.json 的 audits", count - 1);
            }
        }
        notices.push(AuditNotice { sources: title(one), message });
    }
    notices.extend(together);
    notices
}

#[cfg(test)]
mod tests {
    use super::*;

    fn audits(sources: &[(&str, &str)]) -> Vec<AuditFinding> {
        let finding = |&(source, audit): &(&str, &str)| {
            AuditFinding::new(source, audit, false, format!("{source}的{audit}"))
        };
        sources.iter().map(finding).collect()
    }

    #[test]
    fn few_cells_in_many_files_of_a_list_are_one_notice() {
        let found =
            audits(&[("a", "few_unusable_names"), ("b", "few_unusable_names"), ("a", "few_unusable_names")]);
        let pipeline = PublishedPipeline::default();
        let told: Vec<String> =
            audit_notices(found.iter(), &pipeline).into_iter().map(|n| n.message).collect();
        let first = "a的few_unusable_names；另有1处同样的提醒，见 manifest.json 的 audits";
        assert_eq!(told, [first, "b的few_unusable_names"]);
    }

    #[test]
    fn prefixes_of_many_sources_are_one_notice_that_names_them_all() {
        let many = [("a", UNKNOWN_ID_PREFIX), ("b", "missing_column"), ("b", UNKNOWN_ID_PREFIX)];
        let few = audits(&many);
        let pipeline = PublishedPipeline::default();
        let told = audit_notices(few.iter(), &pipeline);
        assert_eq!(told.iter().map(|one| one.sources.as_str()).collect::<Vec<_>>(), ["b", "a", "b"]);
        let more = audits(&[&many[..], &[("c", UNKNOWN_ID_PREFIX), ("d", UNKNOWN_ID_PREFIX)]].concat());
        let told = audit_notices(more.iter(), &pipeline);
        assert_eq!(told.len(), 2);
        assert_eq!((told[0].message.as_str(), told[1].sources.as_str()), ("b的missing_column", "a、b、c、d"));
        assert!(told[1].message.contains("这4个来源") && told[1].message.contains("manifest.json"));
    }
}
