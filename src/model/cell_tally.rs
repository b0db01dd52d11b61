//! Cells that were not taken as they are written, counted by what was done with them.

/// Cells of one column, in accepted records, that were not taken as they are written. A cell that several records
/// share (a household's, beside its members) counts once.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq, serde::Serialize)]
pub struct CellTally {
    /// Filled, and nothing could be made of it; taken for unknown.
    #[serde(skip_serializing_if = "is_zero")]
    pub unreadable: u64,
    /// A value that the code table does not have; taken for unknown.
    #[serde(skip_serializing_if = "is_zero")]
    pub unknown_codes: u64,
    /// A word that says that nobody knows (`不详`); taken for unknown.
    #[serde(skip_serializing_if = "is_zero")]
    pub not_stated: u64,
    /// A day that stands for none (`1900-01-01`, one birth date shared by many); taken for unknown.
    #[serde(skip_serializing_if = "is_zero")]
    pub placeholder_days: u64,
    /// Read, though it may mean something else (a month where a day is wanted, half a character).
    #[serde(skip_serializing_if = "is_zero")]
    pub doubtful: u64,
    /// A day that stands for “it has not ended”, in a column of ends.
    #[serde(skip_serializing_if = "is_zero")]
    pub no_end: u64,
    /// An amount for another time than the column's, converted.
    #[serde(skip_serializing_if = "is_zero")]
    pub converted: u64,
    /// An ID number from which quotes, blanks and labels were taken.
    #[serde(skip_serializing_if = "is_zero")]
    pub cleaned_ids: u64,
    /// A name from which signs such as ★ and ▲ were taken; what they mean was not read.
    #[serde(skip_serializing_if = "is_zero")]
    pub marked_names: u64,
    /// A day written as the moment at Greenwich at which it began in Beijing; the day in Beijing was taken.
    #[serde(skip_serializing_if = "is_zero")]
    pub beijing_days: u64,
    /// A time of day other than midnight behind a day; the day was taken.
    #[serde(skip_serializing_if = "is_zero")]
    pub with_times: u64,
}

#[allow(clippy::trivially_copy_pass_by_ref)]
fn is_zero(count: &u64) -> bool {
    *count == 0
}

impl CellTally {
    /// Cells whose value is not known for it.
    pub fn lost(&self) -> u64 {
        self.unreadable + self.unknown_codes + self.not_stated + self.placeholder_days
    }
    /// All cells.
    pub fn all(&self) -> u64 {
        let read = self.doubtful + self.no_end + self.converted + self.cleaned_ids + self.marked_names;
        self.lost() + read + self.beijing_days + self.with_times
    }
    /// Adds the cells of further rows.
    pub fn join(&mut self, other: &Self) {
        self.unreadable += other.unreadable;
        self.unknown_codes += other.unknown_codes;
        self.not_stated += other.not_stated;
        self.placeholder_days += other.placeholder_days;
        self.doubtful += other.doubtful;
        self.no_end += other.no_end;
        self.converted += other.converted;
        self.cleaned_ids += other.cleaned_ids;
        self.marked_names += other.marked_names;
        self.beijing_days += other.beijing_days;
        self.with_times += other.with_times;
    }
    /// What was done with how many, Chinese, the worst first; nothing of what did not occur.
    pub fn words(&self) -> Vec<String> {
        let told = [
            ("读不出", self.unreadable),
            ("不在代码表内", self.unknown_codes),
            ("写着不详", self.not_stated),
            ("是代替空值的日期", self.placeholder_days),
            ("有疑问但已读入", self.doubtful),
            ("按没有结束读", self.no_end),
            ("按年、按季折算", self.converted),
            ("去掉了标注", self.cleaned_ids),
            ("前后有标记（★、▲一类，标记的意思没有读，请核对是不是已停发、死亡）", self.marked_names),
            ("是格林尼治时间的16点（或15点）、按北京时间取后一天", self.beijing_days),
            ("带有钟点、只取日期", self.with_times),
        ];
        told.into_iter()
            .filter(|(_, cells)| *cells > 0)
            .map(|(what, cells)| format!("{what}{cells}格"))
            .collect()
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn every_kind_of_cell_is_counted_and_told() {
        let one = CellTally {
            unreadable: 1,
            unknown_codes: 2,
            not_stated: 3,
            placeholder_days: 4,
            doubtful: 5,
            no_end: 6,
            converted: 7,
            cleaned_ids: 8,
            beijing_days: 9,
            with_times: 10,
            marked_names: 11,
        };
        let mut two = one;
        two.join(&one);
        assert_eq!((two.lost(), two.all(), two.words().len()), (20, 132, 11));
        assert!(CellTally::default().words().is_empty());
        assert_eq!(
            serde_json::to_string(&CellTally { no_end: 6, ..CellTally::default() }).unwrap(),
            "{\"no_end\":6}"
        );
    }
}
