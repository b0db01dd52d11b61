//! What must not be made public: columns by what they are, and by what stands in them.

use std::collections::BTreeMap;

use super::public_lines::PublicList;
use crate::config::publicity_settings::PublicitySettings;
use crate::config::source_contract::{ColumnRole, SourceColumn, SourceContract};
use crate::model::column_type::ContractType;
use crate::privacy::mask::{holds_identity_number, holds_long_number};
use crate::{Error, Result};

/// Words of labels and names of columns that tell of somebody's account, health or way of life, and what they are told to be.
const FORBIDDEN_LABELS: [(&str, &[&str]); 4] = [
    ("账号", &["账号", "帐号", "卡号", "开户", "account", "card"]),
    (
        "健康或残疾情况",
        &[
            "残疾", "健康", "疾病", "病种", "患病", "病史", "伤残", "精神", "health", "disab", "illness",
            "disease",
        ],
    ),
    ("电话", &["电话", "手机", "联系方式", "phone", "mobile"]),
    ("出生日期", &["出生", "生日", "birth"]),
];
/// Words of cells that tell of somebody's health.
const HEALTH: [&str; 16] = [
    "残疾",
    "智力",
    "精神病",
    "精神障碍",
    "精神分裂",
    "艾滋",
    "癌",
    "肿瘤",
    "尿毒",
    "瘫",
    "癫痫",
    "大病",
    "慢病",
    "慢性病",
    "重病",
    "因病",
];

/// A column that is shown.
#[derive(Debug, Clone)]
pub(super) struct PublicColumn {
    pub(super) name: String,
    pub(super) title: String,
    pub(super) kind: ContractType,
    pub(super) role: Option<ColumnRole>,
}

/// The columns that are shown, in their order.
///
/// # Errors
/// All that may not be shown, each with its name and the cure; those that the list does not have.
pub(super) fn check_columns(
    settings: &PublicitySettings,
    source: &SourceContract,
) -> Result<Vec<PublicColumn>> {
    let (mut columns, mut refused) = (Vec::new(), Vec::new());
    let find = |name: &str| source.columns.iter().find(|one| one.name == name);
    for name in settings.only.keys().chain(&settings.without).chain(&settings.columns) {
        if find(name).is_none() {
            refused.push(Error::configuration(format!("[publicity] “{}”没有列“{name}”", source.title)).hint(
                format!(
                    "写 sources/{}.toml 里的列名，例如 {}",
                    source.name,
                    source.columns.first().map_or("name", |column| &column.name)
                ),
            ));
        }
    }
    refused.extend(check_words(settings, source));
    for column in settings.columns.iter().filter_map(|name| find(name)) {
        match what_it_tells(column) {
            Some(what) => refused.push(
                Error::configuration(format!(
                    "[publicity] columns 的“{}”（{}）不能公示：{what}",
                    column.name, column.label
                ))
                .hint(format!("从 columns 里删掉 \"{}\"", column.name)),
            ),
            None => columns.push(PublicColumn {
                name: column.name.clone(),
                title: column.label.clone(),
                kind: column.kind,
                role: column.role,
            }),
        }
    }
    Error::together(refused).map_or(Ok(columns), Err)
}

/// What the list itself, and what the office writes above it, would tell that may not be told: to stand on a list of ill people
/// is to be ill, whichever columns are shown.
fn check_words(settings: &PublicitySettings, source: &SourceContract) -> Vec<Error> {
    let mut refused = Vec::new();
    let tells_health = |text: &str| HEALTH.iter().any(|word| text.contains(word));
    if tells_health(&source.title) {
        refused.push(
            Error::configuration(format!(
                "[publicity] source 的“{}”不能公示：名单本身就说明健康或残疾情况",
                source.title
            ))
            .hint("换一个名单"),
        );
    }
    for (key, text) in [("title", &settings.title), ("note", &settings.note)] {
        let what = match (holds_identity_number(text), tells_health(text)) {
            (true, _) => "证件号或账号",
            (false, true) => "健康或残疾情况",
            (false, false) => continue,
        };
        refused.push(
            Error::configuration(format!("[publicity] {key} 里有{what}，会印在公示名单上"))
                .hint(format!("从 {key} 里删掉；联系电话可以写")),
        );
    }
    refused
}

/// What a column would tell that may not be told, Chinese.
fn what_it_tells(column: &SourceColumn) -> Option<&'static str> {
    use ColumnRole as R;
    let Some(role) = column.role else { return of_label(column) };
    let of_role = match role {
        R::BirthDate => "出生日期",
        R::Phone => "电话",
        R::GuardianId => "监护人的证件号",
        R::StudentNo => "学籍号",
        R::Address => "住址，能找到人",
        R::Household => "部门的户编号，常常就是户主的证件号；公示用户序号",
        R::DivisionCode => "区划代码，公示用地名",
        _ => return of_label(column),
    };
    Some(of_role)
}

