//! Which workbooks there are and what stands in each.

use std::collections::{BTreeMap, BTreeSet};

use super::list_row::{ListEntry, RowMaterial, is_covered_by_cause};
use super::{REVIEW_SHEET, VISIT_SHEET, safe_names};
use crate::model::exception::{Status, TrackedException};
use crate::publish::PublicationInputs;
use crate::publish::held_notices::HeldNotice;
use crate::publish::people::RecordOwners;
use crate::publish::restricted::ByFinding;

/// Whom a workbook is for.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum BookKind {
    /// Whoever visits the households of a township, and answers.
    Township,
    /// Whoever looks after a county.
    County,
    /// A department of a county.
    Department,
}

/// The exceptions of a workbook.
pub(in crate::publish) struct BookPlan<'a> {
    pub(super) kind: BookKind,
    county: String,
    /// Of the township, or of the department.
    name: String,
    /// Path without suffix.
    pub(super) path: String,
    /// Those that have a row.
    pub(super) open: Vec<&'a TrackedException>,
    /// Open exceptions that are told under their cause.
    covered: u64,
    resolved: u64,
    county_code: &'a str,
    /// Code of a rule → subjects that it leaves undecided.
    undecided: BTreeMap<&'a str, u64>,
}

/// A workbook to be written.
pub(super) struct ListBook<'a> {
    pub(super) kind: BookKind,
    /// Whose workbook it is: `浚县屯子镇`, `浚县`, `浚县教育局`.
    pub(super) of: String,
    /// Sheet name → rows, the unconfirmed ones last.
    pub(super) sheets: Vec<(&'static str, Vec<ListEntry<'a>>)>,
    /// Open exceptions that are told under their cause.
    pub(super) covered: u64,
    pub(super) resolved: u64,
    /// Code of a rule → subjects that it leaves undecided.
    pub(super) undecided: &'a BTreeMap<&'a str, u64>,
    /// What the county's lists do not tell, and which rules that holds.
    pub(super) held: Vec<&'a str>,
}

impl ListBook<'_> {
    pub(super) fn rows(&self) -> u64 {
        self.sheets.iter().map(|(_, entries)| entries.len() as u64).sum()
    }
}

impl<'p> BookPlan<'p> {
    pub(super) fn book<'a>(&'a self, material: &RowMaterial<'a>, held: &'a [HeldNotice]) -> ListBook<'a>
    where
        'p: 'a,
    {
        let mut sheets = Vec::new();
        for (sheet, in_review) in [(VISIT_SHEET, false), (REVIEW_SHEET, true)] {
            let open = self.open.iter().filter(|tracked| tracked.in_review() == in_review);
            let mut entries: Vec<ListEntry<'a>> = open.map(|tracked| material.entry(tracked)).collect();
            material.sort(&mut entries);
            if !entries.is_empty() {
                sheets.push((sheet, entries));
            }
        }
        let of_county = held.iter().filter(|notice| notice.county_code == self.county_code);
        ListBook {
            kind: self.kind,
            of: format!("{}{}", self.county, self.name),
            sheets,
            covered: self.covered,
            resolved: self.resolved,
            undecided: &self.undecided,
            held: of_county.map(|notice| notice.text.as_str()).collect(),
        }
    }
}

