//! `bidui triage`: answers that come back, what was imported, and undoing it. The clock and the user's name are read here
//! alone.

use std::path::{Path, PathBuf};

use clap::{Args, Subcommand, ValueEnum};
use jiff::civil::Date;

use super::Console;
use super::draw;
use super::key_files::KeyArguments;
use crate::answers::{AnswerStore, AppendedBatch, LoggedImport, ReviewLevel};
use crate::config::Pipeline;
use crate::page::{PageColumn, PageMoment, PagePlan, PageSeat, PageServer, SeatRole};
use crate::privacy::IdentitySecret;
use crate::privacy::key_file::random_bytes;
use crate::publication::snapshot::Snapshot;
use crate::rules::officer_words::AnswerWords;
use crate::rules::rule_set::RuleSet;
use crate::table::digest::hex_text;
use crate::triage::{
    FileOutcome, OutcomeCounts, RowFate, TriageImport, TriagePlan, identity_of, import_answers,
};
use crate::{Error, Result};

/// Rows of a file of which it is told why they were not taken; the copy tells of all.
const FEW: usize = 10;

/// Arguments of `bidui triage`.
#[derive(Debug, Args)]
pub(super) struct TriageArguments {
    #[command(subcommand)]
    command: TriageCommand,
}

impl TriageArguments {
    /// Is `--format csv` a form of its result?
    pub(super) fn writes_csv(&self) -> bool {
        matches!(self.command, TriageCommand::Draw(_))
    }
}

#[derive(Debug, Subcommand)]
enum TriageCommand {
    /// 导入交回的清单：xlsx、xls、et、ods、CSV（GBK 也行），一个文件夹，或一个县的 zip
    Import(ImportArguments),
    /// 列出历次导入：编号、时间、导入人、文件、采用条数
    Log(LogArguments),
    /// 撤销一次导入：之前的核查结果重新生效
    Undo(UndoArguments),
    /// 抽查：从已有核查结果的疑点里抽一些出来复查，种子相同抽出的也相同
    Draw(draw::DrawArguments),
    /// 在这台电脑的浏览器里核查：清单、逐条核对、填结果、看进度
    Serve(ServeArguments),
    /// 写核查情况通报（.docx）：各县、各乡镇应核查、已核查、属实、超期，不含个人信息
    Bulletin(super::bulletin::BulletinArguments),
}

/// Arguments of `bidui triage import`.
#[derive(Debug, Args)]
struct ImportArguments {
    /// 交回的清单、放清单的文件夹，或压缩包（.zip）
    #[arg(required = true)]
    paths: Vec<PathBuf>,
    /// 发布文件夹，即 run 的 --out
    #[arg(long)]
    out: PathBuf,
    /// 只看会怎样，什么也不记
    #[arg(long)]
    dry_run: bool,
    /// 导入人（默认：登录名）
    #[arg(long, value_name = "NAME")]
    by: Option<String>,
    /// 核查结果最后由哪一级看过
    #[arg(long, value_enum, default_value_t = LevelArgument::Township)]
    level: LevelArgument,
    /// 流水线文件夹（默认在 pipelines/ 中按发布的标题找）
    #[arg(long)]
    pipeline: Option<PathBuf>,
    #[command(flatten)]
    keys: KeyArguments,
    /// 批注副本放在哪里（默认：发布文件夹的 answers/returned/；试导入时不写）
    #[arg(long, value_name = "DIR")]
    report: Option<PathBuf>,
}

#[derive(Debug, Clone, Copy, PartialEq, Eq, ValueEnum)]
pub(super) enum LevelArgument {
    /// 村
    Village,
    /// 乡
    Township,
    /// 县
    County,
    /// 市
    City,
}

impl From<LevelArgument> for ReviewLevel {
    fn from(level: LevelArgument) -> Self {
        match level {
            LevelArgument::Village => Self::Village,
            LevelArgument::Township => Self::Township,
            LevelArgument::County => Self::County,
            LevelArgument::City => Self::City,
        }
    }
}

/// Arguments of `bidui triage log`.
#[derive(Debug, Args)]
struct LogArguments {
    /// 发布文件夹，即 run 的 --out
    #[arg(long)]
    out: PathBuf,
}

/// Arguments of `bidui triage undo`.
#[derive(Debug, Args)]
struct UndoArguments {
    /// 导入的编号，见 bidui triage log
    batch: i64,
    /// 发布文件夹，即 run 的 --out
    #[arg(long)]
    out: PathBuf,
    /// 撤销人（默认：登录名）
    #[arg(long, value_name = "NAME")]
    by: Option<String>,
}

