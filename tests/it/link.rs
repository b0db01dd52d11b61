//! Records become persons: scores on the fixtures, and the hard cases one by one.

use std::collections::{BTreeMap, HashMap};
use std::path::Path;

use bidui::testing::config::Pipeline;
use bidui::testing::link::settings::LinkSettings;
use bidui::testing::load::LoadedSource;
use bidui::testing::model::links::{Decision, Links};
use bidui::testing::model::resolution::Resolution;
use bidui::testing::normalize::ComparableSource;
use bidui::testing::privacy::test_identity;

fn root(path: &str) -> std::path::PathBuf {
    Path::new(env!("CARGO_MANIFEST_DIR")).join(path)
}

/// A quarter of the fixtures, linked and resolved.
struct Quarter {
    loaded: Vec<LoadedSource>,
    comparables: Vec<ComparableSource>,
    links: Links,
    resolution: Resolution,
    ids: Vec<String>,
}

fn quarter(data: &Path) -> Quarter {
    let pipeline = Pipeline::open(&root("pipelines/hebi")).unwrap();
    let settings = LinkSettings::open(&root("pipelines/hebi/link.toml")).unwrap();
    let loaded: Vec<LoadedSource> = (0..pipeline.sources.len())
        .filter_map(|i| bidui::testing::load::load_source(&pipeline, i, data, None).unwrap())
        .collect();
    let comparables = bidui::testing::normalize::normalize(&pipeline, &loaded).unwrap();
    let links = bidui::testing::link::link(&settings, &comparables, &pipeline.divisions).unwrap();
    let resolution = bidui::testing::resolve::resolve(
        &settings,
        &pipeline,
        &loaded,
        &comparables,
        &links,
        Some(&test_identity().unwrap()),
        None,
    )
    .unwrap();
    let ids =
        loaded.iter().flat_map(|l| (0..l.records.keys.len()).map(|row| l.records.record_id(row))).collect();
    Quarter { loaded, comparables, links, resolution, ids }
}

/// record id → (person, error kinds)
fn truth(data: &Path) -> HashMap<String, (String, String)> {
    let mut reader = csv::Reader::from_path(crate::truth_of(data).join("records.csv")).unwrap();
    reader
        .records()
        .map(|row| {
            let row = row.unwrap();
            (row[0].to_owned(), (row[2].to_owned(), row[4].to_owned()))
        })
        .collect()
}

fn pairs(count: u64) -> u64 {
    count * (count.max(1) - 1) / 2
}

/// Precision and recall of pairs of records.
fn score(q: &Quarter, truth: &HashMap<String, (String, String)>) -> (f64, f64) {
    let mut cells: BTreeMap<(&str, u32), u64> = BTreeMap::new();
    let (mut real, mut found): (BTreeMap<&str, u64>, BTreeMap<u32, u64>) = Default::default();
    for (node, id) in q.ids.iter().enumerate() {
        let Some((person, _)) = truth.get(id) else { continue };
        let cluster = q.resolution.person[node];
        *cells.entry((person, cluster)).or_default() += 1;
        *real.entry(person).or_default() += 1;
        *found.entry(cluster).or_default() += 1;
    }
    let hit: u64 = cells.values().map(|&n| pairs(n)).sum();
    let real: u64 = real.values().map(|&n| pairs(n)).sum();
    let found: u64 = found.values().map(|&n| pairs(n)).sum();
    (hit as f64 / found as f64, hit as f64 / real as f64)
}

#[test]
fn persons_of_the_fixtures() {
    for name in ["2018Q3", "2018Q4"] {
        let data = root(&format!("fixtures/hebi/{name}"));
        let (q, truth) = (quarter(&data), truth(&data));
        let (precision, recall) = score(&q, &truth);
        let f1 = 2.0 * precision * recall / (precision + recall);
        assert!(f1 >= 0.998, "{name}: precision {precision:.5} recall {recall:.5} F1 {f1:.5}");
        assert!(q.loaded.len() >= 31, "every department delivered");
        assert_eq!(
            q.resolution.offsets.last().copied(),
            Some(q.comparables.iter().map(|c| c.rows as u32).sum())
        );
    }
}

/// Small invented lists; every row is (name, ID number, birth date, sex, village, household).
pub(crate) type Row<'a> = (&'a str, &'a str, &'a str, &'a str, u8, &'a str);

