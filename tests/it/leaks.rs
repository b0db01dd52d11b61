//! No number of a person leaves `restricted/`, however somebody wrote it and wherever it stands: cells of every column,
//! headers, names of files and sheets, household numbers. Whatever a command says and whatever all may read is folded
//! (digits of all scripts, letters taken for digits, nothing between them) and searched for the numbers that were delivered.
//!
//! That the search finds what is not masked was seen by switching masks off one after the other: see
//! `docs/masking.md`.

use std::collections::BTreeSet;
use std::fs;
use std::path::Path;

use bidui::read_rows;
use unicode_normalization::UnicodeNormalization as _;

use crate::end_to_end::{bidui, book_parts, key, ok, text};

/// The digits of a text, whatever stands between them.
fn folded(text: &str) -> Vec<u8> {
    let digit = |c: char| match c {
        '0'..='9' => Some(c as u8 - b'0'),
        'O' | 'o' | '〇' | '零' | '○' => Some(0),
        'l' | 'I' | '一' | '壹' => Some(1),
        '二' | '贰' => Some(2),
        '三' | '叁' => Some(3),
        '四' | '肆' => Some(4),
        'S' | '五' | '伍' => Some(5),
        '六' | '陆' => Some(6),
        '七' | '柒' => Some(7),
        'B' | '八' | '捌' => Some(8),
        '九' | '玖' => Some(9),
        '\u{660}'..='\u{669}' => Some((c as u32 - 0x660) as u8),
        '\u{6F0}'..='\u{6F9}' => Some((c as u32 - 0x6F0) as u8),
        _ => None,
    };
    text.nfkc().filter_map(digit).collect()
}

/// Numbers found in a text, by the first seventeen digits.
fn leaks(text: &str, numbers: &BTreeSet<Vec<u8>>) -> usize {
    folded(text).windows(17).filter(|window| numbers.contains(*window)).count()
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

/// Everything that a list delivers, with seventeen digits of each number.
fn numbers_in(folder: &Path) -> BTreeSet<Vec<u8>> {
    let mut numbers = BTreeSet::new();
    for entry in fs::read_dir(folder).unwrap() {
        let text = fs::read_to_string(entry.unwrap().path()).unwrap();
        for cell in text.split([',', '\n']).filter(|cell| is_number(cell)) {
            numbers.insert(folded(&cell[..17]));
        }
    }
    numbers
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
                let forms = written_forms(&number);
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

/// Every file below a folder but those in `restricted/`: what it says, piece by piece.
fn visible_texts(folder: &Path, found: &mut Vec<(String, String)>) {
    for entry in fs::read_dir(folder).unwrap() {
        let path = entry.unwrap().path();
        let name = path.display().to_string();
        found.push((format!("name of {name}"), path.file_name().unwrap().to_string_lossy().into_owned()));
        if path.is_dir() {
            if !path.ends_with("restricted") {
                visible_texts(&path, found);
            }
            continue;
        }
        match path.extension().and_then(|e| e.to_str()) {
            Some("xlsx") => {
                let parts = book_parts(&path).into_iter().enumerate();
                found.extend(parts.map(|(at, part)| (format!("{name} part {at}"), part)));
            }
            Some("parquet") => {
                let mut text = String::new();
                for row in read_rows(&path, |_| true).unwrap() {
                    for (column, value) in row.iter() {
                        text += value.unwrap_or("");
                        // Between cells: numbers of one do not go on in the next.
                        text += if column.is_empty() { "" } else { "\u{1}" };
                    }
                    found.push((name.clone(), std::mem::take(&mut text)));
                }
                // Statistics and dictionaries are in the bytes as they are.
                let bytes = fs::read(&path).unwrap();
                found.push((format!("bytes of {name}"), bytes.iter().map(|&b| b as char).collect()));
            }
            _ => found.push((name, String::from_utf8_lossy(&fs::read(&path).unwrap()).into_owned())),
        }
    }
}

fn assert_silent(texts: &[(String, String)], numbers: &BTreeSet<Vec<u8>>) {
    let told: Vec<&str> =
        texts.iter().filter(|(_, text)| leaks(text, numbers) > 0).map(|(name, _)| name.as_str()).collect();
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

#[test]
fn the_search_finds_every_written_form() {
    let number = "410602199803124217";
    let numbers = BTreeSet::from([folded(&number[..17])]);
    for form in written_forms(number) {
        assert_eq!(leaks(&format!("第3行：{form}；"), &numbers), 1, "{form}");
    }
    assert_eq!(leaks("410602********4217，1998年", &numbers), 0);
}

#[test]
fn nothing_visible_of_a_published_run_holds_a_number() {
    let folder = tempfile::tempdir().unwrap();
    let source = delivered(&folder.path().join("synth"));
    let numbers = numbers_in(&source);
    assert!(numbers.len() > 500, "{}", numbers.len());
    let (data, out) = (folder.path().join("data"), folder.path().join("out"));
    fs::create_dir(&data).unwrap();
    let mut turn = 0;
    for entry in fs::read_dir(&source).unwrap() {
        let name = entry.unwrap().file_name().into_string().unwrap();
        turn = perturb(&source.join(&name), &data.join(&name), 40, turn);
    }
    assert!(turn > 20, "{turn}");
    let key = key(folder.path());
    let mut texts = Vec::new();
    let run = ["run", "pipelines/hebi", "--quarter", "2018Q3", "--data", text(&data), "--out", text(&out)];
    let options = ["--key-file", text(&key), "--allow-partial"];
    assert_eq!(said(&[&run[..], &options].concat(), &mut texts), 0, "{}", texts[1].1);
    let published = out.join("2018Q3/latest");
    visible_texts(&published.canonicalize().unwrap(), &mut texts);
    said(&["check", "pipelines/hebi", "--data", text(&data)], &mut texts);
    for list in ["dibao.csv", "student.csv"] {
        said(&["profile", text(&data.join(list))], &mut texts);
        said(&["profile", text(&data.join(list)), "--draft"], &mut texts);
        said(&["profile", text(&data.join(list)), "--format", "json"], &mut texts);
    }
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
    let kept: usize = records.iter().map(|row| leaks(row.get("id_number"), &numbers)).sum();
    assert!(kept > 500, "{kept}");
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