/// Arguments of `bidui triage serve`.
#[derive(Debug, Args)]
struct ServeArguments {
    /// 发布文件夹，即 run 的 --out
    #[arg(long)]
    out: PathBuf,
    /// 流水线文件夹（默认在 pipelines/ 中按发布的标题找）
    #[arg(long)]
    pipeline: Option<PathBuf>,
    /// 端口（默认由系统选一个）
    #[arg(long, default_value_t = 0)]
    port: u16,
    #[command(flatten)]
    keys: KeyArguments,
    /// 核查人（默认：登录名）；没有 --seat 时看全市
    #[arg(long, value_name = "NAME")]
    by: Option<String>,
    /// 席位，可写多个：city::姓名、county:410621:姓名、township:410621100:姓名、reader::姓名（只读）
    #[arg(long, value_name = "ROLE:CODE:NAME")]
    seat: Vec<String>,
}

pub(super) fn execute(arguments: &TriageArguments, console: &mut Console<'_>) -> Result<u8> {
    match &arguments.command {
        TriageCommand::Import(arguments) => import(arguments, console),
        TriageCommand::Log(arguments) => log(arguments, console),
        TriageCommand::Undo(arguments) => undo(arguments, console),
        TriageCommand::Draw(arguments) => draw::execute(arguments, console),
        TriageCommand::Serve(arguments) => serve(arguments, console),
        TriageCommand::Bulletin(arguments) => super::bulletin::execute(arguments, console),
    }
}

/// The moment, by the clock and the zone of this machine.
pub(super) fn now() -> jiff::ZonedDateTime {
    jiff::Timestamp::now().to_zoned_datetime(jiff::tz::TimeZone::system())
}

pub(super) fn moment(now: &jiff::ZonedDateTime) -> String {
    now.strftime("%Y-%m-%dT%H:%M:%S%:z").to_string()
}

/// The day of `--on`; today where none is given.
pub(super) fn day(given: Option<&str>, today: Date) -> Result<Date> {
    let read = |text: &str| {
        text.parse()
            .map_err(|_| Error::usage(format!("--on 不是日期：“{text}”")).hint("写年-月-日，例如 2026-11-28"))
    };
    given.map_or(Ok(today), read)
}

/// Who is recorded: the given name, else the login's, else its number.
pub(super) fn by_whom(given: Option<&String>) -> String {
    let login = || std::env::var("USER").ok().filter(|name| !name.trim().is_empty());
    let number = || format!("uid {}", rustix::process::getuid().as_raw());
    given
        .map(|name| name.trim().to_owned())
        .filter(|name| !name.is_empty())
        .or_else(login)
        .unwrap_or_else(number)
}

fn import(arguments: &ImportArguments, console: &mut Console<'_>) -> Result<u8> {
    let now = now();
    let plan = TriagePlan {
        words: answer_words(arguments)?,
        identity: identity(&arguments.keys, &arguments.out)?,
        out: arguments.out.clone(),
        paths: arguments.paths.clone(),
        worker: console.worker.clone(),
        today: now.date(),
        recorded_at: moment(&now),
        recorded_by: by_whom(arguments.by.as_ref()),
        level: arguments.level.into(),
        dry_run: arguments.dry_run,
        report: arguments.report.clone(),
    };
    let done = import_answers(&plan)?;
    let told = match console.json {
        true => console.json(&done),
        false => tell_import(&done, console),
    };
    if told.is_err() && done.import.is_some() {
        let _ = console.say("提醒：核查结果已记下，但结果写不到标准输出");
    }
    told?;
    let code = u8::from(!done.is_all_taken());
    match Error::together(done.unreadable) {
        Some(unreadable) => Err(unreadable),
        None => Ok(code),
    }
}

/// The identity secret of the newest publication, if it is at hand.
pub(super) fn identity(keys: &KeyArguments, out: &Path) -> Result<Option<IdentitySecret>> {
    keys.identity_named(&identity_of(&Snapshot::newest(out)?)?)
}

/// What may be answered: the words of the pipeline whose lists came back.
fn answer_words(arguments: &ImportArguments) -> Result<AnswerWords> {
    let root = pipeline_folder(arguments.pipeline.as_deref(), &arguments.out)?;
    Ok(RuleSet::load(&Pipeline::open(&root)?)?.settings.words().answers)
}

