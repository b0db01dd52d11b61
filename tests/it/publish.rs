//! A publication from hand-made stage tables: whole or absent, private, repeatable.

use std::collections::BTreeMap;
use std::fs;
use std::os::unix::fs::PermissionsExt as _;
use std::path::{Path, PathBuf};
use std::sync::Arc;

use arrow::array::{ArrayRef, Int32Array, StringArray};
use arrow::record_batch::RecordBatch;
use bidui::testing::config::Pipeline;
use bidui::testing::load::{LoadedSource, SourceRecords};
use bidui::testing::model::exception::{Exception, RelatedException, Severity, SubjectKind};
use bidui::testing::model::exception::{Status, TrackedException};
use bidui::testing::model::id_number::IdNumber;
use bidui::testing::model::indicator::{Indicator, NotRun};
use bidui::testing::model::links::{Decision, Links, Tier};
use bidui::testing::model::period::Period;
use bidui::testing::model::published_id::{HouseholdId, PersonId};
use bidui::testing::model::record_id::RecordKey;
use bidui::testing::model::resolution::Resolution;
use bidui::testing::model::source_row::{ControlTotals, Reject, TableTotals};
use bidui::testing::model::source_table::{FileFormat, RawTableInfo};
use bidui::testing::normalize::{ComparableColumn, ComparableSource, DistinctPool, NameForm, TextPool};
use bidui::testing::privacy::{test_identity, test_secrets};
use bidui::testing::publication::snapshot::Snapshot;
use bidui::testing::publication::table_reader;
use bidui::testing::publish::previous_indicators::previous_indicators;
use bidui::testing::publish::{
    EarlierRuns, FinishedPublication, PublicationInputs, PublishedPipeline, RuleFacts, publish, summary_text,
};
use bidui::testing::reconcile::RuleFindings;
use bidui::testing::reconcile::views::published_views::published_views;
use bidui::testing::reconcile::views::rule_view::View;
use bidui::testing::resolve::previous_records::PreviousParts;
use bidui::testing::rules::rule_set::RuleSet;
use bidui::testing::table::rows::Rows;
use bidui::testing::track::PreviousExceptions;
use bidui::testing::track::{Unjudged, track};

use crate::mutated_inputs::invented::with_check_character;

const SOURCES: [&str; 3] = ["dibao", "insurance", "registry_person"];

fn period(text: &str) -> Period {
    text.parse().unwrap()
}

/// Every stage's table for one quarter of an invented population of `people` persons who
/// stand in three lists each.
struct World {
    catalogue: PublishedPipeline,
    period: Period,
    loaded: Vec<LoadedSource>,
    comparables: Vec<ComparableSource>,
    links: Links,
    resolution: Resolution,
    views: Vec<View<'static>>,
    findings: RuleFindings,
}

fn rule(code: &str, title: &str, severity: Severity, owner: &str, policy: &str) -> RuleFacts {
    RuleFacts {
        code: code.into(),
        title: title.into(),
        group: "a".into(),
        severity,
        subject: SubjectKind::Person,
        owner: owner.into(),
        policy: policy.into(),
        message: String::new(),
        why: "同一人不能重复享受".into(),
        advice: "入户核对身份证与户口簿；向提供部门核对原始名单".into(),
        due_days: 30,
        indicator: code == "R35",
        labels: BTreeMap::new(),
        at_most: Default::default(),
        columns: ["category".to_owned()].into(),
    }
}

fn catalogue() -> PublishedPipeline {
    let root = Path::new(env!("CARGO_MANIFEST_DIR")).join("pipelines/hebi");
    let pipeline = Pipeline::open(&root).unwrap();
    let mut catalogue =
        PublishedPipeline::new(&pipeline, &RuleSet::load(&pipeline).unwrap(), period("2018Q3"));
    use Severity::{S1, S2, S3, S4};
    catalogue.rules = vec![
        rule("R04", "低保贫困户无在保成员", S2, "扶贫办/民政局", "第三章 实现精准衔接"),
        rule("R07", "重复享受低保（一人多保）", S1, "民政局", "第三章 有进有出"),
        rule("R14", "证号姓名不一致", S3, "扶贫办", "每季度比对一次"),
        rule("R30", "建档立卡人口未参保", S1, "医保局", "第五章 全部参保"),
        rule("R35", "五重医疗保障覆盖率", S4, "医保局", "第五章 五重保障全覆盖"),
        rule("R37", "参保身份为建档立卡但未建档", S1, "医保局", "第五章 保费补贴"),
        rule("R73", "登记为危房但未列入改造", S1, "住建局", "第六章 危房清零"),
    ];
    catalogue
}

