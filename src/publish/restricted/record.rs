//! `record` and `link`: every record with what it was compared by, and every scored pair.

use std::collections::BTreeMap;

use super::super::PublicationInputs;
use super::super::people::RecordOwners;
use crate::Result;
use crate::model::id_number::{IdClass, IdNumber};
use crate::model::links::Decision;
use crate::normalize::ComparableColumn;
use crate::publication::large_table_writer::{
    self, LargeColumn, code_column, count, flag_column, id_column, id_number, int32_column, int64_column,
    label_column, text_column,
};
use crate::publication::output_files::OutputFiles;
use crate::publication::small_table_writer::{PublishedType, TableDef};
use crate::publish::domain_columns;
use crate::publish::domain_columns::record_id_column;

use PublishedType::{Int32, Int64, Text};

/// One row per record: its place, who it is, and every comparable field of any source.
pub(super) fn write_records(
    inputs: &PublicationInputs<'_>,
    people: &RecordOwners<'_>,
    outputs: &mut OutputFiles,
) -> Result<()> {
    let mut def = TableDef::new(
        "记录",
        &[
            ("record_id", Text, "记录编号", "来源、文件与行"),
            ("source", Text, "来源", ""),
            ("file", Text, "文件", "相对提取数据文件夹"),
            ("sheet", Text, "工作表", ""),
            ("row", Int64, "行", "从1起"),
            ("member", Int32, "成员序号", "未拆分的行为0"),
            ("person_id", Text, "人员编号", ""),
            ("household_id", Text, "户编号", ""),
            ("link_tier", Int32, "匹配等级", "1至6"),
            ("in_review", Int32, "匹配待确认", "1是，0否"),
            ("county_code", Text, "县（区）代码", ""),
            ("township_code", Text, "乡镇（街道）代码", ""),
            ("village_code", Text, "村（社区）代码", ""),
        ],
    );
    // The union of the sources' comparable columns; the first source decides the type.
    let mut union: BTreeMap<&str, &ComparableColumn> = BTreeMap::new();
    for comparable in inputs.comparables {
        for (name, column) in &comparable.columns {
            union.entry(name).or_insert(column);
        }
    }
    union.iter().for_each(|(name, kind)| define_comparable_column(name, kind, &mut def));
    let (loaded, resolution) = (inputs.loaded, inputs.resolution);
    // Position of each source's first table among all tables.
    let mut first_table = vec![0];
    for loaded in loaded {
        first_table.push(first_table.last().copied().unwrap_or(0) + loaded.records.tables.len());
    }
    let tables = || loaded.iter().flat_map(|l| &l.records.tables);
    let sheets: Vec<bool> = tables().map(|t| t.sheet.is_some()).collect();
    let fields = people.fields();
    let (first_table, sheets, fields) = (&first_table, &sheets, &fields);
    large_table_writer::write_large_table(
        outputs,
        "restricted/record.parquet",
        def,
        resolution.person.len(),
        |from| {
            let locate = move |i: usize| people.locate((from + i) as u32);
            let key = move |i: usize| {
                let (source, row) = locate(i);
                (source, loaded[source].records.keys[row])
            };
            let table = move |i: usize| {
                let (source, key) = key(i);
                first_table[source] + key.table()
            };
            let mut columns = vec![
                record_id_column(people, move |i| (from + i) as u32),
                label_column(loaded.iter().map(|l| &l.records.source), move |i| Some(locate(i).0)),
                label_column(tables().map(|t| t.file.to_string_lossy()), move |i| Some(table(i))),
                label_column(tables().map(|t| t.sheet.as_deref().unwrap_or_default()), move |i| {
                    Some(table(i)).filter(|&t| sheets[t])
                }),
                int64_column(move |i| key(i).1.row().into()),
                count(move |i| key(i).1.member().into()),
                id_column(move |i| resolution.person_ids[resolution.person[from + i] as usize]),
                id_column(move |i| resolution.household_ids[resolution.household[from + i] as usize]),
                code_column(7, move |i| resolution.tier[from + i] as usize),
                flag_column(move |i| resolution.in_review[from + i]),
            ];
            columns.extend(domain_columns::place_columns(&people.places, move |i| {
                let (source, row) = locate(i);
                fields[source].division(row)
            }));
            for (name, kind) in &union {
                record_comparable_columns(people, from, name, kind, &mut columns);
            }
            columns
        },
    )
}

