//! For work on weights: every person of an invented quarter that linking got wrong, with what is known
//! of the records, and the weights of the pairs between them.
//!
//! `cargo bench --bench link_errors -- PIPELINE DATA [brief]`; DATA comes from `bidui synth` and has the truth.
//! The figures come last: F1 of registry × insurance and of all lists, persons that hold two, recall by kind of error.
//! `brief` prints them alone.
#![allow(clippy::print_stdout)] // A look at the terminal.

mod arguments;

use std::collections::{BTreeMap, HashMap};
use std::path::Path;

use bidui::Error;
use bidui::Result;
use bidui::testing::config::Pipeline;
use bidui::testing::link;
use bidui::testing::link::settings::LinkSettings;
use bidui::testing::load;
use bidui::testing::model::links::{Decision, Links};
use bidui::testing::model::resolution::Resolution;
use bidui::testing::normalize::{self, ComparableSource};
use bidui::testing::resolve;

/// A quarter, linked and resolved.
struct Quarter {
    comparables: Vec<ComparableSource>,
    links: Links,
    resolution: Resolution,
    /// Id, true person and kinds of error of every record.
    truth: Vec<(String, String, String)>,
}

fn main() -> Result<()> {
    let Some(arguments) = arguments::after_the_dashes("link_errors PIPELINE DATA [brief]", 2) else {
        return Ok(());
    };
    let quarter = quarter(Path::new(&arguments[0]), Path::new(&arguments[1]))?;
    let (mut of_person, mut of_cluster) =
        (BTreeMap::<_, Vec<usize>>::new(), BTreeMap::<_, Vec<usize>>::new());
    for (node, (_, person, _)) in quarter.truth.iter().enumerate().filter(|(_, t)| !t.1.is_empty()) {
        of_person.entry(person).or_default().push(node);
        of_cluster.entry(quarter.resolution.person[node]).or_default().push(node);
    }
    let split = |group: &&Vec<usize>| group.iter().any(|&n| !quarter.together(group[0], n));
    let mixed = |group: &&Vec<usize>| group.iter().any(|&n| quarter.truth[group[0]].1 != quarter.truth[n].1);
    if arguments.get(2).is_none_or(|brief| brief != "brief") {
        of_person.values().filter(split).for_each(|group| quarter.show("MISSED", group));
        of_cluster.values().filter(mixed).for_each(|group| quarter.show("WRONG", group));
    }
    let review = quarter.links.decision.iter().filter(|d| **d == Decision::Review).count();
    let touched = quarter.resolution.in_review.iter().filter(|r| **r).count();
    println!("{} pairs, {review} review, {touched} records in review", quarter.links.left.len());
    quarter.links.passes.iter().for_each(|pass| println!("{pass:?}"));
    let holds_two = of_cluster.values().filter(mixed).count();
    println!("{holds_two} persons of {} hold records of two", of_cluster.len());
    let (of_person, of_cluster): (Vec<_>, Vec<_>) =
        (of_person.into_values().collect(), of_cluster.into_values().collect());
    quarter.tell_pairs("all lists", &of_person, &of_cluster, &|_, _| true);
    quarter.tell_pairs("registry × insurance", &of_person, &of_cluster, &|a, b| {
        let mut sources = [a, b];
        sources.sort_unstable();
        sources == ["insurance", "registry_person"]
    });
    quarter.tell_kinds(&of_person);
    Ok(())
}

fn quarter(root: &Path, data: &Path) -> Result<Quarter> {
    let pipeline = Pipeline::open(root)?;
    let settings = LinkSettings::open(&root.join("link.toml"))?;
    let loaded = load::load_several(pipeline.sources.len(), |source| {
        load::load_source(&pipeline, source, data, None)
    })?;
    let comparables = normalize::normalize(&pipeline, &loaded)?;
    let links = link::link(&settings, &comparables, &pipeline.divisions)?;
    let resolution = resolve::resolve(&settings, &pipeline, &loaded, &comparables, &links, None, None)?;
    let file = data.with_file_name("truth").join(data.file_name().unwrap_or_default()).join("records.csv");
    let unreadable = |e: csv::Error| Error::input("读不到真值").in_file(&file).caused_by(e);
    let mut known = HashMap::new();
    for row in csv::Reader::from_path(&file).map_err(unreadable)?.records() {
        let row = row.map_err(unreadable)?;
        known.insert(row[0].to_owned(), (row[2].to_owned(), row[4].to_owned()));
    }
    let ids = loaded.iter().flat_map(|l| (0..l.records.keys.len()).map(|row| l.records.record_id(row)));
    let truth = ids
        .map(|id| {
            let (person, kinds) = known.remove(&id).unwrap_or_default();
            (id, person, kinds)
        })
        .collect();
    Ok(Quarter { comparables, links, resolution, truth })
}

