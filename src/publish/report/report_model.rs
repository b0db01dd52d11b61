//! Figures of the quarter in the order and form the report and its appendix show them.

use std::collections::{BTreeMap, BTreeSet};

use serde_json::{Value, json};

use super::headline::{change_class, change_text};
use crate::model::exception::Severity;
use crate::model::id_number::IdClass;
use crate::model::period::Period;
use crate::model::source_row::AuditFinding;
use crate::publish::audit_notices::audit_notices;
use crate::publish::cell_notices::cell_notices;
use crate::publish::held_notices::HeldNotice;
use crate::publish::manifest_facts::RunFacts;
use crate::publish::quarter_totals::{
    OpenCount, PublicationTotals, grouped_text, percent_text, tier_confidence, tier_title,
};
use crate::publish::terminal_lines::cut_text;
use crate::publish::township_ranking::{RankedTownship, TownshipRanking, rank_rates, township_rates};
use crate::publish::unrun_rules::{missing_things, unrun_rules};
use crate::publish::{PublicationInputs, RuleFacts};
use crate::rules::officer_words::OfficerWords;

/// Class of a severity in the page.
pub(super) fn severity_css_class(severity: Severity) -> String {
    severity.code().to_lowercase()
}

pub(super) fn build_report_model(
    inputs: &PublicationInputs<'_>,
    totals: &PublicationTotals,
    facts: &RunFacts,
    held: &[HeldNotice],
) -> Value {
    let names: BTreeMap<&str, &str> =
        inputs.catalogue.divisions.units.iter().map(|u| (u.code.as_str(), u.name.as_str())).collect();
    let indicators = crate::publish::indicators::indicator_rows(inputs);
    let words = &inputs.catalogue.words;
    let audits = facts.audits.as_slice();
    let rates = township_rates(totals, inputs.catalogue);
    let ranking = rank_rates(&rates, totals);
    json!({
        "headline": super::headline::headline(inputs, totals),
        "issued": inputs.issued.to_string(),
        "selected": inputs.catalogue.selected,
        "ranking": report_ranking(&ranking),
        "townships": report_townships(&rates, totals),
        "late": super::late_answers::late_section(inputs, totals, &names),
        "money": super::money_at_stake::money_section(inputs),
        "causes": super::root_causes::cause_section(inputs, totals),
        "suppliers": super::supplier_quality::supplier_section(inputs, totals, &facts.rules),
        "top_rules": report_top_rules(inputs, totals),
        "rule_pages": super::rule_pages::rule_pages(inputs, totals, &names),
        "unrun": report_unrun(totals),
        "first_notices": first_notices(audits, held, inputs),
        "title": inputs.catalogue.title,
        "quarter_title": inputs.period.title(),
        "previous": inputs.previous_period.map(Period::title),
        "version": env!("CARGO_PKG_VERSION"),
        "digest": inputs.catalogue.digest.get(..12).unwrap_or(&inputs.catalogue.digest),
        "cards": report_cards(totals, words),
        "severities": report_severities(totals, words),
        "columns": words.report_columns().into_iter().map(Severity::code).collect::<Vec<_>>(),
        "flow": report_status_flow(totals),
        "owners": report_owners(totals, words),
        "silent_rules": report_silent_rules(inputs, totals),
        "counties": report_counties(totals, words, &names),
        "tiles": report_township_tiles(inputs, totals),
        "indicators": super::indicators::computed_indicators(inputs, &indicators, &names),
        "not_computable": super::indicators::missing_indicators(inputs, &indicators),
        "quality": super::quality::quality_section(inputs, &names),
        "sources": report_sources(totals),
        "cells": cell_notices(&totals.sources, inputs.catalogue)
            .into_iter()
            .map(|(source, notice)| json!({ "source": source, "text": notice.text }))
            .collect::<Vec<_>>(),
        "not_run": totals.not_run.iter().map(|(code, reason)| json!({
            "code": code,
            "title": inputs.catalogue.rule(code).map_or("", |r| r.title.as_str()),
            "reason": reason,
        })).collect::<Vec<_>>(),
        "held": held.iter().map(|notice| &notice.text).collect::<Vec<_>>(),
        "tiers": report_tiers(totals),
        "id_classes": id_classes(inputs, totals),
        "audits": audit_notices(audits.iter(), inputs.catalogue)
            .into_iter()
            .map(|one| json!({ "source": one.sources, "message": one.message }))
            .collect::<Vec<_>>(),
        "audit_count": audits.len(),
    })
}

