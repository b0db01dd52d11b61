//! Relation to the household head, from texts and codes of several lists.
//!
//! The registry and GB/T 4761 give one code different meanings, so a code is read only together
//! with the table it comes from.

use crate::model::id_number::Sex;

/// What somebody is to the head of the household.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash, Default)]
#[repr(u8)]
pub enum Relation {
    /// Not stated or not understood.
    #[default]
    Unknown = 0,
    /// The head.
    Head = 1,
    /// Husband or wife.
    Spouse = 2,
    /// Son, also step or adopted.
    Son = 3,
    /// Daughter, also step or adopted.
    Daughter = 4,
    /// Daughter-in-law.
    DaughterInLaw = 5,
    /// Son-in-law.
    SonInLaw = 6,
    /// Son of a child.
    Grandson = 7,
    /// Daughter of a child.
    Granddaughter = 8,
    /// Father.
    Father = 9,
    /// Mother.
    Mother = 10,
    /// Father of the spouse.
    FatherInLaw = 11,
    /// Mother of the spouse.
    MotherInLaw = 12,
    /// Grandfather.
    Grandfather = 13,
    /// Grandmother.
    Grandmother = 14,
    /// Brother.
    Brother = 15,
    /// Sister.
    Sister = 16,
    /// Another relative.
    Relative = 17,
    /// No relative.
    Other = 18,
}

use Relation::*;

/// Code tables of relations.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum RelationCodes {
    /// National registry of poor households.
    Registry,
    /// GB/T 4761-2008.
    National,
}

/// Words after removal of 之 and of what tells several children apart.
const WORDS: [(&str, Relation); 85] = [
    ("本人或户主", Head),
    ("户主", Head),
    ("本人", Head),
    ("配偶", Spouse),
    ("夫", Spouse),
    ("妻", Spouse),
    ("丈夫", Spouse),
    ("妻子", Spouse),
    ("夫妻", Spouse),
    ("爱人", Spouse),
    ("老伴", Spouse),
    ("老婆", Spouse),
    ("子", Son),
    ("儿子", Son),
    ("儿", Son),
    ("独生子", Son),
    ("养子", Son),
    ("继子", Son),
    ("女", Daughter),
    ("女儿", Daughter),
    ("独生女", Daughter),
    ("养女", Daughter),
    ("继女", Daughter),
    ("儿媳", DaughterInLaw),
    ("儿媳妇", DaughterInLaw),
    ("媳妇", DaughterInLaw),
    ("女婿", SonInLaw),
    ("孙", Grandson),
    ("孙子", Grandson),
    ("外孙", Grandson),
    ("外孙子", Grandson),
    ("曾孙", Grandson),
    ("曾孙子", Grandson),
    ("重孙", Grandson),
    ("孙女", Granddaughter),
    ("外孙女", Granddaughter),
    ("曾孙女", Granddaughter),
    ("重孙女", Granddaughter),
    ("父", Father),
    ("父亲", Father),
    ("养父", Father),
    ("继父", Father),
    ("爸爸", Father),
    ("母", Mother),
    ("母亲", Mother),
    ("养母", Mother),
    ("继母", Mother),
    ("妈妈", Mother),
    ("岳父", FatherInLaw),
    ("公公", FatherInLaw),
    ("岳母", MotherInLaw),
    ("婆婆", MotherInLaw),
    ("祖父", Grandfather),
    ("爷爷", Grandfather),
    ("外祖父", Grandfather),
    ("姥爷", Grandfather),
    ("外公", Grandfather),
    ("曾祖父", Grandfather),
    ("祖母", Grandmother),
    ("奶奶", Grandmother),
    ("外祖母", Grandmother),
    ("姥姥", Grandmother),
    ("外婆", Grandmother),
    ("曾祖母", Grandmother),
    ("兄", Brother),
    ("弟", Brother),
    ("兄弟", Brother),
    ("哥哥", Brother),
    ("弟弟", Brother),
    ("哥", Brother),
    ("姐", Sister),
    ("妹", Sister),
    ("姐姐", Sister),
    ("妹妹", Sister),
    ("姐妹", Sister),
    ("侄子", Relative),
    ("侄女", Relative),
    ("侄儿", Relative),
    ("外甥", Relative),
    ("外甥女", Relative),
    ("嫂", Relative),
    ("弟媳", Relative),
    ("其他亲属", Relative),
    ("其他", Other),
    ("非亲属", Other),
];

impl Relation {
    /// All relations, in order of their number.
    pub const ALL: [Self; 19] = [
        Unknown,
        Head,
        Spouse,
        Son,
        Daughter,
        DaughterInLaw,
        SonInLaw,
        Grandson,
        Granddaughter,
        Father,
        Mother,
        FatherInLaw,
        MotherInLaw,
        Grandfather,
        Grandmother,
        Brother,
        Sister,
        Relative,
        Other,
    ];