/// The folder of the pipeline that is named, else of the one that the newest publication is of.
pub(super) fn pipeline_folder(named: Option<&Path>, out: &Path) -> Result<PathBuf> {
    let root = match named {
        Some(root) => root.to_owned(),
        None => {
            if !out.is_dir() {
                return Err(Error::usage("找不到发布文件夹").in_file(out).hint("给出 run 的 --out"));
            }
            let publication = Snapshot::newest(out)?;
            super::find_pipeline(publication.pipeline()).ok_or_else(|| {
                Error::usage(format!("pipelines/ 里没有标题为“{}”的流水线", publication.pipeline()))
                    .hint("用 --pipeline 指定流水线文件夹，例如 --pipeline pipelines/hebi")
            })?
        }
    };
    Ok(root)
}

/// The clock that the page asks.
pub(super) fn clock() -> std::sync::Arc<dyn Fn() -> PageMoment + Send + Sync> {
    std::sync::Arc::new(|| {
        let now = now();
        PageMoment { today: now.date(), recorded_at: moment(&now) }
    })
}

fn serve(arguments: &ServeArguments, console: &mut Console<'_>) -> Result<u8> {
    let pipeline = Pipeline::open(&pipeline_folder(arguments.pipeline.as_deref(), &arguments.out)?)?;
    let rules = RuleSet::load(&pipeline)?;
    let seats = match arguments.seat.is_empty() {
        true => vec![new_seat(SeatRole::City, "", &by_whom(arguments.by.as_ref()))?],
        false => arguments.seat.iter().map(|text| seat_of(text, &pipeline)).collect::<Result<_>>()?,
    };
    let plan = PagePlan {
        out: arguments.out.clone(),
        words: rules.settings.words(),
        identity: identity(&arguments.keys, &arguments.out)?,
        columns: PageColumn::of_pipeline(&pipeline),
        seats: seats.clone(),
        port: arguments.port,
        now: clock(),
    };
    let server = PageServer::bind(plan)?;
    console.say(&format!("{}条疑点；只有这台电脑能打开，按 Ctrl-C 结束", server.findings()))?;
    for seat in seats {
        let who = [seat.role.title(), &seat.area, &seat.name].join(" ");
        console.whole_line(&format!("{who}\thttp://{}/#{}", server.address(), seat.token))?;
    }
    server.serve()?;
    Ok(0)
}

/// A seat as the command line names it.
fn seat_of(text: &str, pipeline: &Pipeline) -> Result<PageSeat> {
    let wrong = |why: String| {
        Error::usage(format!("席位“{text}”{why}"))
            .hint("写成 county:410621:姓名；市级和只读不写代码：city::姓名")
    };
    let mut parts = text.splitn(3, ':').map(str::trim);
    let (role, area, name) =
        (parts.next().unwrap_or(""), parts.next().unwrap_or(""), parts.next().unwrap_or(""));
    let (role, digits) = match role {
        "city" => (SeatRole::City, 0),
        "county" => (SeatRole::County, 6),
        "township" => (SeatRole::Township, 9),
        "reader" => (SeatRole::Reader, area.len()),
        _ => return Err(wrong("没有这种角色".to_owned())),
    };
    if area.len() != digits {
        return Err(wrong(format!("要写{digits}位代码")));
    }
    if !area.is_empty() && pipeline.divisions.name_of(area).is_none() {
        return Err(wrong("的代码不在区划表里".to_owned()));
    }
    if name.is_empty() {
        return Err(wrong("没有写姓名".to_owned()));
    }
    new_seat(role, area, name)
}

/// A seat with a token of its own that nobody can guess.
fn new_seat(role: SeatRole, area: &str, name: &str) -> Result<PageSeat> {
    let failed = |e: std::io::Error| Error::internal("系统不给随机数").caused_by(e);
    let token = hex_text(&random_bytes().map_err(failed)?);
    Ok(PageSeat { role, area: area.to_owned(), name: name.to_owned(), token })
}

