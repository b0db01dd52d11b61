//! Puts findings in their place: division, owner, confidence, and the other findings that
//! belong to the same cause.

use std::sync::Arc;

use arrow::array::{Array, AsArray, StringArray};
use arrow::datatypes::{Int32Type, Int64Type};
use arrow::record_batch::RecordBatch;
use hashbrown::{HashMap, HashSet};

use super::finding_causes::{PlacedException, relate_exception_causes};
use super::select_outcome::{FindingSubject, RuleFinding};
use crate::Result;
use crate::model::division::{COUNTY, TOWNSHIP, VILLAGE};
use crate::model::exception::{Exception, SubjectKind};
use crate::model::period::Period;
use crate::reconcile::QuarterViews;
use crate::reconcile::execution::numbered_ids::IdKind;
use crate::reconcile::near_misses::NearestRecord;
use crate::reconcile::views::rule_view::View;
use crate::rules::rule_set::RuleSet;
use crate::rules::view_catalogue::{EARLIER, list_of_view};
use crate::table::string_interner::StringInterner;

/// County, township and village code, `''` if unknown.
type DivisionCodes = [Arc<str>; 3];

/// What is known of a record that serves as evidence.
#[derive(Debug, Clone)]
struct RecordFacts {
    person: Option<i64>,
    household: Option<i64>,
    division: DivisionCodes,
    tier: u8,
    in_review: bool,
    /// It is of an earlier month, so that the linker did not see it now.
    earlier: bool,
}

/// Where a person or household is registered.
struct RegisteredPlace {
    household: i64,
    division: u32,
}

/// Exceptions of all rules, sorted by (rule, subject, key).
pub(crate) fn place_exceptions(
    rules: &RuleSet,
    views: &QuarterViews<'_>,
    period: Period,
    mut found: Vec<(usize, RuleFinding)>,
) -> Result<Vec<Exception>> {
    // Rules stand in the order of their codes.
    found.sort_by(|(a, x), (b, y)| (a, &x.subject, &x.rule_key).cmp(&(b, &y.subject, &y.rule_key)));
    let mut places = RecordPlaces {
        views,
        texts: StringInterner::default(),
        divisions: HashMap::new(),
        before: HashMap::new(),
    };
    places.look_back(&found)?;
    let homes = exception_homes(rules, views, &found)?;
    let nowhere = places.division(0);
    let mut names: HashMap<(bool, i64), Arc<str>> = HashMap::new();
    let mut exceptions = Vec::with_capacity(found.len());
    let mut placed = Vec::with_capacity(found.len());
    for (rule, finding) in found {
        let header = &rules.rules[rule].header;
        let records: Vec<Option<RecordFacts>> =
            finding.evidence.iter().map(|record| places.facts(*record)).collect();
        let known = || records.iter().flatten();
        let first = records.first().and_then(Option::as_ref);
        let (mut person, mut household) = (first.and_then(|f| f.person), first.and_then(|f| f.household));
        let mut home = None;
        if let FindingSubject::Id(subject) = finding.subject {
            home = homes.get(&(header.subject == SubjectKind::Person, subject));
            match header.subject {
                SubjectKind::Person => {
                    (person, household) = (Some(subject), home.map(|h| h.household).or(household));
                }
                SubjectKind::Household => (person, household) = (None, Some(subject)),
                SubjectKind::Record | SubjectKind::Unit => home = None,
            }
        }
        let division = match home.map(|home| places.division(home.division)) {
            Some(division) if !division[0].is_empty() => division,
            _ => first.map_or_else(|| nowhere.clone(), |f| f.division.clone()),
        };
        let mut involved: Vec<i64> = known().filter_map(|r| r.person).collect();
        involved.sort_unstable();
        involved.dedup();
        let mut name = |kind: IdKind, id: i64| {
            let name = || Arc::from(views.ids.text(kind, id));
            names.entry((kind == IdKind::Person, id)).or_insert_with(name).clone()
        };
        let [county_code, township_code, village_code] = division;
        let mut evidence: Vec<String> =
            finding.evidence.iter().map(|id| views.ids.text(IdKind::Record, *id)).collect();
        let mut message = places.texts.share(&finding.message);
        if let Some(near) = &finding.near {
            evidence.push(views.ids.text(IdKind::Record, near.candidate));
            message = places.texts.share(&told_near_miss(rules, &message, near));
        }
        // Whether he stands in the list under another number nobody was asked this time.
        let is_unasked = !header.absent_from.is_empty()
            && records.iter().all(|record| record.as_ref().is_some_and(|record| record.earlier));
        let to_confirm = finding.must_be_confirmed() || is_unasked && !records.is_empty();
        exceptions.push(Exception {
            rule_code: places.texts.share(&header.code),
            severity: header.severity,
            subject_kind: header.subject,
            subject_id: match (finding.subject, header.subject) {
                (FindingSubject::Id(id), SubjectKind::Person) => name(IdKind::Person, id),
                (FindingSubject::Id(id), SubjectKind::Household) => name(IdKind::Household, id),
                (FindingSubject::Id(id), _) => Arc::from(views.ids.text(IdKind::Record, id)),
                (FindingSubject::Unit(code), _) => places.texts.share(&code),
            },
            rule_key: places.texts.share(&finding.rule_key),
            person_id: person.map(|id| name(IdKind::Person, id)),
            household_id: household.map(|id| name(IdKind::Household, id)),
            county_code,
            township_code,
            village_code,
            owner: places.texts.share(header.owner.at(period)),
            confidence: records.iter().map(|r| r.as_ref().map_or(1, |r| r.tier)).max().unwrap_or(1),
            in_review: to_confirm || !header.stands_in_review && known().any(|r| r.in_review),
            evidence,
            message,
            due_days: header.due_days,
            related: Vec::new(),
            cause: None,
        });
        placed.push(PlacedException { rule, person, household, involved: involved.into() });
    }
    relate_exception_causes(rules, &mut exceptions, &placed);
    Ok(exceptions)
}

