//! From the contract as written to [`SourceContract`]: expansion and the checks that the form
//! alone cannot express. Every complaint points at the line.

use std::collections::{BTreeMap, BTreeSet};
use std::path::Path;
use std::sync::Arc;

use super::code_map::{CodeMap, read_code_tables};
use super::included_folders::{IncludedFolders, ReplacedFile};
use super::source_contract::{
    Cadence, HouseholdMember, PeriodForm, PeriodSpec, SourceColumn, SourceContract,
};
use super::source_extra::{ContractFile, ENDING};
use super::source_file::{ColumnRole, ColumnSpec, SourceFile};
use super::toml_file::{TomlFile, TomlStep, nearest_name, suggest_toml_name};
use super::{clean_config_header, is_config_identifier, path_pattern};
use crate::model::column_type::ContractType;
use crate::{Error, Result};

/// Reads the contracts of all folders, sorted by name, and says which others stand in for.
pub(super) fn read_source_contracts(
    layers: &IncludedFolders,
) -> Result<(Vec<SourceContract>, Vec<ReplacedFile>)> {
    let (extras, contracts): (Vec<_>, Vec<_>) =
        layers.files("sources", "toml")?.into_iter().partition(|offer| offer.key.ends_with(ENDING));
    let (contracts, replaced) = layers.choose("数据来源", contracts)?;
    let mut tables = BTreeMap::new();
    let mut sources = Vec::new();
    for extra in &extras {
        let of = extra.key.trim_end_matches(ENDING);
        if !contracts.iter().any(|c| c.key == of && layers.includes(extra.layer, c.layer)) {
            return Err(Error::configuration(format!("没有可以补充的数据来源“{of}”"))
                .in_file(&extra.path)
                .hint(format!("“{of}.extra.toml”只补充所引用的基础规则集里的 sources/{of}.toml")));
        }
    }
    for contract in &contracts {
        let name = format!("{}{ENDING}", contract.key);
        // What is nearest to the contract comes first.
        let added = extras.iter().rev().filter(|extra| extra.key == name).map(|extra| extra.path.as_path());
        sources.push(read_source_contract(&contract.path, added, layers, &mut tables)?);
    }
    check_meetings(&sources)?;
    Ok((sources, replaced))
}

/// Columns that are to meet must be there, in both lists, and hold texts.
fn check_meetings(sources: &[SourceContract]) -> Result<()> {
    for contract in sources {
        for meeting in &contract.audits.meets {
            let fail = |what: String| {
                let error = Error::configuration(format!("[[audits.meets]]：{what}")).in_file(&contract.path);
                Err(error.hint("column 写本来源的列，source 写另一个来源，with 写那个来源的列，都是文字列"))
            };
            let Some(other) = sources.iter().find(|other| other.name == meeting.source) else {
                return fail(format!("没有名为“{}”的数据来源", meeting.source));
            };
            for (of, name) in [(contract, &meeting.column), (other, &meeting.with)] {
                if of.column(name).is_none_or(|column| column.kind != ContractType::Text) {
                    return fail(format!("“{}”没有文字列“{name}”", of.title));
                }
            }
        }
    }
    Ok(())
}

/// Reads one contract with what `added` files add to it. `tables` keeps code files already read, by
/// name.
fn read_source_contract<'p>(
    path: &Path,
    added: impl Iterator<Item = &'p Path>,
    layers: &IncludedFolders,
    tables: &mut BTreeMap<String, BTreeMap<String, CodeMap>>,
) -> Result<SourceContract> {
    let mut file = ContractFile::new(TomlFile::read(path)?);
    let mut written: SourceFile = file.base.parse()?;
    let name = path.file_stem().and_then(|s| s.to_str()).unwrap_or("").to_owned();
    if !is_config_identifier(&name) {
        return Err(Error::configuration(format!("数据来源名“{name}”不合规"))
            .in_file(path)
            .hint("文件名用小写英文字母、数字和下划线，例如 dibao.toml"));
    }
    for extra in added {
        file.add(TomlFile::read(extra)?, &mut written)?;
    }
    check_files(&file, &written)?;
    let mut check = SourceCheck {
        file: &file,
        layers,
        tables,
        seen: BTreeSet::new(),
        roles: BTreeMap::new(),
        marks: None,
    };
    let mut columns = Vec::with_capacity(written.column.len());
    for (index, spec) in written.column.iter().enumerate() {
        columns.push(check.column(index, spec, &written.period)?);
    }
    let members = members(&file, &written, &columns)?;
    let contract = SourceContract {
        name,
        path: path.to_owned(),
        title: written.title,
        owner: written.owner,
        letter: written.letter,
        required: written.required,
        files: written.files,
        unknown_headers: written.unknown_headers,
        ignore_headers: written.ignore_headers,
        audits: written.audits,
        period: written.period,
        columns,
        members,
        variants: written.variant,
        places: Arc::default(),
    };
    check_variants(&file, &contract)?;
    check_audits(&file, &contract)?;
    check_period(&file, &contract)?;
    check_headers(&file, &contract)?;
    Ok(contract)
}

