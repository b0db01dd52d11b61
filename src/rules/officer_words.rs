//! The words an officer reads and chooses from: what the severities are called and how they are
//! marked, and the answers of the lists. `[severities]` and `[answers]` of `rules/rules.toml`.

use std::collections::BTreeMap;

use serde::Deserialize;

use super::rule_settings::SettingsFiles;
use super::verdict_meaning::{AnswerPart, Closing, VerdictMeaning};
use crate::Error;
use crate::config::toml_file::TomlStep;
use crate::model::answer::ReviewLevel;
use crate::model::exception::Severity;

/// Most characters of a drop-down's choices, commas included, that a spreadsheet takes.
const LONGEST_LIST: usize = 255;

/// `[severities.S1]` …: words and marks of a severity.
#[derive(Debug, Clone, Default, PartialEq, Eq, Deserialize, schemars::JsonSchema)]
#[serde(deny_unknown_fields, default)]
pub struct SeverityWords {
    /// What it is called, without its code.
    pub title: Option<String>,
    /// Colour of its bars in the report, `#rrggbb`.
    pub color: Option<String>,
    /// Colour of its tag in the report, dark enough for white letters; absent: that of the bars.
    pub tag_color: Option<String>,
    /// Its rows are marked in the lists.
    pub marked: Option<bool>,
    /// The report counts it in a column of its own (default yes).
    pub report_column: Option<bool>,
}

/// `[answers]`: what an officer may choose in a list. A column without choices takes any text.
#[derive(Debug, Clone, Default, PartialEq, Eq, Deserialize, schemars::JsonSchema)]
#[serde(deny_unknown_fields, default)]
pub struct AnswerWords {
    /// Choices of 核查结果.
    pub verdicts: Vec<String>,
    /// Choices of 原因代码.
    pub reasons: Vec<String>,
    /// Choices of 处理措施.
    pub measures: Vec<String>,
    /// Reasons that say nothing by themselves: the note has to say what is meant.
    pub reasons_with_note: Vec<String>,
    /// The level that must have looked at an answer before it closes anything; absent: whoever answers closes.
    pub review: Option<ReviewLevel>,
    /// By verdict: what it means. One that is not there closes nothing and asks for nothing.
    pub meaning: BTreeMap<String, VerdictMeaning>,
}

impl AnswerWords {
    /// What a verdict means.
    pub fn meaning_of(&self, verdict: &str) -> VerdictMeaning {
        self.meaning.get(verdict).cloned().unwrap_or_default()
    }

    /// Parts that an answer with this verdict and this reason must have.
    pub fn needs(&self, verdict: &str, reason: &str) -> Vec<AnswerPart> {
        let mut needs = self.meaning_of(verdict).needs;
        let note = self.reasons_with_note.iter().any(|one| one == reason);
        if note && !needs.contains(&AnswerPart::Note) {
            needs.push(AnswerPart::Note);
        }
        needs
    }

    /// Does a verdict say that something is wrong, which has to be put right, or was?
    pub fn confirms(&self, verdict: &str) -> bool {
        let meaning = self.meaning_of(verdict);
        meaning.closes != Closing::Facts && meaning.same_person.is_none() && !meaning.measures.is_empty()
    }

    /// Has whoever must look at an answer of this level before it closes anything looked at it?
    pub fn is_reviewed(&self, level: ReviewLevel) -> bool {
        self.review.is_none_or(|least| level >= least)
    }

    /// Meanings of verdicts that cannot be chosen, and what goes with them that cannot: key within the meaning, and the
    /// word.
    fn unknown_words(&self) -> Vec<(&str, &'static str, &str)> {
        let mut unknown = Vec::new();
        for (verdict, meaning) in &self.meaning {
            if !self.verdicts.contains(verdict) {
                unknown.push((verdict.as_str(), "", verdict.as_str()));
            }
            for (key, words, known) in [
                ("reasons", &meaning.reasons, &self.reasons),
                ("measures", &meaning.measures, &self.measures),
            ] {
                let not_known = words.iter().filter(|word| !known.contains(word));
                unknown.extend(not_known.map(|word| (verdict.as_str(), key, word.as_str())));
            }
        }
        unknown
    }
}

/// Words of severities and answers.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct OfficerWords {
    /// By severity; what is not there goes by its code.
    pub severities: BTreeMap<Severity, SeverityWords>,
    /// Choices of the lists.
    pub answers: AnswerWords,
}

