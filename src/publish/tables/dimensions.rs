//! What facts are about: people, households, divisions, rules, sources, the quarter.

use jiff::civil::Date;
use rayon::prelude::*;

use super::super::PublicationInputs;
use super::super::people::{
    PseudonymKeys, PublishedHousehold, PublishedHouseholds, PublishedPerson, PublishedPersons, RecordOwners,
    SourceSets,
};
use super::{
    HOUSEHOLD_KEY, PERSON_KEY, PLACE, QUARTER, define_published_table, place_cells, write_published_table,
};
use crate::Result;
use crate::model::day::day_to_date32;
use crate::model::exception::{Severity, SubjectKind};
use crate::publication::large_table_writer::{
    LargeColumn, LargeTable, count, flag_column, id_class_column, int32_column, label_column,
    pseudonym_column,
};
use crate::publication::manifest::{RuleRun, SourceRun};
use crate::publication::output_files::OutputFiles;
use crate::publication::small_table_writer::{PublishedType, TableCell, TableDef};
use crate::publish::domain_columns;
use crate::table::GROUP_ROWS;

use PublishedType::{Int32, Int64, Text};

/// One 0/1 column per source present this quarter.
fn add_source_columns(def: &mut TableDef, inputs: &PublicationInputs<'_>) {
    for loaded in inputs.loaded {
        let name = &loaded.records.source;
        let title = inputs.catalogue.source_title(name);
        def.add(&format!("in_{name}"), Int32, &format!("在“{title}”中"), "1是，0否");
    }
}

/// One column for each source, by sets of sources.
fn source_columns<'a>(
    sets: &SourceSets,
    sources: usize,
    set: impl Fn(usize) -> u32 + Copy + Send + Sync + 'a,
) -> impl Iterator<Item = LargeColumn<'a>> {
    (0..sources).map(move |source| {
        let within = sets.with(source);
        flag_column(move |i| within[set(i) as usize])
    })
}

const SEXES: [&str; 3] = ["未知", "男", "女"];

/// Codes of the age groups, by the ages of schools, work and old age.
const AGE_GROUPS: [&str; 6] = ["00-05", "06-15", "16-59", "60-79", "80+", "unknown"];

/// Position among [`AGE_GROUPS`] on the day `end` of whoever was born on `birth`, `yyyymmdd`: where the day or the month is not
/// known, the group is known only if all days have the same.
fn age_group(birth: u32, end: Date) -> usize {
    const UNKNOWN: usize = AGE_GROUPS.len() - 1;
    let (year, month, day) = ((birth / 10_000) as i32, birth / 100 % 100, birth % 100);
    let group = |month: u32, day: u32| {
        let had_birthday =
            (month, day) <= (u32::from(end.month().unsigned_abs()), end.day().unsigned_abs().into());
        match i32::from(end.year()) - year - i32::from(!had_birthday) {
            0..=5 => 0,
            6..=15 => 1,
            16..=59 => 2,
            60..=79 => 3,
            80..=150 => 4,
            _ => UNKNOWN,
        }
    };
    let (first, last) = match (month, day) {
        (0, _) => ((1, 1), (12, 31)),
        (month, 0) => ((month, 1), (month, 31)),
        whole => (whole, whole),
    };
    let (oldest, youngest) = (group(first.0, first.1), group(last.0, last.1));
    if oldest == youngest { oldest } else { UNKNOWN }
}

/// Appends the period, by which tables of several publications are told apart.
fn add_quarter(def: &mut TableDef) {
    let (name, kind, label, description) = QUARTER;
    def.add(name, kind, label, description);
}

/// The column of [`add_quarter`].
fn quarter_column<'a>(inputs: &PublicationInputs<'_>) -> LargeColumn<'a> {
    label_column([inputs.period.to_string()], |_| Some(0))
}

