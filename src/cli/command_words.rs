//! What the parser of the command line says, in Chinese: help, and what is wrong with a command line.

use std::error::Error as _;

use clap::error::{ContextKind, ContextValue, ErrorKind};

use crate::Error;

/// Words of a help text and what stands for them, the longer before the shorter.
const HELP_WORDS: [(&str, &str); 17] = [
    ("Print help (see a summary with '-h')", "显示帮助（-h 只列要点）"),
    ("Print help (see more with '--help')", "显示帮助（--help 更详细）"),
    ("Print help", "显示帮助"),
    ("Print version", "显示版本"),
    ("Usage: ", "用法："),
    ("Commands:\n", "命令：\n"),
    ("Arguments:\n", "参数：\n"),
    ("Options:\n", "选项：\n"),
    ("Possible values:\n", "可选：\n"),
    ("[possible values: ", "[可选："),
    ("[default: ", "[默认："),
    ("[env: ", "[环境变量："),
    ("[aliases: ", "[也可写："),
    ("[alias: ", "[也可写："),
    ("[OPTIONS]", "[选项]"),
    ("<COMMAND>", "<命令>"),
    ("[COMMAND]", "[命令]"),
];

/// A help text as the parser renders it, in Chinese.
pub(super) fn help_in_chinese(text: &str) -> String {
    HELP_WORDS.iter().fold(text.to_owned(), |text, (english, chinese)| text.replace(english, chinese))
}

/// What is wrong with a command line, with its cure.
pub(super) fn usage_error(refusal: &clap::Error) -> Error {
    let named = |kind| texts(refusal, kind);
    let argument = named(ContextKind::InvalidArg).join("、");
    let value = named(ContextKind::InvalidValue).join("、");
    let message = match refusal.kind() {
        ErrorKind::UnknownArgument => format!("不认识的选项或多出来的参数：{argument}"),
        ErrorKind::InvalidSubcommand => {
            format!("没有命令“{}”", named(ContextKind::InvalidSubcommand).join("、"))
        }
        ErrorKind::MissingSubcommand | ErrorKind::DisplayHelpOnMissingArgumentOrSubcommand => {
            "没有写命令".to_owned()
        }
        ErrorKind::MissingRequiredArgument => format!("缺少 {argument}"),
        ErrorKind::InvalidValue if value.is_empty() => format!("{argument} 后面没有写值"),
        ErrorKind::InvalidValue => format!("{argument} 不能是“{value}”"),
        ErrorKind::ValueValidation => match refusal.source().map(ToString::to_string) {
            // The program's own words; those of the parser are English.
            Some(why) if !why.is_ascii() => format!("{argument} 不能是“{value}”：{why}"),
            _ => format!("{argument} 不能是“{value}”：应为范围内的整数"),
        },
        ErrorKind::ArgumentConflict => {
            let prior: Vec<String> =
                named(ContextKind::PriorArg).into_iter().filter(|prior| *prior != argument).collect();
            match prior.is_empty() {
                true => format!("{argument} 只能写一次"),
                false => format!("{argument} 不能与 {} 同时使用", prior.join("、")),
            }
        }
        ErrorKind::TooManyValues => format!("{argument} 后面的值太多：“{value}”"),
        ErrorKind::TooFewValues | ErrorKind::WrongNumberOfValues => format!("{argument} 后面的值个数不对"),
        ErrorKind::NoEquals => format!("{argument} 与它的值之间要写等号"),
        ErrorKind::InvalidUtf8 => "命令行里有不是 UTF-8 的文字".to_owned(),
        _ => "命令行有误".to_owned(),
    };
    let mut cures = Vec::new();
    let alike = [ContextKind::SuggestedArg, ContextKind::SuggestedSubcommand, ContextKind::SuggestedValue];
    let alike: Vec<String> = alike.into_iter().flat_map(named).collect();
    if !alike.is_empty() {
        cures.push(format!("是不是 {}", alike.join("、")));
    }
    let possible: Vec<String> =
        [ContextKind::ValidValue, ContextKind::ValidSubcommand].into_iter().flat_map(named).collect();
    if !possible.is_empty() {
        cures.push(format!("可选：{}", possible.join("、")));
    }
    let usage = named(ContextKind::Usage).join("");
    let usage = help_in_chinese(usage.trim());
    let command = usage.strip_prefix("用法：").unwrap_or(&usage).split(['[', '<', '-']).next();
    let command = command.map(str::trim).filter(|command| !command.is_empty()).unwrap_or("bidui");
    if !usage.is_empty() {
        cures.push(usage.clone());
    }
    cures.push(format!("{command} --help 列出全部选项"));
    Error::usage(message).hint(cures.join("；"))
}

