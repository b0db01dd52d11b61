//! Charts of a linkage: one self-contained page.

use std::collections::BTreeMap;
use std::fmt::Write as _;
use std::path::Path;

use crate::link::settings::{LinkSettings, WeightsFile};
use crate::model::links::PassReport;
use crate::publication::table_reader;
use crate::table::whole_file::write_whole_file;
use crate::{Error, Result};

/// What only the run knows.
#[derive(Debug, Default)]
pub(super) struct ChartFacts {
    /// (pass, pairs, pairs no earlier pass had, recall in 1/10000).
    passes: Vec<(String, u64, u64, Option<u64>)>,
    /// (comparison, level, m, u), where known; else the weight alone.
    levels: Vec<LevelFacts>,
}

#[derive(Debug)]
struct LevelFacts {
    comparison: String,
    level: String,
    shares: Option<(f64, f64)>,
    weight: f64,
}

/// Of a linkage task, from the report it wrote.
pub(super) fn of_report(out: &Path) -> Result<ChartFacts> {
    let path = out.join("report.json");
    let bytes = std::fs::read(&path).map_err(|e| Error::io("读取报告", &path, e))?;
    let report: serde_json::Value = serde_json::from_slice(&bytes)
        .map_err(|e| Error::input("报告不是合法的 JSON").in_file(&path).caused_by(e))?;
    let list = |value: &serde_json::Value| value.as_array().cloned().unwrap_or_default();
    let text = |value: &serde_json::Value| value.as_str().unwrap_or("").to_owned();
    let mut charts = ChartFacts::default();
    for pass in list(&report["passes"]).iter().filter(|p| p["used"] == true) {
        let number = |name: &str| pass[name].as_u64().unwrap_or(0);
        charts.passes.push((
            text(&pass["keys"]),
            number("pairs"),
            number("new_pairs"),
            pass["recall"].as_u64(),
        ));
    }
    let model = &report["model"];
    for (c, column) in list(&model["columns"]).iter().enumerate() {
        for (l, code) in list(&column["levels"]).iter().enumerate().skip(1) {
            let bits = |k: usize| model["classes"][k]["levels"][c][l].as_f64().unwrap_or(0.0) / 1000.0;
            charts.levels.push(LevelFacts {
                comparison: text(&column["name"]),
                level: text(code),
                shares: Some((bits(0).exp2(), bits(1).exp2())),
                weight: bits(0) - bits(1),
            });
        }
    }
    Ok(charts)
}

/// Of a pipeline: its weights file and the passes of the run.
pub(super) fn of_pipeline(config: &Path, passes: &[PassReport]) -> Result<ChartFacts> {
    let settings = LinkSettings::open(config)?;
    let pinned = match &settings.weights {
        Some(name) => WeightsFile::open(&config.with_file_name(name))?,
        None => WeightsFile::default(),
    };
    let mut charts = ChartFacts::default();
    charts.passes.extend(passes.iter().map(|p| (p.name.clone(), p.pairs, p.new_pairs, None)));
    for comparison in &settings.comparisons {
        for (code, label) in comparison.kind.levels().into_iter().skip(1) {
            let share = |table: &BTreeMap<String, BTreeMap<String, i32>>| {
                Some((f64::from(*table.get(&comparison.name)?.get(code)?) / 1000.0).exp2())
            };
            charts.levels.push(LevelFacts {
                comparison: comparison.name.clone(),
                level: label.to_owned(),
                shares: share(&pinned.m).zip(share(&pinned.u)),
                weight: f64::from(comparison.weights.get(code).copied().unwrap_or(0)) / 1000.0,
            });
        }
    }
    Ok(charts)
}

/// Writes the page for the links in `out`.
pub(super) fn write(file: &Path, title: &str, out: &Path, charts: &ChartFacts) -> Result<()> {
    let links = table_reader::read_rows(&out.join("link.parquet"), |_| true)?;
    let clusters = table_reader::read_rows(&out.join("cluster.parquet"), |_| true)?;
    let mut bands: BTreeMap<i64, [u64; 2]> = BTreeMap::new();
    for row in &links {
        let band = row.get("weight").parse::<i64>().unwrap_or(0).div_euclid(2_000) * 2;
        bands.entry(band).or_default()[usize::from(row.get("decision") != "accept")] += 1;
    }
    let histogram: Vec<(String, Vec<f64>)> = bands
        .iter()
        .map(|(band, n)| (format!("{band} 比特起"), n.iter().map(|n| *n as f64).collect()))
        .collect();
    let mut page = format!(
        "<!doctype html>\n<html lang=\"zh-CN\"><head><meta charset=\"utf-8\"><title>{0}</title><style>body{{font:15px/1.6 system-ui,'Noto Sans CJK SC','Microsoft YaHei',sans-serif;margin:2rem auto;max-width:64rem;padding:0 1rem;color:#1c2733}}h2{{font-size:1.1rem;margin-top:2rem}}svg text{{font-size:12px}}</style></head><body>\n<h1>{0}：匹配方法图表</h1>\n",
        escape_page_text(title)
    );
    push_chart_section(
        &mut page,
        "权重分布（绿：接受，橙：待审）",
        &render_bar_chart(&histogram, &["#2e7d5b", "#d98e2b"], false),
    );
    push_chart_section(
        &mut page,
        "没有匹配到任何记录的记录，按来源的比例",
        &render_bar_chart(&unlinked_chart_rows(&links, &clusters), &["#8a5a9c"], true),
    );
    let passes: Vec<(String, Vec<f64>)> = charts
        .passes
        .iter()
        .map(|(name, pairs, new, recall)| {
            let recall = recall.map_or(String::new(), |r| format!("（召回约 {:.1}%）", r as f64 / 100.0));
            (format!("{name}{recall}"), vec![*new as f64, pairs.saturating_sub(*new) as f64])
        })
        .collect();
    push_chart_section(
        &mut page,
        "各比对轮次比较的对数（蓝：前面各轮没有的，灰：已有的）",
        &render_bar_chart(&passes, &["#34527a", "#b8c0cc"], false),
    );
    push_chart_section(
        &mut page,
        "m（绿：同一人中出现的比例）与 u（红：不同人中），及权重",
        &render_level_chart(&charts.levels),
    );
    page.push_str("</body></html>\n");
    write_whole_file(file, 0o644, page.as_bytes())
}

