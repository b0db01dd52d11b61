//! Stage after stage of one quarter. Where the tables between them lie is the matter of
//! [`super::placement`].

use std::collections::BTreeSet;
use std::path::Path;

use super::baseline::{is_just_before, told_baseline};
use super::carried_facts::{ComparedRun, follow_ledgers, name_proven_facts};
use super::earlier_months::{gather_earlier_months, is_kept_for_later};
use super::pipeline_match::check_same_pipeline;
use super::placement::RunScratch;
use super::replaced_runs::ReplacedRuns;
use super::{PublishedKeys, RunPlan, identity_migration, partial_columns};
use crate::answers::{AnswerStore, AppendedBatch, StandingAnswers, said_of_pair};
use crate::config::Pipeline;
use crate::link::SaidOfPair;
use crate::load::{DataFolder, DeliveryCheck, LoadedSource};
use crate::model::exception::Severity;
use crate::model::indicator::NotRun;
use crate::model::period::Period;
use crate::model::resolution::Resolution;
use crate::privacy::key_file::real_path;
use crate::progress::Progress;
use crate::publication::id_ledger::list_ledgers;
use crate::publication::manifest::DeliveredFile;
use crate::publication::snapshot::Snapshot;
use crate::publication::staging::Staging;
use crate::publish::previous_indicators::{INDICATORS, previous_indicators};
use crate::publish::{EarlierRuns, FinishedPublication, PreviousFigures, PublicationInputs};
use crate::reconcile::views::published_views::{published_views, view_name};
use crate::reconcile::views::unknown_columns;
use crate::resolve::previous_records::RECORDS;
use crate::rules::county_settings::CountyParameter;
use crate::rules::rule_set::RuleSet;
use crate::track::previous_exceptions::{EXCEPTIONS, PreviousExceptions};
use crate::track::{DueDates, KnownSubjects, ReturnedPeople};
use crate::{Error, Result, link, load, normalize, publish, reconcile, resolve, track};

/// What a run leaves behind.
#[derive(Debug)]
pub struct RunOutcome {
    /// The publication as written.
    pub publication: FinishedPublication,
    /// Summary that an officer understands, Chinese.
    pub summary: String,
    /// Worst severity among open exceptions that rest on certain links.
    pub worst_open: Option<Severity>,
}

/// An output folder that is locked for a run, and what the run goes on from: who looks before the lock is held may see
/// what another run is about to replace.
#[derive(Debug)]
pub(crate) struct BegunRun {
    staging: Staging,
    /// Publication to go on from.
    pub(crate) previous: Option<Snapshot>,
    /// Keys that publications name.
    pub(crate) published: PublishedKeys,
    /// Runs of the period before this one.
    replaced: ReplacedRuns,
}

impl BegunRun {
    /// Locks `out` and sees that it can be written, before any work and before keys are made; `previous` then finds the
    /// publication to compare with.
    ///
    /// # Errors
    /// Another process writes to `out`, or it cannot be written; what `previous` says.
    pub(crate) fn begin(
        (data, out): (&Path, &Path),
        (period, pipeline): (Period, &Pipeline),
        previous: impl FnOnce() -> Result<Option<Snapshot>>,
    ) -> Result<Self> {
        check_apart(data, out)?;
        let staging = Staging::begin(out, period, &format!("run --quarter {period}"))?;
        let previous = previous()?;
        if let Some(previous) = &previous {
            let cure = "用 --previous 指向这条流水线上一期的发布；发布文件夹各用各的";
            check_same_pipeline(previous, pipeline, "上一期的发布", cure)?;
        }
        let published = PublishedKeys::find(out, previous.as_ref())?;
        let replaced = ReplacedRuns::find(out, period, pipeline)?;
        Ok(Self { staging, previous, published, replaced })
    }
}

/// Runs one quarter and publishes it.
///
/// # Errors
/// A period that is no quarter, a blocking audit, a missing required source or a wrong extract refuses the run before
/// anything is published; the earlier publication stays as it was. What is wrong and the rows to be given back are written
/// to `OUT/refused-…`, which the error names.
pub fn run(plan: &RunPlan, progress: &dyn Progress) -> Result<RunOutcome> {
    let (folders, what) = ((&*plan.data, &*plan.out), (plan.period, &plan.pipeline));
    let begun = BegunRun::begin(folders, what, || Ok(plan.previous.clone()))?;
    run_begun(plan, begun, progress)
}

