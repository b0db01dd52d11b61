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

    /// 26 base-32 characters for a person id.
    pub fn person_key(&self, person_id: &str) -> String {
        self.key("person", person_id)
    }

    /// 26 base-32 characters for a household id.
    pub fn household_key(&self, household_id: &str) -> String {
        self.key("household", household_id)
    }

    /// The domain keeps a person and a household with the same id text apart.
    fn key(&self, domain: &str, id: &str) -> String {
        let mut mac = self.mac.clone();
        mac.update(domain.as_bytes());
        mac.update(&[0]);
        mac.update(id.as_bytes());
        base32(&mac.finalize().into_bytes(), 26)
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
        let key = a.person_key("P0000000000001");
        assert_eq!(key.len(), 26);
        assert_eq!(key, a.person_key("P0000000000001"));
        assert_ne!(key, a.person_key("P0000000000002"));
        assert_ne!(key, a.household_key("P0000000000001"));
        assert_ne!(key, b.person_key("P0000000000001"));
        assert!(key.bytes().all(|c| ALPHABET.contains(&c)));
        assert!(Pseudonymizer::new(b"short").is_err());
    }

    #[test]
    fn base32_reads_bits_in_order() {
        assert_eq!(base32(&[0xFF, 0x00], 3), "ZW0");
        assert_eq!(base32(&[0b0000_1000, 0b1000_0110], 3), "123");
    }
}