/// Fewest and most months of a window: a list of one month asks nothing of earlier ones.
const WINDOW: std::ops::RangeInclusive<u8> = 2..=36;

/// The column of the period must be there and able to say one; that of a window, a month.
fn check_period(file: &ContractFile, contract: &SourceContract) -> Result<()> {
    check_window(file, contract)?;
    let Some(name) = &contract.period.column else { return Ok(()) };
    let known: Vec<&str> = contract.columns.iter().map(|c| c.name.as_str()).collect();
    let complain = |message: String| file.complain(&["period".into(), "column".into()], message);
    let Some(column) = contract.column(name) else {
        let error = complain(format!("没有列“{name}”"));
        return Err(match suggest_toml_name(name, &known, "已有的列") {
            Some(hint) => error.hint(hint),
            None => error,
        });
    };
    if matches!(column.kind, ContractType::Money | ContractType::Area | ContractType::Flag) {
        return Err(complain(format!("列“{}”的类型说不出时期", column.label))
            .hint("用年度（integer）、年月（month）、日期（date）或文字（学期、期间）的列"));
    }
    Ok(())
}

fn check_window(file: &ContractFile, contract: &SourceContract) -> Result<()> {
    let Some(months) = contract.period.window else { return Ok(()) };
    let complain = |message: String| file.complain(&["period".into(), "window".into()], message);
    if !WINDOW.contains(&months) {
        let (least, most) = (WINDOW.start(), WINDOW.end());
        return Err(complain(format!("window 是{months}个月，只能是{least}至{most}个月"))
            .hint("写规则要看的月数，连本期末月在内；只看本期的名单不写 window"));
    }
    let Some(name) = &contract.period.column else {
        return Err(complain("写了 window，没有写哪一列是年月".to_owned())
            .hint("在 [period] 里加 column = \"…\"，指一个 type = \"month\" 的列"));
    };
    match contract.column(name) {
        Some(column) if column.kind != ContractType::Month => {
            Err(complain(format!("列“{}”不是年月，说不出每行是哪个月的", column.label))
                .hint("window 要一个 type = \"month\" 的列"))
        }
        _ => Ok(()),
    }
}

fn check_files(file: &ContractFile, written: &SourceFile) -> Result<()> {
    if written.files.patterns.is_empty() {
        return Err(file
            .complain(&["files".into(), "patterns".into()], "至少要有一个文件模式")
            .hint("例如 patterns = [\"民政/低保*.xls*\"]"));
    }
    for (index, pattern) in written.files.patterns.iter().enumerate() {
        if let Some(why) = path_pattern::pattern_leads_outside(pattern) {
            return Err(file
                .complain(&["files".into(), "patterns".into(), index.into()], why)
                .hint("例如 patterns = [\"民政/低保*.xls*\"]"));
        }
    }
    if written.column.is_empty() {
        return Err(file.complain(&["column".into()], "至少要有一个 [[column]]"));
    }
    Ok(())
}

struct SourceCheck<'a> {
    file: &'a ContractFile,
    layers: &'a IncludedFolders,
    tables: &'a mut BTreeMap<String, BTreeMap<String, CodeMap>>,
    seen: BTreeSet<String>,
    roles: BTreeMap<ColumnRole, String>,
    /// Column that says in which other lists a person stands.
    marks: Option<String>,
}

