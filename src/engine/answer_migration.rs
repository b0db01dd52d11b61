//! Answers that were recorded under another identity secret, carried to the present one beside the ledger of ids.
//!
//! What exceptions are called follows from the ledger. What records are called follows from the records of publications, which
//! takes the former secret. What an answer's facts are called nobody can say without the lists: where a period was
//! compared again under the present secret, an exception that rests on the very same rows under the same pipeline
//! has the same facts, and so its answers hold again.

use std::collections::{BTreeMap, BTreeSet};
use std::path::Path;

use serde::Serialize;

use super::identity_migration::{read_ledger, secret_of};
use crate::answers::{AnswerStore, CarriedAnswers, ForeignFacts, NewNames, read_store_facts, store_path};
use crate::privacy::IdentitySecret;
use crate::publication::id_ledger::find_ledger;
use crate::publication::layout;
use crate::publication::snapshot::Snapshot;
use crate::resolve::evidence_pairs::record_digests;
use crate::track::previous_exceptions::PreviousExceptions;
use crate::{Error, Result};

/// What became of the answers beside the publications.
#[derive(Debug, Clone, Serialize)]
pub struct AnswerMigration {
    /// Name of the secret that they were recorded under; empty: they had been carried before.
    pub from: String,
    /// Answers, withdrawals and reviews of exceptions that some publication knows: they go on under the new names.
    pub carried: u64,
    /// Others: they stay in the store, no publication knows the exception any more.
    pub unknown: u64,
    /// Answers that say of records whether they are one person's, and that the linker cannot obey any more.
    pub lost_rulings: u64,
    /// Answers of which it is proven that they are of the facts that the present secret names: they hold as before.
    pub proven_facts: u64,
    /// Answers of which it is not known: what they closed is open again until somebody confirms it, or the period is compared
    /// again under the present secret and answers are carried once more.
    pub unknown_facts: u64,
}

/// Whether answers can be carried, and what else that takes.
#[derive(Debug)]
pub(super) struct AnswersToCarry<'a> {
    out: &'a Path,
    own: String,
    /// The secret that they were recorded under, where it is another than the present one.
    from: Option<String>,
    former: Option<&'a IdentitySecret>,
}

impl<'a> AnswersToCarry<'a> {
    /// Looks at the store of `out`; `None`: there is none.
    ///
    /// # Errors
    /// It cannot be read; it has verdicts on who is one person, `former` is not the secret that they were recorded
    /// under, and nobody said that they may be lost.
    pub(super) fn find(
        out: &'a Path,
        own: &IdentitySecret,
        former: Option<&'a IdentitySecret>,
        may_lose_rulings: bool,
    ) -> Result<Option<Self>> {
        let path = store_path(out);
        if path.symlink_metadata().is_err() {
            return Ok(None);
        }
        let (own, found) = (own.key_id(), read_store_facts(&path)?.identity);
        let from = found.filter(|found| *found != own);
        if let Some(from) = &from {
            let is_former = former.is_some_and(|former| former.key_id() == *from);
            let store = AnswerStore::find(out, from)?;
            let rulings = store.map_or(Ok(0), |store| store.count_rulings())?;
            if rulings > 0 && !is_former && !may_lose_rulings {
                return Err(Error::usage(format!(
                    "核查结果里有{rulings}条是否同一人的判断，要有原来的身份密钥（{from}）才能带过来"
                ))
                .in_file(&path)
                .hint("用 --former-identity-file 指向原来的身份密钥；确实没有了，加 --lose-rulings：其他核查结果照样带过来，这些判断留在文件里，但匹配时不再照办"));
            }
        }
        Ok(Some(Self { out, own, from, former }))
    }

    /// Carries the answers, once the ledgers are there; `publications`: the current ones.
    ///
    /// # Errors
    /// No ledger leads from the secret of the answers to the present one; a publication or the store is damaged.
    pub(super) fn carry(&self, own: &IdentitySecret, publications: &[Snapshot]) -> Result<AnswerMigration> {
        let carried = match &self.from {
            None => CarriedAnswers::default(),
            Some(from) => {
                let names = NewNames {
                    exceptions: self.renamed_exceptions(from)?,
                    marks: self.renamed_marks(from, own, publications)?,
                };
                let Some(mut store) = AnswerStore::find(self.out, from)? else {
                    return Err(Error::internal("核查结果文件在换密钥时不见了"));
                };
                store.carry_to(from, &self.own, &names)?
            }
        };
        let Some(mut store) = AnswerStore::find(self.out, &self.own)? else {
            return Err(Error::internal("核查结果文件在换密钥时不见了"));
        };
        let foreign = store.foreign_facts()?;
        let proven = self.proven_facts(&foreign, own)?;
        let named: Vec<(&ForeignFacts, &str)> =
            foreign.iter().filter_map(|one| Some((one, proven.get(&fact_key(one))?.as_str()))).collect();
        if !named.is_empty() {
            store.name_facts(&named)?;
        }
        Ok(AnswerMigration {
            from: self.from.clone().unwrap_or_default(),
            carried: carried.carried,
            unknown: carried.unknown,
            lost_rulings: carried.lost_rulings,
            proven_facts: named.len() as u64,
            unknown_facts: (foreign.len() - named.len()) as u64,
        })
    }

