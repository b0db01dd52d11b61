//! The view `identity_record`: the records of persons whose records do not all carry the same
//! number and the same name, and of persons with somebody else's number. Everyone else is left
//! out, so that the rule on contradictions reads a small table.

use std::sync::Arc;

use arrow::array::{ArrayRef, Int32Array, StringArray};
use hashbrown::{HashMap, HashSet};
use rayon::prelude::*;

use super::super::views::rule_view::View;
use super::source_view::ViewSources;
use super::unknown_columns::unknown_names;
use super::view_placement::ViewTarget;
use super::{ViewInputs, assemble_view};
use crate::Result;
use crate::config::ColumnRole;
use crate::link::compare::{HanNameLevel, han_name_level};
use crate::model::han::WILDCARD;
use crate::model::id_number::{IdClass, IdNumber};
use crate::normalize::{ComparableSource, NameForm, PoolId};
use crate::rules::view_catalogue::{IDENTITIES, ViewCatalogue};

/// Companion of the column that says that a record carries somebody else's number.
const ID_OF_OTHER_UNKNOWN: &str = "id_of_other__unknown";

/// Most persons of a number whose unknown cells are tried one way and the other.
const MOST_TRIED: usize = 6;

/// Numbers that are looked at together when those of several persons are looked for.
const NUMBERS_AT_ONCE: usize = 2_000_000;

/// One record of the view.
struct IdentityRow {
    source: usize,
    row: usize,
    person: u32,
    id: IdNumber,
    /// Names that are variants of each other share a number; -1 for no name.
    name_group: i32,
    of_other: bool,
    order: i32,
}

/// Whose number each record carries.
pub(super) struct RecordNumbers {
    /// By node: the record carries a valid number that belongs to another person, or to nobody
    /// knows whom. Then the birth date and sex in it are not this person's.
    of_other: Vec<bool>,
    /// Nodes of which other birth dates or sexes in cells that are unknown would say otherwise, ascending.
    unsure: Vec<u32>,
    /// Persons of these nodes, ascending.
    unsure_persons: Vec<u32>,
}

/// A trusted number on a record of a person.
type NumberUse = (u64, u32, u32);

impl RecordNumbers {
    /// Looks at every record's number.
    pub(super) fn gather(inputs: &ViewInputs<'_>) -> Self {
        let nodes = IdentityNodes::of(inputs);
        let uses = find_contested_ids(inputs);
        // What all records of the persons in question carry.
        let persons: HashSet<u32> = uses.iter().map(|u| u.1).collect();
        let mut carried: HashMap<u32, Vec<u64>> = HashMap::with_capacity(persons.len());
        for (node, person) in inputs.resolution.person.iter().enumerate().filter(|p| persons.contains(p.1)) {
            carried.entry(*person).or_default().extend(nodes.id(node).id18_key());
        }
        let only = |person: u32, key: u64| {
            carried.get(&person).is_none_or(|keys| keys.iter().all(|other| *other == key))
        };
        let mut of_other = vec![false; inputs.resolution.person.len()];
        let mut unsure = Vec::new();
        for run in uses.chunk_by(|a, b| a.0 == b.0) {
            let owners = find_id_owners(&nodes, run, only);
            for &(_, person, node) in run {
                of_other[node as usize] = owners.first() != Some(&Some(person));
                let may_own = owners.contains(&Some(person));
                if may_own && owners.len() > 1 {
                    unsure.push(node);
                }
            }
        }
        unsure.sort_unstable();
        let mut unsure_persons: Vec<u32> =
            unsure.iter().map(|&node| inputs.resolution.person[node as usize]).collect();
        unsure_persons.sort_unstable();
        unsure_persons.dedup();
        Self { of_other, unsure, unsure_persons }
    }
    /// Does it rest on unknown cells whether some record of a person carries his own number? What it tells of him is not
    /// known then.
    pub(super) fn is_unsure_of(&self, person: usize) -> bool {
        self.unsure_persons.binary_search(&(person as u32)).is_ok()
    }
    /// Does it rest on unknown cells whether the record carries somebody else's number?
    fn is_unsure(&self, node: usize) -> bool {
        self.unsure.binary_search(&(node as u32)).is_ok()
    }
    /// By node: the record carries somebody else's number.
    pub(super) fn foreign(&self) -> &[bool] {
        &self.of_other
    }
    /// The record's number unless it is somebody else's.
    pub(super) fn own(&self, inputs: &ViewInputs<'_>, source: usize, row: usize) -> Option<IdNumber> {
        if self.of_other[inputs.node(source, row)] {
            return None;
        }
        Some(inputs.comparables[source].id_numbers("id_number").map_or_else(Default::default, |ids| ids[row]))
    }
}

