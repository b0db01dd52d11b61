//! Comparators: how alike two values of one link column are, as a small level.
//!
//! Levels are numbered as [`crate::model::links::Links::levels`] wants them: 0 = one side is missing, then 1 =
//! best agreement downward. Distances count characters, never bytes. Everything works on stack
//! arrays; costs given are for one pair on a common server core.
//!
//! | comparator | input | cost |
//! |---|---|---|
//! | [`han_name_level`] | two analysed names | 5 ns if equal, else about 100 ns |
//! | [`id_level`] | two ID numbers | 2 ns if equal, else about 100 ns |
//! | [`date_level`] | two packed dates | 2 ns if equal, else 20-60 ns |
//! | [`division_level`] | two division values | 5-10 ns |
//! | `osa_distance` | two texts | 50-500 ns under 64 characters, by the square of what differs |
//! | `jaro_winkler` | two texts | 30-100 ns under 64 characters |
//! | `bigram_dice` | two texts | 100-400 ns for addresses |
//! | `soundex_code`, `nysiis_code` | one Western name | 30-80 ns |

mod date;
mod division;
mod han_name;
mod id;
mod nickname;
mod phonetic;
mod text;
mod text_level;

pub(crate) use date::{DateLevel, date_level};
pub(crate) use division::{DivisionLevel, division_level};
pub(crate) use han_name::HanNameLevel;
pub use han_name::han_name_level;
pub use id::id_level;
pub(crate) use id::{IdLevel, may_be_equal};
pub(crate) use nickname::nicknames_share_full_name;
pub use phonetic::{nysiis_code, soundex_code};
pub(crate) use text_level::{TextLevel, code_level, text_level, western_name_level};

/// Gives an enum of levels its number, its list and its Chinese label.
macro_rules! levels {
    ($(#[$meta:meta])* $name:ident { $($(#[$doc:meta])* $level:ident = $label:literal,)* }) => {
        $(#[$meta])*
        #[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash)]
        #[repr(u8)]
        #[allow(unreachable_pub)]
        pub enum $name {
            /// One side is missing: neither for nor against.
            Missing = 0,
            $($(#[$doc])* $level,)*
        }

        // Not every kind of level is asked for its number and its name.
        #[allow(dead_code)]
        impl $name {
            /// All levels, missing first.
            pub(crate) const ALL: &'static [Self] = &[Self::Missing, $(Self::$level,)*];

            /// Number of levels, missing included.
            pub(crate) const COUNT: usize = Self::ALL.len();

            /// Number of the level: 0 missing, 1 best.
            #[allow(unreachable_pub)]
            pub const fn number(self) -> u8 {
                self as u8
            }

            /// Level of a number; `Missing` for a number that is none.
            pub(crate) fn from_number(number: u8) -> Self {
                Self::ALL.get(usize::from(number)).copied().unwrap_or(Self::Missing)
            }

            /// Name in configuration and published tables (`same_reading`).
            pub(crate) fn code(self) -> &'static str {
                static CODES: std::sync::LazyLock<Vec<String>> = std::sync::LazyLock::new(|| {
                    $name::ALL.iter().map(|level| $crate::link::compare::level_snake_case(&format!("{level:?}"))).collect()
                });
                &CODES[self as usize]
            }

            /// What an officer reads.
            pub(crate) fn label(self) -> &'static str {
                match self {
                    Self::Missing => "一方缺失",
                    $(Self::$level => $label,)*
                }
            }
        }
    };
}
pub(crate) use levels;

/// `SameReading` → `same_reading`.
pub(crate) fn level_snake_case(name: &str) -> String {
    let mut out = String::new();
    for c in name.chars() {
        if c.is_ascii_uppercase() && !out.is_empty() {
            out.push('_');
        }
        out.push(c.to_ascii_lowercase());
    }
    out
}
