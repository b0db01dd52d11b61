//! Changes to the text of a workbook's part before its reader sees it.

use std::ops::Range;

use quick_xml::Reader;
use quick_xml::events::{BytesStart, Event};

/// What to write in place of which bytes of a part.
pub(super) type PartEdit = (Range<usize>, String);

/// The part with its edits, which come in their order and do not overlap; `None` if there are none, or if one does not lie
/// in the part.
fn edited_part(part: &str, edits: Vec<PartEdit>) -> Option<String> {
    if edits.is_empty() {
        return None;
    }
    let more: usize = edits.iter().map(|(_, text)| text.len()).sum();
    let (mut out, mut at) = (String::with_capacity(part.len() + more), 0);
    for (range, text) in edits {
        out.push_str(part.get(at..range.start)?);
        out.push_str(&text);
        at = range.end;
    }
    out.push_str(part.get(at..)?);
    Some(out)
}

/// Edits values of the cells of an XLSX worksheet. `begin` sees the tag of each cell, and where it lies, and keeps what it wants
/// to know of it; `change` sees what is kept, where the text of the value lies, and the text, and adds its edits; it may take
/// what is kept. `None` if there are no edits, if `change` gives up, or if the part is no XML: its reader will say so.
pub(super) fn edit_cell_values<C>(
    part: &str,
    begin: impl Fn(&BytesStart<'_>, Range<usize>) -> Option<C>,
    change: impl Fn(&mut Option<C>, (Range<usize>, &str), &mut Vec<PartEdit>) -> Option<()>,
) -> Option<String> {
    let mut reader = Reader::from_str(part);
    reader.config_mut().check_end_names = false;
    let mut edits: Vec<PartEdit> = Vec::new();
    let (mut cell, mut value) = (None, false);
    loop {
        let start = reader.buffer_position() as usize;
        let event = reader.read_event().ok()?;
        let here = start..reader.buffer_position() as usize;
        match event {
            Event::Eof => break,
            Event::Start(tag) => match tag.local_name().as_ref() {
                "c" => cell = begin(&tag, here),
                "v" => value = true,
                _ => {}
            },
            Event::End(tag) if tag.local_name().as_ref() == "v" => value = false,
            Event::Text(text) if value => change(&mut cell, (here, text.as_ref()), &mut edits)?,
            _ => {}
        }
    }
    edited_part(part, edits)
}
