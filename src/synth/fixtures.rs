//! Extracts as departments deliver them: every format, several sheets, titles, totals, merged
//! cells, one county with its own form.

use std::collections::BTreeMap;
use std::fmt::Write as _;
use std::path::{Path, PathBuf};

use sha2::{Digest, Sha256};

use super::calendar::SynthQuarter;
use super::department_records::SourceKind;
use super::encode::{self, SheetLayout};
use super::layout;
use super::truth;
use super::village_rows::{CellStyle, InventedCell, InventedRow, VillageRowWriter};
use super::world::VillageWorld;
use super::{SynthPlan, SynthReport, WrittenFile, evolve, prefecture};
use crate::Result;
use crate::table::whole_file::{make_folder, write_whole_file};

/// The county whose dibao list, and the one whose insurance list, has its own form.
const DEVIATING_DIBAO: &str = "浚县";
const DEVIATING_INSURANCE: &str = "淇县";

/// Writes all quarters.
pub(super) fn write_fixtures(plan: &SynthPlan<'_>, out: &Path) -> Result<SynthReport> {
    let mut report = SynthReport::default();
    let (mut worlds, moved): (Vec<VillageWorld>, Vec<_>) =
        (0..plan.places.len()).map(|i| plan.settle(i)).unzip();
    let moved = plan.before.as_ref().map(|_| prefecture::moved_text(&moved.concat()));
    for (step, &quarter) in plan.quarters.iter().enumerate() {
        if step > 0 {
            worlds.iter_mut().for_each(|w| evolve::evolve(w, plan.seed, quarter));
        }
        let folder = out.join(quarter.to_string());
        write_fixture_quarter(plan, &worlds, step, (&folder, &truth_folder(out, quarter)), &mut report)?;
        if let Some(moved) = &moved {
            save_fixture_file(&truth_folder(out, quarter).join("moved.csv"), moved.as_bytes())?;
        }
    }
    report.persons = worlds.iter().map(|w| w.people.len() as u64).sum();
    Ok(report)
}

fn write_fixture_quarter(
    plan: &SynthPlan<'_>,
    worlds: &[VillageWorld],
    step: usize,
    (folder, truth_folder): (&Path, &Path),
    report: &mut SynthReport,
) -> Result<()> {
    let quarter = plan.quarters[step];
    let counties: Vec<String> = {
        let mut names: Vec<(String, String)> =
            worlds.iter().map(|w| (w.place.county_code.clone(), w.place.county.clone())).collect();
        names.sort();
        names.dedup();
        names.into_iter().map(|n| n.1).collect()
    };
    let mut rows: BTreeMap<(SourceKind, usize), Vec<InventedRow>> = BTreeMap::new();
    let mut exceptions = String::from("rule_code,subject_kind,entity,rule_key\n");
    let mut coverage = truth::HouseholdCoverage::new();
    for (index, world) in worlds.iter().enumerate() {
        let county = counties.iter().position(|c| *c == world.place.county).unwrap_or(0);
        let style = CellStyle { form: county, messy: true };
        let mut writer = VillageRowWriter::new(world, plan.slips(step), style, &plan.places[index][1]);
        for source in SourceKind::ALL {
            rows.entry((source, county)).or_default().extend(writer.rows(source));
        }
        for e in truth::expected_exceptions(&writer, quarter) {
            let _ = writeln!(exceptions, "{},{},{},{}", e.rule, e.subject, e.entity, e.key);
            report.exceptions += 1;
        }
        truth::count_coverage(world, quarter, &mut coverage);
    }
    let mut records = String::from("record_id,source,person,household,error_kinds\n");
    let mut rejects = String::from("source,file,sheet,row,reason_code\n");
    for file in encode_fixture_files(rows, &counties, quarter)? {
        let path = folder.join(&file.name);
        save_fixture_file(&path, &file.bytes)?;
        let hash: String = Sha256::digest(&file.bytes).iter().take(4).map(|b| format!("{b:02x}")).collect();
        for (position, sheet) in file.sheets.iter().enumerate() {
            let place = if file.has_sheets { format!(".s{}", position + 1) } else { String::new() };
            for (index, row) in sheet.rows.iter().enumerate() {
                let number = if file.counts_records { index as u64 + 1 } else { sheet.row_number(index) };
                let source = file.source.name();
                for tag in &row.tags {
                    let member = if tag.member > 0 { format!(".m{}", tag.member) } else { String::new() };
                    let _ =
                        writeln!(records, "{source}:{hash}{place}.r{number}{member},{source},{}", tag.truth);
                    report.records += 1;
                }
                if let Some(reason) = row.reject {
                    let _ = writeln!(rejects, "{source},{},{},{number},{reason}", file.name, sheet.name);
                }
            }
        }
        let rows = file.sheets.iter().map(|s| s.rows.len() as u64).sum();
        report.files.push(WrittenFile { path: PathBuf::from(quarter.to_string()).join(&file.name), rows });
    }
    save_fixture_file(&truth_folder.join("records.csv"), records.as_bytes())?;
    save_fixture_file(&truth_folder.join("exceptions.csv"), exceptions.as_bytes())?;
    save_fixture_file(&truth_folder.join("rejects.csv"), rejects.as_bytes())?;
    save_fixture_file(&truth_folder.join("indicators.csv"), indicators_text(&coverage).as_bytes())
}

