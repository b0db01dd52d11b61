//! Columns of bank accounts that hold numbers of certificates: `淇低保证字第00200001号`. Nobody is paid to those.

use arrow::array::Array as _;

use super::cell_cleaning;
use super::data_folder::masked_table_name;
use super::headers::ColumnPlan;
use crate::config::SourceContract;
use crate::extract::RawTable;
use crate::model::cell_words::cell_without_value;
use crate::model::column_type::ContractType;
use crate::model::han::is_han;
use crate::model::source_row::AuditFinding;
use crate::model::source_table::RawTableInfo;

/// Rows of a piece that are looked at.
const ROWS_OF_A_PIECE: usize = 500;
/// Filled cells by which a column can be judged.
const LEAST_CELLS: u64 = 5;
/// Digits of the shortest accounts.
const LEAST_DIGITS: usize = 12;

/// What a column of text without a role holds.
#[derive(Debug)]
struct SampledTexts {
    column: usize,
    raw: usize,
    filled: u64,
    accounts: u64,
    certificates: u64,
}

/// The columns of one table that may be swapped.
#[derive(Debug, Default)]
pub(super) struct AccountColumns {
    columns: Vec<SampledTexts>,
}

/// Is it a column of accounts, by its label?
fn is_account_label(label: &str) -> bool {
    ["账号", "帐号", "账户号", "卡号"].iter().any(|word| label.contains(word))
}

impl AccountColumns {
    /// For a table with a column of accounts.
    pub(super) fn new(contract: &SourceContract, plan: &ColumnPlan) -> Self {
        let texts = plan.columns.iter().enumerate().filter_map(|(column, raw)| {
            let spec = &contract.columns[column];
            let raw = (*raw).filter(|_| spec.role.is_none() && spec.kind == ContractType::Text)?;
            Some(SampledTexts { column, raw, filled: 0, accounts: 0, certificates: 0 })
        });
        let columns: Vec<SampledTexts> = texts.collect();
        let any = columns.iter().any(|texts| is_account_label(&contract.columns[texts.column].label));
        Self { columns: if any { columns } else { Vec::new() } }
    }

    /// Looks at some rows of a further piece.
    pub(super) fn look(&mut self, raw: &RawTable) {
        for texts in &mut self.columns {
            let cells = &raw.columns[texts.raw];
            for row in (0..raw.rows.len().min(ROWS_OF_A_PIECE)).filter(|&row| !cells.is_null(row)) {
                let Some(text) = cell_cleaning::clean_cell(cells.value(row)) else { continue };
                if cell_without_value(&text).is_some() {
                    continue;
                }
                let digits = text.bytes().filter(u8::is_ascii_digit).count();
                let han = text.contains(is_han);
                texts.filled += 1;
                texts.accounts += u64::from(!han && digits >= LEAST_DIGITS);
                texts.certificates +=
                    u64::from(han && (text.contains(['字', '第', '证']) || text.ends_with('号')));
            }
        }
    }

    /// Tells of a column of accounts most of whose cells are numbers of certificates, and which column has the accounts.
    pub(super) fn tell(&self, contract: &SourceContract, info: &RawTableInfo) -> Option<AuditFinding> {
        let label = |texts: &SampledTexts| contract.columns[texts.column].label.as_str();
        let wrong = self.columns.iter().find(|texts| {
            is_account_label(label(texts))
                && texts.filled >= LEAST_CELLS
                && texts.certificates * 2 >= texts.filled
        })?;
        let other = self.columns.iter().find(|texts| {
            !is_account_label(label(texts))
                && texts.filled >= LEAST_CELLS
                && texts.accounts * 2 >= texts.filled
        });
        let cause = match other {
            Some(other) => format!("“{}”下面却是长号码，多半是这两列的表头写反", label(other)),
            None => "多半是表头写错".to_owned(),
        };
        let message = format!(
            "{}的“{}”下面多数不是账号：看了{}格，其中{}格是“字第…号”一类的编号；{cause}；照写的读入，请提供部门对照内容改正表头后重报",
            masked_table_name(&info.file, info.sheet.as_deref()),
            label(wrong),
            wrong.filled,
            wrong.certificates,
        );
        Some(AuditFinding::new(&contract.name, "swapped_headers", false, message))
    }
}
