//! How good a register is, village by village, and how the units rank: from the findings of its self-checks and from what
//! could not be checked, with weights from `rules/rules.toml`. docs/quality.md has the formula.

use std::collections::BTreeMap;

use arrow::array::{Array, AsArray};
use arrow::datatypes::{DataType, Int32Type, Int64Type};
use arrow::record_batch::RecordBatch;
use hashbrown::{HashMap, HashSet};

use crate::model::exception::Exception;
use crate::model::undecided::UndecidedSubject;
use crate::reconcile::execution::numbered_ids::{IdKind, NumberedIds};
use crate::reconcile::execution::rule_runner::missing_column;
use crate::rules::quality_settings::QualityCheck;
use crate::rules::rule_file::IndicatorLevel;
use crate::{Error, Result};

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
    /// Findings of the checks.
    pub findings: i64,
    /// Subjects that a check is asked of and cannot judge, over all checks.
    pub unjudged: i64,
    /// Deductions, those for what cannot be judged among them.
    pub deducted: i64,
    /// What of it is for what cannot be judged.
    pub deducted_unjudged: i64,
    /// Deductions if every check failed of whomever it is asked.
    pub asked: i64,
    /// Households with a finding.
    pub flawed_households: i64,
    /// Deductions per 100 persons, as if as much were asked of each as in the whole prefecture; in 1/100.
    pub per_hundred_centi: i64,
    /// Share of what is asked that is in order, in 1/10000.
    pub score: i64,
    /// Rank among the units of the level, 1 best; equal shares share a rank.
    pub rank: i64,
}

#[derive(Debug, Default, Clone)]
struct QualitySums<'a> {
    persons: i64,
    households: i64,
    findings: i64,
    unjudged: i64,
    deducted: i64,
    deducted_unjudged: i64,
    asked: i64,
    flawed: HashSet<&'a str>,
}

impl<'a> QualitySums<'a> {
    fn add(&mut self, other: &Self) {
        self.persons += other.persons;
        self.households += other.households;
        self.findings += other.findings;
        self.unjudged += other.unjudged;
        self.deducted += other.deducted;
        self.deducted_unjudged += other.deducted_unjudged;
        self.asked += other.asked;
        self.flawed.extend(&other.flawed);
    }
}

/// Codes of county, township and village; empty where unknown.
type PlaceCodes<'a> = [&'a str; 3];

/// Codes of a row at every level, `(level, code)`; unknown ones are left out.
fn quality_units<'a>(
    root: &'a str,
    codes: PlaceCodes<'a>,
) -> impl Iterator<Item = (IndicatorLevel, &'a str)> {
    let levels = [IndicatorLevel::County, IndicatorLevel::Township, IndicatorLevel::Village];
    std::iter::once((IndicatorLevel::City, root))
        .chain(levels.into_iter().zip(codes))
        .filter(|(_, code)| !code.is_empty())
}

/// What was added up in every place.
#[derive(Default)]
struct PlaceSums<'a> {
    positions: HashMap<PlaceCodes<'a>, usize>,
    all: Vec<(PlaceCodes<'a>, QualitySums<'a>)>,
}

impl<'a> PlaceSums<'a> {
    fn position(&mut self, place: PlaceCodes<'a>) -> usize {
        *self.positions.entry(place).or_insert_with(|| {
            self.all.push((place, QualitySums::default()));
            self.all.len() - 1
        })
    }
    fn at(&mut self, place: PlaceCodes<'a>) -> &mut QualitySums<'a> {
        let position = self.position(place);
        &mut self.all[position].1
    }
}

/// Rows of whom checks are asked.
struct CheckedRows<'a> {
    batch: &'a RecordBatch,
    /// Position of the row's place among those of the count.
    places: Vec<usize>,
    subjects: &'a [i64],
    /// Persons that a row stands for: a household for its members, at least one.
    persons: Vec<i64>,
}

