//! Lists that rules ask for several months: which months of them earlier publications tell, and which nobody does.
//!
//! A list that holds its own month alone goes on from the last publication, which kept its own rows and those it had of
//! publications before it. A month of which neither tells is missing: what is found for want of its rows is left open.

use std::collections::{BTreeMap, BTreeSet};

use arrow::array::{Array as _, AsArray as _};
use arrow::datatypes::Int32Type;

use crate::config::{Pipeline, SourceContract};
use crate::load::LoadedSource;
use crate::model::division::{COUNTY, DivisionTree};
use crate::model::list_months::{
    COMMON, CoveredMonths, ListMonths, MonthRows, busy_counties, months_in_words, window_of,
};
use crate::model::period::Period;
use crate::model::resolution::IdentityChange;
use crate::model::source_row::AuditFinding;
use crate::model::undecided::{LackedPlace, WhyLacking};
use crate::normalize::ComparableSource;
use crate::publication::snapshot::Snapshot;
use crate::reconcile::views::earlier_view::{
    EarlierRow, earlier_view, has_telling_columns, see_earlier_rows,
};
use crate::reconcile::views::published_views::{published_views, view_name};
use crate::reconcile::views::rule_view::View;
use crate::rules::view_catalogue::{EARLIER, ViewCatalogue, list_of_view};
use crate::table::rows::RowStore;
use crate::{Error, Result};

/// Times the rows of a month that a list has, which an earlier publication must have more of for them to be late ones.
const MOST_LATE: u64 = 2;
/// Digits of a code that name the county.
const COUNTY_DIGITS: usize = 6;

/// What earlier publications add to the lists of a run.
#[derive(Debug, Default)]
pub(super) struct EarlierMonths {
    /// The views `<source>_earlier` that have rows.
    pub(super) views: Vec<View<'static>>,
    /// By source with a window, the months that its list or an earlier publication tells of.
    pub(super) covered: BTreeMap<String, CoveredMonths>,
}

/// Lists that a publication keeps for the runs after it: those with a window, and what it had of them before.
pub(super) fn is_kept_for_later(pipeline: &Pipeline, file: &str) -> bool {
    let source = view_name(file).and_then(|view| pipeline.source(list_of_view(view)));
    source.is_some_and(|contract| contract.window().is_some())
}

/// Takes the months that lists do not tell from the last publication, and notes in `loaded` those that are missing.
///
/// # Errors
/// Views of the publication that are damaged; rows that cannot be read or written.
pub(super) fn gather_earlier_months(
    (pipeline, catalogue, period): (&Pipeline, &ViewCatalogue, Period),
    previous: Option<&Snapshot>,
    (loaded, comparables): (&mut [LoadedSource], &[ComparableSource]),
    ledger: &[IdentityChange],
    store: &RowStore,
) -> Result<EarlierMonths> {
    let mut found = EarlierMonths::default();
    for contract in &pipeline.sources {
        let Some((column, months)) = contract.window() else { continue };
        let list = WindowList {
            contract,
            month: &column.name,
            window: window_of(period, months),
            tree: &pipeline.divisions,
        };
        let at = loaded.iter().position(|one| one.records.source == contract.name);
        let rows = match at {
            Some(at) => list.rows(&loaded[at], &comparables[at])?,
            None => MonthRows::new(),
        };
        let before = match previous {
            Some(previous) => LastPublication::read(previous, &list)?,
            None => LastPublication::default(),
        };
        let lacking: BTreeSet<String> = match at {
            Some(at) => loaded[at].lacked.iter().map(|place| county_of(&place.code).to_owned()).collect(),
            None => BTreeSet::new(),
        };
        let mut now = ListMonths::of(&rows, &list.window, before.is_common && rows.len() == 1);
        let known: BTreeSet<String> = now.counties().cloned().collect();
        let apart = before.alone.iter().chain(&before.busy).chain(&lacking);
        let apart = apart.filter(|county| !known.contains(*county));
        now.set_apart(apart.cloned().collect::<Vec<_>>());
        let (view, late) = list.take(&rows, &now, &before, (catalogue, ledger, store))?;
        found.views.extend(view);
        let expected = list.expected(&known, &before.covered);
        let mut covered = CoveredMonths::new();
        let mut missing: BTreeMap<BTreeSet<i32>, Vec<String>> = BTreeMap::new();
        for county in expected {
            let is_whole = at.is_some() && !lacking.contains(&county);
            let told = now.with_those_before((&county, is_whole), &before.covered, &list.window);
            let not_told: BTreeSet<i32> =
                list.window.iter().copied().filter(|month| !told.contains(month)).collect();
            if !not_told.is_empty() && !lacking.contains(&county) {
                missing.entry(not_told).or_default().push(county.clone());
            }
            if !told.is_empty() {
                covered.insert(county, told);
            }
        }
        let common = now.common_with(&before.covered, &list.window);
        if !common.is_empty() {
            covered.insert(COMMON.to_owned(), common);
        }
        if !covered.is_empty() {
            found.covered.insert(contract.name.clone(), covered);
        }
        if let Some(at) = at {
            list.note(&mut loaded[at], (&missing, &known), &late, before.unread.as_deref());
        }
    }
    Ok(found)
}

