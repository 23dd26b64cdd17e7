//! The states of a machine, each made when a text first asks for it.
//!
//! A state is the list of steps at which the threads of the machine stand, the best first.  What happens at a
//! place depends on the symbol there and on the looks that hold there; both together are a *column* of the table.
//! The first states have a row of the table each.  Later ones are many and seldom met, and a row is wide: of them only
//! those letters are kept that were asked for.

use std::sync::Arc;

use rustc_hash::FxHashMap;

use super::columns::Letter;
use super::machine::{Machine, Reader, Step};

/// A match ends before the symbol.
pub const MATCH: u32 = 1 << 31;
/// Nobody has asked yet.
pub const UNKNOWN: u32 = 1 << 30;
/// Nothing can match any more.
pub const DEAD: u32 = 1 << 29;

/// Of a state without a row, in front of its number.
pub const SPARSE: u32 = 1 << 28;

/// Columns that one line of the cache holds.
const LINE: usize = 16;
/// Bytes of rows; then states have none.
const MOST_ROWS: usize = 1 << 17;
/// Bytes; then the states are forgotten and made anew.
const MOST: usize = 8 << 20;
/// In front of a list: a match right here does not count.
const NOT_HERE: u16 = u16::MAX;

/// The table: a row of so many columns for each of the first states, which is called by the place of its row.
#[derive(Debug)]
pub struct Dfa {
    table: Vec<u32>,
    width: usize,
    lists: Vec<Arc<[u16]>>,
    states: FxHashMap<Arc<[u16]>, u32>,
    /// What follows a state without a row, by its number and the column.
    sparse: FxHashMap<(u32, u32), u32>,
    starts: [u32; 2],
    bytes: usize,
}

/// What is known by now.
#[derive(Clone, Copy)]
pub struct Table<'a>(&'a [u32]);

impl Table<'_> {
    /// Of a state that has a row and a column that there is.
    #[inline]
    pub fn at(self, state: u32, column: u32) -> u32 {
        let place = (state + column) as usize;
        debug_assert!(place < self.0.len());
        // SAFETY: a state is the place of a row in this table, or it is SPARSE or DEAD, which are not asked for here;
        // a row is as wide as there are columns.
        unsafe { *self.0.get_unchecked(place) }
    }
}

/// Room for making a state, used again and again.
#[derive(Debug, Default)]
pub struct Scratch {
    here: Seen,
    there: Seen,
    pending: Vec<u32>,
    entering: Vec<u32>,
    list: Vec<u16>,
    made: bool,
}

impl Dfa {
    pub fn new(columns: usize) -> Self {
        let mut dfa = Self {
            table: Vec::new(),
            width: columns.next_multiple_of(LINE),
            lists: Vec::new(),
            states: FxHashMap::default(),
            sparse: FxHashMap::default(),
            starts: [UNKNOWN; 2],
            bytes: 0,
        };
        dfa.forget();
        dfa
    }

    fn forget(&mut self) {
        self.table.clear();
        self.lists.clear();
        self.sparse.clear();
        self.states.clear();
        self.states.insert(Arc::default(), DEAD);
        self.starts = [UNKNOWN; 2];
        self.bytes = 0;
    }

    /// Makes room for so many columns; forgets all states where there was none.
    pub fn widen(&mut self, columns: usize) {
        if columns > self.width {
            self.width = (columns + columns / 2).next_multiple_of(LINE);
            self.forget();
        }
    }

    /// The state before the first symbol; with `advance` an empty match there does not count.
    pub fn start(&mut self, machine: &Machine, advance: bool, scratch: &mut Scratch) -> u32 {
        if self.starts[usize::from(advance)] == UNKNOWN {
            scratch.begin(machine);
            if advance {
                scratch.list.push(NOT_HERE);
            }
            scratch.enter(machine, machine.start);
            let state = self.state(&scratch.list);
            self.starts[usize::from(advance)] = state;
        }
        self.starts[usize::from(advance)]
    }

