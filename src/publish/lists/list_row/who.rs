//! Whom a row is about, and what may be shown of numbers, names and texts.

use std::borrow::Cow;

use jiff::civil::Date;

use super::{ListEntry, RowMaterial, Subject};
use crate::config::MaskStyle;
use crate::config::pipeline_settings::ListAudience;
use crate::model::day::unpack_day;
use crate::model::id_number::{IdClass, IdNumber};
use crate::privacy::mask;

impl<'a> RowMaterial<'a> {
    pub(super) fn unit<'s>(&'s self, code: &'s str) -> &'s str {
        match code {
            "" => "未定",
            code => self.people.division_name(code).unwrap_or(code),
        }
    }

    /// Village, and the part of it where a list says it.
    pub(super) fn village<'s>(&'s self, entry: &ListEntry<'s>) -> Cow<'s, str> {
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
    pub(super) fn household<'s>(&'s self, entry: &ListEntry<'s>) -> Cow<'s, str> {
        let head = entry.subject.map_or("", |subject| self.homes.home(subject.household).head);
        let (head, number) = (self.shown_name(head), self.shown_household(entry.household));
        match (head.is_empty(), number.is_empty()) {
            (_, true) => head,
            (true, false) => number,
            (false, false) => format!("{head}\n{number}").into(),
        }
    }

    /// Name of whom the row is about, as the first record has it.
    pub(super) fn name(&self, subject: Option<Subject>) -> &'a str {
        subject.and_then(|one| self.fields[one.source].name(one.row)).unwrap_or_default()
    }

    /// Number and age of whom the row is about; for the office alone the birth date, too.
    pub(super) fn identity(&self, subject: Subject) -> Cow<'a, str> {
        let person = &self.persons[subject.person as usize];
        let mut id = self.fields[subject.source].id(subject.row);
        // A record without a usable number borrows the one its person is known by.
        if matches!(id.class, IdClass::Empty | IdClass::Other) {
            id = self.people.id(&self.fields, person);
        }
        self.identity_words(id, Some(person.birth))
    }

    /// A number and the age of whoever bears it; `birth`: where the number does not say it.
    pub(super) fn identity_words(&self, id: IdNumber, birth: Option<u32>) -> Cow<'a, str> {
        let (number, mark) = self.number_and_mark(id);
        // What the number says counts: it is what officers look at.
        let birth = id.birth().filter(|_| id.trusted()).or(birth).unwrap_or(0);
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

    /// A number as the pipeline's privacy setting allows.
    pub(super) fn shown_id(&self, id: IdNumber) -> Cow<'a, str> {
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
    pub(in crate::publish::lists) fn shown_name<'n>(&self, name: &'n str) -> Cow<'n, str> {
        match self.inputs.catalogue.privacy.name_mask {
            MaskStyle::None => mask::mask_numbers_in_text(name),
            MaskStyle::Partial => mask::mask_name_for_notice(&mask::mask_numbers_in_text(name)).into(),
            MaskStyle::Full => "".into(),
        }
    }

    /// What somebody wrote: whole for the office alone.
    pub(super) fn shown_text<'n>(&self, text: &'n str) -> Cow<'n, str> {
        match self.audience() {
            ListAudience::Inner => text.into(),
            ListAudience::Masked => mask::mask_numbers_in_text(text),
        }
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
