//! Which exceptions can be answered: those that the newest publication knows, by whatever a sheet calls them, and what
//! earlier runs that are still there showed of them.

use std::collections::{BTreeMap, BTreeSet};
use std::path::{Path, PathBuf};

use hashbrown::HashMap;

use crate::model::exception::{ResolvedBy, Status, row_key, short_key, short_row_number};
use crate::model::period::Period;
use crate::publication::batch_columns::BatchColumns;
use crate::publication::layout;
use crate::publication::snapshot::Snapshot;
use crate::track::previous_exceptions::EXCEPTIONS;
use crate::{Error, Result};

/// An exception as a publication has it.
#[derive(Debug, Clone)]
pub(super) struct KnownException {
    /// Fingerprint.
    pub(super) exception_id: String,
    /// What it rests on.
    pub(super) facts: String,
    /// Key and version of its row on lists.
    pub(super) key: String,
    pub(super) version: String,
    /// Number that officers read.
    pub(super) number: String,
    pub(super) first_seen: Period,
    /// Why it is closed, Chinese; `None` while it is open.
    pub(super) closed: Option<String>,
}

/// All exceptions of one publication.
#[derive(Debug)]
pub(super) struct PublishedExceptions {
    pub(super) snapshot: Snapshot,
    named: NamedExceptions,
}

/// Exceptions by what sheets call them.
#[derive(Debug, Default)]
struct NamedExceptions {
    exceptions: Vec<KnownException>,
    by_key: HashMap<String, u32>,
    /// Several where the short numbers are alike.
    by_number: HashMap<String, Vec<u32>>,
}

impl PublishedExceptions {
    fn read(snapshot: Snapshot) -> Result<Self> {
        let mut named = NamedExceptions::default();
        for batch in snapshot.batches(EXCEPTIONS)? {
            let rows = BatchColumns::new(&batch, snapshot.folder());
            for row in 0..batch.num_rows() {
                let (one, former) = read_exception(&rows, row)?;
                named.add(one, &former);
            }
        }
        Ok(Self { snapshot, named })
    }

    /// By the row's key, today's or a former one.
    pub(super) fn by_key(&self, key: &str) -> Option<&KnownException> {
        self.named.by_key(key)
    }
}

/// An exception, and the numbers that earlier sheets bear for it.
fn read_exception(rows: &BatchColumns<'_>, row: usize) -> Result<(KnownException, String)> {
    let exception_id = rows.text("exception_id", row)?;
    let listed = rows.optional_text("listed_id", row).unwrap_or_default();
    let key = row_key(&listed, &exception_id).to_owned();
    let (rule, first_seen) = (rows.text("rule_code", row)?, rows.period("first_seen", row)?);
    let status = rows.text("status", row)?;
    let by = rows.optional_text("resolved_by", row).and_then(|code| ResolvedBy::from_code(&code));
    let closed = (!Status::is_open_code(&status)).then(|| {
        let why = by.map_or("已消除", ResolvedBy::title);
        match rows.optional_text("resolved_in", row) {
            Some(period) => format!("{period}已不再是疑点（{why}）"),
            None => format!("已不再是疑点（{why}）"),
        }
    });
    let one = KnownException {
        number: short_row_number(&rule, first_seen, &key),
        facts: rows.optional_text("facts", row).unwrap_or_default(),
        version: rows.optional_text("version", row).unwrap_or_default(),
        exception_id,
        key,
        first_seen,
        closed,
    };
    Ok((one, rows.optional_text("former_numbers", row).unwrap_or_default()))
}

impl NamedExceptions {
    /// `former`: numbers of earlier sheets, each with the whole key that it had then, parted by semicolons.
    fn add(&mut self, one: KnownException, former: &str) {
        let at = self.exceptions.len() as u32;
        for (begin, key) in former.split(';').filter_map(|former| former.rsplit_once('-')) {
            self.by_key.entry(key.to_owned()).or_insert(at);
            self.name(format!("{begin}-{}", short_key(key)), at);
        }
        self.by_key.insert(one.key.clone(), at);
        self.name(one.number.clone(), at);
        self.exceptions.push(one);
    }

    fn name(&mut self, number: String, at: u32) {
        let named = self.by_number.entry(number).or_default();
        if !named.contains(&at) {
            named.push(at);
        }
    }

    fn by_key(&self, key: &str) -> Option<&KnownException> {
        // A letter may stand before it, so that no spreadsheet takes it for a number.
        let at = self.by_key.get(key).or_else(|| self.by_key.get(key.strip_prefix('K')?));
        at.map(|&at| &self.exceptions[at as usize])
    }

