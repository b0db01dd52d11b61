//! All records of the run side by side, whatever source they come from.

use std::collections::BTreeMap;
use std::sync::Arc;

use rayon::prelude::*;
use xxhash_rust::xxh3::xxh3_64;

use super::Node;
use super::hash::{SEED, mix};
use crate::normalize::id_number::Sex;
use crate::normalize::{Comparable, ComparableColumn, IdNumber, NameForm, Pool, PoolId, Relation};
use crate::{Error, Result};

/// A link column of all records; missing where a source has no such column.
#[derive(Debug, Clone)]
pub enum Column {
    /// ID numbers.
    Id(Vec<IdNumber>),
    /// Han names.
    Name(Vec<PoolId>, Arc<Pool<NameForm>>),
    /// Other texts.
    Text(Vec<PoolId>, Arc<Pool<String>>),
    /// Packed dates.
    Date(Vec<u32>),
    /// Divisions.
    Division(Vec<u32>),
    /// Small codes.
    Code(Vec<u8>),
}

/// All records.
#[derive(Debug, Clone, Default)]
pub struct Nodes {
    /// First node of each source; one more entry than sources.
    pub offsets: Vec<u32>,
    /// Source of each node.
    pub source: Vec<u8>,
    /// Source names.
    pub names: Vec<String>,
    /// By name, ascending.
    columns: Vec<(String, Column)>,
    places: Places,
    people: Vec<Stated>,
    contents: Vec<u64>,
}

/// Where the columns stand that are asked for pair by pair.
#[derive(Debug, Clone, Copy, Default)]
struct Places {
    id_number: Option<usize>,
    name: Option<usize>,
    household: Option<usize>,
    division: Option<usize>,
    relation: Option<usize>,
}

/// What every pair of a record asks for, looked up once.
#[derive(Debug, Clone, Copy, Default)]
struct Stated {
    /// Stated birth date, 0 if none.
    stated_birth: u32,
    /// Stated birth date, else the one in the ID number.
    birth: u32,
    /// Stated sex, else what the relation to the head implies.
    stated_sex: u8,
    /// Stated sex, else the one in the ID number.
    sex: u8,
}

impl Nodes {
    /// Lays the sources end to end.
    pub fn build(comparables: &[Comparable]) -> Result<Self> {
        let mut nodes = Self { offsets: vec![0], ..Self::default() };
        let mut total = 0usize;
        for (position, one) in comparables.iter().enumerate() {
            total += one.rows;
            nodes.offsets.push(total as u32);
            nodes.names.push(one.source.clone());
            nodes.source.resize(total, position as u8);
        }
        if total > u32::MAX as usize / 2 || comparables.len() > 250 {
            return Err(Error::input("记录太多,一次放不下").hint("一次最多约20亿条;按县区分开运行"));
        }
        let mut columns = BTreeMap::new();
        for (position, one) in comparables.iter().enumerate() {
            let start = nodes.offsets[position] as usize;
            for (name, column) in &one.columns {
                put(&mut columns, name, column, start, total)?;
            }
        }
        nodes.columns = columns.into_iter().collect();
        nodes.places = Places {
            id_number: nodes.place("id_number"),
            name: nodes.place("name"),
            household: nodes.place("household"),
            division: nodes.place("division"),
            relation: nodes.place("relation"),
        };
        nodes.people = nodes.stated();
        nodes.contents = nodes.hash_contents();
        Ok(nodes)
    }

    fn stated(&self) -> Vec<Stated> {
        let ids = self.ids("id_number");
        let births = match self.column("birth_date") {
            Some(Column::Date(values)) => Some(values),
            _ => None,
        };
        let sexes = match self.column("sex") {
            Some(Column::Code(values)) => Some(values),
            _ => None,
        };
        let relations = self.texts("relation").map(|(values, pool)| {
            let implied = |text: &String| match Relation::from_text(text).expected_sex() {
                Some(Sex::Male) => 1u8,
                Some(Sex::Female) => 2,
                None => 0,
            };
            (values, pool.values.iter().map(implied).collect::<Vec<u8>>())
        });
        (0..self.len())
            .into_par_iter()
            .with_min_len(4096)
            .map(|at| {
                let id = ids.map_or(IdNumber::default(), |ids| ids[at]);
                let stated_birth = births.map_or(0, |births| births[at]);
                let mut stated_sex = sexes.map_or(0, |sexes| sexes[at]);
                if stated_sex == 0
                    && let Some((values, implied)) = &relations
                {
                    stated_sex = implied[values[at] as usize];
                }
                let own = |stated: u8| if stated != 0 { stated } else { id.sex().map_or(0, |s| s as u8) };
                let birth = if stated_birth != 0 { stated_birth } else { id.birth().unwrap_or(0) };
                Stated { stated_birth, birth, stated_sex, sex: own(stated_sex) }
            })
            .collect()
    }

    fn hash_contents(&self) -> Vec<u64> {
        // Pool positions depend on the order of rows; the texts themselves do not.
        let texts: Vec<Vec<u64>> = self
            .columns
            .iter()
            .map(|(_, column)| match column {
                Column::Name(_, pool) => {
                    pool.values.par_iter().map(|name| xxh3_64(name.clean.as_bytes())).collect()
                }
                Column::Text(_, pool) => pool.values.par_iter().map(|t| xxh3_64(t.as_bytes())).collect(),
                _ => Vec::new(),
            })
            .collect();
        let sources: Vec<u64> = self.names.iter().map(|name| xxh3_64(name.as_bytes())).collect();
        (0..self.len())
            .into_par_iter()
            .with_min_len(4096)
            .map(|at| {
                let mut hash = mix(SEED, sources[usize::from(self.source[at])]);
                for ((_, column), texts) in self.columns.iter().zip(&texts) {
                    let value = match column {
                        Column::Id(v) => v[at].key.rotate_left(8) ^ v[at].class as u64,
                        Column::Name(v, _) | Column::Text(v, _) => texts[v[at] as usize],
                        Column::Date(v) | Column::Division(v) => u64::from(v[at]),
                        Column::Code(v) => u64::from(v[at]),
                    };
                    hash = mix(hash, value);
                }
                hash
            })
            .collect()
    }

