//! Other values for a county's column, dealt out as hands of cards, and which rules then find something else there.
//!
//! Whether a rule is held for good reason is asked of the lists themselves: if any values that can stand in the column
//! change what it finds in the county, nobody could have known without them.

use std::collections::{BTreeMap, BTreeSet};
use std::sync::Arc;

use arrow::array::{Array, ArrayRef, Date32Array, Int64Array, StringArray, UInt32Array, new_null_array};
use arrow::datatypes::DataType;
use bidui::testing::config::{ColumnRole, RuleParameter};
use bidui::testing::model::column_type::ContractType;
use bidui::testing::rules::rule_file::SqlFile;

use crate::fixture_world::{Found, World, found_in};

/// Cards that are dealt to a whole county, one after the other.
const MOST_ALONE: usize = 24;

/// Numbers that look like none in particular, the same in each run.
struct Chance(u64);

impl Chance {
    fn below(&mut self, limit: usize) -> usize {
        self.0 = self.0.wrapping_mul(6_364_136_223_846_793_005).wrapping_add(1_442_695_040_888_963_407);
        ((self.0 >> 33) as usize) % limit.max(1)
    }
}

/// A column of one list whose cells of some records are dealt out anew.
pub(crate) struct RefilledColumn<'c> {
    pub(crate) source: usize,
    pub(crate) column: &'c str,
    /// What it holds.
    pub(crate) values: &'c ArrayRef,
    /// Records of the county.
    pub(crate) positions: &'c [u32],
    /// Records that stay unknown.
    pub(crate) unknown: &'c [u32],
}

impl World {
    /// Of some rules those that find something else in a county where other values stand in its column, each with the
    /// number of the hand that showed it. The column is left with one of the hands.
    pub(crate) fn changed_by_other_values(
        &mut self,
        refilled: &RefilledColumn<'_>,
        county: &str,
        rules: &BTreeSet<&str>,
        before: &Found,
    ) -> BTreeMap<String, usize> {
        let mut changed = BTreeMap::new();
        let mut open: BTreeSet<&str> = rules.clone();
        for (number, hand) in self.hands(refilled, rules).into_iter().enumerate() {
            if open.is_empty() {
                break;
            }
            self.replace(refilled.source, refilled.column, hand, refilled.unknown);
            let found = found_in(&self.run_only(&open), county);
            open.retain(|rule| {
                let of_rule =
                    |all: &Found| -> Found { all.iter().filter(|one| one.0 == *rule).cloned().collect() };
                let same = of_rule(&found) == of_rule(before);
                if !same {
                    changed.insert((*rule).to_owned(), number);
                }
                same
            });
        }
        changed
    }

    /// The column with other values in the county's records: mixed from what can stand there, and one value for all.
    fn hands(&self, refilled: &RefilledColumn<'_>, rules: &BTreeSet<&str>) -> Vec<ArrayRef> {
        let RefilledColumn { source, column, values, positions, .. } = *refilled;
        let cards = self.cards(source, column, values, rules);
        let rows = values.len();
        let all = arrow::compute::concat(&[values, &cards]).unwrap();
        let mut chance = Chance(20_180_930 + rows as u64);
        let mut hands = Vec::new();
        let mut put = |from: &mut dyn FnMut(u32) -> usize| {
            let mut places: Vec<u32> = (0..rows as u32).collect();
            for &position in positions {
                places[position as usize] = from(position) as u32;
            }
            hands.push(arrow::compute::take(&all, &UInt32Array::from(places), None).unwrap());
        };
        // How many of ten cells get a card, how many a cell of the whole list; the others stay as they are.
        for [carded, dealt] in [[10, 0], [0, 10], [5, 5], [3, 0], [0, 3], [1, 1], [8, 0]] {
            put(&mut |position| match chance.below(10) {
                roll if roll < carded => rows + chance.below(cards.len()),
                roll if roll < carded + dealt => chance.below(rows),
                _ => position as usize,
            });
        }
        // The last card is a blank.
        let mut order: Vec<usize> = (0..cards.len()).rev().collect();
        for at in 1..order.len() {
            order.swap(at, 1 + chance.below(at));
        }
        for &card in order.iter().take(MOST_ALONE) {
            put(&mut |_| rows + card);
        }
        // One card for half of them.
        for &card in order.iter().take(MOST_ALONE / 2) {
            put(&mut |position| if chance.below(2) == 0 { rows + card } else { position as usize });
        }
        hands
    }

