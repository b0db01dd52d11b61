//! The configuration of `bidui link`.

use std::collections::BTreeMap;
use std::path::{Path, PathBuf};

use schemars::JsonSchema;
use serde::Deserialize;

use super::block::KeyForm;
use crate::config::toml_file::TomlFile;
use crate::link::pair_weights::MOST;
use crate::normalize::LinkColumnKind;
use crate::{Error, Result};

/// A linkage task.
#[derive(Debug, Clone, Deserialize, JsonSchema)]
#[serde(deny_unknown_fields)]
pub(crate) struct GenericSettings {
    /// What is linked.
    pub title: String,
    /// Tables: one is deduplicated, several are linked.
    pub table: Vec<GenericTable>,
    /// Link columns by name; each is compared by its kind.
    pub columns: BTreeMap<String, GenericColumn>,
    /// Also look for duplicates within tables that are not marked `deduplicated` (always so for one table).
    #[serde(default)]
    pub within: bool,
    /// Probability in 1/10000 from which a pair is accepted.
    #[serde(default = "default_accept")]
    pub accept: u32,
    /// Probability in 1/10000 from which a pair is kept for review.
    #[serde(default = "default_review")]
    pub review: u32,
    /// Seed of the random pairs from which u is estimated.
    #[serde(default = "default_generic_seed")]
    pub seed: u64,
    /// Candidate pairs that one blocking pass may yield, per record.
    #[serde(default = "default_pairs_per_record")]
    pub pairs_per_record: u32,
    /// Pinned weights (written by `bidui train`), beside this file; without it weights are trained.
    pub weights: Option<PathBuf>,
    /// Which pairs are compared; chosen by cost if absent.
    #[serde(default, rename = "pass")]
    pub passes: Vec<GenericPass>,
    /// Largest block that is compared whole where `pass` does not say.
    #[serde(default = "default_max_block")]
    pub max_block: u32,
}

/// One table.
#[derive(Debug, Clone, Deserialize, JsonSchema)]
#[serde(deny_unknown_fields)]
pub(crate) struct GenericTable {
    /// Name, also the first part of record ids.
    pub name: String,
    /// File: CSV, XLSX, XLS, DBF or Parquet, relative to the data folder.
    pub file: PathBuf,
    /// Column that identifies a row; the row number if absent.
    pub record_id: Option<String>,
    /// At most one record per entity.
    #[serde(default)]
    pub deduplicated: bool,
    /// Look for duplicates within this table; as `within` says if absent.
    pub within: Option<bool>,
    /// Header → link column, where they differ.
    #[serde(default)]
    pub headers: BTreeMap<String, String>,
}

/// One link column.
#[derive(Debug, Clone, Deserialize, JsonSchema)]
#[serde(deny_unknown_fields)]
pub(crate) struct GenericColumn {
    /// What it holds: `western_name`, `han_name`, `id_number`, `text`, `email`, `date`, `code`,
    /// `number`, `postcode`, `phone`, `sex`, `relation`, `exact`.
    pub kind: String,
}

/// `[[pass]]`: pairs that share every key are compared.
#[derive(Debug, Clone, Deserialize, JsonSchema)]
#[serde(deny_unknown_fields)]
pub(crate) struct GenericPass {
    /// Keys, `column` or `column:form`; forms are `value`, `sound`, `start`, `year_month`, `month_day`.
    pub keys: Vec<String>,
    /// Largest block that is compared whole; larger ones are split by `split`, else left out and reported.
    pub max_block: Option<u32>,
    /// Second key of oversized blocks; the finest key of another column if absent.
    pub split: Option<String>,
}

fn default_accept() -> u32 {
    5_000
}
fn default_review() -> u32 {
    1_000
}
fn default_generic_seed() -> u64 {
    20_181_231
}
fn default_pairs_per_record() -> u32 {
    60
}
fn default_max_block() -> u32 {
    1_000
}

const KINDS: [(&str, LinkColumnKind); 13] = [
    ("id_number", LinkColumnKind::IdNumber),
    ("han_name", LinkColumnKind::HanName),
    ("western_name", LinkColumnKind::WesternName),
    ("text", LinkColumnKind::Text),
    ("email", LinkColumnKind::Text),
    ("date", LinkColumnKind::Date),
    ("code", LinkColumnKind::Code),
    ("number", LinkColumnKind::Number),
    ("postcode", LinkColumnKind::Postcode),
    ("phone", LinkColumnKind::Phone),
    ("sex", LinkColumnKind::Sex),
    ("relation", LinkColumnKind::Relation),
    ("exact", LinkColumnKind::Exact),
];

