//! Records become persons: scores on the fixtures, and the hard cases one by one.

use std::collections::{BTreeMap, HashMap};
use std::path::Path;

use bidui::config::{LinkSettings, Pipeline};
use bidui::link::{Decision, Links};
use bidui::load::Loaded;
use bidui::normalize::Comparable;
use bidui::resolve::Resolution;

fn root(path: &str) -> std::path::PathBuf {
    Path::new(env!("CARGO_MANIFEST_DIR")).join(path)
}

/// A quarter of the fixtures, linked and resolved.
struct Quarter {
    loaded: Vec<Loaded>,
    comparables: Vec<Comparable>,
    links: Links,
    resolution: Resolution,
    ids: Vec<String>,
}

fn quarter(name: &str) -> Quarter {
    let pipeline = Pipeline::open(&root("pipelines/hebi")).unwrap();
    let settings = LinkSettings::open(&root("pipelines/hebi/link.toml")).unwrap();
    let data = root(&format!("fixtures/hebi/{name}"));
    let loaded: Vec<Loaded> = (0..pipeline.sources.len())
        .filter_map(|i| bidui::load::load_source(&pipeline, i, &data, None).unwrap())
        .collect();
    let comparables = bidui::normalize::normalize(&pipeline, &loaded).unwrap();
    let links = bidui::link::link(&settings, &comparables, &pipeline.divisions).unwrap();
    let resolution =
        bidui::resolve::resolve(&settings, &pipeline, &loaded, &comparables, &links, None).unwrap();
    let ids = loaded
        .iter()
        .flat_map(|l| (0..l.records.batch.num_rows()).map(|row| l.records.record_id(row)))
        .collect();
    Quarter { loaded, comparables, links, resolution, ids }
}

/// record id → (person, error kinds)
fn truth(name: &str) -> HashMap<String, (String, String)> {
    let path = root(&format!("fixtures/hebi/{name}/truth/records.csv"));
    let mut reader = csv::Reader::from_path(path).unwrap();
    reader
        .records()
        .map(|row| {
            let row = row.unwrap();
            (row[0].to_owned(), (row[2].to_owned(), row[4].to_owned()))
        })
        .collect()
}

fn pairs(count: u64) -> u64 {
    count * (count.max(1) - 1) / 2
}

#[test]
fn persons_of_the_fixtures() {
    for name in ["2018Q3", "2018Q4"] {
        let (q, truth) = (quarter(name), truth(name));
        let mut cells: BTreeMap<(&str, u32), u64> = BTreeMap::new();
        let (mut real, mut found): (BTreeMap<&str, u64>, BTreeMap<u32, u64>) = Default::default();
        for (node, id) in q.ids.iter().enumerate() {
            let Some((person, _)) = truth.get(id) else { continue };
            let cluster = q.resolution.person[node];
            *cells.entry((person, cluster)).or_default() += 1;
            *real.entry(person).or_default() += 1;
            *found.entry(cluster).or_default() += 1;
        }
        let hit: u64 = cells.values().map(|&n| pairs(n)).sum();
        let real: u64 = real.values().map(|&n| pairs(n)).sum();
        let found: u64 = found.values().map(|&n| pairs(n)).sum();
        let (precision, recall) = (hit as f64 / found as f64, hit as f64 / real as f64);
        let f1 = 2.0 * precision * recall / (precision + recall);
        if std::env::var_os("BIDUI_SHOW_ERRORS").is_some() {
            show(&q, &truth);
        }
        assert!(f1 >= 0.998, "{name}: precision {precision:.5} recall {recall:.5} F1 {f1:.5}");
        eprintln!("{name}: precision {precision:.5} recall {recall:.5} F1 {f1:.5}");
        assert_eq!(q.loaded.len(), 8);
        assert_eq!(
            q.resolution.offsets.last().copied(),
            Some(q.comparables.iter().map(|c| c.rows as u32).sum())
        );
    }
}

/// For work on weights: every wrong pair with what is known about it.
fn show(q: &Quarter, truth: &HashMap<String, (String, String)>) {
    let mut scored: HashMap<(u32, u32), usize> = HashMap::new();
    for i in 0..q.links.left.len() {
        scored.insert((q.links.left[i], q.links.right[i]), i);
    }
    let describe = |node: usize| {
        let (source, row) = locate(q, node);
        let c = &q.comparables[source];
        let id = c
            .id_numbers("id_number")
            .map(|v| format!("{:?} {:?}", v[row].class, v[row].to_text()))
            .unwrap_or_default();
        let name = c.names("name").map(|(v, p)| p.get(v[row]).clean.clone()).unwrap_or_default();
        let birth = c.dates("birth_date").map_or(0, |v| v[row]);
        let division = c.divisions("division").map_or(0, |v| v[row]);
        let (person, kinds) = truth.get(&q.ids[node]).cloned().unwrap_or_default();
        format!("{} {name} {id} {birth} d{division} {person} [{kinds}]", c.source)
    };
    let mut by_person: BTreeMap<&str, Vec<usize>> = BTreeMap::new();
    let mut by_cluster: BTreeMap<u32, Vec<usize>> = BTreeMap::new();
    for (node, id) in q.ids.iter().enumerate() {
        if let Some((person, _)) = truth.get(id) {
            by_person.entry(person).or_default().push(node);
            by_cluster.entry(q.resolution.person[node]).or_default().push(node);
        }
    }
    for (what, groups) in [
        ("MISSED", by_person.into_values().collect::<Vec<_>>()),
        ("WRONG", by_cluster.into_values().collect()),
    ] {
        for group in groups {
            let same = |a: usize, b: usize| match what {
                "MISSED" => q.resolution.person[a] == q.resolution.person[b],
                _ => truth[&q.ids[a]].0 == truth[&q.ids[b]].0,
            };
            if group.iter().all(|&n| same(group[0], n)) {
                continue;
            }
            eprintln!("{what}");
            for &n in &group {
                eprintln!("  {} -> {}", describe(n), q.resolution.person[n]);
            }
            for (i, &a) in group.iter().enumerate() {
                for &b in &group[i + 1..] {
                    if let Some(&at) = scored.get(&(a as u32, b as u32)) {
                        let levels: Vec<u8> = q.links.levels.iter().map(|l| l[at]).collect();
                        eprintln!(
                            "    {} - {}: {} {:?} {:?} {levels:?}",
                            locate(q, a).0,
                            locate(q, b).0,
                            q.links.weight[at],
                            q.links.tier[at],
                            q.links.decision[at]
                        );
                    }
                }
            }
        }
    }
    let review = q.links.decision.iter().filter(|d| **d == Decision::Review).count();
    let touched = q.resolution.in_review.iter().filter(|r| **r).count();
    eprintln!("{} pairs, {review} review, {touched} records in review", q.links.left.len());
    for pass in &q.links.passes {
        eprintln!("{pass:?}");
    }
}

fn locate(q: &Quarter, node: usize) -> (usize, usize) {
    let source = q.resolution.offsets.partition_point(|&o| o as usize <= node) - 1;
    (source, node - q.resolution.offsets[source] as usize)
}
