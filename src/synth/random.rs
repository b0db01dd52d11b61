//! A small keyed generator: the same key gives the same draws on every machine and thread.

/// SplitMix64. Not for secrets; good enough for an invented population, and four lines long.
#[derive(Debug, Clone)]
pub(super) struct Rng {
    state: u64,
}

fn mix_random_bits(mut z: u64) -> u64 {
    z = (z ^ (z >> 30)).wrapping_mul(0xBF58_476D_1CE4_E5B9);
    z = (z ^ (z >> 27)).wrapping_mul(0x94D0_49BB_1331_11EB);
    z ^ (z >> 31)
}

impl Rng {
    /// A generator for one purpose: every part of `key` changes the whole sequence, so that
    /// villages, persons and quarters draw independently and can be made in any order.
    pub(super) fn keyed(key: &[u64]) -> Self {
        let mut state = 0x9E37_79B9_7F4A_7C15;
        for &part in key {
            state = mix_random_bits(state ^ part.wrapping_mul(0xD6E8_FEB8_6659_FD93))
                .wrapping_add(0x9E37_79B9_7F4A_7C15);
        }
        Self { state }
    }
    /// A generator for a side question; this one's draws stay as they are.
    pub(super) fn aside(&self, topic: u64) -> Self {
        Self::keyed(&[self.state, topic])
    }
    /// 64 random bits.
    pub(super) fn next_u64(&mut self) -> u64 {
        self.state = self.state.wrapping_add(0x9E37_79B9_7F4A_7C15);
        mix_random_bits(self.state)
    }
    /// Uniform in `0..n`; 0 if `n` is 0.
    pub(super) fn below(&mut self, n: usize) -> usize {
        ((u128::from(self.next_u64()) * n as u128) >> 64) as usize
    }
    /// Uniform in `low..=high`.
    pub(super) fn between(&mut self, low: i64, high: i64) -> i64 {
        low + self.below((high - low + 1).max(1) as usize) as i64
    }
    /// Uniform in `[0, 1)`.
    pub(super) fn unit(&mut self) -> f64 {
        (self.next_u64() >> 11) as f64 / (1u64 << 53) as f64
    }
    /// True with probability `p`.
    pub(super) fn chance(&mut self, p: f64) -> bool {
        self.unit() < p
    }
    /// One of `items`, all alike. `items` must not be empty.
    pub(super) fn pick<'a, T>(&mut self, items: &'a [T]) -> &'a T {
        &items[self.below(items.len())]
    }
    /// One of `items` by weight.
    pub(super) fn weighted<'a, T>(&mut self, items: &'a [(T, f64)]) -> &'a T {
        let total: f64 = items.iter().map(|(_, w)| w).sum();
        let mut at = self.unit() * total;
        for (item, weight) in items {
            at -= weight;
            if at < 0.0 {
                return item;
            }
        }
        &items[items.len() - 1].0
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn keys_are_independent_and_repeatable() {
        let draw = |key: &[u64]| Rng::keyed(key).next_u64();
        assert_eq!(draw(&[1, 2, 3]), draw(&[1, 2, 3]));
        assert_ne!(draw(&[1, 2, 3]), draw(&[1, 3, 2]));
        assert_ne!(draw(&[0]), draw(&[0, 0]));
    }

    #[test]
    fn chances_come_out_near_their_probability() {
        let mut rng = Rng::keyed(&[7]);
        let hits = (0..100_000).filter(|_| rng.chance(0.03)).count();
        assert!((2_700..3_300).contains(&hits), "{hits}");
    }
}
