//! Mutated lists of every format: whatever is done to a file, its rows are delivered as they stand, named, or the file
//! is refused. What it holds is known from the mutation, not from what the reader says.
//!
//! 1,100 files; `BIDUI_MUTATED_FILES=22000 cargo test --test it mutated_inputs` reads as many and writes what came of
//! them to `bidui_mutated_inputs.txt` in the folder for temporary files (docs/mutated-inputs.md).
//! `BIDUI_MUTATED_SEED` begins elsewhere, `BIDUI_MUTATED_KEEP=FOLDER` keeps the files that fail.

mod encode_books;
mod encode_tables;
mod encode_texts;
pub(crate) mod invented;
mod judge;
mod judge_load;
mod mutate;

use std::collections::BTreeMap;
use std::ops::Range;
use std::panic::{AssertUnwindSafe, catch_unwind};
use std::path::{Path, PathBuf};

use bidui::testing::config::Pipeline;
use bidui::testing::extract::{RawTable, open_file};
use bidui::testing::load::load_tables;

use self::encode_texts::EncodedText;
use self::invented::{Book, Cell, Numbers};
use self::judge::{Allowed, Numbering};
use self::mutate::{Mutation, Reach, damage, mutate};

#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord)]
enum Format {
    Csv,
    Tsv,
    Xlsx,
    Xls,
    Xlsb,
    Ods,
    Html,
    SpreadsheetMl,
    Mhtml,
    Dbf,
    Parquet,
}

impl Format {
    const ALL: [Self; 11] = [
        Self::Csv,
        Self::Tsv,
        Self::Xlsx,
        Self::Xls,
        Self::Xlsb,
        Self::Ods,
        Self::Html,
        Self::SpreadsheetMl,
        Self::Mhtml,
        Self::Dbf,
        Self::Parquet,
    ];
    fn numbering(self) -> Numbering {
        match self {
            Self::Csv | Self::Tsv => Numbering::Text,
            Self::Dbf | Self::Parquet => Numbering::Record,
            _ => Numbering::Sheet,
        }
    }
    fn is_delimited(self) -> bool {
        matches!(self, Self::Csv | Self::Tsv)
    }
    fn is_page(self) -> bool {
        matches!(self, Self::Html | Self::Mhtml)
    }
    fn is_package(self) -> bool {
        matches!(self, Self::Xlsx | Self::Xlsb | Self::Ods)
    }
}

/// A mutated file and what is known of it.
struct MutatedFile {
    format: Format,
    mutation: Mutation,
    book: Book,
    bytes: Vec<u8>,
    memos: Option<Vec<u8>>,
    /// Where the rows of a text lay before its bytes were damaged.
    spans: Vec<(usize, usize, Range<usize>)>,
    /// Bytes that were changed or are gone.
    damaged: Vec<Range<usize>>,
}

impl MutatedFile {
    /// The file of a seed; the first mutation that can be done.
    fn of(format: Format, seed: u64) -> Self {
        (0..).find_map(|attempt| Self::attempt(format, &mut Numbers::of(seed << 8 | attempt))).unwrap()
    }

