//! Rows of an exception list: where each stands, and what its cells say.

mod what;
mod who;

use std::borrow::Cow;

use hashbrown::{HashMap, HashSet};

use super::evidence::{EarlierPerson, ListedEvidence};
use super::homes::{Contact, Homes};
use super::list_column::{ListColumn, ListLayout};
use super::supplement::{KEPT, SheetMarks};
use crate::Result;
use crate::config::pipeline_settings::ListAudience;
use crate::model::answer_column::AnswerColumn;
use crate::model::exception::{Severity, TrackedException};
use crate::model::id_number::IdClass;
use crate::model::links::Node;
use crate::privacy::mask::own_part;
use crate::publish::people::{PublishedPerson, RecordOwners, SourceFields};
use crate::publish::quarter_totals::tier_confidence;
use crate::publish::restricted::{ByFinding, cause_of, row_version};
use crate::publish::{PublicationInputs, RuleFacts};
use crate::track::short_number;

/// Stands before a row's key: no spreadsheet takes for a number what begins with a letter.
const ROW_KEY: char = 'K';

/// What rows are made of.
pub(super) struct RowMaterial<'a> {
    inputs: PublicationInputs<'a>,
    people: &'a RecordOwners<'a>,
    persons: &'a [PublishedPerson],
    by_finding: &'a ByFinding<'a>,
    /// By source.
    fields: Vec<SourceFields<'a>>,
    evidence: ListedEvidence<'a>,
    homes: Homes<'a>,
    rules: HashMap<&'a str, &'a RuleFacts>,
    /// By source: how much its word counts; smaller is more.
    ranks: Vec<u32>,
    /// Day on which the lists are handed out.
    issued: String,
    /// Numbers without a real birth date that stand where ID numbers do: as a household's number nothing else tells them.
    damaged_numbers: HashSet<u64>,
    /// What comes on top of sheets that are out.
    marks: SheetMarks<'a>,
}

/// An exception and where it stands on its list.
pub(super) struct ListEntry<'a> {
    pub(super) tracked: &'a TrackedException,
    household: &'a str,
    /// Source and row of each record it rests on; `None` for those of an earlier quarter.
    records: Vec<Option<(usize, usize)>>,
    /// Of the first of them that is of this quarter.
    subject: Option<Subject>,
    pub(super) overdue: bool,
}

/// Dense numbers of whom a row is about.
#[derive(Debug, Clone, Copy)]
struct Subject {
    source: usize,
    row: usize,
    person: u32,
    household: u32,
}

/// A row ready to be written.
pub(super) struct ListRow<'a> {
    pub(super) cells: Vec<Cow<'a, str>>,
    pub(super) severe: bool,
    pub(super) overdue: bool,
}

impl<'a> ListEntry<'a> {
    /// Where it stands within its village, but for how bad the household's worst is: household, person, severity, rule.
    fn place(&self, name: &'a str) -> [&'a str; 6] {
        let e = &self.tracked.exception;
        let person = e.person_id.as_deref().unwrap_or_default();
        [name, person, e.severity.code(), &e.rule_code, &e.rule_key, &self.tracked.listed_id]
    }

    /// Which household it is of: its number, and its id or that of what else it is about.
    pub(super) fn home(&self) -> [&'a str; 2] {
        let e = &self.tracked.exception;
        [self.household, e.household_id.as_deref().unwrap_or(&e.subject_id)]
    }

    /// Severity of its rule.
    pub(super) fn severity(&self) -> Severity {
        self.tracked.exception.severity
    }
}

