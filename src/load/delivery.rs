//! Is what was delivered of this period, and did everybody deliver it? Asked of all lists together, after loading.

use std::cell::LazyCell;
use std::collections::{BTreeMap, BTreeSet, HashMap};
use std::path::{Path, PathBuf};

use arrow::array::{Array as _, ArrayRef, AsArray as _};
use arrow::datatypes::{DataType, Date32Type, Int32Type};

use super::LoadedSource;
use super::across_lists::{other_names, unmet_keys};
use super::audit::{audit_percent_text, by_frequency};
use super::cut_lists::cut_tables;
use super::data_folder::masked_file_name;
use super::days_before_birth::forget_days_before_birth;
use super::delivered_places::{code_of, missing_townships, rows_without_county, unknown_places};
use super::impossible_deaths::forget_impossible_deaths;
use super::late_starts::late_starts;
use super::lines_within::{LineWithin, lines_within};
use super::missing_members::missing_members;
use super::missing_parts::missing_parts;
use super::opposite_lists::opposite_lists;
use super::other_lists::{new_ones_alone, other_schemes};
use super::places_apart::{other_places, places_apart};
use super::reasons_without_end::forget_ends_beside_reasons;
use super::sheet_periods::{lists_of_later_months, sheets_of_other_quarters};
use super::source_digest::{SourceDigest, digest_source};
use super::unheard_words::unheard_words;
use crate::Result;
use crate::config::source_contract::{Cadence, PeriodAction};
use crate::config::{ColumnRole, Pipeline, SourceContract};
use crate::model::day::day_from_date32;
use crate::model::division::{COUNTY, DivisionTree, TOWNSHIP};
use crate::model::file_account::SkipReason;
use crate::model::period::Period;
use crate::model::source_row::{AsOf, AsOfEvidence, AuditFinding};
use crate::model::undecided::{LackedPlace, WhyLacking};
use crate::model::written_period::{
    WrittenPeriod, find_other_period, find_written_period, find_written_quarter, find_yearless_months,
    parse_written_period,
};
use crate::privacy::mask::mask_numbers_in_text;
use crate::publication::snapshot::Snapshot;

/// Rows of a county in one file from which none of the period is a list of another period.
const LEAST_ROWS: u64 = 20;
/// Rows of the last period from which a county is expected again: of a few people all may be gone.
const LEAST_BEFORE: u64 = 10;
/// Share of a county's rows of the last period, in 1/100, below which it has not delivered.
const DELIVERED_PERCENT: u64 = 10;

/// What the lists are held against.
pub(crate) struct DeliveryCheck<'a> {
    pub(crate) pipeline: &'a Pipeline,
    pub(crate) period: Period,
    pub(crate) previous: Option<&'a Snapshot>,
    pub(crate) data_dir: &'a Path,
    /// What is missing or of another period is told and stops nothing.
    pub(crate) partial: bool,
}

/// Years before the period, and after it, that a list may speak of.
const YEARS_BEFORE: i32 = 15;
const YEARS_AFTER: i32 = 1;
/// Share of rows of implausible years, in 1/100, from which a file stops the run.
const IMPLAUSIBLE_PERCENT: u64 = 5;

/// Rows by table, county (code, `""` unknown), township (as written) and period as written (`""` unknown).
type RowTally = BTreeMap<usize, BTreeMap<(String, String, String), u64>>;

