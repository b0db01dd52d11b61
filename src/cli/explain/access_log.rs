//! Who asked for whole numbers: a line each in a file beside the publications.

use std::fs::{File, OpenOptions, Permissions};
use std::io::Write as _;
use std::os::unix::fs::{OpenOptionsExt as _, PermissionsExt as _};
use std::path::Path;

use serde::Serialize;

use crate::publication::folder_lock::host_name;
use crate::{Error, Result};

/// Name of the file, in the output folder.
pub(super) const ACCESS_LOG: &str = ".bidui-access.log";

/// One question.
#[derive(Serialize)]
struct AskedNumbers<'a> {
    at: String,
    user: u32,
    name: String,
    host: String,
    command: &'static str,
    asked: &'a str,
    publication: String,
}

/// Notes that somebody asks for the whole numbers of `asked`; without that they are not shown.
///
/// # Errors
/// The log cannot be written.
pub(super) fn note_access(folder: &Path, publication: &Path, asked: &str) -> Result<()> {
    let path = folder.join(ACCESS_LOG);
    let failed = |e| {
        Error::io("记录查看证件号", &path, e)
            .hint("查看完整证件号要留下记录；请有权写这个文件夹的人来查，或不用 --show-numbers")
    };
    let line = AskedNumbers {
        at: jiff::Timestamp::now().strftime("%Y-%m-%dT%H:%M:%SZ").to_string(),
        user: rustix::process::getuid().as_raw(),
        name: std::env::var("USER").unwrap_or_default(),
        host: host_name(),
        command: "explain --show-numbers",
        asked,
        publication: publication.display().to_string(),
    };
    let line = serde_json::to_string(&line).map_err(|e| Error::internal(e.to_string()))?;
    let mut options = OpenOptions::new();
    options.append(true).create(true).mode(0o600).custom_flags(libc::O_NOFOLLOW | libc::O_NONBLOCK);
    let mut log: File = options.open(&path).map_err(failed)?;
    // It may be of a time when everybody could read it.
    if log.metadata().map_err(failed)?.permissions().mode() & 0o077 != 0 {
        log.set_permissions(Permissions::from_mode(0o600)).map_err(failed)?;
    }
    // In one piece, so that the lines of two who ask at once do not mix.
    log.write_all((line + "\n").as_bytes()).map_err(failed)?;
    log.sync_all().map_err(failed)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn every_question_leaves_a_line() {
        let folder = tempfile::tempdir().unwrap();
        for asked in ["P1", "P2"] {
            let open = Permissions::from_mode(0o644);
            let _ = std::fs::set_permissions(folder.path().join(ACCESS_LOG), open);
            note_access(folder.path(), Path::new("out/2018Q3"), asked).unwrap();
        }
        let path = folder.path().join(ACCESS_LOG);
        let text = std::fs::read_to_string(&path).unwrap();
        let lines: Vec<serde_json::Value> = text.lines().map(|l| serde_json::from_str(l).unwrap()).collect();
        assert_eq!((lines.len(), &lines[1]["asked"]), (2, &"P2".into()));
        assert!(lines[0]["at"].as_str().unwrap().len() == 20 && lines[0]["user"].is_u64());
        assert_eq!(std::fs::metadata(&path).unwrap().permissions().mode() & 0o777, 0o600);
        assert!(note_access(&folder.path().join("no"), Path::new("."), "P1").is_err());
    }
}
