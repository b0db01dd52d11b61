//! Certain and possible answers against worlds: whatever an unknown cell may hold, what is certain is found, and what
//! is found is possible.
//!
//! Rows are those of the rules' own examples, with cells made unknown by chance. `BIDUI_WORLDS=20` looks at twenty
//! choices of cells for each example instead of one for some; `BIDUI_RULE=R30` at one rule;
//! `BIDUI_WORLDS_REPORT=FILE` gets what was tried.

use super::super::example_rows::is_valid_example_value;
use super::*;
use crate::model::undecided::ANY_KEY;
use crate::rules::sql::Lineage;
use crate::rules::sql::certainty::UNKNOWN_SUFFIX;

/// Numbers by chance, the same in each run.
struct Chance(u64);

impl Chance {
    fn below(&mut self, limit: usize) -> usize {
        self.0 = self.0.wrapping_mul(6_364_136_223_846_793_005).wrapping_add(1_442_695_040_888_963_407);
        ((self.0 >> 33) as usize) % limit.max(1)
    }
}

type Tables = BTreeMap<String, Vec<ExampleRow>>;
type Cell = (String, usize, String);
type Subjects = BTreeSet<(FindingSubject, Arc<str>)>;

/// Cells that may be made unknown: of columns that decide.
fn cells(rules: &RuleSet, lineage: &Lineage, rows: &Tables) -> Vec<Cell> {
    let mut cells = Vec::new();
    for (view, rows) in rows
        .iter()
        .filter(|(view, _)| !["parameter", "county_parameter", "division"].contains(&view.as_str()))
    {
        for at in 0..rows.len() {
            for (column, _) in rules.catalogue.columns(view).into_iter().flatten() {
                let number = rules.household_columns.contains_key(column);
                let decides = lineage.deciding.contains(&(view.clone(), column.clone()));
                let place = ["county_code", "township_code", "village_code"].contains(&column.as_str());
                if decides && !place && IdKind::of(column).is_none() && !number && !column.starts_with("in_")
                {
                    cells.push((view.clone(), at, column.clone()));
                }
            }
        }
    }
    cells
}

/// What cells of a column may hold: nothing, what the examples write, and words of the SELECTs.
fn values(bench: &ExampleBench<'_>, rule: &Rule, all: &[Tables], cell: &Cell) -> Vec<Option<String>> {
    let (view, _, column) = cell;
    let kind =
        bench.rules.catalogue.columns(view).unwrap().iter().find(|(name, _)| name == column).unwrap().1;
    let written = all.iter().flat_map(|rows| rows.get(view).into_iter().flatten());
    let mut values: BTreeSet<Option<String>> = written.map(|row| row.get(column).cloned()).collect();
    values.insert(None);
    let definitions = bench.rules.definitions_of(&rule.file);
    let texts = std::iter::once(rule.file.sql()).chain(definitions.iter().map(|d| d.file.sql()));
    for word in texts.flat_map(|text| text.split('\'').skip(1).step_by(2)) {
        if is_valid_example_value(kind, word) {
            values.insert(Some(word.to_owned()));
        }
    }
    values.into_iter().collect()
}

fn found(outcome: &RuleOutcome) -> Subjects {
    outcome.findings.iter().map(|f| (f.subject.clone(), f.rule_key.clone())).collect()
}

#[test]
fn what_is_certain_is_found_in_every_world_and_what_is_found_is_possible() {
    // Trees of long SELECTs are deep, and frames large without optimisation.
    std::thread::Builder::new().stack_size(64 << 20).spawn(try_worlds).unwrap().join().unwrap();
}

