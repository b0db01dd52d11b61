//! What the publications say of the persons under a shared number.

use arrow::array::{Array as _, StringArray};
use rayon::prelude::*;

use super::{SharedVerdict, shared_numbers};
use crate::Result;
use crate::link::compare::han_name_level;
use crate::model::id_number::{IdClass, IdNumber};
use crate::normalize::NameForm;
use crate::publication::snapshot::Snapshot;

const COLUMNS: [&str; 6] = ["person_id", "id_number", "id_class", "name", "county_code", "sources"];

/// A person of one publication.
#[derive(Debug, Clone, Default)]
pub(super) struct ListedPerson {
    /// Position of the publication.
    pub(super) publication: u16,
    pub(super) person_id: String,
    pub(super) id_number: String,
    /// The number's check character was delivered and agrees.
    pub(super) confirmed: bool,
    pub(super) name: String,
    pub(super) county_code: String,
    /// Lists the person stands on, separated by `;`.
    pub(super) sources: String,
}

/// The persons at these places, in their order.
pub(super) fn read_listed_persons(
    publications: &[Snapshot],
    places: &[(u16, u32)],
) -> Result<Vec<ListedPerson>> {
    let mut order: Vec<usize> = (0..places.len()).collect();
    order.sort_unstable_by_key(|&at| places[at]);
    let wanted: Vec<&[usize]> = order.chunk_by(|&a, &b| places[a].0 == places[b].0).collect();
    let found: Vec<Vec<ListedPerson>> = wanted
        .par_iter()
        .map(|some| {
            let publication = places[some[0]].0;
            let rows = some.iter().map(|&at| places[at].1);
            read_one(&publications[usize::from(publication)], publication, rows)
        })
        .collect::<Result<_>>()?;
    let mut listed = vec![ListedPerson::default(); places.len()];
    for (at, one) in order.iter().zip(found.into_iter().flatten()) {
        listed[*at] = one;
    }
    Ok(listed)
}

/// `rows` ascending.
fn read_one(of: &Snapshot, publication: u16, rows: impl Iterator<Item = u32>) -> Result<Vec<ListedPerson>> {
    let mut rows = rows.peekable();
    let mut listed = Vec::new();
    let mut first = 0u32;
    for batch in shared_numbers::read_number_columns(of, &COLUMNS)? {
        let batch = batch?;
        let next = first + batch.num_rows() as u32;
        let columns = COLUMNS.map(|name| shared_numbers::number_text_column(of, &batch, name));
        let [person_id, id_number, id_class, name, county_code, sources] = columns;
        let (person_id, id_number, id_class) = (person_id?, id_number?, id_class?);
        let (name, county_code, sources) = (name?, county_code?, sources?);
        while let Some(row) = rows.next_if(|&row| row < next) {
            let at = (row - first) as usize;
            let text = |column: &StringArray| match column.is_null(at) {
                true => String::new(),
                false => column.value(at).to_owned(),
            };
            let id = IdNumber {
                class: listed_id_class(id_class.value(at)),
                ..IdNumber::parse(id_number.value(at))
            };
            listed.push(ListedPerson {
                publication,
                person_id: text(person_id),
                id_number: text(id_number),
                confirmed: id.trusted() && !id.may_be_truncated(),
                name: text(name),
                county_code: text(county_code),
                sources: text(sources),
            });
        }
        first = next;
    }
    Ok(listed)
}

/// The class that the publication gave the number: its 18 characters do not tell whether the last
/// one was delivered or computed.
fn listed_id_class(code: &str) -> IdClass {
    IdClass::ALL.into_iter().find(|class| class.code() == code).unwrap_or_default()
}

/// What two persons under one number are.
pub(super) fn judge_shared_person(
    (left, a): (&ListedPerson, &NameForm),
    (right, b): (&ListedPerson, &NameForm),
) -> SharedVerdict {
    // As within a prefecture: a slip of the pen at most.
    match (han_name_level(a, b).agrees(), left.confirmed && right.confirmed) {
        (true, true) => SharedVerdict::Same,
        (true, false) => SharedVerdict::Probable,
        (false, _) => SharedVerdict::Names,
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn between(names: [&str; 2], confirmed: [bool; 2]) -> SharedVerdict {
        let listed = confirmed.map(|confirmed| ListedPerson { confirmed, ..ListedPerson::default() });
        let forms = names.map(NameForm::analyse);
        judge_shared_person((&listed[0], &forms[0]), (&listed[1], &forms[1]))
    }

    #[test]
    fn a_number_alone_is_not_yet_the_same_person() {
        assert_eq!(between(["张伟", "张偉"], [true, true]), SharedVerdict::Same);
        assert_eq!(between(["张伟", "张伟"], [true, false]), SharedVerdict::Probable);
        assert_eq!(between(["张伟", "李小红"], [true, true]), SharedVerdict::Names);
        assert_eq!(between(["张伟", ""], [true, true]), SharedVerdict::Names);
    }
}
