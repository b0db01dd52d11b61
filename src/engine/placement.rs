//! Where the tables between the stages lie, and in how many buckets rules are run.

use std::path::Path;

use rustix::fs::statvfs;

use super::RunPlan;
use crate::reconcile::views::ViewPlacement;
use crate::table::rows::RowStore;
use crate::{Error, Result};

/// Where data sits.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default)]
pub enum Engine {
    /// All in memory.
    #[default]
    Memory,
    /// Large tables in scratch files beside the publications, rules in stable hash buckets.
    Buckets {
        /// Bytes of memory to stay within, as far as the sum of persons allows.
        memory: u64,
    },
}

/// Memory that a record takes from linking to publishing, wherever its columns lie: numbers,
/// name, divisions, keys, person and household. Measured at ten million persons.
const RESIDENT: u64 = 130;
/// Memory that a record's columns take while the rules are run over them, joins included.
const RULES: u64 = 1_600;
/// Memory of the program and its tables of codes, names and shapes.
const FIXED: u64 = 150_000_000;
/// Most buckets: each has a file per view open.
const MOST_BUCKETS: u64 = 128;
/// Rejected rows of one source may take this part of the memory: lists are made of them, too.
const REJECTS: u64 = 8;
/// Scratch files and the new publication, in bytes per byte of extract.
const DISK: u64 = 4;

/// The scratch of one run. Its files have no names: they are gone with the process, however
/// it ends.
#[derive(Debug)]
pub(super) struct RunScratch {
    pub(super) store: RowStore,
    memory: u64,
}

impl RunScratch {
    /// Checks that the disk can hold what the run of `extracts` bytes will write, and opens the store.
    pub(super) fn begin(plan: &RunPlan, extracts: u64) -> Result<Self> {
        std::fs::create_dir_all(&plan.out).map_err(|e| {
            Error::io("准备发布文件夹", &plan.out, e).hint("检查该文件夹是否可写、磁盘是否已满")
        })?;
        match plan.engine {
            Engine::Memory => {
                check_disk_space(&plan.out, extracts.saturating_mul(DISK - 1))?;
                Ok(Self { store: RowStore::Memory, memory: 0 })
            }
            Engine::Buckets { memory } => {
                check_disk_space(&plan.out, extracts.saturating_mul(DISK))?;
                Ok(Self { store: RowStore::Folder(plan.out.clone()), memory })
            }
        }
    }

    /// Bytes of memory that what is rejected of a source may take: it lies in memory until it is published.
    pub(super) fn reject_room(&self) -> u64 {
        match self.store {
            RowStore::Memory => u64::MAX,
            RowStore::Folder(_) => self.memory / REJECTS,
        }
    }

    /// How views are built for so many records.
    pub(super) fn placement(&self, records: usize) -> ViewPlacement {
        let buckets = match self.store {
            RowStore::Memory => 1,
            RowStore::Folder(_) => bucket_count(records as u64, self.memory),
        };
        ViewPlacement { store: self.store.clone(), buckets }
    }
}

/// Buckets small enough for what linking leaves of the memory.
fn bucket_count(records: u64, memory: u64) -> usize {
    let left = memory.saturating_sub(FIXED + records * RESIDENT).max(memory / 8);
    (records * RULES).div_ceil(left).clamp(2, MOST_BUCKETS) as usize
}

fn check_disk_space(out: &Path, needed: u64) -> Result<()> {
    let Ok(disk) = statvfs(out) else { return Ok(()) };
    check_room(out, needed, disk.f_bavail.saturating_mul(disk.f_frsize))
}

fn check_room(out: &Path, needed: u64, free: u64) -> Result<()> {
    if free >= needed {
        return Ok(());
    }
    let size = |bytes: u64| match bytes {
        0..1_000_000_000 => format!("{:.1}MB", bytes as f64 / 1e6),
        _ => format!("{:.1}GB", bytes as f64 / 1e9),
    };
    Err(Error::io("准备发布文件夹", out, std::io::Error::from(std::io::ErrorKind::StorageFull)).hint(
        format!("这次运行大约要写{}，磁盘只剩{}；清出空间，或换一个 --out 文件夹", size(needed), size(free)),
    ))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn more_memory_needs_fewer_buckets() {
        let counts = [1, 2, 4, 64].map(|gigabytes| bucket_count(12_800_000, gigabytes * 1_000_000_000));
        assert!(counts.is_sorted_by(|a, b| a >= b), "{counts:?}");
        assert_eq!(counts[3], 2, "rules are run in buckets whenever the engine is asked for");
        assert!(counts[0] <= MOST_BUCKETS as usize);
        assert_eq!(bucket_count(100_000, 2_000_000_000), 2);
    }

    #[test]
    fn a_disk_that_is_too_small_is_named_with_the_cure() {
        let folder = tempfile::tempdir().unwrap();
        let out = folder.path().to_owned();
        assert!(check_disk_space(&out, 1_000).is_ok());
        assert!(check_disk_space(&out, u64::MAX).is_err());
        let error = check_disk_space(&out, u64::MAX / 2).unwrap_err();
        assert!(format!("{error:?}").contains("--out"), "{error:?}");
        let told = |needed, free| check_room(&out, needed, free).unwrap_err();
        let small = told(2_500_000, 400_000);
        assert!(
            small.hint_text().is_some_and(|hint| hint.contains("2.5MB") && hint.contains("0.4MB")),
            "{small:?}"
        );
        assert!(small.message().ends_with("磁盘已满"), "{small}");
        assert!(told(3_000_000_000, 1).hint_text().is_some_and(|hint| hint.contains("3.0GB")));
    }
}
