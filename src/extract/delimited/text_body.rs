//! A text, and how its bytes become characters.

use std::sync::OnceLock;

use super::super::header::HEADER_DEPTH;
use super::super::piecewise_file::{TextSource, TextSurvey};
use super::super::text_decoding::{self, TextCharset, TextDecoder};
use super::TextInput;
use super::record_cutting::LineEnds;
use crate::config::read_options::Encoding;
use crate::model::source_table::{EncodingEvidence, TextEncoding};
use crate::{Error, Result};

/// Bytes among which the header is looked for.
const HEAD: u64 = 64 << 20;
/// Lines of the head: the header is looked for in some rows, which may lie over several lines.
const HEAD_LINES: usize = 200;

/// A text, and how its bytes become characters.
pub(super) struct TextBody {
    pub source: TextSource,
    pub sha256: String,
    pub decoder: TextDecoder,
    /// The encoding as delivered.
    pub encoding: TextEncoding,
    /// Length of the byte order mark.
    pub mark: u64,
    /// Could some byte, anywhere in the text, not be decoded? Known once it had to be.
    pub damaged: OnceLock<bool>,
}

/// The lines that may hold the header.
pub(super) struct TextHead {
    /// Without the mark.
    pub bytes: Vec<u8>,
    /// Are there more?
    pub open: bool,
}

impl TextBody {
    pub(super) fn survey(input: TextInput, declared: Encoding, piece: u64) -> Result<(TextSurvey, Self)> {
        let source = match input {
            TextInput::File(file) => TextSource::File(file),
            TextInput::Whole(bytes) if text_decoding::is_utf16(&bytes) => {
                return Self::survey_utf16(&bytes, piece);
            }
            TextInput::Whole(bytes) => TextSource::Memory(bytes),
        };
        let survey = source.survey(piece, true)?;
        let mut buffer = Vec::new();
        let marked = source.part(0..survey.length.min(3), &mut buffer)? == text_decoding::UTF8_MARK;
        let found = survey.encodings.charset();
        // A mark before what is no UTF-8 was put there by a program that took it for some.
        let marked_rightly = marked && found == TextCharset::Utf8;
        let (charset, evidence) = match declared {
            _ if marked_rightly => (TextCharset::Utf8, EncodingEvidence::ByteOrderMark),
            Encoding::Auto => (found, EncodingEvidence::Validity),
            Encoding::Utf8 => (TextCharset::Utf8, EncodingEvidence::Declared),
            Encoding::Gb18030 => (TextCharset::Gb18030, EncodingEvidence::Declared),
        };
        // A mark declares the encoding as a contract does.
        let mixed = declared == Encoding::Auto
            && !marked_rightly
            && match charset {
                TextCharset::Utf8 => !survey.encodings.all_utf8(),
                TextCharset::Gb18030 => survey.encodings.utf8 > 0,
            };
        let sound = charset == TextCharset::Utf8 && survey.encodings.all_utf8();
        let damaged = if sound { false.into() } else { OnceLock::new() };
        let body = Self {
            source,
            sha256: survey.sha256.clone(),
            decoder: TextDecoder { charset, mixed },
            encoding: TextEncoding { name: charset.name(), evidence },
            mark: 3 * u64::from(marked),
            damaged,
        };
        Ok((survey, body))
    }
    fn survey_utf16(bytes: &[u8], piece: u64) -> Result<(TextSurvey, Self)> {
        let decoded = text_decoding::decode_utf16(bytes);
        let source = TextSource::Memory(decoded.text.into_bytes());
        let survey = source.survey(piece, false)?;
        let body = Self {
            source,
            sha256: super::super::sha256(bytes),
            decoder: TextDecoder { charset: TextCharset::Utf8, mixed: false },
            encoding: decoded.encoding,
            mark: 0,
            damaged: decoded.damaged.into(),
        };
        Ok((survey, body))
    }
    /// The lines that may hold the header.
    pub(super) fn head(&self, survey: &TextSurvey, ends: LineEnds) -> Result<TextHead> {
        let mut size = 64 << 10;
        loop {
            if size > HEAD {
                let what = format!("前{}行超过{}MB，不像表格", HEADER_DEPTH + 1, HEAD >> 20);
                return Err(Error::input(what).hint("核对文件；多半是行末没有换行"));
            }
            let end = (self.mark + size).min(survey.length);
            let mut buffer = Vec::new();
            let head = self.source.part(self.mark.min(end)..end, &mut buffer)?;
            let whole = end == survey.length;
            // Of the last line some may be missing, the end of its line end at least.
            let lines = ends.lines(head).map(|(_, line)| line.next);
            let lines: Vec<usize> = lines.take_while(|&next| whole || next < head.len()).collect();
            if whole || lines.len() > HEADER_DEPTH {
                let length = lines.get(HEAD_LINES).or(lines.last()).copied().unwrap_or(0);
                return Ok(TextHead { bytes: head[..length].to_vec(), open: length < head.len() || !whole });
            }
            size *= 4;
        }
    }
}
