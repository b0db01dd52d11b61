//! What each supplier is asked to mend, and what is mended since it was last told.

use std::collections::btree_map::Entry;
use std::collections::{BTreeMap, BTreeSet};

use super::earlier_sheets::run_title;
use super::return_supplier::{ReturnSupplier, held_of, return_suppliers};
use crate::model::source_row::UnknownCodes;
use crate::privacy::mask::mask_numbers_in_text;
use crate::publication::layout::RunName;
use crate::publication::manifest::RuleRun;
use crate::publication::returned_points::{PointKind, ReturnedPoint, ReturnedPoints};
use crate::publication::snapshot::Snapshot;
use crate::publish::PublicationInputs;

/// What makes it the same point in another run.
type PointKey<'k> = (&'k str, &'k str, PointKind, &'k str, &'k str);

/// A reason and its cure, which stands behind it.
pub(super) fn reason_and_cure(reason: &str) -> (&str, &str) {
    reason.split_once('；').unwrap_or((reason, "核对后改正，重新报来"))
}

/// What the departments are asked to mend, beside what the publication before asked for.
pub(in crate::publish) fn returned_points(
    inputs: &PublicationInputs<'_>,
    rules: &[RuleRun],
) -> ReturnedPoints {
    let now = points_now(inputs, rules);
    let current = inputs.earlier.current;
    if let Some(told) = current.and_then(Snapshot::returned_points) {
        // A run over the same lists says what the run before said.
        if counted(&told.points) == counted(&now) {
            return told.clone();
        }
    }
    let before = current.filter(|run| run.returned_points().is_some()).or(inputs.earlier.previous);
    let Some((before, told)) = before.and_then(|run| Some((run, run.returned_points()?))) else {
        return ReturnedPoints { points: now, ..ReturnedPoints::default() };
    };
    compare(now, told, told_run(before, inputs), &Delivered::of(inputs, rules), rules)
}

/// What was told of what was there to be looked at.
fn counted(points: &[ReturnedPoint]) -> BTreeMap<PointKey<'_>, u64> {
    points.iter().filter(|one| one.checked).map(|one| (one.key(), one.count)).collect()
}

/// `2018年第2季度`, `本季第1次运行` (of a month `本月第1次运行`).
fn told_run(run: &Snapshot, inputs: &PublicationInputs<'_>) -> String {
    if run.period() != inputs.period {
        return run.period().title();
    }
    run_title(run)
}

/// Number of a run, by its folder.
pub(super) fn run_number(run: &Snapshot) -> Option<u32> {
    let name = run.folder().file_name()?.to_str()?;
    name.parse::<RunName>().ok().map(|name| name.number())
}

fn compare(
    mut now: Vec<ReturnedPoint>,
    told: &ReturnedPoints,
    compared_with: String,
    delivered: &Delivered,
    rules: &[RuleRun],
) -> ReturnedPoints {
    let told = delivered.in_its_form(&told.points);
    let before: BTreeMap<PointKey<'_>, &ReturnedPoint> =
        told.iter().map(|point| (point.key(), point)).collect();
    for point in &mut now {
        if let Some(known) = before.get(&point.key()) {
            (point.since, point.before) = (known.since, Some(known.count));
        }
    }
    let keys: BTreeSet<PointKey<'_>> = now.iter().map(ReturnedPoint::key).collect();
    let columns: BTreeSet<(&str, &str, &str)> = (now.iter())
        .filter(|point| point.kind == PointKind::UnknownCode)
        .map(|point| (&*point.source, &*point.county, &*point.column))
        .collect();
    // Of a column with too many spellings only the most frequent are known, so none of its spellings is known to be gone.
    let cut: BTreeSet<(&str, &str, &str)> = (now.iter())
        .filter(|point| point.kind == PointKind::UnknownCode && point.code.is_empty())
        .map(|point| (&*point.source, &*point.county, &*point.column))
        .collect();
    let (mut mended, mut open) = (Vec::new(), Vec::new());
    for point in told.iter().filter(|point| !keys.contains(&point.key())) {
        let place = (&*point.source, &*point.county, &*point.column);
        if point.kind == PointKind::UnknownCode
            && (cut.contains(&place) || point.code.is_empty() && columns.contains(&place))
        {
            continue;
        }
        match delivered.can_judge(point, rules) {
            true => mended.push(point.clone()),
            false => open.push(ReturnedPoint { checked: false, before: Some(point.count), ..point.clone() }),
        }
    }
    now.extend(open);
    now.sort();
    ReturnedPoints { compared_with: Some(compared_with), points: now, mended }
}

