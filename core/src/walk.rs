//! Does a term begin here?  The exact answer for gaps, repeats and look-alikes (see `engine/match/walk.py`).

use std::sync::Arc;

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

impl Walk {
    /// Every match that begins in `[low, high]`.
    pub fn ends(
        self,
        chars: &Chars,
        text: &[u32],
        spelling: &Spelling,
        low: usize,
        high: usize,
        found: &mut Vec<(usize, usize)>,
    ) {
        let mut at = low;
        while at <= high {
            let code = text[at];
            let met = if spelling.is_sure(0, code) {
                1
            } else if spelling.begins(0, code) {
                spelling.met(0, text, at)
            } else {
                0
            };
            if met == 0 {
                at += 1;
                continue;
            }
            let (end, run) = self.from(chars, text, spelling, at, at + met);
            if let Some(end) = end {
                found.push((at, end));
            }
            at = run + 1;
        }
    }

    /// Where a match ends whose first character stands in `[start, at)`, and the last of its repeats.
    fn from(
        self,
        chars: &Chars,
        text: &[u32],
        spelling: &Spelling,
        start: usize,
        mut at: usize,
    ) -> (Option<usize>, usize) {
        let size = spelling.term().len();
        let mut run = start;
        for k in 0..size {
            if k > 0 {
                let Some(&code) = text.get(at) else {
                    return (None, run);
                };
                if spelling.is_sure(k, code) {
                    at += 1;
                } else if spelling.begins(k, code) || (self.gaps > 0 && chars.ignorable(code)) {
                    match self.next(chars, text, spelling, k, at) {
                        (_, 0) => return (None, run),
                        (then, met) => at = then + met,
                    }
                } else {
                    return (None, run);
                }
            }
            if self.repeats {
                loop {
                    let (then, met) = self.next(chars, text, spelling, k, at);
                    if met == 0 {
                        break;
                    }
                    if k == 0 {
                        run = then;
                    }
                    at = then + met;
                }
            }
        }
        (Some(at), run)
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
