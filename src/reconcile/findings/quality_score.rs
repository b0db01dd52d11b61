//! How good a register is, village by village, and how the units rank: from the exceptions of
//! its self-checks, with weights from `rules/rules.toml`. docs/quality.md has the formula.

use std::collections::{BTreeMap, BTreeSet};
use std::sync::Arc;

use arrow::array::{Array, AsArray};
use arrow::record_batch::RecordBatch;
use hashbrown::{HashMap, HashSet};

use crate::model::exception::{Exception, SubjectKind};
use crate::rules::quality_settings::QualitySettings;
use crate::rules::rule_file::IndicatorLevel;
use crate::rules::rule_set::RuleSet;

/// Quality of one unit.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct QualityScore {
    /// Level of the unit.
    pub level: IndicatorLevel,
    /// Code of the unit.
    pub unit_code: String,
    /// Registered persons.
    pub persons: i64,
    /// Registered households.
    pub households: i64,
    /// Findings of the rules that count.
    pub findings: i64,
    /// Sum of the deductions of these findings.
    pub deducted: i64,
    /// Sum of the deductions if every check of every subject failed.
    pub deductible: i64,
    /// Households with a finding.
    pub flawed_households: i64,
    /// Index in 1/100 points.
    pub index: i64,
    /// Score in 1/100 points.
    pub score: i64,
    /// Rank among the units of the level, 1 best; equal scores share a rank.
    pub rank: i64,
}

#[derive(Default)]
struct QualitySums {
    persons: i64,
    households: i64,
    findings: i64,
    deducted: i64,
    flawed: HashSet<Arc<str>>,
}

/// Codes of a row at every level, `(level, code)`; unknown ones are left out.
fn quality_units<'a>(root: &'a str, codes: [&'a str; 3]) -> impl Iterator<Item = (IndicatorLevel, &'a str)> {
    let levels = [IndicatorLevel::County, IndicatorLevel::Township, IndicatorLevel::Village];
    std::iter::once((IndicatorLevel::City, root))
        .chain(levels.into_iter().zip(codes))
        .filter(|(_, code)| !code.is_empty())
}

fn count_quality_units(batch: &RecordBatch, root: &str, mut add: impl FnMut(IndicatorLevel, &str, i64)) {
    let texts = |name: &str| batch.column_by_name(name).and_then(|c| c.as_string_opt::<i32>());
    let columns = ["county_code", "township_code", "village_code"].map(texts);
    let mut rows: HashMap<[&str; 3], i64> = HashMap::new();
    for row in 0..batch.num_rows() {
        let codes = columns.map(|c| c.filter(|c| !c.is_null(row)).map_or("", |c| c.value(row)));
        *rows.entry(codes).or_default() += 1;
    }
    for (codes, count) in rows {
        quality_units(root, codes).for_each(|(level, code)| add(level, code, count));
    }
}

