//! Distinct values, each analysed once and then named by a small integer.

use std::sync::Arc;

use hashbrown::HashTable;
use rayon::prelude::*;
use xxhash_rust::xxh3::xxh3_64;

/// Position of a value in a [`DistinctPool`]; 0 is the missing value.
pub(crate) type PoolId = u32;

/// Distinct analysed values. Position 0 is reserved for "missing".
#[derive(Debug, Clone, Default)]
pub struct DistinctPool<T> {
    /// Analysed values; `values[0]` is the missing value.
    pub values: Vec<T>,
}

impl<T> DistinctPool<T> {
    /// Value at `id`.
    pub fn get(&self, id: PoolId) -> &T {
        &self.values[id as usize]
    }

    /// Number of values, the missing one included.
    pub fn len(&self) -> usize {
        self.values.len()
    }

    /// True if there is no value besides the missing one.
    pub fn is_empty(&self) -> bool {
        self.values.len() <= 1
    }
}

/// Distinct texts in one arena. Position 0 is the empty text, which stands for "missing".
#[derive(Debug, Clone, Default)]
pub struct TextPool {
    arena: String,
    ends: Vec<usize>,
}

impl TextPool {
    /// Text at `id`.
    pub fn get(&self, id: PoolId) -> &str {
        let id = id as usize;
        let start = if id == 0 { 0 } else { self.ends[id - 1] };
        &self.arena[start..self.ends[id]]
    }

    /// Number of texts, the missing one included.
    pub fn len(&self) -> usize {
        self.ends.len()
    }

    /// True if there is no text besides the missing one.
    pub fn is_empty(&self) -> bool {
        self.ends.len() <= 1
    }

    /// All texts by position, the missing one included.
    pub fn iter(&self) -> impl ExactSizeIterator<Item = &str> {
        (0..self.ends.len() as PoolId).map(|id| self.get(id))
    }

    fn push(&mut self, text: &str) -> PoolId {
        let id = self.ends.len() as PoolId;
        self.arena.push_str(text);
        self.ends.push(self.arena.len());
        id
    }
}

impl<T: AsRef<str>> FromIterator<T> for TextPool {
    /// Texts that are distinct, the empty one first.
    fn from_iter<I: IntoIterator<Item = T>>(texts: I) -> Self {
        let mut all = Self::default();
        texts.into_iter().for_each(|text| {
            all.push(text.as_ref());
        });
        all
    }
}

/// Distinct raw texts in order of first appearance, so that ids depend on the data alone and
/// never on threads. The table keeps half of each hash, so that a probe touches a text only when
/// it is the right one.
#[derive(Debug, Default)]
pub(crate) struct PoolBuilder {
    texts: TextPool,
    table: HashTable<(u32, u32)>,
    /// Id of the last text: sorted lists repeat themselves.
    last: Option<u32>,
}

/// Spreads half a hash over all bits.
fn spread_pool_hash(half: u32) -> u64 {
    u64::from(half).wrapping_mul(0x9E37_79B9_7F4A_7C15)
}

/// Texts that are analysed together.
const PART: usize = 1 << 16;

impl PoolBuilder {
    /// An empty builder.
    pub(crate) fn new() -> Self {
        Self::default()
    }

    /// Raw id of a text, from 0 in order of first appearance.
    pub(crate) fn intern(&mut self, text: &str) -> u32 {
        if let Some(id) = self.last
            && self.texts.get(id) == text
        {
            return id;
        }
        let half = (xxh3_64(text.as_bytes()) >> 32) as u32;
        let texts = &self.texts;
        let found = self.table.find(spread_pool_hash(half), |&(h, id)| h == half && texts.get(id) == text);
        let id = match found {
            Some(&(_, id)) => id,
            None => {
                let id = self.texts.push(text);
                self.table.insert_unique(spread_pool_hash(half), (half, id), |&(h, _)| spread_pool_hash(h));
                id
            }
        };
        self.last = Some(id);
        id
    }

    /// Distinct texts, in order of first appearance.
    pub(crate) fn texts(&self) -> impl Iterator<Item = &str> {
        self.texts.iter()
    }

    /// Analyses the distinct texts, some at a time in parallel, and gives the results in order.
    fn analysed<T: Send>(texts: &TextPool, analyse: impl Fn(&str) -> T + Sync, mut each: impl FnMut(T)) {
        let count = texts.len();
        for from in (0..count).step_by(PART) {
            let part: Vec<T> = (from..count.min(from + PART))
                .into_par_iter()
                .with_min_len(1024)
                .map(|id| analyse(texts.get(id as PoolId)))
                .collect();
            part.into_iter().for_each(&mut each);
        }
    }

