//! A hash table in one flat list: one look into memory tells what a key has.

use crate::sieve::hashed;

const EMPTY: u64 = u64::MAX;

/// Values by keys below `u64::MAX`; of no more keys than were foreseen.
pub struct Table<V> {
    slots: Vec<(u64, V)>,
    mask: usize,
}

impl<V: Copy + Default> Table<V> {
    /// For so many keys.
    pub fn new(count: usize) -> Self {
        let slots = (count * 4 / 3 + 1).next_power_of_two();
        Table {
            slots: vec![(EMPTY, V::default()); slots],
            mask: slots - 1,
        }
    }

    /// Where a key is looked for first.
    #[inline]
    fn begin(&self, key: u64) -> usize {
        hashed(key) as usize & self.mask
    }

    /// Where it is, or would be.
    #[inline]
    fn slot(&self, key: u64) -> usize {
        let mut at = self.begin(key);
        while self.slots[at].0 != key && self.slots[at].0 != EMPTY {
            at = (at + 1) & self.mask;
        }
        at
    }

    /// The value of a key; the default where it is new.
    pub fn put(&mut self, key: u64) -> &mut V {
        let at = self.slot(key);
        self.slots[at].0 = key;
        &mut self.slots[at].1
    }

    #[inline]
    pub fn get(&self, key: u64) -> Option<V> {
        let (found, value) = self.slots[self.slot(key)];
        (found == key).then_some(value)
    }
}

/// How many nodes of some levels (from 1) a prefix tree of words has at the most: what a word shares with the one before it
/// is not counted again.
pub fn nodes_of<'a>(
    words: impl Iterator<Item = &'a [u32]>,
    levels: std::ops::RangeInclusive<usize>,
) -> usize {
    let mut before: &[u32] = &[];
    let mut count = 0;
    for word in words {
        let shared = before
            .iter()
            .zip(word)
            .take_while(|(left, right)| left == right)
            .count();
        let (first, last) = (
            (shared + 1).max(*levels.start()),
            word.len().min(*levels.end()),
        );
        count += (last + 1).saturating_sub(first);
        before = word;
    }
    count
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_key_has_what_was_put() {
        let mut table: Table<u32> = Table::new(3);
        *table.put(7) = 1;
        *table.put(7 << 40) += 2;
        assert_eq!(
            (table.get(7), table.get(7 << 40), table.get(8)),
            (Some(1), Some(2), None)
        );
    }

    #[test]
    fn what_words_share_is_counted_once() {
        let words: [&[u32]; 3] = [&[1, 2], &[1, 2, 3, 4], &[2, 2]];
        assert_eq!(nodes_of(words.into_iter(), 1..=3), 5);
        assert_eq!(nodes_of(words.into_iter(), 3..=9), 2);
    }
}
