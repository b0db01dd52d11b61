//! Stage 5: accepted links become persons, persons become households, both with stable ids.
//!
//! In: all [`crate::normalize::Comparable`]s and [`crate::link::Links`] (and the previous
//! publication's identities). Out: [`Resolution`].

use crate::Result;
use crate::config::Pipeline;
use crate::link::nodes::Nodes;
use crate::link::settings::LinkSettings;
use crate::link::{Links, Tier};
use crate::load::Loaded;
use crate::normalize::Comparable;
use crate::publication::previous::Previous;

mod cluster;
mod households;
mod identity;
mod keep;

pub use crate::model::published_id::{HouseholdId, PersonId, PublishedId};
use cluster::Clusters;
use identity::PersonKeys;
use keep::{Ballot, Now, Votes};

/// Who every record is. Vectors indexed by node are as long as all records together.
#[derive(Debug, Clone, Default)]
pub struct Resolution {
    /// First node of each source, by source position; one more entry than sources.
    pub offsets: Vec<u32>,
    /// Dense person number of each record.
    pub person: Vec<u32>,
    /// Dense household number of each record (resolved household).
    pub household: Vec<u32>,
    /// Weakest tier that binds each record to its person; `T1` for a person of one record.
    pub tier: Vec<Tier>,
    /// True where a review-tier pair touches the record and is unresolved.
    pub in_review: Vec<bool>,
    /// Published id by dense person number, stable across quarters.
    pub person_ids: Vec<PersonId>,
    /// Published id by dense household number, stable across quarters.
    pub household_ids: Vec<HouseholdId>,
    /// Merges and splits against the previous quarter.
    pub ledger: Vec<IdentityChange>,
}

/// One line of the merge/split ledger.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct IdentityChange {
    /// `merge` or `split`.
    pub kind: String,
    /// Id in the previous quarter.
    pub previous_id: String,
    /// Id in this quarter.
    pub current_id: String,
}

/// Persons and households of the run. With the previous publication, persons and households
/// keep their ids, and merges and splits are written to the ledger.
pub fn resolve(
    settings: &LinkSettings,
    pipeline: &Pipeline,
    loaded: &[Loaded],
    comparables: &[Comparable],
    links: &Links,
    previous: Option<&Previous>,
) -> Result<Resolution> {
    resolve_nodes(settings, pipeline, loaded, &Nodes::build(comparables)?, links, previous)
}

/// [`resolve`] over records already laid side by side.
pub fn resolve_nodes(
    settings: &LinkSettings,
    pipeline: &Pipeline,
    loaded: &[Loaded],
    nodes: &Nodes<'_>,
    links: &Links,
    previous: Option<&Previous>,
) -> Result<Resolution> {
    let tree = &pipeline.divisions;
    let Clusters { person, count, tier, in_review, foreign } = cluster::cluster(settings, nodes, links);
    let keys = PersonKeys::new(nodes, tree, &person, count, &foreign);
    drop(foreign);
    let homes = households::assemble(settings, nodes, &person, &keys);
    let mut person_ids = identity::ids(keys.len(), &|at, key| keys.push_to(at, key));
    let mut household_ids = identity::ids(homes.count(), &|at, key| homes.push_key(at, key));
    let household = homes.household;
    drop(keys);
    let mut ledger = Vec::new();
    if let Some(previous) = previous {
        let now = Now { loaded, nodes, tree };
        let ballots = (Ballot::new(&person_ids, &person), Ballot::new(&household_ids, &household));
        let Votes { persons, households } = now.votes(&previous.records()?, ballots.0, ballots.1)?;
        keep::keep(&mut person_ids, persons, &mut ledger);
        keep::keep(&mut household_ids, households, &mut ledger);
    }
    let offsets = nodes.offsets.clone();
    Ok(Resolution { offsets, person, household, tier, in_review, person_ids, household_ids, ledger })
}
