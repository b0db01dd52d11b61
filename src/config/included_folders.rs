//! The folders a pipeline is made of: its own, and the base rule sets it includes.
//!
//! In: `[rules] from = ["../base"]` of `pipeline.toml`, or of the `base.toml` of a folder that
//! only others run. Out: [`IncludedFolders`], which says whose file holds where several have one: the
//! including folder's before that of what it includes.

use std::collections::{BTreeMap, BTreeSet};
use std::path::{Component, Path, PathBuf};

use schemars::JsonSchema;
use serde::Deserialize;

use super::pipeline_settings::{ParametersByPeriod, check_kinds, check_parameters};
use super::toml_file::TomlFile;
use crate::{Error, Result};

/// File that heads a folder which only others run.
pub(super) const BASE: &str = "base.toml";
/// File that heads a pipeline.
pub(super) const PIPELINE: &str = "pipeline.toml";

/// `[rules]` of `pipeline.toml` and `base.toml`.
#[derive(Debug, Clone, Default, Deserialize, JsonSchema)]
#[serde(deny_unknown_fields, default)]
pub struct RuleInclusion {
    /// Base folders, relative to this one, within the folder that holds the pipelines.
    pub from: Vec<String>,
    /// Rules that are not run here, by code, and why not, in Chinese.
    pub off: BTreeMap<String, String>,
}

/// `base.toml`.
#[derive(Debug, Clone, Deserialize, JsonSchema)]
#[serde(deny_unknown_fields)]
#[expect(dead_code, reason = "read to be checked, and for its JSON Schema; `FolderHead` takes what matters")]
pub(crate) struct BaseSettings {
    /// Chinese title of the rule set.
    pub title: String,
    /// What it includes itself.
    #[serde(default)]
    pub rules: RuleInclusion,
    /// Sources that a new pipeline requires (`bidui init --from`); those that a contract requires besides are
    /// optional there until it says otherwise. Empty: all that the contracts require.
    #[serde(default)]
    pub first_sources: Vec<String>,
    /// Parameters of rules, as in `pipeline.toml`; whoever includes this may set them anew.
    #[serde(default)]
    #[schemars(with = "BTreeMap<String, BTreeMap<String, serde_json::Value>>")]
    pub parameters: ParametersByPeriod,
}

/// What of a head file matters to those who include the folder; a whole pipeline may be included too.
#[derive(Deserialize)]
struct FolderHead {
    #[serde(default)]
    rules: RuleInclusion,
    #[serde(default)]
    first_sources: Vec<String>,
    #[serde(default)]
    parameters: ParametersByPeriod,
}

/// One folder.
#[derive(Debug, Clone)]
pub struct IncludedFolder {
    /// The folder, as messages name it.
    pub folder: PathBuf,
    /// Its `pipeline.toml` or `base.toml`.
    pub head: TomlFile,
    /// `[rules]` of the head.
    pub rules: RuleInclusion,
    /// Sources that a new pipeline requires, if the head names any.
    pub first_sources: Vec<String>,
    parameters: ParametersByPeriod,
    /// Path below the folder that holds the pipelines.
    name: String,
    /// Positions of all it includes, directly or not.
    below: BTreeSet<usize>,
}

/// Something that a folder offers under a name that others may use too.
#[derive(Debug, Clone)]
pub struct OfferedItem<T> {
    /// Position of the folder.
    pub layer: usize,
    /// Name.
    pub key: String,
    /// File.
    pub path: PathBuf,
    /// The thing.
    pub value: T,
}

/// A file of a base that another stands in for.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct ReplacedFile {
    /// Kind and name, Chinese: `规则“R30”`.
    pub what: String,
    /// The file that holds.
    pub by: PathBuf,
    /// The file that does not.
    pub of: PathBuf,
}

/// The folders of a pipeline, its own first.
#[derive(Debug, Clone)]
pub struct IncludedFolders {
    list: Vec<IncludedFolder>,
}

