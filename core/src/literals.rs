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
    /// The literal that ends here, from 1; 0 for none.
    literal: u32,
}

/// Nodes by their keys: hashed, with open addresses.
struct Table {
    nodes: Vec<Node>,
    mask: usize,
}

impl Table {
    /// For so many nodes at the most.
    fn new(count: usize) -> Self {
        let slots = (count * 2 + 1).next_power_of_two();
        let node = Node {
            key: EMPTY,
            number: 0,
            literal: 0,
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

/// The literals that begin with so many characters; what of them is asked first.
struct Beginnings<const N: usize> {
    sieve: Sieve,
    table: Table,
}

/// So many places go through the sieve before the table is looked into: then no look waits for the one before.
const AT_ONCE: usize = 64;

impl<const N: usize> Beginnings<N> {
    fn new(beginnings: usize, nodes: usize) -> Self {
        Beginnings {
            sieve: Sieve::new(beginnings),
            table: Table::new(nodes),
        }
    }

    /// Tells where one begins, and its node.
    #[inline]
    fn each(&self, text: &[u32], mut tell: impl FnMut(usize, Node)) {
        let mut places = [0; AT_ONCE];
        let windows = (text.len() + 1).saturating_sub(N);
        for base in (0..windows).step_by(AT_ONCE) {
            let here = &text[base..text.len().min(base + AT_ONCE + N - 1)];
            let mut count = 0;
            for (at, window) in here.windows(N).enumerate() {
                places[count] = at;
                count += usize::from(self.sieve.may_have(key_of(window)));
            }
            for &at in &places[..count] {
                if let Some(node) = self.table.get(key_of(&here[at..at + N])) {
                    tell(base + at, node);
                }
            }
        }
    }
}

pub struct Literals {
    singles: Beginnings<1>,
    pairs: Beginnings<2>,
    longer: Beginnings<3>,
    users: Vec<User>,
    /// Where the users of a literal begin.
    firsts: Vec<u32>,
    /// The literals that go on below the tree: the node, the number, and what follows.  Sorted by node.
    tails: Vec<(u32, u32, Vec<u32>)>,
}

impl Literals {
    /// Of literals that differ and are not empty, each with its users.
    pub fn new(texts: &[Vec<u32>], users: &[Vec<User>]) -> Self {
        let of_size = |size: usize| texts.iter().filter(|text| text.len() == size).count();
        let (singles, pairs) = (of_size(1), of_size(2));
        let longer = texts.len() - singles - pairs;
        let mut one = Literals {
            singles: Beginnings::new(singles, singles),
            pairs: Beginnings::new(pairs, pairs),
            longer: Beginnings::new(longer, nodes_of(texts)),
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
            let (sieve, table) = match text.len() {
                0 => continue,
                1 => (&mut one.singles.sieve, &mut one.singles.table),
                2 => (&mut one.pairs.sieve, &mut one.pairs.table),
                _ => (&mut one.longer.sieve, &mut one.longer.table),
            };
            let begin = key_of(text);
            sieve.add(begin);
            let mut node = table.put(begin, &mut count);
            for &code in text.iter().take(DEPTH).skip(3) {
                let key = key_of_pair(node.number, code);
                node = table.put(key, &mut count);
            }
            match text.get(DEPTH..) {
                Some(tail) if !tail.is_empty() => {
                    one.tails.push((node.number, number, tail.to_vec()))
                }
                _ => node.literal = number + 1,
            }
        }
        one.tails.sort();
        one
    }

    pub fn is_empty(&self) -> bool {
        self.users.is_empty()
    }

    fn users(&self, literal: u32) -> &[User] {
        &self.users
            [self.firsts[literal as usize] as usize..self.firsts[literal as usize + 1] as usize]
    }

    /// Tells of every literal its users and its `[start, end)`.
    #[inline]
    pub fn find(&self, text: &[u32], mut found: impl FnMut(&[User], usize, usize)) {
        self.singles.each(text, |start, node| {
            found(self.users(node.literal - 1), start, start + 1);
        });
        self.pairs.each(text, |start, node| {
            found(self.users(node.literal - 1), start, start + 2);
        });
        self.longer.each(text, |start, node| {
            self.walk(text, start, node, &mut found);
        });
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
            if node.literal > 0 {
                found(self.users(node.literal - 1), start, end);
            }
            let Some(&code) = text.get(end) else { return };
            if end - start == DEPTH {
                self.below(&text[end..], node.number, |literal, size| {
                    found(self.users(literal), start, end + size);
                });
                return;
            }
            match self.longer.table.get(key_of_pair(node.number, code)) {
                Some(next) => node = next,
                None => return,
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
