//! What is known of one message, worked out as conditions ask for it.

use crate::bits::{Bits, Few};
use crate::conditions::Value;
use crate::entities::Entity;
use crate::given::FIRST_FIELD;
use crate::literals::User;
use crate::part::{mentioned, quoted, Part, Spans};
use crate::program::{Boundary, Kind, Pattern, Program, Scratch, SPELLED};
use crate::regex::Text;
use crate::terms::{self, Candidate};

/// The number of the regex of URLs.
const URLS: u32 = 0;

/// The message has to be decided by the Python engine: something was asked that the core cannot tell.
#[derive(Debug)]
pub struct HandBack;

/// A match with its part: what conditions compare.
#[derive(Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Debug)]
pub struct Place {
    pub part: u16,
    /// In the original, `[first, last)`.
    pub first: u32,
    pub last: u32,
    /// In the plain view, or in the undisguised one, `[start, end)`.
    pub start: u32,
    pub end: u32,
    pub weight: u16,
    /// The number of the term; none for a regex.
    pub term: Option<u32>,
    pub way: Way,
    /// Its places are those of the undisguised view, where there is one.
    pub undisguised: bool,
}

#[derive(Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash, Debug)]
pub enum Way {
    Exact,
    Sounds,
    Looks,
    Initials,
    Spelled,
}

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

#[derive(Clone, Copy)]
pub struct Outcome {
    pub held: Value,
    pub cancelled: Value,
    /// What the hit is worth: the number of a weight.
    pub weight: u16,
}

impl Outcome {
    pub fn hit(&self) -> bool {
        self.held == Some(true) && self.cancelled != Some(true)
    }
}

/// A group and a part, and what was found.
type ReadEntities = ((usize, usize), Vec<(u32, u32)>);

/// The literals that were found in a message.
struct Found {
    /// The patterns of which some was.
    touched: Bits,
    candidates: Vec<Candidate>,
    /// For each pattern the number of its last candidate, from 1; 0 for none.
    last: Vec<u32>,
}

impl Found {
    fn new(program: &Program) -> Self {
        Found {
            touched: Bits::new(program.patterns.len()),
            candidates: Vec::new(),
            last: vec![0; program.patterns.len()],
        }
    }

    fn clear(&mut self) {
        self.touched.clear();
        for candidate in self.candidates.drain(..) {
            self.last[candidate.pattern as usize] = 0;
        }
    }

    fn find(&mut self, program: &Program, form: usize, part: u16, text: &[u32], undisguised: bool) {
        let found = |users: &[User], start: usize, end: usize| {
            for &(pattern, payload) in users {
                self.touched.add(pattern);
                if payload != terms::NO_PAYLOAD {
                    let before = self.last[pattern as usize];
                    self.last[pattern as usize] = self.candidates.len() as u32 + 1;
                    self.candidates.push(Candidate {
                        pattern,
                        before,
                        part,
                        form: form as u8,
                        start: start as u32,
                        end: end as u32,
                        payload,
                        undisguised,
                    });
                }
            }
        };
        match program.forms.get(form) {
            Some(literals) => literals.find(text, found),
            None => program.spelled.find(text, found),
        }
    }

    /// The candidates of a pattern, in the order in which they were found.
    fn of(&self, pattern: u32) -> Vec<Candidate> {
        let mut theirs = Vec::new();
        let mut at = self.last[pattern as usize];
        while at > 0 {
            let candidate = self.candidates[at as usize - 1];
            at = candidate.before;
            theirs.push(candidate);
        }
        theirs.reverse();
        theirs
    }
}

pub struct Context {
    pub parts: Vec<Part>,
    /// The values of the comparisons with fields.
    pub fields: Vec<Value>,
    found: Found,
    evidence: Vec<Evidence>,
    /// What a group of regexes found in a part; the patterns of one kind of entity share it.
    entities: Vec<ReadEntities>,
    /// For each pattern the number of its evidence, from 1; 0 for those not asked for.
    at: Vec<u32>,
    asked: Vec<u32>,
    /// Of the rules that may hit.
    outcomes: Vec<Option<Outcome>>,
    /// The rules of which it is open whether they may hit, and those that may.
    may_be_asked: Bits,
    may_hit: Bits,
}

