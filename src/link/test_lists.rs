//! Small invented lists for the tests of linking and resolving, and what pairs of them say.

use std::collections::BTreeMap;

use super::block::pack_pair;
use super::compare::{DateLevel, HanNameLevel, IdLevel};
use super::decide::PairEvidence;
use super::household_ties::HouseholdLevel;
use super::pair_weights::{MOST, PairLevels};
use super::{Decision, ScoredPair, Tier};
use crate::link::settings::{Comparison, ComparisonKind, DecisionThresholds, LinkSettings, ResolveSettings};
use crate::model::id_number::{Digits, id_check_value};
use crate::normalize::{
    ComparableColumn, ComparableSource, LinkColumnKind, TextColumn, TextTable, normalize_tables,
};

/// A record; empty or 0 where it does not say.
#[derive(Debug, Clone, Copy, Default)]
pub(crate) struct ListRow<'a> {
    pub name: &'a str,
    pub id: &'a str,
    /// `1965-03-12`.
    pub birth: &'a str,
    pub sex: &'a str,
    pub household: &'a str,
    pub relation: &'a str,
    /// Value of a division column.
    pub division: u32,
}

/// A number of 18 characters that checks. An odd sequence is a man's.
pub(crate) fn id_number_for(birth: u64, sequence: u64) -> String {
    let body = (410_621 * 100_000_000 + birth) * 1_000 + sequence;
    Digits::from_key(body * 11 + u64::from(id_check_value(body))).to_text()
}

/// The lists side by side, all with all columns; nodes are numbered in their order.
pub(crate) fn comparable_sources(lists: &[(&str, &[ListRow<'_>])]) -> Vec<ComparableSource> {
    let table = |(source, rows): &(&str, &[ListRow<'_>])| {
        let column = |name: &str, kind, cell: &dyn Fn(&ListRow<'_>) -> String| TextColumn {
            name: name.to_owned(),
            kind,
            chunks: vec![rows.iter().map(|row| Some(cell(row)).filter(|cell| !cell.is_empty())).collect()],
        };
        TextTable {
            source: (*source).to_owned(),
            rows: rows.len(),
            columns: vec![
                column("name", LinkColumnKind::HanName, &|row| row.name.to_owned()),
                column("id_number", LinkColumnKind::IdNumber, &|row| row.id.to_owned()),
                column("birth_date", LinkColumnKind::Date, &|row| row.birth.to_owned()),
                column("sex", LinkColumnKind::Sex, &|row| row.sex.to_owned()),
                column("household", LinkColumnKind::Exact, &|row| row.household.to_owned()),
                column("relation", LinkColumnKind::Relation, &|row| row.relation.to_owned()),
            ],
        }
    };
    let tables: Vec<TextTable> = lists.iter().map(table).collect();
    let mut all = normalize_tables(&tables).unwrap();
    for (one, (_, rows)) in all.iter_mut().zip(lists) {
        let divisions = rows.iter().map(|row| row.division).collect();
        one.columns.insert("division".to_owned(), ComparableColumn::Division(divisions));
    }
    all
}

/// Rows with the number of the list that each stands in: the lists `a`, `b` and `c`, and the node of each row.
pub(super) fn placed_sources(rows: &[(u8, ListRow<'_>)]) -> (Vec<ComparableSource>, Vec<u32>) {
    let of = |list: u8| rows.iter().filter(|row| row.0 == list).map(|row| row.1).collect::<Vec<_>>();
    let lists = [of(0), of(1), of(2)];
    let node = |at: usize| {
        let before = rows.iter().filter(|row| row.0 < rows[at].0).count();
        (before + rows[..at].iter().filter(|row| row.0 == rows[at].0).count()) as u32
    };
    let nodes = (0..rows.len()).map(node).collect();
    (comparable_sources(&[("a", &lists[0]), ("b", &lists[1]), ("c", &lists[2])]), nodes)
}

/// Comparisons of people with ID numbers and Han names, in the order that [`levels`] has. The best level
/// weighs 10 bits, each further one 3 bits less.
pub(crate) fn shipped_settings() -> LinkSettings {
    use ComparisonKind::*;
    let comparison = |(name, kind): (&str, ComparisonKind)| Comparison {
        name: name.to_owned(),
        kind,
        column: None,
        weights: (kind.levels().iter().skip(1).zip(0i32..))
            .map(|((code, _), place)| ((*code).to_owned(), 10_000 - 3_000 * place))
            .collect::<BTreeMap<_, _>>(),
        term_frequency: false,
    };
    LinkSettings {
        title: "试".to_owned(),
        passes: Vec::new(),
        comparisons: [
            ("id_number", IdNumber),
            ("name", HanName),
            ("birth", Birth),
            ("sex", Sex),
            ("division", Division),
            ("household", Household),
        ]
        .map(comparison)
        .to_vec(),
        weights: None,
        decision: DecisionThresholds {
            accept: 20_000,
            review: 10_000,
            unique: 6_000,
            sole: 0,
            within_source: 5_000,
            near_miss: 0,
        },
        resolve: ResolveSettings {
            one_per_person: vec!["single".to_owned()],
            one_system: Vec::new(),
            household_anchor: vec!["anchor".to_owned()],
        },
        path: std::path::PathBuf::new(),
    }
}

/// A pair that says nothing at all.
pub(super) const NOTHING: PairEvidence = PairEvidence {
    id: IdLevel::Missing,
    name: HanNameLevel::Missing,
    birth: DateLevel::Missing,
    sexes_differ: false,
    near: false,
    household: HouseholdLevel::Missing,
};

/// Levels that say this.
pub(super) fn pair_levels(said: PairEvidence) -> PairLevels {
    let mut levels = [0; MOST];
    levels[0] = said.id.number();
    levels[1] = said.name.number();
    levels[2] = said.birth.number();
    levels[3] = 1 + u8::from(said.sexes_differ);
    levels[4] = if said.near { 1 } else { 3 };
    levels[5] = said.household.number();
    levels
}

/// A scored pair.
pub(super) fn scored_pair(
    (a, b): (u32, u32),
    weight: i32,
    said: PairEvidence,
    outcome: Option<(Tier, Decision)>,
) -> ScoredPair {
    ScoredPair { pair: pack_pair(a, b), weight, levels: pair_levels(said), own: outcome, outcome }
}
