//! Where patterns may be told not to look: in quotation marks and mentions.

use crate::chars::{is_latin, Chars, ALNUM};

/// Disjoint `[start, end)`, sorted: whether a stretch lies wholly in one.
pub struct Spans(Vec<(u32, u32)>);

impl Spans {
    /// Keeps the outermost of nested or overlapping spans.
    pub fn of(mut spans: Vec<(u32, u32)>) -> Self {
        spans.sort_by_key(|&(start, end)| (start, std::cmp::Reverse(end)));
        let mut kept: Vec<(u32, u32)> = Vec::with_capacity(spans.len());
        for (start, end) in spans {
            if kept.last().is_none_or(|&(_, last)| end > last) {
                kept.push((start, end));
            }
        }
        Spans(kept)
    }

    pub fn hold(&self, start: usize, end: usize) -> bool {
        let after = self
            .0
            .partition_point(|&(begin, _)| begin as usize <= start);
        after > 0 && end <= self.0[after - 1].1 as usize
    }
}

/// What stands between paired quotation marks.
pub fn quoted(text: &[u32]) -> Vec<(u32, u32)> {
    const PAIRS: [(char, char); 5] = [
        ('“', '”'),
        ('‘', '\''),
        ('「', '」'),
        ('『', '』'),
        ('﹁', '﹂'),
    ];
    let mut spans = Vec::new();
    let mut open: [Vec<u32>; 5] = Default::default();
    let mut straight = None;
    for (at, &code) in text.iter().enumerate() {
        let at = at as u32;
        if let Some(pair) = PAIRS.iter().position(|&(begin, _)| begin as u32 == code) {
            open[pair].push(at + 1);
            continue;
        }
        if let Some(pair) = PAIRS.iter().position(|&(_, end)| end as u32 == code) {
            if code != u32::from(b'\'') || !is_apostrophe(text, at as usize) {
                if let Some(begin) = open[pair].pop() {
                    spans.push((begin, at));
                    continue;
                }
            }
        }
        if code == u32::from(b'"') {
            match straight.take() {
                Some(begin) => spans.push((begin, at)),
                None => straight = Some(at + 1),
            }
        } else if code == u32::from(b'\n') || code == u32::from(b'\r') {
            straight = None;
        }
    }
    spans
}

/// Between two Latin letters, where no quotation ends.
fn is_apostrophe(text: &[u32], at: usize) -> bool {
    let is_letter = |code: Option<&u32>| code.is_some_and(|&code| is_latin(code));
    is_letter(text[..at].last()) && is_letter(text.get(at + 1))
}

/// The mentions: an `@` with up to thirty letters, digits, `_` and `-` after it, letters as Python knows them (`re`).
pub fn mentioned(chars: &Chars, text: &[u32]) -> Vec<(u32, u32)> {
    const MOST: usize = 30;
    let names = |&code: &u32| {
        code == u32::from(b'_') || code == u32::from(b'-') || chars.get(code).is(ALNUM)
    };
    let mut spans = Vec::new();
    let mut at = 0;
    while at < text.len() {
        let start = at;
        at += 1;
        if text[start] == u32::from(b'@') {
            at += text[at..]
                .iter()
                .take(MOST)
                .take_while(|code| names(code))
                .count();
            if at > start + 1 {
                spans.push((start as u32, at as u32));
            }
        }
    }
    spans
}
