//! Links against the truth: pairwise precision, recall and F1, by threshold, and by cluster.

use std::collections::{BTreeMap, BTreeSet, HashMap};
use std::path::{Path, PathBuf};

use serde::Serialize;

use super::calibration::{ProbabilityScale, ReliabilityTable};
use crate::publication::table_reader;
use crate::{Error, Result};

/// How good a set of links is.
#[derive(Debug, Clone, Default, Serialize)]
pub struct LinkScore {
    /// Records in the truth.
    pub records: u64,
    /// True pairs.
    pub truth: u64,
    /// Accepted pairs between records of the truth.
    pub accepted: CountedPairs,
    /// Pairs of records in one cluster, where clusters were written.
    pub clusters: Option<CountedPairs>,
    /// What each weight threshold would give, accepted and review pairs together.
    pub thresholds: Vec<ThresholdRow>,
    /// Links that name a record the truth does not know.
    pub unknown: u64,
    /// Do probabilities mean what they say?
    pub calibration: ReliabilityTable,
    /// By kind of error in a record (empty: none), where the truth names it.
    pub kinds: Vec<KindCount>,
    /// By level reached in each comparison: what wrong, missed and right pairs look like.
    pub levels: Vec<LevelCount>,
}

/// Pairs in which a record has one kind of error.
#[derive(Debug, Clone, Default, PartialEq, Eq, Serialize)]
pub struct KindCount {
    /// Kind; empty for records without an error.
    pub kind: String,
    /// Records with it.
    pub records: u64,
    /// True pairs of these records.
    pub truth: u64,
    /// Found and right ones among the pairs of these records (in clusters where written, else accepted).
    pub counted: CountedPairs,
}

/// Scored pairs that reached one level.
#[derive(Debug, Clone, Default, PartialEq, Eq, Serialize)]
pub struct LevelCount {
    /// Comparison.
    pub comparison: String,
    /// Level number (0 missing, 1 best).
    pub level: u8,
    /// Accepted pairs.
    pub accepted: CountedPairs,
    /// Pairs left for review.
    pub review: CountedPairs,
}

/// Pairs found and how many of them are true.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq, Serialize)]
pub struct CountedPairs {
    /// Pairs found.
    pub found: u64,
    /// True ones among them.
    pub right: u64,
}

/// One row of the threshold table.
#[derive(Debug, Clone, Serialize)]
pub struct ThresholdRow {
    /// Smallest weight, bits.
    pub weight: f64,
    /// Pairs at or above it.
    pub counted: CountedPairs,
}

impl CountedPairs {
    /// Share of found pairs that are true; 1 if none was found.
    pub fn precision(self) -> f64 {
        if self.found == 0 { 1.0 } else { self.right as f64 / self.found as f64 }
    }
    /// Share of `truth` pairs that were found; 1 if there are none.
    pub fn recall(self, truth: u64) -> f64 {
        if truth == 0 { 1.0 } else { self.right as f64 / truth as f64 }
    }
    /// Harmonic mean of both.
    pub fn f1(self, truth: u64) -> f64 {
        let (p, r) = (self.precision(), self.recall(truth));
        if p + r == 0.0 { 0.0 } else { 2.0 * p * r / (p + r) }
    }
}

/// True entity of each record, or true pairs.
enum LinkTruth {
    Entities { entities: HashMap<String, u32>, kinds: HashMap<String, String> },
    Pairs { pairs: BTreeSet<(String, String)>, records: BTreeSet<String> },
}

impl LinkTruth {
    /// Whether two records are the same, `None` if one is unknown.
    fn same(&self, left: &str, right: &str) -> Option<bool> {
        match self {
            Self::Entities { entities, .. } => Some(entities.get(left)? == entities.get(right)?),
            Self::Pairs { pairs, .. } => Some(pairs.contains(&ordered_link_ends(left, right))),
        }
    }
    fn knows(&self, record: &str) -> bool {
        match self {
            Self::Entities { entities, .. } => entities.contains_key(record),
            Self::Pairs { records, .. } => records.contains(record),
        }
    }
}

