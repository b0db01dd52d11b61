//! What seats send: answers, reviews of answers, judgements of pairs, and undoing. Each is an event in the store.

use axum::http::StatusCode;
use axum::response::{IntoResponse as _, Redirect, Response};

use super::answer_form::AnswerForm;
use super::findings::PageFinding;
use super::link_review::VERDICTS;
use super::page_answers::PageAnswers;
use super::queue::QueueFilter;
use super::seat::PageSeat;
use super::server::{Parameters, Shared, shown};
use super::told::{Told, local_address, with_parameters};
use crate::answers::{Answer, AppendedBatch, DrawPer, DrawPlan, ReviewLevel, StandingAnswer};
use crate::privacy::told_error::render_error;

/// Most that are drawn at once, of all or of each.
const MOST_DRAWN: u32 = 1000;

/// Judges a doubtful pair of records.
pub(super) fn judge_pair(shared: &Shared, seat: &PageSeat, form: &AnswerForm<'_>) -> Response {
    let (subject, verdict) = (form.get("subject"), form.get("verdict"));
    let pair = shared.page.pairs.iter().find(|pair| pair.subject == subject && pair.is_seen_by(seat));
    let Some(pair) = pair else {
        return (StatusCode::NOT_FOUND, "没有这两条记录，或不在您的范围里").into_response();
    };
    if !VERDICTS.contains(&verdict) {
        return shared.again(seat, "/review", &Told::fault("没有记下：没有选判断".to_owned()));
    }
    let moment = (shared.page.now)();
    match shared.page.append(seat, &mut [pair.answer(verdict, seat, &moment)]) {
        Ok(appended) => Redirect::to(&shared.done(seat, "/review", appended, ("answer", 1))).into_response(),
        Err(error) => shared.again(seat, "/review", &Told::fault(render_error(&error, false))),
    }
}

/// The findings that a form names, none of which rests on something else by now.
///
/// # Errors
/// What to answer instead: there is no such finding for the seat, or what is wrong with them.
fn chosen<'a>(
    shared: &'a Shared,
    seat: &PageSeat,
    form: &AnswerForm<'_>,
) -> Result<Vec<&'a PageFinding>, Box<Response>> {
    let next = local_address(form.get("next"));
    let (mut found, mut faults) = (Vec::new(), Vec::new());
    for key in form.all("key") {
        let Some(one) = shared.visible(seat, key) else {
            return Err(Box::new((StatusCode::NOT_FOUND, "没有这条疑点，或不在您的范围里").into_response()));
        };
        match shared.page.newer.why_stale(one) {
            Ok(stale) => faults.extend(stale),
            Err(error) => faults.push(render_error(&error, false)),
        }
        found.push(one);
    }
    if found.is_empty() {
        faults.push("没有选中疑点".to_owned());
    }
    if faults.is_empty() {
        Ok(found)
    } else {
        Err(Box::new(shared.again(seat, &next, &Told::faults(faults))))
    }
}

/// Answers the findings that are chosen, all of them alike or none; an answer that stands must be the one that was seen.
pub(super) fn answer(shared: &Shared, seat: &PageSeat, form: &AnswerForm<'_>) -> Response {
    let moment = (shared.page.now)();
    let found = match chosen(shared, seat, form) {
        Ok(found) => found,
        Err(response) => return *response,
    };
    let (mut answers, mut faults): (Vec<Answer>, Vec<String>) = (Vec::new(), Vec::new());
    let (standing, seen) = (shared.page.answers(), form.all("seen"));
    for one in &found {
        // What somebody else answered meanwhile is not replaced by who has not seen it.
        if let Some(other) =
            standing.of(&one.exception_id).filter(|_| !seen.contains(&standing.seen(one).as_str()))
        {
            let by = match other.answer.answered_by.trim() {
                "" => "别人",
                name => name,
            };
            faults.push(format!("{}刚才由{by}填了“{}”，看过再填", one.number, other.answer.verdict));
            continue;
        }
        let given = form.answer(&shared.page.words.answers, one, seat, &moment);
        let given = given.and_then(|answer| shared.page.check_separable(one, answer));
        match given {
            Ok(answer) => answers.push(answer),
            Err(found) => faults.extend(found),
        }
    }
    append(shared, seat, form, ("answer", found.len()), (answers, faults))
}

/// Lets the answers to the findings that are chosen stand, as looked at by the seat's level.
pub(super) fn approve(shared: &Shared, seat: &PageSeat, form: &AnswerForm<'_>) -> Response {
    review(shared, seat, form, "approve", |one, answers| {
        let approved = answers.of(&one.exception_id).map(|standing| standing.answer.approved(seat.level()));
        approved
            .into_iter()
            .map(|answer| Answer { exception_id: one.exception_id.clone(), ..answer })
            .collect()
    })
}

/// Takes the answers to the findings that are chosen back: they are to be looked at again.
pub(super) fn send_back(shared: &Shared, seat: &PageSeat, form: &AnswerForm<'_>) -> Response {
    let (reason, next) = (form.get("return_reason"), local_address(form.get("next")));
    if reason.is_empty() {
        return shared.again(seat, &next, &Told::fault("没有退回：没有写退回原因".to_owned()));
    }
    let today = (shared.page.now)().today;
    review(shared, seat, form, "return", |one, answers| {
        let returned = |standing: &StandingAnswer| {
            let answer = standing.answer.returned(seat.level(), &seat.name, reason);
            Answer { answered_on: Some(today), facts: one.facts.clone(), ..answer }
        };
        answers.all_of(one).map(returned).collect()
    })
}

