//! Beside the line: what changed rules would find in the lists of a publication that exists, beside what it found by
//! their codes.
//!
//! In: the rules as they are now, and a finished publication. Out: findings gained and lost, those to be confirmed apart,
//! and what is left undecided. The rules are run by the engine of a run, over the views that the publication keeps; nothing
//! is written. Of findings that say somebody is missing from a list, the linker cannot be asked anew: its comparisons are in
//! no publication.

use std::collections::{BTreeMap, BTreeSet};

use serde::Serialize;

use crate::config::Pipeline;
use crate::publication::snapshot::Snapshot;
use crate::reconcile::views::replayed_quarter::ReplayedQuarter;
use crate::reconcile::{check_rules, run_answering_rules};
use crate::rules::rule_set::RuleSet;
use crate::{Error, Result};

mod comparison;
mod published_results;
mod shown_findings;

pub use shown_findings::ShownFinding;

/// A validated order to try rules.
#[derive(Debug)]
pub struct TrialPlan {
    /// The pipeline; its parameters are those that are tried.
    pub pipeline: Pipeline,
    /// Its rules as they are now, the one that is tried among them.
    pub rules: RuleSet,
    /// Codes of the rules that are tried.
    pub codes: Vec<String>,
    /// The publication whose lists they are run over.
    pub publication: Snapshot,
    /// The publication that it was compared with.
    pub previous: Option<Snapshot>,
}

/// What a rule would find beside what was published.
#[derive(Debug, Default, Serialize)]
pub struct RuleTrial {
    /// Code.
    pub code: String,
    /// Title as it is now.
    pub title: String,
    /// Did the publication not know the rule?
    pub is_new: bool,
    /// Why it cannot be run over these lists, in Chinese.
    pub not_run: Option<String>,
    /// Findings that were published.
    pub published: usize,
    /// Findings that it makes now.
    pub found: usize,
    /// Found now alone.
    pub gained: Vec<ShownFinding>,
    /// Found then alone.
    pub lost: Vec<ShownFinding>,
    /// Found both times: then for certain, now to be confirmed.
    pub now_to_confirm: Vec<ShownFinding>,
    /// Found both times: then to be confirmed, now for certain.
    pub now_certain: Vec<ShownFinding>,
    /// Found both times with another message or other evidence.
    pub told_otherwise: Vec<ShownFinding>,
    /// Gained and lost by county.
    pub counties: Vec<CountyChange>,
    /// Of the findings gained that say somebody is missing from a list, those for whom the publication knows no near
    /// record there: a run asks the linker first and may then have them confirmed.
    pub near_unknown: usize,
    /// Subjects that were undecided then.
    pub undecided_published: usize,
    /// Subjects that are undecided now.
    pub undecided_found: usize,
    /// Undecided now alone.
    pub undecided_gained: Vec<ShownFinding>,
    /// Undecided then alone.
    pub undecided_lost: Vec<ShownFinding>,
    /// Counties for which it is held now, with what is lacking there, in Chinese.
    pub held: Vec<String>,
    /// Counts of an indicator that differ.
    pub counts: Vec<CountChange>,
}

/// Findings gained and lost in a county.
#[derive(Debug, Default, Clone, PartialEq, Eq, Serialize)]
pub struct CountyChange {
    /// Code, `""` if it is not known.
    pub county_code: String,
    /// Name.
    pub county: String,
    /// Gained for certain.
    pub gained: u64,
    /// Gained, to be confirmed.
    pub gained_to_confirm: u64,
    /// Lost that were certain.
    pub lost: u64,
    /// Lost that were to be confirmed.
    pub lost_to_confirm: u64,
}

/// A count of an indicator then and now.
#[derive(Debug, Clone, PartialEq, Eq, Serialize)]
pub struct CountChange {
    /// Key of the indicator within the rule.
    pub indicator: String,
    /// Division.
    pub unit_code: String,
    /// Name of the division.
    pub unit: String,
    /// Numerator and denominator that were published, if it could be computed.
    pub published: Option<IndicatorCount>,
    /// Numerator and denominator now, if it can be computed.
    pub found: Option<IndicatorCount>,
}

/// Numerator and, for a rate, denominator.
pub type IndicatorCount = (i64, Option<i64>);