fn id_number(n: usize) -> String {
    let birth = 19_300_101 + (n % 85) * 10_000 + (n % 12) * 100 + n % 28;
    with_check_character(&format!("410621{birth}{:03}", n % 1000))
}

fn name(n: usize) -> String {
    let surname = ["王", "李", "张", "刘", "陈", "杨", "赵", "黄", "周", "吴"][n % 10];
    let given = ["建国", "秀英", "玉兰", "志强", "小明", "桂花", "海燕", "新春"][n / 10 % 8];
    format!("{surname}{given}{}", ["", "子"][n / 80 % 2])
}

impl World {
    fn new(quarter: &str, people: usize) -> Self {
        let catalogue = catalogue();
        let villages: Vec<u32> = catalogue
            .divisions
            .units
            .iter()
            .enumerate()
            .filter(|(_, u)| u.level == 4)
            .map(|(i, _)| i as u32 + 1)
            .collect();
        let home = |n: usize| if n % 41 == 40 { 0 } else { villages[n * 7 % villages.len()] };
        let names = DistinctPool {
            values: (0..=people)
                .map(|n| if n == 0 { NameForm::default() } else { NameForm::analyse(&name(n - 1)) })
                .collect(),
        };
        let names = Arc::new(names);
        let numbers: TextPool = (0..=people).map(|n| format!("HB{n:06}")).collect();
        let numbers = Arc::new(numbers);
        let (mut loaded, mut comparables) = (Vec::new(), Vec::new());
        for (s, source) in SOURCES.iter().enumerate() {
            loaded.push(list(s, source, quarter, people));
            let text = |n: usize| match (s + n) % 23 {
                0 => "4.10621197001011E+17".to_owned(),
                1 => String::new(),
                2 => id_number(n)[..6].to_owned() + &id_number(n)[8..17],
                _ => id_number(n),
            };
            let ids = (0..people).map(|n| IdNumber::parse(&text(n))).collect();
            let columns = BTreeMap::from([
                ("id_number".to_owned(), ComparableColumn::IdNumber(ids)),
                ("name".to_owned(), ComparableColumn::Name((1..=people as u32).collect(), names.clone())),
                ("division".to_owned(), ComparableColumn::Division((0..people).map(home).collect())),
                (
                    "household".to_owned(),
                    ComparableColumn::Text((1..=people as u32).collect(), numbers.clone()),
                ),
                ("sex".to_owned(), ComparableColumn::Code((0..people).map(|n| (n % 3) as u8).collect())),
            ]);
            comparables.push(ComparableSource { source: (*source).to_owned(), rows: people, columns });
        }
        let nodes = people * SOURCES.len();
        let tiers = [Tier::T1, Tier::T1, Tier::T1, Tier::T1, Tier::T2, Tier::T3, Tier::T4, Tier::T5];
        let resolution = Resolution {
            offsets: (0..=SOURCES.len()).map(|s| (s * people) as u32).collect(),
            person: (0..nodes).map(|n| (n % people) as u32).collect(),
            household: (0..nodes).map(|n| (n % people / 3) as u32).collect(),
            tier: (0..nodes).map(|n| tiers[n % tiers.len()]).collect(),
            in_review: (0..nodes).map(|n| n % 29 == 0).collect(),
            person_ids: (0..people as u64).map(PersonId::of_bits).collect(),
            household_ids: (0..people.div_ceil(3) as u64).map(HouseholdId::of_bits).collect(),
            ledger: Vec::new(),
        };
        let mut links = Links {
            comparisons: vec!["id_number".into(), "name".into()],
            levels: vec![Vec::new(), Vec::new()],
            ..Links::default()
        };
        for n in 0..people {
            links.left.push(n as u32);
            links.right.push((n + people) as u32);
            links.weight.push(20_000 + n as i32);
            let review = n % 17 == 0;
            links.tier.push(if review { Tier::T6 } else { tiers[n % tiers.len()] });
            links.decision.push(if review { Decision::Review } else { Decision::Accept });
            links.levels.iter_mut().for_each(|l| l.push((n % 4) as u8));
        }
        let ids: ArrayRef =
            Arc::new(StringArray::from_iter_values(resolution.person_ids.iter().map(|id| id.to_string())));
        let ages: ArrayRef = Arc::new(Int32Array::from_iter_values((0..people).map(|n| (n % 90) as i32)));
        let batch = RecordBatch::try_from_iter([("person_id", ids), ("age", ages)]).unwrap();
        let views = vec![View::of("person", batch.clone()), View::of("person_previous", batch)];
        let mut world = Self {
            catalogue,
            period: quarter.parse().unwrap(),
            loaded,
            comparables,
            links,
            resolution,
            views,
            findings: RuleFindings::default(),
        };
        let shift = usize::from(quarter != "2018Q3");
        world.findings = world.find(people, shift);
        world
    }