/// Defines the columns of a comparable field.
fn define_comparable_column(name: &str, kind: &ComparableColumn, def: &mut TableDef) {
    match kind {
        ComparableColumn::IdNumber(_) => {
            def.add(name, Text, "规范化证件号", "18位；15位表示已损坏");
            def.add(&format!("{name}_class"), Text, "证件号类别", "");
        }
        ComparableColumn::Name(..) => def.add(name, Text, "规范化姓名", ""),
        ComparableColumn::Text(..) => def.add(name, Text, "规范化文本", ""),
        ComparableColumn::Date(_) => def.add(name, Int32, "日期", "yyyymmdd；日或月不明为00"),
        ComparableColumn::Division(_) => def.add(name, Text, "区划代码", "能确定到的最低一级"),
        ComparableColumn::Code(_) => def.add(name, Int32, "代码", "性别：1男 2女"),
    }
}

/// The columns that [`define_comparable_column`] defines, missing where a source lacks the field; `from`: first
/// node.
fn record_comparable_columns<'a>(
    people: &'a RecordOwners<'_>,
    from: usize,
    name: &str,
    kind: &ComparableColumn,
    columns: &mut Vec<LargeColumn<'a>>,
) {
    let own: Vec<Option<&ComparableColumn>> =
        people.inputs.comparables.iter().map(|c| c.columns.get(name)).collect();
    let find = move |i: usize| {
        let (source, row) = people.locate((from + i) as u32);
        own[source].map(|column| (column, row))
    };
    match kind {
        ComparableColumn::IdNumber(_) => {
            let id = move |i: usize| -> Option<IdNumber> {
                match find(i) {
                    Some((ComparableColumn::IdNumber(all), row)) => Some(all[row]),
                    _ => None,
                }
            };
            let class = id.clone();
            columns.push(id_number(id));
            let labels = IdClass::ALL.map(IdClass::code);
            columns.push(label_column(labels, move |i| class(i).map(|id| id.class as usize)));
        }
        ComparableColumn::Name(..) | ComparableColumn::Text(..) => {
            columns.push(text_column(move |i| match find(i)? {
                (ComparableColumn::Name(ids, pool), row) => people.names.of(pool, ids[row]),
                (ComparableColumn::Text(ids, pool), row) => (ids[row] != 0).then(|| pool.get(ids[row])),
                _ => None,
            }));
        }
        ComparableColumn::Date(_) => {
            columns.push(int32_column(move |i| match find(i) {
                Some((ComparableColumn::Date(all), row)) => Some(all[row] as i32).filter(|&d| d != 0),
                _ => None,
            }));
        }
        ComparableColumn::Division(_) => {
            let units = &people.inputs.catalogue.divisions.units;
            columns.push(label_column(units.iter().map(|u| &u.code), move |i| match find(i) {
                Some((ComparableColumn::Division(all), row)) => {
                    (all[row] as usize).checked_sub(1).filter(|&unit| unit < units.len())
                }
                _ => None,
            }));
        }
        ComparableColumn::Code(_) => {
            columns.push(int32_column(move |i| match find(i) {
                Some((ComparableColumn::Code(all), row)) => Some(all[row].into()),
                _ => None,
            }));
        }
    }
}

pub(super) fn write_record_links(
    inputs: &PublicationInputs<'_>,
    people: &RecordOwners<'_>,
    outputs: &mut OutputFiles,
) -> Result<()> {
    let mut def = TableDef::new(
        "匹配对",
        &[
            ("left_record_id", Text, "左记录编号", ""),
            ("right_record_id", Text, "右记录编号", ""),
            ("left_source", Text, "左来源", ""),
            ("right_source", Text, "右来源", ""),
            ("weight", Int32, "匹配权重", "1/1000比特"),
            ("tier", Int32, "匹配等级", "1至6"),
            ("decision", Text, "决定", "accept接受 review待人工确认"),
        ],
    );
    let links = inputs.links;
    for name in &links.comparisons {
        let description = "0为缺失，1为最好一级，依次向下";
        def.add(&format!("level_{name}"), Int32, &format!("{name}比较级别"), description);
    }
    let sources = || inputs.loaded.iter().map(|l| &l.records.source);
    let decisions = ["accept", "review"];
    large_table_writer::write_large_table(outputs, "restricted/link.parquet", def, links.left.len(), |from| {
        let mut columns = vec![
            record_id_column(people, move |i| links.left[from + i]),
            record_id_column(people, move |i| links.right[from + i]),
            label_column(sources(), move |i| Some(people.locate(links.left[from + i]).0)),
            label_column(sources(), move |i| Some(people.locate(links.right[from + i]).0)),
            int32_column(move |i| Some(links.weight[from + i])),
            code_column(7, move |i| links.tier[from + i] as usize),
            label_column(decisions, move |i| Some(usize::from(links.decision[from + i] == Decision::Review))),
        ];
        let levels = links.levels.iter();
        columns.extend(levels.map(|level| code_column(256, move |i| level[from + i].into())));
        columns
    })
}
