//! What lies around a run: its output folder, the data folder, the publication before, names of files, the umask.

use std::fs;
use std::os::unix::fs::PermissionsExt as _;
use std::os::unix::process::CommandExt as _;
use std::path::{Path, PathBuf};
use std::process::{Command, Output};

use crate::departments::copy;
use crate::end_to_end::{bidui, key, published, root, text};

/// A run of one rule over the fixtures of 2018Q4, whatever comes of it.
fn run_q4(pipeline: &Path, (data, out): (&Path, &Path), keys: &Path, more: &[&str]) -> Output {
    let run = ["run", text(pipeline), "--quarter", "2018Q4", "--select", "R37", "--data", text(data)];
    bidui(&[&run[..], &["--out", text(out), "--key-file", text(keys)], more].concat())
}

fn said(output: &Output, code: i32) -> String {
    let said = String::from_utf8_lossy(&output.stderr).into_owned();
    assert_eq!(output.status.code(), Some(code), "{said}");
    said
}

/// A copy of the published 2018Q3 outside the layout, with another value of one key in its manifest.
fn edited(to: &Path, key: &str, value: &str) -> PathBuf {
    copy(&fs::canonicalize(published().join("out/2018Q3/latest")).unwrap(), to, "");
    let file = to.join("manifest.json");
    let mut manifest: serde_json::Value = serde_json::from_slice(&fs::read(&file).unwrap()).unwrap();
    assert_ne!(manifest[key], value, "{key}");
    manifest[key] = value.into();
    fs::write(&file, serde_json::to_string_pretty(&manifest).unwrap()).unwrap();
    to.to_owned()
}

#[test]
fn a_publication_of_another_prefecture_or_pipeline_is_not_gone_on_from() {
    let folder = tempfile::tempdir().unwrap();
    let (out, keys) = (folder.path().join("out"), key(folder.path()));
    let (hebi, data) = (root().join("pipelines/hebi"), root().join("fixtures/hebi/2018Q4"));
    let before = |publication: &Path, pipeline: &Path| {
        run_q4(pipeline, (&data, &out), &keys, &["--previous", text(publication)])
    };
    let elsewhere = edited(&folder.path().join("elsewhere"), "prefecture", "410500");
    let told = said(&before(&elsewhere, &hebi), 2);
    assert!(told.contains("410500") && told.contains("410600") && told.contains("--previous"), "{told}");
    let renamed = edited(&folder.path().join("renamed"), "pipeline", "鹤壁市医保比对");
    let told = said(&before(&renamed, &hebi), 2);
    assert!(told.contains("鹤壁市医保比对") && told.contains("former_titles"), "{told}");
    // Nobody got a key for that, or lost a publication.
    assert!(!out.join("2018Q4").exists());
    // A pipeline that was called so before goes on.
    let pipelines = folder.path().join("pipelines");
    copy(&root().join("pipelines"), &pipelines, "");
    let file = pipelines.join("hebi/pipeline.toml");
    let settings = fs::read_to_string(&file).unwrap();
    let named = settings.replacen("title = ", "former_titles = [\"鹤壁市医保比对\"]\ntitle = ", 1);
    fs::write(&file, named).unwrap();
    said(&before(&renamed, &pipelines.join("hebi")), 0);
    // Nor is one replaced: folders of two pipelines were mixed up.
    let other = settings.replacen("title = \"鹤壁市", "title = \"安阳市", 1);
    assert_ne!(other, settings);
    fs::write(&file, other).unwrap();
    let told = said(&run_q4(&pipelines.join("hebi"), (&data, &out), &keys, &[]), 2);
    assert!(told.contains("鹤壁市") && told.contains("--out"), "{told}");
}

#[test]
fn output_and_data_folders_hold_neither_each_other() {
    let folder = tempfile::tempdir().unwrap();
    let kept = tempfile::tempdir().unwrap();
    let (data, keys) = (folder.path().join("data"), key(kept.path()));
    copy(&root().join("fixtures/hebi/2018Q4"), &data, "");
    std::os::unix::fs::symlink(&data, folder.path().join("alias")).unwrap();
    let hebi = root().join("pipelines/hebi");
    let before = fs::read_dir(&data).unwrap().count();
    for out in
        [data.join("out"), data.clone(), folder.path().to_owned(), folder.path().join("alias/deep/out")]
    {
        let told = said(&run_q4(&hebi, (&data, &out), &keys, &[]), 2);
        assert!(told.contains("提取数据文件夹") && told.contains("--out"), "{told}");
    }
    assert_eq!(fs::read_dir(&data).unwrap().count(), before);
    assert!(!folder.path().join(".bidui.lock").exists());
}

/// Everything below a folder that others may write.
fn writable_by_others(folder: &Path, found: &mut Vec<PathBuf>) -> usize {
    let mut count = 0;
    for path in fs::read_dir(folder).unwrap().map(|entry| entry.unwrap().path()).chain([folder.to_owned()]) {
        let there = fs::symlink_metadata(&path).unwrap();
        if there.is_symlink() {
            continue;
        }
        count += 1;
        if there.permissions().mode() & 0o022 != 0 {
            found.push(path.clone());
        }
        if there.is_dir() && path != folder {
            count += writable_by_others(&path, found);
        }
    }
    count
}