    fn by_number(&self, number: &str) -> Vec<&KnownException> {
        let named = self.by_number.get(number).map_or(&[][..], Vec::as_slice);
        named.iter().map(|&at| &self.exceptions[at as usize]).collect()
    }

    /// What a row with this key and this number (either may be empty) is about; `None`: nothing is called so.
    fn subject(&self, key: &str, number: &str) -> Option<RowSubject<'_>> {
        let by_number = self.by_number(number);
        match (self.by_key(key), &by_number[..]) {
            (Some(one), _) if number.is_empty() => Some(RowSubject::Known(one)),
            (Some(one), others) if others.iter().any(|other| other.exception_id == one.exception_id) => {
                Some(RowSubject::Known(one))
            }
            (Some(one), others) => {
                let of_number = others.first().map_or(number, |other| &other.number);
                Some(RowSubject::Disagree(one.number.clone(), of_number.to_owned()))
            }
            // A key that nobody has beside a number that somebody has: one of them was changed.
            (None, [other, ..]) if !key.is_empty() => {
                Some(RowSubject::Disagree("（没有这个行键）".to_owned(), other.number.clone()))
            }
            (None, [other]) => Some(RowSubject::Known(other)),
            (None, []) => None,
            (None, several) => Some(RowSubject::Ambiguous(several.len())),
        }
    }
}

/// What a sheet's row turns out to be about.
#[derive(Debug)]
pub(super) enum RowSubject<'a> {
    /// This exception of the newest publication.
    Known(&'a KnownException),
    /// A finding of an earlier run that the newest publication does not have: period and folder of the run.
    Gone(Period),
    /// Several have this number.
    Ambiguous(usize),
    /// Key and number are of two exceptions: numbers of both.
    Disagree(String, String),
    /// Nothing is called so.
    Unknown,
}

/// The newest publication of an output folder, and those before it, which are opened when they are asked for.
#[derive(Debug)]
pub(super) struct KnownExceptions {
    pub(super) newest: PublishedExceptions,
    /// Folders of the other runs, the latest first.
    others: Vec<PathBuf>,
    opened: BTreeMap<usize, Option<PublishedExceptions>>,
    /// Runs that could not be read, and why.
    pub(super) unreadable: Vec<String>,
}

impl KnownExceptions {
    /// Reads what the newest publication below `out` knows.
    ///
    /// # Errors
    /// There is none, or it is damaged.
    pub(super) fn open(out: &Path) -> Result<Self> {
        if !out.is_dir() || layout::list_period_folders(out)?.is_empty() {
            return Err(Error::usage("这里没有发布").in_file(out).hint("给出发布文件夹，即 run 的 --out"));
        }
        let newest = PublishedExceptions::read(Snapshot::newest(out)?)?;
        let mut others = Vec::new();
        for place in layout::list_period_folders(out)?.into_iter().rev() {
            let runs = place.runs.iter().rev().cloned();
            let runs: Vec<PathBuf> = if place.runs.is_empty() { vec![place.folder] } else { runs.collect() };
            others.extend(runs.into_iter().filter(|run| run != newest.snapshot.folder()));
        }
        Ok(Self { newest, others, opened: BTreeMap::new(), unreadable: Vec::new() })
    }

    /// Of exceptions of the newest publication that something was answered of under a former name: those names, the fingerprints in
    /// `answered` by the keys that lists have for them.
    pub(super) fn answered_formerly(
        &self,
        answered: &BTreeMap<String, &str>,
    ) -> BTreeMap<String, Vec<String>> {
        let mut found: BTreeMap<String, Vec<String>> = BTreeMap::new();
        for (key, name) in answered {
            let one = self.newest.by_key(key).filter(|one| one.exception_id != **name);
            if let Some(one) = one {
                found.entry(one.exception_id.clone()).or_default().push((*name).to_owned());
            }
        }
        found
    }