    fn find(&self, people: usize, shift: usize) -> RuleFindings {
        let tree = &self.catalogue.divisions;
        let mut exceptions = Vec::new();
        for (r, rule) in
            self.catalogue.rules.iter().enumerate().filter(|(_, r)| !r.indicator && r.code != "R73")
        {
            for n in (r..people).step_by(5 + 3 * r).skip(shift) {
                let ComparableColumn::Division(homes) = &self.comparables[2].columns["division"] else {
                    unreachable!()
                };
                exceptions.push(Exception {
                    rule_code: rule.code.as_str().into(),
                    severity: rule.severity,
                    subject_kind: SubjectKind::Person,
                    subject_id: self.resolution.person_ids[n].to_string().into(),
                    rule_key: "".into(),
                    person_id: Some(self.resolution.person_ids[n].to_string().into()),
                    household_id: Some(self.resolution.household_ids[n / 3].to_string().into()),
                    county_code: tree.code_at(homes[n], 2).into(),
                    township_code: tree.code_at(homes[n], 3).into(),
                    village_code: tree.code_at(homes[n], 4).into(),
                    owner: rule.owner.as_str().into(),
                    evidence: vec![self.loaded[0].records.record_id(n), self.loaded[2].records.record_id(n)],
                    message: "在两处同时享受，起保年月分别为201801、201803".into(),
                    confidence: if n % 17 == 0 { 6 } else { 1 + (n % 5) as u8 },
                    due_days: rule.due_days,
                    in_review: n % 17 == 0,
                    related: Vec::new(),
                    cause: None,
                });
            }
        }
        let root = exceptions[0].clone();
        exceptions[1].related = vec![RelatedException {
            rule_code: root.rule_code,
            subject_id: root.subject_id,
            rule_key: root.rule_key,
        }];
        let units = tree.units.iter().filter(|u| u.level <= 2);
        let indicators = units.enumerate().map(|(i, u)| Indicator {
            rule_code: "R35".into(),
            indicator: "五重保障覆盖率".into(),
            unit_code: u.code.clone(),
            numerator: 960 + 8 * i as i64,
            denominator: Some(1000),
            target: Some(10_000),
            ..Indicator::default()
        });
        let not_run = NotRun {
            rule_code: "R73".into(),
            reason: "本期未提供“危房改造台账”".into(),
            retired: false,
            missing: Vec::new(),
        };
        RuleFindings {
            exceptions,
            indicators: indicators.collect(),
            not_run: vec![not_run],
            ..RuleFindings::default()
        }
    }