fn report_cards(t: &PublicationTotals, words: &OfficerWords) -> Value {
    let [worst, ..] = Severity::ALL;
    json!({
        "before": t.before.as_ref().map(|before| grouped_text(before.open)),
        "worst_before": t.before.as_ref().map(|before| {
            grouped_text(before.by_severity.get(worst.code()).copied().unwrap_or(0))
        }),
        "persons": grouped_text(t.persons),
        "households": grouped_text(t.households),
        "open": grouped_text(t.all.open),
        "worst": grouped_text(t.all.of(worst)),
        "worst_code": worst.code(),
        "worst_name": words.severity_name(worst),
        "review_pairs": grouped_text(t.review_pairs),
        "undecided": grouped_text(t.undecided),
        "undecided_rules": t.undecided_by_rule.len(),
    })
}

/// Width of a bar in 1/10 percent of the longest.
fn report_bar_width(n: u64, longest: u64) -> String {
    let share = (n * 1000).checked_div(longest).unwrap_or(0);
    format!("{}.{}", share / 10, share % 10)
}

fn report_severities(t: &PublicationTotals, words: &OfficerWords) -> Value {
    let longest = Severity::ALL.iter().map(|&s| t.all.of(s)).max().unwrap_or(0);
    let rows = Severity::ALL.into_iter().map(|s| {
        let n = t.all.of(s);
        json!({"code": severity_css_class(s), "title": words.severity_title(s), "count": grouped_text(n),
               "color": words.color(s), "tag_color": words.tag_color(s),
               "width": report_bar_width(n, longest)})
    });
    rows.collect()
}

fn report_status_flow(t: &PublicationTotals) -> Value {
    let all = [
        ("new", "新增", t.all.new, "本期首次发现"),
        ("persisting", "持续", t.all.persisting, "上期已有，本期仍在"),
        ("reopened", "复现", t.all.reopened, "曾消除，本期再现"),
        ("resolved", "已消除", t.all.resolved, "上期有，本期数据中不再出现"),
        ("answered", "已核", t.all.answered, "数据中仍有，核查结果已说明，原值未变"),
    ];
    let shown = if t.all.answered > 0 { all.len() } else { all.len() - 1 };
    let all = &all[..shown];
    let longest = all.iter().map(|a| a.2).max().unwrap_or(0);
    let row = |(class, title, n, note): (&str, &str, u64, &str)| json!({"class": class, "title": title, "count": grouped_text(n), "note": note, "width": report_bar_width(n, longest)});
    all.iter().copied().map(row).collect()
}

fn count_row(title: &str, c: &OpenCount, longest: u64, words: &OfficerWords) -> Value {
    json!({
        "title": title,
        "open": grouped_text(c.open), "new": grouped_text(c.new), "persisting": grouped_text(c.persisting + c.reopened),
        "resolved": grouped_text(c.resolved), "review": grouped_text(c.review),
        "overdue": grouped_text(c.overdue), "overdue_share": percent_text(c.overdue as i64, c.open as i64),
        "unanswered": grouped_text(c.unanswered),
        "by_severity": words.report_columns().into_iter().map(|s| grouped_text(c.of(s))).collect::<Vec<_>>(),
        // Parts of a stacked bar of the row's own width.
        "parts": Severity::ALL.into_iter().filter(|&s| c.of(s) > 0).map(|s| json!({
            "code": severity_css_class(s), "width": report_bar_width(c.of(s), longest),
            "label": format!("{} {}", words.severity_title(s), c.of(s)),
        })).collect::<Vec<_>>(),
    })
}

fn report_owners(t: &PublicationTotals, words: &OfficerWords) -> Value {
    let longest = t.by_owner.values().map(|c| c.open).max().unwrap_or(0);
    let mut rows: Vec<_> = t.by_owner.iter().collect();
    rows.sort_by(|(na, a), (nb, b)| b.open.cmp(&a.open).then_with(|| na.cmp(nb)));
    rows.into_iter().map(|(owner, c)| count_row(owner, c, longest, words)).collect()
}

/// Did a rule run?
pub(super) fn has_run(t: &PublicationTotals, code: &str) -> bool {
    !t.not_run.iter().any(|(not_run, _)| not_run == code)
}

