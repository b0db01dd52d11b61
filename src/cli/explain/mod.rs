//! `bidui explain`: one exception, person or pair: records side by side, why they match, the
//! clause it rests on.

use std::collections::{BTreeMap, BTreeSet};
use std::path::{Path, PathBuf};

use clap::Args;
use serde::Serialize;

use super::Console;
use waterfall::{LinkWeights, PairExplanation, explain_pair};

use crate::link::generic::result_files::check_result_files;
use crate::model::exception::{row_key, row_number};
use crate::privacy::mask;
use crate::publication::layout::output_folder;
use crate::publication::snapshot::Snapshot;
use crate::publication::table_reader::{self, TableRow};
use crate::table::whole_file::write_whole_file;
use crate::{Error, Result};

mod access_log;
pub(super) mod page;
mod waterfall;

/// Arguments of `bidui explain`.
#[derive(Debug, Args)]
pub(super) struct ExplainArguments {
    /// 疑点编号、人员编号、记录编号，或用逗号分开的两个记录编号
    id: String,
    /// 发布，例如 out/2018Q3（给发布的上级文件夹则取最新季度）
    #[arg(long, default_value = "out")]
    publication: PathBuf,
    /// 流水线文件夹（用其权重说明每项的贡献；默认在 pipelines/ 中按标题找）
    #[arg(long)]
    pipeline: Option<PathBuf>,
    /// 另存为一个自带图表的网页
    #[arg(long, value_name = "FILE")]
    html: Option<PathBuf>,
    /// 显示完整证件号和出生日期（默认不显示；谁查了什么会记在发布文件夹的 .bidui-access.log）
    #[arg(long)]
    show_numbers: bool,
}

/// A published row, kept as text so that numbers in it can be masked.
#[derive(Debug, Clone, Default)]
struct ExplainedRow(Vec<(String, String)>);

impl ExplainedRow {
    fn get(&self, column: &str) -> &str {
        self.0.iter().find(|(name, _)| name == column).map_or("", |(_, text)| text.as_str())
    }
}

impl Serialize for ExplainedRow {
    fn serialize<S: serde::Serializer>(&self, serializer: S) -> std::result::Result<S::Ok, S::Error> {
        serializer.collect_map(self.0.iter().map(|(name, text)| (name, text)))
    }
}

impl From<&TableRow> for ExplainedRow {
    fn from(row: &TableRow) -> Self {
        let text = |value: Option<&str>| value.unwrap_or("").to_owned();
        Self(row.iter().map(|(name, value)| (name.to_owned(), text(value))).collect())
    }
}

fn rows(
    publication: &Snapshot,
    table: &str,
    wanted: impl Fn(&TableRow) -> bool,
) -> Result<Vec<ExplainedRow>> {
    Ok(publication.rows(table, wanted)?.iter().map(ExplainedRow::from).collect())
}

/// Everything known about what was asked.
#[derive(Debug, Default, Serialize)]
struct FoundExplanation {
    exceptions: Vec<ExplainedRow>,
    rules: Vec<ExplainedRow>,
    persons: Vec<String>,
    records: Vec<ExplainedRow>,
    links: Vec<ExplainedRow>,
    /// The links, explained.
    accounts: Vec<PairExplanation>,
}

