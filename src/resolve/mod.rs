//! Stage 5: accepted links become persons, persons become households, both with stable ids.
//!
//! In: all [`crate::normalize::ComparableSource`]s and [`crate::model::links::Links`] (and the previous
//! publication's identities). Out: [`Resolution`].

use std::collections::BTreeMap;
use std::sync::Arc;

use crate::Result;
use crate::config::Pipeline;
use crate::link::nodes::LinkNodes;
use crate::link::settings::LinkSettings;
use crate::load::LoadedSource;
use crate::model::links::Links;
use crate::model::resolution::Resolution;
use crate::normalize::ComparableSource;
use crate::privacy::IdentitySecret;
use crate::publication::snapshot::Snapshot;

mod cluster;
pub(crate) mod evidence_pairs;
mod households;
mod identity;
pub(crate) mod previous_records;
mod stable_ids;

use cluster::PersonClusters;
use identity::PersonKeys;
use previous_records::PreviousParts;
use stable_ids::{ContestedIds, PresentRecords, VoteCount};

/// Persons and households of the run. With the previous publication, persons and households
/// keep their ids, and merges and splits are written to the ledger. New ones are named under `secret`;
/// without it they are numbered as they come, which is for linking alone: such numbers are those of one run.
///
/// # Errors
/// A previous publication that is damaged; an internal error where a record is in no cluster.
pub fn resolve(
    settings: &LinkSettings,
    pipeline: &Pipeline,
    loaded: &[LoadedSource],
    comparables: &[ComparableSource],
    links: &Links,
    secret: Option<&IdentitySecret>,
    previous: Option<&Snapshot>,
) -> Result<Resolution> {
    resolve_nodes(settings, pipeline, loaded, &LinkNodes::build(comparables)?, links, secret, previous)
}

/// [`resolve`] over records already laid side by side.
///
/// # Errors
/// As for [`resolve`].
pub fn resolve_nodes(
    settings: &LinkSettings,
    pipeline: &Pipeline,
    loaded: &[LoadedSource],
    nodes: &LinkNodes<'_>,
    links: &Links,
    secret: Option<&IdentitySecret>,
    previous: Option<&Snapshot>,
) -> Result<Resolution> {
    let tree = &pipeline.divisions;
    let PersonClusters { person, count, tier, in_review, foreign } = cluster::cluster(settings, nodes, links);
    let keys = PersonKeys::new(nodes, tree, &person, count, &foreign);
    drop(foreign);
    let homes = households::assemble_households(settings, nodes, &person, &keys);
    let mut person_ids = identity::name_identities(secret, keys.len(), &|at, key| keys.push_to(at, key));
    let mut household_ids =
        identity::name_identities(secret, homes.count(), &|at, key| homes.push_key(at, key));
    let household = homes.household;
    drop(keys);
    let mut ledger = Vec::new();
    if let (Some(previous), Some(secret)) = (previous, secret) {
        let now = PresentRecords { loaded, nodes, tree };
        let ballots = (VoteCount::new(&person_ids, &person), VoteCount::new(&household_ids, &household));
        let ContestedIds { persons, households } =
            now.votes(&PreviousParts::open(previous)?, ballots.0, ballots.1)?;
        stable_ids::keep_stable_ids(secret, &mut person_ids, persons, &mut ledger);
        stable_ids::keep_stable_ids(secret, &mut household_ids, households, &mut ledger);
    }
    let offsets = nodes.offsets.clone();
    Ok(Resolution { offsets, person, household, tier, in_review, person_ids, household_ids, ledger })
}

/// What persons and households of `other` are called in this run, where it is by another id: by where their records are now.
/// `other` is a publication that the run does not go on from, read under the run's secret.
///
/// # Errors
/// A publication that is damaged.
pub(crate) fn called_now(
    pipeline: &Pipeline,
    loaded: &[LoadedSource],
    nodes: &LinkNodes<'_>,
    resolution: &Resolution,
    other: &Snapshot,
) -> Result<BTreeMap<String, Arc<str>>> {
    let now = PresentRecords { loaded, nodes, tree: &pipeline.divisions };
    let Resolution { person, household, person_ids, household_ids, .. } = resolution;
    let ballots = (VoteCount::new(person_ids, person), VoteCount::new(household_ids, household));
    let ContestedIds { persons, households } =
        now.votes(&PreviousParts::open(other)?, ballots.0, ballots.1)?;
    let mut called = BTreeMap::new();
    stable_ids::most_votes(person_ids, persons, &mut called);
    stable_ids::most_votes(household_ids, households, &mut called);
    Ok(called)
}