/// Builds the view.
pub(super) fn identity_view(
    sources: &ViewSources<'_>,
    catalogue: &ViewCatalogue,
    to: &ViewTarget<'_>,
) -> Result<View<'static>> {
    let inputs = &sources.inputs;
    let nodes = IdentityNodes::of(inputs);
    let rows: Vec<IdentityRow> = find_differing_identities(&nodes, &sources.numbers)
        .par_chunk_by(|a, b| a.0 == b.0)
        .flat_map_iter(|members| person_rows(&nodes, &sources.numbers, members))
        .collect();
    let text = |of: &dyn Fn(&IdentityRow) -> Option<String>| {
        Arc::new(rows.iter().map(of).collect::<StringArray>()) as ArrayRef
    };
    let number = |of: &dyn Fn(&IdentityRow) -> Option<i32>| {
        Arc::new(rows.iter().map(of).collect::<Int32Array>()) as ArrayRef
    };
    let node = |r: &IdentityRow| inputs.node(r.source, r.row);
    let resolution = inputs.resolution;
    let household = |r: &IdentityRow| resolution.household_ids[resolution.household[node(r)] as usize];
    let view = assemble_view(catalogue, IDENTITIES, |name| {
        Some(match name {
            "record_id" => text(&|r| Some(inputs.loaded[r.source].records.record_id(r.row))),
            "person_id" => text(&|r| Some(resolution.person_ids[r.person as usize].to_string())),
            "household_id" => text(&|r| Some(household(r).to_string())),
            "source" => text(&|r| Some(inputs.loaded[r.source].records.source.clone())),
            "link_tier" => number(&|r| Some(inputs.resolution.tier[node(r)] as i32)),
            "record_order" => number(&|r| Some(r.order)),
            "id18" => text(&|r| r.id.to_text()),
            "id_class" => text(&|r| Some(r.id.class.code().to_owned())),
            "full_id" => number(&|r| Some(i32::from(r.id.id18_key().is_some()))),
            "name_group" => number(&|r| (r.name_group >= 0).then_some(r.name_group)),
            "id_of_other" => number(&|r| Some(i32::from(r.of_other))),
            ID_OF_OTHER_UNKNOWN => number(&|r| Some(i32::from(sources.numbers.is_unsure(node(r))))),
            _ => return None,
        })
    })?;
    let persons: Vec<u32> = rows.iter().map(|row| row.person).collect();
    to.put(IDENTITIES, &view, &persons)
}

/// What is compared of every record, by node.
struct IdentityNodes<'a> {
    inputs: ViewInputs<'a>,
    ids: Vec<Option<&'a [IdNumber]>>,
    names: Vec<Option<(&'a [PoolId], &'a [NameForm])>>,
    /// By source, columns with the birth date and the sex that have unknown cells.
    unknown: Vec<[Option<&'a str>; 2]>,
}

