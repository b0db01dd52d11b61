//! The form of `sources/<source>.toml`, as written. [`super::SourceContract`] is the checked
//! and expanded form that stages use.

use std::collections::BTreeMap;

use schemars::JsonSchema;
use serde::{Deserialize, Serialize};

use crate::model::column_type::ContractType;

/// A source contract as written.
#[derive(Debug, Clone, Deserialize, JsonSchema)]
#[serde(deny_unknown_fields)]
pub(crate) struct SourceFile {
    /// Chinese title of the source.
    pub title: String,
    /// Department that delivers it and corrects it.
    pub owner: String,
    /// Letters by which rules name the department: REG, CA, HI, HO, ED …
    pub letter: String,
    /// True if a quarter without this source must not be published.
    #[serde(default)]
    pub required: bool,
    /// Where its files are and how to read them.
    pub files: FilesSpec,
    /// What to do with a header that no column claims. Default: stop.
    #[serde(default)]
    pub unknown_headers: UnknownHeaders,
    /// Headers that are known and deliberately not read.
    #[serde(default)]
    pub ignore_headers: Vec<String>,
    /// Checks of the source as a whole.
    #[serde(default)]
    pub audits: AuditsSpec,
    /// Which period its rows are of, how often it is delivered, and by whom.
    #[serde(default)]
    pub period: PeriodSpec,
    /// Columns, in the order of the SQL view.
    pub column: Vec<ColumnSpec>,
    /// Member groups of a wide household row; each filled group becomes one record.
    #[serde(default)]
    pub unpivot: Vec<UnpivotSpec>,
    /// Files with deviating headers.
    #[serde(default)]
    pub variant: Vec<VariantSpec>,
}

/// Policy for headers that no column claims.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default, Deserialize, JsonSchema)]
#[serde(rename_all = "snake_case")]
pub enum UnknownHeaders {
    /// Stop, naming the header and the nearest known one.
    #[default]
    Error,
    /// Read on and list them in the audits.
    Warn,
    /// Read on.
    Ignore,
}

/// `[files]`.
#[derive(Debug, Clone, Deserialize, JsonSchema)]
#[serde(deny_unknown_fields)]
pub struct FilesSpec {
    /// Glob patterns relative to the data folder: `*`, `?`, `**`.
    pub patterns: Vec<String>,
    /// `auto` (default), `utf-8` or `gb18030`.
    #[serde(default)]
    pub encoding: EncodingSpec,
    /// Patterns of worksheet names to read; empty reads all that hold a header.
    #[serde(default)]
    pub sheets: Vec<String>,
    /// Patterns of worksheet names to leave out.
    #[serde(default)]
    pub skip_sheets: Vec<String>,
    /// Read hidden worksheets too. One that `sheets` names exactly is read in any case.
    #[serde(default)]
    pub hidden_sheets: bool,
    /// The files hold people who have left the list: a name or title that says so (`退保`, `停发`) is not against it.
    #[serde(default)]
    pub people_who_left: bool,
    /// How many known headers a row must hold to be the header row (default 3).
    #[serde(default = "default_minimum_headers")]
    pub minimum_headers: usize,
}

fn default_minimum_headers() -> usize {
    3
}

/// Text encoding of CSV and DBF files.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default, Deserialize, JsonSchema)]
pub enum EncodingSpec {
    /// Byte order mark, then strict UTF-8, then GB18030.
    #[default]
    #[serde(rename = "auto")]
    Auto,
    /// UTF-8 with or without byte order mark.
    #[serde(rename = "utf-8")]
    Utf8,
    /// GB18030, which contains GBK and GB2312.
    #[serde(rename = "gb18030")]
    Gb18030,
}

