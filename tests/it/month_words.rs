//! Where lists come month by month nobody reads of quarters, be it published or said.

use std::path::Path;

use crate::end_to_end::{bidui, root, text};
use crate::inputs_folder::copy_folder;
use crate::leaks::tell_texts;
use crate::months::{publication, published};

/// Words with 季 that may be read, and why.
const ALLOWED: [(&str, &str); 5] = [
    (
        "第几季度",
        "the quarter of the year that a month lies in: a column of dim_quarter that dashboards group by",
    ),
    ("月份写它所在的季度", "the note on that column"),
    ("季度如2018Q3，月份如2025M03", "the note on how periods of either kind are written"),
    ("由系统按季回填", "why 龙安 switches a rule off, in its own words"),
    ("季度(2018Q3)或月份(2025M03)", "the note on parameters in the file of a new pipeline"),
];

/// What a text says about quarters: each place with some characters around it.
fn quarters_told(said: &str) -> Vec<String> {
    // Lines of summaries break anywhere.
    let whole: String = said.split_whitespace().collect();
    let left = ALLOWED.iter().fold(whole, |left, (words, _)| left.replace(words, ""));
    let told: Vec<char> = left.chars().collect();
    let places = (0..told.len()).filter(|&at| told[at] == '季');
    places.map(|at| told[at.saturating_sub(12)..told.len().min(at + 12)].iter().collect()).collect()
}

/// What commands say, and every place of it that speaks of a quarter.
#[derive(Default)]
struct Heard {
    texts: usize,
    faults: Vec<String>,
}

impl Heard {
    fn hear(&mut self, name: &str, said: &str) {
        // The views' comments stand in tables.sql beside it, in one piece.
        if name.ends_with(".duckdb") {
            return;
        }
        self.texts += 1;
        self.faults.extend(quarters_told(said).into_iter().map(|told| format!("{name}: {told}")));
    }
    /// Says a command line; what it says on both channels is heard.
    fn say(&mut self, line: &[&str], code: i32) -> String {
        let output = bidui(line);
        let said = [output.stdout, output.stderr].map(|one| String::from_utf8(one).unwrap()).concat();
        assert_eq!(output.status.code(), Some(code), "bidui {}\n{said}", line.join(" "));
        self.hear(&format!("bidui {}", line.join(" ")), &said);
        said
    }
    fn assert_silent(self, least: usize) {
        assert!(self.texts > least, "{} texts", self.texts);
        assert!(
            self.faults.is_empty(),
            "{} places\n{}",
            self.faults.len(),
            self.faults[..self.faults.len().min(40)].join("\n")
        );
    }
}

/// A list with every third row after its header left out.
fn change_list(list: &Path) {
    let bytes = std::fs::read(list).unwrap();
    let lines: Vec<&[u8]> = bytes.split_inclusive(|&byte| byte == b'\n').collect();
    let kept: Vec<&[u8]> =
        lines.iter().enumerate().filter(|(at, _)| *at == 0 || at % 3 != 1).map(|(_, line)| *line).collect();
    std::fs::write(list, kept.concat()).unwrap();
}

#[test]
fn nothing_published_of_a_month_speaks_of_a_quarter() {
    let mut heard = Heard::default();
    tell_texts(&published().join("out"), true, &mut |name, said| heard.hear(&name, &said));
    heard.hear("summary", &std::fs::read_to_string(published().join("summary.txt")).unwrap());
    heard.assert_silent(2000);
}

