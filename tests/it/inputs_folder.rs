//! Everything in the data folder is accounted for: read by a source, or named as belonging to none.

use std::collections::BTreeMap;
use std::fs;
use std::path::Path;

use bidui::testing::load::{DataFolder, survey_data_folder};
use bidui::testing::model::data_file::{DataFile, FileFate};

use crate::departments::copy;
use crate::end_to_end::{bidui, key, root, text, with_notices};
use crate::folder;

const DIBAO: &str =
    "行政村,家庭编号,户主姓名,户主身份证号,类别,月保障金\n东村,1,张三,410621195001011234,农村,100\n";
const STUDENT: &str =
    "姓名,身份证号,出生日期,学籍号,年级,面积,状态\n李四,410621200501011234,2005-01-01,G1,3,10,1\n";

fn write(folder: &Path, files: &[(&str, &[u8])]) {
    for (name, bytes) in files {
        let path = folder.join(name);
        fs::create_dir_all(path.parent().unwrap()).unwrap();
        fs::write(path, bytes).unwrap();
    }
}

fn survey(data: &Path) -> DataFolder {
    let pipeline = folder::write(&[]);
    survey_data_folder(&folder::open(pipeline.path()), data).unwrap()
}

fn fates(folder: &DataFolder) -> BTreeMap<String, FileFate> {
    folder.files.iter().map(|f| (f.file.display().to_string(), f.fate)).collect()
}

fn file<'a>(folder: &'a DataFolder, name: &str) -> &'a DataFile {
    folder.files.iter().find(|f| f.file == Path::new(name)).unwrap()
}

/// Copies a folder with everything below it.
pub(crate) fn copy_folder(from: &Path, to: &Path) {
    copy(from, to, "");
}

/// The fixtures of a quarter with the dibao list of one county under the name that a clerk gave it.
fn renamed_list() -> tempfile::TempDir {
    let data = tempfile::tempdir().unwrap();
    copy_folder(&root().join("fixtures/hebi/2018Q3"), data.path());
    fs::rename(data.path().join("农村低保_淇县.csv"), data.path().join("淇县低保户台账.csv")).unwrap();
    data
}

#[test]
fn a_list_under_another_name_is_named_with_the_nearest_source() {
    let data = tempfile::tempdir().unwrap();
    write(
        data.path(),
        &[
            ("低保.csv", DIBAO.as_bytes()),
            ("县台账.csv", DIBAO.as_bytes()),
            ("花名册/附件1.txt", STUDENT.as_bytes()),
        ],
    );
    let found = survey(data.path());
    let (ledger, roll) = (file(&found, "县台账.csv"), file(&found, "花名册/附件1.txt"));
    assert_eq!((ledger.fate, ledger.source.as_deref()), (FileFate::Unclaimed, Some("dibao")));
    let note = ledger.note.as_deref().unwrap();
    assert!(note.contains("“农村低保”（民政局，6列相符）") && note.contains("**/低保*"), "{note}");
    assert_eq!((roll.fate, roll.source.as_deref()), (FileFate::Unclaimed, Some("student")));
    // What cannot be opened is told by its name.
    write(data.path(), &[("新学籍.rar", b"Rar!\x1A\x07\x00"), ("旧/数据.bin", &[1, 0, 2, 0, 3, 0, 0, 9])]);
    let found = survey(data.path());
    let archive = file(&found, "新学籍.rar");
    assert_eq!((archive.fate, archive.source.as_deref()), (FileFate::Unclaimed, Some("student")));
    assert!(archive.note.as_deref().unwrap().starts_with("压缩包"), "{archive:?}");
    assert_eq!(file(&found, "旧/数据.bin").fate, FileFate::Unclaimed);
}

