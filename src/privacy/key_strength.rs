//! Which keys are worth nothing: whoever tries keys tries these first.

use crate::{Error, Result};

/// Least bytes of a key.
pub(crate) const SHORTEST_KEY: usize = 16;
/// Most bytes of a key: what is longer is some other file.
pub(crate) const LONGEST_KEY: usize = 1_024;
/// Least different bytes in a key: random ones have more, written as hexadecimal digits, too.
const DIFFERENT_BYTES: usize = 6;

/// What to do about a weak key.
const CURE: &str = "密钥应是16至1024字节的随机内容；不指定文件或指定一个还没有的文件时，程序会新建一个";

/// Refuses keys that are too short or too long, that repeat themselves or count up.
///
/// # Errors
/// Usage: why the key is weak, and the cure.
pub(crate) fn check_key_strength(key: &[u8]) -> Result<()> {
    match key_weakness(key) {
        None => Ok(()),
        Some(why) => Err(Error::usage(format!("密钥{why}，等于没有密钥")).hint(CURE)),
    }
}

fn key_weakness(key: &[u8]) -> Option<&'static str> {
    // An editor ends the last line.
    let key = key.trim_ascii_end();
    if key.len() < SHORTEST_KEY {
        return Some("太短");
    }
    if key.len() > LONGEST_KEY {
        return Some("太长，不像密钥");
    }
    if key.iter().all(|&byte| byte == 0) {
        return Some("全是零");
    }
    let repeats = |after: usize| key.iter().zip(&key[after..]).all(|(a, b)| a == b);
    if (1..=key.len() / 2).any(repeats) {
        return Some("只是同一段内容的重复");
    }
    let step = key[1].wrapping_sub(key[0]);
    if key.windows(2).all(|pair| pair[1].wrapping_sub(pair[0]) == step) {
        return Some("只是数数");
    }
    let mut seen = [false; 256];
    key.iter().for_each(|&byte| seen[usize::from(byte)] = true);
    (seen.iter().filter(|&&seen| seen).count() < DIFFERENT_BYTES).then_some("里不同的字节太少")
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn weak_keys_are_refused_and_others_are_not() {
        let counting: Vec<u8> = (0..32).collect();
        let mut nearly = vec![0u8; 32];
        nearly[31] = 1;
        let mut padded = b"secret".repeat(5);
        padded.push(b'\n');
        for (key, why) in [
            (&b"short"[..], "太短"),
            (&[1; 2_000], "太长"),
            (&[b'\n'; 32], "太短"),
            (&[0; 32], "全是零"),
            (&[7; 32], "重复"),
            (&b"0123456789abcdef0123456789abcdef"[..], "重复"),
            (&b"secretsecretsecretsecretse"[..], "重复"),
            (&counting, "数数"),
            (&nearly, "太少"),
            (&padded, "重复"),
        ] {
            let error = check_key_strength(key).unwrap_err();
            assert!(error.message().contains(why), "{key:?}: {}", error.message());
            assert!(error.hint_text().is_some());
        }
        for key in
            [&b"an invented key of 32 bytes long"[..], b"9f86d081884c7d659a2feaa0c55ad015a3bf4f1b2b0b822c\n"]
        {
            check_key_strength(key).unwrap();
        }
    }
}
