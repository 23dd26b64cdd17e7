//! Which two characters stand together anywhere in many words: asked before a tree is.

/// A set of pairs that may hold more than it was told of, never less (B. Bloom, 1970, with one hash).
pub struct Sieve {
    words: Vec<u64>,
    shift: u32,
}

impl Sieve {
    /// For about so many pairs: eight bits each.
    pub fn new(count: usize) -> Self {
        let bits = (count * 8).next_power_of_two().max(512);
        Sieve {
            words: vec![0; bits / 64],
            shift: 64 - bits.trailing_zeros(),
        }
    }

    #[inline]
    fn place(&self, first: u32, second: u32) -> usize {
        let key = u64::from(first) << 21 | u64::from(second);
        (key.wrapping_mul(0x9E37_79B9_7F4A_7C15) >> self.shift) as usize
    }

    pub fn add(&mut self, first: u32, second: u32) {
        let place = self.place(first, second);
        self.words[place / 64] |= 1 << (place % 64);
    }

    #[inline]
    pub fn may_have(&self, first: u32, second: u32) -> bool {
        let place = self.place(first, second);
        self.words[place / 64] >> (place % 64) & 1 != 0
    }
}
