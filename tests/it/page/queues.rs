//! Queues: what facets promise is found, each seat sees its own, what others answer is seen.

use std::collections::BTreeMap;

use bidui::TableRow;

use super::{PageOffice, answer, is_shown, promised, seen, total, undoable};

fn of_area(area: &str) -> impl FnMut(&&TableRow) -> bool + '_ {
    move |row| area.is_empty() || row.get("county_code") == area
}

#[test]
fn a_facet_leaves_as_many_findings_as_it_says() {
    let office = PageOffice::with(&["2018Q3"]);
    let page = office.serve(&["city::市里的人", "county:410621:县里的人"]);
    let rows: Vec<_> = office.exceptions("2018Q3").into_iter().filter(is_shown).collect();
    for (who, area) in [("市里的人", ""), ("县里的人", "410621")] {
        let own = rows.iter().filter(|row| area.is_empty() || row.get("county_code") == area);
        let whole = page.get(who, "/").body;
        assert_eq!(total(&whole), own.count() as u64, "{who}");
        // Of a queue that is narrowed already the other facets count what is left, its own what another choice would leave.
        for begin in ["/", "/?severity=S1", "/?county=410621&due=overdue", "/?q=R"] {
            let promised = promised(&page.get(who, begin).body);
            assert!(promised.len() > 5, "{begin}: {promised:?}");
            for (address, count) in promised.iter().step_by(3) {
                assert_eq!(total(&page.get(who, address).body), *count, "{who} {begin} {address}");
            }
        }
        for (facet, column) in
            [("severity", "severity"), ("rule", "rule_code"), ("township", "township_code")]
        {
            let of = |row: &&TableRow| area.is_empty() || row.get("county_code") == area;
            let value = rows.iter().find(of).unwrap().get(column).to_owned();
            let count = rows.iter().filter(of).filter(|row| row.get(column) == value).count() as u64;
            assert_eq!(
                total(&page.get(who, &format!("/?{facet}={value}")).body),
                count,
                "{who} {facet} {value}"
            );
        }
        assert_eq!(total(&page.get(who, "/?rule=R999").body), 0);
        // Somebody is found by his whole number, which is not shown again.
        let records =
            bidui::read_rows(&office.out().join("2018Q3/latest/restricted/record.parquet"), |_| true)
                .unwrap();
        let numbers: BTreeMap<&str, &str> =
            records.iter().map(|row| (row.get("record_id"), row.get("id_number"))).collect();
        let first = |row: &TableRow| {
            let evidence = row.get("evidence_record_ids").split(';').next().unwrap();
            numbers.get(evidence).copied().unwrap_or_default()
        };
        let number = rows.iter().filter(of_area(area)).map(first).find(|number| number.len() == 18).unwrap();
        let found = page.get(who, &format!("/?q={number}")).body;
        assert!(total(&found) > 0 && !found.contains(number), "{}", total(&found));
    }
}

#[test]
fn what_another_program_appends_and_undoes_is_seen_at_the_next_request() {
    let office = PageOffice::with(&["2018Q3"]);
    let page = office.serve(&["city::市里的人"]);
    let rows: Vec<_> = office.exceptions("2018Q3").into_iter().filter(is_shown).take(7).collect();
    let closed = || total(&page.get("市里的人", "/?status=closed").body);
    assert_eq!(closed(), 0);
    let answers: Vec<_> = rows.iter().map(|row| answer(row, "不属实")).collect();
    let batch = office.append(&answers);
    assert_eq!(closed(), 7);
    let board = page.get("市里的人", "/progress").body;
    assert!(board.contains("罗德合：7条"), "{board}");
    // One of them is answered here, another program goes on, and nothing of either is lost.
    let key = rows[0].get("listed_id");
    let noted = seen(&page.get("市里的人", &format!("/case/{key}")).body);
    let fields = [("key", key), ("verdict", "无法核实"), ("next", "/"), ("seen", &*noted[0])];
    let reply = page.post("市里的人", "/answer", &fields);
    assert!(page.follow("市里的人", &reply).body.contains("记下了1条"));
    assert_eq!(closed(), 6);
    office.store().undo(batch, "2018-10-22T00:00:00+08:00", "操作员").unwrap();
    assert_eq!(closed(), 0);
    assert_eq!(total(&page.get("市里的人", "/?status=pending").body), 1);
}

#[test]
fn t22_what_was_answered_under_one_filter_is_undone_under_another_and_outlives_the_server() {
    let office = PageOffice::with(&["2018Q3"]);
    let page = office.serve(&["city::市里的人"]);
    let most_urgent = |row: &TableRow| is_shown(row) && row.get("severity") == "S1";
    let rows: Vec<_> = office.exceptions("2018Q3").into_iter().filter(most_urgent).take(3).collect();
    let closed = |page: &super::ServedPage| total(&page.get("市里的人", "/?status=closed").body);
    let answered = |page: &super::ServedPage| {
        let mut fields = vec![("verdict", "不属实"), ("reason", "死亡"), ("next", "/?severity=S1")];
        fields.extend(rows.iter().map(|row| ("key", row.get("listed_id"))));
        let reply = page.post("市里的人", "/answer", &fields);
        undoable(&page.follow("市里的人", &reply).body)
    };
    let batch = answered(&page);
    assert_eq!(closed(&page), 3);
    // Somebody looks at others by now; what is undone is what was answered, and the filter stays.
    let others = total(&page.get("市里的人", "/?severity=S3").body);
    let undo = [("batch", &*batch), ("next", "/?severity=S3")];
    let body = page.follow("市里的人", &page.post("市里的人", "/undo", &undo)).body;
    assert_eq!((total(&body), closed(&page)), (others, 0));
    // What was told to be noted is there when the server was killed.
    answered(&page);
    drop(page);
    let page = office.serve(&["city::市里的人"]);
    assert_eq!(closed(&page), 3);
}

#[test]
fn a_place_that_nobody_knows_is_called_so() {
    let office = PageOffice::with(&["2018Q3"]);
    let page = office.serve(&["city::市里的人"]);
    let unknown = |row: &TableRow| row.get("county_code").is_empty() && row.get("township_code").is_empty();
    assert!(office.exceptions("2018Q3").iter().any(|row| is_shown(row) && unknown(row)));
    let board = page.get("市里的人", "/progress").body;
    assert!(board.contains("县乡不明") && !board.contains("未定 未定"), "{board}");
}
