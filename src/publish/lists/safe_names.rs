//! Names that file systems accept.

/// A file name made of `text`: separators and characters that some system forbids become `_`.
pub(crate) fn safe_file_name(text: &str) -> String {
    let safe: String = text
        .trim()
        .chars()
        .map(|c| if c.is_control() || "/\\:*?\"<>|".contains(c) { '_' } else { c })
        .take(60)
        .collect();
    let safe = safe.trim_start_matches('.').trim_end_matches(['.', ' ']);
    if safe.is_empty() {
        return "未命名".to_owned();
    }
    // Windows opens a device, whatever stands behind the dot.
    let stem = safe.split('.').next().unwrap_or(safe).trim_end().to_ascii_uppercase();
    let numbered = |word: &str| {
        stem.strip_prefix(word)
            .is_some_and(|n| matches!(n, "1" | "2" | "3" | "4" | "5" | "6" | "7" | "8" | "9"))
    };
    let device = matches!(stem.as_str(), "CON" | "PRN" | "AUX" | "NUL") || numbered("COM") || numbered("LPT");
    if device { format!("_{safe}") } else { safe.to_owned() }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn no_name_leaves_its_folder() {
        assert_eq!(safe_file_name("../../etc"), "_.._etc");
        assert_eq!(safe_file_name(".."), "未命名");
        assert_eq!(safe_file_name("a/b\\c\u{0}d"), "a_b_c_d");
        assert_eq!(safe_file_name("卫溪街道"), "卫溪街道");
        for device in ["CON", "con", "Nul.x", "COM1", "lpt9"] {
            assert_eq!(safe_file_name(device), format!("_{device}"));
        }
        assert_eq!(safe_file_name("COM10"), "COM10");
        assert!(safe_file_name(&"长".repeat(200)).len() < 200);
    }
}