fn try_worlds() {
    let folder = std::path::Path::new(env!("CARGO_MANIFEST_DIR")).join("pipelines/hebi");
    let pipeline = Pipeline::open(&folder).unwrap();
    let rules = RuleSet::load(&pipeline).unwrap();
    let lineages = rules.lineages();
    let bench = ExampleBench::new(&pipeline, &rules).unwrap();
    let asked: Option<usize> = std::env::var("BIDUI_WORLDS").ok().and_then(|text| text.parse().ok());
    let only = std::env::var("BIDUI_RULE").ok();
    let mut chance = Chance(20_180_930);
    let (mut tried, mut open, mut justified) = (0, 0, 0);
    let mut unanswered: BTreeMap<String, usize> = BTreeMap::new();
    let mut wrong: Vec<String> = Vec::new();
    for rule in rules.rules.iter().filter(|rule| !rule.header.indicator) {
        if only.as_ref().is_some_and(|only| *only != rule.header.code) {
            continue;
        }
        let count = rule.header.example.len();
        let all: Vec<Tables> = (0..count).map(|at| bench.rows(rule, at).unwrap()).collect();
        let mut examples: Vec<usize> = (0..count).collect();
        if asked.is_none() {
            examples = vec![chance.below(count), chance.below(count)];
        }
        for example in examples.into_iter().flat_map(|at| std::iter::repeat_n(at, asked.unwrap_or(1))) {
            let mut rows = all[example].clone();
            let choices = cells(&rules, &lineages[&rule.header.code], &rows);
            if choices.is_empty() {
                continue;
            }
            let unknown: BTreeSet<Cell> =
                (0..1 + chance.below(3)).map(|_| choices[chance.below(choices.len())].clone()).collect();
            for (view, at, column) in &unknown {
                let row = &mut rows.get_mut(view).unwrap()[*at];
                row.remove(column);
                row.insert(format!("{column}{UNKNOWN_SUFFIX}"), "1".to_owned());
            }
            let ExampleOutcome { outcome, undecided, .. } =
                match outcome_of_rows(&rules, rule, &rows, &bench.of_nothing) {
                    Ok(outcome) => outcome,
                    Err(error) if error.to_string().contains("不能分开判断") => {
                        *unanswered.entry(error.to_string()).or_default() += 1;
                        continue;
                    }
                    Err(error) => panic!("{} {unknown:?}: {error:?}", rule.header.code),
                };
            let (certain, undecided) = (found(&outcome), undecided.into_iter().collect::<Subjects>());
            let left_open = |found: &(FindingSubject, Arc<str>)| {
                undecided.contains(found) || undecided.contains(&(found.0.clone(), ANY_KEY.into()))
            };
            let mut changed = Subjects::new();
            let mut first: Option<Subjects> = None;
            for _ in 0..asked.map_or(3, |_| 6) {
                let mut world = rows.clone();
                for cell in &unknown {
                    let (view, at, column) = cell;
                    let values = values(&bench, rule, &all, cell);
                    let row = &mut world.get_mut(view).unwrap()[*at];
                    row.remove(&format!("{column}{UNKNOWN_SUFFIX}"));
                    if let Some(value) = &values[chance.below(values.len())] {
                        row.insert(column.clone(), value.clone());
                    }
                }
                let in_world =
                    found(&outcome_of_rows(&rules, rule, &world, &bench.of_nothing).unwrap().outcome);
                tried += 1;
                let lost = certain.difference(&in_world).count();
                let unforeseen = in_world.iter().filter(|f| !certain.contains(f) && !left_open(f)).count();
                if lost + unforeseen > 0 {
                    wrong.push(format!(
                        "{} 例{example} {unknown:?}: {lost} lost, {unforeseen} unforeseen in {world:?}",
                        rule.header.code
                    ));
                }
                match &first {
                    None => first = Some(in_world),
                    Some(first) => changed.extend(first.symmetric_difference(&in_world).cloned()),
                }
            }
            open += undecided.len();
            justified += undecided.iter().filter(|subject| changed.contains(subject)).count();
        }
    }
    let told = format!(
        "{tried} worlds; {open} undecided, {justified} of them differ; not told apart: {unanswered:?}"
    );
    if let Ok(path) = std::env::var("BIDUI_WORLDS_REPORT") {
        std::fs::write(path, told).unwrap();
    }
    assert!(tried > 500 && open > 100 && justified > 30 || only.is_some());
    assert!(wrong.is_empty(), "{} of {tried}:\n{}", wrong.len(), wrong[..wrong.len().min(5)].join("\n"));
}
