//! `bidui init`: a new pipeline folder to start from.

use std::path::{Path, PathBuf};

use clap::Args;

use super::Console;
use crate::{Error, Result};

/// Arguments of `bidui init`.
#[derive(Debug, Args)]
pub(super) struct InitArguments {
    /// 新文件夹，例如 pipelines/anyang
    folder: PathBuf,
}

/// Files of a pipeline that passes `bidui check` as it stands.
const FILES: [(&str, &str); 7] = [
    ("pipeline.toml", include_str!("init/pipeline.toml")),
    ("link.toml", include_str!("init/link.toml")),
    ("rules/rules.toml", include_str!("init/rules.toml")),
    ("sources/people.toml", include_str!("init/people.toml")),
    ("codes/counties.csv", include_str!("init/counties.csv")),
    ("codes/townships.csv", include_str!("init/townships.csv")),
    ("codes/villages.csv", include_str!("init/villages.csv")),
];

pub(super) fn execute(arguments: &InitArguments, console: &mut Console<'_>) -> Result<u8> {
    let folder = &arguments.folder;
    if folder.exists() {
        return Err(Error::usage("文件夹已存在，不覆盖").in_file(folder).hint("换一个名字，或先移走原来的"));
    }
    for (name, text) in FILES {
        write_initial_file(&folder.join(name), text)?;
    }
    console.line(&format!("已新建 {}", folder.display()))?;
    console.say("下一步：改 pipeline.toml 和 sources/，再运行 bidui check")?;
    Ok(0)
}

fn write_initial_file(path: &Path, text: &str) -> Result<()> {
    let parent = path.parent().unwrap_or(Path::new("."));
    std::fs::create_dir_all(parent).map_err(|e| Error::io("新建文件夹", parent, e))?;
    std::fs::write(path, text).map_err(|e| Error::io("写文件", path, e))
}