/// Notes of every table of a list its date and its counties, and adds what is not of the period to the audits, before
/// all others.
///
/// # Errors
/// Rows that cannot be read back from the disk.
pub(crate) fn audit_list_period(check: &DeliveryCheck<'_>, one: &mut LoadedSource) -> Result<()> {
    let Some(contract) = check.pipeline.source(&one.records.source) else { return Ok(()) };
    let tally = tally_rows(contract, one, &check.pipeline.divisions)?;
    note_tables(check, contract, one, &tally);
    let (mut findings, mut stale) = stale_lists(check, contract, one, &tally);
    let within = lines_within(&one.records.tables, &one.skipped, &one.rejects);
    let unchanged = unchanged_files(check, contract, one).into_iter();
    let whole = unchanged.chain(other_quarters(check, contract, one, &within));
    for (finding, file) in whole {
        findings.push(finding);
        stale.extend(places_of_file(check, one, &tally, &file));
    }
    findings.extend(lists_of_later_months(check, contract, one));
    findings.extend(opposite_lists(contract, one, &within)?);
    findings.extend(other_schemes(contract, one));
    findings.extend(forget_ends_beside_reasons(contract, one)?);
    let (of_part, part) = new_ones_alone(check, contract, one);
    findings.extend(of_part);
    let mut unlisted = Vec::new();
    for (finding, file) in missing_members(contract, one)? {
        findings.push(finding);
        unlisted.extend(places_of_file(check, one, &tally, &file));
    }
    let mut incomplete = Vec::new();
    for (finding, files) in missing_parts(contract, one) {
        findings.push(finding);
        incomplete.extend(files.iter().flat_map(|file| places_of_file(check, one, &tally, file)));
    }
    findings.extend(implausible_years(check, contract, one, &tally));
    findings.extend(unknown_places(check, contract, one));
    findings.extend(places_apart(check, contract, one)?);
    findings.extend(late_starts(check, contract, one)?);
    findings.extend(forget_impossible_deaths(check, contract, one)?);
    findings.extend(forget_days_before_birth(contract, one)?);
    one.audits.extend(unheard_words(contract, &check.pipeline.divisions, one, &within));
    one.digest = digest_source(check.pipeline, contract, one)?;
    put_first(one, findings);
    let cut: BTreeSet<String> = cut_tables(&one.skipped, &within)
        .into_keys()
        .filter_map(|at| one.records.tables.get(at).map(|info| info.file.clone()))
        .flat_map(|file| places_of_file(check, one, &tally, &file))
        .collect();
    note_lacked(one, stale, WhyLacking::OtherPeriod);
    note_lacked(one, cut, WhyLacking::CutShort);
    note_lacked(one, unlisted, WhyLacking::MembersAbsent);
    note_lacked(one, incomplete, WhyLacking::PartsAbsent);
    note_lacked(one, part, WhyLacking::NewOnesAlone);
    Ok(())
}

/// Notes places, by their codes, whose part of a list is not there.
fn note_lacked(one: &mut LoadedSource, codes: impl IntoIterator<Item = String>, why: WhyLacking) {
    one.lacked.extend(codes.into_iter().map(|code| LackedPlace { code, why }));
    one.lacked.sort();
    one.lacked.dedup_by(|later, first| later.code == first.code);
}

/// Codes of the counties of which a file has rows; of all where its rows do not say.
fn places_of_file(
    check: &DeliveryCheck<'_>,
    loaded: &LoadedSource,
    tally: &RowTally,
    file: &Path,
) -> Vec<String> {
    let tables = loaded.records.tables.iter().enumerate().filter(|(_, table)| table.file == file);
    let rows = tables.filter_map(|(at, _)| tally.get(&at)).flatten();
    let counties: BTreeSet<&String> = rows.map(|((county, ..), _)| county).collect();
    let named: Vec<String> = counties.into_iter().filter(|county| !county.is_empty()).cloned().collect();
    match named.is_empty() {
        true => county_codes(&check.pipeline.divisions),
        false => named,
    }
}

pub(super) fn county_codes(divisions: &DivisionTree) -> Vec<String> {
    let counties = divisions.units.iter().filter(|unit| unit.level == COUNTY);
    counties.map(|unit| unit.code.clone()).collect()
}

