//! The unit that a header says, however it is set apart: `受助金额(万元)`, `受助金额【万元】`, `受助金额/万元`, `金额—万元`,
//! `受助金额 万元`; and the time that its words say: `家庭年收入`.

use super::number::{WrittenRate, plain_bracket};
use crate::model::column_type::ContractType;
use crate::model::unit;

/// The unit of a header: `元/年`.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(super) struct HeaderUnit {
    /// `元`; empty where it says only what the amounts are per.
    pub(super) word: String,
    /// What they are per: `/年`, `年`, `/人`.
    pub(super) rate: String,
    /// The contract lists the header together with its unit.
    pub(super) listed: bool,
}

/// Marks that set a unit apart from the header, in cleaned headers.
const MARKS: [char; 14] = ['/', '-', '—', '–', '―', '_', ':', '、', ',', ';', '·', '.', '~', '|'];
/// Units that stand behind a header with nothing between, the longer first: blanks are cleaned away.
const BARE: [&str; 14] =
    ["平方米", "人民币", "万元", "千元", "百元", "平米", "㎡", "m2", "m²", "元", "亩", "角", "万", "分"];
/// Words that end like a unit and are none.
const NO_UNITS: [&str; 9] = ["部分", "积分", "评分", "得分", "学分", "身分", "成分", "三角", "夹角"];

fn is_amount_unit(word: &str) -> bool {
    unit::unit_factor(ContractType::Money, word).is_some()
        || unit::unit_factor(ContractType::Area, word).is_some()
}

/// Reads what stands in a bracket or behind a mark: `万元/年`, `单位:元`, `每人每月`, `年`.
fn read_unit(text: &str) -> Option<HeaderUnit> {
    const COUNTS: &[&str] =
        &["人", "口", "月", "年", "季", "季度", "半年", "户", "岁", "个", "个月", "是/否", "是"];
    let text = text.strip_prefix("单位").unwrap_or(text).trim_start_matches([':', '为', '是']);
    let word = text.split(['/', '·', '每']).next().unwrap_or(text);
    let known = is_amount_unit(word);
    // 每月, 每人每月.
    let only_rate = word.is_empty() && text.starts_with('每');
    if !(known || only_rate || COUNTS.contains(&word) || COUNTS.contains(&text)) {
        return None;
    }
    let word = if known { word } else { "" };
    Some(HeaderUnit { word: word.to_owned(), rate: text[word.len()..].to_owned(), listed: false })
}

/// The ways to read a cleaned header as a stem and a unit, the likeliest first: `补助金额(万元/年)` → (`补助金额`, `万元`, `/年`).
pub(super) fn header_units(header: &str) -> Vec<(String, HeaderUnit)> {
    let plain: String = header.chars().map(plain_bracket).collect();
    let mut found: Vec<(String, HeaderUnit)> = Vec::new();
    let mut add = |stem: String, unit: Option<HeaderUnit>| {
        found.extend(unit.filter(|_| !stem.is_empty()).map(|unit| (stem, unit)));
    };
    let brackets: Vec<(usize, usize)> = plain
        .match_indices('(')
        .filter_map(|(from, _)| Some((from, from + plain[from..].find(')')?)))
        .collect();
    for &(from, to) in brackets.iter().rev() {
        let stem = format!("{}{}", &plain[..from], &plain[to + 1..]);
        add(stem, read_unit(&plain[from + 1..to]));
    }
    // The mark farthest left before which a unit begins: 金额/元/年.
    for (at, mark) in plain.match_indices(MARKS) {
        let unit = read_unit(&plain[at + mark.len()..]).filter(|unit| !unit.word.is_empty());
        add(plain[..at].to_owned(), unit);
    }
    if !NO_UNITS.iter().any(|word| plain.ends_with(word)) {
        let (stem, rate) = match plain.split_once('/') {
            Some((stem, rate)) => (stem, format!("/{rate}")),
            None => (plain.as_str(), String::new()),
        };
        for word in BARE {
            let Some(stem) = stem.strip_suffix(word) else { continue };
            let stem = stem.strip_suffix("单位").unwrap_or(stem).trim_end_matches(MARKS);
            add(stem.to_owned(), read_unit(&format!("{word}{rate}")));
            break;
        }
    }
    found
}

/// The unit of a header that the contract lists as it is.
pub(super) fn listed_unit(header: &str) -> Option<HeaderUnit> {
    let units = header_units(header);
    let told = units.iter().position(|(_, unit)| !unit.word.is_empty()).unwrap_or(0);
    units.into_iter().nth(told).map(|(_, unit)| HeaderUnit { listed: true, ..unit })
}

/// What a header sets apart that speaks of amounts in a unit that nobody knows: `千万元`, `公顷`.
pub(super) fn unknown_unit(header: &str) -> Option<String> {
    const GREAT: [&str; 9] = ["万", "千元", "百元", "亿", "角", "美元", "公顷", "亩", "k元"];
    let plain: String = header.chars().map(plain_bracket).collect();
    let parts = plain.split(['(', ')']).skip(1).map(str::to_owned);
    let parts = parts.chain(plain.split(MARKS).skip(1).map(str::to_owned));
    let mut parts = parts.filter(|part| part.chars().count() <= 8);
    parts.find(|part| GREAT.iter().any(|word| part.contains(word)) && read_unit(part).is_none())
}

