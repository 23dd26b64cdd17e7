//! Does a term begin here?  The exact answer for gaps, repeats and look-alikes (see `engine/match/walk.py`).

use std::ops::RangeInclusive;
use std::sync::Arc;

use rustc_hash::FxHashSet;

use crate::chars::Chars;

/// What one character of a term is met by.
pub struct Letter {
    pub code: u32,
    /// Ways to write it as several characters, the first that stands there first.
    pub splits: Vec<Vec<u32>>,
    /// Single characters that look like it, sorted.
    pub others: Vec<u32>,
    /// Those that are met as one character wherever they stand.
    pub sure: Vec<u32>,
    /// What begins anything that meets it, sorted.
    pub begin: Vec<u32>,
}

impl Letter {
    fn met(&self, text: &[u32], at: usize) -> usize {
        let Some(&found) = text.get(at) else { return 0 };
        if found == self.code {
            return 1;
        }
        for way in &self.splits {
            if text[at..].starts_with(way) {
                return way.len();
            }
        }
        usize::from(self.others.binary_search(&found).is_ok())
    }
}

/// A term with what each of its characters is met by.
pub enum Spelling<'a> {
    Same(&'a [u32]),
    Alike(&'a [u32], &'a [Arc<Letter>]),
}

impl Spelling<'_> {
    fn term(&self) -> &[u32] {
        match self {
            Spelling::Same(term) | Spelling::Alike(term, _) => term,
        }
    }

    #[inline]
    fn met(&self, k: usize, text: &[u32], at: usize) -> usize {
        match self {
            Spelling::Same(term) => usize::from(text.get(at) == Some(&term[k])),
            Spelling::Alike(_, letters) => letters[k].met(text, at),
        }
    }

    #[inline]
    fn is_sure(&self, k: usize, code: u32) -> bool {
        match self {
            Spelling::Same(term) => term[k] == code,
            Spelling::Alike(term, letters) => {
                term[k] == code || letters[k].sure.binary_search(&code).is_ok()
            }
        }
    }

    #[inline]
    fn begins(&self, k: usize, code: u32) -> bool {
        match self {
            Spelling::Same(term) => term[k] == code,
            Spelling::Alike(term, letters) => {
                term[k] == code || letters[k].begin.binary_search(&code).is_ok()
            }
        }
    }
}

/// The options of one pattern.
#[derive(Clone, Copy)]
pub struct Walk {
    pub gaps: usize,
    pub repeats: bool,
}

/// A term as it is read in a text: where it begins and ends with all repeats that stand beside it.
pub struct Reading {
    pub start: usize,
    pub end: usize,
    /// Every place where it may begin and every one where it may end, where its first or last character is repeated.
    pub edges: Option<Box<Edges>>,
}

#[derive(Default)]
pub struct Edges {
    pub starts: Vec<usize>,
    pub ends: Vec<usize>,
}

impl Edges {
    /// The narrowest `[start, end)` with both ends at edges of words where there are any; of a term of one character
    /// that is repeated, what stands between the outermost edges.
    pub fn within(&self, is_edge: impl Fn(usize) -> bool) -> (usize, usize) {
        let (starts, ends) = (&self.starts, &self.ends);
        let (first, last) = (starts[0], ends[ends.len() - 1]);
        let edge = |&place: &usize| is_edge(place);
        if starts[starts.len() - 1] < ends[0] {
            let start = starts.iter().rev().copied().find(edge);
            let end = ends.iter().copied().find(edge);
            return (
                start.unwrap_or(starts[starts.len() - 1]),
                end.unwrap_or(ends[0]),
            );
        }
        let start = starts.iter().copied().find(edge).unwrap_or(first);
        let end = ends
            .iter()
            .rev()
            .copied()
            .find(|place| *place > start && edge(place));
        (start, end.unwrap_or(last))
    }
}

impl Walk {
    /// Every reading that begins in a stretch, but at no place of `known`, to which the repeats are added.
    pub fn readings(
        self,
        chars: &Chars,
        text: &[u32],
        spelling: &Spelling,
        begins: RangeInclusive<usize>,
        known: &mut FxHashSet<usize>,
        found: &mut Vec<Reading>,
    ) {
        for at in begins {
            let code = text[at];
            let met = if spelling.is_sure(0, code) {
                1
            } else if spelling.begins(0, code) {
                spelling.met(0, text, at)
            } else {
                0
            };
            if met == 0 || (self.repeats && known.contains(&at)) {
                continue;
            }
            let mut edges = Edges::default();
            let end = self.end(chars, text, spelling, at + met, &mut edges);
            known.extend(&edges.starts);
            if let Some(end) = end {
                let repeated = !edges.starts.is_empty() || !edges.ends.is_empty();
                found.push(Reading {
                    start: at,
                    end,
                    edges: repeated.then(|| {
                        edges.starts.insert(0, at);
                        edges.ends.push(end);
                        Box::new(edges)
                    }),
                });
            }
        }
    }

    /// Whether a text, all of it, is read as a term.
    pub fn reads(self, chars: &Chars, text: &[u32], spelling: &Spelling) -> bool {
        let mut found = Vec::new();
        if !text.is_empty() {
            let mut known = FxHashSet::default();
            self.readings(chars, text, spelling, 0..=0, &mut known, &mut found);
        }
        let all = |reading: &Reading| match &reading.edges {
            Some(edges) => edges.ends.contains(&text.len()),
            None => reading.end == text.len(),
        };
        found.iter().any(all)
    }

    /// Where a reading ends whose first character ends at `at`; with `repeats` also where else it may begin and end.
    ///
    /// Repeats of the first and last character belong to it only where they stand beside it, with nothing between.
    fn end(
        self,
        chars: &Chars,
        text: &[u32],
        spelling: &Spelling,
        mut at: usize,
        edges: &mut Edges,
    ) -> Option<usize> {
        let size = spelling.term().len();
        for k in 0..size {
            if k > 0 {
                let code = *text.get(at)?;
                if spelling.is_sure(k, code) {
                    at += 1;
                } else if spelling.begins(k, code) || (self.gaps > 0 && chars.ignorable(code)) {
                    match self.next(chars, text, spelling, k, at) {
                        (_, 0) => return None,
                        (then, met) => at = then + met,
                    }
                } else {
                    return None;
                }
            }
            if !self.repeats {
                continue;
            }
            let (first, last) = (k == 0, k + 1 == size);
            loop {
                let (then, met) = match first || last {
                    true => (at, spelling.met(k, text, at)),
                    false => self.next(chars, text, spelling, k, at),
                };
                if met == 0 {
                    break;
                }
                if first {
                    edges.starts.push(then);
                }
                if last {
                    edges.ends.push(at);
                }
                at = then + met;
            }
        }
        Some(at)
    }

    /// Where a letter is met behind what may be skipped, and by how many characters, 0 for none.  A stroke that is
    /// ignorable, as in 弓 (㇆一㇉), is met before it is skipped.
    fn next(
        self,
        chars: &Chars,
        text: &[u32],
        spelling: &Spelling,
        k: usize,
        mut at: usize,
    ) -> (usize, usize) {
        let stop = text.len().min(at.saturating_add(self.gaps));
        loop {
            let met = spelling.met(k, text, at);
            if met > 0
                || at >= stop
                || !chars.ignorable(text[at])
                || spelling.term().contains(&text[at])
            {
                return (at, met);
            }
            at += 1;
        }
    }
}
