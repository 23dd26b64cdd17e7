//! The forms of a text in which patterns are looked for: plain, reduced, sounds; and its sentences.

use std::sync::RwLock;

use pyo3::prelude::*;
use rustc_hash::FxHashMap;

use crate::chars::{
    codes, is_latin, text_of, Chars, ALNUM, BLANK, BREAK, COMPLEX, DECIMAL, JOINS, PRESENTATION,
};
use crate::entities::EntityTables;
use crate::undisguised::Disguises;
use crate::view::{Reduced, Squeezing, View};

/// Of a run of combining marks only so many are kept.
const MARKS: usize = 30;
/// So many clusters are remembered.
const MOST_CLUSTERS: usize = 65_536;
/// Longer runs of letters are not read as pinyin.
const LONGEST_RUN: usize = 24;
const FACE: u32 = 0x263A;

/// What is known of texts whatever the policy: characters, clusters, syllables.
pub struct Tables {
    pub chars: Chars,
    clusters: RwLock<FxHashMap<Vec<u32>, Vec<u32>>>,
    /// Gives the normal form of a cluster of which the table of characters does not tell it.
    normal: Py<PyAny>,
    syllables: FxHashMap<Vec<u8>, u32>,
    longest: usize,
    pub disguises: Disguises,
    pub entities: EntityTables,
}

impl Tables {
    pub fn new(
        chars: Chars,
        normal: Py<PyAny>,
        syllables: Vec<(String, u32)>,
        disguises: Disguises,
        entities: EntityTables,
    ) -> Self {
        let longest = syllables
            .iter()
            .map(|(sound, _)| sound.len())
            .max()
            .unwrap_or(0);
        let syllables = syllables
            .into_iter()
            .map(|(sound, symbol)| (sound.into_bytes(), symbol))
            .collect();
        Tables {
            chars,
            clusters: RwLock::default(),
            normal,
            syllables,
            longest,
            disguises,
            entities,
        }
    }

    /// The plain view: NFKC by cluster, case-folded, simplified.
    pub fn plain(&self, original: &[u32], view: &mut View) {
        let View { text, spans } = view;
        text.clear();
        *spans = None;
        let mut complex = false;
        let mut bracket = false;
        for &code in original {
            let plain = self.chars.get(code).plain;
            complex |= plain == COMPLEX || (plain == BLANK && text.last() == Some(&BLANK));
            bracket |= code == u32::from(b'[');
            text.push(plain);
        }
        if complex || (bracket && has_tag(original)) {
            *view = self.by_cluster(original);
        }
    }

    fn by_cluster(&self, original: &[u32]) -> View {
        let (mut text, mut starts, mut ends) = (Vec::new(), Vec::new(), Vec::new());
        let mut cluster = Vec::new();
        let mut start = 0;
        while start < original.len() {
            let whole = self.tag_end(original, start);
            let mut end = start + 1;
            while end < original.len()
                && (whole.is_some_and(|w| end < w)
                    || self.joins(original[end])
                    || (self.is_blank(original[end]) && self.is_blank(original[end - 1])))
            {
                end += 1;
            }
            cluster.clear();
            match whole {
                Some(w) => {
                    cluster.push(FACE);
                    cluster.extend_from_slice(&original[w..end]);
                }
                None => cluster.extend_from_slice(&original[start..end]),
            }
            let before = text.len();
            self.normal(&mut cluster, &mut text);
            for _ in before..text.len() {
                starts.push(start as u32);
                ends.push(end as u32);
            }
            start = end;
        }
        View {
            text,
            spans: Some((starts, ends)),
        }
    }

    fn is_blank(&self, code: u32) -> bool {
        self.chars.get(code).plain == BLANK
    }

    #[inline]
    fn joins(&self, code: u32) -> bool {
        if code < 0x300 {
            return false;
        }
        let record = self.chars.get(code);
        record.plain == COMPLEX && record.is(JOINS)
    }

    /// Appends the normal form of a cluster.
    fn normal(&self, cluster: &mut Vec<u32>, text: &mut Vec<u32>) {
        cluster.retain(|&code| !self.chars.get(code).is(PRESENTATION));
        cluster.truncate(MARKS + 1);
        if let [code] = cluster[..] {
            let plain = self.chars.get(code).plain;
            if plain != COMPLEX {
                text.push(plain);
                return;
            }
        }
        if cluster.is_empty() {
            return;
        }
        if let Some(form) = self.clusters.read().expect("no writer fails").get(cluster) {
            text.extend_from_slice(form);
            return;
        }
        let written = text_of(cluster);
        let form: String = self
            .chars
            .answer(|py| self.normal.call1(py, (&written,))?.extract(py));
        let form = codes(&form);
        text.extend_from_slice(&form);
        let mut known = self.clusters.write().expect("no writer fails");
        if known.len() >= MOST_CLUSTERS {
            known.clear();
        }
        known.insert(cluster.clone(), form);
    }

