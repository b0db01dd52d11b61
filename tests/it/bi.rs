//! `bi/` of a publication: ready views, workbook and CSV files, as BI tools and spreadsheets open them.

use std::fs;
use std::path::{Path, PathBuf};
use std::process::{Command, Output};

use bidui::testing::publication::table_reader;
use calamine::{Data, Reader as _, Xlsx, open_workbook};

use crate::end_to_end::{published, root};
use crate::inputs_folder::copy_folder;

fn folder(quarter: &str) -> PathBuf {
    published().join("out").join(format!("{quarter}/latest"))
}

/// Holds the views that stand in the repository against those that the publication's columns make.
fn check(publication: &Path) -> Output {
    let python = root().join(".venv/bin/python");
    assert!(
        python.is_file(),
        "run the tests through scripts/test.sh: it installs the second reader into .venv"
    );
    let mut command = Command::new(python);
    command.arg(root().join("scripts/bi_database.py")).arg(publication).arg("--check");
    command.output().unwrap()
}

#[test]
fn views_and_questions_read_the_publication_they_lie_in() {
    let output = check(&folder("2018Q4"));
    let said = String::from_utf8_lossy(&output.stdout);
    let how = "scripts/bi_database.py PUBLICATION writes bi/ anew";
    assert!(output.status.success(), "{said}{} {how}", String::from_utf8_lossy(&output.stderr));
    let rows = |view: &str| -> usize {
        let line = said.lines().find_map(|line| line.strip_prefix(&format!("{view}: "))).unwrap();
        line.strip_suffix(" rows").unwrap().parse().unwrap()
    };
    let table = |quarter: &str| {
        table_reader::read_rows(&folder(quarter).join("tables/fact_exception.parquet"), |_| true)
            .unwrap()
            .len()
    };
    assert_eq!(rows("main.fact_exception"), table("2018Q4"));
    assert_eq!(rows("history.exception_wide"), table("2018Q3") + table("2018Q4"));
    let questions: Vec<&str> = said.lines().filter(|line| line.starts_with("question.")).collect();
    assert_eq!(questions.len(), 10, "{said}");
    assert!(questions.iter().all(|line| !line.ends_with(": 0 rows")), "{questions:?}");
}

#[test]
fn views_that_are_out_of_date_are_noticed() {
    let out = tempfile::tempdir().unwrap();
    let publication = out.path().join("2018Q4/latest");
    fs::create_dir_all(&publication).unwrap();
    let from = folder("2018Q4");
    for part in ["tables", "bi"] {
        copy_folder(&from.join(part), &publication.join(part));
    }
    fs::copy(from.join("manifest.json"), publication.join("manifest.json")).unwrap();
    let dictionary = fs::read_to_string(from.join("data_dictionary.csv")).unwrap();
    let changed = dictionary.replace("疑点假名", "疑点编号");
    assert_ne!(changed, dictionary);
    fs::write(publication.join("data_dictionary.csv"), changed).unwrap();
    let output = check(&publication);
    let said = String::from_utf8_lossy(&output.stderr);
    assert_eq!(output.status.code(), Some(1), "{said}");
    for file in ["bi/tables.sql", "bi/tables.duckdb"] {
        assert!(said.contains(&format!("{file} is out of date")), "{said}");
    }
}

#[test]
fn history_reads_what_an_earlier_version_published() {
    let out = tempfile::tempdir().unwrap();
    let before = root().join("fixtures/compat/1/quarter=2018Q3");
    let (earlier, publication) = (out.path().join("2018Q3/latest"), out.path().join("2018Q4/latest"));
    for (from, to, parts) in
        [(&before, &earlier, &["tables"][..]), (&folder("2018Q4"), &publication, &["tables", "bi"])]
    {
        fs::create_dir_all(to).unwrap();
        for part in parts {
            copy_folder(&from.join(part), &to.join(part));
        }
        for file in ["manifest.json", "data_dictionary.csv"] {
            fs::copy(from.join(file), to.join(file)).unwrap();
        }
    }
    let output = check(&publication);
    let said = String::from_utf8_lossy(&output.stdout);
    assert!(output.status.success(), "{said}{}", String::from_utf8_lossy(&output.stderr));
    let rows = |publication: &Path| {
        let table = publication.join("tables/fact_exception.parquet");
        table_reader::read_rows(&table, |_| true).unwrap().len()
    };
    let both = rows(&earlier) + rows(&publication);
    assert!(said.contains(&format!("history.exception_wide: {both} rows\n")), "{said}");
}

#[test]
fn the_power_query_script_names_every_table() {
    let script = fs::read_to_string(folder("2018Q4").join("bi/tables.pq")).unwrap();
    let tables = fs::read_dir(folder("2018Q4").join("tables")).unwrap();
    for table in tables.map(|entry| entry.unwrap().path()) {
        let name = table.file_stem().unwrap().to_str().unwrap();
        assert!(script.contains(&format!("{name} = 读Parquet(\"{name}\")")), "{name}");
    }
    for csv in ["疑点汇总", "指标"] {
        let text = fs::read_to_string(folder("2018Q4").join(format!("bi/{csv}.csv"))).unwrap();
        let header = text.lines().next().unwrap();
        let (_, rest) = script.split_once(&format!("读CSV(\"{csv}\", {{")).unwrap();
        let (numbers, _) = rest.split_once('}').unwrap();
        for title in numbers.split('"').skip(1).step_by(2) {
            assert!(header.contains(title), "{csv}.csv has no {title}: {header}");
        }
    }
}

#[test]
fn the_workbook_has_the_rows_of_the_csv_files() {
    let mut book: Xlsx<_> = open_workbook(folder("2018Q4").join("bi/汇总.xlsx")).unwrap();
    assert_eq!(book.sheet_names(), ["疑点汇总", "指标"]);
    for name in ["疑点汇总", "指标"] {
        let sheet = book.worksheet_range(name).unwrap();
        let text = fs::read_to_string(folder("2018Q4").join(format!("bi/{name}.csv"))).unwrap();
        let lines: Vec<&str> = text.trim_start_matches('\u{feff}').lines().collect();
        assert!(lines.len() > 100, "{name}: {} lines", lines.len());
        assert_eq!(sheet.height(), lines.len(), "{name}");
        for (row, line) in sheet.rows().zip(&lines).filter(|(_, line)| !line.contains('"')) {
            let cells: Vec<String> = row
                .iter()
                .map(|cell| match cell {
                    Data::Empty => String::new(),
                    Data::Float(number) => format!("{number}"),
                    other => other.to_string(),
                })
                .collect();
            let wanted: Vec<String> =
                line.split(',').map(|cell| cell.strip_suffix(".00").unwrap_or(cell).to_owned()).collect();
            assert_eq!(cells, wanted, "{name}");
        }
    }
}
