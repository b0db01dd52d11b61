//! Levels of review: a higher level looks at what a lower one answered, lets it stand or sends it back.

use std::path::PathBuf;
use std::process::Command;

use bidui::{AnswerAct, ReviewLevel, TableRow};

use super::{PageOffice, Reply, ServedPage, answer, is_shown, seen, told, total, undoable};
use crate::end_to_end::{ok, root, text};

/// A township of the county 410621 with findings, and some of them.
fn township(office: &PageOffice) -> (String, Vec<TableRow>) {
    let rows = office.exceptions("2018Q3").into_iter().filter(is_shown);
    let rows: Vec<_> = rows.filter(|row| row.get("county_code") == "410621").collect();
    let code =
        rows.iter().map(|row| row.get("township_code")).find(|code| !code.is_empty()).unwrap().to_owned();
    let rows: Vec<_> = rows.into_iter().filter(|row| row.get("township_code") == code).take(5).collect();
    assert_eq!(rows.len(), 5);
    (code, rows)
}

fn send(page: &ServedPage, who: &str, path: &str, keys: &[&str], more: &[(&str, &str)]) -> Reply {
    let mut fields: Vec<(&str, &str)> = keys.iter().map(|key| ("key", *key)).collect();
    fields.extend(more);
    fields.push(("next", "/"));
    page.post(who, path, &fields)
}

const NOT_SO: [(&str, &str); 2] = [("verdict", "不属实"), ("reason", "死亡")];

#[test]
fn a_county_reviews_what_its_townships_answered_and_a_city_what_counties_passed() {
    let office = PageOffice::with(&["2018Q3"]);
    let (code, rows) = township(&office);
    let seat = format!("township:{code}:乡里的人");
    let page = office.serve(&[
        "city::市里的人",
        "county:410621:县里的人",
        &seat,
        "reader::看的人",
        "county:410622:邻县的人",
    ]);
    let keys: Vec<&str> = rows.iter().map(|row| row.get("listed_id")).collect();
    let count = |who: &str, value: &str| total(&page.get(who, &format!("/?level={value}")).body);
    assert_eq!((count("县里的人", "due"), count("市里的人", "below")), (0, 0));
    page.follow("乡里的人", &send(&page, "乡里的人", "/answer", &keys[..4], &NOT_SO));
    assert_eq!((count("县里的人", "due"), count("邻县的人", "due"), count("市里的人", "due")), (4, 0, 0));
    assert_eq!(count("市里的人", "below"), 4);

    // Whoever reviews has seen the answer as it stands.
    let body = page.get("县里的人", "/?level=due").body;
    let noted = seen(&body);
    assert_eq!(noted.len(), 4);
    assert_eq!(body.matches("<small>不属实：死亡</small>").count(), 4, "a verdict is seen with its reason");
    let with_seen = |noted: &[String], more: &[(&str, &str)]| -> Vec<(String, String)> {
        let noted = noted.iter().map(|one| ("seen".to_owned(), one.clone()));
        noted.chain(more.iter().map(|(name, value)| ((*name).to_owned(), (*value).to_owned()))).collect()
    };
    let review = |who: &str, path: &str, keys: &[&str], noted: &[String], more: &[(&str, &str)]| {
        let fields = with_seen(noted, more);
        let fields: Vec<(&str, &str)> = fields.iter().map(|(name, value)| (&**name, &**value)).collect();
        send(&page, who, path, keys, &fields)
    };
    assert_eq!(review("县里的人", "/approve", &keys[..1], &[], &[]).status, 422, "it was not seen");
    // Nor does anybody answer over what he has not seen.
    let over = [("verdict", "无法核实")];
    let unseen = send(&page, "乡里的人", "/answer", &keys[..1], &over);
    assert!(
        unseen.status == 422 && told(&unseen.body).contains("刚才由乡里的人填了“不属实”"),
        "{}",
        told(&unseen.body)
    );
    let case = seen(&page.get("乡里的人", &format!("/case/{}", keys[0])).body);
    page.follow("乡里的人", &review("乡里的人", "/answer", &keys[..1], &case, &over));
    let again = review("市里的人", "/answer", &keys[..1], &case, &[("verdict", "属实")]);
    assert!(again.status == 422 && told(&again.body).contains("填了“无法核实”"), "{}", told(&again.body));
    let refused = review("县里的人", "/approve", &keys[..2], &noted, &[]);
    assert!(refused.status == 422 && told(&refused.body).contains("刚才又变了"), "{}", told(&refused.body));
    assert_eq!(count("县里的人", "due"), 4, "all or none");

    // Two pass, at once.
    let noted = seen(&page.get("县里的人", "/?level=due").body);
    let passed = page.follow("县里的人", &review("县里的人", "/approve", &keys[1..3], &noted, &[]));
    assert!(told(&passed.body).contains("审核通过了2条"), "{}", told(&passed.body));
    assert_eq!((count("县里的人", "due"), count("县里的人", "passed")), (2, 2));
    assert_eq!((count("市里的人", "due"), count("市里的人", "below")), (2, 2));
    let standing = office.store().events().unwrap();
    let (_, last) = standing.last().unwrap();
    assert_eq!(
        (last.act, last.level, &*last.answered_by),
        (AnswerAct::Approved, ReviewLevel::County, "乡里的人")
    );

    // One goes back, for a reason.
    let refused = review("县里的人", "/return", &keys[3..4], &noted, &[]);
    assert!(refused.status == 422 && told(&refused.body).contains("退回原因"), "{}", told(&refused.body));
    let reason = [("return_reason", "没有入户照片")];
    let back = page.follow("县里的人", &review("县里的人", "/return", &keys[3..4], &noted, &reason));
    assert!(told(&back.body).contains("退回了1条"), "{}", told(&back.body));
    let queue = page.get("乡里的人", "/?status=sent_back").body;
    assert!(total(&queue) == 1 && queue.contains("原因：没有入户照片"), "{queue}");
    let case = page.get("乡里的人", &format!("/case/{}", keys[3])).body;
    assert!(case.contains("上级退回，原因：没有入户照片"), "{case}");
    assert_eq!(total(&page.get("乡里的人", "/?status=closed").body), 2);
    // Taken back, it stands again; answered anew, it is reviewed anew.
    let undo = undoable(&back.body);
    page.follow("县里的人", &page.post("县里的人", "/undo", &[("batch", &undo), ("next", "/")]));
    assert_eq!((total(&page.get("乡里的人", "/?status=closed").body), count("县里的人", "due")), (3, 2));
    page.follow("县里的人", &review("县里的人", "/return", &keys[3..4], &noted, &reason));
    page.follow("乡里的人", &send(&page, "乡里的人", "/answer", &keys[3..4], &NOT_SO));
    assert_eq!((total(&page.get("乡里的人", "/?status=sent_back").body), count("县里的人", "due")), (0, 2));

    // Nobody reviews his own level, what is not answered, what he does not see, or from a seat that only looks.
    let noted = seen(&page.get("乡里的人", "/").body);
    assert_eq!(review("乡里的人", "/approve", &keys[3..4], &noted, &[]).status, 422);
    assert_eq!(
        review("县里的人", "/approve", &keys[4..5], &seen(&page.get("县里的人", "/").body), &[]).status,
        422
    );
    assert_eq!(review("邻县的人", "/approve", &keys[3..4], &noted, &[]).status, 404);
    assert_eq!(review("看的人", "/return", &keys[3..4], &noted, &reason).status, 403);
    // What happened is told, with who did it.
    let case = page.get("市里的人", &format!("/case/{}", keys[1])).body;
    assert!(case.contains("县 县里的人：<b>不属实（审核通过）</b>"), "{case}");
    assert!(case.contains("乡 乡里的人：<b>不属实</b>"), "{case}");
    let out = office.out();
    let explained = ok(&["explain", keys[1], "--out", text(&out), "--key-file", text(&office.key)]);
    assert!(
        explained.contains("县 县里的人：不属实（审核通过）") && explained.contains("乡 乡里的人：不属实"),
        "{explained}"
    );
    let case = page.get("市里的人", &format!("/case/{}", keys[3])).body;
    assert!(case.contains("县 县里的人：<b>退回</b> 没有入户照片"), "{case}");
}

