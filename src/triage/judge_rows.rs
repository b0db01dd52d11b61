//! Judges rows: what each is about, what it answers, and what becomes of it beside the others and what stands.

use std::collections::BTreeMap;

use rayon::prelude::*;

use super::check_answer::{AnswerReading, ReadAnswer, inseparable_fault, quoted};
use super::issued_lists::IssuedLists;
use super::known_exceptions::{KnownException, KnownExceptions, RowSubject, SheetFacts};
use super::returned_sheet::{ReturnedFile, ReturnedRow, ReturnedSheet};
use super::row_outcome::RowFate;
use super::ruled_pairs::separable_exceptions;
use crate::Result;
use crate::answers::{Answer, ReturnedAnswer, StandingAnswer, StandingAnswers};
use crate::model::answer_column::AnswerColumn;
use crate::publication::snapshot::Snapshot;
use crate::rules::officer_words::AnswerWords;
use crate::worker::Worker;

/// Columns by which a row says anything of its exception.
const SAID: [AnswerColumn; 7] = [
    AnswerColumn::Verdict,
    AnswerColumn::Reason,
    AnswerColumn::Measure,
    AnswerColumn::Note,
    AnswerColumn::Paper,
    AnswerColumn::Recovered,
    AnswerColumn::StoppedMonth,
];

/// A row and what becomes of it.
#[derive(Debug, Clone)]
pub(super) struct JudgedRow {
    /// Position of its sheet in the file.
    pub(super) sheet: usize,
    pub(super) row: ReturnedRow,
    pub(super) fate: RowFate,
    /// Why, and what to do; empty where nothing is to be said.
    pub(super) told: String,
    /// Its answer, where that can be taken.
    pub(super) answer: Option<Box<Answer>>,
    /// What lists call the exception, where it is known.
    key: Option<String>,
    /// Titles of cells that are not the officer's and say something else than they did.
    pub(super) changed_cells: Vec<String>,
}

impl JudgedRow {
    fn tell(&mut self, more: &str) {
        if !self.told.is_empty() {
            self.told.push('；');
        }
        self.told.push_str(more);
    }
}

/// Opens the runs before the newest if a row needs them: its number is not known there, or it is of another version.
pub(super) fn open_needed_runs(files: &[ReturnedFile], known: &mut KnownExceptions) {
    if known.other_runs() == 0 {
        return;
    }
    let needs = |sheet: &ReturnedSheet, row: ReturnedRow| match subject(known, sheet, row) {
        RowSubject::Known(one) => one.version != sheet.key(row, AnswerColumn::RowVersion),
        RowSubject::Unknown => true,
        RowSubject::Gone(_) | RowSubject::Ambiguous(_) | RowSubject::Disagree(..) => false,
    };
    let of_file =
        |file: &ReturnedFile| file.sheets.iter().any(|sheet| sheet.rows.iter().any(|&row| needs(sheet, row)));
    if files.iter().any(of_file) {
        known.open_others();
    }
}

/// Judges every row by itself: what it is about, whether that is still so, and what it answers. By file.
pub(super) fn judge_each(
    files: &[ReturnedFile],
    known: &KnownExceptions,
    reading: &AnswerReading<'_>,
) -> Vec<Vec<JudgedRow>> {
    let of_file = |file: &ReturnedFile| {
        let sheets = file.sheets.iter().enumerate();
        let rows = sheets.flat_map(|(at, sheet)| sheet.rows.iter().map(move |&row| (at, sheet, row)));
        rows.map(|(at, sheet, row)| judge_one(known, reading, (at, sheet), row)).collect()
    };
    files.par_iter().map(of_file).collect()
}

fn subject<'a>(known: &'a KnownExceptions, sheet: &ReturnedSheet, row: ReturnedRow) -> RowSubject<'a> {
    known.subject(&sheet.key(row, AnswerColumn::RowKey), &sheet.key(row, AnswerColumn::Number))
}

