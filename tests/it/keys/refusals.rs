//! Which keys a run takes, makes, and refuses.

use std::fs;
use std::os::unix::fs::PermissionsExt as _;
use std::path::Path;
use std::process::{Command, Output};

use super::{OTHER_IDENTITY, OTHER_KEY};
use crate::departments::copy;
use crate::end_to_end::{key, key_file, published, root, text};

/// Runs a rule over the fixtures from `here`, with nothing but `variables` in the environment.
fn run_in(here: &Path, variables: &[(&str, &str)], out: &Path, more: &[&str]) -> Output {
    let (pipeline, data) = (root().join("pipelines/hebi"), root().join("fixtures/hebi/2018Q3"));
    Command::new(env!("CARGO_BIN_EXE_bidui"))
        .current_dir(here)
        .env_clear()
        .envs(variables.iter().copied())
        .args(["run", text(&pipeline), "--quarter", "2018Q3", "--data", text(&data), "--out", text(out)])
        .args(["--select", "R37"])
        .args(more)
        .output()
        .unwrap()
}

/// A run that is refused before anything is read; what it says.
fn refused(here: &Path, variables: &[(&str, &str)], out: &Path, more: &[&str]) -> String {
    let output = run_in(here, variables, out, more);
    let said = String::from_utf8(output.stderr).unwrap();
    assert_eq!(output.status.code(), Some(2), "{more:?}\n{said}");
    assert!(said.contains("提示："), "without a cure: {said}");
    said
}

#[test]
fn an_output_folder_without_publications_gets_keys_and_says_so() {
    let folder = tempfile::tempdir().unwrap();
    let (here, out) = (folder.path().join("here"), folder.path().join("out"));
    fs::create_dir(&here).unwrap();
    // Neither variable says where: nothing lands in the working folder.
    for variables in
        [&[("HOME", ""), ("XDG_CONFIG_HOME", "")][..], &[], &[("HOME", "."), ("XDG_CONFIG_HOME", "config")]]
    {
        let said = refused(&here, variables, &out, &[]);
        assert!(said.contains("--key-file") && said.contains("HOME"), "{said}");
    }
    refused(&here, &[("BIDUI_KEY_FILE", "")], &out, &[]);
    assert_eq!(fs::read_dir(&here).unwrap().count(), 0);
    assert!(!out.exists());

    let home = folder.path().join("home");
    let variables = [("HOME", text(&home)), ("XDG_CONFIG_HOME", "")];
    let made = run_in(&here, &variables, &out, &[]);
    let said = String::from_utf8(made.stderr).unwrap();
    assert!(made.status.success(), "{said}");
    for key in ["pseudonym.key", "pseudonym.identity.key"] {
        let file = home.join(".config/bidui").join(key);
        assert!(said.contains("新建") && said.contains(text(&file)), "{said}");
        assert_eq!(fs::metadata(&file).unwrap().permissions().mode() & 0o777, 0o600);
    }
    assert_eq!(fs::read_dir(&here).unwrap().count(), 0);
    let manifest = fs::read(out.join("2018Q3/latest/manifest.json")).unwrap();
    let manifest: serde_json::Value = serde_json::from_slice(&manifest).unwrap();
    let name = |of: &str| manifest["keys"][of].as_str().unwrap().to_owned();
    assert!(name("identity").len() == 16 && name("pseudonym").len() == 16);

    // Another user, another machine, cron: no key is made in place of the one that is missed.
    let elsewhere = folder.path().join("elsewhere");
    let said = refused(&here, &[("HOME", text(&elsewhere))], &out, &[]);
    assert!(said.contains("不在") && said.contains(&name("pseudonym")), "{said}");
    assert!(!elsewhere.exists());
    let bi = home.join(".config/bidui/pseudonym.key");
    let identity = home.join(".config/bidui/pseudonym.identity.key");
    let moved = folder.path().join("moved.key");
    fs::rename(&identity, &moved).unwrap();
    let said = refused(&here, &[("HOME", text(&home))], &out, &[]);
    assert!(said.contains(&name("identity")) && said.contains("--identity-file"), "{said}");
    assert!(!identity.exists());

    // The key of the pseudonyms rotates, if the operator says so: a new one is made, and said.
    fs::rename(&moved, &identity).unwrap();
    fs::rename(&bi, &moved).unwrap();
    let ids = |column: &str, table: &str| -> std::collections::BTreeSet<String> {
        let table = out.join("2018Q3/latest").join(table);
        let rows = bidui::read_rows(&table, |_| true).unwrap();
        rows.iter().map(|row| row.get(column).to_owned()).filter(|id| !id.is_empty()).collect()
    };
    let restricted = "restricted/exception.parquet";
    let all = || {
        let kept =
            [ids("exception_id", restricted), ids("listed_id", restricted), ids("person_id", restricted)];
        (kept, ids("exception_id", "tables/fact_exception.parquet"))
    };
    let before = all();
    let rotated = run_in(&here, &[("HOME", text(&home))], &out, &["--rotate-key"]);
    let said = String::from_utf8(rotated.stderr).unwrap();
    assert!(rotated.status.success() && said.contains("新建假名密钥"), "{said}");
    let after = all();
    assert_eq!(before.0, after.0, "persons, fingerprints and numbers on sheets stay");
    assert!(!before.1.is_empty() && before.1.is_disjoint(&after.1));
}

