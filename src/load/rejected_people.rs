//! Who stands in the rows that are not accepted: they are in the list all the same, whatever is wrong with their rows.

use std::collections::BTreeSet;

use super::LoadedSource;
use crate::config::SourceContract;
use crate::extract::is_name_text;
use crate::model::han::is_han;
use crate::model::id_number::IdNumber;
use crate::model::source_row::AuditFinding;

/// Somebody who stands in a list with a row that is not accepted.
#[derive(Debug, Clone, PartialEq, Eq, PartialOrd, Ord)]
pub struct RejectedPerson {
    /// Number of the row as compared; missing where none is written that can be used.
    pub id: IdNumber,
    /// Name as written, `""`: none.
    pub name: String,
    /// County as written, `""`: the row does not say.
    pub county: String,
}

impl RejectedPerson {
    /// Reads the cells of somebody; `None` where neither a number nor a name can be used.
    pub(super) fn of_cells(id: &str, name: &str, county: &str) -> Option<Self> {
        let id = IdNumber::parse(id);
        let id = if id.id18_key().is_some() { id } else { IdNumber::default() };
        let name = name.trim();
        (!id.is_missing() || !name.is_empty()).then(|| Self {
            id,
            name: name.to_owned(),
            county: county.trim().to_owned(),
        })
    }

    /// Has he a number, or what may be a name: no total and no count (`10人`)?
    pub(super) fn is_somebody(&self) -> bool {
        !self.id.is_missing()
            || is_name_text(&self.name)
            || self.name.starts_with(|c: char| c.is_ascii_alphabetic())
    }

    /// Finds the people in a row whose cells are in no known place: by their numbers, without any by what may be a name.
    pub(super) fn in_text(original: &str) -> Vec<Self> {
        let cells = || original.split(['\t', ',', '，', ';', '；', '|', '"']).map(str::trim);
        let numbers = cells().filter_map(|cell| Self::of_cells(cell, "", ""));
        let found: Vec<Self> = numbers.collect();
        if !found.is_empty() {
            return found;
        }
        cells().filter(|cell| may_be_name(cell)).filter_map(|cell| Self::of_cells("", cell, "")).collect()
    }
}

/// Two to four Han characters.
fn may_be_name(cell: &str) -> bool {
    (2..=4).contains(&cell.chars().count()) && cell.chars().all(is_han)
}

/// Puts the people in order, each once, and tells of how many rows they are.
pub(super) fn tell_rejected_people(contract: &SourceContract, loaded: &mut LoadedSource) {
    let people: BTreeSet<RejectedPerson> = loaded.rejected_people.drain(..).collect();
    loaded.rejected_people = people.into_iter().collect();
    let told = |person: &RejectedPerson| !person.id.is_missing() || !person.county.is_empty();
    if !loaded.rejected_people.iter().any(told) {
        return;
    }
    let message = format!(
        "“{}”退回的{}条里写有证件号码或姓名：名单里有这些人，只是那一行被退回，凭“不在名单里”得出的疑点对他们不下结论；按退回清单改正后重报",
        contract.title,
        loaded.rejects.len(),
    );
    loaded.audits.push(AuditFinding::new(&contract.name, "rejected_people", false, message));
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn people_of_a_row_in_disorder_are_known_by_number_or_by_what_may_be_a_name() {
        let people = |text: &str| RejectedPerson::in_text(text);
        let [one] = &people("2018\t张红军\t410621197309164170\t淇县")[..] else { panic!() };
        assert_eq!((one.id, one.name.as_str()), (IdNumber::parse("410621197309164170"), ""));
        assert_eq!(people("410621197309164170,410621198408140603").len(), 2);
        let named = people("2018\t张红军\t\t180");
        assert_eq!(named.iter().map(|one| one.name.as_str()).collect::<Vec<_>>(), ["张红军"]);
        assert!(people("2018\t180\t1").is_empty());
    }
}
