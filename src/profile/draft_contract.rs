//! A source contract to begin with: every header a column, with the type its cells suggest.

use std::collections::{BTreeMap, BTreeSet};
use std::fmt::Write as _;

use super::{ColumnGuess, ColumnProfile, FileProfile, file_names, member_columns};
use crate::config::{ColumnRole, clean_config_header, is_reserved_column};
use crate::model::han;

/// Parts of headers that say what a column is: part, canonical name, role, type it must have.
/// The first that fits decides, so the longer come first.
const KNOWN: &[(&str, &str, Option<&str>, Option<&str>)] = &[
    ("监护人身份证", "guardian_id_number", Some("guardian_id"), Some("text")),
    ("监护人证件", "guardian_id_number", Some("guardian_id"), Some("text")),
    ("监护人姓名", "guardian_name", Some("guardian_name"), Some("text")),
    ("户主身份证", "head_id_number", Some("id_number"), Some("text")),
    ("户主证件", "head_id_number", Some("id_number"), Some("text")),
    ("户主姓名", "head_name", Some("name"), Some("text")),
    ("身份证", "id_number", Some("id_number"), Some("text")),
    ("证件号", "id_number", Some("id_number"), Some("text")),
    ("公民身份", "id_number", Some("id_number"), Some("text")),
    ("学籍号", "student_no", Some("student_no"), Some("text")),
    ("姓名", "name", Some("name"), Some("text")),
    ("性别", "sex", Some("sex"), None),
    ("出生日期", "birth_date", Some("birth_date"), Some("date")),
    ("户主关系", "relation", Some("relation"), None),
    ("户编号", "household_no", Some("household"), Some("text")),
    ("家庭编号", "household_no", Some("household"), Some("text")),
    ("电话", "phone", Some("phone"), Some("text")),
    ("手机", "phone", Some("phone"), Some("text")),
    ("住址", "address", Some("address"), Some("text")),
    ("地址", "address", Some("address"), Some("text")),
];

/// Headers that are a division when they are nothing else besides.
const DIVISIONS: &[(&[&str], &str)] = &[
    (&["县", "县区", "区县", "县(区)", "县(市、区)", "区划名称"], "county"),
    (&["乡", "镇", "乡镇", "乡(镇)", "乡镇(街道)", "乡镇街", "镇办", "街道"], "township"),
    (&["村", "行政村", "村(居)", "村(社区)", "村社区", "村居", "村委会"], "village"),
];

/// Headers that say nothing of the person or household.
const IDLE: [&str; 7] = ["序号", "备注", "说明", "合计", "填表日期", "制表日期", "导出时间"];

/// A draft of `sources/<name>.toml`.
#[derive(Debug, Clone, PartialEq, Eq, serde::Serialize)]
pub struct DraftContract {
    /// File stem it may be saved under.
    pub name: String,
    /// Files it is for.
    pub files: Vec<std::path::PathBuf>,
    /// The draft.
    pub text: String,
}

struct ColumnDraft<'a> {
    column: &'a ColumnProfile,
    name: String,
    role: Option<&'static str>,
    kind: &'static str,
}

