//! Words: jieba's dictionary without its hidden Markov model, with the words of a policy added.
//!
//! The most likely path through the words of a block, as in jieba-rs 0.11 (`cut` without `hmm`): of equally likely ones
//! the longer first word; single letters and digits that stand together are one word.

use std::cell::RefCell;
use std::sync::Arc;

use rustc_hash::FxHashMap;

use crate::chars::{Chars, BLOCK};
use crate::sieve::Sieve;

const NONE: u32 = u32::MAX;

/// A prefix tree; a node that ends a word has its frequency.
struct Tree {
    children: FxHashMap<(u32, u32), u32>,
    frequency: Vec<u32>,
    /// The first two characters of words.
    begins: Sieve,
}

impl Tree {
    /// Of about so many words.
    fn new(words: usize) -> Self {
        let mut children = FxHashMap::default();
        children.reserve(words * 2);
        Tree {
            children,
            frequency: vec![0],
            begins: Sieve::new(words),
        }
    }

    /// Adds a word, or gives it another frequency; the one that it had.
    fn add(&mut self, word: &str, frequency: u32) -> u32 {
        let mut codes = word.chars().map(u32::from);
        if let (Some(first), Some(second)) = (codes.next(), codes.next()) {
            self.begins.add(first, second);
        }
        let mut node = 0;
        for code in word.chars() {
            let next = self.frequency.len() as u32;
            let found = *self.children.entry((node, u32::from(code))).or_insert(next);
            if found == next {
                self.frequency.push(0);
            }
            node = found;
        }
        std::mem::replace(&mut self.frequency[node as usize], frequency)
    }

    #[inline]
    fn child(&self, node: u32, code: u32) -> u32 {
        if node == NONE {
            return NONE;
        }
        self.children.get(&(node, code)).copied().unwrap_or(NONE)
    }
}

/// The dictionary that all policies share.
pub struct Dictionary {
    tree: Tree,
    total: u64,
    logs: Vec<f64>,
}

impl Dictionary {
    /// Of lines `word frequency tag`.  A word that stands there twice counts once, as in rjieba: the total decides,
    /// by the last bit of a logarithm, between readings that are equally likely.
    pub fn read(lines: &str) -> Self {
        let mut tree = Tree::new(350_000);
        let mut total = 0;
        for line in lines.lines() {
            let mut fields = line.split(' ');
            if let (Some(word), Some(Ok(frequency))) =
                (fields.next(), fields.next().map(str::parse::<u32>))
            {
                let before = tree.add(word, frequency);
                total = total + u64::from(frequency) - u64::from(before);
            }
        }
        let logs = tree
            .frequency
            .iter()
            .map(|&frequency| f64::from(frequency).ln())
            .collect();
        Dictionary { tree, total, logs }
    }

    fn frequency(&self, word: &str) -> u32 {
        let mut node = 0;
        for code in word.chars() {
            node = self.tree.child(node, u32::from(code));
        }
        if node == NONE {
            0
        } else {
            self.tree.frequency[node as usize]
        }
    }
}

/// The words of one policy.
pub struct Words {
    dictionary: Arc<Dictionary>,
    added: Tree,
    added_logs: Vec<f64>,
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
        let mut added = Tree::new(words.len());
        let mut total = dictionary.total;
        for (word, frequency) in words {
            let before = dictionary.frequency(word);
            if before < *frequency {
                added.add(word, *frequency);
                total = total - u64::from(before) + u64::from(*frequency);
            }
        }
        let added_logs = added
            .frequency
            .iter()
            .map(|&frequency| f64::from(frequency).ln())
            .collect();
        Words {
            dictionary,
            added,
            added_logs,
            log_total: (total as f64).ln(),
        }
    }

    /// The edges between the words of a block that begins at `offset`.
    fn cut(&self, block: &[u32], offset: u32) -> Vec<u32> {
        let size = block.len();
        let mut best = vec![(0.0_f64, size as u32); size + 1];
        for at in (0..size).rev() {
            let mut chosen: Option<(f64, u32)> = None;
            let (mut node, mut other) = (0, 0);
            for (end, &code) in block.iter().enumerate().skip(at) {
                if end == at + 1 {
                    let begins = |tree: &Tree| tree.begins.may_have(block[at], code);
                    if !begins(&self.dictionary.tree) && !begins(&self.added) {
                        break;
                    }
                }
                node = self.dictionary.tree.child(node, code);
                other = self.added.child(other, code);
                let log = if other != NONE && self.added.frequency[other as usize] > 0 {
                    self.added_logs[other as usize]
                } else if node != NONE && self.dictionary.tree.frequency[node as usize] > 0 {
                    self.dictionary.logs[node as usize]
                } else if node == NONE && other == NONE {
                    break;
                } else {
                    continue;
                };
                let likely = log - self.log_total + best[end + 1].0;
                if chosen.is_none_or(|(most, _)| likely >= most) {
                    chosen = Some((likely, end as u32 + 1));
                }
            }
            best[at] = chosen.unwrap_or((0.0 - self.log_total + best[at + 1].0, at as u32 + 1));
        }
        let mut edges = vec![offset];
        let mut at = 0;
        let mut letters = false;
        while at < size {
            let end = best[at].1 as usize;
            let letter =
                end - at == 1 && block[at] < 0x80 && (block[at] as u8).is_ascii_alphanumeric();
            if letters && letter {
                edges.pop();
            }
            letters = letter;
            edges.push(offset + end as u32);
            at = end;
        }
        edges
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
