//! `record` and `link`: every record with what it was compared by, and every scored pair.

use std::collections::BTreeMap;

use super::super::PublicationInputs;
use super::super::columns::{
    self, Column, Rows, count, flag, id_number, ids, int32, int64, label, record_id, text,
};
use super::super::files::Outputs;
use super::super::frame::{Kind, TableDef};
use super::super::people::{People, text_at};
use crate::Result;
use crate::link::Decision;
use crate::normalize::{ComparableColumn, IdClass, IdNumber};

use Kind::{Int32, Int64, Text};

/// One row per record: its place, who it is, and every comparable field of any source.
pub(super) fn record(
    inputs: &PublicationInputs<'_>,
    people: &People<'_>,
    outputs: &mut Outputs,
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
            ("county_code", Text, "县(区)代码", ""),
            ("township_code", Text, "乡镇(街道)代码", ""),
            ("village_code", Text, "村(社区)代码", ""),
        ],
    );
    let (loaded, resolution) = (inputs.loaded, inputs.resolution);
    let locate = |node: usize| people.locate(node as u32);
    let key = move |node: usize| {
        let (source, row) = people.locate(node as u32);
        (source, loaded[source].records.keys[row])
    };
    // Position of each source's first table among all tables.
    let mut first_table = vec![0];
    for loaded in loaded {
        first_table.push(first_table.last().copied().unwrap_or(0) + loaded.records.tables.len());
    }
    let tables = || loaded.iter().flat_map(|l| &l.records.tables);
    let table = |node: usize| {
        let (source, key) = key(node);
        first_table[source] + key.table()
    };
    let sheets: Vec<bool> = tables().map(|t| t.sheet.is_some()).collect();
    let fields: Vec<_> = (0..loaded.len()).map(|source| people.fields(source)).collect();
    let mut columns = vec![
        record_id(people, |node| node as u32),
        label(loaded.iter().map(|l| &l.records.source), |node| Some(locate(node).0)),
        label(tables().map(|t| t.file.to_string_lossy()), |node| Some(table(node))),
        label(tables().map(|t| t.sheet.as_deref().unwrap_or_default()), |node| {
            Some(table(node)).filter(|&t| sheets[t])
        }),
        int64(|node| key(node).1.row().into()),
        count(|node| key(node).1.member().into()),
        ids(|node| resolution.person_ids[resolution.person[node] as usize]),
        ids(|node| resolution.household_ids[resolution.household[node] as usize]),
        count(|node| resolution.tier[node] as u32),
        flag(|node| resolution.in_review[node]),
    ];
    columns.extend(columns::place(&people.places, |node| {
        let (source, row) = locate(node);
        fields[source].division(row)
    }));
    // The union of the sources' comparable columns; the first source decides the type.
    let mut union: BTreeMap<&str, &ComparableColumn> = BTreeMap::new();
    for comparable in inputs.comparables {
        for (name, column) in &comparable.columns {
            union.entry(name).or_insert(column);
        }
    }
    for (name, kind) in union {
        comparable(inputs, people, name, kind, &mut def, &mut columns);
    }
    columns::write(outputs, "restricted/record.parquet", def, Rows::All(resolution.person.len()), columns)
}

/// A comparable field of all sources; missing where a source lacks it.
fn comparable<'a>(
    inputs: &PublicationInputs<'a>,
    people: &'a People<'_>,
    name: &str,
    kind: &ComparableColumn,
    def: &mut TableDef,
    columns: &mut Vec<Column<'a>>,
) {
    let own: Vec<Option<&ComparableColumn>> =
        inputs.comparables.iter().map(|c| c.columns.get(name)).collect();
    let find = move |node: usize| {
        let (source, row) = people.locate(node as u32);
        own[source].map(|column| (column, row))
    };
    match kind {
        ComparableColumn::IdNumber(_) => {
            def.add(name, Text, "规范化证件号", "18位；15位表示已损坏");
            def.add(&format!("{name}_class"), Text, "证件号类别", "");
            let id = move |node: usize| -> Option<IdNumber> {
                match find(node) {
                    Some((ComparableColumn::IdNumber(all), row)) => Some(all[row]),
                    _ => None,
                }
            };
            let class = id.clone();
            columns.push(id_number(id));
            let labels = IdClass::ALL.map(IdClass::code);
            columns.push(label(labels, move |node| class(node).map(|id| id.class as usize)));
        }
        ComparableColumn::Name(..) | ComparableColumn::Text(..) => {
            let is_name = matches!(kind, ComparableColumn::Name(..));
            def.add(name, Text, if is_name { "规范化姓名" } else { "规范化文本" }, "");
            columns.push(text(move |node| find(node).and_then(|(column, row)| text_at(column, row))));
        }
        ComparableColumn::Date(_) => {
            def.add(name, Int32, "日期", "yyyymmdd;日或月不明为00");
            columns.push(int32(move |node| match find(node) {
                Some((ComparableColumn::Date(all), row)) => Some(all[row] as i32).filter(|&d| d != 0),
                _ => None,
            }));
        }
        ComparableColumn::Division(_) => {
            def.add(name, Text, "区划代码", "能确定到的最低一级");
            let units = &inputs.catalogue.divisions.units;
            columns.push(label(units.iter().map(|u| &u.code), move |node| match find(node) {
                Some((ComparableColumn::Division(all), row)) => {
                    (all[row] as usize).checked_sub(1).filter(|&unit| unit < units.len())
                }
                _ => None,
            }));
        }
        ComparableColumn::Code(_) => {
            def.add(name, Int32, "代码", "性别：1男 2女");
            columns.push(int32(move |node| match find(node) {
                Some((ComparableColumn::Code(all), row)) => Some(all[row].into()),
                _ => None,
            }));
        }
    }
}

pub(super) fn link(inputs: &PublicationInputs<'_>, people: &People<'_>, outputs: &mut Outputs) -> Result<()> {
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
    let mut columns = vec![
        record_id(people, |i| links.left[i]),
        record_id(people, |i| links.right[i]),
        label(sources(), |i| Some(people.locate(links.left[i]).0)),
        label(sources(), |i| Some(people.locate(links.right[i]).0)),
        int32(|i| Some(links.weight[i])),
        count(|i| links.tier[i] as u32),
        label(decisions, |i| Some(usize::from(links.decision[i] == Decision::Review))),
    ];
    columns.extend(links.levels.iter().map(|level| count(|i| level[i].into())));
    columns::write(outputs, "restricted/link.parquet", def, Rows::All(links.left.len()), columns)
}
