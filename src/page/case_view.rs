//! One case: the finding, what all lists say of the person and the household side by side, what is nearest where somebody is
//! missing, what was answered before, what else was found there.

use std::collections::{BTreeMap, BTreeSet};

use serde::Serialize;

use super::facets::{AnswerState, FindingState, REOPENED};
use super::findings::PageFinding;
use super::state::PageState;
use crate::Result;
use crate::answers::{Answer, AnswerAct};
use crate::config::{ColumnRole, Pipeline, SourceColumn, SourceContract};
use crate::model::exception::Status;
use crate::model::officer_text::{ValueForm, money_text, month_text};
use crate::privacy::mask::{mask_id_for_list, mask_numbers_in_text};
use crate::publication::table_reader::TableRow;
use crate::resolve::previous_records::RECORDS;

/// A column of a list as a case shows it.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct PageColumn {
    label: String,
    form: ValueForm,
    role: Option<ColumnRole>,
}

impl PageColumn {
    /// The columns of all lists of a pipeline, `source.column`.
    pub fn of_pipeline(pipeline: &Pipeline) -> BTreeMap<String, Self> {
        let of_source = |source: &SourceContract| -> Vec<(String, Self)> {
            let column = |one: &SourceColumn| {
                let form = ValueForm::of_type(one.kind);
                (
                    format!("{}.{}", source.name, one.name),
                    Self { label: one.label.clone(), form, role: one.role },
                )
            };
            source.columns.iter().map(column).collect()
        };
        pipeline.sources.iter().flat_map(of_source).collect()
    }

    /// Is it shown? Where a record stands has a line of its own; a birth date beside a masked number is the number.
    fn is_shown(&self) -> bool {
        use ColumnRole::{Address, BirthDate, County, DivisionCode, Sex, Township, Village};
        !self.role.is_some_and(|role| {
            matches!(role, Address | BirthDate | County | DivisionCode | Sex | Township | Village)
        })
    }

    /// A value as an officer reads it; of persons' numbers what may be seen.
    fn shown(&self, value: &str) -> String {
        use ColumnRole::{GuardianId, IdNumber, Phone, StudentNo};
        match (self.role, value.parse::<i64>()) {
            (Some(IdNumber | GuardianId | Phone | StudentNo), _) => mask_id_for_list(value),
            (_, Ok(number)) if self.form != ValueForm::Plain => self.form.number(number),
            _ => mask_numbers_in_text(value).into_owned(),
        }
    }

    /// Does every list number its own way what stands there?
    fn is_own_number(&self) -> bool {
        self.role == Some(ColumnRole::Household)
    }
}

/// What stands for a cell that was filled and could not be read: not known is not blank.
const NOT_KNOWN: &str = "（看不出）";
/// Records of one person or household that are shown.
const MOST: usize = 40;

/// A case, ready to be shown.
#[derive(Debug, Serialize)]
pub(super) struct CaseView {
    pub(super) finding: FindingLine,
    pub(super) title: String,
    pub(super) policy: String,
    pub(super) why: String,
    pub(super) advice: String,
    /// Columns that changed since it was last seen, in words.
    pub(super) changed: Vec<String>,
    /// Of the person.
    pub(super) person: RecordTable,
    /// Of others in the household.
    pub(super) household: RecordTable,
    /// Nearest records of lists that somebody is missing from.
    pub(super) near: Vec<NearRecord>,
    /// Whatever was answered, the newest first.
    pub(super) history: Vec<AnswerLine>,
    /// Other findings of the household.
    pub(super) others: Vec<FindingLine>,
}

/// Records side by side: a column each, a line for each field that one of them has.
#[derive(Debug, Default, Serialize)]
pub(super) struct RecordTable {
    /// Title of each record's list.
    pub(super) lists: Vec<String>,
    /// Whether the finding rests on it.
    pub(super) evidence: Vec<bool>,
    pub(super) fields: Vec<FieldLine>,
    /// Records beyond those that are shown.
    pub(super) more: usize,
}

/// A field of all records.
#[derive(Debug, Serialize)]
pub(super) struct FieldLine {
    pub(super) label: String,
    pub(super) values: Vec<String>,
    /// The records that have it do not say the same.
    pub(super) differs: bool,
}

/// The nearest record of a list.
#[derive(Debug, Serialize)]
pub(super) struct NearRecord {
    pub(super) list: String,
    pub(super) name: String,
    pub(super) id_number: String,
    /// It is likely the person.
    pub(super) likely: bool,
}

/// A finding in one line.
#[derive(Debug, Clone, Serialize)]
pub(super) struct FindingLine {
    pub(super) key: String,
    pub(super) number: String,
    pub(super) rule: String,
    pub(super) rule_title: String,
    pub(super) severity: String,
    pub(super) owner: String,
    pub(super) county: String,
    pub(super) township: String,
    pub(super) village: String,
    pub(super) name: String,
    pub(super) id_number: String,
    pub(super) household_no: String,
    pub(super) message: String,
    pub(super) first_seen: String,
    pub(super) due: String,
    pub(super) due_code: &'static str,
    pub(super) due_title: &'static str,
    pub(super) state_code: &'static str,
    pub(super) state_title: &'static str,
    /// Its answer, if there is one.
    pub(super) verdict: String,
    pub(super) review: bool,
    pub(super) status: &'static str,
}

