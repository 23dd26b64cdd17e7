//! One walk that tells of several expressions which may match.
//!
//! Most texts hold nothing of what the expressions of an entity are for, and each of them would read all of it.

use std::ops::Range;
use std::sync::OnceLock;

use super::alphabet::{Alphabet, Sets};
use super::classes::{CharClasses, Text};
use super::expression::Regex;
use super::machine::{Machine, Reader, Step, MOST_STEPS};
use super::walk::Walker;
use super::{Cache, MOST};

/// The expressions side by side, every look taken to hold.
#[derive(Debug)]
pub struct Gate {
    number: usize,
    sets: Box<[u32]>,
    machine: Machine,
    /// The steps at which they have matched, in their order.
    matches: Range<usize>,
    alphabet: OnceLock<Alphabet>,
}

impl Gate {
    /// None where they are too many together.
    pub fn new(number: usize, regexes: &[&Regex]) -> Option<Self> {
        let mut sets = Sets::default();
        let sizes = regexes.iter().map(|regex| regex.steps().len());
        let matches = sizes.sum::<usize>() + regexes.len() - 1;
        let mut steps = Vec::new();
        for (at, regex) in regexes.iter().enumerate() {
            let own = regex.steps();
            if at + 1 < regexes.len() {
                let first = steps.len() as u32 + 1;
                steps.push(Step::Split(first, first + own.len() as u32));
            }
            let first = steps.len() as u32;
            steps.extend(own.iter().map(|&step| match step {
                Step::Char(set) => Step::Char(sets.number(regex.set(set))),
                Step::Split(a, b) => Step::Split(a + first, b + first),
                Step::Jump(a) => Step::Jump(a + first),
                Step::Match => Step::Jump((matches + at) as u32),
                step => step,
            }));
        }
        steps.extend(regexes.iter().map(|_| Step::Match));
        (steps.len() <= MOST_STEPS).then(|| Self {
            number,
            sets: sets.all(),
            machine: Machine::gate(steps),
            matches: matches..matches + regexes.len(),
            alphabet: OnceLock::new(),
        })
    }

    /// Those that match if every look holds, by their places among all; the others do not match.
    pub fn open(&self, program: &CharClasses, cache: &mut Cache, text: &Text) -> Vec<usize> {
        let alphabet = self
            .alphabet
            .get_or_init(|| Alphabet::new(program, &self.sets));
        let reader = Reader {
            machine: &self.machine,
            alphabet,
        };
        if cache.bytes > MOST {
            cache.forget();
        }
        let (walker, bytes) = cache.gates[self.number]
            .get_or_insert_with(|| Box::new((Walker::new(reader), 0)))
            .as_mut();
        let mut open = Vec::new();
        let symbols = alphabet.read(text);
        walker.stands(
            reader,
            &mut cache.room.scratch,
            |at| symbols.column(at),
            |steps| {
                // They are sorted (where it begins, nobody has matched), and behind these stands only what lets a match
                // begin anywhere.
                let last = steps.iter().rev().map(|&step| usize::from(step));
                for step in last.take_while(|&step| step >= self.matches.start) {
                    let at = step - self.matches.start;
                    if step < self.matches.end && !open.contains(&at) {
                        open.push(at);
                    }
                }
            },
        );
        if cache.room.scratch.has_made() {
            let now = walker.memory();
            cache.bytes = cache.bytes + now - *bytes;
            *bytes = now;
        }
        open
    }
}
