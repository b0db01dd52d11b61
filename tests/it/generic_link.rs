//! `bidui link`: quality on FEBRL, and what must not change the result.

use std::fmt::Write as _;
use std::path::{Path, PathBuf};

use bidui::testing::evaluate::links::evaluate_links;
use bidui::testing::link::generic::link_lists;

const CONFIG: &str = r#"
title = "invented"
[[table]]
name = "people"
file = "people.csv"
record_id = "id"
[columns]
given_name.kind = "western_name"
surname.kind = "western_name"
born.kind = "date"
suburb.kind = "text"
"#;

/// 400 people, every second one twice with a slip in the surname; ids do not follow row order.
fn people() -> Vec<String> {
    let given = ["anna", "boris", "clara", "david", "edith", "felix", "greta", "hugo", "irene", "jonas"];
    let sur = ["harper", "collins", "winters", "mayfield", "osborne", "preston", "quigley", "redmond"];
    let suburb = ["northgate", "riverside", "millbrook", "eastwood", "lakeview"];
    let mut rows = Vec::new();
    for i in 0..400usize {
        let date = format!("{}-{:02}-{:02}", 1930 + i * 7 % 71, 1 + i * 5 % 12, 1 + i * 11 % 28);
        let (g, s, b) = (given[i * 3 % 10], sur[i * 5 % 8], suburb[i * 7 % 5]);
        rows.push(format!("p{i}-a,{g},{s},{date},{b}"));
        if i % 2 == 0 {
            let slip = format!("{}{}", &s[..3], &s[4..]);
            rows.push(format!("p{i}-b,{g},{slip},{date},{b}"));
        }
    }
    rows
}

fn write_people(folder: &Path, rows: &[String]) {
    let text = rows.iter().fold("id,given_name,surname,born,suburb\n".to_owned(), |mut text, row| {
        writeln!(text, "{row}").unwrap();
        text
    });
    std::fs::write(folder.join("people.csv"), text).unwrap();
    std::fs::write(folder.join("link.toml"), CONFIG).unwrap();
}

/// Links as an order-free set: both ids in order, weight, decision, levels.
fn links(out: &Path) -> Vec<String> {
    let rows =
        bidui::testing::publication::table_reader::read_rows(&out.join("link.parquet"), |_| true).unwrap();
    let mut lines: Vec<String> = rows
        .iter()
        .map(|row| {
            let (a, b) = (row.get("left_record_id"), row.get("right_record_id"));
            let (a, b) = if a <= b { (a, b) } else { (b, a) };
            format!("{a} {b} {} {} {}", row.get("weight"), row.get("decision"), row.get("level_surname"))
        })
        .collect();
    lines.sort();
    lines
}

fn linked(rows: &[String]) -> Vec<String> {
    let folder = tempfile::tempdir().unwrap();
    write_people(folder.path(), rows);
    let out = folder.path().join("out");
    link_lists(&folder.path().join("link.toml"), None, &out).unwrap();
    links(&out)
}

#[test]
fn threads_do_not_change_links_or_weights() {
    let rows = people();
    let with = |threads| {
        rayon::ThreadPoolBuilder::new().num_threads(threads).build().unwrap().install(|| linked(&rows))
    };
    let one = with(1);
    assert!(one.len() >= 200, "{} links", one.len());
    assert_eq!(one, with(2));
}

#[test]
fn shuffled_rows_give_the_same_links_and_weights() {
    let rows = people();
    let mut shuffled = rows.clone();
    shuffled.sort_by_key(|row| row.bytes().fold(7u32, |h, b| h.wrapping_mul(31).wrapping_add(u32::from(b))));
    assert_ne!(rows, shuffled);
    assert_eq!(linked(&rows), linked(&shuffled));
}

#[test]
fn a_deduplication_that_finds_nothing_is_not_perfect() {
    let folder = tempfile::tempdir().unwrap();
    // Two copies of one person that share no key at all, so that no pair is even compared.
    write_people(
        folder.path(),
        &["x-a,anna,harper,1950-01-02,northgate".into(), "x-b,boris,quigley,1971-11-28,lakeview".into()],
    );
    let out = folder.path().join("out");
    link_lists(&folder.path().join("link.toml"), None, &out).unwrap();
    let truth = folder.path().join("truth.csv");
    std::fs::write(&truth, "record_id,entity\nx-a,1\nx-b,1\n").unwrap();
    let score = evaluate_links(&out, &truth).unwrap();
    assert_eq!((score.truth, score.accepted.right), (1, 0));
    assert!(score.accepted.f1(score.truth) < 0.5);
}

