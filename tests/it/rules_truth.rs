//! Rules over the fixture quarters with every record linked as the truth says: whatever the
//! rules then find too much or too little is the rules' own fault, not the linker's.

use std::collections::{BTreeMap, BTreeSet, HashMap};
use std::path::{Path, PathBuf};

use bidui::testing::config::Pipeline;
use bidui::testing::load::{LoadedSource, load_source};
use bidui::testing::model::links::Tier;
use bidui::testing::model::published_id::{HouseholdId, PersonId};
use bidui::testing::model::resolution::Resolution;
use bidui::testing::normalize::normalize;
use bidui::testing::reconcile::{RuleFindings, run_rules, views};
use bidui::testing::rules::rule_set::RuleSet;

/// Rules whose truth is known: the generator's, then those on the other departments' lists.
const KNOWN: &str = "R01 R02 R03 R04 R06 R07 R08 R14 R30 R32 R33 R34 R36 R37 R38 R50 R52 R53 R73 R75 \
    R78 R79 Q47 Q50 \
    R27 R28 R28b R28c R29 R40 R41 R42 R43 R44 R45 R46 R47 R48 R56 R63 R64 R65 R66 R67 R68 R69 R70b R71b R72 R90 R92 R93 R94 R96b \
    R80 R99 R100 R101 R107 R117 R118";

pub(crate) fn folder(quarter: &str) -> PathBuf {
    Path::new("fixtures/hebi").join(quarter)
}

/// record_id → (person, household) of the truth of a data folder.
pub(crate) fn truth_records_of(data: &Path) -> HashMap<String, (String, String)> {
    let mut reader = csv::Reader::from_path(crate::truth_of(data).join("records.csv")).unwrap();
    reader
        .records()
        .map(|row| row.unwrap())
        .map(|row| (row[0].to_owned(), (row[2].to_owned(), row[3].to_owned())))
        .collect()
}

/// (rule, subject, key) of the truth.
fn truth_exceptions(quarter: &str) -> BTreeSet<(String, String, String)> {
    let mut reader =
        csv::Reader::from_path(crate::truth_of(&folder(quarter)).join("exceptions.csv")).unwrap();
    reader
        .records()
        .map(|row| row.unwrap())
        .map(|row| {
            let subject = match &row[1] {
                "person" => PersonId::of_bits(number(&row[2])).to_string(),
                "household" => HouseholdId::of_bits(number(&row[2])).to_string(),
                _ => row[2].to_owned(),
            };
            (row[0].to_owned(), subject, row[3].to_owned())
        })
        .collect()
}

/// A number for an entity of the truth (`p0000-00004`), in the order of their names.
pub(crate) fn number(entity: &str) -> u64 {
    entity.chars().filter(char::is_ascii_digit).collect::<String>().parse().unwrap()
}

/// A resolution that follows the truth; ids are the numbers of the truth.
pub(crate) fn perfect(loaded: &[LoadedSource], truth: &HashMap<String, (String, String)>) -> Resolution {
    let mut resolution = Resolution { offsets: vec![0], ..Resolution::default() };
    let (mut persons, mut households): (HashMap<String, u32>, HashMap<String, u32>) = Default::default();
    for one in loaded {
        for row in 0..one.records.keys.len() {
            let id = one.records.record_id(row);
            let (person, household) =
                truth.get(&id).cloned().unwrap_or_else(|| panic!("{id} is not in the truth"));
            let next = persons.len() as u32;
            resolution.person.push(*persons.entry(person.clone()).or_insert_with(|| {
                resolution.person_ids.push(PersonId::of_bits(number(&person)));
                next
            }));
            let next = households.len() as u32;
            resolution.household.push(*households.entry(household.clone()).or_insert_with(|| {
                resolution.household_ids.push(HouseholdId::of_bits(number(&household)));
                next
            }));
        }
        resolution.offsets.push(resolution.person.len() as u32);
    }
    resolution.tier = vec![Tier::T1; resolution.person.len()];
    resolution.in_review = vec![false; resolution.person.len()];
    resolution
}

fn findings(quarter: &str) -> RuleFindings {
    findings_in(&folder(quarter), quarter)
}

