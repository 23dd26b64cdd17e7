//! A compiled policy, ready to decide: immutable, shared by all threads.

use std::sync::{Arc, Mutex, OnceLock};

use rustc_hash::FxHashMap;

use crate::bits::Few;
use crate::conditions::Condition;
use crate::context::Context;
use crate::entities::Entity;
use crate::expressions::{Expressions, Known};
use crate::literals::{Literals, User};
use crate::part::Tables;
use crate::plain;
use crate::prefilter::Prefilter;
use crate::regex;
use crate::spelled::Spelled;
use crate::walk::Letter;
use crate::words::{Dictionary, Words};

pub type Error = Box<dyn std::error::Error + Send + Sync>;

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

pub struct Rule {
    pub id: String,
    pub clause: Option<String>,
    pub category: Option<usize>,
    pub relieves: Option<usize>,
    pub is_relief: bool,
    pub by: Option<i64>,
    pub covers: Option<Vec<u32>>,
    pub stable: bool,
    pub group: Option<usize>,
    pub score: i64,
    pub patterns: Vec<(u32, String)>,
    pub when: Condition,
    pub unless: Option<Condition>,
    /// Those of its patterns that find matches of less than full weight.
    pub weighed: Vec<u32>,
    /// The rules that its conditions ask for.
    pub asked: Vec<u32>,
}

pub struct RaisingOverride {
    pub action: u8,
    pub rules: Vec<u32>,
    pub when: Option<Condition>,
}

/// What one message used and the next may: its context, and room for what is found.
type Idle = (Context, Vec<(u32, u32)>);

/// The text form behind those with literals: the plain text, searched for terms that are spelled in part.
pub const SPELLED: usize = 3;

pub struct Program {
    pub tables: Arc<Tables>,
    pub study: bool,
    pub categories: Vec<String>,
    pub actions: Vec<Vec<(u8, i64)>>,
    pub longer: Vec<(i64, i64)>,
    pub caps: Vec<Option<i64>>,
    pub weights: Vec<(f64, i64, i64)>,
    /// The literals of the text forms.
    pub forms: [Literals; 3],
    pub spelled: Spelled,
    pub patterns: Vec<Pattern>,
    pub always: Vec<u32>,
    pub rules: Vec<Rule>,
    pub prefilter: Prefilter,
    /// The rules that a pattern opens: it is one of those of which the rule needs one.
    pub opens: Vec<Few>,
    /// The rules that need no pattern.
    pub open: Few,
    pub has_shadow_reliefs: bool,
    /// Where a condition holds, other points for rules; the first that holds counts.
    pub points: Vec<(Condition, FxHashMap<u32, i64>)>,
    pub raising: Vec<RaisingOverride>,
    pub exceptions: Vec<(String, Condition)>,
    pub scope: Vec<Option<Condition>>,
    pub has_period: bool,
    pub regexes: Arc<Expressions>,
    pub senders: Vec<u32>,
    pub reads_undisguised: bool,
    pub most_candidates: u32,
    /// The kinds of parts, and of fields that patterns look in.
    pub kinds: Vec<String>,
    added: Vec<(String, u32)>,
    words: OnceLock<Words>,
    dictionary: Arc<Lexicon>,
    pool: Mutex<Vec<Idle>>,
}

/// The dictionary of a process, read when a message first needs words.
pub struct Lexicon {
    pub path: String,
    read: OnceLock<Arc<Dictionary>>,
}

impl Lexicon {
    pub fn new(path: String) -> Self {
        Lexicon {
            path,
            read: OnceLock::new(),
        }
    }

    fn get(&self) -> Arc<Dictionary> {
        self.read
            .get_or_init(|| {
                let lines = std::fs::read_to_string(&self.path)
                    .expect("the dictionary of jieba can be read");
                Arc::new(Dictionary::read(&lines))
            })
            .clone()
    }
}

/// What a thread needs while it decides: the automata of regexes as far as they are built.
pub struct Scratch {
    pub regexes: regex::Cache,
    pub spans: Vec<(u32, u32)>,
}

