//! The literals of one text form, found at every place where one begins.
//!
//! Nearly no place begins a literal, and two characters tell: a set of hashed pairs that fits into the cache is asked first,
//! and only then a prefix tree.  Its depth is bounded; what is longer is compared character by character.  The tree is one
//! flat table, so that a step is one look into memory.

use crate::sieve::Sieve;

/// The tree is so deep at the most.
const DEPTH: usize = 24;
/// Stands for any second character in the sieve: of literals of one.
const ANY: u32 = 0x1F_FFFF;
const EMPTY: u64 = u64::MAX;
/// Where a step has no parent but a first character, this is added to it.
const NO_PAIR: u32 = 1 << 31;

/// Who asks for a literal: a pattern, and what it wants back.
pub type User = (u32, u32);

/// A node of the tree, found by its parent and the character between.
#[derive(Clone, Copy)]
struct Node {
    /// Parent and character; of the first two characters both.
    key: u64,
    number: u32,
    /// The literal that ends here, from 1; 0 for none.
    literal: u32,
}

pub struct Literals {
    pairs: Sieve,
    singles: Sieve,
    nodes: Vec<Node>,
    mask: usize,
    users: Vec<User>,
    /// Where the users of a literal begin.
    firsts: Vec<u32>,
    /// The literals that go on below the tree: the node, the number, and what follows.  Sorted by node.
    tails: Vec<(u32, u32, Vec<u32>)>,
}

impl Literals {
    /// Of literals that differ and are not empty, each with its users.
    pub fn new(texts: &[Vec<u32>], users: &[Vec<User>]) -> Self {
        let size: usize = texts.iter().map(|text| text.len().min(DEPTH)).sum();
        let slots = (size * 2 + 1).next_power_of_two();
        let mut one = Literals {
            pairs: Sieve::new(texts.len()),
            singles: Sieve::new(texts.iter().filter(|text| text.len() == 1).count()),
            nodes: vec![
                Node {
                    key: EMPTY,
                    number: 0,
                    literal: 0
                };
                slots
            ],
            mask: slots - 1,
            users: users.concat(),
            firsts: vec![0],
            tails: Vec::new(),
        };
        for some in users {
            one.firsts
                .push(one.firsts[one.firsts.len() - 1] + some.len() as u32);
        }
        let mut count = 0;
        for (number, text) in (0_u32..).zip(texts) {
            match text[..] {
                [] => continue,
                [only] => one.singles.add(only, ANY),
                [first, second, ..] => one.pairs.add(first, second),
            }
            let (begin, rest) = begin_of(text);
            let mut at = one.put(begin, &mut count);
            for &code in rest.iter().take(DEPTH - 2) {
                at = one.put(key_of(one.nodes[at].number, code), &mut count);
            }
            match text.get(DEPTH..) {
                Some(tail) if !tail.is_empty() => {
                    one.tails
                        .push((one.nodes[at].number, number, tail.to_vec()))
                }
                _ => one.nodes[at].literal = number + 1,
            }
        }
        one.tails.sort();
        one
    }

    /// Where a node is, which is made if it is not there.
    fn put(&mut self, key: u64, count: &mut u32) -> usize {
        let at = self.slot(key);
        if self.nodes[at].key == EMPTY {
            *count += 1;
            self.nodes[at] = Node {
                key,
                number: *count,
                literal: 0,
            };
        }
        at
    }

    pub fn is_empty(&self) -> bool {
        self.users.is_empty()
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

    fn users(&self, literal: u32) -> &[User] {
        &self.users
            [self.firsts[literal as usize] as usize..self.firsts[literal as usize + 1] as usize]
    }

    /// Tells of every literal its users and its `[start, end)`, in the order of the starts, shorter ones first.
    #[inline]
    pub fn find(&self, text: &[u32], mut found: impl FnMut(&[User], usize, usize)) {
        for (start, &first) in text.iter().enumerate() {
            if self.singles.may_have(first, ANY) {
                let node = self.nodes[self.slot(key_of(NO_PAIR + first, ANY))];
                if node.literal > 0 {
                    found(self.users(node.literal - 1), start, start + 1);
                }
            }
            if let Some(&second) = text.get(start + 1) {
                if self.pairs.may_have(first, second) {
                    self.walk(text, start, second, &mut found);
                }
            }
        }
    }

    fn walk(
        &self,
        text: &[u32],
        start: usize,
        second: u32,
        found: &mut impl FnMut(&[User], usize, usize),
    ) {
        let mut key = key_of(NO_PAIR + text[start], second);
        let mut end = start + 2;
        loop {
            let node = self.nodes[self.slot(key)];
            if node.key == EMPTY {
                return;
            }
            if node.literal > 0 {
                found(self.users(node.literal - 1), start, end);
            }
            match text.get(end) {
                Some(&code) if end - start < DEPTH => key = key_of(node.number, code),
                None => return,
                Some(_) => {
                    self.below(&text[end..], node.number, |literal, size| {
                        found(self.users(literal), start, end + size);
                    });
                    return;
                }
            }
            end += 1;
        }
    }

    /// The literals that go on below a node of the lowest level, with the sizes of their tails.
    fn below(&self, rest: &[u32], number: u32, mut found: impl FnMut(u32, usize)) {
        let first = self.tails.partition_point(|&(node, ..)| node < number);
        for (_, literal, tail) in self.tails[first..]
            .iter()
            .take_while(|&&(node, ..)| node == number)
        {
            if rest.starts_with(tail) {
                found(*literal, tail.len());
            }
        }
    }
}

/// The key of the node that a literal begins with, and what follows: two characters are one step.
fn begin_of(text: &[u32]) -> (u64, &[u32]) {
    match text {
        [first, second, rest @ ..] => (key_of(NO_PAIR + first, *second), rest),
        [only] => (key_of(NO_PAIR + only, ANY), &[]),
        [] => (EMPTY, &[]),
    }
}

#[inline]
fn key_of(parent: u32, code: u32) -> u64 {
    u64::from(parent) << 21 | u64::from(code)
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
