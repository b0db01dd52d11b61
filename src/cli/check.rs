//! `bidui check`: is the pipeline folder right, do the rules plan, do their examples hold?

use std::path::{Path, PathBuf};

use arrow::record_batch::RecordBatch;
use clap::Args;

use super::Console;
use crate::config::Pipeline;
use crate::engine::partial_columns;
use crate::link::generic;
use crate::link::settings::LinkSettings;
use crate::load::DeliveryCheck;
use crate::model::data_file::FileFate;
use crate::model::period::Period;
use crate::model::source_row::AuditFinding;
use crate::privacy::mask::mask_numbers_in_text;
use crate::publication::manifest::DeliveredFile;
use crate::reconcile;
use crate::reconcile::execution::example_runner;
use crate::rules::county_settings::CountyParameter;
use crate::rules::rule_set::RuleSet;
use crate::table::rows::{RowStore, Rows};
use crate::{Error, Result, load, normalize, publish};

/// Arguments of `bidui check`.
#[derive(Debug, Args)]
pub(super) struct CheckArguments {
    #[command(flatten)]
    pipeline: super::PipelineArgument,
    /// 运行每条规则自带的示例
    #[arg(long)]
    examples: bool,
    /// 逐条改坏规则，看示例是否都能发现（可给一个规则编号）
    #[arg(long, value_name = "CODE", num_args = 0..=1, default_missing_value = "")]
    mutate: Option<String>,
    /// 运行 situations/ 里的全部情形，核对每个情形的全部疑点
    #[arg(long)]
    situations: bool,
    /// 试读此文件夹中的提取数据（不写任何结果）
    #[arg(long)]
    data: Option<PathBuf>,
    /// 试读时按这一期核对期别、缺县、缺列，例如 2018Q3
    #[arg(long, visible_alias = "period", requires = "data")]
    quarter: Option<String>,
    /// 试读时，数据不齐（期别不符、缺县、部分文件缺列）只提醒
    #[arg(long)]
    allow_partial: bool,
    /// 试读时，不属于任何来源的文件只列出
    #[arg(long)]
    allow_unclaimed: bool,
}

pub(super) fn execute(arguments: &CheckArguments, console: &mut Console<'_>) -> Result<u8> {
    if arguments.pipeline.pipeline.is_file() {
        return check_linkage_task(arguments, console);
    }
    let pipeline = Pipeline::open(&arguments.pipeline.pipeline)?;
    let rules = RuleSet::load(&pipeline)?;
    report(reconcile::check_rules(&rules), console)?;
    LinkSettings::of_pipeline(&pipeline)?;
    console.line(&format!("配置正确：{}个数据来源，{}条规则", pipeline.sources.len(), rules.rules.len()))?;
    if rules.rules.is_empty() {
        console.line(
            "!!!! 一条规则也没有：运行不会找出任何疑点；现成的规则用 bidui init 文件夹 --from hebi 取得",
        )?;
    }
    let townships =
        pipeline.divisions.units.iter().filter(|u| u.level == crate::model::division::TOWNSHIP).count();
    if townships == 0 {
        console.line("!!!! 区划表里没有乡镇：全部疑点会列在“未定乡镇”里")?;
    }
    check_inclusion(&pipeline, &rules, console)?;
    if arguments.examples {
        let outcome = reconcile::run_examples(&pipeline, &rules)?;
        let failures = outcome.failures.len();
        report(outcome.failures, console)?;
        console
            .line(&format!("示例：{}条规则的{}个示例，{failures}个不符", outcome.rules, outcome.examples))?;
    }
    if arguments.situations {
        check_situations(&pipeline, &rules, console)?;
    }
    if let Some(code) = &arguments.mutate {
        check_mutations(&pipeline, &rules, code, console)?;
    }
    if let Some(data) = &arguments.data {
        check_data_loading(&pipeline, &rules, arguments, data, console)?;
    }
    Ok(0)
}

/// Says what comes from elsewhere, what stands in for it, and what is not run.
fn check_inclusion(pipeline: &Pipeline, rules: &RuleSet, console: &mut Console<'_>) -> Result<()> {
    for base in pipeline.layers.bases() {
        console.line(&format!("引用：{}", base.folder.display()))?;
    }
    for replacement in &rules.replaced {
        let (by, of) = (replacement.by.display(), replacement.of.display());
        console.line(&format!("代替：{}采用 {by}，不用 {of}", replacement.what))?;
    }
    for (code, reason) in &rules.off {
        console.line(&format!("停用：规则“{code}”：{reason}"))?;
    }
    for told in rules.county_parameter_use(pipeline).iter().flat_map(CountyParameter::told) {
        console.line(&format!("提醒：{told}"))?;
    }
    for told in rules.unread_parameters(pipeline)? {
        console.line(&format!("提醒：{told}"))?;
    }
    if !pipeline.layers.bases().is_empty() && !rules.has_policy_text() {
        console.line("提醒：没有政策文本（rules.toml 的 policy_text），规则的引文没有核对")?;
    }
    Ok(())
}