/// What came, by list and county.
struct Delivered {
    /// `("dibao", "淇县")`; `""`: the list came as one for all.
    parts: BTreeSet<(String, String)>,
    /// Lists that came as one for all.
    whole: BTreeSet<String>,
}

impl Delivered {
    fn of(inputs: &PublicationInputs<'_>, rules: &[RuleRun]) -> Self {
        let mut delivered = Self { parts: BTreeSet::new(), whole: BTreeSet::new() };
        for loaded in inputs.loaded {
            let suppliers = return_suppliers(loaded, inputs.catalogue, rules, &BTreeSet::new());
            for supplier in suppliers.iter().filter(|one| one.is_delivered()) {
                let source = supplier.source();
                delivered.parts.insert((source.to_owned(), supplier.county.clone()));
                if supplier.is_for_all() {
                    delivered.whole.insert(source.to_owned());
                    // A county that is in none of its tables did not come.
                    let counties = supplier.tables.iter().flat_map(|table| table.counties.keys());
                    delivered.parts.extend(
                        counties
                            .filter(|code| !code.is_empty())
                            .map(|code| (source.to_owned(), inputs.catalogue.county_name(code).to_owned())),
                    );
                }
            }
        }
        delivered
    }

    fn has(&self, point: &ReturnedPoint) -> bool {
        self.parts.contains(&(point.source.clone(), point.county.clone()))
    }

    /// Could this run have told the point? What did not come, or was not asked, is not mended for that.
    fn can_judge(&self, point: &ReturnedPoint, rules: &[RuleRun]) -> bool {
        let asked = || rules.iter().any(|rule| rule.code == point.code && rule.ran);
        self.has(point) && (point.kind != PointKind::HeldRule || asked())
    }

    /// Points as they are told of lists that came as they came this time: of a list that came county by county and is one for
    /// all now, the counties' points are those of the list, so that what is still there is not told as mended and new.
    fn in_its_form(&self, told: &[ReturnedPoint]) -> Vec<ReturnedPoint> {
        let mut points: BTreeMap<(String, String, PointKind, String, String), ReturnedPoint> =
            BTreeMap::new();
        for point in told {
            let mut point = point.clone();
            if !point.county.is_empty() && self.whole.contains(&point.source) && self.has(&point) {
                let county = std::mem::take(&mut point.county);
                if point.kind == PointKind::HeldRule {
                    point.column = held_place(&county, &point.column);
                }
            }
            let (source, county, kind, code, column) = point.key();
            let key = (source.to_owned(), county.to_owned(), kind, code.to_owned(), column.to_owned());
            match points.entry(key) {
                Entry::Occupied(mut known) => {
                    let known = known.get_mut();
                    known.count += point.count;
                    known.since = known.since.min(point.since);
                }
                Entry::Vacant(free) => {
                    free.insert(point);
                }
            }
        }
        points.into_values().collect()
    }
}

/// A list of all counties lacks a column in each by itself.
fn held_place(county: &str, column: &str) -> String {
    format!("{county} {column}").trim().to_owned()
}