    /// What can stand in a column beside its own values: the words of its code table, what the rules compare it with,
    /// numbers and days about their limits, and last a blank.
    fn cards(&self, source: usize, column: &str, values: &ArrayRef, rules: &BTreeSet<&str>) -> ArrayRef {
        let contract = self.pipeline.source(&self.loaded[source].records.source).unwrap();
        let spec = contract.column(column).unwrap();
        let asked: Vec<&SqlFile> = self.files_of(rules);
        let texts: Vec<&str> = asked.iter().map(|file| file.sql()).collect();
        let known = match spec.kind {
            ContractType::Text | ContractType::Code => {
                let labels = spec.codes.labels();
                let mut words: BTreeSet<String> = labels.iter().cloned().collect();
                if words.is_empty() || spec.open {
                    words.extend(texts.iter().flat_map(|text| compared_words(text, column)));
                }
                if matches!(spec.role, Some(ColumnRole::IdNumber | ColumnRole::GuardianId)) {
                    words.extend(self.limits(&texts, true).into_iter().flat_map(numbers_of_born));
                    words.extend(self.numbers_of_lists());
                }
                let words: ArrayRef = Arc::new(StringArray::from_iter_values(words));
                words
            }
            kind => {
                let limits = self.limits(&texts, spec.role == Some(ColumnRole::BirthDate));
                let mut numbers: BTreeSet<i64> = BTreeSet::new();
                for limit in limits {
                    numbers.extend(numbers_about(limit, kind));
                }
                let plain = Int64Array::from_iter_values(numbers);
                let narrow = if kind == ContractType::Date { DataType::Int32 } else { DataType::Int64 };
                let narrow = arrow::compute::cast(&plain, &narrow).unwrap();
                arrow::compute::cast(&narrow, values.data_type()).unwrap()
            }
        };
        let blank = new_null_array(values.data_type(), 1);
        arrow::compute::concat(&[&known, &blank]).unwrap()
    }

    /// Some numbers of every list, of guardians too: somebody else's.
    fn numbers_of_lists(&self) -> BTreeSet<String> {
        let mut numbers = BTreeSet::new();
        for (source, one) in self.loaded.iter().enumerate() {
            let contract = self.pipeline.source(&one.records.source).unwrap();
            for role in [ColumnRole::IdNumber, ColumnRole::GuardianId] {
                let Some(column) = contract.role(role) else { continue };
                let values = self.column(source, &column.name);
                let texts = values.as_any().downcast_ref::<StringArray>().unwrap();
                numbers.extend(texts.iter().flatten().step_by(1 + texts.len() / 40).map(str::to_owned));
            }
        }
        numbers
    }

    /// The SELECTs of some rules and of the definitions that they read.
    fn files_of(&self, rules: &BTreeSet<&str>) -> Vec<&SqlFile> {
        let files = rules.iter().filter_map(|code| self.rules.rule(code)).map(|rule| &rule.file);
        let all = files.flat_map(|file| {
            self.rules.definitions_of(file).into_iter().map(|definition| &definition.file).chain([file])
        });
        let mut seen = BTreeSet::new();
        all.filter(|file| seen.insert(file.sql())).collect()
    }

    /// Numbers and days that some SELECTs name, by parameters too; for a birth date also the days on which somebody is
    /// as old as a number says.
    fn limits(&self, texts: &[&str], of_birth: bool) -> BTreeSet<Limit> {
        let parameters =
            self.rules.parameters(&self.pipeline, self.fixtures.period.parse().unwrap()).unwrap();
        let mut limits = BTreeSet::from([Limit::Number(0), Limit::Number(10_000_000)]);
        let words: BTreeSet<&str> =
            texts.iter().flat_map(|text| text.split(|c: char| !c.is_alphanumeric() && c != '_')).collect();
        limits.extend(words.iter().filter_map(|word| word.parse().ok()).map(Limit::Number));
        for (name, value) in &parameters {
            if words.contains(name.as_str()) {
                match value {
                    RuleParameter::Integer(number) => limits.insert(Limit::Number(*number)),
                    RuleParameter::Date(day) => limits.insert(Limit::Day(*day)),
                    RuleParameter::Text(_) => false,
                };
            }
        }
        let last_day = match parameters.get("quarter_end") {
            Some(RuleParameter::Date(day)) => *day,
            _ => panic!("a quarter without an end"),
        };
        limits.insert(Limit::Day(last_day));
        if of_birth {
            let ages: Vec<i64> = limits
                .iter()
                .filter_map(|limit| match limit {
                    Limit::Number(number @ 1..=110) => Some(*number),
                    _ => None,
                })
                .collect();
            limits
                .extend(ages.into_iter().map(|age| Limit::Day(last_day - (age as i32 * 1461).div_euclid(4))));
        }
        limits
    }
}

