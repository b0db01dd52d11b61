//! `bidui rules`: lists, filters and documents the rules.

use clap::Args;

use super::Console;
use crate::config::Pipeline;
use crate::model::exception::Severity;
use crate::rules::documentation;
use crate::rules::documentation::RuleFilter;
use crate::rules::rule_set::RuleSet;
use crate::rules::{situation_document, situation_file};
use crate::{Error, Result};

/// Arguments of `bidui rules`.
#[derive(Debug, Args)]
pub(super) struct RulesArguments {
    #[command(flatten)]
    pipeline: super::PipelineArgument,
    /// 编号或名称中的文字
    text: Option<String>,
    /// 严重程度：S1 S2 S3 S4
    #[arg(long)]
    severity: Option<String>,
    /// 责任部门
    #[arg(long)]
    owner: Option<String>,
    /// 需要哪个数据来源
    #[arg(long)]
    source: Option<String>,
    /// 输出全部规则的说明文档(Markdown)
    #[arg(long, conflicts_with_all = ["text", "severity", "owner", "source"])]
    document: bool,
    /// 输出全部情形的文档(Markdown)
    #[arg(long, conflicts_with_all = ["text", "severity", "owner", "source", "document"])]
    situations: bool,
    /// 输出一条规则的 SQL
    #[arg(long, value_name = "CODE")]
    sql: Option<String>,
}

pub(super) fn execute(arguments: &RulesArguments, console: &mut Console<'_>) -> Result<u8> {
    let pipeline = Pipeline::open(&arguments.pipeline.pipeline)?;
    let rules = RuleSet::load(&pipeline)?;
    if arguments.document {
        console.line(documentation::document_rules(&rules).trim_end())?;
        return Ok(0);
    }
    if arguments.situations {
        let files = situation_file::read_situations(&pipeline)?;
        console.line(situation_document::document_situations(&rules, &files).trim_end())?;
        return Ok(0);
    }
    if let Some(code) = &arguments.sql {
        let rule = rules.rule(code).ok_or_else(|| {
            Error::usage(format!("没有编号为“{code}”的规则")).hint("不带参数运行 bidui rules 可看全部编号")
        })?;
        console.line(rule.file.sql().trim())?;
        return Ok(0);
    }
    let severity = arguments.severity.as_deref().map(parse_rules_severity).transpose()?;
    let filter = RuleFilter {
        text: arguments.text.clone(),
        severity,
        owner: arguments.owner.clone(),
        source: arguments.source.clone(),
    };
    let listed = documentation::list_rules(&rules, &filter);
    if console.json {
        console.json(&listed)?;
        return Ok(0);
    }
    let words = rules.settings.words();
    for rule in &listed {
        let kind = if rule.indicator { "指标" } else { documentation::subject_word(rule.subject) };
        console.line(&format!(
            "{}\t{}\t{kind}\t{}\t{}\t{}",
            rule.code,
            words.severity_title(rule.severity),
            rule.title,
            rule.owner,
            rule.sources.join("、")
        ))?;
    }
    console.say(&format!("共{}条规则", listed.len()))?;
    Ok(0)
}

fn parse_rules_severity(text: &str) -> Result<Severity> {
    match text.to_ascii_uppercase().as_str() {
        "S1" => Ok(Severity::S1),
        "S2" => Ok(Severity::S2),
        "S3" => Ok(Severity::S3),
        "S4" => Ok(Severity::S4),
        _ => Err(Error::usage(format!("不认识的严重程度“{text}”")).hint("可选：S1、S2、S3、S4")),
    }
}