/// A month that is run again after its lists were mended tells what differs from what it handed out first.
#[test]
fn a_month_that_is_run_again_speaks_of_the_month() {
    let folder = tempfile::tempdir().unwrap();
    let (out, data) = (folder.path().join("out"), folder.path().join("2025M03"));
    copy_folder(&published().join("out"), &out);
    copy_folder(&root().join("fixtures/longan-2025/2025M03"), &data);
    for list in ["低收入人口_石桥县.csv", "医疗费用负担.csv"] {
        change_list(&data.join(list));
    }
    let key = published().join("test.key");
    let run =
        ["run", "pipelines/longan-2025", "--period", "2025M03", "--data", text(&data), "--out", text(&out)];
    let mut heard = Heard::default();
    let said = heard.say(&[&run[..], &["--key-file", text(&key)]].concat(), 0);
    assert!(said.contains("本期") && said.contains("上期"), "{said}");
    let mut again = false;
    tell_texts(&out.join("2025M03"), true, &mut |name, said| {
        again |= said.contains("本月第1次运行");
        heard.hear(&name, &said);
    });
    assert!(again, "what was handed out first is not spoken of");
    heard.assert_silent(500);
}

#[test]
fn commands_about_a_month_speak_of_no_quarter() {
    let folder = tempfile::tempdir().unwrap();
    let (new, out) = (folder.path(), published().join("out"));
    let (out, pipeline) = (text(&out), "pipelines/longan-2025");
    let (first, second) = (publication("2025M02"), publication("2025M03"));
    let data = "fixtures/longan-2025/2025M03";
    let exceptions = bidui::read_rows(&second.join("restricted/exception.parquet"), |_| true).unwrap();
    let number = exceptions[0].get("exception_key");
    let mut heard = Heard::default();
    let bulletin = new.join("bulletin.docx");
    heard.say(&["triage", "bulletin", "--out", out, "--to", text(&bulletin), "--on", "2025-05-10"], 0);
    let book = crate::end_to_end::book_parts(&bulletin).concat();
    assert!(book.contains("关于龙安市防止返贫和低收入人口动态监测比对2025年3月疑点核查情况的通报"), "{book}");
    assert!(book.contains("全市本月应核查疑点") && book.contains("其中上月以前就有的"), "{book}");
    heard.hear("bulletin", &book);
    for line in [
        &["check", pipeline, "--data", data][..],
        &["check", pipeline, "--situations"],
        &["rules", pipeline],
        &["rules", pipeline, "--document"],
        &["rules", pipeline, "--situations"],
        &["rules", pipeline, "--sql", "M42"],
        &["graph", pipeline],
        &["explain", number, "--out", out],
        &["try", "M42", pipeline, "--publication", out],
        &["diff", text(&first), text(&second)],
        &["verify", text(&second)],
        &["profile", "fixtures/longan-2025/2025M03/风险线索.xlsx"],
    ] {
        heard.say(line, 0);
    }
    let init = new.join("place");
    heard.say(
        &[
            "init",
            text(&init),
            "--from",
            "longan-2025",
            "--code",
            "629721",
            "--name",
            "沙原县",
            "--prefecture",
            "沙原市",
        ],
        0,
    );
    tell_texts(&init, true, &mut |name, said| heard.hear(&name, &said));
    // What is refused.
    let nowhere = new.join("nowhere");
    for line in [
        &["run", pipeline, "--period", "2025M13", "--data", data, "--out", text(&nowhere)][..],
        &["run", pipeline, "--period", "2025M02", "--data", data, "--out", text(&nowhere)],
        &["run", pipeline, "--period", "2025M03", "--data", text(&nowhere), "--out", text(&nowhere)],
        &["triage", "bulletin", "--out", out, "--period", "2025M01", "--to", text(&bulletin)],
        &["triage", "log", "--out", out],
        &["publicize", text(&second), "--to", text(&new.join("public"))],
        &["try", "M99", pipeline, "--publication", out],
    ] {
        heard.say(line, 2);
    }
    for command in ["run", "check", "explain", "rules", "try", "diff", "publicize", "tidy", "synth", "init"] {
        heard.say(&[command, "--help"], 0);
    }
    for document in ["docs/rules-2025.md", "docs/situations-2025.md"] {
        heard.hear(document, &std::fs::read_to_string(root().join(document)).unwrap());
    }
    heard.assert_silent(30);
}