    /// Number of records.
    pub fn len(&self) -> usize {
        self.source.len()
    }

    /// True without records.
    pub fn is_empty(&self) -> bool {
        self.source.is_empty()
    }

    fn place(&self, name: &str) -> Option<usize> {
        self.columns.binary_search_by(|(column, _)| column.as_str().cmp(name)).ok()
    }

    fn at(&self, place: Option<usize>) -> Option<&Column> {
        place.map(|place| &self.columns[place].1)
    }

    /// A column by its link column name.
    pub fn column(&self, name: &str) -> Option<&Column> {
        self.at(self.place(name))
    }

    /// ID numbers of a column.
    pub fn ids(&self, name: &str) -> Option<&[IdNumber]> {
        match self.column(name)? {
            Column::Id(values) => Some(values),
            _ => None,
        }
    }

    /// Texts of a column and their pool.
    pub fn texts(&self, name: &str) -> Option<(&[PoolId], &Pool<String>)> {
        match self.column(name)? {
            Column::Text(values, pool) => Some((values, pool)),
            _ => None,
        }
    }

    /// ID number of a record; missing without such a column.
    pub fn id(&self, node: Node) -> IdNumber {
        match self.at(self.places.id_number) {
            Some(Column::Id(values)) => values[node as usize],
            _ => IdNumber::default(),
        }
    }

    /// Stated birth date, 0 if none.
    pub fn stated_birth(&self, node: Node) -> u32 {
        self.people[node as usize].stated_birth
    }

    /// Stated birth date, else the one in the ID number, else 0.
    pub fn birth(&self, node: Node) -> u32 {
        self.people[node as usize].birth
    }

    /// Stated sex (1 male, 2 female), else what the relation to the head implies, 0 if neither.
    pub fn stated_sex(&self, node: Node) -> u8 {
        self.people[node as usize].stated_sex
    }

    /// Stated sex, else the one in the ID number, else 0.
    pub fn sex(&self, node: Node) -> u8 {
        self.people[node as usize].sex
    }

    /// Relation to the head of the household.
    pub fn relation(&self, node: Node) -> Relation {
        match self.at(self.places.relation) {
            Some(Column::Text(values, pool)) if values[node as usize] != 0 => {
                Relation::from_text(pool.get(values[node as usize]))
            }
            _ => Relation::Unknown,
        }
    }

    /// Household number (pool id), 0 if none.
    pub fn household(&self, node: Node) -> u32 {
        match self.at(self.places.household) {
            Some(Column::Text(values, _)) => values[node as usize],
            _ => 0,
        }
    }

    /// Division, 0 if unknown.
    pub fn division(&self, node: Node) -> u32 {
        match self.at(self.places.division) {
            Some(Column::Division(values)) => values[node as usize],
            _ => 0,
        }
    }

    /// Han name.
    pub fn name(&self, node: Node) -> Option<&NameForm> {
        match self.at(self.places.name) {
            Some(Column::Name(values, pool)) if values[node as usize] != 0 => {
                Some(pool.get(values[node as usize]))
            }
            _ => None,
        }
    }

    /// Hash of what the record says, free of row numbers: breaks ties so that the order of rows
    /// does not matter.
    pub fn content(&self, node: Node) -> u64 {
        self.contents[node as usize]
    }
}

fn put(
    columns: &mut BTreeMap<String, Column>,
    name: &str,
    from: &ComparableColumn,
    start: usize,
    total: usize,
) -> Result<()> {
    let into = columns.entry(name.to_owned()).or_insert_with(|| match from {
        ComparableColumn::IdNumber(_) => Column::Id(vec![IdNumber::default(); total]),
        ComparableColumn::Name(_, pool) => Column::Name(vec![0; total], Arc::clone(pool)),
        ComparableColumn::Text(_, pool) => Column::Text(vec![0; total], Arc::clone(pool)),
        ComparableColumn::Date(_) => Column::Date(vec![0; total]),
        ComparableColumn::Division(_) => Column::Division(vec![0; total]),
        ComparableColumn::Code(_) => Column::Code(vec![0; total]),
    });
    match (into, from) {
        (Column::Id(to), ComparableColumn::IdNumber(v)) => to[start..start + v.len()].copy_from_slice(v),
        (Column::Name(to, p), ComparableColumn::Name(v, q)) if Arc::ptr_eq(p, q) => {
            to[start..start + v.len()].copy_from_slice(v);
        }
        (Column::Text(to, p), ComparableColumn::Text(v, q)) if Arc::ptr_eq(p, q) => {
            to[start..start + v.len()].copy_from_slice(v);
        }
        (Column::Date(to), ComparableColumn::Date(v))
        | (Column::Division(to), ComparableColumn::Division(v)) => {
            to[start..start + v.len()].copy_from_slice(v);
        }
        (Column::Code(to), ComparableColumn::Code(v)) => to[start..start + v.len()].copy_from_slice(v),
        _ => return Err(Error::internal(format!("匹配列“{name}”在各来源里不是同一种类"))),
    }
    Ok(())
}
