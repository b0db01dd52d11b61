use std::path::Path;

use super::*;
use crate::model::division::lookup::DivisionVerdict;

const TABLE: &str = "code_2017,name_2017,code_2023,name_2023,change,aliases
410600,鹤壁市,410600,鹤壁市,same,
410611,淇滨区,410611,淇滨区,same,郊区
410621,浚县,410621,浚县,same,
410611001,金山办事处,410611001,金山街道,renamed,
410621101,善堂镇,410621101,善堂镇,same,
410621104,新镇镇,410621104,新镇镇,same,
410621201,白寺乡,410621109,白寺镇,renamed,
410621101201,善堂村委会,410621101201,善堂村民委员会,same,
410621101202,马庄村委会,410621101202,马庄村民委员会,same,
410621101203,良峪村委会,410621101203,梁峪村民委员会,renamed,
410621101204,新村村委会,410621101204,新村村民委员会,same,
410621101205,东街村委会,410621101205,东街村民委员会,same,
410621101001,东街居委会,410621101001,东街社区居民委员会,same,
410621101206,河口村委会,410621104206,河头村民委员会,recoded,
410621201204,马庄村委会,410621104207,马庄村民委员会,recoded,
410621104201,马庄村委会,410621104201,马庄村民委员会,same,
410621104202,独庄村委会,410621104202,独庄村民委员会,same,
410621201201,白寺村委会,410621109201,白寺村民委员会,recoded,
410621201202,前庄村委会,410621109203,合庄村民委员会,merged,
410621201203,后庄村委会,410621109203,合庄村民委员会,merged,
,,410621109300,新立社区,new,
";

fn tree() -> DivisionTree {
    DivisionTree::parse(TABLE, Path::new("divisions.csv")).expect("good table")
}

fn find(county: &str, township: &str, village: &str) -> (String, DivisionVerdict) {
    let tree = tree();
    let found = tree.lookup(county, township, village);
    (tree.unit(found.unit).map_or(String::new(), |unit| unit.code.clone()), found.verdict)
}

#[test]
fn suffixes_do_not_matter() {
    use DivisionVerdict::Name;
    for village in ["善堂村委会", "善堂村", "善堂", "善堂村村委会", "善堂行政村", " 善堂 村 "]
    {
        assert_eq!(find("浚县", "善堂镇", village).0, "410621101201", "{village}");
    }
    assert_eq!(find("浚县", "善堂", "善堂村委会"), ("410621101201".into(), Name));
    assert_eq!(find("浚县", "新镇", "独庄村"), ("410621104202".into(), Name));
    assert_eq!(find("浚县", "善堂镇", "新村").0, "410621101204");
}

#[test]
fn a_community_is_not_the_village_of_its_name() {
    assert_eq!(find("浚县", "善堂镇", "东街社区").0, "410621101001");
    assert_eq!(find("浚县", "善堂镇", "东街村").0, "410621101205");
    assert_eq!(find("浚县", "善堂镇", "东街"), ("410621101".into(), DivisionVerdict::Ambiguous));
}

#[test]
fn renamed_and_recoded_units_are_one() {
    assert_eq!(find("浚县", "善堂镇", "梁峪村民委员会"), ("410621101203".into(), DivisionVerdict::Renamed));
    assert_eq!(find("浚县", "白寺镇", "白寺村"), ("410621201201".into(), DivisionVerdict::Renamed));
    let tree = tree();
    assert_eq!(tree.lookup_code("410621109201"), tree.lookup_code("410621201201"));
    assert_eq!(tree.lookup_code("410621109201000"), None);
    assert_eq!(tree.code_at(tree.lookup_code("410621201000").expect("township"), TOWNSHIP), "410621201");
    assert_eq!(tree.code_at(tree.lookup_code("410621000000").expect("county"), COUNTY), "410621");
}

#[test]
fn a_village_is_found_under_the_township_that_it_came_under_later() {
    for name in ["河口村", "河头村"] {
        assert_eq!(find("浚县", "新镇镇", name), ("410621101206".into(), DivisionVerdict::Renamed), "{name}");
    }
    assert_eq!(find("浚县", "善堂镇", "河口村").0, "410621101206", "and under the one that it left");
    assert_eq!(tree().code_at(tree().lookup("浚县", "新镇镇", "河口村").unit, TOWNSHIP), "410621101");
    // What is there in the base year comes first.
    assert_eq!(find("浚县", "新镇镇", "马庄村"), ("410621104201".into(), DivisionVerdict::Name));
    assert_eq!(find("浚县", "白寺乡", "马庄村").0, "410621201204");
}

