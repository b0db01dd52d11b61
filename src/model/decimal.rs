//! Numbers as decimal texts, several times as fast as formatting them.

/// Digits of the longest number.
pub(crate) const LONGEST: usize = 20;

/// The digits of a number, in `buffer`.
pub(crate) fn write_decimal(mut number: u64, buffer: &mut [u8; LONGEST]) -> &str {
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

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn numbers_are_written_out() {
        let written = |number| write_decimal(number, &mut [0; LONGEST]).to_owned();
        assert_eq!(
            [0, 7, 10, 1_234_567, u64::MAX].map(written).join(" "),
            "0 7 10 1234567 18446744073709551615"
        );
    }
}
