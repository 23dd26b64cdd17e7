//! Sets of small numbers.

#[derive(Clone, Default)]
pub struct Bits(Vec<u64>);

impl Bits {
    /// An empty set of numbers below `size`.
    pub fn new(size: usize) -> Self {
        Bits(vec![0; size.div_ceil(64).max(1)])
    }

    #[inline]
    pub fn add(&mut self, number: u32) {
        self.0[number as usize / 64] |= 1 << (number % 64);
    }

    pub fn clear(&mut self) {
        self.0.fill(0);
    }

    #[inline]
    pub fn remove(&mut self, number: u32) {
        self.0[number as usize / 64] &= !(1 << (number % 64));
    }

    #[inline]
    pub fn has(&self, number: u32) -> bool {
        self.0[number as usize / 64] >> (number % 64) & 1 != 0
    }

    #[inline]
    pub fn add_all(&mut self, few: &Few) {
        for &(at, word) in few.words() {
            self.0[at as usize] |= word;
        }
    }

    /// Those of one word of 64.
    #[inline]
    pub fn word(&self, at: u32) -> u64 {
        self.0[at as usize]
    }

    /// Whether the two have a number in common.
    #[inline]
    pub fn meets(&self, few: &Few) -> bool {
        few.words()
            .any(|&(at, word)| self.0[at as usize] & word != 0)
    }

    /// The lowest number from this one on.
    pub fn next(&self, number: u32) -> Option<u32> {
        let at = number as usize / 64;
        let word = *self.0.get(at)? >> (number % 64);
        if word != 0 {
            return Some(number + word.trailing_zeros());
        }
        let rest = self.0[at + 1..].iter().position(|&word| word != 0)?;
        let at = at + 1 + rest;
        Some(at as u32 * 64 + self.0[at].trailing_zeros())
    }

    /// The numbers, lowest first.
    pub fn iter(&self) -> impl Iterator<Item = u32> + '_ {
        std::iter::successors(self.next(0), |&number| self.next(number + 1))
    }
}

/// A few numbers that stand close together: the places and the words of a set that are not empty.
pub struct Few {
    first: (u32, u64),
    others: Box<[(u32, u64)]>,
}

impl Few {
    pub fn of(numbers: &[u32]) -> Self {
        let mut words: Vec<(u32, u64)> = Vec::new();
        for &number in numbers {
            let (at, bit) = (number / 64, 1 << (number % 64));
            match words.iter_mut().find(|(known, _)| *known == at) {
                Some((_, word)) => *word |= bit,
                None => words.push((at, bit)),
            }
        }
        let first = words.pop().unwrap_or_default();
        Few {
            first,
            others: words.into(),
        }
    }

    #[inline]
    pub fn words(&self) -> impl Iterator<Item = &(u32, u64)> {
        std::iter::once(&self.first).chain(&self.others)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_next_number_is_found_in_any_word() {
        let mut bits = Bits::new(200);
        for number in [3, 63, 64, 191] {
            bits.add(number);
        }
        let next = |from| bits.next(from);
        let found = [0, 3, 4, 64, 65, 192, 400].map(next);
        let wanted = [Some(3), Some(3), Some(63), Some(64), Some(191), None, None];
        assert_eq!(found, wanted);
    }
}