    fn attempt(format: Format, numbers: &mut Numbers) -> Option<Self> {
        let single = format.is_delimited() || format.numbering() == Numbering::Record;
        let mut book = invent(format, numbers, if single { 1 } else { 2 });
        let mutation = numbers.of_list(&Mutation::ALL);
        let bytes_only = mutation.reach() == Reach::Bytes;
        if single && mutation.is_of_sheets() || mutation == Mutation::FlippedInPart && !format.is_package() {
            return None;
        }
        if !bytes_only && !mutate(&mut book, mutation, numbers) || !can_be_written(format, &book, mutation) {
            return None;
        }
        let mut damaged = Vec::new();
        let (mut bytes, mut memos, mut spans);
        (memos, spans) = (None, Vec::new());
        match format {
            Format::Csv | Format::Tsv | Format::Html | Format::SpreadsheetMl | Format::Mhtml => {
                let text: EncodedText = match format {
                    Format::Csv => encode_texts::delimited(&book, ',', numbers),
                    Format::Tsv => encode_texts::delimited(&book, '\t', numbers),
                    Format::Html => encode_texts::web_page(&book, numbers),
                    Format::Mhtml => encode_texts::web_archive(&book, numbers),
                    _ => encode_texts::xml_spreadsheet(&book),
                };
                (bytes, spans) = (text.bytes, text.spans);
            }
            Format::Xlsx | Format::Xlsb | Format::Ods => {
                let mut parts = match format {
                    Format::Xlsx => encode_books::xlsx_parts(&book, numbers),
                    Format::Xlsb => encode_books::xlsb_parts(&book),
                    _ => encode_books::ods_parts(&book),
                };
                if mutation == Mutation::FlippedInPart {
                    let at = numbers.below(parts.len());
                    damaged = damage(&mut parts[at].1, mutation, numbers);
                }
                bytes = encode_books::packed(&parts, numbers.one_in(3));
            }
            Format::Xls => bytes = encode_books::xls(&book, numbers.one_in(2)),
            Format::Dbf => {
                let (table, memo_file) = encode_tables::dbf(&book);
                (bytes, memos) = (table, Some(memo_file));
            }
            Format::Parquet => bytes = encode_tables::parquet(&book, numbers),
        }
        if bytes_only && mutation != Mutation::FlippedInPart {
            let of_memos = numbers.one_in(4);
            match &mut memos {
                Some(memos) if of_memos && memos.len() > 512 => {
                    damage(memos, mutation, numbers);
                }
                _ => damaged = damage(&mut bytes, mutation, numbers),
            }
        }
        Some(Self { format, mutation, book, bytes, memos, spans, damaged })
    }

    /// Rows whose bytes were touched, with those whose ends they share.
    fn harms(&self, sheet: usize, row: usize) -> bool {
        // Of a line end in UTF-16 that is cut away in part, the next line begins with what is left.
        let wide = self.format.is_delimited()
            && [&b"\xFF\xFE"[..], b"\xFE\xFF"].iter().any(|m| self.bytes.starts_with(m));
        let near = if wide { 2 } else { 1 };
        let touches = |span: &Range<usize>| {
            self.damaged.iter().any(|d| d.start < span.end + near && span.start < d.end + near)
        };
        self.spans.iter().any(|(s, r, span)| (*s, *r) == (sheet, row) && touches(span))
    }

    /// Were bytes touched that belong to the header, to what stands above it, or to no row?
    fn harms_frame(&self) -> bool {
        let below = |place: usize| self.spans.iter().any(|(_, _, span)| span.contains(&place));
        let header = self.spans.iter().any(|(sheet, row, _)| {
            self.book.sheets[*sheet].header.is_some_and(|header| *row <= header) && self.harms(*sheet, *row)
        });
        header || self.damaged.iter().any(|range| !below(range.start) || !below(range.end.saturating_sub(1)))
    }

    /// Were bytes of the last row of a page touched? Its damaged tag may swallow the end of the table.
    fn harms_end(&self) -> bool {
        let last =
            |(at, sheet): (usize, &invented::Sheet)| self.harms(at, sheet.rows.len().saturating_sub(1));
        self.format.is_page() && self.book.sheets.iter().enumerate().any(last)
    }

    /// Was the last row of a text changed that does not end its line? Lacking cells it may be all that is left of
    /// a longer file.
    fn breaks_off(&self) -> bool {
        let rows = &self.book.sheets[0].rows;
        let last = rows.len().saturating_sub(1);
        let ends =
            self.bytes.iter().rev().find(|byte| **byte != 0).is_some_and(|byte| b"\r\n".contains(byte));
        self.format.is_delimited() && !ends && (rows[last].touched || self.harms(0, last))
    }

