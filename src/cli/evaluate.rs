//! `bidui evaluate`: links or a whole publication against the truth.

use std::path::PathBuf;

use clap::Args;
use serde::Serialize;

use super::Console;
use crate::Result;
use crate::evaluate::exceptions::{PersonScore, RuleScore, evaluate_exceptions, evaluate_persons};
use crate::evaluate::links::{Counted, LinkScore, evaluate_links};

/// Arguments of `bidui evaluate`.
#[derive(Debug, Args)]
pub struct EvaluateArguments {
    /// link.parquet、bidui link 的结果文件夹,或一个发布(quarter=… 文件夹)
    links: PathBuf,
    /// 真值:文件(record_id,entity 或 left_record_id,right_record_id),或 bidui synth 写出的 truth 文件夹
    #[arg(long)]
    truth: PathBuf,
    /// 逐条列出漏报和误报
    #[arg(long)]
    details: bool,
}

#[derive(Serialize)]
struct PublicationScore {
    persons: PersonScore,
    rules: Vec<RuleScore>,
}

pub fn execute(arguments: &EvaluateArguments, console: &mut Console<'_>) -> Result<u8> {
    if arguments.links.join("manifest.json").is_file() {
        let score = PublicationScore {
            persons: evaluate_persons(&arguments.links, &arguments.truth)?,
            rules: evaluate_exceptions(&arguments.links, &arguments.truth)?,
        };
        if console.json {
            console.json(&score)?;
        } else {
            publication(&score, arguments.details, console)?;
        }
    } else {
        let score = evaluate_links(&arguments.links, &arguments.truth)?;
        if console.json {
            console.json(&score)?;
        } else {
            links(&score, console)?;
        }
    }
    Ok(0)
}

fn publication(score: &PublicationScore, details: bool, console: &mut Console<'_>) -> Result<()> {
    let p = &score.persons;
    console.line(&format!(
        "人员匹配(记录对)\t精确率 {:.5}\t召回率 {:.5}\tF1 {:.5}\t真值{}对,找到{}对",
        p.precision(),
        p.recall(),
        p.f1(),
        p.truth,
        p.found
    ))?;
    console.line("\n按记录中的错误种类\t记录\t记录对\t召回率")?;
    for kind in &p.kinds {
        let name = if kind.kind.is_empty() { "(无错误)" } else { &kind.kind };
        console.line(&format!("{name}\t{}\t{}\t{:.4}", kind.records, kind.truth, kind.recall()))?;
    }
    console.line("\n规则\t真值\t找到\t正确\t精确率\t召回率\t待确认\t其中属实\t含待确认召回率")?;
    let mut all = RuleScore::default();
    // Rules that the truth knows nothing of (they have no truth to be measured against) are left out.
    for rule in score.rules.iter().filter(|r| r.truth > 0) {
        rule_line(&rule.rule_code, rule, console)?;
        if details {
            rule.missed.iter().try_for_each(|entity| console.line(&format!("\t漏报 {entity}")))?;
            rule.surplus.iter().try_for_each(|entity| console.line(&format!("\t误报 {entity}")))?;
        }
        all.truth += rule.truth;
        all.found += rule.found;
        all.true_positive += rule.true_positive;
        all.review += rule.review;
        all.review_true += rule.review_true;
    }
    rule_line("合计", &all, console)
}

fn rule_line(name: &str, rule: &RuleScore, console: &mut Console<'_>) -> Result<()> {
    console.line(&format!(
        "{name}\t{}\t{}\t{}\t{:.4}\t{:.4}\t{}\t{}\t{:.4}",
        rule.truth,
        rule.found,
        rule.true_positive,
        rule.precision(),
        rule.recall(),
        rule.review,
        rule.review_true,
        rule.recall_with_review()
    ))
}

fn links(score: &LinkScore, console: &mut Console<'_>) -> Result<()> {
    let line = |name: &str, counted: Counted| {
        format!(
            "{name}\t精确率 {:.5}\t召回率 {:.5}\tF1 {:.5}\t找到{}对,正确{}对,真值{}对",
            counted.precision(),
            counted.recall(score.truth),
            counted.f1(score.truth),
            counted.found,
            counted.right,
            score.truth
        )
    };
    console.line(&line("接受的记录对", score.accepted))?;
    if let Some(clusters) = score.clusters {
        console.line(&line("同组的记录对", clusters))?;
    }
    if score.unknown > 0 {
        console.line(&format!("另有{}对涉及真值中没有的记录,未计入", score.unknown))?;
    }
    console.line("\n权重阈值(比特)\t找到\t精确率\t召回率\tF1")?;
    for t in &score.thresholds {
        console.line(&format!(
            "{:.1}\t{}\t{:.5}\t{:.5}\t{:.5}",
            t.weight,
            t.counted.found,
            t.counted.precision(),
            t.counted.recall(score.truth),
            t.counted.f1(score.truth)
        ))?;
    }
    Ok(())
}
