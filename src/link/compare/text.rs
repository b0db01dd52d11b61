//! Distances and similarities of plain texts, counted in characters.

/// Longest text that is compared on the stack.
const STACK: usize = 64;

/// Calls `f` with the characters of both texts: bytes where both are ASCII, else decoded into
/// stack arrays (heap beyond 64 characters).
macro_rules! with_chars {
    ($a:expr, $b:expr, $f:expr) => {{
        let (a, b): (&str, &str) = ($a, $b);
        if a.is_ascii() && b.is_ascii() {
            $f(a.as_bytes(), b.as_bytes())
        } else {
            let (mut x, mut y) = (['\0'; STACK], ['\0'; STACK]);
            match (fill_text_buffer(a, &mut x), fill_text_buffer(b, &mut y)) {
                (Some(m), Some(n)) => $f(&x[..m], &y[..n]),
                _ => {
                    let (x, y): (Vec<char>, Vec<char>) = (a.chars().collect(), b.chars().collect());
                    $f(&x[..], &y[..])
                }
            }
        }
    }};
}

/// Decodes into the buffer; `None` if it does not fit.
fn fill_text_buffer(text: &str, buffer: &mut [char; STACK]) -> Option<usize> {
    let mut count = 0;
    for c in text.chars() {
        *buffer.get_mut(count)? = c;
        count += 1;
    }
    Some(count)
}

/// Optimal string alignment distance: Levenshtein's, and two neighbours changing places counts one.
pub(crate) fn osa_distance(a: &str, b: &str) -> usize {
    with_chars!(a, b, |x, y| text_edit_distance(x, y, true))
}

/// Is [`osa_distance`] at most `edits`? Tries each edit at the first place that differs, so it gives up
/// after a few characters on texts that have nothing in common.
pub(super) fn within_edits<T: PartialEq + Copy>(a: &[T], b: &[T], edits: usize) -> bool {
    let prefix = a.iter().zip(b).take_while(|(x, y)| x == y).count();
    let (a, b) = (&a[prefix..], &b[prefix..]);
    if a.len().abs_diff(b.len()) > edits {
        return false;
    }
    match (a, b) {
        ([], rest) | (rest, []) => rest.len() <= edits,
        _ if edits == 0 => false,
        ([x, y, more @ ..], [p, q, rest @ ..]) if x == q && y == p && within_edits(more, rest, edits - 1) => {
            true
        }
        _ => {
            within_edits(&a[1..], &b[1..], edits - 1)
                || within_edits(&a[1..], b, edits - 1)
                || within_edits(a, &b[1..], edits - 1)
        }
    }
}

/// The three rows that a distance needs.
const ROW: usize = STACK + 1;

fn text_edit_distance<T: PartialEq + Copy>(a: &[T], b: &[T], transpositions: bool) -> usize {
    // What both begin and end with costs nothing.
    let prefix = a.iter().zip(b).take_while(|(x, y)| x == y).count();
    let (a, b) = (&a[prefix..], &b[prefix..]);
    let suffix = a.iter().rev().zip(b.iter().rev()).take_while(|(x, y)| x == y).count();
    let (a, b) = (&a[..a.len() - suffix], &b[..b.len() - suffix]);
    let (short, long) = if a.len() <= b.len() { (a, b) } else { (b, a) };
    if short.is_empty() {
        return long.len();
    }
    if short.len() <= STACK {
        let mut rows = [[0u32; ROW]; 3];
        let [older, last, this] = &mut rows;
        let width = short.len() + 1;
        fill_distance_rows(
            short,
            long,
            transpositions,
            &mut older[..width],
            &mut last[..width],
            &mut this[..width],
        )
    } else {
        let width = short.len() + 1;
        let (mut older, mut last, mut this) = (vec![0; width], vec![0; width], vec![0; width]);
        fill_distance_rows(short, long, transpositions, &mut older, &mut last, &mut this)
    }
}

fn fill_distance_rows<'a, T: PartialEq + Copy>(
    short: &[T],
    long: &[T],
    transpositions: bool,
    mut older: &'a mut [u32],
    mut last: &'a mut [u32],
    mut this: &'a mut [u32],
) -> usize {
    for (place, cell) in last.iter_mut().enumerate() {
        *cell = place as u32;
    }
    for (i, x) in long.iter().enumerate() {
        this[0] = i as u32 + 1;
        for (j, y) in short.iter().enumerate() {
            let mut best = (last[j] + u32::from(x != y)).min(last[j + 1] + 1).min(this[j] + 1);
            if transpositions && i > 0 && j > 0 && *x == short[j - 1] && long[i - 1] == *y {
                best = best.min(older[j - 1] + 1);
            }
            this[j + 1] = best;
        }
        (older, last, this) = (last, this, older);
    }
    last[short.len()] as usize
}

/// Jaro similarity, 0 to 1.
pub(crate) fn jaro_similarity(a: &str, b: &str) -> f64 {
    with_chars!(a, b, jaro_slices)
}

/// Jaro-Winkler similarity, 0 to 1: [`jaro_similarity`], raised for up to four characters that both begin with.
pub(crate) fn jaro_winkler(a: &str, b: &str) -> f64 {
    let plain = jaro_similarity(a, b);
    if plain <= 0.7 {
        return plain;
    }
    let prefix = a.chars().take(4).zip(b.chars()).take_while(|(x, y)| x == y).count();
    plain + 0.1 * prefix as f64 * (1.0 - plain)
}