impl<'a> IdentityNodes<'a> {
    fn of(inputs: &ViewInputs<'a>) -> Self {
        let ids = |fields: &'a ComparableSource| fields.id_numbers("id_number");
        let names = |fields: &'a ComparableSource| {
            fields.names("name").map(|(names, pool)| (names, pool.values.as_slice()))
        };
        Self {
            inputs: *inputs,
            ids: inputs.comparables.iter().map(ids).collect(),
            names: inputs.comparables.iter().map(names).collect(),
            unknown: (0..inputs.loaded.len()).map(|source| unknown_birth_and_sex(inputs, source)).collect(),
        }
    }
    /// Source and row of a node.
    fn place(&self, node: usize) -> (usize, usize) {
        self.inputs.place(node)
    }
    fn id(&self, node: usize) -> IdNumber {
        let (source, row) = self.place(node);
        self.ids[source].map_or_else(IdNumber::default, |ids| ids[row])
    }
    fn name(&self, node: usize) -> PoolId {
        let (source, row) = self.place(node);
        self.names[source].map_or(0, |(names, _)| names[row])
    }
    fn form(&self, node: usize) -> Option<&'a NameForm> {
        let (source, row) = self.place(node);
        let (names, pool) = self.names[source]?;
        pool.get(names[row] as usize).filter(|form| !form.is_missing())
    }
    /// Is the stated birth date or sex not what the number says? `None`: one that is unknown may not be.
    fn contradicted(&self, node: usize) -> Option<bool> {
        let (source, row) = self.place(node);
        let fields = &self.inputs.comparables[source];
        let id = self.id(node);
        let birth = fields.dates("birth_date").map_or(0, |births| births[row]);
        let sex = fields.codes("sex").map_or(0, |sexes| sexes[row]);
        let contradicted = (birth != 0 && id.birth().is_some_and(|other| other != birth))
            || (sex != 0 && id.sex().is_some_and(|other| other as u8 != sex));
        let cells = &self.inputs.loaded[source].records.unknown;
        let is_unknown = |column: Option<&str>| column.is_some_and(|column| cells.is_unknown(column, row));
        let [birth_column, sex_column] = self.unknown[source];
        let may_be = (id.birth().is_some() && is_unknown(birth_column))
            || (id.sex().is_some() && is_unknown(sex_column));
        (contradicted || !may_be).then_some(contradicted)
    }
}

/// Columns of a source with the birth date and the sex, if some of their cells are unknown.
fn unknown_birth_and_sex<'a>(inputs: &ViewInputs<'a>, source: usize) -> [Option<&'a str>; 2] {
    if inputs.loaded[source].records.unknown.is_empty() {
        return [None; 2];
    }
    let Ok(contract) = inputs.contract(source) else { return [None; 2] };
    let unknown = unknown_names(contract, inputs, source);
    [ColumnRole::BirthDate, ColumnRole::Sex].map(|role| {
        unknown.iter().find(|column| column.role == Some(role)).map(|column| column.name.as_str())
    })
}

/// Trusted numbers that several persons carry, with who carries them on which record, sorted.
fn find_contested_ids(inputs: &ViewInputs<'_>) -> Vec<NumberUse> {
    let total = inputs.resolution.person.len();
    let parts = (total / NUMBERS_AT_ONCE + 1) as u64;
    let mut found = Vec::new();
    for part in 0..parts {
        let mut uses: Vec<NumberUse> = Vec::with_capacity(total / parts as usize);
        for (source, fields) in inputs.comparables.iter().enumerate() {
            let first = inputs.node(source, 0) as u32;
            let ids = fields.id_numbers("id_number").unwrap_or(&[]);
            let nodes = ids.iter().zip(inputs.persons(source)).zip(first..);
            let trusted = nodes.filter(|((id, _), _)| id.key % parts == part && id.trusted());
            uses.extend(trusted.filter_map(|((id, person), node)| Some((id.id18_key()?, *person, node))));
        }
        uses.par_sort_unstable();
        let several = uses.chunk_by(|a, b| a.0 == b.0).filter(|run| run[0].1 != run[run.len() - 1].1);
        several.for_each(|run| found.extend_from_slice(run));
    }
    found.par_sort_unstable();
    found
}

/// Persons a number may belong to that several carry (`None`: nobody), first as what is known says, then as other values
/// in unknown cells would have it; several only where it rests on these.
fn find_id_owners(
    nodes: &IdentityNodes<'_>,
    run: &[NumberUse],
    only: impl Fn(u32, u64) -> bool,
) -> Vec<Option<u32>> {
    let most = run.chunk_by(|a, b| a.1 == b.1).map(<[_]>::len).max().unwrap_or(0);
    // (person, every record contradicts the number)
    let carriers: Vec<(u32, Option<bool>)> = run
        .chunk_by(|a, b| a.1 == b.1)
        .filter(|one| one.len() == most)
        .map(|one| (one[0].1, are_all(one.iter().map(|u| nodes.contradicted(u.2 as usize)))))
        .collect();
    let open: Vec<usize> = (0..carriers.len()).filter(|&at| carriers[at].1.is_none()).collect();
    let mut owners = Vec::new();
    // An unknown cell contradicts nothing as far as is known; then all ways are tried.
    for way in 0..1_usize << open.len().min(MOST_TRIED) {
        let contradicts = |at: usize| match open.iter().position(|&place| place == at) {
            Some(place) => place < MOST_TRIED && way >> place & 1 == 1,
            None => carriers[at].1 == Some(true),
        };
        let tried = (0..carriers.len()).map(|at| (carriers[at].0, contradicts(at))).collect();
        let owner = find_id_owner(tried, |person| only(person, run[0].0));
        if !owners.contains(&owner) {
            owners.push(owner);
        }
    }
    if open.len() > MOST_TRIED {
        let others: Vec<Option<u32>> = carriers.iter().map(|one| Some(one.0)).chain([None]).collect();
        others.into_iter().for_each(|one| {
            if !owners.contains(&one) {
                owners.push(one);
            }
        });
    }
    owners
}

