//! `tables/`: a star for BI tools. Pseudonyms only; no name, no number, no free text.

use super::files::Outputs;
use super::frame::{Cell, Kind, TableDef, TableWriter};
use super::people::{Keys, People, Place};
use super::restricted::{by_finding, related_ids};
use super::{PublicationInputs, manifest};
use crate::Result;
use crate::load::{Loaded, Reject};
use crate::reconcile::{Severity, SubjectKind};
use crate::track::{quarter, quarters_between};

use Kind::{Date, Int32, Int64, Rate, Text};

pub(super) const PLACE: [(&str, Kind, &str, &str); 3] = [
    ("county_code", Text, "县(区)代码", "6位，基准年代码；空文本表示未定"),
    ("township_code", Text, "乡镇(街道)代码", "9位，基准年代码；空文本表示未定"),
    ("village_code", Text, "村(社区)代码", "12位，基准年代码；空文本表示未定"),
];

type Column = (&'static str, Kind, &'static str, &'static str);

const QUARTER: Column = ("quarter", Text, "季度", "如2018Q3");
const PERSON_KEY: Column = ("person_key", Text, "人员假名", "带密钥的假名，跨季度不变；不能还原为证件号");
const HOUSEHOLD_KEY: Column = ("household_key", Text, "户假名", "带密钥的假名，跨季度不变");

/// Writes all tables.
pub(super) fn write(
    inputs: &PublicationInputs<'_>,
    people: &People<'_>,
    keys: &Keys,
    outputs: &mut Outputs,
) -> Result<()> {
    dim_person(inputs, people, keys, outputs)?;
    dim_household(inputs, people, keys, outputs)?;
    dim_division(inputs, people, outputs)?;
    dim_rule(inputs, outputs)?;
    dim_source(inputs, outputs)?;
    dim_quarter(inputs, outputs)?;
    fact_record(inputs, people, keys, outputs)?;
    fact_exception(inputs, outputs)?;
    fact_indicator(inputs, people, outputs)?;
    fact_quality(inputs, people, outputs)?;
    fact_reject(inputs, outputs)
}

fn definition(title: &str, parts: &[&[Column]]) -> TableDef {
    TableDef::new(title, &parts.concat())
}

fn place_cells<'a>(place: Place<'a>) -> [Cell<'a>; 3] {
    [place.county.into(), place.township.into(), place.village.into()]
}

/// One 0/1 column per source present this quarter.
fn add_source_columns(def: &mut TableDef, inputs: &PublicationInputs<'_>) {
    for loaded in inputs.loaded {
        let name = &loaded.records.source;
        let title = inputs.catalogue.source_title(name);
        def.add(&format!("in_{name}"), Int32, &format!("在“{title}”中"), "1是，0否");
    }
}

fn source_cells<'a>(mask: u64, sources: usize) -> impl Iterator<Item = Cell<'a>> {
    (0..sources).map(move |i| Cell::Int((mask >> i.min(63) & 1) as i64))
}

fn sex_title(sex: u8) -> &'static str {
    match sex {
        1 => "男",
        2 => "女",
        _ => "未知",
    }
}

fn dim_person(
    inputs: &PublicationInputs<'_>,
    people: &People<'_>,
    keys: &Keys,
    outputs: &mut Outputs,
) -> Result<()> {
    let columns = [
        ("sex", Text, "性别", "男、女、未知"),
        ("birth_year", Int32, "出生年份", "不含月日；空表示未知"),
        ("id_class", Text, "证件号类别", "本人最可信的证件号的类别"),
        ("record_count", Int32, "记录数", "本季归并到此人的记录数"),
        ("in_review", Int32, "匹配待确认", "1表示有待人工确认的匹配涉及此人"),
    ];
    let mut def = definition("人员", &[&[PERSON_KEY, HOUSEHOLD_KEY], &PLACE, &columns]);
    add_source_columns(&mut def, inputs);
    let mut order: Vec<usize> =
        (0..people.persons.len()).filter(|&i| people.persons[i].records > 0).collect();
    let household = |i: usize| keys.household[people.persons[i].household as usize].as_str();
    order.sort_by_cached_key(|&i| {
        (people.place(people.persons[i].division), household(i), keys.person[i].as_str())
    });
    let mut table = TableWriter::create(outputs, "tables/dim_person.parquet", def)?;
    for i in order {
        let p = &people.persons[i];
        let birth_year = (p.birth >= 10_000).then_some(p.birth / 10_000);
        let head = [Cell::from(&keys.person[i]), household(i).into()];
        let tail = [
            sex_title(p.sex).into(),
            birth_year.into(),
            p.id.class.code().into(),
            p.records.into(),
            p.in_review.into(),
        ];
        let place = place_cells(people.place(p.division));
        table.row(
            head.into_iter().chain(place).chain(tail).chain(source_cells(p.sources, inputs.loaded.len())),
        )?;
    }
    table.finish(outputs)
}

