//! The parts of a packed workbook: what it is, its sheets, and where they lie.
//!
//! Some programs write `xl\workbook.xml`, other case, or a main part under another name; what counts is
//! what the relationships say.

use std::collections::{BTreeMap, BTreeSet};
use std::io::{Cursor, Read, Write};

use zip::ZipArchive;

use super::cell_comments::CellComments;

use super::markup_scan::{MarkupEvent, MarkupScan};
use super::texts_beside_cells::drawn_words;
use super::xlsx_package::damaged_xlsx_package;
use crate::model::source_table::FileFormat;
use crate::{Error, Result};

/// Bytes of a part that says what others are.
const MAX_INDEX_PART: u64 = 64 << 20;

/// A packed workbook by its parts.
pub(super) struct PackageParts<'a> {
    archive: ZipArchive<Cursor<&'a [u8]>>,
    /// Position in the archive, by normal name.
    places: BTreeMap<String, usize>,
}

/// The name of a part however its program wrote it: `/` between folders, lower case.
pub(super) fn normal_part_name(name: &str) -> String {
    name.replace('\\', "/").trim_start_matches('/').to_ascii_lowercase()
}

impl<'a> PackageParts<'a> {
    /// # Errors
    /// No archive, or a damaged one; one that needs a password.
    pub(super) fn open(bytes: &'a [u8]) -> Result<Self> {
        let mut archive =
            ZipArchive::new(Cursor::new(bytes)).map_err(|e| damaged_xlsx_package().caused_by(e))?;
        let mut places = BTreeMap::new();
        for index in 0..archive.len() {
            let Ok(part) = archive.by_index_raw(index) else { continue };
            if part.encrypted() {
                return Err(
                    Error::input("压缩包设了密码").hint("用密码解开后，把里面的表格文件放到数据文件夹")
                );
            }
            places.insert(normal_part_name(&String::from_utf8_lossy(part.name_raw())), index);
        }
        Ok(Self { archive, places })
    }
    fn has(&self, name: &str) -> bool {
        self.places.contains_key(name)
    }
    /// The bytes of a part by its normal name.
    pub(super) fn read(&mut self, name: &str, most: u64) -> Option<Vec<u8>> {
        let index = *self.places.get(name)?;
        let mut bytes = Vec::new();
        let part = self.archive.by_index(index).ok()?;
        part.take(most).read_to_end(&mut bytes).ok()?;
        Some(bytes)
    }
    fn index_part(&mut self, name: &str) -> Option<Vec<u8>> {
        self.read(name, MAX_INDEX_PART)
    }
    /// What the workbook is; none if the archive is no workbook.
    pub(super) fn format(&mut self) -> Option<FileFormat> {
        let mimetype = self.index_part("mimetype").unwrap_or_default();
        if mimetype.starts_with(b"application/vnd.oasis.opendocument") {
            return mimetype
                .starts_with(b"application/vnd.oasis.opendocument.spreadsheet")
                .then_some(FileFormat::Ods);
        }
        if self.has("xl/workbook.bin") {
            return Some(FileFormat::Xlsb);
        }
        if self.has("xl/workbook.xml") {
            return Some(FileFormat::Xlsx);
        }
        let main = self.main_part()?;
        let types = self.index_part("[content_types].xml").unwrap_or_default();
        let types = String::from_utf8_lossy(&types).to_ascii_lowercase();
        let workbook = types.contains("spreadsheetml.sheet.main")
            || types.contains("spreadsheetml.template.main")
            || types.contains("ms-excel.sheet.macroenabled.main");
        (self.has(&main) && workbook).then_some(FileFormat::Xlsx)
    }
    /// What the archive is instead of a workbook, for a message.
    pub(super) fn other_kind(&self) -> Option<&'static str> {
        let any = |folder: &str| self.places.keys().any(|name| name.starts_with(folder));
        if any("word/") {
            Some("Word 文档")
        } else if any("ppt/") {
            Some("演示文稿")
        } else if self.has("content.xml") {
            Some("OpenDocument 文档")
        } else {
            None
        }
    }
    /// The normal name of the main part.
    fn main_part(&mut self) -> Option<String> {
        let relations = self.index_part("_rels/.rels")?;
        let mut target = None;
        each_tag(&relations, |name, attribute| {
            let kind = attribute("Type").unwrap_or_default();
            if name == "Relationship" && kind.ends_with("/relationships/officeDocument") {
                target = attribute("Target");
            }
        });
        Some(resolve_part_name("", &target?))
    }
    /// Normal names of the parts that a part of relationships names, by their ids.
    pub(super) fn relation_targets(&mut self, folder: &str, name: &str) -> Option<BTreeMap<String, String>> {
        let relations = self.index_part(name)?;
        let mut targets = BTreeMap::new();
        each_tag(&relations, |name, attribute| {
            if let ("Relationship", Some(id), Some(target)) = (name, attribute("Id"), attribute("Target")) {
                targets.insert(id, resolve_part_name(folder, &target));
            }
        });
        Some(targets)
    }
    /// The comments on the cells of a sheet, by the normal name of its part; `most`: bytes of one part of them.
    pub(super) fn comments(&mut self, sheet: &str, most: u64) -> CellComments {
        let mut comments = CellComments::default();
        for name in self.parts_of_sheet(sheet).into_iter().filter(|name| name.contains("comment")) {
            if let Some(part) = self.read(&name, most) {
                comments.add_part(&String::from_utf8_lossy(&part));
            }
        }
        comments
    }
    /// What boxes drawn over the cells of a sheet say; `most`: bytes of one part of them.
    pub(super) fn drawn_words(&mut self, sheet: &str, most: u64) -> String {
        let mut words = String::new();
        for name in self.parts_of_sheet(sheet).into_iter().filter(|name| name.contains("/drawing")) {
            if let Some(part) = self.read(&name, most).filter(|_| name.ends_with(".xml")) {
                words.push_str(&drawn_words(&String::from_utf8_lossy(&part)));
            }
        }
        words
    }
    /// Normal names of the parts that go with a sheet, by the normal name of its own.
    fn parts_of_sheet(&mut self, sheet: &str) -> Vec<String> {
        let (folder, file) = sheet.rsplit_once('/').unwrap_or(("", sheet));
        let separator = if folder.is_empty() { "" } else { "/" };
        let targets = self.relation_targets(folder, &format!("{folder}{separator}_rels/{file}.rels"));
        targets.unwrap_or_default().into_values().collect()
    }
    /// Notes where shared texts and styles lie, if not where the reader of workbooks looks for them.
    fn move_common_parts(&mut self, folder: &str, relations_name: &str, changes: &mut PackageChanges) {
        const COMMON: [(&str, &str); 2] = [("sharedStrings", "sharedstrings.xml"), ("styles", "styles.xml")];
        let relations = self.index_part(relations_name).unwrap_or_default();
        let mut named: Vec<(String, String)> = Vec::new();
        each_tag(&relations, |name, attribute| {
            let kind = attribute("Type").unwrap_or_default();
            let common = COMMON.iter().find(|(kind_name, _)| kind.ends_with(&format!("/{kind_name}")));
            if let ("Relationship", Some((_, usual)), Some(target)) = (name, common, attribute("Target")) {
                let separator = if folder.is_empty() { "" } else { "/" };
                named.push((resolve_part_name(folder, &target), format!("{folder}{separator}{usual}")));
            }
        });
        for (lies, wanted) in named {
            // Some programs name a part that they did not need to write; the reader refuses a text that is not there.
            if lies != wanted && self.has(&lies) && !changes.moved.iter().any(|(_, to)| *to == wanted) {
                changes.moved.push((lies, wanted));
            }
        }
    }
    /// The part of an XLSX workbook that holds its styles.
    pub(super) fn styles(&mut self, sheets: &XlsxSheets) -> Option<Vec<u8>> {
        let name = sheets.common_part("styles.xml");
        self.index_part(&name)
    }
    /// The part of an XLSX workbook that holds the texts which its cells share.
    pub(super) fn shared_strings(&mut self, sheets: &XlsxSheets, most: u64) -> Option<Vec<u8>> {
        let name = sheets.common_part("sharedstrings.xml");
        self.read(&name, most)
    }
    /// Normal names of parts that are worksheets, by the relations of the workbook or their folder, but which it does not
    /// list: its own list of sheets is damaged, or a program forgot them.
    pub(super) fn unlisted_sheets(
        &mut self,
        folder: &str,
        relations_name: &str,
        listed: &[&str],
    ) -> Vec<String> {
        let relations = self.index_part(relations_name).unwrap_or_default();
        let mut names: BTreeSet<String> = BTreeSet::new();
        each_tag(&relations, |name, attribute| {
            let sheet = attribute("Type").is_some_and(|kind| kind.ends_with("/worksheet"));
            if let ("Relationship", true, Some(target)) = (name, sheet, attribute("Target")) {
                names.insert(resolve_part_name(folder, &target));
            }
        });
        let in_folder = |name: &&String| {
            name.rsplit_once('/').is_some_and(|(folder, _)| folder.rsplit('/').next() == Some("worksheets"))
        };
        names.extend(self.places.keys().filter(in_folder).cloned());
        names.retain(|name| self.places.contains_key(name) && !listed.contains(&name.as_str()));
        names.into_iter().collect()
    }
    /// The sheets of an XLSX workbook in their order.
    ///
    /// # Errors
    /// Parts that say where the sheets lie are missing.
    pub(super) fn xlsx_sheets(&mut self) -> Result<XlsxSheets> {
        let main = self.main_part().unwrap_or_else(|| "xl/workbook.xml".to_owned());
        let (folder, file) = main.rsplit_once('/').unwrap_or(("", &main));
        let separator = if folder.is_empty() { "" } else { "/" };
        let relations_name = format!("{folder}{separator}_rels/{file}.rels");
        let targets = self.relation_targets(folder, &relations_name);
        let workbook = self.index_part(&main);
        let (Some(targets), Some(workbook)) = (targets, workbook) else {
            return Err(damaged_xlsx_package());
        };
        let mut sheets = XlsxSheets { folder: format!("{folder}{separator}"), ..XlsxSheets::default() };
        self.move_common_parts(folder, &relations_name, &mut sheets.changes);
        let macros = ["xlIntlMacrosheet", "xlMacrosheet"];
        if let Some(relations) = self.index_part(&relations_name) {
            let text = String::from_utf8_lossy(&relations);
            if macros.iter().any(|kind| text.contains(kind)) {
                // The reader knows charts as sheets without cells, but not these.
                let known =
                    macros.iter().fold(text.into_owned(), |text, kind| text.replace(kind, "chartsheet"));
                sheets.changes.replaced.push((relations_name.clone(), known.into_bytes()));
            }
        }
        each_tag(&workbook, |name, attribute| match name {
            "sheet" => {
                let part = attribute("id").and_then(|id| targets.get(&id).cloned());
                sheets.parts.push(part.unwrap_or_default());
            }
            "calcPr" => {
                let asked = attribute("fullCalcOnLoad");
                sheets.calculates_on_load |= matches!(asked.as_deref(), Some("1" | "true"));
            }
            _ => {}
        });
        refuse_shared_parts(sheets.parts.iter().map(String::as_str))?;
        let listed: Vec<&str> = sheets.parts.iter().map(String::as_str).collect();
        sheets.unlisted = self.unlisted_sheets(folder, &relations_name, &listed);
        Ok(sheets)
    }
}

