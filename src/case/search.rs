//! Whom a word means: a finding's number, a name, a person's number whole or in part, a household's number, a record.

use std::collections::{BTreeMap, BTreeSet};

use serde::Serialize;

use super::archive::CaseArchive;
use super::finding::household_number;
use super::numbers::NumbersShown;
use crate::Result;
use crate::model::exception::{Status, row_key, row_number};
use crate::model::id_number::IdNumber;
use crate::privacy::IdentitySecret;
use crate::privacy::mask::own_part;
use crate::publication::table_reader::TableRow;
use crate::resolve::previous_records::RECORDS;
use crate::track::previous_exceptions::EXCEPTIONS;

/// Fewer characters of a row's key do not tell exceptions apart.
const LEAST_KEY: usize = 4;
/// As many of a key alone are one.
const LEAST_KEY_ALONE: usize = 6;
/// Fewer characters at the end of a person's number are everybody's.
const LEAST_DIGITS: usize = 4;
/// Names that are told where nobody has the one that is looked for.
const MOST_NEAREST: usize = 8;
/// Length of the first part of a number that lists show before its mark.
const SHOWN_BEGIN: usize = 6;

/// One that a word may mean.
#[derive(Debug, Clone, Serialize)]
pub(crate) struct Meaning {
    /// What to ask for it by: a person's id, or a household's.
    pub(crate) ask: String,
    pub(crate) is_household: bool,
    pub(crate) name: String,
    pub(crate) id_number: String,
    pub(crate) place: String,
    pub(crate) household_no: String,
    /// Open findings.
    pub(crate) findings: u64,
    #[serde(skip)]
    pub(crate) household_id: String,
}

/// What was found.
#[derive(Debug, Default)]
pub(crate) struct FoundSubjects {
    /// Rows of `restricted/exception`.
    pub(crate) findings: Vec<TableRow>,
    /// Two records that were asked for side by side.
    pub(crate) pair: Vec<String>,
    /// Persons and households.
    pub(crate) meanings: Vec<Meaning>,
    /// Names that are nearest, where there is nothing else.
    pub(crate) nearest: Vec<String>,
    /// What was looked for, and where.
    pub(crate) looked_for: Vec<&'static str>,
    /// It is a number with a mark, and the secret that makes marks is not at hand.
    pub(crate) lacks_secret: bool,
}

/// What a word is by its form.
enum AskedForm {
    /// A whole number of a person.
    Number(String),
    /// Its last characters.
    End(String),
    /// As lists show it: the beginning and a mark.
    Marked(String, String),
    /// Characters, and stars for what is hidden.
    Masked(Vec<char>),
    Name(String),
}

impl AskedForm {
    fn of(word: &str) -> Self {
        let upper = word.to_uppercase();
        let is_number = |text: &str| {
            let body = text.strip_suffix('X').unwrap_or(text);
            !body.is_empty() && body.bytes().all(|byte| byte.is_ascii_digit())
        };
        if let (Some(begin), Some(rest)) = (upper.get(..SHOWN_BEGIN), upper.get(SHOWN_BEGIN..)) {
            let mark = rest.trim_start_matches('*');
            let letters = mark.len() == 4 && mark.bytes().all(|byte| byte.is_ascii_uppercase());
            if is_number(begin) && rest.starts_with('*') && letters {
                return Self::Marked(begin.to_owned(), mark.to_owned());
            }
        }
        match () {
            () if upper.contains('*') => Self::Masked(upper.chars().collect()),
            () if is_number(&upper) && upper.len() >= 15 => {
                Self::Number(IdNumber::parse(&upper).text().unwrap_or(upper))
            }
            () if is_number(&upper) => Self::End(upper),
            () => Self::Name(word.to_owned()),
        }
    }

    fn words(&self) -> [&'static str; 2] {
        match self {
            Self::Number(_) => ["证件号码", "户编号"],
            Self::End(_) => ["证件号码的后几位", "户编号"],
            Self::Marked(..) => ["清单上的证件号（带标记）", "户编号"],
            Self::Masked(_) => ["遮盖的证件号码", "遮盖的户编号"],
            Self::Name(_) => ["姓名", "户编号"],
        }
    }
}

/// Are these the characters of a number where it is not hidden? Its length must be the same.
fn fits_mask(mask: &[char], number: &str) -> bool {
    number.chars().count() == mask.len()
        && number.chars().zip(mask).all(|(one, own)| *own == '*' || one == *own)
}

