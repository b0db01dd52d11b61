//! From publications made under another identity secret, or under none, to the present one: the ledger of ids, old →
//! new. The publications stay as they are; later runs read them by the new ids.

use std::collections::{BTreeMap, BTreeSet};
use std::path::{Path, PathBuf};

use rayon::slice::ParallelSliceMut as _;
use serde::Serialize;

use super::answer_migration::{AnswerMigration, AnswersToCarry};
use super::key_names::PublishedKeys;
use crate::model::published_id::{HouseholdId, PersonId, PublishedId};
use crate::privacy::IdentitySecret;
use crate::publication::id_ledger::{HEAD_VERSION, LEDGER, LedgerHead, find_ledger, ledger_folder};
use crate::publication::large_table_writer::{label_column, write_large_table, written_column};
use crate::publication::layout;
use crate::publication::output_files::{OutputFiles, make_output_folder};
use crate::publication::own_marks::MIGRATION;
use crate::publication::small_table_writer::{PublishedType, TableDef};
use crate::publication::snapshot::Snapshot;
use crate::publication::staging::{LockedFolder, NO_SECRET, Staging};
use crate::publication::table_reader::{self, TableRow};
use crate::resolve::previous_records::PreviousParts;
use crate::track::previous_exceptions::PreviousExceptions;
use crate::{Error, Result};

const KINDS: [&str; 4] = ["person", "household", "exception", "number"];

/// What a migration did.
#[derive(Debug, Clone, Serialize)]
pub struct IdentityMigration {
    /// Name of the secret before, `none` before there were any.
    pub from: String,
    /// Name of the present secret.
    pub to: String,
    /// Folder of the ledger.
    pub folder: PathBuf,
    /// Persons, households and exceptions with another id.
    pub persons: u64,
    /// Households.
    pub households: u64,
    /// Exceptions.
    pub exceptions: u64,
}

/// What a migration did: its ledgers, and what became of the answers, where there are any.
#[derive(Debug, Clone, Serialize)]
pub struct MigrationOutcome {
    /// A ledger for each secret of a publication.
    pub ledgers: Vec<IdentityMigration>,
    /// Answers beside the publications.
    pub answers: Option<AnswerMigration>,
}

/// Which secret names what was published, and what may be lost.
#[derive(Debug, Clone, Copy, Default)]
pub struct FormerSecret<'a> {
    /// The secret before, if it is still there: without it no verdict on who is one person can be carried.
    pub secret: Option<&'a IdentitySecret>,
    /// Such verdicts may be lost.
    pub may_lose_rulings: bool,
}

/// Ids old → new.
#[derive(Debug, Default)]
struct RenamedIds {
    persons: Vec<PersonId>,
    households: Vec<HouseholdId>,
    /// Fingerprints.
    exceptions: BTreeSet<[String; 2]>,
    /// Numbers on sheets.
    numbers: BTreeSet<[String; 2]>,
    /// Ids of persons and households that another secret renamed in between: they are not carried from the oldest names.
    renamed_before: [BTreeSet<[String; 2]>; 2],
    /// That secret.
    through: Option<String>,
}

/// Writes the ledgers that lead from every publication below `out` that another identity secret, or none, named to
/// the one that `secret` gives, and carries the answers beside them there, once there is something to migrate; nothing where all are made under it. Where a ledger leads on
/// from one already, the new one follows it: none → A → B.
///
/// # Errors
/// No publication, one that is damaged, or an output folder that cannot be written; answers that cannot be carried without
/// loss; what `secret` says.
pub fn migrate_identities(
    out: &Path,
    secret: impl FnOnce() -> Result<IdentitySecret>,
    former: FormerSecret<'_>,
) -> Result<MigrationOutcome> {
    let nothing = || Error::usage("这里没有发布").in_file(out).hint("给出发布文件夹，即 run 的 --out");
    // Locking would make the folder.
    if !out.is_dir() || layout::list_period_folders(out)?.is_empty() {
        return Err(nothing());
    }
    // A run that publishes meanwhile would not be in the ledger.
    let locked = LockedFolder::take(out, "migrate")?;
    let publications = open_publications(out)?;
    if publications.is_empty() {
        return Err(nothing());
    }
    let published = PublishedKeys::find(out, None)?;
    let secret = &secret()?;
    let own = secret.key_id();
    // Before anything is written.
    let answers = AnswersToCarry::find(out, secret, former.secret, (former.may_lose_rulings, &publications))?;
    let from: BTreeSet<&str> = publications.iter().map(secret_of).filter(|from| *from != own).collect();
    let migration = |from: &str| {
        let of: Vec<&Snapshot> = publications.iter().filter(|one| secret_of(one) == from).collect();
        let renamed = match next_secret(out, from, &own, &published.identities())? {
            None => {
                let mut renamed = RenamedIds::gather(&of, secret)?;
                // What publications had that are here no more.
                if find_ledger(out, from, &own)
                    .is_ok_and(|known| known.is_some_and(|head| head.through.is_none()))
                {
                    renamed.add_ledger(&read_ledger(out, from, &own)?, secret);
                }
                renamed
            }
            Some(next) => {
                let after: Vec<&Snapshot> =
                    publications.iter().filter(|one| secret_of(one) == next).collect();
                RenamedIds::compose(
                    &read_ledger(out, from, &next)?,
                    RenamedIds::gather(&after, secret)?,
                    secret,
                    next,
                )
            }
        };
        write_ledger(|name, write| locked.place(name, write), from, secret, &renamed)
    };
    let ledgers = from.into_iter().map(migration).collect::<Result<Vec<_>>>()?;
    let answers = answers.map(|answers| answers.carry(secret, &publications)).transpose()?;
    Ok(MigrationOutcome { ledgers, answers })
}