/// Rules that ran and have nothing to tell: the others have a page, those that did not run a table of their own.
fn report_silent_rules(inputs: &PublicationInputs<'_>, t: &PublicationTotals) -> Value {
    let told =
        |code: &str| t.by_rule.get(code).is_some_and(|c| c.open + c.review + c.answered + c.resolved > 0);
    let silent = |code: &str| has_run(t, code) && !told(code);
    let mut rules: Vec<_> =
        inputs.catalogue.rules.iter().filter(|rule| !rule.indicator && silent(&rule.code)).collect();
    rules.sort_by_key(|rule| (rule.severity, &rule.code));
    let row = |rule: &RuleFacts| {
        json!({
            "code": rule.code, "severity": severity_css_class(rule.severity), "title": rule.title,
            "policy": rule.policy, "owner": rule.owner,
            "undecided": count_text(&t.undecided_by_rule, &rule.code),
        })
    };
    rules.into_iter().map(row).collect()
}

/// Every county that has people, exceptions or undecided subjects; those of unknown county last.
fn report_counties(t: &PublicationTotals, words: &OfficerWords, names: &BTreeMap<&str, &str>) -> Value {
    let zero = OpenCount::default();
    let longest = t.by_county.values().map(|c| c.open).max().unwrap_or(0);
    let known = t.by_county.keys().chain(t.persons_by_county.keys()).chain(t.undecided_by_county.keys());
    let (known, unknown): (BTreeSet<_>, BTreeSet<_>) = known.partition(|code| !code.is_empty());
    known
        .into_iter()
        .chain(unknown)
        .map(|code| {
            let title = names.get(code.as_str()).copied().unwrap_or("未定县区");
            let persons = t.persons_by_county.get(code).copied().unwrap_or(0);
            let count = t.by_county.get(code).unwrap_or(&zero);
            let mut row = count_row(title, count, longest, words);
            row["persons"] = json!(grouped_text(persons));
            row["before"] = before_text(t.before.as_ref().map(|b| &b.by_county), code, count.open);
            row["per_thousand"] = json!(report_rate_text(count.open, persons));
            row["undecided"] = count_text(&t.undecided_by_county, code);
            row
        })
        .collect()
}

/// What was open before under `key`, and the change; null in a first publication.
fn before_text(before: Option<&BTreeMap<String, u64>>, key: &str, now: u64) -> Value {
    before.map_or(Value::Null, |counts| {
        let before = counts.get(key).copied().unwrap_or(0);
        json!({"open": grouped_text(before), "change": change_text(now, before), "class": change_class(now, before)})
    })
}

/// The same of a rule: one that did not run then says so.
pub(super) fn rule_before_text(t: &PublicationTotals, code: &str, now: u64) -> Value {
    match &t.before {
        Some(before) if !before.was_judged(code) => {
            json!({"open": "没有运行", "change": "", "class": "level"})
        }
        before => before_text(before.as_ref().map(|b| &b.by_rule), code, now),
    }
}

fn ranked_row(one: &RankedTownship<'_>) -> Value {
    json!({
        "county": one.county, "name": one.name, "open": grouped_text(one.open),
        "persons": grouped_text(one.persons), "rate": format!("{:.1}", one.rate),
        "low": format!("{:.1}", one.low), "high": format!("{:.1}", one.high),
    })
}

fn report_ranking(ranking: &TownshipRanking<'_>) -> Value {
    let row = |one: &RankedTownship<'_>| {
        let mut row = ranked_row(one);
        row["sure"] = json!(one.is_apart(ranking.rate));
        row
    };
    json!({
        "worst": ranking.worst.iter().map(row).collect::<Vec<_>>(),
        "best": ranking.best.iter().map(row).collect::<Vec<_>>(),
        "rate": format!("{:.1}", ranking.rate), "townships": ranking.townships, "apart": ranking.apart,
        "unjudged": ranking.unjudged,
    })
}

/// Every township with people, for the appendix.
fn report_townships(rates: &[RankedTownship<'_>], t: &PublicationTotals) -> Value {
    let zero = OpenCount::default();
    let row = |one: &RankedTownship<'_>| {
        let count = t.by_township.get(one.code).unwrap_or(&zero);
        let mut row = ranked_row(one);
        row["before"] = before_text(t.before.as_ref().map(|b| &b.by_township), one.code, one.open);
        row["new"] = json!(grouped_text(count.new));
        row["resolved"] = json!(grouped_text(count.resolved));
        row["answered"] = json!(grouped_text(count.answered));
        row["review"] = json!(grouped_text(count.review));
        row["overdue"] = json!(grouped_text(count.overdue));
        row["undecided"] = count_text(&t.undecided_by_township, one.code);
        row
    };
    rates.iter().map(row).collect()
}

