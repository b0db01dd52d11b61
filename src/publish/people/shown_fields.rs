//! Comparable fields of records as outputs show them.

use std::sync::Arc;

use crate::model::id_number::IdNumber;
use crate::normalize::{
    ComparableColumn, ComparableSource, DistinctPool, NameForm, PoolId, Relation, TextPool,
};

/// Columns of one source that outputs use.
#[derive(Clone, Copy)]
pub(in crate::publish) struct SourceFields<'a> {
    ids: Option<&'a [IdNumber]>,
    /// With the number of the pool's first name, less one.
    name: Option<(&'a [PoolId], u32)>,
    names: &'a PooledNames,
    births: Option<&'a [u32]>,
    sexes: Option<&'a [u8]>,
    divisions: Option<&'a [u32]>,
    households: Option<(&'a [PoolId], &'a TextPool)>,
    /// With what the pool calls a head.
    relations: Option<(&'a [PoolId], PoolId)>,
}

impl<'a> SourceFields<'a> {
    pub(super) fn of(comparable: &'a ComparableSource, names: &'a PooledNames) -> Self {
        Self {
            ids: comparable.id_numbers("id_number"),
            name: comparable.names("name").and_then(|(ids, pool)| Some((ids, names.before(pool)?))),
            names,
            births: comparable.dates("birth_date"),
            sexes: comparable.codes("sex"),
            divisions: comparable.divisions("division"),
            households: comparable.texts("household").map(|(ids, pool)| (ids, &**pool)),
            relations: comparable.texts("relation").and_then(|(ids, pool)| {
                let head = (1..pool.len() as PoolId).find(|&id| pool.get(id) == Relation::Head.label())?;
                Some((ids, head))
            }),
        }
    }
    /// Is it said that the row is the head's of a household?
    pub(in crate::publish) fn is_head(&self, row: usize) -> bool {
        self.relations.is_some_and(|(ids, head)| ids[row] == head)
    }
    pub(in crate::publish) fn id(&self, row: usize) -> IdNumber {
        self.ids.map_or(IdNumber::default(), |ids| ids[row])
    }
    /// ID numbers of all rows, as they were read.
    pub(in crate::publish) fn ids(&self) -> impl Iterator<Item = IdNumber> + use<'a> {
        self.ids.into_iter().flatten().copied()
    }
    /// Number of the name, 0 where it is missing.
    pub(super) fn name_number(&self, row: usize) -> u32 {
        self.name.map_or(0, |(ids, before)| shown_name_number(ids[row], before))
    }
    pub(in crate::publish) fn name(&self, row: usize) -> Option<&'a str> {
        self.names.get(self.name_number(row))
    }
    pub(in crate::publish) fn birth(&self, row: usize) -> u32 {
        self.births.map_or(0, |births| births[row])
    }
    pub(super) fn sex(&self, row: usize) -> u8 {
        self.sexes.map_or(0, |sexes| sexes[row])
    }
    pub(in crate::publish) fn division(&self, row: usize) -> u32 {
        self.divisions.map_or(0, |divisions| divisions[row])
    }
    /// The department's own number of the household.
    pub(in crate::publish) fn household(&self, row: usize) -> Option<&'a str> {
        let (ids, pool) = self.households?;
        (ids[row] != 0).then(|| pool.get(ids[row]))
    }
}

/// Number of a name of a pool, before whose names there are so many.
fn shown_name_number(id: PoolId, before: u32) -> u32 {
    if id == 0 { 0 } else { before + id }
}

/// The names of all pools one after the other, numbered from 1: those of people in a random order
/// are found with fewer waits for memory than in the pools.
pub(in crate::publish) struct PooledNames {
    /// With the names before theirs.
    pools: Vec<(Arc<DistinctPool<NameForm>>, u32)>,
    all: String,
    /// By number; the first one's begin comes first.
    ends: Vec<u32>,
}

impl PooledNames {
    pub(super) fn gather(comparables: &[ComparableSource]) -> Self {
        let mut names = Self { pools: Vec::new(), all: String::new(), ends: vec![0] };
        for column in comparables.iter().flat_map(|comparable| comparable.columns.values()) {
            if let ComparableColumn::Name(_, pool) = column
                && names.before(pool).is_none()
            {
                names.add(pool);
            }
        }
        names
    }

    fn add(&mut self, pool: &Arc<DistinctPool<NameForm>>) {
        self.pools.push((pool.clone(), self.ends.len() as u32 - 1));
        for name in pool.values.iter().skip(1) {
            self.all.push_str(name.clean());
            self.ends.push(self.all.len() as u32);
        }
    }

    /// How many names stand before those of the pool.
    fn before(&self, pool: &Arc<DistinctPool<NameForm>>) -> Option<u32> {
        self.pools.iter().find(|(one, _)| Arc::ptr_eq(one, pool)).map(|(_, before)| *before)
    }

    /// A name by its number; `None` where it is missing.
    pub(in crate::publish) fn get(&self, number: u32) -> Option<&str> {
        let before = (number as usize).checked_sub(1)?;
        Some(&self.all[self.ends[before] as usize..self.ends[number as usize] as usize])
    }

    /// A name by its pool.
    pub(in crate::publish) fn of(&self, pool: &Arc<DistinctPool<NameForm>>, id: PoolId) -> Option<&str> {
        self.get(shown_name_number(id, self.before(pool)?))
    }
}