/// Reviews the answers to the findings that are chosen: each must stand, be of a level below, and be the one that was seen.
fn review(
    shared: &Shared,
    seat: &PageSeat,
    form: &AnswerForm<'_>,
    what: &str,
    events: impl Fn(&PageFinding, &PageAnswers) -> Vec<Answer>,
) -> Response {
    let found = match chosen(shared, seat, form) {
        Ok(found) => found,
        Err(response) => return *response,
    };
    let (answers, seen) = (shared.page.answers(), form.all("seen"));
    let today = (shared.page.now)().today;
    let (mut appended, mut faults): (Vec<Answer>, Vec<String>) = (Vec::new(), Vec::new());
    for one in &found {
        let number = &one.number;
        match shared.page.state_of(one, &answers, today).level {
            None => faults.push(format!("{number}没有可审核的核查结果")),
            Some(level) if level >= seat.level() => {
                faults.push(format!("{number}的核查结果是{}级的，不由本级审核", level.title()));
            }
            Some(_) if !seen.contains(&answers.seen(one).as_str()) => {
                faults.push(format!("{number}的核查结果刚才又变了，看过再审核"));
            }
            Some(_) => appended.extend(events(one, &answers)),
        }
    }
    append(shared, seat, form, (what, found.len()), (appended, faults))
}

/// Appends events if nothing is wrong with any.
fn append(
    shared: &Shared,
    seat: &PageSeat,
    form: &AnswerForm<'_>,
    told: (&str, usize),
    (mut answers, faults): (Vec<Answer>, Vec<String>),
) -> Response {
    let next = local_address(form.get("next"));
    if !faults.is_empty() {
        return shared.again(seat, &next, &Told::faults(faults));
    }
    match shared.page.append(seat, &mut answers) {
        Ok(appended) => Redirect::to(&shared.done(seat, &next, appended, told)).into_response(),
        Err(error) => shared.again(seat, &next, &Told::fault(render_error(&error, false))),
    }
}

/// Draws answered findings that the seat sees for checking again.
pub(super) fn draw(shared: &Shared, seat: &PageSeat, form: &AnswerForm<'_>) -> Response {
    if seat.level() < ReviewLevel::County {
        return (StatusCode::FORBIDDEN, "抽查由县级、市级办理").into_response();
    }
    let number = |name: &str| form.get(name).parse::<u32>().ok();
    let (how_many, seed) =
        (number("number").filter(|number| (1..=MOST_DRAWN).contains(number)), number("seed"));
    let (Some(how_many), Some(seed), Some(per)) = (how_many, seed, DrawPer::from_code(form.get("per")))
    else {
        let fault = format!("没有抽：抽几条写1到{MOST_DRAWN}，种子写一个整数（最多九位）");
        return shared.again(seat, "/draw", &Told::fault(fault));
    };
    let plan = DrawPlan { seed, number: how_many, per, area: seat.area.clone(), level: seat.level() };
    match shared.page.draw(&plan, &seat.name, shared.page.columns_of_findings.within(&seat.area)) {
        Ok((AppendedBatch(batch), false, _)) => {
            Redirect::to(&format!("/draw?batch={batch}&same=1")).into_response()
        }
        Ok((drawn, true, count)) => {
            let next = format!("/draw?batch={}", drawn.0);
            Redirect::to(&shared.done(seat, &next, (drawn, 0), ("draw", count))).into_response()
        }
        Err(error) => shared.again(seat, "/draw", &Told::fault(render_error(&error, false))),
    }
}

/// Undoes what the seat appended.
pub(super) fn undo(shared: &Shared, seat: &PageSeat, form: &AnswerForm<'_>) -> Response {
    let next = local_address(form.get("next"));
    let batch: i64 = form.get("batch").parse().unwrap_or_default();
    if !shared.may_undo(seat, batch) {
        return (StatusCode::FORBIDDEN, "只能撤销自己刚才记下的").into_response();
    }
    match shared.page.undo(seat, AppendedBatch(batch)) {
        Ok(()) => Redirect::to(&with_parameters(&next, &format!("undone={batch}"))).into_response(),
        Err(error) => shared.again(seat, &next, &Told::fault(render_error(&error, false))),
    }
}

impl Shared {
    /// The page from which something was sent that could not be taken, with what is wrong.
    pub(super) fn again(&self, seat: &PageSeat, next: &str, told: &Told) -> Response {
        let (path, query) = next.split_once('?').unwrap_or((next, ""));
        let parameters: Parameters = serde_urlencoded::from_str(query).unwrap_or_default();
        let filter = QueueFilter::of(&parameters);
        let case = path.strip_prefix("/case/").and_then(|key| self.visible(seat, key));
        let page = match case {
            _ if path == "/review" => self.review_page(seat, told),
            _ if path == "/draw" && seat.sees_draws() => self.draw_page(seat, None, told),
            Some(one) => self.case_page(seat, one, &filter, told),
            None => self.queue_page(seat, &filter, told),
        };
        (StatusCode::UNPROCESSABLE_ENTITY, shown(page)).into_response()
    }
}
