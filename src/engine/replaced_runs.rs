//! Earlier runs of the period that a run replaces: sheets that they handed out keep their numbers.

use std::collections::BTreeMap;
use std::path::{Path, PathBuf};
use std::sync::Arc;

use super::identity_migration::secret_of;
use super::pipeline_match::check_same_pipeline;
use crate::config::Pipeline;
use crate::link::nodes::LinkNodes;
use crate::load::LoadedSource;
use crate::model::exception::TrackedException;
use crate::model::period::Period;
use crate::model::resolution::Resolution;
use crate::privacy::IdentitySecret;
use crate::publication::layout;
use crate::publication::snapshot::Snapshot;
use crate::publish::EarlierRuns;
use crate::resolve::previous_records::RECORDS;
use crate::track::previous_exceptions::{EXCEPTIONS, PreviousExceptions};
use crate::track::replaced_runs::take_over_numbers;
use crate::{Error, Result, resolve};

/// Earlier runs of a period, the newest first.
#[derive(Debug, Default)]
pub(crate) struct ReplacedRuns {
    runs: Vec<Snapshot>,
    /// The first of them is the period's current publication.
    has_current: bool,
    /// The period's current publication cannot be read.
    damaged: bool,
    /// Older ones that cannot be read, each with why.
    unread: Vec<(PathBuf, String)>,
}

impl ReplacedRuns {
    /// Finds them below `out`. Older ones that cannot be read are told by [`Self::take_over`].
    ///
    /// # Errors
    /// The current one is of another pipeline: it would be replaced by what it has nothing to do with. A folder that cannot be
    /// read.
    pub(crate) fn find(out: &Path, period: Period, pipeline: &Pipeline) -> Result<Self> {
        let mut found = Self::default();
        for place in layout::list_period_folders(out)?.into_iter().filter(|place| place.period == period) {
            let mut current = None;
            if place.current {
                match Snapshot::open(&place.folder) {
                    Ok(publication) => {
                        check_same_pipeline(
                            &publication,
                            pipeline,
                            "发布文件夹里这一期的发布",
                            "换一个 --out 文件夹，每条流水线用自己的",
                        )?;
                        current = publication.folder().file_name().map(ToOwned::to_owned);
                        found.runs.insert(0, publication);
                        found.has_current = true;
                    }
                    Err(_) => found.damaged = true,
                }
            } else if place.runs.is_empty() {
                match Snapshot::recognize(&place.folder) {
                    Ok(publication) => found.runs.extend(publication),
                    Err(error) => found.unread.push((place.folder.clone(), error.message().to_owned())),
                }
            }
            for run in place.runs.iter().rev().filter(|run| run.file_name() != current.as_deref()) {
                match Snapshot::open(run) {
                    Ok(publication) => found.runs.push(publication),
                    // The current one is told by itself.
                    Err(_) if found.damaged && names_the_same(&place.folder, run) => {}
                    Err(error) => found.unread.push((run.clone(), error.message().to_owned())),
                }
            }
        }
        Ok(found)
    }

    /// What the period's current run knew, if this run can go on from it: it was made under the same secret and can be read. Its
    /// subjects bear the names that they have now. Comes back with the run.
    pub(crate) fn within(
        &self,
        (secret, renamed): (&IdentitySecret, &BTreeMap<String, Arc<str>>),
        (pipeline, loaded): (&Pipeline, &[LoadedSource]),
        (nodes, resolution): (&LinkNodes<'_>, &Resolution),
    ) -> Option<(&Snapshot, PreviousExceptions)> {
        let run = self.runs.first().filter(|run| self.has_current && secret_of(run) == secret.key_id())?;
        run.check_files(&[RECORDS, EXCEPTIONS]).ok()?;
        let called = resolve::called_now(pipeline, loaded, nodes, resolution, run).ok()?;
        let exceptions = PreviousExceptions::read(run).ok()?;
        Some((run, exceptions.under_codes(renamed).called(&called)))
    }

    /// All of them, for what lists tell of sheets and letters that are out.
    pub(crate) fn earlier(&self) -> EarlierRuns<'_> {
        let current = self.runs.first().filter(|_| self.has_current);
        EarlierRuns { current, of_period: &self.runs, previous: None }
    }

