//! Which characters begin or join many words: asked before a table is.

/// A set of keys that may hold more than it was told of, never less (B. Bloom, 1970, with one hash).
pub struct Sieve {
    words: Vec<u64>,
    shift: u32,
}

/// The key of two characters, or of a number and a character.
#[inline]
pub fn key_of_pair(first: u32, second: u32) -> u64 {
    u64::from(first) << 21 | u64::from(second)
}

/// The key of the first characters, three at the most; keys of as many characters differ, and those of three from all pairs.
#[inline]
pub fn key_of(text: &[u32]) -> u64 {
    match *text {
        [] => 0,
        [only] => u64::from(only),
        [first, second] => key_of_pair(first, second),
        [first, second, third, ..] => 1 << 63 | u64::from(first) << 42 | key_of_pair(second, third),
    }
}

impl Sieve {
    /// For about so many keys: sixteen bits each.
    pub fn new(count: usize) -> Self {
        let bits = (count * 16).next_power_of_two().max(512);
        Sieve {
            words: vec![0; bits / 64],
            shift: 64 - bits.trailing_zeros(),
        }
    }

    #[inline]
    fn place(&self, key: u64) -> usize {
        (key.wrapping_mul(0x9E37_79B9_7F4A_7C15) >> self.shift) as usize
    }

    pub fn add(&mut self, key: u64) {
        let place = self.place(key);
        self.words[place / 64] |= 1 << (place % 64);
    }

    #[inline]
    pub fn may_have(&self, key: u64) -> bool {
        let place = self.place(key);
        self.words[place / 64] >> (place % 64) & 1 != 0
    }
}