/// `[[column]]`.
#[derive(Debug, Clone, Deserialize, JsonSchema)]
#[serde(deny_unknown_fields)]
pub(crate) struct ColumnSpec {
    /// Canonical name: ASCII snake_case, also the column of the SQL view.
    pub name: String,
    /// Chinese label for people.
    pub label: String,
    /// Type of its values (default text).
    #[serde(default, rename = "type")]
    pub kind: ContractType,
    /// A record without it is rejected, and so is a file without its header.
    #[serde(default)]
    pub required: bool,
    /// Not in every edition of the list: a file without it is not remarked on, and where none has it nobody has a value.
    #[serde(default)]
    pub optional: bool,
    /// Headers under which departments deliver it; the label is always one.
    #[serde(default)]
    pub headers: Vec<String>,
    /// What the column tells the linker.
    pub role: Option<ColumnRole>,
    /// Code table, `file:table` for `codes/<file>.csv`.
    pub code_map: Option<String>,
    /// Code table written here; it comes before `code_map`.
    #[serde(default)]
    pub codes: BTreeMap<String, String>,
    /// True: texts outside the code table are kept as they are. False: they are reported.
    #[serde(default)]
    pub open: bool,
    /// Unit of bare numbers: 元 (default), 分, 角, 百元, 千元, 万元; 平方米 (default), 亩.
    pub unit: Option<String>,
    /// Takes an empty cell's value from the row above (merged cells).
    #[serde(default)]
    pub fill_down: bool,
    /// Value of an empty cell or absent header.
    pub default: Option<String>,
    /// What an amount is per: month, quarter, half_year, year. A cell that names another time is converted;
    /// without this key a cell that names any is not read.
    pub rate: Option<AmountRate>,
    /// Amounts and areas may be less than nothing.
    #[serde(default)]
    pub negative: bool,
    /// Says when something ended: days that stand for none (1900-01-01, 9999-12-31) mean that it has not.
    /// Default: true if the name begins with `stop_` or `end_`, or ends in `_end` or `_until`.
    pub end: Option<bool>,
    /// `[least, most]`: whole numbers outside it are not known and counted.
    pub range: Option<[i32; 2]>,
    /// `[least, most]`, in 元 or 平方米: between them lies the middle one of a county's amounts or areas. Where it does not,
    /// the column is not known there: most likely it is in another unit.
    pub usual: Option<[u32; 2]>,
    /// Values that say in which other list the person stands, by the name of its source: who is insured as poor is registered.
    /// One column of a list; the linker hears it where names alone are left.
    #[serde(default)]
    pub listed_in: BTreeMap<String, String>,
}

/// What an amount is per.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Deserialize, JsonSchema)]
#[serde(rename_all = "snake_case")]
pub enum AmountRate {
    /// A month.
    Month,
    /// Three months.
    Quarter,
    /// Six months.
    HalfYear,
    /// Twelve months.
    Year,
}

impl AmountRate {
    /// Months of one.
    pub fn months(self) -> i64 {
        match self {
            Self::Month => 1,
            Self::Quarter => 3,
            Self::HalfYear => 6,
            Self::Year => 12,
        }
    }
}

/// What a column tells the linker.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize, Deserialize, JsonSchema)]
#[serde(rename_all = "snake_case")]
pub enum ColumnRole {
    /// Citizen ID number, or what stands in its column.
    IdNumber,
    /// Person name.
    Name,
    /// Birth date.
    BirthDate,
    /// Sex.
    Sex,
    /// County label.
    County,
    /// Township label.
    Township,
    /// Village label.
    Village,
    /// Division code of 6, 9 or 12 digits.
    DivisionCode,
    /// Address.
    Address,
    /// The source's own household number.
    Household,
    /// Relation to the household head.
    Relation,
    /// Guardian's ID number.
    GuardianId,
    /// Guardian's name.
    GuardianName,
    /// Student number (G, J, L).
    StudentNo,
    /// Telephone.
    Phone,
}

/// `[[unpivot]]`: one member, or a numbered run of members.
#[derive(Debug, Clone, Deserialize, JsonSchema)]
#[serde(deny_unknown_fields)]
pub(crate) struct UnpivotSpec {
    /// Chinese title of the group, unique in the contract.
    pub title: String,
    /// `[first, last]`: the group repeats, and `{n}` in headers is the number.
    pub repeat: Option<[u8; 2]>,
    /// Column → headers within the group.
    pub headers: BTreeMap<String, Vec<String>>,
    /// Column → constant value for records of the group.
    #[serde(default)]
    pub values: BTreeMap<String, String>,
}

