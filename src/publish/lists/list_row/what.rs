//! What is said of a finding: what contradicts, what it hangs together with, what was answered, what the records say.

use hashbrown::HashSet;

use super::{ListEntry, RowMaterial, is_covered_by_cause};
use crate::answers::AnswerAct;
use crate::model::exception::TrackedException;
use crate::privacy::mask;
use crate::publish::lists::finding_text::FindingTexts;
use crate::publish::quarter_totals::tier_title;
use crate::publish::restricted::{cause_of, related_exceptions};
use crate::track::short_number;

impl<'a> RowMaterial<'a> {
    /// What was answered last, and what changed since: an answer to other facts is none to these.
    pub(super) fn last_answer(&self, tracked: &TrackedException) -> String {
        let Some(answer) = &tracked.answer else { return self.cause_answer(tracked) };
        let on = answer.answered_on.map_or_else(String::new, |day| format!("{day} "));
        let by = self.shown_name(&answer.answered_by);
        // Who looked at an answer is not who gave it.
        let reviewed = answer.act == AnswerAct::Approved;
        let mut text = match reviewed {
            true => format!("{on}{by}：{}（{}级审核通过）", answer.verdict, answer.level.title()),
            false => format!("{on}{} {by}：{}", answer.level.title(), answer.verdict),
        };
        let more = [&answer.reason, &answer.measure, &answer.note, &answer.paper];
        for part in more.into_iter().filter(|part| !part.is_empty()) {
            text.extend(["；", part]);
        }
        if answer.facts != tracked.facts {
            let changed: Vec<String> =
                tracked.changed.iter().filter_map(|one| self.changed_column(one)).collect();
            text.push_str("\n当时所依据的原值已变，请重新核查");
            if !changed.is_empty() {
                text.extend(["：", &changed.join("、")]);
            }
        }
        mask::mask_numbers_in_text(&text).into_owned()
    }

    /// What was answered of the finding that it follows from, where it need not be looked at by itself.
    fn cause_answer(&self, tracked: &TrackedException) -> String {
        let (Some(answer), Some(cause)) = (&tracked.cause_answer, cause_of(self.by_finding, tracked)) else {
            return String::new();
        };
        let on = answer.answered_on.map_or_else(String::new, |day| format!("，{day}"));
        format!("由原因{}已核（{}{on}），不必另核", short_number(cause), answer.verdict)
    }

    /// `农村低保名单“月保障金”`.
    fn changed_column(&self, column: &str) -> Option<String> {
        let (source, column) = column.split_once('.')?;
        let catalogue = self.inputs.catalogue;
        Some(format!("{}“{}”", catalogue.source_title(source), catalogue.column_title(source, column)))
    }

    pub(super) fn finding(&self, entry: &ListEntry<'_>) -> String {
        let tracked = entry.tracked;
        let texts = FindingTexts {
            inputs: &self.inputs,
            fields: &self.fields,
            evidence: &self.evidence,
            ranks: &self.ranks,
        };
        let follow = related_exceptions(self.by_finding, tracked).filter(|other| {
            is_covered_by_cause(self.by_finding, other)
                && cause_of(self.by_finding, other)
                    .is_some_and(|root| root.exception_id == tracked.exception_id)
        });
        texts.text(tracked, &entry.records, follow.count(), |name| self.shown_name(name).into_owned())
    }

    pub(super) fn related(&self, tracked: &TrackedException) -> String {
        let mut all = String::new();
        for other in related_exceptions(self.by_finding, tracked) {
            if !all.is_empty() {
                all.push('\n');
            }
            self.push_related(tracked, other, &mut all);
        }
        all
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

    /// How the records were matched: a tier that says that number and name agree is not told of records that do not.
    pub(super) fn match_words(&self, entry: &ListEntry<'_>) -> &'static str {
        let tier = entry.tracked.exception.confidence;
        let (mut numbers, mut names) = (HashSet::new(), HashSet::new());
        if let Some(subject) = entry.subject {
            let person = |&(source, row): &(usize, usize)| {
                self.inputs.resolution.person[self.people.node(source, row)]
            };
            let own = entry.records.iter().flatten().filter(|one| person(one) == subject.person);
            for &(source, row) in own {
                numbers.extend(self.fields[source].id(row).text());
                names.extend(self.fields[source].name(row));
            }
        }
        match (tier, numbers.len() > 1, names.len() > 1) {
            (1 | 2, true, true) => "证件号、姓名都有不同",
            (1 | 2, true, false) => "姓名一致，证件号不同",
            (1, false, true) => tier_title(2),
            _ => tier_title(tier),
        }
    }

    /// One line per record: source, place in the file, name, masked number, original values.
    pub(super) fn evidence_text(&self, entry: &ListEntry<'_>) -> String {
        use std::fmt::Write as _;
        let mut out = String::new();
        let exception = &entry.tracked.exception;
        for (id, place) in exception.evidence.iter().zip(&entry.records) {
            if !out.is_empty() {
                out.push('\n');
            }
            let Some((source, row)) = *place else {
                out.extend([id, "（以前各期的记录）"]);
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