    fn tracked(&self, previous: Option<&Snapshot>) -> Vec<TrackedException> {
        let before = previous.map(|p| PreviousExceptions::read(p).unwrap());
        let found = self.findings.exceptions.clone();
        track(
            found,
            &Unjudged {
                not_run: &self.findings.not_run,
                undecided: &[],
                held: &[],
                known: None,
                returned: &[],
            },
            before,
            &self.resolution.ledger,
            self.period,
            &test_identity().unwrap(),
        )
        .unwrap()
    }

    fn publish(&self, out: &Path, previous: Option<&Snapshot>) -> bidui::Result<FinishedPublication> {
        let tracked = self.tracked(previous);
        publish(
            &PublicationInputs {
                files: &[],
                catalogue: &self.catalogue,
                period: self.period,
                issued: self.period.last_day(),
                loaded: &self.loaded,
                comparables: &self.comparables,
                links: &self.links,
                resolution: &self.resolution,
                views: &self.views,
                findings: &self.findings,
                tracked: &tracked,
                secrets: &test_secrets().unwrap(),
                ledgers: &[],
                answers: &bidui::StandingAnswers::default(),
                store: &bidui::testing::table::rows::RowStore::Memory,
                previous_period: previous.map(Snapshot::period),
                previous_indicators: &previous.map(|p| previous_indicators(p).unwrap()).unwrap_or_default(),
                previous_figures: None,
                earlier: EarlierRuns::default(),
                months: &BTreeMap::new(),
            },
            out,
        )
    }
}

fn list(position: usize, source: &str, quarter: &str, people: usize) -> LoadedSource {
    let sha256 = format!("{position}{quarter:a>63}").to_lowercase();
    let info = RawTableInfo {
        file: PathBuf::from(format!("{source}_{quarter}.xlsx")),
        sha256: sha256.clone(),
        sheet: Some("淇县".into()),
        sheet_index: 1,
        format: FileFormat::Xlsx,
        encoding: None,
        headers: vec!["类别".into()],
        header_row: 2,
        notes: Vec::new(),
        around: Vec::new(),
    };
    let category: ArrayRef = Arc::new(StringArray::from_iter_values((0..people).map(|_| "农村")));
    let keys = (0..people).map(|n| RecordKey::new(position as u8, 0, n as u32 + 3, 0)).collect();
    let reject = |row: u32| Reject {
        source: source.into(),
        file: info.file.clone(),
        sheet: info.sheet.clone(),
        row,
        member: 0,
        column: Some("出生日期".into()),
        reason_code: "bad_date".into(),
        reason: "日期“2018-13-40”不存在；请写成 20180301".into(),
        original: format!("=HYPERLINK(\"x\")\t{}\t{}\t2018-13-40", name(3), id_number(3)),
    };
    let rejects = vec![reject(1000), reject(1001)];
    let totals = TableTotals {
        file: info.file.clone(),
        sha256,
        sheet: info.sheet.clone(),
        data_rows: people as u64 + 2,
        skipped: BTreeMap::from([("title".to_owned(), 1)]),
        read: people as u64 + 2,
        accepted: people as u64,
        rejected: 2,
        ..TableTotals::default()
    };
    LoadedSource {
        records: SourceRecords {
            source: source.into(),
            unknown: Default::default(),
            rows: Rows::of(RecordBatch::try_from_iter([("category", category)]).unwrap()),
            keys,
            tables: vec![Arc::new(info)],
        },
        rejects,
        totals: ControlTotals { source: source.into(), tables: vec![totals], places: Vec::new() },
        audits: Vec::new(),
        lacked: Vec::new(),
        rejected_people: Vec::new(),
        digest: Default::default(),
        cell_warnings: Default::default(),
        skipped: Vec::new(),
    }
}

fn files(folder: &Path) -> BTreeMap<PathBuf, Vec<u8>> {
    let mut out = BTreeMap::new();
    let mut open = vec![folder.to_owned()];
    while let Some(at) = open.pop() {
        for entry in fs::read_dir(at).unwrap() {
            let path = entry.unwrap().path();
            if path.is_dir() {
                open.push(path);
            } else {
                out.insert(path.strip_prefix(folder).unwrap().to_owned(), fs::read(&path).unwrap());
            }
        }
    }
    out
}

