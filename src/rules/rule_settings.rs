//! `rules/rules.toml`: what the rules of a pipeline share: derived dates, which register's
//! address counts, the policy text they quote, and what an example row looks like unless said
//! otherwise, and the words officers read and choose from. What a folder sets holds against what the
//! bases it includes set.

use std::collections::BTreeMap;
use std::path::Path;

use jiff::Span;
use jiff::civil::Date;
use serde::Deserialize;

use super::list_settings::ListSettings;
use super::officer_words::{AnswerWords, OfficerWords, SeverityWords};
use super::waiver::Waiver;
use crate::config::pipeline_settings::parameter_from_toml;
use crate::config::toml_file::{TomlFile, TomlStep};
use crate::config::{IncludedFolders, Pipeline, RuleParameter};
use crate::model::column_type::{ColumnType, ColumnTypes};
use crate::model::day::{day_from_date32, day_to_date32};
use crate::model::exception::Severity;
use crate::model::period::Period;
use crate::model::work_calendar::WorkCalendar;
use crate::{Error, Result};

/// `rules/rules.toml`.
#[derive(Debug, Clone, Default, Deserialize, schemars::JsonSchema)]
#[serde(deny_unknown_fields)]
pub struct RuleSettings {
    /// File with the policy text, relative to the pipeline folder; every quote must stand in it.
    pub policy_text: Option<String>,
    /// Sources whose address a person or household is shown under, the first that has one.
    #[serde(default)]
    pub home_sources: Vec<String>,
    /// Quarter whose parameters the examples use.
    pub example_quarter: Option<Period>,
    /// Dates computed for each quarter; columns of the view `parameter`.
    #[serde(default)]
    pub dates: BTreeMap<String, DerivedDate>,
    /// How the quality of the register is scored; absent: not at all.
    pub quality: Option<crate::rules::quality_settings::QualitySettings>,
    /// How much a rule may find, and how long it may take.
    #[serde(default)]
    pub limits: RuleLimits,
    /// What the severities are called and how they are marked.
    #[serde(default)]
    pub severities: BTreeMap<Severity, SeverityWords>,
    /// What an officer may choose in a list.
    #[serde(default)]
    pub answers: AnswerWords,
    /// Findings that need not be looked at in an area for a while.
    #[serde(default)]
    pub waivers: Vec<Waiver>,
    /// What a list says of whoever is visited.
    #[serde(default)]
    pub lists: ListSettings,
    /// Code of the prefecture that the examples are written for, if it is not the pipeline's own.
    pub example_prefecture: Option<String>,
    /// Values of an example row unless it says otherwise, by view; `{column}` repeats a column.
    #[serde(default)]
    pub example_defaults: BTreeMap<String, BTreeMap<String, String>>,
    /// What a row of a situation has beyond that, by view: of a person, household or entry with
    /// which nothing is amiss.
    #[serde(default)]
    pub situation_defaults: BTreeMap<String, BTreeMap<String, String>>,
    /// Kinds of rows of situations, by view and name (`registry_person:小学生`): what they have instead.
    #[serde(default)]
    pub situation_kinds: BTreeMap<String, BTreeMap<String, BTreeMap<String, String>>>,
}

/// The `rules/rules.toml` of all folders, the pipeline's own first.
#[derive(Debug, Clone, Default)]
pub struct SettingsFiles(Vec<TomlFile>);

