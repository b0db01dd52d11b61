//! A township's list as one page that any browser opens from a stick: filled in there, and saved as a file that
//! `bidui triage import` takes. It loads nothing and sends nothing.

use std::borrow::Cow;
use std::fmt::Write as _;

use minijinja::HtmlEscape;
use sha2::{Digest as _, Sha256};

use super::REVIEW_SHEET;
use super::list_column::{ListColumn, ListLayout};
use super::list_row::ListEntry;
use crate::model::answer_column::{ANSWER_FILE, ANSWER_PAGE, AnswerColumn};
use crate::publication::output_files::OutputFiles;
use crate::publish::PublicationInputs;
use crate::rules::verdict_meaning::{AnswerPart, Closing};
use crate::table::digest::hex_text;
use crate::{Error, Result};

const STYLE: &str = include_str!("answer_page.css");
const SCRIPT: &str = include_str!("answer_page.js");

/// Parts of an answer beside the verdict, in the order of the lists.
const PARTS: [AnswerPart; 8] = [
    AnswerPart::Reason,
    AnswerPart::Measure,
    AnswerPart::Note,
    AnswerPart::Paper,
    AnswerPart::Recovered,
    AnswerPart::StoppedMonth,
    AnswerPart::AnsweredBy,
    AnswerPart::AnsweredOn,
];
/// What is read seldom, and stands behind “更多”.
const MORE: [ListColumn; 9] = [
    ListColumn::Supplement,
    ListColumn::LastAnswer,
    ListColumn::Helper,
    ListColumn::Phone,
    ListColumn::Address,
    ListColumn::Owner,
    ListColumn::Related,
    ListColumn::AllAdvice,
    ListColumn::Evidence,
];

/// A page that is being made, row by row.
pub(super) struct AnswerPage<'p> {
    inputs: PublicationInputs<'p>,
    layout: &'p ListLayout,
    /// `淇县北阳镇`.
    of: &'p str,
    body: String,
    rows: u64,
    sheet: &'static str,
    village: String,
    home: [String; 2],
    /// Names the page among those that a browser keeps answers of.
    digest: Sha256,
}

impl<'p> AnswerPage<'p> {
    pub(super) fn new(inputs: &PublicationInputs<'p>, layout: &'p ListLayout, of: &'p str) -> Self {
        Self {
            inputs: *inputs,
            layout,
            of,
            body: String::new(),
            rows: 0,
            sheet: "",
            village: String::new(),
            home: Default::default(),
            digest: Sha256::new(),
        }
    }

