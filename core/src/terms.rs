//! The pattern kinds `words` and `text`: from candidates to matches (see `engine/match/terms.py`).

use std::collections::hash_map::Entry;

use rustc_hash::{FxHashMap, FxHashSet};

use crate::candidates::Candidate;
use crate::chars::{is_alphanumeric, CLAUSE_END, EVERYDAY};
use crate::part::Part;
use crate::pattern::{Pattern, Term};
use crate::place::{is_inside, is_word, HandBack, Place, Way};
use crate::program::{Program, Scratch};
use crate::walk::{Reading, Spelling, Walk};

/// Payloads are the numbers of the terms; from here on of their two sounds each, of their looks, of their initials, and
/// of the terms spelled in part.
const SOUNDS: u32 = 1 << 24;
const LOOKS: u32 = 2 << 24;
const INITIALS: u32 = 3 << 24;
const SPELLED: u32 = 4 << 24;
const PLAIN: u8 = 0;

struct Search<'a> {
    program: &'a Program,
    pattern: &'a Pattern,
    part: &'a Part,
    walk: Walk,
    readings: Vec<Reading>,
    /// With `repeats`: of readings with one end the first to start, with term, way and payload.
    repeated: Vec<(u32, Way, u32, Reading)>,
    first: FxHashMap<(u32, usize), usize>,
    /// The repeats that were walked of each payload: no reading that counts begins at them.
    walked: FxHashMap<u32, FxHashSet<usize>>,
    /// Payload, then the place of each match.
    found: Vec<(u32, Place)>,
}

/// All matches in a part.
pub fn find(
    program: &Program,
    scratch: &mut Scratch,
    pattern: &Pattern,
    terms: &[Term],
    part: &Part,
    candidates: &[Candidate],
    places: &mut Vec<Place>,
) -> Result<(), HandBack> {
    let walk = Walk {
        gaps: pattern.gaps,
        repeats: pattern.repeats,
    };
    let mut search = Search {
        program,
        pattern,
        part,
        walk,
        readings: Vec::new(),
        repeated: Vec::new(),
        first: FxHashMap::default(),
        walked: FxHashMap::default(),
        found: Vec::new(),
    };
    let is_loose = pattern.gaps > 0 || pattern.repeats;
    let mut seen: FxHashSet<(u32, usize)> = FxHashSet::default();
    for candidate in candidates {
        let (number, way) = match candidate.payload {
            payload if payload < SOUNDS => (payload, Way::Exact),
            payload if payload < LOOKS => ((payload - SOUNDS) / 2, Way::Sounds),
            payload if payload < INITIALS => (payload - LOOKS, Way::Looks),
            payload if payload < SPELLED => (payload - INITIALS, Way::Initials),
            payload => (payload - SPELLED, Way::Spelled),
        };
        let term = &terms[number as usize];
        if matches!(way, Way::Initials | Way::Spelled) || (way == Way::Exact && !is_loose) {
            let (start, end) = (candidate.start as usize, candidate.end as usize);
            if way == Way::Initials && !is_whole_run(part.plain(), start, end) {
                continue;
            }
            let place = search.place(number, start, end, way);
            search.found.push((candidate.payload, place));
            continue;
        }
        let mut at = candidate.start as usize;
        let reduced = match candidate.form {
            PLAIN => None,
            1 => Some(&part.reduced),
            _ => Some(&part.reduced_sounds),
        };
        loop {
            let (low, high) = reduced.map_or((at, at), |reduced| reduced.starts(at));
            if candidates.len() > 1 && !seen.insert((candidate.payload, high)) {
                break;
            }
            let stands = way == Way::Sounds
                && low == high
                && part.sounds.spans.is_none()
                && !pattern.repeats
                && part.plain()[low..].starts_with(&term.squeezed);
            if !stands {
                search.matches(number, term, way, candidate.payload, low, high);
            }
            let repeated =
                way == Way::Looks && low > 0 && term.begin.contains(&part.plain()[low - 1]);
            if !repeated || reduced.is_none() || at == 0 {
                break;
            }
            at -= 1;
        }
    }
    for (number, way, payload, reading) in std::mem::take(&mut search.repeated) {
        let term = &terms[number as usize];
        let (start, end) = search.widest_that_counts(term, way, &reading);
        search.add(number, term, way, payload, start, end);
    }
    // Exact matches come first, in the order of the terms, then those by sound, then by look.
    let mut found = search.found;
    found.retain(|(_, place)| {
        let term = place.term.expect("it is of a term");
        let span = (place.start as usize, place.end as usize);
        !is_another(program, part, &terms[term as usize], place.way, span)
    });
    found.sort_by_key(|&(payload, place)| (place.first, place.last, payload));
    found.dedup_by_key(|&mut (_, place)| (place.first, place.last));
    for (_, place) in found {
        let (start, end) = (place.start as usize, place.end as usize);
        let term = &terms[place.term.expect("it is of a term") as usize];
        if pattern.outside != 0 && is_inside(program, scratch, part, pattern, start, end)? {
            continue;
        }
        let initials = place.way == Way::Initials && pattern.name_of_kind == "words";
        let strict = initials || term.strict;
        if pattern
            .boundary
            .is_none_or(|boundary| is_word(program, part, boundary, strict, start, end))
        {
            places.push(Place {
                part: candidates[0].part,
                undisguised: pattern.undisguised,
                ..place
            });
        }
    }
    Ok(())
}