#[test]
fn a_publication_is_complete_and_says_so() {
    let out = tempfile::tempdir().unwrap();
    let world = World::new("2018Q3", 300);
    let publication = world.publish(out.path(), None).unwrap();
    let folder = out.path().join("2018Q3/latest");
    let run = publication.folder.file_name().unwrap();
    assert_eq!(publication.folder, out.path().join("2018Q3").join(run));
    assert_eq!(fs::read_link(&folder).unwrap(), Path::new(run));
    let written = files(&folder);
    for name in [
        "dim_person",
        "dim_household",
        "dim_division",
        "dim_rule",
        "dim_source",
        "dim_quarter",
        "fact_record",
        "fact_exception",
        "fact_indicator",
        "fact_reject",
        "fact_undecided",
        "fact_held",
    ] {
        assert!(written.contains_key(Path::new(&format!("tables/{name}.parquet"))), "{name}");
    }
    // Every file but the manifest stands in the manifest.
    let listed: Vec<PathBuf> = publication.manifest.outputs.iter().map(|o| PathBuf::from(&o.path)).collect();
    let expected: Vec<PathBuf> =
        written.keys().filter(|p| *p != Path::new("manifest.json")).cloned().collect();
    let mut sorted = listed.clone();
    sorted.sort();
    assert_eq!(sorted, expected);
    assert_eq!(publication.manifest.rows("tables/fact_record.parquet"), Some(900));
    assert_eq!(publication.manifest.rows("restricted/link.parquet"), Some(300));
    assert_eq!(publication.manifest.rows("tables/fact_reject.parquet"), Some(6));
    assert!(!written.contains_key(Path::new("restricted/view/person_previous.parquet")));
    let text = summary_text(&publication, &world.catalogue);
    for expected in ["2018年第3季度", "读入906条 = 接受900 + 退回6", "1条规则没有运行，不等于没有疑点"]
    {
        assert!(text.contains(expected), "{expected} not in {text}");
    }
    let previous = Snapshot::open(&folder).unwrap();
    previous.verify().unwrap();
    assert_eq!(previous.accepted("dibao"), Some(300));
    let records = PreviousParts::open(&previous).unwrap();
    let parts = (0..records.count()).flat_map(|part| records.read(part).unwrap());
    assert_eq!(parts.map(|some| some.unwrap().len()).sum::<usize>(), 900);
    assert_eq!(published_views(&previous, |_| true).unwrap()[0].name, "person");
}

#[test]
fn restricted_is_private_and_tables_hold_no_identity() {
    let out = tempfile::tempdir().unwrap();
    let world = World::new("2018Q3", 120);
    world.publish(out.path(), None).unwrap();
    let folder = out.path().join("2018Q3/latest");
    let mode = |path: &Path| fs::metadata(path).unwrap().permissions().mode() & 0o777;
    assert_eq!(mode(&folder.join("restricted")), 0o700);
    assert_eq!(mode(&folder.join("restricted/view")), 0o700);
    for path in files(&folder).keys().filter(|p| p.starts_with("restricted")) {
        assert_eq!(mode(&folder.join(path)), 0o600, "{}", path.display());
    }
    for path in files(&folder).keys().filter(|p| p.starts_with("tables")) {
        for row in table_reader::read_rows(&folder.join(path), |_| true).unwrap() {
            for (column, value) in row.iter() {
                let value = value.unwrap_or("");
                for n in 0..120 {
                    let (id, name) = (id_number(n), name(n));
                    assert!(!value.contains(&id[6..14]) || value.len() > 26, "{column} {value}");
                    assert!(!value.contains(&id) && value != name, "{column} {value}");
                    assert_ne!(value, world.resolution.person_ids[n].to_string());
                }
            }
        }
    }
    for (path, bytes) in
        files(&folder).iter().filter(|(p, _)| p.extension().is_some_and(|e| e == "csv" || e == "html"))
    {
        let text = String::from_utf8_lossy(bytes);
        assert!((0..120).all(|n| !text.contains(&id_number(n))), "{}", path.display());
        assert!(!text.contains("\n=") && !text.contains(",=") && !text.contains("\"="), "{}", path.display());
    }
}

