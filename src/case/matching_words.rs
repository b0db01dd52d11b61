//! How records were matched, in words that claim nothing which the records do not have.

use super::archive::CaseRecord;
use crate::model::id_number::IdClass;
use crate::model::links::Tier;

/// What a tier of a pair means.
pub(super) fn tier_words(tier: i32) -> &'static str {
    match Tier::of_number(tier) {
        Tier::T1 => "证件号码和姓名一致",
        Tier::T2 => "证件号码一致，姓名不同",
        Tier::T3 => "证件号码有一处笔误，姓名一致",
        Tier::T4 => "证件号码残缺、遮盖或为15位，姓名一致",
        Tier::T5 => "没有可用的证件号码，姓名与出生日期、村或户相符，或各名单中再无别人叫这个姓名",
        Tier::T6 => "证据不足或相互矛盾",
    }
}

/// What a number is, as an officer says it; `""` of one that is in order.
pub(super) fn number_words(class: &str) -> &'static str {
    match class_of(class) {
        Some(IdClass::Valid18) | None => "",
        Some(IdClass::Empty) => "空",
        Some(IdClass::BadCheck18) => "18位，校验码不符",
        Some(class) => class.label(),
    }
}

fn class_of(code: &str) -> Option<IdClass> {
    IdClass::ALL.into_iter().find(|class| class.code() == code)
}

/// Can a number of this class be compared as a whole?
fn is_usable(code: &str) -> bool {
    use IdClass::{BadCheck18, Cert20, Cert22, GStudent, Up15, Valid18};
    class_of(code)
        .is_some_and(|class| matches!(class, Valid18 | BadCheck18 | Up15 | Cert20 | Cert22 | GStudent))
}

/// How a record was matched with others of its person; `""` of one that is his only one.
pub(super) fn record_words(record: &CaseRecord, is_alone: bool) -> &'static str {
    match record.row.get("link_tier").parse().unwrap_or(6) {
        _ if is_alone => "",
        1..=3 if !is_usable(record.row.get("id_number_class")) => "没有可用的证件号码，凭姓名等相符",
        tier => tier_words(tier),
    }
}

/// How the records that a finding rests on were matched.
pub(super) fn matched_by(evidence: &[&CaseRecord]) -> String {
    let of_person = |one: &&&CaseRecord| one.row.get("person_id") == evidence[0].row.get("person_id");
    let own: Vec<&&CaseRecord> = match evidence.is_empty() {
        true => Vec::new(),
        false => evidence.iter().filter(of_person).collect(),
    };
    match own.as_slice() {
        [] => "不靠匹配".to_owned(),
        [one] => {
            let number = match is_usable(one.row.get("id_number_class")) {
                true => "",
                false => "，这条记录没有可用的证件号码",
            };
            format!("只依据一条记录，没有与别的名单的记录合并{number}")
        }
        several => {
            let tier = |one: &&&CaseRecord| one.row.get("link_tier").parse::<i32>().unwrap_or(6);
            let weakest = several.iter().map(tier).max().unwrap_or(6);
            let without = several.iter().filter(|one| !is_usable(one.row.get("id_number_class"))).count();
            match without {
                0 => tier_words(weakest).to_owned(),
                _ if weakest >= 4 => format!("{}（{without}条记录没有可用的证件号码）", tier_words(weakest)),
                all if all == several.len() => "各条记录都没有可用的证件号码，姓名等相符".to_owned(),
                some => format!("{some}条记录没有可用的证件号码，凭姓名等相符；其余{}", tier_words(weakest)),
            }
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::publication::table_reader::TableRow;

    fn record(person: &str, class: &str, tier: &str) -> CaseRecord {
        let cells = [("person_id", person), ("id_number_class", class), ("link_tier", tier)];
        CaseRecord { row: TableRow::of(&cells), view: None }
    }

    #[test]
    fn a_number_that_is_not_there_agrees_with_nothing() {
        let said = |records: &[CaseRecord]| matched_by(&records.iter().collect::<Vec<_>>());
        let (good, none) = (record("P1", "VALID18", "1"), record("P1", "EMPTY", "1"));
        let lost = record("P1", "TRUNC15", "4");
        assert_eq!(said(&[good.clone(), good.clone()]), "证件号码和姓名一致");
        // An absence: one record alone, whatever its tier says.
        for alone in [std::slice::from_ref(&good), std::slice::from_ref(&none), std::slice::from_ref(&lost)] {
            assert!(!said(alone).contains("一致"), "{}", said(alone));
        }
        assert!(said(std::slice::from_ref(&none)).contains("没有可用的证件号码"));
        assert!(said(&[good.clone(), none.clone()]).starts_with("1条记录没有可用的证件号码"));
        assert!(!said(&[none.clone(), none]).contains("一致"));
        let words = |one: &CaseRecord| record_words(one, false);
        assert_eq!(words(&record("P1", "EMPTY", "1")), "没有可用的证件号码，凭姓名等相符");
        assert_eq!((words(&good), record_words(&good, true)), ("证件号码和姓名一致", ""));
        // The nearest record of a list that he is missing from is another person's.
        assert!(!said(&[good, record("P2", "VALID18", "1")]).contains("一致"));
    }
}