/// As [`run`], in an output folder that is locked already.
pub(crate) fn run_begun(plan: &RunPlan, begun: BegunRun, progress: &dyn Progress) -> Result<RunOutcome> {
    let (secrets, out) = (&plan.secrets, &plan.out);
    let BegunRun { mut staging, published, replaced, .. } = begun;
    published.check(secrets, out, plan.tolerance.rotated_key)?;
    staging.remove_unfinished(&replaced.of_other_secrets(&secrets.identity_id()))?;
    if let Some(previous) = &plan.previous {
        identity_migration::check_not_renamed_before(out, previous, &secrets.identity)?;
    }
    let previous = plan.previous.clone().map(|previous| previous.read_under(&secrets.identity));
    let previous = previous.as_ref();
    let mut answers = match AnswerStore::find(out, &secrets.identity_id())? {
        Some(store) => StandingAnswers::read(&store)?,
        None => StandingAnswers::default(),
    };
    // Nor is anything computed from what is not as it was published.
    previous.map_or(Ok(()), |previous| check_previous(previous, (&plan.pipeline, &plan.rules)))?;
    let mut folder = load::survey_data_folder(&plan.pipeline, &plan.data)?;
    let scratch = RunScratch::begin(plan, folder.bytes)?;
    let mut loaded = load_all(plan, (&folder, &staging), &scratch, progress)?;
    folder.take_accounts(&loaded);
    let begin = |title: &str, units: Option<u64>| {
        scratch.store.give_back();
        progress.stage(title, units);
    };
    begin("规范证号、姓名、区划", None);
    let comparables = normalize::normalize_for(&plan.pipeline, &loaded, &|column| plan.link.uses(column))?;
    normalize::audit_prefixes(&plan.pipeline, &mut loaded, &comparables);
    begin("匹配同一个人的记录", None);
    let nodes = link::nodes::LinkNodes::build(&comparables)?;
    let ruled = link::find_ruled_pairs(&nodes, &secrets.identity, &said_of_pairs(&answers, &plan.rules));
    let links = link::link_as_ruled(&plan.link, &nodes, &plan.pipeline.divisions, ruled)?;
    begin("认人归户", None);
    let secret = Some(&secrets.identity);
    let resolution: Resolution =
        resolve::resolve_nodes(&plan.link, &plan.pipeline, &loaded, &nodes, &links, secret, previous)?;
    begin("准备核查视图", None);
    let earlier_months = gather_earlier_months(
        (&plan.pipeline, &plan.rules.catalogue, plan.period),
        previous,
        (&mut loaded, &comparables),
        &resolution.ledger,
        &scratch.store,
    )?;
    let inputs = reconcile::views::ViewInputs {
        pipeline: &plan.pipeline,
        loaded: &loaded,
        comparables: &comparables,
        resolution: &resolution,
        period: plan.period,
    };
    let asked = plan.rules.previous_views();
    // "The quarter before" is that one alone: a rule that looks back must not take an older list for it.
    let just_before = previous.filter(|previous| is_just_before(previous, plan.period));
    let before = just_before.map(|p| published_views(p, |name| asked.contains(name))).transpose()?;
    let mut before = before.unwrap_or_default();
    let placement = scratch.placement(resolution.person.len());
    let mut unknown = unknown_columns::unknown_columns(&inputs);
    unknown.extend(unknown_columns::unknown_columns_before(&before));
    unknown.extend(unknown_columns::published_unknown_columns(&earlier_months.views, ""));
    before.extend(earlier_months.views);
    let answering = plan.rules.with_unknown_cells(&unknown)?;
    let mut views = reconcile::views::build_views(&inputs, &answering.rules, before, &placement)?;
    views.ask_linker(
        &plan.rules,
        link::near_miss::NearMissLinker {
            settings: &plan.link,
            nodes: &nodes,
            tree: &plan.pipeline.divisions,
            links: &links,
            person: &resolution.person,
        },
    )?;
    begin("逐条运行规则", Some(answering.rules.rules.len() as u64));
    let mut told = 0;
    let run = reconcile::run_answering_rules;
    let mut findings = run(&answering, &plan.rules, &views, plan.period, &mut |done, _| {
        progress.advance((done - told) as u64);
        told = done;
    })?;
    views.keep_near_misses(&plan.rules.catalogue, std::mem::take(&mut findings.near_misses))?;
    begin("与上一期对照", None);
    let renamed = &plan.rules.renamed;
    let before =
        previous.map(PreviousExceptions::read).transpose()?.map(|before| before.under_codes(renamed));
    let previous_figures = previous.zip(before.as_ref()).map(|(previous, before)| {
        let judged = previous.judged_rules().iter();
        let judged = judged.map(|code| renamed.get(code).map_or_else(|| code.clone(), |now| now.to_string()));
        PreviousFigures::of(&before.exceptions, judged.collect())
    });
    let exceptions = std::mem::take(&mut findings.exceptions);
    let within =
        replaced.within((&secrets.identity, renamed), (&plan.pipeline, &loaded), (&nodes, &resolution));
    let earlier: Vec<(&Snapshot, &PreviousExceptions)> = previous
        .zip(before.as_ref())
        .into_iter()
        .chain(within.as_ref().map(|(run, exceptions)| (*run, exceptions)))
        .collect();
    let not_run = not_run_or_gone(&plan.rules, &findings.not_run, &earlier);
    let divisions = &plan.pipeline.divisions;
    let known = match earlier.is_empty() {
        true => None,
        false => Some(KnownSubjects::of(
            earlier.iter().flat_map(|(_, known)| &known.exceptions),
            divisions,
            &comparables,
            &resolution,
        )),
    };
    let returned: Result<Vec<ReturnedPeople>> = earlier
        .iter()
        .map(|&before| ReturnedPeople::of(before, &loaded, (&plan.rules, divisions), &resolution.ledger))
        .collect();
    let returned = returned?;
    let unjudged = track::Unjudged {
        not_run: &not_run,
        undecided: &findings.undecided,
        held: &findings.held,
        known: known.as_ref(),
        returned: &returned,
    };
    let within = within.map(|(_, exceptions)| exceptions);
    let gone_on = within.is_some();
    let issued = plan.issued.unwrap_or_else(|| plan.period.last_day());
    let calendar = &plan.pipeline.calendar;
    let mut due = DueDates::in_working_days(issued, calendar, plan.issued.is_some());
    let mut tracked = track::track_again(
        exceptions,
        &unjudged,
        (before, within),
        &resolution.ledger,
        (plan.period, &mut due),
        &secrets.identity,
    )?;
    let mut warnings = replaced.take_over(
        &mut tracked,
        (&secrets.identity, renamed),
        (&plan.pipeline, &loaded),
        (&nodes, &resolution),
        gone_on,
    )?;
    follow_ledgers(out, &secrets.identity, &mut tracked)?;
    let configured = (&plan.pipeline, &plan.rules);
    track::note_facts(&mut tracked, configured, &loaded, plan.period, &secrets.identity)?;
    let digest = (env!("CARGO_PKG_VERSION"), plan.pipeline.digest.as_str());
    let compared = || ComparedRun::of(&tracked, plan.period, digest);
    name_proven_facts(out, (compared, &replaced), &secrets.identity, &mut answers)?;
    let settings = &plan.rules.settings;
    let said = (&settings.answers, &settings.waivers[..]);
    track::apply_answers(&mut tracked, &answers, said, (plan.period, &mut due), &secrets.identity)?;
    let unknown = due.latest().map_or_else(Vec::new, |latest| calendar.unknown_years(issued, latest));
    let counted = plan.rules.years_without_holidays(&plan.pipeline, plan.period)?;
    let unknown: BTreeSet<i16> = unknown.into_iter().chain(counted).collect();
    if !unknown.is_empty() {
        let years: Vec<String> = unknown.iter().map(i16::to_string).collect();
        warnings.push(format!(
            "没有{}年的节假日表，期限只除去周末；在流水线的 codes/holidays.csv 里补上",
            years.join("、")
        ));
    }
    begin("写出发布", None);
    // What a county sets and a rule does not see there would change nothing, and nobody would know.
    let county_parameters = plan.rules.county_parameter_use(&plan.pipeline);
    warnings.extend(county_parameters.iter().flat_map(CountyParameter::told));
    warnings.extend(plan.rules.unread_parameters(&plan.pipeline)?);
    let mut previous_indicators = previous.map(previous_indicators).transpose()?.unwrap_or_default();
    for one in &mut previous_indicators {
        if let Some(code) = renamed.get(&one.rule_code) {
            one.rule_code = code.to_string();
        }
    }
    let catalogue =
        publish::PublishedPipeline::new(&plan.pipeline, &plan.rules, plan.period).with_link(&plan.link);
    // As it was written: read under the secret it has the new ids already.
    if let Some(previous) = &plan.previous {
        // Sheets and notes with the old ids are about: what they are now is written down before they are needed.
        identity_migration::migrate_unkeyed(&staging, out, &secrets.identity, previous)?;
    }
    let ledgers = list_ledgers(out)?;
    let inputs = PublicationInputs {
        catalogue: &catalogue,
        period: plan.period,
        issued,
        files: &folder.files,
        loaded: &loaded,
        comparables: &comparables,
        links: &links,
        resolution: &resolution,
        views: &views.list,
        findings: &findings,
        tracked: &tracked,
        secrets,
        ledgers: &ledgers,
        answers: &answers,
        store: &scratch.store,
        previous_period: previous.map(Snapshot::period),
        previous_indicators: &previous_indicators,
        previous_figures: previous_figures.as_ref(),
        earlier: EarlierRuns { previous, ..replaced.earlier() },
        months: &earlier_months.covered,
    };
    let mut publication = publish::publish_staged(&inputs, staging)?;
    publication.warnings.extend(warnings);
    publication.baseline = told_baseline(previous, plan.period);
    let mut summary = publish::summary_text(&publication, &catalogue);
    if previous.is_some_and(Snapshot::is_carried) {
        summary.push_str("\n  提醒  上期发布的身份密钥不是现在的，人员和户的编号已全部换新；对照表在发布文件夹的 identity-migration-… 里");
    }
    let worst_open = publication.totals.worst_open();
    Ok(RunOutcome { publication, summary, worst_open })
}

