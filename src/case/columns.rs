//! Columns of lists as a case shows them.

use std::collections::BTreeMap;

use serde::de::DeserializeOwned;

use super::numbers::{DeliveredNumbers, NumbersShown};
use crate::Result;
use crate::config::{ColumnRole, Pipeline};
use crate::model::column_type::ContractType;
use crate::model::officer_text::{ValueForm, day_text};
use crate::publication::snapshot::Snapshot;

/// A column of a list.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct CaseColumn {
    label: String,
    kind: ContractType,
    role: Option<ColumnRole>,
}

impl CaseColumn {
    /// The columns of all lists of a pipeline, `source.column`: for publications that do not keep their own.
    pub fn of_pipeline(pipeline: &Pipeline) -> BTreeMap<String, Self> {
        let of_source = |source: &crate::config::SourceContract| -> Vec<(String, Self)> {
            let name = &source.name;
            let column = |one: &crate::config::SourceColumn| {
                let own = Self { label: one.label.clone(), kind: one.kind, role: one.role };
                (format!("{name}.{}", one.name), own)
            };
            source.columns.iter().map(column).collect()
        };
        pipeline.sources.iter().flat_map(of_source).collect()
    }

    /// The columns that a publication keeps; none if it is of an earlier version.
    ///
    /// # Errors
    /// It is damaged.
    pub(super) fn pinned(snapshot: &Snapshot) -> Result<BTreeMap<String, Self>> {
        const TABLE: &str = "restricted/list_column.parquet";
        let mut columns = BTreeMap::new();
        if snapshot.lists(TABLE) {
            let names = ["source", "name", "title", "type", "role"];
            snapshot.scan(TABLE, names, |_, [source, name, title, kind, role]| {
                let column = Self {
                    label: title.to_owned(),
                    kind: configured(kind).unwrap_or_default(),
                    role: configured(role),
                };
                columns.insert(format!("{source}.{name}"), column);
            })?;
        }
        Ok(columns)
    }

    /// Title in the list.
    pub(super) fn label(&self) -> &str {
        &self.label
    }

    /// What it tells the linker.
    pub(super) fn role(&self) -> Option<ColumnRole> {
        self.role
    }

    /// Does it stand among the fields? Where a record stands, its sex and its birth have lines of their own.
    pub(super) fn is_field(&self) -> bool {
        use ColumnRole::{Address, BirthDate, County, DivisionCode, Sex, Township, Village};
        !self.role.is_some_and(|role| {
            matches!(role, Address | BirthDate | County | DivisionCode | Sex | Township | Village)
        })
    }

    /// Does every list say in its own way what stands there? A household's number, and who is its head.
    pub(super) fn is_own(&self) -> bool {
        matches!(self.role, Some(ColumnRole::Household | ColumnRole::Relation))
    }

    /// A value in words.
    pub(super) fn shown(&self, value: &str, shown: NumbersShown, delivered: &DeliveredNumbers) -> String {
        use ColumnRole::{GuardianId, Household, IdNumber, Phone, StudentNo};
        match self.role {
            Some(IdNumber | GuardianId | Phone | StudentNo) => shown.number(value),
            Some(Household) => shown.household(value, delivered),
            _ if self.kind == ContractType::Date => {
                value.parse().map_or_else(|_| shown.text(value), day_text)
            }
            _ => ValueForm::of_type(self.kind).number_of(value).unwrap_or_else(|| shown.text(value)),
        }
    }
}

/// What a name in configuration files stands for.
fn configured<T: DeserializeOwned>(name: &str) -> Option<T> {
    serde_json::from_value(serde_json::Value::String(name.to_owned())).ok()
}
