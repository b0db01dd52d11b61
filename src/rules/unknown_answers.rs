//! A rule set as it is run over views with unknown cells: every rule that rests on one finds its certain answers, and a
//! companion beside it the possible ones (docs/adr/0014).

use std::borrow::Cow;
use std::collections::{BTreeMap, BTreeSet};
use std::sync::Arc;

use super::rule_file::{Rule, RuleDefinition};
use super::rule_set::RuleSet;
use super::sql::ParsedSelect;
use super::sql::certainty::{AnswerSelects, Answers, KnownTables, TableKnowledge, UNKNOWN_SUFFIX};
use super::view_catalogue::{IDENTITIES, ViewOrigin};
use crate::Result;
use crate::model::column_type::ColumnType;
use crate::model::undecided::RewrittenSelect;

/// Columns of views that have unknown cells, by view.
pub(crate) type UnknownColumns = BTreeMap<String, BTreeSet<String>>;

/// A rule set for views with unknown cells.
#[derive(Debug, Clone)]
pub(crate) struct AnsweringRules<'a> {
    /// The rules, those that rest on unknown cells with their certain answers; behind them the companions.
    pub(crate) rules: Cow<'a, RuleSet>,
    /// By position of a companion in `rules`, the position of the rule whose possible answers it finds.
    pub(crate) companions: BTreeMap<usize, usize>,
    /// Rules whose answers cannot be told apart, by position, and why not, in English.
    pub(crate) unanswered: BTreeMap<usize, String>,
}

/// Column of a list's view that is made of ID numbers alone.
const ID_NUMBER: &str = "id18";

/// What is put behind the code of a rule for its companion; no rule's own code ends with it.
const COMPANION: &str = "?";

/// Does the rule of this code find possible answers?
pub(crate) fn is_companion(code: &str) -> bool {
    code.ends_with(COMPANION)
}

impl RuleSet {
    /// The rules as they are run where these columns have unknown cells; without any the same rules to the letter.
    ///
    /// # Errors
    /// None for rules that were checked; a text that was written anew and is no SELECT is a fault of the program.
    pub(crate) fn with_unknown_cells(&self, unknown: &UnknownColumns) -> Result<AnsweringRules<'_>> {
        let (mut companions, mut unanswered) = (BTreeMap::new(), BTreeMap::new());
        if unknown.values().all(BTreeSet::is_empty) {
            return Ok(AnsweringRules { rules: Cow::Borrowed(self), companions, unanswered });
        }
        let mut rules = self.clone();
        let mut tables = KnownTables::new();
        for (name, view) in &mut rules.catalogue.views {
            let columns: Vec<String> = view.columns.iter().map(|(column, _)| column.clone()).collect();
            let mut own = unknown.get(name).cloned().unwrap_or_default();
            own.retain(|column| columns.contains(column));
            view.columns
                .extend(own.iter().map(|column| (format!("{column}{UNKNOWN_SUFFIX}"), ColumnType::Int32)));
            let known = TableKnowledge::view(columns, own);
            let known = if view.origin == ViewOrigin::Derived { known } else { known.by_record() };
            tables.insert(name.clone(), Ok(Arc::new(known)));
        }
        if unknown.values().any(|columns| columns.contains(ID_NUMBER)) {
            let reason = "whose records carry different numbers is not known".to_owned();
            tables.insert(IDENTITIES.to_owned(), Err(reason));
        }
        let mut definitions = Vec::with_capacity(self.definitions.len());
        for definition in &self.definitions {
            definitions.push(definition.clone());
            let name = &definition.header.name;
            let known = match answers_over(&definition.file.select, &tables) {
                Ok(None) => untouched(&definition.file.select),
                Ok(Some(selects)) => {
                    for answers in Answers::BOTH {
                        definitions.push(answering_definition(definition, &selects, answers)?);
                    }
                    Ok(Arc::new(selects.outcome))
                }
                Err(reason) => Err(format!("{name}: {reason}")),
            };
            tables.insert(name.clone(), known);
        }
        rules.definitions = definitions;
        for (position, rule) in self.rules.iter().enumerate() {
            if rule.header.indicator {
                continue;
            }
            let selects = match answers_over(&rule.file.select, &tables) {
                Ok(None) => continue,
                Ok(Some(selects)) => selects,
                Err(reason) => {
                    unanswered.insert(position, reason);
                    continue;
                }
            };
            if selects.outcome.unknown.contains("subject_id") {
                unanswered.insert(position, "the subject may be unknown".to_owned());
                continue;
            }
            if !selects.outcome.uncertain && !selects.outcome.unknown.contains("rule_key") {
                // What may be unknown is merely shown.
                continue;
            }
            let mut companion: Rule = rule.clone();
            companion.header.code.push_str(COMPANION);
            companion.file = rule.file.with_sql(&selects.possible)?;
            companions.insert(rules.rules.len(), position);
            rules.rules.push(companion);
            rules.rules[position].file = rule.file.with_sql(&selects.certain)?;
        }
        Ok(AnsweringRules { rules: Cow::Owned(rules), companions, unanswered })
    }
}

