//! A publication opened for cases: titles, pinned weights and columns, and where the records of a person or a household stand.
//!
//! Whoever asks once has the tables looked through, of a few columns each. Whoever asks again and again (the page) has an
//! index made once: eight bytes for every record and subject.

use std::collections::{BTreeMap, BTreeSet};
use std::sync::OnceLock;

use hashbrown::HashSet;
use xxhash_rust::xxh3::xxh3_64;

use super::columns::CaseColumn;
use super::pair_account::LinkWeights;
use super::titles::CaseTitles;
use crate::Result;
use crate::publication::snapshot::Snapshot;
use crate::publication::table_reader::TableRow;
use crate::resolve::evidence_pairs::EvidenceRecords;
pub(super) use crate::resolve::evidence_pairs::LINKS;
use crate::resolve::previous_records::RECORDS;

/// Nearest records of lists that somebody is missing from.
pub(super) const NEAR: &str = "restricted/view/near_miss.parquet";
const ABSENCES: &str = "restricted/rule_absence.parquet";

/// A publication opened for cases.
pub(crate) struct CaseArchive {
    pub(super) snapshot: Snapshot,
    pub(crate) titles: CaseTitles,
    pub(super) columns: BTreeMap<String, CaseColumn>,
    pub(super) weights: Option<LinkWeights>,
    /// Rule, key and list that its subjects are missing from.
    pub(super) absences: Vec<[String; 3]>,
    /// `None`: every question looks through the tables.
    index: Option<Vec<(&'static str, &'static str, TableIndex)>>,
    sources: OnceLock<BTreeMap<String, u32>>,
}

/// A record of a case.
#[derive(Debug, Clone)]
pub(super) struct CaseRecord {
    /// As `restricted/record` has it.
    pub(super) row: TableRow,
    /// As its list's view has it.
    pub(super) view: Option<TableRow>,
}

impl CaseRecord {
    pub(super) fn id(&self) -> &str {
        self.row.get("record_id")
    }
    pub(super) fn source(&self) -> &str {
        self.row.get("source")
    }
}

/// Where the rows with a value of a column stand: the value's hash and the row, ascending.
struct TableIndex(Vec<u64>);

impl TableIndex {
    fn key(value: &str) -> u64 {
        xxh3_64(value.as_bytes()) & !u64::from(u32::MAX)
    }
    /// Rows that may have the value, ascending.
    fn places(&self, value: &str) -> impl Iterator<Item = u32> {
        let key = Self::key(value);
        let from = self.0.partition_point(|entry| *entry < key);
        let own = self.0[from..].iter().take_while(move |entry| **entry & !u64::from(u32::MAX) == key);
        own.map(|entry| *entry as u32)
    }
}

impl CaseArchive {
    /// Opens a publication. `columns`: what its columns are called where it does not say; `indexed`: for many questions.
    ///
    /// # Errors
    /// It is damaged, or its restricted tables are not there.
    pub(crate) fn open(
        snapshot: Snapshot,
        columns: BTreeMap<String, CaseColumn>,
        indexed: bool,
    ) -> Result<Self> {
        let pinned = CaseColumn::pinned(&snapshot)?;
        let mut archive = Self {
            titles: CaseTitles::read(&snapshot)?,
            columns: if pinned.is_empty() { columns } else { pinned },
            weights: LinkWeights::pinned(&snapshot)?,
            absences: Vec::new(),
            index: None,
            sources: OnceLock::new(),
            snapshot,
        };
        if archive.has(ABSENCES) {
            let names = ["rule_code", "rule_key", "source"];
            let mut absences = Vec::new();
            archive.snapshot.scan(ABSENCES, names, |_, one| absences.push(one.map(str::to_owned)))?;
            archive.absences = absences;
        }
        if indexed {
            archive.make_index()?;
        }
        Ok(archive)
    }

    /// The publication.
    pub(crate) fn snapshot(&self) -> &Snapshot {
        &self.snapshot
    }

    pub(super) fn has(&self, table: &str) -> bool {
        self.snapshot.lists(table)
    }

    fn make_index(&mut self) -> Result<()> {
        let mut made = Vec::new();
        for (table, columns) in [
            (RECORDS, ["record_id", "person_id", "household_id"]),
            (LINKS, ["left_record_id", "right_record_id", ""]),
            (NEAR, ["record_id", "person_id", ""]),
        ] {
            if !self.has(table) {
                continue;
            }
            let mut entries = columns.map(|_| Vec::new());
            self.snapshot.scan(table, columns, |place, values| {
                for (entries, value) in entries.iter_mut().zip(values) {
                    if !value.is_empty() {
                        entries.push(TableIndex::key(value) | u64::from(place));
                    }
                }
            })?;
            for (column, mut entries) in columns.into_iter().zip(entries) {
                entries.sort_unstable();
                entries.shrink_to_fit();
                made.push((table, column, TableIndex(entries)));
            }
        }
        self.index = Some(made);
        Ok(())
    }

