//! Every command as it is typed: its exit code, what it says, what it leaves behind.

use std::collections::BTreeSet;
use std::path::Path;

use crate::end_to_end::{bidui, key, ok, root, text};
use crate::examples::link_two_files;

/// A command line and what comes of it.
struct CommandCall {
    /// What follows `bidui`, in words parted by spaces. `{new}` is an empty folder but for what
    /// [`prepare`] puts there; all calls share it.
    line: &'static str,
    /// 0 done, 1 done and exceptions at or over `--fail-on`, 2 refused, 3 failed.
    code: i32,
    /// Part of standard output, or of standard error where the command does not get done.
    says: &'static str,
    /// A file or folder in `{new}` that is there after the call; `""` for none.
    leaves: &'static str,
}

const fn done(line: &'static str, says: &'static str, leaves: &'static str) -> CommandCall {
    CommandCall { line, code: 0, says, leaves }
}

const fn ends(code: i32, line: &'static str, says: &'static str) -> CommandCall {
    CommandCall { line, code, says, leaves: "" }
}

/// To add a command, add a call that gets done and one that is refused. They run in this order.
const CALLS: &[CommandCall] = &[
    done("init {new}/anyang", "已新建", "anyang/sources/people.toml"),
    ends(2, "init {new}/anyang", "文件夹已存在"),
    ends(3, "init {new}/task.toml/inside", "新建文件夹失败"),
    done("check {new}/anyang", "配置正确：1个数据来源", ""),
    done("check {new}/task.toml", "配置正确：2个表，3个链接列", ""),
    done("check pipelines/hebi --mutate R08", "改坏2处，全部被示例发现", ""),
    done("check pipelines/hebi --situations", "不符0个", ""),
    ends(2, "check fixtures", "fixtures/pipeline.toml"),
    ends(
        1,
        "run pipelines/hebi --quarter 2018Q3 --data fixtures/hebi/2018Q3 --out {new}/out \
         --key-file {new}/test.key --select R37 --fail-on S1 --quiet",
        "",
    ),
    done("diff {new}/out/2018Q3 {new}/out/2018Q3", "R37\t享受资助参保但未建档（错补）\t23\t23\t+0\t-0", ""),
    done("try R37 pipelines/hebi --publication {new}/out --csv {new}/try.csv", "新增0条，消失0条", "try.csv"),
    ends(2, "try R9999 pipelines/hebi --publication {new}/out", "没有编号为“R9999”的规则"),
    ends(2, "run pipelines/hebi --quarter 2018Q5 --data fixtures --out {new}/none", "不存在"),
    ends(2, "run pipelines/hebi --quarter 2018Q3 --data nowhere --out {new}/none", "找不到提取数据文件夹"),
    done("profile fixtures/hebi/2018Q3/部门/护林员.dbf", "SFZH：证件号码", ""),
    done("profile --draft fixtures/hebi/2018Q3/部门/护林员.dbf", "patterns = [\"**/*护林员*\"]", ""),
    ends(2, "profile", "缺少 <FILES>"),
    ends(2, "profile --drafft x", "是不是 --draft"),
    done("link {new}/task.toml --data fixtures/hebi/2018Q3 --out {new}/link", "归为29组", "link/report.json"),
    done(
        "link pipelines/hebi/link.toml --data fixtures/hebi/2018Q3 --sources dibao,insurance --out {new}/two",
        "dibao\t523条记录",
        "two/cluster.parquet",
    ),
    ends(
        2,
        "link pipelines/hebi/link.toml --data fixtures/hebi/2018Q3 --sources nobody --out {new}/none",
        "没有数据来源“nobody”",
    ),
    done(
        "train {new}/task.toml --data fixtures/hebi/2018Q3 --out {new}/weights.toml",
        "947条记录",
        "weights.toml",
    ),
    ends(2, "train pipelines/hebi --out {new}/none", "缺少 --data"),
    done("evaluate {new}/link --sample 5", "dibao:22,insurance:723", ""),
    done("evaluate {before} --truth fixtures/hebi/truth/2018Q3", "真值34785对", ""),
    ends(2, "evaluate {before} --truth nowhere", "找不到真值文件"),
    ends(2, "evaluate {before}", "--truth"),
    done("explain 0KS0G8DDA1HJ2BNHEZ4K4DFG91 --out {before}", "责任部门", ""),
    ends(2, "explain nothing --publication {before}", "没有找到“nothing”"),
    ends(2, "diff {before} fixtures", "不是完整的发布"),
    ends(
        1,
        "triage import {new}/answers.csv --out {new}/out --dry-run --by 李科长",
        "合计\t1行：采用0，未变0，编号不认识1",
    ),
    ends(2, "triage import {new}/nowhere.xlsx --out {new}/out", "找不到要导入的文件"),
    ends(2, "triage log --out {new}/out", "没有导入过核查结果"),
    ends(2, "triage undo 1 --out {new}/out", "没有导入过核查结果"),
    done("verify {before}", "发布完好", ""),
    ends(2, "verify {new}/other", "缺少文件"),
    ends(2, "verify {new}/nowhere", "不是完整的发布"),
    done("migrate {new}/out --key-file {new}/test.key", "没有要换的编号", ""),
    ends(2, "migrate {new}/nowhere --key-file {new}/test.key", "这里没有发布"),
    ends(2, "backup --out {new}/out --to {new}/out/a --key-file {new}/test.key", "不能放在发布文件夹里"),
    done(
        "backup --out {new}/out --to {new}/out.bidui-backup --without-keys --key-file {new}/test.key",
        "不含密钥",
        "out.bidui-backup",
    ),
    done("restore {new}/out.bidui-backup --out {new}/out --key-file {new}/test.key", "备份完好", ""),
    ends(2, "restore {new}/answers.csv --out {new}/out --key-file {new}/test.key", "不是 bidui 做的备份"),
    ends(2, "tidy --out {new}/out --on 2199-01-01 --key-file {new}/test.key", "晚于今天"),
    done("tidy --out {new}/out --on 2019-01-01 --dry-run --key-file {new}/test.key", "没有要删的", ""),
    ends(2, "publicize {new}/out --to {new}/out", "已经有了"),
    done("publicize {before} --to {new}/public", "公示名单", "public"),
    done("triage bulletin --out {new}/out --to {new}/b.docx --on 2018-12-01", "通报：", "b.docx"),
    ends(2, "triage bulletin --out {new}/out --to {new}/b.pdf", "只写成 .docx"),
    done("across {before} {new}/other --out {new}/across", "\t4537\t", "across/cross_link.csv"),
    ends(2, "across {before} {before} --out {new}/none", "同一个发布给了两次"),
    done(
        "synth pipelines/hebi --persons 300 --layout csv --out {new}/s",
        "预期疑点",
        "s/truth/2018Q3/records.csv",
    ),
    ends(2, "synth pipelines/hebi --out {new}/none", "--persons"),
    done(
        "synth pipelines/hebi --persons 900 --layout csv --events oversampled --event-factor dropped_out=3 --out {new}/e",
        "预期疑点",
        "e/truth/2018Q3/events.csv",
    ),
    ends(2, "synth pipelines/hebi --persons 900 --events usual --out {new}/none", "--layout csv"),
    ends(
        2,
        "synth pipelines/hebi --persons 900 --layout csv --events usual --event-factor x=2 --out {new}/none",
        "没有“x”这种事件",
    ),
    done("rules pipelines/hebi R37", "享受资助参保但未建档（错补）", ""),
    done("rules pipelines/hebi --sql R37", "FROM insurance i", ""),
    done("rules pipelines/hebi --situations", "## 出生", ""),
    ends(2, "rules pipelines/hebi --severity S9", "S1、S2、S3、S4"),
    done("graph pipelines/hebi", "insurance --> R37", ""),
    ends(2, "graph fixtures", "fixtures/pipeline.toml"),
    done("schema", "pipeline", ""),
    done("schema --out {new}/schema", "", "schema/link.json"),
    ends(2, "schema nothing", "没有名为“nothing”的 Schema"),
    ends(3, "schema --out {new}/task.toml/inside", "新建文件夹失败"),
    done("completions bash", "complete -F _bidui", ""),
    ends(2, "completions nothing", "bash"),
];