/// Points that no letter tells, by list, Chinese: it came in parts where it was one.
pub(in crate::publish) fn points_without_letter(
    inputs: &PublicationInputs<'_>,
    rules: &[RuleRun],
    points: &ReturnedPoints,
) -> Vec<String> {
    let mut untold: BTreeMap<&str, usize> = BTreeMap::new();
    let all = points.points.iter().chain(&points.mended);
    for point in all {
        *untold.entry(&point.source).or_default() += 1;
    }
    let mut lines = Vec::new();
    for (source, all) in untold {
        let title = inputs.catalogue.source_title(source);
        let Some(loaded) = inputs.loaded.iter().find(|one| one.records.source == source) else {
            // The letter that asks for the list tells them.
            continue;
        };
        let suppliers = return_suppliers(loaded, inputs.catalogue, rules, &counties_of(points, source));
        let told: usize =
            suppliers.iter().map(|one| points_of(points, one)).map(|(a, b)| a.len() + b.len()).sum();
        if told < all {
            let left = all - told;
            lines.push(format!(
                "{title}上次是一份名单，这次分县区报来，上次退回的{left}项不知道改没改，没有写进退回函"
            ));
        }
    }
    lines
}

/// What is to be mended in this run.
fn points_now(inputs: &PublicationInputs<'_>, rules: &[RuleRun]) -> Vec<ReturnedPoint> {
    let mut points: BTreeMap<(String, String, PointKind, String, String), ReturnedPoint> = BTreeMap::new();
    for loaded in inputs.loaded {
        for supplier in return_suppliers(loaded, inputs.catalogue, rules, &BTreeSet::new()) {
            let mut add = |kind, code: &str, column: &str, text: String, count: u64| {
                let [code, column] = [code, column].map(|text| mask_numbers_in_text(text).into_owned());
                let (source, county) = (supplier.source().to_owned(), supplier.county.clone());
                let key = (source.clone(), county.clone(), kind, code.clone(), column.clone());
                let point = points.entry(key).or_insert_with(|| ReturnedPoint {
                    source,
                    county,
                    kind,
                    code,
                    column,
                    text: mask_numbers_in_text(&text).into_owned(),
                    count: 0,
                    before: None,
                    since: inputs.period,
                    checked: true,
                });
                point.count += count;
            };
            for (reject, severity) in supplier.returned() {
                let kind = if severity == "warn" { PointKind::Cell } else { PointKind::Row };
                // What the code tables do not know is told by its spelling.
                if kind == PointKind::Cell && reject.reason_code == "unknown_code" {
                    continue;
                }
                let column = reject.column.as_deref().unwrap_or_default();
                add(kind, &reject.reason_code, column, reason_and_cure(&reject.reason).0.to_owned(), 1);
            }
            for of in supplier.tables.iter().flat_map(|table| &table.unknown_codes) {
                let column = inputs.catalogue.column_title(supplier.source(), &of.column);
                if is_cut(of) {
                    let text = format!("“{column}”有不在代码表里的取值，种类太多");
                    add(PointKind::UnknownCode, "", column, text, of.cells);
                    continue;
                }
                for one in &of.spellings {
                    let text = format!("“{column}”写着“{}”", one.spelling);
                    add(PointKind::UnknownCode, &one.spelling, column, text, one.cells);
                }
            }
            for (rule, held) in held_of(rules, supplier.source())
                .filter(|(_, held)| supplier.is_of(&held.county_code, inputs.catalogue))
            {
                let column = inputs.catalogue.column_title(supplier.source(), &held.column);
                let county = inputs.catalogue.county_name(&held.county_code);
                let lacks = if column.is_empty() { "名单".to_owned() } else { format!("“{column}”") };
                let text = format!("{county}缺{lacks}，{}“{}”没有判断", rule.code, rule.title);
                let place =
                    if supplier.county.is_empty() { held_place(county, column) } else { column.to_owned() };
                add(PointKind::HeldRule, &rule.code, place.trim(), text, held.undecided);
            }
        }
    }
    points.into_values().collect()
}

/// Are there more spellings than are known?
fn is_cut(of: &UnknownCodes) -> bool {
    of.spellings.iter().map(|one| one.cells).sum::<u64>() < of.cells
}

