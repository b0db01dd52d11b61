//! Ids as rules join them: numbers that order as the texts do.
//!
//! Views are published with the ids of persons, households and records as texts. Within the engine
//! these columns are 64-bit numbers: a join or a group over them costs a fraction of one over
//! texts. Whatever a SELECT may do with an id (compare, sort, group, take the least) gives the same,
//! and what it yields is turned back into text.

use std::collections::BTreeSet;

use arrow::array::{ArrayRef, AsArray as _, Int64Array, StringArray};
use arrow::datatypes::DataType;

use crate::load::SourceRecords;
use crate::model::published_id::{HouseholdId, PersonId};
use crate::model::record_id::{RecordIdParts, RecordKey, push_record_place_part, record_table_part};
use crate::{Error, Result};

/// What an id names.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum IdKind {
    /// A person.
    Person,
    /// A household.
    Household,
    /// A record.
    Record,
}

impl IdKind {
    /// Kind of the ids in a column of a view; `None` if it holds none.
    pub fn of(column: &str) -> Option<Self> {
        Some(match column {
            "person_id" | "guardian_person_id" | "candidate_person_id" => Self::Person,
            "household_id" => Self::Household,
            "record_id" | "candidate" => Self::Record,
            _ => return None,
        })
    }
}

/// What the numbers mean.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum NumberedIds {
    /// The ids of publications. A person or household is its 64 bits. A record is its table, its row
    /// and its member; tables are numbered in the order of their texts.
    Published {
        /// The part of record ids before the row, ascending.
        tables: Vec<String>,
    },
    /// Any texts, ascending, each numbered by its place: the short names of examples.
    Listed(Vec<String>),
}

/// Flips the sign, so that signed numbers order as the unsigned bits do.
const fn id_bits_to_number(bits: u64) -> i64 {
    (bits ^ 1 << 63) as i64
}

const fn number_to_id_bits(number: i64) -> u64 {
    number as u64 ^ 1 << 63
}

/// Members of one row, see [`encode_id_digits`].
const MEMBERS: u64 = 3_001;
/// Rows of one table, see [`encode_id_digits`].
const ROWS: u64 = 100_000_000_000;
/// Most tables whose rows can be numbered.
const MOST_TABLES: usize = (i64::MAX as u64 / (MEMBERS * ROWS)) as usize;

/// A number that orders as the digits of `number` do as text (`1`, `10`, `2`): the digits moved to
/// the left within `width` places, then how many there are.
fn encode_id_digits(number: u64, width: u32) -> u64 {
    let digits = number.checked_ilog10().unwrap_or(0) + 1;
    number * 10u64.pow(width - digits) * u64::from(width) + u64::from(digits - 1)
}

/// What [`encode_id_digits`] was given.
fn decode_id_digits(code: u64, width: u32) -> u64 {
    let digits = (code % u64::from(width)) as u32 + 1;
    code / u64::from(width) / 10u64.pow(width - digits)
}

/// Number of a record of the table numbered `table`.
pub(crate) fn record_number(table: usize, key: RecordKey) -> i64 {
    let member = match key.member() {
        0 => 0,
        member => 1 + encode_id_digits(member.into(), 3),
    };
    ((table as u64 * ROWS + encode_id_digits(key.row().into(), 10)) * MEMBERS + member) as i64
}

/// Table, row and member of a record's number.
fn record_parts(number: i64) -> (usize, u32, u8) {
    let (place, member) = (number as u64 / MEMBERS, number as u64 % MEMBERS);
    let member = member.checked_sub(1).map_or(0, |code| decode_id_digits(code, 3));
    ((place / ROWS) as usize, decode_id_digits(place % ROWS, 10) as u32, member as u8)
}