    fn may_be_refused(&self) -> bool {
        match self.mutation.reach() {
            Reach::Row | Reach::Bytes if self.breaks_off() => true,
            Reach::Row => false,
            Reach::Table => true,
            // Text that is cut into rows and cells has nothing else that could be damaged.
            Reach::Bytes if self.format.is_delimited() || self.format.is_page() => {
                self.harms_frame() || self.harms_end() || self.mutation == Mutation::CutEnd
            }
            Reach::Bytes => true,
        }
    }

    fn complaints(&self, tables: &[RawTable]) -> Vec<String> {
        let raw = self.book.sheets.iter().flat_map(|s| &s.rows).flat_map(|r| &r.cells);
        let raw = raw.into_iter().any(|cell| matches!(cell, Cell::Raw(_)));
        let touched = |sheet: usize, row: usize| self.book.sheets[sheet].rows[row].touched;
        match self.mutation.reach() {
            Reach::Bytes if self.spans.is_empty() => {
                let rows = match self.mutation {
                    Mutation::CutEnd => 0,
                    Mutation::FlippedByte | Mutation::FlippedInPart => 1,
                    _ => 3,
                };
                let pointed_at = if self.format == Format::Parquet { rows } else { 0 };
                let allowed = Allowed { rows, keys_only: true, pointed_at };
                judge::check_rows(&self.book, tables, &|_, _| false, allowed)
            }
            Reach::Bytes => {
                let harms = |sheet, row| self.harms(sheet, row);
                judge::check_rows(
                    &self.book,
                    tables,
                    &harms,
                    Allowed { rows: 0, keys_only: false, pointed_at: 0 },
                )
            }
            // Quotes of delimited text: the row may be read otherwise, the others not.
            _ if raw && self.format.is_delimited() => judge::check_rows(
                &self.book,
                tables,
                &touched,
                Allowed { rows: 0, keys_only: false, pointed_at: 0 },
            ),
            _ => {
                let mut complaints =
                    judge::check_grid(&self.book, tables, self.format.numbering(), self.format.is_page());
                if self.format.is_delimited() {
                    complaints.extend(judge::check_short_rows(&self.book, tables));
                }
                complaints
            }
        }
    }
}

fn invent(format: Format, numbers: &mut Numbers, sheets: usize) -> Book {
    invented::invent(numbers, sheets, format.numbering() != Numbering::Record)
}

/// Can the format hold such a grid?
fn can_be_written(format: Format, book: &Book, mutation: Mutation) -> bool {
    if format.numbering() != Numbering::Record {
        return true;
    }
    let sheet = &book.sheets[0];
    let Some(header) = sheet.header else { return false };
    let width = sheet.rows[header].cells.len();
    let twice = |cell: &Cell| sheet.rows[header].cells.iter().filter(|other| *other == cell).count() > 1;
    let fits = |cell: &Cell| format == Format::Parquet || cell.shown().len() < 250;
    sheet.rows.iter().all(|row| row.cells.len() <= width && row.cells.iter().all(fits))
        && !(format == Format::Parquet && sheet.rows[header].cells.iter().any(twice))
        && mutation != Mutation::RepeatedHeader
}

/// What came of a file.
#[derive(Debug, Clone, PartialEq, Eq, PartialOrd, Ord)]
enum Outcome {
    Whole,
    NamedLoss,
    Refused(String),
}

fn kind_of_refusal(error: &bidui::Error) -> String {
    let mut quoted = false;
    let bare: String = error
        .message()
        .chars()
        .filter(|c| {
            quoted = (quoted || *c == '“') && *c != '”';
            !quoted && !c.is_ascii_digit()
        })
        .collect();
    bare.split(['：', '，']).next().unwrap_or_default().chars().take(24).collect()
}

struct Campaign {
    pipeline: Pipeline,
    source: usize,
}

