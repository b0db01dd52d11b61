//! Rows of an exception list: where each stands, and what its cells say.

use std::borrow::Cow;

use hashbrown::{HashMap, HashSet};
use jiff::civil::Date;

use super::evidence::ListedEvidence;
use super::finding_text::FindingTexts;
use super::homes::{Contact, Homes};
use super::list_column::{ListColumn, ListLayout};
use super::supplement::{KEPT, SheetMarks};
use crate::Result;
use crate::answers::AnswerAct;
use crate::config::MaskStyle;
use crate::config::pipeline_settings::ListAudience;
use crate::model::answer_column::AnswerColumn;
use crate::model::day::unpack_day;
use crate::model::exception::{Severity, TrackedException};
use crate::model::id_number::{IdClass, IdNumber};
use crate::model::links::Node;
use crate::privacy::mask::{self, own_part};
use crate::publish::people::{PublishedPerson, RecordOwners, SourceFields};
use crate::publish::quarter_totals::{tier_confidence, tier_title};
use crate::publish::restricted::{ByFinding, cause_of, related_exceptions, row_version};
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
            L::Name => self.shown_name(self.name(entry.subject)),
            L::Identity => self.identity(entry.subject),
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

    /// What was answered last, and what changed since: an answer to other facts is none to these.
    fn last_answer(&self, tracked: &TrackedException) -> String {
        let Some(answer) = &tracked.answer else { return self.cause_answer(tracked) };
        let on = answer.answered_on.map_or_else(String::new, |day| format!("{day} "));
        let by = self.shown_name(&answer.answered_by);
        // Who looked at an answer is not who gave it.
        let reviewed = answer.act == AnswerAct::Approved;
        let mut text = match reviewed {
            true => format!("{on}{by}：{}（{}级审核通过）", answer.verdict, answer.level.title()),
            false => format!("{on}{} {by}：{}", answer.level.title(), answer.verdict),
        };
        let more = [&answer.reason, &answer.measure, &answer.note, &answer.paper];
        for part in more.into_iter().filter(|part| !part.is_empty()) {
            text.extend(["；", part]);
        }
        if answer.facts != tracked.facts {
            let changed: Vec<String> =
                tracked.changed.iter().filter_map(|one| self.changed_column(one)).collect();
            text.push_str("\n当时所依据的原值已变，请重新核查");
            if !changed.is_empty() {
                text.extend(["：", &changed.join("、")]);
            }
        }
        mask::mask_numbers_in_text(&text).into_owned()
    }

    /// What was answered of the finding that it follows from, where it need not be looked at by itself.
    fn cause_answer(&self, tracked: &TrackedException) -> String {
        let (Some(answer), Some(cause)) = (&tracked.cause_answer, cause_of(self.by_finding, tracked)) else {
            return String::new();
        };
        let on = answer.answered_on.map_or_else(String::new, |day| format!("，{day}"));
        format!("由原因{}已核（{}{on}），不必另核", short_number(cause), answer.verdict)
    }

    /// `农村低保名单“月保障金”`.
    fn changed_column(&self, column: &str) -> Option<String> {
        let (source, column) = column.split_once('.')?;
        let catalogue = self.inputs.catalogue;
        Some(format!("{}“{}”", catalogue.source_title(source), catalogue.column_title(source, column)))
    }

    fn unit<'s>(&'s self, code: &'s str) -> &'s str {
        match code {
            "" => "未定",
            code => self.people.division_name(code).unwrap_or(code),
        }
    }

    /// Village, and the part of it where a list says it.
    fn village<'s>(&'s self, entry: &ListEntry<'s>) -> Cow<'s, str> {
        let village = self.unit(&entry.tracked.exception.village_code);
        let group = entry.subject.map_or("", |one| {
            self.homes.contact(one.person, one.household, |contact| contact.group.as_str())
        });
        match group {
            "" => village.into(),
            group => format!("{village}\n{}", self.shown_text(group)).into(),
        }
    }

    /// The head of the household, and its number below.
    fn household<'s>(&'s self, entry: &ListEntry<'s>) -> Cow<'s, str> {
        let head = entry.subject.map_or("", |subject| self.homes.home(subject.household).head);
        let (head, number) = (self.shown_name(head), self.shown_household(entry.household));
        match (head.is_empty(), number.is_empty()) {
            (_, true) => head,
            (true, false) => number,
            (false, false) => format!("{head}\n{number}").into(),
        }
    }

    /// Name of whom the row is about, as the first record has it.
    fn name(&self, subject: Option<Subject>) -> &'a str {
        subject.and_then(|one| self.fields[one.source].name(one.row)).unwrap_or_default()
    }

    /// Number and age of whom the row is about; for the office alone the birth date, too.
    fn identity(&self, subject: Option<Subject>) -> Cow<'a, str> {
        let Some(subject) = subject else { return "".into() };
        let person = &self.persons[subject.person as usize];
        let mut id = self.fields[subject.source].id(subject.row);
        // A record without a usable number borrows the one its person is known by.
        if matches!(id.class, IdClass::Empty | IdClass::Other) {
            id = self.people.id(&self.fields, person);
        }
        let (number, mark) = self.number_and_mark(id);
        // What the number says counts: it is what officers look at.
        let birth = id.birth().filter(|_| id.trusted()).unwrap_or(person.birth);
        let (year, month, day) = unpack_day(birth);
        let age = match (self.audience(), age_on(birth, self.inputs.period.last_day())) {
            (_, None) => String::new(),
            (ListAudience::Inner, Some(age)) => format!("{year}-{month:02}-{day:02} {age}岁"),
            (ListAudience::Masked, Some(age)) => format!("{age}岁"),
        };
        let below = [mark.as_str(), age.as_str()].into_iter().filter(|part| !part.is_empty());
        let below = below.collect::<Vec<_>>().join(" ");
        match (number.is_empty(), below.is_empty()) {
            (_, true) => number,
            (true, false) => below.into(),
            (false, false) => format!("{number}\n{below}").into(),
        }
    }

    /// A number as the pipeline's privacy setting allows, and apart from it the mark that stands for what is hidden.
    fn number_and_mark(&self, id: IdNumber) -> (Cow<'a, str>, String) {
        match self.inputs.catalogue.privacy.shown_numbers() {
            MaskStyle::Partial => {
                let mut mark = String::new();
                let number = mask::mask_number_with_mark(id, |number| {
                    mark = self.inputs.secrets.identity.number_mark(number);
                    String::new()
                });
                (number, mark)
            }
            MaskStyle::None | MaskStyle::Full => (self.shown_id(id), String::new()),
        }
    }

    fn finding(&self, entry: &ListEntry<'_>) -> String {
        let tracked = entry.tracked;
        let texts = FindingTexts {
            inputs: &self.inputs,
            fields: &self.fields,
            evidence: &self.evidence,
            ranks: &self.ranks,
        };
        let follow = related_exceptions(self.by_finding, tracked).filter(|other| {
            is_covered_by_cause(self.by_finding, other)
                && cause_of(self.by_finding, other)
                    .is_some_and(|root| root.exception_id == tracked.exception_id)
        });
        texts.text(tracked, &entry.records, follow.count(), |name| self.shown_name(name).into_owned())
    }

    fn related(&self, tracked: &TrackedException) -> String {
        let mut all = String::new();
        for other in related_exceptions(self.by_finding, tracked) {
            if !all.is_empty() {
                all.push('\n');
            }
            self.push_related(tracked, other, &mut all);
        }
        all
    }

    /// Number of a related exception, and what it is where it has no row of its own or is the cause.
    fn push_related(&self, tracked: &TrackedException, related: &TrackedException, out: &mut String) {
        let (e, by_finding) = (&related.exception, self.by_finding);
        out.push_str(&short_number(related));
        let is = |one: &TrackedException, other: &TrackedException| one.exception_id == other.exception_id;
        let what = if cause_of(by_finding, tracked).is_some_and(|root| is(root, related)) {
            "（根本原因，先核实）"
        } else if cause_of(by_finding, related).is_some_and(|root| is(root, tracked)) {
            "（由本条引起）"
        } else {
            return;
        };
        let title = self.rules.get(&*e.rule_code).map_or("", |r| r.title.as_str());
        out.extend([" ", title, what]);
    }

    /// How the records were matched: a tier that says that number and name agree is not told of records that do not.
    fn match_words(&self, entry: &ListEntry<'_>) -> &'static str {
        let tier = entry.tracked.exception.confidence;
        let (mut numbers, mut names) = (HashSet::new(), HashSet::new());
        if let Some(subject) = entry.subject {
            let person = |&(source, row): &(usize, usize)| {
                self.inputs.resolution.person[self.people.node(source, row)]
            };
            let own = entry.records.iter().flatten().filter(|one| person(one) == subject.person);
            for &(source, row) in own {
                numbers.extend(self.fields[source].id(row).text());
                names.extend(self.fields[source].name(row));
            }
        }
        match (tier, numbers.len() > 1, names.len() > 1) {
            (1 | 2, true, true) => "证件号、姓名都有不同",
            (1 | 2, true, false) => "姓名一致，证件号不同",
            (1, false, true) => tier_title(2),
            _ => tier_title(tier),
        }
    }

    /// A number as the pipeline's privacy setting allows.
    fn shown_id(&self, id: IdNumber) -> Cow<'a, str> {
        match self.inputs.catalogue.privacy.shown_numbers() {
            MaskStyle::None => id.text().map_or_else(|| mask::mask_number_for_list(id), Cow::Owned),
            MaskStyle::Partial => {
                mask::mask_number_with_mark(id, |number| self.inputs.secrets.identity.number_mark(number))
            }
            MaskStyle::Full => "".into(),
        }
    }

    /// A household's number: often its head's ID number, which is shown as such numbers are.
    fn shown_household<'n>(&self, number: &'n str) -> Cow<'n, str> {
        match self.inputs.catalogue.privacy.shown_numbers() {
            MaskStyle::None => number.into(),
            MaskStyle::Partial | MaskStyle::Full => {
                let id = IdNumber::parse(number);
                match id.edit_key().is_some_and(|key| self.damaged_numbers.contains(&key)) {
                    true => mask::mask_number_for_list(id),
                    false => mask::mask_persons_in_code(number).into(),
                }
            }
        }
    }

    /// A name as the pipeline's privacy setting allows; a number in its place is no name.
    pub(super) fn shown_name<'n>(&self, name: &'n str) -> Cow<'n, str> {
        match self.inputs.catalogue.privacy.name_mask {
            MaskStyle::None => mask::mask_numbers_in_text(name),
            MaskStyle::Partial => mask::mask_name_for_notice(&mask::mask_numbers_in_text(name)).into(),
            MaskStyle::Full => "".into(),
        }
    }

    /// What somebody wrote: whole for the office alone.
    fn shown_text<'n>(&self, text: &'n str) -> Cow<'n, str> {
        match self.audience() {
            ListAudience::Inner => text.into(),
            ListAudience::Masked => mask::mask_numbers_in_text(text),
        }
    }

    /// One line per record: source, place in the file, name, masked number, original values.
    fn evidence_text(&self, entry: &ListEntry<'_>) -> String {
        use std::fmt::Write as _;
        let mut out = String::new();
        let exception = &entry.tracked.exception;
        for (id, place) in exception.evidence.iter().zip(&entry.records) {
            if !out.is_empty() {
                out.push('\n');
            }
            let Some((source, row)) = *place else {
                out.extend([id, "（以前各期的记录）"]);
                continue;
            };
            let records = &self.inputs.loaded[source].records;
            let key = records.keys[row];
            let table = &records.tables[key.table()];
            let title = self.inputs.catalogue.source_title(&records.source);
            let _ = write!(out, "【{title}】{}", crate::load::masked_file_name(&table.file));
            if let Some(sheet) = &table.sheet {
                let _ = write!(out, " 工作表“{}”", mask::mask_numbers_in_text(sheet));
            }
            let _ = write!(out, " 第{}行", key.row());
            let fields = &self.fields[source];
            let mut separator = '：';
            if let Some(name) = fields.name(row) {
                out.push(std::mem::replace(&mut separator, '，'));
                out.push_str(&self.shown_name(name));
            }
            let number = self.shown_id(fields.id(row));
            if !number.is_empty() {
                out.push(std::mem::replace(&mut separator, '，'));
                out.push_str(&number);
            }
            self.evidence.push_values(&exception.rule_code, (source, row), &mut separator, &mut out);
        }
        out
    }
}

/// Age in years on a day of whoever is born on another; `None` where that is not known.
fn age_on(birth: u32, day: Date) -> Option<u32> {
    let (year, month, born) = unpack_day(birth);
    if !crate::model::day::is_real_day(birth) {
        return None;
    }
    let (on_year, on_month, on_day) = (
        u32::try_from(day.year()).ok()?,
        u32::from(day.month().unsigned_abs()),
        u32::from(day.day().unsigned_abs()),
    );
    on_year.checked_sub(year)?.checked_sub(u32::from((on_month, on_day) < (month, born)))
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

#[cfg(test)]
mod tests {
    use jiff::civil::date;

    use super::*;

    #[test]
    fn nobody_is_a_year_older_before_the_birthday() {
        assert_eq!(age_on(20_060_930, date(2018, 9, 30)), Some(12));
        assert_eq!(age_on(20_061_001, date(2018, 9, 30)), Some(11));
        assert_eq!(age_on(0, date(2018, 9, 30)), None);
        assert_eq!(age_on(20_190_101, date(2018, 9, 30)), None);
    }
}
