//! The file that answers are kept in.

use std::fs::{self, OpenOptions};
use std::os::unix::fs::{FileExt as _, OpenOptionsExt as _};
use std::path::{Path, PathBuf};
use std::time::Duration;

use rusqlite::{Connection, OpenFlags, OptionalExtension as _, TransactionBehavior};

use super::store_copies::check_not_restoring;
use crate::{Error, Result};

/// Folder below the output folder.
pub(crate) const FOLDER: &str = "answers";
/// The file in it.
pub(crate) const FILE: &str = "answers.sqlite";
/// Statements that make a store of each version out of the one before; the first out of an empty file.
pub(super) const MIGRATIONS: [&str; 5] = [
    include_str!("answer_store.sql"),
    include_str!("answer_imports.sql"),
    include_str!("answer_pairs.sql"),
    include_str!("answer_reviews.sql"),
    include_str!("answer_facts.sql"),
];
/// Marks the file as this program's (SQLite's `application_id`): `bdan`.
pub(super) const APPLICATION: i32 = 0x6264_616e;
/// How long to wait for another process that writes.
pub(super) const PATIENCE: Duration = Duration::from_secs(10);
/// Fact: name of the identity secret under which its exceptions are called so.
pub(super) const IDENTITY: &str = "identity_id";

/// Copies of what came back, below an output folder.
pub(crate) const RETURNED: &str = "answers/returned";

/// Path of the file of answers of an output folder.
pub(crate) fn store_path(out: &Path) -> PathBuf {
    out.join(FOLDER).join(FILE)
}

/// Looks through a whole file of answers for damage.
///
/// # Errors
/// It is damaged.
pub(super) fn check_whole(connection: &Connection, path: &Path) -> Result<()> {
    let asked = connection.query_row("PRAGMA integrity_check", [], |row| row.get::<_, String>(0));
    match asked.map_err(|e| unreadable(path, e))?.as_str() {
        "ok" => Ok(()),
        _ => Err(damaged(path)),
    }
}

/// The answers beside the publications of one output folder.
#[derive(Debug)]
pub struct AnswerStore {
    pub(super) connection: Connection,
    pub(super) path: PathBuf,
}

impl AnswerStore {
    /// Opens the store of an output folder and makes it if there is none. `identity_id` names the identity secret under
    /// which its exceptions are called as they are.
    ///
    /// # Errors
    /// The file is no store, is damaged, of a later version, or of another identity secret; it is being brought back.
    pub fn open(out: &Path, identity_id: &str) -> Result<Self> {
        check_not_restoring(out)?;
        let (folder, path) = (out.join(FOLDER), store_path(out));
        fs::create_dir_all(&folder).map_err(|e| Error::io("准备核查结果的文件夹", &folder, e))?;
        // Whoever may read the file reads who answered what about whom.
        let begun = OpenOptions::new().write(true).create(true).truncate(false).mode(0o600).open(&path);
        begun.map_err(|e| Error::io("准备核查结果文件", &path, e))?;
        let mut store = Self::connect(path, OpenFlags::SQLITE_OPEN_READ_WRITE)?;
        store.migrate()?;
        store.check_identity(identity_id)?;
        Ok(store)
    }

    /// Opens the store of an output folder to read; `None` if there is none.
    ///
    /// # Errors
    /// As [`AnswerStore::open`].
    pub fn find(out: &Path, identity_id: &str) -> Result<Option<Self>> {
        check_not_restoring(out)?;
        let path = store_path(out);
        match path.symlink_metadata() {
            Err(e) if e.kind() == std::io::ErrorKind::NotFound => return Ok(None),
            Err(e) => return Err(Error::io("打开核查结果文件", &path, e)),
            Ok(_) => {}
        }
        // A journal that a crash left behind is played back, which writes.
        let mut store = Self::connect(path, OpenFlags::SQLITE_OPEN_READ_WRITE)?;
        store.migrate()?;
        store.check_identity(identity_id)?;
        Ok(Some(store))
    }

    /// Name of the identity secret under which the exceptions of an output folder's store are called; `None`: there is none.
    ///
    /// # Errors
    /// The file cannot be read.
    pub(crate) fn identity(out: &Path) -> Result<Option<String>> {
        let path = store_path(out);
        if path.symlink_metadata().is_err_and(|e| e.kind() == std::io::ErrorKind::NotFound) {
            return Ok(None);
        }
        check_not_restoring(out)?;
        let mut store = Self::connect(path, OpenFlags::SQLITE_OPEN_READ_WRITE)?;
        store.migrate()?;
        store.own_identity()
    }

    fn own_identity(&self) -> Result<Option<String>> {
        let failed = |e| unreadable(&self.path, e);
        let mut asked =
            self.connection.prepare("SELECT value FROM store_fact WHERE name = ?1").map_err(failed)?;
        asked.query_row([IDENTITY], |row| row.get(0)).optional().map_err(failed)
    }

