//! Which tables rules may read: one view per source, its previous quarter, and the few that
//! the program itself derives. Known from the contracts alone, so rules are checked without data.

use std::collections::{BTreeMap, BTreeSet};

use crate::config::{SourceColumn, SourceContract};
use crate::model::column_type::{ColumnType, ColumnTypes, ContractType};

/// Where a view comes from.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum ViewOrigin {
    /// A source of the quarter.
    Source,
    /// A source of the quarter before.
    Previous,
    /// Rows of a source from earlier publications; none are rows too.
    Earlier,
    /// Derived by the program; always there.
    Derived,
}

/// A view and its columns.
#[derive(Debug, Clone)]
pub struct ViewInfo {
    /// Chinese title.
    pub title: String,
    /// Columns in order.
    pub columns: ColumnTypes,
    /// Where it comes from.
    pub origin: ViewOrigin,
}

/// Views by name.
#[derive(Debug, Clone, Default)]
pub struct ViewCatalogue {
    /// Views by name.
    pub views: BTreeMap<String, ViewInfo>,
    /// View and column of amounts that are never less than nothing.
    pub never_negative: BTreeSet<(String, String)>,
}

/// View of one row: what the pipeline sets for the quarter.
pub(crate) const PARAMETER: &str = "parameter";

/// View with a row for each county: the same parameters as they hold there.
pub(crate) const COUNTY_PARAMETER: &str = "county_parameter";

/// View of the records of a list that are nearest to somebody who seems to be missing from it.
pub(crate) const NEAR_MISS: &str = "near_miss";

/// View of the records of persons whose records differ, made of all lists.
pub(crate) const IDENTITIES: &str = "identity_record";

/// Suffix of the view that holds a source's previous quarter.
pub(crate) const PREVIOUS: &str = "_previous";

/// Suffix of the view that holds the rows of earlier publications, of the months that the source's list does not tell.
pub(crate) const EARLIER: &str = "_earlier";

/// Name of the list that a view is of, whenever it was delivered.
pub(crate) fn list_of_view(view: &str) -> &str {
    view.strip_suffix(PREVIOUS).or_else(|| view.strip_suffix(EARLIER)).unwrap_or(view)
}

/// Columns that every source view has before those of its contract.
pub(crate) fn common_columns() -> ColumnTypes {
    use ColumnType::{Date, Int32, Text};
    [
        ("record_id", Text),
        ("person_id", Text),
        ("household_id", Text),
        ("source_household_id", Text),
        ("county_code", Text),
        ("township_code", Text),
        ("village_code", Text),
        ("link_tier", Int32),
        ("in_review", Int32),
        ("id18", Text),
        ("id_class", Text),
        ("birth_date", Date),
        ("age", Int32),
        ("sex", Text),
    ]
    .map(|(name, kind)| (name.to_owned(), kind))
    .to_vec()
}

/// Is a column of a source's view computed, whatever the contract has of its name?
pub(crate) fn is_common_view_column(column: &str) -> bool {
    common_columns().iter().any(|(name, _)| name == column)
}

