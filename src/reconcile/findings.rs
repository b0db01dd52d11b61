//! Puts findings in their place: division, owner, confidence, and the other findings that
//! belong to the same cause.

use arrow::array::{Array, AsArray, StringArray};
use arrow::datatypes::Int32Type;
use arrow::record_batch::RecordBatch;
use hashbrown::{HashMap, HashSet};

use super::outcome::Finding;
use super::rule_set::{RuleSet, code_order};
use super::{Exception, RelatedException, SubjectKind, View};
use crate::Result;

/// What is known of a record that serves as evidence.
#[derive(Debug, Clone, Default)]
struct RecordFacts {
    person_id: String,
    household_id: String,
    division: [String; 3],
    tier: u8,
    in_review: bool,
}

/// Exceptions of all rules, sorted by (rule, subject, key).
pub fn place(
    rules: &RuleSet,
    views: &[View],
    quarter: &str,
    mut found: Vec<(usize, Finding)>,
) -> Result<Vec<Exception>> {
    found.sort_by_cached_key(|(rule, f)| {
        (code_order(&rules.rules[*rule].header.code), f.subject_id.clone(), f.rule_key.clone())
    });
    let wanted: HashSet<&str> =
        found.iter().flat_map(|(_, f)| f.evidence.iter().map(String::as_str)).collect();
    let facts = record_facts(views, &wanted)?;
    let subjects: HashSet<&str> = found.iter().map(|(_, f)| f.subject_id.as_str()).collect();
    let homes = homes(rules, views, &subjects)?;
    let unknown = RecordFacts { tier: 1, ..RecordFacts::default() };
    let mut persons: Vec<Vec<String>> = Vec::with_capacity(found.len());
    let mut exceptions: Vec<Exception> = Vec::with_capacity(found.len());
    for (position, finding) in &found {
        let header = &rules.rules[*position].header;
        let records: Vec<&RecordFacts> =
            finding.evidence.iter().map(|id| facts.get(id.as_str()).unwrap_or(&unknown)).collect();
        let first = records.first().copied().unwrap_or(&unknown);
        let home = homes.get(finding.subject_id.as_str());
        let (person_id, household_id) = match header.subject {
            SubjectKind::Person => (
                Some(finding.subject_id.clone()),
                home.map(|h| h.household_id.clone()).or(some(&first.household_id)),
            ),
            SubjectKind::Household => (None, Some(finding.subject_id.clone())),
            _ => (some(&first.person_id), some(&first.household_id)),
        };
        let division = match home {
            Some(home) if !home.division[0].is_empty() => &home.division,
            _ => &first.division,
        };
        let mut involved: Vec<String> =
            records.iter().map(|r| r.person_id.clone()).filter(|p| !p.is_empty()).collect();
        involved.sort();
        involved.dedup();
        persons.push(involved);
        exceptions.push(Exception {
            rule_code: header.code.clone(),
            severity: header.severity,
            subject_kind: header.subject,
            subject_id: finding.subject_id.clone(),
            rule_key: finding.rule_key.clone(),
            person_id,
            household_id,
            county_code: division[0].clone(),
            township_code: division[1].clone(),
            village_code: division[2].clone(),
            owner: header.owner.at(quarter).to_owned(),
            confidence: records.iter().map(|r| r.tier).max().unwrap_or(1),
            in_review: !header.stands_in_review && records.iter().any(|r| r.in_review),
            evidence: finding.evidence.clone(),
            message: finding.message.clone(),
            due_days: header.due_days,
            related: Vec::new(),
            cause: None,
        });
    }
    relate(rules, &mut exceptions, &persons);
    Ok(exceptions)
}

fn some(text: &str) -> Option<String> {
    (!text.is_empty()).then(|| text.to_owned())
}

/// Where the findings on a person and on a household are.
struct Places<'a> {
    person: HashMap<&'a str, Vec<usize>>,
    household: HashMap<&'a str, Vec<usize>>,
}

