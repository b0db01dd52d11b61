//! Counts ID numbers whose first six digits the pipeline's table of prefixes lacks. That only
//! warns: people marry in and move, and tables of old prefixes are incomplete.

use super::ComparableSource;
use crate::config::Pipeline;
use crate::load::{LoadedSource, audit_percent_text};
use crate::model::id_number::{IdNumber, KnownPrefixes, is_province_prefix};
use crate::model::source_row::AuditFinding;

/// Name of the audit.
pub(crate) const UNKNOWN_ID_PREFIX: &str = "unknown_id_prefix";

/// Adds to the audits of each source how many of its complete and valid ID numbers begin with a
/// prefix that the pipeline's table lacks. `comparables` are those of `loaded`, in its order.
/// Without such a table, and where all prefixes are known, nothing is added.
pub fn audit_prefixes(pipeline: &Pipeline, loaded: &mut [LoadedSource], comparables: &[ComparableSource]) {
    let Some(known) = &pipeline.id_prefixes else { return };
    for (one, fields) in loaded.iter_mut().zip(comparables) {
        let counts = PrefixCounts::of(fields.id_numbers("id_number").unwrap_or_default(), known);
        if counts.unknown > 0 {
            let title = pipeline.source(&fields.source).map_or(fields.source.as_str(), |s| s.title.as_str());
            let message = counts.message(title);
            one.audits.push(AuditFinding::new(&fields.source, UNKNOWN_ID_PREFIX, false, message));
        }
    }
}

/// Least records with a prefix for it to be named: of few, it would say where a person comes from.
const LEAST_SHOWN: u64 = 10;

/// How many numbers of a source have which prefixes.
#[derive(Debug, Default, PartialEq, Eq)]
struct PrefixCounts {
    /// Complete and valid numbers.
    valid: u64,
    /// Those of them whose prefix is not in the table.
    unknown: u64,
    /// Those of them whose prefix is of no province.
    of_no_province: u64,
    /// How many prefixes are not in the table.
    prefixes: u64,
    /// The most frequent of them (the smallest of equals) and how many numbers have it.
    most: (u32, u64),
}

impl PrefixCounts {
    fn of(ids: &[IdNumber], known: &KnownPrefixes) -> Self {
        let mut by_prefix = vec![0_u64; 1_000_000];
        let mut counts = Self::default();
        for prefix in ids.iter().filter(|id| id.trusted()).filter_map(|id| id.region6()) {
            by_prefix[prefix as usize] += 1;
            counts.valid += 1;
        }
        for (prefix, count) in (0..).zip(by_prefix) {
            if count == 0 || known.contains(prefix) {
                continue;
            }
            counts.unknown += count;
            counts.prefixes += 1;
            if !is_province_prefix(prefix) {
                counts.of_no_province += count;
            }
            if count > counts.most.1 {
                counts.most = (prefix, count);
            }
        }
        counts
    }

    /// Says it to an officer, in Chinese. Nothing of a number is shown but a prefix that many have.
    fn message(&self, title: &str) -> String {
        let mut message = format!(
            "“{title}”有{}条记录的身份证号码前六位不在前缀表里，占有效号码{}条的{}，共{}种前缀",
            self.unknown,
            self.valid,
            audit_percent_text(self.unknown, self.valid),
            self.prefixes
        );
        let (prefix, count) = self.most;
        if count >= LEAST_SHOWN {
            message.push_str(&format!("，最多的是{prefix:06}（{count}条）"));
        }
        if self.of_no_province > 0 {
            message.push_str(&format!("，{}条的前两位不是任何省级代码", self.of_no_province));
        }
        message + "；多为外地迁入、婚入，不影响接收，数量异常时核对号码或补充前缀表"
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::model::id_number::id_check_value;

    /// A valid number of that prefix.
    fn number(prefix: u64, order: u64) -> IdNumber {
        let body = prefix * 100_000_000_000 + 19_700_131_000 + order;
        let last = match id_check_value(body) {
            10 => "X".to_owned(),
            digit => digit.to_string(),
        };
        let id = IdNumber::parse(&format!("{body:017}{last}"));
        assert!(id.trusted(), "{prefix} {order}");
        id
    }

    fn known() -> KnownPrefixes {
        let folder = tempfile::tempdir().unwrap();
        let path = folder.path().join("prefixes.csv");
        std::fs::write(&path, "# local\nprefix,name\n410621,浚县\n410621,浚县\n412125,浚县\n").unwrap();
        KnownPrefixes::load(&path).unwrap()
    }

    #[test]
    fn only_complete_valid_numbers_of_other_prefixes_are_counted() {
        let mut ids =
            vec![number(410_621, 11), number(412_125, 12), number(110_105, 13), number(110_105, 14)];
        ids.extend([number(990_000, 15), number(370_102, 16)]);
        // Wrong check character, cut, hidden, of 15 digits, none: what they begin with is not sure.
        let unsure = ["110105194912310021", "11010519491231000", "110105********002X", "110105491231002", ""];
        ids.extend(unsure.map(IdNumber::parse));
        let counts = PrefixCounts::of(&ids, &known());
        let expected =
            PrefixCounts { valid: 6, unknown: 4, of_no_province: 1, prefixes: 3, most: (110_105, 2) };
        assert_eq!(counts, expected);
        assert_eq!(
            counts.message("学籍"),
            "“学籍”有4条记录的身份证号码前六位不在前缀表里，占有效号码6条的66.7%，共3种前缀，1条的前两位不是任何省级代码；多为外地迁入、婚入，不影响接收，数量异常时核对号码或补充前缀表"
        );
        // Of equally frequent prefixes the smallest, in whatever order the records come.
        ids.reverse();
        ids.push(number(370_102, 17));
        assert_eq!(PrefixCounts::of(&ids, &known()).most, (110_105, 2));
    }

    #[test]
    fn a_prefix_is_named_where_many_have_it() {
        let message = |count: u64| {
            let ids: Vec<IdNumber> = (0..count).map(|order| number(110_105, 11 + order)).collect();
            PrefixCounts::of(&ids, &known()).message("学籍")
        };
        assert!(message(10).contains("最多的是110105（10条）"), "{}", message(10));
        assert!(!message(9).contains("110105"), "{}", message(9));
    }

    #[test]
    fn known_prefixes_give_nothing_to_tell() {
        let ids = [number(410_621, 11), IdNumber::default()];
        assert_eq!(PrefixCounts::of(&ids, &known()), PrefixCounts { valid: 1, ..PrefixCounts::default() });
    }

    #[test]
    fn a_prefix_that_is_not_six_digits_is_refused_at_its_row() {
        let folder = tempfile::tempdir().unwrap();
        let path = folder.path().join("prefixes.csv");
        for wrong in ["41062", "4106211", "41062x", "+10621", ""] {
            std::fs::write(&path, format!("prefix,name\n410621,浚县\n{wrong},淇县\n")).unwrap();
            let error = KnownPrefixes::load(&path).unwrap_err();
            assert_eq!(error.location().row, Some(3), "{wrong}: {error}");
            assert!(error.hint_text().is_some());
        }
    }
}