/// The current publications. A period whose runs no link names is refused: whether they count nobody knows.
fn open_publications(out: &Path) -> Result<Vec<Snapshot>> {
    let mut publications = Vec::new();
    for place in layout::list_period_folders(out)? {
        let newest = place.runs.last().and_then(|run| run.file_name());
        let cure = newest.map(|newest| {
            format!(
                "在该期的文件夹中用 ln -sfn {} latest 指定完好的一次运行；不要的，移走这个文件夹，再运行 migrate",
                newest.display()
            )
        });
        if place.current {
            let opened = Snapshot::open(&place.folder);
            publications.push(match cure {
                Some(cure) => opened.map_err(|damaged| damaged.hint(cure))?,
                None => opened?,
            });
        } else if let Some(cure) = cure {
            return Err(Error::input("该期的文件夹里有运行，却没有 latest 指向其中一次")
                .in_file(place.folder)
                .hint(cure));
        }
    }
    Ok(publications)
}

/// The secret to which a ledger in `out` leads on from `from`, if later publications went on from there under another than
/// `own`: of several the last. `published`: secrets of publications; a ledger alone does not say that any follows it.
fn next_secret(out: &Path, from: &str, own: &str, published: &BTreeSet<&str>) -> Result<Option<String>> {
    let mut next = Vec::new();
    for one in published.iter().filter(|one| **one != own && **one != from) {
        if is_migrated(out, from, one)? {
            next.push(*one);
        }
    }
    // Where one leads on to another, ids that were renamed once were renamed again.
    let mut last = None;
    for one in &next {
        let mut leads_on = false;
        for other in next.iter().filter(|other| *other != one) {
            leads_on |= is_migrated(out, one, other)?;
        }
        if !leads_on {
            last = last.or(Some(*one));
        }
    }
    Ok(last.or(next.first().copied()).map(str::to_owned))
}

/// Refuses to go on from a publication that others went on from under a secret in between: what its ids became there
/// nobody can compute without that secret.
///
/// # Errors
/// Usage: from which publication a run can go on.
pub(super) fn check_not_renamed_before(
    out: &Path,
    previous: &Snapshot,
    secret: &IdentitySecret,
) -> Result<()> {
    let (from, own) = (secret_of(previous), secret.key_id());
    if from == own {
        return Ok(());
    }
    // The ledger to the own secret says itself whether it is the first that renamed them. Version 1 did not.
    let through = match find_ledger(out, from, &own)? {
        Some(head) if head.ledger.is_some() => head.through,
        _ => next_secret(out, from, &own, &PublishedKeys::find(out, None)?.identities())?,
    };
    match through {
        None => Ok(()),
        Some(next) => Err(Error::usage(format!(
            "这个发布的编号已按身份密钥{next}换过，以后各期接着换过的编号；不能用{own}再接着它运行"
        ))
        .in_file(previous.folder())
        .hint(format!(
            "用 --identity-file 指向身份密钥{next}重新运行该期；密钥已丢失的，只能从它以后各期接着运行"
        ))),
    }
}

/// Rows of the ledger that leads from one secret to the other.
fn read_ledger(out: &Path, from: &str, to: &str) -> Result<Vec<TableRow>> {
    table_reader::read_rows(&out.join(ledger_folder(from, to)).join(LEDGER), |_| true)
}