pub(super) fn dim_person(
    inputs: &PublicationInputs<'_>,
    people: &RecordOwners<'_>,
    all: &PublishedPersons,
    keys: &PseudonymKeys<'_>,
    outputs: &mut OutputFiles,
) -> Result<()> {
    let columns = [
        ("sex", Text, "性别", "男、女、未知"),
        ("birth_year", Int32, "出生年份", "不含月日；空表示未知"),
        ("id_class", Text, "证件号类别", "本人最可信的证件号的类别"),
        ("record_count", Int32, "记录数", "本期归并到此人的记录数"),
        ("in_review", Int32, "匹配待确认", "1表示有待人工确认的匹配涉及此人"),
    ];
    let mut def = define_published_table("人员", &[&[PERSON_KEY, HOUSEHOLD_KEY], &PLACE, &columns]);
    add_source_columns(&mut def, inputs);
    def.add("age_group", Text, "年龄段", "期末满周岁：00-05 06-15 16-59 60-79 80+，unknown表示不清楚");
    add_quarter(&mut def);
    let end = inputs.period.last_day();
    let order = people.sorted(
        all.persons.len(),
        |i| Some(all.persons[i].division).filter(|_| all.persons[i].records > 0),
        |i| keys.household(all.persons[i].household),
    );
    let fields = people.fields();
    let mut table = LargeTable::create(outputs, "tables/dim_person.parquet", def)?;
    for group in order.chunks(GROUP_ROWS) {
        let persons: Vec<PublishedPerson> = group.par_iter().map(|&i| all.persons[i as usize]).collect();
        let homes = keys.households(group.len(), |i| persons[i].household);
        let own = keys.persons(group.len(), |i| group[i]);
        let mut columns = vec![pseudonym_column(|i| Some(own[i])), pseudonym_column(|i| Some(homes[i]))];
        columns.extend(domain_columns::place_columns(&people.places, |i| persons[i].division));
        columns.extend([
            label_column(SEXES, |i| {
                Some(usize::from(persons[i].sex)).filter(|&sex| sex < SEXES.len()).or(Some(0))
            }),
            int32_column(|i| Some(persons[i].birth).filter(|&b| b >= 10_000).map(|b| (b / 10_000) as i32)),
            id_class_column(|i| people.id(&fields, &persons[i]).class),
            count(|i| persons[i].records),
            flag_column(|i| persons[i].in_review),
        ]);
        columns.extend(source_columns(&all.sets, inputs.loaded.len(), |i| persons[i].sources));
        columns.push(label_column(AGE_GROUPS, |i| Some(age_group(persons[i].birth, end))));
        columns.push(quarter_column(inputs));
        table.group(group.len(), columns)?;
    }
    table.finish()
}

pub(in crate::publish) fn dim_household(
    inputs: &PublicationInputs<'_>,
    people: &RecordOwners<'_>,
    keys: &PseudonymKeys<'_>,
    outputs: &mut OutputFiles,
) -> Result<()> {
    let columns = [
        ("person_count", Int32, "人数", "归入此户的人员数"),
        ("record_count", Int32, "记录数", "归入此户的记录数"),
    ];
    let mut def = define_published_table("户", &[&[HOUSEHOLD_KEY], &PLACE, &columns]);
    add_source_columns(&mut def, inputs);
    add_quarter(&mut def);
    let PublishedHouseholds { households, sets } = people.households()?;
    let order = people.sorted(
        households.len(),
        |i| Some(households[i].division).filter(|_| households[i].records > 0),
        |i| keys.household(i as u32),
    );
    let mut table = LargeTable::create(outputs, "tables/dim_household.parquet", def)?;
    for group in order.chunks(GROUP_ROWS) {
        let homes: Vec<PublishedHousehold> = group.par_iter().map(|&i| households[i as usize]).collect();
        let own = keys.households(group.len(), |i| group[i]);
        let mut columns = vec![pseudonym_column(|i| Some(own[i]))];
        columns.extend(domain_columns::place_columns(&people.places, |i| homes[i].division));
        columns.extend([count(|i| homes[i].persons), count(|i| homes[i].records)]);
        columns.extend(source_columns(&sets, inputs.loaded.len(), |i| homes[i].sources));
        columns.push(quarter_column(inputs));
        table.group(group.len(), columns)?;
    }
    table.finish()
}

pub(super) fn dim_division(
    inputs: &PublicationInputs<'_>,
    people: &RecordOwners<'_>,
    outputs: &mut OutputFiles,
) -> Result<()> {
    let columns = [
        ("code", Text, "代码", "基准年代码，6、9或12位；市为4或6位"),
        ("name", Text, "名称", "基准年名称"),
        ("level", Int32, "级别", "1市 2县区 3乡镇街道 4村社区"),
        ("parent_code", Text, "上级代码", ""),
        ("county_name", Text, "县（区）名称", ""),
        ("township_name", Text, "乡镇（街道）名称", ""),
    ];
    let def = define_published_table("行政区划", &[&columns, &PLACE, &[QUARTER]]);
    let period = inputs.period.to_string();
    let units = &inputs.catalogue.divisions.units;
    let mut order: Vec<usize> = (0..units.len()).collect();
    order.sort_by_key(|&i| &units[i].code);
    write_published_table(outputs, "tables/dim_division.parquet", def, |table| {
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
                .chain(place_cells(place))
                .chain([(&period).into()]),
            )?;
        }
        Ok(())
    })
}

