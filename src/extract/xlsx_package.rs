//! What an XLSX workbook unpacks to, found out before its reader keeps anything of it.
//!
//! The archive's directory and the numbers in its parts are what the author wrote there. So every part is
//! unpacked once, whatever the directory says of its size, with the bytes counted as they come, and gone
//! through with the parser that the reader uses: no text may be endless, and the styles, sheets and
//! strings, of which the reader keeps more than they take up in the file, are weighed.

use std::collections::{BTreeMap, BTreeSet};
use std::io::{BufReader, Cursor, Read};

use flate2::Crc;
use flate2::read::DeflateDecoder;
use quick_xml::events::{BytesStart, Event};
use zip::{CompressionMethod, ZipArchive};

use super::package_parts::normal_part_name;
use super::sheet_row_count::{CountedRows, XlsxRowCounter};
use super::spreadsheet_ml::refuse_own_entities;
use super::texts_beside_cells::{is_print_text, push_print_text};
use crate::{Error, Result};

/// A workbook may not unpack to more than this, nor more than [`MAX_RATIO`] times its size.
pub(super) const MAX_UNPACKED: u64 = 4 << 30;
pub(super) const MAX_RATIO: u64 = 200;
/// Bytes of one text, and of what lies between two elements. A cell holds 32,767 characters.
const MAX_STRETCH: u64 = 16 << 20;
/// Bytes that the reader may keep of strings, styles and sheets.
const MAX_KEPT: u64 = 2 << 30;
/// Characters of the last place of a sheet, XFD1048576, and of its row.
const LONGEST_CELL: usize = 10;
const LONGEST_ROW: usize = 7;
/// Shared formulas of a worksheet.
const MAX_SHARED_FORMULAS: u64 = 1 << 20;
/// Strings for which the reader may set memory aside before it has seen them.
const MAX_ANNOUNCED: u64 = 1 << 24;

/// What is known of a workbook that may be read.
pub(super) struct WeighedPackage {
    /// Bytes that it unpacks to.
    pub unpacked: u64,
    /// Some cells are merged.
    pub merged: bool,
    /// What the second count found in each part, by its normal name.
    pub rows: BTreeMap<String, CountedRows>,
    /// Normal names of parts with values that may be errors which the reader does not know.
    pub odd_values: Vec<String>,
    /// Normal names of parts with runs of text within them that may be set off from the rest of their cells.
    pub marked: BTreeSet<String>,
    /// By normal name of a part: what is printed above and below its pages.
    pub printed: BTreeMap<String, String>,
}

/// Unpacks all parts once.
///
/// # Errors
/// The workbook would take up too much.
pub(super) fn weigh_xlsx_package(bytes: &[u8]) -> Result<WeighedPackage> {
    let mut archive = ZipArchive::new(Cursor::new(bytes)).map_err(|e| damaged_xlsx_package().caused_by(e))?;
    let size = bytes.len() as u64;
    let most = MAX_UNPACKED.min(size.saturating_mul(MAX_RATIO));
    let (rows, odd_values, marked) = (BTreeMap::new(), Vec::new(), BTreeSet::new());
    let printed = BTreeMap::new();
    let mut scale =
        PackageScale { left: most, size, kept: 0, merged: false, rows, odd_values, marked, printed };
    for index in 0..archive.len() {
        let Ok(part) = archive.by_index_raw(index) else { continue };
        let name = String::from_utf8_lossy(part.name_raw()).into_owned();
        let sum = part.crc32();
        match part.compression() {
            CompressionMethod::Stored => scale.part(&name, sum, part)?,
            CompressionMethod::Deflated => scale.part(&name, sum, DeflateDecoder::new(part))?,
            // What cannot be unpacked here is not read afterwards either.
            _ => {}
        }
    }
    let PackageScale { merged, rows, odd_values, marked, printed, .. } = scale;
    Ok(WeighedPackage { unpacked: most - scale.left, merged, rows, odd_values, marked, printed })
}

/// The error of an archive that cannot be opened.
pub(super) fn damaged_xlsx_package() -> Error {
    Error::input("XLSX 文件已损坏或不完整").hint("文件在传输中被截断；重新复制，或用 Excel 打开后另存")
}