/// The pipelines, with answers that close nothing before a county has looked at them.
fn reviewing_pipeline(office: &PageOffice) -> PathBuf {
    let to = office.folder.path().join("pipelines");
    let copied = Command::new("cp").args(["-a", "pipelines"]).arg(&to).current_dir(root()).status();
    assert!(copied.unwrap().success());
    let settings = to.join("hebi/rules/rules.toml");
    let text = std::fs::read_to_string(&settings).unwrap();
    std::fs::write(settings, format!("{text}\n[answers]\nreview = \"county\"\n")).unwrap();
    to.join("hebi")
}

#[test]
fn where_a_county_must_look_an_answer_closes_nothing_before_it_did() {
    let office = PageOffice::with(&["2018Q3"]);
    let pipeline = reviewing_pipeline(&office);
    let (_, rows) = township(&office);
    let mut answers: Vec<_> = rows.iter().map(|row| answer(row, "不属实")).collect();
    answers[0] = answers[0].approved(ReviewLevel::County);
    office.append(&answers);
    let page = ServedPage::start_of(&pipeline, &office.out(), &office.key, &["county:410621:县里的人"]);
    let count = |value: &str| total(&page.get("县里的人", &format!("/?status={value}")).body);
    assert_eq!((count("closed"), count("in_review"), count("outdated")), (1, 4, 0));
    let keys: Vec<&str> = rows[1..3].iter().map(|row| row.get("listed_id")).collect();
    let noted = seen(&page.get("县里的人", "/?level=due").body);
    let noted: Vec<(&str, &str)> = noted.iter().map(|one| ("seen", &**one)).collect();
    page.follow("县里的人", &send(&page, "县里的人", "/approve", &keys, &noted));
    assert_eq!((count("closed"), count("in_review")), (3, 2));
    drop(page);
    // The next run says the same.
    let (out, data) = (office.out(), "fixtures/hebi/2018Q3");
    let run = ["run", text(&pipeline), "--quarter", "2018Q3", "--data", data, "--out", text(&out), "--first"];
    ok(&[&run[..], &["--key-file", text(&office.key), "--quiet"]].concat());
    let closed = |row: &TableRow| row.get("status") == "answered";
    let now = office.exceptions("2018Q3");
    assert_eq!(now.iter().filter(|row| closed(row)).count(), 3);
    for (at, row) in rows.iter().enumerate() {
        let now = now.iter().find(|one| one.get("exception_id") == row.get("exception_id")).unwrap();
        assert_eq!(closed(now), at < 3, "{at}");
    }
}
