//! The form of `link.toml`: passes, comparisons, weights, decision, one-per-person sources,
//! households.

use std::collections::BTreeMap;
use std::path::{Path, PathBuf};

use schemars::JsonSchema;
use serde::Deserialize;

use crate::config::Pipeline;
use crate::config::included_folders::find_included_file;
use crate::config::toml_file::{TomlFile, TomlStep, suggest_toml_name};
use crate::link::compare::{DateLevel, DivisionLevel, HanNameLevel, IdLevel, TextLevel};
use crate::link::household_ties::HouseholdLevel;
use crate::{Error, Result};

/// Most that a weight, a threshold or a logarithm in a weights file may be, either way, in 1/1000 bit:
/// no evidence is worth a thousand bits, and the sums over all comparisons fit their type.
pub(crate) const MOST_WEIGHT: i32 = 1_000_000;

/// Says why a number of 1/1000 bit is refused, in Chinese; `None` if it is not.
pub(crate) fn refuse_heavy_weight(millibits: i32) -> Option<String> {
    let within = (-MOST_WEIGHT..=MOST_WEIGHT).contains(&millibits);
    (!within).then(|| format!("权重{millibits}超出范围，应在 -{MOST_WEIGHT} 到 {MOST_WEIGHT} 之间"))
}

/// `link.toml`.
#[derive(Debug, Clone, Deserialize, JsonSchema)]
#[serde(deny_unknown_fields)]
pub struct LinkSettings {
    /// Title for reports, Chinese.
    pub title: String,
    /// Which pairs are compared.
    #[serde(rename = "pass")]
    pub passes: Vec<BlockingPass>,
    /// How pairs are compared and what each level weighs.
    #[serde(rename = "comparison")]
    pub comparisons: Vec<Comparison>,
    /// Pinned weights (written by `bidui train`), beside this file: weights of all comparisons.
    pub weights: Option<PathBuf>,
    /// From which weight on a pair is accepted or shown to a human.
    pub decision: DecisionThresholds,
    /// How records become persons and households.
    #[serde(default)]
    pub resolve: ResolveSettings,
    /// The file, for messages.
    #[serde(skip)]
    pub path: PathBuf,
}

/// A pinned weights file.
#[derive(Debug, Clone, Default, Deserialize, serde::Serialize)]
#[serde(deny_unknown_fields)]
pub struct WeightsFile {
    /// How the weights came about.
    pub provenance: WeightProvenance,
    /// Weight of each level in 1/1000 bit, by comparison.
    pub weights: BTreeMap<String, BTreeMap<String, i32>>,
    /// Log2 of the probability of each level between records of one person, in 1/1000 bit.
    #[serde(default)]
    pub m: BTreeMap<String, BTreeMap<String, i32>>,
    /// The same between records of two persons.
    #[serde(default)]
    pub u: BTreeMap<String, BTreeMap<String, i32>>,
}

/// How weights came about.
#[derive(Debug, Clone, Default, PartialEq, Eq, serde::Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct WeightProvenance {
    /// `em` (without labels), `labels`, or `expert`.
    pub method: String,
    /// Seed of the random pairs.
    #[serde(default)]
    pub seed: u64,
    /// Pairs that were compared for it.
    #[serde(default)]
    pub pairs: u64,
    /// Random pairs among them.
    #[serde(default)]
    pub random_pairs: u64,
    /// Records.
    #[serde(default)]
    pub records: u64,
    /// Rounds until the estimates stood still.
    #[serde(default)]
    pub rounds: u64,
    /// SHA-256 over the input files.
    #[serde(default)]
    pub inputs: String,
}

impl WeightProvenance {
    /// The table `[provenance]`.
    pub fn to_toml(&self) -> String {
        format!(
            "[provenance]\nmethod = \"{}\"\nseed = {}\npairs = {}\nrandom_pairs = {}\nrecords = {}\nrounds = {}\ninputs = \"{}\"\n",
            self.method, self.seed, self.pairs, self.random_pairs, self.records, self.rounds, self.inputs
        )
    }
}

impl WeightsFile {
    /// Reads the file.
    pub fn open(path: &Path) -> Result<Self> {
        TomlFile::read(path)?.parse()
    }
}

/// `[[pass]]`: pairs that share a key are compared.
#[derive(Debug, Clone, Deserialize, JsonSchema)]
#[serde(deny_unknown_fields)]
pub struct BlockingPass {
    /// Short name.
    pub name: String,
    /// Kind of pass.
    #[serde(default)]
    pub kind: PassKind,
    /// Parts of the key; a record that lacks one takes no part.
    #[serde(default)]
    pub keys: Vec<KeyPart>,
    /// Largest block that is compared whole; larger ones are split by `split`, else left out and reported.
    #[serde(default = "default_max_block")]
    pub max_block: u32,
    /// Second key of oversized blocks.
    pub split: Option<KeyPart>,
}

