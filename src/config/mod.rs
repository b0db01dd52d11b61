//! Configuration: the pipeline folder as checked values.
//!
//! In: a folder with `pipeline.toml`, `sources/*.toml` and `codes/*.csv`, and the base folders it
//! includes. Out: [`Pipeline`].
//! Every complaint points at the line and says what to write instead. `link.toml` and the
//! rules are read by their own stages.

use std::collections::BTreeMap;
use std::path::{Path, PathBuf};
use std::sync::Arc;

use sha2::{Digest, Sha256};

use crate::model::period::Period;
use crate::model::work_calendar::WorkCalendar;

pub(crate) mod code_map;
mod division_tables;
pub(crate) mod included_folders;
pub(crate) mod path_pattern;
pub(crate) mod pipeline_settings;
pub(crate) mod publicity_settings;
pub(crate) mod read_options;
mod removed_keys;
pub(crate) mod retention;
pub(crate) mod schema;
mod source_check;
pub(crate) mod source_contract;
mod source_extra;
pub(crate) mod source_file;
pub(crate) mod toml_file;

pub(crate) use included_folders::IncludedFolders;
pub use pipeline_settings::RuleParameter;
pub(crate) use pipeline_settings::{MaskStyle, PipelineSettings};
pub(crate) use source_check::is_reserved_column;
pub use source_contract::ColumnRole;
pub(crate) use source_contract::{SourceColumn, SourceContract};

use crate::model::division::{COUNTY, DivisionTree};
use crate::model::id_number::KnownPrefixes;
use crate::{Error, Result};

/// A checked pipeline folder.
#[derive(Debug, Clone)]
pub struct Pipeline {
    /// The folder.
    pub root: PathBuf,
    /// Its name.
    pub name: String,
    /// `pipeline.toml`.
    pub settings: PipelineSettings,
    /// Source contracts, sorted by name.
    pub sources: Vec<SourceContract>,
    /// Administrative divisions.
    pub divisions: DivisionTree,
    /// Prefixes of ID numbers of the prefecture, if the pipeline names a table of them.
    pub id_prefixes: Option<KnownPrefixes>,
    /// SHA-256 over all files of the folder and of those it includes, lower-case hexadecimal.
    pub digest: String,
    /// The folder and the base folders it includes.
    pub layers: IncludedFolders,
    /// Which days are worked on.
    pub calendar: WorkCalendar,
    /// Contracts of bases that others stand in for.
    pub replaced: Vec<included_folders::ReplacedFile>,
}

impl Pipeline {
    /// Reads and checks the folder.
    ///
    /// # Errors
    /// A file that is missing or not in order, at its line, with the cure; a folder that is no pipeline.
    pub fn open(root: &Path) -> Result<Self> {
        if !root.is_dir() {
            return Err(Error::configuration("流水线文件夹不存在")
                .in_file(root)
                .hint("第一个参数是流水线文件夹，例如 pipelines/hebi"));
        }
        if root.join(included_folders::BASE).is_file() && !root.join(included_folders::PIPELINE).is_file() {
            return Err(Error::configuration("这是供引用的基础规则集，不能单独运行")
                .in_file(root.join(included_folders::BASE))
                .hint("在流水线的 pipeline.toml 里写 [rules] from = [\"../…\"] 引用它"));
        }
        let file = toml_file::TomlFile::read(&root.join(included_folders::PIPELINE))?;
        let mut settings: PipelineSettings = file.parse()?;
        settings.check(&file)?;
        let layers = IncludedFolders::open(root)?;
        settings.parameters = layers.parameters()?;
        let codes = root.join("codes");
        check_division_files(&file, &settings, &codes)?;
        let (mut sources, replaced) = source_check::read_source_contracts(&layers)?;
        if sources.is_empty() {
            return Err(Error::configuration("没有任何数据来源")
                .in_file(root.join("sources"))
                .hint("在 sources/ 里为每个来源放一个 .toml"));
        }
        if sources.len() > 200 {
            return Err(Error::configuration("数据来源太多（最多200个）").in_file(root.join("sources")));
        }
        let id_prefixes = division_tables::load_division_prefixes(&codes, &settings)?;
        let holidays = layers.file("codes/holidays.csv")?;
        let calendar = holidays.map(|table| WorkCalendar::load(&table)).transpose()?.unwrap_or_default();
        let divisions = division_tables::load_division_tables(&codes, &settings)?;
        check_covered_counties(&sources, &divisions)?;
        let counties = divisions.units.iter().filter(|unit| unit.level == COUNTY);
        settings.check_county_parameters(&file, &Vec::from_iter(counties.map(|unit| unit.code.as_str())))?;
        let places = Arc::new(divisions.names());
        sources.iter_mut().for_each(|source| source.places = Arc::clone(&places));
        let name = root
            .canonicalize()
            .ok()
            .and_then(|p| p.file_name().map(|n| n.to_string_lossy().into_owned()))
            .unwrap_or_default();
        Ok(Self {
            root: root.to_owned(),
            name,
            settings,
            sources,
            divisions,
            calendar,
            id_prefixes,
            digest: digest_pipeline(&layers)?,
            layers,
            replaced,
        })
    }
    /// Position of a source.
    pub fn source_index(&self, name: &str) -> Option<usize> {
        self.sources.iter().position(|s| s.name == name)
    }
    /// Source by name.
    pub fn source(&self, name: &str) -> Option<&SourceContract> {
        self.sources.iter().find(|s| s.name == name)
    }
    /// Parameters that hold in `period`.
    pub fn parameters(&self, period: Period) -> BTreeMap<String, RuleParameter> {
        self.settings.parameters(period)
    }
}

