//! Every stage by itself, and the kernels that linking calls for each pair, on an invented prefecture
//! of 20,000 people. `cargo bench --bench stages [-- FILTER]`; throughput is in records (kernels: calls).
//!
//! Each stage works on what the stage before it made, so one run of all stages also shows that they
//! fit together. Nothing here is part of the tests.
#![allow(missing_docs)] // `criterion_group!` makes a public function.

use std::hint::black_box;
use std::path::{Path, PathBuf};
use std::time::Duration;

use bidui::Result;
use bidui::testing::config::Pipeline;
use bidui::testing::link;
use bidui::testing::link::compare::{han_name_level, id_level, nysiis_code, soundex_code};
use bidui::testing::link::nodes::LinkNodes;
use bidui::testing::link::settings::LinkSettings;
use bidui::testing::load;
use bidui::testing::model::id_number::IdNumber;
use bidui::testing::model::period::Period;
use bidui::testing::normalize;
use bidui::testing::normalize::NameForm;
use bidui::testing::privacy;
use bidui::testing::publish;
use bidui::testing::publish::{EarlierRuns, PublicationInputs, PublishedPipeline};
use bidui::testing::reconcile;
use bidui::testing::reconcile::views;
use bidui::testing::resolve;
use bidui::testing::rules::rule_set::RuleSet;
use bidui::testing::synth::{FixtureFormats, SynthOptions, generate_extracts};
use bidui::testing::track;
use criterion::{BatchSize, BenchmarkGroup, Criterion, Throughput, measurement::WallTime};

const PERSONS: u64 = 20_000;
const QUARTER: &str = "2018Q3";

fn all(criterion: &mut Criterion) {
    if let Err(error) = stages(criterion) {
        panic!("{}", bidui::testing::error::render_error(&error, false));
    }
}

criterion::criterion_group! {
    name = benches;
    config = Criterion::default().sample_size(10).measurement_time(Duration::from_secs(4));
    targets = all
}
criterion::criterion_main!(benches);

fn stages(criterion: &mut Criterion) -> Result<()> {
    let root = PathBuf::from(env!("CARGO_MANIFEST_DIR")).join("pipelines/hebi");
    let scratch = tempfile::tempdir().map_err(|e| bidui::Error::io("新建文件夹", Path::new("-"), e))?;
    let mut options = SynthOptions::new(&root, PERSONS, 20_180_930);
    options.formats = FixtureFormats::CsvUtf8;
    generate_extracts(&options, scratch.path())?;
    let (data, out) = (scratch.path().join(QUARTER), scratch.path().join("out"));

    let pipeline = Pipeline::open(&root)?;
    let rules = RuleSet::load(&pipeline)?;
    let settings = LinkSettings::open(&root.join("link.toml"))?;
    let period: Period = QUARTER.parse()?;

    let read =
        || load::load_several(pipeline.sources.len(), |i| load::load_source(&pipeline, i, &data, None));
    let loaded = read()?;
    let records: usize = loaded.iter().map(|l| l.records.keys.len()).sum();
    let mut group = criterion.benchmark_group("stage");
    group.throughput(Throughput::Elements(records as u64));
    stage(&mut group, "load", read);

    let normalize = || normalize::normalize_for(&pipeline, &loaded, &|column| settings.uses(column));
    let comparables = normalize()?;
    stage(&mut group, "normalize", normalize);

    let nodes = LinkNodes::build(&comparables)?;
    stage(&mut group, "nodes", || LinkNodes::build(&comparables));
    // The passes alone; `link` is the passes, the scores and the decisions.
    let single: Vec<bool> = nodes.names.iter().map(|n| settings.resolve.one_per_person.contains(n)).collect();
    stage(&mut group, "block", || {
        link::block::block_pairs(&settings, &nodes, &pipeline.divisions, Some(&single))
    });
    let join = || link::link_nodes(&settings, &nodes, &pipeline.divisions);
    let links = join()?;
    stage(&mut group, "link", join);

    let (secrets, secret) = (privacy::test_secrets()?, privacy::test_identity()?);
    let resolve =
        || resolve::resolve_nodes(&settings, &pipeline, &loaded, &nodes, &links, Some(&secret), None);
    let resolution = resolve()?;
    stage(&mut group, "resolve", resolve);

    let build = || {
        let inputs = views::ViewInputs {
            pipeline: &pipeline,
            loaded: &loaded,
            comparables: &comparables,
            resolution: &resolution,
            period,
        };
        views::build_views(&inputs, &rules, Vec::new(), &views::ViewPlacement::default())
    };
    let tables = build()?;
    stage(&mut group, "views", build);

    let reconcile = || reconcile::run_rules(&rules, &tables, period, &mut |_, _| {});
    let mut findings = reconcile()?;
    stage(&mut group, "rules", reconcile);

    let found = std::mem::take(&mut findings.exceptions);
    let tracked = track::track(
        found,
        &track::Unjudged {
            not_run: &findings.not_run,
            undecided: &findings.undecided,
            held: &findings.held,
            known: None,
            returned: &[],
        },
        None,
        &resolution.ledger,
        period,
        &secret,
    )?;
    let catalogue = PublishedPipeline::new(&pipeline, &rules, period);
    let publish = || {
        let inputs = PublicationInputs {
            files: &[],
            catalogue: &catalogue,
            period,
            loaded: &loaded,
            comparables: &comparables,
            links: &links,
            resolution: &resolution,
            views: &tables.list,
            findings: &findings,
            tracked: &tracked,
            secrets: &secrets,
            ledgers: &[],
            months: &std::collections::BTreeMap::new(),
            answers: &bidui::StandingAnswers::default(),
            issued: period.last_day(),
            store: &bidui::testing::table::rows::RowStore::Memory,
            previous_period: None,
            previous_indicators: &[],
            previous_figures: None,
            earlier: EarlierRuns::default(),
        };
        publish::publish(&inputs, &out)
    };
    stage(&mut group, "publish", publish);
    group.finish();

    kernels(criterion, &nodes);
    Ok(())
}