/// What is to be told to a supplier: what is to be mended still, and what is mended.
pub(super) fn points_of<'p>(
    points: &'p ReturnedPoints,
    supplier: &ReturnSupplier<'_>,
) -> (Vec<&'p ReturnedPoint>, Vec<&'p ReturnedPoint>) {
    // Whoever delivers for all is told what the counties were told when each delivered its own.
    let own = |point: &&ReturnedPoint| {
        point.source == supplier.source() && (supplier.is_for_all() || point.county == supplier.county)
    };
    (points.points.iter().filter(own).collect(), points.mended.iter().filter(own).collect())
}

/// Counties that points are of, by list.
pub(super) fn counties_of(points: &ReturnedPoints, source: &str) -> BTreeSet<String> {
    let all = points.points.iter().chain(&points.mended);
    all.filter(|point| point.source == source).map(|point| point.county.clone()).collect()
}

#[cfg(test)]
mod tests {
    use super::*;

    fn point(county: &str, kind: PointKind, code: &str, column: &str, count: u64) -> ReturnedPoint {
        ReturnedPoint {
            source: "dibao".to_owned(),
            county: county.to_owned(),
            kind,
            code: code.to_owned(),
            column: column.to_owned(),
            text: format!("{code} {column}"),
            count,
            before: None,
            since: "2018Q1".parse().unwrap(),
            checked: true,
        }
    }

    fn rule(code: &str) -> RuleRun {
        let (code, title) = (code.to_owned(), String::new());
        RuleRun {
            code,
            title,
            ran: true,
            reason: None,
            missing: Vec::new(),
            exceptions: 0,
            indicators: 0,
            undecided: 0,
            held: Vec::new(),
        }
    }

    fn delivered(parts: &[&str], whole: bool) -> Delivered {
        let source = "dibao".to_owned();
        Delivered {
            parts: parts.iter().map(|county| (source.clone(), (*county).to_owned())).collect(),
            whole: whole.then_some(source).into_iter().collect(),
        }
    }

    #[test]
    fn what_counties_were_told_holds_for_the_list_that_is_one_now() {
        let told = ReturnedPoints {
            points: vec![
                point("淇县", PointKind::Cell, "negative_amount", "金额", 2),
                point("浚县", PointKind::Cell, "negative_amount", "金额", 3),
                point("淇县", PointKind::HeldRule, "R001", "停保年月", 7),
                point("淇县", PointKind::Row, "malformed_row", "", 1),
                point("山城区", PointKind::Row, "malformed_row", "", 4),
            ],
            ..ReturnedPoints::default()
        };
        let now = || {
            vec![
                point("", PointKind::Cell, "negative_amount", "金额", 4),
                point("", PointKind::HeldRule, "R001", "淇县 停保年月", 7),
            ]
        };
        let compared = |delivered: &Delivered| {
            let all = compare(now(), &told, "2018年第1季度".to_owned(), delivered, &[rule("R001")]);
            let short =
                |point: &ReturnedPoint| (point.county.clone(), point.kind, point.before, point.checked);
            let told = |points: &[ReturnedPoint]| points.iter().map(short).collect::<Vec<_>>();
            (told(&all.points), told(&all.mended))
        };
        let (points, mended) = compared(&delivered(&["", "淇县", "浚县"], true));
        let none = String::new;
        // The county whose rows did not come is not mended for that.
        assert_eq!(
            points,
            [
                (none(), PointKind::Cell, Some(5), true),
                (none(), PointKind::HeldRule, Some(7), true),
                ("山城区".to_owned(), PointKind::Row, Some(4), false),
            ]
        );
        assert_eq!(mended, [(none(), PointKind::Row, None, true)]);
        let (points, mended) = compared(&delivered(&[], false));
        assert_eq!((points.iter().filter(|point| !point.3).count(), mended.len()), (5, 0));
    }
}
