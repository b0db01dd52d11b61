//! What officers are told of rules that are held in a county: for lists, report and summary.

use std::collections::BTreeMap;

use super::PublishedPipeline;
use super::quarter_totals::grouped_text;
use crate::model::undecided::WhyLacking;
use crate::publication::manifest::RuleRun;

/// Rules named in a notice.
const NAMED: usize = 8;

/// Rules that one unknown column, or one list that is not there, holds in a county.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(super) struct HeldNotice {
    /// Code of the county, `""`: records without a county.
    pub(super) county_code: String,
    /// Name of the list that holds the rules.
    pub(super) source: String,
    /// Subjects that the rules leave undecided there; one that several leave counts for each.
    pub(super) undecided: u64,
    /// What is unknown, which rules that holds, and what to do, in a sentence.
    pub(super) text: String,
}

/// A column or list of a county, what is unknown of it, and the rules that this holds.
#[derive(Debug, Default)]
struct HeldPart<'r> {
    rules: Vec<&'r str>,
    unknown: u64,
    records: u64,
    undecided: u64,
    why: WhyLacking,
}

/// Tells what is held, most undecided subjects first.
pub(super) fn held_notices(rules: &[RuleRun], catalogue: &PublishedPipeline) -> Vec<HeldNotice> {
    notices_naming(rules, catalogue, NAMED)
}

/// The same with every rule named.
pub(super) fn held_notices_in_full(rules: &[RuleRun], catalogue: &PublishedPipeline) -> Vec<HeldNotice> {
    notices_naming(rules, catalogue, usize::MAX)
}

fn notices_naming(rules: &[RuleRun], catalogue: &PublishedPipeline, most: usize) -> Vec<HeldNotice> {
    let mut parts: BTreeMap<(&str, &str, &str), HeldPart<'_>> = BTreeMap::new();
    for (rule, held) in rules.iter().flat_map(|rule| rule.held.iter().map(move |held| (rule, held))) {
        let key = (held.county_code.as_str(), held.source.as_str(), held.column.as_str());
        let part = parts.entry(key).or_default();
        part.rules.push(&rule.code);
        (part.unknown, part.records) = (held.unknown, held.records);
        part.why = held.why.unwrap_or_default();
        part.undecided += held.undecided;
    }
    let mut parts: Vec<_> = parts.into_iter().collect();
    parts.sort_by(|a, b| b.1.undecided.cmp(&a.1.undecided).then_with(|| a.0.cmp(&b.0)));
    let notice = |((county, source, column), part): ((&str, &str, &str), HeldPart<'_>)| HeldNotice {
        county_code: county.to_owned(),
        source: source.to_owned(),
        undecided: part.undecided,
        text: held_text((&part, most), catalogue.county_name(county), source, column, catalogue),
    };
    parts.into_iter().map(notice).collect()
}

fn held_text(
    (part, most): (&HeldPart<'_>, usize),
    county: &str,
    source: &str,
    column: &str,
    catalogue: &PublishedPipeline,
) -> String {
    let more = if part.rules.len() > most { format!("等{}条", part.rules.len()) } else { String::new() };
    let named = part.rules.iter().take(most).copied().collect::<Vec<_>>().join("、");
    let (title, records) = (catalogue.source_title(source), grouped_text(part.records));
    let undecided = grouped_text(part.undecided);
    if column.is_empty() {
        let owner = catalogue.source_owner(source);
        let cure = match part.why {
            WhyLacking::Absent
            | WhyLacking::OtherPeriod
            | WhyLacking::TownshipsAbsent
            | WhyLacking::NewOnesAlone
            | WhyLacking::CutShort
            | WhyLacking::MembersAbsent
            | WhyLacking::PartsAbsent => {
                format!("没有名单不等于没有这些人；请{owner}报来")
            }
            WhyLacking::MonthsAbsent => {
                format!("没有这些月份的记录不等于没有；请{owner}补报")
            }
            WhyLacking::UnmetKeys => format!("对不上不等于没有这些人；请{owner}核对编号的写法后重报"),
        };
        // Of a county that is there but for some townships, the others are judged.
        let held_in = if part.why == WhyLacking::TownshipsAbsent { "这些乡镇" } else { "该县区" };
        return format!(
            "{}（现有{records}条）：规则{named}{more}在{held_in}停判，{undecided}个对象没有判断；{cure}",
            part.why.told(county, title)
        );
    }
    let (label, unknown) = (catalogue.column_title(source, column), grouped_text(part.unknown));
    format!(
        "{county}{title}的“{label}”有{unknown}/{records}条看不出：规则{named}{more}对{undecided}个对象没有判断；请补报这一列"
    )
}
