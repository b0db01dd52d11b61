//! What a row says was found: the message, and who said what, in as few words as fit a line or three.

use super::evidence::ListedEvidence;
use super::number_conflict::{named_lists, number_conflict};
use crate::model::exception::{SubjectKind, TrackedException};
use crate::model::id_number::IdNumber;
use crate::privacy::mask::mask_numbers_in_text;
use crate::publish::PublicationInputs;
use crate::publish::people::SourceFields;

/// Characters of three lines, which message and values fill; a first value may take a fourth line. More stands with the
/// original values.
const THREE_LINES: usize = 48;
const FOUR_LINES: usize = 64;
/// Members of a household that are named; of more only how many.
const NAMED_MEMBERS: usize = 4;

/// What findings are told with.
pub(super) struct FindingTexts<'m, 'a> {
    pub(super) inputs: &'m PublicationInputs<'a>,
    pub(super) fields: &'m [SourceFields<'a>],
    pub(super) evidence: &'m ListedEvidence<'a>,
    /// By source: how much its word counts; smaller is more.
    pub(super) ranks: &'m [u32],
}

impl FindingTexts<'_, '_> {
    /// What was found, in the masked words of the message, with what the records say that the rule looked at. `name`
    /// writes a name as lists may show it.
    pub(super) fn text(
        &self,
        tracked: &TrackedException,
        records: &[Option<(usize, usize)>],
        name: impl Fn(&str) -> String,
    ) -> String {
        let exception = &tracked.exception;
        let mut text = mask_numbers_in_text(&exception.message).into_owned();
        let known: Vec<(usize, usize)> = records.iter().flatten().copied().collect();
        let code = &*exception.rule_code;
        let said = match self.inputs.catalogue.of_identities.contains(code) {
            true => self.identities(&known, name),
            false => {
                if exception.subject_kind == SubjectKind::Household {
                    text += &self.members(&known, name);
                }
                self.values(code, &known, &text)
            }
        };
        text + &said
    }

    /// Whom of the household the finding rests on, where they are several.
    fn members(&self, known: &[(usize, usize)], name: impl Fn(&str) -> String) -> String {
        let resolution = self.inputs.resolution;
        let node = |&(source, row): &(usize, usize)| resolution.offsets[source] as usize + row;
        let Some(home) = known.first().map(|first| resolution.household[node(first)]) else {
            return String::new();
        };
        let mut people: Vec<u32> = Vec::new();
        let mut names: Vec<String> = Vec::new();
        for record in known.iter().filter(|record| resolution.household[node(record)] == home) {
            let person = resolution.person[node(record)];
            if !people.contains(&person) {
                people.push(person);
                names.extend(self.fields[record.0].name(record.1).map(&name));
            }
        }
        names.retain(|name| !name.is_empty());
        match (people.len(), names.len()) {
            (..2, _) | (_, 0) => String::new(),
            (all, named) if named > NAMED_MEMBERS || all > named => {
                format!("涉及{}等{all}人。", names[..named.min(NAMED_MEMBERS)].join("、"))
            }
            _ => format!("涉及{}。", names.join("、")),
        }
    }

    fn title(&self, source: usize) -> &str {
        self.inputs.catalogue.source_title(&self.inputs.loaded[source].records.source)
    }

    /// How the subject is written: where numbers differ, and which names there are.
    fn identities(&self, known: &[(usize, usize)], name: impl Fn(&str) -> String) -> String {
        let person = |&(source, row): &(usize, usize)| {
            self.inputs.resolution.person[self.inputs.resolution.offsets[source] as usize + row]
        };
        let Some(subject) = known.first().map(person) else { return String::new() };
        let mut own: Vec<(usize, usize)> =
            known.iter().filter(|one| person(one) == subject).copied().collect();
        own.sort_by_key(|&(source, row)| (self.ranks[source], source, row));
        let numbers = own.iter().map(|&(source, row)| (self.title(source), self.number(source, row)));
        let mut said = number_conflict(numbers).map(|text| format!("{text}。")).unwrap_or_default();
        let mut names: Vec<(&str, Vec<&str>)> = Vec::new();
        for &(source, row) in &own {
            let (Some(name), list) = (self.fields[source].name(row), self.title(source)) else { continue };
            match names.iter_mut().find(|known| known.0 == name) {
                Some((_, lists)) if lists.contains(&list) => {}
                Some((_, lists)) => lists.push(list),
                None => names.push((name, vec![list])),
            }
        }
        if names.len() > 1 {
            let parts: Vec<String> =
                names.iter().map(|(one, lists)| format!("{}“{}”", named_lists(lists), name(one))).collect();
            said += &format!("姓名：{}。", parts.join("，"));
        }
        said
    }

    fn number(&self, source: usize, row: usize) -> IdNumber {
        self.fields[source].id(row)
    }

    /// What the lists say in the columns that decide the rule and that the message does not say already.
    fn values(&self, code: &str, known: &[(usize, usize)], message: &str) -> String {
        // By list and what is said, how many records say it.
        let mut said: Vec<(usize, Vec<String>, usize)> = Vec::new();
        for &(source, row) in known {
            let values = self.evidence.deciding_values(code, (source, row));
            let values: Vec<String> = values
                .into_iter()
                .filter(|(_, value)| !message.contains(value.as_str()))
                .map(|(title, value)| format!("{title} {value}"))
                .collect();
            if values.is_empty() {
                continue;
            }
            match said.iter_mut().find(|known| known.0 == source && known.1 == values) {
                Some((.., count)) => *count += 1,
                None => said.push((source, values, 1)),
            }
        }
        let (mut text, mut length) = (String::new(), message.chars().count() + 2);
        for (source, values, count) in said {
            let mut part = String::new();
            for value in values {
                let more = mask_numbers_in_text(&value).into_owned();
                let cost = more.chars().count()
                    + 1
                    + if part.is_empty() { self.title(source).chars().count() } else { 0 };
                let is_first = text.is_empty() && part.is_empty();
                if length + cost > if is_first { FOUR_LINES } else { THREE_LINES } {
                    continue;
                }
                length += cost;
                part.push_str(if part.is_empty() { "" } else { "、" });
                part.push_str(&more);
            }
            if part.is_empty() {
                continue;
            }
            text.push_str(if text.is_empty() { "" } else { "；" });
            text.push('据');
            text.push_str(self.title(source));
            if count > 1 {
                text.push_str(&format!("{count}条"));
            }
            text.push('：');
            text.push_str(&part);
        }
        if text.is_empty() { text } else { format!("{text}。") }
    }
}
