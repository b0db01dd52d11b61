//! A TOML file of the pipeline folder, kept with its text so that every complaint can
//! point at a line.

use std::ops::Range;
use std::path::{Path, PathBuf};

use serde::de::DeserializeOwned;
use toml::Spanned;
use toml::de::{DeTable, DeValue};

use super::removed_keys;
use crate::{Error, Result};

/// One step from a table or array to what it holds.
#[derive(Debug, Clone, Copy)]
pub enum TomlStep<'a> {
    /// Value of a key.
    Key(&'a str),
    /// Element of an array.
    Index(usize),
}

impl<'a> From<&'a str> for TomlStep<'a> {
    fn from(key: &'a str) -> Self {
        Self::Key(key)
    }
}

impl From<usize> for TomlStep<'_> {
    fn from(index: usize) -> Self {
        Self::Index(index)
    }
}

/// A configuration file and its text.
#[derive(Debug, Clone)]
pub struct TomlFile {
    /// Path shown in messages.
    pub path: PathBuf,
    /// Content.
    pub text: String,
}

impl TomlFile {
    /// Reads the file; it must be UTF-8.
    pub fn read(path: &Path) -> Result<Self> {
        let bytes = std::fs::read(path).map_err(|e| missing_toml_file(path, e))?;
        let text = String::from_utf8(bytes).map_err(|e| {
            Error::configuration("配置文件不是 UTF-8 文本")
                .in_file(path)
                .hint("另存为 UTF-8（无 BOM）后重试")
                .caused_by(e)
        })?;
        Ok(Self { path: path.to_owned(), text })
    }
    /// Parses into `T`; unknown keys, missing keys and wrong types point at their line.
    pub fn parse<T: DeserializeOwned>(&self) -> Result<T> {
        toml::from_str(&self.text).map_err(|error| self.explain(&error))
    }
    /// Complaint about the value at `steps` (or the nearest enclosing thing that exists).
    pub fn complain(&self, steps: &[TomlStep<'_>], message: impl Into<String>) -> Error {
        Error::configuration(message).at_span(&self.path, &self.text, self.locate(steps, false))
    }
    /// Complaint about the key that ends `steps`.
    pub fn complain_key(&self, steps: &[TomlStep<'_>], message: impl Into<String>) -> Error {
        Error::configuration(message).at_span(&self.path, &self.text, self.locate(steps, true))
    }
    /// Bytes of the value at `steps`; with `key`, of the key that ends `steps`. What is not there
    /// is located at what encloses it.
    pub fn locate(&self, steps: &[TomlStep<'_>], key: bool) -> Range<usize> {
        self.walk(steps, key).0
    }
    /// Whether there is a value at `steps`.
    pub fn has(&self, steps: &[TomlStep<'_>]) -> bool {
        self.walk(steps, false).1
    }
    /// Bytes of the value at `steps` or of what encloses it, and whether it is there itself.
    fn walk(&self, steps: &[TomlStep<'_>], key: bool) -> (Range<usize>, bool) {
        let Ok(root) = DeTable::parse(&self.text) else { return (0..0, false) };
        let mut span = 0..0;
        let mut table: Option<&DeTable<'_>> = Some(root.get_ref());
        let mut array: Option<&[Spanned<DeValue<'_>>]> = None;
        for (position, step) in steps.iter().enumerate() {
            let value = match *step {
                TomlStep::Key(name) => {
                    let Some((found, value)) = table.and_then(|t| t.get_key_value(name)) else {
                        return (span, false);
                    };
                    span = if key && position + 1 == steps.len() { found.span() } else { value.span() };
                    value
                }
                TomlStep::Index(index) => {
                    let Some(value) = array.and_then(|a| a.get(index)) else { return (span, false) };
                    span = value.span();
                    value
                }
            };
            table = value.get_ref().as_table();
            array = value.get_ref().as_array().map(|a| &a[..]);
        }
        (span, true)
    }
    /// Says what the TOML reader found, in Chinese, at its line, with the nearest valid word.
    fn explain(&self, error: &toml::de::Error) -> Error {
        let words = error.message();
        let quoted: Vec<&str> = words.split('`').skip(1).step_by(2).collect();
        let (message, hint) = if words.starts_with("unknown field") && !quoted.is_empty() {
            match removed_keys::cure_of_removed_key(quoted[0], &quoted[1..]) {
                Some(cure) => (format!("键“{}”已取消", quoted[0]), Some(cure.to_owned())),
                None => (
                    format!("不认识的键“{}”", quoted[0]),
                    suggest_toml_name(quoted[0], &quoted[1..], "可用的键"),
                ),
            }
        } else if words.starts_with("unknown variant") && !quoted.is_empty() {
            (format!("不认识的取值“{}”", quoted[0]), suggest_toml_name(quoted[0], &quoted[1..], "可用的取值"))
        } else if words.starts_with("missing field") && !quoted.is_empty() {
            (format!("缺少键“{}”", quoted[0]), Some(format!("补上 {} = …", quoted[0])))
        } else if words.starts_with("duplicate key") {
            ("同一个键写了两次".to_owned(), Some("删去其中一个".to_owned()))
        } else if words.starts_with("invalid type") || words.starts_with("invalid value") {
            (format!("取值的类型不对({words})"), None)
        } else {
            (
                format!("TOML 语法错误({words})"),
                Some("对照 docs/source-contract.md 检查引号、括号和等号".to_owned()),
            )
        };
        let span = error.span().unwrap_or(0..0);
        let mut result = Error::configuration(message).at_span(&self.path, &self.text, span);
        if let Some(hint) = hint {
            result = result.hint(hint);
        }
        result
    }
}

/// “Did you mean …” over `known`, followed by the full list.
pub(crate) fn suggest_toml_name(wrong: &str, known: &[&str], list_title: &str) -> Option<String> {
    if known.is_empty() {
        return None;
    }
    let list = format!("{list_title}：{}", known.join("、"));
    Some(match nearest_name(wrong, known.iter().copied()) {
        Some(word) => format!("是不是“{word}”？{list}"),
        None => list,
    })
}

/// The known word most like `wrong`, if any is alike at all.
pub(crate) fn nearest_name<'a>(wrong: &str, known: impl Iterator<Item = &'a str>) -> Option<&'a str> {
    let mut best: Option<(f64, &str)> = None;
    for word in known {
        let likeness =
            strsim::jaro_winkler(wrong, word).max(strsim::normalized_damerau_levenshtein(wrong, word));
        if likeness >= 0.6 && best.is_none_or(|(b, _)| likeness > b) {
            best = Some((likeness, word));
        }
    }
    best.map(|(_, word)| word)
}

fn missing_toml_file(path: &Path, error: std::io::Error) -> Error {
    if error.kind() == std::io::ErrorKind::NotFound {
        Error::configuration("配置文件不存在")
            .in_file(path)
            .hint("流水线文件夹里应有 pipeline.toml 和 sources/*.toml；检查路径是否写错")
            .caused_by(error)
    } else {
        Error::io("读取配置文件", path, error)
    }
}
