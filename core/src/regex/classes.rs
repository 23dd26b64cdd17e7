//! The characters that no expression tells apart, as one class.

use rustc_hash::FxHashMap;

use super::Error;

/// Up to here a class is looked up, above it is searched for.
const TABLE: usize = 0x20000;
const LAST: u32 = 0x10FFFF;

/// A partition of all code points that every character set of a policy is a union of.
#[derive(Debug)]
pub struct CharClasses {
    table: Box<[u16]>,
    /// The first code point above the table of each run of one class.
    above: Vec<(u32, u16)>,
    /// The classes of each set.
    sets: Vec<Vec<u16>>,
    count: usize,
}

/// A text as the classes of its characters.
#[derive(Debug)]
pub struct Text {
    classes: Vec<u16>,
    /// No class is as great.
    count: usize,
}

impl Text {
    pub fn classes(&self) -> &[u16] {
        &self.classes
    }

    pub fn count(&self) -> usize {
        self.count
    }
}

impl CharClasses {
    pub fn new(charsets: &[Vec<(u32, u32)>]) -> Result<Self, Error> {
        let mut edges: Vec<(u32, u32)> = Vec::new();
        for (set, intervals) in charsets.iter().enumerate() {
            let set = u32::try_from(set).map_err(|_| Error::Malformed)?;
            let mut room = 0;
            for &(first, last) in intervals {
                if first < room || first > last || last > LAST {
                    return Err(Error::Malformed);
                }
                room = last + 1;
                edges.push((first, set));
                edges.push((last + 1, set));
            }
        }
        edges.sort_unstable();
        let mut classes = Self {
            table: vec![0; TABLE].into_boxed_slice(),
            above: Vec::new(),
            sets: vec![Vec::new(); charsets.len()],
            count: 0,
        };
        let mut known: FxHashMap<Vec<u32>, u16> = FxHashMap::default();
        let mut within: Vec<u32> = Vec::new();
        let mut edges = edges.into_iter().peekable();
        let mut from = 0;
        while from <= LAST {
            while let Some((_, set)) = edges.next_if(|&(at, _)| at == from) {
                match within.binary_search(&set) {
                    Ok(place) => drop(within.remove(place)),
                    Err(place) => within.insert(place, set),
                }
            }
            let until = edges.peek().map_or(LAST + 1, |&(at, _)| at);
            let class = match known.get(&within) {
                Some(&class) => class,
                None => classes.add(&within)?,
            };
            known.entry(within.clone()).or_insert(class);
            classes.fill(from, until, class);
            from = until;
        }
        Ok(classes)
    }

    fn add(&mut self, within: &[u32]) -> Result<u16, Error> {
        let class = u16::try_from(self.count).map_err(|_| Error::TooMany)?;
        self.count += 1;
        for &set in within {
            self.sets[set as usize].push(class);
        }
        Ok(class)
    }

    fn fill(&mut self, from: u32, until: u32, class: u16) {
        let (start, end) = (from as usize, until as usize);
        if start < TABLE {
            self.table[start..end.min(TABLE)].fill(class);
        }
        if end > TABLE {
            self.above.push((from.max(TABLE as u32), class));
        }
    }

    pub fn read(&self, text: impl Iterator<Item = u32>) -> Text {
        Text {
            classes: text.map(|code| self.of_code(code)).collect(),
            count: self.count,
        }
    }

    #[cfg(test)]
    fn of(&self, char: char) -> u16 {
        self.of_code(char.into())
    }

    #[inline]
    fn of_code(&self, code: u32) -> u16 {
        match self.table.get(code as usize) {
            Some(&class) => class,
            None => self.above[self.above.partition_point(|&(first, _)| first <= code) - 1].1,
        }
    }

    pub fn count(&self) -> usize {
        self.count
    }

    /// The classes that a set is the union of.
    pub fn of_set(&self, set: u32) -> &[u16] {
        &self.sets[set as usize]
    }

    pub fn sets(&self) -> usize {
        self.sets.len()
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_class_is_what_no_set_tells_apart() {
        let classes = CharClasses::new(&[
            vec![(97, 122)],
            vec![(98, 98), (0x4E00, 0x9FFF)],
            vec![(0, LAST)],
        ])
        .unwrap();
        assert_eq!(classes.count(), 4);
        assert_eq!(classes.of('a'), classes.of('z'));
        assert_ne!(classes.of('a'), classes.of('b'));
        assert_ne!(classes.of('加'), classes.of('b'));
        assert_eq!(classes.of('!'), classes.of('😀'));
        assert_eq!(classes.of_set(0), [classes.of('a'), classes.of('b')]);
        assert_eq!(classes.of_set(2).len(), 4);
    }

    #[test]
    fn above_the_table_too() {
        let classes = CharClasses::new(&[
            vec![(0x1FFFF, 0x20000)],
            vec![(0x2A700, 0x2A700), (LAST, LAST)],
        ])
        .unwrap();
        let of = |code| classes.of(char::from_u32(code).unwrap());
        assert_eq!(of(0x1FFFF), of(0x20000));
        assert_eq!(of(0x20001), of(0));
        assert_eq!(of(0x2A6FF), of(0x2A701));
        assert_eq!(of(0x2A700), of(LAST));
        assert_ne!(of(0x2A700), of(0x20000));
    }

    #[test]
    fn without_sets_there_is_one_class() {
        let classes = CharClasses::new(&[]).unwrap();
        assert_eq!(
            (classes.of('a'), classes.of('\u{10FFFF}'), classes.count()),
            (0, 0, 1)
        );
    }

    #[test]
    fn intervals_out_of_order_are_refused() {
        assert!(CharClasses::new(&[vec![(5, 9), (1, 2)]]).is_err());
        assert!(CharClasses::new(&[vec![(5, 4)]]).is_err());
        assert!(CharClasses::new(&[vec![(5, 0x110000)]]).is_err());
    }
}
