//! The form of `pipeline.toml`.

use std::collections::BTreeMap;

use schemars::JsonSchema;
use serde::{Deserialize, Serialize};

use super::included_folders::RuleInclusion;
use super::path_pattern;
use super::publicity_settings::PublicitySettings;
use super::retention::RetentionSettings;
use super::toml_file::{TomlFile, TomlStep};
use crate::Result;
use crate::model::day::day_to_date32;
use crate::model::period::Period;

/// Parameters of rules: `default`, a year (`2018`) or a quarter (`2018Q3`) → name → value.
pub(crate) type ParametersByPeriod = BTreeMap<String, BTreeMap<String, toml::Value>>;

/// `pipeline.toml`.
#[derive(Debug, Clone, Deserialize, JsonSchema)]
#[serde(deny_unknown_fields)]
pub struct PipelineSettings {
    /// Chinese title of the pipeline.
    pub title: String,
    /// Titles that it had before: publications under these are its own.
    #[serde(default)]
    pub former_titles: Vec<String>,
    /// The prefecture whose divisions are used.
    pub prefecture: PrefectureSettings,
    /// Division tables.
    pub divisions: DivisionFiles,
    /// Base rule sets that are included, and rules that are not run.
    #[serde(default)]
    pub rules: RuleInclusion,
    /// Parameters of rules: `default`, a year (`2018`), a quarter (`2018Q3`) or a month (`2025M03`) → name → value;
    /// of an open pipeline those of its bases too.
    #[serde(default)]
    #[schemars(with = "BTreeMap<String, BTreeMap<String, serde_json::Value>>")]
    pub parameters: ParametersByPeriod,
    /// What single counties set otherwise: county code → period → name → value, of names that `parameters` has.
    #[serde(default)]
    #[schemars(with = "BTreeMap<String, BTreeMap<String, BTreeMap<String, serde_json::Value>>>")]
    pub county_parameters: BTreeMap<String, ParametersByPeriod>,
    /// What may lie in the data folder.
    #[serde(default)]
    pub data: DataSettings,
    /// How persons are shown and hidden.
    #[serde(default)]
    pub privacy: PrivacySettings,
    /// What is published.
    #[serde(default)]
    pub outputs: OutputSettings,
    /// How long what is about persons is kept.
    #[serde(default)]
    pub retention: RetentionSettings,
    /// Who is to be made public, and what of him; `None`: nobody.
    pub publicity: Option<PublicitySettings>,
}

/// `[prefecture]`.
#[derive(Debug, Clone, Deserialize, JsonSchema)]
#[serde(deny_unknown_fields)]
pub struct PrefectureSettings {
    /// Six-digit code.
    pub code: String,
    /// Name.
    pub name: String,
}

/// `[divisions]`: files of `codes/`.
#[derive(Debug, Clone, Deserialize, JsonSchema)]
#[serde(deny_unknown_fields)]
pub struct DivisionFiles {
    /// Year whose codes are canonical.
    pub base_year: i16,
    /// Counties: `code,name,…`.
    pub counties: String,
    /// Townships of two dates.
    pub townships: String,
    /// Villages of two dates with the kind of change.
    pub villages: String,
    /// Six-digit ID prefixes that people of the prefecture carry (first column `prefix`); numbers with
    /// others are counted in the audits of their source. Without it nothing is counted.
    pub id_prefixes: Option<String>,
}

/// `[data]`: what may lie in the data folder.
#[derive(Debug, Clone, Default, Deserialize, JsonSchema)]
#[serde(deny_unknown_fields, default)]
pub struct DataSettings {
    /// Files that may hold rows and belong to no source do not stop a run.
    pub allow_unclaimed: bool,
    /// A county that does not deliver a list stops the run; else it is told first of all.
    pub refuse_missing_county: bool,
    /// Patterns of files that are no extracts, relative to the data folder: `*`, `?`, `**`.
    pub ignore: Vec<String>,
}

impl DataSettings {
    /// True if a file (path relative to the data folder, `/` between segments) is no extract.
    pub(crate) fn ignores(&self, file: &str) -> bool {
        self.ignore.iter().any(|pattern| path_pattern::matches_path_pattern(pattern, file))
    }
}

/// `[privacy]`.
#[derive(Debug, Clone, Deserialize, JsonSchema)]
#[serde(deny_unknown_fields, default)]
pub struct PrivacySettings {
    /// How ID numbers appear in lists.
    pub id_mask: MaskStyle,
    /// How names appear in lists.
    pub name_mask: MaskStyle,
    /// For whom lists are: with whole numbers, birth dates and phones, or without.
    pub lists: ListAudience,
}

impl Default for PrivacySettings {
    fn default() -> Self {
        Self { id_mask: MaskStyle::Partial, name_mask: MaskStyle::None, lists: ListAudience::Masked }
    }
}

impl PrivacySettings {
    /// How ID numbers appear in lists, whoever they are for.
    pub fn shown_numbers(&self) -> MaskStyle {
        match self.lists {
            ListAudience::Inner => MaskStyle::None,
            ListAudience::Masked => self.id_mask,
        }
    }
}

