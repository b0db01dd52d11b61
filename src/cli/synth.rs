//! `bidui synth`: invented extracts with known truth.

use std::path::PathBuf;

use clap::{Args, ValueEnum};

use super::{BarProgress, Console, plans};
use crate::Result;
use crate::synth::{EventRates, FixtureFormats, SynthOptions, generate_telling};

/// Arguments of `bidui synth`.
#[derive(Debug, Args)]
pub(super) struct SynthArguments {
    #[command(flatten)]
    pipeline: super::PipelineArgument,
    /// 大约多少人
    #[arg(long, required_unless_present = "fixtures")]
    persons: Option<u64>,
    /// 写到哪个文件夹（其下每期一个文件夹，真值在 truth/ 下，每期一个）
    #[arg(long)]
    out: PathBuf,
    /// 种子；同样的参数生成同样的文件
    #[arg(long, default_value_t = 20_180_930)]
    seed: u64,
    /// 第一期
    #[arg(long, default_value = "2018Q3")]
    quarter: String,
    /// 连续几期
    #[arg(long, default_value_t = 1)]
    quarters: u32,
    /// 姓名、证号、日期错误率的倍数
    #[arg(long, default_value_t = 1.0)]
    errors: f64,
    /// 文件的样子
    #[arg(long, value_enum, default_value_t = SynthLayout::Delivered)]
    layout: SynthLayout,
    /// 建档立卡户占全部户的比例(0-1)
    #[arg(long)]
    registry_share: Option<f64>,
    /// 一个省的第几个地市(0-9)：证号前缀和人员各不相同，少数人同时在前一个地市的名单上
    #[arg(long, default_value_t = 0)]
    prefecture: u32,
    /// 各名单本来一致，再让一件件事发生：有该查的错，也有不该查的日常变动，都记在 truth/<期>/events.csv
    #[arg(long, value_enum)]
    events: Option<EventChoice>,
    /// 某种事件多发生几倍，例如 dropped_out=3；可以写多次
    #[arg(long, value_name = "事件=倍数", value_parser = parse_event_factor)]
    event_factor: Vec<(String, f64)>,
    /// 另加难匹配的错：一人两行而证号有误、乳名、证号与本人出生日期不符、村子划归别的乡镇、迁居又无证号等
    #[arg(long)]
    hard: bool,
    /// 按随仓库提供的示例数据的参数生成
    #[arg(long, conflicts_with_all = ["persons", "quarters", "errors", "layout", "prefecture", "events", "event_factor", "hard"])]
    fixtures: bool,
}

#[derive(Debug, Clone, Copy, PartialEq, Eq, ValueEnum)]
enum EventChoice {
    /// 按平常的频率
    Usual,
    /// 加密，使每条规则、每种日常变动在十万人里都有几百件
    Oversampled,
}

fn parse_event_factor(text: &str) -> std::result::Result<(String, f64), String> {
    text.split_once('=')
        .and_then(|(name, factor)| Some((name.to_owned(), factor.parse().ok()?)))
        .ok_or_else(|| "写成 事件=倍数，例如 dropped_out=3".to_owned())
}

#[derive(Debug, Clone, Copy, PartialEq, Eq, ValueEnum)]
enum SynthLayout {
    /// 与各部门实际提供的一样杂乱(XLSX、XLS、DBF、GB18030 CSV、Parquet)
    Delivered,
    /// 每个来源一个 UTF-8 CSV
    Csv,
    /// 每个来源一个 GB18030 CSV
    Gb18030,
    /// 每个来源一个 Parquet
    Parquet,
}

pub(super) fn execute(arguments: &SynthArguments, console: &mut Console<'_>) -> Result<u8> {
    let root = &arguments.pipeline.pipeline;
    let options = match arguments.persons {
        None => SynthOptions::fixtures(root),
        Some(persons) => SynthOptions {
            first_quarter: arguments.quarter.clone(),
            quarters: arguments.quarters,
            error_multiplier: arguments.errors,
            formats: match arguments.layout {
                SynthLayout::Delivered => FixtureFormats::Fixtures,
                SynthLayout::Csv => FixtureFormats::CsvUtf8,
                SynthLayout::Gb18030 => FixtureFormats::CsvGb18030,
                SynthLayout::Parquet => FixtureFormats::Parquet,
            },
            registry_share: arguments.registry_share,
            prefecture: arguments.prefecture,
            events: arguments.events.map(|choice| match choice {
                EventChoice::Usual => EventRates::Usual,
                EventChoice::Oversampled => EventRates::Oversampled,
            }),
            hard: arguments.hard,
            event_factors: arguments.event_factor.clone(),
            ..SynthOptions::new(root, persons, arguments.seed)
        },
    };
    let bar = BarProgress::new(console.progress, plans::SYNTH);
    let report = generate_telling(&options, &arguments.out, &bar)?;
    bar.finish();
    console.line(&format!(
        "虚构{}人，{}条记录，预期疑点{}条，写出{}个文件",
        report.persons,
        report.records,
        report.exceptions,
        report.files.len()
    ))?;
    for file in &report.files {
        console.say(&format!("  {}\t{}行", file.path.display(), file.rows))?;
    }
    Ok(0)
}
