//! The SQL engine as a session of named tables, and the checks that turn its complaints into
//! sentences with a line.

use crate::rules::sql::ParsedSelect;
use crate::rules::sql::{PORTABLE_FUNCTIONS, function_rows};
use std::borrow::Cow;
use std::cell::Cell;
use std::collections::{BTreeMap, BTreeSet};
use std::sync::Arc;
use std::sync::mpsc::{RecvTimeoutError, sync_channel};
use std::time::Duration;

use polars::prelude::*;
use polars::sql::SQLContext;

use super::numbered_ids::IdKind;
use super::polars_bridge::{empty_frame, engine_failure};
use crate::config::toml_file::{nearest_name, suggest_toml_name};
use crate::model::column_type::{ColumnType, ColumnTypes};
use crate::model::exception::SubjectKind;
use crate::reconcile::findings::select_outcome::{MISSING_FROM, TO_CONFIRM};
use crate::rules::parameter_constants::ParameterConstants;
use crate::rules::rule_file::{Rule, SqlFile};
use crate::rules::rule_set::with_hint;
use crate::rules::rule_settings::RuleLimits;
use crate::rules::sql::UnportableForm;
use crate::rules::sql::certainty::is_rewritten;
use crate::rules::view_catalogue::{PARAMETER, ViewCatalogue};
use crate::{Error, Result};

/// Tables by name, ready for SELECTs.
#[derive(Clone, Default)]
pub struct SqlSession {
    tables: BTreeMap<String, SessionTable>,
    /// The row of the view `parameter`.
    constants: Option<Arc<ParameterConstants>>,
    limits: RuleLimits,
}

#[derive(Clone)]
struct SessionTable {
    frame: LazyFrame,
    columns: Arc<ColumnTypes>,
    rows: usize,
}

/// Stack for SELECTs, in bytes: the engine goes down as deep as their parts are nested.
pub(crate) const DEEP_STACK: usize = 64 << 20;

thread_local! {
    /// Has this thread a stack for SELECTs?
    static IS_DEEP: Cell<bool> = const { Cell::new(false) };
}

/// Says of the thread that calls that it was begun with [`DEEP_STACK`].
pub(crate) fn mark_deep_thread() {
    IS_DEEP.set(true);
}

/// Does what goes as deep as a SELECT is nested, here or, where the stack of this thread may be too small, on a thread of its own.
fn work_deep<T: Send>(work: impl FnOnce() -> Result<T> + Send) -> Result<T> {
    if IS_DEEP.get() {
        return work();
    }
    std::thread::scope(|scope| {
        let begun = std::thread::Builder::new().stack_size(DEEP_STACK).spawn_scoped(scope, || {
            mark_deep_thread();
            work()
        });
        begun.map_err(Error::no_thread)?.join().unwrap_or_else(|_| Err(Error::internal("规则引擎中断")))
    })
}

/// A SELECT and the tables it reads.
pub(crate) struct PreparedSelect<'s> {
    sql: Cow<'s, str>,
    tables: Vec<(String, LazyFrame)>,
    limits: RuleLimits,
}

impl SqlSession {
    /// No tables.
    pub fn new() -> Self {
        Self::default()
    }
    /// All views of the catalogue, without rows.
    pub fn empty(catalogue: &ViewCatalogue) -> Self {
        let mut session = Self::new();
        for (name, view) in &catalogue.views {
            session.register(name, empty_frame(&view.columns));
        }
        session
    }
    /// Limits what SELECTs may yield and take from here on.
    pub(crate) fn limited(mut self, limits: RuleLimits) -> Self {
        self.limits = limits;
        self
    }
    /// Adds or replaces a table.
    pub fn register(&mut self, name: &str, frame: DataFrame) {
        let (columns, rows) = (Arc::new(columns_of(frame.schema())), frame.height());
        if name == PARAMETER {
            self.constants = ParameterConstants::of(&frame).map(Arc::new);
        }
        self.tables.insert(name.to_owned(), SessionTable { frame: frame.lazy(), columns, rows });
    }
    /// Drops a table.
    pub fn remove(&mut self, name: &str) {
        self.tables.remove(name);
    }
    /// Is there a table of this name?
    pub fn has(&self, name: &str) -> bool {
        self.tables.contains_key(name)
    }
    /// Has a table this column?
    pub fn has_column(&self, name: &str, column: &str) -> bool {
        self.columns(name).is_some_and(|columns| columns.iter().any(|(known, _)| known == column))
    }
    /// Number of rows of a table.
    pub fn rows(&self, name: &str) -> Option<usize> {
        self.tables.get(name).map(|table| table.rows)
    }
    /// Adds the columns that a SELECT yields as a table without rows.
    pub fn define(&mut self, name: &str, columns: &ColumnTypes) {
        self.register(name, empty_frame(columns));
    }
    /// Runs a SELECT.
    ///
    /// # Errors
    /// What the engine refuses, in Chinese.
    pub fn select(&self, select: &ParsedSelect) -> Result<DataFrame> {
        self.prepare(select).run()
    }
    /// A SELECT that can be run while tables come and go.
    pub(crate) fn prepare<'s>(&self, select: &'s ParsedSelect) -> PreparedSelect<'s> {
        let tables = select.table_names();
        let tables = tables.filter_map(|name| Some((name.to_owned(), self.tables.get(name)?.frame.clone())));
        let written = self.constants.as_ref().and_then(|constants| constants.write_into(select));
        let sql = written.map_or(select.text().into(), Cow::from);
        PreparedSelect { sql, tables: tables.collect(), limits: self.limits }
    }
    fn columns(&self, table: &str) -> Option<&ColumnTypes> {
        self.tables.get(table).map(|table| &*table.columns)
    }
    fn schema(&self, select: &ParsedSelect) -> PolarsResult<SchemaRef> {
        self.prepare(select).lazy()?.collect_schema()
    }
}

