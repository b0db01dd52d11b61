//! Do match probabilities mean what they say? A reliability table by weight band.

use serde::Serialize;

use crate::publication::table_reader::TableRow;

/// Width of a band, 1/1000 bit.
const BAND: i64 = 4_000;
/// Outer bands hold everything beyond.
const ENDS: (i64, i64) = (-12_000, 48_000);

/// Reliability table.
#[derive(Debug, Clone, Default, PartialEq, Serialize)]
pub struct ReliabilityTable {
    /// Bands from the lightest up; empty ones are left out.
    pub bands: Vec<WeightBand>,
    /// Mean difference between expected and observed share, weighed by pairs (expected
    /// calibration error).
    pub error: f64,
    /// Mean squared difference between probability and truth (Brier score).
    pub brier: f64,
}

/// Pairs of one weight band.
#[derive(Debug, Clone, Copy, Default, PartialEq, Serialize)]
pub struct WeightBand {
    /// Lowest weight, bits.
    pub from: f64,
    /// Pairs.
    pub pairs: u64,
    /// Mean probability.
    pub expected: f64,
    /// Share of true pairs.
    pub observed: f64,
    /// 95 % interval of the observed share (Wilson).
    pub interval: (f64, f64),
}

impl ReliabilityTable {
    /// Of (weight, probability, truth).
    pub fn of(pairs: &[(i64, f64, bool)]) -> Self {
        let mut bands: std::collections::BTreeMap<i64, (u64, f64, u64)> = Default::default();
        let mut squares = 0.0;
        for &(weight, probability, same) in pairs {
            let band = bands.entry(calibration_band_of(weight)).or_default();
            band.0 += 1;
            band.1 += probability;
            band.2 += u64::from(same);
            squares += (probability - f64::from(u8::from(same))).powi(2);
        }
        let total = pairs.len().max(1) as f64;
        let mut out = Self { brier: squares / total, ..Self::default() };
        for (from, (pairs, sum, right)) in bands {
            let (n, observed) = (pairs as f64, right as f64 / pairs as f64);
            out.error += (sum / n - observed).abs() * n / total;
            out.bands.push(WeightBand {
                from: from as f64 / 1000.0,
                pairs,
                expected: sum / n,
                observed,
                interval: wilson_interval(observed, n),
            });
        }
        out
    }
}

/// Lower end of the band of a weight.
pub(crate) fn calibration_band_of(weight: i64) -> i64 {
    weight.clamp(ENDS.0, ENDS.1).div_euclid(BAND) * BAND
}

/// 95 % interval of a share of `n` (Wilson 1927).
pub(crate) fn wilson_interval(share: f64, n: f64) -> (f64, f64) {
    if n <= 0.0 {
        return (0.0, 1.0);
    }
    let z2 = 1.96f64.powi(2);
    let middle = share + z2 / (2.0 * n);
    let half = 1.96 * (share * (1.0 - share) / n + z2 / (4.0 * n * n)).sqrt();
    let bound = |x: f64| (x / (1.0 + z2 / n)).clamp(0.0, 1.0);
    // Exactly 0 and 1 where nothing speaks against them: rounding must not cut them off.
    let low = if share <= 0.0 { 0.0 } else { bound(middle - half) };
    let high = if share >= 1.0 { 1.0 } else { bound(middle + half) };
    (low, high)
}

/// From weight to probability: as published, else with the odds that two records of the tables
/// are one person.
#[derive(Debug, Clone, Copy)]
pub(crate) struct ProbabilityScale {
    prior: f64,
}

impl ProbabilityScale {
    /// `accepted` links among all pairs of `records`.
    pub(crate) fn new(accepted: u64, records: u64) -> Self {
        let all = records as f64 * (records as f64 - 1.0) / 2.0;
        let prior = if all > 1.0 { (accepted.max(1) as f64 / all).log2() } else { 0.0 };
        Self { prior }
    }

    /// Probability of a published link.
    pub(crate) fn probability(self, row: &TableRow) -> f64 {
        match row.get("probability").parse::<f64>() {
            Ok(share) => share / 10_000.0,
            Err(_) => {
                let weight: f64 = row.get("weight").parse().unwrap_or(0.0);
                1.0 / (1.0 + (-(weight / 1000.0 + self.prior)).exp2())
            }
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn bands_and_intervals() {
        let c = ReliabilityTable::of(&[
            (500, 0.5, true),
            (700, 0.5, false),
            (30_000, 1.0, true),
            (99_000, 1.0, true),
        ]);
        assert_eq!(c.bands.iter().map(|b| b.pairs).collect::<Vec<_>>(), [2, 1, 1]);
        assert_eq!((c.bands[0].expected, c.bands[0].observed, c.error), (0.5, 0.5, 0.0));
        assert!((c.brier - 0.125).abs() < 1e-9);
        let (low, high) = wilson_interval(0.5, 10.0);
        assert!((low - 0.2366).abs() < 1e-3 && (high - 0.7634).abs() < 1e-3, "{low} {high}");
        // Says more than it should: seen.
        assert!(ReliabilityTable::of(&[(30_000, 1.0, false), (30_000, 1.0, true)]).error > 0.49);
    }
}
