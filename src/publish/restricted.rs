//! `restricted/`: identities and evidence, for officers with clearance and for the next quarter.

use std::collections::BTreeMap;

use sha2::{Digest as _, Sha256};

use super::PublicationInputs;
use super::files::Outputs;
use super::frame::{Cell, Kind, ParquetFile, TableDef, copy};
use super::people::{Keys, People, id_text, text_at};
use super::tables::{PLACE, iso_day, returned, severity_code, subject_code, table};
use crate::link::Decision;
use crate::normalize::ComparableColumn;
use crate::privacy::pseudonym::base32;
use crate::track::TrackedException;
use crate::{Error, Result};

use Kind::{Date, Int32, Int64, Text};

/// Writes all restricted tables.
pub(super) fn write(
    inputs: &PublicationInputs<'_>,
    people: &People<'_>,
    keys: &Keys,
    outputs: &mut Outputs,
) -> Result<()> {
    outputs.side_by_side(&[
        &|to| person_identity(inputs, people, keys, to),
        &|to| record(inputs, people, to),
        &|to| link(inputs, people, to),
        &|to| exception(inputs, to),
        &|to| ledger(inputs, to),
        &|to| reject(inputs, to),
        &|to| views(inputs, to),
    ])
}

fn sex(code: u8) -> Option<&'static str> {
    match code {
        1 => Some("男"),
        2 => Some("女"),
        _ => None,
    }
}

fn date(packed: u32) -> Cell<'static> {
    if packed == 0 { Cell::Null } else { packed.into() }
}

fn person_identity(
    inputs: &PublicationInputs<'_>,
    people: &People<'_>,
    keys: &Keys,
    outputs: &mut Outputs,
) -> Result<()> {
    let mut columns = vec![
        ("person_id", Text, "人员编号", "跨季度不变"),
        ("person_key", Text, "人员假名", "与 tables/ 对应"),
        ("household_id", Text, "户编号", "跨季度不变"),
        ("household_key", Text, "户假名", "与 tables/ 对应"),
        ("id_number", Text, "证件号", "最可信的一个；15位表示已损坏"),
        ("id_class", Text, "证件号类别", ""),
        ("name", Text, "姓名", "规范化后"),
        ("birth_date", Int32, "出生日期", "yyyymmdd;日或月不明为00"),
        ("sex", Text, "性别", ""),
    ];
    columns.extend(PLACE);
    columns.push(("record_count", Int32, "记录数", ""));
    columns.push(("sources", Text, "出现的来源", "以分号分隔"));
    let def = TableDef::new("人员身份", &columns);
    let resolution = inputs.resolution;
    let order = super::people::ascending(&resolution.person_ids);
    let order = order.into_iter().map(|i| i as usize).filter(|&i| people.persons[i].records > 0);
    table(outputs, "restricted/person_identity.parquet", def, |table| {
        for i in order {
            let p = &people.persons[i];
            let (place, id) = (people.place(p.division), id_text(p.id));
            let sources: Vec<&str> = inputs
                .loaded
                .iter()
                .enumerate()
                .filter(|(s, _)| p.sources >> (*s).min(63) & 1 == 1)
                .map(|(_, l)| l.records.source.as_str())
                .collect();
            let sources = sources.join(";");
            table.row([
                (&resolution.person_ids[i]).into(),
                (&keys.person[i]).into(),
                (&resolution.household_ids[p.household as usize]).into(),
                (&keys.household[p.household as usize]).into(),
                id.as_ref().into(),
                p.id.class.code().into(),
                people.person_name(i).into(),
                date(p.birth),
                sex(p.sex).into(),
                place.county.into(),
                place.township.into(),
                place.village.into(),
                p.records.into(),
                (&sources).into(),
            ])?;
        }
        Ok(())
    })
}