impl Quarter {
    fn together(&self, a: usize, b: usize) -> bool {
        self.resolution.person[a] == self.resolution.person[b]
    }

    /// Prints precision, recall and F1 of the pairs of records that count.
    fn tell_pairs(
        &self,
        what: &str,
        of_person: &[Vec<usize>],
        of_cluster: &[Vec<usize>],
        counts: &dyn Fn(&str, &str) -> bool,
    ) {
        let source = |node: usize| self.place(node).0.source.as_str();
        let pairs = |groups: &[Vec<usize>], is: &dyn Fn(usize, usize) -> bool| -> usize {
            let of = |group: &Vec<usize>| {
                let pairs = (0..group.len()).flat_map(|i| (i + 1..group.len()).map(move |j| (i, j)));
                pairs
                    .filter(|&(i, j)| counts(source(group[i]), source(group[j])) && is(group[i], group[j]))
                    .count()
            };
            groups.iter().map(of).sum()
        };
        let truth = pairs(of_person, &|_, _| true);
        let found = pairs(of_cluster, &|_, _| true);
        let right = pairs(of_person, &|a, b| self.together(a, b));
        let (precision, recall) = (right as f64 / found as f64, right as f64 / truth as f64);
        println!(
            "{what}: precision {precision:.5}, recall {recall:.5}, F1 {:.5} ({} wrong, {} missed of {truth})",
            2.0 * precision * recall / (precision + recall),
            found - right,
            truth - right
        );
    }

    /// Prints the recall of pairs by kind of error in one of their records.
    fn tell_kinds(&self, of_person: &[Vec<usize>]) {
        let mut kinds: BTreeMap<&str, [usize; 3]> = BTreeMap::new();
        for group in of_person {
            for &node in group {
                let right =
                    group.iter().filter(|&&other| other != node && self.together(node, other)).count();
                for kind in self.truth[node].2.split(';') {
                    let counted = kinds.entry(kind).or_default();
                    counted[0] += 1;
                    counted[1] += group.len() - 1;
                    counted[2] += right;
                }
            }
        }
        for (kind, [records, truth, right]) in kinds {
            let recall = right as f64 / truth.max(1) as f64;
            println!("  {kind:<18} {records:>7} records, recall {recall:.4} ({} missed)", truth - right);
        }
    }

    /// Source and row of a record.
    fn place(&self, node: usize) -> (&ComparableSource, usize) {
        let source = self.resolution.offsets.partition_point(|&first| first as usize <= node) - 1;
        (&self.comparables[source], node - self.resolution.offsets[source] as usize)
    }

    fn describe(&self, node: usize) -> String {
        let (fields, row) = self.place(node);
        let id = fields
            .id_numbers("id_number")
            .map(|ids| format!("{:?} {:?}", ids[row].class, ids[row].to_text()));
        let name = fields.names("name").map(|(names, pool)| pool.get(names[row]).clean());
        let birth = fields.dates("birth_date").map_or(0, |dates| dates[row]);
        let division = fields.divisions("division").map_or(0, |divisions| divisions[row]);
        let (_, person, kinds) = &self.truth[node];
        let (id, name) = (id.unwrap_or_default(), name.unwrap_or_default());
        format!("{} {name} {id} {birth} d{division} {person} [{kinds}]", fields.source)
    }

    fn show(&self, what: &str, group: &[usize]) {
        println!("{what}");
        for &node in group {
            println!("  {} -> {}", self.describe(node), self.resolution.person[node]);
        }
        let links = &self.links;
        for at in 0..links.left.len() {
            let (left, right) = (links.left[at] as usize, links.right[at] as usize);
            if group.contains(&left) && group.contains(&right) {
                let levels: Vec<u8> = links.levels.iter().map(|levels| levels[at]).collect();
                println!(
                    "    {} - {}: {} {:?} {:?} {levels:?}",
                    self.place(left).0.source,
                    self.place(right).0.source,
                    links.weight[at],
                    links.tier[at],
                    links.decision[at]
                );
            }
        }
    }
}