/// A linkage task's file: is it right, and with data, what would each blocking pass cost?
fn check_linkage_task(arguments: &CheckArguments, console: &mut Console<'_>) -> Result<u8> {
    let config = &arguments.pipeline.pipeline;
    let settings = generic::GenericSettings::open(config)?;
    console.line(&format!("配置正确：{}个表，{}个链接列", settings.table.len(), settings.columns.len()))?;
    let Some(data) = &arguments.data else { return Ok(0) };
    console.line("比对轮次\t预计比较（对）\t采用\t拆分的块\t过大未比较（块）\t其中记录")?;
    for pass in generic::plan_passes(config, Some(data), console.worker.as_ref())? {
        console.line(&format!(
            "{}\t{}\t{}\t{}\t{}\t{}",
            pass.keys,
            pass.pairs,
            if pass.used { "是" } else { "否（超出预算或无共同值）" },
            pass.split_blocks,
            pass.skipped_blocks,
            pass.skipped_records
        ))?;
    }
    Ok(0)
}

/// Shows every complaint but the last, which becomes the command's error.
fn report(mut complaints: Vec<Error>, console: &mut Console<'_>) -> Result<()> {
    let Some(last) = complaints.pop() else { return Ok(()) };
    for complaint in complaints {
        let text = crate::privacy::told_error::render_error(&complaint, false);
        writeln!(console.err, "{text}\n").map_err(super::broken_output)?;
    }
    Err(last)
}

/// Says how the situations came out, and which rules none of them touches.
fn check_situations(pipeline: &Pipeline, rules: &RuleSet, console: &mut Console<'_>) -> Result<()> {
    let report = reconcile::run_situations(pipeline, rules)?;
    for (name, reason) in &report.pending {
        console.line(&format!("还做不到：情形“{name}”：{reason}"))?;
    }
    for (what, codes) in
        [("没有一个情形找出疑点", &report.never_found), ("没有一个情形说明为何不列", &report.never_silent)]
    {
        if !codes.is_empty() {
            console.line(&format!("{what}的规则（{}条）：{}", codes.len(), codes.join("、")))?;
        }
    }
    let failures = report.failures.len();
    self::report(report.failures, console)?;
    console.line(&format!(
        "情形：{}个，相符{}个（疑点{}条），不符{failures}个，还做不到{}个",
        report.situations,
        report.held,
        report.findings,
        report.pending.len()
    ))
}

fn check_mutations(
    pipeline: &Pipeline,
    rules: &RuleSet,
    code: &str,
    console: &mut Console<'_>,
) -> Result<()> {
    let wanted = (!code.is_empty()).then_some(code);
    let (mut tried, mut unnoticed) = (0, 0);
    for rule in example_runner::run_mutations(pipeline, rules, wanted)? {
        tried += rule.tried;
        unnoticed += rule.unnoticed.len();
        console.line(&format!("{}\t改坏{}处\t未发现{}处", rule.code, rule.tried, rule.unnoticed.len()))?;
        for change in &rule.unnoticed {
            console.line(&format!("\t{change}"))?;
        }
    }
    if unnoticed > 0 {
        return Err(Error::configuration(format!("改坏{tried}处，有{unnoticed}处没有任何示例发现"))
            .hint("给这些规则补充示例：去掉或取反该条件后，至少一个示例的结果应当改变"));
    }
    console.line(&format!("改坏{tried}处，全部被示例发现"))
}