fn judge_one(
    known: &KnownExceptions,
    reading: &AnswerReading<'_>,
    (at, sheet): (usize, &ReturnedSheet),
    row: ReturnedRow,
) -> JudgedRow {
    let cell = |column| sheet.answer(row, column).trim();
    let mut judged = JudgedRow {
        sheet: at,
        row,
        fate: RowFate::Blank,
        told: String::new(),
        answer: None,
        key: None,
        changed_cells: Vec::new(),
    };
    let subject = subject(known, sheet, row);
    if let RowSubject::Known(one) = &subject {
        judged.key = Some(one.key.clone());
    }
    let says = |&column: &AnswerColumn| !cell(column).is_empty() || sheet.fault(row, column).is_some();
    if !SAID.iter().any(says) {
        return judged;
    }
    let (key, number) = (sheet.key(row, AnswerColumn::RowKey), sheet.key(row, AnswerColumn::Number));
    let newest = known.newest.snapshot.period();
    (judged.fate, judged.told) = match subject {
        RowSubject::Known(one) => return judge_answer(known, reading, (one, sheet), judged),
        RowSubject::Gone(period) => (
            RowFate::Stale,
            format!("这条疑点是{period}较早一次运行下发的，现在的发布（{newest}）里已没有：不用再核查"),
        ),
        RowSubject::Ambiguous(several) => (
            RowFate::Unknown,
            format!(
                "疑点编号“{number}”对应{several}条疑点，没有行键分不清是哪一条：用保留着隐藏列的清单填写"
            ),
        ),
        RowSubject::Disagree(of_key, of_number) => (
            RowFate::Disagreeing,
            format!(
                "行键是{of_key}的，疑点编号是{of_number}，两者不是同一条：多半是排序或粘贴时错了行，从下发的清单抄回这两格"
            ),
        ),
        RowSubject::Unknown if key.is_empty() && number.is_empty() => {
            (RowFate::Unknown, "填了核查结果，却没有疑点编号：从下发的清单抄上编号".to_owned())
        }
        RowSubject::Unknown => (
            RowFate::Unknown,
            format!(
                "这个发布文件夹里没有疑点“{}”：核对编号，或确认清单是本地下发的",
                if number.is_empty() { &key } else { &number }
            ),
        ),
    };
    judged
}

fn judge_answer(
    known: &KnownExceptions,
    reading: &AnswerReading<'_>,
    (one, sheet): (&KnownException, &ReturnedSheet),
    mut judged: JudgedRow,
) -> JudgedRow {
    let row = judged.row;
    let read = reading.read(sheet, row, one);
    // What is taken back may be about what is not so any more.
    let withdrawn = matches!(&read, ReadAnswer::Given(answer) if answer.is_withdrawal());
    let (key, version) = (sheet.key(row, AnswerColumn::RowKey), sheet.key(row, AnswerColumn::RowVersion));
    match known.facts_of_sheet(one, &key, &version) {
        _ if withdrawn => {}
        SheetFacts::Same => {}
        SheetFacts::NeverChanged => judged.tell("清单没有行版本，按疑点编号对回"),
        SheetFacts::Changed(period) => {
            judged.fate = RowFate::Stale;
            judged.tell(&format!("清单是{period}的，下发以后来源数据变了：按现在的清单重新核查"));
            if let Some(closed) = &one.closed {
                judged.tell(closed);
            }
            return judged;
        }
        SheetFacts::NotKnown => {
            judged.fate = RowFate::Stale;
            judged.tell("看不出清单是哪一次下发的，下发以后来源数据可能变了：填在现在的清单上再交回");
            return judged;
        }
    }
    if key.is_empty() && sheet.has(row, AnswerColumn::RowVersion) {
        judged.tell("没有行键，按疑点编号对回");
    }
    match read {
        ReadAnswer::Blank => {}
        ReadAnswer::Faulty(faults) => {
            judged.fate = RowFate::Faulty;
            judged.told = faults.join("；");
        }
        ReadAnswer::Given(answer) => {
            judged.fate = RowFate::Accepted;
            judged.answer = Some(answer);
            if let Some(closed) = &one.closed {
                judged.tell(closed);
            }
        }
    }
    judged
}

