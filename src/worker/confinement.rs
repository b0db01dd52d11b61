//! What the child may take, and which files the kernel still opens for it.
//!
//! The child limits itself before it is told anything of the file: its program is ours until a library reads
//! foreign bytes. Limits cannot be raised again, but for the memory of a package that says honestly what it
//! unpacks to.

use std::path::Path;
use std::time::Duration;

/// How much more than its own size the content of a package may say it is, and the most it may be.
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
    /// Raises the limit for a package to what its directory says it unpacks to, within bounds.
    pub(super) fn raise_for_package(&self, path: &Path) {
        let unpacked = std::fs::File::open(path).ok().and_then(|file| {
            let mut archive = zip::ZipArchive::new(std::io::BufReader::new(file)).ok()?;
            let sizes = (0..archive.len()).map(|at| archive.by_index_raw(at).map_or(0, |entry| entry.size()));
            Some(sizes.fold(0u64, u64::saturating_add))
        });
        if let Some(unpacked) = unpacked {
            limit_memory(self.bytes(unpacked.max(self.length)).min(self.most()), self.most());
        }
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