/// Is this what the exception is called: on lists (also on sheets handed out before its subject was found to be another's,
/// or another identity secret was taken), in `tables/`, or within `restricted/`? The columns are those of `restricted/exception.parquet` that name it.
fn is_called(
    [exception_id, exception_key, listed_id, former, rule, first_seen]: [&str; 6],
    id: &str,
) -> bool {
    let whole = |name: &str| !name.is_empty() && name == id;
    if [exception_id, exception_key, listed_id].into_iter().any(whole) {
        return true;
    }
    // The hidden key of a sheet begins with a letter that spreadsheets leave alone.
    let alone = id.strip_prefix('K').filter(|rest| rest.len() >= LEAST_KEY_ALONE * 4).unwrap_or(id);
    // A number is rule, period and the beginning of the row's key, which is as long as one likes.
    let begins = |number: &str| {
        let key = number.rsplit('-').next().unwrap_or("");
        !key.is_empty() && key == alone
            || alone.len() >= LEAST_KEY_ALONE && !alone.contains('-') && key.starts_with(alone)
            || number.strip_prefix(id).is_some_and(|rest| rest.len() + LEAST_KEY <= key.len())
    };
    let key = row_key(listed_id, exception_id);
    // Most numbers need not be put together.
    let own = alone.len() >= LEAST_KEY && (id.starts_with(rule) || key.starts_with(alone));
    own && begins(&row_number(rule, first_seen, key)) || former.split(';').any(begins)
}

/// Looks a word up.
///
/// # Errors
/// The publication is damaged.
pub(crate) fn search(
    archive: &CaseArchive,
    word: &str,
    secret: Option<&IdentitySecret>,
) -> Result<FoundSubjects> {
    let word: String = word.split_whitespace().collect();
    let mut found = FoundSubjects {
        looked_for: vec!["疑点编号", "人员编号", "记录编号"],
        ..Default::default()
    };
    let upper = word.to_uppercase();
    let columns = ["exception_id", "exception_key", "listed_id", "former_numbers", "rule_code", "first_seen"];
    let mut places = Vec::new();
    archive.snapshot.scan(EXCEPTIONS, columns, |place, row| {
        if is_called(row, &upper) {
            places.push(place);
        }
    })?;
    if !places.is_empty() {
        found.findings = archive.snapshot.rows_at(EXCEPTIONS, &places)?;
        return Ok(found);
    }
    let form = AskedForm::of(&word);
    found.looked_for.extend(form.words());
    if matches!(form, AskedForm::Marked(..)) && secret.is_none() {
        found.lacks_secret = true;
    }
    let mut heard = Heard::default();
    let parts: BTreeSet<&str> =
        word.split([',', '，']).map(str::trim).filter(|part| !part.is_empty()).collect();
    let names = ["record_id", "person_id", "household_id", "name", "id_number", "household"];
    archive.snapshot.scan(RECORDS, names, |_, row| heard.hear(row, (&word, &parts), &form, secret))?;
    if heard.persons.is_empty() && heard.households.is_empty() {
        heard.by_key(archive, &word)?;
    }
    if parts.len() == 2 && heard.records.len() == 2 {
        found.pair = heard.records.into_iter().collect();
        return Ok(found);
    }
    if heard.persons.is_empty() && heard.households.is_empty() {
        let mut nearest: Vec<(usize, String)> =
            heard.nearest.into_iter().map(|(name, at)| (at, name)).collect();
        nearest.sort();
        nearest.truncate(MOST_NEAREST);
        found.nearest = nearest.into_iter().map(|one| one.1).collect();
        return Ok(found);
    }
    found.meanings = meanings(archive, &heard)?;
    Ok(found)
}

/// What the records say of a word.
#[derive(Default)]
struct Heard {
    persons: BTreeSet<String>,
    households: BTreeSet<String>,
    records: BTreeSet<String>,
    /// Names that are like it, and how far they are.
    nearest: BTreeMap<String, usize>,
}

impl Heard {
    fn hear(
        &mut self,
        [record, person, household, name, number, household_no]: [&str; 6],
        (word, parts): (&str, &BTreeSet<&str>),
        form: &AskedForm,
        secret: Option<&IdentitySecret>,
    ) {
        if parts.contains(record) {
            self.records.insert(record.to_owned());
            self.persons.insert(person.to_owned());
        }
        if person == word {
            self.persons.insert(person.to_owned());
        }
        let own_number = own_part(household_no);
        if household == word || !own_number.is_empty() && own_number == word {
            self.households.insert(household.to_owned());
        }
        let is_meant = match form {
            AskedForm::Number(asked) => number == asked,
            AskedForm::End(end) => end.len() >= LEAST_DIGITS && number.ends_with(end.as_str()),
            AskedForm::Marked(begin, mark) => {
                number.starts_with(begin.as_str())
                    && secret.is_some_and(|secret| secret.number_mark(number) == *mark)
            }
            AskedForm::Masked(mask) => {
                if own_number.len() == mask.len() && household_number(own_number) == *word {
                    self.households.insert(household.to_owned());
                }
                fits_mask(mask, number)
            }
            AskedForm::Name(asked) => {
                if name == asked {
                    true
                } else {
                    self.hear_name(name, asked);
                    false
                }
            }
        };
        if is_meant {
            self.persons.insert(person.to_owned());
        }
    }

    fn hear_name(&mut self, name: &str, asked: &str) {
        let (length, wanted) = (name.chars().count(), asked.chars().count());
        if name.is_empty() || length.abs_diff(wanted) > 1 || self.nearest.contains_key(name) {
            return;
        }
        let far = strsim::osa_distance(name, asked);
        if far == 1 {
            // A name with the same surname is nearer.
            let other_surname = usize::from(name.chars().next() != asked.chars().next());
            self.nearest.insert(name.to_owned(), far * 2 + other_surname);
        }
    }

