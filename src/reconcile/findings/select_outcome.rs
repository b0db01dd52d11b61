//! Rows of a rule's SELECT become findings (rows of the same subject and key are folded, each
//! adding evidence) or indicator rows (villages are summed up to the levels asked for).

use std::cmp::Ordering;
use std::collections::{BTreeMap, BTreeSet};
use std::sync::Arc;

use arrow::array::{Array, ArrayRef, AsArray, Int64Array, StringArray};
use arrow::datatypes::{DataType, Date32Type, Int32Type, Int64Type};
use arrow::record_batch::RecordBatch;
use hashbrown::HashMap;

use crate::model::indicator::Indicator;
use crate::model::officer_text::ValueForm;
use crate::model::undecided::ANY_KEY;
use crate::reconcile::execution::numbered_ids::{IdKind, NumberedIds};
use crate::reconcile::execution::rule_runner::missing_column;
use crate::reconcile::near_misses::NearestRecord;
use crate::rules::rule_file::{IndicatorLevel, Rule};
use crate::rules::sql::certainty::UNKNOWN_SUFFIX;
use crate::rules::unknown_answers::is_companion;
use crate::table::string_interner::StringInterner;
use crate::{Error, Result};

/// Column that names the list of `absent_from` that a row's subject is missing from, if it is missing from one.
pub(crate) const MISSING_FROM: &str = "missing_from";

/// Column that says (1) that a row's finding must be confirmed first, since somebody is known by less than his number.
pub(crate) const TO_CONFIRM: &str = "to_confirm";

/// What a finding is about.
#[derive(Debug, Clone, PartialEq, Eq, PartialOrd, Ord)]
pub(crate) enum FindingSubject {
    /// A person, household or record.
    Id(i64),
    /// A division.
    Unit(Arc<str>),
}

/// A finding as the SELECT gives it.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(crate) struct RuleFinding {
    /// Subject.
    pub subject: FindingSubject,
    /// Key within the subject.
    pub rule_key: Arc<str>,
    /// Records, in order, without repeats.
    pub evidence: Box<[i64]>,
    /// Message with its columns filled in.
    pub message: Arc<str>,
    /// Of the lists in `absent_from` those that the subject is missing from; nothing where the SELECT does not say.
    pub missing_from: Option<Box<[Arc<str>]>>,
    /// Does the SELECT itself say that it must be confirmed first?
    pub to_confirm: bool,
    /// The nearest record of a list that the subject is missing from.
    pub near: Option<NearestRecord>,
}

impl RuleFinding {
    /// Must it be confirmed first: does its SELECT say so, or does its subject probably stand in the list after all?
    pub(crate) fn must_be_confirmed(&self) -> bool {
        self.to_confirm || self.near.as_ref().is_some_and(|near| near.likely)
    }
}

fn outcome_text_column<'a>(batch: &'a RecordBatch, name: &str) -> Result<&'a StringArray> {
    batch.column_by_name(name).and_then(|c| c.as_string_opt::<i32>()).ok_or_else(|| missing_column(name))
}

