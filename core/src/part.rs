//! One part of a message: its characters and the forms in which patterns are looked for.

use std::cell::OnceCell;
use std::sync::RwLock;

use pyo3::prelude::*;
use rustc_hash::FxHashMap;

use crate::chars::{
    is_latin, Chars, ALNUM, BREAK, COMPLEX, DECIMAL, DISGUISES, IGNORABLE, JOINS, PRESENTATION,
    SILENT,
};
use crate::entities::EntityTables;
use crate::program::{codes, text_of, Program};
use crate::regex::Text;
use crate::undisguised::Disguises;

/// Of a run of combining marks only so many are kept.
const MARKS: usize = 30;
/// So many clusters are remembered.
const MOST_CLUSTERS: usize = 65_536;
/// Longer runs of letters are not read as pinyin.
const LONGEST_RUN: usize = 24;
const FACE: u32 = 0x263A;
const BLANK: u32 = 0x20;

/// A normalised text.  `spans` bound, in places of its source, what each character came from; none where one to one.
#[derive(Default)]
pub struct View {
    pub text: Vec<u32>,
    pub spans: Option<(Vec<u32>, Vec<u32>)>,
}

impl View {
    /// Makes room for a text of that size, one to one.
    fn resize(&mut self, size: usize) {
        self.text.resize(size, 0);
        self.spans = None;
    }

    /// The stretch of the source that `[start, end)` came from, grown to whole clusters.
    #[inline]
    pub fn span(&self, start: usize, end: usize) -> (usize, usize) {
        match &self.spans {
            Some((starts, ends)) if start < end => (starts[start] as usize, ends[end - 1] as usize),
            _ => (start, end),
        }
    }
}

/// A view without ignorable characters and with runs squeezed; `last` has the last place of each character's run.
#[derive(Default)]
pub struct Reduced {
    pub text: Vec<u32>,
    pub last: Vec<u32>,
}

impl Reduced {
    /// Where in the source a match that begins with character `k` can begin: `[low, high]`.
    #[inline]
    pub fn starts(&self, k: usize) -> (usize, usize) {
        let low = if k == 0 {
            0
        } else {
            self.last[k - 1] as usize + 1
        };
        (low, self.last[k] as usize)
    }
}

/// A reduced view as it is written, in room for all of its source.
struct Squeezing<'a> {
    reduced: &'a mut Reduced,
    count: usize,
    before: u32,
}

impl<'a> Squeezing<'a> {
    fn new(reduced: &'a mut Reduced, size: usize) -> Self {
        reduced.text.resize(size, 0);
        reduced.last.resize(size, 0);
        Squeezing {
            reduced,
            count: 0,
            before: u32::MAX, // no character
        }
    }

    /// Adds a character that is not ignorable; one that is there already is the same run.
    #[inline]
    fn add(&mut self, code: u32, at: usize) {
        self.count += usize::from(code != self.before);
        self.before = code;
        self.reduced.text[self.count - 1] = code;
        self.reduced.last[self.count - 1] = at as u32;
    }