/// The error of a workbook that unpacks to too much.
pub(super) fn oversized_xlsx_package(size: u64) -> Error {
    let most = MAX_UNPACKED.min(size.saturating_mul(MAX_RATIO));
    Error::input(format!(
        "工作簿解开后超过{}MB（文件只有{}KB），疑为压缩炸弹，拒绝读取",
        most >> 20,
        size >> 10
    ))
    .hint("确认来源；若确有这么多数据，请改交 CSV")
}

struct PackageScale {
    /// Bytes that the remaining parts may unpack to.
    left: u64,
    /// Bytes of the archive.
    size: u64,
    /// Bytes that the reader will keep.
    kept: u64,
    merged: bool,
    rows: BTreeMap<String, CountedRows>,
    odd_values: Vec<String>,
    marked: BTreeSet<String>,
    printed: BTreeMap<String, String>,
}

impl PackageScale {
    /// Weighs a part; `sum`: the check sum of its bytes by the archive's directory.
    fn part(&mut self, name: &str, sum: u32, part: impl Read) -> Result<()> {
        let (rows, seen) = (XlsxRowCounter::new(), Crc::new());
        let counted = CountedPart { part, left: self.left, stretch: MAX_STRETCH, excess: None, rows, seen };
        // As the reader of workbooks sets up its parser: both see the same.
        let mut xml = quick_xml::Reader::from_reader(BufReader::new(counted));
        let config = xml.config_mut();
        config.check_end_names = false;
        config.check_comments = false;
        config.expand_empty_elements = true;
        let mut buffer = Vec::new();
        let mut strings = StringTally::default();
        let mut longest = 0;
        let mut marked = false;
        let (mut printed, mut printing) = (String::new(), false);
        loop {
            buffer.clear();
            let position = xml.buffer_position();
            // Whoever reads a part that is no XML, or broken, gets no further than this.
            let Ok(event) = xml.read_event_into(&mut buffer) else { break };
            match event {
                Event::Start(tag) => {
                    let local = tag.local_name();
                    longest = longest.max(tag.len() as u64);
                    self.kept += xlsx_element_bytes(local.as_ref(), longest);
                    self.merged |= local.as_ref() == "mergeCell";
                    match local.as_ref() {
                        "c" if place_length(&tag) > LONGEST_CELL => return Err(place_out_of_range()),
                        "row" if place_length(&tag) > LONGEST_ROW => return Err(place_out_of_range()),
                        "sst" => strings.announced = strings.announced.max(announced_xlsx_strings(&tag)),
                        "strike" | "vertAlign" => marked = true,
                        element if is_print_text(element) => printing = true,
                        "f" if shared_formula_number(&tag) > MAX_SHARED_FORMULAS => {
                            return Err(oversized_xlsx_part(name, "的共享公式编号太大"));
                        }
                        "si" | "is" if !strings.inside => strings.enter(tag.name().as_ref(), position),
                        _ => {}
                    }
                }
                Event::End(tag) if strings.inside && tag.name().as_ref() == strings.name => {
                    self.kept += strings.leave(xml.buffer_position());
                }
                Event::End(_) => printing = false,
                Event::DocType(declared) => refuse_own_entities(&declared.xml10_content())?,
                Event::Eof => break,
                text if printing => {
                    push_print_text(&mut printed, &text);
                    continue;
                }
                // Texts, references, comments: a stretch goes on over them.
                _ => continue,
            }
            // And over all that stands inside a string: it becomes one text.
            if !strings.inside {
                xml.get_mut().get_mut().stretch = MAX_STRETCH;
            }
            if self.kept > MAX_KEPT {
                return Err(oversized_xlsx_part(name, "字符串、样式或工作表太多"));
            }
        }
        let mut counted = xml.into_inner().into_inner();
        counted.count_rest();
        self.left = counted.left;
        let name_in_rows = normal_part_name(name);
        // The reader stops at the end of the rows, and so before a check sum is asked for.
        let asked_for = [".xml", ".rels"].iter().any(|suffix| name_in_rows.ends_with(suffix));
        if asked_for && counted.excess.is_none() && counted.seen.sum() != sum {
            return Err(damaged_xlsx_package());
        }
        if !printed.is_empty() {
            self.printed.insert(name_in_rows.clone(), printed);
        }
        if marked {
            self.marked.insert(name_in_rows.clone());
        }
        if counted.rows.may_hold_unknown_errors() {
            self.odd_values.push(name_in_rows.clone());
        }
        self.rows.insert(name_in_rows, counted.rows.counted());
        match counted.excess {
            Some(PartExcess::Unpacked) => return Err(oversized_xlsx_package(self.size)),
            Some(PartExcess::Stretch) => {
                let what = format!("有一段文字超过{}MB", MAX_STRETCH >> 20);
                return Err(oversized_xlsx_part(name, &what));
            }
            None => {}
        }
        if strings.announced > strings.count.max(MAX_ANNOUNCED) {
            let what = format!("声称有{}个字符串，实际只有{}个", strings.announced, strings.count);
            return Err(oversized_xlsx_part(name, &what));
        }
        Ok(())
    }
}

