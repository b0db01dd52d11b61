//! How the program ends when somebody ends it, stops listening, comes second, or lets everybody write.

use std::fs;
use std::os::unix::fs::PermissionsExt as _;
use std::os::unix::process::CommandExt as _;
use std::path::Path;
use std::process::{Child, Command, Stdio};
use std::time::{Duration, Instant};

use crate::end_to_end::{key, root, text};
use crate::leaks::delivered;

fn program(arguments: &[&str]) -> Command {
    let mut command = Command::new(env!("CARGO_BIN_EXE_bidui"));
    command.current_dir(root()).args(arguments);
    command
}

fn run_arguments<'a>(data: &'a Path, out: &'a Path, key: &'a Path) -> [&'a str; 11] {
    let (data, out, key) = (text(data), text(out), text(key));
    let quarter = ["run", "pipelines/hebi", "--quarter", "2018Q3", "--allow-partial"];
    let [a, b, c, d, e] = quarter;
    [a, b, c, d, e, "--data", data, "--out", out, "--key-file", key]
}

/// Waits until the run has begun to write.
fn wait_for_staging(out: &Path, child: &mut Child) {
    let begun = Instant::now();
    while !out.join(".staging-2018Q3").exists() {
        assert!(child.try_wait().unwrap().is_none(), "it ended before it began");
        assert!(begun.elapsed() < Duration::from_secs(300), "it does not begin");
        std::thread::sleep(Duration::from_millis(5));
    }
}

fn names(folder: &Path) -> Vec<String> {
    let mut names: Vec<String> =
        fs::read_dir(folder).unwrap().map(|e| e.unwrap().file_name().into_string().unwrap()).collect();
    names.sort();
    names
}

#[test]
fn a_run_that_was_started_with_hangups_ignored_goes_on() {
    let folder = tempfile::tempdir().unwrap();
    let data = delivered(&folder.path().join("synth"));
    let (out, key) = (folder.path().join("out"), key(folder.path()));
    let mut child = Command::new("sh")
        .args(["-c", "trap '' HUP; exec \"$@\"", "sh", env!("CARGO_BIN_EXE_bidui")])
        .args(run_arguments(&data, &out, &key))
        .current_dir(root())
        .stderr(Stdio::null())
        .stdout(Stdio::null())
        .spawn()
        .unwrap();
    wait_for_staging(&out, &mut child);
    rustix::process::kill_process(rustix::process::Pid::from_child(&child), rustix::process::Signal::HUP)
        .unwrap();
    assert_eq!(child.wait().unwrap().code(), Some(0));
    assert!(out.join("2018Q3/latest/manifest.json").exists());
}

#[test]
fn a_signal_ends_a_run_tidily_and_the_second_run_is_told_of_the_first() {
    let folder = tempfile::tempdir().unwrap();
    let data = delivered(&folder.path().join("synth"));
    let (out, key) = (folder.path().join("out"), key(folder.path()));
    let arguments = run_arguments(&data, &out, &key);
    for (signal, code) in [(rustix::process::Signal::INT, 130), (rustix::process::Signal::TERM, 143)] {
        let mut child = program(&arguments).stderr(Stdio::piped()).stdout(Stdio::null()).spawn().unwrap();
        wait_for_staging(&out, &mut child);
        let pid = rustix::process::Pid::from_child(&child);
        let send = |signal| rustix::process::kill_process(pid, signal).unwrap();
        // It stands still meanwhile, however long the second takes to come.
        send(rustix::process::Signal::STOP);
        // Who comes second is refused before any work, and told by whom.
        let second = program(&arguments).output().unwrap();
        let said = String::from_utf8(second.stderr).unwrap();
        assert_eq!(second.status.code(), Some(2), "{said}");
        assert!(said.contains(&format!("进程{}，", child.id())), "{said}");
        assert!(said.contains("run --quarter 2018Q3"), "{said}");
        send(signal);
        send(rustix::process::Signal::CONT);
        let ended = child.wait_with_output().unwrap();
        let said = String::from_utf8(ended.stderr).unwrap();
        assert_eq!(ended.status.code(), Some(code), "{said}");
        assert!(said.contains("已中断"), "{said}");
        assert_eq!(names(&out), [".bidui.lock"]);
    }
}

