//! Somebody has `tables/` and `lists/`, knows how ids were made, and tries all ID numbers of some birth dates.

use std::collections::{BTreeMap, BTreeSet, HashMap};
use std::path::{Path, PathBuf};

use bidui::testing::model::published_id::{HouseholdId, PersonId};
use bidui::testing::publication::table_reader::read_rows;
use hmac::{Hmac, KeyInit as _, Mac as _};
use rayon::prelude::*;
use sha2::{Digest as _, Sha256};
use sm3::Sm3;
use xxhash_rust::xxh3::xxh3_64;

use crate::end_to_end::{book_parts, key, published, root, run, text};
use crate::mutated_inputs::invented::with_check_character;

/// What the attacker makes of a number.
#[derive(Clone, Copy)]
enum Scheme {
    /// Hashes without a key, as versions before made ids, and others that come to mind.
    Unkeyed,
    /// The attacker has the identity secret.
    Secret(&'static [u8]),
}

const ALPHABET: &[u8] = b"0123456789ABCDEFGHJKMNPQRSTVWXYZ";

fn base32(bytes: &[u8]) -> String {
    let bits =
        |at: usize| (0..5).fold(0, |all, bit| all << 1 | bytes[(at + bit) / 8] >> (7 - (at + bit) % 8) & 1);
    (0..26).map(|character| char::from(ALPHABET[usize::from(bits(character * 5))])).collect()
}

/// The first eight characters, as a number.
fn begin(bytes: &[u8]) -> u64 {
    bytes[..5].iter().fold(0, |all, &byte| all << 8 | u64::from(byte))
}

/// Words of what everybody may read.
struct Visible {
    words: BTreeSet<String>,
    /// Words of base 32, by how they begin.
    begins: HashMap<u64, Vec<String>>,
    /// That found something about persons.
    rules: BTreeSet<String>,
}

impl Visible {
    fn of(publication: &Path) -> Self {
        let mut words = BTreeSet::new();
        let mut add = |text: &str| {
            words.extend(
                text.split(|c: char| !c.is_ascii_alphanumeric()).filter(|w| w.len() >= 8).map(str::to_owned),
            );
        };
        let mut folders: Vec<PathBuf> = ["tables", "lists"].map(|folder| publication.join(folder)).into();
        let mut files = vec![publication.join("manifest.json")];
        files.push(publication.join("report.html"));
        // Publications of earlier programs have no more.
        let more = ["appendix.html", "notices.txt"].map(|name| publication.join(name));
        files.extend(more.into_iter().filter(|file| file.exists()));
        while let Some(folder) = folders.pop() {
            for entry in std::fs::read_dir(folder).unwrap() {
                let path = entry.unwrap().path();
                add(&path.file_name().unwrap().to_string_lossy());
                if path.is_dir() { folders.push(path) } else { files.push(path) }
            }
        }
        for file in files {
            match file.extension().and_then(|suffix| suffix.to_str()) {
                Some("parquet") => {
                    for row in read_rows(&file, |_| true).unwrap() {
                        row.iter().filter_map(|(_, value)| value).for_each(&mut add);
                    }
                }
                Some("xlsx") => {
                    book_parts(&file).iter().for_each(|part| add(part));
                }
                _ => add(&String::from_utf8_lossy(&std::fs::read(&file).unwrap())),
            }
        }
        let mut begins: HashMap<u64, Vec<String>> = HashMap::new();
        for word in words.iter().filter(|word| [8, 26].contains(&word.len())) {
            let digits: Option<Vec<u64>> = word
                .bytes()
                .take(8)
                .map(|byte| ALPHABET.binary_search(&byte).ok().map(|digit| digit as u64))
                .collect();
            if let Some(digits) = digits {
                let begin = digits.iter().fold(0, |all, digit| all << 5 | digit);
                begins.entry(begin).or_default().push(word.clone());
            }
        }
        let found = read_rows(&publication.join("tables/fact_exception.parquet"), |row| {
            row.get("subject_kind") == "person"
        })
        .unwrap();
        let rules: BTreeSet<String> = found.iter().map(|row| row.get("rule_code").to_owned()).collect();
        Self { words, begins, rules }
    }