/// What standing answers say of pairs of records, in the order in which they were given.
fn said_of_pairs(answers: &StandingAnswers, rules: &RuleSet) -> Vec<SaidOfPair> {
    let words = &rules.settings.answers;
    let mut said: Vec<(AppendedBatch, SaidOfPair)> = Vec::new();
    for (subject, one) in answers.iter() {
        let of_exception = || words.meaning_of(&one.answer.verdict).same_person;
        let Some(same) = said_of_pair(subject, &one.answer.verdict).or_else(of_exception) else { continue };
        let pairs = one.answer.pairs.iter().cloned();
        said.extend(pairs.map(|marks| (one.batch, SaidOfPair { marks, same })));
    }
    // Of one batch, in order of the exceptions: the sort is stable.
    said.sort_by_key(|one| one.0);
    said.into_iter().map(|one| one.1).collect()
}

/// Refuses an output folder within the data folder, or the other way round: what one run writes the next would read as lists.
///
/// # Errors
/// Usage: which lies in which.
fn check_apart(data: &Path, out: &Path) -> Result<()> {
    let (data_place, out_place) = (real_path(data)?, real_path(out)?);
    let what = match (out_place.starts_with(&data_place), data_place.starts_with(&out_place)) {
        (true, true) => "发布文件夹和提取数据文件夹是同一个",
        (true, false) => "发布文件夹在提取数据文件夹里",
        (false, true) => "提取数据文件夹在发布文件夹里",
        (false, false) => return Ok(()),
    };
    Err(Error::usage(format!("{what}：发布的结果会被当作各部门的数据"))
        .in_file(out)
        .hint("用 --out 指定提取数据文件夹以外的文件夹，两者互不包含"))
}