#[test]
fn what_holds_no_rows_is_named_and_does_not_stop() {
    let data = tempfile::tempdir().unwrap();
    let png: &[u8] = b"\x89PNG\r\n\x1a\n0000";
    write(
        data.path(),
        &[
            ("低保.csv", DIBAO.as_bytes()),
            (
                "通知.txt",
                "各县：\n请于9月30日前报送，逾期不候，谢谢。\n联系人：王五，电话见通讯录，周一至周五。\n"
                    .as_bytes(),
            ),
            ("通知.pdf", b"%PDF-1.4 ..."),
            ("盖章.png", png),
            ("Thumbs.db", b"x"),
            ("desktop.ini", b"[x]"),
            (".DS_Store", b"x"),
            ("~$低保.csv", b"x"),
            (".低保.csv", DIBAO.as_bytes()),
            ("表/a.dbf", &[3, 118, 9, 30, 0, 0, 0, 0, 65, 0, 11, 0]),
            ("表/A.DBT", b"memo"),
            ("表/a.fpt", b"memo"),
            ("表/a.cpg", b"UTF-8"),
            ("表/b.fpt", b"memo of a table that is not there"),
            // The name fits a source, the content does not.
            ("低保_盖章.png", png),
            ("低保通知.pdf", b"%PDF-1.4 ..."),
            ("低保.dbt", b"memo"),
            ("低保.dbf", &[3, 118, 9, 30, 0, 0, 0, 0, 65, 0, 11, 0]),
            // Named like a picture or a letter, and a table all the same.
            ("名单.jpg", STUDENT.as_bytes()),
            ("名单.doc", DIBAO.as_bytes()),
        ],
    );
    std::os::unix::fs::symlink("低保.csv", data.path().join("低保_链接.csv")).unwrap();
    let found = survey(data.path());
    let expected = [
        ("低保.csv", FileFate::Read),
        ("通知.txt", FileFate::Letter),
        ("通知.pdf", FileFate::Letter),
        ("盖章.png", FileFate::Picture),
        ("Thumbs.db", FileFate::System),
        ("desktop.ini", FileFate::System),
        (".DS_Store", FileFate::System),
        ("~$低保.csv", FileFate::Lock),
        (".低保.csv", FileFate::Hidden),
        ("低保_盖章.png", FileFate::Picture),
        ("低保通知.pdf", FileFate::Letter),
        ("低保.dbt", FileFate::Memo),
        ("低保.dbf", FileFate::Read),
        ("表/a.dbf", FileFate::Unclaimed),
        ("表/A.DBT", FileFate::Memo),
        ("表/a.fpt", FileFate::Memo),
        ("表/a.cpg", FileFate::Memo),
        ("表/b.fpt", FileFate::Unclaimed),
        ("名单.jpg", FileFate::Unclaimed),
        ("名单.doc", FileFate::Unclaimed),
        ("低保_链接.csv", FileFate::Link),
    ];
    let expected: BTreeMap<String, FileFate> = expected.map(|(name, fate)| (name.to_owned(), fate)).into();
    assert_eq!(fates(&found), expected);
    let note = file(&found, "低保通知.pdf").note.as_deref().unwrap();
    assert!(note.contains("符合“农村低保”") && note.contains("向民政局索取表格"), "{note}");
}

/// What stops a run over this folder.
fn complaints(data: &Path) -> Vec<String> {
    let pipeline = folder::write(&[]);
    let pipeline = folder::open(pipeline.path());
    let folder = survey_data_folder(&pipeline, data).unwrap();
    assert!(folder.complaints(&pipeline, true).is_empty());
    folder.complaints(&pipeline, false).iter().map(ToString::to_string).collect()
}

#[test]
fn a_linked_folder_or_a_pipe_in_place_of_a_list_stops_a_run() {
    let (data, elsewhere) = (tempfile::tempdir().unwrap(), tempfile::tempdir().unwrap());
    write(data.path(), &[("低保.csv", DIBAO.as_bytes())]);
    write(elsewhere.path(), &[("部门/学籍.csv", STUDENT.as_bytes())]);
    assert!(complaints(data.path()).is_empty());
    std::os::unix::fs::symlink(elsewhere.path().join("部门"), data.path().join("部门")).unwrap();
    std::os::unix::fs::symlink("nowhere", data.path().join("断开")).unwrap();
    let pipe = |name: &str| {
        let path = data.path().join(name);
        let mode = rustix::fs::Mode::from_raw_mode(0o600);
        rustix::fs::mknodat(rustix::fs::CWD, &path, rustix::fs::FileType::Fifo, mode, 0).unwrap();
    };
    pipe("学籍.csv");
    pipe("别的");
    let told = complaints(data.path());
    assert_eq!(told.len(), 3, "{told:?}");
    assert!(told[0].contains("管道") && told[0].contains("学籍.csv"), "{told:?}");
    assert!(told[1].contains("符号链接") && told[1].contains("断开"), "{told:?}");
    assert!(told[2].contains("符号链接") && told[2].contains("部门"), "{told:?}");
    // Named they are even where they are allowed.
    let found = fates(&survey(data.path()));
    assert_eq!((found["部门"], found["别的"]), (FileFate::Link, FileFate::Special));
}

