//! Do the ID numbers and names of a file say who its people are? A column dragged down, exported as floating-point
//! numbers or put in another's place is a list of nobody.

use std::collections::{BTreeMap, BTreeSet};

use arrow::array::{Array as _, AsArray as _};
use arrow::datatypes::Date32Type;

use super::LoadedSource;
use super::audit::{audit_percent_text, by_frequency};
use super::data_folder::masked_file_name;
use super::place_counts::{Part, filled_text};
use super::repeated_keys::RepeatedNumbers;
use crate::Result;
use crate::config::SourceContract;
use crate::config::source_contract::{ColumnRole, SourceColumn};
use crate::model::broken_names::hides_characters;
use crate::model::day::day_from_epoch_days;
use crate::model::han::is_han;
use crate::model::id_number::{IdClass, IdNumber, Sex};
use crate::model::leaving_words::find_leaving_word;
use crate::model::source_row::AuditFinding;

/// Filled cells of a file or county from which its share is looked at.
const LEAST_CELLS: u64 = 20;
/// Unusable numbers, as a number and in 1/100, from which they are told.
const LEAST_UNUSABLE: u64 = 5;
const UNUSABLE_PERCENT: u64 = 2;
/// Share of rows under shared numbers from which they stop, and of unusable numbers from which they are many, in 1/100.
const MANY_PERCENT: u64 = 5;
/// Share of unusable numbers, in 1/100, from which a file is a list of nobody.
const STOP_PERCENT: u64 = 80;
/// Numbers with a wrong check character of which this share, in 1/100, is no slip of the pen.
const WRONG_CHECKS_PERCENT: u64 = 50;
/// Rows whose birth date or sex is not the one that the number says, in 1/100, from which a column has slid.
const OTHER_PERSON_PERCENT: u64 = 20;
/// Numbers in a row that follow each other at one distance from which they are dragged down.
const LEAST_SERIES: u64 = 10;
/// Rows and names under one number from which it is nobody's.
const LEAST_SHARED: usize = 10;
const LEAST_NAMES: usize = 5;
/// Repeats of a list beyond which they are not looked at one by one.
const MOST_REPEATS: usize = 2_000_000;

/// What is counted of a file or county.
#[derive(Default, Clone)]
struct NumberCounts {
    filled: u64,
    /// Unusable cells by kind.
    unusable: BTreeMap<&'static str, u64>,
    masked: u64,
    wrong_checks: u64,
    in_series: u64,
    /// Names with characters that were lost, with some that are hidden, with words that their people have left, and with numbers in them.
    names: u64,
    damaged_names: u64,
    hidden_names: u64,
    bare_surnames: u64,
    names_of_leavers: u64,
    numbered_names: u64,
    /// Rows with a good number and a birth date, and those of them whose number says another.
    dated: u64,
    other_days: u64,
    /// The same of the sex.
    sexed: u64,
    other_sexes: u64,
}

/// Length of the present run of numbers that follow each other, by table.
#[derive(Default)]
struct Series {
    last: Option<u64>,
    distance: u64,
    length: u64,
}

impl Series {
    /// Takes the next number; how many more cells are now known to be dragged down.
    fn take(&mut self, number: Option<u64>) -> u64 {
        let distance = match (self.last, number) {
            (Some(last), Some(number)) => number.wrapping_sub(last),
            _ => 0,
        };
        let near = (1..=100).contains(&distance);
        if near && distance == self.distance {
            self.length += 1;
        } else {
            (self.distance, self.length) = (distance, if near { 2 } else { 1 });
        }
        self.last = number;
        match self.length {
            LEAST_SERIES => LEAST_SERIES,
            length => u64::from(length > LEAST_SERIES),
        }
    }
}