impl Context {
    pub fn new(program: &Program) -> Self {
        Context {
            parts: Vec::new(),
            fields: Vec::new(),
            found: Found::new(program),
            evidence: Vec::new(),
            entities: Vec::new(),
            at: vec![0; program.patterns.len()],
            asked: Vec::new(),
            outcomes: vec![None; program.rules.len()],
            may_be_asked: Bits::new(program.rules.len()),
            may_hit: Bits::new(program.rules.len()),
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
        for rule in self.may_hit.iter() {
            self.outcomes[rule as usize] = None;
        }
        self.may_be_asked.clear();
        self.may_hit.clear();
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
    pub fn touched_in(&self, word: u32) -> u64 {
        self.found.touched.word(word)
    }

    #[inline]
    pub fn touches(&self, few: &Few) -> bool {
        self.found.touched.meets(few)
    }

    /// Finds out which rules may hit.
    pub fn find_live(&mut self, program: &Program) {
        self.may_be_asked.add_all(&program.open);
        for number in self.found.touched.iter() {
            self.may_be_asked.add_all(&program.opens[number as usize]);
        }
        while let Some(rule) = self.may_be_asked.next(0) {
            self.may_hit(program, rule);
        }
    }

    /// The first rule that may hit, from this one on in the order of the policy; the next time one behind it.
    pub fn next_live(&self, from: &mut u32) -> Option<u32> {
        let rule = self.may_hit.next(*from)?;
        *from = rule + 1;
        Some(rule)
    }

    /// Whether a rule may hit; asked once what opens it was found.
    pub fn may_hit(&mut self, program: &Program, rule: u32) -> bool {
        if self.may_be_asked.has(rule) {
            self.may_be_asked.remove(rule);
            if program.prefilter.may_hold(self, program, rule) {
                self.may_hit.add(rule);
            }
        }
        self.may_hit.has(rule)
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

    pub fn hits(
        &mut self,
        program: &Program,
        scratch: &mut Scratch,
        rule: u32,
    ) -> Result<bool, HandBack> {
        Ok(self.may_hit(program, rule) && self.outcome(program, scratch, rule)?.hit())
    }

    /// What became of a rule that may hit.
    pub fn outcome(
        &mut self,
        program: &Program,
        scratch: &mut Scratch,
        number: u32,
    ) -> Result<Outcome, HandBack> {
        if let Some(known) = self.outcomes[number as usize] {
            return Ok(known);
        }
        let rule = &program.rules[number as usize];
        let mut outcome = Outcome {
            held: rule.when.value(self, program, scratch, 0.0)?,
            cancelled: Some(false),
            weight: 0,
        };
        let mut is_definite = outcome.held.is_some();
        if outcome.held == Some(true) {
            if let Some(unless) = &rule.unless {
                outcome.cancelled = unless.value(self, program, scratch, 0.0)?;
            }
            if outcome.cancelled != Some(true) {
                let (weight, is_sure) = self.weight(program, scratch, number)?;
                outcome.weight = weight;
                is_definite = is_sure && outcome.cancelled.is_some();
            }
        }
        if !is_definite {
            self.ask_all(program, scratch, number)?;
        }
        self.outcomes[number as usize] = Some(outcome);
        Ok(outcome)
    }

    /// Asks for all that a rule hangs on, which lacks a field: where some of it fails, the rule is undetermined.
    fn ask_all(
        &mut self,
        program: &Program,
        scratch: &mut Scratch,
        number: u32,
    ) -> Result<(), HandBack> {
        let rule = &program.rules[number as usize];
        for &(pattern, _) in &rule.patterns {
            self.evidence(program, scratch, pattern)?;
        }
        for &other in &rule.asked {
            self.hits(program, scratch, other)?;
        }
        Ok(())
    }

    /// The greatest worth with which the condition still holds, and whether it was known with every greater one.
    fn weight(
        &mut self,
        program: &Program,
        scratch: &mut Scratch,
        number: u32,
    ) -> Result<(u16, bool), HandBack> {
        let rule = &program.rules[number as usize];
        let mut weights = vec![0_u16];
        for &pattern in &rule.weighed {
            if self.is_touched(pattern) {
                let evidence = self.evidence(program, scratch, pattern)?;
                weights.extend(evidence.places.iter().map(|place| place.weight));
            }
        }
        let worth = |&weight: &u16| program.weights[weight as usize].0;
        weights.sort_by(|left, right| worth(right).total_cmp(&worth(left)));
        weights.dedup();
        let mut is_sure = true;
        if weights.len() == 1 {
            return Ok((0, is_sure));
        }
        for &weight in &weights {
            match rule.when.value(self, program, scratch, worth(&weight))? {
                Some(true) => return Ok((weight, is_sure)),
                value => is_sure &= value.is_some(),
            }
        }
        Ok((*weights.last().expect("there is the first"), is_sure))
    }
}

fn place_of(part: &Part, pattern: &Pattern, number: u16, (start, end): (u32, u32)) -> Place {
    let (first, last) = part.view.span(start as usize, end as usize);
    Place {
        part: number,
        first: first as u32,
        last: last as u32,
        start,
        end,
        weight: 0,
        term: None,
        way: Way::Exact,
        undisguised: pattern.undisguised,
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

/// A part as regexes read it.
fn text_of<'a>(program: &Program, part: &'a Part) -> &'a Text {
    let classes = program.regexes.classes();
    part.classes
        .get_or_init(|| classes.read(part.plain().iter().copied()))
}

/// The matches of a regex in a part, in its view; an error for one that is left to Python.
fn find_all(
    program: &Program,
    scratch: &mut Scratch,
    part: &Part,
    number: u32,
    spans: &mut Vec<(u32, u32)>,
) -> Result<(), HandBack> {
    let classes = program.regexes.classes();
    let text = text_of(program, part);
    let regex = program.regexes.regex(number as usize).ok_or(HandBack)?;
    regex.find_all(classes, &mut scratch.regexes, text, spans);
    Ok(())
}

/// Whether a match lies wholly in quotation marks, a URL or a mention, where its pattern does not look.
pub fn is_inside(
    program: &Program,
    scratch: &mut Scratch,
    part: &Part,
    pattern: &Pattern,
    start: usize,
    end: usize,
) -> Result<bool, HandBack> {
    for what in 0..3 {
        if pattern.outside >> what & 1 == 0 {
            continue;
        }
        if part.outside[what].get().is_none() {
            let spans = match what {
                0 => quoted(part.plain()),
                1 => {
                    let mut found = Vec::new();
                    find_all(program, scratch, part, URLS, &mut found)?;
                    found
                }
                _ => mentioned(&program.tables.chars, part.plain()),
            };
            let _ = part.outside[what].set(Spans::of(spans));
        }
        if part.outside[what]
            .get()
            .is_some_and(|spans| spans.hold(start, end))
        {
            return Ok(true);
        }
    }
    Ok(false)
}

/// Whether the words around a match let it count.
pub fn is_word(
    program: &Program,
    part: &Part,
    boundary: Boundary,
    strict: bool,
    start: usize,
    end: usize,
) -> bool {
    let (chars, words) = (&program.tables.chars, program.words());
    match boundary {
        Boundary::Substring => true,
        Boundary::TokenEquality => words.is_token(chars, part.plain(), &part.edges, start, end),
        Boundary::NotStraddling => [start, end].iter().all(|&place| {
            match words.token_around(chars, part.plain(), &part.edges, place) {
                Some((first, last)) => !strict && first <= start && end <= last,
                None => true,
            }
        }),
    }
}
