//! Files that a township's page saved (`scripts/drive_answer_page.py` saves them in a browser): whole, with a row lost, edited.

use super::Office;

const TITLES: [&str; 12] = [
    "疑点编号",
    "核查结果",
    "原因代码",
    "处理措施",
    "备注",
    "佐证材料",
    "追缴金额（元）",
    "停发月份",
    "核查人",
    "核查日期",
    "行键",
    "行版本",
];

/// FNV-1a, written here anew.
fn check(rows: &[Vec<String>]) -> String {
    let mut hash = 0x811C_9DC5_u32;
    for row in rows {
        for unit in (row.join("\t") + "\n").encode_utf16() {
            hash = (hash ^ u32::from(unit)).wrapping_mul(0x0100_0193);
        }
    }
    format!("{hash:08x}")
}

fn file(rows: &[Vec<String>], said: usize, check: &str) -> String {
    let mut lines = vec![format!("答复文件,浚县屯子镇,2018Q3,共{said}行,校验{check}"), TITLES.join(",")];
    lines.extend(rows.iter().map(|row| row.join(",")));
    format!("\u{FEFF}{}\r\n", lines.join("\r\n"))
}

#[test]
fn what_a_page_saved_is_taken_like_a_workbook_and_a_damaged_file_is_named() {
    let office = Office::new();
    let book = office.book();
    let versions = book.column("行版本");
    let row = |at: usize, verdict: &str, reason: &str| -> Vec<String> {
        let version = book.sheets[book.at()].rows[at][versions].clone();
        let mut cells = vec![book.number(at), verdict.to_owned(), reason.to_owned()];
        cells.extend(["", "见到本人", "", "", "", "罗德合", "2018-10-20"].map(str::to_owned));
        cells.extend([book.key(at), version]);
        cells
    };
    let rows = [row(1, "不属实", "死亡"), row(2, "无法核实", ""), row(3, "政策允许", "政策允许")];
    let name = office.path("答复_浚县屯子镇_2018Q3.csv");
    let sum = check(&rows);

    std::fs::write(&name, file(&rows[..2], 3, &sum)).unwrap();
    let told = office.import(&[&name], &[]);
    assert_eq!(told.code, 2);
    assert!(
        told.err.contains("答复文件不完整：第一行写着共3行，读到2行") && told.err.contains("答复_浚县屯子镇"),
        "{}",
        told.err
    );
    assert!(office.answer(&book.key(1)).is_none(), "nothing of it is taken");

    std::fs::write(&name, file(&rows, 3, &sum)).unwrap();
    let told = office.import(&[&name], &[]).ok();
    assert_eq!(told.total("accepted"), 3, "{}", told.told());
    assert!(!told.notes().contains("校验不符"), "{}", told.notes());
    assert_eq!(office.answer(&book.key(1)).unwrap().note, "见到本人");

    let mut edited = rows.clone();
    "转办".clone_into(&mut edited[1][1]);
    edited[1][4].clear();
    std::fs::write(&name, file(&edited, 3, &sum)).unwrap();
    let told = office.import(&[&name], &[]);
    assert_eq!((told.code, told.total("faulty"), told.total("unchanged")), (1, 1, 2), "{}", told.told());
    assert!(told.notes().contains("答复文件保存以后改过（校验不符）"), "{}", told.notes());
    // The line that says how many there are is gone wrong.
    std::fs::write(&name, file(&rows, 3, &sum).replace("共3行", "共三行")).unwrap();
    let told = office.import(&[&name], &[]);
    assert!(told.code == 2 && told.err.contains("答复文件的第一行被改过"), "{}", told.err);
}