fn dim_household(
    inputs: &PublicationInputs<'_>,
    people: &People<'_>,
    keys: &Keys,
    outputs: &mut Outputs,
) -> Result<()> {
    let columns = [
        ("person_count", Int32, "人数", "归入此户的人员数"),
        ("record_count", Int32, "记录数", "归入此户的记录数"),
    ];
    let mut def = definition("户", &[&[HOUSEHOLD_KEY], &PLACE, &columns]);
    add_source_columns(&mut def, inputs);
    let mut order: Vec<usize> =
        (0..people.households.len()).filter(|&i| people.households[i].records > 0).collect();
    order.sort_by_cached_key(|&i| (people.place(people.households[i].division), &keys.household[i]));
    let mut table = TableWriter::create(outputs, "tables/dim_household.parquet", def)?;
    for i in order {
        let h = &people.households[i];
        let counts = [h.persons.into(), h.records.into()];
        let place = place_cells(people.place(h.division));
        let sources = source_cells(h.sources, inputs.loaded.len());
        table.row([Cell::from(&keys.household[i])].into_iter().chain(place).chain(counts).chain(sources))?;
    }
    table.finish(outputs)
}

fn dim_division(inputs: &PublicationInputs<'_>, people: &People<'_>, outputs: &mut Outputs) -> Result<()> {
    let columns = [
        ("code", Text, "代码", "基准年代码，6、9或12位；市为4或6位"),
        ("name", Text, "名称", "基准年名称"),
        ("level", Int32, "级别", "1市 2县区 3乡镇街道 4村社区"),
        ("parent_code", Text, "上级代码", ""),
        ("county_name", Text, "县(区)名称", ""),
        ("township_name", Text, "乡镇(街道)名称", ""),
    ];
    let def = definition("行政区划", &[&columns, &PLACE]);
    let units = &inputs.catalogue.divisions.units;
    let mut order: Vec<usize> = (0..units.len()).collect();
    order.sort_by_key(|&i| &units[i].code);
    let mut table = TableWriter::create(outputs, "tables/dim_division.parquet", def)?;
    for i in order {
        let unit = &units[i];
        let place = people.place(i as u32 + 1);
        let parent = unit.parent.and_then(|p| units.get(p as usize)).map(|p| &p.code);
        table.row(
            [
                (&unit.code).into(),
                (&unit.name).into(),
                unit.level.into(),
                parent.into(),
                people.division_name(place.county).into(),
                people.division_name(place.township).into(),
            ]
            .into_iter()
            .chain(place_cells(place)),
        )?;
    }
    table.finish(outputs)
}