impl NumberCounts {
    fn add_id(&mut self, text: &str, id: IdNumber) {
        self.filled += 1;
        let kind = match id.class {
            IdClass::Valid18 | IdClass::Up15 | IdClass::Cert20 | IdClass::Cert22 | IdClass::GStudent => {
                return;
            }
            IdClass::JlStudent | IdClass::Temporary => return,
            IdClass::BadCheck18 => {
                self.wrong_checks += 1;
                return;
            }
            IdClass::Trunc15 => "被表格软件截断（科学计数法或尾数为零）",
            IdClass::Mask => {
                self.masked += 1;
                "部分数字被星号遮盖"
            }
            IdClass::BadDate18 => "出生日期不存在",
            IdClass::Empty | IdClass::Other => {
                let digits = text.bytes().filter(u8::is_ascii_digit).count();
                match digits {
                    0 => "没有数字",
                    11 => "像电话号码",
                    12.. => "位数或字符不对",
                    _ => "不是证件号码",
                }
            }
        };
        *self.unusable.entry(kind).or_default() += 1;
    }
    /// Holds what the row says of itself against its number. Of a day that was written as a month alone the month
    /// is held.
    fn add_own_words(&mut self, id: IdNumber, day: Option<u32>, sex: Option<Sex>) {
        if let (Some(day), Some(born)) = (day, id.birth()) {
            self.dated += 1;
            self.other_days += u64::from(day != born && (day % 100 != 1 || day / 100 != born / 100));
        }
        if let (Some(sex), Some(own)) = (sex, id.sex()) {
            self.sexed += 1;
            self.other_sexes += u64::from(sex != own);
        }
    }
    fn add_name(&mut self, text: &str) {
        self.names += 1;
        self.damaged_names += u64::from(text.contains(LOST_CHARACTERS) || text.ends_with(".."));
        if hides_characters(text) {
            self.hidden_names += 1;
            // 李××: 李* may be one of two characters, whose other one is anybody's.
            let given = text.chars().skip(1);
            self.bare_surnames += u64::from(given.clone().count() > 1 && !given.into_iter().any(is_seen));
        }
        self.names_of_leavers += u64::from(is_name_of_leaver(text));
        self.numbered_names += u64::from(text.bytes().filter(u8::is_ascii_digit).count() >= 15);
    }
    fn join(&mut self, other: &Self) {
        self.filled += other.filled;
        self.masked += other.masked;
        self.wrong_checks += other.wrong_checks;
        self.in_series += other.in_series;
        self.names += other.names;
        self.damaged_names += other.damaged_names;
        self.hidden_names += other.hidden_names;
        self.bare_surnames += other.bare_surnames;
        self.names_of_leavers += other.names_of_leavers;
        self.numbered_names += other.numbered_names;
        self.dated += other.dated;
        self.other_days += other.other_days;
        self.sexed += other.sexed;
        self.other_sexes += other.other_sexes;
        for (kind, cells) in &other.unusable {
            *self.unusable.entry(kind).or_default() += cells;
        }
    }
    fn all_unusable(&self) -> u64 {
        self.unusable.values().sum()
    }
}

/// Adds what is wrong with the numbers and names of whole files and counties.
///
/// # Errors
/// Rows that cannot be read back from the disk.
pub(super) fn audit_numbers(
    contract: &SourceContract,
    loaded: &mut LoadedSource,
    numbers: &RepeatedNumbers<'_>,
) -> Result<()> {
    let Some(id) = contract.role(ColumnRole::IdNumber) else { return Ok(()) };
    let name = contract.role(ColumnRole::Name);
    let counted = count_numbers(contract, loaded, id, name)?;
    let mut parts: BTreeMap<Part<'_>, NumberCounts> = BTreeMap::new();
    for ((table, county), counts) in &counted {
        parts.entry(Part::File(&loaded.records.tables[*table].file)).or_default().join(counts);
        if !county.is_empty() {
            parts.entry(Part::County(county)).or_default().join(counts);
        }
    }
    let is_file = |part: &Part<'_>| matches!(part, Part::File(_));
    let files = parts.keys().filter(|part| is_file(part)).count();
    let several = parts.len() - files > files;
    let mut findings = Vec::new();
    for (part, counts) in parts.iter().filter(|(part, _)| is_file(part) || several) {
        let (part, in_file) = (part.words(), is_file(part));
        findings.extend(unusable_part(contract, id, (&part, in_file), counts));
        findings.extend(slid_numbers(contract, id, (&part, in_file), counts));
        if let Some(name) = name {
            findings.extend(damaged_names(contract, name, (&part, in_file), counts));
        }
    }
    if let Some(name) = name {
        findings.extend(shared_numbers(contract, loaded, (id, name), numbers)?);
    }
    loaded.audits.splice(0..0, findings);
    Ok(())
}

