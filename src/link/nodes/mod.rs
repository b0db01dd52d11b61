//! All records of the run side by side, whatever source they come from.
//!
//! Nothing is copied: a column of all records is the columns of the sources, one after the other.

use std::sync::Arc;

use rayon::prelude::*;
use xxhash_rust::xxh3::xxh3_64;

use crate::model::id_number::IdNumber;
use crate::model::id_number::Sex;
use crate::model::links::Node;
use crate::model::placeholder_day::{DayMeaning, birth_day_meaning};
use crate::normalize::{
    ComparableColumn, ComparableSource, DistinctPool, NameForm, PoolId, Relation, TextPool,
};
use crate::table::key_index::{SEED, mix_key_hash};
use crate::{Error, Result};

/// Source of a record, and its row there.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct SourceRow {
    /// Position of the source.
    pub source: usize,
    /// Row from 0.
    pub row: usize,
}

/// Values of one link column, by source; of a source without the column, none.
#[derive(Debug, Clone)]
pub struct SourceValues<'a, T>(Vec<&'a [T]>);

impl<T: Copy + Default> SourceValues<'_, T> {
    /// Value of a record; missing where its source has no such column.
    pub fn at(&self, place: SourceRow) -> T {
        self.0[place.source].get(place.row).copied().unwrap_or_default()
    }

    /// The values that are there.
    pub fn iter(&self) -> impl Iterator<Item = T> + '_ {
        self.0.iter().flat_map(|part| part.iter().copied())
    }
}

