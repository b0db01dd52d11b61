//! Which header of a table feeds which column of a contract, by content and likeness where the contract does not know it.

use std::collections::{BTreeMap, BTreeSet};

use super::super::content_roles::{FoundRole, holds_names, is_of_others};
use super::super::member_columns::numbered_header;
use super::super::{ColumnGuess, TableProfile};
use super::contract_fit::{AssumedValue, ContractFit, FoundColumn};
use super::likeness::{header_likeness, type_fits};
use crate::config::toml_file::nearest_name;
use crate::config::{ColumnRole, Pipeline, SourceColumn, SourceContract, clean_config_header};
use crate::load::HeaderTarget;
use crate::model::column_type::ContractType;
use crate::model::han;
use crate::model::state_headers::{says_end_time, says_state};

/// Least likeness of a header that is taken for a column, in 1/1000.
const LIKE: u32 = 700;

/// Headers of a table looking for columns of a contract.
pub(super) struct ColumnSearch<'a> {
    contract: &'a SourceContract,
    table: &'a TableProfile,
    /// What each header feeds, as far as the contract knows it.
    pub(super) targets: Vec<Option<HeaderTarget>>,
    /// Positions of headers that were found by content or likeness, and what they feed.
    pub(super) found: Vec<(usize, FoundColumn)>,
}

