//! `bidui explain`: a finding, a person or a household as everybody sees it ([`crate::case`]), in lines or as a file.

use std::collections::{BTreeMap, BTreeSet};
use std::io::ErrorKind;
use std::path::{Path, PathBuf};

use clap::Args;
use serde::Serialize;
use serde_json::json;

use super::Console;
use super::key_files::KeyArguments;
use crate::answers::Answer;
use crate::case::{
    Case, CaseArchive, CaseFinding, CaseSubject, FoundSubjects, LinkWeights, Meaning, NumbersShown,
    PairAccount, PairGroup, case_page, former_answers, search,
};
use crate::link::generic::result_files::check_result_files;
use crate::model::exception::number_key;
use crate::privacy::mask::mask_numbers_in_text;
use crate::publication::deleted_files::{DeletedFiles, deleted_by_time};
use crate::publication::layout::{MANIFEST, list_periods, output_folder};
use crate::publication::snapshot::Snapshot;
use crate::publication::table_reader;
use crate::resolve::previous_records::RECORDS;
use crate::table::whole_file::write_whole_file;
use crate::{Error, Result};
use terminal::TerminalLines;

mod access_log;
mod terminal;

/// Columns of a terminal that does not say how many it has.
const USUAL_WIDTH: usize = 80;
/// Wider lines are not read.
const WIDEST: usize = 120;
/// Persons and households that a word may mean and that are listed.
const MOST_MEANINGS: usize = 50;

/// Arguments of `bidui explain`.
#[derive(Debug, Args)]
pub(super) struct ExplainArguments {
    /// 要查的：疑点编号、行键、姓名、证件号（全部、后四位以上，或清单上遮盖的样子）、户编号、人员编号、记录编号。
    /// 写 - 则从标准输入读一行：完整的证件号写在命令行上会留在终端的历史记录里
    #[arg(value_name = "WHAT")]
    what: String,
    /// 发布文件夹（run 的 --out），或其中一个发布，例如 out/2018Q3；给发布文件夹则取最新一期
    #[arg(long, default_value = "out", visible_alias = "publication")]
    out: PathBuf,
    /// 另存为一个网页文件，不需要网络，可直接打开或打印
    #[arg(long, value_name = "FILE")]
    html: Option<PathBuf>,
    /// 显示完整证件号和出生日期（默认不显示；谁查了什么会记在发布文件夹的 .bidui-access.log）
    #[arg(long)]
    show_numbers: bool,
    #[command(flatten)]
    keys: KeyArguments,
}

/// One that was asked for.
#[derive(Debug, Serialize)]
struct ExplainedEntry {
    /// The finding, if it was one.
    #[serde(skip_serializing_if = "Option::is_none")]
    finding: Option<CaseFinding>,
    is_household: bool,
    case: Case,
    /// The finding that it follows from.
    #[serde(skip_serializing_if = "Option::is_none")]
    cause: Option<CaseFinding>,
    /// Other findings of the household; of a person or a household, their own.
    findings: Vec<CaseFinding>,
    /// Of a person: what is found of the household and of others in it.
    household_findings: Vec<CaseFinding>,
}

/// Everything known about what was asked.
#[derive(Debug, Default, Serialize)]
struct Explanation {
    #[serde(skip_serializing_if = "Vec::is_empty")]
    cases: Vec<ExplainedEntry>,
    /// Pairs of a linkage task, or the one that was asked for.
    #[serde(skip_serializing_if = "Vec::is_empty")]
    pairs: Vec<PairGroup>,
    /// The pairs of a linkage task whose weights cannot be read: levels alone are told.
    #[serde(skip_serializing_if = "std::ops::Not::not")]
    lacks_weights: bool,
    /// Whom the word may mean.
    #[serde(skip_serializing_if = "Vec::is_empty")]
    candidates: Vec<Meaning>,
    /// Earlier runs whose names for a finding are not known: what was answered under them is not told.
    #[serde(skip_serializing_if = "BTreeSet::is_empty")]
    unread: BTreeSet<PathBuf>,
}

impl Explanation {
    /// What it cannot tell, Chinese.
    fn notices(&self) -> Vec<String> {
        let weights = "没有找到这次匹配所用的权重（report.json），只列等级";
        let unread = self.unread.iter().map(|run| {
            let run = run.display();
            format!(
                "读不了以前的一次运行（没有 restricted/、损坏，或按期限已删除），那时填的核查结果可能没有列出：{run}"
            )
        });
        self.lacks_weights.then(|| weights.to_owned()).into_iter().chain(unread).collect()
    }
}

