//! How well one table fits one contract, and which header feeds which column.

use std::collections::{BTreeMap, BTreeSet};

use serde::Serialize;

use super::super::content_roles::{FoundRole, holds_names};
use super::super::member_columns::numbered_header;
use super::super::{ColumnGuess, ColumnProfile, TableProfile};
use crate::config::toml_file::nearest_name;
use crate::config::{ColumnRole, Pipeline, SourceColumn, SourceContract, clean_config_header};
use crate::load::{HeaderMatcher, HeaderTarget};
use crate::model::column_type::ContractType;
use crate::model::han;

/// Least likeness of a header that is taken for a column, in 1/1000.
const LIKE: u32 = 700;

/// A header that feeds a column, and how that is known.
#[derive(Debug, Clone, Serialize)]
pub(crate) struct FoundColumn {
    /// The header.
    pub(crate) header: String,
    /// Column of the contract, for members `组.列`.
    pub(crate) column: String,
    /// Its Chinese label.
    pub(crate) label: String,
    /// How it is known, Chinese.
    pub(crate) why: String,
}

/// A value that an absent column has in every row.
#[derive(Debug, Clone, Serialize)]
pub(crate) struct AssumedValue {
    /// Column of the contract.
    pub(crate) column: String,
    /// Its Chinese label.
    pub(crate) label: String,
    /// The value.
    pub(crate) value: String,
    /// How it is known, Chinese.
    pub(crate) why: String,
}

/// How a table fits a contract.
#[derive(Debug, Clone, Serialize)]
pub(crate) struct ContractFit {
    /// Name of the source.
    pub(crate) source: String,
    /// Its title.
    pub(crate) title: String,
    /// 0 to 1000.
    pub(crate) score: u32,
    /// Headers that the contract knows.
    pub(crate) known: Vec<String>,
    /// Headers that were found by content or likeness.
    pub(crate) found: Vec<FoundColumn>,
    /// Headers that feed nothing.
    pub(crate) unread: Vec<String>,
    /// Labels of columns that the list does not have.
    pub(crate) missing: Vec<String>,
    /// Those without which it cannot be read.
    pub(crate) missing_required: Vec<String>,
    /// Values for absent columns.
    pub(crate) defaults: Vec<AssumedValue>,
    /// Spellings that code tables do not have: column, spelling, label it probably means.
    pub(crate) codes: Vec<(String, String, Option<String>)>,
    /// True if the contract has a household per row and the list a person.
    pub(crate) by_person: bool,
}

/// Contracts from the best to the worst.
pub(super) fn rank_contracts(
    pipeline: &Pipeline,
    table: &TableProfile,
    names: &[String],
) -> Vec<ContractFit> {
    let mut claims: BTreeMap<String, u32> = BTreeMap::new();
    for source in &pipeline.sources {
        let known: BTreeSet<String> = source.known_headers().iter().map(|h| clean_config_header(h)).collect();
        for header in known {
            *claims.entry(header).or_default() += 1;
        }
    }
    let mut fits: Vec<ContractFit> =
        pipeline.sources.iter().map(|source| fit_contract(pipeline, source, table, names, &claims)).collect();
    fits.sort_by(|a, b| b.score.cmp(&a.score).then_with(|| a.source.cmp(&b.source)));
    fits
}

/// A list with a person per row: it says who is what to the head, or has several rows of one household.
fn is_by_person(table: &TableProfile) -> bool {
    let with = |role| {
        table
            .roles
            .iter()
            .position(|found| found.as_ref().is_some_and(|f| f.role == role))
            .map(|at| &table.columns[at])
    };
    let numbered = table.columns.iter().filter(|c| numbered_header(&c.header).is_some()).count();
    let repeats = with(ColumnRole::Household).is_some_and(|c| c.distinct * 10 < c.filled * 9);
    numbered < 2 && (with(ColumnRole::Relation).is_some() || repeats)
}

