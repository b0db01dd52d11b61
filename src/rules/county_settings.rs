//! What counties set otherwise (`[county_parameters]`), and which rules see it. A figure of a county that no rule reads
//! for the county changes nothing, and nobody would notice.

use std::collections::{BTreeMap, BTreeSet};

use super::rule_file::Rule;
use super::rule_set::{RuleSet, columns_by_table};
use super::rule_settings::RuleSettings;
use super::view_catalogue::{COUNTY_PARAMETER, PARAMETER};
use crate::Result;
use crate::config::Pipeline;
use crate::config::toml_file::{TomlFile, nearest_name};
use crate::model::division::COUNTY;

/// A parameter that counties set otherwise, and who does not see it.
#[derive(Debug, PartialEq, Eq)]
pub struct CountyParameter {
    /// Its name.
    pub name: String,
    /// Names of the counties that do not set it: the prefecture's holds there.
    pub without: Vec<String>,
    /// Codes of the rules that take the prefecture's for every county.
    pub taken_for_all: Vec<String>,
}

/// Columns of the views of parameters that a parameter is in: its own, and the dates that are counted with it.
fn columns_with(settings: &RuleSettings, name: &str) -> BTreeSet<String> {
    let dates = settings.dates.iter().filter(|(_, date)| date.counts_with(name));
    dates.map(|(date, _)| date.clone()).chain([name.to_owned()]).collect()
}

impl RuleSet {
    /// Columns of the views `parameter` and `county_parameter` that a rule reads, through definitions too.
    pub(crate) fn parameters_read_by(&self, rule: &Rule) -> [BTreeSet<String>; 2] {
        let file = &rule.file;
        let behind = self.definitions_of(file).into_iter().map(|definition| &definition.file);
        let mut read = columns_by_table(behind.chain([file]));
        [PARAMETER, COUNTY_PARAMETER].map(|view| read.remove(view).unwrap_or_default())
    }

    /// A parameter that a county sets and that no rule reads for each county is refused.
    pub(super) fn check_county_parameters(&self, pipeline: &Pipeline) -> Result<()> {
        const KEY: &str = "county_parameters";
        let set = &pipeline.settings.county_parameters;
        if set.is_empty() {
            return Ok(());
        }
        let read: BTreeSet<String> =
            self.rules.iter().flat_map(|rule| self.parameters_read_by(rule)[1].clone()).collect();
        for (county, layers) in set {
            for (layer, values) in layers {
                for name in values.keys() {
                    if columns_with(&self.settings, name).is_disjoint(&read) {
                        let steps =
                            [KEY.into(), county.as_str().into(), layer.as_str().into(), name.as_str().into()];
                        let file = TomlFile::read(&pipeline.root.join("pipeline.toml"))?;
                        let said = format!("没有一条规则按县（区）读参数“{name}”，写了也不起作用");
                        return Err(file
                            .complain_key(&steps, said)
                            .hint("删去；或在规则里 LEFT JOIN county_parameter，按县（区）取这个参数"));
                    }
                }
            }
        }
        Ok(())
    }

    /// What to tell of parameters that the pipeline's own file sets and no rule reads, Chinese: a name with a slip in it
    /// leaves the base's figure as it is.
    ///
    /// # Errors
    /// `pipeline.toml` cannot be read.
    pub fn unread_parameters(&self, pipeline: &Pipeline) -> Result<Vec<String>> {
        let own: toml::Table = TomlFile::read(&pipeline.root.join("pipeline.toml"))?.parse()?;
        let layers = own.get("parameters").and_then(toml::Value::as_table).into_iter().flatten();
        let set: BTreeSet<&String> =
            layers.filter_map(|(_, values)| values.as_table()).flat_map(toml::Table::keys).collect();
        let needed = self.definitions_needed(&Vec::from_iter(0..self.rules.len()));
        let behind = self.definitions.iter().filter(|definition| needed.contains(&definition.header.name));
        let files = self.rules.iter().map(|rule| &rule.file).chain(behind.map(|definition| &definition.file));
        let mut tables = columns_by_table(files);
        let read = [PARAMETER, COUNTY_PARAMETER].map(|view| tables.remove(view).unwrap_or_default());
        let read: BTreeSet<String> = read.into_iter().flatten().collect();
        let known = pipeline.settings.parameters.values().flat_map(|values| values.keys());
        let known: BTreeSet<&String> = known.filter(|name| read.contains(*name)).collect();
        let unread = set.into_iter().filter(|name| columns_with(&self.settings, name).is_disjoint(&read));
        let told = unread.map(|name| {
            let meant = nearest_name(name, known.iter().map(|known| known.as_str()));
            let meant = meant.map(|meant| format!("；是不是“{meant}”？")).unwrap_or_default();
            format!("pipeline.toml 的参数“{name}”没有一条规则读，写了也不起作用{meant}")
        });
        Ok(told.collect())
    }

    /// What counties set otherwise, by name.
    pub fn county_parameter_use(&self, pipeline: &Pipeline) -> Vec<CountyParameter> {
        let mut counties: BTreeMap<&str, BTreeSet<&str>> = BTreeMap::new();
        for (county, layers) in &pipeline.settings.county_parameters {
            for name in layers.values().flat_map(|values| values.keys()) {
                counties.entry(name).or_default().insert(county);
            }
        }
        if counties.is_empty() {
            return Vec::new();
        }
        let read: Vec<_> = self.rules.iter().map(|rule| self.parameters_read_by(rule)).collect();
        let parameter = |(name, set): (&str, BTreeSet<&str>)| {
            let columns = columns_with(&self.settings, name);
            let deaf = read.iter().zip(&self.rules).filter(|([whole, own], _)| {
                columns.iter().any(|column| whole.contains(column) && !own.contains(column))
            });
            let units = pipeline.divisions.units.iter().filter(|unit| unit.level == COUNTY);
            CountyParameter {
                name: name.to_owned(),
                without: units
                    .filter(|unit| !set.contains(&*unit.code))
                    .map(|unit| unit.name.clone())
                    .collect(),
                taken_for_all: deaf.map(|(_, rule)| rule.header.code.clone()).collect(),
            }
        };
        counties.into_iter().map(parameter).collect()
    }
}

impl CountyParameter {
    /// What an operator should know of it, Chinese.
    pub fn told(&self) -> Vec<String> {
        let mut told = Vec::new();
        if !self.without.is_empty() {
            told.push(format!("参数“{}”：{}没有另定，用全市的值", self.name, self.without.join("、")));
        }
        if !self.taken_for_all.is_empty() {
            told.push(format!(
                "参数“{}”有县（区）另定，规则{}仍一律用全市的值",
                self.name,
                self.taken_for_all.join("、")
            ));
        }
        told
    }
}
