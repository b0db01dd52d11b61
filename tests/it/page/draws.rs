//! Draws for checking again: the same seed draws the same, what checking said is told.

use std::collections::BTreeMap;

use bidui::{DrawResult, TableRow};

use super::{PageOffice, answer, is_shown, seen, told, total, undoable};
use crate::end_to_end::{bidui, text};

/// Sixty answered findings of two counties.
fn answered(office: &PageOffice) -> Vec<TableRow> {
    let rows: Vec<_> = office.exceptions("2018Q3").into_iter().filter(is_shown).collect();
    let of = |county: &str| {
        let own = rows
            .iter()
            .filter(|row| row.get("county_code") == county && !row.get("township_code").is_empty());
        own.take(30).cloned().collect::<Vec<_>>()
    };
    let rows = [of("410621"), of("410622")].concat();
    assert_eq!(rows.len(), 60);
    office.append(&rows.iter().map(|row| answer(row, "不属实")).collect::<Vec<_>>());
    rows
}

fn draw(office: &PageOffice, words: &[&str]) -> (i32, String, String) {
    let out = office.out();
    let begin = ["triage", "draw", "--out", text(&out), "--key-file", text(&office.key)];
    let output = bidui(&[&begin[..], words].concat());
    let said = |bytes: Vec<u8>| String::from_utf8(bytes).unwrap();
    (output.status.code().unwrap(), said(output.stdout), said(output.stderr))
}

#[test]
fn the_same_seed_draws_the_same_on_the_command_line_and_on_the_page() {
    let office = PageOffice::with(&["2018Q3"]);
    assert_eq!(draw(&office, &["--number", "5", "--seed", "7"]).0, 2, "nothing is answered");
    let rows = answered(&office);
    let csv = ["--number", "5", "--seed", "7", "--format", "csv", "--by", "市里的人", "--level", "city"];
    let (code, first, said) = draw(&office, &csv);
    assert_eq!((code, first.lines().count()), (0, 6), "{first}{said}");
    assert!(first.starts_with("疑点编号,县乡,村,姓名,证件号,疑点类型,核查结果,核查人,复查\n"), "{first}");
    let (_, again, said) = draw(&office, &csv);
    assert!(again == first && said.contains("没有另记"), "{said}");
    assert_ne!(draw(&office, &["--number", "5", "--seed", "8", "--format", "csv"]).1, first);
    // Undone, and with other answers appended and undone between: it draws the same again.
    let batch = office.store().draws().unwrap()[0].batch;
    office.store().undo(batch, "2018-10-22T00:00:00+08:00", "市里的人").unwrap();
    assert_eq!(draw(&office, &csv).1, first);
    // Of each township.
    let (_, each, _) =
        draw(&office, &["--number", "2", "--seed", "7", "--per", "township", "--format", "json"]);
    let each: serde_json::Value = serde_json::from_str(&each).unwrap();
    let mut townships: BTreeMap<&str, usize> = BTreeMap::new();
    rows.iter().for_each(|row| *townships.entry(row.get("township_code")).or_default() += 1);
    let expected: usize = townships.values().map(|count| (*count).min(2)).sum();
    assert_eq!(each["rows"].as_array().unwrap().len(), expected);
    for words in
        [&["--number", "5", "--seed", "7", "--level", "township"][..], &["--number", "0", "--seed", "7"]]
    {
        assert_eq!(draw(&office, words).0, 2, "{words:?}");
    }
    assert_eq!(bidui(&["rules", "pipelines/hebi", "--format", "csv"]).status.code(), Some(2));
    // On the page of the city it is the same.
    let township = format!("township:{}:乡里的人", rows[0].get("township_code"));
    let page = office.serve(&["city::市里的人", "county:410621:县里的人", &township, "reader::看的人"]);
    let fields = [("number", "5"), ("seed", "7"), ("per", "all")];
    let reply = page.post("市里的人", "/draw", &fields);
    let body = page.follow("市里的人", &reply).body;
    assert!(told(&body).contains("同样的抽查已经有了"), "{}", told(&body));
    for number in first.lines().skip(1).map(|line| line.split(',').next().unwrap()) {
        assert!(body.contains(number), "{number}: {body}");
    }
    assert_eq!(page.get("乡里的人", "/draw").status, 403);
    assert_eq!(page.post("乡里的人", "/draw", &fields).status, 403);
    assert_eq!(page.post("看的人", "/draw", &fields).status, 403);
    assert_eq!(page.post("县里的人", "/draw", &[("number", "0"), ("seed", "7"), ("per", "all")]).status, 422);
}

#[test]
fn what_checking_again_said_is_told_by_township() {
    let office = PageOffice::with(&["2018Q3"]);
    let rows = answered(&office);
    let page = office.serve(&["city::市里的人", "county:410621:县里的人"]);
    let reply = page.post("县里的人", "/draw", &[("number", "3"), ("seed", "7"), ("per", "all")]);
    let drawn = page.follow("县里的人", &reply);
    assert!(told(&drawn.body).contains("抽出了3条"), "{}", told(&drawn.body));
    let count = |value: &str| total(&page.get("县里的人", &format!("/?drawn={value}")).body);
    assert_eq!((count("to_check"), count("same"), count("differs")), (3, 0, 0));
    let draws = office.store().draws().unwrap();
    let fingerprints: Vec<&str> = draws[0].drawn.iter().map(|one| one.exception_id.as_str()).collect();
    let of = |fingerprint: &str| rows.iter().find(|row| row.get("exception_id") == fingerprint).unwrap();
    assert!(
        fingerprints.iter().all(|one| of(one).get("county_code") == "410621"),
        "it draws of its own county"
    );
    let send = |row: &TableRow, verdict: &str| {
        let case = page.get("县里的人", &format!("/case/{}", row.get("listed_id"))).body;
        let noted = seen(&case);
        let key = row.get("listed_id");
        let fields =
            [("key", key), ("verdict", verdict), ("reason", "死亡"), ("next", "/"), ("seen", &*noted[0])];
        page.follow("县里的人", &page.post("县里的人", "/answer", &fields));
    };
    send(of(fingerprints[0]), "不属实");
    send(of(fingerprints[1]), "无法核实");
    assert_eq!((count("to_check"), count("same"), count("differs")), (1, 1, 1));
    let results: Vec<_> = office.store().draws().unwrap()[0].drawn.iter().map(|one| one.result).collect();
    assert_eq!(results, [DrawResult::Same, DrawResult::Differs, DrawResult::Open]);
    let board = page.get("县里的人", "/progress").body;
    let (_, sum) = board.split_once("class=\"total\"").unwrap();
    let sum = sum.split("</tr>").next().unwrap();
    assert!(sum.ends_with("<td>3</td><td>2</td><td class=\"overdue\">1</td>"), "{sum}");
    // The city sees none of it as its own; undone, nothing was drawn.
    assert!(!page.get("市里的人", "/").body.contains("抽中，待复查"));
    page.follow(
        "县里的人",
        &page.post("县里的人", "/undo", &[("batch", &undoable(&drawn.body)), ("next", "/draw")]),
    );
    assert_eq!(count("to_check"), 0);
}