/// A list that rules ask for several months.
struct WindowList<'a> {
    contract: &'a SourceContract,
    /// Column of the months.
    month: &'a str,
    /// The months asked for.
    window: Vec<i32>,
    tree: &'a DivisionTree,
}

/// Rows of a month that came late, by county and month: those before and those now.
type LateRows = BTreeMap<(String, i32), (u64, u64)>;

impl WindowList<'_> {
    /// Counts the rows of what was delivered.
    fn rows(&self, one: &LoadedSource, comparable: &ComparableSource) -> Result<MonthRows> {
        let (records, divisions) = (&one.records, comparable.divisions("division").unwrap_or(&[]));
        let mut found = MonthRows::new();
        let mut first = 0;
        for chunk in records.rows.chunks(|name| name == self.month)? {
            let chunk = chunk?;
            let months = chunk.column_by_name(self.month).and_then(|c| c.as_primitive_opt::<Int32Type>());
            let months = months.ok_or_else(|| Error::internal(format!("没有年月列“{}”", self.month)))?;
            for row in (0..chunk.num_rows()).filter(|&row| months.is_valid(row)) {
                let division = divisions.get(first + row).copied().unwrap_or(0);
                let county = self.tree.code_at(division, COUNTY);
                let file = records.tables[records.keys[first + row].table()].file.to_string_lossy();
                add_row(&mut found, &file, county, months.value(row));
            }
            first += chunk.num_rows();
        }
        Ok(found)
    }

    /// Takes the rows of the last publication of months that the list does not tell.
    fn take(
        &self,
        rows: &MonthRows,
        now: &ListMonths,
        before: &LastPublication,
        (catalogue, ledger, store): (&ViewCatalogue, &[IdentityChange], &RowStore),
    ) -> Result<(Option<View<'static>>, LateRows)> {
        let mut here: BTreeMap<(&str, i32), u64> = BTreeMap::new();
        for (county, months) in rows.values().flatten() {
            months.iter().for_each(|(month, n)| *here.entry((county.as_str(), *month)).or_default() += n);
        }
        let mut there: BTreeMap<(String, i32), u64> = BTreeMap::new();
        for view in &before.views {
            see_earlier_rows(&view.rows, self.month, |row| {
                if here.contains_key(&(row.county, row.month)) {
                    *there.entry((row.county.to_owned(), row.month)).or_default() += 1;
                }
            })?;
        }
        let mut late = LateRows::new();
        let takes = |row: EarlierRow<'_>| {
            let told = match row.county {
                // Whose county was not known then may stand among those of any now.
                "" => now.tells_of_any(row.month),
                county => now.tells(county, row.month),
            };
            if told || !self.window.contains(&row.month) {
                return false;
            }
            let Some(n) = here.get(&(row.county, row.month)) else { return true };
            let key = (row.county.to_owned(), row.month);
            // As many as there were are the same rows once more, not late ones.
            let before = there.get(&key).copied().unwrap_or(0);
            let are_late = before > MOST_LATE * n;
            if are_late {
                late.insert(key, (before, *n));
            }
            are_late
        };
        let of = (self.contract.name.as_str(), self.month);
        let view = earlier_view(of, &before.views, catalogue, ledger, store, takes)?;
        Ok((view, late))
    }

    /// Counties that deliver the list: those that the contract names, else those that it or an earlier publication has.
    fn expected(&self, known: &BTreeSet<String>, before: &CoveredMonths) -> BTreeSet<String> {
        let covers = self.contract.period.covers.iter().filter_map(|name| self.tree.find_county(name));
        let covers: BTreeSet<String> = covers.map(str::to_owned).collect();
        match covers.is_empty() {
            false => covers,
            true => known.iter().chain(before.keys().filter(|county| *county != COMMON)).cloned().collect(),
        }
    }

    /// Notes which months are missing, and what came late.
    fn note(
        &self,
        one: &mut LoadedSource,
        (missing, known): (&BTreeMap<BTreeSet<i32>, Vec<String>>, &BTreeSet<String>),
        late: &LateRows,
        unread: Option<&str>,
    ) {
        let (title, owner) = (&self.contract.title, &self.contract.owner);
        let name = |county: &String| self.tree.name_of(county).unwrap_or(county).to_owned();
        let mut findings = Vec::new();
        for (months, counties) in missing {
            let places: Vec<String> = counties.iter().map(name).collect();
            let unread = unread.map_or_else(String::new, |why| format!("（{why}）"));
            let message = format!(
                "“{title}”要看近{}个月，{}缺{}：本期名单和以前各期的发布都没有{unread}；没有记录不等于没有发生：按这些月份合计的规则在那里停判，不算消除；向{owner}补要这些月份，放进本期的名单重新运行",
                self.window.len(),
                places.join("、"),
                months_in_words(months),
            );
            findings.push(AuditFinding::new(&self.contract.name, "missing_months", false, message));
            let last = self.window.last();
            one.lacked.extend(counties.iter().map(|code| {
                // Who has no row at all did not deliver the period's own month, which other rules look at.
                let is_absent = !known.contains(code) && last.is_some_and(|last| months.contains(last));
                let why = if is_absent { WhyLacking::Absent } else { WhyLacking::MonthsAbsent };
                LackedPlace { code: code.clone(), why }
            }));
        }
        one.lacked.sort();
        one.lacked.dedup_by(|later, first| later.code == first.code);
        for ((county, month), (before, now)) in late {
            let place =
                if county.is_empty() { "没有写县（区）的行".to_owned() } else { name(county) };
            let message = format!(
                "“{title}”里{place}{}的只有{now}行，以前发布的有{before}行：当作补报，两边合计；本期报的就是全部的，请{owner}把那个月报全",
                months_in_words(&BTreeSet::from([*month])),
            );
            findings.push(AuditFinding::new(&self.contract.name, "late_months", false, message));
        }
        one.audits.splice(0..0, findings);
    }
}