pub fn codes(text: &str) -> Vec<u32> {
    text.chars().map(u32::from).collect()
}

pub fn text_of(codes: &[u32]) -> String {
    let codes = codes.iter();
    codes.filter_map(|&code| char::from_u32(code)).collect()
}

impl Program {
    pub fn new(
        data: &[u8],
        tables: Arc<Tables>,
        dictionary: Arc<Lexicon>,
        known: &Known,
    ) -> Result<Self, Error> {
        let given: plain::Policy = rmp_serde::from_slice(data)?;
        if given.format != plain::FORMAT {
            return Err(format!("format {} is not {}", given.format, plain::FORMAT).into());
        }
        let boundary = match given.boundary.as_str() {
            "not-straddling" => Boundary::NotStraddling,
            "token-equality" => Boundary::TokenEquality,
            _ => Boundary::Substring,
        };
        let mut letters = letters_of(&given.letters);
        let costs = costs_of(&given);
        let condition = |node: &plain::Node| Condition::new(node, &costs);
        let groups: Vec<&[u32]> = given
            .patterns
            .iter()
            .filter(|pattern| !pattern.foreign && pattern.entity.is_some())
            .map(|pattern| &pattern.regexes[..])
            .collect();
        let regexes = known.expressions(&given.regexes, &groups)?;
        let patterns: Vec<Pattern> = given
            .patterns
            .iter()
            .map(|pattern| pattern_of(pattern, boundary, &mut letters, &regexes))
            .collect::<Result<_, _>>()?;
        let mut rules = Vec::with_capacity(given.rules.len());
        for rule in &given.rules {
            let mut weighed: Vec<u32> = rule.patterns.iter().map(|&(number, _)| number).collect();
            weighed.retain(|&number| given.patterns[number as usize].weight != 0);
            rules.push(Rule {
                id: rule.id.clone(),
                clause: rule.clause.clone(),
                category: rule.category.map(|at| at as usize),
                relieves: rule.relieves.map(|at| at as usize),
                is_relief: rule.is_relief,
                by: rule.by,
                covers: rule.covers.clone(),
                stable: rule.stable,
                group: rule.group.map(|at| at as usize),
                score: rule.score,
                patterns: rule.patterns.clone(),
                when: condition(&rule.when)?,
                unless: rule.unless.as_ref().map(condition).transpose()?,
                weighed,
                asked: asked_by(&rule.when, rule.unless.as_ref()),
            });
        }
        let (opens, open) = crate::conditions::openings(&rules, &costs, &given.always);
        let [forms @ .., spelled] = &given.forms[..] else {
            return Err("there is no form".into());
        };
        let spelled = spelled_of(spelled, &given.spelled);
        let forms: Vec<Literals> = forms.iter().map(literals_of).collect();
        let forms: [Literals; 3] = forms.try_into().map_err(|_| "there are not three forms")?;
        let has_shadow_reliefs = rules.iter().any(|rule| rule.is_relief && !rule.stable);
        Ok(Program {
            tables,
            study: given.study,
            categories: given.categories,
            actions: given.actions,
            longer: given.longer,
            caps: given.caps,
            weights: given.weights,
            forms,
            spelled,
            reads_undisguised: patterns.iter().any(|pattern| pattern.undisguised),
            patterns,
            always: given.always,
            opens,
            open,
            has_shadow_reliefs,
            points: given
                .points
                .into_iter()
                .map(|(when, scores)| Ok((condition(&when)?, scores.into_iter().collect())))
                .collect::<Result<_, Error>>()?,
            raising: given
                .raising
                .iter()
                .map(|override_| -> Result<RaisingOverride, Error> {
                    Ok(RaisingOverride {
                        action: override_.action,
                        rules: override_.rules.clone(),
                        when: override_.when.as_ref().map(condition).transpose()?,
                    })
                })
                .collect::<Result<_, _>>()?,
            exceptions: given
                .exceptions
                .iter()
                .map(|(name, node)| Ok((name.clone(), condition(node)?)))
                .collect::<Result<_, Error>>()?,
            scope: given
                .scope
                .iter()
                .map(|node| node.as_ref().map(condition).transpose())
                .collect::<Result<_, _>>()?,
            has_period: given.has_period,
            regexes,
            senders: given.senders,
            most_candidates: given.most_candidates,
            kinds: given.kinds,
            prefilter: Prefilter::new(rules.iter().map(|rule| &rule.when)),
            rules,
            added: given.words,
            words: OnceLock::new(),
            dictionary,
            pool: Mutex::default(),
        })
    }