fn count_numbers(
    contract: &SourceContract,
    loaded: &LoadedSource,
    id: &SourceColumn,
    name: Option<&SourceColumn>,
) -> Result<BTreeMap<(usize, String), NumberCounts>> {
    let county = contract.role(ColumnRole::County).map(|column| column.name.as_str());
    let name = name.map(|column| column.name.as_str());
    let of = |role| contract.role(role).map(|column| column.name.as_str());
    let (birth, sex) = (of(ColumnRole::BirthDate), of(ColumnRole::Sex));
    let wanted =
        |column: &str| column == id.name || [county, name, birth, sex].into_iter().any(|c| c == Some(column));
    let mut counted: BTreeMap<(usize, String), NumberCounts> = BTreeMap::new();
    let (mut first, mut series, mut in_table) = (0, Series::default(), usize::MAX);
    for batch in loaded.records.rows.chunks(wanted)? {
        let batch = batch?;
        let texts = |name: Option<&str>| {
            name.and_then(|name| batch.column_by_name(name)).and_then(|array| array.as_string_opt::<i32>())
        };
        let (ids, names, counties) = (texts(Some(&id.name)), texts(name), texts(county));
        let (days, sexes) = (birth.and_then(|name| batch.column_by_name(name)), texts(sex));
        let days = days.and_then(|array| array.as_primitive_opt::<Date32Type>());
        let day = |row: usize| {
            days.filter(|days| days.is_valid(row)).map(|days| day_from_epoch_days(days.value(row)))
        };
        let mut here: (usize, &str) = (usize::MAX, "");
        let mut counts = NumberCounts::default();
        for row in 0..batch.num_rows() {
            let table = loaded.records.keys[first + row].table();
            let county = filled_text(counties, row).unwrap_or("");
            if here != (table, county) {
                if here.0 != usize::MAX {
                    counted.entry((here.0, here.1.to_owned())).or_default().join(&counts);
                }
                (here, counts) = ((table, county), NumberCounts::default());
            }
            if in_table != table {
                (in_table, series) = (table, Series::default());
            }
            match filled_text(ids, row) {
                Some(text) => {
                    let number = IdNumber::parse(text);
                    counts.add_id(text, number);
                    if number.trusted() {
                        let sex = match filled_text(sexes, row) {
                            Some("男") => Some(Sex::Male),
                            Some("女") => Some(Sex::Female),
                            _ => None,
                        };
                        counts.add_own_words(number, day(row), sex);
                    }
                    counts.in_series += series.take(text.parse().ok().filter(|_| text.len() == 18));
                }
                None => series = Series::default(),
            }
            if let Some(text) = filled_text(names, row) {
                counts.add_name(text);
            }
        }
        if here.0 != usize::MAX {
            counted.entry((here.0, here.1.to_owned())).or_default().join(&counts);
        }
        first += batch.num_rows();
    }
    Ok(counted)
}

fn unusable_part(
    contract: &SourceContract,
    id: &SourceColumn,
    (part, in_file): (&str, bool),
    counts: &NumberCounts,
) -> Option<AuditFinding> {
    let (filled, unusable) = (counts.filled, counts.all_unusable());
    if filled < LEAST_CELLS {
        return None;
    }
    let find = |audit: &str, blocking: bool, message: String| {
        Some(AuditFinding::new(&contract.name, audit, blocking, message))
    };
    let (title, label) = (&contract.title, &id.label);
    if counts.in_series >= LEAST_CELLS && counts.in_series * 5 >= filled {
        let message = format!(
            "“{title}”的{part}的列“{label}”有{}格依次递增（占{}）：像是在表格软件里拖动填充出来的，不是本人的号码；向{}索取原表后重新运行",
            counts.in_series,
            audit_percent_text(counts.in_series, filled),
            contract.owner
        );
        return find("unusable_numbers", true, message);
    }
    if counts.wrong_checks >= LEAST_CELLS && counts.wrong_checks * 100 > filled * WRONG_CHECKS_PERCENT {
        let message = format!(
            "“{title}”的{part}的列“{label}”有{}格的校验码不对（占{}）：多半是这一列被改动或错位；向{}核对原表后重新运行",
            counts.wrong_checks,
            audit_percent_text(counts.wrong_checks, filled),
            contract.owner
        );
        return find("unusable_numbers", true, message);
    }
    // Few ones of a county are told with its file.
    let (least, percent) =
        if in_file { (LEAST_UNUSABLE, UNUSABLE_PERCENT) } else { (LEAST_CELLS, MANY_PERCENT) };
    if unusable < least || unusable * 100 < filled * percent {
        return None;
    }
    let stops =
        unusable >= LEAST_CELLS && unusable * 100 >= filled * STOP_PERCENT && counts.masked * 2 < unusable;
    let kinds = by_frequency(counts.unusable.clone());
    let kinds: Vec<String> = kinds.iter().take(3).map(|(kind, cells)| format!("{kind}{cells}格")).collect();
    let message = format!(
        "“{title}”的{part}的列“{label}”有{unusable}格不能作证件号码用（占{}）：{}；这些人只能按姓名等比对，查不到不等于没有；向{}索取号码完整的名单{}",
        audit_percent_text(unusable, filled),
        kinds.join("、"),
        contract.owner,
        if stops { "后重新运行" } else { "" }
    );
    let many = unusable >= LEAST_CELLS && unusable * 100 >= filled * MANY_PERCENT;
    find(if many { "unusable_numbers" } else { "few_unusable_numbers" }, stops, message)
}

