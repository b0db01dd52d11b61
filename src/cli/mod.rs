//! The command line: raw arguments in, a validated plan out, one thin module per command.
//!
//! Data goes to the given standard output, words and progress to standard error. Exit codes:
//! 0 done, 1 done but exceptions at or over `--fail-on` or answers not taken, 2 refused (usage, configuration,
//! input), 3 failed (I/O, internal), 129, 130 and 143 ended by a signal (SIGHUP, Ctrl-C, SIGTERM).

use std::io::{IsTerminal, Write};
use std::path::PathBuf;
use std::process::ExitCode;

use clap::{CommandFactory, Parser, Subcommand, ValueEnum};

use crate::Result;
use crate::config::Pipeline;
use crate::error::caught_panic;
use crate::privacy::mask::mask_numbers_in_text;
use crate::privacy::told_text::{mask_numbers_in_json, told_text, without_orders};
use crate::table::unfinished::{self, ProgramEnd};
use crate::worker::{Confinement, Worker, WorkerLimits};

mod across;
mod backup;
mod bulletin;
mod charts;
mod check;
mod command_words;
mod diff;
mod draw;
mod evaluate;
mod explain;
mod graph;
mod init;
mod key_files;
mod link;
mod migrate;
mod profile;
pub mod progress;
mod publicize;
mod read;
mod rules;
mod run;
pub mod schema;
mod synth;
mod tidy;
mod train;
mod triage;
mod trial;
mod verify;

pub use progress::{BarProgress, plans};

/// Where a command writes and how.
pub struct Console<'a> {
    /// Data.
    pub out: &'a mut dyn Write,
    /// Words and errors.
    pub err: &'a mut dyn Write,
    /// Nobody reads the data any more: the pipe is closed. What follows is dropped.
    pub closed: bool,
    /// `--format json`.
    pub json: bool,
    /// `--format csv`.
    pub csv: bool,
    /// `--quiet`: no words but errors.
    pub quiet: bool,
    /// Progress bars are wanted and standard error is a terminal.
    pub progress: bool,
    /// The child process that reads files of other programs' formats; `None`: they are read in this one.
    pub worker: Option<Worker>,
}

impl Console<'_> {
    /// Writes one line of data; numbers of persons are masked in it, and nothing in it is an order to a terminal.
    ///
    /// # Errors
    /// The output is closed or full.
    pub fn line(&mut self, text: &str) -> Result<()> {
        self.whole_line(&mask_numbers_in_text(text))
    }
    /// Writes one line of data with the numbers that were asked for.
    ///
    /// # Errors
    /// The output is closed or full.
    pub fn whole_line(&mut self, text: &str) -> Result<()> {
        let text = without_orders(text);
        self.data(|out| writeln!(out, "{text}"))
    }
    /// Writes data, unless nobody reads it: whoever asked for its beginning only has it.
    fn data(&mut self, write: impl FnOnce(&mut dyn Write) -> std::io::Result<()>) -> Result<()> {
        if self.closed {
            return Ok(());
        }
        match write(&mut *self.out) {
            Err(e) if e.kind() == std::io::ErrorKind::BrokenPipe => {
                self.closed = true;
                Ok(())
            }
            other => other.map_err(broken_output),
        }
    }
    /// Writes one line of words, unless `--quiet`.
    ///
    /// # Errors
    /// The output is closed or full.
    pub fn say(&mut self, text: &str) -> Result<()> {
        if self.quiet {
            return Ok(());
        }
        match writeln!(self.err, "{}", told_text(text)) {
            Err(e) if e.kind() == std::io::ErrorKind::BrokenPipe => Ok(()),
            other => other.map_err(broken_output),
        }
    }
    /// Writes `value` as indented JSON data; numbers of persons are masked in its strings.
    ///
    /// # Errors
    /// The value cannot be written as JSON; the output is closed or full.
    pub fn json(&mut self, value: &impl serde::Serialize) -> Result<()> {
        let text = json_text(value)?;
        self.whole_line(&mask_numbers_in_json(&text))
    }
    /// Writes `value` as indented JSON data with the numbers that were asked for.
    ///
    /// # Errors
    /// The value cannot be written as JSON; the output is closed or full.
    pub fn whole_json(&mut self, value: &impl serde::Serialize) -> Result<()> {
        let text = json_text(value)?;
        self.whole_line(&text)
    }
}