/// Links small lists with the settings of pipelines/hebi.
pub(crate) struct Small {
    comparables: Vec<ComparableSource>,
    pub(crate) links: Links,
    pub(crate) resolution: Resolution,
}

impl Small {
    pub(crate) fn new(lists: &[(&str, &[Row<'_>])]) -> Self {
        Self::marked(lists, &|_, _| "")
    }

    /// `mark`: of a list and a row of it, the list in which it says that the person stands; `-` another, `` none said.
    pub(crate) fn marked(
        lists: &[(&str, &[Row<'_>])],
        mark: &dyn Fn(&str, &Row<'_>) -> &'static str,
    ) -> Self {
        use bidui::testing::normalize::{ComparableColumn, LinkColumnKind, TextColumn, TextTable};
        let pipeline = Pipeline::open(&root("pipelines/hebi")).unwrap();
        let settings = LinkSettings::open(&root("pipelines/hebi/link.toml")).unwrap();
        let villages: Vec<u32> = (1u32..)
            .zip(&pipeline.divisions.units)
            .filter(|(_, unit)| unit.level == 4)
            .map(|(value, _)| value)
            .step_by(400)
            .collect();
        let tables: Vec<TextTable> = lists
            .iter()
            .map(|(source, rows)| {
                let column = |name: &str, kind, cells: Vec<&str>| TextColumn {
                    name: name.to_owned(),
                    kind,
                    chunks: vec![cells.into_iter().map(|c| (!c.is_empty()).then_some(c)).collect()],
                };
                TextTable {
                    source: (*source).to_owned(),
                    rows: rows.len(),
                    columns: vec![
                        column("name", LinkColumnKind::HanName, rows.iter().map(|r| r.0).collect()),
                        column("id_number", LinkColumnKind::IdNumber, rows.iter().map(|r| r.1).collect()),
                        column("birth_date", LinkColumnKind::Date, rows.iter().map(|r| r.2).collect()),
                        column("sex", LinkColumnKind::Sex, rows.iter().map(|r| r.3).collect()),
                        column("household", LinkColumnKind::Exact, rows.iter().map(|r| r.5).collect()),
                        column(
                            "listed_in",
                            LinkColumnKind::Exact,
                            rows.iter().map(|row| mark(source, row)).collect(),
                        ),
                    ],
                }
            })
            .collect();
        let mut comparables = bidui::testing::normalize::normalize_tables(&tables).unwrap();
        for (comparable, (_, rows)) in comparables.iter_mut().zip(lists) {
            let units = rows.iter().map(|r| villages[usize::from(r.4)]).collect();
            comparable.columns.insert("division".to_owned(), ComparableColumn::Division(units));
        }
        let links = bidui::testing::link::link(&settings, &comparables, &pipeline.divisions).unwrap();
        let resolution = bidui::testing::resolve::resolve(
            &settings,
            &pipeline,
            &[],
            &comparables,
            &links,
            Some(&test_identity().unwrap()),
            None,
        )
        .unwrap();
        Self { comparables, links, resolution }
    }

    pub(crate) fn together(&self, a: u32, b: u32) -> bool {
        self.resolution.person[a as usize] == self.resolution.person[b as usize]
    }

    pub(crate) fn pair(&self, a: u32, b: u32) -> Option<(u8, Decision, i32)> {
        let at = (0..self.links.left.len()).find(|&i| (self.links.left[i], self.links.right[i]) == (a, b))?;
        Some((self.links.tier[at] as u8, self.links.decision[at], self.links.weight[at]))
    }
}

pub(crate) const FATHER: &str = "410621196503124514";
pub(crate) const SON: &str = "410621199008155739";

#[test]
fn test_numbers_are_valid() {
    for id in [FATHER, SON] {
        assert!(bidui::testing::model::id_number::IdNumber::parse(id).trusted(), "{id}");
    }
}

#[test]
fn a_slip_in_the_number_is_one_person_if_the_name_agrees() {
    for wrong in ["410621196503124541", "410621196503124518", "410621195503124514"] {
        let s = Small::new(&[
            ("registry_person", &[("张建国", FATHER, "", "男", 0, "1")]),
            ("insurance", &[("张建国", wrong, "1965-03-12", "男", 0, "")]),
        ]);
        assert!(s.together(0, 1), "{wrong}: {:?}", s.pair(0, 1));
        assert_eq!(s.pair(0, 1).unwrap().0, 3, "{wrong}");
        // Another name: a human must look, at most.
        let s = Small::new(&[
            ("registry_person", &[("张建国", FATHER, "", "男", 0, "1")]),
            ("insurance", &[("李秀英", wrong, "1965-03-12", "女", 0, "")]),
        ]);
        assert!(!s.together(0, 1), "{wrong}");
    }
}

#[test]
fn damaged_numbers_link_by_what_survived() {
    for damaged in ["4.10621196503124E+17", "410621196503124000", "410621650312451", "410621********4514"] {
        let s = Small::new(&[
            ("registry_person", &[("张建国", FATHER, "", "男", 0, "1")]),
            ("student_aid", &[("张建国", damaged, "", "", 0, "")]),
        ]);
        assert!(s.together(0, 1), "{damaged}: {:?}", s.pair(0, 1));
    }
}

#[test]
fn the_fathers_number_on_the_sons_row_stays_with_the_son() {
    let s = Small::new(&[
        ("registry_person", &[("张建国", FATHER, "", "男", 0, "1"), ("张晓明", SON, "", "男", 0, "1")]),
        (
            "insurance",
            &[("张建国", FATHER, "1965-03-12", "男", 0, ""), ("张晓明", FATHER, "1990-08-15", "男", 0, "")],
        ),
    ]);
    assert!(s.together(0, 2) && s.together(1, 3), "{:?}", s.links);
    assert!(!s.together(0, 3) && !s.together(0, 1));
    // The contradiction is shown, not passed over.
    assert_eq!(s.pair(0, 3).map(|p| p.1), Some(Decision::Review));
}

#[test]
fn one_number_twice_in_a_household_is_two_people() {
    let s = Small::new(&[(
        "dibao",
        &[
            ("张建国", FATHER, "", "", 0, "7"),
            ("张晓明", FATHER, "", "", 0, "7"),
            ("张晓明", SON, "", "", 0, "8"),
        ],
    )]);
    assert!(!s.together(0, 1));
}

#[test]
fn twins_stay_two() {
    // Born together, registered one after the other, one character apart.
    let (a, b) = ("410621201001011230", "410621201001011257");
    for id in [a, b] {
        assert!(bidui::testing::model::id_number::IdNumber::parse(id).trusted(), "{id}");
    }
    let s = Small::new(&[
        ("registry_person", &[("王子涵", a, "", "男", 0, "1"), ("王子晗", b, "", "男", 0, "1")]),
        ("insurance", &[("王子涵", a, "2010-01-01", "男", 0, ""), ("王子晗", b, "2010-01-01", "男", 0, "")]),
    ]);
    assert!(s.together(0, 2) && s.together(1, 3));
    assert!(!s.together(0, 1) && !s.together(2, 3) && !s.together(0, 3));
}

#[test]
fn a_namesake_without_a_number_links_only_if_there_is_no_other() {
    let one: &[Row<'_>] = &[("赵琴娥", FATHER, "1965-03-12", "男", 0, "")];
    let two: &[Row<'_>] =
        &[("赵琴娥", FATHER, "1965-03-12", "男", 0, ""), ("赵琴娥", SON, "1990-08-15", "男", 0, "")];
    let registry: &[Row<'_>] = &[("赵琴娥", "", "", "男", 0, "1")];
    // Filler, so that the name is rare.
    let filler: Vec<(String, String)> = (0..60)
        .map(|i| {
            let chars: Vec<char> = "伟芳娜敏静丽强磊军洋勇艳杰娟涛明超霞平刚".chars().collect();
            (format!("李{}{}", chars[i % 20], chars[(i * 7 + 3) % 20]), format!("19{:02}-03-04", 30 + i))
        })
        .collect();
    let others: Vec<Row<'_>> = filler.iter().map(|(n, d)| (n.as_str(), "", d.as_str(), "", 1, "")).collect();
    let s = Small::new(&[("insurance", one), ("registry_person", registry), ("student", &others)]);
    assert!(s.together(0, 1), "{:?}", s.pair(0, 1));
    assert_eq!(s.pair(0, 1).unwrap().0, 5);
    let s = Small::new(&[("insurance", two), ("registry_person", registry), ("student", &others)]);
    assert!(!s.together(0, 2) && !s.together(1, 2));
    assert!(s.resolution.in_review[2]);
    // The other namesake has found his own record, which leaves one for the one without a number.
    let both: &[Row<'_>] = &[("赵琴娥", "", "", "男", 0, "1"), ("赵琴娥", SON, "", "男", 0, "2")];
    let s = Small::new(&[("insurance", two), ("registry_person", both), ("student", &others)]);
    assert!(s.together(1, 3) && s.together(0, 2) && !s.together(0, 1), "{:?}", s.pair(0, 2));
    // Another village: never by the name alone.
    let far: &[Row<'_>] = &[("赵琴娥", "", "", "男", 1, "1")];
    let s = Small::new(&[("insurance", one), ("registry_person", far), ("student", &others)]);
    assert!(!s.together(0, 1));
}

#[test]
fn a_dropped_character_is_a_slip_unless_the_owner_of_the_number_is_listed() {
    let insured: &[Row<'_>] =
        &[("王诺铄", SON, "1990-08-15", "男", 0, ""), ("王诺", FATHER, "1965-03-12", "男", 0, "")];
    // 王诺 has a number of his own elsewhere, but nobody else here is called by this one.
    let s = Small::new(&[("insurance", insured), ("registry_person", &[("王诺", SON, "", "男", 0, "1")])]);
    assert!(s.together(0, 2) && !s.together(1, 2), "{:?}", s.pair(0, 2));
    // With 王诺铄 in the registry too, it is 王诺 who carries a relative's number.
    let s = Small::new(&[
        ("insurance", insured),
        ("registry_person", &[("王诺", SON, "", "男", 0, "1"), ("王诺铄", SON, "", "男", 0, "1")]),
    ]);
    assert!(s.together(0, 3) && !s.together(0, 2), "{:?}", s.pair(0, 2));
}

#[test]
fn other_members_speak_for_a_member_without_a_number() {
    let s = Small::new(&[
        ("registry_person", &[("张建国", FATHER, "", "男", 0, "R1"), ("张晓明", SON, "", "男", 0, "R1")]),
        ("dibao", &[("张建国", FATHER, "", "", 0, "D9"), ("张小明", "", "", "", 0, "D9")]),
    ]);
    assert!(s.together(0, 2) && s.together(1, 3), "{:?}", s.pair(1, 3));
    // Both lists' households are one.
    assert_eq!(s.resolution.household, [s.resolution.household[0]; 4]);
}

#[test]
fn a_source_of_one_record_per_person_gives_one() {
    let s = Small::new(&[
        (
            "registry_person",
            &[("张建国", FATHER, "", "男", 0, "1"), ("张建国", "410621196503124518", "", "男", 1, "2")],
        ),
        ("insurance", &[("张建国", FATHER, "1965-03-12", "男", 0, "")]),
    ]);
    assert!(s.together(0, 2) && !s.together(1, 2), "{:?}", s.links);
    assert!(s.resolution.in_review[1]);
    assert_eq!(s.comparables.len(), 2);
}

pub(crate) const WOMAN: &str = "410621197205064829";
pub(crate) const SISTER: &str = "410621197509182269";

/// Others, so that the names of a test are rare.
fn others() -> Vec<(String, String)> {
    let chars: Vec<char> = "伟芳娜敏静丽强磊军洋勇艳杰娟涛明超霞平刚".chars().collect();
    (0..60)
        .map(|i| {
            (format!("李{}{}", chars[i % 20], chars[(i * 7 + 3) % 20]), format!("19{:02}-03-04", 30 + i))
        })
        .collect()
}

#[test]
fn a_row_that_stands_twice_is_one_person_though_its_number_is_damaged() {
    let others = others();
    let others: Vec<Row<'_>> = others.iter().map(|(n, d)| (n.as_str(), "", d.as_str(), "", 1, "")).collect();
    for second in ["410621196503124518", "410621196503125414", "", "410621196503120007"] {
        let registry: &[Row<'_>] = &[
            ("赵琴娥", FATHER, "", "男", 0, "1"),
            ("赵琴娥", second, "", "男", 0, "1"),
            ("赵晓明", SON, "", "男", 0, "1"),
        ];
        let insured: &[Row<'_>] =
            &[("赵琴娥", FATHER, "1965-03-12", "男", 0, ""), ("赵晓明", SON, "1990-08-15", "男", 0, "")];
        let s = Small::new(&[("registry_person", registry), ("insurance", insured), ("dibao", &others)]);
        assert!(s.together(0, 1) && s.together(0, 3), "{second}: {:?}", s.pair(0, 1));
        assert!(s.together(2, 4) && !s.together(0, 2));
        assert!(!s.resolution.in_review[1], "{second}");
    }
    // In another household it is a namesake whose number differs by a digit.
    let registry: &[Row<'_>] =
        &[("赵琴娥", FATHER, "", "男", 0, "1"), ("赵琴娥", "410621196503124518", "", "男", 0, "2")];
    let insured: &[Row<'_>] = &[("赵琴娥", FATHER, "1965-03-12", "男", 0, "")];
    let s = Small::new(&[("registry_person", registry), ("insurance", insured), ("dibao", &others)]);
    assert!(s.together(0, 2) && !s.together(0, 1));
}

#[test]
fn a_namesake_of_the_other_sex_is_in_nobodys_way() {
    let others = others();
    let others: Vec<Row<'_>> = others.iter().map(|(n, d)| (n.as_str(), "", d.as_str(), "", 1, "")).collect();
    let insured: &[Row<'_>] =
        &[("赵琴娥", FATHER, "1965-03-12", "男", 0, ""), ("赵琴娥", WOMAN, "1972-05-06", "女", 0, "")];
    let registry: &[Row<'_>] = &[("赵琴娥", "", "", "女", 0, "1")];
    let s = Small::new(&[("insurance", insured), ("registry_person", registry), ("student", &others)]);
    assert!(s.together(1, 2) && !s.together(0, 2), "{:?}", s.pair(1, 2));
    // Where nobody knows the sex, both are possible.
    let registry: &[Row<'_>] = &[("赵琴娥", "", "", "", 0, "1")];
    let s = Small::new(&[("insurance", insured), ("registry_person", registry), ("student", &others)]);
    assert!(!s.together(1, 2) && !s.together(0, 2));
}

#[test]
fn a_nickname_is_the_name_of_the_family() {
    let s = Small::new(&[
        ("registry_person", &[("张元佳", SON, "", "男", 0, "1")]),
        ("insurance", &[("张佳佳", SON, "1990-08-15", "男", 0, "")]),
    ]);
    assert_eq!(s.pair(0, 1).map(|p| (p.0, p.1)), Some((1, Decision::Accept)));
    assert!(s.together(0, 1));
}

#[test]
fn a_number_that_a_spreadsheet_cut_does_not_make_one_of_two_names() {
    let cut = "410621196503015000";
    let two = |number: &str, birth: &str| {
        let s = Small::new(&[
            ("student", &[("张建国", number, birth, "男", 0, "")]),
            ("insurance", &[("李海波", number, birth, "男", 1, "")]),
        ]);
        (s.together(0, 1), s.pair(0, 1).map(|p| p.1))
    };
    assert_eq!(two(cut, "1965-03-01"), (false, Some(Decision::Review)));
    // Of a whole number the stated dates confirm whose it is.
    assert!(two(FATHER, "1965-03-12").0);
}

#[test]
fn a_number_copied_from_a_sisters_row_is_hers_alone() {
    let names = ["褚桂英", "褚桂荣"];
    let own: &[Row<'_>] = &[(names[0], WOMAN, "", "女", 0, "1"), (names[1], SISTER, "", "女", 0, "2")];
    let insured: &[Row<'_>] =
        &[(names[0], WOMAN, "1972-05-06", "女", 0, ""), (names[1], SISTER, "1975-09-18", "女", 0, "")];
    let aided: &[Row<'_>] = &[(names[0], WOMAN, "", "", 0, "D1"), (names[1], WOMAN, "", "", 0, "D2")];
    let s = Small::new(&[("registry_person", own), ("insurance", insured), ("dibao", aided)]);
    assert!(s.together(0, 2) && s.together(0, 4) && s.together(1, 3));
    assert!(!s.together(0, 5), "{:?}", s.pair(0, 5));
    assert!(s.together(1, 5) || s.resolution.in_review[5]);
    // The only row of the list, and no sister: a slip of the pen.
    let s = Small::new(&[
        ("registry_person", &own[..1]),
        ("insurance", &insured[..1]),
        ("dibao", &[(names[1], WOMAN, "", "", 0, "D2")]),
    ]);
    assert!(s.together(0, 2), "{:?}", s.pair(0, 2));
}

#[test]
fn a_third_record_does_not_make_one_of_two_members_of_a_household() {
    let aided: &[Row<'_>] = &[("褚建国", FATHER, "", "", 0, "D1"), ("褚建", FATHER, "", "", 0, "D1")];
    let insured: &[Row<'_>] = &[("褚建国", FATHER, "", "男", 0, ""), ("褚建", FATHER, "", "男", 0, "")];
    let s = Small::new(&[
        ("dibao", aided),
        ("insurance", insured),
        ("registry_person", &[("褚建", SON, "", "男", 0, "1")]),
    ]);
    assert!(!s.together(0, 1), "{:?}", s.links);
}

#[test]
fn a_day_written_for_an_unknown_one_joins_nobody() {
    let others = others();
    let others: Vec<Row<'_>> = others.iter().map(|(n, d)| (n.as_str(), "", d.as_str(), "", 1, "")).collect();
    for day in ["1900-01-01", "1950-01-01", "1960-01-01", "1899-12-30"] {
        let rows: &[Row<'_>] = &[("赵琴娥", "", day, "女", 0, ""), ("赵琴娥", "", day, "女", 1, "")];
        let s = Small::new(&[("insurance", rows), ("student", &others)]);
        assert!(!s.together(0, 1), "{day} {:?}", s.pair(0, 1));
    }
}

/// Pairs by record id, with weight, tier, decision and levels.
fn by_record(links: &Links, ids: &[String]) -> Vec<(String, String, i32, u8, u8, Vec<u8>)> {
    let mut out: Vec<_> = (0..links.left.len())
        .map(|i| {
            let (a, b) = (&ids[links.left[i] as usize], &ids[links.right[i] as usize]);
            let levels = links.levels.iter().map(|l| l[i]).collect();
            let (decision, tier) = (links.decision[i] as u8, links.tier[i] as u8);
            (a.min(b).clone(), a.max(b).clone(), links.weight[i], tier, decision, levels)
        })
        .collect();
    out.sort();
    out
}

#[test]
fn neither_threads_nor_the_order_of_rows_matter() {
    use bidui::testing::normalize::ComparableColumn as C;
    let q = quarter(&root("fixtures/hebi/2018Q3"));
    let pipeline = Pipeline::open(&root("pipelines/hebi")).unwrap();
    let settings = LinkSettings::open(&root("pipelines/hebi/link.toml")).unwrap();
    let one = rayon::ThreadPoolBuilder::new().num_threads(1).build().unwrap();
    let alone =
        one.install(|| bidui::testing::link::link(&settings, &q.comparables, &pipeline.divisions)).unwrap();
    assert_eq!(by_record(&q.links, &q.ids), by_record(&alone, &q.ids));
    let mut turned = q.comparables.clone();
    for comparable in &mut turned {
        for column in comparable.columns.values_mut() {
            match column {
                C::IdNumber(v) => v.reverse(),
                C::Name(v, _) | C::Text(v, _) => v.reverse(),
                C::Date(v) | C::Division(v) => v.reverse(),
                C::Code(v) => v.reverse(),
            }
        }
    }
    let mut ids = Vec::new();
    for range in q.resolution.offsets.windows(2) {
        ids.extend(q.ids[range[0] as usize..range[1] as usize].iter().rev().cloned());
    }
    let links = bidui::testing::link::link(&settings, &turned, &pipeline.divisions).unwrap();
    assert_eq!(by_record(&q.links, &q.ids), by_record(&links, &ids));
    let resolution = bidui::testing::resolve::resolve(
        &settings,
        &pipeline,
        &q.loaded,
        &turned,
        &links,
        Some(&test_identity().unwrap()),
        None,
    )
    .unwrap();
    let who = |r: &Resolution, ids: &[String]| -> BTreeMap<String, (String, String)> {
        ids.iter()
            .enumerate()
            .map(|(node, id)| {
                let (p, h) = (r.person[node] as usize, r.household[node] as usize);
                (id.clone(), (r.person_ids[p].to_string(), r.household_ids[h].to_string()))
            })
            .collect()
    };
    assert_eq!(who(&q.resolution, &q.ids), who(&resolution, &ids));
}
