//! Splits people into buckets so that whatever a rule may join lies in one bucket: records of
//! one person, persons of one household (resolved, or by a department's own number), children
//! and their guardians. These touch each other in chains; a chain is a component, and the
//! bucket is a hash of the component.

use arrow::array::{Array as _, ArrayRef, AsArray as _};
use arrow::datatypes::Int64Type;
use arrow::record_batch::RecordBatch;
use hashbrown::{HashMap, HashSet};
use xxhash_rust::xxh3::{xxh3_64, xxh3_64_with_seed};

use super::super::execution::numbered_ids::{household_number, person_number};
use super::super::views::rule_view::View;
use super::source_view::ViewSources;
use crate::Result;
use crate::config::ColumnRole;

/// Bucket of everybody.
#[derive(Debug, Clone, Default)]
pub(crate) struct BucketSplit {
    /// Number of buckets.
    pub count: usize,
    /// Bucket by dense person.
    pub person: Vec<u16>,
    /// Bucket by dense household.
    pub household: Vec<u16>,
    /// Bucket by hash of an id that last quarter's views name.
    previous: HashMap<u64, u16>,
}

/// Kinds of keys by which rows touch each other, besides the persons and households of the
/// quarter: each has hashes of its own.
#[derive(Debug, Clone, Copy)]
enum ComponentKey {
    Person = 1,
    Household = 2,
    Number = 3,
}

fn hash_bucket_key(kind: ComponentKey, text: &[u8]) -> u64 {
    xxh3_64_with_seed(text, kind as u64)
}

/// Hash of a row's key in a column as the engine has it.
fn hash_bucket_row(kind: ComponentKey, column: &ArrayRef, row: usize) -> Option<u64> {
    if column.is_null(row) {
        return None;
    }
    match (column.as_primitive_opt::<Int64Type>(), column.as_string_opt::<i32>()) {
        (Some(ids), _) => Some(hash_bucket_key(kind, &ids.value(row).to_le_bytes())),
        (_, Some(texts)) => Some(hash_bucket_key(kind, texts.value(row).as_bytes())),
        _ => None,
    }
}

/// Columns of a view that hold keys.
const KEYS: [(&str, ComponentKey); 3] = [
    ("person_id", ComponentKey::Person),
    ("guardian_person_id", ComponentKey::Person),
    ("household_id", ComponentKey::Household),
];

/// Union-find over persons, then households, then further keys.
struct UnionFind {
    parent: Vec<u32>,
    further: HashMap<u64, u32>,
}

impl UnionFind {
    fn find(&mut self, mut at: u32) -> u32 {
        while self.parent[at as usize] != at {
            let above = self.parent[self.parent[at as usize] as usize];
            self.parent[at as usize] = above;
            at = above;
        }
        at
    }
    /// The smaller number becomes the root, so that the order of joining does not matter.
    fn join(&mut self, a: u32, b: u32) {
        let (a, b) = (self.find(a), self.find(b));
        self.parent[a.max(b) as usize] = a.min(b);
    }
    fn further(&mut self, hash: u64) -> u32 {
        let next = self.parent.len() as u32;
        let at = *self.further.entry(hash).or_insert(next);
        if at == next {
            self.parent.push(next);
        }
        at
    }
}

impl BucketSplit {
    /// Splits into `count` buckets. `numbers`: columns that hold a department's own household
    /// numbers; `previous`: last quarter's views.
    pub(super) fn of(
        sources: &ViewSources<'_>,
        numbers: &[&str],
        previous: &[View<'_>],
        count: usize,
    ) -> Result<Self> {
        let ViewSources { inputs, guardians, ids, .. } = sources;
        let resolution = inputs.resolution;
        let (persons, households) = (resolution.person_ids.len(), resolution.household_ids.len());
        let mut all =
            UnionFind { parent: (0..(persons + households) as u32).collect(), further: HashMap::new() };
        let household = |number: u32| persons as u32 + number;
        for (&person, &number) in resolution.person.iter().zip(&resolution.household) {
            all.join(person, household(number));
        }
        for (source, guardians) in guardians.iter().enumerate() {
            for (row, &guardian) in guardians.iter().enumerate().filter(|(_, g)| **g != u32::MAX) {
                all.join(inputs.person(source, row) as u32, guardian);
            }
        }
        for source in 0..inputs.loaded.len() {
            let Some(column) = inputs.contract(source)?.role(ColumnRole::Household) else { continue };
            let mut row = 0;
            for chunk in inputs.loaded[source].records.rows.chunks(|name| name == column.name)? {
                let chunk = chunk?;
                let texts = chunk.column(0).as_string::<i32>();
                for text in texts {
                    if let Some(text) = text {
                        let number = all.further(hash_bucket_key(ComponentKey::Number, text.as_bytes()));
                        all.join(inputs.person(source, row) as u32, number);
                    }
                    row += 1;
                }
            }
        }
        let mut named: HashSet<u64> = HashSet::new();
        for view in previous {
            let key = |name: &str| {
                KEYS.iter()
                    .find(|k| k.0 == name)
                    .map(|k| k.1)
                    .or(numbers.contains(&name).then_some(ComponentKey::Number))
            };
            for chunk in view.rows.engine_chunks(ids, |name| key(name).is_some())? {
                let chunk = chunk?;
                for row in 0..chunk.num_rows() {
                    let mut first = None;
                    for (field, column) in chunk.schema_ref().fields().iter().zip(chunk.columns()) {
                        let hash = key(field.name()).and_then(|kind| hash_bucket_row(kind, column, row));
                        let Some(hash) = hash else { continue };
                        named.insert(hash);
                        let at = all.further(hash);
                        let first = *first.get_or_insert(at);
                        all.join(first, at);
                    }
                }
            }
        }
        if !named.is_empty() {
            let people = resolution.person_ids.iter().map(|&id| (ComponentKey::Person, person_number(id)));
            let homes =
                resolution.household_ids.iter().map(|&id| (ComponentKey::Household, household_number(id)));
            for (at, (kind, id)) in (0u32..).zip(people.chain(homes)) {
                let hash = hash_bucket_key(kind, &id.to_le_bytes());
                if named.contains(&hash) {
                    let further = all.further(hash);
                    all.join(at, further);
                }
            }
        }
        let bucket =
            |all: &mut UnionFind, at: u32| (xxh3_64(&all.find(at).to_le_bytes()) % count as u64) as u16;
        let person = (0..persons as u32).map(|at| bucket(&mut all, at)).collect();
        let household = (0..households as u32).map(|at| bucket(&mut all, household(at))).collect();
        let previous = named
            .into_iter()
            .map(|hash| {
                let at = all.further(hash);
                (hash, bucket(&mut all, at))
            })
            .collect();
        Ok(Self { count, person, household, previous })
    }

    /// Bucket of each row of a view of the previous quarter, as the engine has it.
    pub(super) fn of_previous(&self, rows: &RecordBatch) -> Vec<u16> {
        let columns: Vec<(ComponentKey, &ArrayRef)> =
            KEYS.iter().filter_map(|&(name, kind)| Some((kind, rows.column_by_name(name)?))).collect();
        (0..rows.num_rows())
            .map(|row| {
                let key = columns.iter().find_map(|(kind, column)| hash_bucket_row(*kind, column, row));
                key.and_then(|hash| self.previous.get(&hash).copied()).unwrap_or(0)
            })
            .collect()
    }
}
