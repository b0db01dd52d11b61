//! What the child may take, and which files the kernel still opens for it.
//!
//! The child limits itself before it is told anything of the file: its program is ours until a library reads
//! foreign bytes. Limits cannot be raised again, but for the memory of a package, by what it really unpacks to,
//! and for the memos beside a table.

use std::io::Read as _;
use std::path::{Path, PathBuf};
use std::time::Duration;

/// How much more than its own size the content of a package may be, and the most it may be.
const UNPACKED_PER_BYTE: u64 = 200;
const MOST_UNPACKED: u64 = 4 << 30;
/// Bytes of memory for each byte of what a file honestly holds.
const MEMORY_PER_BYTE: u64 = 3;
/// Files that may be open: the three that every program has, the one that is read, and a few of the system's.
#[cfg(unix)]
const OPEN_FILES: u64 = 16;

/// Memory of the program itself (bytes), and of the file that it reads.
#[derive(Debug)]
pub(super) struct MemoryLimit {
    own: u64,
    base: u64,
    length: u64,
}

impl MemoryLimit {
    /// The limit for a file of `length` bytes; `base`: memory whatever the file holds.
    pub(super) fn new(base: u64, length: u64) -> Self {
        Self { own: own_memory(), base, length }
    }
    fn bytes(&self, honest: u64) -> u64 {
        self.own.saturating_add(self.base).saturating_add(honest.saturating_mul(MEMORY_PER_BYTE))
    }
    fn most(&self) -> u64 {
        self.bytes(self.length.max(MOST_UNPACKED.min(self.length.saturating_mul(UNPACKED_PER_BYTE))))
    }
    /// Sets the limit to what the file's own bytes deserve.
    pub(super) fn set(&self) {
        limit_memory(self.bytes(self.length), self.most());
    }
    /// Raises the limit for a package by what it unpacks to, and for a table by the memos in files beside it, within
    /// bounds. A directory may say anything: what it unpacks to is counted.
    pub(super) fn raise(&self, path: &Path, memos: &[PathBuf]) {
        let most = MOST_UNPACKED.min(self.length.saturating_mul(UNPACKED_PER_BYTE));
        let unpacked = unpacked_bytes(path, most).unwrap_or(0).max(self.length);
        let memos = memos.iter().filter_map(|memo| Some(std::fs::metadata(memo).ok()?.len()));
        let held = memos.fold(unpacked, u64::saturating_add);
        if held > self.length {
            limit_memory(self.bytes(held).min(self.most()), self.most());
        }
    }
}

/// Bytes that a package unpacks to, or `most`; none if it is no package.
fn unpacked_bytes(path: &Path, most: u64) -> Option<u64> {
    let mut file = std::fs::File::open(path).ok()?;
    let mut begin = [0; 2];
    file.read_exact(&mut begin).ok()?;
    // The end of an archive may be sought in all of a file that is none.
    if begin != *b"PK" {
        return None;
    }
    let mut archive = zip::ZipArchive::new(std::io::BufReader::new(file)).ok()?;
    let mut unpacked = 0;
    for at in 0..archive.len() {
        let Ok(part) = archive.by_index_raw(at) else { continue };
        let left = most - unpacked;
        // As far as it can be unpacked.
        let mut count = CountedBytes(0);
        let _ = match part.compression() {
            zip::CompressionMethod::Deflated => {
                std::io::copy(&mut flate2::read::DeflateDecoder::new(part).take(left), &mut count)
            }
            _ => std::io::copy(&mut part.take(left), &mut count),
        };
        unpacked += count.0;
    }
    Some(unpacked)
}

/// Counts what is written.
struct CountedBytes(u64);

impl std::io::Write for CountedBytes {
    fn write(&mut self, bytes: &[u8]) -> std::io::Result<usize> {
        self.0 += bytes.len() as u64;
        Ok(bytes.len())
    }
    fn flush(&mut self) -> std::io::Result<()> {
        Ok(())
    }
}

/// Address space that the program took before it read anything.
#[cfg(target_os = "linux")]
fn own_memory() -> u64 {
    let status = std::fs::read_to_string("/proc/self/status").unwrap_or_default();
    let kib = status.lines().find_map(|line| line.strip_prefix("VmSize:"));
    let kib = kib.and_then(|kib| kib.trim().trim_end_matches(" kB").parse::<u64>().ok());
    // Without /proc: about what the program is known to take.
    kib.map_or(256 << 20, |kib| kib << 10)
}

#[cfg(not(target_os = "linux"))]
fn own_memory() -> u64 {
    0
}

// Elsewhere address space says nothing about memory, or cannot be limited.
#[cfg(target_os = "linux")]
fn limit_memory(now: u64, most: u64) {
    set_limit(rustix::process::Resource::As, now, most);
}

#[cfg(not(target_os = "linux"))]
fn limit_memory(_now: u64, _most: u64) {}

#[cfg(unix)]
fn set_limit(resource: rustix::process::Resource, now: u64, most: u64) {
    let had = rustix::process::getrlimit(resource).maximum;
    let within = |value: u64| Some(had.map_or(value, |had| value.min(had)));
    // A limit that the system does not know is not set: the parent's own limits hold all the same.
    let _ = rustix::process::setrlimit(
        resource,
        rustix::process::Rlimit { current: within(now), maximum: within(most) },
    );
}