impl<'a> ColumnSearch<'a> {
    /// Finds the columns that the headers of a table feed; `targets`: those that the contract knows.
    pub(super) fn of_table(
        contract: &'a SourceContract,
        table: &'a TableProfile,
        targets: Vec<Option<HeaderTarget>>,
    ) -> Self {
        let mut search = Self { contract, table, targets, found: Vec::new() };
        search.drop_repeated();
        search.find_members();
        search.find_columns();
        search
    }
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
            // Who fetches the money is a name as well: the header nearest to the contract's wins.
            let names = first.cells.iter().find(|(of, _)| *of == column).map_or(&[][..], |(_, names)| names);
            let label = |at: usize| {
                let clean = clean_config_header(&self.table.columns[at].header);
                names
                    .iter()
                    .map(|name| header_likeness(&clean, &clean_config_header(name)))
                    .max()
                    .unwrap_or(0)
            };
            let places = (0..self.targets.len()).filter(open);
            let places = places.filter(|at| !is_of_others(&self.table.columns[*at].header));
            let best = places
                .filter(|at| given(at) || alike(at))
                .max_by_key(|&at| (label(at), given(&at), std::cmp::Reverse(at)));
            if let Some(at) = best {
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
        if spec.role.is_none() && says_state(&clean) {
            if is_end_time(&clean, spec) && type_fits(column, spec) {
                return Some((760, "表头说的是什么时候停发、退出的".to_owned()));
            }
            if !spec.headers.iter().chain([&spec.label]).any(|name| says_state(name)) {
                return None;
            }
        }
        if spec.kind == ContractType::Code && spec.role.is_none() && codes_in_header(&clean, spec).is_some() {
            return Some((800, "表头写明了代码的意思".to_owned()));
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

    /// Headers that feed nothing and may hold what a column of codes is looking for, by what they say or hold.
    fn may_hold(&self, spec: &SourceColumn, label: &str) -> bool {
        (0..self.targets.len())
            .filter(|&at| self.is_open(at))
            .any(|at| self.is_near_codes(at, spec, Some(label)))
    }
    fn is_near_codes(&self, at: usize, spec: &SourceColumn, label: Option<&str>) -> bool {
        let clean = clean_config_header(&self.table.columns[at].header);
        let named: BTreeSet<&str> = { spec.codes.spellings().into_iter() }
            .filter(|(spelling, _)| spelling.chars().count() >= 2 && clean.contains(*spelling))
            .map(|(_, label)| label)
            .collect();
        let (known, all, _) = self.known_codes(at, spec);
        let others = || {
            let cells = self.table.sample.get(at).into_iter().flat_map(|cells| cells.iter().flatten());
            let labels = spec.codes.labels();
            let said: BTreeSet<&str> =
                cells.filter_map(|cell| spec.codes.find(cell)).map(|found| labels[found].as_str()).collect();
            said.iter().any(|said| label.is_some_and(|label| label != *said))
        };
        named.len() >= 2 || all > 0 && known * 10 >= all * 8 && others()
    }
    /// Positions of headers that feed nothing and must not be passed over in silence: they say somebody's state or end, or
    /// hold codes of a column that nothing feeds.
    pub(super) fn must_be_asked(&self, at: usize) -> bool {
        let codes = || {
            let columns = self.contract.columns.iter().enumerate();
            let mut open = columns.filter(|(column, spec)| {
                spec.kind == ContractType::Code && spec.role.is_none() && !self.is_fed(*column)
            });
            open.any(|(_, spec)| self.is_near_codes(at, spec, None))
        };
        self.is_open(at) && (says_state(&self.table.columns[at].header) || codes())
    }

    /// Columns that are fed and say more than who and where.
    pub(super) fn telling_columns(&self) -> usize {
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
    pub(super) fn missing(&self, fit: &mut ContractFit, pipeline: &Pipeline, names: &[String]) {
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
    pub(super) fn unknown_codes(&self, fit: &mut ContractFit) {
        for (at, column) in self.table.columns.iter().enumerate() {
            let name = self.found.iter().find(|(place, _)| *place == at).map(|(_, f)| f.column.as_str());
            let spec = match (self.targets[at], name) {
                (Some(HeaderTarget::Column(place)), None) => self.contract.columns.get(place),
                (_, Some(name)) => self.contract.column(name),
                _ => None,
            };
            let Some(spec) = spec.filter(|s| s.kind == ContractType::Code && !s.open) else { continue };
            let said = codes_in_header(&clean_config_header(&column.header), spec).unwrap_or_default();
            if !said.is_empty() {
                let unknown = said.into_iter().filter(|(code, _)| spec.codes.find(code).is_none());
                fit.codes.extend(unknown.map(|(code, label)| (spec.name.clone(), code, Some(label))));
                continue;
            }
            // Only values that say nothing of one person may be shown: those that stand in the list of codes.
            for value in column.codes.iter().filter(|value| spec.codes.find(value).is_none()) {
                fit.codes.push((spec.name.clone(), value.clone(), meant_label(value, spec)));
            }
        }
    }
}

/// Whether a header says when people left, and a column of the contract wants just that.
fn is_end_time(header: &str, spec: &SourceColumn) -> bool {
    const DEATHS: [&str; 4] = ["死亡", "已故", "亡故", "去世"];
    let own = || spec.headers.iter().chain([&spec.label]);
    let ends = matches!(spec.kind, ContractType::Month | ContractType::Date)
        && says_end_time(header)
        && own().any(|name| says_end_time(name));
    // Who has died did not leave a list on that day.
    let died = |text: &str| DEATHS.iter().any(|word| text.contains(word));
    ends && (!died(header) || own().any(|name| died(name)))
}

/// What a header says its codes mean, `城乡(1农村2城市)`: code, label. `None` unless all of it can be read, two labels at
/// least, and the code table says nothing else.
fn codes_in_header(header: &str, spec: &SourceColumn) -> Option<Vec<(String, String)>> {
    const BETWEEN: [char; 12] = [':', '.', '=', '-', '、', ',', ';', '为', '是', '/', '代', '表'];
    let from = header.find(['(', '【', '['])?;
    let mut rest = header[from..].trim_matches(['(', ')', '【', '】', '[', ']']);
    let spelled = spec.codes.spellings();
    let mut said = Vec::new();
    while !rest.is_empty() {
        let digits = rest.bytes().take_while(u8::is_ascii_digit).count();
        if !(1..=2).contains(&digits) {
            return None;
        }
        let (code, behind) = rest.split_at(digits);
        let behind = behind.trim_start_matches(BETWEEN);
        let word = |spelling: &&&str| {
            behind.starts_with(**spelling) && !spelling.bytes().all(|b| b.is_ascii_digit())
        };
        let spelling = spelled.keys().filter(word).max_by_key(|spelling| spelling.len())?;
        let label = spelled[*spelling];
        if spec.codes.find(code).is_some_and(|known| spec.codes.labels()[known] != label) {
            return None;
        }
        said.push((code.to_owned(), label.to_owned()));
        rest = behind[spelling.len()..].trim_start_matches(BETWEEN);
    }
    let labels: BTreeSet<&String> = said.iter().map(|(_, label)| label).collect();
    let codes: BTreeSet<&String> = said.iter().map(|(code, _)| code).collect();
    (labels.len() >= 2 && codes.len() == said.len()).then_some(said)
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
        // A column of the list that may say it beats the name of the file.
        (Some(label), None, false) if !search.may_hold(column, label) => {
            Some((label.to_owned(), "文件名这样说".to_owned()))
        }
        _ => None,
    }
}
