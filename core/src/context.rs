//! What is known of one message, worked out as conditions ask for it.

use std::sync::Mutex;

use crate::bits::Few;
use crate::candidates::Candidates;
use crate::condition::{Outcome, Value};
use crate::entities::Entity;
use crate::given::FIRST_FIELD;
use crate::part::Part;
use crate::pattern::{Kind, Pattern};
use crate::place::{find_all, is_inside, is_word, place_of, text_of, HandBack, Place};
use crate::prefilter::Live;
use crate::program::{Program, Scratch, SPELLED};
use crate::terms;

/// All that one pattern found in a message.
#[derive(Default)]
pub struct Evidence {
    /// Sorted by part and place.
    pub places: Vec<Place>,
    /// The greatest worth of a match; 0 for none.
    pub best: f64,
}

impl Evidence {
    /// Adds a match of a regex that is not there already, unless it is wholly where its pattern does not look.
    fn add(
        &mut self,
        program: &Program,
        scratch: &mut Scratch,
        part: &Part,
        pattern: &Pattern,
        place: Place,
    ) -> Result<(), HandBack> {
        let (start, end) = (place.start as usize, place.end as usize);
        // They come in the order of the view: two of one original stretch follow each other.
        let key = |place: &Place| (place.part, place.first, place.last);
        let is_twice = self.places.last().map(key) == Some(key(&place));
        let counts = |boundary| is_word(program, part, boundary, false, start, end);
        if !is_twice
            && !is_inside(program, scratch, part, pattern, start, end)?
            && pattern.boundary.is_none_or(counts)
        {
            self.places.push(place);
        }
        Ok(())
    }
}

/// A group and a part, and what was found.
type ReadEntities = ((usize, usize), Vec<(u32, u32)>);

pub struct Context {
    pub parts: Vec<Part>,
    /// The values of the comparisons with fields.
    pub fields: Vec<Value>,
    found: Candidates,
    evidence: Vec<Evidence>,
    /// What a group of regexes found in a part; the patterns of one kind of entity share it.
    entities: Vec<ReadEntities>,
    /// For each pattern the number of its evidence, from 1; 0 for those not asked for.
    at: Vec<u32>,
    asked: Vec<u32>,
    /// Of the rules that may hit, as far as they were asked for.
    pub outcomes: Vec<Option<Outcome>>,
    pub live: Live,
}

impl Context {
    pub fn new(program: &Program) -> Self {
        Context {
            parts: Vec::new(),
            fields: Vec::new(),
            found: Candidates::new(program),
            evidence: Vec::new(),
            entities: Vec::new(),
            at: vec![0; program.patterns.len()],
            asked: Vec::new(),
            outcomes: vec![None; program.rules.len()],
            live: Live::new(program.rules.len()),
        }
    }

    /// Forgets the message, and keeps the room that it took.
    fn clear(&mut self) {
        self.found.clear();
        self.evidence.clear();
        self.entities.clear();
        for number in self.asked.drain(..) {
            self.at[number as usize] = 0;
        }
        for rule in self.live.rules() {
            self.outcomes[rule as usize] = None;
        }
        self.live.clear();
    }

    /// Reads a message: makes the text forms of its parts and finds the literals in them.
    pub fn read(&mut self, program: &Program, texts: Vec<(u8, Vec<u32>)>, fields: Vec<Value>) {
        self.clear();
        self.fields = fields;
        for &number in &program.always {
            self.found.touched.add(number);
        }
        self.parts.resize_with(texts.len(), Part::default);
        for (number, (part, (kind, original))) in (0..).zip(self.parts.iter_mut().zip(texts)) {
            part.read(program, kind, original);
            for form in 0..=SPELLED {
                if program.looks_in(form) {
                    let found = &mut self.found;
                    found.find(program, form, number, part.form(form), false);
                    if let Some(other) = &part.undisguised {
                        found.find(program, form, number, other.part.form(form), true);
                    }
                }
            }
        }
    }

    #[inline]
    pub fn is_touched(&self, number: u32) -> bool {
        self.found.touched.has(number)
    }

    #[inline]
    pub fn touches(&self, few: &Few) -> bool {
        self.found.touched.meets(few)
    }

    /// Finds out which rules may hit.
    pub fn find_live(&mut self, program: &Program) {
        program.prefilter.find(&mut self.live, &self.found.touched);
    }