pub(super) fn execute(arguments: &ExplainArguments, console: &mut Console<'_>) -> Result<u8> {
    let word = asked_word(&arguments.what)?;
    // A linkage task has no publication: links and clusters stand in one folder.
    if arguments.out.join("link.parquet").is_file() {
        if arguments.show_numbers {
            access_log::note_access(&arguments.out, &arguments.out, &word)?;
        }
        let weights = LinkWeights::of_report(&arguments.out);
        let pairs = task_pairs(&arguments.out, &word, weights.as_ref())?;
        let explanation = Explanation { pairs, lacks_weights: weights.is_none(), ..Default::default() };
        return tell(arguments, &explanation, ("匹配说明", ""), console);
    }
    let publication = open_publication(&arguments.out)?;
    let shown = if arguments.show_numbers { NumbersShown::Whole } else { NumbersShown::Masked };
    if arguments.show_numbers {
        let run = publication.folder();
        access_log::note_access(output_folder(run), run, &mask_numbers_in_text(&word))?;
    }
    let secret = match (word.contains('*'), publication.keys()) {
        (true, Some(keys)) => arguments.keys.identity_named(&keys.identity)?,
        _ => None,
    };
    let (pipeline, period) = (publication.pipeline().to_owned(), publication.period().title());
    let archive = CaseArchive::open(publication, BTreeMap::new(), false)?;
    let found = search(&archive, &word, secret.as_ref())?;
    if found.meanings.len() > 1 {
        return tell_candidates(found.meanings, &word, console);
    }
    let explanation = explain(&archive, &found, shown)?;
    match explanation.cases.is_empty() {
        true => Err(nothing_found(&archive, &found, &word)),
        false => tell(arguments, &explanation, (&pipeline, &period), console),
    }
}

/// What is asked for, from the command line or a line of standard input.
fn asked_word(what: &str) -> Result<String> {
    let mut word = what.to_owned();
    if what == "-" {
        word.clear();
        std::io::stdin().read_line(&mut word).map_err(|e| Error::io("读标准输入", Path::new("-"), e))?;
    }
    let word = word.trim().trim_start_matches('\u{feff}').to_owned();
    match word.is_empty() {
        true => Err(Error::usage("没有写要查什么").hint(HOW_TO_ASK)),
        false => Ok(word),
    }
}

const HOW_TO_ASK: &str =
    "可写疑点编号、姓名、证件号（全部或后四位以上）、户编号；证件号不想留在历史记录里，写 - 再从标准输入给";

/// Opens the publication, or says why there is none to be asked: not there, not whole, not allowed.
fn open_publication(out: &Path) -> Result<Snapshot> {
    let denied = |path: &Path| {
        Error::usage("没有权限读这个发布").in_file(path).hint(
            "发布没有损坏；restricted/ 里是个人信息，只有运行程序的用户能读：请他来查，或用他的用户名登录后再查",
        )
    };
    let is_denied = |path: &Path| match std::fs::File::open(path) {
        Err(e) => e.kind() == ErrorKind::PermissionDenied,
        Ok(_) => false,
    };
    if is_denied(out) || is_denied(&out.join(MANIFEST)) {
        return Err(denied(out));
    }
    if !out.exists() {
        return Err(Error::usage("没有这个文件夹")
            .in_file(out)
            .hint("用 --out 指向 run 的 --out，或其中一个发布，例如 out/2018Q3"));
    }
    let is_publication = Snapshot::recognize(out)?.is_some();
    if !is_publication && list_periods(out)?.is_empty() {
        return Err(Error::usage("这里没有发布").in_file(out).hint(
            "用 --out 指向 run 的 --out，或其中一个发布，例如 out/2018Q3；还没有运行过，先运行 bidui run",
        ));
    }
    let publication = Snapshot::newest(out)?;
    let records = publication.path(RECORDS);
    let restricted = publication.path("restricted");
    if !publication.lists(RECORDS) {
        return Err(Error::usage("这个发布里没有 restricted/，说不出是谁")
            .in_file(publication.folder())
            .hint("流水线设置了不写 restricted/（[outputs] restricted = false）；改为写出后重新运行该期"));
    }
    if is_denied(&publication.path(MANIFEST)) || is_denied(&restricted) || is_denied(&records) {
        return Err(denied(&restricted));
    }
    if !restricted.exists() {
        if let Some(deletion) = DeletedFiles::read(publication.folder())?.of(RECORDS) {
            return Err(deleted_by_time(&records, deletion));
        }
        return Err(Error::usage("这个发布的 restricted/ 不在这里").in_file(publication.folder()).hint(
            "可能只拷贝了 lists/ 和 report.html；到运行程序的电脑上查，或把 restricted/ 一起拷来（其中是个人信息）",
        ));
    }
    Ok(publication)
}

