//! Stage 5: accepted links become persons, persons become households, both with stable ids.
//!
//! In: all [`crate::normalize::Comparable`]s and [`crate::link::Links`] (and the previous
//! publication's identities). Out: [`Resolution`].

use crate::Result;
use crate::config::{LinkSettings, Pipeline};
use crate::link::nodes::Nodes;
use crate::link::{Links, Tier};
use crate::load::Loaded;
use crate::normalize::Comparable;
use crate::publish::previous::PreviousRecord;

mod cluster;
mod households;
pub mod id;
mod identity;

pub use id::{HouseholdId, PersonId, PublishedId};

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
    /// Published id by dense person number (`P` + 13 base-32 characters), stable across quarters.
    pub person_ids: Vec<String>,
    /// Published id by dense household number (`H` + 13 base-32 characters), stable across quarters.
    pub household_ids: Vec<String>,
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

/// Persons and households of the run. With the previous publication's records, persons and
/// households keep their ids, and merges and splits are written to the ledger.
pub fn resolve(
    settings: &LinkSettings,
    pipeline: &Pipeline,
    loaded: &[Loaded],
    comparables: &[Comparable],
    links: &Links,
    previous: Option<&[PreviousRecord]>,
) -> Result<Resolution> {
    resolve_nodes(settings, pipeline, loaded, &Nodes::build(comparables)?, links, previous)
}

/// [`resolve`] over records already laid side by side.
pub fn resolve_nodes(
    settings: &LinkSettings,
    pipeline: &Pipeline,
    loaded: &[Loaded],
    nodes: &Nodes,
    links: &Links,
    previous: Option<&[PreviousRecord]>,
) -> Result<Resolution> {
    let tree = &pipeline.divisions;
    let clusters = cluster::cluster(settings, nodes, links);
    let keys = identity::person_keys(nodes, tree, &clusters.person, clusters.count, &clusters.foreign);
    let homes = households::assemble(settings, nodes, &clusters.person, &keys);
    let mut person_ids = identity::ids('P', keys.len(), &|at| keys[at].text());
    let mut household_ids = identity::ids('H', homes.count(), &|at| homes.key(at));
    let household = homes.household;
    let mut ledger = Vec::new();
    if let Some(previous) = previous {
        let record_id = |node: u32| {
            let source = usize::from(nodes.source[node as usize]);
            loaded[source].records.record_id((node - nodes.offsets[source]) as usize)
        };
        let (persons, homes) =
            identity::votes(nodes, &record_id, tree, &clusters.person, &household, previous);
        identity::keep(&mut person_ids, &persons, &mut ledger);
        identity::keep(&mut household_ids, &homes, &mut ledger);
    }
    Ok(Resolution {
        offsets: nodes.offsets.clone(),
        person: clusters.person,
        household,
        tier: clusters.tier,
        in_review: clusters.in_review,
        person_ids,
        household_ids,
        ledger,
    })
}