fn fit_contract(
    pipeline: &Pipeline,
    contract: &SourceContract,
    table: &TableProfile,
    names: &[String],
    claims: &BTreeMap<String, u32>,
) -> ContractFit {
    let by_person = !contract.members.is_empty() && is_by_person(table);
    let reshaped = by_person.then(|| SourceContract { members: Vec::new(), ..contract.clone() });
    let contract = reshaped.as_ref().unwrap_or(contract);
    let file = names.first().map_or("", String::as_str);
    let matcher = HeaderMatcher::new(contract);
    let mut search = ColumnSearch {
        contract,
        table,
        targets: table.columns.iter().map(|c| matcher.target(file, &c.header)).collect(),
        found: Vec::new(),
    };
    search.drop_repeated();
    search.find_members();
    search.find_columns();
    let mut fit = ContractFit {
        source: contract.name.clone(),
        title: contract.title.clone(),
        score: 0,
        known: Vec::new(),
        found: Vec::new(),
        unread: Vec::new(),
        missing: Vec::new(),
        missing_required: Vec::new(),
        defaults: Vec::new(),
        codes: Vec::new(),
        by_person,
    };
    let (mut got, mut all) = (0.0, 0.0);
    for (at, column) in table.columns.iter().enumerate() {
        let clean = clean_config_header(&column.header);
        if clean.is_empty() {
            continue;
        }
        let weight = claims.get(&clean).map_or(0.4, |count| 1.0 / f64::from(*count).sqrt());
        let found = search.found.iter().find(|(place, _)| *place == at);
        let value = match (&search.targets[at], found) {
            (_, Some((_, found))) => {
                fit.found.push(found.clone());
                0.9
            }
            (Some(HeaderTarget::Ignored), _) => {
                fit.known.push(column.header.clone());
                0.3
            }
            (Some(_), _) => {
                fit.known.push(column.header.clone());
                1.0
            }
            (None, None) => {
                fit.unread.push(column.header.clone());
                0.0
            }
        };
        all += weight.max(0.4);
        got += value * weight.max(0.4);
    }
    search.missing(&mut fit, pipeline, names);
    search.unknown_codes(&mut fit);
    let required = contract.columns.iter().filter(|c| c.required).count() as f64;
    let there = if required == 0.0 { 1.0 } else { 1.0 - fit.missing_required.len() as f64 / required };
    let columns = contract.columns.len().max(1) as f64;
    let cover = 1.0 - (fit.missing.len() as f64 / columns).min(1.0);
    let title = names.iter().map(|name| likeness_of_name(contract, name)).fold(0.0, f64::max);
    let owned = if names.iter().any(|name| contract.owns_file(name)) { 1.0 } else { title };
    let score = 0.42 * (got / f64::max(all, 0.01)) + 0.2 * there.max(0.0) + 0.13 * cover + 0.25 * owned;
    // A list of persons is none of households, whatever they have in common.
    let persons = is_by_person(table) && contract.role(ColumnRole::Relation).is_none();
    let score = if persons { score - 0.12 } else { score };
    // Names, numbers and places are in every list: something else must say which one it is.
    let telling = owned >= 0.5 || search.telling_columns() > 0;
    let score = if telling { score } else { score.min(0.3) };
    fit.score = (score.max(0.0) * 1000.0).round() as u32;
    fit
}

/// How much of the contract's title, or of a file pattern, a file's name says: 0 to 1.
fn likeness_of_name(contract: &SourceContract, name: &str) -> f64 {
    /// Words that any list may have in its name.
    const ANY: [&str; 22] = [
        "名单",
        "花名册",
        "名册",
        "信息",
        "台账",
        "对象",
        "人口",
        "人员",
        "农村",
        "情况",
        "明细",
        "统计",
        "汇总",
        "公示",
        "导出",
        "数据",
        "全县",
        "全市",
        "表",
        "户",
        "*",
        "/",
    ];
    let plain = |text: &str| ANY.iter().fold(text.to_owned(), |text, word| text.replace(word, ""));
    let name = plain(name);
    let words = contract.files.patterns.iter().map(String::as_str).chain([contract.title.as_str()]);
    words
        .map(|word| {
            let word: Vec<char> = plain(word).chars().filter(|c| c.is_alphanumeric()).collect();
            let longest = (0..word.len())
                .flat_map(|from| (from + 2..=word.len()).map(move |to| (from, to)))
                .filter(|&(from, to)| name.contains(&word[from..to].iter().collect::<String>()))
                .map(|(from, to)| to - from)
                .max();
            longest.map_or(0.0, |longest| longest as f64 / word.len() as f64)
        })
        .fold(0.0, f64::max)
}