/// What the archive of a workbook must have otherwise before its reader sees it; names are normal ones.
#[derive(Debug, Default)]
pub(super) struct PackageChanges {
    /// Parts and their new contents.
    pub replaced: Vec<(String, Vec<u8>)>,
    /// Parts that lie elsewhere than the reader looks: where they lie, where it looks.
    pub moved: Vec<(String, String)>,
}

impl PackageChanges {
    pub(super) fn is_empty(&self) -> bool {
        self.replaced.is_empty() && self.moved.is_empty()
    }
}

/// Refuses a workbook of which several sheets are one part: its rows would be read as often.
///
/// # Errors
/// So it is.
pub(super) fn refuse_shared_parts<'p>(parts: impl IntoIterator<Item = &'p str>) -> Result<()> {
    let mut seen = BTreeSet::new();
    match parts.into_iter().filter(|part| !part.is_empty()).find(|part| !seen.insert(*part)) {
        Some(part) => Err(Error::input(format!("几张工作表是同一个部件“{part}”，会重复读入"))
            .hint("确认来源；用 Excel 或 WPS 打开，核对工作表后另存为 .xlsx，再放回原处")),
        None => Ok(()),
    }
}

/// Refuses a workbook that has rows in a worksheet which its list of sheets does not name: nobody would see them.
///
/// # Errors
/// So it is.
pub(super) fn refuse_unlisted_rows(part: &str, rows: u64) -> Result<()> {
    if rows == 0 {
        return Ok(());
    }
    Err(Error::input(format!("工作簿的目录没有列出部件“{part}”，里面有{rows}行：工作簿已损坏，少了工作表"))
        .hint("请提供部门重新导出，或用 Excel 打开并修复，核对工作表齐全后另存为 .xlsx"))
}