impl IncludedFolders {
    /// Reads the head files of the pipeline in `root` and of all it includes.
    ///
    /// # Errors
    /// A base that is missing, lies outside the folder that holds the pipelines, or includes
    /// whoever includes it; a head file that is wrong.
    pub fn open(root: &Path) -> Result<Self> {
        let head = TomlFile::read(&root.join(PIPELINE))?;
        let own = real_folder_path(root)?;
        let holder = own.parent().unwrap_or(&own).to_owned();
        let mut walk = InclusionWalk { holder, list: Vec::new(), places: Vec::new(), open: Vec::new() };
        walk.include(root.to_owned(), own, head)?;
        let layers = Self { list: walk.list };
        for layer in &layers.list {
            check_parameters(&layer.head, &layer.parameters)?;
        }
        Ok(layers)
    }
    /// The folders, the pipeline's own first, each before what only it includes.
    pub fn all(&self) -> &[IncludedFolder] {
        &self.list
    }
    /// The base folders.
    pub fn bases(&self) -> &[IncludedFolder] {
        self.list.get(1..).unwrap_or_default()
    }
    /// Whether `upper` includes `lower`.
    pub fn includes(&self, upper: usize, lower: usize) -> bool {
        self.list.get(upper).is_some_and(|layer| layer.below.contains(&lower))
    }
    /// Of things offered under one name those that hold, by name, and the files that are replaced.
    /// Several of one folder are left for the caller to complain about.
    ///
    /// # Errors
    /// Two bases have the name, and nobody who includes both has it as well.
    pub fn choose<T>(
        &self,
        what: &str,
        offers: Vec<OfferedItem<T>>,
    ) -> Result<(Vec<OfferedItem<T>>, Vec<ReplacedFile>)> {
        let mut named: BTreeMap<String, Vec<OfferedItem<T>>> = BTreeMap::new();
        for offer in offers {
            named.entry(offer.key.clone()).or_default().push(offer);
        }
        let (mut chosen, mut replaced) = (Vec::new(), Vec::new());
        for (key, offers) in named {
            let layers: BTreeSet<usize> = offers.iter().map(|o| o.layer).collect();
            let under = |layer: usize| layers.iter().any(|&upper| self.includes(upper, layer));
            let (lower, upper): (Vec<_>, Vec<_>) = offers.into_iter().partition(|o| under(o.layer));
            if let [first, .., last] = &upper[..]
                && first.layer != last.layer
            {
                return Err(Error::configuration(format!("两个基础规则集都有{what}“{key}”"))
                    .in_file(&last.path)
                    .hint(format!(
                        "另一份在 {}；在引用它们的文件夹里放一份同名的来代替，或只引用其中一个",
                        first.path.display()
                    )));
            }
            for of in lower {
                let by = upper.first().map(|u| u.path.clone()).unwrap_or_default();
                replaced.push(ReplacedFile { what: format!("{what}“{key}”"), by, of: of.path });
            }
            chosen.extend(upper);
        }
        Ok((chosen, replaced))
    }
    /// Files `<folder>/*.<extension>` of all folders, the key being the name without extension.
    pub fn files(&self, folder: &str, extension: &str) -> Result<Vec<OfferedItem<()>>> {
        let mut offers = Vec::new();
        for (layer, one) in self.list.iter().enumerate() {
            for path in sorted_folder_entries(&one.folder.join(folder))? {
                if path.extension().is_some_and(|e| e == extension) {
                    let key = path.file_stem().map(|s| s.to_string_lossy().into_owned()).unwrap_or_default();
                    offers.push(OfferedItem { layer, key, path, value: () });
                }
            }
        }
        Ok(offers)
    }
    /// The file of this name that holds, e.g. `codes/registry.csv`; `None` if no folder has it.
    pub fn file(&self, name: &str) -> Result<Option<PathBuf>> {
        let path = |layer: &IncludedFolder| Some(layer.folder.join(name)).filter(|path| path.is_file());
        let having = self.list.iter().enumerate().filter_map(|(layer, one)| Some((layer, path(one)?)));
        let offers = having.map(|(layer, path)| OfferedItem { layer, key: name.to_owned(), path, value: () });
        let (chosen, _) = self.choose("文件", offers.collect())?;
        Ok(chosen.into_iter().next().map(|offer| offer.path))
    }
    /// Parameters of the pipeline: what a folder sets holds against what its bases set for the same
    /// time, its `default` against all of theirs.
    ///
    /// # Errors
    /// A parameter whose type is not the same throughout, or that two bases set differently.
    pub fn parameters(&self) -> Result<ParametersByPeriod> {
        self.parameters_from(0)
    }
    /// Parameters as they hold in the folder at `layer`, without regard to whoever includes it.
    pub fn parameters_from(&self, layer: usize) -> Result<ParametersByPeriod> {
        let mut seen: Vec<usize> =
            self.list.get(layer).map(|l| l.below.iter().copied().collect()).unwrap_or_default();
        seen.push(layer);
        let mut merged: BTreeMap<(String, String), (usize, toml::Value)> = BTreeMap::new();
        for &at in &seen {
            for (period, name, value) in flat(&self.list[at].parameters) {
                let covered = seen.iter().any(|&upper| {
                    self.includes(upper, at)
                        && flat(&self.list[upper].parameters)
                            .any(|(p, n, _)| n == name && (p == "default" || period.starts_with(p)))
                });
                if covered {
                    continue;
                }
                let key = (period.to_owned(), name.to_owned());
                if let Some((other, old)) = merged.insert(key, (at, value.clone()))
                    && old != *value
                {
                    let message = format!("两个基础规则集的参数“{name}”({period})不同");
                    return Err(self.list[at]
                        .head
                        .complain(&["parameters".into(), period.into(), name.into()], message)
                        .hint(format!(
                            "另一处在 {}；在引用它们的文件夹里写明用哪一个",
                            self.list[other].head.path.display()
                        )));
                }
            }
        }
        let mut parameters = ParametersByPeriod::new();
        let mut origins = BTreeMap::new();
        for ((period, name), (at, value)) in merged {
            origins.insert((period.clone(), name.clone()), &self.list[at].head);
            parameters.entry(period).or_default().insert(name, value);
        }
        check_kinds(&parameters, |period, name| origins.get(&(period.to_owned(), name.to_owned())).copied())?;
        Ok(parameters)
    }
    /// (name of the folder, folder) of each base, for the digest.
    pub(crate) fn named_bases(&self) -> impl Iterator<Item = (&str, &Path)> {
        self.bases().iter().map(|layer| (layer.name.as_str(), layer.folder.as_path()))
    }
}