/// Rules with most open findings.
fn report_top_rules(inputs: &PublicationInputs<'_>, t: &PublicationTotals) -> Value {
    /// Rules that the report names.
    const NAMED: usize = 15;
    let words = &inputs.catalogue.words;
    let mut rules: Vec<_> = t.by_rule.iter().filter(|(_, count)| count.open > 0).collect();
    rules.sort_by(|(ca, a), (cb, b)| b.open.cmp(&a.open).then_with(|| ca.cmp(cb)));
    let longest = rules.first().map_or(0, |(_, count)| count.open);
    let row = |(code, count): &(&String, &OpenCount)| {
        let rule = inputs.catalogue.rule(code);
        let mut row = count_row(rule.map_or("", |r| r.title.as_str()), count, longest, words);
        row["code"] = json!(code);
        row["severity"] = json!(rule.map_or_else(String::new, |r| severity_css_class(r.severity)));
        row["owner"] = json!(rule.map_or("", |r| r.owner.as_str()));
        row["before"] = rule_before_text(t, code, count.open);
        row
    };
    let others = rules.get(NAMED..).unwrap_or_default();
    json!({
        "rows": rules.iter().take(NAMED).map(row).collect::<Vec<_>>(),
        "others": others.len(),
        "others_open": grouped_text(others.iter().map(|(_, count)| count.open).sum()),
    })
}

/// Rules that did not run, by the kind of reason.
fn report_unrun(t: &PublicationTotals) -> Value {
    /// Missing things that a group names.
    const NAMED: usize = 6;
    let groups = unrun_rules(&t.not_run);
    let row = |group: &crate::publish::unrun_rules::UnrunRules<'_>| {
        json!({"kind": group.kind, "count": group.codes.len(), "codes": group.codes.join("、"),
               "things": missing_things(&group.things, NAMED)})
    };
    groups.iter().map(row).collect()
}

/// What the first screen warns of: what was not delivered, and rules that this holds; two in words, the others counted.
fn first_notices(audits: &[AuditFinding], held: &[HeldNotice], inputs: &PublicationInputs<'_>) -> Value {
    /// Notices told in words.
    const NAMED: usize = 2;
    let held = held.iter().map(|notice| notice.text.clone());
    let delivery = audits.iter().filter(|audit| audit.concerns_delivery());
    let delivery =
        delivery.map(|audit| format!("{}：{}", inputs.catalogue.source_title(&audit.source), audit.message));
    let all: Vec<String> = held.chain(delivery).collect();
    // Whoever wants to know all of it reads the appendix.
    let texts: Vec<_> = all.iter().take(NAMED).map(|text| cut_text(text, 220)).collect();
    json!({"texts": texts, "more": all.len().saturating_sub(NAMED)})
}

/// The count under `key`, 0 where there is none.
pub(super) fn count_text(counts: &BTreeMap<String, u64>, key: &str) -> Value {
    json!(grouped_text(counts.get(key).copied().unwrap_or(0)))
}

/// Exceptions per thousand persons with one decimal; a dash where nobody lives.
fn report_rate_text(n: u64, persons: u64) -> String {
    match (n * 10_000).checked_div(persons) {
        Some(x) => format!("{}.{}", x / 10, x % 10),
        None => "—".to_owned(),
    }
}