/// The sheets of an XLSX workbook as its main part lists them.
#[derive(Default)]
pub(super) struct XlsxSheets {
    /// Where the main part lies; ends in `/` unless it is the root.
    folder: String,
    /// Normal name of each sheet's part.
    pub parts: Vec<String>,
    /// Normal names of worksheets that it does not list.
    pub unlisted: Vec<String>,
    /// The program that wrote it asks for all formulas to be calculated.
    pub calculates_on_load: bool,
    /// What the reader must see otherwise than it is.
    pub changes: PackageChanges,
}

impl XlsxSheets {
    /// Where a part lies that all sheets share.
    fn common_part(&self, file: &str) -> String {
        let mut moved = self.changes.moved.iter();
        let moved = moved.find(|(_, to)| to.rsplit('/').next() == Some(file));
        moved.map_or_else(|| format!("{}{file}", self.folder), |(from, _)| from.clone())
    }
}

/// The archive with parts replaced and moved. What lies where a part is moved to is left out.
///
/// # Errors
/// A part cannot be read.
pub(super) fn repacked(bytes: &[u8], changes: &PackageChanges) -> Result<Vec<u8>> {
    let mut archive = ZipArchive::new(Cursor::new(bytes)).map_err(|e| damaged_xlsx_package().caused_by(e))?;
    let mut out = zip::ZipWriter::new(Cursor::new(Vec::with_capacity(bytes.len())));
    for index in 0..archive.len() {
        let part = archive.by_index_raw(index).map_err(|e| damaged_xlsx_package().caused_by(e))?;
        let name = normal_part_name(&String::from_utf8_lossy(part.name_raw()));
        let goes = changes.moved.iter().find(|(from, _)| *from == name).map(|(_, to)| to);
        let taken = changes.moved.iter().any(|(_, to)| *to == name)
            || changes.replaced.iter().any(|(replaced, _)| *replaced == name);
        match goes {
            Some(to) => out.raw_copy_file_rename(part, to.as_str()),
            None if taken => Ok(()),
            None => out.raw_copy_file(part),
        }
        .map_err(|e| damaged_xlsx_package().caused_by(e))?;
    }
    for (name, content) in &changes.replaced {
        out.start_file(name.as_str(), zip::write::SimpleFileOptions::default())
            .map_err(|e| damaged_xlsx_package().caused_by(e))?;
        out.write_all(content).map_err(|e| damaged_xlsx_package().caused_by(e))?;
    }
    Ok(out.finish().map_err(|e| damaged_xlsx_package().caused_by(e))?.into_inner())
}

/// Calls with the local name of each opening tag, and a function that gives its attributes.
fn each_tag(bytes: &[u8], mut sink: impl FnMut(&str, &dyn Fn(&str) -> Option<String>)) {
    MarkupScan::xml().feed(bytes, &mut |event| {
        if let MarkupEvent::Open { tag, .. } = event {
            sink(tag.local_name(), &|wanted| tag.attribute(wanted).map(str::to_owned));
        }
    });
}

/// The normal name of a target, relative to a folder unless it begins with `/`.
fn resolve_part_name(folder: &str, target: &str) -> String {
    let target = target.replace('\\', "/");
    let mut path: Vec<&str> = match target.starts_with('/') {
        true => Vec::new(),
        false => folder.split('/').filter(|s| !s.is_empty()).collect(),
    };
    for segment in target.split('/') {
        match segment {
            "" | "." => {}
            ".." => drop(path.pop()),
            _ => path.push(segment),
        }
    }
    normal_part_name(&path.join("/"))
}