/// Rows whose own birth date or sex says that the number is another person's: the column has slid, or the other one.
fn slid_numbers(
    contract: &SourceContract,
    id: &SourceColumn,
    (part, in_file): (&str, bool),
    counts: &NumberCounts,
) -> Option<AuditFinding> {
    let found = [
        (ColumnRole::BirthDate, counts.other_days, counts.dated),
        (ColumnRole::Sex, counts.other_sexes, counts.sexed),
    ];
    // The columns that contradict the number in as many rows as that.
    let contradicting = |least: u64, percent: u64| {
        let many = { found.iter() }.filter(|(_, other, all)| *other >= least && other * 100 >= all * percent);
        let told: Vec<String> = many
            .filter_map(|&(role, other, all)| {
                let label = &contract.role(role)?.label;
                Some(format!("“{label}”有{other}行（占{}）", audit_percent_text(other, all)))
            })
            .collect();
        (!told.is_empty())
            .then(|| format!("“{}”的{part}的“{}”与同一行的{}不符", contract.title, id.label, told.join("、")))
    };
    if let Some(what) = contradicting(LEAST_CELLS, OTHER_PERSON_PERCENT) {
        let message = format!(
            "{what}：多半是这几列错了行（单独排序、删了一格），号码是别人的；向{}索取原表，核对各列是否同一行后重新运行",
            contract.owner
        );
        return Some(AuditFinding::new(&contract.name, "slid_column", true, message));
    }
    // Too few for columns that slid; those of a county are told with its file.
    let what = contradicting(LEAST_UNUSABLE, UNUSABLE_PERCENT).filter(|_| in_file)?;
    let message =
        format!("{what}，号码的校验码却是对的：照写的读入，年龄、性别可能不对；向{}核对", contract.owner);
    Some(AuditFinding::new(&contract.name, "few_contradictions", false, message))
}

/// What stands in a name for a character that was lost.
const LOST_CHARACTERS: [char; 7] = ['\u{FFFD}', '?', '？', '□', '■', '\u{E5E5}', '…'];

/// Is it a character of a name, and none that hides one?
fn is_seen(c: char) -> bool {
    c != '某' && is_han(c)
}

/// Does a name say that its owner has left: `王志强（已死亡）`? Cheap for the names that do not.
fn is_name_of_leaver(name: &str) -> bool {
    // 朱秀凤（故）, 江若诗-死: what clerks add to the name of a dead person.
    const ADDED: [&str; 9] = ["(故", "（故", "(亡", "（亡", "(死", "（死", "-死", "—死", "†"];
    if name.contains(['故', '亡', '死', '†']) && ADDED.iter().any(|mark| name.contains(mark)) {
        return true;
    }
    const OFTEN: [char; 10] = ['故', '亡', '世', '销', '退', '停', '出', '除', '清', '减'];
    name.chars().count() >= 4 && name.contains(OFTEN) && find_leaving_word(name).is_some()
}