/// What the parser says of a kind.
fn texts(refusal: &clap::Error, kind: ContextKind) -> Vec<String> {
    match refusal.get(kind) {
        Some(ContextValue::String(text)) => vec![text.clone()],
        Some(ContextValue::Strings(texts)) => texts.clone(),
        Some(ContextValue::StyledStr(text)) => vec![text.to_string()],
        Some(ContextValue::StyledStrs(texts)) => texts.iter().map(ToString::to_string).collect(),
        Some(ContextValue::Number(number)) => vec![number.to_string()],
        _ => Vec::new(),
    }
}

#[cfg(test)]
mod tests {
    use clap::{CommandFactory as _, Parser as _};

    use super::super::CommandArguments;
    use super::*;

    fn refused(line: &str) -> String {
        let refusal = CommandArguments::try_parse_from(line.split(' ')).expect_err(line);
        let error = usage_error(&refusal);
        format!("{}\n{}", error.message(), error.hint_text().unwrap_or_default())
    }

    /// Words of letters that are no option, placeholder, command or value.
    fn english(text: &str) -> Vec<String> {
        const KNOWN: [&str; 3] = ["tip", "error", "try"];
        let words = text.split(|c: char| !c.is_ascii_alphabetic()).filter(|word| word.len() > 2);
        let lower = |word: &&str| word.chars().all(|c| c.is_ascii_lowercase()) || KNOWN.contains(word);
        let sentence = ["the ", "for ", "was ", "not ", "found", "valid", "print ", "usage", "possible"];
        let any = sentence.iter().any(|part| text.to_lowercase().contains(part));
        words.filter(lower).filter(|_| any).map(str::to_owned).collect()
    }

    #[test]
    fn what_is_wrong_is_told_in_chinese_with_the_cure() {
        for (line, parts) in [
            ("bidui rum", &["没有命令“rum”", "是不是 run", "bidui --help"][..]),
            ("bidui", &["没有写命令"]),
            (
                "bidui run x --qarter 2018Q3",
                &["--qarter", "是不是 --quarter", "用法：bidui run", "bidui run --help"],
            ),
            ("bidui run x", &["缺少 --quarter <QUARTER>、--data <DATA>、--out <OUT>"]),
            ("bidui run x --quarter", &["--quarter <QUARTER> 后面没有写值"]),
            ("bidui run x --threads many", &["--threads <THREADS> 不能是“many”", "整数"]),
            ("bidui run x --memory 2", &["--memory <MEMORY> 不能是“2”：内存预算至少 100MB"]),
            ("bidui --read-seconds 0 rules x", &["--read-seconds <READ_SECONDS> 不能是“0”", "范围"]),
            ("bidui rules x --format xml", &["--format <FORMAT> 不能是“xml”", "可选：text、json"]),
            ("bidui rules x --format text --format json", &["--format <FORMAT> 只能写一次"]),
            ("bidui profile x --draft --like y", &["--draft", "不能与", "--like <PIPELINE>", "同时使用"]),
            ("bidui check x --quarter 2018Q3", &["缺少 --data <DATA>"]),
            ("bidui diff a b c", &["多出来的参数：c"]),
        ] {
            let told = refused(line);
            for part in parts {
                assert!(told.contains(part), "no “{part}” of {line}: {told}");
            }
            assert!(english(&told).is_empty(), "{line}: {told}");
        }
    }

    #[test]
    fn every_help_is_chinese() {
        let mut root = CommandArguments::command();
        root.build();
        let commands: Vec<clap::Command> =
            std::iter::once(root.clone()).chain(root.get_subcommands().cloned()).collect();
        assert!(commands.len() > 15);
        for mut command in commands.into_iter().filter(|command| !command.is_hide_set()) {
            for text in [command.render_help(), command.render_long_help()] {
                let text = help_in_chinese(&text.to_string());
                assert!(english(&text).is_empty(), "{text}");
                assert!(text.contains("用法："), "{text}");
            }
            for argument in
                command.get_arguments().filter(|a| !["help", "version"].contains(&a.get_id().as_str()))
            {
                let help = argument.get_help().map(ToString::to_string).unwrap_or_default();
                let chinese = help.chars().any(crate::model::han::is_han);
                assert!(chinese, "{} {}: “{help}”", command.get_name(), argument.get_id());
            }
        }
    }
}
