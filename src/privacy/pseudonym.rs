//! Keyed pseudonyms (HMAC-SM3).

use hmac::{Hmac, KeyInit as _, Mac as _};
use sm3::Sm3;

use super::key_strength::check_key_strength;
use super::sm3::{BEGIN, HashLanes, LANES, compress_sm3_blocks};
use crate::{Error, Result};

/// Letters of the project's base 32: no `I`, `L`, `O`, `U`, so that read-out keys are safe.
const ALPHABET: &[u8; 32] = b"0123456789ABCDEFGHJKMNPQRSTVWXYZ";

/// The domain keeps a person and a household with the same id text apart.
const PERSON: &[u8] = b"person\0";
const HOUSEHOLD: &[u8] = b"household\0";
const EXCEPTION: &[u8] = b"exception\0";
const OFFICER: &[u8] = b"officer\0";

/// Bytes of a block of the hash.
const BLOCK: usize = 64;
/// Longest message that ends, with its length, in the block it begins in.
const SHORT: usize = BLOCK - 9;

/// Turns published ids into keys that only the holder of the secret can compute.
#[derive(Clone)]
pub(crate) struct Pseudonymizer {
    mac: Hmac<Sm3>,
    /// What both hashes of the code begin with, which the secret decides.
    inner: [u32; 8],
    outer: [u32; 8],
}

impl std::fmt::Debug for Pseudonymizer {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.write_str("Pseudonymizer(..)")
    }
}

impl Pseudonymizer {
    /// A pseudonymizer under `key`; refuses weak keys.
    pub(crate) fn new(key: &[u8]) -> Result<Self> {
        check_key_strength(key)?;
        let mac = Hmac::<Sm3>::new_from_slice(key).map_err(|_| Error::internal("假名密钥无法使用"))?;
        let mut block = [0u8; BLOCK];
        match block.get_mut(..key.len()) {
            Some(begin) => begin.copy_from_slice(key),
            None => {
                use sm3::Digest as _;
                block[..32].copy_from_slice(&Sm3::digest(key));
            }
        }
        let begin = |pad: u8| {
            let mut hashes = BEGIN.map(|word| [word; LANES]);
            compress_sm3_blocks(
                &mut hashes,
                &pseudonym_block_words(&block.map(|byte| byte ^ pad)).map(|word| [word; LANES]),
            );
            hashes.map(|word| word[0])
        };
        Ok(Self { mac, inner: begin(0x36), outer: begin(0x5C) })
    }

    /// Key of a person id.
    #[cfg(test)]
    pub(crate) fn person(&self, person_id: &str) -> Pseudonym {
        self.key(PERSON, person_id)
    }

    /// Key of a household id.
    #[cfg(test)]
    pub(crate) fn household(&self, household_id: &str) -> Pseudonym {
        self.key(HOUSEHOLD, household_id)
    }

    /// Keys of person ids, one by one those of a single person id.
    pub(crate) fn persons(&self, ids: &[impl AsRef<str>], keys: &mut [Pseudonym]) {
        self.keys(PERSON, ids, keys);
    }

    /// Keys of household ids, one by one those of a single household id.
    pub(crate) fn households(&self, ids: &[impl AsRef<str>], keys: &mut [Pseudonym]) {
        self.keys(HOUSEHOLD, ids, keys);
    }

    /// Keys of the fingerprints of exceptions.
    pub(crate) fn exceptions(&self, fingerprints: &[impl AsRef<str>], keys: &mut [Pseudonym]) {
        self.keys(EXCEPTION, fingerprints, keys);
    }

    /// Key of an officer's name: whose answers are one person's can be seen, who he is cannot.
    pub(crate) fn officer(&self, name: &str) -> Pseudonym {
        self.key(OFFICER, name)
    }

    /// Key of one text of a domain.
    pub(super) fn key(&self, domain: &[u8], id: &str) -> Pseudonym {
        let mut mac = self.mac.clone();
        mac.update(domain);
        mac.update(id.as_bytes());
        let mut bits = [0; BYTES];
        bits.copy_from_slice(&mac.finalize().into_bytes()[..BYTES]);
        Pseudonym::of(bits)
    }