/// Complains about a division table that is not in the folder of codes.
/// Every county that a contract names must be one of the prefecture.
fn check_covered_counties(sources: &[SourceContract], divisions: &DivisionTree) -> Result<()> {
    for source in sources {
        for county in &source.period.covers {
            if divisions.find_county(county).is_none() {
                return Err(Error::configuration(format!(
                    "[period] covers 里的“{county}”不是本市的县(市、区)"
                ))
                .in_file(&source.path)
                .hint("写县名或六位代码，见 codes/ 里的县区表"));
            }
        }
    }
    Ok(())
}

fn check_division_files(file: &toml_file::TomlFile, settings: &PipelineSettings, codes: &Path) -> Result<()> {
    for (key, name) in settings.divisions.files() {
        if name.contains(['/', '\\']) || !codes.join(name).is_file() {
            return Err(file
                .complain(&["divisions".into(), key.into()], format!("区划文件不存在：codes/{name}"))
                .hint("文件放在流水线文件夹的 codes/ 里，这里只写文件名"));
        }
    }
    Ok(())
}

/// Digest of a pipeline: names and contents of all its files and of those of the folders it
/// includes, sorted, so that two equal pipelines agree wherever they lie. Names that begin with `.`
/// are not part of a pipeline.
fn digest_pipeline(layers: &IncludedFolders) -> Result<String> {
    fn walk(folder: &Path, prefix: &str, files: &mut BTreeMap<String, PathBuf>) -> Result<()> {
        for entry in std::fs::read_dir(folder).map_err(|e| Error::io("读取文件夹", folder, e))? {
            let entry = entry.map_err(|e| Error::io("读取文件夹", folder, e))?;
            let name = entry.file_name().to_string_lossy().into_owned();
            let kind = entry.file_type().map_err(|e| Error::io("读取文件夹", folder, e))?;
            if name.starts_with('.') {
                continue;
            }
            if kind.is_dir() {
                walk(&entry.path(), &format!("{prefix}{name}/"), files)?;
            } else if kind.is_file() {
                files.insert(format!("{prefix}{name}"), entry.path());
            } else {
                return Err(Error::configuration("流水线文件夹里只能有普通文件")
                    .in_file(entry.path())
                    .hint("把符号链接换成文件本身"));
            }
        }
        Ok(())
    }
    let mut files = BTreeMap::new();
    if let Some(own) = layers.all().first() {
        walk(&own.folder, "", &mut files)?;
    }
    for (name, folder) in layers.named_bases() {
        walk(folder, &format!("../{name}/"), &mut files)?;
    }
    let mut hash = Sha256::new();
    for (name, path) in &files {
        let bytes = std::fs::read(path).map_err(|e| Error::io("读取文件", path, e))?;
        hash.update((name.len() as u64).to_le_bytes());
        hash.update(name.as_bytes());
        hash.update((bytes.len() as u64).to_le_bytes());
        hash.update(&bytes);
    }
    Ok(hash.finalize().iter().map(|b| format!("{b:02x}")).collect())
}

/// Lower-case ASCII letters, digits and underscores, beginning with a letter.
pub(crate) fn is_config_identifier(text: &str) -> bool {
    text.starts_with(|c: char| c.is_ascii_lowercase())
        && text.bytes().all(|b| b.is_ascii_lowercase() || b.is_ascii_digit() || b == b'_')
}

/// The form in which headers are compared: compatibility characters folded, spaces and
/// control characters gone, marks of obligatory fields (`*`) gone.
pub(crate) fn clean_config_header(text: &str) -> String {
    use unicode_normalization::UnicodeNormalization as _;
    let folded: String = text
        .nfkc()
        .filter(|c| !c.is_whitespace() && !c.is_control() && !matches!(c, '\u{feff}' | '\u{200b}'))
        .collect();
    let trimmed = folded.trim_matches(|c| matches!(c, '*' | '★' | ':' | '\'' | '"'));
    trimmed.to_lowercase()
}