/// Townships with open exceptions or undecided subjects, in order of their codes.
pub(in crate::publish) fn township_books<'a>(
    inputs: &PublicationInputs<'a>,
    people: &RecordOwners<'_>,
    by_finding: &ByFinding<'_>,
) -> Vec<BookPlan<'a>> {
    let mut open: BTreeMap<(&str, &str), Vec<&TrackedException>> = BTreeMap::new();
    let mut covered: BTreeMap<(&str, &str), u64> = BTreeMap::new();
    let mut resolved: BTreeMap<(&str, &str), u64> = BTreeMap::new();
    for tracked in inputs.tracked.iter().filter(|t| !t.is_history(inputs.period)) {
        let place = (&*tracked.exception.county_code, &*tracked.exception.township_code);
        if !tracked.is_open() {
            // What was answered is there still, and nobody is sent out for it again.
            *resolved.entry(place).or_default() += u64::from(tracked.status != Status::Answered);
        } else if is_covered_by_cause(by_finding, tracked) {
            // What follows from another row of the same sheet is told there.
            *covered.entry(place).or_default() += 1;
        } else {
            open.entry(place).or_default().push(tracked);
        }
    }
    let mut undecided: BTreeMap<(&str, &str), BTreeMap<&str, u64>> = BTreeMap::new();
    for one in &inputs.findings.undecided {
        let place = (&*one.county_code, &*one.township_code);
        // A township of which nothing is found has a workbook all the same: it says what is not known.
        open.entry(place).or_default();
        *undecided.entry(place).or_default().entry(&one.rule_code).or_default() += 1;
    }
    let mut taken = BTreeSet::new();
    let mut books = Vec::new();
    for ((county_code, township_code), open) in open {
        let name = |code: &str, unknown: &str| match code {
            "" => unknown.to_owned(),
            code => people.division_name(code).unwrap_or(code).to_owned(),
        };
        let (county, name) = (name(county_code, "未定县区"), name(township_code, "未定乡镇"));
        let file = safe_names::safe_file_name(&name);
        let path = format!("lists/{}/{file}", safe_names::safe_file_name(&county));
        let place = (county_code, township_code);
        books.push(BookPlan {
            kind: BookKind::Township,
            county,
            name,
            path: untaken(&mut taken, path, township_code),
            open,
            covered: covered.get(&place).copied().unwrap_or(0),
            resolved: resolved.get(&place).copied().unwrap_or(0),
            county_code,
            undecided: undecided.remove(&place).unwrap_or_default(),
        });
    }
    books
}

/// Two units, or lists, may bear the same name once unsafe characters are gone.
pub(super) fn untaken(taken: &mut BTreeSet<String>, path: String, code: &str) -> String {
    let free =
        if taken.contains(&path) { format!("{path}_{}", safe_names::safe_file_name(code)) } else { path };
    taken.insert(free.clone());
    free
}

/// Of each county the ledger of all its townships, and one of each department that has to mend something there.
pub(super) fn ledgers<'a>(inputs: &PublicationInputs<'a>, townships: &[BookPlan<'a>]) -> Vec<BookPlan<'a>> {
    let mut counties: BTreeMap<&'a str, Vec<&BookPlan<'a>>> = BTreeMap::new();
    for township in townships {
        counties.entry(township.county_code).or_default().push(township);
    }
    let owner = |code: &str| inputs.catalogue.rule(code).map_or("", |rule| rule.owner.as_str());
    let (mut taken, mut books) = (BTreeSet::new(), Vec::new());
    for (county_code, townships) in counties {
        let Some(county) = townships.first().map(|township| township.county.as_str()) else { continue };
        let folder = format!("lists/{}", safe_names::safe_file_name(county));
        let open: Vec<&TrackedException> = townships.iter().flat_map(|one| &one.open).copied().collect();
        let mut undecided: BTreeMap<&'a str, u64> = BTreeMap::new();
        for (code, count) in townships.iter().flat_map(|one| &one.undecided) {
            *undecided.entry(code).or_default() += count;
        }
        let mut departments: BTreeMap<&'a str, Vec<&'a TrackedException>> = BTreeMap::new();
        for tracked in &open {
            departments.entry(&tracked.exception.owner).or_default().push(tracked);
        }
        let sum = |of: fn(&BookPlan<'_>) -> u64| townships.iter().map(|one| of(one)).sum();
        let name = safe_names::safe_file_name(county);
        books.push(BookPlan {
            kind: BookKind::County,
            county: county.to_owned(),
            name: String::new(),
            path: untaken(&mut taken, format!("{folder}/台账/{name}"), county_code),
            open,
            covered: sum(|one| one.covered),
            resolved: sum(|one| one.resolved),
            county_code,
            undecided: undecided.clone(),
        });
        for (department, open) in departments {
            let name = if department.is_empty() { "未定部门" } else { department };
            let file = safe_names::safe_file_name(name);
            books.push(BookPlan {
                kind: BookKind::Department,
                county: county.to_owned(),
                name: name.to_owned(),
                path: untaken(&mut taken, format!("{folder}/责任部门/{file}"), county_code),
                open,
                covered: 0,
                resolved: 0,
                county_code,
                undecided: undecided
                    .iter()
                    .filter(|(code, _)| owner(code) == department)
                    .map(|(c, n)| (*c, *n))
                    .collect(),
            });
        }
    }
    books
}