impl NumberedIds {
    /// Ids of these records and of those that `previous` names.
    pub(crate) fn of_records<'a>(
        records: impl Iterator<Item = &'a SourceRecords>,
        previous: &BTreeSet<String>,
    ) -> Result<Self> {
        let now = records.flat_map(|r| r.tables.iter().map(|info| record_table_part(&r.source, info)));
        let mut tables: Vec<String> = now.chain(previous.iter().cloned()).collect();
        // As ids go on: a longer text may sort before a shorter one that it begins with.
        tables.sort_unstable_by(|a, b| a.bytes().chain(*b".r").cmp(b.bytes().chain(*b".r")));
        tables.dedup();
        match tables.len() {
            0..MOST_TABLES => Ok(Self::Published { tables }),
            many => Err(Error::input(format!("提取数据有{many}个表，多于{MOST_TABLES}个"))),
        }
    }

    /// Adds the tables of these records' ids.
    pub(crate) fn add_tables(ids: &StringArray, tables: &mut BTreeSet<String>) {
        let mut last = "";
        for RecordIdParts { table, .. } in ids.iter().flatten().filter_map(RecordIdParts::parse) {
            if table != last && !tables.contains(table) {
                tables.insert(table.to_owned());
            }
            last = table;
        }
    }

    /// Numbers for any texts.
    pub fn listed(texts: BTreeSet<String>) -> Self {
        Self::Listed(texts.into_iter().collect())
    }

    /// Numbers of the tables of a source, in the source's order.
    pub(crate) fn tables_of(&self, records: &SourceRecords) -> Result<Vec<usize>> {
        let numbers = records.tables.iter().map(|info| self.table(&record_table_part(&records.source, info)));
        numbers.collect::<Option<_>>().ok_or_else(|| Error::internal("有的表没有编号"))
    }

    fn table(&self, text: &str) -> Option<usize> {
        let Self::Published { tables } = self else { return None };
        let order = |table: &String| table.bytes().chain(*b".r").cmp(text.bytes().chain(*b".r"));
        tables.binary_search_by(order).ok()
    }

    /// Number of a text.
    pub fn number(&self, kind: IdKind, text: &str) -> Option<i64> {
        match (self, kind) {
            (Self::Listed(texts), _) => {
                texts.binary_search_by(|known| known.as_str().cmp(text)).ok().map(|at| at as i64)
            }
            (_, IdKind::Person) => PersonId::parse(text).map(person_number),
            (_, IdKind::Household) => HouseholdId::parse(text).map(household_number),
            (_, IdKind::Record) => {
                let RecordIdParts { table, row, member } = RecordIdParts::parse(text)?;
                Some(record_number(self.table(table)?, RecordKey::new(0, 0, row, member)))
            }
        }
    }

    /// Text of a number that [`Self::number`] or a view gave.
    pub fn text(&self, kind: IdKind, number: i64) -> String {
        match (self, kind) {
            (Self::Listed(texts), _) => texts.get(number as usize).cloned().unwrap_or_default(),
            (_, IdKind::Person) => person_id(number).to_string(),
            (_, IdKind::Household) => household_id(number).to_string(),
            (Self::Published { tables }, IdKind::Record) => {
                let (table, row, member) = record_parts(number);
                let mut id = tables.get(table).cloned().unwrap_or_default();
                push_record_place_part(row, member, |text| id.push_str(text));
                id
            }
        }
    }

    /// Number of the table, row and member of a record.
    pub(crate) fn place(&self, number: i64) -> (usize, u32, u8) {
        record_parts(number)
    }

    /// A column of ids as the engine has it; any other column as it is.
    pub(crate) fn numbered(&self, column: &str, array: &ArrayRef) -> Result<ArrayRef> {
        let Some(kind) = IdKind::of(column).filter(|_| *array.data_type() == DataType::Utf8) else {
            return Ok(array.clone());
        };
        let number = |text: Option<&str>| {
            let known = |text| self.number(kind, text).ok_or_else(|| unknown_id_error(column, text));
            text.map(known).transpose()
        };
        let numbers = array.as_string::<i32>().iter().map(number).collect::<Result<Int64Array>>()?;
        Ok(std::sync::Arc::new(numbers))
    }
}

fn unknown_id_error(column: &str, text: &str) -> Error {
    Error::internal(format!("列“{column}”的“{text}”不是本程序给的编号"))
}

