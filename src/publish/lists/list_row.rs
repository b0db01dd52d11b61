//! Columns and rows of an exception list.

use std::borrow::Cow;

use hashbrown::{HashMap, HashSet};

use super::evidence::ListedEvidence;
use super::{REVIEW_SHEET, safe_names};
use crate::config::MaskStyle;
use crate::model::exception::TrackedException;
use crate::model::id_number::{IdClass, IdNumber};
use crate::privacy::mask;
use crate::publish::people::{PublishedPerson, RecordOwners, SourceFields};
use crate::publish::quarter_totals::{tier_confidence, tier_title};
use crate::publish::restricted::{ByFinding, cause_of, related_exceptions, row_version};
use crate::publish::{PublicationInputs, RuleFacts};
use crate::track::short_number;
use crate::{Error, Result};

/// A column of an exception list.
#[derive(Debug, Clone, Copy, PartialEq)]
pub struct ListColumn {
    /// Header.
    pub title: &'static str,
    /// Width in characters.
    pub width: f64,
    /// What the column is for.
    pub kind: ListColumnKind,
}

/// Use of a column.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum ListColumnKind {
    /// Short text, centred.
    Short,
    /// Long text, wrapped.
    Long,
    /// Filled in by the officer.
    Answer,
    /// Not shown; brings answers back to their row.
    Hidden,
}

const fn column(title: &'static str, width: f64, kind: ListColumnKind) -> ListColumn {
    ListColumn { title, width, kind }
}

/// Columns in order. Import of answers finds them by title.
pub const COLUMNS: [ListColumn; 31] = [
    column("序号", 5.0, ListColumnKind::Short),
    column("疑点编号", 21.0, ListColumnKind::Short),
    column("规则编号", 8.0, ListColumnKind::Short),
    column("疑点类型", 18.0, ListColumnKind::Long),
    column("严重程度", 8.0, ListColumnKind::Short),
    column("状态", 7.0, ListColumnKind::Short),
    column("县（区）", 9.0, ListColumnKind::Short),
    column("乡镇（街道）", 11.0, ListColumnKind::Short),
    column("村（社区）", 13.0, ListColumnKind::Short),
    column("户编号", 15.0, ListColumnKind::Short),
    column("姓名", 9.0, ListColumnKind::Short),
    column("证件号（掩码）", 20.0, ListColumnKind::Short),
    column("说明", 36.0, ListColumnKind::Long),
    column("涉及来源与原值", 46.0, ListColumnKind::Long),
    column("匹配方式", 16.0, ListColumnKind::Long),
    column("匹配置信度", 8.0, ListColumnKind::Short),
    column("首次发现季度", 9.0, ListColumnKind::Short),
    column("连续季度", 6.0, ListColumnKind::Short),
    column("责任部门", 12.0, ListColumnKind::Short),
    column("下发日期", 11.0, ListColumnKind::Short),
    column("反馈期限", 11.0, ListColumnKind::Short),
    column("核查建议", 32.0, ListColumnKind::Long),
    column("同因疑点", 21.0, ListColumnKind::Long),
    column("核查结果", 11.0, ListColumnKind::Answer),
    column("原因代码", 18.0, ListColumnKind::Answer),
    column("处理措施", 13.0, ListColumnKind::Answer),
    column("备注", 24.0, ListColumnKind::Answer),
    column("核查人", 9.0, ListColumnKind::Answer),
    column("核查日期", 11.0, ListColumnKind::Answer),
    column("行键", 28.0, ListColumnKind::Hidden),
    column("行版本", 10.0, ListColumnKind::Hidden),
];

/// What rows are made of.
pub(super) struct RowMaterial<'a> {
    inputs: PublicationInputs<'a>,
    people: &'a RecordOwners<'a>,
    persons: &'a [PublishedPerson],
    by_finding: &'a ByFinding<'a>,
    /// By source.
    fields: Vec<SourceFields<'a>>,
    evidence: ListedEvidence<'a>,
    rules: HashMap<&'a str, &'a RuleFacts>,
    /// By source: how much its word counts; smaller is more.
    ranks: Vec<u32>,
    /// The period's last day.
    issued: String,
    /// Numbers without a real birth date that stand where ID numbers do: as a household's number nothing else tells them.
    damaged_numbers: HashSet<u64>,
}

/// An exception and where it stands on its list.
pub(super) struct ListEntry<'a> {
    pub(super) tracked: &'a TrackedException,
    /// Its department's sheet, or that of unconfirmed matches.
    pub(super) sheet: Cow<'a, str>,
    household: &'a str,
    /// Source and row of each record it rests on; `None` for those of an earlier quarter.
    records: Vec<Option<(usize, usize)>>,
    pub(super) overdue: bool,
}

/// A row ready to be written.
pub(super) struct ListRow<'a> {
    pub(super) cells: [Cow<'a, str>; COLUMNS.len()],
    pub(super) severe: bool,
    pub(super) overdue: bool,
}

