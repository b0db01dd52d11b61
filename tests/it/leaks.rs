//! No number of a person leaves `restricted/`, however somebody wrote it and wherever it stands: cells of every column,
//! headers, names of files and sheets, household numbers. Whatever a command says and whatever all may read is folded
//! (digits of all scripts, letters taken for digits, nothing between them) and searched for the numbers that were delivered.
//!
//! That the search finds what is not masked was seen by switching masks off one after the other: see
//! `docs/masking.md`.

use std::collections::{BTreeMap, BTreeSet, HashSet};
use std::fs;
use std::path::Path;

use bidui::read_rows;
use bidui::testing::privacy::digit_of;
use unicode_normalization::UnicodeNormalization as _;

use crate::end_to_end::{bidui, book_parts, key, ok, text};
use crate::page::ServedPage;

/// The digits of a text, whatever stands between them; with `alike` letters that are taken for digits, too.
fn folded(text: &str, alike: bool) -> Vec<u8> {
    text.nfkc().filter_map(|c| digit_of(c, alike)).collect()
}

/// The digits of a text, without those that words part.
fn folded_words(text: &str, alike: bool) -> Vec<Vec<u8>> {
    let mut words = vec![Vec::new()];
    let mut between = 0;
    for c in text.nfkc() {
        match (digit_of(c, alike), words.last_mut()) {
            (Some(digit), Some(word)) if between <= 3 => word.push(digit),
            (Some(digit), _) => words.push(vec![digit]),
            (None, _) => {
                between += if c.is_alphanumeric() || c.is_control() { 4 } else { 1 };
                continue;
            }
        }
        between = 0;
    }
    words
}

/// What was delivered of persons: digits as numbers, to be found at once among those of a whole prefecture.
#[derive(Default)]
struct Delivered {
    /// The first seventeen digits of each ID number.
    numbers: HashSet<u64>,
    /// By their lengths phones, accounts, and what identifies somebody of an ID number: county and birth date, birth date and
    /// serial number.
    parts: BTreeMap<usize, HashSet<u64>>,
}

/// The number that so many digits, 19 at most, make at each place.
fn windows(digits: &[u8], length: usize) -> impl Iterator<Item = u64> {
    let most = 10_u64.pow(length as u32 - 1);
    let push = move |value: &mut u64, &digit: &u8| {
        *value = *value % most * 10 + u64::from(digit);
        Some(*value)
    };
    digits.iter().scan(0, push).skip(length - 1)
}

impl Delivered {
    fn add(&mut self, cell: &str) {
        let digits = cell.len() >= 11 && cell.bytes().all(|b| b.is_ascii_digit());
        // Of what a spreadsheet made all zeros nothing is left but the county.
        if is_number(cell) && !cell[6..].bytes().all(|digit| digit == b'0') {
            let number = folded(&cell[..17], false);
            self.add_part(&number[..14]);
            self.add_part(&number[6..]);
            self.numbers.extend(windows(&number, 17));
        } else if digits && (cell.len() >= 16 || cell.len() == 11 && cell.starts_with('1')) {
            self.add_part(&folded(cell, false));
        }
    }
    fn add_part(&mut self, part: &[u8]) {
        let part = &part[..part.len().min(19)];
        self.parts.entry(part.len()).or_default().extend(windows(part, part.len()));
    }
    fn counts(&self, length: usize) -> usize {
        self.parts.get(&length).map_or(0, HashSet::len)
    }
    /// What of it is found in a text.
    fn leaks(&self, text: &str) -> usize {
        let in_parts = |word: &[u8]| -> usize {
            let of = |(&length, parts): (&usize, &HashSet<u64>)| {
                windows(word, length).filter(|window| parts.contains(window)).count()
            };
            self.parts.iter().map(of).sum()
        };
        let with = |alike| {
            // Numbers of one cell do not go on in the next.
            let cells = text.split(|c: char| c.is_control() && !matches!(c, '\n' | '\r' | '\t'));
            let in_cell = |cell: &str| -> usize {
                windows(&folded(cell, alike), 17).filter(|one| self.numbers.contains(one)).count()
            };
            let whole: usize = cells.map(in_cell).sum();
            whole + folded_words(text, alike).iter().map(|word| in_parts(word)).sum::<usize>()
        };
        with(false) + with(true)
    }
}

