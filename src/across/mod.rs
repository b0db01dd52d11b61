//! Beside the line: persons who stand in the publications of several prefectures.
//!
//! A prefecture links its own lists. Whoever is listed in two prefectures can only be seen by the
//! province, which has their publications. In: the folders of finished publications. Out:
//! `cross_link.parquet` (names and numbers, mode 0600) and `cross_link.csv` for officers (numbers
//! masked), one row per pair of persons under one ID number.
//!
//! Only whole ID numbers lead from one prefecture to another: a name and a birth date that two of
//! a hundred million people share prove nothing. What one prefecture could not link by number
//! is not linked here either.
//!
//! Memory is a setting: numbers are gone through in as many parts as it takes (by a hash, so that
//! one number is in one part), each part reading the number column of every publication once.

use std::collections::BTreeSet;
use std::path::PathBuf;

mod output;
mod shared_numbers;
mod shared_person;

use crate::normalize::NameForm;
use crate::progress::Progress;
use crate::publication::snapshot::Snapshot;
use crate::{Error, Result};

use shared_person::ListedPerson;

/// A validated order to compare publications.
#[derive(Debug, Clone)]
pub struct AcrossPlan {
    /// Publications, at least two.
    pub publications: Vec<PathBuf>,
    /// Folder to write to.
    pub out: PathBuf,
    /// Bytes of memory for the numbers that are compared at a time.
    pub memory: u64,
}

/// What a pair under one number is.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord)]
pub(crate) enum SharedVerdict {
    /// Number and name agree, the number is confirmed on both sides.
    Same,
    /// Number and name agree, but its check character was not delivered or is wrong on a side.
    Probable,
    /// The number agrees, the names are those of two people: a human must look.
    Names,
}

impl SharedVerdict {
    /// Tier as in links within a prefecture: 1, 4 or 6.
    pub(crate) fn tier(self) -> i32 {
        match self {
            Self::Same => 1,
            Self::Probable => 4,
            Self::Names => 6,
        }
    }
    /// In words for officers.
    pub(crate) fn title(self) -> &'static str {
        match self {
            Self::Same => "证号、姓名一致",
            Self::Probable => "证号、姓名一致，证号未经校验",
            Self::Names => "证号相同、姓名不同，待核实",
        }
    }
}

/// A person of one publication and a person of a later one in the list, under one number.
#[derive(Debug, Clone)]
struct SharedPerson {
    left: ListedPerson,
    right: ListedPerson,
    verdict: SharedVerdict,
}

impl SharedPerson {
    fn side(&self, left: bool) -> &ListedPerson {
        if left { &self.left } else { &self.right }
    }
}

/// Pairs between two publications.
#[derive(Debug, Clone, PartialEq, Eq, serde::Serialize)]
pub struct PairsBetween {
    /// Publication.
    pub left: String,
    /// The other.
    pub right: String,
    /// Pairs whose names agree.
    pub same: u64,
    /// Pairs whose names differ.
    pub differ: u64,
}

/// What was compared and found.
#[derive(Debug, Clone, PartialEq, Eq, serde::Serialize)]
pub struct AcrossSummary {
    /// Persons with a number by publication.
    pub persons: Vec<(String, u64)>,
    /// Pairs by publications that have any.
    pub between: Vec<PairsBetween>,
    /// Files written.
    pub files: Vec<PathBuf>,
}

