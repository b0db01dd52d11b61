//! Administrative divisions.

use crate::model::division::{COUNTY, DivisionTree, TOWNSHIP, VILLAGE};

super::levels! {
    /// How near two divisions are.
    DivisionLevel {
        /// The same village (whatever it was called and coded in which year).
        SameVillage = "同村",
        /// Villages that were merged into one.
        SameLineage = "合并后同村",
        /// The same township; also where one side knows only the township.
        SameTownship = "同乡镇",
        /// The same county; also where one side knows only the county.
        SameCounty = "同县区",
        /// Different counties.
        Different = "不同县区",
    }
}

/// Compares two values of a division column (one plus the position in the tree, 0 missing).
/// A side that knows only the prefecture is missing.
pub(crate) fn division_level(tree: &DivisionTree, a: u32, b: u32) -> DivisionLevel {
    use DivisionLevel::*;
    let county = |value| tree.at_level(value, COUNTY);
    if county(a) == 0 || county(b) == 0 {
        return Missing;
    }
    let level = |value| tree.unit(value).map_or(0, |unit| unit.level);
    if level(a) == VILLAGE && level(b) == VILLAGE {
        if a == b {
            return SameVillage;
        }
        if tree.lineage(a) == tree.lineage(b) {
            return SameLineage;
        }
    }
    let township = tree.at_level(a, TOWNSHIP);
    if township != 0 && township == tree.at_level(b, TOWNSHIP) {
        SameTownship
    } else if county(a) == county(b) {
        SameCounty
    } else {
        Different
    }
}

#[cfg(test)]
mod tests {
    use std::path::Path;

    use super::DivisionLevel::*;
    use super::*;

    #[test]
    fn every_level() {
        let table = "code_2017,name_2017,code_2023,name_2023\n410600,鹤壁市,410600,鹤壁市\n410621,浚县,410621,浚县\n410622,淇县,,\n\
                     410621101,善堂镇,410621101,善堂镇\n410621104,新镇镇,410621104,新镇镇\n\
                     410621101201,甲村委会,410621101203,丙村委会\n410621101202,乙村委会,410621101203,丙村委会\n\
                     410621104201,丁村委会,410621104201,丁村委会\n";
        let tree = DivisionTree::parse(table, Path::new("t.csv")).expect("good");
        let at = |code: &str| tree.lookup_code(code).expect("known");
        for (a, b, expected) in [
            ("410621101201", "410621101201", SameVillage),
            ("410621101201", "410621101202", SameLineage),
            ("410621101201", "410621101", SameTownship),
            ("410621101201", "410621104201", SameCounty),
            ("410621101201", "410621", SameCounty),
            ("410621101201", "410622", Different),
            ("410621101201", "410600", Missing),
        ] {
            assert_eq!(division_level(&tree, at(a), at(b)), expected, "{a} {b}");
            assert_eq!(division_level(&tree, at(b), at(a)), expected, "{b} {a}");
        }
        assert_eq!(division_level(&tree, 0, at("410621")), Missing);
    }
}