/// A link column of all records.
#[derive(Debug, Clone)]
pub enum NodeColumn<'a> {
    /// ID numbers.
    Id(SourceValues<'a, IdNumber>),
    /// Han names.
    Name(SourceValues<'a, PoolId>, &'a DistinctPool<NameForm>),
    /// Other texts.
    Text(SourceValues<'a, PoolId>, &'a TextPool),
    /// Packed dates.
    Date(SourceValues<'a, u32>),
    /// Divisions.
    Division(SourceValues<'a, u32>),
    /// Small codes.
    Code(SourceValues<'a, u8>),
}

/// All records.
#[derive(Debug, Clone, Default)]
pub struct LinkNodes<'a> {
    /// First node of each source; one more entry than sources.
    pub offsets: Vec<u32>,
    /// Source of each node.
    pub source: Vec<u8>,
    /// Source names.
    pub names: Vec<String>,
    /// By name, ascending.
    columns: Vec<(&'a str, NodeColumn<'a>)>,
    known: KnownColumns,
    /// Sex that a relation to the head implies, by its pool id; 0 for none.
    implied: Vec<u8>,
    /// Hash of each source's name.
    hashes: Vec<u64>,
}

/// Where the columns stand that are asked for pair by pair.
#[derive(Debug, Clone, Copy, Default)]
struct KnownColumns {
    id_number: Option<usize>,
    name: Option<usize>,
    household: Option<usize>,
    division: Option<usize>,
    relation: Option<usize>,
    birth_date: Option<usize>,
    sex: Option<usize>,
}

impl<'a> LinkNodes<'a> {
    /// Lays the sources end to end.
    ///
    /// # Errors
    /// More records than can be numbered (2^32).
    pub fn build(comparables: &'a [ComparableSource]) -> Result<Self> {
        let mut nodes = Self { offsets: vec![0], ..Self::default() };
        let mut total = 0usize;
        for (position, one) in comparables.iter().enumerate() {
            total += one.rows;
            nodes.offsets.push(total as u32);
            nodes.names.push(one.source.clone());
            nodes.source.resize(total, position as u8);
        }
        if total > u32::MAX as usize / 2 || comparables.len() > 250 {
            return Err(Error::input("记录太多，一次放不下").hint("一次最多约20亿条；按县区分开运行"));
        }
        let mut names: Vec<&str> =
            comparables.iter().flat_map(|c| c.columns.keys()).map(String::as_str).collect();
        names.sort_unstable();
        names.dedup();
        for name in names {
            let parts: Vec<_> = comparables.iter().map(|c| c.columns.get(name)).collect();
            let column = column(&parts)
                .ok_or_else(|| Error::internal(format!("匹配列“{name}”在各来源里不是同一种类")))?;
            nodes.columns.push((name, column));
        }
        nodes.known = KnownColumns {
            id_number: nodes.place_of("id_number"),
            name: nodes.place_of("name"),
            household: nodes.place_of("household"),
            division: nodes.place_of("division"),
            relation: nodes.place_of("relation"),
            birth_date: nodes.place_of("birth_date"),
            sex: nodes.place_of("sex"),
        };
        if let Some((_, relations)) = nodes.texts("relation") {
            let implied = |text: &str| match Relation::from_text(text).expected_sex() {
                Some(Sex::Male) => 1,
                Some(Sex::Female) => 2,
                None => 0,
            };
            nodes.implied = relations.iter().map(implied).collect();
        }
        nodes.hashes = nodes.names.iter().map(|name| xxh3_64(name.as_bytes())).collect();
        Ok(nodes)
    }

    /// Number of records.
    pub fn len(&self) -> usize {
        self.source.len()
    }

    /// True without records.
    pub fn is_empty(&self) -> bool {
        self.source.is_empty()
    }

    /// All records, for work side by side.
    pub fn all(&self) -> impl IndexedParallelIterator<Item = Node> + use<> {
        (0..self.len() as Node).into_par_iter().with_min_len(4096)
    }

    /// Where a record stands.
    pub fn place(&self, node: Node) -> SourceRow {
        let source = usize::from(self.source[node as usize]);
        SourceRow { source, row: (node - self.offsets[source]) as usize }
    }

    fn place_of(&self, name: &str) -> Option<usize> {
        self.columns.binary_search_by(|(column, _)| (*column).cmp(name)).ok()
    }

    fn at(&self, place: Option<usize>) -> Option<&NodeColumn<'a>> {
        place.map(|place| &self.columns[place].1)
    }

    /// A column by its link column name.
    pub fn column(&self, name: &str) -> Option<&NodeColumn<'a>> {
        self.at(self.place_of(name))
    }

    /// ID numbers of a column.
    pub fn ids(&self, name: &str) -> Option<&SourceValues<'a, IdNumber>> {
        match self.column(name)? {
            NodeColumn::Id(values) => Some(values),
            _ => None,
        }
    }

    /// Texts of a column and their pool.
    pub fn texts(&self, name: &str) -> Option<(&SourceValues<'a, PoolId>, &'a TextPool)> {
        match self.column(name)? {
            NodeColumn::Text(values, pool) => Some((values, pool)),
            _ => None,
        }
    }

    /// ID number of a record; missing without such a column.
    pub fn id(&self, node: Node) -> IdNumber {
        match self.at(self.known.id_number) {
            Some(NodeColumn::Id(values)) => values.at(self.place(node)),
            _ => IdNumber::default(),
        }
    }

    /// Stated birth date, 0 if none; a day that is written for an unknown one is none, unless the number states it.
    pub fn stated_birth(&self, node: Node) -> u32 {
        match self.at(self.known.birth_date) {
            Some(NodeColumn::Date(values)) => match values.at(self.place(node)) {
                0 => 0,
                day if birth_day_meaning(day, self.id(node).birth()) == DayMeaning::Born => day,
                _ => 0,
            },
            _ => 0,
        }
    }

    /// Stated birth date, else the one in the ID number, else 0.
    pub fn birth(&self, node: Node) -> u32 {
        match self.stated_birth(node) {
            0 => self.id(node).birth().unwrap_or(0),
            stated => stated,
        }
    }

    /// Stated sex (1 male, 2 female), else what the relation to the head implies, 0 if neither.
    pub fn stated_sex(&self, node: Node) -> u8 {
        let stated = match self.at(self.known.sex) {
            Some(NodeColumn::Code(values)) => values.at(self.place(node)),
            _ => 0,
        };
        match (stated, self.at(self.known.relation)) {
            (0, Some(NodeColumn::Text(values, _))) => self.implied[values.at(self.place(node)) as usize],
            _ => stated,
        }
    }

    /// Stated sex, else the one in the ID number, else 0.
    pub fn sex(&self, node: Node) -> u8 {
        match self.stated_sex(node) {
            0 => self.id(node).sex().map_or(0, |sex| sex as u8),
            stated => stated,
        }
    }

    /// Relation to the head of the household.
    pub fn relation(&self, node: Node) -> Relation {
        match self.at(self.known.relation) {
            Some(NodeColumn::Text(values, pool)) => match values.at(self.place(node)) {
                0 => Relation::Unknown,
                relation => Relation::from_text(pool.get(relation)),
            },
            _ => Relation::Unknown,
        }
    }

    /// Household number (pool id), 0 if none.
    pub fn household(&self, node: Node) -> u32 {
        match self.at(self.known.household) {
            Some(NodeColumn::Text(values, _)) => values.at(self.place(node)),
            _ => 0,
        }
    }

    /// Division, 0 if unknown.
    pub fn division(&self, node: Node) -> u32 {
        match self.at(self.known.division) {
            Some(NodeColumn::Division(values)) => values.at(self.place(node)),
            _ => 0,
        }
    }

    /// Han name.
    pub fn name(&self, node: Node) -> Option<&'a NameForm> {
        match self.at(self.known.name) {
            Some(NodeColumn::Name(values, pool)) => match values.at(self.place(node)) {
                0 => None,
                name => Some(pool.get(name)),
            },
            _ => None,
        }
    }

    /// Hash of what the record says, free of row numbers: breaks ties so that the order of rows
    /// does not matter. Pool positions depend on that order; the texts themselves do not.
    pub fn content(&self, node: Node) -> u64 {
        let place = self.place(node);
        self.columns.iter().fold(mix_key_hash(SEED, self.hashes[place.source]), |hash, (_, column)| {
            let value = match column {
                NodeColumn::Id(values) => {
                    let id = values.at(place);
                    id.key.rotate_left(8) ^ id.class as u64
                }
                NodeColumn::Name(values, pool) => xxh3_64(pool.get(values.at(place)).clean_bytes()),
                NodeColumn::Text(values, pool) => xxh3_64(pool.get(values.at(place)).as_bytes()),
                NodeColumn::Date(values) | NodeColumn::Division(values) => u64::from(values.at(place)),
                NodeColumn::Code(values) => u64::from(values.at(place)),
            };
            mix_key_hash(hash, value)
        })
    }
}