/// A column of ids: one in each row, or several written one after the other.
enum IdColumn<'a> {
    One(&'a Int64Array),
    Joined(&'a StringArray),
}

impl<'a> IdColumn<'a> {
    fn of(batch: &'a RecordBatch, name: &str) -> Result<Self> {
        let column = batch.column_by_name(name).ok_or_else(|| missing_column(name))?;
        let one = column.as_primitive_opt::<Int64Type>().map(Self::One);
        one.or_else(|| column.as_string_opt().map(Self::Joined)).ok_or_else(|| missing_column(name))
    }
    fn is_null(&self, row: usize) -> bool {
        match self {
            Self::One(ids) => ids.is_null(row),
            Self::Joined(texts) => texts.is_null(row),
        }
    }
    fn records(&self, row: usize) -> Result<Vec<i64>> {
        match self {
            _ if self.is_null(row) => Ok(Vec::new()),
            Self::One(ids) => Ok(vec![ids.value(row)]),
            Self::Joined(texts) => {
                let parts = texts.value(row).split(';').filter(|part| !part.is_empty());
                parts.map(|part| part.parse().map_err(|_| missing_column("evidence"))).collect()
            }
        }
    }
}

/// The column of subjects.
enum SubjectColumn<'a> {
    Ids(&'a Int64Array),
    Units(&'a StringArray),
}

impl<'a> SubjectColumn<'a> {
    fn of(batch: &'a RecordBatch) -> Result<Self> {
        Ok(match IdColumn::of(batch, "subject_id")? {
            IdColumn::One(ids) => Self::Ids(ids),
            IdColumn::Joined(texts) => Self::Units(texts),
        })
    }
    fn is_null(&self, row: usize) -> bool {
        match self {
            Self::Ids(ids) => ids.is_null(row),
            Self::Units(texts) => texts.is_null(row),
        }
    }
    fn order(&self, row: usize) -> (i64, &'a str) {
        match self {
            Self::Ids(ids) => (ids.value(row), ""),
            Self::Units(texts) => (0, texts.value(row)),
        }
    }
    fn subject(&self, row: usize, texts: &mut StringInterner) -> FindingSubject {
        match self {
            Self::Ids(ids) => FindingSubject::Id(ids.value(row)),
            Self::Units(units) => FindingSubject::Unit(texts.share(units.value(row))),
        }
    }
}

fn outcome_number(array: Option<&ArrayRef>, row: usize) -> Option<i64> {
    let array = array?;
    if array.is_null(row) {
        return None;
    }
    match array.data_type() {
        DataType::Int32 => Some(i64::from(array.as_primitive::<Int32Type>().value(row))),
        DataType::Int64 => Some(array.as_primitive::<Int64Type>().value(row)),
        _ => None,
    }
}

/// Folds the rows of a rule that looks for exceptions.
pub(crate) fn read_findings(rule: &Rule, batch: &RecordBatch, ids: &NumberedIds) -> Result<Vec<RuleFinding>> {
    let subjects = SubjectColumn::of(batch)?;
    let evidence = IdColumn::of(batch, "evidence")?;
    let keys =
        batch.column_by_name("rule_key").map(|_| outcome_text_column(batch, "rule_key")).transpose()?;
    let key = |row: usize| keys.map_or("", |k| if k.is_null(row) { "" } else { k.value(row) });
    let lists =
        batch.column_by_name(MISSING_FROM).map(|_| outcome_text_column(batch, MISSING_FROM)).transpose()?;
    // A list that the header does not name would say nothing of anybody.
    let claimed = |list: &str| list.is_empty() || rule.header.absent_from.iter().any(|one| one.list == list);
    if let Some(list) = lists.and_then(|lists| lists.iter().flatten().find(|list| !claimed(list))) {
        return Err(rule
            .file
            .complain_sql(0..0, format!("查询结果的列“missing_from”写了“{list}”，absent_from 里没有这份名单"))
            .hint("写 absent_from 里的名单名，或空文字"));
    }
    // Which key a row has may be unknown: it is no finding then, but its subject is left open.
    let open_keys = batch.column_by_name(&format!("rule_key{UNKNOWN_SUFFIX}"));
    let open = |row: usize| outcome_number(open_keys, row) == Some(1);
    let companion = is_companion(&rule.header.code);
    let key = |row: usize| if open(row) { ANY_KEY } else { key(row) };
    let told = |row: &usize| !subjects.is_null(*row) && (companion || !open(*row));
    let mut rows: Vec<usize> = (0..batch.num_rows()).filter(told).collect();
    let orders = batch.column_by_name("evidence_order");
    let confirmations = batch.column_by_name(TO_CONFIRM);
    let order = |row: usize| outcome_number(orders, row).unwrap_or(i64::MAX);
    let place = |row: usize| (subjects.order(row), key(row), order(row));
    // Among equals the records' ids decide, as texts.
    let mut shown: HashMap<usize, String> = HashMap::new();
    if matches!(evidence, IdColumn::Joined(_)) {
        for &row in &rows {
            let records = evidence.records(row)?;
            let texts = records.iter().map(|id| ids.text(IdKind::Record, *id)).collect::<Vec<_>>();
            shown.insert(row, texts.join(";"));
        }
    }
    let id = |row: usize| match &evidence {
        IdColumn::One(ids) if !ids.is_null(row) => ids.value(row),
        _ => i64::MIN,
    };
    rows.sort_by(|&a, &b| (place(a), id(a), shown.get(&a)).cmp(&(place(b), id(b), shown.get(&b))));
    let message = FindingMessage::of(&rule.header.message, batch);
    let mut texts = StringInterner::default();
    let mut found: Vec<RuleFinding> = Vec::new();
    let mut records: Vec<i64> = Vec::new();
    for same in rows.chunk_by(|&a, &b| subjects.order(a) == subjects.order(b) && key(a) == key(b)) {
        records.clear();
        for &row in same {
            for record in evidence.records(row)? {
                if !records.contains(&record) {
                    records.push(record);
                }
            }
        }
        // The first row tells the message; of several first ones that with the least values, since
        // engines give them in any order.
        let first = same[0];
        let rank = |row: usize| (order(row), id(row), shown.get(&row));
        let firsts = same.iter().copied().take_while(|&row| rank(row) == rank(first));
        let teller = firsts.min_by(|&a, &b| message.compare(a, b)).unwrap_or(first);
        let subject = subjects.subject(first, &mut texts);
        let missing_from = lists.map(|lists| {
            let named = same.iter().filter(|&&row| !lists.is_null(row)).map(|&row| lists.value(row));
            let named: BTreeSet<&str> = named.filter(|list| !list.is_empty()).collect();
            named.into_iter().map(|list| texts.share(list)).collect()
        });
        // Of a possible finding it may be that no record is known.
        if records.is_empty() && !companion {
            let kind = match rule.header.subject {
                crate::model::exception::SubjectKind::Person => IdKind::Person,
                crate::model::exception::SubjectKind::Household => IdKind::Household,
                _ => IdKind::Record,
            };
            let bare = match &subject {
                FindingSubject::Id(id) => ids.text(kind, *id),
                FindingSubject::Unit(code) => code.to_string(),
            };
            return Err(Error::configuration(format!("规则{}的疑点没有佐证记录", rule.header.code))
                .in_file(&rule.file.path)
                .hint(format!("每行的 evidence 应是记录编号；对象 {bare} 为空")));
        }
        found.push(RuleFinding {
            subject,
            rule_key: texts.share(key(same[0])),
            evidence: records.as_slice().into(),
            message: texts.share(&message.fill(teller)),
            missing_from,
            to_confirm: same.iter().any(|&row| outcome_number(confirmations, row) == Some(1)),
            near: None,
        });
    }
    Ok(found)
}

/// Plain text of a message, and the column whose value stands after it.
struct MessagePiece<'a> {
    plain: &'a str,
    name: &'a str,
    column: Option<&'a ArrayRef>,
}

/// A message in pieces.
struct FindingMessage<'a>(Vec<MessagePiece<'a>>);