/// A digit as who types letters for digits types it.
fn typed(digit: char) -> char {
    match digit {
        '0' => 'O',
        '1' => 'l',
        '2' => 'Z',
        '5' => 'S',
        '6' => 'b',
        '8' => 'B',
        '9' => 'q',
        other => other,
    }
}

/// The ways in which clerks write an ID number.
fn written_forms(number: &str) -> Vec<String> {
    let parts = |between: &str| [&number[..6], &number[6..14], &number[14..]].join(between);
    let spelled = |digits: &str| -> String {
        let digits: Vec<char> = digits.chars().collect();
        number.chars().map(|c| c.to_digit(10).map_or(c, |d| digits[d as usize])).collect()
    };
    let thousands: Vec<&str> = (0..6).map(|at| &number[at * 3..at * 3 + 3]).collect();
    let singles: Vec<String> = number.chars().map(String::from).collect();
    vec![
        number.to_owned(),
        parts(" "),
        parts("-"),
        parts("\u{A0}"),
        parts("\u{200B}"),
        parts("."),
        parts("'"),
        thousands.join(","),
        format!("{} {}", &number[..9], &number[9..]),
        format!("{}与{}", &number[..9], &number[9..]),
        number.replacen('0', "O", 2),
        number.chars().map(typed).collect(),
        parts("，").chars().map(typed).collect(),
        format!("{}，{}，{}", &number[..6], &number[6..14], &number[14..17]),
        parts("    "),
        spelled("٠١٢٣٤٥٦٧٨٩"),
        spelled("⓪①②③④⑤⑥⑦⑧⑨"),
        spelled("𝟎𝟏𝟐𝟑𝟒𝟓𝟔𝟕𝟖𝟗"),
        spelled("０１２３４５６７８９"),
        spelled("〇一二三四五六七八九"),
        parts("—"),
        parts("/"),
        parts("\u{3000}"),
        parts("\n"),
        singles.join(" "),
        format!("身份证{number}（曾用）"),
    ]
}

/// Everything that lists deliver.
fn numbers_in(folder: &Path) -> Delivered {
    let mut delivered = Delivered::default();
    for entry in fs::read_dir(folder).unwrap() {
        let text = fs::read_to_string(entry.unwrap().path()).unwrap();
        text.split([',', '\n']).for_each(|cell| delivered.add(cell));
    }
    delivered
}

/// Mistypes the birth date of every sixtieth number, in all lists alike: no check and no date tells that it is one.
fn mistype(folder: &Path) -> usize {
    let mut mistyped = 0;
    for entry in fs::read_dir(folder).unwrap() {
        let path = entry.unwrap().path();
        let mut out = fs::read_to_string(&path).unwrap();
        let numbers: BTreeSet<String> = { out.split([',', '\n']).filter(|cell| is_number(cell)) }
            .filter(|cell| cell[..17].parse::<u64>().unwrap().is_multiple_of(60))
            .map(str::to_owned)
            .collect();
        for number in &numbers {
            out = out.replace(number, &format!("{}82{}", &number[..12], &number[14..]));
        }
        mistyped += numbers.len();
        fs::write(path, out).unwrap();
    }
    mistyped
}

fn is_number(cell: &str) -> bool {
    cell.len() == 18 && cell.is_ascii() && cell[..17].bytes().all(|b| b.is_ascii_digit())
}

fn quoted(cell: &str) -> String {
    match cell.contains([',', '\n', '"']) {
        true => format!("\"{}\"", cell.replace('"', "\"\"")),
        false => cell.to_owned(),
    }
}

/// Writes a list again with a number of its row in one form after the other, in one column after the other, in every
/// `every`th row, and with household numbers that are ID numbers.
fn perturb(from: &Path, to: &Path, every: usize, mut turn: usize) -> usize {
    let text = fs::read_to_string(from).unwrap();
    let mut out = String::new();
    let mut household = None;
    for (at, line) in text.lines().enumerate() {
        let mut cells: Vec<String> = line.split(',').map(str::to_owned).collect();
        if at == 0 {
            household = cells.iter().position(|c| matches!(c.as_str(), "家庭编号" | "户编号" | "家庭编码"));
        } else if let Some(number) = cells.iter().find(|cell| is_number(cell)).cloned() {
            if let Some(household) = household {
                cells[household] = number.clone();
            }
            if at % every == 0 {
                let mut forms = written_forms(&number);
                let phone = cells.iter().find(|cell| cell.len() == 11 && cell.starts_with('1'));
                forms.extend(phone.map(|p| format!("{} {} {}", &p[..3], &p[3..7], &p[7..])));
                let column = turn % cells.len();
                cells[column] = forms[turn / 2 % forms.len()].clone();
                turn += 1;
            }
        }
        out += &cells.iter().map(|cell| quoted(cell)).collect::<Vec<_>>().join(",");
        out.push('\n');
    }
    fs::write(to, out).unwrap();
    turn
}