/// One row per record: its place, who it is, and every comparable field of any source.
fn record(inputs: &PublicationInputs<'_>, people: &People<'_>, outputs: &mut Outputs) -> Result<()> {
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
    // The union of the sources' comparable columns; the first source decides the type.
    let mut columns: BTreeMap<&str, &ComparableColumn> = BTreeMap::new();
    for comparable in inputs.comparables {
        for (name, column) in &comparable.columns {
            columns.entry(name).or_insert(column);
        }
    }
    for (name, column) in &columns {
        match column {
            ComparableColumn::IdNumber(_) => {
                def.add(name, Text, "规范化证件号", "18位；15位表示已损坏");
                def.add(&format!("{name}_class"), Text, "证件号类别", "");
            }
            ComparableColumn::Name(..) => def.add(name, Text, "规范化姓名", ""),
            ComparableColumn::Text(..) => def.add(name, Text, "规范化文本", ""),
            ComparableColumn::Date(_) => def.add(name, Int32, "日期", "yyyymmdd;日或月不明为00"),
            ComparableColumn::Division(_) => def.add(name, Text, "区划代码", "能确定到的最低一级"),
            ComparableColumn::Code(_) => def.add(name, Int32, "代码", "性别：1男 2女"),
        }
    }
    let units = &inputs.catalogue.divisions.units;
    let resolution = inputs.resolution;
    table(outputs, "restricted/record.parquet", def, |table| {
        for (source, loaded) in inputs.loaded.iter().enumerate() {
            let (records, fields) = (&loaded.records, people.fields(source));
            let own: Vec<(&ComparableColumn, Option<&ComparableColumn>)> = (columns.iter())
                .map(|(name, kind)| (*kind, inputs.comparables[source].columns.get(*name)))
                .collect();
            for (row, key) in records.keys.iter().enumerate() {
                let node = people.node(source, row);
                let info = &records.tables[key.table()];
                let (record_id, file) = (records.record_id(row), info.file.to_string_lossy());
                let place = people.place(fields.division(row));
                let ids: Vec<Option<String>> = own
                    .iter()
                    .map(|(_, own)| match own {
                        Some(ComparableColumn::IdNumber(ids)) => id_text(ids[row]),
                        _ => None,
                    })
                    .collect();
                let mut cells: Vec<Cell<'_>> = vec![
                    (&record_id).into(),
                    (&records.source).into(),
                    file.as_ref().into(),
                    info.sheet.as_ref().into(),
                    key.row().into(),
                    key.member().into(),
                    (&resolution.person_ids[resolution.person[node] as usize]).into(),
                    (&resolution.household_ids[resolution.household[node] as usize]).into(),
                    (resolution.tier[node] as u8).into(),
                    resolution.in_review[node].into(),
                    place.county.into(),
                    place.township.into(),
                    place.village.into(),
                ];
                for ((kind, own), id) in own.iter().zip(&ids) {
                    match (kind, own) {
                        (ComparableColumn::IdNumber(_), Some(ComparableColumn::IdNumber(all))) => {
                            cells.push(id.as_ref().into());
                            cells.push(all[row].class.code().into());
                        }
                        (ComparableColumn::IdNumber(_), _) => cells.extend([Cell::Null, Cell::Null]),
                        (ComparableColumn::Date(_), Some(ComparableColumn::Date(all))) => {
                            cells.push(date(all[row]))
                        }
                        (ComparableColumn::Division(_), Some(ComparableColumn::Division(all))) => {
                            let unit = (all[row] as usize).checked_sub(1).and_then(|u| units.get(u));
                            cells.push(unit.map(|u| &u.code).into());
                        }
                        (ComparableColumn::Code(_), Some(ComparableColumn::Code(all))) => {
                            cells.push(all[row].into())
                        }
                        (ComparableColumn::Name(..) | ComparableColumn::Text(..), Some(own)) => {
                            cells.push(text_at(own, row).into());
                        }
                        _ => cells.push(Cell::Null),
                    }
                }
                table.row(cells)?;
            }
        }
        Ok(())
    })
}

fn link(inputs: &PublicationInputs<'_>, people: &People<'_>, outputs: &mut Outputs) -> Result<()> {
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
    table(outputs, "restricted/link.parquet", def, |table| {
        for i in 0..links.left.len() {
            let ((ls, lr), (rs, rr)) = (people.locate(links.left[i]), people.locate(links.right[i]));
            let (left, right) = (&inputs.loaded[ls].records, &inputs.loaded[rs].records);
            let (left_id, right_id) = (left.record_id(lr), right.record_id(rr));
            let decision = match links.decision[i] {
                Decision::Accept => "accept",
                Decision::Review => "review",
            };
            let head = [
                (&left_id).into(),
                (&right_id).into(),
                (&left.source).into(),
                (&right.source).into(),
                links.weight[i].into(),
                (links.tier[i] as u8).into(),
                decision.into(),
            ];
            table.row(head.into_iter().chain(links.levels.iter().map(|level| level[i].into())))?;
        }
        Ok(())
    })
}