impl<'a> CheckedRows<'a> {
    fn of(
        batch: &'a RecordBatch,
        subject: &str,
        members: &HashMap<i64, i64>,
        sums: &mut PlaceSums<'a>,
    ) -> Result<Self> {
        let texts = |name: &str| batch.column_by_name(name).and_then(|c| c.as_string_opt::<i32>());
        let columns = ["county_code", "township_code", "village_code"].map(texts);
        let code = |row: usize| columns.map(|c| c.filter(|c| !c.is_null(row)).map_or("", |c| c.value(row)));
        let subjects = id_column(batch, subject)?;
        let persons = |id: &i64| members.get(id).copied().unwrap_or(1);
        Ok(Self {
            places: (0..batch.num_rows()).map(|row| sums.position(code(row))).collect(),
            persons: subjects.iter().map(persons).collect(),
            batch,
            subjects,
        })
    }
    /// Whether a check is asked of a row: it is unless its flag says no.
    fn is_asked(&self, flag: &str) -> Result<Vec<bool>> {
        let all = || vec![true; self.batch.num_rows()];
        if flag.is_empty() {
            return Ok(all());
        }
        let column = self.batch.column_by_name(flag).ok_or_else(|| missing_column(flag))?;
        let asked = |at: usize| match column.data_type() {
            DataType::Int32 => column.as_primitive::<Int32Type>().value(at) != 0,
            _ => column.as_primitive::<Int64Type>().value(at) != 0,
        };
        match column.data_type() {
            DataType::Int32 | DataType::Int64 => {
                Ok((0..column.len()).map(|at| column.is_null(at) || asked(at)).collect())
            }
            _ => Err(Error::internal(format!("列“{flag}”不是0和1"))),
        }
    }
}

fn id_column<'a>(batch: &'a RecordBatch, name: &str) -> Result<&'a [i64]> {
    let column = batch.column_by_name(name).and_then(|c| c.as_primitive_opt::<Int64Type>());
    column.map(|ids| &**ids.values()).ok_or_else(|| missing_column(name))
}

/// What was found and what was left open, by rule.
pub(crate) struct JudgedSubjects<'a> {
    ids: &'a NumberedIds,
    findings: HashMap<&'a str, Vec<&'a Exception>>,
    undecided: HashMap<&'a str, Vec<&'a UndecidedSubject>>,
}

impl<'a> JudgedSubjects<'a> {
    /// `ids` says what the numbers of persons and households in the tables mean. Findings that rest on a match to be
    /// confirmed do not count.
    pub(crate) fn of(
        ids: &'a NumberedIds,
        exceptions: &'a [Exception],
        undecided: &'a [UndecidedSubject],
    ) -> Self {
        let mut judged = Self { ids, findings: HashMap::new(), undecided: HashMap::new() };
        for one in exceptions.iter().filter(|e| !e.in_review) {
            judged.findings.entry(&*one.rule_code).or_default().push(one);
        }
        for one in undecided {
            judged.undecided.entry(&*one.rule_code).or_default().push(one);
        }
        judged
    }
}

/// Adds up what the checks take off.
struct QualityCount<'a> {
    judged: &'a JudgedSubjects<'a>,
    members: &'a HashMap<i64, i64>,
    sums: PlaceSums<'a>,
}

impl<'a> QualityCount<'a> {
    /// Counts one check: blanks first, so that nobody is charged twice for it.
    fn count(&mut self, check: &QualityCheck, rows: &CheckedRows<'a>) -> Result<()> {
        let is_asked = rows.is_asked(&check.flag)?;
        let cells = check.cells.iter().map(|name| {
            rows.batch.column_by_name(name).map(|c| c.as_ref()).ok_or_else(|| missing_column(name))
        });
        let cells: Vec<&dyn Array> = cells.collect::<Result<_>>()?;
        let (mut asked, mut charged) = (HashSet::new(), HashSet::new());
        for (row, _) in is_asked.iter().enumerate().filter(|(_, asked)| **asked) {
            let subject = rows.subjects[row];
            asked.insert(subject);
            let deduction = check.weight * rows.persons[row];
            let sums = &mut self.sums.all[rows.places[row]].1;
            sums.asked += deduction;
            if cells.iter().any(|cell| cell.is_null(row)) {
                charged.insert(subject);
                sums.unjudged += 1;
                sums.deducted += deduction;
                sums.deducted_unjudged += deduction;
            }
        }
        let kind = if check.of_households { IdKind::Household } else { IdKind::Person };
        let judged = self.judged;
        let number = |id: &str| judged.ids.number(kind, id);
        for one in judged.findings.get(check.code.as_str()).into_iter().flatten() {
            let place = [&*one.county_code, &*one.township_code, &*one.village_code];
            let sums = self.sums.at(place);
            sums.findings += 1;
            sums.flawed.extend(one.household_id.as_deref());
            self.charge(check, place, number(&one.subject_id), (&mut asked, &mut charged), false);
        }
        for one in judged.undecided.get(check.code.as_str()).into_iter().flatten() {
            let place = [&*one.county_code, &*one.township_code, &*one.village_code];
            self.charge(check, place, number(&one.subject_id), (&mut asked, &mut charged), true);
        }
        Ok(())
    }