fn oversized_xlsx_part(part: &str, what: &str) -> Error {
    Error::input(format!("工作簿的部件“{part}”{what}，拒绝读取"))
        .hint("确认来源；用 Excel 或 WPS 打开后另存为 .xlsx，或改交 CSV")
}

/// Bytes that the reader keeps of an element, beside its text; `longest`: the longest tag so far in the
/// part. A style is a copy of its font, fill, border and number format, whose names stand in such tags.
fn xlsx_element_bytes(element: &str, longest: u64) -> u64 {
    match element {
        "xf" => 512 + 4 * longest,
        "sheet" | "Relationship" | "font" | "fill" | "border" => 256,
        "definedName" | "numFmt" => 128,
        "si" | "mergeCell" => 32,
        _ => 0,
    }
}

/// Characters of the place of a cell or row: the reader takes the lower 32 bits of any number.
fn place_length(tag: &BytesStart<'_>) -> usize {
    if let Some((_, rest)) = tag.split_once(" r=\"") {
        return rest.find('"').unwrap_or(rest.len());
    }
    let place = tag.attributes().with_checks(false).flatten().find(|attribute| attribute.key.as_ref() == "r");
    place.map_or(0, |place| place.value.len())
}

fn place_out_of_range() -> Error {
    Error::input("单元格位置超出范围").hint("用 Excel 或 WPS 打开后另存为 .xlsx，再放回原处")
}

/// The number of a shared formula; the reader makes room for all that may come before it.
fn shared_formula_number(tag: &BytesStart<'_>) -> u64 {
    let number =
        tag.attributes().with_checks(false).flatten().find(|attribute| attribute.key.as_ref() == "si");
    number.map_or(0, |number| number.value.parse().unwrap_or(u64::MAX))
}

/// How many strings a tag announces: the largest number that an attribute of this name gives, whatever
/// else stands in the tag.
fn announced_xlsx_strings(tag: &str) -> u64 {
    let numbers = tag.split("uniqueCount").skip(1).map(|rest| {
        let digits = rest.trim_start_matches(|c: char| !c.is_ascii_digit());
        let end = digits.find(|c: char| !c.is_ascii_digit()).unwrap_or(digits.len());
        if end == 0 { 0 } else { digits[..end].parse().unwrap_or(u64::MAX) }
    });
    numbers.max().unwrap_or(0)
}

/// The strings of a part: shared ones, and those inside cells.
#[derive(Default)]
struct StringTally {
    count: u64,
    announced: u64,
    inside: bool,
    /// Element that the current one lies in, and where it began.
    name: String,
    begin: u64,
}

impl StringTally {
    fn enter(&mut self, name: &str, position: u64) {
        self.inside = true;
        self.name.clear();
        self.name.push_str(name);
        self.begin = position;
        self.count += 1;
    }
    /// Bytes that are kept of the string that ends here. One inside a cell is handed over instead.
    fn leave(&mut self, position: u64) -> u64 {
        self.inside = false;
        if self.name.ends_with("si") { position - self.begin } else { 0 }
    }
}