impl PreparedSelect<'_> {
    /// Runs it, within its limits.
    ///
    /// # Errors
    /// What the engine refuses; a limit that is reached, as input.
    pub(crate) fn run(self) -> Result<DataFrame> {
        let limits = self.limits;
        let frame = match limits.most_seconds {
            None => self.collect()?,
            Some(seconds) => self.collect_within(seconds)?,
        };
        match limits.most_rows {
            Some(most) if frame.height() as u64 > most => Err(Error::input(format!("结果多于{most}行"))
                .hint("改写规则（多半是连接条件不够），或在 rules/rules.toml 的 [limits] 里放宽 most_rows")),
            _ => Ok(frame),
        }
    }
    /// Waits so long and no longer. The engine cannot be stopped: its thread goes on until the program ends, which is soon.
    fn collect_within(self, seconds: u64) -> Result<DataFrame> {
        let own = PreparedSelect {
            sql: Cow::Owned(self.sql.into_owned()),
            tables: self.tables,
            limits: self.limits,
        };
        let (sender, receiver) = sync_channel(1);
        let thread = std::thread::Builder::new().name("rule".to_owned()).stack_size(DEEP_STACK);
        let work = move || {
            mark_deep_thread();
            // Whoever waited no longer does not listen.
            let _ = sender.send(own.collect());
        };
        thread.spawn(work).map_err(Error::no_thread)?;
        match receiver.recv_timeout(Duration::from_secs(seconds)) {
            Ok(result) => result,
            Err(RecvTimeoutError::Timeout) => Err(Error::input(format!("运行超过{seconds}秒")).hint(
                "改写规则（多半是连接条件不够），或在 rules/rules.toml 的 [limits] 里放宽 most_seconds",
            )),
            Err(RecvTimeoutError::Disconnected) => Err(Error::internal("规则引擎中断")),
        }
    }
    fn collect(self) -> Result<DataFrame> {
        if !is_rewritten(&self.sql) {
            let most = self.limits.most_rows;
            // One row more tells that there are more; the engine need not make the others.
            let limited = |frame: LazyFrame| match most.and_then(|most| IdxSize::try_from(most + 1).ok()) {
                Some(rows) => frame.limit(rows),
                None => frame,
            };
            let run = || self.lazy().map(limited).and_then(LazyFrame::collect).map_err(engine_failure);
            return work_deep(run);
        }
        work_deep(|| self.run_by_parts())
    }
    /// Runs one table of WITH after the other: the engine puts such a table in wherever it is named, and what unknown
    /// cells made of a SELECT names each several times.
    fn run_by_parts(self) -> Result<DataFrame> {
        let (parts, body) = ParsedSelect::parse(&self.sql)?.apart()?;
        let mut tables = self.tables;
        let run = |sql: &str, tables: &[(String, LazyFrame)]| {
            let tables = tables.iter().map(|(name, frame)| (name.as_str(), frame.clone()));
            execute_sql(sql, tables).and_then(LazyFrame::collect).map_err(engine_failure)
        };
        for (name, sql) in parts {
            let frame = run(&sql, &tables)?;
            tables.push((name, frame.lazy()));
        }
        run(&body, &tables)
    }
    fn lazy(self) -> PolarsResult<LazyFrame> {
        let tables = self.tables.iter().map(|(name, frame)| (name.as_str(), frame.clone()));
        execute_sql(&self.sql, tables)
    }
}

/// A SELECT over tables, in a context of its own: the engine keeps aliases from one to the next.
fn execute_sql<'t>(sql: &str, tables: impl Iterator<Item = (&'t str, LazyFrame)>) -> PolarsResult<LazyFrame> {
    let mut context = SQLContext::new();
    tables.for_each(|(name, frame)| context.register(name, frame));
    context.execute(sql)
}