/// What a rule compares with.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord)]
enum Limit {
    Number(i64),
    /// Since 1970.
    Day(i32),
}

/// Values about a limit that a column of a kind can hold.
fn numbers_about(limit: Limit, kind: ContractType) -> Vec<i64> {
    let is_month = |number: i64| (190_001..210_013).contains(&number) && (1..13).contains(&(number % 100));
    let beside_month = |month: i64| match month % 100 {
        1 => [month - 89, month, month + 1],
        12 => [month - 1, month, month + 89],
        _ => [month - 1, month, month + 1],
    };
    match (kind, limit) {
        (ContractType::Flag, _) => vec![0, 1],
        (ContractType::Date, Limit::Day(day)) => {
            [-3650, -400, -1, 0, 1].map(|more| i64::from(day) + more).to_vec()
        }
        (ContractType::Month, Limit::Number(number)) if is_month(number) => {
            beside_month(number).into_iter().chain([number - 500]).collect()
        }
        (ContractType::Integer | ContractType::Money | ContractType::Area, Limit::Number(number)) => {
            let part = number / 12;
            [number - 1, number, number + 1, part, part + 1].into_iter().filter(|one| *one >= 0).collect()
        }
        _ => Vec::new(),
    }
}

/// Numbers of people born on a day, men and women, and what else stands in their place: certificates, right and wrong,
/// temporary numbers, ruined and hidden ones.
fn numbers_of_born(day: Limit) -> Vec<String> {
    let Limit::Day(day) = day else { return Vec::new() };
    let days: ArrayRef = Arc::new(Date32Array::from(vec![day]));
    let texts = arrow::compute::cast(&days, &DataType::Utf8).unwrap();
    let text = texts.as_any().downcast_ref::<StringArray>().unwrap().value(0).replace('-', "");
    let [man, woman, temporary] =
        ["001", "002", "000"].map(|order| with_check(&format!("410621{text}{order}")));
    let wrong = man.replace('X', "0");
    [
        format!("{man}41"),
        format!("{woman}7200"),
        format!("{man}99"),
        format!("{wrong}9911"),
        "4.1E+17".to_owned(),
        format!("{}********{}", &man[..6], &man[14..]),
        man,
        woman,
        temporary,
        format!("410621{}{}", &text[2..], "001"),
    ]
    .to_vec()
}

/// A number with its check digit behind the first 17.
fn with_check(first: &str) -> String {
    let weights = [7, 9, 10, 5, 8, 4, 2, 1, 6, 3, 7, 9, 10, 5, 8, 4, 2];
    let sum: u32 = first.bytes().zip(weights).map(|(digit, weight)| u32::from(digit - b'0') * weight).sum();
    format!("{first}{}", char::from(b"10X98765432"[(sum % 11) as usize]))
}

/// Words with which a SELECT compares a column: those behind its name, up to the next condition.
fn compared_words(text: &str, column: &str) -> Vec<String> {
    let name = format!(".{column}");
    let mut words = Vec::new();
    for (at, _) in text.match_indices(&name) {
        let behind = &text[at + name.len()..];
        if behind.starts_with(|c: char| c.is_alphanumeric() || c == '_') {
            continue;
        }
        let ends = [" AND ", " OR ", " THEN ", " ELSE ", " FROM ", " WHERE ", "\n"]
            .map(|end| behind.find(end).unwrap_or(behind.len()));
        let compared = &behind[..ends.into_iter().min().unwrap_or_default()];
        words.extend(compared.split('\'').skip(1).step_by(2).map(|word| word.replace('%', "")));
    }
    words.retain(|word| !word.is_empty());
    words
}

#[test]
fn words_that_a_column_is_compared_with_are_read_off_a_select() {
    let text = "SELECT a.item FROM t a WHERE a.item NOT LIKE '%学前%' AND (a.item IN ('甲', '乙') OR a.items = '丙') \
                AND b.kind = '丁'";
    assert_eq!(compared_words(text, "item"), ["学前", "甲", "乙"]);
    assert_eq!(compared_words(text, "kind"), ["丁"]);
    assert!(compared_words(text, "school").is_empty());
}