fn explain(archive: &CaseArchive, found: &FoundSubjects, shown: NumbersShown) -> Result<Explanation> {
    let mut explanation = Explanation::default();
    for row in &found.findings {
        let finding = CaseFinding::of(archive, row);
        let history = history(archive, &finding, row.get("former_numbers"), &mut explanation.unread)?;
        let case = archive.case(&CaseSubject::of(&finding), &history, shown)?;
        let cause = match row.get("cause") {
            "" => None,
            cause => archive.finding_with_id(cause)?,
        };
        let mut others = archive.findings_of("", &finding.household_id)?;
        others.retain(|other| other.key != finding.key && (other.is_open || other.is_answered));
        explanation.cases.push(ExplainedEntry {
            finding: Some(finding),
            is_household: false,
            case,
            cause,
            findings: others,
            household_findings: Vec::new(),
        });
    }
    if !found.pair.is_empty() {
        let subject = CaseSubject { evidence: &found.pair, ..CaseSubject::persons("", "") };
        let case = archive.case(&subject, &[], shown)?;
        explanation.cases.push(ExplainedEntry {
            finding: None,
            is_household: false,
            case,
            cause: None,
            findings: Vec::new(),
            household_findings: Vec::new(),
        });
    }
    for one in &found.meanings {
        let person = if one.is_household { "" } else { one.ask.as_str() };
        let case = archive.case(&CaseSubject::persons(person, &one.household_id), &[], shown)?;
        let mut findings = match one.is_household {
            true => archive.findings_of("", &one.household_id)?,
            false => archive.findings_of(person, "")?,
        };
        let is_told = |other: &CaseFinding| other.is_open || other.is_answered;
        findings.retain(is_told);
        // What is wrong with whoever he lives with may be what is asked for.
        let mut household_findings = match one.is_household || one.household_id.is_empty() {
            true => Vec::new(),
            false => archive.findings_of("", &one.household_id)?,
        };
        household_findings.retain(|other| is_told(other) && findings.iter().all(|own| own.key != other.key));
        explanation.cases.push(ExplainedEntry {
            finding: None,
            is_household: one.is_household,
            case,
            cause: None,
            findings,
            household_findings,
        });
    }
    Ok(explanation)
}

/// What was answered of a finding under any of its names.
fn history(
    archive: &CaseArchive,
    finding: &CaseFinding,
    former: &str,
    unread: &mut BTreeSet<PathBuf>,
) -> Result<Vec<Answer>> {
    let snapshot = archive.snapshot();
    let Some(keys) = snapshot.keys() else { return Ok(Vec::new()) };
    let former: Vec<&str> = former.split(';').filter_map(number_key).collect();
    let out = output_folder(snapshot.folder());
    former_answers(out, &keys.identity, (&finding.exception_id, &former), unread)
}

fn nothing_found(archive: &CaseArchive, found: &FoundSubjects, word: &str) -> Error {
    let snapshot = archive.snapshot();
    let place = format!("{}的发布里", snapshot.period().title());
    let mut hint = format!("找过{}", found.looked_for.join("、"));
    if found.lacks_secret {
        hint.push_str("；清单上带标记的证件号要有身份密钥才认得（--identity-file），也可用疑点编号或姓名");
    }
    if !found.nearest.is_empty() {
        hint.push_str(&format!("；相近的姓名：{}", found.nearest.join("、")));
    }
    hint.push_str("；换一个写法，或用 --out 指向另一期的发布");
    Error::usage(format!("{place}没有找到“{}”", mask_numbers_in_text(word)))
        .in_file(snapshot.folder())
        .hint(hint)
}

/// Whom the word may mean, and how to choose.
fn tell_candidates(meanings: Vec<Meaning>, word: &str, console: &mut Console<'_>) -> Result<u8> {
    let (count, first) = (meanings.len(), meanings.first().map_or_else(String::new, |one| one.ask.clone()));
    if console.json {
        console.whole_json(&Explanation { candidates: meanings, ..Default::default() })?;
    } else {
        let mut lines = TerminalLines::new(terminal_width());
        for one in meanings.iter().take(MOST_MEANINGS) {
            let household = if one.household_no.is_empty() {
                String::new()
            } else {
                format!("，户编号 {}", one.household_no)
            };
            let who = match one.is_household {
                true => format!("户：{}等，{}{household}", one.name, one.place),
                false => format!("{} {}，{}{household}", one.name, one.id_number, one.place),
            };
            lines.labelled(&one.ask, 16, &format!("{who}，疑点{}条", one.findings));
        }
        for line in lines.lines {
            console.whole_line(&line)?;
        }
    }
    let more = count.saturating_sub(MOST_MEANINGS);
    let more = if more > 0 { format!("（只列前{MOST_MEANINGS}个）") } else { String::new() };
    console.say(&format!(
        "“{}”有{count}个可能{more}。选一个，用行首的编号再查，例如 bidui explain {first}",
        mask_numbers_in_text(word)
    ))?;
    Ok(2)
}

