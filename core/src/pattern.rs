//! What a rule looks for.

use std::sync::Arc;

use rustc_hash::FxHashMap;

use crate::chars::codes;
use crate::entities::Entity;
use crate::plain::{self, Error};
use crate::regex;
use crate::walk::Letter;

#[derive(Clone, Copy, PartialEq, Eq)]
pub enum Boundary {
    Substring,
    NotStraddling,
    TokenEquality,
}

pub struct Term {
    pub raw: String,
    pub plain: Vec<u32>,
    pub squeezed: Vec<u32>,
    pub strict: bool,
    pub sounds: Vec<Vec<u32>>,
    /// What meets its characters by look.
    pub letters: Vec<Arc<Letter>>,
    /// What may repeat the first character before a match by look begins.
    pub begin: Vec<u32>,
}

impl Term {
    /// Whether a character looks like one of the term's; where some is split, and is none that it may be split into.
    pub fn looks_alike(&self, code: u32, is_split: bool) -> bool {
        let mut letters = self.letters.iter();
        letters.any(|letter| letter.others.binary_search(&code).is_ok())
            && !(is_split
                && self
                    .letters
                    .iter()
                    .any(|letter| letter.splits.iter().flatten().any(|&part| part == code)))
    }
}

pub enum Kind {
    Terms(Vec<Term>),
    Regex(u32),
    /// The group of the regexes of a kind of entity, and what is asked of its value.
    Entity(usize, Entity),
    /// The Python engine looks for it.
    Foreign,
}

pub struct Pattern {
    pub kind: Kind,
    pub name_of_kind: String,
    /// Looked for in the undisguised view.
    pub undisguised: bool,
    pub parts: u64,
    pub outside: u32,
    pub boundary: Option<Boundary>,
    pub gaps: usize,
    pub repeats: bool,
    pub weight: u16,
}

impl Pattern {
    pub fn new(
        given: &plain::Pattern,
        boundary: Boundary,
        letters: &mut Letters,
        regexes: &regex::Program,
    ) -> Result<Self, Error> {
        let kind = if given.foreign {
            Kind::Foreign
        } else if let Some(entity) = &given.entity {
            let group = regexes
                .group_of(&given.regexes)
                .ok_or("a group of regexes is not known")?;
            Kind::Entity(group, entity.clone())
        } else if let [number] = given.regexes[..] {
            Kind::Regex(number)
        } else {
            let mut terms = Vec::with_capacity(given.terms.len());
            for term in &given.terms {
                let squeezed = codes(&term.squeezed);
                let looks: Vec<Arc<Letter>> = if given.looks {
                    squeezed
                        .iter()
                        .map(|&code| letter_of(code, letters))
                        .collect()
                } else {
                    Vec::new()
                };
                let mut begin = Vec::new();
                if given.repeats {
                    if let Some(first) = looks.first() {
                        begin.push(first.code);
                        begin.extend(first.splits.iter().flatten());
                        begin.extend(&first.others);
                    }
                }
                terms.push(Term {
                    raw: term.raw.clone(),
                    plain: codes(&term.plain),
                    squeezed,
                    strict: term.strict && given.kind == "words",
                    sounds: term.sounds.iter().map(|sound| codes(sound)).collect(),
                    letters: looks,
                    begin,
                });
            }
            Kind::Terms(terms)
        };
        let is_words = given.kind == "words";
        let boundary = match boundary {
            _ if given.at_words => Some(Boundary::NotStraddling),
            Boundary::Substring => None,
            boundary => is_words.then_some(boundary),
        };
        Ok(Pattern {
            kind,
            name_of_kind: given.kind.clone(),
            undisguised: given.undisguised,
            parts: given.parts,
            outside: given.outside,
            boundary,
            gaps: given.gaps as usize,
            repeats: given.repeats,
            weight: given.weight,
        })
    }
}

/// What meets each character by look; terms share them.
pub type Letters = FxHashMap<u32, Arc<Letter>>;

pub fn letters_of(given: &[(String, Vec<String>, String, String)]) -> Letters {
    let mut letters = FxHashMap::default();
    for (char, splits, others, sure) in given {
        let code = codes(char)[0];
        let splits: Vec<Vec<u32>> = splits.iter().map(|way| codes(way)).collect();
        let sorted = |mut characters: Vec<u32>| {
            characters.sort_unstable();
            characters.dedup();
            characters
        };
        let others = sorted(codes(others));
        let longer = splits.iter().map(|way| way[0]);
        let begin = sorted(others.iter().copied().chain(longer).chain([code]).collect());
        let letter = Letter {
            code,
            sure: sorted(codes(sure)),
            splits,
            others,
            begin,
        };
        letters.insert(code, Arc::new(letter));
    }
    letters
}

fn letter_of(code: u32, letters: &mut Letters) -> Arc<Letter> {
    let plain = || {
        Arc::new(Letter {
            code,
            splits: Vec::new(),
            others: Vec::new(),
            sure: vec![code],
            begin: vec![code],
        })
    };
    letters.entry(code).or_insert_with(plain).clone()
}
