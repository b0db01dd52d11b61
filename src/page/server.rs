//! Requests in, pages out.

use std::collections::BTreeMap;
use std::net::{Ipv4Addr, SocketAddr, TcpListener};
use std::path::PathBuf;
use std::sync::{Arc, Mutex, PoisonError};

use axum::extract::{Form, Path, Query, Request, State};
use axum::http::{HeaderValue, Method, StatusCode, header};
use axum::middleware::{self, Next};
use axum::response::{Html, IntoResponse, Redirect, Response};
use axum::routing::{get, post};
use axum::{Extension, Router};
use serde_json::{Value, json};

use super::answer_form::AnswerForm;
use super::case_view::{FindingLine, PageColumn, case_view};
use super::facets::{Facet, NarrowedQueue, narrow, state_title};
use super::findings::PageFinding;
use super::guard::{Refused, SESSION, check_host, check_origin, find_seat, seat_of};
use super::link_review::VERDICTS;
use super::progress_board::progress_board;
use super::queue::{PAGE, QueueFilter};
use super::rendering::{PageTemplates, SCRIPT, STYLE};
use super::seat::PageSeat;
use super::state::{PageMoment, PageState};
use crate::answers::{Answer, AppendedBatch};
use crate::privacy::IdentitySecret;
use crate::privacy::told_error::render_error;
use crate::rules::officer_words::OfficerWords;
use crate::{Error, Result};

/// Without a referrer browsers name no origin of what the page itself sends; other pages get neither.
const REFERRER: &str = "same-origin";
/// Nothing from elsewhere, nothing in a frame, forms to this page alone.
const POLICY: &str =
    "default-src 'self'; object-src 'none'; base-uri 'none'; form-action 'self'; frame-ancestors 'none'";
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

type Parameters = Vec<(String, String)>;

/// What the server is to show, and to whom.
pub struct PagePlan {
    /// Output folder, with the publications and the answers.
    pub out: PathBuf,
    /// What an officer may answer, and what severities are called.
    pub words: OfficerWords,
    /// Names the records that a verdict says are one person's or several persons'.
    pub identity: Option<IdentitySecret>,
    /// Columns of lists, see [`PageColumn::of_pipeline`].
    pub columns: BTreeMap<String, PageColumn>,
    /// Who may sit there.
    pub seats: Vec<PageSeat>,
    /// Port; 0: a free one.
    pub port: u16,
    /// The moment of a request.
    pub now: Arc<dyn Fn() -> PageMoment + Send + Sync>,
}

/// A server that listens.
pub struct PageServer {
    listener: TcpListener,
    address: SocketAddr,
    shared: Arc<Shared>,
}

struct Shared {
    page: PageState,
    templates: PageTemplates,
    port: u16,
    /// Batches that seats appended here, by the seats' tokens: each undoes its own.
    appended: Mutex<BTreeMap<i64, String>>,
}

impl PageServer {
    /// Reads the newest publication and listens on this machine alone.
    ///
    /// # Errors
    /// No publication, or a damaged one; a port that is taken.
    pub fn bind(plan: PagePlan) -> Result<Self> {
        let page =
            PageState::read(plan.out, (plan.words, plan.identity), plan.columns, plan.seats, plan.now)?;
        let failed = |e: std::io::Error| {
            Error::usage(format!("端口{}不能用", plan.port))
                .hint("换一个 --port，或不写，由系统选一个")
                .caused_by(e)
        };
        let listener = TcpListener::bind((Ipv4Addr::LOCALHOST, plan.port)).map_err(failed)?;
        listener.set_nonblocking(true).map_err(failed)?;
        let address = listener.local_addr().map_err(failed)?;
        let (templates, port) = (PageTemplates::read()?, address.port());
        Ok(Self {
            listener,
            address,
            shared: Arc::new(Shared { page, templates, port, appended: Mutex::default() }),
        })
    }

    /// Where it listens.
    pub fn address(&self) -> SocketAddr {
        self.address
    }

    /// Findings that it shows.
    pub fn findings(&self) -> usize {
        self.shared.page.findings.len()
    }

