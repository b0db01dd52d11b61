//! Units that only a number format shows: `0"万元"` makes 5 look like 5万元.
//!
//! Such a cell is delivered with its unit, as if somebody had typed it. Words that change nothing (元, ¥, 人) stay
//! away, as do those of formats that show another number than the cell holds (`0.0,"千"`, `0!.0000"万元"`, per cent).

use std::collections::BTreeMap;
use std::ops::Range;

use quick_xml::events::BytesStart;
use unicode_normalization::UnicodeNormalization as _;

use super::markup_scan::{MarkupEvent, MarkupScan};
use super::number_format::{WorkbookFormat, classify_number_format};
use super::part_edits::edit_cell_values;
use super::workbook::filled_sheet::workbook_number_text;

/// Characters of a unit that changes an amount: multiples and parts of 元, other money and areas, times, rates.
const TELLING: [char; 20] = [
    '万', '千', '百', '亿', '角', '分', '美', '港', '欧', '亩', '顷', '每', '/', '年', '季', '月', '旬',
    '周', '天', '日',
];

/// What stands behind a number that is shown a hundred times as large: it is no amount.
const SHOWN_AS_PERCENT: &str = "（显示为百分数）";

/// The unit that a number format which every workbook has shows, by its number.
pub(super) fn unit_of_known_format(number: u16) -> Option<&'static str> {
    matches!(number, 9 | 10).then_some(SHOWN_AS_PERCENT)
}

/// The unit in the words that stand around a number, if it changes the amount. What stands before it comes in brackets.
fn telling_unit(before: &str, behind: &str) -> Option<String> {
    let clean = |text: &str| -> String { text.nfkc().filter(|c| !c.is_whitespace()).collect() };
    let (before, behind) = (clean(before), clean(behind));
    // Brackets around the number itself, which mean that it is less than nothing.
    let behind = if behind.contains('(') { &behind[..] } else { behind.trim_end_matches(')') };
    let before = format!("({})", before.trim_matches(['(', ')']));
    match (before.contains(TELLING), behind.contains(TELLING)) {
        (false, false) => None,
        (false, true) => Some(behind.to_owned()),
        (true, false) => Some(before),
        (true, true) => Some(before + behind),
    }
}

/// The unit that a number format shows and that changes the amount; `None` of one that shows another number than the
/// cell holds. Sections with different units give both, which is no unit that anybody knows.
pub(super) fn unit_of_format(format: &str) -> Option<String> {
    if classify_number_format(format) != WorkbookFormat::Number {
        return None;
    }
    if format.eq_ignore_ascii_case("percent") {
        return Some(SHOWN_AS_PERCENT.to_owned());
    }
    let mut units: Vec<Option<String>> = Vec::new();
    for section in sections(&plain_general(format)) {
        if section.shows_number {
            units.push(match (section.percent, section.scaled) {
                (true, _) => Some(SHOWN_AS_PERCENT.to_owned()),
                (_, true) => None,
                _ => telling_unit(&section.before, &section.behind),
            });
        }
    }
    units.dedup();
    let named: Vec<String> = units.iter().flatten().cloned().collect();
    match (named.len(), units.len()) {
        (0, _) => None,
        (1, 1) => named.into_iter().next(),
        _ => Some(named.join("或") + if named.len() < units.len() { "或元" } else { "" }),
    }
}

/// `General` as one placeholder.
fn plain_general(format: &str) -> String {
    let mut plain = format.replace("G/通用格式", "0");
    while let Some(at) = plain.to_ascii_lowercase().find("general") {
        plain.replace_range(at..at + "general".len(), "0");
    }
    plain
}

/// What a section of a number format shows around the number.
#[derive(Default)]
struct FormatSection {
    before: String,
    behind: String,
    shows_number: bool,
    /// It shows another number than the cell holds, or words within it.
    scaled: bool,
    percent: bool,
}

impl FormatSection {
    fn word(&mut self, word: &str) {
        if self.shows_number { self.behind.push_str(word) } else { self.before.push_str(word) }
    }
    fn placeholder(&mut self) {
        // Words between the digits move them: 0!.0000 shows 21500 as 2.1500.
        self.scaled |= !self.behind.is_empty();
        self.shows_number = true;
    }
}