fn dim_rule(inputs: &PublicationInputs<'_>, outputs: &mut Outputs) -> Result<()> {
    let def = TableDef::new(
        "规则",
        &[
            ("rule_code", Text, "规则编号", ""),
            ("title", Text, "疑点类型", ""),
            ("rule_group", Text, "规则分组", ""),
            ("severity", Text, "严重程度", "S1最重"),
            ("subject_kind", Text, "对象", "person household record unit"),
            ("owner", Text, "责任部门", ""),
            ("policy", Text, "政策依据", ""),
            ("why", Text, "核对理由", ""),
            ("advice", Text, "核查建议", ""),
            ("due_days", Int32, "反馈天数", "自季末起算"),
            ("is_indicator", Int32, "是否指标", "1是，0否"),
            ("ran", Int32, "本季是否运行", "1是，0否；未运行不等于没有疑点"),
            ("not_run_reason", Text, "未运行原因", ""),
        ],
    );
    let mut table = TableWriter::create(outputs, "tables/dim_rule.parquet", def)?;
    for run in manifest::rule_runs(inputs) {
        let Some(rule) = inputs.catalogue.rule(&run.code) else { continue };
        table.row([
            (&rule.code).into(),
            (&rule.title).into(),
            (&rule.group).into(),
            severity_code(rule.severity).into(),
            subject_code(rule.subject).into(),
            (&rule.owner).into(),
            (&rule.policy).into(),
            (&rule.why).into(),
            (&rule.advice).into(),
            rule.due_days.into(),
            rule.indicator.into(),
            run.ran.into(),
            run.reason.as_deref().into(),
        ])?;
    }
    // Checks of the plan that are targets only, until somebody delivers the list.
    for topic in inputs.catalogue.targets.chunk_by(|a, b| a.code == b.code) {
        let Some(first) = topic.first() else { continue };
        let source = format!("缺少数据来源:{}", first.source);
        table.row([
            (&first.code).into(),
            (&first.title).into(),
            "targets".into(),
            severity_code(Severity::S4).into(),
            subject_code(SubjectKind::Unit).into(),
            (&first.owner).into(),
            (&first.policy).into(),
            "".into(),
            "".into(),
            0i64.into(),
            true.into(),
            false.into(),
            (&source).into(),
        ])?;
    }
    table.finish(outputs)
}

fn dim_source(inputs: &PublicationInputs<'_>, outputs: &mut Outputs) -> Result<()> {
    let def = TableDef::new(
        "数据来源",
        &[
            ("source", Text, "来源", "来源契约的名称"),
            ("title", Text, "来源名称", ""),
            ("owner", Text, "提供部门", ""),
            ("present", Int32, "本季是否提供", "1是，0否"),
            ("table_count", Int32, "表数", "文件或工作表"),
            ("rows_read", Int64, "读入", "拆分到人后的行数"),
            ("rows_accepted", Int64, "接受", ""),
            ("rows_rejected", Int64, "退回", "读入=接受+退回"),
        ],
    );
    let mut table = TableWriter::create(outputs, "tables/dim_source.parquet", def)?;
    for source in manifest::source_runs(inputs) {
        table.row([
            (&source.source).into(),
            (&source.title).into(),
            (&source.owner).into(),
            source.present.into(),
            (source.tables.len() as i64).into(),
            (source.read as i64).into(),
            (source.accepted as i64).into(),
            (source.rejected as i64).into(),
        ])?;
    }
    table.finish(outputs)
}

fn dim_quarter(inputs: &PublicationInputs<'_>, outputs: &mut Outputs) -> Result<()> {
    let def = TableDef::new(
        "季度",
        &[
            ("quarter", Text, "季度", ""),
            ("year", Int32, "年", ""),
            ("quarter_of_year", Int32, "第几季度", ""),
            ("start_date", Date, "起始日", ""),
            ("end_date", Date, "截止日", ""),
            ("previous_quarter", Text, "对比季度", "与之对比的上一次发布；空表示没有"),
        ],
    );
    let (start, end) = (quarter::quarter_start(inputs.quarter)?, quarter::quarter_end(inputs.quarter)?);
    let mut table = TableWriter::create(outputs, "tables/dim_quarter.parquet", def)?;
    table.row([
        inputs.quarter.into(),
        i32::from(end.year()).into(),
        i32::from((end.month() + 2) / 3).into(),
        Cell::Day(days(start)),
        Cell::Day(days(end)),
        inputs.previous_quarter.into(),
    ])?;
    table.finish(outputs)
}