fn ordered_link_ends(a: &str, b: &str) -> (String, String) {
    if a <= b { (a.to_owned(), b.to_owned()) } else { (b.to_owned(), a.to_owned()) }
}

/// Scores `links` (a `link.parquet`, or the folder that holds one) against a truth file: CSV with
/// `record_id` and `entity` (or `person`), or with `left_record_id` and `right_record_id`.
///
/// With entities, pairs across tables count where links join different tables only, all pairs
/// where some link joins records of one table. Where the truth names each record's `source`, tables
/// that took no part in the linkage are left out.
///
/// # Errors
/// A file that is missing, damaged or has other columns; a truth that names none of the records.
pub fn evaluate_links(links: &Path, truth: &Path) -> Result<LinkScore> {
    let file = if links.is_dir() { links.join("link.parquet") } else { links.to_owned() };
    let rows = table_reader::read_rows(&file, |_| true)?;
    let mut score = LinkScore::default();
    let mut weighed: Vec<(i64, bool)> = Vec::with_capacity(rows.len());
    let mut levels: BTreeMap<(String, u8), LevelCount> = BTreeMap::new();
    let records = count_linked_records(&file)?;
    let accepted = rows.iter().filter(|row| row.get("decision") == "accept").count();
    let scale = ProbabilityScale::new(accepted as u64, records);
    let mut chances: Vec<(i64, f64, bool)> = Vec::with_capacity(rows.len());
    let mut table_of: HashMap<&str, &str> = HashMap::new();
    // Whether duplicates within a table count: a task over one table is nothing else.
    let cluster_file = file.with_file_name("cluster.parquet");
    let clusters =
        if cluster_file.is_file() { table_reader::read_rows(&cluster_file, |_| true)? } else { Vec::new() };
    let tables: BTreeSet<&str> = clusters.iter().map(|row| row.get("source")).collect();
    let known = read_truth(truth, &tables)?;
    let mut within = tables.len() == 1;
    for row in &rows {
        let (left, right) = (row.get("left_record_id"), row.get("right_record_id"));
        table_of.insert(left, row.get("left_source"));
        table_of.insert(right, row.get("right_source"));
        within |= row.get("left_source") == row.get("right_source");
        let Some(same) = known.same(left, right) else {
            score.unknown += 1;
            continue;
        };
        if row.get("decision") == "accept" {
            score.accepted.found += 1;
            score.accepted.right += u64::from(same);
        }
        let weight = row.get("weight").parse().unwrap_or(0);
        weighed.push((weight, same));
        chances.push((weight, scale.probability(row), same));
        for (name, level) in row.iter() {
            let Some(comparison) = name.strip_prefix("level_") else { continue };
            let level = level.and_then(|l| l.parse().ok()).unwrap_or(0);
            let count = levels.entry((comparison.to_owned(), level)).or_insert_with(|| LevelCount {
                comparison: comparison.to_owned(),
                level,
                ..LevelCount::default()
            });
            let of = if row.get("decision") == "accept" { &mut count.accepted } else { &mut count.review };
            of.found += 1;
            of.right += u64::from(same);
        }
    }
    score.levels = levels.into_values().collect();
    score.calibration = ReliabilityTable::of(&chances);
    for row in &clusters {
        table_of.insert(row.get("record_id"), row.get("source"));
    }
    match &known {
        LinkTruth::Entities { entities, .. } => {
            score.records = entities.len() as u64;
            let groups = entities
                .iter()
                .map(|(record, entity)| (*entity, table_of.get(record.as_str()).copied().unwrap_or("")));
            score.truth = count_group_pairs(groups, within);
        }
        LinkTruth::Pairs { pairs, records } => {
            score.records = records.len() as u64;
            score.truth = pairs.len() as u64;
        }
    }
    if let (LinkTruth::Entities { entities, .. }, false) = (&known, clusters.is_empty()) {
        let members = || clusters.iter().filter(|row| known.knows(row.get("record_id")));
        let found =
            count_group_pairs(members().map(|row| (row.get("cluster_id"), row.get("source"))), within);
        let right = count_group_pairs(
            members().map(|row| ((row.get("cluster_id"), entities[row.get("record_id")]), row.get("source"))),
            within,
        );
        score.clusters = Some(CountedPairs { found, right });
    }
    if let LinkTruth::Entities { entities, kinds } = &known
        && !kinds.is_empty()
    {
        score.kinds = by_kind(entities, kinds, &rows, &clusters);
    }
    score.thresholds = thresholds(weighed);
    Ok(score)
}

