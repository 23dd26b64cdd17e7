//! The literals of one text form, found at every place where one begins.
//!
//! Nearly no place begins a literal, and its first characters tell: a set of hashed beginnings that fits into the cache is
//! asked first.  Literals of one and of two characters have tables of their own; longer ones stand in a prefix tree that
//! begins with three at once.  Its depth is bounded; what is longer is compared character by character.  A tree is one flat
//! table, so that a step is one look into memory.

use crate::sieve::{key_of, key_of_pair, Sieve};

/// The tree is so deep at the most.
const DEPTH: usize = 24;
const EMPTY: u64 = u64::MAX;

/// Who asks for a literal: a pattern, and what it wants back.
pub type User = (u32, u32);

/// A node of the tree, found by its parent and the character between; the first nodes by their three characters.
#[derive(Clone, Copy)]
struct Node {
    key: u64,
    number: u32,
    /// Where the users of the literal that ends here stand; 0 for none.
    users: u32,
}

/// Nodes by their keys: hashed, with open addresses.
struct Table {
    nodes: Vec<Node>,
    mask: usize,
}

impl Table {
    /// For so many nodes at the most.
    fn new(count: usize) -> Self {
        let slots = (count * 4 / 3 + 1).next_power_of_two();
        let node = Node {
            key: EMPTY,
            number: 0,
            users: 0,
        };
        Table {
            nodes: vec![node; slots],
            mask: slots - 1,
        }
    }

    /// Where a node is, or would be.
    #[inline]
    fn slot(&self, key: u64) -> usize {
        let mut at = (key.wrapping_mul(0x9E37_79B9_7F4A_7C15) >> 20) as usize & self.mask;
        while self.nodes[at].key != key && self.nodes[at].key != EMPTY {
            at = (at + 1) & self.mask;
        }
        at
    }

    /// A node; one that is not there gets the next number.
    fn put(&mut self, key: u64, count: &mut u32) -> &mut Node {
        let at = self.slot(key);
        let node = &mut self.nodes[at];
        if node.key == EMPTY {
            *count += 1;
            node.key = key;
            node.number = *count;
        }
        node
    }

    #[inline]
    fn get(&self, key: u64) -> Option<Node> {
        let node = self.nodes[self.slot(key)];
        (node.key != EMPTY).then_some(node)
    }
}

/// So many places go through the sieve before a table is looked into: then no look waits for the one before.
const AT_ONCE: usize = 64;

/// The places of the bits that are set.
fn places(mut bits: u64) -> impl Iterator<Item = usize> {
    std::iter::from_fn(move || {
        let at = bits.trailing_zeros();
        bits &= bits.wrapping_sub(1);
        (at < u64::BITS).then_some(at as usize)
    })
}

pub struct Literals {
    /// How they begin.
    sieve: Sieve,
    singles: Table,
    pairs: Table,
    longer: Table,
    /// Those of each literal, behind how many they are.
    users: Vec<User>,
    /// The literals that go on below the tree: the node, the place of the users, and what follows.  Sorted by node.
    tails: Vec<(u32, u32, Vec<u32>)>,
}

impl Literals {
    /// Of literals that differ and are not empty, each with its users.
    pub fn new(texts: &[Vec<u32>], users: &[Vec<User>]) -> Self {
        let of_size = |size: usize| texts.iter().filter(|text| text.len() == size).count();
        let (singles, pairs) = (of_size(1), of_size(2));
        let mut one = Literals {
            sieve: Sieve::new(texts.len()),
            singles: Table::new(singles),
            pairs: Table::new(pairs),
            longer: Table::new(nodes_of(texts)),
            users: vec![(0, 0)], // no literal has its users at 0
            tails: Vec::new(),
        };
        let mut count = 0;
        for (text, some) in texts.iter().zip(users) {
            let place = one.users.len() as u32;
            one.users.push((some.len() as u32, 0));
            one.users.extend(some);
            let table = match text.len() {
                0 => continue,
                1 => &mut one.singles,
                2 => &mut one.pairs,
                _ => &mut one.longer,
            };
            let begin = key_of(text);
            one.sieve.add(begin);
            let mut node = table.put(begin, &mut count);
            for &code in text.iter().take(DEPTH).skip(3) {
                let key = key_of_pair(node.number, code);
                node = table.put(key, &mut count);
            }
            match text.get(DEPTH..) {
                Some(tail) if !tail.is_empty() => {
                    one.tails.push((node.number, place, tail.to_vec()))
                }
                _ => node.users = place,
            }
        }
        one.tails.sort();
        one
    }

    pub fn is_empty(&self) -> bool {
        self.users.len() == 1
    }

    #[inline]
    fn users(&self, place: u32) -> &[User] {
        let first = place as usize + 1;
        &self.users[first..first + self.users[place as usize].0 as usize]
    }