/// Invented lists, as text.
pub(crate) fn delivered(out: &Path) -> std::path::PathBuf {
    ok(&["synth", "pipelines/hebi", "--persons", "300", "--layout", "csv", "--out", text(out)]);
    out.join("2018Q3")
}

/// Every file below a folder, of those in `restricted/` if they are asked for: what it says, piece by piece.
pub(crate) fn tell_texts(folder: &Path, restricted: bool, tell: &mut dyn FnMut(String, String)) {
    for entry in fs::read_dir(folder).unwrap() {
        let path = entry.unwrap().path();
        let name = path.display().to_string();
        tell(format!("name of {name}"), path.file_name().unwrap().to_string_lossy().into_owned());
        if path.is_dir() {
            if restricted || !path.ends_with("restricted") {
                tell_texts(&path, restricted, tell);
            }
            continue;
        }
        match path.extension().and_then(|e| e.to_str()) {
            Some("xlsx") => {
                let parts = book_parts(&path).into_iter().enumerate();
                parts.for_each(|(at, part)| tell(format!("{name} part {at}"), part));
            }
            Some("parquet") => {
                for row in read_rows(&path, |_| true).unwrap() {
                    let mut text = String::new();
                    for (column, value) in row.iter() {
                        text += value.unwrap_or("");
                        // Between cells: numbers of one do not go on in the next.
                        text += if column.is_empty() { "" } else { "\u{1}" };
                    }
                    tell(name.clone(), text);
                }
                // Statistics and dictionaries are in the bytes as they are.
                let bytes = fs::read(&path).unwrap();
                tell(format!("bytes of {name}"), bytes.iter().map(|&b| b as char).collect());
            }
            _ => tell(name, String::from_utf8_lossy(&fs::read(&path).unwrap()).into_owned()),
        }
    }
}

fn visible_texts(folder: &Path, found: &mut Vec<(String, String)>) {
    tell_texts(folder, false, &mut |name, text| found.push((name, text)));
}

fn assert_silent(texts: &[(String, String)], delivered: &Delivered) {
    let told: Vec<&str> =
        texts.iter().filter(|(_, text)| delivered.leaks(text) > 0).map(|(name, _)| name.as_str()).collect();
    assert!(
        told.is_empty(),
        "numbers of persons in {} places: {:?}",
        told.len(),
        &told[..told.len().min(20)]
    );
}

/// What a command says on both channels; nothing of it is an order to a terminal.
fn said(arguments: &[&str], texts: &mut Vec<(String, String)>) -> i32 {
    let done = bidui(arguments);
    for (channel, said) in [("stdout", done.stdout), ("stderr", done.stderr)] {
        let said = String::from_utf8(said).unwrap();
        assert!(!said.contains(['\u{1b}', '\u{7}', '\u{9b}', '\u{202E}']), "{arguments:?}: {said:?}");
        texts.push((format!("{} {channel}", arguments.join(" ")), said));
    }
    done.status.code().unwrap()
}

/// The pipeline with a rule that a text of a list decides, as others may write one: it stands beside the finding.
fn pipeline_that_shows_texts(folder: &Path) -> std::path::PathBuf {
    let to = folder.join("pipelines");
    let copied = std::process::Command::new("cp")
        .args(["-a", "pipelines"])
        .arg(&to)
        .current_dir(crate::end_to_end::root())
        .status();
    assert!(copied.unwrap().success());
    let rule = r#"/*
code = "X99"
title = "民族写着别的"
why = "试验"
policy = { clause = "二(一)2", quote = "每季度比对一次农村低保对象和建档立卡贫困人口数据" }
owner = "民政局"
severity = "S3"
subject = "person"
sources = ["registry_person"]
due_days = 30
advice = ["核对"]
message = "民族写着别的。"
*/
SELECT person_id AS subject_id, record_id AS evidence FROM registry_person WHERE ethnicity <> '无'
"#;
    fs::write(to.join("hebi/rules/governance/X99_texts.sql"), rule).unwrap();
    to.join("hebi")
}