fn of_label(column: &SourceColumn) -> Option<&'static str> {
    let label = format!("{} {}", column.label, column.name).to_lowercase();
    FORBIDDEN_LABELS
        .iter()
        .find(|(_, words)| words.iter().any(|word| label.contains(word)))
        .map(|(what, _)| *what)
}

/// Looks at every cell that is to be shown.
///
/// # Errors
/// The columns with cells that tell a number of a person, a phone, an account, a birth date, a whole name, somebody's health: each
/// with its name, how many cells, where the first one stands, and the cure.
pub(super) fn check_values(columns: &[PublicColumn], lists: &[PublicList]) -> Result<()> {
    // By column and what it tells: how many, and the first place.
    let mut found: BTreeMap<(usize, &'static str), (u64, String)> = BTreeMap::new();
    for list in lists {
        for line in &list.lines {
            for (at, cell) in line.cells.iter().enumerate() {
                let Some(what) = cell_tells(&columns[at], cell, &line.secret_words) else { continue };
                let place = || format!("{}第{}户", list.title, line.household);
                found.entry((at, what)).or_insert_with(|| (0, place())).0 += 1;
            }
        }
    }
    let refused = found.into_iter().map(|((at, what), (count, place))| {
        let column = &columns[at];
        Error::input(format!(
            "公示的列“{}”（{}）里有{what}：{count}格，第一格在{place}",
            column.name, column.title
        ))
        .hint(format!(
            "从 [publicity] columns 里删掉 \"{}\"，或请部门把这些内容移出这一列后重报",
            column.name
        ))
    });
    Error::together(refused).map_or(Ok(()), Err)
}

/// What a cell tells that may not be told, Chinese. `secrets`: what is known of whom the line is of.
fn cell_tells(column: &PublicColumn, cell: &str, secrets: &[(&'static str, String)]) -> Option<&'static str> {
    if cell.is_empty() {
        return None;
    }
    // Masked by the program itself: a name with stars, six digits with stars.
    use ColumnRole as R;
    let is_masked = matches!(column.role, Some(R::Name | R::GuardianName | R::IdNumber));
    if !is_masked && holds_long_number(cell) {
        return Some("证件号、电话或账号");
    }
    // Villages are called as people are; who lives there is no secret of theirs.
    if matches!(column.role, Some(R::County | R::Township | R::Village)) {
        return None;
    }
    let plain: String = cell.chars().filter(|c| !c.is_whitespace()).collect();
    if let Some((what, _)) = secrets.iter().find(|(_, word)| plain.contains(word.as_str())) {
        return Some(what);
    }
    HEALTH.iter().any(|word| plain.contains(word)).then_some("健康或残疾情况")
}

#[cfg(test)]
mod tests {
    use super::*;

    fn column(role: Option<ColumnRole>) -> PublicColumn {
        PublicColumn { name: "note".to_owned(), title: "备注".to_owned(), kind: ContractType::Text, role }
    }

    #[test]
    fn words_of_the_office_hold_no_number_of_a_person() {
        let of = |text: &str| holds_identity_number(text);
        assert!(of("联系王干事 13812345678 身份证410621197501011239"));
        assert!(of("410621 19750101 123X") == of("身份证410621-197501-01123"), "sixteen and more digits");
        assert!(!of("公示期2018年10月8日至10月14日，监督电话 0392-3312345、12317"));
        assert!(!of("公示期2018-10-08，电话 13812345678"));
    }

    #[test]
    fn cells_are_looked_at_one_by_one() {
        let secrets = [("姓名", "牛鹏诗".to_owned()), ("出生日期", "1998年3月12日".to_owned())];
        let told = |cell: &str| cell_tells(&column(None), cell, &secrets);
        for (cell, what) in [
            ("410602 19980312 4217", Some("证件号、电话或账号")),
            ("本人138-1234-5678", Some("证件号、电话或账号")),
            ("代领人 牛 鹏诗", Some("姓名")),
            ("1998年3月12日生", Some("出生日期")),
            ("因病致贫", Some("健康或残疾情况")),
            ("差额救助", None),
            ("438元", None),
            ("", None),
        ] {
            assert_eq!(told(cell), what, "{cell}");
        }
        assert_eq!(cell_tells(&column(Some(ColumnRole::IdNumber)), "410602****", &secrets), None);
    }
}