fn push_chart_section(page: &mut String, title: &str, chart: &str) {
    let _ = writeln!(page, "<section><h2>{}</h2>{chart}</section>", escape_page_text(title));
}

/// Share of the records of each source that are in a cluster of their own and in no pair for review.
fn unlinked_chart_rows(
    links: &[table_reader::TableRow],
    clusters: &[table_reader::TableRow],
) -> Vec<(String, Vec<f64>)> {
    let mut touched: std::collections::BTreeSet<&str> = Default::default();
    for row in links {
        touched.extend([row.get("left_record_id"), row.get("right_record_id")]);
    }
    let mut sources: BTreeMap<&str, (u64, u64)> = BTreeMap::new();
    for row in clusters {
        let source = sources.entry(row.get("source")).or_default();
        source.0 += 1;
        source.1 += u64::from(!touched.contains(row.get("record_id")));
    }
    sources
        .into_iter()
        .map(|(name, (all, alone))| {
            (format!("{name}（{alone}/{all}）"), vec![alone as f64 / all.max(1) as f64])
        })
        .collect()
}

const LEFT: f64 = 330.0;
const WIDTH: f64 = 520.0;
const ROW: f64 = 20.0;

/// Horizontal stacked bars.
fn render_bar_chart(rows: &[(String, Vec<f64>)], colors: &[&str], share: bool) -> String {
    let most = if share { 1.0 } else { rows.iter().map(|r| r.1.iter().sum()).fold(1.0, f64::max) };
    let mut out = open_chart_svg(rows.len());
    for (i, (label, values)) in rows.iter().enumerate() {
        let y = ROW * i as f64;
        let _ = write!(out, "<text x=\"0\" y=\"{:.0}\">{}</text>", y + 14.0, escape_page_text(label));
        let mut x = LEFT;
        for (value, color) in values.iter().zip(colors) {
            let width = WIDTH * value / most;
            let _ = write!(
                out,
                "<rect x=\"{x:.1}\" y=\"{:.0}\" width=\"{width:.1}\" height=\"14\" fill=\"{color}\"/>",
                y + 3.0
            );
            x += width;
        }
        let total: f64 = values.iter().sum();
        let text = if share { format!("{:.1}%", 100.0 * total) } else { format!("{total:.0}") };
        let _ = write!(out, "<text x=\"{:.1}\" y=\"{:.0}\">{text}</text>", x + 4.0, y + 14.0);
    }
    out + "</svg>"
}

fn open_chart_svg(rows: usize) -> String {
    format!(
        "<svg viewBox=\"0 0 {:.0} {:.0}\" width=\"100%\" role=\"img\">",
        LEFT + WIDTH + 90.0,
        ROW * rows as f64 + 8.0
    )
}

fn render_level_chart(rows: &[LevelFacts]) -> String {
    let mut out = open_chart_svg(rows.len());
    for (i, row) in rows.iter().enumerate() {
        let y = ROW * i as f64;
        let _ = write!(
            out,
            "<text x=\"0\" y=\"{:.0}\">{} {}</text>",
            y + 14.0,
            escape_page_text(&row.comparison),
            escape_page_text(&row.level)
        );
        if let Some((m, u)) = row.shares {
            for (share, color, top) in [(m, "#2e7d5b", 3.0), (u, "#b3423a", 10.0)] {
                let width = (WIDTH * share).max(0.5);
                let _ = write!(
                    out,
                    "<rect x=\"{LEFT}\" y=\"{:.0}\" width=\"{width:.1}\" height=\"6\" fill=\"{color}\"/>",
                    y + top
                );
            }
        }
        let _ = write!(
            out,
            "<text x=\"{:.0}\" y=\"{:.0}\">{:+.2}</text>",
            LEFT + WIDTH + 10.0,
            y + 14.0,
            row.weight
        );
    }
    out + "</svg>"
}
/// Text safe inside HTML.
fn escape_page_text(text: &str) -> String {
    text.replace('&', "&amp;").replace('<', "&lt;").replace('>', "&gt;").replace('"', "&quot;")
}
