//! One walk that tells of several expressions that none of them matches.
//!
//! Most texts hold nothing of what the expressions of an entity are for, and each of them would read all of it.

use std::sync::OnceLock;

use super::alphabet::{Alphabet, Sets};
use super::classes::{CharClasses, Text};
use super::expression::Regex;
use super::machine::{Machine, Step, MOST_STEPS};
use super::walk::{Begin, Reader, Walker};
use super::{Cache, MOST};

/// The expressions side by side, every look taken to hold.
#[derive(Debug)]
pub struct Gate {
    number: usize,
    sets: Box<[u32]>,
    machine: Machine,
    alphabet: OnceLock<Alphabet>,
}

impl Gate {
    /// None where they are too many together.
    pub fn new(number: usize, regexes: &[&Regex]) -> Option<Self> {
        let mut sets = Sets::default();
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
                step => step,
            }));
        }
        (steps.len() <= MOST_STEPS).then(|| Self {
            number,
            sets: sets.all(),
            machine: Machine::gate(steps),
            alphabet: OnceLock::new(),
        })
    }

    /// Whether one of them may match; if not, none does.
    pub fn may_match(&self, program: &CharClasses, cache: &mut Cache, text: &Text) -> bool {
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
        let begin = Begin {
            at: 0,
            advance: false,
            any: true,
        };
        let symbols = alphabet.read(text);
        let found = walker.first_end(
            reader,
            &mut cache.room.scratch,
            begin,
            |at| symbols.at(at).map(u32::from),
            alphabet.count() as u32,
        );
        if cache.room.scratch.has_made() {
            let now = walker.memory();
            cache.bytes = cache.bytes + now - *bytes;
            *bytes = now;
        }
        found.is_some()
    }

    pub fn memory(&self) -> usize {
        self.machine.memory()
            + self.sets.len() * 4
            + self.alphabet.get().map_or(0, Alphabet::memory)
    }
}
