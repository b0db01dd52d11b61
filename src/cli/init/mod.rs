//! `bidui init`: a new pipeline folder to start from, empty or with a base rule set.

use std::path::{Path, PathBuf};

use clap::Args;

use super::Console;
use crate::table::whole_file::{make_folder, write_whole_file};
use crate::{Error, Result};

mod base_copy;
mod division_files;
mod from_base;

/// Arguments of `bidui init`.
#[derive(Debug, Args)]
pub(super) struct InitArguments {
    /// 新文件夹，例如 pipelines/anyang
    folder: PathBuf,
    /// 采用现成的规则集：hebi 或 base、longan-2025 或 base-2025（程序自带），或一个流水线、基础规则集的文件夹
    #[arg(long, requires = "code", requires = "name")]
    from: Option<String>,
    /// 本县（区）的6位行政区划代码，例如 410526
    #[arg(long, requires = "from")]
    code: Option<String>,
    /// 本县（区）的名称，例如 滑县
    #[arg(long, requires = "from")]
    name: Option<String>,
    /// 所属地级市的名称（默认：从数据里找）
    #[arg(long, requires = "from", value_name = "NAME")]
    prefecture: Option<String>,
    /// 乡镇、村的代码表：任何一种表格文件，两列“代码、名称”（9位乡镇、12位村）
    #[arg(long, requires = "from", value_name = "FILE")]
    divisions: Option<PathBuf>,
    /// 没有代码表时，从此文件夹的名单里找出乡镇和村
    #[arg(long, requires = "from", value_name = "DIR")]
    data: Option<PathBuf>,
}

/// Files of a pipeline that passes `bidui check` as it stands.
const FILES: [(&str, &str); 7] = [
    ("pipeline.toml", include_str!("pipeline.toml")),
    ("link.toml", include_str!("link.toml")),
    ("rules/rules.toml", include_str!("rules.toml")),
    ("sources/people.toml", include_str!("people.toml")),
    ("codes/counties.csv", include_str!("counties.csv")),
    ("codes/townships.csv", include_str!("townships.csv")),
    ("codes/villages.csv", include_str!("villages.csv")),
];

pub(super) fn execute(arguments: &InitArguments, console: &mut Console<'_>) -> Result<u8> {
    let folder = &arguments.folder;
    if folder.exists() {
        return Err(Error::usage("文件夹已存在，不覆盖").in_file(folder).hint("换一个名字，或先移走原来的"));
    }
    if let (Some(from), Some(code), Some(name)) = (&arguments.from, &arguments.code, &arguments.name) {
        return from_base::new_pipeline(arguments, (from, code, name), console);
    }
    for (name, text) in FILES {
        write_initial_file(&folder.join(name), text.as_bytes())?;
    }
    console.line(&format!("已新建 {}", folder.display()))?;
    console.say("下一步：改 pipeline.toml 和 sources/，再运行 bidui check")?;
    console.say("注意：这个文件夹没有任何规则，运行不会找出疑点；要现成的名单约定和规则，用 bidui init 文件夹 --from hebi --code 县代码 --name 县名")?;
    Ok(0)
}

fn write_initial_file(path: &Path, text: &[u8]) -> Result<()> {
    let parent = path.parent().unwrap_or(Path::new("."));
    make_folder(parent)?;
    write_whole_file(path, 0o644, text)
}