impl SourceCheck<'_> {
    fn column(&mut self, index: usize, spec: &ColumnSpec, list: &PeriodSpec) -> Result<SourceColumn> {
        let at = |key: &'static str| [TomlStep::Key("column"), TomlStep::Index(index), TomlStep::Key(key)];
        let name = &spec.name;
        if !is_config_identifier(name) {
            return Err(self
                .file
                .complain(&at("name"), format!("列名“{name}”不合规"))
                .hint("用小写英文字母、数字和下划线，以字母开头，例如 household_no"));
        }
        if is_reserved_column(name) {
            return Err(self
                .file
                .complain(&at("name"), format!("列名“{name}”由程序自己使用"))
                .hint("换一个名字；保留的列名见 docs/source-contract.md"));
        }
        if !self.seen.insert(name.clone()) {
            return Err(self
                .file
                .complain(&at("name"), format!("列“{name}”写了两次"))
                .hint("删去或改名其中一个"));
        }
        for (kind, suffix, what) in
            [(ContractType::Money, "_fen", "金额"), (ContractType::Area, "_centi", "面积")]
        {
            if (spec.kind == kind) != name.ends_with(suffix) {
                return Err(self
                    .file
                    .complain(&at("name"), format!("{what}列的列名以“{suffix}”结尾，其他列不可以"))
                    .hint(format!("改列名，或改 type（现为 {}）", contract_kind_word(spec.kind))));
            }
        }
        if let Some(role) = spec.role {
            if let Some(other) = self.roles.insert(role, name.clone()) {
                return Err(self
                    .file
                    .complain(&at("role"), format!("角色“{}”已由列“{other}”担任", contract_role_word(role)))
                    .hint("一个来源里每个角色只能有一列"));
            }
            let needed = match role {
                ColumnRole::BirthDate => Some(ContractType::Date),
                ColumnRole::IdNumber
                | ColumnRole::Name
                | ColumnRole::GuardianId
                | ColumnRole::GuardianName
                | ColumnRole::StudentNo => Some(ContractType::Text),
                _ => None,
            };
            if let Some(needed) = needed.filter(|&k| k != spec.kind) {
                return Err(self
                    .file
                    .complain(
                        &at("role"),
                        format!(
                            "角色“{}”要求 type = \"{}\"",
                            contract_role_word(role),
                            contract_kind_word(needed)
                        ),
                    )
                    .hint("证件号码等一律按文字读入，出生日期按日期读入"));
            }
        }
        if let Some(unit) = &spec.unit {
            crate::model::unit::check_unit(spec.kind, unit).map_err(|known| {
                let error = self.file.complain(&at("unit"), format!("不认识的单位“{unit}”"));
                error.hint(if known.is_empty() {
                    "只有 money、area 列可以写 unit".to_owned()
                } else {
                    format!("可用的单位：{}", known.join("、"))
                })
            })?;
        }
        let days = matches!(spec.kind, ContractType::Date | ContractType::Month);
        let amounts = matches!(spec.kind, ContractType::Money | ContractType::Area);
        for (key, fits, kinds) in [
            ("rate", spec.rate.is_none() || spec.kind == ContractType::Money, "money"),
            ("negative", !spec.negative || amounts, "money、area"),
            ("range", spec.range.is_none() || spec.kind == ContractType::Integer, "integer"),
            ("usual", spec.usual.is_none() || amounts, "money、area"),
            ("end", spec.end != Some(true) || days, "date、month"),
        ] {
            if !fits {
                let error = self.file.complain(&at(key), format!("只有 {kinds} 列可以写 {key}"));
                return Err(
                    error.hint(format!("改 type（现为 {}），或删去 {key}", contract_kind_word(spec.kind)))
                );
            }
        }
        let codes = self.codes(index, spec)?;
        if let Some(default) =
            spec.default.as_deref().filter(|d| spec.kind == ContractType::Code && codes.find(d).is_none())
        {
            return Err(self.file.complain(&at("default"), format!("默认值“{default}”不在代码表里")));
        }
        if let Some(stray) = spec.listed_in.keys().find(|value| codes.label(value) != Some(value.as_str())) {
            let steps = [at("listed_in")[0], at("listed_in")[1], "listed_in".into(), stray.as_str().into()];
            let error = self.file.complain_key(&steps, format!("“{stray}”不在这一列的代码表里"));
            return Err(error.hint("listed_in 的左边是代码表里的标准名称，右边是名单的名字"));
        }
        if !spec.listed_in.is_empty()
            && let Some(other) = self.marks.replace(name.clone())
        {
            let error = self.file.complain(&at("listed_in"), format!("列“{other}”已写了 listed_in"));
            return Err(error.hint("一份名单里只有一列可以说明别的名单"));
        }
        let mut headers = vec![spec.label.clone()];
        headers.extend(spec.headers.iter().filter(|h| **h != spec.label).cloned());
        Ok(SourceColumn {
            name: name.clone(),
            label: spec.label.clone(),
            kind: spec.kind,
            required: spec.required,
            optional: spec.optional,
            headers,
            role: spec.role,
            codes,
            open: spec.open,
            unit: spec.unit.clone(),
            fill_down: spec.fill_down,
            default: spec.default.clone(),
            rate: spec.rate,
            negative: spec.negative,
            end: spec.end.unwrap_or_else(|| is_end_name(name)),
            range: spec.range,
            usual: spec.usual,
            listed_in: spec.listed_in.clone(),
            period: period_form(name, spec.kind, list),
        })
    }

    fn codes(&mut self, index: usize, spec: &ColumnSpec) -> Result<Arc<CodeMap>> {
        let at = |key: &'static str| [TomlStep::Key("column"), TomlStep::Index(index), TomlStep::Key(key)];
        let mut map = CodeMap::default();
        if let Some(reference) = &spec.code_map {
            let (stem, table) = reference.split_once(':').unwrap_or((reference, ""));
            if !is_config_identifier(stem) || table.is_empty() {
                return Err(self
                    .file
                    .complain(&at("code_map"), format!("代码表“{reference}”写法不对"))
                    .hint(
                        "写成“文件:表名”，例如 registry:性别 指 codes/registry.csv 里 table 列为“性别”的各行",
                    ));
            }
            if !self.tables.contains_key(stem) {
                let Some(path) = self.layers.file(&format!("codes/{stem}.csv"))? else {
                    return Err(self
                        .file
                        .complain(&at("code_map"), format!("代码表文件不存在：codes/{stem}.csv"))
                        .hint("检查文件名，或把代码表放进 codes/ 文件夹"));
                };
                self.tables.insert(stem.to_owned(), read_code_tables(&path)?);
            }
            let found = self.tables.get(stem);
            let Some(table_map) = found.and_then(|t| t.get(table)) else {
                let known: Vec<&str> = found.into_iter().flatten().map(|(name, _)| name.as_str()).collect();
                let error =
                    self.file.complain(&at("code_map"), format!("codes/{stem}.csv 里没有表“{table}”"));
                return Err(match suggest_toml_name(table, &known, "有的表") {
                    Some(hint) => error.hint(hint),
                    None => error,
                });
            };
            map = table_map.clone();
        }
        for (code, label) in &spec.codes {
            if let Some(other) = map.add(code, label) {
                let steps = [
                    TomlStep::Key("column"),
                    TomlStep::Index(index),
                    TomlStep::Key("codes"),
                    TomlStep::Key(code),
                ];
                return Err(self
                    .file
                    .complain(&steps, format!("“{code}”既是“{other}”又是“{label}”"))
                    .hint("一个写法只能对应一个标准名称"));
            }
        }
        if spec.kind == ContractType::Code && map.is_empty() {
            return Err(self.file.complain(&at("type"), "code 列缺少代码表").hint(
                "加 code_map = \"文件:表名\" 或 codes = { \"1\" = \"…\" }；没有代码表就用 type = \"text\"",
            ));
        }
        if spec.kind != ContractType::Code && !map.is_empty() {
            let key = if spec.code_map.is_some() { "code_map" } else { "codes" };
            return Err(self
                .file
                .complain(&at(key), "只有 type = \"code\" 的列可以有代码表")
                .hint("改 type 或删去代码表"));
        }
        Ok(Arc::new(map))
    }
}