fn fact_record(
    inputs: &PublicationInputs<'_>,
    people: &People<'_>,
    keys: &Keys,
    outputs: &mut Outputs,
) -> Result<()> {
    let columns = [
        ("record_id", Text, "记录编号", "来源、文件与行"),
        ("source", Text, "来源", ""),
        ("id_class", Text, "证件号类别", ""),
        ("link_tier", Int32, "匹配等级", "1至6,1最可靠"),
        ("in_review", Int32, "匹配待确认", "1是，0否"),
    ];
    let def = definition("记录", &[&[QUARTER, PERSON_KEY, HOUSEHOLD_KEY], &PLACE, &columns]);
    let resolution = inputs.resolution;
    let fields: Vec<_> = (0..inputs.loaded.len()).map(|s| people.fields(s)).collect();
    let mut order: Vec<u32> = (0..resolution.person.len() as u32).collect();
    let household = |node: u32| keys.household[resolution.household[node as usize] as usize].as_str();
    order.sort_by_cached_key(|&node| {
        let (source, row) = people.locate(node);
        (people.place(fields[source].division(row)), household(node), source, row)
    });
    let mut table = TableWriter::create(outputs, "tables/fact_record.parquet", def)?;
    for node in order {
        let (source, row) = people.locate(node);
        let records = &inputs.loaded[source].records;
        let record_id = records.record_id(row);
        let n = node as usize;
        let head = [
            inputs.quarter.into(),
            (&keys.person[resolution.person[n] as usize]).into(),
            household(node).into(),
        ];
        let tail = [
            (&record_id).into(),
            (&records.source).into(),
            fields[source].id(row).class.code().into(),
            (resolution.tier[n] as u8).into(),
            resolution.in_review[n].into(),
        ];
        let place = place_cells(people.place(fields[source].division(row)));
        table.row(head.into_iter().chain(place).chain(tail))?;
    }
    table.finish(outputs)
}

/// Subjects of resolved exceptions may be gone, so keys are computed from their ids.
fn fact_exception(inputs: &PublicationInputs<'_>, outputs: &mut Outputs) -> Result<()> {
    let columns = [
        ("exception_id", Text, "疑点指纹", "规则+对象+规则自有键；跨季度不变"),
        ("rule_code", Text, "规则编号", ""),
        ("severity", Text, "严重程度", "S1最重"),
        ("subject_kind", Text, "对象", "person household record unit"),
        ("owner", Text, "责任部门", ""),
        ("first_seen", Text, "首次发现季度", ""),
        ("last_seen", Text, "最近发现季度", ""),
        ("quarters_open", Int32, "连续季度", "自首次发现起的季度数"),
        ("status", Text, "状态", "new新增 persisting持续 resolved已消除 reopened复现"),
        ("checked", Int32, "本季已核对", "0表示规则本季未运行，疑点原样保留"),
        ("confidence", Int32, "匹配等级", "所依据的最弱匹配，1至6"),
        ("in_review", Int32, "匹配待确认", "1表示须先确认匹配；统计时分开"),
        ("due_date", Date, "反馈期限", ""),
        ("evidence_record_ids", Text, "证据记录编号", "以分号分隔，第一个为对象本身的记录"),
        ("related_exception_ids", Text, "同因疑点指纹", "同一原因的其他疑点，以分号分隔，最可能的原因在前"),
        (
            "cause_exception_id",
            Text,
            "根本原因指纹",
            "由哪条疑点引起；空表示自身就是原因，按件统计时只数这些",
        ),
    ];
    let def = definition("疑点", &[&[QUARTER], &PLACE, &[HOUSEHOLD_KEY, PERSON_KEY], &columns]);
    let pseudonyms = crate::privacy::Pseudonymizer::new(inputs.key)?;
    let by_finding = by_finding(inputs.tracked);
    let mut rows: Vec<_> = inputs
        .tracked
        .iter()
        .filter(|t| !t.is_history(inputs.quarter))
        .map(|t| {
            let e = &t.exception;
            let household = e.household_id.as_deref().map(|id| pseudonyms.household_key(id));
            let person = e.person_id.as_deref().map(|id| pseudonyms.person_key(id));
            (t, household, person)
        })
        .collect();
    rows.sort_by(|(a, ha, _), (b, hb, _)| {
        let (ea, eb) = (&a.exception, &b.exception);
        (&ea.county_code, &ea.township_code, &ea.village_code, ha, &a.exception_id).cmp(&(
            &eb.county_code,
            &eb.township_code,
            &eb.village_code,
            hb,
            &b.exception_id,
        ))
    });
    let mut table = TableWriter::create(outputs, "tables/fact_exception.parquet", def)?;
    for (t, household, person) in rows {
        let e = &t.exception;
        let evidence = e.evidence.join(";");
        let related = related_ids(&by_finding, t).collect::<Vec<_>>().join(";");
        table.row([
            inputs.quarter.into(),
            (&e.county_code).into(),
            (&e.township_code).into(),
            (&e.village_code).into(),
            household.as_ref().into(),
            person.as_ref().into(),
            (&t.exception_id).into(),
            (&e.rule_code).into(),
            severity_code(e.severity).into(),
            subject_code(e.subject_kind).into(),
            (&e.owner).into(),
            (&t.first_seen).into(),
            (&t.last_seen).into(),
            quarters_between(&t.first_seen, &t.last_seen)?.into(),
            t.status.code().into(),
            t.checked.into(),
            e.confidence.into(),
            t.in_review().into(),
            iso_day(&t.due_date).map_or(Cell::Null, Cell::Day),
            (&evidence).into(),
            (&related).into(),
            super::restricted::cause(&by_finding, t).map(|c| &c.exception_id).into(),
        ])?;
    }
    table.finish(outputs)
}

