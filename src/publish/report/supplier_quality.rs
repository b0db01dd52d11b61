//! Quality of what departments delivered: rows returned, cells that could not be read, and the rules that this holds.

use std::collections::{BTreeMap, BTreeSet};

use serde_json::{Value, json};

use crate::publication::manifest::RuleRun;
use crate::publish::PublicationInputs;
use crate::publish::cell_notices::cell_notice;
use crate::publish::quarter_totals::{PublicationTotals, grouped_text, percent_text};

/// What one department delivered.
#[derive(Debug, Default)]
struct Supplier<'a> {
    lists: u64,
    absent: Vec<&'a str>,
    read: u64,
    rejected: u64,
    /// Cells whose value is not known.
    lost: u64,
    /// Of these, those that the code tables do not know.
    unknown_codes: u64,
    held: BTreeSet<&'a str>,
    undecided: u64,
}

/// What the page says of suppliers, those whose lists hold most rules first.
pub(super) fn supplier_section(
    inputs: &PublicationInputs<'_>,
    totals: &PublicationTotals,
    rules: &[RuleRun],
) -> Value {
    let mut suppliers: BTreeMap<&str, Supplier<'_>> = BTreeMap::new();
    for source in &totals.sources {
        let one = suppliers.entry(&source.owner).or_default();
        if !source.present {
            one.absent.push(&source.title);
            continue;
        }
        one.lists += 1;
        one.read += source.read;
        one.rejected += source.rejected;
        one.lost += cell_notice(&source.tables, &str::to_owned).map_or(0, |notice| notice.lost);
        let codes = source.tables.iter().flat_map(|table| &table.unknown_codes);
        one.unknown_codes += codes.map(|codes| codes.cells).sum::<u64>();
    }
    for rule in rules {
        for held in &rule.held {
            let one = suppliers.entry(inputs.catalogue.source_owner(&held.source)).or_default();
            one.held.insert(&rule.code);
            one.undecided += held.undecided;
        }
    }
    let mut suppliers: Vec<_> = suppliers.into_iter().collect();
    suppliers.sort_by(|(na, a), (nb, b)| {
        let key = |s: &Supplier<'_>| (s.held.len(), s.undecided, s.rejected + s.lost, s.absent.len());
        key(b).cmp(&key(a)).then_with(|| na.cmp(nb))
    });
    let row = |(owner, s): (&str, Supplier<'_>)| {
        json!({
            "owner": if owner.is_empty() { "（没有写明部门）" } else { owner },
            "lists": s.lists, "absent": s.absent.join("、"), "read": grouped_text(s.read),
            "rejected": grouped_text(s.rejected), "share": percent_text(s.rejected as i64, s.read as i64),
            "lost": grouped_text(s.lost), "unknown_codes": grouped_text(s.unknown_codes),
            "held": grouped_text(s.held.len() as u64), "undecided": grouped_text(s.undecided),
        })
    };
    suppliers.into_iter().map(row).collect()
}