/// Adds to the audits what is wrong with the folder as a whole: its name is of another quarter, a county is missing. All
/// lists were looked at by [`audit_list_period`]; their rows are not asked for.
pub(crate) fn audit_folder(check: &DeliveryCheck<'_>, loaded: &mut [LoadedSource]) {
    if let Some(one) = loaded.first_mut() {
        let name = check.data_dir.file_name().map(|n| n.to_string_lossy().into_owned()).unwrap_or_default();
        if let Some(named) = find_other_period(&name, check.period) {
            let message = format!(
                "数据文件夹“{name}”的名称写的是{}，本次运行的是{}；核对两者，改其中一个",
                named.title(),
                check.period.title()
            );
            put_first(
                one,
                vec![AuditFinding::new(&one.records.source, "other_quarter", !check.partial, message)],
            );
        }
    }
    let unmet = unmet_keys(check, loaded);
    let mut slid = other_names(check, loaded);
    slid.extend(other_places(check, loaded));
    for ([one, other], code) in unmet.iter().filter_map(|unmet| unmet.held.clone()) {
        for at in [one, other] {
            note_lacked(&mut loaded[at], [code.clone()], WhyLacking::UnmetKeys);
        }
    }
    for one in &mut *loaded {
        let own = unmet.iter().map(|unmet| &unmet.finding).chain(&slid);
        let own = own.filter(|finding| finding.source == one.records.source).cloned().collect();
        put_first(one, own);
        one.digest = SourceDigest::default();
    }
    let mut missing = missing_counties(check, loaded);
    missing.extend(missing_townships(check, loaded));
    for one in loaded {
        let own = || missing.iter().filter(|(finding, _)| finding.source == one.records.source);
        let (findings, places): (Vec<AuditFinding>, Vec<String>) = own().cloned().unzip();
        put_first(one, findings);
        note_lacked(one, places, WhyLacking::Absent);
    }
}

fn put_first(loaded: &mut LoadedSource, findings: Vec<AuditFinding>) {
    loaded.audits.splice(0..0, findings);
}

/// A cell as it is told from the one before without a copy.
#[derive(PartialEq, Clone, Copy)]
enum TalliedCell<'a> {
    Blank,
    Number(i32),
    Text(&'a str),
}

fn tallied_cell(array: Option<&ArrayRef>, row: usize) -> TalliedCell<'_> {
    let Some(array) = array.filter(|array| array.is_valid(row)) else { return TalliedCell::Blank };
    match array.data_type() {
        DataType::Utf8 => TalliedCell::Text(array.as_string::<i32>().value(row)),
        DataType::Date32 => TalliedCell::Number(array.as_primitive::<Date32Type>().value(row)),
        DataType::Int32 => TalliedCell::Number(array.as_primitive::<Int32Type>().value(row)),
        _ => TalliedCell::Blank,
    }
}

/// Distinct cells of a column, numbered as they come; 0 is blank.
#[derive(Default)]
struct CellNumbers {
    texts: HashMap<String, usize>,
    numbers: HashMap<i32, usize>,
    words: Vec<String>,
}

impl CellNumbers {
    fn number(&mut self, cell: TalliedCell<'_>, kind: &DataType, month: bool) -> usize {
        let known = match cell {
            TalliedCell::Blank => return 0,
            TalliedCell::Number(n) => self.numbers.get(&n),
            TalliedCell::Text(text) => self.texts.get(text),
        };
        if let Some(&known) = known {
            return known;
        }
        let word = match cell {
            TalliedCell::Blank => String::new(),
            TalliedCell::Text(text) => text.to_owned(),
            TalliedCell::Number(n) if *kind == DataType::Date32 => {
                day_from_date32(n).map_or_else(String::new, |day| day.to_string())
            }
            TalliedCell::Number(n) if month => format!("{:04}-{:02}", n / 100, n % 100),
            TalliedCell::Number(n) => n.to_string(),
        };
        self.words.push(word);
        let at = self.words.len();
        match cell {
            TalliedCell::Text(text) => self.texts.insert(text.to_owned(), at),
            TalliedCell::Number(n) => self.numbers.insert(n, at),
            TalliedCell::Blank => None,
        };
        at
    }
    fn word(&self, number: usize) -> &str {
        number.checked_sub(1).map_or("", |at| &self.words[at])
    }
}

