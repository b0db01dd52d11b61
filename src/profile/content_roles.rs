//! What columns tell the linker, found by what they hold; the header decides only where the content does not.

use std::collections::BTreeSet;

use arrow::array::StringArray;

use super::value_guess::is_likely_name;
use crate::config::{ColumnRole, clean_config_header};
use crate::model::day::pack_day;
use crate::model::id_number::{IdClass, IdNumber};
use crate::model::name_words::COMMON_SURNAMES;
use crate::model::written_date;
use crate::normalize::Relation;

/// Words of headers whose people are not those the row is about: who fetches, helps, signs.
const OTHERS: [&str; 35] = [
    "监护",
    "联系",
    "帮扶",
    "责任",
    "干部",
    "医生",
    "经办",
    "填表",
    "填报",
    "制表",
    "审核",
    "审批",
    "负责",
    "书记",
    "领款",
    "代领",
    "代理",
    "代办",
    "委托",
    "收款",
    "开户",
    "账户",
    "户名",
    "持卡",
    "申报",
    "介绍人",
    "担保",
    "包村",
    "包户",
    "网格",
    "签字",
    "签名",
    "录入",
    "登记人",
    "法人",
];
/// Headers that hold one of [`OTHERS`] and are of the head all the same.
const HEADS: [&str; 3] = ["农户名", "贫困户名", "低保户名"];

/// Whether a header says that its people are not those the row is about.
pub(super) fn is_of_others(header: &str) -> bool {
    OTHERS.iter().any(|word| header.contains(word)) && !HEADS.iter().any(|word| header.contains(word))
}

/// What a column tells the linker.
#[derive(Debug, Clone, PartialEq, Eq, serde::Serialize)]
pub struct FoundRole {
    /// The role.
    pub role: ColumnRole,
    /// How it is known, Chinese.
    pub why: String,
}

/// What one column looks like, cell by cell.
#[derive(Default)]
struct ColumnShares {
    header: String,
    filled: usize,
    distinct: usize,
    id: usize,
    student: usize,
    name: usize,
    relation: usize,
    heads: usize,
    date: usize,
    sex: usize,
    county: usize,
    township: usize,
    village: usize,
    code: usize,
    phone: usize,
    digits: usize,
}

impl ColumnShares {
    fn of(header: &str, cells: &StringArray) -> Self {
        let mut shares = Self { header: clean_config_header(header), ..Self::default() };
        let mut distinct = BTreeSet::new();
        for cell in cells.iter().flatten() {
            let cell = cell.trim();
            if cell.is_empty() {
                continue;
            }
            shares.filled += 1;
            distinct.insert(cell);
            let class = if cell.len() >= 15 { IdNumber::parse(cell).class } else { IdClass::Empty };
            shares.student += usize::from(class == IdClass::GStudent);
            shares.id += usize::from(!matches!(class, IdClass::Empty | IdClass::Other | IdClass::GStudent));
            let relation = Relation::from_text(cell);
            shares.relation += usize::from(relation != Relation::Unknown);
            shares.heads += usize::from(relation == Relation::Head);
            shares.name += usize::from(
                relation == Relation::Unknown
                    && is_likely_name(cell)
                    && cell.chars().next().is_some_and(|c| COMMON_SURNAMES.contains(c)),
            );
            shares.date += usize::from(day_of(cell).is_some());
            shares.sex += usize::from(matches!(cell, "男" | "女" | "男性" | "女性"));
            let short = (2..=14).contains(&cell.chars().count());
            let ends = |words: &[&str]| short && words.iter().any(|word| cell.ends_with(word));
            shares.county += usize::from(ends(&["县", "区", "市", "旗"]) && !ends(&["社区", "小区"]));
            shares.township += usize::from(ends(&["乡", "镇", "街道", "办事处"]));
            shares.village += usize::from(ends(&["村", "社区", "委会", "村委", "居委"]));
            let digits = cell.bytes().all(|b| b.is_ascii_digit());
            shares.digits += usize::from(cell.bytes().filter(u8::is_ascii_digit).count() >= 3);
            shares.code += usize::from(digits && matches!(cell.len(), 6 | 9 | 12));
            shares.phone += usize::from(
                digits
                    && cell.len() == 11
                    && cell.starts_with('1')
                    && !cell[1..].starts_with(['0', '1', '2']),
            );
        }
        shares.distinct = distinct.len();
        shares
    }
    fn at_least(&self, count: usize, percent: usize) -> bool {
        self.filled > 0 && count * 100 >= self.filled * percent
    }
    fn says(&self, words: &[&str]) -> bool {
        words.iter().any(|word| self.header.contains(word))
    }
    fn percent(&self, count: usize) -> usize {
        count * 100 / self.filled.max(1)
    }
    fn may_be_household(&self) -> bool {
        self.filled > 0
            && self.at_least(self.digits, 80)
            && !self.at_least(self.id, 30)
            && !self.at_least(self.phone, 60)
            && !self.at_least(self.date, 60)
    }
}