/// Puts a key, a linkage task, and what `across` reads of a second publication into the folder.
fn prepare(folder: &Path, before: &Path) {
    key(folder);
    std::fs::write(folder.join("answers.csv"), "疑点编号,核查结果\nR37-2018Q3-00000000,转办\n").unwrap();
    std::fs::write(folder.join("task.toml"), link_two_files::CONFIG).unwrap();
    std::fs::create_dir_all(folder.join("other/restricted")).unwrap();
    for file in ["manifest.json", "restricted/person_identity.parquet"] {
        std::fs::copy(before.join(file), folder.join("other").join(file)).unwrap();
    }
}

#[test]
fn every_call_ends_as_it_should() {
    let folder = tempfile::tempdir().unwrap();
    let before = root().join("fixtures/compat/1/quarter=2018Q3");
    prepare(folder.path(), &before);
    for call in CALLS {
        let line = call.line.replace("{new}", text(folder.path())).replace("{before}", text(&before));
        let words: Vec<&str> = line.split(' ').collect();
        let output = bidui(&words);
        let (out, err) =
            (String::from_utf8(output.stdout).unwrap(), String::from_utf8(output.stderr).unwrap());
        let seen = format!("bidui {line}\n{out}\n{err}");
        assert_eq!(output.status.code(), Some(call.code), "{seen}");
        let said = if call.code < 2 { &out } else { &err };
        assert!(said.contains(call.says), "no “{}” of {seen}", call.says);
        assert!(call.code < 2 || out.is_empty(), "data from a command that did not get done: {seen}");
        assert!(folder.path().join(call.leaves).exists(), "no {} after {seen}", call.leaves);
    }
    assert!(!folder.path().join("none").exists(), "a refused command has written");
}

#[test]
fn every_command_of_the_help_is_called() {
    let help = ok(&["--help"]);
    let listed = help.split_once("命令：\n").unwrap().1.split_once("\n\n").unwrap().0;
    let listed: BTreeSet<&str> = listed.lines().map(|l| l.split_whitespace().next().unwrap()).collect();
    let called = |code: fn(i32) -> bool| -> BTreeSet<&str> {
        let calls = CALLS.iter().filter(|call| code(call.code));
        calls.map(|call| call.line.split(' ').next().unwrap()).collect()
    };
    assert!(listed.len() >= 15, "{listed:?}");
    assert_eq!(called(|code| code < 2), listed, "calls that get done");
    assert_eq!(called(|code| code == 2), listed, "calls that are refused");
}
