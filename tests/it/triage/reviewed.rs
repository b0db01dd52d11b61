//! Lists that come back after a higher level looked at what was answered.

use bidui::{AnswerSource, BatchOrigin, ReviewLevel, Snapshot};

use super::Office;

/// Appends what a county does with the answer to the exception whose row bears a key: lets it stand, or takes it back.
fn county(office: &Office, key: &str, approves: bool) {
    let standing = office.answer(key).unwrap();
    let event = match approves {
        true => standing.approved(ReviewLevel::County),
        false => standing.returned(ReviewLevel::County, "县里的人", "没有入户"),
    };
    let snapshot = Snapshot::newest(&office.out()).unwrap();
    let identity = snapshot.keys().unwrap().identity.clone();
    let mut store = bidui::AnswerStore::open(&office.out(), &identity).unwrap();
    let origin = BatchOrigin {
        source: AnswerSource::Page,
        recorded_at: "2018-10-22T09:30:00+08:00".to_owned(),
        recorded_by: "县里的人".to_owned(),
        file: String::new(),
        file_sha256: String::new(),
    };
    store.append(&origin, &[event]).unwrap();
}

#[test]
fn the_same_list_again_neither_lowers_a_level_nor_brings_back_what_was_returned() {
    let office = Office::new();
    let mut book = office.book();
    book.only_list().answer(1, "不属实").answer(2, "不属实").answer(3, "不属实");
    let file = book.save(&office.path("北阳镇.xlsx"));
    office.import(&[&file], &[]).ok();
    county(&office, &book.key(1), true);
    county(&office, &book.key(2), false);
    assert!(office.answer(&book.key(2)).is_none(), "it stands no more");
    let told = office.import(&[&file], &[]);
    assert_eq!((told.code, told.total("unchanged"), told.total("faulty")), (1, 2, 1), "{:#}", told.json);
    assert!(told.told().contains("县级已退回（没有入户）"), "{}", told.told());
    assert_eq!(office.answer(&book.key(1)).unwrap().level, ReviewLevel::County);
    assert!(office.answer(&book.key(2)).is_none());
    // Nor does it come back with its name and day left out.
    book.fill(2, &[("核查人", ""), ("核查日期", "")]);
    let told = office.import(&[&book.save(&office.path("北阳镇没有写谁.xlsx"))], &[]);
    assert_eq!((told.code, told.total("faulty")), (1, 1), "{:#}", told.json);
    assert!(office.answer(&book.key(2)).is_none());
    // Another answer is one, and the county's own list says what the county says.
    book.answer(2, "属实");
    let other = book.save(&office.path("北阳镇2.xlsx"));
    let told = office.import(&[&other], &[]).ok();
    assert_eq!((told.total("unchanged"), told.total("accepted")), (2, 1));
    let told = office.import(&[&other], &["--level", "county"]).ok();
    assert_eq!((told.total("unchanged"), told.total("updated")), (1, 2), "the third is of the county now");
    assert_eq!(office.answer(&book.key(3)).unwrap().level, ReviewLevel::County);
}