    /// Serves until the process ends.
    ///
    /// # Errors
    /// The system gives no threads or takes the port away.
    pub fn serve(self) -> Result<()> {
        let failed = |e: std::io::Error| Error::internal("网页服务中断").caused_by(e);
        let runtime = tokio::runtime::Builder::new_multi_thread()
            .worker_threads(2)
            .enable_all()
            .build()
            .map_err(failed)?;
        runtime.block_on(async move {
            let listener = tokio::net::TcpListener::from_std(self.listener).map_err(failed)?;
            axum::serve(listener, router(self.shared)).await.map_err(failed)
        })
    }
}

fn router(shared: Arc<Shared>) -> Router {
    Router::new()
        .route("/", get(show_queue))
        .route("/case/{key}", get(show_case))
        .route("/progress", get(show_progress))
        .route("/review", get(show_review).post(take_review))
        .route("/answer", post(take_answer))
        .route("/undo", post(undo))
        .route("/enter", post(enter))
        .route("/page.css", get(|| async { ([(header::CONTENT_TYPE, "text/css; charset=utf-8")], STYLE) }))
        .route(
            "/page.js",
            get(|| async { ([(header::CONTENT_TYPE, "text/javascript; charset=utf-8")], SCRIPT) }),
        )
        .fallback(|| async { (StatusCode::NOT_FOUND, "没有这个页面") })
        .layer(middleware::from_fn_with_state(shared.clone(), guard))
        .with_state(shared)
}

/// Lets in whoever may come in, and says of every answer what the browser may do with it.
/// Whoever is let in is known to what follows by his seat.
async fn guard(State(shared): State<Arc<Shared>>, mut request: Request, next: Next) -> Response {
    let headers = request.headers();
    let changes = request.method() != Method::GET && request.method() != Method::HEAD;
    let mut refused = check_host(headers, shared.port).err();
    if changes {
        refused = refused.or_else(|| check_origin(headers, shared.port).err());
    }
    let open = ["/enter", "/page.css", "/page.js"].contains(&request.uri().path());
    if !open {
        match find_seat(headers, &shared.page.seats).cloned() {
            Ok(seat) => drop(request.extensions_mut().insert(seat)),
            Err(unknown) => refused = refused.or(Some(unknown)),
        }
    }
    let mut response = match refused {
        Some(Refused::Token) if !changes => {
            shared.enter_page(StatusCode::UNAUTHORIZED, Refused::Token.message())
        }
        Some(refused) => (StatusCode::FORBIDDEN, refused.message()).into_response(),
        None => next.run(request).await,
    };
    for (name, value) in [
        (header::CONTENT_SECURITY_POLICY, POLICY),
        (header::X_CONTENT_TYPE_OPTIONS, "nosniff"),
        (header::REFERRER_POLICY, REFERRER),
        (header::CACHE_CONTROL, "no-store"),
    ] {
        response.headers_mut().insert(name, HeaderValue::from_static(value));
    }
    response
}

/// The page, or what went wrong with it.
fn shown(page: Result<String>) -> Response {
    match page {
        Ok(page) => Html(page).into_response(),
        Err(error) => (StatusCode::INTERNAL_SERVER_ERROR, render_error(&error, false)).into_response(),
    }
}

