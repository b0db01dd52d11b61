//! Pages: what each template is given.

use std::collections::BTreeMap;
use std::sync::{Arc, PoisonError};

use axum::http::StatusCode;
use axum::response::{IntoResponse as _, Response};
use jiff::civil::Date;
use serde_json::{Value, json};

use super::case_view::{FindingLine, answered_words, case_view};
use super::draw_list::{DrawnRow, rows_of};
use super::facets::{Facet, FindingState, NOT_DRAWN, NarrowedQueue, narrow, state_title};
use super::findings::PageFinding;
use super::link_review::VERDICTS;
use super::progress_board::progress_board;
use super::queue::{PAGE, QueueFilter};
use super::seat::{PageSeat, SeatRole};
use super::server::{Shared, shown};
use super::told::Told;
use crate::Result;
use crate::answers::{DrawPer, DrawResult, StoredDraw};
use crate::model::answer::ReviewLevel;
use crate::privacy::mask::mask_numbers_in_text;

/// Queues that are kept.
const MOST_QUEUES: usize = 64;
/// What [`Shared::queue`] keeps: the state of the answers that the queues are of, and the queues by area, level and filter.
pub(super) type KeptQueues =
    (Option<(Option<u32>, Date)>, BTreeMap<(String, ReviewLevel, String), Arc<NarrowedQueue>>);
/// Values of a facet that are listed.
const MOST_VALUES: usize = 200;

/// Fields of a record beside another, with their titles.
const PAIR_FIELDS: [(&str, &str); 9] = [
    ("name", "姓名"),
    ("id_number", "证件号"),
    ("birth", "出生年"),
    ("sex", "性别"),
    ("place", "所在"),
    ("household", "户编号"),
    ("relation", "与户主关系"),
    ("list", "名单"),
    ("origin", "文件"),
];

impl Shared {
    pub(super) fn enter_page(&self, status: StatusCode, message: &str) -> Response {
        (status, shown(self.templates.render("enter.html", &json!({ "message": message })))).into_response()
    }

    /// What every page needs.
    fn frame(&self, seat: &PageSeat, (here, title): (&str, &str), told: &Told, next: &str) -> Value {
        let page = &self.page;
        json!({
            "title": title,
            "here": here,
            "next": next,
            "pipeline": page.snapshot.pipeline(),
            "period": page.snapshot.period().title(),
            "seat": json!({ "role": seat.role.title(), "area": (if seat.area.is_empty() { "" } else { page.archive.titles.division(&seat.area) }), "name": seat.name }),
            "newer": page.newer.banner(),
            "unnamed": page.answers().unnamed,
            "told": told.text,
            "told_bad": told.bad,
            "undo": told.undo,
            "may_answer": seat.may_answer(),
            "may_review": self.may_review(seat),
            "sees_draws": seat.sees_draws(),
            "verdicts": self.verdicts(),
            "reasons": page.words.answers.reasons,
            "noted": page.words.answers.reasons_with_note.join("|"),
            "measures": page.words.answers.measures,
        })
    }

    /// Is there, or may there be, something that a seat reviews? Whoever sits in a township reviews what came as of its villages.
    fn may_review(&self, seat: &PageSeat) -> bool {
        let of_village = |state: &FindingState| state.level == Some(ReviewLevel::Village);
        seat.may_answer()
            && (seat.role != SeatRole::Township || self.page.answers().states.iter().any(of_village))
    }