/// Compares the publications and writes what they share.
///
/// # Errors
/// Fewer than two publications, one that is not complete, two of different quarters.
pub fn find_shared_persons(plan: &AcrossPlan, progress: &dyn Progress) -> Result<AcrossSummary> {
    let publications = open(plan)?;
    let persons =
        publications.iter().map(shared_numbers::count_numbered_persons).collect::<Result<Vec<u64>>>()?;
    let parts = shared_numbers::parts_for_memory(persons.iter().sum::<u64>(), plan.memory);
    progress.stage("比对证号", Some(u64::from(parts) * publications.len() as u64));
    let mut pairs = Vec::new();
    let mut numbered = vec![0; publications.len()];
    for part in 0..parts {
        let found = shared_numbers::read_shared_numbers(&publications, (part, parts), progress)?;
        numbered.iter_mut().zip(&found.numbered).for_each(|(sum, n)| *sum += n);
        pairs.extend(pair_shared_persons(
            shared_person::read_listed_persons(&publications, &found.places)?,
            &found.groups,
        ));
    }
    // However many parts there were, the rows come in one order.
    pairs.sort_by(|a, b| shared_person_sort_key(a).cmp(&shared_person_sort_key(b)));
    progress.stage("写出", None);
    let names: Vec<String> = publications.iter().map(|p| p.folder().display().to_string()).collect();
    let written = output::write_across_files(plan, &names, &pairs)?;
    Ok(AcrossSummary {
        between: count_pairs_between(&names, &pairs),
        persons: names.into_iter().zip(numbered).collect(),
        files: written,
    })
}

/// Opens the publications, each once, and sees that they may be compared.
fn open(plan: &AcrossPlan) -> Result<Vec<Snapshot>> {
    if plan.publications.len() < 2 {
        return Err(Error::usage("至少要两个发布").hint("依次给出各市的发布，例如 鹤壁/2018Q3 安阳/2018Q3"));
    }
    let mut opened: Vec<Snapshot> = Vec::new();
    let mut seen: BTreeSet<PathBuf> = BTreeSet::new();
    for named in &plan.publications {
        let publication = Snapshot::open(named)?;
        let folder = publication.folder();
        let place = std::fs::canonicalize(folder).map_err(|e| Error::io("打开发布", folder, e))?;
        if !seen.insert(place) {
            return Err(Error::usage("同一个发布给了两次").in_file(folder).hint("每个市给一个发布"));
        }
        let first = opened.first().map_or(publication.period(), Snapshot::period);
        if publication.period() != first {
            return Err(Error::usage(format!(
                "期别不同：这个发布是{}，前面的是{first}",
                publication.period()
            ))
            .in_file(folder)
            .hint("跨市比对要用同一期的发布"));
        }
        opened.push(publication);
    }
    Ok(opened)
}

/// All pairs of different publications among the persons of each number.
fn pair_shared_persons(listed: Vec<ListedPerson>, groups: &[usize]) -> Vec<SharedPerson> {
    let mut pairs = Vec::new();
    let mut from = 0;
    for &size in groups {
        let group = &listed[from..from + size];
        from += size;
        let forms: Vec<NameForm> = group.iter().map(|one| NameForm::analyse(&one.name)).collect();
        for (a, left) in group.iter().enumerate() {
            for (b, right) in group.iter().enumerate().skip(a + 1) {
                if left.publication != right.publication {
                    let verdict = shared_person::judge_shared_person((left, &forms[a]), (right, &forms[b]));
                    pairs.push(SharedPerson { left: left.clone(), right: right.clone(), verdict });
                }
            }
        }
    }
    pairs
}

fn shared_person_sort_key(pair: &SharedPerson) -> (u16, u16, &str, &str) {
    (pair.left.publication, pair.right.publication, &pair.left.person_id, &pair.right.person_id)
}

fn count_pairs_between(names: &[String], pairs: &[SharedPerson]) -> Vec<PairsBetween> {
    pairs
        .chunk_by(|a, b| {
            (a.left.publication, a.right.publication) == (b.left.publication, b.right.publication)
        })
        .map(|same| {
            let differ = same.iter().filter(|pair| pair.verdict == SharedVerdict::Names).count() as u64;
            PairsBetween {
                left: names[usize::from(same[0].left.publication)].clone(),
                right: names[usize::from(same[0].right.publication)].clone(),
                same: same.len() as u64 - differ,
                differ,
            }
        })
        .collect()
}