/// For whom lists are.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize, JsonSchema)]
#[serde(rename_all = "snake_case")]
pub enum ListAudience {
    /// For the office alone: whole numbers, birth dates and phones.
    Inner,
    /// May be printed and carried: ages instead of birth dates, numbers with a mark instead of their ends, no phones.
    Masked,
}

/// How a value is masked.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize, JsonSchema)]
#[serde(rename_all = "snake_case")]
pub enum MaskStyle {
    /// Shown whole.
    None,
    /// Middle hidden: enough to find the person in one's own system.
    Partial,
    /// Hidden.
    Full,
}

/// `[outputs]`.
#[derive(Debug, Clone, Deserialize, JsonSchema)]
#[serde(deny_unknown_fields, default)]
pub struct OutputSettings {
    /// Exception lists as workbooks.
    pub xlsx: bool,
    /// Exception lists as CSV.
    pub csv: bool,
    /// Tables with names and ID numbers for officers with clearance.
    pub restricted: bool,
    /// A page per township that is filled in with any browser, for those without a spreadsheet.
    pub html: bool,
    /// Working days that a department has to mend what is returned to it.
    pub return_days: u32,
}

impl Default for OutputSettings {
    fn default() -> Self {
        Self { xlsx: true, csv: true, restricted: true, html: true, return_days: 10 }
    }
}

/// Value of a rule parameter.
#[derive(Debug, Clone, PartialEq, Eq, Serialize)]
#[serde(untagged)]
pub enum RuleParameter {
    /// Int64 column.
    Integer(i64),
    /// Utf8 column.
    Text(String),
    /// Date32 column, days since 1970-01-01.
    Date(i32),
}

impl PipelineSettings {
    /// Parameters that hold in `period`: those of the month over those of its quarter over those
    /// of its year over the defaults.
    pub fn parameters(&self, period: Period) -> BTreeMap<String, RuleParameter> {
        parameters_in_period(&self.parameters, period)
    }
    /// Parameters that hold in a county in `period`: what the county sets over what the prefecture sets, whatever the
    /// time for which either was written.
    pub fn county_parameters(&self, county: &str, period: Period) -> BTreeMap<String, RuleParameter> {
        let mut values = self.parameters(period);
        values.extend(
            self.county_parameters
                .get(county)
                .map(|own| parameters_in_period(own, period))
                .unwrap_or_default(),
        );
        values
    }
    /// Checks what single counties set: counties and names that are known, values of the same type.
    pub(super) fn check_county_parameters(&self, file: &TomlFile, counties: &[&str]) -> Result<()> {
        const KEY: &str = "county_parameters";
        let kind_of =
            |value: &toml::Value| parameter_from_toml(value).map(|value| std::mem::discriminant(&value));
        for (county, own) in &self.county_parameters {
            if !counties.contains(&county.as_str()) {
                return Err(file
                    .complain_key(
                        &[KEY.into(), county.as_str().into()],
                        format!("区划表里没有县（区）“{county}”"),
                    )
                    .hint(format!("写6位区划代码：{}", counties.join("、"))));
            }
            check_parameters_under(file, &[KEY.into(), county.as_str().into()], own)?;
            for (layer, values) in own {
                for (name, value) in values {
                    let steps =
                        [KEY.into(), county.as_str().into(), layer.as_str().into(), name.as_str().into()];
                    let known = self.parameters.values().find_map(|values| values.get(name));
                    let Some(known) = known else {
                        return Err(file
                            .complain_key(&steps, format!("全市没有参数“{name}”，县（区）不能另定"))
                            .hint("先在 [parameters.…] 里写全市的值，或改正参数名"));
                    };
                    if kind_of(known) != kind_of(value) {
                        return Err(file
                            .complain(&steps, format!("参数“{name}”的类型与全市的不同"))
                            .hint("同一参数类型要一致"));
                    }
                }
            }
        }
        Ok(())
    }
    /// Complaints that the form alone cannot express.
    pub(super) fn check(&self, file: &TomlFile) -> Result<()> {
        if self.prefecture.code.len() != 6 || !self.prefecture.code.bytes().all(|b| b.is_ascii_digit()) {
            return Err(file
                .complain(&["prefecture".into(), "code".into()], "行政区划代码应是6位数字")
                .hint("地级市代码，例如 410600"));
        }
        if self.privacy.id_mask == MaskStyle::None && self.privacy.lists == ListAudience::Masked {
            return Err(file
                .complain(
                    &["privacy".into(), "id_mask".into()],
                    "遮盖的清单（lists = \"masked\"）不写整个证件号",
                )
                .hint("内部清单写 lists = \"inner\"；否则 id_mask 写 partial 或 full"));
        }
        if let Some(publicity) = &self.publicity {
            publicity.check(file)?;
        }
        for (index, pattern) in self.data.ignore.iter().enumerate() {
            if let Some(why) = path_pattern::pattern_leads_outside(pattern) {
                return Err(file
                    .complain(&["data".into(), "ignore".into(), index.into()], why)
                    .hint("例如 ignore = [\"备份/**\"]"));
            }
        }
        Ok(())
    }
}

