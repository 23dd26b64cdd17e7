//! The undisguised view: what is typed in the place of something else, read as what it stands for (see
//! `text/undisguised.py`).

use rustc_hash::FxHashMap;

use crate::part::View;
use crate::program::codes;

/// What is typed and what it stands for, by its first character, the longest first.
#[derive(Default)]
pub struct Disguises(FxHashMap<u32, Vec<Pair>>);

/// What is typed and what it stands for.
type Pair = (Vec<u32>, Vec<u32>);

impl Disguises {
    pub fn new(pairs: &[(String, String)]) -> Self {
        let mut known: FxHashMap<u32, Vec<Pair>> = FxHashMap::default();
        for (typed, meant) in pairs {
            let typed = codes(typed);
            known
                .entry(typed[0])
                .or_default()
                .push((typed, codes(meant)));
        }
        for pairs in known.values_mut() {
            pairs.sort_by_key(|(typed, _)| std::cmp::Reverse(typed.len()));
        }
        Disguises(known)
    }

    /// The view of a plain text, its spans in places of that text; none where nothing stands for something else.
    pub fn view(&self, plain: &[u32]) -> Option<View> {
        let (mut text, mut starts, mut ends) = (Vec::new(), Vec::new(), Vec::new());
        let mut is_changed = false;
        let mut at = 0;
        while at < plain.len() {
            let pair = self.0.get(&plain[at]).and_then(|pairs| {
                pairs
                    .iter()
                    .find(|(typed, _)| plain[at..].starts_with(typed))
            });
            if let Some((typed, meant)) = pair {
                is_changed = true;
                let end = at + typed.len();
                for (number, &code) in meant.iter().enumerate() {
                    let is_even = meant.len() == typed.len();
                    text.push(code);
                    starts.push((if is_even { at + number } else { at }) as u32);
                    ends.push((if is_even { at + number + 1 } else { end }) as u32);
                }
                at = end;
                continue;
            }
            let run = plain[at..].iter().take_while(|&&code| may_be_digit(code));
            let end = at + run.count().max(1);
            let run = &plain[at..end];
            let before = at > 0 && may_stand_beside(plain[at - 1]);
            let after = plain.get(end).is_some_and(|&code| may_stand_beside(code));
            let is_number = !before && !after && is_number(run);
            is_changed |= is_number;
            for (number, &code) in run.iter().enumerate() {
                text.push(if is_number { digit(code) } else { code });
                starts.push((at + number) as u32);
                ends.push((at + number + 1) as u32);
            }
            at = end;
        }
        is_changed.then_some(View {
            text,
            spans: Some((starts, ends)),
        })
    }
}

fn is_digit(code: u32) -> bool {
    (u32::from(b'0')..=u32::from(b'9')).contains(&code)
}

fn may_be_digit(code: u32) -> bool {
    is_digit(code) || ['o', 'i', 'l', '|'].map(u32::from).contains(&code)
}

fn may_stand_beside(code: u32) -> bool {
    is_digit(code)
        || (u32::from(b'a')..=u32::from(b'z')).contains(&code)
        || code == u32::from(b'_')
        || code == u32::from(b'@')
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