    /// Rows of a table of which one of two columns has one of the values, in file order.
    ///
    /// # Errors
    /// The publication is damaged.
    pub(super) fn rows_with<const N: usize>(
        &self,
        table: &str,
        wanted: [(&str, &BTreeSet<&str>); N],
    ) -> Result<Vec<TableRow>> {
        if !self.has(table) {
            return Ok(Vec::new());
        }
        let mut places: BTreeSet<u32> = BTreeSet::new();
        match &self.index {
            Some(index) => {
                for (column, values) in &wanted {
                    let own = index.iter().find(|one| one.0 == table && one.1 == *column);
                    places.extend(
                        own.into_iter().flat_map(|own| values.iter().flat_map(|one| own.2.places(one))),
                    );
                }
            }
            None => {
                let sets = wanted.map(|(_, values)| values.iter().copied().collect::<HashSet<&str>>());
                self.snapshot.scan(table, wanted.map(|(column, _)| column), |place, values| {
                    if sets.iter().zip(values).any(|(set, value)| set.contains(value)) {
                        places.insert(place);
                    }
                })?;
            }
        }
        let places: Vec<u32> = places.into_iter().collect();
        let mut rows = self.snapshot.rows_at(table, &places)?;
        // Two values may have one hash.
        rows.retain(|row| wanted.iter().any(|(column, values)| values.contains(row.get(column))));
        Ok(rows)
    }

    /// Do records among these stand for one person, or may they, so that they can be said to be several persons'?
    ///
    /// # Errors
    /// The publication is damaged.
    pub(crate) fn is_separable(&self, record_ids: &[String]) -> Result<bool> {
        if record_ids.len() < 2 {
            return Ok(false);
        }
        let ids: BTreeSet<&str> = record_ids.iter().map(String::as_str).collect();
        let records = self.rows_with(RECORDS, [("record_id", &ids)])?;
        let links = self.rows_with(LINKS, [("left_record_id", &ids)])?;
        Ok(EvidenceRecords::of_rows(&records, &links).is_separable(record_ids))
    }

    /// The records of these rows with what their lists say.
    ///
    /// # Errors
    /// The publication is damaged.
    pub(super) fn with_views(&self, rows: Vec<TableRow>) -> Result<Vec<CaseRecord>> {
        let mut records: Vec<CaseRecord> =
            rows.into_iter().map(|row| CaseRecord { row, view: None }).collect();
        let sources: BTreeSet<String> = records.iter().map(|one| one.source().to_owned()).collect();
        for source in sources {
            let table = format!("restricted/view/{source}.parquet");
            if !self.has(&table) {
                continue;
            }
            let wanted: BTreeSet<&str> =
                records.iter().filter(|one| one.source() == source).map(CaseRecord::id).collect();
            let mut places = self.places_in_view(&source, &table, &wanted)?;
            places.sort_unstable();
            let views = self.snapshot.rows_at(&table, &places)?;
            for view in views {
                let id = view.get("record_id").to_owned();
                if let Some(record) = records.iter_mut().find(|one| one.id() == id) {
                    record.view = Some(view);
                }
            }
        }
        Ok(records)
    }

    /// Where records stand in their list's view: usually in the order of the records, which is looked at first.
    fn places_in_view(&self, source: &str, table: &str, wanted: &BTreeSet<&str>) -> Result<Vec<u32>> {
        if let (Some(index), Some(first)) = (&self.index, self.first_of(source)?) {
            let own = index.iter().find(|one| one.0 == RECORDS && one.1 == "record_id");
            let mut places: Vec<u32> = own
                .into_iter()
                .flat_map(|own| wanted.iter().flat_map(|id| own.2.places(id)))
                .filter_map(|place| place.checked_sub(first))
                .collect();
            places.sort_unstable();
            let found = self.snapshot.rows_at(table, &places)?;
            if found.iter().filter(|row| wanted.contains(row.get("record_id"))).count() == wanted.len() {
                return Ok(places);
            }
        }
        let mut places = Vec::new();
        self.snapshot.scan(table, ["record_id"], |place, [id]| {
            if wanted.contains(id) {
                places.push(place);
            }
        })?;
        Ok(places)
    }

    /// Where the records of a list begin among all.
    fn first_of(&self, source: &str) -> Result<Option<u32>> {
        if self.sources.get().is_none() {
            let mut first = BTreeMap::new();
            self.snapshot.scan(RECORDS, ["source"], |place, [source]| {
                if !first.contains_key(source) {
                    first.insert(source.to_owned(), place);
                }
            })?;
            let _ = self.sources.set(first);
        }
        Ok(self.sources.get().and_then(|first| first.get(source).copied()))
    }
}
