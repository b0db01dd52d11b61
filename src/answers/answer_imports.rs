//! Imports: the batches of the files that came back together, appended at once and undone at once.

use rusqlite::OptionalExtension as _;
use serde::Serialize;

use super::answer_events::{AppendedBatch, BatchOrigin, append_batch, append_undo};
use super::answer_store::{AnswerStore, unreadable};
use crate::model::answer::Answer;
use crate::{Error, Result};

/// What an import left in the store, as `bidui triage log` tells it.
#[derive(Debug, Clone, PartialEq, Eq, Serialize)]
pub struct LoggedImport {
    /// Number of its first batch, by which it is undone.
    pub number: i64,
    /// When.
    pub recorded_at: String,
    /// By whom.
    pub recorded_by: String,
    /// `sheet`, `page`, `draw` or `undo`.
    pub source: String,
    /// Its files, one a batch, each with its answers.
    pub files: Vec<LoggedFile>,
    /// Number of the import that it undoes.
    pub undoes: Option<i64>,
    /// It is undone.
    pub undone: bool,
}

/// A file of an import.
#[derive(Debug, Clone, PartialEq, Eq, Serialize)]
pub struct LoggedFile {
    /// Its name; empty for the page.
    pub file: String,
    /// SHA-256 of its bytes.
    pub sha256: String,
    /// Answers and withdrawals that were taken from it; of a draw, what was drawn.
    pub answers: u64,
}

const LOG: &str = "SELECT b.batch, coalesce(b.import, b.batch), b.recorded_at, b.recorded_by, \
                   CASE WHEN EXISTS (SELECT 1 FROM answer_draw d WHERE d.batch = b.batch) THEN 'draw' ELSE b.source END, b.file, b.file_sha256, \
                   coalesce(f.import, b.undoes), u.batch IS NOT NULL, \
                   (SELECT count(*) FROM answer_event e WHERE e.batch = b.batch) \
                   + (SELECT count(*) FROM answer_drawn d WHERE d.batch = b.batch) \
                   FROM answer_batch b LEFT JOIN answer_batch u ON u.undoes = b.batch \
                   LEFT JOIN answer_batch f ON f.batch = b.undoes ORDER BY b.batch";

impl AnswerStore {
    /// Number of the last batch; 0 where there is none. It tells whether somebody appended meanwhile.
    ///
    /// # Errors
    /// The file is damaged.
    pub fn last_batch(&self) -> Result<AppendedBatch> {
        let last = "SELECT coalesce(max(batch), 0) FROM answer_batch";
        let last = self.connection.query_row(last, [], |row| row.get(0));
        last.map(AppendedBatch).map_err(|e| unreadable(&self.path, e))
    }

    /// Appends a batch for each file of an import, all of them or nothing; once this returns they are on the disk. Gives the
    /// number of the import, or `None`, and has appended nothing, if `last` is not the last batch any more: what the
    /// answers were compared with has changed.
    ///
    /// # Errors
    /// The file cannot be written; no batch.
    pub fn append_import(
        &mut self,
        batches: &[(BatchOrigin, Vec<Answer>)],
        last: AppendedBatch,
    ) -> Result<Option<AppendedBatch>> {
        if batches.is_empty() {
            return Err(Error::internal("导入里没有核查结果"));
        }
        self.write(|connection| {
            let now = "SELECT coalesce(max(batch), 0) FROM answer_batch";
            if connection.query_row(now, [], |row| row.get::<_, i64>(0))? != last.0 {
                return Ok(None);
            }
            let mut first = None;
            for (origin, answers) in batches {
                let batch = append_batch(connection, origin, answers, first)?;
                first = first.or(Some(batch));
            }
            Ok(first)
        })
    }

    /// Undoes an import, by the number of any of its batches: what stood before stands again. Gives the number of the import
    /// and of the first batch that undoes it.
    ///
    /// # Errors
    /// There is no such batch, or it is undone already, or is an undo itself; the file cannot be written.
    pub fn undo_import(
        &mut self,
        number: AppendedBatch,
        recorded_at: &str,
        recorded_by: &str,
    ) -> Result<(AppendedBatch, AppendedBatch)> {
        let failed = |e| unreadable(&self.path, e);
        let asked = "SELECT coalesce(import, batch), source FROM answer_batch WHERE batch = ?1";
        let found: Option<(i64, String)> = self
            .connection
            .query_row(asked, [number.0], |row| Ok((row.get(0)?, row.get(1)?)))
            .optional()
            .map_err(failed)?;
        let refused = |told: String| Err(Error::usage(told).hint("用 bidui triage log 看各批的编号"));
        let Some((import, source)) = found else {
            return refused(format!("没有第{}批核查结果", number.0));
        };
        if source == "undo" {
            return refused(format!("第{}批本身就是一次撤销", number.0));
        }
        let undone = self.write(|connection| {
            let left = "SELECT batch FROM answer_batch WHERE (batch = ?1 OR import = ?1) AND batch NOT IN \
                        (SELECT undoes FROM answer_batch WHERE undoes IS NOT NULL) ORDER BY batch";
            let mut left = connection.prepare(left)?;
            let batches: Vec<i64> =
                left.query_map([import], |row| row.get(0))?.collect::<rusqlite::Result<_>>()?;
            let mut first = None;
            for batch in batches {
                let undo = append_undo(connection, batch, recorded_at, recorded_by)?;
                first = first.or(Some(undo));
            }
            Ok(first)
        })?;
        match undone {
            Some(undo) => Ok((AppendedBatch(import), undo)),
            None => refused(format!("第{import}批已经撤销过了")),
        }
    }