/// Roles being given to columns, each once.
struct RoleSearch {
    shares: Vec<ColumnShares>,
    found: Vec<Option<FoundRole>>,
}

impl RoleSearch {
    fn has(&self, role: ColumnRole) -> bool {
        self.position(role).is_some()
    }
    fn position(&self, role: ColumnRole) -> Option<usize> {
        self.found.iter().position(|f| f.as_ref().is_some_and(|f| f.role == role))
    }
    /// Gives a role to the first column without one that fits, unless it is given.
    fn give(&mut self, role: ColumnRole, fits: impl Fn(&ColumnShares) -> Option<String>) {
        if self.has(role) {
            return;
        }
        let open = self.shares.iter().zip(&self.found).enumerate().filter(|(_, (_, found))| found.is_none());
        let first = open.filter_map(|(at, (shares, _))| Some((at, fits(shares)?))).next();
        if let Some((at, why)) = first {
            self.found[at] = Some(FoundRole { role, why });
        }
    }
    /// Gives a role by the header alone, where the content says nothing else.
    fn give_by_header(&mut self, role: ColumnRole, fits: impl Fn(&ColumnShares) -> bool) {
        self.give(role, |s| fits(s).then(|| "表头".to_owned()));
    }
}

/// Whether most cells are names of persons, whatever the header says.
pub(super) fn holds_names(cells: &StringArray) -> bool {
    let shares = ColumnShares::of("", cells);
    shares.at_least(shares.name, 60)
}

/// The role of each column, if it has one. `columns`: some rows, one column per header.
pub(crate) fn find_roles(headers: &[String], columns: &[StringArray]) -> Vec<Option<FoundRole>> {
    let shares: Vec<ColumnShares> =
        headers.iter().zip(columns).map(|(header, cells)| ColumnShares::of(header, cells)).collect();
    let found = vec![None; shares.len()];
    let mut search = RoleSearch { shares, found };
    let others = |s: &ColumnShares| is_of_others(&s.header);
    let others_or_head = |s: &ColumnShares| others(s) || s.says(&["户主"]);
    let id = |s: &ColumnShares| s.at_least(s.id, 60).then(|| format!("内容：{}%是证件号码", s.percent(s.id)));
    let guardian = |s: &ColumnShares| s.says(&["监护", "家长", "父亲", "母亲"]);
    search.give(ColumnRole::GuardianId, |s| id(s).filter(|_| guardian(s)));
    search.give(ColumnRole::IdNumber, |s| {
        id(s).filter(|_| !others_or_head(s) && !s.says(&["残疾证", "残疾人证"]))
    });
    search.give(ColumnRole::IdNumber, |s| id(s).filter(|_| !guardian(s) && !others(s)));
    search
        .give_by_header(ColumnRole::IdNumber, |s| s.filled == 0 && s.says(&["身份证", "证件号", "公民身份"]));
    let name = |s: &ColumnShares| {
        let place = s.says(&["村", "乡", "镇", "县", "学校", "单位", "关系", "属性", "类型", "原因"]);
        (s.at_least(s.name, 60) && !place).then(|| format!("内容：{}%是姓名", s.percent(s.name)))
    };
    search.give(ColumnRole::GuardianName, |s| name(s).filter(|_| guardian(s)));
    search.give(ColumnRole::Name, |s| name(s).filter(|_| s.says(&["姓名", "名字"]) && !others_or_head(s)));
    search.give(ColumnRole::Name, |s| name(s).filter(|_| !others_or_head(s)));
    search.give(ColumnRole::Name, |s| name(s).filter(|_| s.says(&["户主"]) && !others(s)));
    search.give_by_header(ColumnRole::Name, |s| {
        s.says(&["姓名"]) && !others_or_head(s) && !s.at_least(s.id, 30)
    });
    search.give(ColumnRole::Relation, |s| {
        s.at_least(s.relation, 80).then(|| format!("内容：{}%是与户主关系", s.percent(s.relation)))
    });
    search.give_by_header(ColumnRole::Relation, |s| s.says(&["户主关系", "户主之关系", "申请人关系"]));
    birth_date(&mut search, columns);
    search.give(ColumnRole::Sex, |s| s.at_least(s.sex, 95).then(|| "内容：男、女".to_owned()));
    search.give_by_header(ColumnRole::Sex, |s| s.says(&["性别"]));
    divisions(&mut search);
    household(&mut search);
    search.give(ColumnRole::StudentNo, |s| s.at_least(s.student, 60).then(|| "内容：学籍号".to_owned()));
    search.give(ColumnRole::Phone, |s| s.at_least(s.phone, 60).then(|| "内容：手机号码".to_owned()));
    search.give_by_header(ColumnRole::Phone, |s| {
        s.says(&["电话", "手机"]) && !s.says(&["帮扶", "干部", "医生"])
    });
    search.give_by_header(ColumnRole::Address, |s| s.says(&["住址", "地址"]));
    search.found
}

