//! All rules of a pipeline, read and checked against the views the contracts promise.

use std::collections::{BTreeMap, BTreeSet};
use std::path::Path;
use std::sync::Arc;

use super::former_codes::renamed_codes;
use super::quality_settings;
use super::rule_file::{Rule, RuleDefinition, RuleHeader, SqlFile};
use super::rule_settings::{RuleSettings, SettingsFiles};
use super::rules_of_included_folders::{self, RuleFiles};
use super::sql::lineage::{ViewColumn, naming_columns};
use super::targets::{self, TargetFile, TopicPlace};
use super::view_catalogue::{PREVIOUS, ViewCatalogue};
use super::waiver::check_waivers;
use crate::config::included_folders::ReplacedFile;
use crate::config::pipeline_settings::parameters_in_period;
use crate::config::toml_file::suggest_toml_name;
use crate::config::{ColumnRole, IncludedFolders, Pipeline, RuleParameter, SourceContract};
use crate::model::column_type::{ColumnType, ColumnTypes};
use crate::model::period::Period;
use crate::{Error, Result};

/// Columns by table.
pub(crate) type ColumnsByTable = BTreeMap<String, BTreeSet<String>>;

/// Tables that these SELECTs read, with the names that may be their columns: those written with
/// the table's alias, and those without any.
pub(crate) fn columns_by_table<'f>(files: impl Iterator<Item = &'f SqlFile>) -> ColumnsByTable {
    let mut columns = ColumnsByTable::new();
    for file in files {
        for table in file.select.tables() {
            let own = |alias: &String| *alias == table.alias || *alias == table.name;
            let named = file.select.columns().iter().filter(|column| column.alias.as_ref().is_none_or(own));
            let known = columns.entry(table.name.clone()).or_default();
            known.extend(named.map(|column| column.name.clone()));
        }
    }
    columns
}

/// Rules, definitions and what they may read.
#[derive(Debug, Clone)]
pub struct RuleSet {
    /// Rules by code.
    pub rules: Vec<Rule>,
    /// Definitions, each after those it reads.
    pub definitions: Vec<RuleDefinition>,
    /// `rules/rules.toml`.
    pub settings: RuleSettings,
    /// Views.
    pub catalogue: ViewCatalogue,
    /// Code of the whole prefecture, for indicators.
    pub root_code: String,
    /// Chinese label of each contract column, by `view.column`.
    pub labels: BTreeMap<String, String>,
    /// Columns that hold a department's own household number wherever a source has them, and
    /// whether every record has one.
    pub household_columns: BTreeMap<String, bool>,
    /// `rules/targets.toml`.
    pub targets: TargetFile,
    /// Files of bases that others stand in for.
    pub replaced: Vec<ReplacedFile>,
    /// Rules that are not run, by code, and why not.
    pub off: BTreeMap<String, String>,
    /// Codes of rules that this run was not asked for.
    pub unasked: BTreeSet<String>,
    /// Codes that rules had before, each with today's; those of rules that are not asked for, too.
    pub(crate) renamed: BTreeMap<String, Arc<str>>,
    /// Columns that say in words who somebody is.
    pub(crate) naming: BTreeSet<ViewColumn>,
    layers: IncludedFolders,
    target_places: Vec<TopicPlace>,
    pub(crate) settings_files: SettingsFiles,
    policy_text: Option<String>,
    /// Areas of waivers that the division table has.
    waiver_areas: BTreeSet<String>,
}

