//! What could not be judged, since cells are unknown: subjects of whom a rule says neither yes nor no, and rules that
//! are held for a county.

use std::sync::Arc;

use super::exception::SubjectKind;

/// Unknown cells from which a county's column may be told as unknown.
const FEWEST_CELLS: u64 = 5;
/// Share of unknown cells, one in so many, from which it is.
const SHARE: u64 = 100;

/// Are so many of a county's cells in a column unknown that the county is told, and rules that rest on the column are
/// held there?
pub(crate) fn are_many_unknown(unknown: u64, of: u64) -> bool {
    unknown >= FEWEST_CELLS && unknown * SHARE >= of
}

/// Key of a subject that is left open, where the key itself is unknown.
pub(crate) const ANY_KEY: &str = "?";

/// A subject that a rule may mean: what is known of it leaves open whether it is a finding.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct UndecidedSubject {
    /// Rule.
    pub rule_code: Arc<str>,
    /// What the subject is.
    pub subject_kind: SubjectKind,
    /// Person, household, record or division.
    pub subject_id: Arc<str>,
    /// Key of the finding that it might be; `?` where the key itself is unknown.
    pub rule_key: Arc<str>,
    /// Person it is about, if there is one.
    pub person_id: Option<Arc<str>>,
    /// Household it is about, if there is one.
    pub household_id: Option<Arc<str>>,
    /// County code, `""` if unknown.
    pub county_code: Arc<str>,
    /// Township code, `""` if unknown.
    pub township_code: Arc<str>,
    /// Village code, `""` if unknown.
    pub village_code: Arc<str>,
}

/// A place whose part of a list did not come, or cannot be used: who stands in it now is not known.
#[derive(Debug, Clone, PartialEq, Eq, PartialOrd, Ord, serde::Serialize, serde::Deserialize)]
pub struct LackedPlace {
    /// Code of the county or township.
    pub code: String,
    /// Why its part does not count.
    #[serde(alias = "stale", deserialize_with = "why_or_stale")]
    pub why: WhyLacking,
}

/// The reason, or, as manifests said it at first, whether rows are there that are of another period.
fn why_or_stale<'de, D: serde::Deserializer<'de>>(value: D) -> Result<WhyLacking, D::Error> {
    #[derive(serde::Deserialize)]
    #[serde(untagged)]
    enum Written {
        Why(WhyLacking),
        Stale(bool),
    }
    Ok(match <Written as serde::Deserialize>::deserialize(value)? {
        Written::Why(why) => why,
        Written::Stale(true) => WhyLacking::OtherPeriod,
        Written::Stale(false) => WhyLacking::Absent,
    })
}

/// Why a place's part of a list does not count.
#[derive(
    Debug, Clone, Copy, Default, PartialEq, Eq, PartialOrd, Ord, serde::Serialize, serde::Deserialize,
)]
#[serde(rename_all = "snake_case")]
pub enum WhyLacking {
    /// It did not come.
    #[default]
    Absent,
    /// Rows are there, of another period: what they say is not known of this one.
    OtherPeriod,
    /// Rows are there, whose numbers do not meet those of the list that they belong with.
    UnmetKeys,
    /// Some townships of a county did not come.
    TownshipsAbsent,
    /// Those alone came who are new on it or changed.
    NewOnesAlone,
    /// A line of it says that it broke off, or that more belongs to it.
    CutShort,
    /// Its rows say that they are about more people than they list.
    MembersAbsent,
    /// One of the files that it is split into did not come.
    PartsAbsent,
    /// Rows are there, but neither it nor an earlier publication tells of some of the months that rules ask for.
    MonthsAbsent,
}

impl WhyLacking {
    /// What is wrong with the list of a place, in words.
    pub(crate) fn told(self, place: &str, list: &str) -> String {
        match self {
            Self::Absent => format!("{place}没有报来本期的{list}"),
            Self::OtherPeriod => format!("{place}报来的{list}不是本期的"),
            Self::TownshipsAbsent => format!("{place}有乡镇没有报来本期的{list}"),
            Self::NewOnesAlone => format!("{place}只报来了{list}里新增、变更的人"),
            Self::CutShort => format!("{place}的{list}自己写着没有导完"),
            Self::MembersAbsent => format!("{place}报来的{list}没有列出全部的人"),
            Self::PartsAbsent => format!("{place}报来的{list}缺了一份"),
            Self::MonthsAbsent => format!("{place}的{list}缺了以前一些月份"),
            Self::UnmetKeys => format!("{place}报来的{list}与另一份名单的编号对不上"),
        }
    }
}

/// A SELECT of a rule or definition as it was run over unknown cells.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct RewrittenSelect {
    /// `definition`, `certain` or `possible`.
    pub kind: &'static str,
    /// Name of the definition, code of the rule.
    pub name: String,
    /// Its text.
    pub sql: String,
}

/// A column that is unknown for so much of a county, or a list that did not come from there, so that a rule resting on
/// it is held there: what it does not find there is no sign that all is well.
#[derive(Debug, Clone, PartialEq, Eq, PartialOrd, Ord)]
pub struct HeldRule {
    /// Rule.
    pub rule_code: String,
    /// County code, `""`: records without a county.
    pub county_code: String,
    /// Source whose column it is.
    pub source: String,
    /// Canonical name of the column; `""`: the county's part of the list itself does not count.
    pub column: String,
    /// Records of the county whose cell is unknown; 0 for a list.
    pub unknown: u64,
    /// Records of the county in the source.
    pub records: u64,
    /// Subjects of the county that the rule leaves undecided.
    pub undecided: u64,
    /// Why the county's part of the list does not count, where that is what holds the rule.
    pub why: Option<WhyLacking>,
}

impl HeldRule {
    /// Is it held since the county's part of the list does not count?
    pub fn is_of_list(&self) -> bool {
        self.column.is_empty()
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_place_of_an_earlier_manifest_keeps_its_reason() {
        let read = |text: &str| serde_json::from_str::<LackedPlace>(text).unwrap().why;
        assert_eq!(read(r#"{"code":"410622","stale":true}"#), WhyLacking::OtherPeriod);
        assert_eq!(read(r#"{"code":"410622","stale":false}"#), WhyLacking::Absent);
        for why in [
            WhyLacking::Absent,
            WhyLacking::OtherPeriod,
            WhyLacking::UnmetKeys,
            WhyLacking::NewOnesAlone,
            WhyLacking::CutShort,
        ] {
            let place = LackedPlace { code: "410622".to_owned(), why };
            assert_eq!(read(&serde_json::to_string(&place).unwrap()), why);
        }
        assert!(serde_json::from_str::<LackedPlace>(r#"{"code":"410622"}"#).is_err(), "no reason is guessed");
    }
}