    /// How many of these fingerprints the newest publication does not have.
    pub(super) fn unknown_of<'a>(&self, answered: impl Iterator<Item = &'a str>) -> usize {
        let known: BTreeSet<&str> =
            self.newest.named.exceptions.iter().map(|one| one.exception_id.as_str()).collect();
        answered.filter(|name| !known.contains(name)).count()
    }

    /// How many other runs there are.
    pub(super) fn other_runs(&self) -> usize {
        self.others.len()
    }

    /// Another run, the latest first; `None` of one that cannot be read, which is noted.
    pub(super) fn other(&mut self, at: usize) -> Option<&PublishedExceptions> {
        let (folder, unreadable) = (&self.others[at], &mut self.unreadable);
        let open = || match Snapshot::open(folder).and_then(PublishedExceptions::read) {
            Ok(read) => Some(read),
            Err(error) => {
                unreadable.push(format!("{}：{}", folder.display(), error.message()));
                None
            }
        };
        self.opened.entry(at).or_insert_with(open).as_ref()
    }

    /// Opens all other runs.
    pub(super) fn open_others(&mut self) {
        for at in 0..self.others.len() {
            self.other(at);
        }
    }

    /// The other runs that were opened and can be read, the latest first.
    pub(super) fn opened(&self) -> impl Iterator<Item = &PublishedExceptions> {
        self.opened.values().flatten()
    }

    /// What a row with this key and this number (either may be empty) is about, as far as the runs that are open know.
    pub(super) fn subject(&self, key: &str, number: &str) -> RowSubject<'_> {
        let known = |run: &&PublishedExceptions| run.named.subject(key, number).is_some();
        self.newest.named.subject(key, number).unwrap_or_else(|| {
            let gone = self.opened().find(known);
            gone.map_or(RowSubject::Unknown, |run| RowSubject::Gone(run.snapshot.period()))
        })
    }

    /// Whether the facts of a row with this key, number and version are those of `one` today.
    pub(super) fn facts_of_sheet(&self, one: &KnownException, key: &str, version: &str) -> SheetFacts {
        if !version.is_empty() && version == one.version {
            return SheetFacts::Same;
        }
        let identity = |run: &PublishedExceptions| run.snapshot.keys().map(|keys| keys.identity.clone());
        let own = identity(&self.newest);
        let names = [key, one.key.as_str()];
        let rows = || {
            self.opened().filter_map(|run| names.iter().find_map(|key| run.by_key(key)).map(|row| (run, row)))
        };
        let same = |run: &PublishedExceptions, row: &KnownException| {
            identity(run) == own && !row.facts.is_empty() && row.facts == one.facts
        };
        if version.is_empty() {
            // Whichever run the sheet is of, its facts are those of today if they never were others.
            let all = self.unreadable.is_empty()
                && !one.facts.is_empty()
                && rows().all(|(run, row)| same(run, row));
            return if all { SheetFacts::NeverChanged } else { SheetFacts::NotKnown };
        }
        match rows().find(|(_, row)| row.version == version) {
            Some((run, row)) if same(run, row) => SheetFacts::Same,
            Some((run, _)) => SheetFacts::Changed(run.snapshot.period()),
            None => SheetFacts::NotKnown,
        }
    }
}

/// Did the officer look at what is so today?
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum SheetFacts {
    /// Yes.
    Same,
    /// The sheet does not say which run it is of; in all of them the facts are the same.
    NeverChanged,
    /// No: the sheet is of this period.
    Changed(Period),
    /// Nobody can tell.
    NotKnown,
}

#[cfg(test)]
mod tests {
    use super::*;

    fn exception(id: &str, key: &str) -> KnownException {
        KnownException {
            exception_id: id.to_owned(),
            facts: "F".to_owned(),
            key: key.to_owned(),
            version: "V1".to_owned(),
            number: format!("R1-2018Q3-{}", short_key(key)),
            first_seen: "2018Q3".parse().unwrap(),
            closed: None,
        }
    }

    #[test]
    fn e04_a_number_of_two_exceptions_needs_the_key() {
        let mut named = NamedExceptions::default();
        named.add(exception("E1", "ABCDEFGH1"), "R0-2018Q2-OLDKEY001;R0-2018Q2-OLDKEY002");
        named.add(exception("E2", "ABCDEFGH2"), "");
        let about = |key: &str, number: &str| match named.subject(key, number) {
            Some(RowSubject::Known(one)) => one.exception_id.clone(),
            other => format!("{other:?}"),
        };
        assert_eq!(about("", "R1-2018Q3-ABCDEFGH"), "Some(Ambiguous(2))");
        assert_eq!(about("ABCDEFGH2", "R1-2018Q3-ABCDEFGH"), "E2");
        assert_eq!(about("KABCDEFGH2", ""), "E2", "with the letter that keeps it from being a number");
        // What it was called earlier.
        assert_eq!(about("", "R0-2018Q2-OLDKEY00"), "E1");
        assert_eq!(about("OLDKEY002", ""), "E1");
        assert!(about("ABCDEFGH1", "R1-2018Q3-XXXXXXXX").contains("Disagree"));
        assert!(about("NOBODYSKEY", "R0-2018Q2-OLDKEY00").contains("Disagree"));
        assert_eq!(about("", "R9-2018Q3-ABCDEFGH"), "None");
    }
}