fn json_text(value: &impl serde::Serialize) -> Result<String> {
    serde_json::to_string_pretty(value).map_err(|e| crate::Error::internal(format!("无法写成 JSON：{e}")))
}

fn broken_output(error: std::io::Error) -> crate::Error {
    crate::Error::io("写标准输出", std::path::Path::new("-"), error)
}

/// `bidui`: 农村低保与建档立卡人口比对。
#[derive(Debug, Parser)]
#[command(name = "bidui", version, about = "社会救助和帮扶名单比对：装载、匹配、找疑点、出清单")]
#[command(propagate_version = true, disable_help_subcommand = true)]
struct CommandArguments {
    #[command(subcommand)]
    command: CommandName,
    /// 不输出说明文字，只输出结果和错误
    #[arg(long, short, global = true)]
    quiet: bool,
    /// 不显示进度条
    #[arg(long, global = true)]
    no_progress: bool,
    /// 读一个工作簿、DBF 或 Parquet 文件最多用多少内存（另加文件内容的3倍）；默认 512MiB
    #[arg(long, global = true, hide_short_help = true, value_parser = parse_read_memory)]
    read_memory: Option<u64>,
    /// 读一个工作簿、DBF 或 Parquet 文件最多用多少秒；默认 60
    #[arg(long, global = true, hide_short_help = true, value_parser = clap::value_parser!(u64).range(1..=86_400))]
    read_seconds: Option<u64>,
    /// 结果的形式
    #[arg(long, global = true, value_enum, default_value_t = OutputFormat::Text)]
    format: OutputFormat,
}

#[derive(Debug, Clone, Copy, PartialEq, Eq, ValueEnum)]
enum OutputFormat {
    /// 给人看的文字
    Text,
    /// 给程序读的 JSON
    Json,
    /// 给表格软件读的 CSV；只有 triage draw 有
    Csv,
}

#[derive(Debug, Subcommand)]
enum CommandName {
    /// 新建一个流水线文件夹，带说明，可直接通过检查
    Init(init::InitArguments),
    /// 跑一期：装载、匹配、核查、发布
    Run(run::RunArguments),
    /// 检查配置；加 --data 则试读提取数据但不写任何结果
    Check(check::CheckArguments),
    /// 看一份新提取数据是什么样子，并起草数据来源文件
    Profile(profile::ProfileArguments),
    /// 只做记录匹配（通用列，一表去重或多表匹配）
    Link(link::LinkArguments),
    /// 从数据训练匹配权重，写成文件后固定使用
    Train(train::TrainArguments),
    /// 用真值评价匹配或疑点：精确率、召回率、F1
    Evaluate(evaluate::EvaluateArguments),
    /// 解释一个疑点、一个人或一对记录
    Explain(explain::ExplainArguments),
    /// 试一条规则：在已有的发布的名单上运行，看比发布时多出和少了哪些疑点
    Try(trial::TrialArguments),
    /// 核查结果：导入交回的清单，查看和撤销历次导入
    Triage(triage::TriageArguments),
    /// 两期的发布之间变了什么
    Diff(diff::DiffArguments),
    /// 核对一个发布：逐个文件与清册比对，列出缺少、改动和多出的文件
    Verify(verify::VerifyArguments),
    /// 换身份密钥：人员、户和疑点的编号换新，留下新旧对照表
    Migrate(migrate::MigrateArguments),
    /// 备份密钥和核查结果，写成一个文件
    Backup(backup::BackupArguments),
    /// 从备份恢复密钥和核查结果：先核对整个备份，再一次换上
    Restore(backup::RestoreArguments),
    /// 按期限删除：过了保存期限的名单明细、旧运行、核查人姓名和备注、交回的清单
    Tidy(tidy::TidyArguments),
    /// 公示名单：按乡镇或村写出要公示的人，只有允许的列，姓名和证件号遮盖
    Publicize(publicize::PublicizeArguments),
    /// 多个地市的发布之间：谁在两个地市的名单上
    Across(across::AcrossArguments),
    /// 生成虚构的提取数据（带真值）
    Synth(synth::SynthArguments),
    /// 列出、筛选、说明规则
    Rules(rules::RulesArguments),
    /// 画出数据来源、阶段、规则之间的关系
    Graph(graph::GraphArguments),
    /// 输出配置文件的 JSON Schema
    Schema(schema::SchemaArguments),
    /// 读一个文件，供本程序自己调用
    #[command(name = "__read", hide = true)]
    Read(read::ReadArguments),
    /// 输出命令行补全脚本
    Completions {
        /// 哪种命令行
        shell: clap_complete::Shell,
    },
}