/// The indicator truth as CSV.
pub(super) fn indicators_text(coverage: &truth::HouseholdCoverage) -> String {
    let mut out = String::from("rule_code,unit_code,numerator,denominator\n");
    for (unit, (covered, due)) in coverage {
        let _ = writeln!(out, "R35,{unit},{covered},{due}");
    }
    out
}

/// Where the truth of a quarter lies: beside the data folders, never in one.
fn truth_folder(out: &Path, quarter: SynthQuarter) -> PathBuf {
    out.join("truth").join(quarter.to_string())
}

/// Writes a file and the folders above it.
pub(super) fn save_fixture_file(path: &Path, bytes: &[u8]) -> Result<()> {
    if let Some(parent) = path.parent() {
        make_folder(parent)?;
    }
    write_whole_file(path, 0o644, bytes)
}

/// One file of a quarter, encoded.
struct EncodedFile {
    name: String,
    source: SourceKind,
    sheets: Vec<SheetLayout>,
    has_sheets: bool,
    /// Rows are numbered from 1 without a header (DBF, Parquet).
    counts_records: bool,
    bytes: Vec<u8>,
}

fn encode_fixture_files(
    mut rows: BTreeMap<(SourceKind, usize), Vec<InventedRow>>,
    counties: &[String],
    quarter: SynthQuarter,
) -> Result<Vec<EncodedFile>> {
    let mut out = Vec::new();
    let mut take = |source: SourceKind, county: usize| rows.remove(&(source, county)).unwrap_or_default();
    for (source, name) in
        [(SourceKind::RegistryHousehold, "建档立卡户信息"), (SourceKind::RegistryPerson, "建档立卡人口信息")]
    {
        let sheets: Vec<SheetLayout> = (0..counties.len())
            .map(|c| registry_sheet(source, name, &counties[c], take(source, c), quarter))
            .collect();
        let bytes = encode::xlsx::encode_xlsx_workbook(&sheets)?;
        out.push(EncodedFile {
            name: format!("{name}.xlsx"),
            source,
            sheets,
            has_sheets: true,
            counts_records: false,
            bytes,
        });
    }
    for (c, county) in counties.iter().enumerate() {
        out.push(dibao_file(county, take(SourceKind::Dibao, c), quarter)?);
    }
    for (c, county) in counties.iter().enumerate() {
        out.push(insurance_file(county, c, take(SourceKind::Insurance, c), quarter));
    }
    let mut all = |source: SourceKind| -> Vec<InventedRow> {
        (0..counties.len()).flat_map(|c| take(source, c)).collect()
    };
    let plain = |source: SourceKind, rows: Vec<InventedRow>| {
        SheetLayout::plain("", layout::source_headers(source, false), rows)
    };

    let sheet = plain(SourceKind::Tekun, all(SourceKind::Tekun));
    let bytes = encode::dbf::encode_dbf_table(&sheet)?;
    let (has_sheets, counts_records) = (false, true);
    out.push(EncodedFile {
        name: "特困供养.dbf".into(),
        source: SourceKind::Tekun,
        sheets: vec![sheet],
        has_sheets,
        counts_records,
        bytes,
    });

    let mut sheet = plain(SourceKind::Housing, all(SourceKind::Housing));
    sheet.name = "危房改造台账".into();
    sheet.titles = vec![title(&format!("鹤壁市{}年农村危房改造台账", quarter.year))];
    sheet.footers = vec![title("制表人:张某  审核人:李某"), title("说明:补助资金单位为元")];
    let bytes = encode::xlsx::encode_xlsx_workbook(std::slice::from_ref(&sheet))?;
    out.push(EncodedFile {
        name: "危房改造台账.xlsx".into(),
        source: SourceKind::Housing,
        sheets: vec![sheet],
        has_sheets: true,
        counts_records: false,
        bytes,
    });

    let sheet = plain(SourceKind::Student, all(SourceKind::Student));
    let schema = encode::parquet::parquet_schema(&sheet.header, &[6, 19]);
    let mut writer = encode::parquet::parquet_writer(Vec::new(), schema.clone())?;
    encode::parquet::append(&mut writer, &encode::parquet::parquet_batch(&schema, &sheet.rows)?)?;
    let bytes = encode::parquet::finish(writer)?;
    out.push(EncodedFile {
        name: "学籍.parquet".into(),
        source: SourceKind::Student,
        sheets: vec![sheet],
        has_sheets,
        counts_records,
        bytes,
    });

    let sheet = plain(SourceKind::StudentAid, all(SourceKind::StudentAid));
    let bytes = format!("\u{feff}{}", encode::csv::csv_text(&sheet)).into_bytes();
    out.push(EncodedFile {
        name: "学生资助.csv".into(),
        source: SourceKind::StudentAid,
        sheets: vec![sheet],
        has_sheets,
        counts_records: false,
        bytes,
    });
    Ok(out)
}

