//! Rules and definitions of a pipeline and of the bases it includes, as one set: whose file holds,
//! and what is switched off.

use std::collections::BTreeMap;
use std::path::{Path, PathBuf};

use super::family;
use super::rule_file::{self, Rule, RuleDefinition};
use super::rule_set::{code_order, with_hint};
use crate::config::IncludedFolders;
use crate::config::included_folders::{OfferedItem, ReplacedFile, sorted_folder_entries};
use crate::config::toml_file::suggest_toml_name;
use crate::{Error, Result};

/// Folder of definitions under `rules/`.
const DEFINITIONS: &str = "definitions";

/// The files of a set, read.
pub(super) struct RuleFiles {
    /// Rules by code.
    pub(super) rules: Vec<Rule>,
    /// Definitions by name.
    pub(super) definitions: Vec<RuleDefinition>,
    /// Files of bases that others stand in for.
    pub(super) replaced: Vec<ReplacedFile>,
    /// Rules that are not run, by code, and why not.
    pub(super) off: BTreeMap<String, String>,
}

/// Reads `rules/` of every folder.
///
/// # Errors
/// A file that cannot be read, a code that two files of one folder or two bases have, a rule
/// switched off that is none or for no reason.
/// Refuses rule files that stand where nobody reads them: beside the folders of the groups, below them, or under another
/// ending. A rule that is not read finds nothing, and nobody would hear of it.
fn refuse_misplaced_rules(rules: &Path) -> Result<()> {
    let may_be_rule = |path: &Path| {
        let name = path.file_name().map(|name| name.to_string_lossy().to_lowercase()).unwrap_or_default();
        name.ends_with(".sql") || name.contains(".sql.")
    };
    let is_read = |path: &Path| path.extension().is_some_and(|ending| ending == "sql");
    let misplaced = |path: PathBuf| {
        Err(Error::configuration("这个规则文件的位置或扩展名不对，没有人读它")
            .in_file(path)
            .hint("放进 rules/ 下的一个主题文件夹，扩展名写小写的 .sql，例如 rules/assistance/R01_….sql；不用的移出 rules/"))
    };
    for entry in sorted_folder_entries(rules)? {
        if !entry.is_dir() {
            if may_be_rule(&entry) {
                return misplaced(entry);
            }
            continue;
        }
        for inner in sorted_folder_entries(&entry)? {
            let nested = if inner.is_dir() { sorted_folder_entries(&inner)? } else { Vec::new() };
            if let Some(path) = nested.into_iter().find(|path| may_be_rule(path)) {
                return misplaced(path);
            }
            if !inner.is_dir() && may_be_rule(&inner) && !is_read(&inner) {
                return misplaced(inner);
            }
        }
    }
    Ok(())
}

pub(super) fn read_included_rules(layers: &IncludedFolders) -> Result<RuleFiles> {
    let (mut rules, mut definitions) = (Vec::new(), Vec::new());
    for (layer, one) in layers.all().iter().enumerate() {
        let above = one.folder.join("rules");
        refuse_misplaced_rules(&above)?;
        for folder in sorted_folder_entries(&above)?.into_iter().filter(|p| p.is_dir()) {
            let group = folder.file_name().map(|n| n.to_string_lossy().into_owned()).unwrap_or_default();
            for path in sorted_folder_entries(&folder)?
                .into_iter()
                .filter(|p| p.extension().is_some_and(|e| e == "sql"))
            {
                let text = read_rule_text(&path)?;
                if group == DEFINITIONS {
                    let value = rule_file::parse_definition(&path, text)?;
                    definitions.push(OfferedItem { layer, key: value.header.name.clone(), path, value });
                } else {
                    rules.extend(family::parse_family(&path, &group, text)?.into_iter().map(|value| {
                        OfferedItem { layer, key: value.header.code.clone(), path: path.clone(), value }
                    }));
                }
            }
        }
    }
    let (rules, mut replaced) = layers.choose("规则", rules)?;
    let (definitions, replaced_definitions) = layers.choose("定义", definitions)?;
    replaced.extend(replaced_definitions);
    let off = switched_off(layers, &rules)?;
    let mut rules: Vec<Rule> = rules.into_iter().map(|offer| offer.value).collect();
    rules.sort_by_key(|rule| code_order(&rule.header.code));
    for pair in rules.windows(2) {
        if pair[0].header.code == pair[1].header.code {
            let first = pair[0].file.path.display();
            return Err(pair[1]
                .file
                .complain_key("code", format!("规则编号“{}”重复", pair[1].header.code))
                .hint(format!("另一条在 {first}；换一个编号")));
        }
    }
    let definitions = definitions.into_iter().map(|offer| offer.value).collect();
    Ok(RuleFiles { rules, definitions, replaced, off })
}

/// Reads the rules of one file, wherever it lies; its folder is their group.
///
/// # Errors
/// A file that cannot be read, or is not in order, at its line.
pub(super) fn read_rule_file(path: &Path) -> Result<Vec<Rule>> {
    let folder = path.parent().and_then(Path::file_name);
    let group = folder.map(|name| name.to_string_lossy().into_owned()).unwrap_or_default();
    family::parse_family(path, &group, read_rule_text(path)?)
}

fn read_rule_text(path: &Path) -> Result<String> {
    std::fs::read_to_string(path).map_err(|e| {
        Error::configuration("规则文件读不出来").in_file(path).hint("文件应为 UTF-8 文本").caused_by(e)
    })
}

/// Rules that a folder switches off, and why.
fn switched_off(layers: &IncludedFolders, rules: &[OfferedItem<Rule>]) -> Result<BTreeMap<String, String>> {
    let mut off = BTreeMap::new();
    for (position, layer) in layers.all().iter().enumerate() {
        for (code, reason) in &layer.rules.off {
            let steps = ["rules".into(), "off".into(), code.as_str().into()];
            let Some(rule) = rules.iter().find(|rule| rule.key == *code) else {
                let known: Vec<&str> = rules.iter().map(|rule| rule.key.as_str()).collect();
                let error = layer.head.complain_key(&steps, format!("没有编号为“{code}”的规则"));
                return Err(with_hint(error, suggest_toml_name(code, &known, "现有规则")));
            };
            if reason.trim().is_empty() {
                return Err(layer
                    .head
                    .complain(&steps, format!("没有写为什么停用规则“{code}”"))
                    .hint("用核查人员看得懂的话写一句；发布里按这句话列为未运行"));
            }
            // Whoever includes the folder may have put a rule of its own in the place.
            if rule.layer == position || layers.includes(position, rule.layer) {
                off.entry(code.clone()).or_insert_with(|| reason.trim().to_owned());
            }
        }
    }
    Ok(off)
}
