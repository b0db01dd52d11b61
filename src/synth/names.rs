//! Han names by sex and birth cohort, and the slips clerks make with them.

use std::collections::HashMap;
use std::sync::LazyLock;

use super::random::Rng;

type WeightedTexts = Vec<(String, f64)>;

/// The embedded tables.
struct NameTables {
    surnames: WeightedTexts,
    /// Single given-name characters by (sex, first birth year), ascending years.
    given: Vec<(u8, u32, WeightedTexts)>,
    whole: Vec<(u8, WeightedTexts)>,
    rare: Vec<String>,
    interpunct: Vec<String>,
}

/// Characters taken for one another.
#[derive(Default)]
struct CharacterConfusions {
    sound: HashMap<char, Vec<char>>,
    shape: HashMap<char, Vec<char>>,
    variant: HashMap<char, Vec<char>>,
}

static TABLES: LazyLock<NameTables> = LazyLock::new(|| parse_names(include_str!("data/names.txt")));
static CONFUSIONS: LazyLock<CharacterConfusions> =
    LazyLock::new(|| parse_confusions(include_str!("data/confusions.txt")));

fn parse_names(text: &str) -> NameTables {
    let mut t =
        NameTables { surnames: vec![], given: vec![], whole: vec![], rare: vec![], interpunct: vec![] };
    let mut section = "";
    for line in text.lines().filter(|l| !l.starts_with('#') && !l.is_empty()) {
        if let Some(name) = line.strip_prefix('[').and_then(|l| l.strip_suffix(']')) {
            section = name;
            continue;
        }
        if section == "surnames" {
            if let Some((name, weight)) = line.split_once(' ') {
                t.surnames.push((name.to_owned(), weight.parse().unwrap_or(1.0)));
            }
            continue;
        }
        // Frequencies of given-name characters fall about as one over their rank.
        let words: WeightedTexts = line
            .split_whitespace()
            .enumerate()
            .map(|(rank, w)| (w.to_owned(), 1.0 / (rank as f64 + 4.0)))
            .collect();
        let plain = || words.iter().map(|(w, _)| w.clone()).collect();
        let mut parts = section.split('.');
        let kind = parts.next().unwrap_or("");
        let sex = parts.next().and_then(|s| s.parse().ok()).unwrap_or(0);
        match kind {
            "given" => t.given.push((sex, parts.next().and_then(|y| y.parse().ok()).unwrap_or(0), words)),
            "given2" => t.whole.push((sex, words)),
            "rare" => t.rare = plain(),
            _ => t.interpunct = plain(),
        }
    }
    t
}

fn parse_confusions(text: &str) -> CharacterConfusions {
    let mut c = CharacterConfusions::default();
    let mut section = "";
    for line in text.lines().filter(|l| !l.starts_with('#') && !l.is_empty()) {
        if line.starts_with('[') {
            section = line;
            continue;
        }
        let table = match section {
            "[sound]" => &mut c.sound,
            "[shape]" => &mut c.shape,
            _ => &mut c.variant,
        };
        for ch in line.chars() {
            table.entry(ch).or_default().extend(line.chars().filter(|&o| o != ch));
        }
    }
    c
}

/// A surname by national frequency.
pub(super) fn draw_surname(rng: &mut Rng) -> &'static str {
    rng.weighted(&TABLES.surnames).as_str()
}

/// A given name of one or two characters. `generation`: the first character brothers share.
pub(super) fn given_name(rng: &mut Rng, sex: u8, birth: u32, generation: Option<char>) -> String {
    let year = birth / 10_000;
    let pool = TABLES.given.iter().rev().find(|(s, from, _)| *s == sex && year >= *from);
    let Some((_, _, pool)) = pool else { return "明".to_owned() };
    if (1945..1980).contains(&year)
        && rng.chance(0.08)
        && let Some((_, words)) = TABLES.whole.iter().find(|(s, _)| *s == sex)
    {
        return rng.weighted(words).clone();
    }
    let second = if rng.chance(0.004) { rng.pick(&TABLES.rare) } else { rng.weighted(pool) };
    let short = match year {
        0..1950 => 0.22,
        1950..1985 => 0.26,
        1985..2000 => 0.42,
        _ => 0.18,
    };
    match generation {
        Some(first) => format!("{first}{second}"),
        None if rng.chance(short) => second.clone(),
        None => {
            let first = rng.weighted(pool);
            // Doubled characters (婷婷) are usual for girls born since the eighties only.
            if first == second && !(sex == 2 && year >= 1985) {
                return second.clone();
            }
            format!("{first}{second}")
        }
    }
}

