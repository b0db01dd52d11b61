//! A cheap 64-bit hash of integers, the same on every machine and in every run, and what is
//! built on such hashes: sieves and groups.

use std::ops::RangeInclusive;
use std::sync::atomic::{AtomicU64, Ordering};

use rayon::prelude::*;

/// Where a hash begins.
pub(crate) const SEED: u64 = 0x9E37_79B9_7F4A_7C15;

/// Takes one more value into a hash: one wide multiplication, folded.
pub(crate) fn mix_key_hash(hash: u64, value: u64) -> u64 {
    let product = u128::from(hash ^ value.wrapping_mul(0xA076_1D64_78BD_642F)) * 0xE703_7ED1_A0B4_28DB;
    (product as u64) ^ ((product >> 64) as u64)
}

/// A set of keys, each of them added once or several times. It may say yes wrongly, one time in
/// twenty, never no. Several threads may add at a time.
pub(crate) struct KeySieve {
    /// Two bits a slot: added, added again.
    words: Vec<AtomicU64>,
}

/// Bits of all slots of a word that say "added".
const ADDED: u64 = 0x5555_5555_5555_5555;

impl KeySieve {
    /// Room for `count` keys.
    pub(crate) fn new(count: usize) -> Self {
        Self { words: (0..count.max(16).div_ceil(4)).map(|_| AtomicU64::new(0)).collect() }
    }

    /// The word of a key, and its two slots there.
    fn slots(&self, key: u64) -> (&AtomicU64, u64) {
        let hash = mix_key_hash(SEED, key);
        let word = ((u128::from(hash) * self.words.len() as u128) >> 64) as usize;
        (&self.words[word], (1 << (hash & 62) | 1 << (hash >> 6 & 62)) & ADDED)
    }

    /// Adds keys.
    pub(crate) fn add(&self, keys: impl Iterator<Item = u64> + Clone) {
        let mut keys = keys;
        loop {
            // What changes a word waits for it alone; what only looks at words waits for many.
            let some = keys.clone().take(64);
            let seen = some.clone().fold(0, |seen, key| seen ^ self.slots(key).0.load(Ordering::Relaxed));
            std::hint::black_box(seen);
            let mut left = 64;
            for key in some {
                left -= 1;
                let (word, slots) = self.slots(key);
                let again = word.fetch_or(slots, Ordering::Relaxed) & slots;
                if again != 0 {
                    word.fetch_or(again << 1, Ordering::Relaxed);
                }
            }
            if left > 0 {
                return;
            }
            keys.nth(63);
        }
    }

    /// May the key have been added?
    pub(crate) fn may_hold(&self, key: u64) -> bool {
        let (word, slots) = self.slots(key);
        word.load(Ordering::Relaxed) & slots == slots
    }

    /// May the key have been added more than once?
    pub(crate) fn may_hold_twice(&self, key: u64) -> bool {
        let (word, slots) = self.slots(key);
        word.load(Ordering::Relaxed) & slots << 1 == slots << 1
    }
}

/// (key, record) with the records of a key together, ascending. Keys are spread over buckets that
/// fit the processor's cache, where they are sorted and found again.
#[derive(Debug)]
pub(crate) struct KeyGroups {
    entries: Vec<(u64, u32)>,
    /// First entry of each bucket; one more than buckets.
    starts: Vec<usize>,
    /// What keys of one bucket have in common.
    kin: fn(u64) -> u64,
}

/// Entries of a bucket, about.
const BUCKET: usize = 1024;