fn title(text: &str) -> Vec<InventedCell> {
    vec![InventedCell::Text(text.to_owned())]
}

fn registry_sheet(
    source: SourceKind,
    name: &str,
    county: &str,
    rows: Vec<InventedRow>,
    quarter: SynthQuarter,
) -> SheetLayout {
    // One county still prints the form of an earlier year.
    let mut sheet = SheetLayout::plain(county, layout::source_headers(source, county == "山城区"), rows);
    sheet.titles = vec![title(&format!("{county}{}年第{}季度{name}表", quarter.year, quarter.number))];
    if county == "淇县" {
        let date = quarter.end();
        sheet.titles.push(title(&format!(
            "单位:元    导出日期:{}-{:02}-{:02}",
            date / 10_000,
            date / 100 % 100,
            date % 100
        )));
    }
    let mut total = vec![InventedCell::Empty; sheet.header.len()];
    total[0] = InventedCell::Text("合计".into());
    total[3] = InventedCell::Number(sheet.rows.len() as f64);
    sheet.footers = vec![total];
    sheet
}

fn dibao_file(county: &str, rows: Vec<InventedRow>, quarter: SynthQuarter) -> Result<EncodedFile> {
    let deviating = county == DEVIATING_DIBAO;
    let mut sheet =
        SheetLayout::plain("农村低保", layout::source_headers(SourceKind::Dibao, deviating), rows);
    sheet.titles = vec![title(&format!(
        "{county}{}年{}月最低生活保障对象花名册",
        quarter.year,
        quarter.last_month() % 100
    ))];
    let mut total = vec![InventedCell::Empty; sheet.header.len()];
    total[1] = InventedCell::Text("合 计".into());
    total[29] = InventedCell::Number(sheet.rows.iter().map(|r| r.tags.len() as f64).sum());
    sheet.footers = vec![total, title("审核:王某    填报:赵某")];
    let (extension, bytes, has_sheets) = match county {
        DEVIATING_DIBAO => ("xlsx", encode::xlsx::encode_xlsx_workbook(std::slice::from_ref(&sheet))?, true),
        "淇县" => {
            sheet.titles.clear();
            sheet.footers.truncate(1);
            ("csv", encode::encode_text(&encode::csv::csv_text(&sheet), encoding_rs::GB18030), false)
        }
        _ => {
            sheet.merged = vec![0, 1];
            ("xls", encode::xls::encode_xls_workbook(std::slice::from_ref(&sheet))?, true)
        }
    };
    let name = format!("农村低保_{county}.{extension}");
    Ok(EncodedFile {
        name,
        source: SourceKind::Dibao,
        sheets: vec![sheet],
        has_sheets,
        counts_records: false,
        bytes,
    })
}

fn insurance_file(
    county: &str,
    position: usize,
    rows: Vec<InventedRow>,
    quarter: SynthQuarter,
) -> EncodedFile {
    let mut sheet = SheetLayout::plain(
        "",
        layout::source_headers(SourceKind::Insurance, county == DEVIATING_INSURANCE),
        rows,
    );
    if position == 2 {
        sheet.titles = vec![title(&format!("{county}{}年城乡居民参保人员名单", quarter.year))];
        sheet.footers = vec![title("合计")];
    }
    let bytes = encode::encode_text(&encode::csv::csv_text(&sheet), encoding_rs::GB18030);
    let name = format!("医保参保_{county}.csv");
    EncodedFile {
        name,
        source: SourceKind::Insurance,
        sheets: vec![sheet],
        has_sheets: false,
        counts_records: false,
        bytes,
    }
}
