//! Sets of keys that are small, and asked before a table is: how words, literals and what is typed in disguise begin.

/// A set of keys that may hold more than it was told of, never less (B. Bloom, 1970; both bits of a key in one word).
pub struct Sieve {
    words: Vec<u64>,
    mask: usize,
}

/// The kinds of keys: how something begins that goes on, and all of what is so short.
pub const BEGUN: u32 = 0;
pub const WHOLE: u32 = 1;

/// Spreads keys over all bits (D. Knuth, The Art of Computer Programming 3, 6.4), the upper half over the lower one too.
#[inline]
pub fn hashed(key: u64) -> u64 {
    let hash = key.wrapping_mul(0x9E37_79B9_7F4A_7C15);
    hash ^ hash >> 32
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

    /// The word and the bits of a key.  Each kind of keys has bits of its own in the same word.
    #[inline]
    fn place(&self, key: u64, kind: u32) -> (usize, u64) {
        let hash = hashed(key);
        let own = hash >> (40 + 12 * kind);
        (
            hash as usize & self.mask,
            1 << (own & 63) | 1 << (own >> 6 & 63),
        )
    }

    pub fn add(&mut self, key: u64, kind: u32) {
        let (at, bits) = self.place(key, kind);
        self.words[at] |= bits;
    }

    #[inline]
    pub fn may_have(&self, key: u64, kind: u32) -> bool {
        let (at, bits) = self.place(key, kind);
        self.words[at] & bits == bits
    }
}