impl<'a> Places<'a> {
    fn of(exceptions: &'a [Exception]) -> Self {
        let mut places = Self { person: HashMap::new(), household: HashMap::new() };
        for (index, exception) in exceptions.iter().enumerate() {
            for (map, id) in
                [(&mut places.person, &exception.person_id), (&mut places.household, &exception.household_id)]
            {
                if let Some(id) = id {
                    map.entry(id.as_str()).or_default().push(index);
                }
            }
        }
        places
    }
    /// Findings on the same person, of a finding on a household those on the household.
    fn near(&self, exception: &Exception) -> &[usize] {
        let found = match (&exception.person_id, &exception.household_id) {
            (Some(person), _) => self.person.get(person.as_str()),
            (None, Some(household)) => self.household.get(household.as_str()),
            (None, None) => None,
        };
        found.map_or(&[], Vec::as_slice)
    }
    /// Findings that may be the cause: on the same person, or, where one of the two is on a
    /// household, in the same household.
    fn around<'s>(
        &'s self,
        exceptions: &'a [Exception],
        exception: &'s Exception,
    ) -> impl Iterator<Item = usize> + 's
    where
        'a: 's,
    {
        let household = exception.household_id.as_deref().and_then(|id| self.household.get(id));
        let of_household = household.into_iter().flatten().copied().filter(|&i| {
            exception.subject_kind != SubjectKind::Person || exceptions[i].subject_kind != SubjectKind::Person
        });
        self.near(exception).iter().copied().chain(of_household)
    }
}

/// Is the finding one of a rule that names causes?
fn is_root(rules: &RuleSet, exception: &Exception) -> bool {
    rules.rule(&exception.rule_code).is_some_and(|r| r.header.root_cause)
}

fn name(exception: &Exception) -> RelatedException {
    RelatedException {
        rule_code: exception.rule_code.clone(),
        subject_id: exception.subject_id.clone(),
        rule_key: exception.rule_key.clone(),
    }
}

/// Names the cause of each exception, and attaches those that belong with it: the cause, what
/// follows from it, findings of root-cause rules on the persons involved, and findings of the
/// rules its header names on the same person or household.
fn relate(rules: &RuleSet, exceptions: &mut [Exception], persons: &[Vec<String>]) {
    let found: &[Exception] = exceptions;
    let places = Places::of(found);
    let causes = causes(rules, found, &places);
    let mut follow: HashMap<usize, Vec<usize>> = HashMap::new();
    for (index, cause) in causes.iter().enumerate() {
        if let Some(cause) = cause {
            follow.entry(*cause).or_default().push(index);
        }
    }
    let mut related: Vec<Vec<RelatedException>> = Vec::with_capacity(found.len());
    for (index, exception) in found.iter().enumerate() {
        let mut list: Vec<usize> = causes[index].into_iter().collect();
        for person in &persons[index] {
            let all = places.person.get(person.as_str()).into_iter().flatten().copied();
            list.extend(all.filter(|&i| is_root(rules, &found[i])));
        }
        list.extend(causes[index].and_then(|cause| follow.get(&cause)).into_iter().flatten());
        list.extend(follow.get(&index).into_iter().flatten());
        let header = rules.rule(&exception.rule_code).map(|r| &r.header);
        if let Some(header) = header.filter(|h| !h.related.is_empty()) {
            let near = places.near(exception).iter().copied();
            list.extend(near.filter(|&i| header.related.contains(&found[i].rule_code)));
        }
        let mut seen = HashSet::new();
        list.retain(|&i| i != index && seen.insert(i));
        related.push(list.into_iter().map(|i| name(&found[i])).collect());
    }
    let causes: Vec<Option<RelatedException>> =
        causes.into_iter().map(|cause| cause.map(|i| name(&found[i]))).collect();
    drop(places);
    for ((exception, related), cause) in exceptions.iter_mut().zip(related).zip(causes) {
        exception.related = related;
        exception.cause = cause;
    }
}