    /// Whether a rule may hit.
    pub fn may_hit(&mut self, program: &Program, rule: u32) -> bool {
        program
            .prefilter
            .may_hit(&mut self.live, &self.found.touched, rule)
    }

    /// How many letters, digits and Han characters all parts have; fields are none.
    pub fn length(&self, program: &Program) -> i64 {
        let parts = self.parts.iter().filter(|part| part.kind < FIRST_FIELD);
        parts.map(|part| part.length(&program.tables.chars)).sum()
    }

    pub fn sentence(&self, program: &Program, place: &Place) -> u32 {
        let part = self.parts[place.part as usize].as_read(place.undisguised);
        part.sentence(&program.tables, place.start as usize) as u32
    }

    /// The words of a part that hold a letter or digit, in places of the original.
    pub fn word_tokens(&self, program: &Program, number: usize) -> &[(u32, u32)] {
        let part = &self.parts[number];
        part.word_tokens.get_or_init(|| {
            let chars = &program.tables.chars;
            let words = program.words().all(chars, part.plain(), &part.edges);
            let holds = |&(start, end): &(u32, u32)| {
                part.plain()[start as usize..end as usize]
                    .iter()
                    .any(|&code| chars.get(code).is(crate::chars::ALNUM))
            };
            let original = |(start, end): (u32, u32)| {
                let (first, last) = part.view.span(start as usize, end as usize);
                (first as u32, last as u32)
            };
            words.into_iter().filter(holds).map(original).collect()
        })
    }

    /// What a pattern finds, verified when first asked for.
    pub fn evidence(
        &mut self,
        program: &Program,
        scratch: &mut Scratch,
        number: u32,
    ) -> Result<&Evidence, HandBack> {
        let mut at = self.at[number as usize] as usize;
        if at == 0 {
            let found = if self.is_touched(number) {
                self.verify(program, scratch, number)?
            } else {
                Evidence::default()
            };
            self.evidence.push(found);
            at = self.evidence.len();
            self.at[number as usize] = at as u32;
            self.asked.push(number);
        }
        Ok(&self.evidence[at - 1])
    }

    fn verify(
        &mut self,
        program: &Program,
        scratch: &mut Scratch,
        number: u32,
    ) -> Result<Evidence, HandBack> {
        let pattern = &program.patterns[number as usize];
        let mut evidence = Evidence::default();
        match &pattern.kind {
            Kind::Foreign => return Err(HandBack),
            Kind::Regex(regex) => {
                let mut spans = std::mem::take(&mut scratch.spans);
                for (at, base) in self.parts.iter().enumerate() {
                    if pattern.parts >> base.kind & 1 == 0 {
                        continue;
                    }
                    let part = base.as_read(pattern.undisguised);
                    spans.clear();
                    find_all(program, scratch, part, *regex, &mut spans)?;
                    for &span in &spans {
                        let place = place_of(part, pattern, at as u16, span);
                        evidence.add(program, scratch, part, pattern, place)?;
                    }
                }
                scratch.spans = spans;
            }
            Kind::Entity(group, entity) => {
                let mut read = std::mem::take(&mut self.entities);
                for (at, base) in self.parts.iter().enumerate() {
                    if pattern.parts >> base.kind & 1 == 0 {
                        continue;
                    }
                    let part = base.as_read(true);
                    let known = read.iter().position(|(known, _)| *known == (*group, at));
                    if known.is_none() {
                        let text = text_of(program, part);
                        let cache = &mut scratch.regexes;
                        let open = program.regexes.open(*group, cache, text);
                        read.push(((*group, at), longest(program, scratch, part, &open)?));
                    }
                    for &span in &read[known.unwrap_or(read.len() - 1)].1 {
                        if is_asked_for(program, scratch, base, entity, span)? {
                            let place = place_of(part, pattern, at as u16, span);
                            evidence.add(program, scratch, part, pattern, place)?;
                        }
                    }
                }
                self.entities = read;
            }
            Kind::Terms(known) => {
                let mut mine = self.found.of(number);
                mine.retain(|candidate| {
                    let part = &self.parts[candidate.part as usize];
                    candidate.undisguised == (pattern.undisguised && part.undisguised.is_some())
                });
                if mine.len() > program.most_candidates as usize {
                    return Err(HandBack);
                }
                for in_part in mine.chunk_by(|a, b| a.part == b.part) {
                    let base = &self.parts[in_part[0].part as usize];
                    let part = base.as_read(pattern.undisguised);
                    if pattern.parts >> part.kind & 1 != 0 {
                        terms::find(
                            program,
                            scratch,
                            pattern,
                            known,
                            part,
                            in_part,
                            &mut evidence.places,
                        )?;
                    }
                }
            }
        }
        evidence.places.sort_unstable();
        let worth = |place: &Place| program.weights[place.weight as usize].0;
        evidence.best = evidence.places.iter().map(worth).fold(0.0, f64::max);
        Ok(evidence)
    }

