//! A piece of one table, loaded on its own: the unit of parallel work.

use std::sync::Arc;

use arrow::array::{Array as _, ArrayRef, BooleanArray, StringArray, new_empty_array};

use super::cell_cleaning;
use super::column::{CellTrouble, ColumnCells, build_column};
use super::headers::ColumnPlan;
use super::tick_columns::TickStyle;
use crate::config::SourceContract;
use crate::extract::RawTable;
use crate::model::column_type::ContractType;
use crate::model::record_id::RecordKey;
use crate::model::source_row::Reject;
use crate::{Error, Result};

/// Rows of one table and all that is needed to load them.
pub(super) struct RowBatch<'a> {
    /// Contract of the source.
    pub contract: &'a SourceContract,
    /// Columns to load.
    pub wanted: Arc<[bool]>,
    /// Position of the source in the pipeline.
    pub source: u8,
    /// Position of the table in the source.
    pub table: u16,
    /// How headers map to columns.
    pub plan: Arc<ColumnPlan>,
    /// The rows.
    pub raw: RawTable,
    /// Last value above the piece, for columns that fill down.
    pub carried: Vec<Option<String>>,
}

/// What a piece became.
#[derive(Debug)]
pub(super) struct LoadedPart {
    /// Typed columns, accepted units only; those that are not wanted are empty.
    pub columns: Vec<ArrayRef>,
    /// How each yes/no column is filled.
    pub marks: Vec<TickStyle>,
    /// Their places.
    pub keys: Vec<RecordKey>,
    /// Units not accepted.
    pub rejects: Vec<Reject>,
    /// Unreadable optional cells of accepted units.
    pub warnings: Vec<Reject>,
    /// Units offered.
    pub read: u64,
}

/// One record to be: a row, or one member of it.
#[derive(Debug, Clone, Copy)]
struct RecordUnit {
    row: usize,
    /// Position of the member plus one, 0 for the row itself.
    member: usize,
}