/// The exception at the root of each one's chain of causes: by the header, else a root-cause
/// finding on the same person. One that is certain does not follow from one that rests on an
/// unconfirmed match.
fn causes(rules: &RuleSet, found: &[Exception], places: &Places<'_>) -> Vec<Option<usize>> {
    let direct: Vec<Option<usize>> = found
        .iter()
        .enumerate()
        .map(|(index, exception)| {
            let header = &rules.rule(&exception.rule_code)?.header;
            let sure = |i: &usize| *i != index && (exception.in_review || !found[*i].in_review);
            let named = header.causes(&exception.rule_key).find_map(|code| {
                places.around(found, exception).find(|i| sure(i) && found[*i].rule_code == code)
            });
            named.or_else(|| {
                let person = exception.subject_kind == SubjectKind::Person && !header.root_cause;
                let near = places.near(exception).iter().copied();
                person.then_some(near)?.find(|i| {
                    sure(i) && is_root(rules, &found[*i]) && found[*i].subject_kind == SubjectKind::Person
                })
            })
        })
        .collect();
    (0..found.len())
        .map(|index| {
            let mut at = index;
            // A circle of rules that explain each other has no root: stop after a few steps.
            for _ in 0..8 {
                match direct[at] {
                    Some(next) if next != index => at = next,
                    _ => break,
                }
            }
            (at != index).then_some(at)
        })
        .collect()
}

fn texts<'a>(batch: &'a RecordBatch, name: &str) -> Option<&'a StringArray> {
    batch.column_by_name(name).and_then(|c| c.as_string_opt::<i32>())
}

fn value(column: Option<&StringArray>, row: usize) -> String {
    column.filter(|c| !c.is_null(row)).map_or_else(String::new, |c| c.value(row).to_owned())
}

fn division_at(batch: &RecordBatch, row: usize) -> [String; 3] {
    ["county_code", "township_code", "village_code"].map(|name| value(texts(batch, name), row))
}

/// Columns that tell where a record stands.
fn is_place(column: &str) -> bool {
    [
        "record_id",
        "person_id",
        "household_id",
        "county_code",
        "township_code",
        "village_code",
        "link_tier",
        "in_review",
    ]
    .contains(&column)
}

/// Facts of the wanted records: this quarter's views first, so that they win over the previous.
fn record_facts<'a>(views: &[View], wanted: &HashSet<&'a str>) -> Result<HashMap<&'a str, RecordFacts>> {
    let mut facts: HashMap<&str, RecordFacts> = HashMap::new();
    // The identity view repeats records of the source views.
    for view in views.iter().filter(|v| v.name != "identity_record" && v.rows.filled("record_id").is_some()) {
        for rows in view.rows.chunks(is_place)? {
            let rows = rows?;
            let Some(ids) = texts(&rows, "record_id") else { continue };
            let (person, household) = (texts(&rows, "person_id"), texts(&rows, "household_id"));
            let flag = |name: &str, row: usize| {
                rows.column_by_name(name)
                    .and_then(|c| c.as_primitive_opt::<Int32Type>())
                    .filter(|c| !c.is_null(row))
                    .map_or(0, |c| c.value(row))
            };
            for row in 0..ids.len() {
                let Some(id) = wanted.get(ids.value(row)) else { continue };
                facts.entry(id).or_insert_with(|| RecordFacts {
                    person_id: value(person, row),
                    household_id: value(household, row),
                    division: division_at(&rows, row),
                    tier: flag("link_tier", row).clamp(1, 6) as u8,
                    in_review: flag("in_review", row) != 0,
                });
            }
        }
    }
    Ok(facts)
}

/// Where persons and households are registered, by the first home source that knows them.
fn homes<'a>(
    rules: &RuleSet,
    views: &[View],
    wanted: &HashSet<&'a str>,
) -> Result<HashMap<&'a str, RecordFacts>> {
    let mut homes: HashMap<&str, RecordFacts> = HashMap::new();
    for source in &rules.settings.home_sources {
        let Some(view) = views.iter().find(|v| v.name == *source) else { continue };
        for rows in view.rows.chunks(is_place)? {
            let rows = rows?;
            let (person, household) = (texts(&rows, "person_id"), texts(&rows, "household_id"));
            for row in 0..rows.num_rows() {
                let ids = [person, household].into_iter().flatten().filter(|c| !c.is_null(row));
                for id in ids.map(|c| c.value(row)) {
                    let Some(id) = wanted.get(id) else { continue };
                    homes.entry(id).or_insert_with(|| RecordFacts {
                        person_id: value(person, row),
                        household_id: value(household, row),
                        division: division_at(&rows, row),
                        tier: 1,
                        in_review: false,
                    });
                }
            }
        }
    }
    Ok(homes)
}