impl<'a> RowMaterial<'a> {
    pub(super) fn new(
        inputs: &PublicationInputs<'a>,
        people: &'a RecordOwners<'a>,
        persons: &'a [PublishedPerson],
        by_finding: &'a ByFinding<'a>,
        (listed, evidence): (&[&'a TrackedException], ListedEvidence<'a>),
        marks: SheetMarks<'a>,
    ) -> Result<Self> {
        let catalogue = inputs.catalogue;
        let rank =
            |name: &str| catalogue.sources.iter().find(|s| s.name == name).map_or(u32::MAX, |s| s.rank);
        let fields = people.fields();
        let ids = fields.iter().flat_map(SourceFields::ids);
        let damaged = ids.filter(|id| id.class == IdClass::BadDate18).filter_map(|id| id.edit_key());
        let damaged_numbers = damaged.collect();
        let ranks: Vec<u32> = inputs.loaded.iter().map(|loaded| rank(&loaded.records.source)).collect();
        let mut sources: Vec<usize> = (0..ranks.len()).collect();
        sources.sort_by_key(|&source| (ranks[source], source));
        let found = listed.iter().flat_map(|tracked| &tracked.exception.evidence);
        let nodes = found.filter_map(|id| evidence.find(id)).map(|(source, row)| people.node(source, row));
        let homes = Homes::gather(inputs, &fields, &sources, nodes)?;
        Ok(Self {
            inputs: *inputs,
            people,
            persons,
            by_finding,
            damaged_numbers,
            marks,
            fields,
            evidence,
            homes,
            rules: catalogue.rules.iter().map(|rule| (rule.code.as_str(), rule)).collect(),
            ranks,
            issued: inputs.issued.to_string(),
        })
    }

    /// Columns of lists that are filled in, and of those that are only read.
    pub(super) fn layouts(&self) -> [ListLayout; 2] {
        let (audience, mut said) = (self.audience(), self.homes.said());
        if self
            .inputs
            .tracked
            .iter()
            .any(|one| one.is_open() && (one.answer.is_some() || one.cause_answer.is_some()))
        {
            said.push(ListColumn::LastAnswer);
        }
        if !self.marks.is_empty() {
            said.push(ListColumn::Supplement);
        }
        [ListLayout::of_answers(audience, &said), ListLayout::of_ledger(audience, &said)]
    }

    fn audience(&self) -> ListAudience {
        self.inputs.catalogue.privacy.lists
    }

    /// Where an exception stands.
    pub(super) fn entry(&self, tracked: &'a TrackedException) -> ListEntry<'a> {
        let e = &tracked.exception;
        let records: Vec<_> = e.evidence.iter().map(|id| self.evidence.find(id)).collect();
        let mut found: Vec<(usize, usize)> = records.iter().flatten().copied().collect();
        let subject = found.first().map(|&(source, row)| {
            let node = self.people.node(source, row);
            let resolution = self.inputs.resolution;
            let (person, household) = (resolution.person[node], resolution.household[node]);
            Subject { source, row, person, household }
        });
        found.sort_by_key(|&(source, row)| (self.ranks[source], source, row));
        let number = found.iter().find_map(|&(source, row)| self.fields[source].household(row)).map(own_part);
        let of_home = subject.map_or("", |subject| self.homes.home(subject.household).number);
        let household = number.unwrap_or(of_home);
        let overdue = *tracked.due_date < *self.issued;
        ListEntry { tracked, household, records, subject, overdue }
    }

    /// Do records among those that it rests on stand for one person, or may they? An import and the page ask the same of what is
    /// published ([`crate::resolve::evidence_pairs`]).
    pub(super) fn is_separable(&self, entry: &ListEntry<'_>) -> bool {
        let records: Vec<(usize, usize)> = entry.records.iter().flatten().copied().collect();
        let is_pair = |a: (usize, usize), b: (usize, usize)| {
            let [left, right] = [a, b].map(|(source, row)| self.people.node(source, row));
            let said = |(source, row): (usize, usize)| {
                let fields: &SourceFields<'_> = &self.fields[source];
                (fields.id(row).text(), fields.name(row))
            };
            let person = &self.inputs.resolution.person;
            let one_person = person[left] == person[right] && (a.0 != b.0 || said(a) != said(b));
            one_person || self.inputs.links.is_in_review(left as Node, right as Node)
        };
        (0..records.len()).any(|at| records[at + 1..].iter().any(|&other| is_pair(records[at], other)))
    }

    /// Entries in the order in which they are visited: by village, household, person and severity, in each village the
    /// households with the worst first; what follows from another row of the household stands behind it.
    pub(super) fn sort(&self, entries: &mut Vec<ListEntry<'a>>) {
        let mut worst: HashMap<(&str, [&str; 2]), Severity> = HashMap::new();
        for entry in entries.iter() {
            let key = (&*entry.tracked.exception.village_code, entry.home());
            let severity = worst.entry(key).or_insert(entry.severity());
            *severity = entry.severity().min(*severity);
        }
        let places: HashMap<&str, usize> =
            entries.iter().enumerate().map(|(at, entry)| (entry.tracked.exception_id.as_str(), at)).collect();
        let home = |entry: &ListEntry<'a>| {
            let e = &entry.tracked.exception;
            (e.village_code.is_empty(), &*e.county_code, &*e.township_code, &*e.village_code, entry.home())
        };
        let place = |entry: &ListEntry<'a>| entry.place(self.name(entry.subject));
        let mut keys = Vec::with_capacity(entries.len());
        for (at, entry) in entries.iter().enumerate() {
            let root = cause_of(self.by_finding, entry.tracked);
            let root = root.and_then(|root| places.get(root.exception_id.as_str()));
            let root = root.map(|&root| &entries[root]).filter(|root| home(root) == home(entry));
            let follows = root.is_some();
            let (unknown, county, township, village, of) = home(entry);
            let severity = worst[&(village, of)];
            let own = (follows, place(entry));
            keys.push((
                (unknown, county, township, village, severity, of),
                place(root.unwrap_or(entry)),
                own,
                at,
            ));
        }
        keys.sort_unstable();
        let order: Vec<usize> = keys.into_iter().map(|(.., at)| at).collect();
        let mut all: Vec<Option<ListEntry<'a>>> = std::mem::take(entries).into_iter().map(Some).collect();
        entries.extend(order.into_iter().filter_map(|at| all[at].take()));
    }

    /// Whoever an entry is about that rests on records of earlier publications alone.
    fn earlier(&self, entry: &ListEntry<'_>) -> Option<&EarlierPerson> {
        entry.tracked.exception.evidence.iter().find_map(|id| self.evidence.earlier(id))
    }

    /// The row of an exception.
    pub(super) fn row<'s>(&'s self, entry: &ListEntry<'s>, layout: &ListLayout) -> ListRow<'s> {
        let cells = layout.columns.iter().map(|column| self.cell(entry, *column)).collect();
        let severe = self.inputs.catalogue.words.is_marked(entry.severity());
        ListRow { cells, severe, overdue: entry.overdue }
    }

    fn cell<'s>(&'s self, entry: &ListEntry<'s>, column: ListColumn) -> Cow<'s, str> {
        use AnswerColumn as A;
        use ListColumn as L;
        let tracked = entry.tracked;
        let e = &tracked.exception;
        let rule = self.rules.get(&*e.rule_code);
        let contact = |said: fn(&Contact) -> &str| {
            entry.subject.map_or("", |one| self.homes.contact(one.person, one.household, said))
        };
        match column {
            L::Answer(A::Number) => short_number(tracked).into(),
            L::Answer(A::RowKey) => format!("{ROW_KEY}{}", tracked.listed_id).into(),
            L::Answer(A::RowVersion) => row_version(tracked).into(),
            L::Answer(_) => "".into(),
            L::Township => self.unit(&e.township_code).into(),
            L::Village => self.village(entry),
            L::Household => self.household(entry),
            L::Name => match entry.subject {
                Some(_) => self.shown_name(self.name(entry.subject)),
                None => self.shown_name(self.earlier(entry).map_or("", |one| one.name.as_str())),
            },
            L::Identity => match entry.subject {
                Some(subject) => self.identity(subject),
                None => self.earlier(entry).map_or("".into(), |one| self.identity_words(one.id, None)),
            },
            L::Finding => match self.marks.of(tracked) {
                "" | KEPT => self.finding(entry).into(),
                // Seen on paper, too.
                _ => format!("【新增】{}", self.finding(entry)).into(),
            },
            L::Advice => {
                let all = rule.map_or("", |rule| rule.advice.as_str());
                all.split('；').next().unwrap_or(all).into()
            }
            L::Due => (&*tracked.due_date).into(),
            L::Rule => (&*e.rule_code).into(),
            L::Kind => rule.map_or(&*e.rule_code, |r| r.title.as_str()).into(),
            L::Severity => e.severity.code().into(),
            L::Status => match tracked.checked {
                true => tracked.status.title().into(),
                false => format!("{}（本期未核对）", tracked.status.title()).into(),
            },
            L::Supplement => self.marks.of(tracked).into(),
            L::LastAnswer => self.last_answer(tracked).into(),
            L::Owner => (&*e.owner).into(),
            L::Helper => self.shown_name(contact(|contact| &contact.helper)),
            L::Phone => match self.audience() {
                ListAudience::Inner => contact(|contact| &contact.phone).into(),
                ListAudience::Masked => "".into(),
            },
            L::Address => self.shown_text(contact(|contact| &contact.address)),
            L::Match => self.match_words(entry).into(),
            L::Confidence => tier_confidence(e.confidence).into(),
            L::FirstSeen => tracked.first_seen.to_string().into(),
            L::Periods => self.inputs.period.periods_since(tracked.first_seen).to_string().into(),
            L::Issued => self.issued.as_str().into(),
            L::Related => self.related(tracked).into(),
            L::Evidence => self.evidence_text(entry).into(),
            L::AllAdvice => rule.map_or("", |rule| rule.advice.as_str()).into(),
        }
    }
}

/// True if the exception follows from one of the same department's on the same sheet of the same township.
pub(super) fn is_covered_by_cause(by_finding: &ByFinding<'_>, tracked: &TrackedException) -> bool {
    cause_of(by_finding, tracked).is_some_and(|root| {
        root.is_open()
            && root.in_review() == tracked.in_review()
            && (root.in_review() || root.exception.owner == tracked.exception.owner)
            && root.exception.township_code == tracked.exception.township_code
            && root.exception.county_code == tracked.exception.county_code
    })
}