fn members(
    file: &ContractFile,
    written: &SourceFile,
    columns: &[SourceColumn],
) -> Result<Vec<HouseholdMember>> {
    let names: Vec<&str> = columns.iter().map(|c| c.name.as_str()).collect();
    let mut members = Vec::new();
    let mut titles = BTreeSet::new();
    for (index, group) in written.unpivot.iter().enumerate() {
        let at = |rest: &[TomlStep<'_>]| {
            let mut steps = vec![TomlStep::Key("unpivot"), TomlStep::Index(index)];
            steps.extend_from_slice(rest);
            file.base.locate(&steps, false)
        };
        let fail = |rest: &[TomlStep<'_>], message: String| {
            Error::configuration(message).at_span(&file.base.path, &file.base.text, at(rest))
        };
        if !titles.insert(&group.title) {
            return Err(fail(&["title".into()], format!("展开组“{}”写了两次", group.title)));
        }
        if group.headers.is_empty() {
            return Err(fail(&["headers".into()], "展开组至少要有一列".to_owned()));
        }
        let numbers = match group.repeat {
            None => vec![0],
            Some([first, last]) if first >= 1 && first <= last && last <= 99 => (first..=last).collect(),
            Some(_) => {
                return Err(fail(&["repeat".into()], "repeat 应是 [起, 止]，1 ≤ 起 ≤ 止 ≤ 99".to_owned()));
            }
        };
        let find = |key: &'static str, name: &str| {
            names.iter().position(|n| *n == name).ok_or_else(|| {
                let error = fail(&[key.into(), TomlStep::Key(name)], format!("没有列“{name}”"));
                match suggest_toml_name(name, &names, "已有的列") {
                    Some(hint) => error.hint(hint),
                    None => error,
                }
            })
        };
        for number in numbers {
            let mut cells = Vec::new();
            for (name, headers) in &group.headers {
                let column = find("headers", name)?;
                if headers.is_empty() || (number > 0 && headers.iter().any(|h| !h.contains("{n}"))) {
                    return Err(fail(
                        &["headers".into(), TomlStep::Key(name)],
                        "重复的展开组，每个表头都要含 {n}".to_owned(),
                    )
                    .hint("例如 name = [\"成员姓名{n}\"]"));
                }
                let headers = headers.iter().map(|h| h.replace("{n}", &number.to_string())).collect();
                cells.push((column, headers));
            }
            let mut values = Vec::new();
            for (name, value) in &group.values {
                values.push((find("values", name)?, value.clone()));
            }
            cells.sort_by_key(|(column, _)| *column);
            members.push(HouseholdMember { group: group.title.clone(), number, cells, values });
        }
    }
    if members.len() > 250 {
        return Err(file.complain(&["unpivot".into()], "展开组太多（最多250个成员）"));
    }
    Ok(members)
}