/// The draft for files of one shape.
pub(crate) fn draft_contract(files: &[&FileProfile]) -> DraftContract {
    let mut columns: Vec<(&ColumnProfile, Option<ColumnRole>)> = Vec::new();
    let mut seen: BTreeMap<String, usize> = BTreeMap::new();
    let mut idle = Vec::new();
    for (table, at) in files
        .iter()
        .flat_map(|f| &f.tables)
        .flat_map(|table| (0..table.columns.len()).map(move |at| (table, at)))
    {
        let column = &table.columns[at];
        let clean = clean_config_header(&column.header);
        if clean.is_empty() {
            continue;
        }
        if IDLE.contains(&clean.as_str()) {
            if !idle.contains(&column.header) {
                idle.push(column.header.clone());
            }
            continue;
        }
        let role = table.roles.get(at).and_then(|found| found.as_ref().map(|f| f.role));
        match seen.get(&clean) {
            // The fullest of the tables knows best what a column holds.
            Some(&place) if columns[place].0.filled < column.filled => columns[place] = (column, role),
            Some(_) => {}
            None => {
                seen.insert(clean, columns.len());
                columns.push((column, role));
            }
        }
    }
    // Tables of one file may name the same thing differently: the first column has the role.
    let mut given = BTreeSet::new();
    for (_, role) in &mut columns {
        *role = role.filter(|role| given.insert(role_word(*role)));
    }
    let title = files.first().map_or_else(String::new, |file| file_names::name_without_dates(&file.stem()));
    let patterns: BTreeSet<String> =
        files.iter().map(|f| format!("**/{}", file_names::name_pattern(&f.stem()))).collect();
    let patterns: Vec<String> = patterns.iter().map(|p| quote_toml_text(p)).collect();
    let minimum = (columns.len() / 2).clamp(1, 4);
    let mut out = String::from(
        "# 由 bidui profile 起草。请核对每一列的 name、type、role，补上 owner 和 letter，再用 bidui check 检查。\n",
    );
    let _ = writeln!(out, "title = {}", quote_toml_text(&title));
    out.push_str("owner = \"（填部门）\"\nletter = \"XX\"\n");
    if !idle.is_empty() {
        let idle: Vec<String> = idle.iter().map(|header| quote_toml_text(header)).collect();
        let _ = writeln!(out, "ignore_headers = [{}]", idle.join(", "));
    }
    let _ = writeln!(out, "\n[files]\npatterns = [{}]\nminimum_headers = {minimum}", patterns.join(", "));
    let unnamed = files.iter().flat_map(|f| &f.tables).flat_map(|t| &t.columns);
    let unnamed = unnamed.filter(|c| c.header.is_empty() && c.filled > 0).count();
    if unnamed > 0 {
        let _ = writeln!(out, "\n# 有{unnamed}列有内容却没有表头，读入时会停下来：请在文件里补上表头。");
    }
    let headers: Vec<&ColumnProfile> = columns.iter().map(|(column, _)| *column).collect();
    let groups = member_columns::find_members(&headers);
    let mut names = BTreeSet::new();
    let mut roles: BTreeSet<&'static str> = groups.iter().flat_map(|g| g.roles()).collect();
    if groups.is_empty() {
        roles.extend(columns.iter().filter_map(|(_, role)| role.map(role_word)));
    }
    names.extend(groups.iter().flat_map(|group| group.names().map(str::to_owned)));
    for (at, (column, role)) in columns.iter().enumerate() {
        if groups.iter().any(|group| group.holds(at)) {
            continue;
        }
        let draft = decide(
            column,
            role.filter(|r| groups.is_empty() || !roles.contains(role_word(*r))),
            &mut names,
            &mut roles,
        );
        write_column(&mut out, &draft);
    }
    out.push_str(&member_columns::members_text(&groups));
    let files = files.iter().map(|f| f.file.clone()).collect();
    let mut name: String = spell_column_name(&clean_config_header(&title));
    if name.len() > 40 {
        name.truncate(name[..40].rfind('_').unwrap_or(40));
    }
    DraftContract { name, files, text: out }
}

/// The word of a role in a contract.
pub(super) fn role_word(role: ColumnRole) -> &'static str {
    match role {
        ColumnRole::IdNumber => "id_number",
        ColumnRole::Name => "name",
        ColumnRole::BirthDate => "birth_date",
        ColumnRole::Sex => "sex",
        ColumnRole::County => "county",
        ColumnRole::Township => "township",
        ColumnRole::Village => "village",
        ColumnRole::DivisionCode => "division_code",
        ColumnRole::Address => "address",
        ColumnRole::Household => "household",
        ColumnRole::Relation => "relation",
        ColumnRole::GuardianId => "guardian_id",
        ColumnRole::GuardianName => "guardian_name",
        ColumnRole::StudentNo => "student_no",
        ColumnRole::Phone => "phone",
    }
}

/// The name of a column that plays a role.
fn role_column(role: ColumnRole) -> &'static str {
    match role {
        ColumnRole::Household => "household_no",
        ColumnRole::GuardianId => "guardian_id_number",
        other => role_word(other),
    }
}