    fn shows(&self, hash: &[u8]) -> bool {
        self.begins.get(&begin(hash)).is_some_and(|words| {
            let whole = base32(hash);
            words.iter().any(|word| whole.starts_with(word.as_str()))
        })
    }

    /// Does anything visible come of the number?
    fn betrays(&self, number: &str, scheme: Scheme) -> bool {
        let hmac = |secret: &[u8], parts: &[&str]| {
            let mut mac = Hmac::<Sm3>::new_from_slice(secret).unwrap();
            parts.iter().for_each(|part| mac.update(part.as_bytes()));
            mac.finalize().into_bytes()
        };
        let first = |bytes: &[u8]| u64::from_be_bytes(bytes[..8].try_into().unwrap());
        let alone = format!("person|{number}");
        let (person, households) = match scheme {
            Scheme::Unkeyed => {
                let numbered = format!("number|{number}");
                (xxh3_64(number.as_bytes()), [xxh3_64(alone.as_bytes()), xxh3_64(numbered.as_bytes())])
            }
            Scheme::Secret(secret) => {
                let household = |what: &str| first(&hmac(secret, &["new household\0", what]));
                let own = first(&hmac(secret, &["new person\0", number]));
                (own, [household(&alone), household(&format!("number|{number}"))])
            }
        };
        let person = PersonId::of_bits(person).to_string();
        let households = households.map(|bits| HouseholdId::of_bits(bits).to_string());
        if self.words.contains(&person) || households.iter().any(|id| self.words.contains(id)) {
            return true;
        }
        if let Scheme::Unkeyed = scheme {
            let plain = [Sha256::digest(number.as_bytes()).to_vec(), Sm3::digest(number.as_bytes()).to_vec()];
            for hash in plain.iter().chain([&hmac(&[0; 32], &["person\0", &person]).to_vec()]) {
                let hexadecimal: String = hash.iter().map(|byte| format!("{byte:02x}")).collect();
                let beginnings = [8, 16, 32, 64].map(|length| &hexadecimal[..length]);
                if self.shows(hash) || beginnings.iter().any(|word| self.words.contains(*word)) {
                    return true;
                }
            }
        }
        self.rules.iter().any(|rule| {
            let mut hash = Sha256::new();
            for part in [rule, "person", &person, ""] {
                hash.update((part.len() as u64).to_le_bytes());
                hash.update(part.as_bytes());
            }
            let fingerprint = hash.finalize();
            match scheme {
                Scheme::Unkeyed => self.shows(&fingerprint),
                Scheme::Secret(secret) => {
                    self.shows(&hmac(secret, &["listed exception\0", &base32(&fingerprint)]))
                }
            }
        })
    }
}

/// What the attacker tries: the prefixes and birth dates of some persons with exceptions, all orders, the check
/// character that fits.
fn candidates(publication: &Path, dates: usize) -> (Vec<String>, BTreeSet<String>) {
    let found = read_rows(&publication.join("restricted/exception.parquet"), |row| {
        row.get("rule_key").is_empty() && row.get("subject_kind") == "person"
    })
    .unwrap();
    let subjects: BTreeSet<&str> = found.iter().map(|row| row.get("subject_id")).collect();
    let people = read_rows(&publication.join("restricted/person_identity.parquet"), |row| {
        row.get("id_number").len() == 18 && subjects.contains(row.get("person_id"))
    })
    .unwrap();
    let numbers: BTreeSet<String> = people.iter().map(|row| row.get("id_number").to_owned()).collect();
    let mut prefixes: BTreeMap<&str, usize> = BTreeMap::new();
    numbers.iter().for_each(|number| *prefixes.entry(&number[..6]).or_default() += 1);
    let mut prefixes: Vec<(usize, &str)> =
        prefixes.into_iter().map(|(prefix, count)| (count, prefix)).collect();
    prefixes.sort_unstable_by(|a, b| b.cmp(a));
    prefixes.truncate(4);
    let near = |number: &&String| prefixes.iter().any(|(_, prefix)| number.starts_with(prefix));
    let days: BTreeSet<&str> =
        numbers.iter().filter(near).map(|number| &number[6..14]).step_by(17).take(dates).collect();
    let mut tried = Vec::new();
    for (_, prefix) in &prefixes {
        for day in &days {
            for order in 0..1_000 {
                tried.push(with_check_character(&format!("{prefix}{day}{order:03}")));
            }
        }
    }
    (tried, numbers)
}

/// Numbers of persons with exceptions that the attacker learns.
fn learned(publication: &Path, dates: usize, scheme: Scheme) -> usize {
    let visible = Visible::of(publication);
    assert!(visible.begins.len() > 500, "{}", visible.begins.len());
    let (tried, true_numbers) = candidates(publication, dates);
    assert!(tried.iter().filter(|number| true_numbers.contains(*number)).count() >= dates / 2);
    // Whoever has the secret need not try in vain: that shows nothing but that the attack is a good one.
    let tried: Vec<&String> =
        tried.iter().filter(|n| matches!(scheme, Scheme::Unkeyed) || true_numbers.contains(*n)).collect();
    let betrayed: Vec<&&String> = tried.par_iter().filter(|number| visible.betrays(number, scheme)).collect();
    betrayed.iter().filter(|number| true_numbers.contains(number.as_str())).count()
}

const SECRET: &[u8] = b"a secret of 32 bytes, for tests.";

#[test]
fn without_the_secret_no_number_is_learned_and_with_it_some_are() {
    for quarter in ["2018Q3", "2018Q4"] {
        let publication = published().join("out").join(quarter).join("latest");
        assert_eq!(learned(&publication, 6, Scheme::Unkeyed), 0, "{quarter}");
        // The attack is a good one: take the key away, and it finds.
        assert!(learned(&publication, 6, Scheme::Secret(SECRET)) >= 3, "{quarter}");
    }
}

#[test]
fn nor_in_the_period_after_a_publication_without_keys() {
    let old = root().join("fixtures/compat/1/quarter=2018Q3");
    assert!(learned(&root().join("fixtures/compat/1/quarter=2018Q4"), 6, Scheme::Unkeyed) >= 3);
    let folder = tempfile::tempdir().unwrap();
    let out = folder.path().join("out");
    let summary = run("2018Q4", &out, &key(folder.path()), &["--previous", text(&old)]);
    assert!(summary.contains("全部换新"), "{summary}");
    let publication = out.join("2018Q4/latest");
    assert_eq!(learned(&publication, 6, Scheme::Unkeyed), 0);
    // Most persons have an id that comes of their old one, and is none of the old ones.
    let ids = |publication: &Path| -> BTreeSet<String> {
        let rows = read_rows(&publication.join("restricted/record.parquet"), |_| true).unwrap();
        rows.iter()
            .flat_map(|row| [row.get("person_id").to_owned(), row.get("household_id").to_owned()])
            .collect()
    };
    let (before, now) = (ids(&old), ids(&publication));
    assert_eq!(before.intersection(&now).count(), 0);
    let found =
        read_rows(&publication.join("restricted/exception.parquet"), |r| r.get("status") == "persisting");
    assert!(found.unwrap().len() > 300);
}

/// For `scripts/attack_ids.sh`: a publication of any size, so many birth dates.
#[test]
#[ignore = "a campaign: scripts/attack_ids.sh"]
fn campaign() {
    let publication = PathBuf::from(std::env::var_os("BIDUI_ATTACK").expect("BIDUI_ATTACK=PUBLICATION"));
    let dates = std::env::var("BIDUI_ATTACK_DATES").ok().and_then(|dates| dates.parse().ok()).unwrap_or(200);
    let (tried, _) = candidates(&publication, dates);
    let found = learned(&publication, dates, Scheme::Unkeyed);
    eprintln!("{} numbers tried, {found} learned", tried.len());
    assert_eq!(found, 0);
    let found = learned(&publication, dates, Scheme::Secret(SECRET));
    eprintln!("with the secret: {found} learned");
    assert!(found > 0);
}