/// Quality of every unit that has registered households, by level and code. `ran` names the
/// rules that ran; exceptions that rest on an unconfirmed match do not count.
pub(crate) fn score_quality(
    settings: &QualitySettings,
    rules: &RuleSet,
    ran: &BTreeSet<&str>,
    persons: &RecordBatch,
    households: &RecordBatch,
    exceptions: &[Exception],
) -> Vec<QualityScore> {
    let weights: BTreeMap<&str, (i64, SubjectKind)> = rules
        .rules
        .iter()
        .filter(|r| settings.groups.contains(&r.group) && !r.header.indicator)
        .filter(|r| ran.contains(r.header.code.as_str()))
        .map(|r| {
            let of_severity = settings.severity_weights.get(&r.header.severity).copied().unwrap_or(0);
            let weight = settings.rule_weights.get(&r.header.code).copied().unwrap_or(of_severity);
            (r.header.code.as_str(), (i64::from(weight), r.header.subject))
        })
        .collect();
    let weight_of =
        |kind: SubjectKind| -> i64 { weights.values().filter(|w| w.1 == kind).map(|w| w.0).sum() };
    let (per_person, per_household) = (weight_of(SubjectKind::Person), weight_of(SubjectKind::Household));
    let root = rules.root_code.as_str();
    let mut sums: BTreeMap<(IndicatorLevel, String), QualitySums> = BTreeMap::new();
    count_quality_units(households, root, |level, code, n| {
        sums.entry((level, code.to_owned())).or_default().households += n;
    });
    count_quality_units(persons, root, |level, code, n| {
        sums.entry((level, code.to_owned())).or_default().persons += n
    });
    for exception in exceptions.iter().filter(|e| !e.in_review) {
        let Some((weight, _)) = weights.get(&*exception.rule_code) else { continue };
        let codes = [&exception.county_code, &exception.township_code, &exception.village_code];
        for (level, code) in quality_units(root, codes.map(|code| &**code)) {
            let unit = sums.entry((level, code.to_owned())).or_default();
            unit.findings += 1;
            unit.deducted += weight;
            unit.flawed.extend(exception.household_id.clone());
        }
    }
    let mut quality: Vec<QualityScore> = sums
        .into_iter()
        .filter(|(_, s)| s.households > 0)
        .map(|((level, unit_code), s)| {
            let deductible = s.persons * per_person + s.households * per_household;
            let flawed_households = (s.flawed.len() as i64).min(s.households);
            let index = 10_000 - quality_share(s.deducted, deductible);
            let sound = 10_000 - quality_share(flawed_households, s.households);
            let (of_index, of_households) =
                (i64::from(settings.index_percent), i64::from(settings.households_percent));
            QualityScore {
                level,
                unit_code,
                persons: s.persons,
                households: s.households,
                findings: s.findings,
                deducted: s.deducted,
                deductible,
                flawed_households,
                index,
                score: (index * of_index + sound * of_households) / (of_index + of_households).max(1),
                rank: 0,
            }
        })
        .collect();
    rank(&mut quality);
    quality
}

/// A part of a whole in 1/10000, at most all of it; 0 of nothing.
fn quality_share(part: i64, whole: i64) -> i64 {
    let share = (i128::from(part.min(whole)) * 10_000).checked_div(i128::from(whole)).unwrap_or(0);
    // At most 10000 for parts that are not negative.
    i64::try_from(share).unwrap_or(0)
}

fn rank(quality: &mut [QualityScore]) {
    let scores: Vec<(IndicatorLevel, i64)> = quality.iter().map(|q| (q.level, q.score)).collect();
    for q in quality {
        q.rank =
            1 + scores.iter().filter(|(level, score)| *level == q.level && *score > q.score).count() as i64;
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_share_of_any_size_is_one_of_ten_thousand() {
        assert_eq!(
            [quality_share(0, 0), quality_share(1, 3), quality_share(3, 3), quality_share(5, 3)],
            [0, 3_333, 10_000, 10_000]
        );
        assert_eq!(
            [quality_share(i64::MAX, i64::MAX), quality_share(i64::MAX / 2, i64::MAX)],
            [10_000, 4_999]
        );
    }

    #[test]
    fn equal_scores_share_a_rank() {
        let of = |code: &str, score| QualityScore {
            level: IndicatorLevel::County,
            unit_code: code.into(),
            persons: 1,
            households: 1,
            findings: 0,
            deducted: 0,
            deductible: 1,
            flawed_households: 0,
            index: score,
            score,
            rank: 0,
        };
        let mut all = [of("a", 9_000), of("b", 9_500), of("c", 9_000), of("d", 8_000)];
        rank(&mut all);
        assert_eq!(all.map(|q| q.rank), [2, 1, 2, 4]);
    }

    #[test]
    fn unknown_divisions_count_for_the_levels_above() {
        let found: Vec<_> = quality_units("410600", ["410621", "", ""]).collect();
        assert_eq!(found, [(IndicatorLevel::City, "410600"), (IndicatorLevel::County, "410621")]);
    }
}