    /// What a form notes of the answers that were seen when it was made: each finding with the batch of its answer.
    fn seen<'a>(&self, findings: impl Iterator<Item = &'a PageFinding>) -> Vec<String> {
        let answers = self.page.answers();
        findings.map(|one| answers.seen(one)).collect()
    }

    fn verdicts(&self) -> Vec<Value> {
        let words = &self.page.words.answers;
        let verdict = |word: &String| {
            let meaning = words.meaning_of(word);
            let titles: Vec<&str> = meaning.needs.iter().map(|part| part.column().title()).collect();
            let names: Vec<&str> = meaning.needs.iter().map(|part| part.code()).collect();
            json!({
                "word": word,
                "needs": (if titles.is_empty() { String::new() } else { format!("要填{}", titles.join("、")) }),
                "need_names": names.join(" "),
                "apart": meaning.same_person == Some(false),
                "reasons": meaning.reasons.join("|"),
                "measures": meaning.measures.join("|"),
            })
        };
        words.verdicts.iter().map(verdict).collect()
    }

    /// A queue, kept until something is answered: its other pages, and the same for another seat of the area.
    fn queue(&self, seat: &PageSeat, filter: &QueueFilter) -> Arc<NarrowedQueue> {
        let (page, answers) = (&self.page, self.page.answers());
        let kept_as = (answers.change_counter, answers.day);
        let name = (seat.area.clone(), seat.level(), filter.at(0).address());
        let mut queues = self.queues.lock().unwrap_or_else(PoisonError::into_inner);
        if queues.0 != Some(kept_as) || queues.1.len() >= MOST_QUEUES {
            *queues = (Some(kept_as), BTreeMap::new());
        }
        if let Some(queue) = queues.1.get(&name) {
            return queue.clone();
        }
        drop(queues);
        let queue = Arc::new(narrow(
            (&page.findings, &page.columns_of_findings, &page.texts),
            &answers.states,
            seat,
            filter,
        ));
        let mut queues = self.queues.lock().unwrap_or_else(PoisonError::into_inner);
        if queues.0 == Some(kept_as) {
            queues.1.insert(name, queue.clone());
        }
        queue
    }

    pub(super) fn queue_page(&self, seat: &PageSeat, filter: &QueueFilter, told: &Told) -> Result<String> {
        let page = &self.page;
        let queue = self.queue(seat, filter);
        let answers = page.answers();
        let total = queue.found.len();
        let last_page = total.saturating_sub(1) / PAGE;
        let at = filter.page.min(last_page);
        let shown = &queue.found[(at * PAGE).min(total)..((at + 1) * PAGE).min(total)];
        let lines: Vec<FindingLine> = shown
            .iter()
            .map(|&position| {
                let one = &page.findings[position as usize];
                let (verdict, details) = answered_words(&answers, one);
                FindingLine::of(page, one, answers.states[position as usize], (&verdict, &details))
            })
            .collect();
        let address = filter.at(at).address();
        let next = format!("/?{address}");
        let kept: Vec<(&str, &str)> = Facet::ALL
            .into_iter()
            .map(|facet| (facet.code(), filter.chosen(facet)))
            .filter(|(_, value)| !value.is_empty())
            .collect();
        // Where nothing was drawn there is nothing to choose.
        let drawn = |counts: &BTreeMap<String, u64>| counts.keys().any(|value| value != NOT_DRAWN);
        let is_offered = |facet: &Facet| *facet != Facet::Drawn || queue.counts.get(facet).is_some_and(drawn);
        let facets: Vec<Value> = Facet::ALL
            .into_iter()
            .filter(is_offered)
            .map(|facet| self.facet(facet, filter, &queue))
            .collect();
        let own = json!({
            "lines": lines,
            "facets": facets,
            "kept": kept,
            "total": total,
            "address": address,
            "words": filter.words,
            "seen": self.seen(shown.iter().map(|&position| &page.findings[position as usize])),
            "first": at * PAGE + 1,
            "last": at * PAGE + shown.len(),
            "previous": (at > 0).then(|| filter.at(at - 1).address()),
            "following": (at < last_page).then(|| filter.at(at + 1).address()),
        });
        let frame = self.frame(seat, ("queue", "疑点"), told, &next);
        self.templates.render("queue.html", &together(own, frame))
    }

    fn facet(&self, facet: Facet, filter: &QueueFilter, queue: &NarrowedQueue) -> Value {
        let page = &self.page;
        let chosen = filter.chosen(facet);
        let mut values: Vec<(&String, &u64)> = queue.counts.get(&facet).into_iter().flatten().collect();
        if matches!(facet, Facet::Rule | Facet::Owner) {
            values.sort_by(|a, b| b.1.cmp(a.1).then_with(|| a.0.cmp(b.0)));
        }
        values.truncate(MOST_VALUES);
        let title = |value: &str| -> String {
            match facet {
                Facet::Rule => format!("{value} {}", page.archive.titles.rule(value)),
                Facet::County | Facet::Township | Facet::Village => {
                    page.archive.titles.division(value).to_owned()
                }
                Facet::Severity => {
                    page.words.severities.iter().find(|(severity, _)| severity.code() == value).map_or_else(
                        || value.to_owned(),
                        |(severity, _)| page.words.severity_title(*severity),
                    )
                }
                Facet::Owner if value.is_empty() => "未定".to_owned(),
                Facet::Owner => value.to_owned(),
                Facet::Status | Facet::Due | Facet::Review | Facet::Level | Facet::Drawn => {
                    state_title(value).unwrap_or(value).to_owned()
                }
            }
        };
        let value = |(value, count): (&String, &u64)| {
            json!({
                "title": title(value),
                "count": count,
                "address": filter.with(facet, value).address(),
                "chosen": value == chosen,
            })
        };
        json!({
            "title": facet.title(),
            "chosen": (if chosen.is_empty() { String::new() } else { title(chosen) }),
            "without": filter.with(facet, "").address(),
            "open": !chosen.is_empty() || matches!(facet, Facet::Severity | Facet::Status | Facet::Due | Facet::Level | Facet::Drawn),
            "values": values.into_iter().map(value).collect::<Vec<_>>(),
        })
    }

    pub(super) fn case_page(
        &self,
        seat: &PageSeat,
        one: &PageFinding,
        filter: &QueueFilter,
        told: &Told,
    ) -> Result<String> {
        let case = case_view(&self.page, one, |other| seat.sees(&other.county, &other.township))?;
        let inseparable =
            (!self.page.is_separable(one)?).then_some("这条疑点没有把几条记录认作一个人，没有可以分开的");
        let address = filter.address();
        let next = format!("/case/{}?{address}", one.key);
        let title = if one.name.is_empty() { one.number.as_str() } else { &one.name };
        let frame = self.frame(seat, ("queue", title), told, &next);
        let answers = self.page.answers();
        let own = json!({
            "case": case,
            "address": address,
            "seen": [answers.seen(one)],
            "inseparable": inseparable,
            "returned": answers.returned(one).map(|one| mask_numbers_in_text(&one.returned.note)),
        });
        self.templates.render("case.html", &together(own, frame))
    }

    /// How far everybody is.
    pub(super) fn board_page(&self, seat: &PageSeat) -> Result<String> {
        let board = progress_board(&self.page, seat);
        let frame = self.frame(seat, ("progress", "进度"), &Told::default(), "/progress");
        self.templates.render("progress.html", &together(json!({ "board": board }), frame))
    }

    /// Draws for checking again, and one of them.
    pub(super) fn draw_page(&self, seat: &PageSeat, batch: Option<i64>, told: &Told) -> Result<String> {
        let (page, answers) = (&self.page, self.page.answers());
        let own = |draw: &&StoredDraw| {
            draw.plan.level == seat.level() && (seat.area.is_empty() || draw.plan.area == seat.area)
        };
        let line = |draw: &StoredDraw| {
            json!({
                "batch": draw.batch.0,
                "at": draw.recorded_at.get(..16).unwrap_or_default().replace('T', " "),
                "by": draw.recorded_by,
                "seed": draw.plan.seed,
                "how": format!("{}{}条", draw.plan.per.title(), draw.plan.number),
                "count": draw.drawn.len(),
                "checked": draw.drawn.len() - draw.count(DrawResult::Open),
                "differing": draw.count(DrawResult::Differs),
                "shown": Some(draw.batch.0) == batch,
            })
        };
        let draws: Vec<&StoredDraw> = answers.draws.iter().rev().filter(own).collect();
        let shown = draws.iter().find(|draw| Some(draw.batch.0) == batch);
        let (rows, gone) = shown.map_or_else(Default::default, |draw| {
            rows_of(page, draw, |one| seat.sees(&one.county, &one.township))
        });
        let per: Vec<[&str; 2]> = DrawPer::ALL.iter().map(|per| [per.code(), per.title()]).collect();
        let own = json!({
            "draws": draws.iter().map(|draw| line(draw)).collect::<Vec<_>>(),
            "rows": rows,
            "gone": gone,
            "titles": DrawnRow::TITLES,
            "is_shown": shown.is_some(),
            "per": per,
            "seed": (page.now)().today.to_string().replace('-', ""),
        });
        let frame = self.frame(seat, ("draw", "抽查"), told, "/draw");
        self.templates.render("draw.html", &together(own, frame))
    }

    /// The next doubtful pair that nobody has judged.
    pub(super) fn review_page(&self, seat: &PageSeat, told: &Told) -> Result<String> {
        let answers = self.page.answers();
        let own = || self.page.pairs.iter().filter(|pair| pair.is_seen_by(seat));
        let pair = own().find(|pair| pair.verdict(&answers).is_empty());
        let judged = own().filter(|pair| !pair.verdict(&answers).is_empty()).count();
        let own = json!({
            "pair": pair,
            "judged": judged,
            "open": own().count() - judged,
            "has_secret": self.page.has_secret(),
            "pair_verdicts": VERDICTS,
            "fields": PAIR_FIELDS,
        });
        let frame = self.frame(seat, ("review", "是不是同一个人"), told, "/review");
        self.templates.render("review.html", &together(own, frame))
    }

    /// The finding that lists call so, if the seat may see it.
    pub(super) fn visible(&self, seat: &PageSeat, key: &str) -> Option<&PageFinding> {
        self.page.find(key).filter(|one| seat.sees(&one.county, &one.township))
    }
}

/// Two contexts of a template as one.
fn together(mut one: Value, other: Value) -> Value {
    if let (Value::Object(one), Value::Object(other)) = (&mut one, other) {
        one.extend(other);
    }
    one
}