/// All exceptions with their ids in clear, also those closed long ago: the next quarter has to
/// know them to call their return by its name.
fn exception(inputs: &PublicationInputs<'_>, outputs: &mut Outputs) -> Result<()> {
    let def = TableDef::new(
        "疑点",
        &[
            ("exception_id", Text, "疑点指纹", ""),
            ("rule_code", Text, "规则编号", ""),
            ("severity", Text, "严重程度", ""),
            ("subject_kind", Text, "对象", ""),
            ("subject_id", Text, "对象编号", ""),
            ("rule_key", Text, "规则自有键", ""),
            ("person_id", Text, "人员编号", ""),
            ("household_id", Text, "户编号", ""),
            ("county_code", Text, "县(区)代码", ""),
            ("township_code", Text, "乡镇(街道)代码", ""),
            ("village_code", Text, "村(社区)代码", ""),
            ("owner", Text, "责任部门", ""),
            ("evidence_record_ids", Text, "证据记录编号", "以分号分隔"),
            ("message", Text, "说明", ""),
            ("confidence", Int32, "匹配等级", "所依据的最弱匹配"),
            ("due_days", Int32, "反馈天数", ""),
            ("in_review", Int32, "匹配待确认", "1是，0否"),
            ("related", Text, "同因疑点", "同一原因的其他疑点的指纹，以分号分隔，最可能的原因在前"),
            ("first_seen", Text, "首次发现季度", ""),
            ("last_seen", Text, "最近发现季度", ""),
            ("resolved_in", Text, "消除季度", "空表示未消除"),
            ("status", Text, "状态", ""),
            ("checked", Int32, "本季已核对", ""),
            ("due_date", Date, "反馈期限", ""),
            ("version", Text, "行版本", "与台账中的行版本对应"),
        ],
    );
    table(outputs, "restricted/exception.parquet", def, |table| {
        let by_finding = by_finding(inputs.tracked);
        let mut rows: Vec<&TrackedException> = inputs.tracked.iter().collect();
        rows.sort_by_key(|t| &t.exception_id);
        for t in rows {
            let e = &t.exception;
            let (evidence, version) = (e.evidence.join(";"), row_version(t));
            let related: Vec<&str> = related_ids(&by_finding, t).collect();
            let related = related.join(";");
            table.row([
                (&t.exception_id).into(),
                (&e.rule_code).into(),
                severity_code(e.severity).into(),
                subject_code(e.subject_kind).into(),
                (&e.subject_id).into(),
                (&e.rule_key).into(),
                e.person_id.as_ref().into(),
                e.household_id.as_ref().into(),
                (&e.county_code).into(),
                (&e.township_code).into(),
                (&e.village_code).into(),
                (&e.owner).into(),
                (&evidence).into(),
                (&e.message).into(),
                e.confidence.into(),
                e.due_days.into(),
                e.in_review.into(),
                (&related).into(),
                (&t.first_seen).into(),
                (&t.last_seen).into(),
                t.resolved_in.as_ref().into(),
                t.status.code().into(),
                t.checked.into(),
                iso_day(&t.due_date).map_or(Cell::Null, Cell::Day),
                (&version).into(),
            ])?;
        }
        Ok(())
    })
}

/// Exceptions by rule, subject and key.
pub(super) type ByFinding<'a> = BTreeMap<(&'a str, &'a str, &'a str), &'a TrackedException>;

/// Index for [`related_ids`].
pub(super) fn by_finding(tracked: &[TrackedException]) -> ByFinding<'_> {
    tracked
        .iter()
        .map(|t| {
            let e = &t.exception;
            ((e.rule_code.as_str(), e.subject_id.as_str(), e.rule_key.as_str()), t)
        })
        .collect()
}