impl KeyGroups {
    /// Groups what the parts hold, in whatever order they hold it. Keys with the same `kin` are
    /// found together.
    pub(crate) fn new(parts: Vec<Vec<(u64, u32)>>, kin: fn(u64) -> u64) -> Self {
        let total: usize = parts.iter().map(Vec::len).sum();
        let buckets = (total / BUCKET).max(1).next_power_of_two();
        let bucket = |key| key_bucket(kin(key), buckets);
        let count = |part: &Vec<(u64, u32)>| {
            let mut counts = vec![0usize; buckets];
            part.iter().for_each(|entry| counts[bucket(entry.0)] += 1);
            counts
        };
        let mut starts = vec![0; buckets + 1];
        for counts in parts.par_iter().map(count).collect::<Vec<_>>() {
            starts[1..].iter_mut().zip(counts).for_each(|(start, count)| *start += count);
        }
        (0..buckets).for_each(|bucket| starts[bucket + 1] += starts[bucket]);
        // Each thread fills and sorts buckets of its own: reading all parts costs less than
        // waiting for each other.
        let mut entries = vec![(0, 0); total];
        let share = buckets.div_ceil(rayon::current_num_threads().clamp(1, 16));
        let mut shares = Vec::new();
        let mut rest = &mut entries[..];
        for first in (0..buckets).step_by(share) {
            let last = buckets.min(first + share);
            let (own, others) = std::mem::take(&mut rest).split_at_mut(starts[last] - starts[first]);
            shares.push((first..last, own));
            rest = others;
        }
        shares.into_par_iter().for_each(|(range, own)| {
            let base = starts[range.start];
            let mut next: Vec<usize> = starts[range.clone()].iter().map(|start| start - base).collect();
            for &entry in parts.iter().flatten() {
                let at = bucket(entry.0);
                if range.contains(&at) {
                    let next = &mut next[at - range.start];
                    own[*next] = entry;
                    *next += 1;
                }
            }
            for at in range {
                own[starts[at] - base..starts[at + 1] - base].sort_unstable();
            }
        });
        Self { entries, starts, kin }
    }

    /// All entries, those of a key together.
    pub(crate) fn entries(&self) -> &[(u64, u32)] {
        &self.entries
    }

    /// Where the entries of a key are, among the buckets: for those who ask for many keys.
    pub(crate) fn bucket(&self, key: u64) -> usize {
        key_bucket((self.kin)(key), self.starts.len() - 1)
    }

    /// Entries of some keys of one kin, ascending.
    pub(crate) fn of(&self, keys: RangeInclusive<u64>) -> &[(u64, u32)] {
        let at = self.bucket(*keys.start());
        let own = &self.entries[self.starts[at]..self.starts[at + 1]];
        let own = &own[own.partition_point(|entry| entry.0 < *keys.start())..];
        &own[..own.iter().take_while(|entry| entry.0 <= *keys.end()).count()]
    }
}

/// Bucket of a key among a power of two.
fn key_bucket(key: u64, buckets: usize) -> usize {
    mix_key_hash(SEED, key) as usize & (buckets - 1)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_sieve_forgets_nothing_and_lets_little_through() {
        let sieve = KeySieve::new(1000);
        sieve.add(0..1000);
        assert!((0..1000).all(|n| sieve.may_hold(n)));
        let wrong = (1000..11_000).filter(|&n| sieve.may_hold(n)).count();
        assert!(wrong < 800, "{wrong}");
        sieve.add(0..100);
        assert!((0..100).all(|n| sieve.may_hold_twice(n)));
        assert!((100..1000).filter(|&n| sieve.may_hold_twice(n)).count() < 200);
    }

    #[test]
    fn groups_hold_all_records_of_a_key() {
        let parts: Vec<Vec<(u64, u32)>> = (0..3)
            .map(|part| (0..30_000).map(|n| (n / 2 % 9_000, (n * 3 + part) as u32)).collect())
            .collect();
        let mut all = parts.concat();
        let groups = KeyGroups::new(parts, |key| key / 11);
        let found: Vec<(u64, u32)> = groups.of(77..=78).to_vec();
        let mut expected: Vec<(u64, u32)> = all.iter().copied().filter(|e| e.0 == 77 || e.0 == 78).collect();
        expected.sort_unstable();
        assert_eq!(found, expected);
        assert!(groups.of(9_000..=9_000).is_empty());
        assert!(KeyGroups::new(Vec::new(), |key| key).of(1..=u64::MAX).is_empty());
        let keys = groups.entries().chunk_by(|a, b| a.0 == b.0).count();
        assert_eq!(keys, 9_000, "each key in one place");
        let mut entries = groups.entries().to_vec();
        entries.sort_unstable();
        all.sort_unstable();
        assert_eq!(entries, all);
    }
}
