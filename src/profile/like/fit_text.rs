//! What files are, for people.

use std::fmt::Write as _;
use std::path::Path;

use super::contract_fit::ContractFit;
use super::{PipelineFit, ShapeFit, Sureness};

pub(super) fn fit_text(fit: &PipelineFit, pipeline: &Path) -> String {
    let mut out = String::new();
    for shape in &fit.shapes {
        shape_text(&mut out, shape, pipeline);
        out.push('\n');
    }
    if let Some(refused) = &fit.refused {
        let _ = writeln!(out, "!!!! 按上面的约定试读，还读不进去：{refused}");
    }
    out
}

fn shape_text(out: &mut String, shape: &ShapeFit, pipeline: &Path) {
    let files: Vec<String> = shape.files.iter().map(|file| file.display().to_string()).collect();
    match &shape.fit {
        Some(fit) => {
            let _ = writeln!(
                out,
                "{}：{}（{}），把握{}",
                files.join("、"),
                fit.title,
                fit.source,
                shape.sureness.label()
            );
            found_text(out, fit, shape);
        }
        None => {
            let _ = writeln!(out, "{}：不像这条流水线里的任何一份名单，起草了一份新的约定", files.join("、"));
            if let Some((title, score)) = &shape.runner_up {
                let _ = writeln!(out, "  最接近的是  {title}（{}%）", score / 10);
            }
        }
    }
    if let Some(other) = &shape.claimed_by {
        let _ = writeln!(
            out,
            "  !!!! 文件名符合“{other}”的文件模式，读入时会算作两份名单：请改文件名，或改那份约定的 [files] patterns"
        );
    }
    match (&shape.target, &shape.addition) {
        (Some(target), Some(text)) => {
            let _ = writeln!(out, "  写入  {}：", pipeline.join(target).display());
            for line in text.trim_matches('\n').lines() {
                let _ = writeln!(out, "    {line}");
            }
        }
        _ if shape.is_settled() => out.push_str("  已经合适，不用改\n"),
        _ if shape.fit.is_some() && shape.sureness == Sureness::Low => out.push_str(
            "  !!!! 把握低，什么也没有写：请看它到底是哪一份名单，在文件名里写上名单的名称（例如“农村低保”）再试\n",
        ),
        _ => {}
    }
    if let Some((read, accepted, rejected)) = shape.trial {
        let _ = writeln!(out, "  试读  读入{read} = 接受{accepted} + 退回{rejected}");
        for (column, what, rows) in shape.problems.iter().take(5) {
            let _ = writeln!(out, "    {column}：{what}，{rows}处");
        }
        if accepted == 0 {
            out.push_str("  !!!! 一行也没有接受\n");
        }
    }
}

fn found_text(out: &mut String, fit: &ContractFit, shape: &ShapeFit) {
    let _ = write!(
        out,
        "  依据  认得的表头{}个，按内容认出{}个，相符{}%",
        fit.known.len(),
        fit.found.len(),
        fit.score / 10
    );
    if let Some((title, score)) = &shape.runner_up {
        let _ = write!(out, "；其次像 {title}（{}%）", score / 10);
    }
    out.push('\n');
    if fit.by_person {
        out.push_str("  形状  这份名单一人一行，原来的约定一户一行：换成一人一行的约定\n");
    }
    let mut told = Vec::new();
    for found in &fit.found {
        let line = format!("“{}”是{}（{}）", found.header, found.label, found.why);
        if !told.contains(&line) {
            let _ = writeln!(out, "  认出  {line}");
            told.push(line);
        }
    }
    if !fit.unread.is_empty() {
        let _ = writeln!(out, "  不读  {}", fit.unread.join("、"));
    }
    if !fit.asked.is_empty() {
        let _ = writeln!(
            out,
            "  !!!! 没有写进 ignore_headers：{}。它们说的是停发、退出、在不在册一类的状态，或是要用的代码，不读会把已经停的当作还在：\
             请在 sources/{}.toml（或 .extra.toml）里写进哪一列的 headers；确实用不着的，自己写进 ignore_headers；在这以前名单读不进去",
            fit.asked.join("、"),
            fit.source
        );
    }
    for one in &fit.defaults {
        let _ = writeln!(out, "  没有“{}”列，一律当作“{}”（{}）", one.label, one.value, one.why);
    }
    if !fit.missing_required.is_empty() {
        let _ = writeln!(
            out,
            "  !!!! 缺少必需的列：{}。没有它读不了；请向出名单的部门要",
            fit.missing_required.join("、")
        );
    }
    let missing: Vec<&str> = fit
        .missing
        .iter()
        .filter(|label| !fit.missing_required.contains(label))
        .map(String::as_str)
        .collect();
    if !missing.is_empty() {
        let _ = writeln!(out, "  没有的列  {}（用到它们的规则找不全，或不运行）", missing.join("、"));
    }
    let unknown: Vec<String> = fit
        .codes
        .iter()
        .map(|(_, value, label)| match label {
            Some(label) => format!("{value}（当作{label}）"),
            None => format!("{value}（不知道是什么，读作空）"),
        })
        .collect();
    if !unknown.is_empty() {
        let _ = writeln!(out, "  不认识的取值  {}", unknown.join("、"));
    }
}
