//! What a row says was found: the message, and who said what, in as few words as fit a line or three.

use super::evidence::ListedEvidence;
use super::number_conflict::{named_lists, number_conflict};
use crate::model::exception::{SubjectKind, TrackedException};
use crate::model::id_number::IdNumber;
use crate::privacy::mask::mask_numbers_in_text;
use crate::publish::PublicationInputs;
use crate::publish::people::SourceFields;
use crate::reconcile::findings::select_outcome::UNFILLED;

/// Characters of three lines, which message and values fill. More stands with the original values.
const THREE_LINES: usize = 51;
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
    /// writes a name as lists may show it. `follow` findings have this one for their cause.
    pub(super) fn text(
        &self,
        tracked: &TrackedException,
        records: &[Option<(usize, usize)>],
        follow: usize,
        name: impl Fn(&str) -> String,
    ) -> String {
        let exception = &tracked.exception;
        let tail = if follow == 0 { String::new() } else { format!("另引起{follow}条。") };
        let mut text = join_unfilled(&mask_numbers_in_text(&exception.message));
        let known: Vec<(usize, usize)> = records.iter().flatten().copied().collect();
        let code = &*exception.rule_code;
        let said = match self.inputs.catalogue.of_identities.contains(code) {
            true => self.identities(&known, name),
            false => {
                if exception.subject_kind == SubjectKind::Household {
                    text += &self.members(&known, name);
                }
                let taken = text.chars().count() + tail.chars().count();
                self.values(code, &known, &text, taken)
            }
        };
        text + &said + &tail
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

    /// What the lists say in the columns that decide the rule and that the message does not say already, as far as
    /// there is room beside so many characters as are `taken`.
    fn values(&self, code: &str, known: &[(usize, usize)], message: &str, taken: usize) -> String {
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
        let (mut text, mut length) = (String::new(), taken + 2);
        for (source, values, count) in said {
            let mut part = String::new();
            for value in values {
                let more = mask_numbers_in_text(&value).into_owned();
                let cost = more.chars().count()
                    + 1
                    + if part.is_empty() { self.title(source).chars().count() } else { 0 };
                if length + cost > THREE_LINES {
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

/// Names what is not filled in once, at the end of its brackets, in place of a label and a blank for each value. What
/// stands outside of brackets is left alone.
fn join_unfilled(message: &str) -> String {
    // Blanks have brackets of their own; with a sign in their place no brackets stand in others.
    let message = message.replace(UNFILLED, BLANK);
    let mut out = String::with_capacity(message.len());
    for piece in message.split_inclusive('）') {
        let Some((before, listed)) = piece.strip_suffix('）').and_then(|piece| piece.rsplit_once('（'))
        else {
            out.push_str(piece);
            continue;
        };
        let label = |part: &str| part.strip_suffix(BLANK)?.strip_suffix('：').map(str::to_owned);
        let labels: Vec<String> = listed.split('；').filter_map(label).collect();
        let mut parts: Vec<String> =
            listed.split('；').filter(|part| label(part).is_none()).map(str::to_owned).collect();
        if !labels.is_empty() {
            parts.push(format!("{}：未填", labels.join("、")));
        }
        out.extend([before, "（", &parts.join("；"), "）"]);
    }
    out.replace(BLANK, UNFILLED)
}

/// Stands for a blank while brackets are looked at; a character that is none, kept for uses like this.
const BLANK: &str = "\u{FDD0}";

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn what_is_not_filled_in_is_named_once() {
        let cases = [
            (
                "已故（日期：（未填）；月数：（未填）；金额：（未填）），仍在发。",
                "已故（日期、月数、金额：未填），仍在发。",
            ),
            ("错发（每月60元；月数：（未填）；金额：（未填））。", "错发（每月60元；月数、金额：未填）。"),
            ("错发（每月60元；月数：3；金额：180元）。", "错发（每月60元；月数：3；金额：180元）。"),
            ("等级为（未填），不符。", "等级为（未填），不符。"),
            ("等级（一级）为（未填）（金额：（未填））。", "等级（一级）为（未填）（金额：未填）。"),
        ];
        for (message, shown) in cases {
            assert_eq!(join_unfilled(message), shown);
        }
    }
}
