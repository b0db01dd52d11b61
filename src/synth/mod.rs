//! Invented extracts with known truth: people, families, benefits and the departments' slips.
//!
//! Everything follows from the seed; nothing reads a clock. Two uses: fixtures, in every format
//! as departments deliver them, and scale, plain CSV or Parquet written village by village.

use std::path::{Path, PathBuf};

use crate::progress::{Progress, Silent};
use crate::{Error, Result};

mod benefits;
pub(crate) mod broken;
mod calendar;
mod department_records;
mod encode;
mod events;
mod evolve;
mod fixtures;
mod identity;
mod large_extracts;
mod layout;
mod linkage_errors;
mod names;
mod places;
mod prefecture;
mod random;
mod truth;
mod village_rows;
mod world;

use benefits::PopulationShares;
use calendar::SynthQuarter;
use department_records::SlipRates;
use events::EventPlan;
pub use events::EventRates;
use world::VillageWorld;

/// What to write.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default)]
pub enum FixtureFormats {
    /// As delivered: XLSX, XLS, DBF, GB18030 and UTF-8 CSV, Parquet, in messy layouts.
    #[default]
    Fixtures,
    /// One plain UTF-8 CSV per source.
    CsvUtf8,
    /// One plain GB18030 CSV per source.
    CsvGb18030,
    /// One Parquet file per source.
    Parquet,
}

/// What to invent.
#[derive(Debug, Clone)]
pub struct SynthOptions {
    /// About how many people live in the prefecture's villages.
    pub persons: u64,
    /// Seed; the same options give the same bytes.
    pub seed: u64,
    /// First quarter, e.g. `2018Q3`.
    pub first_quarter: String,
    /// How many quarters in a row.
    pub quarters: u32,
    /// Multiplier of all error rates in names, numbers and dates.
    pub error_multiplier: f64,
    /// Formats and layout.
    pub formats: FixtureFormats,
    /// Share of families in the registry; `None`: .30 for messy layouts, .05 at scale.
    pub registry_share: Option<f64>,
    /// The pipeline's `codes` folder with the division tables.
    pub codes: PathBuf,
    /// Villages to use; `None`: one per 180 people for fixtures, all at scale.
    pub villages: Option<usize>,
    /// Which prefecture of a province: each has numbers and people of its own, and some of the
    /// people of the one before. 0, the pipeline's own, has no other's.
    pub prefecture: u32,
    /// Lists that agree, and things that happen to people in them; `None`: lists with the rules' contradictions.
    pub events: Option<EventRates>,
    /// Errors that make lists hard to link, besides the slips of clerks: `data/linkage_errors.toml`.
    pub hard: bool,
    /// Multipliers of the rates of single events, by name.
    pub event_factors: Vec<(String, f64)>,
}

