//! Texts that are no SELECT, and SELECTs broken on purpose.

use super::*;

/// Message, line and column (in characters), and cure.
fn complaint(sql: &str) -> (String, (usize, usize), String) {
    let error = ParsedSelect::parse(sql).unwrap_err();
    let before = &sql[..error.span.start];
    let line = before.matches('\n').count() + 1;
    let column = before.rsplit('\n').next().unwrap_or("").chars().count() + 1;
    (error.message, (line, column), error.hint)
}

#[test]
fn a_slip_is_told_at_its_place_in_chinese_with_the_cure() {
    let told = [
        "SELECT a.x, FROM a WHERE",
        "SELECT a.x\nFORM a",
        "SELECT a.x FROM a\nWEHRE a.y = 1",
        "SELECT a.x FROM a WHERE (a.y = 1\n  AND a.z = 2",
        "SELECT a.x FROM a\nWHERE a.y = 1) AND a.z = 2",
        "SELECT a.x FROM a\nWHERE a.y = '甲",
        "SELECT a.x FROM a\nWHERE a.y = \"甲",
        "SELECT a.x FROM a /* 注",
        "SELECT a.x，a.y FROM a",
        "SELECT a.x FROM a WHERE a.y ＝ 1",
        "SELECT a.x FROM a WHERE a.y = ‘甲’",
        "SELECT a.x FROM a WHERE a.y IS 甲",
        "SELECT a.x FROM a GROUP a.x",
        "SELECT a.x FROM a JOIN b WHERE",
        "SELECT CASE WHEN a.x = 1 THEN 2 FROM a",
        "SELECT a.x FROM a WHERE a.y IN",
        "SELECT a.x FROM a WHERE a.y IN ()  AND",
        "SELECT a.x AS FROM a",
        "SELECT CAST(a.x AS) FROM a",
        "SELECT a..x FROM a",
        "SELECT a.x FROM a CROSS b",
        "SELECT a.x FROM a;\nSELECT 2",
        "DELETE FROM a",
        "",
        "-- 没有语句",
    ]
    .map(|sql| {
        let (message, (line, column), hint) = complaint(sql);
        assert!(!message.contains("Expected") && !hint.contains("Expected"), "{message} {hint}");
        format!("{}\n  {line}:{column} {message}\n  {hint}", sql.replace('\n', "⏎"))
    });
    insta::assert_snapshot!(told.join("\n"), @r#"
    SELECT a.x, FROM a WHERE
      1:25 SQL 语法错误：此处应为列、数值、文字或算式，语句没有写完
      补上条件、列名或表名，或删去末尾多余的词
    SELECT a.x⏎FORM a
      2:6 SQL 语法错误：此处应为语句的结尾，不是“a”
      是不是把“FROM”写成了“FORM”？
    SELECT a.x FROM a⏎WEHRE a.y = 1
      2:7 SQL 语法错误：此处应为语句的结尾，不是“a”
      是不是把“WHERE”写成了“WEHRE”？
    SELECT a.x FROM a WHERE (a.y = 1⏎  AND a.z = 2
      2:14 SQL 语法错误：此处应为“)”，语句没有写完
      补上1个右括号
    SELECT a.x FROM a⏎WHERE a.y = 1) AND a.z = 2
      2:14 SQL 语法错误：此处应为语句的结尾，不是“)”
      删去多余的右括号，或在前面补上左括号
    SELECT a.x FROM a⏎WHERE a.y = '甲
      2:13 SQL 语法错误：文字的引号没有配对
      文字用一对英文单引号括住，文字里的单引号写两个
    SELECT a.x FROM a⏎WHERE a.y = "甲
      2:13 SQL 语法错误：双引号没有配对
      列名、表名一般不加引号；文字用英文单引号括住
    SELECT a.x FROM a /* 注
      1:23 SQL 语法错误：注释没有写完
      注释以 /* 开头、以 */ 结束，或用 -- 写到行尾
    SELECT a.x，a.y FROM a
      1:11 SQL 语法错误：此处应为语句的结尾，不是“，”
      把“，”改成半角：SQL 里的引号、括号、逗号和等号都用半角
    SELECT a.x FROM a WHERE a.y ＝ 1
      1:29 SQL 语法错误：此处应为语句的结尾，不是“＝”
      把“＝”改成半角：SQL 里的引号、括号、逗号和等号都用半角
    SELECT a.x FROM a WHERE a.y = ‘甲’
      1:31 SQL 语法错误：此处应为列、数值、文字或算式，不是“‘”
      把“‘”改成半角：SQL 里的引号、括号、逗号和等号都用半角
    SELECT a.x FROM a WHERE a.y IS 甲
      1:32 SQL 语法错误：此处应为 IS 后面的 NULL 或 NOT NULL，不是“甲”
      检查此处前后的逗号、括号和关键字
    SELECT a.x FROM a GROUP a.x
      1:19 SQL 语法错误：此处应为语句的结尾，不是“GROUP”
      GROUP、ORDER、PARTITION 后面都要写 BY
    SELECT a.x FROM a JOIN b WHERE
      1:31 SQL 语法错误：此处应为列、数值、文字或算式，语句没有写完
      补上条件、列名或表名，或删去末尾多余的词
    SELECT CASE WHEN a.x = 1 THEN 2 FROM a
      1:18 SQL 语法错误：此处应为语句的结尾，不是“a”
      每个 CASE 都以 END 结束
    SELECT a.x FROM a WHERE a.y IN
      1:31 SQL 语法错误：此处应为“(”，语句没有写完
      补上条件、列名或表名，或删去末尾多余的词
    SELECT a.x FROM a WHERE a.y IN ()  AND
      1:33 SQL 语法错误：此处应为列、数值、文字或算式，不是“)”
      检查它前面是否多了逗号，或少了一列、一个条件
    SELECT a.x AS FROM a
      1:20 SQL 语法错误：此处应为语句的结尾，不是“a”
      检查此处前后的逗号、括号和关键字
    SELECT CAST(a.x AS) FROM a
      1:19 SQL 语法错误：此处应为类型名，例如 INTEGER、VARCHAR，不是“)”
      检查它前面是否多了逗号，或少了一列、一个条件
    SELECT a..x FROM a
      1:10 SQL 语法错误：此处应为“.”后面的列名，不是“.”
      检查此处前后的逗号、括号和关键字
    SELECT a.x FROM a CROSS b
      1:25 SQL 语法错误：此处应为 CROSS 后面的 JOIN，不是“b”
      检查此处前后的逗号、括号和关键字
    SELECT a.x FROM a;⏎SELECT 2
      1:18 一个文件只能有一条语句
      删去分号之后的内容，或另建规则文件
    DELETE FROM a
      1:1 说明之后应是一条 SELECT 语句
      以 SELECT 或 WITH 开头，只写一条语句

      1:1 说明之后应是一条 SELECT 语句
      以 SELECT 或 WITH 开头，只写一条语句
    -- 没有语句
      1:1 说明之后应是一条 SELECT 语句
      以 SELECT 或 WITH 开头，只写一条语句
    "#);
}

