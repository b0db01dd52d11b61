//! What an answer needs, said where it is filled in: on the cover, and beside a cell once it is chosen. The same words of the
//! pipeline decide what an import takes ([`AnswerWords::needs`]).

use std::fmt::Write as _;

use rust_xlsxwriter::{DataValidation, DataValidationErrorStyle, XlsxError};

use crate::model::answer_column::AnswerColumn;
use crate::rules::officer_words::AnswerWords;
use crate::rules::verdict_meaning::{Closing, VerdictMeaning};

/// Most UTF-16 units of what a spreadsheet shows beside a cell.
const LONGEST: usize = 255;
/// Where all of it stands, for what does not fit.
const ON_COVER: &str = "……其余见“交办单”的“怎样填写”。";

/// Columns that something is said beside.
pub(crate) const HELPED: [AnswerColumn; 9] = [
    AnswerColumn::Verdict,
    AnswerColumn::Reason,
    AnswerColumn::Measure,
    AnswerColumn::Note,
    AnswerColumn::Paper,
    AnswerColumn::Recovered,
    AnswerColumn::StoppedMonth,
    AnswerColumn::AnsweredBy,
    AnswerColumn::AnsweredOn,
];

/// The choices of a column of answers, and what is said beside its cells. Where there are choices nothing else is taken: free
/// answers cannot be counted.
///
/// # Errors
/// Choices that no spreadsheet takes.
pub(crate) fn answer_validation(
    words: &AnswerWords,
    column: AnswerColumn,
) -> Result<DataValidation, XlsxError> {
    let choices = match column {
        AnswerColumn::Verdict => &words.verdicts[..],
        AnswerColumn::Reason => &words.reasons,
        AnswerColumn::Measure => &words.measures,
        _ => &[],
    };
    let validation = match choices.is_empty() {
        true => DataValidation::new().allow_any_value(),
        false => DataValidation::new()
            .allow_list_strings(choices)?
            .set_error_style(DataValidationErrorStyle::Stop)
            .set_error_title("请从列表中选择")?
            .set_error_message("请从下拉列表中选择；补充情况写在“备注”。")?,
    };
    validation.set_input_title(column.title())?.set_input_message(fitting(&help_of(words, column)))
}

/// What is said beside the cells of a column, a line each.
fn help_of(words: &AnswerWords, column: AnswerColumn) -> Vec<String> {
    let mut lines = match column {
        AnswerColumn::Verdict => {
            let mut lines: Vec<String> =
                needs_lines(words).into_iter().map(|(of, what)| format!("{of}：{what}")).collect();
            lines.extend(noted_line(words));
            lines
        }
        AnswerColumn::Reason => {
            let fitting = fitting_lines(words, |meaning| &meaning.reasons);
            noted_line(words).into_iter().chain(fitting).collect()
        }
        AnswerColumn::Measure => fitting_lines(words, |meaning| &meaning.measures),
        AnswerColumn::Recovered => {
            vec!["写数字，例如 1200 或 1200.50，单位元；没有追缴的不填。".to_owned()]
        }
        AnswerColumn::StoppedMonth => vec!["写年和月，例如 2018-10；没有停发的不填。".to_owned()],
        AnswerColumn::AnsweredOn => {
            vec!["写年月日，例如 2018-10-08；不早于下发，不晚于今天。".to_owned()]
        }
        AnswerColumn::AnsweredBy => vec!["谁去核查的，写姓名。".to_owned()],
        AnswerColumn::Paper => vec!["佐证在哪里：档案盒、文号、照片编号。".to_owned()],
        AnswerColumn::Note => vec!["用自己的话写；不要写证件号码。".to_owned()],
        AnswerColumn::Number | AnswerColumn::RowKey | AnswerColumn::RowVersion => Vec::new(),
    };
    let needing = verdicts_of(words, |meaning| meaning.needs.iter().any(|part| part.column() == column));
    if !needing.is_empty() && column != AnswerColumn::Verdict {
        lines.insert(0, format!("{}必须填。", needing.join("、")));
    }
    if matches!(column, AnswerColumn::Recovered | AnswerColumn::StoppedMonth) {
        let closing = verdicts_of(words, |meaning| meaning.closes == Closing::Facts);
        if !closing.is_empty() {
            lines.push(format!("{}不能填。", closing.join("、")));
        }
    }
    lines
}