fn check_variants(file: &ContractFile, contract: &SourceContract) -> Result<()> {
    let mut known: Vec<String> = contract.columns.iter().map(|c| c.name.clone()).collect();
    for member in &contract.members {
        for (column, _) in &member.cells {
            let name = format!("{}.{}", member.group, contract.columns[*column].name);
            if !known.contains(&name) {
                known.push(name);
            }
        }
    }
    let known: Vec<&str> = known.iter().map(String::as_str).collect();
    for (index, variant) in contract.variants.iter().enumerate() {
        let at = |key: &'static str| [TomlStep::Key("variant"), TomlStep::Index(index), TomlStep::Key(key)];
        if let Some(why) = path_pattern::pattern_leads_outside(&variant.files) {
            return Err(file.complain(&at("files"), why));
        }
        let used =
            variant.aliases.keys().map(|n| ("aliases", n)).chain(variant.units.keys().map(|n| ("units", n)));
        for (key, name) in used {
            if !known.contains(&name.as_str()) {
                let steps = [
                    TomlStep::Key("variant"),
                    TomlStep::Index(index),
                    TomlStep::Key(key),
                    TomlStep::Key(name),
                ];
                let error = file.complain_key(&steps, format!("没有列“{name}”"));
                return Err(match suggest_toml_name(name, &known, "已有的列") {
                    Some(hint) => error.hint(hint),
                    None => error,
                });
            }
        }
    }
    Ok(())
}

fn check_audits(file: &ContractFile, contract: &SourceContract) -> Result<()> {
    for (key, share) in [
        ("max_reject_share", contract.audits.max_reject_share),
        ("row_count_change", contract.audits.row_count_change),
    ] {
        if share.is_some_and(|s| !(0.0..=1.0).contains(&s)) {
            return Err(file
                .complain(&["audits".into(), key.into()], "比例应在 0 到 1 之间")
                .hint("5% 写成 0.05"));
        }
    }
    let names: Vec<&str> = contract.columns.iter().map(|c| c.name.as_str()).collect();
    if let Some(name) = &contract.audits.members {
        let counts = contract.column(name).is_some_and(|column| column.kind == ContractType::Integer);
        if !counts || contract.members.is_empty() {
            file.complain(
                &["audits".into(), "members".into()],
                format!("“{name}”应是整数列，而且名单要有 [[unpivot]] 的成员列"),
            );
        }
    }
    for (index, name) in contract.audits.unique.iter().enumerate() {
        if !names.contains(&name.as_str()) {
            let error =
                file.complain(&["audits".into(), "unique".into(), index.into()], format!("没有列“{name}”"));
            return Err(match nearest_name(name, names.iter().copied()) {
                Some(word) => error.hint(format!("是不是“{word}”？")),
                None => error,
            });
        }
    }
    Ok(())
}