fn fact_indicator(inputs: &PublicationInputs<'_>, people: &People<'_>, outputs: &mut Outputs) -> Result<()> {
    let columns = [
        ("rule_code", Text, "规则编号", ""),
        ("indicator", Text, "指标", "规则内的指标键"),
        ("label", Text, "指标名称", ""),
        ("unit_code", Text, "区划代码", ""),
        ("unit_level", Int32, "区划级别", "1市 2县区 3乡镇街道 4村社区"),
        ("computable", Int32, "能否计算", "1是，0否；不能计算不等于零"),
        ("lacking", Text, "缺什么", "不能计算的原因"),
        ("numerator", Int64, "分子", "不能计算的为空"),
        ("denominator", Int64, "分母", "计数类指标为空"),
        ("rate", Rate, "比率", "分子÷分母；计数类为空"),
        ("target_rate", Rate, "目标比率", ""),
        ("target_count", Int64, "目标数", ""),
        ("at_most", Int32, "越少越好", "1是，0否"),
        ("gap_rate", Rate, "比率差距", "距目标还差或超出多少；0为达标"),
        ("gap_count", Int64, "数量差距", "距目标还差或超出多少；0为达标"),
        ("met", Int32, "达标", "1是，0否；没有目标的为空"),
        ("previous_rate", Rate, "上次比率", "对比季度的发布"),
        ("previous_count", Int64, "上次数量", "对比季度的发布"),
        ("change_rate", Rate, "比率变化", "本季减上次"),
        ("change_count", Int64, "数量变化", "本季减上次"),
    ];
    let def = definition("指标", &[&[QUARTER], &PLACE, &columns]);
    let units = &inputs.catalogue.divisions.units;
    let mut rows: Vec<_> = super::indicators::rows(inputs)
        .into_iter()
        .map(|i| (i.unit.map_or(Place::default(), |u| people.place(u as u32 + 1)), i))
        .collect();
    rows.sort_by(|(pa, a), (pb, b)| (pa, a.code, a.key, a.unit_code).cmp(&(pb, b.code, b.key, b.unit_code)));
    let mut table = TableWriter::create(outputs, "tables/fact_indicator.parquet", def)?;
    for (place, i) in rows {
        let rate = |value: Option<i64>| value.filter(|_| i.is_rate).map_or(Cell::Null, Cell::Rate);
        let count = |value: Option<i64>| -> Cell<'_> { value.filter(|_| !i.is_rate).into() };
        let computable = i.lacking.is_none();
        table.row([Cell::from(inputs.quarter)].into_iter().chain(place_cells(place)).chain([
            i.code.into(),
            i.key.into(),
            i.label.into(),
            i.unit_code.into(),
            i.unit.map(|u| units[u].level).into(),
            computable.into(),
            i.lacking.as_deref().into(),
            computable.then_some(i.numerator).into(),
            i.denominator.into(),
            rate(i.actual()),
            rate(i.target),
            count(i.target),
            i.at_most.into(),
            rate(i.gap()),
            count(i.gap()),
            i.gap().map(|gap| gap == 0).into(),
            rate(i.before),
            count(i.before),
            rate(i.change()),
            count(i.change()),
        ]))?;
    }
    table.finish(outputs)
}

