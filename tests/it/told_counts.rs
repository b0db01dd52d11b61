//! What is said of a count that lacks rows, or rests on cells that cannot be read.

use bidui::testing::model::undecided::{LackedPlace, WhyLacking};

use crate::fixture_world::World;

#[test]
fn a_count_says_which_place_lacks_which_list_and_what_cannot_be_read_besides() {
    let mut world = World::fixtures();
    let source = world.loaded.iter().position(|one| one.records.source == "insurance").unwrap();
    let counties: Vec<(String, Vec<u32>)> =
        world.counties(source).into_iter().filter(|(county, _)| !county.is_empty()).collect();
    let [(first, rows), (second, _), ..] = &counties[..] else { panic!("{} counties", counties.len()) };
    let units = &world.pipeline.divisions.units;
    let township = units.iter().find(|unit| unit.level == 3 && unit.code.starts_with(&**first)).unwrap();
    let name = |code: &str| units.iter().find(|unit| unit.code == code).unwrap().name.clone();
    let (of_first, of_township, of_second) = (name(first), township.name.clone(), name(second));
    let absent = LackedPlace { code: township.code.clone(), why: WhyLacking::Absent };
    world.loaded[source].lacked =
        vec![absent, LackedPlace { code: second.clone(), why: WhyLacking::OtherPeriod }];
    let _ = world.make_unknown(source, "serious_illness", rows);
    let findings = world.run();
    let told = |unit: &str| {
        let mut all = findings.indicators.iter();
        let one = all.find(|one| one.rule_code == "R35" && one.unit_code == unit).unwrap();
        one.held.clone().unwrap_or_default()
    };
    let unread = format!("有{0}/{0}条看不出", rows.len());
    let not_come = format!("{of_first}{of_township}没有报来本期的医保参保");
    let stale = format!("{of_second}报来的医保参保不是本期的");
    let (whole, of_first_county, of_second_county) = (told("410600"), told(first), told(second));
    for words in [&format!("{of_first}医保参保"), &unread, &not_come, &stale] {
        assert!(whole.contains(words.as_str()), "{words}: {whole}");
    }
    assert!(of_first_county.contains(&unread) && of_first_county.contains(&not_come), "{of_first_county}");
    assert!(!of_first_county.contains(&stale), "{of_first_county}");
    assert_eq!(of_second_county, stale);
}