#[test]
fn hostile_texts_are_refused_without_a_panic() {
    let deep = format!("SELECT {}1{}", "(".repeat(5_000), ")".repeat(5_000));
    assert!(complaint(&deep).0.contains("太深"));
    for text in [
        "SELECT '",
        "SELECT \"",
        "SELECT /*",
        "SELECT \u{0}",
        "WITH",
        "SELECT é.＝ FROM \u{feff}",
        "SELECT 1;;;SELECT",
    ] {
        let _ = ParsedSelect::parse(text);
    }
}

#[test]
fn a_semicolon_at_the_end_is_no_second_statement() {
    assert!(ParsedSelect::parse("SELECT a.x FROM a;\n-- Schluss\n").is_ok());
}

fn changes(sql: &str) -> Vec<String> {
    let select = parse(sql);
    let mutants = select.mutants();
    for RuleMutant { change, sql } in &mutants {
        assert!(ParsedSelect::parse(sql).is_ok(), "{change}: {sql}");
        assert_ne!(sql, select.text());
    }
    mutants.into_iter().map(|mutant| mutant.change).collect()
}

#[test]
fn every_condition_is_broken_once_each_way() {
    let sql = "SELECT a.x FROM a ANTI JOIN b ON b.x = a.x AND b.k = 1 \
               WHERE a.y BETWEEN 1 AND 2 AND (a.z = 1 OR a.w = 2) AND a.q IN (SELECT q FROM c WHERE c.d = 3)";
    assert_eq!(
        changes(sql),
        [
            "去掉 ANTI JOIN b ON b.x = a.x AND b.k = 1",
            "去掉 b.k = 1",
            "去掉 a.y BETWEEN 1 AND 2",
            "取反 a.y BETWEEN 1 AND 2",
            "去掉 (a.z = 1 OR a.w = 2)",
            "取反 (a.z = 1 OR a.w = 2)",
            "去掉 a.z = 1",
            "去掉 a.w = 2",
            "去掉 a.q IN (SELECT q FROM c WHERE c.d = 3)",
            "取反 a.q IN (SELECT q FROM c WHERE c.d = 3)",
            "去掉 c.d = 3",
            "取反 c.d = 3",
        ]
    );
    assert!(changes("SELECT 1").is_empty());
}