impl RuleSet {
    /// Reads `rules/` of the pipeline and of the bases it includes. A pipeline without rules has an
    /// empty set.
    ///
    /// # Errors
    /// A file that is not in order, at its line; codes or names that stand twice; a definition that reads itself; a
    /// parameter of a county that no rule reads for each county.
    pub fn load(pipeline: &Pipeline) -> Result<Self> {
        let layers = &pipeline.layers;
        let (settings, settings_files, policy_text) = RuleSettings::read(layers)?;
        let sources: Vec<_> =
            pipeline.sources.iter().map(|s| (s.name.clone(), s.title.clone(), contract_columns(s))).collect();
        let catalogue = ViewCatalogue::new(&sources, settings.parameter_columns(pipeline))
            .with_earlier(&pipeline.sources);
        let RuleFiles { rules, definitions, mut replaced, off } =
            rules_of_included_folders::read_included_rules(layers)?;
        let (targets, target_places, replaced_topics) = targets::read_targets(layers)?;
        replaced.splice(0..0, pipeline.replaced.iter().cloned());
        replaced.extend(replaced_topics);
        let definitions = order_definitions(definitions, &catalogue)?;
        let root_code = pipeline.settings.prefecture.code.clone();
        let labels = pipeline
            .sources
            .iter()
            .flat_map(|s| s.columns.iter().map(|c| (format!("{}.{}", s.name, c.name), c.label.clone())))
            .collect();
        let areas = settings.waivers.iter().filter_map(|waiver| waiver.area.clone());
        let waiver_areas = areas.filter(|area| pipeline.divisions.name_of(area).is_some()).collect();
        let rules = Self {
            waiver_areas,
            renamed: renamed_codes(&rules),
            rules,
            definitions,
            settings,
            replaced,
            off,
            unasked: BTreeSet::new(),
            naming: naming_columns(&pipeline.sources),
            layers: layers.clone(),
            catalogue,
            root_code,
            labels,
            household_columns: household_columns(&pipeline.sources),
            targets,
            target_places,
            settings_files,
            policy_text,
        };
        rules.check_county_parameters(pipeline)?;
        Ok(rules)
    }
    /// Puts the rules of a file into the set, in the place of those whose code they have or had, and returns their codes.
    ///
    /// # Errors
    /// A file that cannot be read, or is not in order, at its line.
    pub fn put_rule_file(&mut self, path: &Path) -> Result<Vec<String>> {
        let read = rules_of_included_folders::read_rule_file(path)?;
        let codes: Vec<String> = read.iter().map(|rule| rule.header.code.clone()).collect();
        let former: BTreeSet<&String> = read.iter().flat_map(|rule| &rule.header.formerly).collect();
        self.rules.retain(|rule| !codes.contains(&rule.header.code) && !former.contains(&rule.header.code));
        self.rules.extend(read);
        self.renamed = renamed_codes(&self.rules);
        self.rules.sort_by_key(|rule| code_order(&rule.header.code));
        Ok(codes)
    }
    /// The same set with the rules of these codes alone.
    pub(crate) fn with_codes(&self, codes: &[String]) -> Self {
        let mut rules = self.clone();
        rules.rules.retain(|rule| codes.contains(&rule.header.code));
        // It is scored by findings of all rules.
        rules.settings.quality = None;
        rules.settings.waivers.retain(|waiver| codes.contains(&waiver.rule));
        rules
    }
    /// The same set with this rule alone.
    pub(crate) fn with_only(&self, rule: &Rule) -> Self {
        Self {
            rules: vec![rule.clone()],
            definitions: self.definitions.clone(),
            settings: {
                let mut settings = self.settings.clone();
                settings.waivers.retain(|waiver| waiver.rule == rule.header.code);
                settings
            },
            waiver_areas: self.waiver_areas.clone(),
            catalogue: self.catalogue.clone(),
            root_code: self.root_code.clone(),
            labels: BTreeMap::new(),
            household_columns: self.household_columns.clone(),
            targets: TargetFile::default(),
            replaced: Vec::new(),
            off: BTreeMap::new(),
            unasked: BTreeSet::new(),
            renamed: renamed_codes(std::slice::from_ref(rule)),
            naming: self.naming.clone(),
            layers: self.layers.clone(),
            target_places: Vec::new(),
            settings_files: self.settings_files.clone(),
            policy_text: None,
        }
    }
    /// True if a rule is asked no more in `period`: its time is over, or a folder switched it off.
    pub fn is_retired(&self, rule: &Rule, period: Period) -> bool {
        let over = rule.header.until.is_some_and(|until| !period.within(None, Some(until)));
        over || self.off.contains_key(&rule.header.code)
    }
    /// Rule by code.
    pub fn rule(&self, code: &str) -> Option<&Rule> {
        self.rules.iter().find(|r| r.header.code == code)
    }
    /// Definition by name.
    pub fn definition(&self, name: &str) -> Option<&RuleDefinition> {
        self.definitions.iter().find(|d| d.header.name == name)
    }
    /// A column in words: `建档立卡户的“住房面积”`.
    pub fn column_label(&self, name: &str) -> String {
        let (view, column) = name.split_once('.').unwrap_or((name, ""));
        let label = self.labels.get(name).map_or(column, String::as_str);
        format!("{}的“{label}”", self.catalogue.title(view))
    }
    /// The row of the view `parameter`.
    ///
    /// # Errors
    /// A derived date outside the calendar, at its line.
    pub fn parameters(&self, pipeline: &Pipeline, period: Period) -> Result<BTreeMap<String, RuleParameter>> {
        self.settings.parameters(
            &self.settings_files,
            pipeline.parameters(period),
            (period, &pipeline.calendar),
        )
    }
    /// The row of a county in the view `county_parameter`.
    ///
    /// # Errors
    /// As for [`RuleSet::parameters`].
    pub fn county_parameters(
        &self,
        pipeline: &Pipeline,
        county: &str,
        period: Period,
    ) -> Result<BTreeMap<String, RuleParameter>> {
        let row = pipeline.settings.county_parameters(county, period);
        self.settings.parameters(&self.settings_files, row, (period, &pipeline.calendar))
    }
    /// Years in which the dates of `period` are counted over working days, and of which no holidays are known.
    ///
    /// # Errors
    /// As for [`RuleSet::parameters`].
    pub fn years_without_holidays(&self, pipeline: &Pipeline, period: Period) -> Result<Vec<i16>> {
        let first = self.settings.first_counted_over(&self.parameters(pipeline, period)?);
        Ok(first.map_or_else(Vec::new, |first| pipeline.calendar.unknown_years(first, period.last_day())))
    }
    /// Position of the folder that a rule is from; 0 is the pipeline's own.
    pub(crate) fn layer_of(&self, rule: &Rule) -> usize {
        let mut layers = self.layers.all().iter();
        layers.position(|l| rule.file.path.starts_with(l.folder.join("rules"))).unwrap_or(0)
    }
    /// By folder, the row of the view `parameter` for which the examples of its rules are written:
    /// what a base sets holds there against what those who include it set.
    pub(crate) fn example_parameters(
        &self,
        pipeline: &Pipeline,
        period: Period,
    ) -> Result<Vec<BTreeMap<String, RuleParameter>>> {
        let of = |layer| {
            let mut row = pipeline.parameters(period);
            row.extend(parameters_in_period(&self.layers.parameters_from(layer)?, period));
            self.settings.parameters(&self.settings_files, row, (period, &pipeline.calendar))
        };
        (0..self.layers.all().len()).map(of).collect()
    }
    /// Code of the whole prefecture in the examples of a rule.
    pub(crate) fn example_root(&self, rule: &Rule) -> &str {
        let of_base = self.settings.example_prefecture.as_deref().filter(|_| self.layer_of(rule) > 0);
        of_base.unwrap_or(&self.root_code)
    }
    /// Whether a policy text is there for the quotes of the rules.
    pub fn has_policy_text(&self) -> bool {
        self.policy_text.is_some()
    }
    /// Whether the policy text, if there is one, holds this phrase.
    pub(crate) fn may_quote(&self, phrase: &str) -> bool {
        self.policy_text.as_ref().is_none_or(|text| text.contains(phrase))
    }
    /// Views of sources (this or the previous quarter) that a SELECT reads, through definitions too.
    pub fn source_views(&self, file: &SqlFile) -> BTreeSet<String> {
        let mut found = BTreeSet::new();
        let mut todo: Vec<&SqlFile> = vec![file];
        let mut seen = BTreeSet::new();
        while let Some(file) = todo.pop() {
            for table in file.select.table_names() {
                if let Some(definition) = self.definition(table) {
                    if seen.insert(table.to_owned()) {
                        todo.push(&definition.file);
                    }
                } else if self.catalogue.can_be_absent(table) {
                    found.insert(table.to_owned());
                }
            }
        }
        found
    }
    /// Columns that rules and definitions may read, by table.
    pub fn columns_read(&self) -> ColumnsByTable {
        self.columns_of(&(0..self.rules.len()).collect::<Vec<_>>())
    }
    /// Columns that the rules at these positions, the definitions they need and the quality of the
    /// register may read, by table.
    pub(crate) fn columns_of(&self, positions: &[usize]) -> ColumnsByTable {
        let needed = self.definitions_needed(positions);
        let definitions = self.definitions.iter().filter(|d| needed.contains(&d.header.name));
        let rules = positions.iter().map(|&at| &self.rules[at].file);
        let mut read = columns_by_table(rules.chain(definitions.map(|d| &d.file)));
        self.add_quality_columns(&mut read);
        self.add_absence_columns(positions, &mut read);
        read
    }
    /// Names of the definitions that these rules and the quality of the register need.
    pub(crate) fn definitions_needed(&self, positions: &[usize]) -> BTreeSet<String> {
        let of_rules = positions.iter().flat_map(|&at| self.definitions_of(&self.rules[at].file));
        let quality = self.settings.quality.iter().flat_map(|q| [&q.persons, &q.households]);
        let of_quality = quality.flat_map(|table| self.definitions_behind(table));
        let absences = self.absence_rows(positions).into_iter();
        let of_absences = absences.flat_map(|table| self.definitions_behind(table));
        of_rules.map(|d| d.header.name.clone()).chain(of_quality).chain(of_absences).collect()
    }
    /// Views and definitions that these rules name in `absent_from` as `rows`.
    pub(crate) fn absence_rows(&self, positions: &[usize]) -> BTreeSet<&str> {
        let absences = positions.iter().flat_map(|&at| &self.rules[at].header.absent_from);
        absences.filter_map(|absence| absence.rows.as_deref()).collect()
    }
    /// Adds what near misses are told by that count as missed.
    pub(crate) fn add_absence_columns(&self, positions: &[usize], read: &mut ColumnsByTable) {
        for table in self.absence_rows(positions) {
            read.entry(table.to_owned()).or_default().insert("person_id".to_owned());
        }
    }
    /// Whether a rule's SELECT reads a table, through definitions too.
    pub(crate) fn reads(&self, rule: &Rule, table: &str) -> bool {
        let definitions = self.definitions_of(&rule.file).into_iter().map(|d| &d.file);
        definitions.chain([&rule.file]).any(|file| file.select.table_names().any(|name| name == table))
    }
    /// Definitions that a rule needs, those that its `absent_from` names included, in order.
    pub(crate) fn definitions_for(&self, rule: &Rule) -> Vec<&RuleDefinition> {
        let of_select = self.definitions_of(&rule.file).into_iter().map(|d| d.header.name.clone());
        let rows = rule.header.absent_from.iter().filter_map(|absence| absence.rows.as_deref());
        let needed: BTreeSet<String> =
            of_select.chain(rows.flat_map(|table| self.definitions_behind(table))).collect();
        self.definitions.iter().filter(|d| needed.contains(&d.header.name)).collect()
    }
    /// The columns of the two tables that the quality of the register is counted in, persons first: whose row it is,
    /// where, and what the checks ask.
    pub(crate) fn quality_columns(&self) -> Option<[(&str, BTreeSet<String>); 2]> {
        let settings = self.settings.quality.as_ref()?;
        let checks = settings.checks(&self.rules);
        let columns = |of_households: bool| {
            let own = ["household_id", "county_code", "township_code", "village_code"].map(str::to_owned);
            let mut columns = BTreeSet::from(own);
            columns.extend((!of_households).then(|| "person_id".to_owned()));
            for check in checks.iter().filter(|check| check.of_households == of_households) {
                columns.extend(check.cells.iter().chain([&check.flag]).filter(|c| !c.is_empty()).cloned());
            }
            columns
        };
        Some([(&*settings.persons, columns(false)), (&*settings.households, columns(true))])
    }
    /// Adds what the quality of the register reads.
    pub(crate) fn add_quality_columns(&self, read: &mut ColumnsByTable) {
        for (table, columns) in self.quality_columns().into_iter().flatten() {
            read.entry(table.to_owned()).or_default().extend(columns);
        }
    }
    /// Views of the previous quarter that rules read or name as sources, without the suffix.
    pub fn previous_views(&self) -> BTreeSet<String> {
        let named = self.rules.iter().flat_map(|r| r.header.sources.iter().cloned());
        let names = self.columns_read().into_keys().chain(named);
        names.filter_map(|name| name.strip_suffix(PREVIOUS).map(str::to_owned)).collect()
    }
    /// Names of columns that hold a department's own household numbers in every list that has
    /// a column of the name.
    pub fn household_numbers(&self) -> Vec<&str> {
        self.household_columns.keys().map(String::as_str).collect()
    }
    /// The definition of this name and those it needs; none for a view.
    pub fn definitions_behind(&self, table: &str) -> Vec<String> {
        let Some(definition) = self.definition(table) else { return Vec::new() };
        let behind = self.definitions_of(&definition.file).into_iter().map(|d| d.header.name.clone());
        behind.chain([table.to_owned()]).collect()
    }
    /// Definitions that a SELECT needs, in order.
    pub fn definitions_of(&self, file: &SqlFile) -> Vec<&RuleDefinition> {
        let mut wanted: BTreeSet<&str> = file.select.table_names().collect();
        for definition in self.definitions.iter().rev() {
            if wanted.contains(definition.header.name.as_str()) {
                wanted.extend(definition.file.select.table_names());
            }
        }
        self.definitions.iter().filter(|d| wanted.contains(d.header.name.as_str())).collect()
    }
    /// Checks what can be told of targets, quality settings and headers without an engine. All
    /// complaints, in file order; a header's complaint stands beside its rule's position.
    pub(crate) fn check_settings(&self) -> Vec<Error> {
        let taken = |code: &str| self.rule(code).is_some();
        let mut complaints =
            targets::check(&self.targets, &self.target_places, taken, self.policy_text.as_deref());
        complaints.extend(self.check_home_sources().err());
        complaints.extend(self.check_quality().err());
        complaints.extend(self.settings.words().check(&self.settings_files));
        complaints.extend(check_waivers(self, |area| self.waiver_areas.contains(area)));
        complaints.extend(self.check_list_columns());
        complaints
    }
    /// Columns that lists show of whoever is visited, and no source has.
    fn check_list_columns(&self) -> Vec<Error> {
        let is_known = |named: &str| {
            named.split_once('.').is_some_and(|(source, column)| {
                let columns = self.catalogue.columns(source).filter(|_| !source.ends_with(PREVIOUS));
                columns.is_some_and(|columns| columns.iter().any(|(name, _)| name == column))
            })
        };
        let mut complaints = Vec::new();
        for (key, columns) in self.settings.lists.all() {
            for (at, named) in columns.iter().enumerate().filter(|(_, named)| !is_known(named)) {
                let place = ["lists".into(), key.into(), at.into()];
                let error = self.settings_files.complain(&place, format!("没有“{named}”这一列"));
                complaints.push(error.hint("写成 来源.列，例如 registry_person.phone"));
            }
        }
        complaints
    }
    fn check_home_sources(&self) -> Result<()> {
        let is_source = |name: &str| self.catalogue.can_be_absent(name) && !name.ends_with(PREVIOUS);
        let names = &self.settings.home_sources;
        if let Some(at) = names.iter().position(|name| !is_source(name)) {
            let name = &names[at];
            let known: Vec<&str> =
                self.catalogue.views.keys().map(String::as_str).filter(|v| is_source(v)).collect();
            let place = ["home_sources".into(), at.into()];
            let error = self.settings_files.complain(&place, format!("没有名为“{name}”的数据来源"));
            return Err(with_hint(error, suggest_toml_name(name, &known, "可用的来源")));
        }
        Ok(())
    }
    fn check_quality(&self) -> Result<()> {
        let Some(settings) = &self.settings.quality else { return Ok(()) };
        if let Some(key) = settings.missing() {
            return Err(self
                .settings_files
                .complain(&["quality".into()], format!("缺少键“{key}”"))
                .hint(format!("补上 {key} = …")));
        }
        for (key, name) in [("persons", &settings.persons), ("households", &settings.households)] {
            if self.definition(name).is_none() && self.catalogue.columns(name).is_none() {
                return Err(self
                    .settings_files
                    .complain(&["quality".into(), key.into()], format!("没有名为“{name}”的表或定义")));
            }
        }
        for (at, group) in settings.groups.iter().enumerate() {
            if !self.rules.iter().any(|rule| rule.group == *group) {
                let known: BTreeSet<&str> = self.rules.iter().map(|rule| rule.group.as_str()).collect();
                let known = Vec::from_iter(known);
                let place = ["quality".into(), "groups".into(), at.into()];
                let error = self.settings_files.complain(&place, format!("rules/ 里没有规则文件夹“{group}”"));
                return Err(with_hint(error, suggest_toml_name(group, &known, "现有文件夹")));
            }
        }
        self.check_asked(settings)?;
        let by_severity = settings
            .severity_weights
            .iter()
            .map(|(severity, weight)| ("severity_weights", format!("{severity:?}"), *weight));
        let by_rule =
            settings.rule_weights.iter().map(|(code, weight)| ("rule_weights", code.clone(), *weight));
        if let Some((key, name, weight)) =
            by_severity.chain(by_rule).find(|(.., w)| *w > quality_settings::MOST_WEIGHT)
        {
            let steps = ["quality".into(), key.into(), name.as_str().into()];
            return Err(self
                .settings_files
                .complain(&steps, format!("扣分{weight}太大，最多{}", quality_settings::MOST_WEIGHT))
                .hint("扣分是各规则之间的比例，例如 S1 = 5、S3 = 1"));
        }
        let stray = settings.rule_weights.keys().find(|code| self.rule(code).is_none());
        match stray {
            Some(code) => Err(self.settings_files.complain_key(
                &["quality".into(), "rule_weights".into(), code.as_str().into()],
                format!("没有编号为“{code}”的规则"),
            )),
            None => Ok(()),
        }
    }
    /// Checks that `[quality.asked]` names rules that count, and columns that the tables have.
    fn check_asked(&self, settings: &quality_settings::QualitySettings) -> Result<()> {
        let complain = |code: &str, message: String| {
            self.settings_files.complain(&["quality".into(), "asked".into(), code.into()], message)
        };
        let rules: Vec<&str> = self.rules.iter().map(|rule| rule.header.code.as_str()).collect();
        if let Some(code) = settings.asked.keys().find(|code| !rules.contains(&code.as_str())) {
            let error = complain(code, format!("没有编号为“{code}”的规则"));
            return Err(with_hint(error, suggest_toml_name(code, &rules, "现有规则")));
        }
        let columns = |table: &str| -> Vec<String> {
            let view = || self.catalogue.columns(table).into_iter().flatten().map(|(name, _)| name.clone());
            let definition = self.definition(table).map(|d| d.file.select.column_names().unwrap_or_default());
            definition.map_or_else(|| view().collect(), |names| names.into_iter().collect())
        };
        let (persons, households) = (columns(&settings.persons), columns(&settings.households));
        for check in settings.checks(&self.rules) {
            let known = if check.of_households { &households } else { &persons };
            let asked = check.cells.iter().chain([&check.flag]).filter(|name| !name.is_empty());
            if let Some(name) = asked.clone().find(|name| !known.contains(name)) {
                let table = if check.of_households { &settings.households } else { &settings.persons };
                let known: Vec<&str> = known.iter().map(String::as_str).collect();
                let error = complain(&check.code, format!("规则{}：“{table}”没有列“{name}”", check.code));
                return Err(with_hint(error, suggest_toml_name(name, &known, "可用的列")));
            }
        }
        Ok(())
    }
    /// Checks the header of a rule against the set, the views and the policy text.
    ///
    /// # Errors
    /// A name that nothing has, a quotation that the policy does not hold, sources that the SELECT
    /// does not read.
    pub(crate) fn check_header(&self, rule: &Rule) -> Result<()> {
        let header = &rule.header;
        if !self.may_quote(&header.policy.quote) {
            return Err(rule
                .file
                .complain_at(&["policy".into(), "quote".into()], "引文与政策文本不一致")
                .hint("引文必须是政策原文中连续的一段，标点也要一致"));
        }
        self.check_former_codes(rule)?;
        let read = self.source_views(&rule.file);
        let listed: BTreeSet<&String> = header.sources.iter().chain(&header.optional_sources).collect();
        for name in &listed {
            if !self.catalogue.can_be_absent(name) {
                let known: Vec<&str> = self
                    .catalogue
                    .views
                    .keys()
                    .filter(|v| self.catalogue.can_be_absent(v))
                    .map(String::as_str)
                    .collect();
                let error = rule.file.complain_key("sources", format!("没有名为“{name}”的数据来源"));
                return Err(with_hint(error, suggest_toml_name(name, &known, "可用的来源")));
            }
        }
        if read.iter().collect::<BTreeSet<_>>() != listed {
            let list: Vec<String> = read.iter().map(|name| format!("\"{name}\"")).collect();
            return Err(rule.file.complain_key("sources", "所列数据来源与语句实际用到的不一致").hint(
                format!(
                    "语句（连同所用定义）用到：[{}]；缺了也能运行的写进 optional_sources",
                    list.join(", ")
                ),
            ));
        }
        for (at, column) in header.told.iter().flatten().enumerate() {
            let known = column.split_once('.').is_some_and(|(view, name)| {
                read.contains(view)
                    && self.catalogue.columns(view).is_some_and(|all| all.iter().any(|(own, _)| own == name))
            });
            if !known {
                return Err(rule
                    .file
                    .complain_at(&["told".into(), at.into()], format!("“{column}”不是语句所用来源的列"))
                    .hint("写成 来源.列，例如 \"insurance.status\""));
            }
        }
        for (at, absence) in header.absent_from.iter().enumerate() {
            let place = |key: &'static str| ["absent_from".into(), at.into(), key.into()];
            let named = [("list", absence.list.as_str()), ("of", header.absent_source(absence))];
            if let Some((key, name)) = named.into_iter().find(|(_, name)| !read.contains(*name)) {
                return Err(rule
                    .file
                    .complain_at(&place(key), format!("“{name}”不是语句所用的数据来源"))
                    .hint("list 写名单，of 写疑点证据所在的来源（不写即 sources 的第一个）"));
            }
            let table = absence.rows.as_deref().unwrap_or(&absence.list);
            if self.definition(table).is_none() && self.catalogue.columns(table).is_none() {
                return Err(rule
                    .file
                    .complain_at(&place("rows"), format!("没有名为“{table}”的视图或定义"))
                    .hint("写一个有 person_id 列的视图或定义"));
            }
            if absence.list == header.absent_source(absence) {
                return Err(rule
                    .file
                    .complain_at(&place("list"), "名单和证据是同一个来源")
                    .hint("用 of 写明证据所在的来源"));
            }
        }
        for name in &header.columns {
            let (view, column) = name.split_once('.').unwrap_or((name, ""));
            if !read.contains(view) {
                return Err(rule
                    .file
                    .complain_key("columns", format!("“{name}”不是语句所用来源的列"))
                    .hint("写成“来源.列”，来源也要在 sources 里"));
            }
            let known: Vec<&str> =
                self.catalogue.columns(view).into_iter().flatten().map(|(n, _)| n.as_str()).collect();
            if !known.contains(&column) {
                let error = rule.file.complain_key("columns", format!("视图“{view}”没有列“{column}”"));
                return Err(with_hint(error, suggest_toml_name(column, &known, "可用的列")));
            }
        }
        for code in header.explained_by.iter().map(|c| c.split('/').next().unwrap_or(c)) {
            if self.rule(code).is_none() || code == header.code {
                return Err(rule
                    .file
                    .complain_key("explained_by", format!("没有编号为“{code}”的其他规则"))
                    .hint("写另一条规则的编号，或“编号/疑点键”"));
            }
        }
        for code in &header.related {
            if self.rule(code).is_none() {
                let known: Vec<&str> = self.rules.iter().map(|r| r.header.code.as_str()).collect();
                let error = rule.file.complain_key("related", format!("没有编号为“{code}”的规则"));
                return Err(with_hint(error, suggest_toml_name(code, &known, "现有规则")));
            }
        }
        Ok(())
    }
}

