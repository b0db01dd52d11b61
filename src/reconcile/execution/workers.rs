//! Runs rules side by side: most SELECTs are too small to keep more than one core busy.

use std::collections::BTreeMap;
use std::sync::atomic::{AtomicUsize, Ordering};
use std::sync::{Mutex, PoisonError, RwLock};

use super::numbered_ids::NumberedIds;
use super::planner::{DEEP_STACK, SqlSession, mark_deep_thread};
use super::rule_runner::{RuleOutcome, read_outcome, rule_failed};
use crate::rules::rule_file::SqlFile;
use crate::rules::rule_set::RuleSet;
use crate::{Error, Result};

/// How many SELECTs have yet to read each table.
#[derive(Debug, Clone, Default)]
pub(crate) struct PendingReaders(BTreeMap<String, usize>);

impl PendingReaders {
    /// Readers of the tables of these SELECTs.
    pub(crate) fn of<'f>(files: impl Iterator<Item = &'f SqlFile>) -> Self {
        let mut readers = Self::default();
        files.flat_map(worker_tables).for_each(|table| readers.add(table));
        readers
    }
    /// One more reader of a table.
    pub(crate) fn add(&mut self, table: &str) {
        *self.0.entry(table.to_owned()).or_default() += 1;
    }
    /// A SELECT has been run: tables that no other reads are dropped.
    pub(crate) fn done(&mut self, file: &SqlFile, session: &mut SqlSession) {
        worker_tables(file).for_each(|table| self.release(table, session));
    }
    /// A table has been read once: if no other reads it, it is dropped.
    pub(crate) fn release(&mut self, table: &str, session: &mut SqlSession) {
        if let Some(left) = self.0.get_mut(table) {
            *left -= 1;
            if *left == 0 {
                session.remove(table);
            }
        }
    }
}

fn worker_tables(file: &SqlFile) -> impl Iterator<Item = &str> {
    file.select.table_names()
}

/// Runs the rules at `positions`, those that read the largest tables first, so that these are
/// dropped soon; what each yields, in the order of `positions`.
pub(crate) fn run_rule_workers(
    rules: &RuleSet,
    positions: &[usize],
    ids: &NumberedIds,
    session: SqlSession,
    readers: PendingReaders,
    done: &mut (dyn FnMut() + Send),
) -> Result<Vec<(usize, RuleOutcome)>> {
    let rows = |at: &usize| {
        let tables = worker_tables(&rules.rules[*at].file);
        std::cmp::Reverse(tables.filter_map(|table| session.rows(table)).max())
    };
    let mut order = positions.to_vec();
    order.sort_by_cached_key(rows);
    let (next, session) = (AtomicUsize::new(0), RwLock::new((session, readers)));
    let (found, done) = (Mutex::new(BTreeMap::new()), Mutex::new(done));
    let run = |position: usize| {
        let rule = &rules.rules[position];
        // No lock is held while the engine works: it may run another of these meanwhile.
        let select = session.read().unwrap_or_else(PoisonError::into_inner).0.prepare(&rule.file.select);
        let frame = select.run().map_err(|e| rule_failed(rule, e))?;
        let mut tables = session.write().unwrap_or_else(PoisonError::into_inner);
        let (session, readers) = &mut *tables;
        readers.done(&rule.file, session);
        drop(tables);
        read_outcome(rule, &frame, ids, &rules.root_code)
    };
    // Threads of their own: a worker of a pool that waits for the engine takes up other work meanwhile, on the same stack.
    let work = || {
        mark_deep_thread();
        while let Some(&position) = order.get(next.fetch_add(1, Ordering::Relaxed)) {
            let outcome = run(position);
            found.lock().unwrap_or_else(PoisonError::into_inner).insert(position, outcome);
            (done.lock().unwrap_or_else(PoisonError::into_inner))();
        }
    };
    std::thread::scope(|scope| {
        let begin = |_| std::thread::Builder::new().stack_size(DEEP_STACK).spawn_scoped(scope, work);
        let begun: Vec<_> = (0..rayon::current_num_threads().min(order.len())).map(begin).collect();
        match begun.into_iter().find_map(|thread| thread.err()) {
            // What the others have begun they finish.
            Some(error) => Err(Error::no_thread(error)),
            None => Ok(()),
        }
    })?;
    let found = found.into_inner().unwrap_or_else(PoisonError::into_inner);
    found.into_iter().map(|(position, outcome)| Ok((position, outcome?))).collect()
}