/// The message of a finding with what is said of the nearest record, the last of its evidence.
fn told_near_miss(rules: &RuleSet, message: &str, near: &NearestRecord) -> String {
    let list = rules.catalogue.title(&near.list);
    match near.likely {
        true => {
            format!("{message}待确认：{list}中有一条记录很可能就是本人（证据的最后一条），先核对是否同一人。")
        }
        false => format!("{message}{list}中最接近的一条记录列在证据最后，多半不是本人。"),
    }
}

/// Where records, and with them findings, are.
struct RecordPlaces<'v, 'a> {
    views: &'v QuarterViews<'a>,
    texts: StringInterner,
    /// Codes by value of a division column.
    divisions: HashMap<u32, DivisionCodes>,
    /// Of the records of earlier publications that are evidence.
    before: HashMap<i64, RecordFacts>,
}

impl RecordPlaces<'_, '_> {
    /// Codes of a value of a division column.
    fn division(&mut self, value: u32) -> DivisionCodes {
        let Self { views, texts, divisions, .. } = self;
        let tree = views.inputs.tree();
        let codes = || [COUNTY, TOWNSHIP, VILLAGE].map(|level| texts.share(tree.code_at(value, level)));
        divisions.entry(value).or_insert_with(codes).clone()
    }

    /// What is known of a record.
    fn facts(&mut self, record: i64) -> Option<RecordFacts> {
        let inputs = &self.views.inputs;
        let Some((source, row)) = self.views.find(record) else { return self.before.get(&record).cloned() };
        let node = inputs.node(source, row);
        let resolution = inputs.resolution;
        Some(RecordFacts {
            person: Some(inputs.person_number(node)),
            household: Some(inputs.household_number(node)),
            tier: (resolution.tier[node] as u8).clamp(1, 6),
            in_review: resolution.in_review[node],
            earlier: false,
            division: self.division(inputs.divisions(source).get(row).copied().unwrap_or(0)),
        })
    }

