//! One expression: where it matches.

use std::sync::OnceLock;

use super::alphabet::{Alphabet, Symbols};
use super::classes::{CharClasses, Text};
use super::looks::{mark_all, Look, Neighbours};
use super::machine::{read_steps, Machine, Reader, Step};
use super::plain::PlainAutomaton;
use super::walk::{Begin, Walker};
use super::{Cache, Error, Room, MOST};

const MOST_LOOKS: usize = 64;

/// A compiled expression; what depends on the text alone is in the [`Cache`].
#[derive(Debug)]
pub struct Regex {
    number: usize,
    /// Of the policy, as numbered in the steps.
    sets: Box<[u32]>,
    looks: Box<[Look]>,
    forward: Machine,
    backward: Machine,
    /// For most texts without a match there is none even if every look holds.
    relaxed: Option<Machine>,
    tables: OnceLock<Tables>,
}

/// Made when a text first asks for the expression: few are ever asked for.
#[derive(Debug)]
struct Tables {
    alphabet: Alphabet,
    neighbours: Neighbours,
}

/// What a cache keeps of an expression.
#[derive(Debug)]
pub struct Slot {
    forward: Walker,
    backward: Walker,
    relaxed: Option<Walker>,
    looks: Vec<Walker>,
    bytes: usize,
}

impl Regex {
    pub(super) fn new(
        number: usize,
        plain: PlainAutomaton,
        sets: Box<[u32]>,
        classes: &CharClasses,
    ) -> Result<Self, Error> {
        let known = |&set: &u32| (set as usize) < classes.sets();
        if plain.looks.len() > MOST_LOOKS || !sets.iter().all(known) {
            return Err(Error::Malformed);
        }
        let set = |number: u32| {
            if number as usize >= sets.len() {
                return Err(Error::Malformed);
            }
            Ok(number)
        };
        let mut looks = Vec::new();
        for look in &plain.looks {
            let behind = look.behind;
            looks.push(match u32::try_from(look.charset) {
                Ok(number) => Look::Beside {
                    behind,
                    set: set(number)?,
                },
                Err(_) => {
                    let steps = read_steps(&look.steps, looks.len(), set)?;
                    Look::Around {
                        behind,
                        machine: Machine::anywhere(steps, false),
                    }
                }
            });
        }
        let forward = read_steps(&plain.steps, looks.len(), set)?;
        let backward = Machine::backward(&forward);
        let relaxed = (!looks.is_empty()).then(|| Machine::relaxed(forward.clone()));
        let forward = Machine::anywhere(forward, true);
        Ok(Self {
            number,
            sets,
            looks: looks.into(),
            forward,
            backward,
            relaxed,
            tables: OnceLock::new(),
        })
    }

    /// Adds the first and the end of every match of the text, in characters.
    pub fn find_all(
        &self,
        program: &CharClasses,
        cache: &mut Cache,
        text: &Text,
        out: &mut Vec<(u32, u32)>,
    ) {
        let tables = self.tables.get_or_init(|| {
            let alphabet = Alphabet::new(program, &self.sets);
            Tables {
                neighbours: Neighbours::new(&self.looks, &alphabet),
                alphabet,
            }
        });
        if cache.bytes > MOST {
            cache.forget();
        }
        let slot = cache.slots[self.number]
            .get_or_insert_with(|| Box::new(Slot::new(self, &tables.alphabet)));
        let mut search = Search {
            regex: self,
            tables,
            slot,
            room: &mut cache.room,
            text: tables.alphabet.read(text),
            back_is_read: false,
        };
        if search.may_match() {
            search.read();
            search.each(|first, end| out.push((first as u32, end as u32)));
        }
        if cache.room.scratch.has_made() {
            let bytes = slot.memory();
            cache.bytes = cache.bytes + bytes - slot.bytes;
            slot.bytes = bytes;
        }
    }

    /// The steps without those that let a match begin anywhere.
    pub(super) fn steps(&self) -> &[Step] {
        &self.forward.steps[..self.forward.start as usize]
    }

    /// A set of its steps, as the policy numbers it.
    pub(super) fn set(&self, number: u32) -> u32 {
        self.sets[number as usize]
    }
}

