//! A case, gathered.

use std::collections::BTreeSet;

use serde::Serialize;

use super::archive::{CaseArchive, CaseRecord};
use super::finding::{CaseFinding, column_words};
use super::history::AnswerLine;
use super::line_up::{RecordTable, line_up};
use super::matching_words::matched_by;
use super::near_records::{NearList, near_lists};
use super::numbers::{DeliveredNumbers, NumbersShown};
use super::pair_groups::{PairGroup, pairs_of};
use super::titles::RuleWords;
use crate::Result;
use crate::answers::Answer;
use crate::publication::table_reader::TableRow;
use crate::resolve::previous_records::RECORDS;

/// Whom a case is about; what is empty is none.
#[derive(Debug, Clone, Copy)]
pub(crate) struct CaseSubject<'a> {
    /// Rule of the finding, if it is one's case.
    pub(crate) rule: &'a str,
    pub(crate) rule_key: &'a str,
    pub(crate) person: &'a str,
    pub(crate) household: &'a str,
    /// Records that the finding rests on.
    pub(crate) evidence: &'a [String],
    /// Columns that say something else than when it was last seen, `source.column`.
    pub(crate) changed: &'a [String],
    pub(crate) facts: &'a str,
}

impl<'a> CaseSubject<'a> {
    /// The subject of a finding.
    pub(crate) fn of(one: &'a CaseFinding) -> Self {
        Self {
            rule: &one.rule,
            rule_key: &one.rule_key,
            person: &one.person_id,
            household: &one.household_id,
            evidence: &one.evidence,
            changed: &one.changed,
            facts: &one.facts,
        }
    }

    /// A person, or a household alone.
    pub(crate) fn persons(person: &'a str, household: &'a str) -> Self {
        Self { rule: "", rule_key: "", person, household, evidence: &[], changed: &[], facts: "" }
    }
}

/// Whom a case is about, as one says it.
#[derive(Debug, Default, Serialize)]
pub(crate) struct CasePerson {
    pub(crate) person_id: String,
    pub(crate) household_id: String,
    pub(crate) name: String,
    pub(crate) id_number: String,
    pub(crate) place: String,
    pub(crate) household_no: String,
    /// Sex and age.
    pub(crate) about: String,
}

/// Somebody else of the household.
#[derive(Debug, Serialize)]
pub(crate) struct HouseholdMember {
    pub(crate) who: CasePerson,
    pub(crate) table: RecordTable,
}

/// Others of a household that are told.
const MOST_MEMBERS: usize = 20;

/// A case.
#[derive(Debug, Default, Serialize)]
pub(crate) struct Case {
    pub(crate) who: CasePerson,
    pub(crate) rule: RuleWords,
    /// Columns that changed since it was last seen, in words.
    pub(crate) changed: Vec<String>,
    /// How the records that it rests on were matched; empty without a finding.
    pub(crate) matched_by: String,
    /// Of the person.
    pub(crate) person: RecordTable,
    /// Why the records are one person.
    pub(crate) pairs: Vec<PairGroup>,
    /// Doubtful pairs beyond those that are told.
    pub(crate) more_pairs: usize,
    /// Does the publication say what pairs weighed?
    pub(crate) has_weights: bool,
    /// Others in the household or that the finding rests on as well, each with his records.
    pub(crate) household: Vec<HouseholdMember>,
    /// Others beyond those that are told.
    pub(crate) more_members: usize,
    /// Lists that the subject is missing from, and who is nearest there.
    pub(crate) near: Vec<NearList>,
    /// Whatever was answered, the newest first.
    pub(crate) history: Vec<AnswerLine>,
}

