//! Comparable fields of records as outputs show them.

use std::sync::Arc;

use crate::normalize::{Comparable, ComparableColumn, IdNumber, NameForm, Pool, PoolId, Texts};

/// Columns of one source that outputs use.
#[derive(Clone, Copy)]
pub(in crate::publish) struct Fields<'a> {
    ids: Option<&'a [IdNumber]>,
    name: Option<(&'a [PoolId], &'a Names)>,
    births: Option<&'a [u32]>,
    sexes: Option<&'a [u8]>,
    divisions: Option<&'a [u32]>,
    households: Option<(&'a [PoolId], &'a Texts)>,
}

impl<'a> Fields<'a> {
    pub(super) fn of(comparable: &'a Comparable, names: &'a [Names]) -> Self {
        Self {
            ids: comparable.id_numbers("id_number"),
            name: comparable.names("name").and_then(|(ids, pool)| Some((ids, Names::find(names, pool)?))),
            births: comparable.dates("birth_date"),
            sexes: comparable.codes("sex"),
            divisions: comparable.divisions("division"),
            households: comparable.texts("household").map(|(ids, pool)| (ids, &**pool)),
        }
    }
    pub(in crate::publish) fn id(&self, row: usize) -> IdNumber {
        self.ids.map_or(IdNumber::default(), |ids| ids[row])
    }
    pub(super) fn has_name(&self, row: usize) -> bool {
        self.name.is_some_and(|(ids, _)| ids[row] != 0)
    }
    pub(in crate::publish) fn name(&self, row: usize) -> Option<&'a str> {
        let (ids, names) = self.name?;
        names.get(ids[row])
    }
    pub(super) fn birth(&self, row: usize) -> u32 {
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

/// The names of a pool one after the other: those of people in a random order are found with
/// fewer waits for memory than in the pool.
pub(in crate::publish) struct Names {
    pool: Arc<Pool<NameForm>>,
    all: String,
    ends: Vec<u32>,
}

impl Names {
    /// Those of all pools of the columns.
    pub(super) fn all(comparables: &[Comparable]) -> Vec<Self> {
        let mut names: Vec<Self> = Vec::new();
        for column in comparables.iter().flat_map(|comparable| comparable.columns.values()) {
            if let ComparableColumn::Name(_, pool) = column
                && Self::find(&names, pool).is_none()
            {
                names.push(Self::of(pool));
            }
        }
        names
    }

    fn of(pool: &Arc<Pool<NameForm>>) -> Self {
        let mut all = String::with_capacity(pool.values.len() * 9);
        let mut ends = Vec::with_capacity(pool.values.len());
        for name in &pool.values {
            all.push_str(&name.clean);
            ends.push(all.len() as u32);
        }
        Self { pool: pool.clone(), all, ends }
    }

    pub(in crate::publish) fn find<'n>(names: &'n [Self], pool: &Arc<Pool<NameForm>>) -> Option<&'n Self> {
        names.iter().find(|names| Arc::ptr_eq(&names.pool, pool))
    }

    /// A name; `None` where it is missing.
    pub(in crate::publish) fn get(&self, id: PoolId) -> Option<&str> {
        let before = (id as usize).checked_sub(1)?;
        Some(&self.all[self.ends[before] as usize..self.ends[id as usize] as usize])
    }
}
