//! `sources/<source>.extra.toml`: what a folder adds to the contract of a base it includes: headers
//! of its counties, file patterns, a column of its own.

use std::collections::BTreeMap;
use std::ops::Range;

use schemars::JsonSchema;
use serde::Deserialize;

use super::source_file::{ColumnSpec, SourceFile, VariantSpec};
use super::toml_file::{TomlFile, TomlStep, suggest_toml_name};
use crate::{Error, Result};

/// Ending of the file name before `.toml`.
pub(super) const ENDING: &str = ".extra";

/// `sources/<source>.extra.toml`.
#[derive(Debug, Clone, Default, Deserialize, JsonSchema)]
#[serde(deny_unknown_fields, default)]
pub(super) struct SourceExtra {
    /// Department that delivers the source here, in place of the contract's.
    pub owner: Option<String>,
    /// Whether a quarter without the source must not be published here, in place of the contract's.
    pub required: Option<bool>,
    /// Counties that deliver it here, in place of the contract's.
    pub covers: Option<Vec<String>>,
    /// Further patterns of its files.
    pub patterns: Vec<String>,
    /// Column → further headers under which it is delivered.
    pub headers: BTreeMap<String, Vec<String>>,
    /// Further headers that are known and deliberately not read.
    pub ignore_headers: Vec<String>,
    /// Column → value of an empty cell or absent column, in place of the contract's.
    pub defaults: BTreeMap<String, String>,
    /// Code column → further spelling → label of its code table.
    pub codes: BTreeMap<String, BTreeMap<String, String>>,
    /// Further columns, after the contract's.
    pub column: Vec<ColumnSpec>,
    /// Further files with deviating headers.
    pub variant: Vec<VariantSpec>,
}

/// The contract's column that `key` of an addition names.
fn named_column<'c>(
    file: &TomlFile,
    written: &'c mut SourceFile,
    key: &'static str,
    name: &str,
) -> Result<&'c mut ColumnSpec> {
    let Some(at) = written.column.iter().position(|c| c.name == name) else {
        let known: Vec<&str> = written.column.iter().map(|c| c.name.as_str()).collect();
        let error = file.complain_key(&[key.into(), name.into()], format!("没有列“{name}”"));
        return Err(match suggest_toml_name(name, &known, "已有的列") {
            Some(hint) => error.hint(hint),
            None => error,
        });
    };
    Ok(&mut written.column[at])
}

/// A contract's file with what others add to it: complaints point at whoever wrote the thing.
pub(super) struct ContractFile {
    pub(super) base: TomlFile,
    extras: Vec<ContractAdditions>,
}

/// An addition, and which elements of the contract's lists came from it.
struct ContractAdditions {
    file: TomlFile,
    lists: Vec<(&'static [&'static str], &'static str, Range<usize>)>,
    headers: BTreeMap<String, Vec<String>>,
}

impl ContractFile {
    pub(super) fn new(base: TomlFile) -> Self {
        Self { base, extras: Vec::new() }
    }
    /// Adds what `file` says to the contract.
    pub(super) fn add(&mut self, file: TomlFile, written: &mut SourceFile) -> Result<()> {
        let extra: SourceExtra = file.parse()?;
        let mut lists = Vec::new();
        let range = |old: usize, new: usize| old..old + new;
        lists.push((
            &["files", "patterns"][..],
            "patterns",
            range(written.files.patterns.len(), extra.patterns.len()),
        ));
        lists.push((
            &["ignore_headers"][..],
            "ignore_headers",
            range(written.ignore_headers.len(), extra.ignore_headers.len()),
        ));
        lists.push((&["column"][..], "column", range(written.column.len(), extra.column.len())));
        lists.push((&["variant"][..], "variant", range(written.variant.len(), extra.variant.len())));
        for (name, headers) in &extra.headers {
            named_column(&file, written, "headers", name)?.headers.extend(headers.iter().cloned());
        }
        for (name, value) in &extra.defaults {
            named_column(&file, written, "defaults", name)?.default = Some(value.clone());
        }
        for (name, spellings) in &extra.codes {
            let column = named_column(&file, written, "codes", name)?;
            column.codes.extend(spellings.iter().map(|(spelling, label)| (spelling.clone(), label.clone())));
        }
        if let Some(owner) = extra.owner {
            written.owner = owner;
        }
        if let Some(covers) = extra.covers {
            written.period.covers = covers;
        }
        written.required = extra.required.unwrap_or(written.required);
        written.files.patterns.extend(extra.patterns);
        written.ignore_headers.extend(extra.ignore_headers);
        written.column.extend(extra.column);
        written.variant.extend(extra.variant);
        self.extras.push(ContractAdditions { file, lists, headers: extra.headers });
        Ok(())
    }
    /// The file that wrote the thing at `steps`, and the steps there.
    fn place<'a>(&self, steps: &[TomlStep<'a>]) -> (&TomlFile, Vec<TomlStep<'a>>) {
        for added in &self.extras {
            for (path, key, range) in &added.lists {
                let same =
                    |(step, name): (&TomlStep<'_>, &&str)| matches!(step, TomlStep::Key(k) if k == name);
                let Some((TomlStep::Index(at), rest)) = steps.get(path.len()..).and_then(<[_]>::split_first)
                else {
                    continue;
                };
                if steps.iter().zip(path.iter()).all(same) && range.contains(at) {
                    let start = [TomlStep::Key(key), TomlStep::Index(at - range.start)];
                    return (&added.file, start.iter().chain(rest).copied().collect());
                }
            }
        }
        (&self.base, steps.to_vec())
    }
    pub(super) fn complain(&self, steps: &[TomlStep<'_>], message: impl Into<String>) -> Error {
        let (file, steps) = self.place(steps);
        file.complain(&steps, message)
    }
    pub(super) fn complain_key(&self, steps: &[TomlStep<'_>], message: impl Into<String>) -> Error {
        let (file, steps) = self.place(steps);
        file.complain_key(&steps, message)
    }
    /// A complaint about a header that two columns claim, the one at `index` after `other`; where an
    /// addition gave it to one of them, there.
    pub(super) fn complain_header(
        &self,
        index: usize,
        [column, other]: [&str; 2],
        header: &str,
        message: String,
    ) -> Error {
        for (added, column) in self.extras.iter().flat_map(|added| [(added, column), (added, other)]) {
            let at = added.headers.get(column).and_then(|all| all.iter().position(|h| h == header));
            if let Some(at) = at {
                return added.file.complain(&["headers".into(), TomlStep::Key(column), at.into()], message);
            }
        }
        let (file, steps) = self.place(&["column".into(), index.into()]);
        let mut list = steps.clone();
        list.push("headers".into());
        let mut at = 0;
        // The header stands at the first element of the list that says it.
        while file.has(&[&list[..], &[TomlStep::Index(at)]].concat()) {
            let span = file.locate(&[&list[..], &[TomlStep::Index(at)]].concat(), false);
            if file.text.get(span).is_some_and(|text| text.trim_matches(['"', '\'']) == header) {
                return file.complain(&[&list[..], &[TomlStep::Index(at)]].concat(), message);
            }
            at += 1;
        }
        file.complain(&[&steps[..], &["label".into()]].concat(), message)
    }
}
