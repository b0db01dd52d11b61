//! Clerical review: which links to look at so that precision is known with least work.
//!
//! Accepted links are divided into strata by weight band. The sample is shared out by Neyman's
//! rule, in proportion to `N_h · sqrt(p_h (1 − p_h))`, where p_h is the probability that the weights
//! claim (kept between 2 % and 98 %, so that no band is taken on trust), and at least two per
//! stratum. The estimate is the stratified mean `Σ N_h/N · p̂_h`; its variance
//! `Σ (N_h/N)² (1 − n_h/N_h) p̃_h (1 − p̃_h) / (n_h − 1)` uses p̃_h = (x_h + 1) / (n_h + 2), so that a
//! stratum without an error in the sample is not taken to have none.

use std::collections::BTreeMap;
use std::path::Path;

use serde::Serialize;
use xxhash_rust::xxh3::xxh3_64_with_seed;

use super::calibration::{ProbabilityScale, calibration_band_of};
use crate::publication::table_reader;
use crate::publication::table_reader::TableRow;
use crate::{Error, Result};

/// A link to look at.
#[derive(Debug, Clone, PartialEq, Serialize)]
pub struct SampledLink {
    /// Lowest weight of its stratum, bits.
    pub stratum: f64,
    /// Links in the stratum.
    pub stratum_size: u64,
    /// Weight, bits.
    pub weight: f64,
    /// Probability that it is right, as the weights claim.
    pub probability: f64,
    /// One record.
    pub left_record_id: String,
    /// The other.
    pub right_record_id: String,
}

/// What a reviewed sample says about all accepted links.
#[derive(Debug, Clone, PartialEq, Serialize)]
pub struct ReviewEstimate {
    /// Links reviewed.
    pub reviewed: u64,
    /// Links they stand for.
    pub links: u64,
    /// Precision.
    pub precision: f64,
    /// Half of the 95 % interval.
    pub margin: f64,
    /// Links that a sample without strata would need for the same margin.
    pub unstratified: u64,
}

/// Chooses about `size` accepted links of `links` (a `link.parquet` or its folder), by `seed`.
///
/// # Errors
/// A table of links that is missing or damaged.
pub fn sample_links_for_review(
    links: &Path,
    records: u64,
    size: usize,
    seed: u64,
) -> Result<Vec<SampledLink>> {
    let file = if links.is_dir() { links.join("link.parquet") } else { links.to_owned() };
    let rows = table_reader::read_rows(&file, |row| row.get("decision") == "accept")?;
    let scale = ProbabilityScale::new(rows.len() as u64, records);
    let mut strata: BTreeMap<i64, Vec<(u64, &TableRow)>> = BTreeMap::new();
    for row in &rows {
        // In the order of a hash of both ids: the same pairs whatever the order of rows.
        let (a, b) = (row.get("left_record_id"), row.get("right_record_id"));
        let text = format!("{}\u{0}{}", a.min(b), a.max(b));
        let place = xxh3_64_with_seed(text.as_bytes(), seed);
        strata
            .entry(calibration_band_of(row.get("weight").parse().unwrap_or(0)))
            .or_default()
            .push((place, row));
    }
    let spread = |stratum: &Vec<(u64, &TableRow)>| {
        let sum: f64 = stratum.iter().map(|(_, row)| scale.probability(row)).sum();
        let p = (sum / stratum.len() as f64).clamp(0.02, 0.98);
        stratum.len() as f64 * (p * (1.0 - p)).sqrt()
    };
    let total: f64 = strata.values().map(spread).sum();
    let mut out = Vec::new();
    for (band, mut stratum) in strata {
        let share = (size as f64 * spread(&stratum) / total).round() as usize;
        stratum.sort_unstable_by_key(|(place, row)| (*place, row.get("left_record_id").to_owned()));
        for (_, row) in stratum.iter().take(share.max(2)) {
            out.push(SampledLink {
                stratum: band as f64 / 1000.0,
                stratum_size: stratum.len() as u64,
                weight: row.get("weight").parse::<f64>().unwrap_or(0.0) / 1000.0,
                probability: scale.probability(row),
                left_record_id: row.get("left_record_id").to_owned(),
                right_record_id: row.get("right_record_id").to_owned(),
            });
        }
    }
    Ok(out)
}