    fn end(self) {
        self.reduced.text.truncate(self.count);
        self.reduced.last.truncate(self.count);
    }
}

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

    fn reduce(&self, source: &[u32], reduced: &mut Reduced) {
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

/// A part with whatever the rules ask of it; what few ask for is made when first asked for.
#[derive(Default)]
pub struct Part {
    pub kind: u8,
    pub original: Vec<u32>,
    pub view: View,
    pub reduced: Reduced,
    pub sounds: View,
    pub reduced_sounds: Reduced,
    pub classes: OnceCell<Text>,
    pub sentences: OnceCell<Vec<u32>>,
    pub length: OnceCell<i64>,
    pub edges: crate::words::Edges,
    pub word_tokens: OnceCell<Vec<(u32, u32)>>,
    pub outside: [OnceCell<Spans>; 3],
    /// The part as its undisguised view has it; none where that is the plain one.
    pub undisguised: Option<Box<Undisguised>>,
}

/// An undisguised view read as a part, and what in the plain view each of its characters came from.
pub struct Undisguised {
    pub part: Part,
    in_plain: View,
}

impl Part {
    /// Takes a text, and makes the forms that the policy has literals for.
    pub fn read(&mut self, program: &Program, kind: u8, original: Vec<u32>) {
        let tables = &program.tables;
        self.kind = kind;
        self.original = original;
        self.classes.take();
        self.sentences.take();
        self.length.take();
        self.edges = Default::default();
        self.word_tokens.take();
        self.outside = Default::default();
        self.undisguised = None;
        let may_disguise = match self.read_simple(tables) {
            Some(may_disguise) => may_disguise,
            None => {
                tables.plain(&self.original, &mut self.view);
                self.read_forms(program);
                let mut codes = self.view.text.iter();
                program.reads_undisguised && codes.any(|&code| tables.chars.get(code).is(DISGUISES))
            }
        };
        if program.reads_undisguised && may_disguise {
            self.undisguised = self.undisguise(program).map(Box::new);
        }
    }

    fn undisguise(&self, program: &Program) -> Option<Undisguised> {
        let tables = &program.tables;
        let in_plain = tables.disguises.view(&tables.chars, &self.view.text)?;
        let places = (0..in_plain.text.len()).map(|at| {
            let (start, end) = in_plain.span(at, at + 1);
            let (first, last) = self.view.span(start, end);
            (first as u32, last as u32)
        });
        let mut part = Part {
            kind: self.kind,
            view: View {
                text: in_plain.text.clone(),
                spans: Some(places.unzip()),
            },
            ..Part::default()
        };
        part.read_forms(program);
        Some(Undisguised { part, in_plain })
    }

    /// The forms of a view that the policy has literals for.
    fn read_forms(&mut self, program: &Program) {
        let tables = &program.tables;
        let wants = |form: usize| !program.forms[form].is_empty();
        if wants(1) {
            tables.reduce(&self.view.text, &mut self.reduced);
        }
        if wants(2) {
            self.read_sounds(tables);
        }
    }

    fn read_sounds(&mut self, tables: &Tables) {
        tables.sounds(&self.view.text, &mut self.sounds);
        tables.reduce(&self.sounds.text, &mut self.reduced_sounds);
    }

    /// All forms in one pass over a text of which every character is one of the plain view, and whether one of them may
    /// stand for something else; none for another text.
    fn read_simple(&mut self, tables: &Tables) -> Option<bool> {
        let chars = &tables.chars;
        let size = self.original.len();
        self.view.resize(size);
        self.sounds.resize(size);
        let mut reduced = Squeezing::new(&mut self.reduced, size);
        let mut reduced_sounds = Squeezing::new(&mut self.reduced_sounds, size);
        let forms = self.view.text.iter_mut().zip(&mut self.sounds.text);
        let mut has_latin = false;
        let mut flags = 0;
        let mut length = 0;
        let mut before = 0;
        for ((at, &typed), (plain, sound)) in self.original.iter().enumerate().zip(forms) {
            let mut char = chars.get(typed);
            let code = char.plain;
            let is_twice = code == BLANK && before == BLANK;
            if code == COMPLEX || is_twice || typed == u32::from(b'[') {
                return None;
            }
            if code != typed {
                char = chars.get(code);
            }
            before = code;
            flags |= char.flags;
            length += i64::from(char.is(ALNUM));
            has_latin |= is_latin(code);
            *plain = code;
            *sound = char.sound;
            if !char.is(IGNORABLE) {
                reduced.add(code, at);
            }
            if !char.is(SILENT) {
                reduced_sounds.add(char.sound, at);
            }
        }
        reduced.end();
        reduced_sounds.end();
        let _ = self.length.set(length);
        if has_latin {
            self.read_sounds(tables);
        }
        Some(flags & DISGUISES != 0)
    }

    /// The text of a form: plain, reduced, sounds; and plain again, for spelled terms.
    pub fn form(&self, number: usize) -> &[u32] {
        match number {
            1 => &self.reduced.text,
            2 => &self.reduced_sounds.text,
            _ => &self.view.text,
        }
    }

    /// The part as a pattern reads it.
    pub fn as_read(&self, undisguised: bool) -> &Part {
        match &self.undisguised {
            Some(other) if undisguised => &other.part,
            _ => self,
        }
    }

    /// Whether a character of a stretch of the undisguised view stands for something else.
    pub fn is_undone(&self, start: usize, end: usize) -> bool {
        self.undisguised.as_ref().is_some_and(|other| {
            let (first, last) = other.in_plain.span(start, end);
            other.part.view.text[start..end] != self.view.text[first..last]
        })
    }

    #[inline]
    pub fn plain(&self) -> &[u32] {
        &self.view.text
    }

    /// How many letters, digits and Han characters there are.
    pub fn length(&self, chars: &Chars) -> i64 {
        let count = || {
            let codes = self.plain().iter();
            codes.filter(|&&code| chars.get(code).is(ALNUM)).count()
        };
        *self.length.get_or_init(|| count() as i64)
    }

    /// The number of the sentence that holds a place of the plain view.
    pub fn sentence(&self, tables: &Tables, place: usize) -> usize {
        let starts = self
            .sentences
            .get_or_init(|| tables.sentences(self.plain()));
        starts.partition_point(|&start| start as usize <= place) - 1
    }
}