impl<'a> FindingMessage<'a> {
    fn of(template: &'a str, batch: &'a RecordBatch) -> Self {
        let mut pieces = Vec::new();
        let mut rest = template;
        while let Some((plain, behind)) = rest.split_once('{') {
            let Some((name, after)) = behind.split_once('}') else { break };
            pieces.push(MessagePiece { plain, name, column: batch.column_by_name(name) });
            rest = after;
        }
        pieces.push(MessagePiece { plain: rest, name: "", column: None });
        Self(pieces)
    }
    /// Which of two rows has the lesser values, the first column that differs first; missing ones
    /// come last.
    fn compare(&self, a: usize, b: usize) -> Ordering {
        let columns = self.0.iter().filter_map(|piece| piece.column);
        columns
            .map(|column| compare_outcome_values(column, a, b))
            .find(|order| order.is_ne())
            .unwrap_or(Ordering::Equal)
    }
    /// Money, areas, months and dates in officers' units.
    fn fill(&self, row: usize) -> String {
        let mut message = String::new();
        for MessagePiece { plain, name, column } in &self.0 {
            message.push_str(plain);
            if let Some(column) = column {
                message.push_str(&show_outcome_value(column, name, row));
            }
        }
        message
    }
}

fn compare_outcome_values(array: &ArrayRef, a: usize, b: usize) -> Ordering {
    let missing = array.is_null(a).cmp(&array.is_null(b));
    if missing.is_ne() || array.is_null(a) {
        return missing;
    }
    match array.data_type() {
        DataType::Utf8 => array.as_string::<i32>().value(a).cmp(array.as_string::<i32>().value(b)),
        DataType::Date32 => {
            let days = array.as_primitive::<Date32Type>();
            days.value(a).cmp(&days.value(b))
        }
        _ => outcome_number(Some(array), a).cmp(&outcome_number(Some(array), b)),
    }
}