/// Do all hold? `None` where it rests on one of which it is not known.
fn are_all(all: impl Iterator<Item = Option<bool>>) -> Option<bool> {
    all.reduce(|one, other| match (one, other) {
        (Some(false), _) | (_, Some(false)) => Some(false),
        (Some(true), Some(true)) => Some(true),
        _ => None,
    })
    .unwrap_or(Some(true))
}

/// The person a number belongs to among those with most records of it (and whether every record of theirs contradicts
/// it): the one whose birth date and sex agree with it, of equals the one who carries no other number
/// (`only`), because a borrower mostly has a number of his own as well; nobody where that does not
/// decide.
fn find_id_owner(mut owners: Vec<(u32, bool)>, only: impl Fn(u32) -> bool) -> Option<u32> {
    if owners.iter().any(|o| !o.1) {
        owners.retain(|o| !o.1);
    }
    if owners.len() > 1 {
        owners.retain(|o| only(o.0));
    }
    match &owners[..] {
        [owner] => Some(owner.0),
        _ => None,
    }
}

/// Persons whose records do not all carry the same number and name, or one of whom carries
/// another's number, with their records: (person, node), sorted.
fn find_differing_identities(nodes: &IdentityNodes<'_>, numbers: &RecordNumbers) -> Vec<(u32, u32)> {
    const NOBODY: u32 = u32::MAX;
    let resolution = nodes.inputs.resolution;
    let mut first = vec![NOBODY; resolution.person_ids.len()];
    let mut differs = vec![false; first.len()];
    for (node, &person) in (0u32..).zip(&resolution.person) {
        let (at, other) = (node as usize, &mut first[person as usize]);
        let alike = match *other {
            NOBODY => {
                *other = node;
                true
            }
            other => {
                let other = other as usize;
                nodes.id(at) == nodes.id(other) && nodes.name(at) == nodes.name(other)
            }
        };
        differs[person as usize] |= !alike || numbers.of_other[at];
    }
    for &person in &numbers.unsure_persons {
        differs[person as usize] = true;
    }
    drop(first);
    let of_person = |(node, person): (u32, &u32)| differs[*person as usize].then_some((*person, node));
    let mut members: Vec<(u32, u32)> = (0u32..).zip(&resolution.person).filter_map(of_person).collect();
    members.par_sort_unstable();
    members
}

fn person_rows(
    nodes: &IdentityNodes<'_>,
    numbers: &RecordNumbers,
    members: &[(u32, u32)],
) -> Vec<IdentityRow> {
    let groups = name_groups(nodes, members);
    let common_id = most_frequent_identity(members.iter().filter_map(|m| nodes.id(m.1 as usize).id18_key()));
    let common_name = most_frequent_identity(groups.iter().copied().filter(|g| *g >= 0));
    let mut rows: Vec<IdentityRow> = members
        .iter()
        .zip(&groups)
        .map(|(&(person, node), &name_group)| {
            let node = node as usize;
            let (source, row) = nodes.place(node);
            let (id, of_other) = (nodes.id(node), numbers.of_other[node]);
            IdentityRow { source, row, person, id, name_group, of_other, order: 0 }
        })
        .collect();
    // The records most like the others come first: they are surely the person's own.
    rows.sort_by_key(|r| {
        let odd_id = r.id.id18_key().is_none() || r.id.id18_key() != common_id;
        let odd_name = r.name_group < 0 || Some(r.name_group) != common_name;
        (
            r.of_other,
            u8::from(odd_id) + u8::from(odd_name),
            r.id.class == IdClass::BadCheck18,
            r.source,
            r.row,
        )
    });
    for (order, row) in rows.iter_mut().enumerate() {
        row.order = order as i32;
    }
    rows
}

