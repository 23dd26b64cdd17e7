//! Walks over one text: forward for the end of a match, back from there for its beginning.

use super::columns::Columns;
use super::dfa::{Dfa, Scratch, DEAD, MATCH, SPARSE, UNKNOWN};
use super::machine::Reader;
use super::Room;

/// The states of a machine, and the columns of their table; without looks a column is a symbol.
#[derive(Debug)]
pub struct Walker {
    dfa: Dfa,
    columns: Columns,
}

/// Where a search begins.
#[derive(Clone, Copy, Default)]
pub struct Begin {
    pub at: usize,
    /// The empty match right there does not count.
    pub advance: bool,
    /// The end of some match will do.
    pub any: bool,
}

impl Walker {
    pub fn new(reader: Reader) -> Self {
        let columns = Columns::new(reader.alphabet.count());
        Self {
            dfa: Dfa::new(columns.count()),
            columns,
        }
    }

    pub fn memory(&self) -> usize {
        self.dfa.memory() + self.columns.memory()
    }

    /// The columns of all places, of the symbol after each and what holds there; on a walk back, of the one before it.
    pub fn read(
        &mut self,
        reader: Reader,
        symbols: &[u16],
        holds: &[u64],
        back: bool,
        out: &mut Vec<u32>,
    ) {
        if self.columns.is_full() {
            *self = Self::new(reader);
        }
        let edge = reader.alphabet.count() as u16;
        let asks = reader.machine.asks;
        let columns = &mut self.columns;
        let mut column = |symbol: u16, holds: u64| columns.of(symbol, holds & asks);
        out.clear();
        if back {
            out.push(column(edge, holds[0]));
        }
        let beside = &holds[usize::from(back)..];
        out.extend(
            symbols
                .iter()
                .zip(beside)
                .map(|(&symbol, &holds)| column(symbol, holds)),
        );
        if !back {
            out.push(column(edge, holds[symbols.len()]));
        }
        self.dfa.widen(columns.count());
    }

    /// Where the first match ends; `column` gives that of each place, and as an error that of the edge behind them.
    #[inline]
    pub fn first_end(
        &mut self,
        reader: Reader,
        scratch: &mut Scratch,
        begin: Begin,
        column: impl Fn(usize) -> Result<u32, u32>,
    ) -> Option<usize> {
        let mut found = None;
        let stop = |at| {
            found = Some(at);
            begin.any
        };
        self.walk(reader, scratch, begin, column, |_| {}, stop);
        found
    }

    /// Tells the steps at which threads stand, of every place where a match ends and of some where none does.
    #[inline]
    pub fn stands(
        &mut self,
        reader: Reader,
        scratch: &mut Scratch,
        column: impl Fn(usize) -> Result<u32, u32>,
        tell: impl FnMut(&[u16]),
    ) {
        self.walk(reader, scratch, Begin::default(), column, tell, |_| false);
    }

    /// Goes on until nothing can match any more or `stop` says so of the end of a match.
    #[inline]
    fn walk(
        &mut self,
        reader: Reader,
        scratch: &mut Scratch,
        begin: Begin,
        column: impl Fn(usize) -> Result<u32, u32>,
        mut stands: impl FnMut(&[u16]),
        mut stop: impl FnMut(usize) -> bool,
    ) {
        let mut state = self.dfa.start(reader.machine, begin.advance, scratch);
        let mut at = begin.at;
        while state != DEAD {
            let here = if state < SPARSE {
                let table = self.dfa.table();
                // Most texts stay where they begin: no step of this loop waits for the one before.
                while column(at).is_ok_and(|column| table.at(state, column) == state) {
                    at += 1;
                }
                loop {
                    let here = column(at);
                    let Ok(column) = here else { break here };
                    let next = table.at(state, column);
                    if next >= SPARSE {
                        break here;
                    }
                    state = next;
                    at += 1;
                }
            } else {
                column(at)
            };
            let (Ok(column) | Err(column)) = here;
            let mut next = self.dfa.known(state, column);
            if next & (MATCH | UNKNOWN) != 0 {
                stands(self.dfa.list(state));
            }
            if next == UNKNOWN {
                next = self.make(reader, scratch, state, column);
            }
            if (next & MATCH != 0 && stop(at)) || here.is_err() {
                break;
            }
            state = next & !MATCH;
            at += 1;
        }
    }

    /// The farthest beginning of a match on a walk back from `end`, not below `least`.
    pub fn farthest(
        &mut self,
        reader: Reader,
        scratch: &mut Scratch,
        least: usize,
        end: usize,
        column: impl Fn(usize) -> u32,
    ) -> Option<usize> {
        let mut state = self.dfa.start(reader.machine, false, scratch);
        let mut found = None;
        if state == DEAD {
            return None;
        }
        for at in (least..=end).rev() {
            let next = self.step(reader, scratch, state, column(at));
            if next & MATCH != 0 {
                found = Some(at);
            }
            state = next & !MATCH;
            if state == DEAD {
                break;
            }
        }
        found
    }

    /// Sets a bit wherever a match ends, or on a walk back begins.
    pub fn mark(&mut self, reader: Reader, room: &mut Room, back: bool, bit: u64) {
        let edge = reader.alphabet.count() as u16;
        let Room {
            scratch,
            symbols,
            holds,
            columns,
            ..
        } = room;
        if reader.machine.asks != 0 {
            self.read(reader, symbols, holds, back, columns);
        }
        let mut state = self.dfa.start(reader.machine, false, scratch);
        let mut mark = |column: u32, holds: &mut u64| {
            let next = self.step(reader, scratch, state, column);
            if next & MATCH != 0 {
                *holds |= bit;
            }
            state = next & !MATCH;
        };
        match (reader.machine.asks, back) {
            (0, true) => {
                let (first, others) = holds.split_first_mut().expect("there is an edge");
                let places = symbols.iter().zip(others);
                places
                    .rev()
                    .for_each(|(&symbol, holds)| mark(u32::from(symbol), holds));
                mark(u32::from(edge), first);
            }
            (0, false) => {
                let (last, others) = holds.split_last_mut().expect("there is an edge");
                let places = symbols.iter().zip(others);
                places.for_each(|(&symbol, holds)| mark(u32::from(symbol), holds));
                mark(u32::from(edge), last);
            }
            (_, true) => columns
                .iter()
                .zip(holds)
                .rev()
                .for_each(|(&column, holds)| mark(column, holds)),
            (_, false) => columns
                .iter()
                .zip(holds)
                .for_each(|(&column, holds)| mark(column, holds)),
        }
    }

    #[inline]
    fn step(&mut self, reader: Reader, scratch: &mut Scratch, state: u32, column: u32) -> u32 {
        match self.dfa.known(state, column) {
            UNKNOWN => self.make(reader, scratch, state, column),
            known => known,
        }
    }

    fn make(&mut self, reader: Reader, scratch: &mut Scratch, state: u32, column: u32) -> u32 {
        let letter = self.columns.letter(column);
        self.dfa.make(reader, scratch, state, column, letter)
    }
}