#[test]
fn nothing_is_writable_by_others_whatever_the_umask() {
    let folder = tempfile::tempdir().unwrap();
    let at = |name: &str| folder.path().join(name);
    let publication = published().join("out/2018Q3");
    let elsewhere = tempfile::tempdir().unwrap();
    let other = elsewhere.path().join("other");
    copy(&fs::canonicalize(publication.join("latest")).unwrap(), &other, "");
    let (small, large, linked) = (at("small/a"), at("large/a"), at("linked/a"));
    let (shared, begun) = (at("shared/a"), at("begun/a"));
    let calls: [&[&str]; 5] = [
        &["synth", "pipelines/hebi", "--quarter", "2018Q3", "--persons", "300", "--out", text(&small)],
        &[
            "synth",
            "pipelines/hebi",
            "--quarter",
            "2018Q3",
            "--persons",
            "300",
            "--layout",
            "csv",
            "--out",
            text(&large),
        ],
        &[
            "link",
            "pipelines/hebi/link.toml",
            "--data",
            "fixtures/hebi/2018Q3",
            "--sources",
            "dibao",
            "--out",
            text(&linked),
        ],
        &["across", text(&publication), text(&other), "--out", text(&shared)],
        &["init", text(&begun)],
    ];
    let mut ran = 0;
    for call in calls {
        let mut command = Command::new("sh");
        command.args(["-c", "umask 000; exec \"$0\" \"$@\"", env!("CARGO_BIN_EXE_bidui")]);
        let output = command.args(call).current_dir(root()).output().unwrap();
        assert!(output.status.success(), "{call:?}\n{}", String::from_utf8_lossy(&output.stderr));
        ran += 1;
    }
    let mut found = Vec::new();
    let count = writable_by_others(folder.path(), &mut found);
    assert!(count > 3 * ran && found.is_empty(), "{count}: {found:?}");
}

#[test]
fn a_refused_run_names_whatever_nobody_read_and_names_stay_in_their_line() {
    let folder = tempfile::tempdir().unwrap();
    let (data, out, keys) = (folder.path().join("data"), folder.path().join("out"), key(folder.path()));
    copy(&root().join("fixtures/hebi/2018Q4"), &data, "");
    fs::write(data.join(".藏起来的名单.csv"), "姓名\n").unwrap();
    fs::write(data.join("不明\n错误：没有问题\t.csv"), "甲,乙\n1,2\n").unwrap();
    let mode = rustix::fs::Mode::from_raw_mode(0o600);
    rustix::fs::mknodat(rustix::fs::CWD, data.join("管道"), rustix::fs::FileType::Fifo, mode, 0).unwrap();
    let _socket = std::os::unix::net::UnixListener::bind(data.join("插座")).unwrap();
    std::os::unix::fs::symlink("nowhere", data.join("链接")).unwrap();
    let told = said(&run_q4(&root().join("pipelines/hebi"), (&data, &out), &keys, &[]), 2);
    let mut refused = fs::read_dir(&out).unwrap().map(|entry| entry.unwrap().path());
    let refused = refused.find(|path| path.to_str().unwrap().contains("refused-")).unwrap();
    let written = fs::read_to_string(refused.join("lists/问题.txt")).unwrap();
    for text in [&told, &written] {
        for name in ["管道", "插座", "链接", ".藏起来的名单.csv", r"不明\n错误：没有问题\t.csv"]
        {
            assert!(text.contains(name), "{name}\n{text}");
        }
        assert!(!text.contains("\n错误：没有问题"), "{text}");
    }
    // Published all the same, lists and report tell the name as it is written.
    let allowed = run_q4(&root().join("pipelines/hebi"), (&data, &out), &keys, &["--allow-unclaimed"]);
    assert!(allowed.status.success(), "{}", String::from_utf8_lossy(&allowed.stderr));
    let told = String::from_utf8(allowed.stdout).unwrap();
    assert!(told.contains(r"不明\n错误：没有问题\t.csv") && !told.contains("\n错误：没有问题"), "{told}");
}

#[test]
fn an_output_folder_that_may_not_be_written_is_told_so() {
    let folder = tempfile::tempdir().unwrap();
    let keys = key(folder.path());
    let (hebi, data) = (root().join("pipelines/hebi"), root().join("fixtures/hebi/2018Q4"));
    fs::set_permissions(folder.path(), fs::Permissions::from_mode(0o755)).unwrap();
    for locked_before in [false, true] {
        let out = folder.path().join(format!("out{locked_before}"));
        fs::create_dir(&out).unwrap();
        if locked_before {
            fs::write(out.join(".bidui.lock"), "").unwrap();
        }
        fs::set_permissions(&out, fs::Permissions::from_mode(0o555)).unwrap();
        let mut command = Command::new(env!("CARGO_BIN_EXE_bidui"));
        command.args(["run", text(&hebi), "--quarter", "2018Q4", "--data", text(&data)]);
        command.args(["--out", text(&out), "--key-file", text(&keys)]);
        if rustix::process::geteuid().is_root() {
            // Root may write everywhere.
            command.uid(65_534).gid(65_534);
        }
        let output = command.output().unwrap();
        let told = said(&output, 3);
        assert!(told.contains("写入发布文件夹失败：没有权限") && told.contains("--out"), "{told}");
        assert!(!told.contains("没有这个文件"), "{told}");
    }
}