#[test]
fn the_search_finds_every_written_form() {
    let number = "410602199803124217";
    let mut delivered = Delivered::default();
    ["410602199803124217", "13812345678", "6228606863501635879"].iter().for_each(|cell| delivered.add(cell));
    for form in written_forms(number) {
        assert!(delivered.leaks(&format!("第3行：{form}；")) >= 1, "{form}");
    }
    for text in
        ["138-1234-5678", "l3Bl234Sb78", "6228 6068 6350 1635 879", "410602 19980312", "1998-03-12 421"]
    {
        assert!(delivered.leaks(text) >= 1, "{text}");
    }
    for text in ["410602********4217，1998年3月12日，421", "138****5678", "6228***********5879"] {
        assert_eq!(delivered.leaks(text), 0, "{text}");
    }
}

#[test]
fn nothing_visible_of_a_published_run_holds_a_number() {
    let folder = tempfile::tempdir().unwrap();
    let source = delivered(&folder.path().join("synth"));
    assert!(mistype(&source) > 5);
    let numbers = numbers_in(&source);
    assert!(numbers.numbers.len() > 500 && numbers.counts(19) > 30, "{}", numbers.counts(19));
    let (data, out) = (folder.path().join("data"), folder.path().join("out"));
    fs::create_dir(&data).unwrap();
    let mut turn = 0;
    for entry in fs::read_dir(&source).unwrap() {
        let name = entry.unwrap().file_name().into_string().unwrap();
        turn = perturb(&source.join(&name), &data.join(&name), 15, turn);
    }
    assert!(turn > 50, "{turn}");
    // Codes that need not be known are shown beside findings as they stand.
    let registry = data.join("registry_person.csv");
    let text_of = fs::read_to_string(&registry).unwrap();
    let at = text_of.lines().next().unwrap().split(',').position(|title| title == "民族").unwrap();
    let lines = text_of.lines().enumerate().map(|(row, line)| {
        let mut cells: Vec<String> = line.split(',').map(str::to_owned).collect();
        match cells.iter().find(|cell| is_number(cell)).cloned() {
            Some(number) if row % 20 == 0 && !line.contains('"') => cells[at] = format!("汉族{number}"),
            _ => {}
        }
        cells.join(",")
    });
    fs::write(&registry, lines.collect::<Vec<_>>().join("\n")).unwrap();
    // Names of lists and of letters, too.
    let dibao = fs::read_to_string(source.join("dibao.csv")).unwrap();
    let number = dibao.split([',', '\n']).find(|cell| is_number(cell)).unwrap();
    for list in ["housing", "student_aid", "dibao"] {
        fs::rename(data.join(format!("{list}.csv")), data.join(format!("{list}_{number}.csv"))).unwrap();
    }
    fs::write(data.join(format!("函{number}.pdf")), b"%PDF-1.4").unwrap();
    fs::write(data.join(format!("台账{number}.csv")), "a,b,c\n1,2,3\n").unwrap();
    let key = key(folder.path());
    let mut texts = Vec::new();
    let pipeline = pipeline_that_shows_texts(folder.path());
    let run = ["run", text(&pipeline), "--quarter", "2018Q3", "--data", text(&data), "--out", text(&out)];
    let options = ["--key-file", text(&key), "--allow-partial", "--allow-unclaimed"];
    assert_eq!(said(&[&run[..], &options].concat(), &mut texts), 0, "{}", texts[1].1);
    let published = out.join("2018Q3/latest");
    visible_texts(&published.canonicalize().unwrap(), &mut texts);
    let lists: String =
        texts.iter().filter(|(name, _)| name.ends_with(".csv")).map(|(_, text)| &**text).collect();
    assert!(
        lists.contains("X99") && lists.contains("，民族 "),
        "no text of a list stands beside its finding"
    );
    // A corrected list: supplements tell what is void of the sheets that are out, and letters what was mended.
    let corrected = fs::read_to_string(&registry).unwrap();
    let fewer: Vec<&str> =
        corrected.lines().enumerate().filter(|(at, _)| at % 9 != 5).map(|(_, line)| line).collect();
    fs::write(&registry, fewer.join("\n")).unwrap();
    assert_eq!(said(&[&run[..], &options].concat(), &mut texts), 0);
    visible_texts(&published.canonicalize().unwrap(), &mut texts);
    let void = |(name, text): &(String, String)| name.contains("/补报/") && text.contains("作废：");
    assert!(texts.iter().any(void), "no row of a sheet that is out is void");
    assert!(texts.iter().any(|(name, text)| name.ends_with(".html") && text.contains("答复文件")), "no page");
    said(&["check", text(&pipeline), "--data", text(&data)], &mut texts);
    for list in [format!("dibao_{number}.csv"), "student.csv".to_owned()] {
        let list = data.join(list);
        said(&["profile", text(&list)], &mut texts);
        said(&["profile", text(&list), "--draft"], &mut texts);
        said(&["profile", text(&list), "--format", "json"], &mut texts);
    }
    // Public lists, or why there are none, and the bulletin.
    let (public, bulletin) = (folder.path().join("public"), folder.path().join("bulletin.docx"));
    said(&["publicize", text(&out), "--pipeline", text(&pipeline), "--to", text(&public)], &mut texts);
    if public.exists() {
        visible_texts(&public, &mut texts);
    }
    let told =
        ["triage", "bulletin", "--out", text(&out), "--pipeline", text(&pipeline), "--on", "2018-12-01"];
    assert_eq!(said(&[&told[..], &["--to", text(&bulletin)]].concat(), &mut texts), 0);
    let parts = book_parts(&bulletin).into_iter().enumerate();
    texts.extend(parts.map(|(at, part)| (format!("bulletin part {at}"), part)));
    // Rows of the exceptions are there to be explained; neither number nor birth date is.
    let exceptions = read_rows(&published.join("restricted/exception.parquet"), |_| true).unwrap();
    let records = read_rows(&published.join("restricted/record.parquet"), |_| true).unwrap();
    let births: BTreeSet<&str> =
        records.iter().map(|row| row.get("birth_date")).filter(|b| b.len() == 8).collect();
    for row in exceptions.iter().take(3) {
        for format in ["text", "json"] {
            let page = folder.path().join("explained.html");
            let asked = ["explain", row.get("exception_id"), "--publication", text(&published)];
            let told = ["--format", format, "--html", text(&page)];
            assert_eq!(said(&[&asked[..], &told].concat(), &mut texts), 0);
            texts.push(("page".to_owned(), fs::read_to_string(&page).unwrap()));
            let mode = std::os::unix::fs::PermissionsExt::mode(&fs::metadata(&page).unwrap().permissions());
            assert_eq!(mode & 0o777, 0o600);
            for (name, text) in &texts[texts.len() - 3..] {
                let words: BTreeSet<&str> = text.split(|c: char| !c.is_ascii_digit()).collect();
                assert!(births.is_disjoint(&words), "{name}: a birth date beside its number");
            }
        }
    }
    assert_silent(&texts, &numbers);
    // The numbers are there, where only their owner reads them.
    let kept: usize = records.iter().map(|row| numbers.leaks(row.get("id_number"))).sum();
    assert!(kept > 500, "{kept}");
}