/// What verdicts need, those that need the same together: `属实、已整改` and `处理措施`.
fn needs_lines(words: &AnswerWords) -> Vec<(String, String)> {
    let mut groups: Vec<(String, Vec<&str>)> = Vec::new();
    for verdict in &words.verdicts {
        let needs: Vec<&str> =
            words.needs(verdict, "").into_iter().map(|part| part.column().title()).collect();
        let needs =
            if needs.is_empty() { "不必另填".to_owned() } else { format!("填{}", needs.join("、")) };
        match groups.iter_mut().find(|(of, _)| *of == needs) {
            Some((_, verdicts)) => verdicts.push(verdict),
            None => groups.push((needs, vec![verdict])),
        }
    }
    groups.into_iter().map(|(needs, verdicts)| (verdicts.join("、"), needs)).collect()
}

/// Which reasons ask for a note.
fn noted_line(words: &AnswerWords) -> Option<String> {
    let noted = words.reasons_with_note.join("、");
    (!noted.is_empty()).then(|| format!("原因选“{noted}”的，再填{}", AnswerColumn::Note.title()))
}

/// Which of the choices go with which verdicts, those with the same together.
fn fitting_lines(words: &AnswerWords, choices: impl Fn(&VerdictMeaning) -> &Vec<String>) -> Vec<String> {
    let mut groups: Vec<(Vec<String>, Vec<&str>)> = Vec::new();
    for verdict in &words.verdicts {
        let meaning = words.meaning_of(verdict);
        let own = choices(&meaning);
        if own.is_empty() {
            continue;
        }
        match groups.iter_mut().find(|(of, _)| of == own) {
            Some((_, verdicts)) => verdicts.push(verdict),
            None => groups.push((own.clone(), vec![verdict])),
        }
    }
    groups
        .into_iter()
        .map(|(own, verdicts)| format!("{}：只能选{}", verdicts.join("、"), own.join("、")))
        .collect()
}

fn verdicts_of(words: &AnswerWords, is_wanted: impl Fn(&VerdictMeaning) -> bool) -> Vec<&str> {
    let known = words.verdicts.iter().map(String::as_str);
    known.filter(|verdict| is_wanted(&words.meaning_of(verdict))).collect()
}

/// As many lines as a spreadsheet shows.
fn fitting(lines: &[String]) -> String {
    let units = |text: &str| text.encode_utf16().count();
    let all = lines.join("\n");
    if units(&all) <= LONGEST {
        return all;
    }
    let mut text = String::new();
    for line in lines {
        if units(&text) + units(line) + 1 + units(ON_COVER) > LONGEST {
            break;
        }
        text.push_str(line);
        text.push('\n');
    }
    text + ON_COVER
}