impl SettingsFiles {
    /// A complaint about the value at `steps`, in the file that says it.
    pub fn complain(&self, steps: &[TomlStep<'_>], message: impl Into<String>) -> Error {
        match self.0.iter().find(|file| file.has(steps)).or(self.0.first()) {
            Some(file) => file.complain(steps, message),
            None => Error::configuration(message),
        }
    }
    /// A complaint about the key that ends `steps`, in the file that says it.
    pub fn complain_key(&self, steps: &[TomlStep<'_>], message: impl Into<String>) -> Error {
        match self.0.iter().find(|file| file.has(steps)).or(self.0.first()) {
            Some(file) => file.complain_key(steps, message),
            None => Error::configuration(message),
        }
    }
}

/// `[limits]`: a rule or definition that goes beyond stops the run, which names it; with `buckets` each bucket counts by
/// itself. Without a limit there is none.
#[derive(Debug, Clone, Copy, Default, Deserialize, schemars::JsonSchema)]
#[serde(deny_unknown_fields, default)]
pub struct RuleLimits {
    /// Rows that a SELECT may yield.
    pub most_rows: Option<u64>,
    /// Seconds that a SELECT may take.
    pub most_seconds: Option<u64>,
}

/// A date counted from the quarter.
#[derive(Debug, Clone, Deserialize, schemars::JsonSchema)]
#[serde(deny_unknown_fields)]
pub struct DerivedDate {
    /// `quarter_start`, `quarter_end` or `MM-DD`: the last such day not after the quarter's end.
    pub from: String,
    /// Years earlier: a number or the name of a parameter.
    pub minus_years: Option<ParameterAmount>,
    /// Days earlier: a number or the name of a parameter.
    pub minus_days: Option<ParameterAmount>,
    /// Working days earlier, counted last: the latest day after which so many have been worked on by then.
    pub minus_working_days: Option<ParameterAmount>,
}

/// A number, the parameter that holds it, or a list of these to be added up.
#[derive(Debug, Clone, Deserialize, schemars::JsonSchema)]
#[serde(untagged)]
pub enum ParameterAmount {
    /// Number.
    Number(i64),
    /// Parameter.
    Parameter(String),
    /// Sum of several.
    Sum(Vec<ParameterAmount>),
}

/// What is said of a date that no calendar has.
const BEYOND: &str = "日期超出范围";

impl ParameterAmount {
    /// Whether it, or a part of it, is this parameter.
    fn names(&self, parameter: &str) -> bool {
        match self {
            Self::Number(_) => false,
            Self::Parameter(name) => name == parameter,
            Self::Sum(parts) => parts.iter().any(|part| part.names(parameter)),
        }
    }
    fn value(&self, row: &BTreeMap<String, RuleParameter>) -> Result<i64, String> {
        match self {
            Self::Number(n) => Ok(*n),
            Self::Parameter(name) => match row.get(name) {
                Some(RuleParameter::Integer(n)) => Ok(*n),
                _ => Err(format!("没有整数参数“{name}”")),
            },
            Self::Sum(parts) => parts.iter().try_fold(0i64, |sum, part| {
                sum.checked_add(part.value(row)?).ok_or_else(|| BEYOND.to_owned())
            }),
        }
    }
}

impl RuleSettings {
    /// Reads the files of all folders into one; a pipeline without any has no shared settings. Also
    /// the policy texts that they name, one after the other.
    pub fn read(layers: &IncludedFolders) -> Result<(Self, SettingsFiles, Option<String>)> {
        let (mut merged, mut files, mut texts) = (Self::default(), Vec::new(), Vec::new());
        for layer in layers.all() {
            let path = layer.folder.join("rules/rules.toml");
            if !path.exists() {
                continue;
            }
            let file = TomlFile::read(&path)?;
            let own: Self = file.parse()?;
            texts.extend(policy_text(&layer.folder, &own, &file)?);
            merged.add(own);
            files.push(file);
        }
        let policy_text = (!texts.is_empty()).then(|| texts.join("\n\n"));
        Ok((merged, SettingsFiles(files), policy_text))
    }
    /// Words of severities and answers.
    pub fn words(&self) -> OfficerWords {
        OfficerWords { severities: self.severities.clone(), answers: self.answers.clone() }
    }
    /// Adds what a base says where nothing is said yet.
    fn add(&mut self, base: Self) {
        fn under<V>(map: &mut BTreeMap<String, V>, base: BTreeMap<String, V>) {
            for (name, value) in base {
                map.entry(name).or_insert(value);
            }
        }
        let words = self.words().over(base.words());
        (self.severities, self.answers) = (words.severities, words.answers);
        self.lists = std::mem::take(&mut self.lists).over(base.lists);
        self.policy_text = self.policy_text.take().or(base.policy_text);
        if self.home_sources.is_empty() {
            self.home_sources = base.home_sources;
        }
        self.waivers.extend(base.waivers);
        self.example_quarter = self.example_quarter.take().or(base.example_quarter);
        self.limits.most_rows = self.limits.most_rows.or(base.limits.most_rows);
        self.limits.most_seconds = self.limits.most_seconds.or(base.limits.most_seconds);
        self.example_prefecture = self.example_prefecture.take().or(base.example_prefecture);
        under(&mut self.dates, base.dates);
        for (view, values) in base.example_defaults {
            under(self.example_defaults.entry(view).or_default(), values);
        }
        for (view, values) in base.situation_defaults {
            under(self.situation_defaults.entry(view).or_default(), values);
        }
        for (view, kinds) in base.situation_kinds {
            under(self.situation_kinds.entry(view).or_default(), kinds);
        }
        self.quality = match (self.quality.take(), base.quality) {
            (Some(own), Some(base)) => Some(own.over(base)),
            (own, base) => own.or(base),
        };
    }
    /// The row of the view `parameter` in `period`: the parameters in `row`, the period's own
    /// figures and the derived dates.
    pub fn parameters(
        &self,
        files: &SettingsFiles,
        mut row: BTreeMap<String, RuleParameter>,
        (period, calendar): (Period, &WorkCalendar),
    ) -> Result<BTreeMap<String, RuleParameter>> {
        let previous = period.previous()?;
        for (name, value) in [
            ("quarter", RuleParameter::Text(period.to_string())),
            ("previous_quarter", RuleParameter::Text(previous.to_string())),
            ("year", RuleParameter::Integer(i64::from(period.year()))),
            ("quarter_start", RuleParameter::Date(period.first_day32())),
            ("quarter_end", RuleParameter::Date(period.last_day32())),
            ("first_month", RuleParameter::Integer(i64::from(period.first_month()))),
            ("last_month", RuleParameter::Integer(i64::from(period.last_month()))),
            ("previous_last_month", RuleParameter::Integer(i64::from(previous.last_month()))),
            ("school_year_start", RuleParameter::Date(day_to_date32(period.school_year_start()))),
        ] {
            row.insert(name.to_owned(), value);
        }
        for (name, derived) in &self.dates {
            let day = derived.resolve((period, calendar), &row).map_err(|message| {
                files.complain(&["dates".into(), name.as_str().into()], message)
                    .hint("from 写 quarter_start、quarter_end 或 MM-DD;minus_days、minus_working_days、minus_years 写数字或 pipeline.toml 里的整数参数名")
            })?;
            row.insert(name.clone(), RuleParameter::Date(day_to_date32(day)));
        }
        Ok(row)
    }
    /// The earliest of the dates in a row that are counted back over working days, if there is one.
    pub(crate) fn first_counted_over(&self, row: &BTreeMap<String, RuleParameter>) -> Option<Date> {
        let counted = self.dates.iter().filter(|(_, derived)| derived.minus_working_days.is_some());
        let days = counted.filter_map(|(name, _)| match row.get(name) {
            Some(RuleParameter::Date(days)) => day_from_date32(*days),
            _ => None,
        });
        days.min()
    }
    /// Columns of the view `parameter`: everything that any quarter's parameters can hold.
    pub fn parameter_columns(&self, pipeline: &Pipeline) -> ColumnTypes {
        let mut columns: BTreeMap<String, ColumnType> = BTreeMap::new();
        for name in ["quarter", "previous_quarter"] {
            columns.insert(name.to_owned(), ColumnType::Text);
        }
        for name in ["year", "first_month", "last_month", "previous_last_month"] {
            columns.insert(name.to_owned(), ColumnType::Int64);
        }
        for name in ["quarter_start", "quarter_end", "school_year_start"] {
            columns.insert(name.to_owned(), ColumnType::Date);
        }
        columns.extend(self.dates.keys().map(|name| (name.clone(), ColumnType::Date)));
        for layer in pipeline.settings.parameters.values() {
            for (name, value) in layer {
                let kind = match parameter_from_toml(value) {
                    Some(RuleParameter::Integer(_)) => ColumnType::Int64,
                    Some(RuleParameter::Date(_)) => ColumnType::Date,
                    _ => ColumnType::Text,
                };
                columns.insert(name.clone(), kind);
            }
        }
        columns.into_iter().collect()
    }
}

impl DerivedDate {
    /// Whether a parameter has a part in it.
    pub(crate) fn counts_with(&self, parameter: &str) -> bool {
        let amounts = [&self.minus_years, &self.minus_days, &self.minus_working_days];
        amounts.into_iter().flatten().any(|amount| amount.names(parameter))
    }
    fn resolve(
        &self,
        (period, calendar): (Period, &WorkCalendar),
        row: &BTreeMap<String, RuleParameter>,
    ) -> Result<Date, String> {
        let amount = |amount: &Option<ParameterAmount>| amount.as_ref().map_or(Ok(0), |a| a.value(row));
        let anchor = match self.from.as_str() {
            "quarter_start" => period.first_day(),
            "quarter_end" => period.last_day(),
            month_day => {
                let bad = || format!("不认识的起点“{month_day}”");
                let (month, day) = month_day.split_once('-').ok_or_else(bad)?;
                let (month, day) = (month.parse().map_err(|_| bad())?, day.parse().map_err(|_| bad())?);
                let this = Date::new(period.year(), month, day).map_err(|_| bad())?;
                if this <= period.last_day() {
                    this
                } else {
                    Date::new(period.year() - 1, month, day).map_err(|_| bad())?
                }
            }
        };
        let (years, days) = (amount(&self.minus_years)?, amount(&self.minus_days)?);
        let day = Span::new()
            .try_years(years)
            .and_then(|span| span.try_days(days))
            .and_then(|span| anchor.checked_sub(span))
            .map_err(|_| BEYOND.to_owned())?;
        let worked = amount(&self.minus_working_days)?;
        let worked = u32::try_from(worked).map_err(|_| format!("“{worked}”不是工作日的天数"))?;
        calendar.working_days_before(day, worked).map_err(|_| BEYOND.to_owned())
    }
}

/// The policy text that the settings in the folder `root` name.
fn policy_text(root: &Path, settings: &RuleSettings, file: &TomlFile) -> Result<Option<String>> {
    let Some(name) = &settings.policy_text else { return Ok(None) };
    if name.split(['/', '\\']).any(|part| part == "..") || Path::new(name).is_absolute() {
        return Err(file
            .complain(&["policy_text".into()], "政策文本必须放在流水线文件夹内")
            .hint("写相对路径，例如 policy/plan.txt"));
    }
    let path = root.join(name);
    std::fs::read_to_string(&path).map(Some).map_err(|e| {
        Error::configuration("读不到政策文本")
            .in_file(path)
            .hint("检查 rules.toml 的 policy_text；文件应为 UTF-8")
            .caused_by(e)
    })
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn dates_are_counted_from_the_quarter() {
        let row = BTreeMap::from([("days".to_owned(), RuleParameter::Integer(30))]);
        let derived = |text: &str, quarter: &str| {
            let date: DerivedDate = toml::from_str(text).unwrap();
            date.resolve((quarter.parse().unwrap(), &WorkCalendar::default()), &row).map(|d| d.to_string())
        };
        assert_eq!(derived("from = 'quarter_end'\nminus_days = 'days'", "2018Q3").unwrap(), "2018-08-31");
        assert_eq!(derived("from = '08-31'\nminus_years = 6", "2018Q2").unwrap(), "2011-08-31");
        assert_eq!(derived("from = '08-31'", "2018Q3").unwrap(), "2018-08-31");
        assert!(derived("from = '13-99'", "2018Q3").is_err());
        assert!(derived("from = 'quarter_end'\nminus_days = 'x'", "2018Q3").is_err());
        assert_eq!(
            derived("from = 'quarter_end'\nminus_days = [1, 'days']", "2018Q3").unwrap(),
            "2018-08-30"
        );
        // September 30th is a Sunday: thirty days worked on are six weeks.
        let worked = "from = 'quarter_end'\nminus_working_days = 'days'";
        assert_eq!(derived(worked, "2018Q3").unwrap(), "2018-08-19");
        assert!(derived("from = 'quarter_end'\nminus_working_days = -1", "2018Q3").is_err());
    }

    #[test]
    fn a_date_beyond_the_calendar_is_refused() {
        let greatest = i64::MAX;
        for text in [
            format!("minus_days = {greatest}"),
            format!("minus_days = -{greatest}"),
            format!("minus_years = {greatest}"),
            format!("minus_years = 19999\nminus_days = {greatest}"),
            format!("minus_days = [{greatest}, 1]"),
            format!("minus_days = [-{greatest}, -2]"),
            "minus_days = [7000000, 7000000]".to_owned(),
            "minus_years = 19000".to_owned(),
            "minus_working_days = 4000000000".to_owned(),
        ] {
            let date: DerivedDate = toml::from_str(&format!("from = 'quarter_end'\n{text}")).unwrap();
            let over = ("2018Q3".parse().unwrap(), &WorkCalendar::default());
            let refused = date.resolve(over, &BTreeMap::new()).unwrap_err();
            assert!(refused.contains("超出范围"), "{text}: {refused}");
        }
    }
}