    /// Keys of texts of a domain, one by one those of [`Pseudonymizer::key`].
    pub(super) fn keys(&self, domain: &[u8], ids: &[impl AsRef<str>], keys: &mut [Pseudonym]) {
        for (ids, keys) in ids.chunks(LANES).zip(keys.chunks_mut(LANES)) {
            let mut blocks = [[0u32; LANES]; 16];
            let mut all_short = true;
            for (lane, id) in ids.iter().enumerate() {
                let id = id.as_ref().as_bytes();
                let length = domain.len() + id.len();
                if length > SHORT {
                    all_short = false;
                    break;
                }
                let mut block = [0u8; BLOCK];
                block[..domain.len()].copy_from_slice(domain);
                block[domain.len()..length].copy_from_slice(id);
                block[length] = 0x80;
                // In bits, with the block of the secret before it.
                block[BLOCK - 8..].copy_from_slice(&((BLOCK + length) as u64 * 8).to_be_bytes());
                blocks
                    .iter_mut()
                    .zip(pseudonym_block_words(&block))
                    .for_each(|(words, word)| words[lane] = word);
            }
            if all_short {
                let hashes = self.code(&blocks);
                for (lane, key) in keys.iter_mut().enumerate() {
                    let mut bits = [0; BYTES];
                    let bytes = hashes.iter().flat_map(|word| word[lane].to_be_bytes());
                    bits.iter_mut().zip(bytes).for_each(|(bit, byte)| *bit = byte);
                    *key = Pseudonym::of(bits);
                }
            } else {
                keys.iter_mut().zip(ids).for_each(|(key, id)| *key = self.key(domain, id.as_ref()));
            }
        }
    }

    /// The code of messages that are one block each.
    fn code(&self, blocks: &[[u32; LANES]; 16]) -> HashLanes {
        let mut inner = self.inner.map(|word| [word; LANES]);
        compress_sm3_blocks(&mut inner, blocks);
        let mut blocks = [[0u32; LANES]; 16];
        blocks[..8].copy_from_slice(&inner);
        blocks[8] = [0x8000_0000; LANES];
        blocks[15] = [(BLOCK as u32 + 32) * 8; LANES];
        let mut outer = self.outer.map(|word| [word; LANES]);
        compress_sm3_blocks(&mut outer, &blocks);
        outer
    }
}

/// The words of a block.
fn pseudonym_block_words(block: &[u8; BLOCK]) -> [u32; 16] {
    let (words, _) = block.as_chunks::<4>();
    std::array::from_fn(|at| u32::from_be_bytes(words[at]))
}

/// Characters of a key.
pub(crate) const CHARACTERS: usize = 26;
/// Bytes that hold them, five bits each.
const BYTES: usize = (CHARACTERS * 5).div_ceil(8);

/// A key without its text, a third of its size; millions of them are held at once. They order
/// as their texts do, because the letters of the alphabet ascend.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Default)]
pub(crate) struct Pseudonym([u8; BYTES]);

impl Pseudonym {
    fn of(mut bits: [u8; BYTES]) -> Self {
        // Two bits belong to no character: equal texts are equal keys.
        bits[BYTES - 1] &= 0xC0;
        Self(bits)
    }

    /// A number that orders as the key does, but for keys of which it is the same.
    pub(crate) fn begin(self) -> u64 {
        self.0.first_chunk().map_or(0, |begin| u64::from_be_bytes(*begin))
    }

    /// The 26 base-32 characters.
    pub(crate) fn characters(self) -> [u8; CHARACTERS] {
        let mut characters = [0; CHARACTERS];
        let head = self.0.first_chunk().map_or(0, |head| u128::from_be_bytes(*head));
        // Twelve pairs and eight bits are in the head, the other two bits in the last byte.
        let last = (head << 2) as usize & 1023 | usize::from(self.0[BYTES - 1] >> 6);
        let (pairs, _) = characters.as_chunks_mut::<2>();
        for (at, pair) in pairs.iter_mut().enumerate() {
            *pair = PAIRS[if at < 12 { (head >> (118 - at * 10)) as usize & 1023 } else { last }];
        }
        characters
    }
}