    /// What `tables/` call a person or a household.
    fn by_key(&mut self, archive: &CaseArchive, word: &str) -> Result<()> {
        const IDENTITIES: &str = "restricted/person_identity.parquet";
        let names = ["person_id", "person_key", "household_id", "household_key"];
        archive.snapshot.scan(IDENTITIES, names, |_, [person, key, household, household_key]| {
            if key == word {
                self.persons.insert(person.to_owned());
            } else if household_key == word {
                self.households.insert(household.to_owned());
            }
        })
    }
}

fn meanings(archive: &CaseArchive, heard: &Heard) -> Result<Vec<Meaning>> {
    let persons: BTreeSet<&str> = heard.persons.iter().map(String::as_str).collect();
    let households: BTreeSet<&str> = heard.households.iter().map(String::as_str).collect();
    let (mut of_person, mut of_household) = (BTreeMap::<String, u64>::new(), BTreeMap::<String, u64>::new());
    let columns = ["person_id", "household_id", "status"];
    archive.snapshot.scan(EXCEPTIONS, columns, |_, [person, household, status]| {
        if !Status::is_open_code(status) {
            return;
        }
        if persons.contains(person) {
            *of_person.entry(person.to_owned()).or_default() += 1;
        }
        if households.contains(household) {
            *of_household.entry(household.to_owned()).or_default() += 1;
        }
    })?;
    let rows = archive.rows_with(RECORDS, [("person_id", &persons), ("household_id", &households)])?;
    let mut meanings: BTreeMap<(bool, String), Meaning> = BTreeMap::new();
    for row in &rows {
        let (person, household) = (row.get("person_id"), row.get("household_id"));
        for (is_household, id) in [(false, person), (true, household)] {
            let wanted = if is_household { &households } else { &persons };
            if !wanted.contains(id) {
                continue;
            }
            let counts = if is_household { &of_household } else { &of_person };
            let one = meanings.entry((is_household, id.to_owned())).or_insert_with(|| Meaning {
                ask: id.to_owned(),
                is_household,
                name: String::new(),
                id_number: String::new(),
                place: String::new(),
                household_no: String::new(),
                findings: counts.get(id).copied().unwrap_or(0),
                household_id: household.to_owned(),
            });
            fill(archive, one, row);
        }
    }
    Ok(meanings.into_values().collect())
}

/// Takes from a record what is not known yet.
fn fill(archive: &CaseArchive, one: &mut Meaning, row: &TableRow) {
    let take = |own: &mut String, words: String| {
        if own.is_empty() {
            *own = words;
        }
    };
    take(&mut one.name, NumbersShown::Masked.text(row.get("name")));
    take(&mut one.id_number, NumbersShown::Masked.number(row.get("id_number")));
    take(&mut one.household_no, household_number(row.get("household")));
    let codes = ["county_code", "township_code", "village_code"].map(|column| row.get(column));
    let place: Vec<&str> =
        codes.into_iter().filter(|code| !code.is_empty()).map(|code| archive.titles.division(code)).collect();
    take(&mut one.place, place.join(" "));
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_finding_is_called_by_as_much_of_its_number_as_one_likes() {
        let row = ["E1", "X1", "PTS6GWMK3W4PZJTARR8DYGX4EF", "", "R37", "2018Q3"];
        for called in ["R37-2018Q3-PTS6GWMK", "PTS6GWMK", "KPTS6GWMK3W4PZJTARR8DYGX4EF", "E1", "X1"] {
            assert!(is_called(row, called), "{called}");
        }
        for other in ["R37-2018Q3", "R37-2018Q3-PTS7", "PTS", "R38-2018Q3-PTS6GWMK", ""] {
            assert!(!is_called(row, other), "{other}");
        }
        let row = ["E1", "X1", "PTS6GWMK3W4PZJTARR8DYGX4EF", "R12-2018Q1-ABCDEFGHJK", "R37", "2018Q3"];
        assert!(is_called(row, "R12-2018Q1-ABCDEFGH"), "what an earlier sheet called it");
    }

    #[test]
    fn numbers_are_known_by_their_form() {
        let form = |word: &str| AskedForm::of(word);
        assert!(matches!(form("410621197506100969"), AskedForm::Number(_)));
        assert!(matches!(form("410621750610096"), AskedForm::Number(_)));
        assert!(matches!(form("631x"), AskedForm::End(end) if end == "631X"));
        assert!(matches!(form("410621**********HNGK"), AskedForm::Marked(..)));
        assert!(matches!(form("410621********631X"), AskedForm::Masked(_)));
        assert!(matches!(form("刘德义"), AskedForm::Name(_)));
        let mask: Vec<char> = "410621********0969".chars().collect();
        assert!(fits_mask(&mask, "410621197506100969") && !fits_mask(&mask, "410621197506100968"));
        assert!(!fits_mask(&mask, "0969"));
    }
}
