//! Ids under a secret, pseudonyms under a key: which keys are taken, what depends on them, what nobody can compute
//! without them, and another secret with a ledger (docs/adr/0015).

mod answers_carried;
mod attack;
mod migrated;
mod refusals;
mod renamed;
mod two_keys;

use std::path::{Path, PathBuf};
use std::sync::OnceLock;

use crate::end_to_end::{key_file, run};

pub(crate) const OTHER_IDENTITY: &[u8] = b"quite another secret, for tests.";
pub(crate) const OTHER_KEY: &[u8] = b"one more invented key, 32 bytes!";

/// Other keys than those of [`crate::end_to_end::key`], beside them.
fn other_keys(folder: &Path) -> PathBuf {
    key_file(&folder.join("other.identity.key"), OTHER_IDENTITY);
    key_file(&folder.join("other.key"), OTHER_KEY)
}

/// Both quarters as [`crate::end_to_end::published`] has them, under other keys.
fn published_under_others() -> &'static Path {
    static OUT: OnceLock<tempfile::TempDir> = OnceLock::new();
    OUT.get_or_init(|| {
        let folder = tempfile::tempdir().unwrap();
        let key = other_keys(folder.path());
        let out = folder.path().join("out");
        run("2018Q3", &out, &key, &[]);
        run("2018Q4", &out, &key, &[]);
        folder
    })
    .path()
}