/// `[[variant]]`: deviating headers of some files.
#[derive(Debug, Clone, Deserialize, JsonSchema)]
#[serde(deny_unknown_fields)]
pub struct VariantSpec {
    /// Pattern of the files, matched against the path and, without `/`, against the file name and the folders alone.
    pub files: String,
    /// Column (or `group.column` for unpivot groups, with `{n}`) → headers, before all others.
    #[serde(default)]
    pub aliases: BTreeMap<String, Vec<String>>,
    /// Further headers that are deliberately not read.
    #[serde(default)]
    pub ignore_headers: Vec<String>,
    /// Column → unit of its bare numbers in these files.
    #[serde(default)]
    pub units: BTreeMap<String, String>,
}

/// `[period]`.
#[derive(Debug, Clone, Default, Deserialize, JsonSchema)]
#[serde(deny_unknown_fields, default)]
pub struct PeriodSpec {
    /// Column that says of each row which period it is of: a year, a term (`2018秋`, `2018-2019学年第一学期`), a
    /// quarter, a month or a day.
    pub column: Option<String>,
    /// How often there is a new list.
    pub cadence: Cadence,
    /// A list of another period stops the run (`block`, default) or is told first of all (`warn`).
    pub action: PeriodAction,
    /// Months, with the period's last one, that rules ask of the list. What a delivery has not of them is taken from earlier
    /// publications; what none of them has is missing.
    pub window: Option<u8>,
    /// Counties that deliver it, by name or code. Default: those of the last period; of a required list else those
    /// that appear in the other required lists.
    pub covers: Vec<String>,
}

/// How often a list is delivered anew.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default, Deserialize, JsonSchema)]
#[serde(rename_all = "snake_case")]
pub enum Cadence {
    /// Every quarter: rows of the quarter, and never the same bytes as before.
    Quarter,
    /// Every school term: spring from February to July, autumn from August to January.
    Term,
    /// Every year.
    Year,
    /// At no certain time (default): nothing is asked of its rows.
    #[default]
    Static,
}

/// Consequence of a list of another period.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default, Deserialize, JsonSchema)]
#[serde(rename_all = "snake_case")]
pub enum PeriodAction {
    /// The run stops (after all sources were read).
    #[default]
    Block,
    /// Told first of all; the run goes on.
    Warn,
}

/// `[audits]`.
#[derive(Debug, Clone, Default, Deserialize, JsonSchema)]
#[serde(deny_unknown_fields)]
pub struct AuditsSpec {
    /// Largest share of rejected rows, 0 to 1 (default 0.05); above it the run stops.
    pub max_reject_share: Option<f64>,
    /// Largest change of the record count against last quarter, 0 to 1; above it …
    pub row_count_change: Option<f64>,
    /// … the run stops (`block`) or says so (`warn`, default).
    #[serde(default)]
    pub row_count_action: AuditAction,
    /// Columns that together must not repeat.
    #[serde(default)]
    pub unique: Vec<String>,
    /// A repeated key is listed (`warn`, default), rejected (`reject`) or stops the run (`block`).
    #[serde(default)]
    pub unique_action: UniqueAction,
    /// Values outside a code table, from 1 % and 5 cells of a county and column on: said (`warn`, default), or
    /// the run stops (`block`).
    #[serde(default)]
    pub unknown_codes: AuditAction,
    /// Integer column of a row about a household that says how many of its people the row lists: where it says more,
    /// who else is on the list is not known.
    pub members: Option<String>,
    /// Columns whose numbers another list has, too, county by county.
    #[serde(default)]
    pub meets: Vec<MeetingSpec>,
}

/// `[[audits.meets]]`: numbers of this list that another one has, too.
#[derive(Debug, Clone, Deserialize, JsonSchema)]
#[serde(deny_unknown_fields)]
pub struct MeetingSpec {
    /// Column of this list.
    pub column: String,
    /// The other list.
    pub source: String,
    /// Its column.
    pub with: String,
}

/// Consequence of a repeated key.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default, Deserialize, JsonSchema)]
#[serde(rename_all = "snake_case")]
pub enum UniqueAction {
    /// Reported; both records stay.
    #[default]
    Warn,
    /// The later record is rejected.
    Reject,
    /// The run stops (after all sources were read).
    Block,
}

/// Consequence of an audit.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default, Deserialize, JsonSchema)]
#[serde(rename_all = "snake_case")]
pub enum AuditAction {
    /// Reported; the run goes on.
    #[default]
    Warn,
    /// The run stops (after all sources were read).
    Block,
}
