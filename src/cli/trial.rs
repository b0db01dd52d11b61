//! `bidui try`: what a rule would find in the lists of a publication, beside what was found.

use std::path::{Path, PathBuf};

use clap::Args;

use super::Console;
use crate::config::Pipeline;
use crate::privacy::officers_csv::OfficersCsv;
use crate::publication::layout::output_folder;
use crate::publication::snapshot::Snapshot;
use crate::rules::rule_set::RuleSet;
use crate::table::whole_file::write_whole_file;
use crate::trial::{IndicatorCount, RuleTrial, ShownFinding, TrialPlan, try_rules};
use crate::{Error, Result};

/// How many of each are shown without `--all`.
const FEW: usize = 10;

/// Arguments of `bidui try`.
#[derive(Debug, Args)]
pub(super) struct TrialArguments {
    /// 规则编号（用流水线文件夹里现在的文件），或一个规则文件（.sql）
    rule: String,
    /// 流水线文件夹（默认在 pipelines/ 中按发布的标题找）
    pipeline: Option<PathBuf>,
    /// 在哪个发布的名单上试，例如 out/2018Q3
    #[arg(long)]
    publication: PathBuf,
    /// 它当时对照的上一期的发布（默认在同一文件夹里找；只有看上期名单的规则需要）
    #[arg(long)]
    previous: Option<PathBuf>,
    /// 逐条列出全部（默认每类只列前10条）
    #[arg(long)]
    all: bool,
    /// 把全部写成 CSV
    #[arg(long, value_name = "FILE")]
    csv: Option<PathBuf>,
}

pub(super) fn execute(arguments: &TrialArguments, console: &mut Console<'_>) -> Result<u8> {
    let plan = plan(arguments)?;
    let trials = try_rules(&plan)?;
    if let Some(file) = &arguments.csv {
        write_trial_csv(file, &plan, &trials)?;
        console.say(&format!("写出 {}", file.display()))?;
    }
    if console.json {
        console.json(&trials)?;
        return Ok(0);
    }
    console.say(&format!("{}的发布：{}", plan.publication.period(), plan.publication.folder().display()))?;
    for trial in &trials {
        print_trial(trial, &plan, arguments.all, console)?;
    }
    Ok(0)
}

/// Raw arguments → what is tried over which publication.
fn plan(arguments: &TrialArguments) -> Result<TrialPlan> {
    let publication = Snapshot::newest(&arguments.publication)?;
    let root = match &arguments.pipeline {
        Some(root) => root.clone(),
        None => super::find_pipeline(publication.pipeline()).ok_or_else(|| {
            Error::usage(format!("pipelines/ 里没有标题为“{}”的流水线", publication.pipeline())).hint(
                "把流水线文件夹写在规则后面，例如 bidui try R50 pipelines/hebi --publication out/2018Q3",
            )
        })?,
    };
    let pipeline = Pipeline::open(&root)?;
    let mut rules = RuleSet::load(&pipeline)?;
    let codes = match arguments.rule.ends_with(".sql") {
        true => rules.put_rule_file(Path::new(&arguments.rule))?,
        false => {
            let code = &arguments.rule;
            rules.rule(code).ok_or_else(|| {
                Error::usage(format!("没有编号为“{code}”的规则"))
                    .hint("用 bidui rules 查看全部编号；试还没有放进流水线的规则，写它的文件（.sql）")
            })?;
            vec![code.clone()]
        }
    };
    let previous = match (&arguments.previous, publication.previous_period()) {
        (Some(folder), _) => Some(Snapshot::open(folder)?),
        (None, Some(period)) => Snapshot::find(output_folder(publication.folder()), period)?,
        (None, None) => None,
    };
    Ok(TrialPlan { pipeline, rules, codes, publication, previous })
}