fn decide<'a>(
    column: &'a ColumnProfile,
    found: Option<ColumnRole>,
    names: &mut BTreeSet<String>,
    roles: &mut BTreeSet<&'static str>,
) -> ColumnDraft<'a> {
    let clean = clean_config_header(&column.header);
    let known = KNOWN.iter().find(|(part, ..)| clean.contains(part)).copied();
    let division = DIVISIONS
        .iter()
        .find(|(headers, _)| headers.iter().any(|h| clean_config_header(h) == clean))
        .map(|&(_, name)| ("", name, Some(name), Some("text")));
    let natural = match column.guess {
        ColumnGuess::Date => "date",
        ColumnGuess::Month => "month",
        ColumnGuess::Money => "money",
        ColumnGuess::Area => "area",
        ColumnGuess::Integer => "integer",
        ColumnGuess::Flag => "flag",
        ColumnGuess::Code if !column.codes.is_empty() => "code",
        ColumnGuess::Code
        | ColumnGuess::Empty
        | ColumnGuess::IdNumber
        | ColumnGuess::PersonName
        | ColumnGuess::Text => "text",
    };
    let (name, role, kind) = match division.or(known) {
        _ if found.is_some() => {
            let role = found.unwrap_or(ColumnRole::Name);
            let kind = match role {
                ColumnRole::BirthDate => "date",
                ColumnRole::Sex | ColumnRole::Relation => natural,
                _ => "text",
            };
            (role_column(role).to_owned(), Some(role_word(role)), kind)
        }
        // A role belongs to one column; the next one alike is only named alike.
        Some((_, name, role, kind)) => {
            (name.to_owned(), role.filter(|r| roles.insert(r)), kind.unwrap_or(natural))
        }
        None => (spell_column_name(&clean), None, natural),
    };
    let suffix = match kind {
        "money" => "_fen",
        "area" => "_centi",
        _ => "",
    };
    let mut base = name;
    for wrong in ["_fen", "_centi"] {
        base.truncate(base.trim_end_matches(wrong).len());
    }
    let unique = (1..)
        .map(|n| if n == 1 { format!("{base}{suffix}") } else { format!("{base}_{n}{suffix}") })
        .find(|candidate| !is_reserved_column(candidate) && !names.contains(candidate))
        .unwrap_or_default();
    names.insert(unique.clone());
    ColumnDraft { column, name: unique, role, kind }
}

fn write_column(out: &mut String, draft: &ColumnDraft<'_>) {
    let column = draft.column;
    let _ = write!(out, "\n# {}，空 {:.1}%", column.guess.label(), column.null_share * 100.0);
    if let Some(valid) = column.valid_share {
        let _ = write!(out, "，合规 {:.1}%", valid * 100.0);
    }
    let _ = writeln!(
        out,
        "\n[[column]]\nname = {}\nlabel = {}",
        quote_toml_text(&draft.name),
        quote_toml_text(&column.header)
    );
    if draft.kind != "text" {
        let _ = writeln!(out, "type = {}", quote_toml_text(draft.kind));
    }
    if let Some(role) = draft.role {
        let _ = writeln!(out, "role = {}", quote_toml_text(role));
    }
    if draft.kind == "code" {
        let codes: Vec<String> =
            column.codes.iter().map(|c| format!("{0} = {0}", quote_toml_text(c))).collect();
        let _ = writeln!(out, "codes = {{ {} }}\nopen = true", codes.join(", "));
    }
}

/// An ASCII name for a header: its Latin letters and digits, Han characters as syllables.
pub(super) fn spell_column_name(header: &str) -> String {
    let mut words: Vec<String> = Vec::new();
    let mut latin = String::new();
    for c in header.chars() {
        if c.is_ascii_alphanumeric() {
            latin.push(c.to_ascii_lowercase());
            continue;
        }
        if !latin.is_empty() {
            words.push(std::mem::take(&mut latin));
        }
        let syllable = han::syllable_of(han::look_up_han(c).readings[0]);
        if !syllable.is_empty() {
            words.push(syllable.chars().filter(char::is_ascii_lowercase).collect());
        }
    }
    words.push(latin);
    words.retain(|w| !w.is_empty());
    let name = words.join("_");
    if name.starts_with(|c: char| c.is_ascii_lowercase()) {
        name
    } else {
        format!("column_{name}").trim_end_matches('_').to_owned()
    }
}

/// A TOML basic string.
pub(super) fn quote_toml_text(text: &str) -> String {
    let mut out = String::from("\"");
    for c in text.chars() {
        match c {
            '"' | '\\' => out.extend(['\\', c]),
            c if c.is_control() => {
                let _ = write!(out, "\\u{:04X}", c as u32);
            }
            c => out.push(c),
        }
    }
    out.push('"');
    out
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn names_for_headers() {
        assert_eq!(spell_column_name("保障方式"), "bao_zhang_fang_shi");
        assert_eq!(spell_column_name("given_name"), "given_name");
        assert_eq!(spell_column_name("2018年"), "column_2018_nian");
        assert_eq!(spell_column_name("★"), "column");
        assert_eq!(quote_toml_text("a\"b\\c\n"), "\"a\\\"b\\\\c\\u000A\"");
    }
}