/// How a column of a list holds the period that it tells: the list's own, or, by its name, a year.
fn period_form(name: &str, kind: ContractType, list: &PeriodSpec) -> Option<PeriodForm> {
    if list.column.as_deref() != Some(name) {
        let year = name == "year" || name.ends_with("_year");
        return (year && kind == ContractType::Integer).then_some(PeriodForm::Year);
    }
    match (kind, list.cadence) {
        (ContractType::Integer, _) => Some(PeriodForm::Year),
        (ContractType::Text, Cadence::Term) => Some(PeriodForm::Term),
        _ => None,
    }
}

/// Does a column tell by its name that it holds an end?
fn is_end_name(name: &str) -> bool {
    ["stop_", "end_"].iter().any(|word| name.starts_with(word))
        || ["_end", "_until"].iter().any(|word| name.ends_with(word))
}

/// No header may be claimed by two columns: the cell would go to one of them by chance.
fn check_headers(file: &ContractFile, contract: &SourceContract) -> Result<()> {
    let mut claimed: BTreeMap<String, String> = BTreeMap::new();
    let in_group: BTreeSet<usize> =
        contract.members.iter().flat_map(|m| m.cells.iter().map(|(column, _)| *column)).collect();
    for (index, column) in contract.columns.iter().enumerate() {
        // A column that members fill is claimed by their headers, not by its own.
        if in_group.contains(&index) {
            continue;
        }
        for header in &column.headers {
            if let Some(other) = claimed.insert(clean_config_header(header), column.name.clone())
                && other != column.name
            {
                let message = format!("表头“{header}”已由列“{other}”使用");
                return Err(file
                    .complain_header(index, [&column.name, &other], header, message)
                    .hint("一个表头只能对应一列；个别县的不同含义写进 [[variant]]"));
            }
        }
    }
    for member in &contract.members {
        for (column, headers) in &member.cells {
            let owner = format!("{}.{}", member.title(), contract.columns[*column].name);
            for header in headers {
                if let Some(other) = claimed.insert(clean_config_header(header), owner.clone())
                    && other != owner
                {
                    return Err(file
                        .complain(&["unpivot".into()], format!("表头“{header}”同时用于“{other}”和“{owner}”"))
                        .hint("一个表头只能对应一列"));
                }
            }
        }
    }
    for (index, header) in contract.ignore_headers.iter().enumerate() {
        if let Some(other) = claimed.get(&clean_config_header(header)) {
            return Err(file
                .complain(
                    &["ignore_headers".into(), index.into()],
                    format!("表头“{header}”已由列“{other}”使用"),
                )
                .hint("要么读它，要么忽略它"));
        }
    }
    Ok(())
}

/// Is it the name of a column that the views add themselves?
pub(crate) fn is_reserved_column(name: &str) -> bool {
    RESERVED.contains(&name)
}

/// Columns that the views add themselves.
const RESERVED: &[&str] = &[
    "record_id",
    "person_id",
    "household_id",
    "source_household_id",
    "county_code",
    "township_code",
    "village_code",
    "link_tier",
    "in_review",
    "id18",
    "id_class",
    "age",
    "source",
    "file",
    "row",
    "quarter",
];

fn contract_kind_word(kind: ContractType) -> &'static str {
    match kind {
        ContractType::Text => "text",
        ContractType::Code => "code",
        ContractType::Integer => "integer",
        ContractType::Money => "money",
        ContractType::Area => "area",
        ContractType::Date => "date",
        ContractType::Month => "month",
        ContractType::Flag => "flag",
    }
}

fn contract_role_word(role: ColumnRole) -> String {
    serde_json::to_value(role).ok().and_then(|v| v.as_str().map(str::to_owned)).unwrap_or_default()
}