/// Counts the rows of every table by county and period.
fn tally_rows(
    contract: &SourceContract,
    loaded: &LoadedSource,
    divisions: &DivisionTree,
) -> Result<RowTally> {
    let county = contract.role(ColumnRole::County).map(|c| c.name.clone());
    let township = contract.role(ColumnRole::Township).map(|c| c.name.clone());
    let period = contract.period.column.clone();
    let month = period
        .as_ref()
        .and_then(|name| contract.column(name))
        .is_some_and(|c| c.kind == crate::model::column_type::ContractType::Month);
    let schema = loaded.records.rows.schema().clone();
    let wanted: Vec<&String> = [&county, &township, &period]
        .into_iter()
        .flatten()
        .filter(|name| schema.index_of(name).is_ok())
        .collect();
    let (mut counties, mut townships, mut periods) =
        (CellNumbers::default(), CellNumbers::default(), CellNumbers::default());
    let mut counts: HashMap<(usize, usize, usize, usize), u64> = HashMap::new();
    let keys = &loaded.records.keys;
    if wanted.is_empty() {
        keys.iter().for_each(|key| *counts.entry((key.table(), 0, 0, 0)).or_insert(0) += 1);
    } else {
        let mut row = 0;
        for batch in loaded.records.rows.chunks(|name| wanted.iter().any(|w| *w == name))? {
            let batch = batch?;
            let column = |name: &Option<String>| name.as_ref().and_then(|name| batch.column_by_name(name));
            let arrays = [column(&county), column(&township), column(&period)];
            // Neighbours are mostly of one village and year.
            let mut last = (usize::MAX, [TalliedCell::Blank; 3]);
            let (mut place, mut run) = ((0, 0, 0, 0), 0);
            for at in 0..batch.num_rows() {
                let here = (keys[row + at].table(), arrays.map(|array| tallied_cell(array, at)));
                if here != last {
                    *counts.entry(place).or_insert(0) += run;
                    run = 0;
                    let kind = |array: Option<&ArrayRef>| {
                        array.map_or(DataType::Null, |array| array.data_type().clone())
                    };
                    let [county, township, period] = here.1;
                    place = (
                        here.0,
                        counties.number(county, &kind(arrays[0]), false),
                        townships.number(township, &kind(arrays[1]), false),
                        periods.number(period, &kind(arrays[2]), month),
                    );
                    last = here;
                }
                run += 1;
            }
            *counts.entry(place).or_insert(0) += run;
            row += batch.num_rows();
        }
    }
    let codes: Vec<&str> =
        counties.words.iter().map(|name| divisions.find_county(name).unwrap_or("")).collect();
    let mut tally = RowTally::new();
    for ((table, county, township, period), count) in counts.into_iter().filter(|(_, count)| *count > 0) {
        // A list without a column of counties is of the county that its file is named after.
        let code = match county.checked_sub(1) {
            Some(at) => codes[at].to_owned(),
            None if contract.role(ColumnRole::County).is_none() => {
                county_in_name(&loaded.records.tables[table].file, divisions).unwrap_or_default()
            }
            None => String::new(),
        };
        let place = (code, townships.word(township).to_owned(), periods.word(period).to_owned());
        *tally.entry(table).or_default().entry(place).or_insert(0) += count;
    }
    Ok(tally)
}

/// What a cell says, as it may be told: a number is masked before it is cut.
pub(super) fn told_words(words: &str) -> String {
    mask_numbers_in_text(words).chars().take(20).collect()
}

fn county_in_name(file: &Path, divisions: &DivisionTree) -> Option<String> {
    let name = file.to_string_lossy();
    let mut counties = divisions.units.iter().filter(|unit| unit.level == COUNTY);
    counties.find(|unit| name.contains(&unit.name)).map(|unit| unit.code.clone())
}

/// The months that rows must speak of.
fn wanted_months(contract: &SourceContract, period: Period) -> Option<WrittenPeriod> {
    match contract.period.cadence {
        Cadence::Static => None,
        Cadence::Quarter => Some(WrittenPeriod::of(period)),
        Cadence::Term => Some(WrittenPeriod::term_of(period)),
        Cadence::Year => Some(WrittenPeriod::year(i32::from(period.year()))),
    }
}