/// Kinds of changes: what they are called, and whom they concern.
type ChangeKind = (&'static str, fn(&RuleTrial) -> &[ShownFinding]);
const KINDS: [ChangeKind; 7] = [
    ("新增疑点", |trial| &trial.gained),
    ("消失的疑点", |trial| &trial.lost),
    ("改为待确认", |trial| &trial.now_to_confirm),
    ("不再待确认", |trial| &trial.now_certain),
    ("说明或证据不同", |trial| &trial.told_otherwise),
    ("新增未判断", |trial| &trial.undecided_gained),
    ("不再是未判断", |trial| &trial.undecided_lost),
];

fn print_trial(trial: &RuleTrial, plan: &TrialPlan, all: bool, console: &mut Console<'_>) -> Result<()> {
    console.line(&format!("规则 {}\t{}", trial.code, trial.title))?;
    if trial.is_new {
        console.line("发布时没有这条规则")?;
    }
    if let Some(reason) = &trial.not_run {
        console.line(&format!("在这个发布的名单上不能运行：{reason}；发布时有{}条疑点", trial.published))?;
        return Ok(());
    }
    console.line(&format!(
        "疑点：发布时{}条，现在{}条，新增{}条，消失{}条，改为待确认{}条，不再待确认{}条，说明或证据不同{}条",
        trial.published,
        trial.found,
        trial.gained.len(),
        trial.lost.len(),
        trial.now_to_confirm.len(),
        trial.now_certain.len(),
        trial.told_otherwise.len()
    ))?;
    console.line(&format!(
        "未判断：发布时{}个，现在{}个，新增{}个，减少{}个",
        trial.undecided_published,
        trial.undecided_found,
        trial.undecided_gained.len(),
        trial.undecided_lost.len()
    ))?;
    for held in &trial.held {
        console.line(&format!("未判断的县（区）：{held}"))?;
    }
    if trial.near_unknown > 0 {
        console.line(&format!(
            "提醒：新增疑点中有{}条，发布里没有名单中与其相近的记录；正式运行时先问匹配程序，其中一些可能转为待确认",
            trial.near_unknown
        ))?;
    }
    if !trial.counties.is_empty() {
        console.line("县（区）\t新增\t新增（待确认）\t消失\t消失（待确认）")?;
    }
    for county in &trial.counties {
        let name = if county.county.is_empty() { "（不明）" } else { &county.county };
        let counts = [county.gained, county.gained_to_confirm, county.lost, county.lost_to_confirm];
        console.line(&format!("{name}\t{}", counts.map(|count| count.to_string()).join("\t")))?;
    }
    for (title, findings) in KINDS {
        print_findings(title, findings(trial), plan, all, console)?;
    }
    let shown = if all { trial.counts.len() } else { FEW };
    for change in trial.counts.iter().take(shown) {
        let (then, now) = (count_text(change.published), count_text(change.found));
        console.line(&format!("{}\t{}\t发布时{then}\t现在{now}", change.unit, change.indicator))?;
    }
    print_rest(trial.counts.len(), shown, console)
}

fn print_findings(
    title: &str,
    findings: &[ShownFinding],
    plan: &TrialPlan,
    all: bool,
    console: &mut Console<'_>,
) -> Result<()> {
    let (to_confirm, certain): (Vec<_>, Vec<_>) = findings.iter().partition(|one| one.to_confirm);
    for (findings, apart) in [(certain, ""), (to_confirm, "（待确认）")] {
        if findings.is_empty() {
            continue;
        }
        console.line(&format!("\n{title}{apart}{}条", findings.len()))?;
        let shown = if all { findings.len() } else { FEW };
        for one in findings.iter().take(shown) {
            console.line(&format!("  {}", cells(one, plan).join("\t")))?;
        }
        print_rest(findings.len(), shown, console)?;
    }
    Ok(())
}

fn print_rest(count: usize, shown: usize, console: &mut Console<'_>) -> Result<()> {
    match count.saturating_sub(shown) {
        0 => Ok(()),
        rest => console.line(&format!("  另有{rest}条，用 --all 或 --csv 看全部")),
    }
}

fn count_text(count: Option<IndicatorCount>) -> String {
    match count {
        None => "不能计算".to_owned(),
        Some((numerator, None)) => numerator.to_string(),
        Some((numerator, Some(denominator))) => format!("{numerator}/{denominator}"),
    }
}

/// Place, person, subject and message.
fn cells(one: &ShownFinding, plan: &TrialPlan) -> [String; 8] {
    let place = |code: &str| plan.pipeline.divisions.name_of(code).unwrap_or(code).to_owned();
    [
        place(&one.county_code),
        place(&one.township_code),
        place(&one.village_code),
        one.name.clone(),
        one.id_number.clone(),
        one.subject_id.clone(),
        one.rule_key.clone(),
        one.message.clone(),
    ]
}

/// Titles of the columns before and after [`cells`].
const TITLES: [&str; 12] = [
    "规则编号",
    "变化",
    "待确认",
    "县（区）",
    "乡镇（街道）",
    "村（社区）",
    "姓名",
    "证件号（掩码）",
    "对象编号",
    "规则自有键",
    "说明",
    "证据记录编号",
];

fn write_trial_csv(path: &Path, plan: &TrialPlan, trials: &[RuleTrial]) -> Result<()> {
    let failed = |e| Error::io("写清单", path, e);
    let mut list = OfficersCsv::begin(Vec::new()).map_err(failed)?;
    list.row(&TITLES).map_err(failed)?;
    for trial in trials {
        for (title, findings) in KINDS {
            for one in findings(trial) {
                let to_confirm = if one.to_confirm { "待确认" } else { "" };
                let before = [&trial.code, title, to_confirm].map(str::to_owned);
                let row = before.into_iter().chain(cells(one, plan)).chain([one.evidence.join(";")]);
                list.row(&row.collect::<Vec<_>>()).map_err(failed)?;
            }
        }
    }
    // Of persons even without their numbers.
    write_whole_file(path, 0o600, &list.finish().map_err(failed)?)
}