/// Columns of a contract, and those computed from its guardian column.
pub(crate) fn contract_columns(contract: &SourceContract) -> ColumnTypes {
    let mut columns: ColumnTypes = contract
        .columns
        .iter()
        .filter_map(|c| Some((c.name.clone(), ColumnType::of(&c.data_type())?)))
        .collect();
    if contract.role(ColumnRole::GuardianId).is_some() {
        columns.push(("guardian_id18".to_owned(), ColumnType::Text));
        columns.push(("guardian_person_id".to_owned(), ColumnType::Text));
    }
    columns
}

/// See [`RuleSet::household_columns`]. A record without a required value is rejected, so such a
/// column is never empty.
fn household_columns(sources: &[SourceContract]) -> BTreeMap<String, bool> {
    let own = |s: &SourceContract| s.role(ColumnRole::Household).map(|c| c.name.clone());
    let mut found = BTreeMap::new();
    for name in sources.iter().filter_map(own) {
        let having: Vec<_> =
            sources.iter().filter_map(|s| Some((s, s.columns.iter().find(|c| c.name == name)?))).collect();
        if having.iter().all(|(source, _)| own(source).as_ref() == Some(&name)) {
            found.insert(name, having.iter().all(|(_, column)| column.required));
        }
    }
    found
}