/// Notes of each table the day it stands for and the counties in it.
fn note_tables(
    check: &DeliveryCheck<'_>,
    contract: &SourceContract,
    loaded: &mut LoadedSource,
    tally: &RowTally,
) {
    let end = WrittenPeriod::of(check.period).last;
    for (at, totals) in loaded.totals.tables.iter_mut().enumerate() {
        let rows = tally.get(&at);
        for ((county, ..), count) in rows.into_iter().flatten().filter(|((county, ..), _)| !county.is_empty())
        {
            *totals.counties.entry(county.clone()).or_insert(0) += count;
        }
        let written = rows.into_iter().flatten().filter_map(|((_, _, words), _)| {
            Some((parse_written_period(words)?, words)).filter(|_| contract.period.column.is_some())
        });
        // The latest that has begun: a slip of the pen may lie in the future.
        let latest = written.max_by_key(|(period, words)| (period.first <= end, *period, (*words).clone()));
        let name = || find_written_period(&totals.file.to_string_lossy());
        totals.as_of = match (latest, totals.as_of.take()) {
            (Some((_, words)), _) => Some(AsOf { text: told_words(words), evidence: AsOfEvidence::Column }),
            (None, Some(title)) => Some(title),
            (None, None) => name().map(|(text, _)| AsOf { text, evidence: AsOfEvidence::FileName }),
        };
    }
}

/// Rows that say a period, and those of them that say the one that is asked for.
#[derive(Default, Clone, Copy)]
struct PeriodRows {
    known: u64,
    good: u64,
}

impl PeriodRows {
    fn add(&mut self, more: Self) {
        (self.known, self.good) = (self.known + more.known, self.good + more.good);
    }
    /// Are they of another period, and more than a few?
    fn stale(self) -> bool {
        self.known >= LEAST_ROWS && self.good == 0
    }
}

/// Files, and counties within a file, that hold no row of the period; and the codes of the places that they are of.
fn stale_lists(
    check: &DeliveryCheck<'_>,
    contract: &SourceContract,
    loaded: &LoadedSource,
    tally: &RowTally,
) -> (Vec<AuditFinding>, BTreeSet<String>) {
    let (mut findings, mut places) = (Vec::new(), BTreeSet::new());
    let Some(wanted) = wanted_months(contract, check.period) else { return (findings, places) };
    let blocking = !check.partial && contract.period.action == PeriodAction::Block;
    let mut tell = |what: String, seen: &str| {
        findings.push(AuditFinding::new(
            &contract.name,
            "stale_list",
            blocking,
            format!(
                "{what}没有{}的行（{seen}）；向{}索取本期的名单后重新运行；确认就用这一份，加 --allow-partial",
                period_in_words(contract, check.period),
                contract.owner
            ),
        ));
    };
    let mut files: BTreeMap<&Path, Vec<usize>> = BTreeMap::new();
    for (at, table) in loaded.records.tables.iter().enumerate() {
        files.entry(&table.file).or_default().push(at);
    }
    for (file, tables) in files {
        let label = format!("文件“{}”", masked_file_name(file));
        let rows = || tables.iter().filter_map(|at| tally.get(at)).flatten();
        let mut whole = PeriodRows::default();
        let mut counties: BTreeMap<&str, PeriodRows> = BTreeMap::new();
        let mut townships: BTreeMap<(&str, &str), PeriodRows> = BTreeMap::new();
        for ((county, township, words), n) in rows() {
            let Some(period) = parse_written_period(words) else { continue };
            let here = PeriodRows { known: *n, good: if period.overlaps(wanted) { *n } else { 0 } };
            whole.add(here);
            if !county.is_empty() {
                counties.entry(county).or_default().add(here);
                if !township.is_empty() {
                    townships.entry((county, township)).or_default().add(here);
                }
            }
        }
        if contract.period.column.is_some() && whole.known > 0 {
            let seen = |place: (Option<&str>, Option<&str>)| {
                let of = |c: &str, t: &str| {
                    place.0.is_none_or(|county| county == c) && place.1.is_none_or(|township| township == t)
                };
                let mut seen: BTreeMap<&str, u64> = BTreeMap::new();
                for ((_, _, words), n) in rows().filter(|((c, t, words), _)| of(c, t) && !words.is_empty()) {
                    *seen.entry(words).or_insert(0) += n;
                }
                let seen: Vec<String> = (by_frequency(seen).iter().take(3))
                    .map(|(words, n)| format!("{}：{n}行", told_words(words)))
                    .collect();
                let label = contract.period.column.as_ref().and_then(|c| contract.column(c));
                format!("“{}”是{}", label.map_or("", |c| c.label.as_str()), seen.join("，"))
            };
            if whole.good == 0 {
                tell(label, &seen((None, None)));
                places.extend(places_of_file(check, loaded, tally, file));
                continue;
            }
            let stale: BTreeSet<&str> =
                counties.into_iter().filter(|(_, rows)| rows.stale()).map(|(county, _)| county).collect();
            for ((county, township), rows) in townships {
                if rows.stale() && !stale.contains(county) {
                    let name = county_name(&check.pipeline.divisions, county);
                    let place = format!("{label}里{name}{}", told_words(township));
                    tell(place, &seen((Some(county), Some(township))));
                    places.insert(township_code(&check.pipeline.divisions, county, township));
                }
            }
            for county in stale {
                let name = county_name(&check.pipeline.divisions, county);
                tell(format!("{label}里{name}"), &seen((Some(county), None)));
                places.insert(county.to_owned());
            }
        } else if contract.period.column.is_none() && find_written_quarter(&file.to_string_lossy()).is_none()
        {
            // An export may be named after a later day: only what is older is of another period.
            let as_of = tables.iter().filter_map(|&at| loaded.totals.tables.get(at)?.as_of.as_ref());
            let old = as_of
                .filter(|as_of| parse_written_period(&as_of.text).is_some_and(|p| p.last < wanted.first));
            let old: BTreeSet<&str> = old.map(|as_of| as_of.text.as_str()).collect();
            if let Some(text) = old.first().filter(|_| old.len() == 1 || tables.len() == old.len()) {
                tell(label, &format!("文件名或标题写的是{text}"));
                places.extend(places_of_file(check, loaded, tally, file));
            }
        }
    }
    (findings, places)
}

