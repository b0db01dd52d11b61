//! Building comparable columns from columns of text, with pools shared by all tables.

use std::collections::BTreeMap;
use std::sync::Arc;

use arrow::array::{Array, Date32Array, StringArray};
use rayon::prelude::*;

use super::value_pool::PoolBuilder;
use super::{ComparableColumn, NameForm, PoolId, text_cleaning};
use crate::model::division::DivisionTree;
use crate::model::id_number::IdNumber;
use crate::model::{day, written_date};

/// What a column of text holds.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub enum LinkColumnKind {
    /// Citizen ID numbers.
    IdNumber,
    /// Han person names.
    HanName,
    /// Given names or surnames in letters.
    WesternName,
    /// Addresses and other texts.
    Text,
    /// Dates.
    Date,
    /// Codes compared as written.
    Code,
    /// Quantities.
    Number,
    /// Postcodes.
    Postcode,
    /// Telephones.
    Phone,
    /// Sex.
    Sex,
    /// Relation to the household head, by its words.
    Relation,
    /// Texts compared exactly as they are.
    Exact,
}

/// One text column of one table, perhaps in several chunks.
#[derive(Debug, Clone)]
pub struct TextColumn {
    /// Link column it becomes.
    pub name: String,
    /// What it holds.
    pub kind: LinkColumnKind,
    /// Cells, null or empty where missing.
    pub chunks: Vec<StringArray>,
}

/// One table of text columns.
#[derive(Debug, Clone)]
pub struct TextTable {
    /// Source name.
    pub source: String,
    /// Number of rows.
    pub rows: usize,
    /// Columns; their chunks have `rows` cells together.
    pub columns: Vec<TextColumn>,
}

/// A pool being filled, and where its raw ids go.
struct PendingPool {
    kind: LinkColumnKind,
    builder: PoolBuilder,
    /// (table, link column, raw id + 1 of every row; 0 is missing)
    columns: Vec<(usize, String, Vec<u32>)>,
}

/// Builds the columns of several tables. Han names share one pool, so that a guardian's name
/// meets a person's; other texts share one pool per link column.
pub(super) struct ColumnBuilder {
    /// Rows of each table: columns are as long from the beginning.
    rows: Vec<usize>,
    pending: BTreeMap<String, PendingPool>,
    done: Vec<BTreeMap<String, ComparableColumn>>,
}

impl ColumnBuilder {
    pub(super) fn new(rows: impl Iterator<Item = usize>) -> Self {
        let rows: Vec<usize> = rows.collect();
        Self { pending: BTreeMap::new(), done: vec![BTreeMap::new(); rows.len()], rows }
    }

    /// Adds a column whose cells need no pool, or further rows of it.
    pub(super) fn put(&mut self, table: usize, name: &str, column: ComparableColumn) {
        use ComparableColumn::{Code, Date, Division, IdNumber};
        match (self.done[table].get_mut(name), column) {
            (Some(IdNumber(above)), IdNumber(rows)) => above.extend(rows),
            (Some(Date(above)), Date(rows)) | (Some(Division(above)), Division(rows)) => above.extend(rows),
            (Some(Code(above)), Code(rows)) => above.extend(rows),
            (_, mut column) => {
                match &mut column {
                    IdNumber(rows) => reserve_column_rows(rows, self.rows[table]),
                    Date(rows) | Division(rows) => reserve_column_rows(rows, self.rows[table]),
                    Code(rows) => reserve_column_rows(rows, self.rows[table]),
                    ComparableColumn::Name(..) | ComparableColumn::Text(..) => {}
                }
                self.done[table].insert(name.to_owned(), column);
            }
        }
    }

