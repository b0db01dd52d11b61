//! What each supplier is asked to mend, and what is mended since it was last told.

use std::collections::{BTreeMap, BTreeSet};

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
    compare(now, told, told_run(before, inputs), inputs, rules)
}

/// What was told of what was there to be looked at.
fn counted(points: &[ReturnedPoint]) -> BTreeMap<PointKey<'_>, u64> {
    points.iter().filter(|one| one.checked).map(|one| (one.key(), one.count)).collect()
}

/// `2018年第2季度`, `本季第1次运行`.
fn told_run(run: &Snapshot, inputs: &PublicationInputs<'_>) -> String {
    if run.period() != inputs.period {
        return run.period().title();
    }
    match run_number(run) {
        Some(number) => format!("本季第{number}次运行"),
        None => "本季上一次运行".to_owned(),
    }
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
    inputs: &PublicationInputs<'_>,
    rules: &[RuleRun],
) -> ReturnedPoints {
    let before: BTreeMap<PointKey<'_>, &ReturnedPoint> =
        told.points.iter().map(|point| (point.key(), point)).collect();
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
    for point in told.points.iter().filter(|point| !keys.contains(&point.key())) {
        let place = (&*point.source, &*point.county, &*point.column);
        if point.kind == PointKind::UnknownCode
            && (cut.contains(&place) || point.code.is_empty() && columns.contains(&place))
        {
            continue;
        }
        match can_be_judged(point, inputs, rules) {
            true => mended.push(point.clone()),
            false => open.push(ReturnedPoint { checked: false, before: Some(point.count), ..point.clone() }),
        }
    }
    now.extend(open);
    now.sort();
    ReturnedPoints { compared_with: Some(compared_with), points: now, mended }
}

/// Could this run have told the point? What did not come, or was not asked, is not mended for that.
fn can_be_judged(point: &ReturnedPoint, inputs: &PublicationInputs<'_>, rules: &[RuleRun]) -> bool {
    let Some(loaded) = inputs.loaded.iter().find(|one| one.records.source == point.source) else {
        return false;
    };
    let told = BTreeSet::from([point.county.clone()]);
    let suppliers = return_suppliers(loaded, inputs.catalogue, rules, &told);
    let delivered = suppliers.iter().any(|one| one.county == point.county && one.is_delivered());
    let asked = || rules.iter().any(|rule| rule.code == point.code && rule.ran);
    delivered && (point.kind != PointKind::HeldRule || asked())
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
                // A list of all counties lacks it in each by itself.
                let place =
                    if supplier.county.is_empty() { format!("{county} {column}") } else { column.to_owned() };
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
    let own = |point: &&ReturnedPoint| point.source == supplier.source() && point.county == supplier.county;
    (points.points.iter().filter(own).collect(), points.mended.iter().filter(own).collect())
}

/// Counties that points are of, by list.
pub(super) fn counties_of(points: &ReturnedPoints, source: &str) -> BTreeSet<String> {
    let all = points.points.iter().chain(&points.mended);
    all.filter(|point| point.source == source).map(|point| point.county.clone()).collect()
}
