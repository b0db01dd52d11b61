//! An explanation as one self-contained HTML page.

use std::fmt::Write as _;

use super::waterfall::PairExplanation;
use super::{ExplainedRow, FoundExplanation, SHOWN};

const STYLE: &str = "body{font:15px/1.6 system-ui,'Noto Sans CJK SC','Microsoft YaHei',sans-serif;margin:2rem auto;max-width:70rem;padding:0 1rem;color:#1c2733}\
h1{font-size:1.4rem}h2{font-size:1.1rem;margin-top:2rem;border-bottom:1px solid #ccd}table{border-collapse:collapse;font-size:.9rem}\
td,th{border:1px solid #dde;padding:.25rem .6rem;text-align:left;vertical-align:top;max-width:18rem;overflow-wrap:anywhere}th{background:#f3f5f8}\
.differs{background:#fff3cd}section{margin:1rem 0 2rem}.verdict{font-weight:600}svg text{font-size:13px}.scroll{overflow-x:auto}";

pub(super) fn render_explanation_page(found: &FoundExplanation, accounts: &[PairExplanation]) -> String {
    let mut out = format!(
        "<!doctype html>\n<html lang=\"zh-CN\"><head><meta charset=\"utf-8\"><title>匹配说明</title><style>{STYLE}</style></head><body>\n<h1>匹配说明</h1>\n"
    );
    for exception in &found.exceptions {
        let _ = writeln!(
            out,
            "<section><h2>疑点 {}</h2><p>{}</p><p>规则 {}，{}，责任部门 {}</p></section>",
            escape_page_text(&super::shown_number(exception)),
            escape_page_text(exception.get("message")),
            escape_page_text(exception.get("rule_code")),
            escape_page_text(exception.get("severity")),
            escape_page_text(exception.get("owner"))
        );
    }
    for rule in &found.rules {
        let _ = writeln!(
            out,
            "<p>{}：{}</p>",
            escape_page_text(rule.get("title")),
            escape_page_text(rule.get("policy"))
        );
    }
    for person in &found.persons {
        let records: Vec<&ExplainedRow> =
            found.records.iter().filter(|r| r.get("person_id") == person).collect();
        let _ = writeln!(out, "<h2>人员 {}</h2>{}", escape_page_text(person), page_side_by_side(&records));
    }
    let _ = writeln!(out, "<h2>匹配</h2><p>权重单位：比特；每向上 1 比特，是同一人的可能翻一倍。</p>");
    if accounts.is_empty() {
        out.push_str("<p>没有与其他记录比较后接受或待确认的记录对。</p>\n");
    }
    for account in accounts {
        let _ = writeln!(
            out,
            "<section><p><code>{}</code> ⇄ <code>{}</code></p><p class=\"verdict\">{}，合计 {:.3} 比特</p>{}",
            escape_page_text(&account.left),
            escape_page_text(&account.right),
            escape_page_text(&account.verdict),
            f64::from(account.weight) / 1000.0,
            page_pair_chart(account)
        );
        if !account.changes.is_empty() {
            out.push_str("<p>什么会改变结论：</p><ul>");
            account.changes.iter().for_each(|c| {
                let _ = write!(out, "<li>{}</li>", escape_page_text(c));
            });
            out.push_str("</ul>");
        }
        out.push_str("</section>\n");
    }
    out.push_str("</body></html>\n");
    out
}

fn page_side_by_side(records: &[&ExplainedRow]) -> String {
    let mut out = "<div class=\"scroll\"><table>".to_owned();
    for (column, label) in SHOWN {
        let cells: Vec<&str> = records.iter().map(|r| r.get(column)).collect();
        if cells.iter().all(|c| c.is_empty()) {
            continue;
        }
        // Places differ by nature; what should agree and does not is marked.
        let compared =
            !matches!(column, "record_id" | "file" | "row" | "link_tier" | "household" | "id_number_class");
        let first = cells.iter().find(|c| !c.is_empty()).copied().unwrap_or("");
        let _ = write!(out, "<tr><th>{label}</th>");
        for cell in cells {
            let class = if compared && !cell.is_empty() && cell != first { " class=\"differs\"" } else { "" };
            let _ = write!(out, "<td{class}>{}</td>", escape_page_text(cell));
        }
        out.push_str("</tr>");
    }
    out.push_str("</table></div>");
    out
}