impl AnsweringRules<'_> {
    /// The SELECTs that were written anew.
    pub(crate) fn rewritten(&self) -> Vec<RewrittenSelect> {
        let of = |kind, name: &str, sql: &str| RewrittenSelect {
            kind,
            name: name.to_owned(),
            sql: sql.to_owned(),
        };
        let rules = &self.rules.rules;
        let versions =
            self.rules.definitions.iter().filter(|d| {
                Answers::BOTH.iter().any(|answers| d.header.name.ends_with(&answers.table_name("")))
            });
        let definitions = versions.map(|d| of("definition", &d.header.name, d.file.sql()));
        let certain =
            self.companions.values().map(|&at| of("certain", &rules[at].header.code, rules[at].file.sql()));
        let possible = self
            .companions
            .iter()
            .map(|(&companion, &at)| of("possible", &rules[at].header.code, rules[companion].file.sql()));
        match self.companions.is_empty() {
            true => Vec::new(),
            false => definitions.chain(certain).chain(possible).collect(),
        }
    }
}

/// The answers of a SELECT over some tables; nothing where it reads none of which anything may be unknown.
///
/// # Errors
/// Why they cannot be told apart, in English.
pub(super) fn answers_over(
    select: &ParsedSelect,
    tables: &KnownTables,
) -> Result<Option<AnswerSelects>, String> {
    match reads_unknown(select.table_names(), tables) {
        true => select.for_answers(tables),
        false => Ok(None),
    }
}

/// The table that a SELECT yields of which nothing is unknown.
///
/// # Errors
/// Why its columns cannot be told, in English.
pub(super) fn untouched(select: &ParsedSelect) -> Result<Arc<TableKnowledge>, String> {
    select.column_names().map(|columns| Arc::new(TableKnowledge { columns, ..TableKnowledge::default() }))
}

/// Does a SELECT read a table of which anything may be unknown, or is not understood?
fn reads_unknown<'t>(mut names: impl Iterator<Item = &'t str>, tables: &KnownTables) -> bool {
    names.any(|name| {
        tables.get(name).is_some_and(|table| table.as_ref().map_or(true, |known| known.is_touched()))
    })
}

/// A definition's version with these answers.
fn answering_definition(
    definition: &RuleDefinition,
    selects: &AnswerSelects,
    answers: Answers,
) -> Result<RuleDefinition> {
    let sql = match answers {
        Answers::Certain => &selects.certain,
        Answers::Possible => &selects.possible,
    };
    let mut version = definition.clone();
    version.header.name = answers.table_name(&definition.header.name);
    version.file = definition.file.with_sql(sql)?;
    Ok(version)
}

#[cfg(test)]
mod tests {
    use std::path::Path;

    use super::*;
    use crate::config::Pipeline;

    #[test]
    fn rows_that_meet_by_an_unknown_cell_are_told_apart() {
        let pipeline = Pipeline::open(Path::new("pipelines/hebi")).unwrap();
        let rules = RuleSet::load(&pipeline).unwrap();
        for (view, column, code) in [
            ("hukou", "household_no", "R22"),
            ("hukou", "household_no", "R25"),
            ("hukou", "split_from", "R29"),
            ("student_aid", "guardian_name", "R53"),
            ("student_aid", "item", "R54"),
            ("housing", "poverty_type", "R74"),
            ("relocation", "archive_no", "R77"),
            ("payment", "account_no", "R80"),
            ("payment", "reference_no", "R80"),
            ("relocation", "archive_no", "R89"),
            ("registry_household", "helper_id_number", "Q69"),
        ] {
            let alone = rules.with_only(rules.rules.iter().find(|rule| rule.header.code == code).unwrap());
            let unknown = UnknownColumns::from([(view.to_owned(), BTreeSet::from([column.to_owned()]))]);
            let answering = alone.with_unknown_cells(&unknown).unwrap();
            assert_eq!(answering.unanswered.get(&0), None, "{code}: {view}.{column}");
            assert!(!answering.companions.is_empty(), "{code}: {view}.{column} decides nothing");
        }
    }
}