/// The most frequent value, the smallest of equals.
fn most_frequent_identity<T: Ord + Copy>(values: impl Iterator<Item = T>) -> Option<T> {
    let mut values: Vec<T> = values.collect();
    values.sort_unstable();
    let mut best: Option<(usize, T)> = None;
    for run in values.chunk_by(|a, b| a == b) {
        if best.is_none_or(|(count, _)| run.len() > count) {
            best = Some((run.len(), run[0]));
        }
    }
    best.map(|(_, value)| value)
}

/// Numbers names so that those joined by a chain of allowed variants share one.
fn name_groups(nodes: &IdentityNodes<'_>, members: &[(u32, u32)]) -> Vec<i32> {
    let mut forms: Vec<Option<&NameForm>> = members.iter().map(|m| nodes.form(m.1 as usize)).collect();
    leave_out_hidden_names(&mut forms);
    let mut groups: Vec<i32> = vec![-1; forms.len()];
    for i in 0..forms.len() {
        let Some(form) = forms[i] else { continue };
        for j in 0..i {
            let Some(other) = forms[j] else { continue };
            if !is_name_variant(form, other) || groups[i] == groups[j] {
                continue;
            }
            if groups[i] < 0 {
                groups[i] = groups[j];
            } else {
                let (from, to) = (groups[i].max(groups[j]), groups[i].min(groups[j]));
                groups.iter_mut().filter(|g| **g == from).for_each(|g| *g = to);
            }
        }
        if groups[i] < 0 {
            groups[i] = groups.iter().max().copied().unwrap_or(-1) + 1;
        }
    }
    groups
}

/// Leaves out names of which only the surname is seen (`李××`) beside others of that surname: they contradict none, and
/// must not join two that contradict each other.
fn leave_out_hidden_names(forms: &mut [Option<&NameForm>]) {
    let hidden = |form: &NameForm| {
        let chars = form.chars();
        chars.len() > 1 && chars[0] != WILDCARD && chars[1..].iter().all(|&c| c == WILDCARD)
    };
    for at in 0..forms.len() {
        let Some(form) = forms[at].filter(|form| form.has_wildcard() && hidden(form)) else { continue };
        let same = |other: &NameForm| other.chars().first() == form.chars().first();
        let told = |(place, other): (usize, &Option<&NameForm>)| {
            other.is_some_and(|other| place != at && same(other) && (place < at || !hidden(other)))
        };
        if forms.iter().enumerate().any(told) {
            forms[at] = None;
        }
    }
}

/// May both names be one person's without a contradiction?
fn is_name_variant(a: &NameForm, b: &NameForm) -> bool {
    use HanNameLevel::*;
    match han_name_level(a, b) {
        Missing | Exact | Variant | Note | Wildcard | SameReadingTone | SameReading => true,
        // Characters that look alike may also sound alike; the level names only the look.
        SimilarShape => {
            let keys: Vec<u64> = a.reading_keys().collect();
            b.reading_keys().any(|key| keys.contains(&key))
        }
        _ => false,
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn names_of_which_only_the_surname_is_seen_contradict_none_of_it() {
        let left = |names: &[&str]| -> Vec<bool> {
            let forms: Vec<NameForm> = names.iter().map(|name| NameForm::analyse(name)).collect();
            let mut forms: Vec<Option<&NameForm>> = forms.iter().map(Some).collect();
            leave_out_hidden_names(&mut forms);
            forms.iter().map(Option::is_some).collect()
        };
        assert_eq!(left(&["李××", "李小连"]), [false, true]);
        assert_eq!(left(&["李刚", "李**", "李强"]), [true, false, true]);
        assert_eq!(left(&["李××", "李××"]), [true, false], "both say the same");
        assert_eq!(left(&["王××", "李小连"]), [true, true], "another surname is another name");
        assert_eq!(left(&["李×连", "李小连"]), [true, true]);
    }
}