impl Slot {
    fn new(regex: &Regex, alphabet: &Alphabet) -> Self {
        let walker = |machine| Walker::new(Reader { machine, alphabet });
        Self {
            forward: walker(&regex.forward),
            backward: walker(&regex.backward),
            relaxed: regex.relaxed.as_ref().map(walker),
            looks: regex
                .looks
                .iter()
                .filter_map(Look::machine)
                .map(walker)
                .collect(),
            bytes: 0,
        }
    }

    fn memory(&self) -> usize {
        let walkers = self
            .looks
            .iter()
            .chain([&self.forward, &self.backward])
            .chain(&self.relaxed);
        walkers.map(Walker::memory).sum()
    }
}

/// An expression on a text.
struct Search<'a> {
    regex: &'a Regex,
    tables: &'a Tables,
    slot: &'a mut Slot,
    room: &'a mut Room,
    text: Symbols<'a>,
    back_is_read: bool,
}

impl Search<'_> {
    /// Whether there would be a match if every look held; without looks that is not asked beforehand.
    fn may_match(&mut self) -> bool {
        let (Some(machine), Some(walker)) = (&self.regex.relaxed, &mut self.slot.relaxed) else {
            return true;
        };
        let alphabet = &self.tables.alphabet;
        let reader = Reader { machine, alphabet };
        let begin = Begin {
            any: true,
            ..Begin::default()
        };
        let text = self.text;
        walker
            .first_end(reader, &mut self.room.scratch, begin, |at| text.column(at))
            .is_some()
    }

    /// Tells every match that is not empty.
    fn each(&mut self, mut tell: impl FnMut(usize, usize)) {
        let (mut at, mut advance) = (0, false);
        while let Some(end) = self.end(at, advance) {
            let first = self.first(at, end);
            if first < end {
                tell(first, end);
            }
            at = end;
            advance = first == end;
        }
    }

    /// Works out the looks, if there are any, and what the machine reads of them.
    fn read(&mut self) {
        if self.regex.looks.is_empty() {
            return;
        }
        let alphabet = &self.tables.alphabet;
        let room = &mut *self.room;
        room.symbols.clear();
        room.symbols.extend(self.text.all());
        mark_all(
            &self.regex.looks,
            &self.tables.neighbours,
            alphabet,
            &mut self.slot.looks,
            room,
        );
        let reader = Reader {
            machine: &self.regex.forward,
            alphabet,
        };
        self.slot
            .forward
            .read(reader, &room.symbols, &room.holds, false, &mut room.columns);
    }

    /// Where the first match from there on ends.
    fn end(&mut self, at: usize, advance: bool) -> Option<usize> {
        let any = false;
        let begin = Begin { at, advance, any };
        let alphabet = &self.tables.alphabet;
        let reader = Reader {
            machine: &self.regex.forward,
            alphabet,
        };
        let walker = &mut self.slot.forward;
        let scratch = &mut self.room.scratch;
        if self.regex.looks.is_empty() {
            let text = self.text;
            walker.first_end(reader, scratch, begin, |at| text.column(at))
        } else {
            let (&edge, body) = self.room.columns.split_last()?;
            walker.first_end(reader, scratch, begin, |at| {
                body.get(at).copied().ok_or(edge)
            })
        }
    }

    /// Where the match that ends there begins: none begins earlier, so it is the farthest.
    fn first(&mut self, least: usize, end: usize) -> usize {
        let alphabet = &self.tables.alphabet;
        let reader = Reader {
            machine: &self.regex.backward,
            alphabet,
        };
        let room = &mut *self.room;
        let walker = &mut self.slot.backward;
        let found = if self.regex.looks.is_empty() {
            let edge = alphabet.count() as u32;
            let column = |at: usize| {
                let before = at.checked_sub(1).and_then(|at| self.text.at(at));
                before.map_or(edge, u32::from)
            };
            walker.farthest(reader, &mut room.scratch, least, end, column)
        } else {
            if !std::mem::replace(&mut self.back_is_read, true) {
                walker.read(reader, &room.symbols, &room.holds, true, &mut room.back);
            }
            walker.farthest(reader, &mut room.scratch, least, end, |at| room.back[at])
        };
        found.expect("what matches forward matches backward")
    }
}
