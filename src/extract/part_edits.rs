//! Changes to the text of a workbook's part before its reader sees it.

use std::ops::Range;

/// What to write in place of which bytes of a part.
pub(super) type PartEdit = (Range<usize>, String);

/// The part with its edits, which come in their order and do not overlap; `None` if there are none, or if one does not lie
/// in the part.
pub(super) fn edited_part(part: &str, edits: Vec<PartEdit>) -> Option<String> {
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