    /// Where the tag of an emoticon ends that begins here: `[em]e163[/em]`.
    fn tag_end(&self, text: &[u32], at: usize) -> Option<usize> {
        const OPEN: [u32; 5] = ['[' as u32, 'e' as u32, 'm' as u32, ']' as u32, 'e' as u32];
        const CLOSE: [u32; 5] = ['[' as u32, '/' as u32, 'e' as u32, 'm' as u32, ']' as u32];
        if !text[at..].starts_with(&OPEN) {
            return None;
        }
        let digits = at + OPEN.len();
        let mut end = digits;
        while end < text.len() && end - digits < 8 && self.chars.get(text[end]).is(DECIMAL) {
            end += 1;
        }
        (end > digits && text[end..].starts_with(&CLOSE)).then_some(end + CLOSE.len())
    }

    /// The sounds of a plain view: syllables, whose places are those of the plain view.
    pub fn sounds(&self, plain: &[u32], view: &mut View) {
        let View { text, spans } = view;
        text.clear();
        *spans = None;
        let mut at = 0;
        while at < plain.len() {
            if !is_latin(plain[at]) {
                text.push(self.chars.get(plain[at]).sound);
                if let Some((starts, ends)) = spans {
                    starts.push(at as u32);
                    ends.push(at as u32 + 1);
                }
                at += 1;
                continue;
            }
            let end = at
                + plain[at..]
                    .iter()
                    .take_while(|&&code| is_latin(code))
                    .count();
            match self.pinyin(&plain[at..end]) {
                Some(syllables) => {
                    let (starts, ends) = spans.get_or_insert_with(|| {
                        ((0..at as u32).collect(), (1..=at as u32).collect())
                    });
                    for (length, symbol) in syllables {
                        text.push(symbol);
                        starts.push(at as u32);
                        at += length;
                        ends.push(at as u32);
                    }
                }
                None => {
                    text.extend(
                        plain[at..end]
                            .iter()
                            .map(|&code| self.chars.get(code).sound),
                    );
                    if let Some((starts, ends)) = spans {
                        starts.extend(at as u32..end as u32);
                        ends.extend(at as u32 + 1..=end as u32);
                    }
                    at = end;
                }
            }
        }
    }

    /// A run of letters as syllables, longest first; none if it cannot be read wholly so.
    fn pinyin(&self, letters: &[u32]) -> Option<Vec<(usize, u32)>> {
        if letters.len() > LONGEST_RUN {
            return None;
        }
        let letters: Vec<u8> = letters.iter().map(|&code| code as u8).collect();
        let mut dead = [false; LONGEST_RUN + 1];
        let mut read = Vec::new();
        self.read(&letters, 0, &mut dead, &mut read).then_some(read)
    }

    fn read(
        &self,
        letters: &[u8],
        at: usize,
        dead: &mut [bool],
        read: &mut Vec<(usize, u32)>,
    ) -> bool {
        if at == letters.len() {
            return true;
        }
        for end in (at + 1..=letters.len().min(at + self.longest)).rev() {
            if dead[end] {
                continue;
            }
            if let Some(&symbol) = self.syllables.get(&letters[at..end]) {
                read.push((end - at, symbol));
                if self.read(letters, end, dead, read) {
                    return true;
                }
                read.pop();
                dead[end] = true;
            }
        }
        false
    }

    pub fn reduce(&self, source: &[u32], reduced: &mut Reduced) {
        let mut reduced = Squeezing::new(reduced, source.len());
        for (at, &code) in source.iter().enumerate() {
            if !self.chars.ignorable(code) {
                reduced.add(code, at);
            }
        }
        reduced.end();
    }

    /// Whether a full stop ends a sentence (see `_is_stop` in `text/normalize.py`).
    fn is_stop(&self, plain: &[u32], at: usize) -> bool {
        const CLOSING: [char; 10] = [')', ']', '}', '"', '\'', '”', '」', '』', '》', '】'];
        let is_blank = |&code: &u32| code == u32::from(b' ') || code == u32::from(b'\t');
        let is_alnum = |code: u32| self.chars.get(code).is(ALNUM);
        let Some((&last, before)) = plain[..at].split_last() else {
            return false;
        };
        let closes = || CLOSING.iter().any(|&mark| mark as u32 == last);
        if !plain.get(at + 1).is_some_and(is_blank) || !(is_alnum(last) || closes()) {
            return false;
        }
        !is_latin(last) || before.last().is_some_and(|&code| is_alnum(code))
    }

    /// Where sentences begin.
    pub fn sentences(&self, plain: &[u32]) -> Vec<u32> {
        let mut starts = vec![0];
        let mut fresh = false;
        for (at, &code) in plain.iter().enumerate() {
            let is_full_stop = code == u32::from(b'.') && self.is_stop(plain, at);
            if is_full_stop || self.chars.get(code).is(BREAK) {
                fresh = true;
            } else if fresh {
                starts.push(at as u32);
                fresh = false;
            }
        }
        starts
    }
}

fn has_tag(text: &[u32]) -> bool {
    const BEGINS: [u32; 4] = ['[' as u32, 'e' as u32, 'm' as u32, ']' as u32];
    text.windows(BEGINS.len()).any(|window| window == BEGINS)
}