#[test]
fn same_bytes_again_and_with_any_number_of_threads() {
    let world = World::new("2018Q3", 200);
    let mut runs = Vec::new();
    for threads in [1, 2, 2] {
        let out = tempfile::tempdir().unwrap();
        let pool = rayon::ThreadPoolBuilder::new().num_threads(threads).build().unwrap();
        pool.install(|| world.publish(out.path(), None)).unwrap();
        runs.push(files(&out.path().join("2018Q3/latest")));
    }
    for (path, bytes) in &runs[0] {
        assert!(runs[1].get(path) == Some(bytes) && runs[2].get(path) == Some(bytes), "{}", path.display());
    }
    // And beside an existing one: the same run.
    let out = tempfile::tempdir().unwrap();
    let first = world.publish(out.path(), None).unwrap();
    assert_eq!(world.publish(out.path(), None).unwrap().folder, first.folder);
    assert_eq!(fs::read_dir(out.path().join("2018Q3")).unwrap().count(), 2, "one run and the link");
    assert!(files(&out.path().join("2018Q3/latest")) == runs[0]);
}

#[test]
fn the_next_quarter_knows_the_last() {
    let out = tempfile::tempdir().unwrap();
    let first = World::new("2018Q3", 200);
    first.publish(out.path(), None).unwrap();
    let previous = Snapshot::find(out.path(), period("2018Q3")).unwrap().unwrap();
    let mut stored = first.tracked(None);
    for one in &mut stored {
        one.exception.related.clear();
        // Sheets with its number are out.
        one.former_numbers.push(one.long_number());
    }
    assert_eq!(PreviousExceptions::read(&previous).unwrap().exceptions, stored, "read back as written");
    let mut second = World::new("2018Q4", 200);
    let publication = second.publish(out.path(), Some(&previous)).unwrap();
    let all = &publication.totals.all;
    // Each of the five rules lost its first subject and found no new one.
    assert_eq!((all.new, all.resolved), (0, 5));
    assert!(all.persisting > 0);
    let file = out.path().join("2018Q4/latest/tables/fact_exception.parquet");
    let resolved = table_reader::read_rows(&file, |r| r.get("status") == "resolved").unwrap();
    assert_eq!(resolved.len(), 5);
    assert!(resolved.iter().all(|r| r.get("first_seen") == "2018Q3"));
    // One quarter on, they are remembered but no longer published as resolved.
    second.period = period("2019Q1");
    let previous = Snapshot::find(out.path(), period("2018Q4")).unwrap().unwrap();
    let tracked = second.tracked(Some(&previous));
    assert_eq!(
        tracked.iter().filter(|t| t.status == Status::Resolved && t.is_history(period("2019Q1"))).count(),
        5
    );
    let publication = second.publish(out.path(), Some(&previous)).unwrap();
    assert_eq!(publication.totals.all.resolved, 0);
}

#[test]
fn a_failed_run_leaves_the_old_publication_whole() {
    let out = tempfile::tempdir().unwrap();
    let world = World::new("2018Q3", 60);
    world.publish(out.path(), None).unwrap();
    let before = files(&out.path().join("2018Q3/latest"));
    // Fails after tables/ and half of restricted/ were written.
    let mut broken = World::new("2018Q3", 60);
    broken.views.push(View { name: "../escape".into(), ..broken.views[0].clone() });
    broken.publish(out.path(), None).unwrap_err();
    assert!(files(&out.path().join("2018Q3/latest")) == before);
    assert!(!out.path().join("2018Q3/latest/escape.parquet").exists());
    let left: Vec<_> = fs::read_dir(out.path()).unwrap().map(|e| e.unwrap().file_name()).collect();
    assert!(left.iter().all(|n| !n.to_string_lossy().starts_with(".staging")), "{left:?}");
    // As do totals that do not agree.
    let mut unbalanced = World::new("2018Q3", 60);
    unbalanced.loaded[1].rejects.pop();
    assert_eq!(unbalanced.publish(out.path(), None).unwrap_err().kind(), bidui::ErrorKind::Internal);
    assert!(files(&out.path().join("2018Q3/latest")) == before);
}