impl Campaign {
    fn new() -> Self {
        let root = PathBuf::from(env!("CARGO_MANIFEST_DIR"));
        let pipeline = Pipeline::open(&root.join("pipelines/hebi")).unwrap();
        let source = pipeline.source_index("student_aid").unwrap();
        Self { pipeline, source }
    }

    /// Reads and loads a file, and judges what came of it.
    fn judge(&self, file: &MutatedFile, folder: &Path) -> (Outcome, Vec<String>) {
        let contract = &self.pipeline.sources[self.source];
        let options = contract.read_options();
        let read = catch_unwind(AssertUnwindSafe(|| -> bidui::Result<Vec<RawTable>> {
            let wants = |sheet: &str| contract.wants_sheet(sheet);
            open_file(folder, Path::new("学生资助.xls"), &options, &wants)?.collect()
        }));
        let tables = match read {
            Ok(Ok(tables)) => tables,
            Ok(Err(error)) => return self.refused(file, &error),
            Err(_) => {
                return (Outcome::Refused("panic".to_owned()), vec!["a panic while reading".to_owned()]);
            }
        };
        let load = || load_tables(contract, self.source, tables.iter().cloned().map(Ok), None);
        let loaded = match catch_unwind(AssertUnwindSafe(load)) {
            Ok(Ok(loaded)) => loaded,
            Ok(Err(error)) => return self.refused(file, &error),
            Err(_) => {
                return (Outcome::Refused("panic".to_owned()), vec!["a panic while loading".to_owned()]);
            }
        };
        let mut complaints = file.complaints(&tables);
        complaints.extend(judge_load::check_loaded(&loaded, &tables, self.source as u8));
        let blocking = loaded.audits.iter().filter(|audit| audit.blocking);
        if file.mutation.reach() == Reach::Row {
            complaints.extend(blocking.map(|audit| format!("blocked: {}", audit.message)));
        }
        let mut of_text = tables.iter().filter_map(|t| t.account.as_ref()?.text.as_ref());
        let strays = of_text.any(|text| text.stray_quotes_count + text.short_rows_count > 0);
        let unknown = loaded.records.unknown.columns().any(|(_, records)| !records.is_empty());
        let absent = loaded
            .totals
            .tables
            .iter()
            .any(|t| t.absent.iter().any(|label| invented::HEADER.contains(&label.as_str())));
        let lossy =
            !loaded.rejects.is_empty() || !loaded.cell_warnings.is_empty() || unknown || strays || absent;
        (if lossy { Outcome::NamedLoss } else { Outcome::Whole }, complaints)
    }

    fn refused(&self, file: &MutatedFile, error: &bidui::Error) -> (Outcome, Vec<String>) {
        let mut complaints = Vec::new();
        if !file.may_be_refused() {
            complaints.push(format!("refused as a whole: {error}"));
        }
        if error.kind().exit_code() != 2 || error.hint_text().is_none() {
            complaints.push(format!("no error of an input with a cure: {error}"));
        }
        (Outcome::Refused(kind_of_refusal(error)), complaints)
    }

    /// Files `from`, `from + step` … below `to`.
    fn run(&self, seeds: Range<u64>, step: usize) -> Tally {
        let folder = tempfile::tempdir().unwrap();
        let keep = std::env::var_os("BIDUI_MUTATED_KEEP").map(PathBuf::from);
        let mut tally = Tally::default();
        for seed in seeds.step_by(step) {
            let format = Format::ALL[(seed % Format::ALL.len() as u64) as usize];
            let file = MutatedFile::of(format, seed);
            std::fs::write(folder.path().join("学生资助.xls"), &file.bytes).unwrap();
            let memos = folder.path().join("学生资助.dbt");
            match &file.memos {
                Some(bytes) => std::fs::write(&memos, bytes).unwrap(),
                None => drop(std::fs::remove_file(&memos)),
            }
            let (outcome, complaints) = self.judge(&file, folder.path());
            *tally.outcomes.entry((format, file.mutation, outcome)).or_default() += 1;
            if complaints.is_empty() {
                continue;
            }
            let shown: Vec<&String> = complaints.iter().take(3).collect();
            tally.complaints.push((
                format,
                file.mutation,
                format!("seed {seed}: {shown:?} ({})", complaints.len()),
            ));
            if let Some(keep) = &keep {
                std::fs::write(keep.join(format!("{seed}-{format:?}-{:?}", file.mutation)), &file.bytes)
                    .unwrap();
            }
        }
        tally
    }
}

