//! Terms of which some characters, not all, are spelled in letters (see `text/spelled.py`).

use rustc_hash::FxHashMap;

use crate::chars::{is_alphanumeric, is_latin};
use crate::literals::User;

struct Term {
    text: Vec<u32>,
    /// For each character the ways to spell it.
    ways: Vec<Vec<Vec<u32>>>,
    users: Vec<User>,
}

#[derive(Default)]
pub struct Spelled {
    terms: Vec<Term>,
    /// A character and the letter behind it, where the first run of letters begins in a term; or a run's first letter and
    /// the character behind the run, with place 0, where it begins one.
    at: FxHashMap<(u32, u32), Vec<(u32, u32)>>,
}

impl Spelled {
    pub fn new(texts: Vec<Vec<u32>>, ways: Vec<Vec<Vec<Vec<u32>>>>, users: Vec<Vec<User>>) -> Self {
        let mut spelled = Spelled::default();
        for (number, ((text, ways), users)) in (0_u32..).zip(texts.into_iter().zip(ways).zip(users))
        {
            let mut pairs: Vec<((u32, u32), u32)> = Vec::new();
            for place in 1..ways.len() {
                let letters = ways[place].iter().map(|way| way[0]);
                pairs.extend(letters.map(|letter| ((text[place - 1], letter), place as u32)));
            }
            for way in ways.first().into_iter().flatten() {
                pairs.extend(text[1..].iter().map(|&code| ((way[0], code), 0)));
            }
            pairs.sort_unstable();
            pairs.dedup();
            for (pair, place) in pairs {
                spelled.at.entry(pair).or_default().push((number, place));
            }
            spelled.terms.push(Term { text, ways, users });
        }
        spelled
    }

    pub fn is_empty(&self) -> bool {
        self.terms.is_empty()
    }

    /// Tells of every term that is spelled in part its users and its `[start, end)`.
    pub fn find(&self, text: &[u32], mut found: impl FnMut(&[User], usize, usize)) {
        let mut last = 0;
        let mut places: Vec<(usize, usize, u32)> = Vec::new();
        while last < text.len() {
            if !is_alphanumeric(text[last]) {
                last += 1;
                continue;
            }
            let first = last;
            last += text[first..]
                .iter()
                .take_while(|&&code| is_alphanumeric(code))
                .count();
            if !text[first..last].iter().all(|&code| is_latin(code)) {
                continue;
            }
            places.clear();
            let before = first.checked_sub(1).map(|at| (text[at], text[first]));
            for &(number, place) in before.map_or(&[][..], |pair| self.asked(pair)) {
                let written = &self.terms[number as usize].text[..place as usize];
                if text[..first].ends_with(written) {
                    let start = first - written.len();
                    self.ends(text, number, written.len(), first, &mut |end| {
                        places.push((start, end, number))
                    });
                }
            }
            let behind = text.get(last).map(|&code| (text[first], code));
            for &(number, _) in behind.map_or(&[][..], |pair| self.asked(pair)) {
                self.ends(text, number, 0, first, &mut |end| {
                    if end > last {
                        places.push((first, end, number));
                    }
                });
            }
            places.sort_unstable();
            places.dedup();
            for &(start, end, number) in &places {
                found(&self.terms[number as usize].users, start, end);
            }
        }
    }

    #[inline]
    fn asked(&self, pair: (u32, u32)) -> &[(u32, u32)] {
        self.at.get(&pair).map_or(&[], Vec::as_slice)
    }

    /// Where readings end whose character at `place` begins at `at`.
    fn ends(
        &self,
        text: &[u32],
        number: u32,
        place: usize,
        at: usize,
        tell: &mut impl FnMut(usize),
    ) {
        let term = &self.terms[number as usize];
        let Some(&code) = term.text.get(place) else {
            let is_cut = is_alphanumeric(text[at - 1])
                && text.get(at).is_some_and(|&code| is_alphanumeric(code));
            if !is_cut {
                tell(at);
            }
            return;
        };
        if text.get(at) == Some(&code) {
            self.ends(text, number, place + 1, at + 1, tell);
            return;
        }
        for way in &term.ways[place] {
            if text[at..].starts_with(way) {
                self.ends(text, number, place + 1, at + way.len(), tell);
            }
        }
    }
}