impl OfficerWords {
    fn of(&self, severity: Severity) -> Option<&SeverityWords> {
        self.severities.get(&severity)
    }
    /// What a severity is called, without its code; `""` if nothing.
    pub fn severity_name(&self, severity: Severity) -> &str {
        self.of(severity).and_then(|words| words.title.as_deref()).unwrap_or_default()
    }
    /// Code and name of a severity: `S1 错发或保障缺口`.
    pub fn severity_title(&self, severity: Severity) -> String {
        format!("{} {}", severity.code(), self.severity_name(severity)).trim_end().to_owned()
    }
    /// Colour of its bars.
    pub fn color(&self, severity: Severity) -> &str {
        self.of(severity).and_then(|words| words.color.as_deref()).unwrap_or("#7a8797")
    }
    /// Colour of its tag, if not that of its bars.
    pub fn tag_color(&self, severity: Severity) -> Option<&str> {
        self.of(severity).and_then(|words| words.tag_color.as_deref())
    }
    /// Whether its rows are marked in the lists.
    pub fn is_marked(&self, severity: Severity) -> bool {
        self.of(severity).and_then(|words| words.marked).unwrap_or_default()
    }
    /// Severities that the report counts in columns of their own.
    pub fn report_columns(&self) -> Vec<Severity> {
        let shown = |severity: &Severity| self.of(*severity).and_then(|words| words.report_column);
        Severity::ALL.into_iter().filter(|severity| shown(severity).unwrap_or(true)).collect()
    }
    /// The words of both, `self` first.
    pub(super) fn over(mut self, base: Self) -> Self {
        for (severity, base) in base.severities {
            let own = self.severities.entry(severity).or_default();
            own.title = own.title.take().or(base.title);
            own.color = own.color.take().or(base.color);
            own.tag_color = own.tag_color.take().or(base.tag_color);
            own.marked = own.marked.or(base.marked);
            own.report_column = own.report_column.or(base.report_column);
        }
        for (own, base) in [
            (&mut self.answers.verdicts, base.answers.verdicts),
            (&mut self.answers.reasons, base.answers.reasons),
            (&mut self.answers.measures, base.answers.measures),
        ] {
            if own.is_empty() {
                *own = base;
            }
        }
        if self.answers.reasons_with_note.is_empty() {
            // Whoever names other reasons does not take over which of the base's ask for a note.
            let known = |reason: &String| self.answers.reasons.contains(reason);
            self.answers.reasons_with_note =
                base.answers.reasons_with_note.into_iter().filter(known).collect();
        }
        self.answers.review = self.answers.review.or(base.answers.review);
        for (verdict, meaning) in base.answers.meaning {
            // Whoever names other verdicts does not take over what those of the base mean.
            if self.answers.verdicts.contains(&verdict) {
                self.answers.meaning.entry(verdict).or_insert(meaning);
            }
        }
        self
    }
    /// Complaints about colours that are none and choices that no drop-down takes.
    pub(super) fn check(&self, files: &SettingsFiles) -> Vec<Error> {
        let mut complaints = Vec::new();
        for (severity, words) in &self.severities {
            for (key, color) in [("color", &words.color), ("tag_color", &words.tag_color)] {
                let known = |c: &str| {
                    c.len() == 7 && c.starts_with('#') && c[1..].bytes().all(|b| b.is_ascii_hexdigit())
                };
                if let Some(color) = color.as_deref().filter(|color| !known(color)) {
                    let steps = ["severities".into(), TomlStep::Key(severity.code()), key.into()];
                    complaints.push(
                        files
                            .complain(&steps, format!("“{color}”不是颜色"))
                            .hint("写成 #b3261e 这样的六位颜色"),
                    );
                }
            }
        }
        let answers = &self.answers;
        for (verdict, key, word) in answers.unknown_words() {
            let mut steps = vec!["answers".into(), "meaning".into(), TomlStep::Key(verdict)];
            if !key.is_empty() {
                steps.push(key.into());
            }
            let said = match key {
                "" => format!("核查结果“{verdict}”的含义写了，选项里却没有它"),
                _ => format!("“{word}”不在选项里"),
            };
            complaints.push(files.complain(&steps, said).hint("先写进 [answers] 的选项，或删去这一处"));
        }
        for reason in answers.reasons_with_note.iter().filter(|reason| !answers.reasons.contains(reason)) {
            let steps = ["answers".into(), "reasons_with_note".into()];
            complaints.push(
                files
                    .complain(&steps, format!("“{reason}”不在选项里"))
                    .hint("只能写 [answers] reasons 里有的原因"),
            );
        }
        for (key, list) in
            [("verdicts", &answers.verdicts), ("reasons", &answers.reasons), ("measures", &answers.measures)]
        {
            let complain = |message: &str| files.complain(&["answers".into(), key.into()], message);
            if list.iter().any(|choice| choice.trim().is_empty() || choice.contains([',', '"', '\n'])) {
                complaints
                    .push(complain("选项不能为空，也不能含半角逗号、引号").hint("需要停顿处用全角标点"));
            } else if (1..list.len()).any(|at| list[..at].contains(&list[at])) {
                complaints.push(complain("同一个选项写了两次").hint("删去其中一个"));
            } else if list.iter().map(|choice| choice.encode_utf16().count() + 1).sum::<usize>()
                > LONGEST_LIST
            {
                complaints.push(
                    complain("选项太多，电子表格的下拉列表装不下")
                        .hint(format!("一列的全部选项连同分隔符不超过{LONGEST_LIST}个字")),
                );
            }
        }
        complaints
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn words(title: &str, verdicts: &[&str]) -> OfficerWords {
        let severity = SeverityWords { title: Some(title.to_owned()), ..SeverityWords::default() };
        let verdicts = verdicts.iter().map(|v| (*v).to_owned()).collect();
        OfficerWords {
            severities: BTreeMap::from([(Severity::S1, severity)]),
            answers: AnswerWords { verdicts, ..AnswerWords::default() },
        }
    }

    #[test]
    fn nearest_words_hold_and_the_rest_comes_from_the_base() {
        let mut base = words("错发", &["属实", "不属实"]);
        base.severities.entry(Severity::S1).or_default().marked = Some(true);
        let both = words("要紧", &[]).over(base);
        assert_eq!(both.severity_title(Severity::S1), "S1 要紧");
        assert_eq!(both.severity_title(Severity::S2), "S2");
        assert!(both.is_marked(Severity::S1) && !both.is_marked(Severity::S2));
        assert_eq!(both.answers.verdicts, ["属实", "不属实"]);
    }

    #[test]
    fn meanings_come_with_their_verdicts_and_name_choices() {
        let mut base = words("错发", &["属实", "不属实"]);
        let closing = VerdictMeaning { closes: Closing::Facts, ..VerdictMeaning::default() };
        base.answers.meaning.insert("不属实".to_owned(), closing.clone());
        let own = words("错发", &["不属实", "待查"]).over(base.clone());
        assert_eq!(own.answers.meaning_of("不属实"), closing);
        assert_eq!(own.answers.meaning_of("待查").closes, Closing::No);
        let other = words("错发", &["是", "否"]).over(base);
        assert!(other.answers.meaning.is_empty(), "it has other words");
        let mut faulty = words("错发", &["是", "否"]);
        let reasons = vec!["死亡".to_owned()];
        let meaning = VerdictMeaning { reasons, ..VerdictMeaning::default() };
        faulty.answers.meaning.insert("不是".to_owned(), meaning);
        assert_eq!(faulty.check(&SettingsFiles::default()).len(), 2);
    }

    #[test]
    fn reasons_that_say_nothing_ask_for_a_note_and_are_choices() {
        let texts = |words: &[&str]| words.iter().map(|word| (*word).to_owned()).collect::<Vec<_>>();
        let mut base = words("错发", &["不属实", "转办"]);
        base.answers.reasons = texts(&["死亡", "其他"]);
        base.answers.reasons_with_note = texts(&["其他"]);
        let note = VerdictMeaning { needs: vec![AnswerPart::Note], ..VerdictMeaning::default() };
        base.answers.meaning.insert("转办".to_owned(), note);
        assert_eq!(base.check(&SettingsFiles::default()).len(), 0);
        assert_eq!(base.answers.needs("不属实", "其他"), [AnswerPart::Note]);
        assert_eq!(base.answers.needs("不属实", "死亡"), []);
        assert_eq!(base.answers.needs("转办", "其他"), [AnswerPart::Note], "once");
        let own = words("错发", &[]).over(base.clone());
        assert_eq!(own.answers.reasons_with_note, ["其他"]);
        let mut other = words("错发", &[]);
        other.answers.reasons = texts(&["别的"]);
        assert_eq!(other.over(base.clone()).answers.reasons_with_note, texts(&[]), "it has other reasons");
        base.answers.reasons_with_note = texts(&["没有"]);
        assert_eq!(base.check(&SettingsFiles::default()).len(), 1);
    }

    #[test]
    fn choices_that_no_drop_down_takes_are_refused() {
        let faults = |verdicts: &[&str]| words("错发", verdicts).check(&SettingsFiles::default()).len();
        assert_eq!(faults(&["属实", "基本属实", "不属实", "查不到人", "已经改了", "别的", "再查"]), 0);
        assert_eq!(faults(&["属实,部分"]), 1);
        assert_eq!(faults(&["属实", "属实"]), 1);
        let long = "很".repeat(130);
        assert_eq!(faults(&[&long, "长"]), 0);
        assert_eq!(faults(&[&long, &long[3..]]), 1);
        let mut red = words("错发", &[]);
        red.severities.entry(Severity::S1).or_default().color = Some("red;}".to_owned());
        assert_eq!(red.check(&SettingsFiles::default()).len(), 1);
    }
}