#[test]
fn output_folders_that_cannot_be_written_are_refused_with_a_cure() {
    let out = tempfile::tempdir().unwrap();
    let world = World::new("2018Q3", 30);
    let file = out.path().join("file");
    fs::write(&file, "").unwrap();
    let error = world.publish(&file, None).unwrap_err();
    assert_eq!((error.kind(), error.hint_text().is_some()), (bidui::ErrorKind::Io, true));
    let folder = out.path().join("readonly");
    fs::create_dir(&folder).unwrap();
    fs::set_permissions(&folder, fs::Permissions::from_mode(0o555)).unwrap();
    // The superuser may write anywhere; there is nothing to see then.
    if fs::write(folder.join("probe"), "").is_err() {
        let error = world.publish(&folder, None).unwrap_err();
        assert_eq!((error.kind(), error.hint_text().is_some()), (bidui::ErrorKind::Io, true));
    }
}

#[test]
fn lists_can_be_answered() {
    use calamine::{Data, Reader as _};
    let out = tempfile::tempdir().unwrap();
    let publication = World::new("2018Q3", 400).publish(out.path(), None).unwrap();
    let folder = &publication.folder;
    let lists: Vec<_> =
        publication.manifest.outputs.iter().filter(|o| o.path.starts_with("lists/")).collect();
    assert!(lists.iter().any(|o| o.path == "lists/未定县区/未定乡镇.xlsx"));
    assert!(lists.iter().any(|o| o.path.starts_with("lists/退回/")));
    let (mut listed, mut related) = (0, 0);
    let of_township =
        |path: &str| !["退回/", "/台账/", "/责任部门/"].iter().any(|folder| path.contains(folder));
    for list in lists.iter().filter(|o| o.path.ends_with(".xlsx") && of_township(&o.path)) {
        let mut book: calamine::Xlsx<_> = calamine::open_workbook(folder.join(&list.path)).unwrap();
        let sheets = book.sheet_names();
        assert_eq!(sheets[0], "交办单");
        for sheet in &sheets[1..] {
            let range = book.worksheet_range(sheet).unwrap();
            let header: Vec<String> = range.rows().next().unwrap().iter().map(Data::to_string).collect();
            let at = |title: &str| header.iter().position(|t| *t == title).unwrap();
            for row in range.rows().skip(1) {
                listed += 1;
                related += usize::from(row[at("同因疑点")].to_string().starts_with("R04-2018Q3-"));
                assert_eq!(row[at("行键")].to_string().len(), 27);
                assert!(row[at("核查结果")].to_string().is_empty());
                assert_eq!(row[at("匹配置信度")] == *"待确认", sheet == "待确认匹配");
                let evidence = row[at("涉及来源与原值")].to_string();
                assert!(evidence.contains("农村") && evidence.contains("第"), "{evidence}");
            }
        }
    }
    let all = &publication.totals.all;
    assert_eq!(listed, all.open + all.review, "every open exception is on exactly one list");
    assert_eq!(related, 1);
    let csv = lists.iter().find(|o| o.path.ends_with(".csv")).unwrap();
    let bytes = fs::read(folder.join(&csv.path)).unwrap();
    assert!(bytes.starts_with("\u{FEFF}".as_bytes()) && bytes.ends_with(b"\r\n"));
}

/// The glob that analysts use: whatever a period's older runs are, each period is read once.
#[test]
fn one_glob_reads_the_current_runs_of_all_periods() {
    let python = Path::new(".venv/bin/python");
    assert!(
        python.is_file(),
        "run the tests through scripts/test.sh: it installs the second reader into .venv"
    );
    let out = tempfile::tempdir().unwrap();
    for (period, people) in [("2018Q3", 60), ("2018Q3", 120), ("2018Q4", 90)] {
        World::new(period, people).publish(out.path(), None).unwrap();
    }
    assert_eq!(fs::read_dir(out.path().join("2018Q3")).unwrap().count(), 3, "two runs and the link");
    let output = std::process::Command::new(python)
        .arg("tests/second_reader/current.py")
        .arg(out.path())
        .output()
        .unwrap();
    let said = String::from_utf8_lossy(&output.stdout);
    assert!(output.status.success(), "{said}{}", String::from_utf8_lossy(&output.stderr));
    assert!(said.contains("2018Q3") && said.contains("2018Q4"), "{said}");
}