impl GenericColumn {
    /// The kind, checked by [`GenericSettings::open`].
    pub(crate) fn kind(&self) -> LinkColumnKind {
        KINDS.iter().find(|(name, _)| *name == self.kind).map_or(LinkColumnKind::Text, |(_, kind)| *kind)
    }
}

impl GenericSettings {
    /// Reads and checks the file.
    pub(crate) fn open(path: &Path) -> Result<Self> {
        let file = TomlFile::read(path)?;
        let settings: Self = file.parse()?;
        settings.check(&file)?;
        Ok(settings)
    }
    /// Complains about what the form alone cannot express.
    fn check(&self, file: &TomlFile) -> Result<()> {
        for (name, column) in &self.columns {
            if !KINDS.iter().any(|(kind, _)| *kind == column.kind) {
                let kinds: Vec<_> = KINDS.iter().map(|(kind, _)| *kind).collect();
                return Err(file
                    .complain(
                        &["columns".into(), name.as_str().into(), "kind".into()],
                        format!("不认识的列类型“{}”", column.kind),
                    )
                    .hint(format!("可选：{}", kinds.join("、"))));
            }
        }
        let wrong = |key: &str, message: &str| Err(file.complain(&[key.into()], message.to_owned()));
        if self.table.is_empty() {
            return wrong("table", "至少要有一个 [[table]]");
        }
        if self.columns.is_empty() {
            return wrong("columns", "至少要有一个链接列");
        }
        if self.columns.len() > MOST {
            return wrong("columns", &format!("链接列太多（最多{MOST}个）"));
        }
        if self.review > self.accept || self.accept > 10_000 {
            return wrong("accept", "概率以万分之一为单位，且 review ≤ accept ≤ 10000");
        }
        for (at, pass) in self.passes.iter().enumerate() {
            let place = ["pass".into(), at.into(), "keys".into()];
            if pass.keys.is_empty() {
                return Err(file
                    .complain(&place, "这一轮没有键")
                    .hint("写 keys = [\"surname:sound\", \"postcode\"]"));
            }
            for key in pass.keys.iter().chain(&pass.split) {
                self.key(key).map_err(|why| file.complain(&place, why))?;
            }
        }
        let mut names = std::collections::BTreeSet::new();
        if let Some(twice) = self.table.iter().find(|t| !names.insert(&t.name)) {
            return Err(Error::configuration(format!("表名“{}”重复", twice.name)).in_file(&file.path));
        }
        Ok(())
    }
    /// Column position and form of a key as written.
    pub(super) fn key(&self, text: &str) -> std::result::Result<(usize, KeyForm), String> {
        let (column, form) = text.split_once(':').unwrap_or((text, "value"));
        let names: Vec<&str> = self.columns.keys().map(String::as_str).collect();
        let Some(at) = names.iter().position(|name| *name == column) else {
            return Err(format!("没有链接列“{column}”（有：{}）", names.join("、")));
        };
        let forms = super::block::key_forms(self.columns[column].kind());
        match forms.iter().find(|f| f.name() == form) {
            Some(form) => Ok((at, *form)),
            None => {
                let known: Vec<&str> = forms.iter().map(|f| f.name()).collect();
                Err(format!("列“{column}”没有取法“{form}”（可用：{}）", known.join("、")))
            }
        }
    }
    /// Whether records of one table are compared with each other.
    pub(crate) fn within(&self, table: usize) -> bool {
        let table_within = self.table[table].within.unwrap_or(self.within);
        self.table.len() == 1 || table_within && !self.table[table].deduplicated
    }
    /// Whether records of two tables are compared with each other.
    pub(crate) fn wanted(&self, left: usize, right: usize) -> bool {
        left != right || self.within(left)
    }
    /// Smallest weight kept, in 1/1000 bit.
    pub(crate) fn review_weight(&self) -> i32 {
        weight_of_probability(self.review)
    }
    /// Smallest weight accepted, in 1/1000 bit.
    pub(crate) fn accept_weight(&self) -> i32 {
        weight_of_probability(self.accept)
    }
}

/// Weight whose posterior probability is `p` / 10000 (the prior is part of the weight).
fn weight_of_probability(p: u32) -> i32 {
    let p = f64::from(p.clamp(1, 9_999)) / 10_000.0;
    ((p / (1.0 - p)).log2() * 1000.0).round() as i32
}