    /// Adds a column of text cells.
    pub(super) fn add(&mut self, table: usize, name: &str, kind: LinkColumnKind, chunks: &[&StringArray]) {
        match kind {
            LinkColumnKind::IdNumber => {
                self.put(table, name, ComparableColumn::IdNumber(comparable_id_numbers(chunks)))
            }
            LinkColumnKind::Date => {
                let dates = map_column_chunks(chunks, |cell| cell.map_or(0, written_date::parse_packed_date));
                self.put(table, name, ComparableColumn::Date(dates));
            }
            LinkColumnKind::Sex => {
                let codes = map_column_chunks(chunks, |cell| cell.map_or(0, text_cleaning::parse_sex));
                self.put(table, name, ComparableColumn::Code(codes));
            }
            _ => {
                let mut ends = Vec::with_capacity(chunks.len());
                for chunk in chunks {
                    ends.push(ends.last().copied().unwrap_or(0) + chunk.len());
                }
                self.add_texts(table, name, kind, ends.last().copied().unwrap_or(0), &|row, text| {
                    let at = ends.partition_point(|&end| end <= row);
                    let chunk = chunks[at];
                    let row = row + chunk.len() - ends[at];
                    if chunk.is_valid(row) {
                        let value = chunk.value(row);
                        text.push_str(if kind == LinkColumnKind::Exact { value.trim() } else { value });
                    }
                });
            }
        }
    }

    /// Adds a column of any texts that go into a pool, or further rows of it. `cell` writes the text of a row into an
    /// empty buffer.
    pub(super) fn add_texts(
        &mut self,
        table: usize,
        name: &str,
        kind: LinkColumnKind,
        rows: usize,
        cell: &(dyn Fn(usize, &mut String) + Sync),
    ) {
        let pool = if kind == LinkColumnKind::HanName { "\u{0}name".to_owned() } else { name.to_owned() };
        let pending = self.pending.entry(pool).or_insert_with(|| PendingPool {
            kind,
            builder: PoolBuilder::new(),
            columns: Vec::new(),
        });
        let mut raw = intern_column_texts(&mut pending.builder, rows, cell);
        match pending.columns.iter_mut().find(|(t, n, _)| (*t, n.as_str()) == (table, name)) {
            Some((_, _, above)) => above.extend(raw),
            None => {
                reserve_column_rows(&mut raw, self.rows[table]);
                pending.columns.push((table, name.to_owned(), raw));
            }
        }
    }

    /// Analyses the pools, side by side, and gives every table its columns.
    pub(super) fn finish(mut self) -> Vec<BTreeMap<String, ComparableColumn>> {
        let pending: Vec<PendingPool> = std::mem::take(&mut self.pending).into_values().collect();
        let finished: Vec<_> = pending.into_par_iter().map(PendingPool::finish).collect();
        for (table, name, column) in finished.into_iter().flatten() {
            self.done[table].insert(name, column);
        }
        self.done
    }
}

impl PendingPool {
    /// Columns with the tables they belong to.
    fn finish(self) -> Vec<(usize, String, ComparableColumn)> {
        let builder = self.builder;
        let (pool, ids) = match self.kind {
            LinkColumnKind::HanName => {
                let key = |form: &NameForm| (!form.is_missing()).then_some(form.fold_key);
                let (pool, ids) = builder.finish(NameForm::analyse, key);
                return place(self.columns, &ids, |ids| ComparableColumn::Name(ids, Arc::clone(&pool)));
            }
            LinkColumnKind::Exact => builder.finish_exact(),
            LinkColumnKind::WesternName => builder.finish_texts(text_cleaning::clean_western_name),
            LinkColumnKind::Code | LinkColumnKind::Postcode => {
                builder.finish_texts(text_cleaning::clean_code)
            }
            LinkColumnKind::Number => builder.finish_texts(text_cleaning::clean_number),
            LinkColumnKind::Phone => builder.finish_texts(text_cleaning::clean_phone),
            LinkColumnKind::Relation => builder.finish_texts(comparable_relation),
            _ => builder.finish_texts(text_cleaning::clean_address),
        };
        place(self.columns, &ids, |ids| ComparableColumn::Text(ids, Arc::clone(&pool)))
    }
}

/// Pool ids instead of raw ones.
fn place(
    columns: Vec<(usize, String, Vec<u32>)>,
    ids: &[PoolId],
    wrap: impl Fn(Vec<PoolId>) -> ComparableColumn,
) -> Vec<(usize, String, ComparableColumn)> {
    let placed = |(table, name, mut raw): (usize, String, Vec<u32>)| {
        raw.par_iter_mut().for_each(|id| *id = (*id as usize).checked_sub(1).map_or(0, |at| ids[at]));
        (table, name, wrap(raw))
    };
    columns.into_iter().map(placed).collect()
}

/// Makes room for a column of `rows` rows.
fn reserve_column_rows<T>(column: &mut Vec<T>, rows: usize) {
    column.reserve_exact(rows.saturating_sub(column.len()));
}

