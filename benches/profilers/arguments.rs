//! The words after `--` of `cargo bench --bench NAME -- …`.

/// Returns them. If there are fewer than `least`, prints `usage` and returns `None`: a plain
/// `cargo bench` starts every profiler, without any.
pub(crate) fn after_the_dashes(usage: &str, least: usize) -> Option<Vec<String>> {
    // Cargo adds `--bench`.
    let words: Vec<String> = std::env::args().skip(1).filter(|word| word != "--bench").collect();
    if words.len() < least {
        println!("{usage}");
        return None;
    }
    Some(words)
}