impl<'a> ListEntry<'a> {
    /// Review last, then department, severity, rule, village, household, row key.
    pub(super) fn order(&self) -> (bool, [&str; 6]) {
        let e = &self.tracked.exception;
        let severity = e.severity.code();
        let place = [&*self.sheet, severity, &e.rule_code, &e.village_code, self.household];
        let [sheet, severity, rule, village, household] = place;
        (self.tracked.in_review(), [sheet, severity, rule, village, household, &self.tracked.listed_id])
    }
}

impl<'a> RowMaterial<'a> {
    pub(super) fn new(
        inputs: &PublicationInputs<'a>,
        people: &'a RecordOwners<'a>,
        persons: &'a [PublishedPerson],
        by_finding: &'a ByFinding<'a>,
        evidence: ListedEvidence<'a>,
    ) -> Result<Self> {
        let catalogue = inputs.catalogue;
        let rank =
            |name: &str| catalogue.sources.iter().find(|s| s.name == name).map_or(u32::MAX, |s| s.rank);
        let fields = people.fields();
        let ids = fields.iter().flat_map(SourceFields::ids);
        let damaged = ids.filter(|id| id.class == IdClass::BadDate18).filter_map(|id| id.edit_key());
        Ok(Self {
            inputs: *inputs,
            people,
            persons,
            by_finding,
            damaged_numbers: damaged.collect(),
            fields,
            evidence,
            rules: catalogue.rules.iter().map(|rule| (rule.code.as_str(), rule)).collect(),
            ranks: inputs.loaded.iter().map(|loaded| rank(&loaded.records.source)).collect(),
            issued: inputs.period.last_day().to_string(),
        })
    }

