//! What this crate's own tests, benches and profilers call beyond its interface, listed item by item.
//! No promise is made of it: whoever uses the library uses what `lib.rs` names.

pub mod across {
    pub use crate::across::{AcrossPlan, AcrossSummary, find_shared_persons};
}
pub mod cli {
    pub use crate::cli::{main, plans};
    pub mod progress {
        pub mod estimate {
            pub use crate::cli::progress::estimate::CommandStage;
        }
    }
    pub mod schema {
        pub use crate::cli::schema::all_schemas;
    }
}
pub mod case {
    use crate::case::{CaseArchive, CaseFinding, CaseSubject, NumbersShown};
    use crate::{Result, Snapshot};

    /// The cases of a publication's findings that `wanted` keeps by their number, as the page (`indexed`) or `bidui explain`
    /// gathers them.
    ///
    /// # Errors
    /// It is damaged.
    pub fn cases(
        publication: &Snapshot,
        indexed: bool,
        wanted: impl Fn(&str) -> bool,
    ) -> Result<Vec<serde_json::Value>> {
        let archive = CaseArchive::open(publication.clone(), Default::default(), indexed)?;
        let mut cases = Vec::new();
        for row in publication.rows("restricted/exception.parquet", |_| true)? {
            let finding = CaseFinding::of(&archive, &row);
            if wanted(&finding.number) {
                let case = archive.case(&CaseSubject::of(&finding), &[], NumbersShown::Masked)?;
                let case = serde_json::to_value(case).map_err(|e| crate::Error::internal(e.to_string()))?;
                cases.push(serde_json::json!({ "finding": finding, "case": case }));
            }
        }
        Ok(cases)
    }
}
pub mod config {
    pub use crate::config::{ColumnRole, Pipeline, RuleParameter};
    pub mod read_options {
        pub use crate::config::read_options::{Encoding, ReadOptions};
    }
    pub mod schema {
        pub use crate::config::schema::schema_text;
    }
}
pub mod engine {
    pub use crate::engine::{
        AnswerMigration, Engine, FormerSecret, MigrationOutcome, RunPlan, RunTolerance, link_only,
        migrate_identities, run, train_pipeline,
    };
}
pub mod error {
    pub use crate::error::ErrorKind;
    pub use crate::privacy::told_error::render_error;
}
pub mod evaluate {
    pub mod events {
        pub use crate::evaluate::events::SLIP_EVENTS;
    }
    pub mod links {
        pub use crate::evaluate::links::evaluate_links;
    }
    pub mod review_sample {
        pub use crate::evaluate::review_sample::{estimate, read_reviewed_links, sample_links_for_review};
    }
}
pub mod extract {
    pub use crate::extract::{
        MalformedRow, RawTable, SkipReason, SkippedRow, count_text_lines, count_xlsx_part_rows, open_file,
    };
}
pub mod link {
    pub use crate::link::{SaidOfPair, block, find_ruled_pairs, link, link_as_ruled, link_nodes};
    pub mod compare {
        pub use crate::link::compare::{han_name_level, id_level, nysiis_code, soundex_code};
    }
    pub mod generic {
        pub use crate::link::generic::{link_lists, plan_passes, train_on_lists};
    }
    pub mod nodes {
        pub use crate::link::nodes::LinkNodes;
    }
    pub mod settings {
        pub use crate::link::settings::LinkSettings;
    }
    pub mod train {
        pub use crate::link::train::write_weights_file;
    }
}
pub mod load {
    pub use crate::load::{
        DataFolder, LoadedSource, RejectedPerson, SourceRecords, UnknownCells, load_for_linking,
        load_several, load_source, load_tables, survey_data_folder,
    };
}
pub mod model {
    pub mod column_type {
        pub use crate::model::column_type::ContractType;
    }
    pub mod data_file {
        pub use crate::model::data_file::{DataFile, FileFate};
    }
    pub mod day {
        pub use crate::model::day::day_from_date32;
    }
    pub mod division {
        pub use crate::model::division::{COUNTY, VILLAGE};
    }
    pub mod exception {
        pub use crate::model::exception::{
            Exception, RelatedException, Severity, Status, SubjectKind, TrackedException,
        };
    }
    pub mod file_account {
        pub use crate::model::file_account::{
            CellFault, FaultyCell, FileAccount, PhysicalUnit, SheetAccount, SheetFate,
        };
    }
    pub mod id_number {
        pub use crate::model::id_number::{IdClass, IdNumber};
    }
    pub mod indicator {
        pub use crate::model::indicator::{Indicator, NotRun};
    }
    pub mod links {
        pub use crate::model::links::{Decision, Links, Tier};
    }
    pub mod period {
        pub use crate::model::period::Period;
    }
    pub mod published_id {
        pub use crate::model::published_id::{HouseholdId, PersonId};
    }
    pub mod record_id {
        pub use crate::model::record_id::RecordKey;
    }
    pub mod resolution {
        pub use crate::model::resolution::Resolution;
    }
    pub mod undecided {
        pub use crate::model::undecided::{LackedPlace, UndecidedSubject, WhyLacking};
    }
    pub mod source_row {
        pub use crate::model::source_row::{ControlTotals, Reject, TableTotals};
    }
    pub mod source_table {
        pub use crate::model::source_table::{EncodingEvidence, FileFormat, RawTableInfo, TextEncoding};
    }
}
pub mod normalize {
    pub use crate::normalize::{
        ComparableColumn, ComparableSource, DistinctPool, LinkColumnKind, NameForm, TextColumn, TextPool,
        TextTable, audit_prefixes, normalize, normalize_for, normalize_tables,
    };
}
pub mod page {
    pub use crate::page::{PageColumn, PageMoment, PagePlan, PageSeat, PageServer, SeatRole};
}
pub mod privacy {
    pub use crate::privacy::IdentitySecret;
    pub use crate::privacy::number_glyphs::digit_of;
    use crate::{Result, Secrets};