enum PartExcess {
    Unpacked,
    Stretch,
}

/// A part that fails to deliver more bytes than it may.
struct CountedPart<R> {
    part: R,
    /// Bytes that may still be unpacked.
    left: u64,
    /// Bytes that may still come before the next element.
    stretch: u64,
    excess: Option<PartExcess>,
    rows: XlsxRowCounter,
    /// The check sum of what was unpacked.
    seen: Crc,
}

impl<R: Read> Read for CountedPart<R> {
    fn read(&mut self, buffer: &mut [u8]) -> std::io::Result<usize> {
        let length = self.part.read(buffer)?;
        self.rows.feed(&buffer[..length]);
        self.seen.update(&buffer[..length]);
        let (left, stretch) = (self.left.checked_sub(length as u64), self.stretch.checked_sub(length as u64));
        let excess = match (left, stretch) {
            (Some(left), Some(stretch)) => {
                (self.left, self.stretch) = (left, stretch);
                return Ok(length);
            }
            (None, _) => PartExcess::Unpacked,
            (_, None) => PartExcess::Stretch,
        };
        self.excess = Some(excess);
        Err(std::io::Error::other("too much"))
    }
}

impl<R: Read> CountedPart<R> {
    /// Unpacks what the parser left.
    fn count_rest(&mut self) {
        let mut buffer = vec![0; 64 << 10];
        while self.excess.is_none() {
            self.stretch = MAX_STRETCH;
            match self.read(&mut buffer) {
                Ok(0) => break,
                Err(e) if e.kind() != std::io::ErrorKind::Interrupted => break,
                _ => {}
            }
        }
    }
}

#[cfg(test)]
mod tests {
    use std::io::Write;

    use zip::write::SimpleFileOptions;

    use super::*;

    fn archive(parts: &[(&str, &[u8])]) -> Vec<u8> {
        let mut zip = zip::ZipWriter::new(Cursor::new(Vec::new()));
        for (name, bytes) in parts {
            zip.start_file(*name, SimpleFileOptions::default()).unwrap();
            zip.write_all(bytes).unwrap();
        }
        // Something that does not shrink, so that the ratio does not decide.
        zip.start_file("xl/media/image1.png", SimpleFileOptions::default()).unwrap();
        let noise: Vec<u8> =
            (0..400_000u32).map(|i| (i.wrapping_mul(2_654_435_761) >> 21) as u8 ^ i as u8).collect();
        zip.write_all(&noise).unwrap();
        zip.finish().unwrap().into_inner()
    }

    fn refusal(name: &str, content: &[u8]) -> String {
        let error = weigh_xlsx_package(&archive(&[(name, content)])).err().unwrap();
        assert!(error.hint_text().is_some());
        error.message().to_owned()
    }

    #[test]
    fn what_the_directory_says_does_not_matter() {
        let mut zip = zip::ZipWriter::new(Cursor::new(Vec::new()));
        zip.start_file("xl/worksheets/sheet1.xml", SimpleFileOptions::default()).unwrap();
        zip.write_all(&b"<c/>".repeat(1 << 20)).unwrap();
        let mut bytes = zip.finish().unwrap().into_inner();
        let size = (4u32 << 20).to_le_bytes();
        let places: Vec<usize> = (0..bytes.len() - 4).filter(|&at| bytes[at..at + 4] == size).collect();
        assert!(!places.is_empty());
        places.iter().for_each(|&at| bytes[at..at + 4].copy_from_slice(&100u32.to_le_bytes()));
        let mut archive = ZipArchive::new(Cursor::new(&bytes[..])).unwrap();
        assert_eq!(archive.by_index_raw(0).unwrap().size(), 100);
        assert!(weigh_xlsx_package(&bytes).err().unwrap().message().contains("压缩炸弹"));
    }