/// Records of the linkage whose links are in `links` (a file or its folder), from the clusters or
/// records beside them; 0 where there are none.
pub(crate) fn count_linked_records(links: &Path) -> Result<u64> {
    use parquet::file::reader::FileReader as _;
    let folder = if links.is_dir() { links } else { links.parent().unwrap_or(links) };
    let Some(file) =
        ["cluster.parquet", "record.parquet"].map(|name| folder.join(name)).into_iter().find(|f| f.is_file())
    else {
        return Ok(0);
    };
    let open = std::fs::File::open(&file).map_err(|e| Error::io("读取数据表", &file, e))?;
    let reader = parquet::file::serialized_reader::SerializedFileReader::new(open)
        .map_err(|e| Error::input("数据表无法读取").in_file(&file).caused_by(e))?;
    Ok(reader.metadata().file_metadata().num_rows().unsigned_abs())
}

/// Recall and precision of the records with each kind of error.
fn by_kind(
    entities: &HashMap<String, u32>,
    kinds: &HashMap<String, String>,
    rows: &[table_reader::TableRow],
    clusters: &[table_reader::TableRow],
) -> Vec<KindCount> {
    let mut out: BTreeMap<&str, KindCount> = BTreeMap::new();
    let mut truth: HashMap<u32, u64> = HashMap::new();
    entities.values().for_each(|entity| *truth.entry(*entity).or_default() += 1);
    let mut found: HashMap<&str, u64> = HashMap::new();
    let mut both: HashMap<(&str, u32), u64> = HashMap::new();
    for row in clusters {
        if let Some(entity) = entities.get(row.get("record_id")) {
            *found.entry(row.get("cluster_id")).or_default() += 1;
            *both.entry((row.get("cluster_id"), *entity)).or_default() += 1;
        }
    }
    let cluster_of: HashMap<&str, &str> =
        clusters.iter().map(|row| (row.get("record_id"), row.get("cluster_id"))).collect();
    let mut linked: HashMap<&str, CountedPairs> = HashMap::new();
    if clusters.is_empty() {
        for row in rows.iter().filter(|row| row.get("decision") == "accept") {
            let (a, b) = (row.get("left_record_id"), row.get("right_record_id"));
            let same = entities.get(a).is_some() && entities.get(a) == entities.get(b);
            for record in [a, b] {
                let counted = linked.entry(record).or_default();
                counted.found += 1;
                counted.right += u64::from(same);
            }
        }
    }
    #[expect(clippy::iter_over_hash_type, reason = "only sums are made, whose order does not matter")]
    for (record, entity) in entities {
        let counted = match cluster_of.get(record.as_str()) {
            Some(cluster) => {
                CountedPairs { found: found[cluster] - 1, right: both[&(*cluster, *entity)] - 1 }
            }
            None => linked.get(record.as_str()).copied().unwrap_or_default(),
        };
        for kind in kinds.get(record).map_or("", String::as_str).split(';') {
            let one = out
                .entry(kind)
                .or_insert_with(|| KindCount { kind: kind.to_owned(), ..KindCount::default() });
            one.records += 1;
            one.truth += truth[entity] - 1;
            one.counted.found += counted.found;
            one.counted.right += counted.right;
        }
    }
    out.into_values().collect()
}

/// True entity of every record of a truth file or folder, as [`evaluate_links`] reads it.
pub(crate) fn read_link_entities(truth: &Path) -> Result<HashMap<String, u32>> {
    match read_truth(truth, &BTreeSet::new())? {
        LinkTruth::Entities { entities, .. } => Ok(entities),
        LinkTruth::Pairs { .. } => {
            Err(Error::input("训练需要 record_id 与 entity 两列的真值").in_file(truth))
        }
    }
}

