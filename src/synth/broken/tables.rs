//! Tables that can be opened and should not be believed.

use super::{BrokenCase, ROWS, aid_header, aid_rows, csv_text};

const FILE: &str = "data/学生资助.csv";
const AID: &str = "student_aid";

fn broken_aid_table(edit: impl Fn(&mut Vec<String>, &mut Vec<Vec<String>>)) -> String {
    let (mut header, mut rows) = (aid_header(), aid_rows());
    edit(&mut header, &mut rows);
    csv_text(&header, &rows)
}

pub(super) fn table_cases() -> Vec<BrokenCase> {
    let all = ROWS as u64;
    vec![
        BrokenCase::refused("header_only", "只有表头", AID, "没有任何数据行")
            .blocked("empty_source")
            .file(FILE, broken_aid_table(|_, rows| rows.clear())),
        BrokenCase::refused("missing_required_column", "缺少必需的列", AID, "缺少必需的列“学期”").file(
            FILE,
            broken_aid_table(|header, rows| {
                header.remove(3);
                rows.iter_mut().for_each(|r| drop(r.remove(3)));
            }),
        ),
        BrokenCase::refused("unknown_header", "有不认识的表头", AID, "不认识的表头").file(
            FILE,
            broken_aid_table(|header, rows| {
                header.push("血型".to_owned());
                rows.iter_mut().for_each(|r| r.push("A".to_owned()));
            }),
        ),
        BrokenCase::refused("two_headers_one_column", "两个表头是同一列", AID, "都是列").file(
            FILE,
            broken_aid_table(|header, rows| {
                header.push("身份证号码".to_owned());
                rows.iter_mut().for_each(|r| r.push(r[2].clone()));
            }),
        ),
        BrokenCase::refused("header_without_name", "有内容的列没有表头", AID, "没有表头").file(
            FILE,
            broken_aid_table(|header, rows| {
                header.insert(4, String::new());
                rows.iter_mut().for_each(|r| r.insert(4, "x".to_owned()));
            }),
        ),
        BrokenCase::refused("only_titles", "只有标题行", AID, "找不到表头行")
            .file(FILE, "鹤壁市2018年秋季学期学生资助名单\r\n填报单位:教育局\r\n"),
        BrokenCase::refused("empty_lines", "全是空行", AID, "没有任何内容").file(FILE, "\r\n,,,\r\n\r\n"),
        BrokenCase::refused("missing_file", "必需的来源没有文件", AID, "缺少“学生资助”的提取文件")
            .file("data/说明.txt", "本季度无学生资助数据\n"),
        BrokenCase::refused("claimed_twice", "一个文件符合两个来源", AID, "文件同时符合")
            .file("data/危房改造_学生资助.csv", broken_aid_table(|_, _| {})),
        BrokenCase::partly("ragged_rows", "一行的格多于表头", AID, all - 1, 1, "表头只有").file(
            FILE,
            broken_aid_table(|_, rows| {
                rows[7].extend(["多".to_owned(), "余".to_owned()]);
            }),
        ),
        BrokenCase::partly("nul_bytes", "一行里有空字符", AID, all - 1, 1, "空字符").file(
            FILE,
            broken_aid_table(|_, rows| {
                rows[3][1] = "张\0明".to_owned();
            }),
        ),
        BrokenCase::partly("wrong_encoding", "一行的字节不是所称的编码", AID, all - 1, 1, "不能按该编码解读")
            .file(FILE, wrong_encoding()),
        BrokenCase::partly("missing_cell", "必填的格是空的", AID, all - 1, 1, "学期").file(
            FILE,
            broken_aid_table(|_, rows| {
                rows[11][3].clear();
            }),
        ),
        BrokenCase::partly(
            "all_ids_damaged",
            "证件号码全被表格软件改成科学计数",
            AID,
            all,
            0,
            "不能作证件号码用",
        )
        .blocked("unusable_numbers")
        .file(
            FILE,
            broken_aid_table(|_, rows| {
                rows.iter_mut().for_each(|r| r[2] = format!("{}.{}E+17", &r[2][..1], &r[2][1..6]));
            }),
        ),
        BrokenCase::partly("formula_cells", "以等号、加号、减号、@开头的格", AID, all, 0, "").file(
            FILE,
            broken_aid_table(|_, rows| {
                for (row, start) in rows.iter_mut().zip(["=", "+", "-", "@"]) {
                    row[4] = format!("{start}cmd|' /C calc'!A0");
                }
            }),
        ),
        BrokenCase::partly("too_many_rejects", "退回的行太多", AID, all - 10, 10, "超过上限")
            .blocked("reject_share")
            .file(FILE, broken_aid_table(|_, rows| rows.iter_mut().take(10).for_each(|r| r[1].clear()))),
        BrokenCase::partly("duplicate_file", "同一文件报了两次", AID, 2 * all, 0, "内容完全相同")
            .blocked("duplicate_file")
            .file(FILE, broken_aid_table(|_, _| {}))
            .file("data/学生资助(副本).csv", broken_aid_table(|_, _| {})),
        collapse(),
        duplicate_key(),
    ]
}

/// UTF-8 by its mark, with one row in GB18030.
fn wrong_encoding() -> Vec<u8> {
    let text = format!("\u{feff}{}", broken_aid_table(|_, _| {}));
    let mut out = Vec::new();
    for (at, line) in text.split_inclusive("\r\n").enumerate() {
        if at == 5 {
            out.extend(super::encode::encode_text(line, encoding_rs::GB18030));
        } else {
            out.extend(line.as_bytes());
        }
    }
    out
}

fn collapse() -> BrokenCase {
    let rows: String = (0..ROWS).map(|i| format!("一中,张明,G{}\n", super::broken_case_id(i))).collect();
    let text = format!("学校,姓名,学籍号\n{rows}");
    let mut case =
        BrokenCase::partly("row_count_collapse", "行数比上季少得多", "student", ROWS as u64, 0, "上期1000条")
            .blocked("row_count_change")
            .file("data/学籍.csv", text);
    for (path, text) in super::configuration::small_pipeline() {
        case = case.file(&path, text);
    }
    case.expected.own_pipeline = true;
    case.expected.previous_rows = 1_000;
    case
}

fn duplicate_key() -> BrokenCase {
    let text = "学校,姓名,学籍号\n一中,张明,G1\n一中,李红,G2\n一中,王军,G1\n";
    let mut case =
        BrokenCase::partly("duplicate_key", "主键重复", "student", 2, 1, "重复").file("data/学籍.csv", text);
    for (path, text) in super::configuration::small_pipeline() {
        case = case.file(&path, text);
    }
    case.expected.own_pipeline = true;
    case
}