#[test]
fn table_names_are_unique_wherever_they_stand() {
    let folder = tempfile::tempdir().unwrap();
    write_people(folder.path(), &people());
    let table = |name: &str| format!("[[table]]\nname = \"{name}\"\nfile = \"people.csv\"\n");
    let config = format!(
        "title = \"t\"\n{}{}{}[columns]\nsurname.kind = \"western_name\"\n",
        table("a"),
        table("b"),
        table("a")
    );
    let path = folder.path().join("three.toml");
    std::fs::write(&path, config).unwrap();
    let error = link_lists(&path, None, &folder.path().join("out")).unwrap_err();
    assert!(error.message().contains("重复"), "{error}");
}

/// Needs `python3 scripts/fetch_febrl.py`.
#[test]
#[ignore = "the FEBRL tables are not part of the repository: scripts/fetch_febrl.py"]
fn febrl_by_the_default_recipe() {
    let root = PathBuf::from(env!("CARGO_MANIFEST_DIR"));
    let data = root.join("target/data/febrl");
    for (name, least) in [("febrl4", 0.9999), ("febrl3", 0.9993)] {
        let out = tempfile::tempdir().unwrap();
        let config = root.join(format!("pipelines/{name}/link.toml"));
        link_lists(&config, Some(&data), out.path()).unwrap();
        let score = evaluate_links(out.path(), &data.join(format!("{name}-truth.csv"))).unwrap();
        let f1 = score.accepted.f1(score.truth);
        let clusters = score.clusters.map(|c| (c.found, c.right, c.f1(score.truth)));
        assert!(
            f1 >= least && clusters.is_none_or(|c| c.2 >= least),
            "{name}: F1 {f1:.6} truth {} accepted {:?} clusters {clusters:?}",
            score.truth,
            score.accepted
        );
    }
}

#[test]
fn pinned_weights_give_the_links_of_the_training_and_train_nothing() {
    let folder = tempfile::tempdir().unwrap();
    write_people(folder.path(), &people());
    let config = folder.path().join("link.toml");
    let trained = folder.path().join("trained");
    link_lists(&config, None, &trained).unwrap();
    let model = bidui::testing::link::generic::train_on_lists(
        &config,
        None,
        &folder.path().join("weights.toml"),
        None,
    )
    .unwrap();
    assert_eq!(model.provenance.method, "em");
    assert_eq!(model.provenance.inputs.len(), 64);
    let again = folder.path().join("again.toml");
    bidui::testing::link::generic::train_on_lists(&config, None, &again, None).unwrap();
    let text = std::fs::read_to_string(&again).unwrap();
    assert_eq!(std::fs::read_to_string(folder.path().join("weights.toml")).unwrap(), text);
    std::fs::write(&config, CONFIG.replace("[[table]]", "weights = \"weights.toml\"\n[[table]]")).unwrap();
    let pinned = folder.path().join("pinned");
    link_lists(&config, None, &pinned).unwrap();
    assert_eq!(links(&trained), links(&pinned));
    // A number changed in the file changes the links: the file is what counts.
    let at = text.find("share = -").unwrap() + "share = -".len();
    let other = format!("{}1{}", &text[..at], &text[at..]);
    std::fs::write(folder.path().join("weights.toml"), other).unwrap();
    link_lists(&config, None, &pinned).unwrap();
    assert_ne!(links(&trained), links(&pinned));
    // A file for other columns is refused.
    let share = text.lines().find(|line| line.starts_with("share = ")).unwrap();
    for share in [share, "equal = "] {
        let line = text.lines().find(|line| line.starts_with(share)).unwrap();
        let key = line.split(' ').next().unwrap();
        let loud = text.replacen(line, &format!("{key} = -1000001"), 1);
        std::fs::write(folder.path().join("weights.toml"), loud).unwrap();
        let error = link_lists(&config, None, &pinned).unwrap_err();
        assert!(error.message().contains("-1000001"), "{error}");
    }
    std::fs::write(folder.path().join("weights.toml"), text.replace("surname", "family")).unwrap();
    let error = link_lists(&config, None, &pinned).unwrap_err();
    assert!(error.message().contains("surname") || error.message().contains("family"), "{error}");
}

/// Two tables: `a` with every fifth person twice, `b` with every second person, once.
fn two_tables(folder: &Path) {
    let rows = people();
    let only = |wanted: &dyn Fn(usize, bool) -> bool| -> String {
        let mut text = "id,given_name,surname,born,suburb\n".to_owned();
        for row in &rows {
            let (id, rest) = row.split_once(',').unwrap();
            let number: usize = id[1..id.len() - 2].parse().unwrap();
            if wanted(number, id.ends_with('b')) {
                writeln!(text, "{id},{rest}").unwrap();
            }
        }
        text
    };
    std::fs::write(folder.join("a.csv"), only(&|n, second| !second || n % 10 == 0)).unwrap();
    std::fs::write(folder.join("b.csv"), only(&|n, second| second && n % 10 != 0)).unwrap();
}