#[test]
fn units_founded_later_hang_under_their_parent() {
    let tree = tree();
    let new = tree.lookup_code("410621109300").expect("known");
    assert_eq!(tree.code_at(new, TOWNSHIP), "410621201");
    assert_eq!(tree.code_at(new, COUNTY), "410621");
}

#[test]
fn merged_units_share_their_lineage() {
    let tree = tree();
    let (a, b) = (tree.lookup_code("410621201202"), tree.lookup_code("410621201203"));
    assert_ne!(a, b);
    assert_eq!(tree.lineage(a.expect("known")), tree.lineage(b.expect("known")));
    assert_eq!(tree.lineage(0), 0);
}

#[test]
fn never_a_guess() {
    use DivisionVerdict::*;
    assert_eq!(find("浚县", "", "马庄村"), ("410621".into(), Ambiguous), "two of that name");
    assert_eq!(find("浚县", "", "独庄村"), ("410621104202".into(), Name), "one in the county");
    assert_eq!(find("", "", "独庄村"), (String::new(), Unknown), "a village name alone is no key");
    assert_eq!(find("", "善堂镇", "马庄"), ("410621101202".into(), Name), "one township of that name");
    assert_eq!(find("浚县", "善堂镇", "无此村"), ("410621101".into(), Unknown));
    assert_eq!(find("浚县", "金山办事处", "善堂村"), ("410621".into(), Unknown), "contradiction");
    assert_eq!(find("", "", ""), (String::new(), Missing));
}

#[test]
fn homophones_are_flagged() {
    assert_eq!(find("浚县", "善堂镇", "善唐村"), ("410621101201".into(), DivisionVerdict::Homophone));
    assert_eq!(find("浚县", "", "独状村").1, DivisionVerdict::Unknown, "not across townships");
}

#[test]
fn codes_and_paths_in_cells() {
    assert_eq!(find("410621", "410621101", "410621101202"), ("410621101202".into(), DivisionVerdict::Code));
    assert_eq!(find("", "", "河南省鹤壁市浚县善堂镇马庄村").0, "410621101202");
    assert_eq!(find("浚县", "", "善堂镇马庄村").0, "410621101202");
    assert_eq!(find("鹤壁市浚县", "善堂镇", "马庄村").0, "410621101202");
    assert_eq!(find("淇滨区", "410621101", ""), ("410611".into(), DivisionVerdict::Unknown));
    assert_eq!(find("郊区", "", ""), ("410611".into(), DivisionVerdict::Alias));
}

#[test]
fn broken_tables_name_the_row() {
    let fail = |text: &str| DivisionTree::parse(text, Path::new("divisions.csv")).expect_err("broken");
    let error = fail("code_2017,name_2017\n410600,鹤壁市\n41062,浚县\n");
    assert_eq!(error.location().row, Some(3));
    assert!(fail("代码,名称\n").hint_text().is_some());
    assert!(fail("code_2017,name_2017\n410621101,善堂镇\n").message().contains("没有上级"));
    assert!(fail("code_2017,name_2017\n410621,浚县\n410621,浚县\n").message().contains("重复"));
}

#[test]
fn the_prefecture_of_this_repository() {
    let codes = Path::new(env!("CARGO_MANIFEST_DIR")).join("pipelines/hebi/codes");
    let paths = ["counties.csv", "townships.csv", "villages.csv"].map(|name| codes.join(name));
    let paths = paths.each_ref().map(|path| path.as_path());
    let tree = DivisionTree::load(&paths, Some(2017), Some(("410600", "鹤壁市"))).expect("good tables");
    let count = |level| tree.units.iter().filter(|unit| unit.level == level).count();
    // 46 townships and 974 villages of the base year, 2 and 91 founded later.
    assert_eq!([PREFECTURE, COUNTY, TOWNSHIP, VILLAGE].map(count), [1, 6, 48, 974 + 91]);
    let moved = tree.lookup_code("410621109").expect("白寺镇 of 2023");
    assert_eq!(tree.code_at(moved, TOWNSHIP), "410621201");
    // Every unit is found by its own names and code, or at least its parent is.
    for (position, unit) in tree.units.iter().enumerate() {
        let value = position as u32 + 1;
        assert_eq!(tree.lookup_code(&unit.code), Some(value));
        if unit.level == VILLAGE {
            let name = |level| tree.unit(tree.at_level(value, level)).map_or("", |unit| unit.name.as_str());
            let found = tree.lookup(name(COUNTY), name(TOWNSHIP), &unit.name);
            let parent = unit.parent.map_or(0, |p| p + 1);
            assert!(
                found.unit == value || (found.unit == parent && found.verdict == DivisionVerdict::Ambiguous),
                "{} {found:?}",
                unit.name
            );
        }
    }
}