/// A relation's own word where it is understood, else the text.
fn comparable_relation(text: &str) -> String {
    match super::Relation::from_text(text) {
        super::Relation::Unknown => text.trim().to_owned(),
        known => known.label().to_owned(),
    }
}

/// Applies `f` to every cell, in parallel.
pub(super) fn map_column_chunks<T: Send>(
    chunks: &[&StringArray],
    f: impl Fn(Option<&str>) -> T + Sync,
) -> Vec<T> {
    let mut out = Vec::with_capacity(chunks.iter().map(|chunk| chunk.len()).sum());
    for chunk in chunks {
        out.par_extend(
            (0..chunk.len())
                .into_par_iter()
                .with_min_len(4096)
                .map(|row| f(chunk.is_valid(row).then(|| chunk.value(row)))),
        );
    }
    out
}

/// Packs a column of dates, in parallel.
pub(super) fn comparable_dates(chunks: &[&Date32Array]) -> Vec<u32> {
    let mut out = Vec::with_capacity(chunks.iter().map(|chunk| chunk.len()).sum());
    for chunk in chunks {
        let day = |row| if chunk.is_valid(row) { day::day_from_epoch_days(chunk.value(row)) } else { 0 };
        out.par_extend((0..chunk.len()).into_par_iter().with_min_len(4096).map(day));
    }
    out
}

/// Parses a column of ID numbers, in parallel.
pub(crate) fn comparable_id_numbers(chunks: &[&StringArray]) -> Vec<IdNumber> {
    map_column_chunks(chunks, |cell| cell.map_or_else(IdNumber::default, IdNumber::parse))
}

/// Resolves columns of county, township and village cells; absent columns are `None`. Every
/// distinct combination is looked up once.
pub(crate) fn comparable_divisions(
    tree: &DivisionTree,
    rows: usize,
    columns: [Option<&StringArray>; 3],
) -> Vec<u32> {
    let mut distinct = PoolBuilder::new();
    let ids = intern_column_texts(&mut distinct, rows, &|row, text| {
        for column in columns {
            text.push_str(column.filter(|c| c.is_valid(row)).map_or("", |c| c.value(row)));
            text.push(BETWEEN);
        }
    });
    let combinations: Vec<&str> = distinct.texts().collect();
    let units: Vec<u32> = combinations
        .into_par_iter()
        .map(|text| {
            let mut cells = text.split(BETWEEN);
            let mut next = || cells.next().unwrap_or("");
            tree.lookup(next(), next(), next()).unit
        })
        .collect();
    ids.into_iter().map(|id| units[id as usize - 1]).collect()
}

/// One plus the raw id of every row's text, 0 where `cell` writes none. Each part of the rows is
/// interned by itself, then what is distinct in each, in order: the same ids as row by row, in
/// whatever parts.
fn intern_column_texts(
    into: &mut PoolBuilder,
    rows: usize,
    cell: &(dyn Fn(usize, &mut String) + Sync),
) -> Vec<u32> {
    let part = rows.div_ceil(2 * rayon::current_num_threads()).max(4096);
    let parts: Vec<(PoolBuilder, Vec<u32>)> = (0..rows.div_ceil(part))
        .into_par_iter()
        .map(|number| {
            let (mut own, mut text) = (PoolBuilder::new(), String::new());
            let ids = (number * part..((number + 1) * part).min(rows))
                .map(|row| {
                    text.clear();
                    cell(row, &mut text);
                    if text.is_empty() { 0 } else { own.intern(&text) + 1 }
                })
                .collect();
            (own, ids)
        })
        .collect();
    let merged: Vec<(Vec<u32>, Vec<u32>)> = parts
        .into_iter()
        .map(|(own, local)| (own.texts().map(|text| into.intern(text) + 1).collect(), local))
        .collect();
    let mut all = vec![0; rows];
    all.par_chunks_mut(part).zip(merged).for_each(|(all, (ids, local))| {
        let id = |id: u32| if id == 0 { 0 } else { ids[id as usize - 1] };
        all.iter_mut().zip(local).for_each(|(all, local)| *all = id(local));
    });
    all
}

/// Between the cells of a combination; loading leaves no such character in a cell.
const BETWEEN: char = '\u{1F}';
