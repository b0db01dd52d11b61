//! Pinned weights of a linkage task: the model as a TOML file of integers.

use crate::link::settings::refuse_heavy_weight;
use std::collections::BTreeMap;
use std::fmt::Write as _;
use std::path::Path;

use serde::Deserialize;

use super::compare::PlannedComparisons;
use super::generic_model::{GenericModel, ModelColumn, PairClass};
use crate::Result;
use crate::config::toml_file::TomlFile;
use crate::link::settings::WeightProvenance;
use crate::table::whole_file::write_whole_file;

#[derive(Deserialize)]
#[serde(deny_unknown_fields)]
struct PinnedModelFile {
    expected_matches: u64,
    provenance: WeightProvenance,
    class: Vec<FileClass>,
}

#[derive(Deserialize)]
#[serde(deny_unknown_fields)]
struct FileClass {
    name: String,
    share: i32,
    levels: BTreeMap<String, BTreeMap<String, i32>>,
}

/// Reads the file and checks that it fits the comparisons of the task.
pub(super) fn read_pinned_weights(path: &Path, comparisons: &PlannedComparisons<'_>) -> Result<GenericModel> {
    let file = TomlFile::read(path)?;
    let pinned: PinnedModelFile = file.parse()?;
    let retrain = "链接列变了就要重新训练：bidui train … --out";
    if pinned.class.len() < 2 || pinned.class[0].name != "match" || pinned.class[1].name != "strangers" {
        return Err(file.complain(&["class".into()], "前两类应是 match 和 strangers").hint(retrain));
    }
    let columns: Vec<ModelColumn> = comparisons
        .columns
        .iter()
        .enumerate()
        .map(|(c, column)| ModelColumn {
            name: column.name.clone(),
            levels: (0..column.levels as u8).map(|level| comparisons.level_code(c, level)).collect(),
        })
        .collect();
    let mut classes = Vec::new();
    for (at, class) in pinned.class.iter().enumerate() {
        let steps = ["class".into(), at.into(), "levels".into()];
        let levels = class.levels.values().flat_map(BTreeMap::values);
        if let Some(why) = levels.chain([&class.share]).find_map(|bits| refuse_heavy_weight(*bits)) {
            return Err(file.complain(&steps[..2], why).hint(retrain));
        }
        if let Some(unknown) = class.levels.keys().find(|name| !columns.iter().any(|c| c.name == **name)) {
            return Err(file
                .complain(&steps, format!("权重文件有链接列“{unknown}”，配置里没有"))
                .hint(retrain));
        }
        let mut levels = Vec::new();
        for column in &columns {
            let given = class.levels.get(&column.name).ok_or_else(|| {
                file.complain(&steps, format!("权重文件没有链接列“{}”", column.name)).hint(retrain)
            })?;
            let mut bits = vec![0];
            for code in &column.levels[1..] {
                bits.push(*given.get(*code).ok_or_else(|| {
                    file.complain(&steps, format!("链接列“{}”缺少等级“{code}”", column.name)).hint(retrain)
                })?);
            }
            levels.push(bits);
        }
        classes.push(PairClass { name: class.name.clone(), share: class.share, levels });
    }
    Ok(GenericModel {
        provenance: pinned.provenance,
        expected_matches: pinned.expected_matches,
        columns,
        classes,
    })
}

/// Writes the model.
pub(super) fn write_pinned_weights(model: &GenericModel, title: &str, path: &Path) -> Result<()> {
    let mut text = format!(
        "# Weights of “{title}”, written by `bidui train`. Log2 of probabilities in 1/1000 bit: the\n\
         # weight of a level is its value under `match` minus its value under `strangers`.\n\
         expected_matches = {}\n\n{}",
        model.expected_matches,
        model.provenance.to_toml()
    );
    for class in &model.classes {
        let _ = write!(text, "\n[[class]]\nname = \"{}\"\nshare = {}\n", class.name, class.share);
        for (column, bits) in model.columns.iter().zip(&class.levels) {
            let _ = writeln!(text, "[class.levels.\"{}\"]", column.name);
            for (code, bits) in column.levels.iter().zip(bits).skip(1) {
                let _ = writeln!(text, "{code} = {bits}");
            }
        }
    }
    write_whole_file(path, 0o644, text.as_bytes())
}
