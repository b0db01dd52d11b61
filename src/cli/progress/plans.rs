//! Stages of the long commands, with the seconds that each took where it was measured: 1.6 million
//! people, 2 cores, release build. Only their proportion counts. After a stage became faster, measure
//! again with `cargo bench --bench run_times` and `--bench stage_times`. A test compares the
//! titles with what the engine says.

use super::estimate::CommandStage;

const fn stage(title: &'static str, share: f64) -> CommandStage {
    CommandStage { title, share, even: false }
}

/// `bidui run`.
pub const RUN: &[CommandStage] = &[
    stage("读取并装载各部门数据", 0.9),
    stage("规范证号、姓名、区划", 0.4),
    stage("匹配同一个人的记录", 1.0),
    stage("认人归户", 0.2),
    stage("准备核查视图", 0.3),
    CommandStage { title: "逐条运行规则", share: 1.5, even: true },
    stage("与上一期对照", 0.1),
    stage("写出发布", 4.1),
];

/// `bidui link` on a pipeline.
pub const LINK: &[CommandStage] =
    &[stage("读取并装载", 1.7), stage("规范", 0.7), stage("匹配", 2.0), stage("写出", 0.9)];

/// `bidui synth`.
pub const SYNTH: &[CommandStage] = &[CommandStage { title: "生成虚构数据", share: 1.0, even: true }];

/// `bidui across`.
pub const ACROSS: &[CommandStage] =
    &[CommandStage { title: "比对证号", share: 9.0, even: true }, stage("写出", 1.0)];

/// Commands whose time was not measured stage by stage.
pub const UNKNOWN: &[CommandStage] = &[];
