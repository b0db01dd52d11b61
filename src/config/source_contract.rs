//! A checked source contract: what stages read.

use std::collections::{BTreeMap, BTreeSet};
use std::path::PathBuf;
use std::sync::Arc;

use arrow::datatypes::{DataType, Field, Schema};

use super::code_map::CodeMap;
use super::path_pattern;
use crate::config::read_options::{Encoding, KeyHeaders, ReadOptions};
use crate::model::column_type::ContractType;

pub use super::source_file::ColumnRole;
pub(crate) use super::source_file::{
    AmountRate, AuditAction, AuditsSpec, Cadence, EncodingSpec, FilesSpec, PeriodAction, PeriodSpec,
    UniqueAction, UnknownHeaders, VariantSpec,
};

/// A department's list, as its contract describes it.
#[derive(Debug, Clone)]
pub struct SourceContract {
    /// File stem of the contract; also the name of the SQL view.
    pub name: String,
    /// The contract file, for messages.
    pub path: PathBuf,
    /// Chinese title.
    pub title: String,
    /// Department that delivers it.
    pub owner: String,
    /// Letters by which rules name the department.
    pub letter: String,
    /// A quarter without it must not be published.
    pub required: bool,
    /// Where its files are and how to read them.
    pub files: FilesSpec,
    /// Policy for headers that no column claims.
    pub unknown_headers: UnknownHeaders,
    /// Headers that are known and not read.
    pub ignore_headers: Vec<String>,
    /// Checks of the source as a whole.
    pub audits: AuditsSpec,
    /// Which period its rows are of, how often it is delivered, and by whom.
    pub period: PeriodSpec,
    /// Columns, in the order of the SQL view.
    pub columns: Vec<SourceColumn>,
    /// Members of a wide household row in order, repeats expanded; empty if rows are records.
    pub members: Vec<HouseholdMember>,
    /// Files with deviating headers.
    pub variants: Vec<VariantSpec>,
    /// Names of the divisions of the pipeline.
    pub places: Arc<BTreeSet<String>>,
}

/// One column of a contract.
#[derive(Debug, Clone)]
pub struct SourceColumn {
    /// Canonical name, ASCII snake_case.
    pub name: String,
    /// Chinese label.
    pub label: String,
    /// Type of its values.
    pub kind: ContractType,
    /// A record without it is rejected.
    pub required: bool,
    /// Not in every edition of the list: its absence is not remarked on.
    pub optional: bool,
    /// Headers under which it is delivered, the label first.
    pub headers: Vec<String>,
    /// What it tells the linker.
    pub role: Option<ColumnRole>,
    /// Its code table; empty if the column is not coded.
    pub codes: Arc<CodeMap>,
    /// Texts outside the code table are kept.
    pub open: bool,
    /// Unit of bare numbers, as written.
    pub unit: Option<String>,
    /// An empty cell takes the value of the row above.
    pub fill_down: bool,
    /// Value of an empty cell or absent header.
    pub default: Option<String>,
    /// What its amounts are per; none where a cell that names a time is not read.
    pub rate: Option<AmountRate>,
    /// Amounts may be less than nothing.
    pub negative: bool,
    /// Says when something ended: a day that stands for none means that it has not.
    pub end: bool,
    /// Whole numbers outside it, from the first to the last, are not known.
    pub range: Option<[i32; 2]>,
    /// Between which, in 元 or 平方米, the middle one of a county's amounts lies.
    pub usual: Option<[u32; 2]>,
    /// Values that say in which other source the person has a record.
    pub listed_in: BTreeMap<String, String>,
    /// Tells a period: its values are read as such and come out in one form.
    pub period: Option<PeriodForm>,
}

/// In which form a column that tells a period holds it, however it is written.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum PeriodForm {
    /// The year as a number.
    Year,
    /// A school term, `2018秋`.
    Term,
}