/// Headers of a table looking for columns of a contract.
struct ColumnSearch<'a> {
    contract: &'a SourceContract,
    table: &'a TableProfile,
    targets: Vec<Option<HeaderTarget>>,
    found: Vec<(usize, FoundColumn)>,
}

impl ColumnSearch<'_> {
    fn role(&self, at: usize) -> Option<&FoundRole> {
        self.table.roles.get(at).and_then(Option::as_ref)
    }
    fn is_open(&self, at: usize) -> bool {
        self.targets[at].is_none()
            && !self.table.columns[at].header.is_empty()
            && !self.found.iter().any(|(place, _)| *place == at)
    }
    /// Of two headers that the contract takes for one column the better filled stays.
    fn drop_repeated(&mut self) {
        let mut taken: BTreeMap<String, usize> = BTreeMap::new();
        for at in 0..self.targets.len() {
            let Some(target) = self.targets[at].filter(|t| *t != HeaderTarget::Ignored) else { continue };
            if let Some(first) = taken.insert(format!("{target:?}"), at) {
                let filled = |at: usize| self.table.columns[at].filled;
                let lose = if filled(at) > filled(first) { first } else { at };
                self.targets[lose] = None;
            }
        }
    }
    fn is_fed(&self, column: usize) -> bool {
        let name = &self.contract.columns[column].name;
        self.targets.contains(&Some(HeaderTarget::Column(column)))
            || self.found.iter().any(|(_, found)| found.column == *name)
    }
    fn in_group(&self, column: usize) -> bool {
        self.contract.members.iter().any(|m| m.cells.iter().any(|(c, _)| *c == column))
    }

    /// Headers of members side by side, and of the head.
    fn find_members(&mut self) {
        let contract = self.contract;
        let Some(first) = contract.members.first() else { return };
        let mut bases: BTreeMap<String, Vec<usize>> = BTreeMap::new();
        for at in 0..self.targets.len() {
            let Some((base, _)) =
                numbered_header(&self.table.columns[at].header).filter(|_| self.is_open(at))
            else {
                continue;
            };
            bases.entry(base).or_default().push(at);
        }
        let repeated = contract.members.iter().find(|m| m.number > 0);
        for (base, places) in bases {
            let Some(group) = repeated else { break };
            let holds = |guess| places.iter().any(|&at| self.table.columns[at].guess == guess);
            let names = || places.iter().any(|&at| self.table.sample.get(at).is_some_and(holds_names));
            let role = match () {
                () if holds(ColumnGuess::IdNumber) => ColumnRole::IdNumber,
                () if base.contains("关系") => ColumnRole::Relation,
                () if base.contains("性别") => ColumnRole::Sex,
                () if holds(ColumnGuess::PersonName) || base.contains("姓名") || names() => {
                    ColumnRole::Name
                }
                () => continue,
            };
            let Some(&(column, _)) =
                group.cells.iter().find(|(column, _)| contract.columns[*column].role == Some(role))
            else {
                continue;
            };
            let key = format!("{}.{}", group.group, contract.columns[column].name);
            if self.found.iter().any(|(_, found)| found.column == key && found.header != base) {
                continue;
            }
            for at in places {
                self.take(at, key.clone(), &contract.columns[column], &base, "各成员的同一项".to_owned());
            }
        }
        for &(column, _) in first.cells.iter().filter(|_| first.number == 0) {
            let role = contract.columns[column].role;
            if self.targets.contains(&Some(HeaderTarget::Member(0, column))) {
                continue;
            }
            let open =
                |at: &usize| self.is_open(*at) && numbered_header(&self.table.columns[*at].header).is_none();
            let given = |at: &usize| role.is_some() && self.role(*at).map(|f| f.role) == role;
            // The role may have gone to a member.
            let alike = |at: &usize| match role {
                Some(ColumnRole::IdNumber) => self.table.columns[*at].guess == ColumnGuess::IdNumber,
                Some(ColumnRole::Name) => self.table.sample.get(*at).is_some_and(holds_names),
                _ => false,
            };
            let places = || (0..self.targets.len()).filter(open);
            let (first_given, first_alike) = (places().find(given), places().find(alike));
            if let Some(at) = first_given.or(first_alike) {
                let why = self.role(at).map_or_else(|| "内容".to_owned(), |f| f.why.clone());
                let header = self.table.columns[at].header.clone();
                let key = format!("{}.{}", first.group, contract.columns[column].name);
                self.take(at, key, &contract.columns[column], &header, why);
            }
        }
    }

    fn take(&mut self, at: usize, key: String, column: &SourceColumn, header: &str, why: String) {
        let label = match key.split_once('.') {
            Some((group, _)) => format!("{group}{}", column.label),
            None => column.label.clone(),
        };
        let found = FoundColumn { header: header.to_owned(), column: key, label, why };
        self.found.push((at, found));
    }

    /// Open headers and columns that nothing feeds, the best pairs first.
    fn find_columns(&mut self) {
        let contract = self.contract;
        let mut pairs: Vec<(u32, usize, usize, String)> = Vec::new();
        for at in (0..self.targets.len()).filter(|&at| self.is_open(at)) {
            for (column, spec) in contract.columns.iter().enumerate() {
                if self.in_group(column) || self.is_fed(column) {
                    continue;
                }
                if let Some((likeness, why)) =
                    self.likeness(at, spec).filter(|(likeness, _)| *likeness >= LIKE)
                {
                    pairs.push((likeness, at, column, why));
                }
            }
        }
        pairs.sort_by(|a, b| b.0.cmp(&a.0).then((a.1, a.2).cmp(&(b.1, b.2))));
        for (_, at, column, why) in pairs {
            if self.is_open(at) && !self.is_fed(column) {
                let header = self.table.columns[at].header.clone();
                self.take(at, contract.columns[column].name.clone(), &contract.columns[column], &header, why);
            }
        }
    }

    /// How likely a header feeds a column, in 1/1000, and why.
    fn likeness(&self, at: usize, spec: &SourceColumn) -> Option<(u32, String)> {
        let column = &self.table.columns[at];
        let clean = clean_config_header(&column.header);
        let header =
            spec.headers.iter().map(|h| header_likeness(&clean, &clean_config_header(h))).max().unwrap_or(0);
        if let Some(found) = self.role(at) {
            if spec.role == Some(found.role) {
                return Some((900 + header / 20, found.why.clone()));
            }
            let elsewhere = self.contract.columns.iter().any(|c| c.role == Some(found.role));
            if elsewhere || spec.role.is_some() {
                return None;
            }
        }
        if spec.kind == ContractType::Code {
            let (known, all, distinct) = self.known_codes(at, spec);
            if all > 0 && known * 10 >= all * 8 && (distinct >= 2 || header >= 500) {
                return Some((650 + header / 4, format!("取值与代码表一致{}%", known * 100 / all)));
            }
            if all > 0 && !spec.open && known * 2 < all {
                return None;
            }
        }
        let role_weight = if spec.role.is_some() { 100 } else { 0 };
        (type_fits(column, spec) && header >= 600).then(|| {
            ((300 + header * 6 / 10).saturating_sub(role_weight), "表头相近，取值的类型相符".to_owned())
        })
    }

    /// Cells of the sample that the code table has, all cells, and how many different ones it has.
    fn known_codes(&self, at: usize, spec: &SourceColumn) -> (usize, usize, usize) {
        let (mut known, mut all, mut distinct) = (0, 0, BTreeSet::new());
        for cell in self.table.sample.get(at).into_iter().flat_map(|c| c.iter().flatten()) {
            all += 1;
            // Bare codes fit many tables.
            if let Some(label) = spec.codes.find(cell).filter(|_| !cell.bytes().all(|b| b.is_ascii_digit())) {
                known += 1;
                distinct.insert(label);
            }
        }
        (known, all, distinct.len())
    }

    /// Columns that are fed and say more than who and where.
    fn telling_columns(&self) -> usize {
        let telling = |column: &&SourceColumn| match column.role {
            None => true,
            Some(ColumnRole::StudentNo | ColumnRole::GuardianId | ColumnRole::GuardianName) => true,
            Some(_) => false,
        };
        let known = self.targets.iter().filter_map(|target| match target {
            Some(HeaderTarget::Column(at)) => self.contract.columns.get(*at),
            _ => None,
        });
        let found = self.found.iter().filter_map(|(_, found)| self.contract.column(&found.column));
        known.chain(found).filter(telling).count()
    }

    /// Columns that nothing feeds, and values they can have all the same.
    fn missing(&self, fit: &mut ContractFit, pipeline: &Pipeline, names: &[String]) {
        let contract = self.contract;
        for (at, column) in contract.columns.iter().enumerate() {
            if self.in_group(at) || self.is_fed(at) || column.default.is_some() {
                continue;
            }
            if let Some((value, why)) = default_of(column, pipeline, names, self) {
                let (column, label) = (column.name.clone(), column.label.clone());
                fit.defaults.push(AssumedValue { column, label, value, why });
                continue;
            }
            if column.required {
                fit.missing_required.push(column.label.clone());
            }
            if !column.optional {
                fit.missing.push(column.label.clone());
            }
        }
        for (column, headers) in contract.members.first().map_or(&[][..], |m| &m.cells) {
            let key =
                contract.members.first().map(|m| format!("{}.{}", m.group, contract.columns[*column].name));
            let fed = self.targets.contains(&Some(HeaderTarget::Member(0, *column)))
                || self.found.iter().any(|(_, found)| Some(&found.column) == key.as_ref());
            if !fed && contract.columns[*column].required {
                fit.missing_required.push(headers.first().cloned().unwrap_or_default());
            }
        }
    }

    /// Spellings of code columns that their tables do not have.
    fn unknown_codes(&self, fit: &mut ContractFit) {
        for (at, column) in self.table.columns.iter().enumerate() {
            let name = self.found.iter().find(|(place, _)| *place == at).map(|(_, f)| f.column.as_str());
            let spec = match (self.targets[at], name) {
                (Some(HeaderTarget::Column(place)), None) => self.contract.columns.get(place),
                (_, Some(name)) => self.contract.column(name),
                _ => None,
            };
            let Some(spec) = spec.filter(|s| s.kind == ContractType::Code && !s.open) else { continue };
            // Only values that say nothing of one person may be shown: those that stand in the list of codes.
            for value in column.codes.iter().filter(|value| spec.codes.find(value).is_none()) {
                fit.codes.push((spec.name.clone(), value.clone(), meant_label(value, spec)));
            }
        }
    }
}