    /// Tells of every literal its users and its `[start, end)`.
    #[inline]
    pub fn find(&self, text: &[u32], mut found: impl FnMut(&[User], usize, usize)) {
        for base in (0..text.len()).step_by(AT_ONCE) {
            let here = &text[base..];
            let [singles, pairs, longer] = self.sift(here);
            for at in places(singles) {
                if let Some(node) = self.singles.get(key_of(&here[at..at + 1])) {
                    found(self.users(node.users), base + at, base + at + 1);
                }
            }
            for at in places(pairs) {
                if let Some(node) = self.pairs.get(key_of(&here[at..at + 2])) {
                    found(self.users(node.users), base + at, base + at + 2);
                }
            }
            for at in places(longer) {
                if let Some(node) = self.longer.get(key_of(&here[at..at + 3])) {
                    self.walk(text, base + at, node, &mut found);
                }
            }
        }
    }

    /// At which of the next places a literal may begin, as bits: one of one character, of two, of more.
    #[inline(never)]
    fn sift(&self, text: &[u32]) -> [u64; 3] {
        let mut found = [0; 3];
        let mut sift = |at: usize, beginning: &[u32]| {
            for size in 1..=beginning.len() {
                let may_begin = self.sieve.may_have(key_of(&beginning[..size]));
                found[size - 1] |= u64::from(may_begin) << at;
            }
        };
        for (at, three) in text.windows(3).take(AT_ONCE).enumerate() {
            sift(at, three);
        }
        for at in text.len().saturating_sub(2)..text.len().min(AT_ONCE) {
            sift(at, &text[at..]);
        }
        found
    }

    /// The literals that begin with the three characters of a node.
    fn walk(
        &self,
        text: &[u32],
        start: usize,
        mut node: Node,
        found: &mut impl FnMut(&[User], usize, usize),
    ) {
        let mut end = start + 3;
        loop {
            if node.users > 0 {
                found(self.users(node.users), start, end);
            }
            let Some(&code) = text.get(end) else { return };
            if end - start == DEPTH {
                self.below(&text[end..], node.number, |users, size| {
                    found(self.users(users), start, end + size);
                });
                return;
            }
            match self.longer.get(key_of_pair(node.number, code)) {
                Some(next) => node = next,
                None => return,
            }
            end += 1;
        }
    }

    /// The literals that go on below a node of the lowest level, with the sizes of their tails.
    fn below(&self, rest: &[u32], number: u32, mut found: impl FnMut(u32, usize)) {
        let first = self.tails.partition_point(|&(node, ..)| node < number);
        for (_, users, tail) in self.tails[first..]
            .iter()
            .take_while(|&&(node, ..)| node == number)
        {
            if rest.starts_with(tail) {
                found(*users, tail.len());
            }
        }
    }
}

/// How many nodes the tree has at the most: what a literal shares with the one before it has been counted with that.
fn nodes_of(texts: &[Vec<u32>]) -> usize {
    let mut long: Vec<&[u32]> = texts.iter().map(Vec::as_slice).collect();
    long.retain(|text| text.len() > 2);
    long.sort_unstable();
    let mut before: &[u32] = &[];
    let mut count = 0;
    for text in long {
        let shared = before
            .iter()
            .zip(text)
            .take_while(|(one, other)| one == other);
        let shared = shared.count().min(DEPTH);
        count += text.len().min(DEPTH) - if shared < 3 { 2 } else { shared };
        before = text;
    }
    count
}

#[cfg(test)]
mod tests {
    use super::*;

    fn codes(text: &str) -> Vec<u32> {
        text.chars().map(u32::from).collect()
    }

    fn all(literals: &[&str], text: &str) -> Vec<(u32, usize, usize)> {
        let texts: Vec<_> = literals.iter().map(|text| codes(text)).collect();
        let mut found = Vec::new();
        let users: Vec<_> = (0..texts.len() as u32)
            .map(|number| vec![(number, 0)])
            .collect();
        Literals::new(&texts, &users).find(&codes(text), |users, start, end| {
            found.push((users[0].0, start, end))
        });
        found.sort_unstable();
        found
    }

    #[test]
    fn every_literal_is_found_overlapping_ones_too() {
        let found = all(&["微信", "加微信", "信", "信号"], "加微信号");
        assert_eq!(found, [(0, 1, 3), (1, 0, 3), (2, 2, 3), (3, 2, 4)]);
    }

    #[test]
    fn literals_below_the_tree_are_found_whole_only() {
        let long = "长".repeat(40);
        let text = format!("{long}长。{}", "长".repeat(39));
        assert_eq!(
            all(&[&long, "长。"], &text),
            [(0, 0, 40), (0, 1, 41), (1, 40, 42)]
        );
    }

    #[test]
    fn what_ends_with_the_text_is_found() {
        assert_eq!(all(&["a", "ab"], "ba"), [(0, 1, 2)]);
        assert_eq!(all(&["ab"], ""), []);
    }
}