/// Does a column tell something of a person, so that who has it is one whatever stands in place of the name?
fn tells_of_person(column: &SourceColumn) -> bool {
    use ColumnRole::{Address, BirthDate, GuardianName, Phone, Relation, Sex, StudentNo};
    let role =
        matches!(column.role, Some(Address | BirthDate | GuardianName | Phone | Relation | Sex | StudentNo));
    let account = || ["账号", "帐号", "卡号", "电话", "手机"].iter().any(|word| column.label.contains(word));
    role || account() || column.kind == ContractType::Date && column.period.is_none()
}

impl SourceColumn {
    /// Arrow type of the loaded column.
    pub fn data_type(&self) -> DataType {
        match self.kind {
            ContractType::Text | ContractType::Code => DataType::Utf8,
            ContractType::Integer | ContractType::Month | ContractType::Flag => DataType::Int32,
            ContractType::Money | ContractType::Area => DataType::Int64,
            ContractType::Date => DataType::Date32,
        }
    }
}

/// One member of a wide household row.
#[derive(Debug, Clone)]
pub struct HouseholdMember {
    /// Title of the group, e.g. 成员.
    pub group: String,
    /// Number within a repeated group, 0 otherwise.
    pub number: u8,
    /// (column position, headers): cells that make the member.
    pub cells: Vec<(usize, Vec<String>)>,
    /// (column position, value): constants of the member's record.
    pub values: Vec<(usize, String)>,
}

impl HouseholdMember {
    /// Text for messages: 户主, 成员3.
    pub fn title(&self) -> String {
        if self.number == 0 { self.group.clone() } else { format!("{}{}", self.group, self.number) }
    }
}

impl VariantSpec {
    /// True if the variant is for `file` (path relative to the data folder, `/` between segments): by its path, or, where
    /// the pattern has no `/`, by its name or that of a folder in which it lies.
    pub fn applies_to(&self, file: &str) -> bool {
        path_pattern::matches_path_pattern(&self.files, file)
            || file.split('/').any(|segment| path_pattern::matches_path_pattern(&self.files, segment))
    }
}