/// Pairs of members of one group; of different tables only unless `within`.
fn count_group_pairs<G: Ord, T: Ord>(members: impl Iterator<Item = (G, T)>, within: bool) -> u64 {
    let mut groups: BTreeMap<G, BTreeMap<T, u64>> = BTreeMap::new();
    for (group, table) in members {
        *groups.entry(group).or_default().entry(table).or_insert(0) += 1;
    }
    let pairs = |n: u64| n * n.saturating_sub(1) / 2;
    groups
        .values()
        .map(|tables| {
            let all = pairs(tables.values().sum());
            if within { all } else { all - tables.values().map(|&n| pairs(n)).sum::<u64>() }
        })
        .sum()
}

/// Twelve thresholds spread over the weights that occur.
fn thresholds(mut weighed: Vec<(i64, bool)>) -> Vec<ThresholdRow> {
    weighed.sort_unstable_by_key(|(weight, _)| std::cmp::Reverse(*weight));
    let (Some(most), Some(least)) = (weighed.first().map(|w| w.0), weighed.last().map(|w| w.0)) else {
        return Vec::new();
    };
    (0..12)
        .map(|step| {
            let weight = least + (most - least) * step / 12;
            let end = weighed.partition_point(|w| w.0 >= weight);
            let right = weighed[..end].iter().filter(|w| w.1).count() as u64;
            ThresholdRow {
                weight: weight as f64 / 1000.0,
                counted: CountedPairs { found: end as u64, right },
            }
        })
        .collect()
}

/// Reads a truth file; `tables`: sources that took part, empty for all.
fn read_truth(path: &Path, tables: &BTreeSet<&str>) -> Result<LinkTruth> {
    let file: PathBuf = if path.is_dir() { path.join("records.csv") } else { path.to_owned() };
    let bytes = std::fs::read(&file).map_err(|e| Error::io("读取真值", &file, e))?;
    let mut reader = csv::ReaderBuilder::new().trim(csv::Trim::All).from_reader(&bytes[..]);
    let wrong = |e: csv::Error| {
        let row = e.position().map_or(0, csv::Position::line);
        Error::input("真值文件不是合法的 CSV").in_file(&file).at_row(row).caused_by(e)
    };
    let headers = reader.headers().map_err(wrong)?.clone();
    let position =
        |names: &[&str]| headers.iter().position(|h| names.contains(&h.trim_start_matches('\u{feff}')));
    if let (Some(left), Some(right)) = (position(&["left_record_id"]), position(&["right_record_id"])) {
        let (mut pairs, mut records) = (BTreeSet::new(), BTreeSet::new());
        for row in reader.records() {
            let row = row.map_err(wrong)?;
            let (a, b) = (row.get(left).unwrap_or(""), row.get(right).unwrap_or(""));
            records.extend([a.to_owned(), b.to_owned()]);
            pairs.insert(ordered_link_ends(a, b));
        }
        return Ok(LinkTruth::Pairs { pairs, records });
    }
    let (Some(record), Some(entity)) =
        (position(&["record_id"]), position(&["entity", "person", "entity_id"]))
    else {
        return Err(Error::input("真值文件缺少列")
            .in_file(&file)
            .at_row(1)
            .hint("需要 record_id 与 entity 两列，或 left_record_id 与 right_record_id 两列"));
    };
    let mut numbers: HashMap<String, u32> = HashMap::new();
    let (mut entities, mut kinds) = (HashMap::new(), HashMap::new());
    let (kind, source) = (position(&["error_kinds"]), position(&["source"]));
    for row in reader.records() {
        let row = row.map_err(wrong)?;
        let table = source.and_then(|at| row.get(at)).filter(|_| !tables.is_empty());
        if table.is_some_and(|table| !tables.contains(table)) {
            continue;
        }
        let next = numbers.len() as u32;
        let number = *numbers.entry(row.get(entity).unwrap_or("").to_owned()).or_insert(next);
        entities.insert(row.get(record).unwrap_or("").to_owned(), number);
        if let Some(kind) = kind {
            kinds.insert(row.get(record).unwrap_or("").to_owned(), row.get(kind).unwrap_or("").to_owned());
        }
    }
    Ok(LinkTruth::Entities { entities, kinds })
}
