//! Answers that were recorded under another identity secret, carried to the present one beside the ledger of ids.
//!
//! What exceptions are called follows from the ledger. What records are called follows from the records of publications, which
//! takes the former secret. What an answer's facts are called nobody can say without the lists: where a period was
//! compared again under the present secret, an exception that rests on the very same rows under the same pipeline
//! has the same facts, and so its answers hold again.

use std::collections::{BTreeMap, BTreeSet};
use std::path::Path;

use serde::Serialize;

use super::carried_facts::{ComparedRun, ProvenFacts};
use super::identity_migration::secret_of;
use crate::answers::{AnswerStore, CarriedAnswers, ForeignFacts, NewNames, read_store_facts, store_path};
use crate::model::exception::number_key;
use crate::privacy::IdentitySecret;
use crate::publication::layout;
use crate::publication::renamed_ids::renamed_ids;
use crate::publication::snapshot::Snapshot;
use crate::resolve::evidence_pairs::record_digests;
use crate::track::previous_exceptions::{EXCEPTIONS, PreviousExceptions};
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
        (may_lose_rulings, publications): (bool, &[Snapshot]),
    ) -> Result<Option<Self>> {
        let path = store_path(out);
        if path.symlink_metadata().is_err() {
            return Ok(None);
        }
        let (own, found) = (own.key_id(), read_store_facts(&path)?.identity);
        let from = found.filter(|found| *found != own);
        if let Some(from) = &from {
            let is_former = former.is_some_and(|former| former.key_id() == *from);
            let Some(store) = AnswerStore::find(out, from)? else { return Ok(None) };
            if is_former || may_lose_rulings {
                return Ok(Some(Self { out, own, from: Some(from.clone()), former }));
            }
            let renamed = count_renamed(&store.exceptions()?, from, (out, &own), publications)?;
            if renamed > 0 {
                return Err(Error::usage(format!(
                    "核查结果里有{renamed}条疑点后来换过编号，要有原来的身份密钥（{from}）才能带过来"
                ))
                .in_file(&path)
                .hint("用 --former-identity-file 指向原来的身份密钥；确实没有了，加 --lose-rulings：其他核查结果照样带过来，这些留在文件里，但对不回疑点"));
            }
            let rulings = store.count_rulings()?;
            if rulings > 0 {
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
                let Some(mut store) = AnswerStore::find(self.out, from)? else {
                    return Err(Error::internal("核查结果文件在换密钥时不见了"));
                };
                let names = NewNames {
                    exceptions: self.renamed_exceptions(from, own, &store.exceptions()?)?,
                    marks: self.renamed_marks(from, own, publications)?,
                };
                store.carry_to(from, &self.own, &names)?
            }
        };
        let Some(mut store) = AnswerStore::find(self.out, &self.own)? else {
            return Err(Error::internal("核查结果文件在换密钥时不见了"));
        };
        let foreign = store.foreign_facts()?;
        let proven = self.proven_facts(&foreign, own)?;
        let named = proven.named(&foreign);
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

    /// Fingerprints of `subjects` by the former ones. Where the present secret was the former one before, what was renamed then
    /// is called as it was. A finding that had another name itself is found by the number that lists knew it by, which takes
    /// the former secret.
    fn renamed_exceptions(
        &self,
        from: &str,
        own: &IdentitySecret,
        subjects: &BTreeSet<String>,
    ) -> Result<BTreeMap<String, String>> {
        let all = |kind: &str| renamed_ids(self.out, (from, &self.own), kind, |_| true);
        let there = all("exception")?;
        let back = renamed_ids(self.out, (&self.own, from), "exception", |_| true)?;
        if there.is_none() && back.is_none() {
            return Err(Error::input(format!("核查结果是在身份密钥{from}下记的，没有从它到{}的编号对照表", self.own))
                .in_file(store_path(self.out))
                .hint("用 --identity-file 指向记核查结果时的身份密钥；对照表丢了的，从备份取回它的整个文件夹（identity-migration-…）"));
        }
        let pairs = |rows: Vec<[String; 2]>| rows.into_iter().map(|[old, now]| (old, now));
        let mut names: BTreeMap<String, String> = pairs(there.unwrap_or_default()).collect();
        if let Some(former) = self.former.filter(|former| former.key_id() == from) {
            let known: Vec<&String> = names.values().collect();
            let by_key: BTreeMap<String, &String> = own.listed(&known).into_iter().zip(known).collect();
            let numbers = all("number")?.unwrap_or_default();
            let numbers: BTreeMap<&str, &String> = (numbers.iter())
                .filter_map(|[old, now]| Some((number_key(old)?, *by_key.get(number_key(now)?)?)))
                .collect();
            let others: Vec<&String> = subjects.iter().filter(|one| !names.contains_key(*one)).collect();
            let keys = former.listed(&others);
            let found = others.iter().zip(keys).filter_map(|(one, key)| Some((*one, *numbers.get(&*key)?)));
            let found: Vec<(String, String)> = found.map(|(one, now)| (one.clone(), now.clone())).collect();
            names.extend(found);
        }
        names.extend(back.unwrap_or_default().into_iter().map(|[own, then]| (then, own)));
        Ok(names)
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
    fn proven_facts(&self, asked: &[ForeignFacts], own: &IdentitySecret) -> Result<ProvenFacts> {
        let mut proven = ProvenFacts::default();
        if asked.is_empty() {
            return Ok(proven);
        }
        for place in layout::list_period_folders(self.out)?.into_iter().filter(|place| place.current) {
            let current = Snapshot::open(&place.folder)?;
            if secret_of(&current) != self.own {
                continue;
            }
            let now = PreviousExceptions::read(&current)?.exceptions;
            let digest = (current.version(), current.pipeline_digest());
            let compared = ComparedRun::of(&now, place.period, digest);
            for run in place.runs.iter().filter(|run| run.file_name() != current.folder().file_name()) {
                // A run that cannot be read proves nothing.
                if let Ok(before) = Snapshot::open(run) {
                    compared.prove(&before, own, asked, &mut proven)?;
                }
            }
        }
        Ok(proven)
    }
}

/// Of how many exceptions something was answered that no publication calls so any more, where publications know exceptions that
/// were called otherwise: which of them it is takes the secret to tell.
fn count_renamed(
    answered: &BTreeSet<String>,
    from: &str,
    (out, own): (&Path, &str),
    publications: &[Snapshot],
) -> Result<usize> {
    let (mut left, mut has_former) = (answered.clone(), false);
    for publication in publications.iter().filter(|one| secret_of(one) == from) {
        publication.scan(EXCEPTIONS, ["exception_id", "former_numbers"], |_, [name, former]| {
            left.remove(name);
            has_former |= !former.is_empty();
        })?;
    }
    let there = renamed_ids(out, (from, own), "exception", |name| left.contains(name))?;
    let back = renamed_ids(out, (own, from), "exception", |_| true)?;
    let renamed = there.into_iter().flatten().map(|[then, _]| then);
    for name in renamed.chain(back.into_iter().flatten().map(|[_, then]| then)) {
        left.remove(&name);
    }
    Ok(if has_former { left.len() } else { 0 })
}