impl SourceContract {
    /// Column by canonical name.
    pub fn column(&self, name: &str) -> Option<&SourceColumn> {
        self.columns.iter().find(|c| c.name == name)
    }
    /// Column that says in which other lists a person stands.
    pub fn marks_lists(&self) -> Option<&SourceColumn> {
        self.columns.iter().find(|column| !column.listed_in.is_empty())
    }
    /// The column of months and how many of them, with the period's last one, rules ask of the list; `None` for a list that
    /// is about its period alone, or about no certain time.
    pub(crate) fn window(&self) -> Option<(&SourceColumn, u8)> {
        let months = self.period.window?;
        Some((self.column(self.period.column.as_deref()?)?, months))
    }
    /// Position of a column.
    pub fn position(&self, name: &str) -> Option<usize> {
        self.columns.iter().position(|c| c.name == name)
    }
    /// Column that plays `role`.
    pub fn role(&self, role: ColumnRole) -> Option<&SourceColumn> {
        self.columns.iter().find(|c| c.role == Some(role))
    }
    /// Position of the column that plays `role`.
    pub fn role_position(&self, role: ColumnRole) -> Option<usize> {
        self.columns.iter().position(|c| c.role == Some(role))
    }
    /// Arrow schema of the loaded batch.
    pub fn schema(&self) -> Arc<Schema> {
        let fields: Vec<Field> =
            self.columns.iter().map(|c| Field::new(&c.name, c.data_type(), true)).collect();
        Arc::new(Schema::new(fields))
    }
    /// True if a file (path relative to the data folder) belongs to this source.
    pub fn owns_file(&self, file: &str) -> bool {
        self.files.patterns.iter().any(|pattern| path_pattern::matches_path_pattern(pattern, file))
    }
    /// True if a worksheet is to be read.
    pub fn wants_sheet(&self, sheet: &str) -> bool {
        (self.files.sheets.is_empty()
            || self.files.sheets.iter().any(|p| path_pattern::matches_path_pattern(p, sheet)))
            && !self.files.skip_sheets.iter().any(|p| path_pattern::matches_path_pattern(p, sheet))
    }
    /// What the extract stage is told about the files of this source.
    pub fn read_options(&self) -> ReadOptions {
        ReadOptions {
            known_headers: self.known_headers(),
            minimum_headers: self.files.minimum_headers,
            encoding: match self.files.encoding {
                EncodingSpec::Auto => Encoding::Auto,
                EncodingSpec::Utf8 => Encoding::Utf8,
                EncodingSpec::Gb18030 => Encoding::Gb18030,
            },
            leave_out: BTreeSet::new(),
            memo_files: None,
            plain_rows: false,
            key_headers: self.key_headers(),
            required_headers: self.cleaned_headers(|column| column.required),
            date_headers: self
                .cleaned_headers(|column| matches!(column.kind, ContractType::Date | ContractType::Month)),
            amount_headers: self
                .cleaned_headers(|column| matches!(column.kind, ContractType::Money | ContractType::Area)),
            text_headers: self.cleaned_headers(|column| {
                use ContractType::{Code, Date, Month, Text};
                matches!(column.kind, Text | Code | Date | Month)
            }),
            ignored_headers: (self.ignore_headers.iter())
                .chain(self.variants.iter().flat_map(|variant| &variant.ignore_headers))
                .map(|header| super::clean_config_header(header))
                .collect(),
            hidden_sheets: self.files.hidden_sheets,
            named_sheets: (self.files.sheets.iter()).filter(|p| !p.contains(['*', '?'])).cloned().collect(),
        }
    }
    /// Headers of the columns by which a row says who it is about.
    fn key_headers(&self) -> KeyHeaders {
        let of = |roles: &[ColumnRole]| -> Vec<String> {
            let plays = |column: &SourceColumn| column.role.is_some_and(|role| roles.contains(&role));
            self.headers_where(plays).into_iter().collect()
        };
        KeyHeaders {
            id_numbers: of(&[ColumnRole::IdNumber, ColumnRole::GuardianId]),
            names: of(&[ColumnRole::Name]),
            households: of(&[ColumnRole::Household]),
            own_numbers: match self.members.is_empty() {
                true => of(&[ColumnRole::IdNumber]),
                false => Vec::new(),
            },
            facts: self.headers_where(tells_of_person).into_iter().collect(),
            places: of(&[
                ColumnRole::County,
                ColumnRole::Township,
                ColumnRole::Village,
                ColumnRole::DivisionCode,
            ]),
            known_places: self.places.as_ref().clone(),
            columns: self.columns_by_header(),
        }
    }
    /// The column that each header feeds, by its cleaned text; no name for those that are not read.
    fn columns_by_header(&self) -> BTreeMap<String, String> {
        let mut columns = BTreeMap::new();
        let mut feed = |header: &str, column: String| {
            columns.entry(super::clean_config_header(header)).or_insert(column);
        };
        for member in &self.members {
            for (at, headers) in &member.cells {
                let column = format!("{}.{}", member.title(), self.columns[*at].name);
                headers.iter().for_each(|header| feed(header, column.clone()));
            }
        }
        let in_group = |at: usize| self.members.iter().any(|m| m.cells.iter().any(|(c, _)| *c == at));
        for (_, column) in self.columns.iter().enumerate().filter(|(at, _)| !in_group(*at)) {
            column.headers.iter().for_each(|header| feed(header, column.name.clone()));
        }
        for (key, headers) in self.variants.iter().flat_map(|variant| &variant.aliases) {
            for header in headers.iter().flat_map(|header| self.numbered_headers(key, header)) {
                feed(&header, key.clone());
            }
        }
        let variants = self.variants.iter().flat_map(|variant| &variant.ignore_headers);
        variants.chain(&self.ignore_headers).for_each(|header| feed(header, String::new()));
        columns
    }
    /// Cleaned headers of some columns.
    fn cleaned_headers(&self, wanted: impl Fn(&SourceColumn) -> bool) -> BTreeSet<String> {
        self.headers_where(wanted).iter().map(|header| super::clean_config_header(header)).collect()
    }
    /// Headers of some columns, those of members and variants among them.
    fn headers_where(&self, wanted: impl Fn(&SourceColumn) -> bool) -> BTreeSet<String> {
        let mut headers = BTreeSet::new();
        for (at, column) in self.columns.iter().enumerate().filter(|(_, column)| wanted(column)) {
            headers.extend(column.headers.iter().cloned());
            let of_members = self.members.iter().flat_map(|m| &m.cells).filter(|(c, _)| *c == at);
            headers.extend(of_members.flat_map(|(_, headers)| headers.iter().cloned()));
            for (key, aliases) in self.variants.iter().flat_map(|v| &v.aliases) {
                if key.rsplit('.').next() == Some(column.name.as_str()) {
                    headers.extend(aliases.iter().flat_map(|header| self.numbered_headers(key, header)));
                }
            }
        }
        headers
    }
    /// A header of a variant, for every member that it is written for.
    fn numbered_headers(&self, key: &str, header: &str) -> Vec<String> {
        if !header.contains("{n}") {
            return vec![header.to_owned()];
        }
        let group = key.split('.').next().unwrap_or("");
        let members = self.members.iter().filter(|m| m.group == group);
        members.map(|member| header.replace("{n}", &member.number.to_string())).collect()
    }
    /// Chinese title of every column, by its name.
    pub fn column_labels(&self) -> BTreeMap<String, String> {
        self.columns.iter().map(|column| (column.name.clone(), column.label.clone())).collect()
    }
    /// Which columns linking needs: those with a role, those without which a record is rejected,
    /// and those by which repeated records are found.
    pub fn columns_for_linking(&self) -> Vec<bool> {
        let unique = |c: &SourceColumn| self.audits.unique.contains(&c.name);
        let of_member =
            |at: usize| self.members.iter().any(|m| m.cells.iter().any(|(column, _)| *column == at));
        (self.columns.iter().enumerate())
            .map(|(at, c)| {
                c.role.is_some() || !c.listed_in.is_empty() || c.required || unique(c) || of_member(at)
            })
            .collect()
    }
    /// Cleaned headers that feed only columns that are not `wanted`.
    pub fn headers_without(&self, wanted: &[bool]) -> BTreeSet<String> {
        let cleaned =
            |column: &SourceColumn| column.headers.iter().map(|h| super::clean_config_header(h)).collect();
        let of = |which: bool| -> BTreeSet<String> {
            let columns = self.columns.iter().zip(wanted).filter(|(_, wanted)| **wanted == which);
            columns.flat_map(|(column, _)| -> Vec<String> { cleaned(column) }).collect()
        };
        let mut kept = of(true);
        for variant in &self.variants {
            kept.extend(variant.aliases.values().flatten().map(|h| super::clean_config_header(h)));
        }
        of(false).difference(&kept).cloned().collect()
    }
    /// Every header text the contract knows, ignored ones included: what finds the header row.
    pub fn known_headers(&self) -> Vec<String> {
        let mut known = BTreeSet::new();
        for column in &self.columns {
            known.extend(column.headers.iter().cloned());
        }
        for member in &self.members {
            for (_, headers) in &member.cells {
                known.extend(headers.iter().cloned());
            }
        }
        for variant in &self.variants {
            for (key, headers) in &variant.aliases {
                known.extend(headers.iter().flat_map(|header| self.numbered_headers(key, header)));
            }
            known.extend(variant.ignore_headers.iter().cloned());
        }
        known.extend(self.ignore_headers.iter().cloned());
        known.into_iter().collect()
    }
}