fn default_max_block() -> u32 {
    200
}

/// Kind of pass.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default, Deserialize, JsonSchema)]
#[serde(rename_all = "snake_case")]
pub enum PassKind {
    /// Records that share every part of the key.
    #[default]
    Key,
    /// Records that carry the same usable ID number. What a confirmed number and the name agree
    /// on is settled: later passes compare it with unsettled records only.
    SameId,
    /// ID numbers one slip apart, one of them not confirmed by its check character.
    IdSlip,
    /// Members of households that an accepted pair connects; guardians count as members.
    Household,
}

/// Part of a key.
#[derive(Debug, Clone, Deserialize, JsonSchema)]
#[serde(deny_unknown_fields)]
pub struct KeyPart {
    /// Link column.
    pub column: String,
    /// What is taken of it.
    #[serde(default)]
    pub by: KeyBy,
}

/// What a key takes of a column.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default, Deserialize, JsonSchema)]
#[serde(rename_all = "snake_case")]
pub enum KeyBy {
    /// The whole value (a usable 18-character ID; a folded name; a village as merged).
    #[default]
    Value,
    /// First 15 digits of an ID.
    Prefix15,
    /// First six and last four characters of an ID: what masks show.
    Ends,
    /// Any reading of a Han name, toneless.
    Reading,
    /// Surname of a Han name.
    Surname,
    /// Given name of a Han name, of two or more characters.
    Given,
    /// Characters of a Han name in any order.
    Characters,
    /// First three characters of a text.
    Start3,
    /// Township of a division.
    Township,
    /// Year of a date.
    Year,
    /// Month and day of a date, in either order.
    DayMonth,
}

/// `[[comparison]]`.
#[derive(Debug, Clone, Deserialize, JsonSchema)]
#[serde(deny_unknown_fields)]
pub struct Comparison {
    /// Name; the published column is `level_<name>`.
    pub name: String,
    /// Comparator.
    pub kind: ComparisonKind,
    /// Link column, the same as `name` if absent.
    pub column: Option<String>,
    /// Weight of each level in 1/1000 bit; absent where the file names a weights file.
    #[serde(default)]
    pub weights: BTreeMap<String, i32>,
    /// Agreement on a rare value weighs more.
    #[serde(default)]
    pub term_frequency: bool,
}

impl Comparison {
    /// Link column.
    pub fn column(&self) -> &str {
        self.column.as_deref().unwrap_or(&self.name)
    }
}

/// Comparator of a comparison.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Deserialize, JsonSchema)]
#[serde(rename_all = "snake_case")]
pub enum ComparisonKind {
    /// ID numbers.
    IdNumber,
    /// Han names.
    HanName,
    /// Birth dates: stated, or from the ID number where the other one is stated.
    Birth,
    /// Sex: stated, or from the ID number where the other one is stated.
    Sex,
    /// Dates.
    Date,
    /// Divisions.
    Division,
    /// Households: the same number, or connected by other members.
    Household,
    /// Addresses and texts of several words.
    Text,
    /// Codes.
    Code,
}

impl ComparisonKind {
    /// (code, Chinese label) of every level by its number, missing first.
    pub fn levels(self) -> Vec<(&'static str, &'static str)> {
        macro_rules! list {
            ($level:ty) => {
                <$level>::ALL.iter().map(|l| (l.code(), l.label())).collect()
            };
        }
        match self {
            Self::IdNumber => list!(IdLevel),
            Self::HanName => list!(HanNameLevel),
            Self::Birth | Self::Date => list!(DateLevel),
            Self::Division => list!(DivisionLevel),
            Self::Household => list!(HouseholdLevel),
            Self::Sex => vec![("missing", "一方缺失"), ("equal", "一致"), ("different", "不同")],
            Self::Text | Self::Code => list!(TextLevel),
        }
    }
}

/// `[decision]`, in 1/1000 bit.
#[derive(Debug, Clone, Deserialize, JsonSchema)]
#[serde(deny_unknown_fields)]
pub struct DecisionThresholds {
    /// From here on accepted.
    pub accept: i32,
    /// From here on shown to a human.
    pub review: i32,
    /// What it adds that neither record has another namesake near by in the other's source.
    #[serde(default)]
    pub unique: i32,
    /// What it adds, when all else is linked, that nobody but the two bears the name, one of whom has no usable number, and
    /// that no list has both; 0: such pairs are not looked for.
    #[serde(default)]
    pub sole: i32,
    /// What a pair of one source needs more than a pair of two, unless the numbers are equal.
    #[serde(default)]
    pub within_source: i32,
    /// From here on, less what chance brings among so many records, the nearest record of a list that
    /// somebody is said to be missing from is probably he.
    #[serde(default)]
    pub near_miss: i32,
}