/// Both characters of ten bits.
static PAIRS: [[u8; 2]; 1024] = {
    let mut pairs = [[0; 2]; 1024];
    let mut bits = 0;
    while bits < 1024 {
        pairs[bits] = [ALPHABET[bits >> 5], ALPHABET[bits & 31]];
        bits += 1;
    }
    pairs
};

impl std::fmt::Display for Pseudonym {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.write_str(std::str::from_utf8(&self.characters()).unwrap_or_default())
    }
}

/// First `characters` base-32 characters of `bytes`, most significant bit first.
pub(crate) fn base32_text(bytes: &[u8], characters: usize) -> String {
    let mut out = String::with_capacity(characters);
    let (mut buffer, mut bits) = (0u32, 0u32);
    for &byte in bytes {
        if out.len() == characters {
            break;
        }
        buffer = buffer << 8 | u32::from(byte);
        bits += 8;
        while bits >= 5 && out.len() < characters {
            bits -= 5;
            out.push(char::from(ALPHABET[(buffer >> bits & 31) as usize]));
        }
        buffer &= (1 << bits) - 1;
    }
    out
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn keys_depend_on_secret_domain_and_id() {
        let a = Pseudonymizer::new(b"an invented key of 32 bytes long").unwrap();
        let b = Pseudonymizer::new(b"another invented key of 32 bytes").unwrap();
        let key = a.person("P0000000000001");
        assert_eq!(key.to_string().len(), 26);
        assert_eq!(key, a.person("P0000000000001"));
        assert_ne!(key, a.person("P0000000000002"));
        assert_ne!(key, a.household("P0000000000001"));
        assert_ne!(key, b.person("P0000000000001"));
        assert!(key.to_string().bytes().all(|c| ALPHABET.contains(&c)));
        assert!(Pseudonymizer::new(b"short").is_err());
    }

    #[test]
    fn many_keys_are_those_of_each() {
        // Also ids that do not fit a block, and secrets that do not.
        let ids: Vec<String> = (0..100).map(|i| "P12x".repeat(if i == 70 { 40 } else { i % 12 })).collect();
        for bytes in [32, 64, 65, 200] {
            let secret: Vec<u8> = (0..bytes).map(|at: u32| (at * at * 7 % 251) as u8).collect();
            let of = Pseudonymizer::new(&secret).unwrap();
            let (mut persons, mut homes) = (vec![Pseudonym::default(); 100], vec![Pseudonym::default(); 100]);
            of.persons(&ids, &mut persons);
            of.households(&ids, &mut homes);
            for (at, id) in ids.iter().enumerate() {
                assert_eq!((persons[at], homes[at]), (of.person(id), of.household(id)), "{at}");
            }
        }
    }

    #[test]
    fn keys_order_as_their_texts() {
        let of = Pseudonymizer::new(b"an invented key of 32 bytes long").unwrap();
        let mut keys: Vec<Pseudonym> = (0..200).map(|i| of.person(&format!("P{i}"))).collect();
        let mut texts: Vec<String> = keys.iter().map(Pseudonym::to_string).collect();
        keys.sort_unstable();
        texts.sort_unstable();
        assert_eq!(keys.iter().map(Pseudonym::to_string).collect::<Vec<_>>(), texts);
        assert!(keys.iter().all(|key| key.to_string() == base32_text(&key.0, CHARACTERS)));
    }

    #[test]
    fn base32_reads_bits_in_order() {
        assert_eq!(base32_text(&[0xFF, 0x00], 3), "ZW0");
        assert_eq!(base32_text(&[0b0000_1000, 0b1000_0110], 3), "123");
    }
}
