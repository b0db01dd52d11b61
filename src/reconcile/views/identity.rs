//! The view `identity_record`: the records of persons whose records do not all carry the same
//! number and the same name, and of persons with somebody else's number. Everyone else is left
//! out, so that the rule on contradictions reads a small table.

use std::sync::Arc;

use arrow::array::{ArrayRef, Int32Array, StringArray};
use hashbrown::HashMap;
use rayon::prelude::*;

use super::super::View;
use super::super::catalogue::Catalogue;
use super::sink::Target;
use super::{Inputs, assemble};
use crate::Result;
use crate::link::compare::{HanNameLevel, han_name_level};
use crate::normalize::{IdClass, IdNumber, NameForm, PoolId};
use crate::rows::CHUNK_ROWS;

/// One record of the view.
struct Row {
    source: usize,
    row: usize,
    person: usize,
    id: IdNumber,
    /// Names that are variants of each other share a number; -1 for no name.
    name_group: i32,
    of_other: bool,
    order: i32,
}

/// Who carries whose number.
pub(super) struct Numbers<'a> {
    nodes: Nodes<'a>,
    starts: Vec<u32>,
    members: Vec<u32>,
    borrowed: HashMap<u64, u32>,
}

impl<'a> Numbers<'a> {
    /// Looks at every record's number.
    pub(super) fn gather(inputs: &Inputs<'a>) -> Self {
        let nodes = Nodes::gather(inputs);
        let (starts, members) = by_person(&nodes, inputs.resolution.person_ids.len());
        let only = |person: u32, key: u64| {
            let records = starts[person as usize] as usize..starts[person as usize + 1] as usize;
            members[records].iter().filter_map(|&m| nodes.id[m as usize].id18_key()).all(|other| other == key)
        };
        let borrowed = borrowed_numbers(&nodes, only);
        Self { nodes, starts, members, borrowed }
    }
    /// The record's number unless it is somebody else's.
    pub(super) fn own(&self, node: usize) -> Option<IdNumber> {
        (!self.of_other(node)).then(|| self.nodes.id[node])
    }
    /// Does the record carry a valid number that belongs to another person, or to nobody knows
    /// whom? Then the birth date and sex in it are not this person's.
    pub(super) fn of_other(&self, node: usize) -> bool {
        let id = self.nodes.id[node];
        id.trusted()
            && id
                .id18_key()
                .and_then(|key| self.borrowed.get(&key))
                .is_some_and(|&owner| owner != self.nodes.person[node])
    }
}

/// Builds the view.
pub(super) fn view(
    inputs: &Inputs<'_>,
    catalogue: &Catalogue,
    numbers: &Numbers<'_>,
    to: &Target<'_>,
) -> Result<View> {
    let persons = inputs.resolution.person_ids.len();
    let rows: Vec<Row> = (0..persons)
        .into_par_iter()
        .flat_map_iter(|person| {
            let records = numbers.starts[person] as usize..numbers.starts[person + 1] as usize;
            person_rows(numbers, &numbers.members[records], person)
        })
        .collect();
    let resolution = inputs.resolution;
    let mut sink = to.begin(catalogue, "identity_record")?;
    for rows in rows.chunks(CHUNK_ROWS) {
        let text = |of: &dyn Fn(&Row) -> Option<String>| {
            Arc::new(rows.iter().map(of).collect::<StringArray>()) as ArrayRef
        };
        let number = |of: &dyn Fn(&Row) -> Option<i32>| {
            Arc::new(rows.iter().map(of).collect::<Int32Array>()) as ArrayRef
        };
        let household = |r: &Row| resolution.household[inputs.node(r.source, r.row)] as usize;
        let view = assemble(catalogue, "identity_record", |name| {
            Some(match name {
                "record_id" => text(&|r| Some(inputs.loaded[r.source].records.record_id(r.row))),
                "person_id" => text(&|r| Some(resolution.person_ids[r.person].to_string())),
                "household_id" => text(&|r| Some(resolution.household_ids[household(r)].to_string())),
                "source" => text(&|r| Some(inputs.loaded[r.source].records.source.clone())),
                "link_tier" => number(&|r| Some(resolution.tier[inputs.node(r.source, r.row)] as i32)),
                "record_order" => number(&|r| Some(r.order)),
                "id18" => text(&|r| r.id.to_text()),
                "id_class" => text(&|r| Some(r.id.class.code().to_owned())),
                "full_id" => number(&|r| Some(i32::from(r.id.id18_key().is_some()))),
                "name_group" => number(&|r| (r.name_group >= 0).then_some(r.name_group)),
                "id_of_other" => number(&|r| Some(i32::from(r.of_other))),
                _ => return None,
            })
        })?;
        sink.push(view, |row| rows[row].person)?;
    }
    sink.finish()
}

/// What is compared of every record.
struct Nodes<'a> {
    source: Vec<u32>,
    row: Vec<u32>,
    person: Vec<u32>,
    id: Vec<IdNumber>,
    name: Vec<PoolId>,
    /// Stated birth date or sex is not what the number says.
    contradicted: Vec<bool>,
    pools: Vec<Option<&'a [NameForm]>>,
}

