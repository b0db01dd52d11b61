//! SM3 (GB/T 32905) over several short messages side by side: ids by the million go through the
//! same steps, which the compiler then makes of instructions for several numbers at a time.

/// Messages hashed side by side: their words just stay in the nearest cache.
pub(super) const LANES: usize = 32;

/// A word of every message.
pub(super) type WordLanes = [u32; LANES];
/// The hash of every message so far.
pub(super) type HashLanes = [WordLanes; 8];
/// A block of every message.
pub(super) type BlockLanes = [WordLanes; 16];

/// The hash of nothing.
pub(super) const BEGIN: [u32; 8] =
    [0x7380_166f, 0x4914_b2b9, 0x1724_42d7, 0xda8a_0600, 0xa96f_30bc, 0x1631_38aa, 0xe38d_ee4d, 0xb0fb_0e4e];

/// Adds a block to every hash.
pub(super) fn compress_sm3_blocks(hashes: &mut HashLanes, blocks: &BlockLanes) {
    let mut words = [[0u32; LANES]; 68];
    words[..16].copy_from_slice(blocks);
    for at in 16..68 {
        let (old, new) = words.split_at_mut(at);
        for lane in 0..LANES {
            let word = |back: usize| old[at - back][lane];
            let x = word(16) ^ word(9) ^ word(3).rotate_left(15);
            new[0][lane] = x ^ x.rotate_left(15) ^ x.rotate_left(23) ^ word(13).rotate_left(7) ^ word(6);
        }
    }
    let mut state = *hashes;
    for at in (0..16).step_by(4) {
        four_rounds::<false>(&mut state, at, 0x79cc_4519, &words);
    }
    for at in (16..64).step_by(4) {
        four_rounds::<true>(&mut state, at, 0x7a87_9d8a, &words);
    }
    for (hash, state) in hashes.iter_mut().zip(state) {
        for lane in 0..LANES {
            hash[lane] ^= state[lane];
        }
    }
}

/// After four rounds every word of the state is at its place again.
fn four_rounds<const LATE: bool>(state: &mut HashLanes, at: usize, constant: u32, words: &[WordLanes; 68]) {
    let constant = |round: usize| constant.rotate_left((at + round) as u32 % 32);
    let pair = |round: usize| (&words[at + round], &words[at + round + 4]);
    round::<0, LATE>(state, constant(0), pair(0));
    round::<1, LATE>(state, constant(1), pair(1));
    round::<2, LATE>(state, constant(2), pair(2));
    round::<3, LATE>(state, constant(3), pair(3));
}

/// One round; `TURN`: by how many places the words of either half have moved on.
#[inline(always)]
fn round<const TURN: usize, const LATE: bool>(
    state: &mut HashLanes,
    constant: u32,
    (word, word4): (&WordLanes, &WordLanes),
) {
    let place = |letter: usize| letter / 4 * 4 + (letter + 4 - TURN) % 4;
    for lane in 0..LANES {
        let [a, b, c, d, e, f, g, h] = std::array::from_fn(|letter| state[place(letter)][lane]);
        let turned = a.rotate_left(12);
        let ss1 = turned.wrapping_add(e).wrapping_add(constant).rotate_left(7);
        let (ff, gg) = match LATE {
            false => (a ^ b ^ c, e ^ f ^ g),
            true => ((a & b) | ((a | b) & c), ((f ^ g) & e) ^ g),
        };
        let tt1 = d.wrapping_add(ff).wrapping_add(ss1 ^ turned).wrapping_add(word[lane] ^ word4[lane]);
        let tt2 = h.wrapping_add(gg).wrapping_add(ss1).wrapping_add(word[lane]);
        state[place(1)][lane] = b.rotate_left(9);
        state[place(3)][lane] = tt1;
        state[place(5)][lane] = f.rotate_left(19);
        state[place(7)][lane] = tt2 ^ tt2.rotate_left(9) ^ tt2.rotate_left(17);
    }
}