fn sections(format: &str) -> Vec<FormatSection> {
    let mut all = vec![FormatSection::default()];
    let mut characters = format.chars().peekable();
    while let Some(c) = characters.next() {
        let last = all.len() - 1;
        let section = &mut all[last];
        match c {
            ';' => all.push(FormatSection::default()),
            '"' => section.word(&characters.by_ref().take_while(|&c| c != '"').collect::<String>()),
            '\\' | '!' => section.word(&characters.next().map(String::from).unwrap_or_default()),
            // As wide as what follows, or filled with it.
            '_' | '*' => drop(characters.next()),
            '[' => {
                let inside: String = characters.by_ref().take_while(|&c| c != ']').collect();
                // A sign of a currency and its language; else a colour or a condition.
                if let Some(sign) = inside.strip_prefix('$') {
                    section.word(sign.split('-').next().unwrap_or(""));
                }
            }
            '0' | '#' | '?' | '@' => section.placeholder(),
            '.' if section.shows_number && section.behind.is_empty() => {}
            // Behind the last digit it divides by a thousand; between digits it divides nothing.
            ',' if section.shows_number && section.behind.is_empty() => {
                section.scaled |= !matches!(characters.peek(), Some('0' | '#' | '?'));
            }
            'E' | 'e' if matches!(characters.peek(), Some('+' | '-')) => drop(characters.next()),
            '%' => section.percent = true,
            c => section.word(c.encode_utf8(&mut [0; 4])),
        }
    }
    all
}

/// The unit in what a cell shows of a number that it holds; `None` where it shows another number.
pub(super) fn unit_of_shown(number: f64, shown: &str) -> Option<String> {
    let start = shown.find(|c: char| c.is_ascii_digit())?;
    let rest = &shown[start..];
    let length = rest.find(|c: char| !c.is_ascii_digit() && !matches!(c, '.' | ',')).unwrap_or(rest.len());
    let digits: String = rest[..length].chars().filter(|&c| c != ',').collect();
    let decimals = digits.split_once('.').map_or(0, |(_, part)| part.len());
    let seen: f64 = digits.parse().ok()?;
    let last = 10f64.powi(-i32::try_from(decimals).ok()?);
    if (seen - number.abs()).abs() > 0.5 * last + 1e-9 {
        return None;
    }
    telling_unit(&shown[..start], &rest[length..])
}

/// The units that the cell formats of an XLSX workbook show, by their number; from its part of styles.
pub(super) fn units_of_xlsx_styles(styles: &[u8]) -> BTreeMap<usize, String> {
    let mut formats: BTreeMap<String, String> = BTreeMap::new();
    let mut cells: Vec<Option<String>> = Vec::new();
    let mut of_cells = false;
    MarkupScan::xml().feed(styles, &mut |event| {
        let MarkupEvent::Open { tag, .. } = event else { return };
        match tag.local_name() {
            "numFmt" => {
                if let (Some(id), Some(code)) = (tag.attribute("numFmtId"), tag.attribute("formatCode")) {
                    let code = quick_xml::escape::unescape(code).unwrap_or_else(|_| code.into());
                    formats.extend(unit_of_format(&code).map(|unit| (id.to_owned(), unit)));
                }
            }
            "cellXfs" => of_cells = true,
            "cellStyleXfs" | "cellStyles" | "dxfs" => of_cells = false,
            "xf" if of_cells => cells.push(tag.attribute("numFmtId").map(str::to_owned)),
            _ => {}
        }
    });
    // A list of formats may stand behind those who use it.
    let units = cells.into_iter().enumerate();
    units
        .filter_map(|(at, id)| {
            let id = id?;
            let known = || unit_of_known_format(id.parse().ok()?).map(str::to_owned);
            Some((at, formats.get(&id).cloned().or_else(known)?))
        })
        .collect()
}