#[test]
fn conditions_end_where_the_parser_says() {
    let sql = "SELECT a.x FROM a LEFT SEMI JOIN b USING (x) \
               WHERE NOT (a.y = 1) AND a.z IS NOT NULL AND CASE WHEN a.w = 1 AND a.v = 2 THEN 1 END = 1 \
               AND a.t NOT LIKE '% AND %' AND COALESCE(a.s, (0)) > -1 AND a.r OR b.q AND (a.p)\n\
               GROUP BY a.x HAVING COUNT(*) = COUNT(DISTINCT a.x) AND SUM(a.n) > CAST('1' AS INTEGER)";
    assert_eq!(
        changes(sql),
        [
            "去掉 LEFT SEMI JOIN b USING (x)",
            "去掉 NOT (a.y = 1) AND a.z IS NOT NULL AND CASE WHEN a.w = 1 AND a.v = 2 THEN 1 END = 1 AND a.t NOT LIKE '% AND %' AND COALESCE(a.s, (0)) > -1 AND a.r OR b.q AND (a.p)",
            "取反 NOT (a.y = 1) AND a.z IS NOT NULL AND CASE WHEN a.w = 1 AND a.v = 2 THEN 1 END = 1 AND a.t NOT LIKE '% AND %' AND COALESCE(a.s, (0)) > -1 AND a.r OR b.q AND (a.p)",
            "去掉 NOT (a.y = 1) AND a.z IS NOT NULL AND CASE WHEN a.w = 1 AND a.v = 2 THEN 1 END = 1 AND a.t NOT LIKE '% AND %' AND COALESCE(a.s, (0)) > -1 AND a.r",
            "去掉 NOT (a.y = 1)",
            "去掉 a.z IS NOT NULL",
            "去掉 CASE WHEN a.w = 1 AND a.v = 2 THEN 1 END = 1",
            "去掉 a.t NOT LIKE '% AND %'",
            "去掉 COALESCE(a.s, (0)) > -1",
            "去掉 a.r",
            "去掉 b.q AND (a.p)",
            "去掉 b.q",
            "去掉 (a.p)",
            "去掉 COUNT(*) = COUNT(DISTINCT a.x)",
            "取反 COUNT(*) = COUNT(DISTINCT a.x)",
            "去掉 SUM(a.n) > CAST('1' AS INTEGER)",
            "取反 SUM(a.n) > CAST('1' AS INTEGER)",
        ]
    );
}

#[test]
fn what_stands_around_a_change_stays_as_it_was() {
    let sql = "SELECT a.x -- 甲\nFROM a\nWHERE a.y = '乙'\n  AND a.z = 1 -- 丙\n";
    let last = parse(sql).mutants().pop().unwrap();
    assert_eq!(last.sql, "SELECT a.x -- 甲\nFROM a\nWHERE a.y = '乙'\n  AND (NOT (a.z = 1)) -- 丙\n");
}

#[test]
fn a_chain_too_long_to_be_walked_is_refused_and_one_that_is_let_through_can_be() {
    let sums = |count: usize| format!("SELECT 1{} AS x FROM dibao d", "+1".repeat(count));
    let all =
        |count: usize| format!("SELECT d.x AS x FROM dibao d WHERE d.x = 1{}", " AND d.x = 1".repeat(count));
    let unions = |count: usize| {
        format!("SELECT d.x FROM dibao d{}", " UNION ALL SELECT d.x FROM dibao d".repeat(count))
    };
    for long in [sums(20_000), all(20_000), unions(3_000)] {
        assert!(complaint(&long).0.contains("太长"), "{}", complaint(&long).0);
    }
    for short in [sums(2_900), all(1_400), unions(290)] {
        assert!(ParsedSelect::parse(&short).is_ok());
    }
}