    /// Secrets that only tests, benches and lessons use.
    ///
    /// # Errors
    /// None: the keys are strong.
    pub fn test_secrets() -> Result<Secrets> {
        let bytes = |turn: u32| -> Vec<u8> { (0..32u32).map(|at| (at * at * turn + at) as u8 ^ 1).collect() };
        Secrets::new(&bytes(3), &bytes(5))
    }

    /// The identity secret of [`test_secrets`].
    ///
    /// # Errors
    /// None: the key is strong.
    pub fn test_identity() -> Result<IdentitySecret> {
        Ok(test_secrets()?.identity)
    }
}
pub mod profile {
    pub use crate::profile::{ColumnGuess, ProfiledFiles, profile};
}
pub mod progress {
    pub use crate::progress::{Progress, Silent};
}
pub mod publication {
    pub mod snapshot {
        pub use crate::publication::snapshot::Snapshot;
    }
    pub mod table_reader {
        pub use crate::publication::table_reader::{TableRow, read_rows};
    }
}
pub mod publish {
    pub use crate::publish::{
        EarlierRuns, FinishedPublication, PublicationInputs, PublishedPipeline, RuleFacts, publish,
        summary_text,
    };
    pub mod lists {
        pub use crate::publish::lists::{COVER_SHEET, REVIEW_SHEET, VISIT_SHEET};
    }
    pub mod previous_indicators {
        pub use crate::publish::previous_indicators::previous_indicators;
    }
}
pub mod reconcile {
    use crate::Result;
    pub use crate::reconcile::{RuleFindings, check_rules, run_examples, run_rules, run_situations};
    use crate::rules::rule_set::RuleSet;

    /// Runs all rules over what the stages before hold, telling certain from possible answers, as a run does.
    ///
    /// # Errors
    /// As for [`run_rules`] and [`views::build_views`].
    pub fn run_over(inputs: &views::ViewInputs<'_>, rules: &RuleSet) -> Result<RuleFindings> {
        let unknown = crate::reconcile::views::unknown_columns::unknown_columns(inputs);
        let answering = rules.with_unknown_cells(&unknown)?;
        let placement = views::ViewPlacement::default();
        let views = views::build_views(inputs, &answering.rules, Vec::new(), &placement)?;
        crate::reconcile::run_answering_rules(&answering, rules, &views, inputs.period, &mut |_, _| {})
    }
    pub mod execution {
        pub mod situation_runner {
            pub use crate::reconcile::execution::situation_runner::run_situations_alone;
        }
        pub mod example_runner {
            pub use crate::reconcile::execution::example_runner::{all_cases, run_mutations};
        }
        pub mod planner {
            pub use crate::reconcile::execution::planner::SqlSession;
        }
        pub mod polars_bridge {
            pub use crate::reconcile::execution::polars_bridge::{empty_frame, to_frame};
        }
    }
    pub mod views {
        pub use crate::reconcile::views::{ViewInputs, ViewPlacement, build_views};
        pub mod published_views {
            pub use crate::reconcile::views::published_views::published_views;
        }
        pub mod rule_view {
            pub use crate::reconcile::views::rule_view::View;
        }
    }
}
pub mod trial {
    pub use crate::trial::{IndicatorCount, RuleTrial, ShownFinding, TrialPlan, try_rules};
}
pub mod resolve {
    pub use crate::resolve::{resolve, resolve_nodes};
    pub mod evidence_pairs {
        pub use crate::resolve::evidence_pairs::{SaidOfEvidence, evidence_pairs};
    }
    pub mod previous_records {
        pub use crate::resolve::previous_records::PreviousParts;
    }
}
pub mod rules {
    pub mod documentation {
        pub use crate::rules::documentation::{RuleFilter, document_rules, list_rules};
    }
    pub mod family {
        pub use crate::rules::family::parse_family;
    }
    pub mod quality_settings {
        pub use crate::rules::quality_settings::QualitySettings;
    }
    pub mod rule_file {
        pub use crate::rules::rule_file::{RuleExample, SqlFile, parse_rule_file};
    }
    pub mod situation_document {
        pub use crate::rules::situation_document::document_situations;
    }
    pub mod situation_file {
        pub use crate::rules::situation_file::read_situations;
    }
    pub mod rule_set {
        pub use crate::rules::rule_set::RuleSet;
    }
}
pub mod synth {
    pub use crate::synth::{EventRates, FixtureFormats, SynthOptions, generate_extracts, generate_telling};
    pub mod broken {
        pub use crate::synth::broken::{BrokenExpectation, write_broken_cases};
    }
}
pub mod table {
    pub mod rows {
        pub use crate::table::rows::{RowStore, Rows};
    }
}
pub mod worker {
    use std::path::Path;

    use crate::Result;
    use crate::config::read_options::ReadOptions;
    use crate::extract::RawTable;
    pub use crate::worker::{Worker, WorkerLimits};

    /// The tables of a file that a worker reads.
    ///
    /// # Errors
    /// As for reading in this process; a child that does not get done.
    pub fn read_tables(
        worker: &Worker,
        data_dir: &Path,
        relative: &Path,
        options: &ReadOptions,
        wants_sheet: &dyn Fn(&str) -> bool,
    ) -> Result<Vec<RawTable>> {
        crate::worker::open_file(Some(worker), data_dir, relative, options, wants_sheet)?.collect()
    }
}
pub mod track {
    pub use crate::track::{
        DueDates, KnownSubjects, PreviousExceptions, ReturnedPeople, Unjudged, apply_answers, note_facts,
        track, track_again,
    };
}