/// Name of a grown-up man, such as the official who helps a registered family.
pub(super) fn draw_helper(rng: &mut Rng) -> String {
    format!("{}{}", draw_surname(rng), given_name(rng, 1, 19_780_101, None))
}

/// A character that brothers of one generation share.
pub(super) fn generation_char(rng: &mut Rng, birth: u32) -> Option<char> {
    let year = birth / 10_000;
    let (_, _, pool) = TABLES.given.iter().rev().find(|(s, from, _)| *s == 1 && year >= *from)?;
    rng.weighted(pool).chars().next()
}

/// A transliterated name with an interpunct.
pub(super) fn interpunct_name(rng: &mut Rng) -> String {
    rng.pick(&TABLES.interpunct).clone()
}

/// A slip in a name: the text delivered, the kind of slip, and whether the allowed variants of
/// rule R14 cover it.
pub(super) struct NameSlip {
    /// Name as delivered.
    pub text: String,
    /// Error kind for the truth file.
    pub kind: &'static str,
    /// True if officers count it as the same name.
    pub allowed: bool,
}

fn replaced(rng: &mut Rng, chars: &[char], table: &HashMap<char, Vec<char>>) -> Option<String> {
    let places: Vec<usize> = (0..chars.len()).filter(|&i| table.contains_key(&chars[i])).collect();
    if places.is_empty() {
        return None;
    }
    let at = *rng.pick(&places);
    let mut out = chars.to_vec();
    out[at] = *rng.pick(&table[&chars[at]]);
    Some(out.into_iter().collect())
}

/// Another character of the same reading.
pub(super) fn slip_homophone(rng: &mut Rng, name: &str) -> Option<NameSlip> {
    let chars: Vec<char> = name.chars().collect();
    replaced(rng, &chars, &CONFUSIONS.sound).map(|text| NameSlip {
        text,
        kind: "name_homophone",
        allowed: true,
    })
}

/// Another character that looks alike and reads otherwise.
pub(super) fn slip_look_alike(rng: &mut Rng, name: &str) -> Option<NameSlip> {
    let chars: Vec<char> = name.chars().collect();
    replaced(rng, &chars, &CONFUSIONS.shape).map(|text| NameSlip { text, kind: "name_shape", allowed: false })
}

/// The traditional or variant form.
pub(super) fn slip_variant(name: &str) -> Option<NameSlip> {
    let chars: Vec<char> = name.chars().collect();
    let at = chars.iter().position(|c| CONFUSIONS.variant.contains_key(c))?;
    let mut out = chars.clone();
    // Only from simplified to traditional: the first character of a pair is the plain one.
    let other = CONFUSIONS.variant[&chars[at]][0];
    out[at] = other;
    Some(NameSlip { text: out.into_iter().collect(), kind: "name_variant", allowed: true })
}

/// A given-name character is missing.
pub(super) fn slip_dropped(rng: &mut Rng, name: &str) -> Option<NameSlip> {
    let mut chars: Vec<char> = name.chars().collect();
    if chars.len() < 3 || chars[1] == chars[2] {
        return None;
    }
    chars.remove(1 + rng.below(chars.len() - 1));
    Some(NameSlip { text: chars.into_iter().collect(), kind: "name_dropped", allowed: false })
}

