//! What a publication calls its rules, divisions and lists.

use std::collections::BTreeMap;

use serde::Serialize;

use crate::Result;
use crate::publication::snapshot::Snapshot;

/// What an officer reads of a rule.
#[derive(Debug, Clone, Default, Serialize)]
pub(crate) struct RuleWords {
    pub(crate) title: String,
    pub(crate) policy: String,
    pub(crate) why: String,
    pub(crate) advice: String,
}

/// Titles for codes.
#[derive(Debug, Clone, Default)]
pub(crate) struct CaseTitles {
    pub(super) rules: BTreeMap<String, RuleWords>,
    divisions: BTreeMap<String, String>,
    sources: BTreeMap<String, String>,
}

impl CaseTitles {
    /// Reads the titles of a publication.
    ///
    /// # Errors
    /// It is damaged.
    pub(super) fn read(snapshot: &Snapshot) -> Result<Self> {
        let mut titles = Self::default();
        for row in snapshot.rows("tables/dim_rule.parquet", |_| true)? {
            let text = |column: &str| row.get(column).to_owned();
            let words = RuleWords {
                title: text("title"),
                policy: text("policy"),
                why: text("why"),
                advice: text("advice"),
            };
            titles.rules.insert(text("rule_code"), words);
        }
        snapshot.scan("tables/dim_division.parquet", ["code", "name"], |_, [code, name]| {
            titles.divisions.insert(code.to_owned(), name.to_owned());
        })?;
        snapshot.scan("tables/dim_source.parquet", ["source", "title"], |_, [source, title]| {
            titles.sources.insert(source.to_owned(), title.to_owned());
        })?;
        Ok(titles)
    }

    /// Name of a division; its code where there is none, `未定` of an unknown one.
    pub(crate) fn division<'t>(&'t self, code: &'t str) -> &'t str {
        match self.divisions.get(code) {
            Some(name) => name,
            None if code.is_empty() => "未定",
            None => code,
        }
    }

    /// Title of a list; its name where there is none.
    pub(crate) fn source<'t>(&'t self, source: &'t str) -> &'t str {
        self.sources.get(source).map_or(source, String::as_str)
    }

    /// Title of a rule; its code where there is none.
    pub(crate) fn rule<'t>(&'t self, code: &'t str) -> &'t str {
        self.rules.get(code).map_or(code, |rule| &rule.title)
    }

    /// County and township as a row names them.
    pub(crate) fn place(&self, county: &str, township: &str) -> String {
        match (county.is_empty(), township.is_empty()) {
            (true, true) => "县乡不明".to_owned(),
            (true, false) => format!("（县区不明）{}", self.division(township)),
            (false, true) => format!("{}（乡镇不明）", self.division(county)),
            (false, false) => format!("{} {}", self.division(county), self.division(township)),
        }
    }
}