/// An answer in one line.
#[derive(Debug, Serialize)]
pub(super) struct AnswerLine {
    pub(super) verdict: String,
    pub(super) details: String,
    pub(super) by: String,
    pub(super) on: String,
    pub(super) level: &'static str,
    /// It is of today's facts.
    pub(super) same_facts: bool,
}

impl FindingLine {
    /// A finding as the page shows it.
    pub(super) fn of(page: &PageState, one: &PageFinding, state: FindingState, verdict: &str) -> Self {
        let titles = &page.titles;
        let state_title = match state.answered {
            AnswerState::Open if one.status == Status::Reopened => REOPENED.1,
            answered => answered.title(),
        };
        Self {
            key: one.key.clone(),
            number: one.number.clone(),
            rule: one.rule.to_string(),
            rule_title: titles.rule(&one.rule).to_owned(),
            severity: one.severity.to_string(),
            owner: one.owner.to_string(),
            county: titles.division(&one.county).to_owned(),
            township: titles.division(&one.township).to_owned(),
            village: titles.division(&one.village).to_owned(),
            name: one.name.to_string(),
            id_number: one.id_number.clone(),
            household_no: mask_numbers_in_text(delivered_number(&one.household_no)).into_owned(),
            message: mask_numbers_in_text(&one.message).into_owned(),
            first_seen: one.first_seen.to_string(),
            due: one.due.to_string(),
            due_code: state.due.code(),
            due_title: state.due.title(),
            state_code: state.answered.code(),
            state_title,
            verdict: verdict.to_owned(),
            review: one.in_review,
            status: one.status.title(),
        }
    }
}

/// A household's number as the list has it, without what keeps numbers of different lists apart.
fn delivered_number(number: &str) -> &str {
    number.rsplit('|').next().unwrap_or(number)
}

impl AnswerLine {
    fn of(answer: &Answer, facts: &str) -> Self {
        let money = answer.recovered.map(|fen| format!("追缴{}", money_text(fen)));
        let month = answer.stopped_month.map(|month| format!("{}起停发", month_text(month.into())));
        let paper =
            Some(&answer.paper).filter(|paper| !paper.is_empty()).map(|paper| format!("佐证：{paper}"));
        let texts =
            [&answer.reason, &answer.measure, &answer.note].into_iter().filter(|text| !text.is_empty());
        let details: Vec<String> = texts.cloned().chain(money).chain(month).chain(paper).collect();
        Self {
            verdict: match answer.act {
                AnswerAct::Returned => "退回".to_owned(),
                AnswerAct::Approved => format!("{}（审核通过）", answer.verdict),
                AnswerAct::Given if answer.is_withdrawal() => "撤回".to_owned(),
                AnswerAct::Given => answer.verdict.clone(),
            },
            details: mask_numbers_in_text(&details.join("；")).into_owned(),
            by: answer.answered_by.clone(),
            on: answer.answered_on.map_or_else(String::new, |day| day.to_string()),
            level: answer.level.title(),
            same_facts: answer.facts == facts,
        }
    }
}

/// Gathers a case; `visible`: what the seat may see of the household's other findings.
///
/// # Errors
/// The publication or the store is damaged.
pub(super) fn case_view(
    page: &PageState,
    one: &PageFinding,
    visible: impl Fn(&PageFinding) -> bool,
) -> Result<CaseView> {
    let (answers, today) = (page.answers(), (page.now)().today);
    let line = |one: &PageFinding| {
        let verdict = answers.of(&one.exception_id).map_or("", |standing| standing.answer.verdict.as_str());
        FindingLine::of(page, one, page.state_of(one, &answers, today), verdict)
    };
    let evidence: BTreeSet<&str> = one.evidence.iter().map(String::as_str).collect();
    let (mut person, mut others) = (Vec::new(), Vec::new());
    for source in page.titles.sources.keys() {
        let table = format!("restricted/view/{source}.parquet");
        if !page.snapshot.outputs().iter().any(|output| output.path == table) {
            continue;
        }
        let wanted = |row: &TableRow| {
            evidence.contains(row.get("record_id"))
                || !one.person.is_empty() && row.get("person_id") == &*one.person
                || !one.household.is_empty() && row.get("household_id") == &*one.household
        };
        for row in page.snapshot.rows(&table, wanted)? {
            let own = evidence.contains(row.get("record_id")) || row.get("person_id") == &*one.person;
            if own { &mut person } else { &mut others }.push((source.as_str(), row));
        }
    }
    let rule = page.titles.rules.get(&*one.rule).cloned().unwrap_or_default();
    let mut history = page.history(&one.exception_id)?;
    history.reverse();
    let household = page.findings.iter().filter(|other| {
        !one.household.is_empty()
            && other.household == one.household
            && other.key != one.key
            && visible(other)
    });
    Ok(CaseView {
        finding: line(one),
        title: rule.title,
        policy: rule.policy,
        why: rule.why,
        advice: rule.advice,
        changed: one.changed.iter().map(|column| column_title(page, column)).collect(),
        person: side_by_side(page, person, &evidence),
        household: side_by_side(page, others, &evidence),
        near: near_records(page, one)?,
        history: history.iter().map(|answer| AnswerLine::of(answer, &one.facts)).collect(),
        others: household.map(line).collect(),
    })
}