#[test]
fn no_page_shows_a_number_to_any_seat() {
    let folder = tempfile::tempdir().unwrap();
    let source = delivered(&folder.path().join("synth"));
    assert!(mistype(&source) > 5);
    let numbers = numbers_in(&source);
    let (data, out) = (folder.path().join("data"), folder.path().join("out"));
    fs::create_dir(&data).unwrap();
    let mut turn = 0;
    for entry in fs::read_dir(&source).unwrap() {
        let name = entry.unwrap().file_name().into_string().unwrap();
        turn = perturb(&source.join(&name), &data.join(&name), 15, turn);
    }
    let key = key(folder.path());
    let pipeline = pipeline_that_shows_texts(folder.path());
    let run = ["run", text(&pipeline), "--quarter", "2018Q3", "--data", text(&data), "--out", text(&out)];
    ok(&[&run[..], &["--key-file", text(&key), "--allow-partial", "--allow-unclaimed", "--quiet"]].concat());
    let rows = read_rows(&out.join("2018Q3/latest/restricted/exception.parquet"), |_| true).unwrap();
    let rows: Vec<_> = rows.iter().filter(|row| row.get("status") == "new").collect();
    let township = rows.iter().map(|row| row.get("township_code")).find(|code| !code.is_empty()).unwrap();
    let seats = ["city::市里的人", &format!("county:{}:县里的人", &township[..6])];
    let seats = [seats[0], seats[1], &format!("township:{township}:乡里的人"), "reader::看的人"];
    let page = ServedPage::start_of(&pipeline, &out, &key, &seats);
    // Officers write numbers where they should not.
    let own = rows.iter().filter(|row| row.get("township_code") == township).take(6);
    let keys: Vec<&str> = own.map(|row| row.get("listed_id")).collect();
    let dibao = fs::read_to_string(source.join("dibao.csv")).unwrap();
    let number = dibao.split([',', '\n']).find(|cell| is_number(cell)).unwrap();
    for (key, form) in keys.iter().zip(written_forms(number).iter().step_by(4)) {
        let note = format!("本人{form}");
        let fields = [
            ("key", *key),
            ("verdict", "不属实"),
            ("reason", "其他"),
            ("note", &note),
            ("paper", &note),
            ("next", "/"),
        ];
        page.follow("乡里的人", &page.post("乡里的人", "/answer", &fields));
    }
    let seen = crate::page::seen(&page.get("县里的人", "/?level=due").body);
    let mut back = vec![("key", keys[0]), ("return_reason", number), ("next", "/")];
    back.extend(seen.iter().map(|one| ("seen", &**one)));
    page.follow("县里的人", &page.post("县里的人", "/return", &back));
    for who in ["市里的人", "县里的人"] {
        let reply = page.post(who, "/draw", &[("number", "4"), ("seed", "7"), ("per", "all")]);
        page.follow(who, &reply);
    }
    let mut texts = Vec::new();
    for who in ["市里的人", "县里的人", "乡里的人", "看的人"] {
        let mut kinds: BTreeMap<&str, usize> = BTreeMap::new();
        let mut take = |kind: &'static str, path: &str| {
            let reply = page.get(who, path);
            *kinds.entry(kind).or_default() += usize::from(reply.status == 200);
            texts.push((format!("{who} {path}"), reply.body));
        };
        for at in 1..=8 {
            take("queue", &format!("/?page={at}"));
        }
        take("queue", &format!("/?q={number}"));
        // Each rule's cases, so that every kind of message and every list's records are shown.
        let mut by_rule: BTreeMap<&str, usize> = BTreeMap::new();
        for row in &rows {
            let shown = by_rule.entry(row.get("rule_code")).or_default();
            if *shown < 2 {
                *shown += 1;
                take("case", &format!("/case/{}", row.get("listed_id")));
            }
        }
        keys.iter().for_each(|key| take("case", &format!("/case/{key}")));
        ["/review", "/progress"].iter().for_each(|path| take("board", path));
        (1..=20).for_each(|batch| take("draw", &format!("/draw?batch={batch}")));
        let draws = if who == "乡里的人" { None } else { Some(&20) };
        assert_eq!(kinds.get("draw").filter(|count| **count > 0), draws, "{who}");
        assert!(kinds["queue"] == 9 && kinds["case"] >= 6 && kinds["board"] == 2, "{who} {kinds:?}");
    }
    // A refused form says what was sent.
    let refused = page.post(
        "乡里的人",
        "/answer",
        &[("key", keys[1]), ("verdict", number), ("recovered", number), ("next", "/")],
    );
    assert_eq!(refused.status, 422);
    texts.push(("refused".to_owned(), refused.body));
    assert!(texts.iter().any(|(name, text)| name.contains("draw") && text.contains("抽出的")));
    assert!(
        texts.iter().any(|(_, text)| text.contains("民族写着别的")),
        "no text of a list stands in a message"
    );
    assert_silent(&texts, &numbers);
}