impl<'a> Nodes<'a> {
    fn gather(inputs: &Inputs<'a>) -> Self {
        let total = inputs.resolution.person.len();
        let mut nodes = Self {
            source: Vec::with_capacity(total),
            row: Vec::with_capacity(total),
            person: inputs.resolution.person.clone(),
            id: Vec::with_capacity(total),
            name: Vec::with_capacity(total),
            contradicted: Vec::with_capacity(total),
            pools: Vec::new(),
        };
        for (source, fields) in inputs.comparables.iter().enumerate() {
            let names = fields.names("name");
            let ids = fields.id_numbers("id_number");
            let (births, sexes) = (fields.dates("birth_date"), fields.codes("sex"));
            nodes.pools.push(names.map(|(_, pool)| pool.values.as_slice()));
            for row in 0..fields.rows {
                nodes.source.push(source as u32);
                nodes.row.push(row as u32);
                let id = ids.map_or_else(IdNumber::default, |ids| ids[row]);
                let other_birth =
                    births.is_some_and(|b| b[row] != 0 && id.birth().is_some_and(|birth| birth != b[row]));
                let other_sex =
                    sexes.is_some_and(|s| s[row] != 0 && id.sex().is_some_and(|sex| sex as u8 != s[row]));
                nodes.contradicted.push(other_birth || other_sex);
                nodes.id.push(id);
                nodes.name.push(names.map_or(0, |(names, _)| names[row]));
            }
        }
        nodes
    }
    fn form(&self, node: usize) -> Option<&'a NameForm> {
        let pool = self.pools[self.source[node] as usize]?;
        pool.get(self.name[node] as usize).filter(|form| !form.is_missing())
    }
}

/// Records sorted by person: start of each person's run, and the nodes.
fn by_person(nodes: &Nodes<'_>, persons: usize) -> (Vec<u32>, Vec<u32>) {
    let mut starts = vec![0u32; persons + 1];
    for &person in &nodes.person {
        starts[person as usize + 1] += 1;
    }
    for person in 0..persons {
        starts[person + 1] += starts[person];
    }
    let mut next = starts.clone();
    let mut members = vec![0u32; nodes.person.len()];
    for (node, &person) in nodes.person.iter().enumerate() {
        members[next[person as usize] as usize] = node as u32;
        next[person as usize] += 1;
    }
    (starts, members)
}

/// Valid numbers that several persons carry → the person they belong to: the one with most
/// records of that number; of equals the one whose birth date and sex agree with it, then the
/// one who carries no other number (`only`), because a borrower mostly has a number of his own
/// as well; `u32::MAX` where that does not decide.
fn borrowed_numbers(nodes: &Nodes<'_>, only: impl Fn(u32, u64) -> bool) -> HashMap<u64, u32> {
    let mut uses: Vec<(u64, u32, bool)> = (0..nodes.id.len())
        .filter(|&node| nodes.id[node].trusted())
        .filter_map(|node| Some((nodes.id[node].id18_key()?, nodes.person[node], nodes.contradicted[node])))
        .collect();
    uses.par_sort_unstable();
    let mut borrowed = HashMap::new();
    for run in uses.chunk_by(|a, b| a.0 == b.0) {
        let key = run[0].0;
        if run[0].1 == run[run.len() - 1].1 {
            continue;
        }
        let most = run.chunk_by(|a, b| a.1 == b.1).map(<[_]>::len).max().unwrap_or(0);
        // (person, every record contradicts the number)
        let mut owners: Vec<(u32, bool)> = run
            .chunk_by(|a, b| a.1 == b.1)
            .filter(|one| one.len() == most)
            .map(|one| (one[0].1, one.iter().all(|u| u.2)))
            .collect();
        if owners.iter().any(|o| !o.1) {
            owners.retain(|o| !o.1);
        }
        if owners.len() > 1 {
            owners.retain(|o| only(o.0, key));
        }
        borrowed.insert(key, if owners.len() == 1 { owners[0].0 } else { u32::MAX });
    }
    borrowed
}

fn person_rows(numbers: &Numbers<'_>, members: &[u32], person: usize) -> Vec<Row> {
    let nodes = &numbers.nodes;
    let of_other = |node: usize| numbers.of_other(node);
    let first = members[0] as usize;
    let alike = members.iter().all(|&m| {
        let m = m as usize;
        nodes.id[m] == nodes.id[first] && nodes.name[m] == nodes.name[first] && !of_other(m)
    });
    if alike {
        return Vec::new();
    }
    let groups = name_groups(nodes, members);
    let common_id = most(members.iter().filter_map(|&m| nodes.id[m as usize].id18_key()));
    let common_name = most(groups.iter().copied().filter(|g| *g >= 0));
    let mut rows: Vec<Row> = members
        .iter()
        .zip(&groups)
        .map(|(&m, &name_group)| {
            let m = m as usize;
            Row {
                source: nodes.source[m] as usize,
                row: nodes.row[m] as usize,
                person,
                id: nodes.id[m],
                name_group,
                of_other: of_other(m),
                order: 0,
            }
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
fn most<T: Ord + Copy>(values: impl Iterator<Item = T>) -> Option<T> {
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
fn name_groups(nodes: &Nodes<'_>, members: &[u32]) -> Vec<i32> {
    let forms: Vec<Option<&NameForm>> = members.iter().map(|&m| nodes.form(m as usize)).collect();
    let mut groups: Vec<i32> = vec![-1; forms.len()];
    for i in 0..forms.len() {
        let Some(form) = forms[i] else { continue };
        for j in 0..i {
            let Some(other) = forms[j] else { continue };
            if !variants(form, other) || groups[i] == groups[j] {
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

/// May both names be one person's without a contradiction?
fn variants(a: &NameForm, b: &NameForm) -> bool {
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