/// Writes the ledger from a publication made before there were keys, if there is none yet. `publication` must not be
/// read under the secret.
///
/// # Errors
/// As for [`migrate_identities`].
pub(super) fn migrate_unkeyed(
    staging: &Staging,
    out: &Path,
    secret: &IdentitySecret,
    publication: &Snapshot,
) -> Result<()> {
    if publication.keys().is_none() && !is_migrated(out, NO_SECRET, &secret.key_id())? {
        let renamed = RenamedIds::gather(&[publication], secret)?;
        write_ledger(|name, write| staging.place_folder(name, write), NO_SECRET, secret, &renamed)?;
    }
    Ok(())
}

/// Is there a ledger in `out` that leads from one secret to the other?
///
/// # Errors
/// There is one, and it is not whole.
pub(super) fn is_migrated(out: &Path, from: &str, to: &str) -> Result<bool> {
    Ok(find_ledger(out, from, to)?.is_some())
}

/// The identity secret that a publication names; `none` of one from before there were any.
pub(super) fn secret_of(publication: &Snapshot) -> &str {
    publication.keys().map_or(NO_SECRET, |keys| &keys.identity)
}

/// `place` writes a folder beside the publications, whole or not at all.
fn write_ledger(
    place: impl FnOnce(&str, &dyn Fn(&Path) -> Result<()>) -> Result<PathBuf>,
    from: &str,
    secret: &IdentitySecret,
    renamed: &RenamedIds,
) -> Result<IdentityMigration> {
    let to = secret.key_id();
    let write = |folder: &Path| {
        let (mut outputs, disk) = OutputFiles::beside(folder)?;
        make_output_folder(&outputs.path("restricted"), 0o700)?;
        renamed.write(secret, &mut outputs)?;
        let head = LedgerHead {
            identity_migration: HEAD_VERSION,
            from: from.to_owned(),
            to: to.clone(),
            through: renamed.through.clone(),
            ledger: outputs.last_written().cloned(),
        };
        let mut text = serde_json::to_vec_pretty(&head).map_err(|e| Error::internal(e.to_string()))?;
        text.push(b'\n');
        outputs.bytes(MIGRATION, &text, None)?;
        drop(outputs);
        disk.finish()
    };
    let folder = place(&ledger_folder(from, &to), &write)?;
    Ok(IdentityMigration {
        from: from.to_owned(),
        to,
        folder,
        persons: (renamed.persons.len() + renamed.renamed_before[0].len()) as u64,
        households: (renamed.households.len() + renamed.renamed_before[1].len()) as u64,
        exceptions: renamed.exceptions.len() as u64,
    })
}

/// What an id is called under the secret; `None` for what is no id.
fn carried_text<const LETTER: char>(secret: &IdentitySecret, text: &str) -> Option<String> {
    let mut ids = [PublishedId::<LETTER>::parse(text)?];
    secret.carry(&mut ids);
    Some(ids[0].to_string())
}

impl RenamedIds {
    fn gather(publications: &[&Snapshot], secret: &IdentitySecret) -> Result<Self> {
        let mut all = Self::default();
        for publication in publications {
            let parts = PreviousParts::open(publication)?;
            for part in 0..parts.count() {
                for records in parts.read(part)? {
                    let records = records?;
                    for row in 0..records.len() {
                        let record = records.get(row);
                        all.persons.push(record.person);
                        all.households.push(record.household);
                    }
                }
                // Most persons have several records.
                all.sort();
            }
            let before = PreviousExceptions::read(publication)?.exceptions;
            let after = PreviousExceptions::read(&(*publication).clone().read_under(secret))?.exceptions;
            let fingerprints: Vec<&str> = after.iter().map(|one| one.exception_id.as_str()).collect();
            let listed = secret.listed(&fingerprints);
            for ((old, mut new), listed) in before.into_iter().zip(after.iter().cloned()).zip(listed) {
                new.listed_id = listed;
                let number = new.long_number();
                all.numbers.extend(old.former_numbers.into_iter().map(|old| [old, number.clone()]));
                all.exceptions.insert([old.exception_id, new.exception_id]);
                // Subjects that no record stands for any more.
                for id in [old.exception.person_id, old.exception.household_id].into_iter().flatten() {
                    all.persons.extend(PersonId::parse(&id));
                    all.households.extend(HouseholdId::parse(&id));
                }
            }
        }
        all.sort();
        Ok(all)
    }