fn fact_quality(inputs: &PublicationInputs<'_>, people: &People<'_>, outputs: &mut Outputs) -> Result<()> {
    let columns = [
        ("unit_code", Text, "区划代码", ""),
        ("unit_level", Int32, "区划级别", "1市 2县区 3乡镇街道 4村社区"),
        ("persons", Int64, "在册人数", ""),
        ("households", Int64, "在册户数", ""),
        ("findings", Int64, "自检疑点", "不含匹配待确认的"),
        ("deducted", Int64, "扣分", "各疑点的权重之和"),
        ("deductible", Int64, "最多可扣", "每项检查都不合格时的权重之和"),
        ("flawed_households", Int64, "有问题户数", ""),
        ("index", Rate, "质量指数", "1为没有扣分"),
        ("score", Rate, "得分", "1为满分"),
        ("rank", Int32, "名次", "同级区划中的名次，1最好"),
    ];
    let def = definition("建档立卡数据质量", &[&[QUARTER], &PLACE, &columns]);
    let units = &inputs.catalogue.divisions.units;
    let mut table = TableWriter::create(outputs, "tables/fact_quality.parquet", def)?;
    for q in &inputs.findings.quality {
        let unit = units.iter().position(|u| u.code == q.unit_code);
        let place = unit.map_or(Place::default(), |u| people.place(u as u32 + 1));
        table.row([Cell::from(inputs.quarter)].into_iter().chain(place_cells(place)).chain([
            (&q.unit_code).into(),
            unit.map(|u| units[u].level).into(),
            q.persons.into(),
            q.households.into(),
            q.findings.into(),
            q.deducted.into(),
            q.deductible.into(),
            q.flawed_households.into(),
            Cell::Rate(q.index),
            Cell::Rate(q.score),
            q.rank.into(),
        ]))?;
    }
    table.finish(outputs)
}

/// Rejected rows, then accepted rows of which a cell could not be read, source by source.
pub(super) fn returned(loaded: &[Loaded]) -> impl Iterator<Item = (&Reject, &'static str)> {
    loaded.iter().flat_map(|l| {
        let rejects = l.rejects.iter().map(|r| (r, "reject"));
        rejects.chain(l.cell_warnings.iter().map(|r| (r, "warn")))
    })
}

/// Place and reason code only: the reason's text and the original may hold names and numbers.
fn fact_reject(inputs: &PublicationInputs<'_>, outputs: &mut Outputs) -> Result<()> {
    let def = TableDef::new(
        "退回行",
        &[
            QUARTER,
            ("source", Text, "来源", ""),
            ("file", Text, "文件", "相对提取数据文件夹"),
            ("sheet", Text, "工作表", ""),
            ("row", Int64, "行", "从1起"),
            ("member", Int32, "成员序号", "未拆分的行为0"),
            ("column_title", Text, "列", "出错列的表头"),
            ("reason_code", Text, "原因代码", ""),
            ("severity", Text, "级别", "reject整行退回 warn仅此值置空"),
        ],
    );
    let mut table = TableWriter::create(outputs, "tables/fact_reject.parquet", def)?;
    for (reject, severity) in returned(inputs.loaded) {
        let file = reject.file.to_string_lossy();
        table.row([
            inputs.quarter.into(),
            (&reject.source).into(),
            file.as_ref().into(),
            reject.sheet.as_ref().into(),
            reject.row.into(),
            reject.member.into(),
            reject.column.as_ref().into(),
            (&reject.reason_code).into(),
            severity.into(),
        ])?;
    }
    table.finish(outputs)
}

pub(super) fn severity_code(severity: Severity) -> &'static str {
    match severity {
        Severity::S1 => "S1",
        Severity::S2 => "S2",
        Severity::S3 => "S3",
        Severity::S4 => "S4",
    }
}

pub(super) fn subject_code(subject: SubjectKind) -> &'static str {
    match subject {
        SubjectKind::Person => "person",
        SubjectKind::Household => "household",
        SubjectKind::Record => "record",
        SubjectKind::Unit => "unit",
    }
}

/// Days since 1970-01-01.
pub(super) fn days(date: jiff::civil::Date) -> i32 {
    let epoch = jiff::civil::date(1970, 1, 1);
    date.duration_since(epoch).as_hours().div_euclid(24) as i32
}

/// Days since 1970-01-01 of an ISO date.
pub(super) fn iso_day(text: &str) -> Option<i32> {
    text.parse::<jiff::civil::Date>().ok().map(days)
}
