//! What only several lists together show: numbers of one that the other does not have, and names of one that stand
//! beside other numbers everywhere else.

use std::collections::BTreeMap;

use super::LoadedSource;
use super::audit::audit_percent_text;
use super::data_folder::masked_file_name;
use super::delivery::DeliveryCheck;
use super::source_digest::SourceDigest;
use crate::config::{ColumnRole, SourceContract};
use crate::model::source_row::AuditFinding;

/// Numbers of a county that the other list does not have, from which it is looked at.
const LEAST_KEYS: u64 = 20;
/// Share of them, in 1/100, from which it is told, and from which the two lists do not belong together.
const TOLD_PERCENT: u64 = 5;
const APART_PERCENT: u64 = 20;

/// A county of two lists whose numbers do not meet: the finding, and the lists (by position) and county that are held.
pub(super) struct UnmetKeys {
    pub(super) finding: AuditFinding,
    pub(super) held: Option<([usize; 2], String)>,
}

/// Counties of two lists whose contracts say that their numbers meet, and in which they do not.
pub(super) fn unmet_keys(check: &DeliveryCheck<'_>, loaded: &[LoadedSource]) -> Vec<UnmetKeys> {
    let position = |name: &str| loaded.iter().position(|one| one.records.source == name);
    let mut found = Vec::new();
    for (at, one) in loaded.iter().enumerate() {
        let Some(contract) = check.pipeline.source(&one.records.source) else { continue };
        for meeting in &contract.audits.meets {
            let Some(other) = position(&meeting.source) else { continue };
            let Some(other_contract) = check.pipeline.source(&meeting.source) else { continue };
            let keys = |of: usize, column: &str| loaded[of].digest.keys.get(column);
            let (Some(ours), Some(theirs)) = (keys(at, &meeting.column), keys(other, &meeting.with)) else {
                continue;
            };
            for (county, own) in ours {
                let Some(their) = theirs.get(county).filter(|_| !county.is_empty()) else { continue };
                let sides = [(contract, at, own, their), (other_contract, other, their, own)];
                let unmet = sides.map(|(contract, _, keys, others)| {
                    let without = keys.iter().filter(|key| others.binary_search(key).is_err()).count();
                    (contract, without as u64, keys.len() as u64)
                });
                let over = |percent: u64| {
                    let many = |(_, without, all): &&(_, u64, u64)| {
                        *without >= LEAST_KEYS && without * 100 >= all * percent
                    };
                    unmet.iter().any(|one| many(&one))
                };
                if !over(TOLD_PERCENT) {
                    continue;
                }
                let label = contract.column(&meeting.column).map_or("", |column| &column.label);
                let name = check.pipeline.divisions.name_of(county).unwrap_or(county);
                let apart = over(APART_PERCENT);
                let told = unmet
                    .map(|(contract, without, all)| format!("“{}”{all}个里有{without}个", contract.title));
                let message = format!(
                    "“{}”与“{}”的“{label}”在{name}有许多对不上：{}在另一份里没有（{}）；多半是其中一份的号码另有写法（前缀、补零、截断），\
                     或两份不是同一天导出的：向{}索取写法一致的名单{}",
                    contract.title,
                    other_contract.title,
                    told.join("、"),
                    audit_percent_text(unmet.iter().map(|u| u.1).sum(), unmet.iter().map(|u| u.2).sum()),
                    contract.owner,
                    if apart { "后重新运行" } else { "核对" }
                );
                let blocking = apart && !check.partial;
                found.push(UnmetKeys {
                    finding: AuditFinding::new(&contract.name, "unmet_keys", blocking, message),
                    held: apart.then(|| ([at, other], county.clone())),
                });
            }
        }
    }
    found
}

/// What a number says of its owner in one place: number, hash of what is said, position of the list, position of its part.
pub(super) type SaidOfNumber = (u64, u32, usize, usize);

/// Numbers of a file or county whose name every other list contradicts, as a number and in 1/100 of those that
/// another list knows, from which the column of names or that of numbers has slid.
const LEAST_NAMES: u64 = 20;
const OTHER_NAMES_PERCENT: u64 = 20;

/// Part of a list: position of the list, of the file's first table, county; the whole file without a county.
pub(super) type ListPart<'a> = (usize, usize, Option<&'a str>);