#[test]
fn a_file_that_is_another_after_reading_is_told() {
    let data = tempfile::tempdir().unwrap();
    let at = |name: &str| data.path().join(name);
    write(
        data.path(),
        &[
            ("低保1.csv", DIBAO.as_bytes()),
            ("低保2.csv", DIBAO.as_bytes()),
            ("低保3.csv", DIBAO.as_bytes()),
            ("低保4.csv", DIBAO.as_bytes()),
            ("学籍.csv", STUDENT.as_bytes()),
            ("通知.txt", "通知".as_bytes()),
        ],
    );
    let pipeline = folder::write(&[]);
    let pipeline = folder::open(pipeline.path());
    let folder = survey(data.path());
    assert!(folder.changes(&pipeline, data.path()).unwrap().is_empty());
    fs::remove_file(at("低保1.csv")).unwrap();
    fs::write(at("低保2.csv"), DIBAO.repeat(2)).unwrap();
    // The same bytes in another file, and in the same file at another time.
    fs::write(at("另"), DIBAO).unwrap();
    fs::rename(at("另"), at("低保3.csv")).unwrap();
    let later = std::time::SystemTime::now() + std::time::Duration::from_secs(5);
    fs::File::options().write(true).open(at("低保4.csv")).unwrap().set_modified(later).unwrap();
    // A letter may come and go; a list that comes late was not read.
    fs::remove_file(at("通知.txt")).unwrap();
    fs::write(at("学籍2.csv"), STUDENT).unwrap();
    fs::write(at("补充通知.txt"), "通知").unwrap();
    fs::write(at("扫描.jpg"), b"\xff\xd8\xff\xe0").unwrap();
    let told: Vec<String> =
        folder.changes(&pipeline, data.path()).unwrap().iter().map(ToString::to_string).collect();
    assert_eq!(
        told,
        [
            "文件在读取期间不见了，没有采用(低保1.csv)",
            "文件在读取期间被改动了，没有采用(低保2.csv)",
            "文件在读取期间被换成了另一个文件，没有采用(低保3.csv)",
            "文件在读取期间被改动了，没有采用(低保4.csv)",
            "文件在读取期间才放进数据文件夹，没有读入(学籍2.csv)",
        ]
    );
}

#[test]
fn what_the_program_wrote_is_never_read_as_a_list() {
    let data = tempfile::tempdir().unwrap();
    let published = root().join("fixtures/compat/1/quarter=2018Q3");
    copy_folder(&published, &data.path().join("out/2018Q3/run-0001-00000000"));
    let lists = published.join("lists/山城区/石林镇");
    for (from, to) in [
        (lists.with_extension("csv"), "低保_下发.csv"),
        (lists.with_extension("xlsx"), "低保_下发.xlsx"),
        (published.join("tables/dim_person.parquet"), "学籍.parquet"),
        (published.join("manifest.json"), "低保.json"),
        (published.join("report.html"), "低保报告.html"),
        (published.join("data_dictionary.csv"), "学籍字典.csv"),
    ] {
        fs::copy(from, data.path().join(to)).unwrap();
    }
    // An officer saved the list in the encoding of the office program.
    let list = fs::read_to_string(lists.with_extension("csv")).unwrap();
    let saved = encoding_rs::GB18030.encode(list.trim_start_matches('\u{feff}')).0.into_owned();
    write(data.path(), &[("低保_核查.csv", &saved), ("学籍.csv", STUDENT.as_bytes())]);
    let found = fates(&survey(data.path()));
    assert_eq!(found.len(), 9, "{found:?}");
    assert_eq!(found["out/2018Q3/run-0001-00000000"], FileFate::OwnOutput);
    let read: Vec<&String> =
        found.iter().filter(|(_, fate)| **fate != FileFate::OwnOutput).map(|(f, _)| f).collect();
    assert_eq!(read, ["学籍.csv"]);
}