fn columns_of(schema: &Schema) -> ColumnTypes {
    let kind = |kind: &DataType| match kind {
        DataType::String => ColumnType::Text,
        DataType::Int32 => ColumnType::Int32,
        DataType::Date => ColumnType::Date,
        _ => ColumnType::Int64,
    };
    schema.iter().map(|(name, dtype)| (name.to_string(), kind(dtype))).collect()
}

/// Checks a SELECT and returns the columns it yields, without running it.
pub(crate) fn plan_select(session: &SqlSession, file: &SqlFile) -> Result<ColumnTypes> {
    check_tables(session, file)?;
    check_portable_functions(file)?;
    check_qualified(session, file)?;
    match work_deep(|| Ok(session.schema(&file.select)))? {
        Ok(schema) => Ok(columns_of(&schema)),
        Err(error) => Err(explain_plan_error(session, file, &error)),
    }
}

fn check_tables(session: &SqlSession, file: &SqlFile) -> Result<()> {
    for with in file.select.with_names() {
        if session.has(&with.name) {
            let message = format!("WITH 的名字“{}”与视图同名", with.name);
            return Err(file.complain_sql(with.span.clone(), message).hint("换一个名字"));
        }
    }
    for table in file.select.tables() {
        if !session.has(&table.name) {
            let known: Vec<&str> = session.tables.keys().map(String::as_str).collect();
            let error = file.complain_sql(table.span.clone(), format!("没有名为“{}”的视图", table.name));
            return Err(with_hint(error, suggest_toml_name(&table.name, &known, "可用的视图")));
        }
    }
    Ok(())
}

/// Keeps to what both engines run alike.
fn check_portable_functions(file: &SqlFile) -> Result<()> {
    for function in file.select.functions() {
        if function_rows(&function.name.to_ascii_lowercase()).is_none() {
            let known: Vec<&str> = PORTABLE_FUNCTIONS.iter().map(|(name, _)| *name).collect();
            let message = format!("函数“{}”不在可移植的范围内", function.name);
            let hint = format!(
                "可用：{}；日期和年龄请用视图里算好的列，或在 rules.toml 的 [dates] 里加一个日期",
                known.join("、")
            );
            return Err(file.complain_sql(function.span.clone(), message).hint(hint));
        }
    }
    let Some(found) = file.select.unportable().first() else { return Ok(()) };
    let (message, hint) = match found.kind {
        UnportableForm::EveryColumn => ("不能写 SELECT *", "逐个写出需要的列：引擎只读用到的列"),
        UnportableForm::ScalarSubquery => {
            ("这里不能用子查询取一个值", "改写成 WITH 里的聚合再 JOIN，两种引擎才都能运行")
        }
        UnportableForm::NaturalJoin => {
            ("不能写 NATURAL JOIN", "用 JOIN … ON 写明哪些列相等：引擎只读用到的列")
        }
        UnportableForm::Placeholder => {
            ("语句里不能有占位符", "把值写进 pipeline.toml 的参数，从视图 parameter 读")
        }
    };
    Err(file.complain_sql(found.span.clone(), message).hint(hint))
}

/// Columns written with a table's alias must be columns of that table.
fn check_qualified(session: &SqlSession, file: &SqlFile) -> Result<()> {
    for column in file.select.columns() {
        // An alias may stand for a subquery or a name of WITH: there the engine looks.
        let Some(table) = &column.table else { continue };
        let known = session.columns(table).into_iter().flatten().map(|(name, _)| name.as_str());
        let known: BTreeSet<&str> = known.collect();
        if !known.contains(column.name.as_str()) {
            let message = format!("视图“{table}”没有列“{}”", column.name);
            let error = file.complain_sql(column.span.clone(), message);
            let known: Vec<&str> = known.into_iter().collect();
            return Err(with_hint(error, suggest_toml_name(&column.name, &known, "可用的列")));
        }
    }
    Ok(())
}