/// What the last publication knew of a list.
#[derive(Debug, Default)]
struct LastPublication {
    /// Its list and what it had of earlier ones, as far as they can be read.
    views: Vec<View<'static>>,
    /// Months that these tell of.
    covered: CoveredMonths,
    /// Several counties were in one file.
    is_common: bool,
    /// Counties with files of their own.
    alone: BTreeSet<String>,
    /// Counties with so many rows a month that there is none without any.
    busy: BTreeSet<String>,
    /// Why rows that it had cannot be read, Chinese.
    unread: Option<String>,
}

impl LastPublication {
    fn read(previous: &Snapshot, list: &WindowList<'_>) -> Result<Self> {
        let source = list.contract.name.as_str();
        let by_table = previous.counties_by_table(source);
        let common: BTreeSet<&String> = by_table.iter().filter(|table| table.len() > 1).flatten().collect();
        let alone = by_table.iter().filter(|table| table.len() == 1).flatten();
        let alone: BTreeSet<String> = alone.filter(|county| !common.contains(county)).cloned().collect();
        let mut found = Self { is_common: !common.is_empty(), alone, ..Self::default() };
        let wanted = [source.to_owned(), format!("{source}{EARLIER}")];
        let views = published_views(previous, |name| wanted.iter().any(|one| one == name))?;
        let had_rows = previous.accepted(source).is_some_and(|records| records > 0);
        let told = previous.months(source);
        let title = previous.period().title();
        if views.is_empty() && (had_rows || !told.is_empty()) {
            found.unread = Some(format!("{title}的发布没有存下这份名单的记录，用不上"));
            return Ok(found);
        }
        if views.iter().any(|view| !has_telling_columns(&view.rows, list.month)) {
            found.unread = Some(format!("{title}的发布里这份名单的列与现在不同，用不上"));
            return Ok(found);
        }
        let mut rows = MonthRows::new();
        for view in views.iter().filter(|view| view.name == source) {
            see_earlier_rows(&view.rows, list.month, |row| {
                add_row(&mut rows, row.file, row.county, row.month);
            })?;
        }
        found.busy = busy_counties(&rows);
        found.covered = match told.is_empty() {
            false => told,
            // Of before it was written down: as its own rows say.
            true => ListMonths::of(&rows, &list.window, false).covered(),
        };
        found.views = views;
        Ok(found)
    }
}

fn add_row(rows: &mut MonthRows, file: &str, county: &str, month: i32) {
    // Most rows are of a file and county that are there already.
    if !rows.contains_key(file) {
        rows.insert(file.to_owned(), BTreeMap::new());
    }
    let Some(counties) = rows.get_mut(file) else { return };
    match counties.get_mut(county) {
        Some(months) => *months.entry(month).or_default() += 1,
        None => {
            counties.insert(county.to_owned(), BTreeMap::from([(month, 1)]));
        }
    }
}

fn county_of(code: &str) -> &str {
    code.get(..COUNTY_DIGITS).unwrap_or(code)
}