/// Processes that `parent` started, and the group of each.
fn children(parent: u32) -> Vec<(u32, u32)> {
    let stat = |pid: u32| {
        let text = fs::read_to_string(format!("/proc/{pid}/stat")).ok()?;
        // The name may hold anything: what follows it counts.
        let mut words = text.rsplit_once(") ")?.1.split(' ').skip(1).map(str::parse::<u32>);
        Some((words.next()?.ok()?, words.next()?.ok()?))
    };
    let pids = fs::read_dir("/proc").unwrap().filter_map(|e| e.ok()?.file_name().to_str()?.parse().ok());
    pids.filter_map(|pid| stat(pid).filter(|one| one.0 == parent).map(|(_, group)| (pid, group))).collect()
}

/// Stops the program once `there` holds while it stands still.
fn stop_when(child: &mut Child, there: impl Fn() -> bool) -> rustix::process::Pid {
    let pid = rustix::process::Pid::from_child(child);
    let send = |signal| rustix::process::kill_process(pid, signal).unwrap();
    let begun = Instant::now();
    loop {
        assert!(child.try_wait().unwrap().is_none(), "it ended before it began");
        assert!(begun.elapsed() < Duration::from_secs(300), "it does not begin");
        if there() {
            send(rustix::process::Signal::STOP);
            // What it was doing it may have finished meanwhile.
            std::thread::sleep(Duration::from_millis(20));
            if there() {
                return pid;
            }
            send(rustix::process::Signal::CONT);
        }
        std::thread::sleep(Duration::from_millis(1));
    }
}

#[test]
fn ctrl_c_at_a_terminal_blames_no_workbook() {
    let folder = tempfile::tempdir().unwrap();
    let (out, key) = (folder.path().join("out"), key(folder.path()));
    let data = root().join("fixtures/hebi/2018Q3");
    let mut child = program(&run_arguments(&data, &out, &key))
        .process_group(0)
        .stderr(Stdio::piped())
        .stdout(Stdio::null())
        .spawn()
        .unwrap();
    let id = child.id();
    let pid = stop_when(&mut child, || !children(id).is_empty());
    // What the terminal signals is the program's group: who reads a file is not in it.
    let groups = children(id);
    assert!(groups.iter().all(|(_, group)| *group != id), "{groups:?} of {id}");
    rustix::process::kill_process_group(pid, rustix::process::Signal::INT).unwrap();
    rustix::process::kill_process(pid, rustix::process::Signal::CONT).unwrap();
    let ended = child.wait_with_output().unwrap();
    let said = String::from_utf8(ended.stderr).unwrap();
    assert_eq!(ended.status.code(), Some(130), "{said}");
    assert!(said.contains("已中断") && !said.contains("读不出来"), "{said}");
    assert_eq!(names(&out), [".bidui.lock"]);
}

#[test]
fn a_signal_leaves_no_half_file_and_the_second_one_ends_at_once() {
    let folder = tempfile::tempdir().unwrap();
    let out = folder.path().join("synth");
    let arguments = ["synth", "pipelines/hebi", "--persons", "60000", "--layout", "csv", "--out", text(&out)];
    let writing = || {
        let mut folders = vec![out.clone()];
        while let Some(next) = folders.pop() {
            for entry in fs::read_dir(next).into_iter().flatten().flatten() {
                if entry.file_name().to_string_lossy().starts_with(".bidui-writing-") {
                    return true;
                }
                folders.extend(entry.file_type().unwrap().is_dir().then(|| entry.path()));
            }
        }
        false
    };
    let spawn =
        |stderr| program(&arguments).arg("--quiet").stderr(stderr).stdout(Stdio::null()).spawn().unwrap();
    let mut child = spawn(Stdio::piped());
    let pid = stop_when(&mut child, writing);
    rustix::process::kill_process(pid, rustix::process::Signal::TERM).unwrap();
    rustix::process::kill_process(pid, rustix::process::Signal::CONT).unwrap();
    let ended = child.wait_with_output().unwrap();
    let said = String::from_utf8(ended.stderr).unwrap();
    assert_eq!(ended.status.code(), Some(143), "{said}");
    assert!(said.contains("已中断") && !writing(), "{said}");

    // Nobody takes what it says: it waits, and the second signal does not.
    fs::remove_dir_all(&out).unwrap();
    let (reader, writer) = std::io::pipe().unwrap();
    let mut full = writer.try_clone().unwrap();
    rustix::fs::fcntl_setfl(&full, rustix::fs::OFlags::NONBLOCK).unwrap();
    while std::io::Write::write(&mut full, &[b' '; 1]).is_ok() {}
    rustix::fs::fcntl_setfl(&full, rustix::fs::OFlags::empty()).unwrap();
    let mut child = spawn(Stdio::from(writer));
    drop(full);
    let pid = stop_when(&mut child, writing);
    rustix::process::kill_process(pid, rustix::process::Signal::CONT).unwrap();
    rustix::process::kill_process(pid, rustix::process::Signal::TERM).unwrap();
    let begun = Instant::now();
    while writing() {
        assert!(begun.elapsed() < Duration::from_secs(60), "it does not tidy up");
        std::thread::sleep(Duration::from_millis(5));
    }
    assert!(child.try_wait().unwrap().is_none());
    rustix::process::kill_process(pid, rustix::process::Signal::INT).unwrap();
    assert_eq!(child.wait().unwrap().code(), Some(130));
    drop(reader);
}

