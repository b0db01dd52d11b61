//! Lists that did not come from a county, or are of another period: what was found for want of their rows is left open,
//! and the rules that read them are held there. Of whoever stands in a row that was rejected, what was found for want of
//! that row is left open too.

use std::collections::{BTreeMap, BTreeSet};
use std::sync::Arc;

use hashbrown::{HashMap, HashSet};

use super::rejected_people::{People, people_in_rejected_rows};
use super::select_outcome::{FindingSubject, RuleFinding};
use super::undecided::FoundByRule;
use crate::model::division::{COUNTY, DivisionTree, TOWNSHIP};
use crate::model::exception::SubjectKind;
use crate::model::indicator::Indicator;
use crate::model::undecided::{LackedPlace, WhyLacking};
use crate::reconcile::QuarterViews;
use crate::rules::row_uses::RowUse;
use crate::rules::rule_set::RuleSet;
use crate::rules::view_catalogue::EARLIER;

/// A rule that cannot judge a county, since a list did not come from there or from a part of it, is of another period, or
/// lacks months that the rule asks for.
#[derive(Debug, Clone, PartialEq, Eq, PartialOrd, Ord)]
pub(crate) struct HeldByList {
    /// Position of the rule.
    pub(crate) rule: usize,
    /// Code of the county or township that the list lacks.
    pub(crate) place: String,
    /// The list.
    pub(crate) source: String,
    /// Why its part does not count.
    pub(crate) why: WhyLacking,
    /// Its records of the county that are there all the same.
    pub(crate) records: u64,
}

impl HeldByList {
    /// Code of the county.
    pub(crate) fn county(&self) -> &str {
        county_of(&self.place)
    }

    /// Why the county's part of the list does not count as a whole.
    pub(crate) fn why_of_county(&self) -> WhyLacking {
        match self.why {
            WhyLacking::Absent if self.place != self.county() => WhyLacking::TownshipsAbsent,
            why => why,
        }
    }
}

/// What lists that are not there do to rules.
#[derive(Debug, Default)]
pub(crate) struct LackingLists {
    /// Codes of places, counties and townships, each once, sorted.
    places: Vec<String>,
    /// By rule, positions of places for which what it finds may be found for want of rows.
    refutable: BTreeMap<usize, BTreeSet<usize>>,
    /// By rule, who stands in rejected rows of a list, for want of which it may find them.
    rejected: BTreeMap<usize, Vec<Arc<People>>>,
    /// Rules held, sorted.
    pub(crate) held: Vec<HeldByList>,
}

impl LackingLists {
    /// Asks which rules rest on the rows that are not there; `ran`: positions of the rules that are run.
    pub(crate) fn of(rules: &RuleSet, views: &QuarterViews<'_>, ran: &[usize]) -> Self {
        let mut all = Self::default();
        let lacking = views.inputs.loaded.iter().enumerate().filter(|(_, one)| !one.lacked.is_empty());
        let lacking: Vec<_> = lacking.collect();
        let codes = lacking.iter().flat_map(|(_, one)| &one.lacked).map(|place| &place.code);
        all.places = codes.collect::<BTreeSet<_>>().into_iter().cloned().collect();
        for (source, one) in lacking {
            let name = &one.records.source;
            let uses = rules.row_uses(name);
            // Months that are missing are rows that earlier publications ought to have.
            let is_of_months = |place: &&LackedPlace| place.why == WhyLacking::MonthsAbsent;
            let uses_of_months = match one.lacked.iter().any(|place| is_of_months(&place)) {
                true => rules.row_uses(&format!("{name}{EARLIER}")),
                false => BTreeMap::new(),
            };
            let records = views.inputs.county_records(source);
            let all_uses = uses.iter().map(|one| (one, false));
            let all_uses = all_uses.chain(uses_of_months.iter().map(|one| (one, true)));
            for ((&rule, &row_use), of_months) in all_uses.filter(|((rule, _), _)| ran.contains(rule)) {
                for place in one.lacked.iter().filter(|place| is_of_months(place) == of_months) {
                    let at = all.places.binary_search(&place.code).unwrap_or_default();
                    if place.why == WhyLacking::OtherPeriod || row_use == RowUse::MayRefute {
                        all.refutable.entry(rule).or_default().insert(at);
                    }
                    let records = records.get(county_of(&place.code)).copied().unwrap_or(0);
                    let (place, why) = (place.code.clone(), place.why);
                    all.held.push(HeldByList { rule, place, source: name.clone(), why, records });
                }
            }
        }
        for (source, one) in views.inputs.loaded.iter().enumerate() {
            if one.rejected_people.is_empty() {
                continue;
            }
            // A rule that does not ask who is missing from this list finds nothing for want of one's own row.
            let asks = |rule: usize| {
                let absences = &rules.rules[rule].header.absent_from;
                absences.iter().any(|absence| absence.list == one.records.source)
            };
            let uses = rules.row_uses(&one.records.source).into_iter();
            let asking: Vec<usize> = uses
                .filter(|&(rule, row_use)| row_use == RowUse::MayRefute && ran.contains(&rule) && asks(rule))
                .map(|(rule, _)| rule)
                .collect();
            if asking.is_empty() {
                continue;
            }
            let people = people_in_rejected_rows(&views.inputs, source);
            if people.is_empty() {
                continue;
            }
            let people = Arc::new(people);
            for rule in asking {
                all.rejected.entry(rule).or_default().push(people.clone());
            }
        }
        all.held.sort();
        all.held.dedup();
        all
    }