/// The file at `path`; where there is none and a pipeline stands beside it, that of a base.
///
/// # Errors
/// A pipeline whose bases are not in order.
pub(crate) fn find_included_file(path: &Path) -> Result<PathBuf> {
    let folder = match path.parent() {
        Some(folder) if !folder.as_os_str().is_empty() => folder,
        _ => Path::new("."),
    };
    if path.is_file() || !folder.join(PIPELINE).is_file() {
        return Ok(path.to_owned());
    }
    let name = path.file_name().map(|n| n.to_string_lossy().into_owned()).unwrap_or_default();
    Ok(IncludedFolders::open(folder)?.file(&name)?.unwrap_or_else(|| path.to_owned()))
}

fn flat(parameters: &ParametersByPeriod) -> impl Iterator<Item = (&str, &str, &toml::Value)> {
    parameters.iter().flat_map(|(period, values)| {
        values.iter().map(move |(name, value)| (period.as_str(), name.as_str(), value))
    })
}

/// Sorted entries of a folder; none if it is not there.
pub(crate) fn sorted_folder_entries(folder: &Path) -> Result<Vec<PathBuf>> {
    let mut paths = Vec::new();
    if folder.is_dir() {
        for entry in std::fs::read_dir(folder).map_err(|e| Error::io("读取文件夹", folder, e))? {
            paths.push(entry.map_err(|e| Error::io("读取文件夹", folder, e))?.path());
        }
    }
    paths.sort();
    Ok(paths)
}

fn real_folder_path(path: &Path) -> Result<PathBuf> {
    path.canonicalize().map_err(|e| Error::io("读取文件夹", path, e))
}

