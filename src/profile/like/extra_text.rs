//! What is written into a pipeline folder: additions to contracts of its bases, to its own, and new ones.

use std::collections::BTreeMap;
use std::fmt::Write as _;
use std::path::PathBuf;

use super::super::DraftContract;
use super::super::draft_contract::quote_toml_text;
use super::PlannedText;
use super::contract_fit::ContractFit;
use crate::config::{Pipeline, SourceContract};
use crate::{Error, Result};

/// Files of the pipeline folder as they will be.
pub(super) struct PipelineTexts<'a> {
    pipeline: &'a Pipeline,
    texts: BTreeMap<PathBuf, (bool, String)>,
}

impl<'a> PipelineTexts<'a> {
    pub(super) fn new(pipeline: &'a Pipeline) -> Self {
        Self { pipeline, texts: BTreeMap::new() }
    }
    pub(super) fn finish(self) -> Vec<PlannedText> {
        let planned = |(path, (exists, text))| PlannedText { path, exists, text };
        self.texts.into_iter().map(planned).collect()
    }
    fn file_now(&self, path: &PathBuf) -> Result<Option<String>> {
        if let Some((_, text)) = self.texts.get(path) {
            return Ok(Some(text.clone()));
        }
        let full = self.pipeline.root.join(path);
        if !full.is_file() {
            return Ok(None);
        }
        std::fs::read_to_string(&full).map(Some).map_err(|e| Error::io("读取配置文件", &full, e))
    }
    fn put(&mut self, path: PathBuf, text: String) {
        let exists = self.pipeline.root.join(&path).is_file();
        self.texts.insert(path, (exists, text));
    }

    /// A contract of a source that the pipeline does not know; its place and text.
    pub(super) fn add_draft(&mut self, draft: &DraftContract) -> (PathBuf, String) {
        let known = |name: &str| {
            let path = PathBuf::from(format!("sources/{name}.toml"));
            self.pipeline.source(name).is_some()
                || self.texts.contains_key(&path)
                || self.pipeline.root.join(&path).exists()
        };
        let name = (1..)
            .map(|n| if n == 1 { draft.name.clone() } else { format!("{}_{n}", draft.name) })
            .find(|name| !known(name))
            .unwrap_or_default();
        let path = PathBuf::from(format!("sources/{name}.toml"));
        self.put(path.clone(), draft.text.clone());
        (path, draft.text.clone())
    }

    /// What makes the files fit the contract, if anything is needed: where, and the text that is added.
    ///
    /// # Errors
    /// A file of the pipeline that cannot be read.
    pub(super) fn add_fit(
        &mut self,
        fit: &ContractFit,
        names: &[String],
        patterns: &[String],
    ) -> Result<Option<(PathBuf, String)>> {
        let Some(contract) = self.pipeline.source(&fit.source) else { return Ok(None) };
        let owned = names.iter().all(|name| contract.owns_file(name));
        let aliases = !fit.found.is_empty() || !fit.unread.is_empty();
        let suggested: Vec<_> = fit.codes.iter().filter(|(_, _, label)| label.is_some()).collect();
        if owned && !aliases && suggested.is_empty() && fit.defaults.is_empty() && !fit.by_person {
            return Ok(None);
        }
        let own = contract.path.starts_with(&self.pipeline.root);
        let new: Vec<String> = patterns.iter().map(|p| format!("**/{p}")).collect();
        let variants = if aliases { variant_text(fit, patterns) } else { String::new() };
        if fit.by_person || own {
            return self.add_to_contract(
                contract,
                fit,
                own,
                &if owned { Vec::new() } else { new },
                &variants,
            );
        }
        let path = PathBuf::from(format!("sources/{}.extra.toml", fit.source));
        let mut added = String::new();
        let mut text = self.file_now(&path)?.unwrap_or_else(|| {
            format!(
                "# {}：本县名单与 ../ 基础规则集里的约定不同之处，由 bidui profile --like 写成，请核对。\n",
                fit.title
            )
        });
        if !owned {
            let line = format!(
                "patterns = [{}]\n",
                new.iter().map(|p| quote_toml_text(p)).collect::<Vec<_>>().join(", ")
            );
            text = with_patterns(&text, &new);
            added.push_str(&line);
        }
        let mut tail = String::new();
        let defaults: Vec<_> = fit.defaults.iter().filter(|one| !has_default(&text, &one.column)).collect();
        if !defaults.is_empty() {
            tail.push('\n');
            let lines: Vec<String> = defaults
                .iter()
                .map(|one| {
                    format!(
                        "# {}：{}\n{} = {}\n",
                        one.label,
                        one.why,
                        one.column,
                        quote_toml_text(&one.value)
                    )
                })
                .collect();
            match text.find("[defaults]\n") {
                Some(at) => text.insert_str(at + "[defaults]\n".len(), &lines.concat()),
                None => {
                    let _ = write!(tail, "[defaults]\n{}", lines.concat());
                }
            }
        }
        let mut of_column: BTreeMap<&str, Vec<String>> = BTreeMap::new();
        for (column, spelling, label) in &fit.codes {
            let line = match label {
                Some(label) => format!("{} = {}", quote_toml_text(spelling), quote_toml_text(label)),
                None => format!("# {} = \"（填代码表里的写法）\"", quote_toml_text(spelling)),
            };
            of_column.entry(column).or_default().push(line);
        }
        for (column, lines) in of_column {
            let head = format!("[codes.{column}]\n");
            match text.find(&head) {
                Some(at) => text.insert_str(at + head.len(), &format!("{}\n", lines.join("\n"))),
                None => {
                    let _ = writeln!(tail, "\n{head}{}", lines.join("\n"));
                }
            }
        }
        tail.push_str(&variants);
        text.push_str(&tail);
        added.push_str(&tail);
        self.put(path.clone(), text);
        Ok(Some((path, added)))
    }

