//! Whether a number format of a workbook shows a number as a date.

/// What a number format makes of a number.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum WorkbookFormat {
    Number,
    DateTime,
    Duration,
}

impl WorkbookFormat {
    /// The number of a format that every workbook has and that makes the same of a number.
    pub(super) fn number_of_its_kind(self) -> u16 {
        match self {
            Self::Number => 0,
            Self::DateTime => 14,
            Self::Duration => 46,
        }
    }
}

/// Classifies a format by its first section: letters of dates outside quotes, brackets and escapes.
pub(super) fn classify_number_format(format: &str) -> WorkbookFormat {
    if format.to_ascii_lowercase().contains("general") {
        return WorkbookFormat::Number;
    }
    let mut characters = format.chars();
    while let Some(c) = characters.next() {
        match c {
            // What follows is shown, or is as wide, or fills.
            '\\' | '!' | '_' | '*' => drop(characters.next()),
            '"' => drop(characters.find(|&c| c == '"')),
            ';' => break,
            '[' => {
                let inside: String = characters.by_ref().take_while(|&c| c != ']').collect();
                let same = |wanted: char| inside.chars().all(|c| c.eq_ignore_ascii_case(&wanted));
                if !inside.is_empty() && (same('h') || same('m') || same('s')) {
                    return WorkbookFormat::Duration;
                }
            }
            // Years of an era and of the Buddhist calendar, too.
            'y' | 'Y' | 'm' | 'M' | 'd' | 'D' | 'h' | 'H' | 's' | 'S' => return WorkbookFormat::DateTime,
            _ => {}
        }
    }
    WorkbookFormat::Number
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn dates_durations_and_numbers() {
        use WorkbookFormat::{DateTime, Duration, Number};
        for (format, kind) in [
            ("000000000000000", Number),
            ("0\"元\"", Number),
            ("0\"day\"", Number),
            ("General", Number),
            ("G/通用格式", Number),
            ("@", Number),
            ("#,##0.00_);[Red](#,##0.00)", Number),
            ("0\\d", Number),
            ("yyyy-mm-dd", DateTime),
            ("yyyy\"年\"m\"月\"d\"日\"", DateTime),
            ("[$-804]yyyy/m/d;@", DateTime),
            ("[DBNum1]m\"月\"", DateTime),
            ("h:mm AM/PM", DateTime),
            ("[h]:mm:ss", Duration),
            ("[ss]", Duration),
            ("[Red]0;yyyy", Number),
        ] {
            assert_eq!(classify_number_format(format), kind, "{format}");
        }
    }
}
