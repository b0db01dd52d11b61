//! Which findings belong to the same cause.

use hashbrown::{HashMap, HashSet};

use crate::model::exception::{Exception, RelatedException, SubjectKind};
use crate::rules::rule_file::RuleHeader;
use crate::rules::rule_set::RuleSet;

/// Where an exception stands among the others.
pub(crate) struct PlacedException {
    /// Position of its rule.
    pub(crate) rule: usize,
    /// Person and household it is shown under.
    pub(crate) person: Option<i64>,
    pub(crate) household: Option<i64>,
    /// Persons of its evidence, ascending.
    pub(crate) involved: Box<[i64]>,
}

/// Exceptions, where they stand, and those on each person and household.
struct ExceptionIndex<'a> {
    rules: &'a RuleSet,
    exceptions: &'a [Exception],
    placed: &'a [PlacedException],
    of_person: HashMap<i64, Vec<usize>>,
    of_household: HashMap<i64, Vec<usize>>,
    positions: HashMap<&'a str, usize>,
}

impl<'a> ExceptionIndex<'a> {
    fn of(rules: &'a RuleSet, exceptions: &'a [Exception], placed: &'a [PlacedException]) -> Self {
        let mut of_person: HashMap<i64, Vec<usize>> = HashMap::new();
        let mut of_household: HashMap<i64, Vec<usize>> = HashMap::new();
        for (index, one) in placed.iter().enumerate() {
            if let Some(person) = one.person {
                of_person.entry(person).or_default().push(index);
            }
            if let Some(household) = one.household {
                of_household.entry(household).or_default().push(index);
            }
        }
        let positions = rules.rules.iter().enumerate().map(|(at, r)| (r.header.code.as_str(), at)).collect();
        Self { rules, exceptions, placed, of_person, of_household, positions }
    }
    fn header(&self, index: usize) -> &'a RuleHeader {
        &self.rules.rules[self.placed[index].rule].header
    }
    fn on_person(&self, person: i64) -> impl Iterator<Item = usize> + '_ {
        self.of_person.get(&person).into_iter().flatten().copied()
    }
    fn on_household(&self, household: i64) -> impl Iterator<Item = usize> + '_ {
        self.of_household.get(&household).into_iter().flatten().copied()
    }
    /// Findings on the same person, of a finding on a household those on the household.
    fn near(&self, index: usize) -> impl Iterator<Item = usize> + '_ {
        let PlacedException { person, household, .. } = self.placed[index];
        let household = if person.is_none() { household } else { None };
        let of_person = person.into_iter().flat_map(|person| self.on_person(person));
        of_person.chain(household.into_iter().flat_map(|household| self.on_household(household)))
    }
    /// Findings that may be the cause: on the same person, or, where one of the two is on a
    /// household, in the same household.
    fn around(&self, index: usize) -> impl Iterator<Item = usize> + '_ {
        let is_person = |i: usize| self.exceptions[i].subject_kind == SubjectKind::Person;
        let household = self.placed[index].household;
        let of_household = household.into_iter().flat_map(|household| self.on_household(household));
        self.near(index).chain(of_household.filter(move |&i| !is_person(index) || !is_person(i)))
    }
    /// Is the finding one of a rule that names causes?
    fn is_root(&self, index: usize) -> bool {
        self.header(index).root_cause
    }
    fn name(&self, index: usize) -> RelatedException {
        let exception = &self.exceptions[index];
        RelatedException {
            rule_code: exception.rule_code.clone(),
            subject_id: exception.subject_id.clone(),
            rule_key: exception.rule_key.clone(),
        }
    }
    fn rule(&self, code: &str) -> Option<usize> {
        self.positions.get(code).copied()
    }

    /// The exception at the root of each one's chain of causes: by the header, else a root-cause
    /// finding on the same person. One that is certain does not follow from one that rests on an
    /// unconfirmed match.
    fn causes(&self) -> Vec<Option<usize>> {
        let direct = |index: usize| {
            let (exception, header) = (&self.exceptions[index], self.header(index));
            let sure = |i: &usize| *i != index && (exception.in_review || !self.exceptions[*i].in_review);
            let named = header.causes(&exception.rule_key).filter_map(|code| self.rule(code));
            let named = { named }
                .find_map(|rule| self.around(index).find(|i| sure(i) && self.placed[*i].rule == rule));
            named.or_else(|| {
                let person = exception.subject_kind == SubjectKind::Person && !header.root_cause;
                let is_cause = |i: &usize| {
                    sure(i) && self.is_root(*i) && self.exceptions[*i].subject_kind == SubjectKind::Person
                };
                if person { self.near(index).find(is_cause) } else { None }
            })
        };
        let direct: Vec<Option<usize>> = (0..self.placed.len()).map(direct).collect();
        let root = |index: usize| {
            let mut at = index;
            // A circle of rules that explain each other has no root: stop after a few steps.
            for _ in 0..8 {
                match direct[at] {
                    Some(next) if next != index => at = next,
                    _ => break,
                }
            }
            (at != index).then_some(at)
        };
        (0..self.placed.len()).map(root).collect()
    }

    /// Exceptions that belong with one: its cause, findings of root-cause rules on the persons
    /// involved, what else follows from the cause, what follows from it, and findings of the rules
    /// its header names on the same person or household.
    fn related(&self, index: usize, cause: Option<usize>, follow: &HashMap<usize, Vec<usize>>) -> Vec<usize> {
        let mut list: Vec<usize> = cause.into_iter().collect();
        for &person in &self.placed[index].involved {
            list.extend(self.on_person(person).filter(|&i| self.is_root(i)));
        }
        list.extend(cause.and_then(|cause| follow.get(&cause)).into_iter().flatten());
        list.extend(follow.get(&index).into_iter().flatten());
        let related = &self.header(index).related;
        if !related.is_empty() {
            list.extend(self.near(index).filter(|&i| related.contains(&self.header(i).code)));
        }
        let mut seen = HashSet::new();
        list.retain(|&i| i != index && seen.insert(i));
        list
    }
}

/// Names the cause of each exception, and attaches those that belong with it.
pub(crate) fn relate_exception_causes(
    rules: &RuleSet,
    exceptions: &mut [Exception],
    placed: &[PlacedException],
) {
    let found = ExceptionIndex::of(rules, exceptions, placed);
    let causes = found.causes();
    let mut follow: HashMap<usize, Vec<usize>> = HashMap::new();
    for (index, cause) in causes.iter().enumerate() {
        if let Some(cause) = cause {
            follow.entry(*cause).or_default().push(index);
        }
    }
    let named: Vec<_> = (causes.iter().enumerate())
        .map(|(index, cause)| {
            let related = found.related(index, *cause, &follow).into_iter().map(|i| found.name(i)).collect();
            (related, cause.map(|cause| Box::new(found.name(cause))))
        })
        .collect();
    drop(found);
    for (exception, (related, cause)) in exceptions.iter_mut().zip(named) {
        exception.related = related;
        exception.cause = cause;
    }
}