/// What the words of a header say that its amounts are for: `家庭年收入`, `本季实发`, `月保障金`.
pub(super) fn rate_of_header_words(header: &str) -> WrittenRate {
    /// Words with one of time in them that say nothing of a time.
    const ELSE: [&str; 18] = [
        "老年", "成年", "青年", "少年", "中年", "壮年", "幼年", "童年", "历年", "往年", "年龄", "年级",
        "学年", "年限", "季节", "年末", "年底", "岁月",
    ];
    let plain: String = header.chars().map(plain_bracket).collect();
    let plain = ELSE.iter().fold(plain, |text, word| text.replace(word, ""));
    // 2018年, 9月: when, and not for how long.
    let mut text = String::new();
    for c in plain.chars() {
        let dated = matches!(c, '年' | '月') && text.ends_with(|c: char| c.is_ascii_digit());
        text.push(if dated { ' ' } else { c });
    }
    let half = text.contains("半年");
    let said = [
        (6, half),
        (3, text.contains('季')),
        (12, text.replace("半年", "").contains('年')),
        (1, text.contains('月')),
    ];
    let mut said = said.into_iter().filter(|(_, said)| *said).map(|(months, _)| months);
    match (said.next(), said.next()) {
        (Some(1), None) => WrittenRate::Months(1),
        // 本年累计: of how many months nobody says.
        (Some(_), None) if text.contains("累计") => WrittenRate::Other,
        (Some(months), None) => WrittenRate::Months(months),
        _ => WrittenRate::None,
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::config::clean_config_header;

    #[test]
    fn a_unit_is_found_however_it_is_set_apart() {
        for header in [
            "受助金额(万元)",
            "受助金额（万元）",
            "受助金额【万元】",
            "受助金额[万元]",
            "受助金额［万元］",
            "受助金额〔万元〕",
            "受助金额{万元}",
            "受助金额<万元>",
            "受助金额/万元",
            "受助金额／万元",
            "受助金额-万元",
            "受助金额—万元",
            "受助金额——万元",
            "受助金额：万元",
            "受助金额_万元",
            "受助金额、万元",
            "受助金额，万元",
            "受助金额 万元",
            "受助金额\n万元",
            "受助金额（单位：万元）",
            "受助金额，单位：万元",
            "受助金额 单位万元",
            "受助(万元)金额",
            "(万元)受助金额",
        ] {
            let clean = clean_config_header(header);
            let stems: Vec<String> = header_units(&clean)
                .into_iter()
                .filter(|(_, unit)| unit.word == "万元" && unit.rate.is_empty())
                .map(|(stem, _)| stem)
                .collect();
            assert!(stems.iter().any(|stem| stem == "受助金额"), "{header}: {stems:?}");
            assert_eq!(listed_unit(&clean).map(|unit| unit.word).as_deref(), Some("万元"), "{header}");
        }
    }

    #[test]
    fn a_rate_stands_behind_a_unit_however_it_is_set_apart() {
        for header in ["低保金(元/年)", "低保金【元/年】", "低保金/元/年", "低保金-元/年", "低保金元/年"]
        {
            let units = header_units(&clean_config_header(header));
            let found =
                units.iter().any(|(stem, unit)| stem == "低保金" && unit.word == "元" && unit.rate == "/年");
            assert!(found, "{header}: {units:?}");
        }
    }

    #[test]
    fn a_header_without_a_unit_has_none() {
        for header in
            ["受助金额", "个人承担部分", "乡(镇)", "村(社区)", "县(市、区、旗)", "姓名", "2017-2018学年"]
        {
            assert_eq!(listed_unit(header).map(|unit| unit.word), None, "{header}");
        }
        assert_eq!(unknown_unit("金额(千万元)").as_deref(), Some("千万元"));
        assert_eq!(unknown_unit("金额[亿]").as_deref(), Some("亿"));
        assert_eq!(unknown_unit("金额(元)"), None);
        assert_eq!(unknown_unit("金额【万元】"), None);
    }

    #[test]
    fn words_of_time_in_a_header_are_told_from_others() {
        for (header, said) in [
            ("家庭年收入(元)", WrittenRate::Months(12)),
            ("本季实发", WrittenRate::Months(3)),
            ("上半年补助", WrittenRate::Months(6)),
            ("月保障金", WrittenRate::Months(1)),
            ("2018年低保金", WrittenRate::None),
            ("2018年9月低保金", WrittenRate::None),
            ("老年补贴", WrittenRate::None),
            ("金额", WrittenRate::None),
            ("本年累计发放", WrittenRate::Other),
        ] {
            assert_eq!(rate_of_header_words(header), said, "{header}");
        }
    }
}