pub(super) fn execute(arguments: &ExplainArguments, console: &mut Console<'_>) -> Result<u8> {
    // A linkage task has no publication: links and clusters stand in one folder.
    let task = arguments.publication.join("link.parquet").is_file();
    let (mut explanation, weights) = if task {
        if arguments.show_numbers {
            access_log::note_access(&arguments.publication, &arguments.publication, &arguments.id)?;
        }
        (collect_task(&arguments.publication, &arguments.id)?, LinkWeights::of_report(&arguments.publication))
    } else {
        let publication = Snapshot::newest(&arguments.publication)?;
        if arguments.show_numbers {
            let run = publication.folder();
            access_log::note_access(output_folder(run), run, &arguments.id)?;
        }
        let root = match arguments.pipeline {
            None => super::find_pipeline(publication.pipeline()),
            Some(_) => None,
        };
        let weights = root.map(|root| LinkWeights::of_pipeline(&root)).transpose()?;
        (collect(&publication, &arguments.id)?, weights)
    };
    if !arguments.show_numbers {
        hide_persons(&mut explanation);
    }
    let weights = match &arguments.pipeline {
        Some(root) => Some(LinkWeights::of_pipeline(root)?),
        None => weights,
    };
    if weights.is_none() {
        console.say("没有找到这次匹配所用的权重，只列等级；用 --pipeline 指向流水线文件夹")?;
    }
    explanation.accounts =
        explanation.links.iter().map(|link| explain_pair(link, weights.as_ref())).collect();
    if let Some(file) = &arguments.html {
        let page = page::render_explanation_page(&explanation, &explanation.accounts);
        // Of persons even without their numbers.
        write_whole_file(file, 0o600, page.as_bytes())?;
        console.say(&format!("  写出 {}", file.display()))?;
    }
    if console.json {
        console.whole_json(&explanation)?;
    } else {
        print(&explanation, console)?;
    }
    Ok(0)
}

/// Links of a linkage task that touch the given records (both, if two are given).
fn collect_task(folder: &Path, id: &str) -> Result<FoundExplanation> {
    let wanted: BTreeSet<String> = id.split(',').map(|part| part.trim().to_owned()).collect();
    check_result_files(folder)?;
    let links = table_reader::read_rows(&folder.join("link.parquet"), |l| {
        let ends = [l.get("left_record_id"), l.get("right_record_id")].map(|r| wanted.contains(r));
        if wanted.len() > 1 { ends[0] && ends[1] } else { ends[0] || ends[1] }
    })?;
    let links: Vec<ExplainedRow> = links.iter().map(ExplainedRow::from).collect();
    if links.is_empty() {
        return Err(Error::usage(format!("没有找到与“{id}”有关的记录对"))
            .in_file(folder)
            .hint("给一个记录编号，或用逗号分开的两个记录编号"));
    }
    Ok(FoundExplanation { links, ..FoundExplanation::default() })
}

fn collect(publication: &Snapshot, id: &str) -> Result<FoundExplanation> {
    let mut found = FoundExplanation {
        exceptions: rows(publication, "restricted/exception.parquet", |row| is_called(row, id))?,
        ..FoundExplanation::default()
    };
    let mut wanted: BTreeSet<String> = BTreeSet::new();
    for exception in &found.exceptions {
        let code = exception.get("rule_code");
        found.rules.extend(rows(publication, "tables/dim_rule.parquet", |row| row.get("rule_code") == code)?);
        wanted.extend(exception.get("evidence_record_ids").split(';').map(str::to_owned));
    }
    wanted.extend(id.split(',').map(|part| part.trim().to_owned()));
    let records = "restricted/record.parquet";
    let mut people: BTreeSet<String> =
        rows(publication, records, |r| wanted.contains(r.get("record_id")) || r.get("person_id") == id)?
            .iter()
            .map(|r| r.get("person_id").to_owned())
            .collect();
    if people.is_empty() && found.exceptions.is_empty() {
        // What tables/ call a person.
        let identity = "restricted/person_identity.parquet";
        let named = rows(publication, identity, |row| row.get("person_key") == id)?;
        people.extend(named.iter().map(|row| row.get("person_id").to_owned()));
    }
    if people.is_empty() && found.exceptions.is_empty() {
        return Err(Error::usage(format!("没有找到“{id}”")).in_file(publication.folder()).hint(
            "可用清单的疑点编号、tables/ 的 exception_id 或 person_key、人员编号（P 开头）或记录编号；确认 --publication 是同一季度",
        ));
    }
    found.records = rows(publication, records, |row| people.contains(row.get("person_id")))?;
    let ids: BTreeSet<&str> = found.records.iter().map(|r| r.get("record_id")).collect();
    found.links = rows(publication, "restricted/link.parquet", |l| {
        ids.contains(l.get("left_record_id")) || ids.contains(l.get("right_record_id"))
    })?;
    found.persons = people.into_iter().collect();
    Ok(found)
}