/// The waterfall: one bar per field, from where the sum stood to where it goes.
fn page_pair_chart(account: &PairExplanation) -> String {
    const LEFT: f64 = 330.0;
    const WIDTH: f64 = 560.0;
    const ROW: f64 = 26.0;
    let mut sums = vec![0];
    account.steps.iter().for_each(|s| sums.push(sums[sums.len() - 1] + s.bits));
    let marks: Vec<(i32, &str)> = [(account.review, "复核"), (account.accept, "自动匹配")]
        .into_iter()
        .filter_map(|(m, n)| Some((m?, n)))
        .collect();
    let all = || sums.iter().copied().chain(marks.iter().map(|m| m.0)).chain([account.weight]);
    let (low, high) = (all().min().unwrap_or(0), all().max().unwrap_or(1));
    let x = |bits: i32| LEFT + WIDTH * f64::from(bits - low) / f64::from((high - low).max(1));
    let height = ROW * (account.steps.len() + 1) as f64 + 30.0;
    let mut out = format!(
        "<svg viewBox=\"0 0 {:.0} {height:.0}\" width=\"100%\" role=\"img\" aria-label=\"权重按项累计\">",
        LEFT + WIDTH + 90.0
    );
    for (mark, name) in &marks {
        let _ = write!(
            out,
            "<line x1=\"{0:.1}\" x2=\"{0:.1}\" y1=\"16\" y2=\"{height:.0}\" stroke=\"#888\" stroke-dasharray=\"4 3\"/><text x=\"{0:.1}\" y=\"12\" text-anchor=\"middle\" fill=\"#555\">{name}</text>",
            x(*mark)
        );
    }
    let zero = x(0);
    let _ =
        write!(out, "<line x1=\"{zero:.1}\" x2=\"{zero:.1}\" y1=\"16\" y2=\"{height:.0}\" stroke=\"#bbb\"/>");
    for (i, step) in account.steps.iter().enumerate() {
        let (y, from, to) = (20.0 + ROW * i as f64, x(sums[i]), x(sums[i + 1]));
        let color = if step.bits >= 0 { "#2e7d5b" } else { "#b3423a" };
        let _ = write!(
            out,
            "<text x=\"0\" y=\"{:.1}\">{}：{}</text><rect x=\"{:.1}\" y=\"{:.1}\" width=\"{:.1}\" height=\"16\" fill=\"{color}\"/><text x=\"{:.1}\" y=\"{:.1}\">{:+.2}</text>",
            y + 13.0,
            escape_page_text(&step.label),
            escape_page_text(&step.level),
            from.min(to),
            y,
            (from - to).abs().max(1.0),
            from.max(to) + 4.0,
            y + 13.0,
            f64::from(step.bits) / 1000.0
        );
    }
    let (y, to) = (20.0 + ROW * account.steps.len() as f64, x(account.weight));
    let _ = write!(
        out,
        "<text x=\"0\" y=\"{:.1}\" font-weight=\"600\">合计</text><rect x=\"{:.1}\" y=\"{y:.1}\" width=\"{:.1}\" height=\"16\" fill=\"#34527a\"/><text x=\"{:.1}\" y=\"{:.1}\" font-weight=\"600\">{:.2}</text></svg>",
        y + 13.0,
        zero.min(to),
        (zero - to).abs().max(1.0),
        zero.max(to) + 4.0,
        y + 13.0,
        f64::from(account.weight) / 1000.0
    );
    out
}

/// Text safe inside HTML.
pub(in crate::cli) fn escape_page_text(text: &str) -> String {
    text.replace('&', "&amp;").replace('<', "&lt;").replace('>', "&gt;").replace('"', "&quot;")
}
