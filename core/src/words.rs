//! Words: jieba's dictionary without its hidden Markov model, with the words of a policy added.
//!
//! The most likely path through the words of a block, as in jieba-rs 0.11 (`cut` without `hmm`): of equally likely ones
//! the longer first word; single letters and digits that stand together are one word.

use std::cell::RefCell;
use std::sync::Arc;

use crate::chars::{codes, is_alphanumeric, Chars, BLOCK};
use crate::sieve::{key_of_pair, Sieve, BEGUN};
use crate::table::{nodes_of, Table};

/// What a word may be made of that a policy adds (see `HAN` of `text/segment.py`).
const HAN: std::ops::RangeInclusive<u32> = 0x4E00..=0x9FD5;

/// A node of a prefix tree; none has the number 0.
#[derive(Clone, Copy, Default)]
struct Node {
    number: u32,
    /// Of the word that ends here; 0 for none.
    frequency: u32,
}

struct Tree {
    /// The nodes of single characters, by code.
    first: Vec<Node>,
    others: Table<Node>,
    /// The first two characters of words.
    begins: Sieve,
    /// Of all frequencies.
    total: u64,
}

impl Tree {
    /// Of words with their frequencies; sorted, they take the least room.
    fn new(words: &[(Vec<u32>, u32)]) -> Self {
        let nodes = nodes_of(
            words.iter().map(|(word, _)| word.as_slice()),
            2..=usize::MAX,
        );
        let mut tree = Tree {
            first: Vec::new(),
            others: Table::new(nodes),
            begins: Sieve::new(words.len() / 4), // many begin alike
            total: 0,
        };
        let mut count = 0;
        for (word, frequency) in words {
            if let [first, second, ..] = word[..] {
                tree.begins.add(key_of_pair(first, second), BEGUN);
            }
            let mut parent = 0;
            for (at, &code) in word.iter().enumerate() {
                let node = if at == 0 {
                    let least = tree.first.len().max(code as usize + 1);
                    tree.first.resize(least, Node::default());
                    &mut tree.first[code as usize]
                } else {
                    tree.others.put(key_of_pair(parent, code))
                };
                if node.number == 0 {
                    count += 1;
                    node.number = count;
                }
                if at + 1 == word.len() {
                    tree.total = tree.total + u64::from(*frequency) - u64::from(node.frequency);
                    node.frequency = *frequency;
                }
                parent = node.number;
            }
        }
        tree
    }

    #[inline]
    fn first(&self, code: u32) -> Node {
        self.first.get(code as usize).copied().unwrap_or_default()
    }

    #[inline]
    fn next(&self, node: Node, code: u32) -> Node {
        if node.number == 0 {
            return node;
        }
        self.others
            .get(key_of_pair(node.number, code))
            .unwrap_or_default()
    }
}

/// The dictionary that all policies share.
pub struct Dictionary {
    tree: Tree,
    logs: Vec<f64>,
}

/// So many logarithms are worked out beforehand.
const LOGS: u32 = 4096;

impl Dictionary {
    /// Of lines `word frequency tag`.  A word that stands there twice counts once, as in rjieba: the total decides,
    /// by the last bit of a logarithm, between readings that are equally likely.
    pub fn read(lines: &str) -> Self {
        let mut words = Vec::new();
        for line in lines.lines() {
            let mut fields = line.split(' ');
            if let (Some(word), Some(Ok(frequency))) =
                (fields.next(), fields.next().map(str::parse::<u32>))
            {
                words.push((codes(word), frequency));
            }
        }
        Dictionary {
            tree: Tree::new(&words),
            logs: (0..LOGS)
                .map(|frequency| f64::from(frequency).ln())
                .collect(),
        }
    }

    fn frequency(&self, word: &[u32]) -> u32 {
        let Some((&first, others)) = word.split_first() else {
            return 0;
        };
        let step = |node, &code: &u32| self.tree.next(node, code);
        others.iter().fold(self.tree.first(first), step).frequency
    }

    #[inline]
    fn log(&self, frequency: u32) -> f64 {
        match self.logs.get(frequency as usize) {
            Some(&log) => log,
            None => f64::from(frequency).ln(),
        }
    }
}

/// The words of one policy.
pub struct Words {
    dictionary: Arc<Dictionary>,
    added: Tree,
    log_total: f64,
}

/// The edges of the words of a text, block by block as they are asked for.
#[derive(Default)]
pub struct Edges {
    blocks: RefCell<Option<Vec<Block>>>,
}

struct Block {
    start: u32,
    end: u32,
    edges: Option<Vec<u32>>,
}

impl Words {
    pub fn new(dictionary: Arc<Dictionary>, words: &[(String, u32)]) -> Self {
        let mut added = Vec::new();
        let mut total = dictionary.tree.total;
        for (word, frequency) in words {
            let word = codes(word);
            let before = dictionary.frequency(&word);
            if before < *frequency {
                total = total - u64::from(before) + u64::from(*frequency);
                added.push((word, *frequency));
            }
        }
        added.sort_unstable();
        Words {
            dictionary,
            added: Tree::new(&added),
            log_total: (total as f64).ln(),
        }
    }