fn tables_linked(a: &str, b: &str, top: &str) -> Vec<(String, String)> {
    let folder = tempfile::tempdir().unwrap();
    two_tables(folder.path());
    let columns = &CONFIG[CONFIG.find("[columns]").unwrap()..];
    let table = |name: &str, more: &str| {
        format!("[[table]]\nname = \"{name}\"\nfile = \"{name}.csv\"\nrecord_id = \"id\"\n{more}\n")
    };
    let config = format!("title = \"t\"\n{top}\n{}{}{columns}", table("a", a), table("b", b));
    let path = folder.path().join("link.toml");
    std::fs::write(&path, config).unwrap();
    let out = folder.path().join("out");
    link_lists(&path, None, &out).unwrap();
    bidui::testing::publication::table_reader::read_rows(&out.join("link.parquet"), |row| {
        row.get("decision") == "accept"
    })
    .unwrap()
    .iter()
    .map(|row| (row.get("left_source").to_owned(), row.get("right_source").to_owned()))
    .collect()
}

#[test]
fn link_only_and_link_and_deduplicate_by_table() {
    let within = |links: &[(String, String)], table: &str| {
        links.iter().filter(|(a, b)| a == table && b == table).count()
    };
    let across = |links: &[(String, String)]| links.iter().filter(|(a, b)| a != b).count();
    // Two tables linked: nothing within a table.
    let links = tables_linked("", "", "");
    assert_eq!((within(&links, "a"), within(&links, "b")), (0, 0));
    assert!(across(&links) >= 150, "{}", across(&links));
    // Linked and deduplicated.
    let links = tables_linked("", "", "within = true");
    assert!(within(&links, "a") >= 30 && across(&links) >= 150, "{} {}", within(&links, "a"), across(&links));
    // By table: only where it is asked for.
    let links = tables_linked("within = true", "", "");
    assert!(within(&links, "a") >= 30);
    assert_eq!(within(&links, "b"), 0);
    // A table that holds an entity once has no duplicates, whatever the task says.
    let links = tables_linked("deduplicated = true", "", "within = true");
    assert_eq!(within(&links, "a"), 0);
}

#[test]
fn configured_passes_are_the_only_ones_and_oversized_blocks_are_reported() {
    let folder = tempfile::tempdir().unwrap();
    write_people(folder.path(), &people());
    let config = folder.path().join("link.toml");
    let passes = "[[pass]]\nkeys = [\"suburb\"]\nmax_block = 8\nsplit = \"given_name\"\n[[pass]]\nkeys = [\"born\", \"given_name:start\"]\n";
    std::fs::write(&config, format!("{CONFIG}\n{passes}")).unwrap();
    let plan = bidui::testing::link::generic::plan_passes(&config, None, None).unwrap();
    assert_eq!(plan.len(), 2);
    assert_eq!(plan[0].split_blocks, 5);
    assert!(plan[0].skipped_records > 0 && plan[1].pairs >= 200, "{plan:?}");
    let summary = link_lists(&config, None, &folder.path().join("out")).unwrap();
    assert_eq!(summary.skipped.len(), 1);
    assert!(summary.accepted >= 200, "{}", summary.accepted);
    std::fs::write(&config, format!("{CONFIG}\n[[pass]]\nkeys = [\"suburb:sound\"]\n")).unwrap();
    let error = link_lists(&config, None, &folder.path().join("out")).unwrap_err();
    assert!(error.message().contains("sound"), "{error}");
}

#[test]
fn a_reviewed_sample_estimates_precision() {
    use bidui::testing::evaluate::review_sample;
    let folder = tempfile::tempdir().unwrap();
    write_people(folder.path(), &people());
    let out = folder.path().join("out");
    link_lists(&folder.path().join("link.toml"), None, &out).unwrap();
    let chosen = review_sample::sample_links_for_review(&out, 600, 40, 1).unwrap();
    assert_eq!(chosen, review_sample::sample_links_for_review(&out, 600, 40, 1).unwrap());
    assert_ne!(chosen, review_sample::sample_links_for_review(&out, 600, 40, 2).unwrap());
    let mut csv = "stratum,stratum_size,same\n".to_owned();
    for s in &chosen {
        let same = s.left_record_id.split('-').next() == s.right_record_id.split('-').next();
        writeln!(csv, "{},{},{}", s.stratum, s.stratum_size, u8::from(same)).unwrap();
    }
    let file = folder.path().join("reviewed.csv");
    std::fs::write(&file, csv).unwrap();
    let estimate = review_sample::estimate(&review_sample::read_reviewed_links(&file).unwrap());
    assert!(estimate.precision > 0.9 && estimate.margin < 0.2, "{estimate:?}");
    let strata: std::collections::BTreeMap<String, u64> =
        chosen.iter().map(|s| (s.stratum.to_string(), s.stratum_size)).collect();
    assert_eq!(estimate.links, strata.values().sum::<u64>());
}