impl SynthOptions {
    /// Defaults for a pipeline folder.
    pub fn new(pipeline: &Path, persons: u64, seed: u64) -> Self {
        Self {
            persons,
            seed,
            first_quarter: "2018Q3".to_owned(),
            quarters: 1,
            error_multiplier: 1.0,
            formats: FixtureFormats::Fixtures,
            registry_share: None,
            codes: pipeline.join("codes"),
            villages: None,
            prefecture: 0,
            events: None,
            hard: false,
            event_factors: Vec::new(),
        }
    }
    /// The options that the committed fixtures are made with.
    pub fn fixtures(pipeline: &Path) -> Self {
        Self { quarters: 2, registry_share: Some(0.36), ..Self::new(pipeline, 4_600, 20_180_930) }
    }
    fn shares(&self) -> PopulationShares {
        let registry = self.registry_share.unwrap_or(match self.events {
            // Most families, so that every kind of event finds people enough.
            Some(EventRates::Oversampled) => 0.7,
            _ if self.formats == FixtureFormats::Fixtures => 0.3,
            _ => 0.05,
        });
        PopulationShares {
            registry,
            other_dibao: if self.formats == FixtureFormats::Fixtures { 0.028 } else { 0.012 },
        }
    }
    /// Seed of a prefecture's people and slips.
    fn seed_of(&self, prefecture: u32) -> u64 {
        self.seed.wrapping_add(u64::from(prefecture))
    }
    fn check(&self) -> Result<()> {
        if self.persons == 0 || self.quarters == 0 {
            return Err(Error::usage("人数和期数都要大于0"));
        }
        if self.persons > 60_000_000 {
            return Err(Error::usage("人数超过6000万，一个地级市的身份证号码不够分配")
                .hint("分几次生成，每次换一个种子"));
        }
        if self.prefecture >= prefecture::MOST {
            return Err(Error::usage(format!("地市序号应小于{}", prefecture::MOST)));
        }
        if !(0.0..=20.0).contains(&self.error_multiplier) || !(0.0..=1.0).contains(&self.shares().registry) {
            return Err(Error::usage("错误倍数应在0到20之间，建档比例应在0到1之间"));
        }
        if self.events.is_some() && self.formats == FixtureFormats::Fixtures {
            return Err(Error::usage("带事件的数据只写成整齐的文件")
                .hint("加上 --layout csv、--layout gb18030 或 --layout parquet"));
        }
        if self.events.is_some() && self.prefecture > 0 {
            return Err(Error::usage("带事件的数据只有一个地市"));
        }
        if self.hard && self.formats == FixtureFormats::Fixtures {
            return Err(Error::usage("难匹配的名单只写成整齐的文件")
                .hint("加上 --layout csv、--layout gb18030 或 --layout parquet"));
        }
        if self.events.is_none() && !self.event_factors.is_empty() {
            return Err(Error::usage("没有事件，也就没有事件的倍数")
                .hint("加上 --events usual 或 --events oversampled"));
        }
        if self.event_factors.iter().any(|(_, factor)| !(0.0..=1_000.0).contains(factor)) {
            return Err(Error::usage("事件的倍数应在0到1000之间"));
        }
        Ok(())
    }
}

/// One written file.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct WrittenFile {
    /// Path relative to the output folder.
    pub path: PathBuf,
    /// Data rows in it.
    pub rows: u64,
}

/// What was written.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct SynthReport {
    /// Invented people, the gone included.
    pub persons: u64,
    /// Records with known truth.
    pub records: u64,
    /// Expected exceptions.
    pub exceptions: u64,
    /// Files, in order of writing.
    pub files: Vec<WrittenFile>,
}

/// Invents extracts and writes them to `out/<quarter>/…`, truth to `out/truth/<quarter>/`.
///
/// # Errors
/// Options that contradict each other; a pipeline without the division tables; a folder that cannot be written.
pub fn generate_extracts(options: &SynthOptions, out: &Path) -> Result<SynthReport> {
    generate_telling(options, out, &Silent)
}

/// [`generate_extracts`], telling how far it is.
///
/// # Errors
/// As for [`generate_extracts`].
pub fn generate_telling(options: &SynthOptions, out: &Path, progress: &dyn Progress) -> Result<SynthReport> {
    options.check()?;
    let first = SynthQuarter::parse(&options.first_quarter)?;
    let quarters: Vec<SynthQuarter> =
        std::iter::successors(Some(first), |q| Some(q.next())).take(options.quarters as usize).collect();
    let all = places::read_village_places(&options.codes)?;
    let wanted = options.villages.unwrap_or(match options.formats {
        FixtureFormats::Fixtures => (options.persons / 180).max(6) as usize,
        // Villages large enough for every kind of event to find somebody in each.
        _ if options.events.is_some() => (options.persons / 700).max(1) as usize,
        _ => all.len(),
    });
    let places = |of: u32| spread(prefecture::spread_villages(all.clone(), of), wanted);
    let events = options.events.map(|rates| EventPlan::read(rates, &options.event_factors)).transpose()?;
    let plan = SynthPlan {
        options,
        events,
        seed: options.seed_of(options.prefecture),
        quarters,
        places: places(options.prefecture),
        before: options.prefecture.checked_sub(1).map(|before| (options.seed_of(before), places(before))),
    };
    match options.formats {
        FixtureFormats::Fixtures => {
            progress.stage("生成虚构数据", None);
            fixtures::write_fixtures(&plan, out)
        }
        _ => large_extracts::write_large_extracts(&plan, out, progress),
    }
}

