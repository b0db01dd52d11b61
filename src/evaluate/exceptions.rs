//! Scores of a publication against an invented population's truth files.
//!
//! Exceptions are compared per rule by the true person or household of their first evidence
//! record, so that a publication's own ids need not resemble the truth's.

use std::collections::{BTreeMap, BTreeSet, HashMap};
use std::fs::File;
use std::path::{Path, PathBuf};

use arrow::array::{Array, AsArray, StringArray};
use parquet::arrow::ProjectionMask;
use parquet::arrow::arrow_reader::ParquetRecordBatchReaderBuilder;
use xxhash_rust::xxh3::xxh3_64;

use crate::model::exception::Status;
use crate::publication::snapshot::Snapshot;
use crate::{Error, Result};

/// Score of one rule.
#[derive(Debug, Clone, Default, PartialEq, Eq, serde::Serialize)]
pub(crate) struct RuleScore {
    /// Rule code.
    pub rule_code: String,
    /// Expected exceptions.
    pub truth: u64,
    /// Exceptions the publication has open this quarter, those kept apart for review left out.
    pub found: u64,
    /// Expected and found.
    pub true_positive: u64,
    /// Exceptions kept apart: they rest on a match that a human must confirm first.
    pub review: u64,
    /// Expected among those kept apart.
    pub review_true: u64,
    /// Entities (with rule key) expected and not found, in order.
    pub missed: Vec<String>,
    /// Entities (with rule key) found and not expected, in order.
    pub surplus: Vec<String>,
}

/// Share, 1 where there is nothing to get wrong.
pub(super) fn score_share(part: u64, whole: u64) -> f64 {
    if whole == 0 { 1.0 } else { part as f64 / whole as f64 }
}

impl RuleScore {
    /// Share of found exceptions that were expected.
    pub(crate) fn precision(&self) -> f64 {
        score_share(self.true_positive, self.found)
    }
    /// Share of expected exceptions that were found.
    pub(crate) fn recall(&self) -> f64 {
        score_share(self.true_positive, self.truth)
    }
    /// Share of expected exceptions that were found or kept apart for review.
    pub(crate) fn recall_with_review(&self) -> f64 {
        score_share(self.true_positive + self.review_true, self.truth)
    }
}

/// Score of the persons that records resolved to, counted in pairs of records.
#[derive(Debug, Clone, Default, PartialEq, Eq, serde::Serialize)]
pub(crate) struct PersonScore {
    /// Records in both the publication and the truth.
    pub records: u64,
    /// Records of the truth that the publication lacks.
    pub absent: u64,
    /// Records of the publication that the truth lacks.
    pub unknown: u64,
    /// Pairs of records of one true person.
    pub truth: u64,
    /// Pairs of records of one published person.
    pub found: u64,
    /// Pairs in both.
    pub true_positive: u64,
    /// By kind of error in a record (empty: none), how many of its pairs were found.
    pub kinds: Vec<KindScore>,
}

/// Recall of the records with one kind of error.
#[derive(Debug, Clone, Default, PartialEq, Eq, serde::Serialize)]
pub(crate) struct KindScore {
    /// Kind; empty for records without an error.
    pub kind: String,
    /// Records with it.
    pub records: u64,
    /// Pairs of these records with records of the same true person.
    pub truth: u64,
    /// Those found.
    pub true_positive: u64,
}

impl KindScore {
    /// Share of pairs found.
    pub(crate) fn recall(&self) -> f64 {
        score_share(self.true_positive, self.truth)
    }
}

impl PersonScore {
    /// Share of published pairs that are true.
    pub(crate) fn precision(&self) -> f64 {
        score_share(self.true_positive, self.found)
    }
    /// Share of true pairs that were published.
    pub(crate) fn recall(&self) -> f64 {
        score_share(self.true_positive, self.truth)
    }
    /// Harmonic mean of precision and recall.
    pub(crate) fn f1(&self) -> f64 {
        let (p, r) = (self.precision(), self.recall());
        if p + r == 0.0 { 0.0 } else { 2.0 * p * r / (p + r) }
    }
}

/// True entity of a record.
#[derive(Debug, Clone, Copy)]
pub(super) struct TrueEntity {
    pub(super) person: u32,
    pub(super) household: u32,
    pub(super) kinds: u32,
}

/// Truth of all records. Ten million must fit, so texts are kept once and keys as hashes.
#[derive(Default)]
pub(super) struct ExceptionTruth {
    pub(super) records: HashMap<u64, TrueEntity>,
    pub(super) persons: EntityNames,
    pub(super) households: EntityNames,
    pub(super) kinds: EntityNames,
}