/// The label that an unknown spelling means, if only one comes near.
fn meant_label(value: &str, spec: &SourceColumn) -> Option<String> {
    let labels = spec.codes.labels();
    let within: Vec<&String> =
        labels.iter().filter(|label| value.contains(label.as_str()) || label.contains(value)).collect();
    match within[..] {
        [one] if value.chars().count() >= 2 => Some(one.clone()),
        [] => nearest_name(value, labels.iter().map(String::as_str))
            .filter(|near| strsim::normalized_damerau_levenshtein(near, value) >= 0.75)
            .map(str::to_owned),
        _ => None,
    }
}

/// What an absent column certainly is: the only county of the pipeline; a category that the file's name says.
fn default_of(
    column: &SourceColumn,
    pipeline: &Pipeline,
    names: &[String],
    search: &ColumnSearch<'_>,
) -> Option<(String, String)> {
    if column.role == Some(ColumnRole::County) {
        let divisions = search.contract.role(ColumnRole::DivisionCode).is_some();
        let mut counties =
            pipeline.divisions.units.iter().filter(|u| u.level == crate::model::division::COUNTY);
        let (only, more) = (counties.next()?, counties.next());
        return (more.is_none() && !divisions)
            .then(|| (only.name.clone(), "本流水线只有这一个县区".to_owned()));
    }
    if column.kind != ContractType::Code || column.role.is_some() {
        return None;
    }
    let spelled = column.codes.spellings();
    let said: BTreeSet<&str> = spelled
        .iter()
        .filter(|(spelling, _)| {
            let word = spelling.chars().count() >= 2 && spelling.chars().all(han::is_han);
            word && names.iter().all(|name| name.contains(**spelling))
        })
        .map(|(_, label)| *label)
        .collect();
    let mut said = said.into_iter();
    match (said.next(), said.next(), names.is_empty()) {
        (Some(label), None, false) => Some((label.to_owned(), "文件名这样说".to_owned())),
        _ => None,
    }
}

