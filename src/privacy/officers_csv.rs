//! CSV for officers: no cell that spreadsheets would run. Files have a byte order mark, with which they open right away.

use std::io::{self, Write};

use super::formula_cells::neutralize_formula_cell;

/// A CSV file for officers, being written.
pub(crate) struct OfficersCsv<W: Write>(csv::Writer<W>);

impl<W: Write> OfficersCsv<W> {
    /// Begins a file.
    ///
    /// # Errors
    /// It cannot be written.
    pub(crate) fn begin(mut writer: W) -> io::Result<Self> {
        writer.write_all("\u{FEFF}".as_bytes())?;
        let mut builder = csv::WriterBuilder::new();
        builder.terminator(csv::Terminator::CRLF).buffer_capacity(1 << 16);
        Ok(Self(builder.from_writer(writer)))
    }

    /// Begins what goes to a terminal or another program: without a mark, its lines end as theirs do.
    pub(crate) fn piped(writer: W) -> Self {
        Self(csv::Writer::from_writer(writer))
    }

    /// Writes a row.
    ///
    /// # Errors
    /// It cannot be written.
    pub(crate) fn row(&mut self, cells: &[impl AsRef<str>]) -> io::Result<()> {
        let mut cells = cells.iter();
        cells
            .try_for_each(|cell| self.0.write_field(neutralize_formula_cell(cell.as_ref()).as_bytes()))
            .and_then(|()| self.0.write_record(None::<&[u8]>))
            .map_err(io::Error::from)
    }

    /// Ends the file.
    ///
    /// # Errors
    /// What is left cannot be written.
    pub(crate) fn finish(self) -> io::Result<W> {
        self.0.into_inner().map_err(|error| error.into_error())
    }
}
