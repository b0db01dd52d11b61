//! What a bulletin says, as an office says it.

use super::BulletinPlan;
use super::check_counts::{BulletinCounts, CheckCounts, PlaceCounts, UNKNOWN_PLACE};
use crate::model::officer_text::{day_text, money_text};
use crate::model::period::Period;

/// How many places are named as the first and the last.
const NAMED: usize = 3;

/// A part of a document.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(super) enum DocumentPart {
    Title(String),
    Heading(String),
    Paragraph(String),
    /// A caption, and rows, the first of which is the header.
    Table(String, Vec<Vec<String>>),
    /// Who signs, at the right.
    Signature(String),
}

/// Composes a bulletin.
pub(super) fn compose(plan: &BulletinPlan, counts: &BulletinCounts) -> Vec<DocumentPart> {
    use DocumentPart::{Heading, Paragraph, Signature, Table, Title};
    let period = plan.publication.period().title();
    let settings = &plan.pipeline.settings;
    let (prefecture, subject) = (&settings.prefecture.name, &settings.title);
    let total = &counts.total;
    let mut parts = vec![
        Title(format!("关于{subject}{period}疑点核查情况的通报")),
        Paragraph("各县（区）：".to_owned()),
        Paragraph(format!(
            "现将{prefecture}{period}数据比对疑点核查情况通报如下。核查结果截至{}。",
            day_text(plan.on)
        )),
        Heading("一、总体情况".to_owned()),
        Paragraph(overall(plan.publication.period(), counts)),
        Paragraph(handled(total)),
    ];
    // Tables that have nothing to say take no number.
    let mut number = 0;
    let mut caption = |what: &str| {
        number += 1;
        format!("表{number}  {what}")
    };
    if !counts.verdicts.is_empty() {
        let rows = two_columns("核查结果", &counts.verdicts);
        parts.push(Table(caption("核查结果分类（条）"), rows));
    }
    if !counts.measures.is_empty() {
        let rows = two_columns("处理措施", &counts.measures);
        parts.push(Table(caption("处理措施（条）"), rows));
    }
    parts.push(Heading("二、各县（区）情况".to_owned()));
    parts.push(Paragraph(ranking("县（区）", &counts.counties)));
    parts.push(Table(caption("各县（区）核查情况"), place_rows("县（区）", &counts.counties, total)));
    parts.push(Heading("三、各乡镇（街道）情况".to_owned()));
    parts.push(Paragraph(ranking("乡镇（街道）", &counts.townships)));
    parts.push(Paragraph(late(&counts.townships)));
    parts
        .push(Table(caption("各乡镇（街道）核查情况"), place_rows("乡镇（街道）", &counts.townships, total)));
    parts.push(Heading("四、下一步要求".to_owned()));
    parts.push(Paragraph(next_steps(counts)));
    parts.push(Signature("（落款单位）".to_owned()));
    parts.push(Signature(day_text(plan.on)));
    parts
}

fn overall(period: Period, counts: &BulletinCounts) -> String {
    let (this, previous) = (period.this_word(), period.previous_word());
    let total = &counts.total;
    if total.due == 0 {
        return format!("{this}没有需要核查的疑点。{previous}疑点中{}条已从名单上消除。", counts.resolved);
    }
    let mut text = format!(
        "全市{this}应核查疑点{}条，其中{previous}以前就有的{}条；已核查{}条，核查率{}。",
        total.due,
        counts.persisting,
        total.checked,
        percent(total.checked_rate())
    );
    if total.checked > 0 {
        text.push_str(&format!(
            "已核查的疑点中，属实（含部分属实、数据错误和已整改）{}条，属实率{}；尚未核清（转办或无法核实）{}条。",
            total.confirmed,
            percent(total.confirmed_rate()),
            total.undecided
        ));
    }
    text.push_str(&format!(
        "超过期限仍未核查{}条。{previous}疑点中{}条已从名单上消除。",
        total.overdue, counts.resolved
    ));
    if counts.outdated > 0 {
        text.push_str(&format!(
            "另有{}条核查过的，因名单内容有变化或核查结果到期，要重新核查，没有计入已核查。",
            counts.outdated
        ));
    }
    if counts.with_cause > 0 {
        text.push_str(&format!(
            "已核查的疑点中，{}条由另一条疑点引起，那一条已核查属实，不另核查。",
            counts.with_cause
        ));
    }
    if counts.later > 0 {
        text.push_str(&format!("另有{}条是这一天以后核查的，没有计入已核查。", counts.later));
    }
    if counts.unread_runs > 0 {
        text.push_str(&format!(
            "有{}次以前的比对已读不出，编号变过的疑点那时的核查结果可能没有计入。",
            counts.unread_runs
        ));
    }
    text
}