/// Estimates precision from (stratum, links in it, right or not).
pub fn estimate(reviewed: &[(String, u64, bool)]) -> ReviewEstimate {
    let mut strata: BTreeMap<&str, (f64, f64, f64)> = BTreeMap::new();
    for (name, size, right) in reviewed {
        let stratum = strata.entry(name).or_insert((*size as f64, 0.0, 0.0));
        stratum.1 += 1.0;
        stratum.2 += f64::from(u8::from(*right));
    }
    let links: f64 = strata.values().map(|s| s.0).sum();
    let (mut precision, mut variance, mut cautious) = (0.0, 0.0, 0.0);
    for &(size, n, right) in strata.values() {
        precision += size / links * right / n;
        let p = (right + 1.0) / (n + 2.0);
        cautious += size / links * p;
        variance += (size / links).powi(2) * (1.0 - n / size).max(0.0) * p * (1.0 - p) / (n - 1.0).max(1.0);
    }
    ReviewEstimate {
        reviewed: reviewed.len() as u64,
        links: links as u64,
        precision,
        margin: 1.96 * variance.sqrt(),
        unstratified: if variance > 0.0 { (cautious * (1.0 - cautious) / variance).ceil() as u64 } else { 0 },
    }
}

/// Reads a reviewed sample: CSV with `stratum`, `stratum_size` and `same` (1, 0; empty: not looked at).
///
/// # Errors
/// A file that cannot be read, is no CSV, or lacks a column.
pub fn read_reviewed_links(path: &Path) -> Result<Vec<(String, u64, bool)>> {
    let bytes = std::fs::read(path).map_err(|e| Error::io("读取复核结果", path, e))?;
    let mut reader = csv::ReaderBuilder::new().trim(csv::Trim::All).from_reader(&bytes[..]);
    let wrong = |e: csv::Error| Error::input("复核结果不是合法的 CSV").in_file(path).caused_by(e);
    let headers = reader.headers().map_err(wrong)?.clone();
    let place = |name: &str| {
        headers.iter().position(|h| h.trim_start_matches('\u{feff}') == name).ok_or_else(|| {
            Error::input("复核结果缺少列")
                .in_file(path)
                .in_column(name)
                .hint("保留 bidui evaluate --sample 写出的各列")
        })
    };
    let [stratum, size, same] = [place("stratum")?, place("stratum_size")?, place("same")?];
    let mut out = Vec::new();
    for (row, record) in reader.records().enumerate() {
        let record = record.map_err(wrong)?;
        let right = match record.get(same).unwrap_or("") {
            "1" | "是" => true,
            "0" | "否" => false,
            "" => continue,
            other => {
                return Err(Error::input(format!("不认识的结论“{other}”"))
                    .in_file(path)
                    .at_row(row as u64 + 2)
                    .in_column("same")
                    .hint("是同一人写 1，不是写 0，没看留空"));
            }
        };
        out.push((
            record.get(stratum).unwrap_or("").to_owned(),
            record.get(size).and_then(|s| s.parse().ok()).unwrap_or(0),
            right,
        ));
    }
    if out.is_empty() {
        return Err(Error::input("复核结果里没有填写 same 的行").in_file(path));
    }
    Ok(out)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn strata_count_by_their_size() {
        let mut reviewed = vec![("0".to_owned(), 100, true); 5];
        reviewed.extend(vec![("0".to_owned(), 100, false); 5]);
        reviewed.extend(vec![("20".to_owned(), 900, true); 20]);
        let e = estimate(&reviewed);
        assert!((e.precision - 0.95).abs() < 1e-9, "{e:?}");
        assert_eq!((e.links, e.reviewed), (1000, 30));
        // Certain it is not: no stratum is taken on trust.
        assert!(e.margin > 0.03 && e.margin < 0.12, "{e:?}");
        assert!(e.unstratified > 0);
    }
}