/// `[resolve]`.
#[derive(Debug, Clone, Default, Deserialize, JsonSchema)]
#[serde(deny_unknown_fields, default)]
pub struct ResolveSettings {
    /// Sources with at most one record per person.
    pub one_per_person: Vec<String>,
    /// Groups of sources that one system fills: they repeat each other's mistakes, and none confirms the others'.
    pub one_system: Vec<Vec<String>>,
    /// Sources whose household number makes the resolved household, best first.
    pub household_anchor: Vec<String>,
}

impl LinkSettings {
    /// Are these people with ID numbers and Han names, to whom the guards of linking apply?
    pub(crate) fn links_numbered_people(&self) -> bool {
        self.comparison_of(ComparisonKind::IdNumber).is_some()
            && self.comparison_of(ComparisonKind::HanName).is_some()
    }

    /// By source, in the order of `names`: it has at most one record a person.
    pub(crate) fn single_sources(&self, names: &[String]) -> Vec<bool> {
        names.iter().map(|name| self.resolve.one_per_person.contains(name)).collect()
    }

    /// By source, in the order of `names`: which system fills it.
    pub(crate) fn systems(&self, names: &[String]) -> Vec<u8> {
        let group = |name: &String| self.resolve.one_system.iter().find(|group| group.contains(name));
        let first = |name: &String| {
            let group = group(name)?;
            names.iter().position(|other| group.contains(other))
        };
        names.iter().enumerate().map(|(at, name)| first(name).unwrap_or(at) as u8).collect()
    }

    /// Reads and checks the file; a pipeline folder without one takes that of the base it includes.
    ///
    /// # Errors
    /// A file that is missing or not in order, at its line: an unknown key, weights that do not fit the comparisons.
    pub fn open(path: &Path) -> Result<Self> {
        let file = TomlFile::read(&find_included_file(path)?)?;
        let mut settings: Self = file.parse()?;
        settings.path.clone_from(&file.path);
        settings.pin(&file, path)?;
        settings.check(&file)?;
        Ok(settings)
    }

    /// Reads and checks `link.toml` of a pipeline: sources that it names must be there.
    ///
    /// # Errors
    /// As for [`LinkSettings::open`]; a source that the pipeline does not have.
    pub fn of_pipeline(pipeline: &Pipeline) -> Result<Self> {
        let settings = Self::open(&pipeline.root.join("link.toml"))?;
        settings.check_sources(pipeline)?;
        Ok(settings)
    }