/// Townships as a wall of tiles by county, shaded by exceptions per thousand persons.
fn report_township_tiles(inputs: &PublicationInputs<'_>, t: &PublicationTotals) -> Value {
    let zero = OpenCount::default();
    let [worst, ..] = Severity::ALL;
    let rate = |code: &str| {
        let open = t.by_township.get(code).map_or(0, |c| c.open);
        (open * 10_000).checked_div(t.persons_by_township.get(code).copied().unwrap_or(0)).unwrap_or(0)
    };
    let mut rates: Vec<u64> = t.persons_by_township.keys().map(|c| rate(c)).filter(|&r| r > 0).collect();
    rates.sort_unstable();
    // Fifths of the townships that have any: a few outliers must not wash out the rest.
    let shade = |r: u64| match r {
        0 => 0,
        r => 1 + rates.partition_point(|&x| x < r) * 5 / rates.len().max(1),
    };
    let units = &inputs.catalogue.divisions.units;
    let mut counties: Vec<_> = units.iter().enumerate().filter(|(_, u)| u.level == 2).collect();
    counties.sort_by_key(|(_, u)| &u.code);
    let mut rows: Vec<Value> = Vec::new();
    for (at, county) in counties {
        let mut towns: Vec<_> =
            units.iter().filter(|u| u.level == 3 && u.parent == u32::try_from(at).ok()).collect();
        towns.sort_by_key(|u| &u.code);
        let tile = |code: &str, name: &str| {
            let c = t.by_township.get(code).unwrap_or(&zero);
            let persons = t.persons_by_township.get(code).copied().unwrap_or(0);
            let undecided = t.undecided_by_township.get(code).copied().unwrap_or(0);
            // Nothing found where something is undecided is no sign that all is well.
            let shade = match c.open {
                0 if undecided > 0 || persons == 0 => -1,
                _ => shade(rate(code)).min(5) as i64,
            };
            json!({"name": name, "open": grouped_text(c.open), "worst": grouped_text(c.of(worst)),
                   "persons": grouped_text(persons), "rate": report_rate_text(c.open, persons),
                   "undecided": grouped_text(undecided), "has_undecided": undecided > 0, "shade": shade})
        };
        let is_empty = |code: &str| {
            let nobody = |counts: &BTreeMap<String, u64>| counts.get(code).copied().unwrap_or(0) == 0;
            let open = t.by_township.get(code).map_or(0, |c| c.open);
            open == 0 && nobody(&t.persons_by_township) && nobody(&t.undecided_by_township)
        };
        let (empty, known): (Vec<_>, Vec<_>) = towns.into_iter().partition(|u| is_empty(&u.code));
        let tiles: Vec<Value> = known.iter().map(|u| tile(&u.code, &u.name)).collect();
        let empty: Vec<&str> = empty.iter().map(|u| u.name.as_str()).collect();
        if !tiles.is_empty() || !empty.is_empty() {
            rows.push(json!({"name": county.name, "tiles": tiles, "empty": empty.join("、")}));
        }
    }
    let unknown = t.by_township.get("").map_or(0, |c| c.open);
    json!({"counties": rows, "unknown": grouped_text(unknown), "has_unknown": unknown > 0})
}

fn report_sources(t: &PublicationTotals) -> Value {
    t.sources
        .iter()
        .map(|s| {
            json!({"title": s.title, "owner": s.owner, "present": s.present, "tables": s.tables.len(),
                   "read": grouped_text(s.read), "accepted": grouped_text(s.accepted), "rejected": grouped_text(s.rejected),
                   "share": percent_text(s.rejected as i64, s.read as i64)})
        })
        .collect()
}

fn report_tiers(t: &PublicationTotals) -> Value {
    let all: u64 = t.records_by_tier.iter().sum();
    let row = |tier: u8| {
        let n = t.records_by_tier[tier as usize - 1];
        json!({"tier": format!("T{tier}"), "title": tier_title(tier), "confidence": tier_confidence(tier),
               "records": grouped_text(n), "links": grouped_text(t.links_by_tier[tier as usize - 1]),
               "share": percent_text(n as i64, all as i64)})
    };
    (1..=6).map(row).collect()
}

/// ID classes by source: valid, repaired by rule, damaged, missing.
fn id_classes(inputs: &PublicationInputs<'_>, t: &PublicationTotals) -> Value {
    let groups: [(&str, &str, &[IdClass]); 4] = [
        ("ok", "校验通过", &[IdClass::Valid18]),
        (
            "derived",
            "按规则换算（旧号、残疾证号、学籍号）",
            &[IdClass::Up15, IdClass::Cert20, IdClass::Cert22, IdClass::GStudent],
        ),
        (
            "bad",
            "有误或损坏",
            &[
                IdClass::BadCheck18,
                IdClass::BadDate18,
                IdClass::Trunc15,
                IdClass::Mask,
                IdClass::Temporary,
                IdClass::JlStudent,
                IdClass::Other,
            ],
        ),
        ("none", "空缺", &[IdClass::Empty]),
    ];
    let rows: Vec<Value> = inputs
        .loaded
        .iter()
        .filter_map(|l| {
            let classes = t.id_classes.get(&l.records.source)?;
            let total: u64 = classes.values().sum();
            let parts: Vec<Value> = groups
                .iter()
                .map(|(class, title, members)| {
                    let n: u64 = members.iter().filter_map(|c| classes.get(c.code())).sum();
                    json!({"class": class, "title": title, "count": grouped_text(n), "width": report_bar_width(n, total),
                           "share": percent_text(n as i64, total as i64)})
                })
                .collect();
            Some(json!({"title": inputs.catalogue.source_title(&l.records.source), "parts": parts}))
        })
        .collect();
    let legend: Vec<Value> =
        groups.iter().map(|(class, title, _)| json!({"class": class, "title": title})).collect();
    json!({"rows": rows, "legend": legend})
}