impl ViewCatalogue {
    /// Views of `sources` (name, title, contract columns) and the derived ones; `parameters`
    /// are the columns of the one-row view `parameter`, and of `county_parameter` with a row for each county.
    pub fn new(sources: &[(String, String, ColumnTypes)], parameters: ColumnTypes) -> Self {
        use ColumnType::{Int32, Text};
        let mut views = BTreeMap::new();
        let mut add = |name: &str, title: &str, columns: ColumnTypes, origin| {
            views.insert(name.to_owned(), ViewInfo { title: title.to_owned(), columns, origin });
        };
        for (name, title, contract) in sources {
            let mut columns = common_columns();
            for (column, kind) in contract {
                // A contract's own birth date and sex are the ones shown.
                if !columns.iter().any(|(known, _)| known == column) {
                    columns.push((column.clone(), *kind));
                }
            }
            add(
                &format!("{name}{PREVIOUS}"),
                &format!("{title}（上期）"),
                columns.clone(),
                ViewOrigin::Previous,
            );
            add(name, title, columns, ViewOrigin::Source);
        }
        let mut of_county: ColumnTypes = vec![("county_code".to_owned(), Text)];
        of_county.extend(parameters.iter().cloned());
        add(COUNTY_PARAMETER, "县（区）参数", of_county, ViewOrigin::Derived);
        add(PARAMETER, "参数", parameters, ViewOrigin::Derived);
        let unit = [("county_code", Text), ("township_code", Text), ("village_code", Text)];
        let flags: Vec<String> = sources.iter().map(|(name, _, _)| format!("in_{name}")).collect();
        let with_flags = |first: &[(&str, ColumnType)]| -> ColumnTypes {
            let mut columns: ColumnTypes =
                first.iter().chain(&unit).map(|(name, kind)| ((*name).to_owned(), *kind)).collect();
            columns.extend(flags.iter().map(|name| (name.clone(), Int32)));
            columns
        };
        let person = [
            ("person_id", Text),
            ("household_id", Text),
            ("birth_date", ColumnType::Date),
            ("age", Int32),
            ("sex", Text),
        ];
        add("person", "人员", with_flags(&person), ViewOrigin::Derived);
        add(
            "household",
            "户",
            with_flags(&[("household_id", Text), ("persons", Int32)]),
            ViewOrigin::Derived,
        );
        let plain = |columns: &[(&str, ColumnType)]| -> ColumnTypes {
            columns.iter().map(|(name, kind)| ((*name).to_owned(), *kind)).collect()
        };
        add(
            "division",
            "区划",
            plain(&[("code", Text), ("name", Text), ("parent_code", Text), ("level", Int32)]),
            ViewOrigin::Derived,
        );
        add(
            IDENTITIES,
            "证号或姓名不尽一致人员的记录",
            plain(&[
                ("record_id", Text),
                ("person_id", Text),
                ("household_id", Text),
                ("source", Text),
                ("link_tier", Int32),
                ("record_order", Int32),
                ("id18", Text),
                ("id_class", Text),
                ("full_id", Int32),
                ("name_group", Int32),
                ("id_of_other", Int32),
            ]),
            ViewOrigin::Derived,
        );
        add(
            NEAR_MISS,
            "名单中最接近的记录",
            plain(&[
                ("record_id", Text),
                ("person_id", Text),
                ("source", Text),
                ("candidate", Text),
                ("candidate_person_id", Text),
                ("near_order", Int32),
                ("score", Int32),
                ("likely", Int32),
            ]),
            ViewOrigin::Derived,
        );
        Self { views, never_negative: BTreeSet::new() }
    }
    /// The same with views of earlier publications for those of `contracts` that ask for months before their period.
    #[must_use]
    pub(crate) fn with_earlier(mut self, contracts: &[SourceContract]) -> Self {
        for contract in contracts.iter().filter(|contract| contract.window().is_some()) {
            let Some(columns) = self.columns(&contract.name).cloned() else { continue };
            let view = format!("{}{EARLIER}", contract.name);
            let title = format!("{}（以前各期发布的）", contract.title);
            self.views.insert(view, ViewInfo { title, columns, origin: ViewOrigin::Earlier });
        }
        let of_list = |contract: &SourceContract| {
            let is_amount =
                |c: &&SourceColumn| matches!(c.kind, ContractType::Money | ContractType::Area) && !c.negative;
            let amounts: Vec<String> =
                contract.columns.iter().filter(is_amount).map(|c| c.name.clone()).collect();
            let views = ["", PREVIOUS, EARLIER].map(|suffix| format!("{}{suffix}", contract.name));
            views
                .into_iter()
                .flat_map(move |view| amounts.clone().into_iter().map(move |column| (view.clone(), column)))
        };
        self.never_negative = contracts.iter().flat_map(of_list).collect();
        self
    }
    /// Columns of a view.
    pub fn columns(&self, name: &str) -> Option<&ColumnTypes> {
        self.views.get(name).map(|v| &v.columns)
    }
    /// Title of a view, its name if unknown.
    pub fn title<'a>(&'a self, name: &'a str) -> &'a str {
        self.views.get(name).map_or(name, |v| &v.title)
    }
    /// Whether a view may be absent in a quarter. One of earlier publications goes with its list.
    pub fn can_be_absent(&self, name: &str) -> bool {
        let origin = self.views.get(name).map(|v| v.origin);
        matches!(origin, Some(ViewOrigin::Source | ViewOrigin::Previous))
    }
}
