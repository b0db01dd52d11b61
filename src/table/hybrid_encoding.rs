//! Parquet's hybrid of runs and packed groups, which positions in a dictionary and the marks of
//! missing values are written in.

/// Numbers of a packed group.
const GROUP: usize = 8;

/// Bits that numbers below `count` need.
pub(super) fn bit_width(count: usize) -> u32 {
    usize::BITS - count.saturating_sub(1).leading_zeros()
}

/// Appends `numbers`, each of which fits `width` bits.
pub(super) fn push_hybrid(numbers: &[u32], width: u32, out: &mut Vec<u8>) {
    // Groups from `packed` to `at` are not written yet; only at the end they may be unfilled.
    let (mut packed, mut at) = (0, 0);
    while at < numbers.len() {
        let group = &numbers[at..numbers.len().min(at + GROUP)];
        if group.len() == GROUP && group.iter().all(|number| *number == group[0]) {
            push_groups(&numbers[packed..at], width, out);
            let rest = &numbers[at..];
            let run = rest.iter().position(|number| *number != group[0]).unwrap_or(rest.len());
            push_hybrid_run(run, group[0], width, out);
            at += run;
            packed = at;
        } else {
            at += group.len();
        }
    }
    push_groups(&numbers[packed..], width, out);
}

/// Appends the same number many times.
pub(super) fn push_hybrid_run(times: usize, number: u32, width: u32, out: &mut Vec<u8>) {
    push_varint((times as u64) << 1, out);
    out.extend_from_slice(&number.to_le_bytes()[..width.div_ceil(8) as usize]);
}

fn push_groups(numbers: &[u32], width: u32, out: &mut Vec<u8>) {
    if numbers.is_empty() {
        return;
    }
    let groups = numbers.len().div_ceil(GROUP);
    push_varint((groups as u64) << 1 | 1, out);
    let end = out.len() + groups * width as usize;
    out.reserve(groups * width as usize + GROUP);
    let (mut bits, mut filled) = (0u64, 0);
    for &number in numbers {
        bits |= u64::from(number) << filled;
        filled += width;
        if filled >= 32 {
            out.extend_from_slice(&(bits as u32).to_le_bytes());
            bits >>= 32;
            filled -= 32;
        }
    }
    out.extend_from_slice(&bits.to_le_bytes());
    // Zeros fill the last group.
    out.resize(end, 0);
}

fn push_varint(mut number: u64, out: &mut Vec<u8>) {
    while number >= 0x80 {
        out.push(number as u8 | 0x80);
        number >>= 7;
    }
    out.push(number as u8);
}

#[cfg(test)]
mod tests {
    use super::*;

    /// Reads `count` numbers back, as the format is described.
    fn read(mut bytes: &[u8], width: u32, count: usize) -> Vec<u32> {
        let mut numbers = Vec::new();
        while numbers.len() < count {
            let (mut header, mut shift) = (0u64, 0);
            loop {
                let byte = bytes[0];
                bytes = &bytes[1..];
                header |= u64::from(byte & 0x7F) << shift;
                shift += 7;
                if byte < 0x80 {
                    break;
                }
            }
            let times = (header >> 1) as usize;
            if header & 1 == 0 {
                let length = width.div_ceil(8) as usize;
                let mut number = [0; 4];
                number[..length].copy_from_slice(&bytes[..length]);
                bytes = &bytes[length..];
                numbers.extend(std::iter::repeat_n(u32::from_le_bytes(number), times));
            } else {
                for at in 0..times * 8 {
                    let bit = |bit: usize| u32::from(bytes[bit / 8] >> (bit % 8) & 1);
                    let start = at * width as usize;
                    numbers.push((0..width as usize).map(|b| bit(start + b) << b).sum());
                }
                bytes = &bytes[times * width as usize..];
            }
        }
        assert!(bytes.is_empty(), "nothing is left over");
        numbers.truncate(count);
        numbers
    }

    #[test]
    fn widths_hold_positions() {
        assert_eq!([0, 1, 2, 3, 4, 5, 256, 257].map(bit_width), [0, 0, 1, 2, 2, 3, 8, 9]);
    }

    proptest::proptest! {
        #[test]
        fn numbers_come_back(
            runs in proptest::collection::vec((proptest::prelude::any::<u32>(), 1usize..40), 0..40),
            width in 0u32..=32,
        ) {
            let mask = (1u64 << width) as u32;
            let mask = mask.wrapping_sub(1);
            let numbers: Vec<u32> = runs
                .iter()
                .flat_map(|&(number, times)| std::iter::repeat_n(number & mask, times % 12))
                .collect();
            let mut bytes = Vec::new();
            push_hybrid(&numbers, width, &mut bytes);
            proptest::prop_assert_eq!(read(&bytes, width, numbers.len()), numbers);
        }
    }
}