fn tell(
    arguments: &ExplainArguments,
    explanation: &Explanation,
    (pipeline, period): (&str, &str),
    console: &mut Console<'_>,
) -> Result<u8> {
    let notices = explanation.notices();
    notices.iter().try_for_each(|notice| console.say(&format!("注意  {notice}")))?;
    if let Some(file) = &arguments.html {
        let context = json!({
            "title": title_of(explanation),
            "pipeline": pipeline,
            "period": period,
            "cases": explanation.cases,
            "pairs": explanation.pairs,
            "notices": notices,
        });
        // Of persons even without their numbers.
        write_whole_file(file, 0o600, case_page(&context)?.as_bytes())?;
        console.say(&format!("  写出 {}", file.display()))?;
    }
    if console.json {
        console.whole_json(explanation)?;
        return Ok(0);
    }
    let mut lines = TerminalLines::new(terminal_width());
    for entry in &explanation.cases {
        entry_lines(entry, &mut lines);
    }
    for pair in &explanation.pairs {
        lines.pair(pair);
    }
    for line in lines.lines {
        console.whole_line(&line)?;
    }
    Ok(0)
}

fn title_of(explanation: &Explanation) -> String {
    match explanation.cases.first() {
        Some(ExplainedEntry { finding: Some(finding), .. }) => finding.number.clone(),
        Some(entry) => entry.case.who.name.clone(),
        None => "匹配".to_owned(),
    }
}

fn entry_lines(entry: &ExplainedEntry, lines: &mut TerminalLines) {
    let case = &entry.case;
    match &entry.finding {
        Some(finding) => {
            lines.finding(finding, case);
            if let Some(cause) = &entry.cause {
                lines.cause(cause);
            }
        }
        None if entry.is_household => {
            lines.title(&format!("户 {}  {}", case.who.household_no, case.who.place))
        }
        None => {
            lines.title(&format!("人员 {}", case.who.person_id));
            lines.who(case);
        }
    }
    if entry.finding.is_none() {
        let title = if entry.is_household { "疑点" } else { "这个人的疑点" };
        lines.findings(title, &entry.findings);
    }
    if !entry.household_findings.is_empty() {
        lines.findings("这一户的其他疑点", &entry.household_findings);
    }
    lines.near(case);
    lines.history(case);
    if !entry.is_household {
        lines.records("各名单里的这个人", &case.person);
        lines.pairs(case);
    }
    lines.members(if entry.is_household { "各名单里的这一户" } else { "同户和有关的其他人" }, case);
    if entry.finding.is_some() && !entry.findings.is_empty() {
        lines.findings("这一户的其他疑点", &entry.findings);
    }
}

/// Columns of the terminal that reads this.
fn terminal_width() -> usize {
    let told = std::env::var("COLUMNS").ok().and_then(|columns| columns.parse::<usize>().ok());
    let own = || console::Term::stdout().size_checked().map(|(_, columns)| usize::from(columns));
    told.or_else(own).unwrap_or(USUAL_WIDTH).min(WIDEST)
}

/// Links of a linkage task that touch the given records (both, if two are given).
fn task_pairs(folder: &Path, id: &str, weights: Option<&LinkWeights>) -> Result<Vec<PairGroup>> {
    let wanted: Vec<&str> = id.split(',').map(str::trim).collect();
    check_result_files(folder)?;
    let links = table_reader::read_rows(&folder.join("link.parquet"), |l| {
        let ends = [l.get("left_record_id"), l.get("right_record_id")].map(|r| wanted.contains(&r));
        if wanted.len() > 1 { ends[0] && ends[1] } else { ends[0] || ends[1] }
    })?;
    if links.is_empty() {
        return Err(Error::usage(format!("没有找到与“{id}”有关的记录对"))
            .in_file(folder)
            .hint("给一个记录编号，或用逗号分开的两个记录编号"));
    }
    let group = |link: &table_reader::TableRow| {
        let account = PairAccount::of_link(link, weights);
        PairGroup::of(&account.left.clone(), &account.right.clone(), account)
    };
    Ok(links.iter().map(group).collect())
}