fn damaged_names(
    contract: &SourceContract,
    name: &SourceColumn,
    (part, in_file): (&str, bool),
    counts: &NumberCounts,
) -> Vec<AuditFinding> {
    let mut findings = Vec::new();
    // Where those who left belong on the list, a name may say so.
    let of_leavers = contract.files.people_who_left || find_leaving_word(&contract.title).is_some();
    let names_of_leavers = if of_leavers { 0 } else { counts.names_of_leavers };
    const UNSURE: &str = "这些人认不准";
    const HIDDEN: &str = "号码不全的人只能按看得见的字比对，查不到不等于没有";
    for (cells, what, effect) in [
        (counts.hidden_names, "遮住了字（写着 *、×、○、某、X 一类，多半是公示用的名单）", HIDDEN),
        (counts.damaged_names, "含有丢失的字（编码转换时损坏，或只显示了一半）", UNSURE),
        (counts.numbered_names, "写有长号码（姓名与号码混在一格）", UNSURE),
        (names_of_leavers, "写着死亡、停发、迁出一类的话", "照没有停的读入"),
    ] {
        let many = cells >= LEAST_UNUSABLE && cells * 100 >= counts.names;
        // Few ones of a county are told with its file; of a few hidden ones the characters that are seen tell enough.
        if many || in_file && cells > 0 && effect != HIDDEN {
            // Of names some characters of which are seen the numbers tell enough.
            let lost = if effect == HIDDEN { counts.bare_surnames } else { cells };
            let stops = cells >= LEAST_CELLS && lost * 2 >= counts.names;
            let message = format!(
                "“{}”的{part}的列“{}”有{cells}格{what}（占{}）；{effect}；向{}索取原表{}",
                contract.title,
                name.label,
                audit_percent_text(cells, counts.names),
                contract.owner,
                if stops { "后重新运行" } else { "" }
            );
            let audit = if many { "unusable_names" } else { "few_unusable_names" };
            findings.push(AuditFinding::new(&contract.name, audit, stops, message));
        }
    }
    findings
}

/// Numbers that stand in many rows under different names.
fn shared_numbers(
    contract: &SourceContract,
    loaded: &LoadedSource,
    (id, name): (&SourceColumn, &SourceColumn),
    numbers: &RepeatedNumbers<'_>,
) -> Result<Vec<AuditFinding>> {
    let records = &loaded.records;
    if records.rows.schema().index_of(&id.name).is_err()
        || records.rows.schema().index_of(&name.name).is_err()
    {
        return Ok(Vec::new());
    }
    // A list that names everybody again and again is no list of one number for many.
    if numbers.repeats.len() > MOST_REPEATS {
        return Ok(Vec::new());
    }
    let mut groups: BTreeMap<(usize, usize), Vec<usize>> = BTreeMap::new();
    for &(row, first) in &numbers.repeats {
        groups.entry((records.keys[row].table(), first)).or_default().push(row);
    }
    groups.retain(|_, rows| rows.len() + 1 >= LEAST_SHARED);
    let mut findings = Vec::new();
    // By file: numbers, rows.
    let mut told: BTreeMap<usize, (u64, u64)> = BTreeMap::new();
    for ((table, first), rows) in groups.iter().take(1000) {
        let mut some: Vec<usize> = rows.iter().copied().take(50).collect();
        some.insert(0, *first);
        some.sort_unstable();
        let picked = records.rows.pick_columns(&some, |column| column == name.name || column == id.name)?;
        let texts = |column: &SourceColumn| {
            picked.column_by_name(&column.name).and_then(|array| array.as_string_opt::<i32>())
        };
        let names: BTreeSet<&str> = texts(name).into_iter().flatten().flatten().collect();
        // Numbers that lost their end look alike, and are told as what they are.
        let lost_its_end =
            |text: &str| matches!(IdNumber::parse(text).class, IdClass::Trunc15 | IdClass::Mask);
        let shared = texts(id).into_iter().flatten().flatten().next();
        if names.len() >= LEAST_NAMES && !shared.is_some_and(lost_its_end) {
            let of = told.entry(*table).or_default();
            *of = (of.0 + 1, of.1 + rows.len() as u64 + 1);
        }
    }
    for (table, (numbers, rows)) in told {
        let accepted = loaded.totals.tables[table].accepted;
        let stops = rows >= LEAST_CELLS && rows * 100 >= accepted * MANY_PERCENT;
        let message = format!(
            "“{}”的文件“{}”有{rows}行是不同的人用同一个“{}”（共{numbers}个号码，占{}）：像是向下复制出来的，会当成同一个人；向{}索取原表{}",
            contract.title,
            masked_file_name(&records.tables[table].file),
            id.label,
            audit_percent_text(rows, accepted),
            contract.owner,
            if stops { "后重新运行" } else { "核对" }
        );
        findings.push(AuditFinding::new(&contract.name, "unusable_numbers", stops, message));
    }
    Ok(findings)
}