fn handled(total: &CheckCounts) -> String {
    let money = match total.recoveries {
        0 => "没有填报追缴金额".to_owned(),
        count => format!("追缴资金{}（{count}条）", money_text(total.recovered_fen)),
    };
    format!("属实的疑点涉及{}人；{money}；停发待遇{}条。", total.persons, total.stopped)
}

/// The first and the last by how much they checked.
fn ranking(what: &str, places: &[PlaceCounts]) -> String {
    let mut ranked: Vec<&PlaceCounts> =
        places.iter().filter(|one| one.counts.due > 0 && is_known(one)).collect();
    // Of equal rates who had more to do stands first; the order of codes decides what is left.
    ranked.sort_by(|a, b| {
        let rate = |one: &PlaceCounts| one.counts.checked_rate();
        rate(b).cmp(&rate(a)).then(b.counts.due.cmp(&a.counts.due))
    });
    let (Some(first), Some(last)) = (ranked.first(), ranked.last()) else {
        return format!("没有{what}有需要核查的疑点。");
    };
    let rate = |one: &PlaceCounts| percent(one.counts.checked_rate());
    if first.counts.checked_rate() == last.counts.checked_rate() {
        return match ranked.len() {
            1 => format!("只有{}有需要核查的疑点，核查率{}。", name(first), rate(first)),
            all => format!("{all}个{what}核查率都是{}。", rate(first)),
        };
    }
    // Places with one rate are named together, all of them or none.
    let groups: Vec<&[&PlaceCounts]> =
        ranked.chunk_by(|a, b| a.counts.checked_rate() == b.counts.checked_rate()).collect();
    let some = NAMED.min(ranked.len() / 2).max(1);
    let most = groups.len() - 1;
    let best = enough(groups.iter().take(most), some);
    let worst = enough(groups.iter().skip(best.len()).rev(), some);
    let named = |groups: &[&[&PlaceCounts]]| {
        let group = |group: &&[&PlaceCounts]| {
            let names: Vec<String> = group.iter().map(|one| name(one)).collect();
            let tied = if names.len() > 1 { "并列" } else { "" };
            format!("{}{tied}（{}）", names.join("、"), rate(group[0]))
        };
        groups.iter().map(group).collect::<Vec<_>>().join("、")
    };
    format!("核查率居前的{what}是{}；居后的是{}。", named(&best), named(&worst))
}

/// Groups from the first on until there are so many places in them.
fn enough<'g, 'p>(
    groups: impl Iterator<Item = &'g &'g [&'p PlaceCounts]>,
    wanted: usize,
) -> Vec<&'g [&'p PlaceCounts]>
where
    'p: 'g,
{
    let (mut taken, mut places) = (Vec::new(), 0);
    for group in groups {
        if places >= wanted {
            break;
        }
        places += group.len();
        taken.push(*group);
    }
    taken
}

fn late(places: &[PlaceCounts]) -> String {
    let late: Vec<&PlaceCounts> =
        places.iter().filter(|one| one.counts.overdue > 0 && is_known(one)).collect();
    let Some(most) = late.iter().map(|one| one.counts.overdue).max() else {
        return "没有乡镇（街道）超期。".to_owned();
    };
    let first: Vec<String> =
        late.iter().filter(|one| one.counts.overdue == most).map(|one| name(one)).collect();
    let each = if first.len() > 1 { "并列，各" } else { "，" };
    format!("{}个乡镇（街道）有超期未核查的疑点，最多的是{}{each}{most}条。", late.len(), first.join("、"))
}

fn next_steps(counts: &BulletinCounts) -> String {
    let total = &counts.total;
    let mut steps = Vec::new();
    if total.due > total.checked {
        steps.push(format!(
            "未核查的{}条按期限核查完毕，超期的{}条尽快核查并说明原因",
            total.due - total.checked,
            total.overdue
        ));
    }
    if total.confirmed > 0 {
        steps.push("属实的逐条整改，整改结果以下一次比对名单为准".to_owned());
    }
    if total.undecided > 0 {
        steps.push(format!("转办和无法核实的{}条要有下文", total.undecided));
    }
    match steps.is_empty() {
        true => "继续做好日常核查。".to_owned(),
        false => format!("{}。", steps.join("；")),
    }
}

/// A place that the divisions know; the tables show what is of none, and nobody is ranked for it.
fn is_known(place: &PlaceCounts) -> bool {
    !place.place.iter().any(|name| name == UNKNOWN_PLACE)
}

fn name(place: &PlaceCounts) -> String {
    let mut names = place.place.clone();
    names.dedup();
    names.concat()
}