/// Runs rules over the lists of a publication and compares, in the order of their codes.
///
/// # Errors
/// Rules that are not in order; a publication of another pipeline or program version, or without the views; lists of the
/// quarter before that a rule reads and nobody gives.
pub fn try_rules(plan: &TrialPlan) -> Result<Vec<RuleTrial>> {
    check_publication(plan)?;
    if let Some(first) = check_rules(&plan.rules).into_iter().next() {
        return Err(first);
    }
    let rules = plan.rules.with_codes(&plan.codes);
    let wanted = rules.previous_views();
    let previous = find_previous(plan, !wanted.is_empty())?;
    let quarter =
        ReplayedQuarter::read(&plan.pipeline, &plan.publication, previous.map(|before| (before, &wanted)))?;
    let answering = rules.with_unknown_cells(&quarter.unknown_columns())?;
    let views = quarter.views(&answering.rules)?;
    let mut findings =
        run_answering_rules(&answering, &rules, &views, plan.publication.period(), &mut |_, _| {})?;
    let published = published_results::PublishedResults::read(&plan.publication, &plan.codes)?;
    // Who stands in rejected rows is not kept: whoever was left open then stays so where rows of the list were rejected.
    let has_rejects = |list: &str| plan.publication.read(list) > plan.publication.accepted(list);
    let with_rejects = rules.rules.iter().filter(|rule| {
        let lists = rule.header.absent_from.iter().map(|absent| absent.list.as_str());
        lists.into_iter().any(has_rejects)
    });
    let with_rejects: BTreeSet<&str> = with_rejects.map(|rule| rule.header.code.as_str()).collect();
    findings.leave_open(|one| {
        let key = [&one.rule_code, &one.subject_id, &one.rule_key].map(|part| part.to_string());
        with_rejects.contains(&*one.rule_code) && published.undecided.contains_key(&key.into())
    });
    let mut trials: BTreeMap<&str, RuleTrial> = BTreeMap::new();
    for rule in &rules.rules {
        let trial = comparison::compare_rule(plan, rule, &findings, &published);
        trials.insert(&rule.header.code, trial);
    }
    shown_findings::name_people(&plan.publication, trials.values_mut())?;
    let in_order = rules.rules.iter().filter_map(|rule| trials.remove(rule.header.code.as_str()));
    Ok(in_order.collect())
}

fn check_publication(plan: &TrialPlan) -> Result<()> {
    let (publication, title) = (&plan.publication, &plan.pipeline.settings.title);
    let complain = |message: String| Err(Error::usage(message).in_file(publication.folder()));
    if publication.pipeline() != title {
        let message = format!("这个发布是流水线“{}”的，不是“{title}”的", publication.pipeline());
        return complain(message)
            .map_err(|error: Error| error.hint("指向这条流水线的发布，或给出写出它的流水线文件夹"));
    }
    let own = env!("CARGO_PKG_VERSION");
    if publication.version() != own {
        let message = format!("这个发布由程序版本“{}”写出，本程序是{own}", publication.version());
        return complain(message).map_err(|error: Error| {
            error.hint("同一条规则在两个版本里可能本来就不同；用本版程序重新运行该期，再试规则")
        });
    }
    Ok(())
}

/// The publication that the tried one was compared with, if it is `needed` and there is one.
fn find_previous(plan: &TrialPlan, needed: bool) -> Result<Option<&Snapshot>> {
    let Some(period) = plan.publication.previous_period().filter(|_| needed) else { return Ok(None) };
    // It ran without the lists of the quarter before, where that quarter was skipped.
    if plan.publication.period().previous().ok() != Some(period) {
        return Ok(None);
    }
    let hint = format!("用 --previous 指向{}的发布，即当时对照的那一个", period);
    let Some(previous) = &plan.previous else {
        return Err(Error::usage(format!("规则要看上一期（{period}）的名单，没有找到它的发布")).hint(hint));
    };
    if previous.period() != period {
        let message = format!("当时对照的是{period}的发布，给出的是{}的", previous.period());
        return Err(Error::usage(message).in_file(previous.folder()).hint(hint));
    }
    let identity = |snapshot: &Snapshot| snapshot.keys().map(|keys| keys.identity.clone());
    if identity(previous) != identity(&plan.publication) {
        return Err(Error::usage("上一期的发布用的是另一个身份密钥，两边的编号对不上")
            .in_file(previous.folder())
            .hint("用现在的身份密钥重新运行上一期，或试不看上期名单的规则"));
    }
    Ok(Some(previous))
}