#[test]
fn nothing_visible_of_a_refused_run_holds_a_number() {
    let folder = tempfile::tempdir().unwrap();
    let source = delivered(&folder.path().join("synth"));
    let numbers = numbers_in(&source);
    let (data, out) = (folder.path().join("data"), folder.path().join("out"));
    fs::create_dir(&data).unwrap();
    let mut turn = 0;
    for list in ["dibao.csv", "registry_person.csv", "student_aid.csv"] {
        turn = perturb(&source.join(list), &data.join(list), 1, turn);
    }
    let dibao = fs::read_to_string(source.join("dibao.csv")).unwrap();
    let number = dibao.split([',', '\n']).find(|cell| is_number(cell)).unwrap();
    let key = key(folder.path());
    let mut texts = Vec::new();
    let options = ["--key-file", text(&key), "--allow-partial"];
    let run = ["run", "pipelines/hebi", "--quarter", "2018Q3", "--data", text(&data), "--out", text(&out)];
    assert_eq!(said(&[&run[..], &options].concat(), &mut texts), 2);
    for (at, form) in written_forms(number).iter().enumerate().step_by(5) {
        let name = form.replace(['/', '\n'], "_");
        // The name of a list, of a foreign file and of a letter; a header; a row in place of the header.
        fs::write(data.join(format!("housing{name}\u{1b}[31m.csv")), dibao.replacen("银行账号", form, 1))
            .unwrap();
        fs::write(data.join(format!("台账{name}\u{202E}.csv")), "a,b,c\n1,2,3\n").unwrap();
        fs::write(data.join(format!("函{name}.pdf")), b"%PDF-1.4").unwrap();
        let rows: Vec<&str> = dibao.lines().skip(1).collect();
        let first = format!("{},{}", quoted(form), rows.join("\n"));
        fs::write(data.join(format!("tekun{at}\u{7}.csv")), first).unwrap();
    }
    assert_eq!(said(&[&run[..], &options].concat(), &mut texts), 2);
    said(&["check", "pipelines/hebi", "--data", text(&data)], &mut texts);
    let mut files: Vec<_> = fs::read_dir(&data).unwrap().map(|e| e.unwrap().path()).collect();
    files.sort();
    for file in files.iter().step_by(3) {
        said(&["profile", text(file)], &mut texts);
        said(&["profile", text(file), "--draft"], &mut texts);
    }
    visible_texts(&out, &mut texts);
    assert!(texts.iter().any(|(name, _)| name.contains("lists/退回")), "no list of returned rows");
    assert_silent(&texts, &numbers);
}