    /// Where an exception stands.
    pub(super) fn entry(&self, tracked: &'a TrackedException) -> ListEntry<'a> {
        let e = &tracked.exception;
        let records: Vec<_> = e.evidence.iter().map(|id| self.evidence.find(id)).collect();
        let mut found: Vec<(usize, usize)> = records.iter().flatten().copied().collect();
        found.sort_by_key(|&(source, row)| (self.ranks[source], source, row));
        let number = found.iter().find_map(|&(source, row)| self.fields[source].household(row));
        let household = match number {
            Some(text) => text.rsplit('|').next().unwrap_or(text),
            None => e.household_id.as_deref().unwrap_or_default(),
        };
        let overdue = *tracked.due_date < *self.issued;
        ListEntry { tracked, sheet: list_sheet_name(tracked), household, records, overdue }
    }

    /// The row of an exception.
    pub(super) fn row<'s>(&'s self, entry: &ListEntry<'s>) -> Result<ListRow<'s>> {
        let (tracked, inputs) = (entry.tracked, &self.inputs);
        let e = &tracked.exception;
        let rule = self.rules.get(&*e.rule_code);
        let place = |code: &'s str| match code {
            "" => "未定",
            code => self.people.division_name(code).unwrap_or(code),
        };
        let status = tracked.status.title();
        let status: Cow<'s, str> = match tracked.checked {
            true => status.into(),
            false => format!("{status}（本季未核对）").into(),
        };
        let (name, id) = self.subject(&entry.records);
        let mut all_related = String::new();
        for other in related_exceptions(self.by_finding, tracked) {
            if !all_related.is_empty() {
                all_related.push('\n');
            }
            self.push_related(tracked, other, &mut all_related);
        }
        let severity = e.severity.code();
        let cells: [Cow<'s, str>; COLUMNS.len()] = [
            "".into(),
            short_number(tracked).into(),
            (&*e.rule_code).into(),
            rule.map_or(&*e.rule_code, |r| r.title.as_str()).into(),
            severity.into(),
            status,
            place(&e.county_code).into(),
            place(&e.township_code).into(),
            place(&e.village_code).into(),
            self.shown_household(entry.household),
            name,
            id,
            mask::mask_numbers_in_text(&e.message),
            self.evidence_text(entry).into(),
            tier_title(e.confidence).into(),
            tier_confidence(e.confidence).into(),
            tracked.first_seen.to_string().into(),
            inputs.period.periods_since(tracked.first_seen).to_string().into(),
            (&*e.owner).into(),
            self.issued.as_str().into(),
            (&*tracked.due_date).into(),
            rule.map_or("", |r| r.advice.as_str()).into(),
            all_related.into(),
            "".into(),
            "".into(),
            "".into(),
            "".into(),
            "".into(),
            "".into(),
            tracked.listed_id.as_str().into(),
            row_version(tracked).into(),
        ];
        let severe = inputs.catalogue.words.is_marked(e.severity);
        Ok(ListRow { cells, severe, overdue: entry.overdue })
    }

    /// Name and number of whom the row is about, as the first evidence record has them.
    fn subject(&self, records: &[Option<(usize, usize)>]) -> (Cow<'a, str>, Cow<'a, str>) {
        let Some(&(source, row)) = records.iter().flatten().next() else { return ("".into(), "".into()) };
        let fields = &self.fields[source];
        let mut id = fields.id(row);
        // A record without a usable number borrows the one its person is known by.
        if matches!(id.class, IdClass::Empty | IdClass::Other) {
            let person = self.inputs.resolution.person[self.people.node(source, row)];
            id = self.people.id(&self.fields, &self.persons[person as usize]);
        }
        (self.shown_name(fields.name(row).unwrap_or_default()), self.shown_id(id))
    }

    /// Number of a related exception, and what it is where it has no row of its own or is the cause.
    fn push_related(&self, tracked: &TrackedException, related: &TrackedException, out: &mut String) {
        let (e, by_finding) = (&related.exception, self.by_finding);
        out.push_str(&short_number(related));
        let is = |one: &TrackedException, other: &TrackedException| one.exception_id == other.exception_id;
        let what = if cause_of(by_finding, tracked).is_some_and(|root| is(root, related)) {
            "（根本原因，先核实）"
        } else if cause_of(by_finding, related).is_some_and(|root| is(root, tracked)) {
            "（由本条引起）"
        } else {
            return;
        };
        let title = self.rules.get(&*e.rule_code).map_or("", |r| r.title.as_str());
        out.extend([" ", title, what]);
    }

    /// A number as the pipeline's privacy setting allows.
    fn shown_id(&self, id: IdNumber) -> Cow<'a, str> {
        match self.inputs.catalogue.privacy.id_mask {
            MaskStyle::None => id.text().map_or_else(|| mask::mask_number_for_list(id), Cow::Owned),
            MaskStyle::Partial => mask::mask_number_for_list(id),
            MaskStyle::Full => "".into(),
        }
    }

    /// A household's number: often its head's ID number, which is shown as such numbers are.
    fn shown_household<'n>(&self, number: &'n str) -> Cow<'n, str> {
        match self.inputs.catalogue.privacy.id_mask {
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
    fn shown_name<'n>(&self, name: &'n str) -> Cow<'n, str> {
        match self.inputs.catalogue.privacy.name_mask {
            MaskStyle::None => mask::mask_numbers_in_text(name),
            MaskStyle::Partial => mask::mask_name_for_notice(&mask::mask_numbers_in_text(name)).into(),
            MaskStyle::Full => "".into(),
        }
    }

    /// One line per record: source, place in the file, name, masked number, original values.
    fn evidence_text(&self, entry: &ListEntry<'_>) -> String {
        use std::fmt::Write as _;
        let mut out = String::new();
        let exception = &entry.tracked.exception;
        for (id, place) in exception.evidence.iter().zip(&entry.records) {
            if !out.is_empty() {
                out.push('\n');
            }
            let Some((source, row)) = *place else {
                out.extend([id, "（以前季度的记录）"]);
                continue;
            };
            let records = &self.inputs.loaded[source].records;
            let key = records.keys[row];
            let table = &records.tables[key.table()];
            let title = self.inputs.catalogue.source_title(&records.source);
            let _ = write!(out, "【{title}】{}", crate::load::masked_file_name(&table.file));
            if let Some(sheet) = &table.sheet {
                let _ = write!(out, " 工作表“{}”", mask::mask_numbers_in_text(sheet));
            }
            let _ = write!(out, " 第{}行", key.row());
            let fields = &self.fields[source];
            let mut separator = '：';
            if let Some(name) = fields.name(row) {
                out.push(std::mem::replace(&mut separator, '，'));
                out.push_str(&self.shown_name(name));
            }
            let number = self.shown_id(fields.id(row));
            if !number.is_empty() {
                out.push(std::mem::replace(&mut separator, '，'));
                out.push_str(&number);
            }
            self.evidence.push_values(&exception.rule_code, (source, row), &mut separator, &mut out);
        }
        out
    }
}

/// The sheet an exception stands on: its department's, or that of unconfirmed matches.
fn list_sheet_name(tracked: &TrackedException) -> Cow<'_, str> {
    match tracked.in_review() {
        true => REVIEW_SHEET.into(),
        false => safe_names::safe_sheet_name(&tracked.exception.owner),
    }
}

/// True if the exception follows from one on the same sheet of the same township.
pub(super) fn is_covered_by_cause(by_finding: &ByFinding<'_>, tracked: &TrackedException) -> bool {
    cause_of(by_finding, tracked).is_some_and(|root| {
        root.is_open()
            && list_sheet_name(root) == list_sheet_name(tracked)
            && root.exception.township_code == tracked.exception.township_code
            && root.exception.county_code == tracked.exception.county_code
    })
}

impl ListColumn {
    /// Position of a column by title.
    pub fn position(title: &str) -> Result<usize> {
        COLUMNS
            .iter()
            .position(|c| c.title == title)
            .ok_or_else(|| Error::internal(format!("清单没有列“{title}”")))
    }
}