/// Code of a township by its county's code and its own name; the county's where the tables do not know it.
fn township_code(divisions: &DivisionTree, county: &str, township: &str) -> String {
    let place = (county_name(divisions, county), township);
    code_of(divisions, place, TOWNSHIP).unwrap_or_else(|| county.to_owned())
}

fn period_in_words(contract: &SourceContract, period: Period) -> String {
    match contract.period.cadence {
        Cadence::Year => format!("{}年", period.year()),
        Cadence::Term => {
            let term = WrittenPeriod::term_of(period);
            format!("{}年{}季学期", term.first / 100, if term.first % 100 == 2 { "春" } else { "秋" })
        }
        Cadence::Quarter | Cadence::Static => period.title(),
    }
}

fn county_name<'a>(divisions: &'a DivisionTree, code: &'a str) -> &'a str {
    divisions.name_of(code).unwrap_or(code)
}

/// The files of a list, each once, in the order in which they were read.
fn files_of(loaded: &LoadedSource) -> impl Iterator<Item = &PathBuf> {
    let mut told = BTreeSet::new();
    loaded.records.tables.iter().map(|table| &table.file).filter(move |file| told.insert(*file))
}

/// A finding about a file, and the file.
type FileFinding = (AuditFinding, PathBuf);

/// Files with the very bytes of the last period, where every quarter has a list of its own.
fn unchanged_files(
    check: &DeliveryCheck<'_>,
    contract: &SourceContract,
    loaded: &LoadedSource,
) -> Vec<FileFinding> {
    let Some(previous) = check.previous.filter(|_| contract.period.cadence == Cadence::Quarter) else {
        return Vec::new();
    };
    let blocking = !check.partial && contract.period.action == PeriodAction::Block;
    let mut told = BTreeSet::new();
    let same = loaded.records.tables.iter().filter(|t| previous.had_file(&contract.name, &t.sha256));
    same.filter(|t| told.insert(&t.file))
        .map(|table| {
            let message = format!(
                "文件“{}”与{}的那一份完全相同；向{}索取本期的名单后重新运行；确认没有变化，加 --allow-partial",
                masked_file_name(&table.file),
                previous.period().title(),
                contract.owner
            );
            (AuditFinding::new(&contract.name, "unchanged_file", blocking, message), table.file.clone())
        })
        .collect()
}

