//! From the headers of one table to the columns of the contract.

use std::collections::HashMap;

use crate::config::source_contract::UnknownHeaders;
use crate::config::toml_file::nearest_name;
use crate::config::{SourceContract, clean_config_header};
use crate::model::column_type::ContractType;
use crate::model::source_table::RawTableInfo;
use crate::model::unit;
use crate::privacy::mask::holds_long_number;
use crate::{Error, Result};

/// Which raw column feeds which column of the contract.
#[derive(Debug, Clone)]
pub(super) struct ColumnPlan {
    /// Raw column of each contract column (members aside).
    pub columns: Vec<Option<usize>>,
    /// Raw columns of each member: (contract column, raw column).
    pub members: Vec<Vec<(usize, usize)>>,
    /// Factor of bare numbers by contract column.
    pub factors: Vec<i64>,
    /// Raw columns without a header: they must be empty.
    pub unnamed: Vec<usize>,
    /// Headers that no column claims, where the contract says to read on.
    pub unknown: Vec<String>,
    /// Labels of optional columns that this table does not have.
    pub missing: Vec<String>,
}

impl ColumnPlan {
    /// Names of columns that this table has no header for, whether it may lack them or not.
    pub(super) fn absent(&self, contract: &SourceContract) -> Vec<String> {
        let in_group =
            |index: usize| contract.members.iter().any(|m| m.cells.iter().any(|(c, _)| *c == index));
        let columns = contract.columns.iter().enumerate();
        let absent = columns
            .filter(|(at, column)| self.columns[*at].is_none() && column.default.is_none() && !in_group(*at));
        absent.map(|(_, column)| column.name.clone()).collect()
    }
}

/// What a header feeds.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash)]
pub(crate) enum HeaderTarget {
    /// Column of the contract, by position.
    Column(usize),
    /// Member of a wide household row and column, by position.
    Member(usize, usize),
    /// Nothing: it is known and not read.
    Ignored,
}

type HeaderIndex = HashMap<String, HeaderTarget>;

/// Headers of a contract, prepared once.
#[derive(Debug)]
pub(crate) struct HeaderMatcher<'a> {
    contract: &'a SourceContract,
    general: HeaderIndex,
}

impl<'a> HeaderMatcher<'a> {
    /// Prepares the general headers of the contract.
    pub(crate) fn new(contract: &'a SourceContract) -> Self {
        let mut general = HeaderIndex::new();
        let in_group =
            |index: usize| contract.members.iter().any(|m| m.cells.iter().any(|(c, _)| *c == index));
        for (index, column) in contract.columns.iter().enumerate() {
            if !in_group(index) {
                for header in &column.headers {
                    general.insert(clean_config_header(header), HeaderTarget::Column(index));
                }
            }
        }
        for (place, member) in contract.members.iter().enumerate() {
            for (column, headers) in &member.cells {
                for header in headers {
                    general.insert(clean_config_header(header), HeaderTarget::Member(place, *column));
                }
            }
        }
        for header in &contract.ignore_headers {
            general.entry(clean_config_header(header)).or_insert(HeaderTarget::Ignored);
        }
        Self { contract, general }
    }

    /// What a header of `file` feeds; `None` if the contract does not know it.
    pub(crate) fn target(&self, file: &str, header: &str) -> Option<HeaderTarget> {
        let (special, _) = self.variant(file);
        self.find(&special, header).map(|(target, _)| target)
    }

