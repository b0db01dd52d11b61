//! A piece of one table, loaded on its own: the unit of parallel work.

use std::collections::{BTreeMap, BTreeSet};
use std::sync::Arc;

use arrow::array::{Array as _, ArrayRef, AsArray as _, BooleanArray, StringArray, new_empty_array};
use arrow::datatypes::{DataType, Date32Type, Int32Type};

use super::cell_cleaning;
use super::cell_trouble::{CellTrouble, no_header_reason};
use super::column::{ColumnCells, ColumnFindings, build_column};
use super::guardian_numbers::shared_with_guardians;
use super::headers::ColumnPlan;
use super::place_counts::{RejectedPlaces, place_texts};
use super::placeholder_birth_dates::{UnstatedDays, count_unstated_days};
use super::rejected_people::RejectedPerson;
use super::slid_rows::{rows_with_people_elsewhere, slid_rows};
use super::tick_columns::TickStyle;
use super::unknown_cells::positions_among_kept;
use super::unknown_codes::CodeCounts;
use crate::config::SourceContract;
use crate::config::source_contract::ColumnRole;
use crate::extract::RawTable;
use crate::model::cell_tally::CellTally;
use crate::model::cell_words::{CellWithoutValue, cell_without_value};
use crate::model::column_type::ContractType;
use crate::model::file_account::{CellFault, FaultyCell};
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
    /// Accepted units whose cell is filled and not known, by column.
    pub unknown: Vec<Vec<u32>>,
    /// Cells of accepted units that were not taken as they are written, by column.
    pub cells: Vec<CellTally>,
    /// Columns of ends with the accepted units that say `NULL` there, and how many cells these are.
    pub null_ends: Vec<(usize, Vec<u32>, u64)>,
    /// Columns of ends with the number of accepted units whose end lies before their start.
    pub crossed: Vec<(usize, u64)>,
    /// Values outside the code tables.
    pub codes: CodeCounts,
    /// Values that open code tables do not have.
    pub open_codes: CodeCounts,
    /// Birth dates that no ID number states.
    pub unstated_days: UnstatedDays,
    /// Units not accepted, by place.
    pub rejected: RejectedPlaces,
    /// Members who stand in their row already, by number and name.
    pub repeated_members: u64,
    /// Who stands in the units not accepted.
    pub rejected_people: Vec<RejectedPerson>,
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
        let (units, repeated_members) = self.units(&mut rejects);
        let members = !self.contract.members.is_empty();
        let mut columns = Vec::with_capacity(self.contract.columns.len());
        let mut marks = vec![TickStyle::default(); self.contract.columns.len()];
        let mut accepted = vec![true; units.len()];
        let mut doubts: Vec<(usize, usize, CellTrouble)> = Vec::new();
        let mut refusals: Vec<(usize, usize, CellTrouble)> = Vec::new();
        let count = self.contract.columns.len();
        let mut unknown: Vec<Vec<usize>> = vec![Vec::new(); count];
        let mut all_found: Vec<(usize, ColumnFindings)> = Vec::new();
        let mut unknown_codes: Vec<(usize, usize)> = Vec::new();
        let mut open_codes: Vec<(usize, usize)> = Vec::new();
        let mut found = ColumnFindings::default();
        for (index, column) in self.contract.columns.iter().enumerate() {
            if !self.wanted[index] {
                columns.push(new_empty_array(&column.data_type()));
                continue;
            }
            let cells = self.cells(index, &units, members);
            if column.kind == ContractType::Flag && column.default.is_none() {
                marks[index] = TickStyle::of(&cells);
            }
            let mut array =
                build_column(column, &cells, (self.plan.factors[index], self.plan.months[index]), &mut found);
            if !self.raw.faults.is_empty() {
                array = self.without_faulty(index, &units, array, &mut found)?;
            }
            columns.push(array);
            for &(unit, trouble) in &found.troubles {
                if trouble == CellTrouble::Code {
                    unknown_codes.push((index, unit));
                }
                if trouble.refuses_record(column) {
                    if accepted[unit] {
                        accepted[unit] = false;
                        refusals.push((unit, index, trouble));
                    }
                } else if trouble != CellTrouble::Unknown {
                    doubts.push((unit, index, trouble));
                }
            }
            open_codes.extend(found.open_codes.iter().map(|&unit| (index, unit)));
            unknown[index] = std::mem::take(&mut found.unknown);
            if found.any() {
                all_found.push((index, std::mem::take(&mut found)));
            }
        }
        let ends_before_starts = self.ends_before_starts(&columns);
        let contradicted = { ends_before_starts.iter().cloned() }
            .map(|(end, units)| (end, units, CellTrouble::EndBeforeStart))
            .chain(self.own_guardians(&columns));
        let contradicted: Vec<_> = contradicted.collect();
        for (end, units, trouble) in contradicted {
            let lost = BooleanArray::from_iter((0..columns[end].len()).map(|at| Some(units.contains(&at))));
            columns[end] = arrow::compute::nullif(&columns[end], &lost)
                .map_err(|e| Error::internal("自相矛盾的格不能置空").caused_by(e))?;
            unknown[end].extend(&units);
            unknown[end].sort_unstable();
            unknown[end].dedup();
            let at = all_found.iter().position(|(index, _)| *index == end).unwrap_or_else(|| {
                all_found.push((end, ColumnFindings::default()));
                all_found.len() - 1
            });
            let troubles = &mut all_found[at].1.troubles;
            troubles.retain(|(unit, _)| !units.contains(unit));
            troubles.extend(units.iter().map(|&unit| (unit, trouble)));
            // What else was doubtful about such a cell no longer matters.
            doubts.retain(|(unit, index, _)| *index != end || !units.contains(unit));
            doubts.extend(units.into_iter().map(|unit| (unit, end, trouble)));
        }
        let slid = self.slid_units(&units, &all_found);
        refusals.retain(|(unit, ..)| !slid.contains_key(unit));
        refusals.extend(slid.iter().map(|(&unit, &(column, trouble))| (unit, column, trouble)));
        slid.keys().for_each(|&unit| accepted[unit] = false);
        let mut cells = vec![CellTally::default(); count];
        for (index, found) in &all_found {
            cells[*index] = self.tally_cells(*index, found, (&units, &accepted));
        }
        let codes = self.count_codes(&unknown_codes, &units, &columns);
        open_codes.retain(|&(_, unit)| accepted[unit]);
        let open_codes = self.count_codes(&open_codes, &units, &columns);
        let unstated_days = self.unstated_days(&columns, &accepted);
        let mut rejected = RejectedPlaces::new();
        for &(unit, ..) in &refusals {
            let (county, township) = place_texts(self.contract, &columns, unit);
            *rejected.entry((county.to_owned(), township.to_owned())).or_default() += 1;
        }
        let rejected_people = (refusals.iter())
            .flat_map(|&(unit, _, trouble)| match trouble {
                // Nobody knows in which cells they stand.
                CellTrouble::SlidRow | CellTrouble::ExtraCell => {
                    RejectedPerson::in_text(&self.row_text(units[unit].row))
                }
                _ => self.rejected_person(units[unit]).into_iter().collect(),
            })
            .collect();
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
        warnings.extend(self.cells_without_header());
        warnings.sort_by_key(|warning| (warning.row, warning.member));
        let any = unknown.iter().any(|cells| !cells.is_empty());
        let moved = if any { positions_among_kept(&accepted) } else { Vec::new() };
        let records = |units: &[usize]| -> Vec<u32> {
            units.iter().filter(|&&unit| accepted[unit]).map(|&unit| moved[unit]).collect()
        };
        let unknown: Vec<Vec<u32>> = unknown.iter().map(|cells| records(cells)).collect();
        let crossed = ends_before_starts.into_iter().map(|(end, units)| {
            let units = units.into_iter().filter(|&unit| accepted[unit]);
            (end, units.count() as u64)
        });
        let crossed = crossed.collect();
        let null_ends = all_found.iter().filter(|(_, found)| !found.null_ends.is_empty());
        let null_ends = null_ends.map(|(index, found)| {
            let cells = self.count_cells(*index, &found.null_ends, (&units, &accepted));
            (*index, records(&found.null_ends), cells)
        });
        let null_ends = null_ends.collect();
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
        Ok(LoadedPart {
            columns,
            marks,
            keys,
            rejects,
            warnings,
            read,
            unknown,
            cells,
            null_ends,
            crossed,
            codes,
            open_codes,
            unstated_days,
            rejected,
            repeated_members,
            rejected_people,
        })
    }

    /// The units whose row lacks a cell or has one too many, and the column where that is.
    fn slid_units(
        &self,
        units: &[RecordUnit],
        all_found: &[(usize, ColumnFindings)],
    ) -> BTreeMap<usize, (usize, CellTrouble)> {
        use CellTrouble::{Code, Date, Flag, Month, Number, NumberInName, Period, Range, Rate};
        let misfit = |trouble: &CellTrouble| {
            matches!(trouble, Code | Date | Flag | Month | Number | NumberInName | Period | Range | Rate)
        };
        let mut slid = BTreeMap::new();
        for (_, found) in all_found {
            let wrong = found.troubles.iter().filter(|(_, trouble)| misfit(trouble)).map(|(unit, _)| *unit);
            let wrong = wrong.chain(found.open_codes.iter().copied()).map(|unit| units[unit].row);
            slid.extend(slid_rows(self, &wrong.collect()));
        }
        slid.extend(slid_rows(self, &rows_with_people_elsewhere(self)));
        let of_row = |(unit, at): (usize, &RecordUnit)| Some((unit, *slid.get(&at.row)?));
        units.iter().enumerate().filter(|_| !slid.is_empty()).filter_map(of_row).collect()
    }

    /// Columns of ends with the units whose end lies before their start: `stop_month` before `start_month`. It may be
    /// an earlier stop or a date that stands for none; that something has ended it does not say.
    fn ends_before_starts(&self, columns: &[ArrayRef]) -> Vec<(usize, BTreeSet<usize>)> {
        let mut found = Vec::new();
        for (end, column) in self.contract.columns.iter().enumerate().filter(|(_, column)| column.end) {
            let what = column.name.strip_prefix("stop_").or_else(|| column.name.strip_prefix("end_"));
            let start = what.and_then(|what| self.contract.position(&format!("start_{what}")));
            let Some(start) = start.filter(|&start| self.wanted[start] && self.wanted[end]) else { continue };
            let days = |at: usize, row: usize| -> Option<i32> {
                let array = Some(&columns[at]).filter(|array| array.is_valid(row))?;
                match array.data_type() {
                    DataType::Date32 => Some(array.as_primitive::<Date32Type>().value(row)),
                    DataType::Int32 => Some(array.as_primitive::<Int32Type>().value(row)),
                    _ => None,
                }
            };
            if columns[end].null_count() == columns[end].len()
                || columns[start].data_type() != columns[end].data_type()
            {
                continue;
            }
            let before =
                |&row: &usize| Some(true) == days(end, row).and_then(|e| days(start, row).map(|s| e < s));
            let units: BTreeSet<usize> = (0..columns[end].len()).filter(before).collect();
            if !units.is_empty() {
                found.push((end, units));
            }
        }
        found
    }

    /// The columns of the person's own number and of the guardian's with the units in which both are the same number,
    /// that is not the one's or not the other's.
    fn own_guardians(&self, columns: &[ArrayRef]) -> Vec<(usize, BTreeSet<usize>, CellTrouble)> {
        let at = |role| {
            let mut all = self.contract.columns.iter();
            all.position(|c| c.role == Some(role)).filter(|&column| self.wanted[column])
        };
        let (Some(own), Some(guardian)) = (at(ColumnRole::IdNumber), at(ColumnRole::GuardianId)) else {
            return Vec::new();
        };
        let texts = |column: usize| columns[column].as_string_opt::<i32>().filter(|texts| !texts.is_empty());
        let (Some(ids), Some(guardians)) = (texts(own), texts(guardian)) else { return Vec::new() };
        let shared = shared_with_guardians(ids, guardians);
        // A record is not without a value that it must have.
        let of_guardians = if self.contract.columns[own].required { Default::default() } else { shared.own };
        [
            (own, of_guardians, CellTrouble::GuardiansNumber),
            (guardian, shared.guardians, CellTrouble::GuardianSelf),
        ]
        .into_iter()
        .filter(|(_, units, _)| !units.is_empty())
        .collect()
    }

    /// A column without the values of cells that hold none in the file.
    fn without_faulty(
        &self,
        column: usize,
        units: &[RecordUnit],
        array: ArrayRef,
        found: &mut ColumnFindings,
    ) -> Result<ArrayRef> {
        let mut faulty: Vec<(usize, CellTrouble)> = Vec::new();
        for (at, &unit) in units.iter().enumerate() {
            if let Some(cell) = self.fault(unit, column) {
                faulty.push((at, CellTrouble::Fault(cell.fault)));
            }
        }
        if faulty.is_empty() {
            return Ok(array);
        }
        let mut lost = vec![false; units.len()];
        for &(unit, trouble) in &faulty {
            // What is left of a cell may be no value either; that is the worse of the two.
            let worse = |(at, other): &(usize, CellTrouble)| *at == unit && !other.keeps_value();
            if trouble.keeps_value() && found.troubles.iter().any(worse) {
                continue;
            }
            found.troubles.retain(|(at, _)| *at != unit);
            found.not_stated.retain(|at| *at != unit);
            found.troubles.push((unit, trouble));
            if !trouble.keeps_value() {
                lost[unit] = true;
                found.unknown.push(unit);
            }
        }
        found.troubles.sort_by_key(|(unit, _)| *unit);
        found.unknown.sort_unstable();
        found.unknown.dedup();
        arrow::compute::nullif(&array, &BooleanArray::from(lost))
            .map_err(|e| Error::internal("错误值不能置空").caused_by(e))
    }

    /// Counts what was found in a column of accepted units; a cell that several units share counts once.
    fn tally_cells(
        &self,
        column: usize,
        found: &ColumnFindings,
        (units, accepted): (&[RecordUnit], &[bool]),
    ) -> CellTally {
        let places = |of: &[usize]| self.count_cells(column, of, (units, accepted));
        let troubles = |wanted: &dyn Fn(CellTrouble) -> bool| {
            let of = found.troubles.iter().filter(|(_, t)| wanted(*t)).map(|(unit, _)| *unit);
            places(&of.collect::<Vec<usize>>())
        };
        let no_trouble =
            |t: CellTrouble| matches!(t, CellTrouble::Missing | CellTrouble::Unknown | CellTrouble::Code);
        CellTally {
            unreadable: troubles(&|t| !t.keeps_value() && !no_trouble(t)),
            unknown_codes: troubles(&|t| t == CellTrouble::Code),
            not_stated: places(&found.not_stated),
            placeholder_days: places(&found.placeholder_days),
            doubtful: troubles(&CellTrouble::keeps_value),
            no_end: places(&found.no_end),
            converted: places(&found.converted),
            cleaned_ids: places(&found.cleaned_ids),
            marked_names: places(&found.marked_names),
            beijing_days: places(&found.beijing_days),
            with_times: places(&found.with_times),
        }
    }

    /// How many cells of a column some units have, as far as they are accepted.
    fn count_cells(&self, column: usize, of: &[usize], (units, accepted): (&[RecordUnit], &[bool])) -> u64 {
        let cell = |&unit: &usize| {
            let RecordUnit { row, member } = units[unit];
            let own = self.raw_column(units[unit], column).is_some_and(|(_, of_member)| of_member);
            (row, if own { member } else { 0 })
        };
        let cells: BTreeSet<(usize, usize)> = of.iter().filter(|&&unit| accepted[unit]).map(cell).collect();
        cells.len() as u64
    }

    /// The fault of the cell that a unit's column comes from.
    fn fault(&self, unit: RecordUnit, column: usize) -> Option<&FaultyCell> {
        let (raw, _) = self.raw_column(unit, column)?;
        let row = self.raw.rows[unit.row];
        let from = self.raw.faults.partition_point(|cell| cell.row < row);
        let cells = self.raw.faults[from..].iter().take_while(|cell| cell.row == row);
        cells.into_iter().find(|cell| cell.column as usize == raw)
    }

    /// Counts the cells that code tables do not know, by the county of their row.
    fn count_codes(
        &self,
        cells: &[(usize, usize)],
        units: &[RecordUnit],
        columns: &[ArrayRef],
    ) -> CodeCounts {
        let mut counts = CodeCounts::default();
        let county = self.contract.role_position(ColumnRole::County);
        let county = county.and_then(|at| columns[at].as_string_opt::<i32>()).filter(|c| !c.is_empty());
        for &(column, unit) in cells {
            let county = county.filter(|c| !c.is_null(unit)).map_or("", |c| c.value(unit));
            let raw = self.raw_column(units[unit], column).map(|(raw, _)| &self.raw.columns[raw]);
            let text = raw.filter(|a| !a.is_null(units[unit].row)).map_or("", |a| a.value(units[unit].row));
            counts.add(column, county, text.trim(), 1);
        }
        counts
    }

    /// Cells behind the last header: what they say is kept with the warnings.
    fn cells_without_header(&self) -> Vec<Reject> {
        let of_none = |cell: &&FaultyCell| cell.fault == CellFault::NoHeader;
        let reject = |cell: &FaultyCell| {
            let (info, label) = (&self.raw.info, format!("第{}列", cell.column + 1));
            Reject {
                source: self.contract.name.clone(),
                file: info.file.clone(),
                sheet: info.sheet.clone(),
                row: cell.row,
                member: 0,
                reason_code: CellTrouble::Fault(cell.fault).code().to_owned(),
                reason: no_header_reason(&label),
                column: Some(label),
                original: limit_row_text(cell.original.clone()),
            }
        };
        self.raw.faults.iter().filter(of_none).map(reject).collect()
    }

    /// Who stands in a unit, by the cells as they are written.
    fn rejected_person(&self, unit: RecordUnit) -> Option<RejectedPerson> {
        let text = |role| {
            let (raw, _) = self.raw_column(unit, self.contract.role_position(role)?)?;
            let array = &self.raw.columns[raw];
            if !array.is_null(unit.row) {
                return Some(array.value(unit.row));
            }
            // Whoever is crossed out stands there nevertheless.
            let fault = self.fault(unit, self.contract.role_position(role)?)?;
            (fault.fault == CellFault::StruckOut).then_some(fault.original.as_str())
        };
        let [id, name, county] = [ColumnRole::IdNumber, ColumnRole::Name, ColumnRole::County]
            .map(|role| text(role).unwrap_or_default());
        RejectedPerson::of_cells(id, name, county)
    }

    fn unstated_days(&self, columns: &[ArrayRef], accepted: &[bool]) -> UnstatedDays {
        let at = |role| self.contract.role_position(role).filter(|&at| self.wanted[at]);
        let Some(dates) = at(ColumnRole::BirthDate) else { return UnstatedDays::new() };
        let ids = at(ColumnRole::IdNumber).map(|at| &columns[at]);
        count_unstated_days(&columns[dates], ids, accepted)
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

    /// The records to be, and how many members were left out because they stand in their row already.
    fn units(&self, rejects: &mut Vec<Reject>) -> (Vec<RecordUnit>, u64) {
        let rows = self.raw.rows.len();
        if self.contract.members.is_empty() {
            return ((0..rows).map(|row| RecordUnit { row, member: 0 }).collect(), 0);
        }
        let column = |role| self.contract.role_position(role);
        let persons = column(ColumnRole::IdNumber).zip(column(ColumnRole::Name));
        let person = |unit: RecordUnit| -> Option<(&str, &str)> {
            let (id, name) = persons?;
            let text = |at| {
                let (raw, own) = self.raw_column(unit, at)?;
                let array = &self.raw.columns[raw];
                (own && !array.is_null(unit.row)).then(|| array.value(unit.row).trim())
            };
            Some((text(id).filter(|id| id.len() >= 15)?, text(name)?))
        };
        let mut repeated = 0;
        let mut units: Vec<RecordUnit> = Vec::with_capacity(rows * 3);
        for row in 0..rows {
            let before = units.len();
            for (place, cells) in self.plan.members.iter().enumerate() {
                if cells.iter().any(|&(_, raw)| is_filled_row_cell(&self.raw.columns[raw], row)) {
                    let unit = RecordUnit { row, member: place + 1 };
                    // The head is listed once more among the members.
                    let here = person(unit);
                    let same = |other: &RecordUnit| {
                        here.zip(person(*other))
                            .is_some_and(|(a, b)| a.0.eq_ignore_ascii_case(b.0) && a.1 == b.1)
                    };
                    if units[before..].iter().any(same) {
                        repeated += 1;
                    } else {
                        units.push(unit);
                    }
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
        (units, repeated)
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
                if ends_filling_down(array, row) {
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
        if let CellTrouble::Fault(_) = trouble
            && let Some(cell) = self.fault(unit, column).filter(|cell| !cell.original.is_empty())
        {
            reject.original = limit_row_text(cell.original.clone());
            return reject;
        }
        reject.original = match text {
            Some(text) if !trouble.is_of_row() => limit_row_text(text.to_owned()),
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
pub(super) fn limit_row_text(text: String) -> String {
    const LONGEST: usize = 1000;
    if text.chars().count() <= LONGEST { text } else { text.chars().take(LONGEST).chain(['…']).collect() }
}

fn is_filled_row_cell(array: &StringArray, row: usize) -> bool {
    !array.is_null(row)
        && cell_cleaning::clean_cell(array.value(row)).is_some_and(|t| !cell_cleaning::is_nothing_cell(&t))
}

/// Does a cell say something, if only that it is not known? Such a one does not take the value above.
fn ends_filling_down(array: &StringArray, row: usize) -> bool {
    let says = |text: &str| cell_without_value(text) != Some(CellWithoutValue::Blank);
    !array.is_null(row) && cell_cleaning::clean_cell(array.value(row)).is_some_and(|t| says(&t))
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
            && let Some(row) = (0..array.len()).rev().find(|&row| ends_filling_down(array, row))
        {
            carried[index] = Some(array.value(row).to_owned());
        }
    }
}