/// Files that are named after another quarter.
fn other_quarters(
    check: &DeliveryCheck<'_>,
    contract: &SourceContract,
    loaded: &LoadedSource,
    within: &[LineWithin],
) -> Vec<FileFinding> {
    files_of(loaded)
        .filter_map(|file| {
            let named = find_other_period(&file.to_string_lossy(), check.period)?;
            let message = format!(
                "文件“{}”的名称写的是{}，本次运行的是{}；一个数据文件夹只放一期的名单：移出这个文件，或改运行的期间",
                masked_file_name(file),
                named.title(),
                check.period.title()
            );
            Some((AuditFinding::new(&contract.name, "other_quarter", !check.partial, message), file.clone()))
        })
        .chain(unnamed_years(check, contract, loaded))
        .chain(titles_of_other_quarters(check, contract, loaded))
        .chain(sheets_of_other_quarters(check, contract, loaded, within))
        .collect()
}

/// Files whose names or folders say a month or quarter without its year that has gone by when the period begins.
fn unnamed_years(
    check: &DeliveryCheck<'_>,
    contract: &SourceContract,
    loaded: &LoadedSource,
) -> Vec<FileFinding> {
    let (begins, ends) = (check.period.first_month() % 100, check.period.last_month() % 100);
    let asked = contract.period.cadence == Cadence::Quarter;
    let old = files_of(loaded).filter(|_| asked).filter_map(|file| {
        let name = file.to_string_lossy();
        let (words, first, last) = find_yearless_months(&name)?;
        // What comes later is the day of an export, or of another year.
        let before = (begins - last).rem_euclid(12);
        let quarter = last - first == 2;
        let other = if quarter { (first, last) != (begins, ends) } else { (1..=6).contains(&before) };
        (other && find_written_period(&name).is_none()).then(|| {
            let message = format!(
                "文件“{}”的名称写的是“{words}”，本次运行的是{}；向{}索取本期的名单，移出这个文件；确认就是本期的，改正文件名，或加 --allow-partial",
                masked_file_name(file),
                check.period.title(),
                contract.owner
            );
            (AuditFinding::new(&contract.name, "other_quarter", !check.partial, message), file.clone())
        })
    });
    old.collect()
}

/// Tables whose title says another quarter than the run.
fn titles_of_other_quarters(
    check: &DeliveryCheck<'_>,
    contract: &SourceContract,
    loaded: &LoadedSource,
) -> Vec<FileFinding> {
    let mut findings = Vec::new();
    let mut told = BTreeSet::new();
    // A list without a column of its period is asked for its title elsewhere.
    if contract.period.cadence != Cadence::Quarter || contract.period.column.is_none() {
        return findings;
    }
    for (table, row) in loaded.skipped.iter().filter(|(_, row)| row.reason == SkipReason::Title) {
        let Some(named) = find_other_period(&row.text, check.period) else { continue };
        let Some(info) = loaded.records.tables.get(usize::from(*table)) else { continue };
        if told.insert(&info.file) {
            let message = format!(
                "文件“{}”第{}行的标题写的是{}，本次运行的是{}；向{}索取本期的名单后重新运行；确认就用这一份，加 --allow-partial",
                masked_file_name(&info.file),
                row.row,
                named.title(),
                check.period.title(),
                contract.owner
            );
            let finding = AuditFinding::new(&contract.name, "other_quarter", !check.partial, message);
            findings.push((finding, info.file.clone()));
        }
    }
    findings
}

