//! Which publication of an output folder a run goes on from: the latest earlier period's, however many periods lie between.

use std::path::Path;

use crate::model::period::Period;
use crate::publication::layout;
use crate::publication::manifest::Completeness;
use crate::publication::snapshot::Snapshot;
use crate::{Error, Result};

/// Finds the publication of an earlier period that a run of `period` is compared with: the latest period's of which all
/// rules were asked; where there is none such, the latest period's. `first`: the operator says that there is none.
///
/// # Errors
/// One that cannot be read; there are publications, and none is of an earlier period; there is one, and `first` says that
/// there is none.
pub(crate) fn find_baseline(out: &Path, period: Period, first: bool) -> Result<Option<Snapshot>> {
    let (mut selected, mut whole) = (None, None);
    let mut periods: Vec<Period> =
        layout::list_period_folders(out)?.iter().map(|place| place.period).collect();
    periods.dedup();
    for earlier in periods.iter().rev().filter(|one| one.kind() == period.kind() && **one < period) {
        let Some(found) = Snapshot::find(out, *earlier)? else { continue };
        if found.completeness() > Completeness::SomeRules {
            whole = Some(found);
            break;
        }
        selected = selected.or(Some(found));
    }
    let found = whole.or(selected);
    match &found {
        Some(found) if first => {
            Err(Error::usage(format!("发布文件夹里有{}的发布，不是第一次", found.period()))
                .in_file(found.folder())
                .hint("去掉 --first，接着它运行；确实要从头开始，换一个 --out 文件夹"))
        }
        None if !first => check_first(out, period, &periods).map(|()| None),
        _ => Ok(found),
    }
}

/// Refuses to begin anew in silence beside publications of other periods. A run that was the first is the first again.
fn check_first(out: &Path, period: Period, periods: &[Period]) -> Result<()> {
    let others: Vec<String> = periods.iter().filter(|one| **one != period).map(Period::to_string).collect();
    let was_first = || {
        let own = Snapshot::find(out, period).ok().flatten();
        own.is_some_and(|own| own.previous_period().is_none())
    };
    if others.is_empty() || was_first() {
        return Ok(());
    }
    Err(Error::usage(format!(
        "发布文件夹里有{}的发布，没有一个与{period}同一种期间又在它之前，无从对照",
        others.join("、")
    ))
    .in_file(out)
    .hint("--previous 指向要接着的发布；确实没有更早的发布（疑点全部算新增），加 --first"))
}

/// What the statuses of a run are relative to, Chinese; `previous`: the publication that it went on from.
pub(super) fn told_baseline(previous: Option<&Snapshot>, period: Period) -> String {
    let Some(previous) = previous else {
        return "首次发布，没有可对照的以前的发布：疑点全部算新增".to_owned();
    };
    let run = previous.folder().file_name().unwrap_or_default().to_string_lossy();
    let mut text = format!("与{}的发布（{run}）对照", previous.period().title());
    if previous.completeness() == Completeness::SomeRules {
        text.push_str("；它只运行了部分规则，其余规则的疑点以它以前的为准");
    }
    if !is_just_before(previous, period) {
        text.push_str("；中间的期没有发布或只运行了部分规则，要看上期名单的规则没有运行");
    }
    text
}

/// Is a publication of the very period before? Rules that ask what lists said in the last period mean that one.
pub(crate) fn is_just_before(previous: &Snapshot, period: Period) -> bool {
    period.previous().is_ok_and(|before| before == previous.period())
}

#[cfg(test)]
mod tests {
    use sha2::{Digest as _, Sha256};

    use super::*;
    use crate::table::digest::hex_text;

    /// A publication of a period, as far as a run looks at it to find what it goes on from.
    fn publication(out: &Path, period: &str, previous: Option<&str>, partial: &[&str]) {
        let folder = out.join(period).join("run-0001-00000000");
        std::fs::create_dir_all(&folder).unwrap();
        let manifest = serde_json::json!({
            "format": 3, "pipeline": "试点", "prefecture": "410600", "period": period,
            "previous_period": previous, "partial": partial, "sources": [], "outputs": [],
        });
        let text = manifest.to_string();
        let digest = hex_text(&Sha256::digest(text.as_bytes()));
        let named = out.join(period).join(format!("run-0001-{}", &digest[..8]));
        std::fs::rename(&folder, &named).unwrap();
        std::fs::write(named.join("manifest.json"), text).unwrap();
        std::os::unix::fs::symlink(named.file_name().unwrap(), out.join(period).join("latest")).unwrap();
    }

    fn period(text: &str) -> Period {
        text.parse().unwrap()
    }

    #[test]
    fn t5_a_skipped_quarter_and_runs_of_some_rules_are_passed_over() {
        let out = tempfile::tempdir().unwrap();
        let found = |of: &str| {
            find_baseline(out.path(), period(of), false)
                .map(|found| found.map(|one| one.period().to_string()))
        };
        assert_eq!(found("2018Q3").unwrap(), None, "an empty folder begins");
        publication(out.path(), "2018Q2", None, &["rules"]);
        assert_eq!(found("2018Q4").unwrap().as_deref(), Some("2018Q2"), "nothing else is there");
        publication(out.path(), "2018Q3", Some("2018Q2"), &["lists"]);
        assert_eq!(found("2018Q4").unwrap().as_deref(), Some("2018Q3"));
        assert_eq!(found("2019Q2").unwrap().as_deref(), Some("2018Q3"), "quarters were skipped");
        publication(out.path(), "2018Q4", Some("2018Q3"), &["rules"]);
        assert_eq!(found("2019Q1").unwrap().as_deref(), Some("2018Q3"));
        let newest = find_baseline(out.path(), period("2019Q1"), false).unwrap();
        assert!(told_baseline(newest.as_ref(), period("2019Q1")).contains("2018年第3季度的发布（run-0001-"));
        let error = find_baseline(out.path(), period("2018Q4"), true).unwrap_err();
        assert!(error.message().contains("不是第一次"), "{error}");
    }

    #[test]
    fn t5_where_no_earlier_publication_is_there_nothing_begins_anew_in_silence() {
        let out = tempfile::tempdir().unwrap();
        publication(out.path(), "2018Q4", None, &[]);
        let error = find_baseline(out.path(), period("2018Q3"), false).unwrap_err();
        assert!(
            error.message().contains("2018Q4") && error.hint_text().unwrap().contains("--first"),
            "{error}"
        );
        assert!(find_baseline(out.path(), period("2018Q3"), true).unwrap().is_none());
        publication(out.path(), "2018Q3", None, &[]);
        assert!(find_baseline(out.path(), period("2018Q3"), false).unwrap().is_none(), "it was the first");
    }
}