impl ExceptionTruth {
    /// True person and household of a finding, by the first record of its evidence; `?` and the record for both where
    /// the truth lacks it.
    pub(super) fn entities(&self, evidence: &str) -> [String; 2] {
        let first = evidence.split(';').next().unwrap_or("").trim();
        match self.records.get(&xxh3_64(first.as_bytes())) {
            Some(entity) => [
                self.persons.texts[entity.person as usize].clone(),
                self.households.texts[entity.household as usize].clone(),
            ],
            None => [format!("?{first}"), format!("?{first}")],
        }
    }
}

#[derive(Default)]
pub(super) struct EntityNames {
    index: HashMap<u64, u32>,
    pub(super) texts: Vec<String>,
}

impl EntityNames {
    fn intern(&mut self, text: &str) -> u32 {
        let next = self.texts.len() as u32;
        *self.index.entry(xxh3_64(text.as_bytes())).or_insert_with(|| {
            self.texts.push(text.to_owned());
            next
        })
    }
}

/// The folder with the truth files: `folder` itself or its `truth` folder.
pub(super) fn exception_truth_folder(folder: &Path) -> PathBuf {
    let inner = folder.join("truth");
    if inner.is_dir() { inner } else { folder.to_path_buf() }
}

/// Calls `row` with the wanted columns of each line of a truth file.
pub(super) fn read_truth_columns<const N: usize>(
    path: &Path,
    columns: [&str; N],
    mut row: impl FnMut([&str; N]),
) -> Result<()> {
    let bad = |e: csv::Error| Error::input(format!("真值文件无法读取：{e}")).in_file(path);
    let file = File::open(path).map_err(|e| {
        Error::input("找不到真值文件")
            .in_file(path)
            .hint("应指向 bidui synth 生成的 truth 文件夹")
            .caused_by(e)
    })?;
    let mut reader = csv::ReaderBuilder::new().buffer_capacity(1 << 20).from_reader(file);
    let headers = reader.headers().map_err(bad)?.clone();
    let mut places = [0; N];
    for (place, name) in places.iter_mut().zip(columns) {
        *place = headers.iter().position(|h| h == name).ok_or_else(|| {
            Error::input("真值文件缺少列").in_file(path).in_column(name).hint("请用同一版本的程序重新生成")
        })?;
    }
    let mut record = csv::StringRecord::new();
    while reader.read_record(&mut record).map_err(bad)? {
        row(places.map(|at| record.get(at).unwrap_or("")));
    }
    Ok(())
}

pub(super) fn read_records(folder: &Path) -> Result<ExceptionTruth> {
    let mut truth = ExceptionTruth::default();
    let columns = ["record_id", "person", "household", "error_kinds"];
    read_truth_columns(&folder.join("records.csv"), columns, |[id, person, household, kinds]| {
        let entity = TrueEntity {
            person: truth.persons.intern(person),
            household: truth.households.intern(household),
            kinds: truth.kinds.intern(kinds),
        };
        truth.records.insert(xxh3_64(id.as_bytes()), entity);
    })?;
    Ok(truth)
}

/// Calls `row` with the wanted text columns of each row of a published table.
fn read_published_columns<const N: usize>(
    path: &Path,
    columns: [&str; N],
    mut row: impl FnMut([&str; N]),
) -> Result<()> {
    let bad = |e: &dyn std::fmt::Display| {
        Error::input(format!("发布表无法读取：{e}")).in_file(path).hint("请重新运行该期")
    };
    let file = File::open(path).map_err(|e| {
        Error::input("发布中没有这张表").in_file(path).hint("发布可能不完整；请重新运行该期").caused_by(e)
    })?;
    let builder = ParquetRecordBatchReaderBuilder::try_new(file).map_err(|e| bad(&e))?;
    let mask = ProjectionMask::columns(builder.parquet_schema(), columns);
    let reader = builder.with_projection(mask).build().map_err(|e| bad(&e))?;
    for batch in reader {
        let batch = batch.map_err(|e| bad(&e))?;
        let mut texts: Vec<&StringArray> = Vec::with_capacity(N);
        for name in columns {
            let column = batch.column_by_name(name).and_then(|c| c.as_string_opt::<i32>());
            texts.push(column.ok_or_else(|| bad(&"缺少文本列").in_column(name))?);
        }
        for at in 0..batch.num_rows() {
            let mut values = [""; N];
            for (value, column) in values.iter_mut().zip(&texts) {
                *value = if column.is_null(at) { "" } else { column.value(at) };
            }
            row(values);
        }
    }
    Ok(())
}

