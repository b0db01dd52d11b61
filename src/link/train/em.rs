//! EM over the pairs of one blocking pass, u held fixed.

use crate::link::pair_weights::PairLevels;

const MOST_ROUNDS: usize = 200;
/// Pairs that the start counts for.
const PRIOR_PAIRS: f64 = 2.0;

/// Levels of pairs and how many pairs have them.
pub(super) type LevelPatterns = Vec<(PairLevels, f64)>;

/// What a pass tells.
pub(super) struct EstimatedWeights {
    /// Expected pairs of one person, by comparison and level.
    pub matches: Vec<Vec<f64>>,
    /// Expected pairs of two people.
    pub others: Vec<Vec<f64>>,
    pub rounds: usize,
}

/// Estimates the `used` comparisons; the others are counted but do not speak.
pub(super) fn estimate(
    patterns: &LevelPatterns,
    u: &[Vec<f64>],
    used: &[bool],
    counts: &[usize],
) -> EstimatedWeights {
    let first: Vec<Vec<f64>> = counts.iter().map(|&n| em_starting_levels(n)).collect();
    let mut m = first.clone();
    let total: f64 = patterns.iter().map(|p| p.1).sum();
    let mut share: f64 = 0.5;
    let zero = || -> Vec<Vec<f64>> { counts.iter().map(|&n| vec![0.0; n]).collect() };
    let mut out = EstimatedWeights { matches: zero(), others: zero(), rounds: 0 };
    if total < 1.0 {
        return out;
    }
    for round in 1..=MOST_ROUNDS {
        let (mut matches, mut others) = (zero(), zero());
        let mut sum = 0.0;
        for (levels, count) in patterns {
            let mut odds = (share / (1.0 - share)).ln();
            for c in (0..counts.len()).filter(|&c| used[c] && levels[c] > 0) {
                let level = usize::from(levels[c]);
                odds += (m[c][level] / u[c][level]).ln();
            }
            let posterior = count / (1.0 + (-odds).exp());
            sum += posterior;
            for c in 0..counts.len() {
                matches[c][usize::from(levels[c])] += posterior;
                others[c][usize::from(levels[c])] += count - posterior;
            }
        }
        share = (sum / total).clamp(1e-6, 1.0 - 1e-6);
        let mut change: f64 = 0.0;
        for c in 0..counts.len() {
            let known: f64 = matches[c][1..].iter().sum::<f64>() + PRIOR_PAIRS;
            for level in 1..counts[c] {
                let new = (matches[c][level] + PRIOR_PAIRS * first[c][level]) / known;
                change = change.max((new - m[c][level]).abs());
                m[c][level] = new;
            }
        }
        out = EstimatedWeights { matches, others, rounds: round };
        if change < 1e-6 {
            break;
        }
    }
    out
}

/// Levels of pairs that mostly agree.
fn em_starting_levels(levels: usize) -> Vec<f64> {
    let mut start: Vec<f64> = (0..levels).map(|l| if l <= 1 { 1.0 } else { 0.15 / l as f64 }).collect();
    start[0] = 0.0;
    let total: f64 = start.iter().sum();
    start.iter().map(|s| s / total).collect()
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::link::pair_weights::MOST;

    #[test]
    fn a_mixture_is_taken_apart() {
        // Two comparisons of two levels; matches agree in .9 and .8, others in .1 and .2; 30 % match.
        let u = vec![vec![0.0, 0.1, 0.9], vec![0.0, 0.2, 0.8], vec![0.0, 0.05, 0.95]];
        let truth = [[0.9, 0.1], [0.8, 0.2], [0.7, 0.3]];
        let mut patterns = LevelPatterns::new();
        for code in 0..8usize {
            let mut levels = [0; MOST];
            let (mut p, mut q) = (0.3, 0.7);
            for (c, truth) in truth.iter().enumerate() {
                let level = code >> c & 1;
                levels[c] = level as u8 + 1;
                p *= truth[level];
                q *= u[c][level + 1];
            }
            patterns.push((levels, 1e6 * (p + q)));
        }
        let found = estimate(&patterns, &u, &[true; 3], &[3; 3]);
        for (c, truth) in truth.iter().enumerate() {
            let share = found.matches[c][1] / (found.matches[c][1] + found.matches[c][2]);
            assert!((share - truth[0]).abs() < 0.01, "{c}: {share}");
        }
        // A comparison the pass blocks on does not speak, but is counted.
        let found = estimate(&patterns, &u, &[true, true, false], &[3; 3]);
        assert!(found.matches[2][1] > 0.0);
    }
}
