//! The undisguised view: what is typed in the place of something else, read as what it stands for (see
//! `text/undisguised.py`).

use rustc_hash::FxHashMap;

use crate::chars::{codes, is_alphanumeric, is_digit, Chars, DISGUISES};
use crate::sieve::{key_of, Sieve, BEGUN};
use crate::view::View;

/// What is typed and what it stands for, by the key of its first two characters, or of the only one; the longest first.
pub struct Disguises {
    begins: Sieve,
    known: FxHashMap<u64, Vec<Pair>>,
}

/// What is typed and what it stands for.
type Pair = (Vec<u32>, Vec<u32>);

impl Disguises {
    pub fn new(pairs: &[(String, String)]) -> Self {
        let mut begins = Sieve::new(pairs.len());
        let mut known: FxHashMap<u64, Vec<Pair>> = FxHashMap::default();
        for (typed, meant) in pairs {
            let typed = codes(typed);
            let key = key_of(&typed[..typed.len().min(2)]);
            begins.add(key, BEGUN);
            known.entry(key).or_default().push((typed, codes(meant)));
        }
        for pairs in known.values_mut() {
            pairs.sort_by_key(|(typed, _)| std::cmp::Reverse(typed.len()));
        }
        Disguises { begins, known }
    }

    /// The longest that is typed at the beginning of a text.
    fn first(&self, text: &[u32]) -> Option<&Pair> {
        [2, 1].iter().find_map(|&size| {
            let key = key_of(text.get(..size)?);
            if !self.begins.may_have(key, BEGUN) {
                return None;
            }
            let mut pairs = self.known.get(&key)?.iter();
            pairs.find(|(typed, _)| text.starts_with(typed))
        })
    }

    /// The view of a plain text, its spans in places of that text; none where nothing stands for something else.
    pub fn view(&self, chars: &Chars, plain: &[u32]) -> Option<View> {
        let mut undone = Undone::default();
        let begins = |&code: &u32| is_digit(code) || chars.get(code).is(DISGUISES);
        let mut at = 0;
        while let Some(skipped) = plain[at..].iter().position(begins) {
            at += skipped;
            let code = plain[at];
            if let Some((typed, meant)) = self.first(&plain[at..]) {
                undone.put(plain, at, at + typed.len(), meant.iter().copied());
                at += typed.len();
            } else if may_be_digit(code) {
                let run = plain[at..].iter().take_while(|&&code| may_be_digit(code));
                let end = at + run.count();
                let before = at > 0 && may_stand_beside(plain[at - 1]);
                let after = plain.get(end).is_some_and(|&code| may_stand_beside(code));
                let run = &plain[at..end];
                if !before && !after && is_number(run) {
                    undone.put(plain, at, end, run.iter().map(|&code| digit(code)));
                }
                at = end;
            } else {
                at += 1;
            }
        }
        (undone.upto > 0).then(|| undone.view(plain))
    }
}

/// A view as far as something was put in the place of something else.
#[derive(Default)]
struct Undone {
    text: Vec<u32>,
    starts: Vec<u32>,
    ends: Vec<u32>,
    /// Where the plain text goes on.
    upto: usize,
}

impl Undone {
    /// What is between stands as it is; then `meant` for `[start, end)`.
    fn put(
        &mut self,
        plain: &[u32],
        start: usize,
        end: usize,
        meant: impl ExactSizeIterator<Item = u32>,
    ) {
        self.keep(plain, start);
        let is_even = meant.len() == end - start;
        for (number, code) in meant.enumerate() {
            let place = start + number;
            self.text.push(code);
            self.starts.push(if is_even { place } else { start } as u32);
            self.ends.push(if is_even { place + 1 } else { end } as u32);
        }
        self.upto = end;
    }

    fn keep(&mut self, plain: &[u32], end: usize) {
        self.text.extend_from_slice(&plain[self.upto..end]);
        self.starts.extend(self.upto as u32..end as u32);
        self.ends.extend(self.upto as u32 + 1..=end as u32);
    }

    fn view(mut self, plain: &[u32]) -> View {
        self.keep(plain, plain.len());
        View {
            text: self.text,
            spans: Some((self.starts, self.ends)),
        }
    }
}

fn may_be_digit(code: u32) -> bool {
    is_digit(code) || ['o', 'i', 'l', '|'].map(u32::from).contains(&code)
}

fn may_stand_beside(code: u32) -> bool {
    is_alphanumeric(code) || code == u32::from(b'_') || code == u32::from(b'@')
}

fn digit(code: u32) -> u32 {
    match char::from_u32(code) {
        Some('o') => u32::from(b'0'),
        Some('i' | 'l' | '|') => u32::from(b'1'),
        _ => code,
    }
}

/// Whether a run of digits and of letters that look like them is meant as a number.
fn is_number(run: &[u32]) -> bool {
    let digits = run.iter().filter(|&&code| is_digit(code)).count();
    let rounds = || {
        is_digit(run[0])
            && run
                .iter()
                .all(|&code| is_digit(code) || code == u32::from(b'o'))
    };
    0 < digits && digits < run.len() && ((digits >= 2 && 2 * digits >= run.len()) || rounds())
}