/// Scores every rule that the truth or the publication knows, by rule code.
pub(crate) fn evaluate_exceptions(publication: &Snapshot, truth: &Path) -> Result<Vec<RuleScore>> {
    let folder = exception_truth_folder(truth);
    let records = read_records(&folder)?;
    let mut expected: BTreeMap<String, BTreeSet<String>> = BTreeMap::new();
    let columns = ["rule_code", "entity", "rule_key"];
    read_truth_columns(&folder.join("exceptions.csv"), columns, |[rule, entity, key]| {
        expected.entry(rule.to_owned()).or_default().insert(format!("{entity}/{key}"));
    })?;
    let (mut found, mut review): (BTreeMap<String, BTreeSet<String>>, BTreeMap<String, BTreeSet<String>>) =
        Default::default();
    let open =
        publication.rows("restricted/exception.parquet", |row| Status::is_open_code(row.get("status")))?;
    for row in &open {
        let [rule, key, kind, subject, evidence] =
            ["rule_code", "rule_key", "subject_kind", "subject_id", "evidence_record_ids"]
                .map(|c| row.get(c));
        let [person, household] = records.entities(evidence);
        let entity = match kind {
            "person" => person,
            "household" => household,
            _ => subject.to_owned(),
        };
        let (rule, item) = (rule.to_owned(), format!("{entity}/{key}"));
        if row.get("in_review") == "1" {
            review.entry(rule).or_default().insert(item);
        } else {
            found.entry(rule).or_default().insert(item);
        }
    }
    let rules: BTreeSet<&String> = expected.keys().chain(found.keys()).chain(review.keys()).collect();
    let none = BTreeSet::new();
    Ok(rules
        .into_iter()
        .map(|rule| {
            let of = |map: &'_ BTreeMap<String, BTreeSet<String>>| map.get(rule).unwrap_or(&none).clone();
            let (truth, found) = (of(&expected), of(&found));
            let review: BTreeSet<String> = of(&review).difference(&found).cloned().collect();
            RuleScore {
                rule_code: rule.clone(),
                truth: truth.len() as u64,
                found: found.len() as u64,
                true_positive: truth.intersection(&found).count() as u64,
                review: review.len() as u64,
                review_true: truth.intersection(&review).count() as u64,
                missed: truth.difference(&found).filter(|e| !review.contains(*e)).cloned().collect(),
                surplus: found.difference(&truth).cloned().collect(),
            }
        })
        .collect())
}

/// Scores the persons of a publication, by pairs of records and by kind of error.
pub(crate) fn evaluate_persons(publication: &Snapshot, truth: &Path) -> Result<PersonScore> {
    let truth = read_records(&exception_truth_folder(truth))?;
    let mut clusters: HashMap<u64, u32> = HashMap::new();
    let mut joined: Vec<(TrueEntity, u32)> = Vec::new();
    let mut score = PersonScore::default();
    read_published_columns(
        &publication.checked_path("restricted/record.parquet")?,
        ["record_id", "person_id"],
        |[record, person]| {
            let next = clusters.len() as u32;
            let cluster = *clusters.entry(xxh3_64(person.as_bytes())).or_insert(next);
            match truth.records.get(&xxh3_64(record.as_bytes())) {
                Some(entity) => joined.push((*entity, cluster)),
                None => score.unknown += 1,
            }
        },
    )?;
    score.records = joined.len() as u64;
    score.absent = (truth.records.len() as u64).saturating_sub(score.records);
    let mut by_person = vec![0u64; truth.persons.texts.len()];
    let mut by_cluster = vec![0u64; clusters.len()];
    let mut by_both: HashMap<(u32, u32), u64> = HashMap::new();
    for (entity, cluster) in &joined {
        by_person[entity.person as usize] += 1;
        by_cluster[*cluster as usize] += 1;
        *by_both.entry((entity.person, *cluster)).or_default() += 1;
    }
    let pairs = |n: u64| n * n.saturating_sub(1) / 2;
    score.truth = by_person.iter().copied().map(pairs).sum();
    score.found = by_cluster.iter().copied().map(pairs).sum();
    score.true_positive = by_both.values().copied().map(pairs).sum();
    let mut kinds: BTreeMap<&str, KindScore> = BTreeMap::new();
    for (entity, cluster) in &joined {
        for kind in truth.kinds.texts[entity.kinds as usize].split(';') {
            let k = kinds.entry(kind).or_default();
            k.records += 1;
            k.truth += by_person[entity.person as usize] - 1;
            k.true_positive += by_both[&(entity.person, *cluster)] - 1;
        }
    }
    score.kinds = kinds.into_iter().map(|(kind, k)| KindScore { kind: kind.to_owned(), ..k }).collect();
    Ok(score)
}