    /// Understands a word: `之子`, `长女`, `户主`, `妻`, …
    pub fn from_text(text: &str) -> Self {
        let tidy: String = text.chars().filter(|c| c.is_alphanumeric()).collect();
        let word = tidy.strip_prefix("户主").filter(|rest| !rest.is_empty()).unwrap_or(&tidy);
        let word = word.strip_prefix('之').unwrap_or(word);
        let find = |word: &str| WORDS.iter().find(|(known, _)| *known == word).map(|(_, relation)| *relation);
        find(word)
            .or_else(|| {
                // 长子, 次女, 三儿媳, 大哥
                let rest =
                    word.strip_prefix(['长', '次', '大', '二', '三', '四', '五', '六', '小', '幼', '老'])?;
                find(rest)
            })
            .unwrap_or(Unknown)
    }

    /// Understands a code of one table; unknown codes are [`Unknown`].
    pub fn from_code(code: &str, table: RelationCodes) -> Self {
        let Ok(number) = code.trim().parse::<u8>() else { return Unknown };
        match table {
            RelationCodes::Registry => match number {
                1 => Head,
                2 => Spouse,
                3 => Son,
                4 => Daughter,
                5 => DaughterInLaw,
                6 => SonInLaw,
                7 | 9 => Grandson,
                8 | 10 => Granddaughter,
                11 => Father,
                12 => Mother,
                13 | 15 => FatherInLaw,
                14 | 16 => MotherInLaw,
                17 | 19 => Grandfather,
                18 | 20 => Grandmother,
                99 => Other,
                _ => Unknown,
            },
            RelationCodes::National => match number {
                1 | 2 => Head,
                10..=12 => Spouse,
                20..=27 => Son,
                28 => SonInLaw,
                29 => Son,
                30..=37 => Daughter,
                38 => DaughterInLaw,
                39 => Daughter,
                41 | 43 | 47 => Grandson,
                42 | 44 | 48 => Granddaughter,
                51 | 57 => Father,
                52 | 58 => Mother,
                53 | 55 => FatherInLaw,
                54 | 56 => MotherInLaw,
                61 | 63 | 67 => Grandfather,
                62 | 64 | 68 => Grandmother,
                71 | 73 => Brother,
                75 | 77 => Sister,
                40..=98 => Relative,
                99 => Other,
                _ => Unknown,
            },
        }
    }

    /// Sex that the relation implies.
    pub fn expected_sex(self) -> Option<Sex> {
        match self {
            Son | SonInLaw | Grandson | Father | FatherInLaw | Grandfather | Brother => Some(Sex::Male),
            Daughter | DaughterInLaw | Granddaughter | Mother | MotherInLaw | Grandmother | Sister => {
                Some(Sex::Female)
            }
            _ => None,
        }
    }

    /// Generations below the head: children 1, parents −1; `None` where the relation does not say.
    pub fn generation(self) -> Option<i8> {
        match self {
            Head | Spouse | Brother | Sister => Some(0),
            Son | Daughter | DaughterInLaw | SonInLaw => Some(1),
            Grandson | Granddaughter => Some(2),
            Father | Mother | FatherInLaw | MotherInLaw => Some(-1),
            Grandfather | Grandmother => Some(-2),
            Unknown | Relative | Other => None,
        }
    }

    /// Chinese label.
    pub fn label(self) -> &'static str {
        match self {
            Unknown => "",
            Head => "户主",
            Spouse => "配偶",
            Son => "子",
            Daughter => "女",
            DaughterInLaw => "儿媳",
            SonInLaw => "女婿",
            Grandson => "孙子",
            Granddaughter => "孙女",
            Father => "父亲",
            Mother => "母亲",
            FatherInLaw => "配偶之父",
            MotherInLaw => "配偶之母",
            Grandfather => "祖父",
            Grandmother => "祖母",
            Brother => "兄弟",
            Sister => "姐妹",
            Relative => "其他亲属",
            Other => "其他",
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn words_of_lists() {
        for (text, relation) in [
            ("之子", Son),
            ("长子", Son),
            ("户主之女", Daughter),
            ("三女", Daughter),
            ("户主", Head),
            ("本人或户主", Head),
            ("妻", Spouse),
            ("之儿媳", DaughterInLaw),
            ("之外孙女", Granddaughter),
            ("之岳父", FatherInLaw),
            ("大哥", Brother),
            ("", Unknown),
            ("老乡", Unknown),
        ] {
            assert_eq!(Relation::from_text(text), relation, "{text}");
        }
    }

    #[test]
    fn one_code_means_two_things() {
        assert_eq!(Relation::from_code("03", RelationCodes::Registry), Son);
        assert_eq!(Relation::from_code("20", RelationCodes::Registry), Grandmother);
        assert_eq!(Relation::from_code("20", RelationCodes::National), Son);
        assert_eq!(Relation::from_code("x", RelationCodes::National), Unknown);
    }

    #[test]
    fn numbers_and_labels_are_in_order() {
        for (number, relation) in Relation::ALL.into_iter().enumerate() {
            assert_eq!(relation as usize, number);
            if !matches!(relation, Unknown | FatherInLaw | MotherInLaw) {
                assert_eq!(Relation::from_text(relation.label()), relation);
            }
        }
    }
}