#[test]
fn a_run_that_cannot_publish_leaves_no_key_behind() {
    let folder = tempfile::tempdir().unwrap();
    let (home, out) = (folder.path().join("home"), folder.path().join("out"));
    fs::create_dir(&home).unwrap();
    let variables = [("HOME", text(&home))];
    // Somebody else publishes there.
    fs::create_dir(&out).unwrap();
    let lock = fs::File::create(out.join(".bidui.lock")).unwrap();
    lock.lock().unwrap();
    let said = refused(folder.path(), &variables, &out, &[]);
    assert!(said.contains("另一个程序正在写"), "{said}");
    assert_eq!(fs::read_dir(&home).unwrap().count(), 0);
    drop(lock);
    // Nobody can.
    fs::remove_dir_all(&out).unwrap();
    fs::write(&out, "a file").unwrap();
    let failed = run_in(folder.path(), &variables, &out, &[]);
    assert_eq!(failed.status.code(), Some(3), "{}", String::from_utf8_lossy(&failed.stderr));
    assert_eq!(fs::read_dir(&home).unwrap().count(), 0);
    // `--quiet` keeps quiet about everything but new keys.
    fs::remove_file(&out).unwrap();
    let made = run_in(folder.path(), &variables, &out, &["--quiet"]);
    let said = String::from_utf8(made.stderr).unwrap();
    assert!(made.status.success() && said.matches("新建").count() == 2, "{said}");
}

#[test]
fn other_keys_than_the_manifest_names_are_refused_with_the_cure() {
    let folder = tempfile::tempdir().unwrap();
    let out = folder.path().join("out");
    copy(&published().join("out/2018Q3"), &out.join("2018Q3"), "");
    let own = key(folder.path());
    let other = key_file(&folder.path().join("other"), OTHER_IDENTITY);
    let more = ["--key-file", text(&own), "--identity-file", text(&other)];
    let said = refused(folder.path(), &[], &out, &more);
    assert!(said.contains("身份密钥与发布的不同") && said.contains("bidui migrate"), "{said}");
    // The secret of the run before counts as well, wherever it lies.
    let fresh = folder.path().join("fresh");
    let previous = out.join("2018Q3");
    let said = refused(folder.path(), &[], &fresh, &[&more[..], &["--previous", text(&previous)]].concat());
    assert!(said.contains("身份密钥与发布的不同"), "{said}");

    let other = key_file(&folder.path().join("other"), OTHER_KEY);
    let identity = folder.path().join("test.identity.key");
    let said =
        refused(folder.path(), &[], &out, &["--key-file", text(&other), "--identity-file", text(&identity)]);
    assert!(said.contains("假名密钥与发布的不同") && said.contains("--rotate-key"), "{said}");
}

#[test]
fn weak_and_misplaced_keys_are_refused_whichever_key_it_is() {
    let folder = tempfile::tempdir().unwrap();
    let (here, out) = (folder.path(), folder.path().join("out"));
    let strong = key(here);
    let options = |file: &Path, identity: bool| -> Vec<String> {
        let (one, other) =
            if identity { ("--identity-file", "--key-file") } else { ("--key-file", "--identity-file") };
        [one, text(file), other, text(&strong)].map(str::to_owned).to_vec()
    };
    let refused = |file: &Path, identity: bool| {
        let options = options(file, identity);
        refused(here, &[], &out, &options.iter().map(String::as_str).collect::<Vec<_>>())
    };
    // `privacy/key_file.rs` tries every kind; here, that a run asks it for both keys.
    for (bytes, identity, why) in
        [(&[0u8; 32][..], true, "全是零"), (&[7; 32], false, "重复"), (&[b'k'; 10_000_000], true, "太长")]
    {
        let said = refused(&key_file(&here.join("weak"), bytes), identity);
        assert!(said.contains(why), "{said}");
    }
    let open = key_file(&here.join("open"), OTHER_KEY);
    fs::set_permissions(&open, fs::Permissions::from_mode(0o644)).unwrap();
    assert!(refused(&open, true).contains("chmod 600"));
    for (inside, identity) in [
        (root().join("fixtures/hebi/2018Q3/new.key"), true),
        (root().join("pipelines/hebi/new.key"), false),
        (root().join("pipelines/base/new.key"), true),
        (out.join("new.key"), true),
    ] {
        let said = refused(&inside, identity);
        assert!(said.contains("不能放在"), "{said}");
        assert!(!inside.exists());
    }
    // One key for both would rotate the persons with the pseudonyms.
    let twice = ["--key-file", text(&strong), "--identity-file", text(&strong)];
    let output = run_in(here, &[], &out, &twice);
    assert!(String::from_utf8(output.stderr).unwrap().contains("相同"));
}
