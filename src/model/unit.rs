//! Units of amounts and areas.

use crate::model::column_type::ContractType;

/// (word, factor to fen)
const MONEY: &[(&str, i64)] = &[
    ("元", 100),
    ("万元", 1_000_000),
    ("万", 1_000_000),
    ("千元", 100_000),
    ("百元", 10_000),
    ("角", 10),
    ("分", 1),
    ("人民币", 100),
    ("圆", 100),
    ("¥", 100),
];

/// (word, factor to 1/100 square metre)
const AREA: &[(&str, i64)] = &[
    ("平方米", 100),
    ("㎡", 100),
    ("m2", 100),
    ("m²", 100),
    ("平米", 100),
    ("平方", 100),
    ("平", 100),
    ("亩", 66_667),
];

/// Factor of a unit for columns of `kind`; `None` if it is no unit of theirs.
pub(crate) fn unit_factor(kind: ContractType, unit: &str) -> Option<i64> {
    let table = unit_table(kind);
    table.iter().find(|(word, _)| *word == unit).map(|(_, factor)| *factor)
}

/// Fails with the known units if `unit` is none of `kind`.
pub(crate) fn check_unit(kind: ContractType, unit: &str) -> Result<i64, Vec<&'static str>> {
    unit_factor(kind, unit).ok_or_else(|| unit_table(kind).iter().map(|(word, _)| *word).collect())
}

/// Months of a unit of time; `None` of one that is no whole number of months, or none of time.
pub(crate) fn months_of_unit(unit: &str) -> Option<i64> {
    match unit {
        "月" | "个月" => Some(1),
        "季" | "季度" => Some(3),
        "半年" => Some(6),
        "年" => Some(12),
        _ => None,
    }
}

fn unit_table(kind: ContractType) -> &'static [(&'static str, i64)] {
    match kind {
        ContractType::Money => MONEY,
        ContractType::Area => AREA,
        _ => &[],
    }
}
