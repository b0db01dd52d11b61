//! `bidui evaluate`: links or a whole publication against the truth.

use std::path::{Path, PathBuf};

use clap::Args;
use serde::Serialize;

use super::Console;
use crate::Result;
use crate::evaluate::events::{EventScore, JudgedCase, MeasuredRule, WrongCounts, evaluate_events};
use crate::evaluate::exceptions::{PersonScore, RuleScore, evaluate_exceptions, evaluate_persons};
use crate::evaluate::links::{CountedPairs, LinkScore, evaluate_links};
use crate::evaluate::review_sample::{self, ReviewEstimate};
use crate::link::generic::result_files::check_result_files;
use crate::publication::snapshot::Snapshot;

/// Arguments of `bidui evaluate`.
#[derive(Debug, Args)]
pub(super) struct EvaluateArguments {
    /// link.parquet、bidui link 的结果文件夹，或一个发布（例如 out/2018Q3）
    links: PathBuf,
    /// 真值：文件（record_id,entity 或 left_record_id,right_record_id），或 bidui synth 写出的 truth 文件夹
    #[arg(long, required_unless_present_any = ["sample", "reviewed"])]
    truth: Option<PathBuf>,
    /// 逐条列出漏报和误报
    #[arg(long)]
    details: bool,
    /// 按权重分层抽取约 N 对接受的匹配供人工复核（CSV，在 same 列填 1 或 0）
    #[arg(long, value_name = "N", conflicts_with = "reviewed")]
    sample: Option<usize>,
    /// 抽样的种子
    #[arg(long, default_value_t = 1)]
    seed: u64,
    /// 填好的抽样表：由此估计精确率和误差范围
    #[arg(long, value_name = "CSV")]
    reviewed: Option<PathBuf>,
}

#[derive(Serialize)]
struct PublicationScore {
    persons: PersonScore,
    /// Against the truth read off the lists; empty where events were made to happen.
    rules: Vec<RuleScore>,
    /// Against injected wrongs.
    #[serde(skip_serializing_if = "Option::is_none")]
    events: Option<EventScore>,
}

pub(super) fn execute(arguments: &EvaluateArguments, console: &mut Console<'_>) -> Result<u8> {
    if let Some(reviewed) = &arguments.reviewed {
        return show_estimate(
            &review_sample::estimate(&review_sample::read_reviewed_links(reviewed)?),
            console,
        );
    }
    let snapshot = Snapshot::recognize(&arguments.links)?;
    let folder = snapshot.as_ref().map_or_else(|| arguments.links.clone(), |s| s.path("restricted"));
    if let Some(size) = arguments.sample {
        // What is read of a publication is what was published.
        if let Some(snapshot) = &snapshot {
            snapshot.checked_path("restricted/link.parquet")?;
        }
        return show_sample(&folder, size, arguments, console);
    }
    let Some(truth) = &arguments.truth else { return Ok(2) };
    if let Some(snapshot) = &snapshot {
        let events = evaluate_events(snapshot, truth)?;
        let score = PublicationScore {
            persons: evaluate_persons(snapshot, truth)?,
            rules: if events.is_some() { Vec::new() } else { evaluate_exceptions(snapshot, truth)? },
            events,
        };
        if console.json {
            console.json(&score)?;
        } else {
            print_publication_score(&score, arguments.details, console)?;
        }
    } else {
        check_result_files(&arguments.links)?;
        let score = evaluate_links(&arguments.links, truth)?;
        if console.json {
            console.json(&score)?;
        } else {
            print_link_score(&score, console)?;
        }
    }
    Ok(0)
}

