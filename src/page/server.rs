//! Requests in, pages out.

use std::collections::BTreeMap;
use std::net::{Ipv4Addr, SocketAddr, TcpListener};
use std::path::PathBuf;
use std::sync::{Arc, Mutex};

use axum::extract::{Form, Path, Query, Request, State};
use axum::http::{HeaderValue, Method, StatusCode, header};
use axum::middleware::{self, Next};
use axum::response::{Html, IntoResponse, Redirect, Response};
use axum::routing::{get, post};
use axum::{Extension, Router};

use super::answer_form::AnswerForm;
use super::case_view::PageColumn;
use super::changes;
use super::guard::{Refused, SESSION, check_host, check_origin, find_seat, seat_of};
use super::queue::QueueFilter;
use super::rendering::{PageTemplates, SCRIPT, STYLE};
use super::seat::PageSeat;
use super::state::{PageMoment, PageState};
use super::told::Told;
use super::views::KeptQueues;
use crate::privacy::IdentitySecret;
use crate::privacy::told_error::render_error;
use crate::rules::officer_words::OfficerWords;
use crate::{Error, Result};

/// Without a referrer browsers name no origin of what the page itself sends; other pages get neither.
const REFERRER: &str = "same-origin";
/// Nothing from elsewhere, nothing in a frame, forms to this page alone.
const POLICY: &str =
    "default-src 'self'; object-src 'none'; base-uri 'none'; form-action 'self'; frame-ancestors 'none'";
/// Requests that are worked on at once; others wait.
const BLOCKING: usize = 8;

pub(super) type Parameters = Vec<(String, String)>;

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

pub(super) struct Shared {
    pub(super) page: PageState,
    pub(super) templates: PageTemplates,
    port: u16,
    /// Batches that seats appended here, by the seats' tokens: each undoes its own.
    pub(super) appended: Mutex<BTreeMap<i64, String>>,
    pub(super) queues: Mutex<KeptQueues>,
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
            shared: Arc::new(Shared {
                page,
                templates,
                port,
                appended: Mutex::default(),
                queues: Mutex::default(),
            }),
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
            .max_blocking_threads(BLOCKING)
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
        .route("/draw", get(show_draw).post(take_draw))
        .route("/approve", post(approve))
        .route("/return", post(send_back))
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
pub(super) fn shown(page: Result<String>) -> Response {
    match page {
        Ok(page) => Html(page).into_response(),
        Err(error) => (StatusCode::INTERNAL_SERVER_ERROR, render_error(&error, false)).into_response(),
    }
}

/// Does what waits for files or computes for long apart from the threads that serve requests, with what other programs
/// answered meanwhile taken note of.
async fn off_worker(
    shared: Arc<Shared>,
    work: impl FnOnce(&Shared) -> Response + Send + 'static,
) -> Response {
    let worked = move || match shared.page.answers_now() {
        Ok(_) => work(&shared),
        Err(error) => shown(Err(error)),
    };
    let failed = || Error::internal("这一页没有做成").hint("重新打开这一页；再次出现请重新启动服务");
    tokio::task::spawn_blocking(worked).await.unwrap_or_else(|_| shown(Err(failed())))
}

async fn show_queue(
    State(shared): State<Arc<Shared>>,
    Extension(seat): Extension<PageSeat>,
    Query(parameters): Query<Parameters>,
) -> Response {
    off_worker(shared, move |shared| {
        let told = Told::of(shared, &seat, &parameters);
        shown(shared.queue_page(&seat, &QueueFilter::of(&parameters), &told))
    })
    .await
}

async fn show_case(
    State(shared): State<Arc<Shared>>,
    Path(key): Path<String>,
    Extension(seat): Extension<PageSeat>,
    Query(parameters): Query<Parameters>,
) -> Response {
    off_worker(shared, move |shared| match shared.visible(&seat, &key) {
        Some(one) => {
            let told = Told::of(shared, &seat, &parameters);
            shown(shared.case_page(&seat, one, &QueueFilter::of(&parameters), &told))
        }
        None => (StatusCode::NOT_FOUND, "没有这条疑点，或不在您的范围里").into_response(),
    })
    .await
}

async fn show_progress(State(shared): State<Arc<Shared>>, Extension(seat): Extension<PageSeat>) -> Response {
    off_worker(shared, move |shared| shown(shared.board_page(&seat))).await
}

async fn show_review(
    State(shared): State<Arc<Shared>>,
    Extension(seat): Extension<PageSeat>,
    Query(parameters): Query<Parameters>,
) -> Response {
    off_worker(shared, move |shared| {
        let told = Told::of(shared, &seat, &parameters);
        shown(shared.review_page(&seat, &told))
    })
    .await
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

/// A change that a seat sends: refused if it may only look.
async fn changed(
    shared: Arc<Shared>,
    seat: PageSeat,
    fields: Parameters,
    change: impl FnOnce(&Shared, &PageSeat, &AnswerForm<'_>) -> Response + Send + 'static,
) -> Response {
    if !seat.may_answer() {
        return (StatusCode::FORBIDDEN, "这个席位只能看，不能填").into_response();
    }
    off_worker(shared, move |shared| change(shared, &seat, &AnswerForm(&fields))).await
}

async fn take_review(
    State(shared): State<Arc<Shared>>,
    Extension(seat): Extension<PageSeat>,
    Form(fields): Form<Parameters>,
) -> Response {
    changed(shared, seat, fields, changes::judge_pair).await
}

async fn take_answer(
    State(shared): State<Arc<Shared>>,
    Extension(seat): Extension<PageSeat>,
    Form(fields): Form<Parameters>,
) -> Response {
    changed(shared, seat, fields, changes::answer).await
}

async fn show_draw(
    State(shared): State<Arc<Shared>>,
    Extension(seat): Extension<PageSeat>,
    Query(parameters): Query<Parameters>,
) -> Response {
    if !seat.sees_draws() {
        return (StatusCode::FORBIDDEN, "抽查由县级、市级办理").into_response();
    }
    off_worker(shared, move |shared| {
        let batch = AnswerForm(&parameters).get("batch").parse().ok();
        shown(shared.draw_page(&seat, batch, &Told::of(shared, &seat, &parameters)))
    })
    .await
}

async fn take_draw(
    State(shared): State<Arc<Shared>>,
    Extension(seat): Extension<PageSeat>,
    Form(fields): Form<Parameters>,
) -> Response {
    changed(shared, seat, fields, changes::draw).await
}

async fn approve(
    State(shared): State<Arc<Shared>>,
    Extension(seat): Extension<PageSeat>,
    Form(fields): Form<Parameters>,
) -> Response {
    changed(shared, seat, fields, changes::approve).await
}

async fn send_back(
    State(shared): State<Arc<Shared>>,
    Extension(seat): Extension<PageSeat>,
    Form(fields): Form<Parameters>,
) -> Response {
    changed(shared, seat, fields, changes::send_back).await
}

async fn undo(
    State(shared): State<Arc<Shared>>,
    Extension(seat): Extension<PageSeat>,
    Form(fields): Form<Parameters>,
) -> Response {
    changed(shared, seat, fields, changes::undo).await
}