    /// Takes what may have been found for want of rows out of what was found.
    pub(crate) fn take_refutable(
        &self,
        rules: &RuleSet,
        views: &QuarterViews<'_>,
        found: &mut FoundByRule,
    ) -> FoundByRule {
        if self.refutable.is_empty() && self.rejected.is_empty() {
            return Vec::new();
        }
        let asked = |at: &usize| self.refutable.contains_key(at) || self.rejected.contains_key(at);
        let mut wanted = HashSet::new();
        let people = |at: usize, finding: &RuleFinding| people_of(rules, views, at, finding);
        let by_place = found.iter().filter(|(at, _)| self.refutable.contains_key(at));
        by_place.for_each(|(at, one)| wanted.extend(people(*at, one)));
        let homes = self.places_of_people(views, &wanted);
        let may_be_refuted = |at: usize, finding: &RuleFinding| {
            if !asked(&at) {
                return false;
            }
            let people = people(at, finding);
            let rejected = self.rejected.get(&at).into_iter().flatten();
            if rejected.into_iter().any(|known| people.iter().any(|one| known.contains(one))) {
                return true;
            }
            let Some(places) = self.refutable.get(&at) else { return false };
            let known = people.iter().filter_map(|one| homes.get(one));
            if let FindingSubject::Unit(code) = &finding.subject {
                return **code == *rules.root_code
                    || places.iter().any(|&place| do_overlap(code, &self.places[place]));
            }
            let stands = known.clone().any(|home| places.iter().any(|place| home.places.contains(place)));
            // Of whom no list says where he lives, the list may know.
            stands || !known.clone().any(|home| home.known)
        };
        let (open, kept) =
            std::mem::take(found).into_iter().partition(|(at, finding)| may_be_refuted(*at, finding));
        *found = kept;
        open
    }

    /// Marks the counts of indicators that lack rows, beside what is said of them already.
    pub(crate) fn hold_indicators(&self, rules: &RuleSet, views: &QuarterViews<'_>, all: &mut [Indicator]) {
        let mut held: BTreeMap<&str, Vec<&HeldByList>> = BTreeMap::new();
        for one in &self.held {
            held.entry(&rules.rules[one.rule].header.code).or_default().push(one);
        }
        if held.is_empty() {
            return;
        }
        let tree = views.inputs.tree();
        for indicator in all {
            let Some(held) = held.get(indicator.rule_code.as_str()) else { continue };
            let of_unit = held.iter().filter(|one| {
                indicator.unit_code == rules.root_code || do_overlap(&indicator.unit_code, one.county())
            });
            let told = of_unit.map(|one| {
                let (place, list) = (place_title(tree, &one.place), rules.catalogue.title(&one.source));
                one.why.told(&place, list)
            });
            let known = indicator.held.take();
            let reasons: Vec<String> = known.into_iter().chain(told).collect();
            indicator.held = (!reasons.is_empty()).then(|| reasons.join("、"));
        }
    }