    /// The edges between the words of a block that begins at `offset`.
    pub fn cut(&self, block: &[u32], offset: u32) -> Vec<u32> {
        let size = block.len();
        let mut best = vec![(0.0_f64, size as u32); size + 1];
        let trees = (&self.dictionary.tree, &self.added);
        let seconds = self.seconds(block);
        for at in (0..size).rev() {
            let mut chosen: Option<(f64, u32)> = None;
            let (mut node, mut other) = (trees.0.first(block[at]), trees.1.first(block[at]));
            let mut end = at + 1;
            while node.number != 0 || other.number != 0 {
                if other.frequency > 0 || node.frequency > 0 {
                    let frequency = match other.frequency {
                        0 => node.frequency,
                        added => added,
                    };
                    let likely = self.dictionary.log(frequency) - self.log_total + best[end].0;
                    if chosen.is_none_or(|(most, _)| likely >= most) {
                        chosen = Some((likely, end as u32));
                    }
                }
                let Some(&code) = block.get(end) else { break };
                (node, other) = match end - at {
                    1 => seconds[at],
                    _ => (trees.0.next(node, code), trees.1.next(other, code)),
                };
                end += 1;
            }
            best[at] = chosen.unwrap_or((0.0 - self.log_total + best[at + 1].0, at as u32 + 1));
        }
        let mut edges = vec![offset];
        let mut at = 0;
        let mut letters = false;
        while at < size {
            let end = best[at].1 as usize;
            let letter = end - at == 1 && is_alphanumeric(block[at]);
            if letters && letter {
                edges.pop();
            }
            letters = letter;
            edges.push(offset + end as u32);
            at = end;
        }
        edges
    }

    /// The nodes of each character and the next, of the dictionary and of the policy: looked up together, so that memory is
    /// waited for once.
    fn seconds(&self, block: &[u32]) -> Vec<(Node, Node)> {
        let trees = (&self.dictionary.tree, &self.added);
        let nodes = block.windows(2).map(|two| {
            let pair = key_of_pair(two[0], two[1]);
            let second = |tree: &Tree| match tree.begins.may_have(pair, BEGUN) {
                true => tree.next(tree.first(two[0]), two[1]),
                false => Node::default(),
            };
            (second(trees.0), second(trees.1))
        });
        nodes.collect()
    }

    fn with_edges<T>(
        &self,
        chars: &Chars,
        text: &[u32],
        known: &Edges,
        place: usize,
        then: impl FnOnce(&[u32]) -> T,
    ) -> Option<T> {
        let mut blocks = known.blocks.borrow_mut();
        let blocks = blocks.get_or_insert_with(|| blocks_of(chars, text));
        let after = blocks.partition_point(|block| block.start as usize <= place);
        let block = blocks.get_mut(after.checked_sub(1)?)?;
        if !((block.start as usize) < place && place < block.end as usize) {
            return None;
        }
        let (start, end) = (block.start as usize, block.end as usize);
        let edges = block
            .edges
            .get_or_insert_with(|| self.cut(&text[start..end], start as u32));
        Some(then(edges))
    }

    /// The word `[a, b)` with a < place < b; none where `place` is an edge.
    pub fn token_around(
        &self,
        chars: &Chars,
        text: &[u32],
        known: &Edges,
        place: usize,
    ) -> Option<(usize, usize)> {
        self.with_edges(chars, text, known, place, |edges| {
            let after = edges.partition_point(|&edge| edge as usize <= place);
            let before = edges[after - 1] as usize;
            (before != place).then(|| (before, edges[after] as usize))
        })
        .flatten()
    }

    /// Whether the character at a place is part of a longer word of the dictionary, all of it Han.
    pub fn is_part(&self, chars: &Chars, text: &[u32], known: &Edges, place: usize) -> bool {
        let around = |edge| self.token_around(chars, text, known, edge);
        around(place)
            .or_else(|| around(place + 1))
            .is_some_and(|(start, end)| {
                let word = &text[start..end];
                word.iter().all(|code| HAN.contains(code)) && self.dictionary.frequency(word) > 0
            })
    }

    /// Whether `[start, end)` is one word.
    pub fn is_token(
        &self,
        chars: &Chars,
        text: &[u32],
        known: &Edges,
        start: usize,
        end: usize,
    ) -> bool {
        if end - start == 1 {
            return self.token_around(chars, text, known, start).is_none()
                && self.token_around(chars, text, known, end).is_none();
        }
        self.token_around(chars, text, known, start + 1) == Some((start, end))
    }

    /// Every word of a text; a character outside of all blocks is one.
    pub fn all(&self, chars: &Chars, text: &[u32], known: &Edges) -> Vec<(u32, u32)> {
        let mut words = Vec::new();
        let mut blocks = known.blocks.borrow_mut();
        let blocks = blocks.get_or_insert_with(|| blocks_of(chars, text));
        let mut at = 0;
        for block in blocks.iter_mut() {
            words.extend((at..block.start).map(|place| (place, place + 1)));
            let (start, end) = (block.start as usize, block.end as usize);
            let edges = block
                .edges
                .get_or_insert_with(|| self.cut(&text[start..end], start as u32));
            words.extend(edges.windows(2).map(|pair| (pair[0], pair[1])));
            at = block.end;
        }
        words.extend((at..text.len() as u32).map(|place| (place, place + 1)));
        words
    }
}

fn blocks_of(chars: &Chars, text: &[u32]) -> Vec<Block> {
    let mut blocks: Vec<Block> = Vec::new();
    let mut open = false;
    for (at, &code) in text.iter().enumerate() {
        let inside = chars.get(code).is(BLOCK);
        let at = at as u32;
        if inside && open {
            blocks.last_mut().expect("one is open").end = at + 1;
        } else if inside {
            blocks.push(Block {
                start: at,
                end: at + 1,
                edges: None,
            });
        }
        open = inside;
    }
    blocks
}