/// Reads every source as `run` would and says what would be loaded, and what becomes of every other file. Whatever
/// would stop a run is told together.
fn check_data_loading(
    pipeline: &Pipeline,
    rules: &RuleSet,
    arguments: &CheckArguments,
    data: &Path,
    console: &mut Console<'_>,
) -> Result<()> {
    let period: Option<Period> = arguments.quarter.as_ref().map(|quarter| quarter.parse()).transpose()?;
    let check = period.map(|period| DeliveryCheck {
        pipeline,
        period,
        previous: None,
        data_dir: data,
        partial: arguments.allow_partial,
    });
    if check.is_none() {
        console.line(
            "提醒：没有给出 --quarter，没有核对期别、缺县、部分文件缺列；加上要运行的期再查一遍，例如 --quarter 2018Q3",
        )?;
    }
    let mut all = Vec::new();
    let mut folder = load::survey_data_folder(pipeline, data)?;
    let mut refusals = folder.complaints(pipeline, arguments.allow_unclaimed);
    console.line("来源\t文件\t工作表\t数据行\t读入\t接受\t退回")?;
    for (index, contract) in pipeline.sources.iter().enumerate() {
        let files = folder.of_source(&contract.name);
        let attempt = load::load_attempt(
            console.worker.as_ref(),
            (&RowStore::Memory, u64::MAX),
            contract,
            index,
            (data, &files),
            None,
        )?;
        let readable = attempt.problems.is_empty();
        refusals.extend(attempt.problems);
        let Some(mut loaded) = attempt.loaded else {
            let what = if files.is_empty() { "（本期没有文件）" } else { "（读不出，见下）" };
            console.line(&format!("{}\t{what}", contract.title))?;
            continue;
        };
        for table in &loaded.totals.tables {
            console.line(&format!(
                "{}\t{}\t{}\t{}\t{}\t{}\t{}",
                contract.title,
                load::masked_file_name(&table.file),
                table.sheet.as_deref().unwrap_or(""),
                table.data_rows,
                table.read,
                table.accepted,
                table.rejected
            ))?;
        }
        let one = std::slice::from_mut(&mut loaded);
        if readable {
            let comparables = normalize::normalize(pipeline, one)?;
            normalize::audit_prefixes(pipeline, one, &comparables);
        }
        show_returned_rows(&loaded, console)?;
        let label = |name: &str| contract.column(name).map_or(name, |c| c.label.as_str()).to_owned();
        if let Some(notice) = publish::cell_notice(&loaded.totals.tables, &label) {
            console.line(&format!("存疑：“{}”{}", contract.title, notice.text))?;
        }
        if let Some(check) = &check {
            load::audit_list_period(check, &mut loaded)?;
            partial_columns::audit_partial_columns(rules, check, &mut loaded);
        }
        tell_audits(&loaded.audits, data, &mut refusals, console)?;
        // From here on only what was counted is asked for.
        loaded.audits.clear();
        loaded.rejects = Vec::new();
        loaded.records.keys = Vec::new();
        loaded.records.rows = Rows::of(RecordBatch::new_empty(loaded.records.rows.schema().clone()));
        all.push(loaded);
    }
    if let Some(check) = &check {
        load::audit_folder(check, &mut all);
        for one in &all {
            tell_audits(&one.audits, data, &mut refusals, console)?;
        }
    }
    refusals.extend(folder.changes(pipeline, data)?);
    folder.take_accounts(&all);
    let delivered: Vec<DeliveredFile> = folder.files.iter().map(DeliveredFile::of).collect();
    for line in publish::unread_sheets(&delivered) {
        console.line(&format!("提醒：{line}"))?;
    }
    for file in folder.files.iter().filter(|f| f.fate != FileFate::Read) {
        let note = file.note.as_ref().map_or_else(String::new, |note| format!("：{note}"));
        console.line(&format!("（{}{note}）\t{}", file.fate.label(), load::masked_file_name(&file.file)))?;
    }
    Error::together(refusals).map_or(Ok(()), Err)
}

fn tell_audits(
    audits: &[AuditFinding],
    data: &Path,
    refusals: &mut Vec<Error>,
    console: &mut Console<'_>,
) -> Result<()> {
    for audit in audits {
        console.line(&format!("{}：{}", if audit.blocking { "阻断" } else { "提醒" }, audit.message))?;
        if audit.blocking {
            refusals.push(Error::input(format!("审核不通过：{}", audit.message)).in_file(data));
        }
    }
    Ok(())
}

/// Shows which rows and cells a run would return and why, the first of them where they are many; not what they say.
fn show_returned_rows(loaded: &load::LoadedSource, console: &mut Console<'_>) -> Result<()> {
    const MOST: usize = 20;
    let (rejected, warned) = (loaded.rejects.len(), loaded.cell_warnings.len());
    if rejected + warned == 0 {
        return Ok(());
    }
    let kept = loaded.cell_warnings.iter().filter(|w| load::keeps_cell_value(&w.reason_code)).count();
    let doubtful = if kept > 0 { format!("，{kept}格已读入但有疑问") } else { String::new() };
    console.line(&format!("退回{rejected}行，另有{}格未读入{doubtful}", warned - kept))?;
    for reject in loaded.rejects.iter().chain(&loaded.cell_warnings).take(MOST) {
        let table = load::masked_table_name(&reject.file, reject.sheet.as_deref());
        let column = reject.column.as_ref().map_or_else(String::new, |column| format!("的列“{column}”"));
        let reason = mask_numbers_in_text(&reject.reason);
        console.line(&format!("\t{table}第{}行{column}：{reason}", reject.row))?;
    }
    if rejected + warned > MOST {
        let left = rejected + warned - MOST;
        console.line(&format!(
            "\t另有{left}处没有列出；审核不通过时 bidui run 在发布文件夹写出完整的退回清单"
        ))?;
    }
    Ok(())
}