    /// Maps the headers of one table.
    pub(super) fn plan(&self, info: &RawTableInfo) -> Result<ColumnPlan> {
        if info.headers.iter().any(|header| holds_long_number(header)) {
            // A row of a person was taken for the header: what it says is not shown.
            return Err(Error::input(format!(
                "第{}行被当作表头，可是其中有证件号一类的长号码，多半是数据行",
                info.header_row
            ))
            .in_file(&info.file)
            .hint("核对文件有没有表头行、分隔符和换行是否正常；请提供部门重新导出"));
        }
        let contract = self.contract;
        let file = info.file.to_string_lossy().replace('\\', "/");
        let (special, units) = self.variant(&file);
        let mut plan = ColumnPlan {
            columns: vec![None; contract.columns.len()],
            members: vec![Vec::new(); contract.members.len()],
            factors: contract.columns.iter().map(|c| header_unit_factor(c.kind, c.unit.as_deref())).collect(),
            unnamed: Vec::new(),
            unknown: Vec::new(),
            missing: Vec::new(),
        };
        for (column, unit) in units {
            plan.factors[column] = header_unit_factor(contract.columns[column].kind, Some(unit));
        }
        let mut taken: HashMap<HeaderTarget, usize> = HashMap::new();
        for (raw, header) in info.headers.iter().enumerate() {
            if clean_config_header(header).is_empty() {
                plan.unnamed.push(raw);
                continue;
            }
            let Some((target, unit)) = self.find(&special, header) else {
                plan.unknown.push(header.clone());
                continue;
            };
            if target == HeaderTarget::Ignored {
                continue;
            }
            if let Some(&first) = taken.get(&target) {
                return Err(self
                    .at(info, header)
                    .with(format!("表头“{}”和“{header}”都是列“{}”", info.headers[first], self.title(target)))
                    .hint("一列只能来自一个表头；把多余的写进 [[variant]] 的 ignore_headers"));
            }
            taken.insert(target, raw);
            let column = match target {
                HeaderTarget::Column(column) => {
                    plan.columns[column] = Some(raw);
                    column
                }
                HeaderTarget::Member(place, column) => {
                    plan.members[place].push((column, raw));
                    column
                }
                HeaderTarget::Ignored => continue,
            };
            if let Some(factor) = unit.and_then(|u| unit::unit_factor(contract.columns[column].kind, &u)) {
                plan.factors[column] = factor;
            }
        }
        self.complete(info, &mut plan)?;
        Ok(plan)
    }