    /// A number that every change of the store's file changes, whichever program made it; `None`: there is none. It is read
    /// without opening the store, so that it can be asked for all the time.
    pub(crate) fn change_counter(out: &Path) -> Option<u32> {
        // SQLite's file format, 1.3.7: big-endian, at offset 24.
        let file = fs::File::open(store_path(out)).ok()?;
        let mut counter = [0; 4];
        file.read_exact_at(&mut counter, 24).ok()?;
        Some(u32::from_be_bytes(counter))
    }

    fn connect(path: PathBuf, flags: OpenFlags) -> Result<Self> {
        let opened = Connection::open_with_flags(&path, flags | OpenFlags::SQLITE_OPEN_NO_MUTEX);
        let connection = opened.map_err(|e| unreadable(&path, e))?;
        let prepared = connection.busy_timeout(PATIENCE).and_then(|()| {
            // What is acknowledged is on the disk, in one file and nowhere beside it.
            connection.execute_batch(
                "PRAGMA journal_mode = DELETE; PRAGMA synchronous = EXTRA; PRAGMA foreign_keys = ON; \
                 PRAGMA trusted_schema = OFF; PRAGMA secure_delete = ON;",
            )
        });
        prepared.map_err(|e| unreadable(&path, e))?;
        Ok(Self { connection, path })
    }

    /// Brings the file to the present version.
    fn migrate(&mut self) -> Result<()> {
        let path = self.path.clone();
        let failed = |e| unreadable(&path, e);
        let transaction = self.connection.transaction_with_behavior(TransactionBehavior::Immediate);
        let transaction = transaction.map_err(failed)?;
        let number = |pragma: &str| transaction.query_row(pragma, [], |row| row.get::<_, i32>(0));
        let version = number("PRAGMA user_version").map_err(failed)?;
        let application = number("PRAGMA application_id").map_err(failed)?;
        let tables = number("SELECT count(*) FROM sqlite_schema").map_err(failed)?;
        if (tables > 0 || version > 0) && application != APPLICATION {
            return Err(Error::input("这个文件不是核查结果文件")
                .in_file(&path)
                .hint("用 bidui restore 从备份恢复，或移走这个文件后重新导入交回的清单"));
        }
        let known = MIGRATIONS.len() as i32;
        if version > known {
            return Err(Error::input(format!(
                "核查结果文件是较新的程序写的（版本{version}，本程序认到{known}）"
            ))
            .in_file(&path)
            .hint("换用写它的那一版程序，或更新的"));
        }
        if version == known {
            return Ok(());
        }
        for statements in &MIGRATIONS[usize::try_from(version).unwrap_or_default()..] {
            transaction.execute_batch(statements).map_err(failed)?;
        }
        let marks = format!("PRAGMA application_id = {APPLICATION}; PRAGMA user_version = {known};");
        transaction.execute_batch(&marks).and_then(|()| transaction.commit()).map_err(failed)
    }

    /// Refuses a store whose exceptions are called by names under another secret; a new one takes this secret's.
    fn check_identity(&self, identity_id: &str) -> Result<()> {
        let failed = |e| unreadable(&self.path, e);
        match self.own_identity()? {
            Some(named) if named == identity_id => Ok(()),
            Some(named) => Err(Error::input(format!(
                "核查结果是在另一个身份密钥（{named}）下记的，现在的是{identity_id}"
            ))
            .in_file(&self.path)
            .hint("用 --identity-file 指向那个身份密钥；换过密钥的，对发布文件夹运行 bidui migrate，核查结果一起换过来；已经换过来的，先用现在的身份密钥运行一次 bidui run")),
            None => {
                let begin = "INSERT INTO store_fact (name, value) VALUES (?1, ?2)";
                self.connection.execute(begin, [IDENTITY, identity_id]).map(drop).map_err(failed)
            }
        }
    }

    /// Looks through the whole file for damage.
    ///
    /// # Errors
    /// It is damaged.
    pub fn check_whole(&self) -> Result<()> {
        check_whole(&self.connection, &self.path)
    }
}

/// A failure of the file as an officer can act on it.
pub(super) fn unreadable(path: &Path, error: rusqlite::Error) -> Error {
    use rusqlite::ErrorCode::{
        DatabaseBusy, DatabaseCorrupt, DatabaseLocked, DiskFull, NotADatabase, ReadOnly,
    };
    let told = match error.sqlite_error_code() {
        Some(DatabaseCorrupt | NotADatabase) => return damaged(path).caused_by(error),
        Some(DatabaseBusy | DatabaseLocked) => {
            Error::input("另一个程序正在写核查结果").hint("等它结束后再试；没有别的程序在用的，重新启动电脑")
        }
        Some(DiskFull) => Error::input("写核查结果时磁盘已满，这一次的没有记下").hint("清出空间后再导入一次"),
        Some(ReadOnly) => Error::input("核查结果文件不能写").hint("检查文件和文件夹的权限"),
        _ => Error::internal("核查结果文件读写失败"),
    };
    told.in_file(path).caused_by(error)
}

pub(super) fn damaged(path: &Path) -> Error {
    Error::input("核查结果文件已损坏")
        .in_file(path)
        .hint("用 bidui restore 从备份恢复，再导入备份以后交回的清单")
}