    /// In which of the places each person (`true`) or household has records.
    fn places_of_people(
        &self,
        views: &QuarterViews<'_>,
        wanted: &HashSet<(bool, i64)>,
    ) -> HashMap<(bool, i64), RecordPlaces> {
        let mut homes: HashMap<(bool, i64), RecordPlaces> = HashMap::new();
        if wanted.is_empty() {
            return homes;
        }
        let inputs = &views.inputs;
        let tree = inputs.tree();
        let mut of_division: HashMap<u32, (Vec<usize>, bool)> = HashMap::new();
        for source in 0..inputs.loaded.len() {
            let divisions = inputs.divisions(source);
            for row in 0..inputs.rows(source) {
                let node = inputs.node(source, row);
                let people = [(true, inputs.person_number(node)), (false, inputs.household_number(node))];
                for one in people.into_iter().filter(|one| wanted.contains(one)) {
                    let division = divisions.get(row).copied().unwrap_or(0);
                    let (places, known) = of_division.entry(division).or_insert_with(|| {
                        let (county, township) =
                            (tree.code_at(division, COUNTY), tree.code_at(division, TOWNSHIP));
                        (self.places_at(county, township), !county.is_empty())
                    });
                    let home = homes.entry(one).or_default();
                    home.places.extend(places.iter().copied());
                    home.known |= *known;
                }
            }
        }
        homes
    }

    /// Positions of the places in which a county and township (`""`: unknown) lie or may lie.
    fn places_at(&self, county: &str, township: &str) -> Vec<usize> {
        let lies = |place: &String| {
            place == county && !county.is_empty()
                || place == township && !township.is_empty()
                || township.is_empty() && !county.is_empty() && county_of(place) == county
        };
        (0..self.places.len()).filter(|&at| lies(&self.places[at])).collect()
    }
}

/// Where the records of somebody lie.
#[derive(Debug, Default)]
struct RecordPlaces {
    /// Positions of places.
    places: BTreeSet<usize>,
    /// Some record says a county.
    known: bool,
}

/// Digits of a code that name the county.
const COUNTY_DIGITS: usize = 6;

fn county_of(code: &str) -> &str {
    code.get(..COUNTY_DIGITS).unwrap_or(code)
}

/// Is one of two divisions part of the other?
fn do_overlap(one: &str, other: &str) -> bool {
    !one.is_empty() && (one.starts_with(other) || other.starts_with(one))
}

/// Name of a county, that of a township behind its county's; the code where the tables do not know it.
pub(super) fn place_title(tree: &DivisionTree, code: &str) -> String {
    let name = |code: &str| tree.name_of(code).unwrap_or(code).to_owned();
    match county_of(code) {
        county if county == code => name(code),
        county => format!("{}{}", name(county), name(code)),
    }
}

/// The persons (`true`) and households that a finding is about or rests on.
fn people_of(
    rules: &RuleSet,
    views: &QuarterViews<'_>,
    rule: usize,
    finding: &RuleFinding,
) -> Vec<(bool, i64)> {
    let kind = rules.rules[rule].header.subject;
    let mut records: Vec<i64> = finding.evidence.to_vec();
    let mut people = Vec::new();
    match (&finding.subject, kind) {
        (FindingSubject::Id(id), SubjectKind::Person) => people.push((true, *id)),
        (FindingSubject::Id(id), SubjectKind::Household) => people.push((false, *id)),
        (FindingSubject::Id(id), SubjectKind::Record | SubjectKind::Unit) => records.push(*id),
        (FindingSubject::Unit(_), _) => {}
    }
    let nodes = records.into_iter().filter_map(|record| views.find(record));
    people.extend(nodes.map(|(source, row)| {
        let node = views.inputs.node(source, row);
        (true, views.inputs.person_number(node))
    }));
    people
}
