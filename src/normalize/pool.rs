//! Distinct values, each analysed once and then named by a small integer.

use std::sync::Arc;

use hashbrown::HashTable;
use rayon::prelude::*;
use xxhash_rust::xxh3::xxh3_64;

/// Position of a value in a [`Pool`]; 0 is the missing value.
pub type PoolId = u32;

/// Distinct analysed values. Position 0 is reserved for "missing".
#[derive(Debug, Clone, Default)]
pub struct Pool<T> {
    /// Analysed values; `values[0]` is the missing value.
    pub values: Vec<T>,
}

impl<T> Pool<T> {
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

/// Distinct raw texts in order of first appearance, so that ids depend on the data alone and
/// never on threads. Texts lie in one arena; the table keeps hashes, so that a probe touches a
/// text only when it is the right one.
#[derive(Debug, Default)]
pub struct PoolBuilder {
    arena: String,
    ends: Vec<usize>,
    table: HashTable<(u64, u32)>,
    /// Hash and id of the last text: sorted lists repeat themselves.
    last: Option<(u64, u32)>,
}

impl PoolBuilder {
    /// An empty builder.
    pub fn new() -> Self {
        Self::default()
    }

    /// Raw id of a text, from 0 in order of first appearance.
    pub fn intern(&mut self, text: &str) -> u32 {
        let hash = xxh3_64(text.as_bytes());
        if let Some((last, id)) = self.last
            && last == hash
            && self.text(id) == text
        {
            return id;
        }
        let (arena, ends) = (&self.arena, &self.ends);
        let found = self.table.find(hash, |&(h, id)| h == hash && text_at(arena, ends, id) == text);
        let id = match found {
            Some(&(_, id)) => id,
            None => {
                let id = self.ends.len() as u32;
                self.arena.push_str(text);
                self.ends.push(self.arena.len());
                self.table.insert_unique(hash, (hash, id), |&(h, _)| h);
                id
            }
        };
        self.last = Some((hash, id));
        id
    }

    /// Number of distinct texts.
    pub fn len(&self) -> usize {
        self.ends.len()
    }

    /// True before the first text.
    pub fn is_empty(&self) -> bool {
        self.ends.is_empty()
    }

    /// Distinct texts, in order of first appearance.
    pub fn texts(&self) -> impl Iterator<Item = &str> {
        (0..self.ends.len() as u32).map(|id| self.text(id))
    }

    fn text(&self, id: u32) -> &str {
        text_at(&self.arena, &self.ends, id)
    }

    /// Analyses every distinct text (in parallel) and merges those whose values are equal
    /// (张 三 and 张三): returns the pool and the pool id of every raw id. `key` must give equal
    /// hashes for equal values, and `None` for a value that is missing.
    pub fn finish<T, A, K>(self, analyse: A, key: K) -> (Arc<Pool<T>>, Vec<PoolId>)
    where
        T: Default + PartialEq + Send,
        A: Fn(&str) -> T + Sync,
        K: Fn(&T) -> Option<u64> + Sync,
    {
        let analysed: Vec<(Option<u64>, T)> = (0..self.ends.len() as u32)
            .into_par_iter()
            .with_min_len(1024)
            .map(|id| {
                let value = analyse(self.text(id));
                (key(&value), value)
            })
            .collect();
        let mut values = vec![T::default()];
        let mut ids = Vec::with_capacity(analysed.len());
        let mut table: HashTable<(u64, PoolId)> = HashTable::with_capacity(analysed.len());
        for (hash, value) in analysed {
            let Some(hash) = hash else {
                ids.push(0);
                continue;
            };
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
        }
        (Arc::new(Pool { values }), ids)
    }

    /// [`Self::finish`] for plain texts; an empty result of `analyse` is missing.
    pub fn finish_texts(self, analyse: impl Fn(&str) -> String + Sync) -> (Arc<Pool<String>>, Vec<PoolId>) {
        self.finish(analyse, |text: &String| (!text.is_empty()).then(|| xxh3_64(text.as_bytes())))
    }
}

fn text_at<'a>(arena: &'a str, ends: &[usize], id: u32) -> &'a str {
    let id = id as usize;
    let start = if id == 0 { 0 } else { ends[id - 1] };
    &arena[start..ends[id]]
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
        assert_eq!(pool.values, ["", "乙", "甲"]);
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