/// Runs one command line. `arguments` includes the program name.
pub fn main(
    arguments: impl IntoIterator<Item = std::ffi::OsString>,
    out: &mut dyn Write,
    err: &mut dyn Write,
) -> ExitCode {
    let parsed = match CommandArguments::try_parse_from(arguments) {
        Ok(parsed) => parsed,
        Err(refusal) => {
            // clap renders help and version as "errors" that succeed.
            if !refusal.use_stderr() {
                let _ = write!(out, "{}", command_words::help_in_chinese(&refusal.render().to_string()));
                return ExitCode::SUCCESS;
            }
            // Without a command it shows all of them.
            if refusal.kind() == clap::error::ErrorKind::DisplayHelpOnMissingArgumentOrSubcommand {
                let _ = writeln!(err, "{}", command_words::help_in_chinese(&refusal.render().to_string()));
            }
            let error = command_words::usage_error(&refusal);
            let _ = writeln!(err, "{}", crate::privacy::told_error::render_error(&error, false));
            return ExitCode::from(error.kind().exit_code());
        }
    };
    let progress = !parsed.no_progress && !parsed.quiet && std::io::stderr().is_terminal();
    let worker = worker(&parsed);
    let mut console = Console {
        out,
        err,
        closed: false,
        json: parsed.format == OutputFormat::Json,
        csv: parsed.format == OutputFormat::Csv,
        quiet: parsed.quiet,
        progress,
        worker: worker.clone(),
    };
    let refused = console.csv && !matches!(&parsed.command, CommandName::Triage(a) if a.writes_csv());
    let outcome = match refused {
        true => {
            Err(crate::Error::usage("这个命令的结果没有 CSV 形式").hint("用 --format text 或 --format json"))
        }
        false => dispatch(parsed.command, &mut console),
    };
    if worker.is_some_and(|worker| worker.confinement() == Some(Confinement::LimitsAlone)) {
        let _ = console.say("提醒：这台机器的内核没有 Landlock，读取文件的子程序只受内存、时间等限制");
    }
    match outcome {
        Ok(code) => ExitCode::from(code),
        Err(error) => {
            let color = std::env::var_os("NO_COLOR").is_none() && std::io::stderr().is_terminal();
            let _ = writeln!(console.err, "{}", crate::privacy::told_error::render_error(&error, color));
            ExitCode::from(error.kind().exit_code())
        }
    }
}

/// Tidies up for a program that a signal ends, and says what became of its work; the exit code that the shell expects.
/// Nothing where the work is done already: what is left to say of it is said.
pub fn end_of_signal(signal: i32) -> Option<(String, u8)> {
    match unfinished::abandon_unfinished() {
        ProgramEnd::Tidied => {
            Some(("已中断：没有写完的已经清理，已经发布的没有改动".to_owned(), signal_code(signal)))
        }
        ProgramEnd::Published => None,
    }
}