fn tell_import(done: &TriageImport, console: &mut Console<'_>) -> Result<()> {
    for file in &done.files {
        tell_file(file, console)?;
    }
    for name in &done.passed_over {
        console.say(&format!("不是表格，没有读：{name}"))?;
    }
    for note in &done.notes {
        console.say(&format!("提醒：{note}"))?;
    }
    console.line(&format!("合计\t{}", counts_text(&done.total)))?;
    if let Some(copies) = &done.copies {
        console.say(&format!("批注副本（可发回）：{}", copies.display()))?;
    }
    match done.import {
        Some(number) => {
            console.line(&format!("已记下，这次导入是第{number}批；撤销用 bidui triage undo {number}"))
        }
        None if done.dry_run => console.line("试导入：什么也没有记下"),
        None => console.line("没有要记下的核查结果"),
    }
}

fn tell_file(file: &FileOutcome, console: &mut Console<'_>) -> Result<()> {
    let hidden = match file.hidden_rows {
        Some(0) => String::new(),
        Some(rows) => format!("；其中隐藏（筛选掉）的行{rows}行，照样读了"),
        None => "；有没有隐藏的行，这种格式看不出".to_owned(),
    };
    console.line(&format!("{}\t{}{hidden}", file.file, counts_text(&file.counts)))?;
    for note in &file.notes {
        console.say(&format!("  提醒：{note}"))?;
    }
    for row in file.told.iter().take(FEW) {
        let sheet =
            if row.sheet.is_empty() { String::new() } else { format!("工作表“{}”", row.sheet) };
        console.line(&format!("  {sheet}第{}行\t{}\t{}", row.row, row.fate.title(), row.told))?;
    }
    if file.told.len() > FEW {
        console.line(&format!(
            "  还有{}行，见批注副本的“导入结果”列，或 --format json",
            file.told.len() - FEW
        ))?;
    }
    Ok(())
}

/// `120行：采用100，未变20；保护格被改1`.
fn counts_text(counts: &OutcomeCounts) -> String {
    let always = [RowFate::Accepted, RowFate::Unchanged];
    let shown = RowFate::ALL.into_iter().filter(|fate| counts.of(*fate) > 0 || always.contains(fate));
    let shown: Vec<String> = shown.map(|fate| format!("{}{}", fate.title(), counts.of(fate))).collect();
    let changed = match counts.changed_protected_cell {
        0 => String::new(),
        rows => format!("；保护格被改{rows}"),
    };
    format!("{}行：{}{changed}", counts.rows, shown.join("，"))
}

/// The store beside the publications of an output folder.
fn store(out: &Path) -> Result<AnswerStore> {
    let nothing =
        || Error::usage("这里没有导入过核查结果").in_file(out).hint("先用 bidui triage import 导入");
    if !out.is_dir() {
        return Err(nothing());
    }
    AnswerStore::find(out, &identity_of(&Snapshot::newest(out)?)?)?.ok_or_else(nothing)
}

fn log(arguments: &LogArguments, console: &mut Console<'_>) -> Result<u8> {
    let imports = store(&arguments.out)?.imports()?;
    if console.json {
        console.json(&imports)?;
        return Ok(0);
    }
    console.line("编号\t时间\t导入人\t来源\t条数\t状态\t文件")?;
    for one in &imports {
        console.line(&log_line(one))?;
    }
    Ok(0)
}

fn log_line(one: &LoggedImport) -> String {
    let source = match (one.source.as_str(), one.undoes) {
        (_, Some(number)) => format!("撤销第{number}批"),
        ("page", None) => "页面".to_owned(),
        ("draw", None) => "抽查".to_owned(),
        _ => "清单".to_owned(),
    };
    let answers: u64 = one.files.iter().map(|file| file.answers).sum();
    let state = if one.undone { "已撤销" } else { "" };
    let files: Vec<&str> =
        one.files.iter().map(|file| file.file.as_str()).filter(|file| !file.is_empty()).collect();
    format!(
        "{}\t{}\t{}\t{source}\t{answers}\t{state}\t{}",
        one.number,
        one.recorded_at,
        one.recorded_by,
        files.join("、")
    )
}

fn undo(arguments: &UndoArguments, console: &mut Console<'_>) -> Result<u8> {
    let mut store = store(&arguments.out)?;
    let by = by_whom(arguments.by.as_ref());
    let (import, undo) = store.undo_import(AppendedBatch(arguments.batch), &moment(&now()), &by)?;
    if console.json {
        console.json(&serde_json::json!({ "undone": import.0, "batch": undo.0 }))?;
        return Ok(0);
    }
    console.line(&format!("已撤销第{}批，之前的核查结果重新生效（撤销记为第{}批）", import.0, undo.0))?;
    Ok(0)
}