/// Limits computing time, files and processes; nothing can be written, and no core is left behind.
#[cfg(unix)]
pub(super) fn limit_process(time: Duration) {
    use rustix::process::Resource;
    let seconds = time.as_secs().max(1);
    set_limit(Resource::Cpu, seconds, seconds.saturating_add(1));
    set_limit(Resource::Nofile, OPEN_FILES, OPEN_FILES);
    set_limit(Resource::Fsize, 0, 0);
    set_limit(Resource::Core, 0, 0);
    set_limit(Resource::Nproc, 0, 0);
}

#[cfg(not(unix))]
pub(super) fn limit_process(_time: Duration) {}

/// Ends this process with its parent, also where it hangs; false if the parent is gone already.
#[cfg(target_os = "linux")]
pub(super) fn end_with_parent(parent: u32) -> bool {
    let _ = rustix::process::set_parent_process_death_signal(Some(rustix::process::Signal::KILL));
    rustix::process::getppid().is_some_and(|now| now.as_raw_nonzero().get().unsigned_abs() == parent)
}

// Elsewhere the closed pipe tells.
#[cfg(not(target_os = "linux"))]
pub(super) fn end_with_parent(_parent: u32) -> bool {
    true
}

/// Has the kernel refuse this thread, and whatever it starts, every file but these for reading, the network
/// and signals to others; true if it does.
#[cfg(target_os = "linux")]
pub(super) fn refuse_other_files(files: &[&Path]) -> bool {
    use landlock::{
        ABI, Access, AccessFs, AccessNet, PathBeneath, PathFd, Ruleset, RulesetAttr, RulesetCreatedAttr,
        RulesetStatus, Scope,
    };
    let restrict = || -> Option<RulesetStatus> {
        let rules = Ruleset::default().handle_access(AccessFs::from_all(ABI::V6)).ok()?;
        let rules = rules.handle_access(AccessNet::from_all(ABI::V6)).ok()?;
        let rules = rules.scope(Scope::from_all(ABI::V6)).ok()?.create().ok()?;
        let rules = files.iter().try_fold(rules, |rules, path| {
            rules.add_rule(PathBeneath::new(PathFd::new(path).ok()?, AccessFs::ReadFile)).ok()
        })?;
        Some(rules.restrict_self().ok()?.ruleset)
    };
    // A kernel that knows some of it refuses files at least.
    restrict().is_some_and(|status| status != RulesetStatus::NotEnforced)
}

#[cfg(not(target_os = "linux"))]
pub(super) fn refuse_other_files(_files: &[&Path]) -> bool {
    false
}

#[cfg(all(test, target_os = "linux"))]
mod tests {
    use super::*;

    #[test]
    fn only_the_file_itself_can_be_read() {
        let folder = tempfile::tempdir().unwrap();
        let at = |name: &str| folder.path().join(name);
        std::fs::write(at("a.xls"), b"a").unwrap();
        std::fs::write(at("b.xls"), b"b").unwrap();
        // The kernel confines the thread that asks for it.
        let tried = std::thread::spawn({
            let (a, b, c) = (at("a.xls"), at("b.xls"), at("c.xls"));
            move || {
                let confined = refuse_other_files(&[&a]);
                let denied = |outcome: std::io::Result<()>| {
                    outcome.is_err_and(|e| e.kind() == std::io::ErrorKind::PermissionDenied)
                };
                let read = std::fs::read(&a).is_ok();
                let others = [
                    denied(std::fs::read(&b).map(|_| ())),
                    denied(std::fs::write(&a, b"x")),
                    denied(std::fs::write(&c, b"x")),
                    denied(std::fs::remove_file(&a)),
                    denied(std::process::Command::new("/bin/true").status().map(|_| ())),
                ];
                (confined, read, others)
            }
        });
        let (confined, read, others) = tried.join().unwrap();
        assert!(read);
        assert_eq!(others, [confined; 5]);
    }

    #[test]
    fn what_a_package_says_it_unpacks_to_is_not_believed() {
        let folder = tempfile::tempdir().unwrap();
        let path = folder.path().join("a.xlsx");
        let mut zip = zip::ZipWriter::new(std::io::Cursor::new(Vec::new()));
        zip.start_file("a", zip::write::SimpleFileOptions::default()).unwrap();
        std::io::Write::write_all(&mut zip, &[b'x'; 70_000]).unwrap();
        let mut bytes = zip.finish().unwrap().into_inner();
        let size = 70_000u32.to_le_bytes();
        let places: Vec<usize> = (0..bytes.len() - 4).filter(|&at| bytes[at..at + 4] == size).collect();
        assert!(!places.is_empty());
        for said in [1, u32::MAX - 1] {
            places.iter().for_each(|&at| bytes[at..at + 4].copy_from_slice(&u32::to_le_bytes(said)));
            std::fs::write(&path, &bytes).unwrap();
            assert_eq!(unpacked_bytes(&path, 1 << 30), Some(70_000));
            assert_eq!(unpacked_bytes(&path, 1_000), Some(1_000));
        }
        std::fs::write(&path, b"no package").unwrap();
        assert_eq!(unpacked_bytes(&path, 1 << 30), None);
    }

    #[test]
    fn memory_grows_with_what_is_honestly_held() {
        let limit = |length| {
            let limit = MemoryLimit { own: 0, base: 100, length };
            (limit.bytes(length), limit.most())
        };
        assert_eq!(limit(10), (130, 100 + 3 * 2_000));
        assert_eq!(limit(1 << 30).1, 100 + 3 * (4 << 30));
        assert_eq!(limit(5 << 30), (100 + 15 * (1 << 30), 100 + 15 * (1 << 30)));
    }
}
