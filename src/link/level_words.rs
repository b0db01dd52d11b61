//! What comparisons and their levels are called before officers.

use super::compare::{DateLevel, DivisionLevel, HanNameLevel, IdLevel, TextLevel};
use super::household_ties::HouseholdLevel;

/// What a comparison looks at; its name where nothing else is known.
pub(crate) fn comparison_title(name: &str) -> &str {
    match name {
        "id_number" => "证件号码",
        "name" => "姓名",
        "birth" | "birth_date" | "date_of_birth" => "出生日期",
        "sex" => "性别",
        "division" => "区划",
        "household" => "户",
        "address" => "地址",
        "phone" => "电话",
        other => other,
    }
}

/// A level in words; its code where nothing else is known.
pub(crate) fn level_title(code: &str) -> &str {
    macro_rules! look {
        ($($level:ty),*) => { $(
            if let Some(found) = <$level>::ALL.iter().find(|l| l.code() == code) {
                return found.label();
            }
        )* };
    }
    look!(TextLevel, DateLevel, HanNameLevel, IdLevel, DivisionLevel, HouseholdLevel);
    if code == "swapped" { "两列填反" } else { code }
}
