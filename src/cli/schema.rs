//! `bidui schema`: JSON Schemas of the configuration files, for editors.

use std::path::PathBuf;

use clap::Args;

use super::Console;
use crate::table::whole_file::write_whole_file;
use crate::{Error, Result, config};

/// Arguments of `bidui schema`.
#[derive(Debug, Args)]
pub struct SchemaArguments {
    /// 哪一个（不给则列出全部名称）
    name: Option<String>,
    /// 把全部 Schema 写入此文件夹
    #[arg(long, conflicts_with = "name")]
    out: Option<PathBuf>,
}

/// Lists (file name without extension, schema) of every configuration file.
pub fn all_schemas() -> Vec<(&'static str, serde_json::Value)> {
    let mut all = config::schema::config_schemas();
    all.push(("rule", crate::rules::rule_set::header_schema().to_value()));
    all.push(("situations", crate::rules::situation_file::situations_schema().to_value()));
    all.push(("link", schemars::schema_for!(crate::link::settings::LinkSettings).to_value()));
    all.sort_by_key(|(name, _)| *name);
    all
}

/// Runs `bidui schema`.
///
/// # Errors
/// An unknown name, a folder that cannot be written.
pub fn execute(arguments: &SchemaArguments, console: &mut Console<'_>) -> Result<u8> {
    let all = all_schemas();
    if let Some(folder) = &arguments.out {
        std::fs::create_dir_all(folder).map_err(|e| Error::io("新建文件夹", folder, e))?;
        for (name, schema) in &all {
            let file = folder.join(format!("{name}.json"));
            write_whole_file(&file, 0o644, config::schema::schema_text(schema).as_bytes())?;
        }
        return Ok(0);
    }
    match &arguments.name {
        None => {
            for (name, _) in &all {
                console.line(name)?;
            }
        }
        Some(wanted) => {
            let Some((_, schema)) = all.iter().find(|(name, _)| name == wanted) else {
                let names: Vec<_> = all.iter().map(|(name, _)| name.to_string()).collect();
                return Err(Error::usage(format!("没有名为“{wanted}”的 Schema"))
                    .hint(format!("可选：{}", names.join("、"))));
            };
            console.line(config::schema::schema_text(schema).trim_end())?;
        }
    }
    Ok(0)
}
