//! Names that file systems and spreadsheets accept.

use std::borrow::Cow;

/// A file name made of `text`: separators and characters that some system forbids become `_`.
pub(super) fn file(text: &str) -> String {
    let safe: String = text
        .trim()
        .chars()
        .map(|c| if c.is_control() || "/\\:*?\"<>|".contains(c) { '_' } else { c })
        .take(60)
        .collect();
    let safe = safe.trim_start_matches('.').trim_end_matches(['.', ' ']);
    if safe.is_empty() { "未命名".to_owned() } else { safe.to_owned() }
}

/// A worksheet name made of `text`: at most 31 characters, none of `[]:*?/\`, not quoted.
pub(super) fn sheet(text: &str) -> Cow<'_, str> {
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
        assert_eq!(file("../../etc"), "_.._etc");
        assert_eq!(file(".."), "未命名");
        assert_eq!(file("a/b\\c\u{0}d"), "a_b_c_d");
        assert_eq!(file("卫溪街道"), "卫溪街道");
        assert!(file(&"长".repeat(200)).len() < 200);
        assert_eq!(sheet("扶贫办/民政局"), "扶贫办、民政局");
        assert_eq!(sheet(""), "未定部门");
    }
}
