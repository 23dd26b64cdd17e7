//! Letters numbered as a text brings them up.

use rustc_hash::FxHashMap;

use super::dfa::Letter;

/// So many may be looked up in a table.
const DENSE: u64 = 1 << 12;
/// More are forgotten before the next text.
const MOST: usize = 1 << 12;
const NONE: u32 = u32::MAX;

/// The columns of a machine that asks for looks.
#[derive(Debug, Default)]
pub struct Columns {
    letters: Vec<Letter>,
    dense: Vec<u32>,
    sparse: FxHashMap<(u16, u64), u32>,
}

impl Columns {
    /// Of a symbol below `edge`, or of the edge of the text.
    #[inline]
    pub fn of(&mut self, symbol: u16, edge: u16, holds: u64) -> u32 {
        let place = match holds {
            0 => u64::from(symbol), // nearly always
            _ => holds
                .saturating_mul(u64::from(edge) + 1)
                .saturating_add(u64::from(symbol)),
        };
        match self.dense.get(place as usize) {
            Some(&column) if column != NONE => column,
            _ => self.add(symbol, edge, holds, place),
        }
    }

    #[cold]
    fn add(&mut self, symbol: u16, edge: u16, holds: u64, place: u64) -> u32 {
        let next = self.letters.len() as u32;
        let column = *self.sparse.entry((symbol, holds)).or_insert(next);
        if column == next {
            let symbol = (symbol != edge).then_some(symbol);
            self.letters.push(Letter { symbol, holds });
        }
        if place < DENSE {
            if self.dense.len() <= place as usize {
                self.dense.resize(place as usize + 1, NONE);
            }
            self.dense[place as usize] = column;
        }
        column
    }

    pub fn letter(&self, column: u32) -> Letter {
        self.letters[column as usize]
    }

    pub fn count(&self) -> usize {
        self.letters.len()
    }

    /// Whether there are more than should be kept.
    pub fn is_full(&self) -> bool {
        self.letters.len() > MOST
    }

    pub fn memory(&self) -> usize {
        self.letters.len() * 64 + self.dense.len() * 4
    }
}