fn print_publication_score(score: &PublicationScore, details: bool, console: &mut Console<'_>) -> Result<()> {
    let p = &score.persons;
    console.line(&format!(
        "人员匹配（记录对）\t精确率 {:.5}\t召回率 {:.5}\tF1 {:.5}\t真值{}对，找到{}对",
        p.precision(),
        p.recall(),
        p.f1(),
        p.truth,
        p.found
    ))?;
    console.line("\n按记录中的错误种类\t记录\t记录对\t召回率")?;
    for kind in &p.kinds {
        let name = if kind.kind.is_empty() { "（无错误）" } else { &kind.kind };
        console.line(&format!("{name}\t{}\t{}\t{:.4}", kind.records, kind.truth, kind.recall()))?;
    }
    if let Some(events) = &score.events {
        return print_event_score(events, details, console);
    }
    console.line("\n规则\t真值\t找到\t正确\t精确率\t召回率\t待确认\t其中属实\t含待确认召回率")?;
    let mut all = RuleScore::default();
    // Rules that the truth knows nothing of (they have no truth to be measured against) are left out.
    for rule in score.rules.iter().filter(|r| r.truth > 0) {
        print_rule_score(&rule.rule_code, rule, console)?;
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
    print_rule_score("合计", &all, console)
}

fn print_event_score(score: &EventScore, details: bool, console: &mut Console<'_>) -> Result<()> {
    console.line(
        "\n按放进去的错计：规则\t级别\t应报\t报出\t待确认\t连带\t误报\t精确率\t召回率\t含待确认召回率",
    )?;
    for rule in &score.rules {
        print_wrong_counts(&rule.rule_code, &rule.severity, &rule.counts, console)?;
        if !rule.ran {
            console.line("\t本期没有运行，漏报不是规则的错")?;
        }
        if details {
            print_cases(rule, console)?;
        }
    }
    for (severity, counts) in &score.severities {
        print_wrong_counts("小计", severity, counts, console)?;
    }
    print_wrong_counts("合计", "", &score.all, console)?;
    console.line("\n放进去的错\t件数\t规则：应报/报出\t落在其上的误报")?;
    for event in score.events.iter().filter(|e| e.kind == "wrong") {
        let said: Vec<String> =
            event.said.iter().map(|(rule, (all, found))| format!("{rule}：{all}/{found}")).collect();
        console.line(&format!(
            "{}（{}）\t{}\t{}\t{}",
            event.label,
            event.event,
            event.happened,
            said.join("，"),
            by_rule(&event.false_findings)
        ))?;
    }
    console.line("\n日常变动\t件数\t落在其上的误报")?;
    for event in score.events.iter().filter(|e| e.kind != "wrong") {
        console.line(&format!(
            "{}（{}）\t{}\t{}",
            event.label,
            event.event,
            event.happened,
            by_rule(&event.false_findings)
        ))?;
    }
    console.line("\n没有事件的误报（slip：登记差错；none：什么也没有发生）\t规则：条数")?;
    for (what, rules) in &score.without_event {
        console.line(&format!("{what}\t{}", by_rule(rules)))?;
    }
    let unmeasured: Vec<String> =
        score.unmeasured.iter().map(|r| format!("{}：{}条", r.rule_code, r.findings)).collect();
    console.line(&format!(
        "\n没有为它放错的规则，不计：{}",
        if unmeasured.is_empty() { "无".to_owned() } else { unmeasured.join("，") }
    ))
}

fn by_rule(counts: &std::collections::BTreeMap<String, u64>) -> String {
    let parts: Vec<String> = counts.iter().map(|(rule, n)| format!("{rule}：{n}")).collect();
    if parts.is_empty() { "0".to_owned() } else { parts.join("，") }
}

fn print_cases(rule: &MeasuredRule, console: &mut Console<'_>) -> Result<()> {
    let line =
        |word: &str, case: &JudgedCase| format!("\t{word} {}\t{}", case.entity, case.happened.join("，"));
    rule.missed.iter().try_for_each(|case| console.line(&line("漏报", case)))?;
    rule.false_cases.iter().try_for_each(|case| console.line(&line("误报", case)))
}

fn print_wrong_counts(
    name: &str,
    severity: &str,
    counts: &WrongCounts,
    console: &mut Console<'_>,
) -> Result<()> {
    console.line(&format!(
        "{name}\t{severity}\t{}\t{}\t{}\t{}\t{}\t{:.4}\t{:.4}\t{:.4}",
        counts.wrongs,
        counts.found,
        counts.in_review,
        counts.follows,
        counts.false_findings,
        counts.precision(),
        counts.recall(),
        counts.recall_with_review()
    ))
}

fn print_rule_score(name: &str, rule: &RuleScore, console: &mut Console<'_>) -> Result<()> {
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

fn print_link_score(score: &LinkScore, console: &mut Console<'_>) -> Result<()> {
    let line = |name: &str, counted: CountedPairs| {
        format!(
            "{name}\t精确率 {:.5}\t召回率 {:.5}\tF1 {:.5}\t找到{}对，正确{}对，真值{}对",
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
        console.line(&format!("另有{}对涉及真值中没有的记录，未计入", score.unknown))?;
    }
    console.line("\n权重阈值（比特）\t找到\t精确率\t召回率\tF1")?;
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
    console.line("\n校准：权重说的概率与实际是否相符（比特）\t对\t预期\t实际\t95%区间")?;
    for band in &score.calibration.bands {
        let off = band.expected < band.interval.0 || band.expected > band.interval.1;
        console.line(&format!(
            "{:.0} 起\t{}\t{:.4}\t{:.4}\t{:.4}-{:.4}{}",
            band.from,
            band.pairs,
            band.expected,
            band.observed,
            band.interval.0,
            band.interval.1,
            if !off {
                ""
            } else if band.expected < band.observed {
                "\t说得偏低"
            } else {
                "\t说得偏高"
            }
        ))?;
    }
    console
        .line(&format!("平均偏差 {:.4}\tBrier 分 {:.4}", score.calibration.error, score.calibration.brier))?;
    if !score.kinds.is_empty() {
        console.line("\n按记录中的错误种类\t记录\t真值对\t精确率\t召回率")?;
    }
    for kind in &score.kinds {
        let name = if kind.kind.is_empty() { "（无错误）" } else { &kind.kind };
        console.line(&format!(
            "{name}\t{}\t{}\t{:.4}\t{:.4}",
            kind.records,
            kind.truth,
            kind.counted.precision(),
            kind.counted.recall(kind.truth)
        ))?;
    }
    console.line("\n比较项\t等级\t接受\t其中错误\t待审\t其中同一人")?;
    for level in score.levels.iter().filter(|l| l.accepted.found > l.accepted.right || l.review.right > 0) {
        console.line(&format!(
            "{}\t{}\t{}\t{}\t{}\t{}",
            level.comparison,
            level.level,
            level.accepted.found,
            level.accepted.found - level.accepted.right,
            level.review.found,
            level.review.right
        ))?;
    }
    Ok(())
}

fn show_sample(
    folder: &Path,
    size: usize,
    arguments: &EvaluateArguments,
    console: &mut Console<'_>,
) -> Result<u8> {
    let records = crate::evaluate::links::count_linked_records(folder)?;
    let chosen = review_sample::sample_links_for_review(folder, records, size, arguments.seed)?;
    if let Some(truth) = &arguments.truth {
        // The truth looks at the pairs in a human's place: is the estimate any good?
        let known = crate::evaluate::links::read_link_entities(truth)?;
        let same = |a: &str, b: &str| known.contains_key(a) && known.get(a) == known.get(b);
        let reviewed: Vec<(String, u64, bool)> = chosen
            .iter()
            .map(|s| (s.stratum.to_string(), s.stratum_size, same(&s.left_record_id, &s.right_record_id)))
            .collect();
        return show_estimate(&review_sample::estimate(&reviewed), console);
    }
    if console.json {
        console.whole_json(&chosen)?;
        return Ok(0);
    }
    // Ids and numbers of the program alone, which `--reviewed` reads back.
    console.whole_line("stratum,stratum_size,weight,probability,left_record_id,right_record_id,same")?;
    for s in &chosen {
        console.whole_line(&format!(
            "{},{},{:.3},{:.4},{},{},",
            s.stratum, s.stratum_size, s.weight, s.probability, s.left_record_id, s.right_record_id
        ))?;
    }
    console.say("在 same 列填 1（同一人）或 0（不是），再用 --reviewed 估计精确率")?;
    Ok(0)
}

fn show_estimate(estimate: &ReviewEstimate, console: &mut Console<'_>) -> Result<u8> {
    if console.json {
        console.json(estimate)?;
        return Ok(0);
    }
    console.line(&format!(
        "复核{}对，代表{}对接受的匹配：精确率 {:.5} ± {:.5}(95%)；不分层约需复核{}对才有同样把握",
        estimate.reviewed, estimate.links, estimate.precision, estimate.margin, estimate.unstratified
    ))?;
    Ok(0)
}