/// Exceptions that share this one's cause, the likely root first.
pub(super) fn related<'a>(
    index: &'a ByFinding<'a>,
    tracked: &'a TrackedException,
) -> impl Iterator<Item = &'a TrackedException> {
    tracked.exception.related.iter().filter_map(|r| {
        let key = (r.rule_code.as_str(), r.subject_id.as_str(), r.rule_key.as_str());
        index.get(&key).copied()
    })
}

/// The exception it follows from.
pub(super) fn cause<'a>(
    index: &'a ByFinding<'a>,
    tracked: &TrackedException,
) -> Option<&'a TrackedException> {
    let cause = tracked.exception.cause.as_ref()?;
    index.get(&(cause.rule_code.as_str(), cause.subject_id.as_str(), cause.rule_key.as_str())).copied()
}

/// Their fingerprints.
pub(super) fn related_ids<'a>(
    index: &'a ByFinding<'a>,
    tracked: &'a TrackedException,
) -> impl Iterator<Item = &'a str> {
    related(index, tracked).map(|t| t.exception_id.as_str())
}

/// Changes when anything an officer rules on changes; a workbook carries it, so that answers
/// to an outdated row are recognized.
pub(super) fn row_version(tracked: &TrackedException) -> String {
    let e = &tracked.exception;
    let mut hash = Sha256::new();
    for part in [&tracked.exception_id, &e.message, &e.evidence.join(";"), &tracked.last_seen] {
        hash.update((part.len() as u64).to_le_bytes());
        hash.update(part.as_bytes());
    }
    base32(&hash.finalize(), 8)
}

fn ledger(inputs: &PublicationInputs<'_>, outputs: &mut Outputs) -> Result<()> {
    let def = TableDef::new(
        "身份变更",
        &[
            ("kind", Text, "变更", "merge合并 split拆分"),
            ("previous_id", Text, "上季编号", ""),
            ("current_id", Text, "本季编号", ""),
        ],
    );
    table(outputs, "restricted/identity_ledger.parquet", def, |table| {
        for change in &inputs.resolution.ledger {
            table.row([(&change.kind).into(), (&change.previous_id).into(), (&change.current_id).into()])?;
        }
        Ok(())
    })
}

fn reject(inputs: &PublicationInputs<'_>, outputs: &mut Outputs) -> Result<()> {
    let def = TableDef::new(
        "退回行",
        &[
            ("source", Text, "来源", ""),
            ("file", Text, "文件", ""),
            ("sheet", Text, "工作表", ""),
            ("row", Int64, "行", "从1起"),
            ("member", Int32, "成员序号", ""),
            ("column_title", Text, "列", ""),
            ("reason_code", Text, "原因代码", ""),
            ("severity", Text, "级别", "reject整行退回 warn仅此值置空"),
            ("reason", Text, "原因", ""),
            ("original", Text, "原文", ""),
        ],
    );
    table(outputs, "restricted/reject.parquet", def, |table| {
        for (r, severity) in returned(inputs.loaded) {
            let file = r.file.to_string_lossy();
            table.row([
                (&r.source).into(),
                file.as_ref().into(),
                r.sheet.as_ref().into(),
                r.row.into(),
                r.member.into(),
                r.column.as_ref().into(),
                (&r.reason_code).into(),
                severity.into(),
                (&r.reason).into(),
                (&r.original).into(),
            ])?;
        }
        Ok(())
    })
}

/// The views as the rules saw them: rerun a rule in any SQL engine, and compare next quarter.
fn views(inputs: &PublicationInputs<'_>, outputs: &mut Outputs) -> Result<()> {
    for view in inputs.views.iter().filter(|v| !v.name.ends_with("_previous")) {
        if !view.name.bytes().all(|b| b.is_ascii_alphanumeric() || b == b'_') {
            return Err(Error::internal(format!("视图名“{}”不能作文件名", view.name)));
        }
        let relative = format!("restricted/view/{}.parquet", view.name);
        match view.rows.file() {
            // It was written as it is published.
            Some(rows) => copy(outputs, &relative, rows, view.rows.count() as u64)?,
            None => {
                let mut file = ParquetFile::create(outputs, &relative, view.rows.schema().clone())?;
                for rows in view.rows.chunks(|_| true)? {
                    file.write(&rows?)?;
                }
                file.finish(outputs)?;
            }
        }
    }
    Ok(())
}