#[test]
fn the_pipeline_says_what_may_lie_there() {
    let data = tempfile::tempdir().unwrap();
    write(
        data.path(),
        &[("低保.csv", DIBAO.as_bytes()), ("备份/低保.csv", DIBAO.as_bytes()), ("a.csv", b"x,y,z\n1,2,3\n")],
    );
    let complaints = |settings: &str| {
        let edit = ("pipeline.toml", "[prefecture]", settings.to_owned() + "[prefecture]");
        let written = folder::write(&[(edit.0, edit.1, &edit.2)]);
        let pipeline = folder::open(written.path());
        let found = survey_data_folder(&pipeline, data.path()).unwrap();
        let told: Vec<String> = found.complaints(&pipeline, false).iter().map(ToString::to_string).collect();
        (told, fates(&found), found.complaints(&pipeline, true).len())
    };
    let (told, all, allowed) = complaints("");
    assert!(told.len() == 1 && told[0].contains("a.csv") && allowed == 0, "{told:?}");
    assert_eq!(all["备份/低保.csv"], FileFate::Read);
    let (told, all, _) = complaints("[data]\nignore = [\"备份/**\"]\nallow_unclaimed = true\n");
    assert_eq!(
        (told.len(), all["备份/低保.csv"], all["a.csv"]),
        (0, FileFate::NotWanted, FileFate::Unclaimed)
    );
}

#[test]
fn a_file_of_no_source_stops_the_run_and_everything_wrong_is_told_at_once() {
    let data = renamed_list();
    write(
        data.path(),
        &[("各乡镇.zip", b"PK\x05\x06 broken"), ("学生资助.csv", b""), ("部门/护林员.dbf", b"")],
    );
    let output = bidui(&["check", "pipelines/hebi", "--data", text(data.path())]);
    let told = String::from_utf8(output.stderr).unwrap();
    assert_eq!(output.status.code(), Some(2), "{told}");
    assert_eq!(told.matches("错误：").count(), 4, "{told}");
    for part in [
        "淇县低保户台账.csv",
        "“农村低保”（民政局，",
        "各乡镇.zip",
        "学生资助.csv",
        "护林员.dbf",
        "--allow-unclaimed",
    ] {
        assert!(told.contains(part), "no {part} in {told}");
    }
    let said = String::from_utf8(output.stdout).unwrap();
    assert!(said.contains("（不属于任何来源：表头最接近“农村低保”"), "{said}");
}

#[test]
fn a_run_that_goes_on_names_what_it_did_not_read() {
    let data = renamed_list();
    write(data.path(), &[("通知.pdf", b"%PDF-1.4")]);
    let folder = tempfile::tempdir().unwrap();
    let (out, key) = (folder.path().join("out"), key(folder.path()));
    let line =
        ["run", "pipelines/hebi", "--quarter", "2018Q3", "--select", "R37", "--data", text(data.path())];
    let run =
        |more: &[&str]| bidui(&[&line[..], &["--out", text(&out), "--key-file", text(&key)], more].concat());
    let refused = run(&[]);
    assert_eq!(refused.status.code(), Some(2));
    assert!(String::from_utf8(refused.stderr).unwrap().contains("淇县低保户台账.csv"));
    let done = run(&["--allow-unclaimed"]);
    let summary = String::from_utf8(done.stdout).unwrap();
    assert!(
        summary.contains("  未读  可能有数据的文件不属于任何来源，没有读入：淇县低保户台账.csv"),
        "{summary}"
    );
    assert!(summary.contains("没有读入的共2处，见 notices.txt"), "{summary}");
    let told = with_notices(&summary);
    assert!(told.contains("另有1个文件没有读入（公文或说明：通知.pdf）"), "{told}");
    let manifest = fs::read_to_string(out.join("2018Q3/latest/manifest.json")).unwrap();
    let manifest: serde_json::Value = serde_json::from_str(&manifest).unwrap();
    let files = manifest["files"].as_array().unwrap();
    assert_eq!(files.len(), 40, "every file is there");
    let fate = |name: &str| files.iter().find(|f| f["file"] == name).unwrap()["fate"].clone();
    assert_eq!(fate("淇县低保户台账.csv"), "unclaimed");
    assert_eq!(fate("通知.pdf"), "letter");
    assert_eq!(fate("农村低保_浚县.xlsx"), "read");
}