pub(super) fn dim_rule(
    inputs: &PublicationInputs<'_>,
    rules: &[RuleRun],
    outputs: &mut OutputFiles,
) -> Result<()> {
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
            ("due_days", Int32, "反馈天数", "工作日，自清单下发的第二天起算"),
            ("is_indicator", Int32, "是否指标", "1是，0否"),
            ("ran", Int32, "本期是否运行", "1是，0否；未运行不等于没有疑点"),
            ("not_run_reason", Text, "未运行原因", ""),
            QUARTER,
        ],
    );
    let period = inputs.period.to_string();
    write_published_table(outputs, "tables/dim_rule.parquet", def, |table| {
        for run in rules {
            let Some(rule) = inputs.catalogue.rule(&run.code) else { continue };
            table.row([
                (&rule.code).into(),
                (&rule.title).into(),
                (&rule.group).into(),
                rule.severity.code().into(),
                rule.subject.code().into(),
                (&rule.owner).into(),
                (&rule.policy).into(),
                (&rule.why).into(),
                (&rule.advice).into(),
                rule.due_days.into(),
                rule.indicator.into(),
                run.ran.into(),
                run.reason.as_deref().into(),
                (&period).into(),
            ])?;
        }
        // Checks of the plan that are targets only, until somebody delivers the list.
        for topic in inputs.catalogue.targets.chunk_by(|a, b| a.code == b.code) {
            let Some(first) = topic.first() else { continue };
            let source = format!("缺少数据来源：{}", first.source);
            table.row([
                (&first.code).into(),
                (&first.title).into(),
                "targets".into(),
                Severity::S4.code().into(),
                SubjectKind::Unit.code().into(),
                (&first.owner).into(),
                (&first.policy).into(),
                "".into(),
                "".into(),
                0i64.into(),
                true.into(),
                false.into(),
                (&source).into(),
                (&period).into(),
            ])?;
        }
        Ok(())
    })
}

pub(super) fn dim_source(
    inputs: &PublicationInputs<'_>,
    sources: &[SourceRun],
    outputs: &mut OutputFiles,
) -> Result<()> {
    let def = TableDef::new(
        "数据来源",
        &[
            ("source", Text, "来源", "来源契约的名称"),
            ("title", Text, "来源名称", ""),
            ("owner", Text, "提供部门", ""),
            ("present", Int32, "本期是否提供", "1是，0否"),
            ("table_count", Int32, "表数", "文件或工作表"),
            ("rows_read", Int64, "读入", "拆分到人后的行数"),
            ("rows_accepted", Int64, "接受", ""),
            ("rows_rejected", Int64, "退回", "读入=接受+退回"),
            QUARTER,
        ],
    );
    let period = inputs.period.to_string();
    write_published_table(outputs, "tables/dim_source.parquet", def, |table| {
        for source in sources {
            table.row([
                (&source.source).into(),
                (&source.title).into(),
                (&source.owner).into(),
                source.present.into(),
                (source.tables.len() as i64).into(),
                (source.read as i64).into(),
                (source.accepted as i64).into(),
                (source.rejected as i64).into(),
                (&period).into(),
            ])?;
        }
        Ok(())
    })
}

pub(super) fn dim_quarter(inputs: &PublicationInputs<'_>, outputs: &mut OutputFiles) -> Result<()> {
    let def = TableDef::new(
        "期间",
        &[
            ("quarter", Text, "期间", "季度如2018Q3，月份如2025M03"),
            ("year", Int32, "年", ""),
            ("quarter_of_year", Int32, "第几季度", "月份写它所在的季度"),
            ("start_date", PublishedType::Date, "起始日", ""),
            ("end_date", PublishedType::Date, "截止日", ""),
            ("previous_quarter", Text, "对比期间", "与之对比的上一次发布；空表示没有"),
            ("issued_on", PublishedType::Date, "下发日", "清单下发的日子；反馈期限早于这一天的为超期"),
        ],
    );
    let period = inputs.period;
    let (name, previous) = (period.to_string(), inputs.previous_period.map(|p| p.to_string()));
    write_published_table(outputs, "tables/dim_quarter.parquet", def, |table| {
        table.row([
            (&name).into(),
            i32::from(period.year()).into(),
            period.holding_quarter().number().into(),
            TableCell::Day(period.first_day32()),
            TableCell::Day(period.last_day32()),
            previous.as_ref().into(),
            TableCell::Day(day_to_date32(inputs.issued)),
        ])?;
        Ok(())
    })
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn ages_are_told_where_they_are_certain() {
        let end = jiff::civil::date(2018, 9, 30);
        let group = |birth| AGE_GROUPS[age_group(birth, end)];
        assert_eq!((group(20020930), group(20021001)), ("16-59", "06-15"));
        assert_eq!((group(19380101), group(19000505), group(20180930)), ("80+", "80+", "00-05"));
        // 2002 alone: 15 or 16 years old. 1950 alone: 67 or 68.
        assert_eq!((group(20020000), group(19500000), group(20020300)), ("unknown", "60-79", "16-59"));
        // Nobody knows, and nobody is older than anybody was or not yet born.
        assert_eq!((group(0), group(18500101), group(20181201)), ("unknown", "unknown", "unknown"));
    }
}
