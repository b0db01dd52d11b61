//! Keyed pseudonyms (HMAC-SM3).

use hmac::{Hmac, KeyInit as _, Mac as _};
use sm3::Sm3;

use crate::{Error, Result};

/// Letters of the project's base 32: no `I`, `L`, `O`, `U`, so that read-out keys are safe.
const ALPHABET: &[u8; 32] = b"0123456789ABCDEFGHJKMNPQRSTVWXYZ";

/// Turns published ids into keys that only the holder of the secret can compute.
#[derive(Clone)]
pub struct Pseudonymizer {
    mac: Hmac<Sm3>,
}

impl std::fmt::Debug for Pseudonymizer {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.write_str("Pseudonymizer(..)")
    }
}

impl Pseudonymizer {
    /// A pseudonymizer under `key`; refuses keys shorter than 16 bytes.
    pub fn new(key: &[u8]) -> Result<Self> {
        if key.len() < 16 {
            return Err(Error::usage("假名密钥太短(至少16字节)").hint("删除该密钥文件，程序会新建一个"));
        }
        let mac = Hmac::<Sm3>::new_from_slice(key).map_err(|_| Error::internal("假名密钥无法使用"))?;
        Ok(Self { mac })
    }

    /// Key of a person id.
    pub fn person(&self, person_id: &str) -> Pseudonym {
        self.key(b"person\0", person_id)
    }

    /// Key of a household id.
    pub fn household(&self, household_id: &str) -> Pseudonym {
        self.key(b"household\0", household_id)
    }

    /// The domain keeps a person and a household with the same id text apart.
    fn key(&self, domain: &[u8], id: &str) -> Pseudonym {
        let mut mac = self.mac.clone();
        mac.update(domain);
        mac.update(id.as_bytes());
        let mut bits = [0; BYTES];
        bits.copy_from_slice(&mac.finalize().into_bytes()[..BYTES]);
        // Two bits belong to no character: equal texts are equal keys.
        bits[BYTES - 1] &= 0xC0;
        Pseudonym(bits)
    }
}

/// Characters of a key.
pub const CHARACTERS: usize = 26;
/// Bytes that hold them, five bits each.
const BYTES: usize = (CHARACTERS * 5).div_ceil(8);

/// A key without its text, a third of its size; millions of them are held at once. They order
/// as their texts do, because the letters of the alphabet ascend.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Default)]
pub struct Pseudonym([u8; BYTES]);

impl Pseudonym {
    /// The 26 base-32 characters, in `buffer`.
    pub fn text(self, buffer: &mut [u8; CHARACTERS]) -> &str {
        let head = self.0.first_chunk().map_or(0, |head| u128::from_be_bytes(*head));
        // 25 characters of five bits and three bits are in the head, two in the last byte.
        for (at, character) in buffer.iter_mut().enumerate() {
            let bits = match 123usize.checked_sub(at * 5) {
                Some(shift) => head >> shift,
                None => head << 2 | u128::from(self.0[BYTES - 1] >> 6),
            };
            *character = ALPHABET[(bits & 31) as usize];
        }
        std::str::from_utf8(buffer).unwrap_or_default()
    }
}

impl std::fmt::Display for Pseudonym {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.write_str(self.text(&mut [0; CHARACTERS]))
    }
}

/// First `characters` base-32 characters of `bytes`, most significant bit first.
pub fn base32(bytes: &[u8], characters: usize) -> String {
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
        let a = Pseudonymizer::new(&[1; 32]).unwrap();
        let b = Pseudonymizer::new(&[2; 32]).unwrap();
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
    fn keys_order_as_their_texts() {
        let of = Pseudonymizer::new(&[3; 32]).unwrap();
        let mut keys: Vec<Pseudonym> = (0..200).map(|i| of.person(&format!("P{i}"))).collect();
        let mut texts: Vec<String> = keys.iter().map(Pseudonym::to_string).collect();
        keys.sort_unstable();
        texts.sort_unstable();
        assert_eq!(keys.iter().map(Pseudonym::to_string).collect::<Vec<_>>(), texts);
        assert!(keys.iter().all(|key| key.to_string() == base32(&key.0, CHARACTERS)));
    }

    #[test]
    fn base32_reads_bits_in_order() {
        assert_eq!(base32(&[0xFF, 0x00], 3), "ZW0");
        assert_eq!(base32(&[0b0000_1000, 0b1000_0110], 3), "123");
    }
}
