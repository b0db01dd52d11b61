//! Numbers as decimal texts, several times as fast as formatting them.

/// Digits of the longest number.
pub(crate) const LONGEST: usize = 20;

/// The digits of a number, in `buffer`.
pub(crate) fn decimal(mut number: u64, buffer: &mut [u8; LONGEST]) -> &str {
    let mut from = LONGEST;
    loop {
        from -= 1;
        buffer[from] = b'0' + (number % 10) as u8;
        number /= 10;
        if number == 0 {
            break;
        }
    }
    std::str::from_utf8(&buffer[from..]).unwrap_or_default()
}