/// JSON schema of the header of a rule file.
pub(crate) fn header_schema() -> schemars::Schema {
    schemars::schema_for!(RuleHeader)
}

pub(crate) fn with_hint(error: Error, hint: Option<String>) -> Error {
    match hint {
        Some(hint) => error.hint(hint),
        None => error,
    }
}

/// Letters, then number: R9 before R10, Q after its letter.
pub(crate) fn code_order(code: &str) -> (String, u32, String) {
    let letters: String = code.chars().take_while(|c| !c.is_ascii_digit()).collect();
    let digits: String = code[letters.len()..].chars().take_while(char::is_ascii_digit).collect();
    // Plan rules (R) come before the registry's self-checks (Q).
    let rank = if letters == "R" { String::new() } else { letters };
    (rank, digits.parse().unwrap_or(0), code.to_owned())
}

/// Definitions after those they read.
fn order_definitions(
    definitions: Vec<RuleDefinition>,
    catalogue: &ViewCatalogue,
) -> Result<Vec<RuleDefinition>> {
    let names: BTreeSet<String> = definitions.iter().map(|d| d.header.name.clone()).collect();
    let mut done: BTreeSet<String> = BTreeSet::new();
    let mut left = definitions;
    let mut ordered = Vec::new();
    while !left.is_empty() {
        let position = left.iter().position(|d| {
            d.file.select.table_names().all(|table| !names.contains(table) || done.contains(table))
        });
        let Some(position) = position else {
            return Err(left[0]
                .file
                .complain_key("name", "几个定义互相引用，成了圈")
                .hint("拆开其中一个定义"));
        };
        let definition = left.remove(position);
        if catalogue.columns(&definition.header.name).is_some() {
            return Err(definition.file.complain_key("name", "定义与已有视图同名").hint("换一个名字"));
        }
        done.insert(definition.header.name.clone());
        ordered.push(definition);
    }
    Ok(ordered)
}
