//! Whether a publication is of the pipeline that runs: numbers, ids and findings of another are about other people.

use crate::config::Pipeline;
use crate::publication::snapshot::Snapshot;
use crate::{Error, Result};

/// Refuses a publication of another prefecture, or of a pipeline with another title. `what`: what it was to be used as,
/// Chinese; `cure` for it.
///
/// # Errors
/// Usage: whose it is, and the cure.
pub(super) fn check_same_pipeline(
    publication: &Snapshot,
    pipeline: &Pipeline,
    what: &str,
    cure: &str,
) -> Result<()> {
    let settings = &pipeline.settings;
    let own = &settings.prefecture;
    let refuse = |why: String, cure: String| {
        Err(Error::usage(format!("{what}不是这条流水线的：{why}")).in_file(publication.folder()).hint(cure))
    };
    if let Some(code) = foreign_prefecture(publication, &own.code) {
        let why =
            format!("发布是{code}的（“{}”），现在运行的是{}{}", publication.pipeline(), own.code, own.name);
        return refuse(why, cure.to_owned());
    }
    let title = publication.pipeline();
    if title != settings.title && !settings.former_titles.iter().any(|former| former == title) {
        return refuse(
            format!("发布是“{title}”的，现在运行的是“{}”", settings.title),
            format!("{cure}；只是改了名称的，把原名写进 pipeline.toml 的 former_titles"),
        );
    }
    Ok(())
}

/// The prefecture that a publication is about, if it is another. One that does not say is known by the counties of its rows.
fn foreign_prefecture(publication: &Snapshot, own: &str) -> Option<String> {
    match publication.prefecture() {
        Some(code) => (code != own).then(|| code.to_owned()),
        None => {
            let counties = publication.all_counties();
            let named: Vec<&str> = counties.into_iter().filter(|code| code.len() == 6).collect();
            let is_own = |code: &&str| code.get(..4) == own.get(..4);
            (!named.is_empty() && !named.iter().any(is_own)).then(|| named.join("、"))
        }
    }
}