    /// Whether literals are looked for in a text form; behind the last is SPELLED.
    pub fn looks_in(&self, form: usize) -> bool {
        match self.forms.get(form) {
            Some(literals) => !literals.is_empty(),
            None => !self.spelled.is_empty(),
        }
    }

    pub fn words(&self) -> &Words {
        self.words
            .get_or_init(|| Words::new(self.dictionary.get(), &self.added))
    }

    /// Does something with a context and what a thread needs; both are used again.
    pub fn with_context<T>(&self, work: impl FnOnce(&mut Context, &mut Scratch) -> T) -> T {
        let taken = self.pool.lock().map_or(None, |mut pool| pool.pop());
        let (mut context, spans) = taken.unwrap_or_else(|| (Context::new(self), Vec::new()));
        let mut scratch = Scratch {
            regexes: self.regexes.take(),
            spans,
        };
        let made = work(&mut context, &mut scratch);
        self.regexes.put(scratch.regexes);
        if let Ok(mut pool) = self.pool.lock() {
            pool.push((context, scratch.spans));
        }
        made
    }
}

fn asked_by(when: &plain::Node, unless: Option<&plain::Node>) -> Vec<u32> {
    let (mut asked, mut nodes) = (Vec::new(), vec![when]);
    nodes.extend(unless);
    while let Some(node) = nodes.pop() {
        if node.ask == "rules" {
            asked.extend(&node.left);
        }
        nodes.extend(&node.items);
    }
    asked.sort_unstable();
    asked.dedup();
    asked
}

/// About how often a pattern is looked for: by the lengths of its literals.
fn costs_of(given: &plain::Policy) -> Vec<f64> {
    let mut costs = vec![0.0; given.patterns.len()];
    for &number in &given.always {
        costs[number as usize] = 1.0;
    }
    for form in &given.forms {
        for (literal, users) in form.literals.iter().zip(&form.users) {
            let rare = 0.004 * 0.06_f64.powi(literal.chars().count() as i32 - 1);
            for pair in users.chunks_exact(2) {
                costs[pair[0] as usize] += rare;
            }
        }
    }
    costs
}

/// What meets each character by look; terms share them.
type Letters = FxHashMap<u32, Arc<Letter>>;

fn letters_of(given: &[(String, Vec<String>, String, String)]) -> Letters {
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

fn pattern_of(
    given: &plain::Pattern,
    boundary: Boundary,
    letters: &mut Letters,
    regexes: &regex::Program,
) -> Result<Pattern, Error> {
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

fn literals_of(given: &plain::Form) -> Literals {
    let texts: Vec<Vec<u32>> = given.literals.iter().map(|text| codes(text)).collect();
    Literals::new(&texts, &users_of(given))
}

fn spelled_of(given: &plain::Form, ways: &[Vec<Vec<String>>]) -> Spelled {
    let texts = given.literals.iter().map(|text| codes(text)).collect();
    let codes_of = |ways: &Vec<String>| ways.iter().map(|way| codes(way)).collect();
    let ways = ways.iter().map(|term| term.iter().map(codes_of).collect());
    Spelled::new(texts, ways.collect(), users_of(given))
}

/// For each literal who asks for it.
fn users_of(given: &plain::Form) -> Vec<Vec<User>> {
    let pairs = |numbers: &Vec<u32>| {
        numbers
            .chunks_exact(2)
            .map(|pair| (pair[0], pair[1]))
            .collect()
    };
    given.users.iter().map(pairs).collect()
}