/// The engine's complaint as a sentence with a line.
fn explain_plan_error(session: &SqlSession, file: &SqlFile, error: &PolarsError) -> Error {
    let words = error.to_string();
    // The first word the engine quotes that also stands in the SELECT is the one it stumbled over.
    let quoted = words.split(['"', '\'', '`']).skip(1).step_by(2).find_map(|word| {
        let word = word.rsplit('.').next().unwrap_or(word);
        file.select.find(word).map(|span| (word, span))
    });
    let unknown = matches!(
        error,
        PolarsError::ColumnNotFound(_) | PolarsError::SchemaFieldNotFound(_) | PolarsError::SQLInterface(_)
    );
    match quoted {
        Some((word, span)) if unknown => {
            let known: BTreeSet<&str> = file
                .select
                .table_names()
                .filter_map(|table| session.columns(table))
                .flat_map(|columns| columns.iter().map(|(name, _)| name.as_str()))
                .collect();
            let hint = match nearest_name(word, known.iter().copied()) {
                Some(near) if near == word => {
                    format!("此处的别名给不出“{word}”：它若是子查询或 WITH，在里面的 SELECT 加上这一列")
                }
                Some(near) => format!("是不是“{near}”？"),
                None => format!("可用的列:{}", known.into_iter().collect::<Vec<_>>().join("、")),
            };
            file.complain_sql(span, format!("没有名为“{word}”的列，或别名写错")).hint(hint)
        }
        Some((word, span)) => file
            .complain_sql(span, format!("引擎不能理解此处的“{word}”"))
            .hint("检查两边的类型是否一致（文字与数字不能比较），以及是否超出可移植的 SQL 范围"),
        None => file.complain_sql(0..0, "引擎不能理解这条 SELECT").hint(
            "只用 JOIN、ANTI JOIN、SEMI JOIN、WITH、CASE、GROUP BY、UNION ALL 和窗口函数;比较两边类型要一致",
        ),
    }
    .caused_by(EngineWords(words))
}

#[derive(Debug)]
struct EngineWords(String);

impl std::fmt::Display for EngineWords {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.write_str(&self.0)
    }
}

impl std::error::Error for EngineWords {}

/// The columns a rule must yield.
pub(crate) fn check_output(rule: &Rule, columns: &ColumnTypes) -> Result<()> {
    let header = &rule.header;
    let kind = |name: &str| columns.iter().find(|(n, _)| n == name).map(|(_, k)| *k);
    // Whether a column is a text, a number, or, as the evidence, either: one record or several.
    let mut needed: Vec<(&str, Option<bool>)> = Vec::new();
    if !header.indicator {
        needed.push(("subject_id", Some(header.subject == SubjectKind::Unit)));
        needed.push(("evidence", None));
    } else {
        needed.extend(["county_code", "township_code", "village_code"].map(|name| (name, Some(true))));
        needed.push(("numerator", Some(false)));
        if header.levels.is_empty() {
            return Err(rule
                .file
                .complain_key("indicator", "指标没有写发布层级")
                .hint("加一行 levels = [\"city\", \"county\", \"township\", \"village\"]"));
        }
    }
    for (name, text) in needed {
        match kind(name) {
            None => {
                return Err(rule.file.complain_sql(0..0, format!("查询结果缺少列“{name}”")).hint(if header.indicator {
                    "指标返回 county_code、township_code、village_code、numerator，可加 denominator、target、indicator"
                } else {
                    "查询返回 subject_id、evidence（记录编号），可加 rule_key、evidence_order 和说明里用到的列"
                }));
            }
            Some(ColumnType::Text) if text != Some(false) => {}
            Some(_) if text != Some(true) => {}
            Some(_) => {
                return Err(rule
                    .file
                    .complain_sql(0..0, format!("查询结果的列“{name}”类型不对"))
                    .hint("对象写 person_id、household_id 或 record_id（对象是区划时写区划代码），佐证写 record_id，计数写数字"));
            }
        }
    }
    if kind("rule_key").is_some_and(|kind| kind != ColumnType::Text) {
        return Err(rule
            .file
            .complain_sql(0..0, "查询结果的列“rule_key”类型不对")
            .hint("疑点键必须是文字，数字用 CAST(… AS VARCHAR)；不能用人员、户、记录的编号"));
    }
    if kind(MISSING_FROM).is_some_and(|kind| kind != ColumnType::Text) {
        return Err(rule
            .file
            .complain_sql(0..0, "查询结果的列“missing_from”类型不对")
            .hint("写 absent_from 里的名单名，或空文字"));
    }
    if kind(TO_CONFIRM).is_some_and(|kind| matches!(kind, ColumnType::Text | ColumnType::Date)) {
        return Err(rule
            .file
            .complain_sql(0..0, "查询结果的列“to_confirm”类型不对")
            .hint("须先确认的写1，其余写0"));
    }
    for name in rule.message_columns() {
        if IdKind::of(name).is_some() {
            return Err(rule
                .file
                .complain_key("message", format!("说明里不能写编号“{{{name}}}”"))
                .hint("疑点另列有人员、户和佐证记录"));
        }
        if kind(name).is_none() {
            let known: Vec<&str> = columns.iter().map(|(n, _)| n.as_str()).collect();
            let error = rule.file.complain_key("message", format!("说明里的“{{{name}}}”不在查询结果中"));
            return Err(with_hint(error, suggest_toml_name(name, &known, "查询结果的列")));
        }
    }
    Ok(())
}
