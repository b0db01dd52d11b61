use super::*;
use crate::model::id_number::IdClass;

fn column(name: &str, kind: LinkColumnKind, cells: &[&str]) -> TextColumn {
    TextColumn { name: name.to_owned(), kind, chunks: vec![StringArray::from(cells.to_vec())] }
}

#[test]
fn tables_share_pools() {
    let tables = [
        TextTable {
            source: "a".into(),
            rows: 3,
            columns: vec![
                column("name", LinkColumnKind::HanName, &["张三", "陳四", ""]),
                column("town", LinkColumnKind::Text, &["善堂镇", "", "新镇镇"]),
            ],
        },
        TextTable {
            source: "b".into(),
            rows: 3,
            columns: vec![
                column("name", LinkColumnKind::HanName, &["陈四", "张 三", "王五(已故)"]),
                column("guardian", LinkColumnKind::HanName, &["张三", "无", "王五"]),
                column("town", LinkColumnKind::Text, &["新镇鎮", "x", "善堂镇"]),
                column("born", LinkColumnKind::Date, &["1970-1-2", "", "19700102"]),
                column("id", LinkColumnKind::IdNumber, &["11010519491231002X", "", "x"]),
                column("sex", LinkColumnKind::Sex, &["男", "女", ""]),
            ],
        },
    ];
    let out = normalize_tables(&tables).expect("good");
    let (first, pool) = out[0].names("name").expect("names");
    let (second, _) = out[1].names("name").expect("names");
    let (guardian, _) = out[1].names("guardian").expect("names");
    assert_eq!(first, [1, 2, 0]);
    // 陈四 keeps its own form beside 陳四: exact and variant are two levels.
    assert_ne!(second[0], first[1]);
    assert_eq!(pool.get(second[0]).fold_key, pool.get(first[1]).fold_key);
    assert_eq!(second[1], first[0], "a space makes no other name");
    assert_eq!(guardian, [first[0], 0, guardian[2]]);
    assert!(pool.get(second[2]).has_note() && !pool.get(guardian[2]).has_note());
    let (a, b) = (out[0].texts("town").expect("texts").0, out[1].texts("town").expect("texts").0);
    assert_eq!((a[0], a[1], a[2]), (b[2], 0, b[0]));
    assert_eq!(out[1].dates("born"), Some(&[19700102, 0, 19700102][..]));
    assert_eq!(out[1].codes("sex"), Some(&[1, 2, 0][..]));
    assert_eq!(out[1].id_numbers("id").map(|ids| ids[0].class), Some(IdClass::Valid18));
    assert!(out[0].dates("name").is_none() && out[0].codes("none").is_none());
}

#[test]
fn ids_do_not_depend_on_threads() {
    let cells: Vec<String> =
        (0..20_000).map(|i| format!("王{}", char::from_u32(0x4E00 + i % 5000).expect("han"))).collect();
    let table = TextTable {
        source: "a".into(),
        rows: cells.len(),
        columns: vec![column(
            "name",
            LinkColumnKind::HanName,
            &cells.iter().map(String::as_str).collect::<Vec<_>>(),
        )],
    };
    let run = |threads| {
        let pool = rayon::ThreadPoolBuilder::new().num_threads(threads).build().expect("pool");
        let out = pool.install(|| normalize_tables(std::slice::from_ref(&table)).expect("good"));
        let (ids, names) = out[0].names("name").expect("names");
        (ids.to_vec(), names.values.iter().map(|n| n.clean().to_owned()).collect::<Vec<_>>())
    };
    assert_eq!(run(1), run(3));
}

#[test]
fn a_column_of_the_wrong_length_is_refused() {
    let table =
        TextTable { source: "a".into(), rows: 2, columns: vec![column("x", LinkColumnKind::Text, &["a"])] };
    assert!(normalize_tables(&[table]).is_err());
}