/// Is this what the exception of a row is called: on lists (also on sheets handed out before its subject was found
/// to be another's, or another identity secret was taken), in `tables/`, or within `restricted/`?
fn is_called(row: &TableRow, id: &str) -> bool {
    let whole = |name: &str| !name.is_empty() && name == id;
    if ["exception_id", "exception_key", "listed_id"].into_iter().any(|column| whole(row.get(column))) {
        return true;
    }
    // A number is rule, period and the beginning of the row's key, which is as long as one likes.
    let begins = |number: &str| {
        let key = number.rsplit('-').next().unwrap_or("");
        whole(key)
            || number.strip_prefix(id).is_some_and(|rest| rest.len() + LEAST_KEY_CHARACTERS <= key.len())
    };
    let key = row_key(row.get("listed_id"), row.get("exception_id"));
    begins(&row_number(row.get("rule_code"), row.get("first_seen"), key))
        || row.get("former_numbers").split(';').any(begins)
}

/// The number that lists show, else the fingerprint.
fn shown_number(exception: &ExplainedRow) -> String {
    match exception.get("listed_id").get(..8) {
        Some(listed) => row_number(exception.get("rule_code"), exception.get("first_seen"), listed),
        None => exception.get("exception_id").to_owned(),
    }
}

/// Fewer characters of a row's key do not tell exceptions apart.
const LEAST_KEY_CHARACTERS: usize = 4;

/// Masks every number of a person, and hides birth dates: beside a masked number a birth date is the number.
fn hide_persons(found: &mut FoundExplanation) {
    // The first birth date of each person, that the others are compared with.
    let mut first: BTreeMap<String, String> = BTreeMap::new();
    let of_ids =
        found.records.iter().flat_map(|row| row.0.iter().filter(|(name, _)| name.ends_with("id_number")));
    let delivered: BTreeSet<String> =
        of_ids.map(|(_, text)| text.clone()).filter(|text| text.len() >= 15).collect();
    for row in &mut found.records {
        let person = row.get("person_id").to_owned();
        for (name, text) in &mut row.0 {
            if text.is_empty() || is_key_column(name) {
            } else if name.ends_with("birth_date") {
                let same = *first.entry(person.clone()).or_insert_with(|| text.clone()) == *text;
                *text = if same { "（不显示）" } else { "（不显示，与前面的不同）" }.to_owned();
            } else if name.ends_with("id_number") || name == "phone" {
                *text = mask::mask_id_for_list(text);
            } else if name == "household" {
                // Somebody's number, whatever it looks like; of others what looks like one.
                let parts = text.split('|').map(|part| match delivered.contains(part) {
                    true => mask::mask_id_for_list(part),
                    false => mask::mask_persons_in_code(part),
                });
                *text = Vec::from_iter(parts).join("|");
            } else {
                *text = mask::mask_numbers_in_text(text).into_owned();
            }
        }
    }
    for row in found.exceptions.iter_mut().chain(&mut found.links) {
        for (_, text) in row.0.iter_mut().filter(|(name, _)| !is_key_column(name)) {
            *text = mask::mask_numbers_in_text(text).into_owned();
        }
    }
}

/// Ids and codes, which tell nobody's number and must stay whole to be asked for again.
fn is_key_column(name: &str) -> bool {
    const KEYS: [&str; 17] = [
        "cause_exception_id",
        "county_code",
        "evidence_record_ids",
        "exception_id",
        "exception_key",
        "former_numbers",
        "household_id",
        "left_record_id",
        "listed_id",
        "person_id",
        "record_id",
        "related",
        "right_record_id",
        "rule_code",
        "subject_id",
        "township_code",
        "village_code",
    ];
    KEYS.contains(&name)
}