    /// Adds a row of a sheet.
    pub(super) fn push(
        &mut self,
        sheet: &'static str,
        (entry, is_separable): (&ListEntry<'_>, bool),
        cells: &[Cow<'_, str>],
    ) {
        let home = entry.home();
        let severe = self.inputs.catalogue.words.is_marked(entry.severity());
        use AnswerColumn as A;
        use ListColumn as L;
        let cell = |column: ListColumn| -> &str {
            self.layout.position(column).and_then(|at| cells.get(usize::from(at))).map_or("", |text| text)
        };
        let [number, key, version] = [A::Number, A::RowKey, A::RowVersion].map(|one| cell(L::Answer(one)));
        let village = cell(L::Village).split('\n').next().unwrap_or_default();
        let out = &mut self.body;
        let new_village = self.sheet != sheet || self.village != village;
        if new_village {
            if self.rows > 0 {
                out.push_str("</table>");
            }
            if self.sheet != sheet {
                let _ = write!(out, "<h2>{}</h2>", HtmlEscape(sheet));
                if sheet == REVIEW_SHEET {
                    out.push_str(
                        "<p>先核对是否同一人，再核对疑点；不是同一人的，核查结果选“不是同一人”。</p>",
                    );
                }
            }
            let _ = write!(out, "<h3>{}</h3><table><thead><tr>", HtmlEscape(village));
            for (name, columns) in [
                ("no", &[L::Answer(A::Number)][..]),
                ("who", &[L::Name, L::Identity]),
                ("", &[L::Finding]),
                ("do", &[L::Advice, L::Due]),
                ("ans", &[L::Answer(A::Verdict)]),
            ] {
                let titles: Vec<&str> = columns.iter().map(|column| column.title()).collect();
                let _ = write!(out, "<th class=\"{name}\">{}</th>", titles.join(" "));
            }
            out.push_str("</tr></thead>");
        }
        if new_village || self.home != home {
            let household = cell(L::Household).replace('\n', " ");
            let group = cell(L::Village).split_once('\n').map_or("", |(_, group)| group);
            let household = match household.trim() {
                "" => "户：没有写明户主和户编号".to_owned(),
                known => format!("户：{known}"),
            };
            let _ = write!(
                out,
                "<tr class=\"home\"><th colspan=\"5\">{} <small>{}</small></th></tr>",
                HtmlEscape(&household),
                HtmlEscape(group)
            );
        }
        let _ = write!(
            out,
            "<tr class=\"f{}\"{} data-k=\"{}\" data-v=\"{}\" data-n=\"{}\"><td class=\"no\">{}</td>\
             <td class=\"who\"><b>{}</b><div class=\"l\">{}</div></td><td>{}",
            if severe { " S" } else { "" },
            if is_separable { "" } else { " data-one=\"1\"" },
            HtmlEscape(key),
            HtmlEscape(version),
            HtmlEscape(number),
            HtmlEscape(number),
            HtmlEscape(cell(L::Name)),
            HtmlEscape(cell(L::Identity)),
            HtmlEscape(cell(L::Finding)),
        );
        let more = MORE.map(|column| (column, cell(column)));
        if more.iter().any(|(_, text)| !text.is_empty()) {
            out.push_str("<details><summary>更多</summary>");
            for (column, text) in more.into_iter().filter(|(_, text)| !text.is_empty()) {
                let _ = write!(out, "<div><b>{}</b> {}</div>", column.title(), HtmlEscape(text));
            }
            out.push_str("</details>");
        }
        let _ = write!(
            out,
            "</td><td class=\"do\">{}<br><span{}>期限 {}</span></td><td class=\"ans\"></td></tr>",
            HtmlEscape(cell(L::Advice)),
            if entry.overdue { " class=\"late\"" } else { "" },
            HtmlEscape(cell(L::Due)),
        );
        for part in [key, version] {
            self.digest.update(part.as_bytes());
        }
        (self.sheet, self.rows) = (sheet, self.rows + 1);
        village.clone_into(&mut self.village);
        self.home = home.map(str::to_owned);
    }

    /// Writes the page.
    pub(super) fn finish(self, relative: &str, outputs: &mut OutputFiles) -> Result<()> {
        let given = self.given()?;
        let (inputs, rows) = (&self.inputs, self.rows);
        let title = format!("{} 疑点清单（{}）", self.of, inputs.period);
        let end = if rows > 0 { "</table>" } else { "<p>没有要核查的疑点。</p>" };
        let mut page = String::with_capacity(self.body.len() + SCRIPT.len() + STYLE.len() + 4000);
        let _ = write!(
            page,
            "<!doctype html>\n<html lang=\"zh-CN\">\n<head>\n<meta charset=\"utf-8\">\n\
             <meta http-equiv=\"Content-Security-Policy\" content=\"default-src 'none'; style-src 'sha256-{}'; \
             script-src 'sha256-{}'; base-uri 'none'; form-action 'none'\">\n\
             <meta name=\"viewport\" content=\"width=device-width\">\n<meta name=\"referrer\" content=\"no-referrer\">\n\
             <meta name=\"generator\" content=\"{ANSWER_PAGE}\">\n\
             <title>{}</title>\n<style>{STYLE}</style>\n</head>\n<body>\n",
            base64(&Sha256::digest(STYLE)),
            base64(&Sha256::digest(SCRIPT)),
            HtmlEscape(&title),
        );
        let _ = write!(
            page,
            "<header><h1>{}</h1> <span>下发日期 {}　内部资料 注意保密</span>\
             <div class=\"bar\"><span id=\"count\" class=\"count\" role=\"status\"></span>\
             <label>核查人 <input id=\"by\" type=\"text\"></label><label>核查日期 <input id=\"on\" type=\"date\"></label>\
             <button id=\"save\" class=\"save\" type=\"button\">保存答复</button>\
             <label>打开答复 <input id=\"open\" type=\"file\" accept=\".csv\"></label>\
             <button id=\"undo\" type=\"button\">撤销</button>\
             <label><input id=\"only\" type=\"checkbox\"> 只看没填好的</label>\
             <button id=\"print\" type=\"button\">打印</button><button id=\"keys\" type=\"button\">按键</button>\
             <span id=\"told\" role=\"status\"></span></div>\
             <p id=\"unstored\" class=\"warn hidden\">这个浏览器关掉网页后不留所填的内容：离开前请按“保存答复”，下次用“打开答复”接着填。</p>\
             <noscript><p class=\"warn\">这个浏览器不运行脚本，不能在这里填：请打印，或用 Excel、WPS 打开同名的 xlsx。</p></noscript>\
             </header>\n<main>\n<p>匹配结果只是核查线索，须经入户核查认定。填好后按“保存答复”，把存下的文件交回；没有填完也可以先存，下次接着填。</p>\n",
            HtmlEscape(&title),
            inputs.issued,
        );
        page.push_str(&self.body);
        let _ = write!(
            page,
            "{end}\n</main>\n<script type=\"application/json\" id=\"given\">{given}</script>\n<script>{SCRIPT}</script>\n</body>\n</html>\n"
        );
        outputs.bytes(relative, page.as_bytes(), Some(rows))
    }

    /// What the script is given: choices, what verdicts need, titles of the file that it saves.
    fn given(&self) -> Result<String> {
        let answers = &self.inputs.catalogue.words.answers;
        let codes = |parts: &[AnswerPart]| parts.iter().map(|part| part.code()).collect::<Vec<_>>();
        let meaning: std::collections::BTreeMap<&str, serde_json::Value> = answers
            .meaning
            .iter()
            .map(|(verdict, means)| {
                let json = serde_json::json!({
                    "needs": codes(&means.needs), "reasons": means.reasons, "measures": means.measures,
                    "closes": means.closes == Closing::Facts, "apart": means.same_person == Some(false),
                });
                (verdict.as_str(), json)
            })
            .collect();
        let parts =
            PARTS.map(|part| serde_json::json!({"code": part.code(), "title": part.column().title()}));
        let page = hex_text(&self.digest.clone().finalize());
        let given = serde_json::json!({
            "page": page[..16], "of": self.of, "period": self.inputs.period.to_string(), "file": ANSWER_FILE,
            "titles": AnswerColumn::ALL.map(AnswerColumn::title), "parts": parts, "verdicts": answers.verdicts,
            "reasons": answers.reasons, "measures": answers.measures, "meaning": meaning,
            "noted": answers.reasons_with_note,
        });
        let text = serde_json::to_string(&given).map_err(|e| Error::internal(e.to_string()))?;
        // Nothing in it ends the script that it stands in.
        Ok(text.replace('<', "\\u003c").replace('>', "\\u003e").replace('&', "\\u0026"))
    }
}

/// Base 64, as a page's policy writes digests.
fn base64(bytes: &[u8]) -> String {
    const LETTERS: &[u8; 64] = b"ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789+/";
    let mut out = String::new();
    for three in bytes.chunks(3) {
        let group =
            three.iter().fold(0u32, |group, &byte| group << 8 | u32::from(byte)) << (8 * (3 - three.len()));
        for at in 0..4 {
            let letter = LETTERS[(group >> (18 - 6 * at) & 63) as usize];
            out.push(if at <= three.len() { char::from(letter) } else { '=' });
        }
    }
    out
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn digests_are_written_as_policies_write_them() {
        for (bytes, text) in
            [("", ""), ("f", "Zg=="), ("fo", "Zm8="), ("foo", "Zm9v"), ("foobar", "Zm9vYmFy")]
        {
            assert_eq!(base64(bytes.as_bytes()), text);
        }
    }

    #[test]
    fn the_script_is_short_and_ends_nothing_early() {
        assert!(SCRIPT.len() <= 15_000, "{}", SCRIPT.len());
        assert!(!SCRIPT.contains("</") && !STYLE.contains("</"));
    }
}