/// One column of all sources; `None` if they differ in kind or pool.
fn column<'a>(parts: &[Option<&'a ComparableColumn>]) -> Option<NodeColumn<'a>> {
    use ComparableColumn as C;
    Some(match parts.iter().flatten().next()? {
        C::IdNumber(_) => NodeColumn::Id(values(parts, |part| match part {
            C::IdNumber(values) => Some(values),
            _ => None,
        })?),
        C::Name(_, pool) => {
            let own = |part: &'a C| match part {
                C::Name(values, other) if Arc::ptr_eq(pool, other) => Some(values),
                _ => None,
            };
            NodeColumn::Name(values(parts, own)?, pool)
        }
        C::Text(_, pool) => {
            let own = |part: &'a C| match part {
                C::Text(values, other) if Arc::ptr_eq(pool, other) => Some(values),
                _ => None,
            };
            NodeColumn::Text(values(parts, own)?, pool)
        }
        C::Date(_) => NodeColumn::Date(values(parts, |part| match part {
            C::Date(values) => Some(values),
            _ => None,
        })?),
        C::Division(_) => NodeColumn::Division(values(parts, |part| match part {
            C::Division(values) => Some(values),
            _ => None,
        })?),
        C::Code(_) => NodeColumn::Code(values(parts, |part| match part {
            C::Code(values) => Some(values),
            _ => None,
        })?),
    })
}

fn values<'a, T>(
    parts: &[Option<&'a ComparableColumn>],
    own: impl Fn(&'a ComparableColumn) -> Option<&'a Vec<T>>,
) -> Option<SourceValues<'a, T>> {
    let part = |part: &Option<&'a ComparableColumn>| match part {
        Some(part) => own(part).map(Vec::as_slice),
        None => Some(&[][..]),
    };
    parts.iter().map(part).collect::<Option<Vec<_>>>().map(SourceValues)
}

#[cfg(test)]
mod tests;
