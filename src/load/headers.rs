//! From the headers of one table to the columns of the contract.

use std::collections::HashMap;

use super::header_unit::{HeaderUnit, header_units, listed_unit, rate_of_header_words, unknown_unit};
use super::number::{WrittenRate, written_rate};
use crate::config::source_contract::UnknownHeaders;
use crate::config::source_file::VariantSpec;
use crate::config::toml_file::nearest_name;
use crate::config::{SourceContract, clean_config_header};
use crate::model::column_type::ContractType;
use crate::model::source_table::RawTableInfo;
use crate::model::state_headers::{is_remark, says_state};
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
    /// Months that bare amounts are for by contract column, where the header says so.
    pub months: Vec<Option<i64>>,
    /// Contract columns of amounts and areas whose header says no unit.
    pub without_unit: Vec<usize>,
    /// Raw columns without a header: they must be empty.
    pub unnamed: Vec<usize>,
    /// Raw columns that are not read and whose headers say whether somebody is still on the list.
    pub ignored_states: Vec<usize>,
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

/// Unknown headers that show together that a table is of a variant's form.
const MANY_OF_VARIANT: usize = 3;

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
            months: vec![None; contract.columns.len()],
            without_unit: Vec::new(),
            unnamed: Vec::new(),
            ignored_states: Vec::new(),
            unknown: Vec::new(),
            missing: Vec::new(),
        };
        let mut stated: Vec<usize> = units.iter().map(|(column, _)| *column).collect();
        stated.extend((0..contract.columns.len()).filter(|&at| contract.columns[at].unit.is_some()));
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
                plan.ignored_states.extend((says_state(header) || is_remark(header)).then_some(raw));
                continue;
            }
            if let Some(&first) = taken.get(&target) {
                return Err(self
                    .at(info, header)
                    .with(format!("表头“{}”和“{header}”都是列“{}”", info.headers[first], self.title(target)))
                    .hint(
                        if clean_config_header(&info.headers[first]) == clean_config_header(header) {
                            "两个表头的字一样，分不出哪一列是对的：在文件里删去多余的一列，或给它改名，再把新名字写进 \
                             ignore_headers；两张表并排的，拆成两个文件"
                        } else {
                            "一列只能来自一个表头；把多余的写进 [[variant]] 的 ignore_headers"
                        },
                    ));
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
            let kind = contract.columns[column].kind;
            if kind == ContractType::Integer
                && let Some(unit) = unit.as_ref().filter(|unit| !unit.listed)
            {
                plan.factors[column] = self.time_factor(info, header, column, unit)?;
            }
            if !matches!(kind, ContractType::Money | ContractType::Area) {
                continue;
            }
            if let Some(word) = unknown_unit(&clean_config_header(header))
                .filter(|_| unit.as_ref().is_none_or(|unit| unit.word.is_empty()))
            {
                return Err(self
                    .at(info, header)
                    .with(format!("表头“{header}”里的“{word}”像是单位，不知道怎样折算"))
                    .hint("把表头里的单位改成元、万元、平方米、亩一类，按它核对这一列的数，再重新运行"));
            }
            match &unit {
                Some(unit) => {
                    if let Some(factor) = unit::unit_factor(kind, &unit.word) {
                        plan.factors[column] = factor;
                    }
                    plan.months[column] = self.months(info, header, column, unit)?;
                }
                None if !stated.contains(&column) => plan.without_unit.push(column),
                None => {}
            }
            if kind == ContractType::Money
                && contract.columns[column].rate.is_some()
                && unit.as_ref().is_none_or(|unit| written_rate(&unit.rate) == WrittenRate::None)
            {
                plan.months[column] = self.months_of_words(info, header, column)?;
            }
        }
        self.complete(info, &mut plan)?;
        Ok(plan)
    }

    /// What a number of the header's unit of time makes in the unit that the contract writes in its own headers; 1 where
    /// one of the two says none.
    fn time_factor(
        &self,
        info: &RawTableInfo,
        header: &str,
        column: usize,
        unit: &HeaderUnit,
    ) -> Result<i64> {
        let spec = &self.contract.columns[column];
        let own = { spec.headers.iter() }.find_map(|known| {
            let unit = listed_unit(&clean_config_header(known))?;
            Some((unit::months_of_unit(&unit.rate)?, unit.rate))
        });
        let (Some((own, own_word)), Some(months)) = (own, unit::months_of_unit(&unit.rate)) else {
            return Ok(1);
        };
        if months % own == 0 {
            return Ok(months / own);
        }
        Err(self
            .at(info, header)
            .with(format!(
                "表头“{header}”的单位是“{}”，不能折算成“{}”的单位“{own_word}”",
                unit.rate, spec.label
            ))
            .hint(format!(
                "请提供部门按{own_word}重新导出；不需要这一列，在 sources/{}.toml 的 ignore_headers 里加上它",
                self.contract.name
            )))
    }

    /// The months that amounts under a header are for, where it says so and the contract can convert them.
    fn months(
        &self,
        info: &RawTableInfo,
        header: &str,
        column: usize,
        unit: &HeaderUnit,
    ) -> Result<Option<i64>> {
        let spec = &self.contract.columns[column];
        let rate = match (spec.kind, written_rate(&unit.rate)) {
            (_, WrittenRate::None) => return Ok(None),
            // The contract names this very header: what it says is meant.
            (_, WrittenRate::Months(_)) if unit.listed && spec.rate.is_none() => return Ok(None),
            (_, WrittenRate::Other) if unit.listed => return Ok(None),
            (ContractType::Money, WrittenRate::Months(months)) if spec.rate.is_some() => {
                return Ok(Some(months));
            }
            (_, rate) => rate,
        };
        let name = &self.contract.name;
        let cure = match rate {
            WrittenRate::Months(_) => format!(
                "在 sources/{name}.toml 给这一列加 rate（month、quarter、half_year、year），读入时就会折算；\
                 或请提供部门按“{}”的单位重新导出",
                spec.label
            ),
            _ => format!(
                "按人、按次的数不能折算：请提供部门按户、按月的总数重新导出；不需要这一列，在 sources/{name}.toml \
                 的 ignore_headers 里加上它"
            ),
        };
        Err(self
            .at(info, header)
            .with(format!(
                "表头“{header}”的单位是“{}{}”，不知道怎样折算成“{}”",
                unit.word, unit.rate, spec.label
            ))
            .hint(cure))
    }

    /// The months that the words of a header say its amounts are for, of a column whose time the contract states.
    fn months_of_words(&self, info: &RawTableInfo, header: &str, column: usize) -> Result<Option<i64>> {
        match rate_of_header_words(&clean_config_header(header)) {
            WrittenRate::None => Ok(None),
            WrittenRate::Months(months) => Ok(Some(months)),
            WrittenRate::Other => Err(self
                .at(info, header)
                .with(format!(
                    "表头“{header}”是累计的数，不知道怎样折算成“{}”",
                    self.contract.columns[column].label
                ))
                .hint(format!(
                    "请提供部门按“{}”的单位重新导出；不需要这一列，在 sources/{}.toml 的 ignore_headers 里加上它",
                    self.contract.columns[column].label, self.contract.name
                ))),
        }
    }

    /// Headers and units of the variants that apply to a file.
    fn variant(&self, file: &str) -> (HeaderIndex, Vec<(usize, &'a str)>) {
        let mut special = HeaderIndex::new();
        let mut units = Vec::new();
        let contract: &'a SourceContract = self.contract;
        for variant in contract.variants.iter().filter(|v| v.applies_to(file)) {
            self.add_variant(variant, &mut special, &mut units);
        }
        (special, units)
    }

    /// Adds the headers and units of a variant.
    fn add_variant<'v>(
        &self,
        variant: &'v VariantSpec,
        special: &mut HeaderIndex,
        units: &mut Vec<(usize, &'v str)>,
    ) {
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

    /// Target of a header, and the unit it names: as written, without a bracketed unit, or by
    /// the last line of a header of several rows.
    fn find(&self, special: &HeaderIndex, header: &str) -> Option<(HeaderTarget, Option<HeaderUnit>)> {
        let clean = clean_config_header(header);
        let look = |text: &str| special.get(text).or_else(|| self.general.get(text)).copied();
        if let Some(target) = look(&clean) {
            return Some((target, listed_unit(&clean)));
        }
        let apart = |text: &str| {
            { header_units(text).into_iter() }.find_map(|(stem, unit)| Some((look(&stem)?, unit)))
        };
        if let Some((target, unit)) = apart(&clean) {
            return Some((target, Some(unit)));
        }
        let (upper, last) = clean.rsplit_once('/')?;
        let (target, unit) = match look(last) {
            Some(target) => (target, listed_unit(last)),
            None => apart(last).map(|(target, unit)| (target, Some(unit)))?,
        };
        // 补助(万元) above several columns.
        let above =
            || header_units(upper).into_iter().map(|(_, unit)| unit).find(|unit| !unit.word.is_empty());
        Some((target, unit.or_else(above)))
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
                    .hint(self.missing_hint(info, &column.headers, &plan.unknown)));
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
                        .hint(self.missing_hint(info, headers, &plan.unknown)));
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
            let cure = self.hint_of_variant(info, &plan.unknown).unwrap_or_else(|| {
                format!(
                    "在 sources/{}.toml 里把它加进某列的 headers（个别县用 [[variant]]），不需要的加进 ignore_headers",
                    contract.name
                )
            });
            return Err(self
                .at(info, &plan.unknown[0])
                .with(format!("不认识的表头：{}", words.join("、")))
                .hint(cure));
        }
        Ok(())
    }

    /// The cure where the headers that are not known are those of a variant for files of another name.
    fn hint_of_variant(&self, info: &RawTableInfo, unknown: &[String]) -> Option<String> {
        let file = info.file.to_string_lossy().replace('\\', "/");
        let others = self.contract.variants.iter().filter(|variant| !variant.applies_to(&file));
        let known = |variant: &VariantSpec| {
            let (mut special, mut units) = (HeaderIndex::new(), Vec::new());
            self.add_variant(variant, &mut special, &mut units);
            unknown.iter().filter(|header| self.find(&special, header).is_some()).count()
        };
        let (count, variant) =
            others.map(|variant| (known(variant), variant)).max_by_key(|(count, _)| *count)?;
        (count >= MANY_OF_VARIANT && count * 2 >= unknown.len()).then(|| {
            format!(
                "不认识的{}个表头里有{count}个是 [[variant]] 给文件“{}”写的：文件改成合这个写法的名称（或放进合这个写法的文件夹）后重新运行，\
                 或在 [[variant]] 的 files 里照这个文件的名称再写一份",
                unknown.len(),
                variant.files
            )
        })
    }

    fn missing_hint(&self, info: &RawTableInfo, headers: &[String], unknown: &[String]) -> String {
        let accepted = headers.join("、");
        if let Some(hint) = self.hint_of_variant(info, unknown) {
            return format!("{hint}；可用的表头：{accepted}");
        }
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

/// A header of a table, as the place of an error.
pub(super) struct HeaderPlace<'a> {
    pub(super) info: &'a RawTableInfo,
    pub(super) header: &'a str,
}

impl HeaderPlace<'_> {
    pub(super) fn with(&self, message: String) -> Error {
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