    /// Finds the evidence that is of earlier publications.
    fn look_back(&mut self, found: &[(usize, RuleFinding)]) -> Result<()> {
        let evidence = found.iter().flat_map(|(_, f)| f.evidence.iter().copied());
        let wanted: HashSet<i64> = evidence.filter(|record| self.views.find(*record).is_none()).collect();
        if wanted.is_empty() {
            return Ok(());
        }
        let views = self.views;
        let is_before = |view: &&View<'_>| list_of_view(&view.name) != view.name;
        for view in views.list.iter().filter(is_before) {
            for rows in view.rows.engine_chunks(&views.ids, is_exception_place)? {
                let rows = rows?;
                let Some(ids) = exception_number_column(&rows, "record_id") else { continue };
                let (person, household) = (
                    exception_number_column(&rows, "person_id"),
                    exception_number_column(&rows, "household_id"),
                );
                let codes = ["county_code", "township_code", "village_code"]
                    .map(|name| exception_text_column(&rows, name));
                let flag = |name: &str, row: usize| {
                    let column = rows.column_by_name(name).and_then(|c| c.as_primitive_opt::<Int32Type>());
                    column.filter(|c| !c.is_null(row)).map_or(0, |c| c.value(row))
                };
                for (row, id) in ids.iter().enumerate().filter_map(|(row, id)| Some((row, id?))) {
                    if !wanted.contains(&id) || self.before.contains_key(&id) {
                        continue;
                    }
                    let facts = RecordFacts {
                        person: person.filter(|c| !c.is_null(row)).map(|c| c.value(row)),
                        household: household.filter(|c| !c.is_null(row)).map(|c| c.value(row)),
                        division: codes.map(|column| {
                            let code = column.filter(|c| !c.is_null(row)).map_or("", |c| c.value(row));
                            self.texts.share(code)
                        }),
                        tier: flag("link_tier", row).clamp(1, 6) as u8,
                        in_review: flag("in_review", row) != 0,
                        earlier: view.name.ends_with(EARLIER),
                    };
                    self.before.insert(id, facts);
                }
            }
        }
        Ok(())
    }
}

fn exception_text_column<'a>(batch: &'a RecordBatch, name: &str) -> Option<&'a StringArray> {
    batch.column_by_name(name).and_then(|c| c.as_string_opt::<i32>())
}

fn exception_number_column<'a>(batch: &'a RecordBatch, name: &str) -> Option<&'a arrow::array::Int64Array> {
    batch.column_by_name(name).and_then(|c| c.as_primitive_opt::<Int64Type>())
}

/// Columns that tell where a record stands.
pub(in crate::reconcile) fn is_exception_place(column: &str) -> bool {
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

/// Where the persons (`true`) and households that findings are about are registered, by the first
/// home source that knows them.
fn exception_homes(
    rules: &RuleSet,
    views: &QuarterViews<'_>,
    found: &[(usize, RuleFinding)],
) -> Result<HashMap<(bool, i64), RegisteredPlace>> {
    let subject = |(rule, finding): &(usize, RuleFinding)| match finding.subject {
        FindingSubject::Id(id) => Some((rules.rules[*rule].header.subject == SubjectKind::Person, id)),
        FindingSubject::Unit(_) => None,
    };
    let wanted: HashSet<(bool, i64)> = found.iter().filter_map(subject).collect();
    let mut homes = HashMap::with_capacity(wanted.len());
    let inputs = &views.inputs;
    for source in rules.settings.home_sources.iter().filter_map(|name| inputs.position(name)) {
        let divisions = inputs.divisions(source);
        for row in 0..inputs.rows(source) {
            let node = inputs.node(source, row);
            let household = inputs.household_number(node);
            let subjects = [(true, inputs.person_number(node)), (false, household)];
            for subject in subjects.into_iter().filter(|subject| wanted.contains(subject)) {
                let division = divisions.get(row).copied().unwrap_or(0);
                homes.entry(subject).or_insert(RegisteredPlace { household, division });
            }
        }
    }
    Ok(homes)
}