fn jaro_slices<T: PartialEq + Copy>(a: &[T], b: &[T]) -> f64 {
    if a.is_empty() || b.is_empty() {
        return if a.len() == b.len() { 1.0 } else { 0.0 };
    }
    let (mut taken, mut marks) = ([false; STACK], [false; STACK]);
    if a.len() <= STACK && b.len() <= STACK {
        jaro_marked(a, b, &mut marks[..a.len()], &mut taken[..b.len()])
    } else {
        jaro_marked(a, b, &mut vec![false; a.len()], &mut vec![false; b.len()])
    }
}

fn jaro_marked<T: PartialEq + Copy>(a: &[T], b: &[T], marks: &mut [bool], taken: &mut [bool]) -> f64 {
    let range = (a.len().max(b.len()) / 2).saturating_sub(1);
    let mut matches = 0usize;
    for (i, x) in a.iter().enumerate() {
        let from = i.saturating_sub(range);
        let to = (i + range + 1).min(b.len());
        if let Some(j) = (from..to).find(|&j| !taken[j] && b[j] == *x) {
            taken[j] = true;
            marks[i] = true;
            matches += 1;
        }
    }
    if matches == 0 {
        return 0.0;
    }
    let matched_a = a.iter().zip(marks.iter()).filter(|(_, m)| **m).map(|(x, _)| x);
    let matched_b = b.iter().zip(taken.iter()).filter(|(_, t)| **t).map(|(y, _)| y);
    let moved = matched_a.zip(matched_b).filter(|(x, y)| x != y).count() / 2;
    let m = matches as f64;
    (m / a.len() as f64 + m / b.len() as f64 + (matches - moved) as f64 / m) / 3.0
}

/// Share of neighbouring pairs of characters that both have (Dice coefficient of bigrams), 0 to
/// 1: what an address keeps when words move. One-character texts count themselves.
pub(crate) fn bigram_dice(a: &str, b: &str) -> f64 {
    let (mut x, mut y) = (Vec::with_capacity(STACK), Vec::with_capacity(STACK));
    bigrams(a, &mut x);
    bigrams(b, &mut y);
    if x.is_empty() || y.is_empty() {
        return if x.len() == y.len() { 1.0 } else { 0.0 };
    }
    x.sort_unstable();
    y.sort_unstable();
    let (mut i, mut j, mut common) = (0, 0, 0usize);
    while i < x.len() && j < y.len() {
        match x[i].cmp(&y[j]) {
            std::cmp::Ordering::Less => i += 1,
            std::cmp::Ordering::Greater => j += 1,
            std::cmp::Ordering::Equal => {
                common += 1;
                i += 1;
                j += 1;
            }
        }
    }
    2.0 * common as f64 / (x.len() + y.len()) as f64
}

fn bigrams(text: &str, out: &mut Vec<u64>) {
    let mut before = None;
    for c in text.chars().filter(|c| !c.is_whitespace()) {
        if let Some(before) = before {
            out.push(u64::from(before as u32) << 32 | u64::from(c as u32));
        }
        before = Some(c);
    }
    if out.is_empty() {
        out.extend(before.map(|c| u64::from(c as u32)));
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use proptest::prelude::*;

    #[test]
    fn characters_count_not_bytes() {
        assert_eq!(osa_distance("王明小", "王小明"), 1);
        assert!(jaro_winkler("善堂镇马庄村", "善堂镇马庄") > 0.95);
    }

    #[test]
    fn dice() {
        assert_eq!(bigram_dice("善堂镇马庄村", "善堂镇马庄村"), 1.0);
        assert_eq!(bigram_dice("", ""), 1.0);
        assert_eq!(bigram_dice("甲", ""), 0.0);
        assert_eq!(bigram_dice("12 main street", "main street 12"), 20.0 / 22.0);
        assert_eq!(bigram_dice("甲乙", "丙丁"), 0.0);
    }

    proptest! {
        #[test]
        fn strsim_agrees(a in "[ab王小明 é]{0,12}", b in "[ab王小明 é]{0,12}") {
            prop_assert_eq!(osa_distance(&a, &b), strsim::osa_distance(&a, &b));
            prop_assert_eq!(jaro_similarity(&a, &b), strsim::jaro(&a, &b));
            prop_assert_eq!(jaro_winkler(&a, &b), strsim::jaro_winkler(&a, &b));
        }

        #[test]
        fn within_agrees(a in "[a-c]{0,8}", b in "[a-c]{0,8}", edits in 0usize..4) {
            prop_assert_eq!(within_edits(a.as_bytes(), b.as_bytes(), edits), strsim::osa_distance(&a, &b) <= edits);
        }

        #[test]
        fn strsim_agrees_on_ascii(a in "[a-e]{0,20}", b in "[a-e]{0,20}") {
            prop_assert_eq!(osa_distance(&a, &b), strsim::osa_distance(&a, &b));
            prop_assert_eq!(jaro_winkler(&a, &b), strsim::jaro_winkler(&a, &b));
        }

        #[test]
        fn strsim_agrees_beyond_the_stack(a in "[ab王]{50,90}", b in "[ab王]{50,90}") {
            prop_assert_eq!(osa_distance(&a, &b), strsim::osa_distance(&a, &b));
            prop_assert_eq!(jaro_similarity(&a, &b), strsim::jaro(&a, &b));
        }
    }
}