/// `wanted` villages evenly over the prefecture, each with its neighbour.
fn spread(all: Vec<places::VillagePlace>, wanted: usize) -> Vec<[places::VillagePlace; 2]> {
    let count = all.len();
    let wanted = wanted.clamp(1, count);
    let neighbour = |at: usize| {
        let same = |i: &usize| *i < count && all[*i].township_code() == all[at].township_code();
        let next = Some(at + 1).filter(same).or(at.checked_sub(1).filter(same));
        all[next.unwrap_or((at + 1) % count)].clone()
    };
    (0..wanted).map(|i| i * count / wanted).map(|at| [all[at].clone(), neighbour(at)]).collect()
}

/// Everything the writers need.
struct SynthPlan<'a> {
    options: &'a SynthOptions,
    /// What happens to people; `None` without events.
    events: Option<EventPlan>,
    seed: u64,
    quarters: Vec<SynthQuarter>,
    places: Vec<[places::VillagePlace; 2]>,
    /// Seed and villages of the prefecture before.
    before: Option<(u64, Vec<[places::VillagePlace; 2]>)>,
}

impl SynthPlan<'_> {
    /// The people of village `index` in the first quarter, and who of them is listed in the
    /// prefecture before, too: person here, person there.
    fn settle(&self, index: usize) -> (VillageWorld, Vec<(String, String)>) {
        let target = self.target(index);
        let mut world = VillageWorld::settle(self.seed, index, self.places[index][0].clone(), target);
        let mut moved = Vec::new();
        if let Some((seed, places)) = &self.before {
            let before = VillageWorld::settle(
                *seed,
                index,
                places[index][0].clone(),
                prefecture::count_possible_movers(target),
            );
            moved = prefecture::move_people_between_prefectures(&mut world, &before, self.seed);
        }
        if self.events.is_some() {
            return (world, moved);
        }
        benefits::assign_benefits(&mut world, self.seed, self.quarters[0], self.options.shares());
        (world, moved)
    }

    /// The lists of the plan.
    fn sources(&self) -> impl Iterator<Item = department_records::SourceKind> {
        department_records::SourceKind::of_world(self.events.is_some(), self.options.hard)
    }

    /// People of a village.
    fn target(&self, index: usize) -> usize {
        let n = self.places.len() as u64;
        let even = |i: u64| (self.options.persons as u128 * u128::from(i) / u128::from(n)) as i64;
        // Villages differ in size; neighbours make up for one another.
        let sway = |i: u64| {
            if i == 0 || i == n {
                0
            } else {
                random::Rng::keyed(&[self.seed, i, 9]).between(-(even(1) / 4), even(1) / 4)
            }
        };
        let i = index as u64;
        (even(i + 1) + sway(i + 1) - even(i) - sway(i)).max(1) as usize
    }

    /// A village far from that of a position, for entries of people who moved.
    fn far_place(&self, index: usize) -> &places::VillagePlace {
        let count = self.places.len();
        &self.places[(index + count.div_ceil(2)) % count][0]
    }

    fn slips(&self, step: usize) -> SlipRates {
        SlipRates {
            seed: self.seed,
            multiplier: self.options.error_multiplier,
            step: step as u64,
            quarter: self.quarters[step],
            hard: self.options.hard.then(linkage_errors::LinkageErrorRates::hard),
        }
    }
}