/// Compares what the stages read of the last publication with its manifest.
fn check_previous(previous: &Snapshot, (pipeline, rules): (&Pipeline, &RuleSet)) -> Result<()> {
    let views = rules.previous_views();
    let listed = previous.outputs().iter().map(|listed| listed.path.as_str());
    let is_read = |file: &&str| {
        view_name(file).is_some_and(|view| views.contains(view)) || is_kept_for_later(pipeline, file)
    };
    let read = listed.filter(is_read);
    previous.check_files(&[RECORDS, EXCEPTIONS, INDICATORS].into_iter().chain(read).collect::<Vec<_>>())
}

/// Loads every source that has files this quarter. Whatever is wrong with the folder, with any file or with what
/// the audits found is told together.
fn load_all(
    plan: &RunPlan,
    (folder, staging): (&DataFolder, &Staging),
    scratch: &RunScratch,
    progress: &dyn Progress,
) -> Result<Vec<LoadedSource>> {
    let sources = &plan.pipeline.sources;
    progress.stage("读取并装载各部门数据", Some(sources.len() as u64));
    let (mut loaded, mut problems) = load::load_all(sources.len(), |index| {
        let contract = &sources[index];
        let before = plan.previous.as_ref().and_then(|p| p.read(&contract.name));
        let files = folder.of_source(&contract.name);
        let one = load::load_attempt(
            plan.worker.as_ref(),
            (&scratch.store, scratch.reject_room()),
            contract,
            index,
            (&plan.data, &files),
            before,
        )?;
        progress.advance(1);
        Ok(one)
    });
    // The system or the program failed, no list: not all were read, what is wrong with them is not known, and nobody is to
    // mend anything. Others that failed meanwhile did so for the same reason; a file that is gone may be the reason.
    if let Some(at) = problems.iter().position(|one| one.kind().exit_code() > 2) {
        let failure = problems.swap_remove(at);
        let all = std::iter::once(failure).chain(folder.changes(&plan.pipeline, &plan.data)?);
        if let Some(error) = Error::together(all) {
            return Err(error);
        }
    }
    let check = DeliveryCheck {
        pipeline: &plan.pipeline,
        period: plan.period,
        previous: plan.previous.as_ref(),
        data_dir: &plan.data,
        partial: plan.tolerance.partial,
    };
    for one in &mut loaded {
        load::audit_list_period(&check, one)?;
        partial_columns::audit_partial_columns(&plan.rules, &check, one);
    }
    load::audit_folder(&check, &mut loaded);
    let mut refusals = folder.complaints(&plan.pipeline, plan.tolerance.unclaimed);
    refusals.extend(problems);
    refusals.extend(folder.changes(&plan.pipeline, &plan.data)?);
    loaded.iter().try_for_each(|one| one.totals.check())?;
    let blocking = loaded.iter().flat_map(|l| &l.audits).filter(|a| a.blocking);
    refusals.extend(
        blocking.map(|a| Error::input(format!("审核不通过，未发布：{}", a.message)).in_file(&plan.data)),
    );
    if refusals.is_empty() && loaded.is_empty() {
        refusals.push(
            Error::input("没有任何来源有本期的文件")
                .in_file(&plan.data)
                .hint("检查 --data 和各来源的文件名模式"),
        );
    }
    if !refusals.is_empty() {
        refusals.push(write_down(plan, (folder, staging), &loaded, &refusals));
    }
    Error::together(refusals).map_or(Ok(loaded), Err)
}

