//! The literals of one text form, found at every place where one begins.
//!
//! Nearly no place begins a literal, and its first characters tell: sets of hashed beginnings that fit into the cache are
//! asked first.  Literals of one and of two characters have tables of their own; longer ones stand in a prefix tree that
//! begins with three at once.  Its depth is bounded; what is longer is compared character by character.  A tree is one flat
//! table, so that a step is one look into memory.

use crate::bits::Bits;
use crate::sieve::{key_of, key_of_pair, Sieve, BEGUN, WHOLE};
use crate::table::{nodes_of, Table};

/// The tree is so deep at the most.
const DEPTH: usize = 24;

/// Who asks for a literal: a pattern, and what it wants back.
pub type User = (u32, u32);

/// A node of the tree, found by its parent and the character between; the first nodes by their three characters.
#[derive(Clone, Copy, Default)]
struct Node {
    /// From 1.
    number: u32,
    /// Where the users of the literal that ends here stand; 0 for none.
    users: u32,
}

/// A node; one that is not there gets the next number.
fn put<'a>(table: &'a mut Table<Node>, key: u64, count: &mut u32) -> &'a mut Node {
    let node = table.put(key);
    if node.number == 0 {
        *count += 1;
        node.number = *count;
    }
    node
}

/// Tells the places of those that begin a node, by so many characters.
#[inline]
fn each(
    table: &Table<Node>,
    text: &[u32],
    places: u64,
    size: usize,
    mut tell: impl FnMut(usize, Node),
) {
    for at in places_of(places) {
        if let Some(node) = table.get(key_of(&text[at..at + size])) {
            tell(at, node);
        }
    }
}

/// Literals of one character are sifted by its code modulo this.
const LETTERS: u32 = 1 << 12;

/// So many places go through the sieves before a table is looked into: then no look waits for the one before.
const AT_ONCE: usize = 64;

/// The places of the bits that are set.
fn places_of(mut bits: u64) -> impl Iterator<Item = usize> {
    std::iter::from_fn(move || {
        let at = bits.trailing_zeros();
        bits &= bits.wrapping_sub(1);
        (at < u64::BITS).then_some(at as usize)
    })
}

pub struct Literals {
    /// Those of one character, modulo `LETTERS`.
    letters: Bits,
    /// Those of two, and the first two of longer ones.
    twos: Sieve,
    /// The first three of longer ones.
    threes: Sieve,
    singles: Table<Node>,
    pairs: Table<Node>,
    longer: Table<Node>,
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
        let mut sorted: Vec<&[u32]> = texts.iter().map(Vec::as_slice).collect();
        sorted.sort_unstable();
        let longer = nodes_of(sorted.into_iter(), 3..=DEPTH);
        let mut literals = Literals {
            letters: Bits::new(LETTERS as usize),
            twos: Sieve::new(texts.len()),
            threes: Sieve::new(texts.len()),
            singles: Table::new(singles),
            pairs: Table::new(pairs),
            longer: Table::new(longer),
            users: vec![(0, 0)], // no literal has its users at 0
            tails: Vec::new(),
        };
        let mut count = 0;
        // The shortest, which are met most, have their users side by side.
        let mut by_length: Vec<(&Vec<u32>, &Vec<User>)> = texts.iter().zip(users).collect();
        by_length.sort_by_key(|(text, _)| text.len());
        for (text, asking) in by_length {
            let place = literals.users.len() as u32;
            literals.users.push((asking.len() as u32, 0));
            literals.users.extend(asking);
            let table = match text.as_slice() {
                [] => continue,
                [only] => {
                    literals.letters.add(only % LETTERS);
                    &mut literals.singles
                }
                [_, _] => {
                    literals.twos.add(key_of(text), WHOLE);
                    &mut literals.pairs
                }
                [first, second, ..] => {
                    literals.twos.add(key_of_pair(*first, *second), BEGUN);
                    literals.threes.add(key_of(text), BEGUN);
                    &mut literals.longer
                }
            };
            let mut node = put(table, key_of(text), &mut count);
            for &code in text.iter().take(DEPTH).skip(3) {
                let key = key_of_pair(node.number, code);
                node = put(table, key, &mut count);
            }
            match text.get(DEPTH..) {
                Some(tail) if !tail.is_empty() => {
                    literals.tails.push((node.number, place, tail.to_vec()))
                }
                _ => node.users = place,
            }
        }
        literals.tails.sort();
        literals
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
            each(&self.singles, here, singles, 1, |at, node| {
                found(self.users(node.users), base + at, base + at + 1);
            });
            each(&self.pairs, here, pairs, 2, |at, node| {
                found(self.users(node.users), base + at, base + at + 2);
            });
            each(&self.longer, here, longer, 3, |at, node| {
                self.walk(text, base + at, node, &mut found);
            });
        }
    }

    /// At which of the next places a literal may begin, as bits: one of one character, of two, of more.
    #[inline(never)]
    fn sift(&self, text: &[u32]) -> [u64; 3] {
        let [mut singles, mut pairs, mut begun, mut longer] = [0; 4];
        for (at, &code) in text.iter().take(AT_ONCE).enumerate() {
            singles |= u64::from(self.letters.has(code % LETTERS)) << at;
        }
        for (at, two) in text.windows(2).take(AT_ONCE).enumerate() {
            let key = key_of(two);
            pairs |= u64::from(self.twos.may_have(key, WHOLE)) << at;
            begun |= u64::from(self.twos.may_have(key, BEGUN)) << at;
        }
        for at in places_of(begun) {
            let begins = |three| self.threes.may_have(key_of(three), BEGUN);
            longer |= u64::from(text.get(at..at + 3).is_some_and(begins)) << at;
        }
        [singles, pairs, longer]
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
