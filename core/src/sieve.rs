//! Which characters begin or join many words: asked before a table is.

/// A set of keys that may hold more than it was told of, never less (B. Bloom, 1970, with one hash).
pub struct Sieve {
    words: Vec<u64>,
    mask: usize,
}

/// Spreads keys over all bits, the upper ones best (D. Knuth, The Art of Computer Programming 3, 6.4).
#[inline]
pub fn hashed(key: u64) -> u64 {
    key.wrapping_mul(0x9E37_79B9_7F4A_7C15)
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
        let words = (count / 4).next_power_of_two().max(8);
        Sieve {
            words: vec![0; words],
            mask: words - 1,
        }
    }

    /// The word and the bit of a key.
    #[inline]
    fn place(&self, key: u64) -> (usize, u64) {
        let hash = hashed(key);
        ((hash >> 32) as usize & self.mask, hash >> 58)
    }

    pub fn add(&mut self, key: u64) {
        let (at, bit) = self.place(key);
        self.words[at] |= 1 << bit;
    }

    #[inline]
    pub fn may_have(&self, key: u64) -> bool {
        let (at, bit) = self.place(key);
        self.words[at] >> bit & 1 != 0
    }
}