/// Ends a real process in the middle of writing and looks at what is left. The system refuses the first byte of a file
/// beyond a limit, which happens at the same place every time; a kill comes once so much is written.
#[test]
fn a_process_that_ends_while_it_writes_leaves_a_whole_publication() {
    use std::os::unix::process::ExitStatusExt as _;
    let folder = tempfile::tempdir().unwrap();
    let root = Path::new(env!("CARGO_MANIFEST_DIR")).join("pipelines/hebi");
    let mut options = bidui::testing::synth::SynthOptions::new(&root, 60, 20_180_930);
    options.formats = bidui::testing::synth::FixtureFormats::CsvUtf8;
    bidui::testing::synth::generate_extracts(&options, folder.path()).unwrap();
    let (out, data) = (folder.path().join("out"), folder.path().join("2018Q3"));
    // `limit`: blocks of 512 bytes that a file may have.
    let program = |limit: &str| {
        let mut command = std::process::Command::new("sh");
        command.args(["-c", "ulimit -c 0; ulimit -f $0; exec \"$@\"", limit, env!("CARGO_BIN_EXE_bidui")]);
        command.arg("run").arg(&root).args(["--quarter", "2018Q3", "--threads", "1", "--select", "R01,R35"]);
        command.arg("--data").arg(&data).arg("--out").arg(&out);
        command.arg("--key-file").arg(folder.path().join("key"));
        command
    };
    let first = program("unlimited").output().unwrap();
    assert!(first.status.success(), "{}", String::from_utf8_lossy(&first.stderr));
    let publication = out.join("2018Q3");
    let before = files(&publication);
    let mut sizes: Vec<usize> = before.values().map(Vec::len).filter(|size| *size > 512).collect();
    sizes.sort_unstable();
    let staging = out.join(".staging-2018Q3");
    let whole = |when: &str| {
        Snapshot::open(&publication).unwrap().verify().unwrap();
        assert!(files(&publication) == before, "{when}");
    };
    for quantile in 0..=4 {
        // Files of this size and larger ones do not fit.
        let limit = ((sizes[(sizes.len() - 1) * quantile / 4] - 1) / 512).to_string();
        let ended = program(&limit).output().unwrap();
        let said = String::from_utf8_lossy(&ended.stderr);
        assert_eq!(ended.status.code(), Some(3), "{limit} blocks: {said}");
        assert!(said.contains("文件超过系统允许的大小") && !staging.exists(), "{limit} blocks: {said}");
        whole(&limit);
    }
    let written = |folder: &str| fs::read_dir(staging.join(folder)).map_or(0, Iterator::count);
    for (folder, count) in [("restricted", 0), ("tables", 1), ("tables", 5), ("lists", 1)] {
        // Where it was through before it could be killed, once more.
        let killed = (0..20).any(|_| {
            let (quiet, none) = (std::process::Stdio::null, std::process::Stdio::null);
            let mut child = program("unlimited").stdout(quiet()).stderr(none()).spawn().unwrap();
            while child.try_wait().unwrap().is_none() {
                if staging.is_dir() && written(folder) >= count {
                    child.kill().unwrap();
                }
                std::thread::sleep(std::time::Duration::from_millis(1));
            }
            child.wait().unwrap().signal() == Some(libc::SIGKILL)
        });
        assert!(killed && staging.is_dir(), "{folder} {count}");
        whole(folder);
    }
    // And the next run goes through as if nothing had happened.
    let last = program("unlimited").output().unwrap();
    assert!(last.status.success(), "{}", String::from_utf8_lossy(&last.stderr));
    assert!(files(&publication) == before && !staging.exists());
}