    /// The rows of all states.
    pub fn table(&self) -> Table<'_> {
        Table(&self.table)
    }

    /// What is known to follow a state that is not dead.
    #[inline]
    pub fn known(&self, state: u32, column: u32) -> u32 {
        if state < SPARSE {
            return self.table().at(state, column);
        }
        self.sparse
            .get(&(state, column))
            .copied()
            .unwrap_or(UNKNOWN)
    }

    /// The steps at which the threads of a state stand.
    #[inline]
    pub fn list(&self, state: u32) -> &[u16] {
        let number = if state < SPARSE {
            state / self.width as u32
        } else {
            state & !SPARSE
        };
        &self.lists[number as usize]
    }

    /// The state after a letter, and whether a match ends before it.
    #[cold]
    #[inline(never)]
    pub fn make(
        &mut self,
        reader: Reader,
        scratch: &mut Scratch,
        state: u32,
        column: u32,
        letter: Letter,
    ) -> u32 {
        let mut from = state;
        let matched = scratch.follow(reader, self.list(state), letter);
        if self.bytes > MOST {
            self.forget();
            from = UNKNOWN; // it is gone
        }
        let mut to = self.state(&scratch.list);
        if matched {
            to |= MATCH;
        }
        if from < SPARSE {
            self.table[(from + column) as usize] = to;
        } else if from != UNKNOWN {
            self.sparse.insert((from, column), to);
            self.bytes += 24;
        }
        to
    }

    fn state(&mut self, list: &[u16]) -> u32 {
        if let Some(&state) = self.states.get(list) {
            return state;
        }
        let row = self.width;
        let state = if self.table.len() * 4 < MOST_ROWS {
            let state = self.table.len() as u32;
            self.table.resize(self.table.len() + row, UNKNOWN);
            self.bytes += row * 4;
            state
        } else {
            SPARSE | self.lists.len() as u32
        };
        let list: Arc<[u16]> = list.into();
        self.bytes += list.len() * 2 + 80;
        self.lists.push(list.clone());
        self.states.insert(list, state);
        state
    }

    pub fn memory(&self) -> usize {
        self.bytes
    }
}

impl Scratch {
    /// Whether there may be new states since this was last asked.
    pub fn has_made(&mut self) -> bool {
        std::mem::take(&mut self.made)
    }

    fn begin(&mut self, machine: &Machine) {
        self.made = true;
        self.here.clear(machine.steps.len());
        self.there.clear(machine.steps.len());
        self.list.clear();
    }

    /// Where the threads of `list` stand after the letter, and whether one of them matched before it.
    fn follow(&mut self, reader: Reader, list: &[u16], letter: Letter) -> bool {
        let Reader { machine, alphabet } = reader;
        self.begin(machine);
        let counts = list.first() != Some(&NOT_HERE);
        let mut matched = false;
        let mut pending = std::mem::take(&mut self.pending);
        'threads: for &thread in &list[usize::from(!counts)..] {
            pending.push(u32::from(thread));
            while let Some(step) = pending.pop() {
                if !self.here.add(step) {
                    continue;
                }
                match machine.steps[step as usize] {
                    Step::Char(set) => {
                        if letter
                            .symbol
                            .is_some_and(|symbol| alphabet.takes(set, symbol))
                        {
                            self.enter(machine, step + 1);
                        }
                    }
                    Step::Any => {
                        if letter.symbol.is_some() {
                            self.enter(machine, step + 1);
                        }
                    }
                    Step::Split(a, b) => pending.extend([b, a]),
                    Step::Jump(a) => pending.push(a),
                    Step::Look(look, positive) => {
                        if machine.relaxed || (letter.holds >> look & 1 == 1) == positive {
                            pending.push(step + 1);
                        }
                    }
                    Step::Match => {
                        matched |= counts;
                        if counts && machine.first_wins {
                            break 'threads;
                        }
                    }
                }
            }
        }
        pending.clear();
        self.pending = pending;
        if !machine.first_wins {
            self.list.sort_unstable();
        }
        matched
    }

    /// Adds a thread to the list, or where it stands without taking a symbol or asking for a look.
    fn enter(&mut self, machine: &Machine, step: u32) {
        let mut pending = std::mem::take(&mut self.entering);
        pending.push(step);
        while let Some(step) = pending.pop() {
            if !self.there.add(step) {
                continue;
            }
            match machine.steps[step as usize] {
                Step::Split(a, b) => pending.extend([b, a]),
                Step::Jump(a) => pending.push(a),
                Step::Look(..) if machine.relaxed => pending.push(step + 1),
                _ => self.list.push(step as u16), // a machine has fewer steps than that (`MOST_STEPS`)
            }
        }
        self.entering = pending;
    }
}

/// A set of steps that is emptied at once.
#[derive(Debug, Default)]
struct Seen {
    marks: Vec<u32>,
    now: u32,
}

impl Seen {
    fn clear(&mut self, size: usize) {
        if self.marks.len() < size {
            self.marks.resize(size, 0);
        }
        self.now = self.now.wrapping_add(1);
        if self.now == 0 {
            self.marks.fill(0);
            self.now = 1;
        }
    }

    fn add(&mut self, step: u32) -> bool {
        std::mem::replace(&mut self.marks[step as usize], self.now) != self.now
    }
}