/// `folder` and a relative path as one path without `..` where that is possible: what messages show.
fn join_folder_path(folder: &Path, relative: &str) -> PathBuf {
    let mut path = if folder == Path::new(".") { PathBuf::new() } else { folder.to_owned() };
    for part in Path::new(relative).components() {
        match part {
            Component::ParentDir if matches!(path.components().next_back(), Some(Component::Normal(_))) => {
                path.pop();
            }
            Component::CurDir => {}
            other => path.push(other),
        }
    }
    path
}

/// Goes from folder to folder.
struct InclusionWalk {
    /// Folder that holds the pipelines.
    holder: PathBuf,
    list: Vec<IncludedFolder>,
    /// Where each of them really is.
    places: Vec<PathBuf>,
    /// Positions of those whose bases are being read.
    open: Vec<usize>,
}

impl InclusionWalk {
    fn include(&mut self, folder: PathBuf, place: PathBuf, head: TomlFile) -> Result<usize> {
        let at = self.list.len();
        let FolderHead { rules, first_sources, parameters } = head.parse()?;
        let name = place.strip_prefix(&self.holder).unwrap_or(&place).to_string_lossy().replace('\\', "/");
        let from = rules.from.clone();
        let below = BTreeSet::new();
        self.list.push(IncludedFolder { folder, head, rules, first_sources, parameters, name, below });
        self.places.push(place);
        self.open.push(at);
        for (number, relative) in from.iter().enumerate() {
            let base = self.base(at, number, relative)?;
            let below = self.list[base].below.clone();
            self.list[at].below.insert(base);
            self.list[at].below.extend(below);
        }
        self.open.pop();
        Ok(at)
    }

    /// Position of a base that the folder at `at` names.
    fn base(&mut self, at: usize, number: usize, relative: &str) -> Result<usize> {
        let complain = |list: &[IncludedFolder], message: String| {
            list[at].head.complain(&["rules".into(), "from".into(), number.into()], message)
        };
        if relative.is_empty() || relative.contains('\\') || Path::new(relative).is_absolute() {
            return Err(complain(&self.list, format!("引用的文件夹“{relative}”应写相对路径"))
                .hint("相对于本文件所在的文件夹，例如 from = [\"../base\"]"));
        }
        let folder = join_folder_path(&self.list[at].folder, relative);
        let Ok(place) = folder.canonicalize() else {
            return Err(complain(&self.list, format!("引用的基础规则集不存在：{}", folder.display()))
                .hint("检查 from 里的路径；它相对于本文件所在的文件夹"));
        };
        if place == self.holder || !place.starts_with(&self.holder) {
            let holder =
                self.holder.file_name().map(|n| n.to_string_lossy().into_owned()).unwrap_or_default();
            return Err(complain(&self.list, format!("引用的文件夹“{relative}”在“{holder}”之外"))
                .hint("基础规则集与流水线放在同一个文件夹里，例如 pipelines/base 和 pipelines/hebi"));
        }
        if let Some(known) = self.places.iter().position(|p| *p == place) {
            let Some(first) = self.open.iter().position(|&o| o == known) else { return Ok(known) };
            let circle = self.open[first..].iter().chain([&known]);
            let names: Vec<String> = circle.map(|&o| self.list[o].head.path.display().to_string()).collect();
            return Err(complain(&self.list, format!("规则集互相引用，成了圈：{}", names.join(" → ")))
                .hint("去掉其中一处引用"));
        }
        let head = [BASE, PIPELINE].map(|name| folder.join(name)).into_iter().find(|path| path.is_file());
        let Some(head) = head else {
            return Err(complain(&self.list, format!("{} 不是规则集：没有 base.toml", folder.display()))
                .hint("供引用的文件夹里放一个 base.toml，至少写 title = \"…\""));
        };
        let file = TomlFile::read(&head)?;
        if head.ends_with(BASE) {
            file.parse::<BaseSettings>()?;
        }
        self.include(folder, place, file)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn paths_are_shown_without_detours() {
        let shown = |folder: &str, relative: &str| {
            join_folder_path(Path::new(folder), relative).display().to_string()
        };
        assert_eq!(shown("pipelines/hebi", "../base"), "pipelines/base");
        assert_eq!(shown("hebi", "../base"), "base");
        assert_eq!(shown(".", "../base"), "../base");
        assert_eq!(shown("../hebi", "./../base"), "../base");
    }
}