/// Rules that did not run, those that this run was not asked for, and those of the last publication
/// that are in no folder any more.
fn not_run_or_gone(
    rules: &RuleSet,
    not_run: &[NotRun],
    earlier: &[(&Snapshot, &PreviousExceptions)],
) -> Vec<NotRun> {
    let codes: BTreeSet<&str> = earlier
        .iter()
        .flat_map(|(_, known)| &known.exceptions)
        .map(|old| &*old.exception.rule_code)
        .collect();
    let known = |code: &str| rules.rule(code).is_some() || not_run.iter().any(|n| n.rule_code == code);
    let gone = codes.into_iter().filter(|code| !known(code)).map(|code| {
        let retired = !rules.unasked.contains(code);
        let reason =
            if retired { "规则集里已没有这条规则" } else { "本次运行没有选这条规则" };
        NotRun { rule_code: code.to_owned(), reason: reason.to_owned(), retired, missing: Vec::new() }
    });
    not_run.iter().cloned().chain(gone).collect()
}

/// Leaves what is wrong and the rejected rows by supplier in the output folder, and says where.
fn write_down(
    plan: &RunPlan,
    (folder, staging): (&DataFolder, &Staging),
    loaded: &[LoadedSource],
    problems: &[Error],
) -> Error {
    let catalogue = publish::PublishedPipeline::new(&plan.pipeline, &plan.rules, plan.period);
    let refusal = publish::Refusal {
        catalogue: &catalogue,
        period: plan.period,
        files: &folder.files,
        loaded,
        problems,
    };
    let files: Vec<DeliveredFile> = folder.files.iter().map(DeliveredFile::of).collect();
    let others = publish::other_files(&files, 5).map_or_else(String::new, |line| format!("；{line}"));
    match publish::write_refusal(&refusal, staging) {
        Ok(to) => Error::input(format!("没有发布：共{}项问题", problems.len())).in_file(to).hint(format!(
            "lists/问题.txt 里有全部问题；lists/退回 里是各部门要改正的行，发回去改正后重新运行{others}"
        )),
        Err(error) => error,
    }
}