    fn check_sources(&self, pipeline: &Pipeline) -> Result<()> {
        for contract in &pipeline.sources {
            let mut named = contract.marks_lists().into_iter().flat_map(|column| column.listed_in.values());
            if let Some(name) = named.find(|name| pipeline.source(name).is_none()) {
                let error = Error::configuration(format!("listed_in 写的“{name}”不是数据来源"));
                return Err(error
                    .in_file(&contract.path)
                    .hint("右边写 sources/ 里的名字，例如 registry_person"));
            }
        }
        let known: Vec<&str> = pipeline.sources.iter().map(|s| s.name.as_str()).collect();
        let lists: [(Vec<TomlStep<'_>>, &Vec<String>); 2] = [
            (vec!["resolve".into(), "one_per_person".into()], &self.resolve.one_per_person),
            (vec!["resolve".into(), "household_anchor".into()], &self.resolve.household_anchor),
        ];
        let systems = self.resolve.one_system.iter().enumerate();
        let systems =
            systems.map(|(at, names)| (vec!["resolve".into(), "one_system".into(), at.into()], names));
        for (mut place, names) in lists.into_iter().chain(systems) {
            let stray = names.iter().position(|name| !known.contains(&name.as_str()));
            if let Some(at) = stray {
                let name = &names[at];
                place.push(at.into());
                let error =
                    TomlFile::read(&self.path)?.complain(&place, format!("没有名为“{name}”的数据来源"));
                return Err(match suggest_toml_name(name, &known, "可用的来源") {
                    Some(hint) => error.hint(hint),
                    None => error,
                });
            }
        }
        Ok(())
    }

    /// Takes the weights of the pinned file: the one beside the file asked for, else the base's.
    fn pin(&mut self, file: &TomlFile, asked: &Path) -> Result<()> {
        let Some(name) = &self.weights else { return Ok(()) };
        if name.components().count() != 1 {
            return Err(file
                .complain(&["weights".into()], "权重文件应与 link.toml 在同一文件夹")
                .hint("这里只写文件名，例如 weights = \"weights.toml\""));
        }
        let beside = find_included_file(&asked.with_file_name(name))?;
        let pinned = WeightsFile::open(&beside)?;
        for (at, comparison) in self.comparisons.iter_mut().enumerate() {
            if !comparison.weights.is_empty() {
                return Err(file
                    .complain(&["comparison".into(), at.into(), "weights".into()], "权重写了两处")
                    .hint("已有 weights 文件时，这里不再写 [comparison.weights]"));
            }
            comparison.weights = pinned.weights.get(&comparison.name).cloned().unwrap_or_default();
        }
        if let Some(unknown) = pinned.weights.keys().find(|n| !self.comparisons.iter().any(|c| c.name == **n))
        {
            return Err(
                file.complain(&["weights".into()], format!("权重文件有比较项“{unknown}”，这里没有这一项"))
            );
        }
        Ok(())
    }

    /// Position of a comparison of that kind.
    pub fn comparison_of(&self, kind: ComparisonKind) -> Option<usize> {
        self.comparisons.iter().position(|c| c.kind == kind)
    }

    /// Does a pass or a comparison look at the link column?
    pub fn uses(&self, column: &str) -> bool {
        let keys = self.passes.iter().flat_map(|pass| pass.keys.iter().chain(&pass.split));
        keys.map(|key| key.column.as_str()).any(|used| used == column)
            || self.comparisons.iter().any(|c| c.column() == column)
    }

    fn check(&self, file: &TomlFile) -> Result<()> {
        if self.decision.accept < self.decision.review {
            return Err(file
                .complain(&["decision".into(), "accept".into()], "自动匹配的门槛低于复核的门槛")
                .hint("accept 应不小于 review"));
        }
        let DecisionThresholds { accept, review, unique, sole, within_source, near_miss } = self.decision;
        for (key, value) in [
            ("accept", accept),
            ("review", review),
            ("unique", unique),
            ("sole", sole),
            ("within_source", within_source),
            ("near_miss", near_miss),
        ] {
            if let Some(why) = refuse_heavy_weight(value) {
                return Err(file
                    .complain(&["decision".into(), key.into()], why)
                    .hint("单位为千分之一比特，例如 accept = 12000"));
            }
        }
        for (at, pass) in self.passes.iter().enumerate() {
            if pass.kind == PassKind::Key && pass.keys.is_empty() {
                return Err(file
                    .complain(&["pass".into(), at.into()], format!("比对轮次“{}”没有键", pass.name))
                    .hint("写 keys = [{ column = \"name\", by = \"reading\" }, …]"));
            }
        }
        for (at, comparison) in self.comparisons.iter().enumerate() {
            let place = ["comparison".into(), at.into()];
            if !crate::config::is_config_identifier(&comparison.name) {
                return Err(file
                    .complain(&place, format!("比较项名“{}”不合规", comparison.name))
                    .hint("用小写英文字母、数字和下划线"));
            }
            if self.comparisons[..at].iter().any(|c| c.name == comparison.name) {
                return Err(file.complain(&place, format!("比较项“{}”写了两次", comparison.name)));
            }
            let weights = &comparison.weights;
            let levels = comparison.kind.levels();
            let known: Vec<&str> = levels[1..].iter().map(|(code, _)| *code).collect();
            for code in weights.keys() {
                if !known.contains(&code.as_str()) {
                    let steps = [place[0], place[1], "weights".into(), code.as_str().into()];
                    let error = file.complain_key(&steps, format!("不认识的等级“{code}”"));
                    return Err(match suggest_toml_name(code, &known, "可用的等级") {
                        Some(hint) => error.hint(hint),
                        None => error,
                    });
                }
            }
            if let Some((code, why)) =
                weights.iter().find_map(|(code, &w)| Some((code, refuse_heavy_weight(w)?)))
            {
                // Weights of a pinned file are not written here.
                let steps = [place[0], place[1], "weights".into(), code.as_str().into()];
                return Err(match self.weights {
                    Some(_) => file.complain(&["weights".into()], format!("权重文件的等级“{code}”：{why}")),
                    None => file.complain(&steps, why),
                }
                .hint("单位为千分之一比特"));
            }
            if let Some(absent) = known.iter().find(|code| !weights.contains_key(**code)) {
                return Err(file
                    .complain(&[place[0], place[1], "weights".into()], format!("缺少等级“{absent}”的权重"))
                    .hint("每个等级都要写权重，单位为千分之一比特"));
            }
        }
        Ok(())
    }
}