    /// Headers and units of the variants that apply to a file.
    fn variant(&self, file: &str) -> (HeaderIndex, Vec<(usize, &'a str)>) {
        let mut special = HeaderIndex::new();
        let mut units = Vec::new();
        let contract: &'a SourceContract = self.contract;
        for variant in contract.variants.iter().filter(|v| v.applies_to(file)) {
            for header in &variant.ignore_headers {
                special.insert(clean_config_header(header), HeaderTarget::Ignored);
            }
            for (key, headers) in &variant.aliases {
                for header in headers {
                    match key.split_once('.') {
                        Some((group, name)) => {
                            let Some(column) = self.contract.position(name) else { continue };
                            for (place, member) in self.contract.members.iter().enumerate() {
                                if member.group == group {
                                    let header = header.replace("{n}", &member.number.to_string());
                                    special.insert(
                                        clean_config_header(&header),
                                        HeaderTarget::Member(place, column),
                                    );
                                }
                            }
                        }
                        None => {
                            if let Some(column) = self.contract.position(key) {
                                special.insert(clean_config_header(header), HeaderTarget::Column(column));
                            }
                        }
                    }
                }
            }
            for (name, unit) in &variant.units {
                units.extend(self.contract.position(name).map(|column| (column, unit.as_str())));
            }
        }
        (special, units)
    }

    /// Target of a header, and the unit it names: as written, without a bracketed unit, or by
    /// the last line of a header of several rows.
    fn find(&self, special: &HeaderIndex, header: &str) -> Option<(HeaderTarget, Option<String>)> {
        let clean = clean_config_header(header);
        let look = |text: &str| special.get(text).or_else(|| self.general.get(text)).copied();
        if let Some(target) = look(&clean) {
            return Some((target, split_header_unit(&clean).map(|(_, unit)| unit)));
        }
        if let Some((stem, unit)) = split_header_unit(&clean)
            && let Some(target) = look(&stem)
        {
            return Some((target, Some(unit)));
        }
        let (_, last) = clean.rsplit_once('/')?;
        look(last).map(|target| (target, None))
    }

    /// Checks that what must be there is there, and applies the policy for unknown headers.
    fn complete(&self, info: &RawTableInfo, plan: &mut ColumnPlan) -> Result<()> {
        let contract = self.contract;
        for (index, column) in contract.columns.iter().enumerate() {
            let in_group = contract.members.iter().any(|m| m.cells.iter().any(|(c, _)| *c == index));
            if in_group || plan.columns[index].is_some() || column.default.is_some() {
                continue;
            }
            if column.required {
                return Err(self
                    .at(info, &column.label)
                    .with(format!("缺少必需的列“{}”", column.label))
                    .hint(self.missing_hint(&column.headers, &plan.unknown)));
            }
            if !column.optional {
                plan.missing.push(column.label.clone());
            }
        }
        for (place, member) in contract.members.iter().enumerate() {
            for (column, headers) in &member.cells {
                let here = plan.members[place].iter().any(|(c, _)| c == column);
                // Lists of small households leave the later member columns out.
                if !here && place == 0 && contract.columns[*column].required {
                    return Err(self
                        .at(info, &headers[0])
                        .with(format!("缺少必需的列“{}”", headers[0]))
                        .hint(self.missing_hint(headers, &plan.unknown)));
                }
            }
        }
        if contract.unknown_headers == UnknownHeaders::Error && !plan.unknown.is_empty() {
            let known = contract.known_headers();
            let words: Vec<String> = plan
                .unknown
                .iter()
                .map(|header| match nearest_name(header, known.iter().map(String::as_str)) {
                    Some(word) => format!("“{header}”（最接近“{word}”）"),
                    None => format!("“{header}”"),
                })
                .collect();
            return Err(self.at(info, &plan.unknown[0]).with(format!("不认识的表头：{}", words.join("、"))).hint(format!(
                "在 sources/{}.toml 里把它加进某列的 headers（个别县用 [[variant]]），不需要的加进 ignore_headers",
                contract.name
            )));
        }
        Ok(())
    }

    fn missing_hint(&self, headers: &[String], unknown: &[String]) -> String {
        let accepted = headers.join("、");
        if unknown.is_empty() {
            return format!("可用的表头：{accepted}");
        }
        format!("可用的表头：{accepted}；文件里不认识的表头：{}", unknown.join("、"))
    }

    fn title(&self, target: HeaderTarget) -> String {
        match target {
            HeaderTarget::Column(column) => self.contract.columns[column].label.clone(),
            HeaderTarget::Member(place, column) => {
                format!("{}.{}", self.contract.members[place].title(), self.contract.columns[column].label)
            }
            HeaderTarget::Ignored => String::new(),
        }
    }

    fn at<'b>(&self, info: &'b RawTableInfo, header: &'b str) -> HeaderPlace<'b> {
        HeaderPlace { info, header }
    }
}

struct HeaderPlace<'a> {
    info: &'a RawTableInfo,
    header: &'a str,
}

impl HeaderPlace<'_> {
    fn with(&self, message: String) -> Error {
        let mut error = Error::input(message).in_file(&self.info.file).in_column(self.header);
        if let Some(sheet) = &self.info.sheet {
            error = error.in_sheet(sheet);
        }
        if self.info.header_row > 0 { error.at_row(u64::from(self.info.header_row)) } else { error }
    }
}

fn header_unit_factor(kind: ContractType, unit: Option<&str>) -> i64 {
    let default = match kind {
        ContractType::Money => "元",
        ContractType::Area => "平方米",
        _ => return 1,
    };
    unit::unit_factor(kind, unit.unwrap_or(default)).unwrap_or(1)
}

/// `补助金额(万元)` → (`补助金额`, `万元`), for headers already cleaned.
fn split_header_unit(header: &str) -> Option<(String, String)> {
    let (stem, unit) = header.strip_suffix(')')?.rsplit_once('(')?;
    let unit = unit.split(['/', '·']).next().unwrap_or(unit);
    const COUNTS: &[&str] = &["人", "口", "月", "年", "户", "岁", "个", "个月", "是/否", "是"];
    let known = unit::unit_factor(ContractType::Money, unit).is_some()
        || unit::unit_factor(ContractType::Area, unit).is_some()
        || COUNTS.contains(&unit);
    (known && !stem.is_empty()).then(|| (stem.to_owned(), unit.to_owned()))
}
