//! Names that file systems and spreadsheets accept.

use std::borrow::Cow;

/// A file name made of `text`: separators and characters that some system forbids become `_`.
pub(super) fn safe_file_name(text: &str) -> String {
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

/// A worksheet name made of `text`: at most 31 characters, none of `[]:*?/\`, not quoted.
pub(super) fn safe_sheet_name(text: &str) -> Cow<'_, str> {
    let unsafe_in_names = |c: char| c.is_control() || "[]:*?/\\'".contains(c);
    let text = text.trim();
    // Most names are neither longer, in bytes already, nor unsafe.
    match text {
        "" => "未定部门".into(),
        _ if text.len() <= 31 && !text.contains(unsafe_in_names) => text.into(),
        _ => text.chars().map(|c| if unsafe_in_names(c) { '、' } else { c }).take(31).collect(),
    }
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
        assert_eq!(safe_sheet_name("扶贫办/民政局"), "扶贫办、民政局");
        assert_eq!(safe_sheet_name(""), "未定部门");
    }
}