/// A column of days that agree with the ID numbers.
fn birth_date(search: &mut RoleSearch, columns: &[StringArray]) {
    let id = search.position(ColumnRole::IdNumber).map(|at| &columns[at]);
    let mut best: Option<(usize, usize)> = None;
    for (at, column) in columns.iter().enumerate() {
        let Some(id) = id.filter(|_| search.found[at].is_none()) else { continue };
        let (mut both, mut same) = (0, 0);
        for (number, day) in id.iter().zip(column.iter()) {
            let (Some(birth), Some(day)) =
                (number.and_then(|n| IdNumber::parse(n).birth()), day.and_then(day_of))
            else {
                continue;
            };
            both += 1;
            same += usize::from(birth == day);
        }
        if both > 0 && same * 100 >= both * 70 && best.is_none_or(|(_, most)| same > most) {
            best = Some((at, same * 100 / both));
        }
    }
    if let Some((at, percent)) = best {
        let why = format!("内容：{percent}%与证件号码里的出生日期一致");
        search.found[at] = Some(FoundRole { role: ColumnRole::BirthDate, why });
    }
    search.give_by_header(ColumnRole::BirthDate, |s| s.says(&["出生"]) && s.at_least(s.date, 60));
}

fn divisions(search: &mut RoleSearch) {
    let why = |what: &str, share: usize| format!("内容：{share}%是{what}");
    search.give(ColumnRole::Township, |s| {
        s.at_least(s.township, 80).then(|| why("乡镇名", s.percent(s.township)))
    });
    search.give(ColumnRole::Village, |s| {
        (s.at_least(s.village, 60) && !s.says(&["自然村", "组"])).then(|| why("村名", s.percent(s.village)))
    });
    search.give(ColumnRole::County, |s| {
        (s.at_least(s.county, 90) && s.distinct <= 20 && !s.says(&["市(地", "地市"]) && s.header != "市")
            .then(|| why("县区名", s.percent(s.county)))
    });
    search.give(ColumnRole::DivisionCode, |s| {
        let of_place = s.says(&["区划"])
            || s.distinct * 2 <= s.filled
                && s.says(&["代码", "编码"])
                && !s.says(&["户", "人", "家庭", "证", "账"]);
        (s.at_least(s.code, 95) && of_place).then(|| "内容：区划代码".to_owned())
    });
    let free = |s: &ColumnShares| !s.at_least(s.name, 60) && !s.at_least(s.digits, 60);
    search.give_by_header(ColumnRole::Township, |s| {
        free(s) && s.says(&["乡镇", "乡(镇", "镇办", "街道"]) && !s.says(&["干部", "联系"])
    });
    search.give_by_header(ColumnRole::Village, |s| {
        free(s) && s.says(&["行政村", "村(", "所在村", "村委会", "村名", "村居", "村社区"])
            || free(s) && s.header == "村"
    });
    search.give_by_header(ColumnRole::County, |s| {
        free(s) && (s.says(&["县(", "县区", "区县", "县市区", "行政区划"]) || s.header == "县")
    });
}

fn household(search: &mut RoleSearch) {
    let heads = search.position(ColumnRole::Relation).map_or(0, |at| search.shares[at].heads);
    let says = |s: &ColumnShares| {
        s.says(&["户", "家庭"])
            && s.says(&["编号", "编码", "户号", "代码"])
            && !s.says(&["证件", "身份", "账", "电话", "人口", "人数"])
    };
    search.give(ColumnRole::Household, |s| {
        let counted = heads > 0 && s.distinct * 10 >= heads * 9 && s.distinct * 9 <= heads * 10;
        (s.may_be_household() && says(s)).then(|| match counted {
            true => "表头；每个编号有一个户主".to_owned(),
            false => "表头".to_owned(),
        })
    });
    search.give(ColumnRole::Household, |s| {
        let counted = heads > 0 && heads < s.filled && s.distinct.abs_diff(heads) * 20 <= heads;
        (counted && s.may_be_household() && !s.at_least(s.code, 95))
            .then(|| "内容：同一编号的几行里有一个户主".to_owned())
    });
}

/// The day a cell says, packed as `yyyymmdd`.
fn day_of(cell: &str) -> Option<u32> {
    let begins = cell.starts_with(|c: char| c.is_ascii_digit()) && (8..=20).contains(&cell.len());
    let date = begins.then(|| written_date::parse_written_date(cell)).flatten()?;
    Some(pack_day(date.year, date.month, date.day?))
}