/// Files, and counties within files, whose numbers carry other names than everywhere else. The worst is told and left
/// aside before the others are asked again: what it says must not speak against them.
pub(super) fn other_names(check: &DeliveryCheck<'_>, loaded: &[LoadedSource]) -> Vec<AuditFinding> {
    let mut all: Vec<SaidOfNumber> = Vec::new();
    for (list, one) in loaded.iter().enumerate() {
        all.extend(one.digest.names.iter().map(|n| (n.id, n.name, list, n.part as usize)));
    }
    let parts = contradicted_parts(all, loaded, OTHER_NAMES_PERCENT);
    let findings = parts.into_iter().filter_map(|((list, table, county), known, other)| {
        let contract = check.pipeline.source(&loaded[list].records.source)?;
        Some(slid_names(check, contract, &loaded[list], (table, county), (known, other)))
    });
    findings.collect()
}

/// Parts of lists of whose numbers at least a share, in 1/100, is said to be something else by every other list; each with
/// the numbers that another list knows, and those of them. The worst comes first and is left aside before the others
/// are asked again.
pub(super) fn contradicted_parts(
    mut all: Vec<SaidOfNumber>,
    loaded: &[LoadedSource],
    percent: u64,
) -> Vec<(ListPart<'_>, u64, u64)> {
    all.sort_unstable();
    let mut found = Vec::new();
    while let Some((part, known, other)) = worst_part(&all, loaded, percent) {
        let (list, first_table, county) = part;
        let digest = &loaded[list].digest;
        let inside = |at: usize| {
            file_part(loaded, list, at).0 == first_table
                && county.is_none_or(|county| digest.parts[at].1 == county)
        };
        all.retain(|&(_, _, of, at)| of != list || !inside(at));
        found.push((part, known, other));
    }
    found
}

/// The first table of the file that a part of a list is of, and its county.
fn file_part(loaded: &[LoadedSource], list: usize, part: usize) -> (usize, &str) {
    let SourceDigest { parts, .. } = &loaded[list].digest;
    let tables = &loaded[list].records.tables;
    let (table, county) = &parts[part];
    let file = &tables[*table].file;
    (tables.iter().position(|t| t.file == *file).unwrap_or(*table), county)
}

/// The part with the largest share of names that no other list has beside the number, if it is large; with the
/// numbers that another list knows, and those of them.
fn worst_part<'a>(
    all: &[SaidOfNumber],
    loaded: &'a [LoadedSource],
    percent: u64,
) -> Option<(ListPart<'a>, u64, u64)> {
    let mut counts: BTreeMap<(usize, usize), (u64, u64)> = BTreeMap::new();
    for person in all.chunk_by(|a, b| a.0 == b.0) {
        if person.iter().all(|one| one.2 == person[0].2) {
            continue;
        }
        for &(_, name, list, part) in person {
            let agrees = person.iter().any(|other| other.2 != list && other.1 == name);
            let of = counts.entry((list, part)).or_default();
            *of = (of.0 + 1, of.1 + u64::from(!agrees));
        }
    }
    let mut parts: BTreeMap<ListPart<'a>, (u64, u64)> = BTreeMap::new();
    for ((list, part), (known, other)) in counts {
        let (file, county) = file_part(loaded, list, part);
        for county in [None, Some(county)] {
            let of = parts.entry((list, file, county)).or_default();
            *of = (of.0 + known, of.1 + other);
        }
    }
    let many = |(_, (known, other)): &(ListPart<'_>, (u64, u64))| {
        *other >= LEAST_NAMES && other * 100 >= known * percent
    };
    // Of equal shares the first: a whole file before its counties.
    let worse = |a: &(u64, u64), b: &(u64, u64)| (a.1 * b.0).cmp(&(b.1 * a.0)).then(a.1.cmp(&b.1));
    let large = parts.into_iter().filter(many);
    large.reduce(|a, b| if worse(&b.1, &a.1).is_gt() { b } else { a }).map(|(part, (k, o))| (part, k, o))
}

fn slid_names(
    check: &DeliveryCheck<'_>,
    contract: &SourceContract,
    one: &LoadedSource,
    (table, county): (usize, Option<&str>),
    (known, other): (u64, u64),
) -> AuditFinding {
    let label = |role| contract.role(role).map_or("", |column| column.label.as_str());
    let county = county.filter(|county| !county.is_empty());
    let place = county.map_or(String::new(), |code| {
        format!("里{}", check.pipeline.divisions.name_of(code).unwrap_or(code))
    });
    let message = format!(
        "“{}”的文件“{}”{place}有{other}个“{}”，别的名单里都是另一个“{}”（占别的名单也有的{known}个的{}）：多半是这两列错了行（单独排序、删了一格），\
         会把事情记到别人名下；向{}索取原表，核对两列是否同一行后重新运行",
        contract.title,
        masked_file_name(&one.records.tables[table].file),
        label(ColumnRole::IdNumber),
        label(ColumnRole::Name),
        audit_percent_text(other, known),
        contract.owner
    );
    AuditFinding::new(&contract.name, "slid_column", true, message)
}