/// What stands in a message for a value that no list has.
pub(crate) const UNFILLED: &str = "（未填）";

fn show_outcome_value(array: &ArrayRef, name: &str, row: usize) -> String {
    ValueForm::of_name(name).value(array, row).unwrap_or_else(|| UNFILLED.to_owned())
}

/// What some rows add up to, in a type that the sum of any rows fits.
#[derive(Default)]
struct VillageSum {
    numerator: i128,
    denominator: i128,
    target: Option<i64>,
    /// One of the targets is zero.
    zero: bool,
}

/// Adds up counts of an indicator.
///
/// # Errors
/// A sum that is no 64-bit number: some list's amounts are none.
pub(crate) fn sum_counts(rule: &Rule, counts: impl Iterator<Item = i64>) -> Result<i64> {
    fit_outcome_sum(rule, counts.map(i128::from).sum())
}

fn fit_outcome_sum(rule: &Rule, sum: i128) -> Result<i64> {
    i64::try_from(sum).map_err(|_| {
        Error::input(format!("规则{}的指标相加后超出范围", rule.header.code))
            .in_file(&rule.file.path)
            .hint("多半有名单的金额列混进了账号或证件号码；先用 bidui check --data 核对")
    })
}

/// Sums the rows of an indicator at its levels.
///
/// # Errors
/// Columns that are missing or of another type, and sums that are no 64-bit numbers.
pub(crate) fn read_indicators(rule: &Rule, batch: &RecordBatch, root_code: &str) -> Result<Vec<Indicator>> {
    let columns =
        ["county_code", "township_code", "village_code"].map(|name| outcome_text_column(batch, name));
    let [county, township, village] = columns;
    let codes = [county?, township?, village?];
    let names =
        batch.column_by_name("indicator").map(|_| outcome_text_column(batch, "indicator")).transpose()?;
    let numbers = ["numerator", "denominator", "target"].map(|name| batch.column_by_name(name));
    let [numerators, denominators, targets] = numbers;
    let with_denominator = denominators.is_some();
    let value = |column: &'_ StringArray, row: usize| !column.is_null(row);
    let mut villages: HashMap<(&str, [&str; 3]), VillageSum> = HashMap::new();
    for row in 0..batch.num_rows() {
        let name = names.filter(|names| value(names, row)).map_or("", |names| names.value(row));
        let place = codes.map(|codes| if value(codes, row) { codes.value(row) } else { "" });
        let sum = villages.entry((name, place)).or_default();
        sum.numerator += i128::from(outcome_number(numerators, row).unwrap_or(0));
        sum.denominator += i128::from(outcome_number(denominators, row).unwrap_or(0));
        let target = outcome_number(targets, row);
        sum.target = sum.target.max(target);
        sum.zero |= target == Some(0);
    }
    let mut sums: BTreeMap<(&str, &str), VillageSum> = BTreeMap::new();
    for ((name, [county, township, village]), part) in &villages {
        for level in &rule.header.levels {
            let unit = match level {
                IndicatorLevel::City => root_code,
                IndicatorLevel::County => county,
                IndicatorLevel::Township => township,
                IndicatorLevel::Village => village,
            };
            if unit.is_empty() && *level != IndicatorLevel::City {
                continue;
            }
            let sum = sums.entry((name, unit)).or_default();
            sum.numerator += part.numerator;
            sum.denominator += part.denominator;
            // A target counts for the level it was set for: a rate and a zero at every level, a number
            // of houses or people only for the whole prefecture.
            if with_denominator || *level == IndicatorLevel::City {
                sum.target = sum.target.max(part.target);
            } else if part.zero {
                sum.target = sum.target.max(Some(0));
            }
        }
    }
    let indicator = |((name, unit), sum): ((&str, &str), VillageSum)| {
        Ok(Indicator {
            rule_code: rule.header.code.clone(),
            indicator: name.to_owned(),
            unit_code: unit.to_owned(),
            numerator: fit_outcome_sum(rule, sum.numerator)?,
            denominator: with_denominator.then(|| fit_outcome_sum(rule, sum.denominator)).transpose()?,
            target: sum.target,
            ..Indicator::default()
        })
    };
    sums.into_iter().map(indicator).collect()
}

