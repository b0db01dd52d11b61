//! All records of the run side by side, whatever source they come from.

use std::collections::BTreeMap;
use std::sync::Arc;

use xxhash_rust::xxh3::xxh3_64;

use super::Node;
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
    columns: BTreeMap<String, Column>,
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
            return Err(Error::input("记录太多,一次放不下").hint("用 --engine buckets"));
        }
        for (position, one) in comparables.iter().enumerate() {
            let start = nodes.offsets[position] as usize;
            for (name, column) in &one.columns {
                put(&mut nodes.columns, name, column, start, total)?;
            }
        }
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

    /// A column by its link column name.
    pub fn column(&self, name: &str) -> Option<&Column> {
        self.columns.get(name)
    }

    /// ID numbers of a column.
    pub fn ids(&self, name: &str) -> Option<&[IdNumber]> {
        match self.columns.get(name)? {
            Column::Id(values) => Some(values),
            _ => None,
        }
    }

    /// Han names of a column and their pool.
    pub fn han(&self, name: &str) -> Option<(&[PoolId], &Pool<NameForm>)> {
        match self.columns.get(name)? {
            Column::Name(values, pool) => Some((values, pool)),
            _ => None,
        }
    }

    /// Texts of a column and their pool.
    pub fn texts(&self, name: &str) -> Option<(&[PoolId], &Pool<String>)> {
        match self.columns.get(name)? {
            Column::Text(values, pool) => Some((values, pool)),
            _ => None,
        }
    }

    /// ID number of a record; missing without such a column.
    pub fn id(&self, node: Node) -> IdNumber {
        self.ids("id_number").map_or(IdNumber::default(), |ids| ids[node as usize])
    }

    /// Stated birth date, 0 if none.
    pub fn stated_birth(&self, node: Node) -> u32 {
        match self.columns.get("birth_date") {
            Some(Column::Date(values)) => values[node as usize],
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
        if let Some(Column::Code(values)) = self.columns.get("sex")
            && values[node as usize] != 0
        {
            return values[node as usize];
        }
        match self.relation(node).expected_sex() {
            Some(Sex::Male) => 1,
            Some(Sex::Female) => 2,
            None => 0,
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
        match self.texts("relation") {
            Some((values, pool)) if values[node as usize] != 0 => {
                Relation::from_text(pool.get(values[node as usize]))
            }
            _ => Relation::Unknown,
        }
    }

    /// Household number (pool id), 0 if none.
    pub fn household(&self, node: Node) -> u32 {
        self.texts("household").map_or(0, |(values, _)| values[node as usize])
    }

    /// Division, 0 if unknown.
    pub fn division(&self, node: Node) -> u32 {
        match self.columns.get("division") {
            Some(Column::Division(values)) => values[node as usize],
            _ => 0,
        }
    }

    /// Han name.
    pub fn name(&self, node: Node) -> Option<&NameForm> {
        let (values, pool) = self.han("name")?;
        (values[node as usize] != 0).then(|| pool.get(values[node as usize]))
    }

    /// Hash of what the record says, free of row numbers: breaks ties so that the order of rows
    /// does not matter.
    pub fn content(&self, node: Node) -> u64 {
        let at = node as usize;
        let mut bytes = Vec::with_capacity(128);
        bytes.extend_from_slice(self.names[usize::from(self.source[at])].as_bytes());
        for column in self.columns.values() {
            match column {
                Column::Id(v) => {
                    bytes.extend_from_slice(&v[at].key.to_le_bytes());
                    bytes.push(v[at].class as u8);
                }
                Column::Name(v, pool) => bytes.extend_from_slice(pool.get(v[at]).clean.as_bytes()),
                Column::Text(v, pool) => bytes.extend_from_slice(pool.get(v[at]).as_bytes()),
                Column::Date(v) | Column::Division(v) => bytes.extend_from_slice(&v[at].to_le_bytes()),
                Column::Code(v) => bytes.push(v[at]),
            }
            bytes.push(0xFF);
        }
        xxh3_64(&bytes)
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
