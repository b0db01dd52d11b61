//! Seeded random numbers.

/// SplitMix64: small, seeded, the same everywhere.
#[derive(Debug, Clone)]
pub(super) struct SplitMix(pub u64);

impl SplitMix {
    /// A number under `limit`.
    pub(super) fn below(&mut self, limit: u32) -> u32 {
        self.0 = self.0.wrapping_add(0x9E37_79B9_7F4A_7C15);
        let mut z = self.0;
        z = (z ^ z >> 30).wrapping_mul(0xBF58_476D_1CE4_E5B9);
        z = (z ^ z >> 27).wrapping_mul(0x94D0_49BB_1331_11EB);
        ((u128::from(z ^ z >> 31) * u128::from(limit)) >> 64) as u32
    }
}
