//! `person_identity`: who each person is, with names and numbers.

use rayon::prelude::*;

use super::super::PublicationInputs;
use super::super::people::{PseudonymKeys, PublishedPerson, PublishedPersons, RecordOwners};
use super::super::tables::PLACE;
use crate::Result;
use crate::model::id_number::IdNumber;
use crate::publication::large_table_writer::{
    self, LargeTable, count, id_class_column, id_number, int32_column, label_column, pseudonym_column,
    text_column,
};
use crate::publication::output_files::OutputFiles;
use crate::publication::small_table_writer::{PublishedType, TableDef};
use crate::publish::domain_columns;
use crate::table::GROUP_ROWS;

use PublishedType::{Int32, Text};

const SEXES: [&str; 2] = ["男", "女"];

/// Writes the table, in order of the persons' ids.
pub(super) fn write_restricted_identities(
    inputs: &PublicationInputs<'_>,
    people: &RecordOwners<'_>,
    all: &PublishedPersons,
    keys: &PseudonymKeys<'_>,
    outputs: &mut OutputFiles,
) -> Result<()> {
    let mut head = vec![
        ("person_id", Text, "人员编号", "跨期不变"),
        ("person_key", Text, "人员假名", "与 tables/ 对应"),
        ("household_id", Text, "户编号", "跨期不变"),
        ("household_key", Text, "户假名", "与 tables/ 对应"),
        ("id_number", Text, "证件号", "最可信的一个；15位表示已损坏"),
        ("id_class", Text, "证件号类别", ""),
        ("name", Text, "姓名", "规范化后"),
        ("birth_date", Int32, "出生日期", "yyyymmdd；日或月不明为00"),
        ("sex", Text, "性别", ""),
    ];
    head.extend(PLACE);
    head.push(("record_count", Int32, "记录数", ""));
    head.push(("sources", Text, "出现的来源", "以分号分隔"));
    let def = TableDef::new("人员身份", &head);
    let resolution = inputs.resolution;
    let mut order: Vec<u32> =
        (0u32..).zip(&all.persons).filter(|(_, person)| person.records > 0).map(|(i, _)| i).collect();
    order.par_sort_unstable_by_key(|&i| resolution.person_ids[i as usize]);
    let fields = people.fields();
    let mut table = LargeTable::create(outputs, "restricted/person_identity.parquet", def)?;
    for group in order.chunks(GROUP_ROWS) {
        // People stand here in no order of theirs: each is looked up once for all columns.
        let persons: Vec<PublishedPerson> = group.par_iter().map(|&i| all.persons[i as usize]).collect();
        let numbers: Vec<IdNumber> = persons.par_iter().map(|person| people.id(&fields, person)).collect();
        let home = |i: usize| persons[i].household;
        let (own, homes) = (keys.persons(group.len(), |i| group[i]), keys.households(group.len(), home));
        let names = all.sets.masks.iter().map(|&mask| source_names(inputs, mask));
        let mut columns = vec![
            large_table_writer::id_column(|i| resolution.person_ids[group[i] as usize]),
            pseudonym_column(|i| Some(own[i])),
            large_table_writer::id_column(|i| resolution.household_ids[home(i) as usize]),
            pseudonym_column(|i| Some(homes[i])),
            id_number(|i| Some(numbers[i])),
            id_class_column(|i| numbers[i].class),
            text_column(|i| people.names.get(persons[i].name)),
            int32_column(|i| Some(persons[i].birth as i32).filter(|&birth| birth != 0)),
            label_column(SEXES, |i| {
                usize::from(persons[i].sex).checked_sub(1).filter(|&sex| sex < SEXES.len())
            }),
        ];
        columns.extend(domain_columns::place_columns(&people.places, |i| persons[i].division));
        columns.push(count(|i| persons[i].records));
        columns.push(label_column(names, |i| Some(persons[i].sources as usize)));
        table.group(group.len(), columns)?;
    }
    table.finish()
}

fn source_names(inputs: &PublicationInputs<'_>, mask: u64) -> String {
    let within = inputs.loaded.iter().enumerate().filter(|(s, _)| mask >> (*s).min(63) & 1 == 1);
    within.map(|(_, l)| l.records.source.as_str()).collect::<Vec<_>>().join(";")
}
