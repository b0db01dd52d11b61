//! Every rule runs on the fixtures, or is told with the list or the column that it waits for.

use bidui::testing::publication::table_reader::read_rows;

use crate::end_to_end::published;

#[test]
fn rules_that_wait_name_their_column() {
    let publication = published().join("out/2018Q4/latest");
    let mut waiting = String::new();
    let mut ran = 0;
    for rule in read_rows(&publication.join("tables/dim_rule.parquet"), |_| true).unwrap() {
        if rule.get("rule_group") == "targets" {
            continue;
        }
        if rule.get("ran") == "1" {
            ran += 1;
            continue;
        }
        let (code, reason) = (rule.get("rule_code"), rule.get("not_run_reason"));
        // Of another time than the fixtures.
        if reason.starts_with('自') && reason.ends_with("起适用") {
            continue;
        }
        let column = reason.strip_prefix("提取数据没有这一列，或整列为空：");
        assert!(
            column.is_some_and(|column| !column.is_empty()),
            "{code} does not run on the fixtures: {reason}"
        );
        waiting += &format!("| {code} | {} |\n", column.unwrap());
    }
    assert!(ran > 200, "{ran}");
    let told = std::fs::read_to_string("docs/coverage.md").unwrap();
    assert!(told.contains(&waiting), "docs/coverage.md lists other rules; now they are:\n{waiting}");
}
