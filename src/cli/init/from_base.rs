//! A pipeline of one county that takes contracts and rules from a base rule set.

use std::fmt::Write as _;

use super::division_files::{self, CountyDivisions};
use super::{InitArguments, base_copy, write_initial_file};
use crate::cli::Console;
use crate::config::Pipeline;
use crate::rules::rule_set::RuleSet;
use crate::{Error, Result};

pub(super) fn new_pipeline(
    arguments: &InitArguments,
    (from, code, name): (&str, &str, &str),
    console: &mut Console<'_>,
) -> Result<u8> {
    let folder = &arguments.folder;
    if code.len() != 6 || !code.bytes().all(|b| b.is_ascii_digit()) || code.ends_with("00") {
        return Err(Error::usage(format!("“{code}”不是县（区）的6位行政区划代码"))
            .hint("县（区）的代码不以 00 结尾，例如 410526；全市的流水线照 pipelines/hebi 建"));
    }
    let mut divisions = match (&arguments.divisions, &arguments.data) {
        (Some(table), _) => division_files::read_division_table(console.worker.as_ref(), table, code)?,
        (None, Some(data)) => division_files::divisions_of_lists(console.worker.as_ref(), data, code, name)?,
        (None, None) => CountyDivisions::default(),
    };
    let prefecture = arguments.prefecture.clone().or(divisions.prefecture.take()).unwrap_or_else(|| {
        divisions
            .notices
            .push("不知道所属地级市的名称，写成“所属地市”；用 --prefecture 给出，或改 pipeline.toml".into());
        "所属地市".to_owned()
    });
    let (base, done) = base_copy::put_base(from, folder)?;
    let write = |file: &str, text: &str| write_initial_file(&folder.join(file), text.as_bytes());
    let subject = base_copy::base_subject(folder, &base).unwrap_or_else(|| "数据比对".to_owned());
    let title = format!("{name}{subject}");
    write("pipeline.toml", &pipeline_text(&base, code, (name, &title), &prefecture))?;
    write("codes/counties.csv", &format!("code,name,aliases\n{code},{},\n", name.replace(',', "")))?;
    write("codes/townships.csv", &division_files::division_csv(&divisions.townships, "乡镇（街道）"))?;
    write("codes/villages.csv", &division_files::division_csv(&divisions.villages, "村（社区）"))?;
    let (required, optional) = relax_required(folder)?;
    let pipeline = Pipeline::open(folder)?;
    let rules = RuleSet::load(&pipeline)?;
    console.line(&format!("已新建 {}（{name}，{code}）", folder.display()))?;
    console.line(&format!("  {done}"))?;
    console.line(&format!(
        "  {}份名单的约定，{}条规则；必须有的名单：{}；其余{optional}份有了再加",
        pipeline.sources.len(),
        rules.rules.len(),
        required.join("、"),
    ))?;
    let (towns, villages) = (divisions.townships.len(), divisions.villages.len());
    console.line(&format!("  {towns}个乡镇，{villages}个村"))?;
    for notice in &divisions.notices {
        console.line(&format!("  注意  {notice}"))?;
    }
    if rules.rules.is_empty() {
        console.line("  !!!! 一条规则也没有：运行不会找出任何疑点")?;
    }
    if towns == 0 {
        console.line("  !!!! 一个乡镇也没有：全部疑点会列在“未定乡镇”里；用 --divisions 给出代码表，或用 --data 从名单里找")?;
    }
    let shown = folder.display();
    console.say(&format!(
        "下一步：bidui profile 名单文件… --like {shown} --write，再 bidui check {shown} --data 数据文件夹"
    ))?;
    Ok(0)
}

fn pipeline_text(base: &str, code: &str, (name, title): (&str, &str), prefecture: &str) -> String {
    let quote = |text: &str| toml::Value::String(text.to_owned()).to_string();
    let mut text = String::new();
    let _ = write!(
        text,
        "# {name}：名单的约定、代码表、规则和匹配设置都取自 ../{base}；这里只写本县的区划和与它不同之处。
# 改完可以运行 bidui check 这个文件夹，错在哪个文件、哪一行会逐条指出。
title = {title}

# 所属地级市。
[prefecture]
code = \"{city}00\"
name = {prefecture}

[divisions]
base_year = 2018
counties = \"counties.csv\"
townships = \"townships.csv\"
villages = \"villages.csv\"

[rules]
from = [{from}]

# 不适用的规则写在这里，并写明原因，例如：
# [rules.off]
# 规则编号 = \"本县为什么不用这条规则\"

# 标准与 ../{base} 不同的，写在这里（金额以分为单位），例如：
# [parameters.default]
# 参数名_fen = 345000

[privacy]
id_mask = \"partial\"
name_mask = \"none\"

[outputs]
xlsx = true
csv = true
restricted = true
",
        title = quote(title),
        city = &code[..4],
        prefecture = quote(prefecture),
        from = quote(&format!("../{base}")),
    );
    text
}

/// Writes for each source that the base requires and a new place need not have that it is not required. Gives
/// the titles of those that are, and how many are not.
fn relax_required(folder: &std::path::Path) -> Result<(Vec<String>, usize)> {
    let pipeline = Pipeline::open(folder)?;
    let first: Vec<&String> = pipeline.layers.all().iter().flat_map(|layer| &layer.first_sources).collect();
    let mut required = Vec::new();
    for source in &pipeline.sources {
        if !source.required {
            continue;
        }
        if first.is_empty() || first.iter().any(|name| **name == source.name) {
            required.push(source.title.clone());
            continue;
        }
        let text = format!(
            "# {}：有了这份名单再改成 true；没有时用到它的规则不运行，不等于没有疑点。\nrequired = false\n",
            source.title
        );
        write_initial_file(&folder.join(format!("sources/{}.extra.toml", source.name)), text.as_bytes())?;
    }
    let optional = pipeline.sources.len() - required.len();
    Ok((required, optional))
}
