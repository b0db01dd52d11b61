//! A finding in words.

use std::collections::BTreeSet;

use serde::Serialize;

use super::archive::CaseArchive;
use crate::Result;
use crate::config::ColumnRole;
use crate::model::exception::{ResolvedBy, Status, row_key, short_row_number};
use crate::model::officer_text::day_text;
use crate::model::period::Period;
use crate::privacy::mask::{mask_numbers_in_text, mask_persons_in_code, own_part};
use crate::publication::table_reader::TableRow;
use crate::resolve::previous_records::RECORDS;
use crate::track::previous_exceptions::EXCEPTIONS;

/// A finding as it stands above its case.
#[derive(Debug, Clone, Default, Serialize)]
pub(crate) struct CaseFinding {
    pub(crate) exception_id: String,
    pub(crate) key: String,
    pub(crate) number: String,
    pub(crate) rule: String,
    pub(crate) rule_title: String,
    pub(crate) severity: String,
    pub(crate) owner: String,
    pub(crate) county: String,
    pub(crate) township: String,
    pub(crate) village: String,
    pub(crate) message: String,
    pub(crate) first_seen: String,
    pub(crate) due: String,
    pub(crate) status: String,
    pub(crate) is_open: bool,
    /// An answer closes it.
    pub(crate) is_answered: bool,
    /// It rests on a match that somebody must confirm.
    pub(crate) review: bool,
    /// Whom it is about; empty until somebody asks.
    pub(crate) name: String,
    /// Its person, its household and the records it rests on.
    pub(crate) person_id: String,
    pub(crate) household_id: String,
    pub(crate) evidence: Vec<String>,
    #[serde(skip)]
    pub(crate) rule_key: String,
    #[serde(skip)]
    pub(crate) facts: String,
    /// Columns that say something else than when it was last seen, `source.column`.
    #[serde(skip)]
    pub(crate) changed: Vec<String>,
    /// Numbers that earlier sheets bear for it.
    pub(crate) former_numbers: Vec<String>,
}

/// A household's number as lists show it, without what keeps numbers of different lists apart.
pub(crate) fn household_number(number: &str) -> String {
    mask_persons_in_code(own_part(number))
}

impl CaseFinding {
    /// A row of `restricted/exception`.
    pub(crate) fn of(archive: &CaseArchive, row: &TableRow) -> Self {
        let titles = &archive.titles;
        let (rule, key) = (row.get("rule_code"), row_key(row.get("listed_id"), row.get("exception_id")));
        let first_seen = row.get("first_seen");
        let list = |column: &str| -> Vec<String> {
            row.get(column).split(';').filter(|part| !part.is_empty()).map(str::to_owned).collect()
        };
        let status = Status::from_code(row.get("status"));
        let closed_by = ResolvedBy::from_code(row.get("resolved_by")).map(ResolvedBy::title);
        let short = |number: &String| match number.rsplit_once('-') {
            Some((begin, key)) => format!("{begin}-{}", crate::model::exception::short_key(key)),
            None => number.clone(),
        };
        Self {
            exception_id: row.get("exception_id").to_owned(),
            key: key.to_owned(),
            number: short_row_number(rule, first_seen, key),
            rule: rule.to_owned(),
            rule_title: titles.rule(rule).to_owned(),
            severity: row.get("severity").to_owned(),
            owner: row.get("owner").to_owned(),
            county: titles.division(row.get("county_code")).to_owned(),
            township: titles.division(row.get("township_code")).to_owned(),
            village: titles.division(row.get("village_code")).to_owned(),
            message: mask_numbers_in_text(row.get("message")).into_owned(),
            first_seen: period_words(first_seen),
            due: row.get("due_date").parse().map_or_else(|_| row.get("due_date").to_owned(), day_text),
            status: match (status, closed_by) {
                (Some(status), Some(by)) => format!("{}（{by}）", status.title()),
                (Some(status), None) => status.title().to_owned(),
                (None, _) => row.get("status").to_owned(),
            },
            is_open: Status::is_open_code(row.get("status")),
            is_answered: status == Some(Status::Answered),
            name: String::new(),
            review: row.get("in_review") == "1"
                || row.get("confidence").parse::<u8>().is_ok_and(|tier| tier >= 6),
            person_id: row.get("person_id").to_owned(),
            household_id: row.get("household_id").to_owned(),
            evidence: list("evidence_record_ids"),
            rule_key: row.get("rule_key").to_owned(),
            facts: row.get("facts").to_owned(),
            changed: list("changed_columns"),
            former_numbers: list("former_numbers").iter().map(short).collect(),
        }
    }
}

/// A period in words: `2018年第3季度`.
pub(crate) fn period_words(period: &str) -> String {
    period.parse::<Period>().map_or_else(|_| period.to_owned(), Period::title)
}

impl CaseArchive {
    /// The finding with a fingerprint; `None`: the publication has none.
    ///
    /// # Errors
    /// The publication is damaged.
    pub(crate) fn finding_with_id(&self, exception_id: &str) -> Result<Option<CaseFinding>> {
        let mut places = Vec::new();
        self.snapshot.scan(EXCEPTIONS, ["exception_id"], |place, [own]| {
            if own == exception_id {
                places.push(place);
            }
        })?;
        let rows = self.snapshot.rows_at(EXCEPTIONS, &places)?;
        Ok(rows.first().map(|row| CaseFinding::of(self, row)))
    }

    /// The findings of a person and of a household, the worst first, with whom they are about; what is empty is none.
    ///
    /// # Errors
    /// The publication is damaged.
    pub(crate) fn findings_of(&self, person: &str, household: &str) -> Result<Vec<CaseFinding>> {
        let mut places = Vec::new();
        let names = ["person_id", "household_id"];
        self.snapshot.scan(EXCEPTIONS, names, |place, [own, home]| {
            if !own.is_empty() && own == person || !home.is_empty() && home == household {
                places.push(place);
            }
        })?;
        let rows = self.snapshot.rows_at(EXCEPTIONS, &places)?;
        let mut found: Vec<CaseFinding> = rows.iter().map(|row| CaseFinding::of(self, row)).collect();
        let persons: BTreeSet<&str> =
            rows.iter().map(|row| row.get("person_id")).filter(|id| !id.is_empty()).collect();
        if !persons.is_empty() {
            let records = self.rows_with(RECORDS, [("person_id", &persons)])?;
            for one in &mut found {
                let own = records
                    .iter()
                    .find(|row| row.get("person_id") == one.person_id && !row.get("name").is_empty());
                one.name =
                    own.map_or_else(String::new, |row| mask_numbers_in_text(row.get("name")).into_owned());
            }
        }
        found.sort_by(|a, b| (&a.severity, &a.rule, &a.key).cmp(&(&b.severity, &b.rule, &b.key)));
        Ok(found)
    }
}

/// `农村低保名单“月保障金”` of `dibao.monthly_amount_fen`.
pub(super) fn column_words(archive: &CaseArchive, column: &str) -> String {
    let (source, name) = column.split_once('.').unwrap_or((column, ""));
    let known = archive.columns.get(column);
    let label = known.map_or(name, super::columns::CaseColumn::label);
    match known.and_then(super::columns::CaseColumn::role) {
        // Of a place it is enough to say so.
        Some(ColumnRole::Village | ColumnRole::Township | ColumnRole::County) => {
            format!("{}“{label}”（所在）", archive.titles.source(source))
        }
        _ => format!("{}“{label}”", archive.titles.source(source)),
    }
}