    /// Those that were made under another secret.
    pub(super) fn under_other_secrets(&self, own: &str) -> Vec<&Snapshot> {
        self.runs.iter().filter(|run| secret_of(run) != own).collect()
    }

    /// Folders of those whose numbers are others than those of a run under this secret.
    pub(crate) fn of_other_secrets(&self, own: &str) -> Vec<&Path> {
        self.under_other_secrets(own).into_iter().map(Snapshot::folder).collect()
    }

    /// Takes over the numbers of the current run and of all that were made under another secret; `renamed`: former codes of
    /// rules with today's. What cannot be read is told. `gone_on`: the run goes on from the current one ([`Self::within`]) and has its
    /// numbers already.
    ///
    /// # Errors
    /// A publication under another secret that is damaged: its numbers would lead nowhere.
    pub(crate) fn take_over(
        &self,
        tracked: &mut [TrackedException],
        (secret, renamed): (&IdentitySecret, &BTreeMap<String, Arc<str>>),
        (pipeline, loaded): (&Pipeline, &[LoadedSource]),
        (nodes, resolution): (&LinkNodes<'_>, &Resolution),
        gone_on: bool,
    ) -> Result<Vec<String>> {
        let own = secret.key_id();
        let mut warnings = Vec::new();
        if self.damaged {
            warnings.push(lost_numbers("被替换的发布读不出"));
        }
        warnings.extend(self.unread.iter().map(|(run, why)| {
            let run = run.file_name().unwrap_or_default().display();
            format!(
                "读不了本期以前的一次运行 {run}（{why}）：它发出的清单这次没有对照；只有它记着的疑点编号（换过身份密钥的）接不上，按这些编号填的核查结果也对不回。从备份取回它，或确认那些清单已作废后移走它"
            )
        }));
        for (at, run) in self.runs.iter().enumerate() {
            let other = secret_of(run) != own;
            if other {
                let files = run.check_files(&[RECORDS, EXCEPTIONS]).and_then(|()| {
                    let run = run.clone().read_under(secret);
                    let called = resolve::called_now(pipeline, loaded, nodes, resolution, &run)?;
                    take_over_numbers(tracked, PreviousExceptions::read(&run)?.under_codes(renamed), &called);
                    Ok(())
                });
                files.map_err(|error| cure_of_damaged(error, run))?;
            } else if at == 0 && self.has_current && !gone_on {
                warnings.push(NOT_GONE_ON.to_owned());
                // Damaged, it has the numbers that this run gives; only those it took over itself are lost.
                match PreviousExceptions::read(run) {
                    Ok(exceptions) => {
                        take_over_numbers(tracked, exceptions.under_codes(renamed), &Default::default());
                    }
                    Err(_) => warnings.push(lost_numbers("被替换的发布已损坏")),
                }
            }
        }
        Ok(warnings)
    }
}

/// Does the link in a period's folder name this run?
fn names_the_same(period: &Path, run: &Path) -> bool {
    std::fs::read_link(period.join(layout::LATEST)).is_ok_and(|named| named.file_name() == run.file_name())
}

/// What only that run found is not known, and so is closed by nothing.
const NOT_GONE_ON: &str =
    "本期上一次的发布有损坏或按期限已删除的文件，没有接着它对照：只有它查出的疑点这次不列出，不等于已经整改";

fn lost_numbers(why: &str) -> String {
    format!("{why}：它从更早的清单接过来的疑点编号（换过身份密钥的）可能接不上了")
}

fn cure_of_damaged(error: Error, run: &Snapshot) -> Error {
    error.hint(format!(
        "它发出的清单上的疑点编号要从这里接续；从备份取回，或确认那些清单已作废，移走 {} 再运行",
        run.folder().display()
    ))
}