    /// All imports, savings on the page and undoings, in the order in which they were appended.
    ///
    /// # Errors
    /// The file is damaged.
    pub fn imports(&self) -> Result<Vec<LoggedImport>> {
        let read = || {
            let mut asked = self.connection.prepare(LOG)?;
            let mut rows = asked.query([])?;
            let mut imports: Vec<LoggedImport> = Vec::new();
            while let Some(row) = rows.next()? {
                let file = LoggedFile {
                    file: row.get(5)?,
                    sha256: row.get(6)?,
                    answers: u64::try_from(row.get::<_, i64>(9)?).unwrap_or_default(),
                };
                let one = LoggedImport {
                    number: row.get(1)?,
                    recorded_at: row.get(2)?,
                    recorded_by: row.get(3)?,
                    source: row.get(4)?,
                    files: Vec::new(),
                    undoes: row.get(7)?,
                    undone: row.get(8)?,
                };
                let continues = |last: &&mut LoggedImport| match (last.undoes, one.undoes) {
                    // An import of several files is undone by as many batches.
                    (Some(of), Some(other)) => of == other && last.recorded_at == one.recorded_at,
                    (None, None) => last.number == one.number,
                    _ => false,
                };
                match imports.last_mut().filter(continues) {
                    Some(last) => {
                        last.undone &= one.undone;
                        last.files.push(file);
                    }
                    None => imports.push(LoggedImport { files: vec![file], ..one }),
                }
            }
            Ok(imports)
        };
        read().map_err(|e| unreadable(&self.path, e))
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::answers::{AnswerSource, StandingAnswers};

    fn answer(exception: &str) -> Answer {
        Answer { answered_by: "罗德合".to_owned(), ..Answer::of(exception, "F1", "属实") }
    }

    fn file(name: &str, answers: &[&str]) -> (BatchOrigin, Vec<Answer>) {
        let origin = BatchOrigin {
            source: AnswerSource::Sheet,
            recorded_at: "2018-10-20T09:30:00+08:00".to_owned(),
            recorded_by: "操作员".to_owned(),
            file: name.to_owned(),
            file_sha256: "00".repeat(32),
        };
        (origin, answers.iter().map(|one| answer(one)).collect())
    }

    #[test]
    fn files_of_an_import_come_and_go_together() {
        let folder = tempfile::tempdir().unwrap();
        let mut store = AnswerStore::open(folder.path(), "ID1").unwrap();
        let stands = |store: &AnswerStore| StandingAnswers::read(store).unwrap().len();
        let one = [file("甲.xlsx", &["E1", "E2"]), file("乙.xlsx", &["E3"])];
        let first = store.append_import(&one, AppendedBatch(0)).unwrap().unwrap();
        assert_eq!(store.append_import(&one, AppendedBatch(0)).unwrap(), None, "somebody was faster");
        let last = store.last_batch().unwrap();
        let second = store.append_import(&[file("丙.xlsx", &["E4"])], last).unwrap().unwrap();
        assert_eq!((first.0, last.0, second.0, stands(&store)), (1, 2, 3, 4));
        // By the number of its second file.
        let (import, undo) = store.undo_import(last, "2018-10-21T00:00:00+08:00", "操作员").unwrap();
        assert_eq!((import, undo.0, stands(&store)), (first, 4, 1));
        for no in [1, 2, 4, 5, 77] {
            assert!(store.undo_import(AppendedBatch(no), "2018-10-21T00:00:00+08:00", "操作员").is_err());
        }
        let log = store.imports().unwrap();
        let told: Vec<_> = log.iter().map(|one| (one.number, one.files.len(), one.undone)).collect();
        assert_eq!(told, [(1, 2, true), (3, 1, false), (4, 2, false)]);
        assert_eq!((log[2].undoes, log[0].files[0].answers, &*log[1].files[0].file), (Some(1), 2, "丙.xlsx"));
        store.check_whole().unwrap();
    }
}