    /// Fingerprints by the former ones. A ledger that led the other way leads back.
    fn renamed_exceptions(&self, from: &str) -> Result<BTreeMap<String, String>> {
        let there = find_ledger(self.out, from, &self.own)?.is_some();
        if !there && find_ledger(self.out, &self.own, from)?.is_none() {
            return Err(Error::input(format!("核查结果是在身份密钥{from}下记的，没有从它到{}的编号对照表", self.own))
                .in_file(store_path(self.out))
                .hint("用 --identity-file 指向记核查结果时的身份密钥；对照表丢了的，从备份取回它的整个文件夹（identity-migration-…）"));
        }
        let rows = match there {
            true => read_ledger(self.out, from, &self.own)?,
            false => read_ledger(self.out, &self.own, from)?,
        };
        let exceptions = rows.iter().filter(|row| row.get("kind") == "exception");
        let pair = |row: &crate::publication::table_reader::TableRow| {
            let (old, new) = (row.get("previous_id").to_owned(), row.get("current_id").to_owned());
            if there { (old, new) } else { (new, old) }
        };
        Ok(exceptions.map(pair).collect())
    }

    /// Marks of all records of the current publications by the former ones; nothing without the former secret.
    fn renamed_marks(
        &self,
        from: &str,
        own: &IdentitySecret,
        publications: &[Snapshot],
    ) -> Result<BTreeMap<String, String>> {
        let Some(former) = self.former.filter(|former| former.key_id() == from) else {
            return Ok(BTreeMap::new());
        };
        let mut marks = BTreeMap::new();
        for publication in publications {
            let digests = record_digests(publication)?;
            marks.extend(former.record_marks(&digests).into_iter().zip(own.record_marks(&digests)));
        }
        Ok(marks)
    }

    /// What facts are called under the present secret, where a run under it and one under the other rest on the same rows.
    fn proven_facts(
        &self,
        asked: &[ForeignFacts],
        own: &IdentitySecret,
    ) -> Result<BTreeMap<(String, String), String>> {
        let mut proven = BTreeMap::new();
        let secrets: BTreeSet<&str> = asked.iter().map(|one| one.facts_of.as_str()).collect();
        let wanted: BTreeSet<(String, String)> = asked.iter().map(fact_key).collect();
        if secrets.is_empty() {
            return Ok(proven);
        }
        for place in layout::list_period_folders(self.out)?.into_iter().filter(|place| place.current) {
            let current = Snapshot::open(&place.folder)?;
            if secret_of(&current) != self.own {
                continue;
            }
            let now = PreviousExceptions::read(&current)?.exceptions;
            let now: BTreeMap<&str, _> = now.iter().map(|one| (one.exception_id.as_str(), one)).collect();
            for run in place.runs.iter().filter(|run| run.file_name() != current.folder().file_name()) {
                // A run that cannot be read proves nothing.
                let Ok(before) = Snapshot::open(run) else { continue };
                if !secrets.contains(secret_of(&before))
                    || before.version() != current.version()
                    || before.pipeline_digest() != current.pipeline_digest()
                {
                    continue;
                }
                let then = PreviousExceptions::read(&before)?.exceptions;
                let renamed = PreviousExceptions::read(&before.read_under(own))?.exceptions;
                for (then, renamed) in then.into_iter().zip(renamed) {
                    let Some(now) = now.get(renamed.exception_id.as_str()) else { continue };
                    let key = (renamed.exception_id, then.facts);
                    // Ids of records name the file's bytes: the same ids are the same rows.
                    let same = then.exception.evidence == now.exception.evidence
                        && [&then.last_seen, &now.last_seen].into_iter().all(|seen| *seen == place.period)
                        && then.checked
                        && now.checked;
                    if same && !now.facts.is_empty() && wanted.contains(&key) {
                        proven.insert(key, now.facts.clone());
                    }
                }
            }
        }
        Ok(proven)
    }
}

fn fact_key(one: &ForeignFacts) -> (String, String) {
    (one.exception_id.clone(), one.facts.clone())
}
