//! `restricted/`: identities and evidence, for officers with clearance and for the next quarter.

use hashbrown::HashMap;
use sha2::{Digest as _, Sha256};

use super::PublicationInputs;
use super::exception_keys::ExceptionKeys;
use super::people::{PseudonymKeys, PublishedPersons, RecordOwners};
use super::tables::{returned_rows, write_published_table};
use crate::model::exception::TrackedException;
use crate::privacy::pseudonym::base32_text;
use crate::publication::output_files::OutputFiles;
use crate::publication::small_table_writer::{PublishedType, TableDef, publish_table_file, write_chunks};
use crate::reconcile::views::rule_view::ViewRows;
use crate::rules::view_catalogue::PREVIOUS;
use crate::{Error, Result};

use PublishedType::{Int32, Int64, Text};

mod exception;
mod identity;
mod pinned;
mod record;
mod skipped_row;
mod unjudged;
mod view_columns;

/// Writes who persons and records are.
pub(super) fn write_people(
    inputs: &PublicationInputs<'_>,
    people: &RecordOwners<'_>,
    all: &PublishedPersons,
    keys: &PseudonymKeys<'_>,
    outputs: &mut OutputFiles,
) -> Result<()> {
    outputs.write_all(&[
        &|to| identity::write_restricted_identities(inputs, people, all, keys, to),
        &|to| record::write_records(inputs, people, to),
        &|to| record::write_record_links(inputs, people, to),
    ])
}

/// Writes all other restricted tables.
pub(super) fn write_restricted_tables(
    inputs: &PublicationInputs<'_>,
    by_finding: &ByFinding<'_>,
    keys: &ExceptionKeys<'_>,
    outputs: &mut OutputFiles,
) -> Result<()> {
    outputs.write_all(&[
        &|to| exception::write_restricted_exceptions(inputs, by_finding, keys, to),
        &|to| write_identity_ledger(inputs, to),
        &|to| write_restricted_rejects(inputs, to),
        &|to| skipped_row::write_skipped_rows(inputs, to),
        &|to| unjudged::write_undecided(inputs, to),
        &|to| unjudged::write_rules_as_run(inputs, to),
        &|to| write_restricted_views(inputs, to),
        &|to| pinned::write_list_columns(inputs, to),
        &|to| pinned::write_link_weights(inputs, to),
        &|to| pinned::write_rule_absences(inputs, to),
    ])
}

/// Exceptions by rule, subject and key.
pub(super) type ByFinding<'a> = HashMap<(&'a str, &'a str, &'a str), &'a TrackedException>;

/// Index for [`related_ids`].
pub(super) fn by_finding(tracked: &[TrackedException]) -> ByFinding<'_> {
    tracked
        .iter()
        .map(|t| {
            let e = &t.exception;
            ((&*e.rule_code, &*e.subject_id, &*e.rule_key), t)
        })
        .collect()
}

/// Exceptions that share this one's cause, the likely root first.
pub(super) fn related_exceptions<'a>(
    index: &'a ByFinding<'a>,
    tracked: &'a TrackedException,
) -> impl Iterator<Item = &'a TrackedException> {
    tracked.exception.related.iter().filter_map(|r| {
        let key = (&*r.rule_code, &*r.subject_id, &*r.rule_key);
        index.get(&key).copied()
    })
}

/// The exception it follows from.
pub(super) fn cause_of<'a>(
    index: &'a ByFinding<'a>,
    tracked: &TrackedException,
) -> Option<&'a TrackedException> {
    let cause = tracked.exception.cause.as_ref()?;
    index.get(&(&*cause.rule_code, &*cause.subject_id, &*cause.rule_key)).copied()
}

/// Their fingerprints.
pub(super) fn related_ids<'a>(
    index: &'a ByFinding<'a>,
    tracked: &'a TrackedException,
) -> impl Iterator<Item = &'a str> {
    related_exceptions(index, tracked).map(|t| t.exception_id.as_str())
}

/// Characters of [`row_version`].
const ROW_VERSION: usize = 9;

/// Changes when the facts change that a finding rests on, and for nothing else; a workbook carries it, so that answers
/// to an outdated row are recognized. It begins with a letter and a spreadsheet can take none of it for a number.
pub(super) fn row_version(tracked: &TrackedException) -> String {
    let mut hash = Sha256::new();
    for part in [&tracked.listed_id, &tracked.facts] {
        hash.update((part.len() as u64).to_le_bytes());
        hash.update(part.as_bytes());
    }
    format!("V{}", base32_text(&hash.finalize(), ROW_VERSION - 1))
}

fn write_identity_ledger(inputs: &PublicationInputs<'_>, outputs: &mut OutputFiles) -> Result<()> {
    let def = TableDef::new(
        "身份变更",
        &[
            ("kind", Text, "变更", "merge合并 split拆分"),
            ("previous_id", Text, "上期编号", ""),
            ("current_id", Text, "本期编号", ""),
        ],
    );
    write_published_table(outputs, "restricted/identity_ledger.parquet", def, |table| {
        for change in &inputs.resolution.ledger {
            table.row([(&change.kind).into(), (&change.previous_id).into(), (&change.current_id).into()])?;
        }
        Ok(())
    })
}

fn write_restricted_rejects(inputs: &PublicationInputs<'_>, outputs: &mut OutputFiles) -> Result<()> {
    let def = TableDef::new(
        "退回行",
        &[
            ("source", Text, "来源", ""),
            ("file", Text, "文件", ""),
            ("sheet", Text, "工作表", ""),
            ("row", Int64, "行", "从1起"),
            ("member", Int32, "成员序号", ""),
            ("column_title", Text, "列", ""),
            ("reason_code", Text, "原因代码", ""),
            ("severity", Text, "级别", "reject整行退回 warn仅此值置空"),
            ("reason", Text, "原因", ""),
            ("original", Text, "原文", ""),
        ],
    )
    .salted(inputs.secrets.identity.salt("reject"));
    write_published_table(outputs, "restricted/reject.parquet", def, |table| {
        for (r, severity) in returned_rows(inputs.loaded) {
            let file = r.file.to_string_lossy();
            table.row([
                (&r.source).into(),
                file.as_ref().into(),
                r.sheet.as_ref().into(),
                r.row.into(),
                r.member.into(),
                r.column.as_ref().into(),
                (&r.reason_code).into(),
                severity.into(),
                (&r.reason).into(),
                (&r.original).into(),
            ])?;
        }
        Ok(())
    })
}

/// The views as the rules saw them: rerun a rule in any SQL engine, and compare next quarter.
fn write_restricted_views(inputs: &PublicationInputs<'_>, outputs: &mut OutputFiles) -> Result<()> {
    for view in inputs.views.iter().filter(|v| !v.name.ends_with(PREVIOUS)) {
        if !view.name.bytes().all(|b| b.is_ascii_alphanumeric() || b == b'_') {
            return Err(Error::internal(format!("视图名“{}”不能作文件名", view.name)));
        }
        let relative = format!("restricted/view/{}.parquet", view.name);
        let def = view_columns::view_definition(inputs.catalogue, &view.name, view.rows.schema())?;
        outputs.describe(&relative, &def);
        if let ViewRows::Stored(rows) = &view.rows
            && publish_table_file(outputs, &relative, rows)?
        {
            continue;
        }
        write_chunks(outputs, &relative, view.rows.schema(), view.rows.chunks(|_| true)?)?;
    }
    Ok(())
}