#[cfg(test)]
mod tests {
    use std::sync::Arc;

    use arrow::array::RecordBatch;
    use parquet::arrow::ArrowWriter;

    use super::*;
    use crate::publication::snapshot::open_as_publication;

    fn write_table(path: &Path, columns: &[(&str, &[&str])]) {
        std::fs::create_dir_all(path.parent().unwrap()).unwrap();
        let batch = RecordBatch::try_from_iter(columns.iter().map(|(name, values)| {
            (*name, Arc::new(StringArray::from(values.to_vec())) as arrow::array::ArrayRef)
        }))
        .unwrap();
        let mut writer = ArrowWriter::try_new(File::create(path).unwrap(), batch.schema(), None).unwrap();
        writer.write(&batch).unwrap();
        writer.close().unwrap();
    }

    /// The folder as a publication; what it lacks else is missed when it is read.
    fn publication(folder: &Path) -> Snapshot {
        open_as_publication(folder).unwrap()
    }

    fn example() -> tempfile::TempDir {
        let dir = tempfile::tempdir().unwrap();
        let truth = dir.path().join("truth");
        std::fs::create_dir_all(&truth).unwrap();
        std::fs::write(
            truth.join("records.csv"),
            "record_id,source,person,household,error_kinds\na:1,a,p1,h1,\nb:1,b,p1,h1,id_typo\nc:1,c,p1,h1,\na:2,a,p2,h1,\nb:2,b,p2,h1,\n",
        )
        .unwrap();
        std::fs::write(
            truth.join("exceptions.csv"),
            "rule_code,subject_kind,entity,rule_key\nR30,person,p1,\nR30,person,p2,\nR75,household,h1,ledger\n",
        )
        .unwrap();
        dir
    }

    #[test]
    fn exceptions_are_compared_by_the_true_entity_of_their_first_record() {
        let dir = example();
        write_table(
            &dir.path().join("restricted/exception.parquet"),
            &[
                ("rule_code", &["R30", "R30", "R75", "R75", "R99"]),
                ("rule_key", &["", "", "ledger", "registry", ""]),
                ("subject_kind", &["person", "person", "household", "household", "person"]),
                ("subject_id", &["PX", "PY", "HX", "HX", "PX"]),
                ("evidence_record_ids", &["b:1;a:1", "a:2", "b:1", "a:1", "zz:9"]),
                ("status", &["new", "resolved", "persisting", "new", "new"]),
            ],
        );
        let scores = evaluate_exceptions(&publication(dir.path()), dir.path()).unwrap();
        let line = |s: &RuleScore| (s.rule_code.clone(), s.truth, s.found, s.true_positive);
        assert_eq!(
            scores.iter().map(line).collect::<Vec<_>>(),
            [("R30".into(), 2, 1, 1), ("R75".into(), 1, 2, 1), ("R99".into(), 0, 1, 0)]
        );
        assert_eq!(scores[0].missed, ["p2/"]);
        assert_eq!(scores[1].surplus, ["h1/registry"]);
        assert_eq!((scores[0].precision(), scores[0].recall(), scores[2].precision()), (1.0, 0.5, 0.0));
    }

    #[test]
    fn persons_are_compared_in_pairs_and_by_kind() {
        let dir = example();
        write_table(
            &dir.path().join("restricted/record.parquet"),
            &[
                ("record_id", &["a:1", "b:1", "c:1", "a:2", "b:2", "x:1"]),
                ("person_id", &["P1", "P2", "P1", "P2", "P2", "P9"]),
            ],
        );
        let s = evaluate_persons(&publication(dir.path()), dir.path()).unwrap();
        // True pairs: 3 of p1, 1 of p2. Published: P1 1, P2 3. Both: a1-c1, a2-b2.
        assert_eq!((s.records, s.absent, s.unknown, s.truth, s.found, s.true_positive), (5, 0, 1, 4, 4, 2));
        assert!((s.f1() - 0.5).abs() < 1e-12);
        let typo = s.kinds.iter().find(|k| k.kind == "id_typo").unwrap();
        assert_eq!((typo.records, typo.truth, typo.true_positive), (1, 2, 0));
    }

    #[test]
    fn a_missing_truth_file_is_named() {
        let dir = tempfile::tempdir().unwrap();
        let error = evaluate_persons(&publication(dir.path()), dir.path()).unwrap_err();
        assert_eq!(error.kind(), crate::ErrorKind::Input);
        assert!(error.location().file.as_ref().is_some_and(|f| f.ends_with("records.csv")));
    }
}
