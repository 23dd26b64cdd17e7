//! Regular expressions as lazy automata over character classes.
//!
//! A [`Program`] holds the expressions of a policy.  A text is turned into its classes once, with
//! [`CharClasses::read`], and any number of expressions read these.  What is compiled is shared between threads;
//! each thread has its own [`Cache`].  The matches are those of `finditer` of Python's `regex` package without
//! the empty ones.

mod alphabet;
mod classes;
mod columns;
mod dfa;
mod expression;
mod gate;
mod looks;
mod machine;
mod plain;
pub mod python;
#[cfg(test)]
mod tests;
mod walk;

use std::fmt;

use rustc_hash::FxHashMap;

pub use classes::{CharClasses, Text};
pub use expression::Regex;
use gate::Gate;
pub use plain::{Plain, PlainExpression};

use dfa::Scratch;
use expression::Slot;
use walk::Walker;

/// Bytes of states over all expressions; above it a cache begins anew.
const MOST: usize = 96 << 20;

#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Error {
    /// The bytes do not say what they should.
    Malformed,
    /// There are more classes of characters than are counted here.
    TooMany,
}

impl fmt::Display for Error {
    fn fmt(&self, f: &mut fmt::Formatter) -> fmt::Result {
        f.write_str(match self {
            Self::Malformed => "malformed regular expressions",
            Self::TooMany => "more than 65,536 classes of characters",
        })
    }
}

impl std::error::Error for Error {}

/// Expressions that are asked for together, and their gate; none for one alone, and where one is left to Python.
#[derive(Debug)]
struct Group {
    numbers: Box<[u32]>,
    gate: Option<Gate>,
}

/// The expressions of a policy over their common classes.
#[derive(Debug)]
pub struct Program {
    classes: CharClasses,
    regexes: Vec<Option<Regex>>,
    /// By their sources, those that rules ask for.
    numbers: FxHashMap<String, usize>,
    groups: Vec<Group>,
}

impl Program {
    /// From the msgpack that `linked` of `engine/compile/patterns.py` writes.
    pub fn decode(bytes: &[u8]) -> Result<Self, Error> {
        Self::new(rmp_serde::from_slice(bytes).map_err(|_| Error::Malformed)?)
    }

    pub fn new(plain: Plain) -> Result<Self, Error> {
        let classes = CharClasses::new(&plain.charsets)?;
        let mut numbers = FxHashMap::default();
        let mut read = |(number, given): (usize, PlainExpression)| {
            numbers.insert(given.source, number);
            let sets = given.sets.into();
            given
                .automaton
                .map(|automaton| Regex::new(number, automaton, sets, &classes))
                .transpose()
        };
        let regexes = plain
            .expressions
            .into_iter()
            .enumerate()
            .map(&mut read)
            .collect::<Result<_, _>>()?;
        Ok(Self {
            classes,
            regexes,
            numbers,
            groups: Vec::new(),
        })
    }

    /// The number of a group of expressions that are asked for together; None where none was made of them.
    pub fn group_of(&self, numbers: &[u32]) -> Option<usize> {
        self.groups
            .iter()
            .position(|group| *group.numbers == *numbers)
    }

    /// The same; a gate is made for it once.
    pub fn group(&mut self, numbers: &[u32]) -> usize {
        if let Some(number) = self.group_of(numbers) {
            return number;
        }
        let regexes: Option<Vec<_>> = numbers
            .iter()
            .map(|&number| self.regexes[number as usize].as_ref())
            .collect();
        let number = self.groups.len();
        let gate = regexes
            .filter(|regexes| regexes.len() > 1)
            .and_then(|regexes| Gate::new(number, &regexes));
        let numbers = numbers.into();
        self.groups.push(Group { numbers, gate });
        number
    }

    /// The expressions of a group that may match; the others do not.
    pub fn open(&self, group: usize, cache: &mut Cache, text: &Text) -> Vec<u32> {
        let Group { numbers, gate } = &self.groups[group];
        match gate {
            Some(gate) => {
                let open = gate.open(&self.classes, cache, text);
                open.into_iter().map(|at| numbers[at]).collect()
            }
            None => numbers.to_vec(),
        }
    }

    pub fn classes(&self) -> &CharClasses {
        &self.classes
    }

    /// The number of the expression that is written so.
    pub fn number(&self, source: &str) -> Option<usize> {
        self.numbers.get(source).copied()
    }

    /// None for an expression that is left to Python.
    pub fn regex(&self, number: usize) -> Option<&Regex> {
        self.regexes[number].as_ref()
    }

    /// For the expressions of this program alone.
    pub fn cache(&self) -> Cache {
        Cache {
            slots: self.regexes.iter().map(|_| None).collect(),
            gates: self.groups.iter().map(|_| None).collect(),
            room: Room::default(),
            bytes: 0,
        }
    }
}

/// What is worked out while texts are read: a thread's own.
#[derive(Debug)]
pub struct Cache {
    slots: Vec<Option<Box<Slot>>>,
    /// Of each group, with its bytes.
    gates: Vec<Option<Box<(Walker, usize)>>>,
    room: Room,
    bytes: usize,
}

/// Room for one text, used again and again.
#[derive(Debug, Default)]
struct Room {
    scratch: Scratch,
    symbols: Vec<u16>,
    holds: Vec<u64>,
    columns: Vec<u32>,
    back: Vec<u32>,
}

impl Cache {
    fn forget(&mut self) {
        self.slots.iter_mut().for_each(|slot| *slot = None);
        self.gates.iter_mut().for_each(|gate| *gate = None);
        self.bytes = 0;
    }

    /// Bytes of the states that were made.
    pub fn memory(&self) -> usize {
        self.bytes
    }
}
