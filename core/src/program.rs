//! A compiled policy, ready to decide: immutable, shared by all threads.

use std::sync::{Arc, OnceLock};

use rustc_hash::FxHashMap;

use crate::chars::codes;
use crate::condition::Condition;
use crate::expressions::{Expressions, Known};
use crate::forms::Tables;
use crate::literals::{Literals, User};
use crate::pattern::{letters_of, Boundary, Pattern};
use crate::plain::{self, Error};
use crate::prefilter::Prefilter;
use crate::regex;
use crate::spelled::Spelled;
use crate::words::{Dictionary, Words};

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
            .map(|pattern| Pattern::new(pattern, boundary, &mut letters, &regexes))
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
        let conditions: Vec<&Condition> = rules.iter().map(|rule| &rule.when).collect();
        let prefilter = Prefilter::new(&conditions, &costs, &given.always);
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
            prefilter,
            rules,
            added: given.words,
            words: OnceLock::new(),
            dictionary,
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