fn print(found: &FoundExplanation, console: &mut Console<'_>) -> Result<()> {
    for exception in &found.exceptions {
        console.whole_line(&format!("疑点 {}", shown_number(exception)))?;
        for (label, column) in [
            ("说明", "message"),
            ("规则", "rule_code"),
            ("严重程度", "severity"),
            ("责任部门", "owner"),
            ("首次发现", "first_seen"),
            ("状态", "status"),
            ("反馈期限", "due_date"),
        ] {
            console.whole_line(&format!("  {label}  {}", exception.get(column)))?;
        }
    }
    for rule in &found.rules {
        for (label, column) in
            [("疑点类型", "title"), ("依据", "policy"), ("为何重要", "why"), ("核查建议", "advice")]
        {
            if !rule.get(column).is_empty() {
                console.whole_line(&format!("  {label}  {}", rule.get(column)))?;
            }
        }
    }
    for person in &found.persons {
        console.whole_line(&format!("\n人员 {person}"))?;
        let records: Vec<&ExplainedRow> =
            found.records.iter().filter(|r| r.get("person_id") == person).collect();
        side_by_side(&records, console)?;
    }
    console.whole_line("\n匹配（权重单位：比特；每向上 1 比特，是同一人的可能翻一倍）")?;
    if found.accounts.is_empty() {
        console.whole_line("  没有与其他记录比较后接受或待确认的记录对")?;
    }
    for account in &found.accounts {
        link_lines(account, console)?;
    }
    Ok(())
}

/// Columns that tell records apart, in the order an officer reads them.
const SHOWN: [(&str, &str); 12] = [
    ("record_id", "记录"),
    ("file", "文件"),
    ("row", "行"),
    ("name", "姓名"),
    ("id_number", "证件号"),
    ("id_number_class", "证件号判定"),
    ("birth_date", "出生日期"),
    ("sex", "性别"),
    ("village_code", "村代码"),
    ("household", "户编号"),
    ("relation", "与户主关系"),
    ("link_tier", "匹配等级"),
];

fn side_by_side(records: &[&ExplainedRow], console: &mut Console<'_>) -> Result<()> {
    for (column, label) in SHOWN {
        let cells: Vec<&str> = records.iter().map(|r| r.get(column)).collect();
        if cells.iter().all(|c| c.is_empty()) {
            continue;
        }
        console.whole_line(&format!("  {label}\t{}", cells.join("\t")))?;
    }
    Ok(())
}

fn link_lines(account: &PairExplanation, console: &mut Console<'_>) -> Result<()> {
    let bits = |bits: i32| f64::from(bits) / 1000.0;
    console.whole_line(&format!("  {} ⇄ {}", account.left, account.right))?;
    console.whole_line(&format!("    {:.3} 比特，{}", bits(account.weight), account.verdict))?;
    let mut sum = 0;
    for step in &account.steps {
        sum += step.bits;
        let bar: String =
            std::iter::repeat_n(if step.bits < 0 { '-' } else { '+' }, (step.bits.abs() / 1000) as usize)
                .collect();
        console.whole_line(&format!(
            "      {}\t{}\t{:+.3}\t{:.3}\t{bar}",
            step.label,
            step.level,
            bits(step.bits),
            bits(sum)
        ))?;
    }
    if let (Some(accept), Some(review)) = (account.accept, account.review) {
        console.whole_line(&format!("      门槛\t自动匹配 {:.3}，复核 {:.3}", bits(accept), bits(review)))?;
    }
    for change in &account.changes {
        console.whole_line(&format!("      {change}"))?;
    }
    Ok(())
}
