//! The classes that one expression tells apart, as its symbols.

use rustc_hash::FxHashMap;

use super::classes::{CharClasses, Text};

const NONE: u16 = u16::MAX;

/// As small as they can be: of every text many are asked for.
#[derive(Debug)]
enum Listed {
    Few(Box<[u8]>),
    Many(Box<[u16]>),
}

/// The sets of the policy that are asked for, numbered as they come.
#[derive(Debug, Default)]
pub struct Sets {
    known: FxHashMap<u32, u32>,
    sets: Vec<u32>,
}

impl Sets {
    /// The number of a set among them.
    pub fn number(&mut self, set: u32) -> u32 {
        *self.known.entry(set).or_insert_with(|| {
            self.sets.push(set);
            self.sets.len() as u32 - 1
        })
    }

    pub fn all(self) -> Box<[u32]> {
        self.sets.into()
    }
}

#[derive(Debug)]
pub struct Alphabet {
    /// Of each class.
    symbols: Listed,
    /// How many classes there are, and how many symbols.
    classes: usize,
    count: usize,
    /// For each of the sets of the expression, whether each symbol is in it.
    takes: Box<[bool]>,
}

impl Alphabet {
    /// Of an expression that asks for these sets.
    pub fn new(classes: &CharClasses, sets: &[u32]) -> Self {
        let mut symbols = vec![0; classes.count()];
        let mut count = 1;
        for &set in sets {
            // What is in the set leaves those that it was one with until now.
            let mut moved = vec![NONE; count];
            for &class in classes.of_set(set) {
                let symbol: &mut u16 = &mut symbols[class as usize];
                let to = &mut moved[*symbol as usize];
                if *to == NONE {
                    *to = count as u16;
                    count += 1;
                }
                *symbol = *to;
            }
            count = renumbered(&mut symbols, count);
        }
        let mut takes = vec![false; sets.len() * count].into_boxed_slice();
        for (number, &set) in sets.iter().enumerate() {
            for &class in classes.of_set(set) {
                takes[number * count + symbols[class as usize] as usize] = true;
            }
        }
        Self {
            symbols: match symbols.iter().map(|&symbol| u8::try_from(symbol)).collect() {
                Ok(few) => Listed::Few(few),
                Err(_) => Listed::Many(symbols.into_boxed_slice()),
            },
            classes: classes.count(),
            count,
            takes,
        }
    }

    /// The symbols of a text.
    pub fn read<'a>(&'a self, text: &'a Text) -> Symbols<'a> {
        assert!(text.count() <= self.classes, "a text of another program");
        Symbols {
            classes: text.classes(),
            symbols: &self.symbols,
            edge: self.count as u32,
        }
    }

    /// How many there are; this number itself stands for the end of the text.
    pub fn count(&self) -> usize {
        self.count
    }

    pub fn takes(&self, set: u32, symbol: u16) -> bool {
        self.takes[set as usize * self.count + symbol as usize]
    }
}

/// A text as symbols, each looked up when it is asked for.
#[derive(Clone, Copy)]
pub struct Symbols<'a> {
    classes: &'a [u16],
    symbols: &'a Listed,
    /// What stands for the end of the text.
    edge: u32,
}

impl Symbols<'_> {
    /// None at the end of the text.
    #[inline]
    pub fn at(&self, place: usize) -> Option<u16> {
        let class = *self.classes.get(place)? as usize;
        Some(match self.symbols {
            Listed::Few(symbols) => u16::from(symbols[class]),
            Listed::Many(symbols) => symbols[class],
        })
    }

    /// The column of a place where no look is asked; as an error that of the end of the text.
    #[inline]
    pub fn column(&self, place: usize) -> Result<u32, u32> {
        self.at(place).map(u32::from).ok_or(self.edge)
    }

    pub fn all(&self) -> impl Iterator<Item = u16> + '_ {
        (0..self.classes.len()).map_while(|place| self.at(place))
    }
}

/// Without numbers that nothing has.
fn renumbered(symbols: &mut [u16], count: usize) -> usize {
    let mut to = vec![NONE; count];
    let mut used = 0;
    for symbol in symbols {
        let to = &mut to[*symbol as usize];
        if *to == NONE {
            *to = used;
            used += 1;
        }
        *symbol = *to;
    }
    used as usize
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn only_what_the_expression_asks_for_is_told_apart() {
        let classes = CharClasses::new(&[
            vec![(97, 99)],
            vec![(99, 99)],
            vec![(100, 100)],
            vec![(0, 0x10FFFF)],
        ])
        .unwrap();
        let of = |alphabet: &Alphabet, char: char| {
            let text = classes.read([char.into()].into_iter());
            alphabet.read(&text).at(0).unwrap()
        };
        let alphabet = Alphabet::new(&classes, &[0, 3]);
        assert_eq!(alphabet.count(), 2);
        assert_eq!(of(&alphabet, 'a'), of(&alphabet, 'c'));
        assert_eq!(of(&alphabet, 'd'), of(&alphabet, 'x'));
        assert!(
            alphabet.takes(0, of(&alphabet, 'b'))
                && !alphabet.takes(0, of(&alphabet, 'd'))
                && alphabet.takes(1, of(&alphabet, 'd'))
        );
        let all = Alphabet::new(&classes, &[2, 1, 0]);
        assert_eq!(all.count(), 4);
        assert_eq!(Alphabet::new(&classes, &[]).count(), 1);
    }

    #[test]
    fn more_symbols_than_a_byte_can_tell() {
        let sets: Vec<_> = (0..300).map(|n| vec![(0x4E00 + n, 0x4E00 + n)]).collect();
        let classes = CharClasses::new(&sets).unwrap();
        let alphabet = Alphabet::new(&classes, &(0..300).collect::<Vec<_>>());
        assert_eq!(alphabet.count(), 301);
        let text = classes.read((0..301).map(|n| 0x4E00 + n));
        let read: Vec<_> = alphabet.read(&text).all().collect();
        for (set, &symbol) in (0..300).zip(&read) {
            assert!(alphabet.takes(set, symbol) && !alphabet.takes(set, read[300]));
        }
    }
}