/// What the cover says of it, a sentence each.
pub(super) fn cover_lines(words: &AnswerWords) -> Vec<String> {
    let mut lines = Vec::new();
    let mut needs = String::new();
    for (verdicts, what) in needs_lines(words) {
        let _ = write!(needs, "{verdicts}——{what}；");
    }
    if !needs.is_empty() {
        let noted = noted_line(words).map_or_else(String::new, |line| format!("{line}；"));
        lines.push(format!("每个核查结果要填齐，少一样导入时就退回：{needs}{noted}其余的格有就填。"));
    }
    let measures = fitting_lines(words, |meaning| &meaning.measures);
    let reasons = fitting_lines(words, |meaning| &meaning.reasons);
    for (column, fitting) in [(AnswerColumn::Measure, measures), (AnswerColumn::Reason, reasons)] {
        if !fitting.is_empty() {
            lines.push(format!("{}要与核查结果相配：{}。", column.title(), fitting.join("；")));
        }
    }
    let closing = verdicts_of(words, |meaning| meaning.closes == Closing::Facts);
    if !closing.is_empty() {
        let columns = [AnswerColumn::Recovered, AnswerColumn::StoppedMonth].map(AnswerColumn::title);
        lines.push(format!("{}的，不填{}。", closing.join("、"), columns.join("、")));
    }
    let several = verdicts_of(words, |meaning| meaning.same_person == Some(false));
    if !several.is_empty() {
        let several = several.join("”“");
        lines.push(format!(
            "“{several}”只用于把几份名单的记录认作一个人的疑点（看“匹配方式”和“涉及来源与原值”）；只依据一条记录的，填了也退回。"
        ));
    }
    lines
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::rules::verdict_meaning::AnswerPart;

    fn words() -> AnswerWords {
        let texts = |words: &[&str]| words.iter().map(|word| (*word).to_owned()).collect::<Vec<_>>();
        let mut words = AnswerWords {
            verdicts: texts(&["属实", "不属实", "已整改", "无法核实"]),
            reasons: texts(&["死亡", "其他"]),
            measures: texts(&["追缴", "无需处理"]),
            reasons_with_note: texts(&["其他"]),
            ..AnswerWords::default()
        };
        for (verdict, closes, needs, measures) in [
            ("属实", Closing::No, AnswerPart::Measure, "追缴"),
            ("已整改", Closing::Period, AnswerPart::Measure, "追缴"),
            ("不属实", Closing::Facts, AnswerPart::Reason, "无需处理"),
        ] {
            let meaning = VerdictMeaning {
                closes,
                needs: vec![needs],
                measures: texts(&[measures]),
                ..VerdictMeaning::default()
            };
            words.meaning.insert(verdict.to_owned(), meaning);
        }
        words
    }

    #[test]
    fn what_each_verdict_needs_stands_beside_the_cells_and_on_the_cover() {
        let words = words();
        assert_eq!(
            help_of(&words, AnswerColumn::Verdict),
            [
                "属实、已整改：填处理措施",
                "不属实：填原因代码",
                "无法核实：不必另填",
                "原因选“其他”的，再填备注"
            ]
        );
        assert_eq!(
            help_of(&words, AnswerColumn::Measure),
            ["属实、已整改必须填。", "属实、已整改：只能选追缴", "不属实：只能选无需处理"]
        );
        assert!(help_of(&words, AnswerColumn::Recovered).last().unwrap().contains("不属实不能填"));
        let cover = cover_lines(&words).join("\n");
        for part in
            ["属实、已整改——填处理措施", "原因选“其他”的，再填备注", "不属实的，不填追缴金额（元）、停发月份"]
        {
            assert!(cover.contains(part), "{part}: {cover}");
        }
        assert!(cover_lines(&AnswerWords::default()).is_empty());
    }

    #[test]
    fn what_is_too_long_for_a_cell_is_cut_at_a_line_and_says_where_it_goes_on() {
        let mut words = words();
        for at in 0..40 {
            let verdict = format!("第{at}种结果");
            let needs =
                if at % 2 == 0 { vec![AnswerPart::Note] } else { vec![AnswerPart::Paper, AnswerPart::Note] };
            words.meaning.insert(verdict.clone(), VerdictMeaning { needs, ..VerdictMeaning::default() });
            words.verdicts.push(verdict);
        }
        let text = fitting(&help_of(&words, AnswerColumn::Verdict));
        assert!(text.encode_utf16().count() <= LONGEST && text.ends_with(ON_COVER), "{text}");
        for column in HELPED {
            let mut words = words.clone();
            words.verdicts.truncate(10);
            assert!(answer_validation(&words, column).is_ok(), "{column:?}");
        }
    }
}