    /// Analyses every distinct text and merges those whose values are equal (张 三 and 张三):
    /// returns the pool and the pool id of every raw id. `key` must give equal hashes for equal
    /// values, and `None` for a value that is missing.
    pub(crate) fn finish<T, A, K>(self, analyse: A, key: K) -> (Arc<DistinctPool<T>>, Vec<PoolId>)
    where
        T: Default + PartialEq + Send,
        A: Fn(&str) -> T + Sync,
        K: Fn(&T) -> Option<u64> + Sync,
    {
        let texts = self.texts;
        drop(self.table);
        let mut values = Vec::with_capacity(texts.len() + 1);
        values.push(T::default());
        let mut ids = Vec::with_capacity(texts.len());
        let mut table: HashTable<(u64, PoolId)> = HashTable::with_capacity(texts.len());
        let analyse = |text: &str| {
            let value = analyse(text);
            (key(&value), value)
        };
        Self::analysed(&texts, analyse, |(hash, value)| {
            let Some(hash) = hash else { return ids.push(0) };
            let id = match table.find(hash, |&(h, id)| h == hash && values[id as usize] == value) {
                Some(&(_, id)) => id,
                None => {
                    let id = values.len() as PoolId;
                    table.insert_unique(hash, (hash, id), |&(h, _)| h);
                    values.push(value);
                    id
                }
            };
            ids.push(id);
        });
        values.shrink_to_fit();
        (Arc::new(DistinctPool { values }), ids)
    }

    /// [`Self::finish`] for texts that need no analysis, none of which is empty.
    pub(crate) fn finish_exact(self) -> (Arc<TextPool>, Vec<PoolId>) {
        let mut texts = self.texts;
        drop(self.table);
        texts.ends.insert(0, 0);
        texts.arena.shrink_to_fit();
        texts.ends.shrink_to_fit();
        let ids = (1..texts.len() as PoolId).collect();
        (Arc::new(texts), ids)
    }

    /// [`Self::finish`] for plain texts; an empty result of `analyse` is missing.
    pub(crate) fn finish_texts(
        self,
        analyse: impl Fn(&str) -> String + Sync,
    ) -> (Arc<TextPool>, Vec<PoolId>) {
        let texts = self.texts;
        drop(self.table);
        let mut pool = Self::new();
        pool.intern("");
        let mut ids = Vec::with_capacity(texts.len());
        Self::analysed(&texts, analyse, |text| ids.push(pool.intern(&text)));
        let mut texts = pool.texts;
        texts.arena.shrink_to_fit();
        texts.ends.shrink_to_fit();
        (Arc::new(texts), ids)
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use proptest::prelude::*;

    #[test]
    fn equal_values_share_an_id_and_missing_ones_have_zero() {
        let mut builder = PoolBuilder::new();
        let raw: Vec<u32> = ["乙 ", "甲", "", "乙", "甲"].into_iter().map(|t| builder.intern(t)).collect();
        assert_eq!(raw, [0, 1, 2, 3, 1]);
        let (pool, ids) = builder.finish_texts(|t| t.trim().to_owned());
        assert_eq!(ids, [1, 2, 0, 1]);
        assert_eq!(pool.iter().collect::<Vec<_>>(), ["", "乙", "甲"]);
        let mut builder = PoolBuilder::new();
        ["丙", "甲", "丙"].into_iter().for_each(|text| {
            builder.intern(text);
        });
        let (pool, ids) = builder.finish_exact();
        assert_eq!((ids, pool.iter().collect::<Vec<_>>()), (vec![1, 2], vec!["", "丙", "甲"]));
    }

    proptest! {
        #[test]
        fn ids_name_their_texts(texts in prop::collection::vec("[a-c]{0,3}", 0..200)) {
            let mut builder = PoolBuilder::new();
            let raw: Vec<u32> = texts.iter().map(|t| builder.intern(t)).collect();
            let (pool, ids) = builder.finish_texts(str::to_owned);
            let mut highest = 0;
            for (text, raw) in texts.iter().zip(raw) {
                let id = ids[raw as usize];
                prop_assert_eq!(pool.get(id), text);
                // First appearance decides the order.
                prop_assert!(id <= highest + 1);
                highest = highest.max(id);
            }
        }
    }
}