impl Shared {
    fn enter_page(&self, status: StatusCode, message: &str) -> Response {
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
            "seat": json!({ "role": seat.role.title(), "area": (if seat.area.is_empty() { "" } else { page.titles.division(&seat.area) }), "name": seat.name }),
            "told": told.text,
            "told_bad": told.bad,
            "undo": told.undo,
            "may_answer": seat.may_answer(),
            "verdicts": self.verdicts(),
            "reasons": page.words.answers.reasons,
            "measures": page.words.answers.measures,
        })
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
                "reasons": meaning.reasons.join("|"),
                "measures": meaning.measures.join("|"),
            })
        };
        words.verdicts.iter().map(verdict).collect()
    }

    fn queue(&self, seat: &PageSeat, filter: &QueueFilter) -> NarrowedQueue {
        let page = &self.page;
        let (answers, today) = (page.answers(), (page.now)().today);
        narrow(
            &page.findings,
            |one| seat.sees(&one.county, &one.township),
            |at| page.state_of(&page.findings[at], &answers, today),
            filter,
        )
    }

    fn queue_page(&self, seat: &PageSeat, filter: &QueueFilter, told: &Told) -> Result<String> {
        let page = &self.page;
        let queue = self.queue(seat, filter);
        let (answers, today) = (page.answers(), (page.now)().today);
        let total = queue.found.len();
        let last_page = total.saturating_sub(1) / PAGE;
        let at = filter.page.min(last_page);
        let shown = &queue.found[(at * PAGE).min(total)..((at + 1) * PAGE).min(total)];
        let lines: Vec<FindingLine> = shown
            .iter()
            .map(|&position| {
                let one = &page.findings[position as usize];
                let verdict = answers.of(&one.exception_id).map_or("", |one| one.answer.verdict.as_str());
                FindingLine::of(page, one, page.state_of(one, &answers, today), verdict)
            })
            .collect();
        let address = filter.at(at).address();
        let next = format!("/?{address}");
        let kept: Vec<(&str, &str)> = Facet::ALL
            .into_iter()
            .map(|facet| (facet.code(), filter.chosen(facet)))
            .filter(|(_, value)| !value.is_empty())
            .collect();
        let facets: Vec<Value> =
            Facet::ALL.into_iter().map(|facet| self.facet(facet, filter, &queue)).collect();
        let own = json!({
            "lines": lines,
            "facets": facets,
            "kept": kept,
            "total": total,
            "address": address,
            "words": filter.words,
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
                Facet::Rule => format!("{value} {}", page.titles.rule(value)),
                Facet::County | Facet::Township | Facet::Village => page.titles.division(value).to_owned(),
                Facet::Severity => {
                    page.words.severities.iter().find(|(severity, _)| severity.code() == value).map_or_else(
                        || value.to_owned(),
                        |(severity, _)| page.words.severity_title(*severity),
                    )
                }
                Facet::Owner if value.is_empty() => "未定".to_owned(),
                Facet::Owner => value.to_owned(),
                Facet::Status | Facet::Due | Facet::Review => state_title(value).unwrap_or(value).to_owned(),
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
            "open": !chosen.is_empty() || matches!(facet, Facet::Severity | Facet::Status | Facet::Due),
            "values": values.into_iter().map(value).collect::<Vec<_>>(),
        })
    }

    fn case_page(
        &self,
        seat: &PageSeat,
        one: &PageFinding,
        filter: &QueueFilter,
        told: &Told,
    ) -> Result<String> {
        let case = case_view(&self.page, one, |other| seat.sees(&other.county, &other.township))?;
        let address = filter.address();
        let next = format!("/case/{}?{address}", one.key);
        let title = if one.name.is_empty() { one.number.as_str() } else { &one.name };
        let frame = self.frame(seat, ("queue", title), told, &next);
        self.templates.render("case.html", &together(json!({ "case": case, "address": address }), frame))
    }

    /// The next doubtful pair that nobody has judged.
    fn review_page(&self, seat: &PageSeat, told: &Told) -> Result<String> {
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
    fn visible(&self, seat: &PageSeat, key: &str) -> Option<&PageFinding> {
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

/// What the page tells above itself.
#[derive(Debug, Default)]
struct Told {
    text: String,
    bad: bool,
    /// Batch that can be undone.
    undo: Option<i64>,
}

impl Told {
    /// What an address says was done: numbers alone, since anybody can write an address.
    fn of(shared: &Shared, seat: &PageSeat, parameters: &[(String, String)]) -> Self {
        let number = |name: &str| {
            let value = parameters.iter().find(|(parameter, _)| parameter == name);
            value.and_then(|(_, value)| value.parse::<i64>().ok())
        };
        match (number("done"), number("undone")) {
            (Some(batch), _) => {
                let mut text = format!("记下了{}条", number("count").unwrap_or(1));
                if let Some(unbound) = number("unbound").filter(|unbound| *unbound > 0) {
                    let why = match shared.page.has_secret() {
                        false => "没有身份密钥（--identity-file）",
                        true => "疑点依据的记录里没有可以分开或合并的两条",
                    };
                    text.push_str(&format!("；其中{unbound}条说到是不是同一人，以后匹配时不会照办：{why}"));
                }
                Self { text, bad: false, undo: shared.may_undo(seat, batch).then_some(batch) }
            }
            (None, Some(_)) => {
                Self { text: "撤销了，原来的核查结果恢复".to_owned(), bad: false, undo: None }
            }
            _ => Self::default(),
        }
    }

    fn fault(text: String) -> Self {
        Self { text, bad: true, undo: None }
    }
}

async fn show_queue(
    State(shared): State<Arc<Shared>>,
    Extension(seat): Extension<PageSeat>,
    Query(parameters): Query<Parameters>,
) -> Response {
    let told = Told::of(&shared, &seat, &parameters);
    shown(shared.queue_page(&seat, &QueueFilter::of(&parameters), &told))
}

async fn show_case(
    State(shared): State<Arc<Shared>>,
    Path(key): Path<String>,
    Extension(seat): Extension<PageSeat>,
    Query(parameters): Query<Parameters>,
) -> Response {
    match shared.visible(&seat, &key) {
        Some(one) => {
            let told = Told::of(&shared, &seat, &parameters);
            shown(shared.case_page(&seat, one, &QueueFilter::of(&parameters), &told))
        }
        None => (StatusCode::NOT_FOUND, "没有这条疑点，或不在您的范围里").into_response(),
    }
}

async fn show_progress(State(shared): State<Arc<Shared>>, Extension(seat): Extension<PageSeat>) -> Response {
    let board = progress_board(&shared.page, |one| seat.sees(&one.county, &one.township));
    let frame = shared.frame(&seat, ("progress", "进度"), &Told::default(), "/progress");
    shown(shared.templates.render("progress.html", &together(json!({ "board": board }), frame)))
}

async fn show_review(
    State(shared): State<Arc<Shared>>,
    Extension(seat): Extension<PageSeat>,
    Query(parameters): Query<Parameters>,
) -> Response {
    let told = Told::of(&shared, &seat, &parameters);
    shown(shared.review_page(&seat, &told))
}

async fn take_review(
    State(shared): State<Arc<Shared>>,
    Extension(seat): Extension<PageSeat>,
    Form(fields): Form<Parameters>,
) -> Response {
    if !seat.may_answer() {
        return (StatusCode::FORBIDDEN, "这个席位只能看，不能填").into_response();
    }
    let form = AnswerForm(&fields);
    let (subject, verdict) = (form.get("subject"), form.get("verdict"));
    let pair = shared.page.pairs.iter().find(|pair| pair.subject == subject && pair.is_seen_by(&seat));
    let Some(pair) = pair else {
        return (StatusCode::NOT_FOUND, "没有这两条记录，或不在您的范围里").into_response();
    };
    if !VERDICTS.contains(&verdict) {
        let told = Told::fault("没有记下：没有选判断".to_owned());
        return (StatusCode::UNPROCESSABLE_ENTITY, shown(shared.review_page(&seat, &told))).into_response();
    }
    let moment = (shared.page.now)();
    match shared.page.append(&seat, &mut [pair.answer(verdict, &seat, &moment)]) {
        Ok(appended) => Redirect::to(&shared.done(&seat, "/review", appended, 1)).into_response(),
        Err(error) => {
            let told = Told::fault(render_error(&error, false));
            (StatusCode::INTERNAL_SERVER_ERROR, shown(shared.review_page(&seat, &told))).into_response()
        }
    }
}

async fn enter(State(shared): State<Arc<Shared>>, Form(fields): Form<Parameters>) -> Response {
    let token = AnswerForm(&fields).get("token").to_owned();
    match seat_of(&token, &shared.page.seats) {
        Some(seat) => {
            let cookie = format!("{SESSION}={}; HttpOnly; SameSite=Strict; Path=/", seat.token);
            ([(header::SET_COOKIE, cookie)], Redirect::to("/")).into_response()
        }
        None => shared.enter_page(StatusCode::FORBIDDEN, "口令不对"),
    }
}

async fn take_answer(
    State(shared): State<Arc<Shared>>,
    Extension(seat): Extension<PageSeat>,
    Form(fields): Form<Parameters>,
) -> Response {
    if !seat.may_answer() {
        return (StatusCode::FORBIDDEN, "这个席位只能看，不能填").into_response();
    }
    let form = AnswerForm(&fields);
    let moment = (shared.page.now)();
    let (mut answers, mut faults): (Vec<Answer>, Vec<String>) = (Vec::new(), Vec::new());
    for key in form.all("key") {
        match shared.visible(&seat, key) {
            Some(one) => match form.answer(&shared.page.words.answers, one, &seat, &moment) {
                Ok(answer) => answers.push(answer),
                Err(found) => faults.extend(found),
            },
            None => return (StatusCode::NOT_FOUND, "没有这条疑点，或不在您的范围里").into_response(),
        }
    }
    if answers.is_empty() && faults.is_empty() {
        faults.push("没有选中疑点".to_owned());
    }
    let next = local_address(form.get("next"));
    if !faults.is_empty() {
        faults.dedup();
        return shared.again(&seat, &next, &Told::fault(format!("没有记下：{}", faults.join("；"))));
    }
    match shared.page.append(&seat, &mut answers) {
        Ok(appended) => Redirect::to(&shared.done(&seat, &next, appended, answers.len())).into_response(),
        Err(error) => shared.again(&seat, &next, &Told::fault(render_error(&error, false))),
    }
}

async fn undo(
    State(shared): State<Arc<Shared>>,
    Extension(seat): Extension<PageSeat>,
    Form(fields): Form<Parameters>,
) -> Response {
    let form = AnswerForm(&fields);
    let next = local_address(form.get("next"));
    let batch: i64 = form.get("batch").parse().unwrap_or_default();
    if !shared.may_undo(&seat, batch) || !seat.may_answer() {
        return (StatusCode::FORBIDDEN, "只能撤销自己刚才记下的").into_response();
    }
    match shared.page.undo(&seat, AppendedBatch(batch)) {
        Ok(()) => Redirect::to(&with_parameters(&next, &format!("undone={batch}"))).into_response(),
        Err(error) => shared.again(&seat, &next, &Told::fault(render_error(&error, false))),
    }
}

impl Shared {
    /// Notes who appended a batch, and gives the address that tells of it.
    fn done(
        &self,
        seat: &PageSeat,
        next: &str,
        (batch, unbound): (AppendedBatch, u64),
        count: usize,
    ) -> String {
        let mut appended = self.appended.lock().unwrap_or_else(PoisonError::into_inner);
        appended.insert(batch.0, seat.token.clone());
        let unbound = if unbound > 0 { format!("&unbound={unbound}") } else { String::new() };
        with_parameters(next, &format!("done={}&count={count}{unbound}", batch.0))
    }

    /// Did a seat append a batch here?
    fn may_undo(&self, seat: &PageSeat, batch: i64) -> bool {
        let appended = self.appended.lock().unwrap_or_else(PoisonError::into_inner);
        appended.get(&batch).is_some_and(|token| *token == seat.token)
    }

    /// The page from which something was sent that could not be taken, with what is wrong.
    fn again(&self, seat: &PageSeat, next: &str, told: &Told) -> Response {
        let (path, query) = next.split_once('?').unwrap_or((next, ""));
        let parameters: Parameters = serde_urlencoded::from_str(query).unwrap_or_default();
        let filter = QueueFilter::of(&parameters);
        let case = path.strip_prefix("/case/").and_then(|key| self.visible(seat, key));
        let page = match case {
            _ if path == "/review" => self.review_page(seat, told),
            Some(one) => self.case_page(seat, one, &filter, told),
            None => self.queue_page(seat, &filter, told),
        };
        (StatusCode::UNPROCESSABLE_ENTITY, shown(page)).into_response()
    }
}

/// An address of this page; the queue for any other.
fn local_address(address: &str) -> String {
    let own = ["/?", "/case/", "/review"].iter().any(|begin| address.starts_with(begin)) || address == "/";
    let plain = address.bytes().all(|byte| byte.is_ascii_graphic() && byte != b'\\');
    if own && plain { address.to_owned() } else { "/".to_owned() }
}

/// The address with more parameters, in place of what an earlier change left there.
fn with_parameters(address: &str, more: &str) -> String {
    let (path, query) = address.split_once('?').unwrap_or((address, ""));
    let old =
        |one: &&str| ["done=", "undone=", "count=", "unbound="].iter().any(|name| one.starts_with(name));
    let kept: Vec<&str> = query.split('&').filter(|one| !one.is_empty() && !old(one)).chain([more]).collect();
    format!("{path}?{}", kept.join("&"))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn only_addresses_of_this_page_are_gone_back_to() {
        for address in ["/?county=410621", "/case/ABC?q=%E7%8E%8B", "/"] {
            assert_eq!(local_address(address), address);
        }
        for address in
            ["//evil.example", "http://evil.example", "/\\evil", "/progress\r\nSet-Cookie: a=b", ""]
        {
            assert_eq!(local_address(address), "/");
        }
        assert_eq!(with_parameters("/?a=1&done=3&count=1", "undone=3"), "/?a=1&undone=3");
        assert_eq!(with_parameters("/", "done=3"), "/?done=3");
    }
}