/// Tidies up for a program that a panic ends, whichever thread it is of, and says so; the exit code. Nothing where somebody
/// waits for the panic. What it says may quote a person: only where it was is told.
pub fn end_of_panic(panic: &std::panic::PanicHookInfo<'_>) -> Option<(String, u8)> {
    if caught_panic::is_panic_caught() {
        return None;
    }
    let error = caught_panic::panic_error(panic.payload(), panic.location());
    let told = crate::privacy::told_error::render_error(&error, false);
    Some(match unfinished::abandon_unfinished() {
        ProgramEnd::Tidied => {
            (format!("{told}\n没有写完的已经清理，已经发布的没有改动"), error.kind().exit_code())
        }
        // What is published is no failure.
        ProgramEnd::Published => (format!("提醒：已经发布，但在这之后：\n{told}"), 0),
    })
}

/// The exit code that the shell expects of a program that a signal ends.
pub fn signal_code(signal: i32) -> u8 {
    128 + u8::try_from(signal).unwrap_or(0)
}

/// To be called before the program ends by itself: where a signal ends it, this does not return.
pub fn wait_if_ending() {
    unfinished::wait_if_ending();
}

/// The child process that reads files: this program once more.
fn worker(arguments: &CommandArguments) -> Option<Worker> {
    // A program that was replaced while it runs is still found there.
    let own = std::path::Path::new("/proc/self/exe");
    let program = if own.exists() { own.to_owned() } else { std::env::current_exe().ok()? };
    let mut limits = WorkerLimits::default();
    limits.memory = arguments.read_memory.unwrap_or(limits.memory);
    limits.time = arguments.read_seconds.map_or(limits.time, std::time::Duration::from_secs);
    Some(Worker::with_limits(program, limits))
}

/// Any amount of memory, in the units of `--memory`.
fn parse_read_memory(text: &str) -> std::result::Result<u64, String> {
    run::parse_memory(text)
}

fn dispatch(command: CommandName, console: &mut Console<'_>) -> Result<u8> {
    match command {
        CommandName::Init(a) => init::execute(&a, console),
        CommandName::Run(a) => run::execute(&a, console),
        CommandName::Check(a) => check::execute(&a, console),
        CommandName::Profile(a) => profile::execute(&a, console),
        CommandName::Link(a) => link::execute(&a, console),
        CommandName::Train(a) => train::execute(&a, console),
        CommandName::Evaluate(a) => evaluate::execute(&a, console),
        CommandName::Explain(a) => explain::execute(&a, console),
        CommandName::Try(a) => trial::execute(&a, console),
        CommandName::Triage(a) => triage::execute(&a, console),
        CommandName::Diff(a) => diff::execute(&a, console),
        CommandName::Verify(a) => verify::execute(&a, console),
        CommandName::Migrate(a) => migrate::execute(&a, console),
        CommandName::Backup(a) => backup::back_up(&a, console),
        CommandName::Restore(a) => backup::restore(&a, console),
        CommandName::Tidy(a) => tidy::execute(&a, console),
        CommandName::Publicize(a) => publicize::execute(&a, console),
        CommandName::Across(a) => across::execute(&a, console),
        CommandName::Synth(a) => synth::execute(&a, console),
        CommandName::Rules(a) => rules::execute(&a, console),
        CommandName::Graph(a) => graph::execute(&a, console),
        CommandName::Schema(a) => schema::execute(&a, console),
        CommandName::Read(a) => read::execute(&a, console),
        CommandName::Completions { shell } => {
            let mut script = Vec::new();
            clap_complete::generate(shell, &mut CommandArguments::command(), "bidui", &mut script);
            console.data(|out| out.write_all(&script))?;
            Ok(0)
        }
    }
}

/// Pipeline folder argument shared by several commands.
#[derive(Debug, clap::Args)]
struct PipelineArgument {
    /// 流水线文件夹，例如 pipelines/hebi
    pipeline: PathBuf,
}

/// The pipeline whose title a publication bears, in `pipelines/` of the working folder.
fn find_pipeline(title: &str) -> Option<PathBuf> {
    let mut folders: Vec<PathBuf> =
        std::fs::read_dir("pipelines").ok()?.filter_map(|e| Some(e.ok()?.path())).collect();
    folders.sort();
    folders.into_iter().find(|f| {
        f.join("pipeline.toml").is_file() && Pipeline::open(f).is_ok_and(|p| p.settings.title == title)
    })
}