/// Refuses rows that say of a finding that its records are several persons', where none of them were taken for one.
///
/// # Errors
/// A publication that is damaged.
pub(super) fn refuse_inseparable(
    judged: &mut [Vec<JudgedRow>],
    words: &AnswerWords,
    newest: &Snapshot,
) -> Result<()> {
    let may_be = |row: &&mut JudgedRow| {
        let answer = row.answer.as_deref();
        answer.is_some_and(|answer| inseparable_fault(words, &answer.verdict, false).is_some())
    };
    let mut asked: Vec<&mut JudgedRow> = judged.iter_mut().flatten().filter(may_be).collect();
    let exceptions = asked.iter().filter_map(|row| row.answer.as_deref());
    let separable = separable_exceptions(newest, exceptions.map(|answer| answer.exception_id.as_str()))?;
    for row in &mut asked {
        let fault = row.answer.as_deref().and_then(|answer| {
            inseparable_fault(words, &answer.verdict, separable.contains(&answer.exception_id))
        });
        if let Some(fault) = fault {
            (row.fate, row.told, row.answer) = (RowFate::Faulty, fault, None);
        }
    }
    Ok(())
}

/// Where a row stands among all files.
type Place = (usize, usize);

/// Judges rows beside each other and beside what stands. An exception that two rows answer differently is taken from
/// neither; what is said twice is taken once. `formerly`: other names that exceptions were answered under.
pub(super) fn judge_together(
    files: &[ReturnedFile],
    judged: &mut [Vec<JudgedRow>],
    (standing, formerly): (&StandingAnswers, &BTreeMap<String, Vec<String>>),
) {
    let mut by_exception: BTreeMap<String, Vec<Place>> = BTreeMap::new();
    for (file, rows) in judged.iter().enumerate() {
        for (at, row) in rows.iter().enumerate() {
            if let Some(answer) = &row.answer {
                by_exception.entry(answer.exception_id.clone()).or_default().push((file, at));
            }
        }
    }
    for (exception, places) in by_exception {
        let answer = |&(file, at): &Place| judged[file][at].answer.as_deref();
        let Some(first) = answer(&places[0]) else { continue };
        let other = places.iter().find(|place| answer(place).is_some_and(|other| !other.says_same(first)));
        if let Some(&other) = other {
            let told = [where_it_is(files, judged, places[0]), where_it_is(files, judged, other)];
            let differs = |place: &Place| answer(place).is_some_and(|own| !own.says_same(first));
            let beside: Vec<(Place, &str)> =
                places.iter().map(|&place| (place, &*told[usize::from(!differs(&place))])).collect();
            for ((file, at), beside) in beside {
                judged[file][at].fate = RowFate::Conflict;
                judged[file][at].told = format!("{beside}：两处不一样，都没有采用；商定后只留一处再交回");
            }
            continue;
        }
        let names = formerly.get(&exception).into_iter().flatten();
        let names: Vec<&String> = std::iter::once(&exception).chain(names).collect();
        let stands = names.iter().filter_map(|name| standing.of(name)).max_by_key(|one| one.batch);
        let back = names.iter().find_map(|name| standing.returned(name));
        if let (None, Some(back)) = (stands, back)
            && answer(&places[0]).is_some_and(|answer| is_returned(back, answer))
        {
            let told = format!(
                "{}级已退回（{}）：重新核查，改填后再交回",
                back.returned.level.title(),
                quoted(&back.returned.note)
            );
            for (file, at) in places {
                judged[file][at].fate = RowFate::Faulty;
                judged[file][at].told.clone_from(&told);
            }
            continue;
        }
        let same = |answer: &Answer| stands.is_some_and(|stands| is_same(stands, answer));
        let chosen =
            places.iter().copied().find(|place| answer(place).is_some_and(same)).unwrap_or(places[0]);
        let (fate, told) = match (answer(&chosen), stands) {
            (Some(answer), Some(_)) if same(answer) => (RowFate::Unchanged, String::new()),
            (Some(answer), None) if answer.is_withdrawal() => {
                (RowFate::Unchanged, "没有可撤回的核查结果".to_owned())
            }
            (Some(answer), Some(stands)) if answer.is_withdrawal() => {
                (RowFate::Withdrawn, format!("原来是“{}”", stands.answer.verdict))
            }
            (_, Some(stands)) => (RowFate::Updated, format!("原来是“{}”", stands.answer.verdict)),
            (_, None) => (RowFate::Accepted, String::new()),
        };
        let once = where_it_is(files, judged, chosen);
        for place in places {
            let row = &mut judged[place.0][place.1];
            row.fate = if place == chosen { fate } else { RowFate::Unchanged };
            match place == chosen {
                true if told.is_empty() => {}
                true => row.tell(&told),
                false => row.tell(&format!("{once}，只记一次")),
            }
        }
    }
}

