//! Puts findings in their place: division, owner, confidence, and the other findings that
//! belong to the same cause.

use arrow::array::{Array, AsArray, StringArray};
use arrow::datatypes::Int32Type;
use arrow::record_batch::RecordBatch;
use hashbrown::{HashMap, HashSet};

use super::outcome::Finding;
use super::rule_set::{RuleSet, code_order};
use super::{Exception, RelatedException, SubjectKind, View};

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
) -> Vec<Exception> {
    found.sort_by_cached_key(|(rule, f)| {
        (code_order(&rules.rules[*rule].header.code), f.subject_id.clone(), f.rule_key.clone())
    });
    let wanted: HashSet<&str> =
        found.iter().flat_map(|(_, f)| f.evidence.iter().map(String::as_str)).collect();
    let facts = record_facts(views, &wanted);
    let subjects: HashSet<&str> = found.iter().map(|(_, f)| f.subject_id.as_str()).collect();
    let homes = homes(rules, views, &subjects);
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
        });
    }
    relate(rules, &mut exceptions, &persons);
    exceptions
}

fn some(text: &str) -> Option<String> {
    (!text.is_empty()).then(|| text.to_owned())
}

/// Attaches to each exception those it may be explained by or belongs with: findings of
/// root-cause rules on the persons involved first, then findings of the rules its header names
/// on the same person or household.
fn relate(rules: &RuleSet, exceptions: &mut [Exception], persons: &[Vec<String>]) {
    let mut roots: HashMap<String, Vec<usize>> = HashMap::new();
    let mut by_person: HashMap<String, Vec<usize>> = HashMap::new();
    let mut by_household: HashMap<String, Vec<usize>> = HashMap::new();
    for (index, exception) in exceptions.iter().enumerate() {
        let root = rules.rule(&exception.rule_code).is_some_and(|r| r.header.root_cause);
        if let (true, Some(person)) = (root, &exception.person_id) {
            roots.entry(person.clone()).or_default().push(index);
        }
        for (map, id) in
            [(&mut by_person, &exception.person_id), (&mut by_household, &exception.household_id)]
        {
            if let Some(id) = id {
                map.entry(id.clone()).or_default().push(index);
            }
        }
    }
    let mut related: Vec<Vec<RelatedException>> = Vec::with_capacity(exceptions.len());
    for (index, exception) in exceptions.iter().enumerate() {
        let mut list: Vec<usize> = Vec::new();
        for person in &persons[index] {
            list.extend(roots.get(person).into_iter().flatten());
        }
        let header = rules.rule(&exception.rule_code).map(|r| &r.header);
        if let Some(header) = header.filter(|h| !h.related.is_empty()) {
            let near = match &exception.person_id {
                Some(person) => by_person.get(person),
                None => exception.household_id.as_ref().and_then(|id| by_household.get(id)),
            };
            list.extend(
                near.into_iter().flatten().filter(|&&i| header.related.contains(&exceptions[i].rule_code)),
            );
        }
        let mut seen = HashSet::new();
        list.retain(|&i| i != index && seen.insert(i));
        related.push(
            list.into_iter()
                .map(|i| RelatedException {
                    rule_code: exceptions[i].rule_code.clone(),
                    subject_id: exceptions[i].subject_id.clone(),
                    rule_key: exceptions[i].rule_key.clone(),
                })
                .collect(),
        );
    }
    for (exception, related) in exceptions.iter_mut().zip(related) {
        exception.related = related;
    }
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

/// Facts of the wanted records: this quarter's views first, so that they win over the previous.
fn record_facts<'a>(views: &[View], wanted: &HashSet<&'a str>) -> HashMap<&'a str, RecordFacts> {
    let mut facts: HashMap<&str, RecordFacts> = HashMap::new();
    for view in views {
        // The identity view repeats records of the source views.
        if view.name == "identity_record" {
            continue;
        }
        let Some(ids) = texts(&view.batch, "record_id") else { continue };
        let (person, household) = (texts(&view.batch, "person_id"), texts(&view.batch, "household_id"));
        let flag = |name: &str, row: usize| {
            view.batch
                .column_by_name(name)
                .and_then(|c| c.as_primitive_opt::<Int32Type>())
                .filter(|c| !c.is_null(row))
                .map_or(0, |c| c.value(row))
        };
        for row in 0..ids.len() {
            let Some(id) = wanted.get(ids.value(row)) else { continue };
            facts.entry(id).or_insert_with(|| RecordFacts {
                person_id: value(person, row),
                household_id: value(household, row),
                division: division_at(&view.batch, row),
                tier: flag("link_tier", row).clamp(1, 6) as u8,
                in_review: flag("in_review", row) != 0,
            });
        }
    }
    facts
}

/// Where persons and households are registered, by the first home source that knows them.
fn homes<'a>(rules: &RuleSet, views: &[View], wanted: &HashSet<&'a str>) -> HashMap<&'a str, RecordFacts> {
    let mut homes: HashMap<&str, RecordFacts> = HashMap::new();
    for source in &rules.settings.home_sources {
        let Some(view) = views.iter().find(|v| v.name == *source) else { continue };
        let (person, household) = (texts(&view.batch, "person_id"), texts(&view.batch, "household_id"));
        for row in 0..view.batch.num_rows() {
            for id in
                [person, household].into_iter().flatten().filter(|c| !c.is_null(row)).map(|c| c.value(row))
            {
                let Some(id) = wanted.get(id) else { continue };
                homes.entry(id).or_insert_with(|| RecordFacts {
                    person_id: value(person, row),
                    household_id: value(household, row),
                    division: division_at(&view.batch, row),
                    tier: 1,
                    in_review: false,
                });
            }
        }
    }
    homes
}
