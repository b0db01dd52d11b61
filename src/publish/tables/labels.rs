//! What the codes of the tables mean, in Chinese and in English: one table for all sets of codes.

use super::super::PublicationInputs;
use super::write_published_table;
use crate::model::exception::Severity;
use crate::publication::output_files::OutputFiles;
use crate::publication::small_table_writer::{PublishedType, TableDef};
use crate::{Error, Result};

use PublishedType::{Int32, Text};

/// The program's own codes: set, code, Chinese, English.
const OWN_CODES: &str = include_str!("code_labels.csv");

/// A code of a set: the set, the code, what it is called in Chinese and in English.
type CodeLabel<'a> = [&'a str; 4];

/// The program's own codes, set by set in the order of their file.
fn own_code_labels() -> impl Iterator<Item = Option<CodeLabel<'static>>> {
    OWN_CODES.lines().skip(1).map(|line| {
        let mut parts = line.splitn(4, ',');
        Some([parts.next()?, parts.next()?, parts.next()?, parts.next()?])
    })
}

/// Codes of the program, severities as the pipeline calls them, and the answers that it offers; the pipeline's words have no
/// English.
pub(super) fn label(inputs: &PublicationInputs<'_>, outputs: &mut OutputFiles) -> Result<()> {
    let def = TableDef::new(
        "代码",
        &[
            (
                "code_set",
                Text,
                "代码表",
                "列名；退回行的为 reject_reason、reject_severity，核查层级为 answer_level",
            ),
            ("code", Text, "代码", "整数列的代码写成文本"),
            ("title", Text, "名称", ""),
            ("title_en", Text, "英文名称", "空表示业务自定的词，没有英文"),
            ("code_order", Int32, "顺序", "同一代码表内从1起"),
        ],
    );
    let words = &inputs.catalogue.words;
    let severities = Severity::ALL.map(|severity| (severity.code(), words.severity_title(severity)));
    let english =
        ["Wrongly paid or gap in support", "Entitlement mismatch", "Record inconsistency", "Indicator"];
    let mut rows: Vec<CodeLabel<'_>> = severities
        .iter()
        .zip(english)
        .map(|((code, title), english)| ["severity", code, title, english])
        .collect();
    for own in own_code_labels() {
        rows.push(own.ok_or_else(|| Error::internal("code_labels.csv 有不完整的行"))?);
    }
    let answers = &words.answers;
    for (set, choices) in
        [("verdict", &answers.verdicts), ("reason", &answers.reasons), ("measure", &answers.measures)]
    {
        rows.extend(choices.iter().map(|word| [set, word, word, ""]));
    }
    write_published_table(outputs, "tables/label.parquet", def, |table| {
        for set in rows.chunk_by(|a, b| a[0] == b[0]) {
            for ([set, code, title, english], place) in set.iter().copied().zip(1i64..) {
                let english = Some(english).filter(|text| !text.is_empty());
                table.row([set.into(), code.into(), title.into(), english.into(), place.into()])?;
            }
        }
        Ok(())
    })
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::model::answer::ReviewLevel;
    use crate::model::exception::{Status, SubjectKind};
    use crate::model::id_number::IdClass;

    #[test]
    fn codes_and_their_chinese_are_those_of_the_program() {
        let rows: Vec<CodeLabel<'_>> = own_code_labels().map(Option::unwrap).collect();
        let title = |set: &str, code: &str| {
            let mut found = rows.iter().filter(|row| row[0] == set && row[1] == code);
            let title = found.next().unwrap_or_else(|| panic!("{set} {code} has no label"))[2];
            assert!(found.next().is_none(), "{set} {code} twice");
            title
        };
        for status in [
            Status::New,
            Status::Persisting,
            Status::Reopened,
            Status::Resolved,
            Status::Retired,
            Status::Answered,
        ] {
            assert_eq!(title("status", status.code()), status.title());
        }
        for class in IdClass::ALL {
            assert_eq!(title("id_class", class.code()), class.label());
        }
        for kind in SubjectKind::ALL {
            title("subject_kind", kind.code());
        }
        for level in ReviewLevel::ALL {
            assert_eq!(title("answer_level", level.code()), level.title());
        }
        for row in &rows {
            assert!(row.iter().all(|part| !part.is_empty()), "{row:?}");
        }
    }
}
