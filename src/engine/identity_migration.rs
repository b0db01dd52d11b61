//! From publications made under another identity secret, or under none, to the present one: the ledger of ids, old →
//! new. The publications stay as they are; later runs read them by the new ids.

use std::collections::BTreeSet;
use std::path::{Path, PathBuf};

use rayon::slice::ParallelSliceMut as _;
use serde::{Deserialize, Serialize};

use crate::model::published_id::{HouseholdId, PersonId};
use crate::privacy::IdentitySecret;
use crate::publication::large_table_writer::{label_column, write_large_table, written_column};
use crate::publication::layout;
use crate::publication::output_files::{OutputFiles, make_output_folder};
use crate::publication::own_marks::MIGRATION;
use crate::publication::small_table_writer::{PublishedType, TableDef};
use crate::publication::snapshot::Snapshot;
use crate::publication::staging::{MIGRATION_FOLDER, NO_SECRET, Staging, place_folder};
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
}

/// Writes the ledgers that lead from every publication below `out` that another identity secret, or none, named to
/// the one that `secret` gives once there is something to migrate; nothing where all are made under it.
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
        write_ledger((out, None), from, secret, &of)
    };
    from.into_iter().map(migration).collect()
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
        write_ledger((out, Some(staging)), NO_SECRET, secret, &[publication])?;
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
    publications: &[&Snapshot],
) -> Result<IdentityMigration> {
    let to = secret.key_id();
    let renamed = RenamedIds::gather(publications, secret)?;
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
        persons: renamed.persons.len() as u64,
        households: renamed.households.len() as u64,
        exceptions: renamed.exceptions.len() as u64,
    })
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
        let texts: Vec<&[String; 2]> = self.exceptions.iter().chain(&self.numbers).collect();
        let ends = [
            persons.len(),
            persons.len() + households.len(),
            persons.len() + households.len() + self.exceptions.len(),
            persons.len() + households.len() + texts.len(),
        ];
        let id = |at: usize, side: usize| -> String {
            if at < ends[0] {
                [persons, &new_persons][side][at].to_string()
            } else if at < ends[1] {
                [households, &new_households][side][at - ends[0]].to_string()
            } else {
                texts[at - ends[1]][side].clone()
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