impl RowBatch<'_> {
    /// Loads the piece.
    pub(super) fn load(&self) -> Result<LoadedPart> {
        self.check_unnamed()?;
        let mut rejects = Vec::new();
        let units = self.units(&mut rejects);
        let members = !self.contract.members.is_empty();
        let mut columns = Vec::with_capacity(self.contract.columns.len());
        let mut marks = vec![TickStyle::default(); self.contract.columns.len()];
        let mut accepted = vec![true; units.len()];
        let mut doubts: Vec<(usize, usize, CellTrouble)> = Vec::new();
        let mut refusals: Vec<(usize, usize, CellTrouble)> = Vec::new();
        let mut troubles = Vec::new();
        for (index, column) in self.contract.columns.iter().enumerate() {
            if !self.wanted[index] {
                columns.push(new_empty_array(&column.data_type()));
                continue;
            }
            let cells = self.cells(index, &units, members);
            if column.kind == ContractType::Flag && column.default.is_none() {
                marks[index] = TickStyle::of(&cells);
            }
            troubles.clear();
            columns.push(build_column(column, &cells, self.plan.factors[index], &mut troubles));
            for &(unit, trouble) in &troubles {
                if column.required && !trouble.keeps_value() {
                    if accepted[unit] {
                        accepted[unit] = false;
                        refusals.push((unit, index, trouble));
                    }
                } else {
                    doubts.push((unit, index, trouble));
                }
            }
        }
        rejects
            .extend(refusals.iter().map(|&(unit, index, trouble)| self.report(units[unit], index, trouble)));
        rejects.sort_by_key(|r| (r.row, r.member));
        let read = units.len() as u64 + self.memberless(&rejects);
        doubts.retain(|&(unit, _, _)| accepted[unit]);
        doubts.sort_by_key(|&(unit, index, _)| (unit, index));
        let mut warnings: Vec<Reject> = Vec::new();
        let mut told: Option<(usize, Vec<usize>)> = None;
        for (unit, index, trouble) in doubts {
            let shared = self.raw_column(units[unit], index).is_none_or(|(_, of_member)| !of_member);
            if units[unit].member > 0 && shared {
                // The cell belongs to the household row: say it once, not for every member.
                let (row, columns) = told.get_or_insert_with(|| (units[unit].row, Vec::new()));
                if *row != units[unit].row {
                    *row = units[unit].row;
                    columns.clear();
                }
                if columns.contains(&index) {
                    continue;
                }
                columns.push(index);
                warnings.push(self.report(RecordUnit { row: units[unit].row, member: 0 }, index, trouble));
            } else {
                warnings.push(self.report(units[unit], index, trouble));
            }
        }
        let mut keys: Vec<RecordKey> = units.iter().map(|&unit| self.key(unit)).collect();
        if accepted.contains(&false) {
            let mask = BooleanArray::from(accepted.clone());
            for column in columns.iter_mut().zip(&*self.wanted).filter_map(|(c, w)| w.then_some(c)) {
                *column = arrow::compute::filter(column, &mask)
                    .map_err(|e| Error::internal("筛选列失败").caused_by(e))?;
            }
            let mut keep = accepted.iter();
            keys.retain(|_| keep.next().copied().unwrap_or(false));
        }
        Ok(LoadedPart { columns, marks, keys, rejects, warnings, read })
    }

    /// Household rows in which no member is filled count as one unit each.
    fn memberless(&self, rejects: &[Reject]) -> u64 {
        rejects.iter().filter(|r| r.reason_code == "no_member").count() as u64
    }

    /// A column without a header must be empty: its cells would be lost.
    fn check_unnamed(&self) -> Result<()> {
        for &column in &self.plan.unnamed {
            let array = &self.raw.columns[column];
            let filled = (0..array.len())
                .find(|&i| !array.is_null(i) && cell_cleaning::clean_cell(array.value(i)).is_some());
            if let Some(row) = filled {
                let info = &self.raw.info;
                let mut error = Error::input(format!("第{}列有内容但没有表头", column + 1))
                    .in_file(&info.file)
                    .at_row(u64::from(self.raw.rows[row]))
                    .hint("补上表头，或删去该列");
                if let Some(sheet) = &info.sheet {
                    error = error.in_sheet(sheet);
                }
                return Err(error);
            }
        }
        Ok(())
    }

    fn units(&self, rejects: &mut Vec<Reject>) -> Vec<RecordUnit> {
        let rows = self.raw.rows.len();
        if self.contract.members.is_empty() {
            return (0..rows).map(|row| RecordUnit { row, member: 0 }).collect();
        }
        let mut units = Vec::with_capacity(rows * 3);
        for row in 0..rows {
            let before = units.len();
            for (place, cells) in self.plan.members.iter().enumerate() {
                if cells.iter().any(|&(_, raw)| is_filled_row_cell(&self.raw.columns[raw], row)) {
                    units.push(RecordUnit { row, member: place + 1 });
                }
            }
            if units.len() == before {
                let mut reject = self.blank_reject(RecordUnit { row, member: 0 });
                reject.reason_code = "no_member".to_owned();
                reject.reason = "这一行没有任何成员的姓名或证件号码；补填后重报".to_owned();
                reject.original = self.row_text(row);
                rejects.push(reject);
            }
        }
        units
    }

    /// Raw column of a contract column for a unit, and whether it is the member's own.
    fn raw_column(&self, unit: RecordUnit, column: usize) -> Option<(usize, bool)> {
        if unit.member > 0 {
            let own = self.plan.members[unit.member - 1].iter().find(|(c, _)| *c == column);
            if let Some(&(_, raw)) = own {
                return Some((raw, true));
            }
        }
        self.plan.columns[column].map(|raw| (raw, false))
    }

    fn cells<'b>(&'b self, column: usize, units: &[RecordUnit], members: bool) -> ColumnCells<'b> {
        let fill = self.contract.columns[column].fill_down;
        if !members {
            let Some(raw) = self.plan.columns[column] else { return ColumnCells::Absent(units.len()) };
            let array = &self.raw.columns[raw];
            return if fill {
                ColumnCells::Units(self.filled_down(column, array))
            } else {
                ColumnCells::Raw(array)
            };
        }
        // For each member: its own raw column, its constant, or the household's column.
        enum CellOrigin<'c> {
            Array(&'c StringArray),
            Constant(&'c str),
            Nothing,
        }
        let household = self.plan.columns[column].map(|raw| &self.raw.columns[raw]);
        let filled = household.filter(|_| fill).map(|array| self.filled_down(column, array));
        let from: Vec<(CellOrigin<'b>, bool)> = (self.contract.members.iter().zip(&self.plan.members))
            .map(|(member, own)| {
                if let Some(&(_, raw)) = own.iter().find(|(c, _)| *c == column) {
                    (CellOrigin::Array(&self.raw.columns[raw]), false)
                } else if let Some((_, value)) = member.values.iter().find(|(c, _)| *c == column) {
                    (CellOrigin::Constant(value.as_str()), false)
                } else {
                    (household.map_or(CellOrigin::Nothing, CellOrigin::Array), true)
                }
            })
            .collect();
        ColumnCells::Units(
            units
                .iter()
                .map(|unit| match &from[unit.member - 1] {
                    (_, true) if filled.is_some() => filled.as_ref().and_then(|f| f[unit.row]),
                    (CellOrigin::Array(array), _) => {
                        (!array.is_null(unit.row)).then(|| array.value(unit.row))
                    }
                    (CellOrigin::Constant(value), _) => Some(*value),
                    (CellOrigin::Nothing, _) => None,
                })
                .collect(),
        )
    }

    fn filled_down<'b>(&'b self, column: usize, array: &'b StringArray) -> Vec<Option<&'b str>> {
        let mut above = self.carried.get(column).and_then(Option::as_deref);
        (0..array.len())
            .map(|row| {
                if is_filled_row_cell(array, row) {
                    above = Some(array.value(row));
                }
                above
            })
            .collect()
    }

    fn key(&self, unit: RecordUnit) -> RecordKey {
        RecordKey::new(self.source, self.table, self.raw.rows[unit.row], unit.member as u8)
    }

    fn blank_reject(&self, unit: RecordUnit) -> Reject {
        let info = &self.raw.info;
        Reject {
            source: self.contract.name.clone(),
            file: info.file.clone(),
            sheet: info.sheet.clone(),
            row: self.raw.rows[unit.row],
            member: unit.member as u8,
            column: None,
            reason_code: String::new(),
            reason: String::new(),
            original: String::new(),
        }
    }

    fn report(&self, unit: RecordUnit, column: usize, trouble: CellTrouble) -> Reject {
        let mut reject = self.blank_reject(unit);
        let spec = &self.contract.columns[column];
        let raw = self.raw_column(unit, column).map(|(raw, _)| raw);
        reject.column =
            Some(raw.map_or_else(|| spec.label.clone(), |raw| self.raw.info.headers[raw].clone()));
        reject.reason_code = trouble.code().to_owned();
        reject.reason = trouble.reason(spec);
        let text =
            raw.map(|raw| &self.raw.columns[raw]).filter(|a| !a.is_null(unit.row)).map(|a| a.value(unit.row));
        reject.original = match text {
            Some(text) if trouble != CellTrouble::Missing => limit_row_text(text.to_owned()),
            _ => self.row_text(unit.row),
        };
        reject
    }

    fn row_text(&self, row: usize) -> String {
        let cells: Vec<&str> =
            self.raw.columns.iter().map(|a| if a.is_null(row) { "" } else { a.value(row) }).collect();
        limit_row_text(cells.join("\t"))
    }
}

/// Enough of a cell or row to find it again; a hostile file must not swell the reports.
fn limit_row_text(text: String) -> String {
    const LONGEST: usize = 1000;
    if text.chars().count() <= LONGEST { text } else { text.chars().take(LONGEST).chain(['…']).collect() }
}

fn is_filled_row_cell(array: &StringArray, row: usize) -> bool {
    !array.is_null(row)
        && cell_cleaning::clean_cell(array.value(row)).is_some_and(|t| !cell_cleaning::is_nothing_cell(&t))
}

/// Last filled cell of each fill-down column, to hand to the next piece of the table.
pub(super) fn carry_filled_cells(
    contract: &SourceContract,
    plan: &ColumnPlan,
    raw: &RawTable,
    carried: &mut [Option<String>],
) {
    for (index, column) in contract.columns.iter().enumerate() {
        if !column.fill_down {
            continue;
        }
        if let Some(array) = plan.columns[index].map(|c| &raw.columns[c])
            && let Some(row) = (0..array.len()).rev().find(|&row| is_filled_row_cell(array, row))
        {
            carried[index] = Some(array.value(row).to_owned());
        }
    }
}
