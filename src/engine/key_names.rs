//! Which keys the publications of an output folder were made with, and whether a run may go on from them (ADR 0015).

use std::path::{Path, PathBuf};

use super::identity_migration;
use crate::model::period::Period;
use crate::privacy::Secrets;
use crate::publication::layout;
use crate::publication::manifest::KeyNames;
use crate::publication::snapshot::Snapshot;
use crate::{Error, Result};

/// Keys that publications name.
#[derive(Debug, Clone, Default)]
pub(crate) struct PublishedKeys {
    /// Folder of the publication and the keys it names; by period, the publication to compare with last.
    named: Vec<(PathBuf, KeyNames)>,
    /// Keys of the latest period of the output folder.
    newest: Option<(PathBuf, KeyNames)>,
    /// Publications whose manifest cannot be read: their keys are not known.
    unreadable: Vec<PathBuf>,
}

impl PublishedKeys {
    /// Reads the manifests below `out` and that of the publication to compare with. That of `running`, which the run
    /// replaces, may be damaged.
    ///
    /// # Errors
    /// A folder that cannot be read.
    pub(crate) fn find(out: &Path, previous: Option<&Snapshot>, running: Option<Period>) -> Result<Self> {
        let mut found = Self::default();
        for (period, folder) in layout::list_periods(out)? {
            match Snapshot::open(&folder) {
                Ok(publication) => {
                    found.newest =
                        publication.keys().map(|keys| (publication.folder().to_owned(), keys.clone()));
                    found.add(&publication);
                }
                Err(_) if Some(period) == running => {}
                Err(_) => found.unreadable.push(folder),
            }
        }
        previous.into_iter().for_each(|previous| found.add(previous));
        Ok(found)
    }

    fn add(&mut self, publication: &Snapshot) {
        let keys = publication.keys().map(|keys| (publication.folder().to_owned(), keys.clone()));
        self.named.extend(keys);
    }

    /// A publication that names an identity secret, and its name; the latest first.
    pub(crate) fn identity(&self) -> Option<(&Path, &str)> {
        self.named.last().map(|(folder, keys)| (folder.as_path(), keys.identity.as_str()))
    }

    /// The publication whose pseudonyms a run continues, and the name of their key.
    pub(crate) fn pseudonym(&self) -> Option<(&Path, &str)> {
        self.newest.as_ref().map(|(folder, keys)| (folder.as_path(), keys.pseudonym.as_str()))
    }

    /// A publication whose keys cannot be known.
    pub(crate) fn unreadable(&self) -> Option<&Path> {
        self.unreadable.first().map(PathBuf::as_path)
    }

    /// Refuses secrets other than those that the publications name, unless a migration leads to the identity secret;
    /// `rotated`: the operator says that the key of the pseudonyms is to be another.
    ///
    /// # Errors
    /// Usage: which publication names which key, and the cure.
    pub(crate) fn check(&self, secrets: &Secrets, out: &Path, rotated: bool) -> Result<()> {
        let own = secrets.identity_id();
        for (folder, keys) in self.named.iter().filter(|(_, keys)| keys.identity != own) {
            // The ledger lies beside the periods.
            let beside = layout::output_folder(folder);
            if ![out, beside].iter().any(|out| identity_migration::is_migrated(out, &keys.identity, &own)) {
                return Err(other_identity(folder, &keys.identity, &own));
            }
        }
        match self.pseudonym() {
            Some((folder, name)) if name != secrets.pseudonym_id() && !rotated => Err(Error::usage(format!(
                "假名密钥与发布的不同：发布用的是{name}，现在给的是{}",
                secrets.pseudonym_id()
            ))
            .in_file(folder)
            .hint("用 --key-file 指向原来的密钥；要更换假名密钥（tables/ 里的假名全部换新，疑点和核查结果不受影响），加 --rotate-key")),
            _ => Ok(()),
        }
    }
}

fn other_identity(folder: &Path, named: &str, own: &str) -> Error {
    Error::usage(format!("身份密钥与发布的不同：发布用的是{named}，现在给的是{own}"))
        .in_file(folder)
        .hint("用 --identity-file 指向原来的身份密钥（从备份取回）；原来的确实没有了，先运行 bidui migrate 换新并留下对照表")
}