/// Likeness of two cleaned headers, 0 to 1000.
fn header_likeness(a: &str, b: &str) -> u32 {
    const FILLERS: [&str; 9] = ["所属", "所在", "家庭", "人员", "之", "的", "本人", "(元)", "享受"];
    /// Words of headers that say the same.
    const SAME: [(&str, &str); 15] = [
        ("救助", "保障"),
        ("低保", "保障"),
        ("补助", "保障"),
        ("开始", "起"),
        ("起始", "起"),
        ("起保", "起"),
        ("结束", "止"),
        ("终止", "止"),
        ("停保", "止"),
        ("退保", "止"),
        ("年月", "月"),
        ("时间", "月"),
        ("号码", "号"),
        ("编码", "编号"),
        ("代码", "编号"),
    ];
    let plain = |text: &str| {
        let plain = FILLERS.iter().fold(text.to_owned(), |text, word| text.replace(word, ""));
        let plain = SAME.iter().fold(plain, |text, (from, to)| text.replace(from, to));
        if plain.is_empty() { text.to_owned() } else { plain }
    };
    let (a, b) = (plain(a), plain(b));
    if a == b {
        return 1000;
    }
    let (left, right): (Vec<char>, Vec<char>) = (a.chars().collect(), b.chars().collect());
    let (short, long) = (left.len().min(right.len()), left.len().max(right.len()));
    if short >= 2 && (a.contains(&b) || b.contains(&a)) {
        return 600 + (300 * short / long) as u32;
    }
    let mut rest = right.clone();
    let both = left
        .iter()
        .filter(|c| rest.iter().position(|r| r == *c).map(|at| rest.swap_remove(at)).is_some())
        .count();
    (2000 * both / (left.len() + right.len()).max(1) * 8 / 10) as u32
}

fn type_fits(column: &ColumnProfile, spec: &SourceColumn) -> bool {
    use ColumnGuess as G;
    match spec.kind {
        ContractType::Text => !matches!(column.guess, G::IdNumber | G::PersonName) || spec.role.is_none(),
        ContractType::Code => true,
        ContractType::Integer => matches!(column.guess, G::Integer | G::Flag | G::Empty | G::Money),
        ContractType::Money | ContractType::Area => {
            matches!(column.guess, G::Money | G::Area | G::Integer | G::Empty)
        }
        ContractType::Date => matches!(column.guess, G::Date | G::Empty),
        ContractType::Month => matches!(column.guess, G::Month | G::Date | G::Empty),
        ContractType::Flag => matches!(column.guess, G::Flag | G::Empty),
    }
}