/// A worksheet of XLSX whose numbers with such formats are texts with the unit; none if there are none.
pub(super) fn units_as_texts(part: &str, units: &BTreeMap<usize, String>) -> Option<String> {
    let begin = |tag: &BytesStart<'_>, here: Range<usize>| {
        let attribute = |name: &str| {
            let mut attributes = tag.attributes();
            let found = attributes.with_checks(false).flatten().find(|a| a.key.as_ref() == name);
            found.map(|found| found.value.into_owned())
        };
        let unit = attribute("s").and_then(|style| units.get(&style.trim().parse().ok()?));
        match (attribute("t").as_deref(), unit) {
            (None | Some("n"), Some(unit)) => Some((here, unit)),
            _ => None,
        }
    };
    edit_cell_values(part, begin, |cell, (here, text), edits| {
        let Some((tag, unit)) = cell.take() else { return Some(()) };
        let Ok(number) = text.trim().parse::<f64>() else { return Some(()) };
        let opened = part.get(tag.clone())?;
        let name = opened.find(|c: char| c.is_whitespace() || matches!(c, '/' | '>'))?;
        let typed = opened.replacen(" t=\"n\"", "", 1).replacen(" t='n'", "", 1);
        edits.push((tag, format!("{} t=\"str\"{}", &typed[..name], &typed[name..])));
        let shown = workbook_number_text(number) + unit;
        edits.push((here, quick_xml::escape::escape(shown.as_str()).into_owned()));
        Some(())
    })
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn units_that_change_an_amount_are_heeded() {
        for (format, unit) in [
            ("0\"万元\"", "万元"),
            ("0.00%", SHOWN_AS_PERCENT),
            ("Percent", SHOWN_AS_PERCENT),
            ("0.0000\"万元\"", "万元"),
            ("#,##0.00\\万", "万"),
            ("0.0\"元/年\"", "元/年"),
            ("General\"万元\"", "万元"),
            ("G/通用格式\"千元\"", "千元"),
            ("0.00万元", "万元"),
            ("\u{A5}#,##0\"万\"_);[Red](\u{A5}#,##0\"万\")", "万"),
            ("\"万元\"0", "(万元)"),
            ("\"（万元）\"0", "(万元)"),
            ("0[$万元]", "万元"),
            ("[=0]\"无\";0\"万元\"", "万元"),
            ("0\" 元 / 季 \"", "元/季"),
            ("[>=10]0\"万元\";0\"元\"", "万元或元"),
            ("@\"万元\"", "万元"),
            ("0.00E+00\"万元\"", "万元"),
        ] {
            assert_eq!(unit_of_format(format).as_deref(), Some(unit), "{format}");
        }
        for format in [
            "0\"元\"",
            "0.00",
            "General",
            "#,##0.00_);[Red](#,##0.00)",
            "\u{A5}#,##0.00",
            "0\"人\"",
            "0.0,\"千\"",
            "0!.0,\"万\"",
            "0!.0000\"万元\"",
            "0\\.0000\"万元\"",
            "yyyy\"年\"m\"月\"",
            "[h]\"小时\"",
            "@",
            "\"无\";\"无\"",
            "#,##0",
            "# ?/?",
        ] {
            assert_eq!(unit_of_format(format), None, "{format}");
        }
    }

    #[test]
    fn what_is_shown_is_the_number_with_its_unit() {
        assert_eq!(unit_of_shown(0.0625, "0.0625万元").as_deref(), Some("万元"));
        assert_eq!(unit_of_shown(2580.0, "2,580元/年").as_deref(), Some("元/年"));
        assert_eq!(unit_of_shown(5.04, "约 5.0 万元").as_deref(), Some("万元"));
        for (number, shown) in
            [(2_150_000.0, "215.0万"), (0.5, "50%"), (450.0, "450元"), (450.0, "450"), (1.0, "")]
        {
            assert_eq!(unit_of_shown(number, shown), None, "{shown}");
        }
    }

    #[test]
    fn numbers_of_a_worksheet_get_their_units() {
        let styles = b"<styleSheet><numFmts><numFmt numFmtId=\"164\" formatCode=\"0&quot;\xE4\xB8\x87\xE5\x85\x83&quot;\"/>\
            </numFmts><cellStyleXfs><xf numFmtId=\"164\"/></cellStyleXfs><cellXfs><xf numFmtId=\"0\"/>\
            <xf numFmtId=\"164\"><alignment/></xf></cellXfs><dxfs><dxf/></dxfs></styleSheet>";
        let units = units_of_xlsx_styles(styles);
        assert_eq!(units, BTreeMap::from([(1, "万元".to_owned())]));
        let part = "<x:c r=\"A1\" s=\"1\"><x:v>0.0625</x:v></x:c><c t=\"n\" s=\"1\"><f>1</f><v>6.25E-2</v></c>\
                    <c s=\"0\"><v>5</v></c><c s=\"1\" t=\"s\"><v>5</v></c><c s=\"1\"/><c r=\"B1\"><v>7</v></c>";
        let changed = "<x:c t=\"str\" r=\"A1\" s=\"1\"><x:v>0.0625万元</x:v></x:c><c t=\"str\" s=\"1\"><f>1</f><v>0.0625万元</v></c>\
                    <c s=\"0\"><v>5</v></c><c s=\"1\" t=\"s\"><v>5</v></c><c s=\"1\"/><c r=\"B1\"><v>7</v></c>";
        assert_eq!(units_as_texts(part, &units).as_deref(), Some(changed));
        assert_eq!(units_as_texts("<c s=\"0\"><v>5</v></c>", &units), None);
    }
}
