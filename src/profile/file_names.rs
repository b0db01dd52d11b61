//! Names of files without the day they were exported: next quarter's file has another.

/// Words that name a part of a year, and marks of copies.
const PASSING: [&str; 16] = [
    "第一季度",
    "第二季度",
    "第三季度",
    "第四季度",
    "一季度",
    "二季度",
    "三季度",
    "四季度",
    "上半年",
    "下半年",
    "副本",
    "最新",
    "(1)",
    "(2)",
    "（1）",
    "（2）",
];

/// The parts of a name that stay from quarter to quarter.
fn lasting_parts(stem: &str) -> Vec<String> {
    let mut text = stem.to_owned();
    for word in PASSING {
        text = text.replace(word, "\0");
    }
    let chars: Vec<char> = text.chars().collect();
    let mut out = String::new();
    let mut at = 0;
    while at < chars.len() {
        let date = |c: char| {
            c.is_ascii_digit() || matches!(c, '年' | '月' | '日' | '季' | '度' | 'Q' | 'q' | '-' | '_' | '.')
        };
        let run = chars[at..].iter().take_while(|&&c| date(c)).count();
        let digits = chars[at..at + run].iter().filter(|c| c.is_ascii_digit()).count();
        if chars[at].is_ascii_digit() && digits >= 4 {
            out.push('\0');
            at += run;
        } else {
            out.push(chars[at]);
            at += 1;
        }
    }
    let separator = |c: char| {
        c.is_whitespace() || matches!(c, '_' | '-' | '.' | '—' | '(' | ')' | '（' | '）' | '至' | '截')
    };
    out.split('\0')
        .map(|part| part.trim_matches(separator).to_owned())
        .filter(|part| !part.is_empty())
        .collect()
}

/// A name for people.
pub(super) fn name_without_dates(stem: &str) -> String {
    let parts = lasting_parts(stem);
    if parts.iter().all(|part| part.chars().count() < 2) { stem.to_owned() } else { parts.concat() }
}

/// A pattern of one path segment that fits the name of every quarter.
pub(super) fn name_pattern(stem: &str) -> String {
    let parts = lasting_parts(stem);
    if parts.iter().all(|part| part.chars().count() < 2) {
        return format!("*{}*", plain_pattern(stem));
    }
    format!("*{}*", parts.iter().map(|part| plain_pattern(part)).collect::<Vec<_>>().join("*"))
}

/// Characters that mean something in a pattern stand for any one character.
fn plain_pattern(text: &str) -> String {
    text.chars()
        .map(|c| if matches!(c, '*' | '[' | ']' | '{' | '}' | '\\' | '/') { '?' } else { c })
        .collect()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_day_of_export_is_no_part_of_a_pattern() {
        for (stem, pattern) in [
            ("农村低保对象_20181008", "*农村低保对象*"),
            ("2018年三季度建档立卡人口", "*建档立卡人口*"),
            ("低保_浚县", "*低保_浚县*"),
            ("导出2018-10-08低保名册(1)", "*导出*低保名册*"),
            ("2018Q3 低保", "*低保*"),
            ("20181008", "*20181008*"),
            ("表1", "*表1*"),
        ] {
            assert_eq!(name_pattern(stem), pattern, "{stem}");
        }
    }
}
