//! A cheap 64-bit hash of integers, the same on every machine and in every run.

/// Where a hash begins.
pub(crate) const SEED: u64 = 0x9E37_79B9_7F4A_7C15;

/// Takes one more value into a hash: one wide multiplication, folded.
pub(crate) fn mix(hash: u64, value: u64) -> u64 {
    let product = u128::from(hash ^ value.wrapping_mul(0xA076_1D64_78BD_642F)) * 0xE703_7ED1_A0B4_28DB;
    (product as u64) ^ ((product >> 64) as u64)
}

/// A set of hashes that may say yes wrongly, one time in sixteen, never no.
pub(crate) struct Sieve {
    bits: Vec<u64>,
    mask: u64,
}

impl Sieve {
    /// Room for `count` hashes.
    pub(crate) fn new(count: usize) -> Self {
        let bits = (count.max(64) * 16).next_power_of_two();
        Self { bits: vec![0; bits / 64], mask: bits as u64 - 1 }
    }

    /// Adds a hash.
    pub(crate) fn add(&mut self, hash: u64) {
        let at = mix(SEED, hash) & self.mask;
        self.bits[(at / 64) as usize] |= 1 << (at % 64);
    }

    /// May the hash have been added?
    pub(crate) fn may_hold(&self, hash: u64) -> bool {
        let at = mix(SEED, hash) & self.mask;
        self.bits[(at / 64) as usize] >> (at % 64) & 1 == 1
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_sieve_forgets_nothing_and_lets_little_through() {
        let mut sieve = Sieve::new(1000);
        (0..1000).for_each(|n| sieve.add(n));
        assert!((0..1000).all(|n| sieve.may_hold(n)));
        let wrong = (1000..11_000).filter(|&n| sieve.may_hold(n)).count();
        assert!(wrong < 1000, "{wrong}");
    }
}