/// Files with rows of years that no list of the period speaks of.
fn implausible_years(
    check: &DeliveryCheck<'_>,
    contract: &SourceContract,
    loaded: &LoadedSource,
    tally: &RowTally,
) -> Vec<AuditFinding> {
    let Some(column) = contract.period.column.as_ref().and_then(|name| contract.column(name)) else {
        return Vec::new();
    };
    let year = i32::from(check.period.year());
    let plausible = (year - YEARS_BEFORE) * 100..(year + YEARS_AFTER + 1) * 100;
    let mut files: BTreeMap<&Path, (u64, u64, BTreeMap<String, u64>)> = BTreeMap::new();
    for (table, rows) in tally {
        let of = files.entry(&loaded.records.tables[*table].file).or_default();
        for ((_, _, words), count) in rows {
            let Some(period) = parse_written_period(words) else { continue };
            of.0 += count;
            if !plausible.contains(&period.first) {
                of.1 += count;
                *of.2.entry(told_words(words)).or_default() += count;
            }
        }
    }
    let mut findings = Vec::new();
    for (file, (rows, wrong, words)) in files.into_iter().filter(|(_, (_, wrong, _))| *wrong > 0) {
        let words = by_frequency(words);
        let more = if words.len() > 3 { "等" } else { "" };
        let told: Vec<String> = words.iter().take(3).map(|(words, n)| format!("{words}：{n}行")).collect();
        let stops = !check.partial && wrong >= LEAST_ROWS && wrong * 100 >= rows * IMPLAUSIBLE_PERCENT;
        let message = format!(
            "文件“{}”的“{}”有{wrong}行是不可能的年份（占{}；{}{more}）：像是拖动填充或填错的；核对改正后重报",
            masked_file_name(file),
            column.label,
            audit_percent_text(wrong, rows),
            told.join("，")
        );
        findings.push(AuditFinding::new(&contract.name, "implausible_period", stops, message));
    }
    findings
}

/// Counties that should have delivered a list and did not, by code.
fn missing_counties(check: &DeliveryCheck<'_>, loaded: &[LoadedSource]) -> Vec<(AuditFinding, String)> {
    let divisions = &check.pipeline.divisions;
    let counted: Vec<BTreeMap<&str, u64>> = loaded.iter().map(counties_of).collect();
    let blocking = check.pipeline.settings.data.refuse_missing_county && !check.partial;
    let mut findings = Vec::new();
    for (at, one) in loaded.iter().enumerate() {
        let Some(contract) = check.pipeline.source(&one.records.source) else { continue };
        // A list of several months may come with the new ones alone: which counties are missing is asked month by month.
        let previous = check.previous.filter(|_| contract.window().is_none());
        let before = previous.map(|p| p.counties(&contract.name)).unwrap_or_default();
        let covers: Vec<&str> =
            contract.period.covers.iter().filter_map(|c| divisions.find_county(c)).collect();
        let expected: BTreeSet<&str> = if !covers.is_empty() {
            covers.into_iter().collect()
        } else if !before.is_empty() {
            let many = before.iter().filter(|(_, count)| **count >= LEAST_BEFORE);
            many.map(|(county, _)| county.as_str()).collect()
        } else if contract.required && !counted[at].is_empty() {
            let required = |name: &str| check.pipeline.source(name).is_some_and(|s| s.required);
            let others = loaded.iter().zip(&counted).filter(|(other, _)| required(&other.records.source));
            others.flat_map(|(_, counties)| delivering(counties)).collect()
        } else {
            BTreeSet::new()
        };
        let instead = LazyCell::new(|| match rows_without_county(check, one).as_str() {
            "" => String::new(),
            rows => format!("；{rows}"),
        });
        for county in expected {
            let (now, then) =
                (counted[at].get(county).copied().unwrap_or(0), before.get(county).copied().unwrap_or(0));
            if now > 0 && now * 100 >= then * DELIVERED_PERCENT {
                continue;
            }
            let then =
                if then > 0 { format!("（上期{then}条，本期{now}条）") } else { String::new() };
            let message = format!(
                "“{}”没有{}的数据{then}{}；用到这份名单的规则对该县的结果不可用：没有数据不等于没有这些人；向{}索取后重新运行",
                contract.title,
                county_name(divisions, county),
                *instead,
                contract.owner
            );
            let finding = AuditFinding::new(&contract.name, "missing_county", blocking, message);
            findings.push((finding, county.to_owned()));
        }
    }
    findings
}

fn counties_of(loaded: &LoadedSource) -> BTreeMap<&str, u64> {
    let mut counties = BTreeMap::new();
    for (county, count) in loaded.totals.tables.iter().flat_map(|t| &t.counties) {
        *counties.entry(county.as_str()).or_insert(0) += count;
    }
    counties
}

/// Counties with more than stray rows.
fn delivering<'a>(counties: &'a BTreeMap<&'a str, u64>) -> impl Iterator<Item = &'a str> {
    let all: u64 = counties.values().sum();
    counties.iter().filter(move |(_, count)| **count * 100 >= all).map(|(county, _)| *county)
}