impl CaseArchive {
    /// Gathers a case. `history`: what was answered of the finding, the oldest first.
    ///
    /// # Errors
    /// The publication is damaged.
    pub(crate) fn case(
        &self,
        subject: &CaseSubject<'_>,
        history: &[Answer],
        shown: NumbersShown,
    ) -> Result<Case> {
        // A household's finding is told of whom its first record is of.
        let first = match (subject.person, subject.evidence.first()) {
            ("", Some(first)) => {
                self.rows_with(RECORDS, [("record_id", &BTreeSet::from([first.as_str()]))])?
            }
            _ => Vec::new(),
        };
        let person = first.first().map_or(subject.person, |row| row.get("person_id"));
        let subject = &CaseSubject { person, ..*subject };
        let (mut own, mut others) = self.records_of(subject)?;
        let (near, near_ids) = near_lists(self, subject, shown)?;
        // Whoever is nearest in a list that somebody is missing from is told apart from him.
        others.retain(|one| !near_ids.contains(one.id()) || one.row.get("household_id") == subject.household);
        let evidence: BTreeSet<&str> = subject.evidence.iter().map(String::as_str).collect();
        // What the finding rests on comes first, in its order: the first is the subject's own.
        let place = |id: &str| subject.evidence.iter().position(|one| one == id).unwrap_or(usize::MAX);
        let order = |one: &CaseRecord| (place(one.id()), one.source().to_owned(), one.id().to_owned());
        own.sort_by_cached_key(order);
        let is_evidence = |one: &CaseRecord| evidence.contains(one.id());
        let named: BTreeSet<String> = others
            .iter()
            .filter(|one| is_evidence(one))
            .map(|one| one.row.get("person_id").to_owned())
            .collect();
        others.sort_by_cached_key(|one| {
            let person = one.row.get("person_id").to_owned();
            (!named.contains(&person), person, one.source().to_owned(), one.id().to_owned())
        });
        let all = own.iter().chain(&others);
        let delivered = DeliveredNumbers::of(all.map(|one| one.row.get("id_number")));
        let (pairs, more_pairs) = pairs_of(self, &own)?;
        let mut household = Vec::new();
        let mut more_members = 0;
        for of_one in others.chunk_by(|a, b| a.row.get("person_id") == b.row.get("person_id")) {
            if household.len() == MOST_MEMBERS {
                more_members += 1;
                continue;
            }
            let own = CaseSubject::persons(of_one[0].row.get("person_id"), subject.household);
            household.push(HouseholdMember {
                who: self.who(&own, of_one, (shown, &delivered)),
                table: line_up(self, of_one, &evidence, (shown, &delivered)),
            });
        }
        let of_evidence: Vec<&CaseRecord> = own.iter().filter(|one| is_evidence(one)).collect();
        Ok(Case {
            who: self.who(subject, if own.is_empty() { &others } else { &own }, (shown, &delivered)),
            rule: self.titles.rules.get(subject.rule).cloned().unwrap_or_default(),
            changed: subject.changed.iter().map(|column| column_words(self, column)).collect(),
            matched_by: if subject.rule.is_empty() { String::new() } else { matched_by(&of_evidence) },
            person: line_up(self, &own, &evidence, (shown, &delivered)),
            pairs,
            more_pairs,
            has_weights: self.weights.is_some(),
            household,
            more_members,
            near,
            history: history.iter().rev().map(|answer| AnswerLine::of(answer, subject.facts)).collect(),
        })
    }

    /// The records of the person, and those of others in the household or that the finding rests on.
    fn records_of(&self, subject: &CaseSubject<'_>) -> Result<(Vec<CaseRecord>, Vec<CaseRecord>)> {
        let set = |id: &'_ str| -> BTreeSet<String> {
            [id].into_iter().filter(|id| !id.is_empty()).map(str::to_owned).collect()
        };
        let (person, household) = (set(subject.person), set(subject.household));
        let person: BTreeSet<&str> = person.iter().map(String::as_str).collect();
        let household: BTreeSet<&str> = household.iter().map(String::as_str).collect();
        let evidence: BTreeSet<&str> = subject.evidence.iter().map(String::as_str).collect();
        let wanted = [("record_id", &evidence), ("person_id", &person), ("household_id", &household)];
        let rows = self.rows_with(RECORDS, wanted)?;
        let is_own = |row: &TableRow| person.contains(row.get("person_id"));
        let records = self.with_views(rows)?;
        Ok(records.into_iter().partition(|one| is_own(&one.row)))
    }

    fn who(
        &self,
        subject: &CaseSubject<'_>,
        records: &[CaseRecord],
        (shown, delivered): (NumbersShown, &DeliveredNumbers),
    ) -> CasePerson {
        // The first record that says it: not every list has a name, a number and a household.
        let said = |column: &str| {
            records.iter().map(|one| one.row.get(column)).find(|text| !text.is_empty()).unwrap_or_default()
        };
        let viewed = |column: &str| {
            let mut said = records.iter().filter_map(|one| one.view.as_ref()).map(|view| view.get(column));
            said.find(|text| !text.is_empty()).map(str::to_owned)
        };
        let codes = ["county_code", "township_code", "village_code"].map(said);
        let place: Vec<&str> = codes
            .into_iter()
            .filter(|code| !code.is_empty())
            .map(|code| self.titles.division(code))
            .collect();
        let age = viewed("age").map(|age| format!("{age}岁"));
        CasePerson {
            person_id: subject.person.to_owned(),
            household_id: subject.household.to_owned(),
            name: shown.text(said("name")),
            id_number: shown.number(said("id_number")),
            place: place.join(" "),
            household_no: shown.household(said("household"), delivered),
            about: viewed("sex").into_iter().chain(age).collect::<Vec<_>>().join("，"),
        }
    }
}