/// What the rules find in a data folder whose records are linked as its truth says.
pub(crate) fn findings_in(data: &Path, quarter: &str) -> RuleFindings {
    let pipeline = Pipeline::open(Path::new("pipelines/hebi")).unwrap();
    let rules = RuleSet::load(&pipeline).unwrap();
    let loaded: Vec<LoadedSource> = (0..pipeline.sources.len())
        .filter_map(|source| load_source(&pipeline, source, data, None).unwrap())
        .collect();
    let comparables = normalize(&pipeline, &loaded).unwrap();
    let resolution = perfect(&loaded, &truth_records_of(data));
    let inputs = views::ViewInputs {
        pipeline: &pipeline,
        loaded: &loaded,
        comparables: &comparables,
        resolution: &resolution,
        period: quarter.parse().unwrap(),
    };
    let views = views::build_views(&inputs, &rules, Vec::new(), &views::ViewPlacement::default()).unwrap();
    run_rules(&rules, &views, quarter.parse().unwrap(), &mut |_, _| {}).unwrap()
}

/// Missed and surplus exceptions by rule.
fn differences(
    quarter: &str,
    findings: &RuleFindings,
) -> BTreeMap<String, (usize, Vec<String>, Vec<String>)> {
    let truth = truth_exceptions(quarter);
    let found: BTreeSet<(String, String, String)> = findings
        .exceptions
        .iter()
        .filter(|e| KNOWN.split(' ').any(|code| code == &*e.rule_code))
        .map(|e| (e.rule_code.to_string(), e.subject_id.to_string(), e.rule_key.to_string()))
        .collect();
    // Whoever stands in a rejected row is not judged by what that list lacks.
    let open: BTreeSet<(&str, &str)> =
        findings.undecided.iter().map(|one| (&*one.rule_code, &*one.subject_id)).collect();
    assert!(open.len() <= 5, "{open:?}");
    let mut report: BTreeMap<String, (usize, Vec<String>, Vec<String>)> = BTreeMap::new();
    for one in truth.union(&found).filter(|one| !open.contains(&(one.0.as_str(), one.1.as_str()))) {
        let entry = report.entry(one.0.clone()).or_default();
        let name = format!("{}/{}", one.1, one.2);
        match (truth.contains(one), found.contains(one)) {
            (true, true) => entry.0 += 1,
            (true, false) => entry.1.push(name),
            _ => entry.2.push(name),
        }
    }
    report
}

/// Unit → (numerator, denominator) of the indicator R35, down to the village.
type Units = BTreeMap<String, (i64, i64)>;

fn truth_indicators(quarter: &str) -> Units {
    let mut reader =
        csv::Reader::from_path(crate::truth_of(&folder(quarter)).join("indicators.csv")).unwrap();
    let rows = reader.records().map(|row| row.unwrap()).filter(|row| &row[0] == "R35");
    rows.map(|row| (row[1].to_owned(), (row[2].parse().unwrap(), row[3].parse().unwrap()))).collect()
}

fn indicators(findings: &RuleFindings) -> Units {
    let rows = findings.indicators.iter().filter(|i| i.rule_code == "R35");
    rows.map(|i| (i.unit_code.clone(), (i.numerator, i.denominator.unwrap_or(0)))).collect()
}

#[test]
fn with_perfect_links_the_rules_find_the_truth() {
    for quarter in ["2018Q3", "2018Q4"] {
        let findings = findings(quarter);
        let mut lines = Vec::new();
        let found = indicators(&findings);
        let true_units = truth_indicators(quarter);
        let villages = true_units.keys().filter(|unit| unit.len() == 12).count();
        let mut moved = 0;
        for (unit, truth) in true_units {
            if found.get(&unit) == Some(&truth) {
                continue;
            }
            // A person who lives alone and was entered under the neighbouring village cannot be
            // told from one who lives there.
            moved += usize::from(unit.len() == 12);
            if unit.len() < 12 || moved * 10 > villages {
                lines.push(format!("{quarter} R35 {unit}: {:?}, true {truth:?}", found.get(&unit)));
            }
        }
        for (rule, (right, missed, surplus)) in differences(quarter, &findings) {
            if !missed.is_empty() || !surplus.is_empty() {
                lines
                    .push(format!("{quarter} {rule}: {right} right, missed {missed:?}, surplus {surplus:?}"));
            }
        }
        assert!(lines.is_empty(), "{}", lines.join("\n"));
    }
}

#[test]
fn a_column_that_was_not_delivered_is_not_taken_for_blank() {
    let findings = findings("2018Q3");
    let reason = findings.not_run.iter().find(|n| n.rule_code == "Q46").map(|n| n.reason.as_str());
    assert_eq!(reason, Some("提取数据没有这一列，或整列为空：建档立卡户的“有无卫生厕所”"));
    assert!(findings.exceptions.iter().all(|e| &*e.rule_code != "Q46"));
    assert!(findings.not_run.iter().all(|n| n.rule_code != "Q41"), "住房面积 is delivered");
}