/// Parameters of `parameters` that hold in `period`, see [`PipelineSettings::parameters`].
pub(crate) fn parameters_in_period(
    parameters: &ParametersByPeriod,
    period: Period,
) -> BTreeMap<String, RuleParameter> {
    let mut merged = BTreeMap::new();
    let quarter = period.holding_quarter();
    let mut layers = vec!["default".to_owned(), period.year().to_string(), quarter.to_string()];
    if period != quarter {
        layers.push(period.to_string());
    }
    for layer in layers {
        for (name, value) in parameters.get(&layer).into_iter().flatten() {
            if let Some(value) = parameter_from_toml(value) {
                merged.insert(name.clone(), value);
            }
        }
    }
    merged
}

/// Checks the parameters of one file: periods, names, values.
pub(super) fn check_parameters(file: &TomlFile, parameters: &ParametersByPeriod) -> Result<()> {
    check_parameters_under(file, &["parameters".into()], parameters)
}

/// The same of parameters that stand under other keys.
fn check_parameters_under(
    file: &TomlFile,
    above: &[TomlStep<'_>],
    parameters: &ParametersByPeriod,
) -> Result<()> {
    for (layer, values) in parameters {
        let place = [above, &[layer.as_str().into()]].concat();
        let known = layer == "default"
            || (layer.len() == 4 && layer.bytes().all(|b| b.is_ascii_digit()))
            || layer.parse::<Period>().is_ok();
        if !known {
            return Err(file
                .complain_key(&place, format!("不认识的参数期“{layer}”"))
                .hint("写 default、年份(2018)、季度(2018Q3)或月份(2025M03)"));
        }
        for (name, value) in values {
            let steps = [above, &[layer.as_str().into(), name.as_str().into()]].concat();
            if !super::is_config_identifier(name) {
                return Err(file
                    .complain_key(&steps, format!("参数名“{name}”不合规"))
                    .hint("用小写英文字母、数字和下划线，例如 poverty_line_fen"));
            }
            if parameter_from_toml(value).is_none() {
                return Err(file
                    .complain(&steps, format!("参数“{name}”的取值只能是整数、文字或日期"))
                    .hint("金额写成以分为单位的整数，日期写成 2018-09-30；要写明出处的写成 { value = 345000, source = \"…\" }"));
            }
        }
    }
    Ok(())
}

/// Checks that a parameter has one type throughout; `file` names the file of (period, name).
pub(super) fn check_kinds<'f>(
    parameters: &ParametersByPeriod,
    file: impl Fn(&str, &str) -> Option<&'f TomlFile>,
) -> Result<()> {
    let mut kinds: BTreeMap<&str, (std::mem::Discriminant<RuleParameter>, &str)> = BTreeMap::new();
    for (layer, values) in parameters {
        for (name, value) in values {
            let Some(value) = parameter_from_toml(value) else { continue };
            let kind = std::mem::discriminant(&value);
            match kinds.get(name.as_str()) {
                Some((other, first)) if *other != kind => {
                    let message = format!("参数“{name}”的类型与“{first}”里的不同");
                    let steps = ["parameters".into(), layer.as_str().into(), name.as_str().into()];
                    let error = match file(layer, name) {
                        Some(file) => file.complain(&steps, message),
                        None => crate::Error::configuration(message),
                    };
                    return Err(error.hint("同一参数各期类型要一致"));
                }
                _ => {
                    kinds.insert(name, (kind, layer));
                }
            }
        }
    }
    Ok(())
}

/// A value, alone or as `{ value = …, source = "…" }` with the paper that it is from.
pub(crate) fn parameter_from_toml(value: &toml::Value) -> Option<RuleParameter> {
    match value {
        toml::Value::Table(told) if told.len() == 2 => {
            told.get("source")?.as_str().filter(|source| !source.trim().is_empty())?;
            let value = told.get("value")?;
            (!value.is_table()).then(|| parameter_from_toml(value)).flatten()
        }
        toml::Value::Integer(n) => Some(RuleParameter::Integer(*n)),
        toml::Value::String(s) => Some(RuleParameter::Text(s.clone())),
        toml::Value::Datetime(d) => {
            let day = d.date?;
            let date = jiff::civil::Date::new(day.year as i16, day.month as i8, day.day as i8).ok()?;
            Some(RuleParameter::Date(day_to_date32(date)))
        }
        _ => None,
    }
}

impl DivisionFiles {
    /// (key, file name) of every table named.
    pub fn files(&self) -> Vec<(&'static str, &str)> {
        let mut files = vec![
            ("counties", self.counties.as_str()),
            ("townships", self.townships.as_str()),
            ("villages", self.villages.as_str()),
        ];
        files.extend(self.id_prefixes.as_deref().map(|f| ("id_prefixes", f)));
        files
    }
}