/// A folder that an environment variable names.
fn given(name: &str) -> std::path::PathBuf {
    std::env::var_os(name).unwrap_or_else(|| panic!("{name}=FOLDER")).into()
}

/// For `scripts/campaigns/leaks.sh`: lists of any size, written as above in a folder that there is.
#[test]
#[ignore = "a campaign: scripts/campaigns/leaks.sh"]
fn campaign_lists() {
    let (from, to) = (given("BIDUI_LEAKS_LISTS"), given("BIDUI_LEAKS_SPOILT"));
    let mut turn = 0;
    for entry in fs::read_dir(&from).unwrap() {
        let name = entry.unwrap().file_name();
        turn = perturb(&from.join(&name), &to.join(&name), 40, turn);
    }
    eprintln!("{turn} cells hold a number in one of its forms");
    assert!(turn > 20, "{turn}");
}

/// For `scripts/campaigns/leaks.sh`: a publication of any size, and in a folder what else was said of it, searched for what
/// these lists delivered (as `bidui synth --layout csv` writes them).
#[test]
#[ignore = "a campaign: scripts/campaigns/leaks.sh"]
fn campaign() {
    let (publication, numbers) = (given("BIDUI_LEAKS"), numbers_in(&given("BIDUI_LEAKS_LISTS")));
    assert!(numbers.numbers.len() > 500, "{}", numbers.numbers.len());
    let (mut pieces, mut bytes, mut told) = (0_usize, 0_usize, Vec::new());
    let mut search = |name: String, text: String| {
        (pieces, bytes) = (pieces + 1, bytes + text.len());
        if numbers.leaks(&text) > 0 {
            told.push(name);
        }
    };
    tell_texts(&publication.canonicalize().unwrap(), false, &mut search);
    if let Some(said) = std::env::var_os("BIDUI_LEAKS_SAID") {
        tell_texts(Path::new(&said), false, &mut search);
    }
    eprintln!("{} ID numbers searched for in {pieces} texts of {bytes} bytes", numbers.numbers.len());
    let restricted = read_rows(&publication.join("restricted/record.parquet"), |_| true).unwrap();
    let kept: usize = restricted.iter().map(|row| numbers.leaks(row.get("id_number"))).sum();
    eprintln!("found: {} texts; in restricted/, where they may be: {kept}", told.len());
    assert!(kept > 500, "the search finds nothing: {kept}");
    assert!(told.is_empty(), "{:?}", &told[..told.len().min(20)]);
}