/// The given-name characters changed places.
pub(super) fn slip_swapped(name: &str) -> Option<NameSlip> {
    let mut chars: Vec<char> = name.chars().collect();
    if chars.len() != 3 || chars[1] == chars[2] {
        return None;
    }
    chars.swap(1, 2);
    Some(NameSlip { text: chars.into_iter().collect(), kind: "name_swapped", allowed: false })
}

/// One character replaced by a sign for "cannot write it".
pub(super) fn slip_wildcard(rng: &mut Rng, name: &str) -> Option<NameSlip> {
    let mut chars: Vec<char> = name.chars().collect();
    if chars.len() < 2 {
        return None;
    }
    let at = chars.len() - 1;
    chars[at] = *rng.pick(&['□', '?', '?', '*']);
    Some(NameSlip { text: chars.into_iter().collect(), kind: "name_wildcard", allowed: true })
}

/// The private-use code point that an old encoding gives a rare character.
pub(super) fn slip_private_use(name: &str) -> Option<NameSlip> {
    const PAIRS: [(char, char); 6] = [
        ('䶮', '\u{E863}'),
        ('㭎', '\u{E82D}'),
        ('䓖', '\u{E840}'),
        ('䴖', '\u{E85F}'),
        ('䌷', '\u{E837}'),
        ('䝼', '\u{E846}'),
    ];
    let (from, to) = PAIRS.into_iter().find(|(from, _)| name.contains(*from))?;
    Some(NameSlip { text: name.replace(from, &to.to_string()), kind: "name_pua", allowed: true })
}

/// Another form of the interpunct.
pub(super) fn slip_interpunct(rng: &mut Rng, name: &str) -> Option<NameSlip> {
    if !name.contains('·') {
        return None;
    }
    let other = *rng.pick(&["・", ".", "•", ""]);
    Some(NameSlip { text: name.replace('·', other), kind: "name_interpunct", allowed: true })
}

/// Spaces inside a two-character name, as printed lists align them.
pub(super) fn slip_spaced(rng: &mut Rng, name: &str) -> Option<NameSlip> {
    let chars: Vec<char> = name.chars().collect();
    if chars.len() != 2 {
        return None;
    }
    let gap = *rng.pick(&[" ", "\u{3000}", "  "]);
    Some(NameSlip { text: format!("{}{gap}{}", chars[0], chars[1]), kind: "name_spaced", allowed: true })
}

/// A note behind the name.
pub(super) fn slip_noted(rng: &mut Rng, name: &str) -> NameSlip {
    let note = *rng.pick(&["(户主)", "(已故配偶)", "(残疾)", "(大)", "(二组)"]);
    NameSlip { text: format!("{name}{note}"), kind: "name_note", allowed: true }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn readings(c: char) -> Vec<&'static str> {
        use pinyin::ToPinyinMulti;
        c.to_pinyin_multi().map(|m| m.into_iter().map(|p| p.plain()).collect()).unwrap_or_default()
    }

    #[test]
    fn homophones_share_a_reading_and_look_alikes_do_not() {
        let share = |a: char, b: char| readings(a).iter().any(|r| readings(b).contains(r));
        let wrong = |table: &HashMap<char, Vec<char>>, wanted: bool| -> Vec<String> {
            let pairs = table.iter().flat_map(|(&c, others)| others.iter().map(move |&o| (c, o)));
            pairs.filter(|&(c, o)| share(c, o) != wanted).map(|(c, o)| format!("{c}/{o}")).collect()
        };
        assert_eq!(wrong(&CONFUSIONS.sound, true), Vec::<String>::new());
        assert_eq!(wrong(&CONFUSIONS.shape, false), Vec::<String>::new());
    }

    #[test]
    fn names_look_like_their_cohort() {
        let mut rng = Rng::keyed(&[1]);
        for _ in 0..2000 {
            let name = given_name(&mut rng, 2, 20_050_101, None);
            assert!((1..=2).contains(&name.chars().count()), "{name}");
        }
        assert_eq!(slip_swapped("王小明").map(|s| s.text).as_deref(), Some("王明小"));
        assert!(slip_dropped(&mut rng, "王明").is_none());
    }
}
