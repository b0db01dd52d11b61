//! What the engine says of its stages is what the estimate of the remaining time is based on.

use std::path::Path;
use std::sync::Mutex;

use bidui::testing::across::{AcrossPlan, find_shared_persons};
use bidui::testing::cli::plans;
use bidui::testing::cli::progress::estimate::CommandStage;
use bidui::testing::config::Pipeline;
use bidui::testing::engine::{Engine, RunPlan};
use bidui::testing::link::settings::LinkSettings;
use bidui::testing::progress::Progress;
use bidui::testing::rules::rule_set::RuleSet;
use bidui::testing::synth::{FixtureFormats, SynthOptions, generate_telling};

/// Titles, announced units, done units.
#[derive(Default)]
struct Heard(Mutex<Vec<(String, Option<u64>, u64)>>);

impl Progress for Heard {
    fn stage(&self, title: &str, units: Option<u64>) {
        self.0.lock().unwrap().push((title.to_owned(), units, 0));
    }
    fn advance(&self, units: u64) {
        self.0.lock().unwrap().last_mut().unwrap().2 += units;
    }
}

impl Heard {
    fn assert_follows(self, plan: &[CommandStage]) {
        let heard = self.0.into_inner().unwrap();
        let titles: Vec<&str> = heard.iter().map(|(title, ..)| title.as_str()).collect();
        assert_eq!(titles, plan.iter().map(|stage| stage.title).collect::<Vec<_>>());
        for (stage, (title, units, done)) in plan.iter().zip(&heard) {
            assert!(!stage.even || units.is_some(), "{title} tells no units");
            let Some(units) = units else { continue };
            // Villages are not exactly as large as announced; everything else is.
            assert!(done.abs_diff(*units) <= units / 20, "{title}: {done} of {units}");
        }
    }
}

#[test]
fn commands_go_through_the_stages_of_their_plan() {
    let folder = tempfile::tempdir().unwrap();
    let root = Path::new(env!("CARGO_MANIFEST_DIR")).join("pipelines/hebi");
    let mut options = SynthOptions::new(&root, 1_500, 20_180_930);
    options.formats = FixtureFormats::CsvUtf8;
    options.villages = Some(20);
    let heard = Heard::default();
    generate_telling(&options, folder.path(), &heard).unwrap();
    heard.assert_follows(plans::SYNTH);

    let data = folder.path().join("2018Q3");
    let heard = Heard::default();
    bidui::testing::engine::link_only(&root, &data, &folder.path().join("link"), &[], None, &heard).unwrap();
    heard.assert_follows(plans::LINK);

    let pipeline = Pipeline::open(&root).unwrap();
    let rules = RuleSet::load(&pipeline).unwrap();
    let plan = RunPlan {
        tolerance: Default::default(),
        worker: None,
        pipeline,
        rules,
        link: LinkSettings::open(&root.join("link.toml")).unwrap(),
        period: "2018Q3".parse().unwrap(),
        issued: None,
        data,
        out: folder.path().join("out"),
        previous: None,
        engine: Engine::Memory,
        secrets: bidui::testing::privacy::test_secrets().unwrap(),
    };
    let heard = Heard::default();
    let publication = bidui::testing::engine::run(&plan, &heard).unwrap().publication.folder;
    heard.assert_follows(plans::RUN);

    let other = folder.path().join("other");
    std::fs::create_dir_all(other.join("restricted")).unwrap();
    for file in ["manifest.json", "restricted/person_identity.parquet"] {
        std::fs::copy(publication.join(file), other.join(file)).unwrap();
    }
    let heard = Heard::default();
    let plan = AcrossPlan {
        publications: vec![publication, other],
        out: folder.path().join("across"),
        memory: 100_000,
    };
    find_shared_persons(&plan, &heard).unwrap();
    heard.assert_follows(plans::ACROSS);
}