#[cfg(test)]
mod tests {
    use arrow::array::Date32Array;

    use super::*;

    #[test]
    fn counts_that_do_not_fit_their_type_are_an_error() {
        let path = std::path::Path::new(env!("CARGO_MANIFEST_DIR"))
            .join("pipelines/base/rules/insurance/R35_five_layer_cover.sql");
        let rule = crate::rules::rule_file::parse_rule_file(
            &path,
            "insurance",
            std::fs::read_to_string(&path).unwrap(),
        );
        let rule = rule.unwrap();
        let summed = |numerators: [i64; 2], villages: [&str; 2]| {
            let text = |text: [&str; 2]| Arc::new(StringArray::from(text.to_vec())) as ArrayRef;
            let batch = RecordBatch::try_from_iter([
                ("county_code", text(["410621"; 2])),
                ("township_code", text(["410621100"; 2])),
                ("village_code", text(villages)),
                ("numerator", Arc::new(Int64Array::from(numerators.to_vec())) as ArrayRef),
                ("denominator", Arc::new(Int64Array::from(vec![1; 2])) as ArrayRef),
            ]);
            read_indicators(&rule, &batch.unwrap(), "410600")
        };
        let (one, two) = (["410621100201"; 2], ["410621100201", "410621100202"]);
        for villages in [one, two] {
            assert!(summed([1, 2], villages).unwrap().iter().all(|sum| sum.numerator <= 3));
            for numerators in [[i64::MAX, 1], [i64::MIN, -1]] {
                let error = summed(numerators, villages).unwrap_err();
                assert!(error.to_string().contains("R35"), "{error}");
            }
        }
    }

    #[test]
    fn of_rows_alike_but_for_the_message_the_earliest_tells_it() {
        let path = std::path::Path::new(env!("CARGO_MANIFEST_DIR"))
            .join("pipelines/base/rules/housing/R75_renovated_still_listed.sql");
        let rule = crate::rules::rule_file::parse_rule_file(
            &path,
            "housing",
            std::fs::read_to_string(&path).unwrap(),
        );
        let text = "registry_household:0a1b2c3d.r9".to_owned();
        let (rule, ids) = (rule.unwrap(), NumberedIds::listed([text.clone()].into()));
        let record = ids.number(IdKind::Record, &text).unwrap();
        let told = |days: [Option<i32>; 3]| {
            let same = |number: i64| Arc::new(Int64Array::from(vec![number; 3])) as ArrayRef;
            let text = |text: &str| Arc::new(StringArray::from(vec![text; 3])) as ArrayRef;
            let batch = RecordBatch::try_from_iter([
                ("subject_id", same(5)),
                ("rule_key", text("registry")),
                ("evidence", same(record)),
                ("evidence_order", same(0)),
                ("accept_date", Arc::new(Date32Array::from(days.to_vec())) as ArrayRef),
                ("where_listed", text("仍登记为危房户")),
            ]);
            let found = read_findings(&rule, &batch.unwrap(), &ids).unwrap();
            assert_eq!(found.len(), 1);
            found[0].message.to_string()
        };
        let days = [Some(17_380), None, Some(17_366)];
        assert_eq!(told(days), "该户危房改造2017年7月19日验收合格，仍登记为危房户。");
        assert_eq!(told([days[2], days[0], days[1]]), told(days));
    }
}