    /// Changes a contract of the pipeline's own, or puts one in the place of the base's.
    fn add_to_contract(
        &mut self,
        contract: &SourceContract,
        fit: &ContractFit,
        own: bool,
        patterns: &[String],
        variants: &str,
    ) -> Result<Option<(PathBuf, String)>> {
        let path = PathBuf::from(format!("sources/{}.toml", fit.source));
        if own && !fit.by_person {
            let Some(mut text) =
                self.file_now(&path)?.filter(|_| !(variants.is_empty() && patterns.is_empty()))
            else {
                return Ok(None);
            };
            let mut added = String::new();
            if !patterns.is_empty() {
                added.push_str(&format!("# 还要在 [files] patterns 里加上 {}\n", patterns.join("、")));
            }
            added.push_str(variants);
            text.push_str(&added);
            self.put(path.clone(), text);
            return Ok(Some((path, added)));
        }
        let mut text = match self.file_now(&path)?.filter(|_| self.texts.contains_key(&path)) {
            Some(text) => text,
            None => by_person_text(contract, fit, patterns)?,
        };
        text.push_str(variants);
        self.put(path.clone(), text.clone());
        Ok(Some((path, text)))
    }
}

/// The contract without members side by side: a person per row.
fn by_person_text(contract: &SourceContract, fit: &ContractFit, patterns: &[String]) -> Result<String> {
    let broken = || Error::internal(format!("{} 无法改写", contract.path.display()));
    let text =
        std::fs::read_to_string(&contract.path).map_err(|e| Error::io("读取配置文件", &contract.path, e))?;
    let mut table: toml::Table = toml::from_str(&text).map_err(|_| broken())?;
    table.remove("unpivot");
    if let Some(all) =
        table.get_mut("files").and_then(|f| f.get_mut("patterns")).and_then(toml::Value::as_array_mut)
    {
        all.extend(patterns.iter().map(|p| toml::Value::String(p.clone())));
    }
    for column in table.get_mut("column").and_then(toml::Value::as_array_mut).into_iter().flatten() {
        let Some(column) = column.as_table_mut() else { continue };
        let name = column.get("name").and_then(toml::Value::as_str).unwrap_or_default().to_owned();
        if let Some(one) = fit.defaults.iter().find(|one| one.column == name) {
            column.insert("default".to_owned(), toml::Value::String(one.value.clone()));
        }
        let spellings = fit.codes.iter().filter(|(of, ..)| *of == name);
        for (spelling, label) in
            spellings.filter_map(|(_, spelling, label)| Some((spelling, label.as_ref()?)))
        {
            let codes = column.entry("codes").or_insert_with(|| toml::Value::Table(toml::Table::new()));
            if let Some(codes) = codes.as_table_mut() {
                codes.insert(spelling.clone(), toml::Value::String(label.clone()));
            }
        }
    }
    let written = toml::to_string_pretty(&table).map_err(|_| broken())?;
    Ok(format!(
        "# {}：本县的名单一人一行，代替基础规则集里一户一行的约定；由 bidui profile --like 写成，请核对。\n{written}",
        fit.title
    ))
}

/// `[[variant]]` for each pattern.
fn variant_text(fit: &ContractFit, patterns: &[String]) -> String {
    let mut aliases: BTreeMap<&str, Vec<&str>> = BTreeMap::new();
    let mut why: Vec<String> = Vec::new();
    for found in &fit.found {
        let headers = aliases.entry(&found.column).or_default();
        if !headers.contains(&found.header.as_str()) {
            headers.push(&found.header);
            why.push(format!("# {} → {}：{}", found.header, found.label, found.why));
        }
    }
    let mut out = String::new();
    for pattern in patterns {
        let _ = writeln!(out, "\n{}[[variant]]\nfiles = {}", lines(&why), quote_toml_text(pattern));
        if !fit.unread.is_empty() {
            let ignored: Vec<String> = fit.unread.iter().map(|header| quote_toml_text(header)).collect();
            let _ = writeln!(out, "ignore_headers = [{}]", ignored.join(", "));
        }
        if !aliases.is_empty() {
            out.push_str("[variant.aliases]\n");
            for (column, headers) in &aliases {
                let headers: Vec<String> = headers.iter().map(|header| quote_toml_text(header)).collect();
                let key = if column.contains('.') { quote_toml_text(column) } else { (*column).to_owned() };
                let _ = writeln!(out, "{key} = [{}]", headers.join(", "));
            }
        }
    }
    out
}

fn lines(texts: &[String]) -> String {
    texts.iter().map(|text| format!("{text}\n")).collect()
}

fn has_default(text: &str, column: &str) -> bool {
    text.split("[defaults]").nth(1).is_some_and(|rest| rest.contains(&format!("{column} = ")))
}

/// The text of an addition with further file patterns.
fn with_patterns(text: &str, patterns: &[String]) -> String {
    let quoted: Vec<String> =
        patterns.iter().map(|p| quote_toml_text(p)).filter(|p| !text.contains(p.as_str())).collect();
    if quoted.is_empty() {
        return text.to_owned();
    }
    if let Some(at) = text.find("\npatterns = [").map(|at| at + "\npatterns = [".len()) {
        return format!("{}{}, {}", &text[..at], quoted.join(", "), &text[at..]);
    }
    // Keys without a table stand before every table.
    let head: usize =
        text.lines().take_while(|line| line.starts_with('#') || line.is_empty()).map(|l| l.len() + 1).sum();
    let head = head.min(text.len());
    format!("{}patterns = [{}]\n{}", &text[..head], quoted.join(", "), &text[head..])
}