    pub fn is_found(
        &mut self,
        program: &Program,
        scratch: &mut Scratch,
        number: u32,
        least: f64,
    ) -> Result<bool, HandBack> {
        if !self.is_touched(number) {
            return Ok(false);
        }
        let best = self.evidence(program, scratch, number)?.best;
        Ok(best > 0.0 && best >= least)
    }

    /// The matches of several patterns worth `least` or more, sorted.
    pub fn places(
        &mut self,
        program: &Program,
        scratch: &mut Scratch,
        patterns: &[u32],
        least: f64,
    ) -> Result<Vec<Place>, HandBack> {
        let mut places = Vec::new();
        for &number in patterns {
            if self.is_touched(number) {
                let evidence = self.evidence(program, scratch, number)?;
                let worth = |place: &&Place| program.weights[place.weight as usize].0 >= least;
                places.extend(
                    evidence
                        .places
                        .iter()
                        .filter(|place| least <= 0.0 || worth(place)),
                );
            }
        }
        if patterns.len() > 1 {
            places.sort_unstable();
        }
        Ok(places)
    }
}

/// The matches of some regexes in a part: of those that overlap the one that begins first, and of those the longest.
fn longest(
    program: &Program,
    scratch: &mut Scratch,
    part: &Part,
    regexes: &[u32],
) -> Result<Vec<(u32, u32)>, HandBack> {
    let mut all = std::mem::take(&mut scratch.spans);
    all.clear();
    for &regex in regexes {
        find_all(program, scratch, part, regex, &mut all)?;
    }
    all.sort_unstable_by_key(|&(start, end)| (start, std::cmp::Reverse(end)));
    let mut kept: Vec<(u32, u32)> = Vec::new();
    for &(start, end) in &all {
        if kept.last().is_none_or(|&(_, last)| start >= last) {
            kept.push((start, end));
        }
    }
    scratch.spans = all;
    Ok(kept)
}

fn is_asked_for(
    program: &Program,
    scratch: &mut Scratch,
    base: &Part,
    entity: &Entity,
    (start, end): (u32, u32),
) -> Result<bool, HandBack> {
    if entity.asks_nothing() {
        return Ok(true);
    }
    let part = base.as_read(true);
    let letters = |(start, end): (u32, u32)| {
        let codes = &part.plain()[start as usize..end as usize];
        codes.iter().filter_map(|&code| char::from_u32(code))
    };
    let text: Vec<char> = letters((start, end)).collect();
    let undone = base.is_undone(start as usize, end as usize);
    entity.is_met(&program.tables.entities, &text, undone, || {
        let spans = longest(program, scratch, part, &program.senders)?;
        Ok(spans
            .into_iter()
            .map(|span| letters(span).collect())
            .collect())
    })
}

/// What one message used and the next may: its context, and room for what is found.
type Idle = (Context, Vec<(u32, u32)>);

#[derive(Default)]
pub struct Pool(Mutex<Vec<Idle>>);

impl Pool {
    /// Does something with a context and what a thread needs; both are used again.
    pub fn with<T>(
        &self,
        program: &Program,
        work: impl FnOnce(&mut Context, &mut Scratch) -> T,
    ) -> T {
        let taken = self.0.lock().map_or(None, |mut pool| pool.pop());
        let (mut context, spans) = taken.unwrap_or_else(|| (Context::new(program), Vec::new()));
        let mut scratch = Scratch {
            regexes: program.regexes.take(),
            spans,
        };
        let made = work(&mut context, &mut scratch);
        program.regexes.put(scratch.regexes);
        if let Ok(mut pool) = self.0.lock() {
            pool.push((context, scratch.spans));
        }
        made
    }
}