/// Whether a run of Latin letters is not part of a longer one of letters and digits.
fn is_whole_run(text: &[u32], start: usize, end: usize) -> bool {
    let is_beside = |&code: &u32| is_alphanumeric(code);
    !text[..start].last().is_some_and(is_beside) && !text.get(end).is_some_and(is_beside)
}

/// Whether a match by sound or look is another word, or two: a clause ends within it, or a character that is none of the
/// term's is, or is part of, a word itself (疑似 is no 伊斯).  Where there are more characters than the term has, components
/// are taken for what they look like (女子 for 好).
fn is_another(
    program: &Program,
    part: &Part,
    term: &Term,
    way: Way,
    (start, end): (usize, usize),
) -> bool {
    let (chars, text) = (&program.tables.chars, part.plain());
    let by_sound = way == Way::Sounds;
    if !(by_sound || way == Way::Looks) {
        return false;
    }
    let is_han = |code: u32| chars.get(code).has_syllable(code);
    let han = text[start..end].iter().filter(|&&code| is_han(code));
    let is_split = han.count() > term.squeezed.len();
    (start..end).any(|at| {
        let code = text[at];
        if term.plain.contains(&code) {
            return false;
        }
        let char = chars.get(code);
        let is_strange = char.has_syllable(code) && (by_sound || term.looks_alike(code, is_split));
        char.is(CLAUSE_END)
            || (is_strange
                && ((by_sound && char.is(EVERYDAY))
                    || program.words().is_part(chars, text, &part.edges, at)))
    })
}

impl Search<'_> {
    /// The matches that begin in a stretch of the text of the walk.
    fn matches(
        &mut self,
        number: u32,
        term: &Term,
        way: Way,
        payload: u32,
        low: usize,
        high: usize,
    ) {
        let chars = &self.program.tables.chars;
        let mut readings = std::mem::take(&mut self.readings);
        let mut known = self.walked.remove(&payload).unwrap_or_default();
        let view = &self.part.sounds;
        let (text, spelling) = match way {
            Way::Sounds => {
                let sound = &term.sounds[(payload - SOUNDS) as usize % 2];
                (&view.text[..], Spelling::Same(sound))
            }
            Way::Looks => {
                let spelling = Spelling::Alike(&term.squeezed, &term.letters);
                (self.part.plain(), spelling)
            }
            Way::Exact | Way::Initials | Way::Spelled => {
                (self.part.plain(), Spelling::Same(&term.squeezed))
            }
        };
        self.walk.readings(
            chars,
            text,
            &spelling,
            low..=high,
            &mut known,
            &mut readings,
        );
        if way == Way::Sounds {
            for reading in &mut readings {
                (reading.start, reading.end) = view.span(reading.start, reading.end);
                if let Some(edges) = &mut reading.edges {
                    for start in &mut edges.starts {
                        *start = view.span(*start, *start + 1).0;
                    }
                    for end in &mut edges.ends {
                        *end = view.span(*end - 1, *end).1;
                    }
                }
            }
        }
        if !known.is_empty() {
            self.walked.insert(payload, known);
        }
        for reading in readings.drain(..) {
            if !self.pattern.repeats {
                self.add(number, term, way, payload, reading.start, reading.end);
                continue;
            }
            match self.first.entry((payload, reading.end)) {
                Entry::Occupied(known) => {
                    let known = &mut self.repeated[*known.get()].3;
                    if reading.start < known.start {
                        *known = reading;
                    }
                }
                Entry::Vacant(new) => {
                    new.insert(self.repeated.len());
                    self.repeated.push((number, way, payload, reading));
                }
            }
        }
        self.readings = readings;
    }

    /// With all repeats beside it; with as few as fit between words where it would else straddle one or be another.
    fn widest_that_counts(&self, term: &Term, way: Way, reading: &Reading) -> (usize, usize) {
        let (program, part) = (self.program, self.part);
        let (start, end) = (reading.start, reading.end);
        let Some(edges) = &reading.edges else {
            return (start, end);
        };
        let counts = self
            .pattern
            .boundary
            .is_none_or(|boundary| is_word(program, part, boundary, term.strict, start, end));
        if counts && !is_another(program, part, term, way, (start, end)) {
            return (start, end);
        }
        let (chars, words) = (&program.tables.chars, program.words());
        edges.within(|place| {
            words
                .token_around(chars, part.plain(), &part.edges, place)
                .is_none()
        })
    }

    fn add(&mut self, number: u32, term: &Term, way: Way, payload: u32, start: usize, end: usize) {
        // What is written as the term counts neither for sounding nor for looking like it.
        if way == Way::Exact || !self.is_exact(term, start, end) {
            let place = self.place(number, start, end, way);
            self.found.push((payload, place));
        }
    }

    /// Whether a stretch is written as the term.
    fn is_exact(&self, term: &Term, start: usize, end: usize) -> bool {
        let text = &self.part.plain()[start..end];
        if text == term.plain || !(self.walk.gaps > 0 || self.walk.repeats) {
            return text == term.plain;
        }
        let chars = &self.program.tables.chars;
        self.walk
            .reads(chars, text, &Spelling::Same(&term.squeezed))
    }

    fn place(&self, number: u32, start: usize, end: usize, way: Way) -> Place {
        let (first, last) = self.part.view.span(start, end);
        Place {
            part: 0,
            first: first as u32,
            last: last as u32,
            start: start as u32,
            end: end as u32,
            weight: if way == Way::Exact {
                0
            } else {
                self.pattern.weight
            },
            term: Some(number),
            way,
            undisguised: false,
        }
    }
}