#[test]
fn who_stops_listening_does_not_make_a_command_fail() {
    let mut child = program(&["rules", "pipelines/hebi", "--quiet"])
        .stdout(Stdio::piped())
        .stderr(Stdio::piped())
        .spawn()
        .unwrap();
    drop(child.stdout.take());
    let ended = child.wait_with_output().unwrap();
    assert_eq!((ended.status.code(), String::from_utf8(ended.stderr).unwrap().as_str()), (Some(0), ""));
    let mut child = program(&["completions", "bash"]).stdout(Stdio::piped()).spawn().unwrap();
    drop(child.stdout.take());
    assert_eq!(child.wait().unwrap().code(), Some(0));
    // A full disk loses what was asked for.
    let full = || fs::OpenOptions::new().write(true).open("/dev/full").unwrap();
    let lost = program(&["rules", "pipelines/hebi"]).stdout(full()).output().unwrap();
    assert_eq!(lost.status.code(), Some(3));
}

#[test]
fn what_is_published_is_no_failure_and_what_must_be_closed_is() {
    let folder = tempfile::tempdir().unwrap();
    let data = delivered(&folder.path().join("synth"));
    let (out, key) = (folder.path().join("out"), key(folder.path()));
    // Everybody may write, if the program lets them; nobody can be told the result.
    let full = fs::OpenOptions::new().write(true).open("/dev/full").unwrap();
    let ended = Command::new("sh")
        .current_dir(root())
        .args(["-c", "umask 000; exec \"$0\" \"$@\"", env!("CARGO_BIN_EXE_bidui")])
        .args(run_arguments(&data, &out, &key))
        // Nothing lies in a folder for temporary files, which is small or gone.
        .env("TMPDIR", folder.path().join("nowhere"))
        .stdout(full)
        .output()
        .unwrap();
    let said = String::from_utf8(ended.stderr).unwrap();
    assert_eq!(ended.status.code(), Some(0), "{said}");
    assert!(said.contains("已发布到"), "{said}");
    let run = out.join("2018Q3/latest").canonicalize().unwrap();
    let mode = |path: &Path| fs::metadata(path).unwrap().permissions().mode() & 0o777;
    assert_eq!([mode(&out), mode(&out.join("2018Q3")), mode(&run)], [0o755; 3]);
    assert_eq!((mode(&run.join("restricted")), mode(&run.join("lists"))), (0o700, 0o700));
    for entry in fs::read_dir(run.join("restricted")).unwrap() {
        let path = entry.unwrap().path();
        assert_eq!(mode(&path), if path.is_dir() { 0o700 } else { 0o600 }, "{}", path.display());
    }
}

#[test]
fn a_limit_on_the_length_of_files_is_told_as_a_full_disk_is() {
    let folder = tempfile::tempdir().unwrap();
    let data = delivered(&folder.path().join("synth"));
    let (out, key) = (folder.path().join("out"), key(folder.path()));
    for engine in [&[][..], &["--memory", "100MB"]] {
        let ended = Command::new("sh")
            .current_dir(root())
            .args(["-c", "ulimit -f 64; exec \"$0\" \"$@\"", env!("CARGO_BIN_EXE_bidui")])
            .args(run_arguments(&data, &out, &key))
            .args(engine)
            .output()
            .unwrap();
        let said = String::from_utf8(ended.stderr).unwrap();
        assert_eq!(ended.status.code(), Some(3), "{engine:?}: {said}");
        assert!(said.contains("文件超过系统允许的大小") && said.matches("错误：").count() == 1, "{said}");
        assert_eq!(names(&out), [".bidui.lock"]);
    }
}
