//! For work on weights: every person of an invented quarter that linking got wrong, with what is known
//! of the records, and the weights of the pairs between them.
//!
//! `cargo bench --bench link_errors -- PIPELINE DATA`; DATA comes from `bidui synth` and has the truth.
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
    let Some(arguments) = arguments::after_the_dashes("link_errors PIPELINE DATA", 2) else {
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
    of_person.values().filter(split).for_each(|group| quarter.show("MISSED", group));
    of_cluster.values().filter(mixed).for_each(|group| quarter.show("WRONG", group));
    let review = quarter.links.decision.iter().filter(|d| **d == Decision::Review).count();
    let touched = quarter.resolution.in_review.iter().filter(|r| **r).count();
    println!("{} pairs, {review} review, {touched} records in review", quarter.links.left.len());
    quarter.links.passes.iter().for_each(|pass| println!("{pass:?}"));
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