/// What came of many files.
#[derive(Default)]
struct Tally {
    outcomes: BTreeMap<(Format, Mutation, Outcome), u64>,
    complaints: Vec<(Format, Mutation, String)>,
}

impl Tally {
    fn join(&mut self, other: Self) {
        other.outcomes.into_iter().for_each(|(key, files)| *self.outcomes.entry(key).or_default() += files);
        self.complaints.extend(other.complaints);
    }
    /// Counts by format, by mutation, and the refusals by kind.
    fn report(&self) -> String {
        let mut by_format: BTreeMap<String, [u64; 3]> = BTreeMap::new();
        let mut by_mutation: BTreeMap<(Mutation, String), [u64; 3]> = BTreeMap::new();
        let mut refusals: BTreeMap<(String, String), u64> = BTreeMap::new();
        for ((format, mutation, outcome), files) in &self.outcomes {
            let place = match outcome {
                Outcome::Whole => 0,
                Outcome::NamedLoss => 1,
                Outcome::Refused(kind) => {
                    *refusals.entry((format!("{format:?}"), kind.clone())).or_default() += files;
                    2
                }
            };
            by_format.entry(format!("{format:?}")).or_default()[place] += files;
            by_mutation.entry((*mutation, format!("{mutation:?}"))).or_default()[place] += files;
        }
        let mut out = String::from("| format | whole | with named loss | refused |\n|---|---|---|---|\n");
        let line = |name: &str, counts: &[u64; 3]| {
            format!("| {name} | {} | {} | {} |\n", counts[0], counts[1], counts[2])
        };
        by_format.iter().for_each(|(name, counts)| out += &line(name, counts));
        out += "\n| mutation | whole | with named loss | refused |\n|---|---|---|---|\n";
        by_mutation.iter().for_each(|((_, name), counts)| out += &line(name, counts));
        out += "\n| format | refused because | files |\n|---|---|---|\n";
        refusals
            .iter()
            .for_each(|((format, kind), files)| out += &format!("| {format} | {kind} | {files} |\n"));
        out += "\nBy format, mutation and outcome:\n";
        for ((format, mutation, outcome), files) in &self.outcomes {
            out += &format!("{format:?} | {mutation:?} | {outcome:?} | {files}\n");
        }
        for (format, mutation, what) in &self.complaints {
            out += &format!("COMPLAINT {format:?} {mutation:?} {what}\n");
        }
        out
    }
}

#[test]
fn no_row_of_a_mutated_file_is_lost_or_misread_in_silence() {
    let number = |name: &str| std::env::var(name).ok().map(|n| n.parse::<u64>().unwrap());
    let files = number("BIDUI_MUTATED_FILES");
    let from = number("BIDUI_MUTATED_SEED").unwrap_or(0);
    let seeds = from..from + files.unwrap_or(1_100);
    let campaign = Campaign::new();
    let mut tally = std::thread::scope(|scope| {
        let second = scope.spawn(|| campaign.run(seeds.start + 1..seeds.end, 2));
        let mut tally = campaign.run(seeds.clone(), 2);
        tally.join(second.join().unwrap());
        tally
    });
    tally.complaints.sort();
    if files.is_some() {
        std::fs::write(std::env::temp_dir().join("bidui_mutated_inputs.txt"), tally.report()).unwrap();
    }
    assert!(tally.complaints.is_empty(), "{}", tally.report());
}
