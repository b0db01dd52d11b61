//! Examples that show the form of a column without showing a person.

use super::ColumnGuess;
use super::value_guess::is_likely_name;
use crate::privacy::mask;

/// Characters of free text that are shown; the rest may hold names.
const SHOWN: usize = 6;

/// A cell of a column of kind `guess` as it may be shown.
pub(crate) fn mask_example(cell: &str, guess: ColumnGuess) -> String {
    match guess {
        ColumnGuess::IdNumber => mask::mask_id_for_list(cell),
        ColumnGuess::PersonName => mask::mask_name_for_notice(cell),
        // A birth date beside a village is a person: only its form is shown.
        ColumnGuess::Date | ColumnGuess::Month => mask_digits(cell),
        ColumnGuess::Flag => cell.to_owned(),
        ColumnGuess::Money | ColumnGuess::Area | ColumnGuess::Integer => mask::mask_long_runs(cell),
        ColumnGuess::Code | ColumnGuess::Text | ColumnGuess::Empty if is_likely_name(cell) => {
            mask::mask_name_for_notice(cell)
        }
        ColumnGuess::Code | ColumnGuess::Text | ColumnGuess::Empty => {
            clip_example(&mask::mask_long_runs(cell))
        }
    }
}

/// A value of a code column, which so many rows share that it says nothing of one person.
pub(crate) fn mask_code_value(cell: &str) -> String {
    mask::mask_long_runs(cell)
}

/// Digits as 9.
fn mask_digits(cell: &str) -> String {
    cell.chars().map(|c| if c.is_numeric() { '9' } else { c }).collect()
}

fn clip_example(text: &str) -> String {
    let count = text.chars().count();
    if count <= SHOWN {
        return text.to_owned();
    }
    let start: String = text.chars().take(SHOWN).collect();
    format!("{start}…（{count}字）")
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn nothing_identifies_a_person() {
        assert_eq!(mask_example("410602198001011234", ColumnGuess::IdNumber), "410602********1234");
        assert_eq!(mask_example("410602198001011234", ColumnGuess::Text), "410***…（18字）");
        assert_eq!(mask_example("张小三", ColumnGuess::PersonName), "张*三");
        assert_eq!(mask_example("张小三", ColumnGuess::Text), "张*三");
        assert_eq!(mask_example("1980-01-01", ColumnGuess::Date), "9999-99-99");
        assert_eq!(mask_example("450.5", ColumnGuess::Money), "450.5");
        assert_eq!(mask_example("13812345678", ColumnGuess::Integer), "138********");
        assert_eq!(mask_code_value("编号41060219800101123X"), "编号410***************");
    }

    proptest::proptest! {
            #[test]
            fn no_id_number_survives(before in "[a-z户:-]{0,4}", id in "[1-9][0-9]{16}[0-9X]", after in "[a-z户 -]{0,4}") {
                for guess in [ColumnGuess::Text, ColumnGuess::Code, ColumnGuess::IdNumber, ColumnGuess::PersonName, ColumnGuess::Date, ColumnGuess::Integer] {
                    let shown = mask_example(&format!("{before}{id}{after}"), guess);
                    proptest::prop_assert!(!shown.contains(&id), "{shown}");
                }
    let shown = mask_code_value(&format!("{before}{id}{after}"));
                proptest::prop_assert!(!shown.contains(&id[6..14]), "{shown}");
            }
        }
}