    #[test]
    fn a_text_does_not_go_on_for_ever() {
        let endless = |begin: &str, piece: &str, end: &str| {
            let count = (MAX_STRETCH as usize + (1 << 20)) / piece.len();
            [begin, &piece.repeat(count), end].concat()
        };
        for (begin, piece, end) in [
            ("<sst><si><t>", "张三李四王五", "</t></si></sst>"),
            ("<sst><si>", "<r><t>甲</t></r>", "</si></sst>"),
            ("<x:sst><x:si>", "<si/><r><t>甲</t></r>", "</x:si></x:sst>"),
            ("<c t=\"inlineStr\"><is>", "<r><t>甲</t></r>", "</is></c>"),
            ("<v>", "&amp;", "</v>"),
            ("<v>", "<![CDATA[甲]]>", "</v>"),
            ("<v>", "<!-- > -->", "</v>"),
            ("<c r=\"", "A1", "\"/>"),
            ("", "no markup at all", ""),
        ] {
            let text = refusal("xl/worksheets/sheet1.xml", endless(begin, piece, end).as_bytes());
            assert!(text.contains("sheet1.xml") && text.contains("文字超过"), "{begin}: {text}");
        }
        // As much in many cells is what lists are made of.
        let many =
            [b"<sheetData>", &b"<c r=\"A1\"><v>1</v></c>".repeat(900_000)[..], b"</sheetData>"].concat();
        assert!(!weigh_xlsx_package(&archive(&[("xl/worksheets/sheet1.xml", &many)])).unwrap().merged);
    }

    #[test]
    fn announced_strings_must_come() {
        let table = |attributes: &str| format!("<sst {attributes}><si><t>甲</t></si></sst>");
        for attributes in [
            "uniqueCount=\"99999999999\"",
            "a='1' uniqueCount = '17000000' count='1'",
            "uniqueCount='1' uniqueCount='99999999999999999999'",
        ] {
            let text = refusal("xl/SharedStrings.xml", table(attributes).as_bytes());
            assert!(text.contains("个字符串"), "{text}");
        }
        // Some programs count the cells.
        weigh_xlsx_package(&archive(&[("xl/sharedStrings.xml", table("uniqueCount=\"120000\"").as_bytes())]))
            .unwrap();
    }

    #[test]
    fn styles_that_copy_a_long_name_are_weighed() {
        let styles = |name: usize, count: usize| {
            let font = format!("<fonts><font><name val=\"{}\"/></font></fonts>", "宋".repeat(name));
            let xfs = "<xf fontId=\"0\"/>".repeat(count);
            format!("<styleSheet>{font}<cellXfs>{xfs}</cellXfs></styleSheet>")
        };
        assert!(refusal("xl/styles.xml", styles(5_000, 60_000).as_bytes()).contains("样式"));
        weigh_xlsx_package(&archive(&[("xl/styles.xml", styles(10, 64_000).as_bytes())])).unwrap();
    }

    #[test]
    fn numbers_of_shared_formulas_are_bounded() {
        let sheet = |number: &str| format!("<c r=\"A1\"><f t=\"shared\" si=\"{number}\">1</f><v>1</v></c>");
        for number in ["4000000000", "99999999999999999999", "x"] {
            let text = refusal("xl/worksheets/sheet1.xml", sheet(number).as_bytes());
            assert!(text.contains("共享公式"), "{text}");
        }
        weigh_xlsx_package(&archive(&[("xl/worksheets/sheet1.xml", sheet("70000").as_bytes())])).unwrap();
    }

    #[test]
    fn entities_of_its_own_are_refused() {
        let sheet =
            "<!DOCTYPE a [<!ENTITY a '甲'><!ENTITY b '&a;&a;'>]><worksheet><c><v>&b;</v></c></worksheet>";
        let text = refusal("xl/worksheets/sheet1.xml", sheet.as_bytes());
        assert!(text.contains("实体"), "{text}");
    }

    #[test]
    fn merged_cells_are_noticed() {
        let sheet = b"<worksheet><mergeCells><mergeCell ref=\"A1:A2\"/></mergeCells></worksheet>";
        assert!(weigh_xlsx_package(&archive(&[("xl/worksheets/sheet1.xml", sheet)])).unwrap().merged);
    }
}
