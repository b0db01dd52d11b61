//! Which keys the publications of an output folder were made with, and whether a run may go on from them (ADR 0015).

use std::collections::BTreeSet;
use std::path::{Path, PathBuf};

use super::identity_migration;
use crate::privacy::Secrets;
use crate::publication::id_ledger::{self, ListedLedger};
use crate::publication::layout::{self, PeriodFolder};
use crate::publication::manifest::KeyNames;
use crate::publication::snapshot::Snapshot;
use crate::{Error, Result};

/// Keys that publications name.
#[derive(Debug, Clone, Default)]
pub(crate) struct PublishedKeys {
    /// Of the current publications, by period; of the publication to compare with last. Where a period's current one cannot be
    /// read, or is not named, its newest run that can be read stands for it.
    named: Vec<NamedKeys>,
    /// Of runs that others replaced.
    replaced: Vec<NamedKeys>,
    /// Keys of the latest period of the output folder.
    newest: Option<NamedKeys>,
    /// Publications whose manifest cannot be read: their keys are not known.
    unreadable: Vec<PathBuf>,
    /// Ledgers that the current publications name, by their folder.
    ledgers: Vec<(PathBuf, Vec<ListedLedger>)>,
}

/// Keys that a publication names.
#[derive(Debug, Clone)]
pub(crate) struct NamedKeys {
    /// Folder of the publication.
    pub(crate) folder: PathBuf,
    pub(crate) keys: KeyNames,
    /// The period's folder, if its current publication cannot be read, or none is named: this one stands for it.
    pub(crate) stands_for: Option<PathBuf>,
}

impl PublishedKeys {
    /// Reads the manifests of all runs below `out` and that of the publication to compare with.
    ///
    /// # Errors
    /// A folder that cannot be read.
    pub(crate) fn find(out: &Path, previous: Option<&Snapshot>) -> Result<Self> {
        let mut found = Self::default();
        for place in layout::list_period_folders(out)? {
            found.add_period(&place);
        }
        found.named.extend(previous.and_then(|previous| NamedKeys::of(previous, None)));
        Ok(found)
    }

    fn add_period(&mut self, place: &PeriodFolder) {
        let current = place.current.then(|| Snapshot::open(&place.folder));
        let current = match current {
            Some(Ok(publication)) => Some(publication),
            Some(Err(_)) => None,
            // A folder of the layout before beside one of today's.
            None if place.runs.is_empty() => {
                match Snapshot::open(&place.folder) {
                    Ok(publication) => self.replaced.extend(NamedKeys::of(&publication, None)),
                    Err(_) => self.unreadable.push(place.folder.clone()),
                }
                return;
            }
            None => None,
        };
        let mut stand_in = current.is_none();
        if let Some(publication) = &current {
            let keys = NamedKeys::of(publication, None);
            self.newest.clone_from(&keys);
            self.named.extend(keys);
            let folder = publication.folder().to_owned();
            self.ledgers.push((folder, publication.ledgers().to_vec()));
        }
        for run in place.runs.iter().rev() {
            if current.as_ref().is_some_and(|current| current.folder().file_name() == run.file_name()) {
                continue;
            }
            let Ok(publication) = Snapshot::open(run) else {
                // One that another replaced is asked for nothing but the name of a key.
                self.unreadable.extend(current.is_some().then(|| run.clone()));
                continue;
            };
            if std::mem::take(&mut stand_in) {
                let keys = NamedKeys::of(&publication, Some(&place.folder));
                self.newest.clone_from(&keys);
                self.named.extend(keys);
            } else {
                self.replaced.extend(NamedKeys::of(&publication, None));
            }
        }
        if stand_in {
            self.unreadable.push(place.folder.clone());
        }
    }

    /// A publication that names an identity secret; the latest first, those that others replaced last.
    pub(crate) fn identity(&self) -> Option<&NamedKeys> {
        self.named.last().or(self.replaced.last())
    }

    /// The publication whose pseudonyms a run continues.
    pub(crate) fn pseudonym(&self) -> Option<&NamedKeys> {
        self.newest.as_ref()
    }

    /// A publication whose keys cannot be known.
    pub(crate) fn unreadable(&self) -> Option<&Path> {
        self.unreadable.first().map(PathBuf::as_path)
    }

    /// Names of the identity secrets of all publications.
    pub(crate) fn identities(&self) -> BTreeSet<&str> {
        self.named.iter().chain(&self.replaced).map(|one| one.keys.identity.as_str()).collect()
    }

    /// Refuses secrets other than those that the publications name, unless a migration leads to the identity secret;
    /// `rotated`: the operator says that the key of the pseudonyms is to be another. Refuses ledgers that are not whole, or gone.
    ///
    /// # Errors
    /// Which publication names which key, which ledger is not whole, and the cure.
    pub(crate) fn check(&self, secrets: &Secrets, out: &Path, rotated: bool) -> Result<()> {
        let own = secrets.identity_id();
        let there = id_ledger::list_ledgers(out)?;
        for (folder, listed) in &self.ledgers {
            id_ledger::check_ledgers(out, &there, folder, listed)?;
        }
        let mut asked = BTreeSet::new();
        for one in self.named.iter().filter(|one| one.keys.identity != own) {
            // The ledger lies beside the periods.
            let beside = layout::output_folder(&one.folder);
            let mut known = false;
            for folder in [out, beside] {
                let question = (folder.to_owned(), one.keys.identity.clone());
                known = known
                    || asked.contains(&question)
                    || identity_migration::is_migrated(folder, &one.keys.identity, &own)?;
                if known {
                    asked.insert(question);
                    break;
                }
            }
            if !known {
                return Err(other_identity(one, &own));
            }
        }
        match self.pseudonym() {
            Some(one) if one.keys.pseudonym != secrets.pseudonym_id() && !rotated => Err(Error::usage(format!(
                "假名密钥与发布的不同：发布用的是{}，现在给的是{}",
                one.keys.pseudonym,
                secrets.pseudonym_id()
            ))
            .in_file(&one.folder)
            .hint("用 --key-file 指向原来的密钥；要更换假名密钥（tables/ 里的假名全部换新，疑点和核查结果不受影响），加 --rotate-key")),
            _ => Ok(()),
        }
    }
}

impl NamedKeys {
    fn of(publication: &Snapshot, stands_for: Option<&Path>) -> Option<Self> {
        let folder = publication.folder().to_owned();
        let keys = publication.keys()?.clone();
        Some(Self { folder, keys, stands_for: stands_for.map(Path::to_owned) })
    }

    /// What else must be done where this publication stands for the current one, Chinese.
    pub(crate) fn cure_of_current(&self) -> Option<String> {
        let (period, run) = (self.stands_for.as_ref()?, self.folder.file_name()?);
        Some(format!(
            "{} 里没有读得出的当前发布：是中断留下的或不要的，移走这个文件夹；否则在其中用 ln -sfn {} latest 指回这次完好的运行",
            period.display(),
            run.display()
        ))
    }
}

fn other_identity(one: &NamedKeys, own: &str) -> Error {
    let cure = "用 --identity-file 指向原来的身份密钥（从备份取回）；原来的确实没有了，先运行 bidui migrate 换新并留下对照表";
    let more = one.cure_of_current().map_or_else(String::new, |cure| format!("。{cure}"));
    Error::usage(format!("身份密钥与发布的不同：发布用的是{}，现在给的是{own}", one.keys.identity))
        .in_file(&one.folder)
        .hint(format!("{cure}{more}"))
}
