//! File and sheet patterns: `*` (within one path segment), `**` (any number of segments), `?`.

/// True if `text` matches `pattern`, where `/` separates segments.
pub(crate) fn matches_path_pattern(pattern: &str, text: &str) -> bool {
    let pattern: Vec<&str> = pattern.split('/').collect();
    let text: Vec<&str> = text.split('/').collect();
    match_path_segments(&pattern, &text)
}

fn match_path_segments(pattern: &[&str], text: &[&str]) -> bool {
    match pattern.split_first() {
        None => text.is_empty(),
        Some((&"**", rest)) => (0..=text.len()).any(|skip| match_path_segments(rest, &text[skip..])),
        Some((first, rest)) => text
            .split_first()
            .is_some_and(|(head, tail)| match_path_segment(first, head) && match_path_segments(rest, tail)),
    }
}

/// One segment, with backtracking over the last `*` only (linear in practice).
fn match_path_segment(pattern: &str, text: &str) -> bool {
    let pattern: Vec<char> = pattern.chars().collect();
    let text: Vec<char> = text.chars().collect();
    let (mut p, mut t) = (0, 0);
    let mut star: Option<(usize, usize)> = None;
    while t < text.len() {
        if p < pattern.len() && pattern[p] == '*' {
            star = Some((p, t));
            p += 1;
        } else if p < pattern.len() && (pattern[p] == '?' || pattern[p] == text[t]) {
            p += 1;
            t += 1;
        } else if let Some((star_p, star_t)) = star {
            p = star_p + 1;
            t = star_t + 1;
            star = Some((star_p, star_t + 1));
        } else {
            return false;
        }
    }
    pattern[p..].iter().all(|&c| c == '*')
}

/// Why a pattern must not be used, if it could leave the data folder.
pub(crate) fn pattern_leads_outside(pattern: &str) -> Option<&'static str> {
    if pattern.is_empty() {
        return Some("模式不能为空");
    }
    if pattern.starts_with('/') || pattern.contains('\\') || pattern.chars().nth(1) == Some(':') {
        return Some("模式必须是数据文件夹内的相对路径，用“/”分隔");
    }
    if pattern.split('/').any(|segment| segment == "..") {
        return Some("模式不能用“..”离开数据文件夹");
    }
    None
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn stars_and_question_marks() {
        assert!(matches_path_pattern("民政/低保*.xls*", "民政/低保_浚县.xlsx"));
        assert!(!matches_path_pattern("民政/低保*.xls*", "民政/旧/低保_浚县.xlsx"));
        assert!(matches_path_pattern("**/低保*.csv", "低保.csv"));
        assert!(matches_path_pattern("**/低保*.csv", "a/b/低保1.csv"));
        assert!(matches_path_pattern("*浚?*", "医保浚县2018.csv"));
        assert!(!matches_path_pattern("*.csv", "a.csv.bak"));
        assert!(matches_path_pattern("a*b*c", "aXbYbZc"));
    }

    #[test]
    fn leaving_the_folder_is_refused() {
        for pattern in ["../a.csv", "a/../../b", "/etc/passwd", "C:/a", "a\\b", ""] {
            assert!(pattern_leads_outside(pattern).is_some(), "{pattern}");
        }
        assert!(pattern_leads_outside("a/**/b*.csv").is_none());
    }
}