/// Does an answer say what stands, and does the same person at the same time? It stands as well if a higher level has looked
/// at it since.
fn is_same(stands: &StandingAnswer, answer: &Answer) -> bool {
    stands.answer.says_same(answer) && by_same(&stands.answer, answer) && stands.answer.level >= answer.level
}

/// Is it the answer that a higher level took back? Who looked again and found the same says so by a later day.
fn is_returned(back: &ReturnedAnswer, answer: &Answer) -> bool {
    let looked_again =
        |before: &Answer| answer.answered_on.is_some() && answer.answered_on > before.answered_on;
    let same = |before: &Answer| before.says_same(answer) && !looked_again(before);
    back.answer.as_ref().is_some_and(same) && back.returned.level > answer.level
}

fn by_same(one: &Answer, other: &Answer) -> bool {
    (&one.answered_by, one.answered_on) == (&other.answered_by, other.answered_on)
}

/// `《甲.xlsx》工作表“民政局”第5行答的是“属实”`.
fn where_it_is(files: &[ReturnedFile], judged: &[Vec<JudgedRow>], (file, at): Place) -> String {
    let row = &judged[file][at];
    let sheet = &files[file].sheets[row.sheet];
    let verdict = row
        .answer
        .as_deref()
        .map_or("", |answer| if answer.is_withdrawal() { "撤回" } else { &answer.verdict });
    let name = files[file].name.rsplit('/').next().unwrap_or_default();
    let of_sheet =
        if sheet.name.is_empty() { String::new() } else { format!("工作表“{}”", sheet.name) };
    format!("《{name}》{of_sheet}第{}行答的是“{verdict}”", sheet.number(row.row))
}

/// Notes the cells that are not the officer's and say something else than the list that was handed out. Gives how many rows
/// could be compared with no list.
///
/// # Errors
/// A list of a publication is not what was published.
pub(super) fn compare_with_lists(
    files: &[ReturnedFile],
    judged: &mut [Vec<JudgedRow>],
    known: &mut KnownExceptions,
    worker: Option<&Worker>,
) -> Result<u64> {
    let newest = IssuedLists::read(worker, &known.newest)?;
    let mut open: Vec<(Place, Option<Vec<String>>)> = Vec::new();
    for (file, rows) in judged.iter().enumerate() {
        let compared: Vec<_> = rows
            .par_iter()
            .enumerate()
            .filter_map(|(at, row)| {
                let key = row.key.as_deref()?;
                let changed = newest.changed_cells(key, &files[file].sheets[row.sheet], row.row);
                (changed.as_ref().is_none_or(|changed| !changed.is_empty())).then_some(((file, at), changed))
            })
            .collect();
        open.extend(compared);
    }
    drop(newest);
    // A sheet of an earlier run says what was so then.
    if !open.is_empty() && known.other_runs() > 0 {
        known.open_others();
        for run in known.opened() {
            if open.iter().all(|(_, changed)| changed.as_ref().is_some_and(Vec::is_empty)) {
                break;
            }
            let lists = IssuedLists::read(worker, run)?;
            for ((file, at), least) in &mut open {
                let row = &judged[*file][*at];
                // In another run's list it may bear a former key.
                let own = files[*file].sheets[row.sheet].key(row.row, AnswerColumn::RowKey);
                let keys = [Some(own.as_str()).filter(|key| !key.is_empty()), row.key.as_deref()];
                let found = keys
                    .into_iter()
                    .flatten()
                    .find_map(|key| lists.changed_cells(key, &files[*file].sheets[row.sheet], row.row));
                if let Some(found) = found
                    && least.as_ref().is_none_or(|least| found.len() < least.len())
                {
                    *least = Some(found);
                }
            }
        }
    }
    let mut without = 0;
    for ((file, at), changed) in open {
        match changed {
            Some(changed) => judged[file][at].changed_cells = changed,
            None => without += 1,
        }
    }
    Ok(without)
}