/// `农村低保名单“月保障金”` of `dibao.monthly_amount_fen`.
fn column_title(page: &PageState, column: &str) -> String {
    let (source, _) = column.split_once('.').unwrap_or((column, ""));
    let list = page.titles.sources.get(source).map_or(source, String::as_str);
    format!("{list}“{}”", page.columns.get(column).map_or(column, |known| &known.label))
}

fn side_by_side(
    page: &PageState,
    mut records: Vec<(&str, TableRow)>,
    evidence: &BTreeSet<&str>,
) -> RecordTable {
    // What the finding rests on comes first.
    records.sort_by_cached_key(|(source, row)| {
        (!evidence.contains(row.get("record_id")), (*source).to_owned(), row.get("record_id").to_owned())
    });
    let more = records.len().saturating_sub(MOST);
    records.truncate(MOST);
    // A line for each column of the views, under the first list's label for it: lists call the same differently.
    let mut lines: Vec<(String, String, bool)> = vec![("village_code".to_owned(), "所在".to_owned(), false)];
    let mut cells: BTreeMap<(usize, String), String> = BTreeMap::new();
    for (at, (source, row)) in records.iter().enumerate() {
        let place = ["village_code", "township_code", "county_code"].map(|column| row.get(column));
        if let Some(code) = place.into_iter().find(|code| !code.is_empty()) {
            cells.insert((at, "village_code".to_owned()), page.titles.division(code).to_owned());
        }
        for (column, value) in row.iter() {
            let value = value.unwrap_or_default();
            let is_unknown = value.is_empty() && row.get(&format!("{column}__unknown")) == "1";
            let known = page.columns.get(&format!("{source}.{column}")).filter(|known| known.is_shown());
            let (label, shown) = match (column, known) {
                ("age", _) => ("年龄", value.to_owned()),
                ("sex", _) => ("性别", value.to_owned()),
                (_, Some(known)) if is_unknown => (&*known.label, NOT_KNOWN.to_owned()),
                (_, Some(known)) => (&*known.label, known.shown(value)),
                (_, None) => continue,
            };
            if shown.is_empty() {
                continue;
            }
            if !lines.iter().any(|line| line.0 == column) {
                let own = known.is_some_and(PageColumn::is_own_number) || column.ends_with("_no");
                lines.push((column.to_owned(), label.to_owned(), own));
            }
            cells.insert((at, column.to_owned()), shown);
        }
    }
    let fields = lines.into_iter().map(|(column, label, own)| {
        let value = |at: usize| cells.get(&(at, column.clone())).cloned().unwrap_or_default();
        let values: Vec<String> = (0..records.len()).map(value).collect();
        let said = values.iter().filter(|value| !value.is_empty() && *value != NOT_KNOWN);
        let differs = !own && said.collect::<BTreeSet<_>>().len() > 1;
        FieldLine { label, values, differs }
    });
    let title = |source: &str| page.titles.sources.get(source).map_or(source, String::as_str).to_owned();
    RecordTable {
        fields: fields.collect(),
        lists: records.iter().map(|(source, _)| title(source)).collect(),
        evidence: records.iter().map(|(_, row)| evidence.contains(row.get("record_id"))).collect(),
        more,
    }
}

/// Who of the lists that somebody is missing from is nearest.
fn near_records(page: &PageState, one: &PageFinding) -> Result<Vec<NearRecord>> {
    const TABLE: &str = "restricted/view/near_miss.parquet";
    if !page.snapshot.outputs().iter().any(|output| output.path == TABLE) {
        return Ok(Vec::new());
    }
    let evidence: BTreeSet<&str> = one.evidence.iter().map(String::as_str).collect();
    let of_subject = |row: &TableRow| {
        evidence.contains(row.get("record_id")) && evidence.contains(row.get("candidate"))
            || row.get("person_id") == &*one.person && evidence.contains(row.get("candidate"))
    };
    let found = page.snapshot.rows(TABLE, of_subject)?;
    let wanted: BTreeSet<&str> = found.iter().map(|row| row.get("candidate")).collect();
    if wanted.is_empty() {
        return Ok(Vec::new());
    }
    let records = page.snapshot.rows(RECORDS, |row| wanted.contains(row.get("record_id")))?;
    let near = records.iter().map(|row| {
        let likely =
            found.iter().any(|one| one.get("candidate") == row.get("record_id") && one.get("likely") == "1");
        let source = row.get("source");
        NearRecord {
            list: page.titles.sources.get(source).map_or(source, String::as_str).to_owned(),
            name: row.get("name").to_owned(),
            id_number: mask_id_for_list(row.get("id_number")),
            likely,
        }
    });
    Ok(near.collect())
}
