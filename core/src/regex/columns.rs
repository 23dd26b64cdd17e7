//! The columns of a machine's table: letters, numbered.
//!
//! A symbol where no look holds is its own column, and so is the edge of the text; others are numbered behind these as texts
//! bring them up.

use rustc_hash::FxHashMap;

/// So many may be looked up in a table.
const DENSE: u64 = 1 << 12;
/// More are forgotten before the next text.
const MOST: usize = 1 << 12;
const NONE: u32 = u32::MAX;

/// What a column stands for: a symbol, or the edge of the text, and the looks that hold, as bits.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
pub struct Letter {
    pub symbol: Option<u16>,
    pub holds: u64,
}

#[derive(Debug)]
pub struct Columns {
    /// Of the edge of the text; symbols are below.
    edge: u16,
    /// Bits of a symbol.
    shift: u32,
    /// Those behind the edge.
    letters: Vec<Letter>,
    dense: Vec<u32>,
    sparse: FxHashMap<(u16, u64), u32>,
}

impl Columns {
    /// Of an alphabet of so many symbols.
    pub fn new(symbols: usize) -> Self {
        Self {
            edge: symbols as u16,
            shift: u32::BITS - (symbols as u32).leading_zeros(),
            letters: Vec::new(),
            dense: Vec::new(),
            sparse: FxHashMap::default(),
        }
    }

    /// Of a symbol, or of the edge of the text.
    #[inline]
    pub fn of(&mut self, symbol: u16, holds: u64) -> u32 {
        if holds == 0 {
            return u32::from(symbol);
        }
        match self.dense.get(self.place(symbol, holds)) {
            Some(&column) if column != NONE => column,
            _ => self.add(symbol, holds),
        }
    }

    /// Where the table has a letter, if it is one of the first looks.
    #[inline]
    fn place(&self, symbol: u16, holds: u64) -> usize {
        if holds < DENSE >> self.shift {
            (holds << self.shift) as usize + usize::from(symbol)
        } else {
            usize::MAX
        }
    }

    #[cold]
    fn add(&mut self, symbol: u16, holds: u64) -> u32 {
        let next = self.count() as u32;
        let column = *self.sparse.entry((symbol, holds)).or_insert(next);
        if column == next {
            let symbol = (symbol != self.edge).then_some(symbol);
            self.letters.push(Letter { symbol, holds });
        }
        let place = self.place(symbol, holds);
        if place != usize::MAX {
            if self.dense.len() <= place {
                self.dense.resize(place + 1, NONE);
            }
            self.dense[place] = column;
        }
        column
    }

    pub fn letter(&self, column: u32) -> Letter {
        let edge = u32::from(self.edge);
        if column > edge {
            return self.letters[(column - edge) as usize - 1];
        }
        Letter {
            symbol: (column < edge).then_some(column as u16),
            holds: 0,
        }
    }

    pub fn count(&self) -> usize {
        usize::from(self.edge) + 1 + self.letters.len()
    }

    /// Whether there are more than should be kept.
    pub fn is_full(&self) -> bool {
        self.letters.len() > MOST
    }

    pub fn memory(&self) -> usize {
        self.letters.len() * 64 + self.dense.len() * 4
    }
}