/// A rate in tenths of a hundredth, as `92.3%`.
fn percent(rate: Option<u64>) -> String {
    rate.map_or_else(|| "—".to_owned(), |rate| format!("{}.{}%", rate / 10, rate % 10))
}

fn two_columns(title: &str, counts: &[(String, u64)]) -> Vec<Vec<String>> {
    let all: u64 = counts.iter().map(|(_, count)| count).sum();
    let rows = counts.iter().map(|(word, count)| vec![word.clone(), count.to_string()]);
    let header = vec![title.to_owned(), "条数".to_owned()];
    [header].into_iter().chain(rows).chain([vec!["合计".to_owned(), all.to_string()]]).collect()
}

fn place_rows(title: &str, places: &[PlaceCounts], total: &CheckCounts) -> Vec<Vec<String>> {
    let header = [title, "应核查", "已核查", "核查率", "属实", "属实率", "超期", "追缴（元）"];
    let row = |name: String, counts: &CheckCounts| {
        vec![
            name,
            counts.due.to_string(),
            counts.checked.to_string(),
            percent(counts.checked_rate()),
            counts.confirmed.to_string(),
            percent(counts.confirmed_rate()),
            counts.overdue.to_string(),
            money_text(counts.recovered_fen).trim_end_matches('元').to_owned(),
        ]
    };
    let rows = places.iter().map(|one| row(name(one), &one.counts));
    let header = header.map(str::to_owned).to_vec();
    [header].into_iter().chain(rows).chain([row("合计".to_owned(), total)]).collect()
}

#[cfg(test)]
mod tests {
    use super::*;

    fn place(name: &str, due: u64, checked: u64) -> PlaceCounts {
        let counts = CheckCounts { due, checked, ..Default::default() };
        PlaceCounts { place: vec![name.to_owned()], counts }
    }

    #[test]
    fn first_and_last_are_named_and_equal_ones_are_not_ranked() {
        let places = [place("甲", 10, 5), place("乙", 10, 10), place("丙", 4, 0), place("丁", 0, 0)];
        assert_eq!(ranking("县", &places), "核查率居前的县是乙（100.0%）；居后的是丙（0.0%）。");
        assert_eq!(ranking("县", &places[2..]), "只有丙有需要核查的疑点，核查率0.0%。");
        assert_eq!(ranking("县", &[place("甲", 2, 1), place("乙", 4, 2)]), "2个县核查率都是50.0%。");
        assert_eq!(ranking("县", &places[3..]), "没有县有需要核查的疑点。");
        let many: Vec<PlaceCounts> = (0..8).map(|at| place(&at.to_string(), 10, at)).collect();
        assert_eq!(
            ranking("县", &many),
            "核查率居前的县是7（70.0%）、6（60.0%）、5（50.0%）；居后的是0（0.0%）、1（10.0%）、2（20.0%）。"
        );
    }

    #[test]
    fn all_places_that_are_alike_are_named() {
        let places: Vec<PlaceCounts> = [("甲", 10), ("乙", 10), ("丙", 5), ("丁", 0), ("戊", 0), ("己", 0)]
            .map(|(name, checked)| place(name, 10, checked))
            .into();
        assert_eq!(
            ranking("县", &places),
            "核查率居前的县是甲、乙并列（100.0%）、丙（50.0%）；居后的是丁、戊、己并列（0.0%）。"
        );
        assert_eq!(
            ranking("县", &places[2..]),
            "核查率居前的县是丙（50.0%）；居后的是丁、戊、己并列（0.0%）。"
        );
        let late_of = |counts: &[u64]| {
            let places: Vec<PlaceCounts> = counts
                .iter()
                .zip(["甲", "乙", "丙"])
                .map(|(&overdue, name)| PlaceCounts {
                    place: vec![name.to_owned()],
                    counts: CheckCounts { due: 9, overdue, ..Default::default() },
                })
                .collect();
            late(&places)
        };
        assert_eq!(late_of(&[2, 5, 5]), "3个乡镇（街道）有超期未核查的疑点，最多的是乙、丙并列，各5条。");
        assert_eq!(late_of(&[2, 5, 0]), "2个乡镇（街道）有超期未核查的疑点，最多的是乙，5条。");
        assert_eq!(late_of(&[0, 0]), "没有乡镇（街道）超期。");
    }

    #[test]
    fn a_rate_of_nothing_is_none() {
        assert_eq!(percent(CheckCounts::default().checked_rate()), "—");
        assert_eq!(percent(Some(1000)), "100.0%");
        assert_eq!(percent(Some(7)), "0.7%");
    }
}