    /// Adds what a ledger to the same secret has that these have not, where ids are called there as they would be here.
    fn add_ledger(&mut self, ledger: &[TableRow], secret: &IdentitySecret) {
        let known = |set: &BTreeSet<[String; 2]>| -> BTreeSet<String> {
            set.iter().map(|[old, _]| old.clone()).collect()
        };
        let (exceptions, numbers) = (known(&self.exceptions), known(&self.numbers));
        for row in ledger {
            let (old, now) = (row.get("previous_id"), row.get("current_id"));
            let pair = || [old.to_owned(), now.to_owned()];
            match row.get("kind") {
                "person" if carried_text::<'P'>(secret, old).is_some_and(|carried| carried == now) => {
                    self.persons.extend(PersonId::parse(old));
                }
                "household" if carried_text::<'H'>(secret, old).is_some_and(|carried| carried == now) => {
                    self.households.extend(HouseholdId::parse(old));
                }
                "exception" if !exceptions.contains(old) => {
                    self.exceptions.insert(pair());
                }
                "number" if !numbers.contains(old) => {
                    self.numbers.insert(pair());
                }
                _ => {}
            }
        }
        self.sort();
    }

    /// What the ids of a ledger to `through` became since: `after` leads from there to the present secret.
    fn compose(ledger: &[TableRow], after: Self, secret: &IdentitySecret, through: String) -> Self {
        let mut all = Self { through: Some(through), ..Self::default() };
        let since = |set: BTreeSet<[String; 2]>| -> BTreeMap<String, String> {
            set.into_iter().map(|[old, new]| (old, new)).collect()
        };
        let (exceptions, numbers) = (since(after.exceptions), since(after.numbers));
        for row in ledger {
            let (old, then) = (row.get("previous_id"), row.get("current_id"));
            let rename = |set: &mut BTreeSet<[String; 2]>, now: Option<String>| {
                set.extend(now.map(|now| [old.to_owned(), now]));
            };
            match row.get("kind") {
                "person" => rename(&mut all.renamed_before[0], carried_text::<'P'>(secret, then)),
                "household" => rename(&mut all.renamed_before[1], carried_text::<'H'>(secret, then)),
                "exception" => rename(&mut all.exceptions, exceptions.get(then).cloned()),
                _ => rename(&mut all.numbers, numbers.get(then).cloned()),
            }
        }
        all
    }

    fn sort(&mut self) {
        self.persons.par_sort_unstable();
        self.persons.dedup();
        self.households.par_sort_unstable();
        self.households.dedup();
    }

    fn write(&self, secret: &IdentitySecret, outputs: &mut OutputFiles) -> Result<()> {
        use PublishedType::Text;
        let def = TableDef::new(
            "编号对照",
            &[
                (
                    "kind",
                    Text,
                    "种类",
                    "person人员 household户 exception疑点指纹 number清单上的疑点编号（带全部行键）",
                ),
                ("previous_id", Text, "原编号", ""),
                ("current_id", Text, "新编号", ""),
            ],
        );
        let (persons, households) = (&self.persons, &self.households);
        let (mut new_persons, mut new_households) = (persons.clone(), households.clone());
        secret.carry(&mut new_persons);
        secret.carry(&mut new_households);
        let [persons_before, households_before] = &self.renamed_before;
        let texts: Vec<&[String; 2]> = (persons_before.iter().chain(households_before))
            .chain(self.exceptions.iter().chain(&self.numbers))
            .collect();
        // A ledger has ids of persons and households either way, never both.
        let carried = persons.len() + households.len();
        let mut ends = [
            persons.len() + persons_before.len(),
            households.len() + households_before.len(),
            self.exceptions.len(),
            self.numbers.len(),
        ];
        (1..ends.len()).for_each(|at| ends[at] += ends[at - 1]);
        let id = |at: usize, side: usize| -> String {
            if at < persons.len() {
                [persons, &new_persons][side][at].to_string()
            } else if at < carried {
                [households, &new_households][side][at - persons.len()].to_string()
            } else {
                texts[at - carried][side].clone()
            }
        };
        let (id, ends) = (&id, &ends);
        write_large_table(outputs, LEDGER, def, ends[3], |from| {
            let text = move |side: usize| {
                written_column(27, move |i, out| {
                    out.extend_from_slice(id(from + i, side).as_bytes());
                    true
                })
            };
            let kind = move |i: usize| Some(ends.partition_point(|&end| end <= from + i));
            vec![label_column(KINDS, kind), text(0), text(1)]
        })
    }
}