/// One stage; what it returns is dropped outside the measured time.
fn stage<T>(group: &mut BenchmarkGroup<'_, WallTime>, name: &str, work: impl Fn() -> Result<T>) {
    group.bench_function(name, |bencher| {
        bencher.iter_batched(
            || (),
            |()| {
                work()
                    .unwrap_or_else(|error| panic!("{}", bidui::testing::error::render_error(&error, false)))
            },
            BatchSize::PerIteration,
        );
    });
}

/// What is called for every candidate pair: on pairs of neighbours in one order, which agree in
/// something, as the pairs of a block do.
fn kernels(criterion: &mut Criterion, nodes: &LinkNodes) {
    let mut names: Vec<&NameForm> = (0..nodes.len() as u32).filter_map(|node| nodes.name(node)).collect();
    names.sort_by_key(|name| (name.given_key(), name.surname_key()));
    let mut numbers: Vec<IdNumber> = (0..nodes.len() as u32).map(|node| nodes.id(node)).collect();
    numbers.sort_by_key(|number| number.edit_key());
    // One digit of a number, at places that go round.
    let slipped: Vec<(IdNumber, IdNumber)> = numbers
        .iter()
        .filter_map(|&number| Some((number, number.to_text()?)))
        .filter(|(_, text)| text.len() == 18)
        .enumerate()
        .map(|(at, (number, text))| {
            let mut bytes = text.into_bytes();
            let digit = &mut bytes[at % 17];
            *digit = if *digit == b'9' { b'0' } else { *digit + 1 };
            (number, IdNumber::parse(&String::from_utf8_lossy(&bytes)))
        })
        .collect();
    let pinyin: Vec<String> = names.iter().map(|name| name.pinyin()).collect();

    let mut group = criterion.benchmark_group("kernel");
    let mut kernel = |name: &str, calls: usize, work: &dyn Fn() -> u64| {
        group.throughput(Throughput::Elements(calls as u64));
        group.bench_function(name, |bencher| bencher.iter(work));
    };
    let neighbours = names.len().saturating_sub(1);
    kernel("han name", neighbours, &|| {
        names.windows(2).map(|w| u64::from(han_name_level(black_box(w[0]), w[1]).number())).sum()
    });
    kernel("id number", numbers.len().saturating_sub(1), &|| {
        numbers.windows(2).map(|w| u64::from(id_level(black_box(w[0]), w[1]).number())).sum()
    });
    kernel("id number, one digit", slipped.len(), &|| {
        slipped.iter().map(|&(a, b)| u64::from(id_level(black_box(a), b).number())).sum()
    });
    kernel("soundex", pinyin.len(), &|| pinyin.iter().map(|name| soundex_code(black_box(name)) & 1).sum());
    kernel("nysiis", pinyin.len(), &|| pinyin.iter().map(|name| nysiis_code(black_box(name)) & 1).sum());
    group.finish();
}
