//! From publications made under another identity secret, or under none, to the present one: the ledger of ids, old →
//! new. The publications stay as they are; later runs read them by the new ids.

use std::collections::{BTreeMap, BTreeSet};
use std::path::{Path, PathBuf};

use rayon::slice::ParallelSliceMut as _;
use serde::{Deserialize, Serialize};

use crate::model::published_id::{HouseholdId, PersonId, PublishedId};
use crate::privacy::IdentitySecret;
use crate::publication::large_table_writer::{label_column, write_large_table, written_column};
use crate::publication::layout;
use crate::publication::output_files::{OutputFiles, make_output_folder};
use crate::publication::own_marks::MIGRATION;
use crate::publication::small_table_writer::{PublishedType, TableDef};
use crate::publication::snapshot::Snapshot;
use crate::publication::staging::{MIGRATION_FOLDER, NO_SECRET, Staging, place_folder};
use crate::publication::table_reader::{self, TableRow};
use crate::resolve::previous_records::PreviousParts;
use crate::track::previous_exceptions::PreviousExceptions;
use crate::{Error, Result};

/// The ledger within its folder, for its owner's eyes only.
const LEDGER: &str = "restricted/renamed_ids.parquet";
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

/// Says of a ledger's folder what it is.
#[derive(Debug, Serialize, Deserialize)]
struct MigrationHead {
    identity_migration: u32,
    from: String,
    to: String,
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
}

/// Writes the ledgers that lead from every publication below `out` that another identity secret, or none, named to
/// the one that `secret` gives once there is something to migrate; nothing where all are made under it. Where a ledger leads on
/// from one already, the new one follows it: none → A → B.
///
/// # Errors
/// No publication, one that is damaged, or an output folder that cannot be written; what `secret` says.
pub fn migrate_identities(
    out: &Path,
    secret: impl FnOnce() -> Result<IdentitySecret>,
) -> Result<Vec<IdentityMigration>> {
    let periods = layout::list_periods(out)?;
    if periods.is_empty() {
        return Err(Error::usage("这里没有发布").in_file(out).hint("给出发布文件夹，即 run 的 --out"));
    }
    let publications: Vec<Snapshot> =
        periods.iter().map(|(_, folder)| Snapshot::open(folder)).collect::<Result<_>>()?;
    let secret = &secret()?;
    let own = secret.key_id();
    let from: BTreeSet<&str> = publications.iter().map(secret_of).filter(|from| *from != own).collect();
    let migration = |from: &str| {
        let of: Vec<&Snapshot> = publications.iter().filter(|one| secret_of(one) == from).collect();
        let renamed = match next_secret(out, from, &own)? {
            None => RenamedIds::gather(&of, secret)?,
            Some(next) => {
                let after: Vec<&Snapshot> =
                    publications.iter().filter(|one| secret_of(one) == next).collect();
                RenamedIds::compose(
                    &read_ledger(out, from, &next)?,
                    RenamedIds::gather(&after, secret)?,
                    secret,
                )
            }
        };
        write_ledger((out, None), from, secret, &renamed)
    };
    from.into_iter().map(migration).collect()
}

/// The secret to which a ledger in `out` leads on from `from`, if later publications went on from there under another than
/// `own`: of several the last.
fn next_secret(out: &Path, from: &str, own: &str) -> Result<Option<String>> {
    let names = layout::list_folder_names(out)?;
    let beginning = format!("{MIGRATION_FOLDER}{from}-");
    let next: Vec<&str> = names
        .iter()
        .filter_map(|name| name.strip_prefix(&beginning))
        .filter(|next| *next != own && is_migrated(out, from, next))
        .collect();
    // Where one leads on to another, ids that were renamed once were renamed again.
    let leads_on = |one: &str| next.iter().any(|other| *other != one && is_migrated(out, one, other));
    Ok(next.iter().find(|one| !leads_on(one)).or(next.first()).map(|one| (*one).to_owned()))
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
    match next_secret(out, from, &own)? {
        None => Ok(()),
        Some(next) => Err(Error::usage(format!(
            "这个发布的编号已按身份密钥{next}换过，之后的季度接着换过的编号；不能用{own}再接着它运行"
        ))
        .in_file(previous.folder())
        .hint(format!(
            "用 --identity-file 指向身份密钥{next}重新运行该季度；密钥已丢失的，只能从它之后的季度接着运行"
        ))),
    }
}

/// Rows of the ledger that leads from one secret to the other.
fn read_ledger(out: &Path, from: &str, to: &str) -> Result<Vec<TableRow>> {
    table_reader::read_rows(&out.join(folder_name(from, to)).join(LEDGER), |_| true)
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
    if publication.keys().is_none() && !is_migrated(out, NO_SECRET, &secret.key_id()) {
        write_ledger((out, Some(staging)), NO_SECRET, secret, &RenamedIds::gather(&[publication], secret)?)?;
    }
    Ok(())
}

/// Is there a ledger in `out` that leads from one secret to the other?
pub(super) fn is_migrated(out: &Path, from: &str, to: &str) -> bool {
    let text = std::fs::read(out.join(folder_name(from, to)).join(MIGRATION)).unwrap_or_default();
    let head = serde_json::from_slice::<MigrationHead>(&text);
    head.is_ok_and(|head| head.from == from && head.to == to)
}

fn secret_of(publication: &Snapshot) -> &str {
    publication.keys().map_or(NO_SECRET, |keys| &keys.identity)
}

fn folder_name(from: &str, to: &str) -> String {
    format!("{MIGRATION_FOLDER}{from}-{to}")
}

/// `staging`, if this process publishes in the output folder.
fn write_ledger(
    (out, staging): (&Path, Option<&Staging>),
    from: &str,
    secret: &IdentitySecret,
    renamed: &RenamedIds,
) -> Result<IdentityMigration> {
    let to = secret.key_id();
    let head = MigrationHead { identity_migration: 1, from: from.to_owned(), to: to.clone() };
    let mut text = serde_json::to_vec_pretty(&head).map_err(|e| Error::internal(e.to_string()))?;
    text.push(b'\n');
    let write = |folder: &Path| {
        let (mut outputs, disk) = OutputFiles::beside(folder)?;
        make_output_folder(&outputs.path("restricted"), 0o700)?;
        renamed.write(secret, &mut outputs)?;
        outputs.bytes(MIGRATION, &text, None)?;
        drop(outputs);
        disk.finish()
    };
    let name = folder_name(from, &to);
    let folder = match staging {
        Some(staging) => staging.place_folder(&name, write)?,
        None => place_folder(out, &name, "migrate", write)?,
    };
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

    /// What the ids of a ledger became since: `after` leads from its secret to the present one.
    fn compose(ledger: &[TableRow], after: Self, secret: &IdentitySecret) -> Self {
        let mut all = Self::default();
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