/// A person as a number.
pub(crate) fn person_number(id: PersonId) -> i64 {
    id_bits_to_number(id.bits())
}

/// A household as a number.
pub(crate) fn household_number(id: HouseholdId) -> i64 {
    id_bits_to_number(id.bits())
}

/// The person that a number stands for.
pub(crate) fn person_id(number: i64) -> PersonId {
    PersonId::of_bits(number_to_id_bits(number))
}

/// The household that a number stands for.
pub(crate) fn household_id(number: i64) -> HouseholdId {
    HouseholdId::of_bits(number_to_id_bits(number))
}

#[cfg(test)]
mod tests {
    use proptest::prelude::*;

    use super::*;

    fn ids() -> NumberedIds {
        let tables =
            ["aid:00000000", "dibao:00000001", "dibao:00000001.s1", "dibao:00000001.s10", "dibao_x:0"];
        let tables: BTreeSet<String> = tables.map(str::to_owned).into();
        NumberedIds::of_records(std::iter::empty(), &tables).unwrap()
    }

    fn record(table: usize, row: u32, member: u8) -> String {
        let NumberedIds::Published { tables } = ids() else { return String::new() };
        let member = if member == 0 { String::new() } else { format!(".m{member}") };
        format!("{}.r{row}{member}", tables[table])
    }

    proptest! {
        #[test]
        fn records_order_as_their_texts(
            a in (0usize..5, 1u32..5_000, 0u8..30),
            b in (0usize..5, 1u32..5_000, 0u8..30),
        ) {
            let (a, b) = (record(a.0, a.1, a.2), record(b.0, b.1, b.2));
            let ids = ids();
            let number = |text: &str| ids.number(IdKind::Record, text).unwrap();
            prop_assert_eq!(number(&a).cmp(&number(&b)), a.cmp(&b), "{} {}", a, b);
            prop_assert_eq!(ids.text(IdKind::Record, number(&a)), a);
        }

        /// Ids of an earlier publication and what a SELECT makes of numbers.
        #[test]
        fn any_text_and_any_number_have_an_answer(
            text in prop_oneof!["\\PC{0,24}", "dibao:00000001(\\.s[0-9]{0,6})?\\.r[0-9+-]{0,24}(\\.m[0-9+-]{0,24})?"],
            number in prop_oneof![any::<i64>(), Just(i64::MIN), Just(i64::MAX), -3i64..3],
        ) {
            for kind in [IdKind::Person, IdKind::Household, IdKind::Record] {
                if let Some(number) = ids().number(kind, &text) {
                    let again = ids().number(kind, &ids().text(kind, number));
                    prop_assert_eq!(again, Some(number));
                }
                let _ = (ids().text(kind, number), NumberedIds::listed(BTreeSet::new()).text(kind, number));
            }
            let _ = ids().place(number);
        }

        #[test]
        fn persons_order_as_their_texts(a: u64, b: u64) {
            let [a, b] = [a, b].map(|bits| PersonId::of_bits(bits).to_string());
            let [x, y] = [&a, &b].map(|text| ids().number(IdKind::Person, text).unwrap());
            prop_assert_eq!(x.cmp(&y), a.cmp(&b));
            prop_assert_eq!(ids().text(IdKind::Person, x), a);
        }
    }

    #[test]
    fn the_greatest_row_and_member_have_room() {
        for (row, member) in [(1, 0), (u32::MAX, u8::MAX), (4_000_000_000, 1), (999_999_999, 99)] {
            let number = record_number(MOST_TABLES - 1, RecordKey::new(0, 0, row, member));
            assert_eq!(record_parts(number), (MOST_TABLES - 1, row, member));
        }
    }

    #[test]
    fn what_is_no_id_has_no_number() {
        for text in ["", "P1", "dibao:00000009.r1", "dibao:00000001", "dibao:00000001.rx"] {
            assert_eq!(ids().number(IdKind::Record, text), None, "{text}");
        }
    }
}
