//! May a rule hit?  The upper bound of its condition: every pattern of which a literal was found is taken as found.
//!
//! Never no where the condition holds (see `engine/evaluate/may_hit.py`).  The conditions of all rules are one list of
//! tests; each says where to go on with yes and with no, so that nothing is asked twice and the list stays in the cache.

use crate::bits::Few;
use crate::conditions::{needs_one, Condition, Group};
use crate::context::Context;
use crate::program::Program;

/// In place of the number of a test: it is known.
const HOLDS: u32 = u32::MAX;
const FAILS: u32 = u32::MAX - 1;

/// Whether a literal of some patterns was found, of which the bits stand in one word of the set; 24 bytes.
struct Test {
    bits: u64,
    /// The number of the word, or `OTHER`.
    word: u32,
    yes: u32,
    no: u32,
}

/// In place of a word: the test is one of the others, by its number in `bits`.
const OTHER: u32 = u32::MAX;

enum Other {
    /// Whether literals of so many patterns were found; one that is asked for twice stands in two of the sets.
    AtLeast(u32, Box<[Few]>),
    /// Whether this rule may hit.
    Rule(u32),
}

#[derive(Default)]
pub struct Prefilter {
    tests: Vec<Test>,
    others: Vec<Other>,
    /// Where each rule begins.
    begins: Vec<u32>,
}

impl Prefilter {
    pub fn new<'a>(conditions: impl Iterator<Item = &'a Condition>) -> Self {
        let mut prefilter = Prefilter::default();
        for condition in conditions {
            let begin = prefilter.put(condition, HOLDS, FAILS);
            prefilter.begins.push(begin);
        }
        prefilter
    }

    fn test(&mut self, word: u32, bits: u64, yes: u32, no: u32) -> u32 {
        self.tests.push(Test {
            bits,
            word,
            yes,
            no,
        });
        self.tests.len() as u32 - 1
    }

    fn other(&mut self, other: Other, yes: u32, no: u32) -> u32 {
        self.others.push(other);
        self.test(OTHER, self.others.len() as u64 - 1, yes, no)
    }

    /// Where a condition begins that goes on there; made from its end, for every test must know what follows.
    fn put(&mut self, condition: &Condition, yes: u32, no: u32) -> u32 {
        match condition {
            Condition::And(items) => items
                .iter()
                .rev()
                .fold(yes, |yes, item| self.put(item, yes, no)),
            Condition::Or(items) => items
                .iter()
                .rev()
                .fold(no, |no, item| self.put(item, yes, no)),
            Condition::Has(group) => self.touched(group, yes, no),
            Condition::Count(group, compare, n) if needs_one(*compare, *n) => {
                self.touched(group, yes, no)
            }
            Condition::Near { left, right, .. } | Condition::Inside(left, right) => {
                let yes = self.touched(right, yes, no);
                self.touched(left, yes, no)
            }
            Condition::Together(groups) => groups
                .iter()
                .rev()
                .fold(yes, |yes, group| self.touched(group, yes, no)),
            Condition::Of(patterns, least) => {
                let sets = layers(patterns);
                let sets = sets.iter().map(|layer| Few::of(layer)).collect();
                self.other(Other::AtLeast(*least as u32, sets), yes, no)
            }
            Condition::Rules(rules) => rules
                .iter()
                .rev()
                .fold(no, |no, &rule| self.other(Other::Rule(rule), yes, no)),
            Condition::Always
            | Condition::Not(_)
            | Condition::Count(..)
            | Condition::Length(..)
            | Condition::Field(_) => yes,
        }
    }

    fn touched(&mut self, group: &Group, yes: u32, no: u32) -> u32 {
        let words = group.few.words();
        words.fold(no, |no, &(word, bits)| self.test(word, bits, yes, no))
    }

    /// Whether a rule may hit.
    pub fn may_hold(&self, context: &mut Context, program: &Program, rule: u32) -> bool {
        let mut at = self.begins[rule as usize];
        while at < FAILS {
            let test = &self.tests[at as usize];
            let is_so = match test.word {
                OTHER => match &self.others[test.bits as usize] {
                    Other::AtLeast(least, sets) => {
                        let words = sets.iter().flat_map(Few::words);
                        let touched = words.map(|&(word, bits)| context.touched_in(word) & bits);
                        touched.map(u64::count_ones).sum::<u32>() >= *least
                    }
                    Other::Rule(rule) => context.may_hit(program, *rule),
                },
                word => context.touched_in(word) & test.bits != 0,
            };
            at = if is_so { test.yes } else { test.no };
        }
        at == HOLDS
    }
}

/// The patterns in sets of different ones.
fn layers(patterns: &[u32]) -> Vec<Vec<u32>> {
    let mut layers: Vec<Vec<u32>> = Vec::new();
    for &pattern in patterns {
        match layers.iter_mut().find(|layer| !layer.contains(&pattern)) {
            Some(layer) => layer.push(pattern),
            None => layers.push(vec![pattern]),
        }
    }
    layers
}