    /// Charges a subject for a check, once; whoever was found is asked, too.
    fn charge(
        &mut self,
        check: &QualityCheck,
        place: PlaceCodes<'a>,
        subject: Option<i64>,
        (asked, charged): (&mut HashSet<i64>, &mut HashSet<i64>),
        unjudged: bool,
    ) {
        if subject.is_some_and(|subject| !charged.insert(subject)) {
            return;
        }
        let members = subject.filter(|_| check.of_households).and_then(|id| self.members.get(&id));
        let deduction = check.weight * members.copied().unwrap_or(1);
        let sums = self.sums.at(place);
        if subject.is_none_or(|subject| asked.insert(subject)) {
            sums.asked += deduction;
        }
        sums.deducted += deduction;
        if unjudged {
            sums.unjudged += 1;
            sums.deducted_unjudged += deduction;
        }
    }
}

/// Quality of every unit that has registered households, by level and code. `tables` are persons and households with
/// the columns of the checks; `lacked` says of a check's column that no edition of the list that came has it, so that
/// nobody could fill it in.
///
/// # Errors
/// A table without a column of a check: a fault of the program.
pub(crate) fn score_quality(
    checks: &[QualityCheck],
    root: &str,
    tables: &[RecordBatch; 2],
    judged: &JudgedSubjects<'_>,
    lacked: impl Fn(&QualityCheck, &str) -> bool,
) -> Result<Vec<QualityScore>> {
    let mut members: HashMap<i64, i64> = HashMap::new();
    for &household in id_column(&tables[0], "household_id")? {
        *members.entry(household).or_default() += 1;
    }
    let mut sums = PlaceSums::default();
    let persons = CheckedRows::of(&tables[0], "person_id", &HashMap::new(), &mut sums)?;
    let households = CheckedRows::of(&tables[1], "household_id", &members, &mut sums)?;
    for &place in &persons.places {
        sums.all[place].1.persons += 1;
    }
    for &place in &households.places {
        sums.all[place].1.households += 1;
    }
    let mut count = QualityCount { judged, members: &members, sums };
    for check in checks {
        let rows = if check.of_households { &households } else { &persons };
        let is_blank = |name: &&String| {
            rows.batch.column_by_name(name).is_none_or(|column| column.null_count() == column.len())
        };
        if !check.cells.iter().filter(is_blank).any(|name| lacked(check, name)) {
            count.count(check, rows)?;
        }
    }
    let mut units: BTreeMap<(IndicatorLevel, &str), QualitySums<'_>> = BTreeMap::new();
    for (place, sums) in &count.sums.all {
        for unit in quality_units(root, *place) {
            units.entry(unit).or_default().add(sums);
        }
    }
    let whole = units.get(&(IndicatorLevel::City, root)).cloned().unwrap_or_default();
    let mut quality: Vec<QualityScore> = units
        .iter()
        .filter(|(_, sums)| sums.households > 0)
        .map(|(unit, sums)| scored(*unit, sums, &whole))
        .collect();
    rank(&mut quality);
    Ok(quality)
}

fn scored(
    (level, code): (IndicatorLevel, &str),
    sums: &QualitySums<'_>,
    whole: &QualitySums<'_>,
) -> QualityScore {
    let wide = i128::from;
    let per_hundred = (wide(sums.deducted) * wide(whole.asked) * 10_000)
        .checked_div(wide(sums.asked) * wide(whole.persons))
        .unwrap_or(0);
    QualityScore {
        level,
        unit_code: code.to_owned(),
        persons: sums.persons,
        households: sums.households,
        findings: sums.findings,
        unjudged: sums.unjudged,
        deducted: sums.deducted,
        deducted_unjudged: sums.deducted_unjudged,
        asked: sums.asked,
        flawed_households: (sums.flawed.len() as i64).min(sums.households),
        per_hundred_centi: i64::try_from(per_hundred).unwrap_or(i64::MAX),
        score: 10_000 - quality_share(sums.deducted, sums.asked),
        rank: 0,
    }
}

/// A part of a whole in 1/10000, at most all of it; 0 of nothing.
fn quality_share(part: i64, whole: i64) -> i64 {
    let share = (i128::from(part.min(whole)) * 10_000).checked_div(i128::from(whole)).unwrap_or(0);
    // At most 10000 for parts that are not negative.
    i64::try_from(share).unwrap_or(0)
}

/// Ranks by the share that is taken off, unrounded.
fn rank(quality: &mut [QualityScore]) {
    let shares: Vec<_> =
        quality.iter().map(|q| (q.level, i128::from(q.deducted), i128::from(q.asked))).collect();
    for q in quality {
        let (deducted, asked) = (i128::from(q.deducted), i128::from(q.asked));
        let better = |&(level, other, of): &(IndicatorLevel, i128, i128)| {
            level == q.level && other * asked.max(1) < deducted * of.max(1)
        };
        q.rank = 1 + shares.iter().filter(|one| better(one)).count() as i64;
    }
}

#[cfg(test)]
#[path = "quality_score_tests.rs"]
mod tests;
