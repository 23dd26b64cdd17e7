//! Where the looks of an expression hold in a text: one bit each for every place between two characters.

use super::alphabet::Alphabet;
use super::machine::{Machine, Reader};
use super::walk::Walker;
use super::Room;

/// What may stand before or after a place.
#[derive(Debug)]
pub enum Look {
    /// A character of a set of the expression.
    Beside { behind: bool, set: u32 },
    /// A match of a program; a look ahead walks back from the end.
    Around { behind: bool, machine: Machine },
}

impl Look {
    pub fn machine(&self) -> Option<&Machine> {
        match self {
            Self::Beside { .. } => None,
            Self::Around { machine, .. } => Some(machine),
        }
    }
}

/// Which looks at one character hold beside each symbol.
#[derive(Debug)]
pub struct Neighbours {
    before: Box<[u64]>,
    after: Box<[u64]>,
}

impl Neighbours {
    pub fn new(looks: &[Look], alphabet: &Alphabet) -> Self {
        let bits = |side: bool| {
            let of = |symbol| {
                let bit = |(number, look): (usize, &Look)| match look {
                    Look::Beside { behind, set }
                        if *behind == side && alphabet.takes(*set, symbol) =>
                    {
                        1 << number
                    }
                    _ => 0,
                };
                looks
                    .iter()
                    .enumerate()
                    .map(bit)
                    .fold(0, |all, bit| all | bit)
            };
            (0..alphabet.count() as u16).map(of).collect()
        };
        Self {
            before: bits(true),
            after: bits(false),
        }
    }

    fn mark(&self, symbols: &[u16], holds: &mut Vec<u64>) {
        holds.clear();
        let mut before = 0;
        holds.extend(symbols.iter().map(|&symbol| {
            let here = before | self.after[symbol as usize];
            before = self.before[symbol as usize];
            here
        }));
        holds.push(before);
    }
}

/// Works out all bits of a text from its symbols.
pub(super) fn mark_all(
    looks: &[Look],
    neighbours: &Neighbours,
    alphabet: &Alphabet,
    walkers: &mut [Walker],
    room: &mut Room,
) {
    neighbours.mark(&room.symbols, &mut room.holds);
    let mut walkers = walkers.iter_mut();
    for (number, look) in looks.iter().enumerate() {
        if let Look::Around { behind, machine } = look {
            let walker = walkers.next().expect("a walker for each program");
            let reader = Reader { machine, alphabet };
            walker.mark(reader, room, !behind, 1 << number);
        }
    }
}
